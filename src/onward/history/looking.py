"""Looking up: a product as the tables that the compiled loops look up, and the cases of a log as its states."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from onward.history import carrying, fold
from onward.history.minimising import parted
from onward.history.product import Product, clipped, numbers_of_classes, paths_of
from onward.history.program import Counting, Page, Program
from onward.history.tables import Tables
from onward.history.treading import Look
from onward.log.log import Value


@frozen(eq=False)
class LookUp:
    """A product as `fold.look_up`, `fold.tally` and `treading.tread` take it; a state's number is in the upper bits.

    Attributes:
        product: the product.
        width: how many bits a letter takes below a state.
        following: by state and letter, the state after it.
        adds: by state and letter, the column of memory that is added to, or 0 where that is not all.
        paths: by state and letter, the path.
        fired: by path and track, how many transitions fire.
        counts: by letter, where its part of *counted*, or of operations, begins.
        counted: pairs of a variable and the column of values it keeps apart, or -1; of the plain fold only.
        steps: by operation, and what the event is to its variable, how many letters further that is.
        told: by state and letter, which page of *breaches* is told.
        pages: where each page begins.
        breaches: what is told, page after page.

    """

    product: Product
    width: int
    following: NDArray[np.uint32]
    adds: NDArray[np.uint32]
    paths: NDArray[np.int32]
    fired: NDArray[np.int64]
    counts: NDArray[np.int64]
    counted: NDArray[np.int64]
    steps: NDArray[np.int64]
    told: NDArray[np.int32]
    pages: NDArray[np.int64]
    breaches: NDArray[np.int64]

    def arguments(self, states: NDArray[np.uint32]) -> tuple[Any, ...]:
        """Return what `fold.tally` takes from *states* on, up to the room for what is told."""
        return (
            *(states, self.following, self.adds, self.paths, self.width, self.fired[:, 0], self.product.places),
            *(self.product.fresh, self.counts, self.counted, self.told, self.pages, self.breaches),
        )

    def look(self, values: Sequence[Value]) -> Look:
        """Return what `treading.tread` takes, where cases keep *values*, each at its number."""
        product = self.product
        classes = np.zeros((product.memory.shape[1], 1 + len(values)), np.int64)
        for variable in product.classes.asked:
            classes[variable] = numbers_of_classes(product.classes, variable, values)
        return Look(
            following=self.following,
            adds=self.adds,
            paths=self.paths,
            fired=self.fired,
            places=np.ascontiguousarray(product.places),
            fresh=product.fresh,
            steps=self.steps,
            classes=classes,
            tells=self.told,
            pages=self.pages,
            breaches=self.breaches,
        )

    def states(
        self, memory: NDArray[np.int32], clocks: NDArray[np.int64], values: Sequence[Value] = ()
    ) -> NDArray[np.uint32] | None:
        """Return the state of every case, from its place, memory and broken bits; None where one has none here.

        Args:
            memory: the place and the memory of every case.
            clocks: what has the broken bits.
            values: the values that cases keep, each at its number.

        """
        cases = clipped(standing(memory, clocks), self.product.caps, self.product.classes, values)
        alike = parted(np.zeros(len(cases), np.int64), cases)
        _, firsts, kinds = np.unique(alike, return_index=True, return_inverse=True)
        known = {tuple(row): number for number, row in enumerate(self.product.rows.tolist())}
        found = np.array([known.get(tuple(row), -1) for row in cases[firsts].tolist()], np.int64)
        return None if (found < 0).any() else (found[kinds] << self.width).astype(np.uint32)

    def settle(self, states: NDArray[np.uint32], memory: NDArray[np.int32], clocks: NDArray[np.int64]) -> None:
        """Write place and broken bits of *states* where `fold` keeps them."""
        numbers = states >> self.width
        memory[:, fold.PLACE] = self.product.places[numbers]
        clocks[:, fold.BROKEN] = self.product.broken[numbers]


def standing(memory: NDArray[np.int32], clocks: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where cases stand, as rows of place, memory and broken bits."""
    return np.column_stack([memory[:, :-1], clocks[:, fold.BROKEN]])


