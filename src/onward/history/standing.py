"""Standing: the cases of a walk ⇄ a table of states."""

import json
from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from onward.history import fold
from onward.history.seating import microseconds
from onward.history.states import DATES, States, memory_column
from onward.history.stepping import instant
from onward.history.walking import Running, Walker
from onward.log.dates import parse_interval
from onward.model.elements import Distinct


def table_of(walker: Walker, numbers: NDArray[np.uint32]) -> pl.DataFrame:
    """Return where the cases with these *numbers* stand, their dates written down, as `States` keep it."""
    model = walker.model
    chosen = pl.Series(numbers)
    guarded = walker.program.invariants
    always = [place for place, bit in zip(guarded.positions, guarded.bits, strict=True) if bit >= 0]
    broken, told = np.unique(walker.clocks[numbers, fold.BROKEN], return_inverse=True)
    lists = [[place for bit, place in enumerate(always) if bits >> bit & 1] for bits in broken.tolist()]
    dates = {
        name: pl.Series(walker.texts[numbers, column].tolist(), dtype=pl.String).replace("", None)
        for column, name in enumerate(DATES)
    }
    places = pl.Series(model.places, dtype=pl.String)
    table = pl.DataFrame(
        {
            "case": walker.case_names.gather(chosen),
            "place": places.gather(pl.Series(walker.memory[numbers, fold.PLACE])),
            "events": pl.Series(walker.events[numbers]).cast(pl.Int64),
            "moves": pl.Series(walker.clocks[numbers, fold.MOVES]),
            "broken": pl.Series(lists, dtype=pl.List(pl.Int64)).gather(pl.Series(told)),
            **dates,
        }
    )
    return table.with_columns(*_memory(walker, numbers))


def _memory(walker: Walker, numbers: NDArray[np.uint32]) -> Iterator[pl.Series]:
    apart = _values_apart(walker)
    for number, variable in enumerate(walker.model.context):
        name = memory_column(variable.name)
        if isinstance(variable.reducer, Distinct):
            cases, values = apart[number]
            lists = pl.DataFrame({"case": cases, "value": values}).group_by("case").agg(pl.col("value").sort())
            wanted = pl.DataFrame({"case": pl.Series(numbers).cast(pl.UInt32)})
            kept = wanted.join(lists, on="case", how="left", maintain_order="left")["value"]
            empty = pl.Series([[]], dtype=pl.List(pl.String))
            yield pl.select(pl.when(kept.is_null()).then(empty).otherwise(kept)).to_series().rename(name)
        else:
            yield pl.Series(name, walker.memory[numbers, fold.MEMORY + number]).cast(pl.Int64)


def _values_apart(walker: Walker) -> dict[int, tuple[pl.Series, pl.Series]]:
    """Return, for every variable that tells values apart, the cases and the values that each has had, in JSON."""
    keys = walker.known[walker.known >= 0]
    variables = max(len(walker.model.context), 1)
    slots, codes = keys >> 32, keys & 0xFFFFFFFF
    found = {}
    for number, variable in enumerate(walker.model.context):
        if isinstance(variable.reducer, Distinct):
            own = slots % variables == number
            texts = pl.Series(list(map(json.dumps, walker.value_codes[variable.reducer.attribute])), dtype=pl.String)
            cases = pl.Series((slots[own] // variables).astype(np.uint32))
            found[number] = cases, texts.gather(pl.Series(codes[own]))
    return found


def stand(walker: Walker, states: States) -> None:
    """Put the cases of *walker*, which has none yet, where *states* left them."""
    table, model = states.table, walker.model
    numbers = walker.enter(table["case"])
    places = {place: rank for rank, place in enumerate(model.places)}
    walker.memory[numbers, fold.PLACE] = [places[place] for place in table["place"]]
    walker.events[numbers] = table["events"].to_numpy()
    walker.clocks[numbers, fold.MOVES] = table["moves"].to_numpy()
    guarded = walker.program.invariants
    bits = dict(zip(guarded.positions, guarded.bits, strict=True))
    walker.clocks[numbers, fold.BROKEN] = [sum(1 << bits[place] for place in broken) for broken in table["broken"]]
    for column, name in enumerate(DATES):
        walker.texts[numbers, column] = table[name].fill_null("").to_numpy()
    walker.opened[numbers] = _moments(table["first"], walker)
    walker.clocks[numbers, fold.SINCE] = _moments(table["since"], walker)
    walker.clocks[numbers, fold.BEGAN] = _moments(table["began"], walker)
    walker.now[numbers] = _moments(table["last"], walker)
    for number, variable in enumerate(model.context):
        kept = table[memory_column(variable.name)]
        if isinstance(variable.reducer, Distinct):
            walker.memory[numbers, fold.MEMORY + number] = kept.list.len().to_numpy()
            _keep_apart(walker, number, variable.reducer.attribute, pl.DataFrame({"case": numbers, "value": kept}))
        else:
            walker.memory[numbers, fold.MEMORY + number] = kept.to_numpy()
    begun = numbers[walker.memory[numbers, fold.PLACE] > 0]
    walker.running = Running(
        begun, walker.memory[begun, fold.PLACE].astype(np.int64), walker.clocks[begun, fold.SINCE].copy()
    )


def _moments(dates: pl.Series, walker: Walker) -> NDArray[np.int64]:
    """Return when *dates*, as written, count."""
    written = dates.unique().drop_nulls()
    if not len(written):
        return np.full(len(dates), fold.NEVER)
    ends = [instant(parse_interval(text), walker.reading) for text in written]
    moments = pl.Series([microseconds(end) for end in ends], dtype=pl.Int64)
    return dates.replace_strict(written, moments, default=fold.NEVER, return_dtype=pl.Int64).to_numpy()


def _keep_apart(walker: Walker, number: int, attribute: str, kept: pl.DataFrame) -> None:
    """Put the values that each case has had where the fold looks for them."""
    values = kept.explode("value").drop_nulls("value")
    if not len(values):
        return
    written = values["value"].unique(maintain_order=True)
    known = walker.value_codes[attribute]
    codes = [known.setdefault(value, len(known)) for value in map(json.loads, written)]
    coded = values["value"].replace_strict(written, pl.Series(codes, dtype=pl.Int64), return_dtype=pl.Int64)
    slots = values["case"].cast(pl.Int64).to_numpy() * max(len(walker.model.context), 1) + number
    walker.remember((slots << 32) | coded.to_numpy())
