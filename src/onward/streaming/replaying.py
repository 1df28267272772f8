"""Replaying a log file of any size: read in batches, written as it goes; memory grows with cases, not with events.

A run that is killed leaves a checkpoint beside its output, and the same run goes on from there to the same bytes.
"""

import io
import platform
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from attrs import asdict, define, field, frozen
from numpy.typing import NDArray

from onward.history.deviating import breaches_of, deviations_of
from onward.history.histories import STEPS, schema_of
from onward.history.notes import columns_asked, missing_columns, type_counts, unknown_types
from onward.history.seating import microseconds, moments_of
from onward.history.standing import stand, table_of
from onward.history.states import States, check_kinds, check_states, check_window, is_before
from onward.history.stepping import OUTCOMES, Outcome, Reading, checked_reading
from onward.history.walked import (
    Outcomes,
    Paths,
    by_name,
    cases_of,
    outcomes_by_track,
    paths_by_track,
    reverses_of,
    steps_of,
)
from onward.history.walking import NO_ROWS, OutOfOrderError, Walk, Walker
from onward.history.window import too_early, window_of
from onward.log.columns import Columns, columns_of
from onward.log.dates import Interval, parse_interval
from onward.log.encoding import encode
from onward.log.frames import table_of_polars
from onward.log.log import AttributeType, EventLog
from onward.log.schema import ROLES, TIME, OnBadRows, column_of, find_columns
from onward.log.views import log_of
from onward.model.model import Model
from onward.model.writing import fingerprint
from onward.problems import SHOWN, LogError, Problem
from onward.streaming.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from onward.streaming.output import check_apart, discard, led_to, open_output, writing
from onward.streaming.progress import Progress
from onward.streaming.seal import seal, unseal
from onward.streaming.sorting import ROW, sorted_batches
from onward.streaming.source import Source, open_source
from onward.version import __version__

BATCH = 1_000_000
"""Rows that are held at a time: some hundreds of megabytes of columns and steps."""
DEVIATION = ("case", "track", "event_id", "time", "event", "phase", "kind", "reason")
"""What is told of the first deviations; the time is the date as written."""
KEEP_EVERY = 20.0
"""Seconds of work that a killed run may lose."""


@define
class Tally:
    """What a run has counted so far.

    Attributes:
        read: the rows read.
        rejected: those that were set aside.
        after_as_of: those of the rows kept that lie after the window.
        outcomes: how many steps came out how, in the order of `OUTCOMES`.
        breaches: how many times an invariant was broken.
        types: how many rows have each event type.
        problems: what was wrong with the first rows that were set aside.
        problem_count: how much was wrong with all of them.
        deviations: the first refusals and broken invariants, by the names of `DEVIATION`.
        last: the last date, as written, and when it counts.

    """

    read: int = 0
    rejected: int = 0
    after_as_of: int = 0
    outcomes: list[int] = field(factory=lambda: [0] * len(OUTCOMES))
    breaches: int = 0
    types: dict[str, int] = field(factory=dict, converter=dict)
    problems: list[list[str]] = field(factory=list)
    problem_count: int = 0
    deviations: list[dict[str, Any]] = field(factory=list)
    last: list[Any] | None = None


