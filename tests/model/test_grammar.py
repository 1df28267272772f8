import copy
import pickle

import pytest
from attrs import evolve
from hypothesis import example, given
from hypothesis import strategies as st

from onward.model.grammar import GuardError, parse_guard
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
    Guard,
    Holds,
    Memory,
    Minus,
    Named,
    Not,
    OneOf,
    Or,
    Parameter,
    PhaseName,
    TypeName,
)
from onward.model.model import Model
from onward.model.spelling import write_expression, write_guard
from onward.model.vocabulary import Vocabulary
from onward.testing import guards, models, vocabulary_of

NAMES = Vocabulary(
    parameters={"needed": 2, "where": "Bosnia", "strict": True},
    context=("theatres", "basis"),
    phases=("courtship", "startup", "startup.founding", "startup.proven", "größe"),
    types=("contact", "agreement_signed", "Create Fine", "phase", "a.b"),
)
STEP = evolve(NAMES, before=True)
ALWAYS = evolve(NAMES, event=False)
WHERE = evolve(NAMES, case=False)

PIECES = (
    *("theatres", "needed", "strict", "where", "phase", "startup", "startup.proven", "contact", "phsae", "größe"),
    *("event.formal", "event.type", "event", "event[", "event.", "before.theatres", "before", "before.x", ".", "a.b"),
    *("and", "or", "not", "in", "true", "false", "null", "years_in_phase", "start", "any"),
    *("==", "!=", "<", "<=", ">", ">=", "=", "&&", "||", "!", "+", "-", "*", "/", "(", ")", "[", "]", ",", "#"),
    *(
        "0",
        "1",
        "2.5",
        "1e3",
        "1e999",
        "9" * 40,
        "٣",
        '"Bosnia"',
        "'x'",
        '"Create Fine"',
        '"',
        "'",
        "\\",
        "é",
        "\n",
        " ",
    ),
)
ANYTHING = st.text() | st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join)
VOCABULARIES = st.builds(
    Vocabulary,
    **{key: st.just(getattr(NAMES, key)) for key in ("parameters", "context", "phases")},
    types=st.just(NAMES.types),
    event=st.booleans(),
    case=st.booleans(),
    before=st.booleans(),
)


def problems(text: str, names: Vocabulary = NAMES) -> list[tuple[int, str, str]]:
    with pytest.raises(GuardError) as caught:
        parse_guard(text, names)
    return [(mistake.offset + 1, mistake.what, mistake.mend) for mistake in caught.value.mistakes]


@given(models(), st.booleans(), st.booleans(), st.data())
def test_parsing_undoes_writing(model: Model, event: bool, case: bool, data: st.DataObject) -> None:  # noqa: FBT001
    names = vocabulary_of(model, event=event, case=case, before=data.draw(st.booleans()))
    guard = data.draw(guards(names))
    assert parse_guard(write_guard(guard), names) == guard


@given(ANYTHING, VOCABULARIES)
@example("(" * 300 + "theatres", NAMES)
@example("not " * 201 + "strict", NAMES)
@example("(" * 40 + "not " * 200 + "strict" + ")" * 40, NAMES)
def test_any_text_is_a_guard_or_a_mistake_inside_it(text: str, names: Vocabulary) -> None:
    try:
        guard = parse_guard(text, names)
    except GuardError as error:
        mistakes = error.mistakes
    else:
        assert parse_guard(write_guard(guard), names) == guard
        assert hash(copy.deepcopy(guard)) == hash(guard)
        return
    assert mistakes
    for mistake in mistakes:
        assert 0 <= mistake.offset <= len(text)
        assert mistake.what
        assert mistake.mend


ONE, TWO, THREE, FOUR = map(Constant, (1, 2, 3, 4))
A, B, C = (Compare(">=", Memory("theatres"), number) for number in (ONE, TWO, THREE))


