"""Witness: a log of one case that shows what a model can do, and whether a replay of it shows the same."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from onward.history.plain import rows_by_case
from onward.history.state import not_begun
from onward.history.stepping import Reading, Step, instant, pass_time, step
from onward.log.formats import parse_json_lines
from onward.log.framed import log_of_table
from onward.log.log import Event, EventLog
from onward.model.elements import Invariant
from onward.model.model import Model
from onward.problems import LogError

CASE = "A"
PAIR = ("A", "B")
"""What witnesses call their case, and the organizations of it where a model's cases are pairs."""


@frozen
class Witness:
    """A log of one case: dated events, in the order of time."""

    events: tuple[Event, ...]

    def __len__(self) -> int:
        return len(self.events)


def rows_of(model: Model, witness: Witness) -> list[dict[str, Any]]:
    """Return a witness as rows that `onward replay` reads as JSON Lines, one a line."""
    whose = {"organizations": ";".join(PAIR)} if model.cases == "pairs" else {"case": CASE}
    return [_row(event, whose) for event in witness.events]


def _row(event: Event, whose: Mapping[str, str]) -> dict[str, Any]:
    recorded = {name: value for name, value in event.attributes.items() if value is not None}
    until = {} if event.until is None else {"until": event.until.recorded}
    time = "" if event.time is None else event.time.recorded
    return {"time": time, "event": event.type, **whose, **until, **recorded}


def json_lines(model: Model, witness: Witness) -> str:
    """Return a witness as the text of a JSON Lines file."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows_of(model, witness))


def log_of(model: Model, witness: Witness) -> EventLog:
    """Return a witness as the log that `read_log` makes of its text.

    Raises:
        LogError: it is none that can be read.

    """
    return log_of_table(parse_json_lines(json_lines(model, witness).encode(), "counterexample.jsonl"), "fail")


def steps_of(model: Model, witness: Witness, reading: Reading = "certain") -> Iterator[Step]:
    """Yield every step of a replay of *witness*, those that time alone makes too, to the end of its log.

    Raises:
        LogError: the witness cannot be read as a log.

    """
    log = log_of(model, witness)
    for rows in rows_by_case(model, log, reading).values():
        state = not_begun(model, CASE)
        for row in rows:
            state, done = step(model, state, log.event(row), reading=reading)
            yield from (*done.meanwhile, done)
        end = max(log.times, key=lambda time: instant(time, reading) or time.last).last
        _, ticks = pass_time(model, state, end, through=True, reading=reading)
        yield from ticks


def breaks(model: Model, witness: Witness, invariant: Invariant) -> bool:
    """Tell whether a replay of *witness* breaks *invariant*."""
    try:
        return any(each is invariant for done in steps_of(model, witness) for each in done.broken)
    except LogError:
        return False
