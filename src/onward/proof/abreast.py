"""Abreast: two models run side by side in one world, through all that can become of a case, up to a difference."""

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from attrs import define, evolve, field, frozen

from onward.model.elements import (
    Transition,
)
from onward.model.model import Model
from onward.proof.asked import Column, Kept, RunOut, Symbol
from onward.proof.asking import Sight, Step, Trigger
from onward.proof.exploring import Care, alike, followed, start_of
from onward.proof.pairing import Pair, Who
from onward.proof.proving import kept_for, kinds_in, read_by
from onward.proof.running import Case, Ran, recall, stepped
from onward.proof.worlds import Script, World, every_run

if TYPE_CHECKING:
    from onward.proof.terms import Term

# ---- run side by side


@frozen
class Both:
    """What a step did in each of two models; in one that it does not happen in, None."""

    new: Ran | None
    old: Ran | None

    @property
    def ran(self) -> Ran:
        """What it did, where both did the same."""
        found = self.new or self.old
        assert found is not None  # noqa: S101  # a step happens in one at least
        return found

    @property
    def differ(self) -> bool:
        """Whether it is treated differently; where time passes in one alone, whether it moves there."""
        if self.new is not None and self.old is not None:
            return (self.new.outcomes, self.new.places) != (self.old.outcomes, self.old.places)
        return "moved" in self.ran.outcomes


def run_both(pair: Pair, world: World, case: Case, trigger: Trigger, who: Who, told: frozenset[Kept]) -> Both | None:  # noqa: PLR0913
    """Run one step of both in one *world*; None where it cannot be.

    What one has asked is answered to the other the same: up to the first difference both have refused the same events
    and stood in the same places since the same time. So what they remember under one name, the years in a place and
    whether a timer has run out are the same in both; and of the event it goes without saying.
    """
    for symbol, number in case.known:
        recall(world, symbol, number)
    for each in _still_running(pair, case.places, trigger, who):
        world.masks[each] = 1
    first = pair.old if who == "old" else pair.new
    memory: dict[Kept, Term] = {}
    step = Step(first, world, case.places, trigger, told, memory)
    if trigger is None and who != "both":
        own, other = (pair.windows[who], pair.windows["old" if who == "new" else "new"])
        memory.update({kept: step.before(kept) for kept in (pair.windows["new"] | pair.windows["old"]) - (own - other)})
        if not own - other and not _runs_out(pair, step, who):
            return None
    ran = stepped(step)
    if who == "old":
        return Both(None, ran)
    if who == "new":
        return Both(ran, None)
    if not _are_linked(pair, step):
        return None
    return Both(ran, stepped(Step(pair.old, world, case.places, trigger, told, memory)))


def _is_parted(step: Step, flag: Kept) -> bool:
    """Settle whether two timers may run out at different times."""
    yes = step.world.within(flag, lambda cell: cell.has(value=True))
    return step.world.decide(flag, yes, ~yes)


def _are_linked(pair: Pair, step: Step) -> bool:
    """Settle for the old model which timers have run out with those of the new; tell whether that can be."""
    world = step.world
    for (one, other), flag in pair.parted.items():
        if one in world.masks and not _is_parted(step, flag):
            world.masks[other] = world.mask(other) & world.masks[one]
            if not world.masks[other]:
                return False
    return True


def _timed(model: Model, places: tuple[str, ...]) -> Iterator[tuple[RunOut, Transition]]:
    """Yield the transitions out of *places* that wait, each with whether its time has run out."""
    for track, place in zip(model.track_names, places, strict=True):
        for each in model.leaving(place, track):
            if each.after is not None:
                yield RunOut(each.after, track), each


