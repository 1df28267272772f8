"""One function a doubt. A doubt that makes a model unusable is here; the rest is the business of proofs."""

import itertools
import math
from collections.abc import Mapping
from typing import Any

from attrs import evolve, frozen

from onward.model.elements import Transition
from onward.model.guards import (
    COMPARE,
    TURNED,
    And,
    Compare,
    Condition,
    Constant,
    CurrentPhase,
    Elapsed,
    EventType,
    Expression,
    Guard,
    Memory,
    Not,
    OneOf,
    Or,
    Parameter,
    PhaseName,
    TypeName,
    conditions,
    holds,
)
from onward.model.model import Model, compare_ranks

_MOST = 200_000
"""Combinations of context values that are tried; beyond it a possible loop counts as one."""


_SHOWN = 10  # a longer round is cut in the middle of its message


@frozen
class Loop:
    """Transitions without an event that lead back to where they began.

    Attributes:
        transitions: the round, in order.
        places: where it leads, the first place once more at the end.
        sure: whether all combinations of context values were tried.
        opaque: whether a condition took part that was tried as true, false and unknown.

    """

    transitions: tuple[Transition, ...]
    places: tuple[str, ...]
    sure: bool
    opaque: bool = False

    def __str__(self) -> str:
        shown = self.places if len(self.places) <= _SHOWN else (*self.places[: _SHOWN - 2], "...", self.places[-1])
        return " -> ".join(shown)

    @property
    def mend(self) -> str:
        """How to put it right."""
        if self.opaque:
            return (
                "give one of them an event under `on`: conditions on attributes of the event, arithmetic, "
                "two variables or years_since_start are not compared with one another"
            )
        if self.sure:
            return "give one of them an event under `on`, or guards that cannot hold together"
        return "there are too many combinations of context values to rule it out: use fewer variables in these guards"


World = Mapping[Expression | Condition, Any]
"""One way the context can be: a value for each variable tried, an answer for each condition that no value decides."""


def eventless_loop(model: Model) -> Loop | None:
    """Return a round of eventless transitions whose guards can all hold at once, or None.

    Context does not change between eventless transitions, so only the phase tells one guard of the round from the
    next. Counters are tried on both sides of every threshold that a guard compares them with, which is exact, and
    `years_in_phase` is nought, for no time passes either; conditions on the event's attributes or with arithmetic are
    tried as true, false and unknown.
    """
    core = _circular(model)
    if not core:
        return None
    guards = {t: _spelled_out(t.when) for transitions in core.values() for t in transitions if t.when is not None}
    choices = _choices(model, {atom for guard in guards.values() for atom in conditions(guard)})
    if math.prod(map(len, choices.values())) * sum(map(len, core.values())) > _MOST:
        # Each place of the core has a way that stays in it, so following those must lead round.
        onward = {place: next(t for t in core[place] if model.entered(t.target) in core) for place in core}
        return _walk(onward, model, sure=False)
    for values in itertools.product(*choices.values()):
        world = dict(zip(choices, values, strict=True))
        first = {
            place: transition
            for place, transitions in core.items()
            if (transition := next((t for t in transitions if _fires(guards.get(t), place, world, model)), None))
        }
        if loop := _walk(first, model, sure=True):
            tried = {t for place in loop.places for t in core[place][: core[place].index(first[place]) + 1]}
            atoms = {atom for t in tried & guards.keys() for atom in conditions(guards[t])}
            return evolve(loop, opaque=not all(map(_is_decided, atoms)))
    return None


def _circular(model: Model) -> dict[str, tuple[Transition, ...]]:
    """Return the places from which eventless transitions, guards left aside, can go on for ever, and their ways out."""
    ways = {place: tuple(t for t in model.leaving(place) if t.on is None) for place in model.places}
    targets = {place: {model.entered(t.target) for t in transitions} for place, transitions in ways.items()}
    sources: dict[str, list[str]] = {}
    for place, reached in targets.items():
        for target in reached:
            sources.setdefault(target, []).append(place)
    dead = [place for place, reached in targets.items() if not reached]
    for place in dead:  # grows while it is read: whatever leads to dead ends only is one
        for source in sources.get(place, ()):
            targets[source].discard(place)
            if not targets[source]:
                dead.append(source)
    return {place: ways[place] for place, reached in targets.items() if reached}


