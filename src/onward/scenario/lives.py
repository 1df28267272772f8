"""Lives: what replays tell of single cases, whether each was run as a strand among others or in a log as a whole."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from attrs import define, field, frozen

from onward.history.histories import Engine, Spell, StepRow
from onward.history.life import life_of
from onward.history.replayed import Replay
from onward.history.state import not_begun
from onward.history.stepping import Reading, instant
from onward.log.dates import Interval
from onward.log.log import EventLog
from onward.model.model import Model
from onward.scenario.comparing import Course, Told
from onward.scenario.strands import Strand, replay_strands

if TYPE_CHECKING:
    import polars as pl

T = TypeVar("T")


class Lives(Protocol):
    """The lives of cases, as they were or in a scenario."""

    def told(self, case: str) -> Told:
        """Return what is told of *case*, nothing if it has no events."""

    def course(self, case: str) -> Course:
        """Return the life of *case*, step by step."""


@frozen(eq=False)
class Shelf:
    """The rows of a replay, case by case.

    Attributes:
        replay: the replay.

    """

    replay: Replay

    @cached_property
    def _steps(self) -> Mapping[str, slice]:
        if self.replay.engine == "plain":
            return _runs(row.case for row in self.replay.step_rows)
        return _runs_of(self.replay.steps)

    @cached_property
    def _spells(self) -> Mapping[str, slice]:
        if self.replay.engine == "plain":
            return _runs(row.case for row in self.replay.spell_rows)
        return _runs_of(self.replay.spells)

    def steps(self, case: str) -> Sequence[StepRow]:
        """Return the steps of *case*."""
        return self.replay.step_rows[self._steps.get(case, slice(0))]

    def spells(self, case: str) -> Sequence[Spell]:
        """Return the spells of *case*."""
        return self.replay.spell_rows[self._spells.get(case, slice(0))]


def _runs(names: Iterable[str]) -> dict[str, slice]:
    """Return where each of *names*, all of one together, stands."""
    return _slices((name, sum(1 for _ in group)) for name, group in groupby(names))


def _runs_of(frame: "pl.DataFrame") -> dict[str, slice]:
    runs = frame["case"].rle()
    return _slices(zip(runs.struct.field("value").to_list(), runs.struct.field("len").to_list(), strict=True))


def _slices(lengths: Iterable[tuple[str, int]]) -> dict[str, slice]:
    found, start = {}, 0
    for name, length in lengths:
        found[name] = slice(start, start + length)
        start += length
    return found


_UNTOLD = Told()


@define(eq=False)
class Loom:
    """Strands under one model and window, which are run together when the first is asked for.

    Attributes:
        model: what may happen.
        log: the source of all rows.
        numbers: the number of the event in every row of it: those of a changed row are one event in many forms.
        as_of: the end of the window.
        reading: which end of a date counts.
        engine: what runs them.

    """

    model: Model
    log: EventLog
    numbers: Sequence[int]
    as_of: Interval | None
    reading: Reading
    engine: Engine | None
    _strands: dict[tuple[str, tuple[int, ...]], Strand] = field(factory=dict, init=False)
    _shared: dict[str, Told] = field(factory=dict, init=False)

    def add(self, case: str, rows: Sequence[int]) -> Strand:
        """Return the strand of *case* that is made of these *rows*; equal ones are run, and told, once."""
        key = case, tuple(rows)
        if key not in self._strands:
            self._strands[key] = Strand(str(len(self._strands)), key[1])
        else:
            self._shared[self._strands[key].name] = _UNTOLD
        return self._strands[key]

    @cached_property
    def shelf(self) -> Shelf:
        """What comes of all strands."""
        strands = list(self._strands.values())
        return Shelf(
            replay_strands(self.model, self.log, strands, as_of=self.as_of, reading=self.reading, engine=self.engine)
        )

    @cached_property
    def _rows(self) -> list[int]:
        """The row of the source of every row that was replayed."""
        return [row for strand in self._strands.values() for row in strand.rows]

    def told(self, case: str, strand: Strand) -> Told:
        """Return what is told of a *strand* of *case*, of events by their numbers."""
        told = self._shared.get(strand.name, _UNTOLD)
        if told is not _UNTOLD:
            return told
        steps = tuple(self._step(case, step) for step in self.shelf.steps(strand.name))
        told = Told(steps, tuple(self.shelf.spells(strand.name)))
        if strand.name in self._shared:
            self._shared[strand.name] = told
        return told

    def _step(self, case: str, step: StepRow) -> StepRow:
        if step.row is None:
            return _as_event(step, case, None, self.log, 0)
        row = self._rows[step.row]
        return _as_event(step, case, self.numbers[row], self.log, row)


def _as_event(step: StepRow, case: str, number: int | None, log: EventLog, row: int) -> StepRow:
    """Return *step* as one of *case*, its event, which stands in a *row* of *log*, by its *number*."""
    # Some ten times as quick as `evolve`.
    return StepRow(
        event_id=None if number is None else log.ids[row] or str(number + 1),
        case=case,
        time=step.time,
        recorded=step.recorded,
        event=step.event,
        before=step.before,
        after=step.after,
        outcome=step.outcome,
        transition=step.transition,
        implied=step.implied,
        row=number,
        track=step.track,
    )


@frozen(eq=False)
class Woven:
    """Lives of a few cases, each run as a strand.

    Attributes:
        loom: what runs them.
        strands: the strand of each case.

    """

    loom: Loom
    strands: Mapping[str, Strand]

    def told(self, case: str) -> Told:
        """Return what is told of *case*."""
        return self.loom.told(case, self.strands[case])

    def course(self, case: str) -> Course:
        """Return the life of *case*, step by step."""
        loom = self.loom
        rows = sorted(self.strands[case].rows, key=lambda row: _counts(loom.log, row, loom.reading))
        begin = not_begun(loom.model, case)
        return Course(life_of(loom.model, loom.log, begin, rows, loom.as_of, loom.reading), loom.numbers.__getitem__)


def _counts(log: EventLog, row: int, reading: Reading) -> Any:  # noqa: ANN401  # an instant, which every row of a log has
    return instant(log.times[row], reading)


@frozen(eq=False)
class Whole:
    """Lives of all cases of a log, which is replayed as a whole when the first is asked for.

    Attributes:
        make: returns the replay; once made, the same.
        gaps: where rows of the log as it was are left out: before which row of this one, sorted.

    """

    make: Callable[[], Replay]
    gaps: Sequence[int] = ()

    def number(self, row: int) -> int:
        """Return the number of the event in a *row*."""
        return row + bisect_right(self.gaps, row)

    @cached_property
    def _shelf(self) -> Shelf:
        return Shelf(self.make())

    def told(self, case: str) -> Told:
        """Return what is told of *case*."""
        log = self.make().log
        steps = (
            step if step.row is None else _as_event(step, case, self.number(step.row), log, step.row)
            for step in self._shelf.steps(case)
        )
        return Told(tuple(steps), self._shelf.spells(case))

    def course(self, case: str) -> Course:
        """Return the life of *case*, step by step."""
        made = self.make()
        begin = not_begun(made.model, case)
        rows = made.rows.get(case, ())
        return Course(life_of(made.model, made.log, begin, rows, made.as_of, made.reading), self.number)


def differing(one: Whole, other: Whole) -> tuple[str, ...]:
    """Return the cases whose lives are not the same on both sides, by name."""
    from onward.scenario.differing import differing_cases  # noqa: PLC0415  # only long logs are compared so

    return differing_cases(one.make(), other.make(), other.gaps)
