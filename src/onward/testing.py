"""Hypothesis strategies for models and logs, for the tests of Onward and of those who build on it.

Needs `pip install hypothesis`, which Onward itself does without. Everything drawn is valid by construction: a model
drawn here is one that a file could have said, and a log drawn for it can be replayed. The alphabets are small, so that
ties in time, repeated values and rare paths through a model turn up in most draws.

`models` draws the whole language; what is rarer in models that people write is rarer here too. Keyword arguments leave
parts of it out, for what holds of simpler models only.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal, get_args

from attrs import evolve, frozen
from hypothesis import strategies as st

from onward.log.dates import Interval, parse_interval
from onward.log.log import AttributeType, Event, EventLog, Value
from onward.model.checks import eventless_loop
from onward.model.elements import (
    ANY,
    START,
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
    Reducer,
    Shown,
    Span,
    Sum,
    Timer,
    Track,
    Transition,
    Unit,
    Variable,
    Years,
)
from onward.model.guards import (
    EACH,
    NAME,
    And,
    Arithmetic,
    Attribute,
    Compare,
    Comparison,
    Condition,
    Constant,
    Contains,
    CurrentPhase,
    Elapsed,
    EventType,
    Expression,
    Guard,
    Holds,
    Memory,
    Minus,
    Named,
    Not,
    OneOf,
    Operator,
    Or,
    Parameter,
    PhaseName,
    Scalar,
    TypeName,
    conditions,
)
from onward.model.model import Model, places_of
from onward.model.spelling import write_guard
from onward.model.vocabulary import Remembered, Vocabulary, remembered

PHASES = ("seed", "sprout", "tree", "ash")
STAGES = ("young", "tall", "hollow")
TYPES = ("rain", "sun", "frost", "Create Fine", "axe")
UNKNOWN_TYPE = "meteor"
"""An event type that no model drawn here has in its vocabulary."""
TRACKS: Mapping[str, tuple[str, ...]] = {
    "wood": PHASES,
    "soil": ("sand", "loam", "rock"),
    "sky": ("clear", "grey"),
}
"""The tracks of models that have several, each with its phases."""
VARIABLES = ("rings", "places", "storms")
CONDITIONS = ("ripe", "fragile")
PARAMETERS = ("needed", "kind")
NUMBER, TRUTH, TEXT = "size", "formal", "place"
"""The attributes of events: a number, true or false, and a text."""
ACTORS, REALM = "actors", "realm"
"""An attribute with several values, such as `Ann@north;Bob@south`, and what guards call the part behind the `@`."""
MARKS = "marks"
"""Another one, whose values are numbers: `2;8`."""
SEVERAL = ((ACTORS, EACH), (ACTORS, NAME), (ACTORS, REALM), (MARKS, EACH))
SIZES = (0, 1, 2, 3)
PLACES = ("Bosnia", "Côte d'Ivoire", "Darfur")
PEOPLE = ("Ann", "Bob", "Cy")
REALMS = ("north", "south")
COMPANIES = (
    "Ann@north",
    "Bob@south",
    "Ann@north;Bob@south",
    "Bob@south; Cy@north",
    "Cy",
    "Cy;Ann@north",
    "Ann@north;Ann@south",
    "Bob@south;;Bob@south",
)
SCORES = ("2;8", "8;2;8", "1;2", "1;12")
CASES = ("oak", "elm", "Fir 3")
ORGANIZATIONS = ("AU", "EU", "UN")
DATES = (
    "2001",
    "2002",
    "2001-01",
    "2001-06",
    "2002-02",
    "2001-01-01",
    "2001-06-15",
    "2001-12-31",
    "2002-02-28",
    "2003",
)
EDGES = (
    "1904-02-29",
    "2000-02-29",
    "2001-02-28",
    "2001-05-31",
    "2001-06-15T12:30:00",
    "2001-06-30",
    "2001-12-15",
    "2002-01-01",
    "2002-06-15",
    "2003-06-15",
    "2004-02-29",
    "2005-02-28",
    "2101-01-01",
)
"""Dates at the edges of timers and windows: leap days, ends of months, whole years apart, a century apart."""

Cases = Literal["pairs", "column"]
Strategy = st.SearchStrategy

_SELDOM = st.sampled_from((False, False, False, True))
_OFTEN = st.sampled_from((True, True, True, False))


# ---- guards


def vocabulary_of(
    model: Model, *, event: bool = True, case: bool = True, before: bool = False, track: str = ""
) -> Vocabulary:
    """Return the names that guards of *model* may use.

    Args:
        model: whose names.
        event: whether there is an event to look at.
        case: whether there is a case to look at.
        before: whether `before.*` makes sense.
        track: the track whose `phase` is meant where none is named.

    """
    return Vocabulary(
        parameters=model.constants,
        context={variable.name: remembered(variable.reducer) for variable in model.context},
        phases=dict(model.track_of),
        types=tuple(model.kinds),
        tracks=tuple(one.name for one in model.tracks),
        track=track,
        conditions=dict(model.conditions),
        event=event,
        case=case,
        before=before,
    )


@st.composite
def guards(draw: st.DrawFn, vocabulary: Vocabulary, *, several: bool = True) -> Guard:
    """Draw a guard over *vocabulary*, in the form in which `parse_guard` returns it.

    Args:
        draw: supplied by Hypothesis.
        vocabulary: the names that it may use.
        several: whether it may ask for attributes with several values.

    """
    return _guard(draw, _words_of(vocabulary, several=several), depth=2)


@frozen
class _Words:
    """A vocabulary, sorted by what may be compared with what."""

    parameters: Mapping[str, Scalar | None]
    counters: tuple[str, ...]
    flags: tuple[str, ...]
    latest: tuple[str, ...]
    phases: Mapping[str, tuple[str, ...]]
    types: tuple[str, ...]
    conditions: tuple[tuple[str, Guard], ...]
    event: bool
    case: bool
    before: bool
    several: bool


def _words_of(names: Vocabulary, *, several: bool) -> _Words:
    def kept(kind: Remembered) -> tuple[str, ...]:
        return tuple(name for name, held in names.context.items() if held == kind)

    return _Words(
        parameters=names.parameters,
        counters=kept("number"),
        flags=kept("truth"),
        latest=kept("attribute"),
        phases={
            track: tuple(name for name, its in names.phases.items() if its == track) for track in names.tracks or ("",)
        },
        types=tuple(names.types),
        conditions=tuple((name, guard) for name, guard in names.conditions.items() if guard is not None),
        event=names.event,
        case=names.case,
        before=names.before,
        several=several,
    )


# Functions that draw, rather than strategies built of strategies: those would cost more to build than to draw from.


def _guard(draw: st.DrawFn, names: _Words, depth: int) -> Guard:
    shape = draw(_SHAPES) if depth else "condition"
    if shape == "condition":
        return _condition(draw, names)
    if shape == "not":
        return Not(_guard(draw, names, depth - 1))
    parts = [_guard(draw, names, depth - 1) for _ in range(draw(_TWO_OR_THREE))]
    # As the parser does, an `and` right inside an `and` is made one with it.
    whole = And if shape == "and" else Or
    return whole(tuple(inner for part in parts for inner in (part.parts if isinstance(part, whole) else (part,))))


_SHAPES = st.sampled_from(("condition", "condition", "not", "and", "or"))
_TWO_OR_THREE = st.integers(2, 3)


def _condition(draw: st.DrawFn, names: _Words) -> Guard:
    if names.case and names.conditions and draw(_SELDOM):
        return Named(*draw(st.sampled_from(names.conditions)))
    return draw(st.sampled_from(_CONDITIONS_OF_CASES if names.case else _CONDITIONS))(draw, names)


def _about_numbers(draw: st.DrawFn, names: _Words) -> Guard:
    return _compared(draw, lambda: _number(draw, names, depth=2), get_args(Comparison))


def _about_texts(draw: st.DrawFn, names: _Words) -> Guard:
    quoted = map(Constant, (*PLACES, "", 'a "quoted" \\ text'))
    values = [*_attribute(names, TEXT), *_attribute(names, TEXT), *_parameters(names, str), *quoted]
    values += _memory(names, names.latest)
    return _compared(draw, lambda: draw(st.sampled_from(values)), get_args(Comparison))


def _about_truths(draw: st.DrawFn, names: _Words) -> Guard:
    truths = (Constant(value=True), Constant(value=False))
    values = [*_attribute(names, TRUTH), *_attribute(names, TRUTH), *_parameters(names, bool), *truths]
    values += [*_memory(names, names.flags), *_memory(names, names.flags), *_memory(names, names.latest)]
    if draw(st.booleans()):
        return Holds(draw(st.sampled_from(values)))
    return _compared(draw, lambda: draw(st.sampled_from(values)), ("==", "!="))


def _about_types(draw: st.DrawFn, names: _Words) -> Guard:
    if not (names.event and names.types):
        return _about_numbers(draw, names)
    types = st.sampled_from(list(map(TypeName, names.types)))
    match draw(st.sampled_from(("of", "turned", "listed"))):
        case "of":
            return Compare(draw(_EQUALITY), EventType(), draw(types))
        case "turned":
            return Compare(draw(_EQUALITY), draw(types), EventType())
        case _:
            return OneOf(EventType(), tuple(draw(types) for _ in range(draw(_TWO_OR_THREE))))


def _about_phases(draw: st.DrawFn, names: _Words) -> Guard:
    """Draw a comparison of phases: those of one track only, which alone have an order."""
    track = draw(st.sampled_from(tuple(names.phases)))
    current: list[Expression] = [CurrentPhase(track=track)]
    current += [CurrentPhase(before=True, track=track)] if names.before else []
    places: list[Expression] = list(map(PhaseName, (START, *names.phases[track])))

    def drawn() -> Expression:
        return draw(st.sampled_from(current if draw(st.booleans()) else places))

    return _compared(draw, drawn, get_args(Comparison))


def _about_a_counter(draw: st.DrawFn, names: _Words) -> Guard:
    """Draw the commonest guard of all: a counter against a threshold, or a flag."""
    flags = list(_memory(names, names.flags))
    if flags and (not names.counters or draw(st.booleans())):
        held = Holds(draw(st.sampled_from(flags)))
        return Not(held) if draw(_SELDOM) else held
    if not names.counters:
        return _about_numbers(draw, names)
    bound = draw(st.sampled_from([*map(Constant, SIZES[1:]), *_parameters(names, int)]))
    counter = draw(st.sampled_from(list(_memory(names, names.counters))))
    return Compare(draw(st.sampled_from((">=", ">=", "<", "=="))), counter, bound)


def _about_several(draw: st.DrawFn, names: _Words) -> Guard:
    """Draw whether an attribute with several values has a certain one."""
    if not (names.event and names.several and draw(st.booleans())):
        return _about_texts(draw, names)
    attribute, part = draw(st.sampled_from(SEVERAL))
    values: Iterable[Scalar] = (2, 8) if attribute == MARKS else {EACH: COMPANIES[:3], NAME: PEOPLE}.get(part, REALMS)
    given = [*map(Constant, values), *map(Constant, values), *_parameters(names, int, str)]
    return Contains(draw(st.sampled_from(given)), Attribute(attribute, part))


_EQUALITY: Strategy[Comparison] = st.sampled_from(("==", "!="))
_CONDITIONS = (_about_numbers, _about_texts, _about_truths, _about_types, _about_several)
_CONDITIONS_OF_CASES = (*_CONDITIONS, _about_phases, _about_a_counter, _about_a_counter)


def _compared(draw: st.DrawFn, value: Callable[[], Expression], signs: tuple[Comparison, ...]) -> Guard:
    if draw(_SELDOM):
        return OneOf(value(), tuple(value() for _ in range(draw(_TWO_OR_THREE) - 1)))
    sign: Comparison = draw(st.sampled_from(signs))
    return Compare(sign, value(), value())


def _number(draw: st.DrawFn, names: _Words, depth: int) -> Expression:
    variable = [*_parameters(names, int, float), *_attribute(names, NUMBER)]
    if names.case:
        variable += [*_memory(names, names.counters), *_memory(names, names.latest)]
        variable += [*(Elapsed("years_in_phase", track) for track in names.phases), Elapsed("years_since_start")]
    shape: Literal["single", "minus"] | Operator = draw(_SUMS) if depth else "single"
    if shape == "single":
        return draw(st.sampled_from([*variable, *variable, *map(Constant, (*SIZES, -1, 0.5, 1e22))]))
    if shape == "minus":
        operand = _number(draw, names, depth - 1)
        # The parser makes one number of a sign and a number.
        return Constant(1) if isinstance(operand, Constant) else Minus(operand)
    return Arithmetic(shape, _number(draw, names, depth - 1), _number(draw, names, depth - 1))


_SUMS: Strategy[Literal["single", "minus"] | Operator] = st.sampled_from(
    ("single", "single", "single", "minus", "+", "-", "*")
)


def _parameters(names: _Words, *kinds: type) -> list[Expression]:
    return [Parameter(name) for name, value in names.parameters.items() if type(value) in kinds]


def _attribute(names: _Words, name: str) -> list[Expression]:
    return [Attribute(name)] if names.event else []


def _memory(names: _Words, variables: Iterable[str]) -> Iterator[Expression]:
    for name in variables if names.case else ():
        yield Memory(name)
        if names.before:
            yield Memory(name, before=True)


# ---- models


@frozen
class _Allowed:
    """Which parts of the language a model may use."""

    tracks: bool
    clockwork: bool
    memory: bool
    several: bool
    timers: Strategy[bool]


@st.composite
def models(  # noqa: PLR0913  # what may be asked for or left out
    draw: st.DrawFn,
    *,
    irreversible: bool = False,
    cases: Cases | None = None,
    tracks: bool | None = None,
    clockwork: bool | None = None,
    memory: bool | None = None,
    several: bool | None = None,
) -> Model:
    """Draw a model. Each part of the language that is neither asked for nor left out is in some models only.

    Args:
        draw: supplied by Hypothesis.
        irreversible: no transition leads to an earlier phase or stage, and the model declares so.
        cases: `pairs` or `column`; by default either.
        tracks: whether there are two tracks, seldom three, side by side.
        clockwork: whether time alone may change something: timers, sliding windows, what runs until its end.
        memory: whether variables may remember more than counts: `sum`, `max`, `latest`, `flag` (and `open`, which
            needs *clockwork* too).
        several: whether attributes may have several values.

    """
    may = _Allowed(
        tracks=draw(_SELDOM) if tracks is None else tracks,
        clockwork=draw(st.booleans()) if clockwork is None else clockwork,
        memory=draw(st.booleans()) if memory is None else memory,
        several=draw(_SELDOM) if several is None else several,
        timers=st.booleans() if clockwork else _AT_TIMES,
    )
    side_by_side = draw(_TRACKS) if may.tracks else ()
    model = Model(
        name=draw(st.sampled_from(("forest", "garden"))),
        phases=tuple(_phases(draw, side_by_side)),
        events=tuple(EventKind(name, draw(_TITLES), draw(_CODES)) for name in _some(draw, TYPES, least=1)),
        cases=draw(_CASES) if cases is None else cases,
        parameters=tuple((name, draw(_SCALARS)) for name in _some(draw, PARAMETERS)),
        tracks=tuple(Track(name, draw(_TITLES)) for name in side_by_side),
        title=draw(_TITLES),
        source=draw(st.sampled_from(("", "Grimm 1812, §3: a tale"))),
    )
    model = evolve(model, context=tuple(_variable(draw, model, may, name) for name in _some(draw, VARIABLES)))
    for name in _some(draw, CONDITIONS) if draw(_SELDOM) else ():
        named = (name, _guard(draw, _in(model, may, event=False), depth=2))
        model = evolve(model, conditions=(*model.conditions, named))
    model = evolve(
        model,
        transitions=tuple(
            transition
            for track in model.track_names
            for transition in _transitions(draw, model, may, track, irreversible)
        ),
        forbid=tuple(_forbid(draw, model, may) for _ in range(draw(_FEW))),
        invariants=tuple(_invariants(draw, model, may, irreversible=irreversible)),
        shows=tuple(_shows(draw, model, may)),
        tables=tuple(_tables(draw, model, may)),
    )
    model = _with_a_way_back(draw, model, may) if not irreversible and draw(st.booleans()) else model
    return evolve(model, domains=tuple(_domains(draw, model))) if may.several and draw(_SELDOM) else model


_TRACKS = st.sampled_from((("wood", "soil"), ("wood", "soil"), ("wood", "soil"), ("soil", "wood"), tuple(TRACKS)))
_AT_TIMES = st.sampled_from((False, False, True))
_CASES: Strategy[Cases] = st.sampled_from(("pairs", "column"))
_FEW = st.sampled_from((0, 0, 1, 2))
_TITLES = st.sampled_from(("", "", "In words", "Größe: 100 %"))
_CODES = st.sampled_from(((), (), ("057",), ("060", "062")))
_SCALARS: Strategy[Scalar] = st.one_of(
    st.integers(0, 3), st.integers(0, 3), st.sampled_from((-2, 1.5, *PLACES, "true")), st.booleans()
)


def _some(draw: st.DrawFn, names: Iterable[str], least: Literal[0, 1] = 0, most: int = 9) -> tuple[str, ...]:
    """Draw some of *names*, in their order: one number draws them all, which is many times faster than a list."""
    among = tuple(names)
    bits = draw(st.integers(least, 2 ** len(among) - 1))
    return tuple(name for bit, name in enumerate(among) if bits >> bit & 1)[:most]


def _in(model: Model, may: _Allowed, *, event: bool = True, case: bool = True, before: bool = False) -> _Words:
    return _words_of(vocabulary_of(model, event=event, case=case, before=before), several=may.several)


def _names_on(model: Model, track: str) -> tuple[str, ...]:
    """Return the names of the phases and stages of *track*."""
    ours = (phase for phase in model.phases if phase.track == track)
    return tuple(dict.fromkeys(name for phase in ours for name in (phase.name, *places_of(phase))))


def _phases(draw: st.DrawFn, tracks: tuple[str, ...]) -> Iterator[Phase]:
    for track in tracks or ("",):
        among = TRACKS[track] if track else PHASES
        names = among[: draw(st.integers(1, len(among)))]
        staged = _some(draw, names, most=1 if tracks else 2)
        for name in names:
            inside = _some(draw, STAGES, least=1) if name in staged else ()
            stages = tuple(Phase(stage, draw(_TITLES), draw(_SELDOM)) for stage in inside)
            yield Phase(name, draw(_TITLES), draw(_SELDOM), stages, track)


def _variable(draw: st.DrawFn, model: Model, may: _Allowed, name: str) -> Variable:
    types = None if draw(_SELDOM) else _some(draw, model.kinds, least=1)
    where = _guard(draw, _in(model, may, case=False), depth=2) if draw(st.booleans()) else None
    return Variable(name, _reducer(draw, model, may, types, where), draw(_TITLES))


def _reducer(
    draw: st.DrawFn, model: Model, may: _Allowed, types: tuple[str, ...] | None, where: Guard | None
) -> Reducer:
    kinds = ["count", "distinct", *(["sum", "max", "latest", "flag", "flag"] if may.memory else [])]
    kinds += ["open", "open", "count", "sum"] if may.memory and may.clockwork else []
    match draw(st.sampled_from(kinds)):
        case "count":
            return Count(types, where, _within(draw, model, may))
        case "sum":
            return Sum(draw(_COUNTED), types, where, _within(draw, model, may))
        case "max":
            return Max(draw(_COUNTED), types, where)
        case "latest":
            return Latest(draw(_ATTRIBUTES), types, where)
        case "flag":
            # No event type both sets and clears.
            clear = _some(draw, [kind for kind in model.kinds if kind not in types]) if types else ()
            return Flag(types, clear, where)
        case "open":
            return Open(types, where)
        case _ if may.several and draw(st.booleans()):
            attribute, part = draw(st.sampled_from(SEVERAL))
            return Distinct(attribute, types, where, part)
        case _:
            return Distinct(draw(_ATTRIBUTES), types, where)


_COUNTED = st.sampled_from((NUMBER, NUMBER, NUMBER, TEXT, TRUTH))
_ATTRIBUTES = st.sampled_from((TEXT, TEXT, NUMBER, TRUTH))


def _within(draw: st.DrawFn, model: Model, may: _Allowed) -> Span | None:
    return _span(draw, model, _WINDOWS) if may.clockwork and draw(st.booleans()) else None


def _span(draw: st.DrawFn, model: Model, lengths: Strategy[tuple[int, Unit]]) -> Span:
    length, unit = draw(lengths)
    named = [name for name, value in model.parameters if type(value) is int and value >= 1]
    return Span(draw(st.sampled_from(named)) if named and length < 9 and draw(_SELDOM) else length, unit)


_WINDOWS: Strategy[tuple[int, Unit]] = st.sampled_from(
    ((1, "years"), (1, "years"), (2, "years"), (1, "months"), (6, "months"), (1, "weeks"), (1, "days"), (365, "days"))
)
# A timer that begins itself anew runs out many times in a century: none is as short as a day.
_TIMES: Strategy[tuple[int, Unit]] = st.sampled_from(
    (
        (1, "years"),
        (1, "years"),
        (2, "years"),
        (100, "years"),
        (3, "months"),
        (6, "months"),
        (26, "weeks"),
        (365, "days"),
    )
)


def _triggers(draw: st.DrawFn, model: Model) -> tuple[str, ...]:
    return (ANY,) if draw(_SELDOM) else _some(draw, model.kinds, least=1)


def _when(draw: st.DrawFn, model: Model, may: _Allowed) -> Guard | None:
    return _guard(draw, _in(model, may), depth=2) if draw(st.booleans()) else None


def _when_eventless(draw: st.DrawFn, model: Model, may: _Allowed, sources: tuple[str, ...], track: str) -> Guard | None:
    """Draw the guard of an eventless transition: often on what a move changes, the phase and the years in it."""
    if draw(st.booleans()):
        return _when(draw, model, may)
    if len(model.tracks) > 1 and draw(st.booleans()):
        return _about_phases(draw, _in(model, may))
    phase = Compare(draw(_NEAR), CurrentPhase(track=track), PhaseName(draw(st.sampled_from(sources))))
    years = _years(draw, track)
    return draw(st.sampled_from((phase, years, And((phase, years)), Or((years, phase)))))


def _years(draw: st.DrawFn, track: str) -> Guard:
    """Draw a guard on the years in the phase, around the moment of the move and one year later."""
    return Compare(draw(_AROUND), Elapsed("years_in_phase", track), Constant(draw(st.sampled_from((0, 0.5, 1)))))


_NEAR: Strategy[Comparison] = st.sampled_from(("==", ">=", "<=", "!="))
_AROUND: Strategy[Comparison] = st.sampled_from(("<=", "<", ">="))


def _transitions(
    draw: st.DrawFn,
    model: Model,
    may: _Allowed,
    track: str,
    forward: bool,  # noqa: FBT001  # the model's, not a switch
) -> Iterator[Transition]:
    """Draw transitions of *track*; eventless ones, and with *forward* all of them, lead forward in the order of places.

    Those that wait for time alone may lead anywhere else: time does not go round. Most eventless ones leave what a
    transition drawn before leads to, or else they would hardly ever fire.
    """
    names = (START, *_names_on(model, track))
    left = [name for name in names if not model.is_over(name)]
    reached = {START: None}
    for number in range(draw(st.integers(1, 4 if track else 6))):
        # Where nothing leaves `start`, nothing else is ever reached.
        begins = number == 0 and draw(_OFTEN)
        timer = _timer(draw, model) if may.clockwork and not begins and draw(may.timers) else None
        eventless = timer is not None or (not begins and draw(_SELDOM))
        among = [START] if begins else left if not eventless or draw(_SELDOM) else list(reached)
        among = [name for name in among if timer is None or name != START]
        sources = _some(draw, among, least=1, most=2) if among else ()
        # Staying where one is counts as forward, which without an event would go round for ever.
        at_once = eventless and timer is None
        least = max((model.ranks[name].stop for name in sources), default=0) - (not at_once)
        targets = [
            name for name in names if name != START and (model.ranks[name].start >= least or not (forward or at_once))
        ]
        if sources and targets:
            target = draw(st.sampled_from(targets))
            reached.update(dict.fromkeys(name for name in (target, model.entered(target)) if name in left))
            when = None if (timer or begins) and draw(st.booleans()) else _when(draw, model, may)
            if at_once:
                when = _when_eventless(draw, model, may, sources, track)
            yield Transition(
                sources=sources,
                target=target,
                on=None if eventless else _triggers(draw, model),
                when=when,
                title=draw(st.sampled_from(("", "", "in words"))),
                after=timer,
                track=track,
            )


def _timer(draw: st.DrawFn, model: Model) -> Timer:
    without = _some(draw, model.kinds, least=1, most=2) if draw(st.booleans()) else ()
    return Timer(_span(draw, model, _TIMES), without)


def _with_a_way_back(draw: st.DrawFn, model: Model, may: _Allowed) -> Model:
    """Add an eventless transition to anywhere, unless it would make a round of them."""
    track = draw(st.sampled_from(model.track_names))
    names = _names_on(model, track)
    left = [name for name in (START, *names) if not model.is_over(name)]
    sources = (draw(st.sampled_from(left)),)
    guard = _when_eventless(draw, model, may, sources, track) or _guard(draw, _in(model, may), depth=0)
    back = Transition(sources, draw(st.sampled_from(names)), when=guard, track=track)
    # The transitions of a track stand together, as in a file.
    ordered = sorted((*model.transitions, back), key=lambda each: model.track_numbers[each.track])
    more = evolve(model, transitions=tuple(ordered))
    return model if eventless_loop(more) else more


def _forbid(draw: st.DrawFn, model: Model, may: _Allowed) -> Forbid:
    phases = _some(draw, model.ranks, least=1, most=2) if draw(st.booleans()) else None
    because = draw(st.sampled_from(("", "it is a rule: no")))
    return Forbid(_triggers(draw, model), phases, _when(draw, model, may), because)


def _invariants(draw: st.DrawFn, model: Model, may: _Allowed, *, irreversible: bool) -> Iterator[Invariant]:
    if irreversible or draw(_SELDOM):
        yield Invariant("irreversible", "irreversible")
    if len(model.tracks) > 0 and draw(_SELDOM):
        yield Invariant("one way", "irreversible", track=draw(st.sampled_from(("", *model.track_names))))
    for _ in range(draw(_FEW)):
        kind: Literal["always", "step"] = draw(st.sampled_from(("always", "step")))
        names = _in(model, may, event=kind == "step", before=kind == "step")
        about_time = kind == "always" and draw(_SELDOM)
        guard = _years(draw, draw(st.sampled_from(model.track_names))) if about_time else _guard(draw, names, depth=2)
        yield Invariant(draw(st.sampled_from((write_guard(guard), f"what {kind} holds"))), kind, guard)


def _shows(draw: st.DrawFn, model: Model, may: _Allowed) -> Iterator[Shown]:
    names = _in(model, may, event=False)
    if draw(st.booleans()):
        texts = _some(draw, ("green", "brown: dry"), least=1)
        yield Label("looks", tuple((text, _guard(draw, names, depth=2)) for text in texts))
    if draw(st.booleans()):
        moments, ended, planned = (_some(draw, model.kinds, most=2) for _ in range(3))
        yield Years("grown", TEXT, _some(draw, model.kinds, least=1), moments, ended, planned)


def _tables(draw: st.DrawFn, model: Model, may: _Allowed) -> Iterator[CrossTable]:
    if may.several and draw(_SELDOM):
        types = None if draw(_SELDOM) else _some(draw, model.kinds, least=1)
        where = _guard(draw, _in(model, may, case=False), depth=1) if draw(_SELDOM) else None
        rows, columns = draw(st.sampled_from(SEVERAL)), draw(st.sampled_from(SEVERAL))
        yield CrossTable("who", rows, columns, types, where, draw(_TITLES))


def _domains(draw: st.DrawFn, model: Model) -> Iterator[Domain]:
    """Draw the known values of attributes with several: all that the model's guards mention, and some more."""
    asked = [each for guard in _guards_of(model) for each in conditions(guard) if isinstance(each, Contains)]
    for (attribute, part), more in (((ACTORS, REALM), REALMS), ((MARKS, EACH), (2, 8))):
        if draw(st.booleans()):
            named = [_mentioned(model, each) for each in asked if each.attribute == Attribute(attribute, part)]
            # Unlike to Python 1 and 1.0 are two values here, and so they are spelled.
            values = {repr(value): value for value in (*more, *named)}
            yield Domain(attribute, part, tuple((value, draw(_TITLES)) for value in values.values()))


