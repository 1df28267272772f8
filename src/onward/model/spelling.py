"""Guard → text, which `grammar` reads back as the same value."""

from onward.model.guards import (
    EACH,
    And,
    Arithmetic,
    Attribute,
    Compare,
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
    Named,
    Not,
    OneOf,
    Or,
    Parameter,
    PhaseName,
    Scalar,
    TypeName,
)
from onward.model.vocabulary import COLUMNS, RESERVED, is_name


def write_guard(guard: Guard) -> str:
    """Return the text of *guard*, which `parse_guard` reads back as the same value."""
    match guard:
        case Or(parts):
            return " or ".join(write_guard(part) for part in parts)
        case And(parts):
            return " and ".join(_inside(part, Or) for part in parts)
        case Not(part):
            return f"not {_inside(part, And, Or)}"
        case Compare(operator, left, right):
            return f"{write_expression(left)} {operator} {write_expression(right)}"
        case OneOf(value, options):
            return f"{write_expression(value)} in [{', '.join(map(write_expression, options))}]"
        case Contains(value, attribute):
            return f"{write_expression(value)} in {write_expression(attribute)}"
        case Named(name):
            return name
        case Holds(value):  # the union is closed
            return write_expression(value)


def _inside(part: Guard, *looser: type[And] | type[Or]) -> str:
    return f"({write_guard(part)})" if isinstance(part, looser) else write_guard(part)


def write_expression(value: Expression) -> str:  # noqa: PLR0911  # one line a kind of value
    """Return the text of *value*."""
    match value:
        case Constant(bool(truth)):
            return "true" if truth else "false"
        case Constant(str(text)):
            return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case Constant(number):
            return repr(number)
        case Memory(name, before):
            return f"before.{name}" if before else name
        case CurrentPhase(before, track):
            return ".".join(filter(None, ("before" if before else "", track, "phase")))
        case Attribute(name, part):
            plain = is_name(name) and name not in {"type", *COLUMNS}
            whole = f"event.{name}" if plain else f"event[{write_expression(Constant(name))}]"
            return f"{whole}.{part}" if part not in {"", EACH} else whole
        case EventType():
            return "event.type"
        case Elapsed(since, track):
            return f"{track}.{since}" if track else since
        case TypeName(name):
            return name if is_name(name) and name not in RESERVED else write_expression(Constant(name))
        case Parameter(name) | PhaseName(name):
            return name
        case Minus(operand):
            return f"-{_factor(operand)}"
        case Arithmetic("*", left, right):
            return f"{_factor(left, keep='*')} * {_factor(right)}"
        case Arithmetic(sign, left, right):  # the union is closed
            return f"{write_expression(left)} {sign} {_term(right)}"


def _factor(value: Expression, keep: str = "") -> str:
    bare = not isinstance(value, Arithmetic) or value.operator == keep
    return write_expression(value) if bare else f"({write_expression(value)})"


def _term(value: Expression) -> str:
    bare = not isinstance(value, Arithmetic) or value.operator == "*"
    return write_expression(value) if bare else f"({write_expression(value)})"


def spelled(value: Scalar) -> str:
    """Return *value* as the values of a cell with several are compared: a whole number without a point."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if isinstance(value, str) else repr(value)
