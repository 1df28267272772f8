"""`onward reach`: what it would take for a case to be in a phase, and what carried it there."""

import argparse
from collections.abc import Sequence
from math import inf
from typing import TYPE_CHECKING, TextIO

from onward.cli.arguments import Arguments, check_output, emit, emit_page, format_of, study_of

if TYPE_CHECKING:
    from onward.library import Study
    from onward.scenario.reached import Reach
    from onward.scenario.removing import Carried

DESCRIPTION = """\
List all smallest sets of events that, added at the end of the window, would bring a case into a phase. Where the model
is finite they are surely the smallest, and all; an answer that is not sure says why, and how far was looked.

With --carried: all smallest sets of its own events without which the case would not be there.

Without LOG: the model's own log, such as that of the six partnerships of the 2007 report. A pair may be written in any
order: UN-EU, "EU;UN". The answer is a statement about the model, not a causal estimate."""

MOST = 4


def run(argv: Sequence[str], stdout: TextIO, stderr: TextIO) -> int:
    """Look for the smallest sets of events, print them, and return 0."""
    parser = Arguments("reach", DESCRIPTION)
    parser.add_argument("case", metavar="CASE", help="the case: a name, or a pair in any order")
    parser.add_argument(
        "phase", metavar="PHASE", help="the phase or stage; with --carried, where the case is will do: -"
    )
    parser.add_log(cases=False)
    parser.add_argument("--most", type=int, default=MOST, metavar="N", help=f"up to so many events (default: {MOST})")
    parser.add_argument(
        "--cost",
        action="append",
        default=[],
        metavar="TYPE=COST",
        help="what an event of a type costs (default: 1; never: it is not to be had); may be given again",
    )
    parser.add_argument(
        "--since", metavar="DATE", help="events may be added from then on, and the log goes on after them"
    )
    parser.add_argument("--carried", action="store_true", help="what carried the case there, instead")
    parser.add_output()
    arguments = parser.answer(argv)
    if arguments.carried and (arguments.cost or arguments.since is not None):
        parser.error("--cost and --since are for events that are added, and --carried takes events away")

    from onward.report.summary import noted, rejections  # noqa: PLC0415  # only when there is work

    check_output(arguments, {"the log that is read": arguments.log})
    costs = _costs(arguments.cost)
    study = study_of(arguments)
    answer = _answer(study, costs, arguments)
    stderr.writelines(f"! {line}\n" for line in (*noted(answer.replay), *rejections(study.log)))
    _print(answer, arguments, stdout)
    return 0


def _costs(said: Sequence[str]) -> dict[str, float | None]:
    """Return what events cost, by type; None for those that are not to be had."""
    from onward.problems import Problem, UsageError  # noqa: PLC0415  # as above

    found: dict[str, float | None] = {}
    for text in said:
        name, _, cost = text.partition("=")
        try:
            found[name.strip()] = None if cost.strip() == "never" else float(cost)
        except ValueError:
            what = f"{text!r} is no cost of an event type"
            raise UsageError([Problem("--cost", what, "write --cost agreement_signed=3, or =never")]) from None
    return {name: None if cost == inf else cost for name, cost in found.items()}


def _answer(study: "Study", costs: dict[str, float | None], arguments: argparse.Namespace) -> "Reach | Carried":
    if arguments.carried:
        from onward.scenario.removing import what_carried  # noqa: PLC0415  # as above

        return what_carried(
            study.model,
            study.log,
            arguments.case,
            None if arguments.phase == "-" else arguments.phase,
            most=arguments.most,
            as_of=study.as_of,
            reading=arguments.reading,
        )
    from onward.scenario.reaching import what_would_it_take  # noqa: PLC0415  # as above

    return what_would_it_take(
        study.model,
        study.log,
        arguments.case,
        arguments.phase,
        most=arguments.most,
        costs=costs,
        since=arguments.since,
        as_of=study.as_of,
        reading=arguments.reading,
    )


def _print(answer: "Reach | Carried", arguments: argparse.Namespace, stdout: TextIO) -> None:
    from onward.report import data, reached  # noqa: PLC0415  # as above
    from onward.scenario.reached import Reach  # noqa: PLC0415

    format_ = format_of(arguments)
    if format_ == "table":
        emit_page(reached.answer_page(answer), arguments, stdout)
    elif isinstance(answer, Reach):
        told = (
            data.to_json(reached.reach_data(answer))
            if format_ == "json"
            else data.to_csv(reached.REACH_HEADINGS, reached.reach_rows(answer))
        )
        emit(told, arguments, stdout)
    else:
        told = (
            data.to_json(reached.carried_data(answer))
            if format_ == "json"
            else data.to_csv(reached.CARRIED_HEADINGS, reached.carried_rows(answer))
        )
        emit(told, arguments, stdout)
