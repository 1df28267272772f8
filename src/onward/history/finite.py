"""Whether a model is finite: what its program asks of memory, and how far each counter has to be counted for it."""

from collections.abc import Iterator, Sequence

from onward.history.judging import View, value_of
from onward.history.program import Letter, Program, Test
from onward.model.elements import START
from onward.model.guards import (
    Arithmetic,
    Attribute,
    Compare,
    Condition,
    Constant,
    Elapsed,
    Expression,
    Guard,
    Holds,
    Memory,
    Minus,
    OneOf,
    Parameter,
    conditions,
    expressions,
)
from onward.model.model import Model
from onward.model.spelling import write_guard
from onward.problems import Problem

_MEND = "replay runs it by the general fold; for a finite automaton compare each counter with a constant"


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


def is_finite(tests: Sequence[Test]) -> bool:
    """Tell whether *tests* ask no more than whether counters have reached a bound, and what the event did."""
    return not any(test.kind in {"clock", "sum"} for test in tests)


def caps_of(model: Model, tests: Sequence[Test]) -> tuple[int, ...]:
    """Return for every context variable the number beyond which *tests* cannot tell it from more.

    It is the largest bound that a test asks of it. Let `m` be a counter before an event that adds `g`, 0 or 1, and
    `c` the lesser of `m` and the cap. For every bound up to the cap, `m >= bound` is `c >= bound` (`before` tests) and
    `m + g >= bound` is `c + g >= bound` (`counter` tests): where `m` and `c` differ, both have reached them all.
    `grew` tests ask for `g` alone. Clipped again after the step, `c + g` is what `m + g` is when clipped.
    """
    caps = [0] * len(model.context)
    for test in tests:
        if test.kind in {"counter", "before"}:
            caps[test.what] = max(caps[test.what], test.bound)
    return tuple(caps)


def endless(model: Model) -> Iterator[Problem]:
    """Yield the guards that ask more than that, each with the clauses at fault."""
    for where, guard in _guards(model):
        faults = [f"{write_guard(each)} {fault}" for each in conditions(guard) if (fault := _fault(model, each))]
        if faults:
            yield Problem(where, "; ".join(faults), _MEND)


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
        case Holds():
            pairs = []
        case Compare(left=left, right=right):
            pairs = [(left, right)]
        case OneOf(value, options):  # the union is closed
            pairs = [(value, option) for option in options]
    return next((fault for pair in pairs if (fault := _fault_between(model, *pair))), "")


def _fault_between(model: Model, one: Expression, other: Expression) -> str:
    match one, other:
        case Memory(name, before), Memory(same, was) if name == same and before != was:
            return ""
        case Memory(), Memory():
            return "compares two counters"
        case (Memory(), constant) | (constant, Memory()) if _is_known(model, constant):
            return ""
        case (Memory(), Attribute()) | (Attribute(), Memory()):
            return "compares a counter with an attribute of the event"
        case _:
            looks = any(isinstance(part, Memory) for side in (one, other) for part in expressions(Holds(side)))
            return "reckons with counters" if looks else ""


def _is_known(model: Model, value: Expression) -> bool:
    fixed = all(isinstance(part, Constant | Parameter | Arithmetic | Minus) for part in expressions(Holds(value)))
    return fixed and value_of(value, View(model, START, {})) is not None
