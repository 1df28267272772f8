"""Joints: the places of a case on all tracks together, as one number; without tracks, the rank of the place."""

import math
from functools import cached_property

from attrs import frozen

from onward.model.elements import START
from onward.model.model import Model, places_of


@frozen(cache_hash=True)
class Joints:
    """All combinations of one place a track.

    Attributes:
        tracks: for every track its places, `start` first, in the model's order.

    """

    tracks: tuple[tuple[str, ...], ...]

    def __len__(self) -> int:
        return math.prod(map(len, self.tracks))

    @cached_property
    def strides(self) -> tuple[int, ...]:
        """How far apart two neighbouring places of every track are."""
        return tuple(math.prod(map(len, self.tracks[number + 1 :])) for number in range(len(self.tracks)))

    @cached_property
    def places(self) -> tuple[tuple[str, ...], ...]:
        """The places of every combination, each at its number."""
        return tuple(
            tuple(track[number] for track, number in zip(self.tracks, self.apart(joint), strict=True))
            for joint in range(len(self))
        )

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The places of every combination as one text."""
        return tuple(map("; ".join, self.places))

    @cached_property
    def _numbers(self) -> dict[tuple[str, ...], int]:
        return {places: number for number, places in enumerate(self.places)}

    def apart(self, joint: int) -> tuple[int, ...]:
        """Return the position of the place on every track."""
        return tuple(joint // stride % len(track) for track, stride in zip(self.tracks, self.strides, strict=True))

    def number(self, places: tuple[str, ...]) -> int:
        """Return the number of a combination of *places*."""
        return self._numbers[places]


def joints_of(model: Model) -> Joints:
    """Return all combinations of places of *model*."""
    return Joints(
        tuple(
            (START, *(place for phase in model.phases if phase.track == track for place in places_of(phase)))
            for track in model.track_names
        )
    )
