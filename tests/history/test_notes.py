"""What a reader of a replay must not overlook: where model and log miss each other."""

import polars as pl
import pytest

import onward

MODEL = """
onward: 1
name: notes
values:
  actors.ecology: [ngo, un_entity]
  element: {1: Alliances, 2: Working level}
events: {met: , wrote: }
context:
  money: {sum: amount, of: any}
  largest: {max: size, of: any}
  verdict: {latest: polarity, of: any}
  kinds: {distinct: actors.ecology, of: any}
  running: {open: [met]}
phases: [begun, over]
transitions:
  - {from: start, to: begun, on: met}
  - {from: begun, to: over, on: wrote, when: money > 2 and 2 in event.element}
tables: {places: {rows: place, columns: arena, of: any, where: event.formal}}
"""


def notes(engine: str = "plain", /, **columns: list[object]) -> list[str]:
    rows = len(next(iter(columns.values())))
    told: dict[str, list[object]] = {"time": ["2001"], "case": ["A"], "event": ["met"], **FULL, **columns}
    frame = pl.DataFrame({name: (cells * rows)[:rows] for name, cells in told.items()}, strict=False)
    replay = onward.replay(onward.parse_model(MODEL), frame, engine=engine)  # type: ignore[arg-type]
    return [str(note).removeprefix("data frame: ") for note in replay.notes]


FULL: dict[str, list[object]] = {
    "until": ["2002"],
    "amount": [1],
    "size": [2],
    "polarity": ["good"],
    "actors": ["A@ngo"],
    "element": [1],
    "place": ["Oslo"],
    "arena": ["wide"],
    "formal": [True],
}


def test_a_log_that_fits_has_no_notes() -> None:
    assert notes(place=["Oslo", "Rome"]) == []


@pytest.mark.parametrize("name", ["amount", "size", "polarity", "actors", "element", "place", "arena", "formal"])
def test_columns_that_reducers_and_tables_look_at_are_missed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(FULL, name)
    [note] = notes(other=["x"])
    assert note == (f"notes looks at the column {name!r}, which the log does not have; what asks for it stays unknown")


@pytest.mark.parametrize("engine", ["plain", "columnar"])
def test_values_that_the_model_does_not_declare_are_counted(engine: str) -> None:
    actors = ["A@ngoo;B@ngo", "A@ngoo; C@ngoo", "Z", "Q@alien"]
    assert notes(engine, actors=[*actors], element=["1;2", "2", "3;2", "1"]) == [
        "2 rows have the ecology 'ngoo', which notes does not know; did you mean 'ngo'?",
        "1 row has the ecology 'alien', which notes does not know; it may be ngo, un_entity",
        "1 row has the element '3', which notes does not know; it may be 1, 2",
    ]


def test_a_column_without_any_at_sign_is_told() -> None:
    [note] = notes(actors=["Norway; NUPI", "UN"])
    assert note == (
        "notes looks at actors.ecology, and no value in the column 'actors' has an @; "
        "write each value with its ecology, as in Norway@ecology"
    )


@pytest.mark.parametrize("name", ["amount", "size"])
def test_texts_where_numbers_are_summed_or_compared_are_told(name: str) -> None:
    cells: list[object] = ["1,000", "12", None]
    [note] = notes(**{name: cells})
    assert note == (
        f"the column {name!r} holds texts (1,000, 12), where notes asks for numbers: it stays unknown; "
        "write numbers in every row, or leave the cell empty"
    )


def test_what_runs_without_any_end_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told = "notes counts what runs, and no row has an end (`until`); "
    [note] = notes(until=[None, None])
    assert note == told + "add a column `until`, or what has begun runs on for ever"
    assert notes("columnar", until=[None, None]) == [note]
    assert notes(until=[None, "2003"]) == []
    assert notes(until=[None], event=["wrote"]) == []
    monkeypatch.delitem(FULL, "until")
    assert notes(place=["Oslo"]) == [note]
