"""Terms: what a value in a guard is, as far as it is known: a constant, a symbol, whole numbers reckoned together."""

from collections.abc import Iterator
from typing import Literal

from attrs import frozen

from onward.log.log import Value, is_number
from onward.model.guards import (
    COMPARE,
    Comparison,
)
from onward.proof.asked import Symbol
from onward.proof.cells import kind_of


@frozen
class Known:
    """A value that is known."""

    value: Value


@frozen
class Sole:
    """What one symbol is."""

    symbol: Symbol


@frozen
class Whole:
    """A whole number: symbols of whole numbers, so many times each, and a number."""

    parts: tuple[tuple[Symbol, int], ...]
    more: int = 0


@frozen
class Loose:
    """A number of which nothing is known, made of *symbols*, each of which must be a number."""

    what: object
    symbols: tuple[Symbol, ...]


Term = Known | Sole | Whole | Loose


def compared(sign: Comparison, one: Value, other: Value) -> bool | None:
    """Return how two values compare; None where they cannot be compared."""
    if one is None or kind_of(one) != kind_of(other):
        return None
    return COMPARE[sign](one, other)


def reckoned(sign: Literal["+", "-", "*"], one: Term, other: Term, what: object) -> Term:
    """Return two numbers made one."""
    if any(isinstance(each, Known) and not is_number(each.value) for each in (one, other)):
        return Known(None)
    match one, other:
        case Known(left), Known(right):
            assert is_number(left)  # noqa: S101  # asked above
            assert is_number(right)  # noqa: S101
            return Known({"+": left + right, "-": left - right}.get(sign, left * right))
        case _ if (whole := _as_whole(one)) is not None and (more := _as_whole(other)) is not None:
            if sign == "+":
                return _plus(whole, more)
            if sign == "-":
                return minus(whole, more)
            if not whole.parts or not more.parts:
                factor, much = (whole.more, more) if not whole.parts else (more.more, whole)
                return _times(much, factor)
        case _:
            pass
    return Loose(what, (*symbols_of(one), *symbols_of(other)))


def _as_whole(term: Term) -> Whole | None:
    match term:
        case Whole():
            return term
        case Known(int(value)):
            return Whole((), value)
        case _:
            return None


def _plus(one: Whole, other: Whole) -> Whole:
    counts: dict[Symbol, int] = {}
    for symbol, factor in (*one.parts, *other.parts):
        counts[symbol] = counts.get(symbol, 0) + factor
    return Whole(tuple((symbol, factor) for symbol, factor in counts.items() if factor), one.more + other.more)


def _times(one: Whole, factor: int) -> Whole:
    return Whole(tuple((symbol, many * factor) for symbol, many in one.parts if factor), one.more * factor)


def minus(one: Whole, other: Whole) -> Whole:
    """Return the difference; whatever there is of a symbol on both sides falls out."""
    return _plus(one, _times(other, -1))


def symbols_of(term: Term) -> Iterator[Symbol]:
    """Yield the symbols of which *term* is made."""
    match term:
        case Sole(symbol):
            yield symbol
        case Loose(_, symbols):
            yield from symbols
        case Whole(parts):
            yield from (symbol for symbol, _ in parts)
        case Known():  # the union is closed
            pass
