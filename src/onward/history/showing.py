"""The columns that a model shows beside the phase: labels, and the years in which things ran."""

from collections.abc import Iterable, Iterator, Sequence

from attrs import frozen

from onward.history.judging import View, guard_holds
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
            case Years(name):
                yield name, "; ".join(_years(column, events, window))


def _years(column: Years, events: Sequence[Event], window: Interval | None) -> Iterator[str]:
    runs: dict[str, list[_Run]] = {}
    planned: dict[str, None] = {}
    for event in events:
        what = event.attributes.get(column.attribute)
        if not isinstance(what, str) or event.time is None:
            continue
        if event.type in column.planned:
            planned[what] = None
        elif event.type in (*column.types, *column.moments):
            runs.setdefault(what, []).append(_run(column, event, events, window))
    listed = [(run, what) for what, found in runs.items() for run in _joined(found)]
    for run, what in sorted(listed, key=lambda pair: (pair[0].start, pair[0].end or 9999, pair[1])):
        yield f"{what} {run}"
    for what in planned:
        if what not in runs:
            yield f"{what} planned"


def _run(column: Years, event: Event, events: Iterable[Event], window: Interval | None) -> _Run:
    """Return the years in which *event* ran: to its own end, else to the first event that ends it."""
    assert event.time is not None  # noqa: S101  # the caller passes dated events only
    start = event.time.first.year
    if event.type in column.moments:
        return _Run(start, start)
    what = event.attributes.get(column.attribute)
    ends = [event.until] if event.until is not None else []
    ends += [
        other.time
        for other in events
        if other.type in column.ended
        and other.time is not None
        and other.attributes.get(column.attribute) == what
        and other.time.last >= event.time.last
    ]
    known = [end for end in ends if window is None or end.last <= window.last]
    # The event's own end is the better witness; an ending elsewhere stands in where it has none.
    return _Run(start, known[0].last.year if known else None)


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