def _mentioned(model: Model, asked: Contains) -> Scalar:
    match asked.value:
        case Constant(value):
            return value
        case Parameter(name):
            return model.constants[name]
        case _:
            raise AssertionError(asked)


def _guards_of(model: Model) -> Iterator[Guard]:
    """Yield every guard of *model*."""
    yield from (guard for _, guard in model.conditions)
    yield from (table.where for table in model.tables if table.where)
    yield from (variable.reducer.where for variable in model.context if variable.reducer.where)
    yield from (transition.when for transition in model.transitions if transition.when)
    yield from (rule.when for rule in model.forbid if rule.when)
    yield from (invariant.guard for invariant in model.invariants if invariant.guard)
    yield from (guard for shown in model.shows if isinstance(shown, Label) for _, guard in shown.choices)


def _has_several(model: Model) -> bool:
    """Tell whether *model* asks for attributes with several values."""
    parts = any(isinstance(variable.reducer, Distinct) and variable.reducer.part for variable in model.context)
    asked: Iterator[Condition] = (each for guard in _guards_of(model) for each in conditions(guard))
    return parts or bool(model.domains or model.tables) or any(isinstance(each, Contains) for each in asked)


# ---- logs


_INTERVALS = st.sampled_from([parse_interval(date) for date in DATES])
_AT_EDGES = st.sampled_from([parse_interval(date) for date in (*DATES, *EDGES, *EDGES)])
_VALUES: dict[str, Strategy[Value]] = {
    NUMBER: st.none() | st.sampled_from(SIZES),
    TRUTH: st.none() | st.booleans(),
    TEXT: st.none() | st.sampled_from(PLACES),
}
_WITH_SEVERAL: dict[str, Strategy[Value]] = {
    **_VALUES,
    ACTORS: st.none() | st.sampled_from(COMPANIES),
    MARKS: st.none() | st.sampled_from(SCORES),
}


