"""Mutants: models with one mistake each, of the kinds that people who write models make.

A mutant is a model that a file could say, without a round of eventless transitions, and another model than the one it
was made of. The invariants stay as they are: what is asked is whether a proof notices that one no longer holds.
"""

import itertools
import random
from collections.abc import Callable, Iterable, Iterator, Sequence

from attrs import evolve, frozen

from onward import Model, ModelError, parse_model, write_model
from onward.model.checks import eventless_loop
from onward.model.elements import (
    ANY,
    START,
    Count,
    Distinct,
    Flag,
    Label,
    Latest,
    Max,
    Open,
    Phase,
    Reducer,
    Span,
    Sum,
    Transition,
    Variable,
)
from onward.model.guards import And, Compare, Comparison, Constant, Expression, Guard, Named, Not, Or, Scalar
from onward.model.model import places_of
from onward.model.spelling import write_guard

KINDS = (
    "backward transition",
    "backward transition added",
    "target swapped",
    "transition dropped",
    "shortcut without an event",
    "event type dropped",
    "guard dropped",
    "guard weakened",
    "comparison wrong",
    "threshold off by one",
    "guards overlap",
    "final lost",
    "reducer changed",
    "rule of conduct dropped",
    "length of time changed",
)


@frozen
class Mutant:
    """A model with one mistake.

    Attributes:
        kind: the kind of mistake, one of `KINDS`.
        what: the mistake in words.
        model: the model that has it.

    """

    kind: str
    what: str
    model: Model

    def __str__(self) -> str:
        return f"{self.model.name}, {self.kind}: {self.what}"


def mutants_of(model: Model) -> Iterator[Mutant]:
    """Yield every mutant of *model* once, in an order that is always the same."""
    seen = {model}
    for mutant in _candidates(model):
        if mutant.model not in seen and is_sound(mutant.model):
            seen.add(mutant.model)
            yield mutant


def balanced(model: Model, number: int, seed: int = 1) -> list[Mutant]:
    """Return *number* mutants of *model* or all that there are: drawn, and of every kind as many as of another."""
    draw = random.Random(f"{seed} {model.name}")  # noqa: S311  # of two models not the same kinds first
    kinds: dict[str, list[Mutant]] = {kind: [] for kind in KINDS}
    for mutant in _candidates(model):
        kinds[mutant.kind].append(mutant)
    for waiting in kinds.values():
        draw.shuffle(waiting)
    turns = draw.sample(KINDS, k=len(KINDS))
    seen, chosen = {model}, list[Mutant]()
    while len(chosen) < number and any(kinds.values()):
        for kind in turns:
            found = next(_accepted(kinds[kind], seen), None)
            if found is not None and len(chosen) < number:
                seen.add(found.model)
                chosen.append(found)
    return sorted(chosen, key=lambda mutant: KINDS.index(mutant.kind))


def _accepted(waiting: list[Mutant], seen: set[Model]) -> Iterator[Mutant]:
    """Take from *waiting* until one will do."""
    while waiting:
        mutant = waiting.pop()
        if mutant.model not in seen and is_sound(mutant.model):
            yield mutant


def is_sound(model: Model) -> bool:
    """Tell whether *model* is one that can be read from a file."""
    try:
        return eventless_loop(model) is None and parse_model(write_model(model)) == model
    except ModelError:
        return False


def _candidates(model: Model) -> Iterator[Mutant]:
    """Yield mutants, some of which no file could say, are the model itself, or one another."""
    for kind, make in _MAKERS.items():
        for what, mutated in make(model):
            yield Mutant(kind, what, mutated)


Made = Iterator[tuple[str, Model]]


# ---- transitions


def _with_transition(model: Model, number: int, transition: Transition) -> Model:
    return evolve(model, transitions=(*model.transitions[:number], transition, *model.transitions[number + 1 :]))


def _without_transition(model: Model, number: int) -> Model:
    return evolve(model, transitions=(*model.transitions[:number], *model.transitions[number + 1 :]))


def _inserted(model: Model, transition: Transition) -> Model:
    """Return *model* with one more transition, before the others of its track."""
    at = next((n for n, each in enumerate(model.transitions) if each.track == transition.track), 0)
    return evolve(model, transitions=(*model.transitions[:at], transition, *model.transitions[at:]))


