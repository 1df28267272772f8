"""The plain engine against a naive reading of the language: at every instant all is counted anew from the past.

Nothing here is kept between two instants but what happened: the events that counted, and the moves. What a variable is,
whether a timer has run out, who runs and what has lapsed is each time found by going through the whole of it.
"""

import calendar
import operator
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from attrs import define, field, frozen
from hypothesis import event as seen_in_draw
from hypothesis import given, settings
from hypothesis import strategies as st

import onward
from onward.history.stepping import Reading
from onward.log.dates import Interval
from onward.log.log import Event, EventLog
from onward.model.elements import (
    ANY,
    START,
    Count,
    Distinct,
    Flag,
    Invariant,
    Latest,
    Max,
    Open,
    Span,
    Sum,
    Timer,
    Transition,
    Variable,
)
from onward.model.guards import (
    And,
    Arithmetic,
    Attribute,
    Compare,
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
)
from onward.model.model import Model, compare_ranks
from onward.testing import logs, models

Key = tuple[datetime, int]
"""A place in time: an event at t is at (t, 0); the end of what ends at d is at (d, 1), after the events of d."""

YEAR = timedelta(days=365.2425)


# ---- the calendar


def later(moment: datetime, span: Span, model: Model) -> datetime | None:
    """Return the moment a span later, the end of a month for a day that it lacks; None beyond the calendar's end."""
    length = model.constants[span.length] if isinstance(span.length, str) else span.length
    assert isinstance(length, int)
    try:
        if span.unit in {"days", "weeks"}:
            return moment + timedelta(days=length * (7 if span.unit == "weeks" else 1))
        months = (moment.month - 1) + length * (12 if span.unit == "years" else 1)
        year, month = moment.year + months // 12, months % 12 + 1
        last = calendar.monthrange(year, month)[1]
        if moment.day > last:
            return moment.replace(year=year, month=month, day=last, hour=23, minute=59, second=59, microsecond=999999)
        return moment.replace(year=year, month=month)
    except (OverflowError, ValueError):
        return None


def counts_from(when: Interval | None, reading: Reading) -> datetime:
    assert when is not None
    return when.last if reading == "certain" else when.first


# ---- what guards see


@frozen
class Scene:
    """What there is to see at one point of a case's life."""

    model: Model
    event: Event | None
    moment: datetime
    places: Mapping[str, str]
    since: Mapping[str, datetime]
    began: datetime | None
    memory: Mapping[str, Any]
    before: "Scene | None" = None


def look(value: Expression, scene: Scene) -> Any:  # noqa: ANN401  # any value; one line a kind
    match value:
        case Constant(scalar):
            return scalar
        case Parameter(name):
            return scene.model.constants[name]
        case Memory(name, before=True):
            assert scene.before is not None
            return scene.before.memory[name]
        case Memory(name):
            return scene.memory[name]
        case Attribute(name):
            return scene.event.attributes.get(name) if scene.event else None
        case EventType():
            return scene.event.type if scene.event else None
        case TypeName(name):
            return name
        case Elapsed("years_in_phase", track):
            return (scene.moment - scene.since[track]) / YEAR if track in scene.since else None
        case Elapsed():
            return (scene.moment - scene.began) / YEAR if scene.began else None
        case Minus(operand):
            return look(Arithmetic("*", Constant(-1), operand), scene)
        case Arithmetic(sign, left, right):
            one, other = look(left, scene), look(right, scene)
            reckon = {"+": operator.add, "-": operator.sub, "*": operator.mul}[sign]
            return reckon(one, other) if is_number(one) and is_number(other) else None
    raise AssertionError(value)


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def place_of(value: Expression, scene: Scene) -> range | None:
    match value:
        case PhaseName(name):
            return scene.model.ranks[name]
        case CurrentPhase(before=True, track=track):
            assert scene.before is not None
            return scene.model.ranks[scene.before.places[track]]
        case CurrentPhase(track=track):
            return scene.model.ranks[scene.places[track]]
    return None


