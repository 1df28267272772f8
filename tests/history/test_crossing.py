"""Cross tables: which events of a case have which two values."""

import polars as pl
import pytest

import onward

MODEL = """
onward: 1
name: crossing
values:
  actors.ecology: {ngo: NGOs, un: UN entities, state: States}
  element: {2: Working level, 1: Alliances}
events: {met: , wrote: , left: }
phases: [begun, over]
transitions:
  - {from: start, to: begun, on: met}
  - {from: begun, to: over, on: left}
tables:
  elements: {rows: element, columns: actors.ecology, of: any, title: Elements by ecology}
  wide_notes: {rows: actors.name, columns: arena, of: [wrote], where: event.arena != "narrow"}
"""
ROWS = [
    ("2001", "A", "met", "1;2;1", "Eide@think_tank; Kent@un;Annan@un", "wide"),
    ("2002", "A", "wrote", "2", "Kent@un", "narrow"),
    ("2003", "A", "wrote", "9", "Kent@un;MSF@ngo;Annan@un", "wide"),
    ("2004", "A", "lost", "1", "Kent@un", "wide"),
    ("2005", "A", "left", "1", None, "wide"),
    ("2006", "A", "wrote", "1", "Kent@un", "case"),
    ("2007", "B", "met", None, "Kent@un", "wide"),
    ("2008", "A", "met", "1", "Kent@un", "wide"),
]


def log() -> pl.DataFrame:
    return pl.DataFrame(ROWS, schema=["time", "case", "event", "element", "actors", "arena"], orient="row")


@pytest.fixture
def model() -> onward.Model:
    return onward.parse_model(MODEL)


@pytest.mark.parametrize("engine", ["plain", "columnar"])
def test_events_are_counted_once_a_pair_of_values(model: onward.Model, engine: str) -> None:
    replay = onward.replay(model, log(), as_of="2006", engine=engine)  # type: ignore[arg-type]
    elements = replay.tables["elements"]
    assert elements.columns == ["case", "element", "ngo", "un", "state", "think_tank"]
    assert elements.dtypes == [pl.String, pl.String, *[pl.Int64] * 4]
    assert elements.rows() == [
        ("A", "2", 0, 2, 0, 1),
        ("A", "1", 0, 2, 0, 1),
        ("A", "9", 1, 1, 0, 0),
    ]


def test_only_the_events_in_the_window_that_the_case_took_in_count(model: onward.Model) -> None:
    replay = onward.replay(model, log(), as_of="2007")
    assert replay.tables["elements"].rows()[3:] == [("B", "2", 0, 0, 0, 0), ("B", "1", 0, 0, 0, 0)]
    final = onward.parse_model(MODEL.replace("over]", "{over: {final: true}}]"))
    ended = onward.replay(final, log(), as_of="2007")
    assert [row.outcome for row in ended.step_rows if row.case == "A"][-1] == "refused"
    assert ended.tables["elements"].rows()[1] == ("A", "1", 0, 1, 0, 1)


def test_a_value_that_is_spelled_like_a_heading_has_its_attribute_before_it(model: onward.Model) -> None:
    notes = onward.replay(model, log(), as_of="2007").tables["wide_notes"]
    assert notes.columns == ["case", "actors", "wide", "arena=case"]
    assert notes.rows() == [("A", "Kent", 1, 1), ("A", "MSF", 1, 0), ("A", "Annan", 1, 0)]


def test_no_tables_no_cases_and_no_events_are_no_error(model: onward.Model) -> None:
    none = onward.replay(model, log().clear()).tables["elements"]
    assert (none.columns, none.height) == (["case", "element", "ngo", "un", "state"], 0)
    assert onward.replay(onward.load_model("partnership"), onward.load_study().log).tables == {}


def test_an_event_of_several_cases_and_tracks_counts_once_in_each() -> None:
    model = onward.parse_model(
        """
onward: 1
name: pairs
cases: pairs
events: {met: }
tracks:
  one: {phases: [a], transitions: [{from: start, to: a, on: met}]}
  two: {phases: [b], transitions: [{from: start, to: b, on: met}]}
tables: {where: {rows: place, columns: kind, of: any}}
"""
    )
    rows = {"time": ["2001"], "event": ["met"], "organizations": ["UN;EU;AU"], "place": ["Oslo"], "kind": ["talk"]}
    replay = onward.replay(model, pl.DataFrame(rows))
    assert replay.tables["where"].rows() == [(pair, "Oslo", 1) for pair in ("AU;EU", "AU;UN", "EU;UN")]


def test_norm_change_counts_its_elements_by_ecology() -> None:
    study = onward.load_study("norm_change")
    table = onward.replay(study.model, study.log, as_of=study.as_of).tables["elements"]
    assert table["element"].to_list() == [str(number) for number in range(1, 9)]
    assert table.columns[2:] == [str(value) for value, _ in study.model.domains[0].values]
    assert table["donor_government"].sum() > 0
