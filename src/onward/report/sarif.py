"""Verdicts → SARIF 2.1.0, which shows findings beside the lines of a file: on GitHub, and in editors."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from onward.problems import Problem
from onward.proof.verdict import Check, Verdict
from onward.report.proofs import LEVELS, PROVED, RULES, Examined, Rule, said_of
from onward.version import __version__

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

NO_MODEL = "no-model"
"""The rule that a file breaks which cannot be read as a model."""

_RULES: Mapping[str, Rule] = {
    **RULES,
    NO_MODEL: Rule(
        "A file that is no model",
        "every file is a model",
        "The file cannot be read as a model, so nothing was verified. Each result says what stands in the way, and how"
        " to mend it.",
    ),
}
_NUMBERS = {name: number for number, name in enumerate(_RULES)}


def to_sarif(examined: Sequence[Examined]) -> str:
    """Return what was found in some model files as the text of a SARIF file.

    What is proved or sound is left out: GitHub shows every result as an alert, also one of the kind `pass`.
    """
    results = [result for each in examined for result in _results(each)]
    driver = {
        "name": "Onward",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(name, rule) for name, rule in _RULES.items()],
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": all(each.verdict is not None for each in examined)}],
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    said = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


def _rule(name: str, rule: Rule) -> dict[str, Any]:
    level = "error" if name in {*PROVED, NO_MODEL} else "warning"
    return {
        "id": name,
        "shortDescription": {"text": rule.asks},
        "fullDescription": {"text": rule.why},
        "help": {"text": rule.why},
        "defaultConfiguration": {"level": level},
        "properties": {"problem.severity": level, "tags": ["correctness"]},
    }


def _results(examined: Examined) -> Iterator[dict[str, Any]]:
    verdict = examined.verdict
    if verdict is None:
        yield from (_problem(examined, problem) for problem in examined.problems)
        return
    yield from (_finding(examined, verdict, check) for check in verdict.findings)


def _problem(examined: Examined, problem: Problem) -> dict[str, Any]:
    return _result(examined, NO_MODEL, "error", f"{problem.what}; {problem.mend}", problem.where)


def _finding(examined: Examined, verdict: Verdict, check: Check) -> dict[str, Any]:
    properties = {
        "model": verdict.model.name,
        "name": check.name,
        "status": check.status,
        "depth": check.depth,
        "counterexample": verdict.rows(check) or None,
    }
    text = f"{check.name}: {said_of(verdict, check)}"
    said = _result(examined, check.kind, LEVELS[check.status], text, check.where)
    return {**said, "properties": {name: value for name, value in properties.items() if value is not None}}


def _result(examined: Examined, rule: str, level: str, text: str, where: str) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": uri_of(examined.file)}}
    position = examined.position(where)
    if position is not None:
        place["region"] = {"startLine": position[0], "startColumn": position[1]}
    return {
        "ruleId": rule,
        "ruleIndex": _NUMBERS[rule],
        "level": level,
        "message": {"text": text},
        "locations": [{"physicalLocation": place}],
    }


def uri_of(file: str) -> str:
    """Return the path of a file as a URI: relative if the path is, to the top of a repository on GitHub."""
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
