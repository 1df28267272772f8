"""Happenings: what may happen in a step, and the step while it is put into terms."""

from attrs import field, frozen

from onward.proof.reckoning.encoding import Encoder
from onward.proof.reckoning.frames import Frame, Fresh, Happening, any_value, one_kind, whole_column
from onward.proof.reckoning.values import Facts, Term, both, either, nay


@frozen(eq=False)
class Change:
    """A step while it is put into terms.

    Attributes:
        encoder: whose step it is.
        facts: takes what holds of it.
        before: the state before it.
        after: the state after it.
        happening: what happens.
        fresh: takes the instants that the calendar sets.

    """

    encoder: Encoder
    facts: Facts
    before: Frame
    after: Frame
    happening: Happening
    fresh: list[Fresh] = field(factory=list)

    @property
    def tick(self) -> Term:
        """Whether time alone makes the step."""
        return self.happening.tick

    @property
    def begun(self) -> Term:
        """Whether the case has left `start` before."""
        return either(*(place != 0 for place in self.before.places.values()))

    def is_of(self, types: tuple[str, ...] | None) -> Term:
        """Return whether there is an event and it is of *types*."""
        return self.encoder.of_types(self.happening, types)

    def rests(self, rest: int | None) -> Term:
        """Return whether there is an event of those that start timers anew."""
        return False if rest is None else self.is_of(self.encoder.model.rests[rest])


def happening_of(encoder: Encoder, facts: Facts) -> Happening:
    """Return what may happen in a step."""
    tick = facts.truth("tick") if encoder.model.has_clockwork else False
    kind = facts.whole("kind")
    facts.add(both(kind >= 0, kind < max(1, len(encoder.model.kinds))))
    if not encoder.model.kinds:
        facts.add(tick)
    values = {name: any_value(facts, name, whole_column(name)) for name in encoder.attributes}
    facts.add(*(fact for name, value in values.items() for fact in one_kind(value, name)))
    attributes = {name: value.where(nay(tick)) for name, value in values.items()}
    parts = {(attribute, text): facts.truth(f"{attribute.name} has") for attribute, text in encoder.parts}
    return Happening(tick, kind, attributes, parts, facts.truth("ends"), facts.real("until"))
