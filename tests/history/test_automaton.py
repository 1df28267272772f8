"""The automaton does what the plain engine does, whatever the model, and says so where it cannot."""

import itertools
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve
from hypothesis import event, given, settings
from hypothesis import strategies as st

import onward
from onward.history.alphabets import Kept, Variant, cells, letter_of, letters_of
from onward.history.automaton import Automaton, automaton
from onward.history.judging import View, judge
from onward.history.product import paths_of, product_of
from onward.history.program import Letter, Program, conditions_of
from onward.history.state import not_begun
from onward.history.stepping import Step, remember, step, view_of
from onward.log.log import Event, Value
from onward.model.elements import START, Count, Distinct, Flag, Invariant, Latest, Variable
from onward.model.guards import (
    COMPARE,
    Arithmetic,
    Attribute,
    Compare,
    Comparison,
    Constant,
    Contains,
    Holds,
    Memory,
    Minus,
    Scalar,
    expressions,
)
from onward.model.model import Model
from onward.problems import ModelError
from onward.testing import NUMBER, PLACES, SIZES, TEXT, TRUTH, events, models

LIFECYCLE = Path(__file__).parents[2] / "benchmarks" / "lifecycle.yaml"


@st.composite
def models_with_events(draw: st.DrawFn, /, **asked: bool) -> tuple[Model, list[Event]]:
    """Draw a model whose invariants watch its memory at every step, so that nothing is lost unnoticed, and a life."""
    model = draw(models(**{"clockwork": False, **asked}))  # type: ignore[arg-type]  # each is true or false
    watched = [
        Invariant(f"watch {number} {how}", "step", guard)
        for number, variable in enumerate(model.context)
        for how, guard in enumerate(watching(draw, variable))
    ]
    return evolve(model, invariants=(*model.invariants, *watched)), draw(st.lists(events(model), max_size=30))


def watching(draw: st.DrawFn, variable: Variable) -> list[Compare | Holds]:
    """Draw guards that ask for *variable* what an automaton can tell."""
    befores = draw(st.sampled_from(((True,), (False,), (True, False))))
    signs: tuple[Comparison, ...]
    match variable.reducer:
        case Flag():
            return [Holds(Memory(variable.name, before)) for before in befores]
        case Latest():
            signs = draw(st.sampled_from((("==",), ("<", "!="))))
            bound: Scalar = draw(st.sampled_from(KEPT))
        case Count(within=None) | Distinct(part=""):
            signs = draw(st.sampled_from(((">=",), ("<", "=="))))
            bound = draw(st.integers(1, 4))
        case _:
            return []
    return [Compare(sign, Memory(variable.name, before), Constant(bound)) for sign in signs for before in befores]


KEPT: tuple[Scalar, ...] = (*PLACES, *SIZES, True, 0.5)


def lived(model: Model, happened: Sequence[Event]) -> Iterator[tuple[Event, Step, set[str]]]:
    """Yield what the plain engine says of one case: each event, its step, and the variables to which it is new."""
    state = not_begun(model, "case")
    for each in happened:
        kept = remember(model, state.memory, view_of(model, state, each)) if each.type in model.kinds else state.memory
        grown = zip(model.context, state.memory, kept, strict=True)
        new = {
            variable.name
            for variable, was, now in grown
            if isinstance(variable.reducer, Distinct) and not variable.reducer.part and was != now
        }
        state, done = step(model, state, each)
        yield each, done, new


def finite(model: Model) -> Automaton | None:
    """Return the automaton of *model*; None where it has none, which its guards are to blame for."""
    try:
        return automaton(model)
    except ModelError as error:
        for problem in error.problems:
            too_many = "kinds that its guards tell apart" in problem.what or problem.what.startswith("no automaton")
            assert too_many or problem.where.split(":")[0] in {"transitions", "forbid", "invariants", "context"}
        return None


@given(models_with_events())
@settings(max_examples=200, deadline=None)
def test_the_automaton_agrees_with_the_plain_engine_step_by_step(drawn: tuple[Model, list[Event]]) -> None:
    assert_agrees(*drawn)


