import gzip
import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onward import files
from onward.files import DENSE, HUGE, LONG, is_long, parse_table, read_log, write_text
from onward.log import framed
from onward.log.framed import LARGE
from onward.problems import LogError, UsageError

FORMATS = (
    ".csv, .tsv, .tab, .jsonl, .ndjson, .csv.gz, .tsv.gz, .jsonl.gz, .ndjson.gz, .parquet, .pq, .arrow, .feather, .ipc"
)
HEADER = "event_id,date,date_precision,end_date,organizations,event_type,name,place,formal,mandate,source,note\n"
TYPES = ("contact", "joint_operation_launched", "agreement_signed", "support_provided")
PAIRS = ("EU;UN", "NATO;UN", "AU;EU;NATO")


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """Return a file of 96 events, as a researcher keeps them."""
    rows = (
        f"H{number:03d},{1949 + number // 2}{'-06' * (number % 3)},{('year', 'month', 'day')[number % 3]},"
        f"{'2008' if number % 5 == 0 else ''},{PAIRS[number % 3]},{TYPES[number % 4]},"
        f'"Talks, in {number}",{"Évian" if number % 2 else ""},{("true", "false")[number % 2]},'
        f'{"UNSC 1769" if number == 7 else ""},Haugevik 2007 §3.{number % 5},"The ""UN"" leads;\nothers follow"\n'
        for number in range(96)
    )
    path = tmp_path / "events.csv"
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    return path


def test_a_log_as_researchers_keep_it_is_read_whole(events: Path) -> None:
    log = read_log(events)
    assert (len(log), log.rows_read, log.name, log.rejected) == (96, 96, "events.csv", ())
    assert (log.has_organizations, log.has_case, log.case_names) == (True, False, ())
    assert log.attributes == {
        "date_precision": "string",
        "name": "string",
        "place": "string",
        "formal": "boolean",
        "mandate": "string",
        "source": "string",
        "note": "string",
    }
    event = log.event(5)
    assert (event.id, event.type, event.organizations) == ("H005", "joint_operation_launched", ("AU", "EU", "NATO"))
    assert event.time is not None
    assert event.until is not None
    assert (event.time.recorded, event.until.recorded) == ("1951-06-06", "2008")
    assert event.attributes["name"] == "Talks, in 5"
    assert event.attributes["place"] == "Évian"
    assert event.attributes["formal"] is False
    assert event.attributes["note"] == 'The "UN" leads;\nothers follow'
    assert log.frame.shape == (96, 12)


def test_a_path_may_be_text_and_its_ending_in_capitals(events: Path) -> None:
    renamed = events.rename(events.with_suffix(".CSV"))
    assert len(read_log(str(renamed))) == 96


def test_a_log_is_returned_as_it_is(events: Path) -> None:
    log = read_log(events)
    assert read_log(log) is log


def test_a_small_file_is_read_without_a_data_frame_library(events: Path) -> None:
    code = (
        "import sys; from onward.files import read_log; read_log(sys.argv[1]); "
        "print({'polars', 'pandas', 'numpy', 'pyarrow'} & set(sys.modules))"
    )
    assert subprocess.check_output([sys.executable, "-c", code, str(events)], text=True) == "set()\n"


def test_bad_rows_fail_unless_they_are_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "events.tsv"
    path.write_text("time\tcase\tevent\n2004\tc\te\nsoon\tc\te\n")
    with pytest.raises(LogError, match=r"events\.tsv:3: time: 'soon' is no date that can be read"):
        read_log(path)
    log = read_log(path, on_bad_rows="set-aside")
    assert (len(log), log.rows_read, log.rejected[0].line) == (1, 2, 3)


def test_a_missing_file_is_told_with_the_nearest_name(events: Path) -> None:
    with pytest.raises(LogError) as caught:
        read_log(events.with_name("event.csv"))
    assert str(caught.value) == f"{events.with_name('event.csv')}: there is no such file; did you mean {str(events)!r}?"
    with pytest.raises(LogError) as caught:
        read_log(events.with_name("zzz"))
    assert str(caught.value) == f"{events.with_name('zzz')}: there is no such file; check the path"


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    path = tmp_path / "no" / "events.csv"
    with pytest.raises(LogError) as caught:
        read_log(path)
    assert str(caught.value) == f"{path}: there is no folder {str(path.parent)!r}; check the path"


