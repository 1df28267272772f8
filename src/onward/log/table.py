"""A table: rows as they were recorded, cut into cells, before anything is asked of them."""

from collections.abc import Callable, Iterable, Sequence

from attrs import frozen

from onward.log.log import AttributeType, RejectedRow, Value
from onward.problems import LogError, Problem

TypeColumn = Callable[[Sequence[Value]], tuple[AttributeType, tuple[Value, ...]]]


@frozen
class Table:
    """Named columns of cells, and where each row stands in what was read.

    Attributes:
        name: what was read, for messages.
        head: the place of the header, for messages.
        header: the names of the columns, each its own.
        columns: the cells of each column.
        rows: the position of each row among all rows read, from 0.
        lines: the line of each row, from 1; None for a data frame.
        type_column: how the cells of an attribute get their type: cells of CSV are text, others bear types.
        broken: the rows that could not be cut into cells.

    """

    name: str
    head: str
    header: tuple[str, ...]
    columns: tuple[Sequence[object], ...]
    rows: Sequence[int]
    lines: Sequence[int] | None
    type_column: TypeColumn
    broken: Sequence[RejectedRow] = ()

    def __attrs_post_init__(self) -> None:
        problems = header_problems(self.header, self.head)
        if problems:
            raise LogError(problems)

    def line(self, row: int) -> int | None:
        """Return the line of a *row*, if it has one."""
        return self.lines[row] if self.lines is not None else None

    def place(self, row: int) -> str:
        """Return where a *row* is, as a problem's `where` begins."""
        line = self.line(row)
        return f"{self.name}: row {self.rows[row] + 1}" if line is None else f"{self.name}:{line}"

    def position(self, row: int) -> str:
        """Return where a *row* is inside the table, in words."""
        line = self.line(row)
        return f"row {self.rows[row] + 1}" if line is None else f"line {line}"

    def fields(self, row: int) -> tuple[object, ...]:
        """Return the cells of a *row*."""
        return tuple(column[row] for column in self.columns)


def header_problems(header: Iterable[str], head: str) -> list[Problem]:
    """Return what is wrong with the names of the columns: each needs one, and its own."""
    problems = []
    first: dict[str, int] = {}
    for number, name in enumerate(header, 1):
        if not name:
            mend = "name it, or delete it (a data frame may have written its row numbers there)"
            problems.append(Problem(head, f"column {number} has no name", mend))
        elif first.setdefault(name, number) != number:
            what = f"there are two columns {name!r}, the {_ordinal(first[name])} and the {_ordinal(number)}"
            problems.append(Problem(head, what, "rename or delete one of them"))
    return problems


def _ordinal(number: int) -> str:
    """Return *number* as a place in an order: 1st, 2nd, 3rd, 11th."""
    ending = "th" if number // 10 % 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
