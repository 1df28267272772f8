"""Two models held against each other: what is the same however it is written, and the shortest log that tells."""

import itertools
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import event as seen_in_statistics
from hypothesis import given, settings
from hypothesis import strategies as st

import onward
from onward.history.plain import rows_by_case
from onward.history.state import not_begun
from onward.history.stepping import Reading, Step, instant, pass_time, step
from onward.log.dates import Interval
from onward.log.log import Event, EventLog
from onward.model.elements import Variable
from onward.model.model import Model
from onward.proof.differing import differences, told
from onward.proof.witness import Witness
from onward.testing import logs, models

sys.path.append(str(Path(__file__).parents[2]))  # the benchmarks are in no package that is installed
from benchmarks import mutants

PACT = """
onward: 1
name: pact
parameters: {needed: 2}
events: {met: {}, signed: {}, paid: {}, noted: {}, ended: {}}
conditions: {rich: total >= 5}
context:
  meetings: {count: met}
  total: {sum: amount, of: paid}
  late: {count: noted, within: 1 year}
  terms: {open: signed}
phases: [talks, pact, sleep, lost, {over: {final: true}}]
transitions:
  - {from: start, to: talks, on: met}
  - {from: talks, to: pact, on: [signed, paid], when: meetings >= needed and event.formal}
  - {from: pact, to: sleep, after: {years: 2, without: paid}}
  - {from: sleep, to: pact, on: paid, when: rich}
  - {from: [talks, sleep], to: lost, when: late >= 2 or terms >= 3}
  - {from: [talks, pact, sleep, lost], to: over, on: ended}
forbid: [{on: paid, in: start}]
invariants: [{name: rest, always: phase != sleep or meetings >= needed}]
"""


def model(*edits: tuple[str, str], text: str = PACT) -> Model:
    for before, after in edits:
        assert before in text, before
        text = text.replace(before, after)
    return onward.parse_model(text)


SAME: dict[str, Sequence[tuple[str, str]]] = {
    "titles": [("met: {}", "met: {title: They met}"), ("phases: [talks", "phases: [{talks: {title: Talking}}")],
    "a condition without its name": [("when: rich", "when: total >= 5")],
    "a parameter put in": [("meetings >= needed and", "meetings >= 2 and")],
    "a guard in another order": [("meetings >= needed and event.formal", "event.formal == true and 2 <= meetings")],
    "another threshold that no number lies between": [("meetings >= needed and", "meetings > 1 and")],
    "not and or": [("late >= 2 or terms >= 3", "not (late < 2 and not (terms >= 3))")],
    "a variable under another name": [("meetings", "talked")],
    "a transition in two": [
        (
            "  - {from: talks, to: pact, on: [signed, paid], when: meetings >= needed and event.formal}",
            (
                "  - {from: talks, to: pact, on: signed, when: meetings >= needed and event.formal}\n"
                "  - {from: talks, to: pact, on: paid, when: meetings >= needed and event.formal}"
            ),
        )
    ],
    "an unread variable": [("  terms:", "  unread: {latest: amount, of: any}\n  terms:")],
    "an unread window": [("  terms:", "  unread: {count: any, within: 3 years}\n  terms:")],
    "years in months": [("{years: 2, without: paid}", "{months: 24, without: [paid]}"), ("1 year", "12 months")],
    "another reducer that comes to the same": [
        ("{count: met}", "{count: met, where: event.x or not event.x or 1 < 2}")
    ],
    "a transition that no case comes to": [
        ("phases: [talks,", "phases: [nowhere, talks,"),
        ("transitions:", "transitions:\n  - {from: nowhere, to: pact, on: any}"),
    ],
    "a way that is always taken before": [("forbid:", "  - {from: sleep, to: talks, on: ended}\nforbid:")],
    "a guard that always holds on a timer": [
        ("{years: 2, without: paid}}", "{years: 2, without: paid}, when: meetings >= 0}")
    ],
    "a rule for what is over": [("forbid: [", "forbid: [{on: met, in: over}, ")],
    "a rule that never forbids": [("forbid: [", "forbid: [{on: met, when: meetings < 0}, ")],
}


