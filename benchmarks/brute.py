"""What a model does, worked out the plainest way, and all short logs tried: the truth that proofs are held against.

Written afresh from `docs/model-file.md` and `docs/concepts.md`. Of Onward it reads the values that a model is made of,
and nothing that judges, steps or remembers; so a mistake there is no mistake here.
"""

import itertools
import math
import random
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

from attrs import field, frozen

from onward import Event, Model
from onward.model.elements import (
    ANY,
    START,
    Count,
    Distinct,
    Flag,
    Latest,
    Max,
    Open,
    Reducer,
    Span,
    Sum,
    Transition,
    Variable,
)
from onward.model.guards import (
    And,
    Arithmetic,
    Attribute,
    Compare,
    Condition,
    Constant,
    Contains,
    CurrentPhase,
    Elapsed,
    EventType,
    Expression,
    Guard,
    Holds,
    Memory,
    Minus,
    Named,
    Not,
    OneOf,
    Or,
    Parameter,
    PhaseName,
    TypeName,
    conditions,
    expressions,
)

Value = bool | int | float | str | None
Instant = int
"""Microseconds since the first day of the year 1."""

DAY = 86_400_000_000
YEAR = 31_556_952_000_000
"""365.2425 days."""
_ZERO = datetime(1, 1, 1)  # noqa: DTZ001  # naive UTC throughout
_MICROSECOND = timedelta(microseconds=1)
_NEVER: Instant = 2**62
"""When what counts for ever ends."""

_FIRST_DAY = (datetime(2001, 1, 2) - _ZERO) // _MICROSECOND - 1  # noqa: DTZ001  # as above
"""The last instant of the first day of a log that is tried: events count from the last instant of their day."""


@frozen
class Happening:
    """An event, at an instant, until another."""

    type: str
    time: Instant
    attributes: Mapping[str, Value] = field(factory=dict, hash=False)
    until: Instant | None = None

    @property
    def day(self) -> str:
        """The day on which it happens."""
        return _day(self.time)

    def __str__(self) -> str:
        until = "" if self.until is None else f" until {_day(self.until)}"
        told = ", ".join(f"{name}={value}" for name, value in self.attributes.items() if value is not None)
        return f"{self.day} {self.type}{until}" + (f" ({told})" if told else "")


Log = tuple[Happening, ...]


def happening(event: Event, *, certain: bool = True) -> Happening:
    """Return *event* as it counts from the last instant of its date or, not *certain*, from the first."""
    assert event.time is not None  # noqa: S101  # a log has dates
    until = event.until
    return Happening(
        event.type,
        _instant(event.time.last if certain else event.time.first),
        event.attributes,
        None if until is None else _instant(until.last if certain else until.first),
    )


def event_of(happened: Happening) -> Event:
    """Return an event of a log that is tried as Onward reads it."""
    until = None if happened.until is None else _day(happened.until)
    return Event(happened.type, happened.day, attributes=happened.attributes, until=until)


def _instant(moment: datetime) -> Instant:
    return (moment - _ZERO) // _MICROSECOND


def _day(moment: Instant) -> str:
    return (_ZERO + moment * _MICROSECOND).date().isoformat()


@lru_cache(maxsize=100_000)
def later(moment: Instant, months: int, days: int) -> Instant:
    """Return *moment* so many months and days later; a day that the month lacks becomes the end of its last."""
    then = _ZERO + moment * _MICROSECOND
    count = then.year * 12 + then.month - 1 + months
    year, month = count // 12, count % 12 + 1
    if year > 9999:
        return _NEVER
    last = monthrange(year, month)[1]
    if then.day > last:
        then = datetime(then.year, 1, last, 23, 59, 59, 999_999)  # noqa: DTZ001  # naive throughout
    try:
        return _instant(then.replace(year=year, month=month) + timedelta(days=days))
    except OverflowError:
        return _NEVER


# ---- guards


class Sight:
    """What a guard sees of a case and an event. Places are positions in `Model.places`."""

    __slots__ = ("attributes", "before", "began", "memory", "now", "places", "since", "type")

    def __init__(  # noqa: PLR0913, PLR0917  # made once a step, and a slow way of making it would be felt
        self,
        places: tuple[int, ...],
        memory: tuple[Value, ...],
        now: Instant,
        since: tuple[Instant | None, ...],
        began: Instant | None,
        event: Happening | None,
        before: "Sight | None",
    ) -> None:
        self.places = places
        self.memory = memory
        self.now = now
        self.since = since
        self.began = began
        self.type = None if event is None else event.type
        self.attributes: Mapping[str, Value] = {} if event is None else event.attributes
        self.before = before


Truth = Callable[[Sight], bool | None]
Look = Callable[[Sight], Value]


def truth(guard: Guard | None, model: Model) -> Truth:
    """Return what tells whether *guard* holds; None is unknown."""
    match guard:
        case None:
            return lambda _: True
        case And(parts):
            return _joined([truth(part, model) for part in parts], ends=False)
        case Or(parts):
            return _joined([truth(part, model) for part in parts], ends=True)
        case Not(part):
            return _turned(truth(part, model))
        case Named(_, inner):
            return truth(inner, model)
        case OneOf(value, options):
            return _joined([truth(Compare("==", value, option), model) for option in options], ends=True)
        case Compare(sign, CurrentPhase() | PhaseName() as one, CurrentPhase() | PhaseName() as other):
            return _of_phases(sign, _stretch(one, model), _stretch(other, model))
        case Compare(sign, left, right):
            return _of_values(sign, look(left, model), look(right, model))
        case Holds(value):
            return _of_truth(look(value, model))
        case Contains(value, attribute):  # the union is closed
            return _of_cell(look(value, model), attribute)


