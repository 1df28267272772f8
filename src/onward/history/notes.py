"""What a reader of a replay must not overlook: where model and log miss each other."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from onward.history.memory import answers
from onward.history.several import parts_of
from onward.log.cells import spell
from onward.log.columns import Columns
from onward.log.log import AttributeType, EventLog, is_number
from onward.model.elements import Distinct, Latest, Max, Open, Sum, Years
from onward.model.guards import (
    EACH,
    NAME,
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
from onward.model.spelling import spelled
from onward.problems import Problem, suggestion

_EXAMPLES = 3

_IN_WORDS: Mapping[AttributeType, str] = {
    "boolean": "true or false",
    "integer": "numbers",
    "number": "numbers",
    "string": "texts",
}


def notes_on(model: Model, log: EventLog) -> Iterator[Problem]:
    """Yield event types and values that *model* does not know, and columns that *log* lacks or fills otherwise."""
    yield from unknown_types(model, log.name, type_counts(log.store) if log.store else Counter(log.types))
    if len(log):
        yield from missing_columns(model, log.name, tuple(log.attributes))
        yield from _other_kinds(model, log)
        yield from _without_parts(model, log)
        yield from _unknown_values(model, log)
        yield from _without_ends(model, log)


def partial_of(model: Model) -> Iterator[Problem]:
    """Yield what tells of this log only, where a replay went on from earlier states."""
    told = [f"the table {table.name!r}" for table in model.tables]
    told += [f"the column {shown.name!r}" for shown in model.shows if isinstance(shown, Years)]
    if told:
        tell = "tells" if len(told) == 1 else "tell"
        what = f"what {' and '.join(told)} {tell} is of this log, not of those before it"
        yield Problem("states", what, "replay all logs as one for the whole")


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


def _values(log: EventLog, name: str) -> dict[bool | int | float | str, int]:
    """Return the different values of a column that are recorded, in their order, with the rows that have each."""
    if log.store is not None:
        counts = log.store.attributes[name].drop_nulls().to_frame("value").group_by("value", maintain_order=True).len()
        return dict(counts.iter_rows())
    return dict(Counter(value for value in log.columns[name] if value is not None))


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
    kept = {
        variable.reducer.attribute
        for variable in model.context
        if isinstance(variable.reducer, Distinct | Sum | Max | Latest)
    }
    crossed = {attribute for table in model.tables for attribute, _ in (table.rows, table.columns)}
    return looked | kept | crossed | {shown.attribute for shown in model.shows if isinstance(shown, Years)}


def _guards(model: Model) -> Iterator[Guard]:
    found = (
        *(transition.when for transition in model.transitions),
        *(variable.reducer.where for variable in model.context),
        *(rule.when for rule in model.forbid),
        *(invariant.guard for invariant in model.invariants),
        *(table.where for table in model.tables),
    )
    yield from (guard for guard in found if guard is not None)


def _without_parts(model: Model, log: EventLog) -> Iterator[Problem]:
    """Yield the columns of which *model* looks at what stands behind an `@`, and in which there is none."""
    for name, part in sorted(_parts_asked(model)):
        if name in log.attributes and (values := _values(log, name)) and not any("@" in spell(each) for each in values):
            what = f"{model.name} looks at {name}.{part}, and no value in the column {name!r} has an @"
            mend = f"write each value with its {part}, as in {spell(next(iter(values))).split(';')[0].strip()}@{part}"
            yield Problem(log.name, what, mend)


def _parts_asked(model: Model) -> set[tuple[str, str]]:
    looked = [
        (expression.name, expression.part)
        for guard in _guards(model)
        for expression in expressions(guard)
        if isinstance(expression, Attribute)
    ]
    counted = [
        (variable.reducer.attribute, variable.reducer.part)
        for variable in model.context
        if isinstance(variable.reducer, Distinct)
    ]
    crossed = [each for table in model.tables for each in (table.rows, table.columns)]
    return {(name, part) for name, part in (*looked, *counted, *crossed) if part not in {"", EACH, NAME}}


def _unknown_values(model: Model, log: EventLog) -> Iterator[Problem]:
    """Yield the values of *log* that are not among those that *model* declares, the commonest of each part first."""
    for domain in model.domains:
        if domain.attribute not in log.attributes:
            continue
        known = {spelled(value) for value, _ in domain.values}
        unknown: Counter[str] = Counter()
        for cell, rows in _values(log, domain.attribute).items():
            unknown.update(dict.fromkeys(set(parts_of(cell, domain.part)) - known, rows))
        what = domain.part if domain.part not in {"", EACH, NAME} else domain.attribute
        for value, count in sorted(unknown.items(), key=lambda found: (-found[1], found[0])):
            have = "row has" if count == 1 else "rows have"
            told = f"{count} {have} the {what} {value!r}, which {model.name} does not know"
            yield Problem(log.name, told, suggestion(value, tuple(spelled(value) for value, _ in domain.values)))


def _without_ends(model: Model, log: EventLog) -> Iterator[Problem]:
    """Yield what *model* counts while it runs, where no row of *log* says when anything ends."""
    types = {
        kind
        for variable in model.context
        if isinstance(variable.reducer, Open)
        for kind in model.kinds
        if answers(variable.reducer.types, kind)
    }
    if not types or not _has_any(log, types) or _has_ends(log):
        return
    what = f"{model.name} counts what runs, and no row has an end (`until`)"
    yield Problem(log.name, what, "add a column `until`, or what has begun runs on for ever")


def _has_any(log: EventLog, types: Collection[str]) -> bool:
    counts = type_counts(log.store) if log.store else Counter(log.types)
    return any(counts.get(kind) for kind in types)


def _has_ends(log: EventLog) -> bool:
    if log.store is not None:
        return log.store.untils is not None
    return any(until is not None for until in log.untils)


def _other_kinds(model: Model, log: EventLog) -> Iterator[Problem]:
    """Yield the columns whose values a guard can never compare: one odd cell makes a whole column text."""
    asked = {wish for guard in _guards(model) for atom in conditions(guard) for wish in _kinds_asked(atom, model)}
    asked |= {
        (variable.reducer.attribute, _IN_WORDS["number"])
        for variable in model.context
        if isinstance(variable.reducer, Sum | Max)
    }
    for name, wanted in sorted(asked):
        if name not in log.attributes or _IN_WORDS[log.attributes[name]] == wanted:
            continue
        values = _values(log, name)
        if not values:
            continue
        odd = list(dict.fromkeys(spell(value) for value in values if not _fits(spell(value), wanted)))
        shown = ", ".join((odd or [spell(value) for value in values])[: _EXAMPLES if odd else 1])
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
