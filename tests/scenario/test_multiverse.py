"""Every variant of a multiverse is what its own model makes of its own log."""

import itertools
from typing import Any

import numpy as np
import polars as pl
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

import onward
from onward.log.log import EventLog
from onward.model.document import parse_model
from onward.model.model import Model
from onward.model.spelling import write_guard
from onward.problems import ModelError, UsageError
from onward.scenario.axes import Alternative, Axis, guard_axis, parameter_axis
from onward.scenario.editing import edit_log
from onward.scenario.edits import Add, Change, Drop, Edit, Insert, Remove, Selection, Tune
from onward.scenario.multiverse import Multiverse, multiverse
from onward.scenario.remodelling import remodel
from onward.scenario.sweeping import NOWHERE
from onward.scenario.what_if import what_if
from onward.testing import guards, logs, models, vocabulary_of

FEW = settings(max_examples=60)

# ---- what is drawn


@st.composite
def universes(draw: st.DrawFn) -> tuple[Model, EventLog, list[Axis], str]:
    """Draw a model, a log, axes of every kind, and a reading."""
    # Which values an attribute may have is asked of every guard; drawn guards ask for any.
    model = evolve(draw(models()), domains=())
    log = draw(logs(model, max_rows=8))
    kinds = [_guard_axis, _guard_axis, _parameter_axis, _log_axis, _mixed_axis, _rebuilt_axis]
    wanted = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=3))
    axes: list[Axis] = []
    for n, kind in enumerate(wanted):
        axis = Axis(f"axis {n}", kind(draw, model, log))
        if not any(_set_by(axis) & _set_by(other) for other in axes):
            axes.append(axis)
    return model, log, axes, draw(st.sampled_from(("certain", "possible")))


def _set_by(axis: Axis) -> set[object]:
    """Return what an axis sets: no two of a grid may set the same."""
    edits = [edit for one in axis.alternatives for edit in one.edits]
    tuned = {name for edit in edits if isinstance(edit, Tune) for name in edit.values}
    return tuned | {edit.name for edit in edits if isinstance(edit, Change)}


def _named(ways: list[list[Edit]]) -> tuple[Alternative, ...]:
    return tuple(Alternative(f"way {number}", tuple(edits)) for number, edits in enumerate(ways))


def _new_guard(draw: st.DrawFn, model: Model, number: int) -> Edit:
    track = model.transitions[number].track
    guard = draw(st.none() | guards(vocabulary_of(model, track=track)))
    return Change("transition", number + 1, {"when": None if guard is None else write_guard(guard)})


def _guard_axis(draw: st.DrawFn, model: Model, _: EventLog) -> tuple[Alternative, ...]:
    if not model.transitions:
        return _named([[]])
    numbers = st.lists(st.integers(0, len(model.transitions) - 1), max_size=2)
    return _named([[_new_guard(draw, model, n) for n in draw(numbers)] for _ in range(draw(st.integers(1, 3)))])


def _parameter_axis(draw: st.DrawFn, model: Model, _: EventLog) -> tuple[Alternative, ...]:
    names = [name for name, value in model.parameters if type(value) is int]
    if not names:
        return _named([[]])
    name, values = draw(st.sampled_from(names)), draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    tuned: list[list[Edit]] = [[Tune({name: value})] for value in values]
    return _named([[], *tuned])


def _log_axis(draw: st.DrawFn, model: Model, log: EventLog) -> tuple[Alternative, ...]:
    rows = draw(st.lists(st.integers(0, len(log) - 1), max_size=2)) if len(log) else []
    return _named([[], *([_one_more(draw, model, log, row)] for row in rows)])


def _one_more(draw: st.DrawFn, model: Model, log: EventLog, row: int) -> Edit:
    """Return the edit that adds an event to the case of a row, at its date."""
    organizations = log.organizations[row] if log.has_organizations else ()
    case = log.case_names[row] if log.has_case and not organizations else ""
    return Insert(draw(st.sampled_from(list(model.kinds))), log.times[row], case=case, organizations=organizations)


def _mixed_axis(draw: st.DrawFn, model: Model, log: EventLog) -> tuple[Alternative, ...]:
    return _named(
        [
            [*one.edits, *other.edits]
            for one, other in zip(_guard_axis(draw, model, log), _log_axis(draw, model, log), strict=False)
        ]
    )


