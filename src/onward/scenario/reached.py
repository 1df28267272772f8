"""Reached: what a search for a way to a place has found: sets of events, alike ones together, and the same in words."""

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from attrs import evolve, field, frozen

from onward.history.replayed import Replay
from onward.log.dates import Interval
from onward.log.log import Value
from onward.model.model import Model
from onward.model.spelling import spelled
from onward.scenario.asking import STATEMENT, place_said
from onward.scenario.pathing import MOST_SETS, Steps
from onward.scenario.scenario import Scenario
from onward.scenario.wishes import Candidate


@frozen
class Added:
    """An event that would have to be added.

    Attributes:
        event: its type.
        attributes: what it must say, and no more; of values that do the same, one.
        new: those of the attributes of which any value will do that the case has not had yet.
        time: when it may be added, as early as it may; None among alternatives.
        until: when it ends, where it has to.

    """

    event: str
    attributes: Mapping[str, Value] = field(factory=dict, hash=False)
    new: tuple[str, ...] = ()
    time: Interval | None = None
    until: Interval | None = None

    def __str__(self) -> str:
        return _with(self.event, self.words)

    @property
    def words(self) -> tuple[str, ...]:
        """What it must say, in words."""
        texts = [
            f"a new {name}" if name in self.new else f"{name}: {spelled(value)}"
            for name, value in self.attributes.items()
            if value is not None
        ]
        return (*texts, *(() if self.until is None else (f"an end in {self.until.recorded}",)))


@frozen
class Addition:
    """A set of events after which the case is there.

    Attributes:
        events: the events, in an order that works.
        is_ordered: whether the order matters.
        cost: what they cost.
        scenario: the same as edits of the log.

    """

    events: tuple[Added, ...]
    is_ordered: bool
    cost: float
    scenario: Scenario

    def __str__(self) -> str:
        between = ", then " if self.is_ordered else " + "
        return between.join(map(str, self.events)) or "nothing"


@frozen
class Way:
    """Sets of events that are alike, as one: an event of each slot.

    Attributes:
        slots: for each event that it takes, the alternatives.
        is_ordered: whether the order matters.

    """

    slots: tuple[tuple[Added, ...], ...]
    is_ordered: bool

    def __str__(self) -> str:
        between = ", then " if self.is_ordered else " + "
        return between.join(map(slot_said, self.slots)) or "nothing"


def slot_said(slot: Sequence[Added]) -> str:
    """Return alternatives in words, those together that must say the same: `one of a, b with formal: true`."""
    types: dict[tuple[str, ...], list[str]] = {}
    for each in slot:
        types.setdefault(each.words, []).append(each.event)
    # Those that differ in one thing that they say.
    said: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for words, names in types.items():
        said.setdefault((*names, "", *(word.partition(":")[0] for word in words)), []).append(words)
    texts = []
    for alike in said.values():
        names = types[alike[0]]
        subject = f"one of {', '.join(names)}" if len(names) > 1 else names[0]
        differing = [at for at in range(len(alike[0])) if len({words[at] for words in alike}) > 1]
        if len(differing) > 1:
            texts += [_with(subject, words) for words in alike]
        else:
            joined = [
                word if at not in differing else " or ".join([word, *(w[at].partition(": ")[2] for w in alike[1:])])
                for at, word in enumerate(alike[0])
            ]
            texts.append(_with(subject, joined))
    return ", or ".join(texts)


def _with(subject: str, words: Sequence[str]) -> str:
    return f"{subject} with {' and '.join(words)}" if words else subject


@frozen(eq=False)
class Reach:
    """What it would take.

    Attributes:
        model: the model.
        case: the case.
        phase: where it shall be.
        now: where it is at the end of the window, on every track.
        sets: every set of events that is as cheap as the cheapest.
        ways: the same, alike ones together.
        cost: what each costs; None where there is none.
        exact: whether it is sure that there is no cheaper one, and no other.
        bound: up to how many events were looked at; None if more could not have helped.
        least: how many events it takes, if more than were asked for are known to do.
        doubts: why it is not sure.
        is_complete: whether all sets are listed; there may be too many.
        most: how many events there may be.
        costs: what events cost, by type; 1 where nothing is said.
        since: from when on events may be added; None is at the end of the window.
        replay: the replay that it is about.

    """

    model: Model
    case: str
    phase: str
    now: tuple[str, ...]
    sets: tuple[Addition, ...]
    ways: tuple[Way, ...]
    cost: float | None
    exact: bool
    bound: int | None
    least: int | None
    doubts: tuple[str, ...]
    is_complete: bool
    most: int
    costs: Mapping[str, float]
    since: Interval | None
    replay: Replay = field(repr=False)

    def __bool__(self) -> bool:
        return bool(self.sets)

    def __str__(self) -> str:
        return "\n".join(_told(self))

    @property
    def is_there(self) -> bool:
        """Whether the case is there already."""
        return self.cost == 0

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        """All that is needed to make this result again."""
        asked = {
            "case": self.case,
            "phase": self.phase,
            "most": self.most,
            "costs": dict(self.costs),
            "since": self.since and self.since.recorded,
        }
        return {**self.replay.manifest, "what_would_it_take": asked}


