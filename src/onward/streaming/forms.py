"""The forms in which a table grows: each batch becomes bytes to append, and a last piece makes the table whole.

Bytes in, bytes out: opens no file.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import polars as pl
from attrs import frozen
from polars import selectors

from onward.streaming import arrow, parquet

INSTANT = "%Y-%m-%dT%H:%M:%S%.f"


@frozen
class Piece:
    """What one batch adds to a table.

    Attributes:
        body: the bytes to append.
        begin: where they stood in a file of their own.
        footer: the footer of that file; empty where the format has none.

    """

    body: bytes
    begin: int = 0
    footer: bytes = b""


@frozen
class Form:
    """A format that can grow.

    Attributes:
        render: a batch, and how many bytes stand before it (none: it is the first) → what it adds.
        ending: for every piece, how far its bytes moved and its footer → the last bytes of the table.

    """

    render: Callable[[pl.DataFrame, int], Piece]
    ending: Callable[[Sequence[tuple[int, bytes]]], bytes]


def _render_parquet(frame: pl.DataFrame, before: int) -> Piece:
    return Piece(*parquet.split(_written(frame, parquet.write), first=not before))


def _render_arrow(frame: pl.DataFrame, before: int) -> Piece:
    return Piece(*arrow.split(_written(frame, arrow.write), first=not before))


def _render_separated(frame: pl.DataFrame, before: int, separator: str) -> Piece:
    """Return the rows of *frame* as separated values, under a header if they are the first."""
    buffer = io.BytesIO()
    _plain(frame).with_columns(selectors.list().cast(pl.List(pl.String)).list.join(";")).write_csv(
        buffer, include_header=not before, separator=separator
    )
    return Piece(buffer.getvalue())


def _render_lines(frame: pl.DataFrame, before: int) -> Piece:  # noqa: ARG001 - every line is like the first
    return Piece(_written(_plain(frame), pl.DataFrame.write_ndjson))


def _plain(frame: pl.DataFrame) -> pl.DataFrame:
    """Return *frame* with instants as ISO 8601 writes them: fractions only where there are any, offsets where known."""
    return frame.with_columns(
        (selectors.datetime(time_zone=None)).dt.to_string(INSTANT),
        (selectors.datetime(time_zone="*")).dt.to_string(f"{INSTANT}%:z"),
    )


def _written(frame: pl.DataFrame, write: Callable[[pl.DataFrame, io.BytesIO], None]) -> bytes:
    buffer = io.BytesIO()
    write(frame, buffer)
    return buffer.getvalue()


def _nothing(entries: Sequence[tuple[int, bytes]]) -> bytes:  # noqa: ARG001 - text needs no ending
    return b""


PARQUET = Form(_render_parquet, parquet.ending)
ARROW = Form(_render_arrow, arrow.ending)
CSV = Form(partial(_render_separated, separator=","), _nothing)
TSV = Form(partial(_render_separated, separator="\t"), _nothing)
JSON_LINES = Form(_render_lines, _nothing)

FORMS: Mapping[str, Form] = {
    ".parquet": PARQUET,
    ".pq": PARQUET,
    ".arrow": ARROW,
    ".feather": ARROW,
    ".ipc": ARROW,
    ".csv": CSV,
    ".tsv": TSV,
    ".jsonl": JSON_LINES,
    ".ndjson": JSON_LINES,
}
