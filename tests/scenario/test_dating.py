"""What hangs on dates that are known only roughly."""

import itertools
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

import onward
from onward.history.stepping import Reading
from onward.log.dates import Interval, parse_interval
from onward.scenario.dating import Dates, Entry, vary_dates
from onward.scenario.fates import Fate, Spot, Ways, asks_for_order_only, fates_of, unborn, unfold
from onward.scenario.orders import instant_of, load_order, moment_of, room_for
from onward.testing import logs, models

READINGS: st.SearchStrategy[Reading] = st.sampled_from(("certain", "possible"))

RIPE = """
onward: 1
name: ripe
events: {rain: {}, sun: {}, frost: {}}
context: {rains: {count: rain}}
phases: [seed, sprout, fruit, {dead: {final: true}}]
transitions:
  - {from: start, to: seed, on: rain}
  - {from: seed, to: sprout, on: sun}
  - {from: sprout, to: fruit, on: sun, when: rains >= 2}
  - {from: [seed, sprout], to: dead, on: frost}
"""


@pytest.fixture(scope="module")
def ripe() -> onward.Model:
    return onward.parse_model(RIPE, "ripe.yaml")


def log_of(*lines: str, case: str = "A") -> onward.EventLog:
    """Return the log of these events: `2004-06 rain`."""
    rows = [
        {"event_id": f"E{row}", "case": case, "time": time, "event": event}
        for row, (time, event) in enumerate(line.split() for line in lines)
    ]
    return onward.read_log(pl.DataFrame(rows))


def shares(dates: Dates, case: str = "A") -> dict[str, float]:
    return {row.place: row.share for row in dates.end_rows if row.case == case}


def entry(dates: Dates, place: str, case: str = "A") -> Entry:
    return next(row for row in dates.entry_rows if (row.case, row.place) == (case, place))


def told(dates: Dates) -> tuple[object, ...]:
    return dates.exact_cases, dates.end_rows, dates.entry_rows, dates.effect_rows, dates.uncertain


def redated(log: onward.EventLog, instants: Sequence[int]) -> onward.EventLog:
    moments = map(moment_of, instants)
    return evolve(log, times=tuple(Interval(moment.isoformat(), moment, moment) for moment in moments))


def fates(model: onward.Model, log: onward.EventLog, as_of: Interval | None, reading: Reading) -> dict[str, Fate]:
    return fates_of(onward.replay(model, log, as_of=as_of, reading=reading))


@given(st.data(), st.booleans(), READINGS)
@settings(max_examples=40)
def test_results_are_the_same_whatever_the_chunks(data: st.DataObject, clockwork: bool, reading: Reading) -> None:  # noqa: FBT001  # drawn
    model = data.draw(models(clockwork=clockwork))
    log = data.draw(logs(model, max_rows=8))
    one = vary_dates(model, log, draws=12, seed=5, reading=reading, chunk=12)
    for chunk in (1, 5):
        assert told(vary_dates(model, log, draws=12, seed=5, reading=reading, chunk=chunk)) == told(one)


@given(st.data(), READINGS)
@settings(max_examples=60)
def test_the_two_readings_are_those_of_replay(data: st.DataObject, reading: Reading) -> None:
    model = data.draw(models())
    log = data.draw(logs(model))
    dates = vary_dates(model, log, draws=1)
    known = fates(model, log, dates.as_of, reading)
    for case in dates.cases:
        fate = known.get(case, unborn(model))
        rows = [row for row in dates.end_rows if row.case == case]
        stands = [row.place for row in rows if (row.certain if reading == "certain" else row.possible)]
        assert stands == list(fate.places)
        for row in (row for row in dates.entry_rows if row.case == case):
            when = row.certain_by if reading == "certain" else row.possible_from
            assert when == fate.entered.get((row.track or "", row.place))


