"""No proof of what a log refutes: near misses of every argument by which logs are left out, and drawn models."""

import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from attrs import evolve, frozen
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

import onward
from onward.history.clock import later
from onward.history.plain import rows_by_case
from onward.history.state import not_begun
from onward.history.stepping import Reading, Step, pass_time, step
from onward.log.log import EventLog
from onward.model.document import parse_model
from onward.model.elements import Count, Distinct, Invariant, Max, Open, Sum
from onward.model.guards import (
    Arithmetic,
    Compare,
    Comparison,
    Constant,
    CurrentPhase,
    Expression,
    Guard,
    Memory,
    Not,
    Or,
    PhaseName,
)
from onward.model.model import Model
from onward.problems import OnwardError
from onward.proof.asked import Questions
from onward.proof.invariants import answers_of
from onward.proof.proving import Answer
from onward.proof.reckoning.lengths import Length, no_longer
from onward.proof.witness import breaks
from onward.testing import guards, logs, models, vocabulary_of

sys.path.append(str(Path(__file__).parents[2]))  # the benchmarks are in no package that is installed
from benchmarks import brute

MOST = 4_000
"""Runs of a step that a proof may take here."""

Row = str
"""A row of a log, `2001-01-01 x v=1 until=2002`: its date, its type, and what is recorded."""


@frozen
class Trap:
    """A model with one invariant, and a log that breaks it; without one no log does.

    Attributes:
        name: what a careless prover would overlook.
        model: the model, without its invariant and its first lines.
        invariant: the invariant, with its kind.
        log: the rows of a log that breaks it.
        reading: how they are read.

    """

    name: str
    model: str
    invariant: str
    log: tuple[Row, ...] = ()
    reading: Reading = "certain"

    @property
    def parsed(self) -> Model:
        """The model."""
        text = f"onward: 1\nname: trap\n{self.model}invariants:\n  - {{name: promise, {self.invariant}}}\n"
        return parse_model(text, self.name)

    def __str__(self) -> str:
        return self.name


COUNTED = """events: {x: {}, y: {}}
context: {n: {count: x}}
phases: [a]
transitions: [{from: start, to: a, on: [x, y]}]
"""
SUMMED = """events: {x: {}, y: {}}
context: {s: {sum: v, of: x}}
phases: [a]
transitions: [{from: start, to: a, on: [x, y]}]
"""


def threshold(bound: int) -> str:
    return f"""events: {{x: {{}}}}
context: {{n: {{count: x}}}}
phases: [a, b]
transitions:
  - {{from: start, to: a, on: x}}
  - {{from: a, to: b, on: x, when: n >= {bound}}}
"""


def quiet(window: str, timer: str, *, without: str = "x", phases: str = "[a, b]") -> str:
    return f"""events: {{x: {{}}, y: {{}}}}
context: {{n: {{count: x, within: {window}}}}}
phases: {phases}
transitions:
  - {{from: start, to: a, on: [x, y]}}
  - {{from: a, to: b, after: {{{timer}, without: {without}}}}}
"""


def waiting(timer: str) -> str:
    return f"""events: {{x: {{}}, y: {{}}}}
context: {{n: {{count: x}}}}
phases: [a, b]
transitions:
  - {{from: start, to: a, on: y}}
  - {{from: a, to: b, {timer}}}
"""


def remembering(variable: str) -> str:
    return f"""events: {{x: {{}}, y: {{}}}}
context: {{m: {variable}}}
phases: [a]
transitions: [{{from: start, to: a, on: [x, y]}}]
"""


