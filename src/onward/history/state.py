"""CaseState: where one case stands, as a small plain value that can be kept as JSON and taken up again."""

import json
from collections.abc import Mapping
from typing import Any

from attrs import frozen

from onward.log.dates import DateError, Interval, parse_interval
from onward.log.log import Event, Value
from onward.model.elements import ANY, START, Count, Distinct
from onward.model.model import Model
from onward.model.writing import fingerprint
from onward.problems import Problem, UsageError

Remembered = int | frozenset[Value]
"""What one reducer keeps: a count, or the values it has seen."""

FORMAT = 1
"""The version of the state's format."""


@frozen
class CaseState:
    """Where one case stands.

    Attributes:
        case: the case's name.
        place: a phase, a stage as `phase.stage`, or `start`.
        memory: what each context variable keeps, in the model's order.
        since: the date of the event that brought the case to *place*; None at `start`, or without dates.
        began: the date of the event that took the case out of `start`.
        last: the date of the last event.
        events: how many events the case has had, refused and unknown ones included.
        moves: how many transitions it has made.

    """

    case: str
    place: str
    memory: tuple[Remembered, ...]
    since: Interval | None = None
    began: Interval | None = None
    last: Interval | None = None
    events: int = 0
    moves: int = 0


def not_begun(model: Model, case: str) -> CaseState:
    """Return the state of a case before its first event."""
    empty: dict[type, Remembered] = {Count: 0, Distinct: frozenset()}
    return CaseState(case, START, tuple(empty[type(variable.reducer)] for variable in model.context))


def numbers(model: Model, memory: tuple[Remembered, ...]) -> dict[str, int]:
    """Return what guards see of *memory*: one number a context variable."""
    return {
        variable.name: kept if isinstance(kept, int) else len(kept)
        for variable, kept in zip(model.context, memory, strict=True)
    }


def answers(types: tuple[str, ...] | None, event: Event) -> bool:
    """Tell whether *event* is of one of *types*; None is every type."""
    return types is None or event.type in types or ANY in types


def to_plain(state: CaseState, model: Model) -> dict[str, Any]:
    """Return *state* as mappings, lists and plain values that JSON can hold."""
    return {
        "onward": FORMAT,
        "model": model.name,
        "fingerprint": fingerprint(model),
        "case": state.case,
        "phase": state.place,
        "context": {
            variable.name: kept if isinstance(kept, int) else sorted(kept, key=json.dumps)
            for variable, kept in zip(model.context, state.memory, strict=True)
        },
        "since": state.since and state.since.recorded,
        "began": state.began and state.began.recorded,
        "last": state.last and state.last.recorded,
        "events": state.events,
        "moves": state.moves,
    }


def from_plain(plain: Mapping[str, Any], model: Model) -> CaseState:
    """Return the state that `to_plain` wrote.

    Raises:
        UsageError: it is no state, or the state of another model.

    """
    if plain.get("onward") != FORMAT or not isinstance(plain.get("context"), Mapping):
        raise UsageError([Problem("state", "this is no saved state", "pass what live.state returned")])
    if plain.get("fingerprint") != fingerprint(model):
        what = f"the state belongs to another model or another version of it ({plain.get('model')!r})"
        mend = "load the model that the state was saved with, or replay the log with this one"
        raise UsageError([Problem("state", what, mend)])
    try:
        return CaseState(
            case=str(plain["case"]),
            place=model.places[model.places.index(plain["phase"])],
            memory=tuple(
                _kept(plain["context"][variable.name], counts=isinstance(variable.reducer, Count))
                for variable in model.context
            ),
            since=_date(plain["since"]),
            began=_date(plain["began"]),
            last=_date(plain["last"]),
            events=int(plain["events"]),
            moves=int(plain["moves"]),
        )
    except (KeyError, ValueError, TypeError, DateError) as error:
        what = f"the saved state is damaged ({error})"
        raise UsageError([Problem("state", what, "save it again from a live case")]) from error


def _kept(plain: object, *, counts: bool) -> Remembered:
    if counts and isinstance(plain, int):
        return plain
    if not counts and isinstance(plain, list):
        return frozenset(plain)
    raise ValueError(plain)


def _date(recorded: str | None) -> Interval | None:
    return None if recorded is None else parse_interval(recorded)
