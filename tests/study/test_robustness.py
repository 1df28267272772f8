"""What the outcome of the study hangs on, and what it does not: other dates, single events, the number of theatres."""

import random
from collections.abc import Callable, Iterable

import pytest
from attrs import evolve

import onward
from onward.log.dates import parse_interval

Row = dict[str, str]
Outcome = dict[str, str]
Table = Callable[[str], list[Row]]
Redated = Callable[[Iterable[Row]], onward.EventLog]
Outcomes = Callable[[onward.EventLog], Outcome]
Relog = Callable[[Iterable[onward.Event]], onward.EventLog]

DRAWS, PARTS = 2000, 8  # in parts, for processes that work side by side


@pytest.fixture(scope="module")
def rivals(table: Table) -> list[Row]:
    return [row for row in table("event_dates") if row["primary"] == "false"]


@pytest.fixture(scope="module")
def outside(rivals: list[Row]) -> list[Row]:
    return [row for row in rivals if row["basis"] == "outside"]


def changed_by_removal(study: onward.Study, model: onward.Model, relog: Relog) -> dict[str, Outcome]:
    """The pairs that end elsewhere, and where, for each event whose removal moves any."""
    found: dict[str, Outcome] = {}
    whole = {row.case: row.label for row in onward.replay(model, study.log, as_of=study.as_of).case_rows}
    for removed in study.log.ids:
        log = relog(event for event in study.log.events() if event.id != removed)
        left = {row.case: row.label for row in onward.replay(model, log, as_of=study.as_of).case_rows}
        changed = {pair: left[pair] for pair in whole if left[pair] != whole[pair]}
        if changed:
            found[removed] = changed
    return found


def test_every_rival_date_makes_a_log_that_can_be_read(rivals: list[Row], redated: Redated) -> None:
    for rival in rivals:
        log = redated([rival])
        assert onward.read_log(log.frame).fingerprint == log.fingerprint, rival


@pytest.mark.usefixtures("unwatched")
def test_none_of_the_61_rival_dates_changes_an_outcome_alone(
    rivals: list[Row], redated: Redated, outcome: Outcomes, printed: Outcome
) -> None:
    assert len(rivals) == 61
    assert [rival for rival in rivals if outcome(redated([rival])) != printed] == []


def test_all_outside_dates_at_once_change_no_outcome(
    outside: list[Row], redated: Redated, outcome: Outcomes, printed: Outcome
) -> None:
    assert len(outside) > 40
    assert outcome(redated(outside)) == printed


@pytest.mark.usefixtures("unwatched")
@pytest.mark.parametrize("part", range(PARTS))
def test_no_joint_choice_of_dates_changes_an_outcome(
    part: int, table: Table, redated: Redated, outcome: Outcomes, printed: Outcome
) -> None:
    known: dict[str, list[Row]] = {}
    for row in table("event_dates"):
        known.setdefault(row["event_id"], []).append(row)
    chance = random.Random(part)  # noqa: S311 - a seed, so that a failure can be had again
    for _ in range(DRAWS // PARTS):
        chosen = [chance.choice(dates) for dates in known.values()]
        assert outcome(redated(chosen)) == printed, chosen


def test_with_the_consultation_letters_of_2001_nato_and_the_eu_reach_maintenance_in_2004(
    study: onward.Study, outside: list[Row], redated: Redated
) -> None:
    log = redated(row for row in outside if row["event_id"] == "H079")
    replayed = onward.replay(study.model, log, as_of=study.as_of)
    assert [
        (row.stage or row.phase, row.start and row.start.year) for row in replayed.spell_rows if row.case == "EU;NATO"
    ] == [("courtship", 1992), ("founding", 2001), ("proven", 2004), ("maintenance", 2004)]


def test_with_outside_days_the_un_and_the_au_spend_2004_to_2005_in_start_up(
    study: onward.Study, outside: list[Row], redated: Redated
) -> None:
    replayed = onward.replay(study.model, redated(outside), as_of=study.as_of)
    [start_up] = [row for row in replayed.spell_rows if (row.case, row.stage) == ("AU;UN", "founding")]
    assert (start_up.start, start_up.end) == (parse_interval("2004-06-01").last, parse_interval("2005-03-24").last)


@pytest.mark.usefixtures("unwatched")
def test_five_events_and_no_other_carry_an_outcome_alone(study: onward.Study, relog: Relog) -> None:
    assert changed_by_removal(study, study.model, relog) == {
        "H038": {"EU;UN": "Start-up"},  # the police handover in Bosnia
        "H046": {"EU;UN": "Start-up/maintenance"},  # the UN–EU declaration
        "H052": {"EU;UN": "Start-up/maintenance"},  # the UN–EU machinery
        "H058": {"AU;UN": "Start-up"},  # the handover in Burundi
        "H079": {"EU;NATO": "Start-up/maintenance"},  # the NATO–EU machinery
    }


@pytest.mark.usefixtures("unwatched")
def test_with_one_theatre_all_six_agree_and_no_field_event_carries_an_outcome_alone(
    study: onward.Study, relog: Relog, printed: Outcome
) -> None:
    assert study.model.parameters == (("theatres_needed", 2),)
    one = evolve(study.model, parameters=(("theatres_needed", 1),))
    cases = onward.replay(one, study.log, as_of=study.as_of).case_rows
    assert {row.case: row.label for row in cases} == printed
    assert changed_by_removal(study, one, relog).keys() == {"H046", "H052", "H079"}


def test_with_three_theatres_three_pairs_stay_too_low(study: onward.Study, printed: Outcome) -> None:
    three = evolve(study.model, parameters=(("theatres_needed", 3),))
    cases = onward.replay(three, study.log, as_of=study.as_of).case_rows
    assert {row.case for row in cases if row.label != printed[row.case]} == {"EU;UN", "EU;NATO", "AU;UN"}
