"""A live case, driven by Hypothesis: rules fire events, wait, fork and save, and after each the case is checked."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from attrs import frozen
from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from onward.history.engine import replay
from onward.history.machine import Live, live
from onward.history.saved import to_plain
from onward.history.state import not_begun, values
from onward.history.stepping import Reading, Step, checked_reading, instant, step
from onward.log.dates import Interval
from onward.log.log import AttributeType, Event, EventLog
from onward.model.model import Model
from onward.testing.dating import day_of, drawn_after, drawn_beginning, drawn_until
from onward.testing.given import Attributes, own_of, read_given
from onward.testing.rows import log_of_rows, types_of
from onward.testing.walking import NAMES, drawn_kinds, drawn_type, drawn_values, lasts


@st.composite
def _next_times(draw: st.DrawFn) -> Interval:
    """Draw a date that is not before the machine's present."""
    return _next_time(draw, draw(st.runner()))


@frozen(repr=False)
class Happening:
    """An event as a rule takes it; shown as the call that fires it on a live case."""

    event: Event

    def __repr__(self) -> str:
        until = {"until": self.event.until.recorded} if self.event.until is not None else {}
        recorded = {name: value for name, value in self.event.attributes.items() if value is not None}
        cells = {"time": self.event.time and self.event.time.recorded, **until, **recorded}
        return f"fire({self.event.type!r}{''.join(f', {name}={value!r}' for name, value in cells.items())})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ANN401, ARG002, FBT001  # as IPython has it
        printer.text(repr(self))


@st.composite
def _next_events(draw: st.DrawFn) -> Happening:
    """Draw an event that may happen next to the machine's case."""
    machine: LiveMachine = draw(st.runner())
    model, time = machine.model, _next_time(draw, machine)
    kind = drawn_type(draw, model, machine.stands, types_of(model))
    own = {name: read_given(name, draw(strategy)) for name, strategy in machine.own.items()}
    values = {**drawn_values(draw, model, kind, machine.kinds), **own}
    until = drawn_until(draw, model, time) if lasts(model, kind) else None
    return Happening(Event(kind, time, attributes=values, until=until))


def _next_time(draw: st.DrawFn, machine: "LiveMachine") -> Interval:
    present = machine.present
    if present is None:
        return drawn_beginning(draw)
    time = drawn_after(draw, machine.model, present)
    # A date that has been waited through is over; a partial date may begin before the present.
    lived = present.last if machine.is_over else instant(present, machine.reading)
    now = instant(time, machine.reading)
    if lived is None or now is None or now > lived or (now == lived and not machine.is_over):
        return time
    return day_of(lived + timedelta(days=1))


@st.composite
def _column_types(draw: st.DrawFn) -> Mapping[str, AttributeType]:
    machine: LiveMachine = draw(st.runner())
    return drawn_kinds(draw, machine.model)


