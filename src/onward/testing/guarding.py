"""Guards, drawn over the names of a model."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal, get_args

from attrs import frozen
from hypothesis import strategies as st

from onward.model.elements import (
    START,
)
from onward.model.guards import (
    EACH,
    NAME,
    And,
    Arithmetic,
    Attribute,
    Compare,
    Comparison,
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
)
from onward.model.model import Model
from onward.model.vocabulary import Remembered, Vocabulary, remembered
from onward.testing.alphabet import (
    COMPANIES,
    MARKS,
    NUMBER,
    PEOPLE,
    PLACES,
    REALMS,
    SELDOM,
    SEVERAL,
    SIZES,
    TEXT,
    TRUTH,
    Strategy,
)


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
    return drawn_guard(draw, words_of(vocabulary, several=several), depth=2)


@frozen
class Words:
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


def words_of(names: Vocabulary, *, several: bool) -> Words:
    """Return *names*, sorted."""

    def kept(kind: Remembered) -> tuple[str, ...]:
        return tuple(name for name, held in names.context.items() if held == kind)

    return Words(
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


def drawn_guard(draw: st.DrawFn, names: Words, depth: int) -> Guard:
    """Draw a guard of at most this *depth*."""
    shape = draw(_SHAPES) if depth else "condition"
    if shape == "condition":
        return _condition(draw, names)
    if shape == "not":
        return Not(drawn_guard(draw, names, depth - 1))
    parts = [drawn_guard(draw, names, depth - 1) for _ in range(draw(_TWO_OR_THREE))]
    # As the parser does, an `and` right inside an `and` is made one with it.
    whole = And if shape == "and" else Or
    return whole(tuple(inner for part in parts for inner in (part.parts if isinstance(part, whole) else (part,))))


_SHAPES = st.sampled_from(("condition", "condition", "not", "and", "or"))
_TWO_OR_THREE = st.integers(2, 3)


def _condition(draw: st.DrawFn, names: Words) -> Guard:
    if names.case and names.conditions and draw(SELDOM):
        return Named(*draw(st.sampled_from(names.conditions)))
    return draw(st.sampled_from(_CONDITIONS_OF_CASES if names.case else _CONDITIONS))(draw, names)


def _about_numbers(draw: st.DrawFn, names: Words) -> Guard:
    return _compared(draw, lambda: _number(draw, names, depth=2), get_args(Comparison))


def _about_texts(draw: st.DrawFn, names: Words) -> Guard:
    quoted = map(Constant, (*PLACES, "", 'a "quoted" \\ text'))
    values = [*_attribute(names, TEXT), *_attribute(names, TEXT), *_parameters(names, str), *quoted]
    values += _memory(names, names.latest)
    return _compared(draw, lambda: draw(st.sampled_from(values)), get_args(Comparison))


def _about_truths(draw: st.DrawFn, names: Words) -> Guard:
    truths = (Constant(value=True), Constant(value=False))
    values = [*_attribute(names, TRUTH), *_attribute(names, TRUTH), *_parameters(names, bool), *truths]
    values += [*_memory(names, names.flags), *_memory(names, names.flags), *_memory(names, names.latest)]
    if draw(st.booleans()):
        return Holds(draw(st.sampled_from(values)))
    return _compared(draw, lambda: draw(st.sampled_from(values)), ("==", "!="))


def _about_types(draw: st.DrawFn, names: Words) -> Guard:
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


def about_phases(draw: st.DrawFn, names: Words) -> Guard:
    """Draw a comparison of phases: those of one track only, which alone have an order."""
    track = draw(st.sampled_from(tuple(names.phases)))
    current: list[Expression] = [CurrentPhase(track=track)]
    current += [CurrentPhase(before=True, track=track)] if names.before else []
    places: list[Expression] = list(map(PhaseName, (START, *names.phases[track])))

    def drawn() -> Expression:
        return draw(st.sampled_from(current if draw(st.booleans()) else places))

    return _compared(draw, drawn, get_args(Comparison))


def _about_a_counter(draw: st.DrawFn, names: Words) -> Guard:
    """Draw the commonest guard of all: a counter against a threshold, or a flag."""
    flags = list(_memory(names, names.flags))
    if flags and (not names.counters or draw(st.booleans())):
        held = Holds(draw(st.sampled_from(flags)))
        return Not(held) if draw(SELDOM) else held
    if not names.counters:
        return _about_numbers(draw, names)
    bound = draw(st.sampled_from([*map(Constant, SIZES[1:]), *_parameters(names, int)]))
    counter = draw(st.sampled_from(list(_memory(names, names.counters))))
    return Compare(draw(st.sampled_from((">=", ">=", "<", "=="))), counter, bound)


def _about_several(draw: st.DrawFn, names: Words) -> Guard:
    """Draw whether an attribute with several values has a certain one."""
    if not (names.event and names.several and draw(st.booleans())):
        return _about_texts(draw, names)
    attribute, part = draw(st.sampled_from(SEVERAL))
    values: Iterable[Scalar] = (2, 8) if attribute == MARKS else {EACH: COMPANIES[:3], NAME: PEOPLE}.get(part, REALMS)
    given = [*map(Constant, values), *map(Constant, values), *_parameters(names, int, str)]
    return Contains(draw(st.sampled_from(given)), Attribute(attribute, part))


_EQUALITY: Strategy[Comparison] = st.sampled_from(("==", "!="))
_CONDITIONS = (_about_numbers, _about_texts, _about_truths, _about_types, _about_several)
_CONDITIONS_OF_CASES = (*_CONDITIONS, about_phases, _about_a_counter, _about_a_counter)


def _compared(draw: st.DrawFn, value: Callable[[], Expression], signs: tuple[Comparison, ...]) -> Guard:
    if draw(SELDOM):
        return OneOf(value(), tuple(value() for _ in range(draw(_TWO_OR_THREE) - 1)))
    sign: Comparison = draw(st.sampled_from(signs))
    return Compare(sign, value(), value())


def _number(draw: st.DrawFn, names: Words, depth: int) -> Expression:
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


def _parameters(names: Words, *kinds: type) -> list[Expression]:
    return [Parameter(name) for name, value in names.parameters.items() if type(value) in kinds]


def _attribute(names: Words, name: str) -> list[Expression]:
    return [Attribute(name)] if names.event else []


def _memory(names: Words, variables: Iterable[str]) -> Iterator[Expression]:
    for name in variables if names.case else ():
        yield Memory(name)
        if names.before:
            yield Memory(name, before=True)
