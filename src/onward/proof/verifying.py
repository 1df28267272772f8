"""Verify: proofs of the invariants, flaws of the structure, and what another model would do differently."""

import os
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from math import isfinite
from pathlib import Path

from attrs import frozen

from onward.history.evidence import told
from onward.history.stepping import Step
from onward.library import load_model, model_text
from onward.model.document import parse_model
from onward.model.elements import Invariant
from onward.model.model import Model
from onward.model.whereabouts import Element, whereabouts
from onward.model.writing import fingerprint
from onward.problems import Problem, UsageError
from onward.proof.asked import Questions
from onward.proof.differing import differences
from onward.proof.invariants import answers_of
from onward.proof.proving import Answer
from onward.proof.structure import structure
from onward.proof.verdict import Check, Verdict
from onward.proof.witness import steps_of
from onward.version import __version__

SECONDS = 60.0
"""How long one invariant may take by default."""

_RUNS = 15_000
"""Runs of a step that are taken for a second's work, whatever the machine, so that a verdict can be made again."""

_UNKNOWN = "say in the invariant what holds before that is recorded: `phase == start or ...`"
"""The mend of an invariant of what is not recorded yet, which is unknown, and so does not hold."""

_DEPTH = 12
"""Events of a log that z3 looks through."""


@frozen
class _Places:
    """Where the elements of a model stand: in its file, if it has one, else by name."""

    model: Model
    found: Mapping[Element, str]

    def __call__(self, kind: str, key: object) -> str:
        """Return where an element stands, in words where no file says it."""
        return self.found.get((kind, key)) or self._said(kind, key)

    def _said(self, kind: str, key: object) -> str:
        model = self.model
        match kind, key:
            case "transition", int(number):
                return f"transitions: {model.transitions[number].name}"
            case "forbid", int(number):
                return f"forbid: {model.forbid[number].because or number + 1}"
            case "invariant", int(number):
                return f"invariants: {model.invariants[number].name}"
            case _:
                return f"{_HEADINGS.get(kind, kind)}: {key}"


_HEADINGS = {
    "phase": "phases",
    "event": "events",
    "condition": "conditions",
    "track": "tracks",
    "parameter": "parameters",
}


def verify(
    model: Model | str | os.PathLike[str],
    *,
    against: Model | str | os.PathLike[str] | None = None,
    seconds: float = SECONDS,
) -> Verdict:
    """Prove what a model promises, for all logs of any length, and name every flaw in its structure.

    Args:
        model: a model, the name of a shipped one, or the path of a model file, of which flaws are then told by line.
        against: another model, to tell which logs the two treat differently, or that there are none.
        seconds: how long one invariant may take, about; what takes longer is undecided.

    Returns:
        Every invariant, in file order, as proved, broken (with a log that breaks it) or undecided; then the structure.

    Raises:
        ModelError: a file has mistakes.
        UsageError: there is no such model and no such file, or *seconds* is not above 0.

    """
    if not (isfinite(seconds) and seconds > 0):
        raise UsageError([Problem("seconds", f"{seconds} is no time to look", "give a number above 0")])
    places = _places(model)
    old = None if against is None else _loaded(against)
    questions = Questions((places.model,))
    checks = [
        *_invariants(places, questions, seconds),
        *structure(places.model, questions, places),
        *([] if against is None or old is None else _differences(places.model, old, _called(against), seconds)),
    ]
    return Verdict(places.model, tuple(checks), _manifest(places.model, old, seconds))


def _loaded(source: Model | str | os.PathLike[str]) -> Model:
    return _one(source if isinstance(source, Model) else load_model(source))


@lru_cache(maxsize=64)
def _one(model: Model) -> Model:
    """Return one model for all that are equal: to compare two at every look-up would take longer than the proof."""
    return model


def _called(source: Model | str | os.PathLike[str]) -> str:
    return source.name if isinstance(source, Model) else Path(source).name


def _places(source: Model | str | os.PathLike[str]) -> _Places:
    if isinstance(source, Model):
        return _Places(_one(source), {})
    text, name = model_text(source)
    return _Places(_one(parse_model(text, name)), whereabouts(text, name))


def _manifest(model: Model, old: Model | None, seconds: float) -> dict[str, object]:
    return {
        "onward": __version__,
        "z3": _z3(),
        "model_fingerprint": fingerprint(model),
        "against_fingerprint": None if old is None else fingerprint(old),
        "seconds": seconds,
    }