def _rebuilt_axis(draw: st.DrawFn, model: Model, _: EventLog) -> tuple[Alternative, ...]:
    numbers = [n for n, t in enumerate(model.transitions) if t.on is not None]
    if not numbers:
        return _named([[]])
    number, kind = draw(st.sampled_from(numbers)), draw(st.sampled_from(list(model.kinds)))
    already = model.transitions[number].on == (kind,)
    other: list[list[Edit]] = [] if already else [[Change("transition", number + 1, {"on": [kind]})]]
    return _named([[], *other])


# ---- what each variant must be


def alone(made: Multiverse, number: int) -> dict[tuple[str, str], str] | None:
    """Return where one variant leaves every case, worked out by itself; None if it is no model."""
    scenario = made.variant(number)
    try:
        model = remodel(made.model, scenario.of_model)
    except ModelError:
        return None
    log = edit_log(model, made.log, scenario.of_log).whole()
    replay = onward.replay(model, log, as_of=made.as_of, reading=made.reading, engine="plain")
    return {(row.case, row.track or ""): place_of(row.phase, row.stage) for row in replay.case_rows}


def place_of(phase: str, stage: str | None) -> str:
    return f"{phase}.{stage}" if stage else phase


def told(made: Multiverse, number: int) -> dict[tuple[str, str], str] | None:
    """Return what the multiverse says of the same."""
    if not made.sound[number]:
        return None
    stands = zip(made.columns, made.stands[number].tolist(), strict=True)
    return {column: made.places[place] for column, place in stands if place != NOWHERE}


@FEW
@given(universes())
def test_every_variant_is_what_its_own_model_makes_of_its_own_log(
    drawn: tuple[Model, EventLog, list[Axis], Any],
) -> None:
    model, log, axes, reading = drawn
    try:
        made = multiverse(model, log, axes, reading=reading)
    except ModelError:
        return  # a rebuilt model that can go round for ever
    for number in range(len(made)):
        assert told(made, number) == alone(made, number), made.variant(number)


@FEW
@given(st.data())
def test_a_multiverse_without_axes_is_a_replay(data: st.DataObject) -> None:
    model = data.draw(models())
    log = data.draw(logs(model))
    made = multiverse(model, log, [])
    assert len(made) == 1
    assert made.variant(0).edits == ()
    assert told(made, 0) == alone(made, 0)


@FEW
@given(universes(), st.integers(0, 2))
def test_the_order_of_axes_that_leave_one_another_alone_does_not_matter(
    drawn: tuple[Model, EventLog, list[Axis], Any], wanted: int
) -> None:
    model, log, _, reading = drawn
    numbers = range(min(len(model.transitions), 2 + wanted))
    axes = [guard_axis(f"axis {n}", n + 1, [None, "1 > 2"]) for n in numbers if model.transitions[n].on]
    made = multiverse(model, log, axes, reading=reading)
    turned = multiverse(model, log, axes[::-1], reading=reading)
    shape = (*made.shape, len(made.columns))
    again = turned.stands.reshape((*turned.shape, len(turned.columns)))
    assert made.columns == turned.columns
    there = made.stands.reshape(shape)
    assert (there == again.transpose((*reversed(range(len(axes))), len(axes)))).all()


# ---- one example a behaviour

GARDEN = """
onward: 1
name: garden
cases: column
parameters: {enough: 2}
events: {sow: , water: , pick: }
context:
  wet: {count: [water]}
  picked: {count: [pick], where: event.ripe}
phases: [seed, {plant: {stages: [small, tall]}}, {gone: {final: true}}]
transitions:
  - {from: start, to: seed, on: sow}
  - {from: seed, to: plant, when: wet >= enough}
  - {from: plant.small, to: plant.tall, on: water, when: wet >= 3}
  - {from: [seed, plant], to: gone, on: pick, when: event.ripe}
"""


def garden(model: str = GARDEN) -> Model:
    return parse_model(model, "garden")


def seen(*rows: str) -> EventLog:
    """Return the log with rows such as `2001 water oak`."""
    cells = [row.split() for row in rows]
    columns = {"time": 0, "event": 1, "case": 2}
    frame = pl.DataFrame({name: [row[at] for row in cells] for name, at in columns.items()})
    ripe = [row[3] == "ripe" if len(row) > 3 else None for row in cells]
    return onward.read_log(frame.with_columns(pl.Series("ripe", ripe, dtype=pl.Boolean)))


OAK = seen("2001 sow oak", "2002 water oak", "2003 water oak", "2001 sow elm", "2004 water elm")
WATER = parameter_axis("water", "enough", [1, 2, 3])


def places(made: Multiverse, case: str) -> list[str | None]:
    return [made.place(number, case) for number in range(len(made))]


