"""Guards in view of a case and an event."""

from datetime import datetime

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

import onward
from onward.history.evidence import evidence
from onward.history.judging import View, guard_holds
from onward.log.log import Event, Value
from onward.model.elements import Count, Phase, Variable
from onward.model.grammar import parse_guard
from onward.model.guards import Guard, Not
from onward.model.vocabulary import Vocabulary
from onward.testing import guards, vocabulary_of

NAMES = Vocabulary(
    {"bound": 2, "word": "yes"},
    ["theatres", "basis"],
    ["courtship", "startup", "startup.proven", "ending"],
    ["talks"],
    before=True,
)
MODEL = onward.Model(
    name="small",
    phases=(
        Phase("courtship"),
        Phase("startup", stages=(Phase("founding"), Phase("proven"))),
        Phase("ending"),
    ),
    parameters=(("bound", 2), ("word", "yes")),
    context=(Variable("theatres", Count(None)), Variable("basis", Count(None))),
)
BEFORE = View(MODEL, "courtship", {"theatres": 0, "basis": 0})
VIEW = View(
    MODEL,
    "startup.proven",
    {"theatres": 2, "basis": 0},
    event=Event("talks", None, attributes={"formal": True, "size": 3, "place": "Sudan", "empty": None, "half": 0.5}),
    moment=datetime(2004, 1, 1),  # noqa: DTZ001  # instants are UTC without saying so
    since=datetime(2003, 1, 1),  # noqa: DTZ001
    before=BEFORE,
)


def judged(text: str) -> bool | None:
    return guard_holds(parse_guard(text, NAMES), VIEW)


@pytest.mark.parametrize(
    "text",
    [
        "theatres >= bound",
        "theatres == 2 and basis < 1",
        "phase == startup",
        "phase == startup.proven",
        "phase != courtship",
        "phase > courtship",
        "phase >= startup",
        "phase <= startup",
        "phase < ending",
        "phase in [courtship, startup]",
        "before.phase < phase",
        "before.theatres + bound == theatres",
        "event.type == talks",
        "event.type in [talks]",
        "event.formal",
        "event.formal == true",
        "event.size * 2 - 1 > 4",
        "event.half < 1",
        "-event.size < 0",
        'event.place in ["Kosovo", "Sudan"]',
        'word == "yes"',
        "years_in_phase < 1",
        "years_in_phase > 0.99",
        "not basis >= 1",
        "event.empty or event.formal",
        "not (event.empty and basis >= 1)",
    ],
)
def test_it_holds(text: str) -> None:
    assert judged(text) is True


@pytest.mark.parametrize("text", ["phase > startup", "phase < startup", "phase != startup"])
def test_a_phase_with_stages_is_neither_before_nor_after_what_is_inside_it(text: str) -> None:
    assert judged(text) is False


@pytest.mark.parametrize(
    "text",
    [
        "event.missing >= 1",
        "event.empty == 0",
        "event.empty",
        "not event.empty",
        "event.missing != 1",
        "event.missing in [1, 2]",
        "event.place > 1",
        'event.size == "3"',
        "event.formal == 1",
        "event.size",
        "event.place + 1 > 2",
        "-event.missing < 1",
        "years_since_start > 1",
        "event.empty and event.formal",
        "event.empty or basis >= 1",
    ],
)
def test_it_is_unknown_and_not_false(text: str) -> None:
    assert judged(text) is None
    assert judged(f"not ({text})") is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("theatres >= bound + 1", "theatres >= 2 + 1: has 2"),
        ("event.empty", "empty: not recorded"),
        ("not event.formal", "not formal: is true"),
        ("event.type != talks", "event.type != talks: is talks"),
        ("phase < startup", "phase < startup: is startup.proven"),
        ("event.half > bound", "half > 2: has 0.5"),
        ("not (theatres >= 1 or basis >= 1)", "theatres < 1: has 2"),
        ("not (theatres >= 1 and basis < 1)", "theatres < 1 or basis >= 1: has 2 and has 0"),
        ("basis >= 1 or (basis >= 0 and event.empty)", "basis >= 1 or empty: has 0 and not recorded"),
        ("1 > 2", "1 > 2: is fixed"),
        ("3 <= theatres", "theatres >= 3: has 2"),
        ("bound < basis", "basis > 2: has 0"),
        ("not event.type in [talks]", "not event.type in [talks]: is talks"),
    ],
)
def test_what_is_short_is_told_with_what_was_found(text: str, told: str) -> None:
    failing = [clause for clause in evidence(parse_guard(text, NAMES), VIEW) if clause.holds is not True]
    assert [str(clause) for clause in failing] == [told]


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("basis >= 1", 1),
        ("basis > 1", 2),
        ("theatres < 2", 1),
        ("theatres != 2", 1),
        ("basis == 3", 3),
        ("theatres > 2.5", 1),
    ],
)
def test_short_is_by_how_much_the_number_must_change(text: str, short: float) -> None:
    [clause] = evidence(parse_guard(text, NAMES), VIEW)
    assert clause.short == short
    # Taken by as much in the right direction, the guard holds.
    has = clause.has or 0
    needed = has + short if "<" not in text else has - short
    moved = evolve(VIEW, memory={**VIEW.memory, clause.variable or "": int(needed)})
    assert guard_holds(parse_guard(text, NAMES), moved) is True


@st.composite
def _guards(draw: st.DrawFn) -> Guard:
    return draw(guards(vocabulary_of(MODEL, before=True)))


_values: st.SearchStrategy[Value] = st.one_of(
    st.none(), st.booleans(), st.integers(0, 4), st.sampled_from(("Sudan", "Mali", "")), st.just(1.5)
)


@given(_guards(), st.fixed_dictionaries({"size": _values, "formal": _values, "place": _values}))
def test_a_guard_holds_where_no_clause_is_short_and_its_opposite_is_the_opposite(
    guard: Guard, attributes: dict[str, Value]
) -> None:
    view = evolve(VIEW, event=Event("talks", None, attributes=attributes))
    held = guard_holds(guard, view)
    short = [clause for clause in evidence(guard, view) if clause.holds is not True]
    assert (held is True) == (short == [])
    opposite = guard_holds(Not(guard), view)
    assert opposite is (None if held is None else not held)


def test_short_of_an_or_counts_single_parts_only() -> None:
    text = "(theatres >= 3 and basis >= 4) or theatres >= 9"
    [clause] = evidence(parse_guard(text, NAMES), VIEW)
    assert clause.short == 7
    [clause] = evidence(parse_guard("(theatres >= 3 and basis >= 4) or event.empty", NAMES), VIEW)
    assert clause.short is None
