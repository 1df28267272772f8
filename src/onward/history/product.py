"""Product: phase and clipped memory together, as the states of a finite automaton, in arrays of numbers.

It is explored by running the fold itself, one event from every state reached, so that its steps are the fold's. Knows
programs and letters; whether those come from the model alone or from a log is the caller's business.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from attrs import define, evolve, field, frozen
from numpy.typing import NDArray

from onward.history import fold
from onward.history.alphabets import MOST_LETTERS, Variant
from onward.history.finite import asked_of_memory, caps_of, endless, is_finite
from onward.history.program import Letter, Program
from onward.history.tables import Tables, tables_of
from onward.model.model import Model
from onward.problems import ModelError, Problem

MOST_STATES = 200_000
MOST_STEPS = 20_000_000
"""States, and states times letters: what is explored takes twelve bytes a step."""

_ROWS = 1 << 18
"""Steps that are explored at once."""

Paths = list[tuple[int, tuple[int, ...]]]


@frozen(eq=False)
class Product:
    """A finite automaton as arrays; the case that has not begun is its first state.

    Attributes:
        variants: its letters; those with nothing new come first, at the numbers of the program's letters.
        fresh: for every letter of the program, what the bits of its `distinct` variables are added to for the number
            of the variant that is new to these; the first one that it adds to is bit 1, the second is bit 2.
        caps: for every context variable the number beyond which it is not counted.
        places: by state, the rank of the place.
        memory: by state and variable, the number, up to the cap.
        broken: by state, the bits of the `always` invariants that do not hold.
        next: by state and variant, the state after the step.
        paths: by state and variant, the path of the step, as `fold` numbers them.
        told: by state and variant, which of *breaches* the step tells.
        ways: by path and transition, the path that is longer by it; 0 where there is none.
        breaches: guarded invariants that a step breaks, by number; -1 stands for a refusal that looks at memory.

    """

    variants: tuple[Variant, ...]
    fresh: NDArray[np.int64]
    caps: tuple[int, ...]
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


def product_of(
    program: Program,
    letters: Sequence[Letter],
    *,
    ways: NDArray[np.int32] | None = None,
    begun: NDArray[np.int64] | None = None,
    most: int = MOST_STATES,
) -> Product:
    """Return all that can become of a case when events of *letters* come to it.

    Args:
        program: the model as graphs of tests.
        letters: every letter that may come, each at its number.
        ways: the paths known so far, which keep their numbers; more are written into it.
        begun: more states to begin from beside the case that has not begun: rows of place, memory and broken bits.
        most: how many states are too many.

    Raises:
        ModelError: the model is not finite, or has too many states.

    """
    model = program.model
    tests = asked_of_memory(program, letters)
    if not is_finite(tests):
        raise ModelError(endless(model))
    caps = caps_of(model, tests)
    _check_variants(program, letters)
    variants, fresh = _variants(program, letters)
    explorer = _Explorer(program, variants, _tables(program, letters), _room_for(model) if ways is None else ways)
    states = Numbered()
    width = 2 + len(model.context)
    states.number(clipped(np.vstack([np.zeros((1, width), np.int64), *([] if begun is None else [begun])]), caps))
    most = min(most, MOST_STEPS // len(variants))
    found: list[tuple[NDArray[np.int32], ...]] = []
    done = 0
    while done < len(states):
        rows = states.rows(done, done + max(1, _ROWS // len(variants)))
        left, paths, told = explorer.run(rows)
        after = states.number(clipped(left, caps))
        found.append(tuple(each.reshape(len(rows), len(variants)) for each in (after, paths, told)))
        done += len(rows)
        if len(states) > most:
            raise ModelError([_too_many(model, caps, most, len(variants))])
    everything = states.rows(0, len(states))
    following, paths, told = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return Product(
        variants=variants,
        fresh=fresh,
        caps=caps,
        places=everything[:, 0],
        memory=everything[:, 1:-1],
        broken=everything[:, -1],
        next=following,
        paths=paths,
        told=told,
        ways=explorer.ways,
        breaches=explorer.patterns,
    )


def clipped(rows: NDArray[np.int64], caps: Sequence[int]) -> NDArray[np.int64]:
    """Return states, as rows of place, memory and broken bits, with no counter beyond its cap."""
    left: NDArray[np.int64] = rows.copy()
    left[:, 1:-1] = np.minimum(rows[:, 1:-1], caps)
    return left


def paths_of(ways: NDArray[np.int32], places: int) -> Paths:
    """Return the rank of the place where every path begins, and its transitions; each path at its number."""
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


def _too_many(model: Model, caps: Sequence[int], most: int, letters: int) -> Problem:
    far = sorted(zip(caps, (variable.name for variable in model.context), strict=True), reverse=True)
    counters = ", ".join(f"{name} up to {cap:,}" for cap, name in far if cap)
    what = f"its automaton has more than {most:,} states, of {letters:,} letters each, for guards count {counters}"
    return Problem(model.name, what, "compare counters with smaller constants; replay runs it by the general fold")


def _check_variants(program: Program, letters: Sequence[Letter]) -> None:
    """Make sure that what is new to one variable and not to another makes no more letters than can be gone through.

    Raises:
        ModelError: it does.

    """
    kept = [sum(each.attribute is not None for each in program.page(letter).counts) for letter in letters]
    count = sum(1 << each for each in kept)
    if count > MOST_LETTERS:
        what = f"its events come in {count:,} kinds, for one may be new to any of {max(kept)} `distinct` variables"
        mend = "let an event add to fewer of them; replay runs it by the general fold"
        raise ModelError([Problem(program.model.name, what, mend)])


def _variants(program: Program, letters: Sequence[Letter]) -> tuple[tuple[Variant, ...], NDArray[np.int64]]:
    names = [variable.name for variable in program.model.context]
    found = [Variant(letter) for letter in letters]
    fresh = []
    for letter in letters:
        fresh.append(len(found) - 1)
        kept = [names[each.variable] for each in program.page(letter).counts if each.attribute is not None]
        new = [tuple(name for bit, name in enumerate(kept) if bits >> bit & 1) for bits in range(1, 1 << len(kept))]
        found += [Variant(letter, each) for each in new]
    return tuple(found), np.array(fresh, np.int64)


def _tables(program: Program, letters: Sequence[Letter]) -> Tables:
    """Return the tables of *letters*, in which every `distinct` variable has a column of values of its own."""
    kept = [each.attribute for letter in letters for each in program.page(letter).counts if each.attribute is not None]
    tables = tables_of(program, letters, tuple(dict.fromkeys(kept)))
    variable, column = tables.counted.T
    return evolve(tables, counted=np.column_stack([variable, np.where(column < 0, -1, variable)]))


def _room_for(model: Model) -> NDArray[np.int32]:
    return np.zeros((64 + 2 * len(model.places), max(len(model.transitions), 1)), np.int32)


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
        variants: the letters.
        tables: the program for them.
        ways: the paths met so far.

    """

    program: Program
    variants: tuple[Variant, ...]
    tables: Tables
    ways: NDArray[np.int32]
    _letters: NDArray[np.uint32] = field(init=False)
    _codes: NDArray[np.int32] = field(init=False)
    _breaches: Numbered = field(init=False)

    def __attrs_post_init__(self) -> None:
        numbers = {letter: number for number, letter in enumerate(dict.fromkeys(each.letter for each in self.variants))}
        self._letters = np.array([numbers[each.letter] for each in self.variants], np.uint32)
        new = [[variable.name in each.new for each in self.variants] for variable in self.program.model.context]
        # A value that the case has not had, or nothing recorded: both are one to an automaton.
        self._codes = np.where(np.array(new, bool).reshape(len(new), len(self.variants)), 0, -1).astype(np.int32)
        self._breaches = Numbered()
        self._breaches.number(np.zeros((1, 1 + len(self.tables.bits)), np.int64))

    @property
    def patterns(self) -> tuple[tuple[int, ...], ...]:
        """What steps tell, each at its number; the first is nothing."""
        rows = self._breaches.rows(0, len(self._breaches))
        return tuple(tuple((np.flatnonzero(row) - 1).tolist()) for row in rows)

    def run(self, states: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
        """Return where each of *states* is left by each letter, the path there, and the number of what is told."""
        letters, variables = len(self.variants), len(self.program.model.context)
        steps = len(states) * letters
        every = np.repeat(states, letters, axis=0)
        memory = np.zeros((steps, fold.MEMORY + variables + 1), np.int32)
        memory[:, fold.PLACE] = every[:, 0]
        memory[:, fold.MEMORY : -1] = every[:, 1:-1]
        clocks = np.zeros((steps, fold.AT_BEGAN + 1), np.int64)
        clocks[:, fold.BROKEN] = every[:, -1]
        paths = np.empty(steps, np.int32)
        told = self._fold(len(states), memory, clocks, paths)
        left = np.column_stack([memory[:, fold.PLACE], memory[:, fold.MEMORY : -1], clocks[:, fold.BROKEN]])
        flags = np.zeros((steps, 1 + len(self.tables.bits)), np.int64)
        flags[told[:, fold.TOLD_STEP], told[:, fold.TOLD_WHAT] + 1] = 1
        return left.astype(np.int64), paths, self._breaches.number(flags)

    def _fold(
        self, states: int, memory: NDArray[np.int32], clocks: NDArray[np.int64], paths: NDArray[np.int32]
    ) -> NDArray[np.int64]:
        """Run one event for each pseudo-case, and return what is told."""
        steps, variables = memory.shape[0], len(self.program.model.context)
        used = np.array([used_of(self.ways, len(self.program.model.places)), 0, 0], np.int64)
        size = 1 << (2 * variables * (states * int((self._codes >= 0).sum()) + 1) + 1).bit_length()
        room = np.empty((max(1024, 4 * (len(self.tables.bits) + 2)), fold.TOLD_MEMORY + variables), np.int64)
        told: list[NDArray[np.int64]] = []
        columns: tuple[Any, ...] = (
            np.empty(0, np.int64),
            np.arange(steps, dtype=np.uint32),
            np.tile(self._letters, states),
            np.zeros(steps, np.int64),
            np.tile(self._codes, states),
            np.empty((0, 0)),
        )
        known = np.full(size, -1, np.int64)
        done, why = 0, fold.FULL_TOLD
        while why != fold.DONE:
            done, why = fold.fold(
                *(done, steps, *columns, memory, clocks, known, 65 - size.bit_length(), used),
                *(*self.tables.arguments(), self.ways, room, paths),
            )
            told.append(room[: used[2]].copy())
            used[2] = 0
            if why == fold.FULL_PATHS:
                self.ways = np.vstack([self.ways, np.zeros_like(self.ways)])
        return np.concatenate(told)
