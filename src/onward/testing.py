"""Hypothesis strategies for models and logs, for the tests of Onward and of those who build on it.

Needs `pip install hypothesis`, which Onward itself does without. Everything drawn is valid by construction: a model
drawn here is one that a file could have said, and a log drawn for it can be replayed. The alphabets are small, so that
ties in time, repeated values and rare paths through a model turn up in most draws.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, TypeVar, get_args

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
from onward.model.grammar import Vocabulary, write_guard
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
DATES = ("2001", "2002", "2001-01", "2001-06", "2002-02", "2001-01-01", "2001-06-15", "2001-12-31", "2002-02-28", "2003")
TITLES = ("", "", "In words", "Größe: 100 %")

Cases = Literal["pairs", "column"]
T = TypeVar("T")
Strategy = st.SearchStrategy


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


def guards(vocabulary: Vocabulary) -> Strategy[Guard]:
    """Return a strategy for guards over *vocabulary*, in the form in which `parse_guard` returns them."""
    flat = st.one_of(list(_conditions(vocabulary)))
    return _combined(_combined(flat))


def _combined(parts: Strategy[Guard]) -> Strategy[Guard]:
    several = st.lists(parts, min_size=2, max_size=3)
    return st.one_of(parts, parts, parts.map(Not), several.map(_all_of), several.map(_any_of))


def _all_of(parts: Iterable[Guard]) -> Guard:
    """Join *parts* by `and`; as the parser does, an `and` right inside an `and` is made one with it."""
    return And(tuple(inner for part in parts for inner in (part.parts if isinstance(part, And) else (part,))))


def _any_of(parts: Iterable[Guard]) -> Guard:
    return Or(tuple(inner for part in parts for inner in (part.parts if isinstance(part, Or) else (part,))))


def _conditions(names: Vocabulary) -> Iterable[Strategy[Guard]]:
    """Yield a strategy for each kind of condition that the vocabulary allows."""
    yield _compared(_numbers(names), get_args(Comparison))
    yield _listed(_numbers(names))
    yield _compared(_texts(names), get_args(Comparison))
    yield _listed(_texts(names))
    yield _truths(names).map(Holds)
    yield _compared(_truths(names), ("==", "!="))
    if names.case:
        yield _compared(_phases(names), get_args(Comparison))
        yield _listed(_phases(names))
        if names.context:
            # The commonest guard of all: a counter against a threshold.
            counters = st.sampled_from(list(_memory(names)))
            yield st.builds(Compare, st.just(">="), counters, st.one_of(_of(map(Constant, SIZES)), counters))
    if names.event:
        types = _of(map(TypeName, names.types))
        yield st.builds(Compare, st.sampled_from(("==", "!=")), st.just(EventType()), types)
        yield st.builds(Compare, st.sampled_from(("==", "!=")), types, st.just(EventType()))
        yield st.builds(OneOf, st.just(EventType()), _tuples(types))


def _compared(values: Strategy[Expression], signs: Sequence[str]) -> Strategy[Guard]:
    return st.builds(Compare, st.sampled_from(signs), values, values)


def _listed(values: Strategy[Expression]) -> Strategy[Guard]:
    return st.builds(OneOf, values, _tuples(values))


def _tuples(parts: Strategy[T]) -> Strategy[tuple[T, ...]]:
    return st.lists(parts, min_size=1, max_size=3).map(tuple)


def _of(values: Iterable[Expression]) -> Strategy[Expression]:
    return st.sampled_from(list(values))


def _parameters(names: Vocabulary, *kinds: type) -> list[Expression]:
    return [Parameter(name) for name, value in names.parameters.items() if type(value) in kinds]


def _attribute(names: Vocabulary, name: str) -> list[Expression]:
    return [Attribute(name)] if names.event else []


def _memory(names: Vocabulary) -> Iterable[Expression]:
    for name in names.context:
        yield Memory(name)
        if names.before:
            yield Memory(name, before=True)


def _numbers(names: Vocabulary) -> Strategy[Expression]:
    constants = _of(map(Constant, (*SIZES, -1, 0.5, 1e22)))
    variable = [*_parameters(names, int, float), *_attribute(names, NUMBER)]
    if names.case:
        variable += [*_memory(names), Elapsed("years_in_phase"), Elapsed("years_since_start")]
    if not variable:
        return constants
    single = st.one_of(constants, _of(variable), _of(variable))
    reckoned = st.builds(Arithmetic, st.sampled_from(get_args(Operator)), single, single)
    minus = st.one_of(_of(variable), reckoned).map(Minus)
    nested = st.builds(Arithmetic, st.sampled_from(get_args(Operator)), reckoned | minus, reckoned | single)
    return st.one_of(single, single, reckoned, minus, nested)


def _texts(names: Vocabulary) -> Strategy[Expression]:
    quoted = map(Constant, (*PLACES, "", 'a "quoted" \\ text'))
    return _of([*_attribute(names, TEXT), *_attribute(names, TEXT), *_parameters(names, str), *quoted])


def _truths(names: Vocabulary) -> Strategy[Expression]:
    truths = (Constant(value=True), Constant(value=False))
    return _of([*_attribute(names, TRUTH), *_attribute(names, TRUTH), *_parameters(names, bool), *truths])


def _phases(names: Vocabulary) -> Strategy[Expression]:
    current = [CurrentPhase(), *([CurrentPhase(before=True)] if names.before else [])]
    return st.one_of(_of(current), _of(map(PhaseName, (START, *names.phases))))


# ---- models


@st.composite
def models(draw: st.DrawFn, *, irreversible: bool = False, cases: Cases | None = None) -> Model:
    """Draw a model.

    Args:
        draw: supplied by Hypothesis.
        irreversible: no transition leads to an earlier phase or stage, and the model declares so.
        cases: `pairs` or `column`; by default either.

    """
    phases = draw(_some_phases())
    kinds = [EventKind(name, title, codes) for name, title, codes in draw(_some_kinds())]
    parameters = draw(st.lists(st.sampled_from(PARAMETERS), max_size=2, unique=True))
    model = Model(
        name=draw(st.sampled_from(("forest", "garden"))),
        phases=tuple(phases),
        events=tuple(kinds),
        cases=cases or draw(st.sampled_from(get_args(Cases))),
        parameters=tuple((name, draw(_scalars)) for name in parameters),
        title=draw(st.sampled_from(TITLES)),
        source=draw(st.sampled_from(("", "Grimm 1812, §3: a tale"))),
    )
    model = evolve(model, context=tuple(draw(_variables(model))))
    model = evolve(
        model,
        transitions=tuple(draw(_transitions(model, forward=irreversible))),
        forbid=tuple(draw(st.lists(_forbids(model), max_size=2))),
        invariants=tuple(draw(_invariants(model, irreversible=irreversible))),
        shows=tuple(draw(_shows(model))),
    )
    return _with_ways_back(draw, model) if not irreversible and draw(st.booleans()) else model


_scalars: Strategy[Scalar] = st.one_of(
    st.integers(0, 3), st.integers(0, 3), st.sampled_from((-2, 1.5, *PLACES, "true")), st.booleans()
)


@st.composite
def _some_phases(draw: st.DrawFn) -> list[Phase]:
    names = PHASES[: draw(st.integers(1, len(PHASES)))]
    staged = draw(st.lists(st.sampled_from(names), max_size=2, unique=True))
    return [
        Phase(
            name=name,
            title=draw(st.sampled_from(TITLES)),
            final=draw(st.sampled_from((False, False, False, True))),
            stages=tuple(draw(_some_stages())) if name in staged else (),
        )
        for name in names
    ]


def _some_stages() -> Strategy[list[Phase]]:
    stages = st.builds(
        Phase, st.sampled_from(STAGES), st.sampled_from(TITLES), st.sampled_from((False, False, False, True))
    )
    return st.lists(stages, min_size=1, max_size=3, unique_by=lambda stage: stage.name)


def _some_kinds() -> Strategy[list[tuple[str, str, tuple[str, ...]]]]:
    codes = st.sampled_from(((), (), ("057",), ("060", "062")))
    kinds = st.tuples(st.sampled_from(TYPES), st.sampled_from(TITLES), codes)
    return st.lists(kinds, min_size=1, max_size=len(TYPES), unique_by=lambda kind: kind[0])


@st.composite
def _variables(draw: st.DrawFn, model: Model) -> list[Variable]:
    where = st.none() | guards(vocabulary_of(model, case=False))
    types = st.none() | _tuples(st.sampled_from(tuple(model.kinds)))
    reducers = st.one_of(
        st.builds(Count, types, where),
        st.builds(Distinct, st.sampled_from((TEXT, TEXT, NUMBER, TRUTH)), types, where),
    )
    names = VARIABLES[: draw(st.integers(0, len(VARIABLES)))]
    return [Variable(name, draw(reducers), draw(st.sampled_from(TITLES))) for name in names]


def _triggers(model: Model) -> Strategy[tuple[str, ...]]:
    return st.one_of(st.just((ANY,)), _tuples(st.sampled_from(tuple(model.kinds))))


@st.composite
def _transitions(draw: st.DrawFn, model: Model, *, forward: bool) -> list[Transition]:
    """Draw transitions; eventless ones, and with *forward* all of them, lead forward in the order of places."""
    when = st.none() | guards(vocabulary_of(model))
    names = tuple(model.ranks)
    found = []
    for _ in range(draw(st.integers(1, 6))):
        on = draw(st.none() | _triggers(model))
        sources = draw(st.lists(st.sampled_from(names[:-1]), min_size=1, max_size=2, unique=True))
        least = max(model.ranks[name].stop for name in sources) - (on is not None)
        targets = [name for name in names if name != START and (model.ranks[name].start >= least)]
        if on is not None and not forward:
            targets = [name for name in names if name != START]
        if targets:
            title = draw(st.sampled_from(("", "", "in words")))
            found.append(Transition(tuple(sources), draw(st.sampled_from(targets)), on, draw(when), title))
    return found


def _with_ways_back(draw: st.DrawFn, model: Model) -> Model:
    """Add an eventless transition to anywhere, unless it would make a round of them."""
    names = st.sampled_from([name for name in model.ranks if name != START])
    when = st.one_of(list(_conditions(vocabulary_of(model))))
    back = draw(st.builds(Transition, st.tuples(names), names, st.none(), when))
    more = evolve(model, transitions=(*model.transitions, back))
    return model if eventless_loop(more) else more


def _forbids(model: Model) -> Strategy[Forbid]:
    places = st.none() | _tuples(st.sampled_from(tuple(model.ranks)))
    when = st.none() | guards(vocabulary_of(model))
    return st.builds(Forbid, _triggers(model), places, when, st.sampled_from(("", "it is a rule: no")))


def _invariants(model: Model, *, irreversible: bool) -> Strategy[list[Invariant]]:
    declared = [Invariant("irreversible", "irreversible")]
    others = st.one_of(
        st.builds(_invariant, st.just("always"), guards(vocabulary_of(model, event=False)), st.booleans()),
        st.builds(_invariant, st.just("step"), guards(vocabulary_of(model, before=True)), st.booleans()),
    )
    drawn = st.lists(others, max_size=2)
    own: Callable[[list[Invariant]], list[Invariant]] = lambda found: declared + found  # noqa: E731  # one expression
    return drawn.map(own) if irreversible else drawn | drawn.map(own)


def _invariant(kind: Literal["always", "step"], guard: Guard, named: bool) -> Invariant:  # noqa: FBT001  # drawn
    return Invariant(f"what {kind} holds" if named else write_guard(guard), kind, guard)


@st.composite
def _shows(draw: st.DrawFn, model: Model) -> list[Shown]:
    some = st.lists(st.sampled_from(tuple(model.kinds)), max_size=2).map(tuple)
    choices = st.tuples(st.sampled_from(("green", "brown: dry")), guards(vocabulary_of(model, event=False)))
    several = st.lists(choices, min_size=1, max_size=2, unique_by=lambda choice: choice[0]).map(tuple)
    found: list[Shown] = []
    if draw(st.booleans()):
        found.append(draw(st.builds(Label, st.just("looks"), several)))
    if draw(st.booleans()):
        types = _tuples(st.sampled_from(tuple(model.kinds)))
        found.append(draw(st.builds(Years, st.just("grown"), st.just(TEXT), types, some, some, some)))
    return found


# ---- logs


_intervals = st.sampled_from([parse_interval(date) for date in DATES])
_values: dict[str, Strategy[Value]] = {
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
    time = draw(_intervals)
    names = draw(st.lists(st.sampled_from(tuple(_values)), unique=True))
    return Event(
        type=draw(_types(model)),
        time=time,
        attributes={name: draw(_values[name]) for name in names},
        organizations=draw(_codes()) if model.cases == "pairs" else (),
        until=draw(_untils(time)),
    )


def _untils(time: Interval) -> Strategy[Interval | None]:
    """Return a strategy for the end of what began at *time*, mostly not recorded."""
    return st.none() | _intervals.map(lambda end: end if end.last >= time.first else None)


@st.composite
def logs(draw: st.DrawFn, model: Model, *, max_rows: int = 12) -> EventLog:
    """Draw a log for *model*: few cases, in no order of time, with unknown types and gaps in its columns.

    Args:
        draw: supplied by Hypothesis.
        model: whose event types and whose kind of cases the log has.
        max_rows: the length of the longest log; the shortest has no row.

    """
    rows = draw(st.lists(st.tuples(_types(model), _intervals, st.booleans()), max_size=max_rows))
    names = draw(st.lists(st.sampled_from(tuple(_values)), unique=True))
    numbered, pairs = draw(st.booleans()), model.cases == "pairs"
    columns = {name: tuple(draw(_values[name]) for _ in rows) for name in names}
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
