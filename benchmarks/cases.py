"""What one case costs: memory during a replay, and the time to fork a live one.

Usage: python -m benchmarks.cases [--events N] [--few K] [--many K] [--rounds R]
"""

import statistics
import timeit

import onward
from benchmarks.commands import OUT, cost, parquet, replaying
from benchmarks.logs import MODEL
from benchmarks.measuring import sizes, table

_FORKS = 10_000


def main() -> None:
    """Measure both."""
    size = sizes(__doc__, events=10_000_000, few=100_000, many=1_100_000, rounds=1)
    print(f"The whole command on {size.events:,} events of {size.few:,} and of {size.many:,} cases: ", end="")
    print("the difference of the peaks, a case.\n")
    peaks = [_peak(size.events, cases, size.rounds) for cases in (size.few, size.many)]
    whole = (peaks[1] - peaks[0]) * 1024 * 1024 / (size.many - size.few)
    # Imported once the commands are done: they would be told this process's memory as theirs.
    from benchmarks.inside import bytes_per_case  # noqa: PLC0415

    rows = [
        ("bytes a case, carried by the fold", f"{bytes_per_case():.0f}", "200"),
        ("bytes a case, whole command", f"{whole:.0f}", ""),
        ("µs to fork a live case", f"{_fork(size.rounds):.2f}", ""),
    ]
    print(table(("what", "measured", "aim, at most"), rows))


def _peak(events: int, cases: int, rounds: int) -> float:
    """Return the peak memory of a replay, in MiB."""
    arguments = replaying(parquet(events, cases), OUT / "steps.parquet")
    return statistics.median(cost(arguments).peak for _ in range(rounds))


def _fork(rounds: int) -> float:
    """Return how many microseconds a fork takes, in mid-life."""
    live = onward.live(onward.load_model(MODEL), "A")
    for event in ("contact", "talks", "agreement", "operation"):
        live.fire(event, time="2000-01-01")
    return statistics.median(timeit.repeat(live.fork, number=_FORKS, repeat=rounds)) / _FORKS * 1e6


if __name__ == "__main__":
    main()
