"""CaseState: where one case stands, as a small value."""

from datetime import datetime

from attrs import field, frozen

from onward.history.memory import Remembered, nothing, seen_of
from onward.log.dates import Interval
from onward.log.log import Value
from onward.model.elements import START
from onward.model.model import Model


def each_track(value: object) -> tuple[object, ...]:
    """Return *value* as one value a track: what is said once is said of the one track that there is."""
    return value if isinstance(value, tuple) else (value,)


@frozen
class Clock:
    """How far time has passed for a case: up to an event at *moment* or, *late*, through all that *moment* ends."""

    moment: datetime
    late: bool = False


@frozen
class CaseState:
    """Where one case stands.

    Attributes:
        case: the case's name.
        places: for every track a phase, a stage as `phase.stage`, or `start`.
        memory: what each context variable keeps, in the model's order.
        since: for every track the date at which the case came to its place; None at `start`, or without dates.
        began: the date of the event that took the case out of `start`, on any track.
        first: the date of the first event.
        last: the date of the last event.
        events: how many events the case has had, refused and unknown ones included.
        moves: for every track how many transitions the case has made.
        broken: which `always` invariants do not hold now (positions in the model), so that each break is told once.
        rests: for each set of event types that starts timers anew, when the last such event was.
        clock: how far time has passed; None where no time does.

    """

    case: str
    places: tuple[str, ...] = field(converter=each_track)
    memory: tuple[Remembered, ...]
    since: tuple[Interval | None, ...] = field(default=(None,), converter=each_track)
    began: Interval | None = None
    first: Interval | None = None
    last: Interval | None = None
    events: int = 0
    moves: tuple[int, ...] = field(default=(0,), converter=each_track)
    broken: tuple[int, ...] = ()
    rests: tuple[datetime | None, ...] = ()
    clock: Clock | None = None

    @property
    def place(self) -> str:
        """Where the case is; with several tracks the places one after the other: `declared; linked`."""
        return "; ".join(self.places)


def not_begun(model: Model, case: str) -> CaseState:
    """Return the state of a case before its first event."""
    tracks = len(model.track_names)
    return CaseState(
        case=case,
        places=(START,) * tracks,
        memory=tuple(nothing(variable.reducer) for variable in model.context),
        since=(None,) * tracks,
        moves=(0,) * tracks,
        rests=(None,) * len(model.rests),
    )


def values(model: Model, memory: tuple[Remembered, ...]) -> dict[str, Value]:
    """Return what guards see of *memory*: one value a context variable."""
    return {
        variable.name: seen_of(variable.reducer, kept) for variable, kept in zip(model.context, memory, strict=True)
    }
