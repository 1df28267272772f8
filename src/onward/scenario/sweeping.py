"""Sweeping: the parts of a multiverse, each with a log and a model, run one after the other and put together."""

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define, evolve, field, frozen

from onward.history.plain import rows_by_case
from onward.history.stepping import Reading
from onward.history.window import events_until
from onward.log.cases import find_case
from onward.log.dates import Interval
from onward.log.log import EventLog
from onward.model.checks import Loop
from onward.model.elements import START
from onward.model.guards import And, Guard
from onward.model.model import Model
from onward.problems import Problem, UsageError, suggestion
from onward.scenario.asking import find_place
from onward.scenario.editing import cases_touched, edit_log
from onward.scenario.edits import LogEdit
from onward.scenario.forking import Abreast, Fork, loops_in
from onward.scenario.variants import (
    Grid,
    Plan,
    Setting,
    log_edits,
    model_edits,
    setting_of,
    switches_of,
)

_Array = TypeVar("_Array", bound="NDArray[Any]")

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Stood = tuple[tuple[str, ...], NDArray[np.intp]]

NOWHERE = -1
"""Stands for no place: the case is not in the variant's log, or the variant was not run."""


# ---- parts: variants with one log, and one model but for what is run abreast


@frozen(eq=False)
class Part:
    """Variants with one log and one shared model.

    Attributes:
        key: which model it is; parts with the same have all of it in common but the log.
        model: the model that they share.
        log: their log.
        touched: the cases that are otherwise in this log than in the one before any edit.
        settings: for every axis that is not built into the model what its alternatives come to.
        first: the number of the first of them.
        strides: for every one of these axes, how far apart the numbers of variants are.

    """

    key: object
    model: Model
    log: EventLog
    touched: tuple[str, ...]
    settings: tuple[tuple[Setting, ...], ...]
    first: int
    strides: tuple[int, ...]


def parts_of(arranged: Plan, log: EventLog, common: Sequence[LogEdit]) -> list[Part]:
    """Return the parts of a multiverse, in the order of their first variants.

    Args:
        arranged: its axes, and the models that are built.
        log: what was seen.
        common: edits of it that every variant makes first.

    """
    grid = arranged.grid
    settings = {
        choice: [
            [setting_of(model, model_edits(one)) for one in axis.alternatives] for axis in grid.axes[arranged.hard :]
        ]
        for choice, model in arranged.models.items()
    }
    logs: dict[object, tuple[EventLog, tuple[str, ...]]] = {}
    found = []
    for fixed in itertools.product(*(range(grid.shape[at]) for at in arranged.fixed)):
        chosen = dict(zip(arranged.fixed, fixed, strict=True))
        built = tuple(chosen[at] for at in range(arranged.hard))
        of_log = tuple(chosen[at] for at in arranged.logs)
        model = arranged.models[built]
        if (built, of_log) not in logs:
            edits = [
                e for at, n in zip(arranged.logs, of_log, strict=True) for e in log_edits(grid.axes[at].alternatives[n])
            ]
            edited = edit_log(model, log, [*common, *edits])
            logs[built, of_log] = edited.whole(), cases_touched(model, edited)
        rest = range(arranged.hard, len(grid.axes))
        ours = [settings[built][at - arranged.hard] for at in rest]
        mixed = tuple(
            chosen[at] for at in rest if at in chosen and any(model_edits(a) for a in grid.axes[at].alternatives)
        )
        found.append(
            Part(
                key=(built, mixed),
                model=model,
                log=logs[built, of_log][0],
                touched=logs[built, of_log][1],
                settings=tuple(
                    (each[chosen[at]],) if at in chosen else tuple(each) for at, each in zip(rest, ours, strict=True)
                ),
                first=sum(n * grid.strides[at] for at, n in chosen.items()),
                strides=tuple(grid.strides[at] for at in rest),
            )
        )
    return found


# ---- running them, and putting together what comes of it


@frozen(eq=False)
class _World:
    """Variants with all in common but what is run abreast, whatever their log.

    Attributes:
        abreast: those of them that are sound.
        apart: how far the number of each lies behind that of the first, sound or not.
        loops: what is wrong with the others, and which they are.

    """

    abreast: Abreast
    apart: "NDArray[np.intp]"
    loops: "tuple[tuple[Loop, NDArray[np.intp]], ...]"


