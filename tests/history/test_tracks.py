"""Tracks side by side: an example a behaviour."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

import onward
from onward.history.histories import in_order
from onward.model.elements import START

Tell = Callable[..., Any]

TWO = """
onward: 1
name: two
events: {go: , link: , stop: , note: , split: }
tracks:
  narrow:
    title: Narrow arena
    phases: [floated, declared, {done: {final: true}}]
    transitions:
      - {from: start, to: floated, on: go}
      - {from: floated, to: declared, on: [link, split], when: wide.phase >= linked}
      - {from: declared, to: done, on: stop}
  wide:
    phases: [seen, linked, {over: {final: true}}]
    transitions:
      - {from: start, to: seen, on: go}
      - {from: seen, to: linked, on: link}
      - {from: linked, to: seen, on: split, when: narrow.phase == floated}
      - {from: [seen, linked], to: over, on: stop}
"""


def one_step(narrow: str, wide: str, more: str = "") -> str:
    """Return a model whose tracks have three phases each and these transitions."""
    return f"""
onward: 1
name: two
events: {{go: , rain: , sun: }}
tracks:
  narrow: {{phases: [a, b, c], transitions: [{{from: start, to: a, on: go}}, {narrow}]}}
  wide: {{phases: [x, y, z], transitions: [{{from: start, to: x, on: go}}, {wide}]}}
{more}
"""


# ---- one event


def test_one_event_moves_every_track_that_it_concerns_in_the_order_of_the_model(tell: Tell) -> None:
    assert tell(TWO, "2001 go").steps == ["2001 go [narrow]: start -> floated", "2001 go [wide]: start -> seen"]


def test_guards_across_see_the_other_track_as_it_was_before_the_event(tell: Tell) -> None:
    told = tell(TWO, "2001 go", "2002 link", "2003 link")
    # In 2002 the wide track is linked by the very event that the narrow one answers: too late for it.
    assert told.steps[2:] == [
        "2002 link [narrow]: held",
        "2002 link [wide]: seen -> linked",
        "2003 link [narrow]: floated -> declared",
        "2003 link [wide]: recorded",
    ]


def test_two_tracks_whose_guards_look_at_each_other_move_together(tell: Tell) -> None:
    told = tell(TWO, "2001 go", "2002 link", "2003 split")
    assert told.moves[-2:] == ["2003 split [narrow]: floated -> declared", "2003 split [wide]: linked -> seen"]


def test_each_track_has_its_own_outcome(tell: Tell) -> None:
    told = tell(TWO, "2001 go", "2002 link", "2003 note", "2004 stop", "2005 link")
    assert told.steps[2:] == [
        "2002 link [narrow]: held",
        "2002 link [wide]: seen -> linked",
        "2003 note [narrow]: recorded",
        "2003 note [wide]: recorded",
        "2004 stop [narrow]: recorded",
        "2004 stop [wide]: linked -> over",
        "2005 link [narrow]: floated -> declared",
        "2005 link [wide]: recorded",
    ]


def test_a_track_that_is_final_records_while_another_goes_on_and_all_final_refuse(tell: Tell) -> None:
    told = tell(TWO, "2001 go", "2002 link", "2003 split", "2004 stop", "2005 note")
    assert told.steps[-4:] == [
        "2004 stop [narrow]: declared -> done",
        "2004 stop [wide]: seen -> over",
        "2005 note [narrow]: refused",
        "2005 note [wide]: refused",
    ]
    (refused,) = told.replay.deviation_rows
    assert (refused.track, refused.phase, refused.kind) == (None, "done; over", "refused")


def test_an_unknown_event_is_unknown_on_all_tracks_and_one_deviation(tell: Tell) -> None:
    told = tell(TWO, "2001 go", "2002 goo")
    assert told.steps[2:] == ["2002 goo [narrow]: unknown", "2002 goo [wide]: unknown"]
    assert [row.phase for row in told.replay.deviation_rows] == ["floated; seen"]


@pytest.mark.parametrize(("phases", "outcomes"), [("[linked]", "refused"), ("[start, declared]", "recorded")])
def test_a_rule_of_conduct_in_a_phase_of_any_track_refuses_on_all(tell: Tell, phases: str, outcomes: str) -> None:
    told = tell(f"{TWO}forbid: [{{on: note, in: {phases}}}]\n", "2001 go", "2002 link", "2003 note")
    assert told.steps[4:] == [f"2003 note [narrow]: {outcomes}", f"2003 note [wide]: {outcomes}"]


def test_start_is_on_every_track(tell: Tell) -> None:
    model = one_step("{from: a, to: b, on: rain}", "{from: start, to: y, on: rain, when: narrow.phase == b}").replace(
        "{from: start, to: x, on: go}", "{from: start, to: x, on: sun, when: narrow.phase == start}"
    )
    told = tell(model, "2001 go", "2002 sun", "2003 rain", "2004 rain")
    assert told.steps[1] == "2001 go [wide]: recorded"
    assert told.steps[3] == "2002 sun [wide]: held"
    assert told.moves == [
        "2001 go [narrow]: start -> a",
        "2003 rain [narrow]: a -> b",
        "2004 rain [wide]: start -> y",
    ]


# ---- rounds


def test_eventless_transitions_follow_in_rounds_each_seeing_what_the_one_before_left(tell: Tell) -> None:
    model = one_step(
        "{from: a, to: b, on: rain}, {from: b, to: c, when: wide.phase == y}",
        "{from: x, to: y, when: narrow.phase == b}",
    )
    told = tell(model, "2001 go", "2002 rain")
    assert told.moves[2:] == ["2002 rain [narrow]: a -> c", "2002 rain [wide]: x -> y"]
    narrow, wide = told.replay.step_rows[2:]
    assert (narrow.transition, narrow.implied) == ("a -> b; b -> c", ("b",))
    assert (wide.transition, wide.implied) == ("x -> y", ())


def test_transitions_of_one_round_are_judged_on_the_same_view_and_fire_together(tell: Tell) -> None:
    swap = (
        one_step(
            "{from: a, to: b, when: wide.phase == x and count >= 1}",
            "{from: x, to: y, when: narrow.phase == a and count >= 1}",
            "context: {count: {count: rain}}",
        )
        .replace("count >=", "n >=")
        .replace("context: {count:", "context: {n:")
    )
    assert tell(swap, "2001 go", "2002 rain").moves[2:] == ["2002 rain [narrow]: a -> b", "2002 rain [wide]: x -> y"]


def test_where_an_event_moves_one_track_the_eventless_ones_of_others_wait_a_round(tell: Tell) -> None:
    # What the event's own transition does away with is gone when the rounds begin ...
    told = tell(
        one_step("{from: a, to: b, on: rain}", "{from: x, to: y, when: narrow.phase == a and n >= 1}", N), *RAIN
    )
    assert told.moves[2:] == ["2002 rain [narrow]: a -> b"]
    # ... and where the event moves no track they are the first round.
    told = tell(one_step("{from: a, to: b, on: sun}", "{from: x, to: y, when: narrow.phase == a and n >= 1}", N), *RAIN)
    assert told.moves[2:] == ["2002 rain [wide]: x -> y"]


N = "context: {n: {count: rain}}"
RAIN = ("2001 go", "2002 rain")


def test_a_round_takes_the_first_transition_in_file_order_on_each_track(tell: Tell) -> None:
    told = tell(one_step("{from: a, to: c, when: n >= 1}, {from: a, to: b}", "{from: x, to: y}", N), *RAIN)
    # On the way in, in 2001, there is no rain yet: the second one fires.
    assert told.moves == ["2001 go [narrow]: start -> b", "2001 go [wide]: start -> y"]


# ---- what guards read


def test_bare_words_inside_a_track_mean_that_track(tell: Tell) -> None:
    model = one_step(
        "{from: [a, b], to: c, on: rain, when: phase == b and years_in_phase >= 1}, {from: a, to: b, on: rain}",
        "{from: x, to: y, on: rain, when: phase == x and narrow.years_in_phase < 1}",
    )
    told = tell(model, "2001 go", "2003 rain", "2005 rain")
    assert told.moves[2:] == ["2003 rain [narrow]: a -> b", "2005 rain [narrow]: b -> c"]


def test_years_in_phase_are_of_a_track_and_years_since_start_of_the_case(tell: Tell) -> None:
    model = one_step(
        "{from: a, to: b, on: rain}, {from: b, to: c, on: sun, when: years_in_phase < 2 and wide.years_in_phase > 3}",
        "{from: x, to: y, on: sun, when: years_since_start > 4.5}",
    )
    told = tell(model, "2001 go", "2004 rain", "2005 sun", "2006 sun")
    assert told.moves[2:] == [
        "2004 rain [narrow]: a -> b",
        "2005 sun [narrow]: b -> c",
        "2006 sun [wide]: x -> y",
    ]


def test_years_since_start_begin_with_the_first_move_on_any_track(tell: Tell) -> None:
    model = one_step("{from: a, to: b, on: rain}", "{from: y, to: z, on: sun, when: years_since_start >= 4}").replace(
        "{from: start, to: x, on: go}", "{from: start, to: y, on: rain}"
    )
    told = tell(model, "2001-01-01 go", "2004-01-01 rain", "2005-01-02 sun")
    assert told.moves[-1] == "2005-01-02 sun [wide]: y -> z"


def test_a_track_that_begins_later_does_not_begin_the_case_anew(tell: Tell) -> None:
    model = one_step("{from: a, to: b, on: rain}", "{from: y, to: z, when: years_since_start >= 2}").replace(
        "{from: start, to: x, on: go}", "{from: start, to: y, on: rain}"
    )
    assert tell(model, "2001 go", "2004 rain").moves[1:] == [
        "2004 rain [narrow]: a -> b",
        "2004 rain [wide]: start -> z",
    ]


def test_a_named_condition_speaks_of_all_tracks(tell: Tell) -> None:
    model = (
        one_step("{from: a, to: b, on: rain, when: apart}", "{from: x, to: y, on: rain, when: not apart}")
        + "conditions: {apart: narrow.phase == a and wide.phase == y}\n"
    )
    assert tell(model, "2001 go", "2002 rain", "2003 rain").moves[2:] == [
        "2002 rain [wide]: x -> y",
        "2003 rain [narrow]: a -> b",
    ]


def test_a_phase_with_stages_is_entered_at_its_first_on_its_track(tell: Tell) -> None:
    model = one_step(
        "{from: a, to: b, on: rain}, {from: b.one, to: b.two, on: sun}", "{from: x, to: y, when: narrow.phase == b.two}"
    ).replace("[a, b, c]", "[a, {b: {stages: [one, two]}}, c]")
    told = tell(model, "2001 go", "2002 rain", "2003 sun")
    assert told.moves[2:] == [
        "2002 rain [narrow]: a -> b.one",
        "2003 sun [narrow]: b.one -> b.two",
        "2003 sun [wide]: x -> y",
    ]
    assert [(row.track, row.phase, row.stage) for row in told.replay.case_rows] == [
        ("narrow", "b", "two"),
        ("wide", "y", None),
    ]


def test_what_is_passed_over_is_told_of_the_track_that_passes_it(tell: Tell) -> None:
    told = tell(one_step("{from: a, to: c, on: rain}", "{from: x, to: z, on: rain}"), *RAIN)
    assert [row.implied for row in told.replay.step_rows] == [(), (), ("b",), ("y",)]


# ---- invariants

BACK = one_step(
    "{from: a, to: b, on: rain}, {from: b, to: a, on: sun}", "{from: x, to: y, on: rain}, {from: y, to: x, on: sun}"
)


@pytest.mark.parametrize(
    ("invariant", "broken"),
    [
        ("irreversible", True),
        ("{name: no way back, irreversible: all}", True),
        ("{name: no way back, irreversible: narrow}", True),
        ("{name: no way back, irreversible: wide}", False),
    ],
)
def test_one_track_or_all_may_be_irreversible(tell: Tell, invariant: str, broken: bool) -> None:  # noqa: FBT001  # drawn
    model = BACK.replace("{from: y, to: x, on: sun}", "{from: y, to: z, on: sun}")
    told = tell(f"{model}invariants: [{invariant}]\n", "2001 go", "2002 rain", "2003 sun")
    assert [row.recorded for row in told.replay.deviation_rows] == (["2003"] if broken else [])


def test_a_reversal_on_two_tracks_at_once_is_one_breach(tell: Tell) -> None:
    told = tell(f"{BACK}invariants: [irreversible]\n", "2001 go", "2002 rain", "2003 sun")
    assert told.broken == ["2003 sun: breaks the invariant 'irreversible'"]
    (row,) = told.replay.deviation_rows
    assert (row.track, row.phase) == (None, "b; y")


def test_a_step_invariant_sees_the_other_tracks_before_and_after(tell: Tell) -> None:
    rule = "{name: one at a time, step: narrow.phase == before.narrow.phase or wide.phase == before.wide.phase}"
    told = tell(f"{BACK}invariants: [{rule}]\n", "2001 go", "2002 rain")
    assert [line.split(":")[0] for line in told.broken] == ["2001 go", "2002 rain"]


def test_an_always_invariant_may_bind_two_tracks(tell: Tell) -> None:
    rule = "{name: b needs y, always: narrow.phase < b or wide.phase == y}"
    model = BACK.replace("{from: x, to: y, on: rain}", "{from: x, to: y, on: rain, when: years_in_phase >= 2}")
    told = tell(f"{model}invariants: [{rule}]\n", "2001 go", "2002 rain", "2004 rain", "2005 sun")
    assert [line.split(":")[0] for line in told.broken] == ["2002 rain"]


# ---- tables


def test_cases_have_a_row_a_track_and_spells_tile_each_of_them(tell: Tell) -> None:
    told = tell(TWO, "2001 go", "2002 link", "2003 link").replay
    assert told.cases.select("case", "track", "phase", "moves", "events").rows() == [
        ("A", "narrow", "declared", 2, 3),
        ("A", "wide", "linked", 2, 3),
    ]
    assert [(row.track, row.phase, row.start.year, row.end and row.end.year) for row in told.spell_rows] == [
        ("narrow", "floated", 2001, 2003),
        ("wide", "seen", 2001, 2002),
        ("wide", "linked", 2002, None),
        ("narrow", "declared", 2003, None),
    ]
    assert told.steps.height == sum(told.outcomes.values()) == 6


def test_a_live_case_is_on_all_tracks_at_once() -> None:
    live = onward.live(onward.parse_model(TWO))
    assert live.phases == {"narrow": START, "wide": START}
    step = live.fire("go", time="2001")
    assert live.phases == {"narrow": "floated", "wide": "seen"}
    assert [(move.track, move.outcome, move.after) for move in step.moves] == [
        ("narrow", "moved", "floated"),
        ("wide", "moved", "seen"),
    ]
    assert not live.is_final
    assert not live.fire("note", time="2002")


def test_three_tracks_move_in_one_step(tell: Tell) -> None:
    third = (
        "  third: {phases: [one, two], transitions: [{from: start, to: one, on: go}, {from: one, to: two, on: rain}]}"
    )
    model = BACK.rstrip() + f"\n{third}\n"
    assert tell(model, *RAIN).moves[3:] == [
        "2002 rain [narrow]: a -> b",
        "2002 rain [wide]: x -> y",
        "2002 rain [third]: one -> two",
    ]


def test_the_tracks_of_an_event_stand_in_their_order_in_a_table_of_steps() -> None:
    tracks = "\n".join(
        f"  {name}: {{phases: [{name}_on], transitions: [{{from: start, to: {name}_on, on: go}}]}}" for name in "nwv"
    )
    model = onward.parse_model(f"onward: 1\nname: three\nevents: {{go: }}\ntracks:\n{tracks}\n", "three.yaml")
    rows = 60
    log = pl.DataFrame({"time": [f"{2000 + n}" for n in range(rows)], "event": ["go"] * rows, "case": ["a", "b"] * 30})
    steps = in_order(onward.replay(model, log).steps)
    assert steps["track"].to_list() == ["n", "w", "v"] * rows
    assert steps["row"].to_list() == [row for row in range(rows) for _ in range(3)]
