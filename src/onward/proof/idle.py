"""Idle: what a model names and nothing uses: event types, memory, conditions, parameters."""

from collections.abc import Iterator
from itertools import chain

from onward.history.memory import answers
from onward.model.elements import Label, Span, Years
from onward.model.guards import And, Guard, Memory, Named, Not, Or, Parameter, TypeName, expressions
from onward.model.model import Model
from onward.proof.firing import Place, quoted
from onward.proof.verdict import Check


def idle_events(model: Model, where: Place) -> Iterator[Check]:
    """Yield a check of every event type that does nothing."""
    used = list(_answering(model))
    named = {part.name for guard in guards_in_use(model) for part in expressions(guard) if isinstance(part, TypeName)}
    for kind in model.kinds:
        if kind not in named and not any(answers(types, kind) for types in used):
            yield Check(
                name=kind,
                kind="idle-event",
                status="flawed",
                message=f"an event of the type {quoted(kind)} does nothing anywhere",
                where=where("event", kind),
                mend="use it in `on`, `context` or `forbid`, or delete it",
            )


def _answering(model: Model) -> Iterator[tuple[str, ...] | None]:
    """Yield the lists of event types to which something in the model answers; None is every type."""
    # What waits for an event and never fires is told by itself.
    for transition in model.transitions:
        yield transition.on or ()
        yield () if transition.after is None else transition.after.without
    yield from (rule.on for rule in model.forbid)
    yield from (variable.reducer.types for variable in model.context)
    yield from (table.types for table in model.tables)
    for shown in model.shows:
        if isinstance(shown, Years):
            yield (*shown.types, *shown.moments, *shown.ended, *shown.planned)


def unread(model: Model, where: Place) -> Iterator[Check]:
    """Yield a check of every variable, condition and parameter that nothing asks for."""
    guards = list(guards_in_use(model))
    parts = {part for guard in guards for part in expressions(guard)}
    read = {part.name for part in parts if isinstance(part, Memory)}
    called = set(chain.from_iterable(map(names_in, guards)))
    taken = {part.name for part in parts if isinstance(part, Parameter)} | set(_lengths(model))
    for variable in model.context:
        if variable.name not in read:
            message = f"nothing reads the variable {quoted(variable.name)}"
            yield _unread("context", variable.name, message, "use it in a guard, a label or an invariant", where)
    for name, _ in model.conditions:
        if name not in called:
            yield _unread("condition", name, f"no guard uses the condition {quoted(name)}", "use it in a guard", where)
    for name, _ in model.parameters:
        if name not in taken:
            message = f"nothing uses the parameter {quoted(name)}"
            yield _unread("parameter", name, message, "use it in a guard or a length of time", where)


def _unread(element: str, name: str, message: str, use: str, where: Place) -> Check:
    return Check(name, "unread", "flawed", message, where(element, name), f"{use}, or delete it")


def guards_in_use(model: Model) -> Iterator[Guard]:
    """Yield every guard of a model but those of conditions, which count where they are used."""
    found: Iterator[Guard | None] = chain(
        (transition.when for transition in model.transitions),
        (rule.when for rule in model.forbid),
        (invariant.guard for invariant in model.invariants),
        (variable.reducer.where for variable in model.context),
        (table.where for table in model.tables),
        (guard for shown in model.shows if isinstance(shown, Label) for _, guard in shown.choices),
    )
    return (guard for guard in found if guard is not None)


def names_in(guard: Guard) -> Iterator[str]:
    """Yield the names of the conditions that *guard* uses, and of those that they use."""
    match guard:
        case Named(name, part):
            yield name
            yield from names_in(part)
        case Not(part):
            yield from names_in(part)
        case And(parts) | Or(parts):
            yield from chain.from_iterable(map(names_in, parts))
        case _:
            pass


def _lengths(model: Model) -> Iterator[str]:
    """Yield the parameters that are lengths of time."""
    spans = [transition.after.span for transition in model.transitions if transition.after is not None]
    within = (getattr(variable.reducer, "within", None) for variable in model.context)
    spans += [span for span in within if isinstance(span, Span)]
    yield from (span.length for span in spans if isinstance(span.length, str))
