"""How quick the commands are to start, as multiples of `python -c pass` in one run.

Usage: python benchmarks/startup.py [ROUNDS]
"""

import os
import platform
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

PYTHON = sys.executable
ONWARD = str(Path(PYTHON).with_name("onward"))

COMMANDS = {
    "python -c pass": [PYTHON, "-c", "pass"],
    'python -c "import onward"': [PYTHON, "-c", "import onward"],
    'python -c "import polars"': [PYTHON, "-c", "import polars"],
    "onward --help": [ONWARD, "--help"],
    "onward schema": [ONWARD, "schema"],
    "onward models": [ONWARD, "models"],
    "onward replay": [ONWARD, "replay"],
    "onward replay --format json": [ONWARD, "replay", "--format", "json"],
    'onward explain "NATO;UN"': [ONWARD, "explain", "NATO;UN"],
}
# Compiled modules are kept between runs, as they are on a user's machine, whatever this shell says.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def seconds(arguments: list[str]) -> float:
    """Return how long a fresh process takes."""
    start = time.perf_counter()
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
    return time.perf_counter() - start


def main(rounds: int) -> None:
    """Time every command once a round, so that a busy machine is busy for all of them."""
    for arguments in COMMANDS.values():
        seconds(arguments)  # byte code is compiled once
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(rounds):
        for name, arguments in COMMANDS.items():
            taken[name].append(seconds(arguments))
    bare = statistics.median(taken["python -c pass"])
    versions = ", ".join(f"{name} {version(name)}" for name in ("onward", "attrs", "PyYAML", "rich", "transitions"))
    today = datetime.now(tz=UTC).date()
    print(f"{today}, {platform.machine()}, Python {platform.python_version()}, {versions}, {rounds} rounds\n")
    print("| command | ms (median) | times `python -c pass` |")
    print("| --- | ---: | ---: |")
    for name, times in taken.items():
        middle = statistics.median(times)
        print(f"| `{name}` | {middle * 1000:.0f} | {middle / bare:.1f} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
