"""Assignments: what a solver found for the terms of a run, and the log that it stands for."""

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

from attrs import field, frozen

from onward.history.clock import later
from onward.log.log import Event, Value
from onward.model.elements import Distinct, Open
from onward.model.guards import EACH, NAME
from onward.proof.reckoning.runs import TIDY, Run
from onward.proof.reckoning.solver import Assignment
from onward.proof.reckoning.steps import Step
from onward.proof.reckoning.values import Term, both, either, implied, same
from onward.proof.reckoning.values import Value as Found
from onward.proof.witness import Witness

FIRST_DAY = dt.date(2001, 1, 1)
"""The day on which a log begins that is found."""

MIDNIGHT = dt.datetime.combine(FIRST_DAY, dt.time())


def whole(found: Assignment, term: Term) -> int:
    """Return a whole number of the solver."""
    return term if isinstance(term, int) else int(found.eval(term, model_completion=True).as_long())


def is_true(found: Assignment, term: Term) -> bool:
    """Tell whether *term* is true in what the solver found."""
    return term if isinstance(term, bool) else str(found.eval(term, model_completion=True)) == "True"


def number_of(found: Assignment, term: Term) -> Fraction:
    """Return a number of the solver; one that is no fraction comes near it."""
    if not hasattr(term, "sort"):
        return Fraction(term)
    value = found.eval(term, model_completion=True)
    near = value if hasattr(value, "as_fraction") else getattr(value, "approx", lambda _: value)(20)
    return Fraction(str(near.as_fraction() if hasattr(near, "as_fraction") else near.as_long()))


def _day(found: Assignment, term: Term) -> int:
    return math.floor(number_of(found, term))


def _date(day: int) -> str:
    return (FIRST_DAY + dt.timedelta(days=max(0, day))).isoformat()


@frozen
class _Texts:
    """The values that a solver found: its texts are numbers, in the order of the texts."""

    run: Run
    found: Assignment
    nicely: bool
    fresh: dict[Fraction, str] = field(factory=dict)
    old: dict[str, set[str]] = field(factory=dict)

    def value(self, name: str, value: Found) -> Value:
        """Return what the solver found of a *value* in the column *name*."""
        found = self.found
        if is_true(found, value.number):
            amount = number_of(found, value.amount)
            return int(amount) if amount.denominator == 1 else float(amount)
        if is_true(found, value.truth):
            return is_true(found, value.holds)
        return self.text(name, number_of(found, value.code)) if is_true(found, value.text) else None

    def more(self, step: Step, name: str, has: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        """Yield the values of the column *name* beside those that it *has*, so that as many are new as were found."""
        for variable in self.run.encoder.model.context:
            reducer = variable.reducer
            if not isinstance(reducer, Distinct) or reducer.attribute != name or not reducer.part:
                continue
            old = self.old.setdefault(variable.name, set())
            grown = whole(self.found, step.after.number(variable.name) - step.before.number(variable.name))
            news = {text for part, text in has if part == reducer.part} - old
            for _ in range(grown - len(news)):
                news.add(f"{name} {len(old) + len(news) + 1}")
                yield reducer.part, f"{name} {len(old) + len(news)}"
            old |= news

    def text(self, name: str, code: Fraction) -> str:
        """Return the text with a *code*: one that the model names, or a new one."""
        texts = tuple(self.run.encoder.codes)
        if code.denominator == 1 and 0 <= code < len(texts):
            return texts[int(code)]
        if code not in self.fresh:
            lower = texts[min(math.floor(code), len(texts) - 1)] if code > 0 else "!"
            self.fresh[code] = f"{name if self.nicely else lower} {len(self.fresh) + 1}"
        return self.fresh[code]


def _event(run: Run, found: Assignment, step: Step, texts: _Texts) -> Event:
    happening, model = step.happening, run.encoder.model
    kind = tuple(model.kinds)[whole(found, happening.kind)]
    values = {name: texts.value(name, value) for name, value in happening.attributes.items()}
    for name in dict.fromkeys(attribute.name for attribute in run.encoder.several):
        if isinstance(values[name], str):
            has = [(a.part, text) for (a, text), t in happening.parts.items() if a.name == name and is_true(found, t)]
            values[name] = _cell([*has, *texts.more(step, name, has)]) or values[name]
    entered = any(
        isinstance(model.variables[name].reducer, Open) and is_true(found, entry.made)
        for name, entry in step.entries.items()
    )
    until = _date(_day(found, happening.until)) if entered and is_true(found, happening.ends) else None
    recorded = {name: value for name, value in values.items() if value is not None}
    return Event(type=kind, time=_date(_day(found, step.after.now)), attributes=recorded, until=until)


def _cell(has: Sequence[tuple[str, str]]) -> str:
    """Return a cell with several values, those of each part."""
    names = [text for part, text in has if part == NAME] or ["name"]
    kinds = [text for part, text in has if part not in {"", EACH, NAME}]
    whole = [text for part, text in has if part in {"", EACH}]
    pairs = [f"{names[min(at, len(names) - 1)]}@{kind}" for at, kind in enumerate(kinds)]
    alone = names[len(kinds) :] if any(part == NAME for part, _ in has) else []
    return ";".join(dict.fromkeys([*whole, *pairs, *alone]))


def written(run: Run, found: Assignment, *, nicely: bool) -> Witness:
    """Return the log that the solver *found*; *nicely*: new texts are named after their columns."""
    texts = _Texts(run, found, nicely)
    events = [_event(run, found, step, texts) for step in run.steps if not is_true(found, step.happening.tick)]
    last = _day(found, run.last.after.now)
    if is_true(found, run.last.happening.tick) and events:
        # What time alone does shows once there is an event after it, whatever that is.
        closing = Event(type=next(iter(run.encoder.model.kinds)), time=_date(last + 1))
        end = events[-1].time
        events += [closing] if end is None or end.recorded < _date(last) else []
    return Witness(tuple(events))


def corrections(run: Run, found: Assignment) -> Iterator[Term]:
    """Yield when spans end by the calendar that begin on the days found; where that is no news, not this run again."""
    news = False
    for fresh in (fresh for step in run.steps for fresh in step.fresh if is_true(found, fresh.made)):
        day = _day(found, fresh.start)
        end = later(MIDNIGHT + dt.timedelta(days=max(0, day)), *fresh.length)
        if end is not None:
            ends = (end.date() - FIRST_DAY).days
            news = news or number_of(found, fresh.end) != ends
            yield implied(both(TIDY, fresh.made, same(fresh.start, day)), same(fresh.end, ends))
    if not news:
        yield either(*(each for step in run.steps for each in _otherwise(found, step)))


def _otherwise(found: Assignment, step: Step) -> Iterator[Term]:
    """Yield how *step* could differ from what was found: in what happens, or when."""
    happening = step.happening
    if not isinstance(happening.tick, bool):
        yield happening.tick != is_true(found, happening.tick)
    yield happening.kind != whole(found, happening.kind)
    yield step.after.now - step.before.now != found.eval(step.after.now - step.before.now, model_completion=True)
