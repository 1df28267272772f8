import pytest

from onward.log.formats import PARSERS
from onward.log.schema import build_log
from onward.problems import LogError

HEADER = "event_id,time,organizations,event,place\n"
GOOD = "A,2004,EU;UN,contact,\n"
QUOTES = "close every quote, and write a quote inside a quoted field twice"
ONE_OBJECT = "write one JSON object in each line"
PLAIN_TEXT = "save it as plain text: CSV or JSON Lines for a log, YAML for a model"
GOOD_LINE = '{"time": "2004", "event": "contact", "case": "c"}'


def message(data: str | bytes, suffix: str = ".csv") -> str:
    """Return what is said about a file of *data*."""
    encoded = data.encode() if isinstance(data, str) else data
    with pytest.raises(LogError) as caught:
        build_log(PARSERS[suffix](encoded, f"events{suffix}"), "fail")
    return str(caught.value)


@pytest.mark.parametrize("data", ["", "\ufeff", "\n  \r\n\t\n", ",,,\n,,,\n"])
@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
def test_an_empty_file_is_no_log(data: str, suffix: str) -> None:
    data = data.replace(",", "\t") if suffix == ".tsv" else data
    mend = "it needs the columns time, event, and case or organizations, and a row for each event"
    assert message(data, suffix) == f"events{suffix}: the file is empty; {mend}"


def test_a_header_without_rows_is_an_empty_log() -> None:
    log = build_log(PARSERS[".csv"](HEADER.encode(), "events.csv"), "fail")
    assert (len(log), log.rows_read, log.has_organizations, log.has_case) == (0, 0, True, False)
    assert log.attributes == {"place": "string"}
    assert log.frame.height == 0


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            (HEADER + GOOD).encode("utf-16"),
            "events.csv: the text is UTF-16, as Excel's 'Unicode text' is; save it as UTF-8 (in Excel: 'CSV UTF-8')",
        ),
        (
            (HEADER + GOOD).encode("utf-16-be"),
            "events.csv:1: there is a NUL byte, so this is no text; " + PLAIN_TEXT,
        ),
        (
            b"PK\x03\x04\n\x00\x08",
            "events.csv:2: there is a NUL byte, so this is no text; " + PLAIN_TEXT,
        ),
        (
            (HEADER + GOOD + "B,2004,EU;UN,contact,Évian\n").encode("latin-1"),
            (
                "events.csv:3: the byte 0xC9 is not UTF-8; save the file as UTF-8 "
                "(it looks like Windows-1252 or Latin-1, where this byte is 'É')"
            ),
        ),
        (
            b"\xef\xbb\xbf" + HEADER.encode() + b"\x81",
            "events.csv:2: the byte 0x81 is not UTF-8; save the file as UTF-8",
        ),
    ],
)
def test_another_encoding_is_named_with_the_line_and_the_byte(data: bytes, said: str) -> None:
    assert message(data) == said


@pytest.mark.parametrize(
    ("data", "suffix", "said"),
    [
        (
            HEADER.replace(",", ";"),
            ".csv",
            (
                "the fields are parted by semicolons, not by commas; save it with commas between the fields "
                "(in Excel: as 'CSV UTF-8', with the list separator set to a comma), or as JSON Lines"
            ),
        ),
        (HEADER.replace(",", "\t"), ".csv", "the fields are parted by tabs, not by commas; name the file .tsv"),
        (HEADER, ".tsv", "the fields are parted by commas, not by tabs; name the file .csv"),
        (
            HEADER.replace(",", "|"),
            ".tab",
            "the fields are parted by bars, not by tabs; save it with tabs between the fields",
        ),
    ],
)
def test_another_separator_is_named(data: str, suffix: str, said: str) -> None:
    assert message(data, suffix) == f"events{suffix}:1: {said}"


def test_a_header_of_one_column_lacks_the_others() -> None:
    assert message("time\n2004\n").startswith("events.csv:1: there is no column 'event' among time; ")


