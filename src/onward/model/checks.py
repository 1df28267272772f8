"""One function a doubt. A doubt that makes a model unusable is here; the rest is the business of proofs."""

import itertools
import math
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from onward.model.elements import Transition
from onward.model.guards import (
    COMPARE,
    Compare,
    Comparison,
    Condition,
    Constant,
    CurrentPhase,
    EventType,
    Expression,
    Memory,
    OneOf,
    Parameter,
    PhaseName,
    TypeName,
    conditions,
    holds,
)
from onward.model.model import Model, compare_ranks

_MOST = 200_000
"""Combinations of context values that are tried; beyond it a possible loop counts as one."""


@frozen
class Loop:
    """Transitions without an event that lead back to where they began."""

    transitions: tuple[Transition, ...]
    places: tuple[str, ...]
    sure: bool

    def __str__(self) -> str:
        return " -> ".join(self.places)

    @property
    def mend(self) -> str:
        """How to put it right."""
        if self.sure:
            return "give one of them an event under `on`, or guards that cannot hold together"
        return "there are too many combinations of context values to rule it out: use fewer variables in these guards"


def eventless_loop(model: Model) -> Loop | None:
    """Return a round of eventless transitions whose guards can all hold at once, or None.

    Context does not change between eventless transitions, so only the phase tells one guard of the round from the
    next. Counters are tried on both sides of every threshold that a guard compares them with, which is exact;
    conditions on the event or with arithmetic are tried as true, false and unknown.
    """
    core = _circular(model)
    if not core:
        return None
    eventless = {place: [t for t in model.leaving(place) if t.on is None] for place in core}
    atoms = {
        atom
        for transitions in eventless.values()
        for transition in transitions
        if transition.when is not None
        for atom in conditions(transition.when)
    }
    choices = _choices(model, atoms)
    if math.prod(len(values) for values in choices.values()) * len(core) > _MOST:
        round_trip = _walk(core, {place: transitions[0] for place, transitions in eventless.items()}, model)
        return Loop(*round_trip, sure=False) if round_trip else None
    for values in itertools.product(*choices.values()):
        world = dict(zip(choices, values, strict=True))
        first = {
            place: transition
            for place, transitions in eventless.items()
            if (transition := next((t for t in transitions if _fires(t, place, world, model)), None))
        }
        round_trip = _walk(core, first, model)
        if round_trip:
            return Loop(*round_trip, sure=True)
    return None


def _circular(model: Model) -> set[str]:
    """Return the places on or between rounds of eventless transitions, guards left aside."""
    targets = {place: {model.entered(t.target) for t in model.leaving(place) if t.on is None} for place in model.places}
    left = {place for place, reached in targets.items() if reached}
    while dead := {place for place in left if not targets[place] & left}:
        left -= dead
    return left


def _walk(
    core: set[str], first: Mapping[str, Transition], model: Model
) -> tuple[tuple[Transition, ...], tuple[str, ...]] | None:
    """Follow the first enabled transition from every place of *core*; return a round, if there is one."""
    safe: set[str] = set()
    for start in sorted(core, key=model.places.index):
        trail: list[str] = []
        place = start
        while place in first and place not in safe and place not in trail:
            trail.append(place)
            place = model.entered(first[place].target)
        if place in trail:
            around = trail[trail.index(place) :]
            return tuple(first[p] for p in around), (*around, place)
        safe.update(trail)
    return None


def _fires(transition: Transition, place: str, world: Mapping[Expression | Condition, Any], model: Model) -> bool:
    if transition.when is None:
        return True

    def decide(atom: Condition) -> bool | None:
        return _decided(atom, place, world, model)

    return holds(transition.when, decide) is True


def _decided(atom: Condition, place: str, world: Mapping[Expression | Condition, Any], model: Model) -> bool | None:
    match atom:
        case Compare(sign, CurrentPhase(), PhaseName(name)):
            return compare_ranks(sign, model.ranks[place], model.ranks[name])
        case OneOf(CurrentPhase(), options) if all(isinstance(option, PhaseName) for option in options):
            return any(model.within(place, option.name) for option in options if isinstance(option, PhaseName))
        case OneOf(EventType(), options):
            return world[EventType()] in {option.name for option in options if isinstance(option, TypeName)}
        case Compare(sign, EventType(), TypeName(name)):
            return COMPARE[sign](world[EventType()], name)
        case _:
            threshold = _threshold(atom, model)
            if threshold is None:
                known: bool | None = world[atom]
                return known
            sign, memory, bound = threshold
            return COMPARE[sign](world[memory], bound)


def _threshold(atom: Condition, model: Model) -> tuple[Comparison, Memory, float] | None:
    """Return *atom* as (sign, counter, number), if it compares one counter with one number."""
    if not isinstance(atom, Compare):
        return None
    for sign, one, other in (
        (atom.operator, atom.left, atom.right),
        (_TURNED[atom.operator], atom.right, atom.left),
    ):
        bound = other.value if isinstance(other, Constant) else None
        if isinstance(other, Parameter):
            bound = model.constants[other.name]
        if isinstance(one, Memory) and isinstance(bound, int | float):
            return sign, one, bound
    return None


_TURNED: Mapping[Comparison, Comparison] = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _choices(model: Model, atoms: set[Condition]) -> dict[Expression | Condition, list[Any]]:
    """Return what to try: for each counter the numbers that matter, for each other condition every answer."""
    bounds: dict[Expression, set[float]] = {}
    types: set[str] = set()
    opaque: list[Condition] = []
    for atom in sorted(atoms, key=repr):
        threshold = _threshold(atom, model)
        named = list(_types_named(atom))
        if threshold is not None:
            bounds.setdefault(threshold[1], set()).add(threshold[2])
        elif named:
            types.update(named)
        elif not _is_about_phase(atom):
            opaque.append(atom)
    choices: dict[Expression | Condition, list[Any]] = {}
    for memory, values in bounds.items():
        near = {
            number for bound in values for number in (math.floor(bound), math.floor(bound) + 1, math.ceil(bound) - 1)
        }
        choices[memory] = sorted({0, *(number for number in near if number >= 0)})
    if types:
        # None stands for every type that no guard names.
        choices[EventType()] = [*sorted(types), None]
    return choices | {atom: [True, False, None] for atom in opaque}


def _types_named(atom: Condition) -> Iterator[str]:
    match atom:
        case Compare(_, EventType(), TypeName(name)):
            yield name
        case OneOf(EventType(), options):
            yield from (option.name for option in options if isinstance(option, TypeName))
        case _:
            pass


def _is_about_phase(atom: Condition) -> bool:
    match atom:
        case Compare(_, CurrentPhase(), PhaseName()):
            return True
        case OneOf(CurrentPhase(), options):
            return all(isinstance(option, PhaseName) for option in options)
        case _:
            return False