def _joined(parts: Sequence[Truth], *, ends: bool) -> Truth:
    """Join by `or` where a part that is true *ends* it, by `and` where one that is false does."""

    def judged(sight: Sight) -> bool | None:
        unknown = False
        for part in parts:
            found = part(sight)
            if found is ends:
                return ends
            unknown = unknown or found is None
        return None if unknown else not ends

    return judged


def _turned(part: Truth) -> Truth:
    def judged(sight: Sight) -> bool | None:
        found = part(sight)
        return None if found is None else not found

    return judged


def _of_truth(value: Look) -> Truth:
    def judged(sight: Sight) -> bool | None:
        found = value(sight)
        return found if found is True or found is False else None

    return judged


def _of_cell(sought: Look, attribute: Attribute) -> Truth:
    name, part = attribute.name, attribute.part

    def judged(sight: Sight) -> bool | None:
        cell, value = sight.attributes.get(name), sought(sight)
        return None if cell is None or value is None else _spelled(value) in _values_in(cell, part)

    return judged


def _spelled(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) and value == int(value) else str(value)


def _values_in(cell: Value, part: str) -> list[str]:
    """Return the values of a cell: whole, or what stands before or after the last `@` of each."""
    values = [value.strip() for value in _spelled(cell).split(";")]
    if part not in {"", "each"}:
        names = [value[: value.rindex("@")] if "@" in value else value for value in values]
        kinds = [value[value.rindex("@") + 1 :] if "@" in value else "" for value in values]
        values = [value.strip() for value in (names if part == "name" else kinds)]
    return [value for value in values if value]


Stretch = Callable[[Sight], tuple[int, int]]
"""The first and the last place that a phase stands for."""


def _stretch(expression: CurrentPhase | PhaseName, model: Model) -> Stretch:
    match expression:
        case PhaseName(name):
            fixed = (model.ranks[name][0], model.ranks[name][-1])
            return lambda _: fixed
        case CurrentPhase(True, track):
            number = model.track_names.index(track)
            return lambda sight: (sight.before.places[number],) * 2 if sight.before else (-1, -1)
        case CurrentPhase(_, track):  # the union is closed
            number = model.track_names.index(track)
            return lambda sight: (sight.places[number],) * 2


def _of_phases(sign: str, one: Stretch, other: Stretch) -> Truth:
    def judged(sight: Sight) -> bool:
        first, last = one(sight)
        from_, to = other(sight)
        before, after = last < from_, first > to
        return {
            "==": not before and not after,
            "!=": before or after,
            "<": before,
            ">": after,
            "<=": not after,
            ">=": not before,
        }[sign]

    return judged


def _of_values(sign: str, one: Look, other: Look) -> Truth:
    def judged(sight: Sight) -> bool | None:
        left, right = one(sight), other(sight)
        if left is None or right is None or _kind(left) != _kind(right):
            return None
        if sign == "==":
            return left == right
        if sign == "!=":
            return left != right
        less, more = left < right, left > right  # type: ignore[operator]  # of one kind
        return {"<": less, ">": more, "<=": not more, ">=": not less}[sign]

    return judged


def _kind(value: Value) -> str:
    return "truth" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"


def look(expression: Expression, model: Model) -> Look:
    """Return what tells the value of *expression*; None is not recorded."""
    match expression:
        case Constant(value) | TypeName(value):
            return lambda _: value
        case Parameter(name):
            given = dict(model.parameters)[name]
            return lambda _: given
        case Memory(name, before):
            number = [variable.name for variable in model.context].index(name)
            if before:
                return lambda sight: sight.before.memory[number] if sight.before else None
            return lambda sight: sight.memory[number]
        case Attribute(name):
            return lambda sight: sight.attributes.get(name)
        case EventType():
            return lambda sight: sight.type
        case Elapsed("years_since_start"):
            return lambda sight: None if sight.began is None else (sight.now - sight.began) / YEAR
        case Elapsed(_, track):
            return _years_in(model.track_names.index(track))
        case Minus(operand):
            return _reckoned("-", lambda _: 0, look(operand, model))
        case Arithmetic(sign, left, right):
            return _reckoned(sign, look(left, model), look(right, model))
        case _:
            raise AssertionError(expression)


def _years_in(number: int) -> Look:
    def years(sight: Sight) -> Value:
        since = sight.since[number]
        return None if since is None else (sight.now - since) / YEAR

    return years


def _reckoned(sign: str, one: Look, other: Look) -> Look:
    def reckoned(sight: Sight) -> Value:
        left, right = one(sight), other(sight)
        if isinstance(left, bool | str | None) or isinstance(right, bool | str | None):
            return None
        return left + right if sign == "+" else left - right if sign == "-" else left * right

    return reckoned


# ---- a case and its steps


class State(NamedTuple):
    """Where a case stands.

    `kept` has an entry a variable: a number, a value, a set of values, or what counts, each with its end.
    """

    places: tuple[int, ...]
    kept: tuple[object, ...]
    now: Instant
    over: bool
    since: tuple[Instant | None, ...]
    began: Instant | None
    rests: tuple[Instant | None, ...]


class Stepped(NamedTuple):
    """What one step came to: the state after it, and the positions of the invariants that do not hold.

    `event` is false where time alone made it; `effect` is false of an event that was refused or is unknown.
    """

    state: State
    broken: frozenset[int]
    event: bool
    effect: bool = True


class _Way(NamedTuple):
    """A transition, ready to be tried."""

    track: int
    target: int
    on: frozenset[str] | None
    guard: Truth
    months: int
    days: int
    rest: int | None
    timed: bool


