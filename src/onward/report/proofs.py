"""Proofs: every sentence and cell that a reader of a verdict sees, as data."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath

from attrs import frozen

from onward.problems import Problem
from onward.proof.verdict import Check, Kind, Verdict

_RESULTS = {("differs", "sound"): "same", ("differs", "undecided"): "undecided"}
"""How it came out that two models were compared, where they do not differ."""

LEVELS = {"broken": "error", "undecided": "warning", "flawed": "warning"}
"""How much a finding of each status weighs, in the words of those who show findings beside a file."""

_STANDING = ("time", "event")
_OF_CASE = ("case", "organizations")
"""Whose a row is: a log of one case need not say so on every line."""


@frozen
class Rule:
    """A kind of check.

    Attributes:
        asks: what is asked, in a few words.
        flaws: the flaws of this kind, to say that there are none.
        why: why it matters, and what puts it right.

    """

    asks: str
    flaws: str
    why: str


RULES: Mapping[str, Rule] = {
    "irreversible": Rule(
        "No case goes back to an earlier phase",
        "cases that go back",
        "The model says that it is irreversible, and a case can reach a phase or a stage that stands before the one it"
        " was in. Mend the transition that leads back, put the phases in the right order, or take the invariant out.",
    ),
    "always": Rule(
        "An invariant holds after every step",
        "broken invariants",
        "The guard under `always` must hold after every step of every log; where it cannot be told, it does not hold."
        " Tighten the guards of the transitions that lead there, or mend the invariant.",
    ),
    "step": Rule(
        "An invariant holds of every step",
        "broken invariants",
        "The guard under `step` compares what stands after a step with what stood before it, and must hold of every"
        " step of every log. Tighten the guards of the transitions that break it, or mend the invariant.",
    ),
    "unreachable": Rule(
        "A phase or stage that no case can reach",
        "phases and stages out of reach",
        "No log brings a case there, so whatever the model says of it is never used. Add a transition into it, or"
        " delete it.",
    ),
    "dead-end": Rule(
        "A phase that is not final and that nothing leaves",
        "dead ends",
        "A case that gets there stays for ever, and nobody said that it has ended. Add a transition out of it, or say"
        " `final: true`.",
    ),
    "no-end": Rule(
        "A phase from which no case can end",
        "phases from which no case can end",
        "The model has an end, and no log leads there from this phase. Add a transition that leads on.",
    ),
    "never-fires": Rule(
        "A transition that can never fire",
        "transitions that never fire",
        "Its guard cannot hold there, or transitions above it are always taken first. Mend the guard, move the"
        " transition further up, or delete it.",
    ),
    "overlap": Rule(
        "Two transitions of which the file order chooses",
        "overlaps",
        "The same event of the same case can fire either, and the one that stands first in the file is taken. Say so"
        " with guards that exclude each other, or put the more special one first on purpose.",
    ),
    "idle-event": Rule(
        "An event type that does nothing anywhere",
        "idle event types",
        "No transition waits for it, nothing remembers it, and no rule forbids it. Use it, or delete it from the"
        " vocabulary.",
    ),
    "unread": Rule(
        "Memory that nobody reads",
        "memory that nobody reads",
        "A variable is kept of every case, and no guard, label or invariant asks for it. Use it, or delete it.",
    ),
    "never-begins": Rule(
        "A case that can never begin",
        "cases that never begin",
        "No transition from `start` can fire, so no case gets into its first phase. Add one, or mend its guard.",
    ),
    "forbidden": Rule(
        "A transition that waits for an event that is forbidden there",
        "transitions on what is forbidden",
        "A forbidden event is refused before any transition is looked at, so this one never fires. Delete the"
        " transition, or narrow the rule under `forbid`.",
    ),
    "differs": Rule(
        "A log of which two models say different things",
        "logs that are treated differently",
        "Some log leads a case elsewhere than it did in the other model. If that is meant, nothing needs to be done;"
        " the log shows what changes.",
    ),
}
"""What each kind of check is about, invariants first."""

PROVED: tuple[Kind, ...] = ("irreversible", "always", "step")
"""The kinds that are proved; all others look at the structure."""


@frozen
class Examined:
    """A model file and what came of it.

    Attributes:
        file: the file, as its user names it.
        verdict: what was found out; None where the file is no model.
        problems: what is wrong with a file that is no model.

    """

    file: str
    verdict: Verdict | None
    problems: tuple[Problem, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether it is a model, and everything about it is as it should be."""
        return self.verdict is not None and self.verdict.ok

    def position(self, where: str) -> tuple[int, int] | None:
        """Return the line and the column that *where* names in the file, if it names any."""
        found = re.fullmatch(r"(.*):(\d+):(\d+)", where, re.DOTALL)
        if found is None or found[1] not in {self.file, PurePath(self.file).name}:
            return None
        return int(found[2]), int(found[3])


