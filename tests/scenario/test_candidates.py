"""Candidates stand for every event: whatever an event does to a case, one of them does."""

from collections.abc import Mapping

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

import onward
from onward.history.clock import written
from onward.history.state import not_begun
from onward.history.stepping import instant, step
from onward.log.log import AttributeType, Value
from onward.model.elements import START
from onward.scenario.candidates import Candidates, kinds_of
from onward.scenario.gist import Gists
from onward.scenario.pathing import Point, at_point
from onward.scenario.slicing import sliced, tracks_of
from onward.scenario.wishes import NEW, Candidate, Several, Short
from onward.testing import events, logs, models


def candidates_of(model: onward.Model, **kinds: AttributeType) -> Candidates:
    return Candidates(model, kinds)


def parsed(text: str) -> onward.Model:
    return onward.parse_model(f"onward: 1\nname: m\ncases: column\n{text}", "m.yaml")


CONTEXT = """
context:
  places: {distinct: place, of: [x, y]}
  acts: {count: [x], where: event.formal}
  stance: {latest: stance, of: any}
  lit: {flag: {set: [y], clear: [z]}}
  most: {max: size, of: any}
"""
GUARDS = (
    *("places >= 2", "places == 1", "acts == 1", "acts >= 2", "acts < 2", 'stance == "for"', "lit", "not lit"),
    *("most >= 3", "places >= 2 and acts >= 1", "event.formal and places > 1", "years_in_phase >= 1"),
)


@st.composite
def mindful(draw: st.DrawFn) -> onward.Model:
    """Draw a model in which nearly every transition asks what the case remembers."""
    rows = []
    for _ in range(draw(st.integers(2, 4))):
        start, end = sorted(draw(st.sets(st.integers(0, 3), min_size=2, max_size=2)))
        on = draw(st.sampled_from(("", ", on: x", ", on: y", ", on: z")))
        rows.append(f"  - {{from: p{start}, to: p{end}{on}, when: '{draw(st.sampled_from(GUARDS))}'}}\n")
    return parsed(
        f"events: {{x: {{}}, y: {{}}, z: {{}}}}\n{CONTEXT}phases: [p0, p1, p2, p3]\ntransitions:\n"
        f"  - {{from: start, to: p0, on: any}}\n{''.join(rows)}"
    )


def said(candidates: Candidates, kind: str, *places: str) -> list[dict[str, object]]:
    return [dict((*each.values, *each.several)) for each in candidates.at(kind, places or ("a",))]


SIMPLE = """
events: {yes: {}, no: {}}
phases: [a, b]
transitions:
  - {from: start, to: a, on: no}
  - {from: a, to: b, on: yes, when: 'WHEN'}
"""


@given(data=st.data())
@settings(max_examples=150)
def test_what_any_event_does_some_candidate_does(data: st.DataObject) -> None:
    whole = data.draw(st.one_of(mindful(), models()))
    name = data.draw(st.sampled_from([name for name in whole.ranks if name != START]))
    model = sliced(whole, tracks_of(whole, name))
    log = data.draw(logs(whole, max_rows=4))
    if not len(log):
        return
    end = max(log.times, key=lambda time: time.last)
    time = written(end.last, "certain")
    kinds: Mapping[str, AttributeType] = log.attributes
    candidates = Candidates(model, kinds)
    state = not_begun(model, "case")
    for event in sorted(log.events(), key=lambda event: instant(event.time, "certain") or end.last):
        state, _ = step(model, state, event)
    state = at_point(model, state, Point(time), "certain")
    event = data.draw(events(whole))
    fitting = {name: value for name, value in event.attributes.items() if fits(value, kinds.get(name, "string"))}
    event = evolve(event, time=time, attributes=fitting, until=None)
    gists = Gists(model, candidates.repeated)
    after = gists.of(step(model, state, event)[0])
    if event.type not in model.kinds:
        assert after[0] == state.places
        return
    found = [candidates.event(each, state, time) for each in candidates.at(event.type, state.places)]
    reached = {gists.of(step(model, state, each)[0]) for each in found if each is not None}
    if not candidates.doubts:
        assert after in reached


def fits(value: Value, kind: AttributeType) -> bool:
    match kind:
        case "boolean":
            return value is None or isinstance(value, bool)
        case "integer":
            return value is None or (isinstance(value, int) and not isinstance(value, bool))
        case "number":
            return value is None or (isinstance(value, int | float) and not isinstance(value, bool))
        case "string":
            return value is None or isinstance(value, str)


@given(data=st.data())
@settings(max_examples=60)
def test_candidates_that_are_told_to_be_alike_do_the_same(data: st.DataObject) -> None:
    whole = data.draw(st.one_of(mindful(), models()))
    log = data.draw(logs(whole, max_rows=3))
    model = sliced(whole, whole.track_names)
    candidates = Candidates(model, log.attributes)
    gists = Gists(model, candidates.repeated)
    state = not_begun(model, "case")
    for event in sorted(log.events(), key=lambda event: event.time.last if event.time else 0):
        state, _ = step(model, state, event)
    last = max((time for time in log.times), key=lambda time: time.last, default=None)
    for alike in candidates.alike(tuple(model.kinds), state.places):
        found = [candidates.event(each, state, last) for each in alike]
        assert len({gists.of(step(model, state, each)[0]) for each in found if each is not None}) <= 1


