"""What the article claims (J. Karlsrud, 2013), claim by claim, checked on the data, the model and the replay.

Claims are numbered D2-01 to D2-36, and each stands, in our own words, in the docstring of its test: "Holds", or "Open"
(it holds under one reading; both are tested). What the article claims of any norm is asked of the model, of the case
the log is asked.

Two claims cannot be decided on either:

- D2-09, the donors behind peacekeeping doctrine are the United Kingdom, Canada, the Netherlands, Norway and Sweden: the
  log is of one norm, where Norway and the United Kingdom appear; it says nothing of the others.
- D2-32, that the working level takes part keeps talk from falling back on positions: no row tells how talks went.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from attrs import evolve

import onward
from onward.log.dates import parse_interval
from onward.model.elements import Latest

Row = dict[str, str]
Relog = Callable[[Iterable[onward.Event]], onward.EventLog]
Outcome = Callable[..., dict[str, str]]

with (Path(__file__).parents[2] / "data" / "norm_change" / "events.csv").open(encoding="utf-8", newline="") as file:
    EVENTS = list(csv.DictReader(file, strict=True))
EVENT = {row["event_id"]: row for row in EVENTS}
CASE = "integrated missions"
ECOLOGIES = ("member_state", "donor_government", "think_tank", "academia", "ngo", "un_entity", "expert_panel")
CONSTITUENCIES = ("hosts", "south", "humanitarians", "departments")


def events(**cells: str) -> list[Row]:
    return [row for row in EVENTS if cells.items() <= row.items()]


def ids(rows: Iterable[Row]) -> list[str]:
    return [row["event_id"] for row in rows]


def ecologies(row: Row) -> set[str]:
    return {actor.rpartition("@")[2] for actor in row["actors"].split(";")}


def elements(row: Row) -> set[str]:
    return set(row["element"].split(";")) - {""}


def year(row: Row) -> int:
    return int(row["date"][:4])


def moves(replayed: onward.Replay, track: str) -> list[tuple[str | None, str, str]]:
    """The event and the phases of every move on a track."""
    rows = (row for row in replayed.step_rows if (row.track, row.outcome) == (track, "moved"))
    return [(row.event_id, row.before, row.after) for row in rows]


def falls(replayed: onward.Replay, track: str) -> list[str | None]:
    rank = replayed.model.ranks
    return [event for event, before, after in moves(replayed, track) if rank[after].start < rank[before].start]


def added(event_type: str, date: str, **attributes: str) -> onward.Event:
    return onward.Event(event_type, parse_interval(date), "X", attributes)


RAISING = ("assessment_given", "instrument_introduced")
"""The types that make a rule nominal, where all else is there."""

GUIDANCE = {"arena": "narrow", "stance": "opposes", "actors": "UN Secretary-General@un_entity"}
"""What a note has that takes the rule back."""


# Theory and actors.


def test_d2_01_norms_rise_and_fall(replayed: onward.Replay) -> None:
    """Norms rise and fall in the system. Holds: the rule went up, and down once, in 2000."""
    assert falls(replayed, "narrow") == ["N005"]
    assert (EVENT["N005"]["date"][:4], len(moves(replayed, "narrow"))) == ("2000", 4)


def test_d2_02_states_are_not_the_only_agents() -> None:
    """Universities, think tanks, NGOs, parts of the UN and persons act too. Holds: seven ecologies are on record."""
    assert set().union(*map(ecologies, EVENTS)) == set(ECOLOGIES)


def test_d2_03_the_un_is_an_arena_in_a_narrow_and_in_a_wide_sense(study: onward.Study) -> None:
    """The UN is an arena in a narrow sense (states inside) and a wide one (alliances partly outside). Holds."""
    assert Counter(row["arena"] for row in EVENTS) == {"narrow": 20, "wide": 21}
    assert study.model.track_names == ("narrow", "wide")


def test_d2_04_obstacles_stand_inside() -> None:
    """Alliances go outside to avoid spoiling, turf battles and horse-trading. Holds: seven of eight obstacles do."""
    assert Counter(row["arena"] for row in EVENTS if row["obstacle"]) == {"narrow": 7, "wide": 1}


def test_d2_05_the_norm_had_supporters_and_opponents() -> None:
    """Integrated missions are a norm to study because it had strong supporters and opponents. Holds."""
    assert Counter(row["stance"] for row in EVENTS) == {"supports": 27, "opposes": 7, "neutral": 7}


@pytest.mark.parametrize("moving", ["N002", "N006", "N031"])
def test_d2_06_without_ripeness_counter_pressure_stops_a_norm(
    moving: str, study: onward.Study, relog: Relog, replayed: onward.Replay
) -> None:
    """A norm needs ripeness; without it counter-pressure stops it. Holds of the model.

    Each step up, asked again where the window has just closed, is not made. A reform programme opens the window itself.
    """
    assert moving in [event for event, _, _ in moves(replayed, "narrow")]
    shut = [event for event in study.log.events() if event.type != "need_growth"]
    at = [event.id for event in shut].index(moving)
    closed = evolve(shut[at], type="window_closed", id="X")
    steps = moves(onward.replay(study.model, relog([*shut[:at], closed, *shut[at:]]), as_of=study.as_of), "narrow")
    assert (moving in [event for event, _, _ in steps]) == (moving == "N002")


def test_d2_07_doctrine_is_made_together_with_outsiders() -> None:
    """Control of doctrine is shared with donors, think tanks and others. Holds: UN bodies and others, in half the rows.

    Inside the UN that is rare.
    """
    shared = Counter(row["arena"] for row in EVENTS if "un_entity" in ecologies(row) and len(ecologies(row)) > 1)
    assert shared == {"wide": 11, "narrow": 3}
    assert len(events(arena="wide")) == 21


def test_d2_08_staff_pass_between_un_think_tank_and_government() -> None:
    """Staff pass between UN, think tank and government. Holds: three moves of four; one has two ecologies on record."""
    crossing = [row for row in events(event_type="staff_move") if "4" in elements(row)]
    assert ids(crossing) == ["N018", "N019", "N020"]
    assert [ecologies(row) for row in crossing if len(ecologies(row)) > 1] == [{"think_tank", "donor_government"}]


# The case.


def test_d2_10_the_programme_of_1997_gave_authority_over_all_un_entities(replayed: onward.Replay) -> None:
    """The 1997 programme gave the Secretary-General's representative authority over all UN entities. Holds."""
    assert moves(replayed, "narrow")[0] == ("N002", "start", "declared")
    assert EVENT["N002"]["date"] == "1997-07-14"
    assert "authority over all UN entities" in EVENT["N002"]["name"]


