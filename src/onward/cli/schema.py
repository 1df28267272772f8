"""`onward schema`: the format of a model file, or of a scenario file."""

import json
from collections.abc import Sequence
from typing import TextIO

from onward.cli.arguments import Arguments, emit

DESCRIPTION = """\
Print the format of a model file as JSON Schema, for editors that complete and check while one types:
  onward schema -o onward.schema.json
  # first line of a model file: # yaml-language-server: $schema=onward.schema.json
With --of scenario: that of a scenario file."""


def run(argv: Sequence[str], stdout: TextIO, stderr: TextIO) -> int:  # noqa: ARG001  # every command has one signature
    """Print the schema and return 0."""
    parser = Arguments("schema", DESCRIPTION)
    parser.add_argument("--of", choices=("model", "scenario"), default="model", help="which file (default: model)")
    parser.add_argument("-o", "--output", metavar="FILE", help="write there instead of to the terminal")
    arguments = parser.answer(argv)

    from onward.model.schema import SCHEMA  # noqa: PLC0415  # only when there is work
    from onward.scenario.schema import scenario_schema  # noqa: PLC0415

    schema = SCHEMA if arguments.of == "model" else scenario_schema()
    emit(json.dumps(schema, ensure_ascii=False, indent=2) + "\n", arguments, stdout)
    return 0
