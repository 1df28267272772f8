"""Looking up: a product as the tables that the compiled loops look up, and the cases of a log as its states."""

from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from onward.history import fold
from onward.history.minimising import parted
from onward.history.product import Product, clipped, paths_of
from onward.history.program import Counting, Page, Program
from onward.history.tables import Tables


@frozen(eq=False)
class LookUp:
    """A product as `fold.look_up` and `fold.tally` take it; a state's number stands in the upper bits.

    Attributes:
        product: the product.
        width: how many bits a letter takes below a state.
        following: by state and letter, the state after it.
        adds: by state and letter, the column of memory that is added to, or 0 where that is not all.
        paths: by state and letter, the path.
        fired: by path, how many transitions fire.
        counts: by letter, where its part of *counted* begins.
        counted: pairs of a variable and the column of values it keeps apart, or -1.
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
    told: NDArray[np.int32]
    pages: NDArray[np.int64]
    breaches: NDArray[np.int64]

    def arguments(self, states: NDArray[np.uint32]) -> tuple[Any, ...]:
        """Return what `fold.tally` takes from *states* on, up to the room for what is told."""
        return (
            *(states, self.following, self.adds, self.paths, self.width, self.fired, self.product.places),
            *(self.product.fresh, self.counts, self.counted, self.told, self.pages, self.breaches),
        )

    def states(self, memory: NDArray[np.int32], clocks: NDArray[np.int64]) -> NDArray[np.uint32] | None:
        """Return the state of every case, from its place, memory and broken bits; None where one has none here."""
        cases = clipped(standing(memory, clocks), self.product.caps)
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


def look_up_of(program: Program, product: Product, tables: Tables) -> LookUp:
    """Return *product* as the compiled loops take it.

    Args:
        program: the model as graphs of tests.
        product: all that can become of its cases by the letters of *tables*.
        tables: the program for these letters, with the columns of values that the log has.

    """
    width = (len(product.variants) - 1).bit_length()

    def flat(values: NDArray[Any], dtype: type[np.generic]) -> NDArray[Any]:
        room = np.zeros((len(product), 1 << width), dtype)
        room[:, : len(product.variants)] = values
        return room.ravel()

    fired = np.array([len(each) for _, each in paths_of(product.ways, len(program.model.places))], np.int64)
    return LookUp(
        product=product,
        width=width,
        following=flat(product.next.astype(np.int64) << width, np.uint32),
        adds=flat(_adds(program, product), np.uint32),
        paths=flat(product.paths, np.int32),
        fired=fired,
        counts=tables.counts,
        counted=tables.counted,
        told=flat(product.told, np.int32),
        pages=np.cumsum([0, *map(len, product.breaches)], dtype=np.int64),
        breaches=np.array([each for page in product.breaches for each in page], np.int64),
    )


def _adds(program: Program, product: Product) -> NDArray[np.int64]:
    """Return, by state and letter, the column of memory that is added to; 0 where more is to be done."""
    nothing = fold.MEMORY + len(program.model.context)
    columns = np.array([_column(program.page(each.letter), nothing) for each in product.variants])
    refused = product.paths < 0
    # The paths that have fired nothing come first, one for each place.
    more = (product.told > 0) | (product.paths >= len(program.model.places))
    return np.where(more, 0, np.where(refused, nothing, columns))


def _column(page: Page, nothing: int) -> int:
    match page.counts:
        case ():
            return nothing
        case (Counting(variable, None),):
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
