"""Codings: two logs of the same cases side by side, where they differ, and whether it matters.

Two people who code the same sources seldom write the same log. What each difference comes to is found by replaying the
cases that it touches with that difference alone settled the other way.
"""

import itertools
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from attrs import asdict, evolve, field, frozen

from onward.history.histories import Engine
from onward.history.manifest import manifest_of
from onward.history.notes import columns_asked
from onward.history.stepping import Reading, checked_reading, instant
from onward.history.window import end_of, window_of
from onward.log.cells import spell
from onward.log.dates import Interval
from onward.log.framed import given_log
from onward.log.log import AttributeType, EventLog, Value
from onward.model.model import Model
from onward.problems import UsageError
from onward.scenario.fates import Difference, Fate, differences, fates_of, table_of, unborn, weight_of
from onward.scenario.rows import Row, cases_of, row_of
from onward.scenario.strands import Strand, replay_strands

if TYPE_CHECKING:
    import polars as pl

Kind = Literal["cell", "only here", "only there"]

OWN = ("event", "time", "case", "until")
"""What is compared beside attributes; the case is one, or the pairs of those who took part."""


@frozen
class Disagreement:
    """One thing that the two logs say otherwise.

    Attributes:
        kind: `cell` (one column of a row that both have), `only here` (a row of the first log alone) or `only there`.
        cases: the cases that it touches.
        event_id: the id of the row, or its number from 1 in the log that has it.
        event: its type, in the first log if both have the row.
        recorded: its date, likewise.
        row: the row in the first log, from 0; None if it is not there.
        other_row: the row in the other.
        column: the column of a cell, "" for a whole row.
        here: what the first log says in it.
        there: what the other says.
        effects: what comes out otherwise than the first log has it, if this alone is as in the other.

    """

    kind: Kind
    cases: tuple[str, ...]
    event_id: str
    event: str
    recorded: str
    row: int | None
    other_row: int | None
    column: str = ""
    here: Value = None
    there: Value = None
    effects: tuple[Difference, ...] = ()

    @property
    def matters(self) -> bool:
        """Whether a case ends elsewhere, comes to other places, or at other dates."""
        return bool(self.effects)

    @property
    def decides(self) -> bool:
        """Whether a case ends elsewhere."""
        return any(each.what == "end" for each in self.effects)


@frozen
class Agreement:
    """How far the two logs agree in one column.

    Attributes:
        column: the column.
        rows: how many rows both have in which at least one of them records something.
        agreeing: in how many of these they say the same.
        kappa: Cohen's kappa (for `event` alone), None where chance would agree always or nothing is compared.

    """

    column: str
    rows: int
    agreeing: int
    kappa: float | None = None

    @property
    def share(self) -> float | None:
        """The share of rows that agree, None of none."""
        return self.agreeing / self.rows if self.rows else None


@frozen
class CodedCase:
    """Where one case ends by either log.

    Attributes:
        case: the case.
        track: the track, None in a model without tracks.
        here: the place at the end by the first log.
        there: the place at the end by the other.
        label_here: the first place as it is printed.
        label_there: the other.
        disagreements: how many things the logs say otherwise of the case.
        deciding: how many of them, each alone, make the case end elsewhere on this track.
        effects: what comes out otherwise by the other log on this track, all things taken together.

    """

    case: str
    track: str | None
    here: str
    there: str
    label_here: str
    label_there: str
    disagreements: int
    deciding: int
    effects: tuple[Difference, ...]

    @property
    def same(self) -> bool:
        """Whether it ends at the same place by both."""
        return self.here == self.there


DISAGREEMENTS: Mapping[str, str] = {
    "kind": "String",
    "cases": "String",
    "event_id": "String",
    "event": "String",
    "recorded": "String",
    "row": "Int64",
    "other_row": "Int64",
    "column": "String",
    "here": "String",
    "there": "String",
    "matters": "Boolean",
    "decides": "Boolean",
}
AGREEMENTS: Mapping[str, str] = {
    "column": "String",
    "rows": "Int64",
    "agreeing": "Int64",
    "share": "Float64",
    "kappa": "Float64",
}
CODED_CASES: Mapping[str, str] = {
    "case": "String",
    "track": "String",
    "here": "String",
    "there": "String",
    "label_here": "String",
    "label_there": "String",
    "same": "Boolean",
    "disagreements": "Int64",
    "deciding": "Int64",
}


