"""Asking: what a step of a case asks of a world, and what that tells of memory, guards and time.

Wherever the answer hangs on something that is not known, the world settles it: what the event records, what memory
holds, how much time has passed. What cannot be told exactly is left open.
"""

import math

from attrs import define, field, frozen

from onward.history.memory import answers, is_windowed
from onward.log.log import Value, is_number
from onward.model.elements import (
    START,
    Count,
    Distinct,
    Flag,
    Latest,
    Max,
    Open,
    Reducer,
    Span,
    Sum,
    Timer,
    Transition,
)
from onward.model.guards import (
    TURNED,
    And,
    Arithmetic,
    Attribute,
    Compare,
    Comparison,
    Condition,
    Constant,
    Contains,
    CurrentPhase,
    Elapsed,
    EventType,
    Expression,
    Guard,
    Holds,
    Memory,
    Minus,
    Named,
    Not,
    OneOf,
    Or,
    Parameter,
    PhaseName,
    TypeName,
)
from onward.model.model import Model, compare_ranks
from onward.model.spelling import spelled
from onward.proof.asked import AGE, Attr, Grown, Has, Kept, Left, RunOut, Symbol, Years, kept_of, plain_timer
from onward.proof.cells import KINDS, Cell, Kind, added, between, may_be, point, times
from onward.proof.terms import Known, Loose, Sole, Term, Whole, compared, minus, reckoned, symbols_of
from onward.proof.worlds import World

Trigger = str | None
"""The type of an event; None where time alone passes."""