def look_up_of(program: Program, product: Product, tables: Tables | carrying.Rules) -> LookUp:
    """Return *product* as the compiled loops take it.

    Args:
        program: the model as graphs of tests.
        product: all that can become of its cases by the letters of *tables*.
        tables: the program for these letters, with the columns of values that the log has, as the fold takes it that
            runs the model.

    """
    width = (len(product.variants) - 1).bit_length()

    def flat(values: NDArray[Any], dtype: type[np.generic]) -> NDArray[Any]:
        room = np.zeros((len(product), 1 << width), dtype)
        room[:, : len(product.variants)] = values
        return room.ravel()

    return LookUp(
        product=product,
        width=width,
        following=flat(product.next.astype(np.int64) << width, np.uint32),
        adds=flat(_adds(program, product), np.uint32),
        paths=flat(product.paths, np.int32),
        fired=_fired(program, product),
        counts=tables.counts,
        counted=tables.counted if isinstance(tables, Tables) else np.empty((0, 2), np.int64),
        steps=_steps(program, product),
        told=flat(product.told, np.int32),
        pages=np.cumsum([0, *map(len, product.breaches)], dtype=np.int64),
        breaches=np.array([each for page in product.breaches for each in page], np.int64),
    )


def _fired(program: Program, product: Product) -> NDArray[np.int64]:
    """Return, by path and track, how many transitions fire."""
    on_tracks = np.array([[number >= 0 for number in move.fired] for move in program.moves], np.int64)
    paths = paths_of(product.ways, len(program.joints))
    found = np.zeros((len(paths), len(program.model.track_names)), np.int64)
    for path, (_, moves) in enumerate(paths):
        for move in moves:
            found[path] += on_tracks[move]
    return found


def _steps(program: Program, product: Product) -> NDArray[np.int64]:
    """Return, by operation and what the event is to its variable, how many letters further that is."""
    letters = [each.letter for each in product.variants[: len(product.fresh)]]
    found = []
    for letter, choices in zip(letters, product.choices, strict=True):
        for counting in program.page(letter).counts:
            row = [0] * (2 + len(product.classes.values))
            for choice in choices:
                if choice.variable == counting.variable:
                    for position, option in enumerate(choice.options):
                        row[option] = position * choice.stride
            found.append(row)
    return np.array(found, np.int64).reshape(len(found), 2 + len(product.classes.values))


def _adds(program: Program, product: Product) -> NDArray[np.int64]:
    """Return, by state and letter, the column of memory that is added to; 0 where more is to be done."""
    nothing = fold.MEMORY + len(program.model.context)
    columns = np.array([_column(program.page(each.letter), nothing) for each in product.variants])
    refused = product.paths < 0
    # The paths that have fired nothing come first, one for each place.
    more = (product.told > 0) | (product.paths >= len(program.joints))
    return np.where(more, 0, np.where(refused, nothing, columns))


def _column(page: Page, nothing: int) -> int:
    match page.counts:
        case ():
            return nothing
        case (Counting(variable, None, "add"),):
            return fold.MEMORY + variable
        case _:
            return 0


def visited(look_up: LookUp, cases: NDArray[np.uint32], letters: NDArray[np.uint32], count: int) -> NDArray[Any]:
    """Return the number of the state before each row, for *count* cases that have not begun.

    Args:
        look_up: the automaton.
        cases: the case of each row, in the order in which they count.
        letters: its letter.
        count: the number of cases.

    """
    before = np.empty(len(cases), np.min_scalar_type(max(len(look_up.product) - 1, 0)))
    fold.look_up(cases, letters, np.zeros(count, np.uint32), look_up.following, look_up.width, before)
    return before
