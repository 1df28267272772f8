"""Histories of a log that was walked as columns. Every table is worked out when it is asked for."""

import functools
import itertools
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

import numpy as np
import polars as pl
from attrs import frozen
from numpy.typing import NDArray

from onward.history import carrying, fold
from onward.history.deviating import breaches_of, deviations_of, event_texts, recorded_texts
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
from onward.history.seating import datetimes, microseconds, moments_of, seating_of
from onward.history.showing import shown_of
from onward.history.standing import table_of
from onward.history.states import States, track_column
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


def paths_by_track(walker: Walker) -> tuple[Paths, ...]:
    """Return for every track what each path of *walker* is there, in texts."""
    model, program, paths = walker.model, walker.program, walker.paths
    if not model.tracks:
        return (paths_of(model, paths),)
    joints = program.joints
    found = []
    for track in range(len(model.track_names)):
        ranks = [model.ranks[joints.tracks[track][at[track]]].start for at in map(joints.apart, range(len(joints)))]
        fired = [move.fired[track] for move in program.moves]
        own = [(ranks[begin], tuple(fired[number] for number in moves if fired[number] >= 0)) for begin, moves in paths]
        found.append(paths_of(model, own, ranks))
    return tuple(found)


def paths_of(model: Model, paths: Sequence[tuple[int, tuple[int, ...]]], stays: Sequence[int] | None = None) -> Paths:
    """Return the texts of *paths*, each a place and the transitions fired from there.

    Args:
        model: what may happen.
        paths: the rank of the place, and the numbers of the transitions.
        stays: the ranks of the places where unknown and refused events leave a case, by number; None is every place.

    """
    places = model.places
    ranks = [model.ranks[transition.target].start for transition in model.transitions]
    entered = [tuple(ranks[number] for number in fired) for _, fired in paths]
    begins = [begin for begin, _ in paths]
    ends = [came[-1] if came else begin for begin, came in zip(begins, entered, strict=True)]
    # Unknown and refused events: -1 and -2 are the first place's, -3 and -4 the second's.
    still = [rank for rank in reversed(range(len(places)) if stays is None else stays) for _ in range(2)]
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
class Outcomes:
    """How every step came out.

    Attributes:
        by_track: for every track, by step, the position in `OUTCOMES`.
        counts: how many came out how, on all tracks; of what time alone did, where it moved a case.

    """

    by_track: tuple[NDArray[np.uint8], ...]
    counts: NDArray[np.int64]


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
    def paths(self) -> tuple[Paths, ...]:
        """The paths of the walk on every track, in texts."""
        return paths_by_track(self.walker)

    @cached_property
    def _outcomes(self) -> Outcomes:
        return outcomes_by_track(self.walker, self.walk)

    @property
    def case_count(self) -> int:
        """How many cases there are."""
        return len(self.by_name)

    @property
    def outcomes(self) -> Mapping[Outcome, int]:
        """How many steps came out how."""
        return dict(zip(OUTCOMES, self._outcomes.counts.tolist(), strict=True))

    @cached_property
    def after_as_of(self) -> int:
        """How many rows of the log lie after the window."""
        if self.as_of is None:
            return 0
        return int(np.count_nonzero(moments_of(self.columns.times, self.reading) > microseconds(self.as_of.last)))

    @cached_property
    def breaches(self) -> int:
        """How many times an invariant was broken."""
        return breaches_of(self.model, self.walk, reverses_of(self.paths))

    @cached_property
    def steps(self) -> pl.DataFrame:
        """One row an event, case and track, by case and then time."""
        return steps_of(self.columns, self.walker, self.walk, self.paths, self._outcomes, order=self.order)

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
            self.log, self.columns, self.walker, self.walk, reverses=reverses_of(self.paths), positions=inverse
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


def outcomes_by_track(walker: Walker, walk: Walk) -> Outcomes:
    """Return how every step of *walk* came out."""
    counts = np.zeros(len(OUTCOMES), np.int64)
    if walker.holdings is None:
        found = np.empty(len(walk), np.uint8)
        fold.outcomes_of(walk.paths, walk.letters, walker.tables().answered, found, counts)
        return Outcomes((found,), counts)
    moves, answered = walker.program.moves, walker.answered
    bits = [sum(1 << track for track, number in enumerate(move.fired) if number >= 0) for move in moves]
    fired = np.array(
        [(functools.reduce(operator.or_, (bits[move] for move in each), 0), begin) for begin, each in walker.paths],
        np.int64,
    )
    told = []
    for track in range(len(walker.model.track_names)):
        outcomes = np.empty(len(walk), np.uint8)
        carrying.spread_outcomes(walk.paths, walk.letters, answered, fired, track, outcomes)
        counts += np.bincount(outcomes[_is_told(walk, outcomes)], minlength=len(OUTCOMES))
        told.append(outcomes)
    return Outcomes(tuple(told), counts)


