"""One function a doubt. A doubt that makes a model unusable is here; the rest is the business of proofs."""

import itertools
import math
from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import frozen

from onward.model.elements import START, Flag, Latest, Max, Sum, Transition
from onward.model.guards import (
    COMPARE,
    TURNED,
    And,
    Compare,
    Comparison,
    Condition,
    Constant,
    Contains,
    CurrentPhase,
    Elapsed,
    EventType,
    Expression,
    Guard,
    Holds,
    Memory,
    Named,
    Not,
    OneOf,
    Or,
    Parameter,
    PhaseName,
    Scalar,
    TypeName,
    conditions,
    holds,
)
from onward.model.model import Model, compare_ranks

_MOST = 200_000
"""Combinations of places and context values that are tried; beyond it a possible loop counts as one."""


_SHOWN = 10  # a longer round is cut in the middle of its message


@frozen
class Loop:
    """Transitions without an event that lead back to where they began.

    Attributes:
        transitions: the round, in order; on several tracks at once, those of one place together.
        places: where it leads, on all tracks that move, the first once more at the end.
        tracks: the tracks that move, where there are several.
        sure: whether all combinations of context values were tried.
        opaque: whether a condition took part that was tried as true, false and unknown.

    """

    transitions: tuple[Transition, ...]
    places: tuple[str, ...]
    sure: bool
    opaque: bool = False
    tracks: tuple[str, ...] = ()

    def __str__(self) -> str:
        shown = self.places if len(self.places) <= _SHOWN else (*self.places[: _SHOWN - 2], "...", self.places[-1])
        *others, last = self.tracks or ("",)
        who = f"{', '.join(others)} and {last} lead each other round, " if others else ""
        return who + " -> ".join(shown)

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

    Context does not change between eventless transitions, so only the phases tell one guard of the round from the
    next. Variables are tried on both sides of every threshold that a guard compares them with, which is exact. So is
    `years_in_phase`: nought on a track that moves, for no time passes. Conditions on the event's attributes or with
    arithmetic are tried as true, false and unknown. Timers take no part: a track that moves starts them anew.
    """
    ways = _ways(model)
    left = _MOST
    for track in model.track_names:
        core = _circular(ways[track])
        if not core:
            continue
        system = _system(model, track, core, ways)
        choices = _choices(model, system)
        left -= math.prod(map(len, choices.values())) * system.size
        if left < 0:
            # Each place of the core has a way that stays in it, so following those must lead round.
            return _round_trip({place: next(way for way in core[place] if way.target in core) for place in core})
        for values in itertools.product(*choices.values()):
            if loop := _loop_in(model, system, dict(zip(choices, values, strict=True))):
                return loop
    return None


@frozen(eq=False)
class _Way:
    """A transition without an event, the place that it enters, and its guard spelled out."""

    transition: Transition
    target: str
    guard: Guard | None


Ways = Mapping[str, tuple[_Way, ...]]
"""For every place of a track its ways out without an event, in the order in which they are tried."""


def _ways(model: Model) -> Mapping[str, Ways]:
    made = {
        id(t): _Way(t, model.entered(t.target), None if t.when is None else _spelled_out(t.when))
        for t in model.transitions
        if t.on is None and t.after is None
    }
    ways: dict[str, dict[str, tuple[_Way, ...]]] = {track: {} for track in model.track_names}
    for track, place in [*((track, START) for track in ways), *((model.track_of[p], p) for p in model.places[1:])]:
        ways[track][place] = tuple(made[id(t)] for t in model.leaving(place, track) if id(t) in made)
    return ways


def _circular(ways: Ways) -> Ways:
    """Return the places from which eventless transitions, guards left aside, can go on for ever, and their ways out."""
    targets = {place: {way.target for way in found} for place, found in ways.items()}
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


def _round_trip(onward: Mapping[str, _Way]) -> Loop:
    """Follow the way out of every place until it comes round."""
    trail: dict[str, int] = {}
    place = next(iter(onward))
    while place not in trail:
        trail[place] = len(trail)
        place = onward[place].target
    around = list(trail)[trail[place] :]
    return Loop(tuple(onward[p].transition for p in around), (*around, place), sure=False)


@frozen
class _System:
    """A track that may go round, and those that it waits for, directly or through one another.

    Attributes:
        tracks: the track that may go round, then the others.
        ways: of each, the places where it can be meanwhile, each with its ways out.
        stand_ins: of each, for places without a way out that no guard tells apart, the one that stands for them.

    """

    tracks: tuple[str, ...]
    ways: tuple[Ways, ...]
    stand_ins: tuple[Mapping[str, str], ...]

    @property
    def size(self) -> int:
        """How often a guard must be judged to try all places together."""
        sizes = [len(ways) for ways in self.ways]
        each = [sum(map(len, ways.values())) for ways in self.ways]
        return sum(n * math.prod(sizes) // size for n, size in zip(each, sizes, strict=True))

    @property
    def atoms(self) -> set[Condition]:
        """The conditions in its guards."""
        return {atom for ways in self.ways for guard in _guards(ways) for atom in conditions(guard)}


def _guards(ways: Ways) -> Iterator[Guard]:
    for way in {way: None for found in ways.values() for way in found}:
        if way.guard is not None:
            yield way.guard


def _system(model: Model, track: str, core: Ways, ways: Mapping[str, Ways]) -> _System:
    found = {track: core}
    phases: dict[str, set[str]] = {}
    waiting = [track]
    for one in waiting:  # grows while it is read: whom it waits for may wait for others
        for guard in _guards(found[one]):
            for other, names in _tracks_read(guard):
                phases.setdefault(other, set()).update(names)
                if other not in found:
                    found[other] = ways[other]
                    waiting.append(other)
    merged = [_merged(model, found[one], phases.get(one, set())) for one in waiting[1:]]
    return _System(
        tracks=tuple(waiting),
        ways=(core, *(ways for ways, _ in merged)),
        stand_ins=({}, *(stand_ins for _, stand_ins in merged)),
    )


def _tracks_read(guard: Guard) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the tracks that *guard* asks of, with the phases that it compares theirs with."""
    for atom in conditions(guard):
        match atom:
            case Compare(_, CurrentPhase(_, track), PhaseName(name)):
                yield track, (name,)
            case Compare(_, Elapsed("years_in_phase", track), _):
                yield track, ()
            case _:
                pass