def test_the_names_of_columns_are_there_and_differ() -> None:
    nameless = "has no name; name it, or delete it (a data frame may have written its row numbers there)"
    twice = "rename or delete one of them"
    assert message(",time,event, ,time,case,event\n") == "\n".join(
        [
            f"events.csv:1: column 1 {nameless}",
            f"events.csv:1: column 4 {nameless}",
            f"events.csv:1: there are two columns 'time', the 2nd and the 5th; {twice}",
            f"events.csv:1: there are two columns 'event', the 3rd and the 7th; {twice}",
        ]
    )


def test_columns_are_counted_as_people_count() -> None:
    header = ["x", *(f"c{number}" for number in range(2, 23)), "x"]
    header[10:12], header[0] = ["a", "a"], "x"
    said = message(",".join(header))
    assert "two columns 'a', the 11th and the 12th" in said
    assert "two columns 'x', the 1st and the 23rd" in said


def test_blank_lines_are_no_rows_and_lines_are_counted_as_an_editor_counts() -> None:
    text = f'\n{HEADER}\r\n   \nA,2004,EU;UN,contact,"two\nlines"\n,,,,\n\nB,2004,EU;UN,,\n'
    table = PARSERS[".csv"](text.encode(), "events.csv")
    log = build_log(table, "set-aside")
    assert table.head == "events.csv:2"
    assert log.columns["place"] == ("two\nlines",)
    (rejected,) = log.rejected
    assert (rejected.line, rejected.row, rejected.fields) == (9, 1, ("B", "2004", "EU;UN", "", ""))


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_line_ending_is_understood(ending: str) -> None:
    log = build_log(PARSERS[".csv"]((HEADER + GOOD).replace("\n", ending).encode(), "events.csv"), "fail")
    assert log.ids == ("A",)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("A,2004,EU;UN", "3 fields under a header of 5; write the missing commas, also where a field is empty"),
        ("A", "1 field under a header of 5; write the missing commas, also where a field is empty"),
        (
            "A,2004,EU;UN,contact,Rome, Italy",
            "6 fields under a header of 5; put quotes around a field that holds commas",
        ),
        ('A,2004,EU;UN,contact,"Rome" Italy', f"the quotes do not match (',' expected after '\"'); {QUOTES}"),
        ('A,2004,EU;UN,contact,"Rome', f"the quotes do not match (unexpected end of data); {QUOTES}"),
    ],
)
def test_a_row_that_does_not_fit_its_header_is_a_bad_row(row: str, said: str) -> None:
    text = f"{HEADER}{GOOD}{row}"
    assert message(text) == f"events.csv:3: {said}"
    log = build_log(PARSERS[".csv"](text.encode(), "events.csv"), "set-aside")
    assert (len(log), log.rows_read, log.rejected[0].line, log.rejected[0].row) == (1, 2, 3, 1)


def test_a_row_whose_quotes_are_off_is_kept_as_its_line() -> None:
    line = 'A,2004,EU;UN,contact,"Rome" Italy'
    table = PARSERS[".csv"](f"{HEADER}{line}\r\n{GOOD}".encode(), "events.csv")
    assert table.broken[0].fields == (line,)
    assert table.rows == [1]


def test_a_row_over_several_lines_that_does_not_fit_has_a_quote_too_few() -> None:
    text = f'{HEADER}A,2004,EU;UN,contact,"Rome\n{GOOD}B,2004,EU;UN,contact,"Oslo"\n'
    what = "the quotes that open here do not match up to line 4 (',' expected after '\"')"
    assert message(text) == f"events.csv:2: {what}; {QUOTES}"
    text = f'{HEADER}A,2004,EU;UN,"contact\n{GOOD}B,2004,EU;UN,contact,"\n'
    assert message(text) == f"events.csv:2: 4 fields under a header of 5, in lines 2 to 4; {QUOTES}"


