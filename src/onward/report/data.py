"""Report → JSON and CSV, for programs. The shapes are documented and carry a version."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from onward.history.evidence import Clause
from onward.history.histories import Deviation
from onward.history.life import Life
from onward.history.replayed import Replay
from onward.history.stepping import Reason, Step
from onward.history.telling import tell_missing
from onward.log.case_table import CaseTable
from onward.log.log import Event
from onward.model.model import Model
from onward.report.summary import COLUMNS, beside_own, furthest_first
from onward.version import __version__

if TYPE_CHECKING:
    from onward.streaming.replaying import Streamed

VERSION = 1
"""The version of the shapes of JSON that Onward prints."""


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
        "manifest": dict(replay.manifest),
    }


def _phases(replay: Replay) -> list[dict[str, Any]]:
    """Return how many cases stand where, in the model's order."""
    counts = Counter(row.rank for row in replay.case_rows)
    model = replay.model
    told = ((*model.parts(place), model.place_label(place), counts[rank]) for rank, place in enumerate(model.places))
    return [dict(zip(("phase", "stage", "label", "cases"), each, strict=True)) for each in told]


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
    """Return where every case of a long log stands, furthest phase first; dates as the log has them."""
    ranks = {streamed.model.parts(place): rank for rank, place in enumerate(streamed.model.places)}

    def furthest(row: dict[str, Any]) -> tuple[Any, ...]:
        return -ranks[row["phase"], row["stage"]], row["since"] is None, row["since"], row["case"]

    told = sorted(streamed.cases.iter_rows(named=True), key=furthest)
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
    state = life.state
    return {
        "model": life.model.name,
        "as_of": life.as_of.recorded if life.as_of else None,
        "case": state.case,
        "phase": state.place,
        "label": life.model.place_label(state.place),
        "since": state.since.recorded if state.since else None,
        "steps": [step_data(done) for done in life.steps],
        "missing": {"text": tell_missing(life), "transitions": [_reason(reason) for reason in life.missing]},
        "ties": [{"first": _event_id(tie.first), "second": _event_id(tie.second)} for tie in life.ties],
    }


def step_data(done: Step) -> dict[str, Any]:
    """Return one step as plain values."""
    return {
        "event_id": _event_id(done.event),
        "time": done.event.time.recorded if done.event.time else None,
        "event": done.event.type,
        "name": done.event.attributes.get("name"),
        "place": done.event.attributes.get("place"),
        "source": done.event.attributes.get("source"),
        "before": done.before,
        "after": done.after,
        "outcome": done.outcome,
        "transition": "; ".join(transition.name for transition in done.fired) or None,
        "implied": list(done.implied),
        "context": dict(done.left.memory),
        "reasons": [_reason(reason) for reason in done.reasons],
        "short": [_reason(reason) for reason in done.short],
    }


def _event_id(event: Event) -> str:
    """Return the id of *event*; its number in the log, from 1, where it has none."""
    return event.id or str(event.row + 1)


STEP_HEADINGS = ("event_id", "time", "event", "name", "place", "source", "before", "after", "outcome", "transition")


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
    }


def model_data(model: Model) -> dict[str, Any]:
    """Return a model in one line, for `onward models`."""
    return {
        "name": model.name,
        "title": model.title,
        "source": model.source,
        "cases": model.cases,
        "phases": list(model.places[1:]),
        "event_types": len(model.events),
    }