@define(eq=False)
class Sweep:
    """What has come of the parts run so far."""

    grid: Grid
    window: Interval | None
    reading: Reading
    places: dict[str, int] = field(factory=dict, init=False)
    sound: "NDArray[np.bool_]" = field(init=False)
    _columns: "dict[tuple[str, str], NDArray[np.int16]]" = field(factory=dict, init=False)
    _models: "list[tuple[Model, NDArray[np.intp]]]" = field(factory=list, init=False)
    _worlds: dict[object, _World] = field(factory=dict, init=False)
    _known: "dict[object, list[Stood]]" = field(factory=dict, init=False)
    _looped: "dict[object, tuple[Loop, list[NDArray[np.intp]]]]" = field(factory=dict, init=False)
    _order: dict[str, int] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        import numpy as np  # noqa: PLC0415  # heavy, and only a multiverse needs it

        self.sound = np.ones(self.grid.size, dtype=np.bool_)

    def run(self, part: Part) -> None:
        """Run the cases of one part, but those that another with the same model has run on the same events."""
        world = self._world(part)
        numbers = part.first + world.apart
        for at, (loop, group) in enumerate(world.loops):
            self.sound[numbers[group]] = False
            self._looped.setdefault((part.key, at), (loop, []))[1].append(numbers[group])
        self._models.append((part.model, numbers))
        for case, rows in rows_by_case(part.model, part.log, self.reading).items():
            for places, group in self._stood(part, world.abreast, case, rows):
                self._keep(part.model, case, places, numbers[group])

    def _world(self, part: Part) -> _World:
        if part.key not in self._worlds:
            for place in part.model.places:
                self.places.setdefault(place, len(self.places))
            self._order.update({track: at for at, track in enumerate(part.model.track_names)})
            self._worlds[part.key] = _world_of(part, self.reading)
        return self._worlds[part.key]

    def _stood(self, part: Part, abreast: Abreast, case: str, rows: tuple[int, ...]) -> "list[Stood]":
        """Return where a *case* stands at the end, and in which variants."""
        key = part.key, case
        if case not in part.touched and key in self._known:
            return self._known[key]
        events = list(events_until(part.log, rows, self.window, self.reading))
        until = self.window.last if self.window else None
        stood = list(abreast.run(case, events, until)) if events and len(abreast.variants) else []
        if case not in part.touched:
            self._known[key] = stood
        return stood

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the variants that are not sound."""
        import numpy as np  # noqa: PLC0415  # as above

        return tuple(_told(loop, self.grid, np.concatenate(numbers)) for loop, numbers in self._looped.values())

    def _keep(self, model: Model, case: str, places: tuple[str, ...], numbers: "NDArray[np.intp]") -> None:
        import numpy as np  # noqa: PLC0415  # as above

        for track, place in zip(model.track_names, places, strict=True):
            if (case, track) not in self._columns:
                self._columns[case, track] = np.full(self.grid.size, NOWHERE, dtype=np.int16)
            self._columns[case, track][numbers] = self.places[place]

    def table(self) -> "tuple[tuple[tuple[str, str], ...], NDArray[np.int16]]":
        """Return the cases and tracks, sorted, and where every variant leaves them."""
        import numpy as np  # noqa: PLC0415  # as above

        names = tuple(sorted(self._columns, key=lambda name: (name[0], self._order[name[1]])))
        each = [self._columns[name] for name in names]
        return names, read_only(np.stack(each, axis=1) if each else np.empty((self.grid.size, 0), dtype=np.int16))

    def right(
        self, expected: Iterable[tuple[str, str]], columns: tuple[tuple[str, str], ...], stands: "NDArray[np.int16]"
    ) -> "NDArray[np.int32]":
        """Return for each variant how many cases stand where they are *expected*."""
        import numpy as np  # noqa: PLC0415  # as above

        found = np.zeros(self.grid.size, dtype=np.int32)
        for case, text in expected:
            for model, numbers in self._models:
                stand = np.ones(len(numbers), dtype=np.bool_)
                for track, name in _by_track(model, text):
                    # One more than there are places stands for none: -1 is the last.
                    fits = [name in model.ranks and p in model.ranks and model.within(p, name) for p in self.places]
                    there = stands[numbers, columns.index((case, track))] if (case, track) in columns else NOWHERE
                    stand &= np.array([*fits, False])[there]
                found[numbers] += stand
        return read_only(found)


def _world_of(part: Part, reading: Reading) -> _World:
    """Return the variants of *part* side by side, and how far their numbers lie apart."""
    import numpy as np  # noqa: PLC0415  # as above

    shape = tuple(map(len, part.settings))
    digits = np.indices(shape).reshape(len(shape), math.prod(shape))
    forks = {}
    for number, switch in switches_of(part.model, part.settings).items():
        which = np.zeros(digits.shape[1], dtype=np.intp)
        for axis in switch.axes:
            which = which * shape[axis] + digits[axis]
        forks[number] = Fork(switch.guards, np.array(switch.table, dtype=np.intp)[which])
    # Invariants and what is shown change no step.
    model = evolve(part.model, invariants=(), shows=(), tables=())
    every = Abreast(model, forks, np.arange(digits.shape[1]), reading)
    loops = tuple(loops_in(every))
    sound = np.setdiff1d(every.variants, np.concatenate([group for _, group in loops] or [every.variants[:0]]))
    apart = np.array(part.strides, dtype=np.intp) @ digits
    return _World(evolve(every, variants=sound), apart, loops)


def _told(loop: Loop, grid: Grid, numbers: "NDArray[np.intp]") -> Problem:
    """Return the problem that variants with these *numbers* have a *loop*."""
    first = int(numbers[0])
    names = zip(grid.axes, grid.alternatives(grid.choice(first)), strict=True)
    others = f" (and {len(numbers) - 1:,} more)" if len(numbers) > 1 else ""
    where = f"variant {first}{others}: {'; '.join(f'{axis.name}: {one.name}' for axis, one in names)}"
    return Problem(where, f"transitions without an event can go round for ever: {loop}", loop.mend)


def wants_of(arranged: Plan) -> tuple[tuple[frozenset[object], ...], ...]:
    """Return for every axis what its alternatives ask for."""
    model = next(iter(arranged.models.values()))
    found = []
    for at, axis in enumerate(arranged.grid.axes):
        if at not in arranged.abreast:
            found.append(tuple(frozenset[object]({(at, n)}) for n in range(len(axis.alternatives))))
            continue
        settings = [setting_of(model, model_edits(one)) for one in axis.alternatives]
        numbers = sorted({number for setting in settings for number in setting.guards})
        values = sorted({name for setting in settings for name in setting.values})
        found.append(tuple(frozenset(_asked(model, setting, numbers, values)) for setting in settings))
    return tuple(found)


def _asked(model: Model, setting: Setting, numbers: Iterable[int], values: Iterable[str]) -> Iterator[object]:
    """Yield what *setting* makes guards ask: the parts of those *numbers*, and what parameters come to."""
    for number in numbers:
        for part in _conjuncts(setting.guards.get(number, model.transitions[number].when)):
            yield number, part
    for name in values:
        yield name, setting.values.get(name, model.constants[name])


def _conjuncts(guard: Guard | None) -> Iterator[Guard]:
    match guard:
        case None:
            return
        case And(parts):
            for part in parts:
                yield from _conjuncts(part)
        case _:
            yield guard


# ---- what is expected


def checked_expectation(
    expect: Mapping[str, str], columns: Sequence[tuple[str, str]], models: Sequence[Model]
) -> tuple[tuple[str, str], ...]:
    """Return the names of cases as the log has them, each with the places that are expected.

    Raises:
        UsageError: there is no such case or no such place, or a case is expected twice.

    """
    _check_kind(expect)
    cases = tuple(dict.fromkeys(case for case, _ in columns))
    different = tuple({id(model): model for model in models}.values())
    known = list(dict.fromkeys(name for model in different for name in model.ranks))
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for typed, text in expect.items():
        try:
            case = find_case(typed, cases)
        except UsageError as error:
            problems += error.problems
            continue
        if case in found:
            problems.append(Problem("expect", f"{case!r} is expected twice", "delete one"))
        places = [_place_meant(different, text)] if _place_meant(different, text) else _names(text)
        meant = {name: _place_meant(different, name) for name in places}
        found[case] = "; ".join(meant[name] or name for name in places)
        for name in (name for name, place in meant.items() if not place):
            problems.append(Problem(f"expect: {case}", f"there is no phase {name!r}", suggestion(name, known)))
    if problems:
        raise UsageError(problems)
    return tuple(found.items())


def _place_meant(models: Sequence[Model], text: str) -> str:
    """Return the place that *text* means, by name or title, in the first of *models* that has one; "" for none."""
    for model in models:
        with suppress(UsageError):
            return find_place(model, text)
    return ""


def _check_kind(expect: object) -> None:
    """Make sure that *expect* is places by cases; a path is read with a scenario file.

    Raises:
        UsageError: it is something else.

    """
    if not isinstance(expect, Mapping):
        what = f"{expect!r} does not say where each case should stand"
        raise UsageError([Problem("expect", what, 'write {"case": "phase"}; a scenario file may name a table')])
    wrong = [case for case, place in expect.items() if not isinstance(case, str) or not isinstance(place, str)]
    if wrong:
        raise UsageError(Problem(f"expect: {case}", "a case and its phase are texts", "write both") for case in wrong)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(";")]


def _by_track(model: Model, text: str) -> Iterator[tuple[str, str]]:
    """Yield the tracks of *model* and what is expected on each; `start` alone is expected on all."""
    names = _names(text)
    for at, name in enumerate(names):
        if name != START:
            yield model.track_of.get(name, ""), name
        elif len(names) == 1:
            yield from ((track, name) for track in model.track_names)
        else:
            yield model.track_names[min(at, len(model.track_names) - 1)], name


def read_only(array: _Array) -> _Array:
    """Return *array*, which nobody can change any more."""
    array.setflags(write=False)
    return array
