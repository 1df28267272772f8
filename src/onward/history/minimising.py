"""Minimising: which states of an automaton no run can tell apart; knows numbers only."""

import numpy as np
from numpy.typing import NDArray

_DENSE = 1 << 31
"""Numbers up to which a column and as many classes fit in 64 bits together."""


def classes_of(outputs: NDArray[np.int64], following: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return the class of every state: two are in one if every run puts out from the one what it does from the other.

    States that put out the same at every letter are parted as soon as some letter leads them to different classes,
    until none does (Moore 1956). Classes are numbered in the order of their first states.

    Args:
        outputs: by state and letter, the number of what the step puts out.
        following: by state and letter, the state after it.

    """
    classes = parted(np.zeros(len(outputs), np.int64), outputs)
    while True:
        finer = parted(classes, classes[following])
        if finer.max() == classes.max():
            return _in_order(classes)
        classes = finer


def parted(classes: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Part the *classes*, numbers from 0, of rows that differ in one of *columns*, whole numbers from 0."""
    for column in columns.T:
        if column.any():
            if column.max() > _DENSE:
                _, column = np.unique(column, return_inverse=True)  # noqa: PLW2901  # the same, in fewer numbers
            _, classes = np.unique(classes * (column.max() + 1) + column, return_inverse=True)
    return classes


def _in_order(classes: NDArray[np.int64]) -> NDArray[np.int64]:
    _, firsts, inverse = np.unique(classes, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(firsts))[inverse]
