"""Data frames → Table. No library is imported here that the frame has not brought along, but polars for Arrow."""

import sys
from collections.abc import Sequence
from datetime import MAXYEAR, MINYEAR, datetime, time
from typing import TYPE_CHECKING, Any, cast

from onward.log.cells import type_text, type_values
from onward.log.table import Table

if TYPE_CHECKING:
    import polars as pl

NAME = "data frame"


def table_of_frame(frame: object) -> Table | None:
    """Return the table in *frame* (polars, pandas, or anything with the Arrow C stream), or None if it is no frame."""
    if is_pandas(frame):
        return _table_of_pandas(frame)
    known = polars_frame(frame)
    return None if known is None else table_of_polars(known, NAME)


def is_pandas(frame: object) -> bool:
    """Return whether *frame* is one of pandas'. Whoever hands one in has imported pandas."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(frame, pandas.DataFrame)


def frame_of_pandas(frame: Any, least: int) -> "pl.DataFrame | None":  # noqa: ANN401 - pandas has no stubs here
    """Return a pandas *frame* of *least* rows or more as a polars frame; None where it is shorter, or mixes types."""
    if len(frame) < least:
        return None
    import polars as pl  # noqa: PLC0415 - heavy, and a small replay does without

    header = [str(name) for name in frame.columns]
    columns = [_pandas_series(frame.iloc[:, number]) for number in range(frame.shape[1])]
    known = [column for column in columns if column is not None]
    if len(known) < len(columns) or len(set(header)) < len(header):
        return None
    return pl.DataFrame([column.alias(name) for name, column in zip(header, known, strict=True)])


def _pandas_series(column: Any) -> "pl.Series | None":  # noqa: ANN401 - as above
    """Return a pandas *column* as polars', by the rules of `_pandas_cells`; None where its cells are of many types."""
    import polars as pl  # noqa: PLC0415 - as above

    kind = column.dtype
    if hasattr(kind, "categories"):
        distinct = _pandas_series(kind.categories.to_series())
        codes = pl.Series(column.cat.codes.to_numpy())
        return None if distinct is None else distinct.gather(codes.replace(-1, None).cast(pl.UInt32))
    if not hasattr(kind, "numpy_dtype") and kind.kind in "iub":
        return pl.Series(column.to_numpy())
    if not hasattr(kind, "numpy_dtype") and kind.kind == "f":
        numbers = pl.Series(column.to_numpy()).fill_nan(None)
        whole = numbers.cast(pl.Int64, strict=False)
        gaps = numbers.null_count()
        return whole if gaps and gaps == whole.null_count() and (numbers == whole).all() else numbers
    if kind.kind == "M":
        return _pandas_instants(column)
    cells = _pandas_cells(column)
    kinds = {type(cell) for cell in cells} - {type(None)}
    return pl.Series(cells, dtype=pl.String) if kinds <= {str} else None


def _pandas_instants(column: Any) -> "pl.Series | None":  # noqa: ANN401 - as above
    """Return a pandas *column* of instants; None where it has nanoseconds, or a zone that has no name."""
    import polars as pl  # noqa: PLC0415 - as above

    zone = getattr(column.dtype, "tz", None)
    values = (column if zone is None else column.dt.tz_convert(None)).to_numpy()
    micros = values.astype("datetime64[us]")
    if ((micros.astype(values.dtype) != values) & (values == values)).any():  # noqa: PLR0124  # only NaT is not itself
        return None
    instants = pl.Series(micros)
    if zone is not None:
        try:
            return instants.dt.replace_time_zone("UTC").dt.convert_time_zone(str(zone))
        except pl.exceptions.ComputeError:
            return None
    days = instants.cast(pl.Date)
    return days if (days.cast(instants.dtype) == instants).all() else instants


def polars_frame(frame: object) -> "pl.DataFrame | None":
    """Return *frame* (polars, or anything with the Arrow C stream) as a polars frame, or None if it is no frame."""
    polars = sys.modules.get("polars")
    if polars is not None and isinstance(frame, polars.LazyFrame):
        return cast("pl.DataFrame", frame.collect())
    if hasattr(frame, "__arrow_c_stream__"):
        import polars as pl  # noqa: PLC0415 - heavy, and a small replay does without

        return pl.DataFrame(frame)
    return None


