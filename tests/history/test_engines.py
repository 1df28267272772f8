"""All engines give the same answer, in every column of every table."""

import itertools

import polars as pl
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

import onward
from onward.history.replayed import Engine
from onward.history.stepping import Reading
from onward.log.log import EventLog
from onward.model.model import Model
from onward.testing import logs, models

READINGS: st.SearchStrategy[Reading] = st.sampled_from(("certain", "possible"))


@st.composite
def models_with_logs(draw: st.DrawFn) -> tuple[Model, EventLog]:
    model = draw(models())
    return model, draw(logs(model))


def assert_same(one: onward.Replay, other: onward.Replay) -> None:
    for table in ("cases", "steps", "spells", "deviations"):
        told, expected = getattr(one, table), getattr(other, table)
        assert told.schema == expected.schema, table
        assert told.rows() == expected.rows(), table
    assert one.case_rows == other.case_rows
    assert one.step_rows == other.step_rows
    assert one.spell_rows == other.spell_rows
    assert one.deviation_rows == other.deviation_rows
    assert one.outcomes == other.outcomes
    assert one.breaches == other.breaches
    assert one.row_counts == other.row_counts
    assert one.notes == other.notes
    assert dict(one.rows) == dict(other.rows)
    assert one.manifest == other.manifest
    assert dict(one.states.by_case) == dict(other.states.by_case)


@given(models_with_logs(), READINGS)
@settings(max_examples=300, deadline=None)
def test_the_columnar_engine_agrees_with_the_plain_one(drawn: tuple[Model, EventLog], reading: Reading) -> None:
    model, log = drawn
    plain = onward.replay(model, log, reading=reading, engine="plain")
    assert_same(onward.replay(model, log, reading=reading, engine="columnar"), plain)


@given(models_with_logs(), READINGS, st.sampled_from(("2001", "2001-06-15", "2002", "1990")))
@settings(deadline=None)
def test_engines_agree_on_a_window_that_ends_early(
    drawn: tuple[Model, EventLog], reading: Reading, as_of: str
) -> None:
    model, log = drawn
    plain, columnar = (
        onward.replay(model, log, as_of=as_of, reading=reading, engine=engine) for engine in ("plain", "columnar")
    )
    assert_same(columnar, plain)


@given(models_with_logs(), READINGS, st.data())
@settings(max_examples=300, deadline=None)
def test_going_on_from_where_a_first_half_ended_equals_replaying_the_whole(
    drawn: tuple[Model, EventLog], reading: Reading, data: st.DataObject
) -> None:
    model, log = drawn
    whole = onward.replay(model, log, reading=reading, engine="plain")
    ends = [time.last if reading == "certain" else time.first for time in log.times]
    order = sorted(range(len(log)), key=ends.__getitem__)
    half = data.draw(st.integers(0, len(log)))
    engines: st.SearchStrategy[Engine] = st.sampled_from(("plain", "columnar"))
    first = onward.replay(model, taken(log, order[:half]), reading=reading, engine=data.draw(engines))
    second = onward.replay(
        model, taken(log, order[half:]), reading=reading, states=first.states, engine=data.draw(engines)
    )
    assert dict(second.states.by_case) == dict(whole.states.by_case)
    steps = [row for part in (first, second) for row in part.steps.drop("row", "event_id").rows()]
    assert sorted(steps, key=str) == sorted(whole.steps.drop("row", "event_id").rows(), key=str)
    shown = [shown.name for shown in model.shows]
    assert second.cases.drop(shown).rows() == whole.cases.drop(shown).rows()
    spells = {row for part in (first, second) for row in part.spells.filter(pl.col("end").is_not_null()).rows()}
    assert spells == set(whole.spells.filter(pl.col("end").is_not_null()).rows())
    assert second.spells.filter(pl.col("end").is_null()).rows() == whole.spells.filter(pl.col("end").is_null()).rows()


def taken(log: EventLog, rows: list[int]) -> EventLog:
    """Return the log with only these rows, in this order."""
    frame = log.frame[rows] if rows else log.frame.clear()
    part = onward.read_log(frame)
    # A part may look narrower than the whole: the types of the whole are kept.
    return evolve(
        part,
        attributes=log.attributes,
        columns={name: tuple(values[row] for row in rows) for name, values in log.columns.items()},
    )
