"""What each kind of variable remembers, and what guards see of it. An example a behaviour."""

from collections.abc import Callable
from typing import Any

import pytest

import onward

Tell = Callable[..., Any]


def model(*context: str, when: str = "", more: str = "") -> str:
    """Return a model that remembers this and moves from a to b when told."""
    kept = "\n".join(f"  {line}" for line in context)
    guard = f'when: "{when}"' if when else "on: never"
    return f"""
onward: 1
name: memory
events: {{go: , rain: , sun: , frost: , never: }}
context:
{kept}
phases: [a, b]
transitions:
  - {{from: start, to: a, on: go}}
  - {{from: a, to: b, {guard}}}
{more}
"""


@pytest.mark.parametrize(
    ("reducer", "empty", "value"),
    [
        ("count: rain", 0, 4),
        ("count: [rain, sun]", 0, 5),
        ("count: any", 0, 6),
        ("count: rain, where: event.size >= 2", 0, 2),
        ("distinct: place, of: rain", 0, 2),
        ("distinct: size, of: any", 0, 4),
        ("sum: size, of: rain", 0, 6),
        ("sum: size, of: any", 0, 4),
        ("sum: size, of: rain, where: event.size < 2", 0, 1),
        ("sum: size, of: frost", 0, 0),
        ("max: size, of: rain", None, 3),
        ("max: size, of: any", None, 3),
        ("max: size, of: sun", None, -2),
        ("max: size, of: rain, where: event.size < 3", None, 2),
        ("max: size, of: frost", None, None),
        ("latest: size, of: rain", None, 2),
        ("latest: size, of: any", None, -2),
        ("latest: place, of: rain", None, "Oslo"),
        ("latest: place, of: any, where: event.size == 3", None, "Bergen"),
        ("latest: formal, of: any", None, True),
        ("latest: place, of: frost", None, None),
        ("flag: {set: rain, clear: sun}", False, False),
        ("flag: {set: sun, clear: rain}", False, True),
        ("flag: {set: [rain, sun], clear: frost}", False, True),
        ("flag: {set: rain, clear: frost}", False, True),
        ("flag: {set: rain, clear: sun}, where: event.size >= 1", False, True),
        ("open: rain", 0, 4),
        ("open: rain, where: event.size >= 2", 0, 2),
    ],
)
def test_each_kind_remembers_what_it_says(tell: Tell, reducer: str, empty: object, value: object) -> None:
    text = model(f"kept: {{{reducer}}}")
    assert onward.live(onward.parse_model(text)).context == {"kept": empty}
    told = tell(
        text,
        "2001 rain size=1 place=Oslo",
        "2002 go",
        "2003 rain size=3 place=Bergen",
        "2004 rain size=2 formal=true",
        "2005 rain place=Oslo",
        "2006 sun size=-2",
    )
    assert told.context == {"kept": value}


def test_the_kinds_of_numbers_stay_what_they_are(tell: Tell) -> None:
    text = model("whole: {sum: size, of: any}", "largest: {max: size, of: any}", "last: {latest: size, of: any}")
    told = tell(text, "2001 go size=1", "2002 rain size=2")
    assert list(map(repr, told.context.values())) == ["3", "2", "2"]
    told = tell(text, "2001 go size=1.5", "2002 rain size=2.0")
    assert list(map(repr, told.context.values())) == ["3.5", "2.0", "2.0"]


def test_text_and_truth_add_nothing_to_a_number(tell: Tell) -> None:
    text = model("money: {sum: place, of: any}", "most: {max: formal, of: any}")
    assert tell(text, "2001 go place=Oslo formal=true").context == {"money": 0, "most": None}


def test_a_largest_number_below_nought_is_larger_than_none(tell: Tell) -> None:
    text = model("most: {max: size, of: any}", when="most < 0")
    assert tell(text, "2001 go", "2002 sun", "2003 rain size=-1").moves == ["2001 go: start -> a", "2003 rain: a -> b"]


def test_a_comparison_with_no_number_yet_is_unknown(tell: Tell) -> None:
    for guard in ("most >= 0", "most < 0", "not most >= 0", "last == 1", "last != 1"):
        text = model("most: {max: size, of: any}", "last: {latest: size, of: any}", when=guard)
        assert tell(text, "2001 go", "2002 sun").moves == ["2001 go: start -> a"]


