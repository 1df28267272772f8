"""Tables: a program as arrays of numbers, as the fold takes them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from onward.history import fold
from onward.history.program import NO, TESTS, UNKNOWN_TYPE, YES, Letter, Page, Program, Sums, UnfitError
from onward.history.thresholds import WHOLE
from onward.model.guards import Attribute, Constant, Elapsed, Expression, Memory

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


def tables_of(program: Program, letters: Sequence[Letter], kept_apart: Sequence[str]) -> Tables:
    """Return the tables of *program* for *letters*.

    Args:
        program: the model as graphs of tests.
        letters: the letters, each at its number.
        kept_apart: the attributes whose values are counted once each, in the order of the fold's `codes`.

    """
    model = program.model
    pages = [program.page(letter) for letter in letters]
    counted = [
        (counting.variable, -1 if counting.attribute is None else kept_apart.index(counting.attribute))
        for page in pages
        for counting in page.counts
    ]
    guarded = program.invariants
    unfilled = (0,) * len(model.places)
    # By invariant, letter and place: an unknown type is judged by none.
    invariants = [
        [page.invariants[number] if page.invariants else unfilled for page in pages]
        for number in range(len(guarded.positions))
    ]
    sums, parts, numbers = _sums(program)
    shape = (len(pages), len(model.places))
    return Tables(
        quick=np.array([_quick(page, program) for page in pages], np.int32).reshape(*shape, 2),
        refused=_table([page.refused for page in pages], shape),
        fires=_table([page.fires for page in pages], shape),
        goes_on=_table([page.goes_on for page in pages], shape),
        targets=_table([model.places.index(model.entered(t.target)) for t in model.transitions], (-1,)),
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
    alone = [counting.variable for counting in page.counts if counting.attribute is None]
    plain = len(page.counts) == len(alone) <= 1
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


def check_sums(sums: Sequence[Sums], largest: dict[str, int]) -> None:
    """Make sure that no sum of whole numbers leaves the range in which floats are exact.

    Args:
        sums: the comparisons.
        largest: how far from nought the whole numbers of each attribute go, and those of counters (under ``""``).

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
                    case Memory():
                        stack.append(largest[""])
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
