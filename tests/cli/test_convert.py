"""`onward convert`: what it writes, tells and refuses."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from onward.files import read_log

Onward = Callable[..., tuple[int, str, str]]
LOG = "date,case,event_type,size\n2003,x,a,1\n2001-06,y,b,2.5\n2001-06-30,x,c,\n"


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("log.csv").write_text(LOG)
    return Path("log.csv")


def test_a_log_is_converted_and_its_rows_are_accounted_for(onward: Onward, log: Path) -> None:
    code, out, err = onward("convert", log, "out.jsonl")
    assert (code, out) == (0, "3 rows read = 3 written + 0 rejected: out.jsonl\n")
    assert err == "! columns renamed: date to time, event_type to event\n"
    assert Path("out.jsonl").read_text().splitlines() == [
        '{"time":"2003","event":"a","case":"x","size":1.0}',
        '{"time":"2001-06","event":"b","case":"y","size":2.5}',
        '{"time":"2001-06-30","event":"c","case":"x","size":null}',
    ]
    assert onward("convert", "out.jsonl", "out.parquet", "--quiet")[::2] == (0, "")
    assert list(read_log("out.parquet").times) == list(read_log(log).times)


def test_a_log_is_sorted_by_the_last_instants_of_its_dates(onward: Onward, log: Path) -> None:
    assert onward("convert", log, "out.csv", "--sort")[0] == 0
    # What happened in June may have happened on its last day, and stood before that.
    assert [line[:10] for line in Path("out.csv").read_text().splitlines()] == [
        "time,event",
        "2001-06,b,",
        "2001-06-30",
        "2003,a,x,1",
    ]


def test_bad_rows_stop_it_or_are_told_and_counted(onward: Onward, log: Path) -> None:
    with log.open("a") as file:
        file.write("2005-13,x,d,\n" * 25)
    code, out, err = onward("convert", log, "out.csv")
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 21
    assert err.startswith("onward: log.csv:5: date: '2005-13' is impossible: there is no month 13; write a month")
    assert not Path("out.csv").exists()
    code, out, err = onward("convert", log, "out.csv", "--on-bad-rows", "set-aside")
    assert (code, out) == (0, "28 rows read = 3 written + 25 rejected: out.csv\n")
    told = err.splitlines()
    assert told[1].startswith("! set aside: log.csv:5: date: '2005-13' is impossible")
    assert (len(told), told[-1]) == (22, "! ... and 5 more problems (25 in all)")


def test_text_that_a_format_without_types_makes_something_else_is_told(onward: Onward, log: Path) -> None:  # noqa: ARG001
    columns = {"time": ["2001", "2002"], "event": "a", "case": "x", "code": "17", "kind": ["true", "x"]}
    pl.DataFrame(columns).write_parquet("log.parquet")
    said = "! text that is read as something else, because the format has no types: code (integer)\n"
    assert onward("convert", "log.parquet", "out.csv")[::2] == (0, said)


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["log.csv"], "onward convert: the following arguments are required: OUT; see `onward convert --help`"),
        (["log.csv", "log.csv"], "onward: log.csv: this is the log that is read; write to another file"),
        (
            ["log.csv", "out.xlsx"],
            "onward: out.xlsx: a table can't be written as .xlsx; end it in .parquet, .pq, .arrow, .feather, .ipc, ",
        ),
        (
            ["log.csv", "out.parqet"],
            "onward: out.parqet: a table can't be written as .parqet; did you mean '.parquet'?",
        ),
        (["log.csv", ""], "onward: .: the file name has no ending; end it in .parquet, .pq, .arrow"),
        (["log.csv", "none/out.csv"], "onward: none/out.csv: there is no folder 'none'; make it, or check the path"),
        (["lug.csv", "out.csv"], "onward: lug.csv: there is no such file; did you mean 'log.csv'?"),
        (["log.xlsx", "out.csv"], "onward: log.xlsx: "),
        (["log.csv", "out.csv", "--srt"], "onward convert: unrecognized arguments: --srt; did you mean '--sort'?"),
    ],
)
def test_mistakes_are_told_with_their_mend(onward: Onward, log: Path, argv: list[str], told: str) -> None:
    code, out, err = onward("convert", *argv)
    assert (code, out) == (2, "")
    assert err.startswith(told)
    assert log.read_text() == LOG
    assert [path.name for path in Path().iterdir()] == ["log.csv"]
