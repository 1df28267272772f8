"""Coded: what a reader sees of two codings of the same cases side by side, as data."""

from collections.abc import Iterator
from typing import Any

from attrs import asdict

from onward.log.log import Value
from onward.model.spelling import spelled
from onward.report.compared import window_said
from onward.report.dated import difference_said, differing_data
from onward.report.pages import NO_CAUSE, Page, Part
from onward.scenario.codings import DISAGREEMENTS, Codings, Disagreement

MOST = 50
"""Disagreements that a table for people lists."""

HEADINGS = tuple(DISAGREEMENTS)
"""The columns of CSV: what the logs say otherwise."""


def coded_page(codings: Codings) -> Page:
    """Return what a reader of *codings* sees."""
    return Page(
        f"{codings.log.name} beside {codings.other.name}",
        (_cases(codings), _agreements(codings), _disagreements(codings)),
        (*_lines(codings), NO_CAUSE),
    )


def _cases(codings: Codings) -> Part:
    model = codings.model
    return Part(
        title="Where each case ends",
        headings=("case", *(("track",) if model.tracks else ()), "here", "there", "disagreements", "deciding"),
        rows=tuple(
            (
                row.case,
                *((row.track or "",) if model.tracks else ()),
                row.label_here,
                "the same" if row.same else row.label_there,
                str(row.disagreements),
                str(row.deciding),
            )
            for row in codings.case_rows
        ),
    )


def _agreements(codings: Codings) -> Part:
    return Part(
        title="How far they agree, in rows that both have",
        headings=("column", "rows", "agree", "share", "kappa"),
        rows=tuple(
            (
                row.column,
                str(row.rows),
                str(row.agreeing),
                "" if row.share is None else f"{row.share:.1%}",
                "" if row.kappa is None else f"{row.kappa:.3f}",
            )
            for row in codings.agreement_rows
        ),
    )


def _disagreements(codings: Codings) -> Part:
    found = codings.disagreement_rows
    return Part(
        title="Where they disagree; those that matter most first",
        headings=("id", "event", "date", "what", "if this alone was as there"),
        rows=tuple((row.event_id, row.event, row.recorded, _said(row), _matters(codings, row)) for row in found[:MOST]),
        lines=tuple(_left_out(len(found))),
    )


def _left_out(found: int) -> Iterator[str]:
    if not found:
        yield "nowhere"
    if found > MOST:
        yield f"{MOST} of {found:,}; --format csv lists all"


def _said(row: Disagreement) -> str:
    if row.kind != "cell":
        return row.kind
    return f"{row.column}: {_value(row.here)} here, {_value(row.there)} there"


def _value(value: Value) -> str:
    return "nothing" if value is None else spelled(value)


def _matters(codings: Codings, row: Disagreement) -> str:
    return "; ".join(difference_said(codings.model, each) for each in row.effects) or "no difference"


def _lines(codings: Codings) -> Iterator[str]:
    counts = codings.row_counts
    yield window_said(codings.as_of, codings.reading)
    for side, log in (("here", codings.log), ("there", codings.other)):
        yield (
            f"{side}: {log.name}: {counts[f'read_{side}']} rows read = {counts['matched']} matched"
            f" + {counts[f'only_{side}']} only {side} + {counts[f'rejected_{side}']} rejected"
        )
    if codings.only_columns:
        yield f"columns of one log alone, which the model does not ask for: {', '.join(codings.only_columns)}"
    if codings.reordered:
        pairs = ", ".join(f"{first} before {second}" for first, second in codings.reordered[:MOST])
        yield f"events of one instant, in this order here and the other way round there: {pairs}"
    apart = sum(not row.same for row in codings.case_rows)
    if apart:
        yield f"{apart} of {len(codings.case_rows)} places at the end hang on who coded."
    else:
        yield "It does not matter where any case ends: all end where they do by either coding."


def coded_rows(codings: Codings) -> list[dict[str, Any]]:
    """Return what the logs say otherwise, a row each, for CSV."""
    return [
        {**{name: getattr(row, name) for name in HEADINGS}, "cases": list(row.cases)}
        for row in codings.disagreement_rows
    ]


def coded_data(codings: Codings) -> dict[str, Any]:
    """Return what `onward codings --format json` prints."""
    return {
        "model": codings.model.name,
        "as_of": codings.as_of and codings.as_of.recorded,
        "agrees": codings.agrees,
        "rows": dict(codings.row_counts),
        "cases": [
            {
                **{name: getattr(row, name) for name in ("case", "track", "here", "there", "same")},
                "disagreements": row.disagreements,
                "deciding": row.deciding,
                "otherwise": [differing_data(each) for each in row.effects],
            }
            for row in codings.case_rows
        ],
        "columns": [{**asdict(row), "share": row.share} for row in codings.agreement_rows],
        "disagreements": [
            {**row, "otherwise": [differing_data(each) for each in found.effects]}
            for row, found in zip(coded_rows(codings), codings.disagreement_rows, strict=True)
        ],
        "only_columns": list(codings.only_columns),
        "reordered": [list(pair) for pair in codings.reordered],
        "manifest": dict(codings.manifest),
    }
