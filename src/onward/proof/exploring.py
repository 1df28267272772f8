"""Exploring: all that can become of a case, as far as some of what it remembers is kept track of.

The cases found are more than those that logs lead to: what is not kept track of may be anything, at every step. So what
is not found here is in no log, however long.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache

from attrs import define, field, frozen

from onward.history.memory import answers, nothing
from onward.history.stepping import Step
from onward.model.elements import START, Flag
from onward.model.guards import Memory, TypeName, expressions
from onward.model.model import Model
from onward.proof.asked import AGE, Attr, Column, Kept, Questions, Symbol, Years, guards_of, kept_of
from onward.proof.asking import Trigger
from onward.proof.cells import KINDS, Cell, added, may_be, point
from onward.proof.running import Case, Ran, run, ways
from onward.proof.terms import Known, Loose, Sole, Term, Whole
from onward.proof.worlds import ForkError, Script, World, every_run, mask_of


@frozen(eq=False)
class Goal:
    """Something that a step may do.

    Attributes:
        met: whether a run of a step does it.
        shown: whether a step of a replay does it.

    """

    met: Callable[[Ran], bool]
    shown: Callable[[Step], bool]


@frozen
class Stage:
    """One step of a trail: a case, what happened to it, and in which way that came out."""

    case: Case
    trigger: Trigger
    script: Script


Trail = tuple[Stage, ...]


@define(eq=False)
class Found:
    """What an exploration found.

    Attributes:
        trails: for every goal that was met, the way there with the fewest events.
        events: how many those are.
        cases: how many different cases there were.
        runs: how many steps were run.
        complete: whether all was gone through; else there was too much of it.

    """

    trails: dict[Goal, Trail] = field(factory=dict)
    events: dict[Goal, int] = field(factory=dict)
    cases: int = 0
    runs: int = 0
    complete: bool = True

    def is_met(self, goal: Goal, events: int) -> bool:
        """Tell whether *goal* has been met with so many events, or fewer."""
        return self.events.get(goal, events + 1) <= events


def start_of(model: Model, questions: Questions, watched: Sequence[Symbol]) -> Case:
    """Return what is known of a case that has not begun."""
    known = tuple((symbol, _first(questions, symbol)) for symbol in watched)
    return Case((START,) * len(model.track_names), known, is_new=True)


def _first(questions: Questions, symbol: Symbol) -> int:
    if not isinstance(symbol, Kept):
        return 0
    kept = nothing(symbol.reducer)
    value = len(kept) if isinstance(kept, frozenset | tuple) else kept
    inside = mask_of(questions.cells(symbol), lambda cell: cell.has(value))
    return next(number for number, mask in enumerate(questions.classes(symbol)) if mask & inside)


@frozen
class Care:
    """How closely a case is followed.

    Attributes:
        exact: the variables of which is told what an event does to them.
        watched: what is kept track of from step to step.

    """

    exact: tuple[Kept, ...] = ()
    watched: tuple[Symbol, ...] = ()

    @cached_property
    def told(self) -> frozenset[Kept]:
        """The variables of which is told what an event does to them: those kept track of, too."""
        return frozenset((*self.exact, *(each for each in self.watched if isinstance(each, Kept))))


def explore(  # noqa: PLR0913  # what is gone through, how far, and what is looked for
    model: Model,
    questions: Questions,
    care: Care,
    goals: Sequence[Goal],
    *,
    most: int,
    seen: Callable[[Case, Trigger, Ran], None] | None = None,
) -> Found:
    """Go through all that can become of a case, those with fewer events first.

    Args:
        model: what may happen.
        questions: the cells of what it asks.
        care: what is kept track of.
        goals: what is looked for; it ends when all of them are met.
        most: how many runs of a step are too many.
        seen: called for every run of a step.

    """
    found = Found()
    first = start_of(model, questions, care.watched)
    came: dict[Case, Stage | None] = {first: None}
    events = {first: 0}
    done: set[Case] = set()
    waiting = deque([first])
    while waiting and found.complete:
        case = waiting.popleft()
        if case in done:
            continue
        if goals and all(found.is_met(goal, events[case]) for goal in goals):
            break
        done.add(case)
        for trigger in triggers(model, case, care.told) if found.runs <= most else ():
            # Time alone takes no event: where it leads to comes before where another event leads to.
            many, put = (events[case], waiting.appendleft) if trigger is None else (events[case] + 1, waiting.append)
            for world, ran in every_run(lambda w: run(model, w, case, trigger, care.told), World(questions)):  # noqa: B023
                found.runs += 1
                if found.runs > most:
                    break
                if seen is not None:
                    seen(case, trigger, ran)
                for goal in goals:
                    if not found.is_met(goal, many) and (more := meets(world, ran, goal)) is not None:
                        found.trails[goal] = (*way_to(came, case), Stage(case, trigger, world.path + more))
                        found.events[goal] = many
                for branch, after in every_run(lambda w: followed(w, case, ran.asking(w)), world):  # noqa: B023
                    found.runs += 1
                    if found.runs > most:
                        break
                    if many < events.get(after, many + 1):
                        came[after], events[after] = Stage(case, trigger, world.path + branch.path), many
                        put(after)
        found.complete = found.runs <= most
    found.cases = len(came)
    return found


def triggers(model: Model, case: Case, told: frozenset[Kept]) -> list[Trigger]:
    """Return the types of events that may do different things to a case, and None where time alone may do something."""
    groups: dict[object, Trigger] = {None: None} if model.has_clockwork and not case.is_new else {}
    for kind in model.kinds:
        groups.setdefault(alike(model, case.places, told, kind), kind)
    return list(groups.values())


@lru_cache(maxsize=65536)
def alike(model: Model, places: tuple[str, ...], told: frozenset[Kept], kind: str) -> object:
    """Return what tells an event type from others in these places."""
    if kind in _named(model):
        return kind
    # Of what nobody asks before the event it does not matter whether the event changes it.
    answered = frozenset(kept for kept in told | _read_before(model) if answers(kept.reducer.types, kind))
    flags = frozenset(k for k in answered & told if isinstance(k.reducer, Flag) and answers(k.reducer.set, kind))
    rules = tuple(number for number, rule in enumerate(model.forbid) if answers(rule.on, kind))
    resting = tuple(answers(types, kind) for types in model.rests)
    return tuple(ways(model, place, n, kind) for n, place in enumerate(places)), answered, flags, rules, resting


@lru_cache(maxsize=64)
def _read_before(model: Model) -> frozenset[Kept]:
    """Return the variables of which something asks what they held before the event: rules of conduct, and `before`."""
    parts = (part for guard in guards_of(model) for part in expressions(guard) if isinstance(part, Memory))
    rules = (part for rule in model.forbid if rule.when for part in expressions(rule.when) if isinstance(part, Memory))
    return frozenset(kept_of(model)[part.name] for part in (*(part for part in parts if part.before), *rules))


@lru_cache(maxsize=64)
def _named(model: Model) -> frozenset[str]:
    """Return the event types that guards name."""
    parts = (part for guard in guards_of(model) for part in expressions(guard))
    return frozenset(part.name for part in parts if isinstance(part, TypeName))


def meets(world: World, ran: Ran, goal: Goal) -> Script | None:
    """Return the first way in which a run meets *goal*, if it does in any."""
    world.is_settled = True
    try:
        # Mostly what the run has settled is enough to tell, and then there is no need for other worlds.
        return Script() if goal.met(ran) else None
    except ForkError:
        pass
    finally:
        world.is_settled = False
    for branch, met in every_run(lambda w: goal.met(ran.asking(w)), world):
        if met:
            return branch.path
    return None


def followed(world: World, case: Case, ran: Ran) -> Case:
    """Return what is known of a case after a step; where it may be one thing or another, the world settles it."""
    if ran.outcomes[0] == "refused":
        return Case(case.places, case.known)
    return Case(ran.places, tuple((symbol, _after(world, symbol, number, ran)) for symbol, number in case.known))


def _after(world: World, symbol: Symbol, number: int, ran: Ran) -> int:
    match symbol:
        case Kept():
            return _class_after(world, symbol, ran.left.step.after(symbol))
        case Years(track):
            return _years_after(world, symbol, track, ran)
        case Column(name):
            kinds = {cell.kind for cell in world.cells(Attr(name))}
            return KINDS.index(kinds.pop()) if len(kinds) == 1 and "null" not in kinds else number
        case _:  # pragma: no cover  # nothing else is kept track of
            raise AssertionError(symbol)


def _years_after(world: World, symbol: Years, track: str, ran: Ran) -> int:
    left = ran.left
    if symbol == AGE:
        runs = not left.has_begun and any(place != START for place in ran.places)
    else:
        runs = not left.has_moved(track) and ran.places[left.step.model.track_numbers[track]] != START
    mask = world.mask(symbol)
    return (mask & -mask).bit_length() - 1 if runs else 0


def _class_after(world: World, symbol: Kept, term: Term) -> int:
    """Return the class in which a variable lies, of which is known that it is *term*."""
    match term:
        case Known(value):
            inside = world.within(symbol, lambda cell: cell.has(value))
            return next(number for number, mask in enumerate(world.questions.classes(symbol)) if mask & inside)
        case Sole(same):
            classed = _classed(world.questions, symbol, same)
            mask = world.mask(same)
            may = [number for number, members in enumerate(classed) if members & mask]
            taken = may[0] if len(may) == 1 else may[world.choose(len(may))]
            world.masks[same] = mask & classed[taken]
            return taken
        case Whole(parts, more):
            masks = tuple((each, world.mask(each)) for each, _ in parts)
            reached = _reached(world.questions, symbol, masks, more)
            return reached[0] if len(reached) == 1 else reached[world.choose(len(reached))]
        case Loose():  # pragma: no cover  # memory is told by the three above
            raise AssertionError(term)


@lru_cache(maxsize=4096)
def _reached(questions: Questions, symbol: Kept, masks: tuple[tuple[Symbol, int], ...], more: int) -> tuple[int, ...]:
    """Return the classes of a number in which a sum may lie: of symbols, of which the cells are known, and a number."""
    sums = [point(more)]
    for each, mask in masks:
        cells = [cell for bit, cell in enumerate(questions.cells(each)) if mask >> bit & 1]
        sums = [added(one, cell) for one in sums for cell in cells]
    inside = mask_of(questions.cells(symbol), lambda cell: any(_share(cell, one) for one in sums))
    return tuple(number for number, members in enumerate(questions.classes(symbol)) if members & inside)


@lru_cache(maxsize=4096)
def _classed(questions: Questions, symbol: Kept, same: Symbol) -> tuple[int, ...]:
    """Return for every class of a variable the cells of *same*, which it holds now, that lie there."""
    cells = questions.cells(symbol)
    return tuple(
        sum(
            1 << bit
            for bit, one in enumerate(questions.cells(same))
            if any(members >> n & 1 and _share(cell, one) for n, cell in enumerate(cells))
        )
        for members in questions.classes(symbol)
    )


def _share(one: Cell, other: Cell) -> bool:
    return one == other if one.kind == "null" else may_be("==", one, other)[0]


def way_to(came: Mapping[Case, Stage | None], case: Case) -> Iterator[Stage]:
    """Return the steps by which a case *came* about, the first of them first."""
    stages: list[Stage] = []
    while (stage := came[case]) is not None:
        stages.append(stage)
        case = stage.case
    return reversed(stages)
