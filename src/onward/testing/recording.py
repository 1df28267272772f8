"""Events and logs, drawn for any model.

For a model that `models` drew, a log has the few attributes and dates that all drawn models share, whether its guards
read them or not. For any other model what is drawn follows from the model.
"""

from collections.abc import Collection, Mapping, Sequence

from attrs import evolve
from hypothesis import strategies as st

from onward.log.dates import Interval, parse_interval
from onward.log.log import AttributeType, Event, EventLog, Value, is_number
from onward.model.elements import Distinct, Open
from onward.model.guards import Contains, conditions
from onward.model.model import Model
from onward.testing.alphabet import (
    ACTORS,
    CASES,
    COMPANIES,
    DATES,
    EDGES,
    MARKS,
    NUMBER,
    OFTEN,
    ORGANIZATIONS,
    PLACES,
    SCORES,
    SELDOM,
    SIZES,
    TEXT,
    TRUTH,
    TYPES,
    Strategy,
    some,
)
from onward.testing.asked import columns_of, guards_of
from onward.testing.given import Attributes, checked_cases, own_of, read_given, typed
from onward.testing.rows import Rows, log_of_rows, types_of
from onward.testing.walking import event_of_any, walked, whose_of


@st.composite
def events(draw: st.DrawFn, model: Model, *, attributes: Attributes | None = None) -> Event:
    """Draw one event as *model* may meet it, of a known or an unknown type.

    Args:
        draw: supplied by Hypothesis.
        model: whose event types, attributes and dates the event has.
        attributes: by the names of attributes, strategies for their values: others than Onward would draw, or more.

    Raises:
        UsageError: as `logs`.

    """
    own = own_of(attributes)
    event = _event_of_drawn(draw, model) if is_drawn(model) else event_of_any(draw, model)
    more = {name: read_given(name, draw(strategy)) for name, strategy in own.items()}
    return evolve(event, attributes={**event.attributes, **more})


@st.composite
def logs(
    draw: st.DrawFn,
    model: Model,
    *,
    max_rows: int = 12,
    cases: Collection[str] | None = None,
    attributes: Attributes | None = None,
) -> EventLog:
    """Draw a log for *model*: few cases, now and then in no order of time, with unknown types and gaps in its columns.

    Args:
        draw: supplied by Hypothesis.
        model: whose event types, attributes, dates and kind of cases the log has.
        max_rows: the length of the longest log; the shortest has no row.
        cases: the names of the cases (`AU;UN` where they are pairs); left out, there are up to three or four.
        attributes: by the names of attributes, strategies for their values: others than Onward would draw, or more.

    Raises:
        UsageError: a case is no pair where cases are pairs, an attribute has a name that means something else in a
            log, or one of its values can stand in no log.

    """
    own, named = own_of(attributes), None if cases is None else checked_cases(model, cases)
    # A list of a length drawn beforehand: left to itself, Hypothesis draws empty logs nearly half of the time.
    length = draw(st.integers(0, max_rows))
    return drawn_log(draw, model, length, named, own)


def drawn_log(draw: st.DrawFn, model: Model, length: int, cases: Sequence[str] | None, own: Attributes) -> EventLog:
    """Draw a log of this *length*; the arguments are those of `logs`, and checked."""
    # What is drawn after the rows would be drawn anew whenever Hypothesis tries to do without the last of them.
    numbered = draw(st.booleans())
    drawn = (_rows_of_drawn if is_drawn(model) else walked)(draw, model, length, cases, own)
    columns = dict(drawn.columns) | {name: typed(name, values) for name, values in drawn.own.items()}
    ids = tuple(f"E{row}" if numbered else "" for row in range(length))
    return log_of_rows(model, drawn.types, drawn.times, drawn.untils, drawn.whose, columns, ids)


def is_drawn(model: Model) -> bool:
    """Tell whether *model* is like those that `models` draws: of their event types, with none but their attributes."""
    return model.kinds.keys() <= set(TYPES) and columns_of(model).keys() <= _COLUMN_TYPES.keys()


