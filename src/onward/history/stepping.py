"""What one event does to one case: the meaning of a model, written once.

In this order: a type that the vocabulary lacks is `unknown`; a forbidden event, and any event in a final phase, is
`refused`; neither changes anything. Otherwise the context is updated first and guards are judged after it; at most one
transition that the event triggers fires, then eventless ones until none is enabled.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Literal, get_args

from attrs import evolve, field, frozen

from onward.history.evidence import Clause, evidence
from onward.history.judging import View, guard_holds
from onward.history.state import CaseState, Remembered, answers, numbers
from onward.log.dates import Interval
from onward.log.log import Event
from onward.model.elements import START, Count, Distinct, Forbid, Invariant, Transition
from onward.model.model import Model
from onward.problems import Problem, UsageError, suggestion

Outcome = Literal["moved", "recorded", "held", "refused", "unknown"]
OUTCOMES: tuple[Outcome, ...] = ("moved", "recorded", "held", "refused", "unknown")

Reading = Literal["certain", "possible"]
"""Whether an event counts from the last instant of its date (certain by) or from the first (possible from)."""

Choose = Callable[[View, str | None], Transition | None]
"""Which transition fires for an event type (None: without an event) in a view, if any does."""


def checked_reading(reading: str) -> Reading:
    """Return *reading* if it is one.

    Raises:
        UsageError: it is none.

    """
    for known in get_args(Reading):
        if reading == known:
            return known  # type: ignore[no-any-return]  # one of the literals
    mend = suggestion(reading, get_args(Reading))
    raise UsageError([Problem("reading", f"there is no reading {reading!r}", mend)])


def instant(when: Interval | None, reading: Reading) -> datetime | None:
    """Return the instant from which an event of date *when* counts."""
    if when is None:
        return None
    return when.last if reading == "certain" else when.first


@frozen
class Reason:
    """Why a step came out as it did, or why a transition did not fire.

    Attributes:
        what: the rule or the transition, in words.
        clauses: the conditions that decided, each with what was found.
        transition: the transition meant, if it is one.

    """

    what: str
    clauses: tuple[Clause, ...] = ()
    transition: Transition | None = None

    def __str__(self) -> str:
        return f"{self.what} ({'; '.join(map(str, self.clauses))})" if self.clauses else self.what


@frozen
class Step:
    """What one event did to one case. True as a condition where the case moved.

    Attributes:
        case: the case.
        event: the event.
        outcome: `moved`, `recorded`, `held`, `refused` or `unknown`.
        before: the place before it (a phase, `phase.stage` or `start`).
        after: the place after it.
        fired: the transitions that fired, in order.
        entered: the places that they entered, in order; the last is *after*.
        broken: the invariants that held before it and no longer do.
        was: what there was to see before the event.
        seen: what the event's own transitions were judged on: the context updated, the phase not yet.
        left: what there is to see after the step.
        judged: what each transition that fired was judged on.

    """

    case: str
    event: Event
    outcome: Outcome
    before: str
    after: str
    fired: tuple[Transition, ...]
    entered: tuple[str, ...]
    broken: tuple[Invariant, ...]
    was: View = field(eq=False, repr=False)
    seen: View = field(eq=False, repr=False)
    left: View = field(eq=False, repr=False)
    judged: tuple[View, ...] = field(default=(), eq=False, repr=False)

    def __bool__(self) -> bool:
        return self.outcome == "moved"

    def __str__(self) -> str:
        after = f" -> {self.after}" if self else ""
        reasons = "; ".join(str(reason) for reason in self.reasons)
        return f"{self.event.type}: {self.outcome}, {self.before}{after}: {reasons}"

    @property
    def implied(self) -> tuple[str, ...]:
        """The phases passed without a stay: skipped on the way forward, or entered and left at once.

        An ending skips nothing: what a case did not live to see was not passed.
        """
        return implied_by(self.was.model, self.before, self.after, self.entered)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why the step came out as it did, and what it broke."""
        return (*_reasons(self), *self.breaches)

    @property
    def breaches(self) -> tuple[Reason, ...]:
        """The invariants that the step broke, each with the clauses that do not hold."""
        return tuple(breach(invariant, self.left) for invariant in self.broken)

    @property
    def short(self) -> tuple[Reason, ...]:
        """For each transition that this step could have made and did not: the clauses that kept it, and by how much."""
        if self.outcome in {"refused", "unknown"}:
            return ()
        own = [t for t in self.seen.model.leaving(self.before) if t.answers(self.event.type)]
        after = [t for t in self.left.model.leaving(self.after) if t.on is None]
        tried = [(t, self.seen) for t in own if not self.fired] + [(t, self.left) for t in after]
        return tuple(kept_from(transition, view) for transition, view in tried)


