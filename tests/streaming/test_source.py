import gzip
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onward.files import read_log
from onward.problems import LogError
from onward.streaming.source import open_source, recut

LOG = pl.DataFrame(
    {"time": [f"200{row % 10}" for row in range(97)], "case": ["a;b"] * 97, "n": [str(row) for row in range(97)]}
)


def write_packed(frame: pl.DataFrame, path: Path) -> None:
    path.write_bytes(gzip.compress(frame.write_csv().encode()))


WRITERS: dict[str, Callable[[pl.DataFrame, Path], object]] = {
    ".parquet": lambda frame, path: frame.write_parquet(path, row_group_size=10),
    ".pq": lambda frame, path: frame.write_parquet(path),
    ".arrow": lambda frame, path: frame.write_ipc(path, record_batch_size=7),
    ".csv": lambda frame, path: frame.write_csv(path),
    ".tsv": lambda frame, path: frame.write_csv(path, separator="\t"),
    ".csv.gz": write_packed,
    ".jsonl": lambda frame, path: frame.write_ndjson(path),
}


def written(folder: Path, ending: str, frame: pl.DataFrame = LOG) -> Path:
    path = folder / f"log{ending}"
    WRITERS[ending](frame, path)
    return path


@pytest.mark.parametrize("ending", WRITERS)
@settings(max_examples=15)
@given(st.integers(0, 100), st.integers(1, 110))
def test_batches_are_cut_the_same_wherever_the_reading_starts(ending: str, start: int, size: int) -> None:
    with TemporaryDirectory() as folder:
        source = open_source(written(Path(folder), ending))
        batches = list(source.batches(size, start))
        assert [batch.height for batch in batches[:-1]] == [size] * len(batches[:-1])
        rest = LOG.slice(start)
        assert len(batches) == -(-rest.height // size)
        assert not batches or pl.concat(batches).equals(rest)


@given(st.lists(st.integers(0, 9), max_size=8), st.integers(1, 12))
def test_recutting_keeps_every_row_in_its_place(heights: list[int], size: int) -> None:
    whole = pl.DataFrame({"row": pl.int_range(sum(heights), eager=True)})
    cut = [whole.slice(sum(heights[:number]), height) for number, height in enumerate(heights)]
    recutted = list(recut(cut, size))
    assert [frame["row"].to_list() for frame in recutted] == [
        list(range(row, min(row + size, whole.height))) for row in range(0, whole.height, size)
    ]


@pytest.mark.parametrize("ending", WRITERS)
def test_some_columns_are_enough(tmp_path: Path, ending: str) -> None:
    source = open_source(written(tmp_path, ending))
    assert list(source.columns) == ["time", "case", "n"]
    assert source.rows == (97 if ending in {".parquet", ".pq", ".arrow"} else None)
    assert next(source.batches(5, 90, columns=["n"]))["n"].to_list() == ["90", "91", "92", "93", "94"]


def test_a_file_is_told_from_others_and_from_itself_once_changed(tmp_path: Path) -> None:
    path = written(tmp_path, ".csv")
    before = open_source(path).identity
    assert open_source(path).identity == before
    os.utime(path, ns=(0, 0))
    assert open_source(path).identity != before
    assert set(before) == {"name", "size", "written", "ends"}


def test_blank_rows_are_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(b'\xef\xbb\xbf\n time ,case\r\n2004,a\r\n\r\n,\r\n"2005\n6",\r\n2006,b')
    batches = list(open_source(path).batches(2))
    assert [batch.rows() for batch in batches] == [[("2004", "a"), ("2005\n6", "")], [("2006", "b")]]


ODD = ["", " ", "true", "FALSE", "tru", "0", "-0", "17", " 17 ", "007", "-5", "+1", "1_0", "0x1", "٣", "x", "-"]
BIG = ["9223372036854775807", "9223372036854775808", "-9223372036854775809", "1e400", "1e5"]
CELLS = st.sampled_from([*ODD, *BIG, "1.5", "1.", ".5", "-.5e3", ".", "nan", "inf", "1,5"])
SAME = [["true", "FALSE", ""], ["0", "-5", " 17 ", ""], ["1.5", "17", ".5", "-0"], ["", " "]]


@settings(max_examples=60)
@given(st.lists(st.one_of(CELLS, *[st.sampled_from(cells) for cells in SAME]), min_size=1, max_size=4), st.data())
def test_attributes_have_the_types_that_a_whole_log_gives_them(cells: list[str], data: st.DataObject) -> None:
    some = data.draw(st.lists(st.sampled_from(data.draw(st.sampled_from(SAME))), min_size=1, max_size=4))
    height = max(len(cells), len(some))
    columns = {"x": (cells * height)[:height], "y": (some * height)[:height]}
    frame = pl.DataFrame({"time": ["2004"] * height, "case": ["a"] * height, "event": ["e"] * height, **columns})
    with TemporaryDirectory() as folder:
        path = written(Path(folder), ".csv", frame)
        assert open_source(path).typed(["x", "y"]) == read_log(path).attributes


def test_the_last_row_counts_for_a_type_too(tmp_path: Path) -> None:
    frame = pl.DataFrame({"n": [str(row) for row in range(20_000)] + ["x"], "m": [""] * 20_000 + ["1.5"]})
    assert open_source(written(tmp_path, ".csv", frame)).typed(["n", "m"]) == {"n": "string", "m": "number"}
    assert open_source(written(tmp_path, ".csv", frame)).typed([]) == {}


@pytest.mark.parametrize("ending", [".parquet", ".arrow", ".jsonl"])
def test_values_bear_their_types(tmp_path: Path, ending: str) -> None:
    frame = pl.DataFrame(
        {
            "truth": [None, True],
            "whole": [1, None],
            "number": [float("nan"), 1.5],
            "text": ["1", None],
            "nothing": pl.Series([None, None], dtype=pl.Float64),
        }
    )
    source = open_source(written(tmp_path, ending, frame))
    assert source.typed(frame.columns) == {
        "truth": "boolean",
        "whole": "integer",
        "number": "number",
        "text": "string",
        "nothing": "string",
    }


def refused(read: Callable[[], object]) -> tuple[str, str, str]:
    with pytest.raises(LogError) as error:
        read()
    problem = error.value.problems[0]
    return problem.where, problem.what, problem.mend


def read_all(path: Path) -> list[pl.DataFrame]:
    return list(open_source(path).batches(10))


def test_a_file_that_is_not_there_is_told_with_the_nearest(tmp_path: Path) -> None:
    path = written(tmp_path, ".parquet")
    missing = path.with_name("lgo.parquet")
    assert refused(lambda: open_source(missing)) == (
        str(missing),
        "there is no such file",
        f"did you mean {str(path)!r}?",
    )
    (tmp_path / "folder.csv").mkdir()
    assert refused(lambda: open_source(tmp_path / "folder.csv"))[1] == "this is a folder"


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("log.xlsx", "a log can't be read from a .xlsx file"),
        ("log.parquet.gz", "a log can't be read from a .gz file"),
        ("log", "the file name has no ending"),
    ],
)
def test_a_format_that_cannot_be_read_is_told(tmp_path: Path, name: str, what: str) -> None:
    mend = "save it in a format that Onward reads: "
    where, told, mended = refused(lambda: open_source(tmp_path / name))
    assert (where, told, mended[: len(mend)]) == (str(tmp_path / name), what, mend)


