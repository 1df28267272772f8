"""Aims: attributes with which an event meets the guards that look at it, found without drawing."""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from onward.history.judging import View, judge
from onward.history.memory import answers
from onward.log.log import Event, Value
from onward.model.elements import START
from onward.model.guards import (
    And,
    Attribute,
    Condition,
    CurrentPhase,
    Elapsed,
    Guard,
    Memory,
    expressions,
)
from onward.model.model import Model
from onward.testing.asked import Column, columns_of
from onward.testing.leading import MOST_WAYS, Way, asked_by, ways

Aim = Mapping[str, tuple[Value, ...]]
"""For some attributes values with which all that a guard asks of the event alone comes out as it should."""

_MOST_CELLS = 600
_MOST_FITTING = 8


@lru_cache(maxsize=64)
def aims_of(model: Model) -> Mapping[str, tuple[Aim, ...]]:
    """Return for every event type of *model* what makes each guard that looks at such an event true, in every way."""
    columns = columns_of(model)
    return {kind: tuple(_aims(model, kind, columns)) for kind in model.kinds}


def _aims(model: Model, kind: str, columns: Mapping[str, Column]) -> Iterator[Aim]:
    found: list[Aim] = []
    for guard in _looking_at(model, kind):
        for way in itertools.islice(ways(guard), MOST_WAYS):
            aim = _aim(model, kind, way, columns)
            if aim and aim not in found:
                found.append(aim)
                yield aim


def _looking_at(model: Model, kind: str) -> Iterator[Guard]:
    """Yield the guards that look at an event of this *kind*."""
    for transition in model.transitions:
        if transition.when is not None and transition.answers(kind):
            kept = (variable.reducer for variable in asked_by(model, transition.when))
            counting = [one.where for one in kept if one.where is not None and answers(one.types, kind)]
            # An event that counts where the guard asks for the count can fire the transition at once.
            yield from (And((transition.when, *counting)), *([transition.when] if counting else ()))
    yield from (one.reducer.where for one in model.context if one.reducer.where and answers(one.reducer.types, kind))
    yield from (rule.when for rule in model.forbid if rule.when and answers(rule.on, kind))


def _aim(model: Model, kind: str, way: Way, columns: Mapping[str, Column]) -> Aim | None:
    """Return for each attribute values with which an event goes this *way*; None where none does."""
    asked: dict[str, list[tuple[Condition, bool]]] = {}
    for condition, truth in way:
        parts = list(expressions(condition))
        if any(isinstance(part, Memory | CurrentPhase | Elapsed) for part in parts):
            continue
        names = {part.name for part in parts if isinstance(part, Attribute)}
        if not names and judge(View(model, START, {}, Event(kind, None)), condition) is not truth:
            return None
        if len(names) == 1:
            asked.setdefault(names.pop(), []).append((condition, truth))
    aim = {name: tuple(_fitting(model, kind, columns[name], each)) for name, each in asked.items()}
    return aim if all(aim.values()) else None


def _fitting(model: Model, kind: str, column: Column, asked: Sequence[tuple[Condition, bool]]) -> Iterator[Value]:
    """Yield values of *column* with which conditions come out as *asked*."""

    def fits(value: Value) -> bool:
        view = View(model, START, {}, Event(kind, None, attributes={column.name: value}))
        return all(judge(view, condition) is truth for condition, truth in asked)

    yield from itertools.islice(filter(fits, _cells(column)), _MOST_FITTING)


def _cells(column: Column) -> Iterable[Value]:
    if not column.several:
        return itertools.chain.from_iterable(column.values.values())
    texts = [text for text in column.values["string"] if isinstance(text, str)]
    joined = (";".join(some) for count in (1, 2, 3) for some in itertools.combinations(texts, count))
    return itertools.islice(joined, _MOST_CELLS)