def implied_by(model: Model, before: str, after: str, entered: Sequence[str]) -> tuple[str, ...]:
    """Return the phases passed without a stay on the way from *before* to *after*, having *entered* these places."""
    start, end = model.ranks[before].start, model.ranks[after].start
    passed = set(entered[:-1])
    for phase in () if model.is_final(after) else model.phases:
        ranks = model.ranks[phase.name]
        if start < ranks.start and ranks.stop <= end and not any(rank in ranks for rank in (start, end)):
            inside = [place for place in passed if model.ranks[place].start in ranks]
            passed |= set() if inside else {phase.name}
    return tuple(sorted(passed, key=lambda place: (model.ranks[place].start, place)))


def kept_from(transition: Transition, view: View) -> Reason:
    """Return what keeps *transition* from firing in *view*."""
    failing = tuple(clause for clause in evidence(transition.when, view) if clause.holds is not True)
    return Reason(transition.name, failing, transition)


def first_enabled(view: View, trigger: str | None) -> Transition | None:
    """Return the first transition in file order that leaves the place, answers *trigger* and whose guard holds."""
    for transition in view.model.leaving(view.place):
        asked = transition.on is None if trigger is None else transition.answers(trigger)
        if asked and guard_holds(transition.when, view) is True:
            return transition
    return None


def step(
    model: Model, state: CaseState, event: Event, *, reading: Reading = "certain", choose: Choose = first_enabled
) -> tuple[CaseState, Step]:
    """Return the state of a case after *event*, and what the event did.

    Args:
        model: what may happen.
        state: where the case stands.
        event: what happened next.
        reading: which end of a partial date counts.
        choose: which transition fires; by default the first in file order whose guard holds.

    """
    was = view_of(model, state, event, reading=reading)
    counted = evolve(state, events=state.events + 1, first=state.first or event.time, last=event.time or state.last)
    if event.type not in model.kinds:
        return counted, _without_effect(state.case, event, "unknown", was)
    if _rule_against(was) is not None or model.is_final(state.place):
        return counted, _without_effect(state.case, event, "refused", was)
    memory = remember(model, state.memory, was)
    seen = evolve(was, memory=numbers(model, memory), before=was)
    left, chosen = _fire(seen, choose)
    fired = tuple(transition for transition, _ in chosen)
    entered = tuple(model.entered(transition.target) for transition in fired)
    breaches = dict(_breaches(left, entered))
    after = evolve(
        counted,
        place=left.place,
        memory=memory,
        since=event.time if fired else state.since,
        began=event.time if fired and state.place == START else state.began,
        moves=state.moves + len(fired),
        broken=tuple(number for number, invariant in breaches.items() if invariant.kind == "always"),
    )
    return after, Step(
        case=state.case,
        event=event,
        outcome=_outcome(seen, fired),
        before=state.place,
        after=left.place,
        fired=fired,
        entered=entered,
        broken=tuple(invariant for number, invariant in breaches.items() if number not in state.broken),
        was=was,
        seen=seen,
        left=left,
        judged=tuple(view for _, view in chosen),
    )


def _without_effect(case: str, event: Event, outcome: Outcome, was: View) -> Step:
    """Return the step of an event that changes nothing."""
    return Step(
        case=case,
        event=event,
        outcome=outcome,
        before=was.place,
        after=was.place,
        fired=(),
        entered=(),
        broken=(),
        was=was,
        seen=was,
        left=was,
    )


def view_of(
    model: Model,
    state: CaseState,
    event: Event | None = None,
    *,
    reading: Reading = "certain",
    at: Interval | None = None,
) -> View:
    """Return what guards see of *state* when *event* comes, or at the end of *at*."""
    now = at.last if at else instant((event.time if event else None) or state.last, reading)
    return View(
        model=model,
        place=state.place,
        memory=numbers(model, state.memory),
        event=event,
        moment=now,
        since=instant(state.since, reading),
        began=instant(state.began, reading),
    )


