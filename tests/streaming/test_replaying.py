"""A log file replayed in batches becomes what the same log becomes when it is held as a whole."""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import polars as pl
import pytest
from attrs import define, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

import onward
from onward.history.histories import Deviation
from onward.history.notes import missing_columns, unknown_types
from onward.history.stepping import Reading
from onward.problems import SHOWN, LogError, Problem, UsageError
from onward.streaming.output import checkpoint_of, index_of, part_of, write_table
from onward.streaming.progress import Progress
from onward.streaming.replaying import DEVIATION, replay_to
from onward.testing import logs, models

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


def assert_same(streamed: onward.Streamed, steps: pl.DataFrame, whole: onward.Replay, log: Path) -> None:
    """Make sure that the *log* replayed in batches became what it did as a *whole*."""
    expected = whole.steps
    if is_of_instants(log):
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
    # What the values of a column say is noted of a log that is held as a whole only.
    seen = whole.log
    types = unknown_types(whole.model, seen.name, Counter(seen.types))
    missing = missing_columns(whole.model, seen.name, tuple(seen.attributes)) if len(seen) else ()
    assert list(streamed.notes) == [*types, *missing]


def is_of_instants(log: Path) -> bool:
    return log.suffix in BINARY and isinstance(read(log)["time"].dtype, pl.Datetime)


