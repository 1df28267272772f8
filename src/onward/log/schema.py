"""Which columns a log needs, under which names, and what each row must hold: Table → EventLog."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, TypeVar

from attrs import frozen

from onward.log import cells
from onward.log.dates import DateError, Interval
from onward.log.log import EventLog, RejectedRow
from onward.log.table import Table
from onward.problems import SHOWN, LogError, Problem, nearest

OnBadRows = Literal["fail", "set-aside"]
Problems = dict[int, list[Problem]]  # by row
Places = Mapping[str, int]  # the number of the column for each role
T = TypeVar("T")
NO_CODES: tuple[str, ...] = ()


@frozen
class Role:
    """What a column is for.

    Attributes:
        name: the column's name.
        others: what other worlds call it (the first that is there counts).
        slips: what people call it who mean it, for the mend only.

    """

    name: str
    others: tuple[str, ...] = ()
    slips: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that is understood, the first one first."""
        return (self.name, *self.others)


TIME = Role(
    "time",
    ("date", "time:timestamp"),
    ("datum", "dato", "dates", "datetime", "timestamp", "when", "day", "start", "start_date", "year"),
)
EVENT = Role("event", ("event_type", "concept:name"), ("events", "type", "activity", "action", "kind"))
CASE = Role("case", ("case:concept:name",), ("cases", "case_id", "dyad", "pair", "partnership", "subject"))
ORGANIZATIONS = Role(
    "organizations", (), ("organization", "organisation", "organisations", "orgs", "actors", "parties")
)
EVENT_ID = Role("event_id")
UNTIL = Role("until", ("end_date",))
ROLES = (TIME, EVENT, CASE, ORGANIZATIONS, EVENT_ID, UNTIL)


def build_log(table: Table, on_bad_rows: OnBadRows) -> EventLog:
    """Return the log that *table* holds.

    Raises:
        LogError: a column is missing, or there are bad rows and *on_bad_rows* is not `set-aside`.

    """
    places = find_columns(table)
    problems: Problems = {}

    def read(role: Role, reader: Callable[[object], T], absent: T) -> Mapping[int, T]:
        if role.name not in places:
            return dict.fromkeys(range(len(table.rows)), absent)
        return read_column(table, places[role.name], reader, problems)

    has_case, has_organizations = CASE.name in places, ORGANIZATIONS.name in places
    times = read_column(table, places[TIME.name], cells.read_time, problems)
    types = read_column(table, places[EVENT.name], cells.read_type, problems)
    case_names = read(CASE, cells.read_case, "")
    codes = cells.read_any_organizations if has_case else cells.read_organizations
    organizations = read(ORGANIZATIONS, codes, NO_CODES)
    untils = read(UNTIL, cells.read_until, None)
    ids = read(EVENT_ID, cells.read_name, "")
    others = [number for number in range(len(table.header)) if number not in places.values()]
    attributes = {table.header[number]: read_column(table, number, cells.read_value, problems) for number in others}
    for row, problem in (*backward_spans(table, places, times, untils), *repeated_ids(table, places, ids)):
        problems.setdefault(row, []).append(problem)

    rejected = rejected_rows(table, problems)
    if rejected and on_bad_rows == "fail":
        raise LogError(problem for row in rejected for problem in row.problems)
    kept = [row for row in range(len(table.rows)) if row not in problems]
    typed = {name: table.type_column([values[row] for row in kept]) for name, values in attributes.items()}
    return EventLog(
        name=table.name,
        types=tuple(types[row] for row in kept),
        times=tuple(times[row] for row in kept),
        ids=tuple(ids[row] for row in kept),
        untils=tuple(untils[row] for row in kept),
        has_case=has_case,
        case_names=tuple(case_names[row] for row in kept) if has_case else (),
        has_organizations=has_organizations,
        organizations=tuple(organizations[row] for row in kept) if has_organizations else (),
        attributes={name: type_ for name, (type_, _) in typed.items()},
        columns={name: values for name, (_, values) in typed.items()},
        rejected=rejected,
    )


