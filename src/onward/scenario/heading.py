"""Heading: how many events it takes at least until a case is somewhere, whatever they are; searches go by it."""

from collections.abc import Sequence
from functools import cached_property
from math import ceil, floor

from attrs import field, frozen

from onward.history.memory import answers, is_windowed, seen_of
from onward.history.state import CaseState
from onward.log.log import is_number
from onward.model.elements import START, Count, Distinct
from onward.model.guards import TURNED, And, Compare, Comparison, Expression, Guard, Memory, Named, Or
from onward.model.model import Model
from onward.scenario.gist import fixed_value, is_fixed

Missing = tuple[tuple[str, int], ...]
"""Counters, and how much each of them has to be at least."""


@frozen(eq=False)
class Heading:
    """The way to a place.

    Attributes:
        model: what may happen.
        place: the phase or stage to come to; `start`, to which no way leads, says nothing.
        free: event types that come in any case, and so count for none.

    """

    model: Model
    place: str
    free: frozenset[str] = frozenset()
    _known: dict[tuple[int, ...], dict[str, int]] = field(init=False, factory=dict)
    _chosen: dict[Missing, tuple[str, ...]] = field(init=False, factory=dict)

    def far(self, state: CaseState) -> int | None:
        """Return the least number of events after which a case in *state* may be there; None if no number is enough.

        An event makes one transition a track, and those that need no event; and it adds one to a counter. What else
        decides is taken to be as it should.
        """
        if self.place == START:
            return 0
        return self._distances(self._counts(state)).get(state.places[self._track])

    def onward(self, state: CaseState) -> frozenset[str]:
        """Return the event types after which it may be less far."""
        if self.place == START:
            return frozenset()
        counts = dict(zip(self._counters, self._counts(state), strict=True))
        place, far = state.places[self._track], self._distances(tuple(counts.values()))
        nearer = [
            transition
            for transition in self.model.leaving(place, self._name)
            if far.get(self.model.entered(transition.target), _FAR) < far.get(place, _FAR)
        ]
        found = {kind for kind in self.model.kinds if any(transition.answers(kind) for transition in nearer)}
        for name, needed in self._most_needed.items():
            if counts[name] < needed:
                types = self.model.variables[name].reducer.types
                found |= {kind for kind in self.model.kinds if answers(types, kind)}
        return frozenset(found)

    @cached_property
    def _name(self) -> str:
        return self.model.track_of[self.place]

    @cached_property
    def _track(self) -> int:
        return self.model.track_numbers[self._name]

    @cached_property
    def _goal(self) -> tuple[str, ...]:
        return tuple(self.model.places[rank] for rank in self.model.ranks[self.place])

    @cached_property
    def _ways(self) -> tuple[tuple[str, str, int, tuple[Missing, ...]], ...]:
        """From where a transition leads where to, whether it takes an event, and what has to be counted for it."""
        return tuple(
            (
                place,
                self.model.entered(transition.target),
                int(transition.on is not None and not any(map(transition.answers, self.free))),
                ((),) if transition.when is None else tuple(self._wanted(transition.when)),
            )
            for place in self.model.places
            for transition in self.model.leaving(place, self._name)
        )

    def _wanted(self, guard: Guard) -> list[Missing]:
        match guard:
            case Named(_, part):
                return self._wanted(part)
            case Or(parts):
                found = [missing for part in parts for missing in self._wanted(part)]
                return [()] if () in found else found
            case And(parts):
                joined: list[Missing] = [()]
                for part in parts:
                    joined = [(*one, *other) for one in joined for other in self._wanted(part)]
                    if len(joined) > _MOST:
                        return [()]
                return joined
            case Compare(sign, left, right):
                one = self._bound(sign, left, right) or self._bound(TURNED[sign], right, left)
                return [(one,) if one else ()]
            case _:
                return [()]

    def _bound(self, sign: Comparison, left: Expression, right: Expression) -> tuple[str, int] | None:
        """Return the counter that a comparison asks for, and how much it has to be at least."""
        if not isinstance(left, Memory) or not is_fixed(right) or not self._adds_one(left.name):
            return None
        value = fixed_value(self.model, right)
        if not is_number(value) or not abs(value) < _LARGE or sign not in {">", ">=", "=="}:
            return None
        return left.name, floor(value) + 1 if sign == ">" else ceil(value)

    def _adds_one(self, name: str) -> bool:
        """Tell whether an event adds no more than one to a variable, and nothing does but the events that are added."""
        reducer = self.model.variables[name].reducer
        counts = isinstance(reducer, Count) or (isinstance(reducer, Distinct) and not reducer.part)
        return counts and not is_windowed(reducer) and not any(answers(reducer.types, kind) for kind in self.free)

    @cached_property
    def _most_needed(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for _, _, _, needs in self._ways:
            for name, needed in (each for missing in needs for each in missing):
                found[name] = max(found.get(name, 0), needed)
        return found

    @cached_property
    def _counters(self) -> tuple[str, ...]:
        return tuple(self._most_needed)

    @cached_property
    def _numbers(self) -> tuple[int, ...]:
        names = list(self.model.variables)
        return tuple(map(names.index, self._counters))

    def _counts(self, state: CaseState) -> tuple[int, ...]:
        """Return the counters that are asked for, as far as they are."""
        found = []
        for name, number in zip(self._counters, self._numbers, strict=True):
            seen = seen_of(self.model.context[number].reducer, state.memory[number])
            assert isinstance(seen, int)  # noqa: S101  # a counter
            found.append(min(seen, self._most_needed[name]))
        return tuple(found)

    def _distances(self, counts: tuple[int, ...]) -> dict[str, int]:
        """Return by place the least number of events from there, with so much counted."""
        if counts not in self._known:
            self._known[counts] = self._worked_out(counts)
        return self._known[counts]

    def _worked_out(self, counts: Sequence[int]) -> dict[str, int]:
        has = dict(zip(self._counters, counts, strict=True))
        ways = [
            (place, after, takes, min(self._short(missing, has) for missing in needs))
            for place, after, takes, needs in self._ways
        ]
        # Two bounds, each along the way that is least for it: an event that moves the case may count as well, so that
        # the two must never be added up.
        moves, counted = dict.fromkeys(self._goal, 0), dict.fromkeys(self._goal, 0)
        changed = True
        while changed:
            changed = False
            for place, after, takes, short in ways:
                if after not in moves:
                    continue
                for found, least in ((moves, takes + moves[after]), (counted, max(counted[after], short))):
                    if least < found.get(place, least + 1):
                        found[place], changed = least, True
        return {place: max(moves[place], counted[place]) for place in moves}

    def _short(self, missing: Missing, has: dict[str, int]) -> int:
        """Return how many events all that is *missing* needs at least; one may add to several counters.

        Which counters are summed hangs on the model alone: so one event lowers the bound by one at most.
        """
        shorts: dict[str, int] = {}
        for name, needed in missing:
            shorts[name] = max(needed - has[name], shorts.get(name, 0))
        return max(sum(shorts[name] for name in self._apart(missing)), *shorts.values(), 0)

    def _apart(self, missing: Missing) -> tuple[str, ...]:
        """Return counters of *missing* of which no event adds to two."""
        if missing not in self._chosen:
            apart: list[str] = []
            for _, name in sorted(((needed, name) for name, needed in missing), reverse=True):
                if not any(self._meet(name, other) for other in apart):
                    apart.append(name)
            self._chosen[missing] = tuple(apart)
        return self._chosen[missing]

    def _meet(self, one: str, other: str) -> bool:
        """Tell whether an event may add to both."""
        types = [self.model.variables[name].reducer.types for name in (one, other)]
        return any(answers(types[0], kind) and answers(types[1], kind) for kind in self.model.kinds)


_MOST, _LARGE, _FAR = 100, 2.0**53, 10**9
