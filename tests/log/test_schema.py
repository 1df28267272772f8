import pytest

from onward.log.formats import PARSERS
from onward.log.log import EventLog, Value
from onward.log.schema import OnBadRows, build_log
from onward.problems import LogError

HOW_TO_WRITE = "write it as 2005, 2005-09, 2005-09-14 or 2005-09-14T12:30"


def read(text: str, on_bad_rows: OnBadRows = "fail") -> EventLog:
    return build_log(PARSERS[".csv"](text.encode(), "events.csv"), on_bad_rows)


def message(text: str) -> str:
    """Return what is said about a CSV of *text*."""
    with pytest.raises(LogError) as caught:
        read(text)
    return str(caught.value)


@pytest.mark.parametrize("header", ["time,event,case", "date,event_type,case", "time:timestamp,concept:name,case"])
def test_the_names_of_other_worlds_are_understood(header: str) -> None:
    log = read(f"{header},end_date\n2004,contact,c,2005\n")
    assert (log.types, log.case_names, log.attributes) == (("contact",), ("c",), {})
    assert log.times[0].recorded == "2004"
    assert log.untils[0] is not None
    assert log.untils[0].recorded == "2005"


def test_the_main_name_wins_and_the_other_is_an_attribute() -> None:
    log = read("date,time,concept:name,event_type,case:concept:name,case,end_date,until\n1,2004,a,b,c,d,e,2005\n")
    assert (log.times[0].recorded, log.types, log.case_names) == ("2004", ("b",), ("d",))
    assert log.columns == {"date": (1,), "concept:name": ("a",), "case:concept:name": ("c",), "end_date": ("e",)}


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (
            "datum,event,case",
            "there is no column 'time' among datum, event, case; if 'datum' is it, rename that column to 'time'",
        ),
        (
            "Date,event,case",
            "there is no column 'time' among Date, event, case; if 'Date' is it, rename that column to 'time'",
        ),
        (
            "x,event,case",
            "there is no column 'time' among x, event, case; add it (date, time:timestamp would be understood too)",
        ),
        (
            "time,Events,case",
            "there is no column 'event' among time, Events, case; if 'Events' is it, rename that column to 'event'",
        ),
        (
            "time,event,organisation(s)",
            (
                "there is no column 'case' or 'organizations' among time, event, organisation(s); "
                "if 'organisation(s)' is it, rename that column to 'organizations'"
            ),
        ),
        (
            "time,event,dyad",
            (
                "there is no column 'case' or 'organizations' among time, event, dyad; "
                "if 'dyad' is it, rename that column to 'case'"
            ),
        ),
        (
            "time,event," + ",".join(f"x{number}" for number in range(30)),
            (
                f"there is no column 'case' or 'organizations' among time, event, "
                f"{', '.join(f'x{number}' for number in range(18))}, ...; "
                "add it (case:concept:name would be understood too)"
            ),
        ),
    ],
)
def test_a_missing_column_is_named_with_the_one_that_may_be_meant(header: str, said: str) -> None:
    assert message(f"{header}\n") == f"events.csv:1: {said}"


def test_all_missing_columns_are_named_at_once() -> None:
    assert [line.split(" among ")[0] for line in message("a,b\n").splitlines()] == [
        "events.csv:1: there is no column 'time'",
        "events.csv:1: there is no column 'event'",
        "events.csv:1: there is no column 'case' or 'organizations'",
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("A,,EU;UN,e,", f"time: there is no date; {HOW_TO_WRITE}"),
        ("A,31/12/2007,EU;UN,e,", "time: '31/12/2007' is no date that can be read; write 2007-12-31"),
        (
            "A,2005-02-30,EU;UN,e,",
            (
                "time: '2005-02-30' is impossible: February 2005 has 28 days; "
                "write a day from 01 to 28, or 2005-02 if the day is not known"
            ),
        ),
        ("A,2004,EU;UN,e,later", f"until: 'later' is no date that can be read; {HOW_TO_WRITE}"),
        (
            "A,2004-06,EU;UN,e,2004-05",
            "until: it ended in 2004-05, before it began in 2004-06; swap the two dates, or correct one of them",
        ),
        ("A,2004,EU;UN, ,", "event: there is no event type; write what happened"),
        (
            "A,2004,,e,",
            "organizations: there is no organization; write two codes or more, joined by ';'",
        ),
        (
            "A,2004,UN,e,",
            "organizations: 'UN' is one organization, and a pair needs two; add the other one, after a ';'",
        ),
        ("A,2004,UN-EU,e,", "organizations: 'UN-EU' is one organization, and a pair needs two; write 'UN;EU'"),
        ("A,2004,UN and EU,e,", "organizations: 'UN and EU' is one organization, and a pair needs two; write 'UN;EU'"),
        (
            "A,2004,EU;UN; EU,e,",
            "organizations: 'EU;UN; EU' has 'EU' twice; write each organization once, and two at least",
        ),
        (
            "A,2004,UN;;EU,e,",
            "organizations: 'UN;;EU' has an empty code; write 'UN;EU', or the code that is missing",
        ),
        (
            "Z,2004,EU;UN,e,",
            "event_id: 'Z' is already the id of line 2; give each event its own id, or delete the copy",
        ),
    ],
)
def test_a_bad_row_is_named_by_line_and_column_with_its_mend(row: str, said: str) -> None:
    text = f"event_id,time,organizations,event,until\nZ,2004,EU;UN,e,2004\n{row}\n,2004,EU;UN,e,\n,2004,EU;UN,e,\n"
    assert message(text) == f"events.csv:3: {said}"
    log = read(text, "set-aside")
    (rejected,) = log.rejected
    assert (log.ids, log.rows_read) == (("Z", "", ""), 4)
    assert (rejected.line, rejected.row, rejected.fields) == (3, 1, tuple(row.split(",")))
    assert [str(problem) for problem in rejected.problems] == [f"events.csv:3: {said}"]


