"""Strands: many lives as one long log, so that scenarios, draws and removals are all replayed in one go.

A strand is one life: a name and the rows that it is made of, taken from a source log in any number and choice. A case's
life depends on its own rows alone, and no guard sees what a case is called or who took part; so a log with one case a
strand says of every strand what a log of its own would say.
"""

import sys
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from attrs import evolve, frozen

from onward.history.engine import MANY, replay
from onward.history.histories import Engine
from onward.history.plain import rows_by_case
from onward.history.replayed import Replay
from onward.history.stepping import Reading
from onward.log.cases import pairs_of, typed_pair
from onward.log.columns import Coded, Columns, Dates, columns_of
from onward.log.dates import Interval
from onward.log.log import EventLog
from onward.model.model import Model
from onward.scenario.rows import Row, whole_log

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Instants = tuple["NDArray[np.datetime64]", "NDArray[np.datetime64]"]

T = TypeVar("T")

LOADED = 1_000
"""Rows from which on compiled loops, once loaded, are quicker: step by step, so many take a tenth of a second."""
COLD = 10_000
"""Rows from which on it pays to load them, which takes a second."""


@frozen(eq=False)
class Strand:
    """One life.

    Attributes:
        name: what it is called in the replay; no two strands share one.
        rows: the rows of the source log that it is made of, in the order of the file: events of one instant keep it.

    """

    name: str
    rows: Sequence[int]


def replay_strands(  # noqa: PLR0913  # what `replay` asks, of strands
    model: Model,
    log: EventLog,
    strands: Sequence[Strand],
    *,
    as_of: Interval | None,
    reading: Reading = "certain",
    times: "Instants | None" = None,
    engine: Engine | None = None,
) -> Replay:
    """Replay *strands* of *log*, each as a case of its own; what the model shows beside phases is left out.

    Args:
        model: what may happen, whatever its cases are.
        log: the source of the rows.
        strands: the lives; one without rows does not show in the replay.
        as_of: the end of the window; None is the last event of any strand.
        reading: which end of a date counts.
        times: the first and last instants that the gathered rows have instead of their own (naive UTC, one a row, the
            strands' rows one after the other).
        engine: what runs it; left out, the number of rows decides.

    """
    model, laid = by_column(model), lay(log, strands, times)
    if engine is None and _is_for_columns(model, len(laid)):
        from onward.history.program import UnfitError  # noqa: PLC0415  # few rows do without

        with suppress(UnfitError):
            return replay(model, laid, as_of=as_of, reading=reading, engine="columnar")
    return replay(model, laid, as_of=as_of, reading=reading, engine=engine)


def _is_for_columns(model: Model, rows: int) -> bool:
    """Tell whether to run so many *rows* by columns sooner than a single log: lives are run again and again."""
    if rows < (LOADED if "onward.history.fold" in sys.modules else COLD):
        return False
    from onward.history.program import is_simple  # noqa: PLC0415  # as above

    return is_simple(model)


@lru_cache(maxsize=16)
def by_column(model: Model) -> Model:
    """Return *model* with cases by name, whatever its own are, and nothing to show beside phases, which takes long."""
    if model.cases == "column" and not model.shows and not model.tables:
        return model
    return evolve(model, cases="column", shows=(), tables=())


def lay(log: EventLog, strands: Sequence[Strand], times: "Instants | None" = None) -> EventLog:
    """Return the log that has the rows of all *strands* of *log*, one strand after the other, and their names as cases.

    Its row *n* is the *n*-th of all the strands' rows. Who took part is left out. An event without an id is called by
    its row in *log*, from 1, as steps call it.
    """
    names = [strand.name for strand in strands]
    if len(set(names)) < len(names):
        raise ValueError("two strands of one name would be one life")
    lengths = [len(strand.rows) for strand in strands]
    if log.store is None and sum(lengths) < MANY:
        rows = [int(row) for strand in strands for row in strand.rows]
        cases = tuple(name for name, length in zip(names, lengths, strict=True) for _ in range(length))
        ids = tuple(log.ids[row] or str(row + 1) for row in rows)
        laid = evolve(_picked(log, rows), ids=ids, has_case=True, case_names=cases, has_organizations=False)
        return evolve(laid, organizations=(), times=laid.times if times is None else _intervals(times))
    return _laid(log, names, lengths, numbers_of(strands), times)


def numbers_of(strands: Iterable[Strand]) -> "NDArray[np.int64]":
    """Return the rows of all *strands*, one after the other: where every row of the log that `lay` makes comes from."""
    import numpy as np  # noqa: PLC0415  # few rows do without

    return np.fromiter(chain.from_iterable(strand.rows for strand in strands), np.int64)


def _intervals(times: "Instants") -> tuple[Interval, ...]:
    """Return instants as dates."""
    firsts, lasts = (_datetimes(each) for each in times)
    return tuple(Interval(last.isoformat(), first, last) for first, last in zip(firsts, lasts, strict=True))


