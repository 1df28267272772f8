"""The logs of the benchmarks: what the events of `lifecycle.yaml` might look like, as many as asked for.

A log is drawn once a size, from seed 7, and kept in build/bench/logs: numbers as `.npy`, and Parquet files with the
columns `time`, `case`, `event` in two orders of rows: by time (cases interleaved) and by case (each case by time).

Usage: python -m benchmarks.logs [--events N] [--cases K]
"""

from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl
from attrs import frozen
from numpy.typing import NDArray

from benchmarks.measuring import sizes, tell

Order = Literal["time", "case"]
ORDERS: tuple[Order, ...] = ("time", "case")

BUILD = Path("build/bench")
MODEL = Path(__file__).with_name("lifecycle.yaml")

SHARES = {
    "contact": 0.4,
    "talks": 0.1,
    "agreement": 0.12,
    "operation": 0.12,
    "institution": 0.06,
    "dispute": 0.199,
    "dissolved": 0.001,
}
"""How often each event type comes."""

TYPES = tuple(SHARES)
PHASES = ("start", "courtship", "negotiation", "startup", "maintenance", "ending")
COUNTERS = {"agreements": "agreement", "operations": "operation", "institutions": "institution", "disputes": "dispute"}
"""The context of the model, and the event type that each counts."""

_FIRST = np.datetime64("2000-01-01T00:00:00", "us")
_DRAWN = 1_000_000
_PART = 10_000_000


@frozen(eq=False)
class Codes:
    """A log as numbers.

    Attributes:
        cases: the case of each row.
        events: the event type of each row, its place in TYPES.
        rows: where each row stands in time, and so when it happened: a second apart.

    """

    cases: NDArray[np.uint32]
    events: NDArray[np.uint8]
    rows: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.cases)

    def part(self, start: int, stop: int) -> "Codes":
        """Return the rows from *start* to before *stop*."""
        return Codes(self.cases[start:stop], self.events[start:stop], self.rows[start:stop])


def codes(events: int, cases: int, order: Order = "time") -> Codes:
    """Return a log of so many *events* and *cases*, drawn where it is not yet kept."""
    folder = _folder(events, cases)
    if not (folder / "codes.npz").exists():
        _draw(events, cases, folder / "codes.npz")
    with np.load(folder / "codes.npz") as kept:
        drawn = Codes(kept["cases"], kept["events"], np.arange(events))
    if order == "time":
        return drawn
    by_case = np.argsort(drawn.cases, kind="stable")
    return Codes(drawn.cases[by_case], drawn.events[by_case], by_case)


def frame(log: Codes, cases: int) -> pl.DataFrame:
    """Return *log* as people keep it: instants and two columns of texts."""
    names = pl.Series([f"pair-{case:07}" for case in range(cases)], dtype=pl.String)
    types = pl.Series(TYPES, dtype=pl.String)
    return pl.DataFrame(
        {
            "time": pl.Series(_FIRST + log.rows * np.timedelta64(1_000_000, "us"), dtype=pl.Datetime("us")),
            "case": names.gather(pl.Series(log.cases)),
            "event": types.gather(pl.Series(log.events)),
        }
    )


def parquet(events: int, cases: int, order: Order = "time") -> Path:
    """Return the Parquet file of a log, written where it is not yet kept; memory stays small."""
    path = _folder(events, cases) / f"by-{order}.parquet"
    if path.exists():
        return path
    log = codes(events, cases, order)
    parts = []
    for number, start in enumerate(range(0, events, _PART)):
        parts.append(path.with_suffix(f".{number}.part"))
        frame(log.part(start, start + _PART), cases).write_parquet(parts[-1])
    del log
    whole = path.with_suffix(".whole")
    pl.concat([pl.scan_parquet(part) for part in parts]).sink_parquet(whole)
    for part in parts:
        part.unlink()
    return whole.rename(path)


def _folder(events: int, cases: int) -> Path:
    folder = BUILD / "logs" / f"{events}x{cases}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _draw(events: int, cases: int, path: Path) -> None:
    """Draw a log in parts: the draws behind an event type take eight times its place."""
    random = np.random.default_rng(7)
    drawn_cases, drawn_events = np.empty(events, np.uint32), np.empty(events, np.uint8)
    bounds = np.cumsum(list(SHARES.values()))[:-1]
    for start in range(0, events, _DRAWN):
        part = slice(start, min(start + _DRAWN, events))
        size = part.stop - part.start
        drawn_cases[part] = random.integers(cases, size=size, dtype=np.uint32)
        drawn_events[part] = np.searchsorted(bounds, random.random(size), side="right")
    half = path.with_suffix(".half.npz")
    np.savez(half, cases=drawn_cases, events=drawn_events)
    half.rename(path)


def main() -> None:
    """Write the logs of one size."""
    size = sizes(__doc__, events=20_000_000, cases=100_000)
    for order in ORDERS:
        tell(f"{parquet(size.events, size.cases, order)}")


if __name__ == "__main__":
    main()
