import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import Phase as Stage
from hypothesis import find, given, settings
from hypothesis import strategies as st

from onward.history.judging import View, guard_holds
from onward.log.log import Event
from onward.model.checks import Loop, eventless_loop
from onward.model.document import parse_model
from onward.model.elements import (
    Count,
    EventKind,
    Flag,
    Latest,
    Max,
    Phase,
    Span,
    Sum,
    Timer,
    Track,
    Transition,
    Variable,
)
from onward.model.grammar import parse_guard
from onward.model.guards import (
    And,
    Compare,
    Constant,
    CurrentPhase,
    Elapsed,
    EventType,
    Expression,
    Guard,
    Memory,
    Named,
    Not,
    OneOf,
    Or,
    Parameter,
    PhaseName,
    TypeName,
    expressions,
)
from onward.model.model import Model
from onward.problems import ModelError
from onward.testing import guards, models, vocabulary_of

FOREST = Model(
    name="forest",
    phases=(Phase("a"), Phase("b", stages=(Phase("one"), Phase("two"))), Phase("c")),
    events=(EventKind("rain"), EventKind("sun"), EventKind("axe")),
    parameters=(("needed", 2), ("share", 1.5)),
    context=(Variable("x", Count(None)), Variable("y", Count(None))),
)
NAMES = vocabulary_of(FOREST)
MOST = 4  # one more than the largest threshold below

COUNTERS = st.sampled_from((Memory("x"), Memory("y")))
BOUNDS = st.sampled_from((*map(Constant, (0, 1, 2, 3, -1, 0.5)), Parameter("needed"), Parameter("share")))
SIGNS = st.sampled_from(("==", "!=", "<", "<=", ">", ">="))
PLACES = st.sampled_from([*map(PhaseName, FOREST.ranks)])
KINDS = st.sampled_from([*map(TypeName, FOREST.kinds)])
THRESHOLDS = st.one_of(
    st.builds(Compare, SIGNS, COUNTERS, BOUNDS),
    st.builds(Compare, SIGNS, BOUNDS, COUNTERS),
    st.builds(Compare, SIGNS, BOUNDS, BOUNDS),
    st.builds(OneOf, COUNTERS, st.lists(BOUNDS, min_size=1, max_size=2).map(tuple)),
    st.builds(Compare, SIGNS, st.just(CurrentPhase()), PLACES),
    st.builds(Compare, SIGNS, PLACES, PLACES),
    st.builds(OneOf, st.just(CurrentPhase()), st.lists(PLACES, min_size=1, max_size=2).map(tuple)),
    st.builds(Compare, st.sampled_from(("==", "!=")), st.just(EventType()), KINDS),
    st.builds(OneOf, st.just(EventType()), st.lists(KINDS, min_size=1, max_size=3).map(tuple)),
    st.builds(OneOf, KINDS, st.just((EventType(),))),
)
EXACT: st.SearchStrategy[Guard] = st.recursive(
    THRESHOLDS,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=2).map(tuple).map(And),
        st.lists(inner, min_size=2, max_size=2).map(tuple).map(Or),
    ),
    max_leaves=3,
)
NAMES_OF_PLACES = st.sampled_from([*FOREST.ranks])
TARGETS = st.sampled_from([name for name in FOREST.ranks if name != "start"])


ONCE = settings(database=None, phases=[Stage.generate], max_examples=1000)


def moves(when: st.SearchStrategy[Guard]) -> st.SearchStrategy[tuple[Transition, ...]]:
    sources = st.lists(NAMES_OF_PLACES, min_size=1, max_size=2, unique=True).map(tuple)
    move = st.builds(Transition, sources, TARGETS, st.just(None), st.none() | when | when | when)
    return st.lists(move, min_size=1, max_size=4).map(tuple)


def goes_round(model: Model, view: View) -> bool:
    """Follow eventless transitions from *view*, where nothing but the phases changes; tell whether that ends."""
    for _ in range(len(model.places) ** len(model.track_names)):
        ways = [
            [t for t in model.leaving(place, track) if t.on is None and t.after is None]
            for track, place in zip(model.track_names, view.places, strict=True)
        ]
        fired = [next((t for t in found if guard_holds(t.when, view) is True), None) for found in ways]
        if not any(fired):
            return False
        view = evolve(
            view,
            places=tuple(
                place if t is None else model.entered(t.target) for t, place in zip(fired, view.places, strict=True)
            ),
            since=tuple(since if t is None else view.moment for t, since in zip(fired, view.since, strict=True)),
        )
    return True


