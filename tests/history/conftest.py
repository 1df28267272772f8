"""One small model and its log, and replays told in lines, for an example a behaviour."""

from collections.abc import Callable

import polars as pl
import pytest
from attrs import frozen

import onward
from onward.history.stepping import Reading

GRANT = """
onward: 1
name: grant
title: Life of a grant
parameters: {reviews_needed: 2, fast: false}
events:
  submitted: {}
  reviewed: {title: Review received}
  awarded:
  note:
  closed:
context:
  reviews: {title: reviews, count: reviewed, where: event.score >= 3}
  reviewers: {distinct: reviewer, of: [reviewed]}
phases:
  - draft
  - review: {title: Under review, stages: [waiting, {ready: {title: Ready to decide}}]}
  - running
  - ended: {final: true}
transitions:
  - {from: start, to: draft, on: note}
  - {from: [start, draft], to: review, on: submitted}
  - {from: review.waiting, to: review.ready, when: reviews >= reviews_needed and reviewers > 1}
  - {from: review, to: running, on: awarded, when: phase == review.ready or event.fast}
  - {name: closing, from: running, to: ended, on: closed}
forbid:
  - {on: closed, in: [start, draft], because: nothing has been granted}
  - {on: note, when: event.size > 10, because: a note is short}
invariants:
  - irreversible
  - {name: reviewed before it runs, always: phase < running or reviews >= 1}
show:
  state: {label: {decided: phase >= running, open: phase < running}}
"""


@pytest.fixture
def grant() -> onward.Model:
    return onward.parse_model(GRANT, "grant.yaml")


@pytest.fixture
def live(grant: onward.Model) -> onward.Live:
    return onward.live(grant, "G1")


@frozen
class Told:
    """A replay of one case, in lines that a test can compare."""

    replay: onward.Replay

    @property
    def steps(self) -> list[str]:
        """Every step: `2001 rain [wood]: seed -> tree`, or its outcome; *time* where nothing but time did it."""
        return [
            f"{row.recorded} {row.event or 'time'}{f' [{row.track}]' if row.track else ''}: "
            + (f"{row.before} -> {row.after}" if row.outcome == "moved" else row.outcome)
            for row in self.replay.step_rows
        ]

    @property
    def moves(self) -> list[str]:
        """The steps that moved the case."""
        return [line for line in self.steps if " -> " in line]

    @property
    def broken(self) -> list[str]:
        """When and by what each invariant was broken."""
        rows = self.replay.deviation_rows
        return [f"{row.recorded} {row.event or 'time'}: {row.reason}" for row in rows if row.kind == "broken"]

    @property
    def context(self) -> dict[str, object]:
        """What the case remembers at the end."""
        return dict(self.replay.live("A").context)


Tell = Callable[..., Told]


@pytest.fixture
def tell() -> Tell:
    """Replay what happened to one case, each event a line: `2001-06-15 rain size=3 until=2002`."""

    def told(model: str, *lines: str, as_of: str | None = None, reading: Reading = "certain") -> Told:
        rows: list[dict[str, object]] = []
        for line in lines:
            time, event, *cells = line.split()
            attributes = {name: read_cell(text) for name, _, text in (cell.partition("=") for cell in cells)}
            rows.append({"case": "A", "time": time, "event": event, **attributes})
        log = onward.read_log(pl.DataFrame(rows, infer_schema_length=None))
        return Told(onward.replay(onward.parse_model(model), log, as_of=as_of, reading=reading, engine="plain"))

    return told


def read_cell(text: str) -> object:
    """Return a number, true, false or the text itself."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return {"true": True, "false": False}.get(text, text)
