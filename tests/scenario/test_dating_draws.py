"""Draws of dates: inside their intervals, in order, equally likely, and the same again."""

import itertools
from collections import Counter
from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import onward
from onward.scenario import draws as drawing
from onward.scenario.draws import Sampler
from onward.scenario.orders import Order, Room, gap, instant_of, room_for
from onward.scenario.placing import TooManyError, Weights, puzzle_of

DATES = ("2004", "2004", "2004-06", "2004-06-01", "2005", "2004-06-01T12:00:00", "2004-06-01T12:00:00")


def log_of(*dates: str) -> onward.EventLog:
    rows = [{"event_id": f"E{row}", "case": "A", "time": date, "event": "e"} for row, date in enumerate(dates)]
    return onward.read_log(pl.DataFrame(rows))


@st.composite
def samplers(draw: st.DrawFn) -> Sampler:
    """Draw a log, and an order that its dates leave room for."""
    log = log_of(*draw(st.lists(st.sampled_from(DATES), min_size=1, max_size=6)))
    at = [draw(st.integers(instant_of(time.first), instant_of(time.last))) for time in log.times]
    rows = sorted(range(len(at)), key=lambda row: (at[row], row))
    pairs = [(one, other) for n, one in enumerate(rows) for other in rows[n + 1 :]]
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=5)) if pairs else []
    order = [Order(log.ids[one], log.ids[other]) for one, other in chosen]
    return Sampler(log, room_for(log, order), draw(st.integers(0, 2**64 - 1)))


def assert_right(sampler: Sampler, lines: Sequence[Sequence[int]]) -> None:
    for line in lines:
        for instant, time in zip(line, sampler.log.times, strict=True):
            assert instant_of(time.first) <= instant <= instant_of(time.last)
        for before, after in sampler.room.pairs:
            assert line[before] + gap(before, after) <= line[after]


@given(samplers())
def test_draws_lie_inside_their_dates_and_in_order(sampler: Sampler) -> None:
    assert_right(sampler, sampler.draw(range(20)).tolist())


@given(samplers())
@settings(max_examples=50)
def test_draws_that_are_placed_by_weight_lie_inside_their_dates_and_in_order(sampler: Sampler) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawing, "_SELDOM", 2.0)
        assert_right(sampler, sampler.draw(range(20)).tolist())


@given(samplers(), st.lists(st.integers(0, 2**40), min_size=1, max_size=5))
def test_a_draw_is_the_same_whatever_is_drawn_with_it(sampler: Sampler, numbers: list[int]) -> None:
    together = sampler.draw(numbers)
    again = Sampler(sampler.log, sampler.room, sampler.seed)
    alone = [again.draw([number])[0] for number in reversed(numbers)]
    assert together.tolist() == [line.tolist() for line in reversed(alone)]


def orders_of(lines: Sequence[Sequence[int]]) -> Counter[tuple[int, ...]]:
    return Counter(tuple(sorted(range(len(line)), key=line.__getitem__)) for line in lines)


def test_every_order_of_a_year_is_equally_likely() -> None:
    log = log_of("2004", "2004", "2004")
    found = orders_of(Sampler(log, room_for(log), 1).draw(range(6000)).tolist())
    assert found.keys() == set(itertools.permutations(range(3)))
    assert all(880 < count < 1120 for count in found.values())


def test_events_of_one_day_come_in_either_order_and_known_instants_in_the_order_of_the_file() -> None:
    log = log_of("2004-06-01", "2004-06-01", "2004-07-01T12:00:00", "2004-07-01T12:00:00")
    found = orders_of(Sampler(log, room_for(log), 1).draw(range(1000)).tolist())
    assert found.keys() == {(0, 1, 2, 3), (1, 0, 2, 3)}
    assert 420 < found[0, 1, 2, 3] < 580