def views(model: Model) -> Iterator[View]:
    numbers = range(MOST + 1)
    for place, kind, x, y in itertools.product(model.places, model.kinds, numbers, numbers):
        yield View(model, place, {"x": x, "y": y}, Event(kind, None))


@given(moves(EXACT))
@settings(max_examples=200)
def test_thresholds_phases_and_types_are_judged_exactly(transitions: tuple[Transition, ...]) -> None:
    model = evolve(FOREST, transitions=transitions)
    loop = eventless_loop(model)
    assert (loop is not None) == any(goes_round(model, view) for view in views(model))
    if loop:
        assert loop.sure
        assert_is_round(loop, model)


def assert_is_round(loop: Loop, model: Model) -> None:
    """Each transition of the round leaves a place where it leads to; on a model with one track, in this order."""
    assert loop.places[0] == loop.places[-1]
    if len({t.track for t in loop.transitions}) > 1:
        assert all(t in model.transitions for t in loop.transitions)
        return
    for place, transition, after in zip(loop.places, loop.transitions, loop.places[1:], strict=False):
        assert transition in model.leaving(place, transition.track)
        assert model.entered(transition.target) == after


MOMENT = datetime(2001, 1, 1)  # noqa: DTZ001  # naive UTC throughout
AGES = st.none() | st.sampled_from([MOMENT - timedelta(days=days) for days in (0, 200, 400, 2000)])
ATTRIBUTES = st.fixed_dictionaries(
    {}, optional={"size": st.integers(0, 3) | st.none(), "formal": st.booleans(), "place": st.just("Bosnia")}
)
ANY_VIEW = st.builds(
    View,
    model=st.just(FOREST),
    places=st.sampled_from(FOREST.places),
    memory=st.fixed_dictionaries({"x": st.integers(0, MOST), "y": st.integers(0, MOST)}),
    event=st.builds(Event, st.sampled_from([*FOREST.kinds]), st.none(), attributes=ATTRIBUTES),
    moment=st.none() | st.just(MOMENT),
    since=st.tuples(AGES),
    began=AGES,
)


@given(moves(guards(NAMES)), st.lists(ANY_VIEW, min_size=20, max_size=20))
@settings(max_examples=200)
def test_no_case_goes_round_in_a_model_that_is_accepted(transitions: tuple[Transition, ...], seen: list[View]) -> None:
    model = evolve(FOREST, transitions=transitions)
    loop = eventless_loop(model)
    if loop is None:
        assert not any(goes_round(model, evolve(view, model=model)) for view in seen)
    else:
        assert_is_round(loop, model)


@given(models())
def test_a_drawn_model_has_no_loop(model: Model) -> None:
    assert eventless_loop(model) is None


@pytest.mark.parametrize("value", [CurrentPhase(), Elapsed("years_in_phase")])
def test_eventless_guards_on_what_a_move_changes_are_drawn(value: Expression) -> None:
    def reads(model: Model) -> bool:
        return any(value in expressions(t.when) for t in model.transitions if t.on is None and t.when)

    assert reads(find(models(), reads, settings=ONCE))


def test_invariants_on_the_years_in_a_phase_are_drawn() -> None:
    def reads(model: Model) -> bool:
        held = [rule.guard for rule in model.invariants if rule.kind == "always" and rule.guard]
        return any(Elapsed("years_in_phase") in expressions(guard) for guard in held)

    assert reads(find(models(), reads, settings=ONCE))


