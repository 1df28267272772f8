"""A log that is sorted neither by time nor by case, in the order of time, without ever holding all of it.

The axis of time is cut into ranges of about as many rows as a batch has, and each range is read from the file and
sorted by itself. Every range costs a pass over the file: fewer and larger ranges are faster, and need more memory.
"""

from collections.abc import Collection, Iterator

import polars as pl
from attrs import frozen

from onward.problems import LogError, Problem
from onward.streaming.opening import reading
from onward.streaming.source import Source

ROW = "__row"
"""The column of row numbers, counted from 0 as the file has them."""
DAY = {"ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
"""How many ticks of each unit a day has."""


@frozen
class Range:
    """The instants from *low* up to *high*, without it, in the ticks of their column, and how many rows lie there."""

    low: int
    high: int
    rows: int


def sorted_batches(
    source: Source, time: str, size: int, *, start: int = 0, columns: Collection[str] | None = None
) -> Iterator[pl.DataFrame]:
    """Yield the rows of *source* by the column *time*, and by row where that is the same; with the column `__row`.

    A batch has *size* rows or fewer, more only where one instant has more. Rows without a time come first, all in one.

    Args:
        source: a Parquet or Arrow file.
        time: a column of dates or instants.
        size: how many rows a batch has at most.
        start: how many rows of this order to leave out.
        columns: those that are needed; all, if they are not given.

    Raises:
        LogError: the column holds no dates that can be sorted as they stand, or the file can't be read.

    """
    widths = _widths(source, time)
    kept = pl.all() if columns is None else pl.col(ROW, *dict.fromkeys((*columns, time)))
    with reading(source.path):
        for condition, rows in _parts(source, time, size, widths):
            if rows > start:
                part = source.opened.scan().with_row_index(ROW).filter(condition).select(kept)
                yield part.collect(engine="streaming").sort(time, maintain_order=True).slice(start)
            start = max(start - rows, 0)


def _widths(source: Source, time: str) -> tuple[int, ...]:
    """Return the widths of time, in ticks of the column *time*, in which rows are counted: days, seconds, ticks."""
    type_ = source.columns[time]
    if source.opened.sliced and type_ == pl.Date:
        return (1,)
    if source.opened.sliced and isinstance(type_, pl.Datetime):
        return DAY[type_.time_unit], DAY[type_.time_unit] // 86_400, 1
    what = "the rows are in no order, and these dates can't be sorted without reading all of them"
    mend = "sort the log by time, or by case and then time, or save it as Parquet with dates as dates"
    raise LogError([Problem(f"{source.path}: {time}", what, mend)])


def _parts(source: Source, time: str, size: int, widths: tuple[int, ...]) -> Iterator[tuple[pl.Expr, int]]:
    """Yield the condition of each batch, in order, and how many rows fulfil it."""
    column = pl.col(time)
    without = source.opened.scan().select(column.is_null().sum()).collect(engine="streaming").item()
    if without:
        yield column.is_null(), without
    for part in gathered(_counted(source, time, size, widths, column.is_not_null()), size):
        yield _between(source, time, part), part.rows


def _counted(source: Source, time: str, size: int, widths: tuple[int, ...], where: pl.Expr) -> Iterator[Range]:
    """Yield how many rows lie in each stretch of time of the first of *widths*; too full ones in narrower stretches."""
    width, *narrower = widths
    number = (pl.col(time).to_physical() // width).alias("number")
    counts = source.opened.scan().filter(where).group_by(number).agg(pl.len().alias("rows")).sort("number")
    for at, rows in counts.collect(engine="streaming").iter_rows():
        stretch = Range(at * width, (at + 1) * width, rows)
        if rows > size and narrower:
            yield from _counted(source, time, size, tuple(narrower), _between(source, time, stretch))
        else:
            yield stretch


def _between(source: Source, time: str, part: Range) -> pl.Expr:
    """Return whether the *time* of a row lies in *part*; said of the column itself, so that row groups are skipped."""
    type_ = source.columns[time]
    ticks = pl.Int32 if type_ == pl.Date else pl.Int64
    low, high = (pl.lit(tick).cast(ticks).cast(type_) for tick in (part.low, part.high))
    return (pl.col(time) >= low) & (pl.col(time) < high)


def gathered(ranges: Iterator[Range], size: int) -> Iterator[Range]:
    """Yield neighbours among *ranges* joined, as long as they have *size* rows or fewer together."""
    held: Range | None = None
    for part in ranges:
        if held is not None and held.rows + part.rows <= size:
            held = Range(held.low, part.high, held.rows + part.rows)
            continue
        if held is not None:
            yield held
        held = part
    if held is not None:
        yield held
