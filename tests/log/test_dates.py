from datetime import UTC, date, datetime, timedelta, timezone

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onward.log.dates import HOW_TO_WRITE, DateError, Interval, interval_of, parse_interval

DATES = st.dates(date(1, 1, 1), date(9999, 12, 31))
INSTANTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30))  # noqa: DTZ001 - naive UTC throughout


def instant(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001 - naive UTC throughout


@given(DATES)
def test_a_finer_date_lies_inside_the_coarser_one(day: date) -> None:
    written = day.isoformat()
    year, month, whole, minute, second = (
        parse_interval(text) for text in (written[:4], written[:7], written, f"{written}T12:30", f"{written}T12:30:15")
    )
    assert year.first <= month.first <= whole.first < minute.first < second.first
    assert second.first == second.last < minute.last < whole.last <= month.last <= year.last


@given(DATES.filter(lambda day: day < date.max))
def test_a_day_ends_a_microsecond_before_the_next(day: date) -> None:
    following = parse_interval((day + timedelta(days=1)).isoformat())
    assert parse_interval(day.isoformat()).last + timedelta(microseconds=1) == following.first


@given(st.integers(1, 9998), st.integers(1, 12))
def test_months_and_years_end_where_the_next_begin(year: int, month: int) -> None:
    next_month = f"{year + month // 12:04d}-{month % 12 + 1:02d}"
    moment = timedelta(microseconds=1)
    assert parse_interval(f"{year:04d}-{month:02d}").last + moment == parse_interval(next_month).first
    assert parse_interval(f"{year:04d}").last + moment == parse_interval(f"{year + 1:04d}").first


@given(INSTANTS, st.integers(-23 * 3600, 23 * 3600))
def test_an_offset_is_converted_to_utc(moment: datetime, seconds: int) -> None:
    # Old time zones are seconds away from UTC: Paris was ahead by 00:09:21.
    local = moment.replace(tzinfo=UTC).astimezone(timezone(timedelta(seconds=seconds)))
    interval = parse_interval(local.isoformat())
    assert (interval.first, interval.last) == (moment, moment)
    assert interval == interval_of(local)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("0001", instant(1, 1, 1), instant(1, 12, 31, 23, 59, 59, 999999)),
        ("9999", instant(9999, 1, 1), instant(9999, 12, 31, 23, 59, 59, 999999)),
        ("9999-12", instant(9999, 12, 1), instant(9999, 12, 31, 23, 59, 59, 999999)),
        ("1648-10-24", instant(1648, 10, 24), instant(1648, 10, 24, 23, 59, 59, 999999)),
        ("2004-02", instant(2004, 2, 1), instant(2004, 2, 29, 23, 59, 59, 999999)),
        ("2004-06-01 12:30", instant(2004, 6, 1, 12, 30), instant(2004, 6, 1, 12, 30, 59, 999999)),
        ("2004-06-01T12:30Z", instant(2004, 6, 1, 12, 30), instant(2004, 6, 1, 12, 30, 59, 999999)),
        ("2004-06-01T01:30+05:45", instant(2004, 5, 31, 19, 45), instant(2004, 5, 31, 19, 45, 59, 999999)),
        ("1900-01-01T00:09+00:09:21", instant(1899, 12, 31, 23, 59, 39), instant(1900, 1, 1, 0, 0, 38, 999999)),
        ("2004-06-01T12:30:00 -0200", instant(2004, 6, 1, 14, 30), instant(2004, 6, 1, 14, 30)),
        ("2004-06-01T12:30:00,5", instant(2004, 6, 1, 12, 30, 0, 500000), instant(2004, 6, 1, 12, 30, 0, 500000)),
        ("2004-06-01T12:30:00.123456789+01", instant(2004, 6, 1, 11, 30, 0, 123456), None),
    ],
)
def test_a_date_is_as_wide_as_what_was_written(text: str, first: datetime, last: datetime | None) -> None:
    assert parse_interval(f" {text} ") == Interval(text, first, last or first)


