import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onward.problems import LogError, ModelError, OnwardError, Problem, UsageError, nearest, suggestion

NAMES = st.text("abcAB_é", min_size=1, max_size=6)


def test_a_problem_says_where_what_and_how_to_mend_it() -> None:
    assert str(Problem("model.yaml:3:1", "there is no 'a'", "did you mean 'b'?")) == (
        "model.yaml:3:1: there is no 'a'; did you mean 'b'?"
    )


def test_an_error_lists_twenty_problems_and_counts_the_rest() -> None:
    problems = [Problem(f"m:{line}:1", "wrong", "mend it") for line in range(1, 23)]
    assert str(OnwardError(problems[:20])).count("\n") == 19
    lines = str(OnwardError(iter(problems))).splitlines()
    assert lines[0] == "m:1:1: wrong; mend it"
    assert lines[19:] == ["m:20:1: wrong; mend it", "... and 2 more (22 in all)"]
    assert OnwardError(problems).problems == tuple(problems)


def test_an_error_without_a_problem_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="an error needs at least one problem"):
        ModelError([])


@pytest.mark.parametrize("kind", [OnwardError, ModelError, LogError, UsageError])
def test_an_error_survives_pickling(kind: type[OnwardError]) -> None:
    error = kind([Problem("here", "wrong", "mend it")])
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own
    assert (type(again), again.problems, str(again)) == (kind, error.problems, str(error))
    assert issubclass(kind, OnwardError)


@given(NAMES, st.lists(NAMES))
def test_a_name_that_is_known_but_for_its_capitals_is_the_nearest(name: str, others: list[str]) -> None:
    found = nearest(name.swapcase(), [*others, name])
    assert found is not None
    assert found.casefold() == name.casefold()


@given(NAMES, st.lists(NAMES))
def test_what_is_suggested_is_known(name: str, known: list[str]) -> None:
    assert nearest(name, known) in {None, *known}


@pytest.mark.parametrize(
    ("name", "known", "found"),
    [
        ("contakt", ["contract", "contact"], "contact"),
        ("talks", ["visit", "talks_opened_at_last"], "talks_opened_at_last"),
        ("ta", ["talks_opened_at_last"], None),
        ("EU", ["eu", "Eu"], "eu"),
        ("meteor", ["rain", "sun"], None),
        ("rain", [], None),
    ],
)
def test_the_nearest_name(name: str, known: list[str], found: str | None) -> None:
    assert nearest(name, known) == found


def test_a_suggestion_is_the_nearest_name_or_a_list_of_names() -> None:
    assert suggestion("rian", ["sun", "rain"]) == "did you mean 'rain'?"
    assert suggestion("meteor", ["sun", "rain"]) == "it may be rain, sun"
    assert suggestion("meteor", ["sun", "rain"], otherwise="look up") == "look up"
    assert suggestion("meteor", []) == "there is none to choose from"


def test_a_long_list_of_names_is_cut() -> None:
    text = suggestion("meteor", [f"k{number:02}" for number in range(25)])
    assert text.startswith("it may be k00, k01, ")
    assert text.endswith(", k19 and 5 more")
