"""Worlds: what has been settled of the things that a step asks about, and the other ways in which it may be settled.

A step is run as often as there are ways in which what it asks can come out. Nothing is settled before it is asked, and
then no more of it than the answer: that an attribute is one of these values, that a counter has reached a number.
"""

from collections.abc import Callable, Hashable, Iterator
from typing import TypeVar

from attrs import define, field, frozen

from onward.proof.asked import Questions, Symbol
from onward.proof.cells import Cell

T = TypeVar("T")


@frozen
class Script:
    """Which way was taken at every fork of a run, and how many there were."""

    taken: tuple[int, ...] = ()
    ways: tuple[int, ...] = ()

    def __add__(self, other: "Script") -> "Script":
        return Script(self.taken + other.taken, self.ways + other.ways)

    def following(self) -> "Script | None":
        """Return the next script in the order of ways, None after the last."""
        for at in range(len(self.taken) - 1, -1, -1):
            if self.taken[at] + 1 < self.ways[at]:
                return Script((*self.taken[:at], self.taken[at] + 1), self.ways[: at + 1])
        return None


class ForkError(Exception):
    """A question that what is settled does not answer, where no more may be settled."""


@define
class World:
    """What is settled in one run; bits of a mask stand for the cells in which a symbol may still lie.

    Where it *is settled*, nothing more is.
    """

    questions: Questions
    script: Script = field(factory=Script)
    masks: dict[Symbol, int] = field(factory=dict)
    is_settled: bool = False
    _free: dict[Hashable, bool] = field(factory=dict)
    _taken: list[int] = field(factory=list)
    _ways: list[int] = field(factory=list)

    def choose(self, ways: int) -> int:
        """Return which of so many *ways* this run takes."""
        if self.is_settled:
            raise ForkError
        at = len(self._taken)
        taken = self.script.taken[at] if at < len(self.script.taken) else 0
        self._taken.append(taken)
        self._ways.append(ways)
        return taken

    def branch(self, script: Script) -> "World":
        """Return a world in which the same is settled, to ask further by *script*."""
        return World(self.questions, script, dict(self.masks), free=dict(self._free))

    @property
    def path(self) -> Script:
        """The forks that this run came to."""
        return Script(tuple(self._taken), tuple(self._ways))

    def mask(self, symbol: Symbol) -> int:
        """Return the cells in which *symbol* may lie."""
        found = self.masks.get(symbol)
        return (1 << len(self.questions.cells(symbol))) - 1 if found is None else found

    def cells(self, symbol: Symbol) -> list[Cell]:
        """Return the cells in which *symbol* may lie."""
        mask = self.mask(symbol)
        return [cell for bit, cell in enumerate(self.questions.cells(symbol)) if mask >> bit & 1]

    def decide(self, symbol: Symbol, yes: int, no: int, question: Hashable = None) -> bool:
        """Settle whether *symbol* lies in *yes* or in *no*; in cells that are in both the *question* decides.

        Two questions may have the same cells and different answers, and a question asked again has the same.
        """
        mask = self.mask(symbol)
        if not mask & no:
            return True
        if not mask & yes:
            return False
        key = symbol, yes, no, question
        told = self._free.get(key)
        if told is None:
            told = not self.choose(2)
            self.masks[symbol] = mask & (yes if told else no)
            if yes & no:
                self._free[key] = told
        return told

    def settle(self, key: Hashable) -> bool:
        """Settle what is free to be so or not; asked again, it is as it was."""
        told = self._free.get(key)
        if told is None:
            told = self._free[key] = not self.choose(2)
        return told

    def settled(self, key: Hashable) -> bool | None:
        """Return how *key* was settled; None where it was not."""
        return self._free.get(key)

    def within(self, symbol: Symbol, held: Callable[[Cell], bool]) -> int:
        """Return the mask of the cells of *symbol* for which *held* is so."""
        return mask_of(self.questions.cells(symbol), held)


def mask_of(cells: tuple[Cell, ...], held: Callable[[Cell], bool]) -> int:
    """Return the bits of the *cells* for which *held* is so."""
    return sum(1 << bit for bit, cell in enumerate(cells) if held(cell))


def every_run(run: Callable[[World], T], root: World) -> Iterator[tuple[World, T]]:
    """Yield *run* in every world that settles what *root* does and, as far as it asks, more."""
    script: Script | None = Script()
    while script is not None:
        world = root.branch(script)
        yield world, run(world)
        script = world.path.following()
