"""What a model asks of events: which attributes it reads, and which values its guards tell apart. Draws nothing."""

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from attrs import define, field, frozen

from onward.history.alphabets import cells
from onward.history.judging import View, value_of
from onward.log.cells import INTEGERS
from onward.log.log import AttributeType, Value, is_number
from onward.model.elements import START, Distinct, Label, Latest, Max, Reducer, Sum, Years
from onward.model.guards import (
    EACH,
    NAME,
    Arithmetic,
    Attribute,
    Compare,
    Condition,
    Constant,
    Contains,
    Elapsed,
    Expression,
    Guard,
    Holds,
    Memory,
    Minus,
    Parameter,
    conditions,
    expressions,
)
from onward.model.model import Model
from onward.model.spelling import spelled

ANY_TEXTS = ("one", "two", "three")
"""The values of a text that a model keeps or counts, and compares with nothing."""
OTHER = "other"
"""A text that no guard asks for."""


@frozen
class Column:
    """An attribute that a model reads.

    Attributes:
        name: what it is called.
        values: by the type that its column can have in a log, the likeliest first, values that guards tell apart.
        several: whether a cell can have several of the texts, joined by `;`.

    """

    name: str
    values: Mapping[AttributeType, tuple[Value, ...]] = field(hash=False)
    several: bool = False


@lru_cache(maxsize=64)
def columns_of(model: Model) -> Mapping[str, Column]:
    """Return the attributes that *model* reads, by name."""
    return {name: _column(name, notes) for name, notes in _noted(model).items()}


def guards_of(model: Model) -> Iterator[Guard]:
    """Yield every guard of *model*."""
    yield from (guard for _, guard in model.conditions)
    yield from (table.where for table in model.tables if table.where)
    yield from (variable.reducer.where for variable in model.context if variable.reducer.where)
    yield from (transition.when for transition in model.transitions if transition.when)
    yield from (rule.when for rule in model.forbid if rule.when)
    yield from (invariant.guard for invariant in model.invariants if invariant.guard)
    yield from (guard for shown in model.shows if isinstance(shown, Label) for _, guard in shown.choices)


def years_in(model: Model) -> Iterator[float]:
    """Yield the numbers that guards of *model* compare years with."""
    for condition in itertools.chain.from_iterable(map(conditions, guards_of(model))):
        if any(isinstance(part, Elapsed) for part in expressions(condition)):
            yield from filter(is_number, _constants(model, condition))


# ---- attributes


@define
class _Notes:
    """What was found of one attribute: the constants it meets, and those sought among several values."""

    constants: list[Value] = field(factory=list)
    parts: dict[str, list[str]] = field(factory=dict)
    is_counted: bool = False
    is_ordered: bool = False

    def sought(self, part: str, values: Iterable[Value] = ()) -> None:
        """Note that *values* are sought in a *part*."""
        self.parts.setdefault(part, []).extend("" if value is None else spelled(value) for value in values)


def _noted(model: Model) -> dict[str, _Notes]:
    found: dict[str, _Notes] = defaultdict(_Notes)
    for condition in itertools.chain.from_iterable(map(conditions, guards_of(model))):
        _note_condition(model, condition, found)
    for variable in model.context:
        _note_reducer(variable.reducer, found)
    for table in model.tables:
        for name, part in (table.rows, table.columns):
            found[name].sought(part)
    for shown in model.shows:
        if isinstance(shown, Years):
            found[shown.attribute].is_counted = True
    for domain in model.domains:
        notes, values = found[domain.attribute], [value for value, _ in domain.values]
        # What a whole cell may be is listed under `each`, too.
        if domain.part != EACH or notes.parts:
            notes.sought(domain.part, values)
        else:
            notes.constants += values
    return found


def _note_condition(model: Model, condition: Condition, found: Mapping[str, _Notes]) -> None:
    constants = _constants(model, condition)
    if isinstance(condition, Contains):
        found[condition.attribute.name].sought(condition.attribute.part, constants)
        return
    for name in _names_in(model, condition):
        notes = found[name]
        notes.constants += constants
        notes.is_ordered |= isinstance(condition, Compare) and condition.operator not in {"==", "!="}
        if any(isinstance(part, Arithmetic | Minus) for part in expressions(condition)):
            notes.constants.append(0)


