"""The fold against loops written by hand in C, over columns of numbers in memory, in both orders of rows.

Usage: python -m benchmarks.fold [--events N] [--cases K] [--rounds R]
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from benchmarks import loops
from benchmarks.inside import onward_automaton, onward_fold, onward_tally
from benchmarks.logs import ORDERS, Codes, codes
from benchmarks.measuring import medians, rounded, seconds, sizes, table

_FOLD = "Onward, the fold"
_TALLY = "Onward, the automaton, keeping all that the fold keeps"
_AUTOMATON = "Onward, the automaton, look-up alone"
_AIMS = {_FOLD: ("C, branching", "0.7"), _TALLY: ("C, branching", ""), _AUTOMATON: ("C, look-up", "0.4")}


def main() -> None:
    """Time every loop over both orders of rows."""
    size = sizes(__doc__, events=20_000_000, cases=100_000, rounds=5)
    print(f"{size.events:,} events, {size.cases:,} cases, {size.rounds} rounds.\n")
    for order in ORDERS:
        log = codes(size.events, size.cases, order)
        ways = _ways(log, size.cases)
        taken = medians({name: partial(seconds, way) for name, way in ways.items()}, size.rounds)
        rows = [(name, rounded(len(log) / each), *_against(name, taken)) for name, each in taken.items()]
        print(table((f"rows by {order}", "events/s", "of a loop in C", "aim"), rows))


def _ways(log: Codes, cases: int) -> dict[str, Callable[[], object]]:
    """Return the loops, once they are known to agree row by row."""
    automaton = loops.product()
    phases, states = np.empty(len(log), np.uint8), np.empty(len(log), np.uint8)
    branched = loops.branch(log, cases, phases)
    looked_up = loops.look_up(log, cases, automaton, states)
    ended = loops.branch_to_end(log, cases)
    _check("C, look-up, by row", np.array_equal(automaton.phases[states], phases))
    _check("C, look-up", np.array_equal(automaton.phases[looked_up], branched["phase"]))
    for counter, clipped in automaton.clipped.items():
        exact = branched[counter].clip(max=clipped.max())
        _check(f"C, look-up, {counter}", np.array_equal(clipped[looked_up], exact))
    _check("C, to the end only", np.array_equal(ended, branched))
    ways: dict[str, Callable[[], object]] = {
        "C, branching": lambda: loops.branch(log, cases, phases),
        "C, branching, no phase written a row": lambda: loops.branch_to_end(log, cases),
        "C, look-up": lambda: loops.look_up(log, cases, automaton, states),
    }
    ours = {_FOLD: onward_fold, _TALLY: onward_tally, _AUTOMATON: onward_automaton}
    for name, made in ours.items():
        loop = made(log, cases)
        loop.run()
        _check(name, np.array_equal(loop.phases(), phases))
        ways[name] = loop.run
    return ways


def _check(name: str, agrees: bool) -> None:  # noqa: FBT001  # what is checked is the whole of it
    if not agrees:
        raise SystemExit(f"{name}: differs from the loop that branches")


def _against(name: str, taken: dict[str, float]) -> tuple[str, str]:
    if name not in _AIMS:
        return "", ""
    other, aim = _AIMS[name]
    return f"{taken[other] / taken[name]:.2f} of {other}", aim


if __name__ == "__main__":
    main()