def test_d2_11_the_note_of_2000_took_it_back_case_by_case(replayed: onward.Replay) -> None:
    """The 2000 note weakened this to leadership of the country team, case by case. Holds: later, and lower."""
    assert moves(replayed, "narrow")[1] == ("N005", "declared", "discretionary")
    assert EVENT["N005"]["date"] > EVENT["N002"]["date"]
    assert "case by case" in EVENT["N005"]["note"]


def test_d2_12_the_note_fell_into_the_second_expansion() -> None:
    """The note fell into the second expansion; the old peak was reached by 2004; in 2006 there were twenty. Holds."""
    growth = {row["event_id"]: (row["date"], row["end_date"]) for row in events(event_type="need_growth")}
    assert growth == {"N003": ("1999", "2006"), "N015": ("2004", ""), "N029": ("2006", "")}
    assert growth["N003"][0] < EVENT["N005"]["date"] < growth["N003"][1]
    assert EVENT["N029"]["name"] == "Twenty operations and more than 100,000 staff"


def test_d2_13_the_brahimi_report_became_the_reference_without_the_name(replayed: onward.Replay) -> None:
    """The Brahimi Report became the reference though it does not name integrated missions. Holds: it moved nothing."""
    assert "does not name integrated missions but becomes the main reference" in EVENT["N004"]["note"]
    assert {row.outcome for row in replayed.step_rows if row.event_id == "N004"} == {"recorded"}


def test_d2_14_agencies_and_more_strongly_ngos_opposed() -> None:
    """Opponents: some agencies, more strongly NGOs; MSF threatened to cut contact. Holds: two voices of three."""
    voices = [ecologies(row) for row in events(event_type="opposition_voiced")]
    assert voices == [{"ngo"}, {"ngo"}, {"un_entity"}]
    assert "inter-agency committee" in EVENT["N007"]["name"]
    assert "cut ties" in EVENT["N008"]["name"]


