"""Replay: the fold of a log, case by case, through the meaning of a model.

Plain Python, which starts fastest: a small log does not wait for a compiler or a data-frame library.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from onward.history.notes import notes_on
from onward.history.replayed import CaseRow, Deviation, Replay, Spell, StepRow
from onward.history.showing import shown_of
from onward.history.state import CaseState, not_begun
from onward.history.stepping import OUTCOMES, Reading, Step, checked_reading, instant, step, view_of
from onward.history.window import events_until, is_after
from onward.log.cases import pairs_of, typed_pair
from onward.log.dates import DateError, Interval, interval_of
from onward.log.frames import table_of_frame
from onward.log.log import Event, EventLog
from onward.log.schema import build_log
from onward.model.elements import START
from onward.model.model import Model
from onward.problems import LogError, Problem, UsageError

if TYPE_CHECKING:
    import polars as pl


def replay(
    model: Model,
    log: "EventLog | pl.DataFrame",
    *,
    as_of: str | int | date | datetime | Interval | None = None,
    reading: Reading = "certain",
) -> Replay:
    """Run *log* through *model*, case by case, in time order and, inside an instant, in file order.

    Args:
        model: what may happen.
        log: what was seen: a log, or a data frame that `read_log` understands.
        as_of: the last day (month, year) of the window; events that count only after it change nothing. Left out,
            the window ends with the log.
        reading: `certain` counts an event from the last instant of its date, `possible` from the first.

    Returns:
        The histories of all cases, as tables and in words.

    Raises:
        LogError: the log does not name cases as the model asks.
        UsageError: *as_of* is no date, or *reading* is none.

    """
    checked_reading(reading)
    seen = _log_of(log)
    window = _window(as_of) or _last(seen, reading)
    rows = rows_by_case(model, seen, reading)
    steps: list[StepRow] = []
    cases: list[CaseRow] = []
    spells: list[Spell] = []
    deviations: list[Deviation] = []
    for case in sorted(rows):
        state = not_begun(model, case)
        lived: list[tuple[Event, Step]] = []
        for event in events_until(seen, rows[case], window, reading):
            state, done = step(model, state, event, reading=reading)
            lived.append((event, done))
            steps.append(_step_row(done, reading))
            deviations.extend(_deviations(done, reading))
        if lived:
            cases.append(_case_row(model, state, [event for event, _ in lived], reading, window))
            spells.extend(_spells(model, case, [done for _, done in lived], reading))
    outcomes = Counter(row.outcome for row in steps)
    return Replay(
        model=model,
        log=seen,
        as_of=window,
        reading=reading,
        case_rows=tuple(cases),
        step_rows=tuple(steps),
        spell_rows=tuple(spells),
        deviation_rows=tuple(deviations),
        outcomes={outcome: outcomes[outcome] for outcome in OUTCOMES},
        after_as_of=sum(is_after(time, window, reading) for time in seen.times),
        rows=rows,
        notes=tuple(notes_on(model, seen)),
    )


def _log_of(log: "EventLog | pl.DataFrame") -> EventLog:
    if isinstance(log, EventLog):
        return log
    table = table_of_frame(log)
    if table is None:
        what = f"no log can be read from a {type(log).__name__}"
        raise UsageError([Problem("log", what, "pass what read_log returned, or a data frame")])
    return build_log(table, "fail")


def _window(as_of: str | int | date | datetime | Interval | None) -> Interval | None:
    try:
        return None if as_of is None else interval_of(as_of)
    except DateError as error:
        raise UsageError([Problem("as_of", error.what, error.mend)]) from error


def _last(log: EventLog, reading: Reading) -> Interval | None:
    return max(log.times, key=lambda time: instant(time, reading) or time.last, default=None)


def rows_by_case(model: Model, log: EventLog, reading: Reading) -> Mapping[str, tuple[int, ...]]:
    """Return the rows of every case, in the order in which they count; ties keep file order.

    Raises:
        LogError: the log does not name cases as the model asks.

    """
    found: dict[str, list[int]] = {}
    for row, names in enumerate(_case_names(model, log)):
        for name in names:
            found.setdefault(name, []).append(row)
    # Every row of a log has a date; `instant` answers None for a live case's events only.
    moments = [instant(time, reading) or time.last for time in log.times]
    return {case: tuple(sorted(rows, key=moments.__getitem__)) for case, rows in found.items()}


def _case_names(model: Model, log: EventLog) -> Iterator[tuple[str, ...]]:
    if model.cases == "pairs":
        yield from _pairs(log)
    elif log.has_case:
        yield from ((name,) for name in log.case_names)
    elif len(log):
        what = f"{model.name} takes its cases from the column `case`, and the log has `organizations` only"
        raise LogError([Problem(log.name, what, "add a column `case`, or write `cases: pairs` in the model")])


def _pairs(log: EventLog) -> Iterator[tuple[str, ...]]:
    """Yield the pairs of every row: those of its organizations, else the one that its case names."""
    problems = []
    for row in range(len(log)):
        pairs = pairs_of(log.organizations[row]) if log.has_organizations else ()
        if not pairs:
            pairs = (typed_pair(log.case_names[row]),)
            codes = pairs[0].split(";")
            if len(codes) != 2 or codes[0] == codes[1] or not all(codes):
                what = f"{log.case_names[row]!r} is no pair, and the model's cases are pairs"
                problems.append(Problem(f"{log.name}: row {row + 1}: case", what, "write two codes joined by ;"))
        yield pairs
    if problems:
        raise LogError(problems)


def _step_row(done: Step, reading: Reading) -> StepRow:
    return StepRow(
        event_id=done.event.id or str(done.event.row + 1),
        case=done.case,
        time=instant(done.event.time, reading),
        recorded=done.event.time.recorded if done.event.time else None,
        event=done.event.type,
        before=done.before,
        after=done.after,
        outcome=done.outcome,
        transition="; ".join(transition.name for transition in done.fired) or None,
        implied=done.implied,
        row=done.event.row,
    )


def _deviations(done: Step, reading: Reading) -> Iterator[Deviation]:
    told = [(done.outcome, done.reasons[0])] if done.outcome in {"refused", "unknown"} else []
    for kind, reason in [*told, *(("broken", breach) for breach in done.breaches)]:
        yield Deviation(
            case=done.case,
            event_id=done.event.id or str(done.event.row + 1),
            time=instant(done.event.time, reading),
            recorded=done.event.time.recorded if done.event.time else None,
            event=done.event.type,
            phase=done.before,
            kind=kind,
            reason=str(reason),
        )


def _case_row(
    model: Model, state: CaseState, events: list[Event], reading: Reading, window: Interval | None
) -> CaseRow:
    phase, stage = place_parts(model, state.place)
    return CaseRow(
        case=state.case,
        phase=phase,
        stage=stage,
        label=model.place_label(state.place),
        since=instant(state.since, reading),
        since_recorded=state.since.recorded if state.since else None,
        first_event=instant(events[0].time, reading),
        last_event=instant(events[-1].time, reading),
        events=state.events,
        moves=state.moves,
        rank=model.ranks[state.place].start,
        shows=tuple(shown_of(view_of(model, state, reading=reading, at=window), events, window)),
    )


def place_parts(model: Model, place: str) -> tuple[str, str | None]:
    """Return the phase and the stage (None where the phase has none) of *place*."""
    if place == START:
        return START, None
    phase, stage = model.phase_at[place]
    return phase.name, stage.name if stage else None


def _spells(model: Model, case: str, steps: list[Step], reading: Reading) -> Iterator[Spell]:
    moves = [(done, place) for done in steps for place in done.entered]
    for number, (done, place) in enumerate(moves):
        following = moves[number + 1][0] if number + 1 < len(moves) else None
        phase, stage = place_parts(model, place)
        yield Spell(
            case=case,
            phase=phase,
            stage=stage,
            start=instant(done.event.time, reading),
            end=instant(following.event.time, reading) if following else None,
            end_kind="moved" if following else "censored",
        )