def _datetimes(moments: "NDArray[np.datetime64]") -> list[datetime]:
    plain: list[datetime] = moments.astype("datetime64[us]").tolist()
    return plain


def _laid(
    log: EventLog,
    names: Sequence[str],
    lengths: Sequence[int],
    rows: "NDArray[np.int64]",
    times: "Instants | None",
) -> EventLog:
    """Do what `lay` does, by columns."""
    import numpy as np  # noqa: PLC0415  # as above
    import polars as pl  # noqa: PLC0415

    from onward.log.views import log_of  # noqa: PLC0415
    from onward.scenario.stacking import gathered  # noqa: PLC0415

    picked = gathered(evolve(columns_of(log), organizations=None, cases=None), rows)
    codes = np.repeat(np.arange(len(names), dtype=np.uint32), lengths)
    numbered = pl.Series(rows + 1).cast(pl.String)
    ids = numbered
    if picked.ids is not None:
        ids = pl.select(pl.when(picked.ids == "").then(numbered).otherwise(picked.ids)).to_series()
    laid = evolve(picked, ids=ids, cases=Coded(codes, pl.Series(names, dtype=pl.String)))
    if times is not None:
        first, last = (pl.Series(each.astype("datetime64[us]")) for each in times)
        laid = evolve(laid, times=Dates(first, last, written=last))
    return _light(log_of(log.name, laid))


def pick(log: EventLog, rows: Sequence[int]) -> EventLog:
    """Return *rows* of *log* as a log of their own, in the order given."""
    if log.store is None:
        return _picked(log, rows)
    from onward.log.views import log_of  # noqa: PLC0415  # as above
    from onward.scenario.stacking import gathered  # noqa: PLC0415

    return _light(log_of(log.name, gathered(log.store, rows)))


def _light(log: EventLog) -> EventLog:
    """Return *log* in tuples if it is short: a view makes each value when asked, which takes longer."""
    if len(log) >= MANY:
        return log
    return evolve(
        log,
        types=tuple(log.types),
        times=tuple(log.times),
        ids=tuple(log.ids),
        untils=tuple(log.untils),
        case_names=tuple(log.case_names),
        organizations=tuple(log.organizations),
        columns={name: tuple(values) for name, values in log.columns.items()},
        store=None,
    )


def _picked(log: EventLog, rows: Sequence[int]) -> EventLog:
    """Return *rows* of a log of tuples."""

    def of(values: Sequence[T]) -> tuple[T, ...]:
        return tuple([values[row] for row in rows])

    return evolve(
        log,
        types=of(log.types),
        times=of(log.times),
        ids=of(log.ids),
        untils=of(log.untils),
        case_names=of(log.case_names) if log.has_case else (),
        organizations=of(log.organizations) if log.has_organizations else (),
        columns={name: of(values) for name, values in log.columns.items()},
        rejected=(),
    )


def rows_of_cases(model: Model, log: EventLog, cases: Collection[str] | None = None) -> dict[str, tuple[int, ...]]:
    """Return the rows of *cases* of *log*, or of all, in the order of the file; a case without events has none.

    Raises:
        LogError: the log does not name cases as the model asks.

    """
    candidates = range(len(log)) if log.store is None or cases is None else _rows_near(model, log.store, cases)
    # Instants do not matter here: rows are put back into the order of the file.
    found = rows_by_case(model, log if len(candidates) == len(log) else pick(log, candidates), "certain")
    wanted = found if cases is None else cases
    return {case: tuple(sorted(candidates[row] for row in found.get(case, ()))) for case in wanted}


def _rows_near(model: Model, columns: Columns, cases: Collection[str]) -> list[int]:
    """Return the rows of *columns* that may belong to one of *cases*, and not many others."""
    import numpy as np  # noqa: PLC0415  # as above

    def among(column: Coded | None, names: Callable[[str], Iterable[str]]) -> "NDArray[np.bool_]":
        if column is None:
            return np.zeros(len(columns), bool)
        known = np.fromiter((not wanted.isdisjoint(names(text)) for text in column.texts), bool, len(column.texts))
        return np.append(known, False)[column.codes]  # a log may have no texts at all

    wanted = frozenset(cases)
    if model.cases == "column":
        mask = among(columns.cases, lambda text: (text,))
    else:
        mask = among(columns.organizations, lambda text: pairs_of(tuple(text.split(";"))))
        mask |= among(columns.cases, lambda text: (typed_pair(text),))
    rows: list[int] = np.flatnonzero(mask).tolist()
    return rows


def atlas(log: EventLog, added: Sequence[Row]) -> EventLog:
    """Return *log* with the rows *added* behind its own, so that strands of all kinds of lives come from one source.

    Nothing is checked: two of the rows may well have one id, since no strand has both.
    """
    return whole_log(log, {}, added) if added else log