@pytest.mark.parametrize("ending", [".parquet", ".arrow", ".csv.gz"])
def test_a_file_cut_short_is_told(tmp_path: Path, ending: str) -> None:
    path = written(tmp_path, ending)
    whole = path.read_bytes()
    for size in (len(whole) - 1, len(whole) // 2, 10, 0):
        path.write_bytes(whole[:size])
        where, what, mend = refused(lambda: read_all(path))
        assert Path(where).name == path.name
        assert what.startswith(("the file is damaged, or not what its name says (", "the file is empty"))
        assert mend


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("log.csv", b"time,case\n2004,a,b\n", "the row that ends here has not the 2 cells"),
        ("log.csv", b"time,time\n", "there are two columns 'time'"),
        ("log.csv", b"", "the file is empty"),
        ("log.csv", "time,case\n".encode("utf-16"), "the text is UTF-16"),
        ("log.csv", b"time,case\n2004,caf\xe9\n", "the byte 0xE9 is not UTF-8"),
        ("log.jsonl", b"", "the file is empty"),
        ("log.jsonl", b'{"a": 1}\n{"a":\n', "the lines can't be read as one table ("),
        ("log.jsonl", b'{"a": 1}\n{"a": true}\n', "the lines can't be read as one table ("),
        ("log.arrow", b"PAR1", "the file is damaged, or not what its name says ("),
    ],
)
def test_a_file_that_is_no_log_is_told(tmp_path: Path, name: str, data: bytes, what: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert refused(lambda: read_all(path))[1].startswith(what)


# Not of Parquet: with a wrong number in a page, polars may ask for more memory than there is, and end the process.
@settings(max_examples=60)
@given(st.sampled_from([".csv.gz", ".arrow"]), st.data())
def test_a_damaged_file_is_read_or_refused(ending: str, data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        path = written(Path(folder), ending)
        whole = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(1, 5))):
            whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
        path.write_bytes(whole)
        with suppress(LogError):
            list(open_source(path).batches(20))
