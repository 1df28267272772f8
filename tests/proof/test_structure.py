"""Flaws of a model's structure: for each kind a smallest model that has it and the nearest that has not."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve, frozen
from hypothesis import event as seen_in_statistics
from hypothesis import given, settings
from hypothesis import strategies as st

import onward
from onward.history.judging import is_enabled
from onward.history.plain import rows_by_case
from onward.history.state import not_begun
from onward.history.stepping import Step, pass_time, step
from onward.log.log import EventLog
from onward.model.document import parse_model
from onward.model.elements import Transition
from onward.model.model import Model
from onward.model.writing import fingerprint
from onward.problems import ModelError
from onward.proof import firing
from onward.proof.asked import Questions
from onward.proof.firing import Edge, fires, firing_of
from onward.proof.structure import ASKED, structure
from onward.proof.verdict import Check
from onward.proof.witness import Witness, steps_of
from onward.testing import logs, models

EXAMPLE = Path(__file__).parents[2] / "examples" / "ceasefire" / "ceasefire.yaml"


def place(kind: str, key: object) -> str:
    return f"{kind} {key}"


def checks_of(model: Model) -> list[Check]:
    return list(structure(model, Questions((model,)), place))


def flaws_of(model: Model) -> list[Check]:
    return [check for check in checks_of(model) if not check.ok]


def told(text: str) -> set[tuple[str, str, str]]:
    """Return the kind, the place and the message of each flaw of the model that *text* says."""
    return {(check.kind, check.where, check.message) for check in flaws_of(parse(text))}


def parse(text: str) -> Model:
    top = "" if re.search(r"^events:", text, re.MULTILINE) else "events: {go: {}, stop: {}, wait: {}}\n"
    return parse_model(f"onward: 1\nname: m\n{top}{text}", "m.yaml")


@frozen
class Case:
    """A model with one flaw, and what to write in place of what to have none."""

    text: str
    flaws: tuple[tuple[str, str, str], ...]
    instead: tuple[str, str]


TAKEN = "'one' stands first and is taken, and is no special case of this one"
ON_GO = f"in 'a' both 'one' and this one can fire on 'go'; {TAKEN}"
EVENTLESS = f"in 'a' both 'one' and this one can fire without an event of their own; {TAKEN}"
END = "{from: [a, b], to: over, on: any}"

CASES = {
    "a phase that nothing leads to": Case(
        f"""
phases: [a, b, {{over: {{final: true}}}}]
transitions:
  - {{from: start, to: a, on: any}}
  - {END}
""",
        (("unreachable", "phase b", "no case gets to 'b': no transition leads there"),),
        ("to: a, on: any}", "to: a, on: any}\n  - {from: a, to: b, on: go}"),
    ),
    "a stage that nothing leads to": Case(
        """
phases: [{a: {stages: [one, two]}}, {over: {final: true}}]
transitions:
  - {from: start, to: a, on: any}
  - {from: a, to: over, on: any}
""",
        (("unreachable", "phase a.two", "no case gets to 'a.two': no transition leads there"),),
        (
            "to: over, on: any}",
            "to: over, on: go}\n  - {from: a.one, to: a.two, on: stop}\n  - {from: a, to: a, on: wait}",
        ),
    ),
    "a phase with all its stages": Case(
        f"""
phases: [{{b: {{stages: [one, two]}}}}, a, {{over: {{final: true}}}}]
transitions:
  - {{from: start, to: a, on: any}}
  - {{from: b.one, to: b.two, on: go}}
  - {END}
""",
        (("unreachable", "phase b", "no case gets to 'b': no transition leads there"),),
        ("from: start, to: a, on: any", "from: start, to: b, on: go}\n  - {from: start, to: a, on: [stop, wait]"),
    ),
    "a way that is lost from its beginning": Case(
        """
phases: [a, b, c, d, {over: {final: true}}]
transitions:
  - {from: start, to: a, on: any}
  - {from: b, to: c, on: go}
  - {from: [c, d], to: d, on: stop}
  - {from: [a, d], to: over, on: any}
""",
        (("unreachable", "phase b", "no case gets to 'b': no transition leads there; nor to 'c' or 'd', behind it"),),
        ("to: a, on: any}", "to: a, on: any}\n  - {from: a, to: b, on: stop}"),
    ),
    "a lost way that begins with a phase that leads to itself": Case(
        """
phases: [a, c, b, {over: {final: true}}]
transitions:
  - {from: start, to: a, on: any}
  - {from: b, to: b, on: go}
  - {from: b, to: c, on: stop}
  - {from: [a, c], to: over, on: any}
