"""What a reader of a replay must not overlook: where model and log miss each other."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from onward.history.judging import is_number
from onward.log.cells import spell
from onward.log.columns import Columns
from onward.log.log import AttributeType, EventLog
from onward.model.elements import Distinct, Years
from onward.model.guards import (
    Attribute,
    Compare,
    Condition,
    Constant,
    Expression,
    Guard,
    Holds,
    OneOf,
    Parameter,
    Scalar,
    conditions,
    expressions,
)
from onward.model.model import Model
from onward.problems import Problem, suggestion

_EXAMPLES = 3

_IN_WORDS: Mapping[AttributeType, str] = {
    "boolean": "true or false",
    "integer": "numbers",
    "number": "numbers",
    "string": "texts",
}


def notes_on(model: Model, log: EventLog) -> Iterator[Problem]:
    """Yield event types that *model* does not know, and columns that it looks at and *log* lacks or fills otherwise."""
    yield from unknown_types(model, log.name, type_counts(log.store) if log.store else Counter(log.types))
    if len(log):
        yield from missing_columns(model, log.name, tuple(log.attributes))
        yield from _other_kinds(model, log)


def unknown_types(model: Model, log: str, counts: Mapping[str, int]) -> Iterator[Problem]:
    """Yield the event types among *counts* (rows of each type) that *model* does not know, the commonest first."""
    unknown = Counter({kind: count for kind, count in counts.items() if kind not in model.kinds})
    for event_type, count in unknown.most_common():
        what = f"{count} {'row' if count == 1 else 'rows'} of type {event_type!r}, which {model.name} does not know"
        yield Problem(log, what, suggestion(event_type, tuple(model.kinds)))


def type_counts(columns: Columns) -> dict[str, int]:
    """Return how many rows each event type has."""
    from numpy import bincount  # noqa: PLC0415  # only a long log needs it

    types = columns.types
    counts = zip(types.texts, bincount(types.codes, minlength=len(types.texts)).tolist(), strict=True)
    return {kind: count for kind, count in counts if count}


def _values(log: EventLog, name: str) -> list[bool | int | float | str]:
    """Return the different values of a column that are recorded."""
    if log.store is not None:
        return log.store.attributes[name].drop_nulls().unique(maintain_order=True).to_list()
    return [value for value in dict.fromkeys(log.columns[name]) if value is not None]


def missing_columns(model: Model, log: str, columns: Collection[str]) -> Iterator[Problem]:
    """Yield what *model* looks at and is not among *columns*."""
    for name in sorted(columns_asked(model) - set(columns)):
        what = f"{model.name} looks at the column {name!r}, which the log does not have"
        yield Problem(log, what, suggestion(name, columns, otherwise="what asks for it stays unknown"))


def columns_asked(model: Model) -> set[str]:
    """Return the columns of a log that *model* looks at, beside those that every log has."""
    looked = {
        expression.name
        for guard in _guards(model)
        for expression in expressions(guard)
        if isinstance(expression, Attribute)
    }
    counted = {variable.reducer.attribute for variable in model.context if isinstance(variable.reducer, Distinct)}
    return looked | counted | {shown.attribute for shown in model.shows if isinstance(shown, Years)}


def _guards(model: Model) -> Iterator[Guard]:
    found = (
        *(transition.when for transition in model.transitions),
        *(variable.reducer.where for variable in model.context),
        *(rule.when for rule in model.forbid),
        *(invariant.guard for invariant in model.invariants),
    )
    yield from (guard for guard in found if guard is not None)


def _other_kinds(model: Model, log: EventLog) -> Iterator[Problem]:
    """Yield the columns whose values a guard can never compare: one odd cell makes a whole column text."""
    asked = {wish for guard in _guards(model) for atom in conditions(guard) for wish in _kinds_asked(atom, model)}
    for name, wanted in sorted(asked):
        if name not in log.attributes or _IN_WORDS[log.attributes[name]] == wanted:
            continue
        values = _values(log, name)
        if not values:
            continue
        odd = list(dict.fromkeys(spell(value) for value in values if not _fits(spell(value), wanted)))
        shown = ", ".join(odd[:_EXAMPLES] or [spell(values[0])])
        has = _IN_WORDS[log.attributes[name]]
        what = f"the column {name!r} holds {has} ({shown}), where {model.name} asks for {wanted}: it stays unknown"
        mend = f"write {wanted} in every row, or leave the cell empty"
        yield Problem(log.name, what, mend)


def _fits(text: str, wanted: str) -> bool:
    return wanted == _IN_WORDS["boolean"] and text.casefold() in {"true", "false"}


def _kinds_asked(condition: Condition, model: Model) -> Iterator[tuple[str, str]]:
    """Yield the attributes in *condition* with the kind of value that it can compare."""
    match condition:
        case Holds(Attribute(name)):
            yield name, _IN_WORDS["boolean"]
        case Compare(_, left, right):
            yield from _compared_with(left, right, model)
            yield from _compared_with(right, left, model)
        case OneOf(value, options):
            for option in options:
                yield from _compared_with(value, option, model)
        case _:
            pass


def _compared_with(value: Expression, other: Expression, model: Model) -> Iterator[tuple[str, str]]:
    known: Scalar | None = None
    match other:
        case Constant(constant):
            known = constant
        case Parameter(name):
            known = model.constants[name]
        case _:
            pass
    if isinstance(value, Attribute) and known is not None:
        kind: AttributeType = "number" if is_number(known) else "string" if isinstance(known, str) else "boolean"
        yield value.name, _IN_WORDS[kind]
