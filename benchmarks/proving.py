"""Whether proofs are right, and what they cost: hundreds of mutants held against brute force, and models that grow.

A mutant is a shipped model with one mistake (`mutants.py`). What it really does is worked out without the code that
proves (`brute.py`): all short logs are tried, then random longer ones, and the verifier's counterexamples are run.
So "none found" is not "none", but a proof of what a log breaks is wrong for certain.

Usage: python -m benchmarks.proving [--quick] [--mutants N] [--budget N] [--jobs N] [--rounds R] [--only PART ...]
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from attrs import frozen

import onward
from benchmarks.brute import Log, enumerate_breaks, first_break, happening
from benchmarks.logs import BUILD
from benchmarks.machine import described
from benchmarks.measuring import table, tell
from benchmarks.mutants import KINDS, Mutant, balanced
from onward.model.elements import Count, Distinct, EventKind, Flag, Invariant, Phase, Transition, Variable
from onward.model.guards import And, Compare, Constant, CurrentPhase, Guard, Holds, Memory, Or, PhaseName

if TYPE_CHECKING:
    from onward.proof.verdict import Check, Verdict

_PICTURE = Path(__file__).with_name("proof-effort.svg")
_AS_SHIPPED = "as shipped"
_LENGTH = 12
"""Events of the longest logs that are all tried, where there are few enough of them."""

Verify = Callable[[onward.Model], "Verdict"]
Parts = Literal["mutants", "times", "effort"]
_PARTS: tuple[Parts, ...] = ("mutants", "times", "effort")


def main() -> int:
    """Run what is asked for and print the tables; fail if a proof is wrong."""
    asked = _arguments()
    if asked.one:
        print(json.dumps(_measured(asked.one)))
        return 0
    print(f"{described()[:-1]}, z3-solver {version('z3-solver')}.\n")
    wrong = False
    if "mutants" in asked.only:
        found = study(partial(onward.verify, seconds=asked.seconds), asked.mutants, asked.budget, asked.jobs)
        print(told(found, asked.budget))
        wrong = any(each.wrong or each.alarms or each.failure for each in found)
    if "times" in asked.only:
        print(times(asked.rounds))
    if "effort" in asked.only:
        print(efforts(asked.rounds, _PICTURE if asked.full else BUILD / "out" / _PICTURE.name, full=asked.full))
    return int(wrong)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the mutants, small models, one round")
    parser.add_argument("--mutants", type=int, help="of each model, of large ones fewer; default: 100")
    parser.add_argument("--budget", type=int, help="events that brute force tries of a mutant; default: 40,000")
    parser.add_argument("--jobs", type=int, default=1, help="processes for the mutants; default: 1")
    parser.add_argument("--seconds", type=float, default=10, help="an invariant of a mutant may take; default: 10")
    parser.add_argument("--rounds", type=int, help="default: 5")
    parser.add_argument("--only", nargs="+", choices=_PARTS, default=_PARTS, metavar="PART", help=", ".join(_PARTS))
    parser.add_argument("--one", help=argparse.SUPPRESS)  # what a fresh process is asked to time
    asked = parser.parse_args()
    asked.full = not asked.quick
    asked.mutants = asked.mutants or (100 if asked.full else 10)
    asked.budget = asked.budget or (40_000 if asked.full else 5_000)
    asked.rounds = asked.rounds or (5 if asked.full else 1)
    return asked


# ---- mutants


@frozen
class Judged:
    """One invariant of one mutant: what the verifier says of it, and what is so.

    Attributes:
        name: the invariant.
        status: what the verifier says: `proved`, `broken`, `undecided`, or "" where it says nothing.
        shown: events of its counterexample, None without one.
        confirmed: whether the counterexample breaks the invariant, by brute force.
        breaks: the shortest log found by brute force that breaks it, None without one.

    """

    name: str
    status: str
    shown: int | None
    confirmed: bool
    breaks: Log | None

    @property
    def is_broken(self) -> bool:
        """Whether a log is known that breaks it."""
        return self.breaks is not None or self.confirmed

    @property
    def is_wrong(self) -> bool:
        """Whether it is said to be proved, and a log breaks it."""
        return self.status == "proved" and self.is_broken

    @property
    def is_alarm(self) -> bool:
        """Whether it is said to be broken by a log that does not break it, or by none."""
        return self.status == "broken" and not self.confirmed

    @property
    def is_found(self) -> bool:
        """Whether it is said to be broken, and is."""
        return self.status == "broken" and self.confirmed

    @property
    def is_shorter(self) -> bool:
        """Whether brute force has a shorter log than the verifier."""
        return self.is_found and self.breaks is not None and len(self.breaks) < (self.shown or 0)


@frozen
class Found:
    """What came of one mutant.

    Attributes:
        mutant: the mutant.
        judged: its invariants.
        seconds: what the verifier took.
        brute: what brute force took.
        exhausted: whether brute force went through all that can become of a case.
        complete: the length up to which it tried all logs.
        failure: the error that the verifier ended with; "" without one.

    """

    mutant: Mutant
    judged: tuple[Judged, ...]
    seconds: float
    brute: float
    exhausted: bool
    complete: int
    failure: str = ""

    @property
    def breaking(self) -> bool:
        """Whether a log is known that breaks any of its invariants."""
        return any(each.is_broken for each in self.judged)

    @property
    def caught(self) -> bool:
        """Whether the verifier finds every invariant that is known to break."""
        return self.breaking and all(each.is_found for each in self.judged if each.is_broken)

    @property
    def undecided(self) -> bool:
        """Whether it leaves any invariant undecided."""
        return any(each.status not in {"proved", "broken"} for each in self.judged)

    @property
    def wrong(self) -> tuple[Judged, ...]:
        """What is proved and broken."""
        return tuple(each for each in self.judged if each.is_wrong)

    @property
    def alarms(self) -> tuple[Judged, ...]:
        """What is said to be broken and is not shown to be."""
        return tuple(each for each in self.judged if each.is_alarm)


def study(verify: Verify, mutants: int, budget: int, jobs: int = 1) -> list[Found]:
    """Return what *verify* and brute force make of the shipped models and of their mutants, *mutants* of each."""
    waiting = [mutant for name in onward.shipped_models() for mutant in _mutants(name, mutants)]
    held = partial(_held, verify, budget)
    found: list[Found] = []
    if jobs == 1:
        for mutant in waiting:
            found.append(held(mutant))
            _tell(found, len(waiting))
        return found
    with ProcessPoolExecutor(jobs) as pool:
        for one in pool.map(held, waiting):
            found.append(one)
            _tell(found, len(waiting))
    return found


def _tell(found: Sequence[Found], number: int) -> None:
    last = found[-1]
    for each in (*last.wrong, *last.alarms):
        tell(f"{'WRONG PROOF' if each.is_wrong else 'FALSE ALARM'}: {last.mutant}: {each.name}")
    if last.failure:
        tell(f"FAILURE: {last.mutant}: {last.failure}")
    if len(found) % 20 == 0 or len(found) == number:
        tell(f"{len(found)} of {number} mutants")


_SHARE = {"norm_change": 0.1, "partnership_lessons": 0.2}
"""Of the models with the most to try out, fewer mutants: each takes ten times as long as those of others."""


def _mutants(name: str, number: int) -> list[Mutant]:
    model = onward.load_model(name)
    return [Mutant(_AS_SHIPPED, "no mistake", model), *balanced(model, round(number * _SHARE.get(name, 1)))]


def _held(verify: Verify, budget: int, mutant: Mutant) -> Found:
    """Hold what *verify* says of one mutant against brute force."""
    model = mutant.model
    start = time.perf_counter()
    checks: Sequence[Check] = ()
    failure = ""
    try:
        checks = verify(model).checks
    except Exception as error:  # noqa: BLE001  # whatever it is, it is a finding, and there are more mutants
        failure = f"{type(error).__name__}: {error}"
    middle = time.perf_counter()
    tried = enumerate_breaks(model, _LENGTH, budget)
    taken = time.perf_counter() - middle
    return Found(
        mutant,
        tuple(_judged(model, n, checks, tried.logs.get(n)) for n in range(len(model.invariants))),
        middle - start,
        taken,
        tried.exhausted,
        tried.complete,
        failure,
    )


def _judged(model: onward.Model, number: int, checks: Sequence["Check"], breaks: Log | None) -> Judged:
    """Return what is said of an invariant; the invariants' checks come first, in file order."""
    check = checks[number] if number < len(checks) else None
    invariant = model.invariants[number]
    if check is not None and check.kind != invariant.kind:
        raise AssertionError(f"the check {check.name!r} stands where {invariant.name!r} should")
    shown = None if check is None or check.counterexample is None else check.counterexample.events
    return Judged(
        name=invariant.name,
        status="" if check is None else check.status,
        shown=None if shown is None else len(shown),
        confirmed=shown is not None and number in first_break(model, map(happening, shown)),
        breaks=breaks,
    )


