"""Page: what a reader of a what-if sees, as data: tables and sentences, one part below the other."""

from attrs import frozen

NO_CAUSE = "This is a statement about the model, not a causal estimate."
"""What stands below every answer to *what if*."""


@frozen
class Part:
    """A part of a page: a heading, a table and the sentences below it; each may be missing."""

    title: str = ""
    headings: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    lines: tuple[str, ...] = ()


@frozen
class Page:
    """An answer as a reader sees it.

    Attributes:
        title: what was asked.
        parts: the answer.
        closing: what holds of all of it, a sentence each.
        warnings: what must not be overlooked.

    """

    title: str
    parts: tuple[Part, ...]
    closing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