TRACKED = Model(
    name="forest",
    phases=(
        *(Phase("a", track="wood"), Phase("b", track="wood")),
        *(Phase("x", track="soil"), Phase("y", track="soil", stages=(Phase("one"), Phase("two")))),
        Phase("dim", track="sky"),
    ),
    events=(EventKind("rain"), EventKind("sun")),
    parameters=(("needed", 2),),
    tracks=(Track("wood"), Track("soil"), Track("sky")),
    context=(
        Variable("n", Count(None)),
        Variable("wet", Flag(("rain",), ("sun",))),
        Variable("most", Max("size", None)),
        Variable("paid", Sum("size", None)),
        Variable("kind", Latest("k", None)),
    ),
)
TWO = ("wood", "soil")
VALUES = {
    "n": (0, 1, 2, 3),
    "wet": (True, False),
    "most": (None, -1, 0, 0.5, 1, 1.5, 2, 3),
    "paid": (-1, 0, 0.5, 1, 1.5, 2, 3),
    "kind": (None, True, False, 0, 1, 1.5, 2, 3, "", "oak", "oak\0", "z"),
}
OF_TRACKS = (
    *(
        "wood.phase == b",
        "wood.phase < b",
        "soil.phase == y",
        "soil.phase > y.one",
        "soil.phase != x",
        "wood.phase in [a]",
    ),
    *(
        "wood.phase == start",
        "b <= wood.phase",
        "wood.years_in_phase >= 3",
        "soil.years_in_phase < 3",
        "sky.phase >= dim",
    ),
    *("n >= 2", "n == 1", "wet", "not wet", "wet == true", "most > 1", "not most > 1", "most <= needed", "paid < 1"),
    *("paid == 1", "paid > 1", 'kind == "oak"', 'kind < "oak"', 'kind > "oak"', "kind", "kind == 1", "kind != 1"),
    *("event.type == rain", "event.type != rain"),
)
JOINT = st.sampled_from([parse_guard(text, vocabulary_of(TRACKED)) for text in OF_TRACKS]).flatmap(
    lambda one: st.sampled_from((one, Not(one), Named("named", one)))
)
PAIRS = st.tuples(JOINT, JOINT)
JOINT_GUARDS = st.one_of(st.none(), JOINT, JOINT, PAIRS.map(And), PAIRS.map(Or))


@st.composite
def joint_moves(draw: st.DrawFn) -> tuple[Transition, ...]:
    """Draw eventless transitions on two tracks."""
    found = []
    for _ in range(draw(st.integers(2, 5))):
        track = draw(st.sampled_from(TWO))
        names = [name for name, its in TRACKED.track_of.items() if its == track]
        source, target = draw(st.sampled_from(("start", *names, *names))), draw(st.sampled_from(names))
        found.append(Transition((source,), target, when=draw(JOINT_GUARDS), track=track))
    return tuple(sorted(found, key=lambda move: move.track == "soil"))


def tracked_views(model: Model) -> Iterator[View]:
    """Yield a view for all that the guards of *model* can tell from one another."""
    asked = {value for move in model.transitions if move.when for value in expressions(move.when)}
    names = [name for name in VALUES if Memory(name) in asked]
    ages = [(0, 4, None) if Elapsed("years_in_phase", track) in asked else (0,) for track in model.track_names]
    kinds = ("rain", "sun") if EventType() in asked else ("rain",)
    places = [[p for p in model.places if p == "start" or model.track_of[p] == track] for track in model.track_names]
    for where, years, kind in itertools.product(itertools.product(*places), itertools.product(*ages), kinds):
        since = tuple(None if age is None else MOMENT - timedelta(days=366 * age) for age in years)
        for values in itertools.product(*(VALUES[name] for name in names)):
            memory = dict(zip(names, values, strict=True))
            yield View(model, where, memory, Event(kind, None), MOMENT, since)
            if len(set(years)) == 1:
                yield View(model, where, memory, Event(kind, None), None, (None,) * len(years))


@given(joint_moves())
@settings(max_examples=300)
def test_tracks_that_read_one_another_are_judged_exactly(transitions: tuple[Transition, ...]) -> None:
    model = evolve(TRACKED, transitions=transitions)
    loop = eventless_loop(model)
    assert (loop is not None) == any(goes_round(model, view) for view in tracked_views(model))
    if loop:
        assert loop.sure
        assert not loop.opaque
        assert_is_round(loop, model)


def test_rounds_of_two_tracks_are_drawn() -> None:
    def both(transitions: tuple[Transition, ...]) -> bool:
        loop = eventless_loop(evolve(TRACKED, transitions=transitions))
        return loop is not None and len({t.track for t in loop.transitions}) > 1

    assert find(joint_moves(), both, settings=ONCE)


def loop_of(*lines: str) -> Loop | None:
    """Return the loop in a model whose transitions are written `source -> target: guard`."""
    found = []
    for line in lines:
        way, _, guard = line.partition(": ")
        source, _, target = way.partition(" -> ")
        found.append(Transition((source,), target, when=parse_guard(guard, NAMES) if guard else None))
    return eventless_loop(evolve(FOREST, transitions=tuple(found)))


