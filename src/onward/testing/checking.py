"""A test of a model in one line: what was proved of its invariants, and drawn logs where nothing was."""

import os
from collections.abc import Iterable, Iterator, Sequence

from hypothesis import HealthCheck, given, settings

from onward.history.plain import rows_by_case
from onward.history.state import not_begun
from onward.history.stepping import Reading, Step, instant, pass_time, step
from onward.library import load_model
from onward.log.log import EventLog
from onward.model.elements import Invariant
from onward.model.model import Model
from onward.proof.verdict import Check
from onward.proof.witness import log_of
from onward.testing.given import Attributes
from onward.testing.recording import logs
from onward.testing.rows import taken


def check_invariants(
    model: Model | str | os.PathLike[str],
    *,
    max_examples: int = 200,
    max_rows: int = 12,
    attributes: Attributes | None = None,
    seconds: float = 60,
) -> None:
    """Make sure that no log breaks an invariant of *model*.

    What is proved needs no log. Where something can be neither proved nor refuted, logs are drawn, and Hypothesis
    makes the first one that breaks it as small as it can. That none is found is no proof.

    Args:
        model: a model, the name of a shipped one, or the path of a model file.
        max_examples: how many logs are drawn for what is not decided.
        max_rows: the length of the longest of them.
        attributes: by the names of attributes, strategies for their values in them, as `logs` takes them; a proof, and
            a log that breaks an invariant, are about all values.
        seconds: how long the proof of one invariant may take, about.

    Raises:
        AssertionError: an invariant is broken; the message has a log that breaks it, and what a replay makes of it.
        ModelError: the model file has mistakes.

    """
    from onward.proof.verifying import verify  # noqa: PLC0415  # a solver is heavy, and strategies do without

    known = model if isinstance(model, Model) else load_model(model)
    verdict = verify(model, seconds=seconds)
    checks = [check for check in verdict.checks if check.kind in {"irreversible", "always", "step"}]
    broken = [check for check in checks if check.status == "broken"]
    if broken:
        raise AssertionError("\n\n".join("\n".join(_told_of(known, check)) for check in broken))
    open_names = {check.name for check in checks if check.status == "undecided"}
    undecided = [invariant for invariant in known.invariants if invariant.name in open_names]
    if undecided:
        _search(known, undecided, max_examples, max_rows, attributes)


def _told_of(model: Model, check: Check) -> Iterator[str]:
    yield f"{model.name}: {check}"
    if check.counterexample is not None:
        yield from steps_told(model, log_of(model, check.counterexample))


def _search(
    model: Model, undecided: Sequence[Invariant], max_examples: int, max_rows: int, attributes: Attributes | None
) -> None:
    """Replay drawn logs, and raise at one that breaks any of what is *undecided*."""

    @settings(
        max_examples=max_examples,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(logs(model, max_rows=max_rows, attributes=attributes))
    def holds_in(log: EventLog) -> None:
        found = broken_in(model, log, undecided)
        if found is not None:
            small = without_rest(model, log, found)
            lines = [f"{model.name}: {found.name}: a drawn log breaks it", *steps_told(model, small)]
            raise AssertionError("\n".join(lines))

    holds_in()


def without_rest(model: Model, log: EventLog, invariant: Invariant) -> EventLog:
    """Return *log*, which breaks *invariant*, without the rows that it takes no part of."""
    # Hypothesis mostly leaves them out itself, but not where what is drawn after a row rests on it.
    kept = list(range(len(log)))
    for row in reversed(range(len(log))):
        fewer = [other for other in kept if other != row]
        if broken_in(model, taken(log, fewer), [invariant]) is not None:
            kept = fewer
    return taken(log, kept)


def broken_in(model: Model, log: EventLog, invariants: Iterable[Invariant]) -> Invariant | None:
    """Return the first of *invariants* that a replay of *log* breaks."""
    among = list(invariants)
    broken = [each for done in lived(model, log) for each in done.broken]
    return next((each for each in among if any(each is one for one in broken)), None)


def lived(model: Model, log: EventLog, reading: Reading = "certain") -> Iterator[Step]:
    """Yield every step of a replay of *log*, those that time alone makes too, case by case."""
    end = max((instant(time, reading) or time.last for time in log.times), default=None)
    for case, rows in rows_by_case(model, log, reading).items():
        state = not_begun(model, case)
        for row in rows:
            state, done = step(model, state, log.event(row), reading=reading)
            yield from (*done.meanwhile, done)
        _, ticks = pass_time(model, state, end, through=True, reading=reading)
        yield from ticks


def steps_told(model: Model, log: EventLog) -> Iterator[str]:
    """Yield *log* as lines: each event with its attributes, and below it what a replay makes of it."""
    case = None
    for done in lived(model, log):
        if done.case != case:
            case = done.case
            yield f"  {case}"
        if done.event is not None and done.event.time is not None:
            cells = {"until": done.event.until and done.event.until.recorded, **done.event.attributes}
            recorded = "".join(f" {name}={value!r}" for name, value in cells.items() if value is not None)
            yield f"    {done.event.time.recorded} {done.event.type}{recorded}"
        yield f"      {done}"
