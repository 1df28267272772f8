"""Differing: the cases of a long log whose lives are not the same in two replays, by columns of numbers alone.

Two steps are the same if they are of the same event (or of time alone), at the same instant, of the same type, and do
the same on every track.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import polars as pl
from attrs import frozen
from numpy.typing import NDArray

from onward.history.replayed import Replay
from onward.history.seating import moments_of
from onward.history.walked import WalkHistories, outcomes_by_track

Codes = dict[object, int]
"""Numbers of texts, the same for both replays."""


@frozen(eq=False)
class _Side:
    """The steps of a replay, by case and then time.

    Attributes:
        names: the cases, sorted.
        sizes: how many steps each has.
        columns: what is compared, one entry a step.

    """

    names: list[str]
    sizes: NDArray[np.int64]
    columns: Sequence[NDArray[Any]]


def differing_cases(one: Replay, other: Replay, gaps: Sequence[int]) -> tuple[str, ...]:
    """Return the cases whose steps are not the same, by name.

    Args:
        one: the replay of a log.
        other: the replay of that log with some rows otherwise, left out, or added behind the last.
        gaps: before which rows of the other log rows of the one are left out, sorted.

    """
    codes: Codes = {}
    histories, others_histories = one.histories, other.histories
    if isinstance(histories, WalkHistories) and isinstance(others_histories, WalkHistories):
        quick = _of_one_log(histories, others_histories, codes)
        if quick is not None:
            return quick
    sides = _side(one, (), codes), _side(other, gaps, codes)
    sizes, others = (dict(zip(side.names, side.sizes.tolist(), strict=True)) for side in sides)
    found = {name for name in {*sizes, *others} if sizes.get(name) != others.get(name)}
    # Where two lives have as many steps, they stand side by side.
    mine, its = (_of_others(side, found) for side in sides)
    names = [name for name in sides[0].names if name not in found]
    apart = np.zeros(len(mine[0]), bool)
    for column, its_column in zip(mine[1:], its[1:], strict=True):
        apart |= column != its_column
    found.update(names[place] for place in np.unique(mine[0][apart]).tolist())
    return tuple(sorted(found))


def _of_one_log(one: WalkHistories, other: WalkHistories, codes: Codes) -> tuple[str, ...] | None:
    """Return the cases whose steps are not the same, if both are of one log and stand side by side as they were made.

    So they do where only the model differs, and time alone did nothing; no step has to be looked for.
    """
    walk, its = one.walk, other.walk
    if one.log is not other.log or walk.ticks is not None or its.ticks is not None or len(walk) != len(its):
        return None
    apart = np.zeros(len(walk), bool)
    for mine, others in zip(_deeds(one, codes), _deeds(other, codes), strict=True):
        apart |= mine != others
    return tuple(sorted(one.walker.case_names.gather(pl.Series(np.unique(walk.cases[apart]))).to_list()))


def _deeds(told: WalkHistories, codes: Codes) -> Iterator[NDArray[Any]]:
    """Yield what every step of a walk did on each track, in the order in which they were made."""
    yield from outcomes_by_track(told.walker, told.walk).by_track
    for track in told.paths:
        implied = track.implied.list.join(";")
        what = _coded(zip(track.befores.to_list(), track.afters.to_list(), implied.to_list(), strict=True), codes)
        # Negative paths count from the end, and so does numpy.
        yield what[told.walk.paths]


def _of_others(side: _Side, found: set[str]) -> list[NDArray[Any]]:
    """Return the columns of the steps of all cases but those *found*; the first is the place of the case among them."""
    kept = np.array([name not in found for name in side.names], bool)
    steps = np.repeat(kept, side.sizes)
    places = np.repeat(np.arange(int(kept.sum())), side.sizes[kept])
    return [places, *(column[steps] for column in side.columns)]


def _side(told: Replay, gaps: Sequence[int], codes: Codes) -> _Side:
    histories = told.histories
    if isinstance(histories, WalkHistories):
        return _walked(histories, gaps, codes)
    return _tabled(told, gaps, codes)


def _walked(told: WalkHistories, gaps: Sequence[int], codes: Codes) -> _Side:
    """Return the steps of a walk, without making texts of them."""
    walk, order = told.walk, told.order
    names = told.walker.case_names.gather(pl.Series(told.by_name)).to_list()
    sizes = np.bincount(walk.cases, minlength=len(told.walker.events))[told.by_name]
    rows = walk.rows[order]
    types = _coded(told.columns.types.texts.to_list(), codes)[told.columns.types.codes]
    columns = [
        _numbers(rows, gaps),
        np.where(rows < 0, -1, np.append(types, -1)[rows]),
        walk.moments(moments_of(told.columns.times, told.reading))[order],
        *(each[order] for each in _deeds(told, codes)),
    ]
    return _Side(names, sizes, columns)


def _tabled(told: Replay, gaps: Sequence[int], codes: Codes) -> _Side:
    """Return the steps of a replay that was made step by step; each track's are steps of their own."""
    steps = told.steps
    runs = steps["case"].rle()
    texts = steps.select("event", "track", "before", "after", "outcome", pl.col("implied").list.join(";"))
    columns = [
        _numbers(steps["row"].fill_null(-1).to_numpy(), gaps),
        steps["time"].to_physical().to_numpy(),
        _coded(texts.rows(), codes),
    ]
    return _Side(runs.struct.field("value").to_list(), runs.struct.field("len").cast(pl.Int64).to_numpy(), columns)


def _numbers(rows: NDArray[np.int64], gaps: Sequence[int]) -> NDArray[np.int64]:
    """Return the number of the event in each of *rows*; what time alone did has none, which is -1."""
    numbers: NDArray[np.int64] = rows + np.searchsorted(np.asarray(gaps, np.int64), rows, side="right")
    return numbers


def _coded(texts: Any, codes: Codes) -> NDArray[np.int64]:  # noqa: ANN401  # anything to go through
    """Return the number of each of *texts*."""
    return np.array([codes.setdefault(text, len(codes)) for text in texts], np.int64)
