"""One live case, driven by hand, on the package `transitions`.

`transitions` holds the phases and decides which transition fires; it is known to this module only. What an event means
beside that (memory, rules of conduct, outcomes, reasons) is `stepping`'s, as it is in a replay. Slow and plain: the
reference that faster engines are held against.
"""

import math
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Any, cast

from attrs import define, field, frozen
from transitions import EventData, Machine

from onward.history.clock import written
from onward.history.judging import View, is_enabled
from onward.history.life import missing_for_next
from onward.history.saved import from_plain, to_plain
from onward.history.state import CaseState, not_begun, values
from onward.history.stepping import Reading, Reason, Step, checked_reading, instant, pass_time, step
from onward.history.window import lived_until
from onward.log.cases import typed_pair
from onward.log.cells import INTEGERS, CellError, read_value
from onward.log.dates import DateError, Interval, interval_of
from onward.log.log import Event, Value
from onward.model.elements import ANY, START, Transition
from onward.model.model import Model
from onward.problems import Problem, UsageError

_EVENTLESS = "(no event)"

Moment = str | int | date | datetime | Interval | None


@define
class _Carrier:
    """What `transitions` moves about: a place, the view to judge guards on, and the transition that fired."""

    place: str
    view: View
    fired: Transition | None = None


def _allows(transition: Transition, data: EventData) -> bool:
    return is_enabled(transition, cast("_Carrier", data.model).view)


def _note(transition: Transition, data: EventData) -> None:
    cast("_Carrier", data.model).fired = transition


def _triggers(model: Model, transition: Transition) -> tuple[str, ...]:
    if transition.on is None:
        return (_EVENTLESS,)
    return tuple(model.kinds) if ANY in transition.on else transition.on


@lru_cache(maxsize=64)
def machine_of(model: Model, track: str = "") -> Machine:
    """Return the `transitions.Machine` of a track of *model*: one for all cases, whose state is theirs."""
    places = [START, *(place for place in model.places[1:] if model.track_of[place] == track)]
    machine = Machine(
        model=None,
        states=places,
        initial=START,
        auto_transitions=False,
        send_event=True,
        model_attribute="place",
    )
    for place in places:
        for transition in model.leaving(place, track):
            for trigger in _triggers(model, transition):
                machine.add_transition(
                    trigger,
                    place,
                    model.entered(transition.target),
                    conditions=partial(_allows, transition),
                    before=partial(_note, transition),
                )
    return machine


def choose_by_machine(view: View, trigger: str | None, track: str) -> Transition | None:
    """Return the transition that the machine of a track of the view's model fires there, if any."""
    machine = machine_of(view.model, track)
    event = machine.events.get(_EVENTLESS if trigger is None else trigger)
    place = view.place(track)
    if event is None or place not in event.transitions:
        return None
    carrier = _Carrier(place, view)
    event.trigger(carrier)
    return carrier.fired


