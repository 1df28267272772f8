"""Timers and sliding windows: what time alone does to a case, at their edges. An example a behaviour."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import onward

Tell = Callable[..., Any]

TREATY = """
onward: 1
name: treaty
events: {sign: , use: , note: , end: }
phases: [in_force, dormant, {ended: {final: true}}]
transitions:
  - {from: start, to: in_force, on: sign}
  - {from: in_force, to: dormant, after: {years: 10, without: [use]}}
  - {from: dormant, to: in_force, on: use}
  - {from: [in_force, dormant], to: ended, on: end}
"""


def timed(*transitions: str, phases: str = "a, b, c, d", more: str = "") -> str:
    """Return a model of these transitions, whose first event brings the case to a."""
    lines = "\n".join(f"  - {{{transition}}}" for transition in ("from: start, to: a, on: go", *transitions))
    return f"""
onward: 1
name: timed
events: {{go: , rain: , sun: , lock: }}
phases: [{phases}]
transitions:
{lines}
{more}
"""


# ---- timers


def test_a_timer_fires_at_its_own_time_before_the_next_event(tell: Tell) -> None:
    told = tell(TREATY, "2001-06-15 sign", "2020-01-01 note")
    assert told.steps == [
        "2001-06-15 sign: start -> in_force",
        "2011-06-15 time: in_force -> dormant",
        "2020-01-01 note: recorded",
    ]


def test_an_event_before_the_limit_starts_the_time_anew(tell: Tell) -> None:
    told = tell(TREATY, "2001-06-15 sign", "2010-01-01 use", "2020-01-02 note")
    assert told.steps[1:] == [
        "2010-01-01 use: recorded",
        "2020-01-01 time: in_force -> dormant",
        "2020-01-02 note: recorded",
    ]


def test_an_event_exactly_at_the_limit_is_in_time(tell: Tell) -> None:
    told = tell(TREATY, "2001-06-15 sign", "2011-06-15 use", "2021-06-14 note", "2021-06-15 use", "2031-06-16 note")
    assert told.moves[1:] == ["2031-06-15 time: in_force -> dormant"]


def test_an_event_of_another_type_at_the_limit_comes_before_time_runs_out(tell: Tell) -> None:
    told = tell(TREATY, "2001-06-15 sign", "2011-06-15 note", "2011-06-16 use")
    assert told.steps[1:] == [
        "2011-06-15 note: recorded",
        "2011-06-15 time: in_force -> dormant",
        "2011-06-16 use: dormant -> in_force",
    ]


def test_an_event_a_day_after_the_limit_is_too_late(tell: Tell) -> None:
    told = tell(TREATY, "2001-06-15 sign", "2011-06-16 use")
    assert told.moves[1:] == ["2011-06-15 time: in_force -> dormant", "2011-06-16 use: dormant -> in_force"]


def test_any_event_may_start_the_time_anew(tell: Tell) -> None:
    model = TREATY.replace("without: [use]", "without: any")
    told = tell(model, "2001-06-15 sign", "2010-01-01 note", "2020-01-02 end")
    assert told.steps[1:] == [
        "2010-01-01 note: recorded",
        "2020-01-01 time: in_force -> dormant",
        "2020-01-02 end: dormant -> ended",
    ]


def test_each_stay_in_a_phase_has_its_own_time(tell: Tell) -> None:
    told = tell(TREATY, "2001 sign", "2012 use", "2030 note")
    assert told.moves[1:] == [
        "2011-12-31 time: in_force -> dormant",
        "2012 use: dormant -> in_force",
        "2022-12-31 time: in_force -> dormant",
    ]


def test_an_event_before_the_phase_was_entered_does_not_shorten_its_time(tell: Tell) -> None:
    told = tell(TREATY, "2001 use", "2005 sign", "2030 note")
    assert told.moves == ["2005 sign: start -> in_force", "2015-12-31 time: in_force -> dormant"]


@pytest.mark.parametrize("rule", ["{on: use, because: no}", "{on: use, when: event.size > 1}"])
def test_a_refused_event_does_not_start_the_time_anew(tell: Tell, rule: str) -> None:
    told = tell(f"{TREATY}forbid: [{rule}]\n", "2001 sign", "2005 use size=2", "2030 note size=0")
    assert told.moves[1:] == ["2011-12-31 time: in_force -> dormant"]


def test_an_unknown_event_starts_no_time_anew(tell: Tell) -> None:
    model = TREATY.replace("without: [use]", "without: [sign, use, note, end]")
    told = tell(model, "2001 sign", "2003 note", "2005 uze", "2030 note")
    assert told.moves[1:] == ["2013-12-31 time: in_force -> dormant"]


@pytest.mark.parametrize(
    ("span", "ends"),
    [
        ("days: 1", "2004-02-01"),
        ("days: 30", "2004-03-01"),
        ("weeks: 1", "2004-02-07"),
        ("weeks: 52", "2005-01-29"),
        ("months: 1", "2004-02-29"),
        ("months: 13", "2005-02-28"),
        ("months: 12", "2005-01-31"),
        ("years: 1", "2005-01-31"),
        ("years: 100", "2104-01-31"),
        ("years: patience", "2007-01-31"),
    ],
)
def test_time_runs_out_by_the_calendar(tell: Tell, span: str, ends: str) -> None:
    model = timed(f"from: a, to: b, after: {{{span}}}", more="parameters: {patience: 3}")
    assert tell(model, "2004-01-31 go", "2200 sun").moves[1:] == [f"{ends} time: a -> b"]


@pytest.mark.parametrize(
    ("span", "ends"),
    [("years: 1", "2005-02-28"), ("years: 4", "2008-02-29"), ("months: 1", "2004-03-29"), ("days: 365", "2005-02-28")],
)
def test_a_leap_day_comes_again_or_is_the_last_of_february(tell: Tell, span: str, ends: str) -> None:
    model = timed(f"from: a, to: b, after: {{{span}}}")
    assert tell(model, "2004-02-29 go", as_of="2010").moves[1:] == [f"{ends} time: a -> b"]
    assert tell(model, "2004-02-29 go", as_of=ends).moves[1:] == [f"{ends} time: a -> b"]


@pytest.mark.parametrize(("as_of", "moved"), [("2011-06-14", False), ("2011-06-15", True), ("2011-06", True)])
def test_a_window_that_ends_on_the_day_sees_time_run_out(tell: Tell, as_of: str, moved: bool) -> None:  # noqa: FBT001
    assert len(tell(TREATY, "2001-06-15 sign", as_of=as_of).moves) == 1 + moved


@pytest.mark.parametrize(("reading", "ends"), [("certain", "2011-12-31"), ("possible", "2011-01-01")])
def test_time_begins_with_the_instant_from_which_an_event_counts(tell: Tell, reading: str, ends: str) -> None:
    told = tell(TREATY, "2001 sign", "2030 note", reading=reading)
    assert told.moves[1:] == [f"{ends} time: in_force -> dormant"]


def test_time_runs_out_at_the_time_of_day_at_which_it_began(tell: Tell) -> None:
    told = tell(TREATY, "2001-06-15T12:30:00 sign", "2011-06-15T12:29:59 note", "2011-06-15T12:30:01 use")
    assert told.steps[1:] == [
        "2011-06-15T12:29:59 note: recorded",
        "2011-06-15T12:30:00 time: in_force -> dormant",
        "2011-06-15T12:30:01 use: dormant -> in_force",
    ]


@pytest.mark.parametrize("reading", ["certain", "possible"])
@pytest.mark.parametrize("clock", ["00:00:00", "23:59:59.999999", "12:00:00"])
def test_the_second_timer_counts_from_the_very_instant_of_the_first(tell: Tell, reading: str, clock: str) -> None:
    model = timed("from: a, to: b, after: {years: 1}", "from: b, to: c, after: {years: 1}")
    told = tell(model, f"2001-06-15T{clock} go", "2010 sun", reading=reading).replay
    assert [row.time.isoformat() for row in told.step_rows[:3]] == [
        f"{year}-06-15T{clock}" for year in (2001, 2002, 2003)
    ]


def test_a_guard_that_is_false_at_the_limit_and_true_later_fires_then(tell: Tell) -> None:
    model = timed("from: a, to: b, after: {years: 1}, when: n >= 1", more="context: {n: {count: rain}}")
    told = tell(model, "2001-06-15 go", "2002-01-01 sun", "2003-01-01 sun", "2004-01-01 rain", "2005-01-01 sun")
    assert told.moves[1:] == ["2004-01-01 rain: a -> b"]


def test_a_guard_on_the_event_is_unknown_when_time_alone_passes(tell: Tell) -> None:
    model = timed("from: a, to: b, after: {years: 1}, when: event.size >= 1 or event.type == sun")
    told = tell(model, "2001-06-15 go size=5", "2003-01-01 rain size=0", "2004-01-01 rain size=1")
    assert told.moves[1:] == ["2004-01-01 rain: a -> b"]


def test_what_waits_for_time_fires_after_what_the_event_itself_triggers(tell: Tell) -> None:
    model = timed(
        "from: a, to: d, after: {years: 1}, when: n >= 1",
        "from: a, to: b, on: rain",
        "from: b, to: c, after: {years: 1}",
        more="context: {n: {count: rain}}",
    )
    # The event's own transition comes first; the time in b has only begun.
    told = tell(model, "2001-06-15 go", "2003-06-15 rain", as_of="2010")
    assert told.moves[1:] == ["2003-06-15 rain: a -> b", "2004-06-15 time: b -> c"]


def test_the_nearer_of_two_timers_fires_and_the_other_is_forgotten(tell: Tell) -> None:
    model = timed("from: a, to: c, after: {years: 2}", "from: a, to: b, after: {months: 18}")
    assert tell(model, "2001-06-15 go", as_of="2010").moves[1:] == ["2002-12-15 time: a -> b"]


def test_of_two_timers_at_one_instant_the_first_in_file_order_fires(tell: Tell) -> None:
    model = timed("from: a, to: c, after: {years: 1}", "from: a, to: b, after: {months: 12}")
    assert tell(model, "2001-06-15 go", as_of="2010").moves[1:] == ["2002-06-15 time: a -> c"]


def test_another_timer_gives_a_guard_its_moment(tell: Tell) -> None:
    # Nothing moves when the time in a runs out, but whatever is eventless is judged then.
    model = timed(
        "from: a, to: c, after: {years: 1}, when: n >= 1",
        "from: a, to: b, when: years_in_phase >= 0.9 and phase == a",
        more="context: {n: {count: rain}}",
    )
    assert tell(model, "2001-06-15 go", as_of="2010").moves[1:] == ["2002-06-15 time: a -> b"]


def test_what_follows_a_timer_follows_at_once(tell: Tell) -> None:
    model = timed("from: a, to: b, after: {years: 1}", "from: b, to: c", "from: c, to: d, after: {years: 1}")
    told = tell(model, "2001-06-15 go", as_of="2010")
    assert told.moves[1:] == ["2002-06-15 time: a -> c", "2003-06-15 time: c -> d"]
    assert told.replay.step_rows[1].transition == "a -> b; b -> c"
    assert told.replay.step_rows[1].implied == ("b",)


def test_a_chain_of_timers_runs_through_a_century_without_an_event(tell: Tell) -> None:
    model = timed(
        "from: a, to: b, after: {years: 25}",
        "from: b, to: c, after: {months: 300}",
        "from: c, to: d, after: {years: 50}",
    )
    told = tell(model, "1904-02-29 go", "2004-02-29 sun", "2004-03-01 rain")
    assert told.steps == [
        "1904-02-29 go: start -> a",
        "1929-02-28 time: a -> b",
        "1954-02-28 time: b -> c",
        "2004-02-28 time: c -> d",
        "2004-02-29 sun: recorded",
        "2004-03-01 rain: recorded",
    ]


def test_a_timer_that_leads_back_to_its_phase_fires_every_time(tell: Tell) -> None:
    told = tell(timed("from: a, to: a, after: {years: 1}"), "1904-02-29 go", as_of="2004-02-29")
    # Once on February 28, every year on February 28.
    assert [line.split()[0] for line in told.moves[1:]] == [f"{year}-02-28" for year in range(1905, 2005)]
    (case,) = told.replay.case_rows
    assert (case.moves, case.events, case.since_recorded) == (101, 1, "2004-02-28")


def test_time_beyond_the_calendar_never_runs_out(tell: Tell) -> None:
    told = tell(timed("from: a, to: b, after: {years: 9000}"), "2001-06-15 go", as_of="9999")
    assert len(told.moves) == 1
    long_ago = tell(timed("from: a, to: b, after: {years: 1}"), "1066-10-14 go", as_of="1492")
    assert long_ago.moves[1:] == ["1067-10-14 time: a -> b"]


def test_nothing_runs_out_in_a_final_phase(tell: Tell) -> None:
    model = timed(
        "from: a, to: b, on: rain", "from: [a, c], to: d, after: {years: 1}", phases="a, {b: {final: true}}, c, d"
    )
    assert tell(model, "2001-06-15 go", "2002-01-01 rain", as_of="2010").moves[1:] == ["2002-01-01 rain: a -> b"]


def test_a_timer_out_of_a_phase_begins_anew_in_each_of_its_stages(tell: Tell) -> None:
    model = timed(
        "from: a.one, to: a.two, on: rain", "from: a, to: b, after: {years: 1}", phases="{a: {stages: [one, two]}}, b"
    )
    told = tell(model, "2001-06-15 go", "2002-01-01 rain", as_of="2010")
    assert told.moves[1:] == ["2002-01-01 rain: a.one -> a.two", "2003-01-01 time: a.two -> b"]


def test_events_of_one_day_leave_a_timer_time_to_begin(tell: Tell) -> None:
    told = tell(timed("from: a, to: b, after: {days: 1}"), "2001-06-15 go", "2001-06-15 sun", "2001-06-16 sun")
    assert told.steps[1:] == [
        "2001-06-15 sun: recorded",
        "2001-06-16 sun: recorded",
        "2001-06-16 time: a -> b",
    ]


def test_a_timer_on_one_track_moves_the_other_in_its_rounds(tell: Tell) -> None:
    model = """
