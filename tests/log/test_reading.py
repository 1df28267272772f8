import csv
import io
import json
from collections.abc import Mapping, Sequence

import pandas as pd
import polars as pl
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from onward.files import read_log
from onward.log.dates import interval_of
from onward.log.formats import PARSERS
from onward.log.log import Event, EventLog, Value
from onward.log.schema import build_log
from onward.problems import LogError

Row = Mapping[str, Value]

# Words that no column of text can be taken for something else; one cell with every sign that CSV has to quote.
WORDS = st.sampled_from(["Bosnia", "UNSC 1769", 'the "third\npillar", so called;', "Èvian", "060", "-", "y\u2028x"])
DATES = st.sampled_from(["1648", "1949-04", "2004-02-29", "2004-02-29T12:30", "2004-02-29T12:30:01.5+02:00"])
CODES = st.lists(st.sampled_from(["AU", "EU", "NATO", "UN", "G-77"]), min_size=2, max_size=3, unique=True)


@st.composite
def logs(draw: st.DrawFn) -> list[Row]:
    """Draw the rows of a log, each with the same columns; at least one, for JSON Lines say no columns without.

    Integers stay below 2 to the 53rd: pandas makes floats of them where there are gaps.
    """
    columns: dict[str, st.SearchStrategy[Value]] = {
        "time": DATES,
        "event": st.sampled_from(["contact", "agreement signed", "60"]),
        "place": st.none() | WORDS,
        "formal": st.none() | st.booleans(),
        "size": st.none() | st.integers(-(2**53), 2**53),
        "share": st.none() | st.floats(-1e9, 1e9).filter(lambda share: not share.is_integer()),
    }
    naming = draw(st.sampled_from([("case",), ("organizations",), ("case", "organizations")]))
    if "case" in naming:
        columns["case"] = WORDS
    if "organizations" in naming:
        columns["organizations"] = CODES.map(";".join)
    if draw(st.booleans()):
        columns["until"] = st.none() | st.just("2005")
    rows: list[Row] = list(draw(st.lists(st.fixed_dictionaries(columns), min_size=1, max_size=8)))
    if draw(st.booleans()):
        rows = [{**row, "event_id": f"{number:03d}"} for number, row in enumerate(rows)]
    return rows


def expected(rows: Sequence[Row]) -> list[Event]:
    """Return the events that *rows* stand for."""
    named = {"time", "event", "case", "organizations", "until", "event_id"}
    return [
        Event(
            type=str(row["event"]),
            time=interval_of(row["time"]),
            id=str(row.get("event_id", "")),
            attributes={name: value for name, value in row.items() if name not in named},
            organizations=tuple(str(row["organizations"]).split(";")) if "organizations" in row else (),
            until=interval_of(row["until"]) if row.get("until") else None,
            row=number,
        )
        for number, row in enumerate(rows)
    ]


def written_separated(rows: Sequence[Row], separator: str = ",") -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator)
    writer.writerow(rows[0])
    for row in rows:
        spelled = (json.dumps(cell) if isinstance(cell, bool) else cell for cell in map(row.get, rows[0]))
        writer.writerow(["" if cell is None else cell for cell in spelled])
    return out.getvalue().encode()


def written_json_lines(rows: Sequence[Row]) -> bytes:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


def read(data: bytes, suffix: str) -> EventLog:
    return build_log(PARSERS[suffix](data, f"events{suffix}"), "fail")


def check(log: EventLog, rows: Sequence[Row]) -> None:
    assert list(log.events()) == expected(rows)
    assert log.has_case == ("case" in rows[0])
    assert log.case_names == tuple(str(row["case"]) for row in rows if "case" in row)
    assert log.rows_read == len(log) == len(rows)


@given(logs())
def test_reading_undoes_writing(rows: list[Row]) -> None:
    check(read(written_separated(rows), ".csv"), rows)
    check(read(b"\xef\xbb\xbf" + written_separated(rows), ".csv"), rows)
    check(read(written_separated(rows, "\t"), ".tsv"), rows)
    check(read(written_json_lines(rows), ".jsonl"), rows)


@given(logs())
def test_the_same_rows_are_the_same_log_whatever_they_come_in(rows: list[Row]) -> None:
    frame = pl.DataFrame(rows, infer_schema_length=None)
    table = pa.Table.from_pylist(rows)
    text = read(written_separated(rows), ".csv")
    from_objects = read(written_json_lines(rows), ".jsonl")
    for source in (frame, frame.lazy(), table, pd.DataFrame(rows), pd.DataFrame(rows, dtype=object)):
        log = read_log(source)
        check(log, rows)
        assert log.fingerprint == text.fingerprint == from_objects.fingerprint
        assert log.attributes == from_objects.attributes


CELLS = st.sampled_from(["", "2004", "2004-13", "UN;EU", "UN", "contact", "x;x", '"', "a\nb"])


@given(st.lists(st.lists(CELLS, min_size=5, max_size=5), max_size=6))
def test_every_row_read_is_kept_or_rejected(rows: list[list[str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["event_id", "time", "organizations", "event", "until"], *rows])
    table = PARSERS[".csv"](out.getvalue().encode(), "events.csv")
    log = build_log(table, "set-aside")
    written = [tuple(row) for row in rows if any(row)]
    assert log.rows_read == len(log) + len(log.rejected) == len(written)
    assert all(rejected.problems for rejected in log.rejected)
    assert [written[rejected.row] for rejected in log.rejected] == [rejected.fields for rejected in log.rejected]


@given(st.lists(st.sampled_from(['{"time": 2004, "event": "e", "case": "c"}', "{}", "[]", "{", "", '{"time": []}'])))
def test_every_line_read_is_kept_or_rejected(lines: list[str]) -> None:
    good = '{"time": 2004, "event": "e", "case": "c"}'
    log = build_log(PARSERS[".jsonl"]("\n".join([good, *lines]).encode(), "events.jsonl"), "set-aside")
    assert log.rows_read == len(log) + len(log.rejected) == 1 + sum(map(bool, lines))
    assert len(log) == 1 + lines.count(good)


PIECES = st.sampled_from(
    [b"time,event,case", b"2004,e,c", b'"', b"\n", b"\r", b",", b"\xff", b"\0", b"{", b"}", b'{"time": 1}', b"[", b" "]
)


@given(st.binary() | st.lists(PIECES).map(b"".join), st.sampled_from(sorted(PARSERS)))
def test_whatever_the_bytes_there_is_a_log_or_an_error_that_can_be_mended(data: bytes, suffix: str) -> None:
    try:
        table = PARSERS[suffix](data, f"events{suffix}")
        log = build_log(table, "set-aside")
    except LogError as error:
        assert all(problem.what and problem.mend for problem in error.problems)  # noqa: PT017 - not every draw is one
    else:
        assert log.rows_read == len(table.rows) + len(table.broken)
