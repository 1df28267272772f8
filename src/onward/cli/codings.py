"""`onward codings`: two codings of the same cases side by side."""

from collections.abc import Sequence
from typing import TextIO

from onward.cli.arguments import Arguments, check_output, emit, emit_page, format_of

DESCRIPTION = """\
Compare two logs of the same cases, such as those of two coders: which events and cells differ, how far they agree, and
whether it matters: what comes out otherwise if one thing alone is as in the other log, and if all are.

Rows with the same event_id are one event; without ids, rows of one case and type whose dates are nearest."""


def run(argv: Sequence[str], stdout: TextIO, stderr: TextIO) -> int:
    """Compare two logs, print where they differ, and return 0."""
    parser = Arguments("codings", DESCRIPTION)
    parser.add_argument("here", metavar="LOG", help="one log")
    parser.add_argument("there", metavar="OTHER", help="the other")
    parser.add_window()
    parser.add_output()
    arguments = parser.answer(argv)

    from onward.files import read_log  # noqa: PLC0415  # only when there is work
    from onward.history.engine import replay  # noqa: PLC0415
    from onward.library import load_model  # noqa: PLC0415
    from onward.report import coded, data  # noqa: PLC0415
    from onward.report.summary import noted, rejections  # noqa: PLC0415
    from onward.scenario.codings import compare_codings  # noqa: PLC0415

    model = load_model(arguments.model)
    check_output(arguments, {"a log that is read": arguments.here, "the other log": arguments.there})
    logs = [read_log(path, on_bad_rows=arguments.on_bad_rows) for path in (arguments.here, arguments.there)]
    for log in logs:
        alone = replay(model, log, as_of=arguments.as_of, reading=arguments.reading)
        stderr.writelines(f"! {line}\n" for line in (*noted(alone), *rejections(log)))
    found = compare_codings(model, *logs, as_of=arguments.as_of, reading=arguments.reading)
    match format_of(arguments):
        case "json":
            emit(data.to_json(coded.coded_data(found)), arguments, stdout)
        case "csv":
            emit(data.to_csv(coded.HEADINGS, coded.coded_rows(found)), arguments, stdout)
        case _:
            emit_page(coded.coded_page(found), arguments, stdout)
    return 0
