import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from typing import get_args

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onward.log import encoding
from onward.log.encoding import encode
from onward.log.frames import table_of_polars
from onward.log.log import AttributeType, EventLog
from onward.log.schema import OnBadRows, build_log
from onward.problems import LogError

DATES = (
    "2004",
    "2004-06",
    "2004-02-29",
    "0476-09-04",
    "2004-06-01T12:30",
    "2004-06-01 12:30:05",
    "1648-10-24T10:00:00.25Z",
    "2004-06-01T12:30:05.123456+02:00",
    "2004-06-01T12:30:05.123456789",
    "2004-06-01T12:30+01:00",
    " 2005-01-01 ",
    "2005-01-01T00:00:00 ",
    "9999-12-31T23:59:59",
)
NO_DATES = (
    "2005-02-30",
    "2005-13",
    "0000",
    "soon",
    "",
    " ",
    "2004-1-1",
    "2004-06-01T25:00:00",
    "2004-06-01T12:30:60",
    "2004-06-01T12:30:05x",
    "2004-06-01T12:30:05+25:00",
    "9999-12-31T23:59:59-01:00",
    "0001-01-01T00:00:00+01:00",
    "2004-01-01-05:00",
    "2004-06-01T12:30+01Z",
    "20040101",
)
NAMES = ("a", "b", "EU;UN", " a", "b ", "\x1fa", "7", "Évian")
NO_NAMES = ("", " ")
CODES = ("EU;UN", "UN;EU", " AU ;EU;UN ", "AU;EU")
NO_CODES = ("EU", "EU;", "EU;EU", "UN-EU", "")
VALUES = ("1", "2.5", "-0", ".5", "1e3", "true", "False", "036", "9223372036854775808", "1e999", " 7 ", "x", "", "é")
NUMBERS = ("1", "-2", "0", "3", "9223372036854775807")
FRACTIONS = ("0.1", "-1.5", "1E-7", "123456789012345678.9", "4", ".25")
INSTANT = st.datetimes(dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31))  # noqa: DTZ001 - naive UTC throughout
Column = st.SearchStrategy[pl.Series]


def texts(known: Sequence[str], wrong: Sequence[str], height: int) -> Column:
    """Draw a column of text of one of the kinds that hold it, seldom with cells that can't be read."""
    cells = st.sampled_from(known)
    some = st.lists(cells | st.sampled_from((*wrong, None)) if wrong else cells, min_size=height, max_size=height)
    rows = st.lists(cells, min_size=height, max_size=height) | some
    kinds = (
        pl.String,
        pl.Categorical,
        pl.Categorical(pl.Categories.random()),
        pl.Enum(list(dict.fromkeys((*known, "unused", *wrong)))),
    )
    return st.builds(lambda values, kind: pl.Series(values, dtype=kind), rows, st.sampled_from(kinds))


def column(cells: st.SearchStrategy[object], kind: pl.DataType | type[pl.DataType], height: int) -> Column:
    rows = st.lists(st.none() | cells, min_size=height, max_size=height)
    return rows.map(lambda values: pl.Series(values, dtype=kind))


def values(height: int) -> Column:
    """Draw a column of any type."""
    small = st.integers(-3, 3)
    return st.one_of(
        column(small, pl.Int8, height),
        column(st.integers(2**63 - 2, 2**63), pl.UInt64, height),
        column(st.integers(-(2**70), 2**70), pl.Int128, height),
        column(st.floats(), pl.Float64, height),
        column(small.map(float), pl.Float32, height),
        column(st.booleans(), pl.Boolean, height),
        column(st.decimals(-(10**20), 10**20, places=3), pl.Decimal(30, 3), height),
        column(st.dates(), pl.Date, height),
        column(st.times(), pl.Time, height),
        column(INSTANT, pl.Datetime("us"), height),
        column(st.integers(-(2**62), 2**62), pl.Int64, height).map(lambda whole: whole.cast(pl.Datetime("ns"))),
        column(st.integers(-(10**13), 10**13), pl.Int64, height).map(lambda whole: whole.cast(pl.Datetime("ms"))),
        column(st.integers(0, 2**40), pl.Int64, height).map(lambda days: days.cast(pl.Datetime("us", "Europe/Oslo"))),
        column(INSTANT, pl.Datetime("us", "UTC"), height),
        column(st.timedeltas(dt.timedelta(), dt.timedelta(9)), pl.Duration, height),
        column(st.binary(max_size=2), pl.Binary, height),
        column(st.lists(small, max_size=2), pl.List(pl.Int64), height),
        column(st.lists(st.sampled_from(("EU", "UN", " AU", "", None)), max_size=3), pl.List(pl.String), height),
        column(st.lists(st.sampled_from(("EU", "UN")), min_size=2, max_size=2), pl.Array(pl.String, 2), height),
        column(st.fixed_dictionaries({"a": small}), pl.Struct({"a": pl.Int64}), height),
        column(st.nothing(), pl.Null, height) if height == 0 else st.just(pl.Series([None] * height)),
        column(st.sampled_from((1, "x", 2.5, True, dt.date(2004, 1, 1), Decimal(3))), pl.Object, height),
        column(st.integers(2_900_000, 2_940_000), pl.Int32, height).map(lambda days: days.cast(pl.Date)),
        column(st.integers(1, 9999) | st.sampled_from((0, -5, 20040101)), pl.Int64, height),
        column(st.sampled_from((2005.0, 2005.5, 17.0, float("nan"), float("inf"))), pl.Float64, height),
    )


