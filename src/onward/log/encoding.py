"""A long data frame becomes an event log of columns: the same log that `build_log` makes cell by cell.

What a cell means is said by the readers of single cells alone. Each *distinct* cell of a column is read by them once,
and every row gets the result by number; so no rule stands here a second time, and no loop runs over rows.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import numpy as np
import polars as pl
from attrs import evolve
from numpy.typing import NDArray

from onward.log import cells
from onward.log.columns import Coded, Columns, Dates, dated, iso_texts, polars_type, typed
from onward.log.dates import DateError, Interval, parse_interval
from onward.log.frames import readable, table_of_polars
from onward.log.log import AttributeType, EventLog, RejectedRow
from onward.log.schema import CASE, EVENT, EVENT_ID, ORGANIZATIONS, TIME, UNTIL, OnBadRows, build_log, find_columns
from onward.log.views import log_of, packed
from onward.problems import LogError, Problem

Mask = NDArray[np.bool_]
"""Which rows can't be read."""
Codes = NDArray[np.uint32]
"""The number of each row's distinct cell."""
T = TypeVar("T")

MANY = 100_000
"""So many distinct texts are read one by one in a fraction of a second."""
LISTED = 1_000
"""An error lists the problems of so many rows: nobody mends more by hand, and a column read wrongly makes millions."""
UNTIDY = r"^[\s\x1c-\x1f]|[\s\x1c-\x1f]$|^$"
"""What a reader of names changes or refuses: blanks around (Python's are a few more than Unicode's), and nothing."""

INSTANTS = pl.Datetime("us")
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - naive UTC throughout


def _micros(instant: datetime) -> int:
    """Return how many microseconds *instant* is after 1970."""
    return (instant - EPOCH) // timedelta(microseconds=1)


EARLIEST, LATEST = _micros(parse_interval("0001").first), _micros(parse_interval("9999").last)
DAY = timedelta(days=1) - timedelta(microseconds=1)
# Any day will do to read a time of day on.
SOME_DAY = "2000-01-01"
MIDNIGHT = f"{SOME_DAY}T00:00:00"

# As `cells.INTEGER` and `cells.NUMBER`; the expressions of polars can't look ahead.
PLAIN_INTEGER = r"^(?:0|-?[1-9][0-9]*)$"
PLAIN_NUMBER = r"^-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"


def encode(  # noqa: PLR0913  # a frame, and all that is to know of it
    frame: pl.DataFrame,
    *,
    name: str,
    on_bad_rows: OnBadRows,
    start: int = 0,
    texts: bool = False,
    types: Mapping[str, AttributeType] | None = None,
) -> EventLog:
    """Return the log that *frame* holds, as columns.

    Args:
        frame: the rows.
        name: what they were read from, for messages.
        on_bad_rows: as `read_log` understands it.
        start: how many rows were read before these.
        texts: whether every cell is text, so that attributes get their types from what their texts say.
        types: the types of attributes that are known already, since these rows are some of a longer log.

    Raises:
        LogError: a column is missing, or there are bad rows and *on_bad_rows* is not `set-aside`.

    """
    table = partial(table_of_polars, name=name, start=start, texts=texts)
    if pl.Object in frame.dtypes:
        # Its cells are Python values already, of any kind.
        return packed(build_log(table(frame), on_bad_rows))
    frame = readable(frame)
    places = find_columns(table(frame.clear()))
    columns, bad = _read(frame, places)
    rejected: tuple[RejectedRow, ...] = ()
    if bad.any():
        shown = np.flatnonzero(bad)[: LISTED if on_bad_rows == "fail" else None]
        rows = np.union1d(shown, _first_holders(columns.ids, shown))
        rejected = build_log(table(frame[rows], rows=rows.tolist()), "set-aside").rejected
        if on_bad_rows == "fail":
            raise LogError(_problems(rejected, int(bad.sum()), frame.height, name))
        columns = kept(columns, ~bad)
    read = _typed_by_text if texts else _typed_by_kind
    known = types or {}
    attributes = {
        label: _typed_as(values, known[label], read) if label in known else read(values)
        for label, values in columns.attributes.items()
    }
    return log_of(name, evolve(columns, attributes=attributes), rejected)


