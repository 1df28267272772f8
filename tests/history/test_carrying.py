"""The fold of the whole language gives the answer of one step at a time, whatever has to grow for it."""

import itertools
import os
import random
import subprocess
import sys
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import onward
from onward.history import carrying
from onward.history.clock import later, written
from onward.history.histories import Engine
from onward.history.joints import joints_of
from onward.history.program import UnfitError
from onward.history.seating import microseconds, written_texts
from onward.history.stepping import Reading
from onward.history.walking import Walker
from onward.log.columns import columns_of

WHOLE = """
onward: 1
name: wood
events: {rain: , sun: , frost: }
context:
  storms: {count: rain, within: 3 months}
  wet: {flag: {set: [rain], clear: [sun]}}
  total: {sum: size, of: any}
  recent: {sum: part, of: any, within: 1 months}
  big: {max: part, of: any}
  last: {latest: place, of: any}
  lately: {latest: size, of: any}
  kinds: {distinct: who.kind, of: any}
  names: {distinct: who.name, of: sun}
  running: {open: sun}
tracks:
  wood:
    phases: [seed, tree, stump]
    transitions:
      - {from: start, to: seed, on: rain}
      - {from: seed, to: tree, on: sun, when: storms >= 2 or last == "moor"}
      - {from: tree, to: stump, after: {months: 2, without: [rain]}}
      - {from: stump, to: seed, on: any, when: recent > 0.5 and big >= 0.3 and not wet}
      - {from: seed, to: stump, when: soil.phase == sand and running > 3}
  soil:
    phases: [clay, {sand: {stages: [fine, coarse]}}, {rock: {final: true}}]
    transitions:
      - {from: start, to: clay, on: any, when: wood.phase >= seed}
      - {from: clay, to: sand, after: {days: 20}, when: kinds >= 3}
      - {from: sand, to: clay, after: {weeks: 3}, when: lately != 2}
      - {from: sand.fine, to: sand.coarse, on: frost, when: '"ngo" in event.who.kind'}
      - {from: sand.coarse, to: rock, on: rain, when: wood.years_in_phase + total > 100 - recent}
forbid:
  - {on: frost, in: seed, when: wet and lately == event.size}
invariants:
  - irreversible
  - {name: soil only, irreversible: soil}
  - {name: few, always: storms < 3}
  - {name: run, always: running < 9}
  - {name: more, step: total >= before.total and before.last != "x" and before.soil.phase >= start}
  - {name: alike, step: last != before.last or event.place == last or before.lately + 1 > lately}
"""


def drawn(rows: int, cases: int, hours: int) -> onward.EventLog:
    draw = random.Random(rows)  # noqa: S311  # rows need only differ
    begin = datetime(2001, 1, 1)  # noqa: DTZ001  # naive UTC throughout
    whos = ["A@ngo", "B@state;C@ngo", "D", "E@firm; A@ngo;", "F@x;G@y;H@z", None]
    columns: dict[str, Any] = {
        "time": [begin + timedelta(hours=hours * row) for row in range(rows)],
        "event": draw.choices(["rain", "sun", "frost", "hail"], k=rows),
        "case": [f"c{draw.randrange(cases)}" for _ in range(rows)],
        "size": draw.choices([1, 2, 3, None], k=rows),
        "part": draw.choices([0.1, 0.2, 0.3, None, 0.7], k=rows),
        "place": draw.choices(["moor", "hill", None], k=rows),
        "until": [
            draw.choice([None, begin + timedelta(hours=hours * (row + draw.randrange(400)))]) for row in range(rows)
        ],
        "who": draw.choices(whos, k=rows),
    }
    return onward.read_log(pl.DataFrame(columns))


def assert_same(told: onward.Replay, expected: onward.Replay) -> None:
    for table in ("cases", "steps", "spells", "deviations"):
        assert getattr(told, table).equals(getattr(expected, table)), table
    assert told.outcomes == expected.outcomes
    assert told.breaches == expected.breaches
    assert told.states.table.equals(expected.states.table)


@pytest.mark.parametrize(("rows", "cases", "hours"), [(0, 1, 1), (1, 1, 1), (400, 3, 48), (600, 200, 9), (500, 4, 1)])
@pytest.mark.parametrize("reading", ["certain", "possible"])
def test_it_gives_the_answer_of_the_plain_engine(rows: int, cases: int, hours: int, reading: Reading) -> None:
    model, log = onward.parse_model(WHOLE, "wood.yaml"), drawn(rows, cases, hours)
    plain, told = (onward.replay(model, log, reading=reading, engine=engine) for engine in ("plain", "columnar"))
    assert told.engine == "columnar"
    assert_same(told, plain)


