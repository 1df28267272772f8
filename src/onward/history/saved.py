"""CaseState ⇄ plain values: a state that can be kept as JSON and taken up again, by the model it belongs to only."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from onward.history.memory import Remembered, is_windowed
from onward.history.state import CaseState, Clock
from onward.history.stepping import Reading, checked_reading
from onward.log.dates import DateError, Interval, parse_interval
from onward.log.log import is_number
from onward.model.elements import Count, Distinct, Flag, Latest, Max, Reducer, Sum
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
        "phase": _by_track(model, state.places),
        "context": {
            variable.name: memory_to_plain(kept) for variable, kept in zip(model.context, state.memory, strict=True)
        },
        "since": _by_track(model, tuple(since and since.recorded for since in state.since)),
        "began": state.began and state.began.recorded,
        "first": state.first and state.first.recorded,
        "last": state.last and state.last.recorded,
        "events": state.events,
        "moves": _by_track(model, state.moves),
        "broken": list(state.broken),
        **_clockwork(state, model),
    }


def _by_track(model: Model, told: tuple[Any, ...]) -> Any:  # noqa: ANN401  # a value, or one for each track
    """Return what is *told* of the one track, or of every track by its name."""
    return dict(zip(model.track_names, told, strict=True)) if model.tracks else told[0]


def _of_tracks(model: Model, plain: Any) -> tuple[Any, ...]:  # noqa: ANN401  # what `_by_track` returned
    return tuple(plain[name] for name in model.track_names) if model.tracks else (plain,)


def _clockwork(state: CaseState, model: Model) -> dict[str, Any]:
    """Return how far time has passed, where time alone can change anything."""
    if not model.has_clockwork:
        return {}
    clock = state.clock
    return {
        "clock": clock and [clock.moment.isoformat(), clock.late],
        "rests": [moment and moment.isoformat() for moment in state.rests],
    }


def memory_to_plain(kept: Remembered) -> Any:  # noqa: ANN401  # a number, a text, a truth or a list
    """Return what a reducer keeps as a value that JSON can hold."""
    match kept:
        case frozenset():
            return sorted(kept, key=json.dumps)
        case tuple():
            return [[end and end.isoformat(), amount] for end, amount in kept]
        case _:
            return kept


def memory_from_plain(reducer: Reducer, plain: Any) -> Remembered:  # noqa: ANN401  # what `memory_to_plain` returned
    """Return what *reducer* keeps, from what `memory_to_plain` returned.

    Raises:
        ValueError: this is nothing that it keeps.

    """
    if is_windowed(reducer):
        return tuple((end and datetime.fromisoformat(end), _number(amount)) for end, amount in plain)
    match reducer, plain:
        case Distinct(), list():
            return frozenset(plain)
        case (Count() | Sum() | Max(), bool()):
            pass
        case (Count(), int() as kept) | (Sum() | Max(), (int() | float()) as kept) | (Flag(), bool() as kept):
            return kept
        case (Latest(), (bool() | int() | float() | str()) as kept):
            return kept
        case ((Max() | Latest()), None):
            return None
        case _:
            pass
    raise ValueError(plain)


def _number(plain: Any) -> int | float:  # noqa: ANN401  # as above
    if not is_number(plain):
        raise ValueError(plain)
    return plain


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
            places=tuple(model.places[model.places.index(place)] for place in _of_tracks(model, plain["phase"])),
            memory=tuple(
                memory_from_plain(variable.reducer, plain["context"][variable.name]) for variable in model.context
            ),
            since=tuple(map(_date, _of_tracks(model, plain["since"]))),
            began=_date(plain["began"]),
            first=_date(plain.get("first")),
            last=_date(plain["last"]),
            events=int(plain["events"]),
            moves=tuple(map(int, _of_tracks(model, plain["moves"]))),
            broken=tuple(map(int, plain["broken"])),
            clock=_clock(plain["clock"]) if model.has_clockwork else None,
            rests=_rests(plain["rests"], model) if model.has_clockwork else (),
        )
        return state, checked_reading(plain["reading"])
    except (KeyError, ValueError, TypeError, OverflowError, DateError) as error:
        why = f"it lacks {error}" if isinstance(error, KeyError) else "a value in it is none that was saved"
        what = f"the saved state is damaged: {why}"
        raise UsageError([Problem("state", what, "save it again from a live case")]) from error


def _clock(plain: Any) -> Clock | None:  # noqa: ANN401  # what `_clockwork` returned
    return None if plain is None else Clock(datetime.fromisoformat(plain[0]), bool(plain[1]))


def _rests(plain: Any, model: Model) -> tuple[datetime | None, ...]:  # noqa: ANN401  # as above
    if not isinstance(plain, list) or len(plain) != len(model.rests):
        raise ValueError(plain)
    return tuple(None if moment is None else datetime.fromisoformat(moment) for moment in plain)


def _date(recorded: str | None) -> Interval | None:
    return None if recorded is None else parse_interval(recorded)
