"""Alphabets: the letters that events can be, worked out from the model alone; knows no log.

The constants with which conditions compare an attribute cut its values into cells: inside one cell no condition tells
two values apart, so one value stands for each. Of an attribute with several values, every choice of those asked for may
be in one event.
"""

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from attrs import frozen

from onward.history.judging import View, judge, value_of
from onward.history.letters import UNKNOWN_LETTER
from onward.history.memory import answers
from onward.history.program import Letter, conditions_of
from onward.log.log import Event, Value, is_number
from onward.model.elements import START, Distinct, Latest
from onward.model.guards import (
    EACH,
    NAME,
    Attribute,
    Compare,
    Condition,
    Contains,
    Expression,
    Holds,
    expressions,
)
from onward.model.model import Model
from onward.model.spelling import spelled, write_guard
from onward.problems import ModelError, Problem

MOST_LETTERS = 10_000
"""Letters that are worked out; beyond it the model is told to be too large."""

Truths = tuple[tuple[Condition, bool | None], ...]


@frozen
class Kept:
    """What guards can see of a value that a `latest` variable keeps.

    Attributes:
        variable: the context variable.
        truths: for each condition on it true, false or None (unknown).

    """

    variable: str
    truths: Truths

    def __str__(self) -> str:
        return ", ".join(shown_as(condition, truth) for condition, truth in self.truths)


@frozen
class Variant:
    """A letter of an automaton: what an event is to a case.

    Attributes:
        letter: what it is to any case: its type, and how the conditions on its attributes come out.
        new: the `distinct` variables for which it has a value that the case has not had yet.
        kept: what guards see of the values that it leaves to `latest` variables.

    """

    letter: Letter
    new: tuple[str, ...] = ()
    kept: tuple[Kept, ...] = ()

    def __str__(self) -> str:
        if self.letter.type is None:
            return "a type that the vocabulary lacks"
        told = [shown_as(condition, truth) for condition, truth in self.letter.truths]
        told += [*(f"new to {name}" for name in self.new), *map(str, self.kept)]
        return f"{self.letter.type} ({', '.join(told)})" if told else self.letter.type


def shown_as(condition: Condition, truth: bool | None) -> str:  # noqa: FBT001  # the truth is what is told
    """Return *condition* as it came out."""
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
    _check_count(model, count)
    letters = [
        _letter(model, kind, itertools.chain.from_iterable(chosen))
        for kind, each in choices.items()
        for chosen in itertools.product(*each)
    ]
    return (UNKNOWN_LETTER, *letters)


def _letter(model: Model, kind: str, chosen: Iterable[tuple[Condition, bool | None]]) -> Letter:
    truths = dict(chosen)
    return Letter(kind, tuple((condition, truths[condition]) for condition in conditions_of(model, kind)))


def _check_count(model: Model, count: int) -> None:
    if count > MOST_LETTERS:
        what = (
            f"its events come in {count:,} kinds that its guards tell apart, and {MOST_LETTERS:,} can be gone through"
        )
        raise ModelError([Problem(model.name, what, "let guards ask for fewer attributes of one event type")])


def _choices(model: Model, kind: str) -> list[list[Truths]]:
    """Return for every attribute how its conditions can come out together, and the answers of each guessed one."""
    plain: dict[str, list[tuple[Condition, Value]]] = {}
    several: dict[str, list[Contains]] = {}
    guessed: list[list[Truths]] = []
    for condition in conditions_of(model, kind):
        compared = compared_with(model, condition)
        if isinstance(condition, Contains):
            several.setdefault(condition.attribute.name, []).append(condition)
        elif compared is None:
            guessed.append([((condition, truth),) for truth in (True, False, None)])
        else:
            name, constant = compared
            plain.setdefault(name, []).append((condition, constant))
    return [
        *(_outcomes(model, kind, name, asked) for name, asked in plain.items()),
        *(_choices_of_several(model, kind, name, asked) for name, asked in several.items()),
        *guessed,
    ]


def _outcomes(model: Model, kind: str, name: str, asked: list[tuple[Condition, Value]]) -> list[Truths]:
    values = every_cell([constant for _, constant in asked])
    return _truths(model, kind, name, [condition for condition, _ in asked], values)


def _choices_of_several(model: Model, kind: str, name: str, asked: list[Contains]) -> list[Truths]:
    """Return how conditions on an attribute with several values can come out: it may have any of those asked for."""
    values = tuple(dict.fromkeys(_with_part(each.attribute.part, _constant(model, each.value)) for each in asked))
    _check_count(model, 1 + 2 ** len(values))
    chosen = (some for count in range(len(values) + 1) for some in itertools.combinations(values, count))
    return _truths(model, kind, name, asked, [*map(";".join, chosen), None])


def _with_part(part: str, sought: Value) -> str:
    """Return a value, as a cell with several has it, whose *part* is what is *sought*, and whose rest nobody seeks."""
    text = "" if sought is None else spelled(sought)
    if part in {"", EACH}:
        return text
    return f"{text}@{_UNSOUGHT}" if part == NAME else f"{_UNSOUGHT}@{text}"


_UNSOUGHT = "\1"


def _truths(model: Model, kind: str, name: str, asked: Sequence[Condition], values: Sequence[Value]) -> list[Truths]:
    """Return how conditions on the attribute *name* come out together, where it has any of *values*."""
    views = [View(model, START, {}, Event(kind, None, attributes={name: value})) for value in values]
    return list(dict.fromkeys(tuple((condition, judge(view, condition)) for condition in asked) for view in views))


def compared_with(model: Model, condition: Condition) -> tuple[str, Value] | None:
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


def every_cell(constants: Sequence[Value]) -> list[Value]:
    """Return `cells`, and a value of every kind, lest no constant is of that kind; None comes last."""
    return [*cells(constants)[:-1], 0, "", True, None]


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
        if compared_with(model, condition) is None and not isinstance(condition, Contains):
            yield f"`{write_guard(condition)}` is tried as true, false and unknown, whatever else is so of the event"
    several = {condition.attribute.name for condition in asked if isinstance(condition, Contains)}
    whole = {name for condition in asked if not isinstance(condition, Contains) for name in _attributes(condition)}
    for name in sorted(several & whole):
        yield f"{name} is asked for as one value and for the values in it, each as if the other were not asked"
    kept: dict[str, tuple[str, str]] = {}
    for variable in model.context:
        match variable.reducer:
            case Distinct(attribute, types, part="") if answers(types, kind):
                looking = (each for each in asked if attribute in _attributes(each))
                for condition in looking:
                    yield f"`{write_guard(condition)}` looks at what {variable.name} counts, as if every value were new"
                yield from _shared(kept, attribute, "count", variable.name)
            case Latest(attribute, types) if answers(types, kind):
                yield from _shared(kept, attribute, "keep", variable.name)
            case _:
                pass


def _shared(kept: dict[str, tuple[str, str]], attribute: str, what: str, variable: str) -> Iterator[str]:
    """Yield the doubt that two variables are about one attribute, if they are, and note *variable* among those."""
    if attribute in kept:
        did, other = kept[attribute]
        does = what if did == what else "are about"
        yield f"{other} and {variable} {does} values of {attribute}, as if each had its own"
    kept.setdefault(attribute, (what, variable))
