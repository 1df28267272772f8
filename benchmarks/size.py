"""What `onward replay LOG -o STEPS` costs as the log grows: time, its exponent, and peak memory; and a picture.

A log has a case for 200 events, and 100,000 cases at most.

Usage: python -m benchmarks.size [--events N] [--rounds R]: sizes go up to N in steps of about three
"""

import statistics
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl  # of the benchmarks' own environment
import numpy as np
from matplotlib.figure import Figure

from benchmarks.commands import OUT, Cost, cost, parquet, replaying
from benchmarks.measuring import rounded, sizes, table, tell

_PICTURE = Path(__file__).with_name("size.svg")
_FULL = 100_000_000
_START = 10_000
"""Events of the log that stands for what a replay costs before there is much to replay."""


def main() -> None:
    """Replay logs of all sizes and fit the exponent."""
    size = sizes(__doc__, events=_FULL, rounds=1)
    events = [n for power in range(5, 10) for n in (10**power, 3 * 10**power) if n <= size.events]
    start = _cost(_START, size.rounds)
    costs = [_cost(each, size.rounds) for each in events]
    every = [(n, each.seconds) for n, each in zip(events, costs, strict=True)]
    # Where the start is less than half of the whole, so that the difference says something.
    long = [(n, seconds - start.seconds) for n, seconds in every if seconds > 2 * start.seconds]
    rows = [
        (
            f"{number:,}",
            f"{_cases(number):,}",
            f"{each.seconds:.2f}",
            rounded(number / each.seconds),
            f"{each.peak:,.0f}",
        )
        for number, each in zip([_START, *events], [start, *costs], strict=True)
    ]
    print(f"Median of {size.rounds} rounds each.\n")
    print(table(("events", "cases", "s", "events/s", "peak MiB"), rows))
    print(f"Time grows as events to the power of {exponent(every)}; ", end="")
    print(f"beyond what {_START:,} events take, {exponent(long)}. The aim is 1, within 0.1.\n")
    print(f"Peak memory is {max(each.peak for each in costs):,.0f} MiB at most; ", end="")
    print("the aim at 100,000,000 events is below 2,048.\n")
    print(f"![time and peak memory against size]({_PICTURE.name})\n")
    # A trial leaves the picture alone that belongs to results.md.
    _draw(events, costs, _PICTURE if size.events >= _FULL else OUT / _PICTURE.name)


def exponent(points: Sequence[tuple[int, float]]) -> str:
    """Return the slope of the line through the logarithms of events and seconds, by least squares."""
    if len(points) < 2:
        return "unknown"
    events, seconds = np.log(np.array(points).T)
    return f"{np.polyfit(events, seconds, 1)[0]:.2f}"


def _cases(events: int) -> int:
    return min(100_000, events // 200)


def _cost(events: int, rounds: int) -> Cost:
    arguments = replaying(parquet(events, _cases(events)), OUT / "steps.parquet")
    cost(arguments)  # warms the disk's cache
    costs = [cost(arguments) for _ in range(rounds)]
    tell(f"{events:,} events")
    return Cost(statistics.median(each.seconds for each in costs), max(each.peak for each in costs))


def _draw(events: Sequence[int], costs: Sequence[Cost], path: Path) -> None:
    """Draw time and memory; the file is the same for the same figures."""
    mpl.rcParams["svg.hashsalt"] = "onward"
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.loglog(events, [each.seconds for each in costs], "o-", label="measured")
    last = costs[-1].seconds / events[-1]
    left.loglog(events, [last * number for number in events], "--", color="grey", label="linear")
    left.set(xlabel="events", ylabel="seconds", title="onward replay, from Parquet to steps")
    left.legend()
    right.semilogx(events, [each.peak for each in costs], "o-")
    right.set(xlabel="events", ylabel="MiB", title="peak memory")
    right.set_ylim(bottom=0)
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    main()
