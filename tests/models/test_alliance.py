"""The life-cycle of an alliance: courted, bargained, founded, kept, and ended in one of three ways."""

from collections.abc import Callable

import pytest

import onward

Rows = Callable[..., onward.EventLog]


@pytest.fixture(scope="module")
def study() -> onward.Study:
    return onward.load_study("alliance")


@pytest.fixture(scope="module")
def replayed(study: onward.Study) -> onward.Replay:
    return onward.replay(study.model, study.log, as_of=study.as_of)


def spells(replayed: onward.Replay, case: str = "A") -> list[tuple[str, str]]:
    return [(row.stage or row.phase, str(row.start)[:10]) for row in replayed.spell_rows if row.case == case]


LIVES = {
    "ANZUS": [("negotiation", "1951-02-28"), ("startup", "1951-09-01"), ("working", "1952-08-31")],
    "Anglo-Japanese Alliance": [
        ("courtship", "1901-04-30"),
        ("negotiation", "1901-10-31"),
        ("startup", "1902-01-30"),
        ("working", "1905-08-12"),
        ("ending", "1923-08-17"),
    ],
    "Little Entente": [
        ("courtship", "1919-12-31"),
        ("startup", "1920-08-14"),
        ("working", "1929-05-21"),
        ("ending", "1938-09-30"),
    ],
    "SEATO": [
        ("negotiation", "1954-09-06"),
        ("startup", "1954-09-08"),
        ("working", "1955-02-23"),
        ("ending", "1977-06-30"),
    ],
    "Sino-Soviet Alliance": [
        ("courtship", "1949-12-16"),
        ("negotiation", "1950-01-31"),
        ("startup", "1950-02-14"),
        ("working", "1958-08-03"),
        ("hollow", "1969-10-31"),
        ("ending", "1980-04-30"),
    ],
    "Warsaw Treaty": [
        ("courtship", "1954-11-29"),
        ("negotiation", "1955-05-11"),
        ("startup", "1955-05-14"),
        ("working", "1956-01-27"),
        ("ending", "1991-07-01"),
    ],
}


@pytest.mark.parametrize("case", LIVES)
def test_an_alliance_of_the_log_has_the_life_that_is_known_of_it(case: str, replayed: onward.Replay) -> None:
    assert spells(replayed, case) == LIVES[case]


def test_the_log_has_these_alliances_and_what_became_of_them(replayed: onward.Replay) -> None:
    assert {row.case: tuple(dict(row.shows).values()) for row in replayed.case_rows} == {
        "ANZUS": ("all", "in doubt"),
        "Anglo-Japanese Alliance": ("all", "over"),
        "Little Entente": ("all", "over"),
        "SEATO": ("fewer", "over"),
        "Sino-Soviet Alliance": ("all", "over"),
        "Warsaw Treaty": ("fewer", "over"),
    }


def test_one_lapsed_and_four_were_ended(replayed: onward.Replay) -> None:
    ends = {row.case: row.transition for row in replayed.step_rows if row.after == "ending" != row.before}
    ended = "startup|maintenance -> ending"
    assert ends == {
        "Anglo-Japanese Alliance": ended,
        "Little Entente": ended,
        "SEATO": ended,
        "Sino-Soviet Alliance": "lapse",
        "Warsaw Treaty": ended,
    }


SIGNED = {"time": "2000-01-01", "event": "signature"}
BOUND = {"time": "2000-06-01", "event": "entry_into_force", "change": 3}
ORGAN = {"time": "2001-01-01", "event": "organ_founded"}


def life(study: onward.Study, log: onward.EventLog, as_of: str = "2099") -> list[tuple[str, str]]:
    return spells(onward.replay(study.model, log, as_of=as_of))


@pytest.mark.parametrize(
    "proofs",
    [
        [ORGAN],
        [{"time": "2000-07-01", "event": "meeting"}, {"time": "2001-01-01", "event": "meeting"}],
        [{"time": "2001-01-01", "event": "invocation"}],
        [{"time": "2001-01-01", "event": "renewal"}],
    ],
    ids=["a standing body", "meetings", "an obligation invoked", "a term renewed"],
)
def test_structure_or_a_promise_kept_leads_to_maintenance(
    proofs: list[dict[str, object]], study: onward.Study, log_of: Rows
) -> None:
    assert life(study, log_of(SIGNED, BOUND, *proofs, case="A"), "2002")[1:] == [("working", "2001-01-01")]
    unbound = log_of(SIGNED, *proofs, case="A")
    assert ("working", "2001-01-01") not in life(study, unbound, "2000-12-31")


def test_a_body_without_a_treaty_in_force_is_not_yet_maintenance(study: onward.Study, log_of: Rows) -> None:
    late = BOUND | {"time": "2003-01-01"}
    assert life(study, log_of(SIGNED, ORGAN, late, case="A"), "2004")[1:] == [("working", "2003-01-01")]


