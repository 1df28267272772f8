"""Cells: the values that no constant of a model tells apart, taken together.

The constants with which guards compare something cut its values into points and the stretches between them. Where a
value lies is all that such a comparison needs; between two stretches, or where a bound runs through one, a comparison
may come out either way.
"""

import itertools
import math
from collections.abc import Iterable, Iterator
from typing import Literal, TypeVar

from attrs import frozen

from onward.log.log import Value, is_number

Kind = Literal["null", "truth", "number", "text"]
KINDS: tuple[Kind, ...] = ("null", "truth", "number", "text")
Bound = float | int | str | bool | None

MOST_POINTS = 40
"""Counters are told number by number up to here; beyond, only the bounds that guards ask for are told apart."""

_EXACT = 2**53
"""From here on not every whole number is a float."""

T = TypeVar("T")


@frozen
class Cell:
    """All values of one kind between two bounds.

    Attributes:
        kind: what they are; there is one `null`.
        low: the least of them, or the bound above which they lie; None without one.
        high: the greatest, or the bound below which they lie; None without one.
        low_in: whether *low* is one of them.
        high_in: whether *high* is one of them.

    """

    kind: Kind
    low: Bound = None
    high: Bound = None
    low_in: bool = False
    high_in: bool = False

    @property
    def is_point(self) -> bool:
        """Whether it has one value."""
        return self.kind == "null" or (self.low_in and self.high_in and self.low == self.high)

    def has(self, value: Value) -> bool:
        """Tell whether *value* is one of them."""
        if kind_of(value) != self.kind:
            return False
        return value is None or (_above(self, value) and _below(self, value))

    def shifted(self, by: int) -> "Cell":
        """Return the numbers that are greater *by* so much."""
        low = None if self.low is None else self.low + by  # type: ignore[operator]  # bounds of numbers are numbers
        high = None if self.high is None else self.high + by  # type: ignore[operator]
        return Cell(self.kind, low, high, self.low_in, self.high_in)


def _above(cell: Cell, value: Value) -> bool:
    return cell.low is None or cell.low < value or (cell.low_in and cell.low == value)  # type: ignore[operator]


def _below(cell: Cell, value: Value) -> bool:
    return cell.high is None or value < cell.high or (cell.high_in and value == cell.high)  # type: ignore[operator]


