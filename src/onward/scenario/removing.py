"""What carried an outcome: the smallest sets of a case's events without which it would not be where it is.

Every event may have happened or not; states of which guards see the same are gone on from once. A statement about the
model, not a causal estimate.
"""

import itertools
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from onward.history.replayed import Replay
from onward.history.state import CaseState, not_begun
from onward.history.stepping import Reading, step
from onward.log.log import Event, EventLog
from onward.model.model import Model
from onward.scenario.asking import STATEMENT, AsOf, Question, ask, at_end, check_most, is_within, place_said
from onward.scenario.editing import edit_log
from onward.scenario.edits import Drop, Selection
from onward.scenario.gist import Gist, Gists
from onward.scenario.pathing import MOST_SETS, MOST_STEPS, UNLIKE, Point, at_point
from onward.scenario.scenario import Scenario
from onward.scenario.slicing import sliced, tracks_of

if TYPE_CHECKING:
    import polars as pl


@frozen
class Removal:
    """A set of events without which the case would not be there.

    Attributes:
        events: the events, in the order in which they count; `row` is where each stands in the log, from 0.
        instead: where the case would be, on every track.
        scenario: the same as edits of the log.

    """

    events: tuple[Event, ...]
    instead: tuple[str, ...]
    scenario: Scenario

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the events; the number of the row, from 1, where the log has none."""
        return tuple(map(_named, self.events))

    def __str__(self) -> str:
        return " + ".join(f"{_named(event)} ({event.type})" for event in self.events) or "nothing"


@frozen(eq=False)
class Carried:
    """What carried an outcome.

    Attributes:
        model: the model.
        case: the case.
        phase: the place that is asked about.
        now: where the case is at the end of the window, on every track.
        sets: every smallest set of events without which it would not be there.
        size: how many events each of them has; None where there is none.
        bound: up to how many events were looked at; None if more could not have helped.
        is_complete: whether all sets of that size are listed.
        doubts: why there may be others.
        most: how many events there may be.
        replay: the replay that it is about.

    """

    model: Model
    case: str
    phase: str
    now: tuple[str, ...]
    sets: tuple[Removal, ...]
    size: int | None
    bound: int | None
    is_complete: bool
    doubts: tuple[str, ...]
    most: int
    replay: Replay = field(repr=False)

    def __bool__(self) -> bool:
        return bool(self.sets)

    def __str__(self) -> str:
        return "\n".join(_told(self))

    @property
    def is_there(self) -> bool:
        """Whether the case is there at all."""
        return self.size != 0

    @property
    def exact(self) -> bool:
        """Whether it is sure that no smaller set would do, and no other of that size."""
        return self.is_complete and not self.doubts

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        """All that is needed to make this result again."""
        asked = {"case": self.case, "phase": self.phase, "most": self.most}
        return {**self.replay.manifest, "what_carried": asked}


def what_carried(  # noqa: PLR0913  # whose life, which place, and how the log is read
    model: Model,
    log: "EventLog | Replay | pl.DataFrame",
    case: str,
    phase: str | None = None,
    *,
    most: int = 4,
    as_of: AsOf = None,
    reading: Reading = "certain",
) -> Carried:
    """Return all smallest sets of the events of *case* without which it would not be in *phase* at the end.

    Args:
        model: what may happen.
        log: what was seen, or a replay of it, which has a window and a reading of its own.
        case: the case, as people write it.
        phase: a phase, a stage or `start`, as in `what_would_it_take`; left out, the place where the case is.
        most: how many events there may be.
        as_of: the end of the window; left out, that of the log.
        reading: which end of a partial date counts.

    Raises:
        UsageError: there is no such case or phase; or none is named, and the case is in several.
        LogError: the log does not name cases as the model asks.

    """
    question = ask(model, log, case, phase, as_of=as_of, reading=reading)
    most, events = check_most(most), len(question.events)
    found = _Sifted(is_complete=True)
    for size in range(min(most, events) + 1):
        found = _sift(question, size)
        if found.sets or found.is_broken_off:
            break
    removals = tuple(removal for rows in sorted(found.sets) if (removal := _removal(question, rows)) is not None)
    doubts = (f"the search was broken off after {MOST_STEPS:,} steps",) if found.is_broken_off else ()
    if len(removals) < len(found.sets):
        doubts = (*doubts, UNLIKE)
    return Carried(
        model=model,
        case=question.case,
        phase=question.place,
        now=question.state.places,
        sets=removals,
        size=len(removals[0].events) if removals else None,
        bound=most if not removals and (most < events or doubts) else None,
        is_complete=found.is_complete,
        doubts=doubts,
        most=most,
        replay=question.replay,
    )


# ---- the search


Rows = tuple[int, ...]
"""Events by their position among those of the case, in order."""


@define(eq=False)
class _Sifted:
    """Sets of events of one size without which the case is not there, and whether these are all."""

    sets: list[Rows] = field(factory=list)
    is_complete: bool = True
    is_broken_off: bool = False


@define(eq=False)
class _Kept:
    """A state that some of the events lead to, and the least sets of others without which they do."""

    state: CaseState
    size: int
    without: dict[Rows, None]


def _sift(question: Question, size: int) -> _Sifted:
    """Return the sets of at most so many events without which the case is not there, those of the least size."""
    model = sliced(question.model, tracks_of(question.model, question.place))
    gists = Gists(model)
    begin = not_begun(model, question.case)
    layer: dict[Gist, _Kept] = {gists.of(begin): _Kept(begin, 0, {(): None})}
    found = _Sifted()
    steps = 0
    for number, event in enumerate(question.events):
        following: dict[Gist, _Kept] = {}
        for kept in layer.values():
            left, _ = step(model, kept.state, event, reading=question.reading)
            _put(following, gists.of(left), _Kept(left, kept.size, dict(kept.without)), found)
            if kept.size < size:
                assert event.time is not None  # noqa: S101  # every row of a log has a date
                passed = at_point(model, kept.state, Point(event.time), question.reading)
                without = {(*rows, number): None for rows in kept.without}
                _put(following, gists.of(passed), _Kept(passed, kept.size + 1, without), found)
        steps += 2 * len(layer)
        if steps > MOST_STEPS:
            found.is_broken_off = True
            return found
        layer = following
    ends = [
        kept
        for kept in layer.values()
        if not is_within(model, at_end(model, kept.state, question.window, question.reading), question.place)
    ]
    least = min((kept.size for kept in ends), default=0)
    found.sets = list(dict.fromkeys(itertools.chain.from_iterable(kept.without for kept in ends if kept.size == least)))
    return found


def _put(layer: dict[Gist, _Kept], gist: Gist, kept: _Kept, found: _Sifted) -> None:
    """Note that a state is come to; only the least sets without which it is are of use."""
    known = layer.get(gist)
    if known is None or kept.size < known.size:
        layer[gist] = kept
    elif kept.size == known.size:
        known.without |= kept.without
        if len(known.without) > MOST_SETS:
            found.is_complete = False
            known.without = dict(itertools.islice(known.without.items(), MOST_SETS))


def _removal(question: Question, numbers: Rows) -> Removal | None:
    """Return a set of events, if the case is not there once they are out of its log; it never should be."""
    events = [question.events[number] for number in numbers]
    own = Drop(Selection(rows=tuple(event.row + 1 for event in events)))
    edited = edit_log(question.model, question.log, (own,) if events else ()).whole()
    state = question.state_in(edited)
    if is_within(question.model, state, question.place):
        return None
    placed = tuple(_placed(question, event) for event in events)
    scenario = Scenario(
        name=f"without {', '.join(map(_named, placed))}" if placed else "nothing removed",
        edits=tuple(Drop(Selection(ids=event.id) if event.id else Selection(rows=event.row + 1)) for event in placed),
        question=f"What carried {question.case} to {question.place}?",
    )
    return Removal(placed, state.places, scenario)


def _placed(question: Question, event: Event) -> Event:
    """Return *event* with its row in the whole log."""
    return question.replay.log.event(question.rows[event.row])


def _named(event: Event) -> str:
    return event.id or str(event.row + 1)


# ---- in words


def _told(carried: Carried) -> Iterator[str]:
    """Yield the lines of *carried* for people."""
    model, last = carried.model, carried.replay.as_of
    now = " and ".join(map(model.place_label, carried.now))
    yield f"{carried.case}: {now}" + (f" at the end of {last.recorded}" if last else "")
    there = place_said(model, carried.phase)
    if not carried.is_there:
        yield f"It is not in {there}: nothing carries it there."
    elif carried.sets:
        events = "1 event" if carried.size == 1 else f"{carried.size} events"
        yield f"Without {events} it would not be in {there}:"
        for each in carried.sets:
            yield f"  {each}: {' and '.join(map(model.place_label, each.instead))} instead"
        if not carried.is_complete:
            yield "  and more that are not listed"
    elif carried.bound is None:
        yield f"It would be in {there} without any of its events."
    else:
        yield f"Without any {carried.bound} of its events it would be in {there} all the same."
    if carried.doubts:
        yield f"Not sure to be all: {'; '.join(carried.doubts)}."
    yield STATEMENT
