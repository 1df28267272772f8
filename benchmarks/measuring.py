"""Times of several ways of doing one thing, taken in turn, and tables of what came out."""

import argparse
import gc
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence


def seconds(work: Callable[[], object]) -> float:
    """Return how long *work* takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def medians(clocks: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """Return the median of what each clock says; each runs once a round, so that a busy machine is busy for all."""
    taken: dict[str, list[float]] = {name: [] for name in clocks}
    for number in range(rounds):
        for name, clock in clocks.items():
            gc.collect()
            taken[name].append(clock())
        tell(f"round {number + 1} of {rounds}")
    return {name: statistics.median(times) for name, times in taken.items()}


def tell(what: str) -> None:
    """Say on stderr how far the work has come; stdout is for the tables."""
    print(f"  {what}", file=sys.stderr, flush=True)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; the first column holds words, every other one numbers."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


def rounded(number: float) -> str:
    """Return *number* with three figures: `1,230,000`."""
    whole = round(number)
    return f"{round(whole, 3 - len(str(whole))):,}"


def sizes(description: str | None, **defaults: int) -> argparse.Namespace:
    """Return how large to measure: one option a size, each with its default."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in defaults.items():
        parser.add_argument(f"--{name}", type=int, default=default, help=f"default: {default:,}")
    return parser.parse_args()
