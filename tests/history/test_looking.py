"""Looking up what happens leaves everything as the fold does."""

from typing import Any

import numpy as np
from attrs import define
from hypothesis import event, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import onward
from onward.history import fold
from onward.history.alphabets import letters_of
from onward.history.looking import LookUp, look_up_of, standing, visited
from onward.history.minimising import parted
from onward.history.product import paths_of, product_of
from onward.history.program import Program
from onward.history.tables import Tables, tables_of
from onward.model.elements import Distinct
from onward.model.model import Model
from onward.problems import ModelError
from onward.testing import models

CASES = 3


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


@given(models(), st.data())
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


@given(models(), st.data())
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


@given(models(), st.data())
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
