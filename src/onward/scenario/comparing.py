"""Comparing: two lives of one case, as they were and in a scenario: places, dates, outcomes, and where they part.

Events are the same in both lives if they have the same number: the row of the log as it was, from 0, whatever has
become of that row; added ones go on counting behind the last.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from attrs import evolve, field, frozen

from onward.history.causes import Causes, causes_along
from onward.history.histories import Spell, StepRow
from onward.history.judging import YEAR
from onward.history.life import Life
from onward.history.recalling import clauses_said, ended, reason_said
from onward.history.stepping import Move, Outcome, Reading, Reason, Step, instant
from onward.model.elements import START
from onward.model.model import Model

DAY = timedelta(days=1)

Shift = Literal["same", "earlier", "later", "reached", "lost"]
"""What became of the date at which a case first came to a place: *reached* and *lost* are of one life only."""


@frozen
class Told:
    """What a replay tells of one case.

    Attributes:
        steps: what its events did, and time; `row` is the number of the event.
        spells: its stays in phases.

    """

    steps: Sequence[StepRow] = ()
    spells: Sequence[Spell] = ()


@frozen
class Arrival:
    """When a case first came to a place, as it was (`baseline`) and in the scenario; None for never.

    Attributes:
        place: a phase, or a stage as `phase.stage`.
        label: the place as it is printed.
        baseline: the instant, under the reading.
        scenario: the same in the scenario.
        baseline_recorded: the date as the log has it.
        scenario_recorded: the same in the scenario.

    """

    place: str
    label: str
    baseline: datetime | None
    scenario: datetime | None
    baseline_recorded: str | None = None
    scenario_recorded: str | None = None

    @property
    def difference(self) -> timedelta | None:
        """How much later it is in the scenario; below nought for earlier, None where one life lacks it."""
        if self.baseline is None or self.scenario is None:
            return None
        return self.scenario - self.baseline

    @property
    def days(self) -> float | None:
        """`difference` in days."""
        return None if self.difference is None else self.difference / DAY

    @property
    def years(self) -> float | None:
        """`difference` in years of 365.2425 days."""
        return None if self.difference is None else self.difference / YEAR

    @property
    def shift(self) -> Shift:
        """What the scenario did to it."""
        if self.difference is None:
            return "reached" if self.baseline is None else "lost"
        if not self.difference:
            return "same"
        return "later" if self.difference > timedelta() else "earlier"


@frozen
class OutcomeChange:
    """An event that did something else to a case in the scenario, or that only one of its two lives has.

    Attributes:
        baseline: what it did; None where it did not happen.
        scenario: what it did in the scenario.

    """

    baseline: StepRow | None
    scenario: StepRow | None

    @property
    def _step(self) -> StepRow:
        known = self.baseline or self.scenario
        assert known is not None  # noqa: S101  # one of the two lives has it
        return known

    @property
    def event_id(self) -> str | None:
        """The event's id."""
        return self._step.event_id

    @property
    def event(self) -> str | None:
        """The event's type as it was; of an added one its own."""
        return self._step.event

    @property
    def before(self) -> Outcome | None:
        """How it came out; None where it did not happen."""
        return None if self.baseline is None else self.baseline.outcome

    @property
    def after(self) -> Outcome | None:
        """How it came out in the scenario."""
        return None if self.scenario is None else self.scenario.outcome

    @property
    def is_in_both(self) -> bool:
        """Whether both lives have the event."""
        return self.baseline is not None and self.scenario is not None


