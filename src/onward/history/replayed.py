"""Replay: what a log became, as tables and in words.

Rows are plain values; polars is imported when a table is asked for.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from attrs import asdict, frozen

from onward.history.stepping import Outcome, Reading
from onward.log.cases import find_case
from onward.log.dates import Interval
from onward.log.log import EventLog
from onward.model.model import Model
from onward.problems import Problem
from onward.version import __version__

if TYPE_CHECKING:
    import polars as pl

    from onward.history.life import Life
    from onward.history.machine import Live


@frozen
class CaseRow:
    """Where one case stands at the end of the window."""

    case: str
    phase: str
    stage: str | None
    label: str
    since: datetime | None
    since_recorded: str | None
    first_event: datetime | None
    last_event: datetime | None
    events: int
    moves: int
    rank: int
    shows: tuple[tuple[str, str], ...]
    track: str | None = None


@frozen
class StepRow:
    """What one event did to one case on one track."""

    event_id: str
    case: str
    time: datetime | None
    recorded: str | None
    event: str
    before: str
    after: str
    outcome: Outcome
    transition: str | None
    implied: tuple[str, ...]
    row: int
    track: str | None = None


@frozen
class Spell:
    """A case's unbroken stay in one phase or stage."""

    case: str
    phase: str
    stage: str | None
    start: datetime | None
    end: datetime | None
    end_kind: str
    track: str | None = None


@frozen
class Deviation:
    """A step that was refused or unknown, or that broke an invariant."""

    case: str
    event_id: str
    time: datetime | None
    recorded: str | None
    event: str
    phase: str
    kind: str
    reason: str
    track: str | None = None


@frozen(repr=False)
class Replay:
    """What a log became in the light of a model.

    Attributes:
        model: what may happen.
        log: what was seen.
        as_of: the end of the window (None: an empty log).
        reading: which end of a partial date counted.
        case_rows: one row a case and track, by case.
        step_rows: one row an event, case and track, by case and then time.
        spell_rows: one row a spell, by case and then time.
        deviation_rows: steps refused or unknown and broken invariants, by case and then time.
        outcomes: how many steps came out how.
        after_as_of: how many rows of the log lie after the window and changed nothing.
        rows: the rows of every case.
        notes: what a reader of the result must not overlook.

    """

    model: Model
    log: EventLog
    as_of: Interval | None
    reading: Reading
    case_rows: tuple[CaseRow, ...]
    step_rows: tuple[StepRow, ...]
    spell_rows: tuple[Spell, ...]
    deviation_rows: tuple[Deviation, ...]
    outcomes: Mapping[Outcome, int]
    after_as_of: int
    rows: Mapping[str, tuple[int, ...]]
    notes: tuple[Problem, ...]

    def __repr__(self) -> str:
        as_of = self.as_of.recorded if self.as_of else None
        told = f"model={self.model.name!r}, log={self.log.name!r}, as_of={as_of!r}"
        return f"Replay({told}, cases={len(self.case_rows)}, steps={len(self.step_rows)})"

    @property
    def row_counts(self) -> Mapping[str, int]:
        """Rows read, replayed and rejected (read = replayed + rejected), and how many of those replayed lie later."""
        return {
            "read": self.log.rows_read,
            "replayed": len(self.log),
            "rejected": len(self.log.rejected),
            "after_as_of": self.after_as_of,
        }

    @cached_property
    def cases(self) -> "pl.DataFrame":
        """Where every case stands: case, track, phase, stage, label, since, first_event, last_event, events, moves.

        Instants are Datetime[us] in UTC under the reading; `since_recorded` is the date as the log has it; the
        columns that the model shows follow.
        """
        shows = [dict(row.shows) for row in self.case_rows]
        return _frame(
            [asdict(row) | shown for row, shown in zip(self.case_rows, shows, strict=True)],
            case="String",
            track="String",
            phase="String",
            stage="String",
            label="String",
            since="Datetime",
            first_event="Datetime",
            last_event="Datetime",
            events="Int64",
            moves="Int64",
            since_recorded="String",
            **{shown.name: "String" for shown in self.model.shows},
        )

    @cached_property
    def steps(self) -> "pl.DataFrame":
        """What every event did: event_id, case, track, time, event, before, after, outcome, transition, implied.

        `time` is the instant (Datetime[us], UTC) from which the event counts under the reading, `recorded` the date
        as the log has it, `row` the row of the log from 0, `implied` the phases passed without a stay (a list).
        """
        return _frame(
            map(asdict, self.step_rows),
            event_id="String",
            case="String",
            track="String",
            time="Datetime",
            event="String",
            before="String",
            after="String",
            outcome="String",
            transition="String",
            implied="List",
            recorded="String",
            row="Int64",
        )

    @cached_property
    def spells(self) -> "pl.DataFrame":
        """Every stay in a phase: case, track, phase, stage, start, end (null: still there), end_kind.

        `end_kind` is `moved`, or `censored` where the window ended first; a final phase is never left, so its spell
        is censored too. Several moves by one event give spells of length zero.
        """
        return _frame(
            map(asdict, self.spell_rows),
            case="String",
            track="String",
            phase="String",
            stage="String",
            start="Datetime",
            end="Datetime",
            end_kind="String",
        )

    @cached_property
    def deviations(self) -> "pl.DataFrame":
        """What went against the model: case, track, event_id, time, recorded, event, phase, kind, reason.

        `kind` is `refused`, `unknown` or `broken` (an invariant).
        """
        return _frame(
            map(asdict, self.deviation_rows),
            case="String",
            track="String",
            event_id="String",
            time="Datetime",
            recorded="String",
            event="String",
            phase="String",
            kind="String",
            reason="String",
        )

    def life(self, case: str) -> "Life":
        """Return the life of one case, step by step, with what is missing for the next phase.

        Args:
            case: its name; a pair in any order and spelling (`UN-EU`, `UN–EU`, `EU;UN`).

        Raises:
            UsageError: there is no such case.

        """
        from onward.history.life import life_of  # noqa: PLC0415  # a replay that explains nothing need not load it

        name = find_case(case, tuple(self.rows))
        return life_of(self.model, self.log, name, self.rows[name], self.as_of, self.reading)

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
        import platform  # noqa: PLC0415  # as above

        from onward.model.writing import fingerprint  # noqa: PLC0415

        return {
            "onward": __version__,
            "python": platform.python_version(),
            "model": self.model.name,
            "model_fingerprint": fingerprint(self.model),
            "log": self.log.name,
            "log_fingerprint": self.log.fingerprint,
            "as_of": self.as_of and self.as_of.recorded,
            "reading": self.reading,
            "ties": "file order",
        }


def _frame(rows: Iterable[Mapping[str, Any]], **types: str) -> "pl.DataFrame":
    import polars as pl  # noqa: PLC0415  # takes longer to import than a small replay takes to run

    known: dict[str, Any] = {
        "String": pl.String(),
        "Int64": pl.Int64(),
        "Datetime": pl.Datetime("us"),
        "List": pl.List(pl.String()),
    }
    told = list(rows)
    return pl.DataFrame(
        {name: [row.get(name) for row in told] for name in types},
        schema={name: known[kind] for name, kind in types.items()},
    )
