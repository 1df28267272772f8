"""The window of observation: which events count by its end."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from onward.history.state import CaseState
from onward.history.stepping import Reading, instant
from onward.log.dates import DateError, Interval, interval_of
from onward.log.log import Event, EventLog
from onward.problems import LogError, Problem, UsageError


def window_of(as_of: str | int | date | datetime | Interval | None, where: str = "as_of") -> Interval | None:
    """Return the window that *as_of* ends, None where the log ends it; problems call the argument *where*.

    Raises:
        UsageError: it is no date.

    """
    try:
        return None if as_of is None else interval_of(as_of)
    except DateError as error:
        raise UsageError([Problem(where, error.what, error.mend)]) from error


def is_after(time: Interval, window: Interval | None, reading: Reading) -> bool:
    """Tell whether an event of date *time* counts only after the end of *window*."""
    moment = instant(time, reading)
    return window is not None and moment is not None and moment > window.last


def end_of(logs: Iterable[EventLog], reading: Reading) -> Interval | None:
    """Return the date with which the last of *logs* ends; None where all are empty."""
    return latest((end for log in logs for end in _ends(log, reading)), reading)


def _ends(log: EventLog, reading: Reading) -> Iterable[Interval | None]:
    """Return dates of *log*, among them the one that counts last; of a long log only that."""
    if log.store is None:
        return log.times
    times = log.store.times
    row = (times.last if reading == "certain" else times.first).arg_max()
    return () if row is None else (times.interval(row),)


def latest(times: Iterable[Interval | None], reading: Reading) -> Interval | None:
    """Return the first of those *times* that count last; None without any."""
    known = (time for time in times if time is not None)
    return max(known, key=lambda time: instant(time, reading) or time.last, default=None)


def lived_until(state: CaseState, reading: Reading) -> datetime | None:
    """Return the instant that a case has lived through: its last event, or how far time has passed since."""
    last = instant(state.last, reading)
    if state.clock is None or (last is not None and last > state.clock.moment):
        return last
    return state.clock.moment


def check_order(state: CaseState, event: Event, log: EventLog, reading: Reading) -> None:
    """Make sure that *event* does not lie before what the case has lived through.

    Raises:
        LogError: it does.

    """
    earlier, now = lived_until(state, reading), instant(event.time, reading)
    if earlier is not None and now is not None and now < earlier:
        when = event.time.recorded if event.time else ""
        raise LogError([too_early(log.name, event.row, when, state.case)])


def too_early(log: str, row: int, when: str, case: str) -> Problem:
    """Return the problem that the event in *row* lies before those that the states of an earlier replay know."""
    what = f"{when} lies before the last event of {case!r} in the states that this log goes on from"
    return Problem(f"{log}: row {row + 1}", what, "replay both logs as one")


def events_until(log: EventLog, rows: Iterable[int], window: Interval | None, reading: Reading) -> Iterator[Event]:
    """Yield the events in *rows* that count by the end of *window*."""
    for row in rows:
        if not is_after(log.times[row], window, reading):
            yield log.event(row)
