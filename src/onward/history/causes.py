"""Causes: which event set a flag, gave a value, runs in a window or started a timer anew; read off a life's steps."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import reduce
from itertools import dropwhile

from attrs import evolve, frozen

from onward.history.judging import guard_holds
from onward.history.life import Life
from onward.history.memory import answers, is_windowed, with_event
from onward.history.stepping import Reading, Step, instant
from onward.model.elements import Flag, Latest, Max, Reducer, Variable


@frozen
class Entry:
    """An event that counts for a while.

    Attributes:
        through: the last instant at which it counts; None has no end.
        step: what it did; None where it lies before the life that is told.

    """

    through: datetime | None
    step: Step | None


@frozen
class Causes:
    """What stands behind a case's memory after some step.

    Attributes:
        changed: the step that set or cleared each flag, and gave each single value.
        running: the events that count in each window now, in the order in which they end.
        lapsed: how many events of each window no longer count.
        rests: for each set of event types that starts timers anew, the last such step.
        entered: the step by which the case came to its place on each track.

    """

    changed: Mapping[str, Step]
    running: Mapping[str, tuple[Entry, ...]]
    lapsed: Mapping[str, int]
    rests: tuple[Step | None, ...]
    entered: Mapping[str, Step]


def causes_at_first(life: Life) -> Causes:
    """Return what is known before the first step of *life*."""
    model = life.model
    running = {
        variable.name: tuple(Entry(through, None) for through, _ in kept)
        for variable, kept in zip(model.context, life.begin.memory, strict=True)
        if isinstance(kept, tuple)
    }
    return Causes({}, running, dict.fromkeys(running, 0), (None,) * len(model.rests), {})


def causes_along(life: Life) -> Iterator[Causes]:
    """Yield what is known before the first step of *life*, after each one, and at its end."""
    known = causes_at_first(life)
    yield known
    for done in life.steps:
        known = _after(known, done, life.reading)
        yield known
    yield _passed(known, life.as_of.last, late=True) if life.as_of else known


def is_caused(reducer: Reducer) -> bool:
    """Tell whether one event stands behind what *reducer* has, or those that are still in its window."""
    return is_windowed(reducer) or isinstance(reducer, Flag | Latest | Max)


def _after(known: Causes, done: Step, reading: Reading) -> Causes:
    """Return what is known after the step *done*."""
    if done.seen.moment is not None:
        known = _passed(known, done.seen.moment, late=done.event is None)
    moved = {move.track: done for move in done.moves if move.fired}
    if moved:
        known = evolve(known, entered={**known.entered, **moved})
    event, model = done.event, done.was.model
    if event is None or done.outcome in {"refused", "unknown"}:
        return known
    if model.rests:
        rests = zip(model.rests, known.rests, strict=True)
        known = evolve(known, rests=tuple(done if answers(types, event.type) else last for types, last in rests))
    caused = (variable for variable in model.context if is_caused(variable.reducer))
    return reduce(lambda sofar, variable: _remembered(sofar, variable, done, reading), caused, known)


def _remembered(known: Causes, variable: Variable, done: Step, reading: Reading) -> Causes:
    """Return what is known once *variable* has seen the event of *done*."""
    reducer, name, event = variable.reducer, variable.name, done.event
    if event is None or not answers(reducer.types, event.type) or guard_holds(reducer.where, done.was) is not True:
        return known
    if is_windowed(reducer):
        entered = with_event(done.was.model, reducer, (), event, done.was.moment, instant(event.until, reading))
        assert isinstance(entered, tuple)  # noqa: S101  # that is what a window keeps
        now = known.running[name]
        for through, _ in entered:
            now = _with(now, Entry(through, done))
        return evolve(known, running={**known.running, name: now})
    given = isinstance(reducer, Latest) and event.attributes.get(reducer.attribute) is not None
    if given or done.left.memory[name] != done.was.memory[name]:
        return evolve(known, changed={**known.changed, name: done})
    return known


def _with(running: tuple[Entry, ...], entry: Entry) -> tuple[Entry, ...]:
    """Return *running*, in the order in which they end, with *entry* after those that end no later."""
    at = bisect_right(running, _end(entry), key=_end)
    return (*running[:at], entry, *running[at:])


def _end(entry: Entry) -> datetime:
    return datetime.max if entry.through is None else entry.through  # noqa: DTZ901  # naive UTC throughout


def _passed(known: Causes, moment: datetime, *, late: bool) -> Causes:
    """Return what is known when *moment* has come or, *late*, is over."""
    if not any(now and has_ended(now[0], moment, late=late) for now in known.running.values()):
        return known
    running = {
        name: tuple(dropwhile(lambda entry: has_ended(entry, moment, late=late), now))
        for name, now in known.running.items()
    }
    lapsed = {name: known.lapsed[name] + len(known.running[name]) - len(now) for name, now in running.items()}
    return evolve(known, running=running, lapsed=lapsed)


def has_ended(entry: Entry, moment: datetime, *, late: bool) -> bool:
    """Tell whether *entry* no longer counts at *moment* or, *late*, once that is over."""
    return entry.through is not None and (entry.through < moment or (late and entry.through == moment))
