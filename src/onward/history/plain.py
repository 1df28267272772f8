"""The plain engine: a log through a model, one case after the other and one step at a time.

Plain Python, which starts fastest: a small log does not wait for a compiler or a data-frame library. It is the
reference that faster engines are held against.
"""

from collections.abc import Iterator, Mapping

from onward.history.histories import CaseRow, Deviation, RowHistories, Spell, StepRow
from onward.history.showing import shown_of
from onward.history.state import CaseState, not_begun
from onward.history.states import States
from onward.history.stepping import Reading, Step, instant, pass_time, step, view_of
from onward.history.window import check_order, events_until, is_after
from onward.log.cases import is_pair, no_cases, no_pair, pairs_of, typed_pair
from onward.log.dates import Interval
from onward.log.log import Event, EventLog
from onward.model.elements import START
from onward.model.model import Model
from onward.problems import LogError


def run_plainly(
    model: Model, log: EventLog, window: Interval | None, reading: Reading, earlier: States | None = None
) -> RowHistories:
    """Run *log* through *model*; *earlier* is where its cases stood before."""
    rows = rows_by_case(model, log, reading)
    known = dict(earlier.by_case) if earlier else {}
    steps: list[StepRow] = []
    cases: list[CaseRow] = []
    spells: list[Spell] = []
    deviations: list[Deviation] = []
    states: dict[str, CaseState] = {}
    for case in sorted({*rows, *known}):
        before = state = known.get(case) or not_begun(model, case)
        events: list[Event] = []
        lived: list[Step] = []
        for event in events_until(log, rows.get(case, ()), window, reading):
            check_order(state, event, log, reading)
            state, done = step(model, state, event, reading=reading)
            events.append(event)
            lived += [*done.meanwhile, done]
        state, ticks = pass_time(model, state, window.last if window else None, through=True, reading=reading)
        lived += ticks
        if events or case in known:
            states[case] = state
            cases.extend(_case_rows(model, state, events, reading, window))
            steps.extend(row for done in lived for row in _step_rows(done, reading))
            spells.extend(_spells(model, before, lived, reading))
            deviations.extend(row for done in lived for row in _deviations(done, reading))
    return RowHistories(
        model=model,
        case_rows=tuple(cases),
        step_rows=tuple(steps),
        spell_rows=tuple(spells),
        deviation_rows=tuple(deviations),
        after_as_of=sum(is_after(time, window, reading) for time in log.times),
        rows=rows,
        states=States(model, reading, told=states),
    )


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
        raise LogError([no_cases(log.name, model.name)])


def _pairs(log: EventLog) -> Iterator[tuple[str, ...]]:
    """Yield the pairs of every row: those of its organizations, else the one that its case names."""
    problems = []
    for row in range(len(log)):
        pairs = pairs_of(log.organizations[row]) if log.has_organizations else ()
        if not pairs:
            pairs = (typed_pair(log.case_names[row]),)
            if not is_pair(pairs[0]):
                problems.append(no_pair(log.name, log.case_names[row], row))
        yield pairs
    if problems:
        raise LogError(problems)


def _step_rows(done: Step, reading: Reading) -> Iterator[StepRow]:
    """Yield what *done* did on every track; time alone does nothing to a track that it does not move."""
    event = done.event
    for move in done.moves:
        if event is not None or move.fired:
            yield StepRow(
                event_id=_id(event),
                case=done.case,
                time=instant(done.time, reading),
                recorded=done.time.recorded if done.time else None,
                event=event.type if event else None,
                before=move.before,
                after=move.after,
                outcome=move.outcome,
                transition="; ".join(transition.name for transition in move.fired) or None,
                implied=done.implied_on(move),
                row=event.row if event else None,
                track=move.track or None,
            )


def _id(event: Event | None) -> str | None:
    return None if event is None else event.id or str(event.row + 1)


def _deviations(done: Step, reading: Reading) -> Iterator[Deviation]:
    told = [(done.outcome, done.reasons[0])] if done.outcome in {"refused", "unknown"} else []
    for kind, reason in [*told, *(("broken", breach) for breach in done.breaches)]:
        yield Deviation(
            case=done.case,
            event_id=_id(done.event),
            time=instant(done.time, reading),
            recorded=done.time.recorded if done.time else None,
            event=done.event.type if done.event else None,
            phase=done.before,
            kind=kind,
            reason=str(reason),
        )


def _case_rows(
    model: Model, state: CaseState, events: list[Event], reading: Reading, window: Interval | None
) -> Iterator[CaseRow]:
    shows = tuple(shown_of(view_of(model, state, reading=reading, at=window), events, window))
    for track, place, since, moves in zip(model.track_names, state.places, state.since, state.moves, strict=True):
        phase, stage = model.parts(place)
        yield CaseRow(
            case=state.case,
            phase=phase,
            stage=stage,
            label=model.place_label(place),
            since=instant(since, reading),
            since_recorded=since.recorded if since else None,
            first_event=instant(state.first, reading),
            last_event=instant(state.last, reading),
            events=state.events,
            moves=moves,
            rank=model.ranks[place].start,
            shows=shows,
            track=track or None,
        )


def _spells(model: Model, before: CaseState, steps: list[Step], reading: Reading) -> Iterator[Spell]:
    """Yield the spells that ran when the case was *before* these *steps*, and those that they began, by start."""
    found = [spell for track in model.track_names for spell in _spells_on(model, before, steps, reading, track)]
    # One without a date, which a live case may have had, comes first; on equal dates the order of the tracks stays.
    yield from sorted(found, key=lambda spell: spell.start.isoformat() if spell.start else "")


def _spells_on(model: Model, before: CaseState, steps: list[Step], reading: Reading, track: str) -> Iterator[Spell]:
    """Yield the spells on one track."""
    number = model.track_numbers[track]
    place, since = before.places[number], before.since[number]
    running = [] if place == START else [(since, place)]
    moves = running + [(done.time, place) for done in steps for place in done.moves[number].entered]
    for at, (start, place) in enumerate(moves):
        following = moves[at + 1] if at + 1 < len(moves) else None
        phase, stage = model.parts(place)
        yield Spell(
            case=before.case,
            phase=phase,
            stage=stage,
            start=instant(start, reading),
            end=instant(following[0], reading) if following else None,
            end_kind="moved" if following else "censored",
            track=track or None,
        )
