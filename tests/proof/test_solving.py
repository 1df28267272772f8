"""Invariants proved by induction or broken by a log, over models that reckon."""

import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
import z3
from attrs import frozen
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import onward
from onward.history.clock import later
from onward.history.judging import deadline, guard_holds
from onward.history.plain import rows_by_case
from onward.history.several import parts_of
from onward.history.state import CaseState, not_begun, values
from onward.history.stepping import Reading, Step, _next_due, instant, pass_time, step, view_of
from onward.log.log import Event, EventLog, Value
from onward.model.document import parse_model
from onward.model.elements import Invariant, Phase
from onward.model.model import Model
from onward.problems import UsageError
from onward.proof.reckoning import lengths, runs, searching, solver, solving
from onward.proof.reckoning.courses import Course
from onward.proof.reckoning.encoding import Encoder
from onward.proof.reckoning.frames import UNIFORM, Frame, Happening
from onward.proof.reckoning.runs import TIDY, run_of, settling
from onward.proof.reckoning.solver import Answer, Assignment, Clock, solve
from onward.proof.reckoning.solving import decide
from onward.proof.reckoning.values import Term, same
from onward.proof.reckoning.values import Value as Found
from onward.proof.witness import breaks
from onward.testing import logs, models

READINGS: tuple[Reading, ...] = ("certain", "possible")
MODELS = Path(__file__).parent / "reckoning"
MOST = 12
"""Steps of a run that are looked at: a timer that begins itself anew makes many."""
ZERO = datetime(1900, 1, 1)  # noqa: DTZ001  # naive UTC throughout
LONG = 200
"""Seconds that nothing here takes: what the solver gives up it does after so much work, whatever the machine."""

CENTURIES = timedelta(days=330_000)


# ---- every real step is admitted


@frozen
class Lived:
    """A step of a replay that had an effect, or a tick: the states before and after it and what it did."""

    after: CaseState
    moment: datetime
    late: bool
    done: Step


def lived(model: Model, log: EventLog, reading: Reading) -> Iterator[list[Lived]]:
    """Yield for every case of *log* its steps, ticks that changed memory alone among them."""
    for rows in rows_by_case(model, log, reading).values():
        state, found = not_begun(model, "A"), []
        for row in rows:
            event = log.event(row)
            state, ticks = ticked(model, state, instant(event.time, reading), reading)
            found += ticks
            if len(found) > MOST:
                break
            state, done = step(model, state, event, reading=reading)
            moment = instant(event.time, reading)
            if moment is not None and done.outcome not in {"refused", "unknown"}:
                found.append(Lived(state, moment, late=False, done=done))
        yield found[:MOST]


def ticked(model: Model, state: CaseState, until: datetime | None, reading: Reading) -> tuple[CaseState, list[Lived]]:
    found: list[Lived] = []
    while until and (due := _next_due(model, state, reading)) is not None and due < until and len(found) <= MOST:
        state, done = pass_time(model, state, due, through=True, reading=reading)
        found += [Lived(state, due, late=True, done=one) for one in done] or [
            Lived(state, due, late=True, done=quiet(model, state, reading))
        ]
    return state, found


def quiet(model: Model, state: CaseState, reading: Reading) -> Step:
    """Return a step at which time alone took something from memory and nothing moved."""
    view = view_of(model, state, reading=reading)
    return Step(case="A", event=None, time=None, moves=(), broken=(), was=view, seen=view, left=view, meanwhile=())


