"""Hypothesis strategies for models and logs, for the tests of Onward and of those who build on it.

Needs `pip install hypothesis`, which Onward itself does without. Everything drawn is valid by construction: a model
drawn here is one that a file could have said, and a log drawn for it can be replayed. The alphabets are small, so that
ties in time, repeated values and rare paths through a model turn up in most draws.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Literal, get_args

from attrs import evolve
from hypothesis import strategies as st

from onward.log.dates import Interval, parse_interval
from onward.log.log import AttributeType, Event, EventLog, Value
from onward.model.checks import eventless_loop
from onward.model.elements import (
    ANY,
    START,
    Count,
    Distinct,
    EventKind,
    Forbid,
    Invariant,
    Label,
    Phase,
    Shown,
    Transition,
    Variable,
    Years,
)
from onward.model.guards import (
    And,
    Arithmetic,
    Attribute,
    Compare,
    Comparison,
    Constant,
    CurrentPhase,
    Elapsed,
    EventType,
    Expression,
    Guard,
    Holds,
    Memory,
    Minus,
    Not,
    OneOf,
    Operator,
    Or,
    Parameter,
    PhaseName,
    Scalar,
    TypeName,
)
from onward.model.model import Model, places_of
from onward.model.spelling import write_guard
from onward.model.vocabulary import Vocabulary

PHASES = ("seed", "sprout", "tree", "ash")
STAGES = ("young", "tall", "hollow")
TYPES = ("rain", "sun", "frost", "Create Fine", "axe")
UNKNOWN_TYPE = "meteor"
"""An event type that no model drawn here has in its vocabulary."""
VARIABLES = ("rings", "places", "storms")
PARAMETERS = ("needed", "kind")
NUMBER, TRUTH, TEXT = "size", "formal", "place"
"""The attributes of events: a number, true or false, and a text."""
SIZES = (0, 1, 2, 3)
PLACES = ("Bosnia", "Côte d'Ivoire", "Darfur")
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

Cases = Literal["pairs", "column"]
Strategy = st.SearchStrategy

_SELDOM = st.sampled_from((False, False, False, True))


# ---- guards


def vocabulary_of(model: Model, *, event: bool = True, case: bool = True, before: bool = False) -> Vocabulary:
    """Return the names that guards of *model* may use.

    Args:
        model: whose names.
        event: whether there is an event to look at.
        case: whether there is a case to look at.
        before: whether `before.*` makes sense.

    """
    return Vocabulary(
        parameters=model.constants,
        context=tuple(model.variables),
        phases=tuple(dict.fromkeys(name for phase in model.phases for name in (phase.name, *places_of(phase)))),
        types=tuple(model.kinds),
        event=event,
        case=case,
        before=before,
    )


@st.composite
def guards(draw: st.DrawFn, vocabulary: Vocabulary) -> Guard:
    """Draw a guard over *vocabulary*, in the form in which `parse_guard` returns it."""
    return _guard(draw, vocabulary, depth=2)


# Functions that draw, rather than strategies built of strategies: those would cost more to build than to draw from.


def _guard(draw: st.DrawFn, names: Vocabulary, depth: int) -> Guard:
    shape = draw(_SHAPES) if depth else "condition"
    if shape == "condition":
        return draw(st.sampled_from(_CONDITIONS_OF_CASES if names.case else _CONDITIONS))(draw, names)
    if shape == "not":
        return Not(_guard(draw, names, depth - 1))
    parts = [_guard(draw, names, depth - 1) for _ in range(draw(_TWO_OR_THREE))]
    # As the parser does, an `and` right inside an `and` is made one with it.
    whole = And if shape == "and" else Or
    return whole(tuple(inner for part in parts for inner in (part.parts if isinstance(part, whole) else (part,))))


_SHAPES = st.sampled_from(("condition", "condition", "not", "and", "or"))
_TWO_OR_THREE = st.integers(2, 3)


def _about_numbers(draw: st.DrawFn, names: Vocabulary) -> Guard:
    return _compared(draw, lambda: _number(draw, names, depth=2), get_args(Comparison))


def _about_texts(draw: st.DrawFn, names: Vocabulary) -> Guard:
    quoted = map(Constant, (*PLACES, "", 'a "quoted" \\ text'))
    values = [*_attribute(names, TEXT), *_attribute(names, TEXT), *_parameters(names, str), *quoted]
    return _compared(draw, lambda: draw(st.sampled_from(values)), get_args(Comparison))


def _about_truths(draw: st.DrawFn, names: Vocabulary) -> Guard:
    truths = (Constant(value=True), Constant(value=False))
    values = [*_attribute(names, TRUTH), *_attribute(names, TRUTH), *_parameters(names, bool), *truths]
    if draw(st.booleans()):
        return Holds(draw(st.sampled_from(values)))
    return _compared(draw, lambda: draw(st.sampled_from(values)), ("==", "!="))


def _about_types(draw: st.DrawFn, names: Vocabulary) -> Guard:
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


def _about_phases(draw: st.DrawFn, names: Vocabulary) -> Guard:
    current: list[Expression] = [CurrentPhase(), *([CurrentPhase(before=True)] if names.before else [])]
    places: list[Expression] = list(map(PhaseName, (START, *names.phases)))

    def drawn() -> Expression:
        return draw(st.sampled_from(current if draw(st.booleans()) else places))

    return _compared(draw, drawn, get_args(Comparison))


def _about_a_counter(draw: st.DrawFn, names: Vocabulary) -> Guard:
    """Draw the commonest guard of all: a counter against a threshold."""
    if not names.context:
        return _about_numbers(draw, names)
    bound = draw(st.sampled_from([*map(Constant, SIZES[1:]), *_parameters(names, int)]))
    return Compare(draw(st.sampled_from((">=", ">=", "<", "=="))), draw(st.sampled_from(list(_memory(names)))), bound)


_EQUALITY: Strategy[Comparison] = st.sampled_from(("==", "!="))
_CONDITIONS = (_about_numbers, _about_texts, _about_truths, _about_types)
_CONDITIONS_OF_CASES = (*_CONDITIONS, _about_phases, _about_a_counter, _about_a_counter)


def _compared(draw: st.DrawFn, value: Callable[[], Expression], signs: tuple[Comparison, ...]) -> Guard:
    if draw(_SELDOM):
        return OneOf(value(), tuple(value() for _ in range(draw(_TWO_OR_THREE) - 1)))
    sign: Comparison = draw(st.sampled_from(signs))
    return Compare(sign, value(), value())


def _number(draw: st.DrawFn, names: Vocabulary, depth: int) -> Expression:
    variable = [*_parameters(names, int, float), *_attribute(names, NUMBER)]
    if names.case:
        variable += [*_memory(names), Elapsed("years_in_phase"), Elapsed("years_since_start")]
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


def _parameters(names: Vocabulary, *kinds: type) -> list[Expression]:
    return [Parameter(name) for name, value in names.parameters.items() if type(value) in kinds]


def _attribute(names: Vocabulary, name: str) -> list[Expression]:
    return [Attribute(name)] if names.event else []


def _memory(names: Vocabulary) -> Iterator[Expression]:
    for name in names.context:
        yield Memory(name)
        if names.before:
            yield Memory(name, before=True)


# ---- models


@st.composite
def models(draw: st.DrawFn, *, irreversible: bool = False, cases: Cases | None = None) -> Model:
    """Draw a model.

    Args:
        draw: supplied by Hypothesis.
        irreversible: no transition leads to an earlier phase or stage, and the model declares so.
        cases: `pairs` or `column`; by default either.

    """
    model = Model(
        name=draw(st.sampled_from(("forest", "garden"))),
        phases=tuple(_phases(draw)),
        events=tuple(EventKind(name, draw(_TITLES), draw(_CODES)) for name in _some(draw, TYPES, least=1)),
        cases=draw(_CASES) if cases is None else cases,
        parameters=tuple((name, draw(_SCALARS)) for name in _some(draw, PARAMETERS)),
        title=draw(_TITLES),
        source=draw(st.sampled_from(("", "Grimm 1812, §3: a tale"))),
    )
    model = evolve(model, context=tuple(_variable(draw, model, name) for name in _some(draw, VARIABLES)))
    model = evolve(
        model,
        transitions=tuple(_transitions(draw, model, forward=irreversible)),
        forbid=tuple(_forbid(draw, model) for _ in range(draw(_FEW))),
        invariants=tuple(_invariants(draw, model, irreversible=irreversible)),
        shows=tuple(_shows(draw, model)),
    )
    return _with_a_way_back(draw, model) if not irreversible and draw(st.booleans()) else model


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


def _phases(draw: st.DrawFn) -> Iterator[Phase]:
    names = PHASES[: draw(st.integers(1, len(PHASES)))]
    staged = _some(draw, names, most=2)
    for name in names:
        inside = _some(draw, STAGES, least=1) if name in staged else ()
        stages = tuple(Phase(stage, draw(_TITLES), draw(_SELDOM)) for stage in inside)
        yield Phase(name, draw(_TITLES), draw(_SELDOM), stages)


def _variable(draw: st.DrawFn, model: Model, name: str) -> Variable:
    types = None if draw(_SELDOM) else _some(draw, model.kinds, least=1)
    where = draw(guards(vocabulary_of(model, case=False))) if draw(st.booleans()) else None
    if draw(st.booleans()):
        return Variable(name, Count(types, where), draw(_TITLES))
    return Variable(name, Distinct(draw(st.sampled_from((TEXT, TEXT, NUMBER, TRUTH))), types, where), draw(_TITLES))


def _triggers(draw: st.DrawFn, model: Model) -> tuple[str, ...]:
    return (ANY,) if draw(_SELDOM) else _some(draw, model.kinds, least=1)


def _when(draw: st.DrawFn, model: Model) -> Guard | None:
    return draw(guards(vocabulary_of(model))) if draw(st.booleans()) else None


def _when_eventless(draw: st.DrawFn, model: Model, sources: tuple[str, ...]) -> Guard | None:
    """Draw the guard of an eventless transition: often on what a move changes, the phase and the years in it."""
    if draw(st.booleans()):
        return _when(draw, model)
    phase = Compare(draw(_NEAR), CurrentPhase(), PhaseName(draw(st.sampled_from(sources))))
    return draw(st.sampled_from((phase, _years(draw), And((phase, _years(draw))), Or((_years(draw), phase)))))


def _years(draw: st.DrawFn) -> Guard:
    """Draw a guard on the years in the phase, around the moment of the move and one year later."""
    return Compare(draw(_AROUND), Elapsed("years_in_phase"), Constant(draw(st.sampled_from((0, 0.5, 1)))))


_NEAR: Strategy[Comparison] = st.sampled_from(("==", ">=", "<=", "!="))
_AROUND: Strategy[Comparison] = st.sampled_from(("<=", "<", ">="))


def _transitions(draw: st.DrawFn, model: Model, *, forward: bool) -> Iterator[Transition]:
    """Draw transitions; eventless ones, and with *forward* all of them, lead forward in the order of places.

    Most eventless ones leave what a transition drawn before leads to, or else they would hardly ever fire.
    """
    names = list(model.ranks)
    left = [name for name in names if not model.is_over(name)]
    reached = {START: None}
    for _ in range(draw(st.integers(1, 6))):
        eventless = draw(_SELDOM)
        sources = _some(draw, left if not eventless or draw(_SELDOM) else reached, least=1, most=2)
        # Staying where one is counts as forward, which without an event would go round for ever.
        least = max(model.ranks[name].stop for name in sources) - (not eventless)
        targets = [
            name for name in names if name != START and (model.ranks[name].start >= least or not (forward or eventless))
        ]
        if targets:
            target = draw(st.sampled_from(targets))
            reached.update(dict.fromkeys(name for name in (target, model.entered(target)) if name in left))
            yield Transition(
                sources=sources,
                target=target,
                on=None if eventless else _triggers(draw, model),
                when=_when_eventless(draw, model, sources) if eventless else _when(draw, model),
                title=draw(st.sampled_from(("", "", "in words"))),
            )


def _with_a_way_back(draw: st.DrawFn, model: Model) -> Model:
    """Add an eventless transition to anywhere, unless it would make a round of them."""
    names = [name for name in model.ranks if name != START]
    left = [name for name in names if not model.is_over(name)]
    if not left:
        return model
    sources = (draw(st.sampled_from(left)),)
    guard = _when_eventless(draw, model, sources) or _guard(draw, vocabulary_of(model), depth=0)
    back = Transition(sources, draw(st.sampled_from(names)), when=guard)
    more = evolve(model, transitions=(*model.transitions, back))
    return model if eventless_loop(more) else more


def _forbid(draw: st.DrawFn, model: Model) -> Forbid:
    phases = _some(draw, model.ranks, least=1, most=2) if draw(st.booleans()) else None
    because = draw(st.sampled_from(("", "it is a rule: no")))
    return Forbid(_triggers(draw, model), phases, _when(draw, model), because)


def _invariants(draw: st.DrawFn, model: Model, *, irreversible: bool) -> Iterator[Invariant]:
    if irreversible or draw(_SELDOM):
        yield Invariant("irreversible", "irreversible")
    for _ in range(draw(_FEW)):
        kind: Literal["always", "step"] = draw(st.sampled_from(("always", "step")))
        names = vocabulary_of(model, event=kind == "step", before=kind == "step")
        guard = _years(draw) if kind == "always" and draw(_SELDOM) else draw(guards(names))
        yield Invariant(draw(st.sampled_from((write_guard(guard), f"what {kind} holds"))), kind, guard)


def _shows(draw: st.DrawFn, model: Model) -> Iterator[Shown]:
    guard = guards(vocabulary_of(model, event=False))
    if draw(st.booleans()):
        yield Label("looks", tuple((text, draw(guard)) for text in _some(draw, ("green", "brown: dry"), least=1)))
    if draw(st.booleans()):
        moments, ended, planned = (_some(draw, model.kinds, most=2) for _ in range(3))
        yield Years("grown", TEXT, _some(draw, model.kinds, least=1), moments, ended, planned)


# ---- logs


_INTERVALS = st.sampled_from([parse_interval(date) for date in DATES])
_VALUES: dict[str, Strategy[Value]] = {
    NUMBER: st.none() | st.sampled_from(SIZES),
    TRUTH: st.none() | st.booleans(),
    TEXT: st.none() | st.sampled_from(PLACES),
}


def _types(model: Model) -> Strategy[str]:
    """Return a strategy for event types: mostly of the model, now and then unknown."""
    known = tuple(model.kinds)
    return st.sampled_from((*known, *known, *known, UNKNOWN_TYPE))


def _codes() -> Strategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(ORGANIZATIONS), min_size=2, max_size=3, unique=True).map(tuple)


@st.composite
def events(draw: st.DrawFn, model: Model) -> Event:
    """Draw one event as *model* may meet it, of a known or an unknown type."""
    time = draw(_INTERVALS)
    names = _some(draw, _VALUES)
    return Event(
        type=draw(_types(model)),
        time=time,
        attributes={name: draw(_VALUES[name]) for name in names},
        organizations=draw(_codes()) if model.cases == "pairs" else (),
        until=draw(_untils(time)),
    )


def _untils(time: Interval) -> Strategy[Interval | None]:
    """Return a strategy for the end of what began at *time*, mostly not recorded."""
    return st.none() | _INTERVALS.map(lambda end: end if end.last >= time.first else None)


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
    rows = draw(st.lists(st.tuples(_types(model), _INTERVALS, _SELDOM), min_size=length, max_size=length))
    names = _some(draw, _VALUES)
    numbered, pairs = draw(st.booleans()), model.cases == "pairs"
    columns = {name: tuple(draw(_VALUES[name]) for _ in rows) for name in names}
    attributes: dict[str, AttributeType] = {NUMBER: "integer", TRUTH: "boolean", TEXT: "string"}
    if NUMBER in columns and draw(st.booleans()):
        attributes[NUMBER] = "number"
        columns[NUMBER] = tuple(None if value is None else float(value) / 2 for value in columns[NUMBER])
    return EventLog(
        name="drawn",
        types=tuple(type_ for type_, _, _ in rows),
        times=tuple(time for _, time, _ in rows),
        ids=tuple(f"E{row}" if numbered else "" for row in range(len(rows))),
        untils=tuple(draw(_untils(time)) if ends else None for _, time, ends in rows),
        has_case=not pairs,
        case_names=() if pairs else tuple(draw(st.sampled_from(CASES)) for _ in rows),
        has_organizations=pairs,
        organizations=tuple(draw(_codes()) for _ in rows) if pairs else (),
        attributes={name: attributes[name] for name in names},
        columns=columns,
    )
