import os
import subprocess
import sys
from pathlib import Path

import pytest

from onward.files import read_log, write_text
from onward.problems import LogError, UsageError

FORMATS = ".csv, .tsv, .tab, .jsonl, .ndjson"
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
