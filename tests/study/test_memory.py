"""Phases record what has been built: nothing that happens lowers one, and only a dissolution ends a partnership."""

import random
from collections.abc import Callable, Collection, Iterable
from graphlib import TopologicalSorter

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

import onward
from onward.log.dates import Interval, interval_of, parse_interval
from onward.model.elements import Transition

Row = dict[str, str]
Outcome = dict[str, str]
Table = Callable[[str], list[Row]]
Relog = Callable[[Iterable[onward.Event]], onward.EventLog]
Logs = Callable[[Collection[str]], st.SearchStrategy[onward.EventLog]]

PAIRS = ("EU;UN", "EU;NATO", "NATO;UN", "AU;UN", "AU;EU", "AU;NATO")
PLACES = ("Bosnia and Herzegovina", "Kosovo", "Sudan", "Somalia", None)
DISSOLVED = "partnership_dissolved"
SETBACKS = ("joint_operation_ended", "support_ended", "request_declined", "dispute", "lesson_identified")

setbacks = st.lists(
    st.builds(
        onward.Event,
        type=st.sampled_from(SETBACKS),
        time=st.integers(1990, 2007).map(interval_of),
        attributes=st.fixed_dictionaries({"place": st.sampled_from(PLACES), "formal": st.just(value=False)}),
        organizations=st.sampled_from(PAIRS).map(lambda pair: tuple(pair.split(";"))),
    ),
    min_size=1,
    max_size=30,
)


def falls(replayed: onward.Replay) -> list[str]:
    """The steps that lead down."""
    ranks = replayed.model.ranks
    return [
        f"{row.case} {row.event_id}: {row.before} -> {row.after}"
        for row in replayed.step_rows
        if ranks[row.after].start < ranks[row.before].start
    ]


def ranks_of(replayed: onward.Replay) -> dict[str, int]:
    return {row.case: row.rank for row in replayed.case_rows}


def dissolution(pair: str, date: str) -> onward.Event:
    return onward.Event(DISSOLVED, parse_interval(date), "X001", organizations=tuple(pair.split(";")))


def test_every_transition_leads_forward(study: onward.Study) -> None:
    ranks = study.model.ranks
    for transition in study.model.transitions:
        target = ranks[study.model.entered(transition.target)].start
        assert all(ranks[source][-1] < target for source in transition.sources), transition.name


@given(added=setbacks)
def test_ended_operations_withdrawn_support_disputes_and_lessons_lower_no_phase(
    added: list[onward.Event], study: onward.Study, relog: Relog, printed: Outcome
) -> None:
    replayed = onward.replay(study.model, relog([*study.log.events(), *added]), as_of=study.as_of)
    assert falls(replayed) == []
    assert replayed.deviation_rows == ()  # a fall that is made good inside one step breaks an invariant
    assert {row.case: row.label for row in replayed.case_rows} == printed


@given(data=st.data())
def test_no_event_at_all_lowers_a_phase(data: st.DataObject, study: onward.Study, logs: Logs) -> None:
    replayed = onward.replay(study.model, data.draw(logs(study.model.kinds)))
    assert falls(replayed) == []
    assert [row for row in replayed.deviation_rows if row.kind == "broken"] == []


@given(data=st.data())
def test_more_events_never_leave_a_case_lower(
    data: st.DataObject, study: onward.Study, relog: Relog, logs: Logs
) -> None:
    log = data.draw(logs(study.model.kinds.keys() - {DISSOLVED}))
    kept = data.draw(st.sets(st.sampled_from(range(len(log))))) if len(log) else set()
    fewer = ranks_of(onward.replay(study.model, relog(log.event(row) for row in sorted(kept))))
    more = ranks_of(onward.replay(study.model, log))
    assert all(rank <= more[case] for case, rank in fewer.items())


def test_a_model_with_a_way_back_goes_back_on_the_same_log_and_is_found_out(study: onward.Study) -> None:
    back = Transition(("startup",), "courtship", on=("dispute",))
    resentful = evolve(study.model, transitions=(back, *study.model.transitions))
    replayed = onward.replay(resentful, study.log, as_of=study.as_of)
    assert falls(replayed) == [
        "EU;NATO H059: startup.proven -> courtship",
        "NATO;UN H017: startup.founding -> courtship",
    ]
    assert [(row.event_id, row.kind) for row in replayed.deviation_rows] == [("H059", "broken"), ("H017", "broken")]


def test_only_a_dissolution_leads_to_the_ending(study: onward.Study) -> None:
    to_ending = [transition for transition in study.model.transitions if transition.target == "ending"]
    assert [(transition.on, transition.sources) for transition in to_ending] == [
        ((DISSOLVED,), ("startup", "maintenance"))
    ]


