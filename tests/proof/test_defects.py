"""Eleven defects that a model of states can have: four are mistakes of its file, the others are found by proof."""

import pytest

from onward.model.document import parse_model
from onward.problems import ModelError
from onward.proof.verdict import Check
from onward.proof.verifying import verify
from onward.proof.witness import breaks, steps_of

SOUND = """\
onward: 1
name: permit
events: {filed: {}, checked: {}, granted: {}, refused: {}}
context: {checks: {count: checked, where: event.passed}}
phases: [filed_away, review, {closed: {final: true}}]
transitions:
  - {name: file, from: start, to: filed_away, on: filed}
  - {name: take up, from: filed_away, to: review, on: checked}
  - {name: grant, from: review, to: closed, on: granted, when: checks >= 1}
  - {name: refuse, from: review, to: closed, on: refused}
invariants: [irreversible]
"""

MISTAKES = {
    "unknown target": ("to: review, on: checked", "to: reviewed, on: checked", "there is no phase 'reviewed'"),
    "transition out of a final phase": (
        "from: review, to: closed, on: r",
        "from: closed, to: review, on: r",
        "is final",
    ),
    "misspelled guard": ("when: checks", "when: chekcs", "'chekcs'"),
    "event that is not declared": ("on: refused", "on: rejected", "there is no event type 'rejected'"),
}
"""By defect what to write in place of what, and what is told of it when the file is read."""

SHELVED = "  - {from: review, to: shelved, on: filed}\n  - {from: shelved, to: shelved, on: checked}\n"
PUT_OFF = "  - {name: put off, from: review, to: review, on: refused, when: event.fee < 5}"

DEFECTS = {
    "unreachable phase": ("[filed_away,", "[filed_away, appeal,", "unreachable", "appeal"),
    "dead end that is not final": ("{closed: {final: true}}", "closed", "dead-end", "closed"),
    "no way to an end": (
        "review, {closed: {final: true}}]\ntransitions:\n",
        f"review, shelved, {{closed: {{final: true}}}}]\ntransitions:\n{SHELVED}",
        "no-end",
        "shelved",
    ),
    "two transitions without a guard on one event": (
        "  - {name: refuse",
        "  - {name: again, from: filed_away, to: closed, on: checked}\n  - {name: refuse",
        "never-fires",
        "again",
    ),
    "guards that overlap": (
        "to: closed, on: refused}",
        f"to: closed, on: refused, when: event.late}}\n{PUT_OFF}",
        "overlap",
        "put off",
    ),
    "guard that can never hold": ("checks >= 1", "checks >= 1 and checks < 1", "never-fires", "grant"),
    "transition backwards": (
        "  - {name: refuse",
        "  - {name: send back, from: review, to: filed_away, on: filed}\n  - {name: refuse",
        "irreversible",
        "irreversible",
    ),
}
"""By defect what to write in place of what, the kind under which it is found, and the name of what is at fault."""


def findings(text: str) -> tuple[Check, ...]:
    return verify(parse_model(text, "permit.yaml")).findings


def changed(before: str, instead: str) -> str:
    assert SOUND.count(before) == 1
    return SOUND.replace(before, instead)


def test_the_model_without_a_defect_is_sound() -> None:
    assert findings(SOUND) == ()


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_when_the_file_is_read(name: str) -> None:
    before, instead, message = MISTAKES[name]
    with pytest.raises(ModelError) as caught:
        parse_model(changed(before, instead), "permit.yaml")
    (problem,) = caught.value.problems
    assert message in str(problem)


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_is_found_before_any_event(name: str) -> None:
    before, instead, kind, culprit = DEFECTS[name]
    (check,) = findings(changed(before, instead))
    assert (check.kind, check.name) == (kind, culprit)
    assert check.message


@pytest.mark.parametrize("name", ["guards that overlap", "transition backwards"])
def test_what_depends_on_a_log_comes_with_one(name: str) -> None:
    before, instead, *_ = DEFECTS[name]
    model = parse_model(changed(before, instead), "permit.yaml")
    (check,) = verify(model).findings
    assert check.counterexample is not None
    assert any(steps_of(model, check.counterexample))
    if check.status == "broken":
        assert breaks(model, check.counterexample, model.invariants[0])