# ---- alike ones together


_Slots = tuple[frozenset[str], ...]


def grouped(sets: Sequence[tuple[tuple[Candidate, ...], Addition]], all_ways: Iterable[Steps]) -> Iterator[Way]:
    """Yield *sets* together where any of several events will do, whatever the others are; as few groups as may be."""
    told: dict[str, Added] = {}
    left: dict[bool, dict[tuple[str, ...], _Slots]] = {False: {}, True: {}}
    for candidates, addition in sets:
        for candidate, each in zip(candidates, addition.events, strict=True):
            told.setdefault(repr(candidate), _anytime(each))
        names = tuple(map(repr, candidates))
        key = names if addition.is_ordered else tuple(sorted(names))
        left[addition.is_ordered][key] = tuple(frozenset({name}) for name in names)
    for is_ordered, single in left.items():
        groups: dict[_Slots, None] = {}
        for way in all_ways:
            slots = tuple(frozenset(repr(each) for each in slot if repr(each) in told) for _, slot in way)
            inside = {
                names if is_ordered else tuple(sorted(names))
                for names in itertools.islice(itertools.product(*slots), MOST_SETS)
            }
            if inside and inside <= single.keys():
                groups[slots if is_ordered else _sorted(slots)] = None
        covered = {
            names if is_ordered else tuple(sorted(names)) for slots in groups for names in itertools.product(*slots)
        }
        groups |= dict.fromkeys(
            slots if is_ordered else _sorted(slots) for key, slots in single.items() if key not in covered
        )
        for slots in _widened(_merged(groups, is_ordered=is_ordered), single.keys(), is_ordered=is_ordered):
            yield Way(tuple(tuple(told[name] for name in sorted(slot)) for slot in slots), is_ordered)


def _merged(groups: dict[_Slots, None], *, is_ordered: bool) -> list[_Slots]:
    """Return *groups* with those made one that differ in one slot only."""
    while True:
        seen: dict[object, tuple[_Slots, int]] = {}
        for slots in groups:
            for at in range(len(slots)):
                rest = (*slots[:at], *slots[at + 1 :])
                other, there = seen.setdefault((at, rest) if is_ordered else _sorted(rest), (slots, at))
                if other != slots:
                    break
            else:
                continue
            break
        else:
            return list(groups)
        joined = (*slots[:at], slots[at] | other[there], *slots[at + 1 :])
        groups = {each: None for each in groups if each not in {slots, other}}
        groups[joined if is_ordered else _sorted(joined)] = None


def _widened(groups: list[_Slots], known: Collection[tuple[str, ...]], *, is_ordered: bool) -> list[_Slots]:
    """Return *groups* with two made one where all that they come to together is *known*."""
    for one, other in itertools.combinations(groups, 2):
        for turned in [other] if is_ordered or len(other) > _FEW else itertools.permutations(other):
            slots = tuple(mine | theirs for mine, theirs in zip(one, turned, strict=False))
            if len(one) == len(other) and all(
                (names if is_ordered else tuple(sorted(names))) in known for names in itertools.product(*slots)
            ):
                left = [each for each in groups if each not in {one, other}]
                return _widened([*left, slots], known, is_ordered=is_ordered)
    return groups


_FEW = 4


def _sorted(slots: _Slots) -> _Slots:
    return tuple(sorted(slots, key=sorted))


def _anytime(added: Added) -> Added:
    """Return *added* as it would be if it came first, at no certain date."""
    new = {name: f"new {name}" for name in added.new if isinstance(added.attributes[name], str)}
    return evolve(added, time=None, attributes={**added.attributes, **new})


# ---- in words


def _told(reach: Reach) -> Iterator[str]:
    """Yield the lines of *reach* for people."""
    model, last = reach.model, reach.replay.as_of
    now = " and ".join(map(model.place_label, reach.now))
    window = f" at the end of {last.recorded}" if last else ""
    yield f"{reach.case}: {now}{window}"
    there = place_said(model, reach.phase)
    if reach.is_there:
        yield f"It is in {there} already: nothing more is needed."
    elif reach.sets:
        counts = sorted({len(each.events) for each in reach.sets})
        events = "1 more event" if counts == [1] else f"{' or '.join(map(str, counts))} more events"
        when = "" if reach.since is None else f" from {reach.since.recorded} on"
        price = "" if [reach.cost] == counts else f", at a cost of {spelled(reach.cost or 0)}"
        yield f"To be in {there} it would take {events}{when}{price}:"
        yield from (f"  {way}" for way in reach.ways)
        if not reach.is_complete:
            yield "  and more that are not listed"
    elif reach.least is not None:
        yield f"No {_at_most(reach.most)} would bring it to {there}: it takes {reach.least}."
    elif reach.bound is None:
        when = "added at the end of the window" if reach.since is None else f"added from {reach.since.recorded} on"
        yield f"No events {when}, however many, would bring it to {there}."
    else:
        yield f"No {_at_most(reach.bound)} of those tried would bring it to {there}."
    if reach.doubts:
        yield f"Not sure to be all: {'; '.join(reach.doubts)}."
    yield STATEMENT


def _at_most(count: int) -> str:
    return "single event" if count == 1 else f"{count} events or fewer"
