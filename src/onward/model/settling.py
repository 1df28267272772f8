"""Settling: guards with constants in place of parameters, for whoever asks what values they compare with."""

from collections.abc import Mapping

from onward.model.guards import (
    And,
    Arithmetic,
    Compare,
    Constant,
    Contains,
    Expression,
    Guard,
    Holds,
    Minus,
    Named,
    Not,
    OneOf,
    Or,
    Parameter,
    Scalar,
)


def settled(guard: Guard, values: Mapping[str, Scalar]) -> Guard:
    """Return *guard* with constants in place of the parameters that have *values*."""
    if not values:
        return guard
    match guard:
        case And(parts):
            return And(tuple(settled(part, values) for part in parts))
        case Or(parts):
            return Or(tuple(settled(part, values) for part in parts))
        case Not(part):
            return Not(settled(part, values))
        case Named(name, part):
            return Named(name, settled(part, values))
        case Compare(sign, left, right):
            return Compare(sign, valued(left, values), valued(right, values))
        case OneOf(value, options):
            return OneOf(valued(value, values), tuple(valued(option, values) for option in options))
        case Contains(value, attribute):
            return Contains(valued(value, values), attribute)
        case Holds(value):  # the union is closed
            return Holds(valued(value, values))


def valued(expression: Expression, values: Mapping[str, Scalar]) -> Expression:
    """Return *expression* with constants in place of the parameters that have *values*."""
    match expression:
        case Parameter(name) if name in values:
            return Constant(values[name])
        case Arithmetic(sign, left, right):
            return Arithmetic(sign, valued(left, values), valued(right, values))
        case Minus(operand):
            return Minus(valued(operand, values))
        case _:
            return expression
