"""The words of a model: phase, event type, context variable, transition, rule of conduct, invariant."""

from typing import Literal

from attrs import frozen

from onward.model.guards import Guard

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
    """A state in the model's order; one with *stages* is left for good only when its stages are."""

    name: str
    title: str = ""
    final: bool = False
    stages: tuple["Phase", ...] = ()

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
class Count:
    """How many events of *types* there have been; *types* None means of any type."""

    types: tuple[str, ...] | None
    where: Guard | None = None


@frozen
class Distinct:
    """How many different values of *attribute* the events of *types* have had."""

    attribute: str
    types: tuple[str, ...] | None
    where: Guard | None = None


Reducer = Count | Distinct


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
        name: what steps call it; by default `sources -> target`.

    """

    sources: tuple[str, ...]
    target: str
    on: tuple[str, ...] | None = None
    when: Guard | None = None
    title: str = ""

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

    """

    name: str
    kind: Literal["irreversible", "always", "step"]
    guard: Guard | None = None


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
