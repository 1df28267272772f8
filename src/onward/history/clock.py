"""The calendar of timers and windows: an instant so many months and days later, and how such an instant is written."""

from calendar import monthrange
from datetime import datetime, time, timedelta
from typing import Literal

from onward.log.dates import Interval, parse_interval

_WHOLE_DAY = {"certain": time(23, 59, 59, 999999), "possible": time()}
"""The instant from which an event of some day counts."""


def later(moment: datetime, months: int, days: int) -> datetime | None:
    """Return *moment* so many *months* and *days* later, at the same time of day; None beyond the year 9999.

    A day that the month lacks becomes its last: a year after February 29 is February 28.
    """
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    try:
        day = min(moment.day, monthrange(year, month + 1)[1])
        return moment.replace(year=year, month=month + 1, day=day) + timedelta(days=days)
    except (ValueError, OverflowError):
        return None


def written(moment: datetime, reading: Literal["certain", "possible"]) -> Interval:
    """Return *moment* as a date that counts from there: a whole day where that is enough."""
    if moment.time() == _WHOLE_DAY[reading]:
        return parse_interval(moment.date().isoformat())
    return parse_interval(moment.isoformat())
