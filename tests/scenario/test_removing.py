"""What carried an outcome: without each set the case would be elsewhere, and without no smaller set."""

import itertools
from collections.abc import Collection

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import onward
from onward.log.log import EventLog
from onward.model.elements import START
from onward.problems import UsageError
from onward.scenario import pathing, removing
from onward.scenario.editing import edit_log
from onward.scenario.edits import Drop, Selection
from onward.scenario.reaching import what_would_it_take
from onward.scenario.removing import Carried, what_carried
from onward.testing import logs, models


def is_there_without(carried: Carried, log: EventLog, rows: Collection[int]) -> bool:
    """Whether the case is there without these rows of the whole log, counted from 0."""
    drops = [Drop(Selection(rows=tuple(row + 1 for row in rows)))] if rows else []
    left = edit_log(carried.model, log, drops).whole()
    replay = onward.replay(carried.model, left, as_of=carried.replay.as_of, reading=carried.replay.reading)
    places = [
        f"{row.phase}.{row.stage}" if row.stage else row.phase for row in replay.case_rows if row.case == carried.case
    ] or [START]
    if carried.phase == START:
        return set(places) == {START}
    return any(carried.model.within(place, carried.phase) for place in places)


def rows_of(carried: Carried) -> set[tuple[int, ...]]:
    return {tuple(sorted(event.row for event in each.events)) for each in carried.sets}


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


@given(data=st.data())
@settings(max_examples=80)
def test_the_sets_are_those_that_trying_all_finds(data: st.DataObject) -> None:
    model = data.draw(st.one_of(mindful(), models()))
    log = data.draw(logs(model, max_rows=6))
    assume(len(log))
    replay = onward.replay(model, log)
    case = data.draw(st.sampled_from(sorted(replay.rows)))
    for place in model.ranks:
        carried = what_carried(model, replay, case, place, most=2)
        assert carried.exact
        for size in range(3):
            found = {
                rows
                for rows in itertools.combinations(sorted(replay.rows[case]), size)
                if not is_there_without(carried, log, rows)
            }
            if found:
                break
        assert rows_of(carried) == found
        assert carried.size == (size if found else None)


@given(data=st.data())
@settings(max_examples=40)
def test_the_edits_of_an_answer_take_the_case_where_it_says(data: st.DataObject) -> None:
    model = data.draw(models())
    log = data.draw(logs(model, max_rows=8))
    assume(len(log))
    case = data.draw(st.sampled_from(sorted(onward.replay(model, log).rows)))
    for place in model.ranks:
        carried = what_carried(model, log, case, place, most=3)
        for removal in carried.sets[:4]:
            left = edit_log(model, log, removal.scenario.of_log).whole()
            replay = onward.replay(model, left, as_of=carried.replay.as_of)
            instead = [
                f"{row.phase}.{row.stage}" if row.stage else row.phase
                for row in replay.case_rows
                if row.case == carried.case
            ]
            assert tuple(instead or [START] * len(model.track_names)) == removal.instead
        assert str(carried).startswith(f"{carried.case}: ")


# ---- the report


@pytest.fixture(scope="module")
def replay() -> onward.Replay:
    study = onward.load_study()
    return onward.replay(study.model, study.log, as_of=study.as_of)


def test_five_single_rows_each_carry_an_outcome(replay: onward.Replay) -> None:
    found = {case: what_carried(replay.model, replay, case) for case in sorted(replay.rows)}
    single = {case: sorted(id_ for each in carried.sets for id_ in each.ids) for case, carried in found.items()}
    assert {case: ids for case, ids in single.items() if found[case].size == 1} == {
        "AU;UN": ["H058"],
        "EU;NATO": ["H079"],
        "EU;UN": ["H038", "H046", "H052"],
    }
    assert {case: carried.size for case, carried in found.items()} == {
        "AU;EU": 4,
        "AU;NATO": 3,
        "AU;UN": 1,
        "EU;NATO": 1,
        "EU;UN": 1,
        "NATO;UN": 2,
    }
    assert all(carried.exact for carried in found.values())


def test_where_the_case_would_be_instead_is_told(replay: onward.Replay) -> None:
    carried = what_carried(replay.model, replay, "UN-EU", "maintenance")
    assert {each.ids[0]: each.instead[0] for each in carried.sets} == {
        "H038": "startup.founding",
        "H046": "startup.proven",
        "H052": "startup.proven",
    }
    assert str(carried) == (
        "EU;UN: Maintenance at the end of 2007-12-31\n"
        "Without 1 event it would not be in Maintenance:\n"
        "  H038 (operation_handover): Start-up instead\n"
        "  H046 (joint_declaration): Start-up/maintenance instead\n"
        "  H052 (consultation_mechanism_established): Start-up/maintenance instead\n"
        "A statement about the model, not a causal estimate."
    )
    assert carried.sets[0].events[0].row == replay.log.ids.index("H038")
    assert carried.sets[0].scenario.of_log == (Drop(Selection(ids="H038")),)
    assert carried.manifest["what_carried"] == {"case": "EU;UN", "phase": "maintenance", "most": 4}


def test_more_events_than_asked_for_are_told(replay: onward.Replay) -> None:
    carried = what_carried(replay.model, replay, "AU;EU", most=3)
    assert (carried.sets, carried.size, carried.bound) == ((), None, 3)
    assert "Without any 3 of its events it would be in Start-up all the same." in str(carried)
    assert not carried