class Rules:
    """A model, ready to be run."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.types = frozenset(kind.name for kind in model.events)
        self.over = [place != START and model.is_final(place) for place in model.places]
        self.timers = [t.after for t in model.transitions if t.after is not None]
        self.resting = list(dict.fromkeys(timer.without for timer in self.timers if timer.without))
        self.ways = {
            (number, rank): [
                self._way(t, number) for t in model.transitions if t.track == track and _leaves(model, t, place)
            ]
            for number, track in enumerate(model.track_names)
            for rank, place in enumerate(model.places)
            if not self.over[rank]
        }
        self.reducers = [variable.reducer for variable in model.context]
        self.where = [truth(reducer.where, model) for reducer in self.reducers]
        self.windows = [_window(model, reducer) for reducer in self.reducers]
        self.read = _read(model)
        self.forbidden = [
            (
                frozenset(rule.on),
                None if rule.phases is None else _ranks_of(model, rule.phases),
                truth(rule.when, model),
            )
            for rule in model.forbid
        ]
        self.invariants = [
            (each.kind, each.track, None if each.guard is None else truth(each.guard, model))
            for each in model.invariants
        ]
        self.passes = bool(self.timers) or any(window is not None for window in self.windows)
        """Whether time alone can change anything."""
        self.atoms: dict[int, _Atom] = {}
        """What is known of conditions, by their identity: to compare them would take longer."""

    def _way(self, transition: Transition, track: int) -> _Way:
        timer = transition.after
        return _Way(
            track,
            min(_ranks_of(self.model, (transition.target,))),
            None if transition.on is None else frozenset(transition.on),
            truth(transition.when, self.model),
            *((0, 0) if timer is None else _length(self.model, timer.span)),
            self.resting.index(timer.without) if timer is not None and timer.without else None,
            timer is not None,
        )


def _leaves(model: Model, transition: Transition, place: str) -> bool:
    return model.places.index(place) in _ranks_of(model, transition.sources)


def _ranks_of(model: Model, names: Iterable[str]) -> frozenset[int]:
    return frozenset(rank for name in names for rank in model.ranks[name])


def _length(model: Model, span: Span) -> tuple[int, int]:
    """Return the length of a span in months and in days, of which one is nought."""
    number = dict(model.parameters)[span.length] if isinstance(span.length, str) else span.length
    assert isinstance(number, int)  # noqa: S101  # a model says nothing else
    return {"years": (12 * number, 0), "months": (number, 0), "weeks": (0, 7 * number), "days": (0, number)}[span.unit]


def _window(model: Model, reducer: Reducer) -> tuple[int, int] | None:
    """Return how far a variable looks back; what is open looks to its own end."""
    if isinstance(reducer, Open):
        return 0, 0
    if isinstance(reducer, Count | Sum) and reducer.within is not None:
        return _length(model, reducer.within)
    return None


def begun(rules: Rules) -> State:
    """Return where every case begins."""
    tracks = len(rules.model.track_names)
    return State(
        places=(0,) * tracks,
        kept=tuple(map(_nothing, rules.reducers, rules.windows)),
        now=0,
        over=False,
        since=(None,) * tracks,
        began=None,
        rests=(None,) * len(rules.resting),
    )


def _nothing(reducer: Reducer, window: tuple[int, int] | None) -> object:
    if window is not None:
        return ()
    match reducer:
        case Distinct():
            return frozenset()
        case Flag():
            return False
        case Max() | Latest():
            return None
        case _:
            return 0


def remembered(rules: Rules, state: State) -> tuple[Value, ...]:
    """Return what guards see of the memory."""
    return tuple(map(_shown, rules.reducers, state.kept))


def _shown(reducer: Reducer, kept: object) -> Value:
    if isinstance(kept, frozenset):
        return len(kept)
    if isinstance(kept, tuple):
        return sum(amount for _, amount in kept) if isinstance(reducer, Sum) else len(kept)
    return kept  # type: ignore[return-value]  # nothing else is kept


def step(rules: Rules, state: State, event: Happening) -> Iterator[Stepped]:
    """Yield the steps that time makes up to *event*, and then what the event does."""
    for ticked in ticks(rules, state, event.time):
        state = ticked.state
        yield ticked
    yield happen(rules, state, event)


def ticks(rules: Rules, state: State, until: Instant, *, through: bool = False) -> Iterator[Stepped]:
    """Yield a step for each instant before *until* at which time alone may change something; *through* it, if asked."""
    while state.now and (due := min(ends(rules, state), default=_NEVER)) < until + through:
        kept = tuple(_left(each, due) for each in state.kept)
        over = state._replace(kept=kept, now=due, over=True)
        was = _sight(rules, state._replace(now=due), None, None)
        done = _moved(rules, over, None, was)
        state = done.state
        yield done


def ends(rules: Rules, state: State) -> Iterator[Instant]:
    """Yield the instants to come at which something stops to count, or a timer runs out."""
    for kept in state.kept:
        if isinstance(kept, tuple) and kept and kept[0][0] < _NEVER:
            yield kept[0][0]
    for number, place in enumerate(state.places):
        for way in rules.ways.get((number, place), ()):
            end = _deadline(state, way) if way.timed else None
            # What has run out stays so.
            if end is not None and (end > state.now or (end == state.now and not state.over)):
                yield end


def _deadline(state: State, way: _Way) -> Instant | None:
    since = state.since[way.track]
    if since is None:
        return None
    rest = None if way.rest is None else state.rests[way.rest]
    end = later(since if rest is None else max(since, rest), way.months, way.days)
    return None if end == _NEVER else end


def _left(kept: object, over: Instant) -> object:
    return tuple(entry for entry in kept if entry[0] > over) if isinstance(kept, tuple) else kept


def happen(rules: Rules, state: State, event: Happening) -> Stepped:
    """Return what *event* does, once time has passed up to it."""
    state = state._replace(now=event.time, over=state.over and event.time == state.now)
    was = _sight(rules, state, event, None)
    if event.type not in rules.types or _forbidden(rules, was) or all(rules.over[place] for place in state.places):
        return Stepped(state, frozenset(), event=True, effect=False)
    kept = tuple(
        _with(each, reducer, window, event) if _has(reducer.types, event.type) and where(was) is True else each
        for each, reducer, window, where in zip(state.kept, rules.reducers, rules.windows, rules.where, strict=True)
    )
    rests = tuple(
        event.time if _has(types, event.type) else last for types, last in zip(rules.resting, state.rests, strict=True)
    )
    return _moved(rules, state._replace(kept=kept, rests=rests), event, was)


def _has(types: Iterable[str] | None, type_: str) -> bool:
    return types is None or type_ in types or ANY in types


def _forbidden(rules: Rules, was: Sight) -> bool:
    return any(
        (was.type in on or ANY in on)
        and (places is None or any(place in places for place in was.places))
        and when(was) is True
        for on, places, when in rules.forbidden
    )


def _with(kept: object, reducer: Reducer, window: tuple[int, int] | None, event: Happening) -> object:
    """Return what is *kept* with one more event that counts."""
    match reducer:
        case Flag(set=types):
            return _has(types, event.type)
        case Open():
            until = _NEVER if event.until is None else event.until
            return _entered(kept, until, 1) if until >= event.time else kept
        case Count():
            return kept + 1 if window is None else _entered(kept, later(event.time, *window), 1)  # type: ignore[operator]
        case _:
            found = event.attributes.get(reducer.attribute)
    if found is None:
        return kept
    match reducer:
        case Latest():
            return found
        case Distinct(part=part):
            return kept | frozenset(_values_in(found, part) if part else (found,))  # type: ignore[operator]
    if isinstance(found, bool | str):
        return kept
    if isinstance(reducer, Max):
        return max(kept, found) if isinstance(kept, int | float) else found
    return kept + found if window is None else _entered(kept, later(event.time, *window), found)  # type: ignore[operator]


def _entered(kept: object, end: Instant, amount: float) -> object:
    """Return what counts, in the order in which it ends."""
    return tuple(sorted((*kept, (end, amount)), key=lambda entry: entry[0]))  # type: ignore[misc]


def _sight(rules: Rules, state: State, event: Happening | None, before: Sight | None) -> Sight:
    return Sight(state.places, remembered(rules, state), state.now, state.since, state.began, event, before)


def _moved(rules: Rules, state: State, event: Happening | None, was: Sight) -> Stepped:
    """Return the step once memory is as it should be: transitions in rounds, and then the invariants."""
    sight = _sight(rules, state, event, was)
    firing = [] if event is None else _chosen(rules, state, sight, event.type)
    firing = firing or _chosen(rules, state, sight, None)
    fallen: set[int] = set()
    while firing:
        places, since = list(state.places), list(state.since)
        for way in firing:
            if way.target < places[way.track]:
                fallen.add(way.track)
            places[way.track], since[way.track] = way.target, state.now
        began = state.now if not any(state.places) else state.began
        state = state._replace(places=tuple(places), since=tuple(since), began=began)
        sight = _sight(rules, state, event, was)
        firing = _chosen(rules, state, sight, None)
    return Stepped(state, frozenset(_broken(rules, sight, fallen)), event=event is not None)


def _chosen(rules: Rules, state: State, sight: Sight, type_: str | None) -> list[_Way]:
    """Return what fires in a round: on each track the first in file order that is enabled."""
    chosen = []
    for number, place in enumerate(state.places):
        for way in rules.ways.get((number, place), ()):
            asked = way.on is None if type_ is None else way.on is not None and (type_ in way.on or ANY in way.on)
            if asked and (not way.timed or _run_out(state, way)) and way.guard(sight) is True:
                chosen.append(way)
                break
    return chosen


def _run_out(state: State, way: _Way) -> bool:
    end = _deadline(state, way)
    return end is not None and (end < state.now or (end == state.now and state.over))


def _broken(rules: Rules, sight: Sight, fallen: set[int]) -> Iterator[int]:
    for number, (_, track, guard) in enumerate(rules.invariants):
        if guard is None:
            tracks = range(len(sight.places)) if not track else [rules.model.track_names.index(track)]
            holds = fallen.isdisjoint(tracks)
        else:
            holds = guard(sight) is True
        if not holds:
            yield number


def first_break(model: Model, log: Iterable[Happening]) -> dict[int, int]:
    """Return by the position of each invariant that *log* breaks the position of the event at which it first does.

    What time alone breaks is broken at the event that comes next, or at the last one, on the instant of which the
    window ends.
    """
    rules = Rules(model)
    state = begun(rules)
    found: dict[int, int] = {}
    last = -1
    for position, event in enumerate(log):
        for done in step(rules, state, event):
            state, last = done.state, position
            for number in done.broken:
                found.setdefault(number, position)
    for done in ticks(rules, state, state.now, through=True):
        for number in done.broken:
            found.setdefault(number, last)
    return found


# ---- what can be tried


@frozen
class Letter:
    """An event without its date: a type, attributes, and how many days it runs, None for ever."""

    type: str
    attributes: Mapping[str, Value] = field(hash=False)
    runs: int | None = None

    def at(self, time: Instant) -> Happening:
        """Return the event at an instant."""
        return Happening(self.type, time, self.attributes, None if self.runs is None else time + self.runs * DAY)


RUNS = (None, 0, 1, 400)
"""How many days an event may run that a variable counts while it runs."""

IDLE = "nothing of the kind"
"""A type that is in no vocabulary: such an event lets time pass, and changes nothing."""

_MOST_PAIRS = 30
"""Pairs of values in one cell of an attribute with several; where there are more, none is tried."""
_MOST_CELLS, _DRAWN = 300, 80
"""Combinations of attributes of one event type that are all gone through; of more, how many are drawn."""


def alphabet(model: Model, seed: int = 1) -> tuple[Letter, ...]:
    """Return events that between them do all that any event can do, each kind of deed once, and nothing that does none.

    Of each attribute that a guard or a variable reads: the values that it is compared with, values beside them, one
    other, and null. Where those are too many to combine, they are drawn, most of them so that guards hold.
    """
    draw = random.Random(seed)  # noqa: S311  # drawn to be drawn again
    rules = Rules(model)
    found: dict[object, Letter] = {IDLE: Letter(IDLE, {})} if rules.passes else {}
    kinds = _kinds_of_columns(model)
    for kind in model.events:
        for letter in _letters(model, kind.name, kinds, draw):
            found.setdefault(_deed(rules, letter), letter)
    return tuple(found.values())


def _guards_for(model: Model, type_: str) -> list[Guard]:
    """Return every guard that may see an event of a type."""
    guards = [each.when for each in model.transitions if each.on is None or each.answers(type_)]
    guards += [variable.reducer.where for variable in model.context if _has(variable.reducer.types, type_)]
    guards += [rule.when for rule in model.forbid if _has(rule.on, type_)]
    guards += [each.guard for each in model.invariants if each.kind == "step"]
    return [guard for guard in guards if guard is not None]


def _letters(model: Model, type_: str, kinds: Mapping[str, str], draw: random.Random) -> Iterator[Letter]:
    guards = _guards_for(model, type_)
    reducers = [v.reducer for v in model.context if _has(v.reducer.types, type_)]
    cells = _cells(model, guards, reducers, kinds)
    runs = RUNS if any(isinstance(each, Open) for each in reducers) else (None,)
    if math.prod(map(len, cells.values())) * len(runs) <= _MOST_CELLS:
        for combined, run in itertools.product(itertools.product(*cells.values()), runs):
            yield Letter(type_, dict(zip(cells, combined, strict=True)), run)
        return
    for number in range(_DRAWN):
        fits = number % 4 > 0
        drawn = _fitting(model, guards, cells, draw) if fits else {name: draw.choice(v) for name, v in cells.items()}
        yield Letter(type_, drawn, draw.choice(runs))


class _Question(NamedTuple):
    """A value that a guard or a variable may find in an attribute: whole, in part, or in the order of values."""

    attribute: str
    value: Value
    how: Literal["whole", "part", "order"]


def _questions(model: Model, guards: Iterable[Guard], reducers: Iterable[Reducer]) -> Iterator[_Question]:
    for condition in (each for guard in guards for each in conditions(guard)):
        looked = list(expressions(condition))
        fixed = [value for each in looked if (value := _fixed(model, each)) is not None]
        for attribute in (each for each in looked if isinstance(each, Attribute)):
            match condition:
                case Contains():
                    yield from (_Question(attribute.name, _cell(attribute.part, _spelled(v)), "part") for v in fixed)
                case Holds():
                    yield _Question(attribute.name, value=True, how="whole")
                case Compare("<" | "<=" | ">" | ">="):
                    yield from (_Question(attribute.name, value, "order") for value in fixed)
                case _:
                    yield from (_Question(attribute.name, value, "whole") for value in fixed)
    for reducer in reducers:
        yield from _questions_of(model, reducer)


def _questions_of(model: Model, reducer: Reducer) -> Iterator[_Question]:
    near = _compared_with(model, reducer)
    match reducer:
        case Sum(name) | Max(name):
            yield from (_Question(name, value, "order") for value in (1, *near) if _kind(value) == "number")
        case Latest(name):
            yield from (_Question(name, value, "whole") for value in near)
        case Distinct(name, part=part):
            # As many different values as any guard counts, and one more.
            most = max((value for value in near if isinstance(value, int)), default=1)
            for number in range(min(most, 4) + 1):
                yield _Question(name, _cell(part, f"v{number}"), "part" if part else "whole")
        case _:
            return


def _kinds_of_columns(model: Model) -> Mapping[str, str]:
    """Return of each attribute the kind of its values, which is one for a column: the one that is asked for most."""
    guards = [guard for kind in model.events for guard in _guards_for(model, kind.name)]
    asked: dict[str, list[str]] = {}
    for name, value, how in _questions(model, guards, (variable.reducer for variable in model.context)):
        asked.setdefault(name, []).extend(["text"] * 1000 if how == "part" else [_kind(value)])
    return {name: max(sorted(set(found)), key=found.count) for name, found in asked.items()}


Cells = Mapping[str, Sequence[Value]]
"""By attribute, the values that are tried."""


def _cells(
    model: Model, guards: Iterable[Guard], reducers: Iterable[Reducer], kinds: Mapping[str, str]
) -> dict[str, list[Value]]:
    asked: dict[str, list[_Question]] = {}
    for question in _questions(model, guards, reducers):
        asked.setdefault(question.attribute, []).append(question)
    return {name: _tried(kinds[name], questions) for name, questions in asked.items()}


def _tried(kind: str, questions: Iterable[_Question]) -> list[Value]:
    """Return the values of one attribute to try, all of one kind."""
    ours = [question for question in questions if _kind(question.value) == kind]
    parts = sorted({str(value) for _, value, how in ours if how == "part"})
    if parts:
        pairs = [";".join(pair) for pair in itertools.combinations(parts, 2)]
        return [None, "other", *parts, *(pairs if len(pairs) <= _MOST_PAIRS else ()), ";".join(parts)]
    match kind:
        case "truth":
            return [None, True, False]
        case "text":
            return [None, "other", *sorted({str(value) for _, value, _ in ours})]
        case _:
            numbers = {value for _, value, _ in ours if isinstance(value, int | float)}
            ordered = any(how == "order" for _, _, how in ours)
            beside = {n + by for n in numbers for by in (-1, 1)} if ordered else {max(numbers, default=0) + 1}
            return [None, *sorted(numbers | beside)]


def _fixed(model: Model, expression: Expression) -> Value:
    match expression:
        case Constant(value):
            return value
        case Parameter(name):
            return dict(model.parameters)[name]
        case _:
            return None


def _cell(part: str, value: str) -> str:
    return value if part in {"", "each", "name"} else f"x@{value}"


def _compared_with(model: Model, reducer: Reducer) -> set[Value]:
    """Return the constants that the variable of *reducer* is compared with anywhere."""
    names = {variable.name for variable in model.context if variable.reducer is reducer}
    found: set[Value] = set()
    for condition in _all_conditions(model):
        looked = list(expressions(condition))
        if any(isinstance(each, Memory) and each.name in names for each in looked):
            found |= {value for each in looked if (value := _fixed(model, each)) is not None}
    return found


def _all_conditions(model: Model) -> Iterator[Condition]:
    guards = [
        *(t.when for t in model.transitions),
        *(r.when for r in model.forbid),
        *(i.guard for i in model.invariants),
    ]
    for guard in guards:
        if guard is not None:
            yield from conditions(guard)


def _fitting(model: Model, guards: Sequence[Guard], cells: Cells, draw: random.Random) -> Mapping[str, Value]:
    """Draw attributes with which as many of *guards* as can be hold, taken in an order that is drawn too."""
    wanted: dict[str, set[Value]] = {}
    for guard in draw.sample(guards, k=len(guards)):
        more = {name: set(values) for name, values in wanted.items()}
        for name, value, single in _wishes(model, guard, draw):
            values = more.setdefault(name, set())
            if single and values and value not in values:
                break
            values.add(value)
        else:
            wanted = more
    told: dict[str, Value] = {}
    for name, tried in cells.items():
        kind = next((_kind(value) for value in tried if value is not None), "")
        given = [value for value in wanted.get(name, ()) if _kind(value) == kind]
        together = ";".join(sorted(map(_spelled, given)))
        told[name] = draw.choice(tried) if not given else given[0] if len(given) == 1 else together
    return told


def _wishes(model: Model, guard: Guard, draw: random.Random) -> Iterator[tuple[str, Value, bool]]:
    """Yield values that attributes should have for *guard* to hold: name, value, and whether it is the only one."""
    match guard:
        case And(parts):
            for part in parts:
                yield from _wishes(model, part, draw)
        case Or(parts):
            yield from _wishes(model, draw.choice(parts), draw)
        case Named(_, part):
            yield from _wishes(model, part, draw)
        case Holds(Attribute(name)):
            yield name, True, True
        case Contains(value, Attribute(name, part)):
            yield name, _cell(part, _spelled(_fixed(model, value))), False
        case Compare("==" | ">=" | "<=", Attribute(name), value) if _fixed(model, value) is not None:
            yield name, _fixed(model, value), True
        case OneOf(Attribute(name), options):
            yield name, _fixed(model, draw.choice(options)), True
        case _:
            return


def _deed(rules: Rules, letter: Letter) -> object:
    """Return all that an event of *letter* can do, whatever the case: two with the same deed need not both be tried."""
    model, type_ = rules.model, letter.type
    sight = Sight((0,), (), 0, (None,), None, letter.at(_FIRST_DAY), None)
    asked = [
        (number, _settled(rules, each.when, sight))
        for number, each in enumerate(model.transitions)
        if each.on is None or each.answers(type_)
    ]
    rules_ = [(n, _settled(rules, each.when, sight)) for n, each in enumerate(model.forbid) if _has(each.on, type_)]
    steps = [(n, _settled(rules, each.guard, sight)) for n, each in enumerate(model.invariants) if each.kind == "step"]
    kept = tuple(
        _told(reducer, letter) if reads and _has(reducer.types, type_) and where(sight) is True else None
        for reducer, where, reads in zip(rules.reducers, rules.where, rules.read, strict=True)
    )
    rests = tuple(_has(types, type_) for types in rules.resting)
    answered = [(n, settled) for n, settled in asked if settled is not False]
    against = [(n, settled) for n, settled in rules_ if settled is not False]
    return tuple(answered), tuple(against), tuple(steps), kept, rests


def _told(reducer: Reducer, letter: Letter) -> object:
    match reducer:
        case Flag(set=types):
            return _has(types, letter.type)
        case Open():
            return "runs", letter.runs
        case Count():
            return "counts"
        case _:
            value = letter.attributes.get(reducer.attribute)
            part = reducer.part if isinstance(reducer, Distinct) else ""
            return _kind(value), tuple(_values_in(value, part)) if part and value is not None else value


def _settled(rules: Rules, guard: Guard | None, sight: Sight) -> object:
    """Return *guard* with all worked out that an event alone decides: true, false (or never true), or what is left."""
    settled = _partly(rules, guard, sight)
    never = settled is None or (isinstance(settled, tuple) and settled[0] == "and" and "unknown" in settled[1])
    return False if never else settled


def _partly(rules: Rules, guard: Guard | None, sight: Sight) -> object:
    match guard:
        case None:
            return True
        case And(parts) | Or(parts):
            ends = isinstance(guard, Or)
            settled = [_partly(rules, part, sight) for part in parts]
            if any(part is ends for part in settled):
                return ends
            left = [part for part in settled if part is not (not ends)]
            if not left or all(part is None for part in left):
                return None if left else not ends
            return "or" if ends else "and", tuple("unknown" if part is None else part for part in left)
        case Not(part):
            inner = _partly(rules, part, sight)
            return (not inner) if isinstance(inner, bool) else None if inner is None else ("not", inner)
        case Named(_, part):
            return _partly(rules, part, sight)
        case _:
            atom = rules.atoms.get(id(guard))
            if atom is None:
                atom = rules.atoms[id(guard)] = _Atom.of(guard, rules.model)
            if atom.judged is not None:
                return atom.judged(sight)
            read = tuple(sight.attributes.get(name) for name in atom.attributes)
            return id(guard), tuple((_kind(value), value) for value in read), atom.asks_type and sight.type


class _Atom(NamedTuple):
    """What a condition looks at; `judged` is None where that is more than an event."""

    judged: Truth | None
    attributes: tuple[str, ...]
    asks_type: bool

    @classmethod
    def of(cls, condition: Condition, model: Model) -> "_Atom":
        """Return what *condition* looks at."""
        looked = list(expressions(condition))
        more = any(isinstance(each, Memory | CurrentPhase | Elapsed | PhaseName) for each in looked)
        return cls(
            None if more else truth(condition, model),
            tuple(each.name for each in looked if isinstance(each, Attribute)),
            EventType() in looked,
        )


def _read(model: Model) -> list[bool]:
    """Return of each variable whether any guard reads it."""
    read = {each.name for at in _all_conditions(model) for each in expressions(at) if isinstance(each, Memory)}
    return [variable.name in read for variable in model.context]


# ---- trying it


@frozen
class Enumeration:
    """What came of trying the logs of a model.

    Attributes:
        logs: by the position of each invariant that breaks, the shortest log found that breaks it.
        complete: all logs of the alphabet were tried that have so many events, or lead to what those lead to.
        exhausted: whether longer logs lead to nothing new.
        steps: how many events were tried.
        letters: the size of the alphabet.

    """

    logs: Mapping[int, Log]
    complete: int
    exhausted: bool
    steps: int
    letters: int


class _Node(NamedTuple):
    state: State
    parent: int
    event: Happening | None
    length: int


def enumerate_breaks(model: Model, length: int = 8, budget: int = 60_000, seed: int = 1) -> Enumeration:
    """Try all logs of up to *length* events, then random longer ones, *budget* events in all.

    Logs share their beginnings, and states that were seen before are not gone on from: it counts where a case is, what
    it remembers (a counter, as far as guards tell its values apart), and how long until whatever time brings.
    """
    letters = alphabet(model, seed)
    search = _Search(model, letters, budget, seed)
    complete, exhausted = search.widen(length, budget // 2)
    if not exhausted:
        search.wander()
    logs = {
        number: log if len(log) <= complete + 1 else _shortest(model, letters, log, number, budget)
        for number, log in sorted(search.found.items())
    }
    return Enumeration(logs, complete, exhausted, search.steps, len(letters))


def _shortest(model: Model, letters: Iterable[Letter], log: Log, invariant: int, budget: int) -> Log:
    """Return a log that breaks an invariant as *log* does, as short as can be found from events of its types."""
    log = shortened(model, log, invariant)
    types = {event.type for event in log} | {IDLE}
    search = _Search(model, [letter for letter in letters if letter.type in types], budget // 4, seed=1)
    search.widen(len(log) - 1, budget // 4, wanted=invariant)
    return search.found.get(invariant, log)


_WALK, _LONGEST = 6, 60
"""Steps of one walk from a state that was seen, and the longest log that walks make."""


class _Search:
    """The states seen so far, each with the event that led to it."""

    def __init__(self, model: Model, letters: Sequence[Letter], budget: int, seed: int) -> None:
        self.rules, self.letters = Rules(model), letters
        self.budget, self.steps = budget, 0
        self.draw = random.Random(seed)  # noqa: S311  # as above
        self.key = _Key(self.rules)
        first = begun(self.rules)
        self.nodes = [_Node(first, -1, None, 0)]
        self.seen = {self.key.of(first)}
        self.found: dict[int, Log] = {}

    def widen(self, length: int, budget: int, *, wanted: int = -1) -> tuple[int, bool]:
        """Try all logs, the shorter ones first, until one breaks the invariant *wanted*.

        Return how long those are that all were tried, and whether longer ones bring nothing new.
        """
        level = range(1)
        for depth in range(length):
            begins = len(self.nodes)
            for number in level:
                if self.steps > budget or wanted in self.found:
                    return depth, False
                for gap in self.key.gaps(self.nodes[number].state):
                    for letter in self.letters:
                        self.extend(number, gap, letter)
            level = range(begins, len(self.nodes))
            if not level:
                return length, True
        return length, False

    def wander(self) -> None:
        """Walk on at random from states that were seen, most often from such as were seldom gone on from."""
        cells: dict[tuple[int, ...], dict[object, list[int]]] = {}
        visits: dict[object, int] = {}
        for number, node in enumerate(self.nodes):
            cells.setdefault(node.state.places, {}).setdefault(self.key.cell(node.state), []).append(number)
        while self.steps < self.budget:
            here = cells[self.draw.choice(list(cells))]
            cell = min(self.draw.choices(list(here), k=4), key=lambda cell: visits.get(cell, 0))
            visits[cell] = visits.get(cell, 0) + 1
            number = self.draw.choice(here[cell])
            for _ in range(_WALK):
                state = self.nodes[number].state
                if self.nodes[number].length >= _LONGEST or self.steps >= self.budget:
                    break
                gap, letter = self.draw.choice(self.key.gaps(state)), self.draw.choice(self.letters)
                new = self.extend(number, gap, letter)
                if new is None:
                    continue
                number = new
                reached = self.nodes[new].state
                cells.setdefault(reached.places, {}).setdefault(self.key.cell(reached), []).append(new)

    def extend(self, number: int, gap: Instant, letter: Letter) -> int | None:
        """Try one more event after those of a node; return the new node, None where it leads to nothing new."""
        node = self.nodes[number]
        event = letter.at(_FIRST_DAY if node.event is None else node.state.now + gap)
        self.steps += 1
        state = node.state
        for done in step(self.rules, state, event):
            state = done.state
            self.note(done.broken, number, event)
        if self.rules.passes and min(ends(self.rules, state), default=_NEVER) == state.now:
            for done in ticks(self.rules, state, state.now, through=True):
                self.note(done.broken, number, event)
        key = self.key.of(state)
        if key in self.seen:
            return None
        self.seen.add(key)
        self.nodes.append(_Node(state, number, event, node.length + 1))
        return len(self.nodes) - 1

    def note(self, broken: frozenset[int], number: int, event: Happening) -> None:
        """Keep the log that breaks an invariant, if it is the first or the shortest."""
        for invariant in broken:
            best = self.found.get(invariant)
            if best is None or self.nodes[number].length + 1 < len(best):
                self.found[invariant] = (*self.log_of(number), event)

    def log_of(self, number: int) -> Log:
        """Return the events that led to a node."""
        events = []
        while (event := self.nodes[number].event) is not None:
            events.append(event)
            number = self.nodes[number].parent
        return tuple(reversed(events))


def shortened(model: Model, log: Log, invariant: int) -> Log:
    """Return *log*, which breaks an invariant, without events that it breaks it without."""
    position = len(log)
    while position > 0:
        position -= 1
        less = (*log[:position], *log[position + 1 :])
        if invariant in first_break(model, less):
            log, position = less, min(position, len(less))
    return log


class _Key:
    """What of a state decides what can become of it, and the gaps after which time brings something about."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        model = rules.model
        self.tops = [_top(model, variable.name) for variable in model.context]
        self.read = rules.read
        self.alike = [_values_are_alike(model, variable) for variable in model.context]
        self.years = {since: _years_asked(model, since) for since in ("years_in_phase", "years_since_start")}
        self.timed = rules.passes or any(self.years.values())

    def of(self, state: State) -> object:
        """Return what tells the state apart from those that come to something else."""
        kept = tuple(self._kept(number, each, state.now) for number, each in enumerate(state.kept))
        return state.places, kept, tuple(self._clocks(state))

    def cell(self, state: State) -> object:
        """Return roughly where a state is: its places, and each variable up to what guards ask of it."""
        shown = zip(remembered(self.rules, state), self.tops, strict=True)
        return state.places, tuple(
            value if isinstance(value, bool | str | None) else min(max(value, -1), 3 if top is None else top)
            for value, top in shown
        )

    def gaps(self, state: State) -> list[Instant]:
        """Return how long to wait: not, a day, and until whatever time brings next, and a day more."""
        if not self.timed:
            return [DAY]
        ahead = {end - state.now for end in ends(self.rules, state)}
        for starts, years in self._ages(state):
            ahead |= {_whole_days(starts + round(number * YEAR) - state.now) for number in years}
        coming = sorted(gap for gap in ahead if gap > 0)
        some = {*coming[:3], *coming[-1:]}
        return sorted({0, DAY, *some, *(gap + DAY for gap in some)})

    def _kept(self, number: int, kept: object, now: Instant) -> object:
        top = self.tops[number]
        if not self.read[number]:
            return None
        if isinstance(kept, frozenset) and self.alike[number]:
            return len(kept)
        if isinstance(kept, tuple):
            return tuple((end - now if end < _NEVER else None, amount) for end, amount in kept)
        if isinstance(kept, bool):
            return "true" if kept else "false"  # which are not 1 and 0
        if top is not None and isinstance(kept, int | float):
            return min(kept, top)
        return kept

    def _clocks(self, state: State) -> Iterator[object]:
        for number, place in enumerate(state.places):
            for way in self.rules.ways.get((number, place), ()):
                if way.timed:
                    end = _deadline(state, way)
                    yield None if end is None else max(end - state.now, -1)
        for starts, years in self._ages(state):
            yield min(state.now - starts, max(years, default=0) * YEAR + DAY) if years else None

    def _ages(self, state: State) -> Iterator[tuple[Instant, Sequence[float]]]:
        for track, since in enumerate(state.since):
            if since is not None:
                yield since, self.years["years_in_phase"] if track >= 0 else ()
        if state.began is not None:
            yield state.began, self.years["years_since_start"]


