"""Report → text for a terminal. Tags, boxes and colours are made here and nothing is counted."""

import io
import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from onward.report.pages import Page
from onward.report.summary import Summary

if TYPE_CHECKING:
    from onward.report.proofs import Proofs, Told


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


def page_text(page: Page, *, width: int, colour: bool = False) -> str:
    """Return *page* with its parts one below the other, *width* characters wide."""
    console = _console(width, colour=colour)
    console.print(Text(page.title, style="bold"))
    for part in page.parts:
        if part.title:
            console.print()
            console.print(Text(part.title, style="bold"))
        if part.rows:
            console.print(_table(part.headings, part.rows, whole_words=width))
        for line in part.lines:
            console.print(Text(_hanging(line, width)))
    for line in page.closing:
        console.print(Text(line))
    for warning in page.warnings:
        console.print(Text(f"! {warning}", style="bold yellow"))
    return _said(console)


def _hanging(line: str, width: int) -> str:
    """Return *line* folded: what goes on stands below where it began, behind a word and two blanks if it has them."""
    begin = re.match(r" *(?:\S+ {2,})?", line)
    indent = " " * min(len(begin[0]) if begin else 0, width // 2)
    return textwrap.fill(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def proofs_text(proofs: "Proofs", *, width: int, colour: bool = False) -> str:
    """Return what a verdict says, its invariants before the flaws of its structure, *width* characters wide."""
    console = _console(width, colour=colour)
    console.print(Text(proofs.title, style="bold"))
    told = (*proofs.invariants, *proofs.flaws)
    if told:
        console.print(_proofs(told, width))
    if proofs.closing:
        console.print(Text(proofs.closing))
    return _said(console)


def _proofs(told: "Sequence[Told]", width: int) -> Table:
    """Return checks one below the other, each with its result on the left."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    room = width - max(len(each.result) for each in told) - 2
    for each in told:
        style = "" if each.result == "proved" else "bold yellow"
        grid.add_row(Text(each.result, style=style), Group(*_proof(each, room)))
    return grid


def _proof(told: "Told", room: int) -> Iterator[RenderableType]:
    yield Text(told.name, style="bold")
    yield from map(Text, told.lines)
    if told.rows:
        yield _table(told.headings, told.rows, whole_words=room, lists=False)


def _console(width: int, *, colour: bool) -> Console:
    return Console(file=io.StringIO(), width=width, force_terminal=colour, highlight=False, markup=False, emoji=False)


def _said(console: Console) -> str:
    written = console.file
    assert isinstance(written, io.StringIO)  # noqa: S101  # _console gave it
    return "\n".join(line.rstrip() for line in written.getvalue().splitlines()) + "\n"


def _table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], whole_words: int = 0, *, lists: bool = True
) -> Table:
    """Return a table; if they fit in *whole_words* characters, no word in it is broken.

    *lists* says whether a cell may be a list of several things, one after a `;`.
    """
    table = Table(show_lines=lists and any("; " in cell for row in rows for cell in row))
    longest = [
        max(len(word) for cell in cells for word in re.split("[ \n]", cell))
        for cells in zip(headings, *rows, strict=True)
    ]
    # A column has a blank on either side, and a line before it; one closes the table.
    fits = sum(longest) + 3 * len(longest) + 1 <= whole_words
    for heading, least in zip(headings, longest, strict=True):
        table.add_column(heading, overflow="fold", min_width=least if fits else None)
    for row in rows:
        # A list of several things is easier to read one below the other.
        table.add_row(*(Text(cell.replace("; ", "\n") if lists else cell) for cell in row))
    return table
