"""Tables that grow: what was appended is what is read, wherever it was cut and however often the run was taken up."""

import io
import os
from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather as pf
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onward.problems import UsageError
from onward.streaming import arrow, parquet
from onward.streaming.output import Mark, checkpoint_of, discard, index_of, mark_of, open_output, part_of, reaches
from onward.streaming.thrift import Field, Struct

ENDINGS = (".parquet", ".pq", ".arrow", ".feather", ".ipc", ".csv", ".tsv", ".jsonl", ".ndjson")
FORMATS = (".parquet", ".arrow", ".csv", ".jsonl")
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "case": pl.String,
    "phase": pl.Categorical(),
    "outcome": pl.Enum(["moved", "held"]),
    "codes": pl.List(pl.String),
    "time": pl.Datetime("us"),
    "day": pl.Date,
    "moves": pl.Int64,
    "years": pl.Float64,
    "implied": pl.Boolean,
}
TEXTS = st.sampled_from(["", "a", "EU;UN", 'say "so"', "Évian\nand on"])
ROWS = st.fixed_dictionaries(
    {
        "case": st.none() | TEXTS,
        "phase": st.none() | st.sampled_from(["courtship", "start-up", "ending"]),
        "outcome": st.sampled_from(["moved", "held"]),
        "codes": st.none() | st.lists(TEXTS, max_size=3),
        "time": st.none() | st.datetimes(datetime(1200, 1, 1), datetime(2500, 1, 1)),  # noqa: DTZ001 - naive UTC
        "day": st.dates(),
        "moves": st.none() | st.integers(-(2**63), 2**63 - 1),
        "years": st.none() | st.floats(allow_nan=False, allow_infinity=False),
        "implied": st.none() | st.booleans(),
    }
)
FRAMES = st.lists(st.lists(ROWS, max_size=4).map(lambda rows: pl.DataFrame(rows, SCHEMA)), min_size=1, max_size=5)
quick = settings(max_examples=40)


def grow(path: Path, frames: Sequence[pl.DataFrame]) -> bytes:
    with open_output(path) as output:
        for frame in frames:
            output.append(frame)
        output.finish()
    return path.read_bytes()


@quick
@given(FRAMES)
def test_what_was_appended_is_what_is_read(frames: list[pl.DataFrame]) -> None:
    whole = pl.concat(frames)
    plain = whole.with_columns(pl.col("phase", "outcome").cast(pl.String))
    with TemporaryDirectory() as folder:
        path = Path(folder, "steps.parquet")
        grow(path, frames)
        assert pl.read_parquet(path).equals(whole)
        assert pl.from_arrow(pq.read_table(path)).cast(SCHEMA).equals(whole)  # type: ignore[arg-type]
        path = Path(folder, "steps.arrow")
        grow(path, frames)
        assert pl.read_ipc(path).equals(plain)
        assert pl.from_arrow(pf.read_table(path)).equals(plain)  # type: ignore[arg-type]
        texts = {ending: grow(Path(folder, f"steps{ending}"), frames) for ending in (".csv", ".jsonl")}
        for ending, text in texts.items():
            assert text == grow(Path(folder, f"whole{ending}"), [whole])
        assert texts[".csv"].decode().count("courtship") == whole["phase"].to_list().count("courtship")


