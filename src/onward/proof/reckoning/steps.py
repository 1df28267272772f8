"""Steps: one step of a model as a relation between two states, for a solver.

It admits every step of every log, whichever end of a partial date counts, and may admit more: what it says of no step
is so of none. A step is an event that has an effect, or a tick, at which time alone does something. Events that are
unknown or refused change nothing but the time, which a later step may pass as well: they need no step.

Exact are places, guards, rounds, flags, counts, what is largest and latest, and elapsed years (but for rounding). Free,
within bounds, are the calendar (a month has 28 to 31 days), how many values are new to a `distinct`, when each of
several entries of a window or an `open` ends, and what is left of a windowed sum. Numbers: see `values`.
"""

from collections.abc import Iterator, Mapping

from attrs import evolve, frozen

from onward.model.elements import Forbid, Invariant, Open
from onward.proof.reckoning.encoding import Encoder, is_windowed, stands
from onward.proof.reckoning.entries import entry_of, remember, rest
from onward.proof.reckoning.frames import Entry, Frame, Fresh, Happening, ahead, elapsed, years_of
from onward.proof.reckoning.happenings import Change, happening_of
from onward.proof.reckoning.moves import arrive, moved_by, set_timers
from onward.proof.reckoning.sights import Sight, sight_of
from onward.proof.reckoning.states import frame_of
from onward.proof.reckoning.values import Facts, Term, both, either, implied, nay, same


@frozen(eq=False)
class Step:
    """One step as terms.

    Attributes:
        before: the state before it.
        after: the state after it.
        happening: what happened.
        facts_of: names terms of the step.
        facts: what holds of them: together they are the relation.
        left: what guards see after it.
        fell: by track whether it moved to an earlier place.
        entries: by context variable what it entered.
        fresh: the instants that it took from the calendar.
        unsettled: whether an eventless transition is still enabled after the last round that is encoded.

    """

    before: Frame
    after: Frame
    happening: Happening
    facts_of: Facts
    facts: tuple[Term, ...]
    left: Sight
    fell: Mapping[str, Term]
    entries: Mapping[str, Entry]
    fresh: tuple[Fresh, ...]
    unsettled: Term

    def keeps(self, invariant: Invariant) -> tuple[Term, tuple[Term, ...]]:
        """Return whether *invariant* holds after the step, and what else holds of the terms that say so."""
        if invariant.guard is None:
            fell = either(*(fell for track, fell in self.fell.items() if invariant.track in {"", track}))
            return nay(fell), ()
        noted = len(self.facts_of.terms)
        found = self.left.truth(invariant.guard).yes
        return found, tuple(self.facts_of.terms[noted:])


def step_of(encoder: Encoder, before: Frame, facts: Facts) -> Step:
    """Return one step from the state *before*; *facts*, without any yet, names its terms."""
    change = Change(encoder, facts, before, frame_of(encoder, facts), happening_of(encoder, facts))
    was = _was(change)
    facts.add(*_passes(change))
    facts.add(either(change.tick, nay(_refused(change, was))))
    entries = {each.name: entry_of(change, each, was) for each in encoder.model.context}
    for variable in encoder.model.context:
        remember(change, variable, entries[variable.name])
    rest(change)
    facts.add(implied(change.tick, _cause(change)))
    memory = {name: kept.value for name, kept in change.after.kept.items()}
    found = moved_by(change, evolve(was, memory=memory, before=was))
    arrive(change, found)
    set_timers(change, found.moved)
    return Step(
        before=before,
        after=change.after,
        happening=change.happening,
        facts_of=facts,
        facts=tuple(facts.terms),
        left=found.left,
        fell=found.fell,
        entries=entries,
        fresh=tuple(change.fresh),
        unsettled=found.unsettled,
    )


def _was(change: Change) -> Sight:
    """Return what there is to see before the event, at its time."""
    facts, before, now = change.facts, change.before, change.after.now
    years = {track: facts.real("years") for track in before.places}
    age = facts.real("age")
    for track, place in before.places.items():
        facts.add(
            implied(place != 0, elapsed(years[track], now - before.since[track])),
            implied(place != 0, years[track] >= before.years[track]),
            implied(place != 0, age >= before.age),
            implied(place != 0, elapsed(age, now - before.began)),
        )
    sight = sight_of(change.encoder, facts, before)
    return evolve(
        sight,
        years={track: years_of(years[track], place != 0) for track, place in before.places.items()},
        age=years_of(age, sight.age.number),
        happening=change.happening,
    )


def _passes(change: Change) -> Iterator[Term]:
    """Yield how time passes: never back, and past nothing that time alone does."""
    before, after = change.before, change.after
    yield after.now >= before.now
    yield implied(before.late, after.now > before.now)
    yield same(after.late, change.tick)
    for number, end in enumerate(before.ends):
        yield implied(both(change.encoder.runs(before, number), ahead(end, before)), end >= after.now)
    for variable in change.encoder.model.context:
        if is_windowed(variable.reducer):
            kept = before.kept[variable.name]
            yield implied(kept.entries >= 1, kept.till >= after.now)


def _cause(change: Change) -> Term:
    """Return whether time alone has something to do: a timer that runs out, or an entry that ends."""
    before, after = change.before, change.after
    timers = (
        both(change.encoder.runs(before, number), ahead(end, before), same(end, after.now))
        for number, end in enumerate(before.ends)
    )
    drops = (
        after.kept[each.name].entries < before.kept[each.name].entries
        for each in change.encoder.model.context
        if isinstance(each.reducer, Open) or is_windowed(each.reducer)
    )
    return either(*timers, *drops)


def _refused(change: Change, was: Sight) -> Term:
    """Return whether a rule of conduct is against the event, or the case has ended."""
    model = change.encoder.model
    rules = (both(change.is_of(r.on), _applies(change, was, r), was.truth(r.when).yes) for r in model.forbid)
    over = (
        stands(place, [rank for rank in change.encoder.ranks_on(track) if model.is_final(model.places[rank])])
        for track, place in was.places.items()
    )
    return either(*rules, both(*over))


def _applies(change: Change, was: Sight, rule: Forbid) -> Term:
    """Return whether the case is where *rule* holds."""
    if rule.phases is None:
        return True
    within = {rank for name in rule.phases for rank in change.encoder.model.ranks[name]}
    return either(*(stands(p, within & {*change.encoder.ranks_on(track)}) for track, p in was.places.items()))
