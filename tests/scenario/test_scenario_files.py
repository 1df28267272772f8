"""Scenario files: what they say, and what is said of those that have mistakes."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import onward
from onward.log.dates import parse_interval
from onward.log.log import Value  # noqa: TC001  # as everywhere
from onward.model.marked import document_of, read_marked
from onward.model.model import Model
from onward.scenario.axes import Alternative, Axis, guard_axis, parameter_axis
from onward.scenario.document import ScenarioFile, parse_scenarios
from onward.scenario.editing import edit_log
from onward.scenario.edits import (
    Add,
    Change,
    Drop,
    Edit,
    Insert,
    Move,
    Remove,
    Replace,
    Selection,
    Set,
    Shift,
    Tune,
)
from onward.scenario.loading import load_scenarios, study_of_file
from onward.scenario.remodelling import remodel
from onward.scenario.scenario import Scenario
from onward.scenario.schema import scenario_schema
from onward.scenario.writing import as_document, write_scenarios
from onward.testing import models, scenarios

FAULTY = Path(__file__).parent / "faulty"
BROKEN = sorted(FAULTY.glob("*.yaml"))
VALIDATOR = Draft202012Validator(scenario_schema())

# What the shape of a document shows without its meaning: a faulty file of such a kind fails the schema too.
MEANING = {
    *("axis_values", "comma_missing", "duplicate_key", "empty_file", "impossible_dates", "insert_with_slips"),
    *("axis_called_as_a_column", "moved_how", "scenarios_of_one_name", "set_nothing", "tab"),
}

WHOLE = """\
onward: 1
name: burundi
question: What hangs on
  Burundi?
model: partnership
log: events.csv
as_of: 2007-12-31
reading: possible
edits:
  - drop: {id: [H001, H002]}
scenarios:
  - name: every edit
    question: Does all of it work?
    edits:
      - drop: {id: H058}
      - drop: {row: [3, 4], event: contact, case: UN-EU, from: 1999, until: 2004-06, where: not event.formal}
      - insert: {time: 2005-09, event: joint_declaration, organizations: NATO;UN, formal: true}
      - insert: {time: 2005, event: contact, case: UN-EU, id: X1, until: 2006, attributes: {time: x, weight: 2.5, no: }}
      - move: {id: H058, to: 2006}
      - move: {id: H058, by: -6 months}
      - replace: {id: H058, with: {event: contact}}
      - replace: {id: H058, with: {event: contact, time: 2005, organizations: [UN, EU], until: 2006, formal: true}}
      - set: {event: support_provided, case: EU-AU, attributes: {formal: true, place: null}}
      - parameters: {theatres_needed: 3}
      - change: {transition: startup.proven -> maintenance, when: theatres >= 1}
      - change: {parameter: theatres_needed, value: 4}
      - change: {condition: proved, guard: theatres >= 2}
      - change: {forbid: 1, because: so}
      - add: {transition: {from: startup, to: ending, after: 5 years}, before: 3, track: wide}
      - add: {context: support, count: [support_provided]}
      - add: {event: storm}
      - add: {condition: proved, guard: theatres >= theatres_needed}
      - add: {parameter: enough, value: 2, before: theatres_needed}
      - add: {phase: limbo, title: Limbo, before: ending}
      - add: {invariant: irreversible}
      - remove: {transition: 4}
      - remove: {event: contact}
grid:
  - axis: theatres
    parameter: theatres_needed
    values: [1, 2.5, true]
  - axis: rule for maintenance
    transition: 6
    when: {all of: [theatres >= 1, basis >= 1 or machinery >= 1]}
  - axis: rule for proof
    transition: startup.founding -> startup.proven
    when: [theatres >= 1, null]
  - axis: memory
    alternatives:
      as it is: []
      no handover: [{drop: {id: H058}}]