def test_d2_15_from_2003_all_missions_were_to_be_integrated(replayed: onward.Replay) -> None:
    """From 2003 all missions were meant to be integrated, a contested step. Holds."""
    assert moves(replayed, "narrow")[2] == ("N006", "discretionary", "default")
    assert {row["date"] for row in events(event_type="opposition_voiced")} == {EVENT["N006"]["date"]} == {"2003"}


def test_d2_16_practice_was_ahead_of_the_debate(replayed: onward.Replay) -> None:
    """Field practice was often ahead of the debate in New York. Open.

    It came before the concept was treated as institutionalized (2007), not before the rule for every mission (2003).
    """
    [practice] = {year(row) for row in events(event_type="practice_variation")}
    since = {after: int(EVENT[str(event)]["date"][:4]) for event, _, after in moves(replayed, "narrow")}
    assert since["default"] < practice < since["nominal"]


def test_d2_17_practice_varied_between_neighbours() -> None:
    """Practice varied between neighbours: Sierra Leone further, Liberia in difficulty. Holds."""
    stances = {row["place"]: row["stance"] for row in events(event_type="practice_variation")}
    assert stances == {"Sierra Leone": "supports", "Liberia": "opposes"}


def test_d2_18_obstacles_were_of_substance_and_turf() -> None:
    """Obstacles were partly of substance (impartiality) and partly turf. Holds."""
    assert {"principled_opposition", "turf_battle"} <= {row["obstacle"] for row in EVENTS if year(row) < 2006}


def test_d2_19_the_team_formed_travelled_and_reported(replayed: onward.Replay) -> None:
    """The team formed in 2003–04, visited five countries in 2004 and reported at Oslo in May 2005. Holds."""
    assert [EVENT[one]["date"] for one in ("N010", "N011", "N012", "N021", "N016")] == [
        *("2003", "2003", "2004", "2005-05", "2005")
    ]
    assert {EVENT[one]["end_date"] for one in ("N010", "N011")} == {"2004"}
    assert len(EVENT["N012"]["place"].split("; ")) == 5
    assert moves(replayed, "wide")[:2] == [("N011", "start", "linked"), ("N016", "linked", "evidenced")]


def test_d2_20_the_lead_author_became_deputy_minister() -> None:
    """The lead author became deputy minister of defence within months. Holds: in the year of the study."""
    assert EVENT["N018"]["date"] == EVENT["N016"]["date"] == "2005"
    assert "deputy minister" in EVENT["N018"]["name"]


def test_d2_21_after_the_report_progress_was_slow(replayed: onward.Replay, study: onward.Study) -> None:
    """After the report micropolitics, turf and horse-trading slowed it down. Holds: no step up until the conference.

    The turf battles on record leave the process stalled at the end of 2005. Horse-trading has no row of its own.
    """
    assert [event for event, _, _ in moves(replayed, "narrow")][2:] == ["N006", "N031"]
    stalled = {
        day: dict(onward.replay(study.model, study.log, as_of=day).case_rows[0].shows)["process"]
        for day in ("2005-12-30", "2005-12-31", "2006-12-31", "2007-12-31")
    }
    assert list(stalled.values()) == ["stalled", "stalled", "under way", "under way"]
    assert events(obstacle="horse_trading") == []


def test_d2_22_norway_paid_for_six_consultations_and_the_closing(replayed: onward.Replay) -> None:
    """Norway paid for consultations in six cities in 2006–07 and two closing days in Oslo, 2007. Holds."""
    consultations = events(event_type="regional_consultation")
    assert len({row["place"] for row in consultations}) == 6
    assert {(row["date"], row["end_date"]) for row in consultations} == {("2006", "2007")}
    assert (EVENT["N030"]["date"], EVENT["N030"]["place"], EVENT["N030"]["event_type"]) == (
        *("2007", "Oslo", "conference_held"),
    )
    assert all("Norway@donor_government" in row["actors"] for row in [*consultations, EVENT["N022"], EVENT["N030"]])
    assert moves(replayed, "wide")[2] == ("N025", "evidenced", "consulted")  # the third of the six


