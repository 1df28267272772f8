"""Models that are large, or ask much: told in time, or told to be undecided, and never a traceback."""

import pytest

import onward
from onward.problems import UsageError
from onward.proof.asked import Questions
from onward.proof.invariants import answers_of

ROUND = """
onward: 1
name: round
events: {go: {}, x: {}}
context:
  a: {latest: a, of: [go, x]}
  b: {latest: b, of: [go, x]}
phases: [p, q, r]
transitions:
  - {from: start, to: p, on: go}
  - {from: p, to: q, on: x}
  - {from: q, to: r, when: a * b > 3}
  - {from: r, to: q, when: not (a * b > 3)}
forbid:
  - {on: x, in: p}
invariants:
  - irreversible
"""


def model(text: str) -> onward.Model:
    return onward.parse_model(text, "model.yaml")


def chain(length: int) -> onward.Model:
    phases = ", ".join(f"p{number}" for number in range(length))
    ways = "\n".join(f"  - {{from: p{number}, to: p{number + 1}, on: go}}" for number in range(length - 1))
    return model(
        f"onward: 1\nname: chain\nevents: {{go: {{}}}}\nphases: [{phases}]\n"
        f"transitions:\n  - {{from: start, to: p0, on: go}}\n{ways}\n"
        f"invariants:\n  - irreversible\n  - {{name: no end, always: phase < p{length - 1}}}\n"
    )


def test_eventless_transitions_that_seem_to_go_round_are_no_traceback() -> None:
    verdict = onward.verify(model(ROUND), seconds=5)
    assert {check.kind for check in verdict.findings} >= {"unreachable"} or verdict.findings
    assert onward.verify(model(ROUND), against=model(ROUND), seconds=5).checks[-1].status == "sound"


def test_a_way_of_many_events_is_found_or_told_to_be_undecided() -> None:
    back, end = (answer for _, answer in answers_of(chain(1_100), Questions((chain(1_100),)), 60_000))
    assert back.status == "never"
    assert (end.status, end.least) == ("open", 1_100)
    _, end = (answer for _, answer in answers_of(chain(40), Questions((chain(40),)), 60_000))
    assert (end.status, end.least) == ("reached", 40)


def test_a_guard_with_very_many_ways_to_hold_ends_in_time() -> None:
    guard = " and ".join(f"(event.a{n} == 1 or event.b{n} == 1)" for n in range(40))
    much = model(
        f"onward: 1\nname: much\nevents: {{go: {{}}, on: {{}}}}\nphases: [p, q]\ntransitions:\n"
        f"  - {{from: start, to: p, on: go}}\n  - {{from: p, to: q, on: on, when: {guard}}}\n"
        "invariants:\n  - {name: never there, always: phase != q}\n"
    )
    ((_, answer),) = answers_of(much, Questions((much,)), 3_000)
    assert answer.status in {"open", "reached"}


def test_two_invariants_of_one_name_are_two() -> None:
    twice = model(
        "onward: 1\nname: twice\nevents: {go: {}}\nphases: [p, q]\ntransitions:\n"
        "  - {from: start, to: q, on: go}\n  - {from: q, to: p, on: go}\n"
        "invariants:\n  - {name: one, always: phase != p}\n  - {name: one, always: phase != q}\n"
    )
    told = [check.message for check in onward.verify(twice).checks[:2]]
    assert "(phase != p: is p)" in told[0]
    assert "(phase != q: is q)" in told[1]


def test_what_is_not_recorded_yet_is_told_as_that() -> None:
    early = model(
        "onward: 1\nname: early\nevents: {go: {}}\nphases: [{p: {final: true}}]\ntransitions:\n"
        "  - {from: start, to: p, on: go, when: event.ready}\n"
        "invariants:\n  - {name: soon, always: years_in_phase < 1}\n"
    )
    check = onward.verify(early).checks[0]
    assert "not recorded" in check.message
    assert "phase == start or" in check.mend


@pytest.mark.parametrize("seconds", [0, -1, float("inf"), float("nan")])
def test_there_must_be_time(seconds: float) -> None:
    with pytest.raises(UsageError, match="is no time to look"):
        onward.verify(chain(3), seconds=seconds)


def test_no_invariants_need_no_proof() -> None:
    bare = model(
        "onward: 1\nname: bare\nevents: {go: {}}\nphases: [{p: {final: true}}]\ntransitions:\n"
        "  - {from: start, to: p, on: go}\n"
    )
    assert list(answers_of(bare, Questions((bare,)), 10)) == []
    assert onward.verify(bare)


def test_a_long_round_without_an_end_is_told_in_time() -> None:
    names = [f"p{number}" for number in range(150)]
    ways = "\n".join(f"  - {{from: {a}, to: {b}, on: go}}" for a, b in zip(names, [*names[1:], names[0]], strict=True))
    phases = ", ".join((*names, "{over: {final: true}}"))
    ring = model(
        f"onward: 1\nname: ring\nevents: {{go: {{}}, stop: {{}}}}\nphases: [{phases}]\n"
        f"transitions:\n  - {{from: start, to: p0, on: go}}\n  - {{from: start, to: over, on: stop}}\n{ways}\n"
    )
    (check,) = onward.verify(ring).findings
    assert check.kind == "no-end"
