import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onward.model.guards import (
    COMPARE,
    OPPOSITE,
    And,
    Arithmetic,
    Attribute,
    Compare,
    Comparison,
    Condition,
    Constant,
    Guard,
    Holds,
    Memory,
    Minus,
    Not,
    OneOf,
    Or,
    conditions,
    expressions,
    holds,
)

A, B, C = (Holds(Attribute(name)) for name in "abc")
Answers = dict[Condition, bool | None]
ANSWERS = st.fixed_dictionaries(dict.fromkeys((A, B, C), st.sampled_from((True, False, None))))
GUARDS: st.SearchStrategy[Guard] = st.recursive(
    st.sampled_from((A, B, C)),
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=1, max_size=3).map(tuple).map(And),
        st.lists(inner, min_size=1, max_size=3).map(tuple).map(Or),
    ),
    max_leaves=6,
)


@given(GUARDS, ANSWERS)
def test_an_unknown_condition_leaves_the_guard_unknown_or_makes_no_difference(guard: Guard, answers: Answers) -> None:
    found = holds(guard, answers.__getitem__)
    open_ones = [condition for condition, answer in answers.items() if answer is None]
    for settled in itertools.product((True, False), repeat=len(open_ones)):
        world = answers | dict(zip(open_ones, settled, strict=True))
        assert found in {None, holds(guard, world.__getitem__)}


@given(GUARDS, ANSWERS.filter(lambda answers: None not in answers.values()))
def test_what_is_known_throughout_is_never_unknown(guard: Guard, answers: Answers) -> None:
    assert holds(guard, answers.__getitem__) is not None


@given(st.lists(GUARDS, min_size=1, max_size=3).map(tuple), ANSWERS)
def test_not_turns_and_into_or(parts: tuple[Guard, ...], answers: Answers) -> None:
    one, other = Not(And(parts)), Or(tuple(map(Not, parts)))
    assert holds(one, answers.__getitem__) is holds(other, answers.__getitem__)


@pytest.mark.parametrize(
    ("one", "other", "both", "either"),
    [
        (True, True, True, True),
        (True, False, False, True),
        (True, None, None, True),
        (False, False, False, False),
        (False, None, False, None),
        (None, None, None, None),
    ],
)
def test_and_and_or_by_kleenes_tables(
    *, one: bool | None, other: bool | None, both: bool | None, either: bool | None
) -> None:
    answers: Answers = {A: one, B: other}
    for parts in ((A, B), (B, A)):
        assert holds(And(parts), answers.__getitem__) is both
        assert holds(Or(parts), answers.__getitem__) is either
    assert holds(Not(A), answers.__getitem__) is (None if one is None else not one)


@given(GUARDS)
def test_the_conditions_of_a_guard_decide_it(guard: Guard) -> None:
    asked: list[Condition] = []

    def decide(condition: Condition) -> None:
        asked.append(condition)

    assert holds(guard, decide) is None
    assert asked == list(conditions(guard))


def test_expressions_are_listed_down_to_their_parts() -> None:
    one, two, memory = Constant(1), Constant(2), Memory("theatres")
    product = Arithmetic("*", memory, two)
    guard = Or((Not(Compare("<", Minus(product), one)), OneOf(memory, (one, two)), And((A, B))))
    assert list(expressions(guard)) == [
        *(Minus(product), product, memory, two, one),
        *(memory, one, two),
        *(Attribute("a"), Attribute("b")),
    ]


@pytest.mark.parametrize("sign", list(COMPARE))
@pytest.mark.parametrize(("one", "other"), [(1, 2), (2, 2), (2, 1)])
def test_the_opposite_of_a_comparison_holds_where_it_does_not(sign: Comparison, one: int, other: int) -> None:
    assert COMPARE[sign](one, other) is not COMPARE[OPPOSITE[sign]](one, other)
    assert OPPOSITE[OPPOSITE[sign]] == sign
