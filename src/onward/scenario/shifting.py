"""Dates moved by a stretch of the calendar, written as before: a month stays a month, a minute a minute."""

import re
from calendar import monthrange
from datetime import date, timedelta

from attrs import frozen

from onward.log.dates import DateError, Interval, parse_interval
from onward.scenario.edits import Shift

_PARTS = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(.*))?)?", re.ASCII | re.DOTALL)


@frozen
class Unmoved:
    """Why a date cannot be moved, and what to write instead."""

    what: str
    mend: str


def moved(time: Interval, by: Shift) -> Interval | Unmoved:
    """Return *time* moved *by* a stretch, as precise as before; a day that the month lacks becomes its last."""
    match = _PARTS.fullmatch(time.recorded.strip())
    assert match is not None  # noqa: S101  # every date is recorded as ISO has it
    year, month, day, rest = match.groups()
    months, days = _calendar(by)
    if (month is None and (days or months % 12)) or (day is None and days):
        precision = "year" if month is None else "month"
        what = f"{time.recorded} is a whole {precision} and cannot be moved {by}"
        units = "years" if month is None else "months or years"
        return Unmoved(what, f"move it by {units}, or to a date")
    try:
        numbers = (None if part is None else int(part) for part in (month, day))
        text = _written(int(year), *numbers, months=months, days=days)
        return parse_interval(text + (rest or ""))
    except (DateError, OverflowError, ValueError):
        return Unmoved(f"{time.recorded}, moved {by}, is outside the years 0001 to 9999", "move it less far")


def _calendar(by: Shift) -> tuple[int, int]:
    """Return a stretch as months and days, one of which is 0."""
    match by.unit:
        case "years":
            return 12 * by.length, 0
        case "months":
            return by.length, 0
        case "weeks":
            return 0, 7 * by.length
        case "days":  # the union is closed
            return 0, by.length


def _written(year: int, month: int | None, day: int | None, *, months: int, days: int) -> str:
    years, number = divmod(year * 12 + (month or 1) - 1 + months, 12)
    if not 1 <= years <= 9999:
        raise OverflowError
    if month is None:
        return f"{years:04d}"
    if day is None:
        return f"{years:04d}-{number + 1:02d}"
    last = monthrange(years, number + 1)[1]
    return (date(years, number + 1, min(day, last)) + timedelta(days=days)).isoformat()
