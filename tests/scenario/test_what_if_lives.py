"""What if: a replay of the cases touched alone says what one of the whole would."""

from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest
from attrs import asdict, evolve
from hypothesis import given, settings
from hypothesis import strategies as st

import onward
from onward.history.engine import replay
from onward.history.histories import Engine, StepRow
from onward.history.stepping import Reading
from onward.log.log import EventLog
from onward.log.views import packed
from onward.model.elements import Count, EventKind, Phase, Transition, Variable
from onward.model.guards import And, Compare, Constant, Elapsed, Memory, Scalar, expressions
from onward.model.model import Model
from onward.scenario.comparison import Comparison, scenario_fingerprint
from onward.scenario.editing import Edited, edit_log
from onward.scenario.edits import Change, Drop, Insert, LogEdit, Move, Remove, Replace, Selection, Set, Tune
from onward.scenario.remodelling import remodel
from onward.scenario.scenario import Scenario
from onward.scenario.what_if import what_if
from onward.testing import CASES, events, logs, models
from onward.testing.asked import guards_of

READINGS: st.SearchStrategy[Reading] = st.sampled_from(("certain", "possible"))
ENGINES: st.SearchStrategy[Engine] = st.sampled_from(("plain", "columnar"))
VALUES: st.SearchStrategy[Scalar] = st.one_of(st.integers(0, 3), st.sampled_from((1.5, "Oslo")), st.booleans())
TRUTHS: st.SearchStrategy[bool] = st.booleans()
STUDY = onward.load_study()


# ---- scenarios, drawn


@st.composite
def edits_of(draw: st.DrawFn, model: Model, log: EventLog, *, least: int = 0) -> list[LogEdit]:
    """Draw a few edits of *log* that can be made."""
    made: list[LogEdit] = []
    for _ in range(draw(st.integers(least, 3))):
        found = drawn_edit(draw, model, log)
        if is_made(model, log, [*made, found]):
            made.append(found)
    return made


def drawn_edit(draw: st.DrawFn, model: Model, log: EventLog) -> LogEdit:
    event = draw(events(model))
    kind = event.type if event.type in model.kinds else next(iter(model.kinds))
    which = Selection(rows=draw(st.integers(1, max(len(log), 1))))
    case = draw(st.sampled_from(log.case_names or CASES)) if model.cases == "column" else ""
    organizations = event.organizations or (() if case else ("AU", "EU"))
    attributes = {
        name: value for name, value in event.attributes.items() if name in log.attributes and value is not None
    }
    edits: list[LogEdit] = [Insert(kind, event.time, case, organizations, "", event.until, attributes)]
    if len(log):
        edits += [
            Drop(which),
            Move(which, to=event.time),
            Replace(which, kind, None, case, organizations, None, attributes),
            *([Set(which, attributes)] if attributes else []),
        ]
    return draw(st.sampled_from(edits))


def is_made(model: Model, log: EventLog, edits: Sequence[LogEdit]) -> bool:
    try:
        edit_log(model, log, edits)
    except onward.OnwardError:
        return False
    return True


@st.composite
def worlds(draw: st.DrawFn, /, **asked: Any) -> tuple[Model, EventLog, Scenario]:  # noqa: ANN401  # what `models` takes
    """Draw a model, a log, and a scenario: edits of the log and, at times, another value of a parameter."""
    model = draw(models(**asked))
    log = draw(logs(model))
    edits: list[LogEdit | Tune] = [*draw(edits_of(model, log))]
    names = [name for name, _ in model.parameters]
    if draw(TRUTHS) and names:
        tune = Tune({draw(st.sampled_from(names)): draw(VALUES)})
        try:
            remodel(model, [tune])
        except onward.OnwardError:
            pass
        else:
            edits.append(tune)
    return model, log, Scenario("drawn", tuple(edits))


# ---- what replays of whole logs say


def numbers(edited: Edited) -> list[int]:
    """Return the number of the event in every row of the whole edited log."""
    kept = [row for row in range(len(edited.log)) if edited.changed.get(row, row) is not None]
    return [*kept, *range(len(edited.log), len(edited.log) + len(edited.added))]


