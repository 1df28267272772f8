"""Tables: a program as arrays of numbers, as the fold takes them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from onward.history import carrying, fold
from onward.history.judging import View, judge
from onward.history.memory import is_windowed
from onward.history.program import (
    NO,
    TESTS,
    UNKNOWN_TYPE,
    YES,
    Counting,
    Letter,
    Page,
    Program,
    Sums,
    UnfitError,
    clock_of,
    timing_of,
)
from onward.history.thresholds import WHOLE
from onward.log.log import Value, is_number
from onward.model.elements import START, Count, Distinct, Flag, Latest, Max, Sum
from onward.model.guards import Attribute, Constant, Elapsed, Expression, Memory
from onward.model.model import Model

_SIGNS = ("==", "!=", "<", "<=", ">", ">=")
_ROOM = 64
"""Numbers that a sum may hold at once: as deep as a guard may nest."""


@frozen(eq=False)
class Tables:
    """What `fold` asks of a model; its docstring says what each array is."""

    quick: NDArray[np.int32]
    refused: NDArray[np.int64]
    fires: NDArray[np.int64]
    goes_on: NDArray[np.int64]
    targets: NDArray[np.int64]
    counts: NDArray[np.int64]
    counted: NDArray[np.int64]
    invariants: NDArray[np.int64]
    bits: NDArray[np.int64]
    tests: NDArray[np.int64]
    sets: NDArray[np.bool_]
    sums: NDArray[np.int64]
    parts: NDArray[np.int64]
    numbers: NDArray[np.float64]
    stack: NDArray[np.float64]
    answered: NDArray[np.bool_]

    def arguments(self) -> tuple[Any, ...]:
        """Return the arrays in the order in which `fold` takes them."""
        return (
            *(self.quick, self.refused, self.fires, self.goes_on, self.targets, self.counts, self.counted),
            *(self.invariants, self.bits, self.tests, self.sets, self.sums, self.parts, self.numbers, self.stack),
        )


def tables_of(program: Program, letters: Sequence[Letter], kept_apart: Sequence[str] | None) -> Tables:
    """Return the tables of *program* for *letters*.

    Args:
        program: the model as graphs of tests.
        letters: the letters, each at its number.
        kept_apart: the attributes whose values are counted once each, in the order of the fold's `codes`; None leaves
            out what variables and sums are about.

    """
    pages = [program.page(letter) for letter in letters]
    counted = [
        (counting.variable, -1 if counting.attribute is None else kept_apart.index(counting.attribute))
        for page in pages
        for counting in page.counts
        if kept_apart is not None
    ]
    guarded = program.invariants
    unfilled = (0,) * len(program.joints)
    # By invariant, letter and place: an unknown type is judged by none.
    invariants = [
        [page.invariants[number] if page.invariants else unfilled for page in pages]
        for number in range(len(guarded.positions))
    ]
    sums, parts, numbers = ([], [], []) if kept_apart is None else _sums(program)
    shape = (len(pages), len(program.joints))
    return Tables(
        quick=np.array([_quick(page, program) for page in pages], np.int32).reshape(*shape, 2),
        refused=_table([page.refused for page in pages], shape),
        fires=_table([page.fires for page in pages], shape),
        goes_on=_table([page.goes_on for page in pages], shape),
        targets=_table([move.target for move in program.moves], (-1,)),
        counts=np.cumsum([0, *(len(page.counts) for page in pages)], dtype=np.int64),
        counted=_table(counted, (-1, 2)),
        invariants=_table(invariants, (len(invariants), *shape)),
        bits=_table(guarded.bits, (-1,)),
        tests=_table(
            [
                (TESTS.index(test.kind), test.what, test.bound, test.yes, test.no, test.unknown)
                for test in program.tests
            ],
            (-1, 6),
        ),
        sets=np.array([[rank in each for rank in range(shape[1])] for each in program.sets], bool).reshape(
            -1, shape[1]
        ),
        sums=_table(sums, (-1, 4)),
        parts=_table(parts, (-1, 2)),
        numbers=np.array(numbers, np.float64),
        stack=np.zeros(_ROOM),
        answered=np.array([page.answered for page in pages], bool).reshape(shape),
    )


def _quick(page: Page, program: Program) -> list[tuple[int, int]]:
    """Return, by place, what the letter of *page* adds to and the path, where no memory need be asked."""
    alone = [counting.variable for counting in page.counts if counting.operation == "add"]
    # What starts timers anew is to be written down.
    plain = len(page.counts) == len(alone) <= 1 and not page.rests
    guarded = program.invariants
    nothing = fold.MEMORY + len(program.model.context)
    found = []
    for place, (refused, fires) in enumerate(zip(page.refused, page.fires, strict=True)):
        # An `always` invariant that holds at a place whatever the event was found to hold when the case came there.
        kept = all(
            graphs[place] == YES and (steady or bit < 0)
            for graphs, bit, steady in zip(page.invariants, guarded.bits, guarded.steady, strict=False)
        )
        if refused == UNKNOWN_TYPE:
            found.append((nothing, -1 - 2 * place))
        elif refused == YES and page.plainly[place]:
            found.append((nothing, -2 - 2 * place))
        elif plain and refused == fires == NO and kept:
            found.append((fold.MEMORY + alone[0] if alone else nothing, place))
        else:
            found.append((fold.SLOW, 0))
    return found


def _table(values: Sequence[Any], shape: tuple[int, ...]) -> NDArray[np.int64]:
    return np.array(values, np.int64).reshape(shape)


def _sums(program: Program) -> tuple[list[tuple[int, ...]], list[tuple[int, int]], list[float]]:
    """Return the comparisons of sums: where their parts are, the parts, and the constants in them."""
    parts: list[tuple[int, int]] = []
    numbers: list[float] = []
    sums = []
    for each in program.sums:
        edges = [len(parts)]
        for side in (each.left, each.right):
            parts += [_part(part, numbers, program) for part in side]
            edges.append(len(parts))
        sums.append((_SIGNS.index(each.sign), *edges))
    return sums, parts, numbers


def _part(part: Expression | str, numbers: list[float], program: Program) -> tuple[int, int]:
    match part:
        case Constant(str() | bool()):
            # No number: a value that no row has.
            return fold.VALUE, len(program.values)
        case Constant(number):
            numbers.append(float(number))
            return fold.CONSTANT, len(numbers) - 1
        case Memory(name, before):
            kind = fold.VARIABLE_BEFORE if before else fold.VARIABLE
            return kind, [variable.name for variable in program.model.context].index(name)
        case Attribute(name):
            return fold.VALUE, program.values.index(name)
        case Elapsed(since):
            return (fold.YEARS_IN_PHASE if since == "years_in_phase" else fold.YEARS_SINCE_START), 0
        case str():
            return {"+": fold.PLUS, "-": fold.LESS, "*": fold.TIMES}[part], 0
        case _:
            raise AssertionError(part)


def check_sums(sums: Sequence[Sums], largest: Mapping[str, int], kept: Mapping[str, int] | None = None) -> None:
    """Make sure that no sum of whole numbers leaves the range in which floats are exact.

    Args:
        sums: the comparisons.
        largest: how far from nought the whole numbers of each attribute go, and those of counters (under ``""``).
        kept: how far those go that variables keep which are no counters.

    Raises:
        UnfitError: a sum may leave it.

    """
    for each in sums:
        for side in (each.left, each.right):
            stack: list[int] = []  # not floats, which would round what is to be found out
            for part in side:
                match part:
                    case Constant(int() as number):
                        stack.append(abs(number))
                    case Memory(name):
                        stack.append((kept or {}).get(name, largest[""]))
                    case Attribute(name):
                        stack.append(largest.get(name, 0))
                    case "*":
                        stack.append(stack.pop() * stack.pop())
                    case str():
                        stack.append(stack.pop() + stack.pop())
                    case _:
                        stack.append(0)
                if stack[-1] > WHOLE:
                    raise UnfitError("a guard reckons with whole numbers beyond 2^53")


# ---- the whole language


@frozen
class Layout:
    """Where the fold of the whole language keeps what variables remember, and what it looks at of a log.

    Attributes:
        registers: the variables that keep a number, each at its register.
        queues: the variables of which time takes away, each at its queue.
        apart: the attributes, each with its part, whose values are kept apart; they have the first slots of codes.
        kept: the attributes whose values are kept or compared as they are; the slots after these.
        numbers: the attributes whose numbers are needed.

    """

    registers: tuple[int, ...]
    queues: tuple[int, ...]
    apart: tuple[tuple[str, str], ...]
    kept: tuple[str, ...]
    numbers: tuple[str, ...]


def layout_of(program: Program) -> Layout:
    """Return the layout for *program*; its guards may ask for more of a log as more letters are met."""
    reducers = [variable.reducer for variable in program.model.context]
    latest = [each.attribute for each in reducers if isinstance(each, Latest)]
    alike = [side.name for each in program.alike for side in (each.left, each.right) if isinstance(side, Attribute)]
    reckoned = [each.attribute for each in reducers if isinstance(each, Sum | Max)]
    return Layout(
        registers=tuple(number for number, each in enumerate(reducers) if isinstance(each, Sum | Max)),
        queues=tuple(number for number, each in enumerate(reducers) if is_windowed(each)),
        apart=tuple(dict.fromkeys((each.attribute, each.part) for each in reducers if isinstance(each, Distinct))),
        kept=tuple(dict.fromkeys([*latest, *alike])),
        numbers=tuple(dict.fromkeys([*reckoned, *program.values])),
    )


def rules_of(program: Program, letters: Sequence[Letter]) -> carrying.Rules:
    """Return the rules of *program* for *letters*; answers, kinds and ranks of values are yet to be filled in."""
    model = program.model
    pages = [program.page(letter) for letter in letters]
    # Now that every page is made, all tests are, and what they look at.
    layout = layout_of(program)
    tables = tables_of(program, letters, None)
    operations = [_operation(each, program, layout) for page in pages for each in page.counts]
    resets = [[number in page.rests for number in range(len(model.rests))] for page in pages]
    alarms = [_alarms(program, places) for places in program.joints.places]
    parts: list[tuple[int, int]] = []
    numbers: list[float] = []
    sums = []
    for each in program.sums:
        edges = [len(parts)]
        for side in (each.left, each.right):
            parts += [_whole_part(part, numbers, program, layout) for part in side]
            edges.append(len(parts))
        sums.append((_SIGNS.index(each.sign), *edges))
    slots = {name: len(layout.apart) + number for number, name in enumerate(layout.kept)}
    alike = [
        (_SIGNS.index(each.sign), *_side(each.left, program, slots), *_side(each.right, program, slots))
        for each in program.alike
    ]
    return carrying.Rules(
        quick=tables.quick,
        refused=tables.refused,
        fires=tables.fires,
        goes_on=tables.goes_on,
        targets=tables.targets,
        moved=np.array([[number >= 0 for number in move.fired] for move in program.moves], bool).reshape(
            -1, len(model.track_names)
        ),
        counts=tables.counts,
        operations=_table(operations, (-1, 7)),
        resets=np.array(resets, bool).reshape(len(pages), len(model.rests)),
        invariants=tables.invariants,
        bits=tables.bits,
        tests=tables.tests,
        sets=tables.sets,
        sums=_table(sums, (-1, 4)),
        parts=_table(parts, (-1, 2)),
        numbers=np.array(numbers, np.float64),
        members=_table([(each.variable, each.before) for each in program.members], (-1, 2)),
        answers=np.zeros((len(program.members), 1), np.int8),
        alike=_table(alike, (-1, 5)),
        kinds=np.zeros(0, np.int8),
        ranks=np.zeros(0),
        timers=_table([_clamped(each.track, each.months, each.days, each.rest) for each in program.timers], (-1, 4)),
        alarmed=np.cumsum([0, *map(len, alarms)], dtype=np.int64),
        alarms=_table([number for each in alarms for number in each], (-1,)),
        summed=_table(
            [
                (variable, layout.registers.index(variable) if variable in layout.registers else -1)
                for variable in layout.queues
            ],
            (-1, 2),
        ),
    )


_MOST_MONTHS, _MOST_DAYS = 12 * 10_000, 366 * 10_000
"""Beyond all years that there are."""


def _clamped(track: int, months: int, days: int, rest: int) -> tuple[int, int, int, int]:
    return track, min(months, _MOST_MONTHS), min(days, _MOST_DAYS), rest


def _alarms(program: Program, places: tuple[str, ...]) -> list[int]:
    """Return the timers that run in *places*."""
    model = program.model
    found = [
        program.timer_of(timing_of(model, transition, transition.after))
        for track, place in zip(model.track_names, places, strict=True)
        for transition in model.leaving(place, track)
        if transition.after is not None
    ]
    return list(dict.fromkeys(found))


def _operation(counting: Counting, program: Program, layout: Layout) -> tuple[int, ...]:
    variable, attribute = counting.variable, counting.attribute or ""
    reducer = program.model.context[variable].reducer
    slot = -1
    match counting.operation:
        case "new":
            slot = layout.apart.index((attribute, counting.part))
        case "latest":
            slot = len(layout.apart) + layout.kept.index(attribute)
        case "sum" | "max" | "amount":
            slot = layout.numbers.index(attribute)
        case _:
            pass
    months, days = 0, 0
    if isinstance(reducer, Count | Sum) and reducer.within is not None:
        months, days = program.model.length_of(reducer.within)
    return (
        carrying.OPERATIONS.index(counting.operation),
        variable,
        slot,
        layout.registers.index(variable) if variable in layout.registers else -1,
        layout.queues.index(variable) if variable in layout.queues else -1,
        min(months, _MOST_MONTHS),
        min(days, _MOST_DAYS),
    )


def _side(side: Memory | Attribute, program: Program, slots: Mapping[str, int]) -> tuple[int, int]:
    match side:
        case Memory(name, before):
            variable = program.number_of(name)
            if isinstance(program.model.variables[name].reducer, Flag):
                return (carrying.FLAG_SIDE_BEFORE if before else carrying.FLAG_SIDE), variable
            return (carrying.KEPT_SIDE_BEFORE if before else carrying.KEPT_SIDE), variable
        case Attribute(name):  # the union is closed
            return carrying.VALUE_SIDE, slots[name]


def _whole_part(part: Expression | str, numbers: list[float], program: Program, layout: Layout) -> tuple[int, int]:
    match part:
        case Constant(str() | bool()):
            return carrying.NULL, 0
        case Constant(number):
            numbers.append(float(number))
            return carrying.CONSTANT, len(numbers) - 1
        case Memory(name, before):
            return _remembered(name, before, program, layout)
        case Attribute(name):
            return carrying.VALUE, layout.numbers.index(name)
        case Elapsed("years_in_phase", track):
            return carrying.CLOCK, clock_of(program.model.track_numbers[track])
        case Elapsed():
            return carrying.CLOCK, 1
        case str():
            return {"+": carrying.PLUS, "-": carrying.LESS, "*": carrying.TIMES}[part], 0
        case _:
            raise AssertionError(part)


def _remembered(name: str, before: bool, program: Program, layout: Layout) -> tuple[int, int]:  # noqa: FBT001  # as in Memory
    variable = program.number_of(name)
    match program.model.variables[name].reducer:
        case Sum():
            register = layout.registers.index(variable)
            return (carrying.TOTAL_BEFORE if before else carrying.TOTAL), register
        case Max():
            register = layout.registers.index(variable)
            return (carrying.LARGEST_BEFORE if before else carrying.LARGEST), register
        case Latest():
            return (carrying.KEPT_BEFORE if before else carrying.KEPT), variable
        case _:
            return (carrying.VARIABLE_BEFORE if before else carrying.VARIABLE), variable


def with_values(rules: carrying.Rules, program: Program, values: Sequence[Value]) -> carrying.Rules:
    """Return *rules* with what is to be known of the *values* that are kept, each at its number.

    Raises:
        UnfitError: some are too large to be compared exactly.

    """
    if any(is_number(value) and isinstance(value, int) and abs(value) > WHOLE for value in values):
        raise UnfitError("whole numbers beyond 2^53 are kept")
    texts = sorted({value for value in values if isinstance(value, str)})
    ranks = {text: number for number, text in enumerate(texts)}
    kinds, found = np.zeros(len(values), np.int8), np.zeros(len(values))
    for number, value in enumerate(values):
        match value:
            case bool():
                kinds[number], found[number] = carrying.TRUTH, value
            case str():
                kinds[number], found[number] = carrying.TEXT, ranks[value]
            case int() | float():
                kinds[number], found[number] = carrying.NUMBER, value
            case None:  # the union is closed
                pass
    answers = np.zeros((len(program.members), 1 + len(values)), np.int8)
    for row, member in enumerate(program.members):
        name = program.model.context[member.variable].name
        for column, value in enumerate((None, *values)):
            truth = judge(_blank(program.model, {name: value}), member.condition)
            answers[row, column] = 0 if truth is None else 1 if truth else -1
    return rules._replace(answers=answers, kinds=kinds, ranks=found)


def _blank(model: Model, memory: Mapping[str, Value]) -> View:
    return View(model, (START,) * len(model.track_names), memory)
