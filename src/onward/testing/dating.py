"""Dates as a model's calendar cares for them: so far from one another that timers and windows just end, or do not."""

import math
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache

from hypothesis import strategies as st

from onward.history.clock import later
from onward.history.judging import YEAR
from onward.log.dates import Interval, parse_interval
from onward.model.elements import Count, Sum
from onward.model.model import Model
from onward.testing.alphabet import OFTEN, SELDOM, Strategy
from onward.testing.asked import years_in

Stride = tuple[int, int]
"""So many months and days."""

FIRST_DAYS = ("2001-01-01", "2001-06-15", "2000-02-29", "2001-01-31", "2001-12-31", "2004-02-28")
"""Days on which logs begin: plain ones, a leap day, ends of months and of a year."""

_BEGINNINGS = st.sampled_from([parse_interval(day) for day in FIRST_DAYS])
_SMALL: tuple[Stride, ...] = ((0, 0), (0, 1), (0, 30), (12, 0))
_LONGEST = 9999
# So far that there is always a next day.
_LAST_YEAR = 9990
_FORMS = st.sampled_from(("day", "day", "day", "day", "day", "month", "year", "noon"))


def spans_of(model: Model) -> Iterator[Stride]:
    """Yield the lengths of the timers and windows of *model*."""
    yield from (model.length_of(way.after.span) for way in model.transitions if way.after is not None)
    for variable in model.context:
        match variable.reducer:
            case Count(within=span) | Sum(within=span) if span is not None:
                yield model.length_of(span)
            case _:
                pass


@lru_cache(maxsize=64)
def strides_of(model: Model) -> tuple[Stride, ...]:
    """Return how far apart events may lie: nothing, a little, and around every stretch of time that *model* knows."""
    found = list(_SMALL)
    for months, days in spans_of(model):
        found += [(months, days), (months, days - 1), (months, days + 1)]
    for years in years_in(model):
        if 0 < years < _LONGEST:
            # A mean year is no whole number of days.
            whole = math.floor(years * YEAR / timedelta(days=1))
            found += [(0, whole), (0, whole + 1)]
    return tuple(dict.fromkeys(found))


def drawn_beginning(draw: st.DrawFn) -> Interval:
    """Draw the date of a first event."""
    return draw(_BEGINNINGS)


def drawn_after(draw: st.DrawFn, model: Model, since: Interval) -> Interval:
    """Draw a date that lies a stride of *model* after *since*, mostly as a whole day."""
    months, days = draw(_strides(model))
    anchor = since.last if draw(OFTEN) else since.first
    reached = later(anchor, months, days)
    return _written(anchor if reached is None or reached.year > _LAST_YEAR else reached, draw(_FORMS))


@lru_cache(maxsize=64)
def _strides(model: Model) -> Strategy[Stride]:
    return st.sampled_from(strides_of(model))


def drawn_until(draw: st.DrawFn, model: Model, time: Interval) -> Interval | None:
    """Draw the end of what began at *time*, not always recorded."""
    if draw(SELDOM):
        return None
    end = drawn_after(draw, model, time)
    return end if end.last >= time.first else None


def day_of(moment: datetime) -> Interval:
    """Return the day of *moment*."""
    return _written(moment, "day")


def _written(moment: datetime, form: str) -> Interval:
    day = date(moment.year, moment.month, moment.day).isoformat()
    match form:
        case "month":
            return parse_interval(day[:7])
        case "year":
            return parse_interval(day[:4])
        case "noon":
            return parse_interval(f"{day}T12:00")
        case _:
            return parse_interval(day)