def test_every_problem_of_every_row_is_told_in_the_order_of_the_file() -> None:
    text = "time,case,event\n2004,c,\nsoon,,e\n2004,c\n,c,e\n"
    assert [line.split(";")[0] for line in message(text).splitlines()] == [
        "events.csv:2: event: there is no event type",
        "events.csv:3: time: 'soon' is no date that can be read",
        "events.csv:3: case: there is no case",
        "events.csv:4: 2 fields under a header of 3",
        "events.csv:5: time: there is no date",
    ]
    log = read(text, "set-aside")
    assert [(row.row, row.line, len(row.problems)) for row in log.rejected] == [
        (0, 2, 1),
        (1, 3, 2),
        (2, 4, 1),
        (3, 5, 1),
    ]


def test_the_message_shows_twenty_problems_and_a_count() -> None:
    lines = message("time,case,event\n" + "x,c,e\n" * 25).splitlines()
    assert len(lines) == 21
    assert lines[-1] == "... and 5 more (25 in all)"


def test_a_span_may_end_within_the_date_it_began() -> None:
    log = read("time,until,case,event\n2004-06-15,2004,c,e\n2004,2004-01-01,c,e\n")
    assert len(log) == 2


def test_beside_a_case_organizations_may_be_left_out_but_not_half_given() -> None:
    log = read("time,case,event,organizations\n2004,c,e,\n2004,c,e,UN;EU\n")
    assert log.organizations == ((), ("UN", "EU"))
    assert "'UN' is one organization" in message("time,case,event,organizations\n2004,c,e,UN\n")


def test_a_rejected_row_does_not_decide_the_type_of_a_column() -> None:
    log = read("time,case,event,size\n2004,c,e,1\n,c,e,many\n", "set-aside")
    assert log.attributes == {"size": "integer"}


@pytest.mark.parametrize(
    ("cells", "type_", "values"),
    [
        (("true", "FALSE", "", "True"), "boolean", (True, False, None, True)),
        (("0", "-12", "", "9223372036854775807"), "integer", (0, -12, None, 2**63 - 1)),
        (("1", "2.5", " -.5 ", "1e3"), "number", (1.0, 2.5, -0.5, 1000.0)),
        (("1", "true"), "string", ("1", "true")),
        (("060", "057"), "string", ("060", "057")),
        (("060.5",), "string", ("060.5",)),
        (("+47", "1"), "string", ("+47", "1")),
        (("9223372036854775808",), "string", ("9223372036854775808",)),
        (("9223372036854775808", "0.5"), "string", ("9223372036854775808", "0.5")),
        (("1e999",), "string", ("1e999",)),
        (("nan", "inf"), "string", ("nan", "inf")),
        (("\u0661",), "string", ("\u0661",)),
        (("", " "), "string", (None, None)),
        ((), "string", ()),
    ],
)
def test_a_column_of_text_has_the_type_that_every_cell_fits(
    cells: tuple[str, ...], type_: str, values: tuple[Value, ...]
) -> None:
    log = read("time,case,event,x\n" + "".join(f"2004,c,e,{cell}\n" for cell in cells))
    assert log.attributes == {"x": type_}
    assert log.columns == {"x": values}
    assert list(map(type, log.columns["x"])) == list(map(type, values))


@pytest.mark.parametrize(
    ("cells", "type_", "values"),
    [
        (("true", "null"), "boolean", (True, None)),
        (("1", "null"), "integer", (1, None)),
        (("1", "0.5", "null"), "number", (1.0, 0.5, None)),
        (('"1"', '"true"', '" "'), "string", ("1", "true", None)),
        (("1", "true", "null", '"x"', "0.5"), "string", ("1", "true", None, "x", "0.5")),
        (("9223372036854775808", "1"), "string", ("9223372036854775808", "1")),
        (("null",), "string", (None,)),
    ],
)
def test_json_keeps_its_types_and_what_is_mixed_becomes_text(
    cells: tuple[str, ...], type_: str, values: tuple[Value, ...]
) -> None:
    lines = "\n".join(f'{{"time": "2004", "case": "c", "event": "e", "x": {cell}}}' for cell in cells)
    log = build_log(PARSERS[".jsonl"](lines.encode(), "events.jsonl"), "fail")
    assert (log.attributes, log.columns) == ({"x": type_}, {"x": values})
    assert list(map(type, log.columns["x"])) == list(map(type, values))
