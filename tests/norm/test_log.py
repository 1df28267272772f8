"""The norm's log keeps to its vocabularies, and its README counts what it holds."""

import csv
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

import onward

FOLDER = Path(__file__).parents[2] / "data" / "norm_change"
README = (FOLDER / "README.md").read_text(encoding="utf-8")
PROSE = " ".join(README.split())

with (FOLDER / "events.csv").open(encoding="utf-8", newline="") as file:
    EVENTS = list(csv.DictReader(file, strict=True))


def told(heading: str) -> dict[str, int]:
    """The counts of the README's table under *heading*."""
    _, _, table = README.partition(f"\n| {heading} |")
    lines = table.partition("\n\n")[0].splitlines()[2:]
    return {
        name: int(rows) for name, rows, *_ in ([cell.strip(" `") for cell in line.split("|")[1:]] for line in lines)
    }


def ecologies(row: dict[str, str]) -> set[str]:
    return {actor.rpartition("@")[2] for actor in row["actors"].split(";")}


def values(column: str) -> list[str]:
    """What the events have in a column, each value once an event; of actors, their ecology."""
    if column == "ecology":
        return [one for row in EVENTS for one in ecologies(row)]
    return [one for row in EVENTS for one in row[column].split(";") if one]


def domain(model: onward.Model, attribute: str) -> set[str]:
    [found] = [each.values for each in model.domains if each.attribute == attribute]
    return {str(value) for value, _ in found}


@pytest.mark.parametrize("column", ["ecology", "arena", "stance", "obstacle", "element"])
def test_the_readme_counts_the_events_of_every_value(column: str) -> None:
    counted = Counter(values(column))
    assert {value: rows for value, rows in told(column).items() if rows} == counted


@pytest.mark.parametrize("column", ["arena", "stance", "obstacle", "element"])
def test_the_model_knows_the_values_that_the_readme_knows(column: str, study: onward.Study) -> None:
    assert domain(study.model, column) == told(column).keys()


def test_the_model_knows_one_ecology_more_for_whom_nobody_speaks(study: onward.Study) -> None:
    assert domain(study.model, "actors") - told("ecology").keys() == {"host_country"}


def test_the_readme_and_the_model_know_the_same_event_types(study: onward.Study) -> None:
    kinds = told("event type")
    assert kinds.keys() == study.model.kinds.keys()
    assert {kind: rows for kind, rows in kinds.items() if rows} == Counter(row["event_type"] for row in EVENTS)


def test_the_readme_counts_what_it_says_in_passing() -> None:
    precision = Counter(row["date_precision"] for row in EVENTS)
    assert "`year` ({year} events), `month` ({month}), `day` ({day})".format(**precision) in PROSE
    assert f"{sum(not row['element'] for row in EVENTS)} events show none" in PROSE


def test_the_readme_names_the_rows_with_derived_dates_and_the_interviews() -> None:
    assert "N007 to N010, N013, N014, N018 to N020 and N031 have derived dates" in PROSE
    assert ids(row for row in EVENTS if row["note"].startswith("Date derived")) == [
        *("N007", "N008", "N009", "N010", "N013", "N014", "N018", "N019", "N020", "N031")
    ]
    assert "Interviews (N033 to N036, N040, N041)" in PROSE
    assert ids(row for row in EVENTS if row["note"].startswith("Date is that of the interview")) == [
        *("N033", "N034", "N035", "N036", "N040", "N041")
    ]


def ids(rows: Iterable[dict[str, str]]) -> list[str]:
    return [row["event_id"] for row in rows]


def test_actors_are_names_with_an_ecology() -> None:
    actors = [actor for row in EVENTS for actor in row["actors"].split(";")]
    assert all(re.fullmatch(r"[^;@]+@[a-z_]+", actor) for actor in actors)


def test_the_rows_of_one_norm_are_numbered() -> None:
    assert ids(EVENTS) == [f"N{number:03}" for number in range(1, 42)]
    assert {row["case"] for row in EVENTS} == {"integrated missions"}


def test_every_obstacle_but_the_checklist_is_opposition() -> None:
    opposed = [row for row in EVENTS if row["stance"] == "opposes"]
    assert all(row["obstacle"] for row in opposed)
    assert ids(row for row in EVENTS if row["obstacle"] and row not in opposed) == ["N041"]
