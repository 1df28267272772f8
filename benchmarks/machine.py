"""The machine that the figures are of: what decides them, and nothing that names it."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

_LIBRARIES = ("onward", "polars", "numpy", "numba", "attrs")


def described() -> str:
    """Return date, processor, memory and versions."""
    gibibytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    compiler = subprocess.run(["gcc", "-dumpfullversion"], capture_output=True, text=True, check=True).stdout.strip()  # noqa: S607
    versions = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return (
        f"{datetime.now(tz=UTC).date()}; {_processor()}, {os.cpu_count()} cores, {gibibytes:.0f} GiB; "
        f"{platform.system()}, Python {platform.python_version()}, gcc {compiler}, {versions}."
    )


def _processor() -> str:
    """Return the model of the processor, where the system tells it."""
    told = Path("/proc/cpuinfo")
    if told.exists():
        for line in told.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()
