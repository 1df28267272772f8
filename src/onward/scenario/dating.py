"""Dating: what hangs on dates that are known only roughly.

The dates of a log are drawn again and again inside their intervals, and every draw is replayed. Where a model looks at
the order of events alone and the orders are few enough to be weighed, shares are exact, and what happens in all of
them is proved.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from statistics import median_low
from typing import TYPE_CHECKING, Any, Literal

from attrs import asdict, define, evolve, field, frozen

from onward.history.histories import Engine
from onward.history.manifest import manifest_of
from onward.history.stepping import Reading, checked_reading
from onward.history.window import window_of
from onward.log.cases import find_case
from onward.log.dates import Interval
from onward.log.framed import given_log
from onward.log.log import EventLog
from onward.model.elements import START
from onward.model.model import Model
from onward.problems import Problem, UsageError
from onward.scenario.asking import find_place
from onward.scenario.draws import Sampler
from onward.scenario.fates import (
    Difference,
    Fate,
    Spot,
    Unfolded,
    Ways,
    asks_for_order_only,
    differences,
    fates_of,
    table_of,
    unborn,
    unfold,
    weight_of,
)
from onward.scenario.orders import Order, Room, fingerprint_of, instant_of, listed, moment_of, room_for
from onward.scenario.strands import Strand, replay_strands, rows_of_cases

if TYPE_CHECKING:
    import polars as pl

DRAWS = 1_000
MOST_DRAWS = 10_000_000
"""More would fill memory with dates and add nothing to a share."""
CELLS = 400_000
"""Dates that are drawn before they are replayed, if nothing else is said: some tens of megabytes."""
ENUMERATED = 20_000
"""Sets of events a case, each with what they led to, that are gone through for exact shares: a second at most."""
_MOST_SEED = 2**64


@frozen
class End:
    """How often a case stands at one place at the end.

    Attributes:
        case: the case.
        track: the track, None in a model without tracks.
        place: a phase, `phase.stage`, or `start`.
        label: the place as it is printed.
        share: how likely that is; exact where `Dates.exact_cases` has the case, else the share of draws.
        draws: in how many draws.
        certain: whether it stands there if dates are read as `certain`.
        possible: the same for `possible`.

    """

    case: str
    track: str | None
    place: str
    label: str
    share: float
    draws: int
    certain: bool
    possible: bool


@frozen
class Entry:
    """When a case first came to a place.

    Attributes:
        case: the case.
        track: the track, None in a model without tracks.
        place: a phase or `phase.stage`.
        label: the place as it is printed.
        share: how likely it comes there at all, as in `End`.
        draws: in how many draws.
        earliest: the first date in any draw; where shares are exact, the first that there can be.
        latest: the last one.
        median: the date by which it came there in half of the draws in which it did.
        possible_from: the date if dates are read as `possible`; None where it then does not come there.
        certain_by: the same for `certain`.

    """

    case: str
    track: str | None
    place: str
    label: str
    share: float
    draws: int
    earliest: datetime
    latest: datetime
    median: datetime | None
    possible_from: datetime | None
    certain_by: datetime | None


@frozen
class Effect:
    """What changes if one event alone happened at the first or the last instant that is left for it.

    Attributes:
        row: its row in the log, from 0.
        event_id: its id, or its row from 1 where it has none.
        event: its type.
        recorded: its date as recorded.
        end: which end of it.
        moment: the instant.
        differences: what comes out otherwise, never empty.

    """

    row: int
    event_id: str
    event: str
    recorded: str
    end: Literal["first", "last"]
    moment: datetime
    differences: tuple[Difference, ...]

    @property
    def weight(self) -> tuple[int, int, float]:
        """How much it matters: places at the end, then places entered in one only, then days of the longest shift."""
        return weight_of(self.differences)


ENDS: Mapping[str, str] = {
    "case": "String",
    "track": "String",
    "place": "String",
    "label": "String",
    "share": "Float64",
    "draws": "Int64",
    "certain": "Boolean",
    "possible": "Boolean",
}
ENTRIES: Mapping[str, str] = {
    "case": "String",
    "track": "String",
    "place": "String",
    "label": "String",
    "share": "Float64",
    "draws": "Int64",
    "earliest": "Datetime",
    "latest": "Datetime",
    "median": "Datetime",
    "possible_from": "Datetime",
    "certain_by": "Datetime",
}
EFFECTS: Mapping[str, str] = {
    "event_id": "String",
    "row": "Int64",
    "event": "String",
    "recorded": "String",
    "end": "String",
    "moment": "Datetime",
    "case": "String",
    "track": "String",
    "what": "String",
    "place": "String",
    "was": "String",
    "before": "Datetime",
    "after": "Datetime",
    "days": "Float64",
}


@frozen(eq=False)
class Dates:
    """What hangs on dates that are known only roughly. A statement about the model and the log, nothing else.

    Attributes:
        model: what may happen.
        log: what was seen.
        order: what is known of the order of events.
        as_of: the end of the window; None: an empty log.
        reading: how dates were read where one alone was moved.
        draws: how many times dates were drawn.
        seed: where the random numbers began.
        exact_cases: the cases of which all orders were weighed: their shares and ranges are exact, and a share of 1 is
            a proof, up to dates that meet in one microsecond by chance.
        end_rows: where each case stands at the end, the likeliest place first.
        entry_rows: the places that it came to, in the model's order.
        effect_rows: the events whose date matters by itself, those that change most first.
        uncertain: how many events have more than one instant left, and so were moved.

    """

    model: Model
    log: EventLog
    order: tuple[Order, ...]
    as_of: Interval | None
    reading: Reading
    draws: int
    seed: int
    exact_cases: tuple[str, ...]
    end_rows: tuple[End, ...] = field(repr=False)
    entry_rows: tuple[Entry, ...] = field(repr=False)
    effect_rows: tuple[Effect, ...] = field(repr=False)
    uncertain: int

    @cached_property
    def cases(self) -> tuple[str, ...]:
        """The cases, by name."""
        return tuple(dict.fromkeys(row.case for row in self.end_rows))

    @property
    def exact(self) -> bool:
        """Whether the shares of all cases are exact."""
        return self.exact_cases == self.cases

    @property
    def settled(self) -> tuple[str, ...]:
        """The cases that end at the same places whatever the dates; proved of those in `exact_cases`."""
        there = (row for row in self.end_rows if row.share or row.certain or row.possible)
        likely = Counter((row.case, row.track) for row in there)
        several = {case for (case, _), places in likely.items() if places > 1}
        return tuple(case for case in self.cases if case not in several)

    def share(self, case: str, place: str, track: str = "") -> float:
        """Return how likely a *case* stands at the end in *place*.

        Args:
            case: its name, as people write it.
            place: a phase (with all its stages), `phase.stage`, or `start`; its title will do.
            track: its track; needed for `start` alone, which is on every track.

        Raises:
            UsageError: there is no such case, place or track.

        """
        name = find_case(case, self.cases)
        try:
            place = find_place(self.model, place)
        except UsageError as error:
            raise UsageError(evolve(problem, where="place") for problem in error.problems) from None
        where = track or self.model.track_of.get(place, self.model.track_names[0])
        if where not in self.model.track_names or (place == START and len(self.model.track_names) > 1 and not track):
            mend = f"it may be {', '.join(filter(None, self.model.track_names)) or 'left out'}"
            what = f"there is no track {track!r}" if track else f"{place} is on every track"
            raise UsageError([Problem("track", what, mend)])
        rows = (row for row in self.end_rows if (row.case, row.track or "") == (name, where))
        return sum(row.share for row in rows if self.model.within(row.place, place))

    @cached_property
    def ends(self) -> "pl.DataFrame":
        """`end_rows` as a table."""
        return table_of(map(asdict, self.end_rows), ENDS)

    @cached_property
    def entries(self) -> "pl.DataFrame":
        """`entry_rows` as a table."""
        return table_of(map(asdict, self.entry_rows), ENTRIES)

    @cached_property
    def effects(self) -> "pl.DataFrame":
        """`effect_rows` as a table, a row each thing that comes out otherwise."""
        return table_of((_told(effect, each) for effect in self.effect_rows for each in effect.differences), EFFECTS)

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        """All that is needed to make this result again."""
        more = {
            "order_fingerprint": fingerprint_of(self.order),
            "draws": self.draws,
            "seed": self.seed,
            "ties": "by draw; file order inside a microsecond",
            "exact_cases": self.exact_cases,
        }
        return {**manifest_of(self.model, self.log, self.as_of, self.reading), **more}


def _told(effect: Effect, difference: Difference) -> dict[str, Any]:
    return {**asdict(effect), **asdict(difference), "days": difference.days}


def vary_dates(  # noqa: PLR0913  # a log, what is known of its dates, and how often they are drawn
    model: Model,
    log: EventLog,
    *,
    order: Iterable[Order | tuple[str, str]] = (),
    draws: int = DRAWS,
    seed: int = 1,
    as_of: str | int | date | datetime | Interval | None = None,
    reading: Reading = "certain",
    enumerate_up_to: int = ENUMERATED,
    chunk: int | None = None,
    engine: Engine | None = None,
) -> Dates:
    """Return what hangs on the dates of *log*: each draw has every event at an instant inside its date.

    All instants are equally likely that dates and *order* leave, of a year, of a month, and of a day, too: so events
    of one day come in every order. Only events whose instants are known and the same keep the order of the file. The
    end of what lasts (`until`) is not drawn: it counts to its last instant.

    Args:
        model: what may happen.
        log: what was seen.
        order: pairs of events, by id, of which the first happened before the second; see `load_order`.
        draws: how many times dates are drawn.
        seed: where the random numbers begin: the same seed gives the same draws, however many are made at a time.
        as_of: the end of the window, for every draw; left out, the last instant of the log's last date.
        reading: which end of a date counts for all events but the one that is moved, in `Dates.effect_rows`.
        enumerate_up_to: how many sets of events, each with what they led to, are gone through for each case to have its
            shares exactly, where the model looks at the order of events alone; 0 leaves it to draws.
        chunk: how many draws are replayed at a time; left out, as many as memory easily holds. The result is the same.
        engine: what replays them; left out, how many they are decides. The result is the same.

    Raises:
        LogError: the log does not name cases as the model asks.
        UsageError: an argument is no date, no reading or too small, or *order* does not fit the log.

    """
    log = given_log(log)
    chunk = max(1, CELLS // max(1, len(log))) if chunk is None else chunk
    _check(draws, seed, enumerate_up_to, chunk)
    known = listed(order)
    room = room_for(log, known)
    window = window_of(as_of) or max(log.times, key=lambda time: time.last, default=None)
    lives = _Lives(model, log, room, window, rows_of_cases(model, log), checked_reading(reading), engine)
    exact = lives.unfolded(enumerate_up_to)
    tallies = lives.drawn(Sampler(log, room, seed), draws, chunk)
    return Dates(
        model=model,
        log=log,
        order=known,
        as_of=window,
        reading=reading,
        draws=draws,
        seed=seed,
        exact_cases=tuple(exact),
        end_rows=tuple(row for case in tallies for row in lives.ends(case, tallies[case], exact.get(case), draws)),
        entry_rows=tuple(row for case in tallies for row in lives.entries(case, tallies[case], exact.get(case), draws)),
        effect_rows=tuple(sorted(lives.effects(), key=lambda effect: effect.weight, reverse=True)),
        uncertain=sum(map(room.is_uncertain, lives.seated)),
    )


def _check(draws: int, seed: int, enumerate_up_to: int, chunk: int) -> None:
    bounds = (
        ("draws", draws, 1, "draw at least once"),
        ("chunk", chunk, 1, "replay at least one draw at a time"),
        ("enumerate_up_to", enumerate_up_to, 0, "write 0 for none"),
        ("seed", seed, 0, "write a whole number from 0"),
    )
    given: list[tuple[str, object]] = [(name, value) for name, value, *_ in bounds]
    problems = [
        Problem(name, f"{value!r} is no whole number", "write one, without quotes")
        for name, value in given
        if not isinstance(value, int) or isinstance(value, bool)
    ]
    if problems:
        raise UsageError(problems)
    problems = [Problem(name, f"{value} is too small", mend) for name, value, least, mend in bounds if value < least]
    if seed >= _MOST_SEED:
        problems.append(Problem("seed", f"{seed} is too large", f"write a whole number below {_MOST_SEED}"))
    if draws > MOST_DRAWS:
        mend = f"draw {MOST_DRAWS:,} times at most: a share is then exact to a thousandth"
        problems.append(Problem("draws", f"{draws:,} is too large", mend))
    if problems:
        raise UsageError(problems)


@define(eq=False)
class _Tally:
    """What became of one case in all draws.

    Attributes:
        ends: how often it stood at which places.
        entered: for each place the instants at which it first came there, one a draw in which it did.

    """

    ends: Counter[tuple[str, ...]] = field(factory=Counter)
    entered: dict[Spot, list[datetime]] = field(factory=dict)

    def add(self, fate: Fate) -> None:
        self.ends[fate.places] += 1
        for spot, moment in fate.entered.items():
            self.entered.setdefault(spot, []).append(moment)


@frozen(eq=False)
class _Lives:
    """The cases of a log, to be lived at other dates.

    Attributes:
        model: what may happen.
        log: what was seen.
        room: what dates and order leave.
        window: the end of the window.
        rows: the rows of every case, in the order of the file.
        reading: which end of a date counts.
        engine: what replays them.

    """

    model: Model
    log: EventLog
    room: Room
    window: Interval | None
    rows: Mapping[str, tuple[int, ...]]
    reading: Reading
    engine: Engine | None

    @cached_property
    def cases(self) -> tuple[str, ...]:
        """The names of the cases."""
        return tuple(sorted(self.rows))

    @cached_property
    def seated(self) -> tuple[int, ...]:
        """The rows that are some case's."""
        return tuple(sorted({row for rows in self.rows.values() for row in rows}))

    @cached_property
    def cases_of(self) -> Mapping[int, tuple[str, ...]]:
        """For every row the cases that it belongs to."""
        found: dict[int, tuple[str, ...]] = {}
        for case in self.cases:
            for row in self.rows[case]:
                found[row] = (*found.get(row, ()), case)
        return found

    @cached_property
    def stop(self) -> int:
        """The instant after the window."""
        return 0 if self.window is None else instant_of(self.window.last) + 1

    @cached_property
    def ways(self) -> Ways | None:
        """What events do, where the model asks for their order only."""
        return Ways(self.bare, self.log) if asks_for_order_only(self.model) else None

    @cached_property
    def bare(self) -> Model:
        """The model without what only tells of a life, and would be judged again in every draw."""
        return evolve(self.model, invariants=(), shows=(), tables=())

    @cached_property
    def certain(self) -> Mapping[str, Fate]:
        """What becomes of every case if each event counts from the last instant that is left for it."""
        return self._read("certain", self.room.last)

    @cached_property
    def possible(self) -> Mapping[str, Fate]:
        """What becomes of every case if each event counts from the first instant that is left for it."""
        return self._read("possible", self.room.first)

    def _read(self, reading: Reading, instants: Sequence[int]) -> dict[str, Fate]:
        fates = self.lived([(case, instants) for case in self.cases], reading)
        return dict(zip(self.cases, fates, strict=True))

    def lived(self, lives: Sequence[tuple[str, Sequence[int]]], reading: Reading = "certain") -> list[Fate]:
        """Return what becomes of cases if all rows have these instants; *reading* is for the ends of what lasts."""
        if self.ways is None:
            return self._replayed(lives, reading)
        found = []
        for case, instants in lives:
            counted = [(instants[row], row) for row in self.rows[case] if instants[row] < self.stop]
            found.append(self.ways.walk((row, instant) for instant, row in sorted(counted)))
        return found

    def _replayed(self, lives: Sequence[tuple[str, Sequence[int]]], reading: Reading) -> list[Fate]:
        import numpy as np  # noqa: PLC0415  # models that look at the order alone do without

        strands = [Strand(str(number), self.rows[case]) for number, (case, _) in enumerate(lives)]
        instants = np.array([at[row] for case, at in lives for row in self.rows[case]], np.int64)
        moments = instants.view("datetime64[us]")
        replayed = replay_strands(
            self.bare,
            self.log,
            strands,
            as_of=self.window,
            reading=reading,
            times=(moments, moments),
            engine=self.engine,
        )
        fates = fates_of(replayed)
        return [fates.get(strand.name, unborn(self.model)) for strand in strands]

    def unfolded(self, most: int) -> dict[str, Unfolded]:
        """Return what may become of the cases, of those whose orders can be weighed."""
        if self.ways is None or not most:
            return {}
        found = {case: unfold(self.ways, self.room, self.rows[case], self.stop, most) for case in self.cases}
        return {case: told for case, told in found.items() if told is not None}

    def drawn(self, sampler: Sampler, draws: int, chunk: int) -> dict[str, _Tally]:
        """Return what becomes of every case in all draws, so many at a time."""
        tallies = {case: _Tally() for case in self.cases}
        for start in range(0, draws, chunk):
            lines: list[list[int]] = sampler.draw(range(start, min(start + chunk, draws))).tolist()
            lives = [(case, instants) for instants in lines for case in self.cases]
            for (case, _), fate in zip(lives, self.lived(lives), strict=True):
                tallies[case].add(fate)
        return tallies

    def ends(self, case: str, tally: _Tally, exact: Unfolded | None, draws: int) -> Iterator[End]:
        """Yield where *case* stands at the end, on one track after the other."""
        shares = exact.ends if exact else {places: count / draws for places, count in tally.ends.items()}
        certain, possible = self.certain[case].places, self.possible[case].places
        for number, track in enumerate(self.model.track_names):
            counted = Counter[str]()
            for places, count in tally.ends.items():
                counted[places[number]] += count
            # What a reading shows may be so unlikely that no draw does.
            likely = dict.fromkeys(dict.fromkeys((certain[number], possible[number])), 0.0)
            for places, share in shares.items():
                likely[places[number]] = likely.get(places[number], 0.0) + share
            only = sum(share > 0 for share in likely.values()) == 1
            for place in sorted(likely, key=lambda name: (-likely[name], self.model.ranks[name].start)):
                yield End(
                    case=case,
                    track=track or None,
                    place=place,
                    label=self.model.place_label(place),
                    # Shares that are summed up may come out as 0.9999, or as 1 where another place is not quite out.
                    share=float(round(likely[place])) if only else min(likely[place], math.nextafter(1, 0)),
                    draws=counted[place],
                    certain=certain[number] == place,
                    possible=possible[number] == place,
                )

    def entries(self, case: str, tally: _Tally, exact: Unfolded | None, draws: int) -> Iterator[Entry]:
        """Yield when *case* first came to each place, on one track after the other."""
        certain, possible = self.certain[case].entered, self.possible[case].entered
        spots = {*tally.entered, *certain, *possible, *(exact.entered if exact else ())}
        numbers = self.model.track_numbers
        for track, place in sorted(spots, key=lambda spot: (numbers[spot[0]], self.model.ranks[spot[1]].start)):
            spot = track, place
            moments = sorted(tally.entered.get(spot, ()))
            known = [each[spot] for each in (certain, possible) if spot in each]
            share, span = len(moments) / draws, (moments or known)
            if exact and spot in exact.entered:
                likely, low, high = exact.entered[spot]
                share, span = min(likely, 1.0), [moment_of(low), moment_of(high)]
            yield Entry(
                case=case,
                track=track or None,
                place=place,
                label=self.model.place_label(place),
                share=share,
                draws=len(moments),
                earliest=min(span),
                latest=max(span),
                median=median_low(moments) if moments else None,
                possible_from=possible.get(spot),
                certain_by=certain.get(spot),
            )

    def effects(self) -> Iterator[Effect]:
        """Yield what changes if one event alone is moved to an end of what is left for it."""
        is_certain = self.reading == "certain"
        as_read, fates = (self.room.last, self.certain) if is_certain else (self.room.first, self.possible)
        ends: tuple[Literal["first", "last"], ...] = "first", "last"
        moves = [
            (row, end, self.room.around(row, instant, as_read))
            for row in self.seated
            if self.room.is_uncertain(row)
            for end, instant in zip(ends, (self.room.first[row], self.room.last[row]), strict=True)
            if instant != as_read[row]
        ]
        lives = [
            (number, case) for number, (_, _, instants) in enumerate(moves) for case in self._touched(instants, as_read)
        ]
        lived = self.lived([(case, moves[number][2]) for number, case in lives], self.reading)
        found: dict[int, list[Difference]] = {}
        for (number, case), fate in zip(lives, lived, strict=True):
            found.setdefault(number, []).extend(differences(self.model, case, fates[case], fate))
        for number, told in found.items():
            row, end, instants = moves[number]
            if told:
                yield Effect(
                    row=row,
                    event_id=self.log.ids[row] or str(row + 1),
                    event=self.log.types[row],
                    recorded=self.log.times[row].recorded,
                    end=end,
                    moment=moment_of(instants[row]),
                    differences=tuple(told),
                )

    def _touched(self, instants: Sequence[int], as_read: Sequence[int]) -> list[str]:
        """Return the cases of the rows whose *instants* are not those *as_read*."""
        rows = [row for row in self.cases_of if instants[row] != as_read[row]]
        return sorted({case for row in rows for case in self.cases_of[row]})
