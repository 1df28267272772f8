"""What a reader of a replay must not overlook: where model and log miss each other."""

from collections import Counter
from collections.abc import Iterator, Mapping

from onward.history.judging import is_number
from onward.log.cells import spell
from onward.log.log import AttributeType, EventLog, Value
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
    for event_type, count in _unknown_types(model, log):
        what = f"{count} {'row' if count == 1 else 'rows'} of type {event_type!r}, which {model.name} does not know"
        yield Problem(log.name, what, suggestion(event_type, tuple(model.kinds)))
    if len(log):
        yield from _missing_columns(model, log)
        yield from _other_kinds(model, log)


def _unknown_types(model: Model, log: EventLog) -> list[tuple[str, int]]:
    """Return the event types that *model* does not know and how many rows have each, the commonest first."""
    if log.store is None:
        return Counter(kind for kind in log.types if kind not in model.kinds).most_common()
    from numpy import bincount  # noqa: PLC0415  # only a long log needs it

    types = log.store.types
    counts = zip(types.texts, bincount(types.codes, minlength=len(types.texts)).tolist(), strict=True)
    return Counter({kind: count for kind, count in counts if count and kind not in model.kinds}).most_common()


def _values(log: EventLog, name: str) -> list[Value]:
    """Return the different values of a column that are recorded."""
    if log.store is not None:
        return log.store.attributes[name].drop_nulls().unique(maintain_order=True).to_list()
    return [value for value in dict.fromkeys(log.columns[name]) if value is not None]


def _missing_columns(model: Model, log: EventLog) -> Iterator[Problem]:
    for name in sorted(_columns_asked(model) - set(log.attributes)):
        what = f"{model.name} looks at the column {name!r}, which the log does not have"
        yield Problem(
            log.name, what, suggestion(name, tuple(log.attributes), otherwise="what asks for it stays unknown")
        )


def _columns_asked(model: Model) -> set[str]:
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
