"""`onward models`: what comes with Onward."""

from collections.abc import Sequence
from typing import TextIO

from onward.cli.arguments import Arguments, emit, format_of, is_terminal, width_of

DESCRIPTION = """\
List the models that come with Onward. `onward replay -m NAME` replays a model's own log, `onward replay LOG -m NAME`
another one."""


def run(argv: Sequence[str], stdout: TextIO, stderr: TextIO) -> int:  # noqa: ARG001  # every command has one signature
    """List the shipped models and return 0."""
    parser = Arguments("models", DESCRIPTION)
    parser.add_output()
    arguments = parser.answer(argv)

    from onward.library import load_model, shipped_models  # noqa: PLC0415  # only when there is work
    from onward.report import data  # noqa: PLC0415

    rows = [data.model_data(load_model(name)) for name in shipped_models()]
    match format_of(arguments):
        case "json":
            emit(data.to_json({"models": rows}), arguments, stdout)
        case "csv":
            emit(data.to_csv(list(rows[0]), rows), arguments, stdout)
        case _:
            from onward.report.text import table_text  # noqa: PLC0415

            cells = [(row["name"], row["title"], "; ".join(row["phases"]), row["source"]) for row in rows]
            width, colour = width_of(stdout, arguments), is_terminal(stdout, arguments)
            text = table_text(("model", "title", "phases", "source"), cells, width=width, colour=colour)
            emit(text, arguments, stdout)
    return 0
