import copy
import datetime as dt
import pickle
from typing import get_args

import numpy as np
import polars as pl
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from onward.log.columns import Coded, columns_of, iso_texts
from onward.log.content import content_of
from onward.log.dates import parse_interval
from onward.log.log import AttributeType, EventLog
from onward.log.views import CHUNK, View, log_of, packed
from onward.testing import logs, models

# On both sides of where Python begins to write an exponent.
FLOATS = (-0.0, 0.1, 0.0001, 0.00009999, 1.5e-5, 9999999999999998.0, 1e16, 1.5e16, 123456789.125)


@given(st.data())
def test_a_log_held_as_columns_is_the_same_log(data: st.DataObject) -> None:
    plain = data.draw(logs(data.draw(models())))
    log = packed(plain)
    assert log.store is not None
    assert columns_of(log) is log.store
    assert log == plain
    assert plain == log
    assert (log.fingerprint, len(log), log.rows_read) == (plain.fingerprint, len(plain), plain.rows_read)
    assert log.frame.equals(plain.frame)
    assert log.frame.columns == plain.frame.columns
    assert list(log.events()) == list(plain.events())
    assert packed(log) is log


@given(
    st.lists(
        st.tuples(
            st.text(max_size=3),
            st.none() | st.booleans(),
            st.none() | st.integers(-(2**63), 2**63 - 1),
            st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(FLOATS),
            st.none() | st.sampled_from(('a "b"', "é", "\\", "\n", "\x7f", "")),
        ),
        max_size=5,
    ),
    st.booleans(),
)
def test_what_a_log_says_is_the_same_whatever_it_is_held_in(rows: list[tuple[object, ...]], recorded: bool) -> None:  # noqa: FBT001
    names, *values = list(zip(*rows, strict=True)) if rows else [()] * 5
    types = get_args(AttributeType)
    plain = EventLog(
        name="drawn",
        types=names,
        times=(parse_interval("2004-02"),) * len(rows),
        ids=names if recorded else ("",) * len(rows),
        untils=(parse_interval("2005"), None, *[None] * len(rows))[: len(rows)] if recorded else (None,) * len(rows),
        has_case=recorded,
        case_names=names if recorded else (),
        has_organizations=not recorded,
        organizations=() if recorded else (("EU", "UN"), (), *[()] * len(rows))[: len(rows)],
        attributes={f'"{type_}"': type_ for type_ in types},
        columns={f'"{type_}"': column for type_, column in zip(types, values, strict=True)},
    )
    log = packed(plain)
    assert log == plain
    assert log.fingerprint == plain.fingerprint


def read(rows: int) -> EventLog:
    types = [f"type {row % 3}" for row in range(rows)]
    days = [parse_interval(f"2004-01-{row % 28 + 1:02d}") for row in range(rows)]
    return packed(EventLog("drawn", types, days, [""] * rows, [None] * rows, True, types, False, ()))  # noqa: FBT003


def test_a_view_is_a_sequence() -> None:
    view = View(7, lambda start, stop: list("abcdefg"[start:stop]))
    letters = tuple("abcdefg")
    assert (view[0], view[-1], len(view), list(view), "c" in view) == ("a", "g", 7, list("abcdefg"), True)
    assert view[2:5] == letters[2:5]
    assert view[2:][1:3][-1] == "e"
    assert view[5:2] == ()
    assert view[::-2] == letters[::-2]
    assert view == letters
    assert letters == view
    assert view == view[:]
    assert view != letters[:-1]
    assert view != (*letters[:-1], "x")
    assert view != list(letters)
    assert repr(view) == "<7 values: 'a', 'b', 'c', ...>"
    assert repr(view[:1]) == "<1 values: 'a'>"
    with pytest.raises(IndexError):
        view[7]
    with pytest.raises(TypeError):
        hash(view)


def test_a_view_longer_than_a_chunk_is_gone_through_whole() -> None:
    log = read(CHUNK + 2)
    assert len(list(log.types)) == CHUNK + 2
    assert list(log.times)[-1] == log.times[CHUNK + 1] == log.event(-1).time


def test_a_log_of_columns_survives_copying_and_pickling() -> None:
    log = read(3)
    assert pickle.loads(pickle.dumps(log)) == copy.deepcopy(log) == log  # noqa: S301 - our own
    assert evolve(log, name="other").store is log.store


def test_a_log_of_columns_is_shown_in_short() -> None:
    assert len(repr(read(1000))) < 800


def test_a_date_of_a_row_is_found_from_either_end() -> None:
    times = columns_of(read(3)).times
    assert times.interval(0) == parse_interval("2004-01-01")
    assert times.interval(-1) == parse_interval("2004-01-03")
    assert times.recorded(pl.Series([2, 0])).to_list() == ["2004-01-03", "2004-01-01"]
    with pytest.raises(IndexError):
        times.interval(3)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([dt.date(1, 1, 1), None, dt.date(9999, 12, 31)], pl.Date),
        ([dt.time(1, 2, 3), dt.time(1, 2, 3, 4), None], pl.Time),
        ([dt.datetime(476, 9, 4), None, dt.datetime(2004, 1, 1, 2, 3, 4)], pl.Datetime("us")),  # noqa: DTZ001
        ([dt.datetime(476, 9, 4), None, dt.datetime(2004, 1, 1, 2, 3, 4, 5)], pl.Datetime("us")),  # noqa: DTZ001
        ([dt.datetime(2004, 7, 1), dt.datetime(2004, 1, 1)], pl.Datetime("ms", "UTC")),  # noqa: DTZ001
        ([dt.datetime(2004, 7, 1, tzinfo=dt.UTC), dt.datetime(2004, 1, 1)], pl.Datetime("us", "Europe/Oslo")),  # noqa: DTZ001
    ],
)
def test_dates_are_written_as_python_writes_them(values: list[object], kind: pl.DataType) -> None:
    naive = pl.Series([value.replace(tzinfo=None) if isinstance(value, dt.datetime) else value for value in values])
    zone = getattr(kind, "time_zone", None)
    column = naive.dt.replace_time_zone(zone) if zone else naive.cast(kind)
    assert iso_texts(column).to_list() == [value and value.isoformat() for value in column.to_list()]


def test_texts_in_no_row_do_no_harm() -> None:
    times = columns_of(read(2)).times
    columns = evolve(
        columns_of(read(2)), types=Coded(np.array([2, 0], np.uint32), pl.Series(["a", "b", "c"])), times=times
    )
    log = log_of("made", columns)
    assert log.types == ("c", "a")
    assert b"".join(content_of(columns)).count(b"\n") == 2
