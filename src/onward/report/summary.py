"""Summary: every cell and sentence that a reader of a replay sees, as data."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby, islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from attrs import asdict, frozen

from onward.history.crossing import title_of
from onward.history.histories import CaseRow
from onward.history.replayed import Replay
from onward.log.case_table import TITLE, CaseTable
from onward.log.dates import Interval
from onward.log.log import EventLog
from onward.model.elements import Label, Years
from onward.model.model import Model
from onward.problems import SHOWN, Problem, UsageError

if TYPE_CHECKING:
    from onward.streaming.replaying import Streamed

COLUMNS = ("case", "track", "phase", "stage", "label", "since", "events", "moves")
"""What a replay says of every case, whatever its model shows."""

MOST_CASES = 200
"""Cases that a table for people lists; nobody reads more."""

MOST_TABLES = 10
"""Cases whose cross tables are printed."""

READINGS = {
    "certain": "an event counts from the last instant of its date",
    "possible": "an event counts from the first instant of its date",
}
"""What the readings of partial dates say."""


@frozen
class Grid:
    """A cross table of one case as a reader sees it."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@frozen
class Summary:
    """A replay as a reader sees it.

    Attributes:
        title: what was replayed.
        headings: of the table of cases.
        rows: of the table of cases, furthest phase first and, inside a phase, longest there first.
        lines: the window, how the steps came out and what became of the rows read, a sentence each.
        warnings: what must not be overlooked.
        grids: the cross tables of the cases that are furthest.

    """

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[str, ...]
    warnings: tuple[str, ...]
    grids: tuple[Grid, ...] = ()


def summarise(replay: Replay, cases: CaseTable | None = None) -> Summary:
    """Return what a reader of *replay* sees; *cases* adds what is known of whole cases.

    Raises:
        UsageError: a column of *cases* is named like one of the replay's own.

    """
    known = beside_own(replay, cases)
    labels = [shown.name for shown in replay.model.shows if isinstance(shown, Label)]
    years = [shown.name for shown in replay.model.shows if isinstance(shown, Years)]
    beside = [name for name in known.columns if name != TITLE]
    track = ["track"] if replay.model.tracks else []
    return Summary(
        title=replay.model.label,
        headings=(TITLE if TITLE in known.columns else "case", *track, "phase", "since", *labels, *beside, *years),
        rows=tuple(
            (
                known.title(row.case),
                *_track(replay.model, row),
                row.label,
                row.since_recorded or "",
                *(
                    # What is shown of a case stands once beside it, not on each of its tracks.
                    text if first else ""
                    for text in (
                        *(dict(row.shows)[name] for name in labels),
                        *(known.of(row.case).get(name, "") for name in beside),
                        *(dict(row.shows)[name] for name in years),
                    )
                ),
            )
            for rows in _by_case(replay)[:MOST_CASES]
            for first, row in zip((True, *(False for _ in rows)), rows, strict=False)
        ),
        lines=(*_left_out(replay), *_lines(replay)),
        warnings=tuple(_warnings(replay)),
        grids=tuple(_grids(replay, known)),
    )


def _track(model: Model, row: CaseRow) -> Iterator[str]:
    """Yield the label of the track of *row*, where there are several."""
    yield from (track.label for track in model.tracks if track.name == row.track)


def _left_out(replay: Replay) -> Iterator[str]:
    cases = replay.histories.case_count
    if cases > MOST_CASES:
        yield f"the {MOST_CASES} cases that are furthest, of {cases:,}; --format csv lists all"
    if replay.model.tables and cases > MOST_TABLES:
        yield f"the tables of the {MOST_TABLES} cases that are furthest, of {cases:,}; --format json has all"


def _grids(replay: Replay, known: CaseTable) -> Iterator[Grid]:
    """Yield the cross tables of the cases that are furthest; a count of nought is an empty cell."""
    model = replay.model
    for rows in _by_case(replay)[:MOST_TABLES] if replay.crossed else ():
        case = rows[0].case
        for crossed in replay.crossed:
            across, down = crossed.table.columns, crossed.table.rows
            yield Grid(
                title=f"{crossed.table.label}: {known.title(case)}",
                headings=(down[0], *(title_of(model, *across, value) for value in crossed.columns)),
                rows=tuple(
                    (title_of(model, *down, value), *(str(count or "") for count in counts))
                    for value, counts in crossed.rows[case]
                ),
            )


