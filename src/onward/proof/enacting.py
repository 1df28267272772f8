"""Enacting: a trail of what may happen → a log of dated events that does happen so.

A trail says of every step what its event must be, cell by cell. Here values are chosen from the cells and days between
the events, and each choice is tried on the case itself, step by step; where a choice leads elsewhere the next is tried.
"""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache

from attrs import define, evolve, field, frozen

from onward.history.evidence import plain_span
from onward.history.memory import answers
from onward.history.state import CaseState, not_begun, values
from onward.history.stepping import step
from onward.log.log import Event, Value, is_number
from onward.model.elements import Count, Distinct, Open, Sum
from onward.model.guards import EACH, NAME
from onward.model.model import Model
from onward.problems import LogError, OnwardError
from onward.proof.asked import Attr, Grown, Has, Kept, Questions, Years, kept_of
from onward.proof.asking import Trigger
from onward.proof.cells import Cell, kind_of
from onward.proof.exploring import Care, Goal, Trail, followed
from onward.proof.running import Case, run
from onward.proof.witness import CASE, Witness, steps_of
from onward.proof.worlds import World

FIRST_DAY = date(2001, 1, 1)
LAST_DAY = date(9000, 1, 1)
MOST_TRIED = 3_000
"""Events that are tried for one trail."""

LONGEST = 300
"""Events of the longest way of which a log is made."""

_FEW = 60
"""Combinations of attributes that are tried for one event."""


@frozen
class Wish:
    """What an event of a trail must be, and where it must lead."""

    trigger: Trigger
    after_time: bool
    world: World
    left: Case


@define
class Search:
    """How far a search has come."""

    model: Model
    questions: Questions
    goal: Goal
    wishes: Sequence[Wish]
    closely: bool
    left: int = MOST_TRIED
    kinds: dict[str, str] = field(factory=dict)


def enact(model: Model, questions: Questions, trail: Trail, goal: Goal, care: Care) -> Witness | None:
    """Return a log that goes the way of *trail* and whose replay shows *goal*, if one is found."""
    wishes = list(_wishes(model, questions, trail, goal, care))
    if len(wishes) > LONGEST:
        return None
    # What memory is said to hold on the way helps to go it, and need not be so: at last only where it leads counts.
    for closely in (True, False):
        search = Search(model, questions, goal, wishes, closely)
        found = _go_on(search, not_begun(model, CASE), FIRST_DAY, ())
        witness = None if found is None else trimmed(model, Witness(found), goal)
        if witness is not None:
            return witness
    return None


def shows(model: Model, witness: Witness, goal: Goal) -> bool:
    """Tell whether a replay of *witness* shows *goal*."""
    try:
        return any(map(goal.shown, steps_of(model, witness)))
    except LogError:
        return False


def trimmed(model: Model, witness: Witness, goal: Goal) -> Witness | None:
    """Return *witness* with nothing in it that its goal does without; None where a replay does not show the goal."""
    if not shows(model, witness, goal):
        return None
    while True:
        fewer = next((each for each in shorter_ones(witness) if shows(model, each, goal)), None)
        if fewer is None:
            return witness
        witness = fewer


def shorter_ones(witness: Witness) -> Iterator[Witness]:
    """Yield a log with one event less, or one value less in an event."""
    events = witness.events
    for at in range(len(events)):
        yield Witness((*events[:at], *events[at + 1 :]))
    for at, event in enumerate(events):
        if event.until is not None:
            yield Witness((*events[:at], evolve(event, until=None), *events[at + 1 :]))
        for name in event.attributes:
            fewer = {other: value for other, value in event.attributes.items() if other != name}
            yield Witness((*events[:at], evolve(event, attributes=fewer), *events[at + 1 :]))


def _wishes(model: Model, questions: Questions, trail: Trail, goal: Goal, care: Care) -> Iterator[Wish]:
    """Yield what the events of *trail* must be; time that passes before one is told with it."""
    after_time = False
    for number, stage in enumerate(trail):
        world = World(questions, stage.script)
        ran = run(model, world, stage.case, stage.trigger, care.told)
        last = number + 1 == len(trail)
        # What the goal asks, and what an event does to what is kept track of, says more of what the event must be.
        _ = goal.met(ran) if last else followed(world, stage.case, ran)
        left = evolve(stage.case, places=ran.places, known=()) if last else trail[number + 1].case
        if stage.trigger is not None or last:
            yield Wish(stage.trigger, after_time, world, left)
        after_time = stage.trigger is None


