"""The window of observation: which events count by its end."""

from collections.abc import Iterable, Iterator

from onward.history.stepping import Reading, instant
from onward.log.dates import Interval
from onward.log.log import Event, EventLog


def is_after(time: Interval, window: Interval | None, reading: Reading) -> bool:
    """Tell whether an event of date *time* counts only after the end of *window*."""
    moment = instant(time, reading)
    return window is not None and moment is not None and moment > window.last


def events_until(log: EventLog, rows: Iterable[int], window: Interval | None, reading: Reading) -> Iterator[Event]:
    """Yield the events in *rows* that count by the end of *window*."""
    for row in rows:
        if not is_after(log.times[row], window, reading):
            yield log.event(row)