@frozen(eq=False, repr=False)
class Streamed:
    """What a log file became, whose steps were written as they were made.

    Attributes:
        model: what may happen.
        log: the name of the log.
        as_of: the end of the window, as written (None: an empty log).
        reading: which end of a partial date counted.
        outcomes: how many steps came out how.
        breaches: how many times an invariant was broken.
        row_counts: rows read, replayed and rejected, and how many of those replayed lie after the window.
        phases: how many cases stand where: track (if there are several), phase, stage, label, cases.
        cases: where every case stands, as `Replay.cases` has it, without the columns that the model shows.
        states: where every case stands, to go on from.
        notes: what a reader of the result must not overlook.
        deviations: the first refusals and broken invariants: case, track, event_id, time, event, phase, kind, reason.
        rejected: what was wrong with the first rows that were set aside.
        problem_count: how much was wrong with all of them.
        resumed: the row from which an earlier run was taken up.
        manifest: all that is needed to make this result again.

    """

    model: Model
    log: str
    as_of: str | None
    reading: Reading
    outcomes: Mapping[Outcome, int]
    breaches: int
    row_counts: Mapping[str, int]
    phases: pl.DataFrame
    cases: pl.DataFrame
    states: States
    notes: tuple[Problem, ...]
    deviations: tuple[Mapping[str, Any], ...]
    rejected: tuple[Problem, ...]
    problem_count: int
    resumed: int
    manifest: Mapping[str, Any]

    def __repr__(self) -> str:
        told = f"model={self.model.name!r}, log={self.log!r}, as_of={self.as_of!r}"
        return f"Streamed({told}, cases={len(self.states)}, steps={sum(self.outcomes.values())})"


@frozen
class Task:
    """What a run was asked for."""

    model: Model
    source: Source
    as_of: Interval | None
    reading: Reading
    earlier: States | None
    on_bad_rows: OnBadRows
    size: int
    types: Mapping[str, AttributeType]

    @property
    def roles(self) -> dict[str, str]:
        """The columns that every log has, each by what it is."""
        header = list(self.source.columns)
        return {role.name: header[at] for role in ROLES if (at := column_of(role, header)) is not None}

    @property
    def has_instants(self) -> bool:
        """Whether the log has instants: the time says it all, and a text for each would take longer than the rest."""
        return isinstance(self.source.columns[self.roles[TIME.name]], pl.Datetime)

    def batches(self, start: int, *, in_order: bool) -> Iterator[pl.DataFrame]:
        """Yield the rows from *start* on, with the columns that a replay needs.

        Raises:
            LogError: the file can't be read, or sorted.

        """
        roles = self.roles
        needed = [name for name in self.source.columns if name in {*roles.values(), *self.types}]
        if in_order:
            return self.source.batches(self.size, start, needed)
        return sorted_batches(self.source, roles[TIME.name], self.size, start=start, columns=needed)

    def facts_of(self, *, in_order: bool) -> dict[str, Any]:
        """Return what tells this run from others."""
        return {
            "in_order": in_order,
            "onward": __version__,
            "model": fingerprint(self.model),
            "log": dict(self.source.identity),
            "as_of": self.as_of and self.as_of.recorded,
            "reading": self.reading,
            "on_bad_rows": self.on_bad_rows,
            "batch": self.size,
            "from_state": None if self.earlier is None else self.earlier.fingerprint,
        }


