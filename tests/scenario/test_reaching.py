"""What it would take: every answer replays to the phase, no smaller set does, and none is left out."""

import itertools
import math
from collections.abc import Iterator, Sequence

import polars as pl
import pytest
from attrs import evolve
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import onward
from onward.history.clock import written
from onward.log.log import Event, EventLog
from onward.model.elements import START
from onward.problems import UsageError
from onward.scenario import pathing, reaching
from onward.scenario.asking import ask
from onward.scenario.candidates import Candidates, kinds_of
from onward.scenario.editing import edit_log
from onward.scenario.edits import Insert
from onward.scenario.reached import Addition, Reach
from onward.scenario.reaching import what_would_it_take
from onward.scenario.scenario import Scenario
from onward.testing import events, logs, models


def places_after(reach: Reach, addition: Addition, log: EventLog, **asked: object) -> set[str]:
    """Where the case is once the edits of an answer are made of the whole log, and that is replayed."""
    edited = edit_log(reach.model, log, addition.scenario.of_log).whole()
    as_of = asked.get("as_of", reach.replay.as_of)
    replay = onward.replay(reach.model, edited, as_of=as_of, reading=reach.replay.reading)  # type: ignore[arg-type]
    return {
        f"{row.phase}.{row.stage}" if row.stage else row.phase for row in replay.case_rows if row.case == reach.case
    } or {START}


def is_there(reach: Reach, places: set[str]) -> bool:
    if reach.phase == START:
        return places == {START}
    return any(reach.model.within(place, reach.phase) for place in places)


def types_of(addition: Addition) -> tuple[str, ...]:
    return tuple(sorted(each.event for each in addition.events))


def insert_of(reach: Reach, event: Event, log: EventLog) -> Insert:
    pairs = reach.model.cases == "pairs" and log.has_organizations
    return Insert(
        event.type,
        event.time,
        case="" if pairs else reach.case,
        organizations=tuple(reach.case.split(";")) if pairs else (),
        attributes=event.attributes,
    )


def tried(reach: Reach, log: EventLog, pool: Sequence[Event], size: int) -> Iterator[tuple[tuple[Event, ...], bool]]:
    """Yield sequences of so many events of *pool*, and whether they bring the case there."""
    for chosen in itertools.product(pool, repeat=size):
        scenario = onward_scenario(reach, chosen, log)
        try:
            places = places_after(reach, scenario, log)
        except UsageError:
            # Values of two types in one column.
            continue
        yield chosen, is_there(reach, places)


def onward_scenario(reach: Reach, chosen: Sequence[Event], log: EventLog) -> Addition:
    scenario = Scenario(edits=tuple(insert_of(reach, event, log) for event in chosen))
    return Addition((), False, 0, scenario)  # noqa: FBT003  # only its scenario is of use


def parsed(text: str) -> onward.Model:
    return onward.parse_model(f"onward: 1\nname: m\ncases: column\n{text}", "m.yaml")


CONTEXT = """
context:
  places: {distinct: place, of: [x, y]}
  acts: {count: [x], where: event.formal}
  stance: {latest: stance, of: any}
  lit: {flag: {set: [y], clear: [z]}}
  most: {max: size, of: any}
"""
GUARDS = (
    *("places >= 2", "places == 1", "acts == 1", "acts >= 2", "acts < 2", 'stance == "for"', "lit", "not lit"),
    *("most >= 3", "places >= 2 and acts >= 1", "event.formal and places > 1", "years_in_phase >= 1"),
)


@st.composite
def mindful(draw: st.DrawFn) -> onward.Model:
    """Draw a model in which nearly every transition asks what the case remembers."""
    rows = []
    for _ in range(draw(st.integers(2, 4))):
        start, end = sorted(draw(st.sets(st.integers(0, 3), min_size=2, max_size=2)))
        on = draw(st.sampled_from(("", ", on: x", ", on: y", ", on: z")))
        rows.append(f"  - {{from: p{start}, to: p{end}{on}, when: '{draw(st.sampled_from(GUARDS))}'}}\n")
    return parsed(
        f"events: {{x: {{}}, y: {{}}, z: {{}}}}\n{CONTEXT}phases: [p0, p1, p2, p3]\ntransitions:\n"
        f"  - {{from: start, to: p0, on: any}}\n{''.join(rows)}"
    )


