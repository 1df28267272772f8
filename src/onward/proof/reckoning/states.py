"""States: what holds of every state that can come up after a step, and what may hold of every one of a model."""

from collections.abc import Iterator

import z3

from onward.history.memory import answers
from onward.model.elements import Count, Distinct, Flag, Latest, Max, Open, Reducer, Sum, Variable
from onward.model.guards import Attribute, CurrentPhase, Elapsed, EventType, Guard, Memory, conditions, expressions
from onward.model.spelling import write_guard
from onward.proof.reckoning.encoding import Encoder, guards_of, is_windowed
from onward.proof.reckoning.frames import (
    Clockwork,
    Frame,
    Kept,
    ahead,
    any_value,
    elapsed,
    one_kind,
    whole_column,
    whole_if_its_column_is,
)
from onward.proof.reckoning.lengths import days_in, no_longer
from onward.proof.reckoning.sights import sight_of
from onward.proof.reckoning.values import Facts, Term, Value, both, either, implied, nay, same, whole_number

_MOST_EVENTS = 2**50
"""No log has as many: a counter up to it is the same as a float."""


def frame_of(encoder: Encoder, facts: Facts) -> Frame:
    """Return a new state, of which *facts* holds what is so of all states that can come up after a step."""
    model = encoder.model
    frame = Frame(
        model=model,
        places={track: facts.whole(f"place {track}") for track in model.track_names},
        since={track: facts.real(f"since {track}") for track in model.track_names},
        began=facts.real("began"),
        years={track: facts.real(f"years {track}") for track in model.track_names},
        age=facts.real("age"),
        now=facts.real("now"),
        late=facts.truth("late") if model.has_clockwork else False,
        kept={each.name: _new_kept(facts, each) for each in model.context},
        rests=tuple((facts.truth("rested"), facts.real("rest")) for _ in model.rests),
        ends=tuple(facts.real("end") for _ in encoder.timers),
    )
    facts.add(*_sure(encoder, frame))
    return frame


def is_initial(encoder: Encoder, frame: Frame) -> Term:
    """Return that *frame* is the state before the first event."""
    return both(
        nay(frame.late),
        *(same(place, 0) for place in frame.places.values()),
        *(nay(rested) for rested, _ in frame.rests),
        *(_is_nothing(each.reducer, frame.kept[each.name]) for each in encoder.model.context),
    )


def _sure(encoder: Encoder, frame: Frame) -> Iterator[Term]:
    """Yield what holds of every state, whatever the model."""
    model, now = encoder.model, frame.now
    for track, place in frame.places.items():
        moved, since, years = place != 0, frame.since[track], frame.years[track]
        yield either(*(place == rank for rank in encoder.ranks_on(track)))
        yield implied(moved, both(frame.began <= since, since <= now))
        yield implied(moved, elapsed(years, now - since))
        yield implied(moved, both(years <= frame.age, frame.age >= 0))
    anywhere = either(*(place != 0 for place in frame.places.values()))
    yield implied(anywhere, elapsed(frame.age, now - frame.began))
    yield from (implied(rested, at <= now) for rested, at in frame.rests)
    for number, timer in enumerate(encoder.timers):
        start, (least, most) = start_of(frame, timer), days_in(timer.length)
        end = frame.ends[number]
        yield implied(frame.places[timer.track] != 0, both(end >= start + least, end <= start + most))
    for variable in model.context:
        yield from _sure_of(frame, variable)
    yield from _no_more_than(encoder, frame)
    yield from _aligned(encoder, frame)


def start_of(frame: Frame, timer: Clockwork) -> Term:
    """Return the instant from which a timer runs."""
    since = frame.since[timer.track]
    if timer.rest is None:
        return since
    rested, at = frame.rests[timer.rest]
    return z3.If(both(rested, at > since), at, since)


def _sure_of(frame: Frame, variable: Variable) -> Iterator[Term]:
    kept = frame.kept[variable.name]
    match variable.reducer:
        case Latest(attribute):
            yield from one_kind(kept.value, attribute)
        case Flag() | Max():
            pass
        case Sum(attribute, within=None):
            yield whole_if_its_column_is(kept.value, attribute)
        case Count(within=None) | Distinct():
            yield both(kept.value.amount >= 0, kept.value.amount <= _MOST_EVENTS)
        case Open():
            yield both(kept.lasting >= 0, kept.lasting <= kept.entries, kept.entries <= _MOST_EVENTS)
        case Count() | Sum():  # the union is closed
            yield both(kept.entries >= 0, kept.entries <= _MOST_EVENTS)
            yield implied(kept.entries >= 1, ahead(kept.till, frame))
            if isinstance(variable.reducer, Sum):
                yield whole_if_its_column_is(kept.value, variable.reducer.attribute)
                yield implied(same(kept.entries, 0), both(same(kept.value.amount, 0), kept.value.whole))


