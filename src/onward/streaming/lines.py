"""Lines: whether every row of a long file of separated values has as many cells as its header.

polars fills up a row that is too short, and an event without its last cells would pass for whole. Bytes in, a line
number out; knows no meaning of any cell.
"""

from collections.abc import Iterable

import numpy as np
from attrs import define
from numpy.typing import NDArray

CHUNK = 2**24
"""Bytes that are looked at together."""

_QUOTE, _FEED, _RETURN = b'"\n\r'


def first_ragged(chunks: Iterable[bytes], separator: str, cells: int) -> int | None:
    """Return the number of the first line, from 1, whose row has not so many *cells*; None if every one has.

    Blank lines are no rows. A line break inside quotes is part of its row, which is named by its last line.
    """
    count = _Count(ord(separator), cells - 1)
    for chunk in chunks:
        if (line := count.first(np.frombuffer(chunk, np.uint8))) is not None:
            return line
    # A last line without its end.
    return count.lines + 1 if count.length and count.signs != count.wanted else None


@define
class _Count:
    """What is carried from chunk to chunk: lines so far, and of the row that is open its signs, length and quote."""

    sign: int
    wanted: int
    lines: int = 0
    signs: int = 0
    length: int = 0
    quoted: bool = False

    def first(self, data: NDArray[np.uint8]) -> int | None:
        """Return the line of the first row that ends in *data* and is ragged."""
        signs, feeds = data == self.sign, data == _FEED
        every = np.flatnonzero(feeds)
        quotes = data == _QUOTE
        if self.quoted or quotes.any():
            inside = (np.cumsum(quotes, dtype=np.int64) + self.quoted) % 2 == 1
            self.quoted = bool(inside[-1])
            signs, feeds = signs & ~inside, feeds & ~inside
        ends = np.flatnonzero(feeds)
        places = np.flatnonzero(signs)
        if not len(ends):
            self.signs, self.length = self.signs + len(places), self.length + len(data)
            self.lines += len(every)
            return None
        counts = np.diff(np.searchsorted(places, ends), prepend=0)
        lengths = np.diff(ends, prepend=-1) - 1
        # Windows ends a line with two signs.
        lengths -= (data[np.maximum(ends - 1, 0)] == _RETURN) & (lengths > 0)
        counts[0] += self.signs
        lengths[0] += self.length
        ragged = np.flatnonzero((counts != self.wanted) & (lengths > 0))
        if len(ragged):
            return self.lines + int(np.searchsorted(every, ends[ragged[0]])) + 1
        self.lines += len(every)
        self.signs = len(places) - int(np.searchsorted(places, ends[-1]))
        self.length = len(data) - 1 - int(ends[-1])
        return None
