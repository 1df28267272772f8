import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from onward.model.document import CASE_COLUMNS, parse_model
from onward.model.elements import (
    Count,
    CrossTable,
    Distinct,
    Domain,
    EventKind,
    Flag,
    Forbid,
    Invariant,
    Label,
    Latest,
    Max,
    Open,
    Phase,
    Span,
    Sum,
    Timer,
    Track,
    Transition,
    Variable,
    Years,
)
from onward.model.guards import (
    And,
    Arithmetic,
    Attribute,
    Compare,
    Constant,
    Contains,
    CurrentPhase,
    Elapsed,
    EventType,
    Holds,
    Memory,
    Named,
    Not,
    Or,
    Parameter,
    PhaseName,
    TypeName,
)
from onward.model.model import Model
from onward.model.writing import as_document, write_model
from onward.problems import ModelError
from onward.testing import models

GALLERY = Path(__file__).parent / "gallery"
BROKEN = sorted(GALLERY.glob("*.yaml"))
SHIPPED = sorted((Path(__file__).parents[2] / "models").glob("*.yaml"))

WHOLE = """\
onward: 1
name: forest
title: The life
  of a forest
source: 'Grimm 1812: §3'
cases: pairs
parameters: {needed: 2, kind: oak, strict: true, share: 0.5}
events:
  rain: {title: Rain, cameo: ["057", 060]}
  sun:
  Create Fine: {cameo: "012"}
context:
  rings: {count: [rain, sun], where: event.formal, title: rings of wood}
  days: {count: any}
  places: {distinct: place, of: rain}
phases:
  - seed
  - tree: {title: Tree, stages: [young, {old: {final: true}}]}
  - ash: {final: true, title: Ash}
  - soil:
transitions:
  - {from: start, to: seed, on: any}
  - {from: [seed, tree.young], to: tree, on: [rain, Create Fine], when: rings >= needed, name: it grows}
  - {from: tree, to: ash}
forbid:
  - {on: rain, because: it is dry}
  - {on: any, in: [start, tree], when: phase == seed}
invariants:
  - irreversible
  - {name: rings stay, step: rings >= before.rings}
  - {always: rings >= 0 and phase >= start}
show:
  looks: {label: {green: phase == tree, 'brown: dry': rings < 2}}
  grown: {years: place, of: rain, moments: sun, ended: [Create Fine], planned: [sun, rain]}
"""


def test_a_document_says_all_that_a_model_can_hold() -> None:
    rings, seed = Memory("rings"), PhaseName("seed")
    kept = Compare(">=", rings, Memory("rings", before=True))
    always = And((Compare(">=", rings, Constant(0)), Compare(">=", CurrentPhase(), PhaseName("start"))))
    model = parse_model(WHOLE)
    assert model == Model(
        name="forest",
        title="The life of a forest",
        source="Grimm 1812: §3",
        cases="pairs",
        parameters=(("needed", 2), ("kind", "oak"), ("strict", True), ("share", 0.5)),
        events=(
            EventKind("rain", "Rain", ("057", "060")),
            EventKind("sun"),
            EventKind("Create Fine", cameo=("012",)),
        ),
        context=(
            Variable("rings", Count(("rain", "sun"), Holds(Attribute("formal"))), "rings of wood"),
            Variable("days", Count(None)),
            Variable("places", Distinct("place", ("rain",))),
        ),
        phases=(
            Phase("seed"),
            Phase("tree", "Tree", stages=(Phase("young"), Phase("old", final=True))),
            Phase("ash", "Ash", final=True),
            Phase("soil"),
        ),
        transitions=(
            Transition(("start",), "seed", ("any",)),
            Transition(
                sources=("seed", "tree.young"),
                target="tree",
                on=("rain", "Create Fine"),
                when=parse_model(WHOLE).transitions[1].when,
                title="it grows",
            ),
            Transition(("tree",), "ash"),
        ),
        forbid=(
            Forbid(("rain",), because="it is dry"),
            Forbid(("any",), ("start", "tree"), Compare("==", CurrentPhase(), seed)),
        ),
        invariants=(
            Invariant("irreversible", "irreversible"),
            Invariant("rings stay", "step", kept),
            Invariant("rings >= 0 and phase >= start", "always", always),
        ),
        shows=(
            Label(
                name="looks",
                choices=(
                    ("green", Compare("==", CurrentPhase(), PhaseName("tree"))),
                    ("brown: dry", Compare("<", rings, Constant(2))),
                ),
            ),
            Years("grown", "place", ("rain",), ("sun",), ("Create Fine",), ("sun", "rain")),
        ),
    )
    assert parse_model(write_model(model)) == model


