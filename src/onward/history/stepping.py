"""What one event does to one case: the meaning of a model, written once.

In this order: time passes up to the event, and timers that run out before it fire at their own time; a type that the
vocabulary lacks is `unknown`; a forbidden event, and any event in a final phase, is `refused`; neither changes
anything. Otherwise the context is updated first and guards are judged after it; on each track at most one transition
that the event triggers fires, then eventless ones in rounds until none is enabled. All tracks see the same in a round.
"""

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Literal, get_args

from attrs import evolve, field, frozen

from onward.history.clock import written
from onward.history.evidence import Clause, evidence, evidence_of, told
from onward.history.judging import View, deadline, guard_holds, is_enabled
from onward.history.memory import Remembered, answers, next_end, with_event, without_ended
from onward.history.state import CaseState, Clock, values
from onward.log.dates import Interval
from onward.log.log import Event
from onward.model.elements import START, Forbid, Invariant, Transition
from onward.model.model import Model
from onward.problems import Problem, UsageError, suggestion

Outcome = Literal["moved", "recorded", "held", "refused", "unknown"]
OUTCOMES: tuple[Outcome, ...] = ("moved", "recorded", "held", "refused", "unknown")

Reading = Literal["certain", "possible"]
"""Whether an event counts from the last instant of its date (certain by) or from the first (possible from)."""

MOST_TICKS = 100_000
"""Steps that time alone may make between two events of a case; a day's timer and a wrong year make millions."""

Choose = Callable[[View, str | None, str], Transition | None]
"""Which transition fires for an event type (None: without an event) in a view on a track, if any does."""


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
        return f"{self.what} ({told(self.clauses)})" if self.clauses else self.what


@frozen
class Move:
    """What a step did on one track.

    Attributes:
        track: the track, "" in a model without tracks.
        outcome: `moved`, `recorded`, `held`, `refused` or `unknown`.
        before: the place before it (a phase, `phase.stage` or `start`).
        after: the place after it.
        fired: the transitions that fired, in order.
        entered: the places that they entered, in order; the last is *after*.
        judged: what each transition that fired was judged on.

    """

    track: str
    outcome: Outcome
    before: str
    after: str
    fired: tuple[Transition, ...] = ()
    entered: tuple[str, ...] = ()
    judged: tuple[View, ...] = field(default=(), eq=False, repr=False)