def _go_on(search: Search, state: CaseState, day: date, events: tuple[Event, ...]) -> tuple[Event, ...] | None:
    """Return *events* and those that follow them to the goal, if it can be reached from here."""
    wish = search.wishes[len(events)]
    is_last = len(events) + 1 == len(search.wishes)
    kinds = dict(search.kinds)
    for event, then in events_for(search, wish, state, day, first=not events):
        if search.left <= 0:
            return None
        search.left -= 1
        search.kinds = kinds | {name: kind_of(value) for name, value in event.attributes.items() if value is not None}
        try:
            after, done = step(search.model, state, event)
        except OnwardError:
            continue
        if is_last:
            if any(map(search.goal.shown, (*done.meanwhile, done))):
                return (*events, event)
        elif fits(search, wish, after) and (found := _go_on(search, after, then, (*events, event))):
            return found
    search.kinds = kinds
    return None


def fits(search: Search, wish: Wish, state: CaseState) -> bool:
    """Tell whether a case stands where the trail has it."""
    if state.places != wish.left.places or not search.closely:
        return state.places == wish.left.places
    held = values(search.model, state.memory)
    names = {kept: name for name, kept in kept_of(search.model).items()}
    return all(
        any(cell.has(held[names[symbol]]) for cell in search.questions.within_class(symbol, number))
        for symbol, number in wish.left.known
        if isinstance(symbol, Kept) and symbol in names
    )


# ---- events


def events_for(search: Search, wish: Wish, state: CaseState, day: date, *, first: bool) -> Iterator[tuple[Event, date]]:
    """Yield events that may be what is wished, and the day of each."""
    gaps = [0] if first else gaps_of(search.model)
    if not first and not wish.after_time and wish.trigger is not None and not _asks_for_time(wish.world):
        gaps = [1, *(gap for gap in gaps if gap != 1)]
    # What time alone shows needs an event after it: the window of a replay ends with its log.
    types = [wish.trigger] if wish.trigger is not None else list(search.model.kinds)
    for gap, kind in itertools.product(gaps, types):
        then = day + timedelta(days=gap)
        if then > LAST_DAY:
            continue
        chosen = _attributes(search, wish, state, kind) if wish.trigger is not None else iter(({},))
        for attributes in itertools.islice(chosen, _FEW):
            for time, until in _dates(search.model, wish, kind, then):
                yield Event(kind, time, attributes=attributes, until=until), then


def _asks_for_time(world: World) -> bool:
    return any(isinstance(symbol, Years) for symbol in world.masks)


def _dates(model: Model, wish: Wish, kind: str, day: date) -> Iterator[tuple[str, str | None]]:
    """Yield when an event happens and until when it runs."""
    kept = kept_of(model).values()
    lasting = [each for each in kept if isinstance(each.reducer, Open) and answers(each.reducer.types, kind)]
    if any(wish.world.settled(("runs", each)) is False for each in lasting):
        yield str(day.year), f"{day.year}-06"
        return
    yield day.isoformat(), None
    if lasting:
        for gap in (0, *gaps_of(model)):
            yield day.isoformat(), (day + timedelta(days=gap)).isoformat()


@lru_cache(maxsize=64)
def gaps_of(model: Model) -> list[int]:
    """Return after how many days the next event may come, so that timers, windows and years lie on both sides."""
    spans = [t.after.span for t in model.transitions if t.after is not None]
    reducers = [variable.reducer for variable in model.context]
    spans += [each.within for each in reducers if isinstance(each, Count | Sum) and each.within is not None]
    days = [0, 1]
    for span in spans:
        plain = plain_span(span, model)
        assert isinstance(plain.length, int)  # noqa: S101  # plain spans
        least = plain.length * {"years": 365, "months": 28, "weeks": 7, "days": 1}[plain.unit]
        most = plain.length * {"years": 366, "months": 31, "weeks": 7, "days": 1}[plain.unit]
        days += [least - 1, least, most + 1]
    questions = Questions((model,))
    for track in ("start", *model.track_names):
        for cell in questions.cells(Years(track)):
            years = cell.low if cell.is_point else None
            if isinstance(years, float) and math.isfinite(years) and years < 5_000:
                days += [math.floor(years * 365.2425), math.floor(years * 365.2425) + 1]
    return sorted({day for day in days if day >= 0}, key=lambda day: (day == 0, day))


# ---- attributes


