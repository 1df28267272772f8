"""Columns: a log as whole columns of numbers, texts kept once; for logs too long for one Python value a cell.

numpy and polars are imported when the first such log is made, never for a small one.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Protocol

from attrs import field, frozen

from onward.log.dates import Interval

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray


@frozen(eq=False)
class Coded:
    """A column of texts, each kept once: the text of a row is `texts[codes[row]]`.

    Attributes:
        codes: the number of each row's text (uint32, one a row).
        texts: the texts (String, without null), each once; some may be in no row.

    """

    codes: "NDArray[np.uint32]"
    texts: "pl.Series"

    def __len__(self) -> int:
        return len(self.codes)

    def series(self) -> "pl.Series":
        """Return the texts, one a row (String)."""
        import polars as pl  # noqa: PLC0415  # only a long log needs it

        return self.texts.gather(pl.Series(self.codes))

    def part(self, start: int, stop: int) -> list[str]:
        """Return the texts of the rows from *start* up to *stop*."""
        if stop - start == 1:
            return [self.texts[int(self.codes[start])]]  # thirty times as fast as to gather one
        return Coded(self.codes[start:stop], self.texts).series().to_list()

    def split(self, start: int, stop: int) -> list[tuple[str, ...]]:
        """Return what is joined by `;` in the rows from *start* up to *stop*."""
        return [tuple(text.split(";")) if text else () for text in self.part(start, stop)]


@frozen(eq=False)
class Dates:
    """A column of dates, each an interval of instants.

    Attributes:
        first: the first instant that each may mean (naive Datetime[us], UTC); null where nothing is recorded.
        last: the last one.
        written: the dates in whatever form they came, of which `recorded` makes texts: String, Categorical or Enum,
            Date, Datetime. Made when asked for, since a log of instants hardly ever needs them.

    """

    first: "pl.Series"
    last: "pl.Series"
    written: "pl.Series" = field(repr=False)

    def __len__(self) -> int:
        return len(self.first)

    def recorded(self, rows: "pl.Series | None" = None) -> "pl.Series":
        """Return the dates as a log writes them (String), of all rows or of *rows*."""
        return iso_texts(self.written if rows is None else self.written.gather(rows))

    def interval(self, row: int) -> Interval | None:
        """Return the date in *row*."""
        row = range(len(self))[row]
        return self.part(row, row + 1)[0]

    def part(self, start: int, stop: int) -> list[Interval | None]:
        """Return the dates in the rows from *start* up to *stop*."""
        columns = (self.written, self.first, self.last)
        rows = zip(*(column[start:stop].to_list() for column in columns), strict=True)
        return [None if first is None else Interval(_recorded(written), first, last) for written, first, last in rows]


@frozen(eq=False)
class Columns:
    """The rows of a log that were kept, in file order.

    Attributes:
        types: the event types.
        times: when each event happened, never null.
        cases: the column `case`, or None.
        organizations: the codes of each row, joined by `;` (empty where the row has none), or None.
        ids: the event ids (String, empty where a row has none), or None.
        untils: when each event ended, or None.
        attributes: every other column, of type Boolean, Int64, Float64 (never NaN) or String; null is not recorded.

    """

    types: Coded
    times: Dates
    cases: Coded | None = None
    organizations: Coded | None = None
    ids: "pl.Series | None" = None
    untils: Dates | None = None
    attributes: "Mapping[str, pl.Series]" = field(factory=dict)

    def __len__(self) -> int:
        return len(self.types)


class Rows(Protocol):
    """What `columns_of` asks of a log. `EventLog` answers it, which can't be named here: it holds `Columns`."""

    @property
    def store(self) -> Columns | None:
        """The log as columns, if it is held so."""

    @property
    def types(self) -> Sequence[str]:
        """The event types."""

    @property
    def times(self) -> Sequence[Interval]:
        """When each event happened."""

    @property
    def ids(self) -> Sequence[str]:
        """The event ids."""

    @property
    def untils(self) -> Sequence[Interval | None]:
        """When each event ended."""

    @property
    def has_case(self) -> bool:
        """Whether there is a column `case`."""

    @property
    def case_names(self) -> Sequence[str]:
        """That column."""

    @property
    def has_organizations(self) -> bool:
        """Whether there is a column `organizations`."""

    @property
    def organizations(self) -> Sequence[Sequence[str]]:
        """The codes in that column."""

    @property
    def attributes(self) -> Mapping[str, str]:
        """Name and type of every other column."""

    @property
    def columns(self) -> Mapping[str, Sequence[object]]:
        """Name and values of every other column."""


