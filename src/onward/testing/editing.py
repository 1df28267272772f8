"""Scenarios: a log and the same log, or the same model, with a few small edits."""

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache, partial
from typing import TypeVar

from attrs import evolve, frozen
from hypothesis import strategies as st

from onward.log.dates import Interval
from onward.log.log import EventLog, Value
from onward.model.document import parse_model
from onward.model.guards import Scalar
from onward.model.model import Model
from onward.model.spelling import spelled
from onward.model.writing import write_model
from onward.problems import ModelError
from onward.testing.given import Attributes, checked_cases, own_of
from onward.testing.recording import drawn_log
from onward.testing.rows import taken

T = TypeVar("T")

_SPARE = 3


@frozen
class Scenario:
    """What was seen under a model, and the same with a few edits. What follows from them is for a replay to say.

    Attributes:
        model: what may happen.
        log: what was seen.
        changed_model: the model after the edits; the same where none changes a parameter.
        changed_log: the log after the edits; the same where they change parameters only.
        edits: what was changed, in words, one after the other; rows are counted from 1, each in the log as it then is.

    """

    model: Model
    log: EventLog
    changed_model: Model
    changed_log: EventLog
    edits: tuple[str, ...]


@frozen
class _Edit:
    """One change, in words, and what comes of it: another log, or another model."""

    words: str
    apply: Callable[[], EventLog | Model]


@st.composite
def scenarios(  # noqa: PLR0913  # what logs take, and how many edits
    draw: st.DrawFn,
    model: Model,
    *,
    max_rows: int = 12,
    max_edits: int = 3,
    cases: Collection[str] | None = None,
    attributes: Attributes | None = None,
) -> Scenario:
    """Draw a log for *model*, and the same log or model with one edit or a few.

    An edit leaves an event out, adds one, moves one in time, changes an attribute, exchanges two tied events, or
    changes a parameter of the model.

    Args:
        draw: supplied by Hypothesis.
        model: whose log is drawn, and whose parameters may be changed.
        max_rows: the length of the longest log before the edits.
        max_edits: the most edits.
        cases: as `logs` takes them.
        attributes: as `logs` takes them.

    Raises:
        UsageError: as `logs`.

    """
    own, named = own_of(attributes), None if cases is None else checked_cases(model, cases)
    length, wanted = draw(st.integers(0, max_rows)), draw(st.integers(1, max_edits))
    # What is added, and where and what others are changed to, comes from rows drawn with the log and left out of it.
    whole = drawn_log(draw, model, length + _SPARE, named, own)
    spare = draw(st.permutations(range(len(whole))))[:_SPARE]
    log = taken(whole, [row for row in range(len(whole)) if row not in spare])
    changed_model, changed_log = model, log
    words: list[str] = []
    for _ in range(wanted):
        given = changed_model, changed_log, whole, sorted(spare)
        kinds = [kind for kind in _KINDS if next(kind(*given), None) is not None]
        edit = draw(st.sampled_from(list(draw(st.sampled_from(kinds))(*given))))
        match edit.apply():
            case Model() as changed_model:
                pass
            case EventLog() as changed_log:  # the union is closed
                pass
        words.append(edit.words)
    return Scenario(model, log, changed_model, changed_log, tuple(words))


# ---- edits: what an edit comes to is worked out only for the one that is drawn


def _left_out(_: Model, log: EventLog, __: EventLog, ___: Sequence[int]) -> Iterator[_Edit]:
    for row in range(len(log)):
        rest = [other for other in range(len(log)) if other != row]
        yield _Edit(f"{_row(log, row)} left out", partial(taken, log, rest))


def _added(_: Model, log: EventLog, whole: EventLog, spare: Sequence[int]) -> Iterator[_Edit]:
    for row in spare:
        if not whole.ids[row] or whole.ids[row] not in log.ids:
            for place in sorted({0, len(log)}):
                what = f"row {place + 1} ({whole.types[row]}, {whole.times[row].recorded}) added"
                yield _Edit(what, partial(_inserted, log, place, whole, row))


