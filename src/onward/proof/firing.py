"""Firing: which transitions can fire, and out of which places.

All of it is looked for together: first with nothing kept track of, then with all that guards ask of memory and time.
What no run of either does, no log does. Where the second becomes too much, what it has not met is looked into alone.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Generic, TypeVar

from attrs import define, field, frozen

from onward.history.stepping import Step
from onward.model.elements import START
from onward.model.guards import Elapsed, Memory, expressions
from onward.model.model import Model
from onward.proof.asked import AGE, Questions, Symbol, Years, guards_of, kept_of
from onward.proof.asking import Sight
from onward.proof.exploring import Care, Found, Goal, Trail, explore
from onward.proof.proving import closer
from onward.proof.running import BoundlessError, Ran, Round, is_enabled, rounds, ways

MOST_TOGETHER = 6_000
"""Runs of a step in which all goals are looked for together."""

MOST_ALONE = 400
"""Runs of a step in which one goal is looked for by itself."""

MOST_LEFT = 2_000
"""Runs of a step in which all those goals are, one after the other."""

Place = Callable[[str, object], str]
"""Where an element of a model stands, of a kind, by name or number: `where("transition", 3)`."""

K = TypeVar("K", bound=Hashable)


@frozen
class Edge:
    """A transition, by number, out of one place."""

    number: int
    place: str


@frozen(eq=False)
class Firing:
    """What can fire in a model.

    Attributes:
        model: the model.
        edges: each transition out of each place that it is written for.
        never: of those that no log makes fire, what was kept track of to tell.

    """

    model: Model
    edges: tuple[Edge, ...]
    never: Mapping[Edge, Care]

    def can(self, edge: Edge) -> bool:
        """Tell whether a transition may fire out of a place: no proof says that it never does."""
        return edge not in self.never

    def edges_of(self, number: int) -> list[Edge]:
        """Return a transition out of each place that it is written for."""
        return [edge for edge in self.edges if edge.number == number]

    @cached_property
    def firing(self) -> frozenset[int]:
        """The transitions that may fire."""
        return frozenset(edge.number for edge in self.edges if self.can(edge))

    @cached_property
    def reached(self) -> frozenset[str]:
        """The places where a case may be."""
        transitions = self.model.transitions
        return frozenset({START, *(self.model.entered(transitions[number].target) for number in self.firing)})


def firing_of(model: Model, questions: Questions) -> Firing:
    """Return what can fire in *model*."""
    edges = tuple(edges_of(model))
    looked = looked_for(model, questions, {edge: fires(model, edge) for edge in edges})
    return Firing(model, edges, looked.never)


def edges_of(model: Model) -> Iterator[Edge]:
    """Yield every transition out of every place that it leaves, by number."""
    for number, transition in enumerate(model.transitions):
        for place in model.places:
            if any(each is transition for each in model.leaving(place, transition.track)):
                yield Edge(number, place)


# ---- looking for goals


@define
class Looked(Generic[K]):
    """What came of a search for several goals; of those that are neither, it could not be told.

    Attributes:
        never: of goals that no log reaches, what was kept track of to tell.
        ways: of those that some run reaches, the way there and what was kept track of on it.

    """

    never: dict[K, Care] = field(factory=dict)
    ways: dict[K, tuple[Trail, Care]] = field(factory=dict)


def looked_for(model: Model, questions: Questions, goals: Mapping[K, Goal]) -> Looked[K]:
    """Return which of *goals* no log reaches, and the ways to the others as far as they are found."""
    looked: Looked[K] = Looked()
    for care in dict.fromkeys((Care(), Care(watched=asked_of_case(model)))):
        left = {key: goal for key, goal in goals.items() if key not in looked.never}
        found = explored(model, questions, care, list(left.values()), MOST_TOGETHER)
        looked.ways = {key: (found.trails[goal], care) for key, goal in left.items() if goal in found.trails}
        if found.complete:
            looked.never.update((key, care) for key in left if key not in looked.ways)
    budget = MOST_LEFT
    for key, goal in goals.items():
        if key not in looked.never and key not in looked.ways and budget > 0:
            taken, runs = _never(model, questions, goal, min(budget, MOST_ALONE))
            budget -= runs
            if taken is not None:
                looked.never[key] = taken
    return looked


def asked_of_case(model: Model) -> tuple[Symbol, ...]:
    """Return all of memory and time that the guards of a model ask for."""
    found: dict[Symbol, None] = {}
    for part in (part for guard in guards_of(model) for part in expressions(guard)):
        match part:
            case Memory(name):
                found[kept_of(model)[name]] = None
            case Elapsed("years_since_start"):
                found[AGE] = None
            case Elapsed(_, track):
                found[Years(track)] = None
            case _:
                pass
    return tuple(found)


def explored(model: Model, questions: Questions, care: Care, goals: Sequence[Goal], most: int) -> Found:
    """Return what an exploration finds; nothing for certain where eventless transitions go round as far as is known."""
    if not goals:
        return Found()
    try:
        return explore(model, questions, care, goals, most=most)
    except BoundlessError:
        return Found(complete=False)


def _never(model: Model, questions: Questions, goal: Goal, most: int) -> tuple[Care | None, int]:
    """Return what must be kept track of to tell that no log reaches *goal*, and how many runs of a step that took.

    The first is None where so many runs do not tell.
    """
    care, runs = Care(), 0
    while runs < most:
        found = explored(model, questions, care, [goal], most - runs)
        runs += found.runs
        if goal not in found.trails:
            return (care if found.complete else None), runs
        more = closer(model, questions, found.trails[goal], goal, care)
        if more == care:
            break
        care = more
    return None, runs


# ---- goals


def fires(model: Model, edge: Edge) -> Goal:
    """Return the goal that a transition fires out of a place."""
    transition = model.transitions[edge.number]
    track = model.track_numbers[transition.track]

    def met(ran: Ran) -> bool:
        place = ran.left.step.places[track]
        for number in ran.fired[track]:
            if (number, place) == (edge.number, edge.place):
                return True
            place = model.entered(model.transitions[number].target)
        return False

    def shown(step: Step) -> bool:
        move = step.moves[track]
        return any(
            fired is transition and view.place(transition.track) == edge.place
            for fired, view in zip(move.fired, move.judged, strict=True)
        )

    return Goal(met, shown)


def waits(model: Model, edge: Edge) -> Goal:
    """Return the goal that it is asked whether a transition fires out of a place."""
    return _in_a_round(model, edge, lambda _: True)


def enables(model: Model, edge: Edge) -> Goal:
    """Return the goal that a transition could fire out of a place, whether another is taken first or not."""
    return _in_a_round(model, edge, lambda each: is_enabled(edge.number, each.sight))


def _in_a_round(model: Model, edge: Edge, held: Callable[[Round], bool]) -> Goal:
    track = model.track_numbers[model.transitions[edge.number].track]

    def met(ran: Ran) -> bool:
        return any(
            each.sight.places[track] == edge.place
            and edge.number in ways(model, edge.place, track, each.trigger)
            and held(each)
            for each in rounds_of(ran)
        )

    return Goal(met, lambda _: False)


def rounds_of(ran: Ran) -> Iterator[Round]:
    """Yield the rounds of a run, the last of which nothing fires in."""
    if ran.outcomes[0] != "refused":
        step = ran.left.step
        yield from rounds(Sight(step, step.places, updated=True))


def quoted(name: str) -> str:
    """Return a name as sentences have it."""
    return f"'{name}'"
