"""CaseTable: what is known of whole cases beside their events, to be printed next to them."""

from collections import Counter
from collections.abc import Mapping
from functools import cached_property

from attrs import frozen

from onward.log.cases import typed_pair
from onward.log.table import Table
from onward.problems import LogError, Problem, suggestion

TITLE = "relationship"
"""The column that holds what people call a case."""


@frozen
class CaseTable:
    """What is known of whole cases.

    Attributes:
        name: what the table was read from.
        columns: the headings, without `case`.
        rows: for every case, its texts by heading.

    """

    name: str = ""
    columns: tuple[str, ...] = ()
    rows: Mapping[str, Mapping[str, str]] = {}

    def title(self, case: str) -> str:
        """Return what people call *case*; its name, if the table does not say."""
        return self.of(case).get(TITLE) or case

    def of(self, case: str) -> Mapping[str, str]:
        """Return the texts of *case*, or of the same pair written otherwise; none if the table does not know it."""
        exact = self.rows.get(case)
        return self._by_pair.get(typed_pair(case), {}) if exact is None else exact

    @cached_property
    def _by_pair(self) -> Mapping[str, Mapping[str, str]]:
        """The texts by canonical pair, without those pairs that stand in several rows."""
        pairs = {case: typed_pair(case) for case in self.rows}
        counts = Counter(pairs.values())
        return {pair: self.rows[case] for case, pair in pairs.items() if counts[pair] == 1}


def build_case_table(table: Table) -> CaseTable:
    """Return the case table in *table*, which needs a column `case`.

    Raises:
        LogError: there is no such column, a row has no case, or two rows have the same.

    """
    if "case" not in table.header:
        mend = suggestion("case", table.header, otherwise="add a column `case`")
        raise LogError([Problem(table.head, f"there is no column 'case' (found: {', '.join(table.header)})", mend)])
    problems = [problem for row in table.broken for problem in row.problems]
    columns = tuple(name for name in table.header if name != "case")
    rows: dict[str, dict[str, str]] = {}
    for row in range(len(table.rows)):
        cells = {name: _text(cell) for name, cell in zip(table.header, table.fields(row), strict=True)}
        case = cells.pop("case")
        if not case or case in rows:
            what = f"the case {case!r} stands here a second time" if case else "there is no case"
            problems.append(Problem(f"{table.place(row)}: case", what, "keep one row a case"))
        rows[case] = cells
    if problems:
        raise LogError(problems)
    return CaseTable(table.name, columns, rows)


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()
