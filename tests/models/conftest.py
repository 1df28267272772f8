"""What the tests of the shipped models share: their studies, and small logs written by hand."""

from collections.abc import Callable, Mapping

import polars as pl
import pytest

import onward

Rows = Callable[..., onward.EventLog]

KINDS = {"formal": pl.Boolean, "parties": pl.Int64, "change": pl.Int64}
"""The columns that are no text."""


@pytest.fixture(scope="session")
def log_of() -> Rows:
    """Make a log of one case; what a row leaves out is not recorded."""

    def make(*rows: Mapping[str, object], **case: str) -> onward.EventLog:
        columns = dict.fromkeys(name for row in rows for name in row)
        cells = {name: [row.get(name) for row in rows] for name in columns}
        kinds = {name: KINDS.get(name, pl.String) for name in columns}
        named = {name: [value] * len(rows) for name, value in case.items()}
        return onward.read_log(
            pl.DataFrame(cells, schema=kinds).with_columns(**{k: pl.Series(v) for k, v in named.items()})
        )

    return make