@pytest.mark.parametrize("edits", SAME.values(), ids=SAME)
def test_what_is_only_written_otherwise_is_the_same(edits: Sequence[tuple[str, str]]) -> None:
    for new, old in ((model(*edits), model()), (model(), model(*edits))):
        found = differences(new, old)
        assert (found.status, found.log) == ("same", None), found
        assert found


DIFFERENT: dict[str, tuple[int, str, str]] = {
    "a threshold": (3, "needed: 2", "needed: 3"),
    "a guard dropped": (2, ", when: meetings >= needed and event.formal", ""),
    "a target": (3, "to: pact, on: [signed", "to: sleep, on: [signed"),
    "a timer": (4, "{years: 2, without: paid}", "{years: 3, without: paid}"),
    "what begins a timer anew": (5, "without: paid", "without: [paid, noted]"),
    "a timer without what begins it anew": (5, "{years: 2, without: paid}", "{years: 2}"),
    "a window": (3, "within: 1 year", "within: 2 years"),
    "no window": (3, "{count: noted, within: 1 year}", "{count: noted}"),
    "a reducer": (3, "{count: met}", "{distinct: place, of: met}"),
    "what a reducer counts": (3, "{count: met}", "{count: [met, noted]}"),
    "what a reducer looks at": (3, "{count: met}", "{count: met, where: event.formal}"),
    "a condition": (4, "rich: total >= 5", "rich: total >= 6"),
    "a rule of conduct": (1, "[{on: paid, in: start}]", "[]"),
    "a rule of conduct more": (2, "in: start}]", "in: start}, {on: noted, in: talks}]"),
    "a final phase": (3, "{over: {final: true}}", "over"),
    "a transition more": (1, "transitions:", "transitions:\n  - {from: start, to: lost, on: noted}"),
    "held and not recorded": (1, "forbid:", "  - {from: start, to: lost, on: noted, when: meetings < 0}\nforbid:"),
    "an event type": (1, "noted: {}, ended", "noted: {}, stopped: {}, ended"),
    "what ends": (3, "terms >= 3", "terms >= 2"),
}


@pytest.mark.parametrize(("events", "before", "after"), DIFFERENT.values(), ids=DIFFERENT)
def test_a_change_is_shown_by_the_shortest_log(events: int, before: str, after: str) -> None:
    new, old = model((before, after)), model()
    found, turned = differences(new, old), differences(old, new)
    for one, other, each in ((new, old, found), (old, new, turned)):
        assert each.status == "differs", each
        assert not each
        assert each.log is not None
        assert len(each.log) == events, each.log
        assert told(one, other, each.log) == each.message
        fewer = [Witness(part) for part in itertools.combinations(each.log.events, events - 1)] if events > 1 else []
        assert all(told(one, other, part) is None for part in fewer)
        assert each.least in {events, events - 1}


def test_it_says_in_words_what_differs() -> None:
    assert str(differences(model(("needed: 2", "needed: 1")), model())) == (
        "event 2 (paid): moved to pact in the new model, held in talks in the old one\n"
        "the invariant 'rest' says something else now"
    )
    assert differences(model(("years: 2", "years: 1")), model()).message == (
        "on 2002-01-03, by time alone, before event 4: moved to sleep in the new model, no move in the old one"
    )
    assert differences(model(("noted: {}", "noted: {}, told: {}")), model()).message == (
        "event 1 (told): recorded in start in the new model, unknown in start in the old one"
    )


TRACKS = """
onward: 1
name: tracks
events: {a: {}, b: {}}
tracks:
  wood: {phases: [tree, log], transitions: [{from: start, to: tree, on: a}, {from: tree, to: log, on: b, when: GUARD}]}
  soil: {phases: [sand], transitions: [{from: start, to: sand, on: b}]}
""".replace("GUARD", "soil.phase == sand")


