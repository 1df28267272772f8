from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onward.log.cases import find_case, pair_name, pairs_of
from onward.problems import UsageError

# Codes with a hyphen, a blank and a dash among them; no two pairs of these are spelled alike.
CODES = ("AU", "EU", "NATO", "UN", "G-77", "Arab League", "ASEAN\u2013Plus", "R&D")
SEPARATORS = (";", " ; ", "-", " - ", "\u2013", "\u2014", ",", ", ", "/", " & ", " ", "|", "+")
PAIRS = st.lists(st.sampled_from(CODES), min_size=2, max_size=2, unique=True)


@given(st.sets(PAIRS.map(pair_name), min_size=1), st.sampled_from(SEPARATORS), st.booleans(), st.data())
def test_every_spelling_of_every_pair_is_understood(
    cases: set[str],
    separator: str,
    upper: bool,  # noqa: FBT001 - drawn
    data: st.DataObject,
) -> None:
    case = data.draw(st.sampled_from(sorted(cases)))
    first, second = data.draw(st.permutations(case.split(";")))
    text = f"{first}{separator}{second}"
    assert find_case(text.upper() if upper else text.lower(), cases) == case
    assert find_case(f" {text} ", cases) == case


@given(st.lists(st.sampled_from(CODES), unique=True), st.randoms(use_true_random=False))
def test_every_two_organizations_are_one_pair_in_any_order(codes: list[str], random: Random) -> None:
    pairs = pairs_of(tuple(codes))
    assert len(set(pairs)) == len(pairs) == len(codes) * (len(codes) - 1) // 2
    random.shuffle(codes)
    assert pairs_of(tuple(codes)) == pairs


def test_three_organizations_are_three_pairs() -> None:
    assert pairs_of(("UN", "EU", "AU")) == ("AU;EU", "AU;UN", "EU;UN")


def test_an_exact_name_comes_before_another_reading() -> None:
    assert find_case("UN;EU", ["EU;UN", "UN;EU"]) == "UN;EU"
    assert find_case("eu-un", ["EU;UN", "eu-un"]) == "eu-un"


def test_the_letters_as_typed_come_before_another_case_of_letters() -> None:
    assert find_case("un-eu", ["EU;UN", "eu;un"]) == "eu;un"


def test_a_surer_separator_comes_before_a_hyphen() -> None:
    assert find_case("C,A-B", ["A;B-C", "A-B;C"]) == "A-B;C"


def test_the_name_of_a_case_that_is_no_pair_is_found_too() -> None:
    assert find_case("landmine ban", ["Landmine Ban", "Slavery"]) == "Landmine Ban"


@pytest.mark.parametrize(
    ("text", "cases", "message"),
    [
        ("A-B-C", ["A;B-C", "A-B;C"], "case: 'A-B-C' may mean 'A-B;C' or 'A;B-C'; write the one you mean exactly so"),
        ("UN-NATOO", ["EU;UN", "NATO;UN"], "case: there is no case 'UN-NATOO'; did you mean 'NATO;UN'?"),
        ("zzz", ["EU;UN", "AU;UN"], "case: there is no case 'zzz'; it may be AU;UN, EU;UN"),
        ("UN-EU", [], "case: there is no case 'UN-EU'; there is none to choose from"),
    ],
)
def test_a_case_that_cannot_be_told_gets_a_mend(text: str, cases: list[str], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        find_case(text, cases)
    assert str(caught.value) == message