_INTERVALS = st.sampled_from([parse_interval(date) for date in DATES])
_AT_EDGES = st.sampled_from([parse_interval(date) for date in (*DATES, *EDGES, *EDGES)])
_VALUES: dict[str, Strategy[Value]] = {
    NUMBER: st.none() | st.sampled_from(SIZES),
    TRUTH: st.none() | st.booleans(),
    TEXT: st.none() | st.sampled_from(PLACES),
}
_WITH_SEVERAL: dict[str, Strategy[Value]] = {
    **_VALUES,
    ACTORS: st.none() | st.sampled_from(COMPANIES),
    MARKS: st.none() | st.sampled_from(SCORES),
}
_COLUMN_TYPES: Mapping[str, AttributeType] = {
    NUMBER: "integer",
    TRUTH: "boolean",
    TEXT: "string",
    ACTORS: "string",
    MARKS: "string",
}
_CASE_NAMES = st.sampled_from((CASES[0], *CASES))


def _event_of_drawn(draw: st.DrawFn, model: Model) -> Event:
    dates = _dates(draw, model)
    time = draw(dates)
    values = _WITH_SEVERAL if _has_several(model) else _VALUES
    names = some(draw, values)
    return Event(
        type=draw(types_of(model)),
        time=time,
        attributes={name: draw(values[name]) for name in names},
        organizations=draw(_codes()) if model.cases == "pairs" else (),
        until=draw(_untils(time, dates)),
    )


def _rows_of_drawn(draw: st.DrawFn, model: Model, length: int, cases: Sequence[str] | None, own: Attributes) -> Rows:
    dates = _dates(draw, model)
    lasting = OFTEN if any(isinstance(variable.reducer, Open) for variable in model.context) else SELDOM
    rows = draw(st.lists(st.tuples(types_of(model), dates, lasting), min_size=length, max_size=length))
    values = _WITH_SEVERAL if _has_several(model) else _VALUES
    names = some(draw, values)
    types = dict(_COLUMN_TYPES)
    columns = {name: tuple(draw(values[name]) for _ in rows) for name in names}
    if NUMBER in columns and draw(st.booleans()):
        types[NUMBER] = "number"
        columns[NUMBER] = tuple(float(value) / 2 if is_number(value) else None for value in columns[NUMBER])
    if MARKS in columns and draw(SELDOM):
        types[MARKS] = "integer"
        columns[MARKS] = tuple(None if value is None else int(str(value)[-1]) for value in columns[MARKS])
    if cases is not None:
        whose = whose_of(draw, model, cases)
    else:
        whose = _codes() if model.cases == "pairs" else _CASE_NAMES.map(lambda name: (name,))
    return Rows(
        types=[kind for kind, _, _ in rows],
        times=[time for _, time, _ in rows],
        untils=[draw(_untils(time, dates)) if ends else None for _, time, ends in rows],
        whose=[draw(whose) for _ in rows],
        columns={name: (types[name], values) for name, values in columns.items()},
        own={name: [draw(strategy) for _ in rows] for name, strategy in own.items()},
    )


def _has_several(model: Model) -> bool:
    """Tell whether *model* asks for attributes with several values."""
    parts = any(isinstance(variable.reducer, Distinct) and variable.reducer.part for variable in model.context)
    asked = (each for guard in guards_of(model) for each in conditions(guard))
    return parts or bool(model.domains or model.tables) or any(isinstance(each, Contains) for each in asked)


def _codes() -> Strategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(ORGANIZATIONS), min_size=2, max_size=3, unique=True).map(tuple)


def _dates(draw: st.DrawFn, model: Model) -> Strategy[Interval]:
    """Return a strategy for dates: often at the edges of timers and windows, where a model has any."""
    return _AT_EDGES if draw(st.booleans() if model.has_clockwork else SELDOM) else _INTERVALS


def _untils(time: Interval, dates: Strategy[Interval]) -> Strategy[Interval | None]:
    """Return a strategy for the end of what began at *time*, mostly not recorded."""
    return st.none() | dates.map(lambda end: end if end.last >= time.first else None)
