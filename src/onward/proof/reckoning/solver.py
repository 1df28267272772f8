"""Solver: whether terms can all be true together, asked of z3 under several settings in turn.

z3 at times goes on for ever where whole days are concerned, and answers at once under other settings or as soon as it
need not remember what it was asked before. So each question goes to a new solver, which is given up after so much work
that another one is likely to be faster; only the last one may take what time is left.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

import z3
from attrs import frozen

from onward.proof.reckoning.values import Term

Answer = Literal["yes", "no", "unknown"]
"""Whether terms can all be true together."""

Assignment = Any
"""What the solver found: a value for every name."""

_SETTINGS: tuple[Mapping[str, int], ...] = (
    {"smt.random_seed": 0},
    {"smt.random_seed": 7, "smt.arith.solver": 2},
    {"smt.random_seed": 21},
)
_LIMITS = (1_000_000, 10_000_000)
"""How much work each of them may do at first, and when all have failed; z3 counts it, whatever the machine."""

_ANSWERS: Mapping[str, Answer] = {"sat": "yes", "unsat": "no"}


@frozen
class Clock:
    """When to stop."""

    end: float

    @property
    def left(self) -> float:
        """How many seconds are left."""
        return self.end - time.monotonic()

    def share(self, share: float) -> "Clock":
        """Return when a *share* of the time that is left is over."""
        return Clock(self.end - self.left * (1 - share))


def solve(terms: Iterable[Term], clock: Clock) -> tuple[Answer, Assignment]:
    """Tell whether all *terms* can be true and, where they can, how."""
    asked = [term for term in terms if term is not True]
    if any(term is False for term in asked):
        return "no", None
    for settings in _tries():
        if clock.left <= 0:
            break
        solver = z3.Solver()
        solver.set("timeout", max(1, int(clock.left * 1000)))
        for name, value in settings.items():
            solver.set(name, value)
        solver.add(*asked)
        answer = _ANSWERS.get(str(solver.check()))
        if answer:
            return answer, solver.model() if answer == "yes" else None
    return "unknown", None


def _tries() -> Iterator[Mapping[str, int]]:
    """Yield under which settings to ask."""
    for limit in _LIMITS:
        for settings in _SETTINGS:
            yield {**settings, "rlimit": limit}
    yield _SETTINGS[0]
