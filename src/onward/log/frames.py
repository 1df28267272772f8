"""Data frames → Table. No library is imported here that the frame has not brought along, but polars for Arrow."""

import sys
from collections.abc import Sequence
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from onward.log.cells import type_values
from onward.log.table import Table

if TYPE_CHECKING:
    import polars as pl

NAME = "data frame"


def table_of_frame(frame: object) -> Table | None:
    """Return the table in *frame* (polars, pandas, or anything with the Arrow C stream), or None if it is no frame."""
    # Whoever hands in a pandas frame has imported pandas. It comes first: its own Arrow stream needs pyarrow.
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(frame, pandas.DataFrame):
        return _table_of_pandas(frame)
    polars = sys.modules.get("polars")
    if polars is not None and isinstance(frame, polars.LazyFrame):
        return _table_of_polars(frame.collect())
    if hasattr(frame, "__arrow_c_stream__"):
        import polars as pl  # noqa: PLC0415 - heavy, and a small replay does without

        return _table_of_polars(pl.DataFrame(frame))
    return None


def _table_of_polars(frame: "pl.DataFrame") -> Table:
    """Return the table in a polars *frame*; what is not a number is nothing recorded."""
    from polars import selectors  # noqa: PLC0415 - as above

    known = frame.with_columns(selectors.float().fill_nan(None))
    return _table(known.columns, [column.to_list() for column in known.iter_columns()])


def _table_of_pandas(frame: Any) -> Table:  # noqa: ANN401 - pandas has no stubs here
    """Return the table in a pandas *frame*, through plain Python alone: pyarrow may be missing."""
    columns = [_pandas_cells(frame.iloc[:, number]) for number in range(frame.shape[1])]
    return _table([str(name) for name in frame.columns], columns)


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


def _table(header: Sequence[str], columns: Sequence[Sequence[object]]) -> Table:
    """Return the table of these *columns*."""
    height = len(columns[0]) if columns else 0
    return Table(
        name=NAME,
        head=NAME,
        header=tuple(header),
        columns=tuple(columns),
        rows=range(height),
        lines=None,
        type_column=type_values,
    )