def test_nothing_carries_a_case_where_it_is_not(replay: onward.Replay) -> None:
    carried = what_carried(replay.model, replay, "AU;EU", "maintenance")
    assert not carried.is_there
    assert (carried.size, [str(each) for each in carried.sets]) == (0, ["nothing"])
    assert "It is not in Maintenance: nothing carries it there." in str(carried)


# ---- single behaviours


def log_of(*events: str) -> EventLog:
    import polars as pl  # noqa: PLC0415  # as the library does

    times = [f"20{at:02}-01-01" for at in range(len(events))]
    return onward.read_log(pl.DataFrame({"time": times, "event": list(events), "case": ["c"] * len(events)}))


ONE = "events: {go: {}, stay: {}}\nphases: [a, b]\ntransitions:\n  - {from: start, to: a, on: go}\n"


def test_an_event_without_an_id_is_called_by_its_row() -> None:
    carried = what_carried(parsed(ONE), log_of("stay", "go"), "c", "a")
    assert [each.ids for each in carried.sets] == [("2",)]
    assert carried.sets[0].scenario.of_log == (Drop(Selection(rows=2)),)
    assert str(carried.sets[0]) == "2 (go)"


def test_a_case_that_has_not_begun_is_carried_by_nothing() -> None:
    carried = what_carried(parsed(ONE), log_of("stay"), "c")
    assert (carried.phase, carried.sets, carried.size, carried.bound) == ("start", (), None, None)
    assert "It would be in Not begun without any of its events." in str(carried)


def test_sets_beyond_a_number_are_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removing, "MOST_SETS", 2)
    model = parsed(
        "events: {go: {}}\nphases: [a, b]\ncontext: {gone: {count: go}}\ntransitions:\n"
        "  - {from: start, to: a, on: go}\n  - {from: a, to: b, when: gone >= 4}\n"
    )
    carried = what_carried(model, log_of("go", "go", "go", "go"), "c")
    assert (carried.size, carried.is_complete, carried.exact) == (1, False, False)
    assert "and more that are not listed" in str(carried)


def test_a_search_that_is_broken_off_says_so(monkeypatch: pytest.MonkeyPatch, replay: onward.Replay) -> None:
    monkeypatch.setattr(removing, "MOST_STEPS", 20)
    carried = what_carried(replay.model, replay, "AU;EU")
    assert (carried.exact, carried.bound) == (False, 4)
    assert "Not sure to be all: the search was broken off after 20 steps." in str(carried)
    assert pathing.MOST_STEPS > 20


def test_of_several_tracks_one_must_be_named() -> None:
    study = onward.load_study("norm_change")
    with pytest.raises(UsageError) as error:
        what_carried(study.model, study.log, "integrated missions", as_of=study.as_of)
    assert str(error.value) == (
        "phase: the case is in nominal and in anchored, on a track each; name one of them: nominal, anchored"
    )
    carried = what_carried(study.model, study.log, "integrated missions", "wide.anchored", as_of=study.as_of)
    assert [each.ids for each in carried.sets] == [("N010",), ("N016",), ("N030",)]


def test_which_values_a_case_has_had_counts_and_not_only_how_many() -> None:
    import polars as pl  # noqa: PLC0415  # as the library does

    model = parsed(
        "events: {go: {}}\nphases: [a, b]\ncontext: {places: {distinct: place, of: go}}\ntransitions:\n"
        "  - {from: start, to: a, on: go}\n  - {from: a, to: b, when: places >= 2}\n"
    )
    rows = {"time": ["2000", "2001", "2002"], "event": ["go"] * 3, "case": ["c"] * 3, "place": ["A", "B", "B"]}
    carried = what_carried(model, onward.read_log(pl.DataFrame(rows)), "c", "b")
    assert [each.ids for each in carried.sets] == [("1",)]


def test_since_when_a_case_is_where_it_is_counts() -> None:
    model = parsed(
        "events: {go: {}, stop: {}}\nphases: [a, b]\ntransitions:\n"
        "  - {from: start, to: a, on: go}\n  - {from: a, to: b, on: stop, when: years_in_phase >= 1.5}\n"
    )
    carried = what_carried(model, log_of("go", "go", "stop"), "c", "b")
    assert [each.ids for each in carried.sets] == [("1",), ("3",)]


@pytest.mark.parametrize(("guard", "sets"), [("> 1", {("4",)}), ("== 3", {("1",), ("2",), ("3",), ("4",)})])
def test_counters_are_told_apart_as_far_as_guards_ask(guard: str, sets: set[tuple[str, ...]]) -> None:
    model = parsed(
        "events: {go: {}, end: {}}\nphases: [a, b]\ncontext: {gone: {count: go}}\ntransitions:\n"
        f"  - {{from: start, to: a, on: any}}\n  - {{from: a, to: b, on: end, when: 'gone {guard}'}}\n"
    )
    carried = what_carried(model, log_of("go", "go", "go", "end"), "c", "b", most=2)
    assert {each.ids for each in carried.sets} == sets
    if guard == "> 1":
        reach = what_would_it_take(model, log_of("go"), "c", "b")
        assert [[each.event for each in addition.events] for addition in reach.sets] == [["go", "end"]]
