"""Replay of whole logs: an example a behaviour."""

from datetime import datetime

import polars as pl
import pytest
from attrs import evolve

import onward

COLUMNS = ("time", "event", "organizations", "place", "formal", "until")


def frame(*rows: tuple[object, ...]) -> pl.DataFrame:
    return pl.DataFrame(
        [dict(zip(COLUMNS, (*row, *[None] * 6), strict=False)) for row in rows], infer_schema_length=None
    )


@pytest.fixture
def model() -> onward.Model:
    return onward.load_model("partnership")


def test_an_event_of_three_organizations_counts_for_each_of_three_pairs(model: onward.Model) -> None:
    replayed = onward.replay(model, frame(("2004", "support_provided", "UN;EU;AU")))
    assert [row.case for row in replayed.step_rows] == ["AU;EU", "AU;UN", "EU;UN"]
    assert replayed.row_counts["replayed"] == 1


def test_a_partial_date_counts_from_its_last_instant_or_as_possible_from_its_first(model: onward.Model) -> None:
    log = frame(("2004", "talks_opened", "UN;EU"), ("2004-05-01", "contact", "UN;EU"))
    certain, possible = onward.replay(model, log), onward.replay(model, log, reading="possible")
    assert [row.event for row in certain.step_rows] == ["contact", "talks_opened"]
    assert [row.event for row in possible.step_rows] == ["talks_opened", "contact"]
    assert possible.cases["since"].to_list() == [datetime(2004, 1, 1)]  # noqa: DTZ001
    assert certain.cases["since"].to_list() == [datetime(2004, 12, 31, 23, 59, 59, 999999)]  # noqa: DTZ001


def test_a_window_ends_with_the_last_instant_of_its_day_month_or_year(model: onward.Model) -> None:
    log = frame(("2004", "contact", "UN;EU"), ("2005-03", "talks_opened", "UN;EU"), ("2005-03-31", "contact", "UN;EU"))
    counted = {
        as_of: len(onward.replay(model, log, as_of=as_of).step_rows) for as_of in ("2004", "2005-03", "2005-03-30")
    }
    assert counted == {"2004": 1, "2005-03": 3, "2005-03-30": 1}
    whole = onward.replay(model, log)
    assert whole.as_of is not None
    assert (whole.as_of.recorded, whole.after_as_of) == ("2005-03", 0)


def test_a_case_without_events_in_the_window_does_not_appear(model: onward.Model) -> None:
    log = frame(("2004", "contact", "UN;EU"), ("2006", "contact", "UN;AU"))
    assert [row.case for row in onward.replay(model, log, as_of="2005").case_rows] == ["EU;UN"]


def test_a_date_that_is_none_is_told(model: onward.Model) -> None:
    with pytest.raises(onward.UsageError, match=r"as_of: .*2007-13"):
        onward.replay(model, frame(("2004", "contact", "UN;EU")), as_of="2007-13")


def test_the_tables_have_the_documented_columns_also_for_an_empty_log(model: onward.Model) -> None:
    replayed = onward.replay(
        model, pl.DataFrame(schema={"time": pl.String, "event": pl.String, "organizations": pl.String})
    )
    assert replayed.cases.columns == [
        *("case", "track", "phase", "stage", "label", "since", "first_event", "last_event", "events", "moves"),
        *("since_recorded", "basis", "operations"),
    ]
    steps = ("event_id", "case", "track", "time", "event", "before", "after", "outcome", "transition", "implied")
    assert replayed.steps.columns == [*steps, "recorded", "row"]
    assert replayed.steps.schema["time"] == pl.Datetime("us")
    assert replayed.spells.columns == ["case", "track", "phase", "stage", "start", "end", "end_kind"]
    assert replayed.deviations.columns == [
        *("case", "track", "event_id", "time", "recorded", "event", "phase", "kind", "reason")
    ]
    assert (replayed.as_of, replayed.cases.height, replayed.notes) == (None, 0, ())


def test_deviations_say_what_was_refused_unknown_or_broken(model: onward.Model) -> None:
    quick = evolve(
        model, invariants=model.invariants[1:2], transitions=(evolve(model.transitions[0], target="maintenance"),)
    )
    log = frame(
        ("2001", "contcat", "UN;EU"),
        ("2002", "partnership_dissolved", "UN;EU"),
        ("2003", "support_provided", "UN;EU"),
    )
    rows = onward.replay(quick, log).deviation_rows
    assert [(row.kind, row.recorded, row.phase) for row in rows] == [
        ("unknown", "2001", "start"),
        ("refused", "2002", "start"),
        ("broken", "2003", "start"),
    ]
    assert rows[1].reason == "forbidden in Not begun: nothing has been founded that could be dissolved"


