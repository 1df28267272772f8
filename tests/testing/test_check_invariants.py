"""One line tests a model: what is broken is told with a log, and what is not decided is searched with drawn ones."""

import sys
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest

import onward
from onward.model.model import Model
from onward.model.writing import write_model
from onward.proof.verdict import Check, Status, Verdict
from onward.proof.witness import Witness
from onward.testing import check_invariants
from onward.testing.checking import broken_in, lived, steps_told

BACK = (
    onward.Event("admitted", "2001-01", attributes={"urgent": True}),
    onward.Event("dosed", "2001-03", attributes={"milligrams": 10}),
)


def verdict(source: Model | str | Path, status: Status, witness: Witness | None = None) -> Verdict:
    """Return what verifying says where it says the same of every invariant, and finds a flaw beside them."""
    model = source if isinstance(source, Model) else onward.load_model(source)
    kinds = [(each.name, each.kind) for each in model.invariants]
    checks = [Check(name, kind, status, f"it is {status}", counterexample=witness) for name, kind in kinds]
    return Verdict(model, (*checks, Check("all are read", "unread", "flawed", "staff is not read")))


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch) -> "type[Said]":
    Said.monkeypatch = monkeypatch
    return Said


class Said:
    """Stands in for verifying, which is tested on its own."""

    monkeypatch: pytest.MonkeyPatch

    def __init__(self, status: Status, witness: Witness | None = None) -> None:
        module = ModuleType("onward.proof.verifying")
        module.verify = lambda model, **_: verdict(model, status, witness)  # type: ignore[attr-defined]
        self.monkeypatch.setitem(sys.modules, "onward.proof.verifying", module)


@pytest.mark.parametrize("status", ["proved", "undecided"])
def test_a_sound_model_passes(say: type[Said], status: Status, care: Model) -> None:
    say(status)
    check_invariants(care, max_examples=30)


def test_a_flaw_of_structure_is_not_an_invariants_business(say: type[Said]) -> None:
    say("proved")
    check_invariants("partnership")


def test_a_model_may_be_given_by_name_or_path(say: type[Said], care: Model, tmp_path: Path) -> None:
    say("proved")
    path = tmp_path / "care.yaml"
    path.write_text(write_model(care), encoding="utf-8")
    check_invariants("treaty")
    check_invariants(path)
    check_invariants(str(path))
    with pytest.raises(onward.UsageError, match="there is no model"):
        check_invariants("treatise")


def test_what_is_broken_is_told_with_its_counterexample(say: type[Said], turned: Model) -> None:
    say("broken", Witness(BACK))
    with pytest.raises(AssertionError) as raised:
        check_invariants(turned)
    told = str(raised.value)
    assert told.startswith(
        "care: irreversible: it is broken\n  A\n    2001-01 admitted urgent=True\n      admitted: moved"
    )
    assert "\n    2001-03 dosed milligrams=10\n      dosed: moved, waiting -> treated.stable" in told
    assert "\n\ncare: nobody is treated without a dose: it is broken" in told


def test_what_is_broken_is_told_without_a_counterexample_where_there_is_none(say: type[Said], turned: Model) -> None:
    say("broken")
    with pytest.raises(AssertionError, match=r"^care: irreversible: it is broken\n\ncare: nobody"):
        check_invariants(turned)


def test_what_is_not_decided_is_searched_and_the_log_found_is_small(say: type[Said]) -> None:
    say("undecided")
    model = onward.parse_model(WORKSHOP, "workshop.yaml")
    with pytest.raises(AssertionError) as raised:
        check_invariants(model, max_examples=500)
    first, *lines = str(raised.value).splitlines()
    assert first == "workshop: no way back: a drawn log breaks it"
    events = [line for line in lines if line.startswith("    20")]
    assert len(events) == 3, lines
    assert "repaired: moved, broken -> working" in str(raised.value)


WORKSHOP = """
onward: 1
name: workshop
events: {bought: {}, cracked: {}, repaired: {}, oiled: {}}
phases: [working, broken]
transitions:
  - {from: start, to: working, on: bought}
  - {from: working, to: broken, on: cracked, when: event.depth > 7}
  - {from: broken, to: working, on: repaired, when: 'event.by == "smith"'}
invariants:
  - {name: no way back, irreversible: all}
"""


def test_attributes_of_ones_own_are_drawn(say: type[Said]) -> None:
    from hypothesis import strategies as st  # noqa: PLC0415  # for this test alone

    say("undecided")
    model = onward.parse_model(WORKSHOP, "workshop.yaml")
    check_invariants(model, attributes={"by": st.just("cobbler")}, max_examples=60)


def test_a_log_is_told_case_by_case_with_what_time_does(care: Model) -> None:
    frame = pl.DataFrame(
        {
            "case": ["Bo", "Al", "Bo"],
            "time": ["2001", "2001-02", "2003"],
            "until": [None, "2001-03", None],
            "event": ["admitted", "surgery", "surgery"],
            "urgent": [True, None, None],
        }
    )
    log = onward.read_log(frame)
    told = list(steps_told(care, log))
    assert told[0] == "  Bo"
    assert "    2001-02 surgery until='2001-03'" in told
    assert any(line.startswith("      2002-06-30: moved, waiting -> gone") for line in told)
    assert broken_in(care, log, care.invariants) is None
    assert len(list(lived(care, log))) == 4
    assert list(lived(care, onward.read_log(log.frame.head(0)))) == []
