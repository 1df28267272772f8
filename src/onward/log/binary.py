"""Parquet and Arrow files → frames. Which file it is, its first bytes say rather than its name."""

from collections.abc import Callable
from pathlib import Path

import polars as pl

from onward.log.formats import AGAIN
from onward.problems import LogError, Problem

PARQUET, ARROW = b"PAR1", b"ARROW1"
ENDS_OF_STREAM = b"\0\0\0\0"
"""What ends a stream of Arrow: a message of length 0."""


def read_binary(path: Path, first: bytes, last: bytes) -> pl.DataFrame:
    """Return the frame in the file at *path*, which begins with *first* and ends with *last*.

    Raises:
        LogError: the file is damaged, or of another format.

    """
    if not first:
        raise LogError([Problem(path.name, "the file is empty", AGAIN)])
    read, end = _format(first)
    if not last.endswith(end):
        raise LogError([_cut_short(path)])
    try:
        return read(path)
    except OSError:
        raise LogError([_cut_short(path)]) from None
    # Polars panics at some kinds of damage.
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        reason = str(error).split("\n", maxsplit=1)[0]
        raise LogError([Problem(path.name, f"the file is damaged, or of another format ({reason})", AGAIN)]) from None


def _cut_short(path: Path) -> Problem:
    return Problem(path.name, "the file ends too early, or is of another format", AGAIN)


def _format(first: bytes) -> tuple[Callable[[Path], pl.DataFrame], bytes]:
    """Return how a file that begins with *first* is read, and how it ends where it is whole."""
    if first.startswith(PARQUET):
        return pl.read_parquet, PARQUET
    if first.startswith(ARROW):
        return pl.read_ipc, ARROW
    return pl.read_ipc_stream, ENDS_OF_STREAM
