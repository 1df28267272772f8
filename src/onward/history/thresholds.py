"""Thresholds: a comparison with a constant as a bound among whole numbers, which is exact at any size."""

import math
from collections.abc import Callable

from onward.model.guards import Comparison

WHOLE = 2**53
"""The largest whole number up to which a float holds every one."""

Bound = int | bool
"""The least whole number that is enough; or True (any is) and False (none is)."""


def least(enough: Callable[[int], bool], guess: int) -> int:
    """Return the least whole number for which *enough*, which never turns back to false, holds; *guess* is near it."""
    step = 1
    low, high = guess, guess
    while enough(low):
        low, step = low - step, step * 2
    step = 1
    while not enough(high):
        high, step = high + step, step * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def at_least(number: float, unit: int = 1) -> Bound:
    """Return the least whole `n` with `n / unit >= number`."""
    if math.isinf(number):
        return number < 0
    return least(lambda n: (n if unit == 1 else n / unit) >= number, math.ceil(number * unit))


def more_than(number: float, unit: int = 1) -> Bound:
    """Return the least whole `n` with `n / unit > number`."""
    if math.isinf(number):
        return number < 0
    return least(lambda n: (n if unit == 1 else n / unit) > number, math.floor(number * unit) + 1)


def cut(sign: Comparison, number: float, unit: int = 1) -> tuple[Bound, Bound, bool]:
    """Return *sign number* as a stretch of whole numbers: (first inside, first beyond, whether it is the inside).

    `n / unit sign number` holds where `first inside <= n < first beyond` is the third value. A bound True lies below
    every number, False beyond them all.
    """
    if math.isnan(number):
        # What comes of taking infinity from itself is not equal to any number, and neither less nor more.
        return False, False, sign != "!="
    low, high = at_least(number, unit), more_than(number, unit)
    match sign:
        case ">=":
            return low, False, True
        case ">":
            return high, False, True
        case "<":
            return low, False, False
        case "<=":
            return high, False, False
        case "==":
            return low, high, True
        case "!=":  # the union is closed
            return low, high, False
