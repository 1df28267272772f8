"""The shipped study, replayed, against the table that the report itself prints (Figure 2), cell by cell."""

from collections.abc import Callable, Iterable

import pytest

import onward
from onward.report.summary import summarise

Row = dict[str, str]
Table = Callable[[str], list[Row]]
Redated = Callable[[Iterable[Row]], onward.EventLog]
Cell = tuple[str, str]

BOSNIA = "Bosnia and Herzegovina"

# What is printed, what the replay derives, and why they differ. Every other cell is the same.
DIFFERENCES: dict[Cell, tuple[str, str, str]] = {
    ("AU;NATO", "Sudan"): (
        "2004–2007",
        "2005–2007",
        "the section on the pair (§4.6) has NATO's help begin in July 2005",
    ),
    ("EU;UN", BOSNIA): (
        "2004–present",
        "2003",
        "§4.1 and §3.3 date the handover to the EU police mission to 2003, and a handover is a moment",
    ),
    ("EU;UN", "Chad"): (
        "2008–present",
        "planned",
        "the operation is still in preparation at the end of 2007 (§4.1)",
    ),
    ("EU;NATO", "Sudan"): (
        "",
        "2005–2007",
        "§4.2 treats the support that both gave to the AU side by side; the table leaves it out",
    ),
}


def printed_operations(figure2: list[Row]) -> dict[Cell, str]:
    cells: dict[Cell, str] = {}
    for row in figure2:
        for entry in row["operations"].split(";"):
            place, years = entry.split("=")
            told = years.replace("..", "–")
            cell = row["dyad"], place
            cells[cell] = f"{cells[cell]}, {told}" if cell in cells else told
    return cells


def derived_operations(replayed: onward.Replay) -> dict[Cell, str]:
    cells: dict[Cell, str] = {}
    for row in replayed.case_rows:
        for entry in dict(row.shows)["operations"].split("; "):
            place, years = entry.rsplit(" ", 1)
            cell = row.case, place
            cells[cell] = f"{cells[cell]}, {years}" if cell in cells else years
    return cells


def test_six_of_six_phases_are_those_of_figure_2(replayed: onward.Replay, printed: dict[str, str]) -> None:
    assert len(printed) == 6
    assert {row.case: row.label for row in replayed.case_rows} == printed


def test_nothing_in_the_study_goes_against_the_model(replayed: onward.Replay) -> None:
    assert replayed.deviation_rows == ()
    assert replayed.notes == ()
    assert replayed.after_as_of == 1  # Chad, 2008


def test_four_relationships_are_formal_and_two_ad_hoc(replayed: onward.Replay) -> None:
    assert {row.case: dict(row.shows)["basis"] for row in replayed.case_rows} == {
        "EU;UN": "formal",
        "EU;NATO": "formal",
        "NATO;UN": "ad hoc",
        "AU;UN": "formal",
        "AU;EU": "formal",
        "AU;NATO": "ad hoc",
    }


def test_every_motive_stands_where_figure_2_puts_it(study: onward.Study, table: Table) -> None:
    named = {row["dyad"]: row["motives"].split(";") for row in table("figure2")}
    cells = table("motives")
    assert len(cells) == 36
    for cell in cells:
        shown = study.cases.of(cell["dyad"])["motives"].split("; ")
        assert (cell["motive"].replace("_", " ") in shown) == (cell["motive"] in named[cell["dyad"]]), cell


def test_operations_differ_from_figure_2_in_exactly_the_four_cells_named(replayed: onward.Replay, table: Table) -> None:
    ours, theirs = derived_operations(replayed), printed_operations(table("figure2"))
    assert len(ours | theirs) == 16
    assert {
        cell: (theirs.get(cell, ""), ours.get(cell, "")) for cell in ours | theirs if theirs.get(cell) != ours.get(cell)
    } == {cell: (theirs_says, ours_says) for cell, (theirs_says, ours_says, _) in DIFFERENCES.items()}


@pytest.mark.parametrize(("event_id", "cell"), [("H066", ("AU;NATO", "Sudan")), ("H038", ("EU;UN", BOSNIA))])
def test_with_the_date_of_figure_2_the_replay_starts_in_the_year_of_figure_2(
    event_id: str, cell: Cell, study: onward.Study, table: Table, redated: Redated
) -> None:
    rivals = [row for row in table("event_dates") if (row["event_id"], row["basis"]) == (event_id, "figure2")]
    ours = derived_operations(onward.replay(study.model, redated(rivals), as_of=study.as_of))
    assert ours[cell][:4] == DIFFERENCES[cell][0][:4] == "2004"
    assert ours[cell] == {"H066": "2004–2007", "H038": "2004"}[event_id]  # a handover stays a moment


def test_a_year_later_the_operation_in_chad_runs_as_figure_2_announces(study: onward.Study) -> None:
    ours = derived_operations(onward.replay(study.model, study.log, as_of="2008"))
    assert ours["EU;UN", "Chad"] == DIFFERENCES["EU;UN", "Chad"][0]


def test_nato_and_the_eu_stand_in_sudan_by_the_row_of_section_4_2_alone(
    study: onward.Study, relog: Callable[[Iterable[onward.Event]], onward.EventLog]
) -> None:
    log = relog(event for event in study.log.events() if event.id != "H064")
    assert ("EU;NATO", "Sudan") not in derived_operations(onward.replay(study.model, log, as_of=study.as_of))


def test_the_printed_rows_are_in_the_order_and_under_the_names_of_figure_2(
    study: onward.Study, replayed: onward.Replay, table: Table
) -> None:
    summary = summarise(replayed, study.cases)
    assert summary.headings[:3] == ("relationship", "phase", "since")
    assert [row[:2] for row in summary.rows] == [
        ("UN–EU", "Maintenance"),
        ("NATO–EU", "Maintenance"),
        ("UN–NATO", "Start-up/maintenance"),
        ("UN–AU", "Start-up/maintenance"),
        ("EU–AU", "Start-up"),
        ("NATO–AU", "Start-up"),
    ]
    assert [row[0] for row in summary.rows] == [study.cases.title(row["dyad"]) for row in table("figure2")]


def test_the_printed_rows_say_since_when(study: onward.Study, replayed: onward.Replay) -> None:
    summary = summarise(replayed, study.cases)
    assert {row[0]: row[2] for row in summary.rows} == {
        "UN–EU": "2004",
        "NATO–EU": "2007",
        "UN–NATO": "1999",
        "UN–AU": "2004",
        "EU–AU": "2004",
        "NATO–AU": "2005-07",
    }
