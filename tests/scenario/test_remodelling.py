"""Edits of a model: every part of the language can be edited, and every mistake is told in the loader's words."""

from collections.abc import Mapping
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

import onward
from onward.model.document import model_of
from onward.model.marked import document_of, read_marked, tree_of, write_yaml
from onward.model.model import Model
from onward.model.spelling import write_guard
from onward.model.writing import as_document
from onward.scenario import remodelling
from onward.scenario.axes import guard_axis, parameter_axis
from onward.scenario.draft import drafted
from onward.scenario.edits import Add, Change, ModelEdit, Remove, Tune
from onward.scenario.remodelling import guard_of, remodel
from onward.testing import models

SHIPPED = [onward.load_model(name) for name in onward.shipped_models()]
MODELS = models() | st.sampled_from(SHIPPED)
PARTNERSHIP = onward.load_model("partnership")
NORM = onward.load_model("norm_change")
FEW = settings(max_examples=50)


def written(document: Mapping[str, Any]) -> Model:
    return onward.parse_model(write_yaml(dict(document)))


def refused(*edits: ModelEdit, model: Model = PARTNERSHIP) -> list[str]:
    with pytest.raises(onward.OnwardError) as caught:
        remodel(model, edits)
    return [str(problem) for problem in caught.value.problems]


# ---- laws


@FEW
@given(MODELS)
def test_a_draft_that_nothing_changes_is_the_model(model: Model) -> None:
    assert model_of(drafted(model).root(), "again") == model
    assert remodel(model, []) is model


@FEW
@given(MODELS)
def test_a_tree_made_of_a_document_is_the_tree_of_its_yaml(model: Model) -> None:
    document = as_document(model)
    root = read_marked(write_yaml(document)).root
    assert root is not None
    made = tree_of(document, root.place)
    assert document_of(made) == document_of(root) == document


SCALARS = (
    st.booleans() | st.integers(-3, 3) | st.floats(-2, 2) | st.sampled_from(["a", "b", "true", "1"]) | st.just(10**17)
)


@given(MODELS.filter(lambda model: bool(model.parameters)), st.data())
def test_a_parameter_is_set_as_if_its_file_said_so(model: Model, data: st.DataObject) -> None:
    name, old = data.draw(st.sampled_from(model.parameters))
    new = data.draw(SCALARS)
    document = as_document(model)
    document["parameters"] |= {name: new}
    try:
        wanted = written(document)
    except onward.ModelError:
        with pytest.raises(onward.ModelError):
            remodel(model, [Tune({name: new})], sweep=True)
        return
    assert remodel(model, [Tune({name: new})], sweep=True) == wanted
    if repr(new) != repr(old):
        assert remodel(model, [Change("parameter", name, new)]) == wanted
        assert remodel(model, [Tune({name: new}), Tune({name: old})]) == model


@FEW
@given(MODELS.filter(lambda model: bool(model.transitions)), st.data())
def test_what_is_taken_out_and_put_back_is_as_it_was(model: Model, data: st.DataObject) -> None:
    number = data.draw(st.integers(1, len(model.transitions)))
    whole = model.transitions[number - 1]
    lane = [move for move in model.transitions if move.track == whole.track]
    document = as_document(model)
    ways = document["tracks"][whole.track] if whole.track else document
    keys = ways["transitions"][lane.index(whole)] if lane.count(whole) == 1 else None
    if keys is None:
        return
    last = number == len(model.transitions) or model.transitions[number].track != whole.track
    back = Add("transition", keys, before=None if last else number, track=whole.track)
    assert remodel(model, [Remove("transition", number), back], sweep=True) == model


@FEW
@given(MODELS.filter(lambda model: any(t.when for t in model.transitions)), st.data())
def test_a_guard_is_read_in_the_words_of_the_model(model: Model, data: st.DataObject) -> None:
    transition = data.draw(st.sampled_from([move for move in model.transitions if move.when]))
    assert transition.when is not None
    assert guard_of(model, write_guard(transition.when), track=transition.track) == transition.when


