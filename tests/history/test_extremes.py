"""Logs and models at the edges: every engine gives the answer of the plain one, in all tables."""

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

import onward
from onward.history.histories import Engine
from onward.history.program import UnfitError
from onward.history.stepping import Reading
from onward.model.elements import Count, Variable

FAST: tuple[Engine, ...] = ("columnar", "automaton")
FINITE = """
onward: 1
name: finite
events: {rain: , sun: , frost: , axe: }
context:
  storms: {count: rain}
  places: {distinct: place, of: [rain, sun]}
  sizes: {distinct: size, of: rain}
phases: [seed, {tree: {stages: [young, old]}}, {stump: {final: true}}]
transitions:
  - {from: start, to: seed, on: rain}
  - {from: seed, to: tree, on: sun, when: storms >= 2 and event.size > 1}
  - {from: tree, to: seed, on: frost, when: event.formal or event.place == "moor"}
  - {from: tree.young, to: tree.old, when: places >= 3}
  - {from: tree, to: stump, on: axe, when: storms > 4}
forbid:
  - {on: frost, in: start, because: nothing grows}
  - {on: axe, when: sizes < 2}
invariants:
  - irreversible
  - {name: few storms, always: storms < 9}
  - {name: not young, always: phase != tree.young}
  - {name: growth, step: places == before.places or phase != tree.old}
"""
CLOCKS = FINITE.replace("storms > 4", "storms > 4 and years_in_phase >= 0.5").replace(
    "places >= 3", "years_since_start + places >= 3"
)
BEGIN = datetime(2001, 1, 1)  # noqa: DTZ001 - naive UTC


def model_of(text: str) -> onward.Model:
    return onward.parse_model(text, "model.yaml")


def log_of(columns: Mapping[str, Sequence[Any] | pl.Series]) -> onward.EventLog:
    return onward.read_log(pl.DataFrame(columns))


def drawn(rows: int, cases: int, seed: int = 1, *, step: timedelta = timedelta(hours=7)) -> dict[str, Sequence[Any]]:
    """Return the columns of a log in the order of time."""
    draw = random.Random(seed)  # noqa: S311  # rows need only differ
    return {
        "time": [BEGIN + number * step for number in range(rows)],
        "event": draw.choices(("rain", "sun", "frost", "axe", "meteor"), (5, 4, 2, 1, 1), k=rows),
        "case": [f"oak {draw.randrange(cases)}" for _ in range(rows)],
        "place": draw.choices(("hill", "dale", "moor", None), k=rows),
        "size": draw.choices((0, 1, 2, 3, None), k=rows),
        "formal": draw.choices((True, False, None), k=rows),
    }


def assert_same(found: onward.Replay, expected: onward.Replay) -> None:
    for table in ("steps", "cases", "spells", "deviations"):
        one, other = getattr(found, table), getattr(expected, table)
        assert one.schema == other.schema
        assert one.equals(other), table
    assert found.outcomes == expected.outcomes
    assert found.breaches == expected.breaches
    assert found.row_counts == expected.row_counts
    assert found.notes == expected.notes
    assert dict(found.states.by_case) == dict(expected.states.by_case)
    assert dict(found.rows) == dict(expected.rows)


def agree(model: onward.Model, log: onward.EventLog, *, finite: bool = True, reading: Reading = "certain") -> None:
    """Make sure that all engines give one answer; the automaton an error where the model is not *finite*."""
    plain = onward.replay(model, log, reading=reading, engine="plain")
    for engine in FAST:
        if engine == "automaton" and not finite:
            with pytest.raises(onward.ModelError):
                onward.replay(model, log, reading=reading, engine=engine)
        else:
            told = onward.replay(model, log, reading=reading, engine=engine)
            assert told.engine == engine
            assert_same(told, plain)


MODELS = (pytest.param(FINITE, True, id="finite"), pytest.param(CLOCKS, False, id="clocks"))


@pytest.mark.parametrize(("text", "finite"), MODELS)
@pytest.mark.parametrize(("rows", "cases"), [(0, 1), (1, 1), (2, 2), (2_000, 7), (1_500, 1_500)])
def test_logs_of_any_shape(text: str, finite: bool, rows: int, cases: int) -> None:  # noqa: FBT001
    agree(model_of(text), log_of(drawn(rows, cases)), finite=finite or not rows)


@pytest.mark.parametrize(("text", "finite"), MODELS)
def test_a_case_with_thirty_thousand_events(text: str, finite: bool) -> None:  # noqa: FBT001
    columns = {**drawn(30_000, 1, step=timedelta(minutes=50)), "event": ["rain", "sun", "frost"] * 10_000}
    agree(model_of(text), log_of(columns), finite=finite)


