"""The shape of a scenario file as JSON Schema: for editors, and for the reader, which asks it which keys there are."""

from typing import Any

from onward.model.schema import FORMAT, SCHEMA, Schema

VERBS = ("drop", "insert", "move", "replace", "set", "parameters", "change", "add", "remove")
"""What an edit may do, in the order in which they are explained."""

KINDS = ("parameter", "event", "context", "condition", "phase", "transition", "forbid", "invariant")
"""What an edit of a model may be about."""

MOST_SUBSETS = 14
"""Guards of which every subset is an alternative: more would be more alternatives than anyone can wait for."""

_TEXT: Schema = {"type": "string"}
_GUARD: Schema = {"type": "string", "description": "a guard, as in a model file"}
_SCALAR: Schema = {"type": ["string", "number", "boolean"]}
_VALUE: Schema = {"type": ["string", "number", "boolean", "null"]}
_DATE: Schema = {"type": ["string", "integer"], "description": "2005, 2005-09, 2005-09-14 or 2005-09-14T12:30"}
_NAMES: Schema = {
    "description": "one name or a list of names",
    "oneOf": [
        {"type": ["string", "integer"]},
        {"type": "array", "items": {"type": ["string", "integer"]}, "minItems": 1},
    ],
}
_ROWS: Schema = {
    "description": "rows of the log as it was before any edit, the first is 1",
    "oneOf": [
        {"type": "integer", "minimum": 1},
        {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 1},
    ],
}
_ATTRIBUTES: Schema = {"type": "object", "description": "attributes of the event", "additionalProperties": _VALUE}
_BEFORE: Schema = {
    "type": ["string", "integer"],
    "description": "before which one it stands, by name or number; left out: last",
}
_WHICH: Schema = {"type": ["string", "integer"], "description": "its name, or its number in the file, the first is 1"}

