"""Whether a model is finite: what its program asks of memory, and how far each counter has to be counted for it."""

from collections.abc import Iterator, Sequence

from onward.history.judging import View, value_of
from onward.history.program import Letter, Program, Test
from onward.model.elements import START, Count, Distinct, Flag, Latest, Max, Open, Sum
from onward.model.guards import (
    Arithmetic,
    Attribute,
    Compare,
    Condition,
    Constant,
    Contains,
    CurrentPhase,
    Elapsed,
    EventType,
    Expression,
    Guard,
    Holds,
    Memory,
    Minus,
    OneOf,
    Parameter,
    PhaseName,
    TypeName,
    conditions,
    expressions,
)
from onward.model.model import Model
from onward.model.spelling import write_guard
from onward.problems import Problem

_GENERAL = "replay runs it by the general fold; for a finite automaton"
_MEND = f"{_GENERAL} compare each counter with a constant"

_ENDLESS = {"clock", "sum", "alike", "due"}
"""The kinds of tests whose answers hang on more than finitely many states can keep."""


def asked_of_memory(program: Program, letters: Sequence[Letter]) -> tuple[Test, ...]:
    """Return the tests that events of *letters* can come to."""
    pages = [program.page(letter) for letter in letters]
    pending = [
        node
        for page in pages
        for graphs in (page.refused, page.fires, page.goes_on, *page.invariants)
        for node in set(graphs)
    ]
    reached: set[int] = set()
    while pending:
        node = pending.pop()
        if node >= 0 and node not in reached:
            reached.add(node)
            test = program.tests[node]
            pending += [test.yes, test.no, test.unknown]
    return tuple(program.tests[node] for node in sorted(reached))


def is_finite(model: Model, tests: Sequence[Test]) -> bool:
    """Tell whether *tests* ask no more than how far counters, flags and kept values are, and what the event did.

    Where time alone does something, no state stays what it is.
    """
    return not (
        model.has_clockwork
        or any(test.kind in _ENDLESS for test in tests)
        or any(_adds_many(model, test.what) for test in tests if test.kind in {"counter", "before"})
    )


def _adds_many(model: Model, variable: int) -> bool:
    """Tell whether one event may add more than one to a variable."""
    reducer = model.context[variable].reducer
    return isinstance(reducer, Distinct) and bool(reducer.part)


def caps_of(model: Model, tests: Sequence[Test]) -> tuple[int, ...]:
    """Return for every context variable the number beyond which *tests* cannot tell it from more.

    It is the largest bound that a test asks of it. Let `m` be a counter before an event that adds `g`, 0 or 1, and
    `c` the lesser of `m` and the cap. For every bound up to the cap, `m >= bound` is `c >= bound` (`before` tests) and
    `m + g >= bound` is `c + g >= bound` (`counter` tests): where `m` and `c` differ, both have reached them all.
    `grew` tests ask for `g` alone. Clipped again after the step, `c + g` is what `m + g` is when clipped. A flag is
    0 or 1, whatever it was.
    """
    caps = [0] * len(model.context)
    for test in tests:
        if test.kind in {"counter", "before"}:
            caps[test.what] = max(caps[test.what], test.bound)
    return tuple(caps)


def endless(model: Model) -> Iterator[Problem]:
    """Yield what asks for more than that, each at its place: timers, windows, and guards with the clauses at fault."""
    for transition in model.transitions:
        if transition.after is not None:
            mend = f"{_GENERAL} let an event trigger it"
            yield Problem(f"transitions: {transition.name}: after", f"{transition.after} waits for time", mend)
    yield from _windows(model)
    for where, guard in _guards(model):
        faults = [f"{write_guard(each)} {fault}" for each in conditions(guard) if (fault := _fault(model, each))]
        if faults:
            yield Problem(where, "; ".join(dict.fromkeys(faults)), _MEND)


def _windows(model: Model) -> Iterator[Problem]:
    """Yield the variables of which time takes away."""
    for variable in model.context:
        match variable.reducer:
            case Open():
                what, mend = "what runs ends with time alone", "use a flag, which events set and clear"
                yield Problem(f"context: {variable.name}: open", what, f"{_GENERAL} {mend}")
            case Count(within=span) | Sum(within=span) if span is not None:
                what = f"what lies more than {span} back is taken away by time alone"
                yield Problem(f"context: {variable.name}: within", what, f"{_GENERAL} count without `within`")
            case _:
                pass


def _guards(model: Model) -> Iterator[tuple[str, Guard]]:
    for transition in model.transitions:
        if transition.when:
            yield f"transitions: {transition.name}: when", transition.when
    for number, rule in enumerate(model.forbid, start=1):
        if rule.when:
            yield f"forbid: {rule.because or number}: when", rule.when
    yield from (
        (f"invariants: {each.name}: {each.kind}", each.guard) for each in model.invariants if each.guard is not None
    )


def _fault(model: Model, condition: Condition) -> str:
    """Return what *condition* does that has no end, in words."""
    if any(isinstance(part, Elapsed) for part in expressions(condition)):
        return "reads a clock"
    match condition:
        case Holds() | Contains():
            pairs = []
        case Compare(left=left, right=right):
            pairs = [(left, right)]
        case OneOf(value, options):  # the union is closed
            pairs = [(value, option) for option in options]
    return next((fault for pair in pairs if (fault := _fault_between(model, *pair))), "")


def _fault_between(model: Model, one: Expression, other: Expression) -> str:
    for side in (one, other):
        for part in expressions(Holds(side)):
            if isinstance(part, Memory) and (fault := _fault_of(model, part.name)):
                return fault
    match one, other:
        case Memory(name, before), Memory(same, was) if name == same and before != was and _counts(model, name):
            return ""
        case Memory(name), Memory(same):
            both = _counts(model, name) and _counts(model, same)
            return "compares two counters" if both else "compares two variables"
        case (Memory(), constant) | (constant, Memory()) if _is_known(model, constant):
            return ""
        case (Memory(name), Attribute()) | (Attribute(), Memory(name)):
            what = "counter" if _counts(model, name) else "variable"
            return f"compares a {what} with an attribute of the event"
        case _:
            looks = any(isinstance(part, Memory) for side in (one, other) for part in expressions(Holds(side)))
            return "reckons with counters" if looks else ""


def _fault_of(model: Model, name: str) -> str:
    """Return why a variable has more than finitely many values that matter, whatever it is compared with."""
    match model.variables[name].reducer:
        case Sum():
            return "asks for a sum"
        case Max():
            return "asks for a largest number"
        case Distinct(part=part) if part:
            return "counts several values of one event"
        case _:
            return ""


def _counts(model: Model, name: str) -> bool:
    return not isinstance(model.variables[name].reducer, Flag | Latest)


def _is_known(model: Model, value: Expression) -> bool:
    if isinstance(value, PhaseName | TypeName | CurrentPhase | EventType):
        return True
    fixed = all(isinstance(part, Constant | Parameter | Arithmetic | Minus) for part in expressions(Holds(value)))
    return fixed and value_of(value, View(model, START, {})) is not None
