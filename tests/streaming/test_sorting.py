from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onward.problems import LogError
from onward.streaming.sorting import ROW, Range, gathered, sorted_batches
from onward.streaming.source import open_source

BEGIN = datetime(1969, 12, 31)  # noqa: DTZ001 - naive UTC
INSTANTS = st.builds(
    lambda days, seconds, micros: BEGIN + timedelta(days=days, seconds=seconds, microseconds=micros),
    st.integers(0, 2),
    st.integers(0, 2),
    st.integers(0, 2),
)
TYPES = (pl.Datetime("us"), pl.Datetime("ms"), pl.Datetime("ns"), pl.Datetime("us", "UTC"), pl.Date())


@settings(max_examples=60)
@given(
    st.lists(st.none() | INSTANTS, max_size=30),
    st.sampled_from(TYPES),
    st.sampled_from([".parquet", ".arrow"]),
    st.integers(1, 12),
    st.integers(0, 31),
)
def test_the_batches_together_are_the_file_sorted_by_time_and_row(
    times: list[datetime | None], type_: pl.DataType, ending: str, size: int, start: int
) -> None:
    log = pl.DataFrame({"time": pl.Series(times, dtype=pl.Datetime("us")), "n": range(len(times))})
    log = log.with_columns(pl.col("time").cast(pl.Datetime("us", "UTC") if type_ == TYPES[3] else type_))
    with TemporaryDirectory() as folder:
        path = Path(folder, f"log{ending}")
        log.write_parquet(path, row_group_size=4) if ending == ".parquet" else log.write_ipc(path)
        source = open_source(path)
        batches = list(sorted_batches(source, "time", size, start=start))
        whole = log.with_row_index(ROW).sort("time", ROW).slice(start)
        assert sum(batch.height for batch in batches) == whole.height
        assert not batches or pl.concat(batches).equals(whole)
        for batch in batches:
            assert batch.height <= size or batch["time"].n_unique() == 1
        numbers = [batch["n"].to_list() for batch in sorted_batches(source, "time", size, start=start, columns=["n"])]
        assert numbers == [batch["n"].to_list() for batch in batches]


@given(st.lists(st.integers(1, 9), max_size=9), st.integers(1, 20))
def test_neighbouring_ranges_are_joined_up_to_the_size(rows: list[int], size: int) -> None:
    ranges = [Range(at, at + 1, height) for at, height in enumerate(rows)]
    joined = list(gathered(iter(ranges), size))
    assert [at for part in joined for at in range(part.low, part.high)] == list(range(len(rows)))
    assert all(part.rows == sum(rows[part.low : part.high]) for part in joined)
    assert all(part.rows <= size or part.high == part.low + 1 for part in joined)


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_dates_that_are_text_are_refused_with_the_mend(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"log{ending}"
    log = pl.DataFrame({"time": ["2004-06"], "day": [date(2004, 6, 1)]})
    log.write_csv(path) if ending == ".csv" else log.write_parquet(path)
    with pytest.raises(LogError) as error:
        list(sorted_batches(open_source(path), "time", 10))
    (problem,) = error.value.problems
    assert problem.where == f"{path}: time"
    assert problem.what == "the rows are in no order, and these dates can't be sorted without reading all of them"
    assert problem.mend == "sort the log by time, or by case and then time, or save it as Parquet with dates as dates"
