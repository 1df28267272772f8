"""Dates as people write them: each is an interval of instants, as wide as what was written leaves open.

All instants are UTC, as naive datetimes. Knows no file and no log.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

from attrs import frozen

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

ISO_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
ISO_DATETIME = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)[Tt ](?P<hour>\d\d):(?P<minute>\d\d)"
    r"(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?"
    r" ?(?P<offset>[Zz]|(?P<sign>[+-])(?P<hours>\d\d):?(?:(?P<minutes>\d\d)(?::(?P<seconds>\d\d))?)?)?",
    re.ASCII,
)

# How dates are written where ISO is not the habit. Dots go with the day in front nearly everywhere;
# with slashes and hyphens it may be either, so both readings are offered.
HABITS = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        r"(?P<year>\d{4})[-/. ](?P<month>\d{1,2})(?:[-/. ](?P<day>\d{1,2}))?",
        r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)?",
        r"(?P<day>\d{1,2})[-/. ]+(?P<month>\d{1,2})[-/. ]+(?P<year>\d{4})",
        r"(?P<month>\d{1,2})[-/](?P<day>\d{1,2})[-/](?P<year>\d{4})",
        r"(?P<month>\d{1,2})[-/.](?P<year>\d{4})",
        r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?[ -])?(?P<month>[A-Za-z]{3,})\.?,?[ -](?P<year>\d{4})",
        r"(?P<month>[A-Za-z]{3,})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>\d{4})",
    )
)
# What a spreadsheet writes after a date that it takes for an instant.
CLOCK = re.compile(r"(?P<date>.+) (?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?", re.ASCII)

HOW_TO_WRITE = "write it as 2005, 2005-09, 2005-09-14 or 2005-09-14T12:30"


@frozen
class Interval:
    """A date as a person wrote it: any instant from *first* to *last*.

    Attributes:
        recorded: the date as written, such as `2003`, `2004-06`, `2004-06-01` or `2004-06-01T12:30`.
        first: the first instant it may mean (UTC, naive).
        last: the last instant it may mean; equal to *first* where the seconds are known.

    """

    recorded: str
    first: datetime
    last: datetime


class DateError(ValueError):
    """A value that is no date.

    Attributes:
        what: what is wrong with it.
        mend: how to write it instead.

    """

    def __init__(self, what: str, mend: str) -> None:
        self.what = what
        self.mend = mend
        super().__init__(f"{what}; {mend}")


def parse_interval(text: str) -> Interval:
    """Return the interval that *text*, an ISO date or datetime, stands for.

    Raises:
        DateError: *text* is no such date, or no such day, month or time exists.

    """
    written = text.strip()
    if match := ISO_DATE.fullmatch(written):
        return Interval(written, *_span_of_date(written, match))
    if match := ISO_DATETIME.fullmatch(written):
        return Interval(written, *_span_of_datetime(written, match))
    if not written:
        raise DateError("there is no date", HOW_TO_WRITE)
    raise DateError(f"{written!r} is no date that can be read", _write_instead(written))


def interval_of(value: object) -> Interval:
    """Return the interval that *value* stands for: text, a year, a date, a datetime, or an interval already.

    Raises:
        DateError: *value* is none of these, or an impossible one.

    """
    match value:
        case Interval():
            return value
        case str():
            return parse_interval(value)
        case datetime():
            return _interval_of_datetime(value)
        case date():
            return parse_interval(value.isoformat())
        case int() if not isinstance(value, bool):
            return parse_interval(f"{value:04d}")
        # A column of years with gaps comes out of a data frame as 2005.0.
        case float() if value.is_integer():
            return parse_interval(f"{value:04.0f}")
        case _:
            raise DateError(f"{value!r} is no date", HOW_TO_WRITE)


def _interval_of_datetime(value: datetime) -> Interval:
    """Return the instant *value*; a subclass with finer units (pandas) becomes a plain datetime."""
    try:
        plain = datetime.combine(value.date(), value.time(), value.tzinfo)
    except ValueError:  # pandas' NaT is a datetime without a date
        raise DateError(f"{value!r} is no date", HOW_TO_WRITE) from None
    instant = _to_utc(plain.replace(tzinfo=None), plain.utcoffset() or timedelta(), plain.isoformat())
    return Interval(plain.isoformat(), instant, instant)


def _span_of_date(written: str, match: re.Match[str]) -> tuple[datetime, datetime]:
    """Return the first and last instant of a year, a month or a day."""
    year = int(match[1])
    month, day = (int(part) if part else None for part in match.group(2, 3))
    if year == 0:
        raise DateError(f"{written!r} is impossible: there is no year 0", "write a year from 0001 to 9999")
    if month is None:
        return _first_instant(year, 1, 1), _last_instant(year, 12, 31)
    if not 1 <= month <= 12:
        mend = f"write a month from 01 to 12, or {match[1]} if the month is not known"
        raise DateError(f"{written!r} is impossible: there is no month {match[2]}", mend)
    days = monthrange(year, month)[1]
    if day is None:
        return _first_instant(year, month, 1), _last_instant(year, month, days)
    if not 1 <= day <= days:
        mend = f"write a day from 01 to {days}, or {match[1]}-{match[2]} if the day is not known"
        raise DateError(f"{written!r} is impossible: {MONTHS[month - 1]} {match[1]} has {days} days", mend)
    return _first_instant(year, month, day), _last_instant(year, month, day)


def _first_instant(year: int, month: int, day: int) -> datetime:
    """Return the start of a day."""
    return datetime(year, month, day)  # noqa: DTZ001 - naive UTC throughout


def _last_instant(year: int, month: int, day: int) -> datetime:
    """Return the last microsecond of a day; counting back from the next day would overflow in 9999."""
    return datetime(year, month, day, 23, 59, 59, 999999)  # noqa: DTZ001 - naive UTC throughout


def _span_of_datetime(written: str, match: re.Match[str]) -> tuple[datetime, datetime]:
    """Return the first and last instant of a minute, or twice the same instant."""
    day = parse_interval(match["date"]).first
    hour, minute, second = (int(match[unit] or 0) for unit in ("hour", "minute", "second"))
    if hour > 23 or minute > 59 or second > 59:
        raise DateError(f"{written!r} is impossible: a day ends with 23:59:59", "write a time from 00:00 to 23:59:59")
    # Digits beyond microseconds are cut: no datetime holds them.
    micros = int((match["fraction"] or "")[:6].ljust(6, "0"))
    instant = day.replace(hour=hour, minute=minute, second=second, microsecond=micros)
    ahead = _offset(written, match)
    first = _to_utc(instant, ahead, written)
    if match["second"]:
        return first, first
    return first, _to_utc(instant.replace(second=59, microsecond=999999), ahead, written)


def _offset(written: str, match: re.Match[str]) -> timedelta:
    """Return how far the clock of *written* is ahead of UTC."""
    if not match["sign"]:
        return timedelta()
    hours, minutes, seconds = (int(match[unit] or 0) for unit in ("hours", "minutes", "seconds"))
    if hours > 23 or minutes > 59 or seconds > 59:
        mend = "write an offset such as +02:00, or Z for UTC"
        raise DateError(f"{written!r} is impossible: there is no offset {match['offset']}", mend)
    ahead = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return -ahead if match["sign"] == "-" else ahead


def _to_utc(local: datetime, ahead: timedelta, written: str) -> datetime:
    """Return the naive UTC instant of *local*, whose clock is *ahead* of UTC."""
    try:
        return local.replace(tzinfo=timezone(ahead)).astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        what = f"{written!r} is impossible: in UTC it lies outside the years 0001 to 9999"
        raise DateError(what, "leave out the offset") from None


def _write_instead(written: str) -> str:
    """Return the mend for a date in another form: its ISO form where that can be told."""
    forms = dict.fromkeys(_iso_forms(written))
    return f"write {' or '.join(forms)}" if forms else HOW_TO_WRITE


def _iso_forms(written: str) -> Iterator[str]:
    """Yield each ISO date that *written* may stand for in somebody's habit."""
    clock = CLOCK.fullmatch(written)
    day_part, time = (clock["date"], _iso_time(clock)) if clock else (written, "")
    for habit in HABITS:
        if match := habit.fullmatch(day_part):
            parts = match.groupdict()
            month = _month_number(parts["month"])
            day = parts.get("day")
            form = f"{parts['year']}-{month:02d}" + (f"-{int(day):02d}" if day else "")
            try:
                yield parse_interval(form + time).recorded
            except DateError:
                continue


def _iso_time(clock: re.Match[str]) -> str:
    """Return the ISO form of a time of day; none at midnight, which a spreadsheet adds to a mere day."""
    hour, second = int(clock["hour"]), clock["second"]
    time = f"T{hour:02d}:{clock['minute']}" + (f":{second}" if second else "")
    return "" if time in {"T00:00", "T00:00:00"} else time


def _month_number(month: str) -> int:
    """Return the number of a *month* in digits or in English (three letters are enough); 0 if there is none such."""
    if month.isdigit():
        return int(month)
    names = [name.casefold() for name in MONTHS]
    return next((number for number, name in enumerate(names, 1) if name.startswith(month.casefold())), 0)
