"""The project's own data is sound, and its README tells the truth about it."""

import calendar
import csv
import re
from collections import Counter
from collections.abc import Callable
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest

import onward
from onward.log.dates import parse_interval

SHELF = Path(__file__).parents[1] / "data"
STUDIES = sorted(path.parent.name for path in SHELF.glob("*/events.csv"))

Row = dict[str, str]


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def readme_of(study: str) -> str:
    return (SHELF / study / "README.md").read_text(encoding="utf-8")


ALL = {(path.parent.name, path.stem): read(path) for path in sorted(SHELF.glob("*/*.csv"))}
"""Every table of every study."""

# What follows is of the six partnerships, whose study has the most tables.
README = readme_of("partnership")
PROSE = " ".join(README.split())  # where a line is broken says nothing
TABLES = {name: rows for (study, name), rows in ALL.items() if study == "partnership"}
EVENTS = {row["event_id"]: row for row in TABLES["events"]}
POSITION = {event_id: position for position, event_id in enumerate(EVENTS)}
PAIRS = {"AU;EU", "AU;NATO", "AU;UN", "EU;NATO", "EU;UN", "NATO;UN"}
MOTIVES = {
    "organizational_survival": "materialist",
    "neutralizing_competition": "materialist",
    "resource_dependence": "materialist",
    "legitimization": "ideational",
    "shared_values": "ideational",
    "organizational_learning": "ideational",
}
BOOLEANS = {"true", "false"}
VOCABULARIES = {
    ("events", "formal"): BOOLEANS,
    ("event_dates", "basis"): {"stated", "figure2", "bibliography", "derived", "as_of", "outside"},
    ("event_dates", "primary"): BOOLEANS,
    ("lessons", "dyad"): PAIRS,
    ("lessons", "category"): {
        "mandate clarity",
        "information-sharing",
        "chain of command",
        "division of labour",
        "dialogue between headquarters",
        "identity/culture",
        "ownership",
        "resources",
        "legitimacy",
        "coordination civil–military",  # the data's own dash
        "overall",
    },
    ("lessons", "polarity"): {"worked", "challenge"},
    ("motives", "dyad"): PAIRS,
    ("motives", "motive"): set(MOTIVES),
    ("motives", "motive_class"): set(MOTIVES.values()),
    ("motives", "in_figure2"): BOOLEANS,
    ("motives", "text_evidence"): {"explicit", "general", "weak", "none"},
    ("motives", "agrees"): BOOLEANS,
    ("figure2", "dyad"): PAIRS,
    ("figure2", "phase_code"): {"start_up", "start_up_maintenance", "maintenance"},
}
OPERATIONS = {
    *("EUPM", "Artemis", "Concordia", "Althea", "IFOR", "SFOR", "KFOR", "ISAF", "AMIB", "AMIS", "UNAMID"),
    *("AMIS support", "AMISOM support", "all"),
}
PLACE_AND_YEARS = re.compile(r"[A-Z][A-Za-z ]+=(planned|\d{4}(\.\.(\d{4}|present))?)")
MANDATE = re.compile(r"UNSC \d+|UNGA \d+/\d+|EU JA \d{4}/\d+/CFSP|EU CD \d{4}/\d+(/CFSP)?")


def first_day(text: str) -> date:
    return date.fromisoformat((text + "-01-01")[:10])


def last_day(text: str) -> date:
    match [int(part) for part in text.split("-")]:
        case [year]:
            return date(year, 12, 31)
        case [year, month]:
            return date(year, month, calendar.monthrange(year, month)[1])
        case _:
            return date.fromisoformat(text)


def readme_table(heading: str, readme: str = README) -> list[list[str]]:
    """Return the cells of the README's table whose first heading is *heading*, without back-ticks."""
    _, _, table = readme.partition(f"\n| {heading} |")
    lines = table.partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines]


def broken_orders(day: Callable[[str], date]) -> list[str]:
    def rank(event_id: str) -> tuple[date, int]:
        return day(EVENTS[event_id]["date"]), POSITION[event_id]

    pairs = [(row["before_id"], row["after_id"]) for row in TABLES["event_order"]]
    return [f"{before} → {after}" for before, after in pairs if rank(before) > rank(after)]


@pytest.mark.parametrize(("study", "name"), ALL)
def test_a_file_is_plain_utf8_with_unix_line_ends_and_full_rows(study: str, name: str) -> None:
    rows = ALL[study, name]
    content = (SHELF / study / f"{name}.csv").read_bytes()
    assert b"\r" not in content
    assert not content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\n")
    # Where a row is short, DictReader fills it with None; where it is long, the rest stands under the key None.
    cells = [cell for row in rows for column, cell in row.items() if column]
    assert all(len(row) == len(rows[0]) and None not in row.values() for row in rows)
    assert all(cell == cell.strip() and "\n" not in cell for cell in cells)


