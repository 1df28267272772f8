"""Classes: what guards can see of the values that variables keep; knows the model alone.

A guard that compares a kept value with constants cannot tell two values apart that lie between the same constants.
These are one class, and a state of an automaton has the class instead of the value.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property

from attrs import frozen

from onward.history.alphabets import Kept, every_cell
from onward.history.judging import View, judge
from onward.history.program import Member
from onward.log.log import Value
from onward.model.elements import START
from onward.model.guards import Compare, Condition, Constant, Holds
from onward.model.model import Model


@frozen(eq=False)
class Classes:
    """The classes of the values that variables of a model keep, all numbered together from 1; 0 is no value yet.

    Attributes:
        model: the model.
        asked: for each variable that guards ask for, by number, the conditions on it.

    """

    model: Model
    asked: Mapping[int, tuple[Condition, ...]]

    @cached_property
    def values(self) -> tuple[Value, ...]:
        """One value of every class, in their order."""
        return tuple(value for value, _ in self._found)

    @cached_property
    def seen(self) -> tuple[int, ...]:
        """For every class the number of the one that guards take it for: 0 where it looks like no value."""
        nothing = {variable: self.truths(variable, None) for variable in self.asked}
        alike = (
            0 if self.truths(variable, value) == nothing[variable] else number
            for number, (value, variable) in enumerate(self._found, start=1)
        )
        return (0, *alike)

    def truths(self, variable: int, value: Value) -> tuple[bool | None, ...]:
        """Return how the conditions on a *variable* come out where it keeps *value*."""
        view = View(self.model, START, {self.model.context[variable].name: value})
        return tuple(judge(view, condition) for condition in self.asked[variable])

    def number(self, variable: int, value: Value) -> int:
        """Return the number of the class of a *value* of a *variable* that guards ask for."""
        return 0 if value is None else self._numbers[variable, self.truths(variable, value)]

    def numbers(self, variable: int) -> tuple[int, ...]:
        """Return the numbers of the classes of a *variable*."""
        return tuple(number for number, (_, its) in enumerate(self._found, start=1) if its == variable)

    def kept(self, variable: int, number: int) -> Kept:
        """Return what guards see of a *variable* that keeps a value of the class with this *number*."""
        value = self.values[number - 1] if number else None
        truths = zip(self.asked[variable], self.truths(variable, value), strict=True)
        return Kept(self.model.context[variable].name, tuple(truths))

    def constants(self, variable: int) -> list[Value]:
        """Return what a *variable* is compared with."""
        return [_constant(condition) for condition in self.asked[variable]]

    @cached_property
    def _found(self) -> tuple[tuple[Value, int], ...]:
        """A value of every class, with the number of its variable."""
        found: dict[tuple[int, tuple[bool | None, ...]], Value] = {}
        for variable in self.asked:
            for value in every_cell(self.constants(variable)):
                if value is not None:
                    found.setdefault((variable, self.truths(variable, value)), value)
        return tuple((value, variable) for (variable, _), value in found.items())

    @cached_property
    def _numbers(self) -> Mapping[tuple[int, tuple[bool | None, ...]], int]:
        found = enumerate(self._found, start=1)
        return {(variable, self.truths(variable, value)): number for number, (value, variable) in found}


def classes_asked(model: Model, members: Sequence[Member]) -> Classes:
    """Return the classes of values that *members* tell apart."""
    asked: dict[int, dict[Condition, None]] = {}
    for member in members:
        asked.setdefault(member.variable, {})[member.condition] = None
    return Classes(model, {variable: tuple(conditions) for variable, conditions in sorted(asked.items())})


def _constant(condition: Condition) -> Value:
    match condition:
        case Compare(_, _, Constant(value)):
            return value
        case Holds():
            return True
        case _:
            raise AssertionError(condition)