@st.composite
def asked(draw: st.DrawFn, /, **parts: bool) -> tuple[onward.Model, EventLog, str, str]:
    """Draw a model, a log, one of its cases, and a place."""
    model = draw(models(**parts) | mindful())  # type: ignore[arg-type]
    log = draw(logs(model, max_rows=6))
    assume(len(log))
    case = draw(st.sampled_from(sorted(onward.replay(model, log).rows)))
    return model, log, case, draw(st.sampled_from(sorted(model.ranks)))


# ---- laws


@given(asked())
@settings(max_examples=60)
def test_every_answer_replays_to_the_phase(question: tuple[onward.Model, EventLog, str, str]) -> None:
    model, log, case, place = question
    reach = what_would_it_take(model, log, case, place, most=2)
    for addition in reach.sets[:10]:
        assert is_there(reach, places_after(reach, addition, log))
        assert len(addition.events) <= 2
    assert bool(reach) == (reach.cost is not None)
    assert str(reach).startswith(f"{reach.case}: ")


@given(asked(), st.data())
@settings(max_examples=60)
def test_no_smaller_set_brings_it_there(question: tuple[onward.Model, EventLog, str, str], data: st.DataObject) -> None:
    model, log, case, place = question
    reach = what_would_it_take(model, log, case, place, most=2)
    assume(reach.exact)
    last = reach.replay.as_of
    assert last is not None
    time = written(last.last, "certain")
    pool = [fitted(evolve(data.draw(events(model)), time=time, until=None), log, model) for _ in range(3)]
    pool = [event for event in pool if event.type in model.kinds]
    smaller = range(3 if reach.cost is None else int(reach.cost))
    for size in smaller:
        for chosen, there in tried(reach, log, pool, size):
            assert not there, [(event.type, event.attributes) for event in chosen]


def fitted(event: Event, log: EventLog, model: onward.Model) -> Event:
    """The event with as much of its attributes as the columns of the log can hold."""
    (kinds, *_), _ = kinds_of(model, log.attributes)
    known = {**kinds, **log.attributes}
    fits = {
        "boolean": lambda value: isinstance(value, bool),
        "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
        "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
        "string": lambda value: isinstance(value, str),
    }
    attributes = {name: value for name, value in event.attributes.items() if name in known and fits[known[name]](value)}
    return evolve(event, attributes=attributes)


@given(asked())
@settings(max_examples=60)
def test_all_smallest_sets_are_found(question: tuple[onward.Model, EventLog, str, str]) -> None:
    model, log, case, _ = question
    state = ask(model, log, case, START).state
    candidates = Candidates(model, log.attributes)
    for place in model.ranks:
        reach = what_would_it_take(model, log, case, place, most=2)
        if not reach.exact or not reach.cost:
            continue
        time = reach.sets[0].events[0].time
        pool = [
            event
            for kind in model.kinds
            for each in candidates.at(kind, state.places)
            if (event := candidates.event(each, state, time)) is not None
        ]
        found = {types_of(addition) for addition in reach.sets}
        if len(pool) ** len(reach.sets[0].events) < 150:
            for chosen, there in tried(reach, log, pool, len(reach.sets[0].events)):
                assert not there or tuple(sorted(event.type for event in chosen)) in found


@given(asked(tracks=False, several=False, clockwork=False), st.data())
@settings(max_examples=40)
def test_from_a_date_on_it_takes_no_more_and_every_answer_replays(
    question: tuple[onward.Model, EventLog, str, str], data: st.DataObject
) -> None:
    model, log, case, place = question
    at_end = what_would_it_take(model, log, case, place, most=2)
    since = data.draw(st.sampled_from(["2001", "2001-06-15", "2002"]))
    last = at_end.replay.as_of
    assume(last is not None and since <= last.recorded)
    reach = what_would_it_take(model, log, case, place, most=2, since=since)
    if at_end.cost is not None and reach.exact:
        assert reach.cost is not None
        assert reach.cost <= at_end.cost
    for addition in reach.sets[:10]:
        assert is_there(reach, places_after(reach, addition, log))
        times = [each.time.last for each in addition.events if each.time]
        assert times == sorted(times)