@pytest.mark.parametrize(
    ("name", "form"), [("events", r"H\d{3}"), ("context_events", r"C\d{3}"), ("lessons", r"L\d{3}")]
)
def test_ids_are_unique_and_well_formed(name: str, form: str) -> None:
    ids = [next(iter(row.values())) for row in TABLES[name]]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(form, one) for one in ids)


@pytest.mark.parametrize(
    ("name", "column"),
    [("event_dates", "event_id"), ("event_order", "before_id"), ("event_order", "after_id"), ("lessons", "event_id")],
)
def test_every_reference_leads_to_an_event(name: str, column: str) -> None:
    unknown = {row[column] for row in TABLES[name] if row[column]} - set(EVENTS)
    assert unknown == set()


def test_only_a_lesson_may_lack_its_event() -> None:
    assert all(row["event_id"] for row in TABLES["event_dates"])
    assert all(row["before_id"] and row["after_id"] for row in TABLES["event_order"])


@pytest.mark.parametrize(("study", "name"), [key for key, rows in ALL.items() if "date_precision" in rows[0]])
def test_dates_are_days_months_or_years_and_say_which(study: str, name: str) -> None:
    for row in ALL[study, name]:
        assert re.fullmatch(r"\d{4}(-\d{2}){0,2}", row["date"]), row
        assert row["date_precision"] == ("year", "month", "day")[row["date"].count("-")], row
        assert first_day(row["date"]) <= last_day(row["date"]), row
        if row["end_date"]:
            assert first_day(row["date"]) <= last_day(row["end_date"]), row


@pytest.mark.parametrize("study", STUDIES)
def test_events_stand_in_the_order_of_their_first_possible_day(study: str) -> None:
    days = [first_day(row["date"]) for row in ALL[study, "events"]]
    assert days == sorted(days)


@pytest.mark.parametrize("study", STUDIES)
def test_every_event_has_an_id_of_its_own_and_a_source(study: str) -> None:
    rows = ALL[study, "events"]
    assert len({row["event_id"] for row in rows}) == len(rows)
    assert all(row["event_id"] and row["source"] for row in rows)


def test_each_event_has_one_primary_date_and_it_is_the_one_of_the_log() -> None:
    primary = [row for row in TABLES["event_dates"] if row["primary"] == "true"]
    assert [row["event_id"] for row in primary] == list(EVENTS)
    for row in primary:
        event = EVENTS[row["event_id"]]
        assert all(row[column] == event[column] for column in ("date", "date_precision", "end_date", "source")), row


@pytest.mark.parametrize(("name", "column"), VOCABULARIES)
def test_a_vocabulary_is_closed_and_used_up(name: str, column: str) -> None:
    assert {row[column] for row in TABLES[name]} == VOCABULARIES[name, column]


def test_lists_in_cells_keep_to_their_vocabulary() -> None:
    mandates = [part for row in EVENTS.values() for part in row["mandate"].split(";") if part]
    assert all(MANDATE.fullmatch(mandate) for mandate in mandates)
    assert {part for row in TABLES["lessons"] for part in row["operation"].split("; ")} == OPERATIONS
    operations = [part for row in TABLES["figure2"] for part in row["operations"].split(";")]
    assert all(PLACE_AND_YEARS.fullmatch(operation) for operation in operations)


@pytest.mark.parametrize("name", ["events", "context_events"])
def test_organizations_are_known_and_sorted(name: str) -> None:
    for row in TABLES[name]:
        codes = row["organizations"].split(";") if row["organizations"] else []
        assert codes == sorted(set(codes)), row
        assert {"AU", "EU", "NATO", "UN"}.issuperset(codes), row
        assert len(codes) in ((2, 3) if name == "events" else (0, 1)), row


def test_a_lesson_belongs_to_its_event() -> None:
    for row in TABLES["lessons"]:
        if row["event_id"]:
            event = EVENTS[row["event_id"]]
            assert row["date"] == event["date"], row
            assert set(row["dyad"].split(";")).issubset(event["organizations"].split(";")), row


def test_every_assessment_taught_something() -> None:
    assessments = {event_id for event_id, row in EVENTS.items() if row["event_type"] == "lesson_identified"}
    assert assessments <= {row["event_id"] for row in TABLES["lessons"]}


def test_motives_are_complete_and_agree_with_figure_2() -> None:
    rows = TABLES["motives"]
    assert Counter((row["dyad"], row["motive"]) for row in rows) == Counter(
        (pair, motive) for pair in PAIRS for motive in MOTIVES
    )
    assert all(row["motive_class"] == MOTIVES[row["motive"]] for row in rows)
    for row in rows:
        same = (row["in_figure2"] == "true") == (row["text_evidence"] == "explicit")
        assert (row["agrees"] == "true") == same, row
    for printed in TABLES["figure2"]:
        named = [row["motive"] for row in rows if row["dyad"] == printed["dyad"] and row["in_figure2"] == "true"]
        assert printed["motives"].split(";") == named


