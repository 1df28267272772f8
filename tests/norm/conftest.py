"""What the tests of the norm share: its study, its replay, and logs made of its events and others."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from attrs import evolve

import onward
from onward.log.dates import interval_of

CASE = "integrated missions"


@pytest.fixture(scope="session")
def study() -> onward.Study:
    return onward.load_study("norm_change")


@pytest.fixture(scope="session")
def replayed(study: onward.Study) -> onward.Replay:
    return onward.replay(study.model, study.log, as_of=study.as_of)


@pytest.fixture(scope="session")
def model_text() -> str:
    """The model file, to be altered."""
    return (Path(__file__).parents[2] / "models" / "norm_change.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def relog(study: onward.Study) -> Callable[[Iterable[onward.Event]], onward.EventLog]:
    """Make a log of events, all of the one case, with the columns of the study's log."""

    def make(events: Iterable[onward.Event]) -> onward.EventLog:
        listed = list(events)
        return evolve(
            study.log,
            types=tuple(event.type for event in listed),
            times=tuple(event.time for event in listed if event.time),
            ids=tuple(event.id for event in listed),
            untils=tuple(event.until for event in listed),
            case_names=(CASE,) * len(listed),
            columns={name: tuple(event.attributes.get(name) for event in listed) for name in study.log.attributes},
        )

    return make


@pytest.fixture(scope="session")
def outcome(study: onward.Study) -> Callable[..., dict[str, str]]:
    """Replay a log with the study's model, or another; the phase on every track at the end of the window, or later."""

    def replay(log: onward.EventLog, as_of: str = study.as_of, model: onward.Model = study.model) -> dict[str, str]:
        cases = onward.replay(model, log, as_of=as_of).case_rows
        return {str(row.track): row.phase for row in cases}

    return replay


@pytest.fixture(scope="session")
def rooted(study: onward.Study, relog: Callable[[Iterable[onward.Event]], onward.EventLog]) -> onward.EventLog:
    """The study's log as it would be, had all that a deep rule needs followed: money, even practice, host countries."""
    kept = [event for event in study.log.events() if not (event.type == "resource_gap_recorded" or event.id == "N041")]
    hosts = {"arena": "wide", "stance": "supports", "actors": "Liberia@host_country;Sudan@host_country"}
    even = {"arena": "narrow", "stance": "supports", "actors": "UN field missions@un_entity"}
    return relog(
        [
            *kept,
            onward.Event("position_stated", interval_of("2011"), "R001", hosts),
            onward.Event("practice_evened", interval_of("2013"), "R002", even),
        ]
    )