""",
        (
            (
                "unreachable",
                "phase b",
                "no case gets to 'b': no transition leads there; nor to 'c', behind it",
            ),
        ),
        ("from: b, to: b", "from: [a, b], to: b"),
    ),
    "a dead end for want of a guard that holds": Case(
        """
phases: [a, {over: {final: true}}]
transitions:
  - {from: start, to: a, on: any}
  - {from: a, to: over, on: go, when: phase == over}
""",
        (
            (
                "never-fires",
                "transition 1",
                "it never fires: its guard never holds in 'a', and so no case gets to 'over'",
            ),
            (
                "dead-end",
                "phase a",
                "a case cannot leave 'a', which is not final: none of the transitions out of it can fire",
            ),
        ),
        ("phase == over", "phase == a"),
    ),
    "a phase in which everything is refused": Case(
        """
phases: [a, b, {over: {final: true}}]
transitions:
  - {from: start, to: a, on: go}
  - {from: a, to: a, on: any}
  - {from: a, to: b, after: 2 years}
  - {from: b, to: over, on: go}
forbid: [{on: any, in: a}]
""",
        (("never-fires", "transition 1", "it never fires: every event is refused in 'a'"),),
        ("{on: any, in: a}", "{on: go, in: a}"),
    ),
    "phases that lead to each other only": Case(
        """
phases: [a, b, c, {over: {final: true}}]
transitions:
  - {from: start, to: a, on: any}
  - {from: b, to: c, on: go}
  - {from: c, to: b, on: stop}
  - {from: [a, b], to: over, on: wait}
""",
        (
            (
                "unreachable",
                "phase b",
                "no case gets to 'b': what leads there begins where no case gets to; nor to 'c', behind it",
            ),
        ),
        ("from: b, to: c", "from: [a, b], to: c"),
    ),
    "a dead end": Case(
        """
phases: [a, b]
transitions:
  - {from: start, to: a, on: any}
  - {from: a, to: b, on: go}
""",
        (("dead-end", "phase b", "a case cannot leave 'b', which is not final: no transition leads out of it"),),
        ("[a, b]", "[a, {b: {final: true}}]"),
    ),
    "phases that lead to no end": Case(
        """
phases: [a, b, c, {over: {final: true}}]
transitions:
  - {from: start, to: a, on: any}
  - {from: a, to: over, on: stop}
  - {from: a, to: b, on: go}
  - {from: b, to: c, on: go}
  - {from: c, to: b, on: go}
""",
        (("no-end", "phase b", "a case in 'b' or 'c' cannot get to any phase that is final"),),
        ("from: a, to: over", "from: [a, c], to: over"),
    ),
    "a guard that never holds": Case(
        """
context: {steps: {count: go}}
phases: [a, b, {over: {final: true}}]
transitions:
  - {from: start, to: a, on: any}
  - {from: a, to: b, on: go, when: steps >= 2 and steps < 2}
  - {from: [a, b], to: over, on: stop}
""",
        (
            (
                "never-fires",
                "transition 1",
                "it never fires: its guard never holds in 'a', and so no case gets to 'b'",
            ),
        ),
        ("steps < 2", "steps < 3"),
    ),
    "a guard that memory keeps from holding": Case(
        """
context: {steps: {count: go}}
phases: [a, {over: {final: true}}]
transitions:
  - {from: start, to: a, on: go}
  - {name: skip, from: a, to: a, on: wait, when: steps < 1}
  - {from: a, to: over, on: stop}
""",
        (("never-fires", "transition 1", "it never fires: its guard never holds in 'a'"),),
        ("steps < 1", "steps <= 1"),
    ),
    "a timer that another outruns": Case(
        """
phases: [a, b, {over: {final: true}}]
transitions:
  - {from: start, to: a, on: any}
  - {name: early, from: a, to: over, after: 1 year}
  - {from: a, to: b, on: go}
  - {from: b, to: over, on: go}
  - {name: late, from: a, to: b, after: 1 year}
""",
        (("never-fires", "transition 4", "it never fires: 'early' is always taken first"),),
        ("after: 1 year}\n  - {from: a, to: b, on: go", "after: 2 years}\n  - {from: a, to: b, on: go"),
    ),
    "a transition that an earlier one leaves nothing": Case(
        """
phases: [a, {over: {final: true}}]
transitions:
  - {from: start, to: a, on: any}
  - {name: first, from: a, to: over, on: any}
  - {name: second, from: a, to: a, on: go}
