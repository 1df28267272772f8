"""Models, drawn: the whole language; what is rarer in models that people write is rarer here too."""

from collections.abc import Iterator
from typing import Literal

from attrs import evolve
from hypothesis import strategies as st

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
    Reducer,
    Shown,
    Span,
    Sum,
    Track,
    Variable,
    Years,
)
from onward.model.guards import (
    EACH,
    Attribute,
    Constant,
    Contains,
    Guard,
    Parameter,
    Scalar,
    conditions,
)
from onward.model.model import Model
from onward.model.spelling import write_guard
from onward.testing.alphabet import (
    ACTORS,
    CONDITIONS,
    MARKS,
    NUMBER,
    PARAMETERS,
    PHASES,
    PLACES,
    REALM,
    REALMS,
    SELDOM,
    SEVERAL,
    STAGES,
    TEXT,
    TRACKS,
    TRUTH,
    TYPES,
    VARIABLES,
    Cases,
    Strategy,
    some,
)
from onward.testing.asked import guards_of
from onward.testing.guarding import drawn_guard
from onward.testing.ways import (
    WINDOWS,
    Allowed,
    about_years,
    drawn_span,
    transitions_on,
    triggers,
    when_drawn,
    with_a_way_back,
    words_in,
)


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
    may = Allowed(
        tracks=draw(SELDOM) if tracks is None else tracks,
        clockwork=draw(st.booleans()) if clockwork is None else clockwork,
        memory=draw(st.booleans()) if memory is None else memory,
        several=draw(SELDOM) if several is None else several,
        timers=st.booleans() if clockwork else _AT_TIMES,
    )
    side_by_side = draw(_TRACKS) if may.tracks else ()
    model = Model(
        name=draw(st.sampled_from(("forest", "garden"))),
        phases=tuple(_phases(draw, side_by_side)),
        events=tuple(EventKind(name, draw(_TITLES), draw(_CODES)) for name in some(draw, TYPES, least=1)),
        cases=draw(_CASES) if cases is None else cases,
        parameters=tuple((name, draw(_SCALARS)) for name in some(draw, PARAMETERS)),
        tracks=tuple(Track(name, draw(_TITLES)) for name in side_by_side),
        title=draw(_TITLES),
        source=draw(st.sampled_from(("", "Grimm 1812, §3: a tale"))),
    )
    model = evolve(model, context=tuple(_variable(draw, model, may, name) for name in some(draw, VARIABLES)))
    for name in some(draw, CONDITIONS) if draw(SELDOM) else ():
        named = (name, drawn_guard(draw, words_in(model, may, event=False), depth=2))
        model = evolve(model, conditions=(*model.conditions, named))
    model = evolve(
        model,
        transitions=tuple(
            transition
            for track in model.track_names
            for transition in transitions_on(draw, model, may, track, irreversible)
        ),
        forbid=tuple(_forbid(draw, model, may) for _ in range(draw(_FEW))),
        invariants=tuple(_invariants(draw, model, may, irreversible=irreversible)),
        shows=tuple(_shows(draw, model, may)),
        tables=tuple(_tables(draw, model, may)),
    )
    model = with_a_way_back(draw, model, may) if not irreversible and draw(st.booleans()) else model
    return evolve(model, domains=tuple(_domains(draw, model))) if may.several and draw(SELDOM) else model


_TRACKS = st.sampled_from((("wood", "soil"), ("wood", "soil"), ("wood", "soil"), ("soil", "wood"), tuple(TRACKS)))
_AT_TIMES = st.sampled_from((False, False, True))
_CASES: Strategy[Cases] = st.sampled_from(("pairs", "column"))
_FEW = st.sampled_from((0, 0, 1, 2))
_TITLES = st.sampled_from(("", "", "In words", "Größe: 100 %"))
_CODES = st.sampled_from(((), (), ("057",), ("060", "062")))
_SCALARS: Strategy[Scalar] = st.one_of(
    st.integers(0, 3), st.integers(0, 3), st.sampled_from((-2, 1.5, *PLACES, "true")), st.booleans()
)


