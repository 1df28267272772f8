"""A log is the same log in whatever format it is written."""

import datetime as dt
import gzip
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onward.files import read_log
from onward.history.engine import replay
from onward.log.columns import columns_of
from onward.log.log import EventLog
from onward.log.schema import ROLES, column_of
from onward.model.model import Model
from onward.problems import LogError, OnwardError, Problem, UsageError
from onward.streaming import converting
from onward.streaming.converting import Converted, convert
from onward.streaming.output import open_output
from onward.streaming.progress import Progress
from onward.testing import logs, models

ENDINGS = (".csv", ".tsv", ".jsonl", ".parquet", ".arrow")
SEPARATED = (".csv", ".tsv")
TYPED = (".parquet", ".arrow")
LOG = "time,event,case,n\n2003,a,x,1\n2001-06,b,y,2\n2001,c,x,3\n2001-06-30,d,x,\n"
ROWS = pl.DataFrame(
    {
        "day": [dt.date(2005, 1, day) for day in (3, 1, 2)],
        "instant": [dt.datetime(2005, 1, 1, 12, 30, 5, micro) for micro in (0, 250_000, 0)],  # noqa: DTZ001
        "text": ["2005", "2005-01", "2005-01-02"],
        "year": [2005, 2004, 2003],
        "event": ["a", "b", "c"],
        "case": ["x", "x", "y"],
    }
)


def said(log: EventLog) -> object:
    """Return everything that a log says of its rows."""
    columns = {name: list(map(repr, values)) for name, values in log.columns.items()}  # 1, 1.0 and true are equal
    return (
        *(list(log.types), list(log.times), list(log.ids), list(log.untils)),
        *(log.has_case, list(log.case_names), log.has_organizations, list(log.organizations)),
        *(list(log.attributes.items()), columns),
    )


def rows_of(path: Path) -> pl.DataFrame:
    return pl.read_parquet(path)


def refused(call: Callable[[], object], kind: type[OnwardError] = LogError) -> tuple[Problem, ...]:
    with pytest.raises(kind) as caught:
        call()
    return caught.value.problems


