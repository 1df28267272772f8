"""Placing: all orders that uncertain dates leave, each with its weight, without going through them one by one.

Time is cut wherever a date begins or ends. What happens in one such stretch may happen in any order that is known to be
possible there, and all its orders are equally likely; so it is enough to know which events have happened by now, and
not in which order: a sum over sets of events in place of one over orders. Dates that meet in one microsecond by chance
have no weight. Knows no model.
"""

import itertools
import math
from collections.abc import Iterator, Sequence

from attrs import frozen

from onward.scenario.orders import Room

MOST_TOLD = 60
"""Events that are placed together: beyond, the sets of them are too many anyway."""


@frozen
class Stretch:
    """A stretch of time in which no date begins or ends.

    Attributes:
        start: its first instant.
        stop: the instant after its last.
        may: which events may happen in it, by number.
        due: the set of events that have happened by its end, as bits.
        fixed: the events that happen in it for sure, at once and in this order, if it is a single instant.

    """

    start: int
    stop: int
    may: tuple[int, ...]
    due: int
    fixed: tuple[int, ...] = ()

    def weight(self, count: int) -> float:
        """Return how likely it is that *count* events that lie in it do so in one certain order."""
        return 1.0 if self.fixed else 1 / math.factorial(count)


@frozen(eq=False)
class Puzzle:
    """Events to be placed in time.

    Attributes:
        rows: the row of each event.
        before: for each event the set of those that come first, as bits.
        stretches: time from the first instant that any may have to the last.
        widths: how many instants each event may have.

    """

    rows: tuple[int, ...]
    before: tuple[int, ...]
    stretches: tuple[Stretch, ...]
    widths: tuple[int, ...]

    def share(self, stretch: Stretch, number: int) -> float:
        """Return how likely it is that an event lies in a *stretch* in which it may, as far as its own date goes."""
        return 1.0 if stretch.fixed else (stretch.stop - stretch.start) / self.widths[number]

    def free(self, stretch: Stretch, placed: int) -> Iterator[int]:
        """Yield the events that may come next in a *stretch* once the set *placed* has happened."""
        for number in stretch.may:
            if not placed >> number & 1 and not self.before[number] & ~placed:
                yield number


def puzzle_of(room: Room, rows: Sequence[int], cut: int | None = None) -> Puzzle | None:
    """Return how *rows*, whole groups of the order among them, may lie in time.

    Args:
        room: what dates and order leave.
        rows: the rows.
        cut: an instant at which one more stretch begins.

    Returns:
        None where there are too many, or dates so narrow that stretches of time do not do for them.

    """
    if not rows or len(rows) > MOST_TOLD:
        return None
    numbers = {row: number for number, row in enumerate(rows)}
    before = [0] * len(rows)
    for one, other in room.pairs:
        if other in numbers:
            before[numbers[other]] |= 1 << numbers[one]
    spans = [(room.loose_first[row], room.loose_last[row]) for row in rows]
    edges = sorted({edge for low, high in spans for edge in (low, high + 1)})
    if cut is not None and edges[0] < cut < edges[-1]:
        edges = sorted({*edges, cut})
    instants = {low for low, high in spans if low == high}
    raw = []
    for start, stop in itertools.pairwise(edges):
        inside = [number for number, (low, high) in enumerate(spans) if low <= start and stop - 1 <= high]
        sure = start in instants
        raw.append((start, stop, [number for number in inside if (spans[number][0] == spans[number][1]) == sure], sure))
    latest = {number: at for at, (_, _, may, _) in enumerate(raw) for number in may}
    if len(latest) < len(rows):
        return None
    return Puzzle(
        rows=tuple(rows),
        before=tuple(before),
        stretches=tuple(
            Stretch(
                start,
                stop,
                tuple(may),
                sum(1 << number for number, until in latest.items() if until <= at),
                tuple(sorted(may, key=rows.__getitem__)) if sure else (),
            )
            for at, (start, stop, may, sure) in enumerate(raw)
        ),
        widths=tuple(high + 1 - low for low, high in spans),
    )


class TooManyError(Exception):
    """There are more sets of events than one wants to go through."""


@frozen(eq=False)
class Weights:
    """How likely the orders of a puzzle are, from any point of it on.

    Attributes:
        puzzle: the puzzle.
        most: how many sets of events are gone through.
        known: what was worked out so far.

    """

    puzzle: Puzzle
    most: int
    known: dict[tuple[int, int, int], float]

    def after(self, at: int, placed: int, inside: int) -> float:
        """Return the weight of all that may follow.

        Args:
            at: the number of the stretch that runs.
            placed: the set of events that have happened.
            inside: how many of them in this stretch.

        Raises:
            TooManyError: there is too much that may follow.

        """
        if at == len(self.puzzle.stretches):
            return 1.0
        key = at, placed, inside
        if key not in self.known:
            if len(self.known) >= self.most:
                raise TooManyError
            self.known[key] = 0.0
            self.known[key] = sum(weight for weight, _ in self.choices(at, placed, inside))
        return self.known[key]

    def choices(self, at: int, placed: int, inside: int) -> list[tuple[float, int | None]]:
        """Return what may come next, each with its weight: an event, or None for the end of the stretch."""
        stretch = self.puzzle.stretches[at]
        if stretch.fixed:
            return [(self.after(at + 1, placed | sum(1 << number for number in stretch.fixed), 0), None)]
        found: list[tuple[float, int | None]] = []
        if not stretch.due & ~placed:
            found.append((stretch.weight(inside) * self.after(at + 1, placed, 0), None))
        return found + [
            (self.puzzle.share(stretch, number) * self.after(at, placed | 1 << number, inside + 1), number)
            for number in self.puzzle.free(stretch, placed)
        ]
