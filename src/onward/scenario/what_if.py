"""What if: scenarios against a baseline. Only the cases that edits touch are run again, where that will do."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache, partial
from typing import TYPE_CHECKING, overload

from attrs import define, evolve, field, frozen

from onward.history.engine import replay
from onward.history.histories import Engine
from onward.history.replayed import Replay
from onward.history.stepping import Reading, checked_reading
from onward.history.window import end_of, latest, window_of
from onward.log.dates import Interval
from onward.log.framed import given_log
from onward.log.log import AttributeType, EventLog
from onward.model.model import Model
from onward.problems import LogError, ModelError, OnwardError, Problem, UsageError
from onward.scenario.comparison import Comparison
from onward.scenario.document import ScenarioFile
from onward.scenario.editing import Edited, cases_touched, edit_log
from onward.scenario.edits import Edit
from onward.scenario.lives import Lives, Loom, Whole, Woven, differing
from onward.scenario.remodelling import remodel
from onward.scenario.rows import Row, cases_of, type_in, types_with
from onward.scenario.scenario import Scenario
from onward.scenario.strands import atlas, pick, rows_of_cases

if TYPE_CHECKING:
    import polars as pl

MANY_CASES = 1_000
"""Cases touched in a long log from which on it is quicker to replay all of it."""

Types = tuple[tuple[str, AttributeType], ...]


@overload
def what_if(
    model: Model,
    log: "EventLog | pl.DataFrame | Replay",
    scenario: Scenario,
    *,
    as_of: str | int | date | datetime | Interval | None = None,
    reading: Reading | None = None,
    engine: Engine | None = None,
) -> Comparison: ...
@overload
def what_if(
    model: Model,
    log: "EventLog | pl.DataFrame | Replay",
    scenario: Iterable[Scenario],
    *,
    as_of: str | int | date | datetime | Interval | None = None,
    reading: Reading | None = None,
    engine: Engine | None = None,
) -> tuple[Comparison, ...]: ...
def what_if(  # noqa: PLR0913  # a replay, and what is otherwise
    model: Model,
    log: "EventLog | pl.DataFrame | Replay",
    scenario: Scenario | Iterable[Scenario],
    *,
    as_of: str | int | date | datetime | Interval | None = None,
    reading: Reading | None = None,
    engine: Engine | None = None,
) -> Comparison | tuple[Comparison, ...]:
    """Work out what a scenario changes: the log and the model as they are against both as the scenario leaves them.

    Edits of the model are made first, and those of the log under the model that they leave.

    Args:
        model: what may happen.
        log: what was seen: a log, a data frame that `read_log` understands, or a replay of it, which is the baseline.
        scenario: what is otherwise; or several, worked out together, which is much quicker than one at a time.
        as_of: the last day of the window, for both lives. Left out, the window is that of the replay given, or ends
            with the log or, where an edit puts an event later than that, with it.
        reading: `certain` (the default) or `possible`, as `replay` understands it; of a replay given its own.
        engine: what runs it; left out, the number of rows decides.

    Returns:
        What became of each case that is touched; of several scenarios one comparison each, in their order.

    Raises:
        UsageError: an edit finds nothing to change or cannot be made, *as_of* is no date, there is no such *reading*,
            or a replay was given with another model or reading, or one that went on from earlier states; *scenario* is
            no scenario.
        ModelError: the model cannot be used as a scenario leaves it.
        LogError: the log does not name cases as the model asks.

    """
    asked = _asked(scenario)
    base = _base(model, log, as_of, reading, engine)
    if isinstance(scenario, Scenario):
        return _compared(base, [_planned(base, scenario)])[0]
    return _compared(base, _all_planned(base, asked))


def _asked(given: object) -> tuple[Scenario, ...]:
    """Return the scenarios *given*, one or several.

    Raises:
        UsageError: something else is given.

    """
    several = isinstance(given, Iterable) and not isinstance(given, Scenario | str | Mapping)
    each = tuple(given) if several and isinstance(given, Iterable) else (given,)
    found = tuple(one for one in each if isinstance(one, Scenario))
    if len(found) < len(each):
        wrong = next(one for one in each if not isinstance(one, Scenario))
        mend = "pass a Scenario, or a list of them"
        if isinstance(wrong, Edit):
            mend = f'write Scenario("name", [{type(wrong).__name__}(...)])'
        elif isinstance(wrong, ScenarioFile):
            mend = "pass its scenarios, which it has as .scenarios"
        raise UsageError([Problem("scenario", f"a {type(wrong).__name__} is no scenario", mend)])
    return found


# ---- the baseline


@define(eq=False)
class _Base:
    """What scenarios are held against.

    Attributes:
        model: what may happen.
        log: what was seen.
        asked: the window, if it was asked for.
        reading: which end of a date counts.
        engine: what runs it.
        given: the replay, if there is one already.
        models: models as edits leave them, by what the edits say.
        replays: what makes replays of the log as it is, by window.

    """

    model: Model
    log: EventLog
    asked: Interval | None
    reading: Reading
    engine: Engine | None
    given: Replay | None
    models: dict[str, Model] = field(factory=dict, init=False)
    replays: dict[Interval | None, Callable[[], Replay]] = field(factory=dict, init=False)
    end: Interval | None = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.end = self.asked or end_of([self.log], self.reading)

    def changed_model(self, scenario: Scenario) -> Model:
        """Return the model as *scenario* leaves it; equal edits are made once."""
        edits = scenario.of_model
        if not edits:
            return self.model
        # Values that are equal to Python (1 and true) are told apart in writing.
        key = repr(edits)
        if key not in self.models:
            self.models[key] = remodel(self.model, edits)
        return self.models[key]

    def baseline(self, window: Interval | None) -> Callable[[], Replay]:
        """Return what makes the replay of the log as it is, once."""
        if self.given is not None and self.given.as_of == window:
            given = self.given
            return lambda: given
        if window not in self.replays:
            self.replays[window] = _later(self.model, self.log, window, self.reading, self.engine)
        return self.replays[window]


def _later(
    model: Model, log: EventLog, window: Interval | None, reading: Reading, engine: Engine | None
) -> Callable[[], Replay]:
    """Return what makes a replay when it is first called."""
    return cache(partial(replay, model, log, as_of=window, reading=reading, engine=engine))


def _base(
    model: Model,
    log: "EventLog | pl.DataFrame | Replay",
    as_of: str | int | date | datetime | Interval | None,
    reading: Reading | None,
    engine: Engine | None,
) -> _Base:
    if reading is not None:
        checked_reading(reading)
    if not isinstance(log, Replay):
        seen = given_log(log)
        return _Base(model, seen, window_of(as_of), reading or "certain", engine, None)
    if log.earlier is not None:
        what = "the replay went on from earlier states, and what the log was before is not known"
        raise UsageError([Problem("log", what, "replay both logs as one")])
    if log.model != model:
        what = f"the replay is one of {log.model.name}, and not of this model as it stands"
        raise UsageError([Problem("log", what, "pass the replay's own model, and what is otherwise as edits")])
    if reading not in {None, log.reading}:
        what = f"the replay reads dates as {log.reading!r}, not as {reading!r}"
        raise UsageError([Problem("reading", what, "leave it out: a replay brings its own")])
    return _Base(model, log.log, window_of(as_of) or log.as_of, log.reading, engine, log)


# ---- what each scenario asks for


@frozen(eq=False)
class _Plan:
    """A scenario, and what it comes to before anything is run.

    Attributes:
        scenario: what was asked.
        edited: the log, and how it changes.
        model: the model as it is then.
        touched: the cases to run again; None is all.
        as_of: the end of the window.
        types: the types of attributes, where they are not the log's.

    """

    scenario: Scenario
    edited: Edited
    model: Model
    touched: tuple[str, ...] | None
    as_of: Interval | None
    types: Types

    @property
    def new(self) -> tuple[Row, ...]:
        """The rows as they are now: those that were changed, by place, then those added."""
        changed = (self.edited.changed[number] for number in sorted(self.edited.changed))
        return (*(row for row in changed if row is not None), *self.edited.added)

    def new_numbers(self, rows: int) -> tuple[int, ...]:
        """Return the number of the event in each of them, if the log had so many *rows*."""
        changed = (
            number
            for number, row in ((number, self.edited.changed[number]) for number in sorted(self.edited.changed))
            if row is not None
        )
        return (*changed, *range(rows, rows + len(self.edited.added)))


def _all_planned(base: _Base, scenarios: Sequence[Scenario]) -> list[_Plan]:
    """Return what *scenarios* come to; the problems of all that cannot be made are told at once."""
    plans: list[_Plan] = []
    failed: list[tuple[type[OnwardError], list[Problem]]] = []
    for scenario in scenarios:
        try:
            plans.append(_planned(base, scenario))
        except (UsageError, ModelError, LogError) as error:
            failed.append((type(error), [_of_scenario(scenario, problem) for problem in error.problems]))
    if failed:
        raise failed[0][0](problem for _, problems in failed for problem in problems)
    return plans


def _of_scenario(scenario: Scenario, problem: Problem) -> Problem:
    """Return *problem* with the name of its scenario, where it does not say in which file it is."""
    edits = {edit.place for edit in scenario.edits if edit.place}
    is_in_file = any(problem.where.startswith(place.partition(":")[0]) for place in edits)
    return problem if is_in_file else evolve(problem, where=f"{scenario.name}: {problem.where}")


def _planned(base: _Base, scenario: Scenario) -> _Plan:
    model = base.changed_model(scenario)
    edited = edit_log(model, base.log, scenario.of_log) if scenario.of_log else Edited(base.log)
    events = [row.event for row in (*edited.changed.values(), *edited.added) if row is not None]
    types = types_with(base.log, events) if events else base.log.attributes
    recoded = any(_is_recoded(base.log, name, type_) for name, type_ in types.items())
    every = recoded or model is not base.model
    return _Plan(
        scenario=scenario,
        edited=edited,
        model=model,
        touched=None if every else cases_touched(model, edited),
        as_of=base.asked or latest((base.end, *(event.time for event in events)), base.reading),
        types=() if types == base.log.attributes else tuple(types.items()),
    )


def _is_recoded(log: EventLog, name: str, type_: AttributeType) -> bool:
    """Tell whether values that *log* has read otherwise once the column is of another type."""
    known = log.attributes.get(name, type_)
    if known == type_ or (known, type_) == ("integer", "number"):
        return False
    return type_in(log, name) is not None


# ---- running them


def _compared(base: _Base, plans: Sequence[_Plan]) -> tuple[Comparison, ...]:
    lives = iter(_woven(base, [plan for plan in plans if not _is_whole(base, plan)]))
    return tuple(_by_whole(base, plan) if _is_whole(base, plan) else next(lives) for plan in plans)


def _is_whole(base: _Base, plan: _Plan) -> bool:
    """Tell whether it is quicker to replay the whole log than the cases that a scenario touches."""
    return base.log.store is not None and (plan.touched is None or len(plan.touched) > MANY_CASES)


def _by_whole(base: _Base, plan: _Plan) -> Comparison:
    """Return the comparison of two replays of whole logs, which are made when something is asked of it."""
    make = _scenario(base, plan)
    gaps = [row - before for before, row in enumerate(sorted(_dropped(plan.edited)))]
    before, after = Whole(base.baseline(plan.as_of)), Whole(make, gaps)
    return _comparison(base, plan, before, after, partial(_differing, plan, before, after), make)


def _differing(plan: _Plan, before: Whole, after: Whole) -> tuple[str, ...]:
    """Return the cases of a long log whose lives differ, and those whose events the edits touch."""
    found = differing(before, after)
    return tuple(sorted({*found, *cases_touched(plan.model, plan.edited)}))


def _dropped(edited: Edited) -> list[int]:
    return [number for number, row in edited.changed.items() if row is None]


def _scenario(base: _Base, plan: _Plan) -> Callable[[], Replay]:
    """Return what makes the replay of the whole scenario, once."""
    model, window, reading, engine = plan.model, plan.as_of, base.reading, base.engine
    edited = plan.edited
    if edited.is_same and model is base.model:
        return base.baseline(window)
    return cache(lambda: replay(model, edited.whole(), as_of=window, reading=reading, engine=engine))


def _comparison(  # noqa: PLR0913  # two sides, and what they are of
    base: _Base,
    plan: _Plan,
    before: Lives,
    after: Lives,
    names: Callable[[], tuple[str, ...]],
    make: Callable[[], Replay],
) -> Comparison:
    return Comparison(
        scenario=plan.scenario,
        model=base.model,
        changed_model=plan.model,
        edited=plan.edited,
        as_of=plan.as_of,
        reading=base.reading,
        before=before,
        after=after,
        names_of=names,
        baseline_of=base.baseline(plan.as_of),
        replay_of=make,
    )


# ---- as strands


@frozen(eq=False)
class _Source:
    """The rows of the log that are needed, all of a short one.

    Attributes:
        log: the rows.
        numbers: for each row its number in the log as it was.
        rows: the rows of each case, in the order of the file.

    """

    log: EventLog
    numbers: Sequence[int]
    rows: Mapping[str, tuple[int, ...]]


def _source(base: _Base, plans: Sequence[_Plan]) -> _Source:
    """Return the rows of the log that *plans* need; of a long one, those of the cases that are touched."""
    log = base.log
    if log.store is None:
        return _Source(log, range(len(log)), rows_of_cases(base.model, log))
    cases = {case for plan in plans for case in plan.touched or ()}
    found = rows_of_cases(base.model, log, cases)
    numbers = sorted({row for rows in found.values() for row in rows})
    places = {number: row for row, number in enumerate(numbers)}
    rows = {case: tuple(places[row] for row in own) for case, own in found.items()}
    return _Source(pick(log, numbers), numbers, rows)


@define(eq=False)
class _Frame:
    """The looms that weave scenarios with columns of the same types.

    Attributes:
        log: the source's rows, and behind them all that the scenarios have anew.
        numbers: the number of the event in each row.
        at: for each plan, by its place among all, the row with which its own begin.
        looms: by model (one object each) and window.

    """

    log: EventLog
    numbers: Sequence[int]
    at: Mapping[int, int]
    looms: dict[tuple[int, Interval | None], Loom] = field(factory=dict, init=False)

    def loom(self, base: _Base, model: Model, window: Interval | None, widest: Interval | None) -> Loom:
        """Return what weaves lives under *model* up to the end of *window*; *widest* is that of all scenarios.

        Where time alone changes nothing, all windows that lack no event are as good as one.
        """
        asked = window if model.has_clockwork else widest
        key = id(model), asked
        if key not in self.looms:
            self.looms[key] = Loom(model, self.log, self.numbers, asked, base.reading, base.engine)
        return self.looms[key]


def _woven(base: _Base, plans: Sequence[_Plan]) -> Iterator[Comparison]:
    """Yield the comparisons of *plans*, whose lives are all strands of a few long logs."""
    source = _source(base, plans)
    widest = base.asked or latest((plan.as_of for plan in plans), base.reading)
    ground = _Frame(source.log, source.numbers, {})
    frames = {types: _frame(base, source, plans, types) for types in {plan.types for plan in plans}}
    for place, plan in enumerate(plans):
        frame = frames[plan.types]
        new = _new_by_case(base, plan, frame.at[place])
        cases = tuple(sorted({*source.rows, *new})) if plan.touched is None else plan.touched
        loom = ground.loom(base, base.model, plan.as_of, widest)
        before = Woven(loom, {case: loom.add(case, source.rows.get(case, ())) for case in cases})
        other = frame.loom(base, plan.model, plan.as_of, widest)
        rows = ((case, _rows(source, frame, plan, case, new.get(case, ()))) for case in cases)
        after = Woven(other, {case: other.add(case, own) for case, own in rows})
        yield _comparison(base, plan, before, after, partial(tuple, cases), _scenario(base, plan))


def _frame(base: _Base, source: _Source, plans: Sequence[_Plan], types: Types) -> _Frame:
    """Return the rows of all *plans* with columns of these *types*, behind those of *source*."""
    new: list[Row] = []
    numbers = list(source.numbers)
    at: dict[int, int] = {}
    for place, plan in enumerate(plans):
        if plan.types == types:
            at[place] = len(numbers)
            new += plan.new
            numbers += plan.new_numbers(len(base.log))
    return _Frame(atlas(source.log, new), numbers, at)


def _new_by_case(base: _Base, plan: _Plan, start: int) -> dict[str, list[int]]:
    """Return the new rows of *plan* by case; they stand from the row *start* on."""
    found: dict[str, list[int]] = {}
    for at, row in enumerate(plan.new, start):
        for case in cases_of(plan.model, base.log, row):
            found.setdefault(case, []).append(at)
    return found


def _rows(source: _Source, frame: _Frame, plan: _Plan, case: str, new: Sequence[int]) -> list[int]:
    """Return the rows of *case* in the scenario, in the order of the file: a changed row stands where it stood."""
    changed = plan.edited.changed
    kept = [row for row in source.rows.get(case, ()) if source.numbers[row] not in changed]
    return sorted([*kept, *new], key=frame.numbers.__getitem__)
