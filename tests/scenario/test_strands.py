"""Strands: many lives as one long log say what each would say alone."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import polars as pl
import pytest
from attrs import asdict, evolve
from hypothesis import given, settings
from hypothesis import strategies as st

import onward
from onward.history.engine import MANY, replay
from onward.history.histories import Engine, StepRow
from onward.history.stepping import Reading
from onward.log.dates import parse_interval
from onward.log.log import Event, EventLog
from onward.log.views import packed
from onward.model.model import Model
from onward.scenario.rows import Row
from onward.scenario.strands import Strand, atlas, by_column, lay, numbers_of, pick, replay_strands, rows_of_cases
from onward.testing import logs, models

READINGS: st.SearchStrategy[Reading] = st.sampled_from(("certain", "possible"))


def strands_of(model: Model, log: EventLog) -> list[Strand]:
    return [Strand(case, rows) for case, rows in rows_of_cases(model, log).items()]


SECOND = datetime(2001, 1, 1, 0, 0, 1)  # noqa: DTZ001  # naive UTC throughout


def as_in_source(steps: Sequence[StepRow], strands: Sequence[Strand], log: EventLog) -> list[dict[str, object]]:
    """Return steps with the rows that they have in the source."""
    rows = numbers_of(strands).tolist()
    found = []
    for step in steps:
        row = None if step.row is None else rows[step.row]
        assert row is None or step.event_id == (log.ids[row] or str(row + 1))
        found.append(asdict(evolve(step, row=row)))
    return found


def as_told(steps: Sequence[StepRow]) -> list[dict[str, object]]:
    return [asdict(step) for step in steps]


@given(models(), st.data(), READINGS)
def test_a_strand_a_case_is_the_log(model: Model, data: st.DataObject, reading: Reading) -> None:
    log = data.draw(logs(model))
    whole = replay(model, log, reading=reading)
    strands = strands_of(model, log)
    told = replay_strands(model, log, strands, as_of=whole.as_of, reading=reading)
    assert as_in_source(told.step_rows, strands, log) == as_told(whole.step_rows)
    assert list(map(asdict, told.spell_rows)) == list(map(asdict, whole.spell_rows))
    assert [evolve(row, shows=()) for row in whole.case_rows] == list(told.case_rows)


@settings(max_examples=25)
@given(models(clockwork=False, memory=False, tracks=False), st.data(), READINGS)
def test_strands_run_by_columns_say_the_same(model: Model, data: st.DataObject, reading: Reading) -> None:
    log = data.draw(logs(model))
    strands = [evolve(strand, name=f"{strand.name} {copy}") for strand in strands_of(model, log) for copy in range(3)]
    as_of = replay(model, log, reading=reading).as_of
    plain = replay_strands(model, log, strands, as_of=as_of, reading=reading, engine="plain")
    columnar = replay_strands(model, packed(log), strands, as_of=as_of, reading=reading, engine="columnar")
    assert as_told(columnar.step_rows) == as_told(plain.step_rows)
    assert list(columnar.spell_rows) == list(plain.spell_rows)


@given(models(), st.data())
def test_a_long_log_lays_its_strands_as_a_short_one_does(model: Model, data: st.DataObject) -> None:
    log = data.draw(logs(model))
    drawn = st.lists(st.integers(0, len(log) - 1)) if len(log) else st.just([])
    strands = [Strand(name, data.draw(drawn)) for name in ("one", "other", "third")]
    laid, packed_too = lay(log, strands), lay(packed(log), strands)
    assert laid == packed_too
    assert laid.case_names == tuple(strand.name for strand in strands for _ in strand.rows)
    assert pick(log, strands[0].rows) == evolve(pick(packed(log), strands[0].rows), rejected=())
    assert rows_of_cases(model, log) == rows_of_cases(model, packed(log))
    for case, rows in rows_of_cases(model, log).items():
        assert rows_of_cases(model, packed(log), [case, "nobody;else"]) == {case: rows, "nobody;else": ()}


def small_log(*rows: tuple[str, str, str]) -> EventLog:
    """Return a log of these rows: case, event, time."""
    return onward.read_log(pl.DataFrame(rows, schema=["case", "event", "time"], orient="row"))


MODEL = onward.parse_model(
    """
onward: 1
name: talks
cases: column
phases: [talks, deal]
events: {met: {}, signed: {}}
context:
  meetings: {count: met}