def test_a_parameter_is_swept_with_the_value_that_it_has_among_others() -> None:
    made = multiverse(garden(), OAK, [WATER])
    assert (made.shape, len(made), made.columns) == ((3,), 3, (("elm", ""), ("oak", "")))
    assert places(made, "oak") == ["plant.small", "plant.small", "seed"]
    assert places(made, "elm") == ["plant.small", "seed", "seed"]
    assert made.variant(1).edits == ()
    assert made.variant(2).edits == (Tune({"enough": 3}),)
    assert made.names(2) == ("3",)
    assert made.variant(2).name == "water: 3"


@pytest.mark.parametrize(
    "guard",
    [
        "not wet < enough",
        "wet >= enough or wet > 3",
        "wet in [enough, 3]",
        "wet + 1 >= 2 * enough",
        "wet > -enough + 2",
        "watered and wet < 4",
        "enough in event.marks.each or wet >= enough",
    ],
)
def test_a_parameter_is_swept_wherever_it_stands_in_a_guard(guard: str) -> None:
    model = garden(GARDEN.replace("phases:", "conditions: {watered: wet >= enough}\nphases:"))
    made = multiverse(model, OAK, [guard_axis("grow", 2, [guard]), WATER])
    assert [told(made, number) for number in range(3)] == [alone(made, number) for number in range(3)]
    assert len({place for case in ("oak", "elm") for place in places(made, case)}) > 1


def test_a_variant_can_be_compared_with_what_was_before() -> None:
    made = multiverse(garden(), OAK, [WATER, guard_axis("tall", 3, ["wet >= 2", "wet >= 3"])])
    compared = what_if(garden(), OAK, made.variant(0), as_of=made.as_of)
    assert compared.changed_cases == ("elm", "oak")
    assert made.place(0, "oak") == "plant.tall"


def test_each_variant_is_numbered_with_the_last_axis_changing_fastest() -> None:
    tall = guard_axis("tall", 3, ["wet >= 2", "wet >= 3"])
    made = multiverse(garden(), OAK, [WATER, tall])
    assert [made.names(number) for number in range(3)] == [("1", "wet >= 2"), ("1", "wet >= 3"), ("2", "wet >= 2")]


MEND = "make one axis of the two, with an alternative for each of their combinations"


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (guard_axis("b", 2, ["wet > 9"], place="s.yaml:4:5"), f"s.yaml:4:5: {{}} 'when' of the transition 2; {MEND}"),
        (guard_axis("b", "seed -> plant", [None]), f"grid: {{}} 'when' of the transition 'seed -> plant'; {MEND}"),
        (parameter_axis("b", "enough", [3]), f"grid: {{}} the parameter 'enough'; {MEND}"),
        (
            Axis("b", (Alternative("x"), Alternative("y", (Change("parameter", "enough", 3),)))),
            f"grid: {{}} the parameter 'enough'; {MEND}",
        ),
    ],
)
def test_what_one_axis_sets_no_other_may_set(second: Axis, said: str) -> None:
    first = [*guard_axis("", 2, ["wet >= 1", None]).alternatives, *parameter_axis("", "enough", [1, 2]).alternatives]
    with pytest.raises(UsageError) as caught:
        multiverse(garden(), OAK, [Axis("a", first), second])
    assert str(caught.value) == said.format("the axes 'a' and 'b' both set")


def test_axes_may_change_one_element_where_numbers_do_not_stay() -> None:
    """A number may be that of another transition once one is added."""
    rebuilt = Axis("a", (Alternative("more", (Add("event", {}, "wind"), Change("transition", 3, {"name": "up"}))),))
    assert len(multiverse(garden(), OAK, [rebuilt, guard_axis("b", 2, [None])])) == 1
    removed = Axis("a", (Alternative("b", (Change("transition", 2, {"name": "up"}), Remove("transition", 3))),))
    assert len(multiverse(garden(), OAK, [removed, guard_axis("b", "up", [None])])) == 1


def test_two_parameters_of_one_guard_may_be_swept_at_once() -> None:
    model = garden(
        GARDEN.replace("{enough: 2}", "{enough: 2, more: 0}").replace("wet >= enough", "wet >= enough + more")
    )
    axes = [WATER, parameter_axis("more", "more", [0, 1])]
    made = multiverse(model, OAK, axes)
    assert places(made, "oak") == ["plant.small"] * 3 + ["seed"] * 3
    both = Axis("both", (Alternative("both", (Tune({"enough": 2, "more": 1}),)),))
    assert multiverse(model, OAK, [both]).variant(0).edits == (Tune({"more": 1}),)