def told(found: Sequence[Found], budget: int) -> str:
    """Return the tables of the mutants, and in full whatever is wrong."""
    parts = [
        f"{len(found)} models: the shipped ones and their mutants. Brute force tries {budget:,} events of each.\n",
        table(("kind of mistake", *_COLUMNS), _rows(found, (_AS_SHIPPED, *KINDS), lambda each: each.mutant.kind)),
        table(
            ("model", *_COLUMNS),
            _rows(found, sorted({each.mutant.model.name for each in found}), lambda each: each.mutant.model.name),
        ),
        table(
            ("model", "s to verify, median", "worst", "s by brute force, median", "worst", "gone through wholly"),
            (_times_of(name, each) for name, each in _by_model(found)),
        ),
        *_listed("Proofs that are wrong", ((f, j) for f in found for j in f.wrong)),
        *_listed("False alarms", ((f, j) for f in found for j in f.alarms)),
        *_listed("Broken as shipped", ((f, j) for f in found if f.mutant.kind == _AS_SHIPPED for j in _broken(f))),
        *_listed("Brute force is shorter", ((f, j) for f in found for j in f.judged if j.is_shorter)),
        *(f"The verifier fails: {each.mutant}: {each.failure}\n" for each in found if each.failure),
    ]
    return "\n".join(parts)


