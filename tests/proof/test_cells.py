"""Cells cover every value once, and what is said of two cells holds of any two values in them."""

import operator
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onward.log.log import Value
from onward.model.guards import COMPARE
from onward.proof.cells import (
    MOST_POINTS,
    NULL,
    Cell,
    added,
    between,
    cells_of_anything,
    cells_of_counts,
    cells_of_numbers,
    cells_of_truths,
    cells_of_years,
    kind_of,
    may_be,
    point,
    times,
)

NUMBERS = st.sampled_from([-3, -1, -0.5, 0, 0.5, 1, 2, 3, 7, 50, 1e9, -1e9, 10**18])
TEXTS = st.sampled_from(["", "a", "b", "ba", "c", "opposes", "z"])
VALUES: st.SearchStrategy[Value] = st.none() | st.booleans() | NUMBERS | TEXTS
CONSTANTS = st.lists(VALUES, max_size=4)
COUNTS = st.integers(0, 60) | st.sampled_from([10**6])


def homes(cells: tuple[Cell, ...], value: Value) -> list[Cell]:
    return [cell for cell in cells if cell.has(value)]


@given(constants=CONSTANTS, value=VALUES)
def test_anything_lies_in_one_cell(constants: list[Value], value: Value) -> None:
    assert len(homes(cells_of_anything(constants), value)) == 1


@given(constants=CONSTANTS, value=NUMBERS)
def test_a_number_lies_in_one_cell(constants: list[Value], value: float) -> None:
    assert len(homes(cells_of_numbers(constants), value)) == 1
    assert len(homes(cells_of_numbers(constants, null=True), None)) == 1


@given(constants=st.lists(NUMBERS, max_size=3), value=COUNTS)
def test_a_count_lies_in_one_cell(constants: list[Value], value: int) -> None:
    assert len(homes(cells_of_counts(constants), value)) == 1


@given(constants=st.lists(NUMBERS, max_size=3), value=st.floats(0, 1e6))
def test_years_lie_in_one_cell_and_begin_with_nought(constants: list[Value], value: float) -> None:
    cells = cells_of_years(constants)
    assert len(homes(cells, value)) == 1
    assert cells[0] == point(0.0)


def test_large_counts_are_told_apart_at_their_bounds_only() -> None:
    assert len(cells_of_counts([MOST_POINTS - 1])) == MOST_POINTS + 1
    assert len(cells_of_counts([1000])) < 6
    assert cells_of_truths() == (point(value=False), point(value=True))


@given(constants=CONSTANTS, one=VALUES, other=VALUES, sign=st.sampled_from(sorted(COMPARE)))
def test_a_comparison_of_values_is_among_those_of_their_cells(
    constants: list[Value], one: Value, other: Value, sign: str
) -> None:
    cells = cells_of_anything(constants)
    (a,), (b,) = homes(cells, one), homes(cells, other)
    found = may_be(sign, a, b)
    if one is None or kind_of(one) != kind_of(other):
        assert found == (False, False)
    else:
        assert found[0 if COMPARE[sign](one, other) else 1]  # type: ignore[index]


@given(constants=CONSTANTS, constant=VALUES, value=VALUES, sign=st.sampled_from(sorted(COMPARE)))
def test_a_cell_knows_how_it_compares_with_the_constants_that_cut_it(
    constants: list[Value], constant: Value, value: Value, sign: str
) -> None:
    (cell,) = homes(cells_of_anything([*constants, constant]), value)
    assert may_be(sign, cell, point(constant)) != (True, True)


@given(constants=st.lists(NUMBERS, max_size=3), one=NUMBERS, other=NUMBERS, factor=st.integers(-3, 3))
def test_sums_and_multiples_lie_where_those_of_cells_do(
    constants: list[Value], one: float, other: float, factor: int
) -> None:
    cells = cells_of_numbers(constants)
    (a,), (b,) = homes(cells, one), homes(cells, other)
    assert added(a, b).has(one + other)
    assert between([a, b]).has(one)
    assert between([a, b]).has(other)
    assert times(a, factor).has(one * factor)
    assert a.shifted(2).has(one + 2) or isinstance(one, float)


@pytest.mark.parametrize(("relation", "sign"), [(operator.lt, "<"), (operator.ge, ">=")])
def test_what_lies_on_both_sides_of_a_bound_may_be_either(relation: Callable[[int, int], bool], sign: str) -> None:
    assert relation(1, 2) is (sign == "<")
    assert may_be(sign, Cell("number", 0, 5), point(3)) == (True, True)


def test_null_is_one_cell_that_compares_with_nothing() -> None:
    assert point(None) is NULL
    assert NULL.is_point
    assert may_be("==", NULL, NULL) == (False, False)
