"""Compared: what a reader sees of scenarios beside their baseline, as data. Nothing is worked out here."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from onward.history.stepping import Reading
from onward.history.window import is_after
from onward.log.dates import Interval
from onward.report.pages import NO_CAUSE, Page, Part
from onward.report.summary import READINGS
from onward.scenario.comparing import Arrival, CaseChange, OutcomeChange, Parting
from onward.scenario.comparison import Comparison

MOST_CASES = 50
"""Cases of a scenario that a table for people lists."""

MOST_PARTINGS = 10
"""Cases whose parting is told in words."""

HEADINGS = ("scenario", "case", "track", "changed", "before", "after", "since_before", "since_after", "reached", "lost")
"""The columns of CSV."""


def compared_page(comparisons: Sequence[Comparison], title: str) -> Page:
    """Return what a reader of *comparisons*, all of one log, sees."""
    windows = dict.fromkeys(window_said(each.as_of, each.reading) for each in comparisons)
    late = tuple(line for each in comparisons for line in _late(each))
    return Page(title, tuple(map(_part, comparisons)), (*windows, NO_CAUSE), late)


def window_said(as_of: Interval | None, reading: Reading) -> str:
    """Return which end of the window, and which end of a partial date, counts."""
    return f"as of {as_of.recorded if as_of else 'the end of an empty log'}; {READINGS[reading]}"


def _late(comparison: Comparison) -> Iterator[str]:
    """Yield the events that an edit puts behind the end of the window."""
    edited, window = comparison.edited, comparison.as_of
    rows = (*edited.changed.values(), *edited.added)
    for event in (row.event for row in rows if row is not None):
        if event.time is not None and window is not None and is_after(event.time, window, comparison.reading):
            what = f"{event.type} of {event.time.recorded} lies after {window.recorded}, where nothing counts"
            yield f"{comparison.scenario.name}: {what}"


def _part(comparison: Comparison) -> Part:
    scenario = comparison.scenario
    changed = [each for each in comparison.cases if each.changed]
    track = ("track",) if comparison.model.tracks else ()
    return Part(
        title=f"{scenario.name}: {scenario.question}" if scenario.question else scenario.name,
        headings=("case", *track, "baseline", "scenario", "places reached, lost, and at other dates"),
        rows=tuple(
            (each.case, *([each.track or ""] if track else []), each.before_label, each.after_label, _ways(each))
            for each in changed[:MOST_CASES]
        ),
        lines=tuple(_lines(comparison, changed)),
    )


def _ways(change: CaseChange) -> str:
    told = [_arrival(each) for each in change.arrivals if each.shift != "same"]
    return "; ".join(told) or "; ".join(map(_outcome, (each for each in change.outcomes if each.is_in_both)))


def _arrival(arrival: Arrival) -> str:
    """Return when a case comes to a place, in the scenario and as it was."""
    match arrival.shift:
        case "reached":
            return f"{arrival.label} reached {arrival.scenario_recorded}"
        case "lost":
            return f"{arrival.label} lost (was {arrival.baseline_recorded})"
        case _:
            when = f"{arrival.baseline_recorded} -> {arrival.scenario_recorded}"
            return f"{arrival.label} {when}, {span_said(arrival.days or 0)} {arrival.shift}"


def _outcome(change: OutcomeChange) -> str:
    return f"{change.event_id} {change.event}: {change.before} -> {change.after}"


def span_said(days: float) -> str:
    """Return a stretch of *days*, whichever way, as a person would say it: in years too from one year on."""
    days = abs(days)
    whole = f"{days:,.0f} days" if days >= 1.5 or days == 0 else "1 day" if days > 0.98 else f"{days * 24:.1f} hours"
    return f"{whole} ({days / 365.2425:.1f} years)" if days >= 365 else whole


def _lines(comparison: Comparison, changed: Sequence[CaseChange]) -> Iterator[str]:
    names = comparison.changed_cases
    for case, parting in islice(_partings(comparison), MOST_PARTINGS):
        yield from _parting(case, parting)
    if len(names) > MOST_PARTINGS:
        yield f"where the others part is told by --format json ({len(names):,} cases change)"
    if len(changed) > MOST_CASES:
        yield f"{MOST_CASES} rows of {len(changed):,}; --format csv lists all"
    touched = [case for case in comparison.names if case not in set(names)]
    if len(touched) <= MOST_PARTINGS and not comparison.scenario.of_model:
        for case in touched:
            yield f"{case} goes no other way; {'; '.join(comparison.missing(case).splitlines())}"
    same = len({*comparison.baseline.rows, *comparison.names}) - len(names)
    if not names:
        yield "No case goes another way." + ("" if comparison.scenario.edits else " The scenario has no edits.")
    elif same:
        yield "1 other case is as it was." if same == 1 else f"{same:,} other cases are as they were."


def _partings(comparison: Comparison) -> Iterator[tuple[str, Parting]]:
    for case in comparison.changed_cases:
        parting = comparison.parting(case)
        if parting is not None:
            yield case, parting


def _parting(case: str, parting: Parting) -> Iterator[str]:
    yield f"{case} parts:"
    yield f"  baseline  {parting.baseline_said}"
    yield f"  scenario  {parting.scenario_said}"


def compared_rows(comparisons: Iterable[Comparison]) -> list[dict[str, Any]]:
    """Return one row a scenario, case and track that was replayed again, for CSV."""
    return [
        {
            "scenario": comparison.scenario.name,
            "case": each.case,
            "track": each.track,
            "changed": each.changed,
            "before": each.before,
            "after": each.after,
            "since_before": moment_said(each.since_before),
            "since_after": moment_said(each.since_after),
            "reached": list(each.reached),
            "lost": list(each.lost),
        }
        for comparison in comparisons
        for each in comparison.cases
    ]


def compared_data(comparisons: Sequence[Comparison], name: str, question: str = "") -> dict[str, Any]:
    """Return what `onward what-if --format json` prints of scenarios."""
    return {"name": name, "question": question, "scenarios": [_data(each) for each in comparisons]}


def _data(comparison: Comparison) -> Mapping[str, Any]:
    return {
        "name": comparison.scenario.name,
        "question": comparison.scenario.question,
        "changed": comparison.changed,
        "as_of": comparison.as_of and comparison.as_of.recorded,
        "reading": comparison.reading,
        "cases": [_case_data(each) for each in comparison.cases],
        "missing": {case: comparison.missing(case) for case in comparison.names},
        "late": list(_late(comparison)),
        "partings": [
            {"case": case, "baseline": parting.baseline_said, "scenario": parting.scenario_said}
            for case, parting in _partings(comparison)
        ],
        "statement": comparison.statement,
        "manifest": dict(comparison.manifest),
    }


def _case_data(change: CaseChange) -> dict[str, Any]:
    return {
        "case": change.case,
        "track": change.track,
        "changed": change.changed,
        "before": change.before,
        "after": change.after,
        "before_label": change.before_label,
        "after_label": change.after_label,
        "since_before": moment_said(change.since_before),
        "since_after": moment_said(change.since_after),
        "arrivals": [
            {
                "place": each.place,
                "shift": each.shift,
                "baseline": each.baseline_recorded,
                "scenario": each.scenario_recorded,
                "days": each.days,
                "years": each.years,
            }
            for each in change.arrivals
        ],
        "outcomes": [
            {"event_id": each.event_id, "event": each.event, "before": each.before, "after": each.after}
            for each in change.outcomes
        ],
    }


def moment_said(moment: Any) -> str | None:  # noqa: ANN401  # a datetime, or none
    """Return an instant for JSON and CSV; None for none."""
    return None if moment is None else str(moment.isoformat())