def first_deviations(whole: onward.Replay, steps: pl.DataFrame) -> tuple[dict[str, object], ...]:
    """Return the first deviations of *whole* in the order in which the *steps* were written.

    What went wrong by time alone stands before the case's next event, or at the end.
    """
    events = [(at, row) for at, row in enumerate(steps.iter_rows(named=True)) if row["row"] is not None]
    places = {(row["case"], row["event_id"]): at for at, row in events}

    def place(told: Deviation) -> tuple[int, bool]:
        if told.event_id is not None:
            return places[told.case, told.event_id], True
        assert told.time is not None
        later = [at for at, row in events if row["case"] == told.case and row["time"] > told.time]
        return min(later, default=len(steps)), False

    told = sorted((row for row in whole.deviation_rows if row.kind != "unknown"), key=place)
    return tuple(
        {name: getattr(row, "recorded" if name == "time" else name) for name in DEVIATION} for row in told[:SHOWN]
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
@settings(max_examples=100, deadline=None)
def test_batches_of_any_size_give_the_steps_of_the_whole(
    drawn: Drawn, ordered: Callable[[Drawn], Drawn], ending: str, output: str, batch: int, as_of: str | None
) -> None:
    told = ordered(drawn)
    if ending == ".jsonl" and told.frame.is_empty():
        return
    with folder() as place:
        log = write(told.frame, place / f"log{ending}")
        steps = place / f"steps{output}"
        streamed = replay_to(told.model, log, steps, as_of=as_of, reading=told.reading, batch=batch)
        whole = onward.replay(told.model, onward.read_log(log), as_of=as_of, reading=told.reading)
        assert_same(streamed, read(steps), whole, log)
        assert sorted(place.iterdir()) == sorted([log, steps])
        without = replay_to(told.model, log, as_of=as_of, reading=told.reading, batch=batch)
        assert (without.outcomes, without.breaches, without.deviations) == (
            streamed.outcomes,
            streamed.breaches,
            streamed.deviations,
        )
        assert without.cases.rows() == streamed.cases.rows()


@given(drawn("instants") | drawn("days"), st.sampled_from(BINARY), st.sampled_from(BINARY), st.integers(1, 5), WINDOWS)
@settings(max_examples=80, deadline=None)
def test_rows_in_no_order_are_replayed_in_ranges_of_time(
    drawn: Drawn, ending: str, output: str, batch: int, as_of: str | None
) -> None:
    with folder() as place:
        log, steps = write(drawn.frame, place / f"log{ending}"), place / f"steps{output}"
        said: list[str] = []
        streamed = replay_to(
            drawn.model, log, steps, as_of=as_of, reading=drawn.reading, batch=batch, say=said.append, keep_every=0
        )
        whole = onward.replay(drawn.model, onward.read_log(log), as_of=as_of, reading=drawn.reading)
        assert_same(streamed, read(steps), whole, log)
        assert sorted(place.iterdir()) == sorted([log, steps])
        assert len(said) <= 1
        assert all("it is sorted neither by time nor by case (row " in told for told in said)


@given(drawn("instants"), st.integers(1, 5))
@settings(max_examples=30, deadline=None)
def test_every_format_of_steps_holds_the_same(drawn: Drawn, batch: int) -> None:
    with folder() as place:
        log = write(in_time_order(drawn).frame, place / "log.parquet")
        tables = {}
        for ending in (".parquet", ".arrow", ".csv", ".tsv", ".jsonl"):
            replay_to(drawn.model, log, place / f"steps{ending}", reading=drawn.reading, batch=batch)
            tables[ending] = place / f"steps{ending}"
        steps = read(tables[".parquet"])
        assert read(tables[".arrow"]).equals(steps)
        one, other = place / "whole.csv", place / "whole.jsonl"
        for path in (one, other):
            write_table(steps, path)
        assert tables[".csv"].read_bytes() == one.read_bytes()
        assert tables[".jsonl"].read_bytes() == other.read_bytes()
        assert pl.read_csv(tables[".tsv"], separator="\t", infer_schema=False).equals(
            pl.read_csv(one, infer_schema=False)
        )


# ---- taking up


@define
class Stopping(Progress):
    """Stops a run after some batches."""

    after: int = 0
    error: type[BaseException] = KeyboardInterrupt
    batches: int = 0

    def advance(self, rows: int) -> None:
        super().advance(rows)
        self.batches += 1
        if self.batches > self.after:
            raise self.error


def told_of(streamed: onward.Streamed) -> tuple[object, ...]:
    """Return all that a run tells, but from where it was taken up."""
    return (
        *(streamed.as_of, streamed.outcomes, streamed.breaches, streamed.row_counts, streamed.notes),
        *(streamed.deviations, streamed.rejected, streamed.manifest),
        *(streamed.cases.rows(), streamed.phases.rows(), streamed.states.table.rows(), dict(streamed.states.by_case)),
    )


def stopped(drawn: Drawn, log: Path, steps: Path, *, batch: int, after: int) -> None:
    """Begin a run that is stopped after some batches, if it has more."""
    watch = Stopping(quiet=True, after=after, error=RuntimeError)
    try:
        replay_to(drawn.model, log, steps, reading=drawn.reading, batch=batch, keep_every=0, progress=watch)
    except RuntimeError:
        assert not steps.exists()


@given(drawn(), st.sampled_from((".parquet", ".arrow", ".csv", ".jsonl")), st.integers(1, 3), st.data())
@settings(max_examples=60, deadline=None)
def test_a_run_that_was_stopped_goes_on_to_the_same_bytes(
    drawn: Drawn, ending: str, batch: int, data: st.DataObject
) -> None:
    dated = drawn.frame["time"].dtype != pl.String
    # What bears instants may be in any order: it is read in ranges of time, and taken up there.
    told = drawn if dated and data.draw(st.booleans()) else in_case_order(drawn)
    with folder() as place:
        log = write(told.frame, place / data.draw(st.sampled_from(("log.parquet", "log.arrow"))))
        whole, steps = place / f"whole{ending}", place / f"steps{ending}"
        expected = replay_to(told.model, log, whole, reading=told.reading, batch=batch)
        for after in data.draw(st.lists(st.integers(0, 4), max_size=3)):
            steps.unlink(missing_ok=True)
            stopped(told, log, steps, batch=batch, after=after)
        steps.unlink(missing_ok=True)
        said: list[str] = []
        found = replay_to(told.model, log, steps, reading=told.reading, batch=batch, keep_every=0, say=said.append)
        assert steps.read_bytes() == whole.read_bytes()
        assert told_of(found) == told_of(expected)
        assert not any("beginning anew" in told for told in said)
        assert not found.resumed or any("going on at row" in told for told in said)
        assert sorted(place.iterdir()) == sorted([log, whole, steps])


GROVE = """
onward: 1
name: grove
events: {rain: , sun: , axe: }
context: {storms: {count: rain}, places: {distinct: place, of: rain}}
phases: [seed, tree, {stump: {final: true}}]
transitions:
  - {from: start, to: seed, on: rain}
  - {from: seed, to: tree, on: sun, when: storms >= 2}
  - {from: tree, to: stump, on: axe, when: event.size >= 2}
invariants:
  - {name: few storms, always: storms < 40}
"""
DAY = datetime(2001, 1, 1)  # noqa: DTZ001 - naive UTC


@pytest.fixture(scope="module")
def grove() -> onward.Model:
    return onward.parse_model(GROVE, "grove.yaml")


def grown(rows: int, cases: int = 3) -> pl.DataFrame:
    """Return the rows of a log in the order of time."""
    return pl.DataFrame(
        {
            "time": [DAY + timedelta(hours=row) for row in range(rows)],
            "event": [("rain", "sun", "rain", "sun", "meteor", "axe")[row * 7 % 11 % 6] for row in range(rows)],
            "case": [f"oak {row * 5 % cases}" for row in range(rows)],
            "place": [f"hill {row % 4}" for row in range(rows)],
            "size": [row % 3 for row in range(rows)],
        }
    )


def with_day(frame: pl.DataFrame) -> pl.DataFrame:
    """Return *frame* with one row that differs."""
    return frame.with_columns(size=pl.when(pl.col("size").is_first_distinct()).then(3).otherwise("size"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"as_of": "2001-01-02"}, "it was another run (as_of)"),
        ({"reading": "possible"}, "it was another run (reading)"),
        ({"on_bad_rows": "set-aside"}, "it was another run (on_bad_rows)"),
        ({"batch": 7}, "it was another run (batch)"),
        ({"model": GROVE.replace("storms >= 2", "storms >= 3")}, "it was another run (model)"),
        ({"states": "rain"}, "it was another run (from_state)"),
        ({"log": with_day}, "it was another run (log.ends, log.size, log.written)"),
        ({"part": b""}, "what it wrote is gone (.steps.parquet.onward-part)"),
        ({"checkpoint": b"{}"}, "its checkpoint can't be used: this is no file that Onward saved"),
    ],
)
def test_a_run_that_was_told_something_else_begins_anew_and_says_so(
    grove: onward.Model, tmp_path: Path, change: dict[str, Any], told: str
) -> None:
    frame = grown(60)
    log, steps, whole = write(frame, tmp_path / "log.parquet"), tmp_path / "steps.parquet", tmp_path / "whole.parquet"
    watch = Stopping(quiet=True, after=3)
    with pytest.raises(KeyboardInterrupt):
        replay_to(grove, log, steps, batch=5, keep_every=0, progress=watch)
    model, options = grove, {"batch": 5, **change}
    if "model" in options:
        model = onward.parse_model(options.pop("model"), "grove.yaml")
    if "states" in options:
        options["states"] = onward.replay(
            grove, onward.read_log(frame.head(1).with_columns(time=date(2000, 1, 1)))
        ).states
    if "log" in options:
        write(options.pop("log")(frame), log)
    if "part" in options:
        part_of(steps).write_bytes(options.pop("part"))
    if "checkpoint" in options:
        checkpoint_of(steps).write_bytes(options.pop("checkpoint"))
    said: list[str] = []
    found = replay_to(model, log, steps, say=said.append, **options)
    assert [each.replace("log.ends, log.written", "log.ends, log.size, log.written") for each in said] == [
        f"an unfinished run lies beside {steps}, but {told}: beginning anew"
    ]
    assert found.resumed == 0
    again = replay_to(model, log, whole, **options)
    assert steps.read_bytes() == whole.read_bytes()
    assert told_of(found) == told_of(again)
    assert not part_of(steps).exists()
    assert not index_of(steps).exists()


