"""Converting: a log in one format becomes the same log in another, under Onward's own names of columns.

A long log is read in batches and written as it goes. What is written is what was understood, row by row, so that a log
that has bad rows can't slip through; typed dates stay typed where the format has types, and text stays as it was.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import get_args

import polars as pl
from attrs import define, field, frozen
from polars import selectors

from onward.files import FRAMES, is_long, parse_table, read_frame, read_log
from onward.log.columns import Columns, Dates, columns_of, iso_texts
from onward.log.encoding import encode
from onward.log.log import AttributeType, EventLog
from onward.log.schema import CASE, EVENT, EVENT_ID, ORGANIZATIONS, ROLES, TIME, UNTIL, OnBadRows, column_of
from onward.problems import SHOWN, LogError, Problem, UsageError, suggestion
from onward.streaming.forms import ARROW, CSV, JSON_LINES, PARQUET, TSV, Form
from onward.streaming.output import Output, check_apart, form_of, open_output
from onward.streaming.progress import Progress
from onward.streaming.sorting import sorted_batches
from onward.streaming.source import open_source

BATCH = 1_000_000
"""Rows that are held at a time: some hundreds of megabytes."""
MOMENT = "moment"
"""What a log is sorted by: when each event counts."""
STRETCH = 25_000
"""Rows of a batch that go together to where they are sorted: much fewer cost more than they spare."""
INSTANTS = pl.Datetime("us")
WHEN = selectors.date() | selectors.datetime() | selectors.time()
"""The columns that say when, in types that polars has and an event log has not."""
TYPED = (PARQUET, ARROW)
SEPARATED = (CSV, TSV)
IN_TYPES = "write .parquet or .arrow, which can keep it"
CHECKS = (
    (
        "an infinite number can't be kept in text",
        f"leave it empty, or {IN_TYPES}",
        selectors.float().is_infinite(),
    ),
    (
        "a NUL byte can't be kept in separated text",
        f"delete it, or {IN_TYPES}",
        selectors.string().str.contains("\0", literal=True),
    ),
    (
        f"a text of more than {csv.field_size_limit():,} characters can't be kept in separated text",
        f"shorten it, or {IN_TYPES}",
        selectors.string().str.len_chars() > csv.field_size_limit(),
    ),
)
"""What separated text can't keep, and the first of them not even JSON: what it is, how to mend it, where it is so."""


@frozen
class Converted:
    """What became of a log that was converted.

    Attributes:
        read: the rows read.
        rejected: those that could not be read and were set aside.
        problems: what was wrong with the first of these.
        problem_count: how many problems there were.
        renamed: the columns that got Onward's own name, by the name that they had.
        retyped: the attributes of text that are read as something else where a format has no types.

    """

    read: int
    rejected: int
    problems: tuple[Problem, ...]
    problem_count: int
    renamed: Mapping[str, str]
    retyped: Mapping[str, AttributeType]

    @property
    def written(self) -> int:
        """The rows written."""
        return self.read - self.rejected


@frozen
class Part:
    """Some rows of a log: as they were understood and, where the columns had types, as they stood.

    Attributes:
        log: the rows that were kept.
        start: how many rows were read before these.
        frame: all of the rows; None where every cell was text.

    """

    log: EventLog
    start: int = 0
    frame: pl.DataFrame | None = None

    @property
    def kept(self) -> pl.Series:
        """The position of each row that was kept, from 0 where the part begins."""
        rows = pl.int_range(self.log.rows_read, eager=True)
        bad = [row.row - self.start for row in self.log.rejected]
        return rows.filter(~rows.is_in(bad)) if bad else rows


@frozen
class Incoming:
    """A log as it is read, and what is known of it before.

    Attributes:
        roles: the name that the column for each role has.
        rows: how many rows there are, if that is known.
        parts: the rows, at least one part, if an empty one.
        single: whether one part holds all.

    """

    roles: Mapping[str, str]
    rows: int | None
    parts: Iterator[Part]
    single: bool


@define
class Tally:
    """What has been counted so far; the fields are those of `Converted`."""

    read: int = 0
    rejected: int = 0
    problems: list[Problem] = field(factory=list)
    problem_count: int = 0

    def count(self, log: EventLog) -> None:
        """Count the rows of *log*."""
        self.read += log.rows_read
        self.rejected += len(log.rejected)
        self.problem_count += sum(len(row.problems) for row in log.rejected)
        problems = (problem for row in log.rejected for problem in row.problems)
        self.problems += islice(problems, SHOWN - len(self.problems))


