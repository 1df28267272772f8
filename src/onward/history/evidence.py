"""What decides a guard, condition by condition: what was found, and by how much it is short."""

import math
from collections.abc import Iterable

from attrs import frozen

from onward.history.judging import View, is_number, judge, value_of
from onward.log.log import Value
from onward.model.guards import (
    OPPOSITE,
    TURNED,
    And,
    Arithmetic,
    Attribute,
    Compare,
    Comparison,
    Condition,
    Constant,
    Expression,
    Guard,
    Holds,
    Memory,
    Minus,
    Not,
    OneOf,
    Or,
    Parameter,
    PhaseName,
    TypeName,
)
from onward.model.model import Model
from onward.model.spelling import write_guard


@frozen
class Clause:
    """One condition of a guard, with what was found.

    Attributes:
        text: the condition, parameters replaced by their values: `theatres >= 2`.
        holds: True, False, or None where it is unknown.
        found: what there was instead: `has 1`, `is recognition`, `not recorded`.
        sign: how numbers were compared, where the condition compares numbers; what was found stands left.
        has: the number found.
        needs: the number it was compared with.
        short: by how much *has* misses, 0 where the condition holds, None where that is no question of numbers.
        variable: the context variable that was compared, if it was one.

    """

    text: str
    holds: bool | None
    found: str
    sign: Comparison | None = None
    has: float | None = None
    needs: float | None = None
    short: float | None = None
    variable: str | None = None

    def __str__(self) -> str:
        return f"{self.text}: {self.found}"


def evidence(guard: Guard | None, view: View) -> tuple[Clause, ...]:
    """Return the conditions that decide *guard*, each with what was found.

    Where the guard does not hold, those with `holds` other than True are what is short; the parts of an `or` of which
    none holds make one clause together.
    """
    return () if guard is None else tuple(_evidence(guard, view, opposite=False))


def _evidence(guard: Guard, view: View, *, opposite: bool) -> Iterable[Clause]:
    match guard:
        case Not(part):
            return _evidence(part, view, opposite=not opposite)
        case And(parts) | Or(parts):
            inside = [tuple(_evidence(part, view, opposite=opposite)) for part in parts]
            if isinstance(guard, And) is not opposite:
                return [clause for clauses in inside for clause in clauses]
            holding = [clauses for clauses in inside if all(clause.holds for clause in clauses)]
            return holding[0] if holding else [_either(inside)]
        case Compare() | OneOf() | Holds():  # the union is closed
            return [_clause(guard, view, opposite=opposite)]


def _either(alternatives: list[tuple[Clause, ...]]) -> Clause:
    """Return the one clause that says that none of *alternatives* holds."""
    failing = [[clause for clause in clauses if clause.holds is not True] for clauses in alternatives]
    flat = [clause for clauses in failing for clause in clauses]
    return Clause(
        text=" or ".join(" and ".join(clause.text for clause in clauses) for clauses in failing),
        holds=None if any(all(clause.holds is None for clause in clauses) for clauses in failing) else False,
        found=" and ".join(dict.fromkeys(clause.found for clause in flat)),
        # Parts that are needed together have no one number; of single ones the nearest counts.
        short=min(
            (clauses[0].short for clauses in failing if len(clauses) == 1 and clauses[0].short is not None),
            default=None,
        ),
    )


def _clause(condition: Condition, view: View, *, opposite: bool) -> Clause:
    answer = judge(view, condition)
    found = _found(condition, view)
    if not isinstance(condition, Compare):
        said = write_guard(_spoken(Not(condition) if opposite else condition, view.model))
        return Clause(said, None if answer is None else answer is not opposite, found)
    sign = OPPOSITE[condition.operator] if opposite else condition.operator
    left, right = condition.left, condition.right
    if _is_fixed(left) and not _is_fixed(right):
        # `2 <= n` is told as `n >= 2`: what is found stands first, and its measure after it.
        sign, left, right = TURNED[sign], right, left
    has, needs = value_of(left, view), value_of(right, view)
    held = None if answer is None else answer is not opposite
    said = write_guard(_spoken(Compare(sign, left, right), view.model))
    if not (is_number(has) and is_number(needs)):
        return Clause(said, held, found)
    return Clause(
        text=said,
        holds=held,
        found=found,
        sign=sign,
        has=has,
        needs=needs,
        short=0 if held else _short(sign, has, needs),
        variable=left.name if isinstance(left, Memory) else None,
    )


def _short(sign: Comparison, has: float, needs: float) -> float | None:
    """Return by how much *has* must change; None where any change will do. A whole number changes by whole steps."""
    whole = isinstance(has, int)
    target = needs
    match sign:
        case ">=" if whole:
            target = math.ceil(needs)
        case ">" if whole:
            target = math.floor(needs) + 1
        case "<=" if whole:
            target = math.floor(needs)
        case "<" if whole:
            target = math.ceil(needs) - 1
        case "!=" if whole:
            target = has + 1
    return abs(target - has) or None


def _found(condition: Condition, view: View) -> str:
    """Return in words what *condition* was judged on."""
    looked: tuple[Expression, ...]
    match condition:
        case Compare(_, left, right):
            looked = (left, right)
        case OneOf(value):
            looked = (value,)
        case Holds(value):  # the union is closed
            looked = (value,)
    return " and ".join(_said(value_of(value, view)) for value in looked if not _is_fixed(value)) or "is fixed"


def _is_fixed(expression: Expression) -> bool:
    """Tell whether *expression* is the same whatever the case and the event."""
    match expression:
        case Constant() | Parameter() | PhaseName() | TypeName():
            return True
        case Arithmetic(left=left, right=right):
            return _is_fixed(left) and _is_fixed(right)
        case Minus(operand):
            return _is_fixed(operand)
        case _:
            return False


def _said(value: Value) -> str:
    match value:
        case None:
            return "not recorded"
        case bool():
            return f"is {str(value).lower()}"
        case int():
            return f"has {value}"
        case float():
            return f"has {value:.4g}"
        case str():  # the union is closed
            return f"is {value}"


def _spoken(guard: Guard, model: Model) -> Guard:
    """Return *guard* as a person would say it: parameters as their values, attributes by their bare names."""
    match guard:
        case Not(part):
            return Not(_spoken(part, model))
        case And(parts):
            return And(tuple(_spoken(part, model) for part in parts))
        case Or(parts):
            return Or(tuple(_spoken(part, model) for part in parts))
        case Compare(sign, left, right):
            return Compare(sign, _plain(left, model), _plain(right, model))
        case OneOf(value, options):
            return OneOf(_plain(value, model), tuple(_plain(option, model) for option in options))
        case Holds(value):  # the union is closed
            return Holds(_plain(value, model))


def spoken_guard(guard: Guard, model: Model) -> str:
    """Return the text of *guard* for people: parameters as their values, attributes by their bare names."""
    return write_guard(_spoken(guard, model))


def _plain(expression: Expression, model: Model) -> Expression:
    match expression:
        case Parameter(name):
            return Constant(model.constants[name])
        case Attribute(name):
            return Memory(name)
        case Arithmetic(sign, left, right):
            return Arithmetic(sign, _plain(left, model), _plain(right, model))
        case Minus(operand):
            return Minus(_plain(operand, model))
        case _:
            return expression
