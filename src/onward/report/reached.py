"""Reached: what a reader sees of what it would take to be in a phase, and of what carried a case there, as data."""

from collections.abc import Iterable
from typing import Any

from onward.log.dates import Interval
from onward.report.pages import Page, Part
from onward.scenario.reached import Added, Reach
from onward.scenario.removing import Carried

REACH_HEADINGS = ("set", "event", "attributes", "time", "cost")
"""The columns of CSV of what it would take: a row an event; `cost` is that of the whole set."""

CARRIED_HEADINGS = ("set", "event_id", "time", "event", "instead")
"""The columns of CSV of what carried a case: a row an event."""


def answer_page(answer: Reach | Carried) -> Page:
    """Return what a reader of *answer* sees."""
    title, *lines = str(answer).splitlines()
    return Page(title, (Part(lines=tuple(lines)),))


def reach_rows(reach: Reach) -> list[dict[str, Any]]:
    """Return one row an event of each set, for CSV."""
    return [
        {
            "set": number,
            "event": added.event,
            "attributes": [f"{name}={_plain(value)}" for name, value in added.attributes.items()],
            "time": _date(added.time),
            "cost": each.cost,
        }
        for number, each in enumerate(reach.sets, 1)
        for added in each.events
    ]


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def carried_rows(carried: Carried) -> list[dict[str, Any]]:
    """Return one row an event of each set, for CSV."""
    return [
        {
            "set": number,
            "event_id": name,
            "time": _date(event.time),
            "event": event.type,
            "instead": list(each.instead),
        }
        for number, each in enumerate(carried.sets, 1)
        for name, event in zip(each.ids, each.events, strict=True)
    ]


def reach_data(reach: Reach) -> dict[str, Any]:
    """Return what `onward reach --format json` prints."""
    return {
        "case": reach.case,
        "phase": reach.phase,
        "now": list(reach.now),
        "cost": reach.cost,
        "exact": reach.exact,
        "bound": reach.bound,
        "least": reach.least,
        "complete": reach.is_complete,
        "doubts": list(reach.doubts),
        "sets": [{"ordered": each.is_ordered, "cost": each.cost, "events": _added(each.events)} for each in reach.sets],
        "ways": [
            {"ordered": way.is_ordered, "one_of_each": [_added(slot) for slot in way.slots]} for way in reach.ways
        ],
        "manifest": dict(reach.manifest),
    }


def _added(events: Iterable[Added]) -> list[dict[str, Any]]:
    return [
        {
            "event": added.event,
            "attributes": dict(added.attributes),
            "new": list(added.new),
            "time": _date(added.time),
            "until": _date(added.until),
        }
        for added in events
    ]


def _date(date: Interval | None) -> str | None:
    return None if date is None else date.recorded


def carried_data(carried: Carried) -> dict[str, Any]:
    """Return what `onward reach --carried --format json` prints."""
    return {
        "case": carried.case,
        "phase": carried.phase,
        "now": list(carried.now),
        "size": carried.size,
        "exact": carried.exact,
        "bound": carried.bound,
        "complete": carried.is_complete,
        "doubts": list(carried.doubts),
        "sets": [
            {
                "instead": list(each.instead),
                "events": [
                    {"event_id": name, "time": _date(event.time), "event": event.type}
                    for name, event in zip(each.ids, each.events, strict=True)
                ],
            }
            for each in carried.sets
        ],
        "manifest": dict(carried.manifest),
    }
