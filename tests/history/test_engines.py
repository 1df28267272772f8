"""All engines give the same answer, in every column of every table."""

import itertools
import random
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from attrs import evolve
from hypothesis import event, given, settings
from hypothesis import strategies as st

import onward
from onward.history import fold
from onward.history.finite import asked_of_memory
from onward.history.histories import Engine
from onward.history.letters import Alphabet
from onward.history.program import Program, UnfitError
from onward.history.standing import table_of
from onward.history.stepping import Reading
from onward.history.walked import by_name, outcomes_by_track, paths_by_track, steps_of
from onward.history.walking import Walker
from onward.log.columns import columns_of
from onward.log.log import EventLog
from onward.model.model import Model
from onward.testing import logs, models

ENGINES: st.SearchStrategy[Engine] = st.sampled_from(("plain", "columnar", "automaton"))
READINGS: st.SearchStrategy[Reading] = st.sampled_from(("certain", "possible"))
AS_OF = st.sampled_from((None, None, "2001-12-31", "2002", "2004-02-28", "2101"))
"""The end of the window, mostly that of the log."""


@st.composite
def models_with_logs(draw: st.DrawFn, /, **asked: bool) -> tuple[Model, EventLog]:
    model = draw(models(**asked))  # type: ignore[arg-type]  # each is true or false
    return model, draw(logs(model))


SIMPLE = {"tracks": False, "clockwork": False, "memory": False, "several": False}
"""What leaves of the language only phases and counters on one track."""


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
    assert_engines_agree(*drawn, reading)


@given(models_with_logs(clockwork=True, memory=True), READINGS, AS_OF)
@settings(max_examples=300, deadline=None)
def test_engines_agree_on_timers_and_windows(
    drawn: tuple[Model, EventLog], reading: Reading, as_of: str | None
) -> None:
    assert_engines_agree(*drawn, reading, as_of)


@given(models_with_logs(tracks=True), READINGS)
@settings(max_examples=300, deadline=None)
def test_engines_agree_on_tracks(drawn: tuple[Model, EventLog], reading: Reading) -> None:
    assert_engines_agree(*drawn, reading)


@given(models_with_logs(tracks=True, clockwork=True, memory=True, several=True), READINGS, AS_OF)
@settings(max_examples=200, deadline=None)
def test_engines_agree_on_the_whole_language(
    drawn: tuple[Model, EventLog], reading: Reading, as_of: str | None
) -> None:
    assert_engines_agree(*drawn, reading, as_of)


def assert_engines_agree(model: Model, log: EventLog, reading: Reading, as_of: str | None = None) -> None:
    """Compare every engine that can run *model* with the plain one; which do is for `--hypothesis-show-statistics`."""
    plain = onward.replay(model, log, as_of=as_of, reading=reading, engine="plain")
    event(f"time alone moves: {any(row.event is None for row in plain.step_rows)}")
    faster: tuple[Engine, ...] = ("columnar", "automaton")
    for engine in faster:
        told = replayed_by(engine, model, log, reading, as_of)
        event(f"{engine} runs: {told is not None}")
        if told is not None:
            assert told.engine == engine
            assert_same(told, plain)


def replayed_by(
    engine: Engine, model: Model, log: EventLog, reading: Reading, as_of: str | None
) -> onward.Replay | None:
    """Return what *engine* makes of *log*; None where it cannot run the model."""
    try:
        return onward.replay(model, log, as_of=as_of, reading=reading, engine=engine)
    except (onward.ModelError, UnfitError):
        return None


@given(models_with_logs(**SIMPLE), READINGS)
@settings(max_examples=200, deadline=None)
def test_columns_run_every_simple_model_and_the_automaton_every_finite_one(
    drawn: tuple[Model, EventLog], reading: Reading
) -> None:
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
    assert_engines_agree(*drawn, reading, as_of)


@given(models_with_logs(), READINGS, st.data())
@settings(max_examples=300, deadline=None)
def test_going_on_from_where_a_first_half_ended_equals_replaying_the_whole(
    drawn: tuple[Model, EventLog], reading: Reading, data: st.DataObject
) -> None:
    assert_cut(*drawn, reading, data)