def true_of(guard: Guard | None, scene: Scene) -> bool | None:  # one line a kind
    """Tell whether a guard holds; None is unknown."""
    match guard:
        case None:
            return True
        case Not(part):
            found = true_of(part, scene)
            return None if found is None else not found
        case And(parts):
            told = [true_of(part, scene) for part in parts]
            return False if False in told else None if None in told else True
        case Or(parts):
            told = [true_of(part, scene) for part in parts]
            return True if True in told else None if None in told else False
        case Named(_, inner):
            return true_of(inner, scene)
        case OneOf(value, options):
            return true_of(Or(tuple(Compare("==", value, option) for option in options)), scene)
        case Holds(value):
            found = look(value, scene)
            return found if isinstance(found, bool) else None
        case Contains(value, Attribute(name, part)):
            cell = scene.event.attributes.get(name) if scene.event else None
            return None if cell is None else spelled(look(value, scene)) in values_in(cell, part)
        case Compare(sign, left, right):
            one, other = place_of(left, scene), place_of(right, scene)
            if one is not None and other is not None:
                return compare_ranks(sign, one, other)
            return compared(sign, look(left, scene), look(right, scene))
    raise AssertionError(guard)


def compared(sign: str, one: object, other: object) -> bool | None:
    kinds = {"number" if is_number(each) else type(each) for each in (one, other)}
    if len(kinds) > 1 or kinds == {type(None)}:
        return None
    signs: dict[str, Callable[[Any, Any], bool]] = {
        "==": operator.eq,
        "!=": operator.ne,
        "<": operator.lt,
        "<=": operator.le,
        ">": operator.gt,
        ">=": operator.ge,
    }
    return signs[sign](one, other)


