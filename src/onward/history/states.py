"""States: where every case stands at the end of a replay, as values to go on from."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from onward.history.memory import Remembered, is_windowed
from onward.history.saved import memory_from_plain, memory_to_plain
from onward.history.state import CaseState, Clock
from onward.history.stepping import Reading, instant
from onward.history.window import lived_until
from onward.log.dates import Interval, parse_interval
from onward.log.log import AttributeType, EventLog
from onward.model.elements import Count, Distinct, Flag, Latest, Reducer
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

        With several tracks place, moves and since are a column each (`place.narrow`). Where time alone can change
        anything there are `clock` and `late` (how far time has passed) and `rests` (when timers last began anew). A
        context variable is a column with its name: a number, a truth, a value in JSON, or a list: of the values that
        were told apart, or of what counts through which instant, each in JSON.
        """
        return _table(self._told or {}, self.model) if self._table is None else self._table


def track_column(name: str, track: str) -> str:
    """Return the column in the table of states for what is told of one *track*."""
    return f"{name}.{track}" if track else name


def memory_column(name: str) -> str:
    """Return the column of the context variable *name* in the table of states."""
    return f"context.{name}"


def _table(states: Mapping[str, CaseState], model: Model) -> "pl.DataFrame":
    import polars as pl  # noqa: PLC0415  # takes longer to import than a small replay takes to run

    told = list(states.values())

    def each(name: str, dtype: Any, of: Callable[[CaseState, int], Any]) -> None:  # noqa: ANN401  # of any type
        for number, track in enumerate(model.track_names):
            columns[track_column(name, track)] = pl.Series([of(state, number) for state in told], dtype=dtype)

    columns = {"case": pl.Series([state.case for state in told], dtype=pl.String)}
    each("place", pl.String, lambda state, number: state.places[number])
    columns["events"] = pl.Series([state.events for state in told], dtype=pl.Int64)
    each("moves", pl.Int64, lambda state, number: state.moves[number])
    columns["broken"] = pl.Series([list(state.broken) for state in told], dtype=pl.List(pl.Int64))
    for name in DATES:
        if name == "since":
            each("since", pl.String, lambda state, number: _recorded(state.since[number]))
        else:
            columns[name] = pl.Series([_recorded(getattr(state, name)) for state in told], dtype=pl.String)
    if model.has_clockwork:
        moments = [state.clock and state.clock.moment for state in told]
        columns["clock"] = pl.Series(moments, dtype=pl.Datetime("us"))
        columns["late"] = pl.Series([state.clock and state.clock.late for state in told], dtype=pl.Boolean)
        columns["rests"] = pl.Series([list(state.rests) for state in told], dtype=pl.List(pl.Datetime("us")))
    for number, variable in enumerate(model.context):
        kept = [_cell(variable.reducer, state.memory[number]) for state in told]
        columns[memory_column(variable.name)] = pl.Series(kept, dtype=memory_type(variable.reducer))
    return pl.DataFrame(columns)


def _recorded(date: Interval | None) -> str | None:
    return date.recorded if date else None


def memory_type(reducer: Reducer) -> Any:  # noqa: ANN401  # a data type of polars
    """Return the type of the column for what *reducer* keeps."""
    import polars as pl  # noqa: PLC0415  # as above

    if is_windowed(reducer) or isinstance(reducer, Distinct):
        return pl.List(pl.String)
    match reducer:
        case Count():
            return pl.Int64
        case Flag():
            return pl.Boolean
        case _:
            return pl.String


def _cell(reducer: Reducer, kept: Remembered) -> Any:  # noqa: ANN401  # what the column holds
    match reducer:
        case Count(within=None) | Flag():
            return kept
        case Distinct():
            return sorted(map(json.dumps, memory_to_plain(kept)))
        case _ if is_windowed(reducer):
            return list(map(json.dumps, memory_to_plain(kept)))
        case _:
            return None if kept is None else json.dumps(kept)


def _kept(reducer: Reducer, cell: Any) -> Remembered:  # noqa: ANN401  # as above
    match cell:
        case list():
            return memory_from_plain(reducer, list(map(json.loads, cell)))
        case str():
            return memory_from_plain(reducer, json.loads(cell))
        case _:
            return memory_from_plain(reducer, cell)


def _states(table: "pl.DataFrame", model: Model) -> Iterator[CaseState]:
    def date(recorded: str | None) -> Interval | None:
        return parse_interval(recorded) if recorded else None

    for row in table.iter_rows(named=True):
        clock = row.get("clock")
        yield CaseState(
            case=row["case"],
            places=tuple(row[track_column("place", track)] for track in model.track_names),
            memory=tuple(_kept(variable.reducer, row[memory_column(variable.name)]) for variable in model.context),
            since=tuple(date(row[track_column("since", track)]) for track in model.track_names),
            began=date(row["began"]),
            first=date(row["first"]),
            last=date(row["last"]),
            events=row["events"],
            moves=tuple(row[track_column("moves", track)] for track in model.track_names),
            broken=tuple(row["broken"]),
            rests=tuple(row.get("rests", ())),
            clock=None if clock is None else Clock(clock, row["late"]),
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


def check_window(states: States, window: Interval | None) -> None:
    """Make sure that *window* does not end before what *states* have lived through.

    Raises:
        UsageError: it does.

    """
    if window is None:
        return
    ends = [parse_interval(text) for text in states.table["last"].drop_nulls().unique()]
    moments = [end.last if states.reading == "certain" else end.first for end in ends]
    if states.model.has_clockwork:
        moments += states.table["clock"].drop_nulls().unique().to_list()
    latest = max(moments, default=None)
    if latest is not None and latest > window.last:
        what = f"{window.recorded} lies before {latest.date().isoformat()}, up to which the states have come"
        raise UsageError([Problem("as_of", what, "end the window later, or replay the log without them")])


def check_kinds(states: States, log: EventLog) -> None:
    """Make sure that values told apart so far are of the kind that the columns of *log* have: 1 is not the text "1".

    Raises:
        UsageError: they are not.

    """
    for variable in states.model.context:
        reducer = variable.reducer
        if not isinstance(reducer, Distinct | Latest) or (isinstance(reducer, Distinct) and reducer.part):
            continue
        if not _is_recorded(log, reducer.attribute):
            continue
        column = states.table[memory_column(variable.name)]
        kept = (column.explode() if isinstance(reducer, Distinct) else column).drop_nulls().unique()
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
    """Tell whether the date *when*, as written, counts before what *states* know that *case* has lived through."""
    state = states.by_case.get(case)
    earlier = None if state is None else lived_until(state, states.reading)
    now = instant(parse_interval(when), states.reading)
    return earlier is not None and now is not None and now < earlier


def plain_header(states: States) -> dict[str, Any]:
    """Return what a file of *states* says of them before the table."""
    return {
        "kind": "states",
        "model": states.model.name,
        "fingerprint": fingerprint(states.model),
        "reading": states.reading,
        "cases": len(states),
    }