@given(asked(clockwork=False, memory=False, several=False))
@settings(max_examples=40)
def test_sets_that_are_not_ordered_work_in_any_order(question: tuple[onward.Model, EventLog, str, str]) -> None:
    model, log, case, place = question
    reach = what_would_it_take(model, log, case, place, most=3)
    for addition in reach.sets[:5]:
        for edits in itertools.permutations(addition.scenario.edits):
            turned = evolve(addition, scenario=evolve(addition.scenario, edits=edits))
            if not addition.is_ordered:
                assert is_there(reach, places_after(reach, turned, log))


# ---- the report


@pytest.fixture(scope="module")
def study() -> onward.Study:
    return onward.load_study()


def test_the_un_and_nato_lacked_a_formal_basis_and_a_standing_body(study: onward.Study) -> None:
    reach = what_would_it_take(study.model, study.log, "NATO;UN", "maintenance", as_of=study.as_of)
    assert reach.now == ("startup.proven",)
    assert [types_of(each) for each in reach.sets] == [
        ("agreement_signed", "consultation_mechanism_established"),
        ("consultation_mechanism_established", "joint_declaration"),
        ("consultation_mechanism_established", "strategy_adopted"),
    ]
    for addition in reach.sets:
        said = {each.event: dict(each.attributes) for each in addition.events}
        assert said.pop("consultation_mechanism_established") == {}
        assert list(said.values()) == [{"formal": True}]
        assert not addition.is_ordered
        assert is_there(reach, places_after(reach, addition, study.log))
    assert (reach.cost, reach.exact, reach.bound, reach.is_complete) == (2, True, None, True)
    assert str(reach) == (
        "NATO;UN: Start-up/maintenance at the end of 2007-12-31\n"
        "To be in Maintenance it would take 2 more events:\n"
        "  one of agreement_signed, joint_declaration, strategy_adopted with formal: true"
        " + consultation_mechanism_established\n"
        "A statement about the model, not a causal estimate."
    )


def test_what_each_case_lacks_for_maintenance(study: onward.Study) -> None:
    replay = onward.replay(study.model, study.log, as_of=study.as_of)
    costs = {case: what_would_it_take(study.model, replay, case, "maintenance").cost for case in sorted(replay.rows)}
    assert costs == {"AU;EU": 3, "AU;NATO": 4, "AU;UN": 1, "EU;NATO": 0, "EU;UN": 0, "NATO;UN": 2}


def test_ways_put_together_what_is_alike(study: onward.Study) -> None:
    reach = what_would_it_take(study.model, study.log, "AU;EU", "startup.proven", as_of=study.as_of)
    assert len(reach.sets) == 3
    assert [str(way) for way in reach.ways] == [
        " + ".join(["one of joint_operation_launched, operation_handover with a new place"] * 2)
    ]
    places = [each.attributes["place"] for each in reach.sets[0].events]
    assert places == ["new place", "new place 2"]


def test_no_way_leads_back_to_courtship(study: onward.Study) -> None:
    reach = what_would_it_take(study.model, study.log, "EU;UN", "courtship", as_of=study.as_of)
    assert not reach
    assert (reach.exact, reach.bound, reach.least) == (True, None, None)
    assert "No events added at the end of the window, however many, would bring it to Courtship." in str(reach)


def test_what_is_there_already_takes_nothing(study: onward.Study) -> None:
    reach = what_would_it_take(study.model, study.log, "EU-UN", "Maintenance", as_of=study.as_of)
    assert reach.is_there
    assert [each.events for each in reach.sets] == [()]
    assert "It is in Maintenance already: nothing more is needed." in str(reach)
    assert (str(reach.sets[0]), str(reach.ways[0])) == ("nothing", "nothing")


def test_more_events_than_asked_for_are_told(study: onward.Study) -> None:
    reach = what_would_it_take(study.model, study.log, "NATO;UN", "maintenance", as_of=study.as_of, most=1)
    assert (reach.sets, reach.cost, reach.least, reach.exact) == ((), None, 2, True)
    assert "No single event would bring it to Maintenance: it takes 2." in str(reach)


def test_the_cheapest_come_first(study: onward.Study) -> None:
    costs = {"agreement_signed": 0.1, "joint_declaration": 0.2, "consultation_mechanism_established": 0.7}
    reach = what_would_it_take(study.model, study.log, "NATO;UN", "maintenance", as_of=study.as_of, costs=costs)
    assert [types_of(each) for each in reach.sets] == [("agreement_signed", "consultation_mechanism_established")]
    assert reach.cost == reach.sets[0].cost == 0.8
    assert "2 more events, at a cost of 0.8:" in str(reach)
    assert reach.manifest["what_would_it_take"]["costs"] == costs


