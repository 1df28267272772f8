"""The calendar of timers and windows: an instant so many months and days later, and how such an instant is written."""

from calendar import monthrange
from datetime import datetime, time, timedelta
from typing import Literal

from onward.log.dates import Interval

_MIDNIGHT, _END_OF_DAY = time(), time(23, 59, 59, 999999)


def later(moment: datetime, months: int, days: int) -> datetime | None:
    """Return *moment* so many *months* and *days* later, at the same time of day; None beyond the year 9999.

    A day that the month lacks becomes the end of its last: a year after February 29 is the end of February 28. So what
    begins later never ends earlier.
    """
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    try:
        last = monthrange(year, month + 1)[1]
        if moment.day > last:
            moment = datetime.combine(moment.replace(day=last), _END_OF_DAY)
        return moment.replace(year=year, month=month + 1) + timedelta(days=days)
    except (ValueError, OverflowError):
        return None


def written(moment: datetime, reading: Literal["certain", "possible"]) -> Interval:
    """Return *moment* as a date that counts from there: a whole day where that is enough."""
    if moment.time() != (_END_OF_DAY if reading == "certain" else _MIDNIGHT):
        return Interval(moment.isoformat(), moment, moment)
    day = moment.date()
    return Interval(day.isoformat(), datetime.combine(day, _MIDNIGHT), datetime.combine(day, _END_OF_DAY))