def _attributes(search: Search, wish: Wish, state: CaseState, kind: str) -> Iterator[Mapping[str, Value]]:
    """Yield attributes that come out as the trail has it, the plainest first."""
    world = wish.world
    several = {symbol.name for symbol in world.masks if isinstance(symbol, Has)}
    several |= {attribute for attribute, _, _ in _grown(world)}
    names = {symbol.name for symbol in world.masks if isinstance(symbol, Attr)} | several
    options: dict[str, list[Value]] = {}
    for name in sorted(names):
        cells = world.cells(Attr(name))
        if name in several:
            options[name] = [None] if not any(cell.kind == "text" for cell in cells) else [_joined(world, name, state)]
        else:
            listed = [value for each in search.model.domains if each.name == name for value, _ in each.values]
            known = [value for value in listed if any(cell.has(value) for cell in cells)]
            found = [*known[:3], *_plain_values(cells)] if known else _plain_values(cells)
            for variable, kept in kept_of(search.model).items():
                reducer = kept.reducer
                if isinstance(reducer, Distinct) and reducer.attribute == name and answers(reducer.types, kind):
                    found = [*_of_distinct(search, wish, kept, state, variable, name), *found]
                if isinstance(reducer, Sum) and reducer.attribute == name and answers(reducer.types, kind):
                    found = [*found, *_amounts(search, kept, state, variable, cells)]
            options[name] = [value for _, value in dict.fromkeys((type(value), value) for value in found)]
        before = search.kinds.get(name)
        if before is not None:
            options[name] = [value for value in options[name] if value is None or kind_of(value) == before]
    for chosen in itertools.product(*options.values()):
        yield {name: value for name, value in zip(options, chosen, strict=True) if value is not None}


def _grown(world: World) -> Iterator[tuple[str, str, int]]:
    """Yield the attribute and the part of each variable that grows by several values, and by how many at least."""
    for symbol in world.masks:
        if isinstance(symbol, Grown) and isinstance(symbol.kept.reducer, Distinct):
            lows = [cell.low for cell in world.cells(symbol)]
            yield symbol.kept.reducer.attribute, symbol.kept.reducer.part, min(int(low or 0) for low in lows)


def _plain_values(cells: Sequence[Cell]) -> list[Value]:
    return [value for cell in sorted(cells, key=lambda cell: cell.kind != "null") for value in examples(cell)]


def examples(cell: Cell) -> list[Value]:
    """Return a few values of *cell*, the plainest first."""
    match cell.kind:
        case "null":
            return [None]
        case "truth":
            return [bool(cell.low)]
        case "number":
            return list(_numbers(cell))
        case "text":  # the union is closed
            return list(_texts(cell))


def _numbers(cell: Cell) -> Iterator[Value]:
    low, high = cell.low, cell.high
    tried: list[float] = [1, 0, 2, -1]
    tried += [low, low + 1] if is_number(low) else []
    tried += [high, high - 1] if is_number(high) else []
    tried += [(low + high) / 2] if is_number(low) and is_number(high) else []
    return itertools.islice((number for number in dict.fromkeys(tried) if cell.has(number)), 3)


def _texts(cell: Cell) -> Iterator[Value]:
    low, high = str(cell.low or ""), str(cell.high or "")
    tried = [*([low] if low else []), "other", "another", "Another", f"{low}a", f"{low} ", high[:-1], "0", "!"]
    return itertools.islice((text for text in dict.fromkeys(tried) if text.strip() and cell.has(text)), 1)


def _of_distinct(  # noqa: PLR0913  # a variable and what it has had
    search: Search, wish: Wish, kept: Kept, state: CaseState, variable: str, name: str
) -> list[Value]:
    """Return values that are new to a variable, or that it has had, as the trail has it."""
    cells = wish.world.cells(Attr(name))
    position = [each.name for each in search.model.context].index(variable)
    had = state.memory[position]
    seen = sorted(had, key=repr) if isinstance(had, frozenset) else []
    if wish.world.settled(("new", kept)) is False:
        return [value for value in seen if any(cell.has(value) for cell in cells)]
    count = len(seen) + 1
    listed = [value for each in search.model.domains if each.name == name for value, _ in each.values]
    fresh: list[Value] = [*listed, *(f"{name} {number}" for number in range(1, count + 1)), *range(count)]
    return [value for value in fresh if value not in seen and any(cell.has(value) for cell in cells)]


def _amounts(search: Search, kept: Kept, state: CaseState, variable: str, cells: Sequence[Cell]) -> Iterator[Value]:
    """Yield amounts that bring a sum to each of its bounds, and past it."""
    held = values(search.model, state.memory)[variable]
    for cell in search.questions.cells(kept):
        if is_number(cell.low) and is_number(held):
            for amount in (cell.low - held, cell.low - held + 1, cell.low - held - 1):
                if any(each.has(amount) for each in cells):
                    yield amount


def _joined(world: World, name: str, state: CaseState) -> Value:
    """Return a cell of several values that has those that the trail asks for."""
    asked = [symbol for symbol in world.masks if isinstance(symbol, Has) and symbol.name == name]
    wanted = [has for has in asked if world.mask(has) == 2]
    parts = [_of_part(has.part, _who(number), has.sought) for number, has in enumerate(wanted)]
    for attribute, part, many in _grown(world):
        if attribute == name:
            parts += [_of_part(part, _who(0), f"{part} {state.events}-{number}") for number in range(many)]
    return ";".join(parts) or "other"


def _of_part(part: str, who: str, value: str) -> str:
    return value if part in {"", EACH, NAME} else f"{who}@{value}"


def _who(number: int) -> str:
    return chr(ord("P") + number) if number < 10 else f"P{number}"
