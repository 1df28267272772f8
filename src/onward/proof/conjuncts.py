"""Conjuncts: a guard as the guards that must hold together for it to hold, each smaller and easier to prove."""

import itertools

from onward.model.guards import And, CurrentPhase, Guard, Named, Not, Or, PhaseName, expressions

MOST = 32
"""More of them are not worth it: the guard is taken as it is."""


def conjuncts(guard: Guard) -> tuple[Guard, ...]:
    """Return guards that all hold exactly where *guard* does.

    The rules of de Morgan and of distribution are true of three truth values, too.
    """
    found = _parts(guard, wanted=True)
    return tuple(dict.fromkeys(found)) if len(found) <= MOST else (guard,)


def _parts(guard: Guard, *, wanted: bool) -> list[Guard]:
    match guard:
        case Named(_, part):
            return _parts(part, wanted=wanted)
        case Not(part):
            return _parts(part, wanted=not wanted)
        case And(parts) | Or(parts) if isinstance(guard, And) is wanted:
            return [each for part in parts for each in _parts(part, wanted=wanted)]
        case And(parts) | Or(parts):
            # One of each must hold: so one must of every choice of one from each.
            choices = [_parts(part, wanted=wanted) for part in parts]
            whole = guard if wanted else Not(guard)
            return _distributed(choices) or [whole]
        case _:
            return [guard if wanted else Not(guard)]


def _distributed(choices: list[list[Guard]]) -> list[Guard]:
    count = 1
    for each in choices:
        count *= len(each)
    return [_either(chosen) for chosen in itertools.product(*choices)] if count <= MOST else []


def _either(parts: tuple[Guard, ...]) -> Guard:
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, Or) else (part,))]
    # Where a case is, is always known, and mostly settles it: nothing else need be asked then.
    return Or(tuple(sorted(dict.fromkeys(flat), key=lambda part: not _is_of_places(part))))


def _is_of_places(guard: Guard) -> bool:
    return all(isinstance(part, CurrentPhase | PhaseName) for part in expressions(guard))
