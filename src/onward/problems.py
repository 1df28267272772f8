"""What is wrong, where, and how to mend it: the values that every error of Onward carries."""

import difflib
from collections.abc import Collection, Iterable

from attrs import frozen

# A person can act on twenty problems at once; the rest is a count.
SHOWN = 20


@frozen
class Problem:
    """One thing that is wrong.

    Attributes:
        where: the place: `file:line:column`, `file:line: column name`, or the name of an argument.
        what: what is wrong there, in the words of the person who wrote it.
        mend: how to put it right.

    """

    where: str
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.mend}"


class OnwardError(Exception):
    """Something that a user can put right.

    Attributes:
        problems: every problem found, in the order of the file (tuple of `Problem`, never empty).

    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        if not self.problems:
            # Nothing for a user to put right: whoever raises this made the mistake.
            raise ValueError("an error needs at least one problem")
        super().__init__(self.problems)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:SHOWN]]
        if len(self.problems) > SHOWN:
            lines.append(f"... and {len(self.problems) - SHOWN} more ({len(self.problems)} in all)")
        return "\n".join(lines)


class ModelError(OnwardError):
    """A model file, or a model built in Python, that cannot be used."""


class LogError(OnwardError):
    """An event log that cannot be read as it stands."""


class UsageError(OnwardError):
    """A call whose arguments do not fit: an unknown case, an impossible date, a state of another model."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the one of *known* that *name* most likely meant, or None."""
    names = list(known)
    # Case is the commonest slip of all, and difflib counts it as a difference in every letter.
    folded = {candidate.casefold(): candidate for candidate in reversed(names)}
    close = difflib.get_close_matches(name.casefold(), folded, n=1)
    # A word cut short is too unlike the whole for difflib: `talks` for `talks_opened`.
    begun = [candidate for candidate in folded if len(name) > 2 and candidate.startswith(name.casefold())]
    return folded[(close or begun)[0]] if close or begun else None


def suggestion(name: str, known: Collection[str], *, otherwise: str = "") -> str:
    """Return the mend for an unknown *name*: the nearest of *known*, else a list of them, else *otherwise*."""
    near = nearest(name, known)
    if near is not None:
        return f"did you mean {near!r}?"
    if otherwise:
        return otherwise
    if not known:
        return "there is none to choose from"
    shown = sorted(known)[:SHOWN]
    more = f" and {len(known) - len(shown)} more" if len(known) > len(shown) else ""
    return f"it may be {', '.join(shown)}{more}"