@pytest.mark.parametrize(
    ("text", "guard"),
    [
        ("theatres >= 1", A),
        ("theatres>=1", A),
        ("((theatres) >= (1))", A),
        ("theatres >= 1 and theatres >= 2 or theatres >= 3", Or((And((A, B)), C))),
        ("theatres >= 1 and (theatres >= 2 or theatres >= 3)", And((A, Or((B, C))))),
        ("theatres >= 1 and theatres >= 2 and theatres >= 3", And((A, B, C))),
        ("theatres >= 1 or (theatres >= 2 or theatres >= 3)", Or((A, B, C))),
        ("not theatres >= 1 and theatres >= 2", And((Not(A), B))),
        ("not (theatres >= 1 and theatres >= 2)", Not(And((A, B)))),
        ("not not theatres >= 1", Not(Not(A))),
        ("1 + 2 * 3 < 4", Compare("<", Arithmetic("+", ONE, Arithmetic("*", TWO, THREE)), FOUR)),
        ("(1 + 2) * 3 < 4", Compare("<", Arithmetic("*", Arithmetic("+", ONE, TWO), THREE), FOUR)),
        ("1 - 2 - 3 < 4", Compare("<", Arithmetic("-", Arithmetic("-", ONE, TWO), THREE), FOUR)),
        ("1 - (2 - 3) < 4", Compare("<", Arithmetic("-", ONE, Arithmetic("-", TWO, THREE)), FOUR)),
        ("-theatres < -1.5e3", Compare("<", Minus(Memory("theatres")), Constant(-1500.0))),
        ("- - theatres < 1", Compare("<", Minus(Minus(Memory("theatres"))), Constant(1))),
        ("theatres in [1, needed]", OneOf(Memory("theatres"), (Constant(1), Parameter("needed")))),
        ("not event.place in ['Bosnia']", Not(OneOf(Attribute("place"), (Constant("Bosnia"),)))),
        ("event.formal", Holds(Attribute("formal"))),
        ("strict", Holds(Parameter("strict"))),
        ("true", Holds(Constant(value=True))),
        ("event.formal == false", Compare("==", Attribute("formal"), Constant(value=False))),
        ('event["odd name"] >= 1', Compare(">=", Attribute("odd name"), Constant(1))),
        ('event["type"] == "x"', Compare("==", Attribute("type"), Constant("x"))),
        ('event["time"] == "x"', Compare("==", Attribute("time"), Constant("x"))),
        (r'event.place == "say \"so\" \\"', Compare("==", Attribute("place"), Constant('say "so" \\'))),
        ("event.type == contact", Compare("==", EventType(), TypeName("contact"))),
        ('event.type == "Create Fine"', Compare("==", EventType(), TypeName("Create Fine"))),
        ("'a.b' != event.type", Compare("!=", TypeName("a.b"), EventType())),
        ('event.type in [contact, "Create Fine"]', OneOf(EventType(), (TypeName("contact"), TypeName("Create Fine")))),
        ('event.type == "phase"', Compare("==", EventType(), TypeName("phase"))),
        ("phase >= startup.proven", Compare(">=", CurrentPhase(), PhaseName("startup.proven"))),
        ("phase == start", Compare("==", CurrentPhase(), PhaseName("start"))),
        ("phase < größe", Compare("<", CurrentPhase(), PhaseName("größe"))),
    ],
)  # fmt: skip
def test_what_a_text_means(text: str, guard: Guard) -> None:
    assert parse_guard(text, NAMES) == guard
    assert parse_guard(write_guard(guard), NAMES) == guard


def test_a_step_may_look_back() -> None:
    guard = Compare(">=", Memory("theatres"), Memory("theatres", before=True))
    assert parse_guard("theatres >= before.theatres", STEP) == guard
    assert parse_guard("before.phase <= phase", STEP) == Compare("<=", CurrentPhase(before=True), CurrentPhase())