@pytest.mark.parametrize("sign", ["accession", "organ_founded", "meeting", "exercise", "invocation", "restoration"])
def test_on_paper_after_ten_years_and_back_at_work_with_a_sign_of_life(
    sign: str, study: onward.Study, log_of: Rows
) -> None:
    log = log_of(SIGNED, BOUND, ORGAN, {"time": "2015-05-05", "event": sign}, case="A")
    assert life(study, log, "2016")[2:] == [("hollow", "2011-01-01"), ("working", "2015-05-05")]


def test_any_sign_of_life_begins_the_years_anew(study: onward.Study, log_of: Rows) -> None:
    for sign in ("accession", "organ_founded", "meeting", "exercise", "invocation", "renewal", "restoration"):
        log = log_of(SIGNED, BOUND, ORGAN, {"time": "2005-05-05", "event": sign}, case="A")
        assert life(study, log)[-1] == ("hollow", "2015-05-05"), sign


@pytest.mark.parametrize("members", [None, -3, 0, 1])
def test_one_state_alone_or_a_number_that_cannot_be_binds_nobody(
    members: int | None, study: onward.Study, log_of: Rows
) -> None:
    log = log_of(SIGNED, BOUND | {"change": members}, ORGAN, case="A")
    assert life(study, log) == [("startup", "2000-01-01")]


def test_a_courtship_that_leads_to_nothing_is_given_up(study: onward.Study, log_of: Rows) -> None:
    talks = ({"time": "2000-02-29", "event": "sounding"}, {"time": "2001-02-28", "event": "talks"})
    assert life(study, log_of(*talks, case="A")) == [
        ("courtship", "2000-02-29"),
        ("negotiation", "2001-02-28"),
        ("ending", "2006-02-28"),
    ]
    again = {"time": "2006-02-28", "event": "talks"}
    assert life(study, log_of(*talks, again, case="A"))[-1] == ("ending", "2011-02-28")


def test_the_term_lapses_unless_it_is_renewed_in_time(study: onward.Study, log_of: Rows) -> None:
    limited = BOUND | {"until": "2005-05-31"}
    renewed = {"time": "2005-05-31", "until": "2008-12-31", "event": "renewal"}
    assert life(study, log_of(SIGNED, limited, case="A"))[-1] == ("ending", "2005-05-31")
    assert life(study, log_of(SIGNED, limited, renewed, case="A"))[-1] == ("ending", "2008-12-31")


@pytest.mark.parametrize(("leaving", "ends"), [(-1, False), (-2, True), (-3, True)])
def test_it_ends_when_nobody_is_left_to_be_allied_with(
    leaving: int, study: onward.Study, log_of: Rows, *, ends: bool
) -> None:
    log = log_of(SIGNED, BOUND, ORGAN, {"time": "2002-01-01", "event": "withdrawal", "change": leaving}, case="A")
    assert (("ending", "2002-01-01") in life(study, log, "2003")) == ends


def test_who_joins_makes_up_for_who_leaves(study: onward.Study, log_of: Rows) -> None:
    joined = {"time": "2001-06-01", "event": "accession", "change": 2}
    left = {"time": "2002-01-01", "event": "withdrawal", "change": -3}
    [row] = onward.replay(study.model, log_of(SIGNED, BOUND, ORGAN, joined, left, case="A"), as_of="2003").case_rows
    assert (row.phase, dict(row.shows)["members"]) == ("maintenance", "fewer")


def test_obligations_invoked_of_late_suspended_and_restored(study: onward.Study, log_of: Rows) -> None:
    def obligations(as_of: str, *events: str) -> str:
        rows = [{"time": f"{2002 + number}-01-01", "event": event} for number, event in enumerate(events)]
        [row] = onward.replay(study.model, log_of(SIGNED, BOUND, ORGAN, *rows, case="A"), as_of=as_of).case_rows
        return dict(row.shows)["obligations"]

    assert obligations("2003") == "standing"
    assert obligations("2003", "invocation") == "invoked of late"
    assert obligations("2012-01-02", "invocation", "meeting") == "standing"
    assert obligations("2005", "suspension") == obligations("2005", "refusal") == "in doubt"
    assert obligations("2005", "refusal", "restoration") == "standing"


@pytest.mark.parametrize("event", ["invocation", "withdrawal"])
def test_before_the_signature_there_is_no_obligation(event: str, study: onward.Study, log_of: Rows) -> None:
    log = log_of({"time": "2000", "event": "talks"}, {"time": "2001", "event": event}, case="A")
    replayed = onward.replay(study.model, log)
    assert [(row.kind, row.event) for row in replayed.deviation_rows] == [("refused", event)]