_COLUMNS = (
    "models",
    "breaking",
    "found",
    "undecided, breaking",
    "undecided, others",
    "invariants",
    "false alarms",
    "wrong proofs",
    "shorter by brute force",
)


def _rows(found: Sequence[Found], names: Iterable[str], name_of: Callable[[Found], str]) -> Iterator[tuple[str, ...]]:
    """Yield a row of `_COLUMNS` for each of *names*, and one for all."""
    for name in (*names, "all"):
        ours = [each for each in found if name in {"all", name_of(each)}]
        judged = [each for one in ours for each in one.judged]
        numbers = (
            len(ours),
            sum(each.breaking for each in ours),
            sum(each.caught for each in ours),
            sum(each.undecided and each.breaking for each in ours),
            sum(each.undecided and not each.breaking for each in ours),
            len(judged),
            sum(each.is_alarm for each in judged),
            sum(each.is_wrong for each in judged),
            sum(each.is_shorter for each in judged),
        )
        if ours:
            yield name, *map(str, numbers)


def _by_model(found: Sequence[Found]) -> Iterator[tuple[str, list[Found]]]:
    for name in dict.fromkeys(each.mutant.model.name for each in found):
        yield name, [each for each in found if each.mutant.model.name == name]


def _times_of(name: str, found: Sequence[Found]) -> tuple[str, ...]:
    verified, brute = [each.seconds for each in found], [each.brute for each in found]
    times = (statistics.median(verified), max(verified), statistics.median(brute), max(brute))
    return name, *(f"{seconds:.2f}" for seconds in times), str(sum(each.exhausted for each in found))


