"""Deepening: the search for a log and for a proof in turn, one step longer each time."""

import time

from onward.model.elements import Invariant
from onward.model.model import Model
from onward.proof.reckoning.courses import course_of
from onward.proof.reckoning.encoding import Encoder
from onward.proof.reckoning.inducing import Induction
from onward.proof.reckoning.runs import run_of, settling
from onward.proof.reckoning.searching import MORE_TICKS, Search
from onward.proof.reckoning.solved import Known, Solved
from onward.proof.reckoning.solver import Clock, solve
from onward.proof.witness import Witness

_RESERVE = 0.1
"""Of the time, to find out at the end how far the search has come."""


def decided(model: Model, invariant: Invariant, depth: int, seconds: float, known: Known | None) -> Solved:
    """Look for a log and for a proof in turn, one step longer each time."""
    late = Clock(time.monotonic() + seconds)
    clock = late.share(1 - _RESERVE)
    settled = settling(model, lambda terms: solve(terms, clock.share(0.3))[0] == "no")
    encoder = settled or Encoder(model)
    search = Search(course_of(run_of(encoder, "run", whole=True), clock), invariant)
    induction = Induction(encoder, clock, invariant, known)
    longest = depth * (1 + MORE_TICKS) if model.has_clockwork else depth
    for steps in range(1, longest + 1):
        answer = search.deepened(depth)
        if isinstance(answer, Witness):
            return Solved("broken", depth=search.sure, witness=answer, why=_by_events(len(answer)))
        if answer:
            return _undecided(search, settled, depth, late, answer)
        if settled and not search.doubt and (k := induction.deepened(steps)):
            return Solved("proved", depth=k, k=k, why=_by_induction(k))
    return _undecided(search, settled, depth, late, "")


def _by_induction(steps: int) -> str:
    return f"by induction over {steps} {'step' if steps == 1 else 'steps'}"


def _by_events(events: int) -> str:
    return f"a log of {_events(events)} breaks it"


def _events(number: int) -> str:
    return f"{number} {'event' if number == 1 else 'events'}"


def _undecided(search: Search, settled: Encoder | None, depth: int, clock: Clock, why: str) -> Solved:
    """Return how far the search has come, which takes some of what *clock* leaves."""
    reached = search.depth(depth, clock) if settled else 0
    if not settled:
        why = "eventless transitions go on for too long"
    why = search.doubt or why
    if not why:
        loose = search.course.run.facts.loose
        why = "; ".join([f"no log of up to {_events(reached)} breaks it, and no induction proves it", *loose])
    return Solved("undecided", depth=reached, why=why)
