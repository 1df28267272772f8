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
    Distinct,
    Forbid,
    Invariant,
    Label,
    Phase,
    Shown,
    Transition,
    Variable,
    Years,
)
from onward.model.guards import Guard
from onward.model.model import Model
from onward.model.schema import FORMAT
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
            "context": {variable.name: _variable_document(variable) for variable in model.context},
            "phases": [_phase_document(phase) for phase in model.phases],
            "transitions": [_transition_document(transition) for transition in model.transitions],
            "forbid": [_forbid_document(rule) for rule in model.forbid],
            "invariants": [_invariant_document(invariant) for invariant in model.invariants],
            "show": {shown.name: _shown_document(shown) for shown in model.shows},
        },
        keep=("events", "phases", "transitions"),
    )


def _without_empty(document: dict[str, Any], keep: Collection[str] = ()) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key in keep or value not in ("", None, [], {})}


def _guard_text(guard: Guard | None) -> str:
    return "" if guard is None else write_guard(guard)


def _types(names: tuple[str, ...] | None) -> list[str]:
    return [ANY] if names is None else list(names)


def _variable_document(variable: Variable) -> dict[str, Any]:
    reducer = variable.reducer
    said: dict[str, Any]
    match reducer:
        case Count(types):
            said = {"count": _types(types)}
        case Distinct(attribute, types):  # the union is closed
            said = {"distinct": attribute, "of": _types(types)}
    return _without_empty({"title": variable.title, **said, "where": _guard_text(reducer.where)}, keep=("count", "of"))


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
    }
    return _without_empty(said)


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
        return invariant.name
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