def read_column(table: Table, number: int, reader: Callable[[object], T], problems: Problems) -> dict[int, T]:
    """Return what *reader* makes of each cell of a column, by row; a cell it can't read goes to *problems*."""
    values: dict[int, T] = {}
    # Logs repeat themselves: reading a text once halves the time and keeps one value for all its rows.
    # Text only, because 1, 1.0 and True are one key.
    known: dict[str, T] = {}
    for row, cell in enumerate(table.columns[number]):
        if isinstance(cell, str) and cell in known:
            values[row] = known[cell]
            continue
        try:
            values[row] = reader(cell)
            if isinstance(cell, str):
                known[cell] = values[row]
        except (cells.CellError, DateError) as error:
            where = f"{table.place(row)}: {table.header[number]}"
            problems.setdefault(row, []).append(Problem(where, error.what, error.mend))
    return values


def rejected_rows(table: Table, problems: Problems) -> tuple[RejectedRow, ...]:
    """Return every row that can't be kept, in the order read: those with *problems*, and those never cut into cells."""
    bad = [RejectedRow(table.line(row), table.rows[row], tuple(problems[row]), table.fields(row)) for row in problems]
    return tuple(sorted((*table.broken, *bad), key=lambda rejected: rejected.row))


def backward_spans(
    table: Table, places: Places, times: Mapping[int, Interval], untils: Mapping[int, Interval | None]
) -> Iterator[tuple[int, Problem]]:
    """The event ended before it began, whatever the days inside its dates."""
    for row, until in untils.items():
        if until is not None and row in times and until.last < times[row].first:
            where = f"{table.place(row)}: {table.header[places[UNTIL.name]]}"
            what = f"it ended in {until.recorded}, before it began in {times[row].recorded}"
            yield row, Problem(where, what, "swap the two dates, or correct one of them")


def repeated_ids(table: Table, places: Places, ids: Mapping[int, str]) -> Iterator[tuple[int, Problem]]:
    """The row bears the id of an earlier one, so a step could not say which of them it stands for."""
    first: dict[str, int] = {}
    for row, name in ids.items():
        if name and first.setdefault(name, row) != row:
            where = f"{table.place(row)}: {table.header[places[EVENT_ID.name]]}"
            what = f"{name!r} is already the id of {table.position(first[name])}"
            yield row, Problem(where, what, "give each event its own id, or delete the copy")


def find_columns(table: Table) -> Places:
    """Return the number of the column for each role that *table* has.

    Raises:
        LogError: there is no time, no event, or neither a case nor organizations.

    """
    found = {role.name: column_of(role, table.header) for role in ROLES}
    places = {name: number for name, number in found.items() if number is not None}
    unused = [name for number, name in enumerate(table.header) if number not in places.values()]
    needed = ((TIME,), (EVENT,), (CASE, ORGANIZATIONS))
    missing = [roles for roles in needed if not any(role.name in places for role in roles)]
    if missing:
        raise LogError(missing_column(roles, unused, table) for roles in missing)
    return places


def column_of(role: Role, header: Sequence[str]) -> int | None:
    """Return the number of the column in *header* that plays *role*; its main name wins over the others."""
    return next((header.index(name) for name in role.names if name in header), None)


def missing_column(roles: Sequence[Role], unused: Sequence[str], table: Table) -> Problem:
    """Return the problem that no column plays any of *roles*, with the one of *unused* that may be meant."""
    wanted = " or ".join(repr(role.name) for role in roles)
    shown = [*table.header[:SHOWN], *(["..."] if len(table.header) > SHOWN else [])]
    what = f"there is no column {wanted} among {', '.join(shown)}" if shown else f"there is no column {wanted}"
    for role in roles:
        if meant := likely_column(role, unused):
            return Problem(table.head, what, f"if {meant!r} is it, rename that column to {role.name!r}")
    understood = ", ".join(other for role in roles for other in role.others)
    return Problem(table.head, what, f"add it ({understood} would be understood too)")


def likely_column(role: Role, unused: Sequence[str]) -> str | None:
    """Return the one of the *unused* columns that was likely meant to play *role*."""
    known = {bare(name) for name in (*role.names, *role.slips)}
    same = (name for name in unused if bare(name) in known)
    near = (nearest(name, unused) for name in role.names)
    return next(same, None) or next(filter(None, near), None)


def bare(name: str) -> str:
    """Return the letters and digits of *name*, in lower case."""
    return re.sub(r"[\W_]", "", name).casefold()
