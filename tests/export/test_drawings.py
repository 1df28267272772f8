"""Drawings have every phase, stage and transition of a model, once for each source, whatever its names are."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings

import onward
from onward.export.arrows import arrows
from onward.export.dot import dot
from onward.export.identifiers import identifiers, in_one_line, plain
from onward.export.mermaid import mermaid
from onward.model.elements import EventKind, Phase, Transition
from onward.testing import models

Golden = Callable[[Path, str], None]
GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("name", onward.shipped_models())
def test_the_shipped_models_are_drawn_whole(name: str) -> None:
    assert_is_drawn_whole(onward.load_model(name))


@given(models())
@settings(max_examples=60)
def test_so_is_every_other_model(model: onward.Model) -> None:
    assert_is_drawn_whole(model)


def assert_is_drawn_whole(model: onward.Model) -> None:
    own = [each for track in model.track_names for each in arrows(model, track)]
    places = len(model.places) - 1
    staged = [phase for phase in model.phases if phase.stages]
    finals = sum(map(model.is_final, model.places))

    drawn = mermaid(model).splitlines()
    boxes = [line for line in drawn if re.fullmatch(r' *state "[^"]*" as \w+(?: \{)?', line)]
    lines = [line for line in drawn if re.fullmatch(r" *(\[\*\]|\w+) --> (\[\*\]|\w+)(?: : [^:;]*(?:;[^:;]*)*)?", line)]
    around = 1 if model.tracks else 0
    assert len(boxes) == places + len(staged) + around
    ends = sum(phase.final for phase in model.phases) + sum(stage.final for each in staged for stage in each.stages)
    assert len(lines) == len(own) + len(staged) + ends
    apart = 2 * len(model.tracks) - 1 if model.tracks else 0
    closing = sum(line.strip() == "}" for line in drawn)
    assert closing == len(staged) + around
    assert len(drawn) == 4 + len(boxes) + len(lines) + apart + closing
    named = [re.findall(r" as (\w+)", line)[0] for line in boxes]
    assert len(set(named)) == len(named)
    assert {word for line in lines for word in re.findall(r"^ *(\w+) -->|--> (\w+)", line)[0] if word} <= set(named)

    text = dot(model)
    assert text.count(" -> ") >= len(own)
    assert text.count("shape=point") == len(model.track_names)
    assert text.count("peripheries=2") == finals
    assert text.count("subgraph ") == len(staged) + len(model.tracks)
    nodes = re.findall(r'^ *("(?:[^"\\]|\\.)*") \[', text, re.MULTILINE)
    assert len(nodes) == places + len(model.track_names)
    assert len(set(nodes)) == len(nodes)
    ends_of = re.findall(r'^ *("(?:[^"\\]|\\.)*") -> ("(?:[^"\\]|\\.)*")', text, re.MULTILINE)
    assert len(ends_of) == len(own)
    assert {each for both in ends_of for each in both} <= set(nodes)


def test_everything_that_can_be_drawn(garden: onward.Model, golden: Golden) -> None:
    golden(GOLDEN / "garden.mmd", mermaid(garden))
    golden(GOLDEN / "garden.dot", dot(garden))


def test_a_model_without_tracks(golden: Golden) -> None:
    partnership = onward.load_model("partnership")
    golden(GOLDEN / "partnership.mmd", mermaid(partnership))
    golden(GOLDEN / "partnership.dot", dot(partnership))


def test_no_name_is_taken_for_a_word_of_mermaid() -> None:
    model = onward.parse_model("""
onward: 1
name: words
events: {x: {}}
phases: [state, Note, CLASS, end, état, etat, start_]
transitions: [{from: start, to: state, on: x}, {from: état, to: etat, on: x}]
""")
    named = re.findall(r" as (\w+)", mermaid(model))
    assert named == ["state_2", "Note_2", "CLASS_2", "end_2", "etat", "etat_2", "start"]


@pytest.mark.parametrize(
    ("name", "identifier"),
    [
        ("Côte d'Ivoire", "Cote_d_Ivoire"),
        ("startup.proven", "startup_proven"),
        ("1st", "_1st"),
        ("Ё", "_"),
        ("норма", "_"),
        ("", "_"),
        ("__a__b", "a_b"),
    ],
)
def test_a_name_keeps_what_it_can(name: str, identifier: str) -> None:
    assert plain(name) == identifier


def test_like_names_are_numbered() -> None:
    found = identifiers(["a", "a_2", "a", "a!", "b", "if"], {"if"}.__contains__)
    assert list(found) == ["a", "a_2", "a_3", "a_4", "b", "if_2"]


def test_a_text_is_told_in_one_line() -> None:
    assert in_one_line("a\r\nb\u2028 c\t\x00d é") == "a b c d é"


def test_nothing_is_drawn_that_leaves_a_final_phase() -> None:
    ways = (Transition(("start",), "a", ("x",)), Transition(("b",), "a", ("x",)), Transition(("a",), "b", ("x",)))
    model = onward.Model("m", (Phase("a"), Phase("b", final=True)), (EventKind("x"),), ways)
    assert [each.source for each in arrows(model, "")] == ["start", "a"]
