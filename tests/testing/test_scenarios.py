"""A scenario is a log and the same with a few edits, all of which it names."""

import pytest
from attrs import evolve
from attrs.exceptions import FrozenInstanceError
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import onward
from onward.log.log import EventLog
from onward.model.model import Model
from onward.testing import Scenario, models, scenarios

STEADY = settings(derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))


def rows(log: EventLog) -> list[tuple[object, ...]]:
    whose = log.organizations or log.case_names
    return list(zip(log.types, log.times, log.untils, whose, *log.columns.values(), strict=True))


@settings(STEADY, max_examples=40)
@given(models() | st.sampled_from(("treaty", "partnership")).map(onward.load_model), st.data())
def test_a_scenario_replays_before_and_after_its_edits(model: Model, data: st.DataObject) -> None:
    drawn = data.draw(scenarios(model))
    assert 1 <= len(drawn.edits) <= 3
    assert drawn.model == model
    assert evolve(drawn.changed_model, parameters=model.parameters) == model
    for its, log in ((drawn.model, drawn.log), (drawn.changed_model, drawn.changed_log)):
        assert onward.parse_model(onward.write_model(its), "again.yaml") == its
        assert onward.read_log(log.frame).times == log.times
        assert onward.replay(its, log).row_counts["replayed"] == len(log)
    assert abs(len(drawn.changed_log) - len(drawn.log)) <= len(drawn.edits)


def found(model: Model, draws: int = 250) -> dict[str, Scenario]:
    """Return one scenario of a single edit for each kind of edit, by a word of its name."""
    kinds: dict[str, Scenario] = {}

    @settings(STEADY, max_examples=draws, phases=[Phase.generate])
    @given(scenarios(model, max_edits=1))
    def look(scenario: Scenario) -> None:
        (edit,) = scenario.edits
        for word in ("left out", "added", "moved to", ": ", "exchanged", "parameter"):
            if word in edit:
                kinds.setdefault(word, scenario)

    look()
    return kinds


def test_every_kind_of_edit_is_drawn_and_does_what_it_says(care: Model) -> None:
    kinds = found(care)
    out = kinds["left out"]
    number = int(out.edits[0].split()[1])
    assert rows(out.changed_log) == [row for at, row in enumerate(rows(out.log), 1) if at != number]
    more = kinds["added"]
    number = int(more.edits[0].split()[1])
    assert rows(more.log) == [row for at, row in enumerate(rows(more.changed_log), 1) if at != number]
    moved, changed = kinds["moved to"], kinds[": "]
    for each, column in ((moved, 1), (changed, None)):
        differing = [
            (at, one, other)
            for at, (one, other) in enumerate(zip(rows(each.log), rows(each.changed_log), strict=True), 1)
            if one != other
        ]
        ((at, one, other),) = differing
        assert each.edits[0].startswith(f"row {at} (")
        places = [place for place in range(len(one)) if one[place] != other[place]]
        assert places == [column] if column else places[0] >= 4
    tied = kinds["exchanged"]
    assert sorted(map(repr, rows(tied.log))) == sorted(map(repr, rows(tied.changed_log)))
    assert tied.log.times == tied.changed_log.times
    assert tied.log != tied.changed_log
    set_anew = kinds["parameter"]
    assert set_anew.changed_log == set_anew.log
    assert len(set(set_anew.model.parameters) ^ set(set_anew.changed_model.parameters)) == 2


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
    def look(scenario: Scenario) -> None:
        seen.update(set(scenario.changed_model.parameters) - set(model.parameters))

    look()
    assert seen == {("days", 2), ("fast", False), ("kind", "b"), ("other", "a")}


def test_a_scenario_is_frozen_and_takes_what_logs_take(care: Model) -> None:
    drawn: list[Scenario] = []

    @settings(STEADY, max_examples=10)
    @given(scenarios(care, cases=["Ada"], attributes={"ward": st.just("C")}, max_rows=4))
    def look(scenario: Scenario) -> None:
        drawn.append(scenario)

    look()
    for scenario in drawn:
        assert set(scenario.log.case_names) | set(scenario.changed_log.case_names) <= {"Ada"}
        assert len(scenario.log) <= 4
        assert set(scenario.log.columns["ward"]) <= {"C"}
        with pytest.raises(FrozenInstanceError):
            scenario.edits = ()  # type: ignore[misc]  # that it can't be