@pytest.mark.parametrize(
    ("text", "column", "what", "mend"),
    [
        ("1 < theatres < 3", 14, "comparisons do not chain", "join two comparisons with and"),
        ("theatres = 3", 10, "'=' does not fit here", "write == to compare"),
        ("strict && event.formal", 8, "'&&' does not fit here", "write and"),
        ("strict || event.formal", 8, "'||' does not fit here", "write or"),
        ("!event.formal", 1, "'!' does not fit here", "write not"),
        ("theatres ≥ 3", 10, "'≥' does not fit here", "write >="),
        ("theatres ≤ 3", 10, "'≤' does not fit here", "write <="),
        ("theatres ≠ 3", 10, "'≠' does not fit here", "write !="),
        ("(theatres ≠ 3)", 11, "'≠' does not fit here", "write !="),
        ("(strict && event.formal)", 9, "'&&' does not fit here", "write and"),
        ("event.formal == True", 17, "there is no 'True'", "did you mean true?"),
        ("event.formal == FALSE", 17, "there is no 'FALSE'", "did you mean false?"),
        ("strict AND event.formal", 8, "'AND' does not fit here", "did you mean and?"),
        ("(strict Or event.formal)", 9, "'Or' does not fit here", "did you mean or?"),
        ("NOT strict", 1, "there is no 'NOT'", "did you mean not?"),
        ("strict and Not event.formal", 12, "there is no 'Not'", "did you mean not?"),
        ("theatres In [1]", 10, "'In' does not fit here", "did you mean in?"),
        ("theatres / 2 > 1", 10, "'/' does not fit here", "multiply by the inverse: there is no division"),
        ("theatres > .5", 12, "'.' does not fit here", "write a digit before the point"),
        ("strict event.formal", 8, "'event.formal' does not fit here", "join conditions with and, or"),
        ("theatres > 2 years", 14, "'years' does not fit here", "join conditions with and, or"),
        ("strict and", 11, "the guard ends too early", "write what is compared"),
        ("", 1, "the guard is empty", "write a condition, or leave the key out"),
        ("  ", 1, "the guard is empty", "write a condition, or leave the key out"),
        ("(strict", 8, "'(' is never closed", "add ')' here"),
        ("theatres in [1", 15, "'[' is never closed", "add ']' here"),
        ("theatres in 1", 13, "a list must follow in",
         "write in [first, second], or in event.<attribute>"),
        ("theatres in []", 14, "']' does not fit here", "write a name or a value here"),
        ('event.place == "Bosnia', 16, "'\"' does not fit here", "close the string with the quote that opened it"),
        ("(theatres > 1) == true", 1, "a condition cannot be compared", "join conditions with and, or, not"),
        ("theatres > 1e999", 12, "the number is too large", "write a smaller one"),
        ("theatres", 1, "a number is no condition", "compare it: theatres >= 1"),
        ("strict or 3", 11, "a number is no condition", "compare it: <variable> >= 3"),
        ("where", 1, "a text is no condition", "compare it: where == event.<attribute>"),
        ("'Bosnia'", 1, "a text is no condition", 'compare it: event.<attribute> == "Bosnia"'),
        ("startup", 1, "a phase is no condition", "compare it: phase == startup"),
        ("phase", 1, "a phase is no condition", "compare it: phase == <name>"),
        ("contact", 1, "an event type is no condition", "compare it: event.type == contact"),
        ("event.type", 1, "an event type is no condition", "compare it: event.type == <name>"),
        ("not theatres", 5, "a number is no condition", "compare it: theatres >= 1"),
        ("theatres >= theatres_needed", 13, "there is no 'theatres_needed'", "did you mean 'theatres'?"),
        ("phsae == startup", 1, "there is no 'phsae'", "did you mean 'phase'?"),
        ("Theatres > 1", 1, "there is no 'Theatres'", "did you mean 'theatres'?"),
        ("phase == proven", 10, "there is no 'proven'", "did you mean 'startup.proven'?"),
        ("event.place == null", 16, "there is no 'null'",
         "leave it out: a comparison with a missing value never holds"),
        (
            "event.place == Kosovo",
            16,
            "there is no 'Kosovo'",
            'an attribute of the event is event.Kosovo, a text stands in quotes: "Kosovo"',
        ),
        ("event.type == Create Fine", 15, "there is no 'Create'", 'did you mean "Create Fine", in quotes?'),
        ("event.type == 'contakt'", 15, "there is no event type 'contakt'", "did you mean 'contact'?"),
        ("event.type == phase", 12, "an event type is never a phase", "compare things of one kind"),
        ("event.type < contact", 12, "an event type has no order", "compare with == or !="),
        ("event.type < 'contact'", 12, "an event type has no order", "compare with == or !="),
        ("strict < true", 8, "true or false has no order", "compare with == or !="),
        ("theatres == 'one'", 10, "a number is never a text", "compare things of one kind"),
        ("phase in [1]", 11, "a phase is never a number", "compare things of one kind"),
        ("event.place == startup", 13, "an attribute of the event is never a phase",
         'a text stands in quotes: "startup"'),
        ("event.place == phase", 13, "an attribute of the event is never a phase", "compare things of one kind"),
        ("'a' + 1 > 1", 1, "a text cannot be added or multiplied", "use numbers only"),
        ("-strict > 1", 2, "true or false cannot be added or multiplied", "use numbers only"),
        ("event.formal and event", 18, "event alone says nothing", "write event.<attribute> or event.type"),
        ("event.time > 1", 1, "event.time is not compared", "use years_in_phase or years_since_start"),
        ("event.a.b.c > 1", 1, "'event.a.b.c' has a dot too many", 'write event["name of the column"]'),
        ("event[place] > 1", 7, "event[...] takes a quoted name", 'write event["name of the column"]'),
        ("event['place' > 1", 15, "'[' is never closed", "add ']' here"),
    ],
)  # fmt: skip
def test_one_mistake_is_one_problem_with_its_column_and_its_mend(text: str, column: int, what: str, mend: str) -> None:
    assert problems(text) == [(column, what, mend)]


