"""A comparison with a constant is a stretch of whole numbers, exactly."""

import math
from typing import get_args

from hypothesis import example, given
from hypothesis import strategies as st

from onward.history.program import YEAR_IN_MICROSECONDS
from onward.history.thresholds import Bound, cut
from onward.model.guards import COMPARE, Comparison

SIGNS: st.SearchStrategy[Comparison] = st.sampled_from(get_args(Comparison))
WHOLE = st.integers(-(2**63), 2**63) | st.integers(-5, 5)
NUMBERS = WHOLE | st.floats() | st.sampled_from((0.5, -0.5, 2.5, 2.0**53, 2.0**62, -0.0, math.inf, -math.inf, math.nan))


def reaches(number: int, bound: Bound) -> bool:
    return bound if isinstance(bound, bool) else number >= bound


def holds(number: int, low: Bound, high: Bound, *, inside: bool) -> bool:
    return (reaches(number, low) and not reaches(number, high)) == inside


@given(SIGNS, WHOLE, NUMBERS)
@example("==", 2**53 + 1, 2.0**53)
@example("!=", 3, math.nan)
@example(">", 2**53, 2**53 + 0.0)
def test_counters_compare_as_python_compares_them(sign: Comparison, number: int, bound: float) -> None:
    low, high, inside = cut(sign, bound)
    assert holds(number, low, high, inside=inside) == COMPARE[sign](number, bound)


@given(SIGNS, st.integers(0, 10**18), st.floats(-20_000, 20_000) | st.integers(-3, 20_000))
@example(">=", 3 * YEAR_IN_MICROSECONDS, 3)
@example(">", 3 * YEAR_IN_MICROSECONDS, 3)
@example("==", YEAR_IN_MICROSECONDS // 4, 0.25)
def test_years_compare_as_python_compares_them(sign: Comparison, number: int, bound: float) -> None:
    low, high, inside = cut(sign, bound, YEAR_IN_MICROSECONDS)
    assert holds(number, low, high, inside=inside) == COMPARE[sign](number / YEAR_IN_MICROSECONDS, bound)


@given(SIGNS, st.integers(0, 10), st.floats(-3, 3))
def test_the_next_number_to_a_bound_is_on_the_other_side(sign: Comparison, years: int, bound: float) -> None:
    low, high, inside = cut(sign, bound + years, YEAR_IN_MICROSECONDS)
    for edge in (low, high):
        for number in (edge - 1, edge, edge + 1) if not isinstance(edge, bool) else ():
            expected = COMPARE[sign](number / YEAR_IN_MICROSECONDS, bound + years)
            assert holds(number, low, high, inside=inside) == expected
