"""Slicing: the part of a model that decides whether a case comes to a place; all else takes time and says nothing."""

from collections.abc import Collection, Iterable, Iterator

from attrs import evolve

from onward.history.memory import answers, is_windowed
from onward.history.state import CaseState
from onward.model.elements import START, Forbid, Transition, Variable
from onward.model.guards import CurrentPhase, Elapsed, Guard, Memory, expressions
from onward.model.model import Model


def tracks_of(model: Model, name: str) -> tuple[str, ...]:
    """Return the tracks that have the place *name*; `start` is on all of them."""
    return model.track_names if name == START else (model.track_of[name],)


def sliced(model: Model, tracks: Iterable[str], useful: Collection[str] | None = None) -> Model:
    """Return *model* with as much of it as moves a case on *tracks*.

    Its places and event types stay; transitions, variables and rules of conduct that cannot matter are left out, and so
    is all that only tells: invariants, columns, tables.

    Args:
        model: what may happen.
        tracks: the tracks that it is about.
        useful: the places of these tracks that a case may be in and yet come to its goal; None is all.

    """
    own = wanted = frozenset(tracks)
    if any(part.since == "years_since_start" for part in _elapsed(model)):
        # A case begins on whatever track it leaves `start` first.
        wanted = frozenset(model.track_names)
    if _is_judged_by_time(model) and any(transition.after is not None for transition in model.transitions):
        # Whatever time does on any track, it is then that years are looked at.
        wanted = frozenset(model.track_names)
    while True:
        transitions = tuple(
            t for t in model.transitions if t.track in wanted and (t.track not in own or _is_useful(model, t, useful))
        )
        rules, variables = _needed(model, transitions)
        guards = [*_guards(transitions), *_guards(rules)]
        more = {part.track for guard in guards for part in expressions(guard) if isinstance(part, CurrentPhase)}
        more |= {part.track for part in _elapsed_in(guards) if part.since == "years_in_phase"}
        more |= {model.track_of[name] for rule in rules for name in rule.phases or () if name != START}
        if any(rule.phases and START in rule.phases for rule in rules):
            more = set(model.track_names)
        if more <= wanted:
            break
        # A track that others look at matters with all its places, and so do those that it looks at.
        wanted |= more
    return evolve(
        model,
        transitions=transitions,
        context=variables,
        forbid=rules,
        invariants=(),
        shows=(),
        tables=(),
    )


def state_in(part: Model, model: Model, state: CaseState) -> CaseState:
    """Return the *state* of a case of *model* as it is in *part*, which `sliced` made of it."""
    memory = dict(zip(model.variables, state.memory, strict=True))
    rests = dict(zip(model.rests, state.rests, strict=True))
    return evolve(
        state,
        memory=tuple(memory[name] for name in part.variables),
        rests=tuple(rests[types] for types in part.rests),
        clock=state.clock if part.has_clockwork else None,
        broken=(),
    )


def _is_useful(model: Model, transition: Transition, useful: Collection[str] | None) -> bool:
    places = (model.places[rank] for source in transition.sources for rank in model.ranks[source])
    return useful is None or any(place in useful for place in places)


def _needed(model: Model, transitions: tuple[Transition, ...]) -> tuple[tuple[Forbid, ...], tuple[Variable, ...]]:
    """Return the rules and the variables that decide which of *transitions* fire."""
    rules: tuple[Forbid, ...] = ()
    while True:
        asked = {
            part.name
            for guard in (*_guards(transitions), *_guards(rules))
            for part in expressions(guard)
            if isinstance(part, Memory)
        }
        # What time takes away tells when years are looked at, whether guards ask for it or not.
        is_judged = bool(_elapsed_in(_guards(transitions)))
        variables = tuple(
            variable
            for variable in model.context
            if variable.name in asked or (is_judged and is_windowed(variable.reducer))
        )
        found = tuple(rule for rule in model.forbid if _matters(model, rule, transitions, variables))
        if found == rules:
            return rules, variables
        rules = found


def _matters(model: Model, rule: Forbid, transitions: tuple[Transition, ...], variables: tuple[Variable, ...]) -> bool:
    """Tell whether what *rule* forbids could have moved a case, changed its memory or started a timer anew."""
    return any(
        answers(rule.on, kind)
        and (
            any(each.on is None or each.answers(kind) for each in transitions)
            or any(answers(variable.reducer.types, kind) for variable in variables)
            or any(each.after is not None and answers(each.after.without, kind) for each in transitions)
        )
        for kind in model.kinds
    )


def _guards(elements: Iterable[Transition | Forbid]) -> Iterator[Guard]:
    yield from (each.when for each in elements if each.when is not None)


def _is_judged_by_time(model: Model) -> bool:
    """Tell whether transitions reckon with years, and so may fire whenever time does something else."""
    return bool(_elapsed_in(_guards(model.transitions)))


def _elapsed(model: Model) -> list[Elapsed]:
    return _elapsed_in([*_guards(model.transitions), *_guards(model.forbid)])


def _elapsed_in(guards: Iterable[Guard]) -> list[Elapsed]:
    return [part for guard in guards for part in expressions(guard) if isinstance(part, Elapsed)]


def reachable(model: Model, place: str, track: str) -> set[str]:
    """Return the places of a *track* to which transitions lead from *place*, and itself; guards are taken to hold."""
    found, waiting = {place}, [place]
    while waiting:
        for transition in model.leaving(waiting.pop(), track):
            after = model.entered(transition.target)
            if after not in found:
                found.add(after)
                waiting.append(after)
    return found


def leading(model: Model, goal: Collection[str], track: str) -> set[str]:
    """Return the places of a *track* from which transitions lead to *goal*, and those; guards are taken to hold."""
    return {place for place in model.places if not reachable(model, place, track).isdisjoint(goal)}
