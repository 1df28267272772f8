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

Kind = Literal["number", "text", "truth", "phase", "type", "attribute", "unknown"]


def kind_of(value: Expression, parameters: Mapping[str, Scalar | None]) -> Kind:
    """Tell what *value* is; the log alone knows the kind of an attribute."""
    match value:
        case Constant(scalar):
            return _kind_of_scalar(scalar)
        case Parameter(name):
            known = parameters[name]
            return "unknown" if known is None else _kind_of_scalar(known)
        case CurrentPhase() | PhaseName():
            return "phase"
        case EventType() | TypeName():
            return "type"
        case Attribute():
            return "attribute"
        case Memory() | Elapsed() | Arithmetic() | Minus():  # the union is closed
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


def compared(value: Expression, kind: Kind) -> str:
    """Return *value* compared with something, to show how."""
    match value, kind:
        case PhaseName(), _:
            return f"phase == {write_expression(value)}"
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
