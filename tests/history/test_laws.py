"""The laws of replay, on any model and any log."""

import itertools
import json
import random
from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

import pytest
from attrs import evolve
from hypothesis import find, given, settings
from hypothesis import strategies as st

import onward
from onward.history.judging import View, guard_holds
from onward.history.machine import choose_by_machine
from onward.history.plain import rows_by_case
from onward.history.state import CaseState, not_begun
from onward.history.stepping import OUTCOMES, step
from onward.log.log import Event, EventLog
from onward.model.elements import START, Count, Transition, Variable
from onward.model.model import Model
from onward.testing import events, logs, models

T = TypeVar("T")


@st.composite
def models_with_logs(draw: st.DrawFn, *, irreversible: bool = False, column: bool = False) -> tuple[Model, EventLog]:
    model = draw(models(irreversible=irreversible, cases="column" if column else None))
    return model, draw(logs(model))


def taken(log: EventLog, rows: list[int]) -> EventLog:
    """Return the log with only these rows, in this order."""

    def pick(column: Sequence[T]) -> tuple[T, ...]:
        return tuple(column[row] for row in rows) if column else ()

    return evolve(
        log,
        types=pick(log.types),
        times=pick(log.times),
        ids=tuple(log.ids[row] or f"row {row}" for row in rows),
        untils=pick(log.untils),
        case_names=pick(log.case_names),
        organizations=pick(log.organizations),
        columns={name: pick(values) for name, values in log.columns.items()},
    )


@given(models_with_logs(), st.sampled_from(("certain", "possible")))
@settings(max_examples=300)
def test_the_live_machine_agrees_with_replay_step_by_step(drawn: tuple[Model, EventLog], reading: str) -> None:
    model, log = drawn
    replayed = onward.replay(model, log, reading=reading)  # type: ignore[arg-type]  # one of the two
    rows = iter(replayed.step_rows)
    for case in sorted(replayed.rows):
        live = onward.live(model, case, reading=reading)  # type: ignore[arg-type]
        for told, row in zip(replayed.life(case).steps, replayed.rows[case], strict=True):
            assert live.phase == told.before
            fired = live.fire(log.event(row))
            assert fired == told
            assert fired.left.memory == told.left.memory == live.context
            written = next(rows)
            assert (written.outcome, written.before, written.after, written.implied) == (
                fired.outcome,
                fired.before,
                fired.after,
                fired.implied,
            )
    assert next(rows, None) is None


@given(models(), st.data())
def test_the_machine_chooses_what_file_order_says(model: Model, data: st.DataObject) -> None:
    state = evolve(not_begun(model, "case"), place=data.draw(st.sampled_from(model.places)))
    event = data.draw(events(model))
    assert step(model, state, event) == step(model, state, event, choose=choose_by_machine)


@given(models_with_logs(irreversible=True))
@settings(max_examples=300)
def test_no_transition_reverses_in_a_model_that_declares_it(drawn: tuple[Model, EventLog]) -> None:
    model, log = drawn
    assert any(invariant.kind == "irreversible" for invariant in model.invariants)
    replayed = onward.replay(model, log)
    assert reversals(model, replayed) == []
    assert not any("irreversible" in row.reason for row in replayed.deviation_rows)


def reversals(model: Model, replayed: onward.Replay) -> list[str]:
    """Return the cases in which a spell follows a later one: told from the spells, not from the invariant."""
    ranks = {place.replace(".", " "): rank for rank, place in enumerate(model.places)}
    found = []
    for case, spells in itertools.groupby(replayed.spell_rows, key=lambda spell: spell.case):
        trail = [ranks[" ".join(filter(None, (spell.phase, spell.stage)))] for spell in spells]
        if trail != sorted(trail):
            found.append(case)
    return found