def test_more_events_may_be_cheaper_than_fewer() -> None:
    model = parsed(ROUTES)
    log = log_of("begin")
    assert what_would_it_take(model, log, "c", "far").cost == 1
    reach = what_would_it_take(model, log, "c", "far", costs={"leap": 5})
    assert (reach.cost, types_of(reach.sets[0])) == (2, ("walk", "walk"))
    short = what_would_it_take(model, log, "c", "far", costs={"leap": 5}, most=1)
    assert (short.cost, types_of(short.sets[0])) == (5, ("leap",))


@pytest.mark.parametrize("never", [None, math.inf])
def test_what_is_not_to_be_had_is_in_no_set(study: onward.Study, never: float | None) -> None:
    costs = {"agreement_signed": never, "strategy_adopted": never}
    reach = what_would_it_take(study.model, study.log, "NATO;UN", "maintenance", as_of=study.as_of, costs=costs)
    assert [types_of(each) for each in reach.sets] == [("consultation_mechanism_established", "joint_declaration")]


def test_events_may_be_added_earlier(study: onward.Study) -> None:
    reach = what_would_it_take(study.model, study.log, "NATO;UN", "maintenance", as_of=study.as_of, since="2005-09")
    assert {each.time.recorded for addition in reach.sets for each in addition.events if each.time} == {"2005-09-01"}
    assert "2 more events from 2005-09 on:" in str(reach)
    assert not reach.sets[0].is_ordered


# ---- single behaviours


def log_of(*rows: str, columns: Sequence[tuple[str, object]] = ()) -> EventLog:
    import polars as pl  # noqa: PLC0415  # as the library does

    frame = pl.DataFrame(
        {
            "time": [f"200{at}-01-01" for at in range(len(rows))],
            "event": list(rows),
            "case": ["c"] * len(rows),
            **{name: [value] * len(rows) for name, value in columns},
        }
    )
    return onward.read_log(frame)


ROUTES = """
events: {begin: {}, walk: {}, leap: {}, fall: {}}
phases: [near, half, far, lost]
transitions:
  - {from: start, to: near, on: begin}
  - {from: near, to: half, on: walk}
  - {from: half, to: far, on: walk}
  - {from: near, to: far, on: leap}
  - {from: half, to: lost, on: leap}
forbid:
  - {on: fall, because: nobody falls}
"""


def test_what_is_forbidden_is_in_no_set() -> None:
    model = parsed(ROUTES + "  - {on: leap, in: near, because: nobody leaps}\n")
    reach = what_would_it_take(model, log_of("begin"), "c", "far")
    assert [types_of(each) for each in reach.sets] == [("walk", "walk")]


def test_where_the_order_matters_it_is_told() -> None:
    reach = what_would_it_take(parsed(ROUTES), log_of("begin"), "c", "lost")
    assert [tuple(each.event for each in addition.events) for addition in reach.sets] == [("walk", "leap")]
    assert reach.sets[0].is_ordered
    assert (str(reach.sets[0]), str(reach.ways[0])) == ("walk, then leap", "walk, then leap")


def test_an_event_before_others_may_do_what_none_at_the_end_does() -> None:
    # Only in the year 2001, before the leap, walking leads anywhere but far.
    model, log = parsed(ROUTES), log_of("begin", "leap")
    assert not what_would_it_take(model, log, "c", "lost")
    reach = what_would_it_take(model, log, "c", "lost", since="2000")
    assert [(each.event, each.time and each.time.recorded) for each in reach.sets[0].events] == [("walk", "2000-01-01")]


def test_a_set_that_says_less_leaves_out_the_one_that_says_more() -> None:
    model = parsed(
        "events: {begin: {}, sign: {}}\nphases: [a, b]\ntransitions:\n"
        "  - {from: start, to: a, on: begin}\n"
        "  - {from: a, to: b, on: sign, when: event.formal}\n"
        "  - {from: a, to: b, on: sign, when: event.size >= 2}\n"
        "  - {from: a, to: b, on: sign, when: event.formal and event.size >= 3}\n"
    )
    reach = what_would_it_take(model, log_of("begin"), "c", "b")
    assert [dict(each.attributes) for addition in reach.sets for each in addition.events] == [
        {"formal": True},
        {"size": 2},
    ]
    assert [str(way) for way in reach.ways] == ["sign with formal: true, or sign with size: 2"]


