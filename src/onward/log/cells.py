"""One cell, or one column of cells, becomes typed values; knows no column's name."""

import math
import re
import reprlib
from collections.abc import Callable, Sequence
from datetime import date, time
from decimal import Decimal

from onward.log.dates import HOW_TO_WRITE, DateError, Interval, interval_of
from onward.log.log import AttributeType, Value

INTEGER = re.compile(r"0|-?[1-9][0-9]*")
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*|(?=\.))(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
INTEGERS = range(-(2**63), 2**63)
# What people put between two codes when they don't put a semicolon.
OTHER_SEPARATORS = re.compile(r"\s*(?:[,/|&+\u2013\u2014-]|\band\b)\s*")


class CellError(ValueError):
    """A cell that does not hold what its column needs.

    Attributes:
        what: what is wrong with it.
        mend: what to write instead.

    """

    def __init__(self, what: str, mend: str) -> None:
        self.what = what
        self.mend = mend
        super().__init__(f"{what}; {mend}")


def read_value(cell: object) -> Value:
    """Return the value of an attribute's *cell*; an empty one is None.

    Raises:
        CellError: the cell holds a list, a table or an object of some other library.

    """
    match cell:
        case str():
            return cell.strip() or None
        case None | bool() | int() | float():
            return cell
        case date() | time():
            return cell.isoformat()
        case Decimal():
            return float(cell)
        case _:
            raise CellError(
                f"{reprlib.repr(cell)} is not one value", "write text, a number, true or false, or leave it empty"
            )


def read_name(cell: object) -> str:
    """Return the text of a *cell* that names something; an empty one is an empty string."""
    value = read_value(cell)
    # A column of numbers with gaps comes out of a data frame as 17.0.
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else spell(value)


def read_type(cell: object) -> str:
    """Return the event type in a *cell*."""
    name = read_name(cell)
    if not name:
        raise CellError("there is no event type", "write what happened")
    return name


def read_case(cell: object) -> str:
    """Return the case in a *cell*."""
    name = read_name(cell)
    if not name:
        raise CellError("there is no case", "write whose event it is")
    return name


def read_time(cell: object) -> Interval:
    """Return the date in a *cell*."""
    if cell is None:
        raise DateError("there is no date", HOW_TO_WRITE)
    return interval_of(cell)


def read_until(cell: object) -> Interval | None:
    """Return the date in a *cell*, or None if it is empty."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    return interval_of(cell)


def read_organizations(cell: object) -> tuple[str, ...]:
    """Return the codes in a *cell*: two or more, joined by `;` or in a list."""
    codes = read_any_organizations(cell)
    if not codes:
        raise CellError("there is no organization", "write two codes or more, joined by ';'")
    return codes


def read_any_organizations(cell: object) -> tuple[str, ...]:
    """Return the codes in a *cell*, none where the log says otherwise whose event it is."""
    text = _joined(cell)
    if not text:
        return ()
    codes = tuple(code.strip() for code in text.split(";"))
    if not all(codes):
        full = ";".join(filter(None, codes))
        raise CellError(f"{text!r} has an empty code", f"write {full!r}, or the code that is missing")
    if len(codes) == 1:
        parts = [part for part in OTHER_SEPARATORS.split(text) if part]
        mend = f"write {';'.join(parts)!r}" if len(parts) > 1 else "add the other one, after a ';'"
        raise CellError(f"{text!r} is one organization, and a pair needs two", mend)
    once = dict.fromkeys(codes)
    if len(once) < len(codes):
        twice = next(code for code in once if codes.count(code) > 1)
        raise CellError(f"{text!r} has {twice!r} twice", "write each organization once, and two at least")
    return codes


def _joined(cell: object) -> str:
    """Return the text of a *cell* of organizations; a list of codes is joined by `;`."""
    if isinstance(cell, list | tuple) and all(isinstance(code, str) for code in cell):
        return ";".join(cell)
    return read_name(cell)


def type_text(cells: Sequence[Value]) -> tuple[AttributeType, tuple[Value, ...]]:
    """Return the type that every one of *cells*, all text, can be read as, and the cells so read."""
    distinct = {cell for cell in cells if isinstance(cell, str)}
    readings: dict[str, Value]
    for type_, read in TEXT_TYPES:
        try:
            readings = {cell: read(cell) for cell in distinct}
        except ValueError:
            continue
        if readings:
            return type_, tuple(readings[cell] if isinstance(cell, str) else None for cell in cells)
    return "string", tuple(cells)


def type_values(values: Sequence[Value]) -> tuple[AttributeType, tuple[Value, ...]]:
    """Return the type of *values* that bear types already; what is mixed becomes text."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return "boolean", tuple(values)
    numbers = kinds and kinds <= {int, float}
    if numbers and all(value in INTEGERS for value in values if isinstance(value, int)):
        if kinds == {int}:
            return "integer", tuple(values)
        return "number", tuple(None if value is None else float(value) for value in values)
    return "string", tuple(None if value is None else spell(value) for value in values)


def spell(value: bool | float | str) -> str:  # noqa: FBT001 - the value is what is spelled
    """Return *value* as text, as JSON spells it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _truth(text: str) -> bool:
    """Return whether *text* says true; anything but true and false is a ValueError."""
    return bool(("false", "true").index(text.casefold()))


def _integer(text: str) -> int:
    """Return the integer in *text*; a leading zero makes it a code, and past 64 bits it is one too."""
    if not INTEGER.fullmatch(text) or int(text) not in INTEGERS:
        raise ValueError(text)
    return int(text)


def _number(text: str) -> float:
    """Return the number in *text*, unless it would not survive the reading."""
    if not NUMBER.fullmatch(text) or math.isinf(float(text)):
        raise ValueError(text)
    if INTEGER.fullmatch(text):
        return float(_integer(text))
    return float(text)


TEXT_TYPES: tuple[tuple[AttributeType, Callable[[str], Value]], ...] = (
    ("boolean", _truth),
    ("integer", _integer),
    ("number", _number),
)
