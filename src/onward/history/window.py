"""The window of observation: which events count by its end."""

from collections.abc import Iterable, Iterator

from onward.history.state import CaseState
from onward.history.stepping import Reading, instant
from onward.log.dates import Interval
from onward.log.log import Event, EventLog
from onward.problems import LogError, Problem


def is_after(time: Interval, window: Interval | None, reading: Reading) -> bool:
    """Tell whether an event of date *time* counts only after the end of *window*."""
    moment = instant(time, reading)
    return window is not None and moment is not None and moment > window.last


def check_order(state: CaseState, event: Event, log: EventLog, reading: Reading) -> None:
    """Make sure that *event* does not lie before what the case has lived through.

    Raises:
        LogError: it does.

    """
    earlier, now = instant(state.last, reading), instant(event.time, reading)
    if earlier is not None and now is not None and now < earlier:
        raise LogError([too_early(log, event.row, state.case)])


def too_early(log: EventLog, row: int, case: str) -> Problem:
    """Return the problem that the event in *row* lies before those that the states of an earlier replay know."""
    what = f"{log.times[row].recorded} lies before the last event of {case!r} in the states that this log goes on from"
    return Problem(f"{log.name}: row {row + 1}", what, "replay both logs as one")


def events_until(log: EventLog, rows: Iterable[int], window: Interval | None, reading: Reading) -> Iterator[Event]:
    """Yield the events in *rows* that count by the end of *window*."""
    for row in rows:
        if not is_after(log.times[row], window, reading):
            yield log.event(row)