@pytest.mark.parametrize(
    "lines",
    [
        ("a -> b: x >= 2", "b -> a: x < 2"),
        ("a -> b: x >= needed", "b -> a: x < 2"),
        ("a -> b: x in [1, 2]", "b -> a: x in [0, 3]"),
        ("a -> b: event.type == rain", "b -> a: event.type == sun"),
        ("a -> b: event.type == rain", "b -> a: not rain == event.type"),
        ("a -> b: event.type in [rain, sun]", "b -> a: event.type == axe"),
        # All types are named, so that no other can come.
        ("a -> b: event.type != rain", "b -> c: event.type != sun", "c -> a: event.type != axe and event.type == axe"),
        ("a -> b: phase == b", "b -> a"),
        ("a -> b", "b -> a: phase < b"),
        ("a -> b: years_in_phase >= 10", "b -> a: years_in_phase >= 10"),
        ("a -> b: false", "b -> a: true"),
        ("a -> b: share > needed", "b -> a"),
        ("a -> b: x > 1 and 2 < 1", "b -> a"),
        ("a -> b.one", "b.two -> a"),
        ("start -> a", "a -> b", "b -> c", "b.two -> c"),
        # The forward transition comes first in file order and breaks the loop.
        ("a -> b: x >= 1", "b -> c", "b -> a: x >= 1"),
        ("a -> b: x >= 1", "b -> c: x > 0", "b -> a: x >= 1"),
    ],
)
def test_transitions_that_cannot_go_round_are_accepted(lines: tuple[str, ...]) -> None:
    assert loop_of(*lines) is None


@pytest.mark.parametrize(
    ("lines", "places"),
    [
        (("a -> b", "b -> a"), "a -> b.one -> a"),
        (("a -> b: x >= 2", "b -> a: x < 4"), "a -> b.one -> a"),
        (("a -> b: x > 1.5", "b -> a: x < 2.5"), "a -> b.one -> a"),
        (("a -> b: x in [1, 2]", "b -> a: x in [2, 3]"), "a -> b.one -> a"),
        (("a -> a: x >= 3",), "a -> a"),
        (("b -> b",), "b.one -> b.one"),
        (("b.one -> b.two", "b.two -> b.one"), "b.one -> b.two -> b.one"),
        (("start -> a", "a -> c", "c -> a"), "a -> c -> a"),
        (("a -> b: event.type != rain", "b -> a: event.type != sun"), "a -> b.one -> a"),
        (("a -> b: years_in_phase < 10", "b -> a: years_in_phase >= 0"), "a -> b.one -> a"),
        (("a -> b: x >= 1", "b -> a: x >= 1", "b -> c"), "a -> b.one -> a"),
        # The transition after the one that fires takes no part.
        (("a -> b", "a -> c: event.formal", "b -> a"), "a -> b.one -> a"),
    ],
)
def test_transitions_that_can_go_round_are_found(lines: tuple[str, ...], places: str) -> None:
    loop = loop_of(*lines)
    assert loop is not None
    assert loop.sure
    assert str(loop) == places
    assert loop.mend == "give one of them an event under `on`, or guards that cannot hold together"


@pytest.mark.parametrize(
    ("lines", "places"),
    [
        (("a -> b: event.formal", "b -> a: event.size + 1 > 2"), "a -> b.one -> a"),
        (("a -> b: event.formal", "b -> a: not event.formal or x >= 1"), "a -> b.one -> a"),
        (("a -> b: event.size < 2", "b -> a: event.size > 2"), "a -> b.one -> a"),
        (("a -> b: x + 1 > 2", "b -> a: x < 1"), "a -> b.one -> a"),
        (("a -> b: x > y", "b -> a: x >= y"), "a -> b.one -> a"),
        (("a -> b: x >= 1", "b -> c: y >= 1", "c -> a: x == y"), "a -> b.one -> c -> a"),
        (("a -> b: years_since_start >= 10", "b -> a: years_since_start >= 10"), "a -> b.one -> a"),
        # The one that comes first might fire instead, and end the round.
        (("a -> c: event.formal", "a -> b", "b -> a"), "a -> b.one -> a"),
    ],
)
def test_a_round_by_conditions_that_are_not_compared_says_so(lines: tuple[str, ...], places: str) -> None:
    loop = loop_of(*lines)
    assert loop is not None
    assert (str(loop), loop.sure) == (places, True)
    assert loop.mend == (
        "give one of them an event under `on`: conditions on attributes of the event, arithmetic, two variables or "
        "years_since_start are not compared with one another"
    )


