"""Looking up what happens leaves everything as the fold does."""

import random
from typing import Any

import numpy as np
import polars as pl
from attrs import define, evolve
from hypothesis import event, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import onward
from onward.history import fold
from onward.history.alphabets import letters_of
from onward.history.histories import Engine
from onward.history.looking import LookUp, look_up_of, standing, visited
from onward.history.minimising import parted
from onward.history.product import paths_of, product_of
from onward.history.program import Program, UnfitError
from onward.history.tables import Tables, tables_of
from onward.history.walking import Walker
from onward.log.columns import Columns, columns_of
from onward.log.dates import parse_interval
from onward.model.elements import Distinct
from onward.model.model import Model
from onward.problems import ModelError
from onward.testing import logs, models

CASES = 3

SIMPLE = models(tracks=False, clockwork=False, memory=False, several=False)
"""Models that the plain fold runs."""
ENGINES: tuple[Engine, ...] = ("columnar", "automaton")


@define(eq=False)
class Rows:
    """Drawn rows as the compiled loops take them."""

    order: NDArray[np.int64]
    cases: NDArray[np.uint32]
    letters: NDArray[np.uint32]
    moments: NDArray[np.int64]
    codes: NDArray[np.int32]

    def columns(self) -> tuple[NDArray[Any], ...]:
        return self.order, self.cases, self.letters, self.moments, self.codes


class Run:
    """All cases of one engine, as they stand."""

    def __init__(self, model: Model, room: int = 1_000, values: int = 1 << 10) -> None:
        variables = len(model.context)
        self.memory = np.zeros((CASES, fold.MEMORY + variables + 1), np.int32)
        self.clocks = np.zeros((CASES, fold.AT_BEGAN + 1), np.int64)
        self.clocks[:, [fold.SINCE, fold.BEGAN]] = fold.NEVER
        self.known = np.full(values, -1, np.int64)
        self.ways = np.zeros((1_000, max(len(model.transitions), 1)), np.int32)
        self.used = np.array([len(model.places), 0, 0], np.int64)
        self.room = np.empty((room, fold.TOLD_MEMORY + variables), np.int64)
        self.told: list[list[int]] = []
        self.paths: list[tuple[int, tuple[int, ...]] | int] = []

    @property
    def shift(self) -> int:
        return 65 - int(self.known.size).bit_length()

    def widen(self) -> None:
        before, self.known = self.known, np.full(2 * self.known.size, -1, np.int64)
        fold.add_all(before, self.known, self.shift)

    def keep(self, model: Model, paths: NDArray[np.int32]) -> None:
        known = paths_of(self.ways, len(model.places))
        self.paths += [known[path] if path >= 0 else path for path in paths.tolist()]

    def state(self) -> dict[str, object]:
        return {
            "memory": self.memory[:, :-1].tolist(),
            "clocks": self.clocks.tolist(),
            "known": sorted(self.known[self.known >= 0].tolist()),
            "values": int(self.used[1]),
            "told": self.told,
            "paths": self.paths,
        }


def run_until_done(run: Run, steps: int, call: Any) -> None:  # noqa: ANN401  # a loop that stops where it has no room
    done, why = 0, fold.FULL_TOLD
    while why != fold.DONE:
        done, why = call(done)
        assert why in {fold.DONE, fold.FULL_TOLD, fold.FULL_VALUES}
        if why == fold.FULL_VALUES:
            run.widen()
        run.told += run.room[: run.used[2]].tolist()
        run.used[2] = 0
    assert done == steps


def fold_over(run: Run, model: Model, rows: Rows, tables: Tables) -> None:
    steps = len(rows.order) or len(rows.cases)
    paths = np.empty(steps, np.int32)
    run_until_done(
        run,
        steps,
        lambda start: fold.fold(
            *(start, steps, *rows.columns(), np.empty((0, 0)), run.memory, run.clocks, run.known, run.shift, run.used),
            *(*tables.arguments(), run.ways, run.room, paths),
        ),
    )
    run.keep(model, paths)


def look_up_over(run: Run, model: Model, rows: Rows, look_up: LookUp, tally: Any = fold.tally) -> None:  # noqa: ANN401
    steps = len(rows.order) or len(rows.cases)
    paths = np.empty(steps, np.int32)
    states = look_up.states(run.memory, run.clocks)
    assert states is not None
    run_until_done(
        run,
        steps,
        lambda start: tally(
            *(start, steps, *rows.columns(), run.memory, run.clocks, run.known, run.shift, run.used),
            *(*look_up.arguments(states), run.room, paths),
        ),
    )
    look_up.settle(states, run.memory, run.clocks)
    run.keep(model, paths)


def apart(model: Model) -> tuple[str, ...]:
    found = [each.reducer.attribute for each in model.context if isinstance(each.reducer, Distinct)]
    return tuple(dict.fromkeys(found))