@given(st.data(), READINGS)
@settings(max_examples=40)
def test_an_effect_is_what_a_replay_with_this_one_date_shows(data: st.DataObject, reading: Reading) -> None:
    model = data.draw(models())
    log = data.draw(logs(model, max_rows=8))
    dates = vary_dates(model, log, draws=1, reading=reading)
    room = room_for(log)
    as_read = list(room.last if reading == "certain" else room.first)
    before = fates(model, log, dates.as_of, reading)
    found = {(effect.row, str(effect.end)): effect.differences for effect in dates.effect_rows}
    assert dates.uncertain == sum(time.first < time.last for time in log.times)
    for row, end in itertools.product(range(len(log)), ("first", "last")):
        instant = (room.first if end == "first" else room.last)[row]
        after = fates(model, redated(log, [*as_read[:row], instant, *as_read[row + 1 :]]), dates.as_of, reading)
        changed = {case for case in dates.cases if after.get(case) != before.get(case)}
        differences = found.get((row, end), ())
        assert {each.case for each in differences} == changed
        for each in differences:
            one, other = before.get(each.case, unborn(model)), after.get(each.case, unborn(model))
            number = model.track_numbers[each.track or ""]
            if each.what == "end":
                assert (each.was, each.place) == (one.places[number], other.places[number])
            else:
                spot = each.track or "", each.place
                assert (each.before, each.after) == (one.entered.get(spot), other.entered.get(spot))
    weights = [effect.weight for effect in dates.effect_rows]
    assert weights == sorted(weights, reverse=True)


ORDERLY = models(clockwork=False, cases="column").filter(asks_for_order_only)


@given(st.data())
@settings(max_examples=100)
def test_walking_by_order_alone_is_what_replay_does(data: st.DataObject) -> None:
    model = data.draw(ORDERLY)
    log = data.draw(logs(model))
    spans = [(instant_of(time.first), instant_of(time.last)) for time in log.times]
    instants = [data.draw(st.integers(*span)) for span in spans]
    replayed = onward.replay(model, redated(log, instants))
    ways = Ways(model, log)
    for case, fate in fates_of(replayed).items():
        walked = ways.walk((row, instants[row]) for row in replayed.rows[case])
        assert walked == fate


@given(st.data())
@settings(max_examples=60)
def test_exact_shares_are_those_of_all_orders_gone_through_one_by_one(data: st.DataObject) -> None:
    # Dates of equal length, so that all orders of a year weigh the same, and two events whose order is known.
    model = data.draw(ORDERLY)
    drawn = data.draw(logs(model, max_rows=5, cases=["A"]))
    years = sorted(data.draw(st.lists(st.sampled_from((2001, 2002)), min_size=len(drawn), max_size=len(drawn))))
    stretches = [Interval(str(year), datetime(year, 1, 1), datetime(year, 12, 31)) for year in years]  # noqa: DTZ001
    log = evolve(drawn, times=tuple(stretches), ids=tuple(f"E{row}" for row in range(len(drawn))))
    order = [("E0", "E1")] if len(log) > 1 and data.draw(st.booleans()) else []
    room = room_for(log, order)
    ways = Ways(model, log)
    exact = unfold(ways, room, range(len(log)), instant_of(datetime(2003, 1, 1)), 100_000)  # noqa: DTZ001
    ends: dict[tuple[str, ...], int] = {}
    entered: dict[Spot, int] = {}
    count = 0
    for rows in itertools.permutations(range(len(log))):
        if [years[row] for row in rows] == years and (not order or rows.index(0) < rows.index(1)):
            count += 1
            fate = ways.walk((row, 0) for row in rows)
            ends[fate.places] = ends.get(fate.places, 0) + 1
            for spot in fate.entered:
                entered[spot] = entered.get(spot, 0) + 1
    assert exact is not None
    assert exact.ends == pytest.approx({places: found / count for places, found in ends.items()})
    assert {spot: share for spot, (share, *_) in exact.entered.items()} == pytest.approx(
        {spot: found / count for spot, found in entered.items()}
    )