def steps_of(told: onward.Replay, of: Sequence[int]) -> dict[str, list[StepRow]]:
    """Return the steps of every case, of events by their numbers."""
    found: dict[str, list[StepRow]] = {}
    for step in told.step_rows:
        own = found.setdefault(step.case, [])
        if step.row is None:
            own.append(step)
        else:
            number = of[step.row]
            own.append(evolve(step, row=number, event_id=told.log.ids[step.row] or str(number + 1)))
    return found


def spells_of(told: onward.Replay) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for spell in told.spell_rows:
        found.setdefault(spell.case, []).append(asdict(spell) | {"case": ""})
    return found


def assert_as_whole(found: Comparison) -> None:
    """Make sure that a comparison tells of both lives what replays of both whole logs tell, column by column."""
    edited = found.edited
    asked: dict[str, Any] = {"as_of": found.as_of, "reading": found.reading}
    before = replay(found.model, edited.log, **asked)
    after = replay(found.changed_model, edited.whole(), **asked)
    known, others = steps_of(before, range(len(edited.log))), steps_of(after, numbers(edited))
    stays, changed = spells_of(before), spells_of(after)
    for case in found.names:
        one, other = found.before.told(case), found.after.told(case)
        assert list(one.steps) == known.get(case, [])
        assert list(other.steps) == others.get(case, [])
        assert [asdict(spell) | {"case": ""} for spell in one.spells] == stays.get(case, [])
        assert [asdict(spell) | {"case": ""} for spell in other.spells] == changed.get(case, [])
    for case in {*known, *others} - {*found.names}:
        assert known[case] == others[case]
        assert stays.get(case) == changed.get(case)


def told_by(found: Comparison) -> tuple[object, ...]:
    partings = {case: (each.baseline_said, each.scenario_said) for case, each in found.partings.items()}
    return found.names, found.cases, found.as_of, partings


@given(worlds(), READINGS, st.sampled_from((None, None, "2002", "2101")))
def test_what_is_run_again_is_what_a_replay_of_the_whole_says(
    world: tuple[Model, EventLog, Scenario], reading: Reading, as_of: str | None
) -> None:
    model, log, scenario = world
    found = what_if(model, log, scenario, reading=reading, as_of=as_of)
    assert_as_whole(found)
    # Where lives differ in what is told, it is also told where they part.
    assert {*found.partings} <= {*found.changed_cases}
    moved = {each.case for each in found.cases if not each.same_way}
    assert moved <= {*found.partings}


@settings(max_examples=30)
@given(worlds(tracks=False, clockwork=False, memory=False, several=False), READINGS, ENGINES)
def test_a_long_log_says_what_a_short_one_does(
    world: tuple[Model, EventLog, Scenario], reading: Reading, engine: Engine
) -> None:
    model, log, scenario = world
    short = what_if(model, log, scenario, reading=reading)
    long = what_if(model, packed(log), scenario, reading=reading, engine=engine)
    assert_as_whole(long)
    if scenario.of_model:
        # The whole is replayed, and only the cases that differ are told.
        differing = {each.case for each in short.cases if each.changed}
        assert differing <= {*long.names} <= {*short.names}
        told = [each for each in short.cases if each.case in long.names]
        assert list(long.cases) == told
    else:
        assert told_by(long) == told_by(short)


@settings(max_examples=30)
@given(st.data(), READINGS)
def test_several_scenarios_at_once_are_as_one_at_a_time(data: st.DataObject, reading: Reading) -> None:
    model = data.draw(models())
    log = data.draw(logs(model))
    scenarios = [Scenario(str(n), tuple(data.draw(edits_of(model, log, least=1)))) for n in range(4)]
    together = what_if(model, log, scenarios, reading=reading)
    assert [told_by(each) for each in together] == [
        told_by(what_if(model, log, each, reading=reading)) for each in scenarios
    ]