@frozen(eq=False)
class Codings:
    """Two logs of the same cases side by side. What matters is a statement about the model, not about the world.

    Attributes:
        model: what may happen.
        log: the first log.
        other: the other.
        as_of: the end of the window of both; None: two empty logs.
        reading: which end of a date counts.
        matched: the rows that both have, as pairs of positions in the two logs.
        only_columns: the attributes that one log alone has a column for, and the model does not ask for.
        reordered: pairs of events, by id, of one case and one instant, that stand the other way round in the other log.
        disagreement_rows: what the logs say otherwise; what changes most comes first.
        agreement_rows: how far they agree, column by column.
        case_rows: where each case ends by either log.

    """

    model: Model
    log: EventLog
    other: EventLog
    as_of: Interval | None
    reading: Reading
    matched: tuple[tuple[int, int], ...] = field(repr=False)
    only_columns: tuple[str, ...]
    reordered: tuple[tuple[str, str], ...]
    disagreement_rows: tuple[Disagreement, ...] = field(repr=False)
    agreement_rows: tuple[Agreement, ...] = field(repr=False)
    case_rows: tuple[CodedCase, ...] = field(repr=False)

    @property
    def agrees(self) -> bool:
        """Whether every case ends at the same places by both."""
        return all(row.same for row in self.case_rows)

    @property
    def row_counts(self) -> Mapping[str, int]:
        """Rows read, rejected, matched and in one log alone; read = rejected + matched + only, of either log."""
        return {
            "read_here": self.log.rows_read,
            "rejected_here": len(self.log.rejected),
            "read_there": self.other.rows_read,
            "rejected_there": len(self.other.rejected),
            "matched": len(self.matched),
            "only_here": len(self.log) - len(self.matched),
            "only_there": len(self.other) - len(self.matched),
        }

    @cached_property
    def disagreements(self) -> "pl.DataFrame":
        """`disagreement_rows` as a table; what the logs say, as text."""
        return table_of(map(_told, self.disagreement_rows), DISAGREEMENTS)

    @cached_property
    def agreements(self) -> "pl.DataFrame":
        """`agreement_rows` as a table."""
        return table_of(({**asdict(row), "share": row.share} for row in self.agreement_rows), AGREEMENTS)

    @cached_property
    def cases(self) -> "pl.DataFrame":
        """`case_rows` as a table."""
        return table_of(({**asdict(row), "same": row.same} for row in self.case_rows), CODED_CASES)

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        """All that is needed to make this result again."""
        more = {"other": self.other.name, "other_fingerprint": self.other.fingerprint}
        return manifest_of(self.model, self.log, self.as_of, self.reading, **more)


def _told(row: Disagreement) -> dict[str, Any]:
    said = {side: None if value is None else spell(value) for side, value in (("here", row.here), ("there", row.there))}
    return {
        **asdict(row, recurse=False),
        **said,
        "cases": ", ".join(row.cases),
        "matters": row.matters,
        "decides": row.decides,
    }


def compare_codings(  # noqa: PLR0913  # two logs, and how they are read
    model: Model,
    log: EventLog,
    other: EventLog,
    *,
    as_of: str | int | date | datetime | Interval | None = None,
    reading: Reading = "certain",
    days: float = 366,
    engine: Engine | None = None,
) -> Codings:
    """Return where two logs of the same cases differ, and whether it matters.

    Rows of one event id are one event. Rows without an id (and all rows, where no id stands in both logs) are one event
    if they have the same case and type, those of the nearest dates first.

    Args:
        model: what may happen.
        log: one log.
        other: the other.
        as_of: the end of the window; left out, the last date of either log.
        reading: which end of a date counts.
        days: how far apart, at most, the dates of two rows without a common id may lie (from middle to middle).
        engine: what replays them; left out, how many rows there are decides.

    Raises:
        LogError: a log does not name cases as the model asks.
        UsageError: *as_of* is no date, there is no such *reading*, or a log is none.

    """
    checked_reading(reading)
    log, other = given_log(log), _other_log(other)
    window = window_of(as_of) or end_of((log, other), reading)
    both = _Both(model, _side(model, log), _side(model, other), days)
    fates = _fates(both, window, reading, engine)
    found = tuple(evolve(each, effects=effects) for each, effects in zip(both.disagreements, fates.alone, strict=True))
    return Codings(
        model=model,
        log=log,
        other=other,
        as_of=window,
        reading=reading,
        matched=both.matched,
        only_columns=both.only_columns,
        reordered=tuple(dict.fromkeys(both.reordered(reading))),
        disagreement_rows=tuple(sorted(found, key=lambda each: weight_of(each.effects), reverse=True)),
        agreement_rows=tuple(both.agreements()),
        case_rows=tuple(_case_rows(both, fates, found)),
    )


