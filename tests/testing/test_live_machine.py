"""A state machine drives a live case: it passes where nothing is wrong, and finds what was planted."""

import re
from collections.abc import Callable

import pytest
from attrs import evolve
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

import onward
from onward.history import machine as history_machine
from onward.history.machine import Live
from onward.history.stepping import Reading
from onward.model.elements import Transition
from onward.model.model import Model
from onward.testing import live_machine
from onward.testing.driving import LiveMachine

FEW = settings(
    max_examples=20,
    stateful_step_count=12,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
MANY = settings(FEW, max_examples=400, stateful_step_count=20, phases=[Phase.generate])


class TestPartnership(live_machine(onward.load_model("partnership")).TestCase):  # type: ignore[misc]  # made by Hypothesis
    settings = FEW


@pytest.mark.parametrize("reading", ["certain", "possible"])
@pytest.mark.parametrize("name", ["treaty", "partnership_lessons", "norm_change"])
def test_nothing_is_found_in_a_shipped_model(name: str, reading: Reading) -> None:
    run_state_machine_as_test(live_machine(onward.load_model(name), reading=reading), settings=FEW)


def test_nothing_is_found_in_a_model_of_ones_own(care: Model) -> None:
    machine = live_machine(care, attributes={"ward": st.sampled_from(("B", 7))})
    assert machine.__name__ == "Live_care"
    run_state_machine_as_test(machine, settings=settings(FEW, max_examples=40))


@pytest.fixture
def backward() -> Model:
    model = onward.load_model("partnership")
    return evolve(model, transitions=(*model.transitions, Transition(("startup",), "courtship", on=("dispute",))))


def test_a_reversal_is_found(backward: Model) -> None:
    with pytest.raises(AssertionError, match="irreversible"):
        run_state_machine_as_test(live_machine(backward), settings=MANY)


def test_a_reversal_is_no_failure_where_nobody_asks_for_invariants(backward: Model) -> None:
    run_state_machine_as_test(live_machine(backward, invariants=False), settings=FEW)


def found(plant: Callable[[], None], model: Model) -> str:
    """Return what the machine says of a live case in which something has been planted."""
    plant()
    with pytest.raises(AssertionError) as raised:
        run_state_machine_as_test(live_machine(model), settings=MANY)
    return str(raised.value)


def test_asking_that_changes_the_case_is_found(monkeypatch: pytest.MonkeyPatch, care: Model) -> None:
    told = found(lambda: monkeypatch.setattr(Live, "may", Live.fire), care)
    assert re.search(r"asking about \w+ changed the case", told)


def test_a_fork_that_is_no_second_case_is_found(monkeypatch: pytest.MonkeyPatch, care: Model) -> None:
    told = found(lambda: monkeypatch.setattr(Live, "fork", lambda self: self), care)
    assert re.search(r"on a fork changed the case|did not do what was said|by a replay", told)


def test_a_state_that_forgets_is_found(monkeypatch: pytest.MonkeyPatch, care: Model) -> None:
    taken_up = history_machine.from_plain  # type: ignore[attr-defined]  # planted where it is called

    def forget(plain: object, model: Model) -> object:
        state, reading = taken_up(plain, model)
        return evolve(state, moves=tuple(0 for _ in state.moves)), reading

    told = found(lambda: monkeypatch.setattr(history_machine, "from_plain", forget), care)
    assert "a saved state came back as another" in told


def test_a_live_case_that_parts_from_its_replay_is_found(monkeypatch: pytest.MonkeyPatch, care: Model) -> None:
    told = found(lambda: monkeypatch.setattr(history_machine, "choose_by_machine", lambda *_: None), care)
    assert re.search(r"live \{.*\}, by a replay", told)


def test_a_machine_can_be_extended() -> None:
    class Extended(live_machine(onward.load_model("treaty"))):  # type: ignore[misc]  # as above
        def agrees_with_a_replay(self) -> None:
            raise AssertionError("never called: Hypothesis takes invariants by their mark")

    assert issubclass(Extended, LiveMachine)


def test_a_reading_is_checked() -> None:
    with pytest.raises(onward.UsageError, match="certain"):
        live_machine(onward.load_model("treaty"), reading="certian")  # type: ignore[arg-type]
