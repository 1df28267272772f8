"""Seating: which rows of a log are which cases' events, and when each counts; whole columns at a time."""

from typing import Any

import numpy as np
import polars as pl
from attrs import frozen
from numpy.typing import NDArray

from onward.history.stepping import Reading
from onward.log.cases import is_pair, no_cases, no_pair, pairs_of, typed_pair
from onward.log.columns import Coded, Columns, Dates, iso_texts
from onward.model.model import Model
from onward.problems import LogError

_DAY = 86_400_000_000  # microseconds

_MOST_LISTED = 1_000
"""Rows whose problem is told one by one; what lies beyond will look the same."""


@frozen(eq=False)
class Seats:
    """Which rows a stretch of a log gives to which cases: one entry a row and case.

    Attributes:
        rows: the row of each; None where every row is one case's, in file order.
        cases: the number of the case of each.

    """

    rows: NDArray[np.int64] | None
    cases: NDArray[np.uint32]

    def of(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return *values*, one a row, as one a seat."""
        return values if self.rows is None else values[self.rows]


@frozen(eq=False)
class Seating(Seats):
    """Seats with the names of their cases, each at its number.

    Attributes:
        names: the names, all different (String).

    """

    names: pl.Series


def seating_of(columns: Columns, model: Model, *, start: int = 0, name: str = "log") -> Seating:
    """Return whose events the rows of *columns* are.

    Args:
        columns: the rows.
        model: whose kind of cases they have.
        start: how many rows stand before them, for messages.
        name: what the log is called there.

    Raises:
        LogError: the rows name no cases as the model asks.

    """
    if model.cases == "pairs":
        return _paired(columns, start, name)
    if columns.cases is not None:
        return Seating(None, columns.cases.codes, columns.cases.texts)
    if len(columns):
        raise LogError([no_cases(name, model.name)])
    return Seating(None, np.empty(0, np.uint32), pl.Series([], dtype=pl.String))


def moments_of(times: Dates, reading: Reading) -> NDArray[np.int64]:
    """Return when each date counts, in microseconds since 1970."""
    ends = times.last if reading == "certain" else times.first
    return ends.to_physical().to_numpy()


def datetimes(moments: NDArray[np.int64]) -> pl.Series:
    """Return instants in microseconds since 1970 as such; null for one that never was."""
    known = pl.Series(moments)
    return pl.select(pl.when(known != np.iinfo(np.int64).min).then(known)).to_series().cast(pl.Datetime("us"))


def written_texts(moments: NDArray[np.int64], reading: Reading) -> pl.Series:
    """Return instants as dates that count from there, as `clock.written` does."""
    when = datetimes(moments)
    whole = pl.Series(moments % _DAY == (_DAY - 1 if reading == "certain" else 0))
    days = when.dt.date().cast(pl.String)
    return pl.select(pl.when(whole).then(days).otherwise(iso_texts(when))).to_series()


def microseconds(moment: Any) -> int:  # noqa: ANN401  # a datetime
    """Return *moment* in microseconds since 1970."""
    return int(np.datetime64(moment, "us").astype(np.int64))


def _paired(columns: Columns, start: int, name: str) -> Seating:
    """Give every row to the pairs of its organizations, else to the one that its case names."""
    absent = Coded(np.zeros(len(columns), np.uint32), pl.Series([""], dtype=pl.String))
    organizations, cases = columns.organizations or absent, columns.cases or absent
    of_codes = [pairs_of(tuple(text.split(";"))) if text else () for text in organizations.texts]
    of_cases = [typed_pair(text) for text in cases.texts]
    names = dict.fromkeys([name for pairs in of_codes for name in pairs] + of_cases)
    numbers = {name: number for number, name in enumerate(names)}
    paired = np.array([bool(pairs) for pairs in of_codes])[organizations.codes]
    bad = np.array([not is_pair(text) for text in of_cases], bool)
    wrong = np.flatnonzero(~paired & bad[cases.codes])[:_MOST_LISTED] if bad.any() else ()
    if len(wrong):
        raise LogError(no_pair(name, of_cases[cases.codes[row]], start + int(row)) for row in wrong)
    # One list of pairs for every text, those of organizations first.
    lists = [*of_codes, *((name,) for name in of_cases)]
    flat = np.array([numbers[name] for pairs in lists for name in pairs], np.uint32)
    lengths = np.array([len(pairs) for pairs in lists], np.int64)
    begins = np.cumsum(lengths) - lengths
    keys = np.where(paired, organizations.codes, len(of_codes) + cases.codes.astype(np.int64))
    texts = pl.Series(list(names), dtype=pl.String)
    counts = lengths[keys]
    if bool(np.all(counts == 1)):
        return Seating(None, flat[begins[keys]], texts)
    rows = np.repeat(np.arange(len(columns)), counts)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    return Seating(rows, flat[begins[keys][rows] + within], texts)