def _moved(_: Model, log: EventLog, whole: EventLog, spare: Sequence[int]) -> Iterator[_Edit]:
    for row, time in enumerate(log.times):
        until = log.untils[row]
        for new in dict.fromkeys(whole.times[other] for other in spare):
            if new != time and (until is None or until.last >= new.first):
                yield _Edit(f"{_row(log, row)} moved to {new.recorded}", partial(_at, log, row, new))


def _changed(_: Model, log: EventLog, whole: EventLog, spare: Sequence[int]) -> Iterator[_Edit]:
    for name, values in log.columns.items():
        others = dict.fromkeys((None, *(whole.columns[name][row] for row in spare)))
        for row, value in enumerate(values):
            for new in others:
                if new != value:
                    what = f"{_row(log, row)}: {name} {_told(value)} changed to {_told(new)}"
                    yield _Edit(what, partial(_with_value, log, row, name, new))


def _exchanged(_: Model, log: EventLog, __: EventLog, ___: Sequence[int]) -> Iterator[_Edit]:
    for later in range(len(log)):
        for row in range(later):
            if log.times[row] == log.times[later] and taken(log, [row]) != taken(log, [later]):
                order = list(range(len(log)))
                order[row], order[later] = later, row
                what = f"{_row(log, row)} and {_row(log, later)} exchanged"
                yield _Edit(what, partial(taken, log, order))


def _reset(model: Model, _: EventLog, __: EventLog, ___: Sequence[int]) -> Iterator[_Edit]:
    for (name, value), changed in _with_other_parameters(model):
        new = changed.constants[name]
        yield _Edit(f"parameter {name} changed from {_told(value)} to {_told(new)}", partial(evolve, changed))


_KINDS = (_left_out, _added, _moved, _changed, _exchanged, _reset)


@lru_cache(maxsize=64)
def _with_other_parameters(model: Model) -> tuple[tuple[tuple[str, Scalar], Model], ...]:
    """Return for each parameter as it is the models in which it has another value."""
    texts = [value for _, value in model.parameters if isinstance(value, str)]
    found = []
    for number, (name, value) in enumerate(model.parameters):
        for new in _other_values(value, texts):
            changed = evolve(model, parameters=_replaced(model.parameters, number, (name, new)))
            if _is_sound(changed):
                found.append(((name, value), changed))
    return tuple(found)


def _other_values(value: Scalar, texts: Sequence[str]) -> Iterator[Scalar]:
    match value:
        case bool():
            yield not value
        case int() | float():
            yield from (value + 1, value - 1)
        case str():  # the union is closed
            yield from (text for text in texts if text != value)


def _is_sound(model: Model) -> bool:
    """Tell whether *model* is one that a file could say: a timer of no days is none."""
    try:
        return parse_model(write_model(model), model.name) == model
    except ModelError:
        return False


# ---- rows


def _inserted(log: EventLog, place: int, whole: EventLog, row: int) -> EventLog:
    """Return *log* with a *row* of *whole*, which has the same columns, before the one in *place*."""

    def with_row(column: Sequence[T], source: Sequence[T]) -> tuple[T, ...]:
        return (*column[:place], *source[row : row + 1], *column[place:])

    return evolve(
        log,
        types=with_row(log.types, whole.types),
        times=with_row(log.times, whole.times),
        ids=with_row(log.ids, whole.ids),
        untils=with_row(log.untils, whole.untils),
        case_names=with_row(log.case_names, whole.case_names),
        organizations=with_row(log.organizations, whole.organizations),
        columns={name: with_row(values, whole.columns[name]) for name, values in log.columns.items()},
    )


def _at(log: EventLog, row: int, time: Interval) -> EventLog:
    return evolve(log, times=_replaced(log.times, row, time))


def _with_value(log: EventLog, row: int, name: str, value: Value) -> EventLog:
    return evolve(log, columns={**log.columns, name: _replaced(log.columns[name], row, value)})


def _replaced(column: Sequence[T], row: int, new: T) -> tuple[T, ...]:
    return (*column[:row], new, *column[row + 1 :])


def _row(log: EventLog, row: int) -> str:
    return f"row {row + 1} ({log.types[row]}, {log.times[row].recorded})"


def _told(value: Value) -> str:
    return "nothing" if value is None else spelled(value)
