"""Sifting: which rows of a long log an edit is about, by whole columns."""

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from onward.history.seating import seating_of
from onward.log.cases import no_cases, pairs_of, typed_pair
from onward.log.columns import Coded, Columns
from onward.log.log import Event, EventLog
from onward.model.guards import Attribute, EventType, Guard, expressions
from onward.model.model import Model
from onward.problems import LogError
from onward.scenario.sought import Asked, judged
from onward.scenario.stacking import gathered
from onward.scenario.whose import codes_in

Mask = NDArray[np.bool_]

_TYPE = "event.type"  # no name of a column: it stands for the type beside attributes of any name


def sifted(model: Model, log: EventLog, columns: Columns, asked: Asked) -> list[int]:
    """Return the rows of *log*, which *columns* hold, of which all that is *asked* holds, in order."""
    mask = np.ones(len(columns), bool)
    for part in _masks(model, log, columns, asked):
        mask &= part
    rows = np.flatnonzero(mask)
    if asked.where is not None:
        rows = rows[_where(model, columns, rows, asked.where)]
    return [int(row) for row in rows]


def _masks(model: Model, log: EventLog, columns: Columns, asked: Asked) -> Iterator[Mask]:
    if asked.rows:
        yield _at(columns, [row for row in asked.rows if 0 <= row < len(columns)])
    if asked.ids:
        yield _with_ids(columns, asked.ids)
    if asked.types:
        wanted = columns.types.texts.is_in(list(asked.types)).to_numpy()
        yield wanted[columns.types.codes]
    if asked.since is not None:
        yield (columns.times.first >= asked.since.first).to_numpy()
    if asked.until is not None:
        yield (columns.times.last <= asked.until.last).to_numpy()
    if asked.cases:
        yield _seated(model, log, columns, asked.cases)


def _seated(model: Model, log: EventLog, columns: Columns, cases: frozenset[str]) -> Mask:
    """Tell which rows belong to one of *cases*: asked of every text once, since a log repeats them."""
    if model.cases == "column":
        if columns.cases is None:
            raise LogError([no_cases(log.name, model.name)])
        return columns.cases.texts.is_in(list(cases)).to_numpy()[columns.cases.codes]
    mask = np.zeros(len(columns), bool)
    if columns.cases is not None:
        mask = _each(columns.cases, [typed_pair(text) in cases for text in columns.cases.texts])
    if columns.organizations is not None:
        pairs = [pairs_of(codes_in(text)) for text in columns.organizations.texts]
        paired = _each(columns.organizations, [bool(found) for found in pairs])
        mask = np.where(paired, _each(columns.organizations, [not cases.isdisjoint(found) for found in pairs]), mask)
    return mask


def cases_at(model: Model, log: EventLog, columns: Columns, rows: Sequence[int]) -> set[str]:
    """Return the cases of *rows* of *log*, which *columns* hold."""
    seating = seating_of(gathered(columns, rows), model, name=log.name)
    present = np.zeros(len(seating.names), bool)
    present[seating.cases] = True
    return set(seating.names.filter(pl.Series(present)))


def _each(column: Coded, answers: list[bool]) -> Mask:
    return np.array(answers, bool)[column.codes]


def _at(columns: Columns, rows: list[int] | NDArray[np.int64]) -> Mask:
    mask = np.zeros(len(columns), bool)
    mask[rows] = True
    return mask


def _with_ids(columns: Columns, ids: frozenset[str]) -> Mask:
    """Tell which rows have one of *ids*; a row without an id is called by its number, as in tables."""
    rows = [int(name) - 1 for name in ids if name.isascii() and name.isdigit() and 1 <= int(name) <= len(columns)]
    if columns.ids is None:
        return _at(columns, rows)
    return columns.ids.is_in(list(ids)).to_numpy() | _at(columns, [row for row in rows if not columns.ids[row]])


def _where(model: Model, columns: Columns, rows: NDArray[np.int64], guard: Guard) -> Mask:
    """Tell for which of *rows* the *guard* holds: it is judged once for all rows that look the same to it."""
    read = list(expressions(guard))
    names = dict.fromkeys(part.name for part in read if isinstance(part, Attribute) and part.name in columns.attributes)
    places = pl.Series(rows)
    seen = {name: columns.attributes[name].gather(places) for name in names}
    if any(isinstance(part, EventType) for part in read):
        seen[_TYPE] = columns.types.texts.gather(pl.Series(columns.types.codes[rows]))
    if not seen:
        return np.full(len(rows), judged(model, guard, Event("", None)))
    frame = pl.DataFrame(seen)
    alike = frame.unique(maintain_order=True)
    events = (Event(row.pop(_TYPE, ""), None, attributes=row) for row in alike.iter_rows(named=True))
    truths = alike.with_columns(pl.Series("event.holds", [judged(model, guard, event) for event in events], pl.Boolean))
    found = frame.join(truths, on=frame.columns, how="left", nulls_equal=True, maintain_order="left")
    return found["event.holds"].to_numpy()