def convert(  # noqa: PLR0913  # what is read and how, and what is written and how
    source: Path | str,
    output: Path | str,
    *,
    sort: bool = False,
    on_bad_rows: OnBadRows = "fail",
    batch: int = BATCH,
    progress: Progress | None = None,
) -> Converted:
    """Write the log file *source* to *output*, each in the format of its ending.

    Reading *output* gives the log that reading *source* gives. The columns come in the order `time`, `event`, `case`,
    `organizations`, `event_id`, `until`, as far as the log has them, then every attribute. The output appears when it
    is whole; what stood in its place is there until then.

    Args:
        source: a CSV, TSV, JSON Lines, Parquet or Arrow file, also gzipped text.
        output: .csv, .tsv, .jsonl, .parquet or .arrow (and their other endings).
        sort: order the rows by the last instant of their dates, as they count by default; ties stay as they stood.
        on_bad_rows: `fail` stops at rows that cannot be read; `set-aside` leaves them out and tells of the first.
        batch: how many rows of a long log are held at a time.
        progress: told of every batch.

    Returns:
        What became of the rows and of the names of the columns.

    Raises:
        LogError: the log can't be read, has bad rows, or holds what the format of *output* can't.
        UsageError: *output* can't be written, or is *source*.

    """
    path, target = Path(source), Path(output)
    _check_usage(path, target, on_bad_rows)
    incoming = _in_batches(path, on_bad_rows, batch) if is_long(path) else _as_a_whole(path, on_bad_rows)
    watch = progress or Progress(quiet=True)
    watch.total = incoming.rows if incoming.single or not sort or incoming.rows is None else 2 * incoming.rows
    tally = Tally()
    with open_output(target) as table, watch:
        batches = _batches(incoming, table.form, path.name, tally, watch)
        if not sort:
            columns = _write(table, (frame for frame, _ in batches))
        elif incoming.single:
            columns = _write(table, (_in_order(frame, moments) for frame, moments in batches))
        else:
            columns = _write_sorted(table, batches, batch, watch, tally)
        if table.form is JSON_LINES and not table.rows:
            what = "no row is left to write, and JSON Lines name the columns in each row alone"
            raise UsageError([Problem(str(target), what, "write a format that has a header, such as .csv")])
        table.finish()
    return Converted(
        read=tally.read,
        rejected=tally.rejected,
        problems=tuple(tally.problems),
        problem_count=tally.problem_count,
        renamed={name: role for role, name in incoming.roles.items() if name != role},
        retyped=_retyped(target, columns, incoming.roles) if table.form in SEPARATED else {},
    )


def _check_usage(path: Path, target: Path, on_bad_rows: OnBadRows) -> None:
    """Raise a UsageError where there is no need to read the log at *path* to know that it can't be converted."""
    form_of(target)
    check_apart(target, {"the log that is read": path})
    if on_bad_rows not in get_args(OnBadRows):
        mend = suggestion(str(on_bad_rows), get_args(OnBadRows))
        raise UsageError([Problem("on_bad_rows", f"there is no way {on_bad_rows!r} to treat bad rows", mend)])


# ---- reading


def _as_a_whole(path: Path, on_bad_rows: OnBadRows) -> Incoming:
    """Return the log in the file at *path*, read as `read_log` does, which names a bad row by its line."""
    if path.suffix.lower() in FRAMES:
        frame = read_frame(path)
        log = encode(frame, name=path.name, on_bad_rows=on_bad_rows)
        return Incoming(_roles(frame.columns), frame.height, iter([Part(log, frame=frame)]), single=True)
    log = read_log(path, on_bad_rows=on_bad_rows)
    return Incoming(_roles(_header(path)), log.rows_read, iter([Part(log)]), single=True)


def _header(path: Path) -> Sequence[str]:
    """Return the names of the columns in the text file at *path*."""
    try:
        return list(open_source(path).columns)
    except LogError:
        # Rows that polars can't cut were read with care, or set aside.
        return parse_table(path).header


def _in_batches(path: Path, on_bad_rows: OnBadRows, size: int) -> Incoming:
    """Return the log in the file at *path* in parts of *size* rows."""
    source = open_source(path)
    roles = _roles(list(source.columns))
    types = source.typed([name for name in source.columns if name not in roles.values()])

    def part(frame: pl.DataFrame, start: int) -> Part:
        texts = source.opened.text
        log = encode(frame, name=path.name, on_bad_rows=on_bad_rows, start=start, texts=texts, types=types)
        return Part(log, start, frame)

    def parts() -> Iterator[Part]:
        start = 0
        for frame in source.batches(size):
            yield part(frame, start)
            start += frame.height
        if not start:
            yield part(pl.DataFrame(schema=source.columns), 0)

    return Incoming(roles, source.rows, parts(), single=False)


def _roles(header: Sequence[str]) -> Mapping[str, str]:
    """Return the name in *header* of the column for each role."""
    return {role.name: header[at] for role in ROLES if (at := column_of(role, header)) is not None}


# ---- the table of one part


def _batches(
    incoming: Incoming, form: Form, name: str, tally: Tally, watch: Progress
) -> Iterator[tuple[pl.DataFrame, pl.Series]]:
    """Yield each part of the log as it is written in *form*, and when each of its events counts."""
    for part in incoming.parts:
        tally.count(part.log)
        rows = columns_of(part.log)
        frame = _table(part, rows, incoming.roles, typed=form in TYPED)
        if form not in TYPED:
            _check_text(frame, form, part, name)
        yield frame, rows.times.last
        watch.advance(part.log.rows_read)


