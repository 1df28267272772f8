"""Spans of time in a document: `3 years`, `{years: 3}` or, with a parameter, `{years: wait}`."""

import re
from collections.abc import Iterable
from typing import get_args

from onward.model import marked
from onward.model.elements import Span, Timer, Unit
from onward.model.guards import Scalar
from onward.model.marked import Node, Plain
from onward.model.reading import Reader, field_of
from onward.model.schema import UNITS, keys_of
from onward.model.spelling import spelled
from onward.model.vocabulary import is_name
from onward.problems import nearest, suggestion

_LONGEST = {"years": 9_999, "months": 119_988, "weeks": 521_722, "days": 3_652_058}
"""From the first day of the calendar to its last."""

_ONE_UNIT = "write it in one unit"
_SMALLER = {"years": ("months", 12), "weeks": ("days", 7)}
"""The units that make up a larger one, always as many of them."""

_LENGTH = re.compile("([0-9]{1,9}) ?([A-Za-z]{1,9})")
_LENGTHS = re.compile(f"{_LENGTH.pattern}(?: ?,? ?(?:and )?{_LENGTH.pattern}){{0,3}}")
_WRITE = "write a whole number of 1 or more, in a smaller unit if need be"


def read_within(see: Reader, node: Node | None) -> Span | None:
    """Return how far back a variable looks, None without a limit; note what is no span."""
    return None if node is None else _span(see, node, "span")


def read_timer(see: Reader, node: Node | None) -> Timer | None:
    """Return the timer of a transition, None without one; note what is none."""
    if node is None:
        return None
    span = _span(see, node, "timer")
    without = field_of(node, "without")
    types = see.types_named(without) if without is not None else ()
    return None if span is None else Timer(span, types)


def _span(see: Reader, node: Node, part: str) -> Span | None:
    if isinstance(node, Plain):
        return _of_text(see, node)
    example = "{years: 3, without: [types]}" if "without" in keys_of(part) else "{years: 3}"
    if not isinstance(node, marked.Mapping):
        see.note(node.place, "a list is no span of time", f"write 3 years, or {example}")
        return None
    parts = see.fields(node, part, "a span of time")
    said = [key for key in parts if key in UNITS]
    if len(said) == 1:
        return _of_unit(see, parts[said[0]], _unit(said[0]))
    if said:
        see.note(node.place, f"a span of time is in {' and in '.join(said)}", _ONE_UNIT)
    elif all(key.text in keys_of(part) for key, _ in node.entries):
        see.note(node.place, "a span of time has no unit", f"write {example}, or months, weeks, days")
    return None


def _unit(name: str) -> Unit:
    return next(unit for unit in get_args(Unit) if unit == name)


def _of_text(see: Reader, node: Plain) -> Span | None:
    number, _, word = node.text.strip().partition(" ")
    word = word.strip()
    name = _unit_called(word)
    length = Plain(number, quoted=False, place=node.place).value
    if name and isinstance(length, int | float):
        return _checked(see, node, length, _unit(name))
    see.note(node.place, f"{node.text!r} is no span of time", _mend(" ".join(node.text.split())))
    return None


def _unit_called(word: str) -> str:
    """Return the unit that *word* names, one or several of it; "" if there is none."""
    return next((unit for unit in UNITS if word in {unit, unit[:-1]}), "")


def _mend(text: str) -> str:
    """Return how to put *text* right, which is no span of time; its blanks are single."""
    lengths = [(number, _nearest(word)) for number, word in _LENGTH.findall(text)] if _LENGTHS.fullmatch(text) else []
    if lengths and all(word for _, word in lengths):
        number, word = lengths[0]
        return _in_one_unit(lengths) if len(lengths) > 1 else f"did you mean '{number} {word}'?"
    number, _, word = text.partition(" ")
    name = _unit_called(_nearest(word))
    if name and is_name(number):
        return f"write it in figures, or a parameter as {{{name}: {number}}}"
    return "write 3 years, or months, weeks, days"


def _nearest(word: str) -> str:
    """Return how *word* is spelled, one or several of a unit; "" if it is like none."""
    return nearest(word, [*UNITS, *(unit[:-1] for unit in UNITS)]) or ""


def _in_one_unit(lengths: Iterable[tuple[str, str]]) -> str:
    """Return how to write several *lengths* as one, in the largest unit that does for all, if one does."""
    for unit in UNITS:
        wholes = [_wholes(int(number), _unit_called(word), unit) for number, word in lengths]
        total = sum(filter(None, wholes))
        if None not in wholes and 1 <= total <= _LONGEST[unit]:
            return f"{_ONE_UNIT}: {total} {unit}"
    return _ONE_UNIT


def _wholes(number: int, of: str, unit: str) -> int | None:
    """Return how many of *unit* as many of another are, None where that is no whole number or differs."""
    smaller, times = _SMALLER.get(of, ("", 0))
    return number if of == unit else number * times if smaller == unit else None


def _of_unit(see: Reader, node: Node, unit: Unit) -> Span | None:
    length = node.value if isinstance(node, Plain) else None
    if length is None or not isinstance(node, Plain):
        see.note(node.place, f"a span of time has no number of {unit}", _WRITE)
    elif not isinstance(length, str):
        return _checked(see, node, length, unit)
    elif length not in see.names.parameters:
        mend = suggestion(length, see.names.parameters, otherwise="write a whole number, or the name of a parameter")
        see.note(node.place, f"there is no parameter {length!r}", mend)
    else:
        value = see.names.parameters[length]
        if value is None or _is_length(value, unit):
            return Span(length, unit)
        what = f"the parameter {length!r} is {spelled(value)}, which is no number of {unit}"
        see.note(node.place, what, f"give it a whole number from 1 to {_LONGEST[unit]}")
    return None


def _checked(see: Reader, node: Plain, length: Scalar, unit: Unit) -> Span | None:
    if _is_length(length, unit) and isinstance(length, int):
        return Span(length, unit)
    beyond = isinstance(length, int | float) and length > _LONGEST[unit]
    mend = f"write at most {_LONGEST[unit]} {unit}, the whole of the calendar" if beyond else _WRITE
    see.note(node.place, f"{spelled(length)} {unit} is no span of time", mend)
    return None


def _is_length(value: Scalar, unit: Unit) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _LONGEST[unit]
