"""A log is walked stretch by stretch as it is walked whole, by tests or by states, from one to the other."""

import random
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import onward
from onward.history import walking
from onward.history.histories import Engine
from onward.history.standing import stand, table_of
from onward.history.states import States
from onward.history.walked import by_name
from onward.history.walking import OutOfOrderError, Walker
from onward.log.columns import columns_of
from onward.streaming.replaying import replay_to
from onward.testing import logs, models

WIDE = """
onward: 1
name: wide
events: {a: , b: , c: , d: }
context: {as: {count: a}, bs: {count: b}, cs: {count: c}, places: {distinct: place, of: d}}
phases: [p, q, r, s]
transitions:
  - {from: start, to: p, on: any}
  - {from: p, to: q, on: a, when: as >= 40}
  - {from: p, to: r, on: b, when: bs >= 50}
  - {from: q, to: r, on: c, when: cs >= 60 and bs >= 30}
  - {from: q, to: s, on: d, when: places >= 2}
  - {from: r, to: s, when: as > 55}
  - {from: s, to: p, on: d, when: cs < 20 or as > 70}
invariants:
  - {name: few, always: bs < 45}
  - {name: still, step: places == before.places or phase != s}
"""
NARROW = WIDE.replace("40", "2").replace("50", "2").replace("60", "1").replace("30", "1").replace("55", "1")
NARROW = NARROW.replace("45", "2").replace("< 20", "< 1").replace("> 70", "> 1").replace("places >= 2", "places >= 1")


def drawn(rows: int, cases: int) -> pl.DataFrame:
    draw = random.Random(11)  # noqa: S311  # rows need only differ
    return pl.DataFrame(
        {
            "time": pl.Series(range(rows)).cast(pl.Datetime("us")),
            "event": draw.choices(("a", "b", "c", "d", "e"), (6, 6, 6, 3, 1), k=rows),
            "case": [f"case {draw.randrange(cases)}" for _ in range(rows)],
            "place": draw.choices(("x", "y", "z", None), k=rows),
        }
    )


def assert_same(found: onward.Replay, expected: onward.Replay) -> None:
    for table in ("steps", "cases", "spells", "deviations"):
        assert getattr(found, table).equals(getattr(expected, table)), table
    assert found.outcomes == expected.outcomes
    assert dict(found.states.by_case) == dict(expected.states.by_case)


@pytest.mark.parametrize(("text", "ran"), [(WIDE, "columnar"), (NARROW, "automaton")])
def test_an_automaton_that_is_too_large_leaves_no_trace(
    monkeypatch: pytest.MonkeyPatch, text: str, ran: Engine
) -> None:
    monkeypatch.setattr("onward.history.engine.MANY", 1_000)
    monkeypatch.setattr(walking, "MANY", 1_000)
    model, log = onward.parse_model(text, "wide.yaml"), onward.read_log(drawn(12_000, 60))
    told = onward.replay(model, log)
    # The wide model is finite as well, but has more states than the log has rows.
    assert told.engine == ran
    assert_same(told, onward.replay(model, log, engine="plain"))


def spied(monkeypatch: pytest.MonkeyPatch, name: str) -> list[int]:
    """Return a list to which every call of a walker's method will add."""
    calls: list[int] = []
    method = getattr(Walker, name)

    def counting(self: Walker, *given: object) -> object:
        calls.append(1)
        return method(self, *given)

    monkeypatch.setattr(Walker, name, counting)
    return calls


@pytest.mark.parametrize("text", [WIDE, NARROW])
@pytest.mark.parametrize("batch", [997, 4_000])
def test_stretches_may_be_walked_by_tests_and_by_states_in_turn(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, batch: int
) -> None:
    # One event type comes late.
    monkeypatch.setattr(walking, "MANY", 800)
    by_states, by_tests = spied(monkeypatch, "_by_states"), spied(monkeypatch, "_by_tests")
    frame = drawn(9_000, 40).with_columns(
        event=pl.when(pl.int_range(9_000) < 5_000).then(pl.col("event").replace("d", "a")).otherwise("event")
    )
    model = onward.parse_model(text, "wide.yaml")
    frame.write_parquet(tmp_path / "log.parquet")
    told = replay_to(model, tmp_path / "log.parquet", tmp_path / "steps.parquet", batch=batch)
    plain = onward.replay(model, onward.read_log(frame), engine="plain")
    assert bool(by_states) == (text == NARROW)
    # With the types that come late, an automaton is too large for stretches that short.
    assert bool(by_tests) == (text == WIDE or batch == 997)
    steps = pl.read_parquet(tmp_path / "steps.parquet").sort("case", maintain_order=True)
    assert steps.drop("recorded").equals(plain.steps.drop("recorded"))
    assert told.outcomes == plain.outcomes
    assert told.breaches == plain.breaches
    assert dict(told.states.by_case) == dict(plain.states.by_case)


@given(st.data(), st.sampled_from(("certain", "possible")))
@settings(max_examples=100, deadline=None)
def test_walkers_of_every_kind_come_to_stand_alike(
    data: st.DataObject, reading: onward.history.stepping.Reading
) -> None:
    model = data.draw(models())
    log = data.draw(logs(model))
    moments = [time.last if reading == "certain" else time.first for time in log.times]
    frame = log.frame[sorted(range(len(log)), key=moments.__getitem__)] if len(log) else log.frame
    cut = data.draw(st.integers(0, len(log)))
    tables = []
    for engine in ("columnar", "automaton"):
        walker = Walker(model, reading, engine)
        for part in (frame[:cut], frame[cut:]):
            columns = columns_of(onward.read_log(part))
            try:
                walk = walker.walk(columns)
            except onward.ModelError:
                return
            walker.settle(columns, walk)
            assert walk.cases.dtype == np.uint32
        tables.append(table_of(walker, by_name(walker)))
    assert tables[0].equals(tables[1])
    # A walker that stands there has the same to say, whatever the order of its cases.
    again = Walker(model, reading)
    stand(again, States(model, reading, table=tables[0].reverse()))
    assert table_of(again, by_name(again)).equals(tables[0])


def test_a_case_that_goes_back_in_time_is_named() -> None:
    model = onward.parse_model(NARROW, "wide.yaml")
    walker = Walker(model, "certain")
    frame = drawn(20, 2)
    walker.walk(columns_of(onward.read_log(frame[10:])))
    with pytest.raises(OutOfOrderError) as caught:
        walker.walk(columns_of(onward.read_log(frame[:10])), start=10)
    assert (caught.value.row, caught.value.case) == (10, frame["case"][0])
    assert caught.value.when == "1970-01-01T00:00:00"
