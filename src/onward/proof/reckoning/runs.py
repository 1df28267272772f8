"""Runs: steps one after the other, from the beginning or from anywhere, as terms for a solver."""

from collections.abc import Callable, Iterator

import z3
from attrs import field, frozen

from onward.model.elements import (
    Distinct,
    Open,
    Sum,
)
from onward.model.guards import Guard
from onward.model.model import Model
from onward.proof.reckoning.encoding import Encoder, is_windowed
from onward.proof.reckoning.frames import Entry, Frame, ahead
from onward.proof.reckoning.lengths import days_in
from onward.proof.reckoning.sights import sight_of
from onward.proof.reckoning.states import frame_of, is_initial
from onward.proof.reckoning.steps import Step, step_of
from onward.proof.reckoning.values import EXACT, Facts, Term, both, choice, either, equal, implied, nay

TIDY: Term = z3.Bool("tidy")
"""While it is assumed, events are on whole days."""

WHOLE: Term = z3.Bool("whole")
"""While it is assumed, numbers in the log are whole, and none is very large."""

_LARGE = 10**6

CLEAR: Term = z3.Bool("clear")
"""While it is assumed, no event is so near the end of a span that the calendar decides which is first."""

_EARLY = 20_000
"""Days from the first, 2001-01-01, within which the solver looks first."""

_LAST_DAY = 2_900_000
"""Days from the first that a witness may use, 2001-01-01, to one before the end of the calendar."""


@frozen(eq=False)
class Run:
    """Steps one after the other, from the beginning or from anywhere.

    From the beginning it is known of every entry when it ends, and which values there have been.

    Attributes:
        encoder: what a step is.
        whole: whether it begins before the first event.
        facts: names terms.
        start: the state before the first step.
        steps: the steps so far.

    """

    encoder: Encoder
    whole: bool
    facts: Facts
    start: Frame
    steps: list[Step] = field(factory=list)

    @property
    def last(self) -> Step:
        """The last step."""
        return self.steps[-1]

    def opening(self) -> tuple[Term, ...]:
        """Return what holds of the state before the first step."""
        beginning = (is_initial(self.encoder, self.start),) if self.whole else ()
        return (*self.facts.terms, *beginning)

    def grow(self) -> tuple[Term, ...]:
        """Add a step and return what holds of it."""
        before = self.last.after if self.steps else self.start
        step = step_of(self.encoder, before, self.facts.onward(f"{self.facts.prefix}{len(self.steps)}"))
        self.steps.append(step)
        facts = (*step.facts, nay(step.unsettled))
        return (*facts, *self._of_entries(), *self._tidy(step)) if self.whole else facts

    def events(self) -> Term:
        """Return how many events a log has that makes these steps: what time does last needs one to be seen."""
        stamp: Term = self.start.now
        count: Term = 0
        for step in self.steps:
            stamp = choice(step.happening.tick, stamp, step.after.now)
            count += choice(step.happening.tick, 0, 1)
        return count + choice(both(self.last.happening.tick, self.last.after.now > stamp), 1, 0)

    def holds(self, guard: Guard | None) -> Term:
        """Return whether *guard*, which sees no event, holds in the state before the first step."""
        facts = self.facts.onward(f"{self.facts.prefix}start")
        found = sight_of(self.encoder, facts, self.start).truth(guard).yes
        return both(found, *facts.terms)

    def _of_entries(self) -> Iterator[Term]:
        """Yield what the last step has of all that was entered so far."""
        for variable in self.encoder.model.context:
            name, reducer = variable.name, variable.reducer
            entries = [step.entries[name] for step in self.steps]
            if isinstance(reducer, Distinct) and not reducer.part:
                yield self._new(name, entries)
            elif isinstance(reducer, Open) or is_windowed(reducer):
                yield from self._running(name, entries)

    def _new(self, name: str, entries: list[Entry]) -> Term:
        """Return that a value counts where it has not been seen before."""
        *earlier, entry = entries
        seen = either(*(both(each.made, equal(each.value, entry.value)) for each in earlier))
        added = choice(both(entry.made, nay(seen)), 1, 0)
        return self.last.after.number(name) == self.last.before.number(name) + added

    def _running(self, name: str, entries: list[Entry]) -> Iterator[Term]:
        """Yield how many entries have not ended, that none ended unseen, and what their sum is."""
        last = self.last
        running = [both(each.made, either(nay(each.ends), ahead(each.end, last.after))) for each in entries]
        kept = last.after.kept[name]
        yield kept.entries == z3.Sum([choice(each, z3.IntVal(1), z3.IntVal(0)) for each in running])
        for each in entries[:-1]:
            ran = both(each.made, each.ends, ahead(each.end, last.before))
            yield implied(ran, each.end >= last.after.now)
        if isinstance(self.encoder.model.variables[name].reducer, Sum):
            zero = z3.RealVal(0)
            parts = [choice(runs, each.value.amount, zero) for runs, each in zip(running, entries, strict=True)]
            yield implied(EXACT, kept.value.amount == z3.Sum(parts))

    def _tidy(self, step: Step) -> Iterator[Term]:
        """Yield what a log must have to be written down."""
        happening = step.happening
        for instant in (step.after.now, happening.until):
            day = step.facts_of.whole("day")
            yield implied(both(TIDY, CLEAR), day <= _EARLY)
            yield implied(TIDY, both(instant == z3.ToReal(day), day >= 0, day <= _LAST_DAY))
        yield implied(both(TIDY, happening.ends), happening.until >= step.after.now)
        for (attribute, _), has in happening.parts.items():
            # A number may be a cell with one value, but which is not said.
            yield implied(both(TIDY, has), happening.attributes[attribute.name].text)
        yield implied(both(CLEAR, nay(happening.tick)), both(*self._clear(step.after.now)))
        for name, value in happening.attributes.items():
            number = step.facts_of.whole(name)
            exact = both(value.whole, value.amount == z3.ToReal(number), number >= -_LARGE, number <= _LARGE)
            yield implied(both(WHOLE, value.number), exact)

    def _clear(self, now: Term) -> Iterator[Term]:
        """Yield that *now* is not where the calendar alone would tell whether a span of an earlier step is over."""
        for fresh in (fresh for step in self.steps[:-1] for fresh in step.fresh):
            least, most = days_in(fresh.length)
            if least < most:
                clear = either(now < fresh.start + least, now > fresh.start + most)
                yield implied(fresh.made, clear)


_MOST_ROUNDS = 12
"""Rounds of eventless transitions that are tried."""


def settling(model: Model, check: Callable[[tuple[Term, ...]], bool]) -> Encoder | None:
    """Return an encoder with rounds enough for every step, None where none was found.

    Args:
        model: the model.
        check: tells whether terms are surely not all true together.

    """
    if all(t.on is not None for t in model.transitions):
        return Encoder(model, 0)
    for rounds in range(1, _MOST_ROUNDS + 1):
        encoder = Encoder(model, rounds)
        run = run_of(encoder, "settling", whole=False)
        step = step_of(encoder, run.start, run.facts.onward("step"))
        if check((*run.opening(), *step.facts, step.unsettled)):
            return encoder
    return None


def run_of(encoder: Encoder, prefix: str, *, whole: bool) -> Run:
    """Return a run without steps; *prefix* names its terms."""
    facts = Facts(prefix)
    return Run(encoder, whole, facts, frame_of(encoder, facts))