RUN = """
import random, sys
import polars as pl
sys.path.insert(0, sys.argv[1])
import onward
from onward.history import carrying
from test_carrying import WHOLE, assert_same, drawn
assert not hasattr(carrying.carry, "py_func"), "this is to run without the compiler"
model, log = onward.parse_model(WHOLE, "wood.yaml"), drawn(250, 3, 72)
plain, told = (onward.replay(model, log, engine=engine) for engine in ("plain", "columnar"))
assert_same(told, plain)
later = onward.read_log(drawn(40, 3, 72).frame.with_columns(time=pl.lit("2090"), until=None))
again, gone_on = (onward.replay(model, later, states=told.states, engine=engine) for engine in ("plain", "columnar"))
assert_same(gone_on, again)
print("agreed")
"""


def test_the_loop_agrees_with_the_plain_engine_without_the_compiler() -> None:
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", RUN, os.path.dirname(__file__)],  # noqa: PTH120  # no path is opened
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("agreed\n", "")


@given(
    st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999999)),  # noqa: DTZ001  # naive UTC throughout
    st.integers(0, 120_001),
    st.integers(0, 3_660_001),
    st.booleans(),
)
def test_the_calendar_is_that_of_the_plain_engine(moment: datetime, months: int, days: int, python: bool) -> None:  # noqa: FBT001
    expected = later(moment, months, days)
    own = carrying.later.py_func if python else carrying.later
    found = own(microseconds(moment), months, days)
    assert found == (carrying.ENDLESS if expected is None else microseconds(expected))


@given(
    st.lists(st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)), max_size=4),  # noqa: DTZ001  # as above
    st.sampled_from(("certain", "possible")),
)
def test_instants_are_written_as_dates_that_count_from_there(moments: list[datetime], reading: Reading) -> None:
    day = timedelta(days=1) - timedelta(microseconds=1)
    dates = [datetime(each.year, each.month, each.day) for each in moments]  # noqa: DTZ001  # as above
    every = [*moments, *dates, *(each + day for each in dates)]
    found = written_texts(np.array([*map(microseconds, every)], np.int64), reading)
    assert found.to_list() == [written(each, reading).recorded for each in every]


def test_places_of_all_tracks_are_one_number() -> None:
    joints = joints_of(onward.parse_model(WHOLE, "wood.yaml"))
    assert len(joints) == len(joints.places) == 4 * 5
    assert joints.places[0] == ("start", "start")
    for number, places in enumerate(joints.places):
        assert joints.number(places) == number
        assert tuple(track[at] for track, at in zip(joints.tracks, joints.apart(number), strict=True)) == places
    assert joints.names[-1] == "stump; rock"


# ---- what has to grow


def windowed(body: str) -> onward.Model:
    return onward.parse_model(
        "onward: 1\nname: w\nevents: {a: , b: }\nphases: [p, q]\n"
        "transitions: [{from: start, to: p, on: any}, {from: p, to: q, on: b, when: n > 0}, "
        "{from: q, to: p, after: {days: 1}}]\n" + body,
        "w.yaml",
    )


def agree(model: onward.Model, columns: dict[str, Any]) -> onward.Replay:
    log = onward.read_log(pl.DataFrame(columns))
    told = onward.replay(model, log, engine="columnar")
    assert_same(told, onward.replay(model, log, engine="plain"))
    return told


def often(rows: int, cases: int, minutes: int) -> dict[str, Any]:
    draw = random.Random(rows)  # noqa: S311  # as above
    begin = datetime(2001, 1, 1)  # noqa: DTZ001  # as above
    return {
        "time": [begin + timedelta(minutes=minutes * row) for row in range(rows)],
        "event": draw.choices(("a", "b"), k=rows),
        "case": [f"c{draw.randrange(cases)}" for _ in range(rows)],
        "x": draw.choices((1, 2, 5), k=rows),
    }


def test_more_that_still_counts_than_there_is_room_for_at_first() -> None:
    model = windowed("context: {n: {count: any, within: 30 days}, s: {sum: x, of: any, within: 2 weeks}}\n")
    agree(model, often(900, 2, 60))


