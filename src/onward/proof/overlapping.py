"""Overlapping: transitions out of one place of which the order in the file chooses.

A special case that stands above its rule is no flaw: nothing but this order makes sense of it. Of two transitions of
which each has cases of its own, and both have some in common, the file does not say which is meant.
"""

from collections.abc import Iterator

from attrs import evolve, frozen

from onward.history import judging
from onward.history.stepping import Step
from onward.model.elements import ANY, Transition
from onward.model.model import Model
from onward.proof.asked import Questions
from onward.proof.enacting import enact
from onward.proof.exploring import Goal
from onward.proof.firing import Edge, Firing, Place, looked_for, quoted, rounds_of
from onward.proof.running import Ran, is_enabled, ways
from onward.proof.verdict import Check
from onward.proof.witness import Witness

MEND = "write guards that exclude each other, or say `otherwise: true` of the one that takes what is left"


@frozen
class Rivals:
    """Two transitions out of one place.

    Attributes:
        earlier: the one that stands first in the file, by number.
        later: the other.
        place: the place.
        together: whether what is asked is that both could fire; else that the earlier could and the later could not.

    """

    earlier: int
    later: int
    place: str
    together: bool = True


def overlaps(model: Model, questions: Questions, firing: Firing, where: Place) -> Iterator[Check]:
    """Yield a check of every two transitions that overlap, and of those that others leave nothing to in some place."""
    pairs = list(_pairs(model, firing))
    goals = {pair: overlap_of(model, pair) for pair in (*pairs, *(evolve(pair, together=False) for pair in pairs))}
    ways_there = looked_for(model, questions, goals).ways
    told: set[tuple[int, int]] = set()

    def shown(pair: Rivals) -> Witness | None:
        if pair not in ways_there:
            return None
        trail, care = ways_there[pair]
        return enact(model, questions, trail, goals[pair], care)

    for pair in pairs:
        apart = evolve(pair, together=False)
        leaves = firing.can(Edge(pair.later, pair.place))
        if (pair.earlier, pair.later) in told or (leaves and apart not in ways_there):
            continue
        both = shown(pair)
        if both is not None and (not leaves or shown(apart) is not None):
            told.add((pair.earlier, pair.later))
            yield _check(model, pair, both, where, leaves=leaves)


def _pairs(model: Model, firing: Firing) -> Iterator[Rivals]:
    """Yield the transitions out of one place that may be triggered by the same, and lead elsewhere."""
    transitions = model.transitions
    for edge in firing.edges:
        later = transitions[edge.number]
        # What never fires is told by itself.
        if later.otherwise or edge.number not in firing.firing:
            continue
        if not firing.can(edge) and (later.on is None or ANY in later.on):
            continue
        for other in firing.edges:
            earlier = transitions[other.number]
            if (
                other.place == edge.place
                and other.number < edge.number
                and firing.can(other)
                and earlier.track == later.track
                and model.entered(earlier.target) != model.entered(later.target)
                and not _is_inside(model, earlier, later)
                and _shared(model, earlier, later)
            ):
                yield Rivals(other.number, edge.number, edge.place)


def _is_inside(model: Model, one: Transition, other: Transition) -> bool:
    """Tell whether *one* is written for a stage of what *other* is written for: a special case before its rule."""
    places, around = ({rank for name in each.sources for rank in model.ranks[name]} for each in (one, other))
    return places < around and all("." in name for name in one.sources)


def _shared(model: Model, one: Transition, other: Transition) -> bool:
    if one.on is None or other.on is None:
        return one.on is other.on
    return any(one.answers(kind) and other.answers(kind) for kind in model.kinds)


def overlap_of(model: Model, pair: Rivals) -> Goal:
    """Return the goal that the earlier of a pair fires where the later one could as well; or where it could not."""
    first, second = model.transitions[pair.earlier], model.transitions[pair.later]
    track = model.track_numbers[first.track]

    def met(ran: Ran) -> bool:
        if pair.together and pair.later in ran.fired[track]:
            return False
        return any(
            each.chosen.get(track) == pair.earlier
            and each.sight.places[track] == pair.place
            and pair.later in ways(model, pair.place, track, each.trigger)
            and is_enabled(pair.later, each.sight) is pair.together
            for each in (rounds_of(ran) if pair.earlier in ran.fired[track] else ())
        )

    def shown(step: Step) -> bool:
        move = step.moves[track]
        # What fires all the same, a round later, has lost nothing.
        if pair.together and any(each is second for each in move.fired):
            return False
        return any(
            fired is first
            and view.place(first.track) == pair.place
            and (second.on is None or (step.event is not None and second.answers(step.event.type)))
            and judging.is_enabled(second, view) is pair.together
            for fired, view in zip(move.fired, move.judged, strict=True)
        )

    return Goal(met, shown)


def _check(model: Model, pair: Rivals, witness: Witness, where: Place, *, leaves: bool) -> Check:
    earlier, later = model.transitions[pair.earlier], model.transitions[pair.later]
    place, other = quoted(pair.place), quoted(earlier.name)
    if leaves:
        event = f"on {quoted(witness.events[-1].type)}" if later.on is not None else "without an event of their own"
        message = (
            f"in {place} both {other} and this one can fire {event}; {other} stands first and is taken, and is no"
            f" special case of this one"
        )
        mend = MEND
    else:
        message = f"from {place} it never fires: {other} is always taken first"
        mend = "move it further up, narrow the guard of the other, or take the place out of `from`"
    return Check(
        name=later.name,
        kind="overlap",
        status="flawed",
        message=message,
        where=where("transition", pair.later),
        mend=mend,
        counterexample=witness,
    )
