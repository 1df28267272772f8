"""`onward replay`: a log through a model."""

from collections.abc import Sequence
from typing import TextIO

from onward.cli.arguments import Arguments, emit, format_of, is_terminal, study_of, width_of

DESCRIPTION = """\
Replay a log through a model and print where every case stands.

Without LOG: the six partnerships of the 2007 report, as of 2007-12-31. Rows read = rows replayed + rows rejected,
always; unknown event types, refused events and broken invariants are listed below the table.
Exit code 1 where an invariant of the model is broken."""


def run(argv: Sequence[str], stdout: TextIO, stderr: TextIO) -> int:
    """Replay, print, and return 1 if an invariant is broken."""
    parser = Arguments("replay", DESCRIPTION)
    parser.add_log()
    parser.add_output()
    arguments = parser.answer(argv)

    from onward.history.engine import replay  # noqa: PLC0415  # only when there is work
    from onward.report.summary import summarise  # noqa: PLC0415

    study = study_of(arguments)
    done = replay(study.model, study.log, as_of=study.as_of, reading=arguments.reading)
    summary = summarise(done, study.cases)
    match format_of(arguments):
        case "json":
            from onward.report import data  # noqa: PLC0415

            emit(data.to_json(data.replay_data(done, study.cases)), arguments, stdout)
        case "csv":
            from onward.report import data  # noqa: PLC0415

            rows = data.case_rows(done, study.cases)
            emit(data.to_csv(data.case_headings(done, study.cases), rows), arguments, stdout)
            stderr.writelines(f"{line}\n" for line in (*summary.lines, *summary.warnings))
        case _:
            from onward.report.text import to_text  # noqa: PLC0415

            width, colour = width_of(stdout, arguments), is_terminal(stdout, arguments)
            emit(to_text(summary, width=width, colour=colour), arguments, stdout)
    return int(any(row.kind == "broken" for row in done.deviation_rows))
