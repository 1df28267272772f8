"""Rows of long logs put together anew: by whole columns, whatever their number."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from onward.log.columns import Coded, Columns, Dates, columns_of, polars_type
from onward.log.log import AttributeType, EventLog
from onward.log.views import log_of

_RUNS = 1_000
"""Stretches of rows that follow one another, up to which it pays to copy each as a whole."""


def gathered(columns: Columns, rows: Sequence[int] | NDArray[np.int64]) -> Columns:
    """Return *rows* of *columns*, in this order."""
    places = np.asarray(rows, dtype=np.int64)
    pick = _picking(places)

    def codes(column: Coded) -> Coded:
        return Coded(column.codes[places], column.texts)

    def dates(column: Dates) -> Dates:
        return Dates(pick(column.first), pick(column.last), pick(column.written))

    return Columns(
        types=codes(columns.types),
        times=dates(columns.times),
        cases=columns.cases and codes(columns.cases),
        organizations=columns.organizations and codes(columns.organizations),
        ids=None if columns.ids is None else pick(columns.ids),
        untils=columns.untils and dates(columns.untils),
        attributes={name: pick(values) for name, values in columns.attributes.items()},
    )


def _picking(places: NDArray[np.int64]) -> Callable[[pl.Series], pl.Series]:
    """Return what takes the rows at *places* from a column: in stretches, where they are few and long."""
    breaks = np.flatnonzero(np.diff(places) != 1) + 1
    if len(breaks) * 100 > len(places) or len(breaks) > _RUNS:
        series = pl.Series(places)
        return lambda values: values.gather(series)
    runs = [(int(run[0]), len(run)) for run in np.split(places, breaks) if len(run)]
    return lambda values: pl.concat([values[:0], *(values.slice(*run) for run in runs)], rechunk=True)


def stacked(above: Columns, below: Columns, types: Mapping[str, AttributeType]) -> Columns:
    """Return the rows of two logs with the same columns, one below the other; *types* are those of the attributes."""
    return Columns(
        types=_stacked_texts(above.types, below.types),
        times=_stacked_dates(above.times, below.times),
        cases=_both(above.cases, below.cases, above, below),
        organizations=_both(above.organizations, below.organizations, above, below),
        ids=_stacked_ids(above, below),
        untils=None
        if above.untils is None and below.untils is None
        else _stacked_dates(above.untils or _no_dates(len(above)), below.untils or _no_dates(len(below))),
        attributes={
            name: pl.concat([_typed(part.attributes.get(name), type_, len(part)) for part in (above, below)])
            for name, type_ in types.items()
        },
    )


def whole_columns(
    log: EventLog, store: Columns, new: Mapping[int, int], gone: Sequence[int], few: EventLog
) -> EventLog:
    """Return *log*, whose rows *store* holds, with some rows from another.

    Args:
        log: the log as it was.
        store: its rows.
        new: rows that are otherwise now, and which of *few* each is: the first ones.
        gone: rows that are left out.
        few: rows that are otherwise now, and then those that are added.

    """
    pool = stacked(store, columns_of(few), few.attributes) if len(few) else store
    if not new and not gone:
        return log_of(log.name, pool, log.rejected)
    rows, places = len(store), np.arange(len(pool))
    places[list(new)] = rows + np.array(list(new.values()), dtype=np.int64)
    stays = np.ones(len(pool), bool)
    stays[list(gone)] = False
    stays[rows : rows + len(new)] = False
    return log_of(log.name, gathered(pool, places[stays]), log.rejected)


def _both(one: Coded | None, other: Coded | None, above: Columns, below: Columns) -> Coded | None:
    if one is None and other is None:
        return None
    return _stacked_texts(one or _no_texts(len(above)), other or _no_texts(len(below)))


def _stacked_texts(above: Coded, below: Coded) -> Coded:
    known = {text: code for code, text in enumerate(above.texts.to_list())} if len(below) else {}
    texts = below.texts.to_list()
    numbers = np.array([known.setdefault(text, len(known)) for text in texts] or [0], dtype=np.uint32)
    more = pl.Series(list(known)[len(above.texts) :], dtype=pl.String)
    codes = np.concatenate([above.codes, numbers[below.codes]])
    return Coded(codes, pl.concat([above.texts.cast(pl.String), more]))


def _stacked_dates(above: Dates, below: Dates) -> Dates:
    same = above.written.dtype == below.written.dtype
    written = [part.written if same else part.recorded() for part in (above, below)]
    return Dates(
        pl.concat([above.first, below.first]),
        pl.concat([above.last, below.last]),
        pl.concat([part.cast(pl.String) for part in written]) if not same else pl.concat(written),
    )


def _stacked_ids(above: Columns, below: Columns) -> pl.Series | None:
    if above.ids is None and below.ids is None:
        return None
    return pl.concat([pl.repeat("", len(p), eager=True) if p.ids is None else p.ids for p in (above, below)])


def _typed(values: pl.Series | None, type_: AttributeType, rows: int) -> pl.Series:
    dtype = polars_type(type_)
    return pl.repeat(None, rows, dtype=dtype, eager=True) if values is None else values.cast(dtype)


def _no_texts(rows: int) -> Coded:
    return Coded(np.zeros(rows, np.uint32), pl.Series([""], dtype=pl.String))


def _no_dates(rows: int) -> Dates:
    never = pl.repeat(None, rows, dtype=pl.Datetime("us"), eager=True)
    return Dates(never, never, pl.repeat(None, rows, dtype=pl.String, eager=True))