@given(models_with_events(tracks=True, memory=True))
@settings(max_examples=200, deadline=None)
def test_so_it_does_on_tracks_with_flags_and_kept_values(drawn: tuple[Model, list[Event]]) -> None:
    assert_agrees(*drawn)


def assert_agrees(model: Model, happened: list[Event]) -> None:
    """Compare the automaton of *model*, if it has one, with the plain engine, step by step of one case."""
    whole = finite(model)
    event(f"finite: {whole is not None}")
    for made in (whole, whole.minimal) if whole is not None else ():
        state = 0
        for each, done, new in lived(model, happened):
            assert made.states[state].places == tuple(move.before for move in done.moves)
            edge = made.step(state, made.letter(each, new))
            assert (edge.outcome, edge.before, edge.after) == (done.outcome, done.before, done.after)
            assert (edge.moves, edge.fired, edge.broken) == (done.moves, done.fired, done.broken)
            state = edge.state


@given(models_with_events())
def test_the_letters_of_a_log_alone_make_an_automaton_that_agrees_too(drawn: tuple[Model, list[Event]]) -> None:
    model, happened = drawn
    whole = finite(model)
    if whole is None:
        return
    met = tuple(dict.fromkeys(letter_of(model, each) for each in happened)) or (Letter(None),)
    program = Program(model)
    made = evolve(whole, product=product_of(program, met), program=program)
    assert len(made) <= len(whole)
    state = 0
    for each, done, new in lived(model, happened):
        edge = made.step(state, made.letter(each, new))
        assert (edge.outcome, edge.after) == (done.outcome, done.after)
        assert (edge.fired, edge.broken) == (done.fired, done.broken)
        state = edge.state


# ---- letters


NUMBERS = (-1e300, -1e22, -3, -2, -1.5, -1, -0.5, 0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 1e21, 1e22, 1e300)
TEXTS = ("", " ", 'a "quoted" \\ text', "a0", "B", "Bosnia", "C", "Côte d'Ivoire", "D", "Darfur", "z", "true")


def values_of(name: str) -> tuple[Value, ...]:
    """Return more than enough values of an attribute of drawn models."""
    return (*NUMBERS, None) if name == NUMBER else (True, False, None) if name == TRUTH else (*TEXTS, None)


def possible(kind: str) -> Iterator[Event]:
    for chosen in itertools.product(*map(values_of, (NUMBER, TRUTH, TEXT))):
        yield Event(kind, None, attributes=dict(zip((NUMBER, TRUTH, TEXT), chosen, strict=True)))


def is_plain(model: Model) -> bool:
    """Tell whether no guard reckons with numbers, so that the values above are enough."""
    asked = [each for kind in model.kinds for each in conditions_of(model, kind)]
    if any(isinstance(each, Contains) for each in asked):
        return False
    return not any(isinstance(part, Arithmetic | Minus) for each in asked for part in expressions(each))


@given(models(clockwork=False), st.data())
def test_every_event_has_a_letter(model: Model, data: st.DataObject) -> None:
    drawn = data.draw(events(model))
    try:
        letters = letters_of(model)
    except ModelError:  # too many to be gone through
        return
    assert letter_of(model, drawn) in letters


@given(models(clockwork=False))
@settings(max_examples=20, deadline=None)
def test_every_letter_of_an_exact_automaton_is_some_events(model: Model) -> None:
    made = finite(model)
    if made is None or not made.is_exact or not is_plain(model):
        return
    event("compared")
    met = {letter_of(model, each) for kind in ("unknown", *model.kinds) for each in possible(kind)}
    assert met == {each.letter for each in made.letters}


@given(st.lists(st.sampled_from((*NUMBERS, *TEXTS, True, 2**60, 2**60 + 1, 10**400, 10**400 + 1))), st.data())
def test_one_value_stands_for_every_stretch_between_constants(constants: list[Value], data: st.DataObject) -> None:
    numbers, texts = st.sampled_from((*NUMBERS, 2**60)) | st.floats(allow_nan=False), st.sampled_from(TEXTS) | st.text()
    value = data.draw(numbers | texts | st.booleans())
    known = [Constant(each) for each in constants if each is not None]
    asked = [Compare(sign, Attribute("x"), each) for sign in COMPARE for each in known]

    def answers(found: Value) -> list[bool | None]:
        view = View(Model("m", ()), START, {}, Event("e", None, attributes={"x": found}))
        return [judge(view, each) for each in asked]

    assert answers(value) in [answers(each) for each in cells(constants)]