def test_irreversibility_is_not_empty_a_backward_transition_is_caught_and_shrunk() -> None:
    model = onward.load_model("partnership")
    backward = Transition(("maintenance",), "courtship", on=("dispute",))
    mutant = evolve(model, transitions=(*model.transitions, backward))
    # Short logs of the types that matter: a random walk over all 22 types would hardly ever reach maintenance.
    types = ("joint_operation_launched", "agreement_signed", "consultation_mechanism_established", "dispute")
    rows = st.lists(st.tuples(st.sampled_from(types), st.sampled_from(("Kosovo", "Sudan"))), max_size=9)

    def steps(told: list[tuple[str, str]]) -> list[onward.Step]:
        live = onward.live(mutant)
        return [live.fire(kind, place=place, formal=True) for kind, place in told]

    def reverses(told: list[tuple[str, str]]) -> bool:
        ranks = [mutant.places.index(done.after) for done in steps(told)]
        return ranks != sorted(ranks)

    quick = settings(max_examples=2_000, database=None)
    shrunk = find(rows, reverses, settings=quick, random=random.Random(7))  # noqa: S311
    # Nothing shorter can do it: two places, a basis, machinery, and the dispute that falls back.
    assert sorted(kind for kind, _ in shrunk) == sorted((*types, "joint_operation_launched"))
    assert shrunk[-1][0] == "dispute"
    broken = [invariant.name for done in steps(shrunk) for invariant in done.broken]
    assert broken == ["irreversible"]


@given(models_with_logs())
@settings(max_examples=300)
def test_spells_tile_the_span_of_every_case(drawn: tuple[Model, EventLog]) -> None:
    model, log = drawn
    replayed = onward.replay(model, log)
    spells = {case: list(found) for case, found in itertools.groupby(replayed.spell_rows, key=lambda row: row.case)}
    for row in replayed.case_rows:
        own = spells.get(row.case, [])
        assert len(own) == row.moves
        assert all(one.end == two.start and one.end_kind == "moved" for one, two in itertools.pairwise(own))
        if own:
            began = next(done.time for done in replayed.step_rows if done.case == row.case and done.after != START)
            assert own[0].start == began
            assert (own[-1].end, own[-1].end_kind, own[-1].start) == (None, "censored", row.since)
            assert (own[-1].phase, own[-1].stage) == (row.phase, row.stage)
        else:
            assert row.phase == START


@given(models_with_logs(column=True), st.randoms())
@settings(max_examples=200)
def test_the_order_of_cases_does_not_matter(drawn: tuple[Model, EventLog], chance: random.Random) -> None:
    model, log = drawn
    queues = [[row for row in range(len(log)) if log.case_names[row] == case] for case in set(log.case_names)]
    mixed: list[int] = []
    while queues := [queue for queue in queues if queue]:
        mixed.append(chance.choice(queues).pop(0))
    one = onward.replay(model, taken(log, sorted(mixed)))
    other = onward.replay(model, taken(log, mixed))
    assert [evolve(row, row=0) for row in one.step_rows] == [evolve(row, row=0) for row in other.step_rows]
    assert one.case_rows == other.case_rows
    assert one.spell_rows == other.spell_rows


@given(models_with_logs(), st.integers(0, 12))
@settings(max_examples=200)
def test_appending_events_never_changes_earlier_steps(drawn: tuple[Model, EventLog], length: int) -> None:
    model, log = drawn
    in_time = sorted(range(len(log)), key=lambda row: log.times[row].last)
    longer = onward.replay(model, taken(log, in_time))
    shorter = onward.replay(model, taken(log, in_time[:length]))
    for case in shorter.rows:
        before = [row for row in shorter.step_rows if row.case == case]
        after = [row for row in longer.step_rows if row.case == case]
        assert after[: len(before)] == before


@given(models_with_logs(), st.sampled_from(("2000", "2001-06-30", "2001-12-31", "2002")))
def test_a_window_is_the_beginning_of_the_whole_replay(drawn: tuple[Model, EventLog], as_of: str) -> None:
    model, log = drawn
    whole, window = onward.replay(model, log), onward.replay(model, log, as_of=as_of)
    assert window.as_of is not None
    end = window.as_of.last
    assert window.step_rows == tuple(row for row in whole.step_rows if row.time is not None and row.time <= end)
    assert window.after_as_of == sum(time.last > end for time in log.times)


