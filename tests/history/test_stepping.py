"""What one event does to one case: an example a behaviour."""

import pytest
from attrs import evolve

import onward
from onward.model.elements import Invariant, Transition
from onward.model.grammar import parse_guard
from onward.model.vocabulary import Vocabulary


def said(step: onward.Step) -> list[str]:
    return [str(reason) for reason in step.reasons]


def ready(live: onward.Live) -> onward.Live:
    live.fire("submitted", time="2001")
    live.fire("reviewed", time="2002", score=4, reviewer="Ada")
    live.fire("reviewed", time="2002", score=5, reviewer="Bo")
    return live


def test_a_transition_that_fits_moves_the_case(live: onward.Live) -> None:
    step = live.fire("note", time="2001")
    assert (step.outcome, step.before, step.after, step.implied) == ("moved", "start", "draft", ())
    assert said(step) == ["start -> draft"]


def test_a_phase_with_stages_is_entered_at_its_first_and_what_was_skipped_is_implied(live: onward.Live) -> None:
    step = live.fire("submitted", time="2001")
    assert (step.after, step.implied) == ("review.waiting", ("draft",))


def test_memory_is_updated_before_guards_are_judged(live: onward.Live) -> None:
    assert ready(live).phase == "review.ready"
    assert live.context == {"reviews": 2, "reviewers": 2}


def test_places_passed_in_one_step_are_implied_too(grant: onward.Model) -> None:
    eager = evolve(grant, parameters=(("reviews_needed", 0), ("fast", False)), context=grant.context[:1])
    open_guard = parse_guard("reviews >= reviews_needed", Vocabulary({"reviews_needed": 0}, ["reviews"]))
    through = Transition(("review.waiting",), "review.ready", when=open_guard)
    onwards = Transition(("review.ready",), "running")
    model = evolve(eager, transitions=(*eager.transitions[:2], through, onwards))
    step = onward.live(model).fire("submitted")
    assert step.after == "running"
    assert step.entered == ("review.waiting", "review.ready", "running")
    assert step.implied == ("draft", "review.waiting", "review.ready")


def test_a_guard_that_fails_holds_the_case_and_names_what_is_short(live: onward.Live) -> None:
    live.fire("submitted", time="2001")
    step = live.fire("awarded", time="2001")
    assert step.outcome == "held"
    assert said(step)[0] == "review -> running (phase == review.ready or fast: is review.waiting and not recorded)"


def test_every_step_says_what_keeps_an_eventless_transition_and_by_how_much(live: onward.Live) -> None:
    live.fire("submitted", time="2001")
    step = live.fire("reviewed", time="2002", score=4, reviewer="Ada")
    assert step.outcome == "recorded"
    [reason] = step.short
    assert str(reason) == "review.waiting -> review.ready (reviews >= 2: has 1; reviewers > 1: has 1)"
    assert [(clause.has, clause.needs, clause.short, clause.variable) for clause in reason.clauses] == [
        (1, 2, 1, "reviews"),
        (1, 1, 1, "reviewers"),
    ]


@pytest.mark.parametrize("score", [2, None, "high"])
def test_an_event_counts_only_where_its_condition_holds(live: onward.Live, score: onward.Event) -> None:
    live.fire("submitted", time="2001")
    live.fire("reviewed", time="2002", score=score, reviewer=None)  # type: ignore[arg-type]  # any value
    assert live.context == {"reviews": 0, "reviewers": 0}


def test_an_unknown_type_changes_nothing_and_names_the_nearest(live: onward.Live) -> None:
    before = live.context
    step = live.fire("submited", time="2001")
    assert (step.outcome, live.phase, live.context) == ("unknown", "start", before)
    assert said(step) == ["grant has no event type 'submited'; did you mean 'submitted'?"]
    assert step.short == ()


def test_a_forbidden_event_is_refused_with_its_reason(live: onward.Live) -> None:
    step = live.fire("closed", time="2001")
    assert step.outcome == "refused"
    assert said(step) == ["forbidden in Not begun: nothing has been granted"]


def test_a_rule_of_conduct_may_depend_on_the_event(live: onward.Live) -> None:
    assert said(live.may("note", size=11)) == ["forbidden in Not begun: a note is short (size > 10: has 11)"]
    assert live.may("note", size=10).outcome == "moved"
    # What is not recorded is not known to be too long.
    assert live.may("note").outcome == "moved"


