"""Searching: for a log that breaks an invariant, from the beginning on, step by step."""

from collections.abc import Sequence

from attrs import define, evolve

from onward.model.elements import Invariant
from onward.proof.reckoning.assignments import corrections, whole, written
from onward.proof.reckoning.courses import Course
from onward.proof.reckoning.frames import UNIFORM
from onward.proof.reckoning.runs import CLEAR, TIDY, WHOLE
from onward.proof.reckoning.shrinking import smaller
from onward.proof.reckoning.solver import Answer, Assignment, Clock
from onward.proof.reckoning.values import EXACT, Term, both, implied, nay
from onward.proof.witness import Witness, breaks

MORE_TICKS = 3
"""How many more steps a run may have that is looked for because it has fewer events."""

_TRIES = 12
"""How many runs that the solver finds are written down and replayed before it is left undecided."""

_TIME = "the time limit was reached"
_UNCONFIRMED = "no replay of a log confirms what the solver found"
_INEXACT = "rounding or dates in part may break it"

_EASY: tuple[tuple[Term, ...], ...] = (
    (UNIFORM, TIDY, EXACT, WHOLE, CLEAR),
    (UNIFORM, TIDY, EXACT, WHOLE),
    (UNIFORM, TIDY, EXACT),
)
"""What is assumed of a log that it can be written down, less and less."""


@define(eq=False)
class Search:
    """Steps from the beginning that keep the invariant: can the next one break it?

    Attributes:
        course: the steps.
        invariant: what they keep.
        steps: how many there are, all of which keep it in every log.
        doubt: what keeps more steps from counting, in words; from then on only logs are looked for.
        sure: where a log is found, no log of up to so many events breaks the invariant.

    """

    course: Course
    invariant: Invariant
    steps: int = 0
    doubt: str = ""
    sure: int = 0

    def deepened(self, most: int) -> Witness | str:
        """Go one step further: return a log that breaks the invariant, or why the search ends, or nothing."""
        course = self.course
        step = course.grow()
        keeps = course.keeps(step, self.invariant)
        if not self.doubt and course.check(nay(keeps), share=0.4) == "no":
            course.add(keeps)
            self.steps += 1
            return ""
        return self._found(keeps, most)

    def _found(self, keeps: Term, most: int) -> Witness | str:
        """Look for a log that the last step makes break the invariant."""
        course, broken = self.course, nay(keeps)
        answers: set[Answer] = set()
        for assumed in _EASY:
            answer, found = course.solve(*assumed, broken, share=0.3)
            answers.add(answer)
            if answer == "yes":
                answer, witness = self._confirmed(found, (*assumed, broken), most)
                answers.add(answer)
                if witness:
                    self.sure = self.depth(len(witness) - 1, course.clock)
                    return self._with_fewer_events(witness, assumed)
        if course.clock.left <= 0:
            return _TIME
        if not self.doubt and "yes" not in answers:
            last = course.check(UNIFORM, broken)
            if last != "yes":
                return self._gone_past(keeps) if last == "no" else _TIME
        # On the way there may still be a log that is written down easily.
        course.add(implied(both(TIDY, EXACT), keeps))
        self.doubt = self.doubt or _doubt(answers)
        return ""

    def _gone_past(self, keeps: Term) -> str:
        """Note that no log breaks the invariant so far: every column has one kind of values."""
        self.course.add(UNIFORM, keeps)
        self.steps += 1
        return ""

    def _confirmed(self, found: Assignment, assumed: Sequence[Term], most: int) -> tuple[Answer, Witness | None]:
        """Return a log with as few events as the steps so far allow, if one is confirmed by a replay.

        And whether there is a run that no replay has been made of, where none is confirmed.
        """
        course, model = self.course, self.course.run.encoder.model
        events = course.run.events()
        found, fewest = self._with_fewest_events(found, assumed)
        answer: Answer = "yes"
        for _ in range(_TRIES):
            for nicely in (True, False):
                witness = written(course.run, found, nicely=nicely)
                if breaks(model, witness, self.invariant):
                    return answer, smaller(model, witness, self.invariant)
            # Not for good: a run that is left out here may be one that a log makes.
            assumed = (*assumed, *corrections(course.run, found))
            answer, found = course.solve(*assumed, events <= max(fewest, most), share=0.2)
            if answer != "yes":
                break
        return answer, None

    def _with_fewest_events(self, found: Assignment, assumed: Sequence[Term]) -> tuple[Assignment, int]:
        """Return a run with as few events as the steps so far allow, and how many it has."""
        events = self.course.run.events()
        fewest = whole(found, events)
        for number in range(1, fewest):
            answer, better = self.course.solve(*assumed, events <= number, share=0.3)
            if answer == "yes":
                return better, number
        return found, fewest

    def _with_fewer_events(self, witness: Witness, assumed: Sequence[Term]) -> Witness:
        """Return a log with fewer events than *witness* that takes a few steps more of time alone, if there is one."""
        course = self.course
        for _ in range(MORE_TICKS if course.run.encoder.model.has_clockwork else 0):
            if len(witness) == self.sure + 1:
                break
            broken = nay(course.keeps(course.grow(), self.invariant))
            fewer = course.run.events() <= len(witness) - 1
            answer, found = course.solve(*assumed, broken, fewer, share=0.2)
            better = self._confirmed(found, (*assumed, broken, fewer), 0)[1] if answer == "yes" else None
            witness = better if better and len(better) < len(witness) else witness
        return witness

    def depth(self, most: int, clock: Clock) -> int:
        """Return how many events a log may have, *most* at most, and breaks nothing: time makes steps of its own.

        A log whose events fit in fewer steps than have been looked through, in whatever run, has been looked through.
        """
        model = self.course.run.encoder.model
        if not model.has_clockwork or self.doubt:
            return 0 if model.has_clockwork else min(self.steps, most)
        course, reached = evolve(self.course, clock=clock), 0
        while reached < most and course.check(course.run.events() <= reached + 1) == "no":
            reached += 1
        return reached


def _doubt(answers: set[Answer]) -> str:
    """Return why no log was found where something breaks the invariant, by the answers to the search for one."""
    if "unknown" in answers:
        return _TIME
    return _UNCONFIRMED if "yes" in answers else _INEXACT
