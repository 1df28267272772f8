import copy
import pickle

import polars as pl
import pytest
from attrs.exceptions import FrozenInstanceError

from onward.files import read_log
from onward.log.dates import parse_interval
from onward.log.formats import PARSERS
from onward.log.log import Event, EventLog
from onward.log.schema import build_log

TEXT = """\
event_id,time,case,organizations,event,until,formal,size,share,first
A,2004-02,c,UN;EU,contact,2005,true,12,0.5,x
,1648,d,,treaty,,,,,
"""


def read(text: str, name: str = "events.csv") -> EventLog:
    return build_log(PARSERS[".csv"](text.encode(), name), "fail")


def test_an_event_is_found_by_its_row() -> None:
    log = read(TEXT)
    event = Event(
        type="contact",
        time=parse_interval("2004-02"),
        id="A",
        attributes={"formal": True, "size": 12, "share": 0.5, "first": "x"},
        organizations=("UN", "EU"),
        until=parse_interval("2005"),
        row=0,
    )
    assert log.event(0) == event
    assert log.event(-1).row == 1
    assert list(log.events()) == [event, log.event(1)]
    with pytest.raises(IndexError):
        log.event(2)


def test_an_event_can_be_a_key_and_cannot_be_changed() -> None:
    event = Event("contact", None)
    assert {event: 1}[Event("contact", None)] == 1
    with pytest.raises(FrozenInstanceError):
        event.type = "other"  # type: ignore[misc]


def test_the_frame_shows_every_column_as_polars_types_it() -> None:
    frame = read(TEXT).frame
    assert frame.schema == {
        "event_id": pl.String,
        "time": pl.String,
        "event": pl.String,
        "case": pl.String,
        "organizations": pl.String,
        "until": pl.String,
        "formal": pl.Boolean,
        "size": pl.Int64,
        "share": pl.Float64,
        "first": pl.String,
    }
    row = ("A", "2004-02", "contact", "c", "UN;EU", "2005", True, 12, 0.5, "x")
    assert frame.row(0) == row
    assert frame.row(1, named=True)["until"] is None


def test_the_frame_has_only_the_columns_that_name_a_case_in_the_log() -> None:
    assert read("time,case,event\n").frame.columns == ["event_id", "time", "event", "case", "until"]
    pairs = read("time,organizations,event\n").frame.columns
    assert pairs == ["event_id", "time", "event", "organizations", "until"]


def test_a_log_survives_copying_and_pickling() -> None:
    log = read(TEXT)
    assert log.frame.height == 2
    assert pickle.loads(pickle.dumps(log)) == copy.deepcopy(log) == log  # noqa: S301 - our own


def test_the_fingerprint_is_of_what_the_log_says() -> None:
    fingerprint = read(TEXT).fingerprint
    # Written down, because manifests of other versions hold it.
    assert fingerprint == "8dbf3dccbf66b2b38bdd734360cf1dba2f5a2743f2067cdccd95083f8ff71112"
    assert read(TEXT, "other.csv").fingerprint == fingerprint


@pytest.mark.parametrize("cell", ["A", "2004-02", "c,", "UN;EU", "contact", "2005", "true", "12", "0.5", "x\n", "1648"])
def test_a_change_in_any_cell_changes_the_fingerprint(cell: str) -> None:
    other = {"2004-02": "2004-02-01", "UN;EU": "UN;AU", "2005": "2006", "true": "false", "12": "13", "1648": "1649"}
    changed = TEXT.replace(cell, other.get(cell, f"0{cell}"))
    assert changed != TEXT
    assert read(changed).fingerprint != read(TEXT).fingerprint


def test_columns_in_another_order_leave_the_fingerprint_as_it_is() -> None:
    one = read_log(pl.DataFrame({"time": [2004], "event": ["e"], "case": ["c"], "a": [1], "b": [2]}))
    two = read_log(pl.DataFrame({"b": [2], "case": ["c"], "a": [1], "event": ["e"], "time": [2004]}))
    assert one.fingerprint == two.fingerprint