def days(moment: datetime) -> Fraction:
    return Fraction((moment - ZERO) // timedelta(microseconds=1), 86_400_000_000)


def rational(number: float | Fraction) -> Term:
    exact = Fraction(number)
    return z3.Q(exact.numerator, exact.denominator)


def pinned_value(codes: Mapping[str, Fraction], term: Found, value: Value) -> Iterator[Term]:
    """Yield that *term* is *value*."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    yield same(term.number, number)
    yield same(term.truth, isinstance(value, bool))
    yield same(term.text, isinstance(value, str))
    if isinstance(value, bool):
        yield same(term.holds, value)
    elif isinstance(value, str):
        yield term.code == rational(codes[value])
    elif value is not None:
        yield term.amount == rational(value)
        yield same(term.whole, isinstance(value, int))


def pinned_frame(
    model: Model, encoder: Encoder, codes: Mapping[str, Fraction], frame: Frame, one: Lived, reading: Reading
) -> Iterator[Term]:
    """Yield that *frame* is the state after a step."""
    state = one.after
    yield frame.now == rational(days(one.moment))
    yield same(frame.late, one.late)
    for track, place, since in zip(model.track_names, state.places, state.since, strict=True):
        yield frame.place(track) == model.ranks[place].start
        if (moment := instant(since, reading)) is not None:
            yield frame.since[track] == rational(days(moment))
    if (began := instant(state.began, reading)) is not None:
        yield frame.began == rational(days(began))
    for name, value in values(model, state.memory).items():
        yield from pinned_value(codes, frame.value(name), value)
    for (rested, at), last in zip(frame.rests, state.rests, strict=True):
        yield same(rested, last is not None)
        if last is not None:
            yield at == rational(days(last))
    view = view_of(model, state, reading=reading)
    for transition in model.transitions:
        if transition.after and (end := deadline(transition, transition.after, view)):
            yield frame.ends[encoder.timer_of(transition, transition.after)] == rational(days(end))


def pinned_event(
    model: Model, codes: Mapping[str, Fraction], happening: Happening, event: Event | None, reading: Reading
) -> Iterator[Term]:
    """Yield that *event* happens."""
    yield same(happening.tick, event is None)
    if event is None:
        return
    yield happening.kind == list(model.kinds).index(event.type)
    for name, value in happening.attributes.items():
        yield from pinned_value(codes, value, event.attributes.get(name))
    for (attribute, text), has in happening.parts.items():
        yield same(has, text in parts_of(event.attributes.get(attribute.name), attribute.part))
    yield same(happening.ends, event.until is not None)
    if (until := instant(event.until, reading)) is not None:
        yield happening.until == rational(days(until))


def codes_of(encoder: Encoder, log: EventLog) -> Mapping[str, Fraction]:
    """Return a code for every text, in order, those of the model as they are."""
    given_codes = encoder.codes
    texts = {value for column in log.columns.values() for value in column if isinstance(value, str)}
    found: dict[str, Fraction] = {}
    last, step_by = Fraction(-1), Fraction(1, len(texts) + 2)
    for text in sorted({*texts, *given_codes}):
        last = Fraction(given_codes[text]) if text in given_codes else last + step_by
        found[text] = last
    return found


def surely_not(terms: tuple[Term, ...]) -> bool:
    solver = z3.Solver()
    solver.set("timeout", 5000)
    solver.add(*(z3.BoolVal(term) if isinstance(term, bool) else term for term in terms))
    return bool(solver.check() == z3.unsat)


def all_terms(
    encoder: Encoder, steps: list[Lived], codes: Mapping[str, Fraction], reading: Reading, *, whole: bool = True
) -> list[Term]:
    """Return what the encoding says of a run, and that it is that of *steps*."""
    model = encoder.model
    run = run_of(encoder, "run", whole=whole)
    terms = [*run.opening(), UNIFORM]
    for one in steps:
        terms += run.grow()
        terms += pinned_frame(model, encoder, codes, run.last.after, one, reading)
        terms += pinned_event(model, codes, run.last.happening, one.done.event, reading)
        for number, invariant in enumerate(model.invariants):
            held = number not in broken_after(one)
            keeps, facts = run.last.keeps(invariant)
            terms += [same(keeps, held), *facts]
    return terms


def broken_after(one: Lived) -> set[int]:
    model = one.done.left.model
    found = set()
    for number, invariant in enumerate(model.invariants):
        if invariant.guard is None:
            if invariant in one.done.broken:
                found.add(number)
        elif invariant.kind == "step" and not one.done.moves:
            continue  # a tick that broke one would have been told
        elif guard_holds(invariant.guard, one.done.left) is not True:
            found.add(number)
    return found


@st.composite
def lives(draw: st.DrawFn) -> tuple[Model, EventLog]:
    model = draw(models())
    return model, draw(logs(model, max_rows=6))


@given(lives(), st.sampled_from(READINGS))
@settings(max_examples=40, deadline=None)
def test_every_step_of_a_replay_is_one_of_the_relation(life: tuple[Model, EventLog], reading: Reading) -> None:
    model, log = life
    encoder = settling(model, surely_not)
    assume(encoder is not None)
    assert encoder is not None
    codes = codes_of(encoder, log)
    for steps in lived(model, log, reading):
        if steps:
            assert not surely_not(tuple(all_terms(encoder, steps, codes, reading)))


@given(lives(), st.sampled_from(READINGS))
@settings(max_examples=25, deadline=None)
def test_nothing_is_proved_that_a_replay_breaks(life: tuple[Model, EventLog], reading: Reading) -> None:
    model, log = life
    broken = {invariant.name for steps in lived(model, log, reading) for one in steps for invariant in one.done.broken}
    for invariant in model.invariants:
        solved = decide(model, invariant, depth=3, seconds=2)
        if invariant.name in broken and [each.name for each in model.invariants].count(invariant.name) == 1:
            assert solved.status != "proved", solved
        if solved.witness is not None:
            assert breaks(model, solved.witness, invariant)


# ---- models that reckon


def model_of(name: str, *more: str) -> Model:
    text = (MODELS / f"{name}.yaml").read_text(encoding="utf-8")
    return parse_model("".join([text, *more]), f"{name}.yaml")


CASES = [
    ("counters", "no more deals than offers", "proved", 0),
    ("counters", "fewer deals than offers", "broken", 2),
    ("counters", "not three offers more", "broken", 3),
    ("counters", "counts add up", "proved", 0),
    ("counters", "counts grow", "proved", 0),
    ("counters", "what is done had both", "proved", 0),
    ("money", "rich with a hundred", "proved", 0),
    ("money", "stays rich", "broken", 3),
    ("money", "what is positive grows", "proved", 0),
    ("money", "never in debt", "proved", 0),
    ("money", "never below nought", "broken", 1),
    ("money", "the parts are the whole", "undecided", 0),
    ("money", "the most is the most", "broken", 1),
    ("money", "the last is what came last", "broken", 1),
    ("money", "the most does not fall", "broken", 1),
    ("money", "never twice the last", "broken", 1),
    ("time", "who sleeps was not used", "proved", 0),
    ("time", "nor of late", "proved", 0),
    ("time", "nor for anything", "proved", 0),
    ("time", "a term runs", "proved", 0),
    ("time", "of late is part of all", "proved", 0),
    ("time", "never asleep", "broken", 2),
    ("time", "never gone", "broken", 1),
    ("time", "ages one after the other", "proved", 0),
    ("time", "young", "broken", 3),
    ("time", "never a year awake", "broken", 2),
    ("time", "never two uses", "broken", 2),
    ("tracks", "irreversible", "proved", 0),
    ("tracks", "paper after talk", "proved", 0),
    ("tracks", "many had two", "proved", 0),
    ("tracks", "never torn", "broken", 4),
    ("tracks", "no side twice", "broken", 1),
    ("tracks", "torn by one from the north", "proved", 0),
    ("chain", "each waits for its own time", "proved", 0),
    ("chain", "never gone", "broken", 2),
    ("texts", "words are of one kind", "proved", 0),
    ("texts", "nor what comes after", "proved", 0),
    ("texts", "never late", "broken", 1),
    ("texts", "never early", "broken", 2),
    ("texts", "never many", "broken", 2),
    ("texts", "not so many at once", "broken", 1),
    ("texts", "never large", "broken", 1),
]


@pytest.mark.parametrize(("text", "name", "status", "events"), CASES, ids=[name for _, name, _, _ in CASES])
def test_a_model_that_reckons(text: str, name: str, status: str, events: int) -> None:
    model = model_of(text)
    invariant = invariant_of(model, name)
    solved = decide(model, invariant, depth=6, seconds=LONG)
    assert (solved.status, len(solved.witness or ())) == (status, events), solved
    assert solved.witness is None or breaks(model, solved.witness, invariant)


@pytest.mark.parametrize("name", ["the whole is its parts", "nothing is left", "thrice a tenth"])
def test_no_proof_rests_on_floats_that_add_up(name: str) -> None:
    # Tenths do not add up, and what is infinite less itself is no number.
    model = model_of("rounding")
    invariant = invariant_of(model, name)
    assert decide(model, invariant, depth=3, seconds=LONG).status != "proved"


@pytest.mark.parametrize("name", ["squares", "minus minus"])
def test_what_rounding_cannot_change_is_proved(name: str) -> None:
    model = model_of("rounding")
    invariant = invariant_of(model, name)
    assert decide(model, invariant, depth=3, seconds=LONG).status == "proved"


def test_products_of_two_values_are_named_where_they_are_not_decided() -> None:
    model = model_of("rounding")
    invariant = next(each for each in model.invariants if each.name == "a product grows")
    solved = decide(model, invariant, depth=2, seconds=LONG)
    assert (solved.status, solved.depth) == ("undecided", 1)


# ---- help, limits and what is missing


def invariant_of(model: Model, name: str) -> Invariant:
    return next(each for each in model.invariants if each.name == name)


def test_what_is_known_of_every_state_helps_a_proof() -> None:
    model = model_of("sizes")
    invariant = invariant_of(model, "high is big")

    def sure(frame: Frame) -> Term:
        return z3.And(frame.number("ups") >= 0, z3.Implies(frame.place() >= 1, frame.number("ups") >= 1))

    assert decide(model, invariant, depth=4, seconds=LONG, known=sure).status == "proved"


def test_a_flag_of_a_state_can_be_asked_for() -> None:
    model = model_of("sizes")
    run = run_of(Encoder(model), "run", whole=True)
    assert surely_not((*run.opening(), run.start.flag("on")))


def test_a_log_that_breaks_it_is_short_and_begins_on_the_first_day() -> None:
    model = model_of("sizes")
    solved = decide(model, invariant_of(model, "never on when high"), depth=4, seconds=LONG)
    assert solved.witness is not None
    assert [(event.type, event.time.recorded if event.time else "") for event in solved.witness.events] == [
        ("up", "2001-01-01"),
        ("swap", "2001-01-01"),
    ]
    assert (solved.depth, solved.why) == (1, "a log of 2 events breaks it")


def test_without_time_nothing_is_decided() -> None:
    model = model_of("counters")
    solved = decide(model, model.invariants[0], seconds=0)
    assert (solved.status, solved.depth, solved.why) == ("undecided", 0, "the time limit was reached")


def test_as_far_as_was_asked() -> None:
    model = model_of("counters")
    solved = decide(model, invariant_of(model, "not three offers more"), depth=2, seconds=LONG)
    assert (solved.status, solved.depth) == ("undecided", 2)
    assert solved.why == "no log of up to 2 events breaks it, and no induction proves it"


def test_as_far_as_was_asked_where_time_makes_steps_of_its_own() -> None:
    model = model_of("time", "  - {name: few uses, always: all < 9}\n")
    solved = decide(model, invariant_of(model, "few uses"), depth=1, seconds=LONG)
    assert (solved.status, solved.depth) == ("undecided", 1)


def test_rounds_that_may_not_end_prove_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "_MOST_ROUNDS", 0)
    model = model_of("time")
    solved = decide(model, invariant_of(model, "who sleeps was not used"), depth=1, seconds=LONG)
    assert (solved.status, solved.depth) == ("undecided", 0)
    assert solved.why == "eventless transitions go on for too long"


def test_without_the_solver_one_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solving, "find_spec", lambda _: None)
    model = model_of("counters")
    with pytest.raises(UsageError, match=r"pip install 'onward\[verify\]'"):
        decide(model, model.invariants[0])


@pytest.mark.parametrize("name", ["partnership_activity", "treaty"])
def test_shipped_models_that_wait_for_time_are_proved(name: str) -> None:
    model = onward.load_model(name)
    assert {each.name: decide(model, each).status for each in model.invariants} == {
        each.name: "proved" for each in model.invariants
    }


def test_a_month_has_28_to_31_days() -> None:
    assert lengths.days_in((1, 0)) == (28, 31)
    assert lengths.days_in((12, 0)) == (365, 366)
    assert lengths.days_in((0, 7)) == (7, 7)


@given(st.datetimes(ZERO - CENTURIES, ZERO + CENTURIES), st.sampled_from((1, 2, 11, 12, 25, 48)), st.integers(0, 3))
def test_no_span_is_shorter_or_longer_than_the_calendar_makes_it(begin: datetime, months: int, more: int) -> None:
    end = later(begin, months, more)
    assert end is not None
    least, most = lengths.days_in((months, more))
    assert least <= (end - begin).days <= most


@pytest.mark.parametrize(
    ("name", "events"),
    [
        ("not in the month after 29 days", 2),
        ("never tall", 1),
        ("words in order", 1),
        ("nobody new", 1),
        ("text is no phase", 1),
    ],
)
def test_a_log_is_found_by_the_calendar_and_by_every_kind_of_value(name: str, events: int) -> None:
    model = model_of("calendar")
    invariant = invariant_of(model, name)
    solved = decide(model, invariant, depth=4, seconds=LONG)
    assert (solved.status, len(solved.witness or ())) == ("broken", events), solved
    assert solved.witness is not None
    assert breaks(model, solved.witness, invariant)


@pytest.mark.parametrize(("reckoning", "name"), [("money", "never below nought"), ("calendar", "never tall")])
def test_what_no_replay_confirms_is_not_broken(monkeypatch: pytest.MonkeyPatch, reckoning: str, name: str) -> None:
    monkeypatch.setattr(searching, "breaks", lambda *_: False)
    monkeypatch.setattr(searching, "_TRIES", 3)
    model = model_of(reckoning)
    solved = decide(model, invariant_of(model, name), depth=1, seconds=LONG)
    assert (solved.status, solved.depth) == ("undecided", 0)
    assert solved.why == "no replay of a log confirms what the solver found"


def test_what_the_solver_leaves_open_is_left_open_for_want_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = Course.solve

    def slow(course: Course, *assumed: Term, share: float = 1) -> tuple[Answer, Assignment]:
        return ("unknown", None) if TIDY in assumed else answer(course, *assumed, share=share)

    monkeypatch.setattr(Course, "solve", slow)
    model = model_of("time")
    solved = decide(model, invariant_of(model, "never asleep"), depth=1, seconds=LONG)
    assert (solved.status, solved.depth, solved.why) == ("undecided", 0, "the time limit was reached")


@pytest.mark.parametrize("unknown", ["everything", "whether it can break"])
def test_a_search_without_answers_ends(monkeypatch: pytest.MonkeyPatch, unknown: str) -> None:
    answer = Course.solve

    def slow(course: Course, *assumed: Term, share: float = 1) -> tuple[Answer, Assignment]:
        left_open = unknown == "everything" or TIDY not in assumed
        return ("unknown" if left_open else "no", None) if course.run.whole else answer(course, *assumed, share=share)

    monkeypatch.setattr(Course, "solve", slow)
    model = model_of("counters")
    solved = decide(model, invariant_of(model, "no more deals than offers"), depth=3, seconds=LONG)
    assert (solved.status, solved.depth, solved.why) == ("undecided", 0, "the time limit was reached")


def test_what_one_solver_gives_up_another_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = z3.Int("whole")
    terms = [whole * whole * whole == 27, whole > 0]
    monkeypatch.setattr(solver, "_LIMITS", (1,))
    answer, found = solve(terms, Clock(time.monotonic() + LONG))
    assert (answer, found[whole].as_long()) == ("yes", 3)
    monkeypatch.setattr(solver, "_SETTINGS", ({"rlimit": 1},))
    assert solve(terms, Clock(time.monotonic() + LONG)) == ("unknown", None)
    assert solve([*terms, False], Clock(time.monotonic())) == ("no", None)
    assert solve(terms, Clock(time.monotonic())) == ("unknown", None)


def test_where_nothing_can_happen_everything_is_kept() -> None:
    invariant = Invariant("irreversible", "irreversible")
    model = Model("still", phases=(Phase("on"),), invariants=(invariant,))
    assert decide(model, invariant).status == "proved"


@pytest.mark.parametrize(
    ("model", "name"),
    [
        # A stance is a text in every log, if it is one in some row.
        ("norm_change", "deep is tolerated by every constituency"),
        # There is a verdict where one is unanswered, which no guard says.
        ("partnership_lessons", "nothing goes on abandoned"),
    ],
)
def test_what_holds_of_every_state_is_found(model: str, name: str) -> None:
    loaded = onward.load_model(model)
    assert decide(loaded, invariant_of(loaded, name), seconds=LONG).status == "proved"