def readable(frame: "pl.DataFrame") -> "pl.DataFrame":
    """Return a polars *frame* without what Python can't hold: NaN is nothing recorded, a date past 9999 is text."""
    from polars import selectors  # noqa: PLC0415 - as above

    known = frame.with_columns(selectors.float().fill_nan(None))
    far = [column.name for column in known.select(selectors.date() | selectors.datetime()) if _is_far(column)]
    return known.with_columns(_as_text(known[name]) for name in far)


FARTHEST = 8_000_000_000_000
"""Seconds from 1970 up to which polars can tell a date at all: some 253,000 years."""


def _is_beyond(days: "pl.Series") -> "pl.Series":
    """Return which of *days*, if instants, even polars can't tell: a number in another unit, most likely."""
    units = {"ms": 10**3, "us": 10**6}
    farthest = min(FARTHEST * units.get(getattr(days.dtype, "time_unit", None) or "", 2**63 // FARTHEST), 2**63 - 1)
    return days.to_physical().cast(int).is_between(-farthest, farthest).not_().fill_null(value=False)


def _as_text(days: "pl.Series") -> "pl.Series":
    """Return *days* as polars writes them, and what it can't write as the number that it is."""
    import polars as pl  # noqa: PLC0415 - as above

    beyond = _is_beyond(days)
    numbers = days.to_physical().cast(pl.String)
    told = pl.select(pl.when(~beyond).then(days)).to_series().cast(pl.String)
    return pl.select(pl.when(beyond).then(numbers).otherwise(told)).to_series().alias(days.name)


def _is_far(days: "pl.Series") -> bool:
    """Return whether some of *days* lie outside of Python's years, or may do so in UTC."""
    import polars as pl  # noqa: PLC0415 - as above

    if _is_beyond(days).any():
        return True
    spare = 1 if getattr(days.dtype, "time_zone", None) else 0
    ends = days.to_frame("day").select(first=pl.col("day").min().dt.year(), last=pl.col("day").max().dt.year())
    first, last = ends.row(0)
    return first is not None and (first < MINYEAR + spare or last > MAXYEAR - spare)


def table_of_polars(
    frame: "pl.DataFrame", name: str, *, start: int = 0, rows: Sequence[int] | None = None, texts: bool = False
) -> Table:
    """Return the table in a polars *frame*.

    Args:
        frame: the rows.
        name: what they were read from.
        start: how many rows were read before.
        rows: the position of each row behind those, if not one after the other.
        texts: whether every cell is text.

    """
    known = readable(frame)
    positions = range(known.height) if rows is None else rows
    return Table(
        name=name,
        head=name,
        header=tuple(known.columns),
        columns=tuple(column.to_list() for column in known.iter_columns()),
        rows=[start + row for row in positions] if start or rows is not None else positions,
        lines=None,
        type_column=type_text if texts else type_values,
    )


def _table_of_pandas(frame: Any) -> Table:  # noqa: ANN401 - pandas has no stubs here
    """Return the table in a pandas *frame*, through plain Python alone: pyarrow may be missing."""
    columns = [_pandas_cells(frame.iloc[:, number]) for number in range(frame.shape[1])]
    return Table(
        name=NAME,
        head=NAME,
        header=tuple(str(name) for name in frame.columns),
        columns=tuple(columns),
        rows=range(len(frame)) if columns else range(0),
        lines=None,
        type_column=type_values,
    )


def _pandas_cells(column: Any) -> Sequence[object]:  # noqa: ANN401 - as above
    """Return the cells of a pandas *column*, None where nothing is recorded.

    Pandas has no gaps in whole numbers, and no days: they come as 1995.0 and as midnight, and are turned back
    where the whole column looks so.
    """
    gaps = column.isna().tolist()
    cells = [None if gap else cell for cell, gap in zip(column.tolist(), gaps, strict=True)]
    known = [cell for cell in cells if cell is not None]
    if any(gaps) and all(isinstance(cell, float) and cell.is_integer() for cell in known):
        return [None if cell is None else int(cell) for cell in cells]
    if all(isinstance(cell, datetime) and cell.tzinfo is None and cell.time() == time() for cell in known):
        return [None if cell is None else cell.date() for cell in cells]
    return [_plain(cell) for cell in cells]


def _plain(cell: Any) -> object:  # noqa: ANN401 - whatever a column of objects holds
    """Return the Python value of a numpy scalar, and any other *cell* as it is."""
    return cell.item() if hasattr(cell, "item") and not hasattr(cell, "__len__") else cell
