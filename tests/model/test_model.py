import itertools

import pytest
from attrs import evolve
from hypothesis import given

from onward.model.elements import (
    ANY,
    Count,
    EventKind,
    Phase,
    Transition,
    Variable,
    spoken,
)
from onward.model.guards import COMPARE, Comparison
from onward.model.model import Model, compare_ranks, places_of
from onward.testing import models

MODEL = Model(
    name="forest",
    phases=(
        Phase("seed"),
        Phase("tree", title="Tree", stages=(Phase("young_tree"), Phase("old", title="Old growth", final=True))),
        Phase("ash", final=True),
    ),
    events=(EventKind("rain"), EventKind("create_fine", title="Fine")),
    transitions=(
        Transition(("start", "seed"), "tree", ("rain",)),
        Transition(("tree", "tree.young_tree"), "ash", (ANY,), title="burns down"),
        Transition(("tree.young_tree",), "tree.old"),
    ),
    parameters=(("needed", 2),),
    context=(Variable("wet_days", Count(None)), Variable("rings", Count(("rain",)), title="rings of wood")),
)


def test_a_case_can_be_in_start_in_phases_without_stages_and_in_stages() -> None:
    assert MODEL.places == ("start", "seed", "tree.young_tree", "tree.old", "ash")
    assert places_of(MODEL.phases[0]) == ("seed",)
    assert places_of(MODEL.phases[1]) == ("tree.young_tree", "tree.old")


def test_a_phase_spans_the_positions_of_its_stages() -> None:
    assert MODEL.ranks["tree"] == range(2, 4)
    assert MODEL.ranks["tree.old"] == range(3, 4)
    assert MODEL.ranks["start"] == range(1)


@given(models())
def test_every_name_of_a_place_stands_for_places_that_lie_together(model: Model) -> None:
    for name, ranks in model.ranks.items():
        inside = [place for place in model.places if place == name or place.startswith(f"{name}.")]
        assert [model.places[rank] for rank in ranks] == inside
        assert [place for place in model.places if model.within(place, name)] == inside
        assert model.entered(name) == inside[0]


@given(models())
def test_the_ways_out_of_a_place_that_is_not_final_are_those_from_it_in_file_order(model: Model) -> None:
    for place, track in itertools.product(model.places, model.track_names):
        here = [t for t in model.transitions if t.track == track]
        expected = [t for t in here if any(model.within(place, source) for source in t.sources)]
        assert list(model.leaving(place, track)) == ([] if model.is_final(place) else expected)


@given(models())
def test_no_transition_of_a_drawn_model_leaves_what_is_over(model: Model) -> None:
    assert not any(model.is_over(source) for t in model.transitions for source in t.sources)


def test_a_transition_from_a_phase_and_its_stage_leaves_the_stage_once() -> None:
    assert MODEL.leaving("tree.young_tree") == MODEL.transitions[1:]


def test_a_transition_from_a_phase_leaves_none_of_its_final_stages() -> None:
    assert MODEL.leaving("tree.old") == ()
    assert MODEL.leaving("ash") == ()


def test_a_phase_is_over_if_all_of_its_stages_are_final() -> None:
    assert [name for name in MODEL.ranks if MODEL.is_over(name)] == ["tree.old", "ash"]
    stages = (Phase("young", final=True), Phase("old", final=True))
    assert evolve(MODEL, phases=(Phase("tree", stages=stages),)).is_over("tree")
    assert evolve(MODEL, phases=(Phase("tree", final=True, stages=(Phase("young"),)),)).is_over("tree")


def test_a_case_has_ended_in_a_final_phase_or_a_final_stage() -> None:
    assert [place for place in MODEL.places if MODEL.is_final(place)] == ["tree.old", "ash"]
    final = evolve(MODEL, phases=(Phase("tree", final=True, stages=(Phase("young"), Phase("old"))),))
    assert [place for place in final.places if final.is_final(place)] == ["tree.young", "tree.old"]


def test_places_are_printed_by_title_or_as_one_would_say_them() -> None:
    labels = ["Not begun", "Seed", "Tree: young tree", "Old growth", "Ash"]
    assert [MODEL.place_label(place) for place in MODEL.places] == labels
    assert MODEL.phases[1].label == "Tree"
    assert [kind.label for kind in MODEL.events] == ["Rain", "Fine"]
    assert [variable.label for variable in MODEL.context] == ["wet days", "rings of wood"]
    assert (MODEL.label, evolve(MODEL, title="The forest").label) == ("forest", "The forest")
    assert spoken("") == ""


def test_things_are_found_by_name() -> None:
    assert MODEL.constants == {"needed": 2}
    assert MODEL.kinds["rain"] is MODEL.events[0]
    assert MODEL.variables["rings"] is MODEL.context[1]
    assert MODEL.phase_at["tree.old"] == (MODEL.phases[1], MODEL.phases[1].stages[1])
    assert MODEL.phase_at["ash"] == (MODEL.phases[2], None)
    assert "start" not in MODEL.phase_at


def test_a_transition_answers_its_own_types_or_any() -> None:
    move, burn, ages = MODEL.transitions
    assert (move.answers("rain"), move.answers("sun")) == (True, False)
    assert burn.answers("sun")
    assert not ages.answers("rain")
    assert [t.name for t in MODEL.transitions] == ["start|seed -> tree", "burns down", "tree.young_tree -> tree.old"]


@pytest.mark.parametrize("sign", list(COMPARE))
@pytest.mark.parametrize("one", MODEL.places)
@pytest.mark.parametrize("other", MODEL.places)
def test_places_compare_by_their_order(sign: Comparison, one: str, other: str) -> None:
    expected = COMPARE[sign](MODEL.places.index(one), MODEL.places.index(other))
    assert compare_ranks(sign, MODEL.ranks[one], MODEL.ranks[other]) is expected


@pytest.mark.parametrize(
    ("sign", "places"),
    [
        ("==", ["tree.young_tree", "tree.old"]),
        ("!=", ["start", "seed", "ash"]),
        ("<", ["start", "seed"]),
        ("<=", ["start", "seed", "tree.young_tree", "tree.old"]),
        (">", ["ash"]),
        (">=", ["tree.young_tree", "tree.old", "ash"]),
    ],
)
def test_what_lies_inside_a_phase_equals_it(sign: Comparison, places: list[str]) -> None:
    tree = MODEL.ranks["tree"]
    assert [place for place in MODEL.places if compare_ranks(sign, MODEL.ranks[place], tree)] == places


def test_models_that_differ_in_the_kind_of_a_parameter_differ() -> None:
    one, true, real = (evolve(MODEL, parameters=(("needed", value),)) for value in (1, True, 1.0))
    assert len({one, true, real}) == 3
    assert one == evolve(MODEL, parameters=(("needed", 1),))
