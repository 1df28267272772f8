"""Pairing: two models written the same way, with one memory, so that they can be held against each other."""

import itertools
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Literal

from attrs import evolve, frozen

from onward.history.memory import answers, is_windowed
from onward.model.elements import (
    Count,
    Flag,
    Forbid,
    Invariant,
    Phase,
    Reducer,
    Sum,
    Timer,
    Track,
    Transition,
    Variable,
)
from onward.model.guards import (
    TURNED,
    And,
    Arithmetic,
    Compare,
    Constant,
    Contains,
    CurrentPhase,
    Elapsed,
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
    expressions,
)
from onward.model.model import Model
from onward.proof.asked import Kept, Questions, RunOut, plain_span

Who = Literal["both", "new", "old"]
"""In which of two models a step happens: events in both, time where something of the one's own ends in that one."""

# ---- written the same way


def plain_guard(model: Model, guard: Guard, names: Mapping[str, str]) -> Guard:
    """Return *guard* with parameters as their values, conditions as their guards, variables as *names* call them.

    What says the same in another order says it in one order.
    """
    return _plain(model, guard, names, wanted=True)


def _plain(model: Model, guard: Guard, names: Mapping[str, str], *, wanted: bool) -> Guard:
    match guard:
        case Named(_, part):
            return _plain(model, part, names, wanted=wanted)
        case Not(part):
            return _plain(model, part, names, wanted=not wanted)
        case And(parts) | Or(parts):
            return _joined(
                And if isinstance(guard, And) is wanted else Or,
                [_plain(model, part, names, wanted=wanted) for part in parts],
            )
        case OneOf(value, options):
            equal = [Compare("==", value, option) for option in options]
            return _joined(Or if wanted else And, [_plain(model, each, names, wanted=wanted) for each in equal])
        case Holds(value):
            return _plain(model, Compare("==", value, Constant(value=True)), names, wanted=wanted)
        case Contains(value, attribute):
            found: Guard = Contains(_named(model, value, names), attribute)
            return found if wanted else Not(found)
        case Compare(sign, left, right):  # the union is closed
            one, other = _named(model, left, names), _named(model, right, names)
            if repr(other) < repr(one):
                sign, one, other = TURNED[sign], other, one
            if not wanted and sign in {"==", "!="}:
                return Compare("!=" if sign == "==" else "==", one, other)
            return Compare(sign, one, other) if wanted else Not(Compare(sign, one, other))


def _joined(whole: type[And] | type[Or], parts: list[Guard]) -> Guard:
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, whole) else (part,))]
    ordered = tuple(dict.fromkeys(sorted(flat, key=repr)))
    return ordered[0] if len(ordered) == 1 else whole(ordered)


def _named(model: Model, value: Expression, names: Mapping[str, str]) -> Expression:
    match value:
        case Parameter(name):
            return Constant(model.constants[name])
        case Memory(name, before):
            return Memory(names[name], before)
        case Minus(operand):
            return Minus(_named(model, operand, names))
        case Arithmetic(sign, left, right):
            return Arithmetic(sign, _named(model, left, names), _named(model, right, names))
        case _:
            return value


def plain_reducer(model: Model, reducer: Reducer) -> Reducer:
    """Return *reducer* without names: all event types that it answers to, its window in months or days."""
    where = None if reducer.where is None else plain_guard(model, reducer.where, {})
    if isinstance(reducer, Flag):
        return Flag(_types(model, reducer.set), _types(model, reducer.clear), where)
    found = evolve(reducer, types=_types(model, reducer.types), where=where)
    if isinstance(found, Count | Sum) and found.within is not None:
        return evolve(found, within=plain_span(model, found.within))
    return found


def _types(model: Model, types: tuple[str, ...] | None) -> tuple[str, ...]:
    return tuple(sorted(kind for kind in model.kinds if answers(types, kind)))


def plain_invariant(model: Model, invariant: Invariant) -> tuple[str, str, Guard | None]:
    """Return what *invariant* says, whatever it is called: variables are called by what they remember."""
    names = {each.name: repr(plain_reducer(model, each.reducer)) for each in model.context}
    guard = None if invariant.guard is None else plain_guard(model, invariant.guard, names)
    return invariant.kind, invariant.track, guard


def _plain_transition(model: Model, transition: Transition, names: Mapping[str, str]) -> Transition:
    timer = transition.after
    return Transition(
        sources=transition.sources,
        target=transition.target,
        on=None if transition.on is None else _types(model, transition.on),
        when=None if transition.when is None else plain_guard(model, transition.when, names),
        after=None if timer is None else Timer(plain_span(model, timer.span), _types(model, timer.without)),
        track=transition.track,
    )


def _plain_rule(model: Model, rule: Forbid, names: Mapping[str, str]) -> Forbid:
    when = None if rule.when is None else plain_guard(model, rule.when, names)
    return Forbid(_types(model, rule.on), rule.phases, when)