@st.composite
def rows_of(draw: st.DrawFn, model: Model, letters: int, start: int) -> Rows:
    numbers = draw(st.lists(st.tuples(st.integers(0, CASES - 1), st.integers(0, letters - 1)), max_size=40))
    values = draw(st.lists(st.lists(st.integers(-1, 2), min_size=40, max_size=40), min_size=2, max_size=2))
    columns = np.array(values, np.int32)[: len(apart(model)), : len(numbers)]
    order = draw(st.just([]) | st.permutations(range(len(numbers))))
    return Rows(
        order=np.array(order, np.int64),
        cases=np.array([case for case, _ in numbers], np.uint32),
        letters=np.array([letter for _, letter in numbers], np.uint32),
        moments=np.arange(start, start + len(numbers)),
        codes=np.ascontiguousarray(columns),
    )


def looked_up(model: Model) -> tuple[LookUp, Tables] | None:
    """Return the tables of *model*; None where it is not finite, or too large."""
    try:
        program, letters = Program(model), letters_of(model)
        product = product_of(program, letters)
    except ModelError:
        return None
    event("finite")
    tables = tables_of(program, letters, apart(model))
    return look_up_of(program, product, tables), tables


@given(SIMPLE, st.data())
@settings(max_examples=200)
def test_looking_up_leaves_everything_as_the_fold_does(model: Model, data: st.DataObject) -> None:
    found = looked_up(model)
    if found is None:
        return
    look_up, tables = found
    one, other = Run(model), Run(model, len(look_up.breaches) + 2, 8)
    other.ways = look_up.product.ways
    for start in (0, 100):
        rows = data.draw(rows_of(model, len(look_up.product.fresh), start))
        one.paths, other.paths, one.told, other.told = [], [], [], []
        fold_over(one, model, rows, tables)
        look_up_over(other, model, rows, look_up)
        assert one.state() == other.state()


@given(SIMPLE, st.data())
@settings(max_examples=60)
def test_the_loops_mean_the_same_before_they_are_compiled(model: Model, data: st.DataObject) -> None:
    found = looked_up(model)
    if found is None:
        return
    look_up, _ = found
    rows = data.draw(rows_of(model, len(look_up.product.fresh), 0))
    runs = []
    for tally in (fold.tally, fold.tally.py_func):
        run = Run(model, len(look_up.breaches) + 2, 8)
        run.ways = look_up.product.ways
        look_up_over(run, model, rows, look_up, tally)
        runs.append(run.state())
    assert runs[0] == runs[1]
    easy = [easy_steps(model, rows, look_up, loop) for loop in (fold.easy_steps, fold.easy_steps.py_func)]
    assert easy[0] == easy[1]
    looked = []
    for loop in (fold.look_up, fold.look_up.py_func):
        before, states = np.zeros(len(rows.cases), np.uint8), np.zeros(CASES, np.uint32)
        loop(rows.cases, rows.letters, states, look_up.following, look_up.width, before)
        looked.append((before.tolist(), states.tolist()))
    assert looked[0] == looked[1]


def easy_steps(model: Model, rows: Rows, look_up: LookUp, loop: Any) -> object:  # noqa: ANN401  # compiled or not
    memory = np.zeros((CASES, fold.MEMORY + len(model.context) + 1), np.int32)
    states, paths = np.zeros(CASES, np.uint32), np.zeros(len(rows.cases), np.int32)
    came = [0]
    while came[-1] < len(paths):
        arguments = (look_up.following, look_up.adds, look_up.paths, paths)
        came.append(loop(came[-1], len(paths), rows.order, rows.cases, rows.letters, memory, states, *arguments))
        came[-1] += came[-1] < len(paths)  # a step that is no look-up is passed over
    return came, memory.tolist(), states.tolist(), paths.tolist()


@given(SIMPLE, st.data())
@settings(max_examples=60)
def test_the_states_before_every_row_are_those_of_the_automaton(model: Model, data: st.DataObject) -> None:
    found = looked_up(model)
    if found is None:
        return
    look_up, _ = found
    rows = data.draw(rows_of(model, len(look_up.product.fresh), 0))
    states, expected = [0] * CASES, []
    for case, letter in zip(rows.cases.tolist(), rows.letters.tolist(), strict=True):
        expected.append(states[case])
        states[case] = int(look_up.product.next[states[case], letter])
    assert visited(look_up, rows.cases, rows.letters, CASES).tolist() == expected


@st.composite
def models_with_logs(draw: st.DrawFn) -> tuple[Model, onward.EventLog]:
    model = draw(models(tracks=draw(st.booleans()), memory=True, clockwork=False))
    return model, draw(logs(model))


LATER = parse_interval("2200")


@given(models_with_logs())
@settings(max_examples=200, deadline=None)
def test_looking_up_tracks_flags_and_kept_values_leaves_everything_as_the_fold_does(
    drawn: tuple[Model, onward.EventLog],
) -> None:
    model, log = drawn
    whole = columns_of(log)
    walkers = [Walker(model, "certain", engine) for engine in ENGINES]
    try:
        told = [told_by(walker, whole) for walker in walkers]
    except (ModelError, UnfitError):
        return
    event(f"looked up: {walkers[1].holdings is not None}")
    assert walkers[1].ran == "automaton"
    assert told[0] == told[1]
    assert all_of(walkers[0]) == all_of(walkers[1])
    # Each goes on from where the other engine left the cases.
    for walker, engine in zip(walkers, reversed(ENGINES), strict=True):
        walker.engine = engine
    again = columns_of(evolve(log, times=(LATER,) * len(log)))
    told = [told_by(walker, again) for walker in walkers]
    assert told[0] == told[1]
    assert all_of(walkers[0]) == all_of(walkers[1])


