"""Selecting: which events an edit is about, on a log that earlier edits may have changed."""

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cached_property, lru_cache
from typing import Any

from attrs import define, evolve, field, frozen

from onward.history.notes import columns_asked
from onward.log.cases import find_case, typed_pair
from onward.log.log import AttributeType, Event, EventLog
from onward.model.guards import Attribute, Guard, expressions
from onward.model.model import Model
from onward.problems import Problem, UsageError, suggestion
from onward.scenario.edits import Selection
from onward.scenario.remodelling import guard_of
from onward.scenario.rows import Row, cases_of, rows_of
from onward.scenario.sought import Asked, judged
from onward.scenario.whose import MANY, cases_at, cases_in


@define
class Working:
    """A log while edits are made; the keys of its rows are their numbers, added ones counted on from the last.

    Attributes:
        model: whose events they are.
        log: the log as it was before.
        changed: rows that are otherwise now, None for one that is left out.
        added: rows behind the last, None for one that is left out again.
        types: of columns in which values were set, the types that they have now.
        gone: the ids of added rows that are left out again.

    """

    model: Model
    log: EventLog
    changed: dict[int, Row | None] = field(factory=dict)
    added: list[Row | None] = field(factory=list)
    types: dict[str, AttributeType] = field(factory=dict)
    gone: set[str] = field(factory=set)

    def rows(self, keys: list[int]) -> list[Row]:
        """Return the rows of these *keys*, all of them there, in the same order."""
        untouched = [key for key in keys if key < len(self.log) and key not in self.changed]
        found = dict(zip(untouched, rows_of(self.log, untouched), strict=True))
        return [found.get(key) or self._touched(key) for key in keys]

    def _touched(self, key: int) -> Row:
        row = self.changed[key] if key < len(self.log) else self.added[key - len(self.log)]
        assert row is not None  # noqa: S101  # what is left out is never selected
        return row

    def put(self, key: int, row: Row | None) -> None:
        """Have *row* stand at *key*, None for nothing."""
        if key < len(self.log):
            self.changed[key] = row
        else:
            if row is None and (gone := self.added[key - len(self.log)]):
                self.gone.add(gone.event.id)
            self.added[key - len(self.log)] = row

    def touched(self) -> Iterator[tuple[int, Row]]:
        """Yield the rows that earlier edits changed or added, and that are there."""
        yield from ((key, row) for key, row in self.changed.items() if row is not None)
        yield from ((key, row) for key, row in enumerate(self.added, len(self.log)) if row is not None)

    def has_id(self, name: str) -> bool:
        """Tell whether an event has the id *name*."""
        asked = Asked(ids=frozenset([name]))
        return bool(fitting(self, asked))


def selected(work: Working, which: Selection, place: str) -> list[int]:
    """Return the keys of the rows that *which* selects, in order.

    Raises:
        UsageError: there is none, or a name in it means nothing; *place* is where the edit stands.

    """
    asked = _asked(work, which, place)
    found = fitting(work, asked)
    # Where each name stands alone, finding something shows that there is what it names.
    if found and max(map(len, (asked.ids, asked.rows, asked.types, asked.cases))) <= 1:
        return found
    asked = evolve(asked, cases=frozenset(_known_names(work, which, asked, place)))
    found = fitting(work, asked)
    if not found:
        raise UsageError([Problem(place, f"no event {_told(which)}", _nearly(work, asked, which))])
    return found


def fitting(work: Working, asked: Asked) -> list[int]:
    """Return the keys of the rows of which all that is *asked* holds, in order."""
    log, changed = work.log, work.changed
    if log.store is None:
        rows: Iterable[int] = _plain_rows(work.model, log, asked)
    else:
        from onward.scenario.sifting import sifted  # noqa: PLC0415  # only a long log needs it

        rows = sifted(work.model, log, log.store, asked)
    untouched = [row for row in rows if row not in changed] if changed else list(rows)
    touched = [key for key, row in work.touched() if _fits(work, asked, key, row)]
    return sorted([*untouched, *touched]) if touched else untouched


def _asked(work: Working, which: Selection, place: str) -> Asked:
    pairs = work.model.cases == "pairs"
    return Asked(
        ids=frozenset(which.ids),
        rows=frozenset(row - 1 for row in which.rows),
        types=frozenset(which.types),
        cases=frozenset(map(typed_pair, which.cases) if pairs else which.cases),
        since=which.since,
        until=which.until,
        where=_where(work, which.where, place),
    )


def _where(work: Working, text: str, place: str) -> Guard | None:
    if not text:
        return None
    guard = guard_of(work.model, text, case=False, place=place)
    for name in _attributes(guard):
        if problem := unknown_attribute(work.model, work.log, name, place):
            raise UsageError([problem])
    return guard


@lru_cache(maxsize=1024)
def _attributes(guard: Guard) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.name for part in expressions(guard) if isinstance(part, Attribute)))


def unknown_attribute(model: Model, log: EventLog, name: str, place: str) -> Problem | None:
    """Return the problem that neither *log* nor *model* has an attribute *name*, None if one has."""
    if name in log.attributes or name in _columns_asked(model):
        return None
    known = dict.fromkeys([*log.attributes, *sorted(_columns_asked(model))])
    return Problem(place, f"neither the log nor {model.name} has an attribute {name!r}", suggestion(name, known))


_columns_asked = lru_cache(maxsize=256)(columns_asked)


# ---- small logs, row by row


