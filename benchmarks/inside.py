"""Onward's own loops, called below its public surface: the one place where the benchmarks know its insides."""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
from attrs import frozen
from numpy.typing import NDArray

import onward
from benchmarks.logs import MODEL, PHASES, TYPES, Codes, codes
from onward.history import fold
from onward.history.looking import LookUp, look_up_of
from onward.history.product import product_of
from onward.history.walking import Walker
from onward.log.columns import Coded, Columns, Dates

_SECOND = 1_000_000
"""In microseconds."""


@frozen
class Loop:
    """A loop over a log, ready to run; what is done once a log or a model is done.

    Attributes:
        run: carries all cases from the beginning over every row.
        phases: after a run, the phase after each row, as its place in PHASES.

    """

    run: Callable[[], object]
    phases: Callable[[], NDArray[np.uint8]]


def onward_fold(log: Codes, cases: int) -> Loop:
    """Return the fold over *log*."""
    ready = _ready(log, cases)
    walker, paths, used = ready.walker, ready.paths, np.array([len(ready.walker.model.places), 0, 0])
    tables = walker.tables().arguments()

    def run() -> None:
        ready.check(fold.fold(*ready.rows, *ready.state(), used, *tables, walker.ways, ready.told, paths))

    return Loop(run, lambda: _phases(paths, walker.ways, walker.model))


def onward_tally(log: Codes, cases: int) -> Loop:
    """Return the automaton over *log*, with all that the fold keeps: counters, clocks and paths."""
    ready, used = _ready(log, cases), np.zeros(3, np.int64)
    look_up = _look_up(ready.walker)

    def run() -> None:
        states = np.zeros(cases, np.uint32)
        automaton = look_up.arguments(states)
        ready.check(fold.tally(*ready.rows[:-1], *ready.state(), used, *automaton, ready.told, ready.paths))

    return Loop(run, lambda: _phases(ready.paths, look_up.product.ways, ready.walker.model))


def onward_automaton(log: Codes, cases: int) -> Loop:
    """Return the look-up in Onward's automaton over *log*: the state before every row, and nothing else."""
    ready = _ready(log, cases)
    letters, look_up = ready.rows[4], _look_up(ready.walker)
    before = np.empty(len(log), np.min_scalar_type(len(look_up.product)))

    def run() -> None:
        states = np.zeros(cases, np.uint32)
        fold.look_up(log.cases, letters, states, look_up.following, look_up.width, before)

    def phases() -> NDArray[np.uint8]:
        numbers = np.array([PHASES.index(place) for place in ready.walker.model.places], np.uint8)
        after = numbers[look_up.product.places][look_up.product.next]
        found: NDArray[np.uint8] = after[before, letters]
        return found

    return Loop(run, phases)


@frozen(eq=False)
class _Ready:
    """What the loops take, and room for what they leave.

    Attributes:
        walker: the cases, none of which has begun.
        rows: where to start and to stop, and the log.
        told: room for what the model says of no row.
        paths: by row, what it did.

    """

    walker: Walker
    rows: tuple[Any, ...]
    told: NDArray[np.int64]
    paths: NDArray[np.int32]

    def state(self) -> tuple[Any, ...]:
        """Return where the cases stand before the first row."""
        known = self.walker.known
        return self.walker.memory.copy(), self.walker.clocks.copy(), known, 65 - int(known.size).bit_length()

    def check(self, reached: tuple[int, int]) -> None:
        """Make sure that the loop came to its end."""
        if reached != (self.rows[1], fold.DONE):
            raise AssertionError(f"the loop stopped: {reached}")


def _ready(log: Codes, cases: int) -> _Ready:
    model = onward.load_model(MODEL)
    walker = Walker(model, "certain")
    walker.walk(_columns(log.part(0, 0), cases))  # gives every case its place
    letters = walker.alphabet.read(_columns(log, cases))
    # The rows of every case stand in time order, the model keeps nothing apart, and no guard reckons with sums.
    nothing, codes_apart, values = np.empty(0, np.int64), np.empty((0, len(log)), np.int32), np.empty((0, 0))
    rows = (0, len(log), nothing, log.cases, letters, log.rows * _SECOND, codes_apart, values)
    told = np.empty((1024, fold.TOLD_MEMORY + len(model.context)), np.int64)
    return _Ready(walker, rows, told, np.empty(len(log), np.int32))


def _look_up(walker: Walker) -> LookUp:
    product = product_of(walker.program, walker.alphabet.letters)
    return look_up_of(walker.program, product, walker.tables())


def _phases(paths: NDArray[np.int32], ways: NDArray[np.int32], model: onward.Model) -> NDArray[np.uint8]:
    """Return the phase after each row from its path, as the fold numbers them."""
    places = np.array([PHASES.index(place) for place in model.places], np.uint8)
    after = np.zeros(len(ways), np.uint8)
    after[: len(places)] = places
    for path, last in np.argwhere(ways):
        after[ways[path, last]] = PHASES.index(model.entered(model.transitions[last].target))
    found: NDArray[np.uint8] = np.where(paths < 0, places[(-1 - paths.clip(max=-1)) // 2], after[paths.clip(0)])
    return found


def bytes_per_case() -> float:
    """Return what the fold and those around it keep of a case between two stretches of a log; names come on top."""
    cases = 1_000
    walker = Walker(onward.load_model(MODEL), "certain")
    walker.walk(_columns(codes(100 * cases, cases), cases))
    kept = (walker.memory, walker.clocks, walker.events, walker.ends, walker.now, walker.opened, walker.texts)
    return sum(column.nbytes for column in kept) / cases


def _columns(log: Codes, cases: int) -> Columns:
    times = pl.Series(log.rows * _SECOND).cast(pl.Datetime("us"))
    return Columns(
        types=Coded(log.events.astype(np.uint32), pl.Series(TYPES, dtype=pl.String)),
        times=Dates(times, times, times),
        cases=Coded(log.cases, pl.Series([f"{case}" for case in range(cases)], dtype=pl.String)),
    )
