"""Moves: the transitions that a step takes, round by round, and the timers that they start."""

from collections.abc import Iterator, Mapping

import z3
from attrs import evolve, frozen

from onward.model.elements import Transition
from onward.proof.reckoning.encoding import stands
from onward.proof.reckoning.frames import Fresh, years_of
from onward.proof.reckoning.happenings import Change
from onward.proof.reckoning.sights import Sight
from onward.proof.reckoning.states import start_of
from onward.proof.reckoning.values import Facts, Term, both, choice, either, implied, nay, same

Taken = Mapping[str, tuple[tuple[Transition, Term], ...]]
"""For every track the transitions of a round, and whether each fires."""


@frozen(eq=False)
class Moved:
    """Where a step has led.

    Attributes:
        left: what guards see after it.
        moved: by track whether it moved.
        fell: by track whether it moved to an earlier place.
        unsettled: whether an eventless transition is still enabled after the last round that is encoded.

    """

    left: Sight
    moved: Mapping[str, Term]
    fell: Mapping[str, Term]
    unsettled: Term = False


def moved_by(change: Change, seen: Sight) -> Moved:
    """Return what is left after all rounds."""
    tracks = change.encoder.model.track_names
    found = Moved(seen, dict.fromkeys(tracks, False), dict.fromkeys(tracks, False))
    for number in range(change.encoder.rounds + 1):
        found = _gone_on(change, seen, found, own=number == 0)
    again = _round(change, found, own=False)
    return evolve(found, unsettled=either(*(fires for ways in again.values() for _, fires in ways)))


def _gone_on(change: Change, seen: Sight, found: Moved, *, own: bool) -> Moved:
    """Return where one round more has led."""
    model = change.encoder.model
    moved, fell, places = dict(found.moved), dict(found.fell), dict(found.left.places)
    for track, ways in _round(change, found, own=own).items():
        for way, fires in ways:
            target = model.ranks[way.target].start
            fell[track] = either(fell[track], both(fires, found.left.places[track] > target))
            places[track] = choice(fires, target, places[track])
        moved[track] = either(moved[track], *(fires for _, fires in ways))
    return Moved(_arrived(change, seen, found.left, places, moved), moved, fell)


def _round(change: Change, found: Moved, *, own: bool) -> Taken:
    """Return for every track which transitions fire in a round: the first of the place that is enabled."""
    return {track: tuple(_ways(change, found, track, own=own)) for track in change.encoder.model.track_names}


def _ways(change: Change, found: Moved, track: str, *, own: bool) -> Iterator[tuple[Transition, Term]]:
    left = found.left
    earlier: list[Term] = []
    for transition in change.encoder.model.transitions:
        if transition.track != track or (transition.on is not None) != own:
            continue
        enabled = both(
            change.is_of(transition.on) if own else True,
            stands(left.places[track], change.encoder.left_by(transition)),
            _has_run_out(change, transition, found.moved),
            left.truth(transition.when).yes,
        )
        enabled = _shared(left.facts, enabled)
        yield transition, both(enabled, *(nay(each) for each in earlier))
        earlier.append(enabled)


def _shared(facts: Facts, term: Term) -> Term:
    """Return a name for *term*, so that it is not spelled out wherever it stands."""
    if isinstance(term, bool):
        return term
    name = facts.truth("enabled")
    facts.add(name == term)
    return name


def _has_run_out(change: Change, transition: Transition, moved: Mapping[str, Term]) -> Term:
    """Return whether the time of *transition* is over; a track that has moved in this step waits anew."""
    if transition.after is None:
        return True
    before, now = change.before, change.after.now
    number = change.encoder.timer_of(transition, transition.after)
    timer, end = change.encoder.timers[number], before.ends[number]
    over = either(end < now, both(same(end, now), change.tick))
    return both(before.places[timer.track] != 0, nay(moved[timer.track]), nay(change.rests(timer.rest)), over)


def _arrived(change: Change, seen: Sight, left: Sight, places: Mapping[str, Term], moved: Mapping[str, Term]) -> Sight:
    """Return what there is to see where tracks have moved: no time has passed since."""
    named = {
        track: place if place is left.places[track] else _placed(left.facts, place) for track, place in places.items()
    }
    years = {
        track: years_of(choice(moved[track], z3.RealVal(0), seen.years[track].amount), place != 0)
        for track, place in named.items()
    }
    age = choice(change.begun, seen.age.amount, z3.RealVal(0))
    anywhere = either(*(place != 0 for place in named.values()))
    return evolve(left, places=named, years=years, age=years_of(age, anywhere))


def _placed(facts: Facts, place: Term) -> Term:
    name = facts.whole("placed")
    facts.add(name == place)
    return name


def arrive(change: Change, found: Moved) -> None:
    """Add where the step has led, and since when."""
    facts, before, after, left = change.facts, change.before, change.after, found.left
    facts.add(after.began == choice(change.begun, before.began, after.now))
    facts.add(implied(left.age.number, after.age == left.age.amount))
    for track, place in left.places.items():
        facts.add(
            after.places[track] == place,
            after.since[track] == choice(found.moved[track], after.now, before.since[track]),
            implied(place != 0, after.years[track] == left.years[track].amount),
        )


def set_timers(change: Change, moved: Mapping[str, Term]) -> None:
    """Add when timers end that the step starts anew: no earlier than if it had not."""
    before, after = change.before, change.after
    for number, timer in enumerate(change.encoder.timers):
        old, new = before.ends[number], after.ends[number]
        anew = either(moved[timer.track], change.rests(timer.rest))
        ran = before.places[timer.track] != 0
        change.facts.add(
            implied(nay(anew), new == old),
            implied(both(anew, ran), new >= old),
            implied(both(anew, ran, same(start_of(before, timer), after.now)), new == old),
        )
        change.fresh.append(Fresh(both(anew, after.places[timer.track] != 0), timer.length, after.now, new))
