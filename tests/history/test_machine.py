"""A live case, as somebody else's program drives it."""

import json
from datetime import date
from typing import Any

import pytest
from attrs import evolve
from transitions import Machine

import onward
from onward.history.machine import machine_of
from onward.history.stepping import Reading


def test_may_answers_which_clause_is_short_and_by_how_much() -> None:
    live = onward.live(onward.load_model("partnership"), case="AU;UN")
    live.fire("operation_handover", time="2004-06", place="Burundi")
    live.fire("joint_operation_launched", time="2004", place="Sudan")
    step = live.may("consultation_mechanism_established", time="2005")
    assert not step
    assert [(clause.text, clause.short) for reason in step.short for clause in reason.clauses] == [("basis >= 1", 1)]
    assert live.fire("agreement_signed", time="2006-11-16", formal=True).outcome == "recorded"
    assert live.may("consultation_mechanism_established").after == "maintenance"


def test_a_case_is_driven_without_dates_too(grant: onward.Model) -> None:
    live = onward.live(grant)
    assert live.fire("note").outcome == "moved"
    assert live.state["since"] is None


def test_dates_come_in_every_form_and_stay_in_order(live: onward.Live) -> None:
    live.fire("note", time=date(2001, 5, 1))
    live.fire("note", time=2002)
    live.fire("note", time="2002")
    with pytest.raises(onward.UsageError) as caught:
        live.fire("note", time="2002-03")
    assert str(caught.value) == (
        "time: 2002-03 lies before the last event (2002); fire events in time order, or replay them as a log"
    )
    with pytest.raises(onward.UsageError, match="write 2007-12-31"):
        live.fire("note", time="31/12/2007")


def test_a_fork_lives_its_own_life(live: onward.Live) -> None:
    live.fire("note")
    branch = live.fork()
    branch.fire("submitted")
    assert (live.phase, branch.phase, branch.case) == ("draft", "review.waiting", "G1")


def test_a_state_names_its_model_and_goes_through_json(live: onward.Live, grant: onward.Model) -> None:
    live.fire("submitted", time="2001-05")
    live.fire("reviewed", time="2002", score=3, reviewer="Ada")
    kept = json.loads(json.dumps(live.state))
    assert kept == {
        "onward": 1,
        "model": "grant",
        "fingerprint": kept["fingerprint"],
        "reading": "certain",
        "case": "G1",
        "phase": "review.waiting",
        "context": {"reviews": 1, "reviewers": ["Ada"]},
        "since": "2001-05",
        "began": "2001-05",
        "first": "2001-05",
        "last": "2002",
        "events": 2,
        "moves": 1,
        "broken": [],
    }
    assert onward.live(grant, state=kept).context == {"reviews": 1, "reviewers": 1}


def test_a_state_of_another_model_is_refused(live: onward.Live, grant: onward.Model) -> None:
    changed = evolve(grant, parameters=(("reviews_needed", 3), ("fast", False)))
    with pytest.raises(onward.UsageError, match="belongs to another model or another version of it"):
        onward.live(changed, state=live.state)


@pytest.mark.parametrize(
    "damage",
    [
        {"phase": "nowhere"},
        {"context": {"reviews": "two", "reviewers": []}},
        {"context": {"reviews": 1, "reviewers": 1}},
        {"context": {}},
        {"since": "yesterday"},
        {"events": None},
        {"events": float("inf")},
        {"broken": None},
    ],
)
def test_a_damaged_state_is_refused(live: onward.Live, grant: onward.Model, damage: dict[str, object]) -> None:
    with pytest.raises(onward.UsageError, match="the saved state is damaged"):
        onward.live(grant, state={**live.state, **damage})


@pytest.mark.parametrize("plain", [{}, {"onward": 1}, {"onward": 2, "context": {}}])
def test_what_is_no_state_is_refused(grant: onward.Model, plain: dict[str, object]) -> None:
    with pytest.raises(onward.UsageError, match="this is no saved state"):
        onward.live(grant, state=plain)


def test_one_machine_of_transitions_serves_every_case_of_a_model(grant: onward.Model) -> None:
    machine = machine_of(grant)
    assert isinstance(machine, Machine)
    assert machine is machine_of(onward.parse_model(onward.write_model(grant)))
    assert list(machine.states) == list(grant.places)


def test_an_event_may_be_written_down_by_hand(live: onward.Live) -> None:
    step = live.fire(onward.Event("note", "2001-05", attributes={"size": 3}))
    assert step.time is not None
    assert step.time.recorded == "2001-05"
    assert str(step) == "note: moved, start -> draft: start -> draft"
    assert str(live.may("note")) == "note: recorded, draft: no transition out of Draft answers note"
    with pytest.raises(onward.UsageError, match="time: 'soon'"):
        onward.Event("note", "soon")


def test_a_live_case_says_what_its_next_phase_needs(live: onward.Live) -> None:
    live.fire("submitted")
    assert [str(reason) for reason in live.missing] == [
        "review.waiting -> review.ready (reviews >= 2: has 0; reviewers > 1: has 0)"
    ]