def test_what_is_so_already_is_left_out_of_a_variant_even_between_edits_that_need_one_another() -> None:
    back = Add("transition", {"from": "plant", "to": "seed", "when": "wet < 9"})
    mend, idle = Change("transition", 5, {"when": "wet < 2"}), Change("transition", 1, {"when": None})
    made = multiverse(garden(), OAK, [Axis("back", (Alternative("back", (back, idle, mend)),))])
    assert made.variant(0).edits == (back, mend)
    assert told(made, 0) == alone(made, 0)


def test_each_round_of_a_step_judges_its_guards_anew() -> None:
    model = garden(GARDEN.replace("on: water, when: wet >= 3", "when: phase == seed"))
    # By the second round, in the same step, the case is no longer a seed.
    axes = [guard_axis("grow", 2, ["phase == seed", "wet > 9"]), guard_axis("tall", 3, ["phase == seed", "wet > 9"])]
    assert places(multiverse(model, OAK, axes), "oak") == ["plant.small", "plant.small", "seed", "seed"]


def test_an_axis_may_change_both_log_and_guards() -> None:
    soon = guard_axis("", 2, ["wet >= 1"]).alternatives[0].edits
    late = (*guard_axis("", 2, ["wet >= 3"]).alternatives[0].edits, Insert("water", 2005, case="elm"))
    made = multiverse(garden(), OAK, [Axis("both", (Alternative("soon", soon), Alternative("late", late)))])
    assert places(made, "oak") == ["plant.small", "seed"]
    assert [told(made, number) for number in range(2)] == [alone(made, number) for number in range(2)]


def test_edits_in_common_are_made_first_and_by_every_variant() -> None:
    common: list[Edit] = [
        Add("context", {"count": ["sow"]}, "roots"),
        Drop(Selection(cases="oak", types="water", rows=2)),
    ]
    made = multiverse(garden(), OAK, [guard_axis("roots", 2, ["roots >= 1", "wet >= 1 and roots >= 1"])], common=common)
    assert made.variant(1).edits[:2] == tuple(common)
    assert places(made, "oak") == ["plant.small", "plant.small"]
    assert [told(made, number) for number in range(2)] == [alone(made, number) for number in range(2)]


def test_an_axis_may_change_the_log() -> None:
    fewer = Alternative("one water less", (Drop(Selection(rows=3)),))
    gone = Alternative("no elm", (Drop(Selection(cases="elm")),))
    made = multiverse(garden(), OAK, [WATER, Axis("rows", (Alternative("as it is"), fewer, gone))])
    assert places(made, "oak") == ["plant.small"] * 4 + ["seed", "plant.small"] + ["seed"] * 3
    assert made.place(2, "elm") is None
    assert made.stands[2].tolist()[0] == NOWHERE


def test_an_axis_may_rebuild_the_model_and_others_go_by_what_it_leaves() -> None:
    rebuilt = Axis(
        "memory",
        (
            Alternative("counts", (Add("context", {"count": ["sow", "water"]}, "care"),)),
            Alternative("counts seeds", (Add("context", {"count": ["sow"]}, "care"),)),
        ),
    )
    made = multiverse(garden(), OAK, [rebuilt, guard_axis("care", 2, ["care >= 2", "care >= 1"])])
    assert places(made, "elm") == ["plant.small", "plant.small", "seed", "plant.small"]
    assert [told(made, number) for number in range(4)] == [alone(made, number) for number in range(4)]


def test_a_parameter_that_memory_reads_is_swept_too() -> None:
    model = garden(
        GARDEN.replace("where: event.ripe", "where: enough >= 2").replace("when: event.ripe", "when: picked >= 1")
    )
    made = multiverse(model, seen("2001 sow oak", "2002 pick oak"), [WATER])
    assert places(made, "oak") == ["seed", "gone", "gone"]


def test_a_parameter_that_memory_reads_in_one_rebuilt_model_only_is_swept_right() -> None:
    made = multiverse(
        garden(),
        seen("2001 sow oak", "2002 pick oak"),
        [
            Axis(
                "memory",
                (
                    Alternative("as it is"),
                    Alternative("other", (Change("context", "picked", {"where": "enough >= 2"}),)),
                ),
            ),
            guard_axis("end", 4, ["picked >= 1"]),
            WATER,
        ],
    )
    assert places(made, "oak") == ["seed", "seed", "seed", "seed", "gone", "gone"]