@FEW
@given(MODELS.filter(lambda model: any(t.when for t in model.transitions)), st.data())
def test_edits_of_a_model_are_made_one_after_the_other(model: Model, data: st.DataObject) -> None:
    number, move = data.draw(st.sampled_from([(n, t) for n, t in enumerate(model.transitions, 1) if t.when]))
    assert move.when is not None
    first, second = Change("transition", number, {"name": "the way"}), Change("transition", number, {"otherwise": True})
    both = remodel(model, [first, second], sweep=True)
    assert both == remodel(remodel(model, [first], sweep=True), [second], sweep=True)
    assert both.transitions[number - 1] == evolve(move, title="the way", otherwise=True)


# ---- every part of the language

WHOLE = """\
onward: 1
name: forest
parameters: {needed: 2, years: 3}
events: {rain: {}, sun: {title: Sun}, fire: {}}
context: {rings: {count: [rain, sun], within: {years: years}}, burnt: {flag: {set: fire}}}
conditions: {old: rings >= needed}
phases: [seed, {tree: {stages: [young, grown]}}, {ash: {final: true}}]
transitions:
  - {from: start, to: seed, on: any}
  - {from: seed, to: tree, on: rain, when: rings >= 1}
  - {from: tree, to: ash, on: fire, name: it burns}
  - {from: tree.young, to: tree.grown, when: old}
forbid: [{on: sun, in: ash, because: the sun needs no ash}]
invariants: [irreversible, {name: no rings burn, always: not burnt or phase == ash}]
"""
FOREST = onward.parse_model(WHOLE, "forest.yaml")
TRACKS = onward.parse_model(
    "onward: 1\nname: two\nevents: {go: {}}\ntracks:\n"
    "  one: {phases: [a, b], transitions: [{from: start, to: a, on: go}]}\n"
    "  other: {title: The other, phases: [c, d], transitions: [{from: start, to: c, on: go}]}\n"
)

MADE: list[tuple[ModelEdit, tuple[str, str]]] = [
    (Tune({"needed": 3}), ("needed: 2", "needed: 3")),
    (Tune({"years": 4}), ("years: 3}", "years: 4}")),
    (Change("parameter", "needed", {"value": 5}), ("needed: 2", "needed: 5")),
    (Change("event", "rain", {"title": "Rain"}), ("rain: {}", "rain: {title: Rain}")),
    (Change("event", "sun", {"title": None}), ("sun: {title: Sun}", "sun: {}")),
    (Change("context", "rings", {"within": None}), (", within: {years: years}", "")),
    (
        Change("context", "burnt", {"flag": {"set": "fire", "clear": "rain"}}),
        ("{set: fire}", "{set: fire, clear: rain}"),
    ),
    (Change("condition", "old", "rings >= 1"), ("old: rings >= needed", "old: rings >= 1")),
    (Change("phase", "seed", {"title": "Seed"}), ("[seed,", "[{seed: {title: Seed}},")),
    (Change("phase", "tree.young", {"title": "Young"}), ("[young,", "[{young: {title: Young}},")),
    (Change("phase", "ash", {"final": None}), ("{ash: {final: true}}", "ash")),
    (Change("transition", "it burns", {"on": ["fire", "sun"]}), ("to: ash, on: fire", "to: ash, on: [fire, sun]")),
    (Change("transition", "seed -> tree", {"when": None}), (", when: rings >= 1", "")),
    (Change("transition", 3, {"name": None}), (", name: it burns", "")),
    (Change("forbid", 1, {"in": ["seed"]}), ("in: ash", "in: seed")),
    (Change("forbid", "the sun needs no ash", {"because": "so"}), ("the sun needs no ash", "so")),
    (Change("invariant", 1, {"name": "onward"}), ("[irreversible,", "[{name: onward, irreversible: all},")),
    (Change("invariant", "no rings burn", {"always": "not burnt"}), ("not burnt or phase == ash", "not burnt")),
    (Add("parameter", 7, "seven"), ("years: 3}", "years: 3, seven: 7}")),
    (Add("event", None, "storm"), ("fire: {}", "fire: {}, storm: {}")),
    (Add("event", {"title": "Storm"}, "storm", before="sun"), ("rain: {}", "rain: {}, storm: {title: Storm}")),
    (Add("context", {"count": ["fire"]}, "fires"), ("{set: fire}}", "{set: fire}}, fires: {count: [fire]}")),
    (
        Add("condition", {"guard": "old and not burnt"}, "safe"),
        ("rings >= needed}", "rings >= needed, safe: old and not burnt}"),
    ),
    (Add("phase", None, "bush", before="tree"), ("[seed,", "[seed, bush,")),
    (Add("phase", {"title": "Dust"}, "dust"), ("true}}]", "true}}, {dust: {title: Dust}}]")),
    (Add("phase", None, "tree.old"), ("grown]", "grown, old]")),
    (Add("phase", None, "tree.old", before="grown"), ("[young,", "[young, old,")),
    (Add("phase", {"title": "Old"}, "tree.old", before="tree.young"), ("[young,", "[{old: {title: Old}}, young,")),
    (Add("phase", None, "seed.wet"), ("[seed,", "[{seed: {stages: [wet]}},")),
    (
        Add("transition", {"from": "seed", "to": "ash", "after": "5 years"}, before="it burns"),
        ("  - {from: tree, to: ash", "  - {from: seed, to: ash, after: 5 years}\n  - {from: tree, to: ash"),
    ),
    (Add("forbid", {"on": "fire"}), ("no ash}]", "no ash}, {on: fire}]")),
    (Add("forbid", {"on": "fire"}, before=1), ("forbid: [", "forbid: [{on: fire}, ")),
    (Add("invariant", {"always": "not burnt"}, before="irreversible"), ("[irr", "[{always: not burnt}, irr")),
    (Remove("parameter", "years"), ("within: {years: years}", "")),
    (Remove("forbid", 1), ("[{on: sun, in: ash, because: the sun needs no ash}]", "[]")),
    (Remove("invariant", "irreversible"), ("[irreversible, ", "[")),
    (Remove("transition", "tree.young -> tree.grown"), ("  - {from: tree.young, to: tree.grown, when: old}\n", "")),
    (Remove("phase", "tree.grown"), ("young, grown", "young")),
]


