"""The shell: arguments → calls of the library → text and an exit code.

Exit codes: 0 fine, 1 findings (an invariant is broken), 2 bad input or usage. Commands are imported when they are
asked for, so that `onward --help` is quick.
"""

import gc
import io
import os
import sys
from contextlib import suppress
from importlib import import_module

from onward.version import __version__

TYPE_CHECKING = False  # what `typing.TYPE_CHECKING` is, without importing `typing` for it
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

COMMANDS = {
    "replay": "replay a log; without one, the six partnerships of the 2007 report",
    "explain": "the life of one case, step by step, with reasons and what is missing",
    "what-if": "scenarios against a log as it is, and grids of rules",
    "reach": "what it would take for a case to be in a phase, or what carried it there",
    "dates": "what hangs on dates that are known only roughly",
    "codings": "two codings of the same cases side by side, and whether it matters",
    "verify": "what is proved of a model, and what is wrong with it",
    "diagram": "a model as a drawing, or for a model checker",
    "convert": "a log in another format, under Onward's names of columns",
    "models": "the models that come with Onward",
    "schema": "the format of a model file, as JSON Schema",
}

HELP = f"""\
usage: onward COMMAND ...

Life-cycle models: guarded state machines run over dated event logs, with a reason for every step.

commands:
{chr(10).join(f"  {name:<10}{says}" for name, says in COMMANDS.items())}

options:
  -h, --help     show this text; `onward COMMAND --help` tells more
  --version      show the version

Start with `onward replay`, then `onward explain "UN-NATO"`.
"""


def main(argv: "Sequence[str]", stdout: "TextIO", stderr: "TextIO") -> int:
    """Run one command and return its exit code.

    Args:
        argv: the arguments, without the program's name.
        stdout: where results go.
        stderr: where problems go.

    """
    name, rest = (argv[0], argv[1:]) if argv else ("", ())
    if name in {"", "-h", "--help"}:
        (stdout if name else stderr).write(HELP)
        return 0 if name else 2
    if name == "--version":
        stdout.write(f"onward {__version__}\n")
        return 0
    from onward.cli.arguments import UsageStop  # noqa: PLC0415  # whoever asks for --help does not wait for it
    from onward.problems import OnwardError, suggestion  # noqa: PLC0415

    if name not in COMMANDS:
        stderr.write(f"onward: there is no command {name!r}; {suggestion(name, COMMANDS)}\n")
        return 2
    try:
        code: int = import_module(f"onward.cli.{name.replace('-', '_')}").run(rest, stdout, stderr)
    except UsageStop as stop:
        (stderr if stop.code else stdout).write(stop.text)
        return stop.code
    except OnwardError as error:
        stderr.writelines(f"onward: {line}\n" for line in str(error).splitlines())
        return 2
    return code


def run() -> None:
    """Run the command line that the shell gave, and exit."""
    # A short process that makes many small values and no cycles: collecting as often as Python does by default costs a
    # twentieth of `onward replay`.
    gc.set_threshold(100_000, 50, 50)
    if sys.stdout is None:
        # `onward ... >&-`: nobody listens.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115  # lives as long as the process
    for stream in (sys.stdout, sys.stderr):
        # A terminal that knows no en dash shows a question mark.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        code = main(sys.argv[1:], sys.stdout, sys.stderr)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has gone (`onward ... | head`): that is its business.
        _drop_output()
        code = 0
    except OSError as error:
        _drop_output()
        with suppress(OSError):
            sys.stderr.write(f"onward: the output can't be written ({error.strerror}); check the disk's space\n")
        code = 2
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


def _drop_output() -> None:
    """Send nowhere what stdout still holds, so that Python does not complain at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
