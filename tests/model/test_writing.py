import json
import re
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from onward.model.document import parse_model
from onward.model.elements import Count, CrossTable, Domain, EventKind, Phase, Transition, Variable
from onward.model.grammar import parse_guard
from onward.model.guards import EACH, Constant, Holds
from onward.model.model import Model
from onward.model.writing import as_document, fingerprint, write_model
from onward.testing import models, vocabulary_of

MODELS = Path(__file__).parents[2] / "models"


@given(models(), models())
def test_a_fingerprint_is_of_what_a_model_says(one: Model, other: Model) -> None:
    same = json.dumps(as_document(one)) == json.dumps(as_document(other))
    assert (fingerprint(one) == fingerprint(other)) is same is (one == other)
    assert re.fullmatch("[0-9a-f]{64}", fingerprint(one))


@given(models())
def test_comments_and_layout_leave_the_fingerprint_as_it_is(model: Model) -> None:
    text = write_model(model)
    commented = re.sub(r"(?m)^(?=\w+:)", "# why: because\n\n", text)
    flowing = json.dumps(as_document(model), ensure_ascii=False, indent=3)
    for other in (commented, f"---\n{text}# the end\n", flowing, text.replace("\n", "\r\n")):
        assert fingerprint(parse_model(other)) == fingerprint(model)


@given(models(), st.data())
def test_any_change_that_matters_changes_the_fingerprint(model: Model, data: st.DataObject) -> None:
    last = model.phases[-1]
    changes: dict[str, Any] = {
        "name": "meadow",
        "title": "A meadow",
        "source": "Andersen",
        "cases": "pairs" if model.cases == "column" else "column",
        "phases": (*model.phases, Phase("meadow", track=model.track_names[-1])),
        "events": (*model.events, EventKind("hay")),
        "parameters": (*model.parameters, ("share", 1)),
        "context": (*model.context, Variable("hay", Count(None))),
        "transitions": (*model.transitions, Transition(("start",), last.name, track=last.track)),
        "conditions": (*model.conditions, ("dry", Holds(Constant(value=True)))),
        "domains": (*model.domains, Domain("soil", EACH, (("clay", ""),))),
        "tables": (*model.tables, CrossTable("hay", ("soil", EACH), ("soil", "kind"))),
    }
    key = data.draw(st.sampled_from(list(changes)))
    assert fingerprint(evolve(model, **{key: changes[key]})) != fingerprint(model)


def test_a_model_with_one_and_a_model_with_true_differ() -> None:
    model = Model("m", (Phase("a"),))
    values = (1, True, 1.0, "1", "true")
    assert len({fingerprint(evolve(model, parameters=(("p", value),))) for value in values}) == len(values)
    names = vocabulary_of(model)
    guards = [parse_guard(f"event.size == {text}", names) for text in ("1", "true", "1.0", '"1"')]
    moves = [Transition(("start",), "a", ("any",), guard) for guard in guards]
    assert len({fingerprint(evolve(model, transitions=(move,))) for move in moves}) == len(moves)


def test_a_fingerprint_does_not_change_from_one_version_to_the_next() -> None:
    # Written down, because manifests and saved states of other versions hold it.
    model = parse_model(
        "{onward: 1, name: m, events: {go: }, phases: [a], transitions: [{from: start, to: a, on: go}]}"
    )
    assert fingerprint(model) == "05c5f6c6b9db5cdb9739aa0f05560642578ab0dbfcb3f6bf224106e126d6fa59"


def test_a_document_holds_nothing_that_says_nothing() -> None:
    model = Model("m", (Phase("a"),), (EventKind("go"),), (Transition(("start",), "a"),))
    assert as_document(model) == {
        "onward": 1,
        "name": "m",
        "cases": "column",
        "events": {"go": {}},
        "phases": ["a"],
        "transitions": [{"from": ["start"], "to": "a"}],
    }


@pytest.mark.parametrize("path", sorted(MODELS.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_shipped_model_is_written_as_its_file_says(path: Path) -> None:
    model = parse_model(path.read_text(encoding="utf-8"))
    written = parse_model(write_model(model))
    assert written == model
    assert fingerprint(written) == fingerprint(model)