def replay_to(  # noqa: PLR0913  # how a log is read, where it begins and ends, and where its steps go
    model: Model,
    log: Path | str,
    output: Path | str | None = None,
    *,
    as_of: str | int | date | datetime | Interval | None = None,
    reading: Reading = "certain",
    states: States | None = None,
    on_bad_rows: OnBadRows = "fail",
    batch: int = BATCH,
    keep_every: float = KEEP_EVERY,
    progress: Progress | None = None,
    say: Callable[[str], object] = lambda _: None,
) -> Streamed:
    """Run the log file *log* through *model* and write its steps to *output*, in the order in which they count.

    Memory grows with the cases and with *batch*, not with the rows. Cases may be mixed, as long as each one's events
    are in time order; a Parquet or Arrow file in any other order is read in ranges of time. The output appears when it
    is whole. A run that was stopped leaves a hidden checkpoint beside it, and the same run goes on from there.

    Args:
        model: what may happen.
        log: a Parquet, Arrow, CSV, TSV or JSON Lines file, also gzipped text.
        output: where the steps go: .parquet, .arrow, .csv, .tsv or .jsonl; None where only the whole is asked for.
        as_of: the last day (month, year) of the window.
        reading: `certain` counts an event from the last instant of its date, `possible` from the first.
        states: where the cases stood at the end of an earlier replay, to go on from.
        on_bad_rows: `fail` stops at rows that cannot be read; `set-aside` counts them and tells of the first.
        batch: how many rows are held at a time.
        keep_every: how many seconds of work a killed run may lose.
        progress: told of every batch.
        say: told in a sentence where a run does not do the plainest thing: goes on, begins anew, sorts.

    Returns:
        What there is to tell of the whole, and where every case stands.

    Raises:
        LogError: the log can't be read, has bad rows, or has events before those that *states* know.
        UsageError: the output can't be written, *as_of* is no date, *states* are another model's, or the model or its
            numbers are beyond the columnar engine (`UnfitError`).

    """
    checked_reading(reading)
    window = window_of(as_of)
    if states is not None:
        check_states(states, model, reading)
        check_window(states, window)
    path = None if output is None else led_to(Path(output))
    if path is not None:
        check_apart(path, {"the log that is read": log})
    source = open_source(Path(log))
    # Of all its columns, so that one with another name is seen for what it was meant to be.
    find_columns(table_of_polars(pl.DataFrame(schema=source.columns), source.path.name))
    task = Task(
        model=model,
        source=source,
        as_of=window,
        reading=reading,
        earlier=states,
        on_bad_rows=on_bad_rows,
        size=batch,
        types=source.typed([name for name in columns_asked(model) if name in source.columns]),
    )
    watch = progress or Progress(quiet=True)
    watch.total = source.rows
    try:
        return _run_in_order(task, path, watch, keep_every, say)
    except LogError:
        # What is wrong with the log is so tomorrow, and a log that was mended is another one.
        if path is not None:
            discard(path)
        raise


def _run_in_order(
    task: Task, path: Path | None, watch: Progress, keep_every: float, say: Callable[[str], object]
) -> Streamed:
    """Run *task* over the log as it stands or, where that is in no order, in ranges of time."""
    source = task.source
    if path is None or read_checkpoint(path, task.facts_of(in_order=False))[0] is None:
        try:
            return _run(task, path, watch, keep_every, say, in_order=True)
        except OutOfOrderError as error:
            name, where = source.path.name, f"row {error.row + 1} lies before an earlier row of {error.case!r}"
            told = f"it is sorted neither by time nor by case ({where})"
            if source.opened.text:
                mend = f"run `onward convert {name} sorted.parquet --sort`, and replay that"
                raise LogError([Problem(name, told, mend)]) from None
            say(f"{name}: {told}; reading it in ranges of time")
        if path is not None:
            with writing(path):
                discard(path)
        watch.rows = watch.first = 0
    return _run(task, path, watch, keep_every, say, in_order=False)


def _run(  # noqa: PLR0913  # as above
    task: Task, output: Path | None, watch: Progress, keep_every: float, say: Callable[[str], object], *, in_order: bool
) -> Streamed:
    """Run *task*, going on from what an earlier run left beside *output*."""
    facts = task.facts_of(in_order=in_order)
    found, reason = (None, "") if output is None else read_checkpoint(output, facts)
    if reason:
        say(f"an unfinished run lies beside {output}, but {reason}: beginning anew")
    run = Run(task)
    if found is None:
        run.begin()
    else:
        run.take_up(found.state)
        watch.rows = watch.first = found.rows
        say(f"going on at row {found.rows + 1:,}, where an earlier run stopped")
    if output is None:
        with watch:
            for frame in task.batches(0, in_order=in_order):
                run.walk(frame)
                watch.advance(frame.height)
            run.close()
        return run.told(0)
    kept = watch.clock()
    with open_output(output, resume=found.mark if found else None) as steps, watch:
        for frame in task.batches(run.tally.read, in_order=in_order):
            steps.append(run.step(frame))
            watch.advance(frame.height)
            if watch.clock() - kept >= keep_every:
                write_checkpoint(output, Checkpoint(facts, run.tally.read, steps.mark(), run.state()))
                kept = watch.clock()
        last = run.close()
        if last.height or not run.tally.read:
            steps.append(last)
        steps.finish()
    return run.told(found.rows if found else 0)