@frozen
class CaseChange:
    """What became of one case on one track: as it was, and in the scenario.

    Attributes:
        case: the case.
        track: the track; None in a model without tracks.
        before: the place where it stood at the end; `start` where it had no events.
        after: the place where it stands at the end in the scenario.
        before_label: the place as it is printed.
        after_label: the same in the scenario.
        since_before: since when it stood there.
        since_after: since when it stands there in the scenario.
        arrivals: when it came to each place that it entered in either life, in the order of the model.
        outcomes: events that came out otherwise, or that one life lacks, in time order.
        same_way: whether it entered the same places at the same instants.

    """

    case: str
    track: str | None
    before: str
    after: str
    before_label: str
    after_label: str
    since_before: datetime | None
    since_after: datetime | None
    arrivals: tuple[Arrival, ...]
    outcomes: tuple[OutcomeChange, ...]
    same_way: bool

    @property
    def reached(self) -> tuple[str, ...]:
        """The places that it enters in the scenario only."""
        return tuple(each.place for each in self.arrivals if each.shift == "reached")

    @property
    def lost(self) -> tuple[str, ...]:
        """The places that it enters no more."""
        return tuple(each.place for each in self.arrivals if each.shift == "lost")

    @property
    def earlier(self) -> tuple[Arrival, ...]:
        """The places that it comes to earlier."""
        return tuple(each for each in self.arrivals if each.shift == "earlier")

    @property
    def later(self) -> tuple[Arrival, ...]:
        """The places that it comes to later."""
        return tuple(each for each in self.arrivals if each.shift == "later")

    @property
    def changed(self) -> bool:
        """Whether it goes another way, at other dates, or an event of both lives comes out otherwise.

        An event that is only in one life, and moves nothing there, makes no difference.
        """
        return not self.same_way or any(each.is_in_both for each in self.outcomes)


def compare(case: str, model: Model, told: Told, changed_model: Model, other: Told) -> Iterator[CaseChange]:
    """Yield what became of *case* on every track: what is *told* of it under *model*, and the *other* thing."""
    for track in model.track_names:
        name = track or None
        spells, others = ([each for each in life.spells if each.track == name] for life in (told, other))
        steps, changed = ([each for each in life.steps if each.track == name] for life in (told, other))
        before, after = _place(spells[-1]) if spells else START, _place(others[-1]) if others else START
        yield CaseChange(
            case=case,
            track=name,
            before=before,
            after=after,
            before_label=model.place_label(before),
            after_label=changed_model.place_label(after),
            since_before=spells[-1].start if spells else None,
            since_after=others[-1].start if others else None,
            arrivals=tuple(_arrivals((model, spells, steps), (changed_model, others, changed))),
            outcomes=tuple(_outcomes(steps, changed)),
            same_way=[(_place(each), each.start) for each in spells] == [(_place(each), each.start) for each in others],
        )


def _place(spell: Spell) -> str:
    return spell.phase if spell.stage is None else f"{spell.phase}.{spell.stage}"


_Way = tuple[Model, Sequence[Spell], Sequence[StepRow]]


def _arrivals(way: _Way, other: _Way) -> Iterator[Arrival]:
    """Yield when each place entered on one of two ways was first come to."""
    known, changed = _firsts(way), _firsts(other)
    for place in dict.fromkeys((*way[0].places, *other[0].places)):
        if place in known or place in changed:
            label = (way if place in known else other)[0].place_label(place)
            baseline, baseline_recorded = known.get(place, (None, None))
            scenario, scenario_recorded = changed.get(place, (None, None))
            yield Arrival(place, label, baseline, scenario, baseline_recorded, scenario_recorded)


def _firsts(way: _Way) -> dict[str, tuple[datetime | None, str | None]]:
    """Return, for every place entered, the first instant and its date as recorded."""
    _, spells, steps = way
    recorded = {step.time: step.recorded for step in reversed(steps) if step.outcome == "moved"}
    found: dict[str, tuple[datetime | None, str | None]] = {}
    for spell in spells:
        found.setdefault(_place(spell), (spell.start, recorded.get(spell.start)))
    return found


def _outcomes(steps: Iterable[StepRow], changed: Iterable[StepRow]) -> Iterator[OutcomeChange]:
    """Yield the events that came out otherwise, or that one life lacks, by time."""
    known, others = _by_event(steps), _by_event(changed)
    both = [(known.get(row), others.get(row)) for row in dict.fromkeys((*known, *others))]
    found = [OutcomeChange(one, other) for one, other in both if one is None or other is None or _differs(one, other)]
    yield from sorted(found, key=_when)


def _by_event(steps: Iterable[StepRow]) -> dict[int, StepRow]:
    return {step.row: step for step in steps if step.row is not None}


def _differs(one: StepRow, other: StepRow) -> bool:
    return one.outcome != other.outcome or (one.outcome == "moved" and one.after != other.after)


