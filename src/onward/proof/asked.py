"""What a model asks: by symbol, the cells that its guards tell apart.

A symbol is something of which a value is not known beforehand: an attribute of the next event, a context variable, the
years in a phase. Variables are called by their reducer, and so variables of two models that remember the same are one.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache

from attrs import evolve, field, frozen

from onward.history.judging import View, value_of
from onward.history.memory import is_windowed
from onward.log.log import Value
from onward.model.elements import START, Count, Distinct, Flag, Latest, Max, Open, Reducer, Span, Sum, Timer
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
    Elapsed,
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
    conditions,
    expressions,
)
from onward.model.model import Model
from onward.model.settling import settled
from onward.proof.cells import (
    KINDS,
    Cell,
    Kind,
    cells_of_anything,
    cells_of_counts,
    cells_of_numbers,
    cells_of_truths,
    cells_of_years,
    may_be,
    point,
)


@frozen(cache_hash=True)
class Attr:
    """An attribute of the event at hand, as one value."""

    name: str


@frozen(cache_hash=True)
class Has:
    """Whether an attribute with several values has a certain one, in a certain part."""

    name: str
    part: str
    sought: str


@frozen(cache_hash=True)
class Kept:
    """What a variable holds before the step."""

    reducer: Reducer


@frozen(cache_hash=True)
class Left:
    """What a variable holds after the step, where that is not what it held before and a known number more."""

    kept: Kept


@frozen(cache_hash=True)
class Grown:
    """By how many values that it has not had yet a `distinct` variable grows."""

    kept: Kept


@frozen(cache_hash=True)
class Years:
    """The years in the place on a track; on "start", those since the case began."""

    track: str


@frozen(cache_hash=True)
class RunOut:
    """Whether a timer has run out, of a transition on a track."""

    timer: Timer
    track: str


@frozen(cache_hash=True)
class Column:
    """Of what kind the values of an attribute have been so far: a column of a log has one kind of values."""

    name: str


Symbol = Attr | Has | Kept | Left | Grown | Years | RunOut | Column
Masks = tuple[int, int]

AGE = Years(START)


@frozen(eq=False)
class Questions:
    """What the guards of one or several models compare with constants.

    Attributes:
        models: the models.

    """

    models: tuple[Model, ...]
    _found: dict[Symbol, tuple[Cell, ...]] = field(init=False, factory=dict)
    _classed: dict[Symbol, tuple[int, ...]] = field(init=False, factory=dict)
    _split: dict[object, tuple[Masks, Masks]] = field(init=False, factory=dict)
    _kinds: dict[tuple[Symbol, Kind], int] = field(init=False, factory=dict)

    def cells(self, symbol: Symbol) -> tuple[Cell, ...]:
        """Return the cells of *symbol*."""
        found = self._found.get(symbol)
        if found is None:
            found = self._found[symbol] = self._made(symbol)
        return found

    def _made(self, symbol: Symbol) -> tuple[Cell, ...]:
        match symbol:
            case Attr(name):
                return cells_of_anything(self._of_attributes.get(name, ()))
            case Kept():
                return self._cells_of(symbol)
            case Left(kept):
                return self.cells(kept)
            case Grown(kept):
                return cells_of_counts([max(cell.low for cell in self.cells(kept))])  # type: ignore[type-var]
            case Years():
                return cells_of_years(value for _, value in self._constants.get(symbol, ()))
            case Column():
                return tuple(map(Cell, KINDS))
            case Has() | RunOut():  # the union is closed
                return cells_of_truths()

    def _cells_of(self, kept: Kept) -> tuple[Cell, ...]:
        constants = [value for _, value in self._constants.get(kept, ())]
        match kept.reducer:
            case Flag():
                return cells_of_truths()
            case Latest():
                return cells_of_anything(constants)
            case Max():
                return cells_of_numbers(constants, null=True)
            case Sum():
                return cells_of_numbers([0, *constants])
            case Count() | Distinct() | Open():  # the union is closed
                # Whether anything is left of what time takes away says whether time alone does something.
                return cells_of_counts([*constants, *([0] if is_windowed(kept.reducer) else [])])

    def classes(self, symbol: Symbol) -> tuple[int, ...]:
        """Return the cells of *symbol* in classes: those of one class are alike to every guard; each is a mask."""
        found = self._classed.get(symbol)
        if found is None:
            alike: dict[object, int] = {}
            for bit, cell in enumerate(self.cells(symbol)):
                key = bit if not isinstance(symbol, Kept) else self._looks(symbol, cell)
                alike[key] = alike.get(key, 0) | 1 << bit
            found = self._classed[symbol] = tuple(alike.values())
        return found

    def of_kind(self, symbol: Symbol, kind: Kind) -> int:
        """Return the mask of the cells of *symbol* that are of a kind."""
        key = symbol, kind
        found = self._kinds.get(key)
        if found is None:
            found = self._kinds[key] = sum(1 << bit for bit, cell in enumerate(self.cells(symbol)) if cell.kind == kind)
        return found

    def split(self, symbol: Symbol, sign: Comparison, more: int, value: Value) -> tuple[Masks, Masks]:
        """Return where a comparison with a constant comes out true and where it may not, and the same for false.

        Args:
            symbol: what is compared, once *more* is added to it.
            sign: how.
            more: a whole number.
            value: the constant.

        """
        key = symbol, sign, more, value, type(value)
        found = self._split.get(key)
        if found is None:
            out = [may_be(sign, cell.shifted(more) if more else cell, point(value)) for cell in self.cells(symbol)]
            true, false = (sum(1 << bit for bit, each in enumerate(out) if each[at]) for at in (0, 1))
            neither = sum(1 << bit for bit, each in enumerate(out) if not any(each))
            found = self._split[key] = (true, false | neither), (false, true | neither)
        return found

    def within_class(self, symbol: Symbol, number: int) -> list[Cell]:
        """Return the cells of a class of *symbol*."""
        mask = self.classes(symbol)[number]
        return [cell for bit, cell in enumerate(self.cells(symbol)) if mask >> bit & 1]

    def _looks(self, symbol: Kept, cell: Cell) -> object:
        """Return how the value of a variable that lies in *cell* compares with every constant."""
        if not isinstance(symbol.reducer, Latest):
            return cell
        asked = self._constants.get(symbol, ())
        if any(sign is None for sign, _ in asked):
            return cell
        return tuple(may_be(sign, cell, point(value)) for sign, value in asked if sign is not None)

    @cached_property
    def _constants(self) -> Mapping[Symbol, list[tuple[Comparison | None, Value]]]:
        """By symbol what it is compared with, and how; None where it is compared with what is no constant."""
        found: dict[Symbol, list[tuple[Comparison | None, Value]]] = {}
        for model in self.models:
            for guard in guards_of(model):
                for symbol, sign, constant in comparisons_of(model, guard):
                    found.setdefault(symbol, []).append((sign, constant))
        return found

    @cached_property
    def _of_attributes(self) -> Mapping[str, list[Value]]:
        """The constants that attributes are compared with, by themselves or once a variable keeps them."""
        found: dict[str, list[Value]] = {}
        for symbol, asked in self._constants.items():
            constants = [value for _, value in asked]
            if isinstance(symbol, Attr):
                found.setdefault(symbol.name, []).extend(constants)
            if isinstance(symbol, Kept) and isinstance(symbol.reducer, Latest | Max):
                found.setdefault(symbol.reducer.attribute, []).extend(constants)
        # The sign of what is added says which way a sum goes.
        for model in self.models:
            for variable in model.context:
                if isinstance(variable.reducer, Sum):
                    found.setdefault(variable.reducer.attribute, []).append(0)
        return found


@lru_cache(maxsize=64)
def kept_of(model: Model) -> Mapping[str, Kept]:
    """Return by the name of every variable what it holds, called by its reducer with the model's parameters put in."""
    return {variable.name: Kept(_plain(model, variable.reducer)) for variable in model.context}


