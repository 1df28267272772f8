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


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(show_lines=any("; " in cell for row in rows for cell in row))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        # A list of several things is easier to read one below the other.
        table.add_row(*(Text(cell.replace("; ", "\n")) for cell in row))
    return table