def _phases(draw: st.DrawFn, tracks: tuple[str, ...]) -> Iterator[Phase]:
    for track in tracks or ("",):
        among = TRACKS[track] if track else PHASES
        names = among[: draw(st.integers(1, len(among)))]
        staged = some(draw, names, most=1 if tracks else 2)
        for name in names:
            inside = some(draw, STAGES, least=1) if name in staged else ()
            stages = tuple(Phase(stage, draw(_TITLES), draw(SELDOM)) for stage in inside)
            yield Phase(name, draw(_TITLES), draw(SELDOM), stages, track)


def _variable(draw: st.DrawFn, model: Model, may: Allowed, name: str) -> Variable:
    types = None if draw(SELDOM) else some(draw, model.kinds, least=1)
    where = drawn_guard(draw, words_in(model, may, case=False), depth=2) if draw(st.booleans()) else None
    return Variable(name, _reducer(draw, model, may, types, where), draw(_TITLES))


def _reducer(
    draw: st.DrawFn, model: Model, may: Allowed, types: tuple[str, ...] | None, where: Guard | None
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
            clear = some(draw, [kind for kind in model.kinds if kind not in types]) if types else ()
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


def _within(draw: st.DrawFn, model: Model, may: Allowed) -> Span | None:
    return drawn_span(draw, model, WINDOWS) if may.clockwork and draw(st.booleans()) else None


def _forbid(draw: st.DrawFn, model: Model, may: Allowed) -> Forbid:
    phases = some(draw, model.ranks, least=1, most=2) if draw(st.booleans()) else None
    because = draw(st.sampled_from(("", "it is a rule: no")))
    return Forbid(triggers(draw, model), phases, when_drawn(draw, model, may), because)


def _invariants(draw: st.DrawFn, model: Model, may: Allowed, *, irreversible: bool) -> Iterator[Invariant]:
    if irreversible or draw(SELDOM):
        yield Invariant("irreversible", "irreversible")
    if len(model.tracks) > 0 and draw(SELDOM):
        yield Invariant("one way", "irreversible", track=draw(st.sampled_from(("", *model.track_names))))
    for _ in range(draw(_FEW)):
        kind: Literal["always", "step"] = draw(st.sampled_from(("always", "step")))
        names = words_in(model, may, event=kind == "step", before=kind == "step")
        about_time = kind == "always" and draw(SELDOM)
        guard = (
            about_years(draw, draw(st.sampled_from(model.track_names)))
            if about_time
            else drawn_guard(draw, names, depth=2)
        )
        yield Invariant(draw(st.sampled_from((write_guard(guard), f"what {kind} holds"))), kind, guard)


def _shows(draw: st.DrawFn, model: Model, may: Allowed) -> Iterator[Shown]:
    names = words_in(model, may, event=False)
    if draw(st.booleans()):
        texts = some(draw, ("green", "brown: dry"), least=1)
        yield Label("looks", tuple((text, drawn_guard(draw, names, depth=2)) for text in texts))
    if draw(st.booleans()):
        moments, ended, planned = (some(draw, model.kinds, most=2) for _ in range(3))
        yield Years("grown", TEXT, some(draw, model.kinds, least=1), moments, ended, planned)


def _tables(draw: st.DrawFn, model: Model, may: Allowed) -> Iterator[CrossTable]:
    if may.several and draw(SELDOM):
        types = None if draw(SELDOM) else some(draw, model.kinds, least=1)
        where = drawn_guard(draw, words_in(model, may, case=False), depth=1) if draw(SELDOM) else None
        rows, columns = draw(st.sampled_from(SEVERAL)), draw(st.sampled_from(SEVERAL))
        yield CrossTable("who", rows, columns, types, where, draw(_TITLES))


def _domains(draw: st.DrawFn, model: Model) -> Iterator[Domain]:
    """Draw the known values of attributes with several: all that the model's guards mention, and some more."""
    asked = [each for guard in guards_of(model) for each in conditions(guard) if isinstance(each, Contains)]
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
