"""Variants: every combination of one alternative an axis, arranged so that what they share is worked out once.

Edits of a variant are made in order: those in common, then those of each axis. An alternative that gives transitions
other guards, or parameters that only guards of transitions read other numbers, is *soft*: variants that differ in
nothing else have one memory and one log, and can be run abreast. Whatever else differs is worked out combination by
combination.
"""

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property

from attrs import evolve, field, frozen

from onward.model.elements import Count, Sum
from onward.model.guards import (
    Guard,
    Parameter,
    Scalar,
    expressions,
)
from onward.model.marked import Plain, document_of
from onward.model.model import Model
from onward.model.reading import field_of
from onward.model.settling import settled
from onward.problems import ModelError, OnwardError, Problem, UsageError, suggestion
from onward.scenario.axes import COLUMNS, Alternative, Axis
from onward.scenario.edits import Add, Change, Edit, LogEdit, ModelEdit, Remove, Tune
from onward.scenario.remodelling import guard_of, remodel

MOST = 10_000_000
"""Variants of one multiverse; each is a row of the result."""

Choice = tuple[int, ...]
"""The positions of one alternative an axis."""


@frozen(eq=False)
class Grid:
    """The combinations of one alternative an axis; they are numbered from 0, the last axis changing fastest."""

    axes: tuple[Axis, ...]

    def __attrs_post_init__(self) -> None:
        problems = list(_faults(self.axes))
        if problems:
            raise UsageError(problems)

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """The number of alternatives of each axis."""
        return tuple(len(axis.alternatives) for axis in self.axes)

    @property
    def size(self) -> int:
        """The number of variants."""
        return math.prod(self.shape)

    @cached_property
    def strides(self) -> tuple[int, ...]:
        """For each axis, how far apart the numbers of two variants are that differ by one alternative of it."""
        return tuple(math.prod(self.shape[at + 1 :]) for at in range(len(self.shape)))

    def choice(self, number: int) -> Choice:
        """Return the alternatives of variant *number*."""
        return tuple(number // stride % count for stride, count in zip(self.strides, self.shape, strict=True))

    def alternatives(self, choice: Choice) -> tuple[Alternative, ...]:
        """Return the alternatives in the positions of *choice*."""
        return tuple(axis.alternatives[at] for axis, at in zip(self.axes, choice, strict=True))


def _faults(axes: Sequence[Axis]) -> Iterator[Problem]:
    yield from _repeated("axis", [axis.name for axis in axes], "grid")
    yield from _set_twice(axes, lambda edit: edit.name)
    for axis in axes:
        if axis.name in COLUMNS:
            yield Problem(axis.name, f"the table has a column {axis.name!r} already", "give the axis another name")
        if not axis.alternatives:
            yield Problem(axis.name, "the axis has no alternatives", "give it one or more, or leave it out")
        yield from _repeated("alternative", [alternative.name for alternative in axis.alternatives], axis.name)
    size = math.prod(len(axis.alternatives) for axis in axes)
    if size > MOST:
        what = f"these axes have {size:,} combinations, and {MOST:,} is the most"
        yield Problem("grid", what, "leave out axes or alternatives, or sweep them one after the other")


def _set_twice(axes: Sequence[Axis], name_of: Callable[[Change], str | int]) -> Iterator[Problem]:
    """Yield each thing that two axes set: what the first of them says would make no difference.

    *name_of* returns the name of what an edit changes, the same for a transition whether by name or by number.
    """
    setters: dict[tuple[object, ...], int] = {}
    told: set[tuple[object, ...]] = set()
    for at, axis in enumerate(axes):
        for edit in (edit for one in axis.alternatives for edit in one.edits):
            for what in _set_by(edit, name_of):
                first = setters.setdefault(what, at)
                if first != at and what not in told:
                    told.add(what)
                    kind, name, *key = what
                    thing = f"{key[0]!r} of the {kind} {name!r}" if key else f"the {kind} {name!r}"
                    said = f"the axes {axes[first].name!r} and {axis.name!r} both set {thing}"
                    mend = "make one axis of the two, with an alternative for each of their combinations"
                    yield Problem(edit.place or "grid", said, mend)


def _set_by(edit: Edit, name_of: Callable[[Change], str | int]) -> Iterator[tuple[object, ...]]:
    """Yield what *edit* sets: kind, name, and where there are several also the key."""
    if isinstance(edit, Tune):
        yield from (("parameter", name) for name in edit.values)
    elif isinstance(edit, Change):
        name = name_of(edit)
        if edit.kind in {"parameter", "condition"}:
            yield edit.kind, name
        elif isinstance(edit.keys, Mapping):
            yield from ((edit.kind, name, key) for key in edit.keys)


def _repeated(thing: str, names: Sequence[str], where: str) -> Iterator[Problem]:
    for name in (name for name, count in Counter(names).items() if count > 1):
        yield Problem(where, f"there are two of the {thing} {name!r}", "give each a name of its own")


# ---- which edits are soft


def new_guard(edit: Edit) -> tuple[str | None] | None:
    """Return the text of the guard (None: no guard) that *edit* gives to a transition, if that is all it does."""
    if not isinstance(edit, Change) or edit.kind != "transition" or not isinstance(edit.keys, Mapping):
        return None
    text = edit.keys.get("when", 0)
    return (text,) if len(edit.keys) == 1 and (text is None or isinstance(text, str)) else None


def is_soft(model: Model, edit: ModelEdit) -> bool:
    """Tell whether *edit* changes guards of transitions of *model* only, or parameters that only those read."""
    if isinstance(edit, Tune):
        kept = _read_elsewhere(model)
        numbers = all(
            _is_number(value) and _is_number(model.constants.get(name)) for name, value in edit.values.items()
        )
        # Declared values of attributes are checked against constants of guards when a model is loaded.
        return numbers and not model.domains and not kept & set(edit.values)
    return new_guard(edit) is not None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _read_elsewhere(model: Model) -> AbstractSet[str]:
    """Return the parameters that something reads which makes a difference to a case and is no guard of a transition."""
    guards = [*(variable.reducer.where for variable in model.context), *(rule.when for rule in model.forbid)]
    spans = [t.after.span for t in model.transitions if t.after]
    spans += [v.reducer.within for v in model.context if isinstance(v.reducer, Count | Sum) and v.reducer.within]
    return {
        *_parameters(guards),
        *(span.length for span in spans if isinstance(span.length, str)),
    }


def _parameters(guards: Iterable[Guard | None]) -> Iterator[str]:
    for guard in guards:
        for expression in expressions(guard) if guard is not None else ():
            if isinstance(expression, Parameter):
                yield expression.name


# ---- edits without effect: an axis may well have an alternative that leaves everything as it is


def effective(model: Model, edits: Iterable[ModelEdit]) -> tuple[ModelEdit, ...]:
    """Return those of *edits* of *model* that change anything.

    An axis may well have an alternative that says what is so already; by itself such an edit would be a mistake. All
    *edits* must have been made before, as those of a sweep.
    """
    kept: list[ModelEdit] = []
    for edit in edits:
        less = edit
        if isinstance(edit, Tune):
            each = edit.values.items()
            less = evolve(edit, values={n: v for n, v in each if _tells(model, kept, evolve(edit, values={n: v}))})
        if _tells(model, kept, less):
            kept.append(less)
    return tuple(kept)


def _tells(model: Model, before: Sequence[ModelEdit], edit: ModelEdit) -> bool:
    """Tell whether *edit* of *model* says anything that those *before* it leave to be said."""
    try:
        remodel(model, [*before, edit])
    except UsageError:
        return False
    except ModelError:
        pass  # sound again once the edits that follow are made
    return True


def _guard(model: Model, number: int, text: str | None, place: str) -> Guard | None:
    """Return the guard that transition *number* of *model* has with *text*."""
    if text is None:
        return None
    return guard_of(model, text, track=model.transitions[number].track, place=place)


def transition_number(model: Model, name: str | int, place: str = "") -> int:
    """Return the position, from 0, of the transition that is called *name*, or has that number from 1.

    Raises:
        UsageError: there is none, or there are several of that name.

    """
    where, count = place or "transition", len(model.transitions)
    if isinstance(name, int):
        if 1 <= name <= count:
            return name - 1
        raise UsageError([Problem(where, f"there is no transition {name}", f"they are numbered from 1 to {count}")])
    found = [number for number, transition in enumerate(model.transitions) if transition.name == name]
    if len(found) == 1:
        return found[0]
    if found:
        what = f"{len(found)} transitions are called {name!r}"
        raise UsageError([Problem(where, what, f"write the number: {' or '.join(str(n + 1) for n in found)}")])
    mend = suggestion(name, [transition.name for transition in model.transitions])
    raise UsageError([Problem(where, f"there is no transition {name!r}", mend)])


# ---- variants that are run abreast


@frozen(eq=False)
class Setting:
    """What the soft edits of one alternative come to: guards by the number of the transition, and parameters."""

    guards: Mapping[int, Guard | None] = field(factory=dict)
    values: Mapping[str, Scalar] = field(factory=dict)


def setting_of(model: Model, edits: Iterable[ModelEdit]) -> Setting:
    """Return what *edits*, all of them soft, come to in *model*."""
    guards: dict[int, Guard | None] = {}
    values: dict[str, Scalar] = {}
    for edit in edits:
        if isinstance(edit, Tune):
            values.update(edit.values)
        elif (text := new_guard(edit)) is not None and isinstance(edit, Change):
            number = transition_number(model, edit.name, edit.place)
            guards[number] = _guard(model, number, *text, edit.place)
    return Setting(guards, values)


@frozen(eq=False)
class Switch:
    """The guards of one transition, and which of the variants has which.

    Attributes:
        axes: the axes on which it depends, by position.
        guards: its guards, each once.
        table: for every combination of alternatives of *axes*, the last changing fastest, which of *guards* it has.

    """

    axes: tuple[int, ...]
    guards: tuple[Guard | None, ...]
    table: tuple[int, ...]


def switches_of(model: Model, settings: Sequence[Sequence[Setting]]) -> dict[int, Switch]:
    """Return the switch of each transition whose guard differs, by its number.

    Args:
        model: what all variants have in common.
        settings: for every axis what its alternatives come to, in the order in which they are made.

    """
    found = {}
    for number, transition in enumerate(model.transitions):
        possible = {transition.when, *(s.guards[number] for axis in settings for s in axis if number in s.guards)}
        read = set(_parameters(possible))
        axes = [
            at
            for at, alternatives in enumerate(settings)
            if any(number in setting.guards or read & set(setting.values) for setting in alternatives)
        ]
        if axes:
            found[number] = _switch(transition.when, number, axes, settings)
    return found


def _switch(guard: Guard | None, number: int, axes: Sequence[int], settings: Sequence[Sequence[Setting]]) -> Switch:
    known: dict[Guard | None, int] = {}
    table = []
    for chosen in itertools.product(*(settings[at] for at in axes)):
        one = guard
        values: dict[str, Scalar] = {}
        for setting in chosen:
            one = setting.guards.get(number, one)
            values.update(setting.values)
        table.append(known.setdefault(None if one is None else settled(one, values), len(known)))
    return Switch(tuple(axes), tuple(known), tuple(table))


# ---- what each variant shares with others


@frozen(eq=False)
class Plan:
    """Which axes are worked out one combination at a time, and which are run abreast.

    Attributes:
        grid: the axes.
        models: the model by the alternatives chosen of the first axes, up to the last that is not soft.
        logs: the axes that change the log.

    """

    grid: Grid
    models: Mapping[Choice, Model]
    logs: tuple[int, ...]

    @cached_property
    def hard(self) -> int:
        """How many axes, the first ones, are built into the models."""
        return len(next(iter(self.models)))

    @cached_property
    def abreast(self) -> tuple[int, ...]:
        """The axes that are run abreast."""
        return tuple(at for at in range(self.hard, len(self.grid.axes)) if at not in self.logs)

    @cached_property
    def fixed(self) -> tuple[int, ...]:
        """The axes that are worked out one combination at a time."""
        return tuple(at for at in range(len(self.grid.axes)) if at not in self.abreast)


def arrange(model: Model, common: Sequence[ModelEdit], grid: Grid) -> Plan:
    """Arrange the axes of *grid*, whose edits follow the *common* ones of *model*."""
    shared = remodel(model, common)
    _check_names(shared, grid)
    models: Mapping[Choice, Model] = {(): shared}
    # What is soft in the model to begin with may be read by more than guards once it has been rebuilt.
    while (hard := _hard(grid, models)) > len(next(iter(models))):
        models = {choice: _built(model, common, grid, choice) for choice in _choices(grid, hard)}
    _check_guards(models, grid)
    logs = tuple(at for at, axis in enumerate(grid.axes) if any(log_edits(one) for one in axis.alternatives))
    return Plan(grid, models, logs)


def _check_names(model: Model, grid: Grid) -> None:
    """Make sure that no two axes set one thing of a transition of *model*, the one by its name, the other by number.

    Raises:
        UsageError: they do.

    """
    edits = [edit for axis in grid.axes for one in axis.alternatives for edit in one.edits]
    if any(isinstance(edit, Add | Remove) and edit.kind == "transition" for edit in edits):
        return  # a number may then be that of another
    names = [transition.name for transition in model.transitions]

    def name_of(edit: Change) -> str | int:
        if edit.kind != "transition" or not isinstance(edit.name, int) or not 1 <= edit.name <= len(names):
            return edit.name
        name = names[edit.name - 1]
        return edit.name if names.count(name) > 1 else name

    problems = list(_set_twice(grid.axes, name_of))
    if problems:
        raise UsageError(problems)


def _check_guards(models: Mapping[Choice, Model], grid: Grid) -> None:
    """Make sure that every guard of axes that are not built into *models* is one.

    Raises:
        UsageError: some are none; each is told at its own place.

    """
    hard = len(next(iter(models)))
    found: dict[tuple[str, str], Problem] = {}
    told: set[str] = set()
    edits = [edit for axis in grid.axes[hard:] for one in axis.alternatives for edit in model_edits(one)]
    for model, edit in itertools.product(models.values(), edits):
        guard = new_guard(edit)
        if guard is None or not isinstance(edit, Change):
            continue
        place, is_joined = _place_of_guard(edit)
        try:
            _guard(model, transition_number(model, edit.name, edit.place), *guard, place)
        except UsageError as error:
            for problem in error.problems:
                what = problem.what.partition(" (at character")[0]
                # What is wrong with a guard is wrong with all that it is a part of.
                if not (is_joined and what in told):
                    found.setdefault((problem.where, problem.what), problem)
                told.add(what)
    if found:
        raise UsageError(found.values())


def _place_of_guard(edit: Change) -> tuple[str, bool]:
    """Return where the guard of *edit* stands, and whether it was put together of several."""
    guard = None if edit.node is None or document_of(edit.node) != edit.keys else field_of(edit.node, "when")
    if not isinstance(guard, Plain):
        return edit.place, False
    return guard.place.within(edit.place.partition(":")[0]), guard.quoted and not guard.written


def _hard(grid: Grid, models: Mapping[Choice, Model]) -> int:
    """Return how many axes stand up to and with the last that is not soft in all *models*, which have some built in."""
    done = len(next(iter(models)))
    for at in reversed(range(done, len(grid.axes))):
        edits = [edit for one in grid.axes[at].alternatives for edit in model_edits(one)]
        if not all(is_soft(model, edit) for model in models.values() for edit in edits):
            return at + 1
    return done


def _choices(grid: Grid, axes: int) -> Iterator[Choice]:
    return itertools.product(*(range(count) for count in grid.shape[:axes]))


def _built(model: Model, common: Sequence[ModelEdit], grid: Grid, choice: Choice) -> Model:
    """Return the model with the alternatives of *choice*, of the first axes, built in."""
    chosen = [(axis.name, axis.alternatives[at]) for axis, at in zip(grid.axes, choice, strict=False)]
    try:
        return remodel(model, [*common, *(edit for _, one in chosen for edit in model_edits(one))], sweep=True)
    except OnwardError as error:
        name = "; ".join(f"{axis}: {one.name}" for axis, one in chosen)
        raise type(error)(evolve(each, where=f"{name}: {each.where}") for each in error.problems) from error


def model_edits(alternative: Alternative) -> tuple[ModelEdit, ...]:
    """Return the edits of an alternative that change the model."""
    return tuple(edit for edit in alternative.edits if isinstance(edit, ModelEdit))


def log_edits(alternative: Alternative) -> tuple[LogEdit, ...]:
    """Return the edits of an alternative that change the log."""
    return tuple(edit for edit in alternative.edits if isinstance(edit, LogEdit))
