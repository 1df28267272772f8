"""Standing: the cases of a walk ⇄ a table of states."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from onward.history import carrying, fold
from onward.history.holdings import Holdings
from onward.history.memory import is_windowed
from onward.history.seating import datetimes, microseconds
from onward.history.states import DATES, States, memory_column, track_column
from onward.history.stepping import instant
from onward.history.walking import Running, Walker
from onward.log.dates import parse_interval
from onward.log.log import Value
from onward.model.elements import Count, Distinct, Flag, Latest
from onward.model.model import Model

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # naive UTC throughout


def table_of(walker: Walker, numbers: NDArray[np.uint32]) -> pl.DataFrame:
    """Return where the cases with these *numbers* stand, their dates written down, as `States` keep it."""
    model = walker.model
    guarded = walker.program.invariants
    always = [place for place, bit in zip(guarded.positions, guarded.bits, strict=True) if bit >= 0]
    broken, told = np.unique(walker.clocks[numbers, fold.BROKEN], return_inverse=True)
    lists = [[place for bit, place in enumerate(always) if bits >> bit & 1] for bits in broken.tolist()]
    places = pl.Series(model.places, dtype=pl.String)
    names = [track_column("", track) for track in model.track_names]
    columns = {"case": walker.case_names.gather(pl.Series(numbers))}
    for track, name in enumerate(names):
        columns[f"place{name}"] = places.gather(pl.Series(walker.ranks(numbers, track)))
    columns["events"] = pl.Series(walker.events[numbers]).cast(pl.Int64)
    for track, name in enumerate(names):
        columns[f"moves{name}"] = pl.Series(walker.moves(numbers, track))
    columns["broken"] = pl.Series(lists, dtype=pl.List(pl.Int64)).gather(pl.Series(told))
    for name, column in _date_columns(model):
        texts = pl.Series(walker.texts[numbers, column].tolist(), dtype=pl.String)
        columns[name] = texts.replace("", None)
    return pl.DataFrame({**columns, **_clockwork(walker, numbers)}).with_columns(*_memory(walker, numbers))


def _date_columns(model: Model) -> Iterator[tuple[str, int]]:
    """Yield the columns of dates in the table of states, each with the walker's column of texts."""
    for column, name in enumerate(DATES):
        if name == "since":
            own = [column, *range(len(DATES), len(DATES) + len(model.track_names) - 1)]
            yield from ((track_column(name, track), at) for track, at in zip(model.track_names, own, strict=True))
        else:
            yield name, column


