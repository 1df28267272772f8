"""Arrows: what every diagram draws of a model's transitions, whatever the format."""

from collections.abc import Iterator

from attrs import frozen

from onward.model.elements import ANY, Transition
from onward.model.model import Model, places_of
from onward.model.spelling import write_guard


@frozen
class Arrow:
    """A transition from one of its sources.

    Attributes:
        source: a phase, a stage or `start`.
        target: a phase or a stage; of a phase with stages, its first is entered.
        words: what stands beside it: the transition's own name, what triggers it, its guard; each a line.

    """

    source: str
    target: str
    words: tuple[str, ...]


def arrows(model: Model, track: str) -> Iterator[Arrow]:
    """Yield the arrows of a *track*, in the order in which transitions are tried."""
    for transition in model.transitions:
        if transition.track == track:
            words = tuple(_words(transition))
            for source in transition.sources:
                yield from (Arrow(each, target, words) for each, target in _ends(model, source, transition.target))


def _ends(model: Model, source: str, target: str) -> Iterator[tuple[str, str]]:
    """Yield where arrows begin and end: inside one phase at its stages, for none can lead from a box into itself."""
    if phase_of(source) == phase_of(target):
        places = (model.places[rank] for rank in model.ranks[source])
        yield from ((place, model.entered(target)) for place in places if not model.is_final(place))
    elif not model.is_over(source):
        yield source, target


def phase_of(name: str) -> str:
    """Return the phase that a phase or a stage, given by name, is or is in; `start` is itself."""
    return name.partition(".")[0]


def stages_of(model: Model, phase: str) -> tuple[str, ...]:
    """Return the places inside a *phase* that has stages; nothing where it has none."""
    inside = next((places_of(each) for each in model.phases if each.name == phase), ())
    return () if inside == (phase,) else inside


def _words(transition: Transition) -> Iterator[str]:
    if transition.title:
        yield transition.title
    if transition.on is not None:
        yield "any event" if ANY in transition.on else ", ".join(transition.on)
    if transition.after is not None:
        yield f"after {transition.after}"
    if transition.when is not None:
        yield f"[{write_guard(transition.when)}]"
