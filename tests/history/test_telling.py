"""Lives in words: whole texts, compared whole."""

import polars as pl

import onward


def grants(*rows: tuple[str, str, dict[str, object]]) -> pl.DataFrame:
    told = [{"time": time, "event": event, "case": "G1", **attributes} for time, event, attributes in rows]
    return pl.DataFrame(told, infer_schema_length=None, schema_overrides={"time": pl.String})


def test_a_life_is_told_step_by_step_with_what_is_missing(grant: onward.Model) -> None:
    log = grants(
        ("2001-03", "note", {"event_id": "E1", "name": "first idea", "place": "Oslo", "source": "diary"}),
        ("2001-05", "awarded", {"event_id": "E2"}),
        ("2002", "submitted", {"event_id": "E3"}),
        ("2003", "reviewed", {"event_id": "E4", "score": 4, "reviewer": "Ada"}),
        ("2003", "note", {"event_id": "E5", "size": 20}),
        ("2003", "xyz", {"event_id": "E6"}),
        ("2004", "awarded", {"event_id": "E7"}),
    )
    assert (
        onward.replay(grant, log).explain("G1", width=100)
        == """\
G1: Under review: waiting since 2002, as of 2004

2001-03     Note: first idea, Oslo [E1; diary]
            moved: Not begun -> Draft
2001-05     Awarded [E2]
            recorded in Draft
2002        Submitted [E3]
            moved: Draft -> Under review: waiting
2003        Review received [E4]
            recorded in Under review: waiting
            counts: reviews 0 -> 1, reviewers 0 -> 1
2003        Note [E5]
            REFUSED: forbidden in Under review: waiting: a note is short (size > 10: has 20)
2003        xyz [E6]
            UNKNOWN: grant has no event type 'xyz'; it may be awarded, closed, note, reviewed,
              submitted
2004        Awarded [E7]
            held in Under review: waiting: no move to Running (phase == review.ready or fast: is
              review.waiting and not recorded); no move to Ready to decide (reviews >= 2: has 1;
              reviewers > 1: has 1)

ready to decide needs reviews (1 of 2) and reviewers (1 of 2)"""
    )


def missing(model: onward.Model, *rows: tuple[str, str, dict[str, object]]) -> str:
    return onward.replay(model, grants(*rows)).explain("G1").splitlines()[-1]


Row = tuple[str, str, dict[str, object]]

SUBMITTED: Row = ("2001", "submitted", {})
REVIEWED: list[Row] = [("2002", "reviewed", {"score": 5, "reviewer": name}) for name in ("Ada", "Bo")]


def test_what_is_missing_names_events_conditions_and_the_end(grant: onward.Model) -> None:
    awarded: Row = ("2003", "awarded", {})
    closed: Row = ("2004", "closed", {})
    assert missing(grant, ("2001", "xyz", {})) == "draft needs an event note"
    assert missing(grant, SUBMITTED, *REVIEWED) == ("running needs an event awarded with phase == review.ready or fast")
    assert missing(grant, SUBMITTED, *REVIEWED, awarded) == "ended needs an event closed"
    assert missing(grant, SUBMITTED, *REVIEWED, awarded, closed) == "Ended is final."


def test_a_tie_whose_order_decides_is_told(grant: onward.Model) -> None:
    log = grants(("2001", "submitted", {"event_id": "E1"}), ("2001", "note", {"event_id": "E2"}))
    told = onward.replay(grant, log).explain("G1")
    assert (
        "its date ties with E1; in the other order this event would be moved (Not begun -> Draft), "
        "and E1 moved (Draft -> Under review: waiting)" in told
    )


def test_a_tie_whose_order_does_not_matter_is_not_told(grant: onward.Model) -> None:
    log = grants(("2001", "submitted", {}), ("2002", "note", {}), ("2002", "note", {}))
    assert "ties" not in onward.replay(grant, log).explain("G1")


def test_a_broken_invariant_is_told_at_its_step(grant: onward.Model) -> None:
    log = grants(("2001", "submitted", {}), ("2002", "awarded", {"fast": True}))
    assert "breaks the invariant 'reviewed before it runs'" in onward.replay(grant, log).explain("G1")