@define(eq=False)
class Step:
    """One step of a model in one world: what it asks, and what that tells of memory and time.

    Attributes:
        model: what may happen.
        world: what is settled.
        places: where the case was.
        trigger: the type of the event, None where time alone passes.
        exact: the variables of which is told what the event does to them; for others that is left open.

    """

    model: Model
    world: World
    places: tuple[str, ...]
    trigger: Trigger
    exact: frozenset[Kept]
    _after: dict[Kept, Term] = field(factory=dict)

    # ---- memory

    def asking(self, world: World) -> "Step":
        """Return the same step, to ask *world* further."""
        return Step(self.model, world, self.places, self.trigger, self.exact, dict(self._after))

    def before(self, kept: Kept) -> Term:
        """Return what a variable held before the step."""
        return Whole(((kept, 1),)) if _is_counter(kept) else Sole(kept)

    def after(self, kept: Kept) -> Term:
        """Return what it holds after the event, or once time has passed."""
        found = self._after.get(kept)
        if found is None:
            found = self._after[kept] = self._updated(kept)
        return found

    def _updated(self, kept: Kept) -> Term:
        reducer = kept.reducer
        changes = is_windowed(reducer) if self.trigger is None else answers(reducer.types, self.trigger)
        if not changes:
            return self.before(kept)
        if kept not in self.exact:
            return _left(kept)
        if self.trigger is None:
            return self._faded(kept)
        if reducer.where is not None and not self.is_true(reducer.where, Sight(self, self.places)):
            return self.before(kept)
        return self._added_to(kept, self.trigger)

    def _added_to(self, kept: Kept, kind: str) -> Term:
        """Return what an event of this *kind* leaves in a variable that answers to it."""
        match kept.reducer:
            case Flag(set=types):
                return Known(answers(types, kind))
            case Count():
                return Whole(((kept, 1),), 1)
            case Open():
                # What has ended before it counts, as one of `2003` until `2003-06` has, never runs.
                return Whole(((kept, 1),), 1 if self.world.settle(("runs", kept)) else 0)
            case Latest(attribute):
                return self.before(kept) if self.is_of(Attr(attribute), "null") else Sole(Attr(attribute))
            case Distinct(attribute, part=part):
                if self.is_of(Attr(attribute), "null"):
                    return Whole(((kept, 1),))
                return Whole(((kept, 1), (Grown(kept), 1))) if part else self._with_value(kept)
            case Max(attribute):
                return self._greater(kept, Attr(attribute))
            case Sum(attribute):  # the union is closed
                if not self.is_of(Attr(attribute), "number"):
                    return self.before(kept)
                return self._inside(kept, added(self._span(kept), self._span(Attr(attribute))))

    def _with_value(self, kept: Kept) -> Term:
        """Return a number of values with one more: what is not new has come before."""
        world = self.world
        mask = world.mask(kept)
        had = mask & ~world.within(kept, lambda cell: cell.high == 0)
        if not had:
            return Whole(((kept, 1),), 1)
        if world.settle(("new", kept)):
            return Whole(((kept, 1),), 1)
        world.masks[kept] = had
        return Whole(((kept, 1),))

    def _greater(self, kept: Kept, attribute: Attr) -> Term:
        if not self.is_of(attribute, "number"):
            return Sole(kept)
        if not self.is_of(kept, "number"):
            return Sole(attribute)
        more, less = self._may_be(">", attribute, kept)
        greater = more if more is not less else self.world.settle(("greater", kept))
        return Sole(attribute if greater else kept)

    def _faded(self, kept: Kept) -> Term:
        """Return what is left of what time takes away."""
        if isinstance(kept.reducer, Sum):
            return _left(kept)
        top = self._span(kept)
        return self._inside(kept, Cell("number", 0, top.high, low_in=True, high_in=top.high_in))

    def _inside(self, kept: Kept, cell: Cell) -> Term:
        """Return what a variable holds after the step, of which is known in which *cell* it lies."""
        left = Left(kept)
        self.world.masks[left] = self.world.mask(left) & self.world.within(left, lambda one: may_be("==", one, cell)[0])
        return _left(kept)

    def holds_something(self, kept: Kept) -> bool:
        """Settle whether there is anything in a window; numbers in one may come to nought."""
        if isinstance(kept.reducer, Sum):
            return True
        some = self.world.within(kept, lambda cell: cell.high != 0)
        return self.world.decide(kept, some, self.world.within(kept, lambda cell: cell.low == 0), "something")

    def is_of(self, symbol: Symbol, kind: Kind) -> bool:
        """Settle whether *symbol* is of a *kind*."""
        yes = self.world.questions.of_kind(symbol, kind)
        return self.world.decide(symbol, yes, ~yes)

    def _span(self, symbol: Symbol) -> Cell:
        return between(cell for cell in self.world.cells(symbol) if cell.kind == "number")

    def _may_be(self, sign: str, one: Symbol, other: Symbol) -> tuple[bool, bool]:
        found = [may_be(sign, a, b) for a in self.world.cells(one) for b in self.world.cells(other)]
        return any(yes for yes, _ in found), any(no for _, no in found)

    # ---- guards

    def is_true(self, guard: Guard, sight: "Sight") -> bool:
        """Settle whether *guard* holds."""
        return self._is(guard, sight, wanted=True)

    def _is(self, guard: Guard, sight: "Sight", *, wanted: bool) -> bool:
        match guard:
            case And(parts):
                return (all if wanted else any)(self._is(part, sight, wanted=wanted) for part in parts)
            case Or(parts):
                return (any if wanted else all)(self._is(part, sight, wanted=wanted) for part in parts)
            case Not(part):
                return self._is(part, sight, wanted=not wanted)
            case Named(_, part):
                return self._is(part, sight, wanted=wanted)
            case OneOf(value, options):
                equal = (Compare("==", value, option) for option in options)
                return (any if wanted else all)(self._is(each, sight, wanted=wanted) for each in equal)
            case Compare() | Holds() | Contains():  # the union is closed
                return self._comes_out(guard, sight, wanted=wanted)

    def _comes_out(self, condition: Condition, sight: "Sight", *, wanted: bool) -> bool:
        match condition:
            case Contains(value, attribute):
                return self._has(attribute, self.term(value, sight), wanted=wanted)
            case Holds(value):
                return self._compared("==", self.term(value, sight), Known(value=True), sight, wanted=wanted)
            case Compare(sign, left, right):
                one, other = sight.rank(left), sight.rank(right)
                if one is not None and other is not None:
                    return compare_ranks(sign, one, other) is wanted
                return self._compared(sign, self.term(left, sight), self.term(right, sight), sight, wanted=wanted)
            case OneOf():  # pragma: no cover  # taken apart above
                raise AssertionError(condition)

    def _has(self, attribute: Attribute, sought: Term, *, wanted: bool) -> bool:
        if self.trigger is None or not isinstance(sought, Known) or sought.value is None:
            return False
        if self.is_of(Attr(attribute.name), "null"):
            return False
        has = Has(attribute.name, attribute.part, spelled(sought.value))
        return self.world.decide(has, 2, 1) is wanted

    def term(self, value: Expression, sight: "Sight") -> Term:
        """Return what *value* is, as far as it is known."""
        match value:
            case Constant(constant):
                return Known(constant)
            case Parameter(name):
                return Known(self.model.constants[name])
            case Memory(name, before):
                return sight.memory(kept_of(self.model)[name], before=before)
            case Attribute(name):
                return Known(None) if self.trigger is None else Sole(Attr(name))
            case EventType():
                return Known(self.trigger)
            case TypeName(name) | PhaseName(name):
                return Known(name)
            case CurrentPhase(before, track):
                return Known((self.places if before else sight.places)[self.model.track_numbers[track]])
            case Elapsed(since, track):
                return sight.years(AGE if since == "years_since_start" else Years(track))
            case Minus(operand):
                return reckoned("-", Known(0), self.term(operand, sight), (value, sight.key))
            case Arithmetic(sign, left, right):  # the union is closed
                return reckoned(sign, self.term(left, sight), self.term(right, sight), (value, sight.key))

    def _compared(self, sign: Comparison, one: Term, other: Term, sight: "Sight", *, wanted: bool) -> bool:
        """Settle whether a comparison comes out as *wanted*."""
        match one, other:
            case Known(left), Known(right):
                return compared(sign, left, right) is wanted
            case Known(), (Sole() | Whole() | Loose()):
                return self._compared(TURNED[sign], other, one, sight, wanted=wanted)
            case Sole(symbol), Known(value):
                return self._with_constant(sign, symbol, 0, value, wanted=wanted)
            case Whole(((symbol, 1),), more), Known(value):
                return self._with_constant(sign, symbol, more, value, wanted=wanted)
            case Whole(), Known(value):
                return is_number(value) and self._whole(sign, one, value, wanted=wanted)
            case Whole(), Whole():
                return self._whole(sign, minus(one, other), 0, wanted=wanted)
            case Sole(symbol), Sole(same):
                return self._two(sign, symbol, same, wanted=wanted)
            case _:
                return self._loosely(sign, one, other, wanted=wanted)

    def _with_constant(self, sign: Comparison, symbol: Symbol, more: int, value: Value, *, wanted: bool) -> bool:
        if isinstance(value, float) and math.isnan(value):
            return self.world.settle((sign, symbol, more, wanted))
        yes, no = self.world.questions.split(symbol, sign, more, value)
        return self.world.decide(symbol, *(yes if wanted else no), (sign, more, type(value), value, wanted))

    def _whole(self, sign: Comparison, one: Whole, value: float, *, wanted: bool) -> bool:
        """Compare whole numbers with a number: whatever there is of a symbol on both sides falls out."""
        if not one.parts:
            return compared(sign, one.more, value) is wanted
        if len(one.parts) == 1 and one.parts[0][1] == 1:
            return self._with_constant(sign, one.parts[0][0], one.more, value, wanted=wanted)
        span = point(one.more)
        for symbol, factor in one.parts:
            span = added(span, times(self._span(symbol), factor))
        yes, no = may_be(sign, span, point(value))
        holds = yes if yes is not no else self.world.settle((sign, one, value))
        return holds is wanted

    def _two(self, sign: Comparison, one: Symbol, other: Symbol, *, wanted: bool) -> bool:
        """Compare what two symbols are, where they are of one kind."""
        for kind in KINDS[1:]:
            if self.is_of(one, kind):
                if not self.is_of(other, kind):
                    return False
                if one == other:
                    return (sign in {"==", "<=", ">="}) is wanted
                yes, no = self._sums(sign, one, other) or self._may_be(sign, one, other)
                return (yes if yes is not no else self.world.settle((sign, one, other))) is wanted
        return False

    def _sums(self, sign: Comparison, one: Symbol, other: Symbol) -> tuple[bool, bool] | None:
        """Compare a sum with what it was: the sign of what was added tells, and rounding never turns it round."""
        match one, other:
            case Left(Kept(Sum(attribute)) as kept), Kept() if kept == other and self.trigger is not None:
                amount = between(self.world.cells(Attr(attribute)))
                up = amount.low is not None and amount.low >= 0  # type: ignore[operator]  # numbers
                down = amount.high is not None and amount.high <= 0  # type: ignore[operator]
                return {(">=", up): (True, False), ("<=", down): (True, False)}.get((sign, True)) or {
                    ("<", up): (False, True),
                    (">", down): (False, True),
                }.get((sign, True))
            case Kept(), Left():
                return self._sums(TURNED[sign], other, one)
            case _:
                return None

    def _loosely(self, sign: Comparison, one: Term, other: Term, *, wanted: bool) -> bool:
        """Leave open how a comparison of numbers comes out that cannot be told."""
        if any(isinstance(each, Known) and not is_number(each.value) for each in (one, other)):
            return False
        numbers = all(self.is_of(symbol, "number") for symbol in (*symbols_of(one), *symbols_of(other)))
        return numbers and self.world.settle((sign, one, other, wanted))

    # ---- time

    def has_run_out(self, transition: Transition, timer: Timer, sight: "Sight") -> bool:
        """Settle whether the time of a transition has run out."""
        if sight.has_moved(transition.track):
            return False
        begun = self.trigger is not None and timer.without and answers(timer.without, self.trigger)
        # Without a guard it would have fired when its time ran out, before the event.
        if begun or (self.trigger is not None and transition.when is None):
            return False
        plain = plain_timer(self.model, timer)
        run_out = RunOut(plain, transition.track)
        if self.world.mask(run_out) == 3:  # neither settled as so nor as not so
            emptied = [
                (symbol, mask)
                for kept in kept_of(self.model).values()
                if _is_emptied(kept.reducer, plain) and (found := self._nothing_in(kept)) is not None
                for symbol, mask in [found]
            ]
            if any(not self.world.mask(symbol) & mask for symbol, mask in emptied):
                self.world.masks[run_out] = 1
            elif self.world.decide(run_out, 2, 1):
                for symbol, mask in emptied:
                    self.world.masks[symbol] = self.world.mask(symbol) & mask
        return self.world.mask(run_out) == 2  # settled as so

    def _nothing_in(self, kept: Kept) -> tuple[Symbol, int] | None:
        """Return the symbol of a counter, and the cells in which it is nought."""
        match self.after(kept):
            case Whole(((symbol, 1),), 0):
                return symbol, self.world.within(symbol, lambda cell: cell.low == 0)
            case _:
                return None


