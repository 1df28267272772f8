"""Orders: which of two events came first, where that is known better than their dates.

A date is an interval of instants. What is known of the order leaves fewer of them, and none where the two contradict.
Knows no model.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from attrs import evolve, field, frozen

from onward.files import parse_table
from onward.log.log import EventLog
from onward.log.table import Table
from onward.problems import LogError, Problem, UsageError, suggestion

BEFORE, AFTER = "before_id", "after_id"

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # naive UTC throughout
_MICROSECOND = timedelta(microseconds=1)


@frozen
class Order:
    """One event happened before another.

    Attributes:
        before: the id of the earlier event.
        after: the id of the later one.
        place: where it is said, if in a file.

    """

    before: str
    after: str
    place: str = field(default="", eq=False, repr=False)

    def __str__(self) -> str:
        return f"{self.before} before {self.after}"


def load_order(path: str | os.PathLike[str]) -> tuple[Order, ...]:
    """Return the order of events that a file says: columns `before_id` and `after_id`, and any others.

    Raises:
        LogError: the file cannot be read, or has no such columns, or a row lacks an id.

    """
    return build_order(table_at(Path(path), f"{BEFORE} and {AFTER}, and a row for each two events"))


def table_at(path: Path, needed: str) -> Table:
    """Return the table at *path*, which is no log: if it is empty, the mend is the columns that are *needed*.

    Raises:
        LogError: it cannot be read.

    """
    try:
        return parse_table(path)
    except LogError as error:
        if [problem.what for problem in error.problems] != ["the file is empty"]:
            raise
        raise LogError(evolve(problem, mend=f"it needs the columns {needed}") for problem in error.problems) from None


def build_order(table: Table) -> tuple[Order, ...]:
    """Return the order of events in *table*.

    Raises:
        LogError: as `load_order`.

    """
    problems = [problem for row in table.broken for problem in row.problems]
    for name in (BEFORE, AFTER):
        if name not in table.header:
            mend = suggestion(name, table.header, otherwise=f"add a column `{name}`")
            problems.append(Problem(table.head, f"there is no column {name!r}", mend))
    if problems:
        raise LogError(problems)
    found = []
    columns = [table.columns[table.header.index(name)] for name in (BEFORE, AFTER)]
    for row, (before, after) in enumerate(zip(*map(_texts, columns), strict=True)):
        place = table.place(row)
        problems += [
            Problem(f"{place}: {name}", "there is no event id", "write the id of an event, or delete the row")
            for name, text in ((BEFORE, before), (AFTER, after))
            if not text
        ]
        found.append(Order(before, after, place))
    if problems:
        raise LogError(problems)
    return tuple(found)


def _texts(cells: Sequence[object]) -> list[str]:
    return ["" if cell is None else str(cell).strip() for cell in cells]


def listed(given: Iterable[Order | tuple[str, str]]) -> tuple[Order, ...]:
    """Return what is known of the order, pairs of ids included, as values."""
    return tuple(map(_order, [given] if isinstance(given, str | Order) else given))


def _order(given: object) -> Order:
    if isinstance(given, Order):
        return given
    if isinstance(given, tuple | list) and len(given) == 2 and all(isinstance(each, str) for each in given):
        return Order(*given)
    mend = 'write pairs of ids, [("H001", "H002")], or read a file with load_order'
    raise UsageError([Problem("order", f"{given!r} does not say which of two events came first", mend)])


def fingerprint_of(known: Iterable[Order]) -> str:
    """Return the SHA-256 of what is *known* of the order, in hexadecimal; said twice or in another order, the same."""
    from hashlib import sha256  # noqa: PLC0415  # a result that is printed asks for none

    pairs = sorted({(each.before, each.after) for each in known})
    return sha256(repr(pairs).encode()).hexdigest()


def instant_of(moment: datetime) -> int:
    """Return *moment* in microseconds since 1970."""
    return (moment - EPOCH) // _MICROSECOND


def moment_of(instant: int) -> datetime:
    """Return the moment so many microseconds after 1970 began."""
    return EPOCH + instant * _MICROSECOND


@frozen(eq=False)
class Room:
    """When the events of a log may have happened, by their dates and by their order together.

    Instants are whole microseconds since 1970. Two events of one instant happen in the order of the file.

    Attributes:
        first: for every row the first instant that is left.
        last: for every row the last one.
        pairs: the rows of which one came before the other, each pair once, so that what comes first is said first.
        loose_first: as *first*, where one that comes first may be at the same instant, wherever it stands in the file.
        loose_last: as *last*, likewise.

    """

    first: tuple[int, ...]
    last: tuple[int, ...]
    pairs: tuple[tuple[int, int], ...]
    loose_first: tuple[int, ...]
    loose_last: tuple[int, ...]

    @cached_property
    def groups(self) -> tuple[tuple[int, ...], ...]:
        """The rows that hang together by their order; rows of no pair are in no group."""
        found: dict[int, set[int]] = {}
        for before, after in self.pairs:
            joined = found.get(before, {before}) | found.get(after, {after})
            found.update(dict.fromkeys(joined, joined))
        each = {min(group): group for group in found.values()}
        return tuple(tuple(sorted(each[start])) for start in sorted(each))

    @cached_property
    def group_of(self) -> Mapping[int, tuple[int, ...]]:
        """For every row of a group, the group."""
        return {row: group for group in self.groups for row in group}

    def is_uncertain(self, row: int) -> bool:
        """Tell whether more than one instant is left for a *row*."""
        return self.first[row] < self.last[row]

    def around(self, row: int, instant: int, others: Sequence[int]) -> list[int]:
        """Return instants of all rows: *row* at this *instant*, the *others* as given unless the order keeps them off.

        Args:
            row: whose instant is set.
            instant: one that is left for it.
            others: the instants of all rows, in an order that is known to be right.

        """
        first, last = list(self.first), list(self.last)
        first[row] = last[row] = instant
        _tighten(self.pairs, first, last)
        # Whatever is in order stays so if all of it is raised to, or lowered to, bounds that are in order themselves.
        return [min(max(other, low), high) for other, low, high in zip(others, first, last, strict=True)]


def gap(before: int, after: int) -> int:
    """Return by how much the row *after* must be later: at one instant the file says which of two comes first."""
    return 0 if before < after else 1


def room_for(log: EventLog, order: Iterable[Order | tuple[str, str]] = ()) -> Room:
    """Return when the events of *log* may have happened, in this *order*.

    Raises:
        UsageError: an id is not in the log or stands there twice, the order goes in a circle, or the dates leave no
            instants for it.

    """
    known = listed(order)
    first = [instant_of(time.first) for time in log.times]
    last = [instant_of(time.last) for time in log.times]
    by_pair = _rows_of(log, known)
    pairs = _sorted(log, by_pair)
    _check_dates(log, by_pair, pairs, first, last)
    loose_first, loose_last = list(first), list(last)
    _tighten(pairs, first, last)
    _tighten(pairs, loose_first, loose_last, strict=False)
    return Room(tuple(first), tuple(last), pairs, tuple(loose_first), tuple(loose_last))


def _tighten(pairs: Sequence[tuple[int, int]], first: list[int], last: list[int], *, strict: bool = True) -> None:
    """Take from *first* and *last* what the order rules out; *pairs* say what comes first first."""
    for before, after in pairs:
        first[after] = max(first[after], first[before] + strict * gap(before, after))
    for before, after in reversed(pairs):
        last[before] = min(last[before], last[after] - strict * gap(before, after))


def _rows_of(log: EventLog, known: Sequence[Order]) -> dict[tuple[int, int], Order]:
    """Return for each pair of rows what says that it is one."""
    if not known:
        return {}
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(log.ids):
        rows.setdefault(name, []).append(row)
    rows.pop("", None)
    problems = [problem for each in known for problem in _misnamed(each, rows, log.name)]
    if problems:
        raise UsageError(problems)
    return {(rows[each.before][0], rows[each.after][0]): each for each in reversed(known)}


def _misnamed(order: Order, rows: Mapping[str, Sequence[int]], log: str) -> Iterator[Problem]:
    for name in dict.fromkeys((order.before, order.after)):
        where = order.place or f"order: {order}"
        if name not in rows:
            mend = suggestion(name, rows, otherwise="write the id of an event of the log")
            yield Problem(where, f"{log} has no event {name!r}", mend)
        elif len(rows[name]) > 1:
            listed = " and ".join(str(row + 1) for row in rows[name])
            yield Problem(where, f"rows {listed} of {log} both have the id {name!r}", "give each event its own id")


def _sorted(log: EventLog, pairs: Mapping[tuple[int, int], Order]) -> tuple[tuple[int, int], ...]:
    """Return *pairs* so that those about earlier events come first.

    Raises:
        UsageError: they go in a circle.

    """
    waits: dict[int, set[int]] = {}
    for before, after in pairs:
        waits.setdefault(before, set())
        waits.setdefault(after, set()).add(before)
    rank: dict[int, int] = {}
    while free := sorted(row for row, others in waits.items() if others <= rank.keys()):
        for row in free:
            rank[row] = len(rank)
            del waits[row]
    if waits:
        circle = _circle(waits)
        told = " before ".join(log.ids[row] for row in (*circle, circle[0]))
        place = pairs[circle[0], circle[1 % len(circle)]].place
        raise UsageError([Problem(place or "order", f"{told}: the order goes in a circle", "take one of them out")])
    return tuple(sorted(pairs, key=lambda pair: (rank[pair[0]], rank[pair[1]])))


def _circle(waits: Mapping[int, set[int]]) -> list[int]:
    """Return rows each of which must come before the next, and the last before the first."""
    trail = [min(waits)]
    while (row := min(other for other in waits[trail[-1]] if other in waits)) not in trail:
        trail.append(row)
    circle = trail[trail.index(row) :][::-1]
    start = circle.index(min(circle))
    return circle[start:] + circle[:start]


def _check_dates(
    log: EventLog,
    known: Mapping[tuple[int, int], Order],
    pairs: Sequence[tuple[int, int]],
    first: Sequence[int],
    last: Sequence[int],
) -> None:
    """Make sure that the dates leave instants for *pairs*.

    Raises:
        UsageError: they do not.

    """
    earliest, origin = list(first), list(range(len(first)))
    problems = []
    for before, after in pairs:
        least = earliest[before] + gap(before, after)
        if least > earliest[after]:
            earliest[after], origin[after] = least, origin[before]
        if least > last[after]:
            problems.append(_impossible(log, known[before, after], origin[before], before, after))
            # One contradiction is told once, not again for all that comes later.
            earliest[after], origin[after] = first[after], after
    if problems:
        raise UsageError(problems)


def _impossible(log: EventLog, order: Order, origin: int, before: int, after: int) -> Problem:
    """Return the problem that the row *after* has no instant left, for it comes after *origin*, by way of *before*."""
    way = "" if origin == before else f", which comes before {log.ids[before]},"
    same = log.times[origin] == log.times[after]
    mend = "exchange the two rows: at one instant the order of the file counts" if same else "correct one of the dates"
    one, other = (f"{log.ids[row]} ({log.times[row].recorded})" for row in (origin, after))
    what = f"{one}{way} cannot come before {other}"
    return Problem(order.place or f"order: {order}", what, f"{mend}, or leave this out of the order")