def beside_own(replay: Replay, cases: CaseTable | None) -> CaseTable:
    """Return *cases*, none of whose columns may stand in the place of one of the replay's own.

    Raises:
        UsageError: a column of *cases* is named like one of those.

    """
    known = cases or CaseTable()
    own = {*COLUMNS, *(shown.name for shown in replay.model.shows)}
    problems = [
        Problem(known.name or "cases", f"the column {name!r} is one of the replay's own", "rename it")
        for name in known.columns
        if name in own
    ]
    if problems:
        raise UsageError(problems)
    return known


def furthest_first(replay: Replay) -> list[CaseRow]:
    """Return the rows of the cases of *replay*, furthest phase first and, inside a phase, longest there first.

    The tracks of a case stay together, in the model's order; the first track that tells two cases apart decides.
    """
    return [row for rows in _by_case(replay) for row in rows]


def _by_case(replay: Replay) -> list[tuple[CaseRow, ...]]:
    """Return the rows of every case, one a track, in the order of `furthest_first`."""
    groups = (tuple(rows) for _, rows in groupby(replay.case_rows, key=attrgetter("case")))

    def furthest(rows: tuple[CaseRow, ...]) -> tuple[object, ...]:
        return *((-row.rank, row.since is None, row.since) for row in rows), rows[0].case

    return sorted(groups, key=furthest)


def _lines(replay: "Replay | Streamed") -> Iterator[str]:
    as_of = replay.as_of.recorded if isinstance(replay.as_of, Interval) else replay.as_of
    window = f"as of {as_of}; " if as_of else ""
    yield window + READINGS[replay.reading]
    model = replay.model
    steps = f"steps on {len(model.tracks)} tracks" if model.tracks else "steps"
    counts = {outcome: f"{count} {outcome}" for outcome, count in replay.outcomes.items()}
    if model.has_clockwork and isinstance(replay, Replay):
        counts["moved"] += f" ({replay.moved_by_time} by time alone)"
    yield f"{steps}: {', '.join(counts.values())}"
    rows = replay.row_counts
    told = f"rows: {rows['read']} read = {rows['replayed']} replayed + {rows['rejected']} rejected"
    if rows["after_as_of"]:
        told += f"; {rows['after_as_of']} of those replayed after {as_of}, where nothing counts any more"
    yield told


def _warnings(replay: Replay) -> Iterator[str]:
    yield from noted(replay)
    yield from rejections(replay.log)
    told = (_deviation({**asdict(row), "time": row.recorded}) for row in replay.deviation_rows if row.kind != "unknown")
    yield from _first(told, "deviations", replay.outcomes["refused"] + replay.breaches)


def _deviation(told: Mapping[str, Any]) -> str:
    """Return a deviation in one line."""
    what = "by time alone" if told["event"] is None else f"{told['event']} ({told['event_id']})"
    return f"{told['kind']}: {told['case']}, {told['time'] or ''} {what}: {told['reason']}"


def noted(replay: Replay) -> Iterator[str]:
    """Yield the notes of *replay*, such as unknown event types: the first of them, and a count."""
    yield from _first(map(str, replay.notes), "notes", len(replay.notes))


def rejections(log: EventLog) -> Iterator[str]:
    """Yield what was wrong with each row of *log* that was set aside: the first of them, and a count."""
    told = [f"set aside: {problem}" for row in log.rejected for problem in row.problems]
    yield from _first(told, "problems", len(told))


def _first(told: Iterable[str], what: str, count: int) -> Iterator[str]:
    yield from islice(told, SHOWN)
    if count > SHOWN:
        yield f"... and {count - SHOWN:,} more {what} ({count:,} in all)"


def summarise_streamed(streamed: "Streamed") -> Summary:
    """Return what a reader of a long replay sees: how many cases stand where, on each track."""
    tracks = {track.name: track.label for track in streamed.model.tracks}
    return Summary(
        title=streamed.model.label,
        headings=(*(["track"] if tracks else []), "phase", "cases"),
        rows=tuple(
            (*([tracks[row["track"]]] if tracks else []), row["label"], f"{row['cases']:,}")
            for row in streamed.phases.iter_rows(named=True)
            if row["cases"]
        ),
        lines=(*_lines(streamed), *_not_made(streamed.model)),
        warnings=(
            *_first(map(str, streamed.notes), "notes", len(streamed.notes)),
            *_first((f"set aside: {problem}" for problem in streamed.rejected), "problems", streamed.problem_count),
            *_first(
                map(_deviation, streamed.deviations),
                "deviations",
                streamed.outcomes["refused"] + streamed.breaches,
            ),
        ),
    )


def _not_made(model: Model) -> Iterator[str]:
    """Yield what is said of logs that are held as a whole only."""
    if model.tables:
        tables = ", ".join(table.label for table in model.tables)
        yield f"tables not made of a log that is read in batches: {tables}; --engine columnar holds it as a whole"
