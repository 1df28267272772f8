"""Events of any model, drawn one after the other: what its guards tell apart, when its calendar cares."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from attrs import define, field
from hypothesis import strategies as st

from onward.history.memory import answers
from onward.history.state import CaseState, not_begun
from onward.history.stepping import step, view_of
from onward.log.dates import Interval
from onward.log.log import AttributeType, Event, Value, is_number
from onward.model.elements import Open
from onward.model.model import Model
from onward.testing.aiming import Aim, aims_of
from onward.testing.alphabet import (
    OFTEN,
    SELDOM,
    Strategy,
    some,
)
from onward.testing.asked import ANY_TEXTS, Column, columns_of
from onward.testing.dating import drawn_after, drawn_beginning, drawn_until
from onward.testing.given import Attributes
from onward.testing.leading import leading_types, ways_on, ways_through
from onward.testing.rows import Rows, types_of

UNREAD = "remark"
"""An attribute that logs have now and then, and nobody reads."""
NAMES = ("A", "B", "C")
"""What cases, or the organizations of pairs, are called."""


def event_of_any(draw: st.DrawFn, model: Model) -> Event:
    """Draw one event as *model* may meet it."""
    kind, time = draw(types_of(model)), drawn_beginning(draw)
    if draw(SELDOM):
        time = drawn_after(draw, model, time)
    return Event(
        type=kind,
        time=time,
        attributes=drawn_values(draw, model, kind, drawn_kinds(draw, model)),
        organizations=draw(whose_of(draw, model, None)) if model.cases == "pairs" else (),
        until=drawn_until(draw, model, time) if lasts(model, kind) or draw(_RARELY) else None,
    )


def lasts(model: Model, kind: str) -> bool:
    """Tell whether *model* counts how many events of this *kind* run."""
    return any(isinstance(one.reducer, Open) and answers(one.reducer.types, kind) for one in model.context)


def walked(draw: st.DrawFn, model: Model, length: int, cases: Sequence[str] | None, own: Attributes) -> Rows:
    """Draw rows one after the other, each a stride of the calendar after one before it of the same case."""
    types, whose = _few_types(draw, model), whose_of(draw, model, cases)
    kinds, in_order = drawn_kinds(draw, model), draw(OFTEN)
    lives: dict[tuple[str, ...], _Life] = {}
    rows: list[tuple[Event, tuple[str, ...]]] = []
    given: dict[str, list[Value]] = {name: [] for name in own}
    for _ in range(length):
        event, case, values = draw(_row(model, lives, types, whose, kinds, own))
        rows.append((event, case))
        for name, value in values.items():
            given[name].append(value)
    if in_order:
        rows.sort(key=lambda row: row[0].time.last if row[0].time else datetime.min)  # noqa: DTZ901  # none is without
    return Rows(
        types=[event.type for event, _ in rows],
        times=[event.time for event, _ in rows if event.time is not None],
        untils=[event.until for event, _ in rows],
        whose=[case for _, case in rows],
        columns={name: (type_, [event.attributes[name] for event, _ in rows]) for name, type_ in kinds.items()},
        own=given,
    )


# A strategy of its own: what it draws stands together, and Hypothesis can do without it as a whole.
@st.composite
def _row(  # noqa: PLR0913, PLR0917  # what was settled for all rows, and where their cases stand
    draw: st.DrawFn,
    model: Model,
    lives: "dict[tuple[str, ...], _Life]",
    types: Strategy[str],
    whose: Strategy[tuple[str, ...]],
    kinds: Mapping[str, AttributeType],
    own: Attributes,
) -> tuple[Event, tuple[str, ...], Mapping[str, Value]]:
    """Draw a row, its case, and what a user's strategies say of it."""
    case = draw(whose)
    life = lives.setdefault(case, _Life(not_begun(model, ";".join(case))))
    kind = drawn_type(draw, model, life.state, types)
    time = drawn_after(draw, model, _since(draw, life.dates)) if life.dates else drawn_beginning(draw)
    until = drawn_until(draw, model, time) if lasts(model, kind) or draw(_RARELY) else None
    event = Event(kind, time, attributes=drawn_values(draw, model, kind, kinds), until=until)
    life.go_on(model, event, time)
    return event, case, {name: draw(strategy) for name, strategy in own.items()}


