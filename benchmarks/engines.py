"""The model of `lifecycle.yaml`, written for other engines, each as its users would write it to go fast.

An event counts before its guard is judged, and nothing counts after the end. Where an engine judges guards before it
acts, the guard reckons with the event in hand: `operations + 1 >= 2`. Cases begin in courtship; `start`, where a case
of Onward is before its first event, is left by any event, so that it makes no difference to where a case ends.
"""

import csv
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

import sismic.interpreter  # type: ignore[import-not-found]  # of the benchmarks' own environment, as are the next two
import sismic.io  # type: ignore[import-not-found]
import statemachine  # type: ignore[import-not-found]
import xstate_statemachine as xstate  # type: ignore[import-not-found]
from attrs import frozen
from transitions import Machine

from benchmarks.logs import COUNTERS, PHASES, TYPES

Row = tuple[int, str]
"""A case and an event type."""

End = tuple[str, int, int, int, int]
"""Where a case ends: its phase, and its counters in the order of COUNTERS."""

LIVE = PHASES[1:-1]
COUNTED = {event: counter for counter, event in COUNTERS.items()}


@frozen
class Population:
    """Cases that have not begun yet, under one engine.

    Attributes:
        run: lets every event happen to its case.
        ends: tells where the cases are.

    """

    run: Callable[[Sequence[Row]], None]
    ends: Callable[[], list[End]]


# ---- plain Python


def dictionary_loop(cases: int) -> Population:
    """Run a loop over a dictionary of rules: what one would write without any engine."""
    place = {name: number for number, name in enumerate(("phase", *COUNTERS))}
    counted = {event: place[counter] for event, counter in COUNTED.items()}
    rules: dict[tuple[str, str], tuple[str, Callable[[list[int]], bool] | None]] = {
        **{(phase, "dissolved"): ("ending", None) for phase in LIVE},
        ("courtship", "talks"): ("negotiation", None),
        ("negotiation", "contact"): ("startup", lambda life: life[1] >= 1),
        ("negotiation", "agreement"): ("startup", lambda life: life[1] >= 1),
        ("startup", "operation"): ("maintenance", lambda life: life[2] >= 2 and life[3] >= 1),
        ("startup", "institution"): ("maintenance", lambda life: life[2] >= 2 and life[3] >= 1),
    }
    phases = ["courtship"] * cases
    lives = [[0] * len(place) for _ in range(cases)]

    def run(rows: Sequence[Row]) -> None:
        asked, counts = rules.get, counted.get
        for case, event in rows:
            phase = phases[case]
            if phase == "ending":
                continue
            counter = counts(event)
            if counter is not None:
                lives[case][counter] += 1
            rule = asked((phase, event))
            if rule is not None:
                target, guard = rule
                if guard is None or guard(lives[case]):
                    phases[case] = target

    def ends() -> list[End]:
        return [(phase, life[1], life[2], life[3], life[4]) for phase, life in zip(phases, lives, strict=True)]

    return Population(run, ends)


