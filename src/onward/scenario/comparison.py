"""Comparison: a baseline and a scenario side by side, and what differs. A statement about the model, not the world."""

import json
from collections.abc import Callable, Mapping
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from attrs import asdict, frozen

from onward.history.replayed import Replay
from onward.history.stepping import Reading
from onward.history.telling import tell, tell_missing
from onward.log.cases import find_case
from onward.log.dates import Interval
from onward.model.model import Model
from onward.model.writing import fingerprint
from onward.problems import UsageError
from onward.scenario.comparing import CaseChange, Parting, compare, part
from onward.scenario.editing import Edited
from onward.scenario.lives import Lives
from onward.scenario.scenario import Scenario

if TYPE_CHECKING:
    import polars as pl

STATEMENT = "a statement about the model, not a causal estimate"

_CHANGES: Mapping[str, str] = {
    "case": "String",
    "track": "String",
    "before": "String",
    "after": "String",
    "since_before": "Datetime",
    "since_after": "Datetime",
    "reached": "List",
    "lost": "List",
    "changed": "Boolean",
}
_DATES: Mapping[str, str] = {
    "case": "String",
    "track": "String",
    "place": "String",
    "baseline": "Datetime",
    "scenario": "Datetime",
    "days": "Float64",
    "years": "Float64",
    "shift": "String",
}
_OUTCOMES: Mapping[str, str] = {
    "case": "String",
    "track": "String",
    "event_id": "String",
    "event": "String",
    "before": "String",
    "after": "String",
}