@define(repr=False)
class Live:
    """One case, driven by hand.

    A live case changes as events are fired; `fork` branches it, and `state` is a plain value to keep.

    Attributes:
        model: what may happen.
        reading: which end of a partial date counts.

    """

    model: Model
    reading: Reading = "certain"
    _state: CaseState = field(kw_only=True)

    @property
    def case(self) -> str:
        """The name of the case."""
        return self._state.case

    @property
    def phase(self) -> str:
        """Where the case is: a phase, a stage as `phase.stage`, or `start`; of several tracks one after the other."""
        return self._state.place

    @property
    def phases(self) -> dict[str, str]:
        """Where the case is on every track; the one track of a model without tracks is ""."""
        return dict(zip(self.model.track_names, self._state.places, strict=True))

    @property
    def context(self) -> dict[str, Value]:
        """What the case remembers: one value a context variable."""
        return values(self.model, self._state.memory)

    @property
    def state(self) -> dict[str, Any]:
        """Where the case stands, as plain values for JSON; carries the model's fingerprint."""
        return to_plain(self._state, self.model, self.reading)

    @property
    def missing(self) -> tuple[Reason, ...]:
        """What keeps the case from its next phase: one reason a transition, with the clauses that are short."""
        return tuple(missing_for_next(self.model, self._state, self.reading))

    @property
    def is_final(self) -> bool:
        """Whether the case has ended, on every track."""
        return all(map(self.model.is_final, self._state.places))

    def fire(
        self,
        event: str | Event,
        /,
        *,
        time: Moment = None,
        until: Moment = None,
        event_id: str = "",
        **attributes: Value,
    ) -> Step:
        """Let an event happen to the case, and return what it did.

        Args:
            event: its type, or a row of a log.
            time: when: an ISO date, full or partial, a year, a date or a datetime. Left out, the last
                event's, or as far as time has passed since.
            until: when what it began ended, if it lasts and its end is known.
            event_id: what to call it.
            **attributes: the event's attributes, as guards read them.

        Raises:
            UsageError: a date is none, lies before the last event, or ends before it begins.

        """
        self._state, done = self._step(event, _Said(time, until, event_id, attributes))
        return done

    def may(
        self,
        event: str | Event,
        /,
        *,
        time: Moment = None,
        until: Moment = None,
        event_id: str = "",
        **attributes: Value,
    ) -> Step:
        """Return what `fire` would do, and leave the case as it is. True where the case would move.

        `short` of the step says which clause of which guard is short, and by how much.
        """
        return self._step(event, _Said(time, until, event_id, attributes))[1]

    def wait(self, time: Moment, /) -> tuple[Step, ...]:
        """Let time pass through *time* without an event, and return the steps that time alone made.

        A year, a month or a day is over then, whatever the reading. What lies in the past changes nothing, and nor does
        waiting before the first event.

        Raises:
            UsageError: the date is none.

        """
        until = self._when(time)
        self._state, told = pass_time(
            *(self.model, self._state, until.last if until else None),
            through=True,
            reading=self.reading,
            choose=choose_by_machine,
        )
        return told

    def fork(self) -> "Live":
        """Return a second case in the same state; what happens to one does not happen to the other."""
        return Live(self.model, self.reading, state=self._state)

    def __repr__(self) -> str:
        return f"Live(model={self.model.name!r}, case={self.case!r}, phase={self.phase!r})"

    def _step(self, event: str | Event, said: "_Said") -> tuple[CaseState, Step]:
        happened = event if isinstance(event, Event) else self._event(event, said)
        if happened is event and said != _Said():
            what = "an event has its own time and attributes"
            raise UsageError([Problem("event", what, "pass its type with time and attributes, or the event alone")])
        now, last = instant(happened.time, self.reading), lived_until(self._state, self.reading)
        if now is not None and last is not None and now < last:
            earlier, later = happened.time, self._state.last
            is_event = later is not None and instant(later, self.reading) == last
            known = f"the last event ({later and later.recorded})" if is_event else written(last, self.reading).recorded
            what = f"{earlier and earlier.recorded} lies before {known}"
            raise UsageError([Problem("time", what, "fire events in time order, or replay them as a log")])
        return step(self.model, self._state, happened, reading=self.reading, choose=choose_by_machine)

    def _event(self, kind: str, said: "_Said") -> Event:
        if not isinstance(kind, str):
            raise UsageError([Problem("event", f"{kind!r} is no event type", "pass its name, or an Event")])
        time, until = self._when(said.time), None if said.until is None else _date("until", said.until)
        if time is not None and until is not None and until.last < time.first:
            what = f"it ended in {until.recorded}, before it began in {time.recorded}"
            raise UsageError([Problem("until", what, "swap the two dates, or correct one of them")])
        attributes = dict(map(_attribute, said.attributes.items()))
        return Event(kind, time, id=said.event_id, until=until, attributes=attributes)

    def _when(self, time: Moment) -> Interval | None:
        if time is None:
            last, lived = instant(self._state.last, self.reading), lived_until(self._state, self.reading)
            # Where time has passed since the last event, an event without a date happens now.
            return self._state.last if lived is None or lived == last else written(lived, self.reading)
        return _date("time", time)


@frozen
class _Said:
    """What is said of an event beside its type."""

    time: Moment = None
    until: Moment = None
    event_id: str = ""
    attributes: Mapping[str, Value] = field(factory=dict)


def _date(where: str, given: Moment) -> Interval:
    try:
        return interval_of(given)
    except DateError as error:
        raise UsageError([Problem(where, error.what, error.mend)]) from error


def _attribute(named: tuple[str, object]) -> tuple[str, Value]:
    """Return an attribute as a log would hold it."""
    name, given = named
    if name in {"case", "organizations", "type"}:
        what = f"{name} is no attribute of an event"
        raise UsageError([Problem(name, what, "a live case has its name, and the type stands first")])
    if isinstance(given, int) and given not in INTEGERS:
        raise UsageError([Problem(name, "the number is too large", "write one of at most 18 digits, or a text")])
    try:
        value = read_value(given)
    except CellError as error:
        raise UsageError([Problem(name, error.what, error.mend)]) from error
    if isinstance(value, float) and not math.isfinite(value):
        raise UsageError([Problem(name, f"{value} is no number to compare", "leave it out where nothing is known")])
    return name, value


def live(
    model: Model,
    case: str | None = None,
    *,
    state: Mapping[str, Any] | None = None,
    reading: Reading | None = None,
) -> Live:
    """Return one live case of *model*.

    Args:
        model: what may happen.
        case: what to call the case; where the model's cases are pairs, a pair in any order and spelling.
        state: where to go on: what `Live.state` gave, with its case and its reading. Left out, the case has not begun.
        reading: `certain` (the default) counts an event from the last instant of its date, `possible` from the first.

    Raises:
        UsageError: *state* is no state, belongs to another model, or has another case or reading than asked for.

    """
    given: object = model  # a caller without types may pass a name
    if not isinstance(given, Model):
        mend = "pass what load_model returned: onward.live(onward.load_model(...))"
        raise UsageError([Problem("model", f"{given!r} is no model", mend)])
    name = typed_pair(case or "case") if model.cases == "pairs" else case or "case"
    asked = checked_reading(reading or "certain")
    if state is None:
        return Live(model, asked, state=not_begun(model, name))
    kept, kept_reading = from_plain(state, model)
    for what, given, has in (("case", case and name, kept.case), ("reading", reading, kept_reading)):
        if given not in {None, has}:
            mend = f"leave {what} out: a state brings its own"
            raise UsageError([Problem(what, f"the state has the {what} {has!r}, not {given!r}", mend)])
    return Live(model, kept_reading, state=kept)