def test_a_folder_is_no_log(tmp_path: Path) -> None:
    with pytest.raises(LogError) as caught:
        read_log(tmp_path)
    assert str(caught.value) == f"{tmp_path}: this is a folder; name a file in it ({FORMATS})"


@pytest.mark.parametrize(("name", "reason"), [("x" * 999, "File name too long"), ("a\0.csv", "embedded null byte")])
def test_a_file_that_cannot_be_opened_says_why(name: str, reason: str) -> None:
    with pytest.raises(LogError) as caught:
        read_log(name)
    assert str(caught.value) == f"{name}: the file can't be opened ({reason}); check the path"


@pytest.mark.parametrize(
    ("name", "what"),
    [("events.xlsx", "a log can't be read from a .xlsx file"), ("events", "the file name has no ending")],
)
def test_another_format_is_told_which_are_read(tmp_path: Path, name: str, what: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"PK")
    with pytest.raises(LogError) as caught:
        read_log(path)
    assert str(caught.value) == f"{path}: {what}; save it in a format that Onward reads: {FORMATS}"


def test_what_is_no_source_is_told_what_is() -> None:
    with pytest.raises(UsageError) as caught:
        read_log([1])
    assert str(caught.value) == (f"source: no log can be read from a list; give a path ({FORMATS}) or a data frame")


def test_another_way_with_bad_rows_is_told_the_ways() -> None:
    with pytest.raises(UsageError) as caught:
        read_log("events.csv", on_bad_rows="set_aside")  # type: ignore[arg-type]
    assert str(caught.value) == (
        "on_bad_rows: there is no way 'set_aside' to treat bad rows; did you mean 'set-aside'?"
    )


@pytest.mark.parametrize("name", ["", ".", "/", "..", "folder"])
def test_a_folder_is_no_file_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        write_text(Path(name), "text")
    assert str(caught.value) == f"{Path(name)}: this is a folder; name a file in it"
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("file/x.json", "Not a directory"),
        ("no/x.json", "No such file or directory"),
        ("x" * 300, "File name too long"),
        ("a\0.json", "embedded null"),  # the rest of the sentence is Python's, and changes with it
    ],
)
def test_a_file_that_cannot_be_written_says_why(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError) as caught:
        write_text(tmp_path / name, "text")
    [problem] = caught.value.problems
    assert (problem.where, problem.mend) == (str(tmp_path / name), "check the folder, its rights and its space")
    assert problem.what.startswith("the file can't be written (")
    assert reason in problem.what


def test_what_cannot_be_encoded_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    path.write_text("before")
    with pytest.raises(UsageError, match="the file can't be written"):
        write_text(path, "half a pair: \ud800")
    assert path.read_text() == "before"
    assert [file.name for file in tmp_path.iterdir()] == ["out.json"]


def test_a_device_is_written_to_and_never_replaced(tmp_path: Path) -> None:
    write_text(Path(os.devnull), "gone")
    assert not Path(os.devnull).is_file()
    long = tmp_path / ("x" * 250)
    write_text(long, "kept")
    assert (long.read_text(encoding="utf-8"), len(list(tmp_path.iterdir()))) == ("kept", 1)