def test_tracks_are_compared_by_name() -> None:
    old = model(text=TRACKS)
    turned = evolve(old, tracks=tuple(reversed(old.tracks)))
    assert turned.track_names != old.track_names
    assert differences(turned, old).status == "same"
    found = differences(model(("soil.phase == sand", "soil.phase != sand"), text=TRACKS), old)
    assert found.message == ("event 2 (b): wood moved to log in the new model, wood held in tree in the old one")


def test_other_tracks_and_other_cases_differ_without_a_log() -> None:
    old = model(text=TRACKS)
    found = differences(model(("soil", "rock"), text=TRACKS), old)
    assert (found.status, found.log) == ("differs", None)
    assert found.message == "the new model has the tracks rock, wood, the old one the tracks soil, wood"
    assert differences(model(), old).message == "the new model has no tracks, the old one the tracks soil, wood"
    found = differences(model(("name: pact", "name: pact\ncases: pairs")), model())
    assert (found.status, found.log) == ("differs", None)
    assert "every pair" in found.message


def test_an_invariant_is_told_where_it_is_no_longer_declared_whatever_it_is_called() -> None:
    assert differences(model(("name: rest", "name: sleep is earned")), model()).notes == ()
    assert differences(model(("meetings", "talked")), model()).notes == ()
    assert differences(model(("phase != sleep or meetings", "phase != lost or meetings")), model()).notes == (
        "the invariant 'rest' says something else now",
    )


RULED = """
onward: 1
name: ruled
parameters: {much: 2}
events: {noted: {}, told: {}}
context:
  times: {count: told}
  total: {sum: amount, of: any}
phases: [a, b, c]
transitions:
  - {from: start, to: a, on: any}
  - {from: a, to: b, on: any, when: times >= 3}
  - {from: b, to: c, on: any, when: total * much > 7}
forbid: [{on: any, when: times >= 3, in: a}]
"""


def test_an_event_that_its_own_rule_does_not_yet_forbid_is_seen() -> None:
    found = differences(model(("to: b, on: any", "to: c, on: any"), text=RULED), model(text=RULED))
    assert (found.status, found.log and len(found.log)) == ("differs", 3)


def test_parameters_under_one_name_are_not_taken_for_one() -> None:
    new, old = model(("much: 2", "much: 3"), text=RULED), model(text=RULED)
    events = [Event("told", f"2001-01-0{day}", attributes={"amount": 0 if day < 4 else 3}) for day in range(1, 5)]
    assert "event 4" in (told(new, old, Witness(tuple(events))) or "")
    found = differences(new, old)
    assert (found.status, found.least) in {("open", 4), ("differs", 4)}


CLOCK = """
onward: 1
name: clock
events: {begun: {}, noted: {}}
context: {unread: {count: noted, within: 1 year}}
phases: [a, b]
transitions:
  - {from: start, to: a, on: begun}
  - {from: a, to: b, when: years_in_phase >= 2}
"""


def test_an_instant_at_which_only_one_looks_at_the_time_is_never_left_out() -> None:
    """What the one never reads makes it look at the years when it ends; the other looks at the next event."""
    plain = model(("context: {unread: {count: noted, within: 1 year}}\n", ""), text=CLOCK)
    events = [Event("begun", "2001-01-01"), Event("noted", "2002-06-01"), Event("noted", "2004-01-01")]
    for new, old in ((model(text=CLOCK), plain), (plain, model(text=CLOCK))):
        assert "by time alone, before event 3" in (told(new, old, Witness(tuple(events))) or "")
        assert differences(new, old).status != "same"


LASTING = """
onward: 1
name: lasting
events: {begun: {}, noted: {}}
context: {terms: {open: begun}, notes: {count: noted}}
phases: [a, b, c]
transitions:
  - {from: start, to: a, on: begun}
  - {from: a, to: b, on: noted, when: notes >= 2 and terms >= 1}
  - {from: b, to: c, when: terms == 0}
"""


def test_what_ends_after_the_last_event_but_one_is_shown() -> None:
    found = differences(model(("terms == 0", "terms < 0"), text=LASTING), model(text=LASTING))
    assert (found.status, found.log and len(found.log)) == ("differs", 4), found
    assert "by time alone, before event 4" in found.message


