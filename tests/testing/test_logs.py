"""A log drawn for any model is one that could have been read, and meets what the model asks of events on both sides."""

from collections import Counter
from collections.abc import Iterable
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

import onward
from onward.history.clock import later
from onward.history.plain import rows_by_case
from onward.log.log import EventLog, Value, is_number
from onward.model.model import Model
from onward.testing import ACTORS, MARKS, NUMBER, REALMS, TEXT, TRUTH, events, logs, models
from onward.testing.asked import columns_of
from onward.testing.dating import strides_of
from onward.testing.rows import unknown_to
from onward.testing.walking import UNREAD

T = TypeVar("T")

STEADY = settings(derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))


def check(model: Model, log: EventLog) -> None:
    """Make sure that *log* could have been read, and can be replayed."""
    again = onward.read_log(log.frame)
    assert (again.types, again.times, again.untils) == (log.types, log.times, log.untils)
    assert (again.case_names, again.organizations, again.ids) == (log.case_names, log.organizations, log.ids)
    for name, values in log.columns.items():
        assert tuple(again.columns[name]) == tuple(values)
        kept = [value for value in values if value is not None]
        assert not kept or again.attributes[name] == log.attributes[name], name
    assert onward.replay(model, log).row_counts["replayed"] == len(log)


def drawn(strategy: st.SearchStrategy[T], draws: int) -> list[T]:
    """Return so many draws, the same every time."""
    found: list[T] = []

    @settings(STEADY, max_examples=draws, phases=[Phase.generate])
    @given(strategy)
    def draw(value: T) -> None:
        found.append(value)

    draw()
    return found


def steps_of(model: Model, log: EventLog) -> Iterable[onward.Step]:
    replayed = onward.replay(model, log)
    for case in replayed.rows:
        yield from replayed.life(case).steps


@pytest.fixture(scope="module")
def cared(care: Model) -> list[EventLog]:
    """Logs drawn for a model of a user's own."""
    return drawn(logs(care), 400)


@pytest.fixture(scope="module")
def forests() -> list[tuple[Model, EventLog]]:
    return drawn(
        st.one_of(models(), models(several=True)).flatmap(lambda model: st.tuples(st.just(model), logs(model))), 250
    )


def test_a_log_for_a_model_of_ones_own_can_be_read_and_replayed(cared: list[EventLog], care: Model) -> None:
    for log in cared[::4]:
        check(care, log)


def test_a_log_for_a_drawn_model_can_be_read_and_replayed(forests: list[tuple[Model, EventLog]]) -> None:
    for model, log in forests[::4]:
        check(model, log)


# Places that are many events away, each with an attribute of its own: what few logs reach.
FAR = {
    "norm_change": {"floated", "default", "nominal", "deep", "consulted", "anchored", "none", "discretionary"},
    "partnership_lessons": {"maintenance"},
    "partnership_activity": {"maintenance"},
    "alliance": {"maintenance.hollow"},
}


@pytest.mark.parametrize("name", onward.shipped_models())
def test_logs_for_a_shipped_model_can_be_read_and_replayed_and_reach_its_places(name: str) -> None:
    model = onward.load_model(name)
    seen: set[str] = set()
    outcomes: set[str] = set()
    draws = 150 if name == "partnership_lessons" else 200
    for number, log in enumerate(drawn(logs(model), draws)):
        if number % 10 == 0:
            check(model, log)
        rows = onward.replay(model, log).step_rows
        seen |= {place for row in rows for place in (row.before, row.after)}
        outcomes |= {row.outcome for row in rows}
    assert set(model.places) - seen <= FAR.get(name, set())
    assert {"moved", "recorded"} <= outcomes


@settings(STEADY, max_examples=60)
@given(st.one_of(models(), st.sampled_from(onward.shipped_models()).map(onward.load_model)), st.data())
def test_an_event_can_happen_to_a_live_case(model: Model, data: st.DataObject) -> None:
    event = data.draw(events(model))
    assert event.until is None or event.time is None or event.until.last >= event.time.first
    assert onward.live(model).fire(event).event == event
    assert (len(event.organizations) >= 2) == (model.cases == "pairs")


def test_logs_for_drawn_models_have_attributes_whether_they_are_read_or_not(
    forests: list[tuple[Model, EventLog]],
) -> None:
    met = Counter(
        (name, name in columns_of(model))
        for model, log in forests
        for name, values in log.columns.items()
        if any(value is not None for value in values)
    )
    for is_read in (True, False):
        assert sum(met[name, is_read] for name in (NUMBER, TRUTH, TEXT)) > 20
        assert met[ACTORS, is_read] + met[MARKS, is_read] > 5
    assert any(REALMS[0] in str(value) for _, log in forests for value in log.columns.get(ACTORS, ()))


def test_a_log_has_the_attributes_that_are_read_and_values_on_both_sides_of_every_constant(
    cared: list[EventLog], care: Model
) -> None:
    assert set(columns_of(care)) == {
        *("temperature", "milligrams", "room", "grade", "staff", "urgent", "ward", "note"),
    }
    met = {
        name: {value for log in cared for value in log.columns.get(name, ())} for name in (*columns_of(care), UNREAD)
    }
    assert all(None in values for values in met.values())
    for name, constant in (("temperature", 37.5), ("milligrams", 10), ("milligrams", 500), ("milligrams", 0)):
        numbers = list(filter(is_number, met[name]))
        assert min(numbers) < constant < max(numbers)
        assert constant in numbers
        assert any(abs(number - constant) <= 1 for number in numbers if number > constant)
    assert met["urgent"] == {True, False, None}
    assert met["ward"] >= {"B", "other"}
    assert met["note"] >= {"moved", "well", "other"}
    assert met["grade"] >= {"C", "C!", "!"}
    assert len(met["room"]) > 2
    assert len(met[UNREAD]) > 2
    staff = " ".join(map(str, met["staff"]))
    assert all(text in staff for text in ("@doctor", "@nurse", "Ann", ";", "@other"))
    assert any(unknown_to(care) in log.types for log in cared)
    assert {log.attributes.get("milligrams") for log in cared} == {"integer", "number", None}