def _names(model: Model, track: str) -> list[str]:
    """Return the places of a track that a transition can lead to."""
    return [place for phase in model.phases if phase.track == track for place in places_of(phase)]


def _first(model: Model, names: Iterable[str]) -> int:
    return min(model.ranks[name].start for name in names)


def _retargeted(model: Model) -> Iterator[tuple[str, Model, bool]]:
    for number, each in enumerate(model.transitions):
        last = max(model.ranks[name].stop - 1 for name in each.sources)
        for target in _names(model, each.track):
            what = f"{each.name} leads to {target}"
            backward = model.ranks[target].start < last
            yield what, _with_transition(model, number, evolve(each, target=target)), backward


def _backward(model: Model) -> Made:
    return ((what, mutated) for what, mutated, backward in _retargeted(model) if backward)


def _swapped(model: Model) -> Made:
    return ((what, mutated) for what, mutated, backward in _retargeted(model) if not backward)


def _added_backward(model: Model) -> Made:
    types = [kind.name for kind in model.events]
    for track in model.track_names:
        places = [place for place in _names(model, track) if not model.is_final(place)]
        for (early, late), type_ in itertools.product(itertools.combinations(places, 2), types):
            back = Transition((late,), early, (type_,), track=track)
            yield f"{late} -> {early} on {type_}", _inserted(model, back)


def _dropped_transition(model: Model) -> Made:
    for number, each in enumerate(model.transitions):
        yield f"no {each.name}", _without_transition(model, number)


def _shortcut(model: Model) -> Made:
    for number, each in enumerate(model.transitions):
        if each.on is not None:
            yield f"{each.name} needs no event", _with_transition(model, number, evolve(each, on=None))
        if each.on is None and each.after is not None:
            yield f"{each.name} needs no time", _with_transition(model, number, evolve(each, after=None))
    for track in model.track_names:
        names = _names(model, track)
        for early, late in itertools.combinations((START, *names), 2):
            if names.index(late) - (names.index(early) if early != START else -1) > 1 and not (
                early != START and model.is_final(early)
            ):
                yield f"{early} -> {late} at once", _inserted(model, Transition((early,), late, track=track))


def _dropped_type(model: Model) -> Made:
    for number, each in enumerate(model.transitions):
        for type_ in each.on if each.on is not None and len(each.on) > 1 else ():
            fewer = tuple(name for name in each.on or () if name != type_)
            yield f"{each.name} not on {type_}", _with_transition(model, number, evolve(each, on=fewer))
        for type_ in each.after.without if each.after is not None else ():
            assert each.after is not None  # noqa: S101  # as the line above says
            rest = tuple(name for name in each.after.without if name != type_)
            timer = evolve(each.after, without=rest)
            yield f"{type_} does not start {each.name} anew", _with_transition(model, number, evolve(each, after=timer))
    for number, variable in enumerate(model.context):
        for what, reducer in _fewer_types(variable.reducer):
            yield f"{variable.name} without {what}", _with_reducer(model, number, reducer)


# ---- guards


Change = Callable[[Guard], Iterator[tuple[str, Guard]]]


def _changed(guard: Guard, change: Change) -> Iterator[tuple[str, Guard]]:
    """Yield *guard* with one of its parts changed, once for each way and part; conditions with a name stay."""
    yield from change(guard)
    match guard:
        case And(parts) | Or(parts):
            for number, part in enumerate(parts):
                for what, other in _changed(part, change):
                    yield what, _joined(type(guard), (*parts[:number], other, *parts[number + 1 :]))
        case Not(part):
            for what, other in _changed(part, change):
                yield what, Not(other)
        case _:
            return


def _joined(whole: type[And] | type[Or], parts: Sequence[Guard]) -> Guard:
    """Join *parts* as a file would: an `and` inside an `and` is one with it, and one part is itself."""
    flat = tuple(inner for part in parts for inner in (part.parts if isinstance(part, whole) else (part,)))
    return flat[0] if len(flat) == 1 else whole(flat)