def kind_of(value: Value) -> Kind:
    """Tell of what kind *value* is."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "truth"
    return "text" if isinstance(value, str) else "number"


NULL = Cell("null")


def point(value: Value) -> Cell:
    """Return the cell that has *value* only."""
    return Cell(kind_of(value), value, value, low_in=True, high_in=True) if value is not None else NULL


def cells_of_anything(constants: Iterable[Value]) -> tuple[Cell, ...]:
    """Return the cells of what may be of any kind, null among them."""
    asked = list(constants)
    numbers = sorted({value for value in asked if is_number(value) and math.isfinite(value)})
    texts = sorted({value for value in asked if isinstance(value, str)})
    return (
        NULL,
        point(value=False),
        point(value=True),
        *_stretches("number", numbers),
        *_stretches("text", texts, least="" if texts else None),
    )


def cells_of_numbers(constants: Iterable[Value], *, null: bool = False) -> tuple[Cell, ...]:
    """Return the cells of a number, or of null where that may be too."""
    numbers = sorted({value for value in constants if is_number(value) and math.isfinite(value)})
    return (*((NULL,) if null else ()), *_stretches("number", numbers))


def cells_of_truths() -> tuple[Cell, ...]:
    """Return the cells of what is true or false."""
    return (point(value=False), point(value=True))


def cells_of_years(constants: Iterable[Value]) -> tuple[Cell, ...]:
    """Return the cells of a time that has passed, nought the first of them."""
    numbers = sorted({0.0, *(float(value) for value in constants if is_number(value) and 0 < value < math.inf)})
    return tuple(cell for cell in _stretches("number", numbers) if cell.low is not None)


def cells_of_counts(constants: Iterable[Value]) -> tuple[Cell, ...]:
    """Return the cells of a whole number from nought on: each by itself, up to the largest bound asked for."""
    bounds = sorted({math.floor(value) for value in constants if is_number(value) and -1 <= value < math.inf})
    cap = bounds[-1] + 1 if bounds else 0
    if cap <= MOST_POINTS:
        return (*map(point, range(cap)), Cell("number", cap, None, low_in=True))
    edges = sorted({0, *(edge for bound in bounds for edge in (bound, bound + 1) if edge >= 0)})
    return (
        *(Cell("number", low, high - 1, low_in=True, high_in=True) for low, high in itertools.pairwise(edges)),
        Cell("number", edges[-1], None, low_in=True),
    )


def _stretches(kind: Kind, points: list[T], least: str | None = None) -> Iterator[Cell]:
    """Yield the points and what lies between, below and above them; no text lies below the empty one."""
    bounds: list[Bound] = [None, *points, None]  # type: ignore[list-item]  # numbers or texts
    for low, high in itertools.pairwise(bounds):
        if low is not None:
            yield Cell(kind, low, low, low_in=True, high_in=True)
        if low is None and least is not None and high == least:
            continue
        if low is None and least is not None:
            yield Cell(kind, least, high, low_in=True)
        else:
            yield Cell(kind, low, high)


def may_be(sign: str, one: Cell, other: Cell) -> tuple[bool, bool]:
    """Tell whether a comparison of a value in *one* with a value in *other* may come out true, and whether false.

    Null, and values of two kinds, cannot be compared: it comes out as neither.
    """
    if one.kind != other.kind or one.kind == "null":
        return False, False
    below = _reaches_below(one, other)
    above = _reaches_below(other, one)
    same = _meets(one, other)
    match sign:
        case "<":
            return below, same or above
        case "<=":
            return below or same, above
        case ">":
            return above, same or below
        case ">=":
            return above or same, below
        case "==":
            return same, below or above
        case _:
            return below or above, same


def _reaches_below(one: Cell, other: Cell) -> bool:
    """Tell whether some value of *one* may be less than some value of *other*."""
    if one.low is None or other.high is None:
        return True
    return bool(one.low < other.high)  # type: ignore[operator]  # of one kind


def _meets(one: Cell, other: Cell) -> bool:
    """Tell whether a value may be in both."""
    return _begins_by_end(one, other) and _begins_by_end(other, one)


def _begins_by_end(one: Cell, other: Cell) -> bool:
    if one.low is None or other.high is None or one.low < other.high:  # type: ignore[operator]  # of one kind
        return True
    return one.low == other.high and one.low_in and other.high_in


def between(cells: Iterable[Cell]) -> Cell:
    """Return the cell of all numbers from the least of *cells* to the greatest."""
    found = list(cells)
    low = min(found, key=lambda cell: (-math.inf if cell.low is None else cell.low, not cell.low_in))
    high = max(found, key=lambda cell: (math.inf if cell.high is None else cell.high, cell.high_in))
    return Cell("number", low.low, high.high, low.low_in, high.high_in)


def added(one: Cell, other: Cell) -> Cell:
    """Return where the sum of two numbers lies: on the bounds, too, for sums are rounded, and never past them."""
    return Cell("number", _sum(one.low, other.low), _sum(one.high, other.high), low_in=True, high_in=True)


def _sum(one: Bound, other: Bound) -> float | None:
    """Return the sum of two bounds, None where there is none to rely on."""
    if one is None or other is None:
        return None
    found: float = one + other  # type: ignore[operator, assignment]  # numbers
    # Beyond 2^53 not every whole number is a float, and a bound that is one says nothing of whole numbers.
    return found if -_EXACT < found < _EXACT else None


def times(cell: Cell, factor: int) -> Cell:
    """Return where *factor* times a number of *cell* lies."""
    low = None if cell.low is None else cell.low * factor
    high = None if cell.high is None else cell.high * factor
    if factor == 0:
        return point(0)
    return (
        Cell("number", low, high, cell.low_in, cell.high_in)
        if factor > 0
        else Cell("number", high, low, cell.high_in, cell.low_in)
    )