@frozen
class Step:
    """What one event, or time alone, did to one case. True as a condition where the case moved.

    What is said of one track is said here of all: places stand one after the other (`declared; linked`), transitions
    in the order of the tracks, and the outcome is the one that says most.

    Attributes:
        case: the case.
        event: the event; None where time alone moved the case.
        time: when.
        moves: what it did on every track.
        broken: the invariants that held before it and no longer do.
        was: what there was to see before the event.
        seen: what the event's own transitions were judged on: the context updated, the phase not yet.
        left: what there is to see after the step.
        meanwhile: the steps that time alone made between the case's last event and this one.

    """

    case: str
    event: Event | None
    time: Interval | None
    moves: tuple[Move, ...]
    broken: tuple[Invariant, ...]
    was: View = field(eq=False, repr=False)
    seen: View = field(eq=False, repr=False)
    left: View = field(eq=False, repr=False)
    meanwhile: "tuple[Step, ...]" = ()

    def __bool__(self) -> bool:
        return self.outcome == "moved"

    def __str__(self) -> str:
        what = self.event.type if self.event else self.time.recorded if self.time else ""
        after = f" -> {self.after}" if self else ""
        reasons = "; ".join(str(reason) for reason in self.reasons)
        return f"{what}: {self.outcome}, {self.before}{after}: {reasons}"

    @property
    def outcome(self) -> Outcome:
        """What it did: `moved` if it moved the case on any track, else `held` if on any track it could have."""
        outcomes = {move.outcome for move in self.moves}
        return next(outcome for outcome in _BY_WEIGHT if outcome in outcomes)

    @property
    def before(self) -> str:
        """The place before it."""
        return "; ".join(move.before for move in self.moves)

    @property
    def after(self) -> str:
        """The place after it."""
        return "; ".join(move.after for move in self.moves)

    @property
    def fired(self) -> tuple[Transition, ...]:
        """The transitions that fired."""
        return tuple(transition for move in self.moves for transition in move.fired)

    @property
    def entered(self) -> tuple[str, ...]:
        """The places that they entered."""
        return tuple(place for move in self.moves for place in move.entered)

    @property
    def judged(self) -> tuple[View, ...]:
        """What each transition that fired was judged on."""
        return tuple(view for move in self.moves for view in move.judged)

    @property
    def implied(self) -> tuple[str, ...]:
        """The phases passed without a stay: skipped on the way forward, or entered and left at once.

        An ending skips nothing: what a case did not live to see was not passed.
        """
        return tuple(place for move in self.moves for place in self.implied_on(move))

    def implied_on(self, move: Move) -> tuple[str, ...]:
        """Return the phases of one track passed without a stay."""
        return implied_by(self.was.model, move.before, move.after, move.entered)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why the step came out as it did, and what it broke."""
        told = [reason for move in self.moves if move.outcome == self.outcome for reason in self.reasons_on(move)]
        return (*dict.fromkeys(told), *self.breaches)

    def reasons_on(self, move: Move) -> tuple[Reason, ...]:
        """Return why the step came out as it did on one track."""
        return tuple(_reasons(self, move))

    @property
    def breaches(self) -> tuple[Reason, ...]:
        """The invariants that the step broke, each with the clauses that do not hold."""
        return tuple(breach(invariant, self.left) for invariant in self.broken)

    @property
    def short(self) -> tuple[Reason, ...]:
        """For each transition that this step could have made and did not: the clauses that kept it, and by how much."""
        return tuple(reason for move in self.moves for reason in self.short_on(move))

    def short_on(self, move: Move) -> tuple[Reason, ...]:
        """Return `short` for one track."""
        if move.outcome in {"refused", "unknown"}:
            return ()
        model = self.was.model
        kind = self.event.type if self.event else None
        own = [t for t in model.leaving(move.before, move.track) if kind is not None and t.answers(kind)]
        after = [t for t in model.leaving(move.after, move.track) if t.on is None]
        tried = [(t, self.seen) for t in own if not move.fired] + [(t, self.left) for t in after]
        return tuple(kept_from(transition, view) for transition, view in tried)


_BY_WEIGHT: tuple[Outcome, ...] = ("moved", "refused", "unknown", "held", "recorded")


def implied_by(model: Model, before: str, after: str, entered: Sequence[str]) -> tuple[str, ...]:
    """Return the phases passed without a stay on the way from *before* to *after*, having *entered* these places."""
    start, end = model.ranks[before].start, model.ranks[after].start
    passed = set(entered[:-1])
    starts = {model.ranks[place].start for place in passed}
    track = model.track_of.get(after, "")
    for phase in () if model.is_final(after) else model.phases:
        if phase.track != track:
            continue
        ranks = model.ranks[phase.name]
        between = start < ranks.start and ranks.stop <= end and end not in ranks
        if between and not any(rank in starts for rank in ranks):
            passed.add(phase.name)
    return tuple(sorted(passed, key=lambda place: (model.ranks[place].start, place)))


def kept_from(transition: Transition, view: View) -> Reason:
    """Return what keeps *transition* from firing in *view*."""
    failing = tuple(clause for clause in evidence_of(transition, view) if clause.holds is not True)
    return Reason(transition.name, failing, transition)


def first_enabled(view: View, trigger: str | None, track: str) -> Transition | None:
    """Return the first transition in file order that leaves the place, answers *trigger* and is enabled."""
    for transition in view.model.leaving(view.place(track), track):
        asked = transition.on is None if trigger is None else transition.answers(trigger)
        if asked and is_enabled(transition, view):
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
    moment = instant(event.time, reading)
    state, meanwhile = pass_time(model, state, moment, reading=reading, choose=choose)
    was = view_of(model, state, event, reading=reading)
    counted = evolve(
        state,
        events=state.events + 1,
        first=state.first or event.time,
        last=event.time or state.last,
        clock=_clock(state.clock, moment) if model.has_clockwork else None,
    )
    if event.type not in model.kinds:
        return counted, _without_effect(state.case, event, "unknown", was, meanwhile)
    if _rule_against(was) is not None or all(map(model.is_final, state.places)):
        return counted, _without_effect(state.case, event, "refused", was, meanwhile)
    memory = remember(model, state.memory, was, until=instant(event.until, reading))
    rests = tuple(
        moment or last if answers(types, event.type) else last
        for types, last in zip(model.rests, state.rests, strict=True)
    )
    seen = evolve(was, memory=values(model, memory), rests=rests, before=was)
    return _stepped(counted, memory, seen, event.time, choose, meanwhile)


def pass_time(  # noqa: PLR0913  # whose time, and how far it passes
    model: Model,
    state: CaseState,
    until: datetime | None,
    *,
    through: bool = False,
    reading: Reading = "certain",
    choose: Choose = first_enabled,
) -> tuple[CaseState, tuple[Step, ...]]:
    """Return the state of a case once time has passed up to the instant *until*, and the steps that time alone made.

    Args:
        model: what may happen.
        state: where the case stands.
        until: how far time passes; None is unknown, and nothing happens.
        through: whether that instant is over, too.
        reading: which end of a partial date counts.
        choose: which transition fires.

    """
    told: list[Step] = []
    if until is None or not model.has_clockwork:
        return state, ()
    while (due := _next_due(model, state, reading)) is not None and (due < until or (through and due == until)):
        memory = tuple(without_ended(kept, due) for kept in state.memory)
        was = evolve(view_of(model, state, reading=reading), moment=due, late=True)
        seen = evolve(was, memory=values(model, memory), before=was)
        ticked = evolve(state, clock=_clock(state.clock, due, late=True))
        state, done = _stepped(ticked, memory, seen, written(due, reading), choose, ())
        if done or done.broken:
            told.append(done)
        if len(told) > MOST_TICKS:
            raise UsageError([_too_many(state.case, until)])
    if through and (state.clock is not None):
        state = evolve(state, clock=_clock(state.clock, until, late=True))
    return state, tuple(told)


def _too_many(case: str, until: datetime) -> Problem:
    what = f"time alone makes more than {MOST_TICKS:,} steps up to {until.date().isoformat()}"
    mend = "make the timers longer, end the window earlier (as_of), or ask for the engine 'columnar'"
    return Problem(case, what, mend)


def _next_due(model: Model, state: CaseState, reading: Reading) -> datetime | None:
    """Return the next instant at which time alone may change something for a case, if there is one."""
    clock = state.clock
    if clock is None:
        return None
    # A deadline looks at no memory, which would take long to sum up.
    since = tuple(instant(date, reading) for date in state.since)
    view = View(model, state.places, {}, since=since, rests=state.rests)
    waits = [
        t for track, place in zip(model.track_names, state.places, strict=True) for t in model.leaving(place, track)
    ]
    ends = [deadline(t, t.after, view) for t in waits if t.after is not None]
    # What has run out once stays so; what counts through an instant is gone as soon as that is over.
    ahead = (end for end in ends if end is not None and (end, True) > (clock.moment, clock.late))
    return min((due for due in (next_end(state.memory), *ahead) if due is not None), default=None)


def _clock(clock: Clock | None, moment: datetime | None, *, late: bool = False) -> Clock | None:
    """Return the later of *clock* and *moment*."""
    if moment is None or (clock is not None and (clock.moment, clock.late) >= (moment, late)):
        return clock
    return Clock(moment, late)


def _stepped(  # noqa: PLR0913  # a step is of a state, a memory, a view and a date
    state: CaseState,
    memory: tuple[Remembered, ...],
    seen: View,
    time: Interval | None,
    choose: Choose,
    meanwhile: tuple[Step, ...],
) -> tuple[CaseState, Step]:
    """Fire what is enabled in *seen*, and return where that leaves the case, and the step."""
    model, was = seen.model, seen.before or seen
    left, fired = _fire(seen, choose)
    moves = tuple(
        Move(
            track=track,
            outcome=_outcome(seen, track, bool(chosen)),
            before=before,
            after=after,
            fired=tuple(transition for transition, _ in chosen),
            entered=tuple(model.entered(transition.target) for transition, _ in chosen),
            judged=tuple(view for _, view in chosen),
        )
        for track, before, after, chosen in zip(model.track_names, seen.places, left.places, fired, strict=True)
    )
    breaches = dict(_breaches(left, moves))
    begins = any(fired) and all(place == START for place in state.places)
    after = evolve(
        state,
        places=left.places,
        memory=memory,
        rests=seen.rests,
        since=tuple(time if move.fired else since for move, since in zip(moves, state.since, strict=True)),
        began=time if begins else state.began,
        moves=tuple(made + len(move.fired) for move, made in zip(moves, state.moves, strict=True)),
        broken=tuple(number for number, invariant in breaches.items() if invariant.kind == "always"),
    )
    return after, Step(
        case=state.case,
        event=seen.event,
        time=time,
        moves=moves,
        broken=tuple(invariant for number, invariant in breaches.items() if number not in state.broken),
        was=was,
        seen=seen,
        left=left,
        meanwhile=meanwhile,
    )


def _without_effect(
    case: str, event: Event, outcome: Literal["unknown", "refused"], was: View, meanwhile: tuple[Step, ...]
) -> Step:
    """Return the step of an event that changes nothing."""
    tracks = zip(was.model.track_names, was.places, strict=True)
    return Step(
        case=case,
        event=event,
        time=event.time,
        moves=tuple(Move(track, outcome, place, place) for track, place in tracks),
        broken=(),
        was=was,
        seen=was,
        left=was,
        meanwhile=meanwhile,
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
    clock = state.clock
    dateless = event is None or event.time is None
    if clock is not None and dateless and (now is None or now < clock.moment):
        now = clock.moment
    return View(
        model=model,
        places=state.places,
        memory=values(model, state.memory),
        event=event,
        moment=now,
        since=tuple(instant(since, reading) for since in state.since),
        began=instant(state.began, reading),
        rests=state.rests,
        late=clock is not None and event is None and clock == Clock(clock.moment, late=True) and clock.moment == now,
    )


def _rule_against(view: View) -> Forbid | None:
    """Return the first rule of conduct that forbids the event in *view*."""
    for rule in view.model.forbid:
        here = rule.phases is None or any(
            view.model.within(place, name) for place in view.places for name in rule.phases
        )
        if here and view.event and answers(rule.on, view.event.type) and guard_holds(rule.when, view) is True:
            return rule
    return None


def remember(
    model: Model, memory: tuple[Remembered, ...], view: View, *, until: datetime | None = None
) -> tuple[Remembered, ...]:
    """Return *memory* with the event of *view* in it, which runs through *until* if it ends."""
    event = view.event
    if event is None:
        return memory
    reducers = [variable.reducer for variable in model.context]
    return tuple(
        with_event(model, reducer, kept, event, view.moment, until)
        if answers(reducer.types, event.type) and guard_holds(reducer.where, view) is True
        else kept
        for reducer, kept in zip(reducers, memory, strict=True)
    )


_Fired = list[tuple[Transition, View]]


def _fire(seen: View, choose: Choose) -> tuple[View, list[_Fired]]:
    """Fire at most one transition a track that the event triggers, then eventless ones until none is enabled.

    Return what there is to see then and, for every track, each transition with what it was judged on.
    """
    model = seen.model
    left = seen
    fired: list[_Fired] = [[] for _ in model.track_names]
    own = _chosen(seen, seen.event.type, choose) if seen.event else []
    chosen = own or _chosen(seen, None, choose)
    rounds = 0
    while chosen:
        for transition in chosen:
            fired[model.track_numbers[transition.track]].append((transition, left))
        left = _moved(left, chosen)
        rounds += 1
        if rounds > _most_rounds(model):
            raise RuntimeError(f"eventless transitions of {model.name!r} go round for ever: load it from a file")
        chosen = _chosen(left, None, choose)
    return left, fired


@lru_cache(maxsize=64)
def _most_rounds(model: Model) -> int:
    """Return how many combinations of places there are: more rounds than that lead back to where they began."""
    counts = [sum(phase.track == track for phase in model.phases) for track in model.track_names]
    stages = sum(len(phase.stages) for phase in model.phases)
    return math.prod(count + stages + 1 for count in counts)


def _chosen(view: View, trigger: str | None, choose: Choose) -> list[Transition]:
    """Return the transitions that fire in a round, at most one a track."""
    found = (choose(view, trigger, track) for track in view.model.track_names)
    return [transition for transition in found if transition is not None]


def _moved(view: View, chosen: list[Transition]) -> View:
    places, since = list(view.places), list(view.since)
    for transition in chosen:
        number = view.model.track_numbers[transition.track]
        places[number] = view.model.entered(transition.target)
        since[number] = view.moment
    began = view.moment if all(place == START for place in view.places) else view.began
    return evolve(view, places=tuple(places), since=tuple(since), began=began)


def _outcome(seen: View, track: str, moved: bool) -> Outcome:  # noqa: FBT001  # what the track did
    if moved:
        return "moved"
    event = seen.event
    ways = seen.model.leaving(seen.place(track), track)
    return "held" if event is not None and any(t.answers(event.type) for t in ways) else "recorded"


def _breaches(left: View, moves: tuple[Move, ...]) -> Iterator[tuple[int, Invariant]]:
    """Yield the invariants that do not hold after the step, each with its position in the model."""
    ranks = left.model.ranks
    for number, invariant in enumerate(left.model.invariants):
        if invariant.kind == "irreversible":
            trails = (
                [ranks[place].start for place in (move.before, *move.entered)]
                for move in moves
                if invariant.track in {"", move.track}
            )
            if any(later < earlier for trail in trails for earlier, later in itertools.pairwise(trail)):
                yield number, invariant
        elif guard_holds(invariant.guard, left) is not True:
            yield number, invariant


def breach(invariant: Invariant, left: View) -> Reason:
    """Return how *invariant* is broken in view of what is *left* after a step."""
    clauses = tuple(clause for clause in evidence(invariant.guard, left) if clause.holds is not True)
    return Reason(f"breaks the invariant {invariant.name!r}", clauses)


def reason_against(was: View) -> Reason:
    """Return why the event of *was* is unknown to the model, or refused."""
    model, kind = was.model, was.event.type if was.event else ""
    place = " and ".join(map(model.place_label, dict.fromkeys(was.places)))
    if kind not in model.kinds:
        return Reason(f"{model.name} has no event type {kind!r}; {suggestion(kind, tuple(model.kinds))}")
    rule = _rule_against(was)
    if rule is None:
        verb = "is" if len(set(was.places)) == 1 else "are"
        return Reason(f"{place} {verb} final: nothing happens after it")
    return Reason(f"forbidden in {place}: {rule.because or kind}", evidence(rule.when, was))


def _reasons(step: Step, move: Move) -> Iterator[Reason]:
    match move.outcome:
        case "unknown" | "refused":
            yield reason_against(step.was)
        case "moved":
            for transition, view in zip(move.fired, move.judged, strict=True):
                yield Reason(transition.name, evidence_of(transition, view), transition)
        case "held":
            yield from step.short_on(move)
        case "recorded":  # the union is closed
            place = step.was.model.place_label(move.after)
            what = step.event.type if step.event else "time"
            yield Reason(f"no transition out of {place} answers {what}")