def _still_running(pair: Pair, places: tuple[str, ...], trigger: Trigger, who: Who) -> Iterator[RunOut]:
    """Yield the timers that cannot have run out: where nothing else is asked, the case would have moved by then.

    When time passes in one alone, nothing of the other's ends just then.
    """
    if trigger is None and who == "both":
        return
    timers = {name: dict(_timed(model, places)) for name, model in pair.models}
    for name, model in pair.models:
        other = timers["old" if name == "new" else "new"]
        for run_out, transition in _timed(model, places):
            if transition.when is None and (trigger is not None or name != who or run_out in other):
                yield run_out


def _runs_out(pair: Pair, step: Step, who: Who) -> bool:
    """Settle whether a timer that only the one has runs out."""
    timers = {name: dict(_timed(model, step.places)) for name, model in pair.models}
    other = timers["old" if who == "new" else "new"]
    sight = Sight(step, step.places, updated=True)
    flags: dict[RunOut, list[Kept]] = {}
    for (one, also), flag in pair.parted.items():
        mine, theirs = (one, also) if who == "new" else (also, one)
        if theirs in other:
            flags.setdefault(mine, []).append(flag)
    own = {run_out: each for run_out, each in timers[who].items() if run_out not in other}
    return any(
        each.after is not None
        and step.has_run_out(each, each.after, sight)
        and all(_is_parted(step, flag) for flag in flags.get(run_out, ()))
        for run_out, each in own.items()
    )


def after_both(pair: Pair, world: World, case: Case, both: Both) -> Case:
    """Return what is known of a case after a step that both have done alike."""
    ran = both.ran.asking(world)
    moved = {flag for (timer, _), flag in pair.parted.items() if ran.left.has_moved(timer.track)}
    left = followed(world, case, ran)
    known = ((symbol, 0 if symbol in moved else number) for symbol, number in left.known)
    return evolve(left, known=tuple(known))


# ---- gone through


@frozen
class Stage:
    """One step on the way to a difference: a case, what happened to it in which models, and how that came out."""

    case: Case
    trigger: Trigger
    who: Who
    script: Script


Trail = tuple[Stage, ...]


@define(eq=False)
class Explored:
    """What going through two models side by side found.

    Attributes:
        trail: the way to a difference with the fewest events; None where there is none.
        least: how many events every log has at least that is treated differently.
        cases: how many different cases there were.
        runs: how many steps were run.
        complete: whether all was gone through, or a difference found; else there was too much of it.

    """

    trail: Trail | None = None
    least: int = 0
    cases: int = 0
    runs: int = 0
    complete: bool = True


class _EnoughError(Exception):
    """A difference was found, or there were more runs of a step than were allowed."""


@define(eq=False)
class _Search:
    """How far going through two models has come."""

    pair: Pair
    care: Care
    most: int
    root: Case
    came: dict[Case, Stage] = field(factory=dict)
    found: Explored = field(factory=Explored)

    def beyond(self, case: Case, trigger: Trigger, who: Who) -> Iterator[Case]:
        """Yield the cases not yet seen that a step leads to.

        Raises:
            _EnoughError: it may be treated differently, or this is one run too many.

        """
        told, pair = self.care.told, self.pair
        for world, both in every_run(lambda w: run_both(pair, w, case, trigger, who, told), World(pair.questions)):
            self.found.runs += 1
            if self.found.runs > self.most:
                self.found.complete = False
                raise _EnoughError
            if both is None:
                continue
            if both.differ:
                self.found.trail = (*self.way_to(case), Stage(case, trigger, who, world.path))
                raise _EnoughError
            for branch, after in every_run(lambda w: after_both(pair, w, case, both), world):  # noqa: B023
                if after not in self.came:
                    # What is known after an event may be what was before the first: it is no longer the root.
                    self.came[after] = Stage(case, trigger, who, world.path + branch.path)
                    yield evolve(after)

    def way_to(self, case: Case) -> Iterator[Stage]:
        """Return the steps that lead to *case*."""
        stages: list[Stage] = []
        while case is not self.root:
            stages.append(self.came[case])
            case = stages[-1].case
        return reversed(stages)