def test_un_nato_lacks_a_basis_and_machinery() -> None:
    study = onward.load_study()
    told = onward.replay(study.model, study.log, as_of=study.as_of).explain("UN-NATO")
    assert told.splitlines()[0] == "NATO;UN: Start-up/maintenance since 1999, as of 2007-12-31"
    assert told.splitlines()[-1] == "maintenance needs a formal basis (0 of 1) and standing machinery (0 of 1)"
    assert "[H067; Haugevik 2007 §2.1 fn 10]" in told


def test_a_tie_that_decides_across_a_third_event_is_told() -> None:
    model = onward.load_model("partnership")
    log = pl.DataFrame(
        {
            "event_id": ["E1", "E2", "E3"],
            "time": ["2001"] * 3,
            "event": ["partnership_dissolved", "contact", "support_provided"],
            "organizations": ["UN;EU"] * 3,
        }
    )
    told = onward.replay(model, log).explain("EU;UN")
    assert (
        "its date ties with E1; in the other order this event would be moved (Not begun -> Start-up), "
        "and E1 moved (Start-up -> Ending)" in told
    )


def test_of_many_tied_events_neighbours_are_tried() -> None:
    model = onward.load_model("partnership")
    types = ["contact"] * 20 + ["talks_opened"]
    log = pl.DataFrame({"time": ["2001"] * 21, "event": types, "organizations": ["UN;EU"] * 21})
    assert onward.replay(model, log).explain("EU;UN").count("its date ties") == 0


def test_what_is_missing_is_told_as_of_the_end_of_the_window() -> None:
    model = onward.parse_model(
        """
onward: 1
name: patient
events: {a: }
context: {n: {count: a}}
phases: [one, two]
transitions:
  - {from: start, to: one, on: a}
  - {from: one, to: two, when: n > 1.5 and years_in_phase >= 30}
"""
    )
    log = pl.DataFrame({"time": ["2001"], "event": ["a"], "case": ["A"]})
    told = onward.replay(model, log, as_of="2020").explain("A").splitlines()[-1]
    assert told == "two needs n (1 of 2) and years_in_phase >= 30: has 19"


RULE = """
onward: 1
name: rule
values:
  actors.ecology: {ngo: Humanitarian NGOs, un_entity: UN entities}
  obstacle: {dilution: Dilution of a text, spoiling: Spoiling}
events:
  need_growth: {title: Growing need}
  window_closed: {title: The window closes}
  turf_battle: {title: Turf battle}
  consultation:
  directive:
  guidance:
  conference:
context:
  ripe: {flag: {set: [need_growth], clear: [window_closed]}}
  stalled: {title: the process is stalled, flag: {set: [turf_battle], clear: [consultation]}}
  last_obstacle: {title: last obstacle, latest: obstacle, of: any}
  carriers: {distinct: actors.ecology, of: any}
conditions:
  may_rise: ripe and (not stalled or wide.phase >= carried)
  fragile: narrow.phase >= declared and wide.phase < carried
tracks:
  narrow:
    title: Narrow arena
    phases: [discretionary, declared, deep]
    transitions:
      - {from: [start, discretionary], to: declared, on: directive, when: may_rise}
      - {from: declared, to: discretionary, on: guidance, when: fragile and event.obstacle == "dilution"}
      - from: declared
        to: deep
        on: guidance
        when: may_rise and wide.phase == carried and event.obstacle != "dilution"
  wide:
    title: Wide arena
    phases: [linked, carried]
    transitions:
      - {from: start, to: linked, on: conference}
      - {from: linked, to: carried, when: carriers >= 2}
forbid:
  - {on: window_closed, when: not ripe, because: the window is not open}
invariants:
  - {name: never fragile, always: not fragile}
"""


def events(*rows: tuple[object, ...], columns: str) -> pl.DataFrame:
    """Return rows of one case: a date, an id, a type, and the *columns* that follow."""
    schema = ["time", "event_id", "event", *columns.split()]
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(case=pl.lit("R"))


def rule_log() -> pl.DataFrame:
    return events(
        ("1998", "N0", "window_closed", None, None),
        ("1999", "N1", "need_growth", "Secretariat@un_entity", None),
        ("2000-05-03", "N2", "directive", "Secretariat@un_entity", None),
        ("2001", "N3", "guidance", "Secretariat@un_entity", "dilution"),
        ("2002", "N4", "turf_battle", "Departments", None),
        ("2003", "N5", "directive", None, None),
        ("2004-02", "N6", "conference", "MSF@ngo; Secretariat@un_entity", None),
        ("2005", "N7", "directive", None, None),
        ("2006", "N8", "consultation", None, None),
        ("2007", "N9", "window_closed", None, None),
        ("2008", "N10", "guidance", None, "spoiling"),
        columns="actors obstacle",
    )