@given(st.data())
@settings(max_examples=30)
def test_draws_come_near_to_exact_shares_and_stay_inside_exact_ranges(data: st.DataObject) -> None:
    model = data.draw(ORDERLY)
    log = data.draw(logs(model, max_rows=7))
    dates = vary_dates(model, log, draws=400)
    assert dates.exact
    # By Hoeffding's inequality farther off in one of a hundred million.
    found = [(row.share, row.draws) for row in dates.end_rows] + [(row.share, row.draws) for row in dates.entry_rows]
    assert all(abs(share - draws / 400) < 0.16 for share, draws in found)
    for each in dates.entry_rows:
        if each.median and each.share:
            assert each.earliest <= each.median <= each.latest
    drawn = vary_dates(model, log, draws=400, enumerate_up_to=0)
    assert drawn.exact_cases == ()
    assert [(row.case, row.place, row.draws) for row in drawn.entry_rows if row.draws] == [
        (row.case, row.place, row.draws) for row in dates.entry_rows if row.draws
    ]


@given(st.data())
@settings(max_examples=30)
def test_shares_add_up_on_every_track(data: st.DataObject) -> None:
    model = data.draw(models())
    log = data.draw(logs(model, max_rows=8))
    dates = vary_dates(model, log, draws=15)
    for case, track in itertools.product(dates.cases, model.track_names):
        rows = [row for row in dates.end_rows if (row.case, row.track or "") == (case, track)]
        assert sum(row.share for row in rows) == pytest.approx(1)
        assert sum(row.draws for row in rows) == 15
        assert sum(row.certain for row in rows) == sum(row.possible for row in rows) == 1


# ---- examples


def test_a_date_that_straddles_the_end_of_the_window_counts_in_part_of_the_draws(ripe: onward.Model) -> None:
    dates = vary_dates(ripe, log_of("2005 rain"), as_of="2005-06-30", draws=500)
    assert shares(dates) == pytest.approx({"seed": 181 / 365, "start": 184 / 365})
    assert dates.exact
    assert dates.settled == ()
    found = entry(dates, "seed")
    assert (found.earliest, found.latest) == (datetime(2005, 1, 1), datetime(2005, 6, 30, 23, 59, 59, 999999))  # noqa: DTZ001
    assert found.certain_by is None
    assert found.possible_from == datetime(2005, 1, 1)  # noqa: DTZ001
    assert found.median is not None
    assert found.median.month in {3, 4}


def test_what_happens_after_the_window_changes_nothing(ripe: onward.Model) -> None:
    dates = vary_dates(ripe, log_of("2004 rain", "2006 sun"), as_of="2005", draws=5)
    assert shares(dates) == {"seed": 1.0}
    assert dates.settled == ("A",)
    dates = vary_dates(ripe, log_of("2006 rain"), as_of="2005", draws=5)
    assert shares(dates) == {"start": 1.0}


def test_events_of_one_year_come_in_every_order(ripe: onward.Model) -> None:
    # Sun before rain does nothing.
    dates = vary_dates(ripe, log_of("2004 rain", "2004 sun"), draws=400)
    assert shares(dates) == pytest.approx({"seed": 0.5, "sprout": 0.5})
    assert [row.place for row in dates.end_rows if row.certain] == ["sprout"]
    assert dates.share("A", "sprout") == pytest.approx(0.5)
    assert entry(dates, "seed").share == 1.0


def test_dates_of_unlike_length_weigh_as_long_as_they_are(ripe: onward.Model) -> None:
    # 152 days of 2004 lie before June, and in June the rain comes first in half of the cases.
    dates = vary_dates(ripe, log_of("2004 rain", "2004-06 sun"), draws=1)
    assert shares(dates) == pytest.approx({"sprout": (152 + 15) / 366, "seed": (184 + 15) / 366})
    seed, sprout = entry(dates, "seed"), entry(dates, "sprout")
    assert (seed.earliest.isoformat(), seed.latest.isoformat()) == ("2004-01-01T00:00:00", "2004-12-31T23:59:59.999999")
    assert (sprout.earliest.isoformat(), sprout.latest.isoformat()) == (
        "2004-06-01T00:00:00",
        "2004-06-30T23:59:59.999999",
    )
    # Known to be earlier, the rain lies before a day in June: the later that day, the longer it may.
    dates = vary_dates(ripe, log_of("2004 rain", "2004-06 frost"), order=[("E0", "E1")], draws=1)
    assert shares(dates) == {"dead": 1.0}