def _other_log(other: object) -> EventLog:
    """Return the second log; a problem of it says that it is that one."""
    try:
        return given_log(other)
    except UsageError as error:
        raise UsageError(evolve(problem, where="other") for problem in error.problems) from None


@frozen(eq=False)
class _Side:
    """One of the two logs.

    Attributes:
        log: the log.
        rows: its rows.
        cases: the cases of each row, sorted.

    """

    log: EventLog
    rows: tuple[Row, ...]
    cases: tuple[tuple[str, ...], ...]

    @cached_property
    def rows_by_case(self) -> Mapping[str, tuple[int, ...]]:
        """The rows of every case, in the order of the file."""
        found: dict[str, list[int]] = {}
        for row, cases in enumerate(self.cases):
            for case in cases:
                found.setdefault(case, []).append(row)
        return {case: tuple(rows) for case, rows in found.items()}

    @cached_property
    def ids(self) -> Mapping[str, int]:
        """The row of every id that one row alone has."""
        counts = Counter(self.log.ids)
        return {name: row for row, name in enumerate(self.log.ids) if name and counts[name] == 1}

    def said(self, row: int, column: str) -> Value:
        """Return what a *row* says in a *column*, in words."""
        event = self.rows[row].event
        match column:
            case "event":
                return event.type
            case "time":
                return event.time.recorded if event.time else None
            case "until":
                return event.until.recorded if event.until else None
            case "case":
                return ", ".join(self.cases[row])
            case _:
                return event.attributes.get(column)

    def meant(self, row: int, column: str) -> object:
        """Return what a *row* means in a *column*: equal for the same, in whatever words."""
        event = self.rows[row].event
        match column:
            case "time":
                return _span(event.time)
            case "until":
                return _span(event.until)
            case _:
                said = self.said(row, column)
                # To Python true is 1.
                return (bool, said) if isinstance(said, bool) else said


def _span(time: Interval | None) -> tuple[datetime, datetime] | None:
    return None if time is None else (time.first, time.last)


def _side(model: Model, log: EventLog) -> _Side:
    rows = tuple(row_of(log, row) for row in range(len(log)))
    return _Side(log, rows, tuple(tuple(sorted(cases_of(model, log, row))) for row in rows))