def listed(height: int) -> Column:
    """Draw a column of lists of codes."""
    codes = ("EU", "UN", " AU", "", None, "EU;UN")
    few = st.lists(st.sampled_from(codes[:3]), min_size=2, max_size=2)
    lists = (pl.List(pl.String), pl.List(pl.Categorical), pl.Array(pl.String, 2))
    some = st.lists(st.sampled_from(codes), max_size=3)
    return column(some, lists[0], height) | st.one_of(*(column(few, kind, height) for kind in lists))


@st.composite
def frames(draw: st.DrawFn, *, text: bool, truths: bool = True) -> pl.DataFrame:
    """Draw a frame as people hand them in: with gaps, blanks, other types, and now and then something quite wrong."""
    height = draw(st.integers(0, 6))

    def drawn(known: Sequence[str], wrong: Sequence[str]) -> pl.Series:
        odd = not text and draw(st.sampled_from((False, False, True)))
        return draw(values(height) if odd else texts(known, wrong, height))

    columns = {
        draw(st.sampled_from(("time", "date"))): drawn(DATES, NO_DATES),
        "event": drawn(NAMES, NO_NAMES),
    }
    roles = draw(st.sampled_from((("case",), ("organizations",), ("case", "organizations"))))
    if "case" in roles:
        columns["case"] = drawn(NAMES, NO_NAMES)
    if "organizations" in roles:
        lists = not text and draw(st.booleans())
        columns["organizations"] = draw(listed(height)) if lists else drawn(CODES, NO_CODES)
    if draw(st.booleans()):
        columns["event_id"] = drawn((*map(str, range(20)), " 3"), ("",))
    if draw(st.booleans()):
        columns["until"] = drawn(DATES, NO_DATES)
    for number in range(draw(st.integers(0, 2))):
        alphabet = draw(st.sampled_from((NUMBERS, FRACTIONS, CODES, *([VALUES, ("true", "FALSE")] if truths else []))))
        columns[f"attribute {number}"] = drawn(alphabet, ("", "x"))
    return pl.DataFrame(columns)


def slow(frame: pl.DataFrame, on_bad_rows: OnBadRows, *, start: int = 0, text: bool = False) -> EventLog:
    return build_log(table_of_polars(frame, "events", start=start, texts=text), on_bad_rows)


def outcome(log: Callable[[], EventLog]) -> object:
    """Return everything that a log says, or everything that is wrong with it."""
    try:
        made = log()
    except LogError as error:
        return error.problems
    columns = {name: list(map(repr, values)) for name, values in made.columns.items()}  # 1, 1.0 and true are equal
    return made, made.fingerprint, columns


def assert_agree(frame: pl.DataFrame, start: int, *, text: bool) -> None:
    for way in get_args(OnBadRows):
        fast = outcome(partial(encode, frame, name="events", on_bad_rows=way, start=start, texts=text))
        assert fast == outcome(partial(slow, frame, way, start=start, text=text))


@given(frames(text=False), st.sampled_from((0, 1000)))
def test_a_frame_says_the_same_by_the_column_as_by_the_cell(frame: pl.DataFrame, start: int) -> None:
    assert_agree(frame, start, text=False)


@given(frames(text=True), st.sampled_from((0, 1000)))
def test_text_says_the_same_by_the_column_as_by_the_cell(frame: pl.DataFrame, start: int) -> None:
    assert_agree(frame, start, text=True)


