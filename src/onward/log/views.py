"""Views: a column of a long log as a sequence of Python values, each made when it is asked for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar, overload

from attrs import frozen

from onward.log.columns import Columns, columns_of
from onward.log.log import AttributeType, EventLog, RejectedRow

if TYPE_CHECKING:
    import polars as pl

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

KINDS: Mapping[str, AttributeType] = {
    "Boolean": "boolean",
    "Int64": "integer",
    "Float64": "number",
    "String": "string",
}
CHUNK = 2**14
"""As many values are made at once: enough that each costs no more than itself, few enough to stay small."""


@frozen(eq=False, repr=False)
class View(Sequence[T_co]):
    """A column as a sequence; equal to any tuple of the same values.

    Attributes:
        length: the number of rows.
        part: returns the values of the rows from a first one up to a last one.

    """

    length: int
    part: Callable[[int, int], Sequence[T_co]]

    def __len__(self) -> int:
        return self.length

    @overload
    def __getitem__(self, index: int) -> T_co: ...
    @overload
    def __getitem__(self, index: slice) -> "View[T_co] | tuple[T_co, ...]": ...
    def __getitem__(self, index: int | slice) -> "T_co | View[T_co] | tuple[T_co, ...]":
        if isinstance(index, int):
            row = range(self.length)[index]
            return self.part(row, row + 1)[0]
        rows = range(self.length)[index]
        if rows.step == 1:
            return View(len(rows), partial(_inside, self.part, rows.start))
        return tuple(self[row] for row in rows)

    def __iter__(self) -> Iterator[T_co]:
        starts = range(0, self.length, CHUNK)
        return chain.from_iterable(self.part(start, min(start + CHUNK, self.length)) for start in starts)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, View | tuple):
            return NotImplemented
        return len(self) == len(other) and all(mine == its for mine, its in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # a hash would have to make every value

    def __repr__(self) -> str:
        shown = ", ".join(map(repr, self[:3]))
        return f"<{self.length} values: {shown}{', ...' if self.length > 3 else ''}>"


def _inside(part: Callable[[int, int], Sequence[T]], offset: int, start: int, stop: int) -> Sequence[T]:
    """Return a part of what begins *offset* rows further down."""
    return part(offset + start, offset + stop)


def _values(values: "pl.Series", start: int, stop: int) -> list[Any]:
    """Return a part of *values*."""
    return values[start:stop].to_list()


def _repeat(value: T, start: int, stop: int) -> list[T]:
    """Return *value* for each row from *start* up to *stop*."""
    return [value] * (stop - start)


def log_of(name: str, columns: Columns, rejected: tuple[RejectedRow, ...] = ()) -> EventLog:
    """Return the log that *columns* hold."""
    rows = len(columns)
    times: Callable[[int, int], Sequence[Any]] = columns.times.part  # never None
    types: Mapping[str, AttributeType] = {
        label: KINDS[str(values.dtype)] for label, values in columns.attributes.items()
    }
    return EventLog(
        name=name,
        types=View(rows, columns.types.part),
        times=View(rows, times),
        ids=View(rows, partial(_repeat, "") if columns.ids is None else partial(_values, columns.ids)),
        untils=View(rows, partial(_repeat, None) if columns.untils is None else columns.untils.part),
        has_case=columns.cases is not None,
        case_names=() if columns.cases is None else View(rows, columns.cases.part),
        has_organizations=columns.organizations is not None,
        organizations=() if columns.organizations is None else View(rows, columns.organizations.split),
        attributes=types,
        columns={label: View(rows, partial(_values, values)) for label, values in columns.attributes.items()},
        rejected=rejected,
        store=columns,
    )


def packed(log: EventLog) -> EventLog:
    """Return *log* held as columns."""
    return log if log.store is not None else log_of(log.name, columns_of(log), log.rejected)