OPENED = """events: {x: {}, y: {}}
context: {m: {open: x}}
phases: [a, b]
transitions:
  - {from: start, to: a, on: y}
  - {from: a, to: b, on: x, when: m == 0}
"""
ONCE_MORE = """events: {x: {}}
context: {m: {distinct: v, of: x}}
phases: [a, b]
transitions:
  - {from: start, to: a, on: x, when: 'event.v == "p"'}
  - {from: a, to: b, on: x, when: 'event.v == "p"'}
"""
LARGEST = """events: {x: {}}
context: {m: {max: v, of: x}}
phases: [a, b]
transitions:
  - {from: start, to: a, on: x, when: event.v > 3}
  - {from: a, to: b, on: x, when: event.v > 3}
"""
AGEING = """events: {x: {}, y: {}, z: {}}
phases: [a, b, d, c]
transitions:
  - {from: start, to: a, on: x}
  - {from: a, to: b, on: y, when: years_since_start >= 5}
  - {from: b, to: c, on: z, when: years_since_start <= 1}
  - {from: b, to: d, on: y, when: years_since_start >= 9}
  - {from: d, to: c, on: y}
"""
RENEWED = """events: {x: {}, y: {}, w: {}, z: {}}
tracks:
  wood:
    phases: [oak]
    transitions: [{from: start, to: oak, on: x}, {from: oak, to: oak, on: w}]
  soil:
    phases: [clay, sand, rock]
    transitions:
      - {from: start, to: clay, on: x}
      - {from: clay, to: sand, on: y, when: wood.years_in_phase >= 5}
      - {from: sand, to: rock, on: z, when: wood.years_in_phase <= 1}
"""
RESTING = """events: {x: {}, y: {}}
context: {n: {count: [x, y]}}
phases: [a, b]
transitions:
  - {from: start, to: a, on: [x, y]}
  - {from: a, to: b, after: {months: 1, without: x}, when: n >= 2}
"""
BARRED = """events: {y: {}, x: {}}
phases: [a, b]
transitions: [{from: start, to: a, on: [x, y]}, {from: a, to: b, on: [x, y]}]
forbid: [{on: y, in: a}]
"""
BACK = """events: {x: {}, y: {}}
tracks:
  wood:
    phases: [oak, ash]
    transitions: [{from: start, to: oak, on: y}, {from: oak, to: ash, on: y}]
  soil:
    phases: [clay, sand]
    transitions: [{from: start, to: sand, on: x}, {from: sand, to: clay, when: wood.phase == ash}]
"""
ARRIVES = "before.phase == b or phase < b"
GROUPED = """events: {y: {}, x: {}}
context: {n: {count: x}}
phases: [a, b]
transitions:
  - {from: start, to: a, on: [x, y]}
  - {from: a, to: b, on: [x, y], when: n >= 3}
"""
SEVERAL = """events: {x: {}}
phases: [a]
transitions: [{from: start, to: a, on: x}]
"""
DETOUR = """events: {x: {}, y: {}, z: {}}
phases: [a, b, c, d]
transitions:
  - {from: start, to: a, on: x}
  - {from: start, to: b, on: y}
  - {from: a, to: c, on: x}
  - {from: b, to: c, after: 1 day}
  - {from: c, to: d, on: z}
"""
LATEST = """events: {x: {}}
context: {m: {latest: v, of: x}}
phases: [a, b]
transitions:
  - {from: start, to: a, on: x}
  - {from: a, to: b, on: x, when: m == "p"}
"""
TRACKS = """events: {x: {}, y: {}}
context: {n: {count: x}}
tracks:
  wood:
    phases: [oak, {ash: {final: true}}]
    transitions: [{from: start, to: oak, on: y}, {from: oak, to: ash, on: y}]
  soil:
    phases: [clay, sand]
    transitions: [{from: start, to: clay, on: x}, {from: clay, to: sand, when: wood.phase == ash}]
"""