def test_the_first_time_counts_where_a_place_is_entered_again() -> None:
    model = onward.parse_model(
        "onward: 1\nname: tide\nevents: {up: {}, down: {}}\nphases: [high, low]\ntransitions:\n"
        "  - {from: [start, low], to: high, on: up}\n  - {from: high, to: low, on: down}\n",
        "tide.yaml",
    )
    dates = vary_dates(model, log_of("2001 up", "2002 down", "2003 up"), draws=9)
    found = entry(dates, "high")
    assert (found.earliest.year, found.latest.year, found.certain_by) == (2001, 2001, parse_interval("2001").last)
    assert found.median is not None
    assert found.median.year == 2001


def test_the_median_is_a_date_in_the_middle(ripe: onward.Model) -> None:
    found = entry(vary_dates(ripe, log_of("2004 rain"), draws=501), "seed").median
    assert found is not None
    assert found.month in {6, 7}


def test_an_order_that_is_known_settles_what_dates_leave_open(ripe: onward.Model) -> None:
    log = log_of("2004 sun", "2004 rain")
    assert shares(vary_dates(ripe, log, draws=10)) == pytest.approx({"seed": 0.5, "sprout": 0.5})
    dates = vary_dates(ripe, log, order=[("E1", "E0")], draws=10)
    assert shares(dates) == {"sprout": 1.0}
    assert dates.settled == ("A",)
    # Both readings obey the order, too, where the file does not.
    assert [row.place for row in dates.end_rows if row.certain and row.possible] == ["sprout"]


def test_an_order_by_way_of_another_case_counts(ripe: onward.Model) -> None:
    log = log_of("2004 sun", "2004 rain", "2004-07 rain")
    log = evolve(log, case_names=("A", "A", "B"))
    # The sun comes after July, of which the rain comes before.
    dates = vary_dates(ripe, log, order=[("E1", "E2"), ("E2", "E0")], draws=10)
    assert shares(dates) == {"sprout": 1.0}
    assert dates.exact


def test_known_instants_keep_the_order_of_the_file(ripe: onward.Model) -> None:
    noon = "2004-06-01T12:00:00"
    dates = vary_dates(ripe, log_of(f"{noon} rain", f"{noon} sun"), draws=10)
    assert shares(dates) == {"sprout": 1.0}
    assert (dates.uncertain, dates.effect_rows) == (0, ())


def test_the_dates_that_matter_come_first(ripe: onward.Model) -> None:
    dates = vary_dates(ripe, log_of("2003 rain", "2004-03 frost", "2004 sun", "2005-05 sun"), draws=50)
    assert [(effect.event_id, effect.end) for effect in dates.effect_rows] == [
        ("E2", "first"),
        ("E0", "first"),
        ("E1", "first"),
    ]
    assert [effect.weight for effect in dates.effect_rows] == [
        (0, 1, 0),
        (0, 0, pytest.approx(365)),
        (0, 0, pytest.approx(31)),
    ]
    [first, *_] = dates.effect_rows
    assert (first.event, first.recorded, first.moment) == ("sun", "2004", datetime(2004, 1, 1))  # noqa: DTZ001
    frame = dates.effects
    assert frame["what"].to_list()[0] == "entered"
    assert set(frame.columns) >= {"event_id", "end", "moment", "place", "days"}


def test_a_model_with_a_clock_is_left_to_draws() -> None:
    model = onward.parse_model(
        RIPE.replace("when: rains >= 2", "when: years_in_phase >= 0.5").replace("rains: {count: rain}", ""), "slow.yaml"
    )
    log = log_of("2003 rain", "2004-01-01 sun", "2004 sun")
    dates = vary_dates(model, log, draws=600)
    assert dates.exact_cases == ()
    assert not dates.exact
    assert 0.42 < dates.share("A", "fruit") < 0.58
    assert entry(dates, "fruit").earliest >= datetime(2004, 7, 1)  # noqa: DTZ001


def test_orders_beyond_the_bound_are_left_to_draws(ripe: onward.Model) -> None:
    dates = vary_dates(ripe, log_of(*["2004 rain"] * 4), draws=5, enumerate_up_to=3)
    assert dates.exact_cases == ()
    dates = vary_dates(ripe, log_of(*["2004 rain"] * 61), draws=5)
    assert dates.exact_cases == ()
    assert shares(dates) == {"seed": 1.0}