def test_values_that_the_column_cannot_hold_are_not_asked_for() -> None:
    model = parsed(
        "events: {begin: {}, sign: {}}\nphases: [a, b]\ntransitions:\n"
        "  - {from: start, to: a, on: begin}\n"
        "  - {from: a, to: b, on: sign, when: event.size >= 2}\n"
    )
    assert not what_would_it_take(model, log_of("begin", columns=[("size", "large")]), "c", "b")
    assert what_would_it_take(model, log_of("begin", columns=[("size", 1)]), "c", "b").exact


def test_alternative_values_are_put_together() -> None:
    model = parsed(
        "events: {begin: {}, sign: {}, seal: {}}\nphases: [a, b]\ntransitions:\n"
        "  - {from: start, to: a, on: begin}\n"
        '  - {from: a, to: b, on: [sign, seal], when: \'event.who in ["x", "y"] and event.formal\'}\n'
    )
    reach = what_would_it_take(model, log_of("begin"), "c", "b")
    assert len(reach.sets) == 4
    assert [str(way) for way in reach.ways] == ["one of seal, sign with formal: true and who: x or y"]


def test_a_sum_is_filled_up_in_one_event_and_told_to_be_doubtful() -> None:
    model = parsed(
        "events: {begin: {}, pay: {}}\nphases: [a, b]\ncontext: {paid: {sum: amount, of: pay}}\ntransitions:\n"
        "  - {from: start, to: a, on: begin}\n"
        "  - {from: a, to: b, when: paid >= 10}\n"
    )
    reach = what_would_it_take(model, log_of("begin", "pay", columns=[("amount", 3)]), "c", "b")
    assert [dict(each.attributes) for addition in reach.sets for each in addition.events] == [{"amount": 10}]
    assert reach.doubts == ("paid is a sum, to which an event may add any number",)
    assert not reach.exact
    assert "Not sure to be all: paid is a sum" in str(reach)


def test_a_sum_may_be_filled_up_by_what_it_is_short_of() -> None:
    model = parsed(
        "events: {begin: {}, pay: {}}\nphases: [a, b]\ncontext: {paid: {sum: amount, of: pay}}\ntransitions:\n"
        "  - {from: start, to: a, on: begin}\n"
        "  - {from: a, to: b, when: paid == 10}\n"
    )
    reach = what_would_it_take(model, log_of("begin", "pay", columns=[("amount", 3)]), "c", "b")
    assert [dict(each.attributes) for addition in reach.sets for each in addition.events] == [{"amount": 7}]


def test_counters_that_are_compared_with_each_other_are_searched_up_to_a_bound() -> None:
    model = parsed(
        "events: {begin: {}, up: {}}\nphases: [a, b]\n"
        "context: {ups: {count: up}, begins: {count: begin}}\ntransitions:\n"
        "  - {from: start, to: a, on: begin}\n"
        "  - {from: a, to: b, when: ups < begins - 5}\n"
    )
    reach = what_would_it_take(model, log_of("begin"), "c", "b", most=2)
    assert (reach.sets, reach.bound, reach.least) == ((), 2, None)
    assert "No 2 events or fewer of those tried would bring it to B." in str(reach)


def test_time_that_decides_makes_earlier_days_doubtful() -> None:
    model = parsed(
        "events: {begin: {}, sign: {}}\nphases: [a, b]\ntransitions:\n"
        "  - {from: start, to: a, on: begin}\n"
        "  - {from: a, to: b, on: sign, when: years_in_phase >= 2}\n"
    )
    log = log_of("begin", "begin", "begin", "begin")
    assert what_would_it_take(model, log, "c", "b").exact
    early = what_would_it_take(model, log, "c", "b", since="2000")
    assert early.doubts == ("time decides, and events were tried on the days of the case's own events only",)
    assert early.sets[0].events[0].time is not None
    assert early.sets[0].events[0].time.recorded == "2002-01-01"


