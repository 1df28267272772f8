"""`onward verify`: what is proved of a model, and what is wrong with it."""

import argparse
from collections.abc import Iterator, Sequence
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from onward.cli.arguments import Arguments, emit, is_terminal, width_of

if TYPE_CHECKING:
    from onward.model.model import Model
    from onward.report.proofs import Examined

DESCRIPTION = """\
Prove the invariants of a model for all logs of any length, or show a log that breaks them, and name every flaw in its
structure: what cannot be reached or left, never fires, does nothing, or hangs on the order of the file.

An invariant is proved, broken (a log that shows it stands below) or undecided, with how far it was looked.
Exit code 1 where one is not proved, or anything else is found.

With -o FILE ending in .jsonl the logs that break something are written there: the first to FILE, a second to FILE-2 and
so on. `onward replay FILE -m MODEL` shows the break. Any other FILE gets what would be printed.

With --against OLD: whether any log is told otherwise by OLD, and such a log."""

FORMATS = ("table", "json", "csv", "sarif", "github")
_BY_ENDING = {".json": "json", ".csv": "csv", ".sarif": "sarif", ".sarif.json": "sarif", ".txt": "table"}
_LOGS = (".jsonl", ".ndjson")
"""The endings of the files that get logs."""
_OTHER_LOGS = (".parquet", ".pq", ".arrow", ".feather", ".ipc", ".tsv", ".gz")
"""The endings of logs that are not written here; nobody means a report by them."""
SECONDS = 60.0


def run(argv: Sequence[str], stdout: TextIO, stderr: TextIO) -> int:
    """Verify, print, and return 1 if anything is not as it should be."""
    parser = Arguments("verify", DESCRIPTION)
    parser.add_argument("models", nargs="+", metavar="MODEL", help="a model's name or file; several in turn")
    parser.add_argument("--against", metavar="OLD", help="a model's name or file: say what has changed since")
    parser.add_argument(
        "--seconds",
        type=float,
        default=SECONDS,
        metavar="N",
        help="how long one invariant may take, about (default: 60)",
    )
    parser.add_argument(
        "--format",
        choices=FORMATS,
        help="what to print (default: table, or by the ending of FILE); sarif and github are for code scanning",
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="write logs there (.jsonl), or what would be printed")
    arguments = parser.answer(argv)
    _check(parser, arguments)

    from onward.library import load_model  # noqa: PLC0415  # only when there is work

    old = None if arguments.against is None else load_model(arguments.against)
    examined = [_examine(source, old, arguments.seconds) for source in arguments.models]
    _tell_problems(examined, stderr)
    if _ending(arguments) in _LOGS:
        _write_logs(examined, Path(arguments.output), stderr)
        arguments.output = None
    _print(examined, arguments, stdout)
    if any(each.verdict is None for each in examined):
        return 2
    return int(not all(each.ok for each in examined))


def _check(parser: Arguments, arguments: argparse.Namespace) -> None:
    """Make sure, before any work, that there is something to do, and that what is written can be."""
    if not (isfinite(arguments.seconds) and arguments.seconds > 0):
        parser.error("--seconds needs a number above 0")
    if arguments.against is not None and len(arguments.models) > 1:
        parser.error("--against compares one model with another, and several are named")
    if not arguments.output:
        return
    from onward.problems import Problem, UsageError, nearest  # noqa: PLC0415  # only when there is work
    from onward.streaming.output import check_apart  # noqa: PLC0415
    from onward.streaming.saving import check_place  # noqa: PLC0415

    ending = _ending(arguments)
    if ending in _OTHER_LOGS:
        what = f"logs are not written as {ending} here"
        raise UsageError([Problem(arguments.output, what, "write .jsonl; `onward convert` makes other formats of it")])
    known = (*_BY_ENDING, *_LOGS)
    near = nearest(ending, known) if ending and ending not in known else None
    if near is not None:
        raise UsageError([Problem(arguments.output, f"there is no format {ending}", f"did you mean {near!r}?")])
    for source in (*arguments.models, arguments.against):
        check_apart(Path(arguments.output), {"a model that is read": source})
    check_place(arguments.output)