def test_the_window_is_that_of_the_log_with_the_latest_event() -> None:
    later = Insert("water", 2009, case="elm")
    made = multiverse(garden(), OAK, [Axis("rows", (Alternative("as it is"), Alternative("later", (later,))))])
    assert made.as_of is not None
    assert made.as_of.recorded == "2009"
    ended = multiverse(garden(), OAK, [WATER], as_of=2002)
    assert places(ended, "oak") == ["plant.small", "seed", "seed"]


def test_an_empty_log_has_no_cases() -> None:
    made = multiverse(garden(), seen(), [WATER])
    assert (made.columns, made.stands.shape, made.as_of, made.hinges) == ((), (3, 0), None, ())


def test_a_data_frame_is_a_log_too() -> None:
    assert (multiverse(garden(), OAK.frame, [WATER]).stands == multiverse(garden(), OAK, [WATER]).stands).all()


# ---- against what is expected


def test_a_phase_is_expected_with_all_of_its_stages_and_a_stage_alone() -> None:
    tall = guard_axis("tall", 3, ["wet >= 2", "wet >= 3"])
    made = multiverse(garden(), OAK, [WATER, tall], expect={"oak": "plant", "ELM": "seed"})
    assert made.agrees.tolist() == [False, False, True, True, False, False]
    assert made.right.tolist() == [1, 1, 2, 2, 1, 1]
    assert (made.agreeing, made.expected) == (2, (("oak", "plant"), ("elm", "seed")))
    assert multiverse(garden(), OAK, [WATER, tall], expect={"oak": "plant.tall"}).agrees.tolist() == [
        True,
        *[False] * 5,
    ]


def test_a_case_may_be_expected_not_to_have_begun() -> None:
    never = guard_axis("begin", 1, [None, "1 > 2"])
    assert multiverse(garden(), OAK, [never], expect={"elm": "start"}).agrees.tolist() == [False, True]


def test_each_alternative_has_its_share_of_the_variants_that_agree() -> None:
    made = multiverse(garden(), OAK, [WATER, guard_axis("tall", 3, [None, "wet >= 3"])], expect={"oak": "plant"})
    assert [(one.axis, one.alternative, one.agreeing, one.share) for one in made.shares] == [
        ("water", "1", 2, 0.5),
        ("water", "2", 2, 0.5),
        ("water", "3", 0, 0),
        ("tall", "always", 2, 0.5),
        ("tall", "wet >= 3", 2, 0.5),
    ]
    none = multiverse(garden(), OAK, [WATER], expect={"oak": "gone"})
    assert {(one.agreeing, one.share) for one in none.shares} == {(0, None)}
    assert not multiverse(garden(), OAK, [WATER]).agrees.any()


def test_the_smallest_of_the_variants_that_agree_ask_for_no_more_than_they_must() -> None:
    both = guard_axis("plant", 2, [None, "wet >= 1", "wet >= 2", "wet >= 1 and wet >= 2"])
    made = multiverse(garden(), OAK, [both], expect={"oak": "plant", "elm": "seed"})
    assert [made.names(number) for number in made.smallest] == [("wet >= 2",)]
    fewer = Axis("rows", (Alternative("as it is"), Alternative("less", (Drop(Selection(rows=4)),))))
    # What changes the log is no more and no less than another log.
    apart = multiverse(garden(), OAK, [both, fewer, WATER], expect={"oak": "plant"})
    assert [apart.names(number) for number in apart.smallest] == [
        ("always", row, enough) for row in ("as it is", "less") for enough in ("1", "2", "3")
    ]


def test_hinges_tell_how_often_the_place_of_a_case_hangs_on_an_axis() -> None:
    tall = guard_axis("tall", 3, ["wet >= 2", "wet >= 3"])
    made = multiverse(garden(), OAK, [WATER, tall, guard_axis("same", 1, [None])])
    assert [(one.axis, one.case, one.share) for one in made.hinges] == [
        ("water", "elm", 1),
        ("water", "oak", 1),
        ("tall", "elm", 0),
        ("tall", "oak", pytest.approx(1 / 3)),
    ]


# ---- tracks and time

TWO = """
onward: 1
name: two
cases: column
events: {sow: , water: }
context: {wet: {count: [water], within: 1 years}}
tracks:
  wood:
    phases: [seed, tree]
    transitions:
      - {from: start, to: seed, on: sow}
      - {from: seed, to: tree, when: wet >= 1}
  soil:
    phases: [dry, damp, {lost: {final: true}}]
    transitions:
      - {from: start, to: dry, on: sow}
      - {from: dry, to: damp, when: wet >= 1}
      - {name: dries, from: damp, to: dry, when: wet == 0}
      - {from: dry, to: lost, after: 3 years, when: wet == 0}
"""


