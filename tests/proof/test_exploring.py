"""What is explored is what the automaton has, where a model is finite: two ways to the same end."""

from itertools import product

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import onward
from onward.model.model import Model
from onward.proof.asked import Questions, kept_of
from onward.proof.exploring import Care, explore
from onward.proof.invariants import answers_of
from onward.testing import models

FEW = 4_000


def finite(model: Model) -> onward.Automaton:
    try:
        made = onward.automaton(model)
    except onward.ModelError:
        assume(False)  # noqa: FBT003  # it is no automaton
        raise
    assume(made.is_exact and len(made) * len(made.letters) < FEW)
    return made


def broken(made: onward.Automaton) -> set[int]:
    """Return the invariants that some step of an automaton breaks, by position."""
    steps = product(range(len(made)), range(len(made.letters)))
    found = [each for state, letter in steps for each in made.step(state, letter).broken]
    return {n for n, invariant in enumerate(made.model.invariants) if any(each is invariant for each in found)}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(data=st.data())
def test_the_places_and_breaks_of_a_finite_model_are_those_of_its_automaton(data: st.DataObject) -> None:
    model = data.draw(models(clockwork=False))
    made = finite(model)
    questions = Questions((model,))
    places = {("start",) * len(model.track_names)}
    explore(
        model,
        questions,
        Care(watched=tuple(dict.fromkeys(kept_of(model).values()))),
        (),
        most=200_000,
        seen=lambda _, __, ran: places.add(ran.places),
    )
    assert places == {state.places for state in made.states}
    really = broken(made)
    for number, (_, answer) in enumerate(answers_of(model, questions, 100_000)):
        if answer.status == "never":
            assert number not in really
        if answer.status == "reached":
            assert number in really