@cache
def _z3() -> str | None:
    """Return the version of z3, None where it is not installed or does not run here."""
    try:
        import z3  # noqa: PLC0415  # an extra, and seldom needed
    except (ImportError, OSError):
        return None
    return str(z3.get_version_string())


# ---- invariants


def _invariants(places: _Places, questions: Questions, seconds: float) -> Iterator[Check]:
    answers = answers_of(places.model, questions, int(seconds * _RUNS))
    for number, (invariant, answer) in enumerate(answers):
        where = places("invariant", number)
        if answer.status == "open" and _z3() is not None:
            yield _solved(places, invariant, answer, where, seconds)
        else:
            yield _check(places, invariant, answer, where)


def _check(places: _Places, invariant: Invariant, answer: Answer, where: str) -> Check:
    match answer.status:
        case "never":
            why = f"no log breaks it: all of {answer.cases:,} states gone through"
            return Check(invariant.name, invariant.kind, "proved", why, where)
        case "open":
            return _undecided(invariant, max(answer.least - 1, 0), where)
        case "reached":  # the union is closed
            return _broken(places, invariant, answer, where)


def _undecided(invariant: Invariant, depth: int, where: str) -> Check:
    return Check(invariant.name, invariant.kind, "undecided", "neither proved nor broken", where, depth=depth)


def _broken(places: _Places, invariant: Invariant, answer: Answer, where: str) -> Check:
    witness = answer.witness
    assert witness is not None  # noqa: S101  # what was reached has one
    step = next(step for step in steps_of(places.model, witness) if any(each is invariant for each in step.broken))
    number = next(number for number, each in enumerate(step.broken) if each is invariant)
    clauses = step.breaches[number].clauses
    why = f" ({told(clauses)})" if clauses else ""
    is_unknown = bool(clauses) and all(clause.holds is None for clause in clauses)
    many = "1 event" if len(witness) == 1 else f"{len(witness)} events"
    shortest = ", and no shorter one does" if len(witness) == answer.least else ""
    what = "the transition or its guard" if step.fired else "the guards that let it come so far"
    return Check(
        name=invariant.name,
        kind=invariant.kind,
        status="broken",
        message=f"a log of {many} breaks it{shortest}: {_told(places, step)}{why}",
        where=where,
        mend=_UNKNOWN if is_unknown else f"change {what}, or the invariant",
        counterexample=witness,
    )


def _told(places: _Places, step: Step) -> str:
    """Return what a step did, with the places in the file of the transitions that did it."""
    what = step.event.type if step.event else "time alone"
    if not step.fired:
        return f"{what}, in {step.after}"
    numbers = {id(transition): number for number, transition in enumerate(places.model.transitions)}
    by = " and ".join(f"{each.name!r} ({places('transition', numbers[id(each)])})" for each in step.fired)
    return f"{what} leads from {step.before} to {step.after} by {by}"


def _solved(places: _Places, invariant: Invariant, answer: Answer, where: str, seconds: float) -> Check:
    """Ask z3 for what could not be decided otherwise."""
    from onward.proof.reckoning.solving import decide  # noqa: PLC0415  # z3 is an extra, and seldom needed

    solved = decide(places.model, invariant, depth=_DEPTH, seconds=seconds)
    if solved.status == "proved":
        return Check(invariant.name, invariant.kind, "proved", f"no log breaks it: {solved.why}", where)
    if solved.status == "broken":
        found = Answer("reached", max(solved.depth + 1, answer.least), witness=solved.witness)
        return _broken(places, invariant, found, where)
    return _undecided(invariant, max(answer.least - 1, solved.depth, 0), where)


# ---- another model


def _differences(model: Model, old: Model, called: str, seconds: float) -> Iterator[Check]:
    found = differences(model, old, most=int(seconds * _RUNS))
    same, least = f"against {called}", max(found.least - 1, 0)
    match found.status:
        case "same":
            yield Check(same, "differs", "sound", found.message)
        case "differs":
            yield Check(same, "differs", "flawed", found.message, counterexample=found.log)
        case "open":  # the union is closed
            mend = "compare the two by hand: guards that reckon, or compare two variables, are not compared further"
            yield Check(same, "differs", "undecided", found.message, "", mend, least)
    for note in found.notes:
        yield Check(f"invariants of {called}", "differs", "flawed", note, "", "declare it, if it is still meant")
