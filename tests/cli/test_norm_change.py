"""What the commands say of models with tracks, timers, windows and flags: norm change, and small ones."""

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

import onward as library
from onward import files as reading

Onward = Callable[..., tuple[int, str, str]]
GOLDEN = Path(__file__).parent / "golden"
TREATY = """\
onward: 1
name: treaty
title: Life of a treaty
values: {place: {Rome: Rome, oslo: Oslo town}, kind: [bilateral, open]}
events: {signed: , used: , ended: }
context:
  fresh: {count: used, within: 2 years}
phases: [in_force, dormant, gone]
transitions:
  - {from: start, to: in_force, on: signed}
  - {from: in_force, to: dormant, after: {years: 10, without: [used]}}
  - {from: dormant, to: in_force, on: used}
  - {from: in_force, to: gone, on: ended}
invariants: [{name: in use, always: phase != dormant or years_in_phase < 1}]
tables: {uses: {rows: place, columns: kind, of: [used], title: Uses by place}}
"""
LOG = """\
event_id,time,event,case,place,kind
T1,2000-05-01,signed,A,Rome,open
T2,2001,used,A,Rome,open
T3,2001-06-30,used,A,oslo,open
T4,2005,signed,B,Rome,
T5,2015,signed,C,Rome,
"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "treaty.yaml").write_text(TREATY)
    (tmp_path / "log.csv").write_text(LOG)
    return tmp_path


def test_replay_prints_a_row_a_track_and_the_cross_table(onward: Onward, golden: Callable[[Path, str], None]) -> None:
    code, out, err = onward("replay", "-m", "norm_change")
    assert (code, err) == (0, "")
    golden(GOLDEN / "replay_norm_change.txt", out)


def test_explain_tells_of_both_tracks(onward: Onward, golden: Callable[[Path, str], None]) -> None:
    code, out, err = onward("explain", "integrated missions", "-m", "norm_change")
    assert (code, err) == (0, "")
    golden(GOLDEN / "explain_norm_change.txt", out)
    # There is one case only.
    assert onward("explain", "-m", "norm_change") == (0, out, "")


def test_a_case_may_be_left_out_only_where_there_is_one(onward: Onward) -> None:
    assert re.match(r"onward: CASE: the log has \d+ cases; name one: '", onward("explain", "-m", "treaty")[2])
    code, out, err = onward("explain")
    assert (code, out) == (2, "")
    assert err == (
        "onward: CASE: the log has 6 cases; name one: 'AU;EU', 'AU;NATO', 'AU;UN', 'EU;NATO', 'EU;UN', 'NATO;UN'\n"
    )


def test_the_json_of_replay_has_tracks_and_tables(onward: Onward) -> None:
    told = json.loads(onward("replay", "-m", "norm_change", "--format", "json")[1])
    assert [(row["case"], row["track"], row["phase"], row["moves"]) for row in told["cases"]] == [
        ("integrated missions", "narrow", "nominal", 4),
        ("integrated missions", "wide", "anchored", 4),
    ]
    assert [(each["track"], each["phase"]) for each in told["phases"] if each["cases"]] == [
        ("narrow", "nominal"),
        ("wide", "anchored"),
    ]
    assert [each["track"] for each in told["phases"] if each["phase"] == "start"] == ["narrow", "wide"]
    [table] = told["tables"]
    assert (table["name"], table["rows"], table["columns"]) == ("elements", "element", "actors.ecology")
    assert list(table["titles"])[:2] == ["member_state", "donor_government"]
    first = table["cases"][0]
    assert list(first) == ["case", "value", "title", "counts"]
    assert (first["case"], first["value"], first["title"]) == ("integrated missions", "1", "Informal alliances")
    assert list(first["counts"]) == list(table["titles"])
    assert sum(first["counts"].values()) > 0


def test_models_without_tables_tracks_and_time_have_no_such_keys(onward: Onward) -> None:
    told = json.loads(onward("replay", "--format", "json")[1])
    assert "tables" not in told
    assert list(told["phases"][0]) == ["phase", "stage", "label", "cases"]
    assert "by time" not in onward("replay")[1]
    life = json.loads(onward("explain", "UN-EU", "--format", "json")[1])
    assert not {"tracks", "values"} & {*life, *life["steps"][0]}
    assert {tuple(reason) for reason in life["missing"]["transitions"]} == {("what", "to", "on", "clauses")}


def test_the_json_of_explain_has_each_track(onward: Onward) -> None:
    told = json.loads(onward("explain", "-m", "norm_change", "--format", "json")[1])
    assert told["tracks"] == [
        {"track": "narrow", "phase": "nominal", "label": "Nominal", "since": "2007"},
        {"track": "wide", "phase": "anchored", "label": "Anchored", "since": "2007"},
    ]
    assert not {"phase", "label", "since"} & {*told}
    assert {reason["track"] for reason in told["missing"]["transitions"]} == {"narrow"}
    [diluted] = [step for step in told["steps"] if step["event_id"] == "N005"]
    assert diluted["values"]["obstacle"] == "dilution"
    assert [(each["track"], each["outcome"], each["after"]) for each in diluted["tracks"]] == [
        ("narrow", "moved", "discretionary"),
        ("wide", "recorded", "start"),
    ]
    assert (diluted["before"], diluted["after"]) == ("declared; start", "discretionary; start")
    named = [clause for step in told["steps"] for reason in step["reasons"] for clause in reason["clauses"]]
    assert {clause.get("condition") for clause in named} >= {None, "may_rise"}


def test_the_csv_of_explain_has_a_row_a_step_and_track(onward: Onward) -> None:
    rows = list(csv.DictReader(io.StringIO(onward("explain", "-m", "norm_change", "--format", "csv")[1])))
    assert len(rows) == 82
    assert [(row["event_id"], row["track"], row["after"]) for row in rows[:2]] == [
        ("N002", "narrow", "declared"),
        ("N002", "wide", "start"),
    ]


def test_what_time_alone_did_is_counted_told_and_has_no_event(onward: Onward, files: Path) -> None:
    argv = (files / "log.csv", "-m", files / "treaty.yaml", "--as-of", "2016")
    code, out, _ = onward("replay", *argv)
    assert code == 0
    assert "steps: 5 moved (2 by time alone), 2 recorded, 0 held, 0 refused, 0 unknown" in out
    assert re.search(r"A +│ Dormant +│ 2011-12-31", out)
    for shape in ("json", "csv"):
        assert "2011-12-31" in onward("explain", "A", *argv, "--format", shape)[1]
    told = json.loads(onward("explain", "A", *argv, "--format", "json")[1])
    assert (told["phase"], told["since"]) == ("dormant", "2011-12-31")
    tick = told["steps"][-1]
    assert (tick["event_id"], tick["time"], tick["event"], tick["outcome"]) == (None, "2011-12-31", None, "moved")
    assert set(tick["values"].values()) == {None}
    out = onward("explain", "A", *argv)[1]
    assert "2011-12-31  After 10 years without used\n" in out
    assert (
        "            moved: In force -> Dormant (after 10 years without used: ran out on 2011-12-31, begun anew" in out
    )


def test_an_invariant_that_time_breaks_is_a_finding_of_no_event(onward: Onward, files: Path) -> None:
    model = TREATY.replace("years_in_phase < 1", "fresh > 0")
    (files / "treaty.yaml").write_text(model)
    code, out, _ = onward("replay", files / "log.csv", "-m", files / "treaty.yaml", "--as-of", "2016")
    assert code == 1
    assert "! broken: A, 2011-12-31 by time alone: breaks the invariant 'in use'" in out


def test_cross_tables_are_printed_a_case_below_the_table(onward: Onward, files: Path) -> None:
    out = onward("replay", files / "log.csv", "-m", files / "treaty.yaml", "--as-of", "2016")[1]
    assert [line for line in out.splitlines() if line.startswith("Uses")] == [
        "Uses by place: A",
        "Uses by place: B",
        "Uses by place: C",
    ]
    assert re.search(r"│ Oslo town │ +│ 1 +│", out)
    rows = "".join(f"2001,signed,C{number:02}\n" for number in range(30))
    (files / "many.csv").write_text(f"time,event,case\n{rows}")
    out = onward("replay", files / "many.csv", "-m", files / "treaty.yaml")[1]
    assert out.count("Uses by place: ") == 10
    assert "the tables of the 10 cases that are furthest, of 30; --format json has all" in out


@pytest.mark.parametrize("width", [40, 80])
def test_a_narrow_terminal_folds_tracks_and_tables(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from onward.cli import main  # noqa: PLC0415  # the fixture has no terminal

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("COLUMNS", str(width))
    for command in ("replay", "explain"):
        out = Terminal()
        assert main([command, "-m", "norm_change"], out, sys.stderr) == 0
        plain = re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue())
        assert max(map(len, plain.splitlines())) <= width
    assert capsys.readouterr().err == ""


def test_a_small_replay_with_cross_tables_waits_for_no_data_frames() -> None:
    heavy = "{'polars', 'transitions', 'numpy', 'pandas'} & set(sys.modules)"
    run = "main(['replay', '-m', 'norm_change'], sys.stderr, sys.stderr)"
    script = f"import sys; from onward.cli import main; {run}; print({heavy})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@pytest.mark.parametrize("model", ["alliance", "norm_change", "partnership_activity", "partnership_lessons", "treaty"])
def test_every_shipped_model_has_a_study_of_its_own(onward: Onward, model: str) -> None:
    code, out, err = onward("replay", "-m", model)
    assert (code, err) == (0, "")
    assert "0 rejected" in out
    case = json.loads(onward("replay", "-m", model, "--format", "json")[1])["cases"][0]["case"]
    assert onward("explain", case, "-m", model)[0] == 0


def test_a_long_log_has_a_row_a_track_and_no_cross_tables(
    onward: Onward, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = library.load_study("norm_change")
    steps = library.replay(study.model, study.log).steps.filter(pl.col("track") == "narrow")
    study.log.frame[steps["row"].to_list()].write_csv(tmp_path / "sorted.csv")
    argv = ("replay", tmp_path / "sorted.csv", "-m", "norm_change")
    short = json.loads(onward(*argv, "--format", "json")[1])
    monkeypatch.setattr(reading, "HUGE", 1)
    long = json.loads(onward(*argv, "--format", "json")[1])
    assert list(long) == [key for key in short if key != "tables"]
    assert (long["cases"], long["phases"]) == (
        [{name: row[name] for name in long["cases"][0]} for row in short["cases"]],
        short["phases"],
    )
    code, out, err = onward(*argv, "--quiet")
    assert (code, err) == (0, "")
    assert re.search(r"│ Narrow arena │ Nominal +│ 1 +│", out)
    assert "tables not made of a log that is read in batches: Events by element and ecology; --engine columnar" in out