@given(models(clockwork=False))
@settings(max_examples=60, deadline=None)
def test_every_state_of_an_exact_automaton_is_one_that_events_lead_to(model: Model) -> None:
    made = finite(model)
    if made is None or not made.is_exact or not is_plain(model):
        return
    event("compared")
    known: dict[tuple[Letter, tuple[Kept, ...]], Event] = {}
    for each in (each for kind in ("unknown", *model.kinds) for each in possible(kind)):
        letter = made.letters[made.letter(each)]
        known[letter.letter, letter.kept] = each
    start = (START,) * len(model.track_names)
    for state, way in shortest(made).items():
        told = [realised(model, known[letter.letter, letter.kept], letter, number) for number, letter in enumerate(way)]
        after = [tuple(move.after for move in done.moves) for _, done, _ in lived(model, told)]
        assert (start, *after)[-1] == made.states[state].places
        assert [new for _, _, new in lived(model, told)] == [set(letter.new) for letter in way]


def shortest(made: Automaton) -> dict[int, tuple[Variant, ...]]:
    """Return the letters of a shortest way to every state."""
    found: dict[int, tuple[Variant, ...]] = {0: ()}
    pending = deque([0])
    while pending:
        state = pending.popleft()
        for number, letter in enumerate(made.letters):
            following = made.step(state, number).state
            if following not in found:
                found[following] = (*found[state], letter)
                pending.append(following)
    return found


def realised(model: Model, like: Event, letter: Variant, number: int) -> Event:
    """Return an event like another whose values are new to the variables that *letter* says, and to no others."""
    kept = {
        each.name: each.reducer.attribute
        for each in model.context
        if isinstance(each.reducer, Distinct) and not each.reducer.part
    }
    values: dict[str, Value] = {kept[name]: f"value {number}" for name in letter.new}
    return evolve(like, attributes={**like.attributes, **dict.fromkeys(kept.values()), **values})


GUARDED = """
onward: 1
name: guarded
events: {offer: {}, answer: {}}
context:
  offers: {distinct: place, of: offer}
  answers: {count: answer, where: event.size >= 2}
phases: [open, closed]
transitions:
  - {from: start, to: open, on: offer, when: event.place > "Bern" and event.place != "Rome"}
  - {from: open, to: closed, on: answer, when: event.size < 5}
"""


def letters_told(text: str) -> list[str]:
    return list(map(str, automaton(onward.parse_model(text, "m.yaml")).letters))


def test_letters_are_told_as_guards_are_written() -> None:
    assert letters_told(GUARDED.replace("size < 5", "size > 1")) == [
        "a type that the vocabulary lacks",
        'offer (not event.place > "Bern", event.place != "Rome")',
        'offer (event.place > "Bern", not event.place != "Rome")',
        'offer (event.place > "Bern", event.place != "Rome")',
        'offer (event.place > "Bern": unknown, event.place != "Rome": unknown)',
        "answer (not event.size >= 2, not event.size > 1)",
        "answer (event.size >= 2, event.size > 1)",
        "answer (not event.size >= 2, event.size > 1)",
        "answer (event.size >= 2: unknown, event.size > 1: unknown)",
        'offer (not event.place > "Bern", event.place != "Rome", new to offers)',
        'offer (event.place > "Bern", not event.place != "Rome", new to offers)',
        'offer (event.place > "Bern", event.place != "Rome", new to offers)',
        'offer (event.place > "Bern": unknown, event.place != "Rome": unknown, new to offers)',
    ]