def test_the_end_of_what_lasts_counts_to_its_last_instant() -> None:
    text = """
onward: 1
name: open
events: {war: {}}
context: {wars: {open: war}}
phases: [peace, war_time]
transitions:
  - {from: start, to: peace, on: war}
  - {from: peace, to: war_time, when: wars > 0}
  - {from: war_time, to: peace, when: wars == 0}
"""
    model = onward.parse_model(text, "open.yaml")
    log = onward.read_log(pl.DataFrame({"case": ["A"], "time": ["2004"], "event": ["war"], "until": ["2004"]}))
    dates = vary_dates(model, log, draws=20, as_of="2004-12-30", reading="possible")
    assert {row.place: row.draws for row in dates.end_rows if row.draws}.get("war_time", 0) >= 18


def test_an_empty_log_has_no_dates(ripe: onward.Model) -> None:
    log = evolve(log_of("2004 rain"), types=(), times=(), ids=(), untils=(), case_names=(), columns={})
    dates = vary_dates(ripe, log)
    assert (dates.cases, dates.as_of, dates.uncertain) == ((), None, 0)
    assert dates.exact
    assert dates.ends.is_empty()
    assert dates.entries.is_empty()


def test_tables_have_what_rows_have(ripe: onward.Model) -> None:
    dates = vary_dates(ripe, log_of("2004 rain", "2004 sun"), draws=40)
    assert dates.ends["share"].to_list() == [row.share for row in dates.end_rows]
    assert dates.entries["median"].to_list() == [row.median for row in dates.entry_rows]
    assert dates.effects.height == sum(len(effect.differences) for effect in dates.effect_rows)
    assert dates.ends.schema["certain"] == pl.Boolean


def test_the_manifest_says_how_to_make_it_again(ripe: onward.Model) -> None:
    log = log_of("2004 rain", "2004 sun")
    one = vary_dates(ripe, log, draws=40, seed=3, order=[("E0", "E1")]).manifest
    assert (one["draws"], one["seed"], one["exact_cases"]) == (40, 3, ("A",))
    other = vary_dates(ripe, log, draws=40, seed=3).manifest
    assert {name for name in one if one[name] != other[name]} == {"order_fingerprint"}


def test_another_seed_gives_other_draws(ripe: onward.Model) -> None:
    log = log_of("2004 rain", "2004 sun")
    assert told(vary_dates(ripe, log, draws=40, seed=3)) != told(vary_dates(ripe, log, draws=40, seed=4))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"draws": 0}, "draws: 0 is too small; draw at least once"),
        ({"chunk": 0}, "chunk: 0 is too small; replay at least one draw at a time"),
        ({"enumerate_up_to": -1}, "enumerate_up_to: -1 is too small; write 0 for none"),
        ({"draws": 2.5}, "draws: 2.5 is no whole number; write one, without quotes"),
        ({"seed": "1"}, "seed: '1' is no whole number; write one, without quotes"),
        ({"chunk": True}, "chunk: True is no whole number; write one, without quotes"),
        (
            {"draws": 10_000_001},
            ("draws: 10,000,001 is too large; draw 10,000,000 times at most: a share is then exact to a thousandth"),
        ),
        ({"seed": -1}, "seed: -1 is too small; write a whole number from 0"),
        ({"seed": 2**64}, "seed: 18446744073709551616 is too large; write a whole number below 18446744073709551616"),
    ],
)
def test_numbers_that_make_no_sense_are_told(ripe: onward.Model, given: Mapping[str, object], told: str) -> None:
    with pytest.raises(onward.UsageError) as caught:
        vary_dates(ripe, log_of("2004 rain"), **given)  # type: ignore[arg-type]  # one of them
    assert str(caught.value) == told


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("B", "seed", ""), "case: there is no case 'B'; it may be A"),
        (("A", "seeds", ""), "place: ripe has no phase 'seeds'; did you mean 'seed'?"),
        (("A", "seed", "sky"), "track: there is no track 'sky'; it may be left out"),
    ],
)
def test_a_share_of_what_is_not_there_is_told(ripe: onward.Model, asked: tuple[str, str, str], told: str) -> None:
    with pytest.raises(onward.UsageError) as caught:
        vary_dates(ripe, log_of("2004 rain"), draws=1).share(*asked)
    assert str(caught.value) == told


