"""Verdict: what was proved of a model, what was found in it, and what could not be decided."""

from collections.abc import Mapping
from typing import Any, Literal

from attrs import field, frozen

from onward.log.log import EventLog
from onward.model.model import Model
from onward.proof.witness import Witness, json_lines, log_of, rows_of

Kind = Literal[
    "irreversible",
    "always",
    "step",
    "unreachable",
    "dead-end",
    "no-end",
    "never-fires",
    "overlap",
    "idle-event",
    "unread",
    "never-begins",
    "forbidden",
    "differs",
]
"""What a check is about: an invariant of that kind, a kind of flaw, or a difference from another model."""

Status = Literal["proved", "broken", "undecided", "sound", "flawed"]
"""Of an invariant `proved`, `broken` or `undecided`; of the structure `sound` or `flawed`."""


@frozen
class Check:
    """One thing that was looked into.

    Attributes:
        name: the invariant's name, or what is asked of the structure in words.
        kind: which kind of thing it is.
        status: how it came out.
        message: that, in words: why it is proved, what breaks it, where the flaw is.
        where: its place, `file.yaml:12:5` or `transitions: name`; "" for the whole model.
        mend: how to put it right; "" where nothing is wrong.
        depth: of what is not decided, how many events every log that breaks it has at least, less one; else None.
        counterexample: a log that shows it, where one helps.

    """

    name: str
    kind: Kind
    status: Status
    message: str
    where: str = ""
    mend: str = ""
    depth: int | None = None
    counterexample: Witness | None = None

    @property
    def ok(self) -> bool:
        """Whether it is as it should be; what is not decided is not."""
        return self.status in {"proved", "sound"}

    def __str__(self) -> str:
        where = f"{self.where}: " if self.where else ""
        mend = f"; {self.mend}" if self.mend else ""
        return f"{where}{self.name}: {self.message}{mend}"


@frozen
class Verdict:
    """What is so of a model. True as a condition where every check is ok.

    Attributes:
        model: the model.
        checks: everything that was looked into: the invariants in file order, then the structure.
        manifest: versions, fingerprint, and what was asked, to make it again.

    """

    model: Model
    checks: tuple[Check, ...]
    manifest: Mapping[str, Any] = field(factory=dict, eq=False, hash=False, repr=False)

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        return "\n".join(str(check) for check in self.checks)

    @property
    def ok(self) -> bool:
        """Whether every check is."""
        return all(check.ok for check in self.checks)

    @property
    def findings(self) -> tuple[Check, ...]:
        """The checks that are not."""
        return tuple(check for check in self.checks if not check.ok)

    @property
    def counterexamples(self) -> Mapping[str, EventLog]:
        """By the name of each broken invariant, a log that breaks it, as `replay` takes it."""
        return {
            check.name: log_of(self.model, check.counterexample)
            for check in self.checks
            if check.status == "broken" and check.counterexample is not None
        }

    def rows(self, check: Check) -> list[dict[str, Any]]:
        """Return the log of a *check*, one row an event, as JSON Lines say them; none where it has none."""
        return [] if check.counterexample is None else rows_of(self.model, check.counterexample)

    def lines(self, check: Check) -> str:
        """Return the log of a *check* as the text of a JSON Lines file."""
        return "" if check.counterexample is None else json_lines(self.model, check.counterexample)
