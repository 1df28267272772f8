"""What the commands' arguments have in common, and how a mistake in them is told."""

import argparse
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TextIO

from onward.problems import Problem, UsageError, nearest

if TYPE_CHECKING:
    from onward.library import Study
    from onward.report.pages import Page

FORMATS = ("table", "json", "csv")
_BY_ENDING = {".json": "json", ".csv": "csv"}
_WIDTH = 120  # of a table that goes to a file or a pipe


class UsageStop(Exception):  # noqa: N818  # asking for help is no error
    """The command line is answered before any work: with help (code 0) or with what is wrong (code 2)."""

    def __init__(self, code: int, text: str) -> None:
        self.code, self.text = code, text
        super().__init__(text)


class Arguments(argparse.ArgumentParser):
    """argparse with one-line errors that name the mend, writing nowhere itself."""

    def __init__(self, command: str, description: str) -> None:
        super().__init__(
            prog=f"onward {command}",
            description=description,
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    def print_help(self, file: object = None) -> NoReturn:  # noqa: ARG002  # the place is the caller's choice
        """Hand the help to whoever called."""
        raise UsageStop(0, self.format_help())

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments, in one line."""
        raise UsageStop(2, f"{self.prog}: {message}; {self._mend(message)}\n")

    def _mend(self, message: str) -> str:
        if choice := re.search(r"invalid choice: '?(.*?)'? \(choose from (.*)\)", message):
            known, typed = re.findall(r"[\w-]+", choice[2]), choice[1]
        elif unknown := re.search(r"unrecognized arguments: (-[\w-]+)", message):
            known, typed = re.findall(r"(?<!\w)--?[a-z][a-z-]*", self.format_usage()), unknown[1]
        else:
            known, typed = [], ""
        near = nearest(typed, known)
        return f"did you mean {near!r}?" if near else f"see `{self.prog} --help`"

    def answer(self, argv: Sequence[str]) -> argparse.Namespace:
        """Return the arguments in *argv*."""
        arguments = self.parse_args(list(argv))
        if getattr(arguments, "output", None) == "":
            self.error("-o needs a file name")
        return arguments

    def add_log(self, *, cases: bool = True) -> None:
        """Add the arguments that say what is replayed; where *cases* are printed, a table of them too."""
        self.add_argument(
            "log",
            nargs="?",
            metavar="LOG",
            help="event log (.csv, .tsv, .jsonl, .parquet, .arrow, .csv.gz ...); left out: the model's own log",
        )
        self.add_window()
        if cases:
            help_ = "a table of cases whose columns are printed beside the phase"
            self.add_argument("--cases", metavar="FILE", help=help_)

    def add_window(self) -> None:
        """Add the arguments that say how a log is read."""
        self.add_argument(
            "-m",
            "--model",
            default="partnership",
            metavar="MODEL",
            help="a model's name or file (default: partnership)",
        )
        self.add_argument(
            "--as-of",
            metavar="DATE",
            help="the last day (month, year) that counts; left out: the end of the log, or of the study",
        )
        self.add_argument(
            "--reading",
            choices=("certain", "possible"),
            default="certain",
            help="whether a date such as 2005 counts from its last instant (certain) or its first",
        )
        self.add_argument(
            "--on-bad-rows",
            choices=("fail", "set-aside"),
            default="fail",
            help="stop at rows that cannot be read (fail), or list them and go on",
        )

    def add_output(self) -> None:
        """Add the arguments that say what is printed where."""
        self.add_argument("--format", choices=FORMATS, help="what to print (default: table, or by the ending of FILE)")
        self.add_argument("-o", "--output", metavar="FILE", help="write there instead of to the terminal")


def study_of(arguments: argparse.Namespace) -> "Study":
    """Return what the arguments say is replayed."""
    # The library is imported when there is work, not for --help.
    from onward.files import read_log  # noqa: PLC0415
    from onward.library import Study, load_cases, load_model, load_study, shipped_models  # noqa: PLC0415
    from onward.log.case_table import CaseTable  # noqa: PLC0415
    from onward.log.dates import HOW_TO_WRITE  # noqa: PLC0415

    if arguments.as_of == "":
        raise UsageError([Problem("as_of", "'' is no date", HOW_TO_WRITE)])
    beside = getattr(arguments, "cases", None)
    cases = None if beside is None else load_cases(beside)
    if arguments.log is not None:
        model = load_model(arguments.model)
        log = read_log(arguments.log, on_bad_rows=arguments.on_bad_rows)
        return Study(model, log, arguments.as_of, cases or CaseTable())
    if arguments.model not in shipped_models():
        model = load_model(arguments.model)
        what = f"no log comes with the model {model.name!r}"
        raise UsageError([Problem("LOG", what, f"name one: onward replay LOG -m {arguments.model}")])
    study = load_study(arguments.model)
    as_of = study.as_of if arguments.as_of is None else arguments.as_of
    return Study(study.model, study.log, as_of, cases or study.cases)


def format_of(arguments: argparse.Namespace) -> str:
    """Return the format to print: the one asked for, or the one that the file's ending says."""
    by_ending = _BY_ENDING.get(Path(arguments.output).suffix.lower(), "table") if arguments.output else "table"
    return str(arguments.format or by_ending)


def is_terminal(stdout: TextIO, arguments: argparse.Namespace) -> bool:
    """Tell whether the output is read by a person at a terminal."""
    return not arguments.output and stdout.isatty()


def width_of(stdout: TextIO, arguments: argparse.Namespace) -> int:
    """Return how many characters fit in a line of the output."""
    fallback = (_WIDTH, 24)
    return shutil.get_terminal_size(fallback).columns if is_terminal(stdout, arguments) else _WIDTH


def emit(text: str, arguments: argparse.Namespace, stdout: TextIO) -> None:
    """Write *text* where the arguments say."""
    if arguments.output:
        from onward.files import write_text  # noqa: PLC0415  # as above

        write_text(Path(arguments.output), text)
    else:
        stdout.write(text)


def check_output(arguments: argparse.Namespace, read: Mapping[str, str | Path | None]) -> None:
    """Make sure, before any work, that the output overwrites nothing that is *read*, and that it can be written."""
    if not arguments.output:
        return
    from onward.streaming.output import check_apart  # noqa: PLC0415  # as above
    from onward.streaming.saving import check_place  # noqa: PLC0415

    check_apart(Path(arguments.output), read)
    check_place(arguments.output)


def emit_page(page: "Page", arguments: argparse.Namespace, stdout: TextIO) -> None:
    """Write *page* as people read it, where the arguments say."""
    from onward.report.text import page_text  # noqa: PLC0415  # as above

    emit(page_text(page, width=width_of(stdout, arguments), colour=is_terminal(stdout, arguments)), arguments, stdout)
