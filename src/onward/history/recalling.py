"""What a case remembers, in plain words: flags, values, windows and timers, each with the event that is behind it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from onward.history.causes import Causes, Entry
from onward.history.crossing import title_of
from onward.history.evidence import Clause, day_of, plain_span, plain_timer, told
from onward.history.judging import deadline
from onward.history.memory import Remembered, is_windowed, seen_of
from onward.history.stepping import Reason, Step
from onward.log.dates import Interval
from onward.log.log import Value, is_number
from onward.model.elements import ANY, Count, Flag, Latest, Max, Open, Sum, Timer, Transition, Variable
from onward.model.guards import EACH
from onward.model.model import Model
from onward.model.spelling import spelled

_MOST = 3
"""Events of a window that are named; of more the rest is counted."""


def standing(model: Model, memory: tuple[Remembered, ...], known: Causes) -> Iterator[str]:
    """Yield what is remembered beside mere counts: flags, single values, and what counts for a while."""
    for variable, kept in zip(model.context, memory, strict=True):
        name, reducer = variable.name, variable.reducer
        if isinstance(reducer, Flag) and (kept or name in known.changed):
            yield f"{variable.label}: {_flag(known, name, on=kept is True)}"
        elif isinstance(reducer, Latest | Max) and kept is not None:
            yield f"{variable.label}: {_value(model, variable, seen_of(reducer, kept))}{_given(known, name)}"
        elif is_windowed(reducer) and (known.running[name] or known.lapsed[name]):
            over = "ended" if isinstance(reducer, Open) else "lapsed"
            lapsed = f"; {known.lapsed[name]} {over}" if known.lapsed[name] else ""
            now = _value(model, variable, seen_of(reducer, kept))
            yield f"{windowed(model, variable)}: {now}{through(variable, known)}{lapsed}"


def changes(done: Step, before: Causes, after: Causes, had: Mapping[str, Value]) -> Iterator[str]:
    """Yield what changed in memory by the step *done*, and since the step before it.

    Args:
        done: the step.
        before: what stood behind the memory after the step before it.
        after: what stands behind it now.
        had: the values of the context variables after the step before it.

    """
    model, now = done.was.model, done.left.memory
    plain = [variable for variable in model.context if _is_count(variable)]
    changed = [
        f"{variable.label} {_value(model, variable, had[variable.name])} -> "
        f"{_value(model, variable, now[variable.name])}"
        for variable in plain
        if now[variable.name] != had[variable.name]
    ]
    if changed:
        yield f"counts: {', '.join(changed)}"
    for variable in model.context:
        name = variable.name
        if is_windowed(variable.reducer):
            yield from _window_changes(done, variable, before, after, had[name])
        elif not _is_count(variable) and (now[name] != had[name] or type(now[name]) is not type(had[name])):
            yield f"{variable.label}: {_turned(model, variable, had[name], now[name])}"


def _is_count(variable: Variable) -> bool:
    """Tell whether nothing but a number is remembered, which time does not take away."""
    return not is_windowed(variable.reducer) and not isinstance(variable.reducer, Flag | Latest)


def _turned(model: Model, variable: Variable, had: Value, now: Value) -> str:
    if isinstance(variable.reducer, Flag):
        return "set" if now else "cleared"
    new = _value(model, variable, now)
    return new if had is None else f"{_value(model, variable, had)} -> {new}"


def _window_changes(done: Step, variable: Variable, before: Causes, after: Causes, had: Value) -> Iterator[str]:
    model, name = done.was.model, variable.name
    was, now = before.running[name], after.running[name]
    lapsed = was[: after.lapsed[name] - before.lapsed[name]]
    entered = len(now) + len(lapsed) > len(was)
    if not entered and not lapsed:
        return
    values = dict.fromkeys(_value(model, variable, value) for value in (had, done.left.memory[name]))
    text = f"{windowed(model, variable)}: {' -> '.join(values)}"
    if isinstance(variable.reducer, Open):
        if lapsed:
            text += f"; {_named(lapsed, 'ran')}"
        if entered:
            mine = next(entry for entry in now if entry.step is done)
            text += "; this one runs " + ("on" if mine.through is None else f"through {day_of(mine.through)}")
    else:
        text += through(variable, after) + (f"; {len(lapsed)} lapsed" if lapsed else "")
    yield text


def windowed(model: Model, variable: Variable) -> str:
    """Return the name of a *variable* with its window."""
    match variable.reducer:
        case Count(within=span) | Sum(within=span) if span is not None:
            return f"{variable.label} within {plain_span(span, model)}"
        case _:
            return variable.label


def through(variable: Variable, known: Causes) -> str:
    """Return through when what *variable* has now goes on counting; nothing where time takes nothing away."""
    running = known.running.get(variable.name, ())
    if isinstance(variable.reducer, Open):
        return f": {_named(running, 'runs')}" if running else ""
    if not running or running[0].through is None:
        return ""
    return f", {'the first ' if len(running) > 1 else ''}through {day_of(running[0].through)}"


def _named(entries: tuple[Entry, ...], runs: str) -> str:
    texts = [
        f"{'one from before' if entry.step is None else cause(entry.step)} {runs} "
        + ("on" if entry.through is None else f"through {day_of(entry.through)}")
        for entry in entries[:_MOST]
    ]
    return ", ".join(texts) + (f" and {len(entries) - _MOST} more" if len(entries) > _MOST else "")


def _flag(known: Causes, name: str, *, on: bool) -> str:
    step = known.changed.get(name)
    if step is None:
        return "set before" if on else "not set"
    return f"{'set' if on else 'cleared'}{when(step.time)} by {cause(step)}"


def _given(known: Causes, name: str) -> str:
    step = known.changed.get(name)
    return "" if step is None else f",{when(step.time)} by {cause(step)}"


def cause(step: Step) -> str:
    """Return what made *step* happen, in a few words."""
    event = step.event
    if event is None:
        return "time alone"
    kind = step.was.model.kinds.get(event.type)
    return f"{kind.label if kind else event.type}{f' ({event.id})' if event.id else ''}"


def when(time: Interval | None) -> str:
    """Return a date inside a sentence, with a blank before it: ` on 2003-12-15`, ` in 2003`."""
    if time is None:
        return ""
    return f" {'on' if time.first.date() == time.last.date() else 'in'} {time.recorded}"


def _value(model: Model, variable: Variable, value: Value) -> str:
    """Return a value of *variable* for people: the title that the model gives it, numbers without noise."""
    reducer = variable.reducer
    if value is None:
        return "none"
    if isinstance(reducer, Latest):
        return title_of(model, reducer.attribute, EACH, spelled(value))
    return number(value) if is_number(value) else spelled(value)


def number(value: float) -> str:
    """Return a number without the noise of binary fractions."""
    return str(value) if isinstance(value, int) else f"{value:.12g}"


def reason_said(reason: Reason, model: Model, known: Causes) -> str:
    """Return *reason* in words, its clauses with what stands behind them."""
    clauses = clauses_said(reason.clauses, model, known, reason.transition)
    return f"{reason.what} ({clauses})" if clauses else reason.what


def clauses_said(clauses: tuple[Clause, ...], model: Model, known: Causes, transition: Transition | None = None) -> str:
    """Return *clauses* in one line, each with what was found and what stands behind that."""
    return told(clauses, lambda clause: clause_said(clause, model, known, transition))


def clause_said(clause: Clause, model: Model, known: Causes, transition: Transition | None = None) -> str:
    """Return *clause* with what was found, and the event that is behind it."""
    return f"{clause.text}: {_found(clause, model, known, transition)}"


def _found(clause: Clause, model: Model, known: Causes, transition: Transition | None) -> str:
    if clause.parts:
        return " and ".join(dict.fromkeys(_found(part, model, known, transition) for part in clause.parts))
    if clause.due is not None and transition is not None and transition.after is not None:
        return clause.found + _begun(transition, transition.after, model, known)
    variable = model.variables.get(clause.variable or "")
    if variable is None:
        return clause.found
    if isinstance(variable.reducer, Flag):
        return _flag(known, variable.name, on=clause.found == "is true")
    if isinstance(variable.reducer, Latest | Max):
        return clause.found + _given(known, variable.name)
    return clause.found + through(variable, known)


def _begun(transition: Transition, timer: Timer, model: Model, known: Causes) -> str:
    """Return when the time of *transition* began, and by what."""
    rest = model.rest_of(timer)
    entered, anew = known.entered.get(transition.track), None if rest is None else known.rests[rest]
    if anew is not None and (entered is None or _moment(anew) > _moment(entered)):
        return f", begun anew{when(anew.time)} by {cause(anew)}"
    return "" if entered is None else f", begun{when(entered.time)} by {cause(entered)}"


def _moment(step: Step) -> datetime:
    return step.seen.moment or datetime.min  # noqa: DTZ901  # naive UTC throughout


def timer_said(timer: Timer, model: Model) -> str:
    """Return *timer* in words, event types by their labels."""
    plain = plain_timer(timer, model)
    if ANY in plain.without:
        return f"{plain.span} without any event"
    types = joined([lowered(model.kinds[name].label) if name in model.kinds else name for name in plain.without], "or")
    return f"{plain.span} without {types}" if types else str(plain.span)


def ended(done: Step, before: Causes) -> Iterator[str]:
    """Yield what ended, or ran out, and so made the step *done* that time alone made."""
    model = done.was.model
    for transition, view in zip(done.fired, done.judged, strict=True):
        # A timer that ran out earlier waited for its guard, and did not bring the step about.
        if transition.after is not None and deadline(transition, transition.after, view) == done.seen.moment:
            yield f"after {timer_said(transition.after, model)}"
    for variable in model.context:
        for entry in before.running.get(variable.name, ()):
            if entry.through is not None and entry.through == done.seen.moment:
                yield _over(model, variable, entry)


def _over(model: Model, variable: Variable, entry: Entry) -> str:
    what = "what began before" if entry.step is None else cause(entry.step)
    match variable.reducer:
        case Count(within=span) | Sum(within=span) if span is not None:
            return f"{plain_span(span, model)} after {what}"
        case _:
            return f"{what} is over"


def lowered(label: str) -> str:
    """Return *label* inside a sentence: small first letter, unless it begins with an abbreviation."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def joined(words: Sequence[str], last: str) -> str:
    """Return *words* as one enumeration, with the word *last* before the last of them."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else ""