def _rule_against(view: View) -> Forbid | None:
    """Return the first rule of conduct that forbids the event in *view*."""
    for rule in view.model.forbid:
        here = rule.phases is None or any(view.model.within(view.place, name) for name in rule.phases)
        if here and view.event and answers(rule.on, view.event) and guard_holds(rule.when, view) is True:
            return rule
    return None


def remember(model: Model, memory: tuple[Remembered, ...], view: View) -> tuple[Remembered, ...]:
    """Return *memory* with the event of *view* in it."""
    event = view.event
    if event is None:
        return memory
    kept = []
    for variable, value in zip(model.context, memory, strict=True):
        reducer, new = variable.reducer, value
        if answers(reducer.types, event) and guard_holds(reducer.where, view) is True:
            match reducer, value:
                case Count(), int(count):
                    new = count + 1
                case Distinct(attribute), frozenset():  # the union is closed
                    found = event.attributes.get(attribute)
                    # A value that is not recorded is no value: it cannot be told from the others.
                    new = value if found is None else value | {found}
        kept.append(new)
    return tuple(kept)


def _fire(seen: View, choose: Choose) -> tuple[View, list[tuple[Transition, View]]]:
    """Fire at most one transition that the event triggers, then eventless ones until none is enabled.

    Return what there is to see then, and each transition with what it was judged on.
    """
    left = seen
    fired: list[tuple[Transition, View]] = []
    transition = choose(seen, seen.event.type if seen.event else None) or choose(seen, None)
    while transition is not None:
        fired.append((transition, left))
        left = _moved(left, transition)
        if len(fired) > len(left.model.places):
            raise RuntimeError(f"eventless transitions of {left.model.name!r} go round for ever: load it from a file")
        transition = choose(left, None)
    return left, fired


def _moved(view: View, transition: Transition) -> View:
    began = view.moment if view.place == START else view.began
    return evolve(view, place=view.model.entered(transition.target), since=view.moment, began=began)


def _outcome(seen: View, fired: tuple[Transition, ...]) -> Outcome:
    if fired:
        return "moved"
    event = seen.event
    answered = event is not None and any(t.answers(event.type) for t in seen.model.leaving(seen.place))
    return "held" if answered else "recorded"


def _breaches(left: View, entered: tuple[str, ...]) -> Iterator[tuple[int, Invariant]]:
    """Yield the invariants that do not hold after the step, each with its position in the model."""
    was = left.before
    for number, invariant in enumerate(left.model.invariants):
        if invariant.kind == "irreversible":
            trail = [left.model.ranks[place].start for place in (was.place if was else START, *entered)]
            if any(later < earlier for earlier, later in itertools.pairwise(trail)):
                yield number, invariant
        elif guard_holds(invariant.guard, left) is not True:
            yield number, invariant


def breach(invariant: Invariant, left: View) -> Reason:
    """Return how *invariant* is broken in view of what is *left* after a step."""
    clauses = tuple(clause for clause in evidence(invariant.guard, left) if clause.holds is not True)
    return Reason(f"breaks the invariant {invariant.name!r}", clauses)


def reason_against(was: View) -> Reason:
    """Return why the event of *was* is unknown to the model, or refused."""
    model, kind, place = was.model, was.event.type if was.event else "", was.model.place_label(was.place)
    if kind not in model.kinds:
        return Reason(f"{model.name} has no event type {kind!r}; {suggestion(kind, tuple(model.kinds))}")
    rule = _rule_against(was)
    if rule is None:
        return Reason(f"{place} is final: nothing happens after it")
    return Reason(f"forbidden in {place}: {rule.because or kind}", evidence(rule.when, was))


def _reasons(step: Step) -> Iterator[Reason]:
    match step.outcome:
        case "unknown" | "refused":
            yield reason_against(step.was)
        case "moved":
            for transition, view in zip(step.fired, step.judged, strict=True):
                yield Reason(transition.name, evidence(transition.when, view), transition)
        case "held":
            yield from step.short
        case "recorded":  # the union is closed
            place = step.was.model.place_label(step.after)
            yield Reason(f"no transition out of {place} answers {step.event.type}")
