"""Alphabets: the letters that events can be, worked out from the model alone; knows no log.

The constants with which conditions compare an attribute cut its values into cells: inside one cell no condition tells
two values apart, so one value stands for each.
"""

import itertools
import math
from collections.abc import Iterable, Iterator
from contextlib import suppress

from attrs import frozen

from onward.history.judging import View, judge, value_of
from onward.history.letters import UNKNOWN_LETTER
from onward.history.memory import answers
from onward.history.program import Letter, conditions_of
from onward.log.log import Event, Value, is_number
from onward.model.elements import START, Distinct
from onward.model.guards import Attribute, Compare, Condition, Expression, Holds, expressions
from onward.model.model import Model
from onward.model.spelling import write_guard
from onward.problems import ModelError, Problem

MOST_LETTERS = 10_000
"""Letters that are worked out; beyond it the model is told to be too large."""

Truths = tuple[tuple[Condition, bool | None], ...]


@frozen
class Variant:
    """A letter of an automaton: what an event is to a case.

    Attributes:
        letter: what it is to any case: its type, and how the conditions on its attributes come out.
        new: the `distinct` variables for which it has a value that the case has not had yet.

    """

    letter: Letter
    new: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.letter.type is None:
            return "a type that the vocabulary lacks"
        told = [_told(condition, truth) for condition, truth in self.letter.truths]
        told += [f"new to {name}" for name in self.new]
        return f"{self.letter.type} ({', '.join(told)})" if told else self.letter.type


def _told(condition: Condition, truth: bool | None) -> str:  # noqa: FBT001  # the truth is what is told
    text = write_guard(condition)
    match truth:
        case None:
            return f"{text}: unknown"
        case True:
            return text
        case False:  # the union is closed
            return f"not {text}"


def letter_of(model: Model, event: Event) -> Letter:
    """Return the letter that *event* is."""
    if event.type not in model.kinds:
        return UNKNOWN_LETTER
    view = View(model, START, {}, event)
    return Letter(event.type, tuple((each, judge(view, each)) for each in conditions_of(model, event.type)))


def letters_of(model: Model) -> tuple[Letter, ...]:
    """Return every letter that an event can be, that of unknown types first.

    A condition that compares two attributes, or reckons with them, is tried as true, false and unknown; `doubts_of`
    names it.

    Raises:
        ModelError: they are too many.

    """
    choices = {kind: _choices(model, kind) for kind in model.kinds}
    count = 1 + sum(math.prod(map(len, each)) for each in choices.values())
    if count > MOST_LETTERS:
        what = (
            f"its events come in {count:,} kinds that its guards tell apart, and {MOST_LETTERS:,} can be gone through"
        )
        raise ModelError([Problem(model.name, what, "let guards ask for fewer attributes of one event type")])
    letters = [
        _letter(model, kind, itertools.chain.from_iterable(chosen))
        for kind, each in choices.items()
        for chosen in itertools.product(*each)
    ]
    return (UNKNOWN_LETTER, *letters)


def _letter(model: Model, kind: str, chosen: Iterable[tuple[Condition, bool | None]]) -> Letter:
    truths = dict(chosen)
    return Letter(kind, tuple((condition, truths[condition]) for condition in conditions_of(model, kind)))


def _choices(model: Model, kind: str) -> list[list[Truths]]:
    """Return for every attribute how its conditions can come out together, and the answers of each guessed one."""
    plain: dict[str, list[tuple[Condition, Value]]] = {}
    guessed: list[list[Truths]] = []
    for condition in conditions_of(model, kind):
        compared = _compared(model, condition)
        if compared is None:
            guessed.append([((condition, truth),) for truth in (True, False, None)])
        else:
            name, constant = compared
            plain.setdefault(name, []).append((condition, constant))
    return [*(_outcomes(model, kind, name, asked) for name, asked in plain.items()), *guessed]


def _outcomes(model: Model, kind: str, name: str, asked: list[tuple[Condition, Value]]) -> list[Truths]:
    views = [
        View(model, START, {}, Event(kind, None, attributes={name: value}))
        for value in cells([constant for _, constant in asked])
    ]
    return list(dict.fromkeys(tuple((condition, judge(view, condition)) for condition, _ in asked) for view in views))


def _compared(model: Model, condition: Condition) -> tuple[str, Value] | None:
    """Return the attribute that *condition* compares with a constant, and the constant; None where it does not."""
    match condition:
        case Holds(Attribute(name)):
            return name, True
        case Compare(left=Attribute(name), right=other) | Compare(left=other, right=Attribute(name)):
            return None if _attributes(Holds(other)) else (name, _constant(model, other))
        case _:
            return None


def _constant(model: Model, value: Expression) -> Value:
    return value_of(value, View(model, START, {}))


def _attributes(condition: Condition) -> set[str]:
    return {part.name for part in expressions(condition) if isinstance(part, Attribute)}


def cells(constants: Iterable[Value]) -> list[Value]:
    """Return values that come out as any value does when compared with *constants*: one for each stretch between them.

    The last is None: a value of another kind than all of them comes out as nothing recorded does.
    """
    asked = list(constants)
    # What constants come to may be no number at all (infinity less infinity), which compares with nothing.
    numbers = sorted({value for value in asked if is_number(value) and value <= math.inf})
    texts = sorted({value for value in asked if isinstance(value, str)})
    truths = (True, False) if any(isinstance(value, bool) for value in asked) else ()
    return [*_among_numbers(numbers), *_among_texts(texts), *truths, None]


def _among_numbers(constants: list[float]) -> Iterator[float]:
    yield from constants
    for low, high in itertools.pairwise([-math.inf, *constants, math.inf] if constants else ()):
        yield from itertools.islice((number for number in _near(low, high) if low < number < high), 1)


def _near(low: float, high: float) -> Iterator[float]:
    """Yield numbers of which one lies between *low* and *high*, if any number does."""
    yield low + 1
    yield high - 1
    with suppress(OverflowError):  # whole numbers beyond every float, with none between them
        yield (low + high) / 2
        yield math.nextafter(low, math.inf)


def _among_texts(constants: list[str]) -> Iterator[str]:
    yield from constants
    if constants and constants[0]:
        yield ""
    # The text that follows at once on another: between it and the next constant, unless it is that one.
    yield from (after for text in constants if (after := text + "\0") not in constants)


def doubts_of(model: Model) -> tuple[str, ...]:
    """Return why the letters of *model*, and their variants, may be more than events can be."""
    return tuple(dict.fromkeys(doubt for kind in model.kinds for doubt in _doubts(model, kind)))


def _doubts(model: Model, kind: str) -> Iterator[str]:
    asked = conditions_of(model, kind)
    for condition in asked:
        if _compared(model, condition) is None:
            yield f"`{write_guard(condition)}` is tried as true, false and unknown, whatever else is so of the event"
    kept: dict[str, str] = {}
    for variable in model.context:
        match variable.reducer:
            case Distinct(attribute, types) if answers(types, kind):
                looking = (each for each in asked if attribute in _attributes(each))
                for condition in looking:
                    yield f"`{write_guard(condition)}` looks at what {variable.name} counts, as if every value were new"
                if attribute in kept:
                    yield f"{kept[attribute]} and {variable.name} count values of {attribute}, as if each had its own"
                kept.setdefault(attribute, variable.name)
            case _:
                pass