def _ending(arguments: argparse.Namespace) -> str:
    """Return the ending of the file that is written, "" without one."""
    if not arguments.output:
        return ""
    name = Path(arguments.output).name.lower()
    return ".sarif.json" if name.endswith(".sarif.json") else Path(name).suffix


def _examine(source: str, old: "Model | None", seconds: float) -> "Examined":
    """Return what came of the model that *source* names."""
    from onward.library import shipped_models  # noqa: PLC0415  # as above
    from onward.problems import ModelError  # noqa: PLC0415
    from onward.proof.verifying import verify  # noqa: PLC0415
    from onward.report.proofs import Examined  # noqa: PLC0415

    file = f"{source}.yaml" if source in shipped_models() else source
    try:
        return Examined(file, verify(source, against=old, seconds=seconds))
    except ModelError as error:
        # What the others hold is told all the same.
        return Examined(file, None, error.problems)


def _tell_problems(examined: Sequence["Examined"], stderr: TextIO) -> None:
    """Say what is wrong with files that are no models, as every command does."""
    from onward.problems import ModelError  # noqa: PLC0415  # as above

    for each in examined:
        if each.problems:
            stderr.writelines(f"onward: {line}\n" for line in str(ModelError(each.problems)).splitlines())


def _print(examined: Sequence["Examined"], arguments: argparse.Namespace, stdout: TextIO) -> None:
    from onward.report import data  # noqa: PLC0415  # as above

    format_ = arguments.format or _BY_ENDING.get(_ending(arguments), "table")
    if format_ == "sarif":
        from onward.report.sarif import to_sarif  # noqa: PLC0415

        emit(to_sarif(examined), arguments, stdout)
    elif format_ == "github":
        from onward.report.annotations import to_annotations  # noqa: PLC0415

        emit(to_annotations(examined), arguments, stdout)
    elif len(examined) == 1 and examined[0].verdict is None:
        return  # there is nothing to say but what stderr says
    elif format_ == "json":
        emit(data.to_json(data.examined_data(examined)), arguments, stdout)
    elif format_ == "csv":
        emit(data.to_csv(data.CHECK_HEADINGS, data.check_rows(examined)), arguments, stdout)
    else:
        emit("\n".join(_texts(examined, arguments, stdout)), arguments, stdout)


def _texts(examined: Sequence["Examined"], arguments: argparse.Namespace, stdout: TextIO) -> Iterator[str]:
    """Yield what people read of each model and, if there are several, how many are as they should be."""
    from onward.report.proofs import tell_proofs  # noqa: PLC0415  # as above
    from onward.report.text import proofs_text  # noqa: PLC0415

    width, colour = width_of(stdout, arguments), is_terminal(stdout, arguments)
    several = len(examined) > 1
    for each in examined:
        if each.verdict is not None:
            yield proofs_text(tell_proofs(each, named=several), width=width, colour=colour)
        else:
            yield f"{each.file}: no model that can be read\n"
    if several:
        yield f"{sum(each.ok for each in examined)} of {len(examined)} models are as they should be\n"


def _write_logs(examined: Sequence["Examined"], path: Path, stderr: TextIO) -> None:
    """Write every log that breaks something to a file of its own, and say which is which."""
    from onward.files import write_text  # noqa: PLC0415  # as above

    logs = list(_logs(examined))
    for number, (what, lines) in enumerate(logs, start=1):
        place = path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")
        write_text(place, lines)
        stderr.write(f"! {place} shows {what}\n")
    if not logs:
        stderr.write(f"! no log breaks anything: {path} is not written\n")


def _logs(examined: Sequence["Examined"]) -> Iterator[tuple[str, str]]:
    """Yield the logs that break an invariant or tell two models apart: what each shows, and its lines."""
    for each in examined:
        if (verdict := each.verdict) is None:
            continue
        for check in verdict.findings:
            if check.counterexample is not None and (check.status == "broken" or check.kind == "differs"):
                yield f"{each.file}: {check.status}: {check.name}", verdict.lines(check)