def _clockwork(walker: Walker, numbers: NDArray[np.uint32]) -> dict[str, pl.Series]:
    """Return how far time has passed, and when timers began anew, where time alone can change anything."""
    holdings, rests = walker.holdings, len(walker.model.rests)
    if holdings is None or not walker.model.has_clockwork:
        return {}
    passed = holdings.passed[numbers]
    begun = passed != fold.NEVER
    late = pl.Series(passed % 2 == 1)
    columns = walker.clocks[numbers, walker.clocks.shape[1] - rests :]
    lasts = [datetimes(columns[:, rest]) for rest in range(rests)]
    empty = pl.Series([[]], dtype=pl.List(pl.Datetime("us"))).new_from_index(0, len(numbers))
    return {
        "clock": datetimes(np.where(begun, passed // 2, fold.NEVER)),
        "late": pl.select(pl.when(pl.Series(begun)).then(late)).to_series(),
        "rests": pl.select(pl.concat_list(lasts)).to_series() if rests else empty,
    }


def _memory(walker: Walker, numbers: NDArray[np.uint32]) -> Iterator[pl.Series]:
    apart = _values_apart(walker)
    for number, variable in enumerate(walker.model.context):
        name = memory_column(variable.name)
        held = walker.memory[numbers, fold.MEMORY + number]
        match variable.reducer:
            case Distinct():
                yield _lists(numbers, *apart[number]).rename(name)
            case Count(within=None):
                yield pl.Series(name, held).cast(pl.Int64)
            case Flag():
                yield pl.Series(name, held != 0)
            case Latest():
                texts = pl.Series([None, *map(json.dumps, _holdings(walker).values)], dtype=pl.String)
                yield texts.gather(pl.Series(held)).rename(name)
            case reducer if is_windowed(reducer):
                yield _entries(walker, numbers, number).rename(name)
            case _:
                yield _numbers(walker, numbers, number).rename(name)


def _lists(numbers: NDArray[np.uint32], cases: pl.Series, values: pl.Series) -> pl.Series:
    """Return, for each of the cases, the list of its *values*, sorted."""
    lists = pl.DataFrame({"case": cases, "value": values}).group_by("case").agg(pl.col("value").sort())
    wanted = pl.DataFrame({"case": pl.Series(numbers).cast(pl.UInt32)})
    kept = wanted.join(lists, on="case", how="left", maintain_order="left")["value"]
    empty = pl.Series([[]], dtype=pl.List(pl.String))
    return pl.select(pl.when(kept.is_null()).then(empty).otherwise(kept)).to_series()


def _holdings(walker: Walker) -> Holdings:
    assert walker.holdings is not None  # noqa: S101  # a model with such variables has them
    return walker.holdings


def _entries(walker: Walker, numbers: NDArray[np.uint32], variable: int) -> pl.Series:
    """Return, for each of the cases, what still counts in a windowed variable, in JSON."""
    holdings = _holdings(walker)
    counts = walker.memory[numbers, fold.MEMORY + variable].tolist()
    told = [
        [json.dumps([_iso(end), amount]) for end, amount in holdings.entries(case, variable, count)]
        for case, count in zip(numbers.tolist(), counts, strict=True)
    ]
    return pl.Series(told, dtype=pl.List(pl.String))


def _iso(moment: int | None) -> str | None:
    return None if moment is None else (_EPOCH + timedelta(microseconds=moment)).isoformat()


def _numbers(walker: Walker, numbers: NDArray[np.uint32], variable: int) -> pl.Series:
    """Return, for each of the cases, the number that a variable keeps, in JSON."""
    holdings = _holdings(walker)
    register = holdings.layout.registers.index(variable)
    held = holdings.registers[numbers, register].tolist()
    fractions = holdings.fractions[numbers, register].tolist()
    kept = [holdings.number_in(variable, *each) for each in zip(held, fractions, strict=True)]
    return pl.Series([None if each is None else json.dumps(each) for each in kept], dtype=pl.String)


def _values_apart(walker: Walker) -> dict[int, tuple[pl.Series, pl.Series]]:
    """Return, for every variable that tells values apart, the cases and the values that each has had, in JSON."""
    keys = walker.known[walker.known >= 0]
    variables = max(len(walker.model.context), 1)
    slots, codes = keys >> 32, keys & 0xFFFFFFFF
    found = {}
    for number, variable in enumerate(walker.model.context):
        if isinstance(variable.reducer, Distinct):
            own = slots % variables == number
            values = _codes(walker, variable.reducer)
            texts = pl.Series(list(map(json.dumps, values)), dtype=pl.String)
            cases = pl.Series((slots[own] // variables).astype(np.uint32))
            found[number] = cases, texts.gather(pl.Series(codes[own]))
    return found


def _codes(walker: Walker, reducer: Distinct) -> dict[Value, int]:
    """Return the numbers of the values that *reducer* keeps apart."""
    if walker.holdings is not None:
        return walker.holdings.codes[reducer.attribute, reducer.part]
    return walker.value_codes[reducer.attribute]


def stand(walker: Walker, states: States) -> None:
    """Put the cases of *walker*, which has none yet, where *states* left them.

    Raises:
        UnfitError: numbers are too large to be reckoned with exactly.

    """
    table, model = states.table, walker.model
    numbers = walker.enter(table["case"])
    tracks = [track_column("", track) for track in model.track_names]
    columns = [table[f"place{name}"].to_list() for name in tracks]
    joints = walker.program.joints
    walker.memory[numbers, fold.PLACE] = [joints.number(places) for places in zip(*columns, strict=True)]
    walker.events[numbers] = table["events"].to_numpy()
    guarded = walker.program.invariants
    bits = dict(zip(guarded.positions, guarded.bits, strict=True))
    walker.clocks[numbers, fold.BROKEN] = [sum(1 << bits[place] for place in broken) for broken in table["broken"]]
    for name, column in _date_columns(model):
        walker.texts[numbers, column] = table[name].fill_null("").to_numpy()
    walker.opened[numbers] = _moments(table["first"], walker)
    walker.clocks[numbers, fold.BEGAN] = _moments(table["began"], walker)
    walker.now[numbers] = _moments(table["last"], walker)
    for track, name in enumerate(tracks):
        column = carrying.since_column(track)
        walker.clocks[numbers, column] = _moments(table[f"since{name}"], walker)
        walker.clocks[numbers, fold.MOVES if track == 0 else column + 1] = table[f"moves{name}"].to_numpy()
    for number, variable in enumerate(model.context):
        _remember(walker, numbers, number, table[memory_column(variable.name)])
    if walker.holdings is not None and model.has_clockwork:
        _wind_up(walker, walker.holdings, numbers, table)
    walker.running = _running(walker, numbers)


def _running(walker: Walker, numbers: NDArray[np.uint32]) -> Running:
    """Return the spells that run for the cases with these *numbers*."""
    tracks = range(len(walker.model.track_names))
    ranks = [walker.ranks(numbers, track) for track in tracks]
    begun = [numbers[each > 0] for each in ranks]
    return Running(
        cases=np.concatenate(begun),
        tracks=np.repeat(np.arange(len(tracks)), [len(each) for each in begun]),
        places=np.concatenate([each[each > 0] for each in ranks]),
        starts=np.concatenate([walker.since(each, track) for track, each in zip(tracks, begun, strict=True)]),
    )


def _wind_up(walker: Walker, holdings: Holdings, numbers: NDArray[np.uint32], table: pl.DataFrame) -> None:
    """Put time for the cases with these *numbers* as far as the *table* of states says."""
    clock = table["clock"].to_physical()
    passed = 2 * clock.fill_null(0) + table["late"].fill_null(value=False).cast(pl.Int64)
    holdings.passed[numbers] = np.where(clock.is_not_null(), passed, fold.NEVER)
    rests = len(walker.model.rests)
    for rest in range(rests):
        lasts = table["rests"].list.get(rest).to_physical().fill_null(fold.NEVER)
        walker.clocks[numbers, walker.clocks.shape[1] - rests + rest] = lasts.to_numpy()
    holdings.set_dues(walker, walker.alphabet.letters)


def _remember(walker: Walker, numbers: NDArray[np.uint32], number: int, kept: pl.Series) -> None:
    """Put what a variable has *kept* of every case where the fold looks for it."""
    variable = walker.model.context[number]
    column = fold.MEMORY + number
    match variable.reducer:
        case Distinct() as reducer:
            walker.memory[numbers, column] = kept.list.len().to_numpy()
            _keep_apart(walker, number, reducer, pl.DataFrame({"case": numbers, "value": kept}))
        case Count(within=None) | Flag():
            walker.memory[numbers, column] = kept.cast(pl.Int64).to_numpy()
        case Latest():
            number_of = _holdings(walker).number
            walker.memory[numbers, column] = [0 if each is None else 1 + number_of(json.loads(each)) for each in kept]
        case reducer if is_windowed(reducer):
            walker.memory[numbers, column] = kept.list.len().to_numpy()
            for case, cell in zip(numbers.tolist(), kept.to_list(), strict=True):
                entries = [(_instant(end), amount) for end, amount in map(json.loads, cell)]
                _holdings(walker).enter(case, number, entries)
        case _:
            for case, cell in zip(numbers.tolist(), kept.to_list(), strict=True):
                _holdings(walker).keep_number(case, number, None if cell is None else json.loads(cell))


def _instant(iso: str | None) -> int | None:
    return None if iso is None else microseconds(datetime.fromisoformat(iso))


def _moments(dates: pl.Series, walker: Walker) -> NDArray[np.int64]:
    """Return when *dates*, as written, count."""
    written = dates.unique().drop_nulls()
    if not len(written):
        return np.full(len(dates), fold.NEVER)
    ends = [instant(parse_interval(text), walker.reading) for text in written]
    moments = pl.Series([microseconds(end) for end in ends], dtype=pl.Int64)
    return dates.replace_strict(written, moments, default=fold.NEVER, return_dtype=pl.Int64).to_numpy()


def _keep_apart(walker: Walker, number: int, reducer: Distinct, kept: pl.DataFrame) -> None:
    """Put the values that each case has had where the fold looks for them."""
    values = kept.explode("value").drop_nulls("value")
    if not len(values):
        return
    written = values["value"].unique(maintain_order=True)
    known = _codes(walker, reducer)
    codes = [known.setdefault(value, len(known)) for value in map(json.loads, written)]
    coded = values["value"].replace_strict(written, pl.Series(codes, dtype=pl.Int64), return_dtype=pl.Int64)
    slots = values["case"].cast(pl.Int64).to_numpy() * max(len(walker.model.context), 1) + number
    walker.remember((slots << 32) | coded.to_numpy())
