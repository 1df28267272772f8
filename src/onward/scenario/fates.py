"""Fates: what became of a case, in short: where it stands at the end, and when it first came to each place.

Many lives of the same events are told apart by their fates. Where a model looks at the order of events alone, and at
no date, what an event does is worked out once for every state that the case can be in.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from attrs import define, evolve, field, frozen

from onward.history.replayed import Replay
from onward.history.state import CaseState, not_begun
from onward.history.stepping import step
from onward.log.log import EventLog
from onward.model.elements import START
from onward.model.guards import Elapsed, Guard, expressions
from onward.model.model import Model
from onward.scenario.orders import Room, moment_of
from onward.scenario.placing import Puzzle, Stretch, TooManyError, puzzle_of

if TYPE_CHECKING:
    import polars as pl

Spot = tuple[str, str]
"""A track and a place on it."""


@frozen
class Fate:
    """What became of a case.

    Attributes:
        places: for every track where it stands at the end.
        entered: for each place on a track when the case first came there, in the order in which it did.

    """

    places: tuple[str, ...]
    entered: Mapping[Spot, datetime] = field(hash=False)


def fates_of(replay: Replay) -> dict[str, Fate]:
    """Return the fate of every case of a *replay*; one without events is not among them."""
    places: dict[str, list[str]] = {}
    for row in replay.case_rows:
        places.setdefault(row.case, []).append(_place(row.phase, row.stage))
    entered: dict[str, dict[Spot, datetime]] = {case: {} for case in places}
    for spell in replay.spell_rows:
        assert spell.start is not None  # noqa: S101  # every row of a log has a date
        entered[spell.case].setdefault((spell.track or "", _place(spell.phase, spell.stage)), spell.start)
    return {case: Fate(tuple(found), entered[case]) for case, found in places.items()}


@frozen
class Difference:
    """One thing that comes out otherwise.

    Attributes:
        case: the case.
        track: the track, None in a model without tracks.
        what: `end` (the place at the end) or `entered` (when it first came to a place).
        place: the place at the end as it is otherwise, or the one entered.
        was: the place at the end as it was; None for `entered`.
        before: when the place was entered, None if never, or for `end`.
        after: when it is entered otherwise, likewise.

    """

    case: str
    track: str | None
    what: Literal["end", "entered"]
    place: str
    was: str | None = None
    before: datetime | None = None
    after: datetime | None = None

    @property
    def days(self) -> float | None:
        """How many days later the place is entered; None where it is not entered in both."""
        if self.before is None or self.after is None:
            return None
        return (self.after - self.before) / timedelta(days=1)


def weight_of(found: Sequence[Difference]) -> tuple[int, int, float]:
    """Return how much differences matter: ends first, then places entered in one only, then the longest shift."""
    ends = sum(each.what == "end" for each in found)
    shifts = [each.days for each in found if each.days is not None]
    return ends, len(found) - ends - len(shifts), max(map(abs, shifts), default=0.0)


def table_of(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str]) -> "pl.DataFrame":
    """Return *rows* as a table with these *columns*, each of the type of polars that has this name."""
    import polars as pl  # noqa: PLC0415  # what is printed in a terminal does without

    told = list(rows)
    types = {name: pl.Datetime("us") if kind == "Datetime" else getattr(pl, kind) for name, kind in columns.items()}
    return pl.DataFrame({name: [row.get(name) for row in told] for name in columns}, schema=types)


def differences(model: Model, case: str, before: Fate, after: Fate) -> Iterator[Difference]:
    """Yield what comes out otherwise for a *case*: where it ends first, then the places it came to, in model order."""
    for track, was, place in zip(model.track_names, before.places, after.places, strict=True):
        if was != place:
            yield Difference(case, track or None, "end", place, was=was)
    spots = {*before.entered, *after.entered}
    for spot in sorted(spots, key=lambda each: (model.track_numbers[each[0]], model.ranks[each[1]].start)):
        one, other = before.entered.get(spot), after.entered.get(spot)
        if one != other:
            yield Difference(case, spot[0] or None, "entered", spot[1], before=one, after=other)


def _place(phase: str, stage: str | None) -> str:
    return f"{phase}.{stage}" if stage else phase


def unborn(model: Model) -> Fate:
    """Return the fate of a case to which nothing happened."""
    return Fate((START,) * len(model.track_names), {})


def asks_for_order_only(model: Model) -> bool:
    """Tell whether the dates of events move a case by their order alone: no timers, no windows, no years."""
    return not model.has_clockwork and not any(
        isinstance(part, Elapsed) for guard in _moving(model) for part in expressions(guard)
    )


def _moving(model: Model) -> Iterator[Guard]:
    """Yield the guards on which it hangs where cases go; invariants only tell."""
    asked: Iterable[Guard | None] = (
        *(transition.when for transition in model.transitions),
        *(rule.when for rule in model.forbid),
        *(variable.reducer.where for variable in model.context),
    )
    yield from (guard for guard in asked if guard is not None)


@define(eq=False)
class Ways:
    """What each event of a log does in each state that a case comes to, under a model that asks for order only.

    Attributes:
        model: the model.
        log: the events.
        states: the states met so far; a state is called by its number, and 0 is that of a case without events.

    """

    model: Model
    log: EventLog
    states: list[CaseState] = field(init=False)
    _numbers: dict[CaseState, int] = field(init=False)
    _known: dict[tuple[int, int], tuple[int, tuple[Spot, ...]]] = field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        self.states = [not_begun(self.model, "")]
        self._numbers = {self.states[0]: 0}

    def go(self, state: int, row: int) -> tuple[int, tuple[Spot, ...]]:
        """Return the state after the event in *row*, and the places that it enters."""
        key = state, row
        if key not in self._known:
            after, done = step(self.model, self.states[state], self.log.event(row))
            entered = tuple((move.track, place) for move in done.moves for place in move.entered)
            self._known[key] = self._number(after), entered
        return self._known[key]

    def _number(self, state: CaseState) -> int:
        """Return the number of *state*, whose dates and counts nothing asks for."""
        bare = evolve(self.states[0], places=state.places, memory=state.memory)
        if bare not in self._numbers:
            self._numbers[bare] = len(self.states)
            self.states.append(bare)
        return self._numbers[bare]

    def walk(self, rows: Iterable[tuple[int, int]]) -> Fate:
        """Return the fate of a case to which *rows* happened, each given with its instant, in order."""
        state = 0
        entered: dict[Spot, datetime] = {}
        for row, instant in rows:
            state, spots = self.go(state, row)
            for spot in spots:
                if spot not in entered:
                    entered[spot] = moment_of(instant)
        return Fate(self.states[state].places, entered)


@frozen
class Unfolded:
    """What may become of a case in all the orders that dates leave.

    Attributes:
        ends: for every combination of places at the end, how likely it is.
        entered: for each place on a track how likely it is entered, and the first and last instant at which it may be.

    """

    ends: Mapping[tuple[str, ...], float]
    entered: Mapping[Spot, tuple[float, int, int]]


def unfold(ways: Ways, room: Room, rows: Sequence[int], stop: int, most: int) -> Unfolded | None:
    """Return what may become of a case with events in *rows*, in all orders; None where they are too many.

    Args:
        ways: what events do.
        room: what dates and order leave.
        rows: the rows of the case.
        stop: the instant after the window: what happens from there on does nothing.
        most: how many sets of events, each with what they led to, are gone through.

    """
    mine = {row for row in rows if room.first[row] < stop}
    if not mine:
        return Unfolded({ways.states[0].places: 1.0}, {})
    together = sorted(mine.union(*(room.group_of.get(row, ()) for row in mine)))
    puzzle = puzzle_of(room, together, stop)
    if puzzle is None:
        return None
    try:
        return _Unfolding(ways, mine, stop, most).run(puzzle)
    except TooManyError:
        return None


def _share(weights: Sequence[float], total: float, *, is_all: bool) -> float:
    """Return how likely something is; 1 only if it *is_all* that there can be, and never 0."""
    if is_all:
        return 1.0
    return min(max(math.fsum(weights) / total, math.nextafter(0, 1)), math.nextafter(1, 0))


_Node = tuple[int, int, frozenset[Spot]]
"""Which events have happened, the state they led to, and the places entered on the way."""


@define(eq=False)
class _Unfolding:
    """The sum over all orders, one stretch of time after the other.

    Attributes:
        ways: what events do.
        mine: the rows that happen to the case; the others only take their place in time.
        stop: the instant from which nothing counts.
        left: how many sets of events may still be gone through.
        spans: for each place the first and last instant at which it may be entered.

    """

    ways: Ways
    mine: set[int]
    stop: int
    left: int
    spans: dict[Spot, tuple[int, int]] = field(factory=dict)

    def run(self, puzzle: Puzzle) -> Unfolded | None:
        """Return what may become of the case; None where orders are so many that none of them has any weight."""
        nodes: dict[_Node, float] = {(0, 0, frozenset()): 1.0}
        for stretch in puzzle.stretches:
            nodes = (
                self._through_instant(puzzle, stretch, nodes)
                if stretch.fixed
                else self._through(puzzle, stretch, nodes)
            )
        ends: dict[tuple[str, ...], list[float]] = {}
        shares: dict[Spot, list[float]] = {}
        for (_, state, entered), weight in nodes.items():
            ends.setdefault(self.ways.states[state].places, []).append(weight)
            for spot in entered:
                shares.setdefault(spot, []).append(weight)
        total = math.fsum(nodes.values())
        if not total:
            return None
        # What may happen and what may not is told by whether there is such an order, whatever its weight is rounded to.
        return Unfolded(
            {places: _share(weights, total, is_all=len(ends) == 1) for places, weights in ends.items()},
            {
                spot: (_share(shares[spot], total, is_all=len(shares[spot]) == len(nodes)), *span)
                for spot, span in self.spans.items()
            },
        )

    def _through_instant(self, puzzle: Puzzle, stretch: Stretch, nodes: dict[_Node, float]) -> dict[_Node, float]:
        for number in stretch.fixed:
            found: dict[_Node, float] = {}
            for node, weight in nodes.items():
                self._add(found, self._next(puzzle, stretch, node, number), weight)
            nodes = found
        return nodes

    def _through(self, puzzle: Puzzle, stretch: Stretch, nodes: dict[_Node, float]) -> dict[_Node, float]:
        ended: dict[_Node, float] = {}
        inside = 0
        while nodes:
            share = stretch.weight(inside)
            found: dict[_Node, float] = {}
            for node, weight in nodes.items():
                if not stretch.due & ~node[0]:
                    self._add(ended, node, weight * share)
                for number in puzzle.free(stretch, node[0]):
                    lies = weight * puzzle.share(stretch, number)
                    self._add(found, self._next(puzzle, stretch, node, number), lies)
            nodes = found
            inside += 1
        return ended

    def _add(self, nodes: dict[_Node, float], node: _Node, weight: float) -> None:
        if node not in nodes:
            self.left -= 1
            if self.left < 0:
                raise TooManyError
        nodes[node] = nodes.get(node, 0.0) + weight

    def _next(self, puzzle: Puzzle, stretch: Stretch, node: _Node, number: int) -> _Node:
        """Return what *node* becomes when the event *number* happens in *stretch*."""
        placed, state, entered = node
        placed |= 1 << number
        row = puzzle.rows[number]
        if row not in self.mine or stretch.start >= self.stop:
            return placed, state, entered
        state, spots = self.ways.go(state, row)
        for spot in spots:
            if spot not in entered:
                low, high = self.spans.get(spot, (stretch.start, stretch.stop - 1))
                self.spans[spot] = min(low, stretch.start), max(high, stretch.stop - 1)
        return placed, state, entered.union(spots) if spots else entered