def test_every_unknown_name_is_reported_at_once() -> None:
    found = problems("theatrs > 1 and basiss > 1 and (courtsip == phase or event.type == contakt)")
    assert [mend for _, _, mend in found] == [
        f"did you mean {name!r}?" for name in ("theatres", "basis", "courtship", "contact")
    ]


@pytest.mark.parametrize(
    ("text", "names", "what", "mend"),
    [
        ("before.theatres > 1", NAMES, "'before' is known in `step` invariants only", "use the name without before."),
        ("before.theatrs > 1", STEP, "there is no 'before.theatrs'", "did you mean 'before.theatres'?"),
        ("before.needed > 1", STEP, "there is no 'before.needed'", "write before.phase or before.<context variable>"),
        ("before.years_in_phase > 1", STEP, "there is no 'before.years_in_phase'",
         "write before.phase or before.<context variable>"),
        ("event.formal", ALWAYS, "there is no event to look at here", "use the phase and the context only"),
        ("formality > 1", ALWAYS, "there is no 'formality'", 'a text stands in quotes: "formality"'),
        ("theatres > 1", WHERE, "'theatres' is not known here",
         "this guard sees the event only: use event.<attribute>"),
    ],
)  # fmt: skip
def test_where_a_guard_stands_decides_what_it_sees(text: str, names: Vocabulary, what: str, mend: str) -> None:
    assert problems(text, names) == [(1, what, mend)]


def test_names_of_the_case_are_refused_where_there_is_no_case() -> None:
    found = problems("phase == startup and years_in_phase > 1", WHERE)
    assert [what.split()[0] for _, what, _ in found] == ["'phase'", "'startup'", "'years_in_phase'"]


def test_a_parameter_whose_value_is_unknown_fits_anywhere() -> None:
    names = evolve(NAMES, parameters={"needed": None})
    for text in ("theatres >= needed", "needed", "event.place == needed", "needed + 1 > 2"):
        parse_guard(text, names)


@pytest.mark.parametrize(
    ("text", "column", "what"),
    [
        ("(" * 41 + "strict" + ")" * 41, 41, "the guard is nested too deeply"),
        ("not " * 201 + "strict", 801, "the guard is too long"),
        ("theatres" + " + 1" * 201 + " > 1", 810, "the guard is too long"),
    ],
)
def test_a_guard_that_would_exhaust_the_stack_is_refused(text: str, column: int, what: str) -> None:
    assert [found[:2] for found in problems(text)] == [(column, what)]


