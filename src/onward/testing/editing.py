"""Scenarios: a log and a model, and the same with a few small edits."""

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

from attrs import frozen
from hypothesis import strategies as st

from onward.log.log import EventLog, Value
from onward.model.guards import Scalar
from onward.model.model import Model
from onward.problems import OnwardError
from onward.scenario.editing import Edited, Row, edit_log
from onward.scenario.edits import (
    Change,
    Drop,
    Edit,
    Insert,
    ModelEdit,
    Move,
    Remove,
    Replace,
    Selection,
    Set,
    Shift,
    Tune,
)
from onward.scenario.remodelling import remodel
from onward.scenario.rows import row_of
from onward.scenario.scenario import Scenario
from onward.scenario.shifting import Unmoved, moved
from onward.testing.given import Attributes, checked_cases, own_of
from onward.testing.recording import drawn_log
from onward.testing.rows import taken

_SPARE = 3
_SHIFTS = (Shift(1, "years"), Shift(-1, "years"), Shift(1, "months"), Shift(-1, "days"))


@frozen
class Drawn:
    """What was seen under a model, and a what-if. What follows from it is for a replay to say.

    Attributes:
        model: what may happen.
        log: what was seen.
        scenario: what is otherwise.
        changed_model: the model after the edits; the same where none is about the model.
        changed_log: the log after the edits; the same where they are about the model only.

    """

    model: Model
    log: EventLog
    scenario: Scenario
    changed_model: Model
    changed_log: EventLog

    @property
    def edits(self) -> tuple[Edit, ...]:
        """What is otherwise, edit by edit."""
        return self.scenario.edits


@st.composite
def scenarios(  # noqa: PLR0913  # what logs take, and how many edits
    draw: st.DrawFn,
    model: Model,
    *,
    max_rows: int = 12,
    max_edits: int = 3,
    cases: Collection[str] | None = None,
    attributes: Attributes | None = None,
) -> Drawn:
    """Draw a log for *model*, and a scenario of one edit or a few: a what-if about the log, the model or both.

    An event is left out, added, moved in time, replaced, given another attribute or put behind others of its date; a
    parameter of the model is set anew, or a transition loses its guard or is taken out.

    Args:
        draw: supplied by Hypothesis.
        model: whose log is drawn, and which may be edited.
        max_rows: the length of the longest log before the edits.
        max_edits: the most changes; putting an event behind others takes two edits.
        cases: as `logs` takes them.
        attributes: as `logs` takes them.

    Raises:
        UsageError: as `logs`.

    """
    own, named = own_of(attributes), None if cases is None else checked_cases(model, cases)
    length, wanted = draw(st.integers(0, max_rows)), draw(st.integers(1, max_edits))
    # What is added, and what others are changed to, comes from rows drawn with the log and left out of it.
    whole = drawn_log(draw, model, length + _SPARE, named, own)
    spare = draw(st.permutations(range(len(whole))))[:_SPARE]
    log = taken(whole, [row for row in range(len(whole)) if row not in spare])
    rows = tuple(row_of(whole, row) for row in sorted(spare))
    scenario = Scenario()
    for _ in range(wanted):
        state = _State(remodel(model, scenario.of_model), edit_log(model, log, scenario.of_log), rows)
        kinds = [kind for kind in _KINDS if next(kind(state), None) is not None]
        if not kinds:
            break
        scenario += Scenario(edits=draw(st.sampled_from(list(draw(st.sampled_from(kinds))(state)))))
    scenario = Scenario(edits=scenario.edits)
    changed = edit_log(model, log, scenario.of_log).whole()
    return Drawn(model, log, scenario, remodel(model, scenario.of_model), changed)


@frozen(eq=False)
class _State:
    """What the edits so far have made of model and log, and rows that the log might have had too."""

    model: Model
    edited: Edited
    spare: tuple[Row, ...]

    def rows(self) -> Iterator[tuple[int, Row]]:
        """Yield the rows of the log that are still there, as they now are."""
        changed, log = self.edited.changed, self.edited.log
        for number in range(len(log)):
            row = changed[number] if number in changed else row_of(log, number)
            if row is not None:
                yield number, row

    def known(self, name: str) -> str:
        """Return an event type that the model has: *name*, if it does."""
        return name if name in self.model.kinds else next(iter(self.model.kinds))


