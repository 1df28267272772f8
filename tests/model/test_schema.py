import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from onward.model.document import parse_model
from onward.model.marked import Mapping, Node, Plain, Sequence, read_marked
from onward.model.model import Model
from onward.model.schema import FORMAT, SCHEMA, keys_of, required_of
from onward.model.writing import as_document
from onward.problems import ModelError
from onward.testing import models

VALIDATOR = Draft202012Validator(SCHEMA)
MODELS = Path(__file__).parents[2] / "models"
GALLERY = Path(__file__).parent / "gallery"

# What the shape of a document shows without its meaning: a file of the gallery with such a slip fails the schema too.
SLIPS_OF_SHAPE = (
    *("events_as_a_list", "final_yes", "forbid_without_on", "guard_as_a_list", "guard_is_a_number", "label_misspelt"),
    *("list_at_the_top", "name_unusable", "onward_missing", "onward_of_another_version", "parameter_without_value"),
    *("phases_as_a_mapping", "phases_empty", "phases_missing", "reducer_misspelt", "reducer_missing"),
    *(
        "transition_as_a_text",
        "transition_to_two_phases",
        "transition_without_to",
        "unknown_keys",
        "invariant_misspelt",
    ),
    *("name_of_the_model", "guard_empty", "parts_of_the_wrong_kind", "events_empty"),
    *("distinct_without_attribute", "years_without_attribute"),
    *("condition_as_a_list", "conditions_without_names", "flag_as_a_list", "irreversible_of_no_track", "two_reducers"),
    *(
        "span_by_a_parameter",
        "span_in_another_unit",
        "span_in_two_units",
        "span_of_no_length",
        "span_without_a_unit",
        "sum_of_nothing",
    ),
    *("table_misspelt", "tables_as_a_list", "timer_with_unknown_types", "track_without_phases", "tracks_as_a_list"),
    *("tracks_beside_phases", "tracks_empty", "tracks_misspelt", "values_of_the_wrong_kind"),
    "within_where_nothing_slides",
)


def said(node: Node | None) -> Any:  # noqa: ANN401  # a document
    """Return what a tree says, without places; by YAML 1.2, as editors read it: `on` is a word."""
    match node:
        case Plain():
            return node.value
        case Sequence(items):
            return [said(item) for item in items]
        case Mapping(entries):
            return {key.text: said(value) for key, value in entries}
        case None:
            return None


FREE = ("events", "context", "parameters", "show", "label", "values", "conditions", "tracks", "tables")
"""Parts whose keys are names that the author chooses."""


def mappings(node: Any, *path: str | int) -> Iterator[tuple[str | int, ...]]:  # noqa: ANN401  # a document
    """Yield the path to every mapping whose keys the format fixes."""
    free = path and (path[-1] in FREE or "values" in path[-2:-1])
    # An entry `- name: {...}` of a list of phases has one key, which is a name.
    entry = len(path) > 1 and path[-2] in {"phases", "stages"}
    if isinstance(node, dict):
        if not free and not entry:
            yield path
        for key, value in node.items():
            yield from mappings(value, *path, key)
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from mappings(value, *path, number)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["version"] == SCHEMA["properties"]["onward"]["const"] == FORMAT
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


@given(models())
def test_every_model_fits_the_schema(model: Model) -> None:
    VALIDATOR.validate(as_document(model))


@pytest.mark.parametrize("path", sorted(MODELS.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_shipped_model_fits_the_schema_as_its_file_stands(path: Path) -> None:
    VALIDATOR.validate(said(read_marked(path.read_text(encoding="utf-8")).root))


@given(models(), st.data())
def test_an_unknown_key_fails_the_schema_and_the_loader_wherever_it_stands(model: Model, data: st.DataObject) -> None:
    document = as_document(model)
    path = data.draw(st.sampled_from(list(mappings(document))))
    place: Any = document
    for step in path:
        place = place[step]
    place["colour"] = "green"
    assert not VALIDATOR.is_valid(document)
    with pytest.raises(ModelError, match="has no key 'colour'; "):
        parse_model(json.dumps(document))


@given(models(), st.data())
def test_a_required_key_that_is_missing_fails_the_schema_and_the_loader(model: Model, data: st.DataObject) -> None:
    document = as_document(model)
    place, thing = document, "the model"
    if "tracks" in document and data.draw(st.booleans()):
        track = data.draw(st.sampled_from(list(document["tracks"])))
        place, thing = document["tracks"][track], f"the track '{track}'"
    key = data.draw(st.sampled_from([key for key in (*required_of(), *required_of("track")) if key in place]))
    del place[key]
    assert not VALIDATOR.is_valid(document)
    with pytest.raises(ModelError, match=f"{thing} lacks '{key}'; "):
        parse_model(json.dumps(document))


@pytest.mark.parametrize("name", SLIPS_OF_SHAPE)
def test_a_slip_of_shape_fails_the_schema_too(name: str) -> None:
    document = said(read_marked((GALLERY / f"{name}.yaml").read_text(encoding="utf-8")).root)
    assert not VALIDATOR.is_valid(document)


@pytest.mark.parametrize("path", sorted(GALLERY.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_slip_of_meaning_is_for_the_loader_alone(path: Path) -> None:
    root = read_marked(path.read_text(encoding="utf-8")).root
    if root is not None and path.stem not in SLIPS_OF_SHAPE:
        VALIDATOR.validate(said(root))


@pytest.mark.parametrize("name", ["größe", "_a", "a1", "Übergabe", "名前"])
def test_a_name_may_be_in_any_script(name: str) -> None:
    document = {"onward": 1, "name": name, "events": {}, "phases": [name], "transitions": []}
    VALIDATOR.validate(document)
    assert parse_model(json.dumps(document)).phases[0].name == name


@pytest.mark.parametrize("name", ["", "1a", "a b", "a.b", "a-b", "a/b", "a^b", "a`b", "a\\b", "{a}", "a:"])
def test_what_is_no_name_fails_the_schema_and_the_loader(name: str) -> None:
    document = {"onward": 1, "name": "m", "events": {}, "phases": [name], "transitions": []}
    assert not VALIDATOR.is_valid(document)
    with pytest.raises(ModelError, match="is no name for a phase"):
        parse_model(json.dumps(document))


def test_the_keys_of_each_part_are_those_of_the_schema() -> None:
    assert keys_of("transition") == ("from", "to", "on", "when", "after", "name", "otherwise")
    assert required_of("transition") == ("from", "to")
    assert "invariants" in keys_of()
    assert required_of() == ("onward", "name", "events")
    assert required_of("track") == ("phases", "transitions")
