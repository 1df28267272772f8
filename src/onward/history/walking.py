"""Walking: a log as columns, carried through a program stretch by stretch; memory grows with cases, not with events."""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from attrs import define, evolve, field, frozen
from numpy.typing import NDArray

from onward.history import carrying, fold, treading
from onward.history.histories import Engine
from onward.history.holdings import Happened, Holdings, shift_of, widened
from onward.history.letters import Alphabet, numbers_of
from onward.history.looking import LookUp, look_up_of, standing
from onward.history.product import MOST_STATES, Paths, paths_of, product_of, room_of, used_of
from onward.history.program import TICK, Program
from onward.history.seating import Seats, microseconds, moments_of, seating_of, written_texts
from onward.history.stepping import Reading
from onward.history.tables import Tables, check_sums, tables_of
from onward.log.columns import Coded, Columns, Dates, dated
from onward.log.dates import Interval
from onward.log.log import Value
from onward.model.elements import Distinct
from onward.model.model import Model
from onward.problems import ModelError

MANY = 100_000
"""Steps from which on it pays to work out the automaton."""

Told = NDArray[np.int64]

_NO_TEXTS = Coded(np.empty(0, np.uint32), pl.Series([], dtype=pl.String))
NO_ROWS = Columns(types=_NO_TEXTS, times=dated(()), cases=_NO_TEXTS)
"""A stretch in which nothing happens but time."""


