"""All engines give the same answer, in every column of every table."""

import itertools
import random

import numpy as np
import polars as pl
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

import onward
from onward.history import fold
from onward.history.finite import asked_of_memory
from onward.history.histories import Engine
from onward.history.letters import Alphabet
from onward.history.program import Program
from onward.history.standing import table_of
from onward.history.stepping import Reading
from onward.history.walked import by_name, paths_of, step_table
from onward.history.walking import Walker
from onward.log.columns import columns_of
from onward.log.log import EventLog
from onward.model.model import Model
from onward.testing import logs, models

ENGINES: st.SearchStrategy[Engine] = st.sampled_from(("plain", "columnar", "automaton"))
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
def test_columns_and_automaton_agree_with_the_plain_engine(drawn: tuple[Model, EventLog], reading: Reading) -> None:
    model, log = drawn
    plain = onward.replay(model, log, reading=reading, engine="plain")
    columnar = onward.replay(model, log, reading=reading, engine="columnar")
    assert columnar.engine == "columnar"
    assert_same(columnar, plain)
    if is_finite(model, log):
        looked_up = onward.replay(model, log, reading=reading, engine="automaton")
        assert looked_up.engine == "automaton"
        assert_same(looked_up, plain)
    else:
        with pytest.raises(onward.ModelError):
            onward.replay(model, log, reading=reading, engine="automaton")


def is_finite(model: Model, log: EventLog) -> bool:
    """Tell whether no guard that the log's events ask looks at a clock or reckons with counters."""
    program, alphabet = Program(model), Alphabet(model)
    alphabet.read(columns_of(log))
    for letter in alphabet.letters:
        program.page(letter)
    return {test.kind for test in asked_of_memory(program, alphabet.letters)}.isdisjoint({"clock", "sum"})


@given(models_with_logs(), READINGS, st.sampled_from(("2001", "2001-06-15", "2002", "1990")))
@settings(deadline=None)
def test_engines_agree_on_a_window_that_ends_early(drawn: tuple[Model, EventLog], reading: Reading, as_of: str) -> None:
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
    first = replayed(model, taken(log, order[:half]), reading, None, data.draw(ENGINES))
    second = replayed(model, taken(log, order[half:]), reading, first.states, data.draw(ENGINES))
    assert dict(second.states.by_case) == dict(whole.states.by_case)
    steps = [row for part in (first, second) for row in part.steps.drop("row", "event_id").rows()]
    assert sorted(steps, key=str) == sorted(whole.steps.drop("row", "event_id").rows(), key=str)
    shown = [shown.name for shown in model.shows]
    assert second.cases.drop(shown).rows() == whole.cases.drop(shown).rows()
    spells = {row for part in (first, second) for row in part.spells.filter(pl.col("end").is_not_null()).rows()}
    assert spells == set(whole.spells.filter(pl.col("end").is_not_null()).rows())
    assert second.spells.filter(pl.col("end").is_null()).rows() == whole.spells.filter(pl.col("end").is_null()).rows()


def replayed(
    model: Model, log: EventLog, reading: Reading, states: onward.States | None, engine: Engine
) -> onward.Replay:
    try:
        return onward.replay(model, log, reading=reading, states=states, engine=engine)
    except onward.ModelError:  # the model is not finite
        return onward.replay(model, log, reading=reading, states=states, engine="columnar")


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


@given(models_with_logs(), READINGS, st.data())
@settings(max_examples=200, deadline=None)
def test_a_log_cut_into_stretches_anywhere_is_walked_as_if_it_were_whole(
    drawn: tuple[Model, EventLog], reading: Reading, data: st.DataObject
) -> None:
    model, log = drawn
    ends = [time.last if reading == "certain" else time.first for time in log.times]
    log = taken(log, sorted(range(len(log)), key=ends.__getitem__))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(log)), max_size=4)))
    whole, parts = Walker(model, reading), Walker(model, reading)
    expected = walked(whole, log, 0)
    found = [
        row
        for start, end in itertools.pairwise((0, *cuts, len(log)))
        for row in walked(parts, taken(log, list(range(start, end))), start)
    ]
    assert found == expected
    assert table_of(parts, by_name(parts)).rows() == table_of(whole, by_name(whole)).rows()


def walked(walker: Walker, log: EventLog, start: int) -> list[tuple[object, ...]]:
    columns = columns_of(log)
    walk = walker.walk(columns)
    walker.settle(columns, walk)
    outcomes, counts = np.empty(len(walk), np.uint8), np.zeros(5, np.int64)
    fold.outcomes_of(walk.paths, walk.letters, walker.tables().answered, outcomes, counts)
    table = step_table(columns, walker, walk, paths_of(walker.model, walker.paths), outcomes, start=start)
    return [*table.rows(), ("breaches", int((walk.told[:, fold.TOLD_WHAT] >= 0).sum()))][: len(table)]


@st.composite
def models_of_named_cases(draw: st.DrawFn) -> tuple[Model, EventLog]:
    model = draw(models(cases="column"))
    return model, draw(logs(model))


@given(models_of_named_cases(), st.randoms(use_true_random=False), ENGINES)
@settings(deadline=None)
def test_the_order_of_rows_of_different_cases_does_not_matter(
    drawn: tuple[Model, EventLog], shuffle: random.Random, engine: Engine
) -> None:
    model, log = drawn
    named = evolve(log, ids=tuple(f"row {row}" for row in range(len(log))))
    # Rows of one case stay in their order.
    ranks = {case: shuffle.random() for case in sorted(set(log.case_names))}
    order = sorted(range(len(log)), key=lambda row: ranks[log.case_names[row]])
    one = replayed(model, named, "certain", None, engine)
    other = replayed(model, taken(named, order), "certain", None, engine)
    assert other.steps.drop("row").rows() == one.steps.drop("row").rows()
