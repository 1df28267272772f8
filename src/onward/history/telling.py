"""Lives and steps in plain words."""

import textwrap
from collections.abc import Iterator

from onward.history.evidence import Clause, spoken_guard
from onward.history.life import Life, Tie
from onward.history.stepping import Reason, Step
from onward.log.log import Event
from onward.model.elements import ANY, Transition
from onward.model.guards import Attribute, EventType, expressions
from onward.model.model import Model


def tell(life: Life, width: int | None = None) -> str:
    """Return *life* in words; *width* folds lines at so many characters."""
    lines = [*_fold(_heading(life), "", width), ""]
    ties = {tie.second.row: tie for tie in life.ties}
    for done in life.steps:
        lines.extend(_lines(tell_step(done, ties.get(done.event.row)), width))
    lines += [*([""] if life.steps else []), *_fold(tell_missing(life), "", width)]
    return "\n".join(lines)


def _heading(life: Life) -> str:
    state = life.state
    since = f" since {state.since.recorded}" if state.since else ""
    as_of = f", as of {life.as_of.recorded}" if life.as_of else ""
    return f"{state.case}: {life.model.place_label(state.place)}{since}{as_of}"


def _lines(told: tuple[str, str, list[str]], width: int | None) -> Iterator[str]:
    date, what, comments = told
    yield from _fold(f"{date:<10}  {what}", " " * 12, width)
    for comment in comments:
        yield from _fold(" " * 12 + comment, " " * 14, width)


def _fold(text: str, indent: str, width: int | None) -> list[str]:
    if width is None:
        return [text]
    return textwrap.wrap(text, max(width, 40), subsequent_indent=indent, break_on_hyphens=False) or [""]


def tell_step(done: Step, tie: Tie | None = None) -> tuple[str, str, list[str]]:
    """Return a step as its date, what happened, and what that did, a sentence each."""
    event = done.event
    comments = [_outcome(done)]
    changes = ", ".join(_changes(done))
    if changes:
        comments.append(f"counts: {changes}")
    comments += map(str, done.breaches)
    if tie is not None:
        comments.append(_tie(tie))
    return (event.time.recorded if event.time else ""), _event(done.was.model, event), comments


def _event(model: Model, event: Event) -> str:
    kind = model.kinds.get(event.type)
    attributes = {name: str(value) for name, value in event.attributes.items() if value is not None}
    named = f": {attributes['name']}" if "name" in attributes else ""
    place = f", {attributes['place']}" if "place" in attributes else ""
    witness = "; ".join(text for text in (event.id, attributes.get("source", "")) if text)
    return f"{kind.label if kind else event.type}{named}{place}" + (f" [{witness}]" if witness else "")


def _outcome(done: Step) -> str:
    model = done.was.model
    before, after = model.place_label(done.before), model.place_label(done.after)
    match done.outcome:
        case "moved":
            passing = [_name(model, place) for place in done.implied]
            through = f", passing {_joined(passing, 'and')}" if passing else ""
            because = "; ".join(str(clause) for reason in done.reasons for clause in reason.clauses if clause.holds)
            return f"moved: {before} -> {after}{through}" + (f" ({because})" if because else "")
        case "held":
            return f"held in {before}: " + "; ".join(_not_fired(reason, model) for reason in done.short)
        case "refused" | "unknown":
            return f"{done.outcome.upper()}: {done.reasons[0]}"
        case "recorded":  # the union is closed
            return f"recorded in {before}"


def _not_fired(reason: Reason, model: Model) -> str:
    target = model.place_label(model.entered(reason.transition.target)) if reason.transition else reason.what
    return f"no move to {target} ({'; '.join(map(str, reason.clauses))})"


def _changes(done: Step) -> Iterator[str]:
    for name, now in done.left.memory.items():
        if now != done.was.memory[name]:
            yield f"{done.was.model.variables[name].label} {done.was.memory[name]} -> {now}"


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
    if done.outcome != "moved":
        return done.outcome
    model = done.was.model
    return f"moved ({model.place_label(done.before)} -> {model.place_label(done.after)})"


def tell_missing(life: Life) -> str:
    """Return what is missing for the next phase, in one sentence."""
    model, place = life.model, life.state.place
    if not life.missing:
        label = model.place_label(place)
        return f"{label} is final." if model.is_final(place) else f"No phase comes after {label}."
    target = next(reason.transition.target for reason in life.missing if reason.transition)
    ways = [_joined(list(needs), "and") for reason in life.missing if (needs := tuple(_needs(reason, model)))]
    return f"{_lower(model.place_label(model.entered(target)))} needs {', or '.join(ways) or 'nothing more'}"


def _needs(reason: Reason, model: Model) -> Iterator[str]:
    transition = reason.transition
    if transition is not None and transition.on is not None:
        yield _needed_event(transition, model)
        if _sees_event(transition):
            return
    for clause in reason.clauses:
        yield _needed(clause, model)


def _sees_event(transition: Transition) -> bool:
    looked = expressions(transition.when) if transition.when is not None else iter(())
    return any(isinstance(expression, Attribute | EventType) for expression in looked)


def _needed_event(transition: Transition, model: Model) -> str:
    types = transition.on or ()
    what = "any event" if ANY in types else f"an event {_joined(list(types), 'or')}"
    if transition.when is None or not _sees_event(transition):
        return what
    return f"{what} with {spoken_guard(transition.when, model)}"


def _needed(clause: Clause, model: Model) -> str:
    if clause.variable is None or clause.has is None or clause.short is None or clause.sign not in {">", ">="}:
        return str(clause)
    return f"{model.variables[clause.variable].label} ({clause.has:g} of {clause.has + clause.short:g})"


def _joined(words: list[str], last: str) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else ""


def _lower(label: str) -> str:
    """Return *label* inside a sentence: small first letter, unless it begins with an abbreviation."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