def test_values_and_dates_lie_on_constants_and_right_beside_them(care: Model) -> None:
    amounts = columns_of(care)["milligrams"].values
    assert {-1, 0, 1, 9, 10, 11, 499, 500, 501} <= set(amounts["integer"])
    assert {9.5, 10.5} <= set(amounts["number"])
    assert {37.5, 37.0, 38.0} <= set(columns_of(care)["temperature"].values["number"])
    assert set(strides_of(care)) >= {
        *((0, 0), (0, 1)),
        *((6, 0), (6, -1), (6, 1)),  # the timer
        *((0, 14), (0, 13), (0, 15)),  # the window
        *((0, 182), (0, 183)),  # half a mean year
    }


def test_time_runs_out_to_the_day_and_just_does_not(cared: list[EventLog], care: Model) -> None:
    assert any(done.event is None and done.after == "gone" for log in cared for done in steps_of(care, log))
    treaty = onward.load_model("treaty")
    apart: set[int] = set()
    slept = False
    for log in drawn(logs(treaty), 300):
        for rows in rows_by_case(treaty, log, "certain").values():
            dates = [log.times[row].last for row in rows]
            ends = [later(date, 120, 0) for date in dates]
            apart |= {(date - end).days for date in dates for end in ends if end is not None}
        slept |= any(done.event is None and done.after == "dormant" for done in steps_of(treaty, log))
    assert slept
    assert {-1, 0, 1} <= apart


def test_what_a_guard_asks_for_comes_out_in_every_way(cared: list[EventLog], care: Model) -> None:
    steps = [done for log in cared for done in steps_of(care, log) if done.event]
    moves = {(done.event.type, done.outcome) for done in steps if done.event}
    assert moves >= {(kind, how) for kind in ("admitted", "measured", "discharged") for how in ("moved", "held")}
    assert {place for done in steps for place in (done.before, done.after)} == set(care.places)


def test_dates_tie_and_are_partial_and_what_runs_has_an_end(cared: list[EventLog]) -> None:
    assert any(len({*log.times}) < len(log) for log in cared)
    assert {len(time.recorded) for log in cared for time in log.times} == {4, 7, 10, 16}
    assert any(list(log.times) != sorted(log.times, key=lambda time: time.last) for log in cared)
    lasting = {
        until is None for log in cared for kind, until in zip(log.types, log.untils, strict=True) if kind == "surgery"
    }
    assert lasting == {True, False}


@settings(STEADY, max_examples=30)
@given(st.data())
def test_cases_and_attributes_can_be_chosen(data: st.DataObject) -> None:
    model = onward.load_model("partnership")
    own: dict[str, st.SearchStrategy[Value]] = {
        "formal": st.just(value=True),
        "budget": st.integers(0, 9),
        "share": st.sampled_from((0.5, 1.5)),
    }
    log = data.draw(logs(model, cases=["UN-AU", "EU;AU"], attributes=own, max_rows=5))
    assert len(log) <= 5
    assert set(log.organizations) <= {("AU", "UN"), ("AU", "EU")}
    assert all(log.columns["formal"])
    if len(log):
        assert (log.attributes["budget"], log.attributes["share"]) == ("integer", "number")
    check(model, log)
    event = data.draw(events(model, attributes=own))
    assert event.attributes["formal"] is True
    assert "budget" in event.attributes


@settings(STEADY, max_examples=20)
@given(models(cases="column"), st.data())
def test_the_cases_of_a_drawn_model_can_be_chosen(model: Model, data: st.DataObject) -> None:
    log = data.draw(logs(model, cases=["beech"], attributes={"bark": st.text("ab", min_size=1)}))
    assert set(log.case_names) <= {"beech"}
    assert "bark" in log.columns


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"attributes": {"time": st.just("2001")}}, "'time' is no attribute"),
        ({"attributes": {"size": st.just(float("nan"))}}, "allow_nan=False"),
        ({"attributes": {"size": st.just([1])}}, "is not one value"),
        ({"cases": ["UN"]}, "'UN' is no pair; write two codes"),
        ({"cases": []}, "there is no list of cases"),
    ],
)
def test_what_no_log_could_hold_is_refused(asked: dict[str, object], told: str) -> None:
    strategy = logs(onward.load_model("partnership"), **asked)  # type: ignore[arg-type]
    with pytest.raises(onward.UsageError, match=told):
        find(strategy, lambda log: len(log) > 0, settings=STEADY)


def test_a_type_is_unknown_to_a_model_that_has_a_meteor() -> None:
    model = onward.parse_model(
        "onward: 1\nname: sky\nevents: {meteor: {}}\nphases: [dark]\n"
        "transitions: [{from: start, to: dark, on: meteor}]\n",
        "sky.yaml",
    )
    assert unknown_to(model) == "meteor_"
    assert {kind for log in drawn(logs(model), 30) for kind in log.types} == {"meteor", "meteor_"}