def test_notes_name_unknown_types_and_columns_that_the_model_asks_for(model: onward.Model) -> None:
    log = pl.DataFrame(
        {
            "time": ["2001", "2002"],
            "event": ["contcat", "contcat"],
            "organizations": ["UN;EU"] * 2,
            "formel": [True] * 2,
        }
    )
    assert [str(note) for note in onward.replay(model, log).notes] == [
        "data frame: 2 rows of type 'contcat', which partnership does not know; did you mean 'contact'?",
        "data frame: partnership looks at the column 'formal', which the log does not have; did you mean 'formel'?",
        (
            "data frame: partnership looks at the column 'place', which the log does not have; "
            "what asks for it stays unknown"
        ),
    ]


def test_a_model_of_pairs_takes_pairs_from_a_column_case_too(model: onward.Model) -> None:
    log = pl.DataFrame({"time": ["2001", "2002"], "event": ["contact"] * 2, "case": ["UN;EU", "EU; UN"]})
    assert [(row.case, row.events) for row in onward.replay(model, log).case_rows] == [("EU;UN", 2)]


def test_a_row_without_organizations_falls_back_on_its_case(model: onward.Model) -> None:
    log = pl.DataFrame(
        {"time": ["2001", "2002"], "event": ["contact"] * 2, "case": ["x", "UN;AU"], "organizations": ["UN;EU", None]}
    )
    assert [row.case for row in onward.replay(model, log).case_rows] == ["AU;UN", "EU;UN"]


def test_a_model_of_named_cases_refuses_a_log_of_organizations(grant: onward.Model) -> None:
    with pytest.raises(onward.LogError) as caught:
        onward.replay(grant, frame(("2001", "note", "UN;EU")))
    assert str(caught.value) == (
        "data frame: grant takes its cases from the column `case`, and the log has `organizations` only; "
        "add a column `case`, or write `cases: pairs` in the model"
    )


def test_what_is_no_log_is_refused(model: onward.Model) -> None:
    with pytest.raises(onward.UsageError, match="no log can be read from a list"):
        onward.replay(model, [])  # type: ignore[arg-type]  # the point


def test_a_case_is_found_however_its_pair_is_written(model: onward.Model) -> None:
    replayed = onward.replay(model, frame(("2004", "contact", "UN;NATO")))
    assert replayed.explain("UN–NATO") == replayed.explain("NATO;UN")
    with pytest.raises(onward.UsageError, match="there is no case 'UN-OSCE'"):
        replayed.explain("UN-OSCE")


def test_the_manifest_has_all_that_is_needed_to_make_the_result_again(model: onward.Model) -> None:
    log = onward.read_log(frame(("2004", "contact", "UN;EU")))
    manifest = onward.replay(model, log, as_of=2005).manifest
    assert manifest["log_fingerprint"] == log.fingerprint
    assert (manifest["as_of"], manifest["reading"], manifest["ties"]) == ("2005", "certain", "file order")
    assert manifest["onward"] == onward.__version__
    again = onward.parse_model(onward.write_model(model))
    assert onward.replay(again, log).manifest["model_fingerprint"] == manifest["model_fingerprint"]


def test_dates_before_1678_work(model: onward.Model) -> None:
    replayed = onward.replay(model, frame(("1648-10-24", "joint_declaration", "EMP;FRA", None, True)))
    assert replayed.cases["since"].to_list() == [datetime(1648, 10, 24, 23, 59, 59, 999999)]  # noqa: DTZ001


@pytest.mark.parametrize(
    ("rows", "shown"),
    [
        ([("2001", "joint_operation_launched", "Mali", None)], "Mali 2001–present"),
        ([("2001", "joint_operation_launched", "Mali", "2001-06")], "Mali 2001"),
        ([("2001", "joint_operation_launched", "Mali", "2009")], "Mali 2001–present"),
        (
            [("2001", "joint_operation_launched", "Mali", None), ("2003", "joint_operation_ended", "Mali", None)],
            "Mali 2001–2003",
        ),
        (
            [("2001", "joint_operation_launched", "Mali", None), ("2003", "joint_operation_ended", "Chad", None)],
            "Mali 2001–present",
        ),
        ([("2001", "support_provided", "Mali", None), ("2002", "support_ended", "Mali", None)], "Mali 2001–2002"),
        ([("2001", "operation_handover", "Mali", None)], "Mali 2001"),
        ([("2001", "joint_operation_planned", "Mali", None)], "Mali planned"),
        (
            [("2001", "joint_operation_planned", "Mali", None), ("2002", "operation_handover", "Mali", None)],
            "Mali 2002",
        ),
        (
            [("2001", "support_provided", "Mali", "2003"), ("2002", "support_provided", "Mali", None)],
            "Mali 2001–present",
        ),
        (
            [("2001", "support_provided", "Mali", "2003"), ("2002", "support_provided", "Mali", "2002")],
            "Mali 2001–2003",
        ),
        (
            [("2001", "support_provided", "Mali", None), ("2002", "support_provided", "Mali", "2002")],
            "Mali 2001–present",
        ),
        (
            [
                ("2003", "support_provided", "Mali", "2003"),
                ("2001", "support_provided", "Chad", "2001"),
                ("2005", "support_provided", "Mali", None),
            ],
            "Chad 2001; Mali 2003; Mali 2005–present",
        ),
        ([("2001", "joint_operation_launched", None, None)], ""),
    ],
)
def test_operations_are_listed_with_their_years(
    model: onward.Model, rows: list[tuple[str, str, str | None, str | None]], shown: str
) -> None:
    log = frame(*((time, event, "UN;EU", place, None, until) for time, event, place, until in rows))
    [row] = onward.replay(model, log, as_of="2007").case_rows
    assert dict(row.shows)["operations"] == shown


