"""Source: a log file as batches of rows, from any row on, always cut at the same places; columns as they stand there.

Knows the role of no column.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path

import polars as pl
from attrs import frozen
from polars import selectors

from onward.log.log import AttributeType
from onward.streaming.attributes import types_of_text, types_of_values
from onward.streaming.opening import Opened, format_of, reading

ENDS = 2**16
"""How many bytes at the beginning and at the end of a file tell it from others."""


@frozen
class Source:
    """A log file that is read in batches.

    Attributes:
        path: where it is.
        rows: how many rows it has, if that is known before they are read.
        columns: the type of each column.
        identity: what tells this file from others, and from itself once it has changed; for a checkpoint.

    """

    path: Path
    rows: int | None
    columns: Mapping[str, pl.DataType]
    identity: Mapping[str, str | int]
    opened: Opened

    def batches(self, size: int, start: int = 0, columns: Collection[str] | None = None) -> Iterator[pl.DataFrame]:
        """Yield the rows from row *start* on, *size* in each batch but the last; *columns* only, if they are given.

        Raises:
            LogError: the file can't be read to its end.

        """
        with reading(self.path):
            if self.opened.sliced:
                yield from self._slices(size, start, columns)
            else:
                rest = self._scan(columns).slice(start)
                yield from recut(rest.collect_batches(chunk_size=size, maintain_order=True), size)

    def _slices(self, size: int, start: int, columns: Collection[str] | None) -> Iterator[pl.DataFrame]:
        """Yield slices: what stands between them is never held, however large the file's row groups are."""
        for row in range(start, self.rows or 0, size):
            yield self._scan(columns).slice(row, size).collect()

    def _scan(self, columns: Collection[str] | None) -> pl.LazyFrame:
        return self.opened.scan() if columns is None else self.opened.scan().select(selectors.by_name(*columns))

    def typed(self, columns: Collection[str]) -> dict[str, AttributeType]:
        """Return the type of each attribute among *columns*, as a log of all rows would have it.

        Raises:
            LogError: the file can't be read to its end.

        """
        with reading(self.path):
            return (types_of_text if self.opened.text else types_of_values)(self.opened.scan(), columns)


def open_source(path: Path) -> Source:
    """Return the log file at *path* as a source of batches.

    Raises:
        LogError: there is no such file, or it can't be read as a log.

    """
    format_ = format_of(path)
    with reading(path):
        identity = identity_of(path)
        opened = format_.open(path)
        columns = opened.scan().collect_schema()
        rows = opened.scan().select(pl.len()).collect().item() if opened.sliced else None
        return Source(path, rows, columns, identity, opened)


def identity_of(path: Path) -> dict[str, str | int]:
    """Return what tells the file at *path* from others: name, size, when it was written, how it begins and ends."""
    with path.open("rb") as file:
        head = file.read(ENDS)
        known = path.stat()
        file.seek(max(known.st_size - ENDS, 0))
        ends = sha256(head + file.read(ENDS)).hexdigest()
    return {"name": path.name, "size": known.st_size, "written": known.st_mtime_ns, "ends": ends}


def recut(frames: Iterable[pl.DataFrame], size: int) -> Iterator[pl.DataFrame]:
    """Yield the rows of *frames* with *size* rows in each but the last, however they were cut before."""
    held: list[pl.DataFrame] = []
    rows = 0
    for frame in frames:
        at = 0
        while rows + frame.height - at >= size:
            taken = frame.slice(at, size - rows)
            yield pl.concat([*held, taken])
            at += taken.height
            held, rows = [], 0
        if at < frame.height:
            held.append(frame.slice(at))
            rows += frame.height - at
    if held:
        yield pl.concat(held)