@pytest.mark.parametrize(("edit", "change"), MADE, ids=lambda each: repr(each)[:60])
def test_an_edit_comes_to_what_its_file_would_say(edit: ModelEdit, change: tuple[str, str]) -> None:
    edits, text = [edit], WHOLE.replace(*change, 1)
    assert text != WHOLE
    if edit == Remove("parameter", "years"):
        edits = [edit, Change("context", "rings", {"within": None})]
        text = WHOLE.replace(", within: {years: years}", "").replace(", years: 3", "")
    if edit == Remove("phase", "tree.grown"):
        edits = [edit, Remove("transition", 4)]
        text = text.replace("  - {from: tree.young, to: tree.grown, when: old}\n", "")
    assert remodel(FOREST, edits) == onward.parse_model(text, "changed.yaml")


def test_a_phase_loses_its_last_stage_and_is_one_of_its_own() -> None:
    model = onward.parse_model("onward: 1\nname: m\nevents: {go: {}}\nphases: [{a: {stages: [b]}}]\ntransitions: []\n")
    assert remodel(model, [Remove("phase", "a.b")]).places == ("start", "a")


def test_a_model_with_tracks_is_edited_on_one_of_them() -> None:
    way = {"from": "c", "to": "d", "on": "go"}
    changed = remodel(TRACKS, [Add("transition", way, track="other"), Add("phase", None, "e", before="b", track="one")])
    assert [move.track for move in changed.transitions] == ["one", "other", "other"]
    assert changed.places == ("start", "a", "e", "b", "c", "d")
    assert remodel(TRACKS, [Remove("transition", 2)]).transitions == TRACKS.transitions[:1]


def test_a_part_may_go_before_what_needs_it() -> None:
    edits = [Remove("event", "fire"), Remove("transition", "it burns"), Remove("context", "burnt")]
    changed = remodel(FOREST, [*edits, Remove("invariant", "no rings burn")])
    assert "fire" not in changed.kinds


# ---- what cannot be done