def test_a_life_on_two_tracks_names_tracks_causes_and_conditions() -> None:
    told = onward.replay(onward.parse_model(RULE), rule_log(), as_of="2016-12-31").explain("R", width=100)
    assert (
        told
        == """\
R, as of 2016-12-31
Narrow arena: Declared since 2005
Wide arena: Carried since 2004-02
ripe: cleared in 2007 by The window closes (N9)
the process is stalled: cleared in 2006 by Consultation (N8)
last obstacle: Spoiling, in 2008 by Guidance (N10)

1998        The window closes [N0]
            REFUSED: forbidden in Not begun: the window is not open (not ripe: not set)
1999        Growing need [N1]
            actors: Secretariat (UN entities)
            recorded in Not begun
            counts: carriers 0 -> 1
            ripe: set
2000-05-03  Directive [N2]
            actors: Secretariat (UN entities)
            Narrow arena: moved: Not begun -> Declared, passing Discretionary (may_rise (ripe: set
              in 1999 by Growing need (N1); not stalled: not set))
            breaks the invariant 'never fragile' (not fragile (narrow.phase < declared or wide.phase
              >= carried: is declared and is start))
2001        Guidance [N3]
            actors: Secretariat (UN entities); obstacle: Dilution of a text
            Narrow arena: moved: Declared -> Discretionary (fragile (narrow.phase >= declared: is
              declared; wide.phase < carried: is start); obstacle == "dilution": is dilution)
            last obstacle: Dilution of a text
2002        Turf battle [N4]
            actors: Departments
            recorded in Discretionary and Not begun
            the process is stalled: set
2003        Directive [N5]
            Narrow arena: held in Discretionary: no move to Declared (may_rise (not stalled or
              wide.phase >= carried: set in 2002 by Turf battle (N4) and is start))
2004-02     Conference [N6]
            actors: MSF (Humanitarian NGOs), Secretariat (UN entities)
            Wide arena: moved: Not begun -> Carried, passing Linked (carriers >= 2: has 2)
            counts: carriers 1 -> 2
2005        Directive [N7]
            Narrow arena: moved: Discretionary -> Declared (may_rise (ripe: set in 1999 by Growing
              need (N1); wide.phase >= carried: is carried))
2006        Consultation [N8]
            recorded in Declared and Carried
            the process is stalled: cleared
2007        The window closes [N9]
            recorded in Declared and Carried
            ripe: cleared
2008        Guidance [N10]
            obstacle: Spoiling
            Narrow arena: held in Declared: no move to Discretionary (fragile (wide.phase < carried:
              is carried); obstacle == "dilution": is spoiling); no move to Deep (may_rise (ripe:
              cleared in 2007 by The window closes (N9)))
            last obstacle: Dilution of a text -> Spoiling

Narrow arena: deep needs an event guidance with wide.phase == carried and obstacle != "dilution" and
may_rise (ripe: cleared in 2007 by The window closes (N9))
Wide arena: No phase comes after Carried."""
    )


def test_what_was_set_before_the_first_event_is_told_so() -> None:
    model = onward.parse_model(RULE)
    log = rule_log()
    first = onward.replay(model, log.head(5))
    later = onward.replay(model, log.slice(5, 1), states=first.states).explain("R")
    assert "ripe: set before" in later
    assert "last obstacle: Dilution of a text\n" in later
    assert "no move to Declared (may_rise (not stalled or wide.phase >= carried: set before and is start))" in later


def test_a_tie_on_two_tracks_names_the_track_that_would_have_moved() -> None:
    log = events(
        ("1999", "N1", "need_growth", None, None),
        ("2000", "N2", "turf_battle", None, None),
        ("2000", "N3", "directive", None, None),
        columns="actors obstacle",
    )
    told = onward.replay(onward.parse_model(RULE), log).explain("R")
    assert (
        "its date ties with N2; in the other order this event would be moved (Narrow arena: Not begun -> Declared), "
        "and N2 recorded" in told
    )


