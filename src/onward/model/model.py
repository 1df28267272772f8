"""Model: the elements together, with look-ups."""

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from attrs import field, frozen

from onward.model.elements import (
    START,
    Count,
    CrossTable,
    Domain,
    EventKind,
    Forbid,
    Invariant,
    Open,
    Phase,
    Shown,
    Span,
    Sum,
    Timer,
    Track,
    Transition,
    Variable,
)
from onward.model.guards import Comparison, Guard, Scalar


@frozen(cache_hash=True)
class Model:
    """What may happen in the life of a case.

    Attributes:
        name: how programs and commands call the model.
        phases: in the model's order, earliest first; those of one track after those of the track before.
        events: the vocabulary.
        transitions: in file order, which is the order in which they are tried.
        cases: `pairs` (every pair of an event's organizations is a case) or `column` (the log's `case`).
        parameters: named constants, as (name, value).
        context: the memory, one reducer each.
        forbid: rules of conduct.
        invariants: what must hold in every run.
        shows: columns printed beside the phase.
        tracks: the tracks, where there are several; each phase and transition says which is its own.
        conditions: guards with a name, as (name, guard).
        domains: the values that attributes may have.
        tables: tables printed for every case.
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
    tracks: tuple[Track, ...] = ()
    conditions: tuple[tuple[str, Guard], ...] = ()
    domains: tuple[Domain, ...] = ()
    tables: tuple[CrossTable, ...] = ()
    title: str = field(default="", kw_only=True)
    source: str = field(default="", kw_only=True)

    @property
    def label(self) -> str:
        """The model as it is printed."""
        return self.title or self.name

    @cached_property
    def track_names(self) -> tuple[str, ...]:
        """The names of the tracks; the one track of a model without tracks is ""."""
        return tuple(track.name for track in self.tracks) or ("",)

    @cached_property
    def track_numbers(self) -> Mapping[str, int]:
        """The positions of the tracks by name."""
        return {name: number for number, name in enumerate(self.track_names)}

    @cached_property
    def track_of(self) -> Mapping[str, str]:
        """For every name of a phase or a stage (`start` is on every track), the track that it is on."""
        return {name: phase.track for phase in self.phases for name in (phase.name, *places_of(phase))}

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
    def rests(self) -> tuple[tuple[str, ...], ...]:
        """The sets of event types that start some timer anew, each once."""
        found = (t.after.without for t in self.transitions if t.after is not None and t.after.without)
        return tuple(dict.fromkeys(found))

    @cached_property
    def has_clockwork(self) -> bool:
        """Whether time alone can change anything: timers, sliding windows, or what runs until its end."""
        kept = (variable.reducer for variable in self.context)
        return any(t.after for t in self.transitions) or any(
            isinstance(each, Open) or (isinstance(each, Count | Sum) and each.within is not None) for each in kept
        )

    @cached_property
    def _leaving(self) -> Mapping[tuple[str, str], tuple[Transition, ...]]:
        leaving: dict[tuple[str, str], list[Transition]] = {}
        for transition in self.transitions:
            # A transition from a phase and from one of its stages leaves that stage once.
            for rank in sorted({rank for source in transition.sources for rank in self.ranks[source]}):
                place = self.places[rank]
                if not self.is_final(place):
                    leaving.setdefault((place, transition.track), []).append(transition)
        return {where: tuple(found) for where, found in leaving.items()}

    def within(self, place: str, name: str) -> bool:
        """Tell whether *place* is the phase, stage or `start` that *name* stands for, or inside it."""
        return self.ranks[place].start in self.ranks[name]

    def leaving(self, place: str, track: str | None = None) -> tuple[Transition, ...]:
        """Return the transitions out of *place*, in the order they are tried; nothing leaves a final one.

        `start` is on every track: *track* says which is meant.
        """
        return self._leaving.get((place, self.track_of.get(place, "") if track is None else track), ())

    def length_of(self, span: Span) -> tuple[int, int]:
        """Return the length of *span* as months and days; one of the two is 0."""
        length = span.length if isinstance(span.length, int) else self.constants[span.length]
        assert isinstance(length, int)  # noqa: S101  # what a file or a scenario says is checked when it is read
        match span.unit:
            case "years":
                return 12 * length, 0
            case "months":
                return length, 0
            case "weeks":
                return 0, 7 * length
            case "days":  # the union is closed
                return 0, length

    def rest_of(self, timer: Timer) -> int | None:
        """Return which of `rests` starts *timer* anew, if any does."""
        return self.rests.index(timer.without) if timer.without else None

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