@given(models(), st.data(), READINGS)
def test_a_scenario_without_edits_changes_nothing(model: Model, data: st.DataObject, reading: Reading) -> None:
    log = data.draw(logs(model))
    found = what_if(model, log, Scenario(), reading=reading)
    assert not found.changed
    assert found.cases == ()
    assert found.replay is found.baseline
    assert found.baseline.as_of == replay(model, log, reading=reading).as_of


@given(models(), st.data(), READINGS)
def test_leaving_out_what_was_added_changes_nothing(model: Model, data: st.DataObject, reading: Reading) -> None:
    log, spare = data.draw(logs(model)), data.draw(logs(model, max_rows=3))
    for row in range(len(spare)):
        event = spare.event(row)
        case = spare.case_names[row] if spare.has_case else ""
        added = Insert(event.type, event.time, case, event.organizations, "new")
        if is_made(model, log, [added]):
            found = what_if(model, log, Scenario("back", (added, Drop(Selection(ids="new")))), reading=reading)
            assert found.edited.is_same
            assert not found.changed


@given(models(clockwork=False), st.data(), READINGS)
def test_scenarios_compose(model: Model, data: st.DataObject, reading: Reading) -> None:
    log = data.draw(logs(model))
    first = data.draw(edits_of(model, log, least=1))
    middle = edit_log(model, log, first).whole()
    # Rows are counted in the log as it was before any edit: what comes second can't say whom it means by row.
    second = [edit for edit in data.draw(edits_of(model, middle, least=1)) if isinstance(edit, Insert)]
    one, other = Scenario("one", tuple(first)), Scenario("other", tuple(second))
    both = what_if(model, log, one + other, reading=reading)
    after = what_if(model, middle, other, reading=reading, as_of=both.as_of)
    ends = {(each.case, each.track): each.after for each in both.cases}
    assert all(ends[each.case, each.track] == each.after for each in after.cases)


def has_no_years(model: Model) -> bool:
    return not any(isinstance(each, Elapsed) for guard in guards_of(model) for each in expressions(guard))


@given(models(clockwork=False).filter(has_no_years), st.data())
def test_moving_an_event_past_none_of_its_neighbours_changes_no_phase(model: Model, data: st.DataObject) -> None:
    log = data.draw(logs(model))
    if not len(log):
        return
    row = data.draw(st.integers(0, len(log) - 1))
    moments = [time.last for time in log.times]
    later = [moment for moment in moments if moment > moments[row]]
    # The last instant before the next event of any case; those of its own instant that stand behind it are passed.
    tied = any(moments[other] == moments[row] for other in range(row + 1, len(log)))
    until = log.untils[row]
    if tied or not later or until is not None:
        return
    new = min(later) - (min(later) - moments[row]) / 2
    if new in {moments[row], min(later)}:
        return
    found = what_if(model, log, Scenario("moved", (Move(Selection(rows=row + 1), to=new.isoformat()),)))
    assert all(each.before == each.after and not each.reached and not each.lost for each in found.cases)


@st.composite
def rising_models(draw: st.DrawFn) -> Model:
    """Draw a model whose cases only rise, from wherever they are, as soon as enough has happened."""
    phases, types = ("low", "middle", "high"), ("rain", "sun", "storm")
    variables = [Variable(f"{name}s", Count((name,))) for name in types]
    ways = []
    # What leads highest is tried first, and from everywhere below.
    for rank in (3, 2, 1):
        sources = ("start", *phases[: rank - 1])
        for _ in range(draw(st.integers(0, 2))):
            clauses = tuple(
                Compare(">=", Memory(draw(st.sampled_from(variables)).name), Constant(draw(st.integers(0, 3))))
                for _ in range(draw(st.integers(1, 2)))
            )
            on = draw(st.sampled_from((None, ("rain",), ("sun", "storm"), ("any",))))
            ways.append(Transition(sources, phases[rank - 1], on, And(clauses)))
    return Model(
        "rising", tuple(map(Phase, phases)), tuple(map(EventKind, types)), tuple(ways), context=tuple(variables)
    )


