"""Values and truths of guards as terms for a solver: of any kind, perhaps missing, numbers rounded as floats are.

A truth is a pair: surely true, surely false; neither is unknown. A value has a tag for each kind that it may be of; one
without any is missing. A number is exact where both sides of a sum or a product are whole (as Python's whole numbers
are), and otherwise lies where rounding may have put it, so that nothing is proved that only exact numbers would obey.
What is known without the solver stays a plain Python value, which keeps terms small.
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import z3
from attrs import evolve, field, frozen

from onward.model.guards import COMPARE, Comparison, Operator

Term = Any
"""A term of the solver, or the Python value that stands for it: the solver's own types are not checked."""

EXACT: Term = z3.Bool("exact")
"""While it is assumed, no number is rounded: it leads the search for a log that shows what can go wrong."""

_EPS: Term = z3.Q(1, 2**50)
_HUGE: Term = z3.RealVal(2**1000)
"""Beyond it a float may have become infinite; any amount as large stands for infinity, too."""
_TINY: Term = z3.Q(1, 2**1000)
_WHOLE = 2**53
"""Up to it a float has every whole number."""


def both(*parts: Term) -> Term:
    """Return the conjunction of *parts*."""
    if any(part is False for part in parts):
        return False
    left = [part for part in parts if part is not True]
    return True if not left else left[0] if len(left) == 1 else z3.And(*left)


def either(*parts: Term) -> Term:
    """Return the disjunction of *parts*."""
    if any(part is True for part in parts):
        return True
    left = [part for part in parts if part is not False]
    return False if not left else left[0] if len(left) == 1 else z3.Or(*left)


def nay(part: Term) -> Term:
    """Return the opposite of *part*."""
    return (not part) if isinstance(part, bool) else z3.Not(part)


def choice(condition: Term, one: Term, other: Term) -> Term:
    """Return *one* where *condition* holds, else *other*."""
    if isinstance(condition, bool):
        return one if condition else other
    if one is other:
        return one
    if isinstance(one, bool) or isinstance(other, bool):
        return either(both(condition, one), both(nay(condition), other))
    return z3.If(condition, one, other)


def implied(condition: Term, fact: Term) -> Term:
    """Return that *fact* holds where *condition* does."""
    return either(nay(condition), fact)


def same(one: Term, other: Term) -> Term:
    """Return that two terms are equal, truths or numbers."""
    if isinstance(one, bool) and isinstance(other, bool):
        return one == other
    if isinstance(one, bool):
        return other if one else nay(other)
    if isinstance(other, bool):
        return one if other else nay(one)
    return one == other


@frozen(eq=False)
class Truth:
    """What a guard comes to: whether it is true, and whether it is false."""

    yes: Term
    no: Term

    @property
    def opposite(self) -> "Truth":
        """The truth of the opposite."""
        return Truth(self.no, self.yes)


UNKNOWN = Truth(yes=False, no=False)


def known(term: Term) -> Truth:
    """Return *term* as a truth that is never unknown."""
    return Truth(term, nay(term))


def all_of(truths: Iterable[Truth]) -> Truth:
    """Return the truth of an `and`."""
    parts = tuple(truths)
    return Truth(both(*(part.yes for part in parts)), either(*(part.no for part in parts)))


def one_of(truths: Iterable[Truth]) -> Truth:
    """Return the truth of an `or`."""
    return all_of(truth.opposite for truth in truths).opposite


@frozen(eq=False)
class Value:
    """A value of any kind.

    Attributes:
        number: whether it is a number.
        truth: whether it is true or false.
        text: whether it is a text.
        amount: the number.
        whole: whether that is a whole number to Python, which is never rounded.
        nan: whether it is no number after all: what infinite floats come to.
        holds: the truth.
        code: the text, as a number: texts are in the order of their codes.

    """

    number: Term = False
    truth: Term = False
    text: Term = False
    amount: Term = 0
    whole: Term = True
    nan: Term = False
    holds: Term = False
    code: Term = 0

    @property
    def present(self) -> Term:
        """Whether there is a value at all."""
        return either(self.number, self.truth, self.text)

    def where(self, condition: Term) -> "Value":
        """Return the value, which is missing unless *condition* holds."""
        number, truth, text = (both(tag, condition) for tag in (self.number, self.truth, self.text))
        return evolve(self, number=number, truth=truth, text=text)

    @property
    def parts(self) -> tuple[Term, ...]:
        """The terms, in the order of the attributes."""
        return (self.number, self.truth, self.text, self.amount, self.whole, self.nan, self.holds, self.code)


