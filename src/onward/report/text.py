"""Report → text for a terminal. Tags, boxes and colours are made here and nothing is counted."""

import io
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from onward.report.summary import Summary


def to_text(summary: Summary, *, width: int, colour: bool = False) -> str:
    """Return *summary* as a table with its sentences below, *width* characters wide."""
    console = _console(width, colour=colour)
    console.print(Text(summary.title, style="bold"))
    if summary.rows:
        console.print(_table(summary.headings, summary.rows))
    else:
        console.print("There are no cases.")
    for grid in summary.grids:
        console.print(Text(grid.title, style="bold"))
        console.print(_table(grid.headings, grid.rows, whole_words=width))
    for line in summary.lines:
        console.print(Text(line))
    for warning in summary.warnings:
        console.print(Text(f"! {warning}", style="bold yellow"))
    return _said(console)


def table_text(headings: Sequence[str], rows: Sequence[Sequence[str]], *, width: int, colour: bool = False) -> str:
    """Return a table *width* characters wide."""
    console = _console(width, colour=colour)
    console.print(_table(headings, rows))
    return _said(console)


def _console(width: int, *, colour: bool) -> Console:
    return Console(file=io.StringIO(), width=width, force_terminal=colour, highlight=False, markup=False, emoji=False)


def _said(console: Console) -> str:
    written = console.file
    assert isinstance(written, io.StringIO)  # noqa: S101  # _console gave it
    return "\n".join(line.rstrip() for line in written.getvalue().splitlines()) + "\n"


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]], whole_words: int = 0) -> Table:
    """Return a table; if they fit in *whole_words* characters, no word in it is broken."""
    table = Table(show_lines=any("; " in cell for row in rows for cell in row))
    longest = [
        max(len(word) for cell in cells for word in (cell or " ").split(" "))
        for cells in zip(headings, *rows, strict=True)
    ]
    # A column has a blank on either side, and a line before it; one closes the table.
    fits = sum(longest) + 3 * len(longest) + 1 <= whole_words
    for heading, least in zip(headings, longest, strict=True):
        table.add_column(heading, overflow="fold", min_width=least if fits else None)
    for row in rows:
        # A list of several things is easier to read one below the other.
        table.add_row(*(Text(cell.replace("; ", "\n")) for cell in row))
    return table