def test_no_round_leads_through_a_final_phase() -> None:
    ring = (Transition(("a",), "b"), Transition(("b",), "a"))
    final = evolve(FOREST, phases=(Phase("a"), Phase("b", final=True)), transitions=ring)
    assert eventless_loop(final) is None


def test_too_many_combinations_count_as_a_loop_and_say_so() -> None:
    both = [" and ".join(f"event.a{side}{number}" for number in range(8)) for side in (1, 2)]
    loop = loop_of("a -> c: x > 9", f"a -> b: {both[0]}", f"b -> a: {both[1]}")
    assert loop is not None
    assert str(loop) == "a -> b.one -> a"
    assert not loop.sure
    assert loop.mend.startswith("there are too many combinations of context values to rule it out")


def test_many_combinations_do_not_matter_where_nothing_leads_back() -> None:
    opaque = " and ".join(f"event.a{number}" for number in range(20))
    assert loop_of(f"a -> b: {opaque}", f"b -> c: {opaque}") is None


def test_an_event_triggered_transition_takes_no_part_in_a_round() -> None:
    back = Transition(("b",), "a", ("rain",))
    assert eventless_loop(evolve(FOREST, transitions=(Transition(("a",), "b"), back))) is None


def test_a_long_round_is_cut_in_its_message() -> None:
    many = 10_000
    lines = "".join(f"  - {{from: p{number}, to: p{(number + 1) % many}}}\n" for number in range(many))
    phases = "".join(f"  - p{number}\n" for number in range(many))
    text = f"onward: 1\nname: ring\nevents: {{}}\nphases:\n{phases}transitions:\n{lines}"
    with pytest.raises(
        Exception, match=r"go round for ever: p0 -> p1 -> p2 -> p3 -> p4 -> p5 -> p6 -> p7 -> \.\.\. -> p0; give"
    ):
        parse_model(text)
    assert parse_model(text.replace("  - {from: p9, to: p10}\n", "")).places[-1] == "p9999"


def tracked_loop(*lines: str) -> Loop | None:
    """Return the loop in a model with tracks, whose transitions are written `track: source -> target: guard`."""
    found = []
    for line in lines:
        track, way, *guard = line.split(": ")
        source, _, target = way.partition(" -> ")
        when = parse_guard(guard[0], vocabulary_of(TRACKED, track=track)) if guard else None
        found.append(Transition((source,), target, when=when, track=track))
    return eventless_loop(evolve(TRACKED, transitions=tuple(found)))


@pytest.mark.parametrize(
    "lines",
    [
        # Each track waits for a step of the other that comes before its own.
        ("wood: a -> b: soil.phase == y", "soil: x -> y: wood.phase == b"),
        ("wood: a -> b: soil.phase == x", "wood: b -> a: soil.phase == y"),
        ("wood: a -> b", "wood: b -> a: soil.phase == y.two", "soil: y.two -> x"),
        ("wood: a -> b: soil.years_in_phase >= 3", "wood: b -> a: soil.years_in_phase < 3"),
        ("wood: a -> b: years_in_phase >= 3", "wood: b -> a"),
        # The years on the other track are over as soon as it moves, too.
        (
            *("wood: a -> b: soil.years_in_phase >= 3", "wood: b -> a: soil.years_in_phase >= 3"),
            *("soil: x -> y: wood.phase == b", "soil: y -> x: wood.phase == a", "soil: start -> x"),
        ),
        ("wood: a -> b: wet", "wood: b -> a: not wet"),
        ("wood: a -> b: most > 1", "wood: b -> a: not most >= 1"),
        ('wood: a -> b: kind == "oak"', 'wood: b -> a: kind != "oak"'),
        ("wood: start -> a", "soil: start -> x", "wood: a -> b", "soil: x -> y"),
    ],
)
def test_tracks_that_cannot_go_round_are_accepted(lines: tuple[str, ...]) -> None:
    assert tracked_loop(*lines) is None


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (("wood: a -> b", "wood: b -> a"), "a -> b -> a"),
        (("wood: a -> b: soil.phase == y", "wood: b -> a: soil.phase == y.one"), "a -> b -> a"),
        (
            (
                *("wood: a -> b: soil.phase == x", "wood: b -> a: soil.phase == y"),
                *("soil: x -> y: wood.phase == b", "soil: y -> x: wood.phase == a"),
            ),
            "wood and soil lead each other round, a; x -> b; x -> b; y.one -> a; y.one -> a; x",
        ),
        # Both fire at once, judged on the places before.
        (
            (
                *("wood: a -> b: soil.phase == x", "wood: b -> a: soil.phase == y"),
                *("soil: x -> y: wood.phase == a", "soil: y -> x: wood.phase == b"),
            ),
            "wood and soil lead each other round, a; x -> b; y.one -> a; x",
        ),
        (("wood: a -> b: soil.years_in_phase >= 3", "wood: b -> a: soil.years_in_phase > 2"), "a -> b -> a"),
        (("wood: a -> b: paid < 0.5", "wood: b -> a: paid > 0.25"), "a -> b -> a"),
        (('wood: a -> b: kind > "oak"', 'wood: b -> a: kind < "pine"'), "a -> b -> a"),
    ],
)
def test_tracks_that_can_go_round_are_found(lines: tuple[str, ...], told: str) -> None:
    loop = tracked_loop(*lines)
    assert loop is not None
    assert (str(loop), loop.sure, loop.opaque) == (told, True, False)
    assert loop.mend == "give one of them an event under `on`, or guards that cannot hold together"


