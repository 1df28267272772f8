"""Events per second of `onward.replay(model, frame)`, of state-machine libraries, and of a loop over a dictionary.

All run the same log through the same model, and every case must end in the same phase with the same counters. The
peers run the log that is made so many `--events` long; Onward runs that and one of `--large` events.

Usage: python -m benchmarks.peers [--events N] [--cases K] [--large N] [--many K] [--rounds R]
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path

import polars as pl

import onward
from benchmarks import engines
from benchmarks.logs import BUILD, MODEL, TYPES, Codes, codes, frame, parquet
from benchmarks.measuring import medians, rounded, seconds, sizes, table, tell

_PEERS: dict[str, Callable[[int], engines.Population]] = {
    f"transitions {version('transitions')}, `Event.trigger(model)`": engines.transitions_event,
    f"transitions {version('transitions')}, `model.trigger(name)`": engines.transitions_model,
    f"xstate-statemachine {version('xstate-statemachine')}": engines.xstate_sync,
    f"sismic {version('sismic')}": engines.sismic_queue,
    f"python-statemachine {version('python-statemachine')}": engines.python_statemachine,
}
_LOOP = "plain Python, a loop over a dictionary"
_FROM_CSV = "the same loop, from CSV with dates"
_REPLAY = "onward, `replay(model, frame)`"
_CATEGORICAL = "onward, `replay(model, frame)`, columns Categorical"
_STEPS = "onward, from Parquet to `replay(…).steps`"


def main() -> None:
    """Check that all agree, then time them in turn."""
    size = sizes(__doc__, events=200_000, cases=1_000, large=20_000_000, many=100_000, rounds=3)
    log = codes(size.events, size.cases)
    _check(log, size.cases)
    clocks = {**_peers(log, size.cases), **_onward(size.events, size.cases)}
    taken = medians(clocks, size.rounds)
    tell(f"{size.large:,} events")
    large = medians(_onward(size.large, size.many), size.rounds) if size.large else {}
    print(f"{size.events:,} events of {size.cases:,} cases; {size.rounds} rounds.", end=" ")
    print("All end every case in the same phase with the same counters.\n")
    print(_tables(taken, size, large))


def _rows(log: Codes) -> list[engines.Row]:
    return [(case, TYPES[event]) for case, event in zip(log.cases.tolist(), log.events.tolist(), strict=True)]


def _check(log: Codes, cases: int) -> None:
    """Make sure that all end every case alike; Onward is the measure."""
    done = onward.replay(onward.load_model(MODEL), frame(log, cases))
    expected: list[engines.End] = []
    for case, phase in done.cases.sort("case").select("case", "phase").iter_rows():
        kept = {name: count for name, count in done.live(case).context.items() if isinstance(count, int)}
        expected.append((phase, kept["agreements"], kept["operations"], kept["institutions"], kept["disputes"]))
    rows = _rows(log)
    for name, peer in {_LOOP: engines.dictionary_loop, **_PEERS}.items():
        tell(f"checking {name}")
        population = peer(cases)
        population.run(rows)
        difference = engines.first_difference(population.ends(), expected)
        if difference:
            raise SystemExit(f"{name}: {difference}")


def _peers(log: Codes, cases: int) -> dict[str, Callable[[], float]]:
    rows = _rows(log)
    path = BUILD / "logs" / f"{len(log)}x{cases}" / "by-time.csv"
    frame(log, cases).write_csv(path, datetime_format="%Y-%m-%dT%H:%M:%S")
    clocks = {name: partial(_run, peer, rows, cases) for name, peer in _PEERS.items()}
    return {
        _LOOP: partial(_run, engines.dictionary_loop, rows, cases),
        _FROM_CSV: partial(seconds, lambda: engines.dictionary_loop(cases).run(engines.rows_of_csv(path))),
        **clocks,
    }


def _run(peer: Callable[[int], engines.Population], rows: Sequence[engines.Row], cases: int) -> float:
    """Return how long the events take; making the cases is not counted."""
    population = peer(cases)
    return seconds(lambda: population.run(rows))


def _onward(events: int, cases: int) -> dict[str, Callable[[], float]]:
    model = onward.load_model(MODEL)
    path = parquet(events, cases)
    texts = pl.read_parquet(path)
    numbers = texts.with_columns(pl.col("case", "event").cast(pl.Categorical))
    return {
        _REPLAY: partial(seconds, lambda: onward.replay(model, texts)),
        _CATEGORICAL: partial(seconds, lambda: onward.replay(model, numbers)),
        _STEPS: partial(seconds, lambda: _steps(model, path)),
    }


def _steps(model: onward.Model, path: Path) -> pl.DataFrame:
    return onward.replay(model, pl.read_parquet(path)).steps


def _tables(taken: Mapping[str, float], size: argparse.Namespace, large: Mapping[str, float]) -> str:
    """Return both tables: events a second, and how many times as many Onward does on the large log."""
    ours, most = (large, size.large) if large else (taken, size.events)
    rates = {name: size.events / each for name, each in taken.items()}
    rows = []
    for name, each in rates.items():
        if name in (_REPLAY, _CATEGORICAL, _STEPS):
            rows.append((name, rounded(each), "", ""))
            continue
        way, aim = (_STEPS, 10) if name in (_LOOP, _FROM_CSV) else (_REPLAY, 300)
        rows.append((name, rounded(each), _times(most / ours[way] / each), f"{aim}"))
    header = ("engine", "events/s", "Onward on the large log: so many times as many", "aim")
    found = table(header, rows)
    if large:
        many = [(name, rounded(size.large / each)) for name, each in large.items()]
        found += "\n" + table((f"{size.large:,} events of {size.many:,} cases", "events/s"), many)
    return found


def _times(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}"


if __name__ == "__main__":
    main()
