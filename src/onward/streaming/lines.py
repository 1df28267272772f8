"""Lines: whether every row of a long file of separated values has as many cells as its header.

polars fills up a row that is too short, and an event without its last cells would pass for whole. Bytes in, a line
number out; knows no meaning of any cell.
"""

import codecs
from collections.abc import Iterable

import numpy as np
from attrs import define
from numpy.typing import NDArray

CHUNK = 2**24
"""Bytes that are looked at together."""

_QUOTE, _FEED = b'"\n'
_BLANKS = np.zeros(256, bool)
_BLANKS[list(b" \t\r\n")] = True


def first_ragged(chunks: Iterable[bytes], separator: str, cells: int) -> int | None:
    """Return the number of the first line, from 1, whose row has not so many *cells*; None if every one has.

    Lines of blanks are no rows. A line break inside quotes is part of its row, which is named by its last line.
    """
    count = _Count(ord(separator), cells - 1)
    for number, chunk in enumerate(chunks):
        text = chunk if number else chunk.removeprefix(codecs.BOM_UTF8)
        if (line := count.first(np.frombuffer(text, np.uint8))) is not None:
            return line
    # A last line without its end.
    return count.lines + 1 if count.solid and count.signs != count.wanted else None


@define
class _Count:
    """What is carried from chunk to chunk: lines so far, and of the open row its signs, what is no blank, its quote."""

    sign: int
    wanted: int
    lines: int = 0
    signs: int = 0
    solid: int = 0
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
        places, solids = np.flatnonzero(signs), np.flatnonzero(~_BLANKS[data])
        if not len(ends):
            self.signs, self.solid = self.signs + len(places), self.solid + len(solids)
            self.lines += len(every)
            return None
        counts = np.diff(np.searchsorted(places, ends), prepend=0)
        filled = np.diff(np.searchsorted(solids, ends), prepend=0)
        counts[0] += self.signs
        filled[0] += self.solid
        ragged = np.flatnonzero((counts != self.wanted) & (filled > 0))
        if len(ragged):
            return self.lines + int(np.searchsorted(every, ends[ragged[0]])) + 1
        self.lines += len(every)
        self.signs = len(places) - int(np.searchsorted(places, ends[-1]))
        self.solid = len(solids) - int(np.searchsorted(solids, ends[-1]))
        return None