def _types(model: Model) -> Strategy[str]:
    """Return a strategy for event types: mostly of the model, now and then unknown."""
    known = tuple(model.kinds)
    return st.sampled_from((*known, *known, *known, UNKNOWN_TYPE))


def _codes() -> Strategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(ORGANIZATIONS), min_size=2, max_size=3, unique=True).map(tuple)


def _dates(draw: st.DrawFn, model: Model) -> Strategy[Interval]:
    """Return a strategy for dates: often at the edges of timers and windows, where a model has any."""
    return _AT_EDGES if draw(st.booleans() if model.has_clockwork else _SELDOM) else _INTERVALS


@st.composite
def events(draw: st.DrawFn, model: Model) -> Event:
    """Draw one event as *model* may meet it, of a known or an unknown type."""
    dates = _dates(draw, model)
    time = draw(dates)
    values = _WITH_SEVERAL if _has_several(model) else _VALUES
    names = _some(draw, values)
    return Event(
        type=draw(_types(model)),
        time=time,
        attributes={name: draw(values[name]) for name in names},
        organizations=draw(_codes()) if model.cases == "pairs" else (),
        until=draw(_untils(time, dates)),
    )


def _untils(time: Interval, dates: Strategy[Interval]) -> Strategy[Interval | None]:
    """Return a strategy for the end of what began at *time*, mostly not recorded."""
    return st.none() | dates.map(lambda end: end if end.last >= time.first else None)


