"""What is compiled does what it says in Python: run without the compiler, it gives the same answer."""

import os
import subprocess
import sys

import numpy as np
import pytest

from onward.history import fold

MODEL = """
onward: 1
name: whole
events: {rain: , sun: , frost: , axe: }
context:
  storms: {count: rain}
  suns: {count: sun}
  places: {distinct: place, of: [rain, sun]}
phases: [seed, {tree: {stages: [young, old]}}, {stump: {final: true}}]
transitions:
  - {from: start, to: seed, on: rain}
  - {from: start, to: tree, on: sun, when: "event.size + storms < 1 or years_in_phase > 1 or years_in_phase + 1 < 9"}
  - {from: seed, to: tree, on: sun, when: storms >= 2 and event.size > 1}
  - {from: tree, to: seed, on: frost, when: CLOCK}
  - {from: tree.young, to: tree.old, when: places >= 3}
  - {from: tree, to: stump, on: axe, when: SUM}
forbid:
  - {on: frost, in: start, because: nothing grows}
  - {on: axe, when: places < 2}
invariants:
  - irreversible
  - {name: few storms, always: storms < 6}
  - {name: calm, always: "phase < tree or storms != suns * 1"}
  - {name: growth, step: "phase != tree.old or before.phase in [tree.young, tree.old]"}
  - {name: slowly, step: "places == before.places or before.storms < 5"}
  - {name: sums, step: "before.storms * 2 - suns <= event.size + 9"}
"""
RUN = """
import random, sys
from datetime import datetime, timedelta
import polars as pl
import onward
from onward.history import fold
from onward.history.engine import replay

assert not hasattr(fold.fold, "py_func"), "this is to run without the compiler"
text = sys.stdin.read()
draw = random.Random(7)

def log_of(rows, cases, turned=False):
    columns = {
        "time": [datetime(2001, 1, 1) + timedelta(days=30 * row) for row in range(rows)],
        "event": draw.choices(("rain", "sun", "frost", "axe", "meteor"), (5, 5, 2, 1, 1), k=rows),
        "case": [f"oak {draw.randrange(cases)}" for _ in range(rows)],
        "place": [draw.choice((f"hill {row}", "dale", "moor", None)) for row in range(rows)],
        "size": draw.choices((0, 1, 2, 3, None), k=rows),
    }
    frame = pl.DataFrame(columns)
    return onward.read_log(frame[::-1] if turned else frame)

def agree(model, log, engine, states=None):
    plain = replay(model, log, engine="plain", states=states)
    told = replay(model, log, engine=engine, states=states)
    assert told.engine == engine
    for table in ("steps", "cases", "spells", "deviations"):
        assert getattr(told, table).equals(getattr(plain, table)), (engine, table)
    assert dict(told.states.by_case) == dict(plain.states.by_case)
    return told.states

signs = ("==", "!=", "<", "<=", ">", ">=")
for number, sign in enumerate(signs):
    clock = f"years_in_phase {sign} 0.25 or years_since_start > 3"
    sum_ = f"storms + suns {sign} event.size + 2 or years_in_phase + years_since_start * 2 > 9 - storms"
    model = onward.parse_model(text.replace("CLOCK", f"'{clock}'").replace("SUM", f"'{sum_}'"), "m")
    states = agree(model, log_of(150, 4, turned=number == 1), "columnar")
    later = log_of(40, 4)
    moved = onward.read_log(later.frame.with_columns(time=pl.lit("2090")))
    agree(model, moved, "columnar", states)
    finite = text.replace("CLOCK", "event.size > 1").replace("SUM", f"storms {sign} 3")
    endless = ("calm", "name: sums", "years_in_phase")
    finite = "".join(line for line in finite.splitlines(True) if not any(word in line for word in endless))
    model = onward.parse_model(finite, "m")
    states = agree(model, log_of(150, 4, turned=number == 1), "automaton")
    agree(model, moved, "automaton", states)
# Room runs out: of values, of paths, of what is told.
refused = onward.read_log(log_of(1300, 2).frame.with_columns(event=pl.lit("axe")))
agree(model, refused, "columnar")
agree(model, refused, "automaton")
rain = onward.read_log(log_of(200, 2).frame.with_columns(event=pl.lit("rain")))
agree(model, rain, "columnar")
agree(model, rain, "automaton")
phases = ", ".join(f"p{at}" for at in range(14))
ways = "".join(
    f"  - {{from: p{at}, to: p{at + 1}, on: sun}}\\n  - {{from: p{at}, to: p{at + 1}, when: event.size > {at}}}\\n"
    for at in range(13)
)
back = "".join(f"  - {{from: p{at}, to: p0, on: rain, when: event.size < 0}}\\n" for at in range(1, 14))
model = onward.parse_model(
    f"onward: 1\\nname: ways\\nevents: {{rain: , sun: }}\\nphases: [{phases}]\\n"
    f"transitions:\\n  - {{from: start, to: p0, on: any}}\\n{back}{ways}",
    "m",
)
many = log_of(1200, 3).frame.with_columns(
    event=pl.Series(draw.choices(("rain", "sun"), k=1200)), size=pl.Series(draw.choices(range(-1, 14), k=1200))
)
agree(model, onward.read_log(many), "columnar")
agree(model, onward.read_log(many), "automaton")
print("agreed")
"""


def test_the_loops_agree_with_the_plain_engine_without_the_compiler() -> None:
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", RUN],
        input=MODEL,
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("agreed\n", "")


@pytest.mark.parametrize("python", [False, True])
def test_keys_are_new_once(python: bool) -> None:  # noqa: FBT001
    known = np.full(16, -1, np.int64)
    is_new, add_all = (each.py_func if python else each for each in (fold.is_new, fold.add_all))
    keys = np.array([3, 2**62, 3, -1, 0], np.int64)
    with np.errstate(over="ignore"):
        assert [bool(is_new(key, known, 60)) for key in keys[:3]] == [True, True, False]
        add_all(keys, known, 60)
    assert sorted(known[known >= 0].tolist()) == [0, 3, 2**62]
