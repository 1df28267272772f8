"""Wishes: what an event must say, put together of the least that each thing asks for; and candidates, which say it."""

from collections.abc import Iterable, Sequence
from typing import Final

from attrs import field, frozen

from onward.log.log import Value


@frozen
class New:
    """In place of a value: one that the case has not had yet."""

    def __str__(self) -> str:
        return "new"


NEW: Final = New()


@frozen
class Had:
    """In place of a value: one that the case has had, and that nobody asks for by name."""


HAD: Final = Had()


@frozen
class Short:
    """In place of a value: as much as a sum is short of *bound*, and so much *more*."""

    bound: float
    more: float


Given = Value | New | Had | Short


@frozen
class Several:
    """What a cell with several values must have.

    Attributes:
        has: the values that it must have, each with the part that it is.
        lacks: those that it must not have.
        fresh: for parts, so many values that the case has not had yet.

    """

    has: frozenset[tuple[str, str]] = frozenset()
    lacks: frozenset[tuple[str, str]] = frozenset()
    fresh: frozenset[tuple[str, int]] = frozenset()

    def __and__(self, other: "Several") -> "Several | None":
        """Return what meets both, None where nothing does."""
        has, lacks = self.has | other.has, self.lacks | other.lacks
        most: dict[str, int] = {}
        for part, count in (*self.fresh, *other.fresh):
            most[part] = max(most.get(part, 0), count)
        return None if has & lacks else Several(has, lacks, frozenset(most.items()))

    def __len__(self) -> int:
        return max(1, len(self.has) + sum(count for _, count in self.fresh))


@frozen
class Candidate:
    """An event that might be added.

    Attributes:
        type: its type.
        values: its attributes, by name; `NEW` is one that the case has not had yet.
        several: its attributes with several values.
        ends: whether it ends on the day on which it happens.

    """

    type: str
    values: tuple[tuple[str, Given], ...] = field(default=(), eq=repr)
    several: tuple[tuple[str, Several], ...] = ()
    ends: bool = False

    @property
    def size(self) -> int:
        """How much it says."""
        return len(self.values) + sum(len(each) for _, each in self.several) + self.ends

    @property
    def names(self) -> tuple[str, ...]:
        """The attributes that it says something of."""
        return tuple(name for name, _ in (*self.values, *self.several))

    def says_no_more_than(self, other: "Candidate") -> bool:
        """Tell whether all that it says the *other* says too."""
        if self.type != other.type or self.ends > other.ends:
            return False
        values, several = map(repr, other.values), dict(other.several)
        return {repr(each) for each in self.values} <= set(values) and all(
            name in several and _has_part(mine, several[name]) for name, mine in self.several
        )


def _has_part(one: Several, other: Several) -> bool:
    counts = dict(other.fresh)
    return one.has <= other.has and all(count <= counts.get(part, 0) for part, count in one.fresh)


@frozen
class Wish:
    """What an event must say for something to come of it.

    Attributes:
        values: by attribute the bits of the values, of those it may have, that do.
        several: by attribute what a cell with several values must have.
        ends: whether it must end on the day on which it happens.

    """

    values: tuple[tuple[str, int], ...] = ()
    several: tuple[tuple[str, Several], ...] = ()
    ends: bool = False

    def __and__(self, other: "Wish") -> "Wish | None":
        """Return what meets both, None where nothing does."""
        if other in {self, NOTHING}:
            return self
        values, several = dict(self.values), dict(self.several)
        for name, mask in other.values:
            values[name] = both = values.get(name, mask) & mask
            if not both:
                return None
        for name, each in other.several:
            joined = several.get(name, each) & each
            if joined is None:
                return None
            several[name] = joined
        return Wish(tuple(sorted(values.items())), tuple(sorted(several.items(), key=_first)), self.ends or other.ends)


def by_size(candidate: Candidate) -> tuple[int, int]:
    """Return a key that puts what says least first, and values that anyone may have before certain ones."""
    return candidate.size, -sum(isinstance(value, New) for _, value in candidate.values)


def _first(pair: tuple[str, Several]) -> str:
    return pair[0]


NOTHING = Wish()


def joined(one: Iterable[Wish], other: Sequence[Wish]) -> list[Wish]:
    """Return what meets one of each."""
    pairs = (mine & theirs for mine in one for theirs in other)
    return [wish for wish in pairs if wish is not None]
