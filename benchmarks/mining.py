"""Token-based replay of pm4py on the log that Onward replays: how long it takes, and what either says of odd cases.

A Petri net has no guards and no memory: the net here is the life-cycle with every guard taken as true, which is as near
as it comes. pm4py stands under the AGPL and lives in the environment of the benchmarks only.

Usage: python -m benchmarks.mining [--events N] [--cases K] [--rounds R]
"""

import contextlib
import io
import warnings
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import version
from typing import Any

import pandas as pd
import polars as pl
from attrs import frozen

import onward
from benchmarks.logs import MODEL, PHASES, TYPES, codes, frame
from benchmarks.measuring import medians, rounded, seconds, sizes, table, tell

with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):  # it greets
    import pm4py  # type: ignore[import-not-found]  # of the benchmarks' own environment, as are its parts
    from pm4py.objects.petri_net.obj import Marking, PetriNet  # type: ignore[import-not-found]
    from pm4py.objects.petri_net.utils import petri_utils  # type: ignore[import-not-found]

_MOVES = {
    ("courtship", "talks"): "negotiation",
    ("negotiation", "agreement"): "startup",
    ("startup", "institution"): "maintenance",
    **{(phase, "dissolved"): "ending" for phase in PHASES[1:-1]},
}
"""Where an event leads in the net; every other one stays where it is, in every phase but the last."""

_ALL = ("talks", "agreement", "contact", "operation", "operation", "institution", "dissolved")


@frozen
class Oddity:
    """Something that logs have and life-cycles do not.

    Attributes:
        what: in words.
        events: a case that has it.
        needed: what its reader needs to be told.

    """

    what: str
    events: tuple[str, ...]
    needed: str


_ODDITIES = (
    Oddity("nothing odd", _ALL, "no deviation"),
    Oddity("an unknown activity, `treaty_ratified`", (*_ALL[:-1], "treaty_ratified", "dissolved"), "not in the model"),
    Oddity("a running case", _ALL[:-1], "running: no deviation"),
    Oddity("`contact` after the end", (*_ALL, "contact"), "after the end"),
    Oddity(
        "a false guard: `institution` after one `operation`",
        ("talks", "agreement", "operation", "institution", "dissolved"),
        "guard false: has 1 of 2",
    ),
)

Net = tuple[Any, Any, Any]
"""A Petri net of pm4py, its first marking and its last."""


def main() -> None:
    """Time both in turn, then ask both about odd cases."""
    size = sizes(__doc__, events=200_000, cases=1_000, rounds=3)
    warnings.simplefilter("ignore")  # pm4py's own
    texts = frame(codes(size.events, size.cases), size.cases)
    model, net, log = onward.load_model(MODEL), life_cycle_net(), as_pm4py(texts)
    clocks = {
        f"pm4py {version('pm4py')}, token-based replay": partial(seconds, lambda: replay_tokens(log, net)),
        "onward, `replay(model, frame)`": partial(seconds, lambda: onward.replay(model, texts)),
    }
    for clock in clocks.values():
        clock()
    taken = medians(clocks, size.rounds)
    slowest = max(taken.values())
    rows = [(name, rounded(size.events / each), f"{slowest / each:,.1f}") for name, each in taken.items()]
    print(f"{size.events:,} events of {size.cases:,} cases, {size.rounds} rounds.\n")
    print(table(("engine", "events/s", "times as fast"), rows))
    tell("odd cases")
    told = [(odd.what, said_by_pm4py(odd, net), said_by_onward(odd, model), odd.needed) for odd in _ODDITIES]
    print(table(("a case with", "pm4py", "Onward", "what its reader needs"), told).replace("---:", "---"))


def life_cycle_net() -> Net:
    """Return the life-cycle as a Petri net: a place a phase, a transition for every event in it."""
    net = PetriNet("lifecycle")
    places = {phase: PetriNet.Place(phase) for phase in PHASES[1:]}
    net.places.update(places.values())
    for phase in PHASES[1:-1]:
        for event in TYPES:
            transition = PetriNet.Transition(f"{phase}__{event}", event)
            net.transitions.add(transition)
            petri_utils.add_arc_from_to(places[phase], transition, net)
            petri_utils.add_arc_from_to(transition, places[_MOVES.get((phase, event), phase)], net)
    return net, Marking({places["courtship"]: 1}), Marking({places["ending"]: 1})


def as_pm4py(texts: pl.DataFrame) -> pd.DataFrame:
    """Return a log as pm4py wants it."""
    names = {"time": "time:timestamp", "case": "case:concept:name", "event": "concept:name"}
    columns = {new: texts[old].to_list() for old, new in names.items()}
    log = pd.DataFrame(columns)
    log["time:timestamp"] = pd.to_datetime(log["time:timestamp"], utc=True)
    return log


def replay_tokens(log: pd.DataFrame, net: Net) -> list[dict[str, Any]]:
    """Return what token-based replay says of every case."""
    with contextlib.redirect_stderr(io.StringIO()):  # its progress
        found: list[dict[str, Any]] = pm4py.conformance_diagnostics_token_based_replay(log, *net)
    return found


def said_by_pm4py(odd: Oddity, net: Net) -> str:
    """Return the verdict of token-based replay."""
    (said,) = replay_tokens(as_pm4py(_log(odd)), net)
    blamed = sorted(f"`{transition.name}`" for transition in said["transitions_with_problems"])
    verdict = f"{'fit' if said['trace_is_fit'] else 'not fit'}, {said['trace_fitness']:.3f}"
    return f"{verdict}, blames {', '.join(blamed)}" if blamed else verdict


def said_by_onward(odd: Oddity, model: onward.Model) -> str:
    """Return where the case ends, what went against the model, and the last event that a guard held back."""
    done = onward.replay(model, _log(odd))
    phase = done.cases["phase"][0]
    told = ["ended" if phase == "ending" else f"running, in {phase}"]
    told += [f"{kind}: {reason}" for kind, reason in done.deviations.select("kind", "reason").iter_rows()]
    if len(told) == 1:
        told.append("no deviation")
    held = [(step.event, step) for step in done.life("a").steps if step.outcome == "held"]
    told += [f"`{event.type}` held: {step.reasons[0]}" for event, step in held[-1:] if event]
    return "; ".join(told)


def _log(odd: Oddity) -> pl.DataFrame:
    first = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    times = [first + timedelta(days=day) for day in range(len(odd.events))]
    return pl.DataFrame({"time": times, "case": ["a"] * len(times), "event": list(odd.events)})


if __name__ == "__main__":
    main()