@given(rising_models(), st.data(), READINGS)
def test_under_monotone_guards_more_events_never_lower_a_phase(
    model: Model, data: st.DataObject, reading: Reading
) -> None:
    log, spare = data.draw(logs(model)), data.draw(logs(model, max_rows=3))
    happened = [(spare.event(row), spare.case_names[row]) for row in range(len(spare))]
    inserts = tuple(Insert(event.type, event.time, case) for event, case in happened if event.type in model.kinds)
    if not log.has_case:
        return
    found = what_if(model, log, Scenario("more", inserts), reading=reading)
    assert all(model.ranks[each.before].start <= model.ranks[each.after].start for each in found.cases)


# ---- single cases


def test_a_replay_may_be_the_baseline() -> None:
    given = replay(STUDY.model, STUDY.log, as_of=STUDY.as_of)
    found = what_if(STUDY.model, given, NO_HANDOVER)
    assert found.baseline is given
    assert found.cases == what_if(STUDY.model, STUDY.log, NO_HANDOVER, as_of=STUDY.as_of).cases


NO_HANDOVER = Scenario("no handover in Burundi", (Drop(Selection(ids="H058")),))


def test_only_the_cases_touched_are_run_again() -> None:
    found = what_if(STUDY.model, STUDY.log, NO_HANDOVER, as_of=STUDY.as_of)
    assert found.names == ("AU;UN",)
    assert found.changed_cases == ("AU;UN",)
    (change,) = found.cases
    assert (change.before, change.after) == ("startup.proven", "startup.founding")
    assert (change.before_label, change.after_label) == ("Start-up/maintenance", "Start-up")
    assert (change.reached, change.lost) == (("courtship",), ("startup.proven",))
    assert [(each.place, each.days, each.shift) for each in change.later] == [("startup.founding", 184.0, "later")]
    assert change.later[0].years == pytest.approx(184 / 365.2425)
    assert (change.later[0].baseline_recorded, change.later[0].scenario_recorded) == ("2004-06", "2004")
    assert change.earlier == ()
    told = [(each.event_id, each.event, each.before, each.after) for each in change.outcomes]
    assert told == [
        ("H058", "operation_handover", "moved", None),
        ("H054", "lesson_identified", "recorded", "moved"),
        ("H055", "joint_operation_launched", "moved", "moved"),
    ]


def test_it_is_told_where_two_lives_part_and_why() -> None:
    three = what_if(STUDY.model, STUDY.log, Scenario("three", (Tune({"theatres_needed": 3}),)), as_of=STUDY.as_of)
    parting = three.parting("UN-AU")
    assert parting is not None
    assert str(parting) == (
        "baseline: 2004  Joint operation launched [H055]: moved: Start-up -> Start-up/maintenance "
        "(theatres >= 2: has 2)\n"
        "scenario: 2004  Joint operation launched [H055]: recorded in Start-up: no move to Start-up/maintenance "
        "(theatres >= 3: has 2)"
    )
    assert parting.baseline is not None
    assert parting.baseline.outcome == "moved"
    assert three.parting("AU;EU") is None


def test_an_event_that_only_one_life_has_parts_them_if_it_moves_the_case() -> None:
    found = what_if(STUDY.model, STUDY.log, NO_HANDOVER, as_of=STUDY.as_of).parting("AU;UN")
    assert found is not None
    assert found.scenario is None
    assert found.scenario_said == "2004-06  Operation handover [H058]: does not happen"
    moved = Scenario("later", (Move(Selection(ids="H058"), to="2006"),))
    later = what_if(STUDY.model, STUDY.log, moved, as_of=STUDY.as_of).parting("AU;UN")
    assert later is not None
    assert later.scenario_said == "2006  Operation handover [H058]: happens at another time"


def test_a_case_that_no_edit_touches_is_as_it_was() -> None:
    found = what_if(STUDY.model, STUDY.log, NO_HANDOVER, as_of=STUDY.as_of)
    assert found.parting("UN-EU") is None
    assert found.explain("UN-EU") == found.baseline.explain("UN-EU")
    assert found.explain("UN-AU") == found.replay.explain("UN-AU")
    assert found.explain("UN-AU", width=60) != found.explain("UN-AU")
    with pytest.raises(onward.UsageError, match="there is no case 'OSCE'"):
        found.explain("OSCE")