@frozen(eq=False)
class _Both:
    """The two logs side by side.

    Attributes:
        model: what may happen.
        here: the first log.
        there: the other.
        days: how far apart two rows without a common id may lie.

    """

    model: Model
    here: _Side
    there: _Side
    days: float

    @cached_property
    def by_id(self) -> tuple[tuple[int, int], ...]:
        """The rows that have one id in both logs."""
        return tuple((row, self.there.ids[name]) for name, row in self.here.ids.items() if name in self.there.ids)

    @cached_property
    def matched(self) -> tuple[tuple[int, int], ...]:
        """The rows that are one event in both logs."""
        left = [
            [row for row in range(len(side.rows)) if not self.by_id or side.log.ids[row] not in side.ids]
            for side in (self.here, self.there)
        ]
        return tuple(sorted((*self.by_id, *self._nearest(*left))))

    def _nearest(self, here: Sequence[int], there: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Yield rows of the same case and type, those of the nearest dates first; each row once."""
        alike: dict[tuple[object, ...], list[int]] = {}
        for other in there:
            alike.setdefault((self.there.cases[other], self.there.log.types[other]), []).append(other)
        pairs = [
            (apart, row + other, row, other)
            for row in here
            for other in alike.get((self.here.cases[row], self.here.log.types[row]), ())
            if (apart := _apart(self.here.log.times[row], self.there.log.times[other])) <= self.days
        ]
        taken: tuple[set[int], set[int]] = set(), set()
        # By the sum of the rows, those that share one are never on a par: either way round the same are found.
        for *_, row, other in sorted(pairs):
            if row not in taken[0] and other not in taken[1]:
                taken[0].add(row)
                taken[1].add(other)
                yield row, other

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """What is compared: the attributes that both logs have a column for, and those that the model asks for."""
        here, there = self.here.log.attributes, self.there.log.attributes
        asked = columns_asked(self.model)
        shared = (name for name in (*here, *there) if (name in here and name in there) or name in asked)
        return tuple(dict.fromkeys((*OWN, *shared)))

    @cached_property
    def only_columns(self) -> tuple[str, ...]:
        """The attributes that are not compared."""
        return tuple(
            dict.fromkeys(
                name for name in (*self.here.log.attributes, *self.there.log.attributes) if name not in self.columns
            )
        )

    def reordered(self, reading: Reading) -> Iterator[tuple[str, str]]:
        """Yield the ids of neighbours of one case and one instant that stand the other way round in the other log."""
        tied: dict[tuple[object, ...], list[tuple[int, int]]] = {}
        for row, other in self.matched:
            times = instant(self.here.log.times[row], reading), instant(self.there.log.times[other], reading)
            for case in {*self.here.cases[row]} & {*self.there.cases[other]}:
                tied.setdefault((case, *times), []).append((row, other))
        for rows in tied.values():
            for (first, its), (second, others) in itertools.pairwise(rows):
                if others < its:
                    yield self._named(first), self._named(second)

    def _named(self, row: int) -> str:
        return self.here.log.ids[row] or str(row + 1)

    @cached_property
    def disagreements(self) -> tuple[Disagreement, ...]:
        """What the logs say otherwise, without what comes of it."""
        cells = (
            self._disagreement("cell", row, other, column)
            for row, other in self.matched
            for column in self.columns
            if self.here.meant(row, column) != self.there.meant(other, column)
        )
        matched = {row for row, _ in self.matched}, {other for _, other in self.matched}
        only_here = (
            self._disagreement("only here", row, None) for row in range(len(self.here.rows)) if row not in matched[0]
        )
        only_there = (
            self._disagreement("only there", None, row) for row in range(len(self.there.rows)) if row not in matched[1]
        )
        return (*cells, *only_here, *only_there)

    def _disagreement(self, kind: Kind, row: int | None, other: int | None, column: str = "") -> Disagreement:
        here, there = () if row is None else self.here.cases[row], () if other is None else self.there.cases[other]
        touched = {*here, *there} if column == "case" or not here else set(here)
        side, own = (self.here, row) if row is not None else (self.there, other or 0)
        event = side.rows[own].event
        return Disagreement(
            kind=kind,
            cases=tuple(sorted(touched)),
            event_id=event.id or str(own + 1),
            event=event.type,
            recorded=event.time.recorded if event.time else "",
            row=row,
            other_row=other,
            column=column,
            here=self.here.said(row, column) if column and row is not None else None,
            there=self.there.said(other, column) if column and other is not None else None,
        )

    def agreements(self) -> Iterator[Agreement]:
        """Yield how far the logs agree in each column."""
        for column in self.columns:
            pairs = [(self.here.meant(row, column), self.there.meant(other, column)) for row, other in self.matched]
            pairs = [pair for pair in pairs if pair != (None, None)]
            agreeing = sum(one == other for one, other in pairs)
            kappa = None
            if column == "event":
                kappa = kappa_of([(self.here.log.types[row], self.there.log.types[other]) for row, other in self.by_id])
            yield Agreement(column, len(pairs), agreeing, kappa)

    def settled(self, each: Disagreement) -> Row:
        """Return the row of *each*, a cell, as the other log has this one column, and the first log all the others."""
        assert each.row is not None  # noqa: S101  # both logs have the row of a cell
        assert each.other_row is not None  # noqa: S101
        mine, its = self.here.rows[each.row], self.there.rows[each.other_row]
        match each.column:
            case "event":
                return evolve(mine, event=evolve(mine.event, type=its.event.type))
            case "time":
                return evolve(mine, event=evolve(mine.event, time=its.event.time))
            case "until":
                return evolve(mine, event=evolve(mine.event, until=its.event.until))
            case "case":
                return mine  # whose strands it is in says whose it is
            case name:
                attributes = {**mine.event.attributes, name: its.event.attributes.get(name)}
                return evolve(mine, event=evolve(mine.event, attributes=attributes))


def _apart(one: Interval, other: Interval) -> float:
    """Return how many days the middles of two dates lie apart."""
    return abs((one.first - other.first) + (one.last - other.last)) / timedelta(days=2)


def kappa_of(pairs: Sequence[tuple[object, object]]) -> float | None:
    """Return Cohen's kappa of two coders: agreement beyond chance, as a share of what chance leaves.

    Cohen, J. (1960), A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20(1).
    None where nothing is coded, or both use one and the same code throughout: then chance leaves nothing.
    """
    total = len(pairs)
    one, other = Counter(first for first, _ in pairs), Counter(second for _, second in pairs)
    by_chance = sum(one[code] * other[code] for code in one)
    if by_chance == total * total:
        return None
    agreeing = sum(first == second for first, second in pairs)
    return (agreeing * total - by_chance) / (total * total - by_chance)


@frozen(eq=False)
class _Fates:
    """What becomes of the cases.

    Attributes:
        here: by the first log.
        there: by the other.
        alone: by the first log with one disagreement settled as in the other: what comes out otherwise.

    """

    here: Mapping[str, Fate]
    there: Mapping[str, Fate]
    alone: tuple[tuple[Difference, ...], ...]


def _fates(both: _Both, window: Interval | None, reading: Reading, engine: Engine | None) -> _Fates:
    """Return what becomes of the cases, all lives being replayed as one log."""
    here, there = both.here, both.there
    rows = [*here.rows, *there.rows]
    cases = sorted({*here.rows_by_case, *there.rows_by_case})
    lives = [here.rows_by_case.get(case, ()) for case in cases]
    lives += [tuple(len(here.rows) + row for row in there.rows_by_case.get(case, ())) for case in cases]
    asked = {*OWN, "", *columns_asked(both.model)}
    tried: list[tuple[int, str]] = []
    for number, each in enumerate(both.disagreements):
        if each.column not in asked:
            continue
        new = None
        if each.kind == "cell":
            new = len(rows)
            rows.append(both.settled(each))
        elif each.other_row is not None:
            new = len(here.rows) + each.other_row
        its = () if each.other_row is None else there.cases[each.other_row]
        for case in each.cases:
            joins = case in (its if each.column == "case" else each.cases)
            tried.append((number, case))
            lives.append(_with(here.rows_by_case.get(case, ()), each.row, new if joins else None))
    source, mixed = _source(rows)
    strands = [Strand(str(number), life) for number, life in enumerate(lives)]
    bare = evolve(both.model, invariants=(), shows=(), tables=())
    replayed = replay_strands(bare, source, strands, as_of=window, reading=reading, engine="plain" if mixed else engine)
    known = fates_of(replayed)
    fates = [known.get(strand.name, unborn(both.model)) for strand in strands]
    count = len(cases)
    base = dict(zip(cases, fates[:count], strict=True))
    alone: list[list[Difference]] = [[] for _ in both.disagreements]
    for (number, case), fate in zip(tried, fates[2 * count :], strict=True):
        alone[number] += differences(both.model, case, base[case], fate)
    return _Fates(base, dict(zip(cases, fates[count : 2 * count], strict=True)), tuple(map(tuple, alone)))


def _with(rows: Sequence[int], old: int | None, new: int | None) -> tuple[int, ...]:
    """Return *rows* with *new* where *old* stands or would stand, behind them all if that is None; None is no row."""
    at = len(rows) if old is None else bisect_left(rows, old)
    rest = at + 1 if old in rows else at
    return (*rows[:at], *(() if new is None else (new,)), *rows[rest:])


def _source(rows: Sequence[Row]) -> tuple[EventLog, bool]:
    """Return *rows* as a log, each cell as it is, and whether any column mixes values that are not of one type."""
    events = [row.event for row in rows]
    names = dict.fromkeys(name for event in events for name in event.attributes)
    columns = {name: tuple(event.attributes.get(name) for event in events) for name in names}
    kinds = {name: {_kind(cell) for cell in cells if cell is not None} for name, cells in columns.items()}
    types: dict[str, AttributeType] = {
        name: next(iter(found)) if len(found) == 1 else "string" for name, found in kinds.items()
    }
    log = EventLog(
        name="codings",
        types=tuple(event.type for event in events),
        times=tuple(event.time for event in events if event.time),
        ids=tuple(event.id for event in events),
        untils=tuple(event.until for event in events),
        has_case=True,
        case_names=tuple(row.case for row in rows),
        has_organizations=False,
        organizations=(),
        attributes=types,
        columns=columns,
    )
    return log, any(len(found) > 1 for found in kinds.values())


def _kind(cell: Value) -> AttributeType:
    match cell:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case _:
            return "string"


def _case_rows(both: _Both, fates: _Fates, found: Sequence[Disagreement]) -> Iterator[CodedCase]:
    for case, here in fates.here.items():
        there = fates.there[case]
        together = tuple(differences(both.model, case, here, there))
        mine = [each for each in found if case in each.cases]
        for number, track in enumerate(both.model.track_names):
            one, other = here.places[number], there.places[number]
            ends = [
                each
                for each in mine
                if any((e.what, e.case, e.track or "") == ("end", case, track) for e in each.effects)
            ]
            yield CodedCase(
                case=case,
                track=track or None,
                here=one,
                there=other,
                label_here=both.model.place_label(one),
                label_there=both.model.place_label(other),
                disagreements=len(mine),
                deciding=len(ends),
                effects=tuple(each for each in together if (each.track or "") == track),
            )