def _note_reducer(reducer: Reducer, found: Mapping[str, _Notes]) -> None:
    match reducer:
        case Sum(attribute) | Max(attribute):
            found[attribute].constants.append(0)
        case Latest(attribute):
            found[attribute].is_counted = True
        case Distinct(attribute, part=part):
            found[attribute].is_counted = True
            if part:
                found[attribute].sought(part)
        case _:
            pass


def _names_in(model: Model, condition: Condition) -> Iterator[str]:
    """Yield the attributes that *condition* compares: those of the event, and those whose values a variable keeps."""
    for part in expressions(condition):
        match part:
            case Attribute(name):
                yield name
            case Memory(name):
                reducer = model.variables[name].reducer
                if isinstance(reducer, Latest | Max | Sum):
                    yield reducer.attribute
            case _:
                pass


def _constants(model: Model, condition: Condition) -> list[Value]:
    nothing = View(model, START, {})
    truths: list[Value] = [True] if isinstance(condition, Holds) else []
    known = (part for part in expressions(condition) if _is_constant(part))
    return [*truths, *(value_of(part, nothing) for part in known)]


def _is_constant(expression: Expression) -> bool:
    match expression:
        case Constant() | Parameter():
            return True
        case Arithmetic(left=left, right=right):
            return _is_constant(left) and _is_constant(right)
        case Minus(operand):
            return _is_constant(operand)
        case _:
            return False


def _column(name: str, notes: _Notes) -> Column:
    if notes.parts:
        tokens = tuple(_tokens(notes.parts))
        whole = [token for token in tokens if token.isdecimal() and str(int(token)) == token]
        numbers: dict[AttributeType, tuple[Value, ...]] = {"integer": tuple(map(int, whole))} if whole else {}
        return Column(name, {"string": tokens, **numbers}, several=True)
    values: dict[AttributeType, tuple[Value, ...]] = {}
    texts = [text for text in notes.constants if isinstance(text, str) and text and text == text.strip()]
    if any(isinstance(value, bool) for value in notes.constants):
        values["boolean"] = (True, False)
    values |= _numbers([value for value in notes.constants if is_number(value)])
    if texts or not values:
        values["string"] = tuple(_texts(texts, ordered=notes.is_ordered, counted=notes.is_counted))
    return Column(name, values)


def _numbers(constants: Sequence[float]) -> dict[AttributeType, tuple[Value, ...]]:
    """Return whole numbers and others on both sides of all *constants*."""
    if not constants:
        return {}
    cut = [value for value in cells(constants) if is_number(value) and math.isfinite(value)]
    near = [value + step for value in constants if abs(value) < 2**52 for step in (0, 1, -1, 2)]
    whole = tuple(
        dict.fromkeys(int(value) for value in (*near, *cut) if value == int(value) and int(value) in INTEGERS)
    )
    halves = [value + step for value in constants if abs(value) < 2**52 for step in (0.5, -0.5)]
    broken = tuple(dict.fromkeys(float(value) for value in (*cut, *halves)))
    if all(isinstance(value, int) for value in constants):
        return {"integer": whole, "number": broken}
    return {"number": broken, **({"integer": whole} if whole else {})}


def _texts(constants: Sequence[str], *, ordered: bool, counted: bool) -> Iterator[str]:
    """Yield *constants* and texts apart from them; where their order counts, also texts between them."""
    known = sorted(set(constants))
    found = [*known]
    if ordered and known:
        found += ["!", *(f"{text}!" for text in known)]
    found += ANY_TEXTS if counted or not known else (OTHER,)
    yield from dict.fromkeys(found)


def _tokens(parts: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield values of a cell with several: all that are sought in any part, and one that is not."""
    whole = [text for part in ("", EACH) for text in parts.get(part, ())]
    names = [*parts.get(NAME, ()), *ANY_TEXTS[:2]]
    kinds = [text for part, sought in parts.items() if part not in {"", EACH, NAME} for text in sought]
    apart = parts.keys() - {"", EACH}
    more = [f"{one}@{kind}" for kind in (*kinds, OTHER) for one in names] if apart else []
    others = names if apart else [OTHER] if whole else ANY_TEXTS
    for text in dict.fromkeys((*whole, *more, *others)):
        if text and text == text.strip() and ";" not in text:
            yield text
