"""Hypothesis strategies for models and logs, for the tests of Onward and of those who build on it.

Needs `pip install hypothesis`, which Onward itself does without. Everything drawn is valid by construction: a model
drawn here is one that a file could have said, and a log drawn for it can be replayed.

`models` draws the whole language; keyword arguments leave parts of it out, for what holds of simpler models only.
`logs` and `events` draw what may happen in any model, a user's own too; `scenarios` a log and the same with a few
edits. `check_invariants` is a test of a model in one line, and `live_machine` drives one of its cases by hand.
"""

from onward.testing.alphabet import (
    ACTORS,
    CASES,
    COMPANIES,
    CONDITIONS,
    DATES,
    EDGES,
    MARKS,
    NUMBER,
    ORGANIZATIONS,
    PARAMETERS,
    PEOPLE,
    PHASES,
    PLACES,
    REALM,
    REALMS,
    SCORES,
    SEVERAL,
    SIZES,
    STAGES,
    TEXT,
    TRACKS,
    TRUTH,
    TYPES,
    UNKNOWN_TYPE,
    VARIABLES,
    Cases,
    Strategy,
)
from onward.testing.checking import check_invariants
from onward.testing.driving import live_machine
from onward.testing.editing import Drawn, scenarios
from onward.testing.guarding import guards, vocabulary_of
from onward.testing.modelling import models
from onward.testing.recording import events, logs

__all__ = [
    "ACTORS",
    "CASES",
    "COMPANIES",
    "CONDITIONS",
    "DATES",
    "EDGES",
    "MARKS",
    "NUMBER",
    "ORGANIZATIONS",
    "PARAMETERS",
    "PEOPLE",
    "PHASES",
    "PLACES",
    "REALM",
    "REALMS",
    "SCORES",
    "SEVERAL",
    "SIZES",
    "STAGES",
    "TEXT",
    "TRACKS",
    "TRUTH",
    "TYPES",
    "UNKNOWN_TYPE",
    "VARIABLES",
    "Cases",
    "Drawn",
    "Strategy",
    "check_invariants",
    "events",
    "guards",
    "live_machine",
    "logs",
    "models",
    "scenarios",
    "vocabulary_of",
]
