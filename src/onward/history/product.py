"""Product: phase and clipped memory together, as the states of a finite automaton, in arrays of numbers.

It is explored by running the fold itself, one event from every state reached, so that its steps are the fold's: the
plain one, or that of the whole language. Knows programs and letters; whether those come from the model alone or from a
log is the caller's business.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from attrs import define, evolve, field, frozen
from numpy.typing import NDArray

from onward.history import carrying, fold
from onward.history.alphabets import MOST_LETTERS, Kept, Variant, compared_with, every_cell
from onward.history.classes import Classes, classes_asked
from onward.history.finite import asked_of_memory, caps_of, endless, is_finite
from onward.history.judging import View, judge
from onward.history.program import TICK, Counting, Letter, Program
from onward.history.tables import Tables, rules_of, tables_of
from onward.log.log import Event, Value
from onward.model.elements import START
from onward.model.model import Model
from onward.problems import ModelError, Problem

MOST_STATES = 200_000
MOST_STEPS = 20_000_000
"""States, and states times letters: what is explored takes twelve bytes a step."""

# Columns of the table of operations, as `carrying` has them.
_VARIABLE, _SLOT, _REGISTER = 1, 2, 3

_ROWS = 1 << 18
"""Steps that are explored at once."""

Paths = list[tuple[int, tuple[int, ...]]]


@frozen
class Choice:
    """What an event of a letter may be to a variable, beside what the letter says.

    Attributes:
        variable: the number of the variable.
        options: to a `distinct` one, 0 (nothing new) and 1; to a `latest` one the classes that it may be left with, 0
            for none.
        stride: how far apart two variants are of which only this is different.

    """

    variable: int
    options: tuple[int, ...]
    stride: int


@frozen(eq=False)
class Product:
    """A finite automaton as arrays; the case that has not begun is its first state.

    Attributes:
        variants: its letters; the first of each of the program's letters come first, at their numbers.
        fresh: for every letter of the program, what is added to the positions of its choices, each times its stride,
            for the number of the variant where those come out so; the variant where all are 0 is the letter's number.
        choices: for every letter of the program, the choices.
        caps: for every context variable the number beyond which it is not counted.
        classes: what guards can see of values that are kept.
        places: by state, the number of the place (of all tracks together).
        memory: by state and variable, the number, up to the cap; of a value that is kept, the class.
        broken: by state, the bits of the `always` invariants that do not hold.
        next: by state and variant, the state after the step.
        paths: by state and variant, the path of the step, as `fold` numbers them.
        told: by state and variant, which of *breaches* the step tells.
        ways: by path and move (`Program.moves`), the path that is longer by it; 0 where there is none.
        breaches: guarded invariants that a step breaks, by number; -1 stands for a refusal that looks at memory.

    """

    variants: tuple[Variant, ...]
    fresh: NDArray[np.int64]
    choices: tuple[tuple[Choice, ...], ...]
    caps: tuple[int, ...]
    classes: Classes
    places: NDArray[np.int64]
    memory: NDArray[np.int64]
    broken: NDArray[np.int64]
    next: NDArray[np.int32]
    paths: NDArray[np.int32]
    told: NDArray[np.int32]
    ways: NDArray[np.int32]
    breaches: tuple[tuple[int, ...], ...]

    def __len__(self) -> int:
        return len(self.places)

    @property
    def rows(self) -> NDArray[np.int64]:
        """The states as rows of place, memory and broken bits."""
        return np.column_stack([self.places, self.memory, self.broken])


def product_of(  # noqa: PLR0913  # a model, its letters, and what is known of its cases
    program: Program,
    letters: Sequence[Letter],
    *,
    ways: NDArray[np.int32] | None = None,
    begun: NDArray[np.int64] | None = None,
    values: Sequence[Value] = (),
    most: int = MOST_STATES,
) -> Product:
    """Return all that can become of a case when events of *letters* come to it.

    Args:
        program: the model as graphs of tests.
        letters: every letter that may come, each at its number.
        ways: the paths known so far, which keep their numbers; more are written into it.
        begun: more states to begin from beside the case that has not begun: rows of place, memory and broken bits.
        values: the values that these keep, each at its number.
        most: how many states are too many.

    Raises:
        ModelError: the model is not finite, or has too many states.

    """
    model = program.model
    tests = asked_of_memory(program, letters)
    if not is_finite(model, tests):
        raise ModelError(endless(model))
    classes = classes_asked(model, [program.members[test.what] for test in tests if test.kind == "member"])
    caps = tuple(
        len(classes.values) if number in classes.asked else cap for number, cap in enumerate(caps_of(model, tests))
    )
    choices = tuple(tuple(_choices(program, letter, classes)) for letter in letters)
    _check_variants(model, choices)
    variants, fresh = _variants(model, letters, choices, classes)
    explorer = _Explorer(program, letters, variants, classes, _room_for(program, ways))
    states = Numbered()
    start = np.zeros((1, 2 + len(model.context)), np.int64)
    states.number(np.vstack([start, *([] if begun is None else [clipped(begun, caps, classes, values)])]))
    most = min(most, MOST_STEPS // len(variants))
    found: list[tuple[NDArray[np.int32], ...]] = []
    done = 0
    while done < len(states):
        rows = states.rows(done, done + max(1, _ROWS // len(variants)))
        left, paths, told = explorer.run(rows)
        after = states.number(clipped(left, caps, classes))
        found.append(tuple(each.reshape(len(rows), len(variants)) for each in (after, paths, told)))
        done += len(rows)
        if len(states) > most:
            raise ModelError([_too_many(program, caps, most, len(variants))])
    everything = states.rows(0, len(states))
    following, paths, told = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return Product(
        variants=variants,
        fresh=fresh,
        choices=choices,
        caps=caps,
        classes=classes,
        places=everything[:, 0],
        memory=everything[:, 1:-1],
        broken=everything[:, -1],
        next=following,
        paths=paths,
        told=told,
        ways=explorer.ways,
        breaches=explorer.patterns,
    )


def clipped(
    rows: NDArray[np.int64], caps: Sequence[int], classes: Classes, values: Sequence[Value] | None = None
) -> NDArray[np.int64]:
    """Return states, as rows of place, memory and broken bits, with no more in the memory than guards can see.

    Args:
        rows: the states.
        caps: how far each variable is counted.
        classes: the classes of values that are kept, as numbers of which they are in the rows.
        values: the values that are kept, if the numbers in the rows are theirs.

    """
    left: NDArray[np.int64] = rows.copy()
    seen = np.array(classes.seen, np.int64)
    for variable in classes.asked:
        kept = rows[:, 1 + variable]
        left[:, 1 + variable] = seen[kept if values is None else numbers_of_classes(classes, variable, values)[kept]]
    left[:, 1:-1] = np.minimum(left[:, 1:-1], caps)
    return left


def numbers_of_classes(classes: Classes, variable: int, values: Sequence[Value]) -> NDArray[np.int64]:
    """Return the class of every one of *values* that a *variable* may keep, and 0 before them for none."""
    return np.array([0, *(classes.number(variable, value) for value in values)], np.int64)


def paths_of(ways: NDArray[np.int32], places: int) -> Paths:
    """Return the number of the place where every path begins, and its moves; each path at its number."""
    found: Paths = [(rank, ()) for rank in range(places)]
    found += [(0, ())] * (used_of(ways, places) - places)
    # A path is longer than the one it goes on from, and was numbered after it.
    for path, transition in zip(*np.nonzero(ways), strict=True):
        begin, fired = found[path]
        found[ways[path, transition]] = begin, (*fired, int(transition))
    return found


def used_of(ways: NDArray[np.int32], places: int) -> int:
    """Return how many paths there are."""
    return max(places, int(ways.max(initial=0)) + 1)


def _too_many(program: Program, caps: Sequence[int], most: int, letters: int) -> Problem:
    model = program.model
    counted = [(cap, each.name) for cap, each in zip(caps, model.context, strict=True) if cap]
    counters = ", ".join(f"{name} up to {cap:,}" for cap, name in sorted(counted, reverse=True))
    what = f"its automaton has more than {most:,} states, of {letters:,} letters each"
    why = [f"guards count {counters}"] if counters else []
    if model.tracks:
        why.append(f"its tracks have {len(program.joints):,} combinations of places")
    mend = "compare counters with smaller constants; replay runs it by the general fold"
    return Problem(model.name, f"{what}, for {' and '.join(why)}" if why else what, mend)


def _choices(program: Program, letter: Letter, classes: Classes) -> Iterator[Choice]:
    """Yield what an event of *letter* may be to variables, beside what the letter says."""
    stride = 1
    for counting in program.page(letter).counts:
        match counting:
            case Counting(variable, _, "new", ""):
                options: tuple[int, ...] = (0, 1)
            case Counting(variable, str() as attribute, "latest") if variable in classes.asked:
                options = _left_with(letter, variable, attribute, classes)
            case _:
                continue
        yield Choice(variable, options, stride)
        stride *= len(options)


def _left_with(letter: Letter, variable: int, attribute: str, classes: Classes) -> tuple[int, ...]:
    """Return the classes of the values of *attribute* that events of *letter* may have, 0 for none."""
    model = classes.model
    compared = ((each, truth, compared_with(model, each)) for each, truth in letter.truths)
    asked = [(each, truth, found[1]) for each, truth, found in compared if found and found[0] == attribute]
    constants = [*classes.constants(variable), *(constant for _, _, constant in asked)]
    numbers: dict[int, None] = {}
    for value in every_cell(constants):
        view = View(model, START, {}, Event(letter.type or "", None, attributes={attribute: value}))
        if all(judge(view, each) == truth for each, truth, _ in asked):
            numbers[classes.number(variable, value)] = None
    return tuple(sorted(numbers)) or (0,)


def _check_variants(model: Model, choices: Sequence[tuple[Choice, ...]]) -> None:
    """Make sure that what is new to one variable and not to another makes no more letters than can be gone through.

    Raises:
        ModelError: it does.

    """
    count = sum(math.prod(len(choice.options) for choice in each) for each in choices)
    if count > MOST_LETTERS:
        many = max(len(each) for each in choices)
        what = f"its events come in {count:,} kinds, for one may be new to any of {many} `distinct` variables"
        if any(choice.options != (0, 1) for each in choices for choice in each):
            what = f"its events come in {count:,} kinds, for one may be new, or of many kinds, to {many} variables"
        mend = "let an event add to fewer of them; replay runs it by the general fold"
        raise ModelError([Problem(model.name, what, mend)])


def _variants(
    model: Model, letters: Sequence[Letter], choices: Sequence[tuple[Choice, ...]], classes: Classes
) -> tuple[tuple[Variant, ...], NDArray[np.int64]]:
    def variant(letter: Letter, each: tuple[Choice, ...], number: int) -> Variant:
        chosen = [(choice.variable, choice.options[number // choice.stride % len(choice.options)]) for choice in each]
        return Variant(
            letter,
            tuple(model.context[variable].name for variable, is_new in chosen if variable not in asked and is_new),
            tuple(classes.kept(variable, kind) for variable, kind in chosen if variable in asked and kind),
        )

    asked = classes.asked
    found = [variant(letter, each, 0) for letter, each in zip(letters, choices, strict=True)]
    fresh = []
    for letter, each in zip(letters, choices, strict=True):
        fresh.append(len(found) - 1)
        found += [variant(letter, each, number) for number in range(1, math.prod(len(one.options) for one in each))]
    return tuple(found), np.array(fresh, np.int64)


def _tables(program: Program, letters: Sequence[Letter]) -> Tables:
    """Return the tables of *letters*, in which every `distinct` variable has a column of values of its own."""
    kept = [each.attribute for letter in letters for each in program.page(letter).counts if each.attribute is not None]
    tables = tables_of(program, letters, tuple(dict.fromkeys(kept)))
    variable, column = tables.counted.T
    return evolve(tables, counted=np.column_stack([variable, np.where(column < 0, -1, variable)]))


def _rules(program: Program, letters: Sequence[Letter], classes: Classes) -> carrying.Rules:
    """Return the rules for *letters*, in which every variable has a slot of its own, and classes stand for values."""
    rules = rules_of(program, letters)
    operations = rules.operations.copy()
    kept = np.isin(operations[:, 0], [carrying.NEW, carrying.LATEST])
    operations[kept, _SLOT] = operations[kept, _VARIABLE]
    return rules._replace(operations=operations, answers=_answers(program, classes))


def _answers(program: Program, classes: Classes) -> NDArray[np.int8]:
    """Return how every question about a value that is kept is answered, by class: 1 yes, -1 no, 0 unknown."""
    answers = np.zeros((len(program.members), 1 + len(classes.values)), np.int8)
    for row, member in enumerate(program.members):
        name = program.model.context[member.variable].name
        for column, value in enumerate((None, *classes.values)):
            truth = judge(View(program.model, START, {name: value}), member.condition)
            answers[row, column] = 0 if truth is None else 1 if truth else -1
    return answers


def _room_for(program: Program, ways: NDArray[np.int32] | None) -> NDArray[np.int32]:
    """Return room for paths, with a column for every move."""
    moves = max(len(program.moves), 1)
    if ways is None:
        return np.zeros((64 + 2 * len(program.joints), moves), np.int32)
    return np.hstack([ways, np.zeros((len(ways), max(moves - ways.shape[1], 0)), np.int32)])


@define
class Numbered:
    """Rows of whole numbers, each at its number in the order of their first coming."""

    _numbers: dict[bytes, int] = field(factory=dict)
    _room: NDArray[np.int64] = field(factory=lambda: np.empty((0, 0), np.int64))

    def __len__(self) -> int:
        return len(self._numbers)

    def rows(self, start: int, stop: int) -> NDArray[np.int64]:
        """Return the rows from *start* to before *stop*."""
        return self._room[start : min(stop, len(self))]

    def number(self, rows: NDArray[np.int64]) -> NDArray[np.int32]:
        """Return the number of every one of *rows*, a new one where it comes for the first time."""
        keys = np.ascontiguousarray(rows).view(np.dtype((np.void, rows.itemsize * rows.shape[1]))).ravel()
        distinct, firsts, inverse = np.unique(keys, return_index=True, return_inverse=True)
        order = np.argsort(firsts)
        before = len(self)
        numbers = np.empty(len(distinct), np.int32)
        numbers[order] = [self._numbers.setdefault(key, len(self._numbers)) for key in distinct[order].tolist()]
        if len(self) > len(self._room):
            wider = np.empty((2 * len(self), rows.shape[1]), np.int64)
            wider[:before] = self._room[:before] if before else 0
            self._room = wider
        self._room[before : len(self)] = rows[firsts[order[numbers[order] >= before]]]
        return numbers[inverse]


@define
class _Explorer:
    """Runs the fold for one event, from any states.

    Attributes:
        program: the model as graphs of tests.
        letters: the program's letters.
        variants: the automaton's.
        classes: the classes of values that are kept.
        ways: the paths met so far.

    """

    program: Program
    letters: Sequence[Letter]
    variants: tuple[Variant, ...]
    classes: Classes
    ways: NDArray[np.int32]
    _numbers: NDArray[np.uint32] = field(init=False)
    _codes: NDArray[np.int32] = field(init=False)
    _still: NDArray[np.int64] = field(init=False)
    _breaches: Numbered = field(init=False)

    def __attrs_post_init__(self) -> None:
        numbers = {letter: number for number, letter in enumerate(self.letters)}
        self._numbers = np.array([numbers[each.letter] for each in self.variants], np.uint32)
        codes = [[self._code(number, each) for each in self.variants] for number in range(self._variables)]
        self._codes = np.array(codes, np.int32).reshape(self._variables, len(self.variants))
        # Where time alone does nothing, its letter is none.
        self._still = np.flatnonzero([each.letter == TICK for each in self.variants])
        self._breaches = Numbered()
        self._breaches.number(np.zeros((1, 1 + len(self.program.invariants.bits)), np.int64))

    @property
    def _variables(self) -> int:
        return len(self.program.model.context)

    def _code(self, variable: int, variant: Variant) -> int:
        """Return what *variant* has for a variable: a value that the case has not had, a class, or nothing (-1)."""
        name = self.program.model.context[variable].name
        for kept in variant.kept:
            if kept.variable == name:
                return self._kinds[kept] - 1
        # A value that the case has not had, or nothing recorded: both are one to an automaton.
        return 0 if name in variant.new else -1

    @cached_property
    def _kinds(self) -> Mapping[Kept, int]:
        classes = self.classes
        return {
            classes.kept(variable, number): number for variable in classes.asked for number in classes.numbers(variable)
        }

    @property
    def patterns(self) -> tuple[tuple[int, ...], ...]:
        """What steps tell, each at its number; the first is nothing."""
        rows = self._breaches.rows(0, len(self._breaches))
        return tuple(tuple((np.flatnonzero(row) - 1).tolist()) for row in rows)

    def run(self, states: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
        """Return where each of *states* is left by each letter, the path there, and the number of what is told."""
        letters, variables = len(self.variants), self._variables
        steps = len(states) * letters
        every = np.repeat(states, letters, axis=0)
        memory = np.zeros((steps, fold.MEMORY + variables + 1), np.int32)
        memory[:, fold.PLACE] = every[:, 0]
        memory[:, fold.MEMORY : -1] = every[:, 1:-1]
        further = 3 * (len(self.program.model.track_names) - 1) + len(self.program.model.rests)
        clocks = np.zeros((steps, fold.AT_BEGAN + 1 + further), np.int64)
        clocks[:, fold.BROKEN] = every[:, -1]
        paths = np.empty(steps, np.int32)
        run = self._fold if self.program.is_simple else self._carry
        told = run(len(states), memory, clocks, paths)
        left = np.column_stack([memory[:, fold.PLACE], memory[:, fold.MEMORY : -1], clocks[:, fold.BROKEN]])
        flags = np.zeros((steps, 1 + len(self.program.invariants.bits)), np.int64)
        flags[told[:, fold.TOLD_STEP], told[:, fold.TOLD_WHAT] + 1] = 1
        for still in self._still:
            left[still::letters], paths[still::letters], flags[still::letters] = states, states[:, 0], 0
        return left.astype(np.int64), paths, self._breaches.number(flags)

    def _known(self, states: int) -> NDArray[np.int64]:
        """Return room for the values that each pseudo-case has had."""
        new = states * int((self._codes >= 0).sum()) + self._variables**2 + 1
        return np.full(1 << (2 * new + 1).bit_length(), -1, np.int64)

    @cached_property
    def _tables(self) -> Tables:
        return _tables(self.program, self.letters)

    @cached_property
    def _rules(self) -> carrying.Rules:
        return _rules(self.program, self.letters, self.classes)

    def _fold(
        self, states: int, memory: NDArray[np.int32], clocks: NDArray[np.int64], paths: NDArray[np.int32]
    ) -> NDArray[np.int64]:
        """Run one event for each pseudo-case, and return what is told."""
        steps, tables = memory.shape[0], self._tables
        used = np.array([used_of(self.ways, len(self.program.joints)), 0, 0], np.int64)
        known = self._known(states)
        room = np.empty((max(1024, 4 * (len(tables.bits) + 2)), fold.TOLD_MEMORY + self._variables), np.int64)
        told: list[NDArray[np.int64]] = []
        columns: tuple[Any, ...] = (
            np.empty(0, np.int64),
            np.arange(steps, dtype=np.uint32),
            np.tile(self._numbers, states),
            np.zeros(steps, np.int64),
            np.tile(self._codes, states),
            np.empty((0, 0)),
        )
        done, why = 0, fold.FULL_TOLD
        while why != fold.DONE:
            done, why = fold.fold(
                *(done, steps, *columns, memory, clocks, known, 65 - int(known.size).bit_length(), used),
                *(*tables.arguments(), self.ways, room, paths),
            )
            told.append(room[: used[2]].copy())
            used[2] = 0
            if why == fold.FULL_PATHS:
                self.ways = np.vstack([self.ways, np.zeros_like(self.ways)])
        return np.concatenate(told)

    def _carry(
        self, states: int, memory: NDArray[np.int32], clocks: NDArray[np.int64], paths: NDArray[np.int32]
    ) -> NDArray[np.int64]:
        """Do so by the fold of the whole language."""
        steps, rules = memory.shape[0], self._rules
        given = carrying.Given(
            rows=np.empty(0, np.int64),
            cases=np.arange(steps, dtype=np.uint32),
            letters=np.tile(self._numbers, states),
            moments=np.zeros(steps, np.int64),
            untils=np.full(steps, carrying.ENDLESS),
            codes=np.tile(self._codes, states),
            slots=np.arange(self._variables + 1, dtype=np.int64),
            # Sums and largest numbers, which no guard asks for.
            values=np.full((steps, self._variables), np.nan),
            fractions=np.zeros(self._variables, np.uint8),
        )
        registers = int(rules.operations[:, _REGISTER].max(initial=-1)) + 1
        cases = carrying.Cases(
            memory=memory,
            registers=np.zeros((steps, registers)),
            fractions=np.zeros((steps, registers), np.uint8),
            clocks=clocks,
            queues=np.empty((steps, 0), np.int64),
            dues=np.full(steps, carrying.ENDLESS),
            passed=np.full(steps, fold.NEVER),
        )
        room = room_of(self.program, registers, self._known(states), self.ways, paths)
        room.used[carrying.PATHS] = used_of(self.ways, len(self.program.joints))
        told: list[NDArray[np.int64]] = []
        done, why = 0, carrying.FULL_TOLD
        while why != carrying.DONE:
            done, why = carrying.carry(done, steps, fold.NEVER, given, cases, NO_POOL, rules, room)
            told.append(room.told[: room.used[carrying.TOLD]].copy())
            room.used[carrying.TOLD] = 0
            if why == carrying.FULL_PATHS:
                room = room._replace(ways=np.vstack([room.ways, np.zeros_like(room.ways)]))
        self.ways = room.ways
        return np.concatenate(told)


NO_POOL = carrying.Pool(np.zeros(1, np.int64), np.zeros(1), np.zeros(1, np.uint8), np.zeros(1, np.int64))
"""Nodes for the queues of a model of which time takes nothing away."""


def room_of(
    program: Program,
    registers: int,
    known: NDArray[np.int64],
    ways: NDArray[np.int32],
    paths: NDArray[np.int32],
) -> carrying.Room:
    """Return room for the loops over the whole language, where time alone does nothing."""
    model = program.model
    variables = len(model.context)
    most = max(1024, 4 * (len(model.invariants) + 2))
    width = carrying.TOLD_SINCE + len(model.track_names) + 2 * variables + 2 * registers
    return carrying.Room(
        used=np.zeros(carrying.FREE_COUNT + 1, np.int64),
        known=known,
        ways=ways,
        told=np.empty((most, width), np.int64),
        registers=np.empty((most, 2 * registers)),
        ticks=np.empty((2, carrying.TICK_PATH + 1), np.int64),
        paths=paths,
        stack=np.zeros(64),
        memory=np.zeros(variables, np.int64),
        totals=np.zeros(registers),
        fractions=np.zeros(registers, np.int64),
    )
