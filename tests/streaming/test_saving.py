"""Where every case stands, kept as a file: yesterday's log and then today's equal both as one."""

import os
import stat
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import onward
from onward.history.histories import Engine
from onward.history.stepping import Reading
from onward.problems import LogError, Problem, UsageError
from onward.streaming.replaying import replay_to
from onward.streaming.saving import read_states, write_states
from onward.streaming.seal import seal
from onward.testing import logs, models

How = Literal["plain", "columnar", "automaton", "file"]
HOWS: st.SearchStrategy[How] = st.sampled_from(("plain", "columnar", "automaton", "file"))
READINGS: st.SearchStrategy[Reading] = st.sampled_from(("certain", "possible"))
GROVE = """
onward: 1
name: grove
events: {rain: , sun: , axe: }
context: {storms: {count: rain}, places: {distinct: place, of: rain}}
phases: [seed, tree, {stump: {final: true}}]
transitions:
  - {from: start, to: seed, on: rain}
  - {from: seed, to: tree, on: sun, when: storms >= 2 and places >= 2}
  - {from: tree, to: stump, on: axe, when: years_in_phase >= 2 and years_since_start >= 5}
invariants:
  - {name: few storms, always: storms < 3}
"""


@pytest.fixture
def grove() -> onward.Model:
    return onward.parse_model(GROVE, "grove.yaml")


def log_of(*rows: str) -> onward.EventLog:
    """Return the log of *rows*: `2001 rain oak hill`."""
    frame = pl.DataFrame([row.split() for row in rows], ["time", "event", "case", "place"], orient="row")
    return onward.read_log(frame)


# ---- yesterday and today


def run(
    how: How, model: onward.Model, log: Path, reading: Reading, states: onward.States | None, batch: int
) -> tuple[onward.States, pl.DataFrame]:
    """Return the states and the steps of *log*."""
    if how == "file":
        steps = log.with_suffix(".arrow")
        done = replay_to(model, log, steps, reading=reading, states=states, batch=batch)
        return done.states, pl.read_ipc(steps)
    engine: Engine = how
    try:
        whole = onward.replay(model, onward.read_log(log), reading=reading, states=states, engine=engine)
    except onward.ModelError:  # the model is not finite
        whole = onward.replay(model, onward.read_log(log), reading=reading, states=states, engine="columnar")
    return whole.states, whole.steps


@given(st.data(), READINGS, st.integers(1, 4))
@settings(max_examples=120, deadline=None)
def test_two_logs_one_after_the_other_equal_both_as_one(data: st.DataObject, reading: Reading, batch: int) -> None:
    # Where time alone can move a case, what the first log has seen out comes before what the second has of that day.
    model = data.draw(models(clockwork=False))
    log = data.draw(logs(model))
    moments = [time.last if reading == "certain" else time.first for time in log.times]
    frame = log.frame[sorted(range(len(log)), key=moments.__getitem__)] if len(log) else log.frame
    # In both parts a column has the type that it has in the whole.
    cut = data.draw(st.integers(0, len(log)))
    with TemporaryDirectory() as place:
        logs_ = []
        for name, part in (("whole", frame), ("yesterday", frame[:cut]), ("today", frame[cut:])):
            logs_.append(Path(place, f"{name}.parquet"))
            part.write_parquet(logs_[-1])
        whole, yesterday, today = logs_
        expected, steps = run(data.draw(HOWS), model, whole, reading, None, batch)
        first, before = run(data.draw(HOWS), model, yesterday, reading, None, batch)
        write_states(first, Path(place, "state"))
        kept = read_states(Path(place, "state"), model)
        assert dict(kept.by_case) == dict(first.by_case)
        assert kept.fingerprint == first.fingerprint
        second, after = run(data.draw(HOWS), model, today, reading, kept, batch)
        assert dict(second.by_case) == dict(expected.by_case)
        unnumbered = ("row", "event_id")
        both = pl.concat([before.drop(*unnumbered), after.drop(*unnumbered)]).sort("case", maintain_order=True)
        assert both.rows() == steps.drop(*unnumbered).sort("case", maintain_order=True).rows()
        # However it was come by, the same states are the same bytes.
        write_states(second, Path(place, "second"))
        write_states(expected, Path(place, "expected"))
        assert Path(place, "second").read_bytes() == Path(place, "expected").read_bytes()


@pytest.mark.parametrize("first", ["plain", "columnar"])
@pytest.mark.parametrize("second", ["plain", "columnar"])
def test_values_breaks_and_clocks_go_on_where_they_were(
    grove: onward.Model, tmp_path: Path, first: Engine, second: Engine
) -> None:
    yesterday = log_of("2001 rain oak hill", "2002 rain oak dale", "2003 rain oak hill", "2004 sun oak hill")
    done = onward.replay(grove, yesterday, engine=first)
    assert done.breaches == 1
    write_states(done.states, tmp_path / "state")
    today = log_of(
        "2005 axe oak hill", "2005 rain oak dale", "2005 rain oak moor", "2007 axe oak hill", "2006 sun elm x"
    )
    told = onward.replay(grove, today, states=read_states(tmp_path / "state", grove), engine=second)
    assert [(row.event, row.outcome, row.after) for row in told.step_rows] == [
        ("sun", "recorded", "start"),
        ("axe", "held", "tree"),
        ("rain", "recorded", "tree"),
        ("rain", "recorded", "tree"),
        ("axe", "moved", "stump"),
    ]
    # It stays broken, and that was told yesterday.
    assert told.breaches == 0
    state = told.states.by_case["oak"]
    assert state.memory == (5, frozenset({"hill", "dale", "moor"}))
    assert (state.broken, state.events, state.moves) == ((0,), 8, (3,))
    assert [(spell.case, spell.phase, spell.end_kind) for spell in told.spell_rows] == [
        ("oak", "tree", "moved"),
        ("oak", "stump", "censored"),
    ]


