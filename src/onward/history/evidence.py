"""What decides a guard, condition by condition: what was found, and by how much it is short."""

import itertools
import math
from collections.abc import Callable, Iterable
from datetime import datetime, time

from attrs import evolve, frozen

from onward.history.judging import View, deadline, has_run_out, judge, value_of
from onward.history.several import parts_of
from onward.log.log import Value, is_number
from onward.model.elements import Span, Timer, Transition
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
    Contains,
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
    TypeName,
)
from onward.model.model import Model
from onward.model.spelling import write_expression, write_guard


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
        variable: the context variable that was judged, if it was one.
        condition: the named condition that it is part of, as the guard has it (`fragile`, `not fragile`); "" for none.
        due: the last day of the time that must run out, where it is a timer's.
        parts: where it stands for alternatives of which none holds: what each of them lacks.

    """

    text: str
    holds: bool | None
    found: str
    sign: Comparison | None = None
    has: float | None = None
    needs: float | None = None
    short: float | None = None
    variable: str | None = None
    condition: str = ""
    due: str | None = None
    parts: "tuple[Clause, ...]" = ()

    def __str__(self) -> str:
        return f"{self.text}: {self.found}"


def evidence(guard: Guard | None, view: View) -> tuple[Clause, ...]:
    """Return the conditions that decide *guard*, each with what was found.

    Where the guard does not hold, those with `holds` other than True are what is short; the parts of an `or` of which
    none holds make one clause together.
    """
    return () if guard is None else tuple(_evidence(guard, view, opposite=False))


def evidence_of(transition: Transition, view: View) -> tuple[Clause, ...]:
    """Return what decides whether *transition* fires: its time, if it has one, then the conditions of its guard."""
    timed = () if transition.after is None else (_time(transition, transition.after, view),)
    return (*timed, *evidence(transition.when, view))


def told(clauses: Iterable[Clause], say: Callable[[Clause], str] = str, between: str = "; ") -> str:
    """Return *clauses* in one line, those of a named condition together: `fragile (n < 2: has 1)`."""
    groups = itertools.groupby(clauses, key=lambda clause: clause.condition)
    texts = [(name, between.join(map(say, group))) for name, group in groups]
    return between.join(f"{name} ({text})" if name else text for name, text in texts)


def _time(transition: Transition, timer: Timer, view: View) -> Clause:
    end = deadline(transition, timer, view)
    over = has_run_out(transition, timer, view)
    due = None if end is None else day_of(end)
    found = "never runs out" if due is None else f"{'ran' if over else 'runs'} out on {due}"
    return Clause(f"after {plain_timer(timer, view.model)}", over, found, due=due)


def plain_timer(timer: Timer, model: Model) -> Timer:
    """Return *timer* with its length as a number."""
    return evolve(timer, span=plain_span(timer.span, model))


def plain_span(span: Span, model: Model) -> Span:
    """Return *span* with its length as a number."""
    length = span.length if isinstance(span.length, int) else model.constants[span.length]
    assert isinstance(length, int)  # noqa: S101  # what a file or a scenario says is checked when it is read
    return evolve(span, length=length)


def day_of(moment: datetime) -> str:
    """Return the day of *moment*, with the time of day where it is neither the day's first instant nor its last."""
    whole = moment.time() in {time.min, time.max}
    return moment.date().isoformat() if whole else moment.isoformat(timespec="seconds")


def _evidence(guard: Guard, view: View, *, opposite: bool) -> Iterable[Clause]:
    match guard:
        case Not(part):
            return _evidence(part, view, opposite=not opposite)
        case Named(name, part):
            named = f"not {name}" if opposite else name
            return [evolve(clause, condition=named) for clause in _evidence(part, view, opposite=opposite)]
        case And(parts) | Or(parts):
            inside = [tuple(_evidence(part, view, opposite=opposite)) for part in parts]
            if isinstance(guard, And) is not opposite:
                return [clause for clauses in inside for clause in clauses]
            holding = [clauses for clauses in inside if all(clause.holds for clause in clauses)]
            return holding[0] if holding else [_either(inside)]
        case Compare() | OneOf() | Holds() | Contains():  # the union is closed
            return [_clause(guard, view, opposite=opposite)]


def _either(alternatives: list[tuple[Clause, ...]]) -> Clause:
    """Return the one clause that says that none of *alternatives* holds."""
    failing = [[clause for clause in clauses if clause.holds is not True] for clauses in alternatives]
    flat = [clause for clauses in failing for clause in clauses]
    return Clause(
        text=" or ".join(told(clauses, lambda clause: clause.text, " and ") for clauses in failing),
        holds=None if any(all(clause.holds is None for clause in clauses) for clauses in failing) else False,
        found=" and ".join(dict.fromkeys(clause.found for clause in flat)),
        # Parts that are needed together have no one number; of single ones the nearest counts.
        short=min(
            (clauses[0].short for clauses in failing if len(clauses) == 1 and clauses[0].short is not None),
            default=None,
        ),
        parts=tuple(flat),
    )


def _clause(condition: Condition, view: View, *, opposite: bool) -> Clause:
    answer = judge(view, condition)
    found = _found(condition, view)
    if not isinstance(condition, Compare):
        said = write_guard(_spoken(Not(condition) if opposite else condition, view.model))
        looked = condition.value if isinstance(condition, Holds | OneOf) else None
        return Clause(said, None if answer is None else answer is not opposite, found, variable=_variable(looked))
    sign = OPPOSITE[condition.operator] if opposite else condition.operator
    left, right = condition.left, condition.right
    if _is_fixed(left) and not _is_fixed(right):
        # `2 <= n` is told as `n >= 2`: what is found stands first, and its measure after it.
        sign, left, right = TURNED[sign], right, left
    has, needs = value_of(left, view), value_of(right, view)
    held = None if answer is None else answer is not opposite
    said = write_guard(_spoken(Compare(sign, left, right), view.model))
    if not (is_number(has) and is_number(needs)):
        return Clause(said, held, found, variable=_variable(left))
    return Clause(
        text=said,
        holds=held,
        found=found,
        sign=sign,
        has=has,
        needs=needs,
        short=0 if held else _short(sign, has, needs),
        variable=_variable(left),
    )


def _variable(looked: Expression | None) -> str | None:
    return looked.name if isinstance(looked, Memory) and not looked.before else None


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
        case Contains(_, attribute):
            cell = value_of(attribute, view)
            return "not recorded" if cell is None else f"has {', '.join(parts_of(cell, attribute.part)) or 'none'}"
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
    """Return *guard* as a person would say it: parameters as their values, attributes by their bare names.

    What comes out is written and no longer judged.
    """
    match guard:
        case Not(part):
            return Not(_spoken(part, model))
        case Named(name, part):
            return Named(f"{name} ({write_guard(_spoken(part, model))})", part)
        case Contains(value, attribute):
            bare = write_expression(attribute).removeprefix("event.")
            return Holds(Memory(f"{write_expression(_plain(value, model))} in {bare}"))
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