def test_d2_23_support_in_the_regions_came_before_headquarters(
    replayed: onward.Replay, study: onward.Study, relog: Relog, outcome: Outcome
) -> None:
    """Regional support before the debate at headquarters was essential. Holds: without it the rule stays as it was."""
    moved = [row.event_id for row in replayed.step_rows if row.outcome == "moved"]
    assert moved.index("N030") < moved.index("N031")
    without = relog(event for event in study.log.events() if event.type != "regional_consultation")
    assert outcome(without) == {"narrow": "default", "wide": "evidenced"}


def test_d2_24_the_working_level_picked_the_authors() -> None:
    """Working-level officials picked the authors. Holds; who exactly, the article tells in two ways."""
    [picked] = events(event_type="study_commissioned")
    assert "2" in elements(picked)
    assert ecologies(picked) == {"un_entity"}
    assert "DPKO chose the lead author" in EVENT["N040"]["name"]


@pytest.mark.parametrize("ecology", ECOLOGIES)
def test_d2_25_one_ecology_alone_gets_nowhere(
    ecology: str, study: onward.Study, relog: Relog, outcome: Outcome
) -> None:
    """Norway alone could not have done it; an alliance with all stakeholders was needed. Holds of the model.

    With the actors of one ecology only, the idea is not carried at all, and the rule stays where a decree put it.
    """
    alone = [
        evolve(event, attributes={**event.attributes, "actors": ";".join(kept)})
        for event in study.log.events()
        if (kept := [a for a in str(event.attributes["actors"]).split(";") if a.endswith(f"@{ecology}")])
    ]
    ended = outcome(relog(alone))
    assert ended["wide"] == "start"
    assert ended["narrow"] in {"start", "floated", "default"}


def test_d2_25_without_norway_nothing_is_anchored(study: onward.Study, relog: Relog, outcome: Outcome) -> None:
    """Nor could the others without a donor: what Norway took part in carries the norm from the study on."""
    without = [event for event in study.log.events() if "Norway" not in str(event.attributes["actors"])]
    assert outcome(relog(without))["narrow"] == "default"


def test_d2_26_success_is_uncertain(replayed: onward.Replay) -> None:
    """Success is uncertain: states saw nothing new, three funding streams persist, a checklist is ticked. Holds."""
    assert {row.track: row.phase for row in replayed.case_rows} == {"narrow": "nominal", "wide": "anchored"}
    assert EVENT["N037"]["obstacle"] == "separate_funding"
    assert EVENT["N041"]["obstacle"] == "nominal_implementation"
    assert "asked what was new" in EVENT["N041"]["note"]


def test_d2_27_changes_are_shallow(replayed: onward.Replay) -> None:
    """Changes are often shallow. Holds: asked seven times since, the rule does not go deep."""
    held = [row for row in replayed.step_rows if (row.track, row.outcome, row.before) == ("narrow", "held", "nominal")]
    assert [row.event_id for row in held] == ["N033", "N034", "N035", "N036", "N040", "N041", "N038"]


def test_d2_28_linking_planning_to_money_is_too_small_an_incentive(replayed: onward.Replay) -> None:
    """Linking planning to money creates some incentive, but small. Holds: the instruments move nothing."""
    assert ids(events(event_type="instrument_introduced")) == ["N038"]
    assert "Small next to the regular streams" in EVENT["N038"]["note"]
    assert {row.after for row in replayed.step_rows if row.event_id == "N038"} == {"nominal", "anchored"}


# Linked ecologies.


def test_d2_29_authority_depends_on_the_constituency(study: onward.Study) -> None:
    """Authority has five kinds and depends on the constituency addressed. Holds of the model, but for the kinds.

    Which kind of authority an actor used is on no record; that each constituency judges for itself is in the model.
    """
    reducers = [study.model.variables[name].reducer for name in CONSTITUENCIES]
    assert all(isinstance(reducer, Latest) and reducer.attribute == "stance" for reducer in reducers)
    live = onward.live(study.model, CASE)
    live.fire("assessment_given", time="2001", arena="narrow", stance="supports", actors="DPKO@un_entity")
    live.fire("position_stated", time="2002", arena="wide", stance="supports", actors="Sudan@host_country")
    live.fire("opposition_voiced", time="2003", arena="wide", stance="opposes", actors="MSF@ngo")
    told = {name: live.context[name] for name in CONSTITUENCIES}
    assert told == {"hosts": "supports", "south": None, "humanitarians": "opposes", "departments": "supports"}