WIDE = """\
onward: 1
name: norm
events: {vote: {}, veto: {}, budget: {}, Launch Now: {}}
parameters: {wait: 4, wanted: ngo}
values:
  actors.ecology: [state, ngo]
  element: {1: Informal, 2: Working level, "true": }
  kind: ["1", 1.5, true]
context:
  ripe: {flag: {set: vote, clear: [veto]}, where: event.formal, title: a ripe time}
  always: {flag: {set: any}}
  money: {sum: amount, of: budget, where: event.formal, within: 1 year}
  most: {max: amount, of: [budget]}
  verdict: {latest: polarity, of: any}
  running: {open: [Launch Now], where: '2 in event.element'}
  recent: {count: any, within: {months: wait}}
  kinds: {distinct: actors.ecology, of: any}
conditions:
  fragile: narrow.phase >= floated and wide.phase < anchored
  stalled: not (fragile or ripe) and most > 3
tracks:
  narrow:
    title: Narrow arena
    phases: [floated, {deep: {stages: [shallow, real]}}, {gone: {final: true}}]
    transitions:
      - {from: start, to: floated, on: vote, when: wanted in event.actors.ecology}
      - {from: floated, to: deep, after: {years: 10, without: [vote, Launch Now]}, when: phase == floated and stalled}
      - {from: deep, to: gone, after: 1 week}
      - {from: deep.real, to: gone, after: {days: wait}, name: it goes}
  wide:
    phases: [linked, anchored]
    transitions:
      - {from: [start, linked], to: anchored, on: any, when: wide.years_in_phase < years_in_phase + 1}
forbid:
  - {on: vote, in: [linked, deep.shallow, start], when: narrow.years_in_phase < years_since_start}
invariants:
  - irreversible
  - {irreversible: all, name: nothing goes back}
  - {irreversible: narrow}
  - {name: kept, step: before.narrow.phase <= narrow.phase and before.ripe == ripe and before.verdict != verdict}
show:
  state: {label: {fragile: fragile, other: verdict == "x" or verdict}}
tables:
  "who, what": {rows: element, columns: actors.name, title: Who did what, where: event.formal}
  b: {rows: a.b.each, columns: c, of: [vote]}
"""


def test_a_document_with_tracks_says_all_that_a_model_can_hold() -> None:
    model = parse_model(WIDE)
    formal, actors = Holds(Attribute("formal")), Attribute("actors", "ecology")
    narrow, wide = CurrentPhase(track="narrow"), CurrentPhase(track="wide")
    fragile = And((Compare(">=", narrow, PhaseName("floated")), Compare("<", wide, PhaseName("anchored"))))
    is_fragile, ripe = Named("fragile", fragile), Memory("ripe")
    stalled = And((Not(Or((is_fragile, Holds(ripe)))), Compare(">", Memory("most"), Constant(3))))
    assert model.tracks == (Track("narrow", "Narrow arena"), Track("wide"))
    assert model.phases == (
        Phase("floated", track="narrow"),
        Phase("deep", stages=(Phase("shallow"), Phase("real")), track="narrow"),
        Phase("gone", final=True, track="narrow"),
        Phase("linked", track="wide"),
        Phase("anchored", track="wide"),
    )
    assert model.domains == (
        Domain("actors", "ecology", (("state", ""), ("ngo", ""))),
        Domain("element", "each", ((1, "Informal"), (2, "Working level"), (True, ""))),
        Domain("kind", "each", (("1", ""), (1.5, ""), (True, ""))),
    )
    assert model.context == (
        Variable("ripe", Flag(("vote",), ("veto",), formal), "a ripe time"),
        Variable("always", Flag(None)),
        Variable("money", Sum("amount", ("budget",), formal, Span(1, "years"))),
        Variable("most", Max("amount", ("budget",))),
        Variable("verdict", Latest("polarity", None)),
        Variable("running", Open(("Launch Now",), Contains(Constant(2), Attribute("element", "each")))),
        Variable("recent", Count(None, None, Span("wait", "months"))),
        Variable("kinds", Distinct("actors", None, None, "ecology")),
    )
    assert model.conditions == (("fragile", fragile), ("stalled", stalled))
    still = And((Compare("==", narrow, PhaseName("floated")), Named("stalled", stalled)))
    in_wide = Elapsed("years_in_phase", "wide")
    assert model.transitions == (
        Transition(("start",), "floated", ("vote",), Contains(Parameter("wanted"), actors), track="narrow"),
        Transition(
            sources=("floated",),
            target="deep",
            when=still,
            after=Timer(Span(10, "years"), ("vote", "Launch Now")),
            track="narrow",
        ),
        Transition(("deep",), "gone", after=Timer(Span(1, "weeks")), track="narrow"),
        Transition(("deep.real",), "gone", title="it goes", after=Timer(Span("wait", "days")), track="narrow"),
        Transition(
            sources=("start", "linked"),
            target="anchored",
            on=("any",),
            when=Compare("<", in_wide, Arithmetic("+", in_wide, Constant(1))),
            track="wide",
        ),
    )
    aged = Compare("<", Elapsed("years_in_phase", "narrow"), Elapsed("years_since_start"))
    assert model.forbid == (Forbid(("vote",), ("linked", "deep.shallow", "start"), aged),)
    kept = And(
        (
            Compare("<=", CurrentPhase(before=True, track="narrow"), narrow),
            Compare("==", Memory("ripe", before=True), ripe),
            Compare("!=", Memory("verdict", before=True), Memory("verdict")),
        )
    )
    assert model.invariants == (
        Invariant("irreversible", "irreversible"),
        Invariant("nothing goes back", "irreversible"),
        Invariant("irreversible: narrow", "irreversible", track="narrow"),
        Invariant("kept", "step", kept),
    )
    assert model.tables == (
        CrossTable("who, what", ("element", "each"), ("actors", "name"), None, formal, "Who did what"),
        CrossTable("b", ("a.b", "each"), ("c", "each"), ("vote",)),
    )
    assert parse_model(write_model(model)) == model
    assert parse_model(json.dumps(as_document(model))) == model


