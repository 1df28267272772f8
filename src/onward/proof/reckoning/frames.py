"""Frames: the states that steps lead from and to, and what happens in between, as terms for a solver."""

from collections.abc import Iterator, Mapping

import z3
from attrs import frozen

from onward.model.guards import Attribute
from onward.model.model import Model
from onward.proof.reckoning.lengths import Length
from onward.proof.reckoning.values import EXACT, Facts, Term, Value, both, either, implied, nay, same

YEAR: Term = z3.Q(3652425, 10000)
"""Days of the mean year, by which elapsed years count."""

UNIFORM: Term = z3.Bool("uniform")
"""While it is assumed, every column has one kind of values, as in every log; a live case may meet several."""

_YEARS = z3.Function("years", z3.RealSort(), z3.RealSort())
"""What a float says of days in years: of the same days the same."""

_BLUR: Term = z3.Q(1, 2**51)


@frozen(eq=False)
class Clockwork:
    """A timer on a track: what runs out when the time of its transitions is over.

    Attributes:
        track: the track whose moves start it.
        length: how long it runs.
        rest: which of the model's sets of event types starts it anew, None for no event.

    """

    track: str
    length: Length
    rest: int | None


@frozen(eq=False)
class Kept:
    """What one context variable keeps.

    Attributes:
        value: what guards see.
        entries: how many entries a windowed or open variable has.
        lasting: how many of them never end.
        till: the instant through which the newest of a window counts, if there is one.

    """

    value: Value
    entries: Term = 0
    lasting: Term = 0
    till: Term = 0


@frozen(eq=False)
class Frame:
    """A state of a case between two steps, as terms.

    Attributes:
        model: whose case it is.
        places: by track the number of the place, its first of `model.ranks`; `start` is 0.
        since: by track the instant of the last move; of no matter at `start`.
        began: the instant at which the case left `start`; of no matter before.
        years: by track the years since that move, as a float says them.
        age: the years since the beginning.
        now: the instant of the step before, in days.
        late: whether that instant is over.
        kept: by context variable what it keeps.
        rests: for each set of event types that starts timers anew, whether there was such an event, and when.
        ends: for each timer the instant through which it runs; of no matter while its track is at `start`.

    """

    model: Model
    places: Mapping[str, Term]
    since: Mapping[str, Term]
    began: Term
    years: Mapping[str, Term]
    age: Term
    now: Term
    late: Term
    kept: Mapping[str, Kept]
    rests: tuple[tuple[Term, Term], ...]
    ends: tuple[Term, ...]

    def place(self, track: str = "") -> Term:
        """Return where the case is on *track*: the number of the place in `model.places`."""
        return self.places[track]

    def value(self, variable: str) -> Value:
        """Return the value of a context variable."""
        return self.kept[variable].value

    def number(self, variable: str) -> Term:
        """Return the amount of a context variable that is a number."""
        return self.kept[variable].value.amount

    def flag(self, variable: str) -> Term:
        """Return whether a context variable that is a flag is up."""
        return self.kept[variable].value.holds


@frozen(eq=False)
class Happening:
    """What happens in a step: an event of some type with its attributes, or a tick.

    Attributes:
        tick: whether time alone makes the step.
        kind: the number of the event's type in the model.
        attributes: by name the values recorded.
        parts: for attributes with several values, whether a value, as it is spelled, is among those of a part.
        ends: whether its end is recorded.
        until: that instant.

    """

    tick: Term
    kind: Term
    attributes: Mapping[str, Value]
    parts: Mapping[tuple[Attribute, str], Term]
    ends: Term
    until: Term


@frozen(eq=False)
class Fresh:
    """An instant that the calendar sets in a step: *length* after *start*, where *made* holds."""

    made: Term
    length: Length
    start: Term
    end: Term


@frozen(eq=False)
class Entry:
    """What a step enters into a variable.

    Attributes:
        made: whether it enters anything.
        ends: whether that ends.
        end: the instant through which it counts.
        value: the value of the attribute.

    """

    made: Term
    ends: Term
    end: Term
    value: Value


def whole_column(attribute: str) -> Term:
    """Return whether the numbers of a column are whole to Python: all of them are or none, as in every log."""
    return z3.Bool(f"{attribute} has whole numbers")


def any_value(facts: Facts, name: str, whole: Term) -> Value:
    """Return a value of any kind or none, *whole* if it is a number."""
    return Value(
        number=facts.truth(f"{name} is a number"),
        truth=facts.truth(f"{name} is a truth"),
        text=facts.truth(f"{name} is a text"),
        amount=facts.real(name),
        whole=whole,
        holds=facts.truth(name),
        code=facts.real(f"{name} as a text"),
    )


def one_kind(value: Value, attribute: str) -> Iterator[Term]:
    """Yield that a value of a column has one kind at most and, in a log, that of the column."""
    yield nay(both(value.number, value.truth))
    yield nay(both(value.number, value.text))
    yield nay(both(value.truth, value.text))
    number, truth = z3.Bool(f"{attribute} has numbers"), z3.Bool(f"{attribute} has truths")
    yield implied(both(UNIFORM, value.number), number)
    yield implied(both(UNIFORM, value.truth), both(truth, nay(number)))
    yield implied(both(UNIFORM, value.text), nay(either(truth, number)))


def whole_if_its_column_is(total: Value, attribute: str) -> Term:
    """Return that a sum is as whole as what it adds up, unless that is nothing."""
    whole = whole_column(attribute)
    return both(implied(whole, total.whole), implied(both(total.whole, nay(whole)), same(total.amount, 0)))


def same_number(one: Value, other: Value) -> Term:
    """Return that two numbers are the same."""
    return both(same(one.amount, other.amount), same(one.whole, other.whole))


def years_of(amount: Term, since: Term) -> Value:
    """Return years as guards see them, missing unless there is anything *since* which they count."""
    return Value(number=since, amount=amount, whole=False)


def elapsed(years: Term, days: Term) -> Term:
    """Return that *years* are so many *days*, as a float says them."""
    exact = days / YEAR
    off = exact * _BLUR
    return both(years == _YEARS(days), implied(EXACT, years == exact), years - exact <= off, exact - years <= off)


def ahead(end: Term, frame: Frame) -> Term:
    """Return whether the instant *end* is not over yet."""
    return either(end > frame.now, both(same(end, frame.now), nay(frame.late)))
