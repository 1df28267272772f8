"""The life-cycle without memory: on the same events partnerships fall, which gives the claim of none its meaning."""

import csv
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from attrs import evolve

import onward
from onward.log.dates import parse_interval
from onward.model.elements import Invariant

Row = dict[str, str]
Rows = Callable[..., onward.EventLog]

DATA = Path(__file__).parents[2] / "data"


def read(study: str, name: str) -> list[Row]:
    with (DATA / study / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@pytest.fixture(scope="module")
def study() -> onward.Study:
    return onward.load_study("partnership_activity")


@pytest.fixture(scope="module")
def replayed(study: onward.Study) -> onward.Replay:
    return onward.replay(study.model, study.log, as_of=study.as_of)


def spells(replayed: onward.Replay, case: str) -> list[tuple[str, str, str | None]]:
    return [
        (row.stage or row.phase, str(row.start)[:10], str(row.end)[:10] if row.end else None)
        for row in replayed.spell_rows
        if row.case == case
    ]


def falls(replayed: onward.Replay) -> list[tuple[str, str | None, str, str]]:
    ranks = replayed.model.ranks
    return [
        (row.case, row.recorded, row.before, row.after)
        for row in replayed.step_rows
        if ranks[row.after].start < ranks[row.before].start
    ]


def test_the_log_is_the_historical_one_with_the_dates_of_public_records() -> None:
    outside = {
        row["event_id"]: row
        for row in read("partnership", "event_dates")
        if (row["basis"], row["primary"]) == ("outside", "false")
    }
    made = []
    for event in read("partnership", "events"):
        record = outside.get(event["event_id"])
        dates = {name: record[name] for name in ("date", "date_precision", "end_date")} if record else {}
        made.append(event | dates | {"date_source": record["source"] if record else ""})
    made.sort(key=lambda row: (row["date"] + "-01-01")[:10])
    assert read("partnership_activity", "events") == made
    assert sum(bool(row["date_source"]) for row in made) == 51


def test_nato_and_the_eu_fall_back_between_the_end_of_concordia_and_the_start_of_althea(
    replayed: onward.Replay,
) -> None:
    assert spells(replayed, "EU;NATO") == [
        ("courtship", "1992-12-31", "2001-12-31"),
        ("founding", "2001-12-31", "2003-03-31"),
        ("proven", "2003-03-31", "2003-03-31"),
        ("maintenance", "2003-03-31", "2003-12-15"),
        ("founding", "2003-12-15", "2004-12-02"),
        ("proven", "2004-12-02", "2004-12-02"),
        ("maintenance", "2004-12-02", None),
    ]


def test_they_fall_when_the_last_day_is_over_and_no_event_is_needed(replayed: onward.Replay) -> None:
    [fall] = [row for row in replayed.step_rows if row.case == "EU;NATO" and row.transition == "nothing runs any more"]
    assert (fall.event_id, fall.event, fall.row) == (None, None, None)
    assert fall.time == datetime(2003, 12, 15, 23, 59, 59, 999999)  # noqa: DTZ001 - dates of a log have no zone
    assert (fall.before, fall.after) == ("maintenance", "startup.founding")


def test_the_un_and_the_eu_fall_twice_and_no_other_pair_does(replayed: onward.Replay) -> None:
    assert falls(replayed) == [
        ("EU;NATO", "2003-12-15", "maintenance", "startup.founding"),
        ("EU;UN", "2003-09-01", "startup.proven", "startup.founding"),
        ("EU;UN", "2006-11-30", "maintenance", "startup.founding"),
    ]


def test_on_the_same_log_a_model_with_memory_never_falls(study: onward.Study) -> None:
    remembering = onward.replay(onward.load_model("partnership"), study.log, as_of=study.as_of)
    assert falls(remembering) == []
    assert {row.case: row.label for row in remembering.case_rows} == {
        row["dyad"]: row["phase_as_printed"] for row in read("partnership", "figure2")
    }


def test_without_memory_figure_2_does_not_come_out(replayed: onward.Replay) -> None:
    printed = {row["dyad"]: row["phase_as_printed"] for row in read("partnership", "figure2")}
    assert {row.case for row in replayed.case_rows if row.label != printed[row.case]} == {"EU;UN"}


def test_its_falls_would_break_irreversibility(study: onward.Study, replayed: onward.Replay) -> None:
    held = evolve(study.model, invariants=(Invariant("irreversible", "irreversible"),))
    broken = onward.replay(held, study.log, as_of=study.as_of).deviation_rows
    assert [(row.case, row.recorded, row.event_id) for row in broken] == [
        (case, date, None) for case, date, *_ in falls(replayed)
    ]


def test_on_the_dates_of_the_report_an_operation_of_one_year_is_over_when_it_is_certain(study: onward.Study) -> None:
    """Concordia began in 2003 and ended in 2003: a year says no more, which is why the model has a log of its own."""
    replayed = onward.replay(study.model, onward.load_study().log, as_of=study.as_of)
    assert spells(replayed, "EU;NATO")[1:] == [
        ("founding", "2002-12-31", "2003-12-31"),
        ("proven", "2003-12-31", "2003-12-31"),
        ("founding", "2003-12-31", "2004-12-31"),
        ("proven", "2004-12-31", "2007-12-31"),
        ("maintenance", "2007-12-31", None),
    ]


UP = (
    {"time": "2001-01-01", "event": "agreement_signed", "formal": True},
    {"time": "2001-02-01", "event": "consultation_mechanism_established", "formal": True},
)
LAUNCH = {"time": "2002-01-01", "until": "2002-06-30", "event": "joint_operation_launched", "place": "Sudan"}


def places(model: onward.Model, log: onward.EventLog, as_of: str) -> list[tuple[str, str]]:
    return [(row.stage or row.phase, str(row.start)[:10]) for row in onward.replay(model, log, as_of=as_of).spell_rows]


def test_two_operations_hold_each_other_up(study: onward.Study, log_of: Rows) -> None:
    second = LAUNCH | {"time": "2002-06-30", "until": "2003-01-01"}
    log = log_of(*UP, LAUNCH, second, organizations="EU;UN")
    assert places(study.model, log, "2004")[-2:] == [("maintenance", "2002-01-01"), ("founding", "2003-01-01")]
    late = log_of(*UP, LAUNCH, second | {"time": "2002-07-01"}, organizations="EU;UN")
    assert ("founding", "2002-06-30") in places(study.model, late, "2004")


def test_a_text_that_expires_takes_maintenance_with_it(study: onward.Study, log_of: Rows) -> None:
    expiring = UP[0] | {"until": "2002-03-31"}
    log = log_of(expiring, UP[1], LAUNCH, organizations="EU;UN")
    assert places(study.model, log, "2004")[-3:] == [
        ("maintenance", "2002-01-01"),
        ("proven", "2002-03-31"),
        ("founding", "2002-06-30"),
    ]


@pytest.mark.parametrize(("quiet", "silent"), [(None, "2007-12-01"), (1, "2003-12-01")])
def test_after_years_of_silence_two_organizations_only_know_each_other(
    quiet: int | None, silent: str, study: onward.Study, log_of: Rows
) -> None:
    patient = evolve(study.model, parameters=(("operations_needed", 1), ("quiet", quiet))) if quiet else study.model
    log = log_of(*UP, LAUNCH, {"time": "2002-12-01", "event": "contact"}, organizations="EU;UN")
    assert places(patient, log, "2010")[-1] == ("courtship", silent)


def test_who_is_still_at_work_is_not_silent(study: onward.Study, log_of: Rows) -> None:
    help_of_years = {"time": "2001", "until": "2012-05-01", "event": "support_provided"}
    log = log_of(help_of_years, organizations="EU;UN")
    assert places(study.model, log, "2020") == [("founding", "2001-12-31"), ("courtship", "2012-05-01")]


def test_the_window_says_how_far_the_replay_sees(study: onward.Study) -> None:
    for as_of, place in (("2003-12-14", "maintenance"), ("2003-12-15", "founding"), ("2004-12-01", "founding")):
        cases = onward.replay(study.model, study.log, as_of=as_of).case_rows
        [row] = [row for row in cases if row.case == "EU;NATO"]
        assert (row.stage or row.phase) == place
        assert row.since is None or row.since <= parse_interval(as_of).last
