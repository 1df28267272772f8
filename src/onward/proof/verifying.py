"""Verify: proofs of the invariants, flaws of the structure, and what another model would do differently."""

import os
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

from attrs import frozen

from onward.history.stepping import Step
from onward.library import load_model, model_text
from onward.model.document import parse_model
from onward.model.elements import Invariant
from onward.model.model import Model
from onward.model.whereabouts import Element, whereabouts
from onward.model.writing import fingerprint
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
        UsageError: there is no such model and no such file.

    """
    places = _places(model)
    questions = Questions((places.model,))
    checks = [
        *_invariants(places, questions, seconds),
        *structure(places.model, questions, places),
        *([] if against is None else [_differences(places.model, _loaded(against), _called(against), seconds)]),
    ]
    return Verdict(places.model, tuple(checks), _manifest(places.model, against, seconds))


def _loaded(source: Model | str | os.PathLike[str]) -> Model:
    return source if isinstance(source, Model) else load_model(source)


def _called(source: Model | str | os.PathLike[str]) -> str:
    return source.name if isinstance(source, Model) else Path(source).name


def _places(source: Model | str | os.PathLike[str]) -> _Places:
    if isinstance(source, Model):
        return _Places(source, {})
    text, name = model_text(source)
    return _Places(parse_model(text, name), whereabouts(text, name))


def _manifest(model: Model, against: object, seconds: float) -> dict[str, object]:
    z3 = None
    if find_spec("z3") is not None:
        from importlib.metadata import version  # noqa: PLC0415  # only where there is something to ask for

        z3 = version("z3-solver")
    return {
        "onward": __version__,
        "z3": z3,
        "model_fingerprint": fingerprint(model),
        "against_fingerprint": None if against is None else fingerprint(_loaded(against)),  # type: ignore[arg-type]
        "seconds": seconds,
    }


# ---- invariants


def _invariants(places: _Places, questions: Questions, seconds: float) -> Iterator[Check]:
    answers = answers_of(places.model, questions, int(seconds * _RUNS))
    for number, (invariant, answer) in enumerate(answers):
        where = places("invariant", number)
        if answer.status == "open" and find_spec("z3") is not None:
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
    many = "1 event" if len(witness) == 1 else f"{len(witness)} events"
    shortest = ", and no shorter one does" if len(witness) == answer.least else ""
    what = "the transition or its guard" if step.fired else "the guards that let it come so far"
    return Check(
        name=invariant.name,
        kind=invariant.kind,
        status="broken",
        message=f"a log of {many} breaks it{shortest}: {_told(places, step)}",
        where=where,
        mend=f"change {what}, or the invariant",
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


def _differences(model: Model, old: Model, called: str, seconds: float) -> Check:
    found = differences(model, old, most=int(seconds * _RUNS))
    name = f"every log is treated as by {called}"
    said = "; ".join((found.message, *found.notes))
    match found.status:
        case "same":
            return Check(name, "differs", "sound", said)
        case "differs":
            return Check(name, "differs", "flawed", said, counterexample=found.log)
        case "open":  # the union is closed
            return Check(name, "differs", "undecided", said, depth=max(found.least - 1, 0))