def _plain_phase(phase: Phase) -> Phase:
    return evolve(phase, title="", stages=tuple(map(_plain_phase, phase.stages)))


def _plain_model(model: Model, tracks: tuple[str, ...], memory: Mapping[Reducer, str]) -> Model:
    names = {each.name: memory[plain_reducer(model, each.reducer)] for each in model.context}
    return Model(
        name="",
        phases=tuple(map(_plain_phase, model.phases)),
        events=tuple(sorted((evolve(each, title="", cameo=()) for each in model.events), key=lambda each: each.name)),
        transitions=tuple(_plain_transition(model, each, names) for each in model.transitions),
        context=tuple(Variable(name, reducer) for reducer, name in memory.items()),
        forbid=tuple(dict.fromkeys(sorted((_plain_rule(model, each, names) for each in model.forbid), key=repr))),
        tracks=tuple(Track(name) for name in tracks if name),
    )


@frozen(eq=False)
class Pair:
    """Two models with the same event types and tracks, both with all that either remembers under the same names.

    Attributes:
        new: the one, written plainly.
        old: the other.
        windows: for each, what time takes away of that which it looks at.
        parted: for timers of the new model and the old that are as long and begin anew with other events, a flag;
            while it is not set they run out at the same time.

    """

    new: Model
    old: Model
    windows: Mapping[Who, frozenset[Kept]]
    parted: Mapping[tuple[RunOut, RunOut], Kept]

    @property
    def models(self) -> tuple[tuple[Who, Model], tuple[Who, Model]]:
        """Both, with what they are called."""
        return ("new", self.new), ("old", self.old)

    @cached_property
    def questions(self) -> Questions:
        """The cells of what both ask."""
        return Questions((self.new, self.old))

    @cached_property
    def is_one(self) -> bool:
        """Whether both say the same."""
        return self.new == self.old and self.windows["new"] == self.windows["old"]

    @cached_property
    def kept(self) -> frozenset[Kept]:
        """All that either remembers."""
        return frozenset(Kept(each.reducer) for each in self.new.context)


def paired(new: Model, old: Model) -> Pair:
    """Return both written plainly."""
    reducers = [plain_reducer(model, each.reducer) for model in (new, old) for each in model.context]
    memory = {reducer: f"memory {number}" for number, reducer in enumerate(dict.fromkeys(reducers))}
    one, other = (_plain_model(model, new.track_names, memory) for model in (new, old))
    windows: dict[Who, frozenset[Kept]] = {"new": _windows(new, one), "old": _windows(old, other)}
    read = _read(one) | _read(other)
    held = [each for each in one.context if each.name in read or any(Kept(each.reducer) in w for w in windows.values())]
    parted = dict(_parted(one, other))
    held += [Variable(f"parted {number}", kept.reducer) for number, kept in enumerate(dict.fromkeys(parted.values()))]
    return Pair(evolve(one, context=tuple(held)), evolve(other, context=tuple(held)), windows, parted)


def _parted(new: Model, old: Model) -> Iterator[tuple[tuple[RunOut, RunOut], Kept]]:
    """Yield timers that differ in what begins them anew, with a flag that is set by what begins one of them only."""
    for one, other in itertools.product(_timers(new), _timers(old)):
        if one != other and one.track == other.track and one.timer.span == other.timer.span:
            ours, theirs = set(one.timer.without), set(other.timer.without)
            # Each track has flags of its own, for a move on it begins all its timers anew.
            own = Compare("==", Constant(one.track), Constant(one.track))
            yield (one, other), Kept(Flag(tuple(sorted(ours ^ theirs)), tuple(sorted(ours & theirs)), own))


def _timers(model: Model) -> Iterator[RunOut]:
    yield from dict.fromkeys(RunOut(each.after, each.track) for each in model.transitions if each.after is not None)


def _looks(model: Model) -> Iterator[Guard]:
    yield from (each.when for each in model.transitions if each.when is not None)
    yield from (each.when for each in model.forbid if each.when is not None)


def _read(model: Model) -> set[str]:
    return {part.name for guard in _looks(model) for part in expressions(guard) if isinstance(part, Memory)}


def _windows(model: Model, plain: Model) -> frozenset[Kept]:
    """Return what time takes away of what *model* looks at.

    The end of what it does not look at is an instant, too, at which it tries what needs no event: that is seen only by
    what looks at the time that has passed, or back.
    """
    own = {plain_reducer(model, each.reducer) for each in model.context if is_windowed(each.reducer)}
    without_event = [each.when for each in plain.transitions if each.on is None and each.when is not None]
    if any(_changes_by_itself(part) for guard in without_event for part in expressions(guard)):
        return frozenset(map(Kept, own))
    read = _read(plain)
    return frozenset(Kept(each.reducer) for each in plain.context if each.name in read and each.reducer in own)


def _changes_by_itself(part: Expression) -> bool:
    return isinstance(part, Elapsed) or (isinstance(part, Memory | CurrentPhase) and part.before)
