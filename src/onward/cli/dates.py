"""`onward dates`: what hangs on dates that are known only roughly."""

from collections.abc import Sequence
from typing import TextIO

from onward.cli.arguments import Arguments, check_output, emit, emit_page, format_of, study_of

DESCRIPTION = """\
Draw the dates of a log again and again inside what is known of them (a year, a month, a day), and replay every draw:
how often each case ends where, when it came there at the earliest and the latest, which dates matter. Where the model
looks at the order of events alone and there are few enough orders, all are weighed, and shares are exact.

The two readings of partial dates stand side by side: `certain by` counts an event from the last instant of its date,
`possible from` from the first.

Without LOG: the model's own log, such as that of the six partnerships of the 2007 report."""

DRAWS = 1_000


def run(argv: Sequence[str], stdout: TextIO, stderr: TextIO) -> int:
    """Draw dates, print what hangs on them, and return 0."""
    parser = Arguments("dates", DESCRIPTION)
    parser.add_log(cases=False)
    parser.add_argument("--order", metavar="FILE", help="what is known of the order: columns before_id and after_id")
    parser.add_argument("--draws", type=int, default=DRAWS, metavar="N", help=f"how many (default: {DRAWS:,})")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="the same seed, the same draws (default: 1)")
    parser.add_output()
    arguments = parser.answer(argv)

    from onward.history.engine import replay  # noqa: PLC0415  # only when there is work
    from onward.report import data, dated  # noqa: PLC0415
    from onward.report.summary import noted, rejections  # noqa: PLC0415
    from onward.scenario.dating import vary_dates  # noqa: PLC0415
    from onward.scenario.orders import load_order  # noqa: PLC0415

    check_output(arguments, {"the log that is read": arguments.log, "the order": arguments.order})
    study = study_of(arguments)
    baseline = replay(study.model, study.log, as_of=study.as_of, reading=arguments.reading)
    stderr.writelines(f"! {line}\n" for line in (*noted(baseline), *rejections(study.log)))
    found = vary_dates(
        study.model,
        study.log,
        order=() if arguments.order is None else load_order(arguments.order),
        draws=arguments.draws,
        seed=arguments.seed,
        as_of=study.as_of,
        reading=arguments.reading,
    )
    match format_of(arguments):
        case "json":
            emit(data.to_json(dated.dated_data(found)), arguments, stdout)
        case "csv":
            emit(data.to_csv(dated.HEADINGS, dated.dated_rows(found)), arguments, stdout)
        case _:
            emit_page(dated.dated_page(found), arguments, stdout)
    return 0