expect: {EU;UN: maintenance}
"""


def read(text: str) -> ScenarioFile:
    return parse_scenarios(text, "s.yaml")


def problems(text: str, name: str = "s.yaml") -> list[str]:
    with pytest.raises(onward.UsageError) as caught:
        parse_scenarios(text, name)
    return [str(problem) for problem in caught.value.problems]


def test_a_file_says_all_that_there_is_to_say() -> None:
    file = read(WHOLE)
    first = Drop(Selection(("H001", "H002")))
    assert evolve(file, scenarios=(), axes=()) == ScenarioFile(
        name="burundi",
        question="What hangs on Burundi?",
        model="partnership",
        log="events.csv",
        as_of=parse_interval("2007-12-31"),
        reading="possible",
        common=(first,),
        expect={"EU;UN": "maintenance"},
    )
    which = Selection((), (3, 4), "contact", "UN-EU", "1999", "2004-06", "not event.formal")
    more: dict[str, Value] = {"time": "x", "weight": 2.5, "no": None}
    edits: tuple[Edit, ...] = (
        first,
        Drop(Selection("H058")),
        Drop(which),
        Insert("joint_declaration", "2005-09", organizations="NATO;UN", attributes={"formal": True}),
        Insert("contact", "2005", "UN-EU", (), "X1", "2006", more),
        Move(Selection("H058"), "2006"),
        Move(Selection("H058"), by=Shift(-6, "months")),
        Replace(Selection("H058"), "contact"),
        Replace(Selection("H058"), "contact", "2005", "", ("UN", "EU"), "2006", {"formal": True}),
        Set(Selection((), (), "support_provided", "EU-AU"), {"formal": True, "place": None}),
        Tune({"theatres_needed": 3}),
        Change("transition", "startup.proven -> maintenance", {"when": "theatres >= 1"}),
        Change("parameter", "theatres_needed", {"value": 4}),
        Change("condition", "proved", {"guard": "theatres >= 2"}),
        Change("forbid", 1, {"because": "so"}),
        Add("transition", {"from": "startup", "to": "ending", "after": "5 years"}, before=3, track="wide"),
        Add("context", {"count": ["support_provided"]}, "support"),
        Add("event", None, "storm"),
        Add("condition", "theatres >= theatres_needed", "proved"),
        Add("parameter", 2, "enough", before="theatres_needed"),
        Add("phase", {"title": "Limbo"}, "limbo", before="ending"),
        Add("invariant", "irreversible"),
        Remove("transition", 4),
        Remove("event", "contact"),
    )
    (scenario,) = file.scenarios
    assert scenario == Scenario("every edit", edits, "Does all of it work?")
    both = "theatres >= 1 and (basis >= 1 or machinery >= 1)"
    guards = [None, "theatres >= 1", "basis >= 1 or machinery >= 1", both]
    assert file.axes == (
        parameter_axis("theatres", "theatres_needed", [1, 2.5, True]),
        guard_axis("rule for maintenance", 6, guards),
        guard_axis("rule for proof", "startup.founding -> startup.proven", ["theatres >= 1", None]),
        Axis("memory", (Alternative("as it is"), Alternative("no handover", (Drop(Selection("H058")),)))),
    )


def test_a_file_with_edits_alone_is_one_scenario_of_its_name() -> None:
    file = read("onward: 1\nname: burundi\nquestion: Why?\nedits: [{drop: {id: H058}}]\n")
    assert file.scenarios == (Scenario("burundi", (Drop(Selection("H058")),), "Why?"),)
    assert read("onward: 1\nname: a\nedits: []\n").scenarios == (Scenario("a"),)
    grid = read("onward: 1\nname: a\ngrid: [{axis: n, parameter: p, values: [1]}]\n")
    assert grid.scenarios == ()
    assert grid.expect is None


# ---- laws

NAMES = (
    st.text("abé;->1: #", min_size=1, max_size=6).map(str.strip).filter(bool).map(lambda text: " ".join(text.split()))
)


@settings(max_examples=60)
@given(models(), st.data())
def test_what_is_written_reads_as_the_same_file(model: Model, data: st.DataObject) -> None:
    edits = data.draw(scenarios(model)).scenario.edits
    common = data.draw(scenarios(model)).scenario.edits[: data.draw(st.integers(0, 2))]
    names = data.draw(st.lists(NAMES, min_size=3, max_size=3, unique=True))
    has_grid = data.draw(st.booleans())
    expected = st.none() | st.just({names[0]: names[1]}) | st.just(names[2])
    file = ScenarioFile(
        name=names[0],
        question=names[1],
        as_of=data.draw(st.none() | st.just(parse_interval("2005"))),
        reading=data.draw(st.sampled_from([None, "certain", "possible"])),
        scenarios=(Scenario(names[0], (*common, *edits)), Scenario(names[1], common, names[2])),
        common=common,
        axes=(Axis(names[1], (Alternative(names[2], edits), Alternative(names[0]))),) if has_grid else (),
        expect=data.draw(expected) if has_grid else None,
    )
    assert read(write_scenarios(file)) == file
    VALIDATOR.validate(as_document(file))
    alone = evolve(file, scenarios=(Scenario(names[0], common, names[1]),), axes=(), expect=None)
    assert read(write_scenarios(alone)) == alone


def test_every_kind_of_edit_is_written_as_it_is_read() -> None:
    file = read(WHOLE)
    again = read(write_scenarios(file))
    assert again == file
    root = read_marked(WHOLE).root
    assert root is not None
    VALIDATOR.validate(document_of(root))
    VALIDATOR.validate(as_document(file))
    change = Scenario("a", [Change("parameter", "needed", 3), Change("condition", "old", "x >= 1")])
    assert "value: 3" in write_scenarios(ScenarioFile("b", scenarios=(change,)))


# ---- what is wrong with a file


def assert_told_well(line: str, text: str, name: str) -> None:
    """Every problem is one line: a place inside the file, what is wrong, and how to mend it."""
    assert re.fullmatch(r"[^:]+\.yaml:\d+:\d+: .+; .+", line)
    assert line.startswith(f"{name}:")
    at, column = map(int, line.split(":")[1:3])
    lines = re.split("\r\n|[\n\r\x85\u2028\u2029]", text)
    assert 1 <= at <= len(lines)
    assert 1 <= column <= len(lines[at - 1]) + 1


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_mistake_is_told_with_its_place_and_its_mend(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    told = problems(text, path.name)
    for line in told:
        assert_told_well(line, text, path.name)
    assert len(told) <= 101
    root = read_marked(text).root
    if path.stem not in MEANING:
        assert root is not None
        assert not VALIDATOR.is_valid(document_of(root))


def test_the_gallery_of_mistakes_reads_as_it_should(golden: Callable[[Path, str], None]) -> None:
    told = [problems(path.read_text(encoding="utf-8"), path.name)[:12] for path in BROKEN]
    golden(FAULTY / "expected.txt", "\n".join([*(line for lines in told for line in lines), ""]))


SNIPPETS = st.sampled_from(
    (
        "",
        " ",
        "\n",
        "\n  ",
        ":",
        ": ",
        "- ",
        "[]",
        "{}",
        *"[]{}#'\"!\t()é\x07",
        "&a",
        "null",
        "1",
        "true",
        "id",
        "drop",
        ".nan",
    )
)


@settings(max_examples=150)
@given(st.data())
def test_a_file_with_anything_wrong_is_told_of_and_never_crashes(data: st.DataObject) -> None:
    text = WHOLE
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(start + 12, len(text))))
        text = text[:start] + data.draw(SNIPPETS) + text[end:]
    try:
        read(text)
    except onward.UsageError as error:
        lines = list(map(str, error.problems))
    else:
        return
    for line in lines:
        assert_told_well(line, text, "s.yaml")
    places = [tuple(map(int, line.split(":")[1:3])) for line in lines]
    assert places == sorted(places)


def test_edits_know_their_place_when_they_cannot_be_made() -> None:
    text = """\