def test_a_final_phase_refuses_everything(live: onward.Live) -> None:
    ready(live).fire("awarded", time="2003")
    assert said(live.fire("closed", time="2004")) == ["closing"]
    assert live.is_final
    assert said(live.fire("note", time="2005")) == ["Ended is final: nothing happens after it"]
    assert live.fire("nonsense", time="2005").outcome == "unknown"


def test_a_broken_invariant_is_told_once_with_its_clauses(live: onward.Live) -> None:
    live.fire("submitted", time="2001")
    step = live.fire("awarded", time="2002", fast=True)
    assert [invariant.name for invariant in step.broken] == ["reviewed before it runs"]
    assert said(step) == [
        "review -> running (fast: is true)",
        "breaks the invariant 'reviewed before it runs' (phase < running or reviews >= 1: is running and has 0)",
    ]
    assert live.fire("note", time="2003").broken == ()


def test_a_step_invariant_sees_what_was_before(grant: onward.Model) -> None:
    names = Vocabulary(context=["reviews"], before=True)
    one_at_a_time = Invariant("no leap", "step", parse_guard("reviews <= before.reviews", names))
    live = onward.live(evolve(grant, invariants=(one_at_a_time,)))
    live.fire("submitted")
    assert live.fire("reviewed", score=3).broken == (one_at_a_time,)
    assert live.fire("note").broken == ()


def test_a_transition_back_breaks_irreversible_at_its_step(grant: onward.Model) -> None:
    back = Transition(("review",), "draft", on=("note",))
    live = onward.live(evolve(grant, transitions=(*grant.transitions, back)))
    live.fire("submitted")
    assert [invariant.name for invariant in live.fire("note").broken] == ["irreversible"]


def test_a_transition_to_the_same_phase_begins_a_new_spell(grant: onward.Model) -> None:
    again = Transition(("draft",), "draft", on=("note",))
    live = onward.live(evolve(grant, transitions=(*grant.transitions, again)))
    live.fire("note", time="2001")
    assert live.fire("note", time="2002").outcome == "moved"
    assert live.state["since"] == "2002"


def test_a_model_built_by_hand_whose_transitions_go_round_stops_with_a_word(grant: onward.Model) -> None:
    there, back = Transition(("draft",), "running"), Transition(("running",), "draft")
    live = onward.live(evolve(grant, transitions=(*grant.transitions[:1], there, back)))
    with pytest.raises(RuntimeError, match="go round for ever"):
        live.fire("note")


STEADY = """
onward: 1
name: steady
events: {a: , b: }
context: {n: {count: a}}
phases: [one, two]
transitions:
  - {from: start, to: one, on: any}
  - {from: one, to: two, when: years_in_phase >= 5 and phase == one}
"""


def broken(invariant: str, *events: tuple[str, int]) -> list[list[str]]:
    live = onward.live(onward.parse_model(f'{STEADY}invariants: [{{name: it, always: "{invariant}"}}]\n'))
    return [[found.name for found in live.fire(kind, time=year).broken] for kind, year in events]


def test_an_invariant_that_never_held_is_told_at_the_first_event_that_counts() -> None:
    # An unknown event changes nothing and is no step at which anything could be told.
    assert broken("n >= 1", ("x", 2001), ("b", 2002), ("b", 2003), ("a", 2004), ("b", 2005)) == [[], ["it"], [], [], []]


def test_an_invariant_about_time_is_told_when_time_breaks_it() -> None:
    assert broken("years_since_start <= 3", ("b", 2001), ("b", 2003), ("b", 2006), ("b", 2007)) == [[], [], ["it"], []]


def test_an_invariant_that_breaks_again_is_told_again() -> None:
    model = onward.load_model("partnership")
    names = Vocabulary(context=["basis"], phases=["courtship"])
    odd = Invariant("no basis in between", "always", parse_guard("basis == 0 or basis == 2", names))
    live = onward.live(evolve(model, invariants=(odd,)))
    told = [bool(live.fire("agreement_signed", formal=True).broken) for _ in range(4)]
    assert told == [True, False, True, False]


def test_the_reasons_of_an_eventless_move_are_those_of_the_place_it_left() -> None:
    live = onward.live(onward.parse_model(STEADY))
    live.fire("a", time=2001)
    step = live.fire("b", time=2007)
    assert said(step) == ["one -> two (years_in_phase >= 5: has 5.999; phase == one: is one)"]
    assert all(clause.holds for reason in step.reasons for clause in reason.clauses)