@pytest.mark.parametrize("column", ["a.b", "a. b", ".a", "a.", "a b", "a.1"])
@pytest.mark.parametrize("part", ["each", "name", "kind"])
def test_an_attribute_with_several_values_may_have_any_name(column: str, part: str) -> None:
    model = Model(
        "m",
        (Phase("a"),),
        (EventKind("go"),),
        context=(Variable("n", Distinct(column, None, Contains(Constant("x"), Attribute(column, part)), part)),),
        domains=(Domain(column, part, (("x", "X"), (1, ""))),),
        tables=(CrossTable("t", (column, part), (column, part)),),
    )
    assert parse_model(write_model(model)) == model


@pytest.mark.parametrize(
    "text", ["3 years", "1 year", "12 months", "1 month", "2 weeks", "1 week", "1 day", "40  days"]
)
def test_a_span_is_a_number_and_a_unit(text: str) -> None:
    number, unit = text.split()
    unit = f"{unit.rstrip('s')}s"
    moves = "transitions: [{from: a, to: b, after: %s}]"
    for written in (text, f"{{{unit}: {number}}}"):
        model = parse_model(f"{{onward: 1, name: m, events: {{}}, phases: [a, b], {moves % written}}}")
        (move,) = model.transitions
        assert move.after is not None
        assert (move.after.span.length, move.after.span.unit) == (int(number), unit)


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("1 year 2 months", "write it in one unit: 14 months"),
        ("1 Year, 2 months and 1 year", "write it in one unit: 26 months"),
        ("1 year 2 years", "write it in one unit: 3 years"),
        ("1 yaer 2months", "write it in one unit: 14 months"),
        ("1 week 1 day", "write it in one unit: 8 days"),
        ("1 year 1 day", "write it in one unit"),
        ("0 years 0 months", "write it in one unit"),
        ("9998 years 1 month", "write it in one unit: 119977 months"),
        ("9999 years 1 month", "write it in one unit"),
        ("1 Year", "did you mean '1 year'?"),
        ("3 YEARS", "did you mean '3 years'?"),
        ("1year", "did you mean '1 year'?"),
        ("1 yaer", "did you mean '1 year'?"),
        ("Three Years", "write it in figures, or a parameter as {years: Three}"),
        ("1 fortnite", "write 3 years, or months, weeks, days"),
        ("1 year or so", "write 3 years, or months, weeks, days"),
        ("[1 year]", "write 3 years, or {years: 3, without: [types]}"),
    ],
)
def test_a_slip_in_a_span_is_told_with_the_span_that_was_meant(text: str, mend: str) -> None:
    written = text if text.startswith("[") else f'"{text}"'
    move = f"{{from: a, to: b, after: {written}}}"
    (problem,) = problems(f"{{onward: 1, name: m, events: {{}}, phases: [a, b], transitions: [{move}]}}")
    assert problem.endswith(f" no span of time; {mend}")