def _with_guards_changed(model: Model, change: Change) -> Made:
    """Yield *model* with one guard changed: of a transition, a variable, or a condition with a name."""
    for number, each in enumerate(model.transitions):
        for what, guard in _changed(each.when, change) if each.when is not None else ():
            yield f"{each.name}: {what}", _with_transition(model, number, evolve(each, when=guard))
    for number, variable in enumerate(model.context):
        where = variable.reducer.where
        for what, guard in _changed(where, change) if where is not None else ():
            yield f"{variable.name}: {what}", _with_reducer(model, number, evolve(variable.reducer, where=guard))
    for name, condition in model.conditions:
        for what, guard in _changed(condition, change):
            yield f"{name}: {what}", _with_condition(model, name, guard)


def _with_condition(model: Model, name: str, meaning: Guard) -> Model:
    """Return *model* with another meaning of a condition, wherever a guard uses it."""

    def again(guard: Guard) -> Guard:
        match guard:
            case And(parts):
                return And(tuple(map(again, parts)))
            case Or(parts):
                return Or(tuple(map(again, parts)))
            case Not(part):
                return Not(again(part))
            case Named(called, inner):
                return Named(called, meaning if called == name else again(inner))
            case _:
                return guard

    def of(guard: Guard | None) -> Guard | None:
        return None if guard is None else again(guard)

    return evolve(
        model,
        conditions=tuple((each, meaning if each == name else again(guard)) for each, guard in model.conditions),
        transitions=tuple(evolve(each, when=of(each.when)) for each in model.transitions),
        forbid=tuple(evolve(each, when=of(each.when)) for each in model.forbid),
        invariants=tuple(evolve(each, guard=of(each.guard)) for each in model.invariants),
        shows=tuple(
            evolve(shown, choices=tuple((text, again(guard)) for text, guard in shown.choices))
            if isinstance(shown, Label)
            else shown
            for shown in model.shows
        ),
    )


def _dropped_guard(model: Model) -> Made:
    for number, each in enumerate(model.transitions):
        if each.when is not None:
            yield f"{each.name} whatever holds", _with_transition(model, number, evolve(each, when=None))


def _weakened(model: Model) -> Made:
    return _with_guards_changed(model, _weaker)


def _weaker(guard: Guard) -> Iterator[tuple[str, Guard]]:
    match guard:
        case And(parts):
            yield "`or` for `and`", _joined(Or, parts)
            for number, part in enumerate(parts):
                rest = (*parts[:number], *parts[number + 1 :])
                yield f"without `{write_guard(part)}`", _joined(And, rest)
        case Not(part):
            yield f"`{write_guard(part)}` without `not`", part
        case _:
            return


_WRONG: dict[Comparison, tuple[Comparison, ...]] = {
    ">=": ("<", ">", "<=", "=="),
    "<=": (">", "<", ">=", "=="),
    ">": ("<=", ">=", "<"),
    "<": (">=", "<=", ">"),
    "==": ("!=",),
    "!=": ("==",),
}


def _wrong_comparison(model: Model) -> Made:
    return _with_guards_changed(model, _compared_wrong)


def _compared_wrong(guard: Guard) -> Iterator[tuple[str, Guard]]:
    if isinstance(guard, Compare):
        for sign in _WRONG[guard.operator]:
            wrong = evolve(guard, operator=sign)
            yield f"`{write_guard(wrong)}` for `{write_guard(guard)}`", wrong


def _off_by_one(model: Model) -> Made:
    yield from _with_guards_changed(model, _threshold_moved)
    for number, (name, value) in enumerate(model.parameters):
        for near in _beside(value):
            moved = (*model.parameters[:number], (name, near), *model.parameters[number + 1 :])
            yield f"{name} is {near}", evolve(model, parameters=moved)


def _threshold_moved(guard: Guard) -> Iterator[tuple[str, Guard]]:
    if isinstance(guard, Compare):
        moved = [Compare(guard.operator, guard.left, Constant(near)) for near in _near(guard.right)]
        moved += [Compare(guard.operator, Constant(near), guard.right) for near in _near(guard.left)]
        for other in moved:
            yield f"`{write_guard(other)}` for `{write_guard(guard)}`", other


