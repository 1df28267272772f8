"""Pathing: the cheapest ways from where a case stands to where it shall be, event by event; all that are as cheap."""

import heapq
import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property, lru_cache

from attrs import define, evolve, field, frozen

from onward.history.state import CaseState, Clock
from onward.history.stepping import Reading, instant, pass_time, step
from onward.log.dates import Interval
from onward.log.log import Event
from onward.model.model import Model
from onward.scenario.candidates import Candidates
from onward.scenario.gist import Gist, Gists
from onward.scenario.wishes import Candidate, New, by_size

MOST_STEPS = 50_000
"""Steps that are tried; a search that needs more ends there and says so."""

MOST_SETS = 1_000
"""Sets of events that are listed; of more it is only told that there are."""

UNLIKE = "sets of events were found that do not come out so once the log has them"
"""Why an answer is no proof where trying what was found on the log does not bear it out."""

_MOST_WAYS = 20_000
"""Ways, and sets of events, that are looked at before those are left out that say more than they must."""


Price = int | float | Fraction
"""A cost: exact, so that sums in whatever order are the same; infinite only where nothing is to be had."""


@frozen
class Point:
    """A moment at which events may be added.

    Attributes:
        time: the date that they have.
        following: the case's own events that follow before the next point.

    """

    time: Interval
    following: tuple[Event, ...] = ()


@frozen(eq=False)
class Course:
    """What a search goes through.

    Attributes:
        model: as much of the model as matters.
        candidates: the events that may be added.
        gists: what is left of states.
        points: when they may be added.
        costs: by event type what one costs; those left out are not to be had.
        is_goal: whether a case in a state at the last point comes to the place by the end of the window.
        far: the least number of events that a case in a state needs; None if no number is enough.
        onward: the event types after which it may need one less.
        reading: which end of a partial date counts.

    """

    model: Model
    candidates: Candidates
    gists: Gists
    points: tuple[Point, ...]
    costs: Mapping[str, Price]
    is_goal: Callable[[CaseState], bool]
    far: Callable[[CaseState], int | None]
    onward: Callable[[CaseState], frozenset[str]]
    reading: Reading

    @cached_property
    def least(self) -> Price:
        """The least that an event costs."""
        return min(self.costs.values(), default=math.inf)

    def kinds(self, some: frozenset[str], *, inside: bool) -> list[tuple[Price, tuple[str, ...]]]:
        """Return the event types that are (or are not) among *some*, by what they cost."""
        found: dict[Price, list[str]] = {}
        for kind, cost in self.costs.items():
            if (kind in some) == inside:
                found.setdefault(cost, []).append(kind)
        return [(cost, tuple(kinds)) for cost, kinds in found.items()]


Node = tuple[int, int, Gist]
"""How many points lie behind, how many events were added (0 where their number is what they cost), and the gist."""

Slot = tuple[Candidate, ...]
"""Events of which any does the same."""


@define(eq=False)
class Paths:
    """The cheapest ways, as far as they were looked for.

    Attributes:
        cost: what they cost; None if there is none.
        ends: where they end.
        came: how each node is come to at the least cost: from where, and with which events; None without one.
        steps: how many steps were tried.
        is_cut: whether there was more than could be looked at because of the number of events.
        is_broken_off: whether it ended because of the number of steps.

    """

    cost: Price | None = None
    ends: list[Node] = field(factory=list)
    came: dict[Node, list[tuple[Node, Slot | None]]] = field(factory=dict)
    steps: int = 0
    is_cut: bool = False
    is_broken_off: bool = False


@define(eq=False)
class _Reached:
    """A node: a state that has its gist, what it cost to come there, and with how many events."""

    state: CaseState
    cost: Price
    count: int
    far: int


