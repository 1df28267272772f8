"""Two provers that were written apart, one that goes through all cases and one that asks a solver, never disagree."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings

from onward.log.log import Event
from onward.model.document import parse_model
from onward.model.elements import Invariant
from onward.model.model import Model
from onward.proof.asked import Questions
from onward.proof.invariants import answers_of
from onward.proof.proving import Answer
from onward.proof.reckoning.solved import Solved
from onward.proof.reckoning.solving import decide
from onward.proof.witness import Witness, breaks
from onward.testing import models

RECKONING = sorted((Path(__file__).parent / "reckoning").glob("*.yaml"))
DEPTH = 3


def contradictions(model: Model, invariant: Invariant, answer: Answer, solved: Solved) -> Iterator[str]:
    """Yield what one prover says that the other denies: of all logs, and of those with few events."""
    if answer.status == "never" and solved.status == "broken":
        yield f"never, but {solved.witness} breaks it"
    if answer.status == "reached" and solved.status == "proved":
        yield f"proved, but {answer.witness} breaks it"
    if solved.witness is not None and len(solved.witness) < answer.least:
        yield f"not by fewer than {answer.least} events, but {solved.witness} breaks it"
    if solved.status != "proved" and answer.witness is not None and len(answer.witness) <= solved.depth:
        yield f"by none of {solved.depth} events, but {answer.witness} breaks it"
    for witness in (answer.witness, solved.witness):
        if witness is not None and not breaks(model, witness, invariant):
            yield f"{witness} does not break it"


def all_contradictions(model: Model, most: int, seconds: float) -> list[str]:
    return [
        f"{invariant}: {each}"
        for invariant, answer in answers_of(model, Questions((model,)), most)
        for each in contradictions(model, invariant, answer, decide(model, invariant, depth=DEPTH, seconds=seconds))
    ]


@given(models())
@settings(max_examples=40)
def test_they_agree_on_drawn_models(model: Model) -> None:
    assert all_contradictions(model, most=2000, seconds=2) == []


@given(models(clockwork=True, memory=True))
@settings(max_examples=15)
def test_they_agree_on_drawn_models_that_wait_and_remember(model: Model) -> None:
    assert all_contradictions(model, most=2000, seconds=2) == []


@pytest.mark.parametrize("path", RECKONING, ids=lambda path: path.stem)
def test_they_agree_on_models_that_reckon(path: Path) -> None:
    model = parse_model(path.read_text(encoding="utf-8"), path.name)
    assert all_contradictions(model, most=300, seconds=5) == []


def test_a_contradiction_would_be_seen() -> None:
    model = parse_model(RECKONING[0].read_text(encoding="utf-8"), RECKONING[0].name)
    invariant = model.invariants[0]
    shorter, longer = Witness((Event("begun", None),)), Witness((Event("begun", None), Event("seen", None)))
    never, reached = Answer("never"), Answer("reached", 2, witness=longer)
    broken, proved = Solved("broken", 0, witness=shorter), Solved("proved", 1)
    assert len(list(contradictions(model, invariant, never, broken))) == 2  # the log does not break it, either
    assert len(list(contradictions(model, invariant, reached, proved))) == 2
    assert len(list(contradictions(model, invariant, reached, Solved("undecided", 2)))) == 2
    assert len(list(contradictions(model, invariant, reached, broken))) == 3
    assert list(contradictions(model, invariant, never, proved)) == []