onward: 1
name: two
events: {go: , use: }
tracks:
  narrow:
    phases: [a, b]
    transitions: [{from: start, to: a, on: go}, {from: a, to: b, after: {years: 1, without: [use]}}]
  wide:
    phases: [x, y, z]
    transitions:
      - {from: start, to: x, on: go}
      - {from: x, to: y, when: narrow.phase == b}
      - {from: y, to: z, after: {years: 3}}
"""
    told = tell(model, "2001-06-15 go", "2002-06-15 use", as_of="2010")
    assert told.moves[2:] == [
        "2003-06-15 time [narrow]: a -> b",
        "2003-06-15 time [wide]: x -> y",
        "2006-06-15 time [wide]: y -> z",
    ]


# ---- windows

RECENT = """
onward: 1
name: recent
events: {go: , rain: , sun: }
context:
  recent: {WHAT, within: SPAN}
phases: [a, wet, dry]
transitions:
  - {from: start, to: a, on: any}
  - {from: [a, dry], to: wet, when: recent >= 2}
  - {from: wet, to: dry, when: recent == 0}
"""


def recent(span: str, what: str = "count: rain") -> str:
    return RECENT.replace("SPAN", span).replace("WHAT", what)


@pytest.mark.parametrize(
    ("span", "last", "after"),
    [
        ("3 years", "2004-06-15", "2004-06-16"),
        ("1 year", "2002-06-15", "2002-06-16"),
        ("6 months", "2001-12-15", "2001-12-16"),
        ("2 weeks", "2001-06-29", "2001-06-30"),
        ("1 day", "2001-06-16", "2001-06-17"),
    ],
)
def test_an_event_exactly_at_the_limit_of_a_window_counts_and_a_day_later_not(
    tell: Tell, span: str, last: str, after: str
) -> None:
    assert tell(recent(span), "2001-06-15 rain", f"{last} rain").moves == [
        "2001-06-15 rain: start -> a",
        f"{last} rain: a -> wet",
    ]
    assert len(tell(recent(span), "2001-06-15 rain", f"{after} rain").moves) == 1


@pytest.mark.parametrize(
    ("begins", "span", "ends"),
    [
        ("2001-01-31", "1 month", "2001-02-28"),
        ("2004-01-31", "1 month", "2004-02-29"),
        ("2004-02-29", "1 year", "2005-02-28"),
        ("2004-02-29", "4 years", "2008-02-29"),
        ("2001-08-31", "6 months", "2002-02-28"),
        ("2001-05-31", "1 month", "2001-06-30"),
    ],
)
def test_a_window_over_the_end_of_a_month_ends_with_a_month(tell: Tell, begins: str, span: str, ends: str) -> None:
    told = tell(recent(span), f"{begins} rain", f"{begins} rain", as_of="2010")
    assert told.moves[1:] == [f"{begins} rain: a -> wet", f"{ends} time: wet -> dry"]


def test_what_lapses_moves_the_case_at_its_own_time(tell: Tell) -> None:
    told = tell(recent("1 year"), "2001-01-01 rain", "2001-06-15 rain", "2003-01-01 sun")
    assert told.steps == [
        "2001-01-01 rain: start -> a",
        "2001-06-15 rain: a -> wet",
        "2002-06-15 time: wet -> dry",
        "2003-01-01 sun: recorded",
    ]


def test_at_the_last_day_of_a_window_events_still_see_what_ends_with_it(tell: Tell) -> None:
    told = tell(recent("1 year"), "2001-01-01 rain", "2002-01-01 rain", "2003-01-01 rain", "2004-01-02 rain")
    assert told.moves[1:] == ["2002-01-01 rain: a -> wet", "2004-01-01 time: wet -> dry"]


def test_a_window_that_lapses_at_the_end_of_the_log_is_over_then(tell: Tell) -> None:
    assert tell(recent("1 year"), "2001 rain", "2001 rain", as_of="2002-12-30").context == {"recent": 2}
    assert tell(recent("1 year"), "2001 rain", "2001 rain", as_of="2002-12-31").context == {"recent": 0}


def test_a_windowed_sum_of_floats_is_that_of_what_is_left(tell: Tell) -> None:
    model = recent("1 year", "sum: size, of: rain")
    lines = ["2001-01-01 rain size=0.1", "2001-02-01 rain size=0.2", "2001-03-01 rain size=0.3"]
    assert tell(model, *lines).context == {"recent": 0.1 + 0.2 + 0.3}
    # Taking 0.1 away from what it was added to would leave 0.5000000000000001.
    assert tell(model, *lines, as_of="2002-01-15").context == {"recent": 0.2 + 0.3}
    assert tell(model, *lines, as_of="2002-02-15").context == {"recent": 0.3}
    assert repr(tell(model, *lines, as_of="2002-03-15").context["recent"]) == "0"


def test_what_adds_nothing_to_a_windowed_sum_marks_no_moment(tell: Tell) -> None:
    model = recent("1 year", "sum: size, of: [rain, sun]").replace(
        "recent == 0", "years_in_phase > 0.5 and phase == wet"
    )
    told = tell(model, "2001-01-01 rain size=2", "2001-01-02 sun", "2001-01-03 rain size=0", as_of="2010")
    assert told.moves == ["2001-01-01 rain: start -> wet", "2002-01-01 time: wet -> dry"]


def test_two_windows_of_one_case_lapse_each_at_its_own_time(tell: Tell) -> None:
    model = timed(
        "from: a, to: b, when: short == 0 and long >= 1 and phase == a",
        "from: b, to: c, when: long == 0",
        more="context: {short: {count: rain, within: 1 month}, long: {count: any, within: 1 year}}",
    )
    told = tell(model, "2001-06-15 rain", "2001-06-16 rain", "2001-06-17 go", as_of="2010")
    assert told.moves == [
        "2001-06-17 go: start -> a",
        "2001-07-16 time: a -> b",
        "2002-06-17 time: b -> c",
    ]


def test_time_passes_for_a_case_that_has_not_begun(tell: Tell) -> None:
    model = timed("from: start, to: b, when: n == 0 and ever == 1", more=RAINS)
    assert tell(model, "2001-06-15 rain", as_of="2010").moves == ["2002-06-15 time: start -> b"]


RAINS = "context: {n: {count: rain, within: 1 year}, ever: {count: rain}}"


# ---- what runs until its end

RUNNING = """
onward: 1
name: running
events: {launch: , note: , close: }
context:
  running: {open: launch}