@define(eq=False)
class _Search:
    """A search that looks where the least is still to pay first, by distances that no way is shorter than (A*).

    Each state is gone on from twice: first with the events that may lead nearer, and with the others only once all that
    promises as much was gone on from.
    """

    course: Course
    most: float
    is_counted: bool
    paths: Paths = field(factory=Paths)
    _known: dict[Node, _Reached] = field(factory=dict)
    _waiting: list[tuple[Price, int, int, bool, Node]] = field(factory=list)
    _done: set[tuple[Node, bool]] = field(factory=set)
    _order: Iterator[int] = field(factory=itertools.count)

    def meet(self, node: Node, state: CaseState, cost: Price, count: int, way: tuple[Node, Slot | None] | None) -> None:
        """Note that *node* is come to by a *way*, unless that is dearer than another or leads nowhere."""
        before = self._known.get(node)
        if before is not None and cost == before.cost:
            if way is not None and way not in self.paths.came[node]:
                self.paths.came[node].append(way)
        elif before is None or cost < before.cost:
            far = self.course.far(state) if before is None else before.far
            if far is None:
                return
            self._known[node] = _Reached(state, cost, count, far)
            # What was gone on from at a higher price is gone on from once more.
            self._done -= {(node, False), (node, True)}
            self.paths.came[node] = [] if way is None else [way]
            self._wait(node, nearer=True)

    def _wait(self, node: Node, *, nearer: bool) -> None:
        """Let *node* wait to be gone on from, if there may be so many events."""
        here = self._known[node]
        more = here.far if nearer else here.far + 1
        if here.count + more > self.most:
            # What is not tried might have led on, or might not.
            self.paths.is_cut = True
            return
        price = here.cost + more * self.course.least if more else here.cost
        heapq.heappush(self._waiting, (price, node[0], next(self._order), not nearer, node))

    def run(self, steps: int) -> Paths:
        """Go on until all of the cheapest ways are found, or so many *steps* were tried."""
        found = self.paths
        while self._waiting and not found.is_broken_off:
            price, _, _, others, node = heapq.heappop(self._waiting)
            if found.cost is not None and price > found.cost:
                break
            if (node, others) not in self._done:
                self._done.add((node, others))
                self._go_on(node, nearer=not others)
            found.is_broken_off = found.steps > steps
        return found

    def _go_on(self, node: Node, *, nearer: bool) -> None:
        course, here, point = self.course, self._known[node], node[0]
        last = len(course.points) - 1
        if nearer:
            if point == last and course.is_goal(here.state):
                self.paths.cost = here.cost
                self.paths.ends.append(node)
                return
            self._wait(node, nearer=False)
            if point < last:
                self.paths.steps += len(course.points[point].following)
                state = gone_on(course, here.state, point)
                self.meet((point + 1, node[1], course.gists.of(state)), state, here.cost, here.count, (node, None))
        onward = course.onward(here.state)
        count = here.count + 1
        if count > self.most:
            return
        for cost, kinds in course.kinds(onward, inside=nearer):
            for gist, (state, slot) in self._edges(here.state, course.points[point], node[2], kinds).items():
                after = (point, count if self.is_counted else 0, gist)
                self.meet(after, state, here.cost + cost, count, (node, slot))

    def _edges(
        self, state: CaseState, point: Point, gist: Gist, kinds: tuple[str, ...]
    ) -> dict[Gist, tuple[CaseState, Slot]]:
        """Return where candidates lead to, by the gist there, and which of them do."""
        course = self.course
        edges: dict[Gist, tuple[CaseState, list[Candidate]]] = {}
        for alike in course.candidates.alike(kinds, state.places):
            event = course.candidates.event(alike[0], state, point.time)
            if event is None:
                continue
            self.paths.steps += 1
            left, _ = step(course.model, state, event, reading=course.reading)
            after = course.gists.of(left)
            if after != gist:
                _, slot = edges.setdefault(after, (left, []))
                slot.extend(alike)
        return {after: (left, _telling(slot)) for after, (left, slot) in edges.items()}


def search(course: Course, begin: CaseState, most: float, steps: int = MOST_STEPS) -> Paths:
    """Return the cheapest ways from *begin*, a state at the first point, with at most so many events."""
    # Where the cost does not tell how many events there were, and that matters, nodes tell it.
    is_counted = most < math.inf and len(set(course.costs.values())) > 1
    found = _Search(course, most, is_counted)
    found.meet((0, 0, course.gists.of(begin)), begin, 0, 0, None)
    return found.run(steps)


@lru_cache(maxsize=4096)
def _telling_of(slot: Slot) -> Slot:
    found: list[Candidate] = []
    for candidate in slot:
        if not any(stands_for(other, candidate) for other in found):
            found.append(candidate)
    return tuple(found)


def _telling(slot: Sequence[Candidate]) -> Slot:
    """Return the events of a slot that say no more than they must, those that say least first."""
    return _telling_of(tuple(sorted(slot, key=by_size)))


def at_point(model: Model, state: CaseState, point: Point, reading: Reading) -> CaseState:
    """Return the state in which a case is when events may be added at *point*."""
    moment = instant(point.time, reading)
    state, _ = pass_time(model, state, moment, reading=reading)
    clock = state.clock
    if model.has_clockwork and moment is not None and (clock is None or clock.moment < moment):
        state = evolve(state, clock=Clock(moment))
    return state


def gone_on(course: Course, state: CaseState, point: int) -> CaseState:
    """Return the state in which a case is at the point after the one with this number, if nothing is added."""
    for event in course.points[point].following:
        state, _ = step(course.model, state, event, reading=course.reading)
    return at_point(course.model, state, course.points[point + 1], course.reading)


def stands_for(one: Candidate, other: Candidate) -> bool:
    """Tell whether *other* need not be told where *one*, which does the same, is.

    It need not if it says more, or the same with another value of which nobody is asked for by name.
    """
    if one.says_no_more_than(other):
        return True
    if one.type != other.type or one.several != other.several or one.ends != other.ends or one.names != other.names:
        return False
    pairs = [(mine, theirs) for (_, mine), (_, theirs) in zip(one.values, other.values, strict=True)]
    return all(repr(mine) == repr(theirs) or isinstance(mine, New) or not _is_named(theirs) for mine, theirs in pairs)


def _is_named(value: object) -> bool:
    return isinstance(value, bool | str)


Steps = tuple[tuple[int, Slot], ...]
"""The events of a way, in order: at which point, and which."""