SMALL = pl.DataFrame({"time": ["2004", "2005-06"], "event": ["a", "b"], "case": ["c", "d"], "size": [1, None]})
BIG = pl.concat([SMALL] * (LARGE // 2))
CUT = "the file ends too early"


def write_frame(frame: pl.DataFrame, path: Path) -> None:
    if path.suffix in {".parquet", ".pq"}:
        frame.write_parquet(path)
    else:
        frame.write_ipc(path)


@pytest.mark.parametrize("frame", [SMALL, BIG], ids=["small", "big"])
@pytest.mark.parametrize("ending", [".parquet", ".pq", ".arrow", ".feather", ".ipc", ".stream.arrow"])
def test_files_of_frames_are_read(tmp_path: Path, frame: pl.DataFrame, ending: str) -> None:
    path = tmp_path / f"events{ending}"
    if "stream" in ending:
        frame.write_ipc_stream(path)
    else:
        write_frame(frame, path)
    log = read_log(path)
    assert (log.name, len(log), log.store is not None) == (path.name, frame.height, frame.height >= LARGE)
    assert log.fingerprint == read_log(frame).fingerprint
    assert parse_table(path).rows == range(frame.height)


def test_a_bad_row_of_a_file_of_frames_is_told_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / "events.parquet"
    SMALL.with_columns(time=pl.lit([b"x"])).write_parquet(path)
    with pytest.raises(LogError, match=r"^events\.parquet: row 1: time: \[b'x'\] is no date; write it as"):
        read_log(path)
    wrong = "events.parquet: 20,000 of 20,000 rows can't be read; the problems of the first 1,000 follow; mend what"
    BIG.with_columns(time=pl.lit(b"x")).write_parquet(path)
    with pytest.raises(LogError) as caught:
        read_log(path)
    assert str(caught.value).startswith(wrong)
    assert len(caught.value.problems) == 1001
    assert len(read_log(path, on_bad_rows="set-aside").rejected) == LARGE


def written(ending: str) -> bytes:
    out = io.BytesIO()
    if ending == ".ipc":
        BIG.write_ipc_stream(out)
    elif ending == ".arrow":
        BIG.write_ipc(out)
    else:
        BIG.write_parquet(out)
    return out.getvalue()


WRITTEN = {ending: written(ending) for ending in (".parquet", ".arrow", ".ipc")}


@pytest.mark.parametrize("ending", WRITTEN)
@pytest.mark.parametrize("share", [0.01, 0.5, 0.999])
def test_a_file_of_frames_that_ends_too_early_is_told(tmp_path: Path, ending: str, share: float) -> None:
    path = tmp_path / f"events{ending}"
    path.write_bytes(WRITTEN[ending][: int(len(WRITTEN[ending]) * share)])
    with pytest.raises(LogError) as caught:
        read_log(path)
    assert str(caught.value) == f"events{ending}: {CUT}, or is of another format; copy or download it again"


@given(
    st.sampled_from(list(WRITTEN)), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=5)
)
def test_damage_in_a_file_of_frames_is_an_error_that_can_be_mended(
    tmp_path_factory: pytest.TempPathFactory, ending: str, bytes_: list[tuple[float, int]]
) -> None:
    data = bytearray(WRITTEN[ending])
    for share, byte in bytes_:
        data[int(share * (len(data) - 1))] = byte
    path = tmp_path_factory.getbasetemp() / f"damaged{ending}"
    path.write_bytes(data)
    try:
        read_log(path, on_bad_rows="set-aside")
    except LogError as error:
        assert all(problem.what and problem.mend for problem in error.problems)  # noqa: PT017 - not every draw is one


@pytest.mark.parametrize(("ending", "mend"), [(".parquet", "the file is empty"), (".arrow", "the file is empty")])
def test_an_empty_file_of_frames_is_told(tmp_path: Path, ending: str, mend: str) -> None:
    path = tmp_path / f"events{ending}"
    path.touch()
    with pytest.raises(LogError, match=mend):
        read_log(path)
    with pytest.raises(LogError, match=r"there is no such file; did you mean .*events"):
        read_log(path.with_stem("event"))


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".jsonl", ".ndjson"])
def test_compressed_text_is_read(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"events{ending}.gz"
    text = {".csv": SMALL.write_csv(), ".tsv": SMALL.write_csv(separator="\t")}.get(ending, SMALL.write_ndjson())
    path.write_bytes(gzip.compress(text.encode()))
    assert read_log(path).fingerprint == read_log(SMALL).fingerprint


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda data: data[:-9], "the file ends too early to be unpacked"),
        (lambda data: data[:5], "the file ends too early to be unpacked"),
        (lambda data: data[:-5] + b"x" + data[-4:], "the file can't be unpacked (CRC check failed"),
        (lambda data: data[:12] + b"xxxx" + data[16:], "the file can't be unpacked (Error -3 while decompressing data"),
        (lambda _: b"time,event,case\n", "the file can't be unpacked (Not a gzipped file (b'ti'))"),
    ],
)
def test_damaged_gzip_is_told(tmp_path: Path, change: Callable[[bytes], bytes], what: str) -> None:
    path = tmp_path / "events.csv.gz"
    path.write_bytes(change(gzip.compress(BIG.write_csv().encode())))
    with pytest.raises(LogError) as caught:
        read_log(path)
    assert str(caught.value).startswith(f"events.csv.gz: {what}")
    assert caught.value.problems[0].mend == "copy or download it again"


