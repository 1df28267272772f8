"""`onward replay`: a log through a model."""

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from onward.cli.arguments import (
    Arguments,
    emit,
    format_of,
    is_terminal,
    study_of,
    width_of,
)

if TYPE_CHECKING:
    from onward.history.replayed import Replay
    from onward.history.states import States
    from onward.log.case_table import CaseTable
    from onward.model.model import Model
    from onward.report.summary import Summary
    from onward.streaming.replaying import Streamed

DESCRIPTION = """\
Replay a log through a model and print where every case stands.

Without LOG: the model's own log; with no model named either, the six partnerships of the 2007 report, as of 2007-12-31.
Rows read = rows replayed + rows rejected, always; unknown event types, refused events and broken invariants are listed
below the table. Exit code 1 where an invariant of the model is broken.

With -o FILE ending in .parquet, .arrow, .tsv or .jsonl (or with --steps) every step is written there, one row each.
A long log is read in batches and written as it goes; a run that was stopped goes on where it was."""

STEP_ENDINGS = (".parquet", ".pq", ".arrow", ".feather", ".ipc", ".tsv", ".jsonl", ".ndjson")
"""Of the files that hold steps; .csv and .json hold what is printed."""


def run(argv: Sequence[str], stdout: TextIO, stderr: TextIO) -> int:
    """Replay, print, and return 1 if an invariant is broken."""
    parser = Arguments("replay", DESCRIPTION)
    parser.add_log()
    parser.add_output()
    parser.add_argument("--steps", action="store_true", help="write every step to FILE, whatever its ending")
    parser.add_argument("--save-state", metavar="FILE", help="keep where every case stands, to go on from there")
    parser.add_argument("--from-state", metavar="FILE", help="go on from what --save-state kept")
    parser.add_argument(
        "--engine",
        choices=("plain", "columnar", "automaton"),
        help="what runs the log; left out, its size decides (the answer is the same)",
    )
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    arguments = parser.answer(argv)
    if arguments.steps and not arguments.output:
        parser.error("--steps needs -o FILE")
    if arguments.save_state == "":
        parser.error("--save-state needs a file name")
    _check_outputs(arguments)
    return _run_long(arguments, stdout, stderr) if _is_long(arguments) else _run_short(arguments, stdout, stderr)


def _check_outputs(arguments: argparse.Namespace) -> None:
    """Make sure, before any work, that what is written overwrites nothing that is read, and that it can be."""
    if not arguments.output and arguments.save_state is None:
        return
    from onward.streaming.output import check_apart, check_ending  # noqa: PLC0415  # only when there is work
    from onward.streaming.saving import check_place  # noqa: PLC0415

    read = {"the log that is read": arguments.log, "the model": arguments.model, "the table of cases": arguments.cases}
    if arguments.output:
        check_apart(Path(arguments.output), {**read, "the state that is read": arguments.from_state})
        if not arguments.steps:
            check_ending(Path(arguments.output), (".csv", ".json"))
    if arguments.save_state is not None:
        check_apart(Path(arguments.save_state), {**read, "the other output": arguments.output})
        check_place(arguments.save_state)


def _is_long(arguments: argparse.Namespace) -> bool:
    """Tell whether the log is replayed in batches: one that an engine is named for, or none, is held as a whole."""
    if arguments.log is None or arguments.engine is not None:
        return False
    from onward.files import is_long  # noqa: PLC0415  # only when there is work

    return is_long(Path(arguments.log))


def _steps_path(arguments: argparse.Namespace) -> Path | None:
    """Return where the steps go, if they are asked for."""
    if not arguments.output:
        return None
    path = Path(arguments.output)
    return path if arguments.steps or path.suffix.lower() in STEP_ENDINGS else None


