"""Program: a model as numbers, ready to be folded over a log.

What an event alone decides (its type, its attributes) is answered before the fold and makes its *letter*. For every
letter and place this module works out what is left to ask of memory and clocks, as a graph of tests: each test leads
on to another, or to an exit. Knows no log, no column and no compiler.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial
from typing import Literal

from attrs import define, evolve, field, frozen

from onward.history.joints import Joints, joints_of
from onward.history.judging import YEAR, View, judge, value_of
from onward.history.memory import answers, is_windowed
from onward.history.thresholds import Bound, cut
from onward.log.log import is_number
from onward.model.elements import (
    START,
    Count,
    Distinct,
    Flag,
    Forbid,
    Latest,
    Max,
    Open,
    Reducer,
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
"""The exit where the first rule forbids, or the invariant holds; move *m* fires at `YES - m`."""
UNKNOWN_TYPE = -3
"""In the table of what is refused: the vocabulary lacks the event's type."""

MOST_BITS = 62
"""Context variables, tracks, and `always` invariants, that a case's bits have room for."""

MOST_JOINTS = 2_000
MOST_PAGES = 200_000
"""Combinations of one place a track, and these times letters: each has graphs of its own."""

YEAR_IN_MICROSECONDS = YEAR // YEAR.resolution

TestKind = Literal["counter", "before", "grew", "clock", "was", "sum", "member", "alike", "due"]
TESTS: tuple[TestKind, ...] = ("counter", "before", "grew", "clock", "was", "sum", "member", "alike", "due")


