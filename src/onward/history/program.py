"""Program: a model as numbers, ready to be folded over a log.

What an event alone decides (its type, its attributes) is answered before the fold and makes its *letter*. For every
letter and place this module works out what is left to ask of memory and clocks, as a graph of tests: each test leads
on to another, or to an exit. Knows no log, no column and no compiler.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Literal

from attrs import define, evolve, field, frozen

from onward.history.judging import YEAR, View, is_number, judge, value_of
from onward.history.state import answers
from onward.history.thresholds import Bound, cut
from onward.log.log import Event
from onward.model.elements import START, Distinct, Forbid, Transition
from onward.model.guards import (
    TURNED,
    And,
    Arithmetic,
    Attribute,
    Compare,
    Comparison,
    Condition,
    Constant,
    CurrentPhase,
    Elapsed,
    EventType,
    Expression,
    Guard,
    Holds,
    Memory,
    Minus,
    Not,
    OneOf,
    Or,
    Parameter,
    PhaseName,
    TypeName,
    conditions,
    expressions,
    holds,
)
from onward.model.model import Model, compare_ranks
from onward.problems import Problem, UsageError

# Exits of a graph are negative, so that one comparison tells them from tests.
NO = -1
"""The graph's exit where nothing fires, nothing is forbidden, or the invariant does not hold."""
YES = -2
"""The exit where the first rule forbids, or the invariant holds; transition *t* fires at `YES - t`."""
UNKNOWN_TYPE = -3
"""In the table of what is refused: the vocabulary lacks the event's type."""

MOST_BITS = 62
"""Context variables, and `always` invariants, that a case's bits have room for."""

YEAR_IN_MICROSECONDS = YEAR // YEAR.resolution

TestKind = Literal["counter", "before", "grew", "clock", "was", "sum"]
TESTS: tuple[TestKind, ...] = ("counter", "before", "grew", "clock", "was", "sum")


@frozen
class Test:
    """One question to memory or a clock.

    Attributes:
        kind: `counter` (a variable has reached a bound), `before` (it had, before the event), `grew` (the event added
            to it), `clock` (so many microseconds in the phase, or since the beginning), `was` (the place before the
            event is one of a set), `sum` (two sums compare).
        what: the number of the variable, of the clock (0 in the phase, 1 since the beginning), of the set or of the
            comparison of sums.
        bound: the least number that is enough.
        yes: where to go on if so: a test, or an exit.
        no: where to go on if not.
        unknown: where to go on if that cannot be told.

    """

    kind: TestKind
    what: int
    bound: int
    yes: int
    no: int
    unknown: int


@frozen
class Sums:
    """Two sums to compare, in postfix order: what a test of kind `sum` asks."""

    sign: Comparison
    left: tuple[Expression | str, ...]
    right: tuple[Expression | str, ...]


@frozen
class Letter:
    """What an event is to a model, whatever the case: its type and how the conditions on its attributes come out.

    Attributes:
        type: the event type; None where the vocabulary lacks it.
        truths: for each of the program's conditions true, false or None (unknown); only those that the type needs.

    """

    type: str | None
    truths: tuple[tuple[Condition, bool | None], ...] = ()


@frozen
class Counting:
    """A context variable that an event adds to; *attribute* is whose values it keeps apart, if it does."""

    variable: int
    attribute: str | None


@frozen
class Page:
    """What the program says of one letter: for every place, where its graphs begin.

    Attributes:
        counts: the variables that the event adds to.
        refused: by place, the graph of what is forbidden.
        plainly: by place, whether a refusal needs no more words than the letter and the place.
        fires: by place, the graph of the transitions that the event triggers, eventless ones after them.
        goes_on: by place, the graph of the eventless transitions, for a case that has just come there.
        answered: by place, whether a transition out of it answers the event.
        invariants: for each guarded invariant, by place after the event, the graph that tells whether it holds.

    """

    counts: tuple[Counting, ...]
    refused: tuple[int, ...]
    plainly: tuple[bool, ...]
    fires: tuple[int, ...]
    goes_on: tuple[int, ...]
    answered: tuple[bool, ...]
    invariants: tuple[tuple[int, ...], ...]


