"""Shrinking: what is left of a log that breaks an invariant without what does not matter."""

from typing import Any

from attrs import evolve

from onward.log.dates import Interval
from onward.log.log import is_number
from onward.model.elements import Invariant
from onward.model.model import Model
from onward.proof.reckoning.assignments import MIDNIGHT
from onward.proof.witness import Witness, breaks

_SMALL = (1, 2, 3, -1, -2)
"""The numbers that a log is easiest to read with."""


def smaller(model: Model, witness: Witness, invariant: Invariant) -> Witness:
    """Return what is left of *witness*, from the first day on, without events, values and time that do not matter."""

    def better(*changed: Witness) -> Witness:
        return next((each for each in changed if breaks(model, each, invariant)), witness)

    for at in reversed(range(len(witness))):
        witness = better(Witness((*witness.events[:at], *witness.events[at + 1 :])))
    for at in range(len(witness)):
        for name in tuple(witness.events[at].attributes):
            recorded = witness.events[at].attributes
            fewer = {key: value for key, value in recorded.items() if key != name}
            smaller = [{**recorded, name: number} for number in _SMALL] if is_number(recorded[name]) else []
            witness = better(*(_changed(witness, at, attributes=each) for each in (fewer, *smaller)))
        witness = better(_changed(witness, at, until=None))
        witness = better(_changed(witness, at, time=witness.events[max(0, at - 1)].time))
    return better(_shifted(witness))


def _changed(witness: Witness, at: int, **changes: Any) -> Witness:  # noqa: ANN401  # fields of an event
    """Return *witness* with one event changed."""
    return Witness((*witness.events[:at], evolve(witness.events[at], **changes), *witness.events[at + 1 :]))


def _shifted(witness: Witness) -> Witness:
    """Return *witness* so much earlier that it begins on the first day."""
    by = min((event.time.first for event in witness.events if event.time), default=MIDNIGHT) - MIDNIGHT

    def moved(date: Interval | None) -> str | None:
        return None if date is None else (date.first - by).date().isoformat()

    return Witness(tuple(evolve(event, time=moved(event.time), until=moved(event.until)) for event in witness.events))