def test_a_model_with_tracks_has_a_column_for_each() -> None:
    axes = [
        guard_axis("tree", 2, ["soil.phase == damp", "phase == seed and wet >= 2"]),
        guard_axis("loss", 6, [None, "wet > 0"]),
    ]
    log = seen("2001 sow oak", "2002 water oak")
    made = multiverse(garden(TWO), log, axes, as_of=2007, expect={"oak": "seed; lost"})
    assert made.columns == (("oak", "wood"), ("oak", "soil"))
    assert [made.place(number, "oak", "soil") for number in range(4)] == ["lost", "dry", "lost", "dry"]
    assert [told(made, number) for number in range(4)] == [alone(made, number) for number in range(4)]
    assert made.agrees.tolist() == [False, False, True, False]
    assert {"oak: wood", "oak: soil"} < set(made.frame.columns)
    nowhere = multiverse(garden(TWO), log, axes[:1], as_of=2000, expect=None)
    assert nowhere.columns == ()
    mixed = multiverse(garden(TWO), log, [guard_axis("begin", 1, ["1 > 2"])], expect={"oak": "start; damp"})
    assert mixed.agrees.tolist() == [True]
    assert multiverse(garden(TWO), log, [], expect={"oak": "start"}).agrees.tolist() == [False]


def test_a_timer_that_an_earlier_event_started_runs_out_in_variants_run_abreast() -> None:
    log = seen("2001 sow oak", "2003 sow oak")
    made = multiverse(garden(TWO), log, [guard_axis("tree", 2, [None, "wet >= 1"])], as_of=2005)
    assert [made.place(number, "oak", "soil") for number in range(2)] == ["lost", "lost"]


def test_a_track_that_is_not_there_is_told() -> None:
    made = multiverse(garden(TWO), seen("2001 sow oak"), [])
    with pytest.raises(UsageError, match="there is no track 'wod'; did you mean 'wood'"):
        made.place(0, "oak", "wod")


# ---- variants that are no models


def test_variants_that_can_go_round_for_ever_are_set_aside_and_told() -> None:
    back = Add("transition", {"from": "plant", "to": "seed", "when": "wet < 2"})
    axes = [guard_axis("back", 5, ["wet < 1", "wet < 2", "wet < 3"]), guard_axis("grow", 2, ["wet >= 1", "wet >= 2"])]
    made = multiverse(garden(), OAK, axes, common=[back], expect={"oak": "plant"})
    assert made.sound.tolist() == [True, True, False, True, False, False]
    assert made.agrees.tolist() == [True, True, False, True, False, False]
    assert made.stands[2].tolist() == [NOWHERE, NOWHERE]
    assert [str(problem).split(":")[0] for problem in made.problems] == ["variant 2", "variant 4", "variant 5"]
    assert "back: wet < 2; grow: wet >= 1: transitions without an event can go round for ever" in str(made.problems[0])
    assert [told(made, number) for number in range(6)] == [alone(made, number) for number in range(6)]
    assert [hinge.share for hinge in made.hinges if hinge.axis == "back"] == [0, 0]


def test_several_variants_with_one_loop_are_told_once() -> None:
    back = Add("transition", {"from": "plant", "to": "seed", "when": "wet < 2"})
    axes = [guard_axis("back", 5, ["wet < 3"]), guard_axis("tall", 3, ["wet >= 1", None])]
    made = multiverse(garden(), OAK, axes, common=[back])
    assert not made.sound.any()
    assert made.columns == ()
    assert [problem.where for problem in made.problems] == ["variant 0 (and 1 more): back: wet < 3; tall: wet >= 1"]


def test_guards_that_cannot_make_a_round_however_they_come_out_are_not_tried_one_by_one() -> None:
    model = garden(GARDEN + "  - {from: plant.tall, to: seed, when: wet < 1 and wet > 1}\n")
    made = multiverse(model, OAK, [guard_axis("grow", 2, ["wet >= 1", "wet >= 2"])])
    assert made.sound.all()


# ---- as a table


