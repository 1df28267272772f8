"""Data frames and tables → event logs: plain where they are small, columns from some thousand rows on."""

from typing import TYPE_CHECKING

from onward.log.frames import NAME, frame_of_pandas, is_pandas, polars_frame, table_of_frame, table_of_polars
from onward.log.log import EventLog
from onward.log.schema import OnBadRows, build_log
from onward.log.table import Table
from onward.problems import Problem, UsageError

if TYPE_CHECKING:
    import polars as pl

LARGE = 20_000
"""From so many rows on a log is held as columns: cell by cell it would take longer to read than polars to load."""


def log_of_frame(source: object, on_bad_rows: OnBadRows = "fail") -> EventLog | None:
    """Return the log in *source*, a data frame of polars, pandas or anything with the Arrow C stream; else None.

    Raises:
        LogError: it can't be read as a log, or has bad rows and *on_bad_rows* is not `set-aside`.

    """
    frame = frame_of_pandas(source, LARGE) if is_pandas(source) else polars_frame(source)
    if frame is not None:
        return log_of_polars(frame, NAME, on_bad_rows)
    table = table_of_frame(source)
    return None if table is None else log_of_table(table, on_bad_rows)


def given_log(log: object) -> EventLog:
    """Return *log*, which is a log or a data frame that can be read as one.

    Raises:
        LogError: the frame can't be read as a log, or has bad rows.
        UsageError: it is something else.

    """
    if isinstance(log, EventLog):
        return log
    found = log_of_frame(log)
    if found is None:
        what = f"no log can be read from a {type(log).__name__}"
        raise UsageError([Problem("log", what, "pass what read_log returned, or a data frame")])
    return found


def log_of_polars(frame: "pl.DataFrame", name: str, on_bad_rows: OnBadRows) -> EventLog:
    """Return the log that *frame*, read from *name*, holds.

    Raises:
        LogError: as `log_of_frame`.

    """
    if frame.height < LARGE:
        return build_log(table_of_polars(frame, name), on_bad_rows)
    from onward.log.encoding import encode  # noqa: PLC0415  # numpy and polars are for long logs

    return encode(frame, name=name, on_bad_rows=on_bad_rows)


def log_of_table(table: Table, on_bad_rows: OnBadRows) -> EventLog:
    """Return the log that *table* holds.

    Raises:
        LogError: as `log_of_frame`.

    """
    log = build_log(table, on_bad_rows)
    if len(log) < LARGE:
        return log
    from onward.log.views import packed  # noqa: PLC0415  # as above

    return packed(log)
