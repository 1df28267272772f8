"""No false certainty: what is said to be sure is so, whatever events there may be and whatever time does."""

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import onward
from onward.history.clock import written
from onward.history.state import CaseState, not_begun
from onward.history.stepping import step
from onward.log.log import Event, EventLog
from onward.model.elements import START
from onward.scenario import reaching, removing
from onward.scenario.asking import Question, ask, at_end, is_within, lived
from onward.scenario.edits import Selection, Set
from onward.scenario.heading import Heading
from onward.scenario.orders import room_for
from onward.scenario.pathing import UNLIKE
from onward.scenario.placing import Stretch, Weights, puzzle_of
from onward.scenario.reached import Reach
from onward.scenario.reaching import what_would_it_take
from onward.scenario.removing import what_carried
from onward.scenario.scenario import Scenario


def model_of(text: str) -> onward.Model:
    return onward.parse_model(f"onward: 1\nname: m\ncases: column\n{text}", "m.yaml")


def log_of(*types: str, times: Sequence[str] = (), **columns: Sequence[object] | pl.Series) -> EventLog:
    dates = times or [f"200{number}-01-01" for number in range(len(types))]
    return onward.read_log(pl.DataFrame({"time": dates, "event": types, "case": ["c"] * len(types), **columns}))


# ---- against events that are drawn without a look at the guards

KINDS = ("w", "x", "y", "z")
VALUES: Mapping[str, Sequence[Any]] = {
    "place": ("P", "Q", "R", "S", "T"),
    "formal": (True, False),
    "size": (-1, 0, 1, 2, 3, 4),
}
COLUMNS = {"place": pl.String, "formal": pl.Boolean, "size": pl.Int64}


def written_model(chance: random.Random, *, is_timed: bool) -> str:
    """Write a model that counts, keeps and looks at whatever there is."""

    def of() -> str:
        where = chance.choice(
            ["", "", ", where: event.formal", ", where: event.size >= 2", ', where: event.place != "P"']
        )
        return f"{chance.choice(['[x]', '[y]', '[x, y]', '[y, z]', 'any'])}{where}"

    kept = chance.choice(["place", "size", "formal"])
    within = chance.choice(["", ", within: 1 year", ", within: 6 months"]) if is_timed else ""
    counted = f"open: {of()}" if is_timed else f"count: {of()}"
    context = {
        "n": f"count: {of()}",
        "m": f"count: {of()}{within}",
        "d": f"distinct: place, of: {of()}",
        "l": f"latest: {kept}, of: {of()}",
        "g": f"max: size, of: {of()}",
        "f": f"flag: {{set: [{chance.choice('xy')}], clear: [{chance.choice('zwy')}]}}",
        "o": counted,
    }

    def condition() -> str:
        what = chance.choice("nmdlgfoeeept" if is_timed else "nmdlgfoeeep")
        sign, number = chance.choice(["==", "!=", ">=", "<", ">", "<="]), chance.randint(0, 3)
        asked = {
            "l": {"place": 'l != "P"', "size": f"l {sign} {number}", "formal": "not l"}[kept],
            "f": chance.choice(["f", "not f"]),
            "e": chance.choice(
                ["event.formal", f"event.size {sign} {number}", 'event.place != "P"', 'event.place in ["P", "Q"]']
            ),
            "p": chance.choice(["phase >= p1", "phase < p2"]),
            "t": f"years_in_phase {chance.choice(['>=', '<'])} {chance.choice([0.5, 1, 2])}",
        }
        return asked.get(what, f"{what} {sign} {number}")

    def guard() -> str:
        return chance.choice([" and ", " and ", " or "]).join(condition() for _ in range(chance.choice([1, 1, 2, 3])))

    transitions = [f"{{from: start, to: p0, on: {chance.choice(['any', 'any', '[w, x]'])}}}"]
    for _ in range(chance.randint(3, 5)):
        one, other = sorted(chance.sample(range(4), 2))
        on = chance.choice(["", ", on: x", ", on: y", ", on: [x, z]", ", on: any"])
        after = is_timed and not on and chance.random() < 0.2
        when = f", after: {{years: 1, without: [{chance.choice(KINDS)}]}}" if after else f", when: '{guard()}'"
        transitions.append(f"{{from: p{one}, to: p{other}{on}{when}}}")
    forbid = f"forbid:\n  - {{on: {chance.choice(KINDS)}, when: '{guard()}', because: no}}\n"
    return "\n".join(
        [
            "events: {w: {}, x: {}, y: {}, z: {}}",
            "phases: [p0, p1, p2, p3]",
            "context:",
            *(f"  {name}: {{{what}}}" for name, what in context.items()),
            "transitions:",
            *(f"  - {each}" for each in transitions),
            forbid if chance.random() < 0.3 else "",
        ]
    )