def kept(columns: Columns, keep: Mask) -> Columns:
    """Return the rows of *columns* that *keep* marks."""
    mask = pl.Series(keep)

    def names(column: Coded) -> Coded:
        return Coded(column.codes[keep], column.texts)

    def dates(column: Dates) -> Dates:
        return Dates(column.first.filter(mask), column.last.filter(mask), column.written.filter(mask))

    return Columns(
        types=names(columns.types),
        times=dates(columns.times),
        cases=columns.cases and names(columns.cases),
        organizations=columns.organizations and names(columns.organizations),
        ids=None if columns.ids is None else columns.ids.filter(mask),
        untils=columns.untils and dates(columns.untils),
        attributes={name: values.filter(mask) for name, values in columns.attributes.items()},
    )


def _problems(rejected: tuple[RejectedRow, ...], bad: int, height: int, name: str) -> Iterator[Problem]:
    """Yield the problems of the rows that are listed; before them, how many there are if that is not all."""
    if bad > len(rejected):
        what = f"{bad:,} of {height:,} rows can't be read; the problems of the first {len(rejected):,} follow"
        yield Problem(name, what, "mend what they share, or set bad rows aside")
    for row in rejected:
        yield from row.problems


# ---- the table as a whole


def _read(frame: pl.DataFrame, places: Mapping[str, int]) -> tuple[Columns, Mask]:
    """Return the columns of *frame*, attributes without their types yet, and which rows can't be kept."""
    bad = np.zeros(frame.height, dtype=np.bool_)

    def sound(read: tuple[T, Mask | None]) -> T:
        values, wrong = read
        if wrong is not None:
            np.logical_or(bad, wrong, out=bad)
        return values

    by_role = {role: frame.to_series(place) for role, place in places.items()}
    codes = cells.read_any_organizations if CASE.name in places else cells.read_organizations
    types = sound(_names(by_role[EVENT.name], cells.read_type))
    times = sound(_dates(by_role[TIME.name], cells.read_time))
    cases = sound(_names(by_role[CASE.name], cells.read_case)) if CASE.name in places else None
    organizations = None
    if ORGANIZATIONS.name in places:
        organizations = sound(_organizations(by_role[ORGANIZATIONS.name], lambda cell: ";".join(codes(cell))))
    untils = sound(_dates(by_role[UNTIL.name], cells.read_until)) if UNTIL.name in places else None
    ids = sound(_ids(by_role[EVENT_ID.name])) if EVENT_ID.name in places else None
    others = [column for number, column in enumerate(frame.iter_columns()) if number not in places.values()]
    attributes = {column.name: sound(_values(column)) for column in others}
    if untils is not None:
        sound((untils, (untils.last < times.first).fill_null(value=False).to_numpy()))
        untils = None if untils.first.null_count() == len(untils) else untils
    if ids is not None:
        sound((ids, _repeated(ids)))
        ids = ids if (ids != "").any() else None
    return Columns(types, times, cases, organizations, ids, untils, attributes), bad


def _repeated(ids: pl.Series) -> Mask | None:
    """Return which rows bear the id of an earlier one."""
    named = ids.filter(ids != "")
    if named.n_unique() == len(named):
        return None
    return (~ids.is_first_distinct() & (ids != "")).to_numpy()