def _plain_rows(model: Model, log: EventLog, asked: Asked) -> Iterable[int]:
    rows: Iterable[int] = range(len(log))
    if asked.rows:
        rows = sorted(row for row in asked.rows if 0 <= row < len(log))
    if asked.ids:
        rows = [row for row in rows if (log.ids[row] or str(row + 1)) in asked.ids]
    if asked.types:
        rows = [row for row in rows if log.types[row] in asked.types]
    if asked.since:
        rows = [row for row in rows if log.times[row].first >= asked.since.first]
    if asked.until:
        rows = [row for row in rows if log.times[row].last <= asked.until.last]
    if asked.cases:
        rows = [row for row in rows if not asked.cases.isdisjoint(cases_at(model, log, row))]
    if asked.where:
        rows = [row for row in rows if judged(model, asked.where, log.event(row))]
    return rows


def _fits(work: Working, asked: Asked, key: int, row: Row) -> bool:
    event = row.event
    return (
        (not asked.rows or key in asked.rows)
        and (not asked.ids or _id(work.log, key, event) in asked.ids)
        and (not asked.types or event.type in asked.types)
        and (not asked.since or (event.time is not None and event.time.first >= asked.since.first))
        and (not asked.until or (event.time is not None and event.time.last <= asked.until.last))
        and (not asked.cases or not asked.cases.isdisjoint(cases_of(work.model, work.log, row)))
        and (asked.where is None or judged(work.model, asked.where, event))
    )


def _id(log: EventLog, key: int, event: Event) -> str:
    """Return what tables call the event: its id, or else the number of its row."""
    return event.id or (str(key + 1) if key < len(log) else "")


# ---- what is wrong with a selection that finds nothing


def _known_names(work: Working, which: Selection, asked: Asked, place: str) -> Iterator[str]:
    """Yield the cases that are meant, as the log has them; note every name in a selection that nothing has."""
    names = _Names(work)
    unknown = (name for name in sorted(asked.ids) if not work.has_id(name))
    problems = [_unknown_id(work, name, names, place) for name in unknown]
    for row in sorted(asked.rows):
        if not fitting(work, Asked(rows=frozenset([row]))):
            there = 0 <= row < len(work.log)
            mend = "an earlier edit has dropped it" if there else f"the log has {len(work.log)} rows, the first is 1"
            problems.append(Problem(place, f"there is no row {row + 1}", mend))
    for name in sorted(asked.types - set(work.model.kinds)):
        if not fitting(work, Asked(types=frozenset([name]))):
            known = dict.fromkeys([*names.types, *work.model.kinds])
            problems.append(_unknown(place, f"there is no event type {name!r}", name, known))
    meant = []
    for name in which.cases:
        try:
            meant.append(find_case(name, names.cases))
        except UsageError as error:
            problems += [evolve(problem, where=place) for problem in error.problems]
    if problems:
        raise UsageError(problems)
    yield from meant


def _unknown_id(work: Working, name: str, names: "_Names", place: str) -> Problem:
    what = f"no event has the id {name!r}"
    if name in work.gone or Working(work.model, work.log).has_id(name):
        return Problem(place, f"{what} any more", "an earlier edit has dropped it")
    return _unknown(place, what, name, names.ids)


def _unknown(place: str, what: str, name: str, known: Collection[str]) -> Problem:
    if len(known) > MANY:
        return Problem(place, what, "look it up in the log")
    return Problem(place, what, suggestion(name, known))


@frozen(eq=False)
class _Names:
    """The names that a selection may use, worked out when asked for."""

    work: Working

    @cached_property
    def ids(self) -> Collection[str]:
        log, changed = self.work.log, self.work.changed
        if len(log) > MANY:
            return log.ids
        found = [log.ids[row] or str(row + 1) for row in range(len(log)) if row not in changed]
        return [*found, *filter(None, (_id(log, key, row.event) for key, row in self.work.touched()))]

    @cached_property
    def types(self) -> Collection[str]:
        log = self.work.log
        found = set(log.types if log.store is None else log.store.types.texts)
        return found | {row.event.type for _, row in self.work.touched()}

    @cached_property
    def cases(self) -> Collection[str]:
        return dict.fromkeys([*cases_in(self.work.model, self.work.log), *self._touched_cases()])

    def _touched_cases(self) -> Iterator[str]:
        for _, row in self.work.touched():
            yield from cases_of(self.work.model, self.work.log, row)


_KEYS: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("ids", "id", ", ".join),
    ("rows", "row", lambda rows: ", ".join(map(str, rows))),
    ("types", "event", ", ".join),
    ("cases", "case", ", ".join),
    ("since", "from", lambda date: date.recorded),
    ("until", "until", lambda date: date.recorded),
    ("where", "where", str),
)
"""The parts of a selection, the keys that files have for them, and how each is told."""


def _told(which: Selection) -> str:
    said = [f"{key}: {tell(value)}" for name, key, tell in _KEYS if (value := getattr(which, name))]
    return f"fits {{{', '.join(said)}}}" if said else "is left"


def _nearly(work: Working, asked: Asked, which: Selection) -> str:
    """Return how to select something: the one thing asked without which there are events, if there is one."""
    said = [(name, key) for name, key, _ in _KEYS if getattr(which, name)]
    for name, key in said:
        found = len(fitting(work, evolve(asked, **{name: getattr(Asked(), name)}))) if len(said) > 1 else 0
        if found:
            return f"without {key!r} there {'is one' if found == 1 else f'are {found}'}"
    return "ask for less, or leave the edit out"
