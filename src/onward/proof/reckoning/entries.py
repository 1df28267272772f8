"""Entries: what a step takes into the memory of a case, and how it changes what is kept there."""

from onward.model.elements import Count, Distinct, Flag, Latest, Max, Open, Sum, Variable
from onward.model.guards import Attribute
from onward.proof.reckoning.frames import Entry, Fresh, Kept, same_number
from onward.proof.reckoning.happenings import Change
from onward.proof.reckoning.lengths import Length, days_in
from onward.proof.reckoning.sights import Sight
from onward.proof.reckoning.values import (
    MISSING,
    Value,
    both,
    choice,
    chosen,
    either,
    identical,
    implied,
    nay,
    reckoned,
    same,
)

_TAKE = Sum | Max | Latest | Distinct
"""The reducers that take the value of an attribute."""


def entry_of(change: Change, variable: Variable, was: Sight) -> Entry:
    """Return what a step enters into *variable*."""
    reducer, happening = variable.reducer, change.happening
    made = both(change.is_of(reducer.types), was.truth(reducer.where).yes)
    value = happening.attributes[reducer.attribute] if isinstance(reducer, _TAKE) else MISSING
    if isinstance(reducer, Sum | Max):
        made, value = both(made, value.number), Value(number=True, amount=value.amount, whole=value.whole)
    if isinstance(reducer, Latest) or (isinstance(reducer, Distinct) and not reducer.part):
        made = both(made, value.present)
    if isinstance(reducer, Open):
        made = both(made, either(nay(happening.ends), happening.until >= change.after.now))
        return Entry(made, happening.ends, happening.until, value)
    entry = Entry(made, ends=False, end=0, value=value)
    if not isinstance(reducer, Count | Sum) or reducer.within is None:
        return entry
    return _windowed(change, entry, change.before.kept[variable.name], change.encoder.model.length_of(reducer.within))


def _windowed(change: Change, entry: Entry, old: Kept, length: Length) -> Entry:
    """Return an entry that counts for no longer than a *length*, but longer than those before it."""
    now, end = change.after.now, change.facts.real("through")
    least, most = days_in(length)
    change.facts.add(both(end >= now + least, end <= now + most))
    change.facts.add(implied(old.entries >= 1, end >= old.till))
    change.fresh.append(Fresh(entry.made, length, now, end))
    return Entry(entry.made, ends=True, end=end, value=entry.value)


def remember(change: Change, variable: Variable, entry: Entry) -> None:
    """Add what *variable* holds after the step."""
    facts, old, new = change.facts, change.before.kept[variable.name], change.after.kept[variable.name]
    made = entry.made
    match variable.reducer:
        case Flag(set=types):
            facts.add(same(new.value.holds, choice(made, change.is_of(types), old.value.holds)))
        case Latest():
            facts.add(identical(new.value, chosen(made, entry.value, old.value)))
        case Max():
            larger = both(made, either(nay(old.value.number), entry.value.amount > old.value.amount))
            facts.add(identical(new.value, chosen(larger, entry.value, old.value)))
        case Count(within=None):
            facts.add(new.value.amount == old.value.amount + choice(made, 1, 0))
        case Sum(within=None):
            total = reckoned(facts, "+", old.value, entry.value)
            facts.add(same_number(new.value, chosen(made, total, old.value)))
        case Distinct() as reducer:
            _see(change, reducer, old, new, entry)
        case Open():
            _open(change, old, new, entry)
        case Count() | Sum():  # the union is closed
            _enter(change, old, new, entry)
            if isinstance(variable.reducer, Sum):
                _add_up(change, old, new, entry)


def _see(change: Change, reducer: Distinct, old: Kept, new: Kept, entry: Entry) -> None:
    """Add how many values may be new: of one at most one, of several any number."""
    facts, less, more = change.facts, old.value.amount, new.value.amount
    facts.add(more >= less, implied(nay(entry.made), more == less))
    if not reducer.part:
        facts.add(more <= less + 1, implied(entry.made, more >= 1))
        return
    mine = Attribute(reducer.attribute, reducer.part)
    some = (both(entry.value.present, has) for (which, _), has in change.happening.parts.items() if which == mine)
    facts.add(implied(both(entry.made, either(*some)), more >= 1))
    facts.add(implied(nay(entry.value.present), more == less))


def _open(change: Change, old: Kept, new: Kept, entry: Entry) -> None:
    """Add how many entries have not ended: those that never end stay."""
    lasting = old.lasting + choice(both(entry.made, nay(entry.ends)), 1, 0)
    change.facts.add(
        new.lasting == lasting,
        implied(change.tick, new.entries <= old.entries),
        implied(nay(change.tick), new.entries == old.entries + choice(entry.made, 1, 0)),
    )


def _enter(change: Change, old: Kept, new: Kept, entry: Entry) -> None:
    """Add what a window has: the newest entry ends last."""
    emptied = either(same(old.entries, 0), same(old.till, change.after.now))
    change.facts.add(
        implied(change.tick, both(new.entries <= old.entries, same(same(new.entries, 0), emptied))),
        implied(nay(change.tick), new.entries == old.entries + choice(entry.made, 1, 0)),
        new.till == choice(entry.made, entry.end, old.till),
    )


def _add_up(change: Change, old: Kept, new: Kept, entry: Entry) -> None:
    """Add what a window comes to, unless something has dropped out of it."""
    total = chosen(entry.made, reckoned(change.facts, "+", old.value, entry.value), old.value)
    whole = either(nay(change.tick), new.entries == old.entries)
    change.facts.add(implied(whole, same_number(new.value, total)))


def rest(change: Change) -> None:
    """Add when there last was an event of each set that starts timers anew."""
    before, after = change.before.rests, change.after.rests
    for types, (rested, at), (rests, since) in zip(change.encoder.model.rests, before, after, strict=True):
        hit = change.is_of(types)
        change.facts.add(same(rests, either(rested, hit)), since == choice(hit, change.after.now, at))