def test_the_table_has_a_row_a_variant() -> None:
    fewer = Alternative("no elm", (Drop(Selection(cases="elm")),))
    made = multiverse(garden(), OAK, [Axis("elm", (Alternative("as it is"), fewer)), WATER], expect={"oak": "plant"})
    assert made.frame.columns == ["variant", "elm", "water", "case elm", "oak", "sound", "right", "agrees"]
    assert made.frame.row(3) == (3, "no elm", "1", None, "plant.small", True, 1, True)
    assert made.frame.row(2) == (2, "as it is", "3", "seed", "seed", True, 0, False)
    assert multiverse(garden(), OAK, [WATER]).frame.columns == ["variant", "water", "elm", "oak", "sound"]


def test_a_multiverse_cannot_be_changed_and_tells_how_it_was_made() -> None:
    made = multiverse(garden(), OAK, [WATER], expect={"oak": "plant"}, as_of=2005)
    for array in (made.stands, made.right, made.sound, made.agrees):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    manifest = made.manifest
    assert manifest["axes"] == {"water": ["1", "2", "3"]}
    assert (manifest["as_of"], manifest["expected"]) == ("2005", {"oak": "plant"})
    assert (
        manifest["grid_fingerprint"]
        != multiverse(garden(), OAK, [WATER], common=[Tune({"enough": 1})]).manifest["grid_fingerprint"]
    )
    assert multiverse(garden(), seen(), []).manifest["expected"] is None
    assert manifest["statement"] == made.statement == "a statement about the model, not a causal estimate"
    assert repr(made) == "Multiverse(model='garden', shape=(3,), variants=3, agreeing=2)"
    assert repr(multiverse(garden(), OAK, [WATER])) == "Multiverse(model='garden', shape=(3,), variants=3)"


# ---- mistakes


def test_what_is_expected_must_be_there() -> None:
    with pytest.raises(UsageError) as told_:
        multiverse(garden(), OAK, [WATER], expect={"oka": "plant", "elm": "plnt", "oak": "seed", "Oak": "seed"})
    assert [str(problem) for problem in told_.value.problems] == [
        "case: there is no case 'oka'; did you mean 'oak'?",
        "expect: elm: there is no phase 'plnt'; did you mean 'plant'?",
        "expect: 'oak' is expected twice; delete one",
    ]


def test_axes_and_alternatives_have_names_of_their_own_and_there_are_some() -> None:
    with pytest.raises(UsageError) as told_:
        multiverse(garden(), OAK, [Axis("a", ()), Axis("a", (Alternative("b"), Alternative("b")))])
    assert [str(problem) for problem in told_.value.problems] == [
        "grid: there are two of the axis 'a'; give each a name of its own",
        "a: the axis has no alternatives; give it one or more, or leave it out",
        "a: there are two of the alternative 'b'; give each a name of its own",
    ]


@pytest.mark.parametrize("name", ["variant", "sound", "right", "agrees"])
def test_no_axis_has_the_name_of_a_column(name: str) -> None:
    with pytest.raises(UsageError, match=f"{name}: the table has a column '{name}' already; give the axis another"):
        multiverse(garden(), OAK, [parameter_axis(name, "enough", [1])])


def test_a_case_never_takes_the_column_of_something_else() -> None:
    cases = ["oak", "case oak", "sound", "variant", "agrees"]
    log = onward.read_log(pl.DataFrame({"time": ["2001"] * 5, "event": ["sow"] * 5, "case": cases}))
    made = multiverse(garden(), log, [parameter_axis("oak", "enough", [1, 9])], expect={"sound": "seed"})
    assert made.frame.columns == [
        *("variant", "oak", "case agrees", "case oak", "case case oak", "case sound", "case variant"),
        *("sound", "right", "agrees"),
    ]
    assert made.frame["oak"].to_list() == ["1", "9"]
    assert made.frame["sound"].to_list() == [True, True]


def test_every_bad_guard_of_an_axis_is_told_at_its_place() -> None:
    text = """\
onward: 1
name: guards
grid:
  - axis: a
    transition: 2
    when: [wett >= 1, wet >= 1, wet >=, wett >= 1 and wet > 1]
  - axis: b
    transition: 3
    when: {all of: [wet >= 1, wot >= 1]}
"""
    with pytest.raises(UsageError) as caught:
        multiverse(garden(), OAK, onward.parse_scenarios(text, "s.yaml").axes)
    assert [problem.where for problem in caught.value.problems] == [
        *("s.yaml:6:12", "s.yaml:6:33", "s.yaml:6:41", "s.yaml:9:31")
    ]
    with pytest.raises(UsageError) as caught:
        multiverse(garden(), OAK, [guard_axis("a", 2, ["wett >= 1", "wot >= 1"])])
    assert len(caught.value.problems) == 2


