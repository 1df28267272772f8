"""Rows of a drawn log, column by column, and the event types that they may have."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from attrs import evolve, frozen
from hypothesis import strategies as st

from onward.log.dates import Interval
from onward.log.log import AttributeType, EventLog, Value
from onward.model.model import Model
from onward.testing.alphabet import (
    UNKNOWN_TYPE,
    Strategy,
)

T = TypeVar("T")

Columns = Mapping[str, tuple[AttributeType, Sequence[Value]]]
"""By name the type and the values of every attribute."""


def log_of_rows(  # noqa: PLR0913, PLR0917  # a log is its columns
    model: Model,
    types: Sequence[str],
    times: Sequence[Interval],
    untils: Sequence[Interval | None],
    whose: Sequence[tuple[str, ...]],
    columns: Columns,
    ids: Sequence[str] = (),
) -> EventLog:
    """Return the log of these columns; *whose* has the case of every row, or its organizations."""
    pairs = model.cases == "pairs"
    return EventLog(
        name="drawn",
        types=tuple(types),
        times=tuple(times),
        ids=tuple(ids) or ("",) * len(types),
        untils=tuple(untils),
        has_case=not pairs,
        case_names=() if pairs else tuple(name for (name,) in whose),
        has_organizations=pairs,
        organizations=tuple(whose) if pairs else (),
        attributes={name: type_ for name, (type_, _) in columns.items()},
        columns={name: tuple(values) for name, (_, values) in columns.items()},
    )


@frozen
class Rows:
    """What was drawn of a log, column by column.

    Attributes:
        types: the event types.
        times: the dates.
        untils: the ends.
        whose: the case of every row, or its organizations.
        columns: the attributes.
        own: the attributes that a user's strategies drew, as they were drawn.

    """

    types: Sequence[str]
    times: Sequence[Interval]
    untils: Sequence[Interval | None]
    whose: Sequence[tuple[str, ...]]
    columns: Columns
    own: Mapping[str, Sequence[Value]]


def taken(log: EventLog, rows: Sequence[int]) -> EventLog:
    """Return *log* with these rows only, in this order."""

    def pick(column: Sequence[T]) -> tuple[T, ...]:
        return tuple(column[row] for row in rows) if column else ()

    return evolve(
        log,
        types=pick(log.types),
        times=pick(log.times),
        ids=pick(log.ids),
        untils=pick(log.untils),
        case_names=pick(log.case_names),
        organizations=pick(log.organizations),
        columns={name: pick(values) for name, values in log.columns.items()},
    )


def types_of(model: Model) -> Strategy[str]:
    """Return a strategy for event types: mostly of *model*, now and then unknown."""
    known = tuple(model.kinds)
    return st.sampled_from(
        (*known, *known, *known, unknown_to(model)) if len(known) < 8 else (*known, unknown_to(model))
    )


def unknown_to(model: Model) -> str:
    """Return an event type that *model* does not have in its vocabulary."""
    name = UNKNOWN_TYPE
    while name in model.kinds:
        name += "_"
    return name