@define
class Run:
    """A run under way.

    Attributes:
        task: what it was asked for.
        walker: the cases as they stand.
        tally: what it has counted.

    """

    task: Task
    walker: Walker = field(init=False)
    tally: Tally = field(factory=Tally)

    def __attrs_post_init__(self) -> None:
        self.walker = Walker(self.task.model, self.task.reading)

    def begin(self) -> None:
        """Put the cases where the run begins."""
        if self.task.earlier is not None:
            stand(self.walker, self.task.earlier)

    def take_up(self, state: bytes) -> None:
        """Put the cases and the counts where an earlier run of the same task left them."""
        header, states = unseal(state, "checkpoint")
        stand(self.walker, States(self.task.model, self.task.reading, table=pl.read_parquet(io.BytesIO(states))))
        self.tally = Tally(**header)

    def state(self) -> bytes:
        """Return all that it takes to go on from here."""
        table = io.BytesIO()
        table_of(self.walker, by_name(self.walker)).write_parquet(table)
        # As a list, types keep the order in which they were met.
        return seal({**asdict(self.tally), "types": list(self.tally.types.items())}, table.getvalue())

    def step(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Carry the cases over the rows of *frame*, count, and return the steps."""
        start = self.tally.read - self.tally.rejected
        columns, walk, paths, outcomes = self.walk(frame)
        numbers = numbers_of(columns, start)
        recorded = not self.task.has_instants
        return steps_of(columns, self.walker, walk, paths, outcomes, numbers=numbers, recorded=recorded)

    def close(self) -> pl.DataFrame:
        """Let time pass for all cases to the end of the window, count, and return the steps that it made, by case."""
        task, tally = self.task, self.tally
        if not task.model.has_clockwork or not tally.last:
            return pl.DataFrame(schema=schema_of(STEPS))
        window = task.as_of or parse_interval(tally.last[0])
        walk = self.walker.close(window.last)
        by_case = self.walker.case_names.gather(pl.Series(walk.cases)).arg_sort().to_numpy()
        paths, outcomes = self._count(log_of(task.source.path.name, NO_ROWS), NO_ROWS, walk, np.argsort(by_case))
        steps = steps_of(NO_ROWS, self.walker, walk, paths, outcomes, recorded=not task.has_instants)
        return steps.sort("case", maintain_order=True)

    def walk(self, frame: pl.DataFrame) -> tuple[Columns, Walk, tuple[Paths, ...], Outcomes]:
        """Carry the cases over the rows of *frame*, and count what they did."""
        task, tally = self.task, self.tally
        log = encode(
            frame,
            name=task.source.path.name,
            on_bad_rows=task.on_bad_rows,
            start=tally.read,
            texts=task.source.opened.text,
            types={**task.types, **({ROW: "integer"} if ROW in frame.columns else {})},
        )
        if task.earlier is not None:
            check_kinds(task.earlier, log)
        columns = columns_of(log)
        start = tally.read - tally.rejected
        try:
            walk = self.walker.walk(columns, task.as_of, start=start, name=log.name)
        except OutOfOrderError as error:
            if task.earlier is not None and is_before(task.earlier, error.case, error.when):
                row = int(numbers_of(columns, start)[error.row - start])
                raise LogError([too_early(log.name, row, error.when, error.case)]) from error
            raise
        problems = [problem for row in log.rejected for problem in row.problems]
        tally.problem_count += len(problems)
        tally.problems += [[each.where, each.what, each.mend] for each in problems[: SHOWN - len(tally.problems)]]
        paths, outcomes = self._count(log, columns, walk)
        tally.read += frame.height
        tally.rejected += len(log.rejected)
        return columns, walk, paths, outcomes

    def _count(
        self, log: EventLog, columns: Columns, walk: Walk, positions: NDArray[np.int64] | None = None
    ) -> tuple[tuple[Paths, ...], Outcomes]:
        """Count what *walk* did, told in the order of *positions*; return its paths in texts and its outcomes."""
        tally, task = self.tally, self.task
        self.walker.settle(columns, walk)
        paths, outcomes = paths_by_track(self.walker), outcomes_by_track(self.walker, walk)
        tally.outcomes = (np.array(tally.outcomes) + outcomes.counts).tolist()
        reverses = reverses_of(paths)
        tally.breaches += breaches_of(task.model, walk, reverses)
        for name, count in type_counts(columns).items():
            tally.types[name] = tally.types.get(name, 0) + count
        if len(tally.deviations) < SHOWN:
            found = deviations_of(
                log,
                columns,
                self.walker,
                walk,
                reverses=reverses,
                positions=positions,
                most=SHOWN - len(tally.deviations),
                numbered=numbers_of(columns, tally.read - tally.rejected),
            )
            told = found.drop("time").rename({"recorded": "time"}).select(DEVIATION)
            tally.deviations += told.rows(named=True)
        moments = moments_of(columns.times, task.reading)
        if len(moments):
            last = int(moments.argmax())
            if tally.last is None or int(moments[last]) > tally.last[1]:
                tally.last = [columns.times.recorded(pl.Series([last]))[0], int(moments[last])]
            if task.as_of is not None:
                tally.after_as_of += int(np.count_nonzero(moments > microseconds(task.as_of.last)))
        return paths, outcomes

    def told(self, resumed: int) -> Streamed:
        """Return what there is to tell when all is done."""
        task, tally = self.task, self.tally
        model, name = task.model, task.source.path.name
        as_of = task.as_of.recorded if task.as_of else tally.last[0] if tally.last else None
        numbers = by_name(self.walker)
        standing = table_of(self.walker, numbers)
        notes = unknown_types(model, name, tally.types) if tally.types else ()
        missing = missing_columns(model, name, task.source.columns) if tally.read else ()
        return Streamed(
            model=model,
            log=name,
            as_of=as_of,
            reading=task.reading,
            outcomes=dict(zip(OUTCOMES, tally.outcomes, strict=True)),
            breaches=tally.breaches,
            row_counts={
                "read": tally.read,
                "replayed": tally.read - tally.rejected,
                "rejected": tally.rejected,
                "after_as_of": tally.after_as_of,
            },
            cases=cases_of(self.walker, numbers, standing),
            phases=_phases(self.walker, numbers),
            states=States(model, task.reading, table=standing),
            notes=(*notes, *missing),
            deviations=tuple(tally.deviations),
            rejected=tuple(Problem(*each) for each in tally.problems),
            problem_count=tally.problem_count,
            resumed=resumed,
            manifest={
                "onward": __version__,
                "python": platform.python_version(),
                "model": model.name,
                "model_fingerprint": fingerprint(model),
                "log": name,
                "log_identity": dict(task.source.identity),
                "as_of": as_of,
                "reading": task.reading,
                "ties": "file order",
            },
        )


def numbers_of(columns: Columns, start: int) -> pl.Series:
    """Return the number of every row, from 0: in the file, where they were sorted, else *start* and on."""
    known = columns.attributes.get(ROW)
    return pl.arange(start, start + len(columns), eager=True) if known is None else known


def _phases(walker: Walker, numbers: NDArray[np.uint32]) -> pl.DataFrame:
    """Return how many of the cases with these *numbers* stand where, track by track, in the model's order."""
    model = walker.model
    told: dict[str, list[str | int | None]] = {name: [] for name in ("track", "phase", "stage", "label", "cases")}
    for number, track in enumerate(model.track_names):
        counts = np.bincount(walker.ranks(numbers, number), minlength=len(model.places)).tolist()
        for place, count in zip(model.places, counts, strict=True):
            if model.track_of.get(place, track) == track:
                row = (track, *model.parts(place), model.place_label(place), count)
                for column, value in zip(told.values(), row, strict=True):
                    column.append(value)
    schema = {name: pl.Int64 if name == "cases" else pl.String for name in told}
    found = pl.DataFrame(told, schema=schema)
    return found if model.tracks else found.drop("track")
