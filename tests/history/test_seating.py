"""Whose events the rows are, and what kinds of events: columns answer as rows do, and refuse what rows refuse."""

from pathlib import Path

import polars as pl
import pytest

import onward
from onward.history.histories import Engine
from onward.streaming.replaying import replay_to

MODEL = """
onward: 1
name: talks
cases: %s
events: {meet: , sign: }
context: {texts: {count: sign, where: event.kind == "treaty"}}
phases: [near, far]
transitions:
  - {from: start, to: near, on: meet}
  - {from: near, to: far, on: sign, when: texts >= 1 and event.type == sign}
"""
ENGINES: tuple[Engine, ...] = ("plain", "columnar", "automaton")


def model_of(cases: str) -> onward.Model:
    return onward.parse_model(MODEL % cases, "talks.yaml")


def refused(model: onward.Model, log: onward.EventLog, engine: Engine) -> tuple[onward.Problem, ...]:
    with pytest.raises(onward.LogError) as caught:
        onward.replay(model, log, engine=engine)
    return caught.value.problems


@pytest.mark.parametrize("engine", ENGINES)
def test_rows_without_cases_are_refused(engine: Engine) -> None:
    frame = pl.DataFrame({"time": ["2001"], "event": ["meet"], "organizations": ["EU;UN"]})
    assert refused(model_of("column"), onward.read_log(frame), engine) == refused(
        model_of("column"), onward.read_log(frame), "plain"
    )
    empty = onward.read_log(frame.clear())
    assert onward.replay(model_of("column"), empty, engine=engine).cases.height == 0


@pytest.mark.parametrize("engine", ENGINES)
def test_rows_whose_cases_are_no_pairs_are_refused_each(engine: Engine) -> None:
    names = ["EU;UN", "oak", "NATO", "UN-EU", "a;b;c", "oak"]
    frame = pl.DataFrame({"time": ["2001"] * 6, "event": ["meet"] * 6, "case": names})
    log = onward.read_log(frame)
    told = refused(model_of("pairs"), log, engine)
    assert told == refused(model_of("pairs"), log, "plain")
    assert [problem.where for problem in told] == [f"data frame: row {row}: case" for row in (2, 3, 5, 6)]


def test_a_file_whose_cases_are_no_pairs_is_refused_by_its_rows(tmp_path: Path) -> None:
    frame = pl.DataFrame({"time": ["2001"] * 9, "event": ["meet"] * 9, "case": ["EU;UN"] * 7 + ["oak", "EU;UN"]})
    frame.write_parquet(tmp_path / "log.parquet")
    with pytest.raises(onward.LogError, match=r"log\.parquet: row 8: case"):
        replay_to(model_of("pairs"), tmp_path / "log.parquet", tmp_path / "steps.csv", batch=2)
    assert [file.name for file in tmp_path.iterdir()] == ["log.parquet"]


@pytest.mark.parametrize("engine", ["columnar", "automaton"])
@pytest.mark.parametrize("cases", ["pairs", "column"])
def test_more_event_types_than_are_worth_a_look_each(engine: Engine, cases: str) -> None:
    rows = 4_000
    types = ["meet" if row % 3 else "sign" if row % 2 else f"type {row}" for row in range(rows)]
    everything = [*types, *(f"never {number}" for number in range(2_000))]
    frame = pl.DataFrame(
        {
            "time": pl.Series(range(rows)).cast(pl.Datetime("us")),
            "event": pl.Series(types).cast(pl.Enum(sorted(set(everything)))),
            "case": [("EU;UN", "UN–AU", "AU-EU")[row % 3] for row in range(rows)],
            "kind": [("treaty", "letter", None)[row % 7 % 3] for row in range(rows)],
        }
    )
    log = onward.read_log(frame)
    told, plain = (onward.replay(model_of(cases), log, engine=each) for each in (engine, "plain"))
    for table in ("steps", "cases", "spells", "deviations"):
        assert getattr(told, table).equals(getattr(plain, table)), table
    assert told.outcomes["unknown"] > 600
    assert told.notes == plain.notes
    assert told.case_rows[0] == plain.case_rows[0]
    assert told.step_rows[-1] == plain.step_rows[-1]
    assert told.step_rows[2:5] == plain.step_rows[2:5]
    assert dict(told.rows) == dict(plain.rows)
    assert len(told.rows) == len(plain.rows)