def test_a_share_is_found_by_the_title_of_a_place() -> None:
    model = onward.parse_model(
        RIPE.replace("phases: [seed, sprout", "phases: [{seed: {title: A seed}}, sprout"), "ripe.yaml"
    )
    dates = vary_dates(model, log_of("2004 rain"), draws=1)
    assert dates.share("A", "A seed") == dates.share("A", "seed") == 1


def test_only_a_log_has_dates_to_vary(ripe: onward.Model) -> None:
    log = log_of("2004 rain")
    assert vary_dates(ripe, log.frame, draws=1).end_rows == vary_dates(ripe, log, draws=1).end_rows  # type: ignore[arg-type]
    with pytest.raises(onward.UsageError, match="log: no log can be read from a Replay"):
        vary_dates(ripe, onward.replay(ripe, log))  # type: ignore[arg-type]  # that it is told
    with pytest.raises(onward.UsageError, match=r"order: 'order\.csv' does not say"):
        vary_dates(ripe, log, order="order.csv")  # type: ignore[arg-type]  # as above
    with pytest.raises(onward.UsageError, match="does not say which of two events came first; write pairs of ids"):
        vary_dates(ripe, log, order=[("1", "2", "3")])  # type: ignore[list-item]  # as above


def test_a_place_is_on_one_track_and_the_start_on_all() -> None:
    model = onward.parse_model(
        "onward: 1\nname: two\nevents: {a: {}, b: {}}\ntracks:\n"
        "  one: {phases: [x], transitions: [{from: start, to: x, on: a}]}\n"
        "  other: {phases: [{y: {stages: [low, high]}}], transitions: [{from: start, to: y, on: b}]}\n",
        "two.yaml",
    )
    dates = vary_dates(model, log_of("2004 a", "2005 b"), as_of="2004", draws=3)
    assert (dates.share("A", "x"), dates.share("A", "y"), dates.share("A", "start", "other")) == (1, 0, 1)
    assert vary_dates(model, log_of("2005 b"), draws=3).share("A", "y") == 1
    with pytest.raises(onward.UsageError, match="track: start is on every track; it may be one, other"):
        dates.share("A", "start")


# ---- the shipped studies


@pytest.fixture(scope="module")
def study() -> onward.Study:
    return onward.load_study()


@pytest.fixture(scope="module")
def known_order() -> Path:
    return Path(__file__).parents[2] / "data" / "partnership" / "event_order.csv"


def test_no_draw_of_the_dates_of_the_report_changes_where_a_partnership_ends(
    study: onward.Study, known_order: Path
) -> None:
    dates = vary_dates(study.model, study.log, order=load_order(known_order), as_of=study.as_of, draws=2000)
    ends = {row.case: row.phase for row in onward.replay(study.model, study.log, as_of=study.as_of).case_rows}
    assert {row.case: row.place.partition(".")[0] for row in dates.end_rows} == ends
    assert [row.draws for row in dates.end_rows] == [2000] * 6
    # And that is more than what draws show: it holds in every order that dates and order leave.
    assert dates.exact
    assert dates.settled == dates.cases
    assert entry(dates, "negotiation", "NATO;UN").share == pytest.approx(0.5)
    assert dates.share("UN-NATO", "startup") == 1.0


def test_no_draw_of_the_dates_of_the_norm_changes_where_it_ends() -> None:
    norm = onward.load_study("norm_change")
    dates = vary_dates(norm.model, norm.log, as_of=norm.as_of, draws=40)
    assert [(row.track, row.place, row.share) for row in dates.end_rows] == [
        ("narrow", "nominal", 1.0),
        ("wide", "anchored", 1.0),
    ]
    assert not dates.exact


def test_the_dates_of_a_small_log_are_drawn_without_a_compiler_or_a_data_frame() -> None:
    code = (
        "import sys, onward; from onward.scenario.dating import vary_dates; study = onward.load_study(); "
        "vary_dates(study.model, study.log, as_of=study.as_of, draws=5); "
        "print(sorted({'polars', 'numba'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
