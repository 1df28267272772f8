"""The quadrangle study: six partnerships of the UN, NATO, the EU and the AU, from the event log to the report's table.

Run it with `python examples/quadrangle/quadrangle.py`. The report is K. M. Haugevik, *New partners, new possibilities*
(NUPI, 2007); `data/partnership/README.md` says how its events were coded.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import polars as pl

import onward

FIGURE_2 = Path(__file__).parents[2] / "data" / "partnership" / "figure2.csv"


def main() -> None:
    """Tell the study in five parts."""
    study = onward.load_study("partnership")
    replay = onward.replay(study.model, study.log, as_of=study.as_of)
    print_heading("1. From the log to Figure 2")
    print_table(study, replay)
    print_heading("\n2. Against the figure as the report prints it")
    compare_with_figure(study, replay)
    print_heading("\n3. Year by year")
    print_timeline(study)
    print_heading("\n4. What UN–NATO lacks")
    print(replay.explain("UN–NATO").splitlines()[-1])
    print_heading("\n5. What if the declaration of 2005 had been signed?")
    print_what_if(study)


def print_heading(text: str) -> None:
    """Print the title of a part."""
    print(f"{text}\n{'-' * len(text.strip())}")


def print_table(study: onward.Study, replay: onward.Replay) -> None:
    """Print where every case stands, in the order of the case table."""
    print(f"{len(study.log)} events, {study.log.times[0].recorded} to {study.log.times[-1].recorded}")
    stands = {row["case"]: row for row in replay.cases.iter_rows(named=True)}
    for case in study.cases.rows:
        row = stands[case]
        name = study.cases.title(case)
        print(f"{name:8} {row['label']:20} since {row['since_recorded']:7} {row['basis']}")
        print(f"{'':8} {study.cases.of(case)['motives']}")
        print(f"{'':8} {row['operations']}")


def compare_with_figure(study: onward.Study, replay: onward.Replay) -> None:
    """Say how many phases agree with Figure 2, and which operations do not."""
    with FIGURE_2.open(encoding="utf-8", newline="") as file:
        figure = {row["dyad"]: row for row in csv.DictReader(file)}
    derived = {row["case"]: row for row in replay.cases.iter_rows(named=True)}
    agree = [case for case in figure if derived[case]["label"] == figure[case]["phase_as_printed"]]
    print(f"phases: {len(agree)} of {len(figure)} agree")
    print("operations that differ:")
    for case, row in figure.items():
        printed = set(row["operations"].replace("=", " ").replace("..", "–").split(";"))
        found = set(derived[case]["operations"].split("; "))
        if found != printed:
            print(f"  {study.cases.title(case)}")
            print(f"    figure only: {'; '.join(sorted(printed - found)) or 'none'}")
            print(f"    log only:    {'; '.join(sorted(found - printed)) or 'none'}")


def print_timeline(study: onward.Study) -> None:
    """Print the phase at the end of each year in which it had changed."""
    changes = list(changes_by_year(study))
    for case in study.cases.rows:
        told = ", ".join(f"{year} {label}" for year, changed, label in changes if changed == case)
        print(f"{study.cases.title(case):8} {told}")


def changes_by_year(study: onward.Study) -> Iterator[tuple[int, str, str]]:
    """Yield year, case and phase where the end of a year differs from the end of the year before."""
    known = dict.fromkeys(study.cases.rows, "Not begun")
    for year in range(study.log.times[0].first.year, int(study.as_of[:4]) + 1):
        replay = onward.replay(study.model, study.log, as_of=year)
        for case, label in replay.cases.select("case", "label").iter_rows():
            if label != known[case]:
                known[case] = label
                yield year, case, label


def print_what_if(study: onward.Study) -> None:
    """Replay an altered log, in which the stalled draft (H067) is a declaration of both."""
    signed = pl.col("event_id") == "H067"
    altered = study.log.frame.with_columns(
        event=pl.when(signed).then(pl.lit("joint_declaration")).otherwise("event"),
        formal=pl.col("formal") | signed,
    )
    replay = onward.replay(study.model, altered, as_of=study.as_of)
    stands = replay.cases.row(by_predicate=pl.col("case") == "NATO;UN", named=True)
    print(f"UN–NATO at {study.as_of}: {stands['label']} since {stands['since_recorded']}, {stands['basis']}")
    print(replay.explain("UN–NATO").splitlines()[-1])
    print("This says what the model makes of another log. It does not say what would have happened.")


if __name__ == "__main__":
    main()
