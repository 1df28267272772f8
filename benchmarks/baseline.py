"""What polars alone needs: read a Parquet file, sort it by case and time, write it. A process of its own.

Usage: python -m benchmarks.baseline eager|streaming LOG OUT
"""

import sys

import polars as pl

_BY = ("case", "time")


def main(way: str, log: str, out: str) -> None:
    """Read, sort and write."""
    if way == "streaming":
        pl.scan_parquet(log).sort(_BY, maintain_order=True).sink_parquet(out)
    else:
        pl.read_parquet(log).sort(_BY, maintain_order=True).write_parquet(out)


if __name__ == "__main__":
    main(*sys.argv[1:])
