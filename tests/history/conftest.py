"""One small model and its log, for an example a behaviour."""

import pytest

import onward

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
