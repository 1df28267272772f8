"""The columns that a model shows beside the phase: labels, and the years in which things ran."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from attrs import frozen

from onward.history.judging import View, guard_holds
from onward.log.cells import spell
from onward.log.dates import Interval
from onward.log.log import Event
from onward.model.elements import Label, Years


@frozen(order=True)
class _Run:
    """Years in which something ran; *end* None is to the present."""

    start: int
    end: int | None

    def __str__(self) -> str:
        if self.end is None:
            return f"{self.start}–present"
        return str(self.start) if self.start == self.end else f"{self.start}–{self.end}"


def shown_of(view: View, events: Sequence[Event], window: Interval | None) -> Iterator[tuple[str, str]]:
    """Yield the columns that the model of *view* shows for a case: (heading, text).

    Args:
        view: the case as it stands at the end.
        events: its events, in time order.
        window: when the observation ends; what ends later still runs.

    """
    for column in view.model.shows:
        match column:
            case Label(name, choices):
                held = (text for text, guard in choices if guard_holds(guard, view) is True)
                yield name, next(held, "")
            case Years(name):  # the union is closed
                yield name, "; ".join(_years(column, events, window))


def _years(column: Years, events: Sequence[Event], window: Interval | None) -> Iterator[str]:
    runs: dict[str, list[_Run]] = {}
    planned: dict[str, None] = {}
    endings = _endings(column, events, window)
    for event in events:
        value = event.attributes.get(column.attribute)
        if value is None or event.time is None:
            continue
        what = spell(value)
        if event.type in column.planned:
            planned[what] = None
        elif event.type in column.moments:
            runs.setdefault(what, []).append(_Run(event.time.first.year, event.time.first.year))
        elif event.type in column.types:
            end = _end(event.time, event.until, endings.get(what, []), window)
            runs.setdefault(what, []).append(_Run(event.time.first.year, None if end is None else end.last.year))
    listed = [(run, what) for what, found in runs.items() for run in _joined(found)]
    for run, what in sorted(listed, key=lambda pair: (pair[0].start, pair[0].end or 9999, pair[1])):
        yield f"{what} {run}"
    for what in planned:
        if what not in runs:
            yield f"{what} planned"


def _endings(column: Years, events: Iterable[Event], window: Interval | None) -> dict[str, list[Interval]]:
    """Return, for every value, the dates at which something with that value ended, earliest first."""
    found: dict[str, list[Interval]] = {}
    for event in events:
        if event.type in column.ended and event.time is not None and _is_in(event.time, window):
            value = event.attributes.get(column.attribute)
            found.setdefault("" if value is None else spell(value), []).append(event.time)
    return {what: sorted(times, key=_last) for what, times in found.items()}


def _end(
    start: Interval, until: Interval | None, endings: Sequence[Interval], window: Interval | None
) -> Interval | None:
    """Return when what began at *start* ended, None if it still runs.

    The event's own end is the better witness; the first ending at or after its start stands in where it has none.
    """
    if until is not None and _is_in(until, window):
        return until
    later = bisect_left(endings, start.last, key=_last)
    return endings[later] if later < len(endings) else None


def _last(time: Interval) -> datetime:
    return time.last


def _is_in(time: Interval, window: Interval | None) -> bool:
    return window is None or time.last <= window.last


def _joined(runs: Iterable[_Run]) -> list[_Run]:
    """Return the same years with runs that touch or overlap made one."""
    joined: list[_Run] = []
    for run in sorted(runs, key=lambda run: run.start):
        last = joined[-1] if joined else None
        if last is None or (last.end is not None and last.end < run.start):
            joined.append(run)
        elif last.end is not None:
            joined[-1] = _Run(last.start, None if run.end is None else max(last.end, run.end))
    return joined