MISSING = Value()


def amount_of(value: float) -> Term:
    """Return a number as the solver takes it, exactly."""
    if isinstance(value, int):
        return value
    exact = Fraction(value)
    return z3.Q(exact.numerator, exact.denominator)


def whole_number(amount: Term) -> Value:
    """Return a whole number."""
    return Value(number=True, amount=amount)


def chosen(condition: Term, one: Value, other: Value) -> Value:
    """Return *one* where *condition* holds, else *other*."""
    return Value(*(choice(condition, this, that) for this, that in zip(one.parts, other.parts, strict=True)))


def identical(one: Value, other: Value) -> Term:
    """Return that two values are the same in every respect."""
    return both(*(same(this, that) for this, that in zip(one.parts, other.parts, strict=True)))


def equal(one: Value, other: Value) -> Term:
    """Return that two values are one to Python, to which true is 1."""
    numbers = both(
        either(one.number, one.truth), either(other.number, other.truth), same(_as_number(one), _as_number(other))
    )
    return either(numbers, both(one.text, other.text, same(one.code, other.code)))


def _as_number(value: Value) -> Term:
    return choice(value.number, value.amount, choice(value.holds, 1, 0))


def compared(sign: Comparison, one: Value, other: Value) -> Truth:
    """Compare two values of one kind; what is missing, or of two kinds, cannot be compared."""
    return _joined(
        (both(one.number, other.number), _of_numbers(sign, one, other)),
        (both(one.text, other.text), COMPARE[sign](one.code, other.code)),
        (both(one.truth, other.truth), _of_truths(sign, one.holds, other.holds)),
    )


def _joined(*cases: tuple[Term, Term]) -> Truth:
    yes = either(*(both(possible, found) for possible, found in cases))
    return Truth(yes, either(*(both(possible, nay(found)) for possible, found in cases)))


def _of_numbers(sign: Comparison, one: Value, other: Value) -> Term:
    nan = either(one.nan, other.nan)
    found = COMPARE[sign](one.amount, other.amount)
    return either(nan, found) if sign == "!=" else both(nay(nan), found)


def _of_truths(sign: Comparison, one: Term, other: Term) -> Term:
    if sign in {"==", "!="}:
        return same(one, other) if sign == "==" else nay(same(one, other))
    return COMPARE[sign](choice(one, 1, 0), choice(other, 1, 0))


@frozen(eq=False)
class Facts:
    """What holds of terms made so far, and the names that terms take.

    Attributes:
        prefix: begins every name, so that no two steps share one.
        terms: the facts.
        loose: what could not be said exactly, in words; shared by all steps of a run.

    """

    prefix: str
    terms: list[Term] = field(factory=list)
    loose: dict[str, None] = field(factory=dict)
    taken: list[None] = field(factory=list)

    def onward(self, prefix: str) -> "Facts":
        """Return where to note the facts of another step of the same run."""
        return Facts(prefix, loose=self.loose)

    def add(self, *terms: Term) -> None:
        """Note that *terms* hold."""
        self.terms.extend(term for term in terms if term is not True)

    def name(self, what: str) -> str:
        """Return a new name for a term that is *what*."""
        self.taken.append(None)
        return f"{self.prefix}:{what}:{len(self.taken)}"

    def real(self, what: str) -> Term:
        """Return a new number."""
        return z3.Real(self.name(what))

    def whole(self, what: str) -> Term:
        """Return a new whole number."""
        return z3.Int(self.name(what))

    def truth(self, what: str) -> Term:
        """Return a new truth."""
        return z3.Bool(self.name(what))


def negative(value: Value) -> Value:
    """Return a number with its sign turned, which rounds nothing."""
    return Value(number=value.number, amount=-value.amount, whole=value.whole, nan=value.nan)


_SIDES = (z3.RealSort(), z3.RealSort(), z3.BoolSort(), z3.BoolSort())
# Functions of which little is known, but that the same sides make the same number.
_ROUNDED = {sign: z3.Function(f"rounded {sign}", *_SIDES, z3.RealSort()) for sign in ("+", "*")}
_IS_NAN = {sign: z3.Function(f"nan {sign}", *_SIDES, z3.BoolSort()) for sign in ("+", "*")}


