"""The shape of a model file as JSON Schema: for editors that complete and check while one types.

The loader asks this schema which keys there are, so the two cannot drift apart.
"""

from collections.abc import Mapping
from typing import Any

FORMAT = 1
"""The version of the model file's format."""

Schema = Mapping[str, Any]

# No blank and no ASCII sign but _, and no digit first. Written so, and not with \w, because that means letters of any
# script to Python and A to Z to the JavaScript of most editors.
_NAME = {"type": "string", "pattern": r"^[^\s0-9!-/:-@\[-\^`{-~][^\s!-/:-@\[-\^`{-~]*$"}
_TEXT = {"type": "string"}
_GUARD = {"type": "string", "description": "a guard: names, numbers, quoted strings, comparisons, and, or, not"}
_NAMES = {
    "description": "one name or a list of names",
    "oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}],
}


def _mapping(description: str, required: tuple[str, ...] = (), /, **properties: Schema) -> dict[str, Any]:
    return {
        "type": "object",
        "description": description,
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


_STAGE = {
    "title": {**_TEXT, "description": "what is printed"},
    "final": {"type": "boolean", "description": "nothing happens after it"},
}

_DEFINITIONS: dict[str, Any] = {
    "event": _mapping(
        "an event type of the vocabulary",
        title=_TEXT,
        cameo={"type": "array", "items": {"type": "string"}, "description": "the CAMEO codes nearest in meaning"},
    ),
    "count": _mapping("how many such events there were", ("count",), title=_TEXT, count=_NAMES, where=_GUARD),
    "distinct": _mapping(
        "how many different values of an attribute such events had",
        ("distinct", "of"),
        title=_TEXT,
        distinct=_TEXT,
        of=_NAMES,
        where=_GUARD,
    ),
    "stage": _mapping("a phase nested in a phase", **_STAGE),
    "phase": _mapping(
        "a state",
        **_STAGE,
        stages={"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/stage_entry"}},
    ),
    "stage_entry": {
        "oneOf": [
            _NAME,
            {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": {"$ref": "#/$defs/stage"},
            },
        ]
    },
    "phase_entry": {
        "oneOf": [
            _NAME,
            {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": {"$ref": "#/$defs/phase"},
            },
        ]
    },
    "transition": {
        **_mapping(
            "from, to, on which event types, when",
            ("from", "to"),
            **{"from": {**_NAMES, "description": "phases, stages or start"}},
            to={**_TEXT, "description": "a phase (its first stage is entered) or a stage"},
            on={**_NAMES, "description": "event types, or any; left out: no event is needed"},
            when=_GUARD,
            name={**_TEXT, "description": "what steps call it"},
        )
    },
    "forbid": {
        **_mapping(
            "a rule of conduct: such an event is refused",
            ("on",),
            on=_NAMES,
            when=_GUARD,
            because={**_TEXT, "description": "the reason, as people will read it"},
            **{"in": {**_NAMES, "description": "phases, stages or start; left out: anywhere"}},
        )
    },
    "always": _mapping("holds after every step", ("always",), name=_TEXT, always=_GUARD),
    "step": _mapping("holds of every step; may read before.*", ("step",), name=_TEXT, step=_GUARD),
    "label": _mapping(
        "a column with the text of the first guard that holds",
        ("label",),
        label={"type": "object", "minProperties": 1, "additionalProperties": _GUARD},
    ),
    "years": _mapping(
        "a column with the values of an attribute and the years in which such events ran",
        ("years", "of"),
        years={**_TEXT, "description": "an attribute of the events"},
        of={**_NAMES, "description": "event types that last"},
        moments={**_NAMES, "description": "event types that do not last"},
        ended={**_NAMES, "description": "event types that end what runs"},
        planned={**_NAMES, "description": "event types that only announce"},
    ),
}

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": f"Onward model file, format {FORMAT}",
    "version": FORMAT,
    **_mapping(
        "what may happen in the life of a case",
        ("onward", "name", "events", "phases", "transitions"),
        onward={"const": FORMAT, "description": "the version of this format"},
        name=_NAME,
        title=_TEXT,
        source={**_TEXT, "description": "where the model comes from"},
        cases={
            "enum": ["pairs", "column"],
            "description": "pairs: every pair of an event's organizations is a case; column: the log's column `case`",
        },
        parameters={
            "type": "object",
            "description": "constants that guards use; scenarios may change them",
            "propertyNames": _NAME,
            "additionalProperties": {"type": ["number", "string", "boolean"]},
        },
        events={
            "type": "object",
            "description": "the vocabulary",
            "additionalProperties": {"oneOf": [{"$ref": "#/$defs/event"}, {"type": "null"}]},
        },
        context={
            "type": "object",
            "description": "the memory: one reducer a variable",
            "propertyNames": _NAME,
            "additionalProperties": {"oneOf": [{"$ref": "#/$defs/count"}, {"$ref": "#/$defs/distinct"}]},
        },
        phases={
            "type": "array",
            "description": "in the model's order",
            "minItems": 1,
            "items": {"$ref": "#/$defs/phase_entry"},
        },
        transitions={
            "type": "array",
            "description": "in the order in which they are tried",
            "items": {"$ref": "#/$defs/transition"},
        },
        forbid={"type": "array", "items": {"$ref": "#/$defs/forbid"}},
        invariants={
            "type": "array",
            "description": "what must hold in every run",
            "items": {
                "oneOf": [{"const": "irreversible"}, {"$ref": "#/$defs/always"}, {"$ref": "#/$defs/step"}],
            },
        },
        show={
            "type": "object",
            "description": "columns that `onward replay` prints beside the phase",
            "additionalProperties": {"oneOf": [{"$ref": "#/$defs/label"}, {"$ref": "#/$defs/years"}]},
        },
    ),
    "$defs": _DEFINITIONS,
}


def keys_of(part: str = "") -> tuple[str, ...]:
    """Return the keys that a mapping of the kind *part* may have; "" means the whole document."""
    shape = _DEFINITIONS[part] if part else SCHEMA
    return tuple(shape["properties"])


def required_of(part: str = "") -> tuple[str, ...]:
    """Return the keys that a mapping of the kind *part* must have; "" means the whole document."""
    shape = _DEFINITIONS[part] if part else SCHEMA
    return tuple(shape["required"])