def test_a_guard_just_short_of_that_is_read_and_written() -> None:
    for text in (
        "(" * 40 + "strict" + ")" * 40,
        "not " * 200 + "strict",
        "theatres" + " - (1" * 40 + ")" * 40 + " > 1",
    ):
        guard = parse_guard(text, NAMES)
        assert parse_guard(write_guard(guard), NAMES) == guard


def test_whole_numbers_stay_whole_unless_no_column_could_hold_them() -> None:
    assert repr(parse_guard("theatres > 123456789012345678", NAMES)) == repr(
        Compare(">", Memory("theatres"), Constant(123456789012345678))
    )
    assert "1e+18" in repr(parse_guard("theatres > 1000000000000000000", NAMES))


def test_one_and_true_are_two_values() -> None:
    assert Constant(1) != Constant(value=True)
    assert Constant(1) != Constant(1.0)
    assert len({Constant(1), Constant(1.0), Constant(value=True)}) == 3


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("((theatres>=1))", "theatres >= 1"),
        ("(theatres > 1 and strict) or strict", "theatres > 1 and strict or strict"),
        ("(theatres * 2) - (1 + 2) > 0", "theatres * 2 - (1 + 2) > 0"),
        ("event.type=='phase'", 'event.type == "phase"'),
    ],
)
def test_writing_adds_no_parentheses_that_reading_can_do_without(text: str, written: str) -> None:
    assert write_guard(parse_guard(text, NAMES)) == written


def test_a_value_can_be_written_alone() -> None:
    assert write_expression(Arithmetic("*", Minus(Memory("theatres")), Constant(2))) == "-theatres * 2"


def test_a_guard_error_tells_columns_and_survives_pickling() -> None:
    with pytest.raises(GuardError) as caught:
        parse_guard("theatrs > 1 and basiss > 1", NAMES)
    text = (
        "column 1: there is no 'theatrs'; did you mean 'theatres'?\n"
        "column 17: there is no 'basiss'; did you mean 'basis'?"
    )
    assert str(caught.value) == text
    assert str(pickle.loads(pickle.dumps(caught.value))) == text  # noqa: S301  # our own


@pytest.mark.parametrize("column", ["until", "event_id", "case", "organizations"])
def test_columns_that_every_log_has_are_no_attributes(column: str) -> None:
    with pytest.raises(GuardError, match=f"guards do not see event.{column}; use a column other than time, until"):
        parse_guard(f"event.{column} == 1", Vocabulary())


OLD = Compare(">=", CurrentPhase(track="wood"), PhaseName("tree"))
TRACKED = Vocabulary(
    parameters={"wanted": "ngo", "limit": 3, "odd": "fir", "strict": True, "broken": None},
    context={"rings": "number", "wet": "truth", "kind": "attribute"},
    phases={"seed": "wood", "tree": "wood", "tree.young": "wood", "sand": "soil", "loam": "soil"},
    types=("rain", "Create Fine"),
    tracks=("wood", "soil"),
    conditions={"old": OLD, "lost": None, "late": None},
    below=("late",),
    domains={Attribute("actors", "ecology"): ("state", "ngo"), Attribute("element", "each"): (1, 2.5, "x", True)},
)
WOOD = evolve(TRACKED, track="wood")
TRACKED_STEP = evolve(TRACKED, before=True)
ECOLOGY = Attribute("actors", "ecology")