@pytest.mark.parametrize("blindly", [True, False])
def test_instants_are_equally_likely_within_the_order(monkeypatch: pytest.MonkeyPatch, *, blindly: bool) -> None:
    # The first of two in a year has its mean after a third of it; one that must follow a day in June, in autumn.
    monkeypatch.setattr(drawing, "_SELDOM", 0.0 if blindly else 2.0)
    log = log_of("2004", "2004", "2004", "2004-06-15")
    room = room_for(log, [("E0", "E1"), ("E3", "E2"), ("E2", "E1")])
    drawn = Sampler(log, room, 7).draw(range(20_000))
    # Reference: the same by drawing everything until it fits, with other random numbers.
    chance = np.random.default_rng(3)
    proposals = chance.integers(room.first, room.last, (400_000, 4), endpoint=True)
    kept = proposals[[all(line[a] <= line[b] for a, b in room.pairs) for line in proposals]]
    year = 366 * 86_400_000_000
    assert len(kept) > 20_000
    assert (abs(drawn.mean(axis=0) - kept.mean(axis=0)) < 0.012 * year).all()
    assert (abs(drawn.std(axis=0) - kept.std(axis=0)) < 0.012 * year).all()
    assert np.all(np.abs(np.corrcoef(drawn.T) - np.corrcoef(kept.T)) < 0.03)


def chain(length: int) -> tuple[onward.EventLog, Room]:
    log = log_of(*["2004"] * length)
    return log, room_for(log, [(f"E{row}", f"E{row + 1}") for row in range(length - 1)])


def test_a_long_chain_is_placed_by_weight_where_blind_draws_would_never_do() -> None:
    log, room = chain(14)
    sampler = Sampler(log, room, 1)
    drawn = sampler.draw(range(400))
    assert_right(sampler, drawn.tolist())
    # The n-th of fourteen in order lies at n fifteenths of the year.
    shares = (drawn.mean(axis=0) - room.first[0]) / (room.last[-1] - room.first[0])
    assert (abs(shares - np.arange(1, 15) / 15) < 0.03).all()


def test_a_wide_group_is_drawn_blindly_where_its_sets_are_too_many() -> None:
    log = log_of(*["2004"] * 30)
    sampler = Sampler(log, room_for(log, [("E0", f"E{row}") for row in range(1, 30)]), 1)
    assert_right(sampler, sampler.draw(range(20)).tolist())


def test_a_group_in_which_nothing_is_found_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "_HOPELESS", 1000)
    monkeypatch.setattr(drawing, "_MOST_SETS", 3)
    log, room = chain(12)
    with pytest.raises(onward.UsageError, match=r"so little room is left for E0, E1, .*; write their dates"):
        Sampler(log, room, 1).draw([0])


def test_weights_are_those_of_the_orders() -> None:
    log = log_of("2004", "2004", "2004", "2004-06-01T12:00:00")
    puzzle = puzzle_of(room_for(log), range(4))
    assert puzzle is not None
    assert Weights(puzzle, 1000, {}).after(0, 0, 0) == pytest.approx(1)
    with pytest.raises(TooManyError):
        Weights(puzzle, 3, {}).after(0, 0, 0)


def test_too_many_events_and_none_are_no_puzzle() -> None:
    log = log_of(*["2004"] * 61)
    assert puzzle_of(room_for(log), range(61)) is None
    assert puzzle_of(room_for(log), []) is None


def test_dates_of_two_instants_between_known_ones_are_left_to_draws() -> None:
    at = ("2004-06-01T12:00:00.000001", "2004-06-01T12:00:00.000002")
    log = log_of(at[0], at[1], "2004-06-01")
    # What lies between the two in order is one of two instants, and both are taken.
    room = room_for(log, [("E0", "E2"), ("E2", "E1")])
    assert puzzle_of(room, range(3)) is None


def test_the_last_weight_is_chosen_where_rounding_leaves_a_little() -> None:
    assert drawing._chosen([0.25, 0.75, 0.0], 1.0) == 1  # noqa: SLF001  # no random number is that large
    assert drawing._chosen([0.25, 0.75, 0.0], 0.1) == 0  # noqa: SLF001


def test_two_that_meet_against_the_file_are_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    # Four instants in all, so that they often meet: the second row before the first, in six ways.
    monkeypatch.setattr(drawing, "_SELDOM", 2.0)
    room = Room(first=(1, 0), last=(3, 2), pairs=((1, 0),), loose_first=(0, 0), loose_last=(3, 3))
    found = Counter(map(tuple, Sampler(log_of("2004", "2004"), room, 1).draw(range(1200)).tolist()))
    assert found.keys() == {(later, earlier) for later in range(4) for earlier in range(later)}
    assert all(140 < count < 260 for count in found.values())