def _which(number: int, row: Row) -> Selection:
    return Selection(ids=row.event.id) if row.event.id else Selection(rows=number + 1)


def _recorded(row: Row) -> dict[str, Value]:
    return {name: value for name, value in row.event.attributes.items() if value is not None}


# ---- edits: each yields what it might come to, one or two edits a time

Edits = tuple[Edit, ...]


def _left_out(state: _State) -> Iterator[Edits]:
    for number, row in state.rows():
        yield (Drop(_which(number, row)),)


def _added(state: _State) -> Iterator[Edits]:
    ids = {row.event.id for _, row in state.rows()} | {row.event.id for row in state.edited.added}
    for row in state.spare if state.model.kinds else ():
        yield (_insert(row, state.known(row.event.type), "" if row.event.id in ids else row.event.id),)


def _insert(row: Row, kind: str, name: str) -> Insert:
    event = row.event
    return Insert(kind, event.time, row.case, event.organizations, name, event.until, _recorded(row))


def _moved(state: _State) -> Iterator[Edits]:
    for number, row in state.rows():
        time, until = row.event.time, row.event.until
        assert time is not None  # noqa: S101  # every row of a log has a date
        for new in dict.fromkeys(other.event.time for other in state.spare):
            if new is not None and new != time and (until is None or until.last >= new.first):
                yield (Move(_which(number, row), to=new),)
        for by in _SHIFTS:
            later = moved(time, by)
            end = None if until is None else moved(until, by)
            if isinstance(later, Unmoved) or isinstance(end, Unmoved) or later == time:
                continue
            if end is None or end.last >= later.first:
                yield (Move(_which(number, row), by=by),)


def _changed(state: _State) -> Iterator[Edits]:
    for number, row in state.rows():
        for name, value in row.event.attributes.items():
            for new in dict.fromkeys((None, *(other.event.attributes.get(name) for other in state.spare))):
                if new != value:
                    yield (Set(_which(number, row), {name: new}),)


def _replaced(state: _State) -> Iterator[Edits]:
    for number, row in state.rows() if state.model.kinds else ():
        for other in state.spare:
            kind = state.known(other.event.type)
            if kind != row.event.type:
                yield (Replace(_which(number, row), kind, attributes=_recorded(other)),)


def _put_behind(state: _State) -> Iterator[Edits]:
    rows = list(state.rows())
    for at, (number, row) in enumerate(rows):
        tied = any(other.event.time == row.event.time for _, other in rows[at + 1 :])
        if tied and row.event.type in state.model.kinds:
            yield Drop(_which(number, row)), _insert(row, row.event.type, row.event.id)


def _set_anew(state: _State) -> Iterator[Edits]:
    yield from ((edit,) for edit in _sound_edits(state.model) if isinstance(edit, Tune))


def _rerouted(state: _State) -> Iterator[Edits]:
    yield from ((edit,) for edit in _sound_edits(state.model) if not isinstance(edit, Tune))


_KINDS = (_left_out, _added, _moved, _changed, _replaced, _put_behind, _set_anew, _rerouted)


@lru_cache(maxsize=64)
def _sound_edits(model: Model) -> tuple[ModelEdit, ...]:
    """Return edits of *model* that leave one which a file could say: a timer of no days is none."""
    return tuple(edit for edit in _model_edits(model) if _is_sound(model, edit))


def _model_edits(model: Model) -> Iterator[ModelEdit]:
    texts = [value for _, value in model.parameters if isinstance(value, str)]
    for name, value in model.parameters:
        yield from (Tune({name: new}) for new in _other_values(value, texts))
    for number, transition in enumerate(model.transitions, 1):
        yield Remove("transition", number)
        if transition.when is not None:
            yield Change("transition", number, {"when": None})


def _other_values(value: Scalar, texts: Sequence[str]) -> Iterator[Scalar]:
    match value:
        case bool():
            yield not value
        case int() | float():
            yield from (value + 1, value - 1)
        case str():  # the union is closed
            yield from (text for text in texts if text != value)


def _is_sound(model: Model, edit: ModelEdit) -> bool:
    try:
        remodel(model, [edit])
    except OnwardError:
        return False
    return True