""",
        (("never-fires", "transition 2", "it never fires: 'first' is always taken first"),),
        ("to: over, on: any", "to: over, on: [stop, wait]"),
    ),
    "a place where no case waits": Case(
        """
phases: [a, b, {over: {final: true}}]
transitions:
  - {from: start, to: a, on: any}
  - {from: a, to: b}
  - {name: never, from: a, to: over, on: go}
  - {from: b, to: over, on: any}
""",
        (("never-fires", "transition 2", "it never fires: no case stays in 'a' until an event comes"),),
        ("from: a, to: b}", "from: a, to: b, on: stop}"),
    ),
    "an event that is forbidden where it is waited for": Case(
        """
phases: [a, {over: {final: true}}]
transitions:
  - {from: start, to: a, on: any}
  - {from: a, to: a, on: go}
  - {from: a, to: over, on: any}
forbid: [{on: go, in: a, because: it is too early}]
""",
        (("forbidden", "transition 1", "'go' is forbidden in 'a' (it is too early)"),),
        ("in: a,", "in: start,"),
    ),
    "one of several events that is forbidden everywhere": Case(
        """
phases: [a, {over: {final: true}}]
transitions:
  - {from: start, to: a, on: any}
  - {from: a, to: over, on: [go, stop]}
forbid: [{on: go, in: a}]
""",
        (("forbidden", "transition 1", "it waits for 'go', which is forbidden in 'a'"),),
        ("in: a}", "in: start}"),
    ),
    "an event that is forbidden in one of two places": Case(
        """
phases: [a, b, {over: {final: true}}]
transitions:
  - {from: start, to: a, on: any}
  - {from: a, to: b, on: wait}
  - {from: [a, b], to: over, on: go}
forbid: [{on: go, in: a, when: phase == a}]
""",
        (("forbidden", "transition 2", "'go' is forbidden in 'a'"),),
        ("phase == a", "event.early"),
    ),
    "two transitions that overlap": Case(
        """
phases: [a, b, {over: {final: true}}]
transitions:
  - {from: start, to: a, on: any}
  - {name: one, from: a, to: b, on: go, when: event.size > 1}
  - {name: two, from: a, to: over, on: go, when: event.size < 5}
  - {from: b, to: over, on: any}
""",
        (
            (
                "overlap",
                "transition 2",
                ON_GO,
            ),
        ),
        ("event.size < 5", "event.size <= 1"),
    ),
    "eventless transitions that overlap": Case(
        """
context: {size: {sum: size, of: any}, rank: {latest: rank, of: any}}
phases: [a, b, {over: {final: true}}]
transitions:
  - {from: start, to: a, on: any}
  - {name: one, from: a, to: b, when: size > 1}
  - {name: two, from: a, to: over, when: rank > 1}
  - {from: b, to: over, on: any}
""",
        (
            (
                "overlap",
                "transition 2",
                EVENTLESS,
            ),
        ),
        ("rank > 1", "rank > 1 and size <= 1"),
    ),
    "a place in which an earlier one leaves nothing": Case(
        """
phases: [a, b, {over: {final: true}}]
transitions:
  - {from: start, to: a, on: any}
  - {name: first, from: a, to: b, on: go}
  - {name: second, from: [a, b], to: over, on: go}
""",
        (("overlap", "transition 2", "from 'a' it never fires: 'first' is always taken first"),),
        ("from: [a, b], to: over", "from: b, to: over"),
    ),
    "an event type that does nothing": Case(
        """
phases: [a, {over: {final: true}}]
transitions:
  - {from: start, to: a, on: [go, wait]}
  - {from: a, to: over, on: go}
""",
        (("idle-event", "event stop", "an event of the type 'stop' does nothing anywhere"),),
        ("on: go}", "on: stop}"),
    ),
    "a variable that nothing reads": Case(
        """
context: {steps: {count: go}}
phases: [a, {over: {final: true}}]
transitions:
  - {from: start, to: a, on: any}
  - {from: a, to: over, on: stop}
""",
        (("unread", "context steps", "nothing reads the variable 'steps'"),),
        ("on: stop", "on: stop, when: steps > 1"),
    ),
    "a condition that nothing uses": Case(
        """
context: {steps: {count: go}}
conditions: {many: steps > 1}
phases: [a, {over: {final: true}}]
transitions:
  - {from: start, to: a, on: any}
  - {from: a, to: over, on: stop, when: steps > 1}
