"""What holds of every model that comes with Onward, and of its log."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import onward
from onward.library import shipped_models
from onward.testing import logs

NAMES = ("alliance", "partnership", "partnership_activity", "partnership_lessons", "treaty")
MOVING = {"alliance", "partnership_activity", "partnership_lessons", "treaty"}


@pytest.fixture(scope="module", params=NAMES)
def study(request: pytest.FixtureRequest) -> onward.Study:
    return onward.load_study(request.param)


def test_each_of_them_is_shipped() -> None:
    assert set(NAMES) <= set(shipped_models())


def test_its_log_runs_without_a_deviation_or_a_note(study: onward.Study) -> None:
    replayed = onward.replay(study.model, study.log, as_of=study.as_of)
    assert replayed.deviation_rows == ()
    assert replayed.notes == ()


def test_every_case_of_its_log_begins_and_is_known_by_its_table(study: onward.Study) -> None:
    cases = onward.replay(study.model, study.log, as_of=study.as_of).case_rows
    assert all(row.rank for row in cases if row.track != "age")
    assert {row.case for row in cases} == study.cases.rows.keys()


def test_its_log_uses_every_event_type_or_says_that_it_is_reserved(study: onward.Study) -> None:
    reserved = {"partnership_dissolved", "extension", "resumption", "ratification", "restoration", "exercise"}
    assert study.model.kinds.keys() - set(study.log.types) <= reserved
    assert set(study.log.types) <= study.model.kinds.keys()


def test_written_and_read_again_it_is_the_same(study: onward.Study) -> None:
    assert onward.parse_model(onward.write_model(study.model), "again.yaml") == study.model


def test_every_transition_of_a_model_of_its_own_log_is_told_apart_by_name(study: onward.Study) -> None:
    names = [(way.track, way.name) for way in study.model.transitions]
    assert len(names) - len(set(names)) <= 1  # partnership: two ways to a founding


def test_time_alone_moves_it_where_it_reckons_with_time(study: onward.Study) -> None:
    assert study.model.has_clockwork == (study.model.name in MOVING)


def test_every_engine_says_the_same_of_its_log(study: onward.Study) -> None:
    plain, columnar = (
        onward.replay(study.model, study.log, as_of=study.as_of, engine=engine) for engine in ("plain", "columnar")
    )
    assert columnar.step_rows == plain.step_rows
    assert columnar.spell_rows == plain.spell_rows
    assert columnar.case_rows == plain.case_rows


@settings(max_examples=40)
@given(data=st.data())
def test_its_invariants_hold_on_any_log(data: st.DataObject, study: onward.Study) -> None:
    replayed = onward.replay(study.model, data.draw(logs(study.model)))
    assert [row for row in replayed.deviation_rows if row.kind == "broken"] == []