def test_a_run_that_has_sorted_goes_on_sorting(grove: onward.Model, tmp_path: Path) -> None:
    frame = grown(60)[::-1]
    log, steps, whole = write(frame, tmp_path / "log.parquet"), tmp_path / "steps.parquet", tmp_path / "whole.parquet"
    expected = replay_to(grove, log, whole, batch=5)
    said: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        replay_to(grove, log, steps, batch=5, keep_every=0, progress=Stopping(quiet=True, after=5), say=said.append)
    why = "row 10 lies before an earlier row of 'oak 1'"
    assert said == [f"log.parquet: it is sorted neither by time nor by case ({why}); reading it in ranges of time"]
    said.clear()
    found = replay_to(grove, log, steps, batch=5, say=said.append)
    assert found.resumed > 0
    assert said == [f"going on at row {found.resumed + 1}, where an earlier run stopped"]
    assert steps.read_bytes() == whole.read_bytes()
    assert told_of(found) == told_of(expected)


def test_what_is_told_first_stays_in_order_when_a_run_is_taken_up(grove: onward.Model, tmp_path: Path) -> None:
    frame = grown(12).with_columns(event=pl.Series(["zephyr", "axe", "breeze"] * 4))
    log, steps = write(frame, tmp_path / "log.parquet"), tmp_path / "steps.parquet"
    expected = replay_to(grove, log, batch=4)
    assert ["zephyr" in note.what for note in expected.notes] == [True, False]
    with pytest.raises(KeyboardInterrupt):
        replay_to(grove, log, steps, batch=4, keep_every=0, progress=Stopping(quiet=True, after=1))
    assert told_of(replay_to(grove, log, steps, batch=4)) == told_of(expected)


