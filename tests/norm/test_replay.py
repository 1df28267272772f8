"""The replay of integrated missions, 1997–2012: what moved when, by which event, and why."""

import random
from collections.abc import Callable
from itertools import pairwise

import pytest
from attrs import evolve

import onward
from onward.log.dates import interval_of
from onward.report.summary import summarise

ELEMENTS = {
    "1": {"member_state": 1, "donor_government": 4, "think_tank": 5, "academia": 1, "ngo": 1, "un_entity": 6},
    "2": {"member_state": 1, "donor_government": 2, "un_entity": 5},
    "3": {"donor_government": 1, "think_tank": 3, "un_entity": 4},
    "4": {"donor_government": 3, "think_tank": 2, "un_entity": 2},
    "5": {"donor_government": 1, "think_tank": 3, "un_entity": 6, "expert_panel": 1},
    "6": {"member_state": 7, "donor_government": 9, "think_tank": 1, "academia": 1, "ngo": 1, "un_entity": 7},
    "7": {"member_state": 7, "donor_government": 16, "think_tank": 3, "academia": 1, "ngo": 1, "un_entity": 9},
    "8": {"donor_government": 1, "think_tank": 1, "un_entity": 5, "expert_panel": 1},
}
"""How many events have each of the eight elements and an actor of the ecology."""

MOVES = {
    "narrow": [
        ("N002", "1997-07-14", "declared"),
        ("N005", "2000-10-30", "discretionary"),
        ("N006", "2003", "default"),
        ("N031", "2007", "nominal"),
    ],
    "wide": [
        ("N011", "2003", "linked"),
        ("N016", "2005", "evidenced"),
        ("N025", "2006", "consulted"),
        ("N030", "2007", "anchored"),
    ],
}


def moves(replayed: onward.Replay, track: str) -> list[tuple[str | None, str | None, str]]:
    rows = (row for row in replayed.step_rows if (row.track, row.outcome) == (track, "moved"))
    return [(row.event_id, row.recorded, row.after) for row in rows]


@pytest.mark.parametrize("track", MOVES)
def test_each_track_moves_when_and_by_what_the_article_says(track: str, replayed: onward.Replay) -> None:
    assert moves(replayed, track) == MOVES[track]


@pytest.mark.parametrize("track", MOVES)
def test_counted_from_its_first_possible_day_each_move_is_by_the_same_event(track: str, study: onward.Study) -> None:
    possible = onward.replay(study.model, study.log, as_of=study.as_of, reading="possible")
    assert moves(possible, track) == MOVES[track]
    assert possible.deviation_rows == ()


def test_the_order_of_events_inside_their_dates_never_changes_the_outcome(
    study: onward.Study, outcome: Callable[..., dict[str, str]]
) -> None:
    chance = random.Random(2013)  # noqa: S311 - a seed, so that a failure can be had again
    ends = set()
    for _ in range(100):
        times = tuple(interval_of(date.first + chance.random() * (date.last - date.first)) for date in study.log.times)
        ends.add(tuple(outcome(evolve(study.log, times=times)).items()))
    assert ends == {(("narrow", "nominal"), ("wide", "anchored"))}


def test_the_norm_ends_anchored_and_nominal(replayed: onward.Replay) -> None:
    assert [(row.track, row.label, row.since_recorded) for row in replayed.case_rows] == [
        ("narrow", "Nominal", "2007"),
        ("wide", "Anchored", "2007"),
    ]


def test_nothing_in_the_log_goes_against_the_model(replayed: onward.Replay) -> None:
    assert replayed.deviation_rows == ()
    assert replayed.notes == ()
    assert replayed.after_as_of == 0
    assert {name for name, steps in replayed.outcomes.items() if steps} == {"moved", "recorded", "held"}


def test_the_rule_has_fallen_once_and_never_below_what_was_floated(replayed: onward.Replay) -> None:
    rank = replayed.model.ranks
    stood = [rank[row.after].start for row in replayed.step_rows if row.track == "narrow"]
    falls = [after for before, after in pairwise(stood) if after < before]
    assert falls == [min(stood)] == [rank["discretionary"].start]


