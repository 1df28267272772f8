"""The words of a model: phase, track, event type, context variable, transition, rule of conduct, invariant."""

from typing import Literal

from attrs import field, frozen

from onward.model.guards import Guard, Scalar

START = "start"
"""The name of the place where a case is before its first phase."""

ANY = "any"
"""Stands for every event type of the vocabulary."""


def spoken(name: str) -> str:
    """Return *name* as a person would say it: `joint_operation_launched` → `Joint operation launched`."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


@frozen
class Phase:
    """A state in the model's order; one with *stages* is left for good only when its stages are.

    *track* is the track that it is a phase of, "" in a model without tracks.
    """

    name: str
    title: str = ""
    final: bool = False
    stages: tuple["Phase", ...] = ()
    track: str = ""

    @property
    def label(self) -> str:
        """The phase as it is printed."""
        return self.title or spoken(self.name)


@frozen
class EventKind:
    """An event type of the vocabulary, with the CAMEO codes nearest in meaning."""

    name: str
    title: str = ""
    cameo: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The event type as it is printed."""
        return self.title or spoken(self.name)


@frozen
class Track:
    """One of several parts of a case's life that run side by side."""

    name: str
    title: str = ""

    @property
    def label(self) -> str:
        """The track as it is printed."""
        return self.title or spoken(self.name)


Unit = Literal["years", "months", "weeks", "days"]


@frozen
class Span:
    """A stretch of the calendar: so many whole years, months, weeks or days.

    *length* is a number, or the name of a parameter that has it.
    """

    length: int | str
    unit: Unit

    def __str__(self) -> str:
        return f"{self.length} {self.unit[:-1] if self.length == 1 else self.unit}"


@frozen
class Count:
    """How many events of *types* there have been; *types* None means of any type.

    With *within* only those count that lie no longer back.
    """

    types: tuple[str, ...] | None
    where: Guard | None = None
    within: Span | None = None


@frozen
class Distinct:
    """How many different values of *attribute* the events of *types* have had.

    With a *part* an event may have several values: see `guards.Attribute`.
    """

    attribute: str
    types: tuple[str, ...] | None
    where: Guard | None = None
    part: str = ""


@frozen
class Sum:
    """The sum of the numbers in *attribute*, nought without any; with *within* only of what lies no longer back."""

    attribute: str
    types: tuple[str, ...] | None
    where: Guard | None = None
    within: Span | None = None


@frozen
class Max:
    """The largest number that *attribute* has had; null without any."""

    attribute: str
    types: tuple[str, ...] | None
    where: Guard | None = None


@frozen
class Latest:
    """The last value that *attribute* has had: a number, a text, true or false; null without any."""

    attribute: str
    types: tuple[str, ...] | None
    where: Guard | None = None


@frozen
class Flag:
    """True from an event of *set* until one of *clear*."""

    set: tuple[str, ...] | None
    clear: tuple[str, ...] | None = ()
    where: Guard | None = None

    @property
    def types(self) -> tuple[str, ...] | None:
        """The event types that change it."""
        return None if self.set is None or self.clear is None else (*self.set, *self.clear)


@frozen
class Open:
    """How many events of *types* run now: from their date through their `until`, or on where that is empty."""

    types: tuple[str, ...] | None
    where: Guard | None = None


Reducer = Count | Distinct | Sum | Max | Latest | Flag | Open


@frozen
class Timer:
    """So long in a phase, with no event of *without* meanwhile: each one starts the time anew."""

    span: Span
    without: tuple[str, ...] = ()

    def __str__(self) -> str:
        types = "any event" if ANY in self.without else " or ".join(self.without)
        return f"{self.span} without {types}" if types else str(self.span)


@frozen
class Variable:
    """A context variable: a name for what one reducer remembers."""

    name: str
    reducer: Reducer
    title: str = ""

    @property
    def label(self) -> str:
        """The variable as it is printed inside a sentence."""
        return self.title or self.name.replace("_", " ")


@frozen
class Transition:
    """A way from one of *sources* to *target*.

    Attributes:
        sources: phases, stages or `start`, as written.
        target: a phase (its first stage is entered) or a stage.
        on: the event types that trigger it; `("any",)` for every type; None where no event is needed (eventless).
        when: the guard, or None.
        after: the time that must have run out, or None; such a transition is eventless.
        track: the track that it moves the case on, "" in a model without tracks.
        name: what steps call it; by default `sources -> target`.
        otherwise: whether it is meant for what earlier ones leave; it fires as any other does.

    """

    sources: tuple[str, ...]
    target: str
    on: tuple[str, ...] | None = None
    when: Guard | None = None
    title: str = ""
    after: Timer | None = None
    track: str = ""
    otherwise: bool = False

    @property
    def name(self) -> str:
        """What steps call the transition."""
        return self.title or f"{'|'.join(self.sources)} -> {self.target}"

    def answers(self, event_type: str) -> bool:
        """Tell whether an event of *event_type* can trigger it."""
        return self.on is not None and (event_type in self.on or ANY in self.on)


@frozen
class Forbid:
    """A rule of conduct: events of *on*, in one of *phases* (None: anywhere), are refused."""

    on: tuple[str, ...]
    phases: tuple[str, ...] | None = None
    when: Guard | None = None
    because: str = ""


@frozen
class Invariant:
    """What must hold in every run.

    Attributes:
        name: what deviations call it.
        kind: `irreversible` (no move to an earlier phase or stage), `always` (*guard* holds after every step) or
            `step` (*guard*, which may read `before.*`, holds of every step).
        guard: None for `irreversible`.
        track: the one track that is `irreversible`; "" is every track.

    """

    name: str
    kind: Literal["irreversible", "always", "step"]
    guard: Guard | None = None
    track: str = ""


@frozen
class Domain:
    """The values that an attribute, or a *part* of one with several values, may have, each with its title."""

    attribute: str
    part: str
    # 1, 1.0 and true are equal to Python; to a model they are three values.
    values: tuple[tuple[Scalar, str], ...] = field(eq=repr)

    @property
    def name(self) -> str:
        """How guards write it after `event.`: `actors.ecology`."""
        return f"{self.attribute}.{self.part}" if self.part else self.attribute


@frozen
class CrossTable:
    """A table to print for every case: how many of its events have each pair of values.

    Attributes:
        name: the heading.
        rows: the attribute whose values are the rows, with its part: `("element", "each")`.
        columns: the attribute whose values are the columns.
        types: the event types that count; None is every type.
        where: a guard on the event, or None.
        title: what is printed above.

    """

    name: str
    rows: tuple[str, str]
    columns: tuple[str, str]
    types: tuple[str, ...] | None = None
    where: Guard | None = None
    title: str = ""

    @property
    def label(self) -> str:
        """The table as it is printed."""
        return self.title or spoken(self.name)


@frozen
class Label:
    """A column to print beside the phase: the text of the first of *choices* whose guard holds."""

    name: str
    choices: tuple[tuple[str, Guard], ...]


@frozen
class Years:
    """A column to print beside the phase: the values of *attribute* with the years in which events ran there.

    Attributes:
        name: the heading.
        attribute: the column of the log whose values are listed.
        types: events that last: until their own end, until one of *ended* with the same value, or to the present.
        moments: events that do not last.
        ended: events that end what runs.
        planned: events that only announce; they are listed as planned until another makes them real.

    """

    name: str
    attribute: str
    types: tuple[str, ...]
    moments: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    planned: tuple[str, ...] = ()


Shown = Label | Years
