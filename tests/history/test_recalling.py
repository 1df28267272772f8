"""Words for what is remembered."""

import pytest

import onward
from onward.history.crossing import name_of, title_of
from onward.history.recalling import joined, lowered, number, timer_said, when
from onward.log.dates import parse_interval
from onward.model.elements import Span, Timer

MODEL = onward.parse_model(
    """
onward: 1
name: words
parameters: {quiet: 1}
values: {actors.ecology: {ngo: NGOs}, kind: {1: First}, flat: [a]}
events: {used: {title: Use}, eu_visit: {title: EU visit}, cited: }
phases: [one]
transitions: [{from: start, to: one, on: used}]
"""
)


@pytest.mark.parametrize(
    ("date", "text"),
    [("2003", " in 2003"), ("2003-12", " in 2003-12"), ("2003-12-15", " on 2003-12-15"), (None, "")],
)
def test_a_day_is_on_and_a_year_is_in(date: str | None, text: str) -> None:
    assert when(date and parse_interval(date)) == text  # type: ignore[arg-type]  # None is no date


@pytest.mark.parametrize(("value", "text"), [(3, "3"), (3.0, "3"), (0.1 + 0.2, "0.3"), (1234567.5, "1234567.5")])
def test_numbers_have_no_noise(value: float, text: str) -> None:
    assert number(value) == text


def test_values_have_the_titles_of_the_model() -> None:
    assert title_of(MODEL, "actors", "ecology", "ngo") == "NGOs"
    assert title_of(MODEL, "actors", "name", "ngo") == "ngo"
    assert title_of(MODEL, "kind", "each", "1") == "First"
    assert title_of(MODEL, "flat", "each", "a") == "a"
    assert (name_of("kind", "each"), name_of("kind", ""), name_of("actors", "ecology")) == (
        "kind",
        "kind",
        "actors.ecology",
    )


def test_timers_have_the_labels_of_event_types() -> None:
    assert timer_said(Timer(Span("quiet", "years")), MODEL) == "1 year"
    assert timer_said(Timer(Span(2, "weeks"), ("used", "eu_visit", "cited")), MODEL) == (
        "2 weeks without use, EU visit or cited"
    )


def test_enumerations_end_in_their_last_word() -> None:
    assert [joined(words, "or") for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a or b",
        "a, b or c",
    ]
    assert (lowered("Use"), lowered("EU visit")) == ("use", "EU visit")