def _plain(model: Model, reducer: Reducer) -> Reducer:
    if reducer.where is not None:
        reducer = evolve(reducer, where=_without_names(model, reducer.where))
    if isinstance(reducer, Count | Sum) and reducer.within is not None:
        reducer = evolve(reducer, within=plain_span(model, reducer.within))
    return reducer


def plain_span(model: Model, span: Span) -> Span:
    """Return *span* with its length as a number of months or days."""
    months, days = model.length_of(span)
    return Span(months, "months") if months else Span(days, "days")


def plain_timer(model: Model, timer: Timer) -> Timer:
    """Return *timer* with its length as a number of months or days."""
    return evolve(timer, span=plain_span(model, timer.span))


def _without_names(model: Model, guard: Guard) -> Guard:
    """Return *guard* with the values of parameters in their place, and named conditions written out."""
    return _unnamed(settled(guard, model.constants))


def _unnamed(guard: Guard) -> Guard:
    match guard:
        case And(parts):
            return And(tuple(map(_unnamed, parts)))
        case Or(parts):
            return Or(tuple(map(_unnamed, parts)))
        case Not(part):
            return Not(_unnamed(part))
        case Named(_, part):
            return _unnamed(part)
        case _:
            return guard


def guards_of(model: Model) -> Iterator[Guard]:
    """Yield every guard that decides what a case does, or whether that breaks an invariant."""
    yield from (t.when for t in model.transitions if t.when is not None)
    yield from (rule.when for rule in model.forbid if rule.when is not None)
    yield from (each.guard for each in model.invariants if each.guard is not None)
    yield from (variable.reducer.where for variable in model.context if variable.reducer.where is not None)


