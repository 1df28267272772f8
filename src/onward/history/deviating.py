"""What went against the model in a walk: steps refused or unknown, and broken invariants, each with its reason."""

from collections.abc import Iterator

import numpy as np
import polars as pl
from attrs import evolve, frozen
from numpy.typing import NDArray

from onward.history import fold
from onward.history.histories import DEVIATIONS, schema_of
from onward.history.judging import View
from onward.history.seating import moments_of
from onward.history.stepping import Reason, breach, reason_against
from onward.history.walking import Walk, Walker
from onward.log.columns import Columns
from onward.log.log import EventLog
from onward.model.model import Model

_REFUSED_OR_UNKNOWN = -1  # among the numbers of invariants


def reversals(model: Model, walk: Walk, reverses: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the steps that broke `irreversible`, one entry an invariant of that kind."""
    number = sum(invariant.kind == "irreversible" for invariant in model.invariants)
    if not number or not reverses.any():
        return np.empty(0, np.int64)
    return np.tile(np.flatnonzero(reverses[walk.paths]), number)


def breaches_of(model: Model, walk: Walk, reverses: NDArray[np.bool_]) -> int:
    """Return how many times an invariant was broken."""
    return int(np.count_nonzero(walk.told[:, fold.TOLD_WHAT] >= 0)) + len(reversals(model, walk, reverses))


def deviations_of(  # noqa: PLR0913  # what was seen, what it did, and the order in which it is told
    log: EventLog,
    columns: Columns,
    walker: Walker,
    walk: Walk,
    *,
    reverses: NDArray[np.bool_],
    positions: NDArray[np.int64] | None = None,
    most: int | None = None,
    numbered: pl.Series | None = None,
) -> pl.DataFrame:
    """Return what went against the model, by case and then by time.

    Args:
        log: what was seen.
        columns: its rows as columns.
        walker: the cases as the walk left them.
        walk: what every step did.
        reverses: by path, whether it leads back.
        positions: where every step stands among all; None is the order in which they counted.
        most: how many to tell of at most, unknown event types left out; None is all.
        numbered: the number of every row, where they do not simply count from 0.

    """
    model = walker.model
    guarded = np.array([_REFUSED_OR_UNKNOWN, *walker.program.invariants.positions], np.int64)
    backward = reversals(model, walk, reverses)
    kinds = [number for number, each in enumerate(model.invariants) if each.kind == "irreversible"]
    told = walk.told[walk.told[:, fold.TOLD_WHAT] >= 0]
    against = np.flatnonzero(walk.paths < 0)
    steps = np.concatenate([against, told[:, fold.TOLD_STEP], backward])
    numbers = np.concatenate(
        [
            np.full(len(against), _REFUSED_OR_UNKNOWN),
            guarded[told[:, fold.TOLD_WHAT] + 1],
            np.repeat(np.array(kinds, np.int64), len(backward) // max(len(kinds), 1)),
        ]
    )
    order = np.lexsort((numbers, steps if positions is None else positions[steps]))
    if most is not None:
        order = order[(numbers[order] >= 0) | (walk.paths[steps[order]] % 2 == 0)][:most]
    steps, numbers = steps[order], numbers[order]
    rows = pl.Series(walk.rows[steps])
    ends = columns.times.last if walker.reading == "certain" else columns.times.first
    paths = walk.paths[steps]
    places = np.where(paths < 0, (-1 - paths) // 2, 0)
    begins = np.array([begin for begin, _ in walker.paths], np.int64)
    places = np.where(paths < 0, places, begins[np.maximum(paths, 0)])
    kind = np.where(numbers >= 0, 2, np.where(paths % 2 == 0, 0, 1))
    names = pl.Series(model.places, dtype=pl.String)
    ids = columns.ids.gather(rows) if columns.ids is not None else pl.Series([""]).new_from_index(0, len(rows))
    named = ((rows if numbered is None else numbered.gather(rows)) + 1).cast(pl.String)
    return pl.DataFrame(
        {
            "case": walker.case_names.gather(pl.Series(walk.cases[steps])),
            "track": pl.Series([None], dtype=pl.String).new_from_index(0, len(rows)),
            "event_id": pl.select(pl.when(ids == "").then(named).otherwise(ids)).to_series(),
            "time": ends.gather(rows),
            "recorded": columns.times.recorded(rows),
            "event": columns.types.texts.gather(pl.Series(columns.types.codes).gather(rows)),
            "phase": names.gather(pl.Series(places)),
            "kind": pl.Series(["refused", "unknown", "broken"]).gather(pl.Series(kind)),
            "reason": pl.Series(
                list(_reasons(log, columns, walker, walk, _Against(steps, numbers, places))), dtype=pl.String
            ),
        },
        schema=schema_of(DEVIATIONS),
    )


@frozen(eq=False)
class _Against:
    """What went against the model: the steps, the invariants broken (or none), the places before."""

    steps: NDArray[np.int64]
    numbers: NDArray[np.int64]
    places: NDArray[np.int64]


def _reasons(log: EventLog, columns: Columns, walker: Walker, walk: Walk, against: _Against) -> Iterator[str]:
    model = walker.model
    guarded = walker.program.invariants.positions
    seen = {
        (int(each[fold.TOLD_STEP]), guarded[each[fold.TOLD_WHAT]] if each[fold.TOLD_WHAT] >= 0 else -1): each
        for each in walk.told
    }
    moments = moments_of(columns.times, walker.reading)
    # What needs no look at the case is said in the same words every time.
    known: dict[tuple[int, int, int], str] = {}
    types = columns.types.codes
    lists = (against.steps.tolist(), against.numbers.tolist(), against.places.tolist())
    for step, number, place in zip(*lists, strict=True):
        row = int(walk.rows[step])
        told = seen.get((step, number))
        key = number, int(types[row]), place
        if told is None and key in known:
            yield known[key]
            continue
        event = log.event(row)
        view = View(model, model.places[place], dict.fromkeys(model.variables, 0), event=event)
        if told is not None:
            view = _view(view, walker, told, int(moments[row]))
        reason: Reason = reason_against(view) if number < 0 else breach(model.invariants[number], view)
        known[key] = str(reason)
        yield str(reason)


def _view(before: View, walker: Walker, told: NDArray[np.int64], moment: int) -> View:
    """Return what there was to see, as the fold has told it."""
    model = walker.model
    memory = told[fold.TOLD_MEMORY : fold.TOLD_MEMORY + len(model.context)].tolist()
    grew = int(told[fold.TOLD_GREW])
    names = [variable.name for variable in model.context]
    was = [value - (grew >> number & 1) for number, value in enumerate(memory)]
    now, since, began = (
        pl.Series([None if each == fold.NEVER else each], dtype=pl.Int64).cast(pl.Datetime("us"))[0]
        for each in (moment, int(told[fold.TOLD_SINCE]), int(told[fold.TOLD_BEGAN]))
    )
    earlier = evolve(before, memory=dict(zip(names, was, strict=True)), moment=now, since=since, began=began)
    if told[fold.TOLD_WHAT] < 0:
        return earlier
    return evolve(
        earlier,
        place=model.places[int(told[fold.TOLD_PLACE])],
        memory=dict(zip(names, memory, strict=True)),
        before=earlier,
    )
