"""Sights: what guards see of a state and an event, as terms for a solver, and the truths that they come to."""

from collections.abc import Mapping

from attrs import frozen

from onward.model.guards import (
    And,
    Arithmetic,
    Attribute,
    Compare,
    Condition,
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
    Or,
    Parameter,
    PhaseName,
    TypeName,
)
from onward.proof.reckoning.encoding import Encoder
from onward.proof.reckoning.frames import Frame, Happening, years_of
from onward.proof.reckoning.values import (
    MISSING,
    UNKNOWN,
    Facts,
    Term,
    Truth,
    Value,
    all_of,
    both,
    compared,
    either,
    known,
    nay,
    negative,
    one_of,
    reckoned,
)


@frozen(eq=False)
class Sight:
    """What a guard can see, as terms.

    Attributes:
        encoder: for the codes of texts and the numbers of places.
        facts: takes what holds of rounded numbers.
        places: where the case is, by track.
        memory: the values of the context variables.
        years: the years in the place, by track.
        age: the years since the case began.
        happening: the event, None where there is none to see.
        before: what there was to see before the event.

    """

    encoder: Encoder
    facts: Facts
    places: Mapping[str, Term]
    memory: Mapping[str, Value]
    years: Mapping[str, Value]
    age: Value
    happening: Happening | None = None
    before: "Sight | None" = None

    def truth(self, guard: Guard | None) -> Truth:
        """Return the truth of *guard*; no guard is always true."""
        match guard:
            case None:
                return Truth(yes=True, no=False)
            case And(parts):
                return all_of(self.truth(part) for part in parts)
            case Or(parts):
                return one_of(self.truth(part) for part in parts)
            case Not(part):
                return self.truth(part).opposite
            case Named(_, inner):
                return self.truth(inner)
            case Compare() | OneOf() | Holds() | Contains():  # the union is closed
                return self.judged(guard)

    def judged(self, condition: Condition) -> Truth:
        """Return the truth of one condition."""
        match condition:
            case Compare(sign, left, right):
                one, other = self.rank(left), self.rank(right)
                if one is not None and other is not None:
                    return known(_ranked(sign, one, other))
                return compared(sign, self.value(left), self.value(right))
            case OneOf(value, options):
                return one_of(self.judged(Compare("==", value, option)) for option in options)
            case Contains(value, attribute):
                return self.contained(value, attribute)
            case Holds(value):  # the union is closed
                found = self.value(value)
                return Truth(both(found.truth, found.holds), both(found.truth, nay(found.holds)))

    def contained(self, value: Expression, attribute: Attribute) -> Truth:
        """Return whether a cell with several values has *value*; free where no constant is sought."""
        if self.happening is None:
            return UNKNOWN
        cell, sought = self.value(attribute), self.value(value)
        text = self.encoder.sought(value)
        found = self.facts.truth("among") if text is None else self.happening.parts[attribute, text]
        judged = both(cell.present, sought.present)
        return Truth(both(judged, found), both(judged, nay(found)))

    def rank(self, expression: Expression) -> tuple[Term, Term] | None:
        """Return the first place that a phase stands for and the one after its last; None of what is no phase."""
        match expression:
            case CurrentPhase(before, track):
                place = self.at(before=before).places[track]
                return place, place + 1
            case PhaseName(name):
                ranks = self.encoder.model.ranks[name]
                return ranks.start, ranks.stop
            case _:
                return None

    def at(self, *, before: bool) -> "Sight":
        """Return what there is to see now or, with *before*, what there was before the event."""
        return self.before if before and self.before is not None else self

    def value(self, expression: Expression) -> Value:
        """Return what *expression* stands for."""
        match expression:
            case Constant(value):
                return self.encoder.constant(value)
            case Parameter(name):
                return self.encoder.constant(self.encoder.model.constants[name])
            case TypeName(name) | PhaseName(name):
                return self.encoder.constant(name)
            case Memory(name, before):
                return self.at(before=before).memory[name]
            case Attribute(name):
                return self.happening.attributes[name] if self.happening else MISSING
            case EventType():
                return self.encoder.type_of(self.happening) if self.happening else MISSING
            case CurrentPhase(before, track):
                return self.encoder.place_text(self.at(before=before).places[track])
            case Elapsed(since, track):
                return self.years[track] if since == "years_in_phase" else self.age
            case Minus(operand):
                # Nought less a number: what has no sign to turn stays what it is.
                return negative(self.value(operand))
            case Arithmetic(sign, left, right):  # the union is closed
                return reckoned(self.facts, sign, self.value(left), self.value(right))


def _ranked(sign: str, one: tuple[Term, Term], other: tuple[Term, Term]) -> Term:
    """Compare the positions of two phases, as `model.compare_ranks` does."""
    match sign:
        case "==":
            return both(one[0] < other[1], other[0] < one[1])
        case "!=":
            return either(one[0] >= other[1], other[0] >= one[1])
        case "<":
            return one[1] <= other[0]
        case "<=":
            return one[0] < other[1]
        case ">":
            return one[0] >= other[1]
        case _:
            return one[1] > other[0]


def sight_of(encoder: Encoder, facts: Facts, frame: Frame) -> Sight:
    """Return what there is to see of a case in *frame*, without an event."""
    return Sight(
        encoder=encoder,
        facts=facts,
        places=frame.places,
        memory={name: kept.value for name, kept in frame.kept.items()},
        years={track: years_of(frame.years[track], place != 0) for track, place in frame.places.items()},
        age=years_of(frame.age, either(*(place != 0 for place in frame.places.values()))),
    )