TRAPS = (
    *(
        Trap(f"first at {bound}", threshold(bound), f"step: {ARRIVES} or n != {bound}", ("2001-01-01 x",) * bound)
        for bound in (3, 40, 41, 42, 100)
    ),
    Trap("never before 100", threshold(100), f"step: {ARRIVES} or n >= 100"),
    Trap(
        "two comparisons that cut one cell",
        threshold(3).replace("n >= 3", "1 + n > 5"),
        f"step: {ARRIVES} or 1 + n > 6",
        ("2001-01-01 x",) * 5,
    ),
    Trap(
        "the same comparison and its opposite",
        threshold(3).replace("n >= 3", "1 + n > 5"),
        f"step: {ARRIVES} or 1 + n != 6",
        ("2001-01-01 x",) * 5,
    ),
    Trap(
        "forbidden before, wanted after",
        f"{GROUPED}forbid: [{{on: [x, y], when: n >= 3}}]\n",
        "always: phase < b",
        ("2001-01-01 x",) * 3,
    ),
    Trap(
        "forbidden when it was so",
        f"{GROUPED.replace('[x, y], when', 'y, when')}forbid: [{{on: [x, y], when: n >= 3}}]\n",
        "always: phase < b",
    ),
    Trap(
        "a type that a variable names",
        remembering("{count: [x, y], where: event.type == x}"),
        "always: m == 0",
        ("2001-01-01 x",),
    ),
    Trap("a type that an invariant names", COUNTED, "step: event.type != x or n != 1", ("2001-01-01 x",)),
    Trap(
        "a month from the 29th and from the 30th",
        quiet("1 month", "months: 1"),
        f"step: {ARRIVES} or n == 0",
    ),
    Trap(
        "a year from February 28 and 29",
        quiet("1 year", "years: 1"),
        f"step: {ARRIVES} or n == 0",
    ),
    Trap("as many days", quiet("30 days", "days: 30"), f"step: {ARRIVES} or n == 0"),
    Trap("a month in 31 days", quiet("1 month", "days: 31"), f"step: {ARRIVES} or n == 0"),
    Trap(
        "a month in 30 days",
        quiet("1 month", "days: 30"),
        f"step: {ARRIVES} or n == 0",
        ("2001-01-01 x", "2001-05-01 y"),
    ),
    Trap("28 days in a month", quiet("28 days", "months: 1"), f"step: {ARRIVES} or n == 0"),
    Trap(
        "29 days in a month",
        quiet("29 days", "months: 1"),
        f"step: {ARRIVES} or n == 0",
        ("2001-02-01 x", "2001-05-01 y"),
    ),
    Trap(
        "366 days in a year",
        quiet("366 days", "years: 1"),
        f"step: {ARRIVES} or n == 0",
        ("2001-02-01 x", "2003-05-01 y"),
    ),
    Trap(
        "a year in 365 days",
        quiet("1 year", "days: 365"),
        f"step: {ARRIVES} or n == 0",
        ("2003-06-01 x", "2005-05-01 y"),
    ),
    Trap(
        "what is counted starts no time anew",
        quiet("1 month", "months: 2", without="y"),
        f"step: {ARRIVES} or n == 0",
        ("2001-01-01 y", "2001-02-27 x", "2001-05-01 y"),
    ),
    Trap("any event starts the time anew", quiet("1 month", "months: 2", without="any"), f"step: {ARRIVES} or n == 0"),
    Trap("a timer waits for no event", waiting("after: 1 month"), f"step: {ARRIVES} or n == before.n"),
    Trap(
        "a timer with a guard waits for one",
        waiting("after: 1 month, when: n >= 1"),
        f"step: {ARRIVES} or n == before.n",
        ("2001-01-01 y", "2001-03-01 x"),
    ),
    Trap(
        "events of its last day come before a timer",
        waiting("after: 1 month"),
        "step: event.type != x or before.phase != a or n != 2",
        ("2001-01-01 y", "2001-02-01 x", "2001-02-01 x"),
    ),
    Trap("time alone breaks it", waiting("after: 1 month"), "always: phase != b", ("2001-01-01 y", "2001-02-02 x")),
    Trap("a rough date hides a month", waiting("after: 1 month"), "always: phase != b", ("2001 y",), "possible"),
    Trap(
        "time alone has no event",
        waiting("after: 1 month"),
        "step: phase == before.phase or event.type == y",
        ("2001-01-01 y", "2001-02-02 x"),
    ),
    Trap("the shorter way takes time", DETOUR, "always: phase < d", ("2001-01-01 y", "2001-01-05 z")),
    Trap(
        "a window loses two at once",
        quiet("1 month", "months: 1"),
        "step: n >= before.n - 1",
        ("2001-01-01 x", "2001-01-01 x", "2001-05-01 y"),
    ),
    Trap("what ends on its day", remembering("{open: x}"), "step: m >= before.m", ("2001-01-01 x until=2001-01-01",)),
    Trap("what ends before it counts", OPENED, "always: phase < b", ("2000 y", "2001 x until=2001-06")),
    Trap("what runs counts at once", OPENED.replace("m == 0", "m < 0"), "always: phase < b"),
    Trap(
        "years before the beginning",
        COUNTED.replace("[x, y]", "x"),
        "always: years_since_start >= 0",
        ("2001-01-01 y",),
    ),
    Trap("years that pass", COUNTED, "always: years_in_phase < 5", ("2001-01-01 y", "2006-01-05 y")),
    Trap("years begin at nought", COUNTED, "step: before.phase != start or years_since_start == 0"),
    Trap("a counter that grows", COUNTED, "step: n >= before.n"),
    Trap("a counter that stands still", COUNTED, "step: n > before.n", ("2001-01-01 y",)),
    Trap(
        "two values in one cell",
        remembering("{distinct: v.each, of: x}"),
        "step: m <= before.m + 1",
        ("2001-01-01 x v=p;q",),
    ),
    Trap("one value in one event", remembering("{distinct: v, of: x}"), "step: m <= before.m + 1"),
    Trap(
        "a value once more",
        remembering("{distinct: v, of: x}"),
        "step: event.type != x or m > before.m",
        ("2001-01-01 x",),
    ),
    Trap("a sum that shrinks", SUMMED, "step: s >= before.s", ("2001-01-01 x v=-1",)),
    Trap("a sum that may not shrink", f"{SUMMED}forbid: [{{on: x, when: event.v < 0}}]\n", "step: s >= before.s"),
    Trap(
        "a sum that is too large to grow",
        SUMMED,
        "step: event.v <= 0 or s > before.s",
        ("2001-01-01 x v=1e22", "2001-01-02 x v=1.0"),
    ),
    Trap(
        "whole numbers that no float is",
        SUMMED,
        "step: before.s != 9007199254740993 or event.v != 1.0 or s != 9007199254740994",
        ("2001-01-01 x v=9007199254740993", "2001-01-02 x v=1"),
    ),
    Trap("a first maximum", remembering("{max: v, of: x}"), "step: m >= before.m", ("2001-01-01 x v=1",)),
    Trap(
        "a maximum of the same", remembering("{max: v, of: x}"), "step: event.type == y or m > 0", ("2001-01-01 x v=0",)
    ),
    Trap(
        "a flag that is not set where it is not known whether",
        remembering("{flag: {set: x}, where: event.v > 0}"),
        "step: event.type != x or m",
        ("2001-01-01 x",),
    ),
    Trap("a flag stays", remembering("{flag: {set: x}, where: event.v > 0}"), "step: m or not before.m"),
    Trap(
        "the same value once more",
        ONCE_MORE,
        f"step: {ARRIVES} or m > before.m",
        ("2001-01-01 x v=p", "2001-01-02 x v=p"),
    ),
    Trap("not the largest", LARGEST, f"step: {ARRIVES} or m == event.v", ("2001-01-01 x v=9", "2001-01-02 x v=5")),
    Trap(
        "a sum that fades",
        SUMMED.replace("of: x", "of: x, within: 1 month") + "forbid: [{on: x, when: event.v < 0}]\n",
        "step: s >= before.s",
        ("2001-01-01 x v=1", "2001-05-01 y"),
    ),
    Trap(
        "a sum that may shrink a little",
        f"{SUMMED}forbid: [{{on: x, when: event.v < -1}}]\n",
        "step: s >= before.s",
        ("2001-01-01 x v=-1",),
    ),
    Trap("years that have to be followed", AGEING, "always: phase < c", ("2001 x", "2007 y", "2011 y", "2012 y")),
    Trap(
        "years that begin anew", RENEWED, "always: soil.phase < rock", ("2001 x", "2007-01 y", "2007-02 w", "2007-03 z")
    ),
    Trap(
        "years that do not",
        RENEWED.replace("on: w", "on: y"),
        "step: before.soil.phase == soil.phase or soil.phase < rock or event.type == z",
    ),
    Trap(
        "one type starts a timer anew, another does not",
        RESTING,
        f"step: {ARRIVES} or n == before.n",
        ("2001-01-01 x", "2001-04-01 y"),
    ),
    Trap("one type is forbidden, another is not", BARRED, "always: phase < b", ("2001-01-01 x",) * 2),
    Trap(
        "a type that is named after another",
        remembering("{count: [x, y], where: event.type == y}"),
        "always: m == 0",
        ("2001-01-01 y",),
    ),
    Trap("back on one track", BACK, "irreversible: soil", ("2001-01-01 x", "2001-01-02 y", "2001-01-03 y")),
    Trap("back on the other track", BACK, "irreversible: wood"),
    Trap("neither so nor not so", remembering("{latest: v, of: x}"), 'always: m == "p" or m != "p"', ("2001-01-01 y",)),
    Trap("latest is one thing", LATEST, f'step: {ARRIVES} or m != "q"'),
    Trap(
        "latest may be another thing later",
        LATEST,
        'always: phase < b or m != "q"',
        ("2001-01-01 x v=p", "2001-01-02 x v=p", "2001-01-03 x v=q"),
    ),
    Trap("nothing is equal to itself where there is nothing", SEVERAL, "step: event.v == event.v", ("2001-01-01 x",)),
    Trap("one of several", SEVERAL, 'step: not "p" in event.v.each or event.w == "p"', ("2001-01-01 x v=p;q",)),
    Trap("what is refused is not judged", f"{COUNTED}forbid: [{{on: x}}]\n", "always: n == 0"),
    Trap(
        "one track is over, another is not",
        TRACKS,
        "step: before.wood.phase != ash or n == before.n",
        ("2001-01-01 y", "2001-01-02 y", "2001-01-03 x"),
    ),
    Trap(
        "all tracks see the same in a round",
        TRACKS,
        "step: before.wood.phase == wood.phase or before.soil.phase == soil.phase",
        ("2001-01-01 y", "2001-01-02 x", "2001-01-03 y"),
    ),
)


