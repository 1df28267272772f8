"""Many variants of a model through the same events: one run for all whose cases stand in the same place.

A group of variants takes a step together, by `stepping.step` itself. Where the guards of a transition come out
otherwise for some of them, the group parts, and the step is taken once more for those that left. Groups that have come
to the same state are one again, so there are no more runs than there are states.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define, evolve, field, frozen

from onward.history.judging import View, has_run_out, is_enabled, judge
from onward.history.state import CaseState, not_begun
from onward.history.stepping import Choose, Reading, pass_time, step
from onward.log.log import Event
from onward.model.checks import Loop, eventless_loop
from onward.model.elements import Transition
from onward.model.guards import And, Attribute, Condition, Elapsed, Guard, Holds, Named, Not, Or, expressions, holds
from onward.model.model import Model

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Group = NDArray[np.intp]
    Groups = Mapping[CaseState, Group]

T = TypeVar("T")


@frozen(eq=False)
class Fork:
    """The guards of one transition, and for each variant which of them it has."""

    guards: tuple[Guard | None, ...]
    which: "NDArray[np.intp]"


@frozen(eq=False)
class Abreast:
    """Variants of one model, side by side.

    Attributes:
        model: what they have in common.
        forks: the transitions, by number, of which they have different guards.
        variants: which variants are run, by their positions in the forks.
        reading: which end of a partial date counts.

    """

    model: Model
    forks: Mapping[int, Fork]
    variants: "Group"
    reading: Reading

    def run(
        self, case: str, events: Iterable[Event], until: datetime | None
    ) -> "Iterator[tuple[tuple[str, ...], Group]]":
        """Yield the places in which a *case* stands after *events* and by the instant *until*, and their variants."""
        forks = {id(self.model.transitions[number]): fork for number, fork in _interned(self.forks).items()}
        forget = _forgetting(self.model, self.forks)
        groups: Groups = {not_begun(self.model, case): self.variants}
        for event in events:
            groups = _merged(
                (forget(after), group)
                for state, variants in groups.items()
                for after, group in _parted(forks, variants, partial(_after, self, state, event))
            )
        for state, variants in groups.items():
            for after, group in _parted(forks, variants, partial(_at_end, self, state, until)):
                yield after.places, group


def _after(abreast: Abreast, state: CaseState, event: Event, choose: Choose) -> CaseState:
    return step(abreast.model, state, event, reading=abreast.reading, choose=choose)[0]


def _at_end(abreast: Abreast, state: CaseState, until: datetime | None, choose: Choose) -> CaseState:
    model, reading = abreast.model, abreast.reading
    return pass_time(model, state, until, through=True, reading=reading, choose=choose)[0]


def _merged(found: "Iterable[tuple[CaseState, Group]]") -> "Groups":
    """Return the variants by the state in which they are."""
    import numpy as np  # noqa: PLC0415  # heavy, and only a multiverse needs it

    by_state: dict[CaseState, list[Group]] = {}
    for state, group in found:
        by_state.setdefault(state, []).append(group)
    return {state: groups[0] if len(groups) == 1 else np.concatenate(groups) for state, groups in by_state.items()}


def _parted(forks: Mapping[int, Fork], variants: "Group", run: Callable[[Choose], T]) -> "Iterator[tuple[T, Group]]":
    """Yield what *run* comes to for *variants*, in as many parts as it comes out differently."""
    waiting = [variants]
    while waiting:
        parting = _Parting(forks, waiting.pop(), waiting)
        found = run(parting.choose)
        yield found, parting.group


@define(eq=False)
class _Parting:
    """One run of a group; variants that choose otherwise than its first leave it, and wait for a run of their own."""

    forks: Mapping[int, Fork]
    group: "Group"
    waiting: "list[Group]"
    _answers: dict[int, bool | None] = field(factory=dict, init=False)
    _view: View | None = field(default=None, init=False)

    def choose(self, view: View, trigger: str | None, track: str) -> Transition | None:
        """Return the first transition in file order that fires for all that are left in the group."""
        for transition in view.model.leaving(view.place(track), track):
            asked = transition.on is None if trigger is None else transition.answers(trigger)
            if asked and self._fires(transition, view):
                return transition
        return None

    def _fires(self, transition: Transition, view: View) -> bool:
        fork = self.forks.get(id(transition))
        if fork is None:
            return is_enabled(transition, view)
        if transition.after is not None and not has_run_out(transition, transition.after, view):
            return False
        truths = self._truths(fork, view)
        fires = bool(truths[0])
        if not (truths == fires).all():
            self.waiting.append(self.group[truths != fires])
            self.group = self.group[truths == fires]
        return fires

    def _truths(self, fork: Fork, view: View) -> "NDArray[np.bool_]":
        """Return whether the guard of each variant in the group holds; each guard and condition is judged once."""
        import numpy as np  # noqa: PLC0415  # as above

        if view is not self._view:
            self._view, self._answers = view, {}
        which = fork.which[self.group]
        found = np.zeros(len(fork.guards), dtype=np.bool_)
        for number in np.flatnonzero(np.bincount(which, minlength=len(fork.guards))):
            guard = fork.guards[number]
            found[number] = guard is None or holds(guard, self._judge) is True
        return found[which]

    def _judge(self, condition: Condition) -> bool | None:
        answers, key = self._answers, id(condition)
        if key not in answers and self._view is not None:
            answers[key] = judge(self._view, condition)
        return answers[key]


def _interned(forks: Mapping[int, Fork]) -> dict[int, Fork]:
    """Return *forks* with each condition as one object wherever it stands, so that it is known by its identity."""
    known: dict[Condition, Condition] = {}

    def one(guard: Guard) -> Guard:
        match guard:
            case And(parts):
                return And(tuple(map(one, parts)))
            case Or(parts):
                return Or(tuple(map(one, parts)))
            case Not(part):
                return Not(one(part))
            case Named(_, part):
                return one(part)
            case _:
                return known.setdefault(guard, guard)

    return {
        number: evolve(fork, guards=tuple(guard and one(guard) for guard in fork.guards))
        for number, fork in forks.items()
    }


def _forgetting(model: Model, forks: Mapping[int, Fork]) -> Callable[[CaseState], CaseState]:
    """Return what takes from a state all that no later step asks for, so that states that go on alike are equal."""
    guards = [t.when for t in model.transitions] + [rule.when for rule in model.forbid]
    guards += [guard for fork in forks.values() for guard in fork.guards]
    timed = any(t.after for t in model.transitions)
    dated = timed or any(isinstance(each, Elapsed) for guard in guards if guard for each in expressions(guard))
    dateless: dict[str, Any] = {} if dated else {"since": (None,) * len(model.track_names), "began": None}

    def forget(state: CaseState) -> CaseState:
        return evolve(state, moves=(0,) * len(state.moves), events=0, first=None, broken=(), **dateless)

    return forget


# ---- eventless transitions that go round


def loops_in(abreast: Abreast) -> "Iterator[tuple[Loop, Group]]":
    """Yield the rounds of eventless transitions in which variants could go for ever, each with those variants.

    The loader has made sure that the model itself has none. Where no guards could make one, or none of the guards that
    differ, however they come out, nothing is left to try; else it is tried for each combination of guards.
    """
    import numpy as np  # noqa: PLC0415  # as above

    model = abreast.model
    at_once = [n for n in abreast.forks if model.transitions[n].on is None and model.transitions[n].after is None]
    opaque = {number: Holds(Attribute(f"\0{number}")) for number in at_once}
    if not at_once or _is_straight(model) or eventless_loop(_with_guards(model, opaque)) is None:
        return
    each = np.stack([abreast.forks[number].which for number in at_once], axis=1)
    combinations, which = np.unique(each, axis=0, return_inverse=True)
    for at, combination in enumerate(combinations.tolist()):
        guards = {n: abreast.forks[n].guards[guard] for n, guard in zip(at_once, combination, strict=True)}
        loop = eventless_loop(_with_guards(model, guards))
        if loop is not None:
            yield loop, np.flatnonzero(which.reshape(-1) == at)


def _is_straight(model: Model) -> bool:
    """Tell whether no chain of eventless transitions leads back to where it began, guards left aside."""
    leads = [
        ((track, place), (track, model.entered(way.target)))
        for track in model.track_names
        for place in model.places
        for way in model.leaving(place, track)
        if way.on is None and way.after is None
    ]
    graph: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for source, target in leads:
        graph.setdefault(source, set()).add(target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError:
        return False
    return True


def _with_guards(model: Model, guards: Mapping[int, Guard | None]) -> Model:
    ways = enumerate(model.transitions)
    return evolve(model, transitions=tuple(evolve(way, when=guards.get(n, way.when)) for n, way in ways))
