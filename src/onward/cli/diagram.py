"""`onward diagram`: a model as a drawing, or for a model checker."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from onward.cli.arguments import Arguments, emit

if TYPE_CHECKING:
    from onward.model.model import Model

DESCRIPTION = """\
Write a model in the language of another program:
  onward diagram MODEL                      Mermaid, which GitHub, GitLab and many editors draw
  onward diagram MODEL -o MODEL.dot         Graphviz
  onward diagram MODEL -o MODEL.prism       PRISM and Storm, which confirm that no log breaks an invariant
  onward diagram MODEL -o MODEL.props       what to ask of them"""

FORMATS = ("mermaid", "dot", "prism", "props")
_BY_ENDING = {".mmd": "mermaid", ".dot": "dot", ".gv": "dot", ".prism": "prism", ".nm": "prism", ".props": "props"}


def run(argv: Sequence[str], stdout: TextIO, stderr: TextIO) -> int:  # noqa: ARG001  # every command has one signature
    """Write one model and return 0."""
    parser = Arguments("diagram", DESCRIPTION)
    parser.add_argument("model", metavar="MODEL", help="a model's name or file")
    parser.add_argument(
        "--format", choices=FORMATS, help="what to write (default: by the ending of FILE; to the terminal: mermaid)"
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="write there instead of to the terminal")
    arguments = parser.answer(argv)

    from onward.library import load_model  # noqa: PLC0415  # only when there is work

    format_ = _format_of(arguments)
    emit(_written(load_model(arguments.model), format_), arguments, stdout)
    return 0


def _format_of(arguments: argparse.Namespace) -> str:
    """Return the format asked for, or the one that the file's ending says."""
    if arguments.format or not arguments.output:
        return arguments.format or "mermaid"
    ending = Path(arguments.output).suffix.lower()
    if ending not in _BY_ENDING:
        from onward.problems import Problem, UsageError  # noqa: PLC0415  # as above

        what = f"{arguments.output!r} says no format"
        raise UsageError([Problem("-o", what, f"let it end in {', '.join(_BY_ENDING)}, or name one: --format mermaid")])
    return _BY_ENDING[ending]


def _written(model: "Model", format_: str) -> str:
    """Return *model* in a format. Each module is loaded when its format is asked for: only one needs columns."""
    match format_:
        case "mermaid":
            from onward.export.mermaid import mermaid  # noqa: PLC0415  # as above

            return mermaid(model)
        case "dot":
            from onward.export.dot import dot  # noqa: PLC0415  # as above

            return dot(model)
        case "props":
            from onward.export.prism import properties  # noqa: PLC0415  # as above

            return properties(model)
        case _:
            from onward.export.prism import prism  # noqa: PLC0415  # as above

            return prism(model)