@pytest.mark.parametrize(
    ("text", "what", "mend"),
    [
        ("", "there is no date", HOW_TO_WRITE),
        ("0000", "'0000' is impossible: there is no year 0", "write a year from 0001 to 9999"),
        (
            "2005-02-30",
            "'2005-02-30' is impossible: February 2005 has 28 days",
            "write a day from 01 to 28, or 2005-02 if the day is not known",
        ),
        (
            "2005-13",
            "'2005-13' is impossible: there is no month 13",
            "write a month from 01 to 12, or 2005 if the month is not known",
        ),
        (
            "2005-01-00T10:00",
            "'2005-01-00' is impossible: January 2005 has 31 days",
            "write a day from 01 to 31, or 2005-01 if the day is not known",
        ),
        (
            "2005-01-01T24:00",
            "'2005-01-01T24:00' is impossible: a day ends with 23:59:59",
            "write a time from 00:00 to 23:59:59",
        ),
        (
            "2005-01-01T10:00+24:00",
            "'2005-01-01T10:00+24:00' is impossible: there is no offset +24:00",
            "write an offset such as +02:00, or Z for UTC",
        ),
        (
            "2005-01-01T10:00+01:00:60",
            "'2005-01-01T10:00+01:00:60' is impossible: there is no offset +01:00:60",
            "write an offset such as +02:00, or Z for UTC",
        ),
        (
            "0001-01-01T00:00+01:00",
            "'0001-01-01T00:00+01:00' is impossible: in UTC it lies outside the years 0001 to 9999",
            "leave out the offset",
        ),
        ("soon", "'soon' is no date that can be read", HOW_TO_WRITE),
        ("1990s", "'1990s' is no date that can be read", HOW_TO_WRITE),
        ("٢٠٠٥", "'٢٠٠٥' is no date that can be read", HOW_TO_WRITE),
    ],
)
def test_what_is_no_date_says_why(text: str, what: str, mend: str) -> None:
    with pytest.raises(DateError) as caught:
        parse_interval(text)
    assert (caught.value.what, caught.value.mend, str(caught.value)) == (what, mend, f"{what}; {mend}")


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("31/12/2007", "write 2007-12-31"),
        ("12/31/2007", "write 2007-12-31"),
        ("12.05.2004", "write 2004-05-12"),
        ("1. 5. 2004", "write 2004-05-01"),
        ("05/12/2004", "write 2004-12-05 or 2004-05-12"),
        ("5/5/2004", "write 2004-05-05"),
        ("2004/6/1", "write 2004-06-01"),
        ("2004-6", "write 2004-06"),
        ("20040601", "write 2004-06-01"),
        ("6/2004", "write 2004-06"),
        ("May 1948", "write 1948-05"),
        ("14 May 1948", "write 1948-05-14"),
        ("14th Sept. 1948", "write 1948-09-14"),
        ("May 14, 1948", "write 1948-05-14"),
        ("14/09/2005 00:00", "write 2005-09-14"),
        ("9/14/2005 0:00:00", "write 2005-09-14"),
        ("04/05/2005 00:00", "write 2005-05-04 or 2005-04-05"),
        ("2005-09-14 0:00", "write 2005-09-14"),
        ("14/09/2005 9:30", "write 2005-09-14T09:30"),
        ("14.9.2005 12:30:15", "write 2005-09-14T12:30:15"),
        ("9/2005 00:00", "write 2005-09"),
        ("9/2005 12:30", HOW_TO_WRITE),
        ("14/09/2005 25:00", HOW_TO_WRITE),
        # September 2005, September 1905, or the 5th of some September.
        ("Sep-05", HOW_TO_WRITE),
        ("Lent 1948", HOW_TO_WRITE),
        ("31/02/2007", HOW_TO_WRITE),
    ],
)
def test_a_date_in_another_habit_is_told_its_iso_form(text: str, mend: str) -> None:
    with pytest.raises(DateError) as caught:
        parse_interval(text)
    assert (caught.value.what, caught.value.mend) == (f"{text!r} is no date that can be read", mend)


@pytest.mark.parametrize(
    ("value", "recorded"),
    [
        (1949, "1949"),
        (800, "0800"),
        (1949.0, "1949"),
        (date(2004, 6, 1), "2004-06-01"),
        (parse_interval("2004-06"), "2004-06"),
        ("2004-06", "2004-06"),
    ],
)
def test_values_that_say_a_date_are_read_like_the_text(value: object, recorded: str) -> None:
    assert interval_of(value) == parse_interval(recorded)


def test_a_pandas_timestamp_becomes_a_plain_datetime() -> None:
    interval = interval_of(pd.Timestamp("2004-06-01T12:30:00.000000001"))
    assert interval == Interval("2004-06-01T12:30:00", instant(2004, 6, 1, 12, 30), instant(2004, 6, 1, 12, 30))
    assert type(interval.first) is datetime


@pytest.mark.parametrize("value", [True, 1949.5, None, [], pd.NaT, float("nan")])
def test_other_values_are_no_dates(value: object) -> None:
    with pytest.raises(DateError) as caught:
        interval_of(value)
    assert (caught.value.what, caught.value.mend) == (f"{value!r} is no date", HOW_TO_WRITE)
