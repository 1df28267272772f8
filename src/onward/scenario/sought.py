"""What a selection asks of an event, its names looked up, and whether a guard holds of an event alone."""

from attrs import frozen

from onward.history.judging import View, guard_holds
from onward.log.dates import Interval
from onward.log.log import Event
from onward.model.elements import START
from onward.model.guards import Guard
from onward.model.model import Model


@frozen
class Asked:
    """A selection whose names are looked up: rows from 0, cases as the log has them, a guard that was read."""

    ids: frozenset[str] = frozenset()
    rows: frozenset[int] = frozenset()
    types: frozenset[str] = frozenset()
    cases: frozenset[str] = frozenset()
    since: Interval | None = None
    until: Interval | None = None
    where: Guard | None = None


def judged(model: Model, guard: Guard, event: Event) -> bool:
    """Tell whether *guard*, which asks of the event alone, holds."""
    return guard_holds(guard, View(model, (START,) * len(model.track_names), {}, event)) is True
