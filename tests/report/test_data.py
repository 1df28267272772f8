from collections.abc import Callable

import pytest

import onward
from onward.history.replayed import Replay
from onward.log.case_table import CaseTable
from onward.problems import UsageError
from onward.report.data import case_headings, case_rows
from onward.report.summary import COLUMNS, summarise


@pytest.fixture
def replay() -> Replay:
    study = onward.load_study()
    return onward.replay(study.model, study.log, as_of=study.as_of)


@pytest.mark.parametrize("show", [case_rows, case_headings, summarise])
@pytest.mark.parametrize("name", [*COLUMNS[1:], "basis", "operations"])
def test_no_column_beside_a_case_takes_the_name_of_the_replays_own(
    replay: Replay, show: Callable[[Replay, CaseTable], object], name: str
) -> None:
    with pytest.raises(UsageError) as caught:
        show(replay, CaseTable("cases.csv", ("country", name)))
    assert str(caught.value) == f"cases.csv: the column {name!r} is one of the replay's own; rename it"


def test_the_headings_are_the_keys_of_every_row(replay: Replay) -> None:
    cases = CaseTable("cases.csv", ("country",), {"EU;UN": {"country": "Norway"}})
    rows = case_rows(replay, cases)
    assert {tuple(row) for row in rows} == {tuple(case_headings(replay, cases))}
    assert [row["country"] for row in rows if row["country"]] == ["Norway"]
    assert case_headings(replay)[: len(COLUMNS)] == list(COLUMNS)
