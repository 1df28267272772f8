"""`onward convert`: a log in one format becomes one in another."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from onward.cli.arguments import Arguments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onward.streaming.converting import Converted

DESCRIPTION = """\
Convert a log between formats: CSV, TSV, JSON Lines, Parquet and Arrow, each by its ending. IN may be packed text (.gz).

OUT is the same log, with Onward's own names of columns (time, event, case or organizations, event_id, until, then the
attributes) and all rows that can be read. Rows read = rows written + rows rejected, always. A long log is read in
batches; OUT appears when it is whole."""


def run(argv: Sequence[str], stdout: TextIO, stderr: TextIO) -> int:
    """Convert one log and return 0."""
    parser = Arguments("convert", DESCRIPTION)
    parser.add_argument("source", metavar="IN", help="the log that is read")
    parser.add_argument("target", metavar="OUT", help="the file that is written: .csv, .tsv, .jsonl, .parquet, .arrow")
    parser.add_argument(
        "--sort", action="store_true", help="order the rows by the last instant of their dates; ties stay as they are"
    )
    parser.add_argument(
        "--on-bad-rows",
        choices=("fail", "set-aside"),
        default="fail",
        help="stop at rows that cannot be read (fail), or list them and go on",
    )
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    arguments = parser.answer(argv)

    from onward.streaming.converting import convert  # noqa: PLC0415  # only when there is work
    from onward.streaming.progress import Progress  # noqa: PLC0415

    done = convert(
        arguments.source,
        arguments.target,
        sort=arguments.sort,
        on_bad_rows=arguments.on_bad_rows,
        progress=Progress(quiet=arguments.quiet, stream=stderr),
    )
    stderr.writelines(f"! {line}\n" for line in _noted(done))
    rows = f"{done.read} rows read = {done.written} written + {done.rejected} rejected"
    stdout.write(f"{rows}: {arguments.target}\n")
    return 0


def _noted(done: "Converted") -> "Iterator[str]":
    """Yield what must not be overlooked."""
    if done.renamed:
        yield "columns renamed: " + ", ".join(f"{name} to {role}" for name, role in done.renamed.items())
    if done.retyped:
        told = ", ".join(f"{name} ({type_})" for name, type_ in done.retyped.items())
        yield f"text that is read as something else, because the format has no types: {told}"
    yield from (f"set aside: {problem}" for problem in done.problems)
    more = done.problem_count - len(done.problems)
    if more:
        yield f"... and {more:,} more problems ({done.problem_count:,} in all)"
