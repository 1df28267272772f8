"""What scenarios cost: ten thousand of them on the six partnerships, and one on a long log, against its replay.

The ten thousand are of all kinds: an event or two left out, one added, moved or changed, and another threshold of the
model. Each is worked out until it is known, for every case touched, which phases it reaches or loses and when, and
which events come out otherwise. Some of them are held against replays of the whole edited log.

Usage: python -m benchmarks.what_if [--scenarios N] [--events N] [--cases K] [--rounds R]
"""

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial

import polars as pl

import onward
from benchmarks import logs
from benchmarks.machine import described
from benchmarks.measuring import medians, rounded, seconds, sizes, table, tell
from onward.scenario.comparison import Comparison
from onward.scenario.edits import Drop, Edit, Insert, Move, Selection, Set, Tune
from onward.scenario.scenario import Scenario
from onward.scenario.what_if import what_if

_SEED = 7
_HELD = 200
"""So many scenarios are held against replays of the whole."""
_ADDED = ("joint_declaration", "agreement_signed", "contact", "joint_operation_launched", "support_provided")

Make = Callable[[random.Random, onward.EventLog], Edit]


def _drop(chance: random.Random, log: onward.EventLog) -> Edit:
    return Drop(Selection(ids=tuple(chance.sample(log.ids, chance.randint(1, 2)))))


def _insert(chance: random.Random, log: onward.EventLog) -> Edit:
    whose = log.organizations[chance.randrange(len(log))]
    attributes = {"formal": chance.random() < 0.5, "place": chance.choice(("Bosnia", "Sudan", "Chad"))}
    return Insert(chance.choice(_ADDED), chance.randint(1993, 2007), organizations=whose, attributes=attributes)


def _move(chance: random.Random, log: onward.EventLog) -> Edit:
    row = chance.randrange(len(log))
    # Never later: what ended would then have ended before it began.
    year = log.times[row].first.year - chance.randint(1, 6)
    day = date(year, 1, 1) + timedelta(days=chance.randrange(365))
    return Move(Selection(ids=log.ids[row]), to=day.isoformat())


def _set(chance: random.Random, log: onward.EventLog) -> Edit:
    return Set(Selection(ids=chance.choice(log.ids)), {"place": f"place {chance.randint(1, 1000)}"})


def _tune(chance: random.Random, log: onward.EventLog) -> Edit:  # noqa: ARG001  # as the others
    return Tune({"theatres_needed": chance.choice((1, 3, 4, 5, 6))})


_KINDS: tuple[Make, ...] = (_drop, _insert, _move, _set, _tune)


def scenarios(log: onward.EventLog, count: int) -> list[Scenario]:
    """Return so many scenarios of all kinds in turn."""
    chance = random.Random(_SEED)  # noqa: S311  # a benchmark is no secret
    return [Scenario(f"scenario {number}", (_KINDS[number % len(_KINDS)](chance, log),)) for number in range(count)]


def _whole(found: Comparison) -> dict[str, str]:
    """Return where each case ends, by a replay of the whole scenario."""
    told = onward.replay(found.changed_model, found.edited.whole(), as_of=found.as_of)
    return {row.case: f"{row.phase}.{row.stage}" if row.stage else row.phase for row in told.case_rows}


def _check(comparisons: Sequence[Comparison]) -> None:
    """Make sure that what was worked out for the cases touched is what a replay of the whole says."""
    for found in random.Random(_SEED).sample(comparisons, min(_HELD, len(comparisons))):  # noqa: S311  # as above
        ends = _whole(found)
        for change in found.cases:
            assert ends.get(change.case, "start") == change.after, found.scenario  # noqa: S101  # the benchmark ends here


def many(count: int, rounds: int) -> str:
    """Return the table of so many scenarios on the six partnerships."""
    study = onward.load_study()
    asked = scenarios(study.log, count)

    def work() -> tuple[Comparison, ...]:
        found = what_if(study.model, study.log, asked, as_of=study.as_of)
        told = sum(each.changed for each in found)
        tell(f"{told:,} of {len(found):,} change something")
        return found

    _check(work())  # compiles the loops, too
    plain = partial(onward.replay, study.model, study.log, as_of=study.as_of)
    taken = medians({"scenarios": partial(seconds, work), "replay": partial(seconds, plain)}, rounds)
    each = taken["scenarios"] / count
    rows = [
        (f"{count:,} scenarios", f"{taken['scenarios']:.2f} s"),
        ("one of them", f"{each * 1000:.2f} ms"),
        ("a plain replay of the six", f"{taken['replay'] * 1000:.2f} ms"),
        ("one scenario, as a share of a replay", f"{each / taken['replay']:.2f}"),
    ]
    return table(("six partnerships", "measured"), rows)


def one(events: int, cases: int, rounds: int) -> str:
    """Return the table of one scenario on a long log."""
    log = onward.read_log(pl.read_parquet(logs.parquet(events, cases)))
    model = onward.load_model(logs.MODEL)
    middle = len(log) // 2
    case, when = log.case_names[middle], log.times[middle].recorded
    asked = Scenario("one more agreement", (Drop(Selection(rows=middle + 1)), Insert("agreement", when, case)))
    baseline = onward.replay(model, log)

    def both() -> bool:
        return what_if(model, onward.replay(model, log), asked).changed

    taken = medians(
        {
            "replay": lambda: seconds(lambda: onward.replay(model, log)),
            "both": lambda: seconds(both),
            "scenario": lambda: seconds(lambda: what_if(model, log, asked).changed),
            "given": lambda: seconds(lambda: what_if(model, baseline, asked).changed),
        },
        rounds,
    )
    rows = [
        ("a replay", f"{taken['replay']:.2f} s", "1"),
        ("a replay and a scenario against it", f"{taken['both']:.2f} s", f"{taken['both'] / taken['replay']:.2f}"),
        ("a scenario alone", f"{taken['scenario']:.2f} s", f"{taken['scenario'] / taken['replay']:.2f}"),
        ("a scenario, the replay given", f"{taken['given']:.2f} s", f"{taken['given'] / taken['replay']:.2f}"),
    ]
    return table((f"{rounded(events)} rows of {rounded(cases)} cases", "measured", "of a replay"), rows)


def main() -> None:
    """Measure and print both tables."""
    size = sizes(__doc__, scenarios=10_000, events=10_000_000, cases=100_000, rounds=5)
    print(f"{described()}\n")
    print(many(size.scenarios, size.rounds))
    print(one(size.events, size.cases, size.rounds))


if __name__ == "__main__":
    main()