def rows_of(trap: Trap) -> str:
    return "".join(map(_json, trap.log))


def _json(row: Row) -> str:
    time, kind, *told = row.split()
    recorded = {name: _value(text) for name, text in (each.split("=") for each in told)}
    return json.dumps({"case": "A", "time": time, "event": kind, **recorded}) + "\n"


def _value(text: str) -> float | int | str:
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            pass
    return text


def answer_to(model: Model) -> Answer:
    ((_, answer),) = answers_of(model, Questions((model,)), 20_000)
    return answer


@pytest.mark.parametrize("trap", TRAPS, ids=str)
def test_a_near_miss_is_not_proved(trap: Trap, tmp_path: Path) -> None:
    model = trap.parsed
    answer = answer_to(model)
    if not trap.log:
        assert answer.status == "never"
        return
    path = tmp_path / "log.jsonl"
    path.write_text(rows_of(trap))
    replay = onward.replay(model, onward.read_log(path), reading=trap.reading, engine="plain")
    assert "broken" in replay.deviations["kind"].to_list(), "the log breaks what it is meant to break"
    assert answer.status != "never"
    assert answer.least <= len(trap.log)


# ---- the calendar

_SPANS: st.SearchStrategy[tuple[Length, Length]] = st.integers(1, 36).flatmap(
    lambda months: st.integers(28 * months, 31 * months).map(lambda days: ((months, 0), (0, days)))
)
_MOMENTS = st.datetimes(datetime(1890, 1, 1), datetime(2110, 1, 1))  # noqa: DTZ001  # naive UTC throughout


