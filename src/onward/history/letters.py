"""Letters: what an event alone decides, answered for whole columns.

The meaning is `judging`'s, condition by condition; here it is spelled for columns. A comparison of values of two kinds,
or with nothing recorded, is unknown.
"""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import polars as pl
from attrs import define, field, frozen
from numpy.typing import NDArray

from onward.history.program import Letter, UnfitError, conditions_of
from onward.history.several import parts_of
from onward.history.thresholds import WHOLE, cut
from onward.log.columns import Coded, Columns
from onward.model.guards import (
    COMPARE,
    TURNED,
    Arithmetic,
    Attribute,
    Compare,
    Comparison,
    Condition,
    Constant,
    Contains,
    Expression,
    Holds,
    Minus,
    Parameter,
    PhaseName,
    Scalar,
    TypeName,
)
from onward.model.model import Model
from onward.model.spelling import spelled

UNKNOWN_LETTER = Letter(None)

_MANY = 1_000
"""Texts of event types beyond which it pays to leave out those that no row has."""

# How a condition comes out, as a digit; where it is not asked it is unknown.
_TRUTHS = (None, False, True)


@define
class Alphabet:
    """The letters met so far, each at its number; the first is that of every unknown event type."""

    model: Model
    letters: list[Letter] = field(factory=lambda: [UNKNOWN_LETTER])
    _numbers: dict[Letter, int] = field(factory=lambda: {UNKNOWN_LETTER: 0})

    def read(self, columns: Columns) -> NDArray[np.uint32]:
        """Return the number of every row's letter.

        Raises:
            UnfitError: numbers are too large to be compared exactly.

        """
        codes, types = _present(columns.types)
        asked = {name: conditions_of(self.model, name) if name in self.model.kinds else () for name in types}
        keys: NDArray[Any] = codes
        meanings: list[tuple[int, ...]] = [(code,) for code in range(len(types))]
        every = tuple(dict.fromkeys(condition for each in asked.values() for condition in each))
        for condition in every:
            digits = _truths(condition, columns, self.model)
            needed = np.array([condition in asked[name] for name in types])
            if not needed.all():
                digits = np.where(needed[codes], digits, 0)
            meanings = [(*meaning, digit) for meaning in meanings for digit in range(len(_TRUTHS))]
            keys, meanings = _dense(keys.astype(np.int64) * len(_TRUTHS) + digits, meanings)
        numbers = [
            self.number(self._letter(types[code], dict(zip(every, digits, strict=True)), asked[types[code]]))
            for code, *digits in meanings
        ]
        letters: NDArray[np.uint32] = np.array(numbers or [0], np.uint32)[keys]
        return letters

    def _letter(self, name: str, digits: Mapping[Condition, int], asked: tuple[Condition, ...]) -> Letter:
        if name not in self.model.kinds:
            return UNKNOWN_LETTER
        return Letter(name, tuple((condition, _TRUTHS[digits[condition]]) for condition in asked))

    def number(self, letter: Letter) -> int:
        """Return the number of *letter*, a new one if it is first met."""
        if letter not in self._numbers:
            self._numbers[letter] = len(self.letters)
            self.letters.append(letter)
        return self._numbers[letter]


def _present(types: Coded) -> tuple[NDArray[np.uint32], list[str]]:
    """Return the types that some row has, and the number of each row's; a category may come from other columns."""
    if len(types.texts) <= _MANY:
        return types.codes, types.texts.to_list()
    present = np.zeros(len(types.texts), bool)
    present[types.codes] = True
    numbers = (np.cumsum(present) - 1).astype(np.uint32)
    return numbers[types.codes], types.texts.filter(pl.Series(present)).to_list()


def _dense(keys: NDArray[Any], meanings: list[tuple[int, ...]]) -> tuple[NDArray[Any], list[tuple[int, ...]]]:
    """Return *keys* and *meanings* without those that no row has."""
    present = np.zeros(len(meanings), bool)
    present[keys] = True
    numbers = np.cumsum(present) - 1
    return numbers[keys], [meaning for meaning, there in zip(meanings, present, strict=True) if there]


@frozen(eq=False)
class _Operand:
    """A column of values of one kind, or one value for every row.

    Attributes:
        kind: what the values are; `none` where nothing is recorded at all.
        values: an array, or one value; texts a polars series, or a text.
        known: where something is recorded; None is everywhere.
        largest: how far from nought whole numbers go; None for other numbers.

    """

    kind: Literal["number", "text", "truth", "none"]
    values: Any = None
    known: NDArray[np.bool_] | None = None
    largest: int | None = None


_NOTHING = _Operand("none")


def numbers_of(name: str, columns: Columns) -> tuple[NDArray[np.float64], int]:
    """Return the numbers of an attribute as the fold's sums take them, NaN for none, and how far whole ones go."""
    operand = _of_attribute(name, columns)
    if operand.kind != "number":
        return np.full(len(columns), np.nan), 0
    values = operand.values.astype(np.float64)
    if operand.known is not None:
        values = np.where(operand.known, values, np.nan)
    return values, operand.largest or 0


def _truths(condition: Condition, columns: Columns, model: Model) -> NDArray[np.int64]:
    """Return how *condition* comes out in every row, as digits."""
    match condition:
        case Compare(sign, left, right):
            return _compared(sign, _operand(left, columns, model), _operand(right, columns, model), len(columns))
        case Holds(value):
            operand = _operand(value, columns, model)
            if operand.kind != "truth":
                return np.zeros(len(columns), np.int64)
            return _digits(operand.values, operand.known, len(columns))
        case Contains(value, Attribute(name, part)):
            return _containing(_known(value, model), columns.attributes.get(name), part, len(columns))
        case _:
            raise AssertionError("`in` is spelled out before")


