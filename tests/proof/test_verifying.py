"""Verify: everything together, from a file to a verdict."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import onward
from onward.history.stepping import Step
from onward.model.writing import write_model
from onward.proof import verifying
from onward.proof.verifying import verify
from onward.proof.witness import steps_of

LEDGER = """
onward: 1
name: ledger
events: {lent: {}, repaid: {}, settled: {}}
context:
  loans: {count: lent}
  payments: {count: repaid}
phases: [running, {closed: {final: true}}]
transitions:
  - {from: start, to: running, on: lent}
  - {from: running, to: closed, on: settled, when: payments >= loans}
forbid:
  - {on: repaid, when: payments >= loans, because: nothing is owed}
invariants:
  - {name: nobody pays more than is owed, always: payments <= loans}
  - {name: something is always owed, always: payments < loans}
"""
GATE = """
onward: 1
name: gate
events: {open: {}, shut: {}}
context: {opened: {count: open}}
phases: [closed, ajar]
transitions:
  - {from: start, to: closed, on: shut}
  - {from: closed, to: ajar, on: open, when: opened >= NEEDED}
  - {from: ajar, to: closed, on: shut}
invariants:
  - irreversible
"""


def gate(needed: int) -> onward.Model:
    return onward.parse_model(GATE.replace("NEEDED", str(needed)), "gate.yaml")


LARGE = ("norm_change", "partnership_lessons")


@pytest.mark.parametrize("name", LARGE)
def test_a_large_model_that_comes_with_onward_is_proved_and_without_flaw(name: str) -> None:
    # In a process that nobody watches: counting the lines that run takes many times as long as running them.
    unwatched = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE")}
    command = [sys.executable, "-m", "onward", "verify", name, "--format", "json"]
    done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8", env=unwatched)
    told = json.loads(done.stdout)
    assert told["ok"], told
    invariants = [check["name"] for check in told["checks"] if check["status"] == "proved"]
    assert invariants == [each.name for each in onward.load_model(name).invariants]


@pytest.mark.parametrize("name", [name for name in onward.shipped_models() if name not in LARGE])
def test_a_model_that_comes_with_onward_is_proved_and_without_flaw(name: str) -> None:
    verdict = onward.verify(name)
    assert verdict, str(verdict)
    proved = [check for check in verdict.checks if check.status == "proved"]
    assert [check.name for check in proved] == [each.name for each in verdict.model.invariants]
    assert verdict.findings == ()
    assert verdict.counterexamples == {}


def breaking(verdict: onward.Verdict, check: onward.Check) -> list[Step]:
    assert check.counterexample is not None
    steps = steps_of(verdict.model, check.counterexample)
    return [step for step in steps if any(each.name == check.name for each in step.broken)]


def test_a_broken_invariant_comes_with_its_place_and_a_log(tmp_path: Path) -> None:
    path = tmp_path / "gate.yaml"
    path.write_text(GATE.replace("NEEDED", "2").strip(), encoding="utf-8")
    verdict = verify(path)
    check = verdict.checks[0]
    assert (check.status, check.where) == ("broken", "gate.yaml:11:5")
    assert check.message == (
        "a log of 4 events breaks it, and no shorter one does: "
        "shut leads from ajar to closed by 'ajar -> closed' (gate.yaml:9:5)"
    )
    assert len(breaking(verdict, check)) == 1
    rows = [json.loads(line) for line in verdict.lines(check).splitlines()]
    assert rows == verdict.rows(check)
    assert len(rows) == 4
    replay = onward.replay(verdict.model, verdict.counterexamples["irreversible"])
    assert replay.breaches == 1


def test_what_reckons_is_left_to_z3() -> None:
    verdict = verify(onward.parse_model(LEDGER, "ledger.yaml"))
    proved, broken = verdict.checks[:2]
    assert (proved.status, broken.status) == ("proved", "broken")
    assert "induction" in proved.message
    assert breaking(verdict, broken)
    assert verdict.manifest["z3"]


def test_without_z3_what_reckons_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "_z3", lambda: None)
    verdict = verify(onward.parse_model(LEDGER, "ledger.yaml"))
    undecided = verdict.checks[0]
    assert (undecided.status, undecided.ok, undecided.counterexample) == ("undecided", False, None)
    assert undecided.depth is not None
    assert not verdict
    assert verdict.manifest["z3"] is None


def test_a_model_in_memory_is_told_by_the_names_of_its_parts() -> None:
    check = verify(gate(1)).checks[0]
    assert check.where == "invariants: irreversible"
    assert "(transitions: ajar -> closed)" in check.message


def test_a_change_is_told_as_a_log_that_two_models_treat_differently(tmp_path: Path) -> None:
    old = tmp_path / "old.yaml"
    old.write_text(write_model(gate(1)), encoding="utf-8")
    verdict = verify(gate(2), against=old)
    check = next(check for check in verdict.checks if check.kind == "differs")
    assert (check.name, check.status) == ("against old.yaml", "flawed")
    assert check.counterexample is not None
    assert len(check.counterexample) == 2
    assert verdict.manifest["against_fingerprint"]
    same = next(check for check in verify(gate(2), against=gate(2)).checks if check.kind == "differs")
    assert (same.name, same.status) == ("against gate", "sound")


def test_a_verdict_says_everything_in_words() -> None:
    verdict = verify(gate(1))
    assert (
        str(verdict).splitlines()[0].startswith("invariants: irreversible: irreversible: a log of 3 events breaks it")
    )
    assert all(check.ok or check in verdict.findings for check in verdict.checks)