def _broken(found: Found) -> Iterator[Judged]:
    return (each for each in found.judged if each.is_broken)


def _listed(title: str, which: Iterable[tuple[Found, Judged]]) -> Iterator[str]:
    """Yield a list of invariants, each with the log that breaks it."""
    lines = [
        f"- {found.mutant}: *{judged.name}* is said to be {judged.status or 'nothing'}"
        + (f", by a log of {judged.shown}" if judged.shown is not None else "")
        + (f"; {len(judged.breaks)} break it: {'; '.join(map(str, judged.breaks))}" if judged.breaks else "")
        for found, judged in which
    ]
    if lines:
        yield f"{title}:\n\n" + "\n".join(lines) + "\n"


# ---- times


def times(rounds: int) -> str:
    """Return how long a proof takes in a process of its own."""
    names = {"partnership": "partnership", "norm_change": "norm_change", "50x200x8": "50 phases, 200 transitions"}
    rows = []
    for name, title in names.items():
        runs = [_alone(name) for _ in range(rounds)]
        tell(title)
        rows.append((title, _spread(runs), *_last(runs)))
    head = ("model", "s to verify, median (worst)", "MiB at the peak", "statuses")
    return f"Each in a process of its own, median of {rounds}.\n\n" + table(head, rows)


def _alone(name: str) -> Mapping[str, str | float]:
    """Return what a process of its own tells of verifying a model."""
    command = [sys.executable, "-m", "benchmarks.proving", "--one", name]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8", cwd=_PICTURE.parents[1])
    said: Mapping[str, str | float] = json.loads(done.stdout)
    return said


def _measured(name: str) -> Mapping[str, str | float]:
    """Verify the shipped model called *name*, or the random one of that size (`phases x transitions x variables`)."""
    import resource  # noqa: PLC0415  # not on every system

    model = onward.load_model(name) if name in onward.shipped_models() else sprawling(*map(int, name.split("x")))
    start = time.perf_counter()
    verdict = onward.verify(model)
    seconds = time.perf_counter() - start
    statuses = Counter(check.status for check in verdict.checks)
    return {
        "seconds": seconds,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 2**20),
        "statuses": ", ".join(f"{number} {status}" for status, number in statuses.items()),
    }


def _spread(runs: Sequence[Mapping[str, str | float]]) -> str:
    seconds = [float(run["seconds"]) for run in runs]
    return f"{statistics.median(seconds):.2f} ({max(seconds):.2f})"


def _last(runs: Sequence[Mapping[str, str | float]]) -> tuple[str, str]:
    return f"{runs[-1]['peak']:,.0f}", str(runs[-1]["statuses"])


# ---- effort against size


def sprawling(phases: int, transitions: int, variables: int, seed: int = 5) -> onward.Model:
    """Return a random model that only goes forward, and in which nobody passes the middle without `v0 >= 2`.

    Its guards are thresholds of counters, and flags; one transition in eight needs no event. What it declares is so:
    it is irreversible, and whoever is beyond the middle has what the way there asks for.
    """
    draw = random.Random(seed)  # noqa: S311  # drawn to be drawn again
    types = tuple(f"e{number}" for number in range(max(4, variables + 2)))
    names = tuple(f"p{number}" for number in range(phases))
    middle = phases // 2
    supported = Compare(">=", Memory("v0"), Constant(2))
    context = tuple(Variable(f"v{number}", _reducer(draw, types, number)) for number in range(variables))
    ways = [Transition(("start",), "p0", types[:1])]
    for number in range(transitions - 1):
        early = number % (phases - 1)
        late = min(phases - 1, early + 1 + draw.choice((0, 0, 0, 1, 2, 4)))
        guard: Guard | None = None if draw.random() < 0.25 else _guard(draw, context)
        if early < middle <= late:
            guard = supported if guard is None else _both(supported, guard)
        eventless = guard is not None and draw.random() < 0.125
        ways.append(
            Transition((names[early],), names[late], None if eventless else tuple(draw.sample(types, 2)), guard)
        )
    beyond = Compare("<", CurrentPhase(), PhaseName(names[middle]))
    return onward.Model(
        name=f"sprawling_{phases}",
        phases=tuple(Phase(name, final=name == names[-1]) for name in names),
        events=tuple(map(EventKind, types)),
        transitions=tuple(ways),
        context=context,
        invariants=(
            Invariant("irreversible", "irreversible"),
            Invariant("nobody is beyond the middle unsupported", "always", Or((beyond, supported))),
        ),
    )


