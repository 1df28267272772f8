"""States: where every case stands at the end of a replay, as values to go on from."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from onward.history.state import CaseState, Remembered
from onward.history.stepping import Reading
from onward.log.dates import Interval, parse_interval
from onward.log.log import AttributeType, EventLog
from onward.model.elements import Count
from onward.model.model import Model
from onward.model.writing import fingerprint
from onward.problems import Problem, UsageError

if TYPE_CHECKING:
    import polars as pl

DATES = ("first", "since", "began", "last")
"""The dates of a case's state, as columns of its table."""


@frozen(eq=False, repr=False)
class States:
    """Where every case stands at the end of a replay, to go on from.

    `len` counts the cases.

    Attributes:
        model: the model that brought them there.
        reading: which end of a date counted.

    """

    model: Model
    reading: Reading
    _told: "Mapping[str, CaseState] | None" = field(default=None, repr=False)
    _table: "pl.DataFrame | None" = field(default=None, repr=False)

    def __repr__(self) -> str:
        return f"States(model={self.model.name!r}, reading={self.reading!r}, cases={len(self)})"

    def __len__(self) -> int:
        return len(self._told) if self._told is not None else len(self.table)

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of what the states say, in hexadecimal."""
        from hashlib import sha256  # noqa: PLC0415  # most replays are not asked for it

        return sha256(self.table.sort("case").write_ndjson().encode()).hexdigest()

    @cached_property
    def by_case(self) -> Mapping[str, CaseState]:
        """The state of every case."""
        return {state.case: state for state in _states(self.table, self.model)} if self._told is None else self._told

    @cached_property
    def table(self) -> "pl.DataFrame":
        """The states as a table: case, place, events, moves, broken, four dates as written, and the memory.

        A context variable is a column with its name: a number, or the list of values that were told apart, each in
        JSON.
        """
        return _table(self._told or {}, self.model) if self._table is None else self._table


def memory_column(name: str) -> str:
    """Return the column of the context variable *name* in the table of states."""
    return f"context.{name}"


def _table(states: Mapping[str, CaseState], model: Model) -> "pl.DataFrame":
    import polars as pl  # noqa: PLC0415  # takes longer to import than a small replay takes to run

    told = list(states.values())

    def dates(name: str) -> list[str | None]:
        found: list[Interval | None] = [getattr(state, name) for state in told]
        return [date.recorded if date else None for date in found]

    columns = {
        "case": pl.Series([state.case for state in told], dtype=pl.String),
        "place": pl.Series([state.place for state in told], dtype=pl.String),
        "events": pl.Series([state.events for state in told], dtype=pl.Int64),
        "moves": pl.Series([state.moves for state in told], dtype=pl.Int64),
        "broken": pl.Series([list(state.broken) for state in told], dtype=pl.List(pl.Int64)),
        **{name: pl.Series(dates(name), dtype=pl.String) for name in DATES},
    }
    for number, variable in enumerate(model.context):
        kept: list[Any] = [state.memory[number] for state in told]
        if isinstance(variable.reducer, Count):
            columns[memory_column(variable.name)] = pl.Series(kept, dtype=pl.Int64)
        else:
            values = [sorted(map(json.dumps, each)) for each in kept]
            columns[memory_column(variable.name)] = pl.Series(values, dtype=pl.List(pl.String))
    return pl.DataFrame(columns)


def _states(table: "pl.DataFrame", model: Model) -> Iterator[CaseState]:
    for row in table.iter_rows(named=True):
        dates = {name: parse_interval(row[name]) if row[name] else None for name in DATES}
        memory: list[Remembered] = [
            kept if isinstance(kept := row[memory_column(variable.name)], int) else frozenset(map(json.loads, kept))
            for variable in model.context
        ]
        yield CaseState(
            case=row["case"],
            place=row["place"],
            memory=tuple(memory),
            events=row["events"],
            moves=row["moves"],
            broken=tuple(row["broken"]),
            **dates,
        )


def check_states(states: States, model: Model, reading: Reading) -> None:
    """Make sure that a replay by *model* and *reading* can go on from *states*.

    Raises:
        UsageError: they are another model's, or made by another reading.

    """
    if fingerprint(states.model) != fingerprint(model):
        what = f"the states belong to another model or another version of it ({states.model.name!r})"
        mend = "load the model that the states were saved with, or replay the whole log with this one"
        raise UsageError([Problem("states", what, mend)])
    if states.reading != reading:
        what = f"the states were made by the reading {states.reading!r}"
        raise UsageError([Problem("reading", what, f"ask for reading={states.reading!r}, or replay the whole log")])


def check_kinds(states: States, log: EventLog) -> None:
    """Make sure that values told apart so far are of the kind that the columns of *log* have: 1 is not the text "1".

    Raises:
        UsageError: they are not.

    """
    for variable in states.model.context:
        reducer = variable.reducer
        if isinstance(reducer, Count) or not _is_recorded(log, reducer.attribute):
            continue
        kept = states.table[memory_column(variable.name)].explode().drop_nulls().unique()
        found = log.attributes[reducer.attribute]
        kind = "number" if found == "integer" else found
        if {_kind(text) for text in kept} - {kind}:
            what = f"the column {reducer.attribute!r} is of type {kind} here, and was of another in the states"
            raise UsageError([Problem("states", what, "write it the same way in both logs, or replay both as one")])


def _is_recorded(log: EventLog, name: str) -> bool:
    """Tell whether some row of *log* has a value in the column *name*: one without values has no kind."""
    if log.store is not None:
        return name in log.store.attributes and log.store.attributes[name].null_count() < len(log)
    return any(value is not None for value in log.columns.get(name, ()))


def _kind(text: str) -> AttributeType:
    """Return the kind of a value in JSON."""
    if text.startswith('"'):
        return "string"
    return "boolean" if text in {"true", "false"} else "number"


def is_before(states: States, case: str, when: str) -> bool:
    """Tell whether the date *when*, as written, counts before the last event that *states* know of *case*."""

    def moment(date: str) -> datetime:
        interval = parse_interval(date)
        return interval.last if states.reading == "certain" else interval.first

    known = states.table.filter(states.table["case"] == case)["last"].drop_nulls()
    return any(moment(when) < moment(last) for last in known)


def plain_header(states: States) -> dict[str, Any]:
    """Return what a file of *states* says of them before the table."""
    return {
        "kind": "states",
        "model": states.model.name,
        "fingerprint": fingerprint(states.model),
        "reading": states.reading,
        "cases": len(states),
    }