WRONG: list[tuple[ModelEdit, str]] = [
    (Tune({"neded": 3}), "edit 1 of the model: there is no parameter 'neded'; did you mean 'needed'?"),
    (
        Tune({"needed": 2}),
        "edit 1 of the model: the parameter 'needed' is 2 already; say what is otherwise, or leave the edit out",
    ),
    (Tune({}), "edit 1 of the model: no parameter is named; name one at least, with its value"),
    (
        Tune({"years": 0}),
        (
            "forest as edited: context rings: the parameter 'years' is 0, which is no number of years; "
            "give it a whole number from 1 to 9999"
        ),
    ),
    (
        Tune({"needed": "two"}),
        (
            "forest as edited: condition old: a number is never a text (at character 7 of the guard); "
            "compare things of one kind"
        ),
    ),
    (
        Tune({"needed": float("inf")}),
        (
            "edit 1 of the model: the parameter 'needed' is .inf, which is no number that can be "
            "compared; write a number, or put quotes round a text"
        ),
    ),
    (
        Change("transition", "seed -> tre", {"on": "sun"}),
        "edit 1 of the model: there is no transition 'seed -> tre'; did you mean 'seed -> tree'?",
    ),
    (Change("transition", 9, {"on": "sun"}), "edit 1 of the model: there is no transition no. 9; it may be 1 to 4"),
    (
        Change("transition", 2, {"wen": "old"}),
        "edit 1 of the model: a transition has no key 'wen'; did you mean 'when'?",
    ),
    (
        Change("transition", 2, {"when": "rigns >= 1"}),
        "edit 1 of the model: there is no 'rigns' (at character 1 of the guard); did you mean 'rings'?",
    ),
    (
        Change("transition", 2, {"on": ["rain"]}),
        "edit 1 of the model: it says so already; say what is otherwise, or leave the edit out",
    ),
    (
        Change("transition", 2, {"when": "rings>=1"}),
        "edit 1 of the model: forest says so already; say what is otherwise, or leave the edit out",
    ),
    (
        Change("transition", 1, {"when": None}),
        "edit 1 of the model: there is no 'when' to take away; leave the edit out",
    ),
    (
        Change("transition", 2, {}),
        "edit 1 of the model: nothing is said to change; write the keys that change, with their values",
    ),
    (
        Change("context", "ring", {"title": "x"}),
        "edit 1 of the model: there is no variable 'ring'; did you mean 'rings'?",
    ),
    (Change("phase", "tree.young", {"stages": ["a"]}), ""),
    (Change("invariant", 3, {"name": "x"}), "edit 1 of the model: there is no invariant no. 3; it may be 1 to 2"),
    (
        Change("condition", "old", "rings >= needed"),
        (
            "edit 1 of the model: the condition 'old' is rings >= needed already; say what is "
            "otherwise, or leave the edit out"
        ),
    ),
    (
        Add("event", None, "rain"),
        "edit 1 of the model: there is an event type 'rain' already; change it, or give the new one another name",
    ),
    (Add("parameter", 2), "edit 1 of the model: the added parameter has no name; write parameter: and its name"),
    (Add("phase", None), "edit 1 of the model: the added phase has no name; write phase: and its name"),
    (
        Add("phase", None, "tree.young"),
        "edit 1 of the model: there is a phase 'tree.young' already; change it, or give the new one another name",
    ),
    (Add("phase", None, "tee.old"), "edit 1 of the model: there is no phase 'tee'; did you mean 'tree'?"),
    (Add("phase", None, "bush", before="stone"), ""),
    (
        Add("transition", {"from": "seed", "to": "ash"}, track="wide"),
        "edit 1 of the model: there is no track 'wide'; leave track out: the model has none",
    ),
    (Add("transition", {"from": "seed"}), "edit 1 of the model: a transition lacks 'to'; add to: ..."),
    (
        Add("transition", "seed -> ash"),
        "edit 1 of the model: a transition is not written as keys and values; write {from: ..., to: ...}",
    ),
    (Remove("event", "fire"), ""),
    (Remove("forbid", 2), "edit 1 of the model: there is no rule under forbid no. 2; it may be 1 to 1"),
    (
        Remove("forbid", "the sun need no ash"),
        (
            "edit 1 of the model: there is no rule under forbid 'the sun need no ash'; did you mean "
            "'the sun needs no ash'?"
        ),
    ),
    (Remove("phase", "seed"), ""),
]


@pytest.mark.parametrize(("edit", "said"), WRONG, ids=lambda each: repr(each)[:60])
def test_what_cannot_be_done_is_told_with_its_mend(edit: ModelEdit, said: str) -> None:
    told = refused(edit, model=FOREST)
    assert said in told or not said
    for line in told:
        assert line.startswith(("edit 1 of the model: ", "forest as edited: "))
        assert "; " in line


