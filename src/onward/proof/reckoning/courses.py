"""Courses: runs and what is known of them, for a solver to be asked about."""

from attrs import field, frozen

from onward.model.elements import Invariant
from onward.proof.reckoning.runs import Run
from onward.proof.reckoning.solver import Answer, Assignment, Clock, solve
from onward.proof.reckoning.steps import Step
from onward.proof.reckoning.values import Term


@frozen(eq=False)
class Course:
    """A run and what is known of it.

    Attributes:
        run: the run.
        clock: when to stop.
        known: what holds of it.

    """

    run: Run
    clock: Clock
    known: list[Term] = field(factory=list)

    def add(self, *facts: Term) -> None:
        """Note that *facts* hold."""
        self.known.extend(facts)

    def grow(self) -> Step:
        """Add a step."""
        self.add(*self.run.grow())
        return self.run.last

    def keeps(self, step: Step, invariant: Invariant) -> Term:
        """Return whether *invariant* holds after *step*."""
        found, facts = step.keeps(invariant)
        self.add(*facts)
        return found

    def check(self, *assumed: Term, share: float = 1) -> Answer:
        """Tell whether all that is known can be true where *assumed* is, in a *share* of the time that is left."""
        return self.solve(*assumed, share=share)[0]

    def solve(self, *assumed: Term, share: float = 1) -> tuple[Answer, Assignment]:
        """Tell as `check` does and, where it can be true, return how."""
        return solve((*self.known, *assumed), self.clock.share(share))


def course_of(run: Run, clock: Clock) -> Course:
    """Return *run* with what holds of the state before its first step."""
    return Course(run, clock, list(run.opening()))