@frozen(eq=False, repr=False)
class Comparison:
    """What a scenario makes otherwise.

    Attributes:
        scenario: what was asked.
        model: what may happen.
        changed_model: the model as the scenario leaves it; the same where no edit is of the model.
        edited: the log, and how the scenario changes it.
        as_of: the end of the window, of both lives (None: an empty log).
        reading: which end of a partial date counted.
        before: the lives as they were.
        after: the lives in the scenario.
        names_of: what returns the cases that were replayed again.
        baseline_of: what returns the replay of the log as it was.
        replay_of: what returns the replay of the whole scenario.

    """

    scenario: Scenario
    model: Model
    changed_model: Model
    edited: Edited
    as_of: Interval | None
    reading: Reading
    before: Lives
    after: Lives
    names_of: Callable[[], tuple[str, ...]]
    baseline_of: Callable[[], Replay]
    replay_of: Callable[[], Replay]

    def __repr__(self) -> str:
        return f"Comparison(scenario={self.scenario.name!r}, model={self.model.name!r}, log={self.edited.log.name!r})"

    @property
    def statement(self) -> str:
        """What kind of answer this is."""
        return STATEMENT

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The cases that were replayed again, by name: all others are as they were."""
        return self.names_of()

    @cached_property
    def cases(self) -> tuple[CaseChange, ...]:
        """What became of each of those cases on every track."""
        told = ((case, self.before.told(case), self.after.told(case)) for case in self.names)
        return tuple(
            change for case, one, other in told for change in compare(case, self.model, one, self.changed_model, other)
        )

    @cached_property
    def changed_cases(self) -> tuple[str, ...]:
        """The cases that go another way, at other dates, or with an event that comes out otherwise."""
        return tuple(dict.fromkeys(change.case for change in self.cases if change.changed))

    @property
    def changed(self) -> bool:
        """Whether there is any."""
        return bool(self.changed_cases)

    def parting(self, case: str) -> Parting | None:
        """Return where the two lives of *case* part, and why; None where they do not.

        Raises:
            UsageError: there is no such case.

        """
        name = self._find(case)
        if name not in self.names:
            return None
        return part(name, self.before.course(name), self.after.course(name))

    @cached_property
    def partings(self) -> Mapping[str, Parting]:
        """Where the lives of each changed case part."""
        found = ((case, self.parting(case)) for case in self.changed_cases)
        return {case: parting for case, parting in found if parting is not None}

    def explain(self, case: str, *, width: int | None = None) -> str:
        """Return the life of *case* in the scenario in words; *width* folds lines at so many characters.

        Raises:
            UsageError: there is no such case.

        """
        name = self._find(case)
        if name in self.names:
            return tell(self.after.course(name).life, width)
        return self.baseline.explain(name, width=width)

    def missing(self, case: str) -> str:
        """Return what *case* lacks for the next phase in the scenario: a sentence, with several tracks a line each.

        Raises:
            UsageError: there is no such case.

        """
        name = self._find(case)
        life = self.after.course(name).life if name in self.names else self.baseline.life(name)
        return tell_missing(life)

    def _find(self, case: str) -> str:
        """Return the name of the case that a person meant; all cases are looked through if none of `names` is meant."""
        try:
            return find_case(case, self.names)
        except UsageError:
            return find_case(case, tuple(dict.fromkeys((*self.baseline.rows, *self.names))))

    @property
    def baseline(self) -> Replay:
        """The replay of the log as it was; made when it is asked for, if it was not given."""
        return self.baseline_of()

    @property
    def replay(self) -> Replay:
        """The replay of the whole scenario; made when it is asked for."""
        return self.replay_of()

    @cached_property
    def changes(self) -> "pl.DataFrame":
        """`cases` as a table: case, track, before, after, since_before, since_after, reached, lost, changed."""
        return _table([{name: getattr(each, name) for name in _CHANGES} for each in self.cases], _CHANGES)

    @cached_property
    def dates(self) -> "pl.DataFrame":
        """When each case came to each place: case, track, place, baseline, scenario, days, years, shift.

        `shift` is `earlier`, `later` or `same`, `reached` (in the scenario only) or `lost` (there no more).
        """
        rows = [
            {"case": each.case, "track": each.track, **{name: getattr(arrival, name) for name in list(_DATES)[2:]}}
            for each in self.cases
            for arrival in each.arrivals
        ]
        return _table(rows, _DATES)

    @cached_property
    def outcomes(self) -> "pl.DataFrame":
        """The events that came out otherwise: case, track, event_id, event, before, after; null: not in that life."""
        rows = [
            {"case": each.case, "track": each.track, **{name: getattr(change, name) for name in list(_OUTCOMES)[2:]}}
            for each in self.cases
            for change in each.outcomes
        ]
        return _table(rows, _OUTCOMES)

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        """All that is needed to make this result again: the baseline's manifest, and the scenario."""
        return {
            **self.baseline.manifest,
            "as_of": None if self.as_of is None else self.as_of.recorded,
            "scenario": self.scenario.name,
            "scenario_fingerprint": scenario_fingerprint(self.scenario),
            "changed_model_fingerprint": fingerprint(self.changed_model),
            "statement": STATEMENT,
        }


def scenario_fingerprint(scenario: Scenario) -> str:
    """Return the SHA-256 of what *scenario* edits (64 hexadecimal digits): its name and place do not count."""
    edits = [
        [type(edit).__name__, asdict(edit, filter=lambda attribute, _: attribute.name != "place")]
        for edit in scenario.edits
    ]
    return sha256(json.dumps(edits, sort_keys=True, default=str).encode()).hexdigest()


def _table(rows: list[dict[str, Any]], columns: Mapping[str, str]) -> "pl.DataFrame":
    import polars as pl  # noqa: PLC0415  # a comparison that is told in words needs no table

    types: dict[str, Any] = {
        "String": pl.String(),
        "Datetime": pl.Datetime("us"),
        "List": pl.List(pl.String()),
        "Boolean": pl.Boolean(),
        "Float64": pl.Float64(),
    }
    listed = {name: [_cell(row[name]) for row in rows] for name in columns}
    return pl.DataFrame(listed, schema={name: types[kind] for name, kind in columns.items()})


def _cell(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
