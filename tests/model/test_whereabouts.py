"""Every element of a model is found where its document has it."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from onward.model.document import parse_model
from onward.model.elements import START
from onward.model.model import Model
from onward.model.whereabouts import Element, whereabouts
from onward.model.writing import write_model
from onward.testing import models

ROOT = Path(__file__).parents[2]
SCENARIOS = re.compile(r"^(scenarios|grid):", re.MULTILINE)
EXAMPLES = [path for path in ROOT.glob("examples/*/*.yaml") if not SCENARIOS.search(path.read_text(encoding="utf-8"))]
FILES = sorted([*ROOT.glob("models/*.yaml"), *EXAMPLES])


def elements_of(model: Model) -> set[Element]:
    """Return what the model has, without a look at any text."""
    named = {
        "parameter": model.constants,
        "event": model.kinds,
        "context": model.variables,
        "condition": dict(model.conditions),
        "track": [track.name for track in model.tracks],
        "phase": {*model.track_of} - {START},
        "show": [shown.name for shown in model.shows],
        "table": [table.name for table in model.tables],
    }
    listed = {"transition": model.transitions, "forbid": model.forbid, "invariant": model.invariants}
    return {
        *((kind, name) for kind, names in named.items() for name in names),
        *((kind, number) for kind, items in listed.items() for number in range(len(items))),
    }


def place_of(where: str, name: str) -> tuple[int, int]:
    assert where.startswith(f"{name}:")
    line, column = where.removeprefix(f"{name}:").split(":")
    return int(line), int(column)


def nodes_of(text: str) -> dict[tuple[int, int], list[yaml.Node]]:
    """Return what begins at each place, as PyYAML composes it: a mapping without braces begins with its first key."""
    found: dict[tuple[int, int], list[yaml.Node]] = {}

    def walk(node: yaml.Node) -> None:
        found.setdefault((node.start_mark.line + 1, node.start_mark.column + 1), []).append(node)
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        for part in [part for pair in pairs for part in pair] or node.value:
            if isinstance(part, yaml.Node):
                walk(part)

    root = yaml.compose(text, Loader=yaml.BaseLoader)
    assert root is not None
    walk(root)
    return found


def said(node: yaml.Node) -> object:
    """Return what a node says, all plain values as text."""
    if isinstance(node, yaml.MappingNode):
        return {key.value: said(value) for key, value in node.value}
    return [said(item) for item in node.value] if isinstance(node, yaml.SequenceNode) else node.value


def as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def check_places(text: str, model: Model, name: str) -> None:
    found = whereabouts(text, name)
    assert set(found) == elements_of(model)
    places = {element: place_of(where, name) for element, where in found.items()}
    begins = nodes_of(text)
    for (kind, key), place in places.items():
        there = [said(node) for node in begins[place]]
        match kind, key:
            case "transition", int(number):
                move = model.transitions[number]
                [document] = [each for each in there if isinstance(each, dict)]
                assert (as_list(document["from"]), document["to"]) == (list(move.sources), move.target)
                assert as_list(document.get("on")) == list(move.on or [None])
                assert ("when" in document, "after" in document) == (move.when is not None, move.after is not None)
            case "forbid", int(number):
                [document] = [each for each in there if isinstance(each, dict)]
                assert as_list(document["on"]) == list(model.forbid[number].on)
            case "invariant", int(number):
                kind_of = model.invariants[number].kind
                assert any(kind_of in each if isinstance(each, dict) else kind_of == each for each in there)
            case "phase", str(path):
                assert path.rpartition(".")[2] in there
            case _:
                assert key in there
    # What is numbered stands in the order of its numbers; and no two things of a kind begin in one place.
    for kind, items in (("transition", model.transitions), ("forbid", model.forbid), ("invariant", model.invariants)):
        assert all(one < other for one, other in pairwise(places[kind, number] for number in range(len(items))))
    phases = [places["phase", name] for phase in model.phases for name in (phase.name, *stages_of(model, phase.name))]
    assert all(one < other for one, other in pairwise(phases))
    assert len({(kind, place) for (kind, _), place in places.items()}) == len(places)


def stages_of(model: Model, phase: str) -> list[str]:
    return [place for place in model.places if place.startswith(f"{phase}.")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_element_of_a_model_file_is_found_where_it_begins(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    check_places(text, parse_model(text, path.name), path.name)


@given(models(), st.sampled_from(["model", "a: b.yaml", "x:1:2"]))
def test_every_element_of_a_drawn_model_is_found_where_it_begins(model: Model, name: str) -> None:
    check_places(write_model(model), model, name)


@given(models(), st.sampled_from(["\n", "\r\n", "\r"]), st.integers(0, 3))
def test_lines_are_counted_however_they_end(model: Model, end: str, more: int) -> None:
    text = write_model(model)
    before = {element: place_of(where, "m") for element, where in whereabouts(text, "m").items()}
    after = whereabouts("# why\n" * more + text.replace("\n", end), "m")
    assert after == {element: f"m:{line + more}:{column}" for element, (line, column) in before.items()}


TRACKS = """\
onward: 1
name: two
events: {come: {}, go: }
tracks:
  left:
    phases: [a, {b: {stages: [x, {y: {title: Yes}}]}}]
    transitions: [{from: start, to: a, on: come}, {from: a, to: b, on: go}]
  "right":
    phases:
      - c
      - d: {final: true}
    transitions:
      - from: start
        to: c
        on: go
invariants:
  - irreversible
  - name: more
    always: left.phase != b
"""


def test_tracks_follow_one_another_and_stages_bear_the_name_of_their_phase() -> None:
    assert whereabouts(TRACKS, "two.yaml") == {
        ("event", "come"): "two.yaml:3:10",
        ("event", "go"): "two.yaml:3:20",
        ("track", "left"): "two.yaml:5:3",
        ("track", "right"): "two.yaml:8:3",
        ("invariant", 0): "two.yaml:17:5",
        ("invariant", 1): "two.yaml:18:5",
        ("phase", "a"): "two.yaml:6:14",
        ("phase", "b"): "two.yaml:6:18",
        ("phase", "b.x"): "two.yaml:6:31",
        ("phase", "b.y"): "two.yaml:6:35",
        ("phase", "c"): "two.yaml:10:9",
        ("phase", "d"): "two.yaml:11:9",
        ("transition", 0): "two.yaml:7:19",
        ("transition", 1): "two.yaml:7:51",
        ("transition", 2): "two.yaml:13:9",
    }
    check_places(TRACKS, parse_model(TRACKS), "two.yaml")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {}),
        ("just words", {}),
        ("phases: [a, &b c]", {}),
        ("events: [go]\nphases: {a: b}\ntransitions: none\nforbid:\n", {}),
        ("phases: [a, [b], {c: {stages: [{d: {stages: [e]}}]}}]", {"a": "1:10", "c": "1:19", "c.d": "1:33"}),
    ],
)
def test_of_a_text_that_is_no_model_there_is_what_can_be_read(text: str, found: dict[str, str]) -> None:
    assert whereabouts(text, "m") == {("phase", name): f"m:{place}" for name, place in found.items()}