def test_a_condition_on_several_values_is_tried_every_way() -> None:
    either = ('wood: a -> b: "x" in event.actors', 'wood: b -> a: not "x" in event.actors')
    assert tracked_loop(*either) is None
    loop = tracked_loop(either[0], 'wood: b -> a: "y" in event.actors')
    assert loop is not None
    assert loop.opaque


def test_timers_take_no_part_in_a_round() -> None:
    later = Transition(("b",), "a", after=Timer(Span(1, "days")))
    assert eventless_loop(evolve(FOREST, transitions=(Transition(("a",), "b"), later))) is None


def test_where_time_alone_can_move_a_case_there_may_be_no_event() -> None:
    moves = (
        Transition(("a",), "c", when=parse_guard("event.type == rain or event.type != rain", NAMES)),
        *(Transition(("a",), "b"), Transition(("b",), "a")),
    )
    model = evolve(FOREST, transitions=moves)
    assert eventless_loop(model) is None
    sliding = Variable("y", Count(None, within=Span(1, "years")))
    assert eventless_loop(evolve(model, context=(FOREST.context[0], sliding))) is not None


def chain(name: str, length: int, guard: str = "", *, ring: bool = False) -> str:
    """Return the keys of phases that lead into one another without an event."""
    when = f", when: {guard}" if guard else ""
    phases = ", ".join(f"{name}{number}" for number in range(length))
    ways = [f"{{from: {name}{n}, to: {name}{(n + 1) % length}{when}}}" for n in range(length - (not ring))]
    return f"phases: [{phases}], transitions: [{', '.join(ways)}]"


MANY = "{{onward: 1, name: long, events: {{go: }}, context: {{n: {{count: go}}}}, {}}}"


def test_ten_thousand_phases_without_an_event_between_them_are_read() -> None:
    model = parse_model(MANY.format(chain("p", 10_000, "n >= 2 and phase < p99")))
    assert len(model.transitions) == 9_999


@pytest.mark.parametrize(
    ("ring", "wide"),
    [(False, "narrow.phase >= a50"), (True, "narrow.phase >= a50 and narrow.phase < a50"), (True, "n > 2 and n < 2")],
)
def test_two_tracks_of_a_hundred_phases_that_wait_for_each_other_are_read(*, ring: bool, wide: str) -> None:
    narrow = "wide.phase >= b50 and wide.phase <= b49" if ring else "wide.phase >= b50"
    tracks = f"narrow: {{{chain('a', 100, narrow, ring=ring)}}}, wide: {{{chain('b', 100, wide, ring=ring)}}}"
    assert len(parse_model(MANY.format(f"tracks: {{{tracks}}}")).places) == 201


def test_tracks_with_too_many_places_together_count_as_a_loop() -> None:
    tracks = f"narrow: {{{chain('a', 2000, 'wide.phase == b1', ring=True)}}}, wide: {{{chain('b', 2000)}}}"
    with pytest.raises(ModelError, match="too many combinations of context values to rule it out"):
        parse_model(MANY.format(f"tracks: {{{tracks}}}"))