def test_an_event_says_only_what_a_guard_asks_for() -> None:
    model = parsed(SIMPLE.replace("WHEN", "event.formal"))
    assert said(candidates_of(model, formal="boolean"), "yes") == [{}, {"formal": True}]
    assert said(candidates_of(model, formal="boolean"), "no") == [{}]


def test_each_alternative_is_a_candidate() -> None:
    model = parsed(SIMPLE.replace("WHEN", 'event.stance in ["for", "against"] and event.size >= 2'))
    found = said(candidates_of(model, stance="string", size="integer"), "yes")
    assert {each["stance"] for each in found if each} == {"for", "against"}
    assert {each["size"] for each in found if each} == {2, 3}


def test_a_value_of_another_type_than_the_column_is_no_candidate() -> None:
    model = parsed(SIMPLE.replace("WHEN", "event.size >= 2"))
    assert said(candidates_of(model, size="string"), "yes") == [{}]
    assert said(candidates_of(model, size="integer"), "yes") == [{}, {"size": 2}, {"size": 3}]


def test_declared_values_are_the_only_ones() -> None:
    text = SIMPLE.replace("WHEN", 'event.stance != "against"')
    model = parsed(f"values: {{stance: [for, neutral, against]}}\n{text}")
    assert said(candidates_of(model), "yes") == [{}, {"stance": "for"}, {"stance": "neutral"}]


def test_a_text_that_nobody_asks_for_is_one_that_the_log_has() -> None:
    model = parsed(SIMPLE.replace("WHEN", 'event.stance != "against"'))
    seen = Candidates(model, {}, {"stance": ("against", "torn")})
    assert said(seen, "yes") == [{}, {"stance": "torn"}]
    assert said(candidates_of(model), "yes") == [{}, {"stance": "other"}]


def test_of_several_values_those_sought_are_told() -> None:
    model = parsed(SIMPLE.replace("WHEN", '"ngo" in event.actors.kind and not ("state" in event.actors.kind)'))
    (nothing, wanted) = candidates_of(model).at("yes", ("a",))
    assert nothing.several == ()
    assert wanted.several == (("actors", Several(frozenset({("kind", "ngo")}), frozenset({("kind", "state")}))),)
    event = candidates_of(model).event(wanted, not_begun(model, "c"), None)
    assert event is not None
    assert event.attributes == {"actors": "any@ngo"}


def test_a_cell_that_must_lack_something_has_something_else() -> None:
    guard = 'not ("state" in event.actors.kind)'
    model = parsed(SIMPLE.replace("WHEN", guard))
    candidates = candidates_of(model)
    event = candidates.event(candidates.at("yes", ("a",))[1], not_begun(model, "c"), None)
    assert event is not None
    assert event.attributes == {"actors": "other"}
    declared = parsed("values: {actors.kind: [state, ngo]}\n" + SIMPLE.replace("WHEN", guard))
    candidates = candidates_of(declared)
    event = candidates.event(candidates.at("yes", ("a",))[1], not_begun(declared, "c"), None)
    assert event is not None
    assert event.attributes == {"actors": "any@ngo"}


def test_a_declared_value_that_is_the_only_one_cannot_be_lacked() -> None:
    text = SIMPLE.replace("WHEN", 'not ("state" in event.actors.kind)')
    model = parsed(f"values: {{actors.kind: [state]}}\n{text}")
    candidates = candidates_of(model)
    assert candidates.event(candidates.at("yes", ("a",))[1], not_begun(model, "c"), None) is None


COUNTED = """
events: {yes: {}}
context: {places: {distinct: ATTRIBUTE, of: any}}
phases: [a, b]
transitions:
  - {from: start, to: a, on: any}
  - {from: a, to: b, when: places >= 2}
"""


def fresh_after(
    model: onward.Model, candidates: Candidates, *attributes: Mapping[str, Value]
) -> list[Mapping[str, Value]]:
    """What each new value is that a case would have next, again and again, after these events."""
    state = not_begun(model, "c")
    for each in attributes:
        state, _ = step(model, state, onward.Event("yes", "2001", attributes=each))
    candidate = next(each for each in candidates.at("yes", state.places) if each.size)
    found = []
    for _ in range(2):
        event = candidates.event(candidate, state, None)
        if event is None:
            break
        found.append(event.attributes)
        state, _ = step(model, state, evolve(event, time="2001"))
    return found