@given(data=st.data())
def test_only_a_dissolution_leaves_the_ordered_phases_and_only_to_the_ending(
    data: st.DataObject, study: onward.Study, logs: Logs
) -> None:
    for row in onward.replay(study.model, data.draw(logs(study.model.kinds))).step_rows:
        ended = row.after == "ending" != row.before
        founded = row.before.startswith("startup.") or row.before == "maintenance"
        assert ended == (row.event == DISSOLVED and founded), row
        assert (row.event == DISSOLVED and not founded) <= (row.outcome == "refused"), row


@pytest.mark.parametrize("date", ["1949", "1992-06", "1999-06"])
def test_what_was_never_founded_cannot_be_dissolved(date: str, study: onward.Study, relog: Relog) -> None:
    log = relog([*study.log.events(), dissolution("EU;NATO", date)])
    replayed = onward.replay(study.model, log, as_of=study.as_of)
    assert [(row.event_id, row.kind) for row in replayed.deviation_rows] == [("X001", "refused")]
    assert "nothing has been founded" in replayed.deviation_rows[0].reason


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("date", ["2005-12-31", "2006", "2007-06"])
def test_after_a_dissolution_every_event_is_refused(pair: str, date: str, study: onward.Study, relog: Relog) -> None:
    log = relog([*study.log.events(), dissolution(pair, date)])
    replayed = onward.replay(study.model, log, as_of=study.as_of)
    steps = [row for row in replayed.step_rows if row.case == pair]
    [at] = [number for number, row in enumerate(steps) if row.event_id == "X001"]
    assert (steps[at].outcome, steps[at].after) == ("moved", "ending")
    assert len(steps) > at + 1
    assert {(row.outcome, row.after) for row in steps[at + 1 :]} == {("refused", "ending")}


def test_the_other_pairs_live_on(study: onward.Study, relog: Relog, printed: Outcome) -> None:
    log = relog([*study.log.events(), dissolution("EU;UN", "2005")])
    cases = onward.replay(study.model, log, as_of=study.as_of).case_rows
    assert {row.case: row.label for row in cases} == printed | {"EU;UN": "Ending"}


@given(data=st.data())
def test_an_ending_absorbs_on_any_log(data: st.DataObject, study: onward.Study, logs: Logs) -> None:
    steps = onward.replay(study.model, data.draw(logs(study.model.kinds))).step_rows
    after_the_end = [row for row in steps if row.before == "ending"]
    assert all((row.outcome, row.after) == ("refused", "ending") for row in after_the_end)


def draw_instants(log: onward.EventLog, order: list[Row], chance: random.Random) -> tuple[Interval, ...]:
    """Draw for each event an instant inside its date, so that every order that the report states is kept."""
    earlier: dict[str, set[str]] = {event_id: set() for event_id in log.ids}
    for row in order:
        earlier[row["after_id"]].add(row["before_id"])
    sequence = tuple(TopologicalSorter(earlier).static_order())
    dates = dict(zip(log.ids, log.times, strict=True))
    last = {event_id: date.last for event_id, date in dates.items()}
    for event_id in reversed(sequence):
        for before in earlier[event_id]:
            last[before] = min(last[before], last[event_id])
    drawn: dict[str, Interval] = {}
    for event_id in sequence:
        first = max([dates[event_id].first, *(drawn[before].first for before in earlier[event_id])])
        drawn[event_id] = interval_of(first + chance.random() * (last[event_id] - first))
    return tuple(drawn[event_id] for event_id in log.ids)


@pytest.mark.usefixtures("unwatched")
def test_the_order_of_events_inside_their_dates_never_changes_the_outcome(
    study: onward.Study, table: Table, printed: Outcome
) -> None:
    order = table("event_order")
    chance = random.Random(2007)  # noqa: S311 - a seed, so that a failure can be had again
    paths = set()
    for _ in range(300):
        times = draw_instants(study.log, order, chance)
        drawn = dict(zip(study.log.ids, times, strict=True))
        assert all(drawn[row["before_id"]].first <= drawn[row["after_id"]].first for row in order)
        assert all(date.first <= time.first <= date.last for date, time in zip(study.log.times, times, strict=True))
        replayed = onward.replay(study.model, evolve(study.log, times=times), as_of=study.as_of)
        assert {row.case: row.label for row in replayed.case_rows} == printed
        paths.add(tuple((row.case, row.event_id) for row in replayed.step_rows if row.outcome == "moved"))
    assert len(paths) > 20  # the ways there do differ
