"""Histories of a log that was walked as columns. Every table is worked out when it is asked for."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

import numpy as np
import polars as pl
from attrs import evolve, frozen
from numpy.typing import NDArray

from onward.history import fold
from onward.history.deviating import breaches_of, deviations_of
from onward.history.histories import (
    SPELLS,
    STEPS,
    CaseRow,
    Deviation,
    Engine,
    Spell,
    StepRow,
    cases_frame,
    schema_of,
)
from onward.history.judging import View
from onward.history.seating import microseconds, moments_of, seating_of
from onward.history.showing import shown_of
from onward.history.standing import table_of
from onward.history.states import States
from onward.history.stepping import OUTCOMES, Outcome, Reading, implied_by
from onward.history.walking import Walk, Walker
from onward.log.columns import Columns
from onward.log.dates import Interval
from onward.log.log import EventLog
from onward.model.elements import Years
from onward.model.model import Model

T = TypeVar("T")


@frozen(eq=False)
class FrameRows(Sequence[T], Generic[T]):
    """The rows of a table as values, each made when it is asked for.

    Attributes:
        frame: the table.
        make: what makes a value of a row.

    """

    frame: pl.DataFrame
    make: Callable[[Mapping[str, Any]], T]

    def __len__(self) -> int:
        return self.frame.height

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401  # a position or a slice
        if isinstance(index, slice):
            return tuple(FrameRows(self.frame[index], self.make))
        return self.make(self.frame.row(range(len(self))[index], named=True))

    def __iter__(self) -> Iterator[T]:
        return map(self.make, self.frame.iter_rows(named=True))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(_same, self, other))

    def __hash__(self) -> int:
        return hash(len(self))


def _same(one: object, other: object) -> bool:
    return one == other


@frozen(eq=False)
class Paths:
    """What every path is, in texts; a path's entry is at its number, negative ones count from the end.

    Attributes:
        befores: the place before it.
        afters: the place after it.
        transitions: the names of what fired, or null.
        implied: the phases passed without a stay.
        entered: the ranks of the places entered.
        reverses: whether a place entered lies before the one left.

    """

    befores: pl.Series
    afters: pl.Series
    transitions: pl.Series
    implied: pl.Series
    entered: tuple[tuple[int, ...], ...]
    reverses: NDArray[np.bool_]


def paths_of(model: Model, paths: Sequence[tuple[int, tuple[int, ...]]]) -> Paths:
    """Return the texts of *paths*, each a place and the transitions fired from there."""
    places = model.places
    ranks = [places.index(model.entered(transition.target)) for transition in model.transitions]
    entered = [tuple(ranks[number] for number in fired) for _, fired in paths]
    begins = [begin for begin, _ in paths]
    ends = [came[-1] if came else begin for begin, came in zip(begins, entered, strict=True)]
    # Unknown and refused events: -1 and -2 are the first place's, -3 and -4 the second's.
    still = [rank for rank in reversed(range(len(places))) for _ in range(2)]
    names = ["; ".join(model.transitions[number].name for number in fired) or None for _, fired in paths]
    implied = [
        implied_by(model, places[begin], places[end], [places[rank] for rank in came]) if came else ()
        for begin, end, came in zip(begins, ends, entered, strict=True)
    ]
    trails = [(begin, *came) for begin, came in zip(begins, entered, strict=True)]
    return Paths(
        befores=pl.Series([places[rank] for rank in (*begins, *still)], dtype=pl.String),
        afters=pl.Series([places[rank] for rank in (*ends, *still)], dtype=pl.String),
        transitions=pl.Series([*names, *(None for _ in still)], dtype=pl.String),
        implied=pl.Series([*map(list, implied), *([] for _ in still)], dtype=pl.List(pl.String)),
        entered=(*entered, *(() for _ in still)),
        reverses=np.array([*map(_reverses, trails), *(False for _ in still)], bool),
    )


def _reverses(trail: Sequence[int]) -> bool:
    return any(later < earlier for earlier, later in itertools.pairwise(trail))


@frozen(eq=False)
class WalkHistories:
    """Histories of a walk.

    Attributes:
        log: what was seen.
        columns: its rows as columns.
        walker: the cases as the walk left them.
        walk: what every step did.
        as_of: the end of the window.
        earlier: where cases stood before, if the walk went on from there.

    """

    log: EventLog
    columns: Columns
    walker: Walker
    walk: Walk
    as_of: Interval | None
    earlier: States | None = None

    @property
    def model(self) -> Model:
        """What may happen."""
        return self.walker.model

    @property
    def reading(self) -> Reading:
        """Which end of a date counted."""
        return self.walker.reading

    @property
    def engine(self) -> Engine:
        """Which engine ran it."""
        return self.walker.ran

    @cached_property
    def by_name(self) -> NDArray[np.uint32]:
        """The numbers of the cases that have had events, by name."""
        return by_name(self.walker)

    @cached_property
    def order(self) -> NDArray[np.int64]:
        """The positions of the steps, by case and then by time."""
        ranks = np.zeros(len(self.walker.events), np.uint32)
        ranks[self.by_name] = np.arange(len(self.by_name))
        groups = ranks[self.walk.cases]
        sizes = np.bincount(groups, minlength=len(self.by_name))
        order: NDArray[np.int64] = fold.grouped(groups, np.cumsum(sizes) - sizes)
        return order

    @cached_property
    def paths(self) -> Paths:
        """The paths of the walk, in texts."""
        return paths_of(self.model, self.walker.paths)

    @cached_property
    def _outcomes(self) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        found, counts = np.empty(len(self.walk), np.uint8), np.zeros(len(OUTCOMES), np.int64)
        fold.outcomes_of(self.walk.paths, self.walk.letters, self.walker.tables().answered, found, counts)
        return found, counts

    @property
    def case_count(self) -> int:
        """How many cases there are."""
        return len(self.by_name)

    @property
    def outcomes(self) -> Mapping[Outcome, int]:
        """How many steps came out how."""
        return dict(zip(OUTCOMES, self._outcomes[1].tolist(), strict=True))

    @cached_property
    def after_as_of(self) -> int:
        """How many rows of the log lie after the window."""
        if self.as_of is None:
            return 0
        return int(np.count_nonzero(moments_of(self.columns.times, self.reading) > microseconds(self.as_of.last)))

    @cached_property
    def breaches(self) -> int:
        """How many times an invariant was broken."""
        return breaches_of(self.model, self.walk, self.paths.reverses)

    @cached_property
    def steps(self) -> pl.DataFrame:
        """One row an event, case and track, by case and then time."""
        return step_table(self.columns, self.walker, self.walk, self.paths, self._outcomes[0], order=self.order)

    @property
    def step_rows(self) -> Sequence[StepRow]:
        """`steps` as values."""
        return FrameRows(self.steps, lambda row: StepRow(**{**row, "implied": tuple(row["implied"])}))

    @cached_property
    def spells(self) -> pl.DataFrame:
        """One row a spell, by case and then time."""
        return _spells(self)

    @property
    def spell_rows(self) -> Sequence[Spell]:
        """`spells` as values."""
        return FrameRows(self.spells, lambda row: Spell(**row))

    @cached_property
    def deviations(self) -> pl.DataFrame:
        """Steps refused or unknown, and broken invariants, by case and then time."""
        inverse = np.empty(len(self.order), np.int64)
        inverse[self.order] = np.arange(len(self.order))
        return deviations_of(
            self.log, self.columns, self.walker, self.walk, reverses=self.paths.reverses, positions=inverse
        )

    @property
    def deviation_rows(self) -> Sequence[Deviation]:
        """`deviations` as values."""
        return FrameRows(self.deviations, lambda row: Deviation(**row))

    @cached_property
    def rows(self) -> Mapping[str, tuple[int, ...]]:
        """The rows of every case, in the order in which they count, those after the window too."""
        return RowsByCase(self.columns, self.model, self.reading)

    @cached_property
    def states(self) -> States:
        """Where every case stands, to go on from."""
        return States(self.model, self.reading, table=self.standing)

    @cached_property
    def standing(self) -> pl.DataFrame:
        """Where every case stands, by name, as `States` keep it."""
        self.walker.settle(self.columns, self.walk)
        return table_of(self.walker, self.by_name)

    @cached_property
    def case_rows(self) -> Sequence[CaseRow]:
        """One row a case and track, by case."""
        return tuple(_case_rows(self))

    @cached_property
    def cases(self) -> pl.DataFrame:
        """`case_rows` as a table."""
        if any(self.model.shows):
            return cases_frame(self.model, self.case_rows)
        return _cases(self)


def step_table(  # noqa: PLR0913  # a step is of a log, a case, a path and an outcome
    columns: Columns,
    walker: Walker,
    walk: Walk,
    paths: Paths,
    outcomes: NDArray[np.uint8],
    *,
    order: NDArray[np.int64] | None = None,
    start: int = 0,
    numbers: pl.Series | None = None,
    recorded: bool = True,
) -> pl.DataFrame:
    """Return the steps of *walk* as a table.

    Args:
        columns: the rows that were walked.
        walker: who walked them.
        walk: what every step did.
        paths: its paths in texts.
        outcomes: the number of every step's outcome.
        order: the order in which steps are told; None is the order in which they counted.
        start: the number of rows in earlier stretches of the log.
        numbers: the number of every row, where they do not simply count on from *start*.
        recorded: whether dates are told as written, too.

    """

    def told(values: NDArray[Any]) -> NDArray[Any]:
        return values if order is None else values[order]

    rows = pl.Series(told(walk.rows))
    paths_told = told(walk.paths)
    path = pl.Series(np.where(paths_told < 0, paths_told + len(paths.befores), paths_told))
    ends = columns.times.last if walker.reading == "certain" else columns.times.first
    count = (rows + start if numbers is None else numbers.gather(rows)) + 1
    return pl.DataFrame(
        {
            "event_id": _ids(columns, rows, count),
            "case": walker.case_names.gather(pl.Series(told(walk.cases))),
            "track": _nothing(len(rows)),
            "time": ends.gather(rows),
            "event": columns.types.texts.gather(pl.Series(columns.types.codes).gather(rows)),
            "before": paths.befores.gather(path),
            "after": paths.afters.gather(path),
            "outcome": pl.Series(OUTCOMES, dtype=pl.String).gather(pl.Series(told(outcomes))),
            "transition": paths.transitions.gather(path),
            "implied": paths.implied.gather(path),
            "recorded": columns.times.recorded(rows) if recorded else _nothing(len(rows)),
            "row": count - 1,
        },
        schema=schema_of(STEPS),
    )


def _nothing(rows: int) -> pl.Series:
    return pl.Series([None], dtype=pl.String).new_from_index(0, rows)


def _ids(columns: Columns, rows: pl.Series, count: pl.Series) -> pl.Series:
    """Return the ids of *rows*; the number of the row, from 1, where there is none."""
    numbered = count.cast(pl.String)
    if columns.ids is None:
        return numbered
    ids = columns.ids.gather(rows)
    return pl.select(pl.when(ids == "").then(numbered).otherwise(ids)).to_series()


def _spells(told: WalkHistories) -> pl.DataFrame:
    """Return the spells: one for every place entered, the one that runs when the walk begins before them."""
    walk, walker, model = told.walk, told.walker, told.model
    order = told.order
    moved = order[walk.paths[order] >= len(model.places)]
    entered = told.paths.entered
    lengths = np.array([len(each) for each in entered], np.int64)
    begins = np.cumsum(lengths) - lengths
    flat = np.array([rank for each in entered for rank in each], np.int64)
    counts = lengths[walk.paths[moved]]
    within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    places = flat[np.repeat(begins[walk.paths[moved]], counts) + within]
    cases = np.repeat(walk.cases[moved], counts)
    moments = moments_of(told.columns.times, told.reading)[walk.rows[moved]]
    starts = np.repeat(moments, counts)
    if told.earlier is not None:
        running = walker.running
        cases = np.concatenate([running.cases, cases])
        places = np.concatenate([running.places, places])
        starts = np.concatenate([running.starts, starts])
    ranks = np.zeros(len(walker.events), np.int64)
    ranks[told.by_name] = np.arange(len(told.by_name))
    by_case = np.argsort(ranks[cases], kind="stable")
    cases, places, starts = cases[by_case], places[by_case], starts[by_case]
    ended = np.append(cases[1:] == cases[:-1], [False] * min(len(cases), 1)).astype(bool)
    ends = np.append(starts[1:], starts[:1])
    phases, stages = _parts(model)
    place = pl.Series(places)
    return pl.DataFrame(
        {
            "case": walker.case_names.gather(pl.Series(cases)),
            "track": _nothing(len(cases)),
            "phase": phases.gather(place),
            "stage": stages.gather(place),
            "start": pl.Series(starts).cast(pl.Datetime("us")),
            "end": pl.select(pl.when(pl.Series(ended)).then(pl.Series(ends).cast(pl.Datetime("us")))).to_series(),
            "end_kind": pl.Series(["censored", "moved"]).gather(pl.Series(ended.astype(np.uint8))),
        },
        schema=schema_of(SPELLS),
    )


def _parts(model: Model) -> tuple[pl.Series, pl.Series]:
    """Return, by place, the phase and the stage."""
    parts = [model.parts(place) for place in model.places]
    return (
        pl.Series([phase for phase, _ in parts], dtype=pl.String),
        pl.Series([stage for _, stage in parts], dtype=pl.String),
    )


def by_name(walker: Walker) -> NDArray[np.uint32]:
    """Return the numbers of the cases that have had events, by name."""
    order: NDArray[np.uint32] = walker.case_names.arg_sort().to_numpy()
    return order[walker.events[order] > 0]


def case_table(walker: Walker, numbers: NDArray[np.uint32], since: pl.Series) -> pl.DataFrame:
    """Return where the cases with these *numbers* stand, *since* the dates written there, without columns shown."""
    model = walker.model
    places = pl.Series(walker.memory[numbers, fold.PLACE])
    phases, stages = _parts(model)
    labels = pl.Series([model.place_label(place) for place in model.places], dtype=pl.String)

    def instants(values: NDArray[np.int64]) -> pl.Series:
        known = pl.Series(values)
        return pl.select(pl.when(known != fold.NEVER).then(known)).to_series().cast(pl.Datetime("us"))

    return pl.DataFrame(
        {
            "case": walker.case_names.gather(pl.Series(numbers)),
            "track": _nothing(len(numbers)),
            "phase": phases.gather(places),
            "stage": stages.gather(places),
            "label": labels.gather(places),
            "since": instants(walker.clocks[numbers, fold.SINCE]),
            "first_event": instants(walker.opened[numbers]),
            "last_event": instants(walker.now[numbers]),
            "events": pl.Series(walker.events[numbers]).cast(pl.Int64),
            "moves": pl.Series(walker.clocks[numbers, fold.MOVES]),
            "since_recorded": since,
        }
    )


def _cases(told: WalkHistories) -> pl.DataFrame:
    return case_table(told.walker, told.by_name, told.standing["since"])


def _case_rows(told: WalkHistories) -> Iterator[CaseRow]:
    ranks = told.walker.memory[told.by_name, fold.PLACE].tolist()
    rows = _cases(told).iter_rows(named=True)
    for row, rank, shows in zip(rows, ranks, _shows(told), strict=True):
        yield CaseRow(**row, rank=rank, shows=shows)


def _shows(told: WalkHistories) -> Iterator[tuple[tuple[str, str], ...]]:
    """Yield, for every case by name, the columns that the model shows beside the phase."""
    walker, model = told.walker, told.model
    events = _events_shown(told)
    names = [variable.name for variable in model.context]
    now = told.as_of.last if told.as_of else None
    blank = View(model, model.places[0], {}, moment=now)
    cases = _cases(told)
    memory = walker.memory[told.by_name]
    began = walker.clocks[told.by_name, fold.BEGAN]
    begins = pl.Series(np.where(began == fold.NEVER, 0, began)).cast(pl.Datetime("us")).to_list()
    for number, (case, since) in enumerate(zip(cases["case"], cases["since"], strict=True)):
        view = evolve(
            blank,
            place=model.places[memory[number, fold.PLACE]],
            memory=dict(zip(names, memory[number, fold.MEMORY : -1].tolist(), strict=True)),
            since=since,
            began=None if began[number] == fold.NEVER else begins[number],
        )
        yield tuple(shown_of(view, [told.log.event(row) for row in events.get(case, ())], told.as_of))


def _events_shown(told: WalkHistories) -> dict[str, list[int]]:
    """Return, for every case, the rows in its window of the types that columns of years list."""
    shown = [column for column in told.model.shows if isinstance(column, Years)]
    wanted = {name for each in shown for name in (*each.types, *each.moments, *each.ended, *each.planned)}
    is_wanted = np.array([name in wanted for name in told.columns.types.texts], bool)
    if not is_wanted.any():
        return {}
    order = told.order
    rows = told.walk.rows[order]
    kept = is_wanted[told.columns.types.codes[rows]]
    names = told.walker.case_names.gather(pl.Series(told.walk.cases[order][kept]))
    found: dict[str, list[int]] = {}
    for case, row in zip(names, rows[kept].tolist(), strict=True):
        found.setdefault(case, []).append(row)
    return found


class RowsByCase(Mapping[str, tuple[int, ...]]):
    """The rows of every case, in the order in which they count."""

    def __init__(self, columns: Columns, model: Model, reading: Reading) -> None:
        seating = seating_of(columns, model)
        in_time = np.argsort(seating.of(moments_of(columns.times, reading)), kind="stable")
        self._sizes = np.bincount(seating.cases, minlength=len(seating.names))
        self._starts = np.cumsum(self._sizes) - self._sizes
        order = in_time[fold.grouped(seating.cases[in_time], self._starts)]
        self._rows = order if seating.rows is None else seating.rows[order]
        self._numbers = {name: number for number, name in enumerate(seating.names) if self._sizes[number]}

    def __getitem__(self, case: str) -> tuple[int, ...]:
        number = self._numbers[case]
        start = int(self._starts[number])
        return tuple(self._rows[start : start + int(self._sizes[number])].tolist())

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)