def _when(change: OutcomeChange) -> datetime:
    times = [step.time for step in (change.baseline, change.scenario) if step is not None and step.time is not None]
    return min(times)


# ---- where two lives part


@frozen(eq=False)
class Parting:
    """The first step at which two lives of a case part, and why.

    Attributes:
        case: the case.
        baseline: the step as it was; None where only the scenario has it.
        scenario: the step in the scenario; None where only the baseline has it.
        baseline_said: what happened and why, in words.
        scenario_said: the same of the scenario.

    """

    case: str
    baseline: Step | None = field(repr=False)
    scenario: Step | None = field(repr=False)
    baseline_said: str
    scenario_said: str

    def __str__(self) -> str:
        return f"baseline: {self.baseline_said}\nscenario: {self.scenario_said}"


@frozen(eq=False)
class Course:
    """A life, and which events its steps are of.

    Attributes:
        life: the life.
        number: the number of the event in a row of the life's log.

    """

    life: Life
    number: Callable[[int], int]

    def keys(self) -> list[object]:
        """Return what tells each step from the others: its event, or what time did and when."""
        return [
            self.number(done.event.row) if done.event is not None else (done.time and done.time.recorded, done.after)
            for done in self.life.steps
        ]


def part(case: str, baseline: Course, scenario: Course) -> Parting | None:
    """Return where the two lives part: where one moves and the other does not, or elsewhere, or at another date.

    Lives that go one way may still differ in how an event came out; then they part at the first such event. None where
    they do not part at all.
    """
    found = _moving_apart(baseline, scenario) or _coming_out_otherwise(baseline, scenario)
    if found is None:
        return None
    at, other = found
    return Parting(
        case,
        None if at is None else baseline.life.steps[at],
        None if other is None else scenario.life.steps[other],
        _said(baseline, at, scenario, other),
        _said(scenario, other, baseline, at),
    )


def _moving_apart(baseline: Course, scenario: Course) -> tuple[int | None, int | None] | None:
    """Return the positions of the first steps that move the lives apart; None for a step that the other life lacks.

    The steps of both lives are gone through side by side. One that stands in one life only, or elsewhere in the other,
    is passed over if it moves nothing, and parts the lives if it does.
    """
    steps, others = baseline.life.steps, scenario.life.steps
    keys, other_keys = baseline.keys(), scenario.keys()
    reading = baseline.life.reading
    shared = {*keys} & {*other_keys}
    at = other = 0
    while at < len(steps) or other < len(others):
        if at < len(steps) and other < len(others) and keys[at] == other_keys[other]:
            if _is_apart(steps[at], others[other], reading):
                return at, other
            at, other = at + 1, other + 1
            continue
        # The earlier one goes first; of two of one instant the one that the other life lacks.
        turn = (_moment(steps[at], reading), keys[at] in shared) if at < len(steps) else _NEVER
        other_turn = (_moment(others[other], reading), other_keys[other] in shared) if other < len(others) else _NEVER
        if turn <= other_turn:
            if steps[at]:
                return at, None
            at += 1
        else:
            if others[other]:
                return None, other
            other += 1
    return None


def _is_apart(one: Step, other: Step, reading: Reading) -> bool:
    """Tell whether a step moves the case elsewhere, another way or at another instant than that of the other life."""
    way, other_way = ([(move.before, move.after, move.entered) for move in each.moves] for each in (one, other))
    return way != other_way or (bool(one) and _moment(one, reading) != _moment(other, reading))


def _moment(done: Step, reading: Reading) -> datetime:
    moment = instant(done.time, reading)
    assert moment is not None  # noqa: S101  # every row of a log has a date
    return moment


_NEVER = (datetime.max, True)  # noqa: DTZ901  # naive UTC throughout


def _coming_out_otherwise(baseline: Course, scenario: Course) -> tuple[int, int] | None:
    """Return the positions of the first event that both lives have and that comes out otherwise."""
    places = {key: at for at, key in enumerate(scenario.keys())}
    for at, key in enumerate(baseline.keys()):
        other = places.get(key)
        if other is not None and _outcomes_of(baseline, at) != _outcomes_of(scenario, other):
            return at, other
    return None


