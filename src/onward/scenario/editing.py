"""Editing: what comes of edits of a log, each made on what the one before has left."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from attrs import evolve, field, frozen

from onward.log.cells import INTEGERS, CellError, read_value, type_values
from onward.log.dates import Interval
from onward.log.log import AttributeType, Event, EventLog, Value
from onward.model.model import Model
from onward.model.vocabulary import COLUMNS
from onward.problems import Problem, UsageError, suggestion
from onward.scenario.edits import Drop, Insert, LogEdit, Move, Replace, Set
from onward.scenario.rows import Row, cases_of, cast, joined_types, row_of, rows_of, type_in, whole_log
from onward.scenario.selecting import Working, selected, unknown_attribute
from onward.scenario.shifting import Unmoved, moved
from onward.scenario.whose import whose_of

__all__ = ["Edited", "Row", "cases_of", "cases_touched", "edit_log"]


@frozen(eq=False)
class Edited:
    """A log, and how edits have changed it: as little as there is to say, whatever the length of the log.

    Attributes:
        log: the log as it was before.
        changed: rows of *log*, counted from 0, that are otherwise now; None for one that is left out.
        added: rows behind the last one, in order.

    """

    log: EventLog
    changed: Mapping[int, Row | None] = field(factory=dict)
    added: tuple[Row, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether nothing differs."""
        return not self.changed and not self.added

    def whole(self) -> EventLog:
        """Return the edited log as a log of its own."""
        return self._whole

    @cached_property
    def _whole(self) -> EventLog:
        return self.log if self.is_same else whole_log(self.log, self.changed, self.added)


def edit_log(model: Model, log: EventLog, edits: Iterable[LogEdit]) -> Edited:
    """Return what comes of *edits* of *log*, made one after the other.

    Args:
        model: says whose events they are, which types there are, and which attributes may be new to the log.
        log: what was seen.
        edits: each selects among what those before have left, added rows too.

    Raises:
        UsageError: an edit selects no event or changes nothing, names what is not there, or makes a row that no log
            can have.
        LogError: the log names no cases as *model* asks.

    """
    work = Working(model, log)
    for number, edit in enumerate(edits, 1):
        _make(work, edit, edit.place or f"edit {number} of the log")
    added = [row for row in work.added if row is not None]
    numbered = (evolve(row, event=evolve(row.event, row=at)) for at, row in enumerate(added, len(log)))
    return Edited(log, dict(_otherwise(work)), tuple(numbered))


def _otherwise(work: Working) -> Iterator[tuple[int, Row | None]]:
    """Yield the rows that differ from what they were: a later edit may have undone an earlier one."""
    new = [key for key, row in work.changed.items() if row is not None]
    before = dict(zip(new, rows_of(work.log, new), strict=True))
    yield from ((key, row) for key, row in work.changed.items() if row is None or row != before[key])


def cases_touched(model: Model, edited: Edited) -> tuple[str, ...]:
    """Return the cases of all rows that are dropped, changed (as they were, and as they are) or added, sorted."""
    log, rows = edited.log, list(edited.changed)
    if log.store is None:
        before = {case for row in rows for case in cases_of(model, log, row_of(log, row))}
    else:
        from onward.scenario.sifting import cases_at  # noqa: PLC0415  # only a long log needs it

        before = cases_at(model, log, log.store, rows)
    new = (row for row in (*edited.changed.values(), *edited.added) if row is not None)
    return tuple(sorted(before.union(*(cases_of(model, log, row) for row in new))))


def _make(work: Working, edit: LogEdit, place: str) -> None:
    if isinstance(edit, Insert):
        work.added.append(_inserted(work, edit, place))
        return
    keys = selected(work, edit.which, place)
    if isinstance(edit, Drop):
        for key in keys:
            work.put(key, None)
        return
    rows = work.rows(keys)
    new = _REMAKE[type(edit)](work, edit, rows, place)
    if new == rows:
        what = (
            "the event selected is so already" if len(rows) == 1 else f"all {len(rows)} events selected are so already"
        )
        raise UsageError([Problem(place, what, "say what is otherwise, or leave the edit out")])
    for key, row in zip(keys, new, strict=True):
        work.put(key, row)


# ---- the kinds of edits


def _inserted(work: Working, edit: Insert, place: str) -> Row:
    problems = [*_type_problems(work, edit.event, place)]
    if edit.time is None:
        problems.append(Problem(place, f"the added {edit.event} has no date", "write time: and a date"))
    if edit.id and work.has_id(edit.id):
        problems.append(Problem(place, f"there is an event with the id {edit.id!r} already", "give it another id"))
    attributes = _checked(work, edit.attributes, place, problems)
    whose = whose_of(work.model, work.log, edit.case, edit.organizations, place)
    problems += whose.problems
    if whose.is_nobody and not whose.problems:
        mend = "write case: and whose it is"
        if work.log.has_organizations and work.model.cases == "pairs":
            mend = "write organizations: and two codes or more, joined by ;"
        problems.append(Problem(place, f"the added {edit.event} is nobody's event", mend))
    event = Event(edit.event, edit.time, edit.id, _in_all(work, attributes), whose.organizations, edit.until)
    row = Row(event, whose.case)
    problems += _backward(row, place)
    if problems:
        raise UsageError(problems)
    return row


