"""Replay: a log through a model, by the engine that is fastest for it. All engines give the same answer."""

from datetime import date, datetime
from typing import TYPE_CHECKING, get_args

from onward.history.histories import Engine, Histories
from onward.history.plain import run_plainly
from onward.history.replayed import Replay
from onward.history.states import States, check_kinds, check_states, check_window
from onward.history.stepping import Reading, checked_reading
from onward.history.window import end_of, window_of
from onward.log.dates import Interval
from onward.log.framed import given_log
from onward.log.log import EventLog
from onward.model.model import Model
from onward.problems import Problem, UsageError, suggestion

if TYPE_CHECKING:
    import polars as pl

MANY = 20_000
"""Rows from which on the columnar engine is worth the second that it takes to load."""

MANY_OF_ALL = 200_000
"""The same for a model that needs the whole language: its loop takes a minute to be compiled, once on a machine."""


def replay(  # noqa: PLR0913  # how a log is read, where it begins and ends, and by what
    model: Model,
    log: "EventLog | pl.DataFrame",
    *,
    as_of: str | int | date | datetime | Interval | None = None,
    reading: Reading = "certain",
    states: States | None = None,
    engine: Engine | None = None,
) -> Replay:
    """Run *log* through *model*, case by case, in time order and, inside an instant, in file order.

    Args:
        model: what may happen.
        log: what was seen: a log, or a data frame that `read_log` understands.
        as_of: the last day (month, year) of the window; events that count only after it change nothing. Left out,
            the window ends with the log.
        reading: `certain` counts an event from the last instant of its date, `possible` from the first.
        states: where the cases stood at the end of an earlier replay (its `states`), to go on from.
        engine: what runs it: `plain` (one step at a time), `columnar` (columns and a compiled fold) or `automaton`
            (columns and the table of a finite model). Left out, the size of the log decides. The answer is the same.

    Returns:
        The histories of all cases, as tables and in words.

    Raises:
        LogError: the log does not name cases as the model asks, or has events before those that *states* know.
        ModelError: the engine `automaton` was asked for, and the model is not finite.
        UsageError: *as_of* is no date, there is no such *reading* or *engine*, the engine cannot run this model, or
            *states* are another model's.

    """
    checked_reading(reading)
    _check_engine(engine)
    if states is not None:
        check_states(states, model, reading)
    seen = given_log(log)
    if states is not None:
        check_kinds(states, seen)
    asked = window_of(as_of)
    if states is not None:
        check_window(states, asked)
    window = asked or end_of([seen], reading)
    told: Histories | None = None
    if engine in {"columnar", "automaton"} or (engine is None and _is_long(model, len(seen))):
        told = _by_columns(model, seen, window, reading, states, engine)
    if told is None:
        told = run_plainly(model, seen, window, reading, states)
    return Replay(model, seen, window, reading, told, states)


def _is_long(model: Model, rows: int) -> bool:
    """Tell whether a log of so many *rows* is worth the columnar engine's start."""
    if rows < MANY:
        return False
    from onward.history.program import is_simple  # noqa: PLC0415  # a small log need not load it

    return rows >= MANY_OF_ALL or is_simple(model)


def _by_columns(  # noqa: PLR0913  # what `replay` was asked for
    model: Model,
    log: EventLog,
    window: Interval | None,
    reading: Reading,
    states: States | None,
    engine: Engine | None,
) -> Histories | None:
    """Return what the columnar engine makes of *log*; None where it cannot run it and no *engine* was asked for."""
    from onward.history.columnar import run_by_columns  # noqa: PLC0415  # the compiler is heavy, and small logs do without
    from onward.history.program import UnfitError  # noqa: PLC0415

    try:
        return run_by_columns(model, log, window, reading, states, engine)
    except UnfitError:
        if engine is None:
            return None
        raise


def _check_engine(engine: str | None) -> None:
    if engine is not None and engine not in get_args(Engine):
        mend = suggestion(str(engine), get_args(Engine))
        raise UsageError([Problem("engine", f"there is no engine {engine!r}", mend)])