@frozen
class Invariants:
    """The invariants with a guard.

    Attributes:
        positions: where each stands in the model.
        bits: the bit of each `always` one among those that are broken, -1 for the others.
        steady: whether each looks at the case alone, never at the event.

    """

    positions: tuple[int, ...]
    bits: tuple[int, ...]
    steady: tuple[bool, ...]


class UnfitError(UsageError):
    """The model, or a log under it, is beyond the columnar engine; *why* says what."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(
            [Problem("engine", f"the columnar engine cannot run this: {why}", "ask for the engine 'plain'")]
        )


@define
class Program:
    """A model as graphs of tests, which grow as letters are met.

    Attributes:
        model: the model.
        tests: every test so far; its number is its position.
        sets: sets of places that `was` tests ask about.
        sums: comparisons of sums.
        pages: what was worked out for each letter.

    """

    model: Model
    tests: list[Test] = field(factory=list)
    sets: list[frozenset[int]] = field(factory=list)
    sums: list[Sums] = field(factory=list)
    pages: dict[Letter, Page] = field(factory=dict)
    _known: dict[object, int] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        always = sum(invariant.kind == "always" for invariant in self.model.invariants)
        if max(len(self.model.context), always) > MOST_BITS:
            raise UnfitError(f"{self.model.name} has more than {MOST_BITS} context variables or `always` invariants")

    @property
    def invariants(self) -> Invariants:
        """The invariants that graphs tell about: all but `irreversible`, which the path alone decides."""
        guarded = [number for number, each in enumerate(self.model.invariants) if each.guard is not None]
        always = [number for number in guarded if self.model.invariants[number].kind == "always"]
        asked = [{type(part) for part in expressions(each.guard)} for each in self.model.invariants if each.guard]
        return Invariants(
            positions=tuple(guarded),
            bits=tuple(always.index(number) if number in always else -1 for number in guarded),
            steady=tuple(not parts & {Attribute, EventType} for parts in asked),
        )

    @property
    def values(self) -> tuple[str, ...]:
        """The attributes whose numbers the sums need."""
        found = [part.name for each in self.sums for part in (*each.left, *each.right) if isinstance(part, Attribute)]
        return tuple(dict.fromkeys(found))

    def page(self, letter: Letter) -> Page:
        """Return what the program says of *letter*, working it out when it is first met."""
        if letter not in self.pages:
            self.pages[letter] = _page(self, letter)
        return self.pages[letter]

    def test(self, test: Test) -> int:
        """Return the number of *test*; a test whose answers all lead to one place is none."""
        if test.yes == test.no == test.unknown:
            return test.yes
        return self._number(test, self.tests)

    def set_of(self, places: frozenset[int]) -> int:
        """Return the number of a set of places."""
        return self._number(places, self.sets)

    def sums_of(self, sums: Sums) -> int:
        """Return the number of a comparison of sums."""
        return self._number(sums, self.sums)

    def _number(self, value: object, among: list) -> int:  # type: ignore[type-arg]  # one of the three lists
        if value not in self._known:
            self._known[value] = len(among)
            among.append(value)
        return self._known[value]


def asked_of(model: Model, event_type: str) -> Iterator[Guard]:
    """Yield every guard that an event of *event_type* may have to answer."""
    for variable in model.context:
        if variable.reducer.where and _is_of(variable.reducer.types, event_type):
            yield variable.reducer.where
    for rule in model.forbid:
        if rule.when and _is_of(rule.on, event_type):
            yield rule.when
    for transition in model.transitions:
        if transition.when and (transition.on is None or transition.answers(event_type)):
            yield transition.when
    yield from (invariant.guard for invariant in model.invariants if invariant.guard)


def conditions_of(model: Model, event_type: str) -> tuple[Condition, ...]:
    """Return the conditions on its attributes alone that decide what an event of *event_type* is."""
    plain = (_for_type(atom, event_type) for guard in asked_of(model, event_type) for atom in _atoms(guard))
    return tuple(dict.fromkeys(atom for atom in plain if reads(atom) == {"event"}))


def reads(condition: Condition) -> set[str]:
    """Return what decides *condition*: `event` (attributes), `place`, `memory` (clocks included)."""
    found: set[str] = set()
    for part in _parts(condition):
        match part:
            case Attribute():
                found.add("event")
            case CurrentPhase():
                found.add("place")
            case Memory() | Elapsed():
                found.add("memory")
            case _:
                pass
    return found


def _is_of(types: tuple[str, ...] | None, event_type: str) -> bool:
    return answers(types, Event(event_type, None))


def _atoms(guard: Guard) -> Iterator[Condition]:
    """Yield the conditions of *guard*, each `in` as its comparisons."""
    for condition in conditions(guard):
        yield from _apart(condition)


def _apart(condition: Condition) -> tuple[Condition, ...]:
    match condition:
        case OneOf(value, options):
            return tuple(Compare("==", value, option) for option in options)
        case _:
            return (condition,)


def _parts(condition: Condition) -> Iterator[Expression]:
    match condition:
        case Compare(left=left, right=right):
            pending = [left, right]
        case Holds(value):
            pending = [value]
        case OneOf(value, options):  # the union is closed
            pending = [value, *options]
    while pending:
        part = pending.pop()
        yield part
        match part:
            case Arithmetic(left=left, right=right):
                pending += [left, right]
            case Minus(operand):
                pending.append(operand)
            case _:
                pass


def _for_type(condition: Condition, event_type: str) -> Condition:
    """Return *condition* with the event's type written into it."""
    match condition:
        case Compare(sign, left, right):
            return Compare(sign, _typed(left, event_type), _typed(right, event_type))
        case Holds(value):
            return Holds(_typed(value, event_type))
        case OneOf():  # the union is closed
            raise AssertionError("spelled out before")


