"""The evaluator that proofs are held against, and the plain engine: written apart from one another, they must agree."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import event as seen_in_statistics
from hypothesis import given, settings
from hypothesis import strategies as st

import onward
from onward.history.plain import rows_by_case
from onward.history.state import CaseState, not_begun, values
from onward.history.stepping import Reading, instant, pass_time, step
from onward.log.log import EventLog
from onward.model.elements import START
from onward.model.model import Model
from onward.proof.witness import Witness, breaks
from onward.testing import logs, models

sys.path.append(str(Path(__file__).parents[2]))  # the benchmarks are in no package that is installed
from benchmarks import brute, mutants

Told = tuple[tuple[str, ...], tuple[object, ...], frozenset[str]]
"""Of a step: the places, the memory, and what is newly broken."""

DORMANCY = """
onward: 1
name: dormancy
events: {signed: {}, used: {}, noted: {}, ended: {}}
context: {uses: {count: used, where: event.formal, within: 2 years}, terms: {open: signed}}
phases: [asleep, in_use, {over: {final: true}}]
transitions:
  - {from: start, to: in_use, on: signed}
  - {from: in_use, to: asleep, after: {years: 3, without: used}}
  - {from: [in_use, asleep], to: over, on: ended}
invariants:
  - irreversible
  - {name: never used twice, always: uses < 2}
  - {name: in use is signed, always: phase != in_use or terms >= 1}
  - {name: it ends, always: phase != start}
