"""Spans of time in a document: `3 years`, `{years: 3}` or, with a parameter, `{years: wait}`."""

from typing import get_args

from onward.model import marked
from onward.model.elements import Span, Timer, Unit
from onward.model.guards import Scalar
from onward.model.marked import Node, Plain
from onward.model.reading import Reader, field_of
from onward.model.schema import UNITS, keys_of
from onward.model.spelling import spelled
from onward.problems import nearest, suggestion

_LONGEST = {"years": 9_999, "months": 119_988, "weeks": 521_722, "days": 3_652_058}
"""From the first day of the calendar to its last."""

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
    parts = see.fields(node, part, "a span of time")
    said = [key for key in parts if key in UNITS]
    if len(said) == 1:
        return _of_unit(see, parts[said[0]], _unit(said[0]))
    if said:
        see.note(node.place, f"a span of time is in {' and in '.join(said)}", "write it in one unit")
    elif isinstance(node, marked.Mapping) and all(key.text in keys_of(part) for key, _ in node.entries):
        example = "{years: 3, without: [types]}" if "without" in keys_of(part) else "{years: 3}"
        see.note(node.place, "a span of time has no unit", f"write {example}, or months, weeks, days")
    return None


def _unit(name: str) -> Unit:
    return next(unit for unit in get_args(Unit) if unit == name)


def _of_text(see: Reader, node: Plain) -> Span | None:
    number, _, word = node.text.strip().partition(" ")
    word = word.strip()
    name = next((unit for unit in UNITS if word in {unit, unit[:-1]}), "")
    length = Plain(number, quoted=False, place=node.place).value
    if name and isinstance(length, int | float):
        return _checked(see, node, length, _unit(name))
    near = nearest(word, UNITS)
    if name:
        mend = f"write it in figures, or a parameter as {{{name}: {number}}}"
    else:
        mend = f"did you mean '{number} {near}'?" if near else "write 3 years, or months, weeks, days"
    see.note(node.place, f"{node.text!r} is no span of time", mend)
    return None


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