@settings(max_examples=1_000)
@given(_MOMENTS, st.integers(0, 72), _SPANS)
@example(datetime(2001, 1, 29, 23), 11, ((1, 0), (0, 31)))  # noqa: DTZ001
@example(datetime(2004, 2, 28, 23), 11, ((12, 0), (0, 366)))  # noqa: DTZ001
@example(datetime(2001, 1, 31), 0, ((1, 0), (0, 29)))  # noqa: DTZ001
def test_a_span_that_is_no_longer_never_ends_later(since: datetime, hours: int, spans: tuple[Length, Length]) -> None:
    one, other = spans
    for shorter, longer in ((one, one), (other, other), (one, other), (other, one)):
        if no_longer(shorter, longer):
            first, second = later(since, *shorter), later(since + timedelta(hours=hours), *longer)
            assert first is not None
            assert second is not None
            assert first <= second


# ---- models that are drawn

_READINGS: st.SearchStrategy[Reading] = st.sampled_from(("certain", "possible"))
_SIGNS: st.SearchStrategy[Comparison] = st.sampled_from((">=", "<=", ">", "<", "==", "!="))


@st.composite
def promises(draw: st.DrawFn, model: Model) -> Invariant:
    """Draw what nearly holds: a counter that grows, a phase that has a condition, a guard that follows from another."""
    counters = [each.name for each in model.context if isinstance(each.reducer, Count | Distinct | Sum | Max | Open)]
    track = draw(st.sampled_from(model.track_names))
    kind: Literal["step", "always"] = draw(st.sampled_from(("step", "step", "always")))
    step = kind == "step"
    shapes = ["phase", "phase", "free"] + (["grows"] if counters and step else [])
    shape = draw(st.sampled_from(shapes))
    free = draw(guards(vocabulary_of(model, event=step, before=step)))
    if shape == "free":
        return Invariant("promise", kind, free)
    if shape == "grows":
        counter = draw(st.sampled_from(counters))
        was = Memory(counter, before=True)
        bound: Expression = Arithmetic("+", was, Constant(1)) if draw(st.booleans()) else was
        grows = Compare(draw(_SIGNS), Memory(counter), bound)
        return Invariant("promise", kind, Or((grows, free)) if draw(st.booleans()) else grows)
    phase = PhaseName(draw(st.sampled_from([each.name for each in model.phases if each.track == track])))
    parts: list[Guard] = [Not(Compare("==", CurrentPhase(track=track), phase))]
    if step and draw(st.booleans()):
        parts.append(Compare("==", CurrentPhase(before=True, track=track), phase))
    leading = [each.when for each in model.transitions if each.when is not None and each.target == phase.name]
    if draw(st.booleans()) and counters:
        number = Constant(draw(st.sampled_from((0, 1, 1, 2, 3))))
        parts.append(Compare(draw(_SIGNS), Memory(draw(st.sampled_from(counters))), number))
    else:
        parts.append(draw(st.sampled_from(leading)) if leading and step else free)
    return Invariant("promise", kind, Or(tuple(parts)))