def test_what_is_printed_beside_a_pair_says_what_figure_2_prints() -> None:
    told = {row["case"]: row["motives"] for row in TABLES["cases"]}
    assert told == {row["dyad"]: row["motives"].replace(";", "; ").replace("_", " ") for row in TABLES["figure2"]}
    for row in TABLES["cases"]:
        assert sorted(row["relationship"].split("–")) == row["case"].split(";")


def test_every_row_has_a_source() -> None:
    for name in ("events", "event_dates", "event_order", "context_events"):
        assert all(row["source"] for row in TABLES[name])
    assert all(row["section"] for row in TABLES["lessons"])
    assert all(bool(row["section"]) == (row["text_evidence"] != "none") for row in TABLES["motives"])


@pytest.mark.parametrize("study", STUDIES)
def test_the_readme_lists_every_file_with_its_rows(study: str) -> None:
    told = {name: int(rows) for name, rows, _ in readme_table("file", readme_of(study))}
    assert told == {f"{name}.csv": len(rows) for (of, name), rows in ALL.items() if of == study}


@pytest.mark.parametrize(("study", "name"), ALL)
def test_the_readme_names_every_column(study: str, name: str) -> None:
    assert [column for column in ALL[study, name][0] if f"`{column}`" not in readme_of(study)] == []


@pytest.mark.parametrize("study", STUDIES)
def test_every_study_can_be_loaded_and_begins_inside_its_window(study: str) -> None:
    loaded = onward.load_study(study)
    assert (loaded.model.name, len(loaded.log)) == (study, len(ALL[study, "events"]))
    assert min(time.last for time in loaded.log.times) <= parse_interval(loaded.as_of).last
    assert bool(loaded.cases.rows) == ((study, "cases") in ALL)


def test_the_readme_counts_the_events_of_every_pair() -> None:
    pairs = (pair for row in EVENTS.values() for pair in combinations(row["organizations"].split(";"), 2))
    assert {pair: int(rows) for pair, _, rows in readme_table("pair")} == Counter(map(";".join, pairs))


def test_the_readme_counts_the_events_of_every_type_and_knows_no_other() -> None:
    told = {kind: int(rows) for kind, rows, _ in readme_table("event type")}
    assert told.pop("partnership_dissolved") == 0
    assert told == Counter(row["event_type"] for row in EVENTS.values())


def test_the_readme_counts_what_it_says_in_passing() -> None:
    precision = Counter(row["date_precision"] for row in EVENTS.values())
    assert "`year` ({year} events), `month` ({month}), `day` ({day})".format(**precision) in PROSE
    polarity = Counter(row["polarity"] for row in TABLES["lessons"])
    assert "`worked` {worked}, `challenge` {challenge}".format(**polarity) in PROSE
    assert f"empty in {sum(not row['event_id'] for row in TABLES['lessons'])} rows" in PROSE


def test_the_readme_names_the_formal_events_and_those_of_three_organizations() -> None:
    formal = ", ".join(event_id for event_id, row in EVENTS.items() if row["formal"] == "true")
    assert f"{formal}." in PROSE
    threes = ", ".join(event_id for event_id, row in EVENTS.items() if row["organizations"].count(";") == 2)
    assert f"({threes})" in PROSE


def test_the_readme_names_the_events_that_only_an_outside_record_dates() -> None:
    outside = [
        row["event_id"] for row in TABLES["event_dates"] if (row["basis"], row["primary"]) == ("outside", "true")
    ]
    assert f"({', '.join(outside)})" in PROSE


def test_the_readme_names_every_date_that_excludes_the_primary_one() -> None:
    rivals: dict[str, list[str]] = {}
    for row in TABLES["event_dates"]:
        primary = EVENTS[row["event_id"]]["date"]
        if last_day(row["date"]) < first_day(primary) or first_day(row["date"]) > last_day(primary):
            rivals.setdefault(row["event_id"], []).append(row["date"])
    told = {
        event.split()[0]: (primary.split()[0], re.findall(r"(?:^|, )(\d{4}[-\d]*) \(", dates))
        for event, primary, dates in readme_table("event")
    }
    assert told == {event_id: (EVENTS[event_id]["date"], dates) for event_id, dates in rivals.items()}


@pytest.mark.parametrize(("reading", "day"), [("certain by", last_day), ("possible", first_day)])
def test_the_readme_names_exactly_the_stated_orders_that_a_reading_breaks(
    reading: str, day: Callable[[str], date]
) -> None:
    told = {name: (kept, exceptions.split(", ")) for name, kept, exceptions in readme_table("reading")}
    broken = broken_orders(day)
    stated = len(TABLES["event_order"])
    assert told[reading] == (f"{stated - len(broken)} of {stated}", broken)