def test_an_automaton_says_why_it_may_have_more_letters_than_events_can_be() -> None:
    assert automaton(onward.load_model("partnership")).is_exact
    fixed = automaton(onward.parse_model(GUARDED, "m.yaml"))
    assert not fixed.is_exact
    assert str(fixed).endswith("; not exact")
    assert fixed.doubts == (
        '`event.place > "Bern"` looks at what offers counts, as if every value were new',
        '`event.place != "Rome"` looks at what offers counts, as if every value were new',
    )
    two = GUARDED.replace('event.place > "Bern" and event.place != "Rome"', "event.size > event.limit + 1")
    assert automaton(onward.parse_model(two, "m.yaml")).doubts == (
        "`event.size > event.limit + 1` is tried as true, false and unknown, whatever else is so of the event",
    )
    shared = two.replace("event.size > event.limit + 1", "event.good").replace(
        "  answers: {count: answer", "  more: {distinct: place, of: [offer]}\n  answers: {count: answer"
    )
    assert automaton(onward.parse_model(shared, "m.yaml")).doubts == (
        "offers and more count values of place, as if each had its own",
    )


# ---- states


def test_the_model_of_the_benchmarks_has_44_states_of_which_33_differ() -> None:
    made = automaton(onward.load_model(str(LIFECYCLE)))
    # Agreements up to 1, operations up to 2, institutions up to 1: twelve contexts. The start has one of them, for the
    # first event leaves it. Courtship and negotiation have all twelve, start-up the six with an agreement, ending all
    # twelve. In maintenance all is reached. The fourth counter is asked for nowhere.
    assert len(made) == 1 + 12 + 12 + 6 + 1 + 12
    # Nothing happens after the ending, so nobody can tell how far it had come. Everywhere else one can.
    assert len(made.minimal) == 1 + 12 + 12 + 6 + 1 + 1
    assert str(made) == "automaton of lifecycle: 44 states, 8 letters; minimal: 33 states"
    assert repr(made) == f"<{made}>"
    assert made.places == ("start", "courtship", "negotiation", "startup", "maintenance", "ending")


def test_the_shipped_model_has_29_states_of_which_18_differ() -> None:
    made = automaton(onward.load_model("partnership"))
    # 22 types, with `formal` true, false or unknown, and twice as many of the two that bring a new theatre or none.
    assert len(made.letters) == 1 + 22 * 3 + 2 * 3
    assert str(made) == "automaton of partnership: 29 states, 73 letters; minimal: 18 states"
    assert [str(state) for state in made.minimal.states[-4:]] == [
        "startup.founding, theatres == 1, basis >= 1, machinery >= 1",
        "startup.proven, theatres >= 2, basis == 0, machinery >= 1",
        "startup.proven, theatres >= 2, basis >= 1, machinery == 0",
        "maintenance, theatres >= 2, basis >= 1, machinery >= 1",
    ]


ALARM = """
onward: 1
name: alarm
events: {ring: {}, rest: {}}
context: {rings: {count: ring}}
phases: [calm, wild]
transitions:
  - {from: start, to: calm, on: any}
  - {from: calm, to: wild, on: ring, when: rings >= 2}
  - {from: wild, to: calm, on: rest}
invariants:
  - irreversible
  - {name: no noise, always: rings < 3}
  - {name: slowly, step: rings == before.rings or rings < 2}
"""


def test_a_state_keeps_which_invariants_are_broken() -> None:
    made = automaton(onward.parse_model(ALARM, "alarm.yaml"))
    ring = made.letter(Event("ring", None))
    state, told = 0, []
    for _ in range(4):
        edge = made.step(state, ring)
        state = edge.state
        told.append((edge.outcome, edge.after, [each.name for each in edge.broken], str(made.states[state])))
    assert told == [
        ("moved", "calm", [], "calm, rings == 1"),
        ("moved", "wild", ["slowly"], "wild, rings == 2"),
        ("recorded", "wild", ["no noise", "slowly"], "wild, rings >= 3, broken: no noise"),
        ("recorded", "wild", ["slowly"], "wild, rings >= 3, broken: no noise"),
    ]
    back = made.step(state, made.letter(Event("rest", None)))
    assert [each.name for each in back.broken] == ["irreversible"]