def comparisons_of(model: Model, guard: Guard) -> Iterator[tuple[Symbol, Comparison | None, Value]]:
    """Yield each symbol that *guard* compares, how, and with which constant; None and null where it is with another."""
    for condition in conditions(guard):
        for sign, one, other in _pairs(condition):
            for symbol, offset in _symbols(model, one):
                if is_fixed(other):
                    yield symbol, sign, _less(fixed_value(model, other), offset)
                else:
                    yield symbol, None, None


def _less(constant: Value, offset: int) -> Value:
    whole = isinstance(constant, int | float) and not isinstance(constant, bool)
    return constant - offset if offset and whole else constant  # type: ignore[operator]  # a number


def _pairs(condition: Condition) -> Iterator[tuple[Comparison, Expression, Expression]]:
    match condition:
        case Compare(sign, left, right):
            yield sign, left, right
            yield TURNED[sign], right, left
        case OneOf(value, options):
            for option in options:
                yield "==", value, option
                yield "==", option, value
        case Holds(value):
            yield "==", value, Constant(value=True)
        case Contains():  # the union is closed
            pass


def _symbols(model: Model, value: Expression) -> Iterator[tuple[Symbol, int]]:
    """Yield the symbol that *value* is, or is with a whole number added, and that number."""
    match value:
        case Attribute(name):
            yield Attr(name), 0
        case Memory(name):
            yield kept_of(model)[name], 0
        case Elapsed("years_since_start"):
            yield AGE, 0
        case Elapsed(_, track):
            yield Years(track), 0
        case Arithmetic("+", left, right) | Arithmetic("-", left, right) if is_fixed(right):
            by = fixed_value(model, right)
            if isinstance(by, int) and not isinstance(by, bool):
                for symbol, offset in _symbols(model, left):
                    yield symbol, offset + (by if value.operator == "+" else -by)
        case _:
            pass


def is_fixed(value: Expression) -> bool:
    """Tell whether *value* is the same in every step."""
    inside = expressions(Holds(value))
    return all(isinstance(part, Constant | Parameter | TypeName | PhaseName | Arithmetic | Minus) for part in inside)


def fixed_value(model: Model, value: Expression) -> Value:
    """Return what a fixed *value* is."""
    return value_of(value, View(model, (START,) * len(model.track_names), {}))
