"""Long replays of models with tracks, timers and windows: whatever the order, the format and the batches."""

import random
from pathlib import Path

import polars as pl
import pytest

import onward
from onward.history.histories import in_order
from onward.streaming.replaying import replay_to
from onward.streaming.saving import read_states, write_states

TREATIES = onward.parse_model(
    """
onward: 1
name: treaties
events: {sign: {}, use: {}, denounce: {}, complain: {}}
context:
  recent: {count: [use], within: 2 years}
  running: {open: [use]}
  loud: {flag: {set: [complain], clear: [use]}}
tracks:
  life:
    phases: [signed, dormant, {ended: {final: true}}]
    transitions:
      - {from: start, to: signed, on: sign}
      - {from: signed, to: dormant, after: {years: 3, without: [use]}}
      - {from: dormant, to: signed, on: use}
      - {from: [signed, dormant], to: ended, on: denounce}
  mood:
    phases: [calm, busy]
    transitions:
      - {from: start, to: calm, on: any}
      - {from: calm, to: busy, when: recent >= 2 or running >= 3}
      - {from: busy, to: calm, when: recent < 2 and running < 3 and not loud}
invariants:
  - {name: not too much, always: recent < 3}
  - {name: what is signed is used, always: life.phase != signed or recent >= 1}
""",
    "treaties.yaml",
)


def rows(count: int = 900) -> pl.DataFrame:
    """Return a log in time order: some twenty rows a year, twenty cases."""
    draw = random.Random(4)  # noqa: S311  # a log to replay
    found = []
    for number in range(count):
        year = 1990 + number // 20
        day = f"{year}-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}"
        kind = draw.choice(("sign", "use", "use", "complain", draw.choice(("denounce", "unheard of", "use", "use"))))
        until = f"{year + draw.randint(0, 4)}-12-31" if draw.random() < 0.5 else None
        found.append((day, kind, f"t{draw.randint(1, 20)}", until))
    return pl.DataFrame(sorted(found, key=lambda row: row[:3]), ["time", "event", "case", "until"], orient="row")


def write(frame: pl.DataFrame, path: Path) -> Path:
    if path.suffix == ".csv":
        frame.write_csv(path)
    else:
        frame.write_parquet(path)
    return path


@pytest.mark.parametrize("as_of", [None, "2020-06-30"])
@pytest.mark.parametrize("name", ["by_time.csv", "by_time.parquet", "by_case.csv"])
def test_a_long_replay_tells_what_time_alone_did(tmp_path: Path, name: str, as_of: str | None) -> None:
    frame = rows().sort("case", maintain_order=True) if name == "by_case.csv" else rows()
    log = write(frame, tmp_path / name)
    whole = onward.replay(TREATIES, onward.read_log(log), as_of=as_of, engine="plain")
    assert whole.steps["event"].null_count() > 40
    assert any(row.event is None for row in whole.deviation_rows)
    written = []
    for batch in (7, 100, 100_000):
        steps = tmp_path / f"steps{batch}.parquet"
        done = replay_to(TREATIES, log, steps, as_of=as_of, batch=batch)
        assert pl.read_parquet(steps).equals(in_order(whole.steps))
        assert done.cases.equals(whole.cases)
        assert done.states.table.equals(whole.states.table)
        assert dict(done.outcomes) == dict(whole.outcomes)
        assert done.breaches == whole.breaches
        written.append(done.deviations)
    assert written == [written[0]] * 3


def test_a_long_replay_goes_on_from_saved_states(tmp_path: Path) -> None:
    frame = rows()
    whole = onward.replay(TREATIES, frame, engine="plain")
    yesterday = write(frame.filter(pl.col("time") < "2010"), tmp_path / "yesterday.csv")
    today = write(frame.filter(pl.col("time") >= "2010"), tmp_path / "today.parquet")
    first = replay_to(TREATIES, yesterday, tmp_path / "one.parquet", as_of="2009", batch=50)
    write_states(first.states, tmp_path / "states")
    kept = read_states(tmp_path / "states", TREATIES)
    second = replay_to(TREATIES, today, tmp_path / "two.parquet", states=kept, batch=70)
    assert second.states.table.sort("case").equals(whole.states.table.sort("case"))
    both = pl.concat([pl.read_parquet(tmp_path / name) for name in ("one.parquet", "two.parquet")])
    told = both.sort("case", "time", maintain_order=True).drop("row", "event_id")
    expected = whole.steps.sort("case", "time", maintain_order=True).drop("row", "event_id")
    assert told.equals(expected)


def test_the_phases_of_a_long_replay_are_counted_on_every_track(tmp_path: Path) -> None:
    done = replay_to(TREATIES, write(rows(), tmp_path / "log.csv"), batch=100)
    counts = done.phases.group_by("track", maintain_order=True).agg(pl.col("cases").sum())
    assert counts.rows() == [("life", 20), ("mood", 20)]