def test_a_window_that_time_empties_is_filled_at_its_end() -> None:
    model = parsed(
        "events: {begin: {}, act: {}}\nphases: [a, b]\ncontext: {acts: {count: act, within: 1 year}}\ntransitions:\n"
        "  - {from: start, to: a, on: begin}\n"
        "  - {from: a, to: b, when: acts >= 2}\n"
        "  - {from: b, to: a, when: acts < 2}\n"
    )
    reach = what_would_it_take(model, log_of("begin", "act"), "c", "b", as_of=2003)
    assert (reach.cost, reach.exact) == (2, True)
    assert what_would_it_take(model, log_of("begin", "act"), "c", "b", as_of="2001-06").cost == 1


def test_the_possible_reading_adds_at_the_end_of_the_window_too(study: onward.Study) -> None:
    reach = what_would_it_take(study.model, study.log, "NATO;UN", "maintenance", as_of=study.as_of, reading="possible")
    assert reach.cost == 2
    assert all(is_there(reach, places_after(reach, each, study.log)) for each in reach.sets)


def test_a_place_of_a_track_is_named_with_or_without_it() -> None:
    study = onward.load_study("norm_change")
    case = "integrated missions"
    for name in ("wide.consulted", "consulted", "Consulted"):
        reach = what_would_it_take(study.model, study.log, case, name, as_of=study.as_of)
        assert [str(each) for each in reach.sets] == ["constituency_left with arena: wide"]
    linked = what_would_it_take(study.model, study.log, case, "linked", as_of=study.as_of)
    ecologies = ("academia", "donor_government", "expert_panel", "think_tank")
    actors = " or ".join(f"any@{name}" for name in ecologies)
    assert [str(way) for way in linked.ways] == [f"constituency_left with arena: wide and actors: {actors}"]


def test_sets_beyond_a_number_are_not_listed(monkeypatch: pytest.MonkeyPatch, study: onward.Study) -> None:
    monkeypatch.setattr(pathing, "MOST_SETS", 2)
    reach = what_would_it_take(study.model, study.log, "NATO;UN", "maintenance", as_of=study.as_of)
    assert (len(reach.sets), reach.is_complete, reach.exact) == (2, False, False)
    assert "and more that are not listed" in str(reach)


def test_ways_beyond_a_number_are_not_gone_through(monkeypatch: pytest.MonkeyPatch, study: onward.Study) -> None:
    monkeypatch.setattr(pathing, "_MOST_WAYS", 1)
    reach = what_would_it_take(study.model, study.log, "AU;NATO", "maintenance", as_of=study.as_of)
    assert reach.sets
    assert not reach.is_complete


def test_a_search_that_is_broken_off_says_so(monkeypatch: pytest.MonkeyPatch, study: onward.Study) -> None:
    monkeypatch.setattr(pathing.search, "__defaults__", (0,))
    reach = what_would_it_take(study.model, study.log, "AU;NATO", "maintenance", as_of=study.as_of)
    assert not reach.exact
    assert reach.doubts == ("the search was broken off after 50,000 steps",)
    beyond = what_would_it_take(study.model, study.log, "NATO;UN", "maintenance", as_of=study.as_of, most=1)
    assert (beyond.least, beyond.bound) == (None, 1)


def test_what_has_no_end_is_left_out_before_a_search_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaching, "_DOUBTFUL_STEPS", 20)
    study = onward.load_study("partnership_lessons")
    reach = what_would_it_take(study.model, study.log, "AU;UN", "maintenance", as_of=study.as_of)
    assert [types_of(each) for each in reach.sets] == [("consultation_mechanism_established",)]
    assert reach.doubts[-1] == "the search was broken off after 50,000 steps"


# ---- mistakes


@pytest.mark.parametrize(
    ("asked_for", "told"),
    [
        ({"case": "UN-NAT"}, "case: there is no case 'UN-NAT'; did you mean 'NATO;UN'?"),
        ({"phase": "maintenence"}, "phase: partnership has no phase 'maintenence'; did you mean 'maintenance'?"),
        ({"most": -1}, "most: there cannot be -1 events; write a number from 0 on"),
        ({"costs": {"contact": 0}}, "costs: contact costs 0; write a number above 0, or never (None in Python)"),
        (
            {"costs": {"contact": math.nan}},
            "costs: contact costs nan; write a number above 0, or never (None in Python)",
        ),
        ({"costs": {"contract": 1}}, "costs: partnership has no event type 'contract'; did you mean 'contact'?"),
        (
            {"since": 2009},
            "since: 2009 lies after the end of the window, 2007-12-31; write an earlier date, or a later as_of",
        ),
        ({"reading": "likely"}, "reading: there is no reading 'likely'; it may be certain, possible"),
    ],
)
def test_a_mistake_is_told_with_its_mend(study: onward.Study, asked_for: dict[str, object], told: str) -> None:
    given_ = {"case": "NATO;UN", "phase": "maintenance", "as_of": study.as_of, **asked_for}
    with pytest.raises(UsageError) as error:
        what_would_it_take(study.model, study.log, **given_)  # type: ignore[arg-type]
    assert str(error.value) == told