def test_an_event_may_make_a_case_and_leaving_it_out_unmake_it() -> None:
    log = onward.read_log(pl.DataFrame([("A", "met", "2001")], schema=["case", "event", "time"], orient="row"))
    new = what_if(TALKS, log, Scenario("new", (Insert("met", "2002", "B"),)))
    assert [(each.case, each.before, each.after) for each in new.cases] == [("B", "start", "talks")]
    assert new.explain("B").startswith("B: Talks since 2002")
    gone = what_if(TALKS, log, Scenario("gone", (Drop(Selection(rows=1)),)))
    assert [(each.case, each.before, each.after, each.since_after) for each in gone.cases] == [
        ("A", "talks", "start", None)
    ]
    assert gone.explain("A").startswith("A: Not begun")


TALKS = onward.parse_model(
    """
onward: 1
name: talks
cases: column
phases: [talks, deal, over: {final: true}]
events: {met: {}, signed: {}, left: {}}
parameters: {enough: 2}
context:
  meetings: {count: met}
transitions:
  - {from: start, to: talks, on: met}
  - {from: talks, to: deal, on: signed, when: meetings >= enough}
  - {from: deal, to: over, on: left}
""",
    "talks.yaml",
)
ROWS = [("A", "met", "2001"), ("A", "met", "2002"), ("A", "signed", "2003"), ("B", "met", "2001")]
LOG = onward.read_log(pl.DataFrame(ROWS, schema=["case", "event", "time"], orient="row"))


def test_the_window_ends_with_an_event_that_comes_later_than_the_log() -> None:
    late = Scenario("late", (Insert("left", "2010", "A"),))
    found = what_if(TALKS, LOG, late)
    assert found.as_of is not None
    assert found.as_of.recorded == "2010"
    assert found.baseline.as_of == found.as_of
    assert found.changed_cases == ("A",)
    # Where the window was asked for, it stays.
    assert what_if(TALKS, LOG, late, as_of="2005").changed_cases == ()
    asked = replay(TALKS, LOG, as_of="2005")
    assert what_if(TALKS, asked, late).changed_cases == ()
    # A replay has a window, even one that ends where its log does: it may be the one that was asked for.
    ends_with_log = replay(TALKS, LOG)
    assert what_if(TALKS, ends_with_log, late).changed_cases == ()
    assert what_if(TALKS, ends_with_log, late, as_of="2010").changed_cases == ("A",)


def test_an_event_that_comes_out_otherwise_is_told_even_where_no_phase_changes() -> None:
    rows = [*ROWS, ("A", "left", "2004"), ("A", "met", "2005")]
    log = onward.read_log(pl.DataFrame(rows, schema=["case", "event", "time"], orient="row"))
    change = Change("phase", "over", {"final": None})
    found = what_if(TALKS, log, Scenario("not final", (change,)))
    (told,) = (each for each in found.cases if each.changed)
    assert told.same_way
    assert [(each.event_id, each.before, each.after) for each in told.outcomes] == [("6", "refused", "recorded")]
    parting = found.parting("A")
    assert parting is not None
    assert parting.baseline_said == "2005  Met: refused: Over is final: nothing happens after it"
    assert parting.scenario_said == "2005  Met: recorded in Over"


def test_tables_of_what_changed() -> None:
    found = what_if(TALKS, LOG, Scenario("one less", (Drop(Selection(rows=2)),)))
    assert found.changes.rows(named=True) == [
        {
            "case": "A",
            "track": None,
            "before": "deal",
            "after": "talks",
            "since_before": LOG.times[2].last,
            "since_after": LOG.times[0].last,
            "reached": [],
            "lost": ["deal"],
            "changed": True,
        }
    ]
    assert found.dates.select("place", "days", "years", "shift").rows() == [
        ("talks", 0.0, 0.0, "same"),
        ("deal", None, None, "lost"),
    ]
    assert found.outcomes.select("event_id", "event", "before", "after").rows() == [
        ("2", "met", "recorded", None),
        ("3", "signed", "moved", "held"),
    ]
    nothing = what_if(TALKS, LOG, Scenario())
    assert nothing.changes.schema == found.changes.schema
    assert nothing.changes.height == nothing.dates.height == nothing.outcomes.height == 0