def test_what_takes_too_long_is_left_open_with_what_is_known() -> None:
    for most in (1, 10, 30):
        found = differences(model(("needed: 2", "needed: 3")), model(), most=most)
        assert (found.status, found.log) == ("open", None)
        assert found.least <= 3
    assert found.message == "no log of fewer than 2 events is treated differently; longer ones may be"


# ---- drawn


def treated(model: Model, events: Sequence[Event], end: Interval, reading: Reading) -> list[object]:
    state, found = not_begun(model, "A"), list[object]()
    for event in events:
        state, done = step(model, state, event, reading=reading)
        found += [*map(shown, filter(None, done.meanwhile)), shown(done)]
    _, ticks = pass_time(model, state, end.last, through=True, reading=reading)
    return [*found, *map(shown, filter(None, ticks))]


def shown(done: Step) -> object:
    return done.event is None and done.time, {move.track: (move.outcome, move.after) for move in done.moves}


def apart(new: Model, old: Model, log: EventLog, reading: Reading) -> int | None:
    """Return how many events it takes until some case of *log* is treated differently."""
    found = []
    if not log.types:
        return None
    end = max(log.times, key=lambda time: instant(time, reading) or time.last)
    for rows in rows_by_case(old, log, reading).values():
        events = [log.event(row) for row in rows]
        if treated(new, events, end, reading) != treated(old, events, end, reading):
            parts = (events[:many] for many in range(1, len(events)))
            same = (treated(new, part, end, reading) == treated(old, part, end, reading) for part in parts)
            found.append(1 + len(list(itertools.takewhile(bool, same))))
    return min(found, default=None)


@st.composite
def edited(draw: st.DrawFn) -> tuple[Model, Model]:
    old = draw(models())
    made = mutants.balanced(old, 1, draw(st.integers(0, 1_000)))
    return (made[0].model if made else old), old


@given(edited(), st.data())
@settings(max_examples=50)
def test_no_log_is_treated_differently_by_models_that_are_the_same(
    drawn: tuple[Model, Model], data: st.DataObject
) -> None:
    new, old = drawn
    found, turned = (differences(one, other, most=2_000) for one, other in ((new, old), (old, new)))
    assert {found.status, turned.status} != {"same", "differs"}
    seen_in_statistics(found.status)
    log = data.draw(logs(data.draw(st.sampled_from((new, old)))))
    for reading in ("certain", "possible"):
        many = apart(new, old, log, reading)
        if many is not None:
            assert found.status != "same"
            assert min(found.least, turned.least) <= many


@given(models())
@settings(max_examples=60)
def test_a_model_is_the_same_as_itself(drawn: Model) -> None:
    assert differences(drawn, drawn).status == "same"
    longer = evolve(drawn, context=(*drawn.context, *(Variable(f"{v.name}_again", v.reducer) for v in drawn.context)))
    assert differences(longer, drawn).status == "same"


# ---- shipped


def test_the_shipped_models_of_partnership_differ() -> None:
    partnership = onward.load_model("partnership")
    found = differences(partnership, onward.load_model("partnership_activity"))
    assert (found.status, found.log and len(found.log)) == ("differs", 1)
    found = differences(evolve(partnership, parameters=(("theatres_needed", 3),)), partnership)
    assert (found.status, found.least, found.log and len(found.log)) == ("differs", 2, 2)


def test_what_shows_only_once_something_has_ended_is_shown() -> None:
    old = onward.load_model("partnership_activity")
    kept = tuple(each for each in old.transitions if each.name != "the institutions are gone")
    assert len(kept) + 1 == len(old.transitions)
    found = differences(evolve(old, transitions=kept), old)
    assert (found.status, found.log and len(found.log)) == ("differs", 4)
    assert "by time alone" in found.message


@pytest.mark.parametrize("name", onward.shipped_models())
def test_a_shipped_model_is_the_same_without_its_names(name: str) -> None:
    shipped = onward.load_model(name)
    bare = evolve(shipped, title="", source="", shows=(), tables=(), domains=())
    assert differences(bare, shipped).status == "same"