@pytest.mark.parametrize("constituency", ["host_country", "member_state", "ngo"])
def test_d2_30_three_constituencies_must_be_asked(
    constituency: str, rooted: onward.EventLog, relog: Relog, outcome: Outcome
) -> None:
    """Host countries, states of the South and humanitarians must be asked. Holds of the model.

    A rule goes deep where all of them bear it, and not where one of them opposes it, or has not been heard.
    """
    assert outcome(rooted, "2020")["narrow"] == "deep"
    said = f"somebody@{constituency}"
    no = added("position_stated", "2014", arena="wide", stance="opposes", actors=said)
    last = rooted.event(len(rooted) - 1)
    assert outcome(relog([*rooted.events(), no]), "2020")["narrow"] == "nominal"
    assert outcome(relog([*list(rooted.events())[:-1], evolve(no, time="2012-12-31"), last]), "2020")["narrow"] == (
        "nominal"
    )
    silent = [event for event in rooted.events() if constituency not in str(event.attributes["actors"])]
    assert outcome(relog(silent), "2020")["narrow"] in {"default", "nominal"}


def test_d2_31_outsiders_can_say_what_the_un_cannot() -> None:
    """Outsiders can say what the UN cannot. Holds: an official says so."""
    assert EVENT["N034"]["name"] == "Outsiders can say what the UN cannot"
    assert ecologies(EVENT["N034"]) == {"un_entity"}


def test_d2_33_the_process_ran_from_2003_to_2007_and_went_on() -> None:
    """The process ran 2003–2007 and continued. Holds: 26 of 41 events are of those years, 10 come later."""
    assert Counter((year(row) > 2002) + (year(row) > 2007) for row in EVENTS) == {0: 5, 1: 26, 2: 10}


def test_d2_34_the_process_had_all_eight_elements(replayed: onward.Replay) -> None:
    """Eight elements made the process. Holds: each occurs."""
    assert set().union(*map(elements, EVENTS)) == set("12345678")
    table = replayed.tables["elements"]
    assert table["element"].to_list() == [str(number) for number in range(1, 9)]
    assert all(table.select(ECOLOGIES).sum_horizontal() > 0)


def test_d2_35_horse_trading_cannot_take_back_an_anchored_rule(
    study: onward.Study, relog: Relog, outcome: Outcome
) -> None:
    """Regional consultation raises buy-in and lowers the danger of bargaining in New York. Holds of the model.

    The same note takes the rule back in 2005, while it is fragile, and does not in 2008, when it is anchored.
    """
    events = [event for event in study.log.events() if event.type not in RAISING]
    note = {date: added("guidance_issued", date, obstacle="horse_trading", **GUIDANCE) for date in ("2005", "2008")}
    assert outcome(relog(events)) == {"narrow": "default", "wide": "anchored"}
    assert outcome(relog([*events, note["2005"]])) == {"narrow": "discretionary", "wide": "anchored"}
    assert outcome(relog([*events, note["2008"]])) == {"narrow": "default", "wide": "anchored"}


def test_d2_36_a_window_may_be_short(study: onward.Study, relog: Relog, outcome: Outcome) -> None:
    """A window may be short. Holds of the model: what comes after it has closed comes too late.

    Had it closed in 2001 and opened again in 2004 only, there would have been no rule for every mission.
    """
    closed = relog([*study.log.events(), added("window_closed", "2001", arena="narrow")])
    windows = {
        day: dict(onward.replay(study.model, closed, as_of=day).case_rows[0].shows)["window"]
        for day in ("1997-07-13", "1997-07-14", "2001-12-30", "2001-12-31", "2004-12-30", "2004-12-31")
        if day > "1997-07-13"
    }
    assert list(windows.values()) == ["open", "open", "closed", "closed", "open"]
    assert outcome(closed)["narrow"] == "discretionary"