@given(models(clockwork=False))
@settings(max_examples=60, deadline=None)
def test_no_two_states_of_the_minimal_automaton_do_the_same(model: Model) -> None:
    made = finite(model)
    if made is None or len(made.minimal) > 60:
        return
    least = made.minimal
    assert least.minimal.product.next.tolist() == least.product.next.tolist()
    edges = [[least.step(state, letter) for letter in range(len(least.letters))] for state in range(len(least))]
    shown = [[evolve(edge, state=0) for edge in row] for row in edges]
    # Two states differ as soon as one letter tells; or else the states after some letter must differ.
    apart = {pair for pair in itertools.product(range(len(least)), repeat=2) if shown[pair[0]] != shown[pair[1]]}
    pairs = list(itertools.permutations(range(len(least)), 2))
    while more := {
        (one, two)
        for one, two in pairs
        if (one, two) not in apart
        and any((a.state, b.state) in apart for a, b in zip(edges[one], edges[two], strict=True))
    }:
        apart |= more
    assert set(pairs) <= apart


ARENAS = """
onward: 1
name: arenas
events: {need: {}, talk: {}, end: {}}
conditions:
  ready: narrow.phase >= floated and ripe
tracks:
  narrow:
    phases: [floated, agreed]
    transitions:
      - {from: start, to: floated, on: talk}
      - {from: floated, to: agreed, on: talk, when: ripe}
      - {from: agreed, to: floated, on: end}
  wide:
    phases: [noticed, anchored]
    transitions:
      - {from: start, to: noticed, on: need}
      - {from: noticed, to: anchored, on: talk, when: ready and verdict == "for"}
context:
  ripe: {flag: {set: need, clear: end}}
  verdict: {latest: vote, of: talk}
invariants:
  - {name: the narrow one lasts, irreversible: narrow}
  - {name: the wide one lasts, irreversible: wide}
"""


def test_a_state_has_a_place_on_every_track_and_what_flags_and_kept_values_show() -> None:
    made = automaton(onward.parse_model(ARENAS, "arenas.yaml"))
    happened = [
        Event("need", None),
        Event("talk", None, attributes={"vote": "against"}),
        Event("talk", None, attributes={"vote": "for"}),
        Event("end", None),
        Event("meteor", None),
    ]
    state, told = 0, []
    for each in happened:
        edge = made.step(state, made.letter(each))
        state = edge.state
        told.append((edge.outcome, edge.after, [move.outcome for move in edge.moves], str(made.states[state])))
    assert told == [
        (
            "moved",
            "start; noticed",
            ["recorded", "moved"],
            'start, noticed, ripe, verdict == "for": unknown',
        ),
        ("moved", "floated; noticed", ["moved", "held"], 'floated, noticed, ripe, not verdict == "for"'),
        ("moved", "agreed; anchored", ["moved", "moved"], 'agreed, anchored, ripe, verdict == "for"'),
        ("moved", "floated; anchored", ["moved", "recorded"], 'floated, anchored, not ripe, verdict == "for"'),
        ("unknown", "floated; anchored", ["unknown", "unknown"], 'floated, anchored, not ripe, verdict == "for"'),
    ]
    assert made.states[state].places == ("floated", "anchored")
    assert made.states[state].place == "floated; anchored"
    assert made.places == ("start", "floated", "agreed", "noticed", "anchored")
    assert list(map(str, made.letters)) == [
        "a type that the vocabulary lacks",
        "need",
        "talk",
        "end",
        'talk (verdict == "for")',
        'talk (not verdict == "for")',
        'talk (verdict == "for": unknown)',
    ]
    assert made.is_exact


def test_an_event_leaves_no_value_that_its_letter_rules_out() -> None:
    asked = ARENAS.replace("to: floated, on: talk}", 'to: floated, on: talk, when: event.vote == "for"}')
    assert [letter for letter in letters_told(asked) if letter.startswith("talk")] == [
        'talk (event.vote == "for", verdict == "for")',
        'talk (not event.vote == "for", not verdict == "for")',
        'talk (event.vote == "for": unknown)',
        'talk (event.vote == "for": unknown, verdict == "for": unknown)',
    ]


def test_only_the_track_that_is_meant_is_irreversible() -> None:
    made = automaton(onward.parse_model(ARENAS, "arenas.yaml"))
    agreed = [number for number, state in enumerate(made.states) if state.places[0] == "agreed"]
    edges = [made.step(state, made.letter(Event("end", None))) for state in agreed]
    assert {tuple(each.name for each in edge.broken) for edge in edges} == {("the narrow one lasts",)}