def _reducer(draw: random.Random, types: Sequence[str], number: int) -> Count | Distinct | Flag:
    some = tuple(draw.sample(types, 2))
    if number % 4 == 3:
        return Flag(some[:1], some[1:])
    return Distinct("place", some) if number % 4 == 2 else Count(some)


def _guard(draw: random.Random, context: Sequence[Variable]) -> Guard:
    chosen = draw.sample(context, min(len(context), draw.choice((1, 1, 2))))
    parts: list[Guard] = [
        Holds(Memory(each.name))
        if isinstance(each.reducer, Flag)
        else Compare(">=", Memory(each.name), Constant(draw.choice((1, 1, 2, 3))))
        for each in chosen
    ]
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _both(one: Guard, other: Guard) -> Guard:
    return And((one, *(other.parts if isinstance(other, And) else (other,))))


_PHASES = (5, 10, 20, 50, 100)
_VARIABLES = (2, 4, 6, 8, 12, 16)


def efforts(rounds: int, picture: Path, *, full: bool) -> str:
    """Return what a proof takes as models grow, in phases and in variables, and draw it."""
    by_phases = {phases: f"{phases}x{4 * phases}x4" for phases in (_PHASES if full else _PHASES[:2])}
    by_variables = {variables: f"20x80x{variables}" for variables in (_VARIABLES if full else _VARIABLES[:2])}
    runs: dict[str, list[Mapping[str, str | float]]] = {}
    for name in dict.fromkeys((*by_phases.values(), *by_variables.values())):
        runs[name] = [_alone(name) for _ in range(rounds)]
        tell(name)
    _draw(
        {size: runs[name] for size, name in by_phases.items()},
        {n: runs[name] for n, name in by_variables.items()},
        picture,
    )
    rows = ((*name.split("x"), _spread(each), *_last(each)) for name, each in runs.items())
    head = (
        "phases",
        "transitions",
        "variables",
        "s to verify, median (worst)",
        "MiB at the peak",
        "statuses",
    )
    return f"Random models, median of {rounds}.\n\n{table(head, rows)}\n![effort against size]({picture.name})\n"


Runs = Mapping[int, Sequence[Mapping[str, str | float]]]


def _draw(by_phases: Runs, by_variables: Runs, path: Path) -> None:
    """Draw the seconds; the file is the same for the same figures."""
    try:
        import matplotlib as mpl  # noqa: PLC0415  # of the benchmarks' environment
        from matplotlib.figure import Figure  # noqa: PLC0415  # as above
    except ModuleNotFoundError:
        tell("no picture: matplotlib is not installed")
        return
    mpl.rcParams["svg.hashsalt"] = "onward"
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    for axes, runs, label, title in zip(
        figure.subplots(1, 2),
        (by_phases, by_variables),
        ("phases", "variables"),
        ("four times as many transitions, 4 variables", "20 phases, 80 transitions"),
        strict=True,
    ):
        medians = [statistics.median(float(run["seconds"]) for run in each) for each in runs.values()]
        axes.loglog(list(runs), medians, "o-")
        axes.set(xlabel=label, ylabel="seconds", title=title)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    sys.exit(main())