@pytest.mark.parametrize("guard", ["wet", "wet == true", "wet != false", "wet and not dry", "not (dry or not wet)"])
def test_a_flag_is_a_condition(tell: Tell, guard: str) -> None:
    flags = ("wet: {flag: {set: rain, clear: sun}}", "dry: {flag: {set: sun, clear: rain}}")
    told = tell(model(*flags, when=guard), "2001 go", "2002 sun", "2003 rain")
    assert told.moves == ["2001 go: start -> a", "2003 rain: a -> b"]


def test_a_flag_falls_and_rises_again() -> None:
    text = model("wet: {flag: {set: rain, clear: sun}}")
    live = onward.live(onward.parse_model(text))
    told = []
    for kind in ("go", "rain", "rain", "frost", "sun", "sun", "rain"):
        live.fire(kind)
        told.append(live.context["wet"])
    assert told == [False, True, True, True, False, False, True]


def test_flags_see_the_event_at_hand_before_guards_do(tell: Tell) -> None:
    # One event sets one flag and clears another: all variables change on the event as it is, then guards are judged.
    flags = ("wet: {flag: {set: rain, clear: sun}}", "dry: {flag: {set: sun, clear: rain}}")
    told = tell(model(*flags, when="wet and dry"), "2001 go", "2002 sun", "2003 rain", "2004 sun")
    assert told.moves == ["2001 go: start -> a"]


def test_a_flag_that_nothing_clears_stays(tell: Tell) -> None:
    assert tell(model("wet: {flag: {set: rain}}"), "2001 rain", "2002 sun").context == {"wet": True}


def test_refused_and_unknown_events_change_nothing(tell: Tell) -> None:
    text = model(
        "wet: {flag: {set: [rain, sun]}}",
        "size: {sum: size, of: any}",
        "runs: {open: any}",
        more="forbid: [{on: rain, when: event.size > 1}]",
    )
    assert tell(text, "2001 rain size=2", "2002 hail size=3").context == {"wet": False, "size": 0, "runs": 0}


def test_the_latest_value_may_be_of_any_kind(tell: Tell) -> None:
    for value, guard in (("7", "last > 6"), ("deep", "last == 'deep'"), ("true", "last"), ("0.5", "last < 1")):
        text = model("last: {latest: polarity, of: rain}", when=guard)
        assert tell(text, "2001 go", "2002 rain", f"2003 rain polarity={value}").moves[1:] == ["2003 rain: a -> b"]


def test_the_latest_value_compares_with_the_attribute_of_the_event(tell: Tell) -> None:
    text = model(
        "last: {latest: place, of: rain}", more="invariants: [{name: stays, step: before.last == event.place}]"
    )
    told = tell(text, "2001 rain place=Oslo", "2002 rain place=Oslo", "2003 rain place=Bergen")
    assert [line.split(":")[0] for line in told.broken] == ["2001 rain", "2003 rain"]


def test_a_step_invariant_sees_flags_before(tell: Tell) -> None:
    rule = "invariants: [{name: steady, step: wet == before.wet}]"
    text = model("wet: {flag: {set: rain, clear: sun}}", more=rule)
    told = tell(text, "2001 go", "2002 rain", "2003 rain", "2004 sun")
    assert [line.split(":")[0] for line in told.broken] == ["2002 rain", "2004 sun"]


def test_sums_reckon_with_parameters_and_other_variables(tell: Tell) -> None:
    text = model(
        "money: {sum: size, of: any}",
        "rains: {count: rain}",
        when="money - enough > rains * 2",
        more="parameters: {enough: 1.5}",
    )
    told = tell(text, "2001 go", "2002 rain size=3", "2003 rain size=2", "2004 sun size=1")
    assert told.moves[1:] == ["2004 sun: a -> b"]


# ---- attributes with several values

WHO = "actors=Ann@north;Bob@south"