""",
        (("unread", "condition many", "no guard uses the condition 'many'"),),
        ("when: steps > 1", "when: not many or event.x and many"),
    ),
    "a parameter that nothing uses": Case(
        """
parameters: {patience: 2}
phases: [a, {over: {final: true}}]
transitions:
  - {from: start, to: a, on: any}
  - {from: a, to: over, after: 2 years}
""",
        (("unread", "parameter patience", "nothing uses the parameter 'patience'"),),
        ("after: 2 years", "after: {years: patience}"),
    ),
    "a case that never begins": Case(
        """
phases: [a, {over: {final: true}}]
transitions:
  - {from: start, to: a, on: go, when: phase == a}
  - {from: a, to: over, on: any}
""",
        (("never-begins", "transition 0", "no log takes a case out of start: 'start -> a' can never fire"),),
        ("phase == a", "phase == start"),
    ),
    "nothing out of start": Case(
        """
phases: [a, {over: {final: true}}]
transitions:
  - {from: a, to: over, on: any}
""",
        (("never-begins", "", "no log takes a case out of start: nothing leads out of it"),),
        ("from: a,", "from: [start, a],"),
    ),
    "a track that never begins": Case(
        """
tracks:
  one:
    phases: [a]
    transitions: [{from: [start, a], to: a, on: any}]
  two:
    phases: [b]
    transitions:
      - {from: start, to: b, when: one.phase > a}
      - {from: b, to: b, on: go}
""",
        (
            (
                "never-fires",
                "transition 1",
                "it never fires: its guard never holds in 'start', and so no case gets to 'b'",
            ),
        ),
        ("one.phase > a", "one.phase == a"),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_flaw_is_told_once_and_the_nearest_model_has_none(name: str) -> None:
    case = CASES[name]
    assert told(case.text) == set(case.flaws)
    before, instead = case.instead
    assert case.text.count(before) == 1
    mended = case.text.replace(before, instead)
    kinds = {kind for kind, _, _ in case.flaws}
    assert not {flaw for flaw in told(mended) if flaw[0] in kinds}


def test_an_overlap_that_is_meant_is_none() -> None:
    text = CASES["two transitions that overlap"].text
    meant = text.replace("event.size < 5", "event.size < 5, otherwise: true")
    assert not told(meant)
    assert told(text.replace("event.size > 1", "event.size > 1, otherwise: true"))


ORDERS = {
    "a special case above its rule": ("b, on: go, when: event.size > 1", "from: a, to: over, on: go"),
    "two that lead to one place": ("b, on: go, when: event.size > 1", "from: a, to: b, on: go, when: event.size < 5"),
    "one that fires after the other": ("b, when: size > 1", "from: [a, b], to: over, when: rank > 1"),
    "one that answers to any event": ("b, on: go", "from: [a, b], to: over, on: any"),
    "one that answers to any event in its other place": (
        "b, on: any",
        "from: [a, b], to: over, on: any",
    ),
}
"""Where the first of two transitions out of a leads, and the second."""


@pytest.mark.parametrize("name", ORDERS)
def test_an_order_that_decides_nothing_or_makes_sense_is_no_overlap(name: str) -> None:
    first, second = ORDERS[name]
    text = f"""
context: {{size: {{sum: size, of: any}}, rank: {{latest: rank, of: any}}}}
phases: [a, b, {{over: {{final: true}}}}]
transitions:
  - {{from: start, to: a, on: any}}
  - {{from: a, to: {first}}}
  - {{{second}}}
  - {{from: b, to: over, on: go}}
show: {{size: {{label: {{large: size > 1 and rank > 1}}}}}}
"""
    assert "overlap" not in {kind for kind, _, _ in told(text)}


def test_an_event_type_is_used_in_many_ways() -> None:
    text = """
events: {go: {}, stop: {}, seen: {}, kept: {}, shown: {}, moment: {}, ended: {}, planned: {}, counted: {}, asked: {},
  refused: {}, idle: {}}
context: {steps: {count: kept}}
phases: [a, {over: {final: true}}]
transitions:
  - {from: start, to: a, on: go}
  - {from: a, to: over, after: {years: 2, without: seen}, when: steps > 1}
  - {from: a, to: over, on: stop}
forbid: [{on: refused, in: a}]
invariants: [{step: event.type != asked or steps == before.steps}]
show:
  spells: {years: place, of: shown, moments: moment, ended: ended, planned: planned}
