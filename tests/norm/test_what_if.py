"""What the model says would have become of the norm, had the log been another."""

from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

import onward
from onward.log.dates import parse_interval

Relog = Callable[[Iterable[onward.Event]], onward.EventLog]
Outcome = Callable[..., dict[str, str]]

WIDE = tuple(f"N{number:03}" for number in (8, 10, 11, 12, 16, 18, 19, *range(21, 29), 30, 33, 35, 36, 39, 40))
OBSTACLES = ("N005", "N007", "N008", "N009", "N014", "N017", "N037", "N041")


@pytest.fixture(scope="module")
def without(study: onward.Study, relog: Relog, outcome: Outcome) -> Callable[[Iterable[str]], dict[str, str]]:
    """Where the norm ends without the events of some ids."""

    def replay(ids: Iterable[str]) -> dict[str, str]:
        left_out = set(ids)
        return outcome(relog(event for event in study.log.events() if event.id not in left_out))

    return replay


def test_the_rows_left_out_below_are_those_of_the_wide_arena_and_those_with_an_obstacle(study: onward.Study) -> None:
    events = list(study.log.events())
    assert tuple(event.id for event in events if event.attributes["arena"] == "wide") == WIDE
    assert tuple(event.id for event in events if event.attributes["obstacle"] is not None) == OBSTACLES


def test_without_the_wide_track_the_rule_would_have_stayed_a_decree(without: Callable[..., dict[str, str]]) -> None:
    assert without(WIDE) == {"narrow": "default", "wide": "start"}


@given(left_out=st.sets(st.sampled_from(WIDE)))
def test_without_any_events_of_the_wide_track_the_rule_is_not_higher(
    left_out: set[str], study: onward.Study, without: Callable[..., dict[str, str]]
) -> None:
    ranks = study.model.ranks
    assert ranks[without(left_out)["narrow"]].start <= ranks["nominal"].start


def test_without_obstacles_the_rule_would_have_been_declared_all_along(
    study: onward.Study, relog: Relog, without: Callable[..., dict[str, str]]
) -> None:
    assert without(OBSTACLES) == {"narrow": "nominal", "wide": "anchored"}
    kept = relog(event for event in study.log.events() if event.id not in OBSTACLES)
    steps = onward.replay(study.model, kept, as_of=study.as_of).step_rows
    assert [row.after for row in steps if (row.track, row.outcome) == ("narrow", "moved")] == [
        *("declared", "default", "nominal")
    ]


@given(left_out=st.sets(st.sampled_from(OBSTACLES)))
def test_without_any_of_the_obstacles_the_rule_is_not_lower(
    left_out: set[str], study: onward.Study, without: Callable[..., dict[str, str]]
) -> None:
    ranks = study.model.ranks
    assert ranks[without(left_out)["narrow"]].start >= ranks["nominal"].start


def test_a_rule_that_stands_for_ten_years_needs_no_alliance(
    study: onward.Study, relog: Relog, outcome: Outcome
) -> None:
    inside = [event for event in study.log.events() if event.id not in {*WIDE, *OBSTACLES}]
    said = {"arena": "narrow", "stance": "supports", "actors": "UN Secretariat@un_entity"}

    def assessed(date: str) -> str:
        event = onward.Event("assessment_given", parse_interval(date), "X", said)
        return outcome(relog([*inside, event]), "2020")["narrow"]

    assert (assessed("2013-12-30"), assessed("2014-01-02")) == ("default", "nominal")


def test_a_decree_is_not_stopped_by_opposition_of_the_same_year(
    study: onward.Study, relog: Relog, outcome: Outcome
) -> None:
    """Rows of one year stand in an order that the article does not give: it must not decide."""
    events = list(study.log.events())
    opposed = [event for event in events if event.type == "opposition_voiced"]
    first = [event for event in events if event not in opposed]
    at = [event.id for event in first].index("N006")
    assert outcome(relog([*first[:at], *opposed, *first[at:]])) == {"narrow": "nominal", "wide": "anchored"}