def rows_of_csv(path: Path) -> list[Row]:
    """Return the rows of a CSV file `time,case,event`, sorted by time: what comes before a loop over a dated log."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        next(lines)
        dated = [(datetime.fromisoformat(time), int(case[-7:]), event) for time, case, event in lines]
    dated.sort(key=lambda row: row[0])
    return [(case, event) for _, case, event in dated]


# ---- transitions


class _Life:
    """A model of `transitions`: one case."""

    state: str
    trigger: Callable[[str], bool]

    def __init__(self) -> None:
        self.agreements = self.operations = self.institutions = self.disputes = 0

    def is_agreed(self) -> bool:
        return self.agreements >= 1

    def is_settled(self) -> bool:
        return self.operations >= 2 and self.institutions >= 1

    def count_agreements(self) -> None:
        self.agreements += 1

    def count_operations(self) -> None:
        self.operations += 1

    def count_institutions(self) -> None:
        self.institutions += 1

    def count_disputes(self) -> None:
        self.disputes += 1

    def end(self) -> End:
        return (self.state, self.agreements, self.operations, self.institutions, self.disputes)


_GUARDED = {
    ("negotiation", "contact"): ("startup", "is_agreed"),
    ("negotiation", "agreement"): ("startup", "is_agreed"),
    ("startup", "operation"): ("maintenance", "is_settled"),
    ("startup", "institution"): ("maintenance", "is_settled"),
}


def _machine(lives: list[_Life]) -> Machine:
    """Return one machine for all *lives*."""
    machine = Machine(
        model=lives, states=list(PHASES[1:]), initial="courtship", auto_transitions=False, ignore_invalid_triggers=True
    )
    machine.add_transition("dissolved", list(LIVE), "ending")
    machine.add_transition("talks", "courtship", "negotiation")
    for phase in LIVE:
        for event in TYPES:
            count = f"count_{COUNTED[event]}" if event in COUNTED else None
            if (phase, event) in _GUARDED:
                target, guard = _GUARDED[phase, event]
                machine.add_transition(event, phase, target, conditions=guard, prepare=count)
            elif count:
                machine.add_transition(event, phase, None, after=count)
    return machine


def transitions_event(cases: int) -> Population:
    """Run `transitions` by `Event.trigger(model)`: one machine, many models."""
    lives = [_Life() for _ in range(cases)]
    triggers = {name: event.trigger for name, event in _machine(lives).events.items()}

    def run(rows: Sequence[Row]) -> None:
        for case, event in rows:
            triggers[event](lives[case])

    return Population(run, lambda: [life.end() for life in lives])


def transitions_model(cases: int) -> Population:
    """Run `transitions` by `model.trigger(name)`, the usual way."""
    lives = [_Life() for _ in range(cases)]
    _machine(lives)

    def run(rows: Sequence[Row]) -> None:
        for case, event in rows:
            lives[case].trigger(event)

    return Population(run, lambda: [life.end() for life in lives])


# ---- python-statemachine


class _Lifecycle(statemachine.StateMachine):  # type: ignore[misc]  # untyped where mypy runs
    """A machine of python-statemachine: one case."""

    allow_event_without_transition = True

    courtship = statemachine.State(initial=True)
    negotiation = statemachine.State()
    startup = statemachine.State()
    maintenance = statemachine.State()
    ending = statemachine.State(final=True)

    talks = courtship.to(negotiation)
    contact = negotiation.to(startup, cond="is_agreed")
    agreement = (
        negotiation.to(startup, on="count_agreement")
        | courtship.to.itself(internal=True, on="count_agreement")
        | startup.to.itself(internal=True, on="count_agreement")
        | maintenance.to.itself(internal=True, on="count_agreement")
    )
    operation = (
        startup.to(maintenance, cond="is_settled_by_operation", on="count_operation")
        | startup.to.itself(internal=True, on="count_operation")
        | courtship.to.itself(internal=True, on="count_operation")
        | negotiation.to.itself(internal=True, on="count_operation")
        | maintenance.to.itself(internal=True, on="count_operation")
    )
    institution = (
        startup.to(maintenance, cond="is_settled_by_institution", on="count_institution")
        | startup.to.itself(internal=True, on="count_institution")
        | courtship.to.itself(internal=True, on="count_institution")
        | negotiation.to.itself(internal=True, on="count_institution")
        | maintenance.to.itself(internal=True, on="count_institution")
    )
    dispute = (
        courtship.to.itself(internal=True, on="count_dispute")
        | negotiation.to.itself(internal=True, on="count_dispute")
        | startup.to.itself(internal=True, on="count_dispute")
        | maintenance.to.itself(internal=True, on="count_dispute")
    )
    dissolved = courtship.to(ending) | negotiation.to(ending) | startup.to(ending) | maintenance.to(ending)

    def __init__(self) -> None:
        self.agreements = self.operations = self.institutions = self.disputes = 0
        super().__init__()

    def is_agreed(self) -> bool:
        return self.agreements >= 1

    def is_settled_by_operation(self) -> bool:
        return self.operations + 1 >= 2 and self.institutions >= 1

    def is_settled_by_institution(self) -> bool:
        return self.operations >= 2 and self.institutions + 1 >= 1

    def count_agreement(self) -> None:
        self.agreements += 1

    def count_operation(self) -> None:
        self.operations += 1

    def count_institution(self) -> None:
        self.institutions += 1

    def count_dispute(self) -> None:
        self.disputes += 1

    def end(self) -> End:
        place = next(iter(self.configuration)).id
        return (place, self.agreements, self.operations, self.institutions, self.disputes)


def python_statemachine(cases: int) -> Population:
    """Run python-statemachine by its bound event methods, which are quicker than `send(name)`."""
    machines = [_Lifecycle() for _ in range(cases)]

    def run(rows: Sequence[Row]) -> None:
        for case, event in rows:
            getattr(machines[case], event)()

    return Population(run, lambda: [machine.end() for machine in machines])


# ---- sismic


def _statechart() -> str:
    """Return the model as sismic's YAML; a transition without a target stays and acts."""
    guards = {
        ("negotiation", "contact"): "agreements >= 1",
        ("negotiation", "agreement"): "agreements + 1 >= 1",
        ("startup", "operation"): "operations + 1 >= 2 and institutions >= 1",
        ("startup", "institution"): "operations >= 2 and institutions + 1 >= 1",
    }
    lines = ["statechart:", "  name: lifecycle", "  preamble: |"]
    lines += [f"    {counter} = 0" for counter in COUNTERS]
    lines += ["  root state:", "    name: root", "    initial: courtship", "    states:"]
    for phase in LIVE:
        lines += [f"      - name: {phase}", "        transitions:", "          - {event: dissolved, target: ending}"]
        if phase == "courtship":
            lines.append("          - {event: talks, target: negotiation}")
        for event in TYPES:
            action = f", action: {COUNTED[event]} += 1" if event in COUNTED else ""
            guard = guards.get((phase, event))
            if guard:
                target = _GUARDED[phase, event][0]
                lines.append(f"          - {{event: {event}, target: {target}, guard: {guard}{action}}}")
            if action:
                other = f", guard: not ({guard})" if guard else ""
                lines.append(f"          - {{event: {event}{other}{action}}}")
    return "\n".join([*lines, "      - {name: ending, type: final}", ""])