@pytest.mark.parametrize("text", [".inf", "-.INF", ".nan", ".NaN"])
def test_an_infinity_of_yaml_is_no_value_unless_it_is_a_text(text: str) -> None:
    start = "{onward: 1, name: m, events: {}, phases: [a], transitions: []"
    for part in (f"parameters: {{p: {text}}}", f"values: {{p: [{text}]}}", f"values: {{p: {{{text}: P}}}}"):
        (problem,) = problems(f"{start}, {part}}}")
        assert f" is {text}, which is no number that can be compared; write a number" in problem
    model = Model("m", (Phase("a"),), parameters=(("p", text),), domains=(Domain("q", "each", ((text, "P"),)),))
    assert parse_model(write_model(model)) == model
    assert parse_model(f"{start}, parameters: {{p: inf, q: nan}}}}").parameters == (("p", "inf"), ("q", "nan"))


def test_an_attribute_may_have_a_name_that_only_looks_like_one_kept_apart() -> None:
    start = "{onward: 1, name: m, events: {go: {}}, phases: [a], transitions: []"
    model = parse_model(f"{start}, context: {{n: {{distinct: events, of: go}}, m: {{latest: time of day, of: go}}}}}}")
    assert model.context == (Variable("n", Distinct("events", ("go",))), Variable("m", Latest("time of day", ("go",))))


def test_the_smallest_model_needs_five_keys() -> None:
    model = parse_model("{onward: 1, name: m, events: {}, phases: [a], transitions: []}")
    assert model == Model("m", (Phase("a"),))
    assert model.cases == "column"


@given(models())
def test_parsing_undoes_writing(model: Model) -> None:
    assert parse_model(write_model(model)) == model
    assert parse_model(json.dumps(as_document(model))) == model


SIGNS = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\ufffe\uffff\u2028\u2029")
TEXTS = st.text(SIGNS).map(lambda text: " ".join(text.split()))
TYPES = (
    st.sampled_from(("phase", "true", "null", "~", "1", "<<", "a.b", "in", "#x", "- y", "a: b", "é", "it's", '"'))
    | TEXTS
)


@given(
    st.lists(
        TYPES.filter(lambda name: name not in {"", "any", "start", "seed", "kind", "rings"}), min_size=1, unique=True
    ),
    TEXTS,
    TEXTS,
)
def test_any_text_can_be_a_title_and_nearly_any_text_an_event_type(names: list[str], title: str, reason: str) -> None:
    model = Model(
        name="forest",
        title=title,
        source=reason,
        phases=(Phase("seed", title),),
        events=tuple(EventKind(name, title, ("1", "no")) for name in names),
        transitions=tuple(
            Transition(("start",), "seed", (name,), Compare("==", EventType(), TypeName(name)), title=title)
            for name in names
        ),
        parameters=(("kind", title),),
        context=(Variable("rings", Count(tuple(names), Compare("==", Attribute(title), Constant(reason))), title),),
        forbid=(Forbid((names[0],), because=reason),),
    )
    assert parse_model(write_model(model)) == model


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_model_can_be_read_and_written(path: Path) -> None:
    model = parse_model(path.read_text(encoding="utf-8"), path.name)
    assert model.name == path.stem
    assert parse_model(write_model(model)) == model


def problems(text: str, name: str = "m.yaml") -> list[str]:
    with pytest.raises(ModelError) as caught:
        parse_model(text, name)
    return [str(problem) for problem in caught.value.problems]


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
    for line in problems(text, path.name):
        assert_told_well(line, text, path.name)


def test_the_gallery_of_mistakes_reads_as_it_should(golden: Callable[[Path, str], None]) -> None:
    told = [line for path in BROKEN for line in problems(path.read_text(encoding="utf-8"), path.name)]
    golden(GALLERY / "expected.txt", "\n".join([*told, ""]))


SIGNS_OF_YAML = ("", " ", "\n", "\n  ", ":", ": ", "- ", "[]", "{}", *"[]{}#'\"!\t()é\x07", "&a", "*a", "<<: ")
WORDS = ("phase", "start", "any", "on: ", "to: ", "null", "~", "1", "true", "rings", "event.", "tree.", "and ")
SNIPPETS = st.sampled_from((*SIGNS_OF_YAML, *WORDS))


