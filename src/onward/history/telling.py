"""Lives and steps in plain words."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from attrs import evolve, frozen

from onward.history.causes import Causes, causes_along
from onward.history.crossing import title_of
from onward.history.evidence import Clause, plain_timer, spoken_guard
from onward.history.life import Life, Tie
from onward.history.recalling import (
    changes,
    clause_said,
    clauses_said,
    ended,
    joined,
    lowered,
    number,
    reason_said,
    standing,
    through,
    timer_said,
    windowed,
)
from onward.history.several import parts_of
from onward.history.state import values
from onward.history.stepping import Move, Reason, Step
from onward.log.log import Event, Value
from onward.model.elements import ANY, Transition
from onward.model.guards import EACH, NAME, And, Attribute, EventType, Guard, Named, Not, expressions
from onward.model.model import Model


@frozen
class Background:
    """What the words for a step rest on, beside the step.

    Attributes:
        before: what stood behind the case's memory after the step before it.
        after: what stands behind it now.
        had: the values of the context variables after the step before it.

    """

    before: Causes
    after: Causes
    had: Mapping[str, Value]


def tell(life: Life, width: int | None = None) -> str:
    """Return *life* in words; *width* folds lines at so many characters."""
    causes = list(causes_along(life))
    lines = [folded for line in _heading(life, causes[-1]) for folded in _fold(line, "  ", width)]
    lines.append("")
    ties = {tie.second.row: tie for tie in life.ties}
    for at, done in enumerate(life.steps):
        tie = ties.get(done.event.row) if done.event else None
        lines.extend(_lines(_step(done, _background(life, causes, at), tie), width))
    missing = (folded for line in _missing(life, causes[-1]) for folded in _fold(line, "", width))
    return "\n".join([*lines, *([""] if life.steps else []), *missing])


def _background(life: Life, causes: Sequence[Causes], at: int) -> Background:
    had = life.steps[at - 1].left.memory if at else values(life.model, life.begin.memory)
    return Background(causes[at], causes[at + 1], had)


def _heading(life: Life, known: Causes) -> Iterator[str]:
    """Yield where the case stands, on each track, and what it remembers beside mere counts."""
    model, state = life.model, life.state
    as_of = f", as of {life.as_of.recorded}" if life.as_of else ""
    stands = [
        model.place_label(place) + (f" since {since.recorded}" if since else "")
        for place, since in zip(state.places, state.since, strict=True)
    ]
    if model.tracks:
        yield f"{state.case}{as_of}"
        yield from (f"{track.label}: {text}" for track, text in zip(model.tracks, stands, strict=True))
    else:
        yield f"{state.case}: {stands[0]}{as_of}"
    yield from standing(model, state.memory, known)


def _lines(said: tuple[str, str, list[str]], width: int | None) -> Iterator[str]:
    date, what, comments = said
    yield from _fold(f"{date:<10}  {what}", " " * 12, width)
    for comment in comments:
        yield from _fold(" " * 12 + comment, " " * 14, width)


def _fold(text: str, indent: str, width: int | None) -> list[str]:
    if width is None:
        return [text]
    return textwrap.wrap(text, max(width, 40), subsequent_indent=indent, break_on_hyphens=False) or [""]


def _step(done: Step, background: Background, tie: Tie | None = None) -> tuple[str, str, list[str]]:
    """Return a step as its date, what happened, and what that did, a sentence each."""
    model = done.was.model
    comments = [*_facts(model, done.event), *_outcomes(done, background)]
    comments += changes(done, background.before, background.after, background.had)
    comments += (reason_said(breach, model, background.after) for breach in done.breaches)
    if tie is not None:
        comments.append(_tie(tie))
    what = _event(model, done.event) if done.event else _time(done, background.before)
    return (done.time.recorded if done.time else ""), what, comments


def _event(model: Model, event: Event) -> str:
    kind = model.kinds.get(event.type)
    attributes = {name: str(value) for name, value in event.attributes.items() if value is not None}
    named = f": {attributes['name']}" if "name" in attributes else ""
    place = f", {attributes['place']}" if "place" in attributes else ""
    witness = "; ".join(text for text in (event.id, attributes.get("source", "")) if text)
    return f"{kind.label if kind else event.type}{named}{place}" + (f" [{witness}]" if witness else "")


def _time(done: Step, before: Causes) -> str:
    what = "; ".join(dict.fromkeys(ended(done, before))) or "time passed"
    return what[:1].upper() + what[1:]


def _facts(model: Model, event: Event | None) -> Iterator[str]:
    """Yield, in one line, what the event says where the model knows which values there are."""
    if event is None:
        return
    told_of = dict.fromkeys(domain.attribute for domain in model.domains)
    facts = [
        f"{name.replace('_', ' ')}: {', '.join(said)}" for name in told_of if (said := list(_said(model, event, name)))
    ]
    if facts:
        yield "; ".join(facts)


def _said(model: Model, event: Event, attribute: str) -> Iterator[str]:
    """Yield the values of one attribute of *event* for people."""
    cell = event.attributes.get(attribute)
    kinds = [part for domain in model.domains if domain.attribute == attribute and (part := domain.part or EACH)]
    for value in parts_of(cell, EACH):
        names = parts_of(value, NAME)
        kind = next((part for part in kinds if part not in {EACH, NAME}), None)
        titles = [title_of(model, attribute, kind, each) for each in parts_of(value, kind)] if kind else []
        name = title_of(model, attribute, NAME if kind else EACH, " ".join(names) if kind else value)
        yield f"{name} ({', '.join(titles)})" if titles else name


def _outcomes(done: Step, background: Background) -> Iterator[str]:
    """Yield what a step did: on every track where it did something, else once for all."""
    model = done.was.model
    if done.outcome in {"refused", "unknown"}:
        yield f"{done.outcome.upper()}: {reason_said(done.reasons[0], model, background.before)}"
        return
    titles = {track.name: f"{track.label}: " for track in model.tracks}
    acted = [move for move in done.moves if move.outcome in {"moved", "held"}]
    for move in acted:
        yield titles.get(move.track, "") + _outcome(done, move, background)
    if not acted and done.event is not None:
        places = dict.fromkeys(model.place_label(move.before) for move in done.moves)
        yield f"recorded in {joined(list(places), 'and')}"


def _outcome(done: Step, move: Move, background: Background) -> str:
    model = done.was.model
    before, after = model.place_label(move.before), model.place_label(move.after)
    if move.outcome == "held":
        kept = (_not_fired(reason, model, background.after) for reason in done.short_on(move))
        return f"held in {before}: " + "; ".join(kept)
    passing = [_name(model, place) for place in done.implied_on(move)]
    on_the_way = f", passing {joined(passing, 'and')}" if passing else ""
    # What the case entered by this very step did not start the time that ran out.
    known = evolve(background.after, entered=background.before.entered)
    because = "; ".join(
        clauses_said(clauses, model, known, reason.transition) for reason, clauses in _because(done.reasons_on(move))
    )
    return f"moved: {before} -> {after}{on_the_way}" + (f" ({because})" if because else "")


def _because(reasons: Sequence[Reason]) -> Iterator[tuple[Reason, tuple[Clause, ...]]]:
    """Yield the clauses of *reasons* that hold; those of a named condition are told once."""
    named: set[Clause] = set()
    for reason in reasons:
        clauses = tuple(clause for clause in reason.clauses if clause.holds and clause not in named)
        named |= {clause for clause in clauses if clause.condition}
        if clauses:
            yield reason, clauses


def _not_fired(reason: Reason, model: Model, known: Causes) -> str:
    target = model.place_label(model.entered(reason.transition.target)) if reason.transition else reason.what
    return f"no move to {target} ({clauses_said(reason.clauses, model, known, reason.transition)})"


def _name(model: Model, place: str) -> str:
    """Return the label of a place, or of a phase that has stages."""
    phase = next((phase for phase in model.phases if phase.name == place), None)
    return phase.label if phase else model.place_label(place)


def _tie(tie: Tie) -> str:
    earlier, later = tie.instead
    first = tie.first.id or tie.first.type
    mine = _would(earlier)
    other = _would(later)
    return f"its date ties with {first}; in the other order this event would be {mine}, and {first} {other}"


def _would(done: Step) -> str:
    model = done.was.model
    titles = {track.name: f"{track.label}: " for track in model.tracks}
    moved = [
        f"{titles.get(move.track, '')}{model.place_label(move.before)} -> {model.place_label(move.after)}"
        for move in done.moves
        if move.outcome == "moved"
    ]
    return f"moved ({'; '.join(moved)})" if moved else done.outcome


def tell_missing(life: Life) -> str:
    """Return what is missing for the next phase, in one sentence; with several tracks, in a line each."""
    *_, known = causes_along(life)
    return "\n".join(_missing(life, known))


def _missing(life: Life, known: Causes) -> Iterator[str]:
    model = life.model
    titles = {track.name: f"{track.label}: " for track in model.tracks}
    for track, place in zip(model.track_names, life.state.places, strict=True):
        reasons = [reason for reason in life.missing if reason.transition and reason.transition.track == track]
        yield titles.get(track, "") + _next(model, place, reasons, known)


def _next(model: Model, place: str, reasons: Sequence[Reason], known: Causes) -> str:
    """Return what is missing for the next phase on one track."""
    if not reasons:
        label = model.place_label(place)
        return f"{label} is final." if model.is_final(place) else f"No phase comes after {label}."
    target = next(reason.transition.target for reason in reasons if reason.transition)
    ways = [joined(list(needs), "and") for reason in reasons if (needs := tuple(_needs(reason, model, known)))]
    return f"{lowered(model.place_label(model.entered(target)))} needs {', or '.join(ways) or 'nothing more'}"


def _needs(reason: Reason, model: Model, known: Causes) -> Iterator[str]:
    clauses, transition = reason.clauses, reason.transition
    if transition is not None and transition.on is not None:
        seen = _seen_only_then(transition.when)
        yield _needed_event(transition.on, seen, model)
        if seen is not None:
            clauses = tuple(clause for clause in clauses if clause.condition in _standing(transition.when))
    # The time that must run out is told last: a clause of its own would cut the sentence in two.
    clauses = tuple(sorted(clauses, key=lambda clause: clause.due is not None))
    for name, group in groupby(clauses, key=lambda clause: clause.condition):
        needed = [_needed(clause, model, known, transition) for clause in group]
        yield from [f"{name} ({'; '.join(needed)})"] if name else needed


def _parts(guard: Guard | None) -> tuple[Guard, ...]:
    return () if guard is None else guard.parts if isinstance(guard, And) else (guard,)


def _standing(guard: Guard | None) -> set[str]:
    """Return the named conditions of *guard* that stand or fall whatever event comes."""
    return {name for part in _parts(guard) if (name := _name_of(part)) and not _sees_event(part)}


def _seen_only_then(guard: Guard | None) -> Guard | None:
    """Return what of *guard* is known only when an event comes; None if all of it is known before."""
    known = _standing(guard)
    parts = tuple(part for part in _parts(guard) if _name_of(part) not in known)
    if not any(map(_sees_event, parts)):
        return None
    return parts[0] if len(parts) == 1 else And(parts)


def _name_of(part: Guard) -> str | None:
    match part:
        case Named(name):
            return name
        case Not(Named(name)):
            return f"not {name}"
        case _:
            return None


def _sees_event(guard: Guard) -> bool:
    return any(isinstance(expression, Attribute | EventType) for expression in expressions(guard))


def _needed_event(types: Sequence[str], seen: Guard | None, model: Model) -> str:
    what = "any event" if ANY in types else f"an event {joined(list(types), 'or')}"
    return what if seen is None else f"{what} with {spoken_guard(seen, model)}"


def _needed(clause: Clause, model: Model, known: Causes, transition: Transition | None) -> str:
    if clause.due is not None and transition is not None and transition.after is not None:
        runs = "runs" if plain_timer(transition.after, model).span.length == 1 else "run"
        return f"{timer_said(transition.after, model)}, which {runs} out on {clause.due}"
    if clause.variable is None or clause.has is None or clause.short is None or clause.sign not in {">", ">="}:
        return clause_said(clause, model, known, transition)
    variable = model.variables[clause.variable]
    total = number(clause.has + clause.short)
    return f"{windowed(model, variable)} ({number(clause.has)} of {total}{through(variable, known)})"