def _near(expression: Expression) -> tuple[float, ...]:
    return _beside(expression.value) if isinstance(expression, Constant) else ()


def _beside(value: Scalar) -> tuple[float, ...]:
    return () if isinstance(value, bool | str) else (value + 1, value - 1)


def _overlap(model: Model) -> Made:
    """Yield mutants in which two transitions out of one place, of which the first fires, ask the same or nearly."""
    for (one, first), (other, second) in itertools.combinations(enumerate(model.transitions), 2):
        if first.track != second.track or not _meet(model, first, second):
            continue
        if first.when != second.when:
            what = f"{second.name} asks what {first.name} does"
            yield what, _with_transition(model, other, evolve(second, when=first.when))
            what = f"{first.name} asks what {second.name} does"
            yield what, _with_transition(model, one, evolve(first, when=second.when))
        if first.when is not None and second.when is not None and first.when != second.when:
            wider = _joined(Or, (first.when, second.when))
            yield (
                f"{first.name}: or `{write_guard(second.when)}`",
                _with_transition(model, one, evolve(first, when=wider)),
            )
        swapped = list(model.transitions)
        swapped[one], swapped[other] = second, first
        yield f"{second.name} before {first.name}", evolve(model, transitions=tuple(swapped))


def _meet(model: Model, one: Transition, other: Transition) -> bool:
    """Tell whether two transitions can be tried at once."""
    ranks = [{rank for name in each.sources for rank in model.ranks[name]} for each in (one, other)]
    if one.on is None or other.on is None:
        return not ranks[0].isdisjoint(ranks[1]) and one.on is other.on
    together = ANY in (*one.on, *other.on) or not set(one.on).isdisjoint(other.on)
    return together and not ranks[0].isdisjoint(ranks[1])


# ---- phases, memory, rules, time


def _lost_final(model: Model) -> Made:
    for number, phase in enumerate(model.phases):
        for what, other in _not_final(phase):
            phases = (*model.phases[:number], other, *model.phases[number + 1 :])
            mutated = evolve(model, phases=phases)
            yield what, mutated
            # What is no longer final can be left by what leaves the phase before it.
            for at, each in enumerate(model.transitions):
                if each.track == phase.track and START not in each.sources and each.target != phase.name:
                    wider = evolve(each, sources=(*each.sources, phase.name))
                    yield f"{what}, and {each.name} leaves it", _with_transition(mutated, at, wider)


def _not_final(phase: Phase) -> Iterator[tuple[str, Phase]]:
    if phase.final:
        yield f"{phase.name} is not final", evolve(phase, final=False)
    for number, stage in enumerate(phase.stages):
        if stage.final:
            stages = (*phase.stages[:number], evolve(stage, final=False), *phase.stages[number + 1 :])
            yield f"{phase.name}.{stage.name} is not final", evolve(phase, stages=stages)


def _with_reducer(model: Model, number: int, reducer: Reducer) -> Model:
    variable = evolve(model.context[number], reducer=reducer)
    return evolve(model, context=(*model.context[:number], variable, *model.context[number + 1 :]))


def _changed_reducer(model: Model) -> Made:
    for number, variable in enumerate(model.context):
        for what, reducer in _other_reducers(model, variable):
            yield f"{variable.name}: {what}", _with_reducer(model, number, reducer)


