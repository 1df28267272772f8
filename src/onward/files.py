"""The only module that opens files."""

import os
from contextlib import suppress
from pathlib import Path
from typing import get_args

from onward.log.formats import PARSERS
from onward.log.frames import table_of_frame
from onward.log.log import EventLog
from onward.log.schema import OnBadRows, build_log
from onward.log.table import Table
from onward.problems import LogError, Problem, UsageError, nearest, suggestion

FORMATS = ", ".join(PARSERS)


def read_log(source: object, *, on_bad_rows: OnBadRows = "fail") -> EventLog:
    """Return the event log in *source*.

    Args:
        source: a path to a file of separated values or JSON Lines, or a data frame: polars, pandas, pyarrow,
            or anything else with the Arrow C stream. An event log is returned as it is.
        on_bad_rows: `fail` raises one error that lists every bad row; `set-aside` keeps them in `log.rejected`.

    Raises:
        LogError: there is no such file, it can't be read as a log, or it has bad rows.
        UsageError: *source* or *on_bad_rows* is something else.

    """
    if on_bad_rows not in get_args(OnBadRows):
        mend = suggestion(str(on_bad_rows), get_args(OnBadRows))
        raise UsageError([Problem("on_bad_rows", f"there is no way {on_bad_rows!r} to treat bad rows", mend)])
    if isinstance(source, EventLog):
        return source
    return build_log(_table_of(source), on_bad_rows)


def _table_of(source: object) -> Table:
    """Return the rows in *source*, a path or a data frame."""
    if isinstance(source, str | os.PathLike):
        return parse_table(Path(source))
    table = table_of_frame(source)
    if table is None:
        what = f"no log can be read from a {type(source).__name__}"
        raise UsageError([Problem("source", what, f"give a path ({FORMATS}) or a data frame")])
    return table


def parse_table(path: Path) -> Table:
    """Return the rows in the file at *path*."""
    data = read_bytes(path)
    if path.suffix.lower() not in PARSERS:
        what = f"a log can't be read from a {path.suffix} file" if path.suffix else "the file name has no ending"
        raise LogError([Problem(str(path), what, f"save it in a format that Onward reads: {FORMATS}")])
    return PARSERS[path.suffix.lower()](data, path.name)


def read_bytes(path: Path) -> bytes:
    """Return what the file at *path* holds.

    Raises:
        LogError: there is no such file, or it can't be opened.

    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise LogError([_missing_file(path)]) from None
    except (OSError, ValueError) as error:
        # Opening a folder is an error of its own on some systems and a lack of rights on others.
        if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises where the name is too long
            raise LogError([Problem(str(path), "this is a folder", f"name a file in it ({FORMATS})")]) from None
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise LogError([Problem(str(path), f"the file can't be opened ({reason})", "check the path")]) from None


def _missing_file(path: Path) -> Problem:
    """Return the problem that there is no file at *path*, with the one that may be meant."""
    if not path.parent.is_dir():
        return Problem(str(path), f"there is no folder {str(path.parent)!r}", "check the path")
    try:
        names = sorted(file.name for file in path.parent.iterdir() if file.is_file())
    except OSError:  # one may pass through a folder without a right to list it
        names = []
    near = nearest(path.name, names)
    mend = f"did you mean {str(path.parent / near)!r}?" if near else "check the path"
    return Problem(str(path), "there is no such file", mend)


def write_text(path: Path, text: str) -> None:
    """Write *text* to the file at *path*, which is whole or untouched whatever happens; pipes and devices take it.

    Raises:
        UsageError: it can't be written there.

    """
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            # A pipe or a device (`-o /dev/null`) is written to, never replaced.
            path.write_text(text, encoding="utf-8", newline="\n")
            return
        part = path.with_name(f".onward-{os.getpid()}.part")
        try:
            part.write_text(text, encoding="utf-8", newline="\n")
            part.replace(path)
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        if os.path.isdir(path):  # noqa: PTH112 - as above
            raise UsageError([Problem(str(path), "this is a folder", "name a file in it")]) from None
        reason = error.strerror if isinstance(error, OSError) else str(error)
        what = f"the file can't be written ({reason})"
        raise UsageError([Problem(str(path), what, "check the folder, its rights and its space")]) from None
