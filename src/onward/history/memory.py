"""Memory: what each reducer keeps of the events, what guards see of it, and what time takes away."""

from bisect import bisect_right
from datetime import datetime

from onward.history.clock import later
from onward.history.several import parts_of
from onward.log.log import Event, Value, is_number
from onward.model.elements import ANY, Count, Distinct, Flag, Latest, Max, Open, Reducer, Sum
from onward.model.model import Model

Entry = tuple[datetime | None, int | float]
"""What counts through an instant (None: for ever), and how much it counts."""

Remembered = int | float | str | bool | frozenset[Value] | tuple[Entry, ...] | None
"""What one reducer keeps: a number, a truth or a value, the values it has seen, or what still counts."""


def is_windowed(reducer: Reducer) -> bool:
    """Tell whether time takes away what *reducer* keeps."""
    return isinstance(reducer, Open) or (isinstance(reducer, Count | Sum) and reducer.within is not None)


def nothing(reducer: Reducer) -> Remembered:
    """Return what *reducer* keeps before the first event."""
    if is_windowed(reducer):
        return ()
    match reducer:
        case Distinct():
            return frozenset()
        case Flag():
            return False
        case Max() | Latest():
            return None
        case _:
            return 0


def seen_of(reducer: Reducer, kept: Remembered) -> Value:
    """Return what guards see of what is *kept*."""
    match kept:
        case frozenset():
            return len(kept)
        case tuple() if isinstance(reducer, Sum):
            # Left to right, so that floats come out the same wherever the sum is made.
            total: float = 0
            for _, amount in kept:
                total += amount
            return total
        case tuple():
            return len(kept)
        case _:
            return kept


def answers(types: tuple[str, ...] | None, event_type: str) -> bool:
    """Tell whether *event_type* is one of *types*; None is every type."""
    return types is None or event_type in types or ANY in types


def with_event(  # noqa: PLR0913  # a reducer, what it keeps, and an event with its dates
    model: Model, reducer: Reducer, kept: Remembered, event: Event, moment: datetime | None, until: datetime | None
) -> Remembered:
    """Return what *reducer* keeps once *event*, which it answers to, is in it.

    Args:
        model: for the length of windows.
        reducer: how it remembers.
        kept: what it has kept so far.
        event: what happened.
        moment: the instant from which the event counts, if that is known.
        until: the instant through which it runs, if it ends.

    """
    match reducer, kept:
        case Flag(set=types), _:
            return answers(types, event.type)
        case Latest(attribute), _:
            found = event.attributes.get(attribute)
            return kept if found is None else found
        case Distinct(attribute, part=part), frozenset():
            found = event.attributes.get(attribute)
            # A value that is not recorded is no value: it cannot be told from the others.
            values = frozenset(parts_of(found, part)) if part else frozenset(() if found is None else (found,))
            return kept | values
        case Open(), tuple():
            runs = until is None or moment is None or until >= moment
            return _entered(kept, (until, 1)) if runs else kept
        case Count(within=None), int(count):
            return count + 1
        case Count(within=span), tuple() if span is not None:
            end = None if moment is None else later(moment, *model.length_of(span))
            return _entered(kept, (end, 1))
        case ((Sum(attribute) | Max(attribute)), _):
            found = event.attributes.get(attribute)
            return _with_number(model, reducer, kept, found, moment) if is_number(found) else kept
        case _:
            raise AssertionError((reducer, kept))


def _with_number(model: Model, reducer: Reducer, kept: Remembered, found: float, moment: datetime | None) -> Remembered:
    match reducer, kept:
        case Max(), None:
            return found
        case Max(), int() | float():
            return max(kept, found)
        case Sum(within=span), tuple() if span is not None:
            end = None if moment is None else later(moment, *model.length_of(span))
            return _entered(kept, (end, found))
        case Sum(), int() | float():
            return kept + found
        case _:
            raise AssertionError((reducer, kept))


def _entered(entries: tuple[Entry, ...], entry: Entry) -> tuple[Entry, ...]:
    """Return *entries*, in the order in which they end, with *entry* after those that end no later."""
    at = bisect_right(entries, _end(entry), key=_end)
    return (*entries[:at], entry, *entries[at:])


def without_ended(kept: Remembered, moment: datetime) -> Remembered:
    """Return what is left of what is *kept* once the instant *moment* is over."""
    if not isinstance(kept, tuple) or not kept or kept[0][0] is None or kept[0][0] > moment:
        return kept
    return kept[bisect_right(kept, moment, key=_end) :]


def _end(entry: Entry) -> datetime:
    """Return when *entry* ends; what counts for ever ends last."""
    return datetime.max if entry[0] is None else entry[0]  # noqa: DTZ901  # naive UTC throughout


def next_end(memory: tuple[Remembered, ...]) -> datetime | None:
    """Return the first instant through which something in *memory* counts, if anything ends."""
    firsts = (kept[0][0] for kept in memory if isinstance(kept, tuple) and kept)
    return min((end for end in firsts if end is not None), default=None)
