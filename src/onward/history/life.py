"""Life: one case, step by step, with what is missing for the next phase and where a tie of dates decides."""

from collections.abc import Iterator, Sequence

from attrs import frozen

from onward.history.state import CaseState, not_begun
from onward.history.stepping import Reading, Reason, Step, instant, kept_from, step, view_of
from onward.log.dates import Interval
from onward.log.log import Event, EventLog
from onward.model.elements import Transition
from onward.model.model import Model


@frozen
class Tie:
    """Two events of one date whose order decides: in the other order the steps would have come out otherwise.

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
        steps: what every event did, in time order.
        missing: what keeps the case from its next phase, one reason a transition.
        ties: pairs of events whose order inside one date decides.
        as_of: the end of the window.

    """

    model: Model
    state: CaseState
    steps: tuple[Step, ...]
    missing: tuple[Reason, ...]
    ties: tuple[Tie, ...]
    as_of: Interval | None


def life_of(  # noqa: PLR0913  # one case is a model, a log, rows, a window and a reading
    model: Model, log: EventLog, case: str, rows: Sequence[int], as_of: Interval | None, reading: Reading
) -> Life:
    """Return the life of *case*, whose events stand in *rows* of *log*, in the order in which they count."""
    moments = [instant(log.times[row], reading) for row in rows]
    events = [
        log.event(row)
        for row, moment in zip(rows, moments, strict=True)
        if as_of is None or moment is None or moment <= as_of.last
    ]
    states = [not_begun(model, case)]
    steps: list[Step] = []
    for event in events:
        state, done = step(model, states[-1], event, reading=reading)
        states.append(state)
        steps.append(done)
    return Life(
        model=model,
        state=states[-1],
        steps=tuple(steps),
        missing=tuple(missing_for_next(model, states[-1], reading)),
        ties=tuple(_deciding_ties(model, states, steps, reading)),
        as_of=as_of,
    )


def missing_for_next(model: Model, state: CaseState, reading: Reading = "certain") -> Iterator[Reason]:
    """Yield, for each transition to the nearest later place, what keeps it from firing."""
    rank = model.ranks[state.place].start
    ahead = [t for t in model.leaving(state.place) if _target_rank(model, t) > rank]
    nearest = min((_target_rank(model, t) for t in ahead), default=None)
    view = view_of(model, state, reading=reading)
    for transition in ahead:
        if _target_rank(model, transition) == nearest:
            yield kept_from(transition, view)


def _target_rank(model: Model, transition: Transition) -> int:
    return model.ranks[model.entered(transition.target)].start


def _deciding_ties(model: Model, states: Sequence[CaseState], steps: Sequence[Step], reading: Reading) -> Iterator[Tie]:
    """Try neighbours of one instant in the other order."""
    for number in range(len(steps) - 1):
        one, two = steps[number].event, steps[number + 1].event
        if instant(one.time, reading) != instant(two.time, reading):
            continue
        between, earlier = step(model, states[number], two, reading=reading)
        _, later = step(model, between, one, reading=reading)
        as_is = (_signature(steps[number]), _signature(steps[number + 1]))
        if as_is != (_signature(later), _signature(earlier)):
            yield Tie(one, two, (earlier, later))


def _signature(done: Step) -> tuple[object, ...]:
    """Return what a reader would call a different step: its outcome, what fired, what broke."""
    return done.outcome, done.fired, done.broken
