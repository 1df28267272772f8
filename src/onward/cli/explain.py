"""`onward explain`: one case in words."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from onward.cli.arguments import Arguments, check_output, emit, format_of, study_of, width_of

if TYPE_CHECKING:
    from onward.history.replayed import Replay

DESCRIPTION = """\
Tell the life of one case step by step: what each event did and why, its source, and what is missing for the next
phase. A pair may be written in any order: UN-EU, UN–EU, "EU;UN".

Without LOG: a case of the model's own log, such as one of the six partnerships of the 2007 report. CASE may be left out
where there is only one."""


def run(argv: Sequence[str], stdout: TextIO, stderr: TextIO) -> int:
    """Explain one case and return 0."""
    parser = Arguments("explain", DESCRIPTION)
    parser.add_argument("case", nargs="?", metavar="CASE", help="the case: a name, or a pair in any order")
    parser.add_log()
    parser.add_output()
    arguments = parser.answer(argv)

    from onward.history.engine import replay  # noqa: PLC0415  # only when there is work
    from onward.history.telling import tell  # noqa: PLC0415
    from onward.report import data  # noqa: PLC0415
    from onward.report.summary import noted, rejections  # noqa: PLC0415

    check_output(arguments, {"the log that is read": arguments.log, "the table of cases": arguments.cases})
    study = study_of(arguments)
    done = replay(study.model, study.log, as_of=study.as_of, reading=arguments.reading)
    life = done.life(_only_case(done) if arguments.case is None else arguments.case)
    stderr.writelines(f"! {line}\n" for line in (*noted(done), *rejections(study.log)))
    match format_of(arguments):
        case "json":
            emit(data.to_json(data.life_data(life)), arguments, stdout)
        case "csv":
            emit(data.to_csv(data.step_headings(life.model), data.step_rows(life)), arguments, stdout)
        case _:
            emit(tell(life, width_of(stdout, arguments)) + "\n", arguments, stdout)
    return 0


def _only_case(done: "Replay") -> str:
    """Return the case of a log that has one.

    Raises:
        UsageError: there are several, or none.

    """
    from onward.problems import SHOWN, Problem, UsageError  # noqa: PLC0415  # as above

    cases = sorted(done.rows)
    if len(cases) == 1:
        return cases[0]
    named = ", ".join(map(repr, cases[:SHOWN])) + (", ..." if len(cases) > SHOWN else "")
    mend = f"name one: {named}" if cases else "there is nothing to explain in an empty log"
    raise UsageError([Problem("CASE", f"the log has {len(cases)} cases", mend)])