def test_a_comparison_says_how_it_was_made() -> None:
    found = what_if(STUDY.model, STUDY.log, NO_HANDOVER, as_of=STUDY.as_of)
    assert found.manifest == {
        **replay(STUDY.model, STUDY.log, as_of=STUDY.as_of).manifest,
        "scenario": "no handover in Burundi",
        "scenario_fingerprint": scenario_fingerprint(NO_HANDOVER),
        "changed_model_fingerprint": found.baseline.manifest["model_fingerprint"],
        "statement": "a statement about the model, not a causal estimate",
    }
    assert found.statement == found.manifest["statement"]
    placed = Scenario("the same", (Drop(Selection(ids="H058"), place="file.yaml:3:5"),))
    assert scenario_fingerprint(placed) == scenario_fingerprint(NO_HANDOVER)
    assert scenario_fingerprint(Scenario()) != scenario_fingerprint(NO_HANDOVER)
    assert repr(found) == "Comparison(scenario='no handover in Burundi', model='partnership', log='events.csv')"


def test_what_cannot_be_made_is_told_of_all_scenarios_at_once() -> None:
    one, other = Scenario("one", (Drop(Selection(ids="H999")),)), Scenario("other", (Drop(Selection(ids="H998")),))
    with pytest.raises(onward.UsageError) as error:
        what_if(STUDY.model, STUDY.log, [one, NO_HANDOVER, other])
    assert [problem.where.partition(":")[0] for problem in error.value.problems] == ["one", "other"]
    placed = Scenario("placed", (Drop(Selection(ids="H999"), place="file.yaml:3:5"),))
    with pytest.raises(onward.UsageError) as error:
        what_if(STUDY.model, STUDY.log, [placed])
    assert error.value.problems[0].where.startswith("file.yaml:3:5")


def test_a_baseline_that_is_none_is_told() -> None:
    given = replay(TALKS, LOG)
    later = onward.read_log(pl.DataFrame([("A", "left", "2009")], schema=["case", "event", "time"], orient="row"))
    with pytest.raises(onward.UsageError, match="not of this model"):
        what_if(STUDY.model, given, Scenario())
    with pytest.raises(onward.UsageError, match="reads dates as 'certain'"):
        what_if(TALKS, given, Scenario(), reading="possible")
    with pytest.raises(onward.UsageError, match="went on from earlier states"):
        what_if(TALKS, replay(TALKS, later, states=given.states), Scenario())
    with pytest.raises(onward.UsageError, match="no log can be read"):
        what_if(TALKS, "log.csv", Scenario())  # type: ignore[call-overload]
    with pytest.raises(onward.UsageError, match="there is no reading"):
        what_if(TALKS, LOG, Scenario(), reading="sure")  # type: ignore[call-overload]
    frame = pl.DataFrame(ROWS, schema=["case", "event", "time"], orient="row")
    assert what_if(TALKS, frame, Scenario("one less", (Drop(Selection(rows=2)),))).changed


def test_a_column_that_turns_to_text_is_read_anew_in_all_cases() -> None:
    rows = [("A", "met", "2001", 1), ("B", "met", "2001", 2), ("C", "met", "2001", None)]
    log = onward.read_log(pl.DataFrame(rows, schema=["case", "event", "time", "size"], orient="row"))
    if is_made(TALKS, log, [Set(Selection(rows=1), {"size": "large"})]):
        assert what_if(TALKS, log, Scenario("text", (Set(Selection(rows=1), {"size": "large"}),))).names == (
            "A",
            "B",
            "C",
        )
    fraction = what_if(TALKS, log, Scenario("fraction", (Set(Selection(rows=1), {"size": 1.5}),)))
    assert fraction.names == ("A",)
    less = Scenario("less", (Drop(Selection(rows=2)),))
    asked = [less, fraction.scenario, less]
    assert [each.names for each in what_if(TALKS, log, asked)] == [("B",), ("A",), ("B",)]