def _is_told(walk: Walk, outcomes: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return which steps are told on a track: every event's, and those of time alone that moved the case there."""
    if walk.ticks is None:
        return np.ones(len(walk), bool)
    told: NDArray[np.bool_] = (walk.rows >= 0) | (outcomes == 0)
    return told


def reverses_of(paths: Sequence[Paths]) -> NDArray[np.bool_]:
    """Return, by path and track, whether it leads back."""
    return np.column_stack([each.reverses for each in paths])


def steps_of(  # noqa: PLR0913  # as `step_table`
    columns: Columns,
    walker: Walker,
    walk: Walk,
    paths: Sequence[Paths],
    outcomes: Outcomes,
    *,
    order: NDArray[np.int64] | None = None,
    start: int = 0,
    numbers: pl.Series | None = None,
    recorded: bool = True,
) -> pl.DataFrame:
    """Return the steps of *walk* as a table, one row a step and track; see `step_table`."""
    if walker.holdings is None:
        return step_table(
            *(columns, walker, walk, paths[0], outcomes.by_track[0]),
            order=order,
            start=start,
            numbers=numbers,
            recorded=recorded,
        )
    standing = np.arange(len(walk)) if order is None else order
    tracks = len(paths)
    kept = np.column_stack([_is_told(walk, each)[standing] for each in outcomes.by_track]).ravel()
    steps, track = np.repeat(standing, tracks)[kept], np.tile(np.arange(tracks), len(standing))[kept]
    # All tracks' paths in one list, so that one look finds each row's.
    paths_told = walk.paths[steps].astype(np.int64)
    size = len(paths[0].befores)
    path = pl.Series(np.where(paths_told < 0, paths_told + size, paths_told) + size * track)

    def texts(name: str) -> pl.Series:
        told: pl.Series = pl.concat([getattr(each, name) for each in paths]).gather(path)
        return told

    seats = walk.rows[steps]
    rows = pl.select(pl.when(pl.Series(seats) >= 0).then(pl.Series(seats))).to_series()
    count = (rows + start if numbers is None else numbers.gather(rows)) + 1
    moments = walk.moments(moments_of(columns.times, walker.reading))[steps]
    chosen = np.column_stack(outcomes.by_track)[steps, track]
    return pl.DataFrame(
        {
            "event_id": _ids(columns, rows, count),
            "case": walker.case_names.gather(pl.Series(walk.cases[steps])),
            "track": _track_names(walker.model).gather(pl.Series(track)),
            "time": datetimes(moments),
            "event": event_texts(columns, rows),
            "before": texts("befores"),
            "after": texts("afters"),
            "outcome": pl.Series(OUTCOMES, dtype=pl.String).gather(pl.Series(chosen)),
            "transition": texts("transitions"),
            "implied": texts("implied"),
            "recorded": recorded_texts(columns, walker, rows, moments) if recorded else _nothing(len(rows)),
            "row": count - 1,
        },
        schema=schema_of(STEPS),
    )


def _track_names(model: Model) -> pl.Series:
    return pl.Series([name or None for name in model.track_names], dtype=pl.String)


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
    # Where there is no row, neither is there an id.
    return pl.select(pl.when(ids == "").then(numbered).otherwise(ids)).to_series()


def _spells(told: WalkHistories) -> pl.DataFrame:
    """Return the spells: one for every place entered, the one that runs when the walk begins before them."""
    parts = [_spells_on(told, track) for track in range(len(told.model.track_names))]
    if len(parts) == 1:
        return parts[0].drop("rank")
    whole = pl.concat([part.with_columns(number=pl.lit(number)) for number, part in enumerate(parts)])
    return whole.sort("rank", "start", "number", maintain_order=True).drop("rank", "number")


def _spells_on(told: WalkHistories, track: int) -> pl.DataFrame:
    """Return the spells on one track, by case and then time, with the rank of each's case."""
    walk, walker, model = told.walk, told.walker, told.model
    order = told.order
    moved = order[walk.paths[order] >= len(walker.program.joints)]
    entered = told.paths[track].entered
    lengths = np.array([len(each) for each in entered], np.int64)
    begins = np.cumsum(lengths) - lengths
    flat = np.array([rank for each in entered for rank in each], np.int64)
    counts = lengths[walk.paths[moved]]
    within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    places = flat[np.repeat(begins[walk.paths[moved]], counts) + within]
    cases = np.repeat(walk.cases[moved], counts)
    moments = walk.moments(moments_of(told.columns.times, told.reading))[moved]
    starts = np.repeat(moments, counts)
    if told.earlier is not None:
        running = walker.running
        here = running.tracks == track
        cases = np.concatenate([running.cases[here], cases])
        places = np.concatenate([running.places[here], places])
        starts = np.concatenate([running.starts[here], starts])
    ranks = np.zeros(len(walker.events), np.int64)
    ranks[told.by_name] = np.arange(len(told.by_name))
    by_case = np.argsort(ranks[cases], kind="stable")
    cases, places, starts = cases[by_case], places[by_case], starts[by_case]
    ended = np.append(cases[1:] == cases[:-1], [False] * min(len(cases), 1)).astype(bool)
    ends = np.append(starts[1:], starts[:1])
    phases, stages = _parts(model)
    place = pl.Series(places)
    spells = pl.DataFrame(
        {
            "case": walker.case_names.gather(pl.Series(cases)),
            "track": _track_names(model).gather(pl.Series(np.full(len(cases), track))),
            "phase": phases.gather(place),
            "stage": stages.gather(place),
            "start": pl.Series(starts).cast(pl.Datetime("us")),
            "end": pl.select(pl.when(pl.Series(ended)).then(pl.Series(ends).cast(pl.Datetime("us")))).to_series(),
            "end_kind": pl.Series(["censored", "moved"]).gather(pl.Series(ended.astype(np.uint8))),
        },
        schema=schema_of(SPELLS),
    )
    return spells.with_columns(rank=pl.Series(ranks[cases]))


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


def cases_of(walker: Walker, numbers: NDArray[np.uint32], standing: pl.DataFrame) -> pl.DataFrame:
    """Return where the cases with these *numbers* stand, one row a case and track, without columns shown.

    *standing* is what `table_of` says of them.
    """
    tracks = walker.model.track_names
    parts = [
        _cases_on(walker, numbers, number, standing[track_column("since", track)])
        for number, track in enumerate(tracks)
    ]
    if len(parts) == 1:
        return parts[0]
    # One case's rows together, the tracks in their order.
    order = np.arange(len(numbers) * len(tracks)).reshape(len(tracks), len(numbers)).T.ravel()
    return pl.concat(parts)[order]


def _cases_on(walker: Walker, numbers: NDArray[np.uint32], track: int, since: pl.Series) -> pl.DataFrame:
    model = walker.model
    places = pl.Series(walker.ranks(numbers, track))
    phases, stages = _parts(model)
    labels = pl.Series([model.place_label(place) for place in model.places], dtype=pl.String)
    return pl.DataFrame(
        {
            "case": walker.case_names.gather(pl.Series(numbers)),
            "track": _track_names(model).gather(pl.Series(np.full(len(numbers), track))),
            "phase": phases.gather(places),
            "stage": stages.gather(places),
            "label": labels.gather(places),
            "since": datetimes(walker.since(numbers, track)),
            "first_event": datetimes(walker.opened[numbers]),
            "last_event": datetimes(walker.now[numbers]),
            "events": pl.Series(walker.events[numbers]).cast(pl.Int64),
            "moves": pl.Series(walker.moves(numbers, track)),
            "since_recorded": since,
        }
    )


def _cases(told: WalkHistories) -> pl.DataFrame:
    return cases_of(told.walker, told.by_name, told.standing)


def _case_rows(told: WalkHistories) -> Iterator[CaseRow]:
    tracks = range(len(told.model.track_names))
    ranks = np.column_stack([told.walker.ranks(told.by_name, track) for track in tracks]).ravel().tolist()
    rows = _cases(told).iter_rows(named=True)
    shown = (shows for shows in _shows(told) for _ in tracks)
    for row, rank, shows in zip(rows, ranks, shown, strict=True):
        yield CaseRow(**row, rank=rank, shows=shows)


def _shows(told: WalkHistories) -> Iterator[tuple[tuple[str, str], ...]]:
    """Yield, for every case by name, the columns that the model shows beside the phase."""
    walker, model = told.walker, told.model
    events = _events_shown(told)
    names = walker.case_names.gather(pl.Series(told.by_name))
    tracks = range(len(model.track_names))
    since = [datetimes(walker.since(told.by_name, track)).to_list() for track in tracks]
    began = datetimes(walker.clocks[told.by_name, fold.BEGAN]).to_list()
    now = datetimes(walker.lived[told.by_name]).to_list()
    places = walker.memory[told.by_name, fold.PLACE].tolist()
    for number, case in enumerate(names):
        moment = now[number]
        if told.as_of is not None:
            last = told.as_of.last
            late = walker.holdings is not None and moment is not None and moment > last
            moment = moment if late else last
        view = View(
            model=model,
            places=walker.program.joints.places[places[number]],
            memory=walker.seen(int(told.by_name[number])),
            moment=moment,
            since=tuple(each[number] for each in since),
            began=began[number],
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
    # What time alone did has no row, and so no type.
    kept = (rows >= 0) & is_wanted[told.columns.types.codes[np.maximum(rows, 0)]]
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