def _moved(work: Working, edit: Move, rows: Sequence[Row], place: str) -> list[Row]:  # noqa: ARG001  # one signature
    if (edit.to is None) == (edit.by is None):
        said = (
            "neither to a date nor by a stretch of time"
            if edit.to is None
            else "both to a date and by a stretch of time"
        )
        raise UsageError([Problem(place, f"events are moved {said}", "write one of to and by")])
    found, problems = [], []
    for row in rows:
        time, until = _new_time(row.event.time, edit), _new_end(row.event.until, edit)
        if isinstance(time, Unmoved):
            problems.append(Problem(place, f"{_named(row)}: {time.what}", time.mend))
        elif isinstance(until, Unmoved):
            problems.append(Problem(place, f"{_named(row)}: its end {until.what}", until.mend))
        else:
            found.append(evolve(row, event=evolve(row.event, time=time, until=until)))
            problems += _backward(found[-1], place)
    if problems:
        raise UsageError(problems)
    return found


def _new_time(time: Interval | None, edit: Move) -> Interval | Unmoved:
    if edit.to is not None:
        return edit.to
    assert time is not None and edit.by is not None  # noqa: S101, PT018  # every row of a log has a date
    return moved(time, edit.by)


def _new_end(until: Interval | None, edit: Move) -> Interval | Unmoved | None:
    """Return the end of an event that is moved: a stretch takes it along, a date leaves it."""
    return until if until is None or edit.by is None else moved(until, edit.by)


def _replaced(work: Working, edit: Replace, rows: Sequence[Row], place: str) -> list[Row]:
    problems = [*_type_problems(work, edit.event, place)]
    attributes = _in_all(work, _checked(work, edit.attributes, place, problems))
    whose = whose_of(work.model, work.log, edit.case, edit.organizations, place)
    problems += whose.problems

    def new(row: Row) -> Row:
        event = evolve(
            row.event,
            type=edit.event,
            time=edit.time or row.event.time,
            until=edit.until or row.event.until,
            organizations=row.event.organizations if whose.is_nobody else whose.organizations,
            attributes=attributes,
        )
        return Row(event, row.case if whose.is_nobody else whose.case)

    found = [new(row) for row in rows]
    problems += [problem for row in found for problem in _backward(row, place)]
    if problems:
        raise UsageError(problems)
    return found


def _set(work: Working, edit: Set, rows: Sequence[Row], place: str) -> list[Row]:
    problems: list[Problem] = []
    attributes = _checked(work, edit.attributes, place, problems)
    if not attributes and not problems:
        problems.append(Problem(place, "no attribute is set", "name one at least, with its value"))
    if problems:
        raise UsageError(problems)
    return [evolve(row, event=evolve(row.event, attributes={**row.event.attributes, **attributes})) for row in rows]


_REMAKE: Mapping[type, Callable[..., list[Row]]] = {Move: _moved, Replace: _replaced, Set: _set}


# ---- what an event may say


def _type_problems(work: Working, name: str, place: str) -> Iterator[Problem]:
    if name not in work.model.kinds:
        what = f"{work.model.name} has no event type {name!r}"
        yield Problem(place, what, suggestion(name, work.model.kinds))


def _backward(row: Row, place: str) -> Iterator[Problem]:
    """Yield the problem that an event would end before it begins."""
    time, until = row.event.time, row.event.until
    if time is not None and until is not None and until.last < time.first:
        what = f"{_named(row)} would end in {until.recorded}, before it begins in {time.recorded}"
        yield Problem(place, what, "give it another end with replace, or another date")


def _named(row: Row) -> str:
    event = row.event
    return event.id or f"{event.type} of {event.time.recorded if event.time else 'no date'}"


def _in_all(work: Working, attributes: Mapping[str, Value]) -> dict[str, Value]:
    """Return *attributes* and, with nothing recorded, every other of the log."""
    return {**dict.fromkeys(work.log.attributes), **attributes}


def _checked(work: Working, attributes: Mapping[str, object], place: str, problems: list[Problem]) -> dict[str, Value]:
    """Return *attributes* as the columns of the log have them; *problems* gets what is wrong with them."""
    found: dict[str, Value] = {}
    for name, said in attributes.items():
        if name in COLUMNS:
            mend = "write it beside the date, in insert or replace; to move an event, use move"
            problems.append(Problem(place, f"{name!r} is no attribute of an event", mend))
        elif problem := unknown_attribute(work.model, work.log, name, place):
            problems.append(problem)
        else:
            value = _fitting_value(work, name, said, place)
            if isinstance(value, Problem):
                problems.append(value)
            else:
                found[name] = value
    return found


def _fitting_value(work: Working, name: str, said: object, place: str) -> Value | Problem:
    """Return what is *said* as the column *name* has it, or why it cannot stand there."""
    try:
        value = read_value(said)
    except CellError as error:
        return Problem(place, f"{name}: {error.what}", error.mend)
    if value is None:
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return Problem(place, f"{name}: {value} is no number that can be compared", "write a finite number")
    if isinstance(value, int) and value not in INTEGERS:
        return Problem(place, f"{name}: {value} is too large", "write a smaller number")
    type_ = type_values([value])[0]
    known = work.types.get(name) or type_in(work.log, name)
    joined = joined_types(known, type_)
    if joined == "string" and known not in {None, "string"}:
        what = f"{value!r} does not fit the column {name!r}, which holds {_HELD[known]}"
        return Problem(place, what, f"write {_EXAMPLES[known]}")
    work.types[name] = joined
    return cast(value, joined)


_HELD: Mapping[AttributeType, str] = {
    "boolean": "true or false",
    "integer": "whole numbers",
    "number": "numbers",
    "string": "texts",
}
_EXAMPLES: Mapping[AttributeType, str] = {
    "boolean": "true or false, without quotes",
    "integer": "a number, without quotes",
    "number": "a number, without quotes",
    "string": "a text",
}
