"""Life: one case, step by step, with what is missing for the next phase and where a tie of dates decides."""

import itertools
from collections.abc import Iterator, Sequence

from attrs import frozen

from onward.history.state import CaseState
from onward.history.stepping import Reading, Reason, Step, instant, kept_from, pass_time, step, view_of
from onward.history.window import events_until
from onward.log.dates import Interval
from onward.log.log import Event, EventLog
from onward.model.elements import Transition
from onward.model.model import Model

_MOST_TIED = 16
"""Events of one instant that are tried in every exchange of two; of a larger group only neighbours are exchanged."""


@frozen
class Tie:
    """Two events of one date whose order decides: in the other order the case would have taken another path.

    Attributes:
        first: the event that stands first in the log.
        second: the one that follows it.
        instead: the steps in the other order, *second* first.

    """

    first: Event
    second: Event
    instead: tuple[Step, Step]


@frozen
class Life:
    """The life of one case.

    Attributes:
        model: what may happen.
        state: where the case stands at the end.
        steps: what every event did, and time between them, in time order.
        missing: what keeps the case from its next phase on each track, one reason a transition.
        ties: pairs of events whose order inside one date decides.
        as_of: the end of the window.
        begin: where the case stood before its steps.
        reading: which end of a partial date counted.

    """

    model: Model
    state: CaseState
    steps: tuple[Step, ...]
    missing: tuple[Reason, ...]
    ties: tuple[Tie, ...]
    as_of: Interval | None
    begin: CaseState
    reading: Reading


def life_of(  # noqa: PLR0913  # one case is a model, a log, rows, a window and a reading
    model: Model,
    log: EventLog,
    begin: CaseState,
    rows: Sequence[int],
    as_of: Interval | None,
    reading: Reading,
) -> Life:
    """Return the life of a case from *begin* on, whose events stand in *rows* of *log*, as they count."""
    states = [begin]
    steps: list[Step] = []
    for event in events_until(log, rows, as_of, reading):
        state, done = step(model, states[-1], event, reading=reading)
        states.append(state)
        steps.append(done)
    state, ticks = pass_time(model, states[-1], as_of.last if as_of else None, through=True, reading=reading)
    return Life(
        model=model,
        state=state,
        steps=(*(each for done in steps for each in (*done.meanwhile, done)), *ticks),
        missing=tuple(missing_for_next(model, state, reading, at=as_of)),
        ties=tuple(_deciding_ties(model, states, steps, reading)),
        as_of=as_of,
        begin=begin,
        reading=reading,
    )


def missing_for_next(
    model: Model, state: CaseState, reading: Reading = "certain", *, at: Interval | None = None
) -> Iterator[Reason]:
    """Yield, for each transition to a track's nearest later place, what keeps it from firing at the end of *at*."""
    view = view_of(model, state, reading=reading, at=at)
    for track, place in zip(model.track_names, state.places, strict=True):
        rank = model.ranks[place].start
        ahead = [t for t in model.leaving(place, track) if _target_rank(model, t) > rank]
        nearest = min((_target_rank(model, t) for t in ahead), default=None)
        for transition in ahead:
            if _target_rank(model, transition) == nearest:
                yield kept_from(transition, view)


def _target_rank(model: Model, transition: Transition) -> int:
    return model.ranks[model.entered(transition.target)].start


def _deciding_ties(model: Model, states: Sequence[CaseState], steps: Sequence[Step], reading: Reading) -> Iterator[Tie]:
    """Exchange every two events of one instant; for each later one, yield the exchange that matters most.

    That is the nearest after which the case would have come elsewhere, else the nearest that changes its path. An
    exchange that only changes which of two events made the same move changes nothing.
    """
    start = 0
    for _, group in itertools.groupby(steps, key=lambda done: instant(done.time, reading)):
        tied = tuple(group)
        known = states[start : start + len(tied) + 1]
        for later in range(1, len(tied)):
            farthest = 0 if len(tied) <= _MOST_TIED else later - 1
            others = range(later - 1, farthest - 1, -1)
            ways = [(other, _exchanged(model, known, tied, other, later, reading)) for other in others]
            paths = [(other, way) for other, way in ways if _path(way) != _path(tied[other : other + len(way)])]
            elsewhere = [(other, way) for other, way in paths if way[-1].after != tied[other + len(way) - 1].after]
            for other, way in (elsewhere or paths)[:1]:
                yield Tie(_event(tied[other]), _event(tied[later]), (way[0], way[later - other]))
        start += len(tied)


def _exchanged(  # noqa: PLR0913  # two events of a group, and what it takes to run it
    model: Model, known: Sequence[CaseState], tied: Sequence[Step], earlier: int, later: int, reading: Reading
) -> tuple[Step, ...]:
    """Return the steps from the *earlier* event on, had it and the *later* one stood in each other's place.

    *known* has the states before, between and after the events as they stand. Once the case is where it was, all that
    follows is as it was: a large group is not run to its end for every exchange.
    """
    events = list(map(_event, tied))
    events[earlier], events[later] = events[later], events[earlier]
    state, instead = known[earlier], []
    for number in range(earlier, len(events)):
        state, done = step(model, state, events[number], reading=reading)
        instead.append(done)
        if number >= later and state == known[number + 1]:
            break
    return tuple(instead)


def _event(done: Step) -> Event:
    assert done.event is not None  # noqa: S101  # ties are between events
    return done.event


def _path(steps: Sequence[Step]) -> list[tuple[object, ...]]:
    """Return the moves, refusals and breaches of *steps* in their order, whichever event made them."""
    return [
        (done.outcome, done.before, done.after, done.broken)
        for done in steps
        if done.broken or done.outcome in {"moved", "refused"}
    ]
