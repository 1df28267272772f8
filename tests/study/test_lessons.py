"""Lessons as a guard: the review keeps all six partnerships, and can end one in two ways."""

import csv
import random
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import combinations
from pathlib import Path

import polars as pl
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

import onward
from onward.log.dates import Interval, interval_of, parse_interval
from onward.testing import logs as drawn_logs

Row = dict[str, str]
Table = Callable[[str], list[Row]]
Logs = Callable[[Collection[str]], st.SearchStrategy[onward.EventLog]]
Spell = tuple[str, str, object, object]

FOLDER = Path(__file__).parents[2] / "data" / "partnership_lessons"
PAIRS = ("EU;UN", "EU;NATO", "NATO;UN", "AU;UN", "AU;EU", "AU;NATO")
REVIEW, ABANDONED, DISSOLVED = "the balance of the lessons", "a failure left unanswered", "partnership_dissolved"
NEW = ("verdict", "challenges", "successes", "challenged", "lessons")
DRAWS = 100


@pytest.fixture(scope="module")
def reviewed() -> onward.Study:
    return onward.load_study("partnership_lessons")


@pytest.fixture(scope="module")
def history(reviewed: onward.Study) -> onward.Replay:
    return onward.replay(reviewed.model, reviewed.log, as_of=reviewed.as_of)


def with_parameters(model: onward.Model, **changed: float) -> onward.Model:
    return evolve(model, parameters=tuple((name, changed.get(name, value)) for name, value in model.parameters))


def without(model: onward.Model, *names: str) -> onward.Model:
    return evolve(model, transitions=tuple(way for way in model.transitions if way.name not in names))


def labels(replayed: onward.Replay) -> dict[str, str]:
    return {row.case: row.label for row in replayed.case_rows if row.track == "life"}


def lives(replayed: onward.Replay) -> list[Spell]:
    """The spells of the life, whatever the model calls its track."""
    return [
        (row.case, f"{row.phase}.{row.stage}" if row.stage else row.phase, row.start, row.end)
        for row in replayed.spell_rows
        if row.track in {"life", None}
    ]


def endings(replayed: onward.Replay) -> dict[str, tuple[str, str | None, str]]:
    """For every pair that ended: when, by which event, by which transition."""
    return {
        row.case: (str(row.time)[:10], row.event_id, str(row.transition))
        for row in replayed.step_rows
        if row.track == "life" and row.after == "ending" != row.before
    }


def log_of(*rows: Mapping[str, object]) -> onward.EventLog:
    """Make a log of the UN and the AU; what a row leaves out is not recorded."""
    columns = ("time", "until", "event", "place", "formal", "verdict", "challenges", "successes", "challenged")
    cells = {name: [row.get(name) for row in rows] for name in columns}
    kinds = dict.fromkeys(columns, pl.String) | {"formal": pl.Boolean, "challenges": pl.Int64, "successes": pl.Int64}
    return onward.read_log(pl.DataFrame({"organizations": ["AU;UN"] * len(rows), **cells}, schema_overrides=kinds))


def launch(time: str, place: str, until: str | None = None) -> dict[str, object]:
    return {"time": time, "until": until, "event": "joint_operation_launched", "place": place}


def lesson(time: str, **found: object) -> dict[str, object]:
    return {"time": time, "event": "lesson_identified", **found}


# The log.


def summed(lessons: Iterable[Row]) -> Row:
    listed = list(lessons)
    challenges = [row["category"] for row in listed if row["polarity"] == "challenge"]
    return {
        "verdict": "".join(row["polarity"] for row in listed if row["category"] == "overall"),
        "challenges": str(len(challenges)),
        "successes": str(len(listed) - len(challenges)),
        "challenged": ";".join(name for name in dict.fromkeys(challenges) if name != "overall"),
        "lessons": ";".join(row["lesson_id"] for row in listed),
    }