def _as_real(term: Term) -> Term:
    if not z3.is_expr(term):
        return z3.RealVal(term)
    return z3.ToReal(term) if z3.is_int(term) else term


def _as_bool(term: Term) -> Term:
    return z3.BoolVal(term) if isinstance(term, bool) else term


def reckoned(facts: Facts, sign: Operator, one: Value, other: Value) -> Value:
    """Return two numbers made one; missing where one of them is no number."""
    if sign == "-":
        return reckoned(facts, "+", one, negative(other))
    number = both(one.number, other.number)
    if number is False:
        return MISSING
    whole = both(one.whole, other.whole)
    linear = sign == "+" or _is_constant(one.amount) or _is_constant(other.amount)
    if linear and whole is True:
        amount = one.amount + other.amount if sign == "+" else one.amount * other.amount
        return Value(number=number, amount=amount)
    kinds = _as_bool(one.whole), _as_bool(other.whole)
    found = _ROUNDED[sign](_as_real(one.amount), _as_real(other.amount), *kinds)
    nan = _IS_NAN[sign](_as_real(one.amount), _as_real(other.amount), *kinds)
    infinite = either(_beyond(one.amount), _beyond(other.amount))
    if sign == "+":
        _add_sum(facts, found, one, other, infinite)
    else:
        _add_product(facts, found, one, other, linear=linear)
    facts.add(implied(nan, both(nay(whole), nay(EXACT), _has_no_answer(sign, one.amount, other.amount))))
    return Value(number=both(one.number, other.number), amount=found, whole=whole, nan=either(one.nan, other.nan, nan))


def _has_no_answer(sign: Operator, one: Term, other: Term) -> Term:
    """Return whether a sum is of infinities that undo each other, or a product of one and nought."""
    if sign == "+":
        return either(both(one >= _HUGE, other <= -_HUGE), both(one <= -_HUGE, other >= _HUGE))
    return either(both(same(one, 0), _beyond(other)), both(_beyond(one), same(other, 0)))


def _is_constant(term: Term) -> bool:
    return not z3.is_expr(term) or z3.is_rational_value(z3.simplify(term))


def _beyond(term: Term) -> Term:
    return either(term >= _HUGE, term <= -_HUGE)


def _size(term: Term) -> Term:
    return z3.If(term >= 0, term, -term) if z3.is_expr(term) else abs(term)


def _add_sum(facts: Facts, found: Term, one: Value, other: Value, infinite: Term) -> None:
    """Add what is known of a rounded sum: near the exact one, and on its side of either part."""
    exact = one.amount + other.amount
    off = (_size(one.amount) + _size(other.amount)) * _EPS
    facts.add(
        implied(either(EXACT, both(one.whole, other.whole)), found == exact),
        implied(nay(infinite), both(found - exact <= off, exact - found <= off)),
    )
    for this, that in ((one, other), (other, one)):
        kept = either(nay(this.whole), both(this.amount <= _WHOLE, this.amount >= -_WHOLE))
        facts.add(
            implied(both(kept, that.amount >= 0), found >= this.amount),
            implied(both(kept, that.amount <= 0), found <= this.amount),
        )


def _add_product(facts: Facts, found: Term, one: Value, other: Value, *, linear: bool) -> None:
    """Add what is known of a rounded product: its sign and, where one side is a constant, how near it is."""
    for this, that in ((one, other), (other, one)):
        facts.add(
            implied(both(this.amount >= 0, that.amount >= 0), found >= 0),
            implied(both(this.amount >= 0, that.amount <= 0), found <= 0),
            implied(both(this.amount <= 0, that.amount <= 0), found >= 0),
            implied(both(same(this.amount, 0), nay(_beyond(that.amount))), same(found, 0)),
        )
    if not linear:
        facts.loose["products of two values are known by their signs only"] = None
        facts.add(implied(EXACT, found == one.amount * other.amount))
        return
    exact = one.amount * other.amount
    off = _size(exact) * _EPS + _TINY
    facts.add(
        implied(either(EXACT, both(one.whole, other.whole)), found == exact),
        implied(nay(_beyond(exact)), both(found - exact <= off, exact - found <= off)),
    )