# So many distinct texts are never true or false alone.
@given(frames(text=True, truths=False))
def test_what_is_read_by_its_form_says_the_same(frame: pl.DataFrame) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoding, "MANY", 1)
        assert_agree(frame, 0, text=True)
        assert_agree(frame, 0, text=False)


def rows(*times: object, **columns: Sequence[object] | pl.Series) -> pl.DataFrame:
    height = len(times)
    return pl.DataFrame({"time": times, "event": ["e"] * height, "case": ["c"] * height, **columns}, strict=False)


def test_an_error_lists_the_first_rows_and_says_how_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "LISTED", 2)
    with pytest.raises(LogError) as caught:
        encode(rows("soon", "2004", "later", "never"), name="events", on_bad_rows="fail", start=10)
    assert [(problem.where, problem.what) for problem in caught.value.problems] == [
        ("events", "3 of 4 rows can't be read; the problems of the first 2 follow"),
        ("events: row 11: time", "'soon' is no date that can be read"),
        ("events: row 13: time", "'later' is no date that can be read"),
    ]


def test_an_id_is_told_with_its_first_holder_even_where_that_is_a_good_row() -> None:
    frame = rows("2004", "2005", "soon", "2007", event_id=["A", "B", "B", " A "])
    log = encode(frame, name="events", on_bad_rows="set-aside", start=100)
    assert [(row.row, [problem.what for problem in row.problems]) for row in log.rejected] == [
        (102, ["'soon' is no date that can be read", "'B' is already the id of row 102"]),
        (103, ["'A' is already the id of row 101"]),
    ]
    assert (log.ids, len(log), log.rows_read) == (("A", "B"), 2, 4)


def test_a_frame_that_is_read_is_left_as_it_was() -> None:
    frame = rows(" 2004", "2005 ", event_id=[" A", None], note=[" x", ""]).with_columns(case=pl.lit(" c "))
    before = frame.clone()
    encode(frame, name="events", on_bad_rows="fail", texts=True)
    assert frame.equals(before)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (("1", "-2", "0"), pl.Int64),
        (("1", "2.5", ".5"), pl.Float64),
        (("1", "2", "x"), pl.String),
        (("1", "2", "9223372036854775808"), pl.String),
        (("1", "2.5", "1e999"), pl.String),
        (("1", "2", "036"), pl.String),
    ],
)
@pytest.mark.parametrize("many", [1, 10])
def test_text_gets_the_type_that_every_cell_has(
    monkeypatch: pytest.MonkeyPatch, cells: tuple[str, ...], kind: type[pl.DataType], many: int
) -> None:
    monkeypatch.setattr(encoding, "MANY", many)
    frame = rows("2004", "2005", "2006", size=cells)
    log = encode(frame, name="events", on_bad_rows="fail", texts=True)
    assert log.store is not None
    assert log.store.attributes["size"].dtype == kind
    assert log == slow(frame, "fail", text=True)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=9))
def test_many_numbers_are_read_as_python_reads_them(numbers: list[float]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoding, "MANY", 1)
        assert_agree(rows(*["2004"] * len(numbers), size=list(map(str, numbers))), 0, text=True)


def test_categories_of_other_frames_are_no_burden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "MANY", 1)
    common = pl.Categorical(pl.Categories.random())
    others = pl.Series([f"other {number}" for number in range(9)], dtype=common)
    frame = rows("2004", "2005", event=pl.Series(["a", None], dtype=common))
    assert_agree(frame, 0, text=False)
    assert len(others) == 9


@pytest.mark.parametrize(
    ("cells", "type_", "expected"),
    [
        (["1", "2"], "string", ("1", "2")),
        (["1", "2"], "number", (1.0, 2.0)),
        (["true", None], "boolean", (True, None)),
        (["1", None], "integer", (1, None)),
        (["TRUE", None], "string", ("TRUE", None)),
        ([None, None], "number", (None, None)),
        ([1, None], "string", ("1", None)),
        ([1e16, None], "string", ("1e+16", None)),
        ([True, None], "string", ("true", None)),
    ],
)
def test_some_rows_of_a_longer_log_have_its_types(
    cells: list[object], type_: AttributeType, expected: tuple[object, ...]
) -> None:
    frame = rows("2004", "2005", size=cells)
    text = frame["size"].dtype in {pl.String, pl.Null}
    log = encode(frame, name="events", on_bad_rows="fail", texts=text, types={"size": type_, "elsewhere": "number"})
    assert log.attributes == {"size": type_}
    assert list(map(repr, log.columns["size"])) == list(map(repr, expected))
