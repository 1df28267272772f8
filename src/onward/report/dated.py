"""Dated: what a reader sees of what hangs on dates that are known only roughly, as data."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from attrs import asdict

from onward.model.model import Model
from onward.report.compared import moment_said, span_said
from onward.report.pages import NO_CAUSE, Page, Part
from onward.scenario.dating import ENTRIES, Dates, Effect, Entry
from onward.scenario.fates import Difference

MOST_EFFECTS = 30
"""Events whose date matters that a table for people lists."""

HEADINGS = tuple(ENTRIES)
"""The columns of CSV: when each case came to each place."""


def dated_page(dates: Dates) -> Page:
    """Return what a reader of *dates* sees."""
    parts = [_ends(dates), _entries(dates)]
    if dates.effect_rows:
        parts.append(_effects(dates))
    return Page(dates.model.label, tuple(parts), (*_lines(dates), NO_CAUSE))


def _track(model: Model, track: str | None) -> tuple[str, ...]:
    return (track or "",) if model.tracks else ()


def _headed(model: Model, *headings: str) -> tuple[str, ...]:
    return ("case", *(("track",) if model.tracks else ()), *headings)


def _ends(dates: Dates) -> Part:
    exact = set(dates.exact_cases)
    return Part(
        title="Where each case stands at the end",
        headings=_headed(dates.model, "phase", "share", "certain by", "possible from"),
        rows=tuple(
            (
                row.case,
                *_track(dates.model, row.track),
                row.label,
                share_said(row.share, draws=None if row.case in exact else dates.draws),
                "here" if row.certain else "",
                "here" if row.possible else "",
            )
            for row in dates.end_rows
            if row.share or row.certain or row.possible
        ),
    )


def _entries(dates: Dates) -> Part:
    exact = set(dates.exact_cases)
    return Part(
        title="When it came there",
        headings=_headed(dates.model, "place", "share", "earliest", "median", "latest", "possible from", "certain by"),
        rows=tuple(
            (
                row.case,
                *_track(dates.model, row.track),
                row.label,
                share_said(row.share, draws=None if row.case in exact else dates.draws),
                *_dates(row),
            )
            for row in dates.entry_rows
        ),
    )


def _dates(row: Entry) -> Iterator[str]:
    for moment in (row.earliest, row.median, row.latest, row.possible_from, row.certain_by):
        yield "" if moment is None else day_said(moment)


def share_said(share: float, *, draws: int | None) -> str:
    """Return a share for people: *draws* None is exact; of others one of nearly all is never told as all."""
    if share in {0.0, 1.0}:
        return ("never" if share == 0 else "always") if draws is None else f"{share:.0%} of {draws:,}"
    told = f"{min(max(share, 0.001), 0.999):.1%}"
    return told if draws is None else f"{told} of {draws:,}"


def day_said(moment: datetime) -> str:
    """Return the day of an instant."""
    return moment.date().isoformat()


def _effects(dates: Dates) -> Part:
    rows = [
        (effect.event_id, effect.event, effect.recorded, day_said(effect.moment), "; ".join(_said(dates, effect)))
        for effect in dates.effect_rows[:MOST_EFFECTS]
    ]
    left = len(dates.effect_rows) - len(rows)
    return Part(
        title="Dates that matter: what is otherwise if this one alone was then",
        headings=("id", "event", "date", "if it was", "otherwise"),
        rows=tuple(rows),
        lines=(f"and {left} more with less effect; --format json has all",) if left else (),
    )


def _said(dates: Dates, effect: Effect) -> Iterator[str]:
    for each in effect.differences:
        yield difference_said(dates.model, each)


def difference_said(model: Model, each: Difference) -> str:
    """Return one thing that comes out otherwise, in words."""
    case = f"{each.case} ({each.track})" if each.track else each.case
    label = model.place_label(each.place)
    if each.what == "end":
        return f"{case} ends in {label}, not in {model.place_label(each.was or '')}"
    if each.after is None:
        return f"{case} never comes to {label}"
    if each.before is None:
        return f"{case} comes to {label} {day_said(each.after)}"
    return f"{case} comes to {label} {span_said(each.days or 0)} {'later' if (each.days or 0) > 0 else 'earlier'}"


def _lines(dates: Dates) -> Iterator[str]:
    end = dates.as_of.recorded if dates.as_of else "the end of an empty log"
    order = f", {len(dates.order):,} known orders kept" if dates.order else ""
    yield f"as of {end}; {dates.uncertain:,} of {len(dates.log):,} dates are open{order}"
    if dates.exact_cases:
        yield f"exact, every order of events weighed: {_listed(dates.exact_cases)}"
    if not dates.exact:
        drawn = [case for case in dates.cases if case not in set(dates.exact_cases)]
        yield f"by {dates.draws:,} draws, seed {dates.seed}: {_listed(drawn)}"
    moving = [case for case in dates.cases if case not in set(dates.settled)]
    if moving:
        yield f"where it ends hangs on dates: {_listed(moving)}"
    elif dates.cases:
        yield "No case's place at the end hangs on these dates."


def _listed(cases: Sequence[str]) -> str:
    return ", ".join(cases) if len(cases) <= 20 else f"{len(cases):,} cases"


def dated_rows(dates: Dates) -> list[dict[str, Any]]:
    """Return when each case came to each place, a row each, for CSV."""
    return [_plain(asdict(row)) for row in dates.entry_rows]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: moment_said(value) if isinstance(value, datetime) else value for name, value in row.items()}


def dated_data(dates: Dates) -> dict[str, Any]:
    """Return what `onward dates --format json` prints."""
    return {
        "model": dates.model.name,
        "as_of": dates.as_of and dates.as_of.recorded,
        "draws": dates.draws,
        "seed": dates.seed,
        "uncertain": dates.uncertain,
        "exact_cases": list(dates.exact_cases),
        "settled": list(dates.settled),
        "ends": [asdict(row) for row in dates.end_rows],
        "entries": dated_rows(dates),
        "effects": [
            {
                "event_id": effect.event_id,
                "event": effect.event,
                "recorded": effect.recorded,
                "end": effect.end,
                "moment": moment_said(effect.moment),
                "otherwise": [differing_data(each) for each in effect.differences],
            }
            for effect in dates.effect_rows
        ],
        "manifest": dict(dates.manifest),
    }


def differing_data(each: Difference) -> dict[str, Any]:
    """Return one thing that comes out otherwise, for JSON."""
    return {**_plain(asdict(each)), "days": each.days}