def test_what_is_left_without_what_it_needs_is_told_by_its_own_name() -> None:
    assert refused(Remove("event", "fire"), model=FOREST) == [
        "forest as edited: context burnt: there is no event type 'fire'; it may be any, rain, sun",
        "forest as edited: transition it burns: there is no event type 'fire'; it may be any, rain, sun",
    ]
    assert refused(Remove("phase", "ash"), Remove("forbid", 1), model=FOREST)[0].startswith(
        "forest as edited: transition it burns: there is no phase 'ash'"
    )


def test_transitions_of_one_name_are_told_apart_by_number() -> None:
    name = "start|courtship|negotiation -> startup.founding"
    assert refused(Remove("transition", name)) == [
        f"edit 1 of the model: several are called {name!r}: no. 1, 2; write the number of the one you mean"
    ]
    (said, _) = refused(Remove("event", "support_provided"))
    assert said.startswith(f"partnership as edited: transition {name}, no. 1 before the edits: ")


def test_a_track_has_to_be_named_and_its_elements_to_stand_on_it() -> None:
    way = {"from": "c", "to": "d", "on": "go"}
    for edit, said in (
        (Add("transition", way), "the track is not named; write track: and one of one, other"),
        (Add("transition", way, track="oter"), "there is no track 'oter'; did you mean 'other'?"),
        (Add("transition", way, before=1, track="other"), "1 is on another track; name one of the same track"),
    ):
        assert refused(edit, model=TRACKS) == [f"edit 1 of the model: {said}"]


def test_every_edit_that_cannot_be_made_is_told_at_once() -> None:
    told = refused(Tune({"neded": 3}), Remove("transition", 77), Add("event", None, "rain"), model=FOREST)
    assert [line.split(":")[0] for line in told] == [f"edit {number} of the model" for number in (1, 2, 3)]


def test_a_name_with_two_meanings_is_told_without_a_line_that_nobody_wrote() -> None:
    assert refused(Add("event", None, "needed"), model=FOREST) == [
        "edit 1 of the model: 'needed' is an event type and also a parameter; rename one of them"
    ]


def test_transitions_that_can_go_round_for_ever_are_told() -> None:
    (said,) = refused(Add("transition", {"from": "tree.grown", "to": "tree.young"}), model=FOREST)
    assert "can go round for ever" in said
    loop = onward.parse_model(WHOLE.replace("when: old}", "when: needed >= 3}\n  - {from: tree.grown, to: tree.young}"))
    assert "can go round for ever" in refused(Tune({"needed": 3}), model=loop)[0]


def test_a_guard_that_is_none_is_told_with_its_place() -> None:
    with pytest.raises(onward.UsageError) as caught:
        guard_of(FOREST, "rigns >= 1", place="s.yaml:3:4")
    assert (
        str(caught.value) == "s.yaml:3:4: there is no 'rigns' (at character 1 of 'rigns >= 1'); did you mean 'rings'?"
    )
    with pytest.raises(onward.UsageError, match="guard: "):
        guard_of(FOREST, "rings >= 1", case=False)


def test_a_sweep_may_come_by_what_is_so_already() -> None:
    assert remodel(FOREST, [Tune({"needed": 2})], sweep=True) == FOREST
    assert remodel(FOREST, [Change("transition", 1, {"when": None})], sweep=True) == FOREST
    assert remodel(FOREST, [Change("transition", 2, {"when": "rings >= 1"})], sweep=True) == FOREST
    axis = parameter_axis("needed", "needed", [1, 2])
    assert [each.name for each in axis.alternatives] == ["1", "2"]
    assert [remodel(FOREST, each.edits, sweep=True).constants["needed"] for each in axis.alternatives] == [1, 2]  # type: ignore[arg-type]  # edits of the model
    rule = guard_axis("rule", "seed -> tree", [None, "old"])
    assert [each.name for each in rule.alternatives] == ["always", "old"]
    ways = [remodel(FOREST, each.edits, sweep=True).transitions[1].when for each in rule.alternatives]  # type: ignore[arg-type]  # as above
    assert ways == [None, guard_of(FOREST, "old")]
    assert [each.name for each in parameter_axis("fast", "fast", [True, False]).alternatives] == ["true", "false"]


def test_a_parameter_alone_is_set_without_the_loader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remodelling, "drafted", None)
    assert remodel(PARTNERSHIP, [Tune({"theatres_needed": 3})]).constants["theatres_needed"] == 3