def told_by(walker: Walker, columns: Columns) -> list[object]:
    walk = walker.walk(columns)
    walker.settle(columns, walk)
    paths = walker.paths
    moves = walker.program.moves
    shown = [(paths[path][0], [moves[move] for move in paths[path][1]]) if path >= 0 else path for path in walk.paths]
    registers = [] if walk.registers is None else np.nan_to_num(walk.registers, nan=-1.0).tolist()
    return [shown, walk.told.tolist(), registers]


def all_of(walker: Walker) -> dict[str, object]:
    held = walker.holdings
    return {
        "memory": walker.memory[:, :-1].tolist(),
        "clocks": walker.clocks.tolist(),
        "known": sorted(walker.known[walker.known >= 0].tolist()),
        "values": int(walker.used[1]),
        "registers": None if held is None else np.nan_to_num(held.registers, nan=-1.0).tolist(),
        "fractions": None if held is None else held.fractions.tolist(),
    }


ARENAS = """
onward: 1
name: arenas
events: {need: {}, talk: {}, end: {}}
tracks:
  narrow:
    phases: [floated, agreed]
    transitions:
      - {from: start, to: floated, on: talk}
      - {from: floated, to: agreed, on: talk, when: ripe and places >= 2}
      - {from: agreed, to: floated, on: end, when: not ripe}
  wide:
    phases: [noticed, anchored]
    transitions:
      - {from: start, to: noticed, on: need}
      - {from: noticed, to: anchored, on: talk, when: narrow.phase >= floated and verdict == "for"}
      - {from: anchored, to: noticed, when: verdict == "against"}
context:
  ripe: {flag: {set: need, clear: end}}
  verdict: {latest: vote, of: talk}
  places: {distinct: place, of: talk}
  total: {sum: size, of: any}
invariants:
  - irreversible
  - {name: no one against, always: not verdict == "against" or places < 2}
forbid:
  - {on: end, when: verdict == "abstains", because: it goes on}
"""


def test_a_model_of_all_that_is_finite_is_looked_up_as_it_is_folded() -> None:
    model = onward.parse_model(ARENAS, "arenas.yaml")
    chosen = random.Random(4)  # noqa: S311  # no secret
    rows = [
        {
            "case": chosen.choice("abcdef"),
            "time": f"{1900 + number // 5}",
            "event": chosen.choice(("need", "talk", "talk", "end", "meteor")),
            "vote": chosen.choice(("for", "for", "against", "abstains", None)),
            "place": chosen.choice(("Bern", "Rome", None)),
            "size": chosen.choice((1, 2, None)),
        }
        for number in range(300)
    ]
    log = onward.read_log(pl.DataFrame(rows))
    folded, looked = (onward.replay(model, log, engine=engine) for engine in ENGINES)
    assert (folded.engine, looked.engine) == ENGINES
    for table in ("cases", "steps", "spells", "deviations"):
        assert getattr(looked, table).rows() == getattr(folded, table).rows(), table
    assert dict(looked.states.by_case) == dict(folded.states.by_case)
    assert {row.kind for row in looked.deviation_rows} == {"broken", "refused", "unknown"}


ALARM = """
onward: 1
name: alarm
events: {ring: {}, rest: {}}
context: {rings: {count: ring}}
phases: [calm, wild]
transitions:
  - {from: start, to: calm, on: any}
  - {from: calm, to: wild, on: ring, when: rings >= 2}
"""


def test_a_case_that_the_automaton_has_no_state_for_is_told_of() -> None:
    program = Program(onward.parse_model(ALARM, "alarm.yaml"))
    unknown, rest, ring = letters_of(program.model)[0], *reversed(letters_of(program.model)[1:])
    letters = (unknown, rest)
    quiet = product_of(program, letters)
    look_up = look_up_of(program, quiet, tables_of(program, letters, ()))
    memory, clocks = np.array([[1, 1, 0]], np.int32), np.zeros((1, 6), np.int64)
    # Without rings nobody asks how many there were: what counts is the place.
    assert look_up.states(memory, clocks) is not None
    memory[0, fold.PLACE] = 2
    assert look_up.states(memory, clocks) is None
    begun = product_of(program, letters, begun=standing(memory, clocks), ways=quiet.ways)
    states = look_up_of(program, begun, tables_of(program, letters, ())).states(memory, clocks)
    assert states is not None
    assert begun.places[states >> 1].tolist() == [2]
    assert len(product_of(program, (unknown, rest, ring))) == 4


def test_rows_of_large_numbers_are_told_apart() -> None:
    rows = np.array([[1, 2**61], [2, 2**60], [1, 2**60], [1, 2**61], [3, 0]])
    assert parted(np.zeros(5, np.int64), rows).tolist() == [1, 2, 0, 1, 3]