@pytest.mark.parametrize(
    ("text", "guard"),
    [
        ("wood.phase == tree", Compare("==", CurrentPhase(track="wood"), PhaseName("tree"))),
        ("start < soil.phase", Compare("<", PhaseName("start"), CurrentPhase(track="soil"))),
        ("before.soil.phase <= loam", Compare("<=", CurrentPhase(before=True, track="soil"), PhaseName("loam"))),
        ("soil.phase in [loam, start]", OneOf(CurrentPhase(track="soil"), (PhaseName("loam"), PhaseName("start")))),
        ("soil.years_in_phase > 3", Compare(">", Elapsed("years_in_phase", "soil"), Constant(3))),
        ("years_since_start > 3", Compare(">", Elapsed("years_since_start"), Constant(3))),
        ("old", Named("old", OLD)),
        ("not old or (old)", Or((Not(Named("old", OLD)), Named("old", OLD)))),
        ("wet and not before.wet", And((Holds(Memory("wet")), Not(Holds(Memory("wet", before=True)))))),
        ("wet == true", Compare("==", Memory("wet"), Constant(value=True))),
        ("kind", Holds(Memory("kind"))),
        ("kind == 'x'", Compare("==", Memory("kind"), Constant("x"))),
        ("kind == event.kind", Compare("==", Memory("kind"), Attribute("kind"))),
        ("kind + 1 > rings", Compare(">", Arithmetic("+", Memory("kind"), Constant(1)), Memory("rings"))),
        ("'ngo' in event.actors.ecology", Contains(Constant("ngo"), ECOLOGY)),
        ("wanted in event.actors.ecology", Contains(Parameter("wanted"), ECOLOGY)),
        ("broken in event.actors.ecology", Contains(Parameter("broken"), ECOLOGY)),
        ("1 in event.element", Contains(Constant(1), Attribute("element", "each"))),
        ("'true' in event.element.each", Contains(Constant("true"), Attribute("element", "each"))),
        ("not 'a' in event.actors.name", Not(Contains(Constant("a"), Attribute("actors", "name")))),
        ("-1 in event['a b']", Contains(Constant(-1), Attribute("a b", "each"))),
        ("'x' in event['a.b'].kind", Contains(Constant("x"), Attribute("a.b", "kind"))),
        ("'x' in event['type']", Contains(Constant("x"), Attribute("type", "each"))),
        ("event.element == 2.5", Compare("==", Attribute("element"), Constant(2.5))),
        ("event.element >= 7", Compare(">=", Attribute("element"), Constant(7))),
    ],
)  # fmt: skip
def test_what_a_text_means_where_there_are_tracks(text: str, guard: Guard) -> None:
    assert parse_guard(text, TRACKED_STEP) == guard
    assert parse_guard(write_guard(guard), TRACKED_STEP) == guard


def test_inside_a_track_its_name_goes_without_saying() -> None:
    guard = parse_guard("phase == tree and years_in_phase > 3", WOOD)
    assert guard == parse_guard("wood.phase == tree and wood.years_in_phase > 3", TRACKED)
    assert write_guard(guard) == "wood.phase == tree and wood.years_in_phase > 3"


