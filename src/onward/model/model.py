"""Model: the elements together, with look-ups."""

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from attrs import field, frozen

from onward.model.elements import START, EventKind, Forbid, Invariant, Phase, Shown, Transition, Variable
from onward.model.guards import Comparison, Scalar


@frozen(cache_hash=True)
class Model:
    """What may happen in the life of a case.

    Attributes:
        name: how programs and commands call the model.
        phases: in the model's order, earliest first.
        events: the vocabulary.
        transitions: in file order, which is the order in which they are tried.
        cases: `pairs` (every pair of an event's organizations is a case) or `column` (the log's `case`).
        parameters: named constants, as (name, value).
        context: the memory, one reducer each.
        forbid: rules of conduct.
        invariants: what must hold in every run.
        shows: columns printed beside the phase.
        title: what people call the model.
        source: where the model comes from.

    """

    name: str
    phases: tuple[Phase, ...]
    events: tuple[EventKind, ...] = ()
    transitions: tuple[Transition, ...] = ()
    cases: Literal["pairs", "column"] = "column"
    # 1, 1.0 and true are equal to Python; to a model they are three values.
    parameters: tuple[tuple[str, Scalar], ...] = field(default=(), eq=repr)
    context: tuple[Variable, ...] = ()
    forbid: tuple[Forbid, ...] = ()
    invariants: tuple[Invariant, ...] = ()
    shows: tuple[Shown, ...] = ()
    title: str = field(default="", kw_only=True)
    source: str = field(default="", kw_only=True)

    @property
    def label(self) -> str:
        """The model as it is printed."""
        return self.title or self.name

    @cached_property
    def places(self) -> tuple[str, ...]:
        """Where a case can be: `start`, then every phase without stages and every stage (`phase.stage`), in order."""
        return (START, *(place for phase in self.phases for place in places_of(phase)))

    @cached_property
    def ranks(self) -> Mapping[str, range]:
        """For every name of a place or a phase, the positions in `places` that it stands for."""
        ranks = {place: range(rank, rank + 1) for rank, place in enumerate(self.places)}
        for phase in self.phases:
            inside = places_of(phase)
            ranks[phase.name] = range(ranks[inside[0]].start, ranks[inside[-1]].stop)
        return ranks

    @cached_property
    def constants(self) -> Mapping[str, Scalar]:
        """The parameters by name."""
        return dict(self.parameters)

    @cached_property
    def kinds(self) -> Mapping[str, EventKind]:
        """The event types by name."""
        return {kind.name: kind for kind in self.events}

    @cached_property
    def variables(self) -> Mapping[str, Variable]:
        """The context variables by name."""
        return {variable.name: variable for variable in self.context}

    @cached_property
    def phase_at(self) -> Mapping[str, tuple[Phase, Phase | None]]:
        """For every place but `start`, its phase and its stage (None where the phase has no stages)."""
        found: dict[str, tuple[Phase, Phase | None]] = {}
        for phase in self.phases:
            for stage in phase.stages:
                found[f"{phase.name}.{stage.name}"] = phase, stage
            if not phase.stages:
                found[phase.name] = phase, None
        return found

    @cached_property
    def _leaving(self) -> Mapping[str, tuple[Transition, ...]]:
        leaving: dict[str, list[Transition]] = {place: [] for place in self.places}
        for transition in self.transitions:
            # A transition from a phase and from one of its stages leaves that stage once.
            for rank in sorted({rank for source in transition.sources for rank in self.ranks[source]}):
                leaving[self.places[rank]].append(transition)
        return {place: () if self.is_final(place) else tuple(leaving[place]) for place in self.places}

    def within(self, place: str, name: str) -> bool:
        """Tell whether *place* is the phase, stage or `start` that *name* stands for, or inside it."""
        return self.ranks[place].start in self.ranks[name]

    def leaving(self, place: str) -> tuple[Transition, ...]:
        """Return the transitions out of *place*, in the order they are tried; nothing leaves a final one."""
        return self._leaving[place]

    def entered(self, name: str) -> str:
        """Return the place that a transition to *name* enters: a phase with stages is entered at its first."""
        return self.places[self.ranks[name].start]

    def is_final(self, place: str) -> bool:
        """Tell whether a case in *place* has ended."""
        if place == START:
            return False
        phase, stage = self.phase_at[place]
        return phase.final or (stage is not None and stage.final)

    def is_over(self, name: str) -> bool:
        """Tell whether every place that *name* stands for is final."""
        return all(self.is_final(self.places[rank]) for rank in self.ranks[name])

    def parts(self, place: str) -> tuple[str, str | None]:
        """Return the phase and the stage (None where the phase has none) of *place*."""
        if place == START:
            return START, None
        phase, stage = self.phase_at[place]
        return phase.name, stage.name if stage else None

    def place_label(self, place: str) -> str:
        """Return *place* as it is printed: a stage by its own title or after its phase, `start` as not begun."""
        if place == START:
            return "Not begun"
        phase, stage = self.phase_at[place]
        if stage is None:
            return phase.label
        # A stage's name alone would not tell whose stage it is; a title of its own is the author's choice.
        return stage.title or f"{phase.label}: {stage.name.replace('_', ' ')}"


def places_of(phase: Phase) -> tuple[str, ...]:
    """Return the places inside *phase*: its stages, or itself."""
    return tuple(f"{phase.name}.{stage.name}" for stage in phase.stages) or (phase.name,)


def compare_ranks(sign: Comparison, one: range, other: range) -> bool:
    """Compare the positions of two phases; one with stages spans several, and what lies inside it equals it."""
    match sign:
        case "==":
            return one.start < other.stop and other.start < one.stop
        case "!=":
            return one.start >= other.stop or other.start >= one.stop
        case "<":
            return one.stop <= other.start
        case "<=":
            return one.start < other.stop
        case ">":
            return one.start >= other.stop
        case ">=":  # the union is closed
            return one.stop > other.start