class LiveMachine(RuleBasedStateMachine):
    """One live case and all that has happened to it; `live_machine` says of which model.

    Attributes:
        model: what may happen.
        reading: which end of a partial date counts.
        judges: whether a broken invariant of the model is a failure.
        own: strategies for attributes, where a user has some.
        live: the case.
        stands: where events alone leave it.
        events: what has happened to it so far.
        present: the last event's date, or that waited for since.
        is_over: whether *present* has been waited through.
        kinds: the attributes of its events, and their types.

    """

    model: ClassVar[Model]
    reading: ClassVar[Reading]
    judges: ClassVar[bool]
    own: ClassVar[Attributes]

    def __init__(self) -> None:
        super().__init__()
        self.live: Live = live(self.model, ";".join(NAMES[:2]) if self._is_pair else NAMES[0], reading=self.reading)
        self.stands = not_begun(self.model, self.live.case)
        self.events: tuple[Event, ...] = ()
        self.present: Interval | None = None
        self.is_over = False
        self.kinds: Mapping[str, AttributeType] = {}
        self._is_seen = True

    @property
    def _is_pair(self) -> bool:
        return self.model.cases == "pairs"

    @initialize(kinds=_column_types())
    def begin(self, kinds: Mapping[str, AttributeType]) -> None:
        """Settle which attributes events have."""
        self.kinds = kinds

    @rule(happens=_next_events())
    def fire(self, happens: Happening) -> None:
        """Let an event happen."""
        event = happens.event
        done = self.live.fire(event)
        self.stands, _ = step(self.model, self.stands, event, reading=self.reading)
        self.events, self.present, self.is_over, self._is_seen = (*self.events, event), event.time, False, False
        self._judge(*done.meanwhile, done)

    @precondition(lambda self: self.events)
    @rule(time=_next_times())
    def wait(self, time: Interval) -> None:
        """Let time pass."""
        told = self.live.wait(time)
        self.present, self.is_over, self._is_seen = time, True, False
        self._judge(*told)

    @rule(happens=_next_events())
    def ask(self, happens: Happening) -> None:
        """Ask what an event would do: that it does, and asking does nothing."""
        event = happens.event
        before = self.live.state
        asked = self.live.may(event)
        assert self.live.state == before, f"asking about {event.type} changed the case"  # noqa: S101  # a test
        assert self.live.fork().fire(event) == asked, f"{event.type} did not do what was said before"  # noqa: S101

    @rule(happens=_next_events())
    def fork(self, happens: Happening) -> None:
        """Let an event happen to a fork: the case stays as it is."""
        event = happens.event
        before = self.live.state
        branch = self.live.fork()
        branch.fire(event)
        assert self.live.state == before, f"{event.type} on a fork changed the case"  # noqa: S101  # as above
        assert branch.state != before, f"{event.type} left no trace on a fork"  # noqa: S101

    @rule()
    def save(self) -> None:
        """Save the case as JSON, and go on from there."""
        before = self.live.state
        self.live = live(self.model, state=json.loads(json.dumps(before)))
        assert self.live.state == before, "a saved state came back as another"  # noqa: S101

    @invariant()
    def agrees_with_a_replay(self) -> None:
        """What happened one by one came to what a replay of the same events comes to."""
        if self._is_seen or not self.events:
            return
        self._is_seen = True
        replayed = replay(
            self.model, self.log, as_of=self.present if self.is_over else None, reading=self.reading, engine="plain"
        )
        # Without the story of the case, which a live one taken from the replay would tell again.
        known, lived = replayed.states.by_case[self.live.case], self.live.fork()
        lived.wait(replayed.as_of)
        told = f"live {lived.phases} {lived.context}, by a replay {known.places} {values(self.model, known.memory)}"
        assert lived.state == to_plain(known, self.model, self.reading), told  # noqa: S101  # as above

    @property
    def log(self) -> EventLog:
        """What has happened so far, as a log."""
        names = dict.fromkeys(name for event in self.events for name in event.attributes)
        return log_of_rows(
            self.model,
            [event.type for event in self.events],
            [event.time for event in self.events if event.time is not None],
            [event.until for event in self.events],
            [tuple(self.live.case.split(";")) if self._is_pair else (self.live.case,)] * len(self.events),
            {
                name: (self.kinds.get(name, "string"), [event.attributes.get(name) for event in self.events])
                for name in names
            },
        )

    def _judge(self, *steps: Step) -> None:
        for done in steps:
            note(str(done))
            if self.judges:
                assert not done.broken, "; ".join(map(str, done.breaches))  # noqa: S101  # as above


def live_machine(
    model: Model,
    *,
    invariants: bool = True,
    reading: Reading = "certain",
    attributes: Attributes | None = None,
) -> type[LiveMachine]:
    """Return a Hypothesis state machine that drives one live case of *model*.

    In a test file it says `TestLife = live_machine(model).TestCase`. Its rules fire drawn events in time order, wait,
    ask `may`, fork, save and restore. After each of them the case must be where a replay of the same events leaves it.

    Args:
        model: what may happen.
        invariants: whether a step that breaks an invariant of the model is a failure.
        reading: which end of a partial date counts.
        attributes: by the names of attributes, strategies for their values: others than Onward would draw, or more.

    """
    settled = {
        "__module__": __name__,
        "__doc__": f"One live case of {model.name}, driven by Hypothesis.",
        "model": model,
        "reading": checked_reading(reading),
        "judges": invariants,
        "own": own_of(attributes),
    }
    return type(f"Live_{model.name}", (LiveMachine,), settled)
