"""Holdings: what the fold of the whole language keeps of every case, and the columns that it takes of a log."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from attrs import define, field, frozen
from numpy.typing import NDArray

from onward.history import carrying, fold
from onward.history.letters import numbers_of
from onward.history.program import Letter, Program, UnfitError
from onward.history.seating import Seats
from onward.history.several import parts_of
from onward.history.stepping import Reading
from onward.history.tables import Layout, check_sums, layout_of, rules_of, with_values
from onward.history.thresholds import WHOLE
from onward.log.columns import Columns
from onward.log.log import Value
from onward.model.elements import Flag, Latest, Max, Sum
from onward.model.model import Model

_MOST_ROOM = 1 << 18
"""Rows that are told before they are taken out of the room."""


@frozen(eq=False)
class Happened:
    """What a run of the loop told.

    Attributes:
        told: refusals and broken invariants: `carrying.TOLD_*`, then the clocks and the memory.
        registers: the registers for each of these, before and after.
        ticks: what time alone did: `carrying.TICK_*`.

    """

    told: NDArray[np.int64]
    registers: NDArray[np.float64]
    ticks: NDArray[np.int64]


@define(eq=False)
class Holdings:
    """What variables keep beside counts, of every case, and how far time has passed for it.

    Attributes:
        program: the model as graphs of tests.
        reading: which end of a date counts.
        registers: by case and register, a sum or a largest number.
        fractions: whether each of these is no whole number.
        queues: by case, the first and the last node of every queue.
        dues: by case, the next instant at whose end time alone may change something.
        passed: by case, how far time has passed: twice the instant, and one more where it is over.
        pool: the nodes of all queues.
        values: the values that are kept as they are, each at its number.
        codes: for every attribute kept apart, and its part, the numbers of its values.

    """

    program: Program
    reading: Reading
    registers: NDArray[np.float64] = field(init=False)
    fractions: NDArray[np.uint8] = field(init=False)
    queues: NDArray[np.int64] = field(init=False)
    dues: NDArray[np.int64] = field(init=False)
    passed: NDArray[np.int64] = field(init=False)
    pool: carrying.Pool = field(init=False)
    values: list[Value] = field(factory=list)
    codes: dict[tuple[str, str], dict[Value, int]] = field(factory=dict)
    _numbers: dict[tuple[type, Value], int] = field(factory=dict)
    _rules: carrying.Rules | None = field(default=None, init=False)
    _layout: tuple[tuple[int, int], Layout] | None = field(default=None, init=False)
    _used: NDArray[np.int64] = field(init=False)

    def __attrs_post_init__(self) -> None:
        layout = self.layout
        self.registers = np.empty((0, len(layout.registers)))
        self.fractions = np.empty((0, len(layout.registers)), np.uint8)
        self.queues = np.empty((0, 2 * len(layout.queues)), np.int64)
        self.dues, self.passed = np.empty(0, np.int64), np.empty(0, np.int64)
        self.pool = _pool_of(64)
        self.codes = {each: {} for each in layout.apart}
        self._used = np.zeros(carrying.FREE_COUNT + 1, np.int64)
        self._used[carrying.FREE] = -1

    @property
    def model(self) -> Model:
        """What may happen."""
        return self.program.model

    @property
    def layout(self) -> Layout:
        """Where everything is kept."""
        asked = len(self.program.alike), len(self.program.sums)
        if self._layout is None or self._layout[0] != asked:
            self._layout = asked, layout_of(self.program)
        return self._layout[1]

    def add(self, count: int) -> None:
        """Make room for *count* cases that have not begun."""
        starts = [
            np.nan if isinstance(self.model.context[variable].reducer, Max) else 0.0
            for variable in self.layout.registers
        ]
        self.registers = np.concatenate([self.registers, np.tile(starts, (count, 1)).reshape(count, len(starts))])
        self.fractions = np.concatenate([self.fractions, np.zeros((count, len(starts)), np.uint8)])
        self.queues = np.concatenate([self.queues, np.full((count, self.queues.shape[1]), -1, np.int64)])
        self.dues = np.concatenate([self.dues, np.full(count, carrying.ENDLESS, np.int64)])
        self.passed = np.concatenate([self.passed, np.full(count, fold.NEVER, np.int64)])

    def rules(self, letters: list[Letter]) -> carrying.Rules:
        """Return the rules for *letters*, with all that is known of the values kept."""
        rules = self._rules
        if rules is None or len(rules.refused) < len(letters):
            rules = rules_of(self.program, letters)
        if rules.answers.shape[1] != len(self.values) + 1:
            rules = with_values(rules, self.program, self.values)
        self._rules = rules
        return rules

    def number(self, value: Value) -> int:
        """Return the number of a value that is kept as it is, a new one if it is first met."""
        key = type(value), value
        if key not in self._numbers:
            self._numbers[key] = len(self.values)
            self.values.append(value)
        return self._numbers[key]

    def given(  # noqa: PLR0913  # the columns of a stretch, and what was worked out of them
        self,
        columns: Columns,
        seats: Seats,
        rows: NDArray[np.int64],
        moments: NDArray[np.int64],
        letters: NDArray[np.uint32],
        events: NDArray[np.int32],
    ) -> carrying.Given:
        """Return a stretch of a log as the loop takes it.

        Raises:
            UnfitError: numbers are too large to be reckoned with exactly.

        """
        values, fractions = self._values(columns, seats, events)
        codes, slots = self._coded(columns, seats)
        stretch = carrying.Given(
            rows=rows,
            cases=seats.cases,
            letters=letters,
            moments=moments,
            untils=self._untils(columns, seats),
            codes=codes,
            slots=slots,
            values=values,
            fractions=fractions,
        )
        found: carrying.Given = carrying.writable(stretch)  # type: ignore[no-untyped-call]  # of the compiled module
        return found

    def _untils(self, columns: Columns, seats: Seats) -> NDArray[np.int64]:
        if columns.untils is None:
            return np.full(len(seats.cases), carrying.ENDLESS)
        ends = columns.untils.last if self.reading == "certain" else columns.untils.first
        found: NDArray[np.int64] = seats.of(ends.to_physical().fill_null(carrying.ENDLESS).to_numpy())
        return found

    def _coded(self, columns: Columns, seats: Seats) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Return the columns of numbers of values, and where those of each attribute begin."""
        layout = self.layout
        found: list[list[NDArray[np.int32]]] = []
        for name, part in layout.apart:
            found.append(self._apart(columns.attributes.get(name), (name, part), len(columns)))
        for name in layout.kept:
            column = columns.attributes.get(name)
            found.append([_nowhere(len(columns)) if column is None else _replaced(column, self.number)])
        slots = np.cumsum([0, *map(len, found)], dtype=np.int64)
        rows = [seats.of(column) for each in found for column in each]
        return np.array(rows, np.int32).reshape(len(rows), len(seats.cases)), slots

    def _apart(self, column: pl.Series | None, key: tuple[str, str], rows: int) -> list[NDArray[np.int32]]:
        """Return the numbers of the values that each row has, in as many columns as one row has values."""
        known = self.codes[key]
        if column is None:
            return [_nowhere(rows)]
        if not key[1]:
            return [_replaced(column, lambda value: known.setdefault(value, len(known)))]
        values = column.unique(maintain_order=True).drop_nulls().to_list()
        lists = [list(dict.fromkeys(parts_of(value, key[1]))) for value in values]
        numbers = {value: number for number, value in enumerate(values)}
        cells = _replaced(column, numbers.__getitem__)
        width = max(map(len, lists), default=0)
        table = np.full((len(lists) + 1, max(width, 1)), -1, np.int32)
        for row, each in enumerate(lists):
            table[row, : len(each)] = [known.setdefault(value, len(known)) for value in each]
        # A cell with nothing recorded is the last row's.
        return [np.ascontiguousarray(table[cells, at]) for at in range(table.shape[1])]

    def _values(
        self, columns: Columns, seats: Seats, events: NDArray[np.int32]
    ) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
        """Return, for every seat, the numbers that are needed, and which columns have no whole ones.

        Raises:
            UnfitError: they are too large to be reckoned with exactly.

        """
        names = self.layout.numbers
        found = [numbers_of(name, columns) for name in names]
        fractions = [name in columns.attributes and columns.attributes[name].dtype == pl.Float64 for name in names]
        largest = {name: far for name, (_, far) in zip(names, found, strict=True)}
        most = int(np.bincount(seats.cases).max(initial=0))
        kept = {**self._farthest(largest, most), **self._kept_farthest(columns)}
        counted = int(events.max(initial=0)) + len(columns)
        check_sums(self.program.sums, {**largest, "": counted}, kept)
        if not names:
            return np.empty((len(seats.cases), 0)), np.zeros(0, np.uint8)
        return (
            np.ascontiguousarray(seats.of(np.column_stack([values for values, _ in found]))),
            np.array(fractions, np.uint8),
        )

    def _farthest(self, largest: Mapping[str, int], most: int) -> dict[str, int]:
        """Return how far from nought the numbers in registers can go, *most* more events a case."""
        found = {}
        for register, variable in enumerate(self.layout.registers):
            kept = self.model.context[variable]
            reducer = kept.reducer
            now = np.abs(self.registers[:, register])
            far = int(now[np.isfinite(now)].max(initial=0.0))
            match reducer:
                case Sum(attribute):
                    far += largest[attribute] * most
                case Max(attribute):
                    far = max(far, largest[attribute])
                case _:
                    raise AssertionError(reducer)
            if far > WHOLE and largest[attribute]:
                raise UnfitError(f"{kept.name} comes to whole numbers beyond 2^53")
            found[kept.name] = far if far <= WHOLE else 0
        return found

    def _kept_farthest(self, columns: Columns) -> dict[str, int]:
        """Return how far the whole numbers go that variables keep as they are."""
        found = {}
        for variable in self.model.context:
            reducer = variable.reducer
            if isinstance(reducer, Latest):
                far = max((abs(value) for value in self.values if type(value) is int), default=0)
                _, here = numbers_of(reducer.attribute, columns)
                found[variable.name] = max(far, here)
        return found

    def carry(
        self,
        given: carrying.Given,
        walker: Any,  # noqa: ANN401  # the walker, which imports this module
        letters: list[Letter],
        paths: NDArray[np.int32],
        limit: int,
    ) -> Happened:
        """Carry the cases of *walker* over what is *given*, and let time pass for all until just before *limit*."""
        rules = self.rules(letters)
        cases = carrying.Cases(
            memory=walker.memory,
            registers=self.registers,
            fractions=self.fractions,
            clocks=walker.clocks,
            queues=self.queues,
            dues=self.dues,
            passed=self.passed,
        )
        room = self._room(walker.known, walker.ways, paths, rules)
        self._used[: carrying.VALUES + 1] = walker.used[: carrying.VALUES + 1]
        told: list[NDArray[np.int64]] = []
        registers: list[NDArray[np.float64]] = []
        ticks: list[NDArray[np.int64]] = []
        done, why, steps = 0, carrying.FULL_TOLD, len(paths)
        used = self._used
        used[carrying.EARLIER_TICKS] = 0
        while why != carrying.DONE:
            done, why = carrying.carry(done, steps, limit, given, cases, self.pool, rules, room)
            told.append(room.told[: used[carrying.TOLD]].copy())
            registers.append(room.registers[: used[carrying.TOLD]].copy())
            ticks.append(room.ticks[: used[carrying.TICKS]].copy())
            used[carrying.EARLIER_TICKS] += used[carrying.TICKS]
            used[carrying.TOLD] = used[carrying.TICKS] = 0
            match why:
                case carrying.FULL_PATHS:
                    room = room._replace(ways=np.vstack([room.ways, np.zeros_like(room.ways)]))
                case carrying.FULL_VALUES:
                    room = room._replace(known=widened(room.known))
                case carrying.FULL_NODES:
                    self.pool = _wider(self.pool)
                case carrying.FULL_TOLD if len(room.told) < _MOST_ROOM:
                    room = room._replace(told=_twice(room.told), registers=_twice(room.registers))
                case carrying.FULL_TICKS if len(room.ticks) < _MOST_ROOM:
                    room = room._replace(ticks=_twice(room.ticks))
                case _:
                    pass
        walker.used[: carrying.VALUES + 1] = used[: carrying.VALUES + 1]
        walker.ways, walker.known = room.ways, room.known
        return Happened(np.concatenate(told), np.concatenate(registers), np.concatenate(ticks))

    def _room(
        self, known: NDArray[np.int64], ways: NDArray[np.int32], paths: NDArray[np.int32], rules: carrying.Rules
    ) -> carrying.Room:
        variables, registers = len(self.model.context), self.registers.shape[1]
        tracks = len(self.model.track_names)
        most = max(1024, 4 * (len(rules.bits) + 2))
        moves = max(len(self.program.moves), 1)
        if ways.shape[1] < moves:
            ways = np.hstack([ways, np.zeros((ways.shape[0], moves - ways.shape[1]), np.int32)])
        width = carrying.TOLD_SINCE + tracks + 2 * variables + 2 * registers
        return carrying.Room(
            used=self._used,
            known=known,
            ways=ways,
            told=np.empty((most, width), np.int64),
            registers=np.empty((most, 2 * registers)),
            ticks=np.empty((most, carrying.TICK_PATH + 1), np.int64),
            paths=paths,
            stack=np.zeros(64),
            memory=np.zeros(variables, np.int64),
            totals=np.zeros(registers),
            fractions=np.zeros(registers, np.int64),
        )

    def entries(self, case: int, variable: int, count: int) -> list[tuple[int | None, float]]:
        """Return what a windowed *variable* of a *case* keeps: the instant through which each counts, and how much.

        Args:
            case: the number of the case.
            variable: the number of the variable.
            count: how many entries there are; those that end have nodes, or else those that never end would fill them.

        """
        queue = self.layout.queues.index(variable)
        whole = not isinstance(self.model.context[variable].reducer, Sum)
        found: list[tuple[int | None, float]] = []
        node = int(self.queues[case, 2 * queue])
        while node >= 0:
            end, amount = int(self.pool.ends[node]), float(self.pool.amounts[node])
            exact = whole or not self.pool.fractions[node]
            found.append((None if end == carrying.ENDLESS else end, int(amount) if exact else amount))
            node = int(self.pool.following[node])
        return [*found, *((None, 1) for _ in range(count - len(found)))]

    def enter(self, case: int, variable: int, kept: list[tuple[int | None, float]]) -> None:
        """Put what a windowed *variable* of a *case* keeps into its queue, which is empty."""
        layout = self.layout
        queue = layout.queues.index(variable)
        is_sum = variable in layout.registers
        nodes = [each for each in kept if is_sum or each[0] is not None]
        used = self._used
        while used[carrying.FRESH] + len(nodes) >= self.pool.ends.size:
            self.pool = _wider(self.pool)
        first = int(used[carrying.FRESH])
        for node, (end, amount) in enumerate(nodes, start=first):
            self.pool.ends[node] = carrying.ENDLESS if end is None else end
            self.pool.amounts[node] = amount
            self.pool.fractions[node] = isinstance(amount, float)
            self.pool.following[node] = node + 1 if node + 1 < first + len(nodes) else -1
        if nodes:
            self.queues[case, 2 * queue : 2 * queue + 2] = first, first + len(nodes) - 1
            used[carrying.FRESH] += len(nodes)
        if is_sum:
            total: float = 0
            for _, amount in kept:
                total += amount
            self.keep_number(case, variable, total)

    def keep_number(self, case: int, variable: int, number: int | float | None) -> None:  # noqa: PYI041  # which is asked
        """Put a number into the register of a *variable* of a *case*.

        Raises:
            UnfitError: it is too large to be reckoned with exactly.

        """
        register = self.layout.registers.index(variable)
        if isinstance(number, int) and abs(number) > WHOLE:
            raise UnfitError(f"{self.model.context[variable].name} comes to whole numbers beyond 2^53")
        self.registers[case, register] = np.nan if number is None else number
        self.fractions[case, register] = isinstance(number, float)

    def number_in(self, variable: int, value: float, fraction: int) -> float | None:
        """Return the number that a register holds as guards see it: whole, or not, or none."""
        if np.isnan(value) and isinstance(self.model.context[variable].reducer, Max):
            return None
        return float(value) if fraction else int(value)

    def seen(self, memory: Sequence[int], registers: Sequence[float], fractions: Sequence[int]) -> dict[str, Value]:
        """Return what guards see of one case's *memory*, and of its *registers*."""
        found: dict[str, Value] = {}
        numbers = {variable: register for register, variable in enumerate(self.layout.registers)}
        for number, (variable, held) in enumerate(zip(self.model.context, memory, strict=True)):
            match variable.reducer:
                case Flag():
                    found[variable.name] = bool(held)
                case Latest():
                    found[variable.name] = self.values[held - 1] if held else None
                case Sum() | Max():
                    register = numbers[number]
                    found[variable.name] = self.number_in(number, registers[register], fractions[register])
                case _:
                    found[variable.name] = held
        return found

    def set_dues(self, walker: Any, letters: list[Letter]) -> None:  # noqa: ANN401  # as above
        """Work out what is due for every case, from where it stands."""
        cases = carrying.Cases(
            memory=walker.memory,
            registers=self.registers,
            fractions=self.fractions,
            clocks=walker.clocks,
            queues=self.queues,
            dues=self.dues,
            passed=self.passed,
        )
        carrying.set_dues(cases, self.pool, self.rules(letters))

    def pass_by(self, now: NDArray[np.int64], limit: int) -> None:
        """Write down how far time has passed: for every case to its last event, and for all until before *limit*."""
        begun = now != fold.NEVER
        self.passed[begun] = np.maximum(self.passed[begun], 2 * now[begun])
        if limit != fold.NEVER:
            self.passed[begun] = np.maximum(self.passed[begun], 2 * (limit - 1) + 1)


