"""`onward what-if`: scenarios against a baseline, and grids of variants."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from onward.cli.arguments import Arguments, check_output, emit, emit_page, format_of

if TYPE_CHECKING:
    from onward.history.replayed import Replay
    from onward.history.stepping import Reading
    from onward.scenario.comparison import Comparison
    from onward.scenario.document import ScenarioFile
    from onward.scenario.loading import StudyOfFile
    from onward.scenario.multiverse import Multiverse

DESCRIPTION = """\
Replay a log as it is and as the scenarios of a file have it: which cases come elsewhere or at other dates, and where
and why the two lives part. A grid in the file is a multiverse: every combination of its alternatives is replayed, and
held against the places that the file expects.

The file may name its model, log and window; what stands on the command line goes before that. Without either: the six
partnerships of the 2007 report. The answer is a statement about the model, not a causal estimate."""


def run(argv: Sequence[str], stdout: TextIO, stderr: TextIO) -> int:
    """Work out what scenarios and grids change, print it, and return 0."""
    parser = Arguments("what-if", DESCRIPTION)
    parser.add_argument("scenario", metavar="SCENARIO", help="a scenario file (.yaml)")
    parser.add_log(cases=False)
    parser.set_defaults(model=None, reading=None)
    parser.add_argument("--only", metavar="NAME", action="append", help="this scenario alone (may be given again)")
    parser.add_output()
    arguments = parser.answer(argv)

    from onward.history.engine import replay  # noqa: PLC0415  # only when there is work
    from onward.report.summary import noted, rejections  # noqa: PLC0415
    from onward.scenario.loading import load_scenarios  # noqa: PLC0415

    file = load_scenarios(arguments.scenario)
    study = _study(file, arguments)
    reading = arguments.reading or file.reading or "certain"
    _check(file, arguments)
    baseline = replay(study.model, study.log, as_of=study.as_of, reading=reading)
    stderr.writelines(f"! {line}\n" for line in (*noted(baseline), *rejections(study.log)))
    compared = _compared(file, study, baseline, arguments)
    varied = None if arguments.only or not file.axes else _varied(file, study, reading)
    _print(file, compared, varied, arguments, stdout)
    return 0


def _study(file: "ScenarioFile", arguments: argparse.Namespace) -> "StudyOfFile":
    """Return what the file and the command line say is replayed."""
    from onward.files import read_log  # noqa: PLC0415  # as above
    from onward.library import load_model  # noqa: PLC0415
    from onward.scenario.loading import study_of_file  # noqa: PLC0415

    return study_of_file(
        file,
        arguments.scenario,
        model=None if arguments.model is None else load_model(arguments.model),
        log=None if arguments.log is None else read_log(arguments.log, on_bad_rows=arguments.on_bad_rows),
        as_of=arguments.as_of,
        on_bad_rows=arguments.on_bad_rows,
    )


def _check(file: "ScenarioFile", arguments: argparse.Namespace) -> None:
    """Make sure that the scenarios named are there, and that what is asked for can be printed and written."""
    from onward.problems import Problem, UsageError, suggestion  # noqa: PLC0415  # as above

    folder = Path(arguments.scenario).parent
    read = {
        "the scenario file": Path(arguments.scenario),
        "the log that is read": arguments.log,
        "the model": arguments.model,
        "the log of the file": folder / file.log if file.log else None,
        "the model of the file": folder / file.model if file.model else None,
        "the table that is expected": folder / file.expect if isinstance(file.expect, str) else None,
    }
    check_output(arguments, read)
    names = [scenario.name for scenario in file.scenarios]
    for name in arguments.only or ():
        if name not in names:
            what = f"there is no scenario {name!r} in {Path(arguments.scenario).name}"
            raise UsageError([Problem("--only", what, suggestion(name, names))])
    if file.axes and file.scenarios and not arguments.only and format_of(arguments) == "csv":
        what = "the file has scenarios and a grid, and CSV has room for one table"
        mend = "print --format json, name scenarios with --only, or put the grid into a file of its own"
        raise UsageError([Problem("--format", what, mend)])


def _compared(
    file: "ScenarioFile", study: "StudyOfFile", baseline: "Replay", arguments: argparse.Namespace
) -> "tuple[Comparison, ...]":
    from onward.scenario.what_if import what_if  # noqa: PLC0415  # as above

    chosen = [each for each in file.scenarios if not arguments.only or each.name in arguments.only]
    if not chosen:
        return ()
    # A replay has a window; where nobody asked for one, an edit may widen it.
    log = study.log if study.as_of is None else baseline
    return what_if(study.model, log, chosen, reading=baseline.reading)


def _varied(file: "ScenarioFile", study: "StudyOfFile", reading: "Reading") -> "Multiverse":
    from onward.scenario.multiverse import multiverse  # noqa: PLC0415  # as above

    return multiverse(
        study.model,
        study.log,
        file.axes,
        common=file.common,
        expect=study.expect,
        as_of=study.as_of,
        reading=reading,
    )


def _print(
    file: "ScenarioFile",
    compared: "tuple[Comparison, ...]",
    varied: "Multiverse | None",
    arguments: argparse.Namespace,
    stdout: TextIO,
) -> None:
    from onward.report import compared as comparing  # noqa: PLC0415  # as above
    from onward.report import data  # noqa: PLC0415

    match format_of(arguments):
        case "json":
            told = comparing.compared_data(compared, file.name, file.question)
            if varied is not None:
                from onward.report.varied import varied_data  # noqa: PLC0415

                told["grid"] = varied_data(varied)
            emit(data.to_json(told), arguments, stdout)
        case "csv" if varied is not None:
            emit(varied.frame.write_csv(), arguments, stdout)
        case "csv":
            emit(data.to_csv(comparing.HEADINGS, comparing.compared_rows(compared)), arguments, stdout)
        case _:
            page = comparing.compared_page(compared, f"{file.name}: {file.question}" if file.question else file.name)
            if varied is not None:
                from onward.report.varied import with_variants  # noqa: PLC0415

                page = with_variants(page, varied)
            emit_page(page, arguments, stdout)
