"""Transitions of a model, drawn: their triggers, guards and timers."""

from collections.abc import Iterator

from attrs import evolve, frozen
from hypothesis import strategies as st

from onward.model.checks import eventless_loop
from onward.model.elements import (
    ANY,
    START,
    Span,
    Timer,
    Transition,
    Unit,
)
from onward.model.guards import (
    And,
    Compare,
    Comparison,
    Constant,
    CurrentPhase,
    Elapsed,
    Guard,
    Or,
    PhaseName,
)
from onward.model.model import Model, places_of
from onward.testing.alphabet import OFTEN, SELDOM, Strategy, some
from onward.testing.guarding import Words, about_phases, drawn_guard, vocabulary_of, words_of


@frozen
class Allowed:
    """Which parts of the language a model may use."""

    tracks: bool
    clockwork: bool
    memory: bool
    several: bool
    timers: Strategy[bool]


def words_in(model: Model, may: Allowed, *, event: bool = True, case: bool = True, before: bool = False) -> Words:
    """Return the names that a guard may use there."""
    return words_of(vocabulary_of(model, event=event, case=case, before=before), several=may.several)


def names_on(model: Model, track: str) -> tuple[str, ...]:
    """Return the names of the phases and stages of *track*."""
    ours = (phase for phase in model.phases if phase.track == track)
    return tuple(dict.fromkeys(name for phase in ours for name in (phase.name, *places_of(phase))))


def drawn_span(draw: st.DrawFn, model: Model, lengths: Strategy[tuple[int, Unit]]) -> Span:
    """Draw a stretch of the calendar, its length seldom a parameter's."""
    length, unit = draw(lengths)
    named = [name for name, value in model.parameters if type(value) is int and value >= 1]
    return Span(draw(st.sampled_from(named)) if named and length < 9 and draw(SELDOM) else length, unit)


WINDOWS: Strategy[tuple[int, Unit]] = st.sampled_from(
    ((1, "years"), (1, "years"), (2, "years"), (1, "months"), (6, "months"), (1, "weeks"), (1, "days"), (365, "days"))
)
# A timer that begins itself anew runs out many times in a century: none is as short as a day.
_TIMES: Strategy[tuple[int, Unit]] = st.sampled_from(
    (
        (1, "years"),
        (1, "years"),
        (2, "years"),
        (100, "years"),
        (3, "months"),
        (6, "months"),
        (26, "weeks"),
        (365, "days"),
    )
)


def triggers(draw: st.DrawFn, model: Model) -> tuple[str, ...]:
    """Draw the event types that something is about."""
    return (ANY,) if draw(SELDOM) else some(draw, model.kinds, least=1)


def when_drawn(draw: st.DrawFn, model: Model, may: Allowed) -> Guard | None:
    """Draw a guard, or none."""
    return drawn_guard(draw, words_in(model, may), depth=2) if draw(st.booleans()) else None


def _when_eventless(draw: st.DrawFn, model: Model, may: Allowed, sources: tuple[str, ...], track: str) -> Guard | None:
    """Draw the guard of an eventless transition: often on what a move changes, the phase and the years in it."""
    if draw(st.booleans()):
        return when_drawn(draw, model, may)
    if len(model.tracks) > 1 and draw(st.booleans()):
        return about_phases(draw, words_in(model, may))
    phase = Compare(draw(_NEAR), CurrentPhase(track=track), PhaseName(draw(st.sampled_from(sources))))
    years = about_years(draw, track)
    return draw(st.sampled_from((phase, years, And((phase, years)), Or((years, phase)))))


def about_years(draw: st.DrawFn, track: str) -> Guard:
    """Draw a guard on the years in the phase, around the moment of the move and one year later."""
    return Compare(draw(_AROUND), Elapsed("years_in_phase", track), Constant(draw(st.sampled_from((0, 0.5, 1)))))


_NEAR: Strategy[Comparison] = st.sampled_from(("==", ">=", "<=", "!="))
_AROUND: Strategy[Comparison] = st.sampled_from(("<=", "<", ">="))


def transitions_on(
    draw: st.DrawFn,
    model: Model,
    may: Allowed,
    track: str,
    forward: bool,  # noqa: FBT001  # the model's, not a switch
) -> Iterator[Transition]:
    """Draw transitions of *track*; eventless ones, and with *forward* all of them, lead forward in the order of places.

    Those that wait for time alone may lead anywhere else: time does not go round. Most eventless ones leave what a
    transition drawn before leads to, or else they would hardly ever fire.
    """
    names = (START, *names_on(model, track))
    left = [name for name in names if not model.is_over(name)]
    reached = {START: None}
    for number in range(draw(st.integers(1, 4 if track else 6))):
        # Where nothing leaves `start`, nothing else is ever reached.
        begins = number == 0 and draw(OFTEN)
        timer = _timer(draw, model) if may.clockwork and not begins and draw(may.timers) else None
        eventless = timer is not None or (not begins and draw(SELDOM))
        among = [START] if begins else left if not eventless or draw(SELDOM) else list(reached)
        among = [name for name in among if timer is None or name != START]
        sources = some(draw, among, least=1, most=2) if among else ()
        # Staying where one is counts as forward, which without an event would go round for ever.
        at_once = eventless and timer is None
        least = max((model.ranks[name].stop for name in sources), default=0) - (not at_once)
        targets = [
            name for name in names if name != START and (model.ranks[name].start >= least or not (forward or at_once))
        ]
        if sources and targets:
            target = draw(st.sampled_from(targets))
            reached.update(dict.fromkeys(name for name in (target, model.entered(target)) if name in left))
            when = None if (timer or begins) and draw(st.booleans()) else when_drawn(draw, model, may)
            if at_once:
                when = _when_eventless(draw, model, may, sources, track)
            yield Transition(
                sources=sources,
                target=target,
                on=None if eventless else triggers(draw, model),
                when=when,
                title=draw(st.sampled_from(("", "", "in words"))),
                after=timer,
                track=track,
                otherwise=draw(SELDOM),
            )


def _timer(draw: st.DrawFn, model: Model) -> Timer:
    without = some(draw, model.kinds, least=1, most=2) if draw(st.booleans()) else ()
    return Timer(drawn_span(draw, model, _TIMES), without)


def with_a_way_back(draw: st.DrawFn, model: Model, may: Allowed) -> Model:
    """Add an eventless transition to anywhere, unless it would make a round of them."""
    track = draw(st.sampled_from(model.track_names))
    names = names_on(model, track)
    left = [name for name in (START, *names) if not model.is_over(name)]
    sources = (draw(st.sampled_from(left)),)
    guard = _when_eventless(draw, model, may, sources, track) or drawn_guard(draw, words_in(model, may), depth=0)
    back = Transition(sources, draw(st.sampled_from(names)), when=guard, track=track)
    # The transitions of a track stand together, as in a file.
    ordered = sorted((*model.transitions, back), key=lambda each: model.track_numbers[each.track])
    more = evolve(model, transitions=tuple(ordered))
    return model if eventless_loop(more) else more