def lonely(number: int) -> onward.EventLog:
    """Return a log whose cases have one event each."""
    columns = drawn(1_000, 1, step=timedelta(minutes=1))
    whole = {name: [*values] * (number // 1_000) for name, values in columns.items()}
    return log_of({**whole, "case": [f"oak {row}" for row in range(number)]})


def test_cases_with_one_event_each() -> None:
    agree(model_of(FINITE), lonely(8_000))
    log = lonely(200_000)
    few = onward.replay(model_of(FINITE), lonely(1_000), engine="plain")
    columnar, looked_up = (onward.replay(model_of(FINITE), log, engine=engine) for engine in FAST)
    for table in ("steps", "cases", "spells", "deviations"):
        assert getattr(columnar, table).equals(getattr(looked_up, table))
    assert dict(columnar.outcomes) == {outcome: 200 * count for outcome, count in few.outcomes.items()}
    assert columnar.states.table.equals(looked_up.states.table)
    assert len(columnar.states) == 200_000


@pytest.mark.parametrize(("text", "finite"), MODELS)
def test_all_rows_in_one_instant(text: str, finite: bool) -> None:  # noqa: FBT001
    agree(model_of(text), log_of(drawn(900, 5, step=timedelta())), finite=finite)


@pytest.mark.parametrize("text", [FINITE, CLOCKS])
def test_event_types_that_are_all_unknown(text: str) -> None:
    agree(model_of(text), log_of({**drawn(300, 5), "event": ["meteor", "comet", "Rain"] * 100}))


@pytest.mark.parametrize(("text", "finite"), MODELS)
@pytest.mark.parametrize("reading", ["certain", "possible"])
def test_dates_at_the_ends_of_time(text: str, finite: bool, reading: Reading) -> None:  # noqa: FBT001
    days = [
        date(1, 1, 1),
        date(1066, 10, 14),
        date(1677, 9, 20),
        date(1678, 1, 1),
        date(2262, 4, 12),
        date(9999, 12, 31),
    ]
    columns = drawn(600, 3)
    agree(model_of(text), log_of({**columns, "time": sorted(days * 100)}), finite=finite, reading=reading)
    partial = [
        "0001",
        "0044-03",
        "1066",
        "1066-10-14",
        "1677-09-21T00:12:43",
        "9999-12",
        "9999",
        "9999-12-31T23:59:59.999999",
    ]
    agree(model_of(text), log_of({**columns, "time": sorted(partial * 75)}), finite=finite, reading=reading)
    zoned = [
        datetime(1, 1, 2, tzinfo=UTC),
        datetime(1500, 2, 28, 1, 2, 3, 4, tzinfo=UTC),
        datetime(9999, 12, 30, tzinfo=UTC),
    ]
    agree(model_of(text), log_of({**columns, "time": zoned * 200}), finite=finite, reading=reading)


@pytest.mark.parametrize("reading", ["certain", "possible"])
def test_years_are_counted_alike_over_many_centuries(reading: Reading) -> None:
    draw = random.Random(3)  # noqa: S311  # as above
    times = [f"{draw.randint(1, 9999):04}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}" for _ in range(400)]
    columns = {**drawn(400, 40), "time": sorted(times), "event": ["rain", "sun", "sun", "axe"] * 100, "size": [3] * 400}
    agree(model_of(CLOCKS), log_of(columns), finite=False, reading=reading)


# ---- models


def test_a_model_without_context_or_transitions() -> None:
    log = log_of(drawn(200, 4))
    bare = "onward: 1\nname: bare\nevents: {rain: , sun: }\nphases: [seed]\ntransitions: []\n"
    agree(model_of(bare), log)
    agree(model_of(bare + "invariants: [irreversible, {name: here, always: phase == seed}]\n"), log)
    agree(model_of(bare.replace("[]", "[{from: start, to: seed, on: any}, {from: seed, to: seed, on: sun}]")), log)


def with_variables(number: int, reducer: str) -> onward.Model:
    context = "".join(f"  v{each}: {reducer}\n" for each in range(number))
    return model_of(FINITE.replace("context:\n", f"context:\n{context}").replace("storms >= 2", "v1 >= 2"))


def test_a_model_with_forty_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    log = log_of(drawn(500, 4))
    agree(with_variables(40, "{count: sun}"), log)
    # Which of forty variables a value is new to: nobody can go through all that.
    many = with_variables(40, "{distinct: place, of: rain}")
    agree(many, log, finite=False)
    with pytest.raises(onward.ModelError, match="new to any of 42 `distinct` variables; let an event add to fewer"):
        onward.replay(many, log, engine="automaton")
    monkeypatch.setattr("onward.history.engine.MANY", 10)
    monkeypatch.setattr("onward.history.walking.MANY", 10)
    assert_same(onward.replay(many, log), onward.replay(many, log, engine="plain"))


def test_a_model_beyond_the_columnar_engine_is_run_by_the_plain_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onward.history.engine.MANY", 10)
    model = model_of(FINITE)
    most = evolve(model, context=(*model.context, *(Variable(f"v{number}", Count(None)) for number in range(59))))
    more = evolve(most, context=(*most.context, Variable("last", Count(("sun",)))))
    log = log_of(drawn(300, 3))
    agree(most, log)
    assert onward.replay(most, log).engine == "columnar"
    told = onward.replay(more, log)
    assert told.engine == "plain"
    assert_same(told, onward.replay(more, log, engine="plain"))
    for engine in FAST:
        with pytest.raises(UnfitError, match="more than 62 context variables"):
            onward.replay(more, log, engine=engine)


def test_more_invariants_than_a_case_has_bits() -> None:
    lines = "".join(f"  - {{name: i{number}, always: storms != {number}}}\n" for number in range(60))
    text = FINITE + lines
    agree(model_of(text), log_of(drawn(900, 3)))
    with pytest.raises(UnfitError, match="more than 62"):
        onward.replay(
            model_of(text + "  - {name: last, always: phase != seed}\n"), log_of(drawn(9, 3)), engine="columnar"
        )


# ---- values


def compared(guard: str) -> onward.Model:
    return model_of(FINITE.replace("storms >= 2 and event.size > 1", f"'{guard}'"))


HUGE = (0, 2**53 - 1, 2**53, 2**53 + 1, 2**63 - 1, -(2**63), -(2**53) - 1, None)


@pytest.mark.parametrize("sign", ["==", "!=", "<", "<=", ">", ">="])
@pytest.mark.parametrize(
    "bound",
    ["9007199254740993", "9007199254740992.0", "-9223372036854775808", "9223372036854775808", "1e300", "event.other"],
)
def test_whole_numbers_beyond_those_that_floats_hold(sign: str, bound: str) -> None:
    rows = 3 * len(HUGE) ** 2
    columns = {
        **drawn(rows, 200),
        "event": ["rain", "sun", "axe"] * (rows // 3),
        "size": [HUGE[row // 3 % 8] for row in range(rows)],
        "other": [HUGE[row // 24] for row in range(rows)],
    }
    agree(compared(f"event.size {sign} {bound}"), log_of(columns))


@pytest.mark.parametrize(
    "guard",
    [
        "event.size + 1 > 9007199254740992",
        "event.size * 3 >= event.other",
        "event.size > 0.5 * event.other",
        "event.size - storms >= 9007199254740992",
        "event.size == storms + 9007199254740991",
        "-event.size < storms",
        "event.size in [9007199254740993, 5]",
    ],
)
def test_sums_of_large_numbers_are_exact_or_refused(guard: str) -> None:
    model = compared(guard)
    for value in (5, 2**31, 2**53 - 2, 2**53, 2**53 + 1, 2**62):
        columns = {**drawn(40, 20), "event": ["rain", "sun"] * 20, "size": [value] * 40, "other": [value - 1] * 40}
        log = log_of(columns)
        plain = onward.replay(model, log, engine="plain")
        try:
            told = onward.replay(model, log, engine="columnar")
        except UnfitError as error:
            assert "2^" in error.why  # noqa: PT017
        else:
            assert_same(told, plain)
        assert_same(onward.replay(model, log), plain)


ODD = "9007199254740991"


@pytest.mark.parametrize(
    ("guard", "finite"),
    [
        ("storms > 1e308 * 10 - 1e308 * 10", True),
        ("storms != 1e308 * 10 - 1e308 * 10", True),
        ("event.size <= 1e308 * 10 - 1e308 * 10", True),
        ("years_in_phase != 1e308 * 10 - 1e308 * 10", False),
        ("storms < 1e308 * 10", True),
        ("not storms < -1e308 * 10", True),
        ("years_in_phase < 1e308 * 10", False),
        ("storms == 2.5 or storms >= 2.5", True),
        ("event.formal == 1", True),
        ("not event.size > 1", True),
        ("not event.formal", True),
        ('not event.place == "moor"', True),
        ("event.place > event.formal", True),
        ("event.size == event.place or not event.size == event.place", True),
        ("event.nothing == event.nothing", True),
        ("not (event.nothing > 1 and storms < 2)", True),
        ("storms > event.nothing or event.nothing < storms", False),
        ("0 * event.size == 0 and event.size * event.size <= 4", True),
    ],
)
def test_comparisons_that_say_little(guard: str, finite: bool) -> None:  # noqa: FBT001
    agree(compared(guard), log_of(drawn(300, 6)), finite=finite)


@pytest.mark.parametrize("size", [2**53 - 1, 2**53, 2**53 + 1])
def test_one_event_at_the_very_end_of_exact_numbers(size: int) -> None:
    text = FINITE.replace(
        "{from: start, to: seed, on: rain}", f"{{from: start, to: seed, on: rain, when: event.size == storms + {ODD}}}"
    )
    log = log_of({**drawn(1, 1), "event": ["rain"], "size": [size]})
    plain = onward.replay(model_of(text), log, engine="plain")
    assert_same(onward.replay(model_of(text), log), plain)
    try:
        assert_same(onward.replay(model_of(text), log, engine="columnar"), plain)
    except UnfitError as error:
        assert "2^53" in error.why  # noqa: PT017


@pytest.mark.parametrize("name", ["size", "place", "formal"])
@pytest.mark.parametrize(
    "values",
    [None, [None] * 200, ["2", "1", "x", None] * 50, [True, False, None, True] * 50, [1.5, 2.0, -0.0, None] * 50],
    ids=["missing", "null", "texts", "truths", "numbers"],
)
def test_attributes_that_are_missing_or_of_another_kind(name: str, values: Sequence[Any] | None) -> None:
    columns = drawn(200, 4)
    columns.pop(name)
    agree(model_of(FINITE), log_of(columns if values is None else {**columns, name: values}))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(("rain", "sun", "frost", "axe")),
            st.none() | st.floats(allow_nan=False) | st.integers(-(2**63), 2**63 - 1).map(float),
        ),
        min_size=1,
        max_size=12,
    )
)
@settings(max_examples=60, deadline=None)
def test_any_float_in_any_sum(rows: list[tuple[str, float | None]]) -> None:
    model = compared("storms >= 2 and event.size * event.size - event.size >= event.size + storms - 1e308 * 10")
    columns: dict[str, Sequence[Any] | pl.Series] = {
        "time": [BEGIN + timedelta(days=row) for row in range(len(rows))],
        "event": [event for event, _ in rows],
        "case": ["oak"] * len(rows),
        "size": pl.Series([size for _, size in rows], dtype=pl.Float64),
    }
    agree(model, log_of(columns), finite=not {"sun"} & {event for event, _ in rows})


# ---- tables that have to grow


def test_more_values_than_there_is_room_for_at_first() -> None:
    columns = drawn(6_000, 7, step=timedelta(minutes=1))
    columns |= {
        "event": ["rain"] * 6_000,
        "place": [f"hill {row % 1_700}" for row in range(6_000)],
        "size": [2] * 6_000,
    }
    agree(model_of(FINITE), log_of(columns))


PATHS = """
onward: 1
name: paths
events: {step: , jump: }
context: {steps: {count: step}}
phases: [%s]
transitions:
  - {from: start, to: p0, on: step}
%s"""


def test_more_paths_than_there_is_room_for_at_first() -> None:
    # From every phase on, as far as the event says, one eventless transition after the other.
    number = 20
    lines = [f"  - {{from: p{at}, to: p0, on: jump, when: event.size < 0}}" for at in range(1, number)]
    for at in range(number - 1):
        lines.append(f"  - {{from: p{at}, to: p{at + 1}, on: step}}")
        lines.append(f"  - {{from: p{at}, to: p{at + 1}, when: event.size > {at} and event.size < 90}}")
    model = model_of(PATHS % (", ".join(f"p{at}" for at in range(number)), "\n".join(lines) + "\n"))
    draw = random.Random(5)  # noqa: S311  # as above
    columns: dict[str, Sequence[Any]] = {
        "time": [BEGIN + timedelta(hours=row) for row in range(4_000)],
        "event": draw.choices(("step", "jump"), k=4_000),
        "case": [f"c{draw.randrange(9)}" for _ in range(4_000)],
        "size": draw.choices((*range(-1, number), 99, None), k=4_000),
    }
    log = log_of(columns)
    told = onward.replay(model, log, engine="columnar")
    ways = told.steps.select("before", "transition").n_unique()
    assert ways > 64 + 2 * (number + 1)
    agree(model, log)


def test_more_refusals_to_tell_than_there_is_room_for_at_first() -> None:
    columns = drawn(9_000, 3, step=timedelta(minutes=1))
    columns |= {"event": ["axe"] * 8_000 + ["rain", "axe"] * 500, "size": list(range(9_000))}
    log = log_of(columns)
    assert onward.replay(model_of(FINITE), log, engine="plain").outcomes["refused"] > 8_000
    agree(model_of(FINITE), log)


def test_more_broken_invariants_to_tell_than_there_is_room_for_at_first() -> None:
    text = FINITE.replace("step: places == before.places or phase != tree.old", "step: storms == before.storms")
    log = log_of({**drawn(5_000, 2, step=timedelta(minutes=1)), "event": ["rain"] * 5_000})
    assert onward.replay(model_of(text), log, engine="plain").breaches > 4_000
    agree(model_of(text), log)
