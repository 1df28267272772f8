"""Encoding: a model's texts, columns, timers and places as a solver knows them: by number."""

from collections.abc import Iterable, Iterator, Mapping

from attrs import field, frozen

from onward.history.memory import answers
from onward.model.elements import Count, Distinct, Latest, Max, Reducer, Sum, Timer, Transition
from onward.model.guards import (
    Attribute,
    Constant,
    Contains,
    Expression,
    Guard,
    Parameter,
    Scalar,
    conditions,
    expressions,
)
from onward.model.model import Model
from onward.model.spelling import spelled
from onward.proof.reckoning.frames import Clockwork, Frame, Happening
from onward.proof.reckoning.lengths import Length
from onward.proof.reckoning.values import Term, Value, amount_of, both, choice, either, nay, same


def guards_of(model: Model) -> Iterator[Guard]:
    """Yield every guard of *model*."""
    yield from (each.reducer.where for each in model.context if each.reducer.where)
    yield from (each.when for each in model.transitions if each.when)
    yield from (each.when for each in model.forbid if each.when)
    yield from (each.guard for each in model.invariants if each.guard)


def is_windowed(reducer: Reducer) -> bool:
    """Tell whether *reducer* counts or sums what lies no longer back than a span."""
    return isinstance(reducer, Count | Sum) and reducer.within is not None


@frozen(eq=False)
class Encoder:
    """What of a model a solver knows by number.

    Attributes:
        model: the model.
        rounds: how many rounds of eventless transitions a step has.

    """

    model: Model
    rounds: int = 1
    codes: Mapping[str, int] = field(init=False)
    attributes: tuple[str, ...] = field(init=False)
    parts: tuple[tuple[Attribute, str], ...] = field(init=False)
    timers: tuple[Clockwork, ...] = field(init=False)

    @codes.default
    def _texts(self) -> Mapping[str, int]:
        model = self.model
        said: set[Scalar] = {each.value for each in self._mentioned() if isinstance(each, Constant)}
        said |= set(model.constants.values())
        texts = {each for each in said if isinstance(each, str)}
        return {text: code for code, text in enumerate(sorted({*texts, *model.kinds, *model.ranks}))}

    @attributes.default
    def _columns(self) -> tuple[str, ...]:
        read = [each.name for each in self._mentioned() if isinstance(each, Attribute)]
        reducers = (each.reducer for each in self.model.context)
        taken = [each.attribute for each in reducers if isinstance(each, Sum | Max | Latest | Distinct)]
        return tuple(dict.fromkeys([*read, *taken]))

    @parts.default
    def _parts(self) -> tuple[tuple[Attribute, str], ...]:
        found = (
            (each.attribute, text)
            for guard in guards_of(self.model)
            for each in conditions(guard)
            if isinstance(each, Contains) and (text := self.sought(each.value)) is not None
        )
        return tuple(dict.fromkeys(found))

    @timers.default
    def _timers(self) -> tuple[Clockwork, ...]:
        found = {self._clockwork_key(each, each.after): None for each in self.model.transitions if each.after}
        return tuple(Clockwork(*key) for key in found)

    @property
    def several(self) -> tuple[Attribute, ...]:
        """The attributes with several values that the model looks at, by parts."""
        counted = (each.reducer for each in self.model.context)
        parts = [Attribute(each.attribute, each.part) for each in counted if isinstance(each, Distinct) and each.part]
        return tuple(dict.fromkeys([*(attribute for attribute, _ in self.parts), *parts]))

    def _mentioned(self) -> Iterator[Expression]:
        for guard in guards_of(self.model):
            yield from expressions(guard)

    def _clockwork_key(self, transition: Transition, timer: Timer) -> tuple[str, Length, int | None]:
        return transition.track, self.model.length_of(timer.span), self.model.rest_of(timer)

    def timer_of(self, transition: Transition, timer: Timer) -> int:
        """Return the number of the timer of *transition*."""
        key = self._clockwork_key(transition, timer)
        return next(n for n, each in enumerate(self.timers) if (each.track, each.length, each.rest) == key)

    def sought(self, value: Expression) -> str | None:
        """Return how a value sought in a cell with several is spelled, None where it is no constant."""
        match value:
            case Constant(scalar):
                return spelled(scalar)
            case Parameter(name):
                return spelled(self.model.constants[name])
            case _:
                return None

    def constant(self, value: Scalar) -> Value:
        """Return a constant."""
        if isinstance(value, bool):
            return Value(truth=True, holds=value)
        if isinstance(value, str):
            return Value(text=True, code=self.codes[value])
        return Value(number=True, amount=amount_of(value), whole=isinstance(value, int))

    def type_of(self, happening: Happening) -> Value:
        """Return the type of the event at hand as a text."""
        return Value(text=nay(happening.tick), code=self._named(happening.kind, tuple(self.model.kinds)))

    def place_text(self, place: Term) -> Value:
        """Return the name of a place as a text."""
        return Value(text=True, code=self._named(place, self.model.places))

    def _named(self, number: Term, names: tuple[str, ...]) -> Term:
        code: Term = self.codes[names[-1]]
        for at, name in enumerate(names[:-1]):
            code = choice(same(number, at), self.codes[name], code)
        return code

    def ranks_on(self, track: str) -> tuple[int, ...]:
        """Return the numbers of the places where a case can be on *track*."""
        model = self.model
        return (0, *(rank for rank, place in enumerate(model.places) if rank and model.track_of[place] == track))

    def of_types(self, happening: Happening, types: tuple[str, ...] | None) -> Term:
        """Return whether there is an event and it is of *types*."""
        numbers = [n for n, name in enumerate(self.model.kinds) if answers(types, name)]
        if len(numbers) == len(self.model.kinds):
            return nay(happening.tick)
        return both(nay(happening.tick), either(*(happening.kind == number for number in numbers)))

    def runs(self, frame: Frame, number: int) -> Term:
        """Return whether a transition out of where the case is waits for a timer."""
        timer = self.timers[number]
        waits = (t for t in self.model.transitions if t.after and self.timer_of(t, t.after) == number)
        return stands(frame.places[timer.track], {rank for t in waits for rank in self.left_by(t) if rank})

    def left_by(self, transition: Transition) -> set[int]:
        """Return the numbers of the places that *transition* leaves; nothing leaves a final one."""
        ranks = {rank for source in transition.sources for rank in self.model.ranks[source]}
        return {rank for rank in ranks if not self.model.is_final(self.model.places[rank])}


def stands(place: Term, ranks: Iterable[int]) -> Term:
    """Return whether *place* is one of those with the numbers *ranks*."""
    return either(*(place == rank for rank in sorted(ranks)))