@frozen
class Test:
    """One question to memory or a clock.

    Attributes:
        kind: `counter` (a variable has reached a bound), `before` (it had, before the event), `grew` (the event added
            to it), `clock` (so many microseconds in the phase, or since the beginning), `was` (the place before the
            event is one of a set), `sum` (two sums compare), `member` (what holds of the value that a variable keeps),
            `alike` (two values of any kind compare), `due` (a timer has run out).
        what: the number of the variable, of the clock (`clock_of`), of the set, of the comparison, of the question or
            of the timer.
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
class Member:
    """A condition on the value that a variable of kind `latest` keeps: what a test of kind `member` asks.

    Attributes:
        variable: the number of the variable.
        before: whether its value before the event is meant.
        condition: the condition, which looks at nothing else.

    """

    variable: int
    before: bool
    condition: Condition


@frozen
class Alike:
    """Two values of any kind to compare: what a test of kind `alike` asks."""

    sign: Comparison
    left: Memory | Attribute
    right: Memory | Attribute


@frozen
class Timing:
    """A timer: on which track it runs, how long (months or days), and the set of types that starts it anew, or -1."""

    track: int
    months: int
    days: int
    rest: int


@frozen
class Move:
    """What fires at once: on some tracks a transition each.

    Attributes:
        fired: for every track the number of the transition, or -1.
        target: the joint place that it leads to.

    """

    fired: tuple[int, ...]
    target: int

    @property
    def transitions(self) -> tuple[int, ...]:
        """The transitions, in the order of the tracks."""
        return tuple(number for number in self.fired if number >= 0)


@frozen
class Letter:
    """What an event is to a model, whatever the case: its type and how the conditions on its attributes come out.

    Attributes:
        type: the event type; None where the vocabulary lacks it.
        truths: for each of the program's conditions true, false or None (unknown); only those that the type needs.

    """

    type: str | None
    truths: tuple[tuple[Condition, bool | None], ...] = ()


TICK = Letter("")
"""What time alone is to a model: no event, so that all that is asked of one is unknown."""

Operation = Literal["add", "new", "set", "clear", "sum", "max", "latest", "recent", "amount", "open"]


@frozen
class Counting:
    """What an event does to a context variable.

    Attributes:
        variable: its number.
        attribute: whose values it looks at, if it does.
        operation: `add` (one more), `new` (a value kept apart), `set` and `clear` (a flag), `sum`, `max`, `latest`,
            `recent` (one more for a while), `amount` (a number for a while), `open` (one more until the event's end).
        part: of an attribute with several values, which are meant.

    """

    variable: int
    attribute: str | None
    operation: Operation = "add"
    part: str = ""


@frozen
class Page:
    """What the program says of one letter: for every place (of all tracks together), where its graphs begin.

    Attributes:
        counts: what the event does to variables.
        refused: by place, the graph of what is forbidden.
        plainly: by place, whether a refusal needs no more words than the letter and the place.
        fires: by place, the graph of the transitions that the event triggers, eventless ones after them.
        goes_on: by place, the graph of the eventless transitions, for a case that has just come there.
        answered: by place, the bits of the tracks on which a transition out of it answers the event.
        rests: the sets of types, by number, that have the event's.
        invariants: for each guarded invariant, by place after the event, the graph that tells whether it holds.

    """

    counts: tuple[Counting, ...]
    refused: tuple[int, ...]
    plainly: tuple[bool, ...]
    fires: tuple[int, ...]
    goes_on: tuple[int, ...]
    answered: tuple[int, ...]
    invariants: tuple[tuple[int, ...], ...]
    rests: tuple[int, ...] = ()


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


def is_simple(model: Model) -> bool:
    """Tell whether the plain fold can run *model*: one track, counts of events and of values, and no time."""
    reducers = [variable.reducer for variable in model.context]
    return not (model.tracks or model.has_clockwork) and all(
        isinstance(each, Count) or (isinstance(each, Distinct) and not each.part) for each in reducers
    )


@define
class Program:
    """A model as graphs of tests, which grow as letters are met.

    Attributes:
        model: the model.
        tests: every test so far; its number is its position.
        sets: sets of places that `was` tests ask about.
        sums: comparisons of sums.
        members: what is asked of values that variables keep.
        alike: comparisons of values of any kind.
        timers: the timers.
        moves: what fires at once; without tracks the transitions, each at its number.
        joints: the places of all tracks together.
        pages: what was worked out for each letter.
        graphs: the graphs of guards, by the guard's identity, the places and the event as far as it looks at them, and
            where it leads to.

    """

    model: Model
    tests: list[Test] = field(factory=list)
    sets: list[frozenset[int]] = field(factory=list)
    sums: list[Sums] = field(factory=list)
    members: list[Member] = field(factory=list)
    alike: list[Alike] = field(factory=list)
    timers: list[Timing] = field(factory=list)
    moves: list[Move] = field(factory=list)
    joints: Joints = field(init=False)
    pages: dict[Letter, Page] = field(factory=dict)
    graphs: dict[tuple[object, ...], int] = field(factory=dict, repr=False)
    _known: dict[object, int] = field(factory=dict)
    _looks: dict[int, tuple[tuple[int, ...], bool]] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        model = self.model
        always = sum(invariant.kind == "always" for invariant in model.invariants)
        if max(len(model.context), always) > MOST_BITS:
            raise UnfitError(f"{model.name} has more than {MOST_BITS} context variables or `always` invariants")
        self.joints = joints_of(model)
        if len(model.track_names) > MOST_BITS or (model.tracks and len(self.joints) > MOST_JOINTS):
            what = f"{len(self.joints):,} combinations of one place a track"
            raise UnfitError(f"{model.name} has {what}, and {MOST_JOINTS:,} can be gone through")
        if not model.tracks:
            places = [model.ranks[transition.target].start for transition in model.transitions]
            self.moves = [Move((number,), place) for number, place in enumerate(places)]

    @property
    def is_simple(self) -> bool:
        """Whether it can be run by the plain fold."""
        return is_simple(self.model)

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

    def number_of(self, variable: str) -> int:
        """Return the number of a context variable."""
        return self._variables[variable]

    @cached_property
    def _variables(self) -> Mapping[str, int]:
        return {variable.name: number for number, variable in enumerate(self.model.context)}

    @cached_property
    def transition_numbers(self) -> Mapping[int, int]:
        """The positions of the model's transitions, by identity: two may be equal."""
        return {id(transition): number for number, transition in enumerate(self.model.transitions)}

    def page(self, letter: Letter) -> Page:
        """Return what the program says of *letter*, working it out when it is first met."""
        if letter not in self.pages:
            if self.model.tracks and len(self.pages) * len(self.joints) > MOST_PAGES:
                raise UnfitError(f"{self.model.name} has too many places for its events' many kinds")
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

    def looked_at(self, guard: Guard) -> tuple[tuple[int, ...], bool]:
        """Return the tracks whose place *guard* looks at, and whether it looks at the event."""
        if id(guard) not in self._looks:
            numbers = self.model.track_numbers
            found = tuple(expressions(guard))
            tracks = {numbers[part.track] for part in found if isinstance(part, CurrentPhase)}
            event = any(isinstance(part, Attribute | EventType) for part in found)
            self._looks[id(guard)] = tuple(sorted(tracks)), event
        return self._looks[id(guard)]

    def member_of(self, member: Member) -> int:
        """Return the number of what is asked of a value that a variable keeps."""
        return self._number(member, self.members)

    def alike_of(self, alike: Alike) -> int:
        """Return the number of a comparison of values of any kind."""
        return self._number(alike, self.alike)

    def timer_of(self, timing: Timing) -> int:
        """Return the number of a timer."""
        return self._number(timing, self.timers)

    def move_of(self, move: Move) -> int:
        """Return the number of what fires at once; without tracks that of the transition."""
        return self._number(move, self.moves) if self.model.tracks else move.fired[0]

    def _number(self, value: object, among: list) -> int:  # type: ignore[type-arg]  # one of the lists
        if value not in self._known:
            self._known[value] = len(among)
            among.append(value)
        return self._known[value]


def asked_of(model: Model, event_type: str) -> Iterator[Guard]:
    """Yield every guard that an event of *event_type* may have to answer."""
    for variable in model.context:
        if variable.reducer.where and answers(variable.reducer.types, event_type):
            yield variable.reducer.where
    for rule in model.forbid:
        if rule.when and answers(rule.on, event_type):
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
        case Contains(value, attribute):
            pending = [value, attribute]
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
        case Contains():
            return condition
        case OneOf():  # the union is closed
            raise AssertionError("spelled out before")


def _typed(value: Expression, event_type: str) -> Expression:
    return TypeName(event_type) if isinstance(value, EventType) and event_type else value


def clock_of(track: int) -> int:
    """Return the number of the clock that tells since when a case is where it is on a track; 1 is since it began."""
    # The first track's numbers stand as they do without tracks, the others' after them.
    return 0 if track == 0 else 3 + 3 * track


# ---- graphs


Way = Callable[[int, int, int], int]
"""A graph yet to be joined: given where to go on if true, false and unknown, its first test."""


@frozen
class _Asking:
    """The point of view from which guards are made into graphs.

    Attributes:
        program: where tests are kept.
        truths: the answers that the event gives.
        type: the event's type; "" where there is no event.
        joint: where the case is, as a number of `Program.joints`.
        at_once: whether the place before the event is that one too.

    """

    program: Program
    truths: Mapping[Condition, bool | None]
    type: str
    joint: int
    at_once: bool = False

    @property
    def places(self) -> tuple[str, ...]:
        """Where the case is, on every track."""
        return self.program.joints.places[self.joint]

    def graph(self, guard: Guard | None, yes: int, no: int) -> int:
        """Return the first test of *guard*: on to *yes* if it holds, else (unknown included) to *no*."""
        if guard is None:
            return yes
        # A guard that does not look at the event, or at a track, makes the same graph whatever happens there.
        tracks, looks_at_event = self.program.looked_at(guard)
        places = self.places
        told = (self.type, *self.truths.items()) if looks_at_event else None
        key = id(guard), tuple(places[track] for track in tracks), told, self.at_once, yes, no
        known = self.program.graphs
        if key not in known:
            known[key] = self._way(guard)(yes, no, no)
        return known[key]

    def enabled(self, transition: Transition, yes: int, no: int) -> int:
        """Return the first test of whether *transition* is enabled: its time has run out, and its guard holds."""
        holds_ = self.graph(transition.when, yes, no)
        if transition.after is None:
            return holds_
        timer = self.program.timer_of(timing_of(self.program.model, transition, transition.after))
        return self.program.test(Test("due", timer, 0, holds_, no, no))

    def _way(self, guard: Guard) -> Way:
        match guard:
            case And(parts):
                return partial(_all_of, [self._way(part) for part in parts])
            case Or(parts):
                return partial(_any_of, [self._way(part) for part in parts])
            case Not(part):
                way = self._way(part)
                return lambda yes, no, unknown: way(no, yes, unknown)
            case Named(_, part):
                return self._way(part)
            case OneOf():
                return partial(_any_of, [self._condition(atom) for atom in _apart(guard)])
            case Compare() | Holds() | Contains():  # the union is closed
                return self._condition(guard)

    def _condition(self, condition: Condition) -> Way:
        atom = _for_type(condition, self.type)
        wanted = reads(atom)
        if not self.type and any(isinstance(part, Attribute | EventType) for part in _parts(atom)):
            return _settled(None)
        if wanted == {"event"}:
            return _settled(self.truths[atom])
        if not wanted:
            return _settled(judge(self._blank, atom))
        if "memory" in wanted:
            return self._held(atom) if isinstance(atom, Holds) else self._of_memory(atom)
        if isinstance(atom, Compare) and wanted == {"place"}:
            return self._of_place(atom)
        raise UnfitError("a guard mixes the phase with attributes of the event")

    @property
    def _blank(self) -> View:
        return View(self.program.model, self.places, {})

    def _of_place(self, atom: Compare) -> Way:
        one, other = (self._ranks(value, self.places) for value in (atom.left, atom.right))
        if one is None or other is None:
            return _settled(judge(self._blank, atom))
        asks_before = any(isinstance(side, CurrentPhase) and side.before for side in (atom.left, atom.right))
        if not asks_before or self.at_once:
            return _settled(compare_ranks(atom.operator, one, other))
        number = self.program.set_of(self._fitting(atom))
        return lambda yes, no, _: self.program.test(Test("was", number, 0, yes, no, no))

    def _fitting(self, atom: Compare) -> frozenset[int]:
        """Return the places before the event for which *atom* holds."""
        sides = [
            [self._ranks(value, before) or range(0) for before in self.program.joints.places]
            for value in (atom.left, atom.right)
        ]
        both = enumerate(zip(*sides, strict=True))
        return frozenset(number for number, (one, other) in both if compare_ranks(atom.operator, one, other))

    def _ranks(self, value: Expression, before: tuple[str, ...]) -> range | None:
        model = self.program.model
        match value:
            case CurrentPhase(was, track):
                return model.ranks[(before if was else self.places)[model.track_numbers[track]]]
            case PhaseName(name):
                return model.ranks[name]
            case _:
                return None

    def _held(self, atom: Holds) -> Way:
        """Return the way of a variable that is itself true or false."""
        match atom.value:
            case Memory(name, before):
                match self._reducer(name):
                    case Flag():
                        return self._flagged(name, before, {True: True, False: False})
                    case Latest():
                        return self._member(atom, name, before)
                    case _:
                        return _settled(None)
            case _:
                return _settled(None)

    def _of_memory(self, atom: Condition) -> Way:
        if not isinstance(atom, Compare):
            raise UnfitError("a guard mixes the memory with attributes of the event")
        sign, left, right = atom.operator, self._known_place(atom.left), self._known_place(atom.right)
        if _constant(left, self.program.model) is not None:
            sign, left, right = TURNED[sign], right, left
        known = _constant(right, self.program.model)
        match left, right:
            case Memory(name, before), _ if known is not None and isinstance(self._reducer(name), Flag):
                views = {truth: evolve(self._blank, memory={name: truth}) for truth in (True, False)}
                asked = Compare(sign, Memory(name), Constant(known))
                return self._flagged(name, before, {truth: judge(view, asked) for truth, view in views.items()})
            case Memory(name, before), _ if known is not None and isinstance(self._reducer(name), Latest):
                return self._member(Compare(sign, Memory(name), Constant(known)), name, before)
            case (Memory() | Elapsed(), _) if known is not None and self._is_counted(left):
                return self._bounded(left, sign, known) if is_number(known) else _settled(None)
            case Memory(one, before), Memory(other, was) if one == other and before != was and self._adds_one(one):
                # What the event added: the variable less what it was. It adds one at most.
                if before:
                    sign = TURNED[sign]
                low, high, inside = cut(sign, 0)
                return self._stretch("grew", self._variable(one), low, high, inside=inside)
            case (Memory() | Attribute() as one, Memory() | Attribute() as other) if self._is_of_any_kind(
                one
            ) and self._is_of_any_kind(other):
                number = self.program.alike_of(Alike(sign, self._now(one), self._now(other)))
                return lambda yes, no, unknown: self.program.test(Test("alike", number, 0, yes, no, unknown))
            case _:
                number = self.program.sums_of(Sums(sign, self._postfix(left), self._postfix(right)))
                return lambda yes, no, unknown: self.program.test(Test("sum", number, 0, yes, no, unknown))

    def _known_place(self, value: Expression) -> Expression:
        """Return the name of the place where *value* is the phase, which to a value kept is a text like others."""
        match value:
            case CurrentPhase(before, track):
                if before and not self.at_once:
                    raise UnfitError("a guard compares the phase before the event with the memory")
                return Constant(self.places[self.program.model.track_numbers[track]])
            case _:
                return value

    def _is_counted(self, value: Expression) -> bool:
        """Tell whether *value* is a clock or a whole number that is never negative."""
        match value:
            case Memory(name):
                return isinstance(self._reducer(name), Count | Distinct | Open)
            case _:
                return True

    def _adds_one(self, name: str) -> bool:
        reducer = self._reducer(name)
        counts = isinstance(reducer, Count) or (isinstance(reducer, Distinct) and not reducer.part)
        return counts and not is_windowed(reducer)

    def _is_of_any_kind(self, value: Expression) -> bool:
        match value:
            case Memory(name):
                return isinstance(self._reducer(name), Latest | Flag)
            case _:
                return True

    def _flagged(self, name: str, before: bool, answers_: Mapping[bool, bool | None]) -> Way:  # noqa: FBT001  # as in Memory
        kind: TestKind = "before" if before and not self.at_once else "counter"

        def way(yes: int, no: int, unknown: int) -> int:
            where = {True: yes, False: no, None: unknown}
            off = where[answers_[False]]
            return self.program.test(Test(kind, self._variable(name), 1, where[answers_[True]], off, off))

        return way

    def _member(self, condition: Condition, name: str, before: bool) -> Way:  # noqa: FBT001  # as in Memory
        match condition:
            case Holds():
                plain: Condition = Holds(Memory(name))
            case _:
                plain = condition
        number = self.program.member_of(Member(self._variable(name), before and not self.at_once, plain))
        return lambda yes, no, unknown: self.program.test(Test("member", number, 0, yes, no, unknown))

    def _bounded(self, value: Expression, sign: Comparison, number: float) -> Way:
        match value:
            case Memory(name, before):
                kind: TestKind = "before" if before and not self.at_once else "counter"
                return self._stretch(kind, self._variable(name), *cut(sign, number))
            case Elapsed("years_in_phase", track):
                clock = clock_of(self.program.model.track_numbers[track])
                return self._stretch("clock", clock, *cut(sign, number, YEAR_IN_MICROSECONDS))
            case _:
                return self._stretch("clock", 1, *cut(sign, number, YEAR_IN_MICROSECONDS))

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
        return self.program.number_of(name)

    def _reducer(self, name: str) -> Reducer:
        return self.program.model.variables[name].reducer

    def _now(self, value: Memory | Attribute) -> Memory | Attribute:
        """Return *value* as it is where the place before the event is the place now: the memory has not changed."""
        return Memory(value.name) if isinstance(value, Memory) and self.at_once else value

    def _postfix(self, value: Expression) -> tuple[Expression | str, ...]:
        known = _constant(value, self.program.model)
        match value:
            case _ if known is not None:
                return (Constant(known),)
            case Arithmetic(sign, left, right):
                return (*self._postfix(left), *self._postfix(right), sign)
            case Minus(operand):
                return (Constant(0), *self._postfix(operand), "-")
            case Memory(name, _) if isinstance(self._reducer(name), Flag):
                return (Constant(""),)
            case Memory():
                return (self._now(value),)
            case Elapsed() | Attribute():
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
        case TypeName(name) | PhaseName(name):
            return name
        case Arithmetic() | Minus() if not reads(Holds(value)):
            return value_of(value, View(model, START, {}))
        case _:
            return None


def _settled(truth: bool | None) -> Way:  # noqa: FBT001  # the truth is what is settled
    return lambda yes, no, unknown: unknown if truth is None else yes if truth else no


def _all_of(ways: list[Way], yes: int, no: int, unknown: int) -> int:
    """Join *ways*, of which each must be true: a false one decides, an unknown one only if none is false."""
    if yes == no == unknown:
        return yes
    whole, doubtful = yes, unknown
    for way in reversed(ways):
        # Where both lead to one place they are one graph: made twice, each level of a guard would double the work.
        if whole == doubtful:
            whole = doubtful = way(whole, no, doubtful)
        else:
            whole, doubtful = way(whole, no, doubtful), way(doubtful, no, doubtful)
    return whole


def _any_of(ways: list[Way], yes: int, no: int, unknown: int) -> int:
    if yes == no == unknown:
        return yes
    none, doubtful = no, unknown
    for way in reversed(ways):
        if none == doubtful:
            none = doubtful = way(yes, none, doubtful)
        else:
            none, doubtful = way(yes, none, doubtful), way(yes, doubtful, doubtful)
    return none


def timing_of(model: Model, transition: Transition, timer: Timer) -> Timing:
    """Return the *timer* of *transition* as numbers."""
    months, days = model.length_of(timer.span)
    rest = model.rest_of(timer)
    return Timing(model.track_numbers[transition.track], months, days, -1 if rest is None else rest)


def _page(program: Program, letter: Letter) -> Page:
    model = program.model
    joints = program.joints
    if letter.type is None:
        nothing = (NO,) * len(joints)
        never = (False,) * len(joints)
        return Page((), (UNKNOWN_TYPE,) * len(joints), never, nothing, nothing, (0,) * len(joints), ())
    kind = letter.type
    asking = [_Asking(program, dict(letter.truths), kind, joint) for joint in range(len(joints))]
    goes_on = tuple(_transitions(each, lambda t: t.on is None, NO) for each in asking)
    own = [_transitions(each, lambda t: t.answers(kind), after) for each, after in zip(asking, goes_on, strict=True)]
    return Page(
        counts=tuple(_counts(model, letter)),
        refused=tuple(_refused(evolve(each, at_once=True)) for each in asking),
        plainly=tuple(all(rule.when is None for rule in _rules(each)[:1]) for each in asking),
        fires=tuple(own) if kind else goes_on,
        goes_on=goes_on,
        answered=tuple(_answered(model, places, kind) for places in joints.places),
        invariants=tuple(
            tuple(_invariants(asking, guard))
            for number in program.invariants.positions
            if (guard := model.invariants[number].guard)
        ),
        rests=tuple(number for number, types in enumerate(model.rests) if kind and answers(types, kind)),
    )


def _invariants(asking: list[_Asking], guard: Guard) -> Iterator[int]:
    """Yield the graph of an invariant's *guard* for every joint place.

    Most guards name one track or none: what they cannot tell apart has one graph.
    """
    model = asking[0].program.model
    tracks = {part.track for part in expressions(guard) if isinstance(part, CurrentPhase) and not part.before}
    numbers = sorted(map(model.track_numbers.__getitem__, tracks))
    known: dict[tuple[str, ...], int] = {}
    for each in asking:
        places = tuple(each.places[number] for number in numbers)
        if places not in known:
            known[places] = each.graph(guard, YES, NO)
        yield known[places]


def _answered(model: Model, places: tuple[str, ...], kind: str) -> int:
    """Return the bits of the tracks on which a transition out of *places* answers an event of this *kind*."""
    return sum(
        1 << number
        for number, (track, place) in enumerate(zip(model.track_names, places, strict=True))
        if any(transition.answers(kind) for transition in model.leaving(place, track))
    )


def _transitions(asking: _Asking, wanted: Callable[[Transition], bool], otherwise: int) -> int:
    """Return the graph that finds on every track the first of the *wanted* transitions that is enabled.

    Where none is on any track it leads to *otherwise*.
    """
    program, joints = asking.program, asking.program.joints
    model = program.model
    numbers = program.transition_numbers
    tried = [
        [transition for transition in model.leaving(place, track) if wanted(transition)]
        for track, place in zip(model.track_names, asking.places, strict=True)
    ]

    def exit_of(chosen: tuple[int, ...]) -> int:
        if not any(number >= 0 for number in chosen):
            return otherwise
        target = tuple(
            place if number < 0 else model.entered(model.transitions[number].target)
            for place, number in zip(asking.places, chosen, strict=True)
        )
        return YES - program.move_of(Move(chosen, joints.number(target)))

    def choose(track: int, chosen: tuple[int, ...]) -> int:
        if track == len(tried):
            return exit_of(chosen)
        first = choose(track + 1, (*chosen, -1))
        for transition in reversed(tried[track]):
            first = asking.enabled(transition, choose(track + 1, (*chosen, numbers[id(transition)])), first)
        return first

    return choose(0, ())


def _refused(asking: _Asking) -> int:
    first = YES if all(map(asking.program.model.is_final, asking.places)) else NO
    for rule in reversed(_rules(asking)):
        first = asking.graph(rule.when, YES, first)
    return first


def _rules(asking: _Asking) -> list[Forbid]:
    """Return the rules that may forbid the event there, in file order."""
    return [rule for rule in asking.program.model.forbid if answers(rule.on, asking.type) and _is_here(rule, asking)]


def _is_here(rule: Forbid, asking: _Asking) -> bool:
    within = asking.program.model.within
    return rule.phases is None or any(within(place, name) for place in asking.places for name in rule.phases)


def _counts(model: Model, letter: Letter) -> Iterator[Counting]:
    truths = dict(letter.truths)
    kind = letter.type or ""
    for number, variable in enumerate(model.context if kind else ()):
        reducer = variable.reducer

        def decided(condition: Condition) -> bool | None:
            return holds(_spelled(condition, kind), lambda atom: _answer(atom, truths, model))

        if answers(reducer.types, kind) and (reducer.where is None or holds(reducer.where, decided) is True):
            yield _counting(number, reducer, kind)


def _counting(number: int, reducer: Reducer, kind: str) -> Counting:
    """Return what an event of this *kind* does to what *reducer* keeps."""
    match reducer:
        case Count(within=None):
            return Counting(number, None)
        case Count():
            return Counting(number, None, "recent")
        case Distinct(attribute, part=part):
            return Counting(number, attribute, "new", part)
        case Flag(set=types):
            return Counting(number, None, "set" if answers(types, kind) else "clear")
        case Open():
            return Counting(number, None, "open")
        case Sum(attribute, within=None):
            return Counting(number, attribute, "sum")
        case Sum(attribute):
            return Counting(number, attribute, "amount")
        case Max(attribute):
            return Counting(number, attribute, "max")
        case Latest(attribute):  # the union is closed
            return Counting(number, attribute, "latest")


def _spelled(condition: Condition, event_type: str) -> Guard:
    return Or(tuple(_for_type(atom, event_type) for atom in _apart(condition)))


def _answer(atom: Condition, truths: Mapping[Condition, bool | None], model: Model) -> bool | None:
    wanted = reads(atom)
    if wanted - {"event"}:
        raise UnfitError("a context variable's `where` looks at the case")
    return truths[atom] if wanted else judge(View(model, START, {}), atom)