@quick
@given(FRAMES, st.sampled_from(FORMATS), st.data())
def test_a_run_taken_up_at_any_mark_gives_the_bytes_of_an_undisturbed_one(
    frames: list[pl.DataFrame], ending: str, data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder:
        undisturbed = grow(Path(folder, f"undisturbed{ending}"), frames)
        path = Path(folder, f"steps{ending}")
        done, mark = 0, None
        for _ in range(data.draw(st.integers(1, 3), "times killed")):
            stop = data.draw(st.integers(done, len(frames)), "appended before the mark")
            with open_output(path, resume=mark) as output:
                assert output.rows == sum(frame.height for frame in frames[:done])
                for frame in frames[done:stop]:
                    output.append(frame)
                mark = mark_of(output.mark().plain())
                for frame in frames[stop : data.draw(st.integers(stop, len(frames)), "and after it")]:
                    output.append(frame)
            done = stop
            assert not path.exists()
        with open_output(path, resume=mark) as output:
            for frame in frames[done:]:
                output.append(frame)
            output.finish()
        assert path.read_bytes() == undisturbed
        assert {file.name for file in Path(folder).iterdir()} == {f"undisturbed{ending}", path.name}


FRAME = pl.DataFrame(
    {
        "case": ["EU;UN", "NATO;UN", None],
        "codes": [["EU", "UN"], [], None],
        "time": [datetime(2004, 6, 1, 12, 30), datetime(1949, 4, 4), datetime(2004, 6, 1, 0, 0, 0, 5)],  # noqa: DTZ001
        "at": [datetime(2004, 6, 1, tzinfo=UTC), None, None],
        "day": [date(2004, 6, 1), None, date(33, 4, 3)],
        "years": [1.5, None, 2.0],
        "formal": [True, False, None],
    }
)


def test_separated_values_are_those_that_a_log_has(tmp_path: Path) -> None:
    assert grow(tmp_path / "log.csv", [FRAME]).decode() == (
        "case,codes,time,at,day,years,formal\n"
        "EU;UN,EU;UN,2004-06-01T12:30:00,2004-06-01T00:00:00+00:00,2004-06-01,1.5,true\n"
        'NATO;UN,"",1949-04-04T00:00:00,,,,false\n'
        ",,2004-06-01T00:00:00.000005,,0033-04-03,2.0,\n"
    )
    assert grow(tmp_path / "log.tsv", [FRAME.select("case", "years")]) == b"case\tyears\nEU;UN\t1.5\nNATO;UN\t\n\t2.0\n"


def test_json_lines_keep_lists(tmp_path: Path) -> None:
    assert grow(tmp_path / "log.jsonl", [FRAME.select("case", "codes", "time").head(2)]).decode() == (
        '{"case":"EU;UN","codes":["EU","UN"],"time":"2004-06-01T12:30:00"}\n'
        '{"case":"NATO;UN","codes":[],"time":"1949-04-04T00:00:00"}\n'
    )


def numbered(*borders: int) -> list[pl.DataFrame]:
    """Return frames of neighbouring numbers, cut at these borders."""
    return [
        pl.DataFrame({"number": pl.int_range(low, high, eager=True)}).with_columns(
            phase=pl.format("phase {}", pl.col("number") % 3).cast(pl.Categorical)
        )
        for low, high in pairwise(borders)
    ]


def test_every_reader_reads_parquet_of_many_row_groups(tmp_path: Path) -> None:
    path = tmp_path / "steps.parquet"
    grow(path, numbered(0, 600_000, 600_000, 600_010, 700_000))
    assert pq.read_metadata(path).num_row_groups > 3
    scan = pl.scan_parquet(path)
    assert scan.select(pl.len()).collect().item() == 700_000
    assert scan.slice(599_998, 14).collect()["number"].to_list() == list(range(599_998, 600_012))
    assert scan.filter(pl.col("number") == 600_005).collect().height == 1
    assert scan.collect()["phase"].dtype == pl.Categorical
    assert pd.read_parquet(path)["number"].sum() == sum(range(700_000))
    table = pq.read_table(path, filters=[("number", ">=", 699_999)])
    assert table.column("number").to_pylist() == [699_999]
    statistics = [pq.read_metadata(path).row_group(group).column(0).statistics for group in range(2)]
    assert statistics[0].max < statistics[1].min


def test_every_reader_reads_arrow_of_many_batches(tmp_path: Path) -> None:
    path = tmp_path / "steps.arrow"
    grow(path, numbered(0, 300_000, 300_000, 300_010))
    with pa.ipc.open_file(path) as file:
        assert file.num_record_batches == 3
        file.read_all().validate(full=True)
    numbers = list(range(300_010))
    assert pl.scan_ipc(path).collect()["number"].to_list() == numbers
    assert pd.read_feather(path)["number"].to_list() == numbers
    # What stands before the footer is a stream of its own.
    assert pa.ipc.open_stream(path.read_bytes()[8:]).read_all().num_rows == 300_010


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_empty_table_has_its_columns(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"steps{ending}"
    data = grow(path, [FRAME.clear(), FRAME.clear()])
    if ending in {".parquet", ".pq"}:
        assert pl.read_parquet(path).schema == FRAME.schema
    elif ending in {".arrow", ".feather", ".ipc"}:
        assert pf.read_table(path).column_names == FRAME.columns
    else:
        sign = {".csv": ",", ".tsv": "\t"}.get(ending)
        assert data.decode() == (sign.join(FRAME.columns) + "\n" if sign else "")


@pytest.mark.parametrize("ending", [".parquet", ".arrow"])
def test_other_columns_are_a_mistake_of_the_caller(tmp_path: Path, ending: str) -> None:
    with open_output(tmp_path / f"steps{ending}") as output:
        with pytest.raises(ValueError, match="without a batch"):
            output.finish()
        output.append(FRAME)
        output.append(FRAME.drop("case"))
        with pytest.raises(ValueError, match="other columns than the first"):
            output.finish()
    assert list(tmp_path.iterdir()) == []


def test_categories_inside_lists_are_refused_in_arrow(tmp_path: Path) -> None:
    frame = pl.DataFrame({"codes": [["EU"]]}, {"codes": pl.List(pl.Categorical())})
    with open_output(tmp_path / "steps.arrow") as output:
        output.append(frame)
        with pytest.raises(ValueError, match="plain, not categories"):
            output.finish()


def test_a_file_of_another_writer_with_page_indexes_can_be_appended_too() -> None:
    pieces = []
    for first in (0, 10):
        buffer = io.BytesIO()
        table = pa.table({"number": list(range(first, first + 10))})
        pq.write_table(table, buffer, write_page_index=True, row_group_size=5)
        pieces.append(parquet.split(buffer.getvalue(), first=first == 0))
    bodies = [body for body, _, _ in pieces]
    moves = [-pieces[0][1], len(bodies[0]) - pieces[1][1]]
    data = b"".join(bodies) + parquet.ending(list(zip(moves, [footer for _, _, footer in pieces], strict=True)))
    metadata = pq.read_metadata(io.BytesIO(data))
    assert all(metadata.row_group(group).column(0).has_offset_index for group in range(4))
    assert pq.read_table(io.BytesIO(data)).column("number").to_pylist() == list(range(20))
    assert pl.scan_parquet(io.BytesIO(data)).filter(pl.col("number") > 17).collect().height == 2


def test_a_footer_without_lists_is_refused() -> None:
    with pytest.raises(ValueError, match="field 4 holds no list"):
        parquet.merged([(0, Struct((Field(3, 6, 0),)))])
    assert arrow.END_OF_STREAM[:4] == b"\xff\xff\xff\xff"


def message(error: pytest.ExceptionInfo[UsageError]) -> tuple[str, str]:
    (problem,) = error.value.problems
    return problem.what, problem.mend


@pytest.mark.parametrize(
    ("name", "what", "mend"),
    [
        ("steps.parqet", "a table can't be written as .parqet", "did you mean '.parquet'?"),
        ("steps.x", "a table can't be written as .x", f"end it in {', '.join(ENDINGS)}"),
        ("steps", "the file name has no ending", f"end it in {', '.join(ENDINGS)}"),
        ("folder.csv", "this is a folder", "name a file in it"),
        (
            "s" * 250 + ".csv",
            "the file can't be written (File name too long)",
            "check the folder, its rights and its space",
        ),
    ],
)
def test_a_place_where_nothing_can_be_written_is_refused_at_once(
    tmp_path: Path, name: str, what: str, mend: str
) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(UsageError) as error:
        open_output(tmp_path / name)
    assert message(error) == (what, mend)


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as error:
        open_output(tmp_path / "not" / "steps.csv")
    assert message(error) == (f"there is no folder {str(tmp_path / 'not')!r}", "make it, or check the path")
    with pytest.raises(UsageError, match="null byte"):
        open_output(tmp_path / "steps\0.csv")


@pytest.mark.skipif(os.name == "nt", reason="Windows locks open files itself")
def test_two_runs_do_not_write_one_file(tmp_path: Path) -> None:
    path = tmp_path / "steps.csv"
    with open_output(path) as output:
        output.append(FRAME)
        with pytest.raises(UsageError) as error:
            open_output(path)
        output.finish()
    assert message(error) == ("another run is writing this file", "wait until it has ended, or write to another file")
    assert path.read_text().count("\n") == 4


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such locks")
def test_a_run_that_ends_while_another_begins_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl  # noqa: PLC0415  # Windows has none

    path = tmp_path / "steps.csv"
    lock = fcntl.flock
    times: list[int] = []

    def end_other_run(file: object, how: int) -> None:
        if not times:
            discard(path)
        times.append(how)
        lock(file, how)  # type: ignore[arg-type]

    monkeypatch.setattr(fcntl, "flock", end_other_run)
    grow(path, [FRAME])
    assert len(times) == 2


def test_a_run_without_a_mark_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "steps.csv"
    with open_output(path) as output:
        output.append(FRAME)
        output.abandon()
    assert list(tmp_path.iterdir()) == []


def test_a_new_run_forgets_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "steps.csv"
    with open_output(path) as output:
        output.append(FRAME)
        mark = output.mark()
    checkpoint_of(path).touch()
    assert reaches(path, mark)
    with open_output(path):
        assert not checkpoint_of(path).exists()
    assert not reaches(path, mark)


def test_a_mark_that_the_part_does_not_reach_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "steps.csv"
    with open_output(path) as output:
        output.append(FRAME)
        mark = output.mark()
    os.truncate(part_of(path), mark.part - 1)
    with pytest.raises(UsageError) as error:
        open_output(path, resume=mark)
    assert message(error) == ("this is not what the unfinished run left", "delete it and begin anew")
    assert Mark(0, 0, 0) == mark_of({"rows": 0, "part": 0, "index": 0})


@pytest.mark.parametrize("ending", FORMATS)
def test_a_full_disk_leaves_what_a_later_run_goes_on_from(tmp_path: Path, ending: str) -> None:
    resource = pytest.importorskip("resource")
    frames = numbered(0, 1000, 2000, 9000)
    undisturbed = grow(tmp_path / f"undisturbed{ending}", frames)
    path = tmp_path / f"steps{ending}"
    path.write_text("of last year")
    output = open_output(path)
    output.append(frames[0])
    output.append(frames[1])
    mark = output.mark()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (mark.part + 7, hard))
    try:
        with pytest.raises(UsageError) as error:
            output.append(frames[2])
        with pytest.raises(UsageError), output:
            output.append(frames[2])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    what = "the file can't be written (File too large)"
    assert message(error) == (what, "check the folder, its rights and its space")
    assert path.read_text() == "of last year"
    assert index_of(path).exists()
    with open_output(path, resume=mark) as output:
        output.append(frames[2])
        output.finish()
    assert path.read_bytes() == undisturbed


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_rights_is_told(tmp_path: Path) -> None:  # pragma: no cover - not as root
    tmp_path.chmod(0o500)
    with pytest.raises(UsageError) as error:
        open_output(tmp_path / "steps.csv")
    assert message(error)[0] == "the file can't be written (Permission denied)"
