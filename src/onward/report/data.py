"""Report → JSON and CSV, for programs. The shapes are documented and carry a version."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, product
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from onward.history.crossing import Crossed, name_of, title_of
from onward.history.evidence import Clause
from onward.history.histories import Deviation
from onward.history.life import Life
from onward.history.replayed import Replay
from onward.history.stepping import Move, Reason, Step
from onward.history.telling import tell_missing
from onward.log.case_table import CaseTable
from onward.log.log import Event
from onward.model.model import Model
from onward.proof.verdict import Check, Verdict
from onward.report.proofs import Examined, mend_of
from onward.report.summary import COLUMNS, beside_own, furthest_first
from onward.version import __version__

if TYPE_CHECKING:
    from onward.streaming.replaying import Streamed

VERSION = 1
"""The version of the shapes of JSON that Onward prints."""

_STEPS = ("event_id", "time", "event", "name", "place", "source", "before", "after", "outcome", "transition")


def to_json(said: Mapping[str, Any]) -> str:
    """Return *said* as JSON, with the version of its shape and of Onward before it."""
    return json.dumps({"version": VERSION, "onward": __version__, **said}, ensure_ascii=False, indent=2) + "\n"


def to_csv(headings: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Return *rows* as CSV with the columns *headings*; lists are joined by `;`."""
    written = io.StringIO()
    writer = csv.DictWriter(written, headings, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        cells = {name: row.get(name) for name in headings}
        writer.writerow({name: ";".join(cell) if isinstance(cell, list) else cell for name, cell in cells.items()})
    return written.getvalue()


def case_rows(replay: Replay, cases: CaseTable | None = None) -> list[dict[str, Any]]:
    """Return where every case stands, dates as the log has them.

    Raises:
        UsageError: a column of *cases* is named like one of the replay's own.

    """
    known = beside_own(replay, cases)
    return [
        {
            "case": row.case,
            "track": row.track,
            "phase": row.phase,
            "stage": row.stage,
            "label": row.label,
            "since": row.since_recorded,
            "events": row.events,
            "moves": row.moves,
            **dict(row.shows),
            **{name: known.of(row.case).get(name, "") for name in known.columns},
        }
        for row in furthest_first(replay)
    ]


def case_headings(replay: Replay, cases: CaseTable | None = None) -> list[str]:
    """Return the columns of `case_rows`, also where there is no case.

    Raises:
        UsageError: a column of *cases* is named like one of the replay's own.

    """
    return [*COLUMNS, *(shown.name for shown in replay.model.shows), *beside_own(replay, cases).columns]


def replay_data(replay: Replay, cases: CaseTable | None = None) -> dict[str, Any]:
    """Return what `onward replay --format json` prints."""
    return {
        "model": replay.model.name,
        "as_of": replay.as_of.recorded if replay.as_of else None,
        "reading": replay.reading,
        "cases": case_rows(replay, cases),
        "phases": _phases(replay),
        "outcomes": dict(replay.outcomes),
        "breaches": replay.breaches,
        "rows": dict(replay.row_counts),
        "deviations": [_deviation(row) for row in replay.deviation_rows],
        "rejected": [
            {"where": problem.where, "what": problem.what, "mend": problem.mend}
            for row in replay.log.rejected
            for problem in row.problems
        ],
        "notes": [{"where": note.where, "what": note.what, "mend": note.mend} for note in replay.notes],
        **({"tables": [_crossed(replay.model, crossed) for crossed in replay.crossed]} if replay.crossed else {}),
        "manifest": dict(replay.manifest),
    }


def _phases(replay: Replay) -> list[dict[str, Any]]:
    """Return how many cases stand where, in the model's order; with several tracks, on each of them."""
    model = replay.model
    counts = Counter((row.track, row.rank) for row in replay.case_rows)
    told: list[dict[str, Any]] = []
    for track, (rank, place) in product(model.track_names, enumerate(model.places)):
        if model.track_of.get(place, track) == track:
            phase, stage = model.parts(place)
            label, cases = model.place_label(place), counts[track or None, rank]
            told.append({**_of(track), "phase": phase, "stage": stage, "label": label, "cases": cases})
    return told


def _of(track: str) -> dict[str, str]:
    """Return the key for a track; a model without tracks has none."""
    return {"track": track} if track else {}


def _crossed(model: Model, crossed: Crossed) -> dict[str, Any]:
    """Return a cross table: for every case its rows, with a count for each value of the columns."""
    table = crossed.table
    return {
        "name": table.name,
        "title": table.label,
        "rows": name_of(*table.rows),
        "columns": name_of(*table.columns),
        "titles": {value: title_of(model, *table.columns, value) for value in crossed.columns},
        "cases": [
            {
                "case": case,
                "value": value,
                "title": title_of(model, *table.rows, value),
                "counts": dict(zip(crossed.columns, counts, strict=True)),
            }
            for case, rows in crossed.rows.items()
            for value, counts in rows
        ],
    }


def streamed_data(streamed: "Streamed") -> dict[str, Any]:
    """Return what `onward replay --format json` prints of a long log, of whose deviations the first are told."""
    return {
        "model": streamed.model.name,
        "as_of": streamed.as_of,
        "reading": streamed.reading,
        "cases": streamed_rows(streamed),
        "phases": streamed.phases.rows(named=True),
        "outcomes": dict(streamed.outcomes),
        "breaches": streamed.breaches,
        "rows": dict(streamed.row_counts),
        "deviations": [dict(each) for each in streamed.deviations],
        "rejected": [{"where": each.where, "what": each.what, "mend": each.mend} for each in streamed.rejected],
        "notes": [{"where": note.where, "what": note.what, "mend": note.mend} for note in streamed.notes],
        "manifest": dict(streamed.manifest),
    }


def streamed_rows(streamed: "Streamed") -> list[dict[str, Any]]:
    """Return where every case of a long log stands, in the order of `furthest_first`; dates as the log has them."""
    ranks = {streamed.model.parts(place): rank for rank, place in enumerate(streamed.model.places)}

    def furthest(rows: list[dict[str, Any]]) -> tuple[Any, ...]:
        tracks = ((-ranks[row["phase"], row["stage"]], row["since"] is None, row["since"]) for row in rows)
        return *tracks, rows[0]["case"]

    groups = groupby(streamed.cases.iter_rows(named=True), key=itemgetter("case"))
    told = (row for rows in sorted((list(rows) for _, rows in groups), key=furthest) for row in rows)
    return [{name: row["since_recorded" if name == "since" else name] for name in COLUMNS} for row in told]


def _deviation(row: Deviation) -> dict[str, Any]:
    return {
        "case": row.case,
        "track": row.track,
        "event_id": row.event_id,
        "time": row.recorded,
        "event": row.event,
        "phase": row.phase,
        "kind": row.kind,
        "reason": row.reason,
    }


def life_data(life: Life) -> dict[str, Any]:
    """Return what `onward explain --format json` prints."""
    model = life.model
    return {
        "model": model.name,
        "as_of": life.as_of.recorded if life.as_of else None,
        "case": life.state.case,
        **({"tracks": list(_stands(life))} if model.tracks else next(_stands(life))),
        "steps": [step_data(done) for done in life.steps],
        "missing": {"text": tell_missing(life), "transitions": [_missing(reason) for reason in life.missing]},
        "ties": [{"first": _event_id(tie.first), "second": _event_id(tie.second)} for tie in life.ties],
    }


def _stands(life: Life) -> Iterator[dict[str, Any]]:
    """Yield where the case stands, on each track."""
    model, state = life.model, life.state
    for track, place, since in zip(model.track_names, state.places, state.since, strict=True):
        label, recorded = model.place_label(place), since.recorded if since else None
        yield {**_of(track), "phase": place, "label": label, "since": recorded}


def _missing(reason: Reason) -> dict[str, Any]:
    return {**_of(reason.transition.track if reason.transition else ""), **_reason(reason)}


def step_data(done: Step) -> dict[str, Any]:
    """Return one step as plain values; where time alone made it, what is an event's is null."""
    event, model = done.event, done.was.model
    attributes = event.attributes if event else {}
    facts = dict.fromkeys(domain.attribute for domain in model.domains)
    return {
        "event_id": _event_id(event) if event else None,
        "time": done.time.recorded if done.time else None,
        "event": event.type if event else None,
        "name": attributes.get("name"),
        "place": attributes.get("place"),
        "source": attributes.get("source"),
        **({"values": {name: attributes.get(name) for name in facts}} if facts else {}),
        **_did(done, "; ".join(transition.name for transition in done.fired)),
        "implied": list(done.implied),
        "context": dict(done.left.memory),
        "reasons": [_reason(reason) for reason in done.reasons],
        "short": [_reason(reason) for reason in done.short],
        **({"tracks": [_move(done, move) for move in done.moves]} if model.tracks else {}),
    }


def _move(done: Step, move: Move) -> dict[str, Any]:
    """Return what a step did on one track."""
    return {
        "track": move.track,
        **_did(move, "; ".join(transition.name for transition in move.fired)),
        "implied": list(done.implied_on(move)),
        "reasons": [_reason(reason) for reason in done.reasons_on(move)],
        "short": [_reason(reason) for reason in done.short_on(move)],
    }


def _did(what: Step | Move, fired: str) -> dict[str, Any]:
    return {"before": what.before, "after": what.after, "outcome": what.outcome, "transition": fired or None}


def step_headings(model: Model) -> list[str]:
    """Return the columns of the CSV of `onward explain`."""
    at = _STEPS.index("before")
    return [*_STEPS[:at], *(["track"] if model.tracks else []), *_STEPS[at:]]


def step_rows(life: Life) -> Iterator[dict[str, Any]]:
    """Yield the rows of the CSV of `onward explain`: one a step or, with several tracks, one a step and track."""
    for done in life.steps:
        said = step_data(done)
        yield from ({**said, **move} for move in said.get("tracks", [{}]))


def _event_id(event: Event) -> str:
    """Return the id of *event*; its number in the log, from 1, where it has none."""
    return event.id or str(event.row + 1)


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "what": reason.what,
        "to": reason.transition.target if reason.transition else None,
        "on": list(reason.transition.on) if reason.transition and reason.transition.on else None,
        "clauses": [_clause(clause) for clause in reason.clauses],
    }


