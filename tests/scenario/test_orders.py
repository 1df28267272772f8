"""Orders: which of two events came first, and what that leaves of their dates."""

from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

import onward
from onward.log.dates import parse_interval
from onward.scenario.orders import (
    Order,
    Room,
    fingerprint_of,
    gap,
    instant_of,
    load_order,
    moment_of,
    room_for,
)

DATES = ("2004", "2004", "2004-06", "2004-06-01", "2005", "2005-02", "2004-06-01T12:00:00", "2004-06-01T12:00:00")


def log_of(*dates: str, ids: Sequence[str] | None = None) -> onward.EventLog:
    names = [f"E{row}" for row in range(len(dates))] if ids is None else list(ids)
    return onward.read_log(
        pl.DataFrame(
            {"event_id": names, "case": ["A"] * len(dates), "time": list(dates), "event": ["e"] * len(dates)},
            schema=dict.fromkeys(("event_id", "case", "time", "event"), pl.String),
        )
    )


@st.composite
def rooms(draw: st.DrawFn) -> tuple[onward.EventLog, list[int], tuple[Order, ...], Room]:
    """Draw a log, instants inside its dates, an order that these instants obey, and the room it leaves."""
    dates = draw(st.lists(st.sampled_from(DATES), min_size=1, max_size=6))
    log = log_of(*dates)
    spans = [(instant_of(time.first), instant_of(time.last)) for time in log.times]
    at = [draw(st.sampled_from((low, high)) | st.integers(low, high)) for low, high in spans]
    rows = sorted(range(len(dates)), key=lambda row: (at[row], row))
    pairs = [(one, other) for n, one in enumerate(rows) for other in rows[n + 1 :]]
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=6)) if pairs else []
    order = tuple(Order(log.ids[one], log.ids[other]) for one, other in chosen)
    return log, at, order, room_for(log, order)


def is_in_order(room: Room, at: Sequence[int]) -> bool:
    return all(at[before] + gap(before, after) <= at[after] for before, after in room.pairs)


@given(rooms())
def test_instants_that_obey_the_order_are_left(
    drawn: tuple[onward.EventLog, list[int], tuple[Order, ...], Room],
) -> None:
    _, at, _, room = drawn
    assert is_in_order(room, at)
    assert all(low <= each <= high for low, each, high in zip(room.first, at, room.last, strict=True))
    assert all(low <= strict for low, strict in zip(room.loose_first, room.first, strict=True))
    assert all(strict <= high for high, strict in zip(room.loose_last, room.last, strict=True))


@given(rooms(), st.data())
def test_every_end_of_what_is_left_can_be_had_with_the_others_as_near_as_the_order_lets_them(
    drawn: tuple[onward.EventLog, list[int], tuple[Order, ...], Room], data: st.DataObject
) -> None:
    log, at, _, room = drawn
    row = data.draw(st.integers(0, len(log) - 1))
    for instant in (room.first[row], room.last[row]):
        moved = room.around(row, instant, at)
        assert moved[row] == instant
        assert is_in_order(room, moved)
        for other, time in enumerate(log.times):
            assert instant_of(time.first) <= moved[other] <= instant_of(time.last)
        apart = set(range(len(log))) - set(room.group_of.get(row, (row,)))
        assert all(moved[other] == at[other] for other in apart)
    assert room.around(row, at[row], at) == at


@given(rooms())
def test_groups_hang_together_and_nothing_else_does(
    drawn: tuple[onward.EventLog, list[int], tuple[Order, ...], Room],
) -> None:
    *_, room = drawn
    rows = [row for group in room.groups for row in group]
    assert sorted(rows) == sorted({row for pair in room.pairs for row in pair})
    assert all(room.group_of[before] == room.group_of[after] for before, after in room.pairs)


@given(rooms())
def test_what_is_said_twice_or_backwards_in_the_file_is_the_same(
    drawn: tuple[onward.EventLog, list[int], tuple[Order, ...], Room],
) -> None:
    log, _, order, room = drawn
    again = (*reversed(order), *order)
    other = room_for(log, again)
    assert (other.first, other.last, set(other.pairs)) == (room.first, room.last, set(room.pairs))
    assert fingerprint_of(again) == fingerprint_of(order)


@given(st.datetimes())
def test_an_instant_is_a_whole_number_of_microseconds(moment: object) -> None:
    interval = parse_interval("1648-10-24")
    assert moment_of(instant_of(interval.last)) == interval.last
    assert moment_of(instant_of(moment)) == moment  # type: ignore[arg-type]  # a datetime


def test_an_order_takes_from_both_dates_what_it_rules_out() -> None:
    room = room_for(log_of("2004", "2004-06"), [("E1", "E0")])
    assert moment_of(room.first[0]).isoformat() == "2004-06-01T00:00:00.000001"
    assert room.is_uncertain(0)
    room = room_for(log_of("2004", "2004-06"), [("E0", "E1")])
    assert moment_of(room.last[0]).isoformat() == "2004-06-30T23:59:59.999999"


def test_without_order_dates_are_what_they_were() -> None:
    log = log_of("2004", "2004-06")
    room = room_for(log)
    assert [moment_of(each) for each in room.first] == [time.first for time in log.times]
    assert room.groups == ()


def test_at_one_instant_the_file_says_what_comes_first() -> None:
    noon = "2004-06-01T12:00:00"
    assert not room_for(log_of(noon, noon), [("E0", "E1")]).is_uncertain(0)