def test_deviations_are_told_by_the_numbers_of_their_rows(grove: onward.Model, tmp_path: Path) -> None:
    frame = grown(90, cases=1).with_columns(event=pl.lit("rain"))
    told = replay_to(grove, write(frame, tmp_path / "log.parquet"), batch=7)
    assert told.breaches == 1
    (deviation,) = told.deviations
    assert (deviation["event_id"], deviation["time"], deviation["kind"]) == ("40", "2001-01-02T15:00:00", "broken")
    assert deviation["reason"] == "breaks the invariant 'few storms' (storms < 40: has 40)"


RUN = """
import sys
from onward import load_model, replay_to
from onward.streaming.progress import Progress

class Telling(Progress):
    def advance(self, rows):
        print(rows, flush=True)

model, log, output, batch = sys.argv[1:]
watch = Telling(quiet=True)
replay_to(load_model(model), log, output, batch=int(batch), keep_every=0, progress=watch, say=print)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
@pytest.mark.parametrize("ending", [".parquet", ".csv", ".arrow"])
def test_a_run_killed_at_any_moment_goes_on_until_it_is_whole(grove: onward.Model, tmp_path: Path, ending: str) -> None:
    frame = grown(3_000, cases=50)
    # One that has to be sorted is taken up as well.
    log = write(frame[::-1] if ending == ".arrow" else frame, tmp_path / "log.parquet")
    model = tmp_path / "grove.yaml"
    model.write_text(GROVE)
    whole, steps = tmp_path / f"whole{ending}", tmp_path / f"steps{ending}"
    replay_to(grove, log, whole, batch=50)
    draw = random.Random(ending)  # noqa: S311  # the moments need only differ
    command = [sys.executable, "-c", RUN, str(model), str(log), str(steps), "50"]
    told = []
    for _ in range(4):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
            assert run.stdout is not None
            told += [run.stdout.readline() for _ in range(draw.randint(3, 16))]
            time.sleep(draw.uniform(0, 0.02))
            run.kill()
            told += run.stdout.readlines()
        assert not steps.exists() or steps.read_bytes() == whole.read_bytes()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert steps.read_bytes() == whole.read_bytes()
    assert "beginning anew" not in "".join((*told, done.stdout))
    assert "going on at row" in "".join((*told, done.stdout))
    assert sorted(tmp_path.iterdir()) == sorted([log, model, whole, steps])


# ---- what cannot be replayed


def test_a_csv_file_in_no_order_is_refused_and_nothing_is_left(grove: onward.Model, tmp_path: Path) -> None:
    log = write(grown(40)[::-1], tmp_path / "log.csv")
    said: list[str] = []
    with pytest.raises(LogError) as caught:
        replay_to(grove, log, tmp_path / "steps.parquet", batch=5, keep_every=0, say=said.append)
    assert caught.value.problems == (
        Problem(
            "log.csv",
            "it is sorted neither by time nor by case (row 10 lies before an earlier row of 'oak 0')",
            "run `onward convert log.csv sorted.parquet --sort`, and replay that",
        ),
    )
    assert said == []
    assert list(tmp_path.iterdir()) == [log]


def test_dates_that_are_texts_in_no_order_are_refused(grove: onward.Model, tmp_path: Path) -> None:
    log = write(plain(grown(40)[::-1]), tmp_path / "log.parquet")
    with pytest.raises(LogError, match="time: the rows are in no order, and these dates can't be sorted without"):
        replay_to(grove, log, tmp_path / "steps.parquet", batch=5, keep_every=0)
    assert list(tmp_path.iterdir()) == [log]


def test_an_event_before_those_of_the_states_is_refused_whatever_the_order(grove: onward.Model, tmp_path: Path) -> None:
    states = onward.replay(grove, onward.read_log(grown(30))).states
    later = grown(60).with_columns(pl.col("time") + timedelta(days=1))
    turned = later[::-1].with_columns(
        case=pl.when(pl.col("time") < DAY + timedelta(hours=28)).then(pl.lit("oak 1")).otherwise(pl.lit("oak 9"))
    )
    for frame, row in ((later, 1), (turned, 60)):
        for ending in (".parquet", ".csv") if frame is later else (".parquet",):
            log = write(frame, tmp_path / f"log{ending}")
            said: list[str] = []
            with pytest.raises(LogError) as caught:
                replay_to(grove, log, tmp_path / "steps.csv", batch=4, states=states, keep_every=0, say=said.append)
            assert len(said) == (frame is turned)
            assert [(each.where, each.mend) for each in caught.value.problems] == [
                (f"log{ending}: row {row}", "replay both logs as one")
            ]
            assert not (tmp_path / "steps.csv").exists()


@pytest.mark.parametrize("ending", [".parquet", ".csv"])
def test_rows_set_aside_are_counted_and_told(grove: onward.Model, tmp_path: Path, ending: str) -> None:
    frame = plain(grown(50)).with_columns(
        time=pl.when(pl.int_range(50) % 7 == 3).then(pl.lit("2001-02-30")).otherwise("time"),
        case=pl.when(pl.int_range(50) % 11 == 5).then(pl.lit(" ")).otherwise("case"),
    )
    log, steps = write(plain(frame), tmp_path / f"log{ending}"), tmp_path / "steps.parquet"
    told = replay_to(grove, log, steps, on_bad_rows="set-aside", batch=4)
    whole = onward.replay(grove, onward.read_log(log, on_bad_rows="set-aside"))
    assert_same(told, read(steps), whole, log)
    assert told.row_counts == {"read": 50, "replayed": 39, "rejected": 11, "after_as_of": 0}
    places = [problem for row in whole.log.rejected for problem in row.problems]
    assert [(each.what, each.mend) for each in told.rejected] == [(each.what, each.mend) for each in places]
    assert told.rejected[0].where == f"log{ending}: row 4: time"
    with pytest.raises(LogError, match=f"log{ending}: row 4: time: "):
        replay_to(grove, log, tmp_path / "more.parquet", batch=4, keep_every=0)
    assert not (tmp_path / "more.parquet").exists()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"time": pl.lit(b"2001", pl.Binary)}, "log.parquet: row 1: time: "),
        ({"time": pl.lit(None, pl.Datetime("us"))}, "log.parquet: row 1: time: there is no date"),
        ({"time": pl.lit(3.5)}, "log.parquet: row 1: time: "),
        ({"event": pl.lit(None, pl.String)}, "log.parquet: row 1: event: there is no event type"),
        ({"event": pl.concat_list("event")}, "log.parquet: row 1: event: "),
        ({"case": pl.lit(None, pl.String)}, "log.parquet: row 1: case: there is no case"),
        ({"case": pl.struct("case")}, "log.parquet: row 1: case: "),
        ({"size": pl.concat_list("size")}, "log.parquet: row 1: size: "),
    ],
)
def test_columns_of_wrong_types_and_gaps_in_keys_are_bad_rows(
    grove: onward.Model, tmp_path: Path, change: dict[str, pl.Expr], told: str
) -> None:
    log = write(grown(8).with_columns(**change), tmp_path / "log.parquet")
    with pytest.raises(LogError) as caught:
        replay_to(grove, log, tmp_path / "steps.parquet", batch=3)
    assert str(caught.value.problems[0]).startswith(told)
    assert list(tmp_path.iterdir()) == [log]
    aside = replay_to(grove, log, batch=3, on_bad_rows="set-aside")
    assert aside.row_counts == {"read": 8, "replayed": 0, "rejected": 8, "after_as_of": 0}


def test_numbers_beyond_64_bits_stay_what_they_are_in_the_whole(grove: onward.Model, tmp_path: Path) -> None:
    frame = grown(9).with_columns(size=pl.Series([2**64 - 1 if row == 6 else row for row in range(9)], dtype=pl.UInt64))
    log, steps = write(frame, tmp_path / "log.parquet"), tmp_path / "steps.parquet"
    told = replay_to(grove, log, steps, batch=2)
    assert_same(told, read(steps), onward.replay(grove, onward.read_log(log)), log)


@pytest.mark.parametrize("rows", [0, 5])
def test_a_column_with_another_name_is_seen_for_what_it_was_meant_to_be(
    grove: onward.Model, tmp_path: Path, rows: int
) -> None:
    log = write(grown(rows).rename({"time": "when"}), tmp_path / "log.parquet")
    with pytest.raises(LogError) as caught:
        replay_to(grove, log, tmp_path / "steps.parquet")
    assert caught.value.problems == (
        Problem(
            "log.parquet",
            "there is no column 'time' among when, event, case, place, size",
            "if 'when' is it, rename that column to 'time'",
        ),
    )
    assert list(tmp_path.iterdir()) == [log]


def test_a_file_that_is_cut_short_is_refused(grove: onward.Model, tmp_path: Path) -> None:
    whole = write(grown(4_000), tmp_path / "log.parquet").read_bytes()
    packed = write(grown(4_000), tmp_path / "log.csv.gz").read_bytes()
    for name, data in (("log.parquet", whole), ("log.csv.gz", packed)):
        for size in (0, 3, len(data) // 2, len(data) - 3):
            (tmp_path / name).write_bytes(data[:size])
            with pytest.raises(LogError) as caught:
                replay_to(grove, tmp_path / name, tmp_path / "steps.parquet", batch=100)
            assert str(caught.value).count("\n") == 0
            assert sorted(file.name for file in tmp_path.iterdir()) == ["log.csv.gz", "log.parquet"]


FULL = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from onward import load_model, replay_to
from onward.problems import UsageError
try:
    replay_to(load_model(sys.argv[2]), sys.argv[3], sys.argv[4], batch=50, keep_every=0)
except UsageError as error:
    print(error)
else:
    print("done")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such limits")
def test_a_run_that_finds_no_room_goes_on_where_there_is_some(grove: onward.Model, tmp_path: Path) -> None:
    log, steps, whole = write(grown(2_000), tmp_path / "log.csv"), tmp_path / "steps.csv", tmp_path / "whole.csv"
    model = tmp_path / "grove.yaml"
    model.write_text(GROVE)
    replay_to(grove, log, whole, batch=50)

    def run(room: int) -> str:
        command = [sys.executable, "-c", FULL, str(room), str(model), str(log), str(steps)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    said = run(whole.stat().st_size // 2)
    assert said == (
        f"{steps}: the file can't be written (File too large); check the folder, its rights and its space\n"
    )
    assert not steps.exists()
    found = replay_to(grove, log, steps, batch=50)
    assert found.resumed > 0
    assert steps.read_bytes() == whole.read_bytes()
    assert sorted(tmp_path.iterdir()) == sorted([log, model, steps, whole])


def test_an_output_that_cannot_be_is_refused_before_the_log_is_read(grove: onward.Model, tmp_path: Path) -> None:
    log = write(grown(20), tmp_path / "log.parquet")
    (tmp_path / "folder.csv").mkdir()
    for name, told in (
        ("none/steps.csv", f"there is no folder {str(tmp_path / 'none')!r}; make it, or check the path"),
        ("folder.csv", "this is a folder; name a file in it"),
        ("steps.xlsx", "a table can't be written as .xlsx; end it in "),
        ("steps", "the file name has no ending; "),
        ("x" * 300 + ".csv", "the file can't be written (File name too long); check the folder"),
    ):
        with pytest.raises(UsageError) as caught:
            replay_to(grove, log, tmp_path / name, progress=Stopping(quiet=True))
        assert str(caught.value).startswith(f"{tmp_path / name}: {told}")
        assert sorted(tmp_path.iterdir()) == [tmp_path / "folder.csv", log]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_that_leads_to_itself_becomes_a_file(grove: onward.Model, tmp_path: Path) -> None:
    log, steps = write(grown(20), tmp_path / "log.parquet"), tmp_path / "steps.parquet"
    steps.symlink_to(steps)
    told = replay_to(grove, log, steps)
    assert read(steps).height == sum(told.outcomes.values())


def test_a_log_without_rows_leaves_a_table_without_rows(grove: onward.Model, tmp_path: Path) -> None:
    log, steps = write(grown(0), tmp_path / "log.parquet"), tmp_path / "steps.parquet"
    told = replay_to(grove, log, steps)
    assert_same(told, read(steps), onward.replay(grove, onward.read_log(log)), log)
    assert told.as_of is None
    assert told.phases["cases"].to_list() == [0] * 4