_SELECTION: dict[str, Schema] = {
    "id": {**_NAMES, "description": "event ids; of an event without one the number of its row"},
    "row": _ROWS,
    "event": {**_NAMES, "description": "event types"},
    "case": {**_NAMES, "description": "cases, a pair in any order: UN-EU"},
    "from": _DATE,
    "until": _DATE,
    "where": {**_GUARD, "description": "a guard over event.* and parameters"},
}
_WHOSE: dict[str, Schema] = {
    "case": _TEXT,
    "organizations": {"oneOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 2}]},
}


def _mapping(description: str, required: tuple[str, ...] = (), /, **properties: Schema) -> dict[str, Any]:
    return {
        "type": "object",
        "description": description,
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


def _open(shape: dict[str, Any]) -> dict[str, Any]:
    """Return a shape that takes attributes of the event beside its own keys."""
    return {**shape, "additionalProperties": _VALUE}


def _keys(part: str) -> dict[str, Schema]:
    """Return the keys of a *part* of a model file, as a scenario file may write them: null takes one away."""
    return {key: {} for key in SCHEMA["$defs"][part]["properties"]}


_REDUCED: dict[str, Schema] = {}
for _reducer in ("count", "distinct", "sum", "max", "latest", "flag", "open"):
    _REDUCED |= _keys(_reducer)

_ELEMENTS: dict[str, dict[str, Schema]] = {
    "parameter": {"value": _SCALAR},
    "event": _keys("event"),
    "context": _REDUCED,
    "condition": {"guard": _GUARD},
    "phase": _keys("phase"),
    "transition": _keys("transition"),
    "forbid": _keys("forbid"),
    "invariant": {**_keys("always"), **_keys("step"), **_keys("irreversible")},
}
"""The keys that each kind of element has in a scenario file."""

WRITTEN_WHOLE = ("transition", "forbid", "invariant")
"""Elements without a name of their own: what is added is written below its kind."""


def _changes(kind: str) -> dict[str, Any]:
    return _mapping(f"a {kind} says something else", (kind,), **{kind: _WHICH}, **_ELEMENTS[kind])


def _additions(kind: str) -> dict[str, Any]:
    more = {"before": _BEFORE, **({"track": _TEXT} if kind in {"phase", "transition"} else {})}
    if kind in WRITTEN_WHOLE:
        return _mapping(f"a new {kind}", (kind,), **{kind: {"description": "as in a model file"}}, **more)
    return _mapping(f"a new {kind}", (kind,), **{kind: _TEXT}, **_ELEMENTS[kind], **more)


_DEFINITIONS: dict[str, Any] = {
    "selection": _mapping("which events: those of which all that is written holds", **_SELECTION),
    "drop": _mapping("the events did not happen", **_SELECTION),
    "insert": _open(
        _mapping(
            "one more event happened; any other key is an attribute",
            ("time", "event"),
            time=_DATE,
            event=_TEXT,
            **_WHOSE,
            id=_TEXT,
            until=_DATE,
            attributes=_ATTRIBUTES,
        )
    ),
    "move": _mapping(
        "the events happened at another date",
        **_SELECTION,
        to=_DATE,
        by={"type": "string", "description": "a stretch of time, until too: 2 years, -6 months"},
    ),
    "replace": _mapping(
        "another event happened in their place", ("with",), **_SELECTION, **{"with": {"$ref": "#/$defs/with"}}
    ),
    "with": _open(
        _mapping(
            "what happened instead; date, case, organizations, id and until stay where they are left out",
            ("event",),
            event=_TEXT,
            time=_DATE,
            **_WHOSE,
            until=_DATE,
            attributes=_ATTRIBUTES,
        )
    ),
    "set": _mapping("the events had other attributes", ("attributes",), **_SELECTION, attributes=_ATTRIBUTES),
    "parameters": {
        "type": "object",
        "description": "parameters of the model have other values",
        "minProperties": 1,
        "additionalProperties": _SCALAR,
    },
    **{f"change {kind}": _changes(kind) for kind in KINDS},
    **{f"add {kind}": _additions(kind) for kind in KINDS},
    **{f"remove {kind}": _mapping(f"a {kind} is gone", (kind,), **{kind: _WHICH}) for kind in KINDS},
    **{verb: {"oneOf": [{"$ref": f"#/$defs/{verb} {kind}"} for kind in KINDS]} for verb in ("change", "add", "remove")},
    "edit": {
        **_mapping("one edit", **{verb: {"$ref": f"#/$defs/{verb}"} for verb in VERBS}),
        "minProperties": 1,
        "maxProperties": 1,
    },
    "edits": {"type": "array", "description": "made one after the other", "items": {"$ref": "#/$defs/edit"}},
    "scenario": _mapping(
        "a named what-if",
        ("name",),
        name=_TEXT,
        question={**_TEXT, "description": "what is asked, in a sentence"},
        edits={"$ref": "#/$defs/edits"},
    ),
    "axis": {
        **_mapping(
            "one thing that may be otherwise",
            ("axis",),
            axis={**_TEXT, "description": "its name"},
            parameter={**_TEXT, "description": "the parameter that has one of the values"},
            values={"type": "array", "minItems": 1, "items": _SCALAR},
            transition={**_WHICH, "description": "the transition that has one of the guards"},
            when={
                "oneOf": [
                    {"$ref": "#/$defs/subsets"},
                    {"type": "array", "minItems": 1, "items": {"type": ["string", "null"]}},
                ]
            },
            alternatives={
                "type": "object",
                "description": "edits by the name of each alternative",
                "minProperties": 1,
                "additionalProperties": {"$ref": "#/$defs/edits"},
            },
        ),
        "oneOf": [
            {"required": ["parameter", "values"]},
            {"required": ["transition", "when"]},
            {"required": ["alternatives"]},
        ],
    },
    "subsets": _mapping(
        "every way to ask for some of these guards, for all or for none",
        ("all of",),
        **{"all of": {"type": "array", "minItems": 1, "maxItems": MOST_SUBSETS, "items": _GUARD}},
    ),
}

SCENARIOS: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": f"Onward scenario file, format {FORMAT}",
    "version": FORMAT,
    **_mapping(
        "what if: edits of a log and of a model",
        ("onward", "name"),
        onward={"const": FORMAT, "description": "the version of this format"},
        name=_TEXT,
        question={**_TEXT, "description": "what is asked, in a sentence"},
        model={**_TEXT, "description": "a shipped model, or the path of a model file from here"},
        log={**_TEXT, "description": "the path of a log from here; left out: the one given, or the model's own"},
        as_of={**_DATE, "description": "the end of the window"},
        reading={
            "enum": ["certain", "possible"],
            "description": "whether a date counts from its last instant or its first",
        },
        edits={"$ref": "#/$defs/edits"},
        scenarios={"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/scenario"}},
        grid={"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/axis"}},
        expect={
            "description": "where each case should end: case: phase, or the path of a CSV with columns case and phase",
            "oneOf": [_TEXT, {"type": "object", "minProperties": 1, "additionalProperties": _TEXT}],
        },
    ),
    "anyOf": [{"required": ["edits"]}, {"required": ["scenarios"]}, {"required": ["grid"]}],
    "dependentRequired": {"expect": ["grid"]},
    "$defs": _DEFINITIONS,
}


def scenario_schema() -> dict[str, Any]:
    """Return the shape of a scenario file."""
    return SCENARIOS