@pytest.mark.parametrize(
    ("reducer", "value"),
    [
        ("distinct: actors.realm, of: any", 2),
        ("distinct: actors.name, of: any", 3),
        ("distinct: actors.each, of: any", 4),
        ("distinct: actors.realm, of: rain", 1),
        ("distinct: actors.realm, of: any, where: '\"south\" in event.actors.realm'", 2),
        ("distinct: actors.realm, of: any, where: 'not \"Bob\" in event.actors.name'", 1),
        ("count: any, where: '\"Ann\" in event.actors.name'", 3),
        ("count: any, where: 'not \"Ann\" in event.actors.name'", 1),
        ("count: any, where: '\"Ann@north\" in event.actors.each'", 2),
        ("count: any, where: '\"Ann@north\" in event.actors'", 2),
        ("count: any, where: '\"Ann@north;Bob@south\" in event.actors'", 0),
        ("count: any, where: '\"\" in event.actors.realm'", 0),
        ("count: any, where: who in event.actors.name", 1),
    ],
)
def test_every_value_of_a_cell_counts(tell: Tell, reducer: str, value: int) -> None:
    told = tell(
        model(f"kept: {{{reducer}}}", more="parameters: {who: Bob}"),
        f"2001 go {WHO}",
        "2002 rain actors=Ann@north;;Ann@north",
        "2003 sun actors=Ann",
        "2004 frost",
        "2005 frost actors=Cy",
    )
    assert told.context == {"kept": value}


def test_spaces_around_values_and_parts_do_not_count() -> None:
    text = model("realms: {distinct: actors.realm, of: any}", "names: {distinct: actors.name, of: any}")
    live = onward.live(onward.parse_model(text))
    live.fire("go", actors=" Ann @ north ;Ann@north; ;")
    live.fire("go", actors="Ann@ north")
    assert live.context == {"realms": 1, "names": 1}


def test_a_cell_of_numbers_is_compared_as_it_is_spelled(tell: Tell) -> None:
    text = model("eights: {count: any, where: 8 in event.element}", "all: {distinct: element.each, of: any}")
    lines = ("2001 go element=2;8", "2002 rain element=8;8", "2003 rain element=18", "2004 rain element=80;x")
    assert tell(text, *lines).context == {"eights": 2, "all": 5}
    assert tell(text, "2001 go element=8", "2002 rain element=18", "2003 rain").context == {"eights": 1, "all": 2}


def test_what_is_not_recorded_is_not_known_to_be_absent(tell: Tell) -> None:
    text = model(more="forbid: [{on: rain, when: 'not \"Ann\" in event.actors.name'}]")
    told = tell(text, "2001 go", "2002 rain", "2003 rain actors=Bob", "2004 rain actors=Ann;Bob")
    assert told.steps[1:] == ["2002 rain: recorded", "2003 rain: refused", "2004 rain: recorded"]


def test_guards_of_transitions_ask_for_values_too(tell: Tell) -> None:
    text = model(when="'north' in event.actors.realm")
    assert tell(text, "2001 go", "2002 sun actors=Cy@south", f"2003 sun {WHO}").moves[1:] == ["2003 sun: a -> b"]


# ---- conditions and tables


def test_a_named_condition_stands_for_its_guard(tell: Tell) -> None:
    text = model(
        "rains: {count: rain}",
        "wet: {flag: {set: rain, clear: sun}}",
        when="soaked and not dry",
        more="conditions: {dry: not wet, soaked: rains >= 2 and not dry}",
    )
    told = tell(text, "2001 go", "2002 rain", "2003 sun", "2004 rain")
    assert told.moves[1:] == ["2004 rain: a -> b"]


TABLE = """
tables:
  who: {rows: element, columns: actors.realm, of: [rain, go], title: Who did what}
values:
  actors.realm: [west, north]
"""


def test_a_cross_table_counts_the_events_of_a_case_with_each_pair_of_values(tell: Tell) -> None:
    told = tell(
        model(more=f"{TABLE}forbid: [{{on: rain, when: event.size > 1}}]"),
        f"2001 go element=1;2 {WHO}",
        "2002 rain element=2 actors=Ann@north;Cy@north",
        "2003 sun element=2 actors=Ann@north",
        "2004 rain actors=Ann@north",
        "2005 rain element=2 actors=Ann@north size=2",
        "2006 rain element=2 actors=Ann@north",
        as_of="2005",
    )
    table = told.replay.tables["who"]
    # The values that the model declares come first, in its order; an event with a value twice counts once.
    assert table.columns == ["case", "element", "west", "north", "south"]
    assert table.rows() == [("A", "1", 0, 1, 1), ("A", "2", 0, 2, 1)]