def _typed(value: Expression, event_type: str) -> Expression:
    return TypeName(event_type) if isinstance(value, EventType) else value


# ---- graphs


Way = Callable[[int, int, int], int]
"""A graph yet to be joined: given where to go on if true, false and unknown, its first test."""


@frozen
class _Asking:
    """The point of view from which guards are made into graphs.

    Attributes:
        program: where tests are kept.
        truths: the answers that the event gives.
        type: the event's type.
        place: where the case is.
        at_once: whether the place before the event is that one too.

    """

    program: Program
    truths: Mapping[Condition, bool | None]
    type: str
    place: str
    at_once: bool = False

    def graph(self, guard: Guard | None, yes: int, no: int) -> int:
        """Return the first test of *guard*: on to *yes* if it holds, else (unknown included) to *no*."""
        return yes if guard is None else self._way(guard)(yes, no, no)

    def _way(self, guard: Guard) -> Way:
        match guard:
            case And(parts):
                return partial(_all_of, [self._way(part) for part in parts])
            case Or(parts):
                return partial(_any_of, [self._way(part) for part in parts])
            case Not(part):
                way = self._way(part)
                return lambda yes, no, unknown: way(no, yes, unknown)
            case OneOf():
                return partial(_any_of, [self._condition(atom) for atom in _apart(guard)])
            case Compare() | Holds():  # the union is closed
                return self._condition(guard)

    def _condition(self, condition: Condition) -> Way:
        atom = _for_type(condition, self.type)
        wanted = reads(atom)
        if wanted == {"event"}:
            return _settled(self.truths[atom])
        if not wanted:
            view = View(self.program.model, self.place, {})
            return _settled(judge(view, atom))
        if isinstance(atom, Compare) and "memory" in wanted:
            return self._of_memory(atom)
        if isinstance(atom, Compare) and wanted == {"place"}:
            return self._of_place(atom)
        raise UnfitError("a guard mixes the phase with attributes of the event")

    def _of_place(self, atom: Compare) -> Way:
        model = self.program.model
        one, other = (self._ranks(value, self.place) for value in (atom.left, atom.right))
        if one is None or other is None:
            return _settled(judge(View(model, self.place, {}), atom))
        if not {CurrentPhase(before=True)} & {atom.left, atom.right} or self.at_once:
            return _settled(compare_ranks(atom.operator, one, other))
        fits = frozenset(
            rank
            for rank, before in enumerate(model.places)
            if compare_ranks(
                atom.operator, *(self._ranks(value, before) or range(0) for value in (atom.left, atom.right))
            )
        )
        number = self.program.set_of(fits)
        return lambda yes, no, _: self.program.test(Test("was", number, 0, yes, no, no))

    def _ranks(self, value: Expression, before: str) -> range | None:
        ranks = self.program.model.ranks
        match value:
            case CurrentPhase(was):
                return ranks[before if was else self.place]
            case PhaseName(name):
                return ranks[name]
            case _:
                return None

    def _of_memory(self, atom: Compare) -> Way:
        sign, left, right = atom.operator, atom.left, atom.right
        if _constant(left, self.program.model) is not None:
            sign, left, right = TURNED[sign], right, left
        known = _constant(right, self.program.model)
        match left, right:
            case (Memory() | Elapsed(), _) if known is not None:
                return self._bounded(left, sign, known) if is_number(known) else _settled(None)
            case Memory(one, before), Memory(other, was) if one == other and before != was:
                # What the event added: the variable less what it was. It adds one at most.
                if before:
                    sign = TURNED[sign]
                low, high, inside = cut(sign, 0)
                return self._stretch("grew", self._variable(one), low, high, inside=inside)
            case _:
                number = self.program.sums_of(Sums(sign, self._postfix(left), self._postfix(right)))
                return lambda yes, no, unknown: self.program.test(Test("sum", number, 0, yes, no, unknown))

    def _bounded(self, value: Expression, sign: Comparison, number: float) -> Way:
        match value:
            case Memory(name, before):
                kind: TestKind = "before" if before and not self.at_once else "counter"
                return self._stretch(kind, self._variable(name), *cut(sign, number))
            case _:
                clock = int(value == Elapsed("years_since_start"))
                return self._stretch("clock", clock, *cut(sign, number, YEAR_IN_MICROSECONDS))

    def _stretch(self, kind: TestKind, what: int, low: Bound, high: Bound, inside: bool = True) -> Way:  # noqa: FBT001, FBT002  # what `cut` returns
        def way(yes: int, no: int, unknown: int) -> int:
            within, without = (yes, no) if inside else (no, yes)
            below_high = self._reached(kind, what, high, without, within, unknown)
            return self._reached(kind, what, low, below_high, without, unknown)

        return way

    def _reached(self, kind: TestKind, what: int, bound: Bound, yes: int, no: int, unknown: int) -> int:  # noqa: PLR0913  # a test
        never_unknown = kind != "clock"
        if bound is True or bound is False:
            # Below or beyond every number; a clock that does not run yet is unknown all the same.
            where = yes if bound else no
            return where if never_unknown else self.program.test(Test(kind, what, 0, where, where, unknown))
        if never_unknown and bound <= 0:
            return yes
        if abs(bound) >= 2**62:
            return self._reached(kind, what, bound < 0, yes, no, unknown)
        return self.program.test(Test(kind, what, bound, yes, no, no if never_unknown else unknown))

    def _variable(self, name: str) -> int:
        return [variable.name for variable in self.program.model.context].index(name)

    def _postfix(self, value: Expression) -> tuple[Expression | str, ...]:
        known = _constant(value, self.program.model)
        match value:
            case _ if known is not None:
                return (Constant(known),)
            case Arithmetic(sign, left, right):
                return (*self._postfix(left), *self._postfix(right), sign)
            case Minus(operand):
                return (Constant(0), *self._postfix(operand), "-")
            case Memory(name, True) if self.at_once:
                return (Memory(name),)
            case Memory() | Elapsed() | Attribute():
                return (value,)
            case _:
                # A text, a truth or a phase among numbers: nothing to reckon with, so unknown.
                return (Constant(""),)