def _first_holders(ids: pl.Series | None, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the first row of each id that is borne by one of *rows*: a problem names it."""
    if ids is None:
        return rows
    holders = pl.DataFrame({"id": ids}).with_row_index("row").filter(pl.col("id") != "")
    wanted = pl.DataFrame({"id": ids[rows]}).unique()
    first = holders.join(wanted, on="id", how="semi").group_by("id").agg(pl.col("row").min())
    return first["row"].to_numpy().astype(np.int64)


# ---- distinct cells


def _distinct(column: pl.Series) -> tuple[Codes, pl.Series]:
    """Return the distinct cells of a *column*, null the last of them, and the number of each row's."""
    if column.dtype == pl.String:
        # Categories of its own: the common ones hold the texts of every other frame too.
        column = column.cast(pl.Categorical(pl.Categories.random()))
    if isinstance(column.dtype, pl.Categorical):
        distinct = column.dtype.categories.to_series().alias("")
        if len(distinct) > len(column) + MANY:
            return _distinct(column.cast(pl.String))
        physical = column.to_physical()
    elif isinstance(column.dtype, pl.Enum):
        distinct, physical = column.dtype.categories, column.to_physical()
    else:
        distinct = column.drop_nulls().unique(maintain_order=True)
        numbers = pl.arange(len(distinct), eager=True, dtype=pl.UInt32)
        physical = column.replace_strict(distinct, numbers, default=None, return_dtype=pl.UInt32)
    if physical.null_count():
        physical = physical.cast(pl.UInt32).fill_null(len(distinct))
        distinct = distinct.extend_constant(None, 1)
    return physical.cast(pl.UInt32).to_numpy(), distinct


def _is_varied(column: pl.Series) -> bool:
    """Return whether a *column* of text has so many distinct texts that nothing is won by looking at each once."""
    return column.dtype == pl.String and column.head(2 * MANY).n_unique() > MANY


def _is_opaque(column: pl.Series) -> bool:
    """Return whether no cell of a *column* can be read, whatever it is for: lists, bytes, lengths of time."""
    kind = column.dtype
    return kind.is_nested() or isinstance(kind, pl.Binary | pl.Duration | pl.Null)


def _without_opaque(column: pl.Series) -> tuple[pl.Series, Mask | None]:
    """Return a *column* without cells that can't be read, and where they were."""
    if not _is_opaque(column):
        return column, None
    return pl.repeat(None, len(column), dtype=pl.String, eager=True), column.is_not_null().to_numpy()


def _both(one: Mask | None, other: Mask | None) -> Mask | None:
    """Return the rows that are bad for either reason."""
    if one is None or other is None:
        return other if one is None else one
    return one | other


# ---- names


def _names(column: pl.Series, reader: Callable[[object], str]) -> tuple[Coded, Mask | None]:
    """Return the names in a *column* of types, cases or organizations."""
    column, opaque = _without_opaque(column)
    codes, distinct = _distinct(column)
    names = _tidied(distinct, reader) if distinct.dtype == pl.String else _read_each(distinct, reader)
    coded, bad = _coded(codes, names, tidy=names is distinct)
    return coded, _both(opaque, bad)


def _organizations(column: pl.Series, reader: Callable[[object], str]) -> tuple[Coded, Mask | None]:
    """Return the codes in a *column*, which may hold them in lists."""
    lists = None
    if isinstance(column.dtype, pl.Array):
        column = column.arr.to_list()
    if isinstance(column.dtype, pl.List) and _is_text(column.dtype.inner):
        joined = column.cast(pl.List(pl.String)).list.join(";", ignore_nulls=False)
        lists = (joined.is_null() & column.is_not_null()).to_numpy()
        column = joined
    column, opaque = _without_opaque(column)
    codes, distinct = _distinct(column)
    coded, bad = _coded(codes, _read_each(distinct, reader), tidy=False)
    return coded, _both(_both(lists, opaque), bad)


def _is_text(kind: object) -> bool:
    return kind == pl.String or isinstance(kind, pl.Categorical | pl.Enum)


def _ids(column: pl.Series) -> tuple[pl.Series, Mask | None]:
    """Return the ids in a *column* (String, empty where there is none)."""
    column, opaque = _without_opaque(column)
    if column.dtype == pl.String:
        return _tidied(column.fill_null(""), cells.read_name), opaque
    if column.dtype.is_integer():
        return column.cast(pl.String).fill_null(""), opaque
    codes, distinct = _distinct(column)
    return _read_each(distinct, cells.read_name).gather(pl.Series(codes)), opaque


def _tidied(texts: pl.Series, reader: Callable[[object], str | None]) -> pl.Series:
    """Return the names in *texts*, null where *reader* finds none; what has no blank around is its own name."""
    untidy = texts.str.contains(UNTIDY).fill_null(value=True)
    if not untidy.any():
        return texts
    codes, distinct = _distinct(texts.filter(untidy))
    return texts.clone().scatter(untidy.arg_true(), _read_each(distinct, reader).gather(pl.Series(codes)))


def _read_each(distinct: pl.Series, reader: Callable[[object], str | None]) -> pl.Series:
    """Return the text that *reader* finds in each cell, null where it finds none."""
    names: list[str | None] = []
    for cell in distinct.to_list():
        try:
            names.append(reader(cell))
        except cells.CellError:
            names.append(None)
    return pl.Series(names, dtype=pl.String)


def _coded(codes: Codes, names: pl.Series, *, tidy: bool) -> tuple[Coded, Mask | None]:
    """Return the column whose rows bear these *names* by number, each kept once; null is a bad one."""
    if tidy:
        return Coded(codes, names), None
    once = names.drop_nulls().unique(maintain_order=True)
    order = pl.arange(len(once), eager=True, dtype=pl.UInt32)
    numbers = names.replace_strict(once, order, default=0, return_dtype=pl.UInt32).fill_null(0).to_numpy()
    bad = names.is_null().to_numpy()[codes] if names.null_count() else None
    return Coded(numbers[codes], once), bad


# ---- dates


def _dates(column: pl.Series, reader: Callable[[object], Interval | None]) -> tuple[Dates, Mask | None]:
    """Return the dates in a *column*, and where *reader* finds none."""
    column, opaque = _without_opaque(column)
    if isinstance(column.dtype, pl.Date | pl.Datetime):
        gaps = column.is_null().to_numpy() if column.null_count() and reader is cells.read_time else None
        return _typed_dates(column), gaps
    if _is_varied(column):
        return _long_dates(column, reader)
    codes, distinct = _distinct(column)
    dates, bad = _few_dates(distinct, reader) if len(distinct) <= MANY else _long_dates(distinct, reader)
    rows = pl.Series(codes)
    written = _written(codes, dates.written)
    gathered = Dates(dates.first.gather(rows), dates.last.gather(rows), written)
    return gathered, _both(opaque, None if bad is None else bad[codes])


def _typed_dates(column: pl.Series) -> Dates:
    """Return the dates in a *column* of days or instants."""
    if column.dtype == pl.Date:
        first = column.cast(INSTANTS)
        return Dates(first, first + DAY, column)
    instants = column.dt.cast_time_unit("us")
    utc = instants.to_physical().cast(INSTANTS)
    return Dates(utc, utc, instants)


def _written(codes: Codes, recorded: pl.Series) -> pl.Series:
    """Return the dates as recorded, one a row, each text kept once."""
    once = recorded.drop_nulls().unique(maintain_order=True)
    order = pl.arange(len(once), eager=True, dtype=pl.UInt32)
    numbers = recorded.replace_strict(once, order, default=None, return_dtype=pl.UInt32)
    return numbers.gather(pl.Series(codes)).cat.to(pl.Enum(once))


def _few_dates(distinct: pl.Series, reader: Callable[[object], Interval | None]) -> tuple[Dates, Mask | None]:
    """Return the date that *reader* finds in each cell, and where it finds none."""
    dates: list[Interval | None] = []
    bad = []
    for number, cell in enumerate(distinct.to_list()):
        try:
            dates.append(reader(cell))
        except DateError:
            dates.append(None)
            bad.append(number)
    mask = np.zeros(len(dates), dtype=np.bool_)
    mask[bad] = True
    return dated(dates), mask if bad else None


def _long_dates(texts: pl.Series, reader: Callable[[object], Interval | None]) -> tuple[Dates, Mask | None]:
    """Return the dates in *texts* that are nearly all distinct: by their parts, which are not.

    A day, a time of day, and what follows the seconds (a fraction, an offset) are read each by itself, and summed up.
    What can't be cut so, because it is partial, wrong, or has blanks around, is read as a whole.
    """
    day = _moments(texts.str.slice(0, 10), "")
    clock = _moments(texts.str.slice(10, 9), SOME_DAY)
    rest = _moments(texts.str.slice(19), MIDNIGHT)
    first = day.first + clock.first + rest.first
    last = day.first + clock.last + rest.last
    # Only a time of day to the second can go on, and a sum may lie outside of the years.
    whole = (texts.str.len_bytes() <= 19) | (clock.first == clock.last)
    plain = (whole & (first >= EARLIEST) & (last <= LATEST)).fill_null(value=False)
    dates = Dates(first.cast(INSTANTS), last.cast(INSTANTS), texts)
    return (dates, None) if plain.all() else _mended(dates, ~plain, reader)


def _mended(dates: Dates, odd: pl.Series, reader: Callable[[object], Interval | None]) -> tuple[Dates, Mask | None]:
    """Return *dates* with those that are *odd* read as a whole, and where *reader* finds none."""
    codes, distinct = _distinct(dates.written.filter(odd))
    few, wrong = _few_dates(distinct, reader)
    rows, numbers = odd.arg_true(), pl.Series(codes)
    columns = ((dates.first, few.first), (dates.last, few.last), (dates.written, few.written))
    mended = Dates(*(column.clone().scatter(rows, values.gather(numbers)) for column, values in columns))
    if wrong is None:
        return mended, None
    bad = np.zeros(len(odd), dtype=np.bool_)
    bad[rows.to_numpy()] = wrong[codes]
    return mended, bad


def _moments(parts: pl.Series, before: str) -> Dates:
    """Return by how much each of *parts*, written behind *before*, moves on its instant (µs); null if it is no part.

    Behind nothing it is a day itself, counted from 1970.
    """
    codes, distinct = _distinct(parts)
    start = parse_interval(before).first if before else EPOCH
    dates, _ = _few_dates(distinct, partial(_part, before=before))
    rows = pl.Series(codes)
    first, last = ((column.to_physical() - _micros(start)).gather(rows) for column in (dates.first, dates.last))
    return Dates(first, last, parts)


def _part(part: object, before: str) -> Interval | None:
    """Return the date that *part* makes behind *before*; None if it makes none, or is no day where it stands alone."""
    written = f"{before}{part}"
    date = parse_interval(written)
    # Blanks around a part are blanks inside the whole.
    return date if date.recorded == written and len(written) >= len(SOME_DAY) else None


# ---- attributes


def _values(column: pl.Series) -> tuple[pl.Series, Mask | None]:
    """Return what is recorded in a *column*, as near to its own type as an attribute may have."""
    column, opaque = _without_opaque(column)
    kind = column.dtype
    if kind == pl.String:
        return _tidied_values(column), opaque
    if _is_text(kind):
        codes, distinct = _distinct(column)
        return _tidied_values(distinct).gather(pl.Series(codes)), opaque
    if kind.is_decimal():
        # Through text: a float made of the digits is the nearest one.
        return column.cast(pl.String).cast(pl.Float64), opaque
    if kind.is_float():
        return column.cast(pl.Float64), opaque
    return (iso_texts(column) if kind.is_temporal() else column), opaque


def _tidied_values(texts: pl.Series) -> pl.Series:
    return _tidied(texts, lambda cell: None if (value := cells.read_value(cell)) is None else str(value))


def _typed_as(values: pl.Series, type_: AttributeType, read: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Return the *values* of an attribute with the type that all rows of a longer log have in common."""
    if type_ != "string":
        return read(values).cast(polars_type(type_))
    if values.dtype != pl.Float64:
        return values.cast(pl.String)
    codes, distinct = _distinct(values)
    return _read_each(distinct, lambda cell: None if cell is None else str(cell)).gather(pl.Series(codes))


def _typed_by_kind(values: pl.Series) -> pl.Series:
    """Return the *values* of an attribute that bear a type already, with the nearest one that a log knows."""
    if values.null_count() == len(values):
        return values.cast(pl.String)
    if not values.dtype.is_integer():
        return values
    fits = values.cast(pl.Int64, strict=False)
    return fits if fits.null_count() == values.null_count() else values.cast(pl.String)


def _typed_by_text(values: pl.Series) -> pl.Series:
    """Return the *values* of an attribute with the type that all their texts can be read as."""
    if values.dtype != pl.String:
        return _typed_by_kind(values)
    if _is_varied(values):
        return _typed_by_form(values)
    codes, distinct = _distinct(values)
    type_, read = cells.type_text(distinct.to_list())
    return values if type_ == "string" else typed(read, type_).gather(pl.Series(codes))


def _typed_by_form(values: pl.Series) -> pl.Series:
    """Return the *values* of an attribute as `cells.type_text` does; too many differ for one to be true or false."""
    if not values.str.contains(PLAIN_NUMBER).all():
        return values
    integers = values.str.contains(PLAIN_INTEGER)
    # Past 64 bits it is a code.
    whole = values.filter(integers).cast(pl.Int64, strict=False)
    if whole.null_count():
        return values
    if integers.all():
        return values.cast(pl.Int64)
    numbers = values.cast(pl.Float64)
    return numbers if numbers.is_finite().all() else values