def explore_both(pair: Pair, care: Care, most: int) -> Explored:
    """Go through all that can become of a case in both, up to the first difference; those with fewer events first.

    Args:
        pair: the two models.
        care: what is kept track of.
        most: how many runs of a step are too many.

    Raises:
        BoundlessError: a step does not end, as far as is known.

    """
    search = _Search(pair, care, most, start_of(pair.new, pair.questions, care.watched))
    found, level = search.found, [search.root]
    with contextlib.suppress(_EnoughError):
        while level:
            # Time passes once there has been an event.
            level = _with_time(search, level) if found.least else level
            found.least += 1
            level = [
                after
                for case in level
                for kind in _kinds(pair, case.places)
                for after in search.beyond(case, kind, "both")
            ]
    found.cases = len(search.came)
    return found


def _with_time(search: _Search, level: list[Case]) -> list[Case]:
    """Return the cases of a level, and those that time alone makes of them."""
    reached = list(level)
    for case in reached:
        for who in _ticks(search.pair, case.places):
            reached.extend(search.beyond(case, None, who))
    return reached


def _ticks(pair: Pair, places: tuple[str, ...]) -> list[Who]:
    """Return in which of two models time alone may do something: where nothing ends in one only, in both at once."""
    ends = {name: {*pair.windows[name], *dict(_timed(model, places))} for name, model in pair.models}
    found: list[Who] = ["both"] if ends["new"] and ends["old"] else []
    return [*found, *(["new"] if ends["new"] - ends["old"] else []), *(["old"] if ends["old"] - ends["new"] else [])]  # type: ignore[list-item]


def _kinds(pair: Pair, places: tuple[str, ...]) -> list[str]:
    """Return the event types that may do different things to a case in these places, in either model."""
    groups: dict[object, str] = {}
    for kind in pair.new.kinds:
        groups.setdefault(tuple(alike(model, places, pair.kept, kind) for _, model in pair.models), kind)
    return list(groups.values())


# ---- closer


def closer(pair: Pair, trail: Trail, care: Care) -> Care:
    """Return *care* of more: what the steps of *trail* asked for and was not kept track of."""
    worlds: list[World] = []
    reading: set[Kept] = set()
    for stage in trail:
        world, both = replayed(pair, stage, care)
        for model, ran in ((pair.new, both.new), (pair.old, both.old)):
            fired = (number for each in ran.fired for number in each) if ran is not None else ()
            reading.update(kept for number in fired for kept in read_by(model, number))
        worlds.append(world)
    asked: list[dict[Symbol, None]] = [dict.fromkeys(filter(None, map(kept_for, world.masks))) for world in worlds]
    more = [symbol for symbol in {s: None for each in asked for s in each} if symbol not in care.watched]
    torn = _torn(worlds)
    # A column with values of two kinds is in no log. What the difference itself hangs on comes next, then the way.
    steps: tuple[list[Symbol], ...] = (
        [symbol for symbol in more if isinstance(symbol, Column) and symbol.name in torn],
        [symbol for symbol in more if symbol in asked[-1] and not isinstance(symbol, Column)],
        [symbol for symbol in more if symbol in reading],
        [symbol for symbol in more if not isinstance(symbol, Column)],
        more,
    )
    return evolve(care, watched=(*care.watched, *next((step for step in steps if step), [])))


def replayed(pair: Pair, stage: Stage, care: Care) -> tuple[World, Both]:
    """Return the world in which *stage* of a trail came out as it did, and what it did."""
    world = World(pair.questions, stage.script)
    both = run_both(pair, world, stage.case, stage.trigger, stage.who, care.told)
    assert both is not None  # noqa: S101  # it was found
    return world, both


def _torn(worlds: Sequence[World]) -> set[str]:
    """Return the attributes that must have values of different kinds."""
    kinds = [found for world in worlds for found in kinds_in(world)]
    return {name for name, may in kinds if not may.intersection(*(also for other, also in kinds if other == name))}