def _constant(value: Expression, model: Model) -> bool | int | float | str | None:
    """Return what *value* is whatever the case and the event, or None."""
    match value:
        case Constant(known):
            return known
        case Parameter(name):
            return model.constants[name]
        case Arithmetic() | Minus() if not reads(Holds(value)):
            return value_of(value, View(model, START, {}))
        case _:
            return None


def _settled(truth: bool | None) -> Way:  # noqa: FBT001  # the truth is what is settled
    return lambda yes, no, unknown: unknown if truth is None else yes if truth else no


def _all_of(ways: list[Way], yes: int, no: int, unknown: int) -> int:
    """Join *ways*, of which each must be true: a false one decides, an unknown one only if none is false."""
    whole, doubtful = yes, unknown
    for way in reversed(ways):
        whole, doubtful = way(whole, no, doubtful), way(doubtful, no, doubtful)
    return whole


def _any_of(ways: list[Way], yes: int, no: int, unknown: int) -> int:
    none, doubtful = no, unknown
    for way in reversed(ways):
        none, doubtful = way(yes, none, doubtful), way(yes, doubtful, doubtful)
    return none


def _page(program: Program, letter: Letter) -> Page:
    model = program.model
    if letter.type is None:
        nothing = (NO,) * len(model.places)
        never = (False,) * len(model.places)
        return Page((), (UNKNOWN_TYPE,) * len(model.places), never, nothing, nothing, never, ())
    kind = letter.type
    asking = [_Asking(program, dict(letter.truths), kind, place) for place in model.places]
    goes_on = tuple(_transitions(each, [t for t in model.leaving(each.place) if t.on is None], NO) for each in asking)
    own = [[t for t in model.leaving(place) if t.answers(kind)] for place in model.places]
    return Page(
        counts=tuple(_counts(model, letter)),
        refused=tuple(_refused(evolve(each, at_once=True)) for each in asking),
        plainly=tuple(all(rule.when is None for rule in _rules(each)[:1]) for each in asking),
        fires=tuple(map(_transitions, asking, own, goes_on)),
        goes_on=goes_on,
        answered=tuple(map(bool, own)),
        invariants=tuple(
            tuple(each.graph(model.invariants[number].guard, YES, NO) for each in asking)
            for number in program.invariants.positions
        ),
    )