def test_the_spells_tell_both_lives(replayed: onward.Replay) -> None:
    spells = [(row.track, row.phase) for row in replayed.spell_rows]
    assert [phase for track, phase in spells if track == "narrow"] == [phase for _, _, phase in MOVES["narrow"]]
    assert [phase for track, phase in spells if track == "wide"] == [phase for _, _, phase in MOVES["wide"]]


@pytest.mark.parametrize(
    ("as_of", "standing"),
    [
        ("1998", ("fragile", "under way")),
        ("2003", ("fragile", "stalled")),
        ("2004-06", ("fragile", "stalled")),
        ("2006", ("fragile", "under way")),
        ("2007", ("carried", "under way")),
        ("2012", ("carried", "stalled")),
    ],
)
def test_the_rule_is_fragile_until_it_is_carried(as_of: str, standing: tuple[str, str], study: onward.Study) -> None:
    shown = dict(onward.replay(study.model, study.log, as_of=as_of).case_rows[0].shows)
    assert (shown["rule"], shown["process"]) == standing
    assert (shown["window"], shown["legitimacy"]) == ("open", "not granted by all")


def test_the_table_tells_which_elements_each_ecology_brought(replayed: onward.Replay) -> None:
    rows = {row["element"]: row for row in replayed.tables["elements"].iter_rows(named=True)}
    assert {row["case"] for row in rows.values()} == {"integrated missions"}
    told = {
        element: {ecology: count for ecology, count in row.items() if isinstance(count, int) and count}
        for element, row in rows.items()
    }
    assert told == ELEMENTS


def test_nobody_speaks_for_host_countries(replayed: onward.Replay) -> None:
    assert replayed.tables["elements"]["host_country"].sum() == 0


def test_the_summary_has_a_row_a_track(study: onward.Study, replayed: onward.Replay) -> None:
    summary = summarise(replayed, study.cases)
    assert [row[:4] for row in summary.rows] == [
        ("integrated missions", "Narrow arena", "Nominal", "2007"),
        ("integrated missions", "Wide arena", "Anchored", "2007"),
    ]


@pytest.mark.parametrize(
    ("event_id", "told"),
    [
        ("N002", ["Not begun -> Declared", "UN Secretary-General", "Karlsrud 2013, Case Study ¶1", "ripe"]),
        ("N005", ["Declared -> Discretionary", "UN Secretary-General", "Case Study ¶2", "Dilution of a text"]),
        ("N006", ["Discretionary -> Default", "UN Secretary-General", "Case Study ¶5"]),
        ("N011", ["Not begun -> Linked", "NUPI", "Norway", "Case Study ¶8"]),
        ("N016", ["Linked -> Evidenced", "DPKO", "Case Study ¶7"]),
        ("N025", ["Evidenced -> Consulted", "participating states", "Follow-Up ¶3", "consultations >= 3: has 3"]),
        ("N030", ["Consulted -> Anchored", "humanitarian organizations", "Follow-Up ¶3"]),
        ("N031", ["Default -> Nominal", "UN Secretariat", "Follow-Up ¶7", "wide.phase >= anchored"]),
    ],
)
def test_explain_names_cause_actors_and_source_of_every_move(
    event_id: str, told: list[str], replayed: onward.Replay
) -> None:
    text = " ".join(replayed.explain("integrated missions").split())
    _, _, after = text.partition(f"[{event_id};")
    step, _, _ = after.partition("[N")
    assert [part for part in told if part not in step] == []


def test_explain_says_what_is_missing_for_a_deep_rule(replayed: onward.Replay) -> None:
    end = " ".join(replayed.explain("integrated missions").rpartition("\n\n")[2].split())
    assert "deep needs" in end
    assert "gaps == 0: has 2" in end
    assert 'hosts != "opposes": not recorded' in end