def test_of_an_attribute_with_several_values_any_may_be_there() -> None:
    asked = '"Ann" in event.actors.name and "Ann@north" in event.actors and "south" in event.actors.realm'
    model = onward.parse_model(ALARM.replace("rings >= 2", f"'{asked}'"), "m.yaml")
    made = automaton(model)
    truths = {tuple(truth for _, truth in each.letter.truths) for each in made.letters if each.letter.type == "ring"}
    # Where Ann of the north is, Ann is.
    assert truths == {
        *itertools.product((True, False), (False,), (True, False)),
        (True, True, True),
        (True, True, False),
        (None, None, None),
    }
    for cell in ("Ann", "Ann@north", "Bob@south; Ann", "Ann@north;Bob@south", "", ";", None, 8):
        made.letter(Event("ring", None, attributes={"actors": cell}))
    assert made.is_exact


def test_variables_about_one_attribute_leave_a_doubt() -> None:
    twice = ARENAS.replace("invariants:", "  votes: {distinct: vote, of: talk}\ninvariants:")
    assert automaton(onward.parse_model(twice, "m.yaml")).doubts == (
        "verdict and votes are about values of vote, as if each had its own",
    )
    kept = ARENAS.replace("invariants:", "  other: {latest: vote, of: talk}\ninvariants:")
    assert automaton(onward.parse_model(kept, "m.yaml")).doubts == (
        "verdict and other keep values of vote, as if each had its own",
    )


# ---- what has none


ENDLESS = """
onward: 1
name: endless
events: {sign: {}, meet: {}}
context:
  texts: {count: sign}
  talks: {count: meet}
parameters: {enough: 2}
phases: [near, far, gone]
transitions:
  - {from: start, to: near, on: sign, when: texts >= enough + 1}
  - {from: near, to: far, on: meet, when: texts > talks and years_in_phase >= 2}
  - {name: leaving, from: far, to: gone, on: meet, when: texts + talks >= 3}
  - {from: far, to: near, on: sign, when: "texts in [1, 2]"}
forbid:
  - {on: meet, when: "talks in [1, event.size]", because: too many}
  - {on: sign, when: years_since_start > 1}
invariants:
  - {name: growth, step: texts >= before.texts}
  - {name: order, always: texts >= 2 * talks}
"""


def test_a_model_without_an_automaton_names_the_guards_at_fault() -> None:
    with pytest.raises(ModelError) as caught:
        automaton(onward.parse_model(ENDLESS, "endless.yaml"))
    assert [(problem.where, problem.what) for problem in caught.value.problems] == [
        ("transitions: near -> far: when", "texts > talks compares two counters; years_in_phase >= 2 reads a clock"),
        ("transitions: leaving: when", "texts + talks >= 3 reckons with counters"),
        ("forbid: too many: when", "talks in [1, event.size] compares a counter with an attribute of the event"),
        ("forbid: 2: when", "years_since_start > 1 reads a clock"),
        ("invariants: order: always", "texts >= 2 * talks reckons with counters"),
    ]


LASTING = """
onward: 1
name: lasting
events: {sign: {}, meet: {}}
phases: [near, far]
transitions:
  - {from: start, to: near, on: sign}
  - {from: near, to: far, on: meet, when: GUARD}
"""


def faults_of(text: str) -> list[tuple[str, str, str]]:
    with pytest.raises(ModelError) as caught:
        automaton(onward.parse_model(text, "lasting.yaml"))
    return [(problem.where, problem.what, problem.mend) for problem in caught.value.problems]


GENERAL = "replay runs it by the general fold; for a finite automaton"


def test_a_timer_is_told_with_its_transition() -> None:
    timed = LASTING.replace("on: meet, when: GUARD", "after: {years: 2, without: [sign]}")
    assert faults_of(timed) == [
        (
            "transitions: near -> far: after",
            "2 years without sign waits for time",
            f"{GENERAL} let an event trigger it",
        ),
    ]


def test_windows_are_told_with_their_variables_whether_or_not_a_guard_asks_for_them() -> None:
    context = "context: {recent: {count: meet, within: 3 years}, runs: {open: sign}}\nphases:"
    assert faults_of(LASTING.replace("phases:", context).replace("GUARD", "event.size > 1")) == [
        (
            "context: recent: within",
            "what lies more than 3 years back is taken away by time alone",
            f"{GENERAL} count without `within`",
        ),
        ("context: runs: open", "what runs ends with time alone", f"{GENERAL} use a flag, which events set and clear"),
    ]