def first_break(model: Model, log: EventLog, reading: Reading) -> dict[int, int]:
    """Return of each invariant that a case of *log* breaks how many events of the case that took at least."""
    found: dict[int, int] = {}
    for case, rows in rows_by_case(model, log, reading).items():
        state = not_begun(model, case)
        for count, row in enumerate(rows, start=1):
            event = log.event(row)
            state, done = step(model, state, event, reading=reading)
            steps: list[Step] = [*done.meanwhile, done]
            if count == len(rows) and event.time is not None:
                _, ticks = pass_time(model, state, event.time.last, through=True, reading=reading)
                steps += ticks
            for number, each in enumerate(model.invariants):
                if any(broken is each for one in steps for broken in one.broken):
                    found[number] = min(count, found.get(number, count))
    return found


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_log_breaks_what_is_proved(data: st.DataObject) -> None:
    rich = st.sampled_from((True, None))
    drawn = data.draw(models(clockwork=data.draw(rich), memory=data.draw(rich)))
    model = evolve(drawn, invariants=tuple(data.draw(st.lists(promises(drawn), min_size=1, max_size=3))))
    told = [answer for _, answer in answers_of(model, Questions((model,)), MOST)]
    proved = {number for number, answer in enumerate(told) if answer.status == "never"}
    for invariant, answer in zip(model.invariants, told, strict=True):
        if answer.witness is not None:
            assert breaks(model, answer.witness, invariant)
            assert answer.least <= len(answer.witness)
    broken: dict[int, int] = {n: len(log) for n, log in brute.enumerate_breaks(model, 6, 1_000).logs.items()}
    for _ in range(5):
        log, reading = data.draw(logs(model, max_rows=8)), data.draw(_READINGS)
        try:
            breaches = first_break(model, log, reading)
        except OnwardError:
            assume(False)  # noqa: FBT003  # time alone makes too many steps
        for number, count in breaches.items():
            broken[number] = min(count, broken.get(number, count))
    assert not proved & broken.keys()
    for number, count in broken.items():
        assert told[number].least <= count
