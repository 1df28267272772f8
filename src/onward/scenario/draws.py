"""Draws: dates drawn at random inside their intervals, all instants being equally likely that dates and order leave.

Each draw has random numbers of its own, which hang on the seed and on the number of the draw alone. So a draw comes out
the same whatever was drawn before it, and in however many parts. numpy is imported when something is drawn.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from attrs import frozen

from onward.log.log import EventLog
from onward.problems import Problem, UsageError
from onward.scenario.orders import Room, gap
from onward.scenario.placing import TooManyError, Weights, puzzle_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TRIED = 2048
"""Proposals by which it is judged whether drawing a group blindly will do."""
_SELDOM = 1 / 64
"""A group of which fewer proposals are in order is placed by weights instead, if it can be."""
_MOST_SETS = 200_000
"""Sets of events that are weighed for that, which takes about a second."""
_BLOCK = 16_384
"""The most proposals made at once."""
_HOPELESS = 2**24
"""Proposals after which drawing blindly is given up: a minute at most."""


@frozen(eq=False)
class Group:
    """Events that hang together by their order.

    Attributes:
        rows: their rows.
        first: the first instants that are left for them.
        last: the last ones.
        before: the positions in *rows* of what comes first, a pair each.
        after: the positions of what comes later.
        gaps: by how much it must.
        weights: how likely the orders of the group are, where it is placed by weights; else it is drawn until in order.

    """

    rows: tuple[int, ...]
    first: "NDArray[np.int64]"
    last: "NDArray[np.int64]"
    before: "NDArray[np.intp]"
    after: "NDArray[np.intp]"
    gaps: "NDArray[np.int64]"
    weights: Weights | None = None

    def ordered(self, proposals: "NDArray[np.int64]") -> "NDArray[np.bool_]":
        """Return which *proposals*, one a line, are in order."""
        import numpy as np  # noqa: PLC0415  # small logs do without

        late = proposals[..., self.before] + self.gaps > proposals[..., self.after]
        return np.asarray(~late.any(axis=-1))

    def draw(self, chance: "np.random.Generator") -> "NDArray[np.int64] | None":
        """Return one instant for each row, jointly in order; None where none was found in a long time."""
        return self._draw_blindly(chance) if self.weights is None else self._place(chance, self.weights)

    def _draw_blindly(self, chance: "np.random.Generator") -> "NDArray[np.int64] | None":
        block, tried = 8, 0
        while tried < _HOPELESS:
            proposals = chance.integers(self.first, self.last, (block, len(self.rows)), endpoint=True)
            fits = self.ordered(proposals)
            if fits.any():
                found: NDArray[np.int64] = proposals[fits.argmax()]
                return found
            tried += block
            block = min(4 * block, _BLOCK)
        return None

    def _place(self, chance: "np.random.Generator", weights: Weights) -> "NDArray[np.int64]":
        """Draw one of the orders by its weight, and then instants that come in this order."""
        import numpy as np  # noqa: PLC0415  # as above

        while True:
            drawn = np.empty(len(self.rows), np.int64)
            at = placed = 0
            inside: list[int] = []
            while at < len(weights.puzzle.stretches):
                choices = weights.choices(at, placed, len(inside))
                number = choices[_chosen([weight for weight, _ in choices], chance.random())][1]
                if number is not None:
                    placed |= 1 << number
                    inside.append(number)
                    continue
                stretch = weights.puzzle.stretches[at]
                inside += stretch.fixed
                placed |= sum(1 << each for each in stretch.fixed)
                drawn[inside] = np.sort(chance.integers(stretch.start, stretch.stop, len(inside)))
                at, inside = at + 1, []
            # Two of one microsecond may stand against the file.
            if bool(self.ordered(drawn)):
                return drawn


def _chosen(weights: Sequence[float], share: float) -> int:
    """Return the position at which so large a *share* of all *weights* is reached."""
    left = share * sum(weights)
    for position, weight in enumerate(weights):
        left -= weight
        if left < 0:
            return position
    # Rounding may leave a little at the end.
    return max(position for position, weight in enumerate(weights) if weight)


@frozen(eq=False)
class Sampler:
    """Draws of the dates of a log.

    Attributes:
        log: the log, for messages.
        room: what dates and order leave.
        seed: where the random numbers begin.

    """

    log: EventLog
    room: Room
    seed: int

    @cached_property
    def _groups(self) -> tuple[Group, ...]:
        return tuple(_group(self.room, rows) for rows in self.room.groups)

    @cached_property
    def _alone(self) -> "tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]":
        """The rows of no group, and their first and last instants."""
        import numpy as np  # noqa: PLC0415  # as above

        rows = np.array([row for row in range(len(self.room.first)) if row not in self.room.group_of], np.int64)
        first, last = (np.array(each, np.int64)[rows] for each in (self.room.first, self.room.last))
        return rows, first, last

    def draw(self, numbers: Sequence[int]) -> "NDArray[np.int64]":
        """Return the instants of all rows in the draws of these *numbers*, a line each.

        Raises:
            UsageError: the order leaves so little room that nothing was found in it.

        """
        import numpy as np  # noqa: PLC0415  # as above

        drawn = np.empty((len(numbers), len(self.room.first)), np.int64)
        alone, first, last = self._alone
        for line, number in enumerate(numbers):
            chance = _chance(self.seed, number)
            drawn[line, alone] = chance.integers(first, last, endpoint=True)
            for group in self._groups:
                instants = group.draw(chance)
                if instants is None:
                    raise UsageError([_hopeless(self.log, group)])
                drawn[line, list(group.rows)] = instants
        return drawn


def _chance(seed: int, number: int) -> "np.random.Generator":
    """Return the random numbers of one draw: a stream of its own of a counter that is scrambled by this key."""
    import numpy as np  # noqa: PLC0415  # as above

    return np.random.Generator(np.random.Philox(key=np.array([seed, number], np.uint64)))


def _group(room: Room, rows: tuple[int, ...]) -> Group:
    """Return the group of these *rows*, and how it is best drawn."""
    import numpy as np  # noqa: PLC0415  # as above

    position = {row: number for number, row in enumerate(rows)}
    pairs = [pair for pair in room.pairs if pair[0] in position]
    group = Group(
        rows=rows,
        first=np.array([room.first[row] for row in rows], np.int64),
        last=np.array([room.last[row] for row in rows], np.int64),
        before=np.array([position[before] for before, _ in pairs]),
        after=np.array([position[after] for _, after in pairs]),
        gaps=np.array([gap(*pair) for pair in pairs], np.int64),
    )
    # The choice of a way must hang on nothing but the group: a fixed stream of its own decides.
    proposals = _chance(0, 0).integers(group.first, group.last, (_TRIED, len(rows)), endpoint=True)
    if group.ordered(proposals).mean() >= _SELDOM:
        return group
    puzzle = puzzle_of(room, rows)
    weights = None if puzzle is None else Weights(puzzle, _MOST_SETS, {})
    return group if weights is None or not _is_weighed(weights) else _with(group, weights)


def _with(group: Group, weights: Weights) -> Group:
    return Group(group.rows, group.first, group.last, group.before, group.after, group.gaps, weights)


def _is_weighed(weights: Weights) -> bool:
    """Tell whether the orders can be weighed, which does it."""
    try:
        return weights.after(0, 0, 0) > 0
    except TooManyError:
        return False


def _hopeless(log: EventLog, group: Group) -> Problem:
    named = ", ".join(log.ids[row] for row in group.rows)
    what = f"so little room is left for {named} that of {_HOPELESS:,} draws of their dates none is in order"
    return Problem("order", what, "write their dates more exactly, or leave some of them out of the order")