def _whole_days(gap: Instant) -> Instant:
    return -(-gap // DAY) * DAY


def _top(model: Model, name: str) -> float | None:
    """Return a number beyond which no guard tells the values of a counter apart; None where there is none."""
    top: float = 0
    for condition in _all_conditions(model):
        looked = list(expressions(condition))
        if not any(isinstance(each, Memory) and each.name == name for each in looked):
            continue
        match condition:
            case Compare(_, Memory(one), Memory(other)) if one == other:
                continue
            case Compare(_, Memory(), Constant() | Parameter() as fixed) | Compare(
                _, Constant() | Parameter() as fixed, Memory()
            ):
                value = _fixed(model, fixed)
                top = max(top, value + 1) if isinstance(value, int | float) else top
            case _:
                return None
    counter = next(variable.reducer for variable in model.context if variable.name == name)
    return top if isinstance(counter, Count) else None


def _values_are_alike(model: Model, variable: Variable) -> bool:
    """Tell whether nothing but *variable*, which counts different values, reads its attribute."""
    if not isinstance(variable.reducer, Distinct):
        return False
    name = variable.reducer.attribute
    others = [each.reducer for each in model.context if each is not variable]
    wheres = (each.reducer.where for each in model.context)
    guards = [*_all_conditions(model), *(at for where in wheres if where for at in conditions(where))]
    return all(getattr(each, "attribute", "") != name for each in others) and not any(
        isinstance(each, Attribute) and each.name == name for at in guards for each in expressions(at)
    )


def _years_asked(model: Model, since: str) -> list[float]:
    """Return the lengths of time that guards compare a clock with."""
    found: set[float] = set()
    for condition in _all_conditions(model):
        looked = list(expressions(condition))
        if any(isinstance(each, Elapsed) and each.since == since for each in looked):
            numbers = (_fixed(model, each) for each in looked)
            found |= {n for n in numbers if isinstance(n, int | float) and not isinstance(n, bool) and 0 < n < 200}
            found |= {1} if not found else set()
    return sorted(found)
