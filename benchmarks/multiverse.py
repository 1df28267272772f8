"""What a multiverse costs: thousands of variants run abreast, against one replay and against variants one at a time.

Two grids: the 16,384 pairs of rules of `examples/what_if/figure2_rules.yaml`, which differ in guards alone, and one of
the model whose phases follow what runs, in which time moves cases and some axes change more than guards. Variants one
at a time are a sample; each is remodelled and replayed by itself, and must come out as the multiverse has it.

Usage: python -m benchmarks.multiverse [--rounds N] [--sample N]
"""

import random
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from attrs import frozen

import onward
from benchmarks.machine import described
from benchmarks.measuring import medians, rounded, seconds, sizes, table
from onward.scenario.axes import Alternative, Axis, guard_axis, parameter_axis
from onward.scenario.editing import edit_log
from onward.scenario.edits import Drop, Selection
from onward.scenario.loading import load_scenarios, study_of_file
from onward.scenario.multiverse import Multiverse, multiverse
from onward.scenario.remodelling import remodel

RULES = Path(__file__).parents[1] / "examples" / "what_if" / "figure2_rules.yaml"


@frozen
class Swept:
    """A grid to measure, and the replay that it is held against."""

    name: str
    sweep: Callable[[], Multiverse]
    once: Callable[[], object]


def main() -> None:
    """Print a table of all grids."""
    asked = sizes(__doc__, rounds=5, sample=50)
    print(f"{described()}\n")
    rows = [measured(swept, asked.rounds, asked.sample) for swept in (rules(), activity())]
    header = ("grid", "variants", "seconds", "replays in that time", "one at a time, seconds", "times as fast")
    print(table(header, rows))


def rules() -> Swept:
    """Return the grid of the pairs of rules."""
    file = load_scenarios(RULES)
    study = study_of_file(file, RULES)
    return Swept(
        "pairs of rules",
        lambda: multiverse(
            study.model, study.log, file.axes, common=file.common, expect=study.expect, as_of=study.as_of
        ),
        partial(onward.replay, study.model, study.log, as_of=study.as_of, engine="plain"),
    )


def activity() -> Swept:
    """Return a grid of the model without memory: years of quiet, operations, guards and rows."""
    study = onward.load_study("partnership_activity")
    axes = [
        parameter_axis("quiet", "quiet", [3, 5, 8]),
        Axis(
            "rows",
            (
                Alternative("all"),
                *(Alternative(f"without {row}", (Drop(Selection(ids=row)),)) for row in study.log.ids),
            ),
        ),
        parameter_axis("operations", "operations_needed", [1, 2, 3]),
        guard_axis("proven", 5, ["at_work", "at_work and basis >= 1", "at_work and machinery >= 1"]),
    ]
    return Swept(
        "without memory",
        partial(multiverse, study.model, study.log, axes, as_of=study.as_of),
        partial(onward.replay, study.model, study.log, as_of=study.as_of, engine="plain"),
    )


def measured(swept: Swept, rounds: int, sample: int) -> tuple[str, ...]:
    """Return the row of one grid."""
    made = swept.sweep()
    numbers = random.Random(7).sample(made.sound.nonzero()[0].tolist(), sample)  # noqa: S311  # any will do
    taken = medians(
        {
            "sweep": partial(seconds, swept.sweep),
            "once": partial(seconds, swept.once),
            "alone": partial(seconds, partial(check, made, numbers)),
        },
        rounds,
    )
    alone = taken["alone"] / sample * len(made)
    return (
        swept.name,
        f"{len(made):,}",
        f"{taken['sweep']:.2f}",
        rounded(taken["sweep"] / taken["once"]),
        rounded(alone),
        rounded(alone / taken["sweep"]),
    )


def check(made: Multiverse, numbers: Sequence[int]) -> None:
    """Work out some variants one by one, and make sure that the multiverse says the same of them."""
    for number in numbers:
        scenario = made.variant(number)
        model = remodel(made.model, scenario.of_model)
        log = edit_log(model, made.log, scenario.of_log).whole()
        for row in onward.replay(model, log, as_of=made.as_of, engine="plain").case_rows:
            place = f"{row.phase}.{row.stage}" if row.stage else row.phase
            if made.place(number, row.case, row.track or "") != place:
                message = f"variant {number} of {made!r}: {row.case} is in {place}"
                raise AssertionError(message)


if __name__ == "__main__":
    main()