def _other_reducers(model: Model, variable: Variable) -> Iterator[tuple[str, Reducer]]:
    reducer = variable.reducer
    if reducer.where is not None:
        yield "no `where`", evolve(reducer, where=None)
    types = reducer.set if isinstance(reducer, Flag) else reducer.types
    if isinstance(reducer, Flag):
        yield "nothing clears it", evolve(reducer, clear=())
        if reducer.set and reducer.clear:
            yield "set and clear exchanged", evolve(reducer, set=reducer.clear, clear=reducer.set)
        return
    name = getattr(reducer, "attribute", "")
    attributes = sorted({each.reducer.attribute for each in model.context if hasattr(each.reducer, "attribute")})
    others: dict[type, Callable[[], Reducer]] = {
        Count: lambda: Count(types, reducer.where),
        Open: lambda: Open(types, reducer.where),
        Distinct: lambda: Distinct(name or (attributes or ["place"])[0], types, reducer.where),
        Sum: lambda: Sum(name, types, reducer.where),
        Max: lambda: Max(name, types, reducer.where),
        Latest: lambda: Latest(name, types, reducer.where),
    }
    for kind, make in others.items():
        if (kind is Distinct or name or kind in {Count, Open}) and not isinstance(reducer, kind):
            yield f"{kind.__name__.lower()} for {type(reducer).__name__.lower()}", make()
    if not isinstance(reducer, Latest):
        for event in model.events:
            if types is not None and event.name not in types and ANY not in types:
                yield f"{event.name} too", evolve(reducer, types=(*types, event.name))
    if isinstance(reducer, Count | Sum) and reducer.within is not None:
        yield "no window", evolve(reducer, within=None)
    if isinstance(reducer, Count | Sum) and reducer.within is None:
        yield "a window", evolve(reducer, within=Span(1, "years"))


def _fewer_types(reducer: Reducer) -> Iterator[tuple[str, Reducer]]:
    if isinstance(reducer, Flag):
        for type_ in reducer.set or ():
            if len(reducer.set or ()) > 1:
                yield type_, evolve(reducer, set=tuple(each for each in reducer.set or () if each != type_))
        for type_ in reducer.clear or ():
            yield (
                f"{type_} clearing it",
                evolve(reducer, clear=tuple(each for each in reducer.clear or () if each != type_)),
            )
        return
    for type_ in reducer.types if reducer.types is not None and len(reducer.types) > 1 else ():
        yield type_, evolve(reducer, types=tuple(each for each in reducer.types or () if each != type_))


def _dropped_rule(model: Model) -> Made:
    for number, rule in enumerate(model.forbid):
        rest = (*model.forbid[:number], *model.forbid[number + 1 :])
        yield f"{', '.join(rule.on)} not forbidden", evolve(model, forbid=rest)
        for name in rule.phases if rule.phases is not None and len(rule.phases) > 1 else ():
            fewer = evolve(rule, phases=tuple(each for each in rule.phases or () if each != name))
            rules = (*model.forbid[:number], fewer, *model.forbid[number + 1 :])
            yield f"{', '.join(rule.on)} not forbidden in {name}", evolve(model, forbid=rules)
        for type_ in rule.on if len(rule.on) > 1 else ():
            fewer = evolve(rule, on=tuple(each for each in rule.on if each != type_))
            rules = (*model.forbid[:number], fewer, *model.forbid[number + 1 :])
            yield f"{type_} not forbidden", evolve(model, forbid=rules)


def _other_length(model: Model) -> Made:
    for number, each in enumerate(model.transitions):
        if each.after is not None:
            for span in _other_spans(model, each.after.span):
                timer = evolve(each.after, span=span)
                yield f"{each.name} after {span}", _with_transition(model, number, evolve(each, after=timer))
    for number, variable in enumerate(model.context):
        reducer = variable.reducer
        if isinstance(reducer, Count | Sum) and reducer.within is not None:
            for span in _other_spans(model, reducer.within):
                yield f"{variable.name} within {span}", _with_reducer(model, number, evolve(reducer, within=span))


def _other_spans(model: Model, span: Span) -> Iterator[Span]:
    length = model.constants[span.length] if isinstance(span.length, str) else span.length
    assert isinstance(length, int)  # noqa: S101  # a model says nothing else
    for other in (length + 1, length - 1, 2 * length):
        if other >= 1:
            yield Span(other, span.unit)
    yield Span(length, "days" if span.unit != "days" else "years")


_MAKERS: dict[str, Callable[[Model], Made]] = dict(
    zip(
        KINDS,
        (
            _backward,
            _added_backward,
            _swapped,
            _dropped_transition,
            _shortcut,
            _dropped_type,
            _dropped_guard,
            _weakened,
            _wrong_comparison,
            _off_by_one,
            _overlap,
            _lost_final,
            _changed_reducer,
            _dropped_rule,
            _other_length,
        ),
        strict=True,
    )
)