def drawn_log(chance: random.Random, most: int) -> EventLog:
    count = chance.randint(1, most)
    dates = sorted(chance.choice(["2000", "2000-06-01", "2001", "2001-03", "2002-02-02", "2002"]) for _ in range(count))
    columns = {
        name: pl.Series([chance.choice([*VALUES[name], None]) for _ in range(count)], dtype=kind)
        for name, kind in COLUMNS.items()
        if chance.random() < 0.8
    }
    return log_of(*(chance.choice(KINDS) for _ in range(count)), times=dates, **columns)


def drawn_model(chance: random.Random, *, is_timed: bool = True) -> onward.Model | None:
    try:
        return model_of(written_model(chance, is_timed=is_timed))
    except onward.OnwardError:
        return None  # a rule that can never do anything, or two guards that say the same


def comes_there(question: Question, state: CaseState, added: Sequence[Event]) -> bool:
    for event in added:
        state, _ = step(question.model, state, event, reading=question.reading)
    return is_within(question.model, at_end(question.model, state, question.window, question.reading), question.place)


def contradicts(reach: Reach, added: Sequence[Event]) -> bool:
    """Tell whether it was said for sure that so few events, which do, would not, or none but others."""
    size = len(added)
    if reach.cost is not None:
        known = [sorted(each.event for each in addition.events) for addition in reach.sets]
        same = size == reach.cost and reach.is_complete and sorted(event.type for event in added) not in known
        return reach.exact and (size < reach.cost or same)
    if reach.least is not None:
        return size < reach.least
    return reach.bound is None or (reach.exact and size <= reach.bound)


