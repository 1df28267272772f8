"""Whether a guard holds in view of one case and one event."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from attrs import field, frozen

from onward.history.clock import later
from onward.history.several import parts_of
from onward.history.state import each_track
from onward.log.log import Event, Value, is_number
from onward.model.elements import Timer, Transition
from onward.model.guards import (
    COMPARE,
    Arithmetic,
    Attribute,
    Compare,
    Condition,
    Constant,
    Contains,
    CurrentPhase,
    Elapsed,
    EventType,
    Expression,
    Guard,
    Holds,
    Memory,
    Minus,
    OneOf,
    Or,
    Parameter,
    PhaseName,
    TypeName,
    holds,
)
from onward.model.model import Model, compare_ranks
from onward.model.spelling import spelled

YEAR = timedelta(days=365.2425)
"""The mean Gregorian year, by which `years_in_phase` and `years_since_start` count."""


@frozen
class View:
    """What a guard can see.

    Attributes:
        model: for parameters and the order of phases.
        places: where the case is, on every track.
        memory: the value of every context variable.
        event: the event at hand, if there is one.
        moment: the instant that counts as now.
        since: for every track the instant at which the case came to its place.
        began: the instant at which the case left `start`.
        before: what there was to see before the event, for `step` invariants.
        rests: for each set of event types that starts timers anew, the instant of the last such event.
        late: whether *moment* is over: what ends with it has ended.

    """

    model: Model
    places: tuple[str, ...] = field(converter=each_track)
    memory: Mapping[str, Value]
    event: Event | None = None
    moment: datetime | None = None
    since: tuple[datetime | None, ...] = field(default=(None,), converter=each_track)
    began: datetime | None = None
    before: "View | None" = None
    rests: tuple[datetime | None, ...] = ()
    late: bool = False

    def place(self, track: str) -> str:
        """Return where the case is on *track*."""
        return self.places[self.model.track_numbers[track]]

    def entered(self, track: str) -> datetime | None:
        """Return the instant at which the case came to its place on *track*."""
        return self.since[self.model.track_numbers[track]]


def guard_holds(guard: Guard | None, view: View) -> bool | None:
    """Tell whether *guard* holds; None is unknown, and no guard always holds."""
    return True if guard is None else holds(guard, partial(judge, view))


def is_enabled(transition: Transition, view: View) -> bool:
    """Tell whether the time of *transition*, if it has one, has run out, and its guard holds."""
    if transition.after is not None and not has_run_out(transition, transition.after, view):
        return False
    return guard_holds(transition.when, view) is True


def deadline(transition: Transition, timer: Timer, view: View) -> datetime | None:
    """Return the instant through which the *timer* of *transition* runs; None where it does not run, or for ever."""
    starts = view.entered(transition.track)
    if starts is None:
        return None
    rest = view.model.rest_of(timer)
    last = None if rest is None else view.rests[rest]
    return later(starts if last is None else max(starts, last), *view.model.length_of(timer.span))


def has_run_out(transition: Transition, timer: Timer, view: View) -> bool:
    """Tell whether the *timer* of *transition* has run out: its last instant lies back, or is over."""
    end = deadline(transition, timer, view)
    if end is None or view.moment is None:
        return False
    return end < view.moment or (end == view.moment and view.late)


def judge(view: View, condition: Condition) -> bool | None:
    """Tell whether one *condition* holds in *view*; None is unknown."""
    match condition:
        case Compare(sign, left, right):
            one, other = _ranks(left, view), _ranks(right, view)
            if one is not None and other is not None:
                return compare_ranks(sign, one, other)
            return _compared(sign, value_of(left, view), value_of(right, view))
        case OneOf(value, options):
            return holds(Or(tuple(Compare("==", value, option) for option in options)), partial(judge, view))
        case Contains(value, attribute):
            cell, sought = value_of(attribute, view), value_of(value, view)
            return None if cell is None or sought is None else spelled(sought) in parts_of(cell, attribute.part)
        case Holds(value):  # the union is closed
            found = value_of(value, view)
            return found if isinstance(found, bool) else None


def _compared(sign: str, one: Value, other: Value) -> bool | None:
    """Compare two values of one kind; null and values of two kinds cannot be compared, which is unknown."""
    numbers = isinstance(one, int | float) and isinstance(other, int | float)
    if numbers and isinstance(one, bool) == isinstance(other, bool):
        return COMPARE[sign](one, other)  # type: ignore[index]  # a Comparison
    if isinstance(one, str) and isinstance(other, str):
        return COMPARE[sign](one, other)  # type: ignore[index]
    return None


def _ranks(expression: Expression, view: View) -> range | None:
    match expression:
        case CurrentPhase(before, track):
            return view.model.ranks[_at(view, before=before).place(track)]
        case PhaseName(name):
            return view.model.ranks[name]
        case _:
            return None


def _at(view: View, *, before: bool) -> View:
    return view.before if before and view.before is not None else view


def value_of(expression: Expression, view: View) -> Value:  # one line a kind of value
    """Return what *expression* stands for; None where it is not known."""
    match expression:
        case Constant(value):
            return value
        case Parameter(name):
            return view.model.constants[name]
        case Memory(name, before):
            return _at(view, before=before).memory[name]
        case Attribute(name):
            return view.event.attributes.get(name) if view.event else None
        case EventType():
            return view.event.type if view.event else None
        case TypeName(name) | PhaseName(name):
            return name
        case CurrentPhase(before, track):
            return _at(view, before=before).place(track)
        case Elapsed(since, track):
            return _years(view.moment, view.entered(track) if since == "years_in_phase" else view.began)
        case Minus(operand):
            return _reckoned("-", 0, value_of(operand, view))
        case Arithmetic(sign, left, right):  # the union is closed
            return _reckoned(sign, value_of(left, view), value_of(right, view))


def _years(now: datetime | None, then: datetime | None) -> float | None:
    return None if now is None or then is None else (now - then) / YEAR


def _reckoned(sign: str, one: Value, other: Value) -> float | None:
    if not is_number(one) or not is_number(other):
        return None
    match sign:
        case "+":
            return one + other
        case "-":
            return one - other
        case _:
            return one * other