def test_more_ticks_and_broken_invariants_than_there_is_room_for_at_first() -> None:
    model = windowed("context: {n: {count: any, within: 1 days}}\ninvariants: [{name: one, step: n > before.n}]\n")
    told = agree(model, often(1_500, 40, 1_000))
    assert told.breaches > 1_024
    assert told.steps["row"].null_count() > 0


def test_what_ends_last_may_come_first() -> None:
    begin = datetime(2001, 1, 1)  # noqa: DTZ001  # as above
    columns = often(60, 1, 600)
    columns["until"] = [begin + timedelta(days=day) for day in (*range(90, 60, -1), *range(40, 70))]
    columns["until"][5] = columns["until"][50] = None
    agree(windowed("context: {n: {open: any}}\ninvariants: [{name: few, always: n < 20}]\n"), columns)


def test_windows_beyond_the_last_year() -> None:
    model = windowed("context: {n: {count: any, within: 9999 years}, s: {sum: x, of: any, within: 9000 years}}\n")
    agree(model, often(40, 2, 6_000))


# ---- what is beyond it


def test_whole_numbers_that_floats_do_not_hold_are_left_to_the_plain_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onward.history.engine.MANY", 2)
    monkeypatch.setattr("onward.history.engine.MANY_OF_ALL", 2)
    columns = {**often(20, 1, 60), "x": [2**52] * 20}
    for context in ("{sum: x, of: any}", "{max: y, of: any}", "{latest: y, of: any}"):
        model = windowed(f"context: {{n: {{count: any}}, m: {context}}}\n")
        log = onward.read_log(pl.DataFrame({**columns, "y": [2**53 + 1] * 20}))
        with pytest.raises(UnfitError, match=r"beyond 2\^53"):
            onward.replay(model, log, engine="columnar")
        assert onward.replay(model, log).engine == "plain"


def test_too_many_tracks_are_left_to_the_plain_engine() -> None:
    tracks = "".join(
        f"  t{track}:\n    phases: [{', '.join(f'p{track}{at}' for at in range(9))}]\n"
        f"    transitions: [{{from: start, to: p{track}0, on: any}}]\n"
        for track in range(4)
    )
    model = onward.parse_model(f"onward: 1\nname: wide\nevents: {{a: }}\ntracks:\n{tracks}", "wide.yaml")
    log = onward.read_log(pl.DataFrame({"time": ["2001"], "event": ["a"], "case": ["c"]}))
    with pytest.raises(UnfitError, match="10,000 combinations of one place a track"):
        onward.replay(model, log, engine="columnar")


# ---- stretches


@pytest.mark.parametrize("cuts", [(0,), (1, 50), (100, 100, 399)])
def test_time_may_pass_between_stretches(cuts: tuple[int, ...]) -> None:
    model, log = onward.parse_model(WHOLE, "wood.yaml"), drawn(400, 3, 48)
    whole = onward.replay(model, log, engine="columnar")
    walker = Walker(model, "certain")
    instant = timedelta(microseconds=1)
    ticks = 0
    edges = (0, *cuts, len(log))
    for start, stop in itertools.pairwise(edges):
        columns = columns_of(onward.read_log(log.frame[start:stop]))
        walk = walker.walk(columns, start=start)
        ticks += int((walk.rows < 0).sum())
        if stop < len(log):
            closed = walker.close(log.times[stop].last - instant)
            assert (closed.rows == -1).all()
            ticks += len(closed)
    ticks += len(walker.close(log.times[-1].last))
    told = whole.steps.filter(pl.col("row").is_null())
    alone = whole.deviations.filter(pl.col("event").is_null())
    moments = pl.concat([told.select("case", "time"), alone.select("case", "time")]).unique()
    assert ticks == len(moments)


@pytest.mark.parametrize("engine", ["plain", "columnar"])
def test_a_replay_goes_on_from_either_engine(engine: Engine) -> None:
    model, log = onward.parse_model(WHOLE, "wood.yaml"), drawn(400, 3, 48)
    first, second = (onward.read_log(part) for part in (log.frame[:170], log.frame[170:]))
    whole = onward.replay(model, log, engine="plain")
    begun = onward.replay(model, first, engine=engine)
    gone_on = onward.replay(model, second, engine="columnar", states=begun.states)
    assert gone_on.states.table.equals(whole.states.table)
    assert gone_on.cases.equals(whole.cases)