def test_a_new_value_is_one_that_the_case_has_not_had() -> None:
    model = parsed(COUNTED.replace("ATTRIBUTE", "place"))
    candidates = candidates_of(model)
    assert candidates.at("yes", ("a",))[1] == Candidate("yes", (("place", NEW),))
    assert fresh_after(model, candidates) == [{"place": "new place"}, {"place": "new place 2"}]
    assert fresh_after(model, candidates, {"place": "new place"}) == [
        {"place": "new place 2"},
        {"place": "new place 3"},
    ]


def test_a_new_number_is_larger_than_all_before() -> None:
    model = parsed(COUNTED.replace("ATTRIBUTE", "size"))
    candidates = candidates_of(model, size="integer")
    assert fresh_after(model, candidates, {"size": 7}) == [{"size": 8}, {"size": 9}]


def test_new_values_of_a_kind_that_is_declared_run_out() -> None:
    model = parsed("values: {place: [here, there]}\n" + COUNTED.replace("ATTRIBUTE", "place"))
    assert fresh_after(model, candidates_of(model), {"place": "here"}) == [{"place": "there"}]


def test_new_truths_are_true_and_false() -> None:
    model = parsed(COUNTED.replace("ATTRIBUTE", "formal"))
    assert said(candidates_of(model, formal="boolean"), "yes") == [{}, {"formal": True}, {"formal": False}]


def test_one_event_may_bring_several_new_values_of_a_part() -> None:
    model = parsed(COUNTED.replace("ATTRIBUTE", "actors.kind"))
    candidates = candidates_of(model)
    found = [candidates.event(each, not_begun(model, "c"), None) for each in candidates.at("yes", ("a",))]
    assert [event.attributes for event in found if event] == [
        {},
        {"actors": "any@new kind"},
        {"actors": "any@new kind;any@new kind 2"},
    ]


def test_what_a_sum_is_short_of_is_a_candidate() -> None:
    model = parsed(COUNTED.replace("distinct: ATTRIBUTE", "sum: size").replace(">= 2", ">= 12"))
    candidates = candidates_of(model, size="integer")
    state, _ = step(model, not_begun(model, "c"), onward.Event("yes", "2001", attributes={"size": 5}))
    shorts = [each for each in candidates.at("yes", ("a",)) if isinstance(dict(each.values).get("size"), Short)]
    found = [candidates.event(each, state, None) for each in shorts]
    assert [event.attributes["size"] for event in found if event] == [7, 8, 6]
    assert candidates.doubts == ("places is a sum, to which an event may add any number",)


def test_what_is_running_may_end_on_its_day() -> None:
    model = parsed(COUNTED.replace("distinct: ATTRIBUTE, of: any", "open: any"))
    assert [each.ends for each in candidates_of(model).at("yes", ("a",))] == [False, True]


def test_doubts_are_told_where_guards_compare_what_is_not_fixed() -> None:
    model = parsed(SIMPLE.replace("WHEN", "event.size > event.other"))
    assert candidates_of(model).doubts == ("`event.size > event.other` compares an attribute with what is no constant",)


def test_types_that_make_different_transitions_are_not_alike() -> None:
    # Each is the first that its type makes; once that was taken for the same.
    model = parsed(
        "events: {yes: {}, no: {}}\nphases: [a, b]\ntransitions:\n"
        "  - {from: start, to: a, on: yes}\n  - {from: start, to: b, on: no}\n"
    )
    alike = candidates_of(model).alike(("yes", "no"), (START,))
    assert [[each.type for each in some] for some in alike] == [["yes"], ["no"]]


def test_too_many_kinds_of_events_are_told() -> None:
    guards = " and ".join(f'(event.a{n} == "x" or event.b{n} == "x")' for n in range(14))
    candidates = candidates_of(parsed(SIMPLE.replace("WHEN", guards)))
    assert said(candidates, "yes") == [{}]
    assert candidates.doubts == ("events of yes come in too many kinds that guards tell apart",)


def test_types_of_columns_that_the_log_lacks_are_those_asked_for() -> None:
    model = parsed(SIMPLE.replace("WHEN", 'event.x == 1 or event.x == "one" or event.y'))
    assert kinds_of(model, {"y": "string"}) == (
        [{"x": "string", "y": "string"}, {"x": "number", "y": "string"}],
        True,
    )
    many = " and ".join(f'(event.a{n} == 1 or event.a{n} == "one")' for n in range(4))
    assert len(kinds_of(parsed(SIMPLE.replace("WHEN", many)), {})[0]) == 8
    assert kinds_of(parsed(SIMPLE.replace("WHEN", many)), {})[1] is False


def test_one_candidate_says_no_more_than_another() -> None:
    one, other = (Several(frozenset(has)) for has in ([("kind", "ngo")], [("kind", "ngo"), ("kind", "state")]))
    less, more = Candidate("yes", (), (("actors", one),)), Candidate("yes", (("x", 1),), (("actors", other),))
    assert less.says_no_more_than(more)
    assert not more.says_no_more_than(less)
    assert not less.says_no_more_than(evolve(more, type="no"))
    assert (less.size, more.size) == (1, 3)
    assert str(NEW) == "new"
