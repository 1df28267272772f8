"""What went against the model in a walk: steps refused or unknown, and broken invariants, each with its reason."""

from collections.abc import Iterator, Mapping

import numpy as np
import polars as pl
from attrs import evolve, frozen
from numpy.typing import NDArray

from onward.history import carrying, fold
from onward.history.histories import DEVIATIONS, schema_of
from onward.history.judging import View
from onward.history.seating import datetimes, moments_of, written_texts
from onward.history.stepping import Reason, breach, reason_against
from onward.history.walking import Walk, Walker
from onward.log.columns import Columns
from onward.log.log import EventLog, Value
from onward.model.model import Model

_REFUSED_OR_UNKNOWN = -1  # among the numbers of invariants


def reversals(model: Model, walk: Walk, reverses: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the steps that broke an `irreversible`, and the numbers of these invariants.

    *reverses* says by path, and track if there are several, whether it leads back.
    """
    steps, numbers = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    tracks = reverses.reshape(len(reverses), -1)
    for number, invariant in enumerate(model.invariants):
        if invariant.kind == "irreversible":
            own = [model.track_numbers[invariant.track]] if invariant.track else range(tracks.shape[1])
            back = np.logical_or.reduce([tracks[:, track] for track in own])
            if back.any():
                steps.append(np.flatnonzero(back[walk.paths]))
                numbers.append(np.full(len(steps[-1]), number))
    return np.concatenate(steps), np.concatenate(numbers)


def breaches_of(model: Model, walk: Walk, reverses: NDArray[np.bool_]) -> int:
    """Return how many times an invariant was broken."""
    return int(np.count_nonzero(walk.told[:, fold.TOLD_WHAT] >= 0)) + len(reversals(model, walk, reverses)[0])


def event_texts(columns: Columns, rows: pl.Series) -> pl.Series:
    """Return the event types in *rows*, null where there is no row."""
    return columns.types.texts.gather(pl.Series(columns.types.codes).gather(rows))


def recorded_texts(columns: Columns, walker: Walker, rows: pl.Series, moments: NDArray[np.int64]) -> pl.Series:
    """Return the dates in *rows* as written; where there is no row, the instant as a date that counts from there."""
    recorded = columns.times.recorded(rows)
    if not rows.null_count():
        return recorded
    written = written_texts(moments, walker.reading)
    return pl.select(pl.when(rows.is_null()).then(written).otherwise(recorded)).to_series()


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
        reverses: by path, and track if there are several, whether it leads back.
        positions: where every step stands among all; None is the order in which they counted.
        most: how many to tell of at most, unknown event types left out; None is all.
        numbered: the number of every row, where they do not simply count from 0.

    """
    model = walker.model
    guarded = np.array([_REFUSED_OR_UNKNOWN, *walker.program.invariants.positions], np.int64)
    backward, kinds = reversals(model, walk, reverses)
    told = walk.told[walk.told[:, fold.TOLD_WHAT] >= 0]
    against = np.flatnonzero(walk.paths < 0)
    steps = np.concatenate([against, told[:, fold.TOLD_STEP], backward])
    numbers = np.concatenate(
        [
            np.full(len(against), _REFUSED_OR_UNKNOWN),
            guarded[told[:, fold.TOLD_WHAT] + 1],
            kinds,
        ]
    )
    order = np.lexsort((numbers, steps if positions is None else positions[steps]))
    if most is not None:
        order = order[(numbers[order] >= 0) | (walk.paths[steps[order]] % 2 == 0)][:most]
    steps, numbers = steps[order], numbers[order]
    seats = walk.rows[steps]
    rows = pl.select(pl.when(pl.Series(seats) >= 0).then(pl.Series(seats))).to_series()
    moments = walk.moments(moments_of(columns.times, walker.reading))[steps]
    paths = walk.paths[steps]
    places = np.where(paths < 0, (-1 - paths) // 2, 0)
    begins = np.array([begin for begin, _ in walker.paths], np.int64)
    places = np.where(paths < 0, places, begins[np.maximum(paths, 0)])
    kind = np.where(numbers >= 0, 2, np.where(paths % 2 == 0, 0, 1))
    names = pl.Series(walker.program.joints.names, dtype=pl.String)
    named = ((rows if numbered is None else numbered.gather(rows)) + 1).cast(pl.String)
    ids = columns.ids.gather(rows) if columns.ids is not None else pl.Series([""]).new_from_index(0, len(rows))
    return pl.DataFrame(
        {
            "case": walker.case_names.gather(pl.Series(walk.cases[steps])),
            "track": pl.Series([None], dtype=pl.String).new_from_index(0, len(rows)),
            "event_id": pl.select(pl.when(ids == "").then(named).otherwise(ids)).to_series(),
            "time": datetimes(moments),
            "recorded": recorded_texts(columns, walker, rows, moments),
            "event": event_texts(columns, rows),
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
        (int(each[fold.TOLD_STEP]), guarded[each[fold.TOLD_WHAT]] if each[fold.TOLD_WHAT] >= 0 else -1): number
        for number, each in enumerate(walk.told)
    }
    moments = walk.moments(moments_of(columns.times, walker.reading))
    # What needs no look at the case is said in the same words every time.
    known: dict[tuple[int, int, int], str] = {}
    types = columns.types.codes
    lists = (against.steps.tolist(), against.numbers.tolist(), against.places.tolist())
    for step, number, place in zip(*lists, strict=True):
        row = int(walk.rows[step])
        told = seen.get((step, number))
        key = number, -1 if row < 0 else int(types[row]), place
        if told is None and key in known:
            yield known[key]
            continue
        event = None if row < 0 else log.event(row)
        places = walker.program.joints.places[place]
        view = View(model, places, dict.fromkeys(model.variables, 0), event=event)
        if told is not None:
            view = _view(view, walker, walk, told, int(moments[step]))
        reason: Reason = reason_against(view) if number < 0 else breach(model.invariants[number], view)
        known[key] = str(reason)
        yield str(reason)


def _view(blank: View, walker: Walker, walk: Walk, number: int, moment: int) -> View:
    """Return what there was to see, as the fold has told it."""
    told = walk.told[number]
    before, after, since, began = _whole(walker, walk, number) if walker.holdings is not None else _plain(walker, told)
    now, began_, *since_ = datetimes(np.array([moment, began, *since])).to_list()
    earlier = evolve(blank, memory=before, moment=now, since=tuple(since_), began=began_)
    if told[fold.TOLD_WHAT] < 0:
        return earlier
    places = walker.program.joints.places[int(told[fold.TOLD_PLACE])]
    return evolve(earlier, places=places, memory=after, before=earlier)


_Seen = tuple[Mapping[str, Value], Mapping[str, Value], list[int], int]
"""The memory before and after, and the clocks: since when a case is where it is on every track, and since it began."""


def _plain(walker: Walker, told: NDArray[np.int64]) -> _Seen:
    """Return what `fold` has told."""
    names = [variable.name for variable in walker.model.context]
    memory = told[fold.TOLD_MEMORY : fold.TOLD_MEMORY + len(names)].tolist()
    grew = int(told[fold.TOLD_GREW])
    was = [value - (grew >> number & 1) for number, value in enumerate(memory)]
    clocks = [int(told[fold.TOLD_SINCE])], int(told[fold.TOLD_BEGAN])
    return dict(zip(names, was, strict=True)), dict(zip(names, memory, strict=True)), *clocks


def _whole(walker: Walker, walk: Walk, number: int) -> _Seen:
    """Return what `carrying` has told."""
    holdings = walker.holdings
    assert holdings is not None  # noqa: S101  # asked before
    assert walk.registers is not None  # noqa: S101  # as above
    told, numbers = walk.told[number].tolist(), walk.registers[number].tolist()
    variables, registers = len(walker.model.context), len(numbers) // 2
    first = carrying.TOLD_SINCE + len(walker.model.track_names)
    memory, fractions = told[first : first + 2 * variables], told[first + 2 * variables :]
    return (
        holdings.seen(memory[:variables], numbers[:registers], fractions[:registers]),
        holdings.seen(memory[variables:], numbers[registers:], fractions[registers:]),
        told[carrying.TOLD_SINCE : first],
        told[carrying.TOLD_BEGAN],
    )