def test_a_quote_that_swallows_lines_is_named_where_it_opens_and_never_set_aside() -> None:
    table = f'{HEADER}{GOOD}B,2004,EU;UN,contact,"Rome\n{GOOD}{GOOD}'.encode()
    with pytest.raises(LogError) as caught:
        build_log(PARSERS[".csv"](table, "events.csv"), "set-aside")
    what = "the quotes that open here do not match up to line 5 (unexpected end of data)"
    assert str(caught.value) == f"events.csv:3: {what}; {QUOTES}"


def test_a_header_whose_quotes_are_off_is_no_header() -> None:
    assert message('time,"event" x,case\n') == (
        f"events.csv:1: the quotes do not match (',' expected after '\"'); {QUOTES}"
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", f":2: this is no JSON (Expecting property name enclosed in double quotes); {ONE_OBJECT}"),
        ("{} x", f":4: this is no JSON (Extra data); {ONE_OBJECT}"),
        ("[1]", f": [1] is not an object; {ONE_OBJECT}"),
        ('{"a": 1, "b": 2, "b": 1}', ": the key 'b' stands twice; rename or delete one of them"),
        ('{"a": NaN}', ": NaN is no number that can be kept; write null where there is none"),
        ('{"a": -1e999}', ": -1e999 is no number that can be kept; write null where there is none"),
        ('{"a": "\\ud800"}', ": there is half a surrogate pair, which is no text; write the whole character"),
        ('{"a": ' + "9" * 5000 + "}", f": a number is too long or a list too deep to be read; {ONE_OBJECT}"),
        ("[" * 99999, f": a number is too long or a list too deep to be read; {ONE_OBJECT}"),
    ],
)
def test_a_line_that_is_no_object_is_a_bad_row(line: str, said: str) -> None:
    text = f"{GOOD_LINE}\n\n{line}\n"
    assert message(text, ".jsonl") == f"events.jsonl:3{said}"
    log = build_log(PARSERS[".jsonl"](text.encode(), "events.jsonl"), "set-aside")
    assert (len(log), log.rows_read) == (1, 2)
    assert (log.rejected[0].line, log.rejected[0].row, log.rejected[0].fields) == (3, 1, (line,))


def test_a_file_without_any_object_has_no_columns_and_is_never_set_aside() -> None:
    with pytest.raises(LogError) as caught:
        build_log(PARSERS[".ndjson"](b"[1]\nx\n", "events.ndjson"), "set-aside")
    assert len(caught.value.problems) == 2


def test_objects_may_leave_out_what_they_do_not_know() -> None:
    text = '{"time": 2004, "event": 60, "case": 7}\r\n{"a": 1, "case": "d", "event": "e", "time": "1648-10"}'
    log = build_log(PARSERS[".jsonl"](text.encode(), "events.jsonl"), "fail")
    assert (log.types, log.case_names, log.columns) == (("60", "e"), ("7", "d"), {"a": (None, 1)})
    assert [time.recorded for time in log.times] == ["2004", "1648-10"]


def test_a_list_of_codes_is_as_good_as_their_text() -> None:
    text = '{"time": "2004", "event": "e", "organizations": ["UN", "EU"]}'
    log = build_log(PARSERS[".jsonl"](text.encode(), "events.jsonl"), "fail")
    assert log.organizations == (("UN", "EU"),)


def test_what_is_nested_is_no_value() -> None:
    mend = "write text, a number, true or false, or leave it empty"
    line = '{"time": "2004", "event": ["e"], "organizations": [1, 2], "place": {"city": "Rome"}}'
    assert message(line, ".jsonl") == "\n".join(
        [
            f"events.jsonl:1: event: ['e'] is not one value; {mend}",
            f"events.jsonl:1: organizations: [1, 2] is not one value; {mend}",
            f"events.jsonl:1: place: {{'city': 'Rome'}} is not one value; {mend}",
        ]
    )