def spelled(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def values_in(cell: object, part: str) -> set[str]:
    """Return the values of a cell such as `Ann@north;Bob@south`, or that part of each."""
    found = set()
    for each in spelled(cell).split(";"):
        name, at, group = each.strip().partition("@")
        wanted = {"each": each.strip(), "name": name.strip()}.get(part, group.strip() if at else "")
        found |= {wanted} - {""}
    return found


# ---- the past of one case


@frozen
class Told:
    """What one instant did to the case, or a tick at which nothing moved but something broke."""

    event: Event | None
    time: datetime
    refusal: str = ""
    before: Mapping[str, str] = field(factory=dict)
    entered: Mapping[str, list[str]] = field(factory=dict)
    fired: Mapping[str, list[str]] = field(factory=dict)
    answered: Mapping[str, bool] = field(factory=dict)
    broken: tuple[str, ...] = ()
    memory: Mapping[str, Any] = field(factory=dict)

    def outcome(self, track: str) -> str:
        if self.refusal:
            return self.refusal
        if self.fired[track]:
            return "moved"
        return "held" if self.answered[track] else "recorded"

    def after(self, track: str) -> str:
        return [self.before[track], *self.entered.get(track, [])][-1]


@define
class Past:
    """Everything that has happened to one case, and nothing else."""

    model: Model
    reading: Reading
    heard: list[tuple[datetime, Event]] = field(factory=list)
    moves: list[tuple[datetime, str, str]] = field(factory=list)
    broken: set[int] = field(factory=set)
    decided: dict[tuple[int, int], bool] = field(factory=dict)
    now: Key = (datetime.min, 0)  # noqa: DTZ901  # naive UTC throughout

    # -- places

    def place(self, track: str) -> str:
        return [START, *(place for _, its, place in self.moves if its == track)][-1]

    def since(self) -> dict[str, datetime]:
        return {track: moment for moment, track, _ in self.moves}

    def leaving(self, track: str) -> list[Transition]:
        here = self.place(track)
        inside = [here, here.split(".")[0]]
        if any(self.model.is_final(name) for name in [here]):
            return []
        return [t for t in self.model.transitions if t.track == track and any(s in inside for s in t.sources)]

    # -- what is remembered

    def fits(self, types: tuple[str, ...] | None, where: Guard | None, event: Event) -> bool:
        if not (types is None or ANY in types or event.type in types):
            return False
        # What an event alone decides is decided once: nothing that comes later changes it.
        if (id(event), id(where)) not in self.decided:
            alone = Scene(self.model, event, self.now[0], {}, {}, None, {})
            self.decided[id(event), id(where)] = true_of(where, alone) is True
        return self.decided[id(event), id(where)]

    def matching(self, types: tuple[str, ...] | None, where: Guard | None) -> list[tuple[datetime, Event]]:
        return [(moment, event) for moment, event in self.heard if self.fits(types, where, event)]

    def value(self, variable: Variable, key: Key) -> Any:  # noqa: ANN401  # any value; one line a kind
        reducer = variable.reducer
        match reducer:
            case Count(types, where, within):
                return sum(self.still(moment, within, key) for moment, _ in self.matching(types, where))
            case Distinct(attribute, types, where, part):
                cells = [event.attributes.get(attribute) for _, event in self.matching(types, where)]
                found = [cell for cell in cells if cell is not None]
                return len(set().union(*(values_in(cell, part) for cell in found)) if part else set(found))
            case Sum(attribute, types, where, within):
                ours = self.matching(types, where)
                return sum(self.numbers(attribute, [e for m, e in ours if self.still(m, within, key)]))
            case Max(attribute, types, where):
                return max(self.numbers(attribute, [e for _, e in self.matching(types, where)]), default=None)
            case Latest(attribute, types, where):
                cells = [event.attributes.get(attribute) for _, event in self.matching(types, where)]
                return ([None] + [cell for cell in cells if cell is not None])[-1]
            case Flag(set_by, cleared_by, where):
                raised = False
                for _, event in self.heard:
                    # What one event both clears and sets is set.
                    for types, to in ((cleared_by, False), (set_by, True)):
                        raised = to if self.fits(types, where, event) else raised
                return raised
            case Open(types, where):
                ends = [self.ends(moment, event) for moment, event in self.matching(types, where)]
                return sum(end is None or (key <= (end, 0) and end >= moment) for moment, end in ends)

    def numbers(self, attribute: str, events: list[Event]) -> list[Any]:
        return [event.attributes[attribute] for event in events if is_number(event.attributes.get(attribute))]

    def still(self, moment: datetime, within: Span | None, key: Key) -> bool:
        lapses = within and later(moment, within, self.model)
        return lapses is None or key <= (lapses, 0)

    def ends(self, moment: datetime, event: Event) -> tuple[datetime, datetime | None]:
        return moment, counts_from(event.until, self.reading) if event.until else None

    # -- time

    def deadline(self, timer: Timer, track: str) -> datetime | None:
        starts = [self.since()[track]]
        starts += [moment for moment, event in self.heard if event.type in timer.without or ANY in timer.without]
        return later(max(starts), timer.span, self.model)

    def ticks(self) -> Iterator[datetime]:
        """Yield every instant, past or to come, at which time alone changes something for the case as it stands."""
        for variable in self.model.context:
            match variable.reducer:
                case Count(types, where, Span() as within):
                    yield from filter(None, (later(m, within, self.model) for m, _ in self.matching(types, where)))
                case Sum(attribute, types, where, Span() as within):
                    ours = [(m, e) for m, e in self.matching(types, where) if self.numbers(attribute, [e])]
                    yield from filter(None, (later(m, within, self.model) for m, _ in ours))
                case Open(types, where):
                    ends = [self.ends(moment, event) for moment, event in self.matching(types, where)]
                    yield from (end for moment, end in ends if end is not None and end >= moment)
                case _:
                    pass
        for track in self.model.track_names:
            for transition in self.leaving(track):
                if transition.after:
                    deadline = self.deadline(transition.after, track)
                    yield from [deadline] if deadline else []

    def scene(self, event: Event | None, before: Scene | None = None) -> Scene:
        return Scene(
            self.model,
            event,
            self.now[0],
            {track: self.place(track) for track in self.model.track_names},
            self.since(),
            self.moves[0][0] if self.moves else None,
            {variable.name: self.value(variable, self.now) for variable in self.model.context},
            before,
        )

    def pass_time(self, limit: Key) -> Iterator[Told]:
        """Live through every tick up to *limit*."""
        while to_come := [moment for moment in self.ticks() if self.now < (moment, 1) <= limit]:
            before = self.scene(None)
            self.now = (min(to_come), 1)
            yield self.unfold(None, before)
        self.now = limit

    def happen(self, event: Event) -> Told:
        before = self.scene(event)
        refusal = "unknown" if event.type not in self.model.kinds else "refused" if self.is_against(before) else ""
        if refusal:
            return Told(event, self.now[0], refusal, before=before.places, memory=before.memory)
        self.heard.append((self.now[0], event))
        return self.unfold(event, before)

    def is_against(self, scene: Scene) -> bool:
        for rule in self.model.forbid:
            inside = {part for place in scene.places.values() for part in (place, place.split(".")[0])}
            fits = rule.phases is None or inside & set(rule.phases)
            assert scene.event is not None
            if fits and (scene.event.type in rule.on or ANY in rule.on) and true_of(rule.when, scene) is True:
                return True
        return all(self.model.is_final(place) for place in scene.places.values())

    def unfold(self, event: Event | None, before: Scene) -> Told:
        """Let an event, or time alone, move the case: the tracks together, then in rounds."""
        answered = {
            track: event is not None and any(t.answers(event.type) for t in self.leaving(track))
            for track in self.model.track_names
        }
        fired: dict[str, list[str]] = {track: [] for track in self.model.track_names}
        entered: dict[str, list[str]] = {track: [] for track in self.model.track_names}
        chosen = self.chosen(event, before, by_event=True) or self.chosen(event, before, by_event=False)
        while chosen:
            for track, transition in chosen.items():
                fired[track].append(transition.name)
                entered[track].append(self.model.entered(transition.target))
                self.moves.append((self.now[0], track, entered[track][-1]))
            assert sum(map(len, fired.values())) < 100, "they go round for ever"
            chosen = self.chosen(event, before, by_event=False)
        broken = dict(self.breaches(self.scene(event, before), entered))
        told = tuple(each.name for number, each in broken.items() if number not in self.broken)
        self.broken = {number for number, each in broken.items() if each.kind == "always"}
        memory = self.scene(event).memory
        return Told(event, self.now[0], "", before.places, entered, fired, answered, told, memory)

    def chosen(self, event: Event | None, before: Scene, *, by_event: bool) -> dict[str, Transition]:
        scene = self.scene(event, before)
        found: dict[str, Transition] = {}
        for track in self.model.track_names:
            for transition in self.leaving(track):
                asked = event is not None and transition.answers(event.type) if by_event else transition.on is None
                due = transition.after is None or self.has_run_out(transition.after, track)
                if asked and due and true_of(transition.when, scene) is True:
                    found.setdefault(track, transition)
        return found

    def has_run_out(self, timer: Timer, track: str) -> bool:
        deadline = self.deadline(timer, track)
        return deadline is not None and (deadline, 1) <= self.now

    def breaches(self, left: Scene, entered: Mapping[str, list[str]]) -> Iterator[tuple[int, Invariant]]:
        assert left.before is not None
        for number, invariant in enumerate(self.model.invariants):
            if invariant.kind == "irreversible":
                for track in self.model.track_names if not invariant.track else (invariant.track,):
                    trail = [self.model.places.index(place) for place in (left.before.places[track], *entered[track])]
                    if trail != sorted(trail):
                        yield number, invariant
            elif true_of(invariant.guard, left) is not True:
                yield number, invariant


def recount(model: Model, events: list[Event], reading: Reading, end: datetime) -> tuple[Past, list[Told]]:
    """Return the past of a case at the *end* of the window, and what each instant did."""
    past = Past(model, reading)
    told: list[Told] = []
    for event in events:
        moment = counts_from(event.time, reading)
        if moment <= end:
            told += past.pass_time((moment, 0))
            told.append(past.happen(event))
    told += past.pass_time((end, 1))
    return past, told


# ---- the comparison


def expected_steps(model: Model, case: str, told: list[Told]) -> list[tuple[object, ...]]:
    return [
        (
            case,
            track or None,
            each.time,
            each.event and each.event.type,
            each.before[track],
            each.after(track),
            each.outcome(track),
            "; ".join(each.fired.get(track, [])) or None,
            skipped(model, each, track),
            each.event and each.event.row,
        )
        for each in told
        for track in model.track_names
        if each.event is not None or each.fired[track]
    ]


def skipped(model: Model, told: Told, track: str) -> tuple[str, ...]:
    """Return what was passed without a stay: places entered and left at once, and whole phases jumped forward over."""
    start, end = told.before[track], told.after(track)
    passed = set(told.entered.get(track, [])[:-1])
    names = list(model.places)
    for phase in model.phases:
        inside = [name for name in names if name.split(".")[0] == phase.name]
        after_start = start not in inside and names.index(start) < names.index(inside[0])
        before_end = end not in inside and names.index(inside[-1]) < names.index(end)
        if phase.track == track and after_start and before_end and not model.is_final(end) and not passed & set(inside):
            passed.add(phase.name)
    return tuple(sorted(passed, key=lambda name: (model.ranks[name].start, name)))


def expected_deviations(model: Model, case: str, told: list[Told]) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for each in told:
        phase = "; ".join(each.before[track] for track in model.track_names)
        kinds = [each.refusal] if each.refusal else ["broken"] * len(each.broken)
        names = [""] if each.refusal else each.broken
        found += [
            (case, each.time, each.event and each.event.type, phase, *of) for of in zip(kinds, names, strict=True)
        ]
    return found


def assert_recounted(model: Model, log: EventLog, replayed: onward.Replay) -> list[Told]:
    everything: list[Told] = []
    steps, deviations, cases = [], [], []
    assert replayed.as_of is not None
    for case in sorted(replayed.rows):
        lived = [log.event(row) for row in replayed.rows[case]]
        past, told = recount(model, lived, replayed.reading, replayed.as_of.last)
        everything += told
        steps += expected_steps(model, case, told)
        deviations += expected_deviations(model, case, told)
        for track in model.track_names if any(each.event for each in told) else ():
            place = past.place(track).split(".")
            moved = sum(its == track for _, its, _ in past.moves)
            cases.append((case, track or None, place[0], "".join(place[1:]) or None, past.since().get(track), moved))
        if any(each.event for each in told):
            live = [step for step in replayed.life(case).steps if step.event is not None]
            kept = [each.memory for each in told if each.event is not None]
            assert [dict(step.left.memory) for step in live] == kept
            assert [list(map(repr, step.left.memory.values())) for step in live] == [
                list(map(repr, memory.values())) for memory in kept
            ]
            after = past.scene(None).memory
            assert replayed.live(case).context == after
    assert [
        (r.case, r.track, r.time, r.event, r.before, r.after, r.outcome, r.transition, r.implied, r.row)
        for r in replayed.step_rows
    ] == steps
    assert [
        (r.case, r.time, r.event, r.phase, r.kind, next((n for n in names(model) if repr(n) in r.reason), ""))
        if r.kind == "broken"
        else (r.case, r.time, r.event, r.phase, r.kind, "")
        for r in replayed.deviation_rows
    ] == deviations
    assert [(r.case, r.track, r.phase, r.stage, r.since, r.moves) for r in replayed.case_rows] == cases
    return everything


def names(model: Model) -> list[str]:
    """Return the names of the invariants, longest first: one may stand inside another."""
    return sorted({invariant.name for invariant in model.invariants}, key=len, reverse=True)


@st.composite
def models_with_logs(draw: st.DrawFn, /, **asked: bool) -> tuple[Model, EventLog]:
    model = draw(models(**asked))  # type: ignore[arg-type]  # each is true or false
    return model, draw(logs(model).filter(len))


READINGS: st.SearchStrategy[Reading] = st.sampled_from(("certain", "possible"))


@given(models_with_logs(), READINGS)
@settings(max_examples=300, deadline=None)
def test_a_replay_is_what_counting_anew_at_every_instant_gives(drawn: tuple[Model, EventLog], reading: Reading) -> None:
    model, log = drawn
    told = assert_recounted(model, log, onward.replay(model, log, reading=reading, engine="plain"))
    ticks = [each for each in told if each.event is None]
    seen_in_draw(f"time alone moves: {any(any(each.fired.values()) for each in ticks)}")
    seen_in_draw(f"time alone breaks: {any(each.broken for each in ticks)}")


@given(models_with_logs(clockwork=True, memory=True), READINGS, st.sampled_from((None, "2002", "2004-02-28", "2101")))
@settings(max_examples=300, deadline=None)
def test_timers_and_windows_end_when_counting_anew_says_so(
    drawn: tuple[Model, EventLog], reading: Reading, as_of: str | None
) -> None:
    model, log = drawn
    told = assert_recounted(model, log, onward.replay(model, log, as_of=as_of, reading=reading, engine="plain"))
    seen_in_draw(f"time alone moves: {any(each.event is None and any(each.fired.values()) for each in told)}")


@given(models_with_logs(tracks=True, clockwork=True, memory=True), READINGS)
@settings(max_examples=300, deadline=None)
def test_tracks_move_together_when_counting_anew_says_so(drawn: tuple[Model, EventLog], reading: Reading) -> None:
    model, log = drawn
    told = assert_recounted(model, log, onward.replay(model, log, reading=reading, engine="plain"))
    seen_in_draw(f"several tracks at once: {any(sum(map(bool, each.fired.values())) > 1 for each in told)}")