def test_a_replay_goes_on_as_a_live_case() -> None:
    study = onward.load_study()
    replayed = onward.replay(study.model, study.log, as_of=study.as_of)
    assert repr(replayed) == "Replay(model='partnership', log='events.csv', as_of='2007-12-31', cases=6, steps=101)"
    live = replayed.live("UN-AU")
    assert (live.case, live.phase) == ("AU;UN", "startup.proven")
    assert live.fire("consultation_mechanism_established", time=2008).after == "maintenance"


@pytest.mark.parametrize("typed", ["AU;UN", "UN;AU", "UN-AU", "UN–AU", "UN, AU"])
def test_a_live_pair_has_its_name_however_it_is_typed(typed: str, grant: onward.Model) -> None:
    assert onward.live(onward.load_model("partnership"), typed).case == "AU;UN"
    assert onward.live(grant, typed).case == typed
    assert onward.live(onward.load_model("partnership"), "case").case == "case"


def test_a_study_that_does_not_exist_is_told() -> None:
    with pytest.raises(onward.UsageError, match="did you mean 'partnership'"):
        onward.load_study("partnershp")


def test_a_state_brings_its_case_and_its_reading(live: onward.Live, grant: onward.Model) -> None:
    possible = onward.live(grant, "G2", reading="possible")
    possible.fire("note", time="2001")
    kept = possible.state
    again = onward.live(grant, state=kept)
    assert (again.case, again.reading, again.state) == ("G2", "possible", kept)
    assert onward.live(grant, "G2", state=kept, reading="possible").state == kept
    with pytest.raises(onward.UsageError, match="has the reading 'possible', not 'certain'; leave reading out"):
        onward.live(grant, state=kept, reading="certain")
    with pytest.raises(onward.UsageError, match="the state has the case 'G2', not 'G1'; leave case out"):
        onward.live(grant, "G1", state=kept)
    with pytest.raises(onward.UsageError, match="there is no reading 'posible'; did you mean 'possible'"):
        onward.live(grant, reading="posible")  # type: ignore[arg-type]  # the point
    with pytest.raises(onward.UsageError, match="there is no reading"):
        onward.live(grant, state={**kept, "reading": "both"})
    assert repr(live) == "Live(model='grant', case='G1', phase='start')"


def test_attributes_are_what_a_log_could_hold(live: onward.Live) -> None:
    live.fire("submitted")
    for reviewer in ("Ada ", " Ada", date(2001, 5, 1), ""):
        live.fire("reviewed", reviewer=reviewer)  # type: ignore[arg-type]  # a date is taken as its text
    assert live.state["context"]["reviewers"] == ["2001-05-01", "Ada"]
    json.dumps(live.state)
    with pytest.raises(onward.UsageError, match=r"reviewer: .* is not one value; write text"):
        live.fire("reviewed", reviewer=["Ada"])  # type: ignore[arg-type]  # the point
    with pytest.raises(onward.UsageError, match="score: nan is no number to compare"):
        live.fire("reviewed", score=float("nan"))


def test_an_event_brings_its_own_time_and_attributes(live: onward.Live) -> None:
    with pytest.raises(onward.UsageError, match="an event has its own time and attributes"):
        live.fire(onward.Event("note", "2001"), time="2002")


LASTING = """
onward: 1
name: lasting
events: {go: , stop: }
context: {running: {open: go}, total: {sum: size, of: any}}
phases: [busy, idle]
transitions:
  - {from: start, to: busy, on: go}
  - {from: busy, to: idle, when: running == 0}
"""


def test_what_a_live_event_began_ends_when_it_says() -> None:
    live = onward.live(onward.parse_model(LASTING, "lasting.yaml"), "oak")
    step = live.fire("go", time="2000", until="2001-06", event_id="E7")
    assert step.event is not None
    assert (step.event.id, step.event.until and step.event.until.recorded) == ("E7", "2001-06")
    (ended,) = live.wait("2005")
    assert (ended.time and ended.time.recorded, live.phase) == ("2001-06-30", "idle")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"time": "2001", "until": "2000"}, "until: it ended in 2000, before it began in 2001; swap the two dates"),
        ({"until": "soon"}, "until: 'soon' is no date"),
        ({"case": "elm"}, "case: case is no attribute of an event"),
        ({"size": 10**400}, "size: the number is too large"),
    ],
)
def test_what_is_said_of_a_live_event_is_checked(said: dict[str, Any], told: str) -> None:
    live = onward.live(onward.parse_model(LASTING, "lasting.yaml"), "oak")
    with pytest.raises(onward.UsageError, match=told):
        live.fire("go", **said)


@pytest.mark.parametrize("reading", ["certain", "possible"])
def test_waiting_for_a_year_sees_it_out(reading: Reading) -> None:
    model = onward.parse_model(LASTING.replace("when: running == 0", "after: 1 year"), "lasting.yaml")
    live = onward.live(model, "oak", reading=reading)
    live.fire("go", time="2000-05-05")
    assert [step.time and step.time.recorded for step in live.wait("2001")] == ["2001-05-05"]


def test_what_is_no_event_and_no_model_is_told() -> None:
    with pytest.raises(onward.UsageError, match="event: 5 is no event type; pass its name"):
        onward.live(onward.parse_model(LASTING, "lasting.yaml")).fire(5)  # type: ignore[arg-type]
    with pytest.raises(onward.UsageError, match="model: 'lasting' is no model; pass what load_model returned"):
        onward.live("lasting")  # type: ignore[arg-type]