phases: [quiet, busy, crowded]
transitions:
  - {from: start, to: quiet, on: any}
  - {from: [quiet, busy], to: crowded, when: running >= 2}
  - {from: quiet, to: busy, when: running == 1}
  - {from: [busy, crowded], to: quiet, when: running == 0}
"""


def test_an_operation_runs_from_its_date_through_its_end(tell: Tell) -> None:
    told = tell(RUNNING, "2001-06-15 launch until=2003-12-15", "2003-12-15 note", "2003-12-16 note")
    assert told.steps == [
        "2001-06-15 launch: start -> busy",
        "2003-12-15 note: recorded",
        "2003-12-15 time: busy -> quiet",
        "2003-12-16 note: recorded",
    ]


def test_what_ends_on_its_first_day_runs_that_day(tell: Tell) -> None:
    told = tell(RUNNING, "2001-06-15 launch until=2001-06-15", "2001-06-15 note", "2001-06-16 note")
    assert told.steps == [
        "2001-06-15 launch: start -> busy",
        "2001-06-15 note: recorded",
        "2001-06-15 time: busy -> quiet",
        "2001-06-16 note: recorded",
    ]


def test_without_an_end_it_runs_on_for_a_century(tell: Tell) -> None:
    told = tell(RUNNING, "2001-06-15 launch", as_of="2101")
    assert told.moves == ["2001-06-15 launch: start -> busy"]
    assert told.context == {"running": 1}


def test_what_ends_before_it_begins_never_runs(tell: Tell) -> None:
    # Of a year as an end it is possible from the first day on that it has passed.
    lines = ("2001-06-15 launch until=2001", "2001-06-16 note")
    assert tell(RUNNING, *lines, reading="possible").moves == ["2001-06-15 launch: start -> quiet"]
    assert tell(RUNNING, *lines, as_of="2002").moves == [
        "2001-06-15 launch: start -> busy",
        "2001-12-31 time: busy -> quiet",
    ]


def test_ends_are_read_as_dates_are(tell: Tell) -> None:
    lines = ("2001 launch until=2003", "2010 note")
    assert tell(RUNNING, *lines).moves[1:] == ["2003-12-31 time: busy -> quiet"]
    assert tell(RUNNING, *lines, reading="possible").moves[1:] == ["2003-01-01 time: busy -> quiet"]


def test_several_run_side_by_side_and_end_each_at_its_own_time(tell: Tell) -> None:
    told = tell(
        RUNNING,
        "2001-01-01 launch until=2004-01-01",
        "2002-01-01 launch until=2003-01-01",
        "2002-06-15 launch",
        as_of="2010",
    )
    assert told.moves == [
        "2001-01-01 launch: start -> busy",
        "2002-01-01 launch: busy -> crowded",
    ]
    assert told.context == {"running": 1}


def test_two_that_end_on_one_day_end_together(tell: Tell) -> None:
    told = tell(RUNNING, "2001-01-01 launch until=2003", "2001-02-01 launch until=2003-12-31", as_of="2010")
    assert told.moves[2:] == ["2003-12-31 time: crowded -> quiet"]


def test_the_gap_between_two_operations_is_seen(tell: Tell) -> None:
    told = tell(RUNNING, "2003-03-31 launch until=2003-12-15", "2004-12-02 launch", as_of="2007")
    assert told.moves == [
        "2003-03-31 launch: start -> busy",
        "2003-12-15 time: busy -> quiet",
        "2004-12-02 launch: quiet -> busy",
    ]
    assert [(row.phase, row.end_kind) for row in told.replay.spell_rows] == [
        ("quiet", "moved"),
        ("busy", "moved"),
        ("quiet", "moved"),
        ("busy", "censored"),
    ]


# ---- how it is told


def test_a_tick_has_a_time_and_no_event_in_the_tables(tell: Tell) -> None:
    told = tell(TREATY, "2001-06-15 sign", "2020-01-01 note").replay
    row = told.steps.row(1, named=True)
    assert (row["event_id"], row["event"], row["row"], row["outcome"]) == (None, None, None, "moved")
    assert (row["recorded"], row["transition"]) == ("2011-06-15", "in_force -> dormant")
    assert told.steps["time"].is_sorted()
    assert [(row.phase, str(row.start)[:10], str(row.end)[:10]) for row in told.spell_rows] == [
        ("in_force", "2001-06-15", "2011-06-15"),
        ("dormant", "2011-06-15", "None"),
    ]


def test_every_row_of_the_log_is_used_and_ticks_are_none_of_them(tell: Tell) -> None:
    told = tell(TREATY, "2001-06-15 sign", "2020-01-01 note", "2030 nothing", "2040 end", as_of="2035").replay
    assert told.row_counts == {"read": 4, "replayed": 4, "rejected": 0, "after_as_of": 1}
    assert [row.row for row in told.step_rows] == [0, None, 1, 2]
    (case,) = told.case_rows
    assert (case.events, case.moves) == (3, 2)


def test_an_invariant_that_time_breaks_is_told_at_that_time(tell: Tell) -> None:
    rule = "invariants: [{name: in use, always: phase != dormant}]"
    told = tell(f"{TREATY}{rule}\n", "2001-06-15 sign", "2020-01-01 note")
    assert [line.split(":")[0] for line in told.broken] == ["2011-06-15 time"]
    (row,) = told.replay.deviation_rows
    assert (row.event_id, row.event, row.phase) == (None, None, "in_force")


def test_an_invariant_that_breaks_when_nothing_moves_is_told_too(tell: Tell) -> None:
    rule = "invariants: [{name: rain lately, always: n >= 1}]"
    told = tell(timed(more=f"{RAINS}\n{rule}"), "2001-06-15 rain", "2001-07-01 go", "2005-01-01 rain", as_of="2010")
    assert [line.split(":")[0] for line in told.broken] == ["2002-06-15 time", "2006-01-01 time"]
    assert told.moves == ["2001-07-01 go: start -> a"]


def test_a_transition_back_in_time_breaks_irreversible(tell: Tell) -> None:
    model = timed("from: a, to: b, on: rain", "from: b, to: a, after: {years: 1}", more="invariants: [irreversible]")
    told = tell(model, "2001-06-15 go", "2002-06-15 rain", as_of="2010")
    assert told.broken == ["2003-06-15 time: breaks the invariant 'irreversible'"]


def test_a_step_invariant_sees_what_was_before_a_tick(tell: Tell) -> None:
    rule = "invariants: [{name: memory does not fade, step: n >= before.n}]"
    told = tell(timed(more=f"{RAINS}\n{rule}"), "2001-06-15 rain", as_of="2010")
    assert [line.split(":")[0] for line in told.broken] == ["2002-06-15 time"]


def test_without_dates_no_time_passes() -> None:
    live = onward.live(onward.parse_model(TREATY))
    live.fire("sign")
    for _ in range(3):
        assert not live.fire("note")
    assert live.phase == "in_force"


def test_a_live_case_lives_through_the_ticks_before_an_event() -> None:
    live = onward.live(onward.parse_model(TREATY))
    live.fire("sign", time="2001-06-15")
    step = live.fire("note", time="2020-01-01")
    assert (step.before, step.after, step.outcome) == ("dormant", "dormant", "recorded")
    (tick,) = step.meanwhile
    assert (tick.event, tick.before, tick.after) == (None, "in_force", "dormant")
    assert tick.time is not None
    assert tick.time.recorded == "2011-06-15"


def test_a_live_case_can_wait() -> None:
    live = onward.live(onward.parse_model(TREATY))
    live.fire("sign", time="2001-06-15")
    assert live.wait("2011-06-14") == ()
    (tick,) = live.wait("2011-06-15")
    assert (tick.after, live.phase) == ("dormant", "dormant")
    assert live.wait("2050") == ()


def test_going_on_the_day_after_lives_through_nothing_twice(tell: Tell) -> None:
    first = tell(TREATY, "2001-06-15 sign", as_of="2011-06-15").replay
    assert first.states.by_case["A"].place == "dormant"
    live = first.live("A")
    assert live.fire("use", time="2011-06-16").meanwhile == ()
    assert live.phase == "in_force"


# ---- what is beyond


def test_a_day_s_timer_and_a_wrong_year_are_told_at_once() -> None:
    model = onward.parse_model(timed("from: a, to: a, after: 1 day"), "timed.yaml")
    log = pl.DataFrame({"time": ["2000"], "event": ["go"], "case": ["oak"]})
    with pytest.raises(
        onward.UsageError, match=r"^oak: time alone makes more than 100,000 steps up to 9999-12-31; make"
    ):
        onward.replay(model, log, as_of="9999", engine="plain")


def test_an_event_without_a_date_happens_when_time_has_come_so_far() -> None:
    model = onward.parse_model(
        timed("from: a, to: b, after: 1 year", "from: b, to: c, when: years_in_phase < 0"), "t.yaml"
    )
    live = onward.live(model, "oak")
    live.fire("go", time="2000")
    live.wait("2010")
    assert live.phase == "b"
    live.fire("rain")
    assert live.phase == "b"
    assert live.state["clock"] == ["2010-12-31T23:59:59.999999", True]


def test_a_window_may_not_end_before_the_states() -> None:
    model = onward.parse_model(timed("from: a, to: b, after: 1 year"), "t.yaml")
    first = pl.DataFrame({"time": ["2000"], "event": ["go"], "case": ["oak"]})
    done = onward.replay(model, first, as_of="2005-06")
    with pytest.raises(
        onward.UsageError, match=r"^as_of: 1990 lies before 2005-06-30, up to which the states have come"
    ):
        onward.replay(model, first.clear(), as_of="1990", states=done.states)


def test_a_long_log_before_the_clock_of_the_states_is_refused(tmp_path: Path) -> None:
    model = onward.parse_model(timed("from: a, to: b, after: 1 year"), "t.yaml")
    first = pl.DataFrame({"time": ["2000"], "event": ["go"], "case": ["oak"]})
    done = onward.replay(model, first, as_of="2005")
    for ending in ("parquet", "csv"):
        log = tmp_path / f"log.{ending}"
        second = pl.DataFrame({"time": ["2003-01-01"], "event": ["rain"], "case": ["oak"]})
        second.write_parquet(log) if ending == "parquet" else second.write_csv(log)
        with pytest.raises(
            onward.LogError, match=r"row 1: 2003-01-01 lies before the last event of 'oak' in the states"
        ):
            onward.replay_to(model, log, states=done.states)


def test_conditions_upon_conditions_do_not_multiply() -> None:
    named = "\n".join(f"  c{n}: (c{n - 1} and n > {n}) or n < {n}" for n in range(1, 30))
    text = timed(
        "from: a, to: b, on: rain, when: c29", more=f"context: {{n: {{count: any}}}}\nconditions:\n  c0: n > 3\n{named}"
    )
    log = pl.DataFrame({"time": ["2000", "2001"], "event": ["go", "rain"], "case": ["oak", "oak"]})
    model = onward.parse_model(text, "timed.yaml")
    ran = [onward.replay(model, log, engine=engine).steps for engine in ("plain", "columnar")]
    assert ran[0].equals(ran[1])


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ({"clock": ...}, "the saved state is damaged: it lacks 'clock'"),
        ({"rests": []}, "the saved state is damaged: a value in it is none that was saved"),
        ({"phase": "elsewhere"}, "the saved state is damaged: a value in it is none that was saved"),
    ],
)
def test_a_state_that_has_lost_its_time_is_refused(damage: dict[str, Any], told: str) -> None:
    model = onward.parse_model(TREATY, "treaty.yaml")
    live = onward.live(model, "oak")
    live.fire("sign", time="2001")
    state = {key: value for key, value in {**live.state, **damage}.items() if value is not ...}
    with pytest.raises(onward.UsageError, match=told):
        onward.live(model, state=state)