@pytest.fixture(params=[False, True], ids=["short", "long"])
def in_batches(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Convert as a short log is converted, and as a long one."""
    if request.param:
        monkeypatch.setattr(converting, "is_long", lambda _: True)
    return bool(request.param)


def converted(path: Path, ending: str, *, batch: int | None = None, sort: bool = False, name: str = "out") -> Path:
    """Return *path* in another format, by way of batches where their size is given."""
    output = path.with_name(f"{name}{ending}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(converting, "is_long", lambda _: batch is not None)
        convert(path, output, batch=batch or 1, sort=sort)
    return output


BATCHES = st.none() | st.integers(1, 5)


@settings(max_examples=40)
@given(st.data(), BATCHES, BATCHES)
def test_a_log_is_the_same_in_every_format(data: st.DataObject, first: int | None, second: int | None) -> None:
    log = data.draw(logs(data.draw(models())))
    endings = ENDINGS if len(log) else tuple(ending for ending in ENDINGS if ending != ".jsonl")
    one, other = data.draw(st.sampled_from(endings)), data.draw(st.sampled_from(endings))
    with TemporaryDirectory() as folder:
        begin = Path(folder, "log.parquet")
        log.frame.write_parquet(begin)
        path = converted(begin, one, batch=first)
        assert said(read_log(path)) == said(read_log(begin))
        assert said(read_log(converted(path, other, batch=second, name="again"))) == said(read_log(path))


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=6)
# What polars takes for a pattern (`*`, `^a$`) is left out.
NAMES = TEXTS.filter(lambda name: name == name.strip() != "" and name[0] not in "*^")
SIZES = st.floats(allow_infinity=False, allow_nan=False)
BIG = st.integers(-(2**63), 2**63 - 1)
# In the first and the last year an instant with a zone may lie outside of Python's years, and its column becomes text.
INSTANT = st.datetimes(dt.datetime(2, 1, 1), dt.datetime(9998, 12, 31))  # noqa: DTZ001 - naive UTC
KINDS: Mapping[str, tuple[st.SearchStrategy[object], pl.DataType]] = {
    "text": (TEXTS, pl.String()),
    "size": (SIZES, pl.Float64()),
    "small": (st.floats(allow_infinity=False, allow_nan=False, width=32), pl.Float32()),
    "integer": (BIG, pl.Int64()),
    "byte": (st.integers(0, 255), pl.UInt8()),
    "truth": (st.booleans(), pl.Boolean()),
    "day": (st.dates(), pl.Date()),
    "instant": (INSTANT, pl.Datetime("us")),
    "zoned": (INSTANT, pl.Datetime("us", "UTC")),
    "clock": (st.times(), pl.Time()),
    "nothing": (st.none(), pl.Null()),
    "kind": (st.sampled_from(("a", "b")), pl.Categorical()),
}
DATES: Mapping[str, tuple[st.SearchStrategy[object], pl.DataType]] = {
    "text": (st.sampled_from(("2004", "2004-06", "2004-06-01", "2004-06-01T12:30:05,25+02:00", " 1648 ")), pl.String()),
    "day": (st.dates(), pl.Date()),
    "instant": (INSTANT, pl.Datetime("us")),
    "milli": (INSTANT, pl.Datetime("ms")),
    "zoned": (INSTANT, pl.Datetime("us", "UTC")),
    "year": (st.integers(1, 9999), pl.Int64()),
}


def is_an_attribute(name: str) -> bool:
    """Tell whether a column called *name* is none of those that every log has."""
    return all(column_of(role, [name]) is None for role in ROLES)


@st.composite
def frames(draw: st.DrawFn) -> pl.DataFrame:
    """Draw a frame of any types and names that can be read as a log."""
    height = draw(st.integers(1, 7))

    def column(cells: st.SearchStrategy[object], kind: pl.DataType) -> pl.Series:
        return pl.Series(draw(st.lists(cells, min_size=height, max_size=height)), dtype=kind, strict=False)

    columns = {}
    others = draw(st.lists(NAMES.filter(is_an_attribute), max_size=3, unique=True))
    for name in others:
        cells, kind = KINDS[draw(st.sampled_from(sorted(KINDS)))]
        columns[name] = column(st.none() | cells, kind)
    time = draw(st.sampled_from(("time", "date", "time:timestamp")))
    columns[time] = column(*DATES[draw(st.sampled_from(sorted(DATES)))])
    columns[draw(st.sampled_from(("event", "event_type", "concept:name")))] = column(NAMES, pl.String())
    columns[draw(st.sampled_from(("case", "case:concept:name")))] = column(NAMES, pl.String())
    if draw(st.booleans()):
        columns["organizations"] = column(st.none() | st.just(["EU", "UN"]), pl.List(pl.String))
    if draw(st.booleans()):
        columns["event_id"] = pl.Series(range(height))
    if draw(st.booleans()):
        end = draw(st.sampled_from(("until", "end_date")))
        columns[end] = columns[time] if draw(st.booleans()) else column(st.none(), columns[time].dtype)
    return pl.DataFrame({name: columns[name] for name in draw(st.permutations(list(columns)))})


@settings(max_examples=40)
@given(frames(), st.sampled_from(TYPED), st.sampled_from(ENDINGS), BATCHES)
def test_whatever_its_types_a_log_is_the_same(frame: pl.DataFrame, one: str, other: str, batch: int | None) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, f"log{one}")
        frame.write_parquet(path) if one == ".parquet" else frame.write_ipc(path)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(converting, "is_long", lambda _: batch is not None)
            done = convert(path, Path(folder, f"out{other}"), batch=batch or 1)
        before, after = read_log(path), read_log(Path(folder, f"out{other}"))
        for name, type_ in done.retyped.items():
            assert (before.attributes[name], after.attributes[name]) == ("string", type_)
        assert done.read == done.written == frame.height
        assert untyped(after, done) == untyped(before, done)
        if other in TYPED:
            # A second time nothing is left to change.
            again = converted(Path(folder, f"out{other}"), ".parquet", batch=batch, name="again")
            first = converted(path, ".parquet", batch=batch, name="first")
            assert rows_of(again).equals(rows_of(first))


def untyped(log: EventLog, done: Converted) -> object:
    """Return what *log* says, but for the attributes that were text and are read as something else."""
    frame = log.frame.drop(done.retyped)
    dates = [(date.first, date.last, date.recorded) for date in log.times]
    types = {name: type_ for name, type_ in log.attributes.items() if name not in done.retyped}
    return dates, list(log.untils), list(types.items()), list(log.organizations), frame.columns, frame.rows()


@settings(max_examples=40)
@given(st.data(), st.sampled_from(ENDINGS), st.sampled_from(ENDINGS), BATCHES)
def test_a_sorted_log_is_in_order_and_its_replay_is_the_same(
    data: st.DataObject, one: str, other: str, batch: int | None
) -> None:
    model = data.draw(models())
    log = data.draw(logs(model).filter(len))
    with TemporaryDirectory() as folder:
        begin = Path(folder, "log.parquet")
        # Without ids of their own, steps are named by their rows.
        log.frame.with_columns(event_id=pl.int_range(len(log)).cast(pl.String)).write_parquet(begin)
        path = converted(begin, one)
        made = converted(path, other, batch=batch, sort=True, name="sorted")
        before, after = read_log(path), read_log(made)
        assert sorted(path.name for path in Path(folder).iterdir()) == sorted({"log.parquet", path.name, made.name})
    order = sorted(range(len(before)), key=lambda row: before.times[row].last)
    assert list(after.ids) == [before.ids[row] for row in order]
    assert columns_of(after).times.last.is_sorted()
    assert replayed(model, after) == replayed(model, before)


def replayed(model: Model, log: EventLog) -> list[list[tuple[object, ...]]]:
    """Return where a replay leaves every case, and how it came there."""
    done = replay(model, log)
    tables = (done.cases, done.spells, done.steps.drop("row"))
    return [table.sort("case", maintain_order=True).rows() for table in tables]


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.usefixtures("in_batches")
def test_packed_text_is_read_too(tmp_path: Path, ending: str) -> None:
    (tmp_path / "log.csv").write_text(LOG)
    (tmp_path / "log.csv.gz").write_bytes(gzip.compress(LOG.encode()))
    convert(tmp_path / "log.csv.gz", tmp_path / f"out{ending}")
    assert said(read_log(tmp_path / f"out{ending}")) == said(read_log(tmp_path / "log.csv"))


@pytest.mark.parametrize("ending", TYPED)
@pytest.mark.usefixtures("in_batches")
def test_dates_stay_what_they_were(tmp_path: Path, ending: str) -> None:
    for name in ("day", "instant", "text", "year"):
        ROWS.rename({name: "time"}).write_parquet(tmp_path / "log.parquet")
        convert(tmp_path / "log.parquet", tmp_path / f"out{ending}")
        convert(tmp_path / f"out{ending}", tmp_path / "again.parquet")
        out = rows_of(tmp_path / "again.parquet").rename({"time": name})
        # The others are attributes; a year is written as a date.
        expected = ROWS.with_columns(pl.col(name).cast(pl.String) if name == "year" else pl.col(name))
        assert out.select(ROWS.columns).equals(expected)
        assert out.columns[1:3] == ["event", "case"]


@pytest.mark.usefixtures("in_batches")
def test_dates_become_iso_text(tmp_path: Path) -> None:
    ROWS.rename({"instant": "time", "day": "until"}).drop("text", "year").write_parquet(tmp_path / "log.parquet")
    convert(tmp_path / "log.parquet", tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text().splitlines() == [
        "time,event,case,until",
        "2005-01-01T12:30:05,a,x,2005-01-03",
        "2005-01-01T12:30:05.250000,b,x,2005-01-01",
        "2005-01-01T12:30:05,c,y,2005-01-02",
    ]


@pytest.mark.usefixtures("in_batches")
def test_rows_that_cannot_be_read_are_counted_and_numbered_as_they_stood(tmp_path: Path) -> None:
    far = pl.Series([0, 2_940_000, 1, None, 2], dtype=pl.Int32).cast(pl.Date)
    pl.DataFrame({"time": far, "event": list("abcde"), "case": "x", "day": far}).write_parquet(tmp_path / "log.parquet")
    for sort in (False, True):
        done = convert(tmp_path / "log.parquet", tmp_path / "out.parquet", on_bad_rows="set-aside", batch=2, sort=sort)
        assert (done.read, done.written, done.rejected, done.problem_count) == (5, 3, 2, 2)
        assert [problem.where for problem in done.problems] == ["log.parquet: row 2: time", "log.parquet: row 4: time"]
        out = rows_of(tmp_path / "out.parquet")
        assert out["event"].to_list() == ["a", "c", "e"]
        assert out["time"].equals(out["day"])
    problems = refused(lambda: convert(tmp_path / "log.parquet", tmp_path / "new.parquet", batch=10))
    assert [problem.where for problem in problems] == ["log.parquet: row 2: time", "log.parquet: row 4: time"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.parquet", "out.parquet"]


def test_of_many_problems_the_first_are_kept_and_all_counted(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("time,event,case\n2001,a,x\n" + "never,,\n" * 30)
    done = convert(tmp_path / "log.csv", tmp_path / "out.csv", on_bad_rows="set-aside")
    assert (done.read, done.rejected, done.problem_count, len(done.problems)) == (31, 30, 90, 20)


@pytest.mark.usefixtures("in_batches")
def test_columns_get_their_own_names_and_none_is_invented(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(
        "lifecycle,time:timestamp,case:concept:name,concept:name,date\nstart,2001,x,a,2000\n,2002,y,b,2000\n"
    )
    done = convert(tmp_path / "log.csv", tmp_path / "out.csv")
    assert done.renamed == {"date": "time", "concept:name": "event", "case:concept:name": "case"}
    assert (tmp_path / "out.csv").read_text().splitlines() == [
        "time,event,case,lifecycle,time:timestamp",
        "2000,a,x,start,2001",
        "2000,b,y,,2002",
    ]
    assert done.retyped == {}
    assert convert(tmp_path / "out.csv", tmp_path / "again.csv").renamed == {}


@pytest.mark.usefixtures("in_batches")
def test_a_column_that_is_empty_keeps_its_place(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("time,event,case,until,event_id,end_date\n2001,a,x,,,2003\n")
    convert(tmp_path / "log.csv", tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_text() == (
        '{"time":"2001","event":"a","case":"x","event_id":null,"until":null,"end_date":"2003"}\n'.replace(
            '"2003"', "2003"
        )
    )
    assert read_log(tmp_path / "out.jsonl").untils == (None,)


@pytest.mark.usefixtures("in_batches")
def test_text_that_separated_values_cannot_tell_from_numbers_is_told(tmp_path: Path) -> None:
    log = {"time": ["2001", "2002"], "event": "a", "case": "7", "code": ["1", None], "flag": "true", "id": ["07", "1"]}
    pl.DataFrame(log).write_parquet(tmp_path / "log.parquet")
    assert convert(tmp_path / "log.parquet", tmp_path / "out.tsv").retyped == {"code": "integer", "flag": "boolean"}
    assert convert(tmp_path / "log.parquet", tmp_path / "out.jsonl").retyped == {}


@pytest.mark.usefixtures("in_batches")
@pytest.mark.parametrize(
    ("column", "endings", "what"),
    [
        (["ok", "a\0b"], SEPARATED, "a NUL byte can't be kept in separated text"),
        (["ok", "x" * 131_073], SEPARATED, "a text of more than 131,072 characters can't be kept in separated text"),
        ([1.0, float("-inf")], (*SEPARATED, ".jsonl"), "an infinite number can't be kept in text"),
    ],
)
def test_what_a_format_cannot_keep_is_refused(
    tmp_path: Path, column: list[object], endings: tuple[str, ...], what: str
) -> None:
    log = {"time": ["never", "2001", "2002"], "event": "a", "case": "x", "odd": [None, *column]}
    pl.DataFrame(log).write_parquet(tmp_path / "log.parquet")
    for ending in ENDINGS:
        output = tmp_path / f"out{ending}"
        if ending not in endings:
            convert(tmp_path / "log.parquet", output, on_bad_rows="set-aside")
            assert read_log(output).columns["odd"] == tuple(column)
            continue
        (problem,) = refused(lambda: convert(tmp_path / "log.parquet", output, on_bad_rows="set-aside", batch=2))  # noqa: B023
        assert (problem.where, problem.what) == ("log.parquet: row 3: odd", what)
        assert problem.mend.endswith(", or write .parquet or .arrow, which can keep it")
        assert not output.exists()


@pytest.mark.parametrize("name", [" n", "n ", "n\0n"])
def test_a_name_that_would_not_be_read_again_is_refused(tmp_path: Path, name: str) -> None:
    pl.DataFrame({"time": ["2001"], "event": "a", "case": "x", name: 1}).write_parquet(tmp_path / "log.parquet")
    (problem,) = refused(lambda: convert(tmp_path / "log.parquet", tmp_path / "out.csv"))
    assert problem == Problem(
        "log.parquet",
        f"a column of separated text can't be named {name!r}",
        "rename it, or write .parquet or .arrow, which can keep it",
    )
    convert(tmp_path / "log.parquet", tmp_path / "out.jsonl")
    assert read_log(tmp_path / "out.jsonl").columns == {name: (1,)}


@pytest.mark.usefixtures("in_batches")
@pytest.mark.parametrize("sort", [False, True])
def test_a_log_without_rows_keeps_its_columns(tmp_path: Path, *, sort: bool) -> None:
    (tmp_path / "log.csv").write_text("time,event,case,n\n")
    for ending in (".csv", ".parquet", ".arrow"):
        done = convert(tmp_path / "log.csv", tmp_path / f"out{ending}", sort=sort)
        assert (done.read, done.written) == (0, 0)
        assert said(read_log(tmp_path / f"out{ending}")) == said(read_log(tmp_path / "log.csv"))
    (problem,) = refused(lambda: convert(tmp_path / "log.csv", tmp_path / "out.jsonl", sort=sort), UsageError)
    assert problem.what == "no row is left to write, and JSON Lines name the columns in each row alone"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.csv", "out.arrow", "out.csv", "out.parquet"]


@pytest.mark.parametrize(
    "content",
    [
        '{"time": 2001, "event": "a", "case": "x", "n": 1}\n{"time": "2002", "event": "b", "case": "y", "n": "1"}\n{',
        "time,event,case,n\n2001,a,x\n2002,b,y,1\n",
    ],
)
def test_what_takes_care_to_be_read_is_converted_too(tmp_path: Path, content: str) -> None:
    path = tmp_path / ("log.jsonl" if content.startswith("{") else "log.csv")
    path.write_text(content)
    done = convert(path, tmp_path / "out.parquet", on_bad_rows="set-aside")
    assert (done.rejected, done.renamed) == (1, {})
    assert said(read_log(tmp_path / "out.parquet")) == said(read_log(path, on_bad_rows="set-aside"))


@pytest.mark.usefixtures("in_batches")
@pytest.mark.parametrize("sort", [False, True])
def test_a_truncated_log_leaves_what_was_there(tmp_path: Path, *, sort: bool) -> None:
    log = pl.DataFrame({"time": ["2001"] * 5000, "event": "a", "case": [str(row) for row in range(5000)]})
    log.write_parquet(tmp_path / "log.parquet", row_group_size=100)
    (tmp_path / "log.csv.gz").write_bytes(gzip.compress(log.write_csv().encode()))
    for name in ("log.parquet", "log.csv.gz"):
        path = tmp_path / name
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        (tmp_path / "out.csv").write_text("before\n")
        refused(lambda: convert(path, tmp_path / "out.csv", sort=sort, batch=1000))  # noqa: B023
        assert (tmp_path / "out.csv").read_text() == "before\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.csv.gz", "log.parquet", "out.csv"]


@pytest.mark.usefixtures("in_batches")
def test_the_output_is_replaced_and_the_log_never(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(LOG)
    (tmp_path / "out.csv").write_text("before\n")
    convert(path, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == LOG
    (tmp_path / "same.csv").symlink_to(path)
    for output in (path, tmp_path / "same.csv", tmp_path / "." / "log.csv"):
        (problem,) = refused(lambda: convert(path, output), UsageError)  # noqa: B023
        assert (problem.where, problem.what) == (str(output), "this is the log that is read")
    assert path.read_text() == LOG


def test_nothing_is_read_where_nothing_can_be_written(tmp_path: Path) -> None:
    (problem,) = refused(lambda: convert(tmp_path / "none.csv", tmp_path / "out.xlsx"), UsageError)
    assert problem.mend == "end it in .parquet, .pq, .arrow, .feather, .ipc, .csv, .tsv, .jsonl, .ndjson"
    (problem,) = refused(lambda: convert(tmp_path / "none.csv", tmp_path / "out.csv"))
    assert problem.what == "there is no such file"
    with open_output(tmp_path / "out.csv"):
        (tmp_path / "log.csv").write_text(LOG)
        (problem,) = refused(lambda: convert(tmp_path / "log.csv", tmp_path / "out.csv"), UsageError)
        assert problem.what == "another run is writing this file"


def test_a_way_to_treat_bad_rows_that_there_is_not(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(LOG)
    way: object = "set_aside"
    (problem,) = refused(lambda: convert(tmp_path / "log.csv", tmp_path / "out.csv", on_bad_rows=way), UsageError)  # type: ignore[arg-type]
    assert problem.mend == "did you mean 'set-aside'?"


def test_progress_is_told_of_every_row(tmp_path: Path, in_batches: bool) -> None:  # noqa: FBT001
    pl.read_csv(LOG.encode(), schema_overrides={"time": pl.String}).write_parquet(tmp_path / "log.parquet")
    for sort in (False, True):
        watch = Progress(quiet=True)
        convert(tmp_path / "log.parquet", tmp_path / "out.csv", progress=watch, sort=sort, batch=3)
        assert watch.rows == watch.total == (8 if sort and in_batches else 4)