@given(models(), st.data())
@settings(max_examples=300)
def test_a_file_with_anything_wrong_is_told_of_and_never_crashes(model: Model, data: st.DataObject) -> None:
    text = write_model(model)
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(start + 12, len(text))))
        text = text[:start] + data.draw(SNIPPETS) + text[end:]
    try:
        parse_model(text, "m.yaml")
    except ModelError as error:
        lines = list(map(str, error.problems))
    else:
        return
    for line in lines:
        assert_told_well(line, text, "m.yaml")
    places = [tuple(map(int, line.split(":")[1:3])) for line in lines]
    assert places == sorted(places)


KEYS = (
    *("title", "final", "stages", "from", "to", "on", "when", "in", "count", "distinct", "of", "where", "a"),
    *("always", "step", "label", "years", "name", "because", "sum", "max", "latest", "flag", "set", "clear", "open"),
    *("within", "after", "without", "months", "phases", "transitions", "irreversible", "rows", "columns"),
)
VALUES = st.sampled_from(
    (None, True, 0, 1.5, 3, "", "seed", "rain", "rings >= 1", "any", "start", "irreversible", "3 years", "a.b", "all")
)
TREES: st.SearchStrategy[object] = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=6,
)


@given(models(), st.data())
@settings(max_examples=300)
def test_a_part_of_the_wrong_shape_is_told_of_and_never_crashes(model: Model, data: st.DataObject) -> None:
    document = as_document(model)
    document[data.draw(st.sampled_from(list(document)))] = data.draw(TREES)
    text = json.dumps(document, indent=1, ensure_ascii=False)
    try:
        parse_model(text, "m.yaml")
    except ModelError as error:
        lines = list(map(str, error.problems))
    else:
        return
    for line in lines:
        assert_told_well(line, text, "m.yaml")


@pytest.mark.parametrize("key", list(as_document(parse_model(WHOLE))))
def test_a_part_that_says_nothing_is_read_or_told_of(key: str) -> None:
    document = {**as_document(parse_model(WHOLE)), key: None}
    try:
        parse_model(json.dumps(document))
    except ModelError as error:
        assert error.problems  # noqa: PT017  # some parts may be empty


PARTS = ("context", "values", "conditions", "tracks", "tables", "transitions", "invariants")


@given(models(), st.data())
@settings(max_examples=200)
def test_a_new_part_of_the_wrong_shape_is_told_of_and_never_crashes(model: Model, data: st.DataObject) -> None:
    document = {**as_document(model), data.draw(st.sampled_from(PARTS)): data.draw(TREES)}
    text = json.dumps(document, indent=1, ensure_ascii=False)
    try:
        model = parse_model(text, "m.yaml")
    except ModelError as error:
        for line in map(str, error.problems):
            assert_told_well(line, text, "m.yaml")
    else:
        assert parse_model(write_model(model)) == model


def test_a_document_without_event_types_says_so_with_braces() -> None:
    text = "{onward: 1, name: m, events: , phases: [a], transitions: []}"
    assert problems(text) == ["m.yaml:1:30: there are no event types; write {} or list them"]
    assert parse_model(text.replace("events: ,", "events: {},")).events == ()


@pytest.mark.parametrize(
    "phase", ["{ash: {final: true, stages: [a, b]}}", "{ash: {stages: [a: {final: true}, b: {final: true}]}}"]
)
def test_a_phase_all_of_whose_stages_are_final_is_not_left(phase: str) -> None:
    move = "{from: ash, to: seed}"
    text = f"{{onward: 1, name: m, events: {{}}, phases: [seed, {phase}], transitions: [{move}]}}"
    (problem,) = problems(text)
    assert problem.endswith("'ash' is final: nothing leaves it; delete the transition, or delete final")


def changed(old: str, new: str) -> str:
    assert WHOLE.count(old) == 1
    return WHOLE.replace(old, new)


LIST = "write one name, or a list of names"
VALUE = "write a number, a text, true or false"
ENTRY = "write a name, or one name with its keys: - name: {...}"
FIRST = "{from: start, to: seed, on: any}"