def ways(paths: Paths) -> tuple[list[Steps], bool]:
    """Return the ways, one for each choice of slots in whatever order, and whether these are all."""
    known: dict[Node, dict[tuple[int, ...], Steps]] = {}
    numbers: dict[Slot, int] = {}
    complete = True

    def led(node: Node) -> dict[tuple[int, ...], Steps]:
        nonlocal complete
        if node not in known:
            ways_here: dict[tuple[int, ...], Steps] = {}
            if not paths.came[node]:
                ways_here[()] = ()
            for before, slot in paths.came[node]:
                for key, way in led(before).items():
                    if slot is None:
                        ways_here.setdefault(key, way)
                        continue
                    number = numbers.setdefault(slot, len(numbers))
                    ways_here.setdefault(tuple(sorted((*key, number))), (*way, (node[0], slot)))
            if len(ways_here) > _MOST_WAYS:
                complete = False
                ways_here = dict(itertools.islice(ways_here.items(), _MOST_WAYS))
            known[node] = ways_here
        return known[node]

    found: dict[tuple[int, ...], Steps] = {}
    for end in paths.ends:
        for key, way in led(end).items():
            found.setdefault(key, way)
    return list(found.values()), complete


Chosen = tuple[tuple[int, Candidate], ...]
"""The events of a set, in an order that works: at which point, and which."""


def choices(all_ways: Sequence[Steps]) -> tuple[list[Chosen], bool]:
    """Return the sets of events, one of each slot, that say no more than they must, and whether these are all."""
    found: dict[tuple[str, ...], Chosen] = {}
    complete = True
    for way in all_ways:
        if len(found) > _MOST_WAYS:
            complete = False
            break
        complete = complete and math.prod(len(slot) for _, slot in way) <= _MOST_WAYS
        for chosen in itertools.islice(itertools.product(*(slot for _, slot in way)), _MOST_WAYS):
            key = tuple(sorted(map(repr, chosen)))
            if key not in found:
                found[key] = tuple((point, each) for (point, _), each in zip(way, chosen, strict=True))
    least = list(itertools.islice(_undominated(list(found.values())), MOST_SETS + 1))
    return least[:MOST_SETS], complete and len(least) <= MOST_SETS


def _undominated(sets: Sequence[Chosen]) -> Iterator[Chosen]:
    """Yield those of *sets* of which no other says the same with less."""
    by_types: dict[tuple[str, ...], list[Chosen]] = {}
    for chosen in sorted(sets, key=lambda each: sum(candidate.size for _, candidate in each)):
        kept = by_types.setdefault(tuple(sorted(candidate.type for _, candidate in chosen)), [])
        if not any(says_no_more([c for _, c in other], [c for _, c in chosen]) for other in kept):
            kept.append(chosen)
    for kept in by_types.values():
        yield from kept


def says_no_more(one: Sequence[Candidate], other: Sequence[Candidate]) -> bool:
    """Tell whether each of *one* can be put against one of *other* that says all that it says, or stands for it."""
    if not one:
        return True
    head, *tail = one
    return any(
        stands_for(head, each) and says_no_more(tail, [*other[:at], *other[at + 1 :]]) for at, each in enumerate(other)
    )


def in_any_order(course: Course, begin: CaseState, chosen: Chosen) -> bool:
    """Tell whether the events of a set, all at one point, lead to the goal in whatever order they come."""
    point = chosen[0][0]
    if any(at != point for at, _ in chosen):
        return False
    for at in range(point):
        begin = gone_on(course, begin, at)
    # Which of them have come, and the states that they may have led to.
    layer: dict[tuple[int, ...], dict[Gist, CaseState]] = {(): {course.gists.of(begin): begin}}
    for _ in chosen:
        following: dict[tuple[int, ...], dict[Gist, CaseState]] = {}
        for taken, states in layer.items():
            for number in set(range(len(chosen))).difference(taken):
                for state in states.values():
                    event = course.candidates.event(chosen[number][1], state, course.points[point].time)
                    if event is None:
                        return False
                    left, _ = step(course.model, state, event, reading=course.reading)
                    key = tuple(sorted((*taken, number)))
                    following.setdefault(key, {}).setdefault(course.gists.of(left), left)
        layer = following
    return all(_comes_there(course, state, point) for states in layer.values() for state in states.values())


def _comes_there(course: Course, state: CaseState, point: int) -> bool:
    for at in range(point, len(course.points) - 1):
        state = gone_on(course, state, at)
    return course.is_goal(state)


def events_of(course: Course, begin: CaseState, chosen: Chosen) -> list[Event]:
    """Return the events of a set, each with values that fit where the case stands when it comes."""
    found: list[Event] = []
    state, point = begin, 0
    for at, candidate in chosen:
        while point < at:
            state, point = gone_on(course, state, point), point + 1
        event = course.candidates.event(candidate, state, course.points[at].time)
        assert event is not None  # noqa: S101  # the search has found it so
        found.append(event)
        state, _ = step(course.model, state, event, reading=course.reading)
    return found
