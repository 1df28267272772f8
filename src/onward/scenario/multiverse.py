"""Multiverse: every combination of alternatives, where each leaves the cases, and which agree with what is known.

What it says is about the model and its alternatives: how much of an outcome hangs on a choice that the sources leave
open. It is no causal estimate.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from attrs import frozen

from onward.history.manifest import manifest_of
from onward.history.stepping import Reading, checked_reading
from onward.history.window import end_of, window_of
from onward.log.cases import find_case
from onward.log.dates import Interval
from onward.log.framed import given_log
from onward.log.log import EventLog
from onward.model.model import Model
from onward.problems import Problem, UsageError, suggestion
from onward.scenario.axes import COLUMNS, Axis
from onward.scenario.comparison import STATEMENT
from onward.scenario.edits import Edit, LogEdit, ModelEdit
from onward.scenario.remodelling import remodel
from onward.scenario.scenario import Scenario
from onward.scenario.sweeping import (
    NOWHERE,
    Sweep,
    checked_expectation,
    parts_of,
    read_only,
    wants_of,
)
from onward.scenario.variants import (
    Choice,
    Grid,
    arrange,
    effective,
)

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

MOST_SMALLEST = 1000
"""Agreeing variants beyond which `smallest` stops looking for more."""


@frozen
class Share:
    """How an alternative fares against what is expected.

    Attributes:
        axis: whose alternative it is.
        alternative: which.
        agreeing: how many of the variants that agree have it.
        share: what part of all that agree that is; None where none does.

    """

    axis: str
    alternative: str
    agreeing: int
    share: float | None


@frozen
class Hinge:
    """How much hangs on an axis.

    Attributes:
        axis: the axis.
        case: the case whose place at the end is looked at.
        track: the track, "" in a model without tracks.
        share: in what part of all settings of the other axes it makes a difference which alternative this one has.

    """

    axis: str
    case: str
    track: str
    share: float


@frozen(eq=False, repr=False)
class Multiverse:
    """Where every case stands at the end in every variant.

    Attributes:
        model: the model before any edit.
        log: the log before any edit.
        axes: what differs; variants are their combinations, numbered from 0, the last axis changing fastest.
        common: edits that every variant makes first.
        as_of: the end of the window, the same for all variants (None: an empty log).
        reading: which end of a partial date counted.
        expected: where each case should stand: the name of the case, and of a phase or stage, several one a track.
        columns: the case and the track ("" without tracks) of every column of `stands`.
        places: the names of the places by their numbers.
        stands: where each variant (row) leaves each case and track (column): numbers of places, -1 for none. Read-only.
        right: for each variant how many of the expected cases stand where they should. Read-only.
        sound: which variants are models at all; the others, in which transitions without an event can go round for
            ever, were not run. Read-only.
        problems: what is wrong with those.
        wants: for each axis what its alternatives ask for, as parts of guards; see `smallest`.

    """

    model: Model
    log: EventLog
    axes: tuple[Axis, ...]
    common: tuple[Edit, ...]
    as_of: Interval | None
    reading: Reading
    expected: tuple[tuple[str, str], ...] | None
    columns: tuple[tuple[str, str], ...]
    places: tuple[str, ...]
    stands: "NDArray[np.int16]"
    right: "NDArray[np.int32]"
    sound: "NDArray[np.bool_]"
    problems: tuple[Problem, ...] = ()
    wants: tuple[tuple[frozenset[object], ...], ...] = ()

    def __len__(self) -> int:
        return len(self.sound)

    def __repr__(self) -> str:
        agreeing = "" if self.expected is None else f", agreeing={self.agreeing}"
        return f"Multiverse(model={self.model.name!r}, shape={self.shape}, variants={len(self)}{agreeing})"

    @property
    def statement(self) -> str:
        """What kind of answer this is."""
        return STATEMENT

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of alternatives of each axis."""
        return self._grid.shape

    @cached_property
    def _grid(self) -> Grid:
        return Grid(self.axes)

    @cached_property
    def agrees(self) -> "NDArray[np.bool_]":
        """Which variants leave every expected case where it should be; none where nothing is expected. Read-only."""
        import numpy as np  # noqa: PLC0415  # heavy, and only a multiverse needs it

        found = self.sound & (self.right == len(self.expected)) if self.expected else np.zeros(len(self), np.bool_)
        return read_only(found)

    @property
    def agreeing(self) -> int:
        """How many variants agree with what is expected."""
        return int(self.agrees.sum())

    def place(self, number: int, case: str, track: str = "") -> str | None:
        """Return where variant *number* leaves a case, None if nowhere.

        Raises:
            UsageError: there is no such variant, case or track.

        """
        self._check_number(number)
        name = find_case(case, tuple(dict.fromkeys(case for case, _ in self.columns)))
        tracks = [each for case, each in self.columns if case == name]
        if track not in tracks:
            raise UsageError([Problem("track", f"there is no track {track!r}", suggestion(track, tracks))])
        found = int(self.stands[number, self.columns.index((name, track))])
        return None if found == NOWHERE else self.places[found]

    def names(self, number: int) -> tuple[str, ...]:
        """Return the alternatives of variant *number*, one an axis.

        Raises:
            UsageError: there is no such variant.

        """
        self._check_number(number)
        return tuple(one.name for one in self._grid.alternatives(self._grid.choice(number)))

    def variant(self, number: int) -> Scenario:
        """Return variant *number* as a scenario, for `what_if`: the edits that change anything.

        Raises:
            UsageError: there is no such variant.

        """
        chosen = self._grid.alternatives(self._grid.choice(number)) if self._check_number(number) else ()
        edits = [edit for one in chosen for edit in one.edits]
        of_model = effective(
            remodel(self.model, [edit for edit in self.common if isinstance(edit, ModelEdit)]),
            [edit for edit in edits if isinstance(edit, ModelEdit)],
        )
        of_log = [edit for edit in edits if isinstance(edit, LogEdit)]
        name = "; ".join(f"{axis.name}: {one.name}" for axis, one in zip(self.axes, chosen, strict=True))
        return Scenario(name, (*self.common, *of_model, *of_log))

    def _check_number(self, number: int) -> bool:
        if not 0 <= number < len(self):
            mend = f"they are numbered from 0 to {len(self) - 1}"
            raise UsageError([Problem("variant", f"there is no variant {number}", mend)])
        return True

    @cached_property
    def shares(self) -> tuple[Share, ...]:
        """Every alternative, and how many of the agreeing variants have it."""
        agrees = self.agrees.reshape(self.shape)
        all_ = self.agreeing
        return tuple(
            Share(axis.name, alternative.name, count, count / all_ if all_ else None)
            for at, axis in enumerate(self.axes)
            for alternative, count in zip(
                axis.alternatives,
                agrees.sum(axis=tuple(other for other in range(len(self.axes)) if other != at)).tolist(),
                strict=True,
            )
        )

    @cached_property
    def hinges(self) -> tuple[Hinge, ...]:
        """Every axis and case, and how often the case's place hangs on that axis; only axes with a choice."""
        import numpy as np  # noqa: PLC0415  # as above

        # Variants that were not run tell of no difference: they have the first place and the last.
        run = np.broadcast_to(self.sound[:, None], self.stands.shape)
        low, high = (
            np.where(run, self.stands, none).reshape((*self.shape, len(self.columns)))
            for none in (len(self.places), NOWHERE - 1)
        )
        found = []
        for at, axis in enumerate(self.axes):
            if len(axis.alternatives) > 1:
                differs = (low.min(axis=at) < high.max(axis=at)).reshape(len(self) // self.shape[at], len(self.columns))
                for (case, track), share in zip(self.columns, differs.mean(axis=0).tolist(), strict=True):
                    found.append(Hinge(axis.name, case, track, share))
        return tuple(found)

    @cached_property
    def smallest(self) -> tuple[int, ...]:
        """The agreeing variants that ask least: no other that agrees asks a part of the same and nothing else.

        What a variant asks are the conditions of the guards that its alternatives give to transitions; alternatives
        that do anything else are compared only with themselves.
        """
        import numpy as np  # noqa: PLC0415  # as above

        numbers = np.flatnonzero(self.agrees).tolist()
        wants = {number: self._wanted(self._grid.choice(number)) for number in numbers}
        least: list[int] = []
        for number in sorted(numbers, key=lambda number: (len(wants[number]), number)):
            if len(least) < MOST_SMALLEST and not any(wants[one] < wants[number] for one in least):
                least.append(number)
        return tuple(least)

    def _wanted(self, choice: Choice) -> frozenset[object]:
        return frozenset[object]().union(*(axis[at] for axis, at in zip(self.wants, choice, strict=True)))

    @cached_property
    def frame(self) -> "pl.DataFrame":
        """One row a variant: its number, its alternatives, where it leaves each case, and how that agrees.

        The columns are `variant`, one for each axis, one for each case (`case: track` in a model with tracks), `sound`
        and, where something is expected, `right` (cases that stand where they should) and `agrees`. A case with the
        name of another column has `case` in front of it.
        """
        import numpy as np  # noqa: PLC0415  # as above
        import polars as pl  # noqa: PLC0415  # as above

        numbers = np.arange(len(self))
        columns: dict[str, Any] = {"variant": numbers}
        for axis, stride in zip(self.axes, self._grid.strides, strict=True):
            names = pl.Series([one.name for one in axis.alternatives], dtype=pl.String)
            columns[axis.name] = names.gather(numbers // stride % len(axis.alternatives))
        places = pl.Series([*self.places, None], dtype=pl.String)
        for at, (case, track) in enumerate(self.columns):
            name = f"{case}: {track}" if track else case
            while name in columns or name in COLUMNS:
                name = f"case {name}"
            columns[name] = places.gather(self.stands[:, at] % len(places))
        columns["sound"] = self.sound
        if self.expected is not None:
            columns |= {"right": self.right, "agrees": self.agrees}
        return pl.DataFrame(columns)

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        """All that is needed to make this result again."""
        from hashlib import sha256  # noqa: PLC0415  # as above

        return manifest_of(
            self.model,
            self.log,
            self.as_of,
            self.reading,
            axes={axis.name: [one.name for one in axis.alternatives] for axis in self.axes},
            grid_fingerprint=sha256(repr((self.common, self.axes)).encode()).hexdigest(),
            expected=None if self.expected is None else dict(self.expected),
            statement=STATEMENT,
        )


def multiverse(  # noqa: PLR0913  # a log, what may differ, what is expected, and how a log is read
    model: Model,
    log: "EventLog | pl.DataFrame",
    axes: Iterable[Axis],
    *,
    common: Iterable[Edit] = (),
    expect: Mapping[str, str] | None = None,
    as_of: str | int | date | datetime | Interval | None = None,
    reading: Reading = "certain",
) -> Multiverse:
    """Replay *log* through every variant of *model*: every combination of one alternative an axis.

    Variants that differ only in guards of transitions, or in numbers that only such guards read, take each step
    together for as long as they stand in the same place; so thousands of them cost little more than one.

    Args:
        model: what may happen.
        log: what was seen: a log, or a data frame that `read_log` understands.
        axes: what may be otherwise, and how. Edits are made in their order, each on what those before have left; an
            axis that changes more than guards and numbers does so quickest in front of the others.
        common: edits that every variant makes first.
        expect: where each case should stand at the end: a phase or a stage, in a model with tracks one or several
            (`declared; linked`), or `start`.
        as_of: the last day (month, year) of the window. Left out, it ends with the last event of any variant.
        reading: `certain` counts an event from the last instant of its date, `possible` from the first.

    Raises:
        ModelError: an alternative makes no sound model, other than by transitions without an event that can go round
            for ever: those variants are set aside, and told in `problems`.
        LogError: the log does not name cases as the model asks.
        UsageError: an edit names what is not there, or *expect* does; an axis has no alternatives; there are too many
            variants; *as_of* is no date, or there is no such *reading*.

    """
    checked_reading(reading)
    seen = given_log(log)
    grid, first = Grid(tuple(axes)), tuple(common)
    arranged = arrange(model, [edit for edit in first if isinstance(edit, ModelEdit)], grid)
    parts = parts_of(arranged, seen, [edit for edit in first if isinstance(edit, LogEdit)])
    window = window_of(as_of) or end_of([part.log for part in parts], reading)
    made = Sweep(grid, window, reading)
    for part in parts:
        made.run(part)
    columns, stands = made.table()
    expected = None if expect is None else checked_expectation(expect, columns, [part.model for part in parts])
    return Multiverse(
        model=model,
        log=seen,
        axes=grid.axes,
        common=first,
        as_of=window,
        reading=reading,
        expected=expected,
        columns=columns,
        places=tuple(made.places),
        stands=stands,
        right=made.right(expected or (), columns, stands),
        sound=read_only(made.sound),
        problems=made.problems,
        wants=wants_of(arranged),
    )
