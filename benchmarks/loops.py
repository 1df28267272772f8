"""The loops of `loops.c`, compiled by `gcc -O2` and called on columns; and the table that one of them looks up."""

import ctypes
import itertools
import shutil
import subprocess
from functools import cache
from pathlib import Path

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from benchmarks.logs import BUILD, COUNTERS, PHASES, TYPES, Codes

_SOURCE = Path(__file__).with_name("loops.c")
_LIFE = np.dtype([*((counter, np.int32) for counter in COUNTERS), ("phase", np.int32)])
_WIDTH = 8
"""How many places a row of the table has; a power of two, for the sake of C."""


@frozen(eq=False)
class Automaton:
    """The product of phase and clipped counters.

    Attributes:
        next: the state after each state and event, `next[state, event]`.
        phases: the phase of each state.
        clipped: the counters of each state, each up to the largest number that a guard asks for.

    """

    next: NDArray[np.int32]
    phases: NDArray[np.uint8]
    clipped: dict[str, NDArray[np.int32]]


@cache
def compiled() -> ctypes.CDLL:
    """Return the loops, compiled where the source is newer."""
    library = (BUILD / "loops.so").resolve()
    if not library.exists() or library.stat().st_mtime < _SOURCE.stat().st_mtime:
        compiler = shutil.which("gcc")
        if compiler is None:
            raise SystemExit("the loops in C need gcc; on Debian and Ubuntu: apt install gcc")
        library.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([compiler, "-O2", "-Wall", "-shared", "-fPIC", "-o", library, _SOURCE], check=True)
    return ctypes.CDLL(str(library))


def branch(log: Codes, cases: int, after: NDArray[np.uint8]) -> NDArray[np.void]:
    """Branch on phase and event, write the phase *after* every row, and return every case: its counters and phase."""
    lives = np.zeros(cases, _LIFE)
    compiled().branch(_size(log), *_columns(log), _at(lives), _at(after))
    return lives


def branch_to_end(log: Codes, cases: int) -> NDArray[np.void]:
    """Branch on phase and event, and return every case: its counters and phase."""
    lives = np.zeros(cases, _LIFE)
    compiled().branch_to_end(_size(log), *_columns(log), _at(lives))
    return lives


def look_up(log: Codes, cases: int, automaton: Automaton, after: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Look up the state *after* every row, write it, and return the state of every case at the end."""
    states = np.zeros(cases, np.int32)
    compiled().look_up(_size(log), *_columns(log), _at(automaton.next), _at(states), _at(after))
    return states


@cache
def product() -> Automaton:
    """Return the product automaton, made by running the branching loop for one event from every state."""
    guarded = {"agreements": 1, "operations": 2, "institutions": 1}
    states = list(itertools.product(range(len(PHASES)), *(range(most + 1) for most in guarded.values())))
    number = {state: place for place, state in enumerate(states)}
    lives = np.zeros(len(states) * len(TYPES), _LIFE)
    for place, ((phase, *counters), event) in enumerate(itertools.product(states, range(len(TYPES)))):
        lives[place] = (*counters, 0, phase)
        one = Codes(np.array([place], np.uint32), np.array([event], np.uint8), np.zeros(1, np.int64))
        compiled().branch_to_end(_size(one), *_columns(one), _at(lives))
    clipped = {name: np.minimum(lives[name], most) for name, most in guarded.items()}
    reached = zip(lives["phase"].tolist(), *(column.tolist() for column in clipped.values()), strict=True)
    table = np.zeros((len(states), _WIDTH), np.int32)
    table[:, : len(TYPES)] = np.array([number[state] for state in reached]).reshape(len(states), len(TYPES))
    columns = np.array(states, np.int32).T
    kept = dict(zip(guarded, columns[1:], strict=True))
    return Automaton(table, columns[0].astype(np.uint8), kept)


def _size(log: Codes) -> ctypes.c_size_t:
    return ctypes.c_size_t(len(log))


def _columns(log: Codes) -> tuple[ctypes.c_void_p, ctypes.c_void_p]:
    return _at(log.cases), _at(log.events)


def _at(column: NDArray[np.generic] | NDArray[np.void]) -> ctypes.c_void_p:
    """Return where *column* lies in memory."""
    return ctypes.c_void_p(column.ctypes.data)
