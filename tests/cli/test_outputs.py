"""What a replay writes overwrites nothing that it reads, and is checked before any work."""

import io
import json
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

import onward
from onward import files
from onward.cli import main

MODEL = """
onward: 1
name: visits
cases: column
events: {come: {}, go: {}}
context: {rooms: {distinct: room, of: [come]}}
phases: [outside, inside]
transitions:
  - {from: start, to: outside, on: go}
  - {from: [start, outside], to: inside, on: come, when: rooms >= 2}
"""
ROWS = {"time": ["2001-01-01", "2001-01-02", "2001-01-03"], "case": ["a", "a", "a"], "event": ["go", "come", "come"]}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "visits.yaml").write_text(MODEL)
    pl.DataFrame({**ROWS, "room": [None, "1", "2"]}).write_csv(tmp_path / "log.csv")
    pl.DataFrame({**ROWS, "room": [None, "1", "2"]}).write_parquet(tmp_path / "log.parquet")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(*arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    return main(["replay", *arguments], out, err), out.getvalue(), err.getvalue()


@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("-o", "log.parquet"), "log.parquet: this is the log that is read; write to another file"),
        (("-o", "visits.yaml", "--steps"), "visits.yaml: this is the model; write to another file"),
        (("--save-state", "log.parquet"), "log.parquet: this is the log that is read; write to another file"),
        (
            ("-o", "s.parquet", "--save-state", "s.parquet"),
            "s.parquet: this is the other output; write to another file",
        ),
        (("--save-state", "nowhere/s"), "nowhere/s: "),
        (("--save-state", ""), "--save-state needs a file name"),
        (("-o", "steps.parqet"), "steps.parqet: there is no format .parqet; did you mean '.parquet'?"),
        (("-o", "steps.csv.gz"), "steps.csv.gz: what is written is not compressed; leave out .gz"),
    ],
)
def test_an_output_that_cannot_be_is_refused_before_any_work(
    folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], what: str, *, long: bool
) -> None:
    monkeypatch.setattr(files, "HUGE", 1 if long else files.HUGE)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    code, out, err = told("log.parquet", "-m", "visits.yaml", *arguments)
    assert (code, out) == (2, "")
    assert what in err
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_pipe_is_not_replaced_by_a_table_and_a_link_stays_a_link(folder: Path) -> None:
    (folder / "link.parquet").symlink_to("real.parquet")
    assert told("log.csv", "-m", "visits.yaml", "-o", "link.parquet")[0] == 0
    assert (folder / "link.parquet").is_symlink()
    assert pl.read_parquet(folder / "real.parquet").height == 3
    code, _, err = told("log.csv", "-m", "visits.yaml", "-o", "/dev/null", "--steps")
    assert (code, "file name has no ending" in err or "pipe or a device" in err) == (2, True)


@pytest.mark.usefixtures("folder")
def test_long_and_short_logs_have_the_same_json(monkeypatch: pytest.MonkeyPatch) -> None:
    short = json.loads(told("log.parquet", "-m", "visits.yaml", "--format", "json")[1])
    monkeypatch.setattr(files, "HUGE", 1)
    long = json.loads(told("log.parquet", "-m", "visits.yaml", "--format", "json")[1])
    assert list(long) == list(short)
    assert long["cases"] == short["cases"]
    assert long["phases"] == short["phases"]
    code, _, err = told("log.parquet", "-m", "visits.yaml", "--cases", "cases.csv")
    assert (code, "held as a whole" in err) == (2, True)


def test_the_steps_of_short_and_long_logs_stand_in_the_same_order(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_case = pl.DataFrame(
        {
            "time": [datetime(2001, 1, day) for day in (3, 4, 1, 2)],  # noqa: DTZ001  # naive UTC
            "case": ["b", "b", "a", "a"],
            "event": ["go", "come", "go", "come"],
        }
    )
    by_case.write_parquet(folder / "by-case.parquet")
    assert told("by-case.parquet", "-m", "visits.yaml", "-o", "short.parquet")[0] == 0
    monkeypatch.setattr(files, "HUGE", 1)
    assert told("by-case.parquet", "-m", "visits.yaml", "-o", "long.parquet")[0] == 0
    short, long = (pl.read_parquet(folder / f"{name}.parquet") for name in ("short", "long"))
    assert short.drop("recorded").rows() == long.drop("recorded").rows()
    assert short["row"].to_list() == [0, 1, 2, 3]


def test_a_row_too_short_is_refused_in_a_long_log_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "HUGE", 1)
    (folder / "short.csv").write_text("time,case,event,room\n2001-01-01,a,come,1\n2001-01-02,a,come\n")
    code, out, err = told("short.csv", "-m", "visits.yaml", "-o", "steps.parquet")
    assert (code, out) == (2, "")
    assert "short.csv:3: the row that ends here has not the 4 cells of the header" in err
    assert not (folder / "steps.parquet").exists()


def test_rows_without_a_date_are_set_aside_where_a_log_is_read_in_ranges_of_time(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "HUGE", 1)
    days = [datetime(2001, 1, day) if day else None for day in (9, 8, 0, 6, 5)]  # noqa: DTZ001  # naive UTC
    frame = pl.DataFrame({"time": days, "case": ["a"] * 5, "event": ["go"] * 5})
    frame.write_parquet(folder / "unsorted.parquet")
    code, out, _ = told("unsorted.parquet", "-m", "visits.yaml", "--on-bad-rows", "set-aside", "-o", "s.parquet")
    assert (code, "rows: 5 read = 4 replayed + 1 rejected" in out) == (0, True)


def test_a_case_goes_on_in_words_and_by_hand_from_where_it_stood(folder: Path) -> None:
    model = onward.load_model(folder / "visits.yaml")
    log = onward.read_log(folder / "log.parquet").frame
    first = onward.replay(model, log.head(2))
    second = onward.replay(model, log.tail(1), states=first.states)
    assert second.live("a").state == onward.replay(model, log).live("a").state
    assert [(step.before, step.after) for step in second.life("a").steps] == [("outside", "inside")]
    assert onward.replay(model, log.clear(), states=first.states).live("a").phase == "outside"


def test_values_of_another_kind_are_not_told_apart_from_those_of_the_states(folder: Path) -> None:
    model = onward.load_model(folder / "visits.yaml")
    texts = pl.DataFrame({**ROWS, "room": ["x", "1", "2"]})
    states = onward.replay(model, texts).states
    later = pl.DataFrame({"time": ["2002"], "case": ["a"], "event": ["come"], "room": [1]})
    for engine in ("plain", "columnar"):
        with pytest.raises(onward.UsageError, match="the column 'room' is of type number here"):
            onward.replay(model, later, states=states, engine=engine)
    nothing = later.with_columns(room=pl.lit(None, dtype=pl.String))
    assert onward.replay(model, nothing, states=states).cases["phase"].to_list() == ["inside"]