@frozen(eq=False)
class Walk:
    """What a stretch of a log did: one entry a step, in the order in which they counted.

    What time alone did stands before the event of the same case that it was found out at, or after all events.

    Attributes:
        order: the seat of each, -1 for what time alone did; None is every seat, as they stand.
        cases: the number of the case.
        letters: the number of the event's letter.
        paths: where the case was and what fired: the number of the path; `fold` says how.
        told: refusals and broken invariants that need more words than that: `fold.TOLD_*`, then the memory; or
            `carrying.TOLD_*`, if that is what carried the cases.
        seat_rows: the row of every seat, where rows may be several cases'; cells point to seats.
        registers: sums and largest numbers, for each of *told*, before and after.
        ticks: when each was that time alone did, `fold.NEVER` for events; None where there are none.

    """

    order: NDArray[np.int64] | None
    cases: NDArray[np.uint32]
    letters: NDArray[np.uint32]
    paths: NDArray[np.int32]
    told: NDArray[np.int64]
    seat_rows: NDArray[np.int64] | None
    registers: NDArray[np.float64] | None = None
    ticks: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.paths)

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """The row of each step, from 0; -1 for what time alone did."""
        seats = np.arange(len(self)) if self.order is None else self.order
        if self.seat_rows is None:
            return seats
        if self.ticks is None:
            return self.seat_rows[seats]
        return np.where(seats < 0, -1, np.append(self.seat_rows, -1)[seats])

    def moments(self, of_rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return when each step counted, given when each row did."""
        if self.ticks is None:
            return of_rows[self.rows]
        return np.where(self.rows < 0, self.ticks, np.append(of_rows, fold.NEVER)[self.rows])


@frozen(eq=False)
class Running:
    """The spells that ran when a walk began: whose, on which track, where, and since when (microseconds)."""

    cases: NDArray[np.uint32]
    tracks: NDArray[np.int64]
    places: NDArray[np.int64]
    starts: NDArray[np.int64]


_NONE = np.empty(0, np.int64)
NO_SPELLS = Running(np.empty(0, np.uint32), _NONE, _NONE, _NONE)


class OutOfOrderError(Exception):
    """A case goes back in time from one stretch of a log to the next; *row* is where, *when* to, *case* whose."""

    def __init__(self, row: int, when: str, case: str) -> None:
        self.row, self.when, self.case = row, when, case
        super().__init__(row, when, case)


@define(eq=False)
class Walker:
    """All cases of a log as they stand, and what it takes to carry them on.

    Attributes:
        model: what may happen.
        reading: which end of a date counts.
        case_names: the names of the cases, each at its number.
        memory: the place and the memory of every case.
        clocks: what moves change of every case; `fold` says what.
        events: how many events every case has had.
        ends: the seats of every case's first and last event in this stretch, -1 where it has none.
        now: when every case's last event counted.
        opened: when its first one did.
        texts: for every case the dates, as written, of its first event, its last move (on the first track), its first
            move and its last event, then its last move on every further track.
        ways: by path and transition, the path that is longer by it.
        known: the values that each case has had, as keys.
        running: the spells that ran when the walk began.
        holdings: what the fold of the whole language keeps beside that; None where the plain one does.
        used: how many paths and values there are; the third is not read.
        engine: `columnar` (the general fold), `automaton` (a table, or an error), or None: whichever is faster.

    """

    model: Model
    reading: Reading
    engine: Engine | None = None
    program: Program = field(init=False)
    alphabet: Alphabet = field(init=False)
    case_names: pl.Series = field(factory=lambda: pl.Series([], dtype=pl.String), init=False)
    memory: NDArray[np.int32] = field(init=False)
    clocks: NDArray[np.int64] = field(init=False)
    events: NDArray[np.int32] = field(init=False)
    ends: NDArray[np.int32] = field(init=False)
    now: NDArray[np.int64] = field(init=False)
    opened: NDArray[np.int64] = field(init=False)
    texts: Any = field(init=False)
    ways: NDArray[np.int32] = field(init=False)
    known: NDArray[np.int64] = field(init=False)
    running: Running = field(default=NO_SPELLS, init=False)
    kept_apart: tuple[str, ...] = field(init=False)
    value_codes: dict[str, dict[Value, int]] = field(init=False)
    holdings: Holdings | None = field(init=False)
    used: NDArray[np.int64] = field(init=False)
    _roster: pl.Series = field(init=False)
    _tables: Tables | None = field(default=None, init=False)
    _look_up: LookUp | None = field(default=None, init=False)
    _is_endless: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self.program = Program(self.model)
        self.alphabet = Alphabet(self.model)
        self.holdings = None if self.program.is_simple else Holdings(self.program, self.reading)
        if self.holdings is not None:
            self.alphabet.number(TICK)
        self.memory = np.empty((0, fold.MEMORY + len(self.model.context) + 1), np.int32)
        further = 3 * (len(self.model.track_names) - 1) + len(self.model.rests)
        self.clocks = np.empty((0, fold.AT_BEGAN + 1 + further), np.int64)
        self.events, self.ends = np.empty(0, np.int32), np.empty((2, 0), np.int32)
        self.now, self.opened = np.empty(0, np.int64), np.empty(0, np.int64)
        self.texts = np.empty((0, 3 + len(self.model.track_names)), dtype=np.dtypes.StringDType())
        places = len(self.program.joints)
        self.ways = np.zeros((64 + 2 * places, max(len(self.model.transitions), 1)), np.int32)
        self.known = np.full(64, -1, np.int64)
        reducers = [variable.reducer for variable in self.model.context]
        self.kept_apart = tuple(dict.fromkeys(each.attribute for each in reducers if isinstance(each, Distinct)))
        # Categories are forgotten when no column has them any more, so this one stays.
        self._roster = pl.Series([], dtype=pl.Categorical(pl.Categories.random()))
        self.value_codes = {name: {} for name in self.kept_apart}
        # The first paths are those that have fired nothing, one for each place.
        self.used = np.array([places, 0, 0], np.int64)

    @property
    def ran(self) -> Engine:
        """The engine that has carried the cases."""
        return "columnar" if self._look_up is None else "automaton"

    @property
    def paths(self) -> Paths:
        """The place where every path begins, by number, and what fires (`Program.moves`); each path at its number."""
        return paths_of(self.ways, len(self.program.joints))

    @property
    def answered(self) -> NDArray[np.int64]:
        """By letter and place, the bits of the tracks on which a transition answers."""
        pages = [self.program.page(letter) for letter in self.alphabet.letters]
        return np.array([page.answered for page in pages], np.int64).reshape(len(pages), len(self.program.joints))

    def tables(self) -> Tables:
        """Return the tables of the program for the letters met so far."""
        if self._tables is None or len(self._tables.refused) < len(self.alphabet.letters):
            self._tables = tables_of(self.program, self.alphabet.letters, self.kept_apart)
        return self._tables

    def walk(
        self,
        columns: Columns,
        until: Interval | None = None,
        *,
        start: int = 0,
        name: str = "log",
        through: datetime | None = None,
    ) -> Walk:
        """Carry the cases over the rows of *columns* that count by the end of *until*.

        Args:
            columns: the next stretch of the log.
            until: the end of the window.
            start: the number of rows in earlier stretches, for messages.
            name: what the log is called there.
            through: the instant that is over, for every case, at the end of this stretch: no earlier one may follow.
                None lets time pass only up to each case's events.

        Raises:
            OutOfOrderError: a row lies before an earlier stretch's row of the same case.
            LogError: the rows name no cases as the model asks.
            UnfitError: numbers are too large to be reckoned with exactly.

        """
        seating = seating_of(columns, self.model, start=start, name=name)
        seats = Seats(seating.rows, self.enter(seating.names)[seating.cases])
        moments = seats.of(moments_of(columns.times, self.reading))
        letters = seats.of(self.alphabet.read(columns))
        if self.holdings is not None:
            return self._walk_whole(self.holdings, columns, seats, moments, letters, (until, start, through))
        self.tables()
        codes, values = self._codes(columns, seats), self._values(columns, seats)
        order = self._order(seats, moments, columns.times, until, start)
        steps = len(moments) if order is None else len(order)
        rows = np.empty(0, np.int64) if order is None else order
        paths = np.empty(steps, np.int32)
        self.clocks[:, [fold.AT_SINCE, fold.AT_BEGAN]] = -1
        given = (steps, rows, seats.cases, letters, moments, codes)
        found = self._looked_up(steps)
        told = self._by_tests(given, values, paths) if found is None else self._by_states(given, *found, paths)
        self._visit(steps, rows, seats, moments)
        return Walk(
            order=order,
            cases=seats.cases if order is None else seats.cases[order],
            letters=letters if order is None else letters[order],
            paths=paths,
            told=told,
            seat_rows=seats.rows,
        )

    def close(self, through: datetime) -> Walk:
        """Let time pass for every case until the instant *through* is over, and return what it did."""
        return self.walk(NO_ROWS, through=through)

    def _walk_whole(  # noqa: PLR0913  # a stretch, and what was asked of it
        self,
        holdings: Holdings,
        columns: Columns,
        seats: Seats,
        moments: NDArray[np.int64],
        letters: NDArray[np.uint32],
        asked: tuple[Interval | None, int, datetime | None],
    ) -> Walk:
        """Carry the cases over a stretch by the fold of the whole language."""
        until, start, through = asked
        order = self._order(seats, moments, columns.times, until, start)
        steps = len(moments) if order is None else len(order)
        rows = np.empty(0, np.int64) if order is None else order
        paths = np.empty(steps, np.int32)
        self.clocks[:, [*self._seat_columns, fold.AT_BEGAN]] = -1
        # Pages first: guards say which columns are needed.
        holdings.rules(self.alphabet.letters)
        given = holdings.given(columns, seats, rows, moments, letters, self.events)
        limit = fold.NEVER if through is None or not self.model.has_clockwork else microseconds(through) + 1
        found = self._looked_up(steps)
        if found is None:
            happened = holdings.carry(given, self, self.alphabet.letters, paths, limit)
        else:
            happened = self._by_whole_states(holdings, given, *found, paths)
        self._visit(steps, rows, seats, moments)
        holdings.pass_by(self.now, limit)
        return _merged(
            Walk(
                order=order,
                cases=seats.cases if order is None else seats.cases[order],
                letters=letters if order is None else letters[order],
                paths=paths,
                told=happened.told,
                seat_rows=seats.rows,
                registers=happened.registers,
            ),
            happened.ticks,
        )

    @property
    def _seat_columns(self) -> tuple[int, ...]:
        """The columns of clocks that say in which seat a case moved last, by track."""
        further = range(1, len(self.model.track_names))
        return (fold.AT_SINCE, *(carrying.since_column(track) + 2 for track in further))

    def _by_tests(self, given: tuple[Any, ...], values: NDArray[np.float64], paths: NDArray[np.int32]) -> Told:
        """Carry the cases over what is *given* by the general fold, and return what is told of it."""
        tables = self.tables()
        room = self._room(len(tables.bits))

        def go(done: int) -> tuple[int, int]:
            steps, *columns = given
            return fold.fold(  # type: ignore[no-any-return]  # numba ships no types
                *(done, steps, *columns, values, self.memory, self.clocks, self.known, shift_of(self.known), self.used),
                *(*tables.arguments(), self.ways, room, paths),
            )

        return self._carry(go, room)

    def _by_states(
        self, given: tuple[Any, ...], look: LookUp, states: NDArray[np.uint32], paths: NDArray[np.int32]
    ) -> Told:
        """Carry the cases over what is *given* by looking up the automaton, and return what is told of it."""
        room = self._room(len(look.breaches))

        def go(done: int) -> tuple[int, int]:
            steps, *columns = given
            return fold.tally(  # type: ignore[no-any-return]  # as above
                *(done, steps, *columns, self.memory, self.clocks, self.known, shift_of(self.known), self.used),
                *(*look.arguments(states), room, paths),
            )

        told = self._carry(go, room)
        look.settle(states, self.memory, self.clocks)
        return told

    def _by_whole_states(
        self,
        holdings: Holdings,
        given: carrying.Given,
        look: LookUp,
        states: NDArray[np.uint32],
        paths: NDArray[np.int32],
    ) -> Happened:
        """Do so for the whole language."""
        rules, looked_up = holdings.rules(self.alphabet.letters), look.look(holdings.values)
        cases = carrying.Cases(
            memory=self.memory,
            registers=holdings.registers,
            fractions=holdings.fractions,
            clocks=self.clocks,
            queues=holdings.queues,
            dues=holdings.dues,
            passed=holdings.passed,
        )
        room = room_of(self.program, holdings.registers.shape[1], self.known, self.ways, paths)
        used = room.used
        used[carrying.VALUES] = self.used[carrying.VALUES]
        told: list[Told] = []
        registers: list[NDArray[np.float64]] = []
        steps, done, why = len(paths), 0, carrying.FULL_TOLD
        while why != carrying.DONE:
            done, why = treading.tread(
                *(done, steps, look.width, given, cases, states, holdings.pool, rules, looked_up, room)
            )
            told.append(room.told[: used[carrying.TOLD]].copy())
            registers.append(room.registers[: used[carrying.TOLD]].copy())
            used[carrying.TOLD] = 0
            if why == carrying.FULL_VALUES:
                room = room._replace(known=widened(room.known))
        self.known, self.used[carrying.VALUES] = room.known, used[carrying.VALUES]
        look.settle(states, self.memory, self.clocks)
        return Happened(np.concatenate(told), np.concatenate(registers), np.empty((0, 4), np.int64))

    def _room(self, most: int) -> Told:
        """Return room for what is told, *most* of it by one row."""
        return np.empty((max(1024, 4 * (most + 2)), fold.TOLD_MEMORY + len(self.model.context)), np.int64)

    def _carry(self, go: Callable[[int], tuple[int, int]], room: Told) -> Told:
        """Go on, making room wherever it runs out, and return what was told in *room* on the way."""
        told: list[Told] = []
        done, why = 0, fold.FULL_TOLD
        while why != fold.DONE:
            done, why = go(done)
            told.append(room[: self.used[2]].copy())
            self.used[2] = 0
            if why == fold.FULL_PATHS:
                self.ways = np.vstack([self.ways, np.zeros_like(self.ways)])
            elif why == fold.FULL_VALUES:
                self.known = widened(self.known)
        return np.concatenate(told)

    def _looked_up(self, steps: int) -> tuple[LookUp, NDArray[np.uint32]] | None:
        """Return the automaton and the state of every case, if that is how to carry them over *steps* steps.

        Raises:
            ModelError: the automaton is asked for by name, and the model is not finite.

        """
        if self.engine == "columnar" or (self.engine is None and (steps < MANY or self._is_endless)):
            return None
        look, holdings = self._look_up, self.holdings
        values = () if holdings is None else holdings.values
        if look is not None and len(look.counts) > len(self.alphabet.letters):
            states = look.states(self.memory, self.clocks, values)
            if states is not None:
                return look, states
        letters = self.alphabet.letters
        most = MOST_STATES if self.engine else steps // (4 * len(letters))
        begun = standing(self.memory, self.clocks)
        try:
            # A copy: what is too large has left paths in it that nobody counts.
            product = product_of(self.program, letters, ways=self.ways.copy(), begun=begun, values=values, most=most)
        except ModelError:
            if self.engine:
                raise
            self._is_endless = True
            return None
        self.ways = product.ways
        self.used[0] = used_of(product.ways, len(self.program.joints))
        tables = self.tables() if holdings is None else holdings.rules(letters)
        self._look_up = look = look_up_of(self.program, product, tables)
        states = look.states(self.memory, self.clocks, values)
        assert states is not None  # noqa: S101  # every case's state is one to begin from
        return look, states

    def _visit(self, steps: int, rows: NDArray[np.int64], seats: Seats, moments: NDArray[np.int64]) -> None:
        """Count the events of this stretch, and note when each case's first and last ones counted."""
        new = self.events == 0
        self.ends = np.full((2, len(self.events)), -1, np.int32)
        fold.visit(steps, rows, seats.cases, self.events, self.ends[0], self.ends[1])
        seen = self.ends[1] >= 0
        self.now[seen] = moments[self.ends[1][seen]]
        first = new & seen
        self.opened[first] = moments[self.ends[0][first]]

    def ranks(self, numbers: NDArray[Any], track: int) -> NDArray[np.int64]:
        """Return where the cases with these *numbers* are on a *track*, as positions in the model's places."""
        joints = self.program.joints
        ranks = np.array([self.model.ranks[place].start for place in joints.tracks[track]], np.int64)
        found: NDArray[np.int64] = ranks[
            self.memory[numbers, fold.PLACE].astype(np.int64) // joints.strides[track] % len(joints.tracks[track])
        ]
        return found

    def since(self, numbers: NDArray[Any], track: int) -> NDArray[np.int64]:
        """Return since when the cases with these *numbers* are there."""
        since: NDArray[np.int64] = self.clocks[numbers, carrying.since_column(track)]
        return since

    def moves(self, numbers: NDArray[Any], track: int) -> NDArray[np.int64]:
        """Return how many transitions they have made on a *track*."""
        moves: NDArray[np.int64] = self.clocks[numbers, fold.MOVES if track == 0 else carrying.since_column(track) + 1]
        return moves

    def seen(self, number: int) -> dict[str, Value]:
        """Return what guards see of the memory of the case with this *number*."""
        memory = self.memory[number, fold.MEMORY : -1].tolist()
        if self.holdings is None:
            return dict(zip((variable.name for variable in self.model.context), memory, strict=True))
        registers, fractions = self.holdings.registers[number], self.holdings.fractions[number]
        return self.holdings.seen(memory, registers.tolist(), fractions.tolist())

    def settle(self, columns: Columns, walk: Walk) -> None:
        """Write down the dates that the last stretch, of *columns*, left in each case's state."""
        moved, *further = (self.clocks[:, column] for column in self._seat_columns)
        began = self.clocks[:, fold.AT_BEGAN]
        for number, seats in enumerate((self.ends[0], moved, began, self.ends[1], *further)):
            fresh = np.flatnonzero(seats >= 0)
            rows = seats[fresh] if walk.seat_rows is None else walk.seat_rows[seats[fresh]]
            self.texts[fresh, number] = columns.times.recorded(pl.Series(rows, dtype=pl.UInt32)).to_numpy()
        if walk.ticks is not None:
            self._settle_ticks()

    def _settle_ticks(self) -> None:
        """Write down the dates at which time alone has moved cases."""
        columns = [1, *range(4, self.texts.shape[1])]
        clocks = [carrying.since_column(track) for track in range(len(columns))]
        for number, clock, seat in zip(
            (*columns, 2), (*clocks, fold.BEGAN), (*self._seat_columns, fold.AT_BEGAN), strict=True
        ):
            ticked = np.flatnonzero(self.clocks[:, seat] == carrying.TICK_SEAT)
            if len(ticked):
                self.texts[ticked, number] = written_texts(self.clocks[ticked, clock], self.reading).to_numpy()

    def enter(self, names: pl.Series) -> NDArray[np.uint32]:
        """Return the number of each of *names*, all different, making room for those that are new."""
        # Categories are numbered from 0 in the order in which they are first met.
        numbers = names.cast(self._roster.dtype).to_physical().to_numpy()
        before = len(self.events)
        fresh = names.filter(pl.Series(numbers >= before))
        if len(fresh):
            self.case_names = self.case_names.append(fresh) if before else fresh
            self._add(len(fresh))
        return numbers

    def remember(self, keys: NDArray[np.int64]) -> None:
        """Put *keys*, none of which is there yet, among the values that cases have had."""
        self.used[1] += len(keys)
        while 2 * (int(self.used[1]) + len(self.model.context)) >= self.known.size:
            self.known = widened(self.known)
        fold.add_all(keys, self.known, shift_of(self.known))

    def _add(self, count: int) -> None:
        """Make room for *count* cases that have not begun."""

        def longer(known: NDArray[Any], fill: int) -> NDArray[Any]:
            return np.concatenate([known, np.full((count, *known.shape[1:]), fill, known.dtype)])

        self.memory, self.events = longer(self.memory, 0), longer(self.events, 0)
        self.now, self.opened = longer(self.now, fold.NEVER), longer(self.opened, fold.NEVER)
        clocks = longer(self.clocks, 0)
        tracks = len(self.model.track_names)
        since = [carrying.since_column(track) for track in range(tracks)]
        rests = range(clocks.shape[1] - len(self.model.rests), clocks.shape[1])
        clocks[-count:, [*since, fold.BEGAN, *rests]] = fold.NEVER
        self.clocks = clocks
        self.texts = np.concatenate([self.texts, np.empty((count, 3 + tracks), dtype=np.dtypes.StringDType())])
        if self.holdings is not None:
            self.holdings.add(count)

    def _order(
        self, seats: Seats, moments: NDArray[np.int64], times: Dates, until: Interval | None, start: int
    ) -> NDArray[np.int64] | None:
        """Return the seats that count by the end of *until*, in the order in which they do; None is all, as they stand.

        Raises:
            OutOfOrderError: one lies before an earlier stretch's of the same case.

        """
        order: NDArray[np.int64] | None = None
        if until is not None and len(moments) and int(moments.max()) > (end := microseconds(until.last)):
            order = np.flatnonzero(moments <= end)
        counting = moments if order is None else moments[order]
        if not len(counting):
            return order
        lived = self.lived
        everywhere = bool(np.all(counting[1:] >= counting[:-1]))
        if everywhere and counting[0] >= lived.max(initial=fold.NEVER):
            return order
        standing = np.arange(len(moments)) if order is None else order
        if fold.first_out_of_order(standing, seats.cases, moments, lived.copy()) < 0:
            return order
        standing = standing[np.argsort(counting, kind="stable")]
        wrong = fold.first_out_of_order(standing, seats.cases, moments, lived.copy())
        if wrong >= 0:
            row = wrong if seats.rows is None else int(seats.rows[wrong])
            when = times.recorded(pl.Series([row], dtype=pl.UInt32))[0]
            raise OutOfOrderError(start + row, when, self.case_names[int(seats.cases[wrong])])
        return standing

    @property
    def lived(self) -> NDArray[np.int64]:
        """The instant that every case has lived through: its last event, or how far time has passed since."""
        if self.holdings is None:
            return self.now
        passed = self.holdings.passed
        return np.maximum(self.now, np.where(passed == fold.NEVER, fold.NEVER, passed // 2))

    def _values(self, columns: Columns, seats: Seats) -> NDArray[np.float64]:
        """Return, for every seat, the numbers that sums need; the last column is of numbers that no event has."""
        if not self.program.sums:
            return np.empty((0, 0))
        found = [numbers_of(name, columns) for name in self.program.values]
        largest = {name: far for name, (_, far) in zip(self.program.values, found, strict=True)}
        events = int(self.events.max(initial=0)) + len(columns)
        check_sums(self.program.sums, {**largest, "": events})
        nothing = np.full(len(columns), np.nan)
        return np.ascontiguousarray(seats.of(np.column_stack([*(values for values, _ in found), nothing])))

    def _codes(self, columns: Columns, seats: Seats) -> NDArray[np.int32]:
        """Return, for every attribute kept apart, the number of each seat's value, -1 where none is recorded."""
        rows = [
            seats.of(_numbered(columns.attributes[name], self.value_codes[name]))
            if name in columns.attributes
            else np.full(len(seats.cases), -1, np.int32)
            for name in self.kept_apart
        ]
        return np.array(rows, np.int32).reshape(len(rows), len(seats.cases))


def _merged(walk: Walk, ticks: NDArray[np.int64]) -> Walk:
    """Return *walk* with what time alone did among its steps."""
    told = walk.told.copy()
    if not len(ticks):
        return walk
    befores = ticks[:, carrying.TICK_STEP]
    # Ticks come in the order of the steps before which they were found out.
    at = befores + np.arange(len(ticks))
    size = len(walk) + len(ticks)
    of_steps = np.ones(size, bool)
    of_steps[at] = False
    steps = np.flatnonzero(of_steps)

    def joined(one: NDArray[Any], other: NDArray[Any] | int) -> NDArray[Any]:
        both = np.empty(size, one.dtype)
        both[steps], both[at] = one, other
        return both

    tick = told[:, carrying.TOLD_TICK]
    events = tick < 0
    told[events, carrying.TOLD_STEP] = steps[told[events, carrying.TOLD_STEP]]
    told[~events, carrying.TOLD_STEP] = at[tick[~events]]
    return evolve(
        walk,
        order=joined(np.arange(len(walk)) if walk.order is None else walk.order, -1),
        cases=joined(walk.cases, ticks[:, carrying.TICK_CASE]),
        letters=joined(walk.letters, carrying.TICK_LETTER),
        paths=joined(walk.paths, ticks[:, carrying.TICK_PATH]),
        told=told,
        ticks=joined(np.full(len(walk), fold.NEVER), ticks[:, carrying.TICK_MOMENT]),
    )


def _numbered(column: pl.Series, numbers: dict[Value, int]) -> NDArray[np.int32]:
    """Return the number of each value of *column* among *numbers*, to which new ones are added."""
    values = column.unique(maintain_order=True).drop_nulls()
    found = [numbers.setdefault(value, len(numbers)) for value in values.to_list()]
    coded = column.replace_strict(values, pl.Series(found, dtype=pl.Int32), default=-1, return_dtype=pl.Int32)
    return coded.fill_null(-1).to_numpy()