transitions:
  - {from: start, to: talks, on: met}
  - {from: talks, to: deal, on: signed, when: meetings >= 2}
""",
    "talks.yaml",
)
LOG = small_log(("A", "met", "2001"), ("A", "met", "2002"), ("A", "signed", "2003"))


def test_a_strand_lives_on_its_own_rows() -> None:
    strands = [Strand("all", [0, 1, 2]), Strand("without the second", [0, 2]), Strand("none", [])]
    told = replay_strands(MODEL, LOG, strands, as_of=None)
    assert [(row.case, row.phase) for row in told.case_rows] == [("all", "deal"), ("without the second", "talks")]


def test_events_without_an_id_are_called_by_their_row_in_the_source() -> None:
    for log in (LOG, packed(LOG)):
        told = replay_strands(MODEL, log, [Strand("one", [2, 1])], as_of=None)
        assert [row.event_id for row in told.step_rows] == ["2", "3"]


def test_rows_may_have_other_dates() -> None:
    firsts = np.array(["2001-01-01", "2009-01-01", "2003-01-01"], "datetime64[us]")
    lasts = np.array(["2001-01-01T00:00:01", "2009-01-01T00:00:01", "2003-01-01T00:00:01"], "datetime64[us]")
    engines: tuple[Engine, ...] = ("plain", "columnar")
    for log in (LOG, packed(LOG)):
        for engine in engines:
            told = replay_strands(
                MODEL, log, [Strand("one", [0, 1, 2])], as_of=None, times=(firsts, lasts), engine=engine
            )
            assert [(row.event_id, row.time, row.outcome) for row in told.step_rows] == [
                ("1", SECOND, "moved"),
                ("3", SECOND.replace(year=2003), "held"),
                ("2", SECOND.replace(year=2009), "recorded"),
            ]
            assert told.step_rows[0].recorded == "2001-01-01T00:00:01"


def test_many_rows_are_laid_by_columns() -> None:
    strands = [Strand(str(number), [0, 1, 2]) for number in range(MANY // 3 + 1)]
    laid = lay(LOG, strands)
    assert laid.store is not None
    assert laid == lay(packed(LOG), strands)
    with_other_dates = lay(LOG, strands, (np.full(len(laid), "2001", "datetime64[us]"),) * 2)
    assert with_other_dates.times[MANY] == parse_interval("2001-01-01T00:00:00")


def test_two_strands_of_one_name_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="two strands of one name"):
        lay(LOG, [Strand("one", [0]), Strand("one", [1])])


def test_an_atlas_has_more_rows_behind_those_of_the_log() -> None:
    assert atlas(LOG, ()) is LOG
    added = Row(Event("met", "2004", attributes={"place": "Oslo"}), "B")
    for log in (LOG, packed(LOG)):
        wide = atlas(log, [added])
        assert wide.types == (*LOG.types, "met")
        assert wide.columns["place"] == (None, None, None, "Oslo")
        assert wide.case_names == ("A", "A", "A", "B")


def test_no_case_is_a_pair_in_a_log_of_strands() -> None:
    study = onward.load_study()
    assert by_column(study.model).cases == "column"
    assert not by_column(study.model).shows
    assert by_column(MODEL) is MODEL


def test_many_rows_run_by_columns_where_these_can(monkeypatch: pytest.MonkeyPatch) -> None:
    strands = [Strand("one", [0, 1, 2])]
    assert replay_strands(MODEL, LOG, strands, as_of=None).engine == "plain"
    monkeypatch.setattr("onward.scenario.strands.LOADED", 1)
    monkeypatch.setattr("onward.scenario.strands.COLD", 1)
    assert replay_strands(MODEL, LOG, strands, as_of=None).engine == "columnar"
    frame = pl.DataFrame([("A", "met", "2001", 10**17)], schema=["case", "event", "time", "size"], orient="row")
    large = onward.parse_model(
        """
onward: 1
name: large
cases: column
phases: [talks]
events: {met: {}}
transitions:
  - {from: start, to: talks, on: met, when: event.size * event.size > 3}
""",
        "large.yaml",
    )
    told = replay_strands(large, onward.read_log(frame), [Strand("one", [0])], as_of=None)
    assert (told.engine, told.case_rows[0].phase) == ("plain", "talks")
