"""Cross tables: how many events of a case have each pair of values of two attributes."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING

from attrs import frozen

from onward.history.histories import StepRow
from onward.history.judging import View, guard_holds
from onward.history.memory import answers
from onward.history.several import parts_of
from onward.log.log import Event, EventLog
from onward.model.elements import START, CrossTable
from onward.model.guards import EACH
from onward.model.model import Model
from onward.model.spelling import spelled

if TYPE_CHECKING:
    import polars as pl


@frozen
class Crossed:
    """A cross table of every case.

    Attributes:
        table: what is counted.
        columns: the values that are columns: those that the model declares, in its order, then others as they came.
        rows: for every case its rows: a value, and how many events have it together with that of each column.

    """

    table: CrossTable
    columns: tuple[str, ...]
    rows: Mapping[str, tuple[tuple[str, tuple[int, ...]], ...]]

    @property
    def frame(self) -> "pl.DataFrame":
        """The table as a frame: case, the attribute of the rows, and one column a value of that of the columns."""
        import polars as pl  # noqa: PLC0415  # takes longer to import than a small replay takes to run

        told = [(case, value, *counts) for case, rows in self.rows.items() for value, counts in rows]
        schema = {name: pl.String if number < 2 else pl.Int64 for number, name in enumerate(self.headings)}
        return pl.DataFrame(told, schema=schema, orient="row")

    @property
    def headings(self) -> tuple[str, ...]:
        """The columns of `frame`; a value that is spelled like one of the first two has its attribute before it."""
        first = ("case", self.table.rows[0])
        return (*first, *(f"{self.table.columns[0]}={value}" if value in first else value for value in self.columns))


def crossed_by(model: Model, log: EventLog, steps: Iterable[StepRow], cases: Sequence[str]) -> Iterator[Crossed]:
    """Yield the cross tables of *model*, each with all *cases*.

    Args:
        model: whose tables they are.
        log: what was seen.
        steps: what every event did; a case counts the events that it took in, not those refused or unknown.
        cases: the cases.

    """
    if not model.tables:
        return
    events: dict[int, Event] = {}
    taken: dict[tuple[str, int], None] = {}
    for step in steps:
        if step.row is not None and step.outcome not in {"refused", "unknown"}:
            # Several cases may share an event, and each track has a row of it.
            taken[step.case, step.row] = None
            if step.row not in events:
                events[step.row] = log.event(step.row)
    for table in model.tables:
        yield _crossed(model, table, [(case, events[row]) for case, row in taken], cases)


def _crossed(model: Model, table: CrossTable, taken: Sequence[tuple[str, Event]], cases: Sequence[str]) -> Crossed:
    found: dict[str, Counter[tuple[str, str]]] = {case: Counter() for case in cases}
    for case, event in taken:
        found[case].update(_pairs(model, table, event))
    columns = _values(model, table.columns, (column for counts in found.values() for _, column in counts))
    return Crossed(
        table,
        columns,
        {
            case: tuple(
                (value, tuple(counts[value, column] for column in columns))
                for value in _values(model, table.rows, (value for value, _ in counts))
            )
            for case, counts in found.items()
        },
    )


def _pairs(model: Model, table: CrossTable, event: Event) -> Iterator[tuple[str, str]]:
    """Yield every pair of values that *event* has, each once."""
    if not answers(table.types, event.type):
        return
    view = View(model, (START,) * len(model.track_names), {}, event)
    if guard_holds(table.where, view) is True:
        yield from product(*(_parts(event, of) for of in (table.rows, table.columns)))


def _parts(event: Event, of: tuple[str, str]) -> tuple[str, ...]:
    attribute, part = of
    return tuple(dict.fromkeys(parts_of(event.attributes.get(attribute), part)))


def _values(model: Model, of: tuple[str, str], found: Iterable[str]) -> tuple[str, ...]:
    """Return the values that *model* declares of an attribute's part, and then others that were *found*."""
    attribute, part = of
    declared = (
        spelled(value)
        for domain in model.domains
        if (domain.attribute, domain.part or EACH) == (attribute, part or EACH)
        for value, _ in domain.values
    )
    return tuple(dict.fromkeys((*declared, *found)))


def title_of(model: Model, attribute: str, part: str, value: str) -> str:
    """Return the title that *model* gives a value of an attribute; the value itself where it gives none."""
    for domain in model.domains:
        if (domain.attribute, domain.part or EACH) == (attribute, part):
            titles = {spelled(known): title for known, title in domain.values}
            return titles.get(value) or value
    return value


def name_of(attribute: str, part: str) -> str:
    """Return the name of a part of an attribute as guards have it after `event.`: `element`, `actors.ecology`."""
    return attribute if part in {"", EACH} else f"{attribute}.{part}"
