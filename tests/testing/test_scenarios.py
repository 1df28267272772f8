"""A scenario is a log and a model, and the same with a few edits, all of which it names."""

import pytest
from attrs.exceptions import FrozenInstanceError
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import onward
from onward.log.log import EventLog
from onward.model.model import Model
from onward.scenario.edits import Change, Drop, Edit, Insert, Move, Remove, Replace, Set, Tune
from onward.scenario.scenario import Scenario
from onward.testing import Drawn, models, scenarios

STEADY = settings(derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
MODELS = models() | st.sampled_from(("treaty", "partnership")).map(onward.load_model)


def rows(log: EventLog) -> list[tuple[object, ...]]:
    whose = log.organizations or log.case_names
    return list(zip(log.types, log.times, log.untils, whose, *log.columns.values(), strict=True))


@settings(STEADY, max_examples=40)
@given(MODELS, st.data())
def test_a_scenario_replays_before_and_after_its_edits(model: Model, data: st.DataObject) -> None:
    drawn = data.draw(scenarios(model))
    assert 1 <= len(drawn.edits) <= 6
    assert drawn.edits == drawn.scenario.edits
    assert drawn.model == model
    assert drawn.scenario.of_model or drawn.changed_model == model
    for its, log in ((drawn.model, drawn.log), (drawn.changed_model, drawn.changed_log)):
        assert onward.parse_model(onward.write_model(its), "again.yaml") == its
        assert onward.read_log(log.frame).times == log.times
        assert onward.replay(its, log).row_counts["replayed"] == len(log)
    assert abs(len(drawn.changed_log) - len(drawn.log)) <= len(drawn.edits)


def found(model: Model, draws: int = 400) -> dict[type[Edit] | str, Drawn]:
    """Return one scenario for each kind of edit, the only one that it has but for what is put behind."""
    kinds: dict[type[Edit] | str, Drawn] = {}

    @settings(STEADY, max_examples=draws, phases=[Phase.generate])
    @given(scenarios(model, max_edits=1))
    def look(drawn: Drawn) -> None:
        kinds.setdefault("behind" if len(drawn.edits) == 2 else type(drawn.edits[0]), drawn)

    look()
    return kinds


def test_every_kind_of_edit_is_drawn_and_does_what_it_says(care: Model) -> None:
    kinds = found(care)
    assert set(kinds) == {Drop, Insert, Move, Replace, Set, Tune, Change, Remove, "behind"}
    out = kinds[Drop]
    assert len(out.changed_log) == len(out.log) - 1
    assert set(rows(out.changed_log)) < set(rows(out.log)) or len(set(rows(out.log))) < len(out.log)
    more = kinds[Insert]
    assert rows(more.log) == rows(more.changed_log)[:-1]
    for kind, columns in ((Move, {1}), (Set, set(range(4, 99))), (Replace, {0, *range(4, 99)})):
        each = kinds[kind]
        pairs = zip(rows(each.log), rows(each.changed_log), strict=True)
        ((one, other),) = [pair for pair in pairs if pair[0] != pair[1]]
        assert {place for place in range(len(one)) if one[place] != other[place]} <= columns
    behind = kinds["behind"]
    assert sorted(map(repr, rows(behind.log))) == sorted(map(repr, rows(behind.changed_log)))
    for model_edit in (Tune, Change, Remove):
        assert kinds[model_edit].changed_log is kinds[model_edit].log
        assert kinds[model_edit].changed_model != care
    assert len(set(care.parameters) ^ set(kinds[Tune].changed_model.parameters)) == 2


def test_a_parameter_is_never_set_to_what_no_file_could_say() -> None:
    model = onward.parse_model(
        "onward: 1\nname: short\nparameters: {days: 1, fast: true, kind: a, other: b}\nevents: {go: {}}\n"
        "phases: [on, off]\n"
        "transitions:\n  - {from: start, to: on, on: go, when: fast and event.kind != kind and event.kind != other}\n"
        "  - {from: on, to: off, after: {days: days}}\n",
        "short.yaml",
    )
    seen: set[tuple[str, object]] = set()

    @settings(STEADY, max_examples=200, phases=[Phase.generate])
    @given(scenarios(model, max_rows=0, max_edits=1))
    def look(drawn: Drawn) -> None:
        seen.update(set(drawn.changed_model.parameters) - set(model.parameters))

    look()
    assert seen == {("days", 2), ("fast", False), ("kind", "b"), ("other", "a")}


def test_a_model_without_anything_to_edit_gives_a_scenario_without_edits() -> None:
    model = onward.parse_model("onward: 1\nname: still\nevents: {}\nphases: [on]\ntransitions: []\n", "still.yaml")

    @settings(STEADY, max_examples=5, phases=[Phase.generate])
    @given(scenarios(model, max_rows=0))
    def look(drawn: Drawn) -> None:
        assert drawn.edits == ()
        assert drawn.changed_model == model

    look()


def test_a_scenario_is_frozen_and_takes_what_logs_take(care: Model) -> None:
    seen: list[Drawn] = []

    @settings(STEADY, max_examples=10)
    @given(scenarios(care, cases=["Ada"], attributes={"ward": st.just("C")}, max_rows=4))
    def look(drawn: Drawn) -> None:
        seen.append(drawn)

    look()
    for drawn in seen:
        assert set(drawn.log.case_names) | set(drawn.changed_log.case_names) <= {"Ada"}
        assert len(drawn.log) <= 4
        assert set(drawn.log.columns["ward"]) <= {"C"}
        with pytest.raises(FrozenInstanceError):
            drawn.scenario = Scenario()  # type: ignore[misc]  # that it can't be
