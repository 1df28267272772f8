"""Whether a guard holds in view of one case and one event."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TypeGuard

from attrs import frozen

from onward.log.log import Event, Value
from onward.model.guards import (
    COMPARE,
    Arithmetic,
    Attribute,
    Compare,
    Condition,
    Constant,
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

YEAR = timedelta(days=365.2425)
"""The mean Gregorian year, by which `years_in_phase` and `years_since_start` count."""


@frozen
class View:
    """What a guard can see.

    Attributes:
        model: for parameters and the order of phases.
        place: where the case is.
        memory: the value of every context variable.
        event: the event at hand, if there is one.
        moment: the instant that counts as now.
        since: the instant at which the case came to *place*.
        began: the instant at which the case left `start`.
        before: what there was to see before the event, for `step` invariants.

    """

    model: Model
    place: str
    memory: Mapping[str, int]
    event: Event | None = None
    moment: datetime | None = None
    since: datetime | None = None
    began: datetime | None = None
    before: "View | None" = None


def guard_holds(guard: Guard | None, view: View) -> bool | None:
    """Tell whether *guard* holds; None is unknown, and no guard always holds."""
    return True if guard is None else holds(guard, partial(judge, view))


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
        case CurrentPhase(before):
            return view.model.ranks[_at(view, before=before).place]
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
        case CurrentPhase(before):
            return _at(view, before=before).place
        case Elapsed(since):
            return _years(view.moment, view.since if since == "years_in_phase" else view.began)
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


def is_number(value: Value) -> TypeGuard[int | float]:
    """Tell whether *value* is a number to reckon with; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)