@given(models_with_logs())
def test_every_event_has_one_outcome_and_the_outcomes_add_up(drawn: tuple[Model, EventLog]) -> None:
    model, log = drawn
    replayed = onward.replay(model, log)
    assert list(replayed.outcomes) == list(OUTCOMES)
    assert sum(replayed.outcomes.values()) == len(replayed.step_rows) == sum(map(len, replayed.rows.values()))
    counts = replayed.row_counts
    assert counts["read"] == counts["replayed"] + counts["rejected"] == log.rows_read
    for row in replayed.step_rows:
        assert (row.outcome == "moved") == (row.transition is not None)
        assert row.outcome == "moved" or (row.before == row.after and row.implied == ())
        assert (row.outcome == "unknown") == (row.event not in model.kinds)


@given(models(), st.data())
def test_a_state_goes_through_json_and_on_as_if_nothing_had_happened(model: Model, data: st.DataObject) -> None:
    drawn = sorted(data.draw(st.lists(events(model), max_size=8)), key=moment)
    half = data.draw(st.integers(0, len(drawn)))
    straight, first = onward.live(model, "case"), onward.live(model, "case")
    told = [straight.fire(event) for event in drawn]
    for event in drawn[:half]:
        first.fire(event)
    again = onward.live(model, state=json.loads(json.dumps(first.state)))
    assert again.state == first.state
    assert [again.fire(event) for event in drawn[half:]] == told[half:]
    assert again.state == straight.state


def moment(event: Event) -> datetime:
    assert event.time is not None
    return event.time.last


@given(models(), st.data())
def test_may_tells_what_fire_does_and_changes_nothing(model: Model, data: st.DataObject) -> None:
    drawn = sorted(data.draw(st.lists(events(model), min_size=1, max_size=6)), key=moment)
    live = onward.live(model, "case")
    for event in drawn:
        before, branch = live.state, live.fork()
        would = live.may(event)
        assert live.state == before
        assert live.fire(event) == would
        assert bool(would) == (would.outcome == "moved")
        assert branch.state == before


@given(models_with_logs())
def test_what_was_short_did_not_hold_and_what_fired_did(drawn: tuple[Model, EventLog]) -> None:
    model, log = drawn
    replayed = onward.replay(model, log)
    for case in replayed.rows:
        for done in replayed.life(case).steps:
            for reason in done.short:
                assert reason.clauses
                assert all(clause.holds is not True for clause in reason.clauses)
                assert all(clause.short is None or clause.short > 0 for clause in reason.clauses)
            if done.outcome == "moved":
                fired = [clause for reason in done.reasons[: len(done.fired)] for clause in reason.clauses]
                assert all(clause.holds is True for clause in fired)


@given(models_with_logs())
def test_lives_are_told_without_a_hitch(drawn: tuple[Model, EventLog]) -> None:
    model, log = drawn
    replayed = onward.replay(model, log)
    for case in replayed.rows:
        told = replayed.explain(case, width=60)
        assert told.startswith(f"{case}: ")
        assert all(len(line) <= 60 or " " not in line.strip() for line in told.splitlines())


@given(models_with_logs())
def test_rows_of_a_case_stand_in_time_order_and_ties_in_file_order(drawn: tuple[Model, EventLog]) -> None:
    model, log = drawn
    for rows in rows_by_case(model, log, "certain").values():
        assert [(log.times[row].last, row) for row in rows] == sorted((log.times[row].last, row) for row in rows)


def test_a_step_is_true_where_the_case_moved() -> None:
    live = onward.live(onward.load_model("partnership"))
    if live.may("recognition"):
        pytest.fail("a one-sided text begins nothing")
    assert live.may("contact")


@given(models_with_logs())
def test_a_window_that_ends_with_the_log_changes_nothing(drawn: tuple[Model, EventLog]) -> None:
    model, log = drawn
    whole = onward.replay(model, log)
    assert onward.replay(model, log, as_of=whole.as_of).case_rows == whole.case_rows