# ---- what cannot be taken up


def caught(path: Path, model: onward.Model) -> Problem:
    with pytest.raises(UsageError) as error:
        read_states(path, model)
    (problem,) = error.value.problems
    return problem


def test_states_of_another_model_are_refused(grove: onward.Model, tmp_path: Path) -> None:
    path = tmp_path / "state"
    write_states(onward.replay(grove, log_of("2001 rain oak hill")).states, path)
    other = onward.parse_model(GROVE.replace("storms >= 2", "storms >= 3"), "grove.yaml")
    assert caught(path, other) == Problem(
        str(path),
        "the states belong to another model or another version of it ('grove')",
        "name the model that they were saved with, or replay the whole log with this one",
    )
    states = read_states(path, grove)
    with pytest.raises(UsageError, match="states: the states belong to another model"):
        onward.replay(other, log_of("2002 rain oak hill"), states=states)
    with pytest.raises(UsageError, match="reading: the states were made by the reading 'certain'; ask for reading="):
        onward.replay(grove, log_of("2002 rain oak hill"), states=states, reading="possible")


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_damage_is_noticed_or_does_no_harm(data: st.DataObject) -> None:
    model = onward.parse_model(GROVE, "grove.yaml")
    with TemporaryDirectory() as place:
        path = Path(place, "state")
        states = onward.replay(model, log_of("2001 rain oak hill", "2002 rain elm dale")).states
        write_states(states, path)
        whole = path.read_bytes()
        at = data.draw(st.integers(0, len(whole) - 1))
        if data.draw(st.booleans()):
            path.write_bytes(whole[:at])
        else:
            path.write_bytes(whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255))]) + whole[at + 1 :])
        try:
            found = read_states(path, model)
        except UsageError as error:
            (problem,) = error.problems
            assert problem.mend
            assert "\n" not in str(problem)
        else:
            assert dict(found.by_case) == dict(states.by_case)


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"time,event,case\n", b"{}\n", b"PAR1", b"\xff\n", b"[1]\n", b"null\n"]
)
def test_a_foreign_file_holds_no_states(grove: onward.Model, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "state").write_bytes(content)
    assert caught(tmp_path / "state", grove).what == "this is no file that Onward saved"


def test_a_checkpoint_holds_no_states(grove: onward.Model, tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(seal({"rows": 3}, b""))
    assert caught(tmp_path / "state", grove) == Problem(
        str(tmp_path / "state"), "this file holds no states", "name one that --save-state wrote"
    )


def test_a_state_file_that_is_not_there_is_asked_for(grove: onward.Model, tmp_path: Path) -> None:
    (tmp_path / "grove.state").write_bytes(b"")
    with pytest.raises(LogError, match=r"there is no such file; did you mean '.*grove.state'\?"):
        read_states(tmp_path / "grov.state", grove)
    with pytest.raises(LogError, match="this is a folder"):
        read_states(tmp_path, grove)


@pytest.mark.parametrize("how", ["plain", "columnar", "file"])
def test_events_before_those_of_the_states_are_refused(grove: onward.Model, tmp_path: Path, how: How) -> None:
    states = onward.replay(grove, log_of("2003 rain oak hill", "2001 rain elm hill")).states
    log = tmp_path / "log.parquet"
    log_of("2004 rain oak hill", "2002 sun elm hill", "2002-05 sun oak dale").frame.write_parquet(log)
    with pytest.raises(LogError) as error:
        run(how, grove, log, "certain", states, 2)
    (problem,) = error.value.problems
    assert problem.what == "2002-05 lies before the last event of 'oak' in the states that this log goes on from"
    assert problem.mend == "replay both logs as one"
    assert problem.where == "log.parquet: row 3"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["log.parquet"]


# ---- writing


def test_an_earlier_file_stays_whole_if_the_new_one_cannot_be_written(grove: onward.Model, tmp_path: Path) -> None:
    states = onward.replay(grove, log_of("2001 rain oak hill")).states
    for path, told in (
        (tmp_path / "none" / "state", "there is no folder"),
        (tmp_path, "this is a folder"),
        (tmp_path / ("x" * 300), "the file can't be written"),
    ):
        with pytest.raises(UsageError, match=told):
            write_states(states, path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="there are no devices and pipes with names")
def test_a_device_is_written_to_and_never_replaced(grove: onward.Model, tmp_path: Path) -> None:
    states = onward.replay(grove, log_of("2001 rain oak hill")).states
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_states(states, pipe)
        told = os.read(reader, 1_000_000)
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    write_states(states, tmp_path / "state")
    assert told == (tmp_path / "state").read_bytes()


def test_states_without_a_case_are_states(grove: onward.Model, tmp_path: Path) -> None:
    empty = onward.read_log(log_of("2001 rain oak hill").frame.clear())
    for engine in ("plain", "columnar"):
        write_states(onward.replay(grove, empty, engine=engine).states, tmp_path / "state")
        states = read_states(tmp_path / "state", grove)
        assert len(states) == 0
        for other in ("plain", "columnar"):
            done = onward.replay(grove, log_of("2001 rain oak hill"), states=states, engine=other)
            assert done.cases["case"].to_list() == ["oak"]