def test_what_is_expected_may_be_said_by_titles() -> None:
    model = garden(GARDEN.replace("phases: [seed", "phases: [{seed: {title: A seed}}"))
    assert multiverse(model, OAK, [WATER], expect={"oak": "A seed"}).expected == (("oak", "seed"),)


@pytest.mark.parametrize("expect", ["figure.csv", ["oak"], {"oak": 1}])
def test_what_is_expected_is_places_by_case(expect: Any) -> None:  # noqa: ANN401  # that it is told
    with pytest.raises(UsageError, match="expect"):
        multiverse(garden(), OAK, [WATER], expect=expect)


def test_there_may_not_be_too_many_variants() -> None:
    axes = [parameter_axis(f"axis {n}", "enough", range(100)) for n in range(4)]
    with pytest.raises(UsageError, match="100,000,000 combinations"):
        multiverse(garden(), OAK, axes)


def test_a_number_beyond_the_last_variant_is_told() -> None:
    made = multiverse(garden(), OAK, [WATER])
    for ask in (made.variant, made.names, lambda number: made.place(number, "oak")):
        with pytest.raises(UsageError, match="there is no variant 3; they are numbered from 0 to 2"):
            ask(3)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (Change("transition", 9, {"when": None}), "transition 9"),
        (Change("transition", "seed -> plnt", {"when": None}), "did you mean 'seed -> plant'"),
        (Change("transition", 2, {"when": "wett >= 1"}), "did you mean 'wet'"),
        (Tune({"enuf": 1}), "did you mean 'enough'"),
        (Remove("transition", 9), "9"),
    ],
)
def test_an_alternative_that_names_what_is_not_there_is_told(edit: Edit, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        multiverse(garden(), OAK, [Axis("a", (Alternative("b", (edit,)),))])


def test_a_rebuilt_model_that_is_none_is_told_with_the_alternatives_that_make_it() -> None:
    gone = Axis("memory", (Alternative("as it is"), Alternative("none", (Remove("context", "wet"),))))
    with pytest.raises(ModelError, match=r"^memory: none: garden as edited.*'wet'"):
        multiverse(garden(), OAK, [gone, WATER])


def test_a_name_that_several_transitions_have_is_told_with_their_numbers() -> None:
    model = garden(GARDEN + "  - {from: seed, to: plant, on: pick}\n")
    with pytest.raises(UsageError, match="2 or 5"):
        multiverse(model, OAK, [guard_axis("a", "seed -> plant", [None])])
    assert len(multiverse(model, OAK, [guard_axis("a", "plant.small -> plant.tall", [None])])) == 1


def test_a_log_must_be_one() -> None:
    with pytest.raises(UsageError, match="no log can be read from a list"):
        multiverse(garden(), [], [])  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="there is no reading 'sure'"):
        multiverse(garden(), OAK, [], reading="sure")  # type: ignore[arg-type]


# ---- the report


def test_57_of_16384_pairs_of_rules_reproduce_the_figure() -> None:
    study = onward.load_study("partnership")
    log = onward.load_study("partnership_lessons").log
    features = [f"theatres >= {n}" for n in (1, 2, 3)] + [
        f"{name} >= 1" for name in ("support", "basis", "machinery", "praise")
    ]
    subsets = [" and ".join(some) or None for n in range(8) for some in itertools.combinations(features, n)]
    common: list[Edit] = [
        Add("context", {"count": ["support_provided"]}, "support"),
        Add("context", {"count": ["lesson_identified"], "where": 'event.verdict == "worked"'}, "praise"),
        Change("transition", 6, {"from": "startup"}),
    ]
    figure = {
        "EU;UN": "maintenance",
        "EU;NATO": "maintenance",
        "NATO;UN": "startup.proven",
        "AU;UN": "startup.proven",
        "AU;EU": "startup.founding",
        "AU;NATO": "startup.founding",
    }
    axes = [guard_axis("maintenance", 6, subsets), guard_axis("middle", 5, subsets)]
    made = multiverse(study.model, log, axes, common=common, expect=figure, as_of=study.as_of)
    assert (len(made), made.agreeing) == (16_384, 57)
    assert {made.names(number) for number in made.smallest} == {
        (rule, f"theatres >= {n}")
        for rule in (
            "machinery >= 1",
            "theatres >= 1 and basis >= 1 and praise >= 1",
            "theatres >= 2 and basis >= 1 and praise >= 1",
        )
        for n in (1, 2)
    }
    for number in np.flatnonzero(made.agrees)[::19].tolist():
        assert told(made, number) == alone(made, number)
