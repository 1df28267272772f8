"""Edits: single changes to a log or a model, as data. `editing` and `remodelling` work out what they come to."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args

from attrs import field, frozen

from onward.log.dates import DateError, Interval, interval_of
from onward.log.log import Value
from onward.model.elements import Span, Unit
from onward.model.guards import Scalar
from onward.model.marked import Node
from onward.problems import Problem, UsageError, suggestion

Kind = Literal["parameter", "event", "context", "condition", "phase", "transition", "forbid", "invariant"]
"""What an edit of a model is about: the same kinds as places in a model's document have."""

_SPAN = re.compile(r"([+-]?)\s*(\d+)\s+([a-z]+)")


def _each(value: object) -> tuple[object, ...]:
    """Return one value, or those of a list or anything like it, as a tuple."""
    return tuple(value) if isinstance(value, Iterable) and not isinstance(value, str | bytes) else (value,)


def names(value: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """Return one name or several as a tuple.

    Raises:
        UsageError: they are no names.

    """
    given = _each(value)
    if wrong := [each for each in given if not isinstance(each, str)]:
        raise UsageError([Problem("edit", f"{wrong[0]!r} is no name", "write a name, or a list of names, in quotes")])
    return tuple(str(each) for each in given)


def codes(value: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """Return the organizations in `A;B`, or in a list of them, as a tuple."""
    return tuple(code.strip() for text in names(value) for code in text.split(";")) if value else ()


def numbers(value: int | tuple[int, ...] | list[int]) -> tuple[int, ...]:
    """Return one number or several as a tuple.

    Raises:
        UsageError: they are no whole numbers.

    """
    given = _each(value)
    found = tuple(each for each in given if isinstance(each, int) and not isinstance(each, bool))
    if len(found) < len(given):
        mend = "write whole numbers, the first row is 1"
        raise UsageError([Problem("rows", f"{value!r} is no number of a row, and no list of them", mend)])
    return found


def date(value: object) -> Interval | None:
    """Return a date in any form as an interval, None for none."""
    try:
        return None if value is None else interval_of(value)
    except DateError as error:
        raise UsageError([Problem("date", error.what, error.mend)]) from error


@frozen
class Shift:
    """So much later or, with a *length* below 0, earlier."""

    length: int
    unit: Unit

    def __str__(self) -> str:
        return f"{Span(abs(self.length), self.unit)} {'earlier' if self.length < 0 else 'later'}"


def shift(value: "Shift | str | None") -> Shift | None:
    """Return a shift written as `2 years` or `-6 months`.

    Raises:
        UsageError: it is written otherwise.

    """
    if value is None or isinstance(value, Shift):
        return value
    match = _SPAN.fullmatch(str(value).strip())
    units: dict[str, Unit] = {name: unit for unit in get_args(Unit) for name in (unit, unit[:-1])}
    if match is None or match[3] not in units:
        what = f"{value!r} is no stretch of time"
        raise UsageError([Problem("by", what, "write a number and years, months, weeks or days: 2 years, -6 months")])
    return Shift(int(match[2]) * (-1 if match[1] == "-" else 1), units[match[3]])


@frozen
class Selection:
    """Which events an edit is about: those of which all that is said holds; each that says nothing asks nothing.

    Attributes:
        ids: the event ids.
        rows: the rows of the log as it was before any edit, counted from 1.
        types: the event types.
        cases: cases that the event belongs to, as people write them (`UN-EU`).
        since: the date from which on; an event counts if all of its date lies there.
        until: the date up to which.
        where: a guard over `event.*`, parameters and constants.

    """

    ids: tuple[str, ...] = field(default=(), converter=names)
    rows: tuple[int, ...] = field(default=(), converter=numbers)
    types: tuple[str, ...] = field(default=(), converter=names)
    cases: tuple[str, ...] = field(default=(), converter=names)
    since: Interval | None = field(default=None, converter=date)
    until: Interval | None = field(default=None, converter=date)
    where: str = ""


def selection(value: "Selection | str | tuple[str, ...] | list[str]") -> Selection:
    """Return which events are meant: a text is an event id, or there are several in a list.

    Raises:
        UsageError: it is neither that nor a selection.

    """
    given: object = value
    if isinstance(given, Selection):
        return given
    if isinstance(given, str | list | tuple) and given:
        return Selection(ids=names(given))
    what = f"{given!r} does not say which events are meant"
    raise UsageError([Problem("which", what, 'write an id, or Selection(types="contact", cases="UN-EU") and the like')])


def by_name(value: Mapping[str, Scalar] | Mapping[str, Value]) -> Mapping[str, Any]:
    """Return values by name, as given.

    Raises:
        UsageError: they are something else.

    """
    given: object = value
    if not isinstance(given, Mapping):
        what = f"{given!r} does not say which name has which value"
        raise UsageError([Problem("edit", what, 'write {"name": value}')])
    return value


def kind(value: Kind) -> Kind:
    """Return the kind of an element.

    Raises:
        UsageError: there is no such kind.

    """
    if value not in get_args(Kind):
        mend = suggestion(str(value), get_args(Kind))
        raise UsageError([Problem("kind", f"there is no kind {value!r} of element of a model", mend)])
    return value


@frozen
class Drop:
    """The events of *which* did not happen."""

    which: Selection = field(converter=selection)
    place: str = field(default="", eq=False, repr=False)


@frozen
class Insert:
    """One more event happened; it stands behind the rows of the log, and so after the others of its instant.

    *case* is for logs with a column of cases, *organizations* for those of pairs.
    """

    event: str
    time: Interval | None = field(converter=date)
    case: str = ""
    organizations: tuple[str, ...] = field(default=(), converter=codes)
    id: str = ""
    until: Interval | None = field(default=None, converter=date)
    attributes: Mapping[str, Value] = field(factory=dict, hash=False, converter=by_name)
    place: str = field(default="", eq=False, repr=False)


@frozen
class Move:
    """The events of *which* happened at another date: *to* a date, or *by* a stretch of time.

    A stretch moves the end of what lasts (`until`) along; *to* a date leaves it as it is.
    """

    which: Selection = field(converter=selection)
    to: Interval | None = field(default=None, converter=date)
    by: Shift | None = field(default=None, converter=shift)
    place: str = field(default="", eq=False, repr=False)


@frozen
class Replace:
    """In place of the events of *which* another happened: what is said here is new, and no attribute is kept.

    What is left out (date, case, organizations, id, until) stays as it was.
    """

    which: Selection = field(converter=selection)
    event: str
    time: Interval | None = field(default=None, converter=date)
    case: str = ""
    organizations: tuple[str, ...] = field(default=(), converter=codes)
    until: Interval | None = field(default=None, converter=date)
    attributes: Mapping[str, Value] = field(factory=dict, hash=False, converter=by_name)
    place: str = field(default="", eq=False, repr=False)


@frozen
class Set:
    """The events of *which* had other *attributes*; those not named stay."""

    which: Selection = field(converter=selection)
    attributes: Mapping[str, Value] = field(hash=False, converter=by_name)
    place: str = field(default="", eq=False, repr=False)


@frozen
class Tune:
    """Parameters of the model have other *values*."""

    values: Mapping[str, Scalar] = field(hash=False, converter=by_name)
    place: str = field(default="", eq=False, repr=False)
    node: Node | None = field(default=None, eq=False, repr=False)


@frozen
class Change:
    """An element of the model says something else.

    Attributes:
        kind: what it is.
        name: its name; of a transition what steps call it (`startup.founding -> startup.proven`), or the number of a
            transition, rule of conduct or invariant in the order of the file, from 1.
        keys: the keys that change, with values as in a model file; None takes a key away.
        place: where the edit stands, if in a file.
        node: *keys* as that file has them, so that a mistake is told at its own line and column.

    """

    kind: Kind = field(converter=kind)
    name: str | int
    keys: Any = field(hash=False)
    place: str = field(default="", eq=False, repr=False)
    node: Node | None = field(default=None, eq=False, repr=False)


@frozen
class Add:
    """An element is added to the model.

    Attributes:
        kind: what it is.
        keys: what it says, as in a model file; of an event type, a phase or a parameter possibly nothing but a value.
        name: its name, where its kind has one of its own.
        before: the transition (or phase, or rule) before which it stands, by name or number; None is behind the last.
        track: the track of a transition or phase, in a model with tracks.
        place: where the edit stands, if in a file.
        node: *keys* as that file has them, so that a mistake is told at its own line and column.

    """

    kind: Kind = field(converter=kind)
    keys: Any = field(default=None, hash=False)
    name: str = ""
    before: str | int | None = None
    track: str = ""
    place: str = field(default="", eq=False, repr=False)
    node: Node | None = field(default=None, eq=False, repr=False)


@frozen
class Remove:
    """An element, by *name* or number as in `Change`, is taken out of the model."""

    kind: Kind = field(converter=kind)
    name: str | int
    place: str = field(default="", eq=False, repr=False)


LogEdit = Drop | Insert | Move | Replace | Set
ModelEdit = Tune | Change | Add | Remove
Edit = LogEdit | ModelEdit


def listed_edits(edits: "Edit | Iterable[Edit]") -> tuple[Edit, ...]:
    """Return one edit, or several, as a tuple.

    Raises:
        UsageError: something among them is no edit.

    """
    given = (edits,) if isinstance(edits, Mapping) else _each(edits)
    if wrong := [each for each in given if not isinstance(each, Edit)]:
        mend = f"make edits of {', '.join(each.__name__ for each in get_args(Edit))}"
        raise UsageError(Problem("edits", f"{each!r:.80} is no edit", mend) for each in wrong)
    return tuple(each for each in given if isinstance(each, Edit))
