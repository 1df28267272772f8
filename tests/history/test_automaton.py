"""The automaton does what the plain engine does, whatever the model, and says so where it cannot."""

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

import onward
from onward.history.alphabets import letter_of, letters_of
from onward.history.automaton import Automaton, automaton
from onward.history.state import not_begun
from onward.history.stepping import Step, remember, step, view_of
from onward.log.log import Event, EventLog
from onward.model.model import Model
from onward.problems import ModelError
from onward.testing import events, logs, models

LIFECYCLE = Path(__file__).parents[2] / "benchmarks" / "lifecycle.yaml"


def lived(model: Model, happened: Sequence[Event]) -> Iterator[tuple[Event, Step, set[str]]]:
    """Yield what the plain engine says of one case: each event, its step, and the variables to which it is new."""
    state = not_begun(model, "case")
    for each in happened:
        kept = remember(model, state.memory, view_of(model, state, each)) if each.type in model.kinds else state.memory
        grown = zip(model.context, state.memory, kept, strict=True)
        new = {variable.name for variable, was, now in grown if isinstance(was, frozenset) and was != now}
        state, done = step(model, state, each)
        yield each, done, new


def finite(model: Model) -> Automaton | None:
    try:
        return automaton(model)
    except ModelError as error:
        event(str(error.problems[0].what)[-20:])
        return None


@st.composite
def models_with_events(draw: st.DrawFn) -> tuple[Model, list[Event]]:
    model = draw(models())
    return model, draw(st.lists(events(model), max_size=30))


@given(models_with_events())
@settings(max_examples=400)
def test_the_automaton_agrees_with_the_plain_engine_step_by_step(drawn: tuple[Model, list[Event]]) -> None:
    model, happened = drawn
    whole = finite(model)
    if whole is None:
        return
    event("finite")
    for made in (whole, whole.minimal):
        state = 0
        for each, done, new in lived(model, happened):
            edge = made.step(state, made.letter(each, new))
            assert (edge.outcome, edge.before, edge.after) == (done.outcome, done.before, done.after)
            assert (edge.fired, edge.broken) == (done.fired, done.broken)
            state = edge.state