onward: 1
name: places
edits:
  - drop: {id: H58}
  - parameters: {theatres_neded: 3}
  - change: {transition: startup.proven -> maintenanc, when: theatres >= 1}
  - change: {transition: 5, when: theatre >= 1}
  - add:
      transition: {from: startup, to: endin, after: 5 years}
"""
    (scenario,) = read(text).scenarios
    study = onward.load_study()
    told = []
    for edit in scenario.edits:
        with pytest.raises(onward.OnwardError) as caught:
            edit_log(study.model, study.log, [edit]) if isinstance(edit, Drop) else remodel(study.model, [edit])  # type: ignore[list-item]  # the others are the model's
        told += list(map(str, caught.value.problems))
    assert told == [
        "s.yaml:4:5: no event has the id 'H58'; did you mean 'H058'?",
        "s.yaml:5:18: there is no parameter 'theatres_neded'; did you mean 'theatres_needed'?",
        (
            "s.yaml:6:26: there is no transition 'startup.proven -> maintenanc'; did you mean "
            "'startup.proven -> maintenance'?"
        ),
        "s.yaml:7:35: there is no 'theatre'; did you mean 'theatres'?",
        "s.yaml:9:39: there is no phase 'endin'; did you mean 'ending'?",
    ]


def test_what_an_edit_leaves_without_sense_is_told_with_the_edit() -> None:
    text = """\