def test_a_long_log_is_replayed_as_a_whole_where_most_of_it_is_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onward.scenario.what_if.MANY_CASES", 1)
    less = Scenario("less", (Drop(Selection(rows=2)), Drop(Selection(rows=4)), Insert("met", "2004", "C")))
    long, short = what_if(TALKS, packed(LOG), less), what_if(TALKS, LOG, less)
    assert long.names == ("A", "B", "C")
    assert long.cases == short.cases
    assert {case: str(each) for case, each in long.partings.items()} == {
        case: str(each) for case, each in short.partings.items()
    }
    assert long.explain("A") == short.explain("A")


def test_equal_edits_of_the_model_are_made_once_for_all_scenarios() -> None:
    scenarios = [Scenario(str(n), (Tune({"theatres_needed": 3}),)) for n in range(3)]
    models_made = [each.changed_model for each in what_if(STUDY.model, STUDY.log, scenarios, as_of=STUDY.as_of)]
    assert models_made[0] is models_made[1] is models_made[2]


def test_a_transition_taken_away_is_told_with_what_the_other_life_had() -> None:
    found = what_if(TALKS, LOG, Scenario("no deal", (Remove("transition", 2),)))
    parting = found.parting("A")
    assert parting is not None
    assert parting.scenario_said == "2003  Signed: recorded in Talks"


TIMED = onward.parse_model(
    """
onward: 1
name: timed
cases: column
phases: [talks, over]
events: {met: {}}
transitions:
  - {from: start, to: talks, on: met}
  - {from: talks, to: over, after: 5 years}
""",
    "timed.yaml",
)


def test_each_of_several_scenarios_has_a_window_of_its_own() -> None:
    log = onward.read_log(pl.DataFrame([("A", "met", "2001")], schema=["case", "event", "time"], orient="row"))
    soon, late = (Scenario(year, (Insert("met", year, "A"),)) for year in ("2003", "2009"))
    ends = [[(each.before, each.after) for each in found.cases] for found in what_if(TIMED, log, [soon, late])]
    assert ends == [[("talks", "talks")], [("over", "over")]]


def test_lives_part_where_time_runs_out_in_one_only() -> None:
    log = onward.read_log(pl.DataFrame([("A", "met", "2001")], schema=["case", "event", "time"], orient="row"))
    later = what_if(TIMED, log, Scenario("later", (Move(Selection(rows=1), to="2004"),)), as_of="2007")
    parting = later.parting("A")
    assert parting is not None
    assert (parting.baseline_said, parting.scenario_said) == (
        "2001  Met: moved: Not begun -> Talks",
        "2004  Met: moved: Not begun -> Talks",
    )
    change = Change("transition", 2, {"after": "6 years"})
    longer = what_if(TIMED, log, Scenario("longer", (change,)), as_of="2007").parting("A")
    assert longer is not None
    assert longer.baseline is not None
    assert longer.baseline.event is None
    assert longer.scenario_said == "2006-12-31  time passes: moves nothing"


def test_another_event_that_does_the_same_is_told_in_a_long_log_too() -> None:
    same = [("A", "met", "2001"), ("A", "met", "2001"), ("B", "met", "2001")]
    log = onward.read_log(pl.DataFrame(same, schema=["case", "event", "time"], orient="row"))
    other = Scenario("other", (Insert("met", "2001", "A"), Drop(Selection(rows=1)), Tune({"enough": 3})))
    found = what_if(TALKS, packed(log), other)
    assert found.names == ("A",)
    assert [(each.event_id, each.before, each.after) for each in found.cases[0].outcomes] == [
        ("1", "moved", None),
        ("2", "recorded", "moved"),
        ("4", None, "recorded"),
    ]


