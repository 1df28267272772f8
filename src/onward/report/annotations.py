"""Verdicts → workflow commands of GitHub Actions, which shows findings beside the lines of a file."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath

from onward.report.proofs import LEVELS, Examined, said_of

_IN_MESSAGES = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTIES = {**_IN_MESSAGES, ":": "%3A", ",": "%2C"}
"""What GitHub reads as something else: the signs that end a command, and those that end one of its properties."""


def to_annotations(examined: Sequence[Examined]) -> str:
    """Return what was found in some model files, a line each."""
    return "".join(f"{line}\n" for each in examined for line in _lines(each))


def _lines(examined: Examined) -> Iterator[str]:
    verdict = examined.verdict
    if verdict is None:
        for problem in examined.problems:
            said = f"{problem.what}; {problem.mend}"
            yield _annotation(examined, "error", "no model", said, problem.where)
        return
    for check in verdict.findings:
        # The log stands below the sentence, in lines that `onward replay` accepts.
        said = f"{said_of(verdict, check)}\n{verdict.lines(check)}".rstrip("\n")
        yield _annotation(examined, LEVELS[check.status], check.name, said, check.where)


def _annotation(examined: Examined, level: str, title: str, message: str, where: str) -> str:
    position = examined.position(where)
    properties: dict[str, object] = {"file": PurePath(examined.file).as_posix()}
    if position is not None:
        properties["line"], properties["col"] = position
    properties["title"] = title
    written = ",".join(f"{name}={_escaped(str(value), _IN_PROPERTIES)}" for name, value in properties.items())
    return f"::{level} {written}::{_escaped(message, _IN_MESSAGES)}"


def _escaped(text: str, signs: Mapping[str, str]) -> str:
    return "".join(signs.get(sign, sign) for sign in text)