def _merged(model: Model, ways: Ways, phases: Iterable[str]) -> tuple[Ways, Mapping[str, str]]:
    """Return *ways* with one place for all that have no way out and compare alike with *phases*."""
    cuts = sorted({cut for name in phases for cut in (model.ranks[name].start, model.ranks[name].stop)})
    first: dict[int, str] = {}
    stand_ins = {
        place: first.setdefault(bisect(cuts, model.ranks[place].start), place)
        for place, found in ways.items()
        if not found
    }
    return {place: found for place, found in ways.items() if stand_ins.get(place, place) == place}, stand_ins


Where = tuple[tuple[str, ...], frozenset[str]]
"""Where the tracks of a system are, and which of them have moved."""


Round = tuple[_Way | None, ...]
"""What fires on each track of a system at once."""


def _loop_in(model: Model, system: _System, world: World) -> Loop | None:
    """Follow the transitions that fire in *world* from all places; return a round, if there is one."""
    safe: set[Where] = set()
    # A track that has moved has been nought years where it is, if there are dates.
    years = {value.track: found for value, found in world.items() if isinstance(value, Elapsed)}
    dated = any(found is not None for found in years.values())
    aged = frozenset(track for track, found in years.items() if found or (found is None and dated))
    ways = [
        _settled_ways(model, track, ways, world, aged) for track, ways in zip(system.tracks, system.ways, strict=True)
    ]
    for start in itertools.product(*system.ways):
        trail: dict[Where, Round] = {}
        here: Where = start, frozenset()
        while here not in safe and here not in trail and here[0][0] in system.ways[0]:
            judge = _Judge(model, dict(zip(system.tracks, here[0], strict=True)), here[1], world)
            fired = tuple(
                next((way for way, guard in found[place] if guard is _TRUE or judge.holds(guard)), None)
                for found, place in zip(ways, here[0], strict=True)
            )
            if not any(fired):
                break
            trail[here] = fired
            here = _after(system, here, fired, aged)
        if here in trail:
            around = list(trail.items())
            return _loop(system, around[list(trail).index(here) :])
        safe.update(trail)
    return None


_TRUE, _FALSE, _UNKNOWN = Holds(Constant(value=True)), Holds(Constant(value=False)), Holds(Constant(""))
_TURNED: tuple[tuple[Guard, Guard], ...] = ((_TRUE, _FALSE), (_FALSE, _TRUE), (_UNKNOWN, _UNKNOWN))


