"""One step of a model, run on what is known of a case: every step of every log is among its runs.

It goes through a step in the order in which `history.stepping` does. There may be runs that no log makes, and never a
log that no run makes. Numbers in logs are taken to be finite.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from attrs import field, frozen

from onward.history.memory import answers, is_windowed
from onward.history.stepping import Outcome
from onward.model.elements import (
    START,
    Forbid,
    Invariant,
)
from onward.model.model import Model
from onward.proof.asked import Attr, Column, Kept, Symbol, Years, kept_of
from onward.proof.asking import Sight, Step, Trigger
from onward.proof.cells import KINDS
from onward.proof.worlds import World

_MOST_ROUNDS = 4
"""Times the number of places: so many rounds of eventless transitions, which wait for each other, are gone along."""


class BoundlessError(Exception):
    """A run that does not end; what is known of the case is too little to see that it does."""


@frozen
class Case:
    """What is known of a case between two steps.

    Attributes:
        places: where it is, on every track.
        known: for every symbol that is kept track of, the class of cells in which it lies, by number; of years, the
            first cell in which they may lie; of columns, the kind of their values, by number, 0 for none so far.
        is_new: whether it has had no event yet, so that no time passes for it.

    """

    places: tuple[str, ...]
    known: tuple[tuple[Symbol, int], ...] = ()
    is_new: bool = False


@frozen
class Ran:
    """What a run of one step did.

    Attributes:
        outcomes: what it did to every track; `refused` where the event is forbidden, or time does nothing.
        places: where that leaves the case.
        fired: for every track the transitions that fired, by number.
        left: what there is to ask after it.

    """

    outcomes: tuple[Outcome, ...]
    places: tuple[str, ...]
    fired: tuple[tuple[int, ...], ...]
    left: "Sight" = field(eq=False, repr=False)

    def asking(self, world: World) -> "Ran":
        """Return the same run, to ask *world* further."""
        seen = self.left
        left = Sight(seen.step.asking(world), seen.places, seen.updated, seen.moved, seen.has_begun)
        return Ran(self.outcomes, self.places, self.fired, left)


@lru_cache(maxsize=64)
def _rules(model: Model) -> Mapping[str, tuple[Forbid, ...]]:
    """Return the rules of conduct that may forbid an event of each type."""
    return {kind: tuple(rule for rule in model.forbid if answers(rule.on, kind)) for kind in model.kinds}


def run(model: Model, world: World, case: Case, trigger: Trigger, exact: frozenset[Kept]) -> Ran:
    """Run one step of a *case* in *world*: an event of the type *trigger*, or time alone.

    Args:
        model: what may happen.
        world: what is settled, and by what script more is.
        case: what is known of the case.
        trigger: the type of the event, None where time alone passes.
        exact: the variables of which is told what the event does to them.

    """
    for symbol, number in case.known:
        recall(world, symbol, number)
    step = Step(model, world, case.places, trigger, exact)
    return stepped(step) if trigger is not None or _is_due(step) else refused(step)


def refused(step: Step) -> Ran:
    """Return a run in which nothing happens."""
    return Ran(tuple("refused" for _ in step.places), step.places, ((),) * len(step.places), Sight(step, step.places))


def stepped(step: Step) -> Ran:
    """Run a *step*."""
    if step.trigger is not None and is_refused(step, Sight(step, step.places)):
        return refused(step)
    fired: list[list[int]] = [[] for _ in step.places]
    sight = Sight(step, step.places, updated=True)
    for number, each in enumerate(rounds(sight)):
        if number > _MOST_ROUNDS * len(step.model.places):
            raise BoundlessError
        for track, transition in each.chosen.items():
            fired[track].append(transition)
        sight = moved_on(each.sight, each.chosen) if each.chosen else each.sight
    outcomes = tuple(_outcome(step, number, bool(each)) for number, each in enumerate(fired))
    return Ran(outcomes, sight.places, tuple(map(tuple, fired)), sight)


@frozen(eq=False)
class Round:
    """Transitions that fire together, at most one a track.

    Attributes:
        trigger: the type of the event that they answer to; None where no event is needed.
        sight: what their guards see.
        chosen: by the number of its track each transition, by number.

    """

    trigger: Trigger
    sight: Sight
    chosen: Mapping[int, int]


def rounds(sight: Sight) -> Iterator[Round]:
    """Yield the rounds of a step from where guards have the event in *sight*; in the last nothing fires."""
    trigger = sight.step.trigger
    if trigger is not None:
        own = Round(trigger, sight, _chosen(sight, trigger))
        yield own
        sight = moved_on(sight, own.chosen) if own.chosen else sight
    while True:
        found = Round(None, sight, _chosen(sight, None))
        yield found
        if not found.chosen:
            return
        sight = moved_on(sight, found.chosen)


def recall(world: World, symbol: Symbol, number: int) -> None:
    """Settle what is known of *symbol* from the steps before."""
    match symbol:
        case Years():  # they only grow
            world.masks[symbol] = (1 << len(world.questions.cells(symbol))) - (1 << number)
        case Column(name):
            if number:
                world.masks[Attr(name)] = world.within(Attr(name), lambda cell: cell.kind in {"null", KINDS[number]})
        case _:
            world.masks[symbol] = world.questions.classes(symbol)[number]


def _outcome(step: Step, number: int, moved: bool) -> Outcome:  # noqa: FBT001  # what the track did
    if moved:
        return "moved"
    model, trigger = step.model, step.trigger
    ways = model.leaving(step.places[number], model.track_names[number])
    return "held" if trigger is not None and any(t.answers(trigger) for t in ways) else "recorded"


def _is_due(step: Step) -> bool:
    """Settle whether anything comes to its end at this instant: else time passes, and no step is made."""
    model, sight = step.model, Sight(step, step.places, updated=True)
    for number, place in enumerate(step.places):
        for transition in model.leaving(place, model.track_names[number]):
            if transition.after is not None and step.has_run_out(transition, transition.after, sight):
                return True
    return any(step.holds_something(kept) for kept in kept_of(model).values() if is_windowed(kept.reducer))


def is_refused(step: Step, was: Sight) -> bool:
    """Settle whether an event is refused: by a rule of conduct, or because the case has ended."""
    model, trigger = step.model, step.trigger
    assert trigger is not None  # noqa: S101  # only events are refused
    return any(rule_holds(rule, was) for rule in _rules(model)[trigger]) or all(map(model.is_final, was.places))


def rule_holds(rule: Forbid, was: Sight) -> bool:
    """Settle whether a rule of conduct that answers the event forbids it here."""
    model = was.step.model
    here = rule.phases is None or any(model.within(place, name) for place in was.places for name in rule.phases)
    return here and (rule.when is None or was.step.is_true(rule.when, was))


def _chosen(sight: Sight, trigger: Trigger) -> dict[int, int]:
    """Return by the number of its track each transition that fires in a round."""
    found: dict[int, int] = {}
    for number in range(len(sight.places)):
        for transition in ways(sight.step.model, sight.places[number], number, trigger):
            if is_enabled(transition, sight):
                found[number] = transition
                break
    return found


@lru_cache(maxsize=65536)
def ways(model: Model, place: str, track: int, trigger: Trigger) -> tuple[int, ...]:
    """Return the transitions out of *place* that an event triggers, or that need none, by number and in their order."""
    numbers = {id(transition): number for number, transition in enumerate(model.transitions)}
    leaving = model.leaving(place, model.track_names[track])
    return tuple(numbers[id(t)] for t in leaving if (t.on is None if trigger is None else t.answers(trigger)))


def is_enabled(number: int, sight: Sight) -> bool:
    """Settle whether a transition's time has run out, if it has one, and its guard holds."""
    transition = sight.step.model.transitions[number]
    if transition.after is not None and not sight.step.has_run_out(transition, transition.after, sight):
        return False
    return transition.when is None or sight.step.is_true(transition.when, sight)


