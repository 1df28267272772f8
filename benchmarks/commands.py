"""Whole commands: how long a process of its own takes, and how much memory it holds at its peak."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

from benchmarks.logs import BUILD, MODEL, Order

OUT = BUILD / "out"

# Compiled modules are kept between runs, as they are on a user's machine, whatever this shell says.
_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@frozen
class Cost:
    """What a command took.

    Attributes:
        seconds: from nothing to its end.
        peak: its largest resident memory, in MiB.

    """

    seconds: float
    peak: float


def cost(arguments: Sequence[str | Path]) -> Cost:
    """Return what a command took; one that fails ends the benchmark.

    A process is told the peak of its parent as its own, so that whoever asks here keeps no log in memory.
    """
    start = time.perf_counter()
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, env=_ENVIRONMENT)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"exit code {process.returncode} of {' '.join(map(str, arguments))}")
    in_kibibytes = sys.platform != "darwin"
    return Cost(seconds, usage.ru_maxrss / (1024 if in_kibibytes else 1024 * 1024))


def replaying(log: Path, steps: Path) -> list[str | Path]:
    """Return the command that replays *log* and writes its *steps*."""
    return [Path(sys.executable).with_name("onward"), "replay", log, "-m", MODEL, "-o", steps, "--quiet"]


def parquet(events: int, cases: int, order: Order = "time") -> Path:
    """Return the Parquet file of a log, written by a process of its own where it is not yet kept."""
    path = BUILD / "logs" / f"{events}x{cases}" / f"by-{order}.parquet"
    if not path.exists():
        cost([sys.executable, "-c", f"from benchmarks import logs; logs.parquet({events}, {cases}, {order!r})"])
    OUT.mkdir(parents=True, exist_ok=True)
    return path