tables: {those: {rows: place, columns: kind, of: counted}}
"""
    assert told(text) == {("idle-event", "event idle", "an event of the type 'idle' does nothing anywhere")}
    assert not told(text.replace(", of: counted", ""))
    assert not told(text.replace("on: stop", "on: any"))


def test_a_condition_is_used_where_another_is_that_uses_it() -> None:
    text = CASES["a condition that nothing uses"].text.replace(
        "{many: steps > 1}", "{many: steps > 1, some: steps > 0 and not many}"
    )
    assert {where for _, where, _ in told(text)} == {"condition many", "condition some"}
    assert not told(text.replace("when: steps > 1", "when: some"))


def test_what_is_forbidden_sometimes_may_be_waited_for() -> None:
    text = CASES["one of several events that is forbidden everywhere"].text
    assert not told(text.replace("in: a}", "in: a, when: event.early}"))


def test_what_is_sound_is_said_of_each_kind() -> None:
    text = CASES["a dead end"].text.replace("[a, b]", "[a, {b: {final: true}}]")
    checks = checks_of(parse(text))
    assert {check.kind: check.status for check in checks} == dict.fromkeys(ASKED, "sound") | {"idle-event": "sound"}
    assert [check.name for check in checks] == list(ASKED.values())
    assert all(check.message and not check.mend for check in checks)


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_called_sound_that_is_not(name: str) -> None:
    checks = checks_of(parse(CASES[name].text))
    sound = {check.kind for check in checks if check.ok}
    flawed = {check.kind for check in checks if not check.ok}
    assert not sound & flawed
    assert all(check.where and check.mend for check in checks if not check.ok and check.kind != "never-begins")
    lost = any("no case gets to" in check.message for check in checks)
    assert not (lost and "unreachable" in sound)


@pytest.mark.parametrize("name", [*onward.shipped_models(), EXAMPLE])
def test_the_shipped_models_are_sound(name: str | Path) -> None:
    assert flaws_of(onward.load_model(name)) == []


# ---- drawn models


@st.composite
def models_with_logs(draw: st.DrawFn) -> tuple[Model, EventLog]:
    clockwork, memory = draw(st.sampled_from(((None, None), (True, True), (False, False))))
    model = draw(models(clockwork=clockwork, memory=memory, tracks=draw(st.sampled_from((None, None, True)))))
    return model, draw(logs(model))


def lived(model: Model, log: EventLog) -> Iterator[Step]:
    for rows in rows_by_case(model, log, "certain").values():
        state = not_begun(model, "A")
        for row in rows:
            state, done = step(model, state, log.event(row))
            yield from (*done.meanwhile, done)
        _, ticks = pass_time(model, state, state.clock.moment if state.clock else None, through=True)
        yield from ticks


@given(models_with_logs())
@settings(max_examples=150, deadline=None)
def test_no_log_does_what_is_said_to_be_in_none(drawn: tuple[Model, EventLog]) -> None:
    model, log = drawn
    questions = Questions((model,))
    found = firing_of(model, questions)
    seen_in_statistics(f"dead: {len(model.transitions) - len(found.firing)}")
    never = [fires(model, edge) for edge in found.never]
    for done in lived(model, log):
        assert not any(goal.shown(done) for goal in never)
        assert set(done.entered) <= found.reached


@given(models_with_logs())
@settings(max_examples=60, deadline=None)
def test_every_check_of_a_drawn_model_says_what_is_so(drawn: tuple[Model, EventLog]) -> None:
    model, _ = drawn
    checks = checks_of(model)
    seen_in_statistics(", ".join(sorted({check.kind for check in checks if not check.ok})) or "sound")
    numbers = {f"transition {number}": transition for number, transition in enumerate(model.transitions)}
    for check in checks:
        assert not check.message.endswith(".")
        if check.kind == "overlap" and not check.ok:
            later = numbers[check.where]
            assert not later.otherwise
            assert shows_both(model, check, later)


def shows_both(model: Model, check: Check, later: Transition) -> bool:
    """Tell whether a replay of a check's log has an earlier transition fire where *later* is enabled as well."""
    assert check.counterexample is not None
    return any(
        fired.target != later.target
        and (later.on is None or (done.event is not None and later.answers(done.event.type)))
        and any(each is later for each in model.leaving(view.place(later.track), later.track))
        and is_enabled(later, view)
        for done in steps_of(model, check.counterexample)
        for move in done.moves
        if move.track == later.track
        for fired, view in zip(move.fired, move.judged, strict=True)
    )


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.flaws[0][0] == "overlap"])
def test_the_log_of_an_overlap_ends_with_what_both_answer(name: str) -> None:
    model = parse(CASES[name].text)
    (check,) = flaws_of(model)
    later = model.transitions[int(check.where.split()[-1])]
    assert shows_both(model, check, later)
    assert check.counterexample is not None
    events = check.counterexample.events[:-1]
    assert not events or not shows_both(model, evolve(check, counterexample=Witness(events)), later)


