"""Leading: which places lead where, as far as transitions can fire, and what is lost with those that cannot."""

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property

from attrs import frozen

from onward.model.elements import START
from onward.model.model import Model, places_of
from onward.proof.firing import Firing

Arcs = Mapping[str, frozenset[str]]
"""By place, those that a transition leads to from there."""


@frozen(eq=False)
class Leading:
    """The places of a model, and what can be said of them once it is known what fires.

    Attributes:
        model: the model.
        firing: what can fire.

    """

    model: Model
    firing: Firing

    @cached_property
    def places(self) -> tuple[str, ...]:
        """Every place that a case can be in but `start`, in the model's order."""
        return tuple(place for place in self.model.places[1:] if place in self.firing.reached)

    @cached_property
    def lost(self) -> tuple[str, ...]:
        """Every place that no case gets to."""
        return tuple(place for place in self.model.places if place not in self.firing.reached)

    @cached_property
    def _written(self) -> Arcs:
        return self._arcs(dead=True)

    @cached_property
    def _live(self) -> Arcs:
        return self._arcs(dead=False)

    def _arcs(self, *, dead: bool) -> Arcs:
        found: dict[str, set[str]] = {}
        for edge in self.firing.edges:
            if edge.place != START and (dead or self.firing.can(edge)):
                found.setdefault(edge.place, set()).add(self._target(edge.number))
        return {place: frozenset(targets) for place, targets in found.items()}

    def _target(self, number: int) -> str:
        return self.model.entered(self.model.transitions[number].target)

    # ---- what no case gets to

    def lost_with(self, number: int) -> tuple[str, ...]:
        """Return the places that a case would get to if a transition fired, and does not."""
        return self._ordered(_reach(self._written, [self._target(number)], within=self.lost))

    def leads_to(self, name: str) -> bool:
        """Tell whether any transition leads to a phase, or a place in it, from without."""
        return any(
            self.model.within(self._target(edge.number), name) and not self._inside(edge.place, name)
            for edge in self.firing.edges
        )

    def _inside(self, place: str, name: str) -> bool:
        return place != START and self.model.within(place, name)

    def unreached(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield phases and stages that no case gets to, where that begins, each with the places lost behind it."""
        left = set(self.lost)
        for number in range(len(self.model.transitions)):
            edges = self.firing.edges_of(number)
            if number not in self.firing.firing and any(edge.place in self.firing.reached for edge in edges):
                left -= set(self.lost_with(number))
        while left:
            place = self._first_of(left)
            name, inside = self._whole(place, left)
            behind = _reach(self._written, inside, within=left)
            yield name, self._ordered(behind - set(inside))
            left -= behind

    def _first_of(self, left: Collection[str]) -> str:
        """Return a place that no other of those *left* leads to or, where they lead to each other, the first."""
        led = {target for place in left for target in self._written.get(place, ()) if target != place}
        ordered = self._ordered(left)
        return next((place for place in ordered if place not in led), ordered[0])

    def _whole(self, place: str, left: Collection[str]) -> tuple[str, tuple[str, ...]]:
        """Return the phase of *place* with all that is in it where all of that is lost; else the place."""
        phase, _ = self.model.phase_at[place]
        inside = places_of(phase)
        return (phase.name, inside) if all(each in left for each in inside) else (place, (place,))

    # ---- what no case gets out of

    def dead_ends(self) -> Iterator[str]:
        """Yield every place that is not final and that nothing leaves."""
        return (place for place in self.places if not self.model.is_final(place) and not self._live.get(place))

    def endless(self) -> Iterator[tuple[str, ...]]:
        """Yield places that lead to each other and to no end, of tracks that have one."""
        model = self.model
        ending = {model.track_of[place] for place in model.places[1:] if model.is_final(place)}
        told: set[str] = set()
        inside = frozenset(self.places)
        reach = {place: _reach(self._live, [place], within=inside) for place in self.places}
        for place in self.places:
            is_end = model.is_final(place) or not self._live.get(place)
            if place in told or is_end or model.track_of[place] not in ending:
                continue
            if all(place in reach[other] for other in reach[place]):
                told |= reach[place]
                yield self._ordered(reach[place])

    def _ordered(self, places: Collection[str]) -> tuple[str, ...]:
        return tuple(place for place in self.model.places if place in places)


def _reach(arcs: Arcs, begin: Collection[str], within: Collection[str]) -> set[str]:
    """Return what *arcs* lead to from where they *begin*, and that itself, as far as it is *within*."""
    found: set[str] = set()
    ahead = [place for place in begin if place in within]
    while ahead:
        place = ahead.pop()
        if place not in found:
            found.add(place)
            ahead += [target for target in arcs.get(place, ()) if target in within]
    return found
