"""Gist: as much of a state as guards can still see; two states of one gist have the same future.

Counters are told apart as far as guards ask for, values that are kept by what guards ask of them, and dates only where
something reckons with them. What no guard asks for is left out.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from functools import lru_cache
from math import ceil, floor

from attrs import evolve, field, frozen

from onward.history.judging import View, judge, value_of
from onward.history.memory import Remembered, is_windowed
from onward.history.state import CaseState
from onward.log.log import Value, is_number
from onward.model.elements import START, Count, Distinct, Flag, Latest, Max, Open, Reducer, Sum
from onward.model.guards import (
    TURNED,
    Arithmetic,
    Compare,
    Condition,
    Constant,
    Elapsed,
    Expression,
    Guard,
    Holds,
    Memory,
    Minus,
    OneOf,
    Parameter,
    PhaseName,
    TypeName,
    conditions,
    expressions,
)
from onward.model.model import Model
from onward.model.spelling import write_guard

Gist = tuple[Hashable, ...]


def guards_that_move(model: Model) -> Iterator[Guard]:
    """Yield the guards that decide where a case goes: of transitions and of rules of conduct."""
    yield from (transition.when for transition in model.transitions if transition.when is not None)
    yield from (rule.when for rule in model.forbid if rule.when is not None)


def is_fixed(value: Expression) -> bool:
    """Tell whether *value* is the same whatever the case and the event."""
    inside = expressions(Holds(value))
    return all(isinstance(part, Constant | Parameter | TypeName | PhaseName | Arithmetic | Minus) for part in inside)


def fixed_value(model: Model, value: Expression) -> Value:
    """Return what a fixed *value* is."""
    return value_of(value, blank(model))


def blank(model: Model) -> View:
    """Return a view of nothing: no case and no event."""
    return View(model, (START,) * len(model.track_names), {})


@frozen
class Asked:
    """What guards ask of a context variable.

    Attributes:
        model: the model.
        conditions: the conditions on it.
        constants: what they compare it with, as far as that is fixed.
        is_plain: whether they compare it with what is fixed, and with nothing else.

    """

    model: Model
    conditions: tuple[Condition, ...] = ()
    constants: tuple[Value, ...] = ()
    is_plain: bool = True

    @property
    def cap(self) -> int | None:
        """The number beyond which a counter cannot be told from more; None where each number may matter."""
        if not self.is_plain:
            return None
        return max((_cap_of(self.model, condition) for condition in self.conditions), default=0)


_ENDLESS = 2.0**62


def _cap_of(model: Model, condition: Condition) -> int:
    """Return the number beyond which *condition*, which compares a counter with what is fixed, tells none from more."""
    match condition:
        case Compare(sign, Memory(), right):
            values = [(sign, fixed_value(model, right))]
        case Compare(sign, left, Memory()):
            values = [(TURNED[sign], fixed_value(model, left))]
        case OneOf(_, options):
            values = [("==", fixed_value(model, option)) for option in options]
        case _:
            values = []
    numbers = ((sign, value) for sign, value in values if is_number(value) and -1 <= value < _ENDLESS)
    return max((ceil(value) if sign in {">=", "<"} else floor(value) + 1 for sign, value in numbers), default=0)


@lru_cache(maxsize=64)
def asked_of_variables(model: Model) -> Mapping[str, Asked]:
    """Return by name what the guards that move a case ask of each variable that they ask for."""
    found: dict[str, list[tuple[Condition, tuple[Value, ...] | None]]] = {}
    for condition in dict.fromkeys(each for guard in guards_that_move(model) for each in conditions(guard)):
        for part in expressions(condition):
            if isinstance(part, Memory):
                found.setdefault(part.name, []).append((condition, _met(model, condition, part)))
    return {
        name: Asked(
            model,
            tuple(dict.fromkeys(condition for condition, _ in asked)),
            tuple(value for _, met in asked for value in met or ()),
            all(met is not None for _, met in asked),
        )
        for name, asked in found.items()
    }


def _met(model: Model, condition: Condition, one: Memory) -> tuple[Value, ...] | None:
    """Return the fixed values that *condition* compares *one* with; None where it does more than that."""
    match condition:
        case Holds(value) if value == one:
            return (True,)
        case Compare(_, left, right) if left == one and is_fixed(right):
            return (fixed_value(model, right),)
        case Compare(_, left, right) if right == one and is_fixed(left):
            return (fixed_value(model, left),)
        case OneOf(value, options) if value == one and all(map(is_fixed, options)):
            return tuple(fixed_value(model, option) for option in options)
        case _:
            return None


def unlimited(model: Model) -> Iterator[str]:
    """Yield why the gists of *model* may be without end, a variable each."""
    for name, asked in asked_of_variables(model).items():
        reducer = model.variables[name].reducer
        if isinstance(reducer, Sum):
            yield f"{name} is a sum, which has no largest value that matters"
        elif not asked.is_plain and not isinstance(reducer, Flag):
            yield unfixed(model, name)


def unfixed(model: Model, name: str) -> str:
    """Return what compares the variable *name*, of which guards ask for more than that, with what is no constant."""
    asked = asked_of_variables(model)[name]
    odd = next(write_guard(each) for each in asked.conditions if _met(model, each, Memory(name)) is None)
    return f"`{odd}` compares {name} with what is no constant"


Part = Callable[[Remembered], Hashable]


@frozen(eq=False)
class Gists:
    """Gists of the states of a model.

    Attributes:
        model: the model.
        values: by attribute and part, the values that events may bring again; other values of it are alike. Left out,
            each value counts.

    """

    model: Model
    values: Mapping[tuple[str, str], Collection[Value]] | None = None
    _parts: tuple[tuple[int, Part], ...] = field(init=False)
    _clocks: tuple[int, ...] = field(init=False)
    _is_aging: bool = field(init=False)
    _ending: tuple[int, ...] = field(init=False)

    @_parts.default
    def _parts_asked(self) -> tuple[tuple[int, Part], ...]:
        asked = asked_of_variables(self.model)
        return tuple(
            (number, self._part(variable.reducer, asked[variable.name]))
            for number, variable in enumerate(self.model.context)
            if variable.name in asked
        )

    @_clocks.default
    def _clocks_asked(self) -> tuple[int, ...]:
        tracks = {part.track for part in _elapsed(self.model) if part.since == "years_in_phase"}
        tracks |= {transition.track for transition in self.model.transitions if transition.after is not None}
        return tuple(sorted(map(self.model.track_numbers.__getitem__, tracks)))

    @_is_aging.default
    def _asks_for_age(self) -> bool:
        return any(part.since == "years_since_start" for part in _elapsed(self.model))

    @_ending.default
    def _endings_that_tell(self) -> tuple[int, ...]:
        # Whenever something ends, guards that reckon with years are looked at.
        context = enumerate(self.model.context if _elapsed(self.model) else ())
        return tuple(number for number, variable in context if is_windowed(variable.reducer))

    def of(self, state: CaseState) -> Gist:
        """Return the gist of *state*."""
        memory = tuple(part(state.memory[number]) for number, part in self._parts)
        if not self._clocks and not self._is_aging and not self.model.has_clockwork:
            return state.places, memory
        since = tuple(state.since[number] for number in self._clocks)
        ends = tuple(_ends(state.memory[number]) for number in self._ending)
        return state.places, memory, since, state.began if self._is_aging else None, state.rests, state.clock, ends

    def _part(self, reducer: Reducer, asked: Asked) -> Part:
        cap = asked.cap
        match reducer:
            case Latest() if asked.is_plain:
                return lambda kept: _truths(self.model, asked, kept)
            case Max() if asked.is_plain:
                numbers = sorted({value for value in asked.constants if is_number(value)})
                return lambda kept: _between(numbers, kept)
            case Distinct(attribute, part=part):
                return lambda kept: self._had(kept, cap, (attribute, part))
            case Count() | Open() if cap is not None and is_windowed(reducer):
                # Those that end last decide how many count at any later time, as far as anybody asks.
                return lambda kept: kept[-cap:] if cap else ()  # type: ignore[index]  # a window
            case Count() if cap is not None:
                return lambda kept: min(kept, cap)  # type: ignore[type-var]  # a number
            case _:
                return lambda kept: (type(kept), kept)

    def _had(self, kept: Remembered, cap: int | None, which: tuple[str, str]) -> Hashable:
        assert isinstance(kept, frozenset)  # noqa: S101  # what `distinct` keeps
        if cap is not None and len(kept) >= cap:
            return cap
        return len(kept), kept if self.values is None else kept.intersection(self.values.get(which, ()))


def _elapsed(model: Model) -> list[Elapsed]:
    """Return where guards reckon with years."""
    parts = (part for guard in guards_that_move(model) for part in expressions(guard))
    return [part for part in parts if isinstance(part, Elapsed)]


def _ends(kept: Remembered) -> Hashable:
    """Return when something of what is *kept* ends."""
    assert isinstance(kept, tuple)  # noqa: S101  # a window
    return frozenset(end for end, _ in kept)


def _between(numbers: list[float], kept: Remembered) -> Hashable:
    """Return where *kept* lies among the sorted *numbers*."""
    return (bisect_left(numbers, kept), bisect_right(numbers, kept)) if is_number(kept) else None  # type: ignore[arg-type]


def _truths(model: Model, asked: Asked, kept: Remembered) -> Hashable:
    """Return how the conditions on a variable come out where it keeps *kept*; one condition asks for one variable."""
    assert not isinstance(kept, frozenset | tuple)  # noqa: S101  # what `latest` keeps
    names = {part.name for each in asked.conditions for part in expressions(each) if isinstance(part, Memory)}
    view = evolve(blank(model), memory=dict.fromkeys(names, kept))
    return tuple(judge(view, each) for each in asked.conditions)