@given(models_with_logs())
@settings(max_examples=200)
def test_an_always_invariant_is_told_when_it_stops_holding(drawn: tuple[Model, EventLog]) -> None:
    model, log = drawn
    replayed = onward.replay(model, log)
    for case in replayed.rows:
        held = dict.fromkeys(range(len(model.invariants)), True)
        for done in replayed.life(case).steps:
            if done.outcome in {"refused", "unknown"}:
                assert done.broken == ()
                continue
            told = []
            for number, invariant in enumerate(model.invariants):
                if invariant.kind == "always":
                    holds = guard_holds(invariant.guard, done.left) is True
                    told += [invariant] if held[number] and not holds else []
                    held[number] = holds
            assert [each for each in done.broken if each.kind == "always"] == told


@given(models_with_logs())
@settings(max_examples=200)
def test_memory_is_what_counting_the_events_so_far_gives(drawn: tuple[Model, EventLog]) -> None:
    model, log = drawn
    replayed = onward.replay(model, log)
    for case in replayed.rows:
        counted: list[Event] = []
        for done in replayed.life(case).steps:
            counted += [done.event] if done.outcome not in {"refused", "unknown"} else []
            assert done.left.memory == {each.name: recounted(model, each, counted) for each in model.context}


def recounted(model: Model, variable: Variable, events: list[Event]) -> int:
    """Return what a context variable is, counted anew from all events that counted: the slow way round."""
    reducer = variable.reducer
    ours = [
        event
        for event in events
        if (reducer.types is None or event.type in reducer.types)
        and guard_holds(reducer.where, View(model, START, {}, event=event)) is True
    ]
    if isinstance(reducer, Count):
        return len(ours)
    values = [event.attributes.get(reducer.attribute) for event in ours]
    return len({value for value in values if value is not None})


@given(models_with_logs(column=True), st.integers(0, 3))
@settings(max_examples=600)
def test_ties_are_those_that_running_every_exchange_to_its_end_finds(drawn: tuple[Model, EventLog], apart: int) -> None:
    model, drawn_log = drawn
    # One case on one or two dates: ties of many.
    times = tuple(drawn_log.times)
    first = times[:1] * max(len(drawn_log) - apart, 0)
    log = evolve(
        drawn_log,
        case_names=("A",) * len(drawn_log),
        times=first + times[len(first) :],
        untils=(None,) * len(drawn_log),
    )
    replayed = onward.replay(model, log)
    for case in replayed.rows:
        life = replayed.life(case)
        found = {tie.second.row: (tie.first.row, tie.instead) for tie in life.ties}
        state = not_begun(model, case)
        for _, group in itertools.groupby((done.event for done in life.steps), key=moment):
            events = list(group)
            before, (state, as_it_was) = state, lived(model, state, events)
            for later in range(1, len(events)):
                ways = [
                    (earlier, exchanged(model, before, events, earlier, later)) for earlier in reversed(range(later))
                ]
                others = [(earlier, way) for earlier, way in ways if path(way) != path(as_it_was)]
                elsewhere = [(earlier, way) for earlier, way in others if way[-1].after != as_it_was[-1].after]
                expected = [(events[earlier].row, (way[earlier], way[later])) for earlier, way in elsewhere or others]
                assert [found[events[later].row]] == expected[:1] if expected else events[later].row not in found


def lived(model: Model, state: CaseState, events: list[Event]) -> tuple[CaseState, list[onward.Step]]:
    told = []
    for event in events:
        state, done = step(model, state, event)
        told.append(done)
    return state, told


def exchanged(model: Model, state: CaseState, events: list[Event], one: int, other: int) -> list[onward.Step]:
    order = list(events)
    order[one], order[other] = order[other], order[one]
    return lived(model, state, order)[1]


def path(steps: Sequence[onward.Step]) -> list[tuple[object, ...]]:
    loud = (done for done in steps if done.broken or done.outcome in {"moved", "refused"})
    return [(done.outcome, done.before, done.after, done.broken) for done in loud]