"""

READINGS = st.sampled_from(("certain", "possible"))


@st.composite
def models_with_logs(draw: st.DrawFn) -> tuple[Model, EventLog]:
    clockwork, memory = draw(st.sampled_from(((True, True), (None, None))))
    model = draw(models(clockwork=clockwork, memory=memory, tracks=draw(st.sampled_from((None, None, True)))))
    return model, draw(logs(model))


@given(models_with_logs(), READINGS)
@settings(max_examples=400)
def test_it_agrees_with_the_plain_engine_step_by_step(drawn: tuple[Model, EventLog], reading: Reading) -> None:
    model, log = drawn
    for rows in rows_by_case(model, log, reading).values():
        events = [log.event(row) for row in rows]
        told = list(by_brute_force(model, events, reading))
        seen_in_statistics(f"broken: {any(broken for _, _, broken in told)}")
        assert told == list(by_the_plain_engine(model, events, reading))


@pytest.mark.parametrize("name", onward.shipped_models())
def test_it_agrees_with_the_plain_engine_on_the_shipped_studies(name: str) -> None:
    study = onward.load_study(name)
    for rows in rows_by_case(study.model, study.log, "certain").values():
        events = [study.log.event(row) for row in rows]
        told = list(by_brute_force(study.model, events, "certain"))
        assert told == list(by_the_plain_engine(study.model, events, "certain"))
        assert any(places != (START,) * len(places) for places, _, _ in told)


def by_brute_force(model: Model, events: Iterable[onward.Event], reading: Reading) -> Iterator[Told]:
    """Yield what follows each event, the ticks before it told with it, and the end of the log."""
    rules = brute.Rules(model)
    state = brute.begun(rules)
    broken: frozenset[int] = frozenset()

    def told(steps: Iterable[brute.Stepped]) -> Told:
        nonlocal state, broken
        new: set[int] = set()
        for done in steps:
            state = done.state
            if done.effect:
                new |= done.broken - broken
                broken = frozenset(n for n in done.broken if model.invariants[n].kind == "always")
        places = tuple(model.places[rank] for rank in state.places)
        return places, brute.remembered(rules, state), frozenset(model.invariants[n].name for n in new)

    for event in events:
        yield told(brute.step(rules, state, brute.happening(event, certain=reading == "certain")))
    yield told(brute.ticks(rules, state, state.now, through=True))


def by_the_plain_engine(model: Model, events: Iterable[onward.Event], reading: Reading) -> Iterator[Told]:
    state = not_begun(model, "A")
    last = None

    def told(after: CaseState, steps: Iterable[onward.Step]) -> Told:
        new = frozenset(invariant.name for done in steps for invariant in done.broken)
        return after.places, tuple(values(model, after.memory).values()), new

    for event in events:
        state, done = step(model, state, event, reading=reading)
        last = instant(event.time, reading)
        yield told(state, (*done.meanwhile, done))
    state, ticks = pass_time(model, state, last, through=True, reading=reading)
    yield told(state, ticks)


def test_time_breaks_an_invariant_at_the_event_that_comes_next() -> None:
    model = onward.parse_model(DORMANCY, "dormancy.yaml")
    dates = ("2001-01-01", "2002-01-01", "2004-01-01", "2004-01-02", "2004-01-03")
    types = ("signed", "other", "other", "other", "other")
    log = [brute.happening(onward.Event(*row)) for row in zip(types, dates, strict=True)]
    assert brute.first_break(model, log[:2]) == {}
    # The window ends with the log, and on its last instant time passes.
    assert brute.first_break(model, log[:3]) == {0: 2}
    assert brute.first_break(model, log) == {0: 3}


def test_at_one_instant_events_come_before_what_time_does() -> None:
    model = onward.parse_model(DORMANCY, "dormancy.yaml")
    types, dates = ("signed", "noted", "used", "noted"), ("2001-01-01", "2004-01-01", "2004-01-01", "2007-01-01")
    log = [brute.happening(onward.Event(*row)) for row in zip(types, dates, strict=True)]
    assert brute.first_break(model, log[:3]) == {}
    assert brute.first_break(model, log) == {0: 3}
    assert brute.first_break(model, log[:2]) == {0: 1}


def test_the_shortest_log_is_found_for_each_invariant() -> None:
    model = onward.parse_model(DORMANCY, "dormancy.yaml")
    tried = brute.enumerate_breaks(model, 4, 30_000)
    assert {number: [event.type for event in log] for number, log in tried.logs.items()} == {
        0: ["signed", brute.IDLE],
        1: ["used", "used"],
        2: ["signed"],
        3: ["used"],
    }
    assert tried.complete >= 2
    assert str(tried.logs[1][0]) == "2001-01-01 used (formal=True)"


def test_a_model_is_gone_through_wholly_where_it_is_finite() -> None:
    tried = brute.enumerate_breaks(onward.load_model("partnership"), 12, 30_000)
    assert (tried.exhausted, dict(tried.logs)) == (True, {})


def test_random_logs_go_where_short_ones_do_not() -> None:
    text = DORMANCY.replace("uses < 2", "uses < 9")
    tried = brute.enumerate_breaks(onward.parse_model(text, "dormancy.yaml"), 3, 20_000)
    assert not tried.exhausted
    assert [event.type for event in tried.logs[1]] == ["used"] * 9


@given(st.data())
@settings(max_examples=60)
def test_a_replay_confirms_every_log_that_breaks(data: st.DataObject) -> None:
    model = data.draw(models(tracks=data.draw(st.sampled_from((None, True)))))
    tried = brute.enumerate_breaks(model, 3, 1_000)
    for number, log in tried.logs.items():
        assert brute.first_break(model, log)[number] == len(log) - 1
        assert breaks(model, Witness(tuple(map(brute.event_of, log))), model.invariants[number])


@given(st.data())
@settings(max_examples=60)
def test_nothing_breaks_in_fewer_events_of_the_alphabet(data: st.DataObject) -> None:
    model = data.draw(models(clockwork=False))
    letters = brute.alphabet(model)
    tried = brute.enumerate_breaks(model, 3, 3_000)
    least = {number: len(log) for number, log in tried.logs.items()}
    drawn = data.draw(st.lists(st.sampled_from(letters), max_size=max(tried.complete, 1)))
    log = [letter.at((730_000 + day) * brute.DAY) for day, letter in enumerate(drawn)]
    for number, position in brute.first_break(model, log).items():
        assert least[number] <= position + 1


@pytest.mark.parametrize("name", onward.shipped_models())
def test_mutants_are_models_that_differ(name: str) -> None:
    model = onward.load_model(name)
    made = mutants.balanced(model, 13)
    assert len({model, *(mutant.model for mutant in made)}) == 14
    assert len({mutant.kind for mutant in made}) >= 12
    assert all(onward.parse_model(onward.write_model(mutant.model)) == mutant.model for mutant in made)


def test_the_same_mutants_are_drawn_again() -> None:
    treaty = onward.load_model("treaty")
    assert mutants.balanced(treaty, 40) == mutants.balanced(treaty, 40)
    assert {mutant.model for mutant in mutants.balanced(treaty, 40)} <= {
        each.model for each in mutants.mutants_of(treaty)
    }
