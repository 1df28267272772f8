"""The life of a treaty: what nobody uses falls asleep, and wakes as soon as somebody does."""

from collections.abc import Callable

import pytest
from attrs import evolve

import onward

Rows = Callable[..., onward.EventLog]


@pytest.fixture(scope="module")
def study() -> onward.Study:
    return onward.load_study("treaty")


@pytest.fixture(scope="module")
def replayed(study: onward.Study) -> onward.Replay:
    return onward.replay(study.model, study.log, as_of=study.as_of)


def spells(replayed: onward.Replay, case: str = "T") -> list[tuple[str, str]]:
    return [(row.phase, str(row.start)[:10]) for row in replayed.spell_rows if row.case == case]


LIVES = {
    "Antarctic Treaty": [("signed", "1959-12-01"), ("in_force", "1961-06-23")],
    "ABM Treaty": [("signed", "1972-05-26"), ("in_force", "1972-10-03"), ("terminated", "2002-06-13")],
    "CFE Treaty": [("signed", "1990-11-19"), ("in_force", "1992-11-09")],
    "INF Treaty": [
        ("signed", "1987-12-08"),
        ("in_force", "1988-06-01"),
        ("dormant", "2013-12-31"),
        ("in_force", "2016-11-30"),
        ("terminated", "2019-08-02"),
    ],
    "Kellogg–Briand Pact": [
        ("signed", "1928-08-27"),
        ("in_force", "1929-07-24"),
        ("dormant", "1958-11-12"),
    ],
    "SALT I Interim Agreement": [("signed", "1972-05-26"), ("in_force", "1972-10-03"), ("terminated", "1977-10-03")],
    "Australia–Japan tuna agreement 1982": [
        ("signed", "1982-10-28"),
        ("in_force", "1982-11-01"),
        ("terminated", "1983-10-31"),
    ],
    "Whaling Convention": [("signed", "1946-12-02"), ("in_force", "1948-11-10")],
}


@pytest.mark.parametrize("case", LIVES)
def test_a_treaty_of_the_log_has_the_life_that_is_known_of_it(case: str, replayed: onward.Replay) -> None:
    assert spells(replayed, case) == LIVES[case]


def test_the_log_has_these_treaties_and_their_standing(replayed: onward.Replay) -> None:
    assert {row.case: dict(row.shows)["standing"] for row in replayed.case_rows} == {
        "ABM Treaty": "terminated",
        "Antarctic Treaty": "in use",
        "Australia–Japan tuna agreement 1982": "terminated",
        "CFE Treaty": "suspended",
        "INF Treaty": "terminated",
        "Kellogg–Briand Pact": "unused",
        "SALT I Interim Agreement": "terminated",
        "Whaling Convention": "losing parties",
    }


def test_what_ends_by_time_alone_ends_without_an_event(replayed: onward.Replay) -> None:
    by_time = [(row.case, row.recorded, row.transition) for row in replayed.step_rows if row.event_id is None]
    assert by_time == [
        ("Australia–Japan tuna agreement 1982", "1983-10-31", "end of the term"),
        ("INF Treaty", "2013-12-31", "disuse"),
        ("Kellogg–Briand Pact", "1958-11-12", "disuse"),
        ("SALT I Interim Agreement", "1977-10-03", "end of the term"),
    ]


BEGUN = (
    {"time": "2000-02-29", "event": "signature"},
    {"time": "2000-02-29", "event": "entry_into_force", "parties": 3},
)


def life(model: onward.Model, log: onward.EventLog, as_of: str = "2099") -> list[tuple[str, str]]:
    return spells(onward.replay(model, log, as_of=as_of))[2:]


def test_it_falls_asleep_on_the_last_day_of_the_tenth_year(study: onward.Study, log_of: Rows) -> None:
    log = log_of(*BEGUN, case="T")
    assert life(study.model, log) == [("dormant", "2010-02-28")]
    assert life(study.model, log, as_of="2010-02-27") == []