def _twice(room: NDArray[Any]) -> NDArray[Any]:
    """Return twice the room, empty: what it held has been taken out."""
    return np.empty((2 * len(room), room.shape[1]), room.dtype)


def _pool_of(size: int) -> carrying.Pool:
    return carrying.Pool(
        ends=np.zeros(size, np.int64),
        amounts=np.zeros(size),
        fractions=np.zeros(size, np.uint8),
        following=np.zeros(size, np.int64),
    )


def _wider(pool: carrying.Pool) -> carrying.Pool:
    """Return the same nodes in twice the room."""
    return carrying.Pool(*(np.concatenate([each, np.zeros_like(each)]) for each in pool))


def widened(known: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the same keys in four times the room."""
    wider = np.full(4 * known.size, -1, np.int64)
    fold.add_all(known, wider, shift_of(wider))
    return wider


def shift_of(known: NDArray[np.int64]) -> int:
    """Return how far a 64-bit key is shifted to find its place among *known*, whose size is a power of two."""
    return 65 - int(known.size).bit_length()


def _nowhere(rows: int) -> NDArray[np.int32]:
    return np.full(rows, -1, np.int32)


def _replaced(column: pl.Series, number: Any) -> NDArray[np.int32]:  # noqa: ANN401  # of a value its number
    """Return the number of each value of *column*, -1 where nothing is recorded."""
    values = column.unique(maintain_order=True).drop_nulls()
    found = [number(value) for value in values.to_list()]
    coded = column.replace_strict(values, pl.Series(found, dtype=pl.Int32), default=-1, return_dtype=pl.Int32)
    return coded.fill_null(-1).to_numpy()
