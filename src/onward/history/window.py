"""The window of observation: which events count by its end."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from onward.history.state import CaseState
from onward.history.stepping import Reading, instant
from onward.log.dates import DateError, Interval, interval_of
from onward.log.log import Event, EventLog
from onward.problems import LogError, Problem, UsageError


def window_of(as_of: str | int | date | datetime | Interval | None) -> Interval | None:
    """Return the window that *as_of* ends, None where the log ends it.

    Raises:
        UsageError: it is no date.

    """
    try:
        return None if as_of is None else interval_of(as_of)
    except DateError as error:
        raise UsageError([Problem("as_of", error.what, error.mend)]) from error


def is_after(time: Interval, window: Interval | None, reading: Reading) -> bool:
    """Tell whether an event of date *time* counts only after the end of *window*."""
    moment = instant(time, reading)
    return window is not None and moment is not None and moment > window.last


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