def _containing(sought: Scalar, column: pl.Series | None, part: str, rows: int) -> NDArray[np.int64]:
    """Return in which rows *sought* is one of the values of *column*, as digits."""
    if column is None:
        return np.zeros(rows, np.int64)
    cells = column.unique(maintain_order=True).drop_nulls()
    digits = [1 + (spelled(sought) in parts_of(cell, part)) for cell in cells.to_list()]
    found = column.replace_strict(cells, pl.Series(digits, dtype=pl.Int64), default=0, return_dtype=pl.Int64)
    return found.fill_null(0).to_numpy()


def _known(value: Expression, model: Model) -> Scalar:
    match value:
        case Constant(known):
            return known
        case Parameter(name):
            return model.constants[name]
        case TypeName(name) | PhaseName(name):
            return name
        case _:
            raise UnfitError("what may be one of several values is no constant")


def _digits(
    truths: "NDArray[np.bool_] | np.bool_ | bool", known: NDArray[np.bool_] | None, rows: int
) -> NDArray[np.int64]:
    digits = np.broadcast_to(np.asarray(truths), rows).astype(np.int64) + 1
    return digits if known is None else np.where(known, digits, 0)


def _compared(sign: Comparison, one: _Operand, other: _Operand, rows: int) -> NDArray[np.int64]:
    if one.kind != other.kind or one.kind == "none":
        return np.zeros(rows, np.int64)
    known = _both(one.known, other.known)
    if one.kind != "number":
        return _digits(np.asarray(COMPARE[sign](one.values, other.values)), known, rows)
    if _is_column(other) and not _is_column(one):
        sign, one, other = TURNED[sign], other, one
    if one.largest is not None and not _is_column(other):
        return _digits(_within(one.values, *cut(sign, other.values)), known, rows)
    if (one.largest is None) != (other.largest is None) and max(one.largest or 0, other.largest or 0) > WHOLE:
        raise UnfitError("whole numbers beyond 2^53 are compared with others")
    return _digits(COMPARE[sign](one.values, other.values), known, rows)


def _within(values: Any, low: int | bool, high: int | bool, inside: bool) -> Any:  # noqa: ANN401, FBT001  # what `cut` returns
    """Tell which whole *values* lie from *low* up to *high*, or which do not."""
    found = _reaches(values, low) & ~_reaches(values, high)
    return found if inside else ~found


def _reaches(values: Any, bound: int | bool) -> Any:  # noqa: ANN401, FBT001  # as above
    if bound is True or bound is False or not -(2**63) <= bound < 2**63:
        return np.full(np.shape(values), bound if isinstance(bound, bool) else bound < 0)
    return np.asarray(values) >= bound


def _is_column(operand: _Operand) -> bool:
    return isinstance(operand.values, np.ndarray)


def _both(one: NDArray[np.bool_] | None, other: NDArray[np.bool_] | None) -> NDArray[np.bool_] | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other


def _operand(value: Expression, columns: Columns, model: Model) -> _Operand:
    match value:
        case Constant(known):
            return _of_scalar(known)
        case Parameter(name):
            return _of_scalar(model.constants[name])
        case TypeName(name) | PhaseName(name):
            return _of_scalar(name)
        case Attribute(name):
            return _of_attribute(name, columns)
        case Minus(operand):
            return _reckoned("-", _of_scalar(0), _operand(operand, columns, model))
        case Arithmetic(sign, left, right):
            return _reckoned(sign, _operand(left, columns, model), _operand(right, columns, model))
        case _:
            raise AssertionError(value)


def _of_scalar(value: Scalar) -> _Operand:
    match value:
        case bool():
            return _Operand("truth", value)
        case str():
            return _Operand("text", value)
        case int():
            return _Operand("number", value, largest=abs(value))
        case _:
            return _Operand("number", value)


def _of_attribute(name: str, columns: Columns) -> _Operand:
    if name not in columns.attributes:
        return _NOTHING
    column = columns.attributes[name]
    known = column.is_not_null().to_numpy() if column.null_count() else None
    match column.dtype:
        case pl.Boolean:
            return _Operand("truth", column.fill_null(value=False).to_numpy(), known)
        case pl.Int64:
            values = column.fill_null(0)
            low, high = values.min() or 0, values.max() or 0
            return _Operand("number", values.to_numpy(), known, max(-int(low), int(high)))  # type: ignore[arg-type]  # whole numbers
        case pl.Float64:
            return _Operand("number", column.fill_null(0.0).to_numpy(), known)
        case _:
            return _Operand("text", column.fill_null(""), known)


def _reckoned(sign: str, one: _Operand, other: _Operand) -> _Operand:
    if one.kind != "number" or other.kind != "number":
        return _NOTHING
    largest = None
    if one.largest is not None and other.largest is not None:
        largest = one.largest * other.largest if sign == "*" else one.largest + other.largest
        if largest >= 2**63:
            raise UnfitError("a guard reckons with whole numbers beyond 2^63")
    with np.errstate(all="ignore"):
        match sign:
            case "+":
                values = one.values + other.values
            case "-":
                values = one.values - other.values
            case _:
                values = one.values * other.values
    return _Operand("number", values, _both(one.known, other.known), largest)