def test_what_ends_after_the_log_still_runs(model: onward.Model) -> None:
    log = frame(("2001", "joint_operation_launched", "UN;EU", "Mali", None, "2050"), ("2002", "contact", "UN;EU"))
    whole, window = onward.replay(model, log), onward.replay(model, log, as_of="2002")
    assert dict(whole.case_rows[0].shows)["operations"] == "Mali 2001–present"
    assert whole.case_rows == window.case_rows


def test_places_may_be_numbers(model: onward.Model) -> None:
    log = frame(("2001", "joint_operation_launched", "UN;EU", 1), ("2002", "joint_operation_ended", "UN;EU", 1))
    assert dict(onward.replay(model, log).case_rows[0].shows)["operations"] == "1 2001–2002"


@pytest.mark.parametrize("typed", ["UN-EU", "UN, EU", "EU–UN"])
def test_a_pair_in_the_column_case_may_be_typed_in_any_way(model: onward.Model, typed: str) -> None:
    log = pl.DataFrame({"time": ["2001", "2002"], "event": ["contact"] * 2, "case": ["EU;UN", typed]})
    assert [(row.case, row.events) for row in onward.replay(model, log).case_rows] == [("EU;UN", 2)]


def test_what_is_no_pair_is_refused_row_by_row(model: onward.Model) -> None:
    log = pl.DataFrame({"time": ["2001"] * 4, "event": ["contact"] * 4, "case": ["UN", "UN;UN", "A;B;C", "UN;EU"]})
    with pytest.raises(onward.LogError) as caught:
        onward.replay(model, log)
    mend = "write two codes joined by ;"
    assert [str(problem) for problem in caught.value.problems] == [
        f"data frame: row {row}: case: {case!r} is no pair, and the model's cases are pairs; {mend}"
        for row, case in enumerate(("UN", "UN;UN", "A;B;C"), 1)
    ]


def test_a_reading_that_does_not_exist_is_told(model: onward.Model) -> None:
    with pytest.raises(onward.UsageError, match="there is no reading 'posible'; did you mean 'possible'"):
        onward.replay(model, frame(("2001", "contact", "UN;EU")), reading="posible")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("formal", "told"),
    [
        (["yes", "no"], "the column 'formal' holds texts (yes, no), where partnership asks for true or false"),
        (["TRUE", "WAHR"], "the column 'formal' holds texts (WAHR), where partnership asks for true or false"),
        ([1, 0], "the column 'formal' holds numbers (1, 0), where partnership asks for true or false"),
        ([True, None], None),
        ([None, None], None),
    ],
)
def test_a_column_that_a_guard_can_never_compare_is_told(
    model: onward.Model, formal: list[object], told: str | None
) -> None:
    base = {"time": ["2001", "2002"], "event": ["contact"] * 2, "organizations": ["UN;EU"] * 2, "place": ["Oslo"] * 2}
    notes = [str(note) for note in onward.replay(model, pl.DataFrame(base | {"formal": formal})).notes]
    mend = "it stays unknown; write true or false in every row, or leave the cell empty"
    assert notes == ([] if told is None else [f"data frame: {told}: {mend}"])


def test_a_column_is_told_for_comparisons_lists_and_parameters_too() -> None:
    model = onward.parse_model(
        """
onward: 1
name: sizes
events: {a: }
parameters: {least: 3}
phases: [one]
transitions:
  - {from: start, to: one, on: a, when: 'least <= event.size and event.kind in [1, 2] and event.note == "x"'}
"""
    )
    columns = {"size": ["3", "many"], "kind": ["b", "c"], "note": [1, 2]}
    log = pl.DataFrame({"time": ["2001"] * 2, "event": ["a"] * 2, "case": ["A"] * 2, **columns})
    assert [str(note).partition(",")[0] for note in onward.replay(model, log).notes] == [
        "data frame: the column 'kind' holds texts (b",
        "data frame: the column 'note' holds numbers (1",
        "data frame: the column 'size' holds texts (3",
    ]