@st.composite
def logs(draw: st.DrawFn, model: Model, *, max_rows: int = 12) -> EventLog:
    """Draw a log for *model*: few cases, in no order of time, with unknown types and gaps in its columns.

    Args:
        draw: supplied by Hypothesis.
        model: whose event types and whose kind of cases the log has.
        max_rows: the length of the longest log; the shortest has no row.

    """
    # A list of a length drawn beforehand: left to itself, Hypothesis draws empty logs nearly half of the time.
    length = draw(st.integers(0, max_rows))
    dates = _dates(draw, model)
    lasting = _OFTEN if any(isinstance(variable.reducer, Open) for variable in model.context) else _SELDOM
    rows = draw(st.lists(st.tuples(_types(model), dates, lasting), min_size=length, max_size=length))
    values = _WITH_SEVERAL if _has_several(model) else _VALUES
    names = _some(draw, values)
    numbered, pairs = draw(st.booleans()), model.cases == "pairs"
    attributes = dict(_COLUMN_TYPES)
    columns = {name: tuple(draw(values[name]) for _ in rows) for name in names}
    if NUMBER in columns and draw(st.booleans()):
        attributes[NUMBER] = "number"
        columns[NUMBER] = tuple(None if value is None else float(value) / 2 for value in columns[NUMBER])
    if MARKS in columns and draw(_SELDOM):
        attributes[MARKS] = "integer"
        columns[MARKS] = tuple(None if value is None else int(str(value)[-1]) for value in columns[MARKS])
    return EventLog(
        name="drawn",
        types=tuple(type_ for type_, _, _ in rows),
        times=tuple(time for _, time, _ in rows),
        ids=tuple(f"E{row}" if numbered else "" for row in range(len(rows))),
        untils=tuple(draw(_untils(time, dates)) if ends else None for _, time, ends in rows),
        has_case=not pairs,
        case_names=() if pairs else tuple(draw(_CASE_NAMES) for _ in rows),
        has_organizations=pairs,
        organizations=tuple(draw(_codes()) for _ in rows) if pairs else (),
        attributes={name: attributes[name] for name in names},
        columns=columns,
    )


_CASE_NAMES = st.sampled_from((CASES[0], *CASES))
_COLUMN_TYPES: Mapping[str, AttributeType] = {
    NUMBER: "integer",
    TRUTH: "boolean",
    TEXT: "string",
    ACTORS: "string",
    MARKS: "string",
}