TREATY = """
onward: 1
name: treaty
parameters: {quiet: 10}
events: {signed: , force: {title: Entry into force}, used: {title: Use}, cited: , joint: {title: Joint work}}
context:
  recent: {title: joint activity, count: joint, within: 3 years}
  money: {sum: amount, of: joint, within: 36 months}
  spent: {title: money spent, sum: amount, of: joint}
  largest: {max: amount, of: joint}
  running: {title: operations, open: [joint]}
phases: [signed_, in_force, dormant, gone]
transitions:
  - {from: start, to: signed_, on: signed}
  - {from: signed_, to: in_force, on: force}
  - {from: in_force, to: dormant, after: {years: quiet, without: [used, cited]}, when: running == 0}
  - {from: in_force, to: dormant, on: cited, when: event.amount > 1000 and running > 1}
  - {from: dormant, to: gone, after: {years: 1}}
"""


def treaty_log(end: str | None) -> pl.DataFrame:
    return events(
        ("1999", "T1", "signed", None, None),
        ("2000-01", "T2", "force", None, None),
        ("2000-05-01", "T3", "used", None, None),
        ("2001", "T4", "joint", 200.5, end),
        ("2003-02", "T5", "joint", 100.0, "2003-12-15"),
        ("2006-03", None, "joint", 0.1, "2006"),
        columns="amount until",
    )


def test_a_step_by_time_tells_what_ran_out_since_when_and_what_began_it_anew() -> None:
    told = onward.replay(onward.parse_model(TREATY), treaty_log("2014-12-15"), as_of="2016-12-31")
    assert (
        told.explain("R", width=110)
        == """\
R: Gone since 2015-12-15, as of 2016-12-31
joint activity within 3 years: 0; 3 lapsed
money within 36 months: 0; 3 lapsed
largest: 200.5, in 2001 by Joint work (T4)
operations: 0; 3 ended

1999        Signed [T1]
            moved: Not begun -> Signed
2000-01     Entry into force [T2]
            moved: Signed -> In force
2000-05-01  Use [T3]
            recorded in In force
2001        Joint work [T4]
            recorded in In force
            counts: money spent 0 -> 200.5, largest none -> 200.5
            joint activity within 3 years: 0 -> 1, through 2004-12-31
            money within 36 months: 0 -> 200.5, through 2004-12-31
            operations: 0 -> 1; this one runs through 2014-12-15
2003-02     Joint work [T5]
            recorded in In force
            counts: money spent 200.5 -> 300.5
            joint activity within 3 years: 1 -> 2, the first through 2004-12-31
            money within 36 months: 200.5 -> 300.5, the first through 2004-12-31
            operations: 1 -> 2; this one runs through 2003-12-15
2006-03     Joint work
            recorded in In force
            counts: money spent 300.5 -> 300.6
            joint activity within 3 years: 2 -> 1, through 2009-03-31; 2 lapsed
            money within 36 months: 300.5 -> 0.1, through 2009-03-31; 2 lapsed
            operations: 2; Joint work (T5) ran through 2003-12-15; this one runs through 2006-12-31
2014-12-15  Joint work (T4) is over
            moved: In force -> Dormant (after 10 years without used or cited: ran out on 2010-05-01, begun
              anew on 2000-05-01 by Use (T3); running == 0: has 0)
            joint activity within 3 years: 1 -> 0; 1 lapsed
            money within 36 months: 0.1 -> 0; 1 lapsed
            operations: 2 -> 0; Joint work ran through 2006-12-31, Joint work (T4) ran through 2014-12-15
2015-12-15  After 1 year
            moved: Dormant -> Gone (after 1 year: ran out on 2015-12-15, begun on 2014-12-15 by time alone)

No phase comes after Gone."""
    )


def test_what_is_missing_names_timers_and_what_still_runs() -> None:
    model = onward.parse_model(TREATY)
    replay = onward.replay(model, treaty_log(None), as_of="2009-12-31")
    assert replay.explain("R").splitlines()[-1] == (
        "dormant needs running == 0: has 1: Joint work (T4) runs on and 10 years without use or cited, "
        "which run out on 2010-05-01, or an event cited with amount > 1000 and running > 1"
    )
    dormant = onward.replay(model, treaty_log("2009-12-31"), as_of="2010-06")
    assert dormant.explain("R").splitlines()[-1] == "gone needs 1 year, which runs out on 2011-05-01"


