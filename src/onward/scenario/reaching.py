"""Reaching: what it would take for a case to be in another place, as the smallest sets of events that bring it there.

Every way of adding events is gone through, the cheapest first, as far as guards can tell events and states apart. So
where a model is finite, what is not found there is nowhere. A statement about the model, not a causal estimate.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from onward.history.clock import written
from onward.history.memory import answers
from onward.history.several import parts_of
from onward.history.state import CaseState, not_begun
from onward.history.stepping import Reading, instant, step
from onward.history.window import window_of
from onward.log.dates import Interval
from onward.log.log import AttributeType, Event, EventLog, Value, is_number
from onward.model.elements import START, Distinct, Reducer
from onward.model.guards import Elapsed, expressions
from onward.model.model import Model
from onward.problems import OnwardError, Problem, UsageError, suggestion
from onward.scenario.asking import (
    AsOf,
    Question,
    ask,
    at_end,
    check_most,
    is_within,
)
from onward.scenario.candidates import Candidates, kinds_of
from onward.scenario.editing import edit_log
from onward.scenario.edits import Insert
from onward.scenario.gist import Gists, asked_of_variables, guards_that_move, unlimited
from onward.scenario.heading import Heading
from onward.scenario.pathing import (
    MOST_STEPS,
    UNLIKE,
    Chosen,
    Course,
    Paths,
    Point,
    Price,
    Steps,
    at_point,
    choices,
    events_of,
    in_any_order,
    search,
    ways,
)
from onward.scenario.reached import Added, Addition, Reach, grouped
from onward.scenario.rows import type_in
from onward.scenario.scenario import Scenario
from onward.scenario.slicing import leading, reachable, sliced, state_in, tracks_of
from onward.scenario.wishes import Candidate, New

if TYPE_CHECKING:
    import polars as pl

    from onward.history.replayed import Replay


def what_would_it_take(  # noqa: PLR0913  # whose life, where to, and what may be added when
    model: Model,
    log: "EventLog | Replay | pl.DataFrame",
    case: str,
    phase: str,
    *,
    most: int = 4,
    costs: Mapping[str, float | None] | None = None,
    since: AsOf = None,
    as_of: AsOf = None,
    reading: Reading = "certain",
) -> Reach:
    """Return all smallest sets of added events after which *case* is in *phase* at the end of the window.

    Args:
        model: what may happen.
        log: what was seen, or a replay of it, which has a window and a reading of its own.
        case: the case, as people write it.
        phase: a phase, a stage or `start`; its name or its title, with several tracks perhaps `track.phase`.
        most: how many events there may be.
        costs: what an event of a type costs; types that are left out cost 1, and those with None are not to be had.
        since: from when on events may be added, the case's own events following; left out, at the end of the window.
        as_of: the end of the window; left out, that of the log.
        reading: which end of a partial date counts.

    Raises:
        UsageError: there is no such case, phase or event type, or a cost is none.
        LogError: the log does not name cases as the model asks.

    """
    prices = _prices(model, costs or {})
    question = ask(model, log, case, phase, as_of=as_of, reading=reading)
    start = window_of(since, "since")
    if start is not None and start.first > question.window.last:
        what = f"{start.recorded} lies after the end of the window, {question.window.recorded}"
        raise UsageError([Problem("since", what, "write an earlier date, or a later as_of")])
    search_ = _Search(question, check_most(most), prices, start)
    return search_.reach({name: price for name, price in (costs or {}).items() if price is not None})


def _prices(model: Model, costs: Mapping[str, float | None]) -> dict[str, Price]:
    """Return what an event of each type costs that is to be had."""
    problems = [
        Problem("costs", f"{model.name} has no event type {name!r}", suggestion(name, tuple(model.kinds)))
        for name in costs
        if name not in model.kinds
    ]
    for name, price in costs.items():
        if price is not None and not (is_number(price) and price > 0):
            mend = "write a number above 0, or never (None in Python)"
            problems.append(Problem("costs", f"{name} costs {price}", mend))
    if problems:
        raise UsageError(problems)
    prices = {name: costs.get(name, 1) for name in model.kinds}
    had = {name: price for name, price in prices.items() if price is not None and price < math.inf}
    return {name: price if isinstance(price, int) else Fraction(repr(price)) for name, price in had.items()}


# ---- the search


_Run = tuple[Course, CaseState, Paths]
"""What was gone through, from where, and what was found."""


@frozen(eq=False)
class _Search:
    """What is looked for.

    Attributes:
        question: which case, and where it shall be.
        most: how many events there may be.
        prices: what events cost.
        since: from when on they may be added.

    """

    question: Question
    most: int
    prices: Mapping[str, Price]
    since: Interval | None

    def reach(self, costs: Mapping[str, float]) -> Reach:
        """Return what was found."""
        question = self.question
        begin, points = self._points()
        model = sliced(question.model, tracks_of(question.model, question.place), self._useful(begin))
        known = {name: kind for name in question.log.attributes if (kind := type_in(question.replay.log, name))}
        kinds, are_all = kinds_of(model, known)
        doubts = [*self._doubts(model, points, are_all=are_all)]
        runs: list[_Run] = []
        for each in kinds:
            course = self._course(model, points, each)
            state = state_in(model, question.model, begin)
            runs.append(_searched(course, state, self.most))
            doubts += course.candidates.doubts
        cost = min((paths.cost for _, _, paths in runs if paths.cost is not None), default=None)
        sets, all_ways, is_complete = self._sets(runs, cost)
        is_cut = any(paths.is_cut for _, _, paths in runs)
        least = None
        if cost is None and is_cut and not doubts:
            least, is_cut = self._beyond(runs)
        if any(paths.is_broken_off for _, _, paths in runs):
            doubts.append(f"the search was broken off after {MOST_STEPS:,} steps")
        found = [addition for _, addition in sets]
        if cost == 0:
            doubts.clear()
        if cost is not None and not found:
            doubts.append(UNLIKE)
        return Reach(
            model=question.model,
            case=question.case,
            phase=question.place,
            now=question.state.places,
            sets=tuple(found),
            ways=tuple(grouped(sets, all_ways)),
            cost=_number(cost) if found and cost is not None else None,
            exact=not doubts and is_complete,
            bound=self.most if not found and (is_cut or doubts) else None,
            least=least,
            doubts=tuple(dict.fromkeys(doubts)),
            is_complete=is_complete,
            most=self.most,
            costs=costs,
            since=self.since,
            replay=question.replay,
        )

    def _points(self) -> tuple[CaseState, tuple[Point, ...]]:
        """Return where the case stands when the first event may be added, and when they may be."""
        question = self.question
        model, reading, window = question.model, question.reading, question.window
        end = written(window.last, reading)
        first = end if self.since is None else written(self.since.first, "possible")
        if self.since is not None and any(
            self.since.first < _moment(event.time, reading) <= _moment(first, reading) for event in question.events
        ):
            # The case's own events of that day may be preceded.
            first = written(self.since.first, reading)
        if _moment(first, reading) > window.last:
            first = end
        state = not_begun(model, question.case)
        # The times at which something may be added, and what happens at each before that.
        dates: list[tuple[Interval, list[Event]]] = [(first, [])]
        for event in question.events:
            moment = _moment(event.time, reading)
            if moment <= _moment(first, reading):
                state, _ = step(model, state, event, reading=reading)
            elif moment == _moment(dates[-1][0], reading):
                dates[-1][1].append(event)
            else:
                dates.append((written(moment, reading), [event]))
        if _moment(dates[-1][0], reading) < window.last:
            dates.append((end, []))
        following = [tuple(events) for _, events in dates[1:]]
        points = tuple(Point(time, events) for (time, _), events in zip(dates, [*following, ()], strict=True))
        return at_point(model, state, points[0], reading), points

    def _useful(self, begin: CaseState) -> set[str] | None:
        """Return the places on the way there; None where there is none to go."""
        model, place = self.question.model, self.question.place
        if place == START:
            return None
        track = model.track_of[place]
        goal = [model.places[rank] for rank in model.ranks[place]]
        return reachable(model, begin.places[model.track_numbers[track]], track) & leading(model, goal, track)

    def _course(
        self,
        model: Model,
        points: tuple[Point, ...],
        kinds: Mapping[str, AttributeType],
    ) -> Course:
        question = self.question
        free = frozenset(event.type for point in points for event in point.following)
        heading = Heading(model, question.place, free)
        seen: dict[str, dict[Value, None]] = {}
        for event in question.events:
            for name, value in event.attributes.items():
                if value is not None:
                    seen.setdefault(name, {})[value] = None
        candidates = Candidates(model, kinds, {name: tuple(values) for name, values in seen.items()})
        return Course(
            model=model,
            candidates=candidates,
            gists=Gists(model, _repeated(candidates, points)),
            points=points,
            costs=self.prices,
            is_goal=lambda state: is_within(
                model, at_end(model, state, question.window, question.reading), question.place
            ),
            far=heading.far,
            onward=heading.onward,
            reading=question.reading,
        )

    def _doubts(self, model: Model, points: Sequence[Point], *, are_all: bool) -> Iterator[str]:
        if not are_all:
            yield "the columns that the log lacks may have values of more types than were tried"
        if self.since is not None:
            reckons = any(isinstance(part, Elapsed) for g in guards_that_move(model) for part in expressions(g))
            if model.has_clockwork or reckons:
                yield "time decides, and events were tried on the days of the case's own events only"
            following = [event for point in points for event in point.following]
            for variable in model.context:
                if variable.name in asked_of_variables(model) and _is_counted(variable.reducer, following):
                    yield f"events that follow bring values of their own to {variable.name}, and may bring them again"

    def _beyond(self, runs: Sequence[_Run]) -> tuple[int | None, bool]:
        """Return how many events it takes where that is more than were asked for, and whether there may be some."""
        counts: list[int] = []
        for course, state, _ in runs:
            if next(unlimited(course.model), None) is not None:
                return None, True
            more = search(evolve(course, costs=dict.fromkeys(course.costs, 1)), state, math.inf)
            if more.is_broken_off:
                return None, True
            counts += [] if more.cost is None else [int(more.cost)]
        return min(counts, default=None), bool(counts)

    def _sets(
        self, runs: Sequence[_Run], cost: Price | None
    ) -> tuple[list[tuple[tuple[Candidate, ...], Addition]], list[Steps], bool]:
        """Return the sets of events of this *cost*, each tried on the log, the ways they are of, and if that is all."""
        found: dict[tuple[str, ...], tuple[tuple[Candidate, ...], Addition]] = {}
        every_way: list[Steps] = []
        is_complete = True
        for course, state, paths in runs:
            if cost is None or paths.cost != cost:
                continue
            all_ways, all_of_them = ways(paths)
            every_way += all_ways
            all_sets, all_of_those = choices(all_ways)
            is_complete = is_complete and all_of_them and all_of_those
            for chosen in all_sets:
                addition = self._addition(course, state, chosen, cost)
                if addition is not None:
                    key = tuple(sorted(map(str, addition.events)))
                    found.setdefault(key, (tuple(candidate for _, candidate in chosen), addition))
        return [found[key] for key in sorted(found)], every_way, is_complete

    def _addition(self, course: Course, begin: CaseState, chosen: Chosen, cost: Price) -> Addition | None:
        """Return a set of events, if the case is there once they are in its log; it always should be."""
        events = events_of(course, begin, chosen)
        added = tuple(_added(candidate, event) for (_, candidate), event in zip(chosen, events, strict=True))
        scenario = Scenario(
            name=" + ".join(each.event for each in added) or "nothing added",
            edits=tuple(self._insert(event) for event in events),
            question=f"What would it take for {self.question.case} to be in {self.question.place}?",
        )
        if not self._comes_there(scenario):
            return None
        is_ordered = len(chosen) > 1 and not in_any_order(course, begin, chosen)
        return Addition(added, is_ordered, _number(cost), scenario)

    def _insert(self, event: Event) -> Insert:
        """Return *event* as an edit of the log."""
        log, case = self.question.log, self.question.case
        by_pair = self.question.model.cases == "pairs" and log.has_organizations
        return Insert(
            event.type,
            event.time,
            case="" if by_pair else case,
            organizations=tuple(case.split(";")) if by_pair else (),
            until=event.until,
            attributes=event.attributes,
        )

    def _comes_there(self, scenario: Scenario) -> bool:
        """Tell whether the case is in its place once *scenario* is made of its rows of the log, and all replayed."""
        question = self.question
        try:
            edited = edit_log(question.model, question.log, scenario.of_log).whole()
        except OnwardError:
            # Values of two types in a column that the log lacks: no log can have them.
            return False
        return is_within(question.model, question.state_in(edited), question.place)


def _searched(course: Course, begin: CaseState, most: int) -> _Run:
    """Return the search through *course*; if it is broken off, what is found without what there is no end of."""
    if not course.candidates.doubts:
        return course, begin, search(course, begin, most)
    paths = search(course, begin, most, _DOUBTFUL_STEPS)
    if not paths.is_broken_off or paths.cost is not None:
        return course, begin, paths
    lean = evolve(course, candidates=evolve(course.candidates, is_lean=True))
    less = search(lean, begin, most)
    less.is_broken_off = True
    return lean, begin, less


_DOUBTFUL_STEPS = 10_000
"""Steps that are tried where there is no end of the events that might be added."""


def _moment(time: Interval | None, reading: Reading) -> datetime:
    moment = instant(time, reading)
    assert moment is not None  # noqa: S101  # every row of a log has a date
    return moment


def _number(cost: Price) -> float:
    """Return a *cost* as people write it."""
    return int(cost) if cost == int(cost) else float(cost)


def _is_counted(reducer: Reducer, events: Sequence[Event]) -> bool:
    """Tell whether *reducer* counts different values, of which *events* may have some."""
    return isinstance(reducer, Distinct) and any(
        answers(reducer.types, event.type) and event.attributes.get(reducer.attribute) is not None for event in events
    )


def _repeated(candidates: Candidates, points: Sequence[Point]) -> dict[tuple[str, str], tuple[Value, ...]]:
    """Return the values that added events, or those of the case that follow, may bring again."""
    later = [event for point in points for event in point.following]
    return {
        (name, part): (*values, *(value for event in later for value in _values_in(event, name, part)))
        for (name, part), values in candidates.repeated.items()
    }


def _values_in(event: Event, name: str, part: str) -> tuple[Value, ...]:
    value = event.attributes.get(name)
    return parts_of(value, part) if part else (value,)


def _added(candidate: Candidate, event: Event) -> Added:
    new = [name for name, value in candidate.values if isinstance(value, New)]
    return Added(event.type, event.attributes, tuple(new), event.time, event.until)
