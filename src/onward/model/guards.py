"""Guards as values: conditions on memory, event and phase that can be compared, printed, judged and counted.

This module knows what a guard *is*. `grammar` turns text into these values, `history.judging` says whether one holds.
"""

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

from attrs import field, frozen

Scalar = bool | int | float | str
Comparison = Literal["==", "!=", "<", "<=", ">", ">="]
Operator = Literal["+", "-", "*"]


@frozen
class Constant:
    """A number, a quoted string, `true` or `false`."""

    # 1, 1.0 and true are equal to Python; to a model they are three values.
    value: Scalar = field(eq=repr)


@frozen
class Parameter:
    """A constant of the model with a name; scenarios may change it."""

    name: str


@frozen
class Memory:
    """A context variable, after the event or, with *before*, before it."""

    name: str
    before: bool = False


EACH, NAME = "each", "name"
"""Parts of an attribute with several values: every value as it stands, and what stands before its `@`."""


@frozen
class Attribute:
    """A column of the event at hand; null where the log records nothing.

    With a *part* the column holds several values, joined by `;`: `each` is every value, `name` what stands before its
    `@`, and any other part what stands after it (`Norway@donor_government`: the ecology).
    """

    name: str
    part: str = ""


@frozen
class EventType:
    """The type of the event at hand."""


@frozen
class CurrentPhase:
    """The phase that the case is in or, with *before*, was in before the event; *track* is "" without tracks."""

    before: bool = False
    track: str = ""


@frozen
class Elapsed:
    """Years of 365.2425 days since the case entered its phase (on a track), or since it began."""

    since: Literal["years_in_phase", "years_since_start"]
    track: str = ""


@frozen
class PhaseName:
    """A phase (any of its stages), a stage as `phase.stage`, or `start`."""

    name: str


@frozen
class TypeName:
    """An event type of the vocabulary."""

    name: str


@frozen
class Arithmetic:
    """Two numbers made one."""

    operator: Operator
    left: "Expression"
    right: "Expression"


@frozen
class Minus:
    """A number with its sign turned."""

    operand: "Expression"


@frozen
class Compare:
    """Two values compared; a comparison with null is unknown."""

    operator: Comparison
    left: "Expression"
    right: "Expression"


@frozen
class OneOf:
    """The value equals one of the *options*."""

    value: "Expression"
    options: tuple["Expression", ...]


@frozen
class Holds:
    """A value that is itself true or false: `event.formal`."""

    value: "Expression"


@frozen
class Contains:
    """One of the values of an attribute with several is *value*, compared as they are spelled."""

    value: "Expression"
    attribute: Attribute


@frozen
class Named:
    """A condition of the model with a name: it stands for its *guard*."""

    name: str
    guard: "Guard"


@frozen
class Not:
    """The opposite; the opposite of unknown is unknown."""

    part: "Guard"


@frozen
class And:
    """All of the parts."""

    parts: tuple["Guard", ...]


@frozen
class Or:
    """At least one of the parts."""

    parts: tuple["Guard", ...]


Expression = (
    Constant
    | Parameter
    | Memory
    | Attribute
    | EventType
    | CurrentPhase
    | Elapsed
    | PhaseName
    | TypeName
    | Arithmetic
    | Minus
)
Guard = Compare | OneOf | Holds | Contains | Named | Not | And | Or


COMPARE: Mapping[Comparison, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
TURNED: Mapping[Comparison, Comparison] = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
"""The comparison that says the same with its sides exchanged."""

OPPOSITE: Mapping[Comparison, Comparison] = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}

Condition = Compare | OneOf | Holds | Contains


def holds(guard: Guard, decide: Callable[[Condition], bool | None]) -> bool | None:
    """Tell whether *guard* holds, given what *decide* says of its conditions; None is unknown.

    Unknown spreads by Kleene's rules: an `and` with a false part is false, an `or` with a true part is true, and
    everything else that rests on an unknown is unknown.
    """
    match guard:
        case And(parts):
            return _first_of((False, None), [holds(part, decide) for part in parts], otherwise=True)
        case Or(parts):
            return _first_of((True, None), [holds(part, decide) for part in parts], otherwise=False)
        case Not(part):
            found = holds(part, decide)
            return None if found is None else not found
        case Named(_, inner):
            return holds(inner, decide)
        case Compare() | OneOf() | Holds() | Contains():  # the union is closed
            return decide(guard)


def _first_of(wanted: tuple[bool | None, ...], found: list[bool | None], *, otherwise: bool) -> bool | None:
    return next((value for value in wanted if value in found), otherwise)


def conditions(guard: Guard) -> Iterator[Condition]:
    """Yield the conditions of *guard* that hold no smaller ones, left to right."""
    match guard:
        case And(parts) | Or(parts):
            for part in parts:
                yield from conditions(part)
        case Not(part) | Named(_, part):
            yield from conditions(part)
        case Compare() | OneOf() | Holds() | Contains():  # the union is closed
            yield guard


def expressions(guard: Guard) -> Iterator[Expression]:
    """Yield every value that *guard* looks at, parts of sums and products too."""
    for condition in conditions(guard):
        match condition:
            case Compare(left=left, right=right):
                yield from _inside(left)
                yield from _inside(right)
            case OneOf(value, options):
                for value_or_option in (value, *options):
                    yield from _inside(value_or_option)
            case Contains(value, attribute):
                yield from (value, attribute)
            case Holds(value):  # the union is closed
                yield from _inside(value)


def _inside(expression: Expression) -> Iterator[Expression]:
    yield expression
    match expression:
        case Arithmetic(left=left, right=right):
            yield from _inside(left)
            yield from _inside(right)
        case Minus(operand):
            yield from _inside(operand)
        case _:
            pass
