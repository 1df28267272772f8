"""Every benchmark, one after the other, each in a process of its own; writes results.md beside this file.

Usage: python -m benchmarks.run [--small | --only SCRIPT ...]: `--small` takes a few minutes, proves nothing about
speed and writes to build/bench; `--only` runs some and prints what they say.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from benchmarks.logs import BUILD
from benchmarks.machine import described

_RESULTS = Path(__file__).with_name("results.md")

SCRIPTS = {
    "fold": ("The fold against C", "--events 200000 --cases 1000 --rounds 3"),
    "peers": ("State-machine libraries", "--events 20000 --cases 100 --large 200000 --many 1000 --rounds 1"),
    "mining": ("Process mining", "--events 20000 --cases 100 --rounds 1"),
    "cases": ("What a case costs", "--events 200000 --few 1000 --many 11000 --rounds 1"),
    "whole": ("The whole command", "--events 200000 --cases 1000 --rounds 1"),
    "size": ("Cost against size", "--events 300000 --rounds 1"),
    "proving": ("Proofs", "--quick"),
    "what_if": ("What if", "--scenarios 200 --events 200000 --cases 1000 --rounds 1"),
    "multiverse": ("Multiverse", "--rounds 1 --sample 3"),
    "startup": ("Starting", "3"),
}
"""What each is about, and how to run it small."""

_HEAD = """\
# Results

Written by `make bench`; `README.md` says what each table is about. Ratios are inside one run, medians of the rounds.

"""


def main() -> int:
    """Run what is asked for, and write the results down as they come."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--only", nargs="+", choices=SCRIPTS, default=[], metavar="SCRIPT")
    arguments = parser.parse_args()
    results = BUILD / "results.md" if arguments.small else _RESULTS
    told, failed = f"{_HEAD}{described()}\n", 0
    for script, (title, small) in SCRIPTS.items():
        if arguments.only and script not in arguments.only:
            continue
        print(f"{title} ...", file=sys.stderr, flush=True)
        said, code = _run(script, small.split() if arguments.small else [])
        failed += code != 0
        told += f"\n## {title}\n\n{said.strip()}\n" + (f"\nFailed with exit code {code}.\n" if code else "")
        if arguments.only:
            print(said)
        else:
            results.parent.mkdir(parents=True, exist_ok=True)
            results.write_text(told, encoding="utf-8")
    return int(failed > 0)


def _run(script: str, arguments: list[str]) -> tuple[str, int]:
    """Return what a benchmark prints, and its exit code."""
    command = [sys.executable, "-m", f"benchmarks.{script}", *arguments]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, encoding="utf-8")
    return done.stdout, done.returncode


if __name__ == "__main__":
    sys.exit(main())
