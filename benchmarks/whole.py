"""The whole command `onward replay LOG -o STEPS` on Parquet, against polars alone reading, sorting and writing.

Polars does it twice: on the log's own three columns, and on all the columns of the steps that Onward wrote.

Usage: python -m benchmarks.whole [--events N] [--cases K] [--rounds R]
"""

import statistics
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.commands import OUT, Cost, cost, parquet, replaying
from benchmarks.logs import ORDERS, Order
from benchmarks.measuring import sizes, table, tell

_ONWARD = "`onward replay`, from log to steps"
_LOG = "polars, the log's columns"
_STEPS = "polars, the steps' columns"


def main() -> None:
    """Run the commands in turn, on both orders of rows."""
    size = sizes(__doc__, events=20_000_000, cases=100_000, rounds=1)
    print(f"{size.events:,} events, {size.cases:,} cases, {size.rounds} rounds. The aim is 2.5 times polars at most.\n")
    for order in ORDERS:
        log = parquet(size.events, size.cases, order)
        print(_table(order, _in_turn(_commands(log), size.rounds)))


def _commands(log: Path) -> dict[str, Sequence[str | Path]]:
    """Return the commands; Onward's comes first, since its steps are what another one sorts."""
    steps, alone = OUT / "steps.parquet", [sys.executable, "-m", "benchmarks.baseline"]
    return {
        _ONWARD: replaying(log, steps),
        _LOG: [*alone, "eager", log, OUT / "log.parquet"],
        f"{_LOG}, streaming": [*alone, "streaming", log, OUT / "log.parquet"],
        # Eagerly it takes seven gigabytes and minutes: streaming is the measure anyway.
        f"{_STEPS}, streaming": [*alone, "streaming", steps, OUT / "again.parquet"],
    }


def _in_turn(commands: Mapping[str, Sequence[str | Path]], rounds: int) -> dict[str, Cost]:
    """Return the median cost of every command; the first of the first round also pays for a cold disk."""
    found: dict[str, list[Cost]] = {name: [] for name in commands}
    for number in range(rounds):
        for name, arguments in commands.items():
            found[name].append(cost(arguments))
        tell(f"round {number + 1} of {rounds}")
    return {
        name: Cost(statistics.median(each.seconds for each in costs), statistics.median(each.peak for each in costs))
        for name, costs in found.items()
    }


def _table(order: Order, costs: Mapping[str, Cost]) -> str:
    ours = costs[_ONWARD].seconds
    rows = [
        (name, f"{each.seconds:.2f}", f"{each.peak:,.0f}", "" if name == _ONWARD else f"{ours / each.seconds:.2f}")
        for name, each in costs.items()
    ]
    return table((f"rows by {order}", "s", "peak MiB", "Onward takes so many times as long"), rows)


if __name__ == "__main__":
    main()
