"""Histories: what a replay tells, one row a case, a step, a spell, a deviation; as rows and as tables.

Rows are plain values; polars is imported when a table is asked for. Which engine found them does not show.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Protocol

from attrs import asdict, field, frozen

from onward.history.stepping import OUTCOMES, Outcome
from onward.model.model import Model

if TYPE_CHECKING:
    import polars as pl

    from onward.history.states import States


Engine = Literal["plain", "columnar", "automaton"]
"""What runs a log: one step at a time, as columns, or by looking up the automaton. All give the same answer."""


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
    """What one event, or time alone (no event and no row), did to one case on one track."""

    event_id: str | None
    case: str
    time: datetime | None
    recorded: str | None
    event: str | None
    before: str
    after: str
    outcome: Outcome
    transition: str | None
    implied: tuple[str, ...]
    row: int | None
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
    event_id: str | None
    time: datetime | None
    recorded: str | None
    event: str | None
    phase: str
    kind: str
    reason: str
    track: str | None = None


CASES: Mapping[str, str] = {
    "case": "String",
    "track": "String",
    "phase": "String",
    "stage": "String",
    "label": "String",
    "since": "Datetime",
    "first_event": "Datetime",
    "last_event": "Datetime",
    "events": "Int64",
    "moves": "Int64",
    "since_recorded": "String",
}
STEPS: Mapping[str, str] = {
    "event_id": "String",
    "case": "String",
    "track": "String",
    "time": "Datetime",
    "event": "String",
    "before": "String",
    "after": "String",
    "outcome": "String",
    "transition": "String",
    "implied": "List",
    "recorded": "String",
    "row": "Int64",
}
SPELLS: Mapping[str, str] = {
    "case": "String",
    "track": "String",
    "phase": "String",
    "stage": "String",
    "start": "Datetime",
    "end": "Datetime",
    "end_kind": "String",
}
DEVIATIONS: Mapping[str, str] = {
    "case": "String",
    "track": "String",
    "event_id": "String",
    "time": "Datetime",
    "recorded": "String",
    "event": "String",
    "phase": "String",
    "kind": "String",
    "reason": "String",
}


def schema_of(columns: Mapping[str, str]) -> "dict[str, pl.DataType]":
    """Return the schema of a table with these *columns*."""
    import polars as pl  # noqa: PLC0415  # takes longer to import than a small replay takes to run

    known: dict[str, Any] = {
        "String": pl.String(),
        "Int64": pl.Int64(),
        "Datetime": pl.Datetime("us"),
        "List": pl.List(pl.String()),
    }
    return {name: known[kind] for name, kind in columns.items()}


def frame_of(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str]) -> "pl.DataFrame":
    """Return *rows* as a table with these *columns*."""
    import polars as pl  # noqa: PLC0415  # as above

    told = list(rows)
    return pl.DataFrame({name: [row.get(name) for row in told] for name in columns}, schema=schema_of(columns))


def in_order(steps: "pl.DataFrame") -> "pl.DataFrame":
    """Return a table of *steps* as the log has them, if each case's rows stand there in time order; else by time.

    What time alone did stands before the case's next event, or at the end where none comes.
    """
    import polars as pl  # noqa: PLC0415  # as above

    row = pl.col("row")
    back = steps.select((row.drop_nulls().diff().over("case", mapping_strategy="explode") < 0).any()).item()
    if not steps["row"].null_count():
        order = ("time", "row", "case") if back else ("row", "case")
        return steps.sort(*order, maintain_order=True)
    keyed = steps.with_columns(
        row.backward_fill().over("case").alias("_row"),
        pl.when(row.is_not_null()).then("time").backward_fill().over("case").alias("_time"),
    )
    keys = ["_time", "_row", "case"] if back else ["_row", "case"]
    return keyed.sort(keys, nulls_last=True, maintain_order=True).drop("_row", "_time")


class Histories(Protocol):
    """What a log became, whichever engine ran it. Tables are sorted by case and then by time."""

    @property
    def engine(self) -> Engine:
        """Which engine ran it."""

    @property
    def case_rows(self) -> Sequence[CaseRow]:
        """One row a case and track."""

    @property
    def step_rows(self) -> Sequence[StepRow]:
        """One row an event, case and track."""

    @property
    def spell_rows(self) -> Sequence[Spell]:
        """One row a spell."""

    @property
    def deviation_rows(self) -> Sequence[Deviation]:
        """Steps refused or unknown, and broken invariants."""

    @property
    def cases(self) -> "pl.DataFrame":
        """`case_rows` as a table, with the columns that the model shows."""

    @property
    def steps(self) -> "pl.DataFrame":
        """`step_rows` as a table."""

    @property
    def spells(self) -> "pl.DataFrame":
        """`spell_rows` as a table."""

    @property
    def deviations(self) -> "pl.DataFrame":
        """`deviation_rows` as a table."""

    @property
    def case_count(self) -> int:
        """How many cases there are."""

    @property
    def outcomes(self) -> Mapping[Outcome, int]:
        """How many steps came out how."""

    @property
    def breaches(self) -> int:
        """How many times an invariant was broken."""

    @property
    def after_as_of(self) -> int:
        """How many rows of the log lie after the window."""

    @property
    def rows(self) -> Mapping[str, tuple[int, ...]]:
        """The rows of every case, in the order in which they count, those after the window too."""

    @property
    def states(self) -> "States":
        """Where every case stands, to go on from."""


@frozen(eq=False)
class RowHistories:
    """Histories that were told row by row.

    Attributes:
        model: what may happen.
        case_rows: one row a case and track, by case.
        step_rows: one row an event, case and track, by case and then time.
        spell_rows: one row a spell, by case and then time.
        deviation_rows: steps refused or unknown and broken invariants, by case and then time.
        after_as_of: how many rows of the log lie after the window.
        rows: the rows of every case.

    """

    model: Model
    case_rows: tuple[CaseRow, ...]
    step_rows: tuple[StepRow, ...]
    spell_rows: tuple[Spell, ...]
    deviation_rows: tuple[Deviation, ...]
    after_as_of: int
    rows: Mapping[str, tuple[int, ...]]
    states: "States" = field(repr=False)
    engine: Engine = "plain"

    @property
    def case_count(self) -> int:
        """How many cases there are."""
        return len(self.case_rows) // len(self.model.track_names)

    @cached_property
    def outcomes(self) -> Mapping[Outcome, int]:
        """How many steps came out how."""
        found = dict.fromkeys(OUTCOMES, 0)
        for row in self.step_rows:
            found[row.outcome] += 1
        return found

    @property
    def breaches(self) -> int:
        """How many times an invariant was broken."""
        return sum(row.kind == "broken" for row in self.deviation_rows)

    @cached_property
    def cases(self) -> "pl.DataFrame":
        """`case_rows` as a table."""
        return cases_frame(self.model, self.case_rows)

    @cached_property
    def steps(self) -> "pl.DataFrame":
        """`step_rows` as a table."""
        return frame_of(map(asdict, self.step_rows), STEPS)

    @cached_property
    def spells(self) -> "pl.DataFrame":
        """`spell_rows` as a table."""
        return frame_of(map(asdict, self.spell_rows), SPELLS)

    @cached_property
    def deviations(self) -> "pl.DataFrame":
        """`deviation_rows` as a table."""
        return frame_of(map(asdict, self.deviation_rows), DEVIATIONS)


def cases_frame(model: Model, rows: Sequence[CaseRow]) -> "pl.DataFrame":
    """Return *rows* as a table, with the columns that *model* shows."""
    told = (asdict(row) | dict(row.shows) for row in rows)
    return frame_of(told, {**CASES, **{shown.name: "String" for shown in model.shows}})