def _outcomes_of(course: Course, at: int) -> list[Outcome]:
    return [move.outcome for move in course.life.steps[at].moves]


# ---- in words


def _said(course: Course, at: int | None, other: Course, other_at: int | None) -> str:
    """Return what the step in position *at* did and why; if there is none, what became of the *other* life's step."""
    sought = frozenset(() if other_at is None else other.life.steps[other_at].entered)
    if at is not None:
        return said_of(course.life, at, sought)
    assert other_at is not None  # noqa: S101  # one of the two has the step
    missing = other.life.steps[other_at]
    if missing.event is None:
        return f"{_when_and_what(missing, None)}: moves nothing"
    number = other.number(missing.event.row)
    steps = zip(course.life.steps, course.keys(), strict=True)
    own = next((done for done, key in steps if key == number), None)
    if own is None:
        return f"{_when_and_what(missing, None)}: does not happen"
    return f"{_when_and_what(own, None)}: happens at another time"


def said_of(life: Life, at: int, sought: frozenset[str] = frozenset()) -> str:
    """Return in words what the step in position *at* of *life* did, and why.

    Of a step that moves nothing it is told what kept the case from coming to the places *sought*.
    """
    causes = list(causes_along(life))
    done = life.steps[at]
    return f"{_when_and_what(done, causes[at])}: {'; '.join(_did(done, causes[at], causes[at + 1], sought))}"


def _when_and_what(done: Step, known: Causes | None) -> str:
    """Return when a step was, and what happened."""
    when = f"{done.time.recorded}  " if done.time else ""
    if done.event is None:
        told = "; ".join(dict.fromkeys(ended(done, known))) if known else ""
        return f"{when}{told or 'time passes'}"
    kind = done.was.model.kinds.get(done.event.type)
    return f"{when}{kind.label if kind else done.event.type}" + (f" [{done.event.id}]" if done.event.id else "")


def _did(done: Step, before: Causes, after: Causes, sought: frozenset[str]) -> Iterator[str]:
    """Yield what a step did on every track where it did something, else once for all."""
    model = done.was.model
    if done.outcome in {"refused", "unknown"}:
        yield f"{done.outcome}: {reason_said(done.reasons[0], model, before)}"
        return
    titles: Mapping[str, str] = {track.name: f"{track.label}: " for track in model.tracks}
    told = [(move, _on_track(done, move, before, after, sought)) for move in done.moves]
    acted = [titles.get(move.track, "") + text for move, text in told if move.outcome != "recorded" or ": " in text]
    yield from acted or dict.fromkeys(text for _, text in told)


def _on_track(done: Step, move: Move, before: Causes, after: Causes, sought: frozenset[str]) -> str:
    """Return what a step did on one track."""
    model = done.was.model
    here, there = model.place_label(move.before), model.place_label(move.after)
    if move.fired:
        # What the case entered by this very step did not start the time that ran out.
        known = evolve(after, entered=before.entered)
        why = (_why(reason, model, known) for reason in done.reasons_on(move))
        told = "; ".join(dict.fromkeys(text for text in why if text))
        return f"moved: {here} -> {there}" + (f" ({told})" if told else "")
    short = [(reason, target) for reason in done.short_on(move) if (target := _target(reason, model)) is not None]
    asked = [(reason, target) for reason, target in short if target in sought]
    kept = "; ".join(_kept(reason, target, model, after) for reason, target in asked or short)
    shown = kept and (asked or move.outcome == "held")
    return f"{move.outcome} in {here}" + (f": {kept}" if shown else "")


def _why(reason: Reason, model: Model, known: Causes) -> str:
    return clauses_said(tuple(clause for clause in reason.clauses if clause.holds), model, known, reason.transition)


def _target(reason: Reason, model: Model) -> str | None:
    return None if reason.transition is None else model.entered(reason.transition.target)


def _kept(reason: Reason, target: str, model: Model, known: Causes) -> str:
    why = clauses_said(reason.clauses, model, known, reason.transition)
    return f"no move to {model.place_label(target)}" + (f" ({why})" if why else "")
