"""Small models, one with everything that can be drawn and one with everything that a model checker can be given."""

from pathlib import Path

import pytest

import onward

GARDEN = """
onward: 1
name: garden
title: 'A "garden"; 100% <ours> \\ {`#1`} & more: --'
parameters: {dry: 3}
events: {rain: {}, sun: {}, frost: {}, axe: {}, note: {}}
context: {rains: {count: rain}}
tracks:
  wood:
    title: "Wood: above"
    phases:
      - seed
      - tree: {title: Tree, stages: [young, {tall: {title: "Tall; old"}}, {hollow: {final: true}}]}
      - end: {title: The end, final: true}
    transitions:
      - {from: start, to: tree, on: note}
      - from: [start, seed]
        to: tree.tall
        on: [rain, sun]
        when: event.size > 1 or rains >= dry and event.kind == "a:b"
      - {name: growing, from: tree.young, to: tree.tall, after: {years: dry, without: [frost, axe]}}
      - {from: tree, to: tree, on: any}
      - {from: [tree, seed], to: end, on: axe}
  soil:
    phases: [sand, loam]
    transitions:
      - {from: start, to: sand, when: rains >= 1}
      - {from: sand, to: loam, on: frost}
forbid:
  - {on: frost, in: seed, because: it is warm}
"""

RULE = """
onward: 1
name: rule
title: Life of a rule
events: {proposed: {}, decreed: {}, scandal: {}, calm: {}, backed: {}, lost: {}}
context:
  alarm: {title: public alarm, flag: {set: scandal, clear: calm}}
  voice: {latest: stance, of: backed}
  max: {title: times backed, count: backed}
tracks:
  binding:
    phases:
      - floated
      - general: {stages: [soft, hard]}
      - gone: {final: true}
    transitions:
      - {from: start, to: floated, on: proposed}
      - {from: floated, to: general, on: decreed, when: support.phase == broad and not alarm}
      - {from: general.soft, to: general.hard, when: max >= 3}
      - {from: general, to: gone, on: lost}
  support:
    phases: [thin, broad]
    transitions:
      - {from: start, to: thin, on: proposed}
      - {from: thin, to: broad, when: voice == "for"}
      - {from: broad, to: thin, when: voice == "against"}
invariants:
  - irreversible: binding
  - irreversible: support
  - {name: a rule is quiet, always: binding.phase < general or not alarm}
  - {name: "no!", step: max >= before.max}
"""

ROOT = Path(onward.__file__).parents[2]


@pytest.fixture
def garden() -> onward.Model:
    return onward.parse_model(GARDEN, "garden.yaml")


@pytest.fixture
def rule() -> onward.Model:
    return onward.parse_model(RULE, "rule.yaml")


@pytest.fixture
def backward() -> onward.Model:
    """Return the shipped partnership with a way back."""
    text = (ROOT / "models" / "partnership.yaml").read_text(encoding="utf-8")
    more = "  - {from: maintenance, to: courtship, on: dispute}\n\nforbid:\n"
    return onward.parse_model(text.replace("\nforbid:\n", more), "backward.yaml")
