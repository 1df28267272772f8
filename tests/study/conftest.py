"""What the tests of the shipped study share: its tables, its replay, and ways to alter its log."""

import csv
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import strategies as st

import onward
from onward.log.dates import parse_interval

FOLDER = Path(__file__).parents[2] / "data" / "partnership"

Row = dict[str, str]
Outcome = dict[str, str]

DATES = ("2001", "2001-06", "2001-06-15", "2002", "2002-11", "2003", "2003-03-01", "2004-08", "2004")
PLACES = ("Bosnia and Herzegovina", "Kosovo", "Sudan", None)


@pytest.fixture
def unwatched() -> Iterator[None]:
    """Run a test of thousands of replays at full speed, outside coverage: others run the same lines once.

    The marker `no_cover` would say it better, but does nothing in the processes of pytest-xdist.
    """
    watching = sys.gettrace()
    sys.settrace(None)
    yield
    sys.settrace(watching)


@pytest.fixture(scope="session")
def study() -> onward.Study:
    return onward.load_study()


@pytest.fixture(scope="session")
def replayed(study: onward.Study) -> onward.Replay:
    return onward.replay(study.model, study.log, as_of=study.as_of)


@pytest.fixture(scope="session")
def table() -> Callable[[str], list[Row]]:
    """Read a file of the study, as recorded."""

    def read(name: str) -> list[Row]:
        with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file, strict=True))

    return read


@pytest.fixture(scope="session")
def printed(table: Callable[[str], list[Row]]) -> Outcome:
    """The phase of every pair, as Figure 2 prints it."""
    return {row["dyad"]: row["phase_as_printed"] for row in table("figure2")}


@pytest.fixture(scope="session")
def outcome(study: onward.Study) -> Callable[[onward.EventLog], Outcome]:
    """Replay a log to the end of the study's window; the phase of every pair."""

    def replay(log: onward.EventLog) -> Outcome:
        cases = onward.replay(study.model, log, as_of=study.as_of).case_rows
        return {row.case: row.label for row in cases}

    return replay


@pytest.fixture(scope="session")
def relog(study: onward.Study) -> Callable[[Iterable[onward.Event]], onward.EventLog]:
    """Make a log of events, with the columns of the study's log."""

    def make(events: Iterable[onward.Event]) -> onward.EventLog:
        listed = list(events)
        return evolve(
            study.log,
            types=tuple(event.type for event in listed),
            times=tuple(event.time for event in listed if event.time),
            ids=tuple(event.id for event in listed),
            untils=tuple(event.until for event in listed),
            organizations=tuple(event.organizations for event in listed),
            columns={name: tuple(event.attributes.get(name) for event in listed) for name in study.log.attributes},
        )

    return make


@pytest.fixture(scope="session")
def redated(
    study: onward.Study, relog: Callable[[Iterable[onward.Event]], onward.EventLog]
) -> Callable[[Iterable[Row]], onward.EventLog]:
    """Date events otherwise: each row names an event, its date and its end.

    A rival comes with an end of its own, and where that is empty the event has none: an end that belongs to another
    start could lie before this one.
    """

    def redate(dates: Iterable[Row]) -> onward.EventLog:
        chosen = {row["event_id"]: row for row in dates}
        return relog(_dated(event, chosen[event.id]) if event.id in chosen else event for event in study.log.events())

    return redate


def _dated(event: onward.Event, row: Row) -> onward.Event:
    until = parse_interval(row["end_date"]) if row["end_date"] else None
    return evolve(event, time=parse_interval(row["date"]), until=until)


@pytest.fixture(scope="session")
def logs(
    relog: Callable[[Iterable[onward.Event]], onward.EventLog],
) -> Callable[[Collection[str]], st.SearchStrategy[onward.EventLog]]:
    """Draw logs of one pair with events of the given types: partial dates, ties, places and formality of any kind."""

    def draw(types: Collection[str]) -> st.SearchStrategy[onward.EventLog]:
        attributes = st.fixed_dictionaries(
            {"place": st.sampled_from(PLACES), "formal": st.sampled_from([True, False, None])}
        )
        events = st.builds(
            onward.Event,
            type=st.sampled_from(sorted(types)),
            time=st.sampled_from(DATES).map(parse_interval),
            attributes=attributes,
            organizations=st.just(("EU", "UN")),
        )
        return st.lists(events, max_size=25).map(relog)

    return draw
