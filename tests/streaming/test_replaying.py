"""A log file replayed in batches becomes what the same log becomes when it is held as a whole."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import polars as pl
import pytest
from attrs import define, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

import onward
from onward.history.histories import told_deviation
from onward.history.stepping import Reading
from onward.problems import SHOWN, LogError, Problem, UsageError
from onward.streaming.output import checkpoint_of, index_of, part_of
from onward.streaming.progress import Progress
from onward.streaming.replaying import replay_to
from onward.testing import TYPES, logs, models

READINGS: st.SearchStrategy[Reading] = st.sampled_from(("certain", "possible"))
WINDOWS = st.sampled_from((None, None, "1990", "2001", "2001-06-15", "2002"))
Dated = Literal["recorded", "days", "instants"]
TEXT = (".csv", ".tsv", ".jsonl", ".csv.gz")
BINARY = (".parquet", ".arrow")


@frozen
class Drawn:
    """A model with the rows of a log for it."""

    model: onward.Model
    frame: pl.DataFrame
    reading: Reading


@st.composite
def drawn(draw: st.DrawFn, dated: Dated | None = None, *, max_rows: int = 12) -> Drawn:
    """Draw a model with rows in no order; their dates as recorded, days or instants."""
    model = draw(models())
    log = draw(logs(model, max_rows=max_rows))
    frame = log.frame
    form = dated or draw(st.sampled_from(("recorded", "recorded", "days", "instants")))
    if form != "recorded":
        first = pl.Series([time.first for time in log.times], dtype=pl.Datetime("us"))
        frame = frame.with_columns(time=first if form == "instants" else first.dt.date())
    return Drawn(model, frame, draw(READINGS))


def in_time_order(drawn: Drawn) -> Drawn:
    """Return the rows in the order in which they count."""
    log = onward.read_log(drawn.frame)
    moments = [time.last if drawn.reading == "certain" else time.first for time in log.times]
    order = sorted(range(len(log)), key=moments.__getitem__)
    return Drawn(drawn.model, drawn.frame[order] if order else drawn.frame, drawn.reading)


def in_case_order(drawn: Drawn) -> Drawn:
    """Return the rows in the order in which they count, case after case; pairs share rows, so theirs stay mixed."""
    ordered = in_time_order(drawn)
    if "case" not in ordered.frame.columns:
        return ordered
    return Drawn(drawn.model, ordered.frame.sort("case", maintain_order=True), drawn.reading)


def write(frame: pl.DataFrame, path: Path) -> Path:
    """Write *frame* in the format of the file's ending."""
    match "".join(path.suffixes):
        case ".parquet":
            frame.write_parquet(path, row_group_size=3)
        case ".arrow":
            frame.write_ipc(path, record_batch_size=3)
        case ".csv":
            plain(frame).write_csv(path)
        case ".csv.gz":
            plain(frame).write_csv(path, compression="gzip")
        case ".tsv":
            plain(frame).write_csv(path, separator="\t")
        case _:
            plain(frame).write_ndjson(path)
    return path


def plain(frame: pl.DataFrame) -> pl.DataFrame:
    """Return *frame* with dates as texts, as a file of text has them."""
    return frame.with_columns(pl.selectors.datetime().dt.strftime("%Y-%m-%dT%H:%M:%S%.f"))


def read(path: Path) -> pl.DataFrame:
    """Return the steps in the Parquet or Arrow file at *path*."""
    return pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_ipc(path)


def assert_same(streamed: onward.Streamed, steps: pl.DataFrame, whole: onward.Replay) -> None:
    """Make sure that a log replayed in batches became what it did as a *whole*."""
    expected = whole.steps
    if isinstance(whole.log.frame["time"].dtype, pl.Datetime) or is_of_instants(whole):
        expected = expected.with_columns(recorded=pl.lit(None, pl.String))
    assert steps.schema == expected.schema
    assert steps.sort("case", maintain_order=True).rows() == expected.rows()
    assert dict(streamed.outcomes) == dict(whole.outcomes)
    assert streamed.breaches == whole.breaches
    assert dict(streamed.row_counts) == dict(whole.row_counts)
    shown = [shown.name for shown in whole.model.shows]
    assert streamed.cases.schema == whole.cases.drop(shown).schema
    assert streamed.cases.rows() == whole.cases.drop(shown).rows()
    assert dict(streamed.states.by_case) == dict(whole.states.by_case)
    assert streamed.as_of == (whole.as_of and whole.as_of.recorded)
    assert streamed.deviations == first_deviations(whole, steps)
    assert sum(streamed.phases["cases"]) == len(whole.case_rows)
    assert [note for note in whole.notes if "it stays unknown" not in note.what] == list(streamed.notes)


def is_of_instants(whole: onward.Replay) -> bool:
    store = whole.log.store
    return store is not None and isinstance(store.times.written.dtype, pl.Datetime)


def first_deviations(whole: onward.Replay, steps: pl.DataFrame) -> tuple[str, ...]:
    """Return the first deviations of *whole* in the order in which the *steps* were written."""
    places = {(row["case"], row["event_id"]): at for at, row in enumerate(steps.iter_rows(named=True))}
    told = [row for row in whole.deviation_rows if row.kind != "unknown"]
    told.sort(key=lambda row: places[row.case, row.event_id])
    return tuple(
        told_deviation(row.kind, row.case, row.recorded, row.event, row.event_id, row.reason) for row in told[:SHOWN]
    )


@contextmanager
def folder() -> Iterator[Path]:
    with TemporaryDirectory() as name:
        yield Path(name)


# ---- the same as the whole


@given(
    drawn(),
    st.sampled_from((in_time_order, in_case_order)),
    st.sampled_from((*BINARY, *BINARY, *TEXT)),
    st.sampled_from(BINARY),
    st.integers(1, 5),
    WINDOWS,
)
@settings(max_examples=150, deadline=None)
def test_batches_of_any_size_give_the_steps_of_the_whole(
    drawn: Drawn, ordered: Any, ending: str, output: str, batch: int, as_of: str | None
) -> None:
    told = ordered(drawn)
    if ending == ".jsonl" and told.frame.is_empty():
        return
    with folder() as place:
        log = write(told.frame, place / f"log{ending}")
        steps = place / f"steps{output}"
        streamed = replay_to(told.model, log, steps, as_of=as_of, reading=told.reading, batch=batch)
        whole = onward.replay(told.model, onward.read_log(log), as_of=as_of, reading=told.reading)
        assert_same(streamed, read(steps), whole)
        assert sorted(place.iterdir()) == sorted([log, steps])
        without = replay_to(told.model, log, as_of=as_of, reading=told.reading, batch=batch)
        assert (without.outcomes, without.breaches, without.deviations) == (
            streamed.outcomes,
            streamed.breaches,
            streamed.deviations,
        )
        assert without.cases.rows() == streamed.cases.rows()