def _clause(clause: Clause) -> dict[str, Any]:
    return {
        "text": clause.text,
        "holds": clause.holds,
        "found": clause.found,
        "has": clause.has,
        "needs": clause.needs,
        "short": clause.short,
        **({"condition": clause.condition} if clause.condition else {}),
    }


MODEL_HEADINGS = ("name", "title", "source", "cases", "phases", "event_types")
"""The columns of the CSV of `onward models`."""


def model_data(model: Model) -> dict[str, Any]:
    """Return a model in one line, for `onward models`."""
    return {
        "name": model.name,
        "title": model.title,
        "source": model.source,
        "cases": model.cases,
        "phases": list(model.places[1:]),
        "event_types": len(model.events),
        **({"tracks": by_track(model)} if model.tracks else {}),
    }


def by_track(model: Model) -> dict[str, list[str]]:
    """Return the places of every track, in the model's order."""
    places = model.places[1:]
    return {name: [place for place in places if model.track_of[place] == name] for name in model.track_names}


CHECK_HEADINGS = (
    *("model", "file", "name", "kind", "status", "ok"),
    *("where", "message", "mend", "depth", "counterexample"),
)
"""The columns of the CSV of `onward verify`."""


def verdict_data(verdict: Verdict) -> dict[str, Any]:
    """Return what is told of one model."""
    return {
        "model": verdict.model.name,
        "ok": verdict.ok,
        "checks": [_check(verdict, check) for check in verdict.checks],
        "manifest": dict(verdict.manifest),
    }


