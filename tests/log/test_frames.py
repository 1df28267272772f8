import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from onward.files import read_log
from onward.problems import LogError

COLUMNS: dict[str, list[object]] = {"time": ["2004", "2005"], "event": ["a", "b"], "case": ["c", "d"]}


def test_dates_and_datetimes_of_a_frame_are_days_and_instants() -> None:
    days = [dt.date(1648, 10, 24), dt.date(2004, 2, 29)]
    instants = [dt.datetime(2004, 2, 29), dt.datetime(2004, 2, 29, 12, 30, 0, 5)]  # noqa: DTZ001 - naive UTC
    by_day = read_log(pl.DataFrame({**COLUMNS, "time": days}))
    by_instant = read_log(pl.DataFrame({**COLUMNS, "time": instants}))
    assert [time.recorded for time in by_day.times] == ["1648-10-24", "2004-02-29"]
    assert [(time.first, time.last) for time in by_instant.times] == [(instant, instant) for instant in instants]


def test_times_with_a_zone_are_converted_to_utc() -> None:
    aware = pd.DataFrame({**COLUMNS, "time": pd.to_datetime(["2004-06-01", "2004-12-01"]).tz_localize("Europe/Oslo")})
    expected = [dt.datetime(2004, 5, 31, 22), dt.datetime(2004, 11, 30, 23)]  # noqa: DTZ001 - naive UTC
    for frame in (aware, pl.from_pandas(aware)):
        assert [time.first for time in read_log(frame).times] == expected


def test_pandas_gaps_and_days_are_turned_back() -> None:
    frame = pd.DataFrame(
        {
            **COLUMNS,
            "time": pd.to_datetime(["2004-02-29", "2005-01-01"]),
            "until": [2005, None],
            "mandate": [1244, None],
            "share": [0.5, None],
            "empty": [None, None],
            "whole": [1.0, 2.0],
            "seen": pd.to_datetime(["2004-02-29T10:00", None]),
        }
    )
    log = read_log(frame)
    assert [time.recorded for time in log.times] == ["2004-02-29", "2005-01-01"]
    assert [until and until.recorded for until in log.untils] == ["2005", None]
    assert log.attributes == {
        "mandate": "integer",
        "share": "number",
        "empty": "string",
        "whole": "number",
        "seen": "string",
    }
    assert log.columns["mandate"] == (1244, None)
    assert log.columns["seen"] == ("2004-02-29T10:00:00", None)


def test_pandas_columns_of_every_kind_become_plain_values() -> None:
    frame = pd.DataFrame(
        {
            **COLUMNS,
            "event": pd.Categorical(["a", "b"]),
            "case": [7.0, 8.0],
            "nullable": pd.array([1, None], dtype="Int64"),
            "truth": pd.array([True, None], dtype="boolean"),
            "text": pd.array(["x", None], dtype="string"),
            "objects": pd.Series([np.int64(3), np.float64(0.5)], dtype=object),
            "arrow": pd.array([1, None], dtype="int64[pyarrow]"),
        }
    )
    log = read_log(frame)
    assert log.types == ("a", "b")
    assert log.case_names == ("7", "8")
    assert log.columns == {
        "nullable": (1, None),
        "truth": (True, None),
        "text": ("x", None),
        "objects": (3.0, 0.5),
        "arrow": (1, None),
    }
    assert type(log.columns["objects"][0]) is float


def test_pandas_needs_no_pyarrow(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pyarrow", "polars"):
        monkeypatch.setitem(__import__("sys").modules, name, None)
    assert read_log(pd.DataFrame(COLUMNS)).types == ("a", "b")


def test_arrow_tables_and_whatever_streams_arrow_are_read() -> None:
    class Streams:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            return pa.table(COLUMNS).__arrow_c_stream__(requested_schema)

    for source in (pa.table(COLUMNS), pa.table(COLUMNS).to_batches()[0], Streams()):
        assert list(read_log(source).events()) == list(read_log(pl.DataFrame(COLUMNS)).events())


def test_polars_columns_of_every_kind_become_plain_values() -> None:
    frame = pl.DataFrame(
        {
            **COLUMNS,
            "organizations": [["UN", "EU"], None],
            "kind": pl.Series(["x", None], dtype=pl.Categorical),
            "cost": [Decimal("1.50"), None],
            "share": [0.5, float("nan")],
            "at": [dt.time(12, 30), None],
        }
    )
    log = read_log(frame)
    assert log.organizations == (("UN", "EU"), ())
    assert log.columns == {"kind": ("x", None), "cost": (1.5, None), "share": (0.5, None), "at": ("12:30:00", None)}


def test_rows_of_a_frame_are_counted_from_1() -> None:
    frame = pl.DataFrame(
        {"event_id": ["A", "A", None], "time": ["2004", "2005", None], "event": ["a"] * 3, "case": ["c"] * 3}
    )
    with pytest.raises(LogError) as caught:
        read_log(frame)
    assert str(caught.value) == (
        "data frame: row 2: event_id: 'A' is already the id of row 1; give each event its own id, or delete the copy\n"
        "data frame: row 3: time: there is no date; write it as 2005, 2005-09, 2005-09-14 or 2005-09-14T12:30"
    )
    log = read_log(frame, on_bad_rows="set-aside")
    assert (len(log), log.rows_read) == (1, 3)
    assert [(row.line, row.row, row.fields) for row in log.rejected] == [
        (None, 1, ("A", "2005", "a", "c")),
        (None, 2, (None, None, "a", "c")),
    ]


def test_a_frame_without_columns_lacks_them_all() -> None:
    with pytest.raises(LogError) as caught:
        read_log(pl.DataFrame())
    assert str(caught.value.problems[0]) == (
        "data frame: there is no column 'time'; add it (date, time:timestamp would be understood too)"
    )


def test_a_pandas_frame_with_a_column_twice_is_refused() -> None:
    frame = pd.DataFrame([["2004", "a", "c", "c"]], columns=["time", "event", "case", "case"])
    with pytest.raises(LogError, match="two columns 'case', the 3rd and the 4th"):
        read_log(frame)