def _transitions(asking: _Asking, tried: list[Transition], otherwise: int) -> int:
    """Return the graph that finds the first of *tried* whose guard holds."""
    first = otherwise
    numbers = {id(transition): number for number, transition in enumerate(asking.program.model.transitions)}
    for transition in reversed(tried):
        first = asking.graph(transition.when, YES - numbers[id(transition)], first)
    return first


def _refused(asking: _Asking) -> int:
    first = YES if asking.program.model.is_final(asking.place) else NO
    for rule in reversed(_rules(asking)):
        first = asking.graph(rule.when, YES, first)
    return first


def _rules(asking: _Asking) -> list[Forbid]:
    """Return the rules that may forbid the event there, in file order."""
    return [rule for rule in asking.program.model.forbid if _is_of(rule.on, asking.type) and _is_here(rule, asking)]


def _is_here(rule: Forbid, asking: _Asking) -> bool:
    return rule.phases is None or any(asking.program.model.within(asking.place, name) for name in rule.phases)


def _counts(model: Model, letter: Letter) -> Iterator[Counting]:
    truths = dict(letter.truths)
    kind = letter.type or ""
    for number, variable in enumerate(model.context):
        reducer = variable.reducer

        def decided(condition: Condition) -> bool | None:
            return holds(_spelled(condition, kind), lambda atom: _answer(atom, truths, model))

        if _is_of(reducer.types, kind) and (reducer.where is None or holds(reducer.where, decided) is True):
            yield Counting(number, reducer.attribute if isinstance(reducer, Distinct) else None)


def _spelled(condition: Condition, event_type: str) -> Guard:
    return Or(tuple(_for_type(atom, event_type) for atom in _apart(condition)))


def _answer(atom: Condition, truths: Mapping[Condition, bool | None], model: Model) -> bool | None:
    wanted = reads(atom)
    if wanted - {"event"}:
        raise UnfitError("a context variable's `where` looks at the case")
    return truths[atom] if wanted else judge(View(model, START, {}), atom)
