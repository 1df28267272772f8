"""Lengths: how many days spans of months and days have, wherever in the calendar they begin."""

import datetime as dt
from calendar import monthrange
from functools import lru_cache

_CENTURIES = 146_097
"""Days in four centuries, after which the calendar comes round."""

Length = tuple[int, int]
"""A span as months and days."""


@lru_cache(maxsize=256)
def days_in(length: Length) -> tuple[int, int]:
    """Return how many days a span has at least and at most, wherever it begins."""
    months, days = length
    if not months:
        return days, days
    found = [
        _day(month + months, min(day, _month_days(month + months))) - _day(month, day)
        for month in range(4800)
        for day in (1, *range(28, _month_days(month) + 1))
    ]
    return min(found) + days, max(found) + days


def _month_days(month: int) -> int:
    year, number = divmod(month, 12)
    return monthrange(2000 + year % 400, number + 1)[1]


def _day(month: int, day: int) -> int:
    year, number = divmod(month, 12)
    return dt.date(2000 + year % 400, number + 1, day).toordinal() + year // 400 * _CENTURIES


def no_longer(one: Length, other: Length) -> bool:
    """Tell whether one span never ends after another that begins with it or later."""
    return one == other or days_in(one)[1] <= days_in(other)[0]