@frozen
class Told:
    """A check as a reader sees it.

    Attributes:
        result: how it came out, in a word: of an invariant its status, else the kind of flaw.
        name: what it is about.
        lines: why, where, and how to mend it, a sentence each.
        headings: of the table of events.
        rows: the events of the log that shows it.

    """

    result: str
    name: str
    lines: tuple[str, ...]
    headings: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@frozen
class Proofs:
    """A verdict as a reader sees it.

    Attributes:
        title: the model, and how many of its invariants are proved.
        invariants: each invariant, in file order.
        flaws: what is wrong with the structure, or different.
        closing: the flaws that were looked for and not found; "" where none were.

    """

    title: str
    invariants: tuple[Told, ...]
    flaws: tuple[Told, ...]
    closing: str


def tell_proofs(examined: Examined, *, named: bool = False) -> Proofs:
    """Return what a reader of a verdict sees; *named* puts the file before the model, where there are several."""
    verdict = examined.verdict
    assert verdict is not None  # noqa: S101  # of a file that is no model there are problems to tell, and no proofs
    invariants = [check for check in verdict.checks if check.kind in PROVED]
    proved = sum(check.ok for check in invariants)
    counted = f"{proved} of {len(invariants)} proved" if invariants else "no invariants"
    file = f"{examined.file}: " if named else ""
    return Proofs(
        title=f"{file}{verdict.model.label}: {counted}",
        invariants=tuple(_told(verdict, check) for check in invariants),
        flaws=tuple(_told(verdict, check) for check in verdict.checks if _is_told(check)),
        closing=_closing(verdict),
    )


def _is_told(check: Check) -> bool:
    """Tell whether a check of the structure is told by itself; that two models are the same is what was asked."""
    return check.kind not in PROVED and (not check.ok or check.kind == "differs")


def _told(verdict: Verdict, check: Check) -> Told:
    lines = [check.message, depth_of(check), "" if check.ok else check.where]
    mend = mend_of(verdict, check)
    headings, rows = _events(verdict, check)
    return Told(
        result=check.status if check.kind in PROVED else _RESULTS.get((check.kind, check.status), check.kind),
        name=check.name,
        lines=tuple(filter(None, [*lines, f"mend: {mend}" if mend else ""])),
        headings=headings,
        rows=rows,
    )


def _events(verdict: Verdict, check: Check) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return the log of a check as a table; what events say of themselves is one column, left out where none does."""
    rows = [
        (str(row["time"]), str(row["event"]), "\n".join(_attributes(row)))
        for row in (verdict.rows(check) if check.counterexample is not None else ())
    ]
    if any(said for *_, said in rows):
        return (*_STANDING, "attributes"), tuple(rows)
    return (_STANDING, tuple((time, event) for time, event, _ in rows)) if rows else ((), ())


def _attributes(row: Mapping[str, object]) -> Iterator[str]:
    for name, value in row.items():
        if name not in {*_STANDING, *_OF_CASE}:
            yield f"{name}: {json.dumps(value, ensure_ascii=False)}"


def _closing(verdict: Verdict) -> str:
    """Return what was looked for and not found, in one sentence."""
    flawed = {check.kind for check in verdict.checks if check.status == "flawed"}
    sound = {check.kind for check in verdict.checks if check.status == "sound"} - flawed
    told = ", ".join(rule.flaws for kind, rule in RULES.items() if kind in sound and kind != "differs")
    return f"Looked for and not found: {told}." if told else ""


def depth_of(check: Check) -> str:
    """Return how far an invariant is known to hold that is not decided; "" where that is nowhere, or decided."""
    if check.status != "undecided" or not check.depth:
        return ""
    does = "is treated differently" if check.kind == "differs" else "breaks it"
    return f"no log of {'1 event' if check.depth == 1 else f'up to {check.depth} events'} {does}"


def mend_of(verdict: Verdict, check: Check) -> str:
    """Return how to put a check right or, of what is not decided, how to find out more."""
    if check.mend or check.status != "undecided":
        return check.mend
    if "z3" in verdict.manifest and verdict.manifest["z3"] is None:
        return "pip install 'onward[verify]', whose solver looks further"
    return "give it more time with --seconds"


def said_of(verdict: Verdict, check: Check) -> str:
    """Return why a check came out as it did, and how to mend it, in one sentence without its name and place."""
    return "; ".join(filter(None, (check.message, depth_of(check), mend_of(verdict, check))))