@pytest.mark.parametrize(
    ("dates", "order", "told"),
    [
        (
            ("2004", "2005"),
            [("E0", "e1")],
            "order: E0 before e1: data frame has no event 'e1'; did you mean 'E1'?",
        ),
        (
            ("2004", "2005"),
            [("E0", "Rambouillet")],
            "order: E0 before Rambouillet: data frame has no event 'Rambouillet'; write the id of an event of the log",
        ),
        (
            ("2004", "2004"),
            [("E0", "E0")],
            "order: E0 before E0: the order goes in a circle; take one of them out",
        ),
        (
            ("2004",) * 4,
            [("E3", "E0"), ("E0", "E1"), ("E1", "E2"), ("E2", "E0")],
            "order: E0 before E1 before E2 before E0: the order goes in a circle; take one of them out",
        ),
        (
            ("2004", "2005"),
            [("E1", "E0")],
            (
                "order: E1 before E0: E1 (2005) cannot come before E0 (2004); "
                "correct one of the dates, or leave this out of the order"
            ),
        ),
        (
            ("2005", "2004", "2004-03"),
            [("E0", "E1"), ("E1", "E2")],
            (
                "order: E0 before E1: E0 (2005) cannot come before E1 (2004); "
                "correct one of the dates, or leave this out of the order"
            ),
        ),
        (
            ("2005", "2005", "2004", "2006"),
            [("E0", "E3"), ("E3", "E1"), ("E1", "E2")],
            (
                "order: E3 before E1: E3 (2006) cannot come before E1 (2005); "
                "correct one of the dates, or leave this out of the order\n"
                "order: E1 before E2: E1 (2005) cannot come before E2 (2004); "
                "correct one of the dates, or leave this out of the order"
            ),
        ),
        (
            ("2005-06", "2005", "2005-05"),
            [("E0", "E1"), ("E1", "E2")],
            (
                "order: E1 before E2: E0 (2005-06), which comes before E1, cannot come before E2 (2005-05); "
                "correct one of the dates, or leave this out of the order"
            ),
        ),
        (
            ("2005-06-01T12:00:00", "2005-06-01T12:00:00"),
            [("E1", "E0")],
            (
                "order: E1 before E0: E1 (2005-06-01T12:00:00) cannot come before E0 (2005-06-01T12:00:00); "
                "exchange the two rows: at one instant the order of the file counts, or leave this out of the order"
            ),
        ),
    ],
)
def test_an_order_that_cannot_be_is_told(dates: Sequence[str], order: list[tuple[str, str]], told: str) -> None:
    with pytest.raises(onward.UsageError) as caught:
        room_for(log_of(*dates), order)
    assert str(caught.value) == told


def test_a_circle_in_a_file_is_told_at_its_row() -> None:
    log = log_of("2004", "2004")
    with pytest.raises(onward.UsageError, match=r"^order.csv:3: E0 before E1 before E0: the order goes in a circle"):
        room_for(log, [Order("E0", "E1", "order.csv:3"), Order("E1", "E0", "order.csv:2")])


def test_an_id_of_two_rows_says_of_neither_when_it_was() -> None:
    log = evolve(log_of("2004", "2005", "2006"), ids=("E0", "E1", "E1"))
    with pytest.raises(onward.UsageError, match=r"rows 2 and 3 of data frame both have the id 'E1'; give each"):
        room_for(log, [("E0", "E1")])


def test_an_event_without_an_id_cannot_be_ordered() -> None:
    with pytest.raises(onward.UsageError, match="has no event ''"):
        room_for(log_of("2004", "2005", ids=("E0", "")), [("E0", "")])


Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str) -> Path:
        path = tmp_path / "order.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def test_an_order_is_read_from_a_file_whatever_else_it_says(write: Write) -> None:
    path = write("source,after_id,before_id\nx, E1 ,E0\n")
    assert load_order(path) == (Order("E0", "E1"),)
    assert load_order(path)[0].place == "order.csv:2"
    assert str(load_order(path)[0]) == "E0 before E1"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("from,after_id\nE0,E1\n", "order.csv:1: there is no column 'before_id'; add a column `before_id`"),
        ("before_id,aftr_id\nE0,E1\n", "order.csv:1: there is no column 'after_id'; did you mean 'aftr_id'?"),
        (
            "before_id,after_id\nE0,\n",
            "order.csv:2: after_id: there is no event id; write the id of an event, or delete the row",
        ),
    ],
)
def test_a_file_that_says_no_order_is_told_where(write: Write, text: str, told: str) -> None:
    with pytest.raises(onward.LogError) as caught:
        load_order(write(text))
    assert str(caught.value) == told


def test_a_row_that_cannot_be_cut_into_cells_is_told(write: Write) -> None:
    with pytest.raises(onward.LogError, match=r"order\.csv:2"):
        load_order(write("before_id,after_id\nE0,E1,E2,E3\n"))


def test_the_order_of_the_report_fits_its_dates() -> None:
    order = load_order(Path(__file__).parents[2] / "data" / "partnership" / "event_order.csv")
    room = room_for(onward.load_study().log, order)
    assert len(room.pairs) == 19
    assert all(low <= high for low, high in zip(room.first, room.last, strict=True))


def test_an_empty_file_of_orders_asks_for_its_own_columns(tmp_path: Path) -> None:
    path = tmp_path / "order.csv"
    path.write_text("", encoding="utf-8")
    with pytest.raises(onward.LogError) as caught:
        load_order(path)
    assert str(caught.value) == (
        "order.csv: the file is empty; it needs the columns before_id and after_id, and a row for each two events"
    )
    with pytest.raises(onward.LogError, match="there is no such file"):
        load_order(tmp_path / "other.csv")
