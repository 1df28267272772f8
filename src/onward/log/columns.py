"""Columns: a log as whole columns of numbers, texts kept once; for logs too long for one Python value a cell.

numpy and polars are imported when the first such log is made, never for a small one.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from onward.log.dates import Interval

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from onward.log.log import EventLog


@frozen(eq=False)
class Coded:
    """A column of texts, each kept once: the text of a row is `texts[codes[row]]`.

    Attributes:
        codes: the number of each row's text (uint32, one a row).
        texts: the texts (String, without null), each once; some may be in no row.

    """

    codes: "NDArray[np.uint32]"
    texts: "pl.Series"

    def __len__(self) -> int:
        return len(self.codes)

    def series(self) -> "pl.Series":
        """Return the texts, one a row (String)."""
        import polars as pl  # noqa: PLC0415  # only a long log needs it

        return self.texts.gather(pl.Series(self.codes))


@frozen(eq=False)
class Dates:
    """A column of dates, each an interval of instants.

    Attributes:
        first: the first instant that each may mean (Datetime[us], UTC); null where nothing is recorded.
        last: the last one.
        recorded: the dates as written; made when asked for, since a log of instants hardly ever needs them.

    """

    first: "pl.Series"
    last: "pl.Series"
    written: "pl.Series" = field(repr=False)

    def __len__(self) -> int:
        return len(self.first)

    def recorded(self, rows: "pl.Series | None" = None) -> "pl.Series":
        """Return the dates as a log writes them (String), of all rows or of *rows*."""
        raise NotImplementedError

    def interval(self, row: int) -> Interval | None:
        """Return the date in *row*."""
        first = self.first[row]
        return None if first is None else Interval(self.recorded()[row], first, self.last[row])


@frozen(eq=False)
class Columns:
    """The rows of a log that were kept, in file order.

    Attributes:
        types: the event types.
        times: when each event happened, never null.
        cases: the column `case`, or None.
        organizations: the codes of each row, joined by `;` (empty where the row has none), or None.
        ids: the event ids (String, empty where a row has none), or None.
        untils: when each event ended, or None.
        attributes: every other column, of type Boolean, Int64, Float64 (never NaN) or String; null is not recorded.

    """

    types: Coded
    times: Dates
    cases: Coded | None = None
    organizations: Coded | None = None
    ids: "pl.Series | None" = None
    untils: Dates | None = None
    attributes: "Mapping[str, pl.Series]" = field(factory=dict)

    def __len__(self) -> int:
        return len(self.types)
