"""Inducing: from steps that keep an invariant that the next one keeps it, too."""

from collections.abc import Iterator, Mapping

from attrs import define, field

from onward.model.elements import Invariant
from onward.proof.reckoning.assignments import is_true
from onward.proof.reckoning.courses import Course, course_of
from onward.proof.reckoning.encoding import Encoder
from onward.proof.reckoning.frames import UNIFORM, Frame
from onward.proof.reckoning.runs import run_of
from onward.proof.reckoning.solved import Known
from onward.proof.reckoning.solver import Clock
from onward.proof.reckoning.states import guesses_of
from onward.proof.reckoning.values import Term, both, either, nay

_ALONE = 2
"""Over so many steps an induction goes without help; then it is looked for what holds of every state."""


def _lemmas(encoder: Encoder, clock: Clock, known: Known | None) -> Known:
    """Return what is found to hold of every state: of the guesses at it, those that hold first and after every step.

    Those that some step from a state where all hold makes untrue are dropped, until there is no such step.
    """
    start = course_of(run_of(encoder, "first", whole=True), clock)
    first, facts = guesses_of(encoder, start.run.start)
    start.add(*facts)
    kept = _kept(start, {}, dict(enumerate(first)))
    course = course_of(run_of(encoder, "lemmas", whole=False), clock)
    step = course.grow()
    (before, facts), (after, more) = guesses_of(encoder, step.before), guesses_of(encoder, step.after)
    course.add(*facts, *more, UNIFORM, known(step.before) if known else True)
    kept = _kept(course, dict(enumerate(before)), {number: after[number] for number in kept})

    def held(frame: Frame) -> Term:
        guesses, facts = guesses_of(encoder, frame)
        return both(*(guesses[number] for number in kept), *facts, known(frame) if known else True)

    return held


def _kept(course: Course, before: Mapping[int, Term], after: Mapping[int, Term]) -> tuple[int, ...]:
    """Return which terms hold *after* wherever those of the same numbers hold *before*."""
    kept = tuple(after)
    while kept:
        held = both(*(before[number] for number in kept if number in before))
        answer, found = course.solve(held, either(*(nay(after[number]) for number in kept)), share=0.2)
        if answer == "no":
            break
        kept = tuple(number for number in kept if found is not None and is_true(found, after[number]))
    return kept


@define(eq=False)
class _Proof:
    """Steps from anywhere that keep the invariant: does the next one keep it, too?"""

    course: Course
    invariant: Invariant
    known: Known | None
    over: bool = False

    def deepened(self) -> bool:
        """Look one step further back, and tell whether the invariant is proved."""
        if self.over:
            return False
        course = self.course
        if not course.run.steps:
            course.add(*self._opening())
        step = course.grow()
        keeps = course.keeps(step, self.invariant)
        if self.known:
            course.add(self.known(step.after))
        answer = course.check(nay(keeps), share=0.2)
        if answer == "yes":
            answer = course.check(UNIFORM, nay(keeps), share=0.2)
        # What takes long now takes longer with one step more; the time is better spent on the search.
        self.over = answer == "unknown"
        course.add(keeps)
        return answer == "no"

    def _opening(self) -> Iterator[Term]:
        """Yield what holds of the state before the first step: it comes after a step that kept the invariant."""
        if self.invariant.kind == "always":
            yield self.course.run.holds(self.invariant.guard)
        if self.known:
            yield self.known(self.course.run.start)


@define(eq=False)
class Induction:
    """A proof by induction, first without and then with what is found to hold of every state."""

    encoder: Encoder
    clock: Clock
    invariant: Invariant
    known: Known | None
    proofs: list[_Proof] = field(factory=list)

    def deepened(self, steps: int) -> int:
        """Look back over *steps*, one more than before, and return over how many it proves the invariant; else 0."""
        if not self.proofs:
            self.proofs.append(self._begun(self.known))
        if self.proofs[0].deepened():
            return steps
        if steps == _ALONE:
            self.proofs.append(self._begun(_lemmas(self.encoder, self.clock, self.known)))
            return next((k for k in range(1, steps + 1) if self.proofs[1].deepened()), 0)
        return steps if steps > _ALONE and self.proofs[1].deepened() else 0

    def _begun(self, known: Known | None) -> _Proof:
        course = course_of(run_of(self.encoder, f"any {len(self.proofs)} ", whole=False), self.clock)
        return _Proof(course, self.invariant, known)