def test_what_is_not_told_in_time_is_no_flaw() -> None:
    model = parse("""
context: {steps: {sum: size, of: go}, rest: {sum: size, of: [stop, wait]}}
phases: [a, {over: {final: true}}]
transitions:
  - {from: start, to: a, on: any}
  - {from: a, to: over, on: stop, when: steps * rest == 7 and steps * rest == 8}
  - {from: a, to: over, on: wait}
""")
    assert firing_of(model, Questions((model,))).can(Edge(0, "start"))
    assert "overlap" not in {check.kind for check in flaws_of(model)}


def test_a_model_that_goes_round_for_ever_is_looked_at_all_the_same() -> None:
    text = """
phases: [a, b]
transitions:
  - {from: start, to: a, on: any}
  - {from: a, to: b, on: go}
  - {from: b, to: a, on: go}
"""
    model = parse(text)
    first, *ring = model.transitions
    round_and_round = evolve(model, transitions=(first, *(evolve(each, on=None) for each in ring)))
    # No log can be replayed by it, so nothing that a log would have to show is told.
    assert firing_of(round_and_round, Questions((round_and_round,))).never == {}
    assert flaws_of(round_and_round) == []


NEVER = [name for name, case in CASES.items() if case.flaws[0][0] in {"never-fires", "forbidden"}]


@pytest.mark.parametrize("name", NEVER)
def test_what_is_too_much_together_is_looked_into_alone(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model = parse(CASES[name].text)
    known = set(firing_of(model, Questions((model,))).never)
    monkeypatch.setattr(firing, "MOST_TOGETHER", 3)
    monkeypatch.setattr(firing, "MOST_LEFT", 20_000)
    assert set(firing_of(model, Questions((model,))).never) == known


@pytest.mark.parametrize("name", NEVER)
def test_what_is_too_much_is_no_flaw(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for budget in ("MOST_TOGETHER", "MOST_ALONE"):
        monkeypatch.setattr(firing, budget, 2)
    model = parse(CASES[name].text)
    assert firing_of(model, Questions((model,))).never == {}


def test_what_cannot_be_told_is_no_flaw(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(firing, "MOST_TOGETHER", 3)
    monkeypatch.setattr(firing, "MOST_ALONE", 20_000)
    model = parse("""
phases: [a, {over: {final: true}}]
transitions:
  - {from: start, to: a, on: any}
  - {name: never, from: a, to: over, on: stop, when: event.size * event.size < 0}
  - {from: a, to: over, on: wait}
""")
    assert firing_of(model, Questions((model,))).never == {}


# ---- what says that an overlap is meant


def test_otherwise_is_read_and_written() -> None:
    text = CASES["two transitions that overlap"].text.replace("size < 5", "size < 5, otherwise: true")
    model = parse(text)
    assert [each.otherwise for each in model.transitions] == [False, False, True, False]
    assert parse_model(onward.write_model(model), "m.yaml") == model
    denied = parse(text.replace("otherwise: true", "otherwise: false"))
    plain = parse(CASES["two transitions that overlap"].text)
    assert denied == plain
    assert "otherwise" not in onward.write_model(plain)
    # A model that does not use it has the fingerprint that it always had.
    assert fingerprint(denied) == fingerprint(plain) != fingerprint(model)


def test_otherwise_is_true_or_false() -> None:
    with pytest.raises(ModelError) as caught:
        parse(CASES["two transitions that overlap"].text.replace("size < 5", "size < 5, otherwise: maybe"))
    (problem,) = caught.value.problems
    assert str(problem).endswith("otherwise is maybe, which is neither true nor false; write true or false")


def test_otherwise_changes_no_step() -> None:
    text = CASES["two transitions that overlap"].text
    plain, meant = parse(text), parse(text.replace("size < 5", "size < 5, otherwise: true"))
    for size in (1, 3, 6):
        cases = [onward.live(model, "A") for model in (plain, meant)]
        for case in cases:
            case.fire("stop")
            case.fire("go", size=size)
        assert cases[0].phase == cases[1].phase
