"""Scenarios and axes → scenario file, which `parse_scenarios` reads back as the same values."""

from collections.abc import Mapping
from typing import Any

from onward.log.dates import Interval
from onward.log.log import Value
from onward.model.marked import write_yaml
from onward.model.schema import FORMAT, keys_of
from onward.scenario.axes import Axis
from onward.scenario.document import ScenarioFile, meant_by
from onward.scenario.edits import Add, Change, Drop, Edit, Insert, Move, Remove, Replace, Selection, Set, Tune
from onward.scenario.scenario import Scenario
from onward.scenario.schema import SCENARIOS, WRITTEN_WHOLE

_SINGLE = {"parameter": "value", "condition": "guard"}


def write_scenarios(file: ScenarioFile) -> str:
    """Return the document of *file*, which `parse_scenarios` reads back as the same value."""
    return write_yaml(as_document(file))


def as_document(file: ScenarioFile) -> dict[str, Any]:
    """Return *file* as plain mappings, lists and values, in the format of a scenario file."""
    alone = file.scenarios == (Scenario(file.name, file.common, file.question),) and not file.axes
    return {
        "onward": FORMAT,
        "name": file.name,
        **_without_empty(
            {
                "question": file.question,
                "model": file.model,
                "log": file.log,
                "as_of": _date(file.as_of),
                "reading": file.reading,
            }
        ),
        **({"edits": _edits(file.common)} if file.common or alone else {}),
        **({} if alone or not file.scenarios else {"scenarios": _scenarios(file)}),
        **({"grid": [_axis(axis) for axis in file.axes]} if file.axes else {}),
        **(
            {}
            if file.expect is None
            else {"expect": file.expect if isinstance(file.expect, str) else dict(file.expect)}
        ),
    }


def _without_empty(document: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if value not in ("", None, [], {})}


def _scenarios(file: ScenarioFile) -> list[dict[str, Any]]:
    ahead = len(file.common)
    return [
        {
            "name": scenario.name,
            **_without_empty({"question": scenario.question, "edits": _edits(scenario.edits[ahead:])}),
        }
        for scenario in file.scenarios
    ]


def _axis(axis: Axis) -> dict[str, Any]:
    return {"axis": axis.name, "alternatives": {each.name: _edits(each.edits) for each in axis.alternatives}}


def _edits(edits: tuple[Edit, ...]) -> list[dict[str, Any]]:
    return [edit_document(edit) for edit in edits]


def edit_document(edit: Edit) -> dict[str, Any]:  # one line a kind of edit
    """Return an *edit* as a scenario file has it."""
    match edit:
        case Drop(which):
            return {"drop": _selection(which)}
        case Insert():
            said = {"time": _date(edit.time), "event": edit.event, **_whose(edit.case, edit.organizations)}
            more = _without_empty({"id": edit.id, "until": _date(edit.until)})
            return {"insert": {**said, **more, **_attributes("insert", edit.attributes)}}
        case Move(which, to, by):
            moved = {"to": _date(to), "by": by and f"{by.length} {by.unit}"}
            return {"move": {**_selection(which), **_without_empty(moved)}}
        case Replace():
            new = {
                "event": edit.event,
                **_without_empty({"time": _date(edit.time)}),
                **_whose(edit.case, edit.organizations),
                **_without_empty({"until": _date(edit.until)}),
                **_attributes("with", edit.attributes),
            }
            return {"replace": {**_selection(edit.which), "with": new}}
        case Set(which, attributes):
            return {"set": {**_selection(which), "attributes": dict(attributes)}}
        case Tune(values):
            return {"parameters": dict(values)}
        case Change(kind, name, keys):
            return {"change": {kind: name, **(keys if isinstance(keys, Mapping) else {_SINGLE[kind]: keys})}}
        case Add():
            return {"add": _addition(edit)}
        case Remove(kind, name):  # the union is closed
            return {"remove": {kind: name}}


def _addition(edit: Add) -> dict[str, Any]:
    place = _without_empty({"before": edit.before, "track": edit.track})
    if edit.kind in WRITTEN_WHOLE:
        return {edit.kind: edit.keys, **place}
    single = _SINGLE.get(edit.kind)
    keys = {single: edit.keys} if single else edit.keys or {}
    return {edit.kind: edit.name, **keys, **place}


def _selection(which: Selection) -> dict[str, Any]:
    return _without_empty(
        {
            "id": list(which.ids),
            "row": list(which.rows),
            "event": list(which.types),
            "case": list(which.cases),
            "from": _date(which.since),
            "until": _date(which.until),
            "where": which.where,
        }
    )


def _whose(case: str, organizations: tuple[str, ...]) -> dict[str, Any]:
    return _without_empty({"case": case, "organizations": ";".join(organizations)})


def _attributes(part: str, attributes: Mapping[str, Value]) -> dict[str, Any]:
    """Return attributes beside the other keys, where no name of one is one of those."""
    if not attributes:
        return {}
    return {"attributes": dict(attributes)} if _clash(part, attributes) else dict(attributes)


def _clash(part: str, names: Mapping[str, Value]) -> bool:
    return bool(set(names) & set(keys_of(part, SCENARIOS))) or any(meant_by(name, part) for name in names)


def _date(date: Interval | None) -> str | None:
    return None if date is None else date.recorded