def test_a_count_in_a_window_is_told_with_how_long_it_still_counts() -> None:
    model = onward.parse_model(
        """
onward: 1
name: visits
events: {visit: , leave: }
context:
  recent: {count: visit, within: 1 year}
  guests: {open: [visit]}
phases: [quiet, busy]
transitions:
  - {from: start, to: quiet, on: any}
  - {from: quiet, to: busy, when: recent >= 3 and guests > 5}
"""
    )
    log = events(*(("2001-02-01", f"V{number}", "visit") for number in range(5)), columns="")
    told = onward.replay(model, log).explain("R").splitlines()
    assert told[2] == "guests: 5: Visit (V0) runs on, Visit (V1) runs on, Visit (V2) runs on and 2 more"
    assert told[-1] == (
        "busy needs guests (5 of 6: Visit (V0) runs on, Visit (V1) runs on, Visit (V2) runs on and 2 more)"
    )
    again = onward.replay(model, log.head(2), as_of="2001-03").explain("R").splitlines()
    assert again[-1].startswith(
        "busy needs recent within 1 year (2 of 3, the first through 2002-02-01) and guests (2 of "
    )


def test_what_began_before_the_first_event_ends_all_the_same() -> None:
    model = onward.parse_model(TREATY)
    first = onward.replay(model, treaty_log("2014-12-15"))
    none = treaty_log(None).clear()
    told = onward.replay(model, none, as_of="2015-01-31", states=first.states).explain("R").splitlines()
    assert told[0] == "R: Dormant since 2014-12-15, as of 2015-01-31"
    assert "2014-12-15  What began before is over" in told
    assert any(
        "operations: 2 -> 0; one from before ran through 2006-12-31, one from before ran" in line for line in told
    )


def test_a_step_of_norm_change_names_its_cause_its_actors_and_its_source() -> None:
    study = onward.load_study("norm_change")
    told = onward.replay(study.model, study.log, as_of=study.as_of).explain("integrated missions")
    [diluted] = [block for block in told.split("\n2") if block.startswith("000-10-30")]
    assert "[N005; Karlsrud 2013, Case Study ¶2; References]" in diluted
    assert "actors: UN Secretary-General (UN entit" in diluted
    assert "obstacle: Dilution of a text" in diluted
    assert "Narrow arena: moved: Declared -> Discretionary (" in diluted
    lines = told.splitlines()
    assert lines[:3] == [
        "integrated missions, as of 2012-12-31",
        "Narrow arena: Nominal since 2007",
        "Wide arena: Anchored since 2007",
    ]
    assert lines[3].startswith("the window is open: set ")
    assert lines[-1] == "Wide arena: No phase comes after Anchored."


def test_what_moves_a_case_at_the_end_of_a_window_that_began_before_is_told() -> None:
    model = onward.parse_model(
        """
onward: 1
name: quiet
events: {visit: }
context:
  recent: {title: visits, count: visit, within: 1 month}
  asked: {flag: {set: [visit]}}
phases: [busy, quiet, asleep]
transitions:
  - {from: start, to: busy, on: visit}
  - {from: busy, to: quiet, when: recent < 1}
  - {from: busy, to: asleep, after: {weeks: 1}, when: not asked}
  - {from: busy, to: asleep, when: years_in_phase > 0.01 and recent > 1}
"""
    )
    visits = events(("2001-02-01", "V1", "visit"), ("2001-02-01", "V2", "visit"), columns="")
    first = onward.replay(model, visits.head(1), as_of="2001-02-02")
    told = onward.replay(model, visits.clear(), as_of="2002", states=first.states).explain("R")
    assert "2001-03-01  1 month after what began before\n            moved: Busy -> Quiet (recent < 1: has 0)" in told
    # At the end of the week the guard of the timer fails, and that of another transition holds.
    told = onward.replay(model, visits, as_of="2001-02-20").explain("R")
    assert (
        "2001-02-08  Time passed\n            moved: Busy -> Asleep, passing Quiet (years_in_phase > 0.01: has " in told
    )


def test_a_condition_that_is_told_of_two_moves_is_told_once() -> None:
    model = onward.parse_model(
        """
onward: 1
name: chain
events: {go: }
context: {ripe: {flag: {set: [go]}}}
conditions: {may_rise: ripe}
phases: [one, two, three]
transitions:
  - {from: start, to: one, on: go, when: may_rise}
  - {from: one, to: two, when: may_rise}
  - {from: two, to: three, when: ripe}
"""
    )
    told = onward.replay(model, events(("2001", "G", "go"), columns="")).explain("R")
    assert (
        "moved: Not begun -> Three, passing One and Two "
        "(may_rise (ripe: set in 2001 by Go (G)); ripe: set in 2001 by Go (G))" in told
    )
