"""The event log: what was seen, one row an event, as plain columns in file order.

Plain tuples rather than a data frame: a small log is read and replayed before a data-frame library is imported.
A long one is held as `Columns`, and the same fields are views of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeGuard

from attrs import field, frozen

from onward.log.dates import DateError, Interval, interval_of
from onward.problems import Problem, UsageError

if TYPE_CHECKING:
    import polars as pl

    from onward.log.columns import Columns

Value = bool | int | float | str | None
AttributeType = Literal["boolean", "integer", "number", "string"]


def is_number(value: Value) -> TypeGuard[int | float]:
    """Tell whether *value* is a number to reckon with; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _interval(value: object) -> Interval | None:
    """Return a date in any form as an interval, so that an event can be written down by hand."""
    if value is None or isinstance(value, Interval):
        return value
    try:
        return interval_of(value)
    except DateError as error:
        raise UsageError([Problem("time", error.what, error.mend)]) from error


@frozen
class Event:
    """One dated row, as a model's guards see it.

    Attributes:
        type: the event type.
        time: when it happened, as anything that reads as a date; None only for a live case driven without dates.
        id: the event's id, empty where the log has none.
        attributes: every other column and its value, None where nothing is recorded.
        organizations: the codes of those who took part, in the order recorded.
        until: when it ended, where that is recorded.
        row: the position in the log, from 0.

    """

    type: str
    time: Interval | None = field(converter=_interval)
    id: str = ""
    attributes: Mapping[str, Value] = field(factory=dict, hash=False)
    organizations: tuple[str, ...] = ()
    until: Interval | None = field(default=None, converter=_interval)
    row: int = -1


@frozen
class RejectedRow:
    """A row that was read and kept out of the log.

    Attributes:
        line: the line where it starts, from 1; None for a row of a data frame.
        row: the position among all rows read, from 0.
        problems: everything that is wrong with it, never empty.
        fields: the cells as recorded, in the order of the columns; of a row without cells, the whole line.

    """

    line: int | None
    row: int
    problems: tuple[Problem, ...]
    fields: tuple[object, ...]


@frozen
class EventLog:
    """What was seen: one entry a row kept in each column, in file order.

    Attributes:
        name: what the log was read from, for messages and manifests.
        types: the event types.
        times: when each event happened.
        ids: the event ids, empty strings where the log has none.
        untils: when each event ended, None where that is not recorded.
        has_case: whether the log has a column `case`.
        case_names: that column, or an empty tuple.
        has_organizations: whether the log has a column `organizations`.
        organizations: the codes in that column, or an empty tuple.
        attributes: name and type of every other column.
        columns: name and values of every other column.
        rejected: the rows kept out.
        store: the rows of a long log, of which the fields above are views; None where they are tuples.

    """

    name: str
    types: Sequence[str]
    times: Sequence[Interval]
    ids: Sequence[str]
    untils: Sequence[Interval | None]
    has_case: bool
    case_names: Sequence[str]
    has_organizations: bool
    organizations: Sequence[tuple[str, ...]]
    attributes: Mapping[str, AttributeType] = field(factory=dict, hash=False)
    columns: Mapping[str, Sequence[Value]] = field(factory=dict, hash=False, repr=False)
    rejected: tuple[RejectedRow, ...] = ()
    store: "Columns | None" = field(default=None, eq=False, repr=False)

    def __len__(self) -> int:
        return len(self.types)

    @property
    def rows_read(self) -> int:
        """The number of rows read: those kept and those rejected."""
        return len(self) + len(self.rejected)

    def event(self, row: int) -> Event:
        """Return the event in *row*, counted from 0."""
        return Event(
            type=self.types[row],
            time=self.times[row],
            id=self.ids[row],
            attributes={name: values[row] for name, values in self.columns.items()},
            organizations=self.organizations[row] if self.has_organizations else (),
            until=self.untils[row],
            row=range(len(self))[row],
        )

    def events(self) -> Iterator[Event]:
        """Yield every event, in file order."""
        return map(self.event, range(len(self)))

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of what the log says, in hexadecimal; the same content in another file or form has the same."""
        from hashlib import sha256  # noqa: PLC0415  # a replay that prints a table asks for no fingerprint

        digest = sha256()
        for part in self._content():
            digest.update(part)
        return digest.hexdigest()

    def _content(self) -> Iterator[bytes]:
        """Yield what the log says: one line of JSON a row."""
        if self.store is not None:
            from onward.log.content import content_of  # noqa: PLC0415  # only a long log needs it

            yield from content_of(self.store)
            return
        import json  # noqa: PLC0415  # as above

        for row, event in enumerate(self.events()):
            recorded = {name: value for name, value in event.attributes.items() if value is not None}
            content = (
                event.id,
                self.case_names[row] if self.has_case else None,
                event.organizations,
                self.times[row].recorded,
                event.type,
                event.until and event.until.recorded,
                recorded,
            )
            yield json.dumps(content, sort_keys=True).encode() + b"\n"

    @cached_property
    def frame(self) -> "pl.DataFrame":
        """The log as a polars frame that `read_log` reads back: dates as recorded, organizations joined by `;`."""
        import polars as pl  # noqa: PLC0415 - heavy, and a small replay does without

        from onward.log.columns import columns_of  # noqa: PLC0415  # as above

        rows = columns_of(self)
        columns = {
            "event_id": pl.repeat("", len(rows), eager=True) if rows.ids is None else rows.ids,
            "time": rows.times.recorded(),
            "event": rows.types.series(),
        }
        if rows.cases is not None:
            columns["case"] = rows.cases.series()
        if rows.organizations is not None:
            columns["organizations"] = rows.organizations.series()
        nowhere = pl.repeat(None, len(rows), dtype=pl.String, eager=True)
        columns["until"] = nowhere if rows.untils is None else rows.untils.recorded()
        return pl.DataFrame(columns | dict(rows.attributes))
