"""`onward models`: what comes with Onward."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TextIO

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
            emit(data.to_csv(data.MODEL_HEADINGS, rows), arguments, stdout)
        case _:
            from onward.report.text import table_text  # noqa: PLC0415

            cells = [(row["name"], row["title"], "; ".join(_phases(row)), row["source"]) for row in rows]
            width, colour = width_of(stdout, arguments), is_terminal(stdout, arguments)
            text = table_text(("model", "title", "phases", "source"), cells, width=width, colour=colour)
            emit(text, arguments, stdout)
    return 0


def _phases(row: Mapping[str, Any]) -> Iterator[str]:
    """Yield the phases of a model, one below the other; those of a track under its name."""
    if "tracks" not in row:
        yield from row["phases"]
    for track, phases in row.get("tracks", {}).items():
        yield f"{track}:"
        yield from (f"  {phase}" for phase in phases)