def sismic_queue(cases: int) -> Population:
    """Run sismic by its queue and `execute_once`, contracts off."""
    chart = sismic.io.import_from_yaml(_statechart())
    machines = [sismic.interpreter.Interpreter(chart, ignore_contract=True) for _ in range(cases)]
    for machine in machines:
        machine.execute_once()  # enters the first phase

    def run(rows: Sequence[Row]) -> None:
        for case, event in rows:
            machine = machines[case]
            machine.queue(event)
            machine.execute_once()

    def ends() -> list[End]:
        return [_end("ending" if m.final else m.configuration[-1], m.context) for m in machines]

    return Population(run, ends)


# ---- xstate-statemachine


def _counting(counter: str) -> Callable[..., None]:
    def count(_machine: object, context: dict[str, int], _event: object, _action: object) -> None:
        context[counter] += 1

    return count


def _chart() -> "xstate.MachineNode[dict[str, int]]":
    """Return the model as XState writes it."""
    states: dict[str, object] = {"ending": {"type": "final"}}
    for phase in LIVE:
        on: dict[str, object] = {"dissolved": {"target": "ending"}}
        if phase == "courtship":
            on["talks"] = {"target": "negotiation"}
        for event in TYPES:
            action = {"actions": f"count_{event}"} if event in COUNTED else {}
            ways: list[object] = [action] if action else []
            if (phase, event) in _GUARDED:
                ways = [{"target": _GUARDED[phase, event][0], "guard": f"may_{event}", **action}, *ways]
            if ways:
                on[event] = ways
        states[phase] = {"on": on}
    config = {"id": "lifecycle", "initial": "courtship", "context": dict.fromkeys(COUNTERS, 0), "states": states}
    logic = xstate.MachineLogic(
        actions={f"count_{event}": _counting(counter) for event, counter in COUNTED.items()},
        guards={
            "may_contact": lambda context, _: context["agreements"] >= 1,
            "may_agreement": lambda context, _: context["agreements"] + 1 >= 1,
            "may_operation": lambda context, _: context["operations"] + 1 >= 2 and context["institutions"] >= 1,
            "may_institution": lambda context, _: context["operations"] >= 2 and context["institutions"] + 1 >= 1,
        },
    )
    return xstate.create_machine(config, logic=logic)


def xstate_sync(cases: int) -> Population:
    """Run xstate-statemachine by `SyncInterpreter.send`."""
    chart = _chart()
    machines = [xstate.SyncInterpreter(chart).start() for _ in range(cases)]

    def run(rows: Sequence[Row]) -> None:
        for case, event in rows:
            machines[case].send(event)

    def ends() -> list[End]:
        return [_end(next(iter(m.current_state_ids)).rpartition(".")[2], m.context) for m in machines]

    return Population(run, ends)


def _end(phase: str, counters: dict[str, int]) -> End:
    agreements, operations, institutions, disputes = (counters[counter] for counter in COUNTERS)
    return (phase, agreements, operations, institutions, disputes)


def first_difference(found: Iterable[End], expected: Iterable[End]) -> str | None:
    """Return which case ends elsewhere, if any does."""
    for case, (one, other) in enumerate(zip(found, expected, strict=True)):
        if one != other:
            return f"case {case} ends as {one}, and {other} was expected"
    return None
