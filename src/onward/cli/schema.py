"""`onward schema`: the format of a model file."""

import json
from collections.abc import Sequence
from typing import TextIO

from onward.cli.arguments import Arguments, emit

DESCRIPTION = """\
Print the format of a model file as JSON Schema, for editors that complete and check while one types:
  onward schema -o onward.schema.json
  # first line of a model file: # yaml-language-server: $schema=onward.schema.json"""


def run(argv: Sequence[str], stdout: TextIO, stderr: TextIO) -> int:  # noqa: ARG001  # every command has one signature
    """Print the schema and return 0."""
    parser = Arguments("schema", DESCRIPTION)
    parser.add_argument("-o", "--output", metavar="FILE", help="write there instead of to the terminal")
    arguments = parser.answer(argv)

    from onward.model.schema import SCHEMA  # noqa: PLC0415  # only when there is work

    emit(json.dumps(SCHEMA, ensure_ascii=False, indent=2) + "\n", arguments, stdout)
    return 0