def test_the_log_is_made_of_the_events_and_the_lessons_by_the_rule_of_its_readme(table: Table) -> None:
    lessons = table("lessons")
    made: list[Row] = []
    for event in table("events"):
        pairs = [";".join(pair) for pair in combinations(event["organizations"].split(";"), 2)]
        if event["event_type"] != "lesson_identified":
            found = [row for row in lessons if row["event_id"] == event["event_id"]]
            made.append(event | (summed(found) if found else dict.fromkeys(NEW, "")))
            continue
        for pair in pairs:
            name = event["event_id"] if len(pairs) == 1 else f"{event['event_id']}-{pair.replace(';', '-')}"
            found = [row for row in lessons if (row["event_id"], row["dyad"]) == (event["event_id"], pair)]
            made.append(event | {"event_id": name, "organizations": pair} | summed(found))
    own = [
        {"event_id": f"S-{pair.replace(';', '-')}", "date": "2007-12-31", "organizations": pair}
        | summed(row for row in lessons if not row["event_id"] and row["dyad"] == pair)
        for pair in PAIRS
    ]
    with (FOLDER / "events.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    assert [row for row in rows if row["event_id"][0] != "S"] == made
    assert [{name: row[name] for name in own[0]} for row in rows if row["event_id"][0] == "S"] == own
    assert {name for row in rows for name in row["lessons"].split(";") if name} == {row["lesson_id"] for row in lessons}


def balance(study: onward.Study, history: onward.Replay, pair: str) -> tuple[int, int, int, int, float]:
    """Challenges, successes, acts, formal events, and years since the founding, at the end of the window."""
    end = parse_interval(study.as_of).last
    codes = set(pair.split(";"))
    pair_of = [each for each in study.log.events() if codes <= set(each.organizations)]
    seen = [each for each in pair_of if each.time is not None and each.time.last <= end]
    acts = {"joint_operation_launched", "operation_handover", "support_provided"}
    [founded] = [row.start for row in history.spell_rows if (row.case, row.phase) == (pair, "founded") and row.start]
    return (
        sum(int(each.attributes["challenges"] or 0) for each in seen),
        sum(int(each.attributes["successes"] or 0) for each in seen),
        sum(each.type in acts for each in seen),
        sum(each.attributes["formal"] is True for each in seen),
        (end - founded).days / 365.2425,
    )


def test_the_balance_at_the_end_of_2007_is_the_documented_one(reviewed: onward.Study, history: onward.Replay) -> None:
    ratios = {}
    for pair in PAIRS:
        challenges, successes, acts, texts, years = balance(reviewed, history, pair)
        assert challenges > successes, pair  # so that a majority would have dissolved it
        ratios[pair] = round((challenges - successes) / (acts + texts + years), 2)
    assert ratios == {
        "AU;UN": 0.80,
        "EU;NATO": 0.54,
        "EU;UN": 0.44,
        "AU;NATO": 0.18,
        "NATO;UN": 0.17,
        "AU;EU": 0.14,
    }


def test_the_readme_tells_this_balance(reviewed: onward.Study, history: onward.Replay, table: Table) -> None:
    _, _, told = (FOLDER / "README.md").read_text(encoding="utf-8").partition("| pair of the balance |")
    lines = [line.strip("| ").split(" | ") for line in told.partition("\n\n")[0].splitlines()[2:]]
    pairs = {row["relationship"]: row["case"] for row in table("cases")}
    assert len(lines) == 6
    for name, *cells in lines:
        *counts, years = balance(reviewed, history, pairs[name])
        ratio = (counts[0] - counts[1]) / (counts[2] + counts[3] + years)
        assert cells == [*map(str, counts), f"{years:.1f}", f"{ratio:.2f}"], name


# The six go on.


@pytest.mark.parametrize("without_form", [(), (REVIEW,), (ABANDONED,)], ids=["both", "unanswered failure", "inertia"])
def test_six_of_six_with_both_forms_and_with_each_alone(
    without_form: tuple[str, ...], reviewed: onward.Study, printed: dict[str, str]
) -> None:
    model = without(reviewed.model, *without_form)
    assert len(model.transitions) == len(reviewed.model.transitions) - len(without_form)
    replayed = onward.replay(model, reviewed.log, as_of=reviewed.as_of)
    assert labels(replayed) == printed
    assert replayed.deviation_rows == ()


def test_their_lives_are_those_of_the_partnership_model(
    study: onward.Study, replayed: onward.Replay, history: onward.Replay, reviewed: onward.Study
) -> None:
    assert lives(history) == lives(replayed)
    assert lives(onward.replay(reviewed.model, study.log, as_of=study.as_of)) == lives(replayed)


@given(data=st.data())
def test_where_no_lesson_has_a_content_every_step_is_that_of_the_partnership_model(
    data: st.DataObject, study: onward.Study, reviewed: onward.Study, logs: Logs
) -> None:
    log = data.draw(logs(study.model.kinds))
    one, other = onward.replay(study.model, log), onward.replay(reviewed.model, log)
    life = [row for row in other.step_rows if row.track == "life"]
    assert [(row.event, row.before, row.after) for row in life] == [
        (row.event, row.before, row.after) for row in one.step_rows
    ]


def test_a_review_that_ends_nothing_is_held(history: onward.Replay) -> None:
    """It goes on: the third result. Before the test is passed a lesson is only recorded."""
    lessons = [row for row in history.step_rows if row.event == "lesson_identified" and row.track == "life"]
    founded = {(row.before, row.outcome) for row in lessons if history.model.within(row.before, "startup")}
    assert founded == {("startup.founding", "recorded"), ("startup.proven", "held")}
    assert {row.outcome for row in lessons if row.before == "maintenance"} == {"held"}
    assert len([row for row in lessons if row.before in {"startup.proven", "maintenance"}]) == 20


@pytest.mark.parametrize(
    ("as_of", "adapted"),
    [
        ("2003", {"EU;UN"}),  # a declaration (H046) after the doubts on legitimacy (L006)
        ("2004", {"EU;UN"}),  # weekly coordination (H052) after a lack of information (L010)
        ("2005", {"EU;UN"}),
        ("2006", {"EU;UN", "AU;UN"}),  # a framework (H074) after the challenge to legitimacy (L046)
        ("2007", set()),  # at its close the report asks all four for more
    ],
)
def test_who_had_adapted_at_the_end_of_a_year(as_of: str, adapted: set[str], reviewed: onward.Study) -> None:
    replayed = onward.replay(reviewed.model, reviewed.log, as_of=as_of)
    shown = {row.case: dict(row.shows)["lessons"] for row in replayed.case_rows if row.track == "life"}
    assert {pair for pair, result in shown.items() if result == "adapt"} == adapted
    under_review = {row.case for row in replayed.case_rows if row.stage == "proven" or row.phase == "maintenance"}
    assert {pair for pair, result in shown.items() if result} == under_review


# How strong the guard would have to be: the least theta, in hundredths, and where each pair falls just below it.


@pytest.mark.parametrize(
    ("pair", "least", "fall"),
    [
        ("NATO;UN", 0.18, ("2007-12-31", "S-NATO-UN", REVIEW)),
        ("EU;UN", 0.5, ("2003-12-31", "H045", REVIEW)),
        ("EU;NATO", 0.54, ("2007-12-31", "S-EU-NATO", REVIEW)),
        ("AU;UN", 0.94, ("2007-12-31", "H085", REVIEW)),
    ],
)
def test_the_least_theta_that_keeps_a_pair_and_the_review_that_ends_it_below(
    pair: str, least: float, fall: tuple[str, str, str], reviewed: onward.Study
) -> None:
    kept, ended = (
        onward.replay(with_parameters(reviewed.model, theta=theta), reviewed.log, as_of=reviewed.as_of)
        for theta in (least, round(least - 0.01, 2))
    )
    assert pair not in endings(kept)
    assert endings(ended)[pair] == fall


def test_below_1_2_the_un_and_the_au_come_later_to_where_they_stand(
    reviewed: onward.Study, history: onward.Replay
) -> None:
    """The negative verdict of 2004 weighs 3 against 2.5; two years later they have an agreement, and two years more."""
    late = onward.replay(with_parameters(reviewed.model, theta=1.19), reviewed.log, as_of=reviewed.as_of)
    assert labels(late) == labels(history)
    since = {row.case: row.start for row in late.spell_rows if row.stage == "proven"}
    assert since["AU;UN"] == parse_interval("2006").last
    just = onward.replay(with_parameters(reviewed.model, theta=1.2), reviewed.log, as_of=reviewed.as_of)
    assert lives(just) == lives(history)


def test_the_two_youngest_pairs_are_never_under_review(reviewed: onward.Study) -> None:
    replayed = onward.replay(with_parameters(reviewed.model, theta=0), reviewed.log, as_of=reviewed.as_of)
    assert endings(replayed).keys() == {"EU;UN", "EU;NATO", "NATO;UN"}
    assert {pair: labels(replayed)[pair] for pair in ("AU;EU", "AU;NATO")} == dict.fromkeys(
        ("AU;EU", "AU;NATO"), "Start-up"
    )
    assert labels(replayed)["AU;UN"] == "Start-up"  # held back, so that no review comes


@pytest.mark.parametrize("patience", [1, 2, 3, 5, 10])
def test_no_patience_is_too_short_for_any_of_the_six(patience: int, reviewed: onward.Study, printed: Row) -> None:
    """One verdict is negative (H054), and the coordination in Sudan both answers it and is still running."""
    impatient = with_parameters(without(reviewed.model, REVIEW), patience=patience)
    assert labels(onward.replay(impatient, reviewed.log, as_of=reviewed.as_of)) == printed


@pytest.mark.usefixtures("unwatched")
def test_no_order_of_events_inside_their_dates_ends_a_pair(reviewed: onward.Study, printed: Row) -> None:
    chance = random.Random(2007)  # noqa: S311 - a seed, so that a failure can be had again
    at_most = with_parameters(reviewed.model, theta=1.5)
    drawn: list[tuple[Interval, ...]] = [
        tuple(interval_of(each.first + chance.random() * (each.last - each.first)) for each in reviewed.log.times)
        for _ in range(DRAWS)
    ]
    for times in drawn:
        log = evolve(reviewed.log, times=times)
        assert labels(onward.replay(at_most, log, as_of=reviewed.as_of)) == printed


# A failure left unanswered.

FAILED = (
    launch("2001-03-01", "Burundi", until="2001-12-31"),
    launch("2002-03-01", "Sudan", until="2003-06-30"),
    lesson("2003-02-01", verdict="challenge", challenges=1, successes=0),
)


@pytest.mark.parametrize(
    ("patience", "ended"), [(1, "2004-02-01"), (2, "2005-02-01"), (3, "2006-02-01"), (6, "2009-02-01"), (7, None)]
)
def test_a_failure_that_nothing_answers_dissolves_when_patience_runs_out(
    patience: int, ended: str | None, reviewed: onward.Study
) -> None:
    model = with_parameters(reviewed.model, patience=patience)
    replayed = onward.replay(model, log_of(*FAILED), as_of="2009-12-31")
    expected = {"AU;UN": (ended, None, ABANDONED)} if ended else {}
    assert endings(replayed) == expected
    assert replayed.deviation_rows == ()


def test_nothing_is_dissolved_while_something_runs(reviewed: onward.Study) -> None:
    help_meanwhile = {"time": "2002-05-01", "until": "2007-07-31", "event": "support_provided"}
    helped = onward.replay(reviewed.model, log_of(*FAILED, help_meanwhile), as_of="2009")
    assert endings(helped) == {"AU;UN": ("2007-07-31", None, ABANDONED)}
    log = log_of(FAILED[0], launch("2002-03-01", "Sudan", until="2008-06-30"), FAILED[2])
    assert endings(onward.replay(reviewed.model, log, as_of="2009")) == {"AU;UN": ("2008-06-30", None, ABANDONED)}
    running = log_of(FAILED[0], launch("2002-03-01", "Sudan"), FAILED[2])
    assert endings(onward.replay(reviewed.model, running, as_of="2099")) == {}


@pytest.mark.parametrize(
    "answer",
    [
        launch("2006-02-01", "Sudan", until="2006-03-01"),
        {"time": "2005-01-01", "until": "2005-01-02", "event": "support_provided"},
        {"time": "2005-01-01", "event": "operation_handover", "place": "Sudan"},
        {"time": "2005-01-01", "event": "agreement_signed", "formal": True},
        {"time": "2005-01-01", "event": "consultation_mechanism_established", "formal": True},
        lesson("2005-01-01", verdict="worked", challenges=0, successes=1),
    ],
    ids=lambda answer: str(answer["event"]),
)
def test_an_act_a_text_or_a_better_verdict_answers_it(answer: dict[str, object], reviewed: onward.Study) -> None:
    assert endings(onward.replay(reviewed.model, log_of(*FAILED, answer), as_of="2099")) == {}


@pytest.mark.parametrize(
    "no_answer",
    [
        {"time": "2005-01-01", "event": "contact"},
        {"time": "2005-01-01", "event": "agreement_signed", "formal": False},
        lesson("2005-01-01", challenges=0, successes=4),
        launch("2006-02-02", "Sudan"),  # a day too late
    ],
    ids=["a visit", "a text of one side", "praise of a part", "too late"],
)
def test_what_does_not_answer_it(no_answer: dict[str, object], reviewed: onward.Study) -> None:
    replayed = onward.replay(reviewed.model, log_of(*FAILED, no_answer), as_of="2099")
    assert endings(replayed) == {"AU;UN": ("2006-02-01", None, ABANDONED)}


def test_a_new_failure_begins_the_years_anew(reviewed: onward.Study) -> None:
    again = lesson("2005-05-05", verdict="challenge", challenges=1, successes=0)
    replayed = onward.replay(reviewed.model, log_of(*FAILED, again), as_of="2099")
    assert endings(replayed) == {"AU;UN": ("2008-05-05", None, ABANDONED)}


def test_a_partnership_of_first_steps_is_not_dissolved_for_a_failure(reviewed: onward.Study) -> None:
    assert endings(onward.replay(reviewed.model, log_of(FAILED[0], FAILED[2]), as_of="2099")) == {}


# More lost than invested.

TESTED = (launch("2001-03-01", "Burundi"), launch("2002-03-01", "Sudan"))


@pytest.mark.parametrize(("challenges", "ended"), [(5, False), (6, True), (40, True)])
def test_a_review_with_more_challenges_than_the_investment_bears_dissolves(
    challenges: int, reviewed: onward.Study, *, ended: bool
) -> None:
    """Two launches and nearly a year: 2 times 2.99 is what they bear."""
    early = launch("2001-03-01", "Burundi"), launch("2001-09-01", "Sudan")
    replayed = onward.replay(reviewed.model, log_of(*early, lesson("2002-02-26", challenges=challenges)), as_of="2007")
    assert endings(replayed) == ({"AU;UN": ("2002-02-26", "3", REVIEW)} if ended else {})


@pytest.mark.parametrize(("theta", "ended"), [(1, True), (2, True), (3, False)])
def test_theta_is_the_strength_of_what_has_been_invested(theta: float, reviewed: onward.Study, *, ended: bool) -> None:
    log = log_of(*TESTED, lesson("2003-03-01", challenges=11, successes=1))
    replayed = onward.replay(with_parameters(reviewed.model, theta=theta), log)
    assert bool(endings(replayed)) == ended


@pytest.mark.parametrize(
    "saved",
    [
        [lesson("2012-03-01", challenges=11, successes=1)],
        [lesson("2003-03-01", challenges=11, successes=6)],
        [*({"time": "2002-05", "event": "support_provided"},) * 2, lesson("2003-03-01", challenges=11, successes=1)],
        [{"time": "2002-05", "event": "joint_declaration", "formal": True}, lesson("2003-04-01", challenges=10)],
    ],
    ids=["later", "with more success", "with more support", "with a text"],
)
def test_the_young_and_little_invested_are_at_risk(saved: list[dict[str, object]], reviewed: onward.Study) -> None:
    assert endings(onward.replay(reviewed.model, log_of(*TESTED, *saved))) == {}


def test_before_the_test_is_passed_a_bad_balance_holds_back_and_does_not_end(reviewed: onward.Study) -> None:
    log = log_of(TESTED[0], lesson("2001-06-01", challenges=9), TESTED[1], {"time": "2004-06-01", "event": "contact"})
    replayed = onward.replay(reviewed.model, log)
    assert endings(replayed) == {}
    assert [(place, str(start)[:10]) for _, place, start, _ in lives(replayed)] == [
        ("startup.founding", "2001-03-01"),
        ("startup.proven", "2004-06-01"),  # 9 against twice 2 launches and 3.25 years
    ]


def test_lessons_of_other_events_count_but_are_no_review(reviewed: onward.Study) -> None:
    mandate = {"time": "2002-04-01", "event": "mandate_issued", "challenges": 40}
    institutions = (
        {"time": "2002-05-01", "event": "agreement_signed", "formal": True},
        {"time": "2002-06-01", "event": "consultation_mechanism_established", "formal": True},
    )
    replayed = onward.replay(reviewed.model, log_of(*TESTED, mandate, *institutions))
    assert labels(replayed) == {"AU;UN": "Start-up/maintenance"}  # held back from maintenance
    after = onward.replay(reviewed.model, log_of(*TESTED, mandate, *institutions, lesson("2002-07-01")))
    assert endings(after) == {"AU;UN": ("2002-07-01", "6", REVIEW)}


def test_what_lessons_have_dissolved_refuses_every_event(reviewed: onward.Study) -> None:
    log = log_of(*TESTED, lesson("2002-03-02", challenges=40), launch("2003", "Kosovo"), lesson("2004", successes=9))
    replayed = onward.replay(reviewed.model, log)
    assert endings(replayed) == {"AU;UN": ("2002-03-02", "3", REVIEW)}
    assert [(row.kind, row.event) for row in replayed.deviation_rows] == [
        ("refused", "joint_operation_launched"),
        ("refused", "lesson_identified"),
    ]


# Both.


@given(data=st.data())
def test_only_a_dissolution_or_the_review_ends_a_partnership_and_nothing_is_reversed(
    data: st.DataObject, reviewed: onward.Study
) -> None:
    replayed = onward.replay(reviewed.model, data.draw(drawn_logs(reviewed.model)))
    ranks = reviewed.model.ranks
    for row in replayed.step_rows:
        assert ranks[row.before].start <= ranks[row.after].start or row.before == "start", row
        if row.track == "life" and row.after == "ending" != row.before:
            assert row.before.startswith("startup.") or row.before == "maintenance"
            assert row.event == DISSOLVED or row.before != "startup.founding"
            assert row.event == DISSOLVED or {REVIEW, ABANDONED} & set(str(row.transition).split("; ")), row
    assert [row for row in replayed.deviation_rows if row.kind == "broken"] == []


def test_a_mechanism_after_a_lack_of_information_adapts_and_a_new_lack_asks_again(reviewed: onward.Study) -> None:
    asked = lesson("2003", challenges=1, challenged="information-sharing;identity/culture")
    answered = {"time": "2004", "event": "consultation_mechanism_established", "formal": True}

    def result(*rows: Mapping[str, object]) -> str:
        [row] = [row for row in onward.replay(reviewed.model, log_of(*TESTED, *rows)).case_rows if row.track == "life"]
        return dict(row.shows)["lessons"]

    assert result() == "continue"
    assert result(asked) == "continue"
    assert result(answered, asked | {"time": "2005"}) == "continue"
    assert result(asked, answered) == "adapt"
    assert result(asked, answered, asked | {"time": "2005"}) == "continue"
    assert result(lesson("2003", challenges=1, challenged="identity/culture"), answered) == "continue"


@pytest.mark.parametrize(
    ("challenged", "answer"),
    [
        ("information-sharing", "summit_held"),
        ("dialogue between headquarters", "consultation_mechanism_established"),
        ("coordination civil–military", "consultation_mechanism_established"),
        ("mandate clarity", "mandate_issued"),
        ("chain of command", "agreement_signed"),
        ("division of labour", "joint_declaration"),
        ("legitimacy", "strategy_adopted"),
        ("resources", "support_provided"),
        ("ownership", "support_provided"),
    ],
)
def test_a_challenge_is_answered_by_an_act_of_its_kind_and_by_no_other(
    challenged: str, answer: str, reviewed: onward.Study
) -> None:
    asked = lesson("2003", challenges=1, challenged=challenged)
    acts = ("summit_held", "mandate_issued", "support_provided", answer)
    results = {}
    for act in acts:
        log = log_of(*TESTED, asked, {"time": "2004", "event": act})
        [row] = [row for row in onward.replay(reviewed.model, log).case_rows if row.track == "life"]
        results[act] = dict(row.shows)["lessons"]
    kinds = {"consultation_mechanism_established": "summit_held"} | dict.fromkeys(
        ("agreement_signed", "joint_declaration", "strategy_adopted"), "mandate_issued"
    )
    assert {act for act, result in results.items() if result == "adapt"} == {answer, kinds.get(answer, answer)}
    assert set(results.values()) == {"adapt", "continue"}


def test_a_review_that_dissolves_shows_it(reviewed: onward.Study) -> None:
    replayed = onward.replay(reviewed.model, log_of(*TESTED, lesson("2003", challenges=40)))
    assert {dict(row.shows)["lessons"] for row in replayed.case_rows} == {"dissolve"}