def _settled_ways(
    model: Model, track: str, ways: Ways, world: World, aged: frozenset[str]
) -> Mapping[str, list[tuple[_Way, Guard]]]:
    """Return the ways that may fire in *world*, each with what of its guard depends on the other tracks."""
    found: dict[str, list[tuple[_Way, Guard]]] = {}
    for place, out in ways.items():
        judge = _Judge(model, {track: place}, frozenset(), world)
        guards = [_TRUE if way.guard is None else _settled(way.guard, judge, aged) for way in out]
        found[place] = [
            (way, guard)
            for way, guard in zip(out, guards, strict=True)
            if guard is not _FALSE and guard is not _UNKNOWN
        ]
    return found


def _settled(guard: Guard, judge: "_Judge", aged: frozenset[str]) -> Guard:
    """Return *guard* with what is known of it worked out, all of it or in parts."""
    match guard:
        case And(parts) | Or(parts):
            ends, other = (_FALSE, _TRUE) if isinstance(guard, And) else (_TRUE, _FALSE)
            left = [part for part in (_settled(part, judge, aged) for part in parts) if part is not other]
            if ends in left:
                return ends
            whole = And if isinstance(guard, And) else Or
            return whole(tuple(left)) if any(part is not _UNKNOWN for part in left) else (*left, other)[0]
        case Not(part):
            inner = _settled(part, judge, aged)
            return next((other for one, other in _TURNED if one is inner), Not(inner))
        case Named(_, part):  # pragma: no cover  # all are spelled out
            return _settled(part, judge, aged)
        case Compare(_, CurrentPhase(_, track), PhaseName()) if track not in judge.places:
            return guard
        case Compare(_, Elapsed("years_in_phase", track), _) if track in aged:
            return guard
        case Compare() | OneOf() | Holds() | Contains():  # the union is closed
            return {True: _TRUE, False: _FALSE, None: _UNKNOWN}[judge.answer(guard)]


def _after(system: _System, here: Where, fired: Round, aged: frozenset[str]) -> Where:
    places = tuple(
        place if way is None else stand_ins.get(way.target, way.target)
        for place, way, stand_ins in zip(here[0], fired, system.stand_ins, strict=True)
    )
    moved = {track for track, way in zip(system.tracks, fired, strict=True) if way is not None}
    return places, here[1] | (moved & aged)


def _loop(system: _System, around: list[tuple[Where, Round]]) -> Loop:
    moving = [number for number in range(len(system.tracks)) if any(fired[number] for _, fired in around)]
    places = ["; ".join(where[0][number] for number in moving) for where, _ in around]
    tried = {
        way: None
        for where, fired in around
        for ways, place, chosen in zip(system.ways, where[0], fired, strict=True)
        for way in ways[place][: None if chosen is None else ways[place].index(chosen) + 1]
    }
    atoms = {atom for way in tried if way.guard is not None for atom in conditions(way.guard)}
    return Loop(
        transitions=tuple(way.transition for _, fired in around for way in fired if way is not None),
        places=(*places, places[0]),
        sure=True,
        opaque=not all(map(_is_decided, atoms)),
        tracks=tuple(system.tracks[number] for number in moving) if len(moving) > 1 else (),
    )


def _spelled_out(guard: Guard) -> Guard:
    """Return *guard* with each `in` as several `==`, and what can change on the left of each comparison."""
    match guard:
        case And(parts):
            return And(tuple(map(_spelled_out, parts)))
        case Or(parts):
            return Or(tuple(map(_spelled_out, parts)))
        case Not(part):
            return Not(_spelled_out(part))
        case Named(_, part):
            return _spelled_out(part)
        case OneOf(value, options):
            return Or(tuple(_spelled_out(Compare("==", value, option)) for option in options))
        case Compare(sign, left, right) if _is_fixed(left) and not _is_fixed(right):
            return Compare(TURNED[sign], right, left)
        case _:
            return guard


def _is_fixed(value: Expression) -> bool:
    return isinstance(value, Constant | Parameter | PhaseName | TypeName)


def _is_decided(atom: Condition) -> bool:
    """Tell whether phases, event type and the variables tried decide *atom*, a condition spelled out."""
    match atom:
        case Compare(_, left, right):
            tried = isinstance(left, Memory | EventType | CurrentPhase)
            in_phase = isinstance(left, Elapsed) and left.since == "years_in_phase"
            return _is_fixed(right) and (tried or in_phase or _is_fixed(left))
        case Holds(value):
            return _is_fixed(value) or isinstance(value, Memory)
        case _:
            return False


