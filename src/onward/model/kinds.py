"""Kinds: what a value in a guard is, whatever the log, and how each kind is named and compared."""

from collections.abc import Mapping
from typing import Literal

from onward.model.guards import (
    Arithmetic,
    Attribute,
    Constant,
    CurrentPhase,
    Elapsed,
    EventType,
    Expression,
    Memory,
    Minus,
    Parameter,
    PhaseName,
    Scalar,
    TypeName,
)
from onward.model.spelling import write_expression
from onward.model.vocabulary import Vocabulary

Kind = Literal["number", "text", "truth", "phase", "type", "attribute", "unknown"]


def kind_of(value: Expression, names: Vocabulary) -> Kind:
    """Tell what *value* is; the log alone knows the kind of an attribute, and of the latest value of one."""
    match value:
        case Constant(scalar):
            return _kind_of_scalar(scalar)
        case Parameter(name):
            known = names.parameters[name]
            return "unknown" if known is None else _kind_of_scalar(known)
        case CurrentPhase() | PhaseName():
            return "phase"
        case EventType() | TypeName():
            return "type"
        case Attribute():
            return "attribute"
        case Memory(name):
            return names.context[name]
        case Elapsed() | Arithmetic() | Minus():  # the union is closed
            return "number"


NAMES: Mapping[Kind, str] = {
    "number": "a number",
    "text": "a text",
    "truth": "true or false",
    "phase": "a phase",
    "type": "an event type",
    "attribute": "an attribute of the event",
    "unknown": "an unknown name",
}


def named(value: Expression, kind: Kind) -> str:
    """Return *kind*, which is that of *value*, as one would say it."""
    return "a latest value" if kind == "attribute" and isinstance(value, Memory) else NAMES[kind]


def compared(value: Expression, kind: Kind, names: Vocabulary) -> str:
    """Return *value* compared with something, to show how."""
    match value, kind:
        case PhaseName(name), _:
            track = names.phases.get(name, "") or next(iter(names.tracks), "")
            return f"{write_expression(CurrentPhase(track=track))} == {name}"
        case TypeName(), _:
            return f"event.type == {write_expression(value)}"
        case Constant(), "number":
            return f"<variable> >= {write_expression(value)}"
        case Constant(), _:
            return f"event.<attribute> == {write_expression(value)}"
        case _, "number":
            return f"{write_expression(value)} >= 1"
        case _, "text":
            return f"{write_expression(value)} == event.<attribute>"
        case _:
            return f"{write_expression(value)} == <name>"


def _kind_of_scalar(scalar: Scalar) -> Kind:
    if isinstance(scalar, bool):
        return "truth"
    return "text" if isinstance(scalar, str) else "number"
