"""A model of a user's own: words and attributes that no drawn model has."""

import pytest

import onward

CARE = """
onward: 1
name: care
title: Course of a treatment
parameters: {limit: 37.5, doses: 3, ward: "B"}
values: {"staff.role": [nurse, doctor]}
events:
  admitted:
  measured:
  dosed:
  visited:
  surgery:
  discharged:
context:
  fever: {count: measured, where: event.temperature > limit}
  given: {sum: milligrams, of: [dosed], within: {weeks: 2}}
  rooms: {distinct: room, of: any}
  last: {latest: grade, of: [measured]}
  cared: {count: visited, where: '"doctor" in event.staff.role and not ("Ann" in event.staff.name)'}
  running: {open: [surgery]}
phases:
  - waiting
  - treated: {stages: [stable, critical]}
  - gone: {final: true}
transitions:
  - {from: start, to: waiting, on: admitted, when: event.urgent or event.ward == ward}
  - {from: waiting, to: treated.stable, when: given >= 10 and given <= 500}
  - {from: treated.stable, to: treated.critical, on: measured, when: 'fever >= doses or last > "C"'}
  - {from: treated.critical, to: treated.stable, on: visited, when: cared >= 1 and running == 0}
  - {from: waiting, to: gone, after: {months: 6, without: [measured, dosed]}}
  - from: treated
    to: gone
    on: discharged
    when: years_in_phase >= 0.5 or event.note in ["moved", "well"]
invariants:
  - {name: nobody is treated without a dose, step: before.phase >= treated or phase != treated or given > 0}
"""


@pytest.fixture(scope="session")
def care() -> onward.Model:
    return onward.parse_model(CARE, "care.yaml")


@pytest.fixture
def turned() -> onward.Model:
    """The same, irreversible by its own word, which `critical -> stable` breaks."""
    return onward.parse_model(CARE.replace("invariants:\n", "invariants:\n  - irreversible\n"), "turned.yaml")