def _no_more_than(encoder: Encoder, frame: Frame) -> Iterator[Term]:
    """Yield that what counts some of what another variable counts, counts no more."""
    for count in encoder.model.context:
        if not isinstance(count.reducer, Count):
            continue
        for variable in encoder.model.context:
            if variable is not count and _is_part(encoder, variable.reducer, count.reducer):
                yield _entered(frame, variable) <= frame.number(count.name)


def _aligned(encoder: Encoder, frame: Frame) -> Iterator[Term]:
    """Yield that a timer which every entry of a window starts anew does not end before a window no longer."""
    for variable in encoder.model.context:
        reducer = variable.reducer
        if not isinstance(reducer, Count | Sum) or reducer.within is None:
            continue
        kept, length = frame.kept[variable.name], encoder.model.length_of(reducer.within)
        for number, timer in enumerate(encoder.timers):
            without = () if timer.rest is None else encoder.model.rests[timer.rest]
            if _covers(encoder, without, reducer.types) and no_longer(length, timer.length):
                moved = frame.places[timer.track] != 0
                yield implied(both(moved, kept.entries >= 1), kept.till <= frame.ends[number])


def _covers(encoder: Encoder, types: tuple[str, ...] | None, some: tuple[str, ...] | None) -> bool:
    """Tell whether every event of *some* types is one of *types*."""
    return all(answers(types, name) for name in encoder.model.kinds if answers(some, name))


def _is_part(encoder: Encoder, some: Reducer, whole: Count) -> bool:
    """Tell whether every event that *some* counts, once at most, is one that *whole* counts."""
    match some:
        case Count(within=span) | Sum(within=span) if span is not None:
            length = encoder.model.length_of(span)
            lasts = whole.within is None or no_longer(length, encoder.model.length_of(whole.within))
        case Count() | Open() | Distinct(part=""):
            lasts = whole.within is None
        case _:
            return False
    return lasts and _covers(encoder, whole.types, some.types) and whole.where in {None, some.where}


def guesses_of(encoder: Encoder, frame: Frame) -> tuple[tuple[Term, ...], tuple[Term, ...]]:
    """Return what may always hold of a state, in the same order for each, and what holds of the terms that say so.

    Where the case is, or what one guard finds in memory, may imply what another finds there.
    """
    facts = Facts(f"guess {frame.now}")
    sight = sight_of(encoder, facts, frame)
    found = [sight.truth(guard).yes for guard in _of_memory(encoder)]
    tags = [tag for value in sight.memory.values() for tag in (value.number, value.truth, value.text)]
    found += [tag for tag in tags if not isinstance(tag, bool)]
    reached = [frame.places[track] == rank for track in frame.places for rank in encoder.ranks_on(track)]
    guesses = [implied(one, other) for one in (*reached, *found) for other in found if one is not other]
    return tuple(guesses), tuple(facts.terms)


def _of_memory(encoder: Encoder) -> tuple[Guard, ...]:
    """Return the conditions of the model that look at nothing but memory."""
    elsewhere = Attribute | EventType | Elapsed | CurrentPhase
    found: dict[str, Guard] = {}
    for each in (each for guard in guards_of(encoder.model) for each in conditions(guard)):
        inside = tuple(expressions(each))
        memory = [part for part in inside if isinstance(part, Memory)]
        if memory and not any(isinstance(part, elsewhere) for part in inside) and not any(m.before for m in memory):
            found[write_guard(each)] = each
    return tuple(found.values())


def _new_kept(facts: Facts, variable: Variable) -> Kept:
    name, reducer = variable.name, variable.reducer
    match reducer:
        case Flag():
            return Kept(Value(truth=True, holds=facts.truth(name)))
        case Latest(attribute):
            return Kept(any_value(facts, name, whole_column(attribute)))
        case Max(attribute):
            whole = whole_column(attribute)
            return Kept(Value(number=facts.truth(name), amount=facts.real(name), whole=whole))
        case Sum(within=None):
            return Kept(Value(number=True, amount=facts.real(name), whole=facts.truth(name)))
        case Sum():
            value = Value(number=True, amount=facts.real(name), whole=facts.truth(name))
            return Kept(value, entries=facts.whole(name), till=facts.real(name))
        case Open():
            entries = facts.whole(name)
            return Kept(whole_number(entries), entries=entries, lasting=facts.whole(name))
        case Count(within=None) | Distinct():
            return Kept(whole_number(facts.whole(name)))
        case Count():  # the union is closed
            entries = facts.whole(name)
            return Kept(whole_number(entries), entries=entries, till=facts.real(name))


def _is_nothing(reducer: Reducer, kept: Kept) -> Term:
    match reducer:
        case Flag():
            return nay(kept.value.holds)
        case Latest() | Max():
            return nay(kept.value.present)
        case Sum():
            return both(same(kept.value.amount, 0), kept.value.whole, same(kept.entries, 0))
        case _:
            return both(same(kept.value.amount, 0), same(kept.entries, 0), same(kept.lasting, 0))


def _entered(frame: Frame, variable: Variable) -> Term:
    """Return how many events a variable has taken in, or how many of them still count."""
    kept = frame.kept[variable.name]
    return kept.entries if is_windowed(variable.reducer) else kept.value.amount