def moved_on(sight: Sight, chosen: Mapping[int, int]) -> Sight:
    """Return what guards see once the transitions of a round have fired."""
    model = sight.step.model
    places = list(sight.places)
    for number, transition in chosen.items():
        places[number] = model.entered(model.transitions[transition].target)
    begins = all(place == START for place in sight.places)
    moved = sight.moved | {model.track_names[number] for number in chosen}
    return Sight(sight.step, tuple(places), sight.updated, moved, sight.has_begun or begins)


def is_broken(invariant: Invariant, ran: Ran) -> bool:
    """Settle whether a step breaks *invariant*."""
    if ran.outcomes[0] == "refused":
        return False
    left = ran.left
    if invariant.guard is not None:
        return not left.step.is_true(invariant.guard, left)
    model = left.step.model
    return any(
        goes_back(model, place, (model.transitions[number].target for number in fired))
        for track, place, fired in zip(model.track_names, left.step.places, ran.fired, strict=True)
        if invariant.track in {"", track}
    )


def goes_back(model: Model, place: str, targets: Iterable[str]) -> bool:
    """Tell whether a way from *place* leads to an earlier one."""
    rank = model.ranks[place].start
    for target in targets:
        reached = model.ranks[model.entered(target)].start
        if reached < rank:
            return True
        rank = reached
    return False