def _run_short(arguments: argparse.Namespace, stdout: TextIO, stderr: TextIO) -> int:
    """Replay a log that is held as a whole."""
    from onward.history.engine import replay  # noqa: PLC0415  # only when there is work
    from onward.report.summary import summarise  # noqa: PLC0415

    study = study_of(arguments)
    done = replay(
        study.model,
        study.log,
        as_of=study.as_of,
        reading=arguments.reading,
        states=_earlier(arguments, study.model),
        engine=arguments.engine,
    )
    summary = summarise(done, study.cases)
    steps = _steps_path(arguments)
    if steps is not None:
        from onward.history.histories import in_order  # noqa: PLC0415  # as above
        from onward.streaming.output import write_table  # noqa: PLC0415

        write_table(in_order(done.steps), steps)
        arguments.output = None
    match format_of(arguments):
        case "json":
            from onward.report import data  # noqa: PLC0415

            emit(data.to_json(data.replay_data(done, study.cases)), arguments, stdout)
        case "csv":
            _emit_csv(done, study.cases, summary, arguments, stdout, stderr)
        case _:
            _emit_table(summary, arguments, stdout)
    _save(arguments, done)
    return int(done.breaches > 0)


def _run_long(arguments: argparse.Namespace, stdout: TextIO, stderr: TextIO) -> int:
    """Replay a log that is read in batches."""
    from onward.history.program import UnfitError  # noqa: PLC0415  # as above
    from onward.library import load_model  # noqa: PLC0415
    from onward.problems import Problem, UsageError  # noqa: PLC0415
    from onward.report import data  # noqa: PLC0415
    from onward.report.summary import COLUMNS, summarise_streamed  # noqa: PLC0415
    from onward.streaming.progress import Progress  # noqa: PLC0415
    from onward.streaming.replaying import replay_to  # noqa: PLC0415

    if arguments.cases is not None:
        what = "a table of cases is printed beside logs that are held as a whole, and this one is read in batches"
        raise UsageError([Problem("--cases", what, "leave it out, or add `--engine columnar`")])
    model = load_model(arguments.model)
    try:
        done = replay_to(
            model,
            arguments.log,
            _steps_path(arguments),
            as_of=arguments.as_of,
            reading=arguments.reading,
            states=_earlier(arguments, model),
            on_bad_rows=arguments.on_bad_rows,
            progress=Progress(quiet=arguments.quiet, stream=stderr),
            say=lambda told: stderr.write(f"! {told}\n"),
        )
    except UnfitError as error:
        stderr.write(f"! {error.why}: the log is held as a whole and replayed step by step, which takes long\n")
        return _run_short(arguments, stdout, stderr)
    if _steps_path(arguments) is not None:
        arguments.output = None
    summary = summarise_streamed(done)
    match format_of(arguments):
        case "json":
            emit(data.to_json(data.streamed_data(done)), arguments, stdout)
        case "csv":
            emit(data.to_csv(COLUMNS, data.streamed_rows(done)), arguments, stdout)
            _tell(summary, stderr)
        case _:
            _emit_table(summary, arguments, stdout)
    _save(arguments, done)
    return int(done.breaches > 0)


def _emit_table(summary: "Summary", arguments: argparse.Namespace, stdout: TextIO) -> None:
    from onward.report.text import to_text  # noqa: PLC0415  # as above

    width, colour = width_of(stdout, arguments), is_terminal(stdout, arguments)
    emit(to_text(summary, width=width, colour=colour), arguments, stdout)


def _emit_csv(  # noqa: PLR0913  # what is printed, and where
    done: "Replay",
    cases: "CaseTable",
    summary: "Summary",
    arguments: argparse.Namespace,
    stdout: TextIO,
    stderr: TextIO,
) -> None:
    from onward.report import data  # noqa: PLC0415  # as above

    emit(data.to_csv(data.case_headings(done, cases), data.case_rows(done, cases)), arguments, stdout)
    _tell(summary, stderr)


def _tell(summary: "Summary", stderr: TextIO) -> None:
    told: Iterable[str] = (*summary.lines, *summary.warnings)
    stderr.writelines(f"{line}\n" for line in told)


def _earlier(arguments: argparse.Namespace, model: "Model") -> "States | None":
    if arguments.from_state is None:
        return None
    from onward.streaming.saving import read_states  # noqa: PLC0415  # as above

    return read_states(arguments.from_state, model)


def _save(arguments: argparse.Namespace, done: "Replay | Streamed") -> None:
    if arguments.save_state is not None:
        from onward.streaming.saving import write_states  # noqa: PLC0415  # as above

        write_states(done.states, arguments.save_state)
