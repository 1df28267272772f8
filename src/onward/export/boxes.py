"""Boxes: sets of states as few conditions, each a range of every number that a state is made of; knows numbers only."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Box = tuple[tuple[int, int], ...]
"""From which value to which, number by number, both included."""


def boxes_of(inside: NDArray[np.int64], outside: NDArray[np.int64], tops: NDArray[np.int64]) -> Iterator[Box]:
    """Yield boxes that together have all rows *inside* and none *outside*; other rows are no states, and may be in any.

    Each box begins as one row that none has yet, and grows number by number, the last first, as far as it can.

    Args:
        inside: the rows that are meant.
        outside: all other rows.
        tops: the largest value that each number may have; the least is 0.

    """
    left = inside
    while len(left):
        low, high = left[0].copy(), left[0].copy()
        apart = outside != low
        misses = apart.sum(axis=1)
        for column in reversed(range(len(tops))):
            # Nothing but this number keeps these out.
            near = outside[misses == apart[:, column], column]
            low[column] = near[near < low[column]].max(initial=-1) + 1
            high[column] = near[near > high[column]].min(initial=tops[column] + 1) - 1
            still = (outside[:, column] < low[column]) | (outside[:, column] > high[column])
            misses += still
            misses -= apart[:, column]
        yield tuple(zip(low.tolist(), high.tolist(), strict=True))
        left = left[((left < low) | (left > high)).any(axis=1)]


def points_of(inside: NDArray[np.int64]) -> Iterator[Box]:
    """Yield a box for every row *inside*."""
    yield from (tuple((value, value) for value in row) for row in inside.tolist())
