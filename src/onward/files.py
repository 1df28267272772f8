"""The only module that opens files."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, get_args

from onward.log.formats import PARSERS, decompress
from onward.log.framed import log_of_frame, log_of_polars, log_of_table
from onward.log.frames import table_of_polars
from onward.log.log import EventLog
from onward.log.schema import OnBadRows
from onward.log.table import Table
from onward.problems import LogError, Problem, UsageError, nearest, suggestion

if TYPE_CHECKING:
    import polars as pl

T = TypeVar("T")
ARROW = (".arrow", ".feather", ".ipc")
FRAMES = (".parquet", ".pq", *ARROW)
COMPRESSED = (".csv.gz", ".tsv.gz", ".jsonl.gz", ".ndjson.gz")
FORMATS = ", ".join((*PARSERS, *COMPRESSED, *FRAMES))

LONG = 2_000_000
"""From so many bytes on a text file has about that many rows."""
HUGE = 250_000_000
"""From so many bytes of text on a log had better be read in batches: some millions of rows, and gigabytes to cut."""
DENSE = 5
"""Compressed, and in Parquet or Arrow, that text takes a fraction of the bytes."""


def read_log(source: object, *, on_bad_rows: OnBadRows = "fail") -> EventLog:
    """Return the event log in *source*.

    Args:
        source: a path to a file of separated values, JSON Lines, Parquet or Arrow, or a data frame: polars, pandas,
            pyarrow, or anything else with the Arrow C stream. An event log is returned as it is.
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
    if isinstance(source, str | os.PathLike):
        return _read_file(Path(source), on_bad_rows)
    log = log_of_frame(source, on_bad_rows)
    if log is None:
        what = f"no log can be read from a {type(source).__name__}"
        raise UsageError([Problem("source", what, f"give a path ({FORMATS}) or a data frame")])
    return log


def _read_file(path: Path, on_bad_rows: OnBadRows) -> EventLog:
    """Return the log in the file at *path*."""
    ending = _ending(path)
    if ending in FRAMES:
        return log_of_polars(read_frame(path), path.name, on_bad_rows)
    data, ending = _text(path)
    if len(data) >= LONG:
        from onward.log.bulk import bulk_log  # noqa: PLC0415  # as above

        if (log := bulk_log(data, path.name, ending)) is not None:
            return log
    return log_of_table(PARSERS[ending](data, path.name), on_bad_rows)


def parse_table(path: Path) -> Table:
    """Return the rows in the file at *path*."""
    if _ending(path) in FRAMES:
        return table_of_polars(read_frame(path), path.name)
    data, ending = _text(path)
    return PARSERS[ending](data, path.name)


def is_long(path: Path) -> bool:
    """Return whether the log in the file at *path* had better be read in batches than held as a whole."""
    try:
        size = path.stat().st_size
    except (OSError, ValueError):
        return False  # whoever opens it says why that fails
    ending = _ending(path)
    return (ending in PARSERS and size >= HUGE) or (ending in {*COMPRESSED, *FRAMES} and size >= HUGE // DENSE)


def _ending(path: Path) -> str:
    """Return the ending of a file's name, of which there are two if it is compressed."""
    ending = path.suffix.lower()
    return f"{Path(path.stem).suffix.lower()}{ending}" if ending == ".gz" else ending


def _text(path: Path) -> tuple[bytes, str]:
    """Return what a text file holds, and the ending that says its format."""
    data = read_bytes(path)
    ending = _ending(path)
    if ending in PARSERS:
        return data, ending
    if ending in COMPRESSED:
        return decompress(data, path.name), ending.removesuffix(".gz")
    what = f"a log can't be read from a {ending} file" if ending else "the file name has no ending"
    raise LogError([Problem(str(path), what, f"save it in a format that Onward reads: {FORMATS}")])


def read_frame(path: Path) -> "pl.DataFrame":
    """Return the frame in the Parquet or Arrow file at *path*.

    Raises:
        LogError: there is no such file, it can't be opened, or it is damaged.

    """
    first, last = _opened(path, _ends)
    from onward.log.binary import read_binary  # noqa: PLC0415  # as above

    return read_binary(path, first, last)


def _ends(path: Path) -> tuple[bytes, bytes]:
    """Return the first and the last bytes of a file."""
    with path.open("rb") as file:
        first = file.read(8)
        file.seek(max(0, file.seek(0, os.SEEK_END) - 8))
        return first, file.read()


def read_bytes(path: Path) -> bytes:
    """Return what the file at *path* holds.

    Raises:
        LogError: there is no such file, or it can't be opened.

    """
    return _opened(path, Path.read_bytes)


def _opened(path: Path, read: Callable[[Path], T]) -> T:
    """Return what *read* finds in the file at *path*; a LogError says why it can't be opened."""
    try:
        return read(path)
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
