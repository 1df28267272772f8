"""A guard holds exactly where all of its conjuncts do, in three truth values."""

from hypothesis import given
from hypothesis import strategies as st

from onward.model.guards import And, Condition, Guard, Holds, Memory, Named, Not, Or, holds
from onward.proof.conjuncts import MOST, conjuncts

ATOMS = [Holds(Memory(name)) for name in "abcde"]
GUARDS: st.SearchStrategy[Guard] = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: And(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts))),
        inner.map(lambda part: Named("named", part)),
    ),
    max_leaves=8,
)


@given(guard=GUARDS, truths=st.fixed_dictionaries({atom: st.sampled_from([True, False, None]) for atom in ATOMS}))
def test_a_guard_holds_where_all_of_its_conjuncts_do(guard: Guard, truths: dict[Condition, bool | None]) -> None:
    parts = conjuncts(guard)
    assert (holds(guard, truths.__getitem__) is True) == all(holds(part, truths.__getitem__) is True for part in parts)


def test_an_implication_of_several_things_is_several_implications() -> None:
    a, b, c, *_ = ATOMS
    assert conjuncts(Or((Not(a), And((b, c))))) == (Or((Not(a), b)), Or((Not(a), c)))


def test_what_would_be_too_many_stays_whole() -> None:
    pairs = tuple(And((Holds(Memory(f"a{n}")), Holds(Memory(f"b{n}")))) for n in range(6))
    assert 2 ** len(pairs) > MOST
    assert conjuncts(Or(pairs)) == (Or(pairs),)