@settings(max_examples=120)
@given(seed=st.integers(0, 2**32))
def test_no_events_whatever_do_what_was_said_for_sure_not_to_be(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # a model is written faster by it
    model, log = drawn_model(chance), drawn_log(chance, 4)
    if model is None:
        return
    place, reading = chance.choice(["p1", "p2", "p3"]), chance.choice(["certain", "possible"])
    asked: Any = {"reading": reading, "as_of": chance.choice([None, "2003-06-30"])}
    reach = what_would_it_take(model, log, "c", place, most=2, **asked)
    question = ask(model, log, "c", place, **asked)
    time = written(question.window.last, question.reading)
    begin = lived_so_far(question)
    pool = [
        Event(
            chance.choice(KINDS),
            time,
            attributes={name: chance.choice(values) for name, values in VALUES.items() if chance.random() < 0.6},
            until=time if chance.random() < 0.15 else None,
        )
        for _ in range(10)
    ]
    for size in range(3):
        for added in itertools.product(pool, repeat=size):
            if contradicts(reach, added):
                assert not comes_there(question, begin, added), (str(reach), added)


def lived_so_far(question: Question) -> CaseState:
    state = not_begun(question.model, question.case)
    for event in question.events:
        state, _ = step(question.model, state, event, reading=question.reading)
    return state


def removed(question: Question) -> Iterator[list[tuple[int, ...]]]:
    """Yield, by size, the sets of rows without which the case is not there."""
    events = question.events
    for size in range(len(events) + 1):
        yield [
            tuple(events[number].row for number in out)
            for out in itertools.combinations(range(len(events)), size)
            if not is_within(
                question.model,
                lived(
                    question.model,
                    question.case,
                    [event for number, event in enumerate(events) if number not in out],
                    question.window,
                    question.reading,
                ),
                question.place,
            )
        ]


@settings(max_examples=250)
@given(seed=st.integers(0, 2**32))
def test_what_carried_is_what_trying_all_sets_of_events_finds(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # as above
    model, log = drawn_model(chance), drawn_log(chance, 6)
    if model is None:
        return
    asked: Any = {
        "reading": chance.choice(["certain", "possible"]),
        "as_of": chance.choice([None, "2003-06-30", "2001-12-31"]),
    }
    try:
        place = chance.choice([START, *ask(model, log, "c", START, **asked).state.places])
    except onward.UsageError:
        return  # the window ends before the case begins
    carried = what_carried(model, log, "c", place, most=6, **asked)
    truth = next((sets for sets in removed(ask(model, log, "c", place, **asked)) if sets), [])
    assert not carried.doubts
    assert sorted(tuple(event.row for event in each.events) for each in carried.sets) == sorted(truth)


# ---- one example each


def test_one_way_that_hangs_on_the_case_hides_no_other_of_the_event_itself() -> None:
    model = model_of(
        """
events: {begin: {}, sign: {}, act: {}}
phases: [a, b]
context: {acts: {count: act}}
transitions:
  - {from: start, to: a, on: begin}
  - {from: a, to: b, on: sign, when: event.formal or acts >= 9}
"""
    )
    log = log_of("begin", formal=[True])
    for costs in ({}, {"act": None}):
        reach = what_would_it_take(model, log, "c", "b", costs=costs)
        assert reach.exact
        assert [str(way) for way in reach.ways] == ["sign with formal: true"]


@pytest.mark.parametrize(
    "places",
    [
        # A window of which no guard asks, and a timer on another track.
        """
phases: [a, b]
context: {recent: {count: x, within: 1 year}}
transitions:
  - {from: start, to: a, on: begin}
  - {from: a, to: b, when: years_in_phase >= 2}
""",
        """
tracks:
  one:
    phases: [a, b]
    transitions:
      - {from: start, to: a, on: begin}
      - {from: a, to: b, when: years_in_phase >= 2}
  two:
    phases: [p, q]
    transitions:
      - {from: start, to: p, on: x}
      - {from: p, to: q, after: {years: 1}}
""",
    ],
)
def test_what_makes_time_pass_carries_what_years_bring(places: str) -> None:
    model = model_of(f"events: {{begin: {{}}, x: {{}}}}\n{places}")
    log = log_of("begin", "x", times=["2000-01-01", "2001-06-01"])
    carried = what_carried(model, log, "c", "b", as_of="2003")
    assert carried.exact
    assert [each.ids for each in carried.sets] == [("1",), ("2",)]


def test_windows_of_which_guards_ask_for_a_few_end_for_each_event() -> None:
    model = model_of(
        """
events: {begin: {}, x: {}}
phases: [a, b]
context: {recent: {count: x, within: 1 year}}
transitions:
  - {from: start, to: a, on: begin}
  - {from: a, to: b, when: years_in_phase >= 2 and years_in_phase < 2.2 and recent >= 2}
"""
    )
    log = log_of("begin", "x", "x", "x", times=["2000-01-01", "2001-02-01", "2001-06-01", "2001-08-01"])
    carried = what_carried(model, log, "c", "b", as_of="2004")
    assert carried.exact
    assert [each.ids for each in carried.sets] == [("1",), ("2",), ("3",), ("4",)]


def test_what_the_log_does_not_bear_out_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    model = model_of(
        """
events: {x: {}}
phases: [a, b]
transitions:
  - {from: start, to: a, on: x}
  - {from: a, to: b, on: x}
"""
    )
    log = log_of("x")
    monkeypatch.setattr(removing, "_removal", lambda *_: None)
    carried = what_carried(model, log, "c", "a", most=3)
    assert (carried.doubts, carried.exact, carried.bound) == ((UNLIKE,), False, 3)
    monkeypatch.setattr(reaching._Search, "_comes_there", lambda *_: False)  # noqa: SLF001  # there is no such case
    for place in ("a", "b"):
        reach = what_would_it_take(model, log, "c", place, most=3)
        assert (reach.doubts, reach.exact, reach.bound, reach.sets) == ((UNLIKE,), False, 3, ())


DISTINCT = """
events: {begin: {}, x: {}, y: {}, z: {}}
phases: [a, b, trap]
"""


def test_what_is_new_to_one_variable_need_not_be_so_to_another() -> None:
    model = model_of(
        f"""{DISTINCT}
context: {{one: {{distinct: place, of: [z]}}, other: {{distinct: place, of: [y, z]}}}}
transitions:
  - {{from: start, to: a, on: begin}}
  - {{from: a, to: b, when: one >= 1 and other == 1}}
"""
    )
    reach = what_would_it_take(model, log_of("begin", "y", place=[None, "Bosnia"]), "c", "b")
    assert [str(way) for way in reach.ways] == ["z with place: Bosnia"]
    assert reach.doubts == ("several variables count values of place",)


def test_a_value_that_the_case_has_had_may_be_what_it_takes() -> None:
    model = model_of(
        f"""{DISTINCT}
context: {{places: {{distinct: place, of: [x]}}}}
transitions:
  - {{from: start, to: a, on: begin}}
  - {{from: a, to: b, on: x, when: 'event.place != "Q" and places == 1'}}
"""
    )
    # The first place that the log has is none of those that count.
    log = log_of("y", "x", "begin", place=["Mali", "Bosnia", None])
    reach = what_would_it_take(model, log, "c", "b")
    assert reach.exact
    assert [str(way) for way in reach.ways] == ["x with place: Bosnia"]


def test_values_that_follow_may_be_those_that_are_counted_already() -> None:
    model = model_of(
        f"""{DISTINCT}
context: {{places: {{distinct: place, of: [x]}}}}
transitions:
  - {{from: start, to: a, on: begin}}
  - {{from: a, to: trap, on: y, when: places >= 1}}
  - {{from: trap, to: b, on: z, when: places == 1}}
"""
    )
    log = log_of("begin", "y", "x", "z", place=[None, None, "P", None])
    reach = what_would_it_take(model, log, "c", "b", since="2000", costs={"y": None, "z": None})
    assert reach or (reach.bound is not None and "places" in reach.doubts[0])
    # At the end of the window nothing follows.
    assert what_would_it_take(model, log, "c", "trap").exact


def test_of_the_values_that_a_model_declares_the_right_ones_are_taken() -> None:
    model = model_of(
        f"""{DISTINCT}
values: {{place: [P, Q, R]}}
context: {{places: {{distinct: place, of: [x]}}}}
transitions:
  - {{from: start, to: a, on: begin}}
  - {{from: a, to: trap, on: x, when: 'event.place == "P"'}}
  - {{from: a, to: b, when: places >= 2}}
"""
    )
    reach = what_would_it_take(model, log_of("begin", place=pl.Series([None], dtype=pl.String)), "c", "b")
    assert reach.exact
    assert [str(way) for way in reach.ways] == ["x with place: Q + x with place: R"]


def test_few_values_that_are_asked_for_one_by_one_are_doubtful() -> None:
    model = model_of(
        f"""{DISTINCT}
values: {{places.kind: [state, ngo]}}
context: {{kinds: {{distinct: places.kind, of: [x]}}}}
transitions:
  - {{from: start, to: a, on: begin}}
  - {{from: a, to: b, on: x, when: 'kinds >= 1 and not ("state" in event.places.kind)'}}
"""
    )
    reach = what_would_it_take(model, log_of("begin"), "c", "b")
    assert [str(way) for way in reach.ways] == ["x with places: any@ngo"]
    assert reach.doubts == ("kinds counts the few values of places, and guards ask for some of them",)


@pytest.mark.parametrize("guard", ["most > ups + 5", "late > most + 5"])
def test_values_that_are_compared_with_what_is_no_constant_are_doubtful(guard: str) -> None:
    model = model_of(
        f"""
events: {{begin: {{}}, up: {{}}}}
phases: [a, b]
context: {{most: {{max: size, of: up}}, late: {{latest: weight, of: up}}, ups: {{count: up}}}}
transitions:
  - {{from: start, to: a, on: begin}}
  - {{from: a, to: b, when: {guard}}}
"""
    )
    reach = what_would_it_take(model, log_of("begin"), "c", "b")
    assert not reach.exact
    assert reach.bound == 4
    assert f"`{guard}` compares most with what is no constant" in reach.doubts


def test_truths_are_compared_with_whatever_there_is_for_sure() -> None:
    model = model_of(
        """
events: {x: {}, y: {}}
phases: [a, b]
context: {one: {latest: formal, of: x}, other: {latest: formal, of: y}}
transitions:
  - {from: start, to: a, on: any}
  - {from: a, to: b, when: one != other}
"""
    )
    reach = what_would_it_take(model, log_of("x", formal=[True]), "c", "b")
    assert reach.exact
    assert [str(way) for way in reach.ways] == ["y with formal: false"]


def test_a_node_that_turns_out_cheaper_is_gone_on_from_again(monkeypatch: pytest.MonkeyPatch) -> None:
    model = model_of(
        """
events: {begin: {}, x: {}, y: {}, z: {}, u: {}}
phases: [a, b, e, c, d]
transitions:
  - {from: start, to: a, on: begin}
  - {from: a, to: b, on: x}
  - {from: b, to: c, on: y}
  - {from: a, to: e, on: u}
  - {from: e, to: c, on: y}
  - {from: c, to: d, on: z}
"""
    )
    # Distances that no way is shorter than, and that fall by more than a step takes.
    monkeypatch.setattr(Heading, "far", lambda _, state: {"b": 2}.get(state.places[0], 0))
    monkeypatch.setattr(Heading, "onward", lambda *_: frozenset(model.kinds))
    reach = what_would_it_take(model, log_of("begin"), "c", "d", costs={"u": 1.5})
    assert reach.cost == 3
    assert [str(way) for way in reach.ways] == ["x, then y, then z"]


def test_what_comes_before_an_event_of_the_first_day_is_tried() -> None:
    model = model_of(
        """
events: {w: {}, y: {}}
phases: [a, b]
transitions:
  - {from: start, to: a, on: w}
  - {from: a, to: b, on: y}
"""
    )
    log = log_of("y", times=["2000-06-01"])
    reach = what_would_it_take(model, log, "c", "b", since="2000-06-01", costs={"y": None})
    assert [str(way) for way in reach.ways] == ["w"]
    assert not what_would_it_take(model, log, "c", "b", since="2000-06-02", as_of="2001", costs={"y": None})


# ---- dates

UPS = """
events: {begin: {}, up: {}, sign: {}}
phases: [a, b]
context: {ups: {count: up}}
transitions:
  - {from: start, to: a, on: begin}
  - {from: a, to: b, on: sign, when: ups >= 7}
"""


def test_what_is_all_but_sure_is_not_sure() -> None:
    log = log_of("begin", *["up"] * 7, "sign", times=["2004-01-01", *["2005"] * 7, "2005-01-01"])
    dates = onward.vary_dates(model_of(UPS), log)
    assert dates.exact
    likely = {row.place: row.share for row in dates.end_rows}
    assert 0 < likely["b"] < likely["a"] < 1
    assert {row.place: row.share for row in dates.entry_rows} == {"a": 1, "b": likely["b"]}


def test_many_narrow_dates_in_a_long_time_have_their_weight() -> None:
    begin = datetime(1900, 1, 1)  # noqa: DTZ001  # naive UTC throughout
    times = [begin + timedelta(days=700 * number, minutes=number) for number in range(1, 55)]
    said = [time.strftime("%Y-%m-%dT%H:%M") for time in times]
    log = log_of("begin", *["up"] * len(said), "sign", times=["1900-01-01", *said, "2010"])
    dates = onward.vary_dates(model_of(UPS), log)
    assert dates.exact
    assert [(row.place, row.share) for row in dates.end_rows] == [("b", 1.0)]
    puzzle = puzzle_of(room_for(log), range(len(log)))
    assert puzzle is not None
    assert Weights(puzzle, 10_000, {}).after(0, 0, 0) == pytest.approx(1)


def test_orders_without_any_weight_are_left_to_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    log = log_of("begin", "up", "up", times=["2004", "2004", "2004"])
    assert onward.vary_dates(model_of(UPS), log, draws=5).exact
    monkeypatch.setattr(Stretch, "weight", lambda *_: 0.0)
    assert not onward.vary_dates(model_of(UPS), log, draws=5).exact


# ---- two lives


def test_lives_that_come_to_one_place_by_two_ways_part() -> None:
    model = model_of(
        """
events: {x: {}}
phases: [a, b]
transitions:
  - {from: start, to: a, on: x, when: event.big}
  - {from: start, to: b, on: x}
  - {from: a, to: b}
"""
    )
    log = log_of("x", big=[True])
    found = onward.what_if(model, log, Scenario("s", (Set(Selection(rows=1), {"big": False}),)))
    assert found.changed_cases == ("c",)
    assert set(found.partings) == {"c"}