onward: 1
name: places
edits:
  - drop: {id: H058}
  - parameters: {theatres_needed: 3}
  - remove: {phase: ending}
  - set: {id: H059, attributes: {formal: true}}
"""
    (scenario,) = read(text).scenarios
    with pytest.raises(onward.ModelError) as caught:
        remodel(onward.load_model("partnership"), scenario.of_model)
    assert {problem.where.partition(" as edited")[0] for problem in caught.value.problems} == {
        "s.yaml:6:21: partnership"
    }
    with pytest.raises(onward.ModelError, match=r"^partnership as edited: "):
        remodel(onward.load_model("partnership"), [Remove("phase", "ending")])


def test_an_edit_whose_keys_were_changed_forgets_its_file() -> None:
    (scenario,) = read("onward: 1\nname: a\nedits: [{change: {transition: 5, when: theatre >= 1}}]\n").scenarios
    (edit,) = scenario.edits
    assert isinstance(edit, Change)
    mended = remodel(onward.load_model("partnership"), [evolve(edit, keys={"when": "theatres >= 1"})])
    assert mended.transitions[4].when is not None


# ---- files


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_leads_to_the_model_and_the_log_that_it_names(tmp_path: Path) -> None:
    model = onward.load_model("partnership")
    write(tmp_path, "own.yaml", onward.write_model(evolve(model, name="own")))
    write(tmp_path, "events.csv", "time,event,organizations\n2001,contact,EU;UN\n")
    path = write(tmp_path, "s.yaml", "onward: 1\nname: a\nmodel: own.yaml\nlog: events.csv\nas_of: 2003\nedits: []\n")
    study = study_of_file(load_scenarios(path), path)
    assert (study.model.name, len(study.log), study.as_of, study.expect) == ("own", 1, "2003", None)
    given_log = onward.load_study().log
    other = study_of_file(load_scenarios(path), path, model=model, log=given_log, as_of="2004")
    assert (other.model, other.log, other.as_of) == (model, given_log, "2004")


def test_a_file_that_names_nothing_is_about_the_partnerships(tmp_path: Path) -> None:
    path = write(tmp_path, "s.yaml", "onward: 1\nname: a\nedits: []\n")
    study = study_of_file(load_scenarios(path), path)
    assert (study.model.name, study.as_of, len(study.log)) == ("partnership", "2007-12-31", 96)
    treaty = study_of_file(load_scenarios(path), path, model=onward.load_model("treaty"))
    assert treaty.as_of == "2020-12-31"
    alliance = write(tmp_path, "a.yaml", "onward: 1\nname: a\nmodel: alliance\nedits: []\n")
    assert study_of_file(load_scenarios(alliance), alliance).model.name == "alliance"


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        ("model: partnershp", "there is no model 'partnershp'; did you mean 'partnership'?"),
        ("model: own.yaml", "there is no such file"),
        ("log: event.csv", "did you mean"),
    ],
)
def test_what_a_file_names_and_is_not_there_is_told(tmp_path: Path, lines: str, error: str) -> None:
    write(tmp_path, "events.csv", "time,event,organizations\n2001,contact,EU;UN\n")
    path = write(tmp_path, "s.yaml", f"onward: 1\nname: a\n{lines}\nedits: []\n")
    with pytest.raises(onward.OnwardError) as caught:
        study_of_file(load_scenarios(path), path)
    assert error in str(caught.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    write(tmp_path, "scenario.yaml", "onward: 1\n")
    with pytest.raises(onward.UsageError, match="did you mean"):
        load_scenarios(tmp_path / "scenarios.yaml")


def test_the_outcome_may_stand_in_a_table(tmp_path: Path) -> None:
    path = write(
        tmp_path, "s.yaml", "onward: 1\nname: a\ngrid: [{axis: a, alternatives: {b: []}}]\nexpect: figure.csv\n"
    )
    write(tmp_path, "figure.csv", "case,phase,note\nEU;UN,maintenance,\nUN-NATO,startup,x\n")
    assert study_of_file(load_scenarios(path), path).expect == {"EU;UN": "maintenance", "UN-NATO": "startup"}
    plain = write(
        tmp_path, "t.yaml", "onward: 1\nname: a\ngrid: [{axis: a, alternatives: {b: []}}]\nexpect: {EU;UN: ending}\n"
    )
    assert study_of_file(load_scenarios(plain), plain).expect == {"EU;UN": "ending"}
    for text, said in (
        ("dyad,phase\nEU;UN,ending\n", "there is no column 'case' among dyad, phase"),
        ("case,phase\nEU;UN,\n", "figure.csv:2: a case or its phase is missing; write both"),
        ("case,phase\nEU;UN,a\nEU;UN,b\n", "figure.csv:3: the case 'EU;UN' stands here a second time; delete one"),
    ):
        write(tmp_path, "figure.csv", text)
        with pytest.raises(onward.UsageError) as caught:
            study_of_file(load_scenarios(path), path)
        assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("case,phase\nEU;UN,ending,x\nUN-NATO,startup\n", "figure.csv:2"),
        ("case,phase\n", "figure.csv:1: no outcome is expected; write a row for each case below"),
        ("", "figure.csv: the file is empty; it needs the columns case and phase, and a row for each case"),
        ("case,phase\nEU;UN,\nA;B,x\nA;B,y\n", "figure.csv:4: the case 'A;B' stands here a second time"),
    ],
)
def test_a_table_of_outcomes_is_taken_whole_or_not_at_all(tmp_path: Path, text: str, said: str) -> None:
    lines = "onward: 1\nname: a\ngrid: [{axis: a, alternatives: {b: []}}]\nexpect: figure.csv\n"
    path = write(tmp_path, "s.yaml", lines)
    write(tmp_path, "figure.csv", text)
    with pytest.raises(onward.OnwardError) as caught:
        study_of_file(load_scenarios(path), path)
    assert said in str(caught.value)
    assert "time" not in str(caught.value).replace("second time", "")


def test_a_model_that_bears_the_name_of_a_shipped_one_takes_no_log_from_it(tmp_path: Path) -> None:
    path = write(tmp_path, "s.yaml", "onward: 1\nname: a\nedits: []\n")
    file, shipped = load_scenarios(path), onward.load_model("treaty")
    own = evolve(shipped, phases=(*shipped.phases, evolve(shipped.phases[0], name="more")))
    for model in (own, evolve(shipped, name="own")):
        with pytest.raises(onward.UsageError, match=f"log: no log comes with the model '{model.name}'; name a log"):
            study_of_file(file, path, model=model)
    log = onward.load_study("treaty").log
    assert study_of_file(file, path, model=own, log=log).log == log
    assert study_of_file(file, path, model=shipped).log == log
    write(tmp_path, "own.yaml", onward.write_model(shipped))
    named = write(tmp_path, "t.yaml", "onward: 1\nname: a\nmodel: own.yaml\nedits: []\n")
    with pytest.raises(onward.UsageError, match=r"no log comes with the model 'own\.yaml'"):
        study_of_file(load_scenarios(named), named)


def test_the_end_given_for_a_file_is_a_date(tmp_path: Path) -> None:
    path = write(tmp_path, "s.yaml", "onward: 1\nname: a\nas_of: 2003\nedits: []\n")
    for as_of in ("", "soon"):
        with pytest.raises(onward.UsageError, match=r"^as_of: .*; write it as 2005"):
            study_of_file(load_scenarios(path), path, as_of=as_of)


def test_bad_rows_of_the_log_of_a_file_may_be_set_aside(tmp_path: Path) -> None:
    write(tmp_path, "events.csv", "time,event,organizations\n2001,contact,EU;UN\nsoon,contact,EU;UN\n")
    path = write(tmp_path, "s.yaml", "onward: 1\nname: a\nlog: events.csv\nedits: []\n")
    with pytest.raises(onward.LogError, match="soon"):
        study_of_file(load_scenarios(path), path)
    log = study_of_file(load_scenarios(path), path, on_bad_rows="set-aside").log
    assert (len(log), len(log.rejected)) == (1, 1)
