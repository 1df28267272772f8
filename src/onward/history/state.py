"""CaseState: where one case stands, as a small value."""

from attrs import frozen

from onward.log.dates import Interval
from onward.log.log import Event, Value
from onward.model.elements import ANY, START, Count, Distinct
from onward.model.model import Model

Remembered = int | frozenset[Value]
"""What one reducer keeps: a count, or the values it has seen."""


@frozen
class CaseState:
    """Where one case stands.

    Attributes:
        case: the case's name.
        place: a phase, a stage as `phase.stage`, or `start`.
        memory: what each context variable keeps, in the model's order.
        since: the date of the event that brought the case to *place*; None at `start`, or without dates.
        began: the date of the event that took the case out of `start`.
        first: the date of the first event.
        last: the date of the last event.
        events: how many events the case has had, refused and unknown ones included.
        moves: how many transitions it has made.
        broken: which `always` invariants do not hold now (positions in the model), so that each break is told once.

    """

    case: str
    place: str
    memory: tuple[Remembered, ...]
    since: Interval | None = None
    began: Interval | None = None
    first: Interval | None = None
    last: Interval | None = None
    events: int = 0
    moves: int = 0
    broken: tuple[int, ...] = ()


def not_begun(model: Model, case: str) -> CaseState:
    """Return the state of a case before its first event."""
    empty: dict[type, Remembered] = {Count: 0, Distinct: frozenset()}
    return CaseState(case, START, tuple(empty[type(variable.reducer)] for variable in model.context))


def numbers(model: Model, memory: tuple[Remembered, ...]) -> dict[str, int]:
    """Return what guards see of *memory*: one number a context variable."""
    return {
        variable.name: kept if isinstance(kept, int) else len(kept)
        for variable, kept in zip(model.context, memory, strict=True)
    }


def answers(types: tuple[str, ...] | None, event: Event) -> bool:
    """Tell whether *event* is of one of *types*; None is every type."""
    return types is None or event.type in types or ANY in types
