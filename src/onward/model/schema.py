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


ALL = "all"
"""Stands for every track in `irreversible: all`."""

REDUCERS = ("count", "distinct", "sum", "max", "latest", "flag", "open")
UNITS = ("years", "months", "weeks", "days")


def _mapping(description: str, required: tuple[str, ...] = (), /, **properties: Schema) -> dict[str, Any]:
    return {
        "type": "object",
        "description": description,
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


def _one_key(part: str) -> Schema:
    return {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": {"$ref": f"#/$defs/{part}"},
    }


def _of(description: str, part: str, /, **more: Schema) -> dict[str, Any]:
    """Return the shape of a reducer that reads an attribute."""
    return _mapping(description, (part, "of"), title=_TEXT, **{part: _TEXT}, of=_NAMES, where=_GUARD, **more)


_LENGTH = {
    "description": "a whole number, or the name of a parameter that has it",
    "oneOf": [{"type": "integer", "minimum": 1}, _NAME],
}
_SPAN_TEXT = {"type": "string", "pattern": f"^[0-9]+ +({'|'.join(f'{unit}?' for unit in UNITS)})$"}
_ONE_UNIT = {"oneOf": [{"required": [unit]} for unit in UNITS]}
_WITHIN = {
    "description": "how far back it looks: 3 years",
    "oneOf": [_SPAN_TEXT, {"$ref": "#/$defs/span"}],
}

_PHASES = {
    "type": "array",
    "description": "in the model's order",
    "minItems": 1,
    "items": {"$ref": "#/$defs/phase_entry"},
}
_TRANSITIONS = {
    "type": "array",
    "description": "in the order in which they are tried",
    "items": {"$ref": "#/$defs/transition"},
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
    "count": _mapping(
        "how many such events there were", ("count",), title=_TEXT, count=_NAMES, where=_GUARD, within=_WITHIN
    ),
    "distinct": _of(
        "how many different values of an attribute such events had; actors.ecology: of several", "distinct"
    ),
    "sum": _of("the sum of the numbers in an attribute", "sum", within=_WITHIN),
    "max": _of("the largest number in an attribute", "max"),
    "latest": _of("the last value of an attribute", "latest"),
    "flag": _mapping(
        "true from one event until another", ("flag",), title=_TEXT, flag={"$ref": "#/$defs/turns"}, where=_GUARD
    ),
    "turns": _mapping("what turns a flag on and off", ("set",), set=_NAMES, clear=_NAMES),
    "open": _mapping("how many such events run now, by `until`", ("open",), title=_TEXT, open=_NAMES, where=_GUARD),
    "span": {**_mapping("a stretch of the calendar", **dict.fromkeys(UNITS, _LENGTH)), **_ONE_UNIT},
    "timer": {
        **_mapping(
            "so long in the phase, and no such event meanwhile",
            **dict.fromkeys(UNITS, _LENGTH),
            without={**_NAMES, "description": "event types that start the time anew"},
        ),
        **_ONE_UNIT,
    },
    "stage": _mapping("a phase nested in a phase", **_STAGE),
    "phase": _mapping(
        "a state",
        **_STAGE,
        stages={"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/stage_entry"}},
    ),
    "stage_entry": {"oneOf": [_NAME, _one_key("stage")]},
    "phase_entry": {"oneOf": [_NAME, _one_key("phase")]},
    "track": _mapping(
        "one of several parts of a case's life that run side by side",
        ("phases", "transitions"),
        title=_TEXT,
        phases=_PHASES,
        transitions=_TRANSITIONS,
    ),
    "transition": {
        **_mapping(
            "from, to, on which event types, when",
            ("from", "to"),
            **{"from": {**_NAMES, "description": "phases, stages or start"}},
            to={**_TEXT, "description": "a phase (its first stage is entered) or a stage"},
            on={**_NAMES, "description": "event types, or any; left out: no event is needed"},
            when=_GUARD,
            after={
                "description": "the time in the phase that must have run out: 10 years",
                "oneOf": [_SPAN_TEXT, {"$ref": "#/$defs/timer"}],
            },
            name={**_TEXT, "description": "what steps call it"},
            otherwise={"type": "boolean", "description": "it is meant for what earlier ones leave"},
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
    "irreversible": _mapping(
        "no move leads to an earlier phase",
        ("irreversible",),
        name=_TEXT,
        irreversible={**_TEXT, "description": "a track, or all"},
    ),
    "table": _mapping(
        "a table for every case: how many events have each pair of values",
        ("rows", "columns"),
        title=_TEXT,
        rows={**_TEXT, "description": "an attribute of the events: element, actors.ecology"},
        columns=_TEXT,
        of=_NAMES,
        where=_GUARD,
    ),
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
        ("onward", "name", "events"),
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
            "additionalProperties": {"oneOf": [{"$ref": f"#/$defs/{reducer}"} for reducer in REDUCERS]},
        },
        values={
            "type": "object",
            "description": "the values that attributes may have: a list, or value: title",
            "additionalProperties": {
                "oneOf": [
                    {"type": "array", "minItems": 1, "items": {"type": ["number", "string", "boolean"]}},
                    {"type": "object", "minProperties": 1, "additionalProperties": {"type": ["string", "null"]}},
                ]
            },
        },
        conditions={
            "type": "object",
            "description": "guards with a name, which other guards may use",
            "propertyNames": _NAME,
            "additionalProperties": _GUARD,
        },
        phases=_PHASES,
        transitions=_TRANSITIONS,
        tracks={
            "type": "object",
            "description": "instead of phases and transitions: several parts of a case's life side by side",
            "minProperties": 1,
            "propertyNames": _NAME,
            "additionalProperties": {"$ref": "#/$defs/track"},
        },
        forbid={"type": "array", "items": {"$ref": "#/$defs/forbid"}},
        invariants={
            "type": "array",
            "description": "what must hold in every run",
            "items": {
                "oneOf": [
                    {"const": "irreversible"},
                    {"$ref": "#/$defs/irreversible"},
                    {"$ref": "#/$defs/always"},
                    {"$ref": "#/$defs/step"},
                ],
            },
        },
        show={
            "type": "object",
            "description": "columns that `onward replay` prints beside the phase",
            "additionalProperties": {"oneOf": [{"$ref": "#/$defs/label"}, {"$ref": "#/$defs/years"}]},
        },
        tables={
            "type": "object",
            "description": "tables that `onward replay` prints for every case",
            "additionalProperties": {"$ref": "#/$defs/table"},
        },
    ),
    "oneOf": [
        {"required": ["phases", "transitions"], "not": {"required": ["tracks"]}},
        {"required": ["tracks"], "not": {"anyOf": [{"required": ["phases"]}, {"required": ["transitions"]}]}},
    ],
    "$defs": _DEFINITIONS,
}


def keys_of(part: str = "", schema: Schema = SCHEMA) -> tuple[str, ...]:
    """Return the keys that a mapping of the kind *part* may have; "" means the whole document."""
    return tuple(_shape(part, schema)["properties"])


def required_of(part: str = "", schema: Schema = SCHEMA) -> tuple[str, ...]:
    """Return the keys that a mapping of the kind *part* must have; "" means the whole document."""
    return tuple(_shape(part, schema)["required"])


def _shape(part: str, schema: Schema) -> Schema:
    shape: Schema = schema["$defs"][part] if part else schema
    return shape