def _walk(first: Mapping[str, Transition], model: Model, *, sure: bool) -> Loop | None:
    """Follow the *first* enabled transition from every place; return a round, if there is one."""
    safe: set[str] = set()
    for start in first:
        trail: dict[str, int] = {}
        place = start
        while place in first and place not in safe and place not in trail:
            trail[place] = len(trail)
            place = model.entered(first[place].target)
        if place in trail:
            around = list(trail)[trail[place] :]
            return Loop(tuple(first[p] for p in around), (*around, place), sure)
        safe.update(trail)
    return None


def _spelled_out(guard: Guard) -> Guard:
    """Return *guard* with each `in` as several `==`, and what can change on the left of each comparison."""
    match guard:
        case And(parts):
            return And(tuple(map(_spelled_out, parts)))
        case Or(parts):
            return Or(tuple(map(_spelled_out, parts)))
        case Not(part):
            return Not(_spelled_out(part))
        case OneOf(value, options):
            return Or(tuple(_spelled_out(Compare("==", value, option)) for option in options))
        case Compare(sign, left, right) if _is_fixed(left) and not _is_fixed(right):
            return Compare(TURNED[sign], right, left)
        case _:
            return guard


_IN_PHASE = Elapsed("years_in_phase")


def _is_fixed(value: Expression) -> bool:
    return isinstance(value, Constant | Parameter | PhaseName | TypeName)


def _is_decided(atom: Condition) -> bool:
    """Tell whether phase, event type and the counters tried decide *atom*, a condition spelled out."""
    match atom:
        case Compare(_, left, right):
            tried = isinstance(left, Memory | EventType | CurrentPhase) or left == _IN_PHASE
            return _is_fixed(right) and (tried or _is_fixed(left))
        case _:
            return _is_fixed(atom.value)


def _fires(guard: Guard | None, place: str, world: World, model: Model) -> bool:
    return guard is None or holds(guard, lambda atom: _answer(atom, place, world, model)) is True


def _answer(atom: Condition, place: str, world: World, model: Model) -> bool | None:
    match atom:
        case _ if atom in world:
            known: bool | None = world[atom]
            return known
        case Compare(sign, CurrentPhase(), PhaseName(name)):
            return compare_ranks(sign, model.ranks[place], model.ranks[name])
        case Compare(sign, PhaseName(one), PhaseName(other)):
            return compare_ranks(sign, model.ranks[one], model.ranks[other])
        case Compare(sign, left, right):
            found = _value(left, world, model)
            return None if found is None else COMPARE[sign](found, _value(right, world, model))
        case _:
            return _value(atom.value, world, model) is True


def _value(value: Expression, world: World, model: Model) -> Any:  # noqa: ANN401  # a number, a name or a truth value
    match value:
        case Constant(scalar):
            return scalar
        case Parameter(name):
            return model.constants[name]
        case TypeName(name):
            return name
        case _:
            return world[value]


def _choices(model: Model, atoms: set[Condition]) -> dict[Expression | Condition, list[Any]]:
    """Return what to try: for each counter the numbers that matter, for each condition left open every answer."""
    choices: dict[Expression | Condition, list[Any]] = {}
    bounds: dict[Memory, set[float]] = {}
    types: set[str] = set()
    for atom in sorted(atoms, key=repr):
        match atom:
            case _ if not _is_decided(atom):
                choices[atom] = [True, False, None]
            case Compare(_, Memory() as memory, bound):
                bounds.setdefault(memory, set()).add(_value(bound, {}, model))
            case Compare(_, EventType(), TypeName(name)):
                types.add(name)
            case Compare(_, Elapsed(), _):
                choices[_IN_PHASE] = [0, None]  # None: a live case driven without dates
            case _:
                pass
    for memory, numbers in bounds.items():
        near = {n for bound in numbers for n in (math.floor(bound), math.floor(bound) + 1, math.ceil(bound) - 1)}
        choices[memory] = sorted({0, *(number for number in near if number >= 0)})
    if types:
        # One more type stands for all that no guard names.
        choices[EventType()] = [*sorted(types), *[name for name in model.kinds if name not in types][:1]]
    return choices
