"""Model → model document, and the fingerprint that tells one model from another."""

import hashlib
import json
from collections.abc import Collection
from functools import lru_cache
from typing import Any

from onward.model import marked
from onward.model.elements import (
    ANY,
    Count,
    CrossTable,
    Distinct,
    Domain,
    Flag,
    Forbid,
    Invariant,
    Label,
    Latest,
    Max,
    Open,
    Phase,
    Shown,
    Span,
    Sum,
    Timer,
    Track,
    Transition,
    Variable,
    Years,
)
from onward.model.guards import EACH, Guard, Scalar
from onward.model.model import Model
from onward.model.schema import ALL, FORMAT, REDUCERS
from onward.model.spelling import write_guard


def write_model(model: Model) -> str:
    """Return the document of *model*, which `parse_model` reads back as the same value."""
    return marked.write_yaml(as_document(model))


@lru_cache(maxsize=256)
def fingerprint(model: Model) -> str:
    """Return the SHA-256 of what *model* says (64 hexadecimal digits): comments and layout of its file do not count."""
    written = json.dumps(as_document(model), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def as_document(model: Model) -> dict[str, Any]:
    """Return *model* as plain mappings, lists and values, in the format of a model file."""
    lanes = {track.name: _lane_document(model, track) for track in model.tracks}
    return _without_empty(
        {
            "onward": FORMAT,
            "name": model.name,
            "title": model.title,
            "source": model.source,
            "cases": model.cases,
            "parameters": dict(model.parameters),
            "events": {
                kind.name: _without_empty({"title": kind.title, "cameo": list(kind.cameo)}) for kind in model.events
            },
            "values": {_several(domain.attribute, domain.part): _domain_document(domain) for domain in model.domains},
            "context": {variable.name: _variable_document(variable) for variable in model.context},
            "conditions": {name: write_guard(guard) for name, guard in model.conditions},
            "tracks": lanes,
            **({} if lanes else _ways_document(model)),
            "forbid": [_forbid_document(rule) for rule in model.forbid],
            "invariants": [_invariant_document(invariant) for invariant in model.invariants],
            "show": {shown.name: _shown_document(shown) for shown in model.shows},
            "tables": {table.name: _table_document(table) for table in model.tables},
        },
        keep=("events", "phases", "transitions"),
    )


def _without_empty(document: dict[str, Any], keep: Collection[str] = ()) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key in keep or value not in ("", None, [], {})}


def _guard_text(guard: Guard | None) -> str:
    return "" if guard is None else write_guard(guard)


def _types(names: tuple[str, ...] | None) -> list[str]:
    return [ANY] if names is None else list(names)


def _domain_document(domain: Domain) -> list[Scalar] | dict[str, str]:
    titles = {value if isinstance(value, str) else json.dumps(value): title for value, title in domain.values}
    return titles if any(titles.values()) else [value for value, _ in domain.values]


def _several(attribute: str, part: str) -> str:
    """Return the name of an attribute where several values are the rule: `each` goes without saying."""
    return attribute if part == EACH and "." not in attribute else f"{attribute}.{part}"


def _span_document(span: Span | None) -> dict[str, int | str]:
    return {} if span is None else {span.unit: span.length}


def _variable_document(variable: Variable) -> dict[str, Any]:
    reducer = variable.reducer
    said: dict[str, Any]
    match reducer:
        case Count(types):
            said = {"count": _types(types)}
        case Distinct(attribute, types, _, part):
            said = {"distinct": f"{attribute}.{part}" if part else attribute, "of": _types(types)}
        case Sum(attribute, types):
            said = {"sum": attribute, "of": _types(types)}
        case Max(attribute, types):
            said = {"max": attribute, "of": _types(types)}
        case Latest(attribute, types):
            said = {"latest": attribute, "of": _types(types)}
        case Flag(types, cleared):
            said = {"flag": _without_empty({"set": _types(types), "clear": _types(cleared)})}
        case Open(types):  # the union is closed
            said = {"open": _types(types)}
    within = reducer.within if isinstance(reducer, Count | Sum) else None
    more = {"where": _guard_text(reducer.where), "within": _span_document(within)}
    return _without_empty({"title": variable.title, **said, **more}, keep=(*REDUCERS, "of"))


def _lane_document(model: Model, track: Track) -> dict[str, Any]:
    return _without_empty({"title": track.title, **_ways_document(model, track.name)}, keep=("phases", "transitions"))


def _ways_document(model: Model, track: str = "") -> dict[str, Any]:
    return {
        "phases": [_phase_document(phase) for phase in model.phases if phase.track == track],
        "transitions": [_transition_document(move) for move in model.transitions if move.track == track],
    }


def _phase_document(phase: Phase) -> str | dict[str, Any]:
    inside = _without_empty({"title": phase.title, "stages": [_phase_document(stage) for stage in phase.stages]})
    if phase.final:
        inside["final"] = True
    return {phase.name: inside} if inside else phase.name


def _transition_document(transition: Transition) -> dict[str, Any]:
    said = {
        "name": transition.title,
        "from": list(transition.sources),
        "to": transition.target,
        "on": None if transition.on is None else list(transition.on),
        "when": _guard_text(transition.when),
        "after": _timer_document(transition.after),
        "otherwise": transition.otherwise or None,
    }
    return _without_empty(said)


def _timer_document(timer: Timer | None) -> dict[str, Any]:
    return {} if timer is None else _without_empty({**_span_document(timer.span), "without": list(timer.without)})


def _forbid_document(rule: Forbid) -> dict[str, Any]:
    said = {
        "on": list(rule.on),
        "in": None if rule.phases is None else list(rule.phases),
        "when": _guard_text(rule.when),
        "because": rule.because,
    }
    return _without_empty(said)


def _invariant_document(invariant: Invariant) -> str | dict[str, Any]:
    if invariant.guard is None:
        plain = invariant.name == invariant.kind and not invariant.track
        return invariant.name if plain else {"name": invariant.name, "irreversible": invariant.track or ALL}
    return {"name": invariant.name, invariant.kind: write_guard(invariant.guard)}


def _shown_document(shown: Shown) -> dict[str, Any]:
    match shown:
        case Label(choices=choices):
            return {"label": {text: write_guard(guard) for text, guard in choices}}
        case Years():  # the union is closed
            said = {
                "years": shown.attribute,
                "of": list(shown.types),
                "moments": list(shown.moments),
                "ended": list(shown.ended),
                "planned": list(shown.planned),
            }
            return _without_empty(said, keep=("of",))


def _table_document(table: CrossTable) -> dict[str, Any]:
    said = {
        "title": table.title,
        "rows": _several(*table.rows),
        "columns": _several(*table.columns),
        "of": _types(table.types),
        "where": _guard_text(table.where),
    }
    return _without_empty(said, keep=("rows", "columns"))
