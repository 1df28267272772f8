import csv
import io
import json
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onward.log import bulk
from onward.log.bulk import bulk_log
from onward.log.formats import PARSERS
from onward.log.log import EventLog
from onward.log.schema import build_log
from onward.problems import LogError

CELLS = (
    "2004",
    "a",
    "b;c",
    "1",
    "2.5",
    "true",
    "",
    " x ",
    "Évian",
    "a,b",
    "tab\there",
    'say "hi"',
    "two\nlines",
    "007",
)
PIECES = (
    b'"',
    b'""',
    b",",
    b"\n",
    b"\r\n",
    b"\r",
    b"\t",
    b"\0",
    b"\xff",
    b"\\",
    b" ",
    b"a",
    b"\xef\xbb\xbf",
    b"{",
    b"1e999",
)
HEADER = "time,event,case,note\n"
ROW = "2004,e,c,n\n"


def careful(data: bytes, ending: str) -> EventLog | None:
    try:
        return build_log(PARSERS[ending](data, "events"), "fail")
    except LogError:
        return None


def assert_agree(data: bytes, ending: str) -> None:
    """What is read in bulk is what the careful parser reads; what isn't is left to it."""
    log = bulk_log(data, "events", ending)
    if log is not None:
        slow = careful(data, ending)
        assert log == slow
        assert log.fingerprint == slow.fingerprint


@st.composite
def separated(draw: st.DrawFn, separator: str) -> bytes:
    """Draw a file of separated values, hardly ever perfect."""
    width = draw(st.integers(3, 5))
    text = io.StringIO()
    quoting: Literal[0, 1] = draw(st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)))
    ending = draw(st.sampled_from(("\n", "\r\n")))
    writer = csv.writer(text, delimiter=separator, quoting=quoting, lineterminator=ending)
    writer.writerow(["time", "event", "case", "note", "size"][:width])
    for _ in range(draw(st.integers(0, 4))):
        others = draw(st.lists(st.sampled_from(CELLS), min_size=width - 3, max_size=width - 3))
        writer.writerow(["2004", draw(st.sampled_from(("e", "f,g", 'h"i'))), "c", *others])
    return damaged(draw, text.getvalue().encode())


def damaged(draw: st.DrawFn, data: bytes) -> bytes:
    for piece in draw(st.lists(st.sampled_from(PIECES), max_size=2)):
        place = draw(st.integers(0, len(data)))
        data = data[:place] + piece + data[place:]
    return data


@st.composite
def json_lines(draw: st.DrawFn) -> bytes:
    """Draw JSON Lines with keys left out, types mixed, and now and then a wrong byte."""
    values = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from((0.5, 2**63, *CELLS, ":", "{", "\\"))
    lists = st.lists(st.sampled_from(("UN", "EU", None)), max_size=2)
    alike = draw(st.sampled_from((values, st.none() | st.integers(), st.floats(allow_nan=False), st.booleans(), lists)))
    lines = []
    for _ in range(draw(st.integers(1, 4))):
        cells: dict[str, object] = {"time": "2004", "event": draw(st.sampled_from(("e", "é", 'f"g'))), "case": "c"}
        for key in ("note", 'a "key"'):
            if draw(st.booleans()):
                cells[key] = draw(alike)
        lines.append(json.dumps(cells, ensure_ascii=draw(st.booleans())))
    return damaged(draw, "\n".join(lines).encode())


@given(st.sampled_from((".csv", ".tsv")), st.data())
def test_separated_values_in_bulk_say_what_the_careful_parser_reads(ending: str, data: st.DataObject) -> None:
    assert_agree(data.draw(separated("," if ending == ".csv" else "\t")), ending)


@given(json_lines())
def test_json_lines_in_bulk_say_what_the_careful_parser_reads(data: bytes) -> None:
    assert_agree(data, ".jsonl")


@pytest.mark.parametrize(
    "text",
    [
        HEADER + ROW,
        "\ufeff" + HEADER + ROW,
        (HEADER + ROW).replace("\n", "\r\n"),
        HEADER + '2004,e,c,"say ""hi"", you"\n2005,"e","c",""\n',
        HEADER + '2004,e,c,"two\nlines"\n',
        '"time","event","case","note"\n' + ROW,
        HEADER,
    ],
)
def test_regular_text_is_read_in_bulk(text: str) -> None:
    log = bulk_log(text.encode(), "events", ".csv")
    assert log is not None
    assert log == careful(text.encode(), ".csv")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n" + HEADER + ROW,
        HEADER + ROW + "\n" + ROW,
        HEADER + "2004,e,c\n",
        HEADER + "2004,e,c,n,o\n",
        HEADER + "2004,e,c\n2004,e,c,n,o\n",
        HEADER + "soon,e,c,n\n",
        HEADER + ",,,\n" + ROW,
        HEADER + "   \n" + ROW,
        HEADER + '2004,e,c,a"b\n',
        HEADER + '2004,e,c,ab""\n',
        HEADER + '2004,e,c, "a"\n',
        HEADER + '2004,e,c,"a"b\n',
        HEADER + '2004,e,c,"a\n',
        (HEADER + ROW).replace("\n", "\r"),
        HEADER + "2004,e,c,\0\n",
        "time,event,case,case\n" + ROW,
        "when,event,case,note\n" + ROW,
        'time,"event,case,note\n' + ROW,
        HEADER + f"2004,e,c,{'n' * 200_000}\n",
    ],
)
def test_doubtful_text_is_left_to_the_careful_parser(text: str) -> None:
    assert bulk_log(text.encode(), "events", ".csv") is None
    assert bulk_log(text.encode("cp1252") + b"\xe9", "events", ".csv") is None


def test_quotes_are_counted_across_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "CHUNK", 5)
    good = HEADER + '2004,e,c,"say ""hi"", you"\n2005,"e","c",""\n'
    assert bulk_log(good.encode(), "events", ".csv") == careful(good.encode(), ".csv")
    assert bulk_log((good + '2004,e,c,a"b"\n').encode(), "events", ".csv") is None


GOOD = '{"time": "2004", "event": "e", "case": "c", "x": 1}\n'
START = '{"time": "2004", "event": "e", "case": "c"'


@pytest.mark.parametrize(
    ("rest", "value"),
    [
        (', "x": 1.5}', 1.5),
        (', "x": null}', None),
        ("}", None),
        (', "x": 2, "y": "a \\"b\\" \\\\"}', 2),
        (', "x": 2, "y": ": {"}', 2),
        (', "x": 2, "y": ["a", "b"]}', None),
    ],
)
def test_plain_objects_are_read_in_bulk(rest: str, value: object) -> None:
    data = (GOOD + "\n" + START + rest).encode()
    slow = careful(data, ".jsonl")
    log = bulk_log(data, "events", ".jsonl")
    assert log == slow
    assert log is None or log.columns["x"][1] == value


@pytest.mark.parametrize(
    "rest",
    [
        ', "x": true}',
        ', "x": "1"}',
        ', "x": 9223372036854775808}',
        ', "x": 1e400}',
        ', "x": NaN}',
        ', "x": 2, "x": 3}',
        ', "x": null, "x": 2}',
        ', "x": 2, "x": null}',
        ', "event": "f"}',
        ', "x": {"y": 1}}',
        ', "x": [1]}',
        ', "y": [1]}',
        ', "y": "\\ud800"}',
        ', "y": "\t"}',
        "} {}",
        ", }",
        "",
    ],
)
def test_doubtful_objects_are_left_to_the_careful_parser(rest: str) -> None:
    assert bulk_log((GOOD + START + rest).encode(), "events", ".jsonl") is None