@define
class _Life:
    """A case while its rows are drawn: where it stands, as far as that can be known before all are."""

    state: CaseState
    dates: list[Interval] = field(factory=list)

    def go_on(self, model: Model, event: Event, time: Interval) -> None:
        """Let *event* happen, unless it lies before another."""
        if all(other.last <= time.last for other in self.dates):
            self.state, _ = step(model, self.state, event)
        self.dates.append(time)


def drawn_type(draw: st.DrawFn, model: Model, state: CaseState, types: Strategy[str]) -> str:
    """Draw an event type: often one that leads on from where the case stands, or else one of *types*."""
    track = draw(st.sampled_from((None, *model.track_names, *model.track_names)))
    out = () if track is None else ways_on(model, state.places[model.track_numbers[track]], track)
    if not out:
        return draw(types)
    transition = draw(st.sampled_from(out))
    leading = leading_types(view_of(model, state), transition, draw(st.sampled_from(ways_through(transition))))
    return draw(st.sampled_from(leading) if leading else types)


_RARELY = st.sampled_from((False,) * 9 + (True,))


def _since(draw: st.DrawFn, before: Sequence[Interval]) -> Interval:
    """Draw the date from which the next one is counted: mostly the latest, or that of any event before."""
    return before[-1] if draw(OFTEN) else draw(st.sampled_from(before))


def _few_types(draw: st.DrawFn, model: Model) -> Strategy[str]:
    """Return a strategy for the event types of one log: all, or a few, which then come more often."""
    every = types_of(model)
    if len(model.kinds) < 5 or draw(st.booleans()):
        return every
    return st.sampled_from([draw(every) for _ in range(draw(st.integers(2, 6)))])


def whose_of(draw: st.DrawFn, model: Model, cases: Sequence[str] | None) -> Strategy[tuple[str, ...]]:
    """Return a strategy for the case of a row, or for its organizations where cases are pairs."""
    pairs = model.cases == "pairs"
    if cases is not None:
        return st.sampled_from([tuple(name.split(";")) if pairs else (name,) for name in cases])
    count = draw(st.sampled_from((1, 1, 2, 3)))
    return st.sampled_from(_codes_of(count) if pairs else [(name,) for name in NAMES[:count]])


def _codes_of(count: int) -> list[tuple[str, ...]]:
    """Return the organizations of so many pairs; with three pairs also all of them at once."""
    one, other, third = NAMES
    return [(one, other), (third, one), (other, third), (one, other, third)][: count + (count == 3)]


def drawn_kinds(draw: st.DrawFn, model: Model) -> Mapping[str, AttributeType]:
    """Draw which columns a log has, mostly all, and which type each has."""
    columns = columns_of(model)
    names = tuple(columns) if draw(OFTEN) else some(draw, columns, most=len(columns))
    kinds = {name: _kind(draw, columns[name]) for name in names}
    return {**kinds, UNREAD: "string"} if UNREAD not in columns and draw(SELDOM) else kinds


def _kind(draw: st.DrawFn, column: Column) -> AttributeType:
    first, *others = column.values
    return first if not others or draw(OFTEN) else draw(st.sampled_from(others))


def drawn_values(draw: st.DrawFn, model: Model, kind: str, types: Mapping[str, AttributeType]) -> dict[str, Value]:
    """Draw the attributes of an event of this *kind*: often such as a guard that looks at it asks for.

    *types* has the type of each, as the columns of a log have one.
    """
    columns, aims = columns_of(model), aims_of(model).get(kind, ())
    aim: Aim = draw(st.sampled_from(({}, *aims))) if aims else {}
    return {name: _value(draw, columns.get(name), type_, aim.get(name, ())) for name, type_ in types.items()}


def _value(draw: st.DrawFn, column: Column | None, type_: AttributeType, aimed: Iterable[Value]) -> Value:
    fitting = [value for value in aimed if _IS[type_](value)]
    if fitting:
        value = draw(st.sampled_from(fitting))
    elif column is None:
        value = draw(st.sampled_from((None, *ANY_TEXTS)))
    elif column.several and type_ == "string":
        texts = st.sampled_from(column.values["string"])
        value = ";".join(str(draw(texts)) for _ in range(draw(_HOW_MANY))) or None
    else:
        values = column.values[type_]
        value = draw(st.sampled_from((None,) * (1 + len(values) // 4) + values))
    return float(value) if type_ == "number" and is_number(value) else value


_HOW_MANY = st.sampled_from((1, 0, 2, 1, 3))
_IS: Mapping[AttributeType, Callable[[Value], bool]] = {
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": is_number,
    "string": lambda value: isinstance(value, str),
}