@frozen
class _Judge:
    """Judges guards that are spelled out, in one world and with every track in one place."""

    model: Model
    places: Mapping[str, str]
    moved: frozenset[str]
    world: World

    def holds(self, guard: Guard) -> bool:
        return holds(guard, self.answer) is True

    def answer(self, atom: Condition) -> bool | None:
        ranks = self.model.ranks
        match atom:
            case Compare(sign, CurrentPhase(False, track), PhaseName(name)):
                return compare_ranks(sign, ranks[self.places[track]], ranks[name])
            case Compare(sign, PhaseName(one), PhaseName(other)):
                return compare_ranks(sign, ranks[one], ranks[other])
            case _ if not _is_decided(atom):
                known: bool | None = self.world[atom]
                return known
            case Compare(sign, left, right):
                return _compared(sign, self.value(left), self.value(right))
            case Holds(value):
                return self.value(value) if isinstance(self.value(value), bool) else None
            case _:  # pragma: no cover  # nothing else is decided
                return None

    def value(self, value: Expression) -> Any:  # noqa: ANN401  # a number, a name or a truth value
        if isinstance(value, Elapsed):
            years = self.world[value]
            return 0 if value.track in self.moved else years
        return _fixed(value, self.model) if _is_fixed(value) else self.world[value]


def _fixed(value: Expression, model: Model) -> Scalar:
    match value:
        case Parameter(name):
            return model.constants[name]
        case Constant(scalar) | TypeName(scalar):
            return scalar
        case _:  # pragma: no cover  # phases are compared by their ranks
            return ""


def _compared(sign: Comparison, one: Any, other: Any) -> bool | None:  # noqa: ANN401
    """Compare two values of one kind; with null and with another kind a value cannot be compared."""
    if one is None or other is None or _kind(one) is not _kind(other):
        return None
    return COMPARE[sign](one, other)


def _kind(value: Scalar) -> type:
    return float if type(value) is int else type(value)


def _choices(model: Model, system: _System) -> dict[Expression | Condition, list[Any]]:
    """Return what to try: for each variable the values that matter, for each condition left open every answer."""
    choices: dict[Expression | Condition, list[Any]] = {}
    bounds: dict[Memory | Elapsed, list[Scalar]] = {}
    types: set[str] = set()
    for atom in sorted(system.atoms, key=repr):
        match atom:
            case _ if not _is_decided(atom):
                choices[atom] = [True, False, None]
            case Compare(_, (Memory() | Elapsed()) as value, bound):
                bounds.setdefault(value, []).append(_fixed(bound, model))
            case Holds(Memory() as memory):
                bounds.setdefault(memory, []).extend((True, False))
            case Compare(_, EventType(), TypeName(name)):
                types.add(name)
            case _:
                pass
    for value, near in bounds.items():
        if isinstance(value, Memory):
            choices[value] = _values_of(model, value, near)
        else:
            # None: a live case driven without dates. No time passes on the track that goes round.
            still = [n for n in _real(near) if n >= 0] if value.track != system.tracks[0] else []
            choices[value] = [*dict.fromkeys((0, *still)), None]
    if types:
        # One more type stands for all that no guard names, and None for what time alone brings about.
        other = [name for name in model.kinds if name not in types][:1]
        choices[EventType()] = [*sorted(types), *other, *([None] if model.has_clockwork else [])]
    return choices


def _values_of(model: Model, memory: Memory, bounds: list[Scalar]) -> list[Any]:
    """Return values of a variable on both sides of each of *bounds*, and on it."""
    texts = {text for text in bounds if isinstance(text, str)}
    match model.variables[memory.name].reducer:
        case Flag():
            return [True, False]
        case Sum():
            return _real(bounds)
        case Max():
            return [*_real(bounds), None]
        case Latest():
            truths = [True, False] if any(isinstance(bound, bool) for bound in bounds) else []
            between = sorted({"", *texts, *(f"{text}\0" for text in texts)}) if texts else []
            return [*truths, *_real(bounds, least=()), *between, None]
        case _:
            numbers = [n for n in bounds if isinstance(n, int | float)]
            near = {n for bound in numbers for n in (math.floor(bound), math.floor(bound) + 1, math.ceil(bound) - 1)}
            return sorted({0, *(number for number in near if number >= 0)})


def _real(bounds: Iterable[Scalar], least: tuple[float, ...] = (0,)) -> list[float]:
    """Return numbers on, between and beyond *bounds*, and *least*."""
    numbers = sorted({*least, *(n for n in bounds if isinstance(n, int | float) and not isinstance(n, bool))})
    between = [(low + high) / 2 for low, high in itertools.pairwise(numbers)]
    return sorted({*numbers, *between, *(n for one in numbers[:1] for n in (one - 1, numbers[-1] + 1))})
