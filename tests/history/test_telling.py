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