def test_a_compressed_file_of_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "events.xlsx.gz"
    path.write_bytes(b"PK")
    with pytest.raises(LogError, match=r"a log can't be read from a \.xlsx\.gz file"):
        read_log(path)


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".jsonl"])
def test_long_text_is_read_as_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str) -> None:
    path = tmp_path / f"events{ending}"
    if ending == ".jsonl":
        BIG.write_ndjson(path)
    else:
        BIG.write_csv(path, separator="," if ending == ".csv" else "\t")
    careful = read_log(path)
    monkeypatch.setattr(files, "LONG", 1000)
    monkeypatch.setattr(files, "PARSERS", {ending: None})
    assert path.stat().st_size < LONG
    assert careful.store is not None
    assert read_log(path) == careful
    assert read_log(path).fingerprint == careful.fingerprint


def test_a_bad_row_of_long_text_is_told_by_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LONG", 0)
    path = tmp_path / "events.csv"
    path.write_text(BIG.write_csv() + "soon,a,c,\n")
    with pytest.raises(LogError, match=r"^events\.csv:20002: time: 'soon' is no date"):
        read_log(path)
    log = read_log(path, on_bad_rows="set-aside")
    assert (len(log), log.rejected[0].line, log.store is not None) == (LARGE, 20002, True)


@pytest.mark.parametrize(
    ("name", "least"),
    [("a.csv", HUGE), ("a.jsonl", HUGE), ("a.csv.gz", HUGE // DENSE), ("a.parquet", HUGE // DENSE), ("a.xlsx", None)],
)
def test_a_file_is_long_by_its_size_and_its_format(tmp_path: Path, name: str, least: int | None) -> None:
    path = tmp_path / name
    assert not is_long(path)
    with path.open("wb") as file:
        file.truncate((least or HUGE) - 1)
        assert not is_long(path)
        file.truncate(least or 2 * HUGE)
        assert is_long(path) == (least is not None)


PANDAS = pd.DataFrame(
    {
        "time": pd.to_datetime(["2004-01-01T00:00", "2005-01-01T10:00"]),
        "until": pd.to_datetime(["2006-01-01", None]),
        "event": ["a", "b"],
        "case": pd.Categorical(["x", "y"]),
        "whole": [1, 2],
        "gaps": [1.0, None],
        "share": [0.5, None],
        "endless": [1.0, float("inf")],
        "truth": [True, False],
        "text": pd.array(["x", None], dtype="string"),
        "code": pd.Categorical([3, None]),
        "nothing": [None, None],
        "zone": pd.to_datetime(["2004-06-01", "2004-12-01"]).tz_localize("Europe/Oslo"),
        "second": pd.to_datetime(["2004-06-01", None]).astype("datetime64[s]"),
    }
)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"mixed": [1, "x"]},
        {"nullable": pd.array([1, None], dtype="Int64")},
        {"mixed": pd.Categorical([1, "x"])},
        {"nanosecond": pd.to_datetime([1, 2], unit="ns")},
        {"offset": pd.to_datetime(["2004-06-01T00:00+02:00", "2004-12-01T00:00+02:00"])},
    ],
)
def test_a_large_pandas_frame_says_what_a_small_one_does(
    monkeypatch: pytest.MonkeyPatch, more: dict[str, object]
) -> None:
    frame = PANDAS.assign(**more)
    small = read_log(frame)
    monkeypatch.setattr(framed, "LARGE", 2)
    large = read_log(frame)
    assert (small.store is None, large.store is None) == (True, False)
    assert large == small
    assert large.fingerprint == small.fingerprint
    assert large.attributes == small.attributes
