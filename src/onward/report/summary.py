"""Summary: every cell and sentence that a reader of a replay sees, as data."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from attrs import asdict, frozen

from onward.history.histories import CaseRow
from onward.history.replayed import Replay
from onward.log.case_table import TITLE, CaseTable
from onward.log.dates import Interval
from onward.log.log import EventLog
from onward.model.elements import Label, Years
from onward.problems import SHOWN, Problem, UsageError

if TYPE_CHECKING:
    from onward.streaming.replaying import Streamed

COLUMNS = ("case", "track", "phase", "stage", "label", "since", "events", "moves")
"""What a replay says of every case, whatever its model shows."""

MOST_CASES = 200
"""Cases that a table for people lists; nobody reads more."""

_READINGS = {
    "certain": "an event counts from the last instant of its date",
    "possible": "an event counts from the first instant of its date",
}


@frozen
class Summary:
    """A replay as a reader sees it.

    Attributes:
        title: what was replayed.
        headings: of the table of cases.
        rows: of the table of cases, furthest phase first and, inside a phase, longest there first.
        lines: the window, how the steps came out and what became of the rows read, a sentence each.
        warnings: what must not be overlooked.

    """

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[str, ...]
    warnings: tuple[str, ...]


def summarise(replay: Replay, cases: CaseTable | None = None) -> Summary:
    """Return what a reader of *replay* sees; *cases* adds what is known of whole cases.

    Raises:
        UsageError: a column of *cases* is named like one of the replay's own.

    """
    known = beside_own(replay, cases)
    labels = [shown.name for shown in replay.model.shows if isinstance(shown, Label)]
    years = [shown.name for shown in replay.model.shows if isinstance(shown, Years)]
    beside = [name for name in known.columns if name != TITLE]
    return Summary(
        title=replay.model.label,
        headings=(TITLE if TITLE in known.columns else "case", "phase", "since", *labels, *beside, *years),
        rows=tuple(
            (
                known.title(row.case),
                row.label,
                row.since_recorded or "",
                *(dict(row.shows)[name] for name in labels),
                *(known.of(row.case).get(name, "") for name in beside),
                *(dict(row.shows)[name] for name in years),
            )
            for row in furthest_first(replay)[:MOST_CASES]
        ),
        lines=(*_left_out(replay.histories.case_count), *_lines(replay)),
        warnings=tuple(_warnings(replay)),
    )


def _left_out(cases: int) -> Iterator[str]:
    if cases > MOST_CASES:
        yield f"the {MOST_CASES} cases that are furthest, of {cases:,}; --format csv lists all"


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
    """Return the cases of *replay*, furthest phase first and, inside a phase, longest there first."""
    return sorted(replay.case_rows, key=lambda row: (-row.rank, row.since is None, row.since, row.case))


def _lines(replay: "Replay | Streamed") -> Iterator[str]:
    as_of = replay.as_of.recorded if isinstance(replay.as_of, Interval) else replay.as_of
    window = f"as of {as_of}; " if as_of else ""
    yield window + _READINGS[replay.reading]
    yield "steps: " + ", ".join(f"{count} {outcome}" for outcome, count in replay.outcomes.items())
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
    return (
        f"{told['kind']}: {told['case']}, {told['time'] or ''} {told['event']} ({told['event_id']}): {told['reason']}"
    )


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
    """Return what a reader of a long replay sees: how many cases stand where."""
    return Summary(
        title=streamed.model.label,
        headings=("phase", "cases"),
        rows=tuple((label, f"{cases:,}") for label, cases in streamed.phases.select("label", "cases").rows() if cases),
        lines=tuple(_lines(streamed)),
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