@pytest.mark.parametrize(
    ("text", "column", "what", "mend"),
    [
        ("phase == tree", 1, "'phase' does not say on which track", "write wood.phase or soil.phase"),
        ("before.phase == tree", 1, "'before.phase' does not say on which track",
         "write before.wood.phase or before.soil.phase"),
        ("3 < years_in_phase", 5, "'years_in_phase' does not say on which track",
         "write wood.years_in_phase or soil.years_in_phase"),
        ("wood.phase == loam", 15, "'loam' is a phase of soil, not of wood", "compare it with soil.phase"),
        ("saind == wood.phase", 1, "there is no 'saind'", "did you mean 'sand'?"),
        ("sand == wood.phase", 1, "'sand' is a phase of soil, not of wood", "compare it with soil.phase"),
        ("wood.phase == soil.phase", 12, "phases of wood and of soil have no common order",
         "compare each with phases of its own track"),
        ("tree < sand", 6, "phases of wood and of soil have no common order",
         "compare each with phases of its own track"),
        ("wood == tree", 1, "wood alone says nothing", "write wood.phase"),
        ("wood.tree == tree", 1, "there is no 'wood.tree'", "a phase stands for itself: wood.phase == tree"),
        ("wood.rings > 1", 1, "there is no 'wood.rings'", "variables are of all tracks: write rings"),
        ("wood.mushrooms > 1", 1, "there is no 'wood.mushrooms'", "write wood.phase or wood.years_in_phase"),
        ("before.wood.years_in_phase > 1", 1, "there is no 'before.wood.years_in_phase'",
         "did you mean 'before.wood.phase'?"),
        ("before.old", 1, "there is no 'before.old'", "a condition is of now: write out what held before"),
        ("before.rinks > 1", 1, "there is no 'before.rinks'", "did you mean 'before.rings'?"),
        ("before.x > 1", 1, "there is no 'before.x'", "write before.wood.phase or before.<context variable>"),
        ("tree", 1, "a phase is no condition", "compare it: wood.phase == tree"),
        ("old == true", 1, "a condition cannot be compared", "write old, or not old"),
        ("late", 1, "the condition 'late' does not stand above this one", "use conditions that stand above"),
        ("wet > 1", 5, "true or false is never a number", "a flag stands alone: wet, or not wet"),
        ("wet < true", 5, "true or false has no order", "compare with == or !="),
        ("wet + 1 > 1", 1, "true or false cannot be added or multiplied", "use numbers only"),
        ("kind == tree", 6, "a latest value is never a phase", 'a text stands in quotes: "tree"'),
        ("event.actors.ecology == 'ngo'", 1, "event.actors.ecology can have several values",
         'write "x" in event.actors.ecology, or event["actors.ecology"] for a column of that name'),
        ("event['a b'].kind == 'ngo'", 1, 'event["a b"].kind can have several values',
         'write "x" in event["a b"].kind'),
        ("'x' in event.a.b.c", 8, "'event.a.b.c' has a dot too many", 'write event["name of the column"]'),
        ("'x' in event.time", 8, "event.time is not compared", "use years_in_phase or years_since_start"),
        ("'x' in event.type.kind", 8, "event.type is one value", "write event.type == <name>"),
        ("rain in event.type", 9, "event.type is one value", "compare it: event.type == rain"),
        ("rain in event.kind", 1, "an event type is no text", 'write it in quotes: "rain"'),
        ("strict in event.kind", 1, "true or false is not looked for among several values",
         "write a text in quotes, a number or a parameter before in"),
        ("kind in event.kind", 1, "a latest value is not looked for among several values",
         "write a text in quotes, a number or a parameter before in"),
        ("'ngos' in event.actors.ecology", 1, "'ngos' is no value of event.actors.ecology", "did you mean 'ngo'?"),
        ("odd in event.actors.ecology", 1, "'fir' is no value of event.actors.ecology", "it may be ngo, state"),
        ("2 in event.element", 1, "'2' is no value of event.element", "it may be 1, 2.5, true, x"),
        ("2 != event.element", 1, "'2' is no value of event.element", "it may be 1, 2.5, true, x"),
        ("event.element in [1, false]", 22, "'false' is no value of event.element", "it may be 1, 2.5, true, x"),
    ],
)  # fmt: skip
def test_one_mistake_about_tracks_or_values_is_one_problem(text: str, column: int, what: str, mend: str) -> None:
    assert problems(text, TRACKED_STEP) == [(column, what, mend)]


@pytest.mark.parametrize("text", ["old", "wood.phase == tree", "phase == tree"])
def test_conditions_and_tracks_are_of_the_case(text: str) -> None:
    mends = [mend for _, _, mend in problems(text, evolve(WOOD, case=False))]
    assert set(mends) == {"this guard sees the event only: use event.<attribute>"}


def test_a_condition_that_could_not_be_read_fits_anywhere() -> None:
    parse_guard("lost or not lost and wet", TRACKED)


def test_a_guard_with_its_conditions_written_out_has_an_end() -> None:
    wide = Or((Holds(Memory("wet")),) * 500)
    deep: Guard = Holds(Memory("wet"))
    for _ in range(199):
        deep = Not(deep)
    names = evolve(TRACKED, conditions={"wide": wide, "deep": deep})
    for text in ("wide or wide", "deep"):
        assert parse_guard(write_guard(parse_guard(text, names)), names) == parse_guard(text, names)
    for text, column in (("wide or wide or wet", 1), ("wet or not deep", 12)):
        (found,) = problems(text, names)
        assert found[:2] == (column, "the guard is too long with its conditions written out")


def test_names_without_kinds_are_numbers_and_phases_without_tracks() -> None:
    assert NAMES.context == {"theatres": "number", "basis": "number"}
    assert set(NAMES.phases.values()) == {""}