@pytest.mark.parametrize(("used", "asleep"), [("2010-02-28", False), ("2010-03-01", True)])
def test_a_use_on_the_last_day_is_in_time_and_one_on_the_next_wakes_it(
    used: str, study: onward.Study, log_of: Rows, *, asleep: bool
) -> None:
    log = log_of(*BEGUN, {"time": used, "event": "application"}, case="T")
    slept = [("dormant", "2010-02-28"), ("in_force", used)] if asleep else []
    assert life(study.model, log, as_of="2011") == slept


@pytest.mark.parametrize("use", ["ratification", "application", "amendment", "extension", "resumption"])
def test_any_use_wakes_it_after_a_century(use: str, study: onward.Study, log_of: Rows) -> None:
    log = log_of(*BEGUN, {"time": "2110", "event": use}, case="T")
    assert life(study.model, log, as_of="2111") == [("dormant", "2010-02-28"), ("in_force", "2110-12-31")]


@pytest.mark.parametrize("event", ["ratification", "amendment", "extension", "suspension", "resumption", "notice"])
def test_whatever_is_done_with_it_begins_the_years_anew(event: str, study: onward.Study, log_of: Rows) -> None:
    log = log_of(*BEGUN, {"time": "2004-05-05", "event": event}, case="T")
    assert life(study.model, log) == [("dormant", "2014-05-05")]


def test_how_long_it_takes_is_a_parameter(study: onward.Study, log_of: Rows) -> None:
    quick = evolve(study.model, parameters=(("asleep_after", 1),))
    assert life(quick, log_of(*BEGUN, case="T")) == [("dormant", "2001-02-28")]


def test_an_extension_carries_it_beyond_its_term(study: onward.Study, log_of: Rows) -> None:
    limited = BEGUN[1] | {"until": "2004-12-31"}
    extended = {"time": "2004-12-31", "until": "2007-06-30", "event": "extension"}
    assert life(study.model, log_of(BEGUN[0], limited, case="T")) == [("terminated", "2004-12-31")]
    assert life(study.model, log_of(BEGUN[0], limited, extended, case="T")) == [("terminated", "2007-06-30")]
    late = onward.replay(study.model, log_of(BEGUN[0], limited, extended | {"time": "2005-01-01"}, case="T"))
    assert [(row.kind, row.event) for row in late.deviation_rows] == [("refused", "extension")]


@pytest.mark.parametrize(("parties", "left"), [(2, []), (1, [("terminated", "2003-12-31")]), (None, [])])
def test_of_two_parties_one_withdrawal_ends_it_and_of_three_not(
    parties: int | None, left: list[tuple[str, str]], study: onward.Study, log_of: Rows
) -> None:
    log = log_of(*BEGUN, {"time": "2003", "event": "withdrawal", "parties": parties}, case="T")
    assert life(study.model, log, as_of="2005") == left


def test_suspended_and_resumed(study: onward.Study, log_of: Rows) -> None:
    def standing(*rows: dict[str, object]) -> str:
        [row] = onward.replay(study.model, log_of(*BEGUN, *rows, case="T"), as_of="2006").case_rows
        return dict(row.shows)["standing"]

    suspended: dict[str, object] = {"time": "2001", "event": "suspension"}
    resumed: dict[str, object] = {"time": "2002", "event": "resumption"}
    assert standing() == "new"
    assert standing(suspended) == "suspended"
    assert standing(suspended, resumed) == "new"
    assert standing({"time": "2001", "event": "application"}) == "in use"
    leaving: dict[str, object] = {"time": "2001", "event": "withdrawal", "parties": 2}
    assert standing(leaving) == "losing parties"
    assert standing(leaving, {"time": "2002", "event": "ratification", "parties": 3}) == "new"


@pytest.mark.parametrize("event", ["application", "suspension", "withdrawal"])
def test_what_is_not_in_force_binds_nobody(event: str, study: onward.Study, log_of: Rows) -> None:
    replayed = onward.replay(study.model, log_of(BEGUN[0], {"time": "2001", "event": event}, case="T"))
    assert [(row.kind, row.event) for row in replayed.deviation_rows] == [("refused", event)]