def _check(verdict: Verdict, check: Check) -> dict[str, Any]:
    return {
        "name": check.name,
        "kind": check.kind,
        "ok": check.ok,
        "status": check.status,
        "message": check.message,
        "where": check.where,
        "mend": mend_of(verdict, check),
        "depth": check.depth,
        "counterexample": None if check.counterexample is None else verdict.rows(check),
    }


def examined_data(examined: Sequence[Examined]) -> dict[str, Any]:
    """Return what `onward verify --format json` prints: of one model, or of several files under `models`."""
    if len(examined) == 1 and (verdict := examined[0].verdict) is not None:
        return verdict_data(verdict)
    return {"ok": all(each.ok for each in examined), "models": [_examined(each) for each in examined]}


def _examined(examined: Examined) -> dict[str, Any]:
    problems = [{"where": each.where, "what": each.what, "mend": each.mend} for each in examined.problems]
    if examined.verdict is None:
        return {"file": examined.file, "model": None, "ok": False, "checks": [], "problems": problems}
    return {"file": examined.file, **verdict_data(examined.verdict)}


def check_rows(examined: Iterable[Examined]) -> Iterator[dict[str, Any]]:
    """Yield the rows of the CSV of `onward verify`: one a check, with its log as JSON."""
    for each in examined:
        told = _examined(each)
        for said in told["checks"]:
            log = said["counterexample"]
            yield {
                "model": told["model"],
                "file": each.file,
                **said,
                "ok": json.dumps(said["ok"]),
                "counterexample": None if log is None else json.dumps(log, ensure_ascii=False),
            }