def columns_of(log: Rows) -> Columns:
    """Return the rows of *log* as columns; those that it holds, if it does."""
    if log.store is not None:
        return log.store
    return Columns(
        types=coded(log.types),
        times=dated(log.times),
        cases=coded(log.case_names) if log.has_case else None,
        organizations=coded([";".join(codes) for codes in log.organizations]) if log.has_organizations else None,
        ids=_strings(log.ids) if any(log.ids) else None,
        untils=dated(log.untils) if any(log.untils) else None,
        attributes={name: typed(values, log.attributes[name]) for name, values in log.columns.items()},
    )


def coded(texts: Sequence[str]) -> Coded:
    """Return the column of these *texts*."""
    import numpy as np  # noqa: PLC0415  # as above

    numbers: dict[str, int] = {}
    codes = [numbers.setdefault(text, len(numbers)) for text in texts]
    return Coded(np.array(codes, dtype=np.uint32), _strings(list(numbers)))


def dated(dates: Sequence[Interval | None]) -> Dates:
    """Return the column of these *dates*."""
    import polars as pl  # noqa: PLC0415  # as above

    instants = pl.Datetime("us")
    return Dates(
        first=pl.Series([None if each is None else each.first for each in dates], dtype=instants),
        last=pl.Series([None if each is None else each.last for each in dates], dtype=instants),
        written=_strings([None if each is None else each.recorded for each in dates]),
    )


def typed(values: Sequence[object], type_: str) -> "pl.Series":
    """Return the column of these *values* of an attribute."""
    import polars as pl  # noqa: PLC0415  # as above

    return pl.Series(values, dtype=polars_type(type_))


def polars_type(type_: str) -> "type[pl.DataType]":
    """Return what polars calls a *type_* of attributes."""
    import polars as pl  # noqa: PLC0415  # as above

    types = {"boolean": pl.Boolean, "integer": pl.Int64, "number": pl.Float64, "string": pl.String}
    return types[type_]


def _strings(texts: Sequence[str | None]) -> "pl.Series":
    """Return the column of these *texts*."""
    import polars as pl  # noqa: PLC0415  # as above

    return pl.Series(texts, dtype=pl.String)


def iso_texts(values: "pl.Series") -> "pl.Series":
    """Return dates, times of day or instants as `isoformat` writes them; texts as they are."""
    import polars as pl  # noqa: PLC0415  # as above

    if values.dtype == pl.Time:
        return _iso_by_value(values)
    if not isinstance(values.dtype, pl.Datetime):
        return values.cast(pl.String)
    zone = values.dtype.time_zone
    if zone not in {None, "UTC"}:
        return _iso_by_value(values)
    instants = values.cast(pl.Datetime("us", zone)).dt.replace_time_zone(None)
    return _iso_instants(instants) + ("+00:00" if zone else "")


def _recorded(written: str | date) -> str:
    """Return one date as a log writes it."""
    return written if isinstance(written, str) else written.isoformat()


def _iso_instants(instants: "pl.Series") -> "pl.Series":
    """Return naive *instants* as `datetime.isoformat` writes them: with microseconds where there are some."""
    if not (instants.dt.microsecond() != 0).any():
        return instants.dt.to_string("%Y-%m-%dT%H:%M:%S")
    return instants.dt.to_string("%Y-%m-%dT%H:%M:%S%.6f").str.strip_suffix(".000000")


def _iso_by_value(values: "pl.Series") -> "pl.Series":
    """Return *values* as Python writes them, each distinct one once.

    Polars has its own table of time zones, which needn't know the same history as Python's.
    """
    import polars as pl  # noqa: PLC0415  # as above

    known = values.drop_nulls().unique()
    texts = [value.isoformat() for value in known.to_list()]
    return values.replace_strict(known, pl.Series(texts, dtype=pl.String), default=None, return_dtype=pl.String)