@pytest.mark.parametrize(
    ("old", "new", "place", "what", "mend"),
    [
        ("onward: 1", "onward: true", "1:9", "this version of Onward reads format 1, not true", "write onward: 1"),
        ("onward: 1", "onward: '1'", "1:9", "this version of Onward reads format 1, not '1'", "write onward: 1"),
        ("onward: 1", "onward: [1]", "1:9", "this version of Onward reads format 1, not a list or a mapping",
         "write onward: 1"),
        ("name: forest", "name: [a]", "2:7", "the name is no text", "write one text"),
        ("share: 0.5", "share: ~", "7:57", "the parameter 'share' has no value", VALUE),
        ("share: 0.5", "share: 1e999", "7:57", "the parameter 'share' is too large", "write a smaller number"),
        ("share: 0.5", "share: -1e999", "7:57", "the parameter 'share' is too large", "write a smaller number"),
        ("  looks:", "  '':", "33:3", "a column needs a name", "write name: {...}"),
        ("  grown:", "  ' ':", "34:3", "a column needs a name", "write name: {...}"),
        ("from: tree, to: ash", "from: ash, to: soil", "24:12", "'ash' is final: nothing leaves it",
         "delete the transition, or delete final"),
        ("from: tree, to: ash", "from: [tree.old], to: ash", "24:13", "'tree.old' is final: nothing leaves it",
         "delete the transition, or delete final"),
        ("from: tree, to: ash", "from: [tree, ash, seed], to: soil", "24:19", "'ash' is final: nothing leaves it",
         "delete it here, or delete final"),
        ("  sun:\n", "  '  ':\n  sun:\n", "10:3", "'  ' cannot be an event type", "give it another name"),
        ("  sun:\n", "  tree.old:\n  sun:\n", "19:42",
         "'tree.old' is a stage and also an event type in line 10", "rename one of them"),
        ("years: place", "years: [place]", "34:18", "the attribute is no text", "write one text"),
        ("distinct: place", "distinct: [place]", "15:22", "the attribute is no text", "write one text"),
        (FIRST, "{from: {}, to: seed}", "22:12", "the phase is missing", LIST),
        (FIRST, "{from: [[start], start], to: seed}", "22:13", "the phase is no name", LIST),
        ("from: tree, to: ash", "from: any, to: ash", "24:12",
         "there is no phase 'any'", "it may be ash, seed, soil, start, tree, tree.old, tree.young"),
        ("  - seed\n", "  - - seed\n  - seed\n", "17:5", "this is no phase", ENTRY),
        ("  - seed\n", "  - {}\n  - seed\n", "17:5", "this is no phase", ENTRY),
    ],
)  # fmt: skip
def test_a_rarer_mistake_is_told_once(old: str, new: str, place: str, what: str, mend: str) -> None:
    assert problems(changed(old, new)) == [f"m.yaml:{place}: {what}; {mend}"]


@pytest.mark.parametrize("column", CASE_COLUMNS)
def test_a_column_shown_cannot_bear_the_name_of_one_that_every_table_has(column: str) -> None:
    text = changed("  looks:", f"  {column}:")
    assert problems(text) == [f"m.yaml:33:3: {column!r} is a column of every table of cases; give it another name"]


def test_the_name_of_the_document_is_part_of_every_place() -> None:
    with pytest.raises(ModelError, match=r"^model:1:1: the model lacks 'name'; add name: \.\.\.$"):
        parse_model("{onward: 1, events: {}, phases: [a], transitions: []}")


def test_a_model_of_ten_thousand_phases_is_read_and_written() -> None:
    many = 10_000
    model = Model(
        name="long",
        phases=tuple(Phase(f"p{number}") for number in range(many)),
        events=(EventKind("go"),),
        transitions=tuple(Transition((f"p{number}",), f"p{number + 1}") for number in range(0, many - 1, 5)),
    )
    assert parse_model(write_model(model)) == model


def test_a_change_of_a_name_alone_changes_the_model() -> None:
    assert parse_model(WHOLE) != evolve(parse_model(WHOLE), name="wood")


def test_a_document_with_hundreds_of_mistakes_is_read_no_further() -> None:
    phases = ", ".join(f"p{number}" for number in range(10_000))
    moves = ", ".join(f"{{from: p{number}, to: q, when: phse == p1}}" for number in range(9_999))
    found = problems(f"{{onward: 1, name: m, events: {{}}, phases: [{phases}], transitions: [{moves}]}}")
    assert len(found) == 101
    assert found[-1].endswith(": the rest is not read; mend what stands before it first")


def test_a_name_that_a_guard_would_read_as_a_track_is_refused() -> None:
    text = "{onward: 1, name: m, events: {a.phase: }, tracks: {a: {phases: [b], transitions: []}}}"
    assert problems(text) == [
        "m.yaml:1:52: 'a.phase' is the phase of a track and also an event type in line 1; rename one of them"
    ]
