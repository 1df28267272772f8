"""CaseState ⇄ plain values: a state that can be kept as JSON and taken up again, by the model it belongs to only."""

import json
from collections.abc import Mapping
from typing import Any

from onward.history.state import CaseState, Remembered
from onward.history.stepping import Reading, checked_reading
from onward.log.dates import DateError, Interval, parse_interval
from onward.model.elements import Count
from onward.model.model import Model
from onward.model.writing import fingerprint
from onward.problems import Problem, UsageError

FORMAT = 1
"""The version of the state's format."""


def to_plain(state: CaseState, model: Model, reading: Reading) -> dict[str, Any]:
    """Return *state* as mappings, lists and plain values that JSON can hold."""
    return {
        "onward": FORMAT,
        "model": model.name,
        "fingerprint": fingerprint(model),
        "reading": reading,
        "case": state.case,
        "phase": state.place,
        "context": {
            variable.name: kept if isinstance(kept, int) else sorted(kept, key=json.dumps)
            for variable, kept in zip(model.context, state.memory, strict=True)
        },
        "since": state.since and state.since.recorded,
        "began": state.began and state.began.recorded,
        "first": state.first and state.first.recorded,
        "last": state.last and state.last.recorded,
        "events": state.events,
        "moves": state.moves,
        "broken": list(state.broken),
    }


def from_plain(plain: object, model: Model) -> tuple[CaseState, Reading]:
    """Return the state that `to_plain` wrote, and the reading it was made with.

    Raises:
        UsageError: it is no state, or the state of another model.

    """
    if not isinstance(plain, Mapping) or plain.get("onward") != FORMAT or not isinstance(plain.get("context"), Mapping):
        raise UsageError([Problem("state", "this is no saved state", "pass what live.state returned")])
    if plain.get("fingerprint") != fingerprint(model):
        what = f"the state belongs to another model or another version of it ({plain.get('model')!r})"
        mend = "load the model that the state was saved with, or replay the log with this one"
        raise UsageError([Problem("state", what, mend)])
    try:
        state = CaseState(
            case=str(plain["case"]),
            place=model.places[model.places.index(plain["phase"])],
            memory=tuple(
                _kept(plain["context"][variable.name], counts=isinstance(variable.reducer, Count))
                for variable in model.context
            ),
            since=_date(plain["since"]),
            began=_date(plain["began"]),
            first=_date(plain.get("first")),
            last=_date(plain["last"]),
            events=int(plain["events"]),
            moves=int(plain["moves"]),
            broken=tuple(map(int, plain["broken"])),
        )
        return state, checked_reading(plain["reading"])
    except (KeyError, ValueError, TypeError, OverflowError, DateError) as error:
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