@given(models_with_logs(clockwork=True, memory=True), READINGS, st.data())
@settings(max_examples=300, deadline=None)
def test_going_on_lives_through_the_ticks_that_a_first_half_left(
    drawn: tuple[Model, EventLog], reading: Reading, data: st.DataObject
) -> None:
    assert_cut(*drawn, reading, data)


def assert_cut(model: Model, log: EventLog, reading: Reading, data: st.DataObject) -> None:
    """Replay *log* in two parts, cut where *data* says, and compare with the whole."""
    whole = onward.replay(model, log, reading=reading, engine="plain")
    moments = [time.last if reading == "certain" else time.first for time in log.times]
    order = sorted(range(len(log)), key=moments.__getitem__)
    half = data.draw(st.integers(0, len(log)))
    as_of: datetime | None = None
    if model.has_clockwork and half:
        # Once an instant is over, what ends with it has ended: nothing can happen at that instant any more.
        half = sum(moment <= moments[order[half - 1]] for moment in moments)
        # A window that ends with the last date would end after what may possibly follow it.
        as_of = moments[order[half - 1]] if reading == "possible" and half < len(log) else None
    first = replayed(model, taken(log, order[:half]), reading, None, data.draw(ENGINES), as_of)
    second = replayed(model, taken(log, order[half:]), reading, first.states, data.draw(ENGINES))
    event(f"time alone moves: {any(row.event is None for row in whole.step_rows)}")
    assert dict(second.states.by_case) == dict(whole.states.by_case)
    assert second.states.table.sort("case").rows() == whole.states.table.sort("case").rows()
    steps = [row for part in (first, second) for row in part.steps.drop("row", "event_id").rows()]
    assert sorted(steps, key=str) == sorted(whole.steps.drop("row", "event_id").rows(), key=str)
    shown = [shown.name for shown in model.shows]
    assert second.cases.drop(shown).rows() == whole.cases.drop(shown).rows()
    spells = [row for part in (first, second) for row in part.spells.filter(pl.col("end").is_not_null()).rows()]
    ended = whole.spells.filter(pl.col("end").is_not_null()).rows()
    assert sorted(spells, key=str) == sorted(ended, key=str)
    assert second.spells.filter(pl.col("end").is_null()).rows() == whole.spells.filter(pl.col("end").is_null()).rows()
    broken = [row for part in (first, second) for row in part.deviations.drop("event_id").rows()]
    assert sorted(broken, key=str) == sorted(whole.deviations.drop("event_id").rows(), key=str)


def replayed(  # what a replay is asked for
    model: Model,
    log: EventLog,
    reading: Reading,
    states: onward.States | None,
    engine: Engine,
    as_of: datetime | None = None,
) -> onward.Replay:
    """Return what *engine* makes of *log*, or the next slower one that can run the model."""
    slower: tuple[Engine, ...] = ("automaton", "columnar", "plain")
    for each in slower[slower.index(engine) :]:
        try:
            return onward.replay(model, log, as_of=as_of, reading=reading, states=states, engine=each)
        except (onward.ModelError, UnfitError):
            continue
    raise AssertionError(engine)


@given(models_with_logs(), READINGS, ENGINES)
@settings(max_examples=100, deadline=None)
def test_states_are_read_back_as_they_were_and_are_the_same_by_every_engine(
    drawn: tuple[Model, EventLog], reading: Reading, engine: Engine
) -> None:
    model, log = drawn
    plain = onward.replay(model, log, reading=reading, engine="plain").states
    told = replayed(model, log, reading, None, engine).states
    assert told.table.sort("case").rows() == plain.table.sort("case").rows()
    assert told.table.schema == plain.table.schema
    assert told.fingerprint == plain.fingerprint
    with TemporaryDirectory() as place:
        onward.write_states(told, Path(place, "states"))
        kept = onward.read_states(Path(place, "states"), model)
    assert dict(kept.by_case) == dict(plain.by_case)
    assert kept.fingerprint == plain.fingerprint


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
    outcomes = outcomes_by_track(walker, walk)
    table = steps_of(columns, walker, walk, paths_by_track(walker), outcomes, start=start)
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