def test_a_column_of_numbers_may_be_asked_for_as_several_values() -> None:
    model = parsed(
        "events: {begin: {}, sign: {}}\nphases: [a, b]\ntransitions:\n"
        "  - {from: start, to: a, on: begin}\n"
        "  - {from: a, to: b, on: sign, when: 8 in event.element}\n"
    )
    reach = what_would_it_take(model, log_of("begin", columns=[("element", 2)]), "c", "b")
    assert [dict(each.attributes) for addition in reach.sets for each in addition.events] == [{"element": 8}]


def test_where_a_case_starts_is_a_place_too() -> None:
    model, log = parsed(ROUTES), log_of("fall")
    assert what_would_it_take(model, log, "c", "start").is_there
    gone = what_would_it_take(model, log_of("begin"), "c", "start")
    assert (gone.sets, gone.exact, gone.bound) == ((), True, None)


def test_an_end_that_an_event_must_have_is_told() -> None:
    model = parsed(
        "events: {begin: {}, war: {}}\nphases: [a, b, c]\ncontext: {wars: {open: war}}\ntransitions:\n"
        "  - {from: start, to: a, on: begin}\n"
        "  - {from: a, to: b, when: wars >= 1}\n"
        "  - {from: b, to: c, when: wars == 0}\n"
    )
    reach = what_would_it_take(model, log_of("begin"), "c", "c", as_of="2000-12-31")
    assert [str(each) for each in reach.sets] == ["war with an end in 2000-12-31"]
    assert what_would_it_take(model, log_of("begin"), "c", "b").sets[0].events[0].until is None


def test_later_events_of_the_case_count_for_none() -> None:
    reach = what_would_it_take(parsed(ROUTES), log_of("begin", "fall", "walk"), "c", "far", since="2001")
    assert [types_of(addition) for addition in reach.sets] == [("leap",), ("walk",)]


# ---- what the lower bound must not say


MOVES_AND_COUNTS = """\
onward: 1
name: m
events: {a: , b: , x: , y: , z: }
context:
  n: {count: [a]}
  k: {count: [b]}
phases: [o, p, s, u, q, t]
transitions:
  - {from: start, to: o, on: z}
  - {from: o, to: p, on: x}
  - {from: p, to: s, on: a}
  - {from: s, to: u, on: a}
  - {from: u, to: t, when: n >= 3}
  - {from: o, to: q, on: y}
  - {from: q, to: t, when: k >= 4}
"""


@pytest.mark.parametrize("most", [4, 5, 6])
def test_an_event_that_moves_a_case_may_count_as_well(most: int) -> None:
    model = onward.parse_model(MOVES_AND_COUNTS)
    log = onward.read_log(pl.DataFrame({"time": ["2000"], "event": ["z"], "case": ["A"]}))
    reach = onward.what_would_it_take(model, log, "A", "t", most=most, as_of="2001")
    assert (reach.cost, reach.exact) == (4, True)


@pytest.mark.parametrize("as_of", ["1980", "1995", "2003", "2007-12-31"])
@pytest.mark.parametrize("case", ["UN-NATO", "UN-EU", "UN-AU"])
def test_as_many_events_as_it_takes_are_enough(case: str, as_of: str) -> None:
    study = onward.load_study()
    many = onward.what_would_it_take(study.model, study.log, case, "maintenance", as_of=as_of, most=6)
    assert many.cost is not None
    for most in range(7):
        found = onward.what_would_it_take(study.model, study.log, case, "maintenance", as_of=as_of, most=most)
        if most >= many.cost:
            assert (found.cost, len(found.sets)) == (many.cost, len(many.sets))
        else:
            assert (found.cost, found.least) == (None, many.cost)
