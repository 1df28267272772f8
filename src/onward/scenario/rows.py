"""Rows: single events of a log with the case that they belong to, and whole logs made of others and of such rows."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from attrs import evolve, frozen

from onward.log.cases import is_pair, no_cases, no_pair, pairs_of, typed_pair
from onward.log.cells import spell, type_values
from onward.log.log import AttributeType, Event, EventLog, Value
from onward.model.model import Model
from onward.problems import LogError

T = TypeVar("T")

_FEW = 20
"""Rows of a long log that are made one by one: gathering whole columns takes longer."""


@frozen
class Row:
    """One row of a log: an event, and whose it is.

    Attributes:
        event: what happened, with the organizations that took part; its `row` is where it stands in the log, or will.
        case: the log's column `case`, "" without one.

    """

    event: Event
    case: str = ""


def row_of(log: EventLog, row: int) -> Row:
    """Return a *row* of *log*, counted from 0."""
    return Row(log.event(row), log.case_names[row] if log.has_case else "")


def rows_of(log: EventLog, rows: Sequence[int]) -> list[Row]:
    """Return several *rows* of *log*."""
    if log.store is None or len(rows) < _FEW:
        return [row_of(log, row) for row in rows]
    from onward.log.views import log_of  # noqa: PLC0415  # only a long log needs it
    from onward.scenario.stacking import gathered  # noqa: PLC0415  # as above

    some = log_of(log.name, gathered(log.store, rows))
    nothing: tuple[Any, ...] = ((),) * len(rows)
    # Whole columns at once: a view makes each single value anew.
    events = zip(
        some.types,
        some.times,
        some.ids,
        zip(*some.columns.values(), strict=True) if some.columns else nothing,
        some.organizations if some.has_organizations else nothing,
        some.untils,
        rows,
        strict=True,
    )
    cases = some.case_names if some.has_case else ("",) * len(rows)
    return [
        Row(Event(type_, time, id_, dict(zip(some.columns, values, strict=True)), codes, until, row), case)
        for (type_, time, id_, values, codes, until, row), case in zip(events, cases, strict=True)
    ]


def cases_of(model: Model, log: EventLog, row: Row) -> tuple[str, ...]:
    """Return the cases that *row*, which is one of *log* or like one, belongs to.

    Raises:
        LogError: it names no case as *model* asks.

    """
    if model.cases == "pairs":
        pairs = pairs_in(row.event.organizations)
        if pairs:
            return pairs
        name = typed_pair(row.case)
        if not is_pair(name):
            raise LogError([no_pair(log.name, row.case, row.event.row)])
        return (name,)
    if not log.has_case:
        raise LogError([no_cases(log.name, model.name)])
    return (row.case,)


pairs_in = lru_cache(maxsize=4096)(pairs_of)


# ---- columns that take values of other types


def type_in(log: EventLog, name: str) -> AttributeType | None:
    """Return the type of the column *name*, None where *log* has none or nothing is recorded in it."""
    if name not in log.attributes:
        return None
    if log.store is not None:
        column = log.store.attributes[name]
        return None if column.null_count() == len(column) else log.attributes[name]
    return log.attributes[name] if any(value is not None for value in log.columns[name]) else None


def joined_types(known: AttributeType | None, other: AttributeType) -> AttributeType:
    """Return the type of a column of *known* values (None: of none) that takes in values of an *other* type."""
    if known is None or known == other:
        return other
    return "number" if {known, other} == {"integer", "number"} else "string"


def types_with(log: EventLog, events: Collection[Event]) -> dict[str, AttributeType]:
    """Return the type of every column of *log*, and of those that only *events* have, when they stand in it too."""
    found = dict(log.attributes)
    for name in dict.fromkeys(name for event in events for name in event.attributes):
        values = [value for event in events if (value := event.attributes.get(name)) is not None]
        if not values:
            found.setdefault(name, "string")
        elif (type_ := type_values(values)[0]) != log.attributes.get(name):
            found[name] = joined_types(type_in(log, name), type_)
    return found


def cast(value: Value, type_: AttributeType) -> Value:
    """Return *value* as a column of *type_* has it, which is its own or a wider one."""
    if value is None or isinstance(value, str):
        return value
    if type_ == "string":
        return spell(value)
    return float(value) if type_ == "number" else value


# ---- whole logs


def whole_log(log: EventLog, changed: Mapping[int, Row | None], added: Sequence[Row]) -> EventLog:
    """Return *log* with some rows *changed* (or, None, left out) and others *added* behind the last."""
    new = {row: found for row, found in changed.items() if found is not None}
    if log.store is not None:
        from onward.scenario.stacking import whole_columns  # noqa: PLC0415  # only a long log needs it

        gone = [row for row, found in changed.items() if found is None]
        few = log_of_rows(log, [*new.values(), *added])
        return whole_columns(log, log.store, {row: at for at, row in enumerate(new)}, gone, few)
    kept = [row for row in range(len(log)) if row in new or row not in changed]
    types = types_with(log, [row.event for row in (*new.values(), *added)])

    def column(old: Sequence[T], values: Iterable[tuple[int, T]], more: Iterable[T]) -> tuple[T, ...]:
        otherwise = dict(values)
        return (*(otherwise[row] if row in otherwise else old[row] for row in kept), *more)

    def attribute(name: str, type_: AttributeType) -> tuple[Value, ...]:
        old = log.columns[name] if name in log.columns else (None,) * len(log)
        cells = column(
            old,
            ((at, row.event.attributes.get(name)) for at, row in new.items()),
            (row.event.attributes.get(name) for row in added),
        )
        return tuple(cast(cell, type_) for cell in cells) if new or added else cells

    events, more = [(at, row.event) for at, row in new.items()], [row.event for row in added]
    return evolve(
        log,
        types=column(log.types, ((at, event.type) for at, event in events), (event.type for event in more)),
        times=column(log.times, ((at, e.time) for at, e in events if e.time), (e.time for e in more if e.time)),
        ids=column(log.ids, ((at, event.id) for at, event in events), (event.id for event in more)),
        untils=column(log.untils, ((at, event.until) for at, event in events), (event.until for event in more)),
        case_names=()
        if not log.has_case
        else column(log.case_names, ((at, row.case) for at, row in new.items()), (row.case for row in added)),
        organizations=()
        if not log.has_organizations
        else column(log.organizations, ((at, e.organizations) for at, e in events), (e.organizations for e in more)),
        attributes=types,
        columns={name: attribute(name, type_) for name, type_ in types.items()},
    )


def log_of_rows(log: EventLog, rows: Sequence[Row]) -> EventLog:
    """Return the log of these *rows* alone, with the columns of *log*, wide enough for both, and any more."""
    empty = evolve(
        log,
        types=(),
        times=(),
        ids=(),
        untils=(),
        case_names=(),
        organizations=(),
        columns=dict.fromkeys(log.attributes, ()),
        rejected=(),
        store=None,
    )
    types = types_with(log, [row.event for row in rows])
    made = whole_log(empty, {}, rows)
    return evolve(
        made,
        attributes=types,
        columns={name: tuple(cast(cell, types[name]) for cell in cells) for name, cells in made.columns.items()},
    )
