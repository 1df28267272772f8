"""Replay: what a log became, as tables and in words.

Rows are plain values; polars is imported when a table is asked for.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from onward.history.crossing import Crossed, crossed_by
from onward.history.histories import CaseRow, Deviation, Engine, Histories, Spell, StepRow
from onward.history.manifest import manifest_of
from onward.history.notes import notes_on, partial_of
from onward.history.state import not_begun
from onward.history.states import States
from onward.history.stepping import Outcome, Reading
from onward.log.cases import find_case
from onward.log.dates import Interval
from onward.log.log import EventLog
from onward.model.model import Model
from onward.problems import Problem

if TYPE_CHECKING:
    import polars as pl

    from onward.history.life import Life
    from onward.history.machine import Live


@frozen(repr=False)
class Replay:
    """What a log became in the light of a model.

    Attributes:
        model: what may happen.
        log: what was seen.
        as_of: the end of the window (None: an empty log).
        reading: which end of a partial date counted.
        histories: what it tells, as rows and as tables.
        earlier: where the cases stood before, if it went on from there.

    """

    model: Model
    log: EventLog
    as_of: Interval | None
    reading: Reading
    histories: Histories = field(repr=False)
    earlier: States | None = None

    def __repr__(self) -> str:
        as_of = self.as_of.recorded if self.as_of else None
        told = f"model={self.model.name!r}, log={self.log.name!r}, as_of={as_of!r}"
        return f"Replay({told}, cases={self.histories.case_count}, steps={sum(self.outcomes.values())})"

    @property
    def engine(self) -> Engine:
        """Which engine ran it: `plain`, `columnar` or `automaton`."""
        return self.histories.engine

    @property
    def case_rows(self) -> Sequence[CaseRow]:
        """One row a case and track, by case."""
        return self.histories.case_rows

    @property
    def step_rows(self) -> Sequence[StepRow]:
        """One row an event, case and track, by case and then time."""
        return self.histories.step_rows

    @property
    def spell_rows(self) -> Sequence[Spell]:
        """One row a spell, by case and then time."""
        return self.histories.spell_rows

    @property
    def deviation_rows(self) -> Sequence[Deviation]:
        """Steps refused or unknown and broken invariants, by case and then time."""
        return self.histories.deviation_rows

    @property
    def outcomes(self) -> Mapping[Outcome, int]:
        """How many steps came out how."""
        return self.histories.outcomes

    @property
    def breaches(self) -> int:
        """How many times an invariant was broken."""
        return self.histories.breaches

    @cached_property
    def moved_by_time(self) -> int:
        """How many of the steps that moved a case were made by time alone, without an event."""
        if not self.model.has_clockwork:
            return 0
        if self.engine == "plain":
            return sum(row.row is None for row in self.step_rows)
        return self.steps["row"].null_count()

    @property
    def after_as_of(self) -> int:
        """How many rows of the log lie after the window and changed nothing."""
        return self.histories.after_as_of

    @property
    def rows(self) -> Mapping[str, tuple[int, ...]]:
        """The rows of every case."""
        return self.histories.rows

    @property
    def states(self) -> States:
        """Where every case stands, to go on from: `replay(..., states=...)`, `write_states`."""
        return self.histories.states

    @cached_property
    def notes(self) -> tuple[Problem, ...]:
        """What a reader of the result must not overlook."""
        of_log = (*notes_on(self.model, self.log),)
        return of_log if self.earlier is None else (*of_log, *partial_of(self.model))

    @property
    def row_counts(self) -> Mapping[str, int]:
        """Rows read, replayed and rejected (read = replayed + rejected), and how many of those replayed lie later."""
        return {
            "read": self.log.rows_read,
            "replayed": len(self.log),
            "rejected": len(self.log.rejected),
            "after_as_of": self.after_as_of,
        }

    @property
    def cases(self) -> "pl.DataFrame":
        """Where every case stands: case, track, phase, stage, label, since, first_event, last_event, events, moves.

        Instants are Datetime[us] in UTC under the reading; `since_recorded` is the date as the log has it; the
        columns that the model shows follow.
        """
        return self.histories.cases

    @property
    def steps(self) -> "pl.DataFrame":
        """What every event did: event_id, case, track, time, event, before, after, outcome, transition, implied.

        `time` is the instant (Datetime[us], UTC) from which the event counts under the reading, `recorded` the date
        as the log has it, `row` the row of the log from 0, `implied` the phases passed without a stay (a list).
        """
        return self.histories.steps

    @property
    def spells(self) -> "pl.DataFrame":
        """Every stay in a phase: case, track, phase, stage, start, end (null: still there), end_kind.

        `end_kind` is `moved`, or `censored` where the window ended first; a final phase is never left, so its spell
        is censored too. Several moves by one event give spells of length zero.
        """
        return self.histories.spells

    @property
    def deviations(self) -> "pl.DataFrame":
        """What went against the model: case, track, event_id, time, recorded, event, phase, kind, reason.

        `kind` is `refused`, `unknown` or `broken` (an invariant).
        """
        return self.histories.deviations

    @cached_property
    def crossed(self) -> tuple[Crossed, ...]:
        """The cross tables of the model, as plain values."""
        names = tuple(dict.fromkeys(row.case for row in self.case_rows)) if self.model.tables else ()
        return tuple(crossed_by(self.model, self.log, self.step_rows, names))

    @property
    def tables(self) -> "Mapping[str, pl.DataFrame]":
        """The cross tables of the model by name: case, the attribute of the rows, one column a value of the columns'.

        The cells count events that have both values; an event with several values counts for each. The values that
        the model declares stand in its order, then others as they came.
        """
        return {crossed.table.name: crossed.frame for crossed in self.crossed}

    def life(self, case: str) -> "Life":
        """Return the life of one case, step by step, with what is missing for the next phase.

        A replay that went on from earlier states tells of its own steps only.

        Args:
            case: its name; a pair in any order and spelling (`UN-EU`, `UN–EU`, `EU;UN`).

        Raises:
            UsageError: there is no such case.

        """
        from onward.history.life import life_of  # noqa: PLC0415  # a replay that explains nothing need not load it

        known = {} if self.earlier is None else self.earlier.by_case
        name = find_case(case, tuple(dict.fromkeys((*self.rows, *known))))
        begin = known.get(name) or not_begun(self.model, name)
        return life_of(self.model, self.log, begin, self.rows.get(name, ()), self.as_of, self.reading)

    def live(self, case: str) -> "Live":
        """Return one case as it stands at the end of the window, to be driven on by hand.

        Raises:
            UsageError: there is no such case.

        """
        from onward.history.machine import Live  # noqa: PLC0415  # as above

        return Live(self.model, self.reading, state=self.life(case).state)

    def explain(self, case: str, *, width: int | None = None) -> str:
        """Return `life` in words; *width* folds lines at so many characters.

        Raises:
            UsageError: there is no such case.

        """
        from onward.history.telling import tell  # noqa: PLC0415  # as above

        return tell(self.life(case), width)

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        """All that is needed to make this result again."""
        return manifest_of(self.model, self.log, self.as_of, self.reading)
