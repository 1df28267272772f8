"""Differing: whether any log is treated differently by two models, and a log that is.

A log is treated differently where an event, or time alone, comes out otherwise on some track or leaves the case in
another place there. Tracks and places are compared by name; what is only printed is not.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal

from attrs import define, evolve, frozen

from onward.history.memory import answers
from onward.history.state import CaseState, not_begun
from onward.history.stepping import Step, step
from onward.log.log import Event
from onward.model.elements import Open
from onward.model.model import Model
from onward.problems import LogError, OnwardError
from onward.proof.abreast import Stage, Trail, after_both, closer, explore_both, replayed
from onward.proof.asked import Kept, Left
from onward.proof.cells import kind_of
from onward.proof.enacting import FIRST_DAY, LONGEST, Search, Wish, events_for, fits, shorter_ones
from onward.proof.exploring import Care, Goal
from onward.proof.pairing import Pair, paired, plain_invariant
from onward.proof.running import BoundlessError
from onward.proof.witness import CASE, Witness, steps_of

MOST_RUNS = 150_000
"""Runs of a step, of one exploration."""

MOST_TRIED = 1_000
"""Events that are tried for one trail."""

_FEW_TRIED = 200
"""Events that are tried for a trail that may turn out to be none."""

_MONTH = 30
"""Days, times the events of a log: what is to end after all of them runs so long."""


@frozen
class Differing:
    """Which logs two models treat differently. True as a condition where there are none.

    Attributes:
        status: `same` (no log, however long, is treated differently), `differs` or `open`.
        message: that in words: which event is treated how by the one and by the other.
        least: how many events every log has at least that is treated differently.
        log: a log that is, the shortest that was found.
        notes: what else is to be told: invariants of the old model that the new one does not declare.
        cases: how many different cases had to be told apart.

    """

    status: Literal["same", "differs", "open"]
    message: str
    least: int = 0
    log: Witness | None = None
    notes: tuple[str, ...] = ()
    cases: int = 0

    def __bool__(self) -> bool:
        return self.status == "same"

    def __str__(self) -> str:
        return "\n".join((self.message, *self.notes))


def differences(new: Model, old: Model, *, most: int = MOST_RUNS) -> Differing:
    """Return whether any log is treated differently by *new* and *old*, and such a log.

    Args:
        new: the one model.
        old: the other.
        most: how many runs of a step may be made before it is left open.

    """
    found = _at_once(new, old)
    found = _explored(new, old, most) if found is None else found
    return evolve(found, notes=tuple(_dropped(new, old)))


def _dropped(new: Model, old: Model) -> Iterator[str]:
    """Yield the invariants of *old* that *new* does not declare, in words; what they are called does not matter."""
    declared = [plain_invariant(new, each) for each in new.invariants]
    names = {each.name for each in new.invariants}
    for each in old.invariants:
        if plain_invariant(old, each) not in declared:
            what = "says something else now" if each.name in names else "is no longer declared"
            yield f"the invariant {each.name!r} {what}"


# ---- what is plain to see


def _at_once(new: Model, old: Model) -> Differing | None:
    if new.cases != old.cases:
        whose = {"pairs": "every pair of an event's organizations", "column": "what the column `case` says"}
        return Differing("differs", f"a case is {whose[new.cases]} in the new model, {whose[old.cases]} in the old one")
    if set(new.track_names) != set(old.track_names):
        return Differing("differs", f"the new model has {_tracks(new)}, the old one {_tracks(old)}")
    for kind in (*new.kinds, *old.kinds):
        if kind not in new.kinds or kind not in old.kinds:
            log = Witness((Event(kind, FIRST_DAY.isoformat()),))
            return Differing("differs", told(new, old, log) or "", 1, log)
    return None


def _tracks(model: Model) -> str:
    return f"the tracks {', '.join(sorted(model.track_names))}" if model.tracks else "no tracks"


# ---- what takes exploring


def _explored(new: Model, old: Model, most: int) -> Differing:
    pair = paired(new, old)
    if pair.is_one:
        return Differing("same", "both models say the same")
    least, care = 0, Care()
    while True:
        try:
            found = explore_both(pair, care, most)
        except BoundlessError:
            return _open(least)
        if found.trail is None and found.complete:
            return Differing("same", "no log is treated differently, however long", cases=found.cases)
        least = max(least, found.least)
        if found.trail is None:
            return _open(least, found.cases)
        more = closer(pair, found.trail, care)
        # As long as more can be kept track of, a way that is hard to go may be none.
        log = enacted(new, old, pair, found.trail, care, MOST_TRIED if more == care else _FEW_TRIED)
        if log is not None:
            return Differing("differs", told(new, old, log) or "", least, log, cases=found.cases)
        if more == care:
            return _open(least, found.cases)
        care = more


def _open(least: int, cases: int = 0) -> Differing:
    fewer = f"no log of fewer than {least} events is treated differently; longer ones may be" if least > 1 else ""
    return Differing(
        "open", fewer or "it could not be decided whether some log is treated differently", least, cases=cases
    )


# ---- how a log is treated

Treated = Mapping[str, tuple[str, str]]
"""By track the outcome of a step and the place it leaves."""


@frozen
class _Done:
    """One step that shows: of an event or, where time alone moved the case, of none."""

    number: int
    event: str
    time: str
    on: Treated


def told(new: Model, old: Model, log: Witness) -> str | None:
    """Return in words what the two models first treat differently in a *log*; None where there is nothing."""
    for one, other in itertools.zip_longest(_done(new, log), _done(old, log)):
        if one != other:
            return _in_words(one, other)
    return None


def _done(model: Model, log: Witness) -> Iterator[_Done]:
    """Yield every step that shows; those that time makes have the number of the event that they come before."""
    number = 1
    for each in steps_of(model, log):
        if each or each.event is not None:
            time = "" if each.time is None else each.time.recorded
            yield _Done(number, "" if each.event is None else each.event.type, time, _treated(each))
        number += each.event is not None


def _treated(done: Step) -> Treated:
    return {move.track: (move.outcome, move.after) for move in done.moves}


def _in_words(one: _Done | None, other: _Done | None) -> str:
    """Say what the new and the old model make of the same event, or of the time before it."""
    first = min(
        (each for each in (one, other) if each is not None), key=lambda each: (each.number, each.event != "", each.time)
    )
    here = [
        each
        if each is not None and (each.number, each.event, each.time) == (first.number, first.event, first.time)
        else None
        for each in (one, other)
    ]
    tracks = [track for track in first.on if len({each and each.on[track] for each in here}) > 1]
    new, old = (_on_tracks(each, tracks) for each in here)
    when = (
        f"event {first.number} ({first.event})"
        if first.event
        else f"on {first.time}, by time alone, before event {first.number}"
    )
    return f"{when}: {new} in the new model, {old} in the old one"


def _on_tracks(done: _Done | None, tracks: Sequence[str]) -> str:
    if done is None:
        return "no move"
    return "; ".join(f"{f'{track} ' if track else ''}{_outcome(*done.on[track])}" for track in tracks)


def _outcome(outcome: str, place: str) -> str:
    return f"moved to {place}" if outcome == "moved" else f"{outcome} in {place}"


# ---- a log


@define
class _Enacting:
    """How far the search for a log has come, in both models, and in what both say together."""

    models: tuple[Model, Model]
    searches: tuple[Search, Search]
    wishes: Sequence[Wish]
    ending: Sequence[frozenset[Kept]]
    left: int


States = tuple[CaseState, ...]


def enacted(new: Model, old: Model, pair: Pair, trail: Trail, care: Care, most: int) -> Witness | None:  # noqa: PLR0913  # models, a way, and how far it is tried
    """Return a log that goes the way of *trail* and is treated differently by *new* and *old*, if one is found."""
    wishes, ending = list(_wishes(pair, trail, care)), list(_ending(pair, trail, care))
    if len(wishes) > LONGEST:
        return None
    goal = Goal(lambda _: False, lambda _: False)
    states = tuple(not_begun(model, CASE) for model in (new, old, pair.new))
    # What memory is said to hold on the way helps to go it, and need not be so: at last only where it leads counts.
    for closely in (True, False):
        # The one looks for days around what ends in the new model, the other around what ends in the old one.
        one, other = (Search(model, pair.questions, goal, wishes, closely) for _, model in pair.models)
        found = _go_on(_Enacting((new, old), (one, other), wishes, ending, most), states, FIRST_DAY, ())
        if found is not None:
            return _trimmed((new, old), Witness(found))
    return None


def _ending(pair: Pair, trail: Trail, care: Care) -> Iterator[frozenset[Kept]]:
    """Yield for each event of *trail* what runs until its end of which time takes something away after it."""
    for number, stage in enumerate(trail):
        if stage.trigger is not None:
            yield frozenset(kept for later in trail[number + 1 :] for kept in _taken_away(pair, later, care))
    yield frozenset()


def _taken_away(pair: Pair, stage: Stage, care: Care) -> Iterator[Kept]:
    if stage.trigger is None:
        world, _ = replayed(pair, stage, care)
        for symbol in world.masks:
            if isinstance(symbol, Left) and isinstance(symbol.kept.reducer, Open):
                yield symbol.kept


def _wishes(pair: Pair, trail: Trail, care: Care) -> Iterator[Wish]:
    """Yield what the events of *trail* must be; time that passes before one is told with it."""
    after_time = False
    for number, stage in enumerate(trail):
        world, both = replayed(pair, stage, care)
        last = number + 1 == len(trail)
        left = stage.case if last else after_both(pair, world, stage.case, both)
        # Of the flags of timers no memory of a log knows that a move takes them back.
        left = evolve(left, known=tuple(each for each in left.known if each[0] not in pair.parted.values()))
        if stage.trigger is not None or last:
            yield Wish(stage.trigger, after_time, world, left)
        after_time = stage.trigger is None


def _go_on(enacting: _Enacting, states: States, day: date, events: tuple[Event, ...]) -> tuple[Event, ...] | None:
    """Return *events* and those that follow them to a difference, if one can be reached from here."""
    wish = enacting.wishes[len(events)]
    search = enacting.searches[0]
    kinds = dict(search.kinds)
    for event, then in _candidates(enacting, wish, states[2], day, events):
        if enacting.left <= 0:
            return None
        enacting.left -= 1
        now = kinds | {name: kind_of(value) for name, value in event.attributes.items() if value is not None}
        try:
            new, old, both = (step(m, s, event) for m, s in zip((*enacting.models, search.model), states, strict=True))
        except OnwardError:
            continue
        # A date that is known to the year only counts from its end: the next event comes after that.
        after = max(then, *(each.last.date() for each in (event.time,) if each is not None))
        if _shown(new[1]) != _shown(old[1]) and _differ(enacting.models, (*events, event)):
            return (*events, event)
        if len(events) + 1 == len(enacting.wishes) or not fits(search, wish, both[0]):
            continue
        for each in enacting.searches:
            each.kinds = now
        if found := _go_on(enacting, (new[0], old[0], both[0]), after, (*events, event)):
            return found
        for each in enacting.searches:
            each.kinds = kinds
    return None


def _candidates(
    enacting: _Enacting, wish: Wish, state: CaseState, day: date, events: tuple[Event, ...]
) -> Iterator[tuple[Event, date]]:
    """Yield events that may be what is wished, and the day of each, once each."""
    tried: set[str] = set()
    ends = {each.until.last.date() for each in events if each.until is not None}
    lasting = [
        kept for kept in enacting.ending[len(events)] if wish.trigger and answers(kept.reducer.types, wish.trigger)
    ]
    for search in enacting.searches:
        for event, then in events_for(search, wish, state, day, first=not events):
            for each in _dated(
                event,
                then,
                ends if wish.after_time or wish.trigger is None else set(),
                len(enacting.wishes) if lasting else 0,
            ):
                if repr(each) not in tried:
                    tried.add(repr(each))
                    yield each


def _dated(event: Event, then: date, ends: set[date], events: int) -> Iterator[tuple[Event, date]]:
    """Yield *event*, before it the same after something has *ended*, or the same that ends after so many *events*."""
    for end in sorted(ends):
        if end >= then:
            after = end + timedelta(days=1)
            yield evolve(event, time=after.isoformat(), until=None), after
    if events:
        yield evolve(event, until=(then + timedelta(days=_MONTH * events)).isoformat()), then
    yield event, then


def _shown(done: Step) -> list[object]:
    ticks = [(each.time, _treated(each)) for each in done.meanwhile if each]
    return [*ticks, _treated(done)]


def _trimmed(models: tuple[Model, Model], log: Witness) -> Witness:
    """Return *log* with nothing in it that a difference does without."""
    shorter = next((each for each in shorter_ones(log) if _differ(models, each.events)), None)
    return log if shorter is None else _trimmed(models, shorter)


def _differ(models: tuple[Model, Model], events: tuple[Event, ...]) -> bool:
    """Tell whether a replay shows that the models treat a log differently."""
    try:
        return told(*models, Witness(events)) is not None
    except LogError:
        return False