@pytest.mark.parametrize(
    ("variable", "guard", "fault"),
    [
        ("{sum: size, of: meet}", "it >= 3", "it >= 3 asks for a sum"),
        ("{max: size, of: meet}", "it >= 3", "it >= 3 asks for a largest number"),
        ("{distinct: actors.realm, of: meet}", "it >= 2", "it >= 2 counts several values of one event"),
        (
            "{latest: size, of: meet}",
            "it > event.size",
            "it > event.size compares a variable with an attribute of the event",
        ),
        ("{latest: size, of: meet}", "it + 1 > 3", "it + 1 > 3 reckons with counters"),
        ("{latest: size, of: sign}", "it == more", "it == more compares two variables"),
    ],
)
def test_a_guard_that_asks_a_variable_for_too_much_is_told(variable: str, guard: str, fault: str) -> None:
    context = f"context: {{it: {variable}, more: {{latest: size, of: meet}}}}\nphases:"
    text = LASTING.replace("phases:", context).replace("GUARD", guard)
    mend = f"{GENERAL} compare each counter with a constant"
    assert faults_of(text) == [("transitions: near -> far: when", fault, mend)]
    # Nothing is lost where nobody asks.
    assert automaton(onward.parse_model(text.replace(f", when: {guard}", ""), "lasting.yaml"))


def test_the_automaton_of_norm_change_is_refused_with_every_fault() -> None:
    with pytest.raises(ModelError) as caught:
        automaton(onward.load_model("norm_change"))
    wheres = {problem.where.split(":")[0] for problem in caught.value.problems}
    assert wheres <= {"transitions", "context", "invariants", "forbid"}
    assert "context" in wheres


def test_a_model_with_too_many_states_says_how_many_and_why() -> None:
    many = ALARM.replace("rings >= 2", "rings >= 300000")
    with pytest.raises(ModelError, match=r"more than 1,000 states, of 3 letters each.* rings up to 300,000"):
        product_of(program := Program(onward.parse_model(many, "m.yaml")), letters_of(program.model), most=1_000)


def test_paths_known_before_keep_their_numbers() -> None:
    program = Program(onward.load_model(str(LIFECYCLE)))
    places, letters = len(program.model.places), letters_of(program.model)
    ways = np.zeros((places + 1, len(program.model.transitions)), np.int32)
    # The first path is that of the last transition out of the start: nothing that is explored comes to it first.
    ways[0, 2] = places
    whole = paths_of(product_of(program, letters, ways=ways).ways, places)
    assert whole[places] == (0, (2,))
    assert set(whole) == set(paths_of(product_of(program, letters).ways, places))


def test_a_model_with_too_many_letters_says_how_many() -> None:
    asked = " or ".join(f"event.a{number}" for number in range(9))
    # Nine attributes, each true, false or unknown; and one letter each for the other type and for unknown ones.
    with pytest.raises(ModelError, match=r"19,685 kinds .* 10,000 can be gone through"):
        automaton(onward.parse_model(ALARM.replace("rings >= 2", asked), "m.yaml"))


def test_a_model_beyond_the_columnar_engine_has_no_automaton() -> None:
    model = onward.parse_model(ALARM, "m.yaml")
    variables = tuple(Variable(f"v{number}", model.context[0].reducer) for number in range(63))
    with pytest.raises(ModelError, match="more than 62 context variables"):
        automaton(evolve(model, context=(*model.context, *variables)))


def test_an_attribute_asked_for_in_two_ways_is_a_doubt() -> None:
    text = """
onward: 1
name: m
events: {e: {}}
phases: [a, b]
transitions:
  - {from: start, to: a, on: any}
  - {from: a, to: b, on: e, when: 'event.a == "x" and not "x" in event.a'}
"""
    made = onward.automaton(onward.parse_model(text, "m.yaml"))
    assert made.doubts == ("a is asked for as one value and for the values in it, each as if the other were not asked",)