def _table(part: Part, rows: Columns, roles: Mapping[str, str], *, typed: bool) -> pl.DataFrame:
    """Return the *rows* of *part* with the columns and in the order that a log has."""
    stood = {} if part.frame is None else {column.name: column for column in part.frame.select(WHEN).iter_columns()}
    nothing = pl.repeat(None, len(rows), dtype=pl.String, eager=True)

    def dates(role: str, read: Dates | None) -> pl.Series:
        column = stood.get(roles[role])
        if column is None or column.dtype == pl.Time:
            return nothing if read is None else read.recorded()
        values = _as_stood(nothing.cast(INSTANTS) if read is None else read.first, column.dtype)
        return values if typed else iso_texts(values)

    columns = {TIME.name: dates(TIME.name, rows.times), EVENT.name: rows.types.series()}
    if rows.cases is not None:
        columns[CASE.name] = rows.cases.series()
    if rows.organizations is not None:
        columns[ORGANIZATIONS.name] = _without_empty(rows.organizations.series())
    if EVENT_ID.name in roles:
        columns[EVENT_ID.name] = nothing if rows.ids is None else _without_empty(rows.ids)
    if UNTIL.name in roles:
        columns[UNTIL.name] = dates(UNTIL.name, rows.untils)
    columns |= rows.attributes
    if typed:
        columns |= {name: stood[name].gather(part.kept) for name in stood if name in rows.attributes}
    return pl.DataFrame(columns)


def _as_stood(instants: pl.Series, kind: pl.DataType) -> pl.Series:
    """Return the first *instants* of dates as the days or the instants of *kind* that they were read from."""
    zone = kind.time_zone if isinstance(kind, pl.Datetime) else None
    if zone is not None:
        return instants.dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    return instants.cast(pl.Date) if kind == pl.Date else instants


def _without_empty(texts: pl.Series) -> pl.Series:
    return texts.replace("", None)


def _check_text(frame: pl.DataFrame, form: Form, part: Part, name: str) -> None:
    """Raise a LogError where *frame* holds what would not be read again from text."""
    checks = CHECKS if form in SEPARATED else CHECKS[:1]
    problems = []
    for what, mend, fails in checks:
        for column in frame.select(fails.fill_null(value=False)).iter_columns():
            if column.any():
                row = part.start + part.kept[column.arg_max() or 0] + 1
                problems.append(Problem(f"{name}: row {row}: {column.name}", what, mend))
    if form in SEPARATED:
        odd = (column for column in frame.columns if column != column.strip() or "\0" in column)
        what = "a column of separated text can't be named {!r}"
        problems += [Problem(name, what.format(column), f"rename it, or {IN_TYPES}") for column in odd]
    if problems:
        raise LogError(problems)


# ---- writing


def _write(table: Output, frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Append all *frames* to *table*, and return the columns that they have, without a row."""
    for frame in frames:
        table.append(frame)
    return frame.clear()


def _in_order(frame: pl.DataFrame, moments: pl.Series) -> pl.DataFrame:
    """Return the rows of *frame* by their *moments*; those of one moment as they stood."""
    order = moments.to_frame(MOMENT).select(pl.arg_sort_by(MOMENT, maintain_order=True))
    return frame[order.to_series()]


def _write_sorted(
    table: Output, batches: Iterable[tuple[pl.DataFrame, pl.Series]], size: int, watch: Progress, tally: Tally
) -> pl.DataFrame:
    """Append all *batches* to *table* by the moments of their rows, by way of a file beside it, as `_write` does.

    Only a file of what was understood can be read in ranges of time, whatever the dates looked like; and where a row is
    bad, its number is still the one that it has in the log.
    """
    beside = table.path.with_name(f".{table.path.name}.onward-unsorted.parquet")
    try:
        with open_output(beside) as unsorted:
            for frame, moments in batches:
                # Short row groups, each with its own stretch of time: a range of time is in few of them.
                for rows in _in_order(_numbered(frame, moments), moments).iter_slices(STRETCH):
                    unsorted.append(rows)
            empty = frame.clear()
            if not unsorted.rows:
                table.append(empty)
                return empty
            unsorted.finish()
        watch.total = tally.read + unsorted.rows
        for rows in sorted_batches(open_source(beside), MOMENT, size):
            table.append(rows.select(pl.col(str(number)).alias(name) for number, name in enumerate(empty.columns)))
            watch.advance(rows.height)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
    return empty


def _numbered(frame: pl.DataFrame, moments: pl.Series) -> pl.DataFrame:
    """Return *frame* with its *moments*, and numbers for names, since an attribute may have any name."""
    return pl.DataFrame(
        [moments.alias(MOMENT), *(column.alias(str(number)) for number, column in enumerate(frame.iter_columns()))]
    )


def _retyped(target: Path, columns: pl.DataFrame, roles: Mapping[str, str]) -> Mapping[str, AttributeType]:
    """Return the attributes of text in *columns* that are something else to whoever reads the separated text."""
    texts = [name for name, kind in columns.schema.items() if kind == pl.String and name not in roles]
    return {name: type_ for name, type_ in open_source(target).typed(texts).items() if type_ != "string"}