@settings(max_examples=15)
@given(st.data(), READINGS)
def test_many_scenarios_run_by_columns_are_as_one_at_a_time(data: st.DataObject, reading: Reading) -> None:
    model = data.draw(models(tracks=False, clockwork=False, memory=False, several=False))
    log = data.draw(logs(model))
    scenarios = [Scenario(str(n), tuple(data.draw(edits_of(model, log, least=1)))) for n in range(4)]
    together = what_if(model, log, scenarios, reading=reading, engine="columnar")
    assert [told_by(each) for each in together] == [
        told_by(what_if(model, log, each, reading=reading)) for each in scenarios
    ]


def test_what_time_alone_does_is_compared_in_a_long_log_too() -> None:
    rows = [("A", "met", "2001"), ("B", "met", "2006"), ("C", "met", "2008")]
    log = packed(onward.read_log(pl.DataFrame(rows, schema=["case", "event", "time"], orient="row")))
    longer = Scenario("longer", (Change("transition", 2, {"after": "6 years"}),))
    engines: tuple[Engine, ...] = ("plain", "columnar")
    for engine in engines:
        found = what_if(TIMED, log, longer, engine=engine, as_of="2011")
        assert found.names == ("A", "B")
        assert [(each.before, each.after) for each in found.cases] == [("over", "over"), ("over", "talks")]


@settings(max_examples=30)
@given(models(tracks=False, clockwork=False, memory=False, several=False), st.data(), READINGS)
def test_two_models_are_compared_by_columns_as_step_by_step(
    model: Model, data: st.DataObject, reading: Reading
) -> None:
    log = packed(data.draw(logs(model)))
    last = Scenario("one less", (Remove("transition", len(model.transitions)),))
    try:
        by_columns = what_if(model, log, last, reading=reading, engine="columnar")
    except onward.ModelError:
        return  # what is left is no model
    assert by_columns.names == what_if(model, log, last, reading=reading, engine="plain").names
    assert_as_whole(by_columns)


def test_cases_that_only_stand_below_what_is_left_out_are_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onward.scenario.what_if.MANY_CASES", 1)
    rows = [*ROWS, ("D", "met", "2001"), ("D", "signed", "2002")]
    log = packed(onward.read_log(pl.DataFrame(rows, schema=["case", "event", "time"], orient="row")))
    less = Scenario("less", (Drop(Selection(rows=(2, 4))),))
    engines: tuple[Engine, ...] = ("plain", "columnar")
    for engine in engines:
        assert what_if(TALKS, log, less, engine=engine).names == ("A", "B")
        # `signed` is held in D, and once no transition asks for it only recorded.
        no_deal = Scenario("no deal", (Remove("transition", 2),))
        assert what_if(TALKS, log, no_deal, engine=engine).names == ("A", "D")


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        (Drop("H058"), 'scenario: a Drop is no scenario; write Scenario("name", [Drop(...)])'),
        ([Scenario("a"), Drop("H058")], 'scenario: a Drop is no scenario; write Scenario("name", [Drop(...)])'),
        (
            onward.parse_scenarios("onward: 1\nname: a\nedits: []\n"),
            "scenario: a ScenarioFile is no scenario; pass its scenarios, which it has as .scenarios",
        ),
        ("s.yaml", "scenario: a str is no scenario; pass a Scenario, or a list of them"),
        ({"a": 1}, "scenario: a dict is no scenario; pass a Scenario, or a list of them"),
        (None, "scenario: a NoneType is no scenario; pass a Scenario, or a list of them"),
    ],
)
def test_what_is_no_scenario_is_told(scenario: Any, said: str) -> None:  # noqa: ANN401  # that it is told
    with pytest.raises(onward.UsageError) as caught:
        what_if(STUDY.model, STUDY.log, scenario)
    assert str(caught.value) == said


@pytest.mark.parametrize("most", ["3", 1.5, True])
def test_how_many_events_is_a_whole_number(most: Any) -> None:  # noqa: ANN401  # as above
    for ask in (onward.what_would_it_take, onward.what_carried):
        with pytest.raises(onward.UsageError, match=f"^most: {most!r} is no whole number; write one from 0 on$"):
            ask(STUDY.model, STUDY.log, "UN-EU", "ending", most=most)
