"""What leads on: the event types that bring a case nearer to a transition, and how its guard comes to hold."""

import itertools
from collections.abc import Iterator, Sequence
from functools import lru_cache

from onward.history.judging import View, judge
from onward.history.memory import answers
from onward.model.elements import Flag, Transition, Variable
from onward.model.guards import And, Attribute, Condition, Guard, Holds, Memory, Named, Not, Or, expressions
from onward.model.model import Model

Way = tuple[tuple[Condition, bool], ...]
"""Conditions, and how they should come out."""

MOST_WAYS = 24


def ways(guard: Guard, *, truth: bool = True) -> Iterator[Way]:
    """Yield ways in which *guard* comes out as *truth*."""
    match guard:
        case Not(part):
            yield from ways(part, truth=not truth)
        case Named(_, part):
            yield from ways(part, truth=truth)
        case And(parts) | Or(parts) if isinstance(guard, And) == truth:
            every = [tuple(itertools.islice(ways(part, truth=truth), MOST_WAYS)) for part in parts]
            for chosen in itertools.product(*every):
                yield tuple(itertools.chain.from_iterable(chosen))
        case And(parts) | Or(parts):
            for part in parts:
                yield from ways(part, truth=truth)
        case condition:
            yield ((condition, truth),)


@lru_cache(maxsize=1024)
def ways_through(transition: Transition) -> tuple[Way, ...]:
    """Return ways in which the guard of *transition* holds, the first of many."""
    return ((),) if transition.when is None else tuple(itertools.islice(ways(transition.when), MOST_WAYS))


def asked_by(model: Model, guard: Guard) -> Iterator[Variable]:
    """Yield the context variables that *guard* asks for."""
    names = {part.name for part in expressions(guard) if isinstance(part, Memory)}
    yield from (variable for variable in model.context if variable.name in names)


@lru_cache(maxsize=1024)
def ways_on(model: Model, place: str, track: str) -> tuple[Transition, ...]:
    """Return the transitions out of *place*; those that do not end the case stand there more often."""
    out = model.leaving(place, track)
    return (*out, *(way for way in out if not model.is_final(model.entered(way.target)) for _ in range(5)))


def leading_types(view: View, transition: Transition, way: Way) -> Sequence[str]:
    """Return event types that change what the *way* through a guard still lacks in *view*, or else trigger it."""
    model = view.model
    lacking = [(condition, truth) for condition, truth in way if _is_lacking(view, condition, truth=truth)]
    feeding = [kind for kind in model.kinds if any(_feeds(model, kind, *each) for each in lacking)]
    return feeding or [kind for kind in model.kinds if transition.answers(kind)]


def _is_lacking(view: View, condition: Condition, *, truth: bool) -> bool:
    parts = list(expressions(condition))
    kept = any(isinstance(part, Memory) for part in parts) and not any(isinstance(part, Attribute) for part in parts)
    return kept and judge(view, condition) is not truth


def _feeds(model: Model, kind: str, condition: Condition, truth: bool) -> bool:  # noqa: FBT001  # the truth is a value
    """Tell whether an event of this *kind* changes what *condition* asks for, in the direction wanted."""
    for variable in asked_by(model, condition):
        reducer = variable.reducer
        types = reducer.types
        if isinstance(reducer, Flag) and isinstance(condition, Holds):
            types = reducer.set if truth else reducer.clear
        if answers(types, kind):
            return True
    return False
