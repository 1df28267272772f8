"""Asking: which case, which place, and what the case has been through: what a reach and its reverse have in common."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from attrs import frozen

from onward.history.engine import replay
from onward.history.plain import rows_by_case
from onward.history.replayed import Replay
from onward.history.state import CaseState, not_begun
from onward.history.stepping import Reading, pass_time, step
from onward.history.window import events_until
from onward.log.cases import find_case
from onward.log.dates import Interval
from onward.log.log import Event, EventLog
from onward.model.elements import START
from onward.model.model import Model
from onward.problems import Problem, UsageError, suggestion
from onward.scenario.rows import log_of_rows, rows_of

if TYPE_CHECKING:
    import polars as pl

STATEMENT = "A statement about the model, not a causal estimate."

AsOf = str | int | date | datetime | Interval | None


@frozen(eq=False)
class Question:
    """Whether a case is somewhere at the end of a window.

    Attributes:
        model: what may happen.
        log: the rows of the log that are the case's.
        replay: the replay of the whole log.
        case: the case.
        place: the phase, stage or `start` that is asked about.
        window: the end of the window.
        reading: which end of a partial date counts.
        state: where the case stands at the end of the window.
        events: the case's events that count by then, in the order in which they count.
        rows: the position in the whole log of each row of *log*.

    """

    model: Model
    log: EventLog
    replay: Replay
    case: str
    place: str
    window: Interval
    reading: Reading
    state: CaseState
    events: tuple[Event, ...]
    rows: tuple[int, ...]

    @property
    def is_there(self) -> bool:
        """Whether the case is there."""
        return is_within(self.model, self.state, self.place)

    def state_in(self, log: EventLog) -> CaseState:
        """Return where the case stands at the end of the window, had *log* been seen."""
        rows = rows_by_case(self.model, log, self.reading).get(self.case, ())
        events = events_until(log, rows, self.window, self.reading)
        return lived(self.model, self.case, events, self.window, self.reading)


def ask(  # noqa: PLR0913  # which case, which place, and how the log is read
    model: Model,
    log: "EventLog | Replay | pl.DataFrame",
    case: str,
    place: str | None,
    *,
    as_of: AsOf = None,
    reading: Reading = "certain",
) -> Question:
    """Return the question whether *case* is in *place*; None is the place where it is.

    Args:
        model: what may happen.
        log: what was seen, or a replay of it, which has a window and a reading of its own.
        case: the case, as people write it.
        place: a phase, a stage or `start`; of several tracks perhaps `track.phase`.
        as_of: the end of the window.
        reading: which end of a partial date counts.

    Raises:
        UsageError: there is no such case or place.

    """
    known = log if isinstance(log, Replay) else replay(model, log, as_of=as_of, reading=reading)
    name = find_case(case, tuple(known.rows))
    assert known.as_of is not None  # noqa: S101  # a log with a case has a last date
    rows = known.rows[name]
    own = log_of_rows(known.log, rows_of(known.log, sorted(rows)))
    mine = rows_by_case(model, own, known.reading)[name]
    events = tuple(events_until(own, mine, known.as_of, known.reading))
    state = lived(model, name, events, known.as_of, known.reading)
    return Question(
        model=model,
        log=own,
        replay=known,
        case=name,
        place=_only_place(state) if place is None else find_place(model, place),
        window=known.as_of,
        reading=known.reading,
        state=state,
        events=events,
        rows=tuple(sorted(rows)),
    )


def lived(model: Model, case: str, events: Iterable[Event], window: Interval, reading: Reading) -> CaseState:
    """Return where a case stands at the end of *window* once *events* have happened."""
    state = not_begun(model, case)
    for event in events:
        state, _ = step(model, state, event, reading=reading)
    return at_end(model, state, window, reading)


def at_end(model: Model, state: CaseState, window: Interval, reading: Reading) -> CaseState:
    """Return where a case in *state* stands at the end of *window*, if nothing more happens."""
    return pass_time(model, state, window.last, through=True, reading=reading)[0]


def is_within(model: Model, state: CaseState, place: str) -> bool:
    """Tell whether a case in *state* is in *place*; it is at `start` if it has begun on no track."""
    if place == START:
        return all(each == START for each in state.places)
    return any(model.within(each, place) for each in state.places)


def find_place(model: Model, text: str) -> str:
    """Return the place that a person meant by *text*: its name, with its track in front of it if need be, or its title.

    Raises:
        UsageError: there is none.

    """
    names = {name: name for name in model.ranks}
    tracked = {f"{model.track_of[name]}.{name}": name for name in model.ranks if model.track_of.get(name)}
    titles = {model.place_label(place): place for place in reversed(model.places)}
    titles |= {phase.label: phase.name for phase in reversed(model.phases)}
    for known in (names, tracked, titles):
        if text in known:
            return known[text]
    what = f"{model.name} has no phase {text!r}"
    raise UsageError([Problem("phase", what, suggestion(text, tuple(names)))])


def place_said(model: Model, name: str) -> str:
    """Return the place *name* for people."""
    return next((phase.label for phase in model.phases if phase.name == name), None) or model.place_label(name)


def _only_place(state: CaseState) -> str:
    if len(state.places) == 1 or len(set(state.places)) == 1:
        return state.places[0]
    what = f"the case is in {' and in '.join(state.places)}, on a track each"
    raise UsageError([Problem("phase", what, f"name one of them: {', '.join(state.places)}")])


def check_most(most: int) -> int:
    """Return *most*, how many events there may be.

    Raises:
        UsageError: it is less than none, or no whole number.

    """
    given: object = most
    if not isinstance(given, int) or isinstance(given, bool):
        raise UsageError([Problem("most", f"{most!r} is no whole number", "write one from 0 on")])
    if most < 0:
        raise UsageError([Problem("most", f"there cannot be {most} events", "write a number from 0 on")])
    return most