def _is_emptied(reducer: Reducer, timer: Timer) -> bool:
    """Tell whether a window has nothing left in it once *timer* has run out.

    What is in the window starts the timer anew, and leaves the window no later than the timer ends.
    """
    if not isinstance(reducer, Count) or reducer.within is None or not timer.without:
        return False
    if "any" in timer.without:
        return _is_no_longer(reducer.within, timer.span)
    inside = reducer.types is not None and all(answers(timer.without, kind) for kind in reducer.types)
    return inside and _is_no_longer(reducer.within, timer.span)


def _is_no_longer(one: Span, other: Span) -> bool:
    """Tell whether *one* ends no later than *other* wherever in the calendar both begin."""
    assert isinstance(one.length, int)  # noqa: S101  # plain spans
    assert isinstance(other.length, int)  # noqa: S101
    if one.unit == other.unit:
        return one.length <= other.length
    if one.unit == "months":
        return one.length // 12 * 366 + one.length % 12 * 31 <= other.length
    return one.length <= other.length // 12 * 365 + other.length % 12 * 28


@frozen(eq=False)
class Sight:
    """What guards see at one point of a step.

    Attributes:
        step: the step.
        places: where the case is now.
        updated: whether memory has been updated.
        moved: the tracks that have moved.
        has_begun: whether the case left `start` in this step.

    """

    step: Step
    places: tuple[str, ...]
    updated: bool = False
    moved: frozenset[str] = frozenset()
    has_begun: bool = False

    @property
    def key(self) -> object:
        """What tells its answers from those at another point of the same step."""
        return self.updated, self.moved, self.has_begun

    def rank(self, value: Expression) -> range | None:
        """Return the positions in the model's order that *value* stands for, where it is a phase."""
        model = self.step.model
        match value:
            case CurrentPhase(before, track):
                return model.ranks[(self.step.places if before else self.places)[model.track_numbers[track]]]
            case PhaseName(name):
                return model.ranks[name]
            case _:
                return None

    def memory(self, kept: Kept, *, before: bool) -> Term:
        """Return what a variable holds."""
        return self.step.after(kept) if self.updated and not before else self.step.before(kept)

    def years(self, symbol: Years) -> Term:
        """Return the years in a place, or since the case began."""
        if symbol == AGE:
            if self.has_begun:
                return Known(0.0)
            return Known(None) if all(place == START for place in self.step.places) else Sole(AGE)
        if self.has_moved(symbol.track):
            return Known(0.0)
        place = self.places[self.step.model.track_numbers[symbol.track]]
        return Known(None) if place == START else Sole(symbol)

    def has_moved(self, track: str) -> bool:
        """Tell whether the case has moved on *track* in this step."""
        return track in self.moved


def _is_counter(kept: Kept) -> bool:
    return isinstance(kept.reducer, Count | Distinct | Open)


def _left(kept: Kept) -> Term:
    """Return what a variable holds after the step, whatever that is."""
    return Whole(((Left(kept), 1),)) if _is_counter(kept) else Sole(Left(kept))
