"""What holds of a norm in any log: random logs keep it, and models with one guard less do not."""

import random
from collections.abc import Callable, Iterable, Iterator

import pytest
from attrs import evolve, frozen
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

import onward
from onward.log.dates import parse_interval

Relog = Callable[[Iterable[onward.Event]], onward.EventLog]
Logs = st.SearchStrategy[onward.EventLog]
Cells = dict[str, str | None]
Written = Callable[[str], onward.EventLog]

ROAD = ("N002", "N006", "N010", "N011", "N016", "N023", "N024", "N025", "N030", "N031", "R001", "R002")
"""The rows that take the norm of `rooted` up, rank by rank; any log that goes far begins like them."""

OBSTACLES = (
    *("dilution", "turf_battle", "horse_trading", "spoiling", "principled_opposition", "separate_funding"),
    *("nominal_implementation", None),
)
ECOLOGIES = (
    *("member_state", "donor_government", "think_tank", "academia", "ngo", "un_entity", "expert_panel"),
    "host_country",
)
DATES = ("1996", "1999-05", "2003-12-31", "2004", "2006-07", "2007", "2008", "2010", "2012-12-31", "2013", "2019")
UNTILS = (None, "2020", "2021-06")

# What sets a norm back, or may: the event type, and its cells.
SETBACKS: dict[str, tuple[str, Cells]] = {
    "diluted": ("guidance_issued", {"arena": "narrow", "stance": "opposes", "obstacle": "dilution"}),
    "groundless": ("guidance_issued", {"arena": "narrow", "stance": "opposes"}),
    "spoilt": ("guidance_issued", {"arena": "narrow", "stance": "opposes", "obstacle": "spoiling"}),
    "withdrawn": ("rule_withdrawn", {"arena": "narrow", "stance": "opposes", "obstacle": "horse_trading"}),
    "lapsed": ("procedures_lapsed", {"arena": "narrow", "obstacle": "nominal_implementation"}),
    "gap": ("resource_gap_recorded", {"arena": "narrow", "stance": "opposes", "obstacle": "separate_funding"}),
    "opposed": ("opposition_voiced", {"arena": "wide", "stance": "opposes", "actors": "MSF@ngo"}),
    "left": ("constituency_left", {"arena": "wide", "stance": "opposes", "actors": "MSF@ngo"}),
    "deserted": ("constituency_left", {"arena": "wide", "actors": "NUPI@think_tank;Norway@donor_government"}),
    "scattered": ("key_people_left", {"arena": "wide"}),
    "closed": ("window_closed", {}),
    "moved": ("staff_move", {"arena": "narrow", "stance": "neutral"}),
    "moved outside": ("staff_move", {"arena": "wide", "stance": "supports"}),
    "grown": ("need_growth", {"arena": "narrow", "stance": "neutral"}),
    "inside": ("constituency_left", {"arena": "narrow", "stance": "opposes", "actors": "MSF@ngo"}),
    "decreed outside": ("policy_directive", {"arena": "wide", "stance": "supports"}),
}

SPEECH = ("opposition_voiced", "turf_battle_recorded", "position_stated", "assessment_given", "resource_gap_recorded")
"""What UN departments say, beside what they do."""

MOST = 8
"""How many events a log has beside its road."""

FALLS = {
    "narrow": {
        ("declared", "discretionary"),
        ("default", "discretionary"),
        ("default", "floated"),
        ("nominal", "default"),
        ("deep", "nominal"),
    },
    "wide": {("anchored", "consulted"), ("anchored", "linked"), ("linked", "none")},
}


def joined(values: Iterable[str]) -> st.SearchStrategy[str | None]:
    """Some of *values*, as a cell holds several, or an empty cell."""
    return st.lists(st.sampled_from(list(values)), max_size=4, unique=True).map(lambda some: ";".join(some) or None)


def setback(name: str) -> onward.Event:
    kind, cells = SETBACKS[name]
    return onward.Event(kind, None, attributes=cells)


@pytest.fixture(scope="module")
def written(rooted: onward.EventLog, relog: Relog) -> Callable[[str], onward.EventLog]:
    """Write a log down as ids of the road and names of set-backs, one a year."""
    road = {event.id: event for event in rooted.events()}

    def write(text: str) -> onward.EventLog:
        events = (road[name] if name in road else setback(name) for name in text.split(", "))
        return relog(evolve(event, time=f"{2000 + at}", id=f"E{at}") for at, event in enumerate(events))

    return write


@pytest.fixture(scope="module")
def logs(study: onward.Study, rooted: onward.EventLog, relog: Relog) -> Logs:
    """Draw logs: the first rows of a road upwards, some of them missing, and events that follow or come between.

    These are set-backs, rows of the road once more, either of them with other cells perhaps, or anything at all.
    """
    road = [event for event in rooted.events() if event.id in ROAD]
    cells: dict[str, st.SearchStrategy[str | None]] = {
        "arena": st.sampled_from(["narrow", "wide", None]),
        "stance": st.sampled_from(["supports", "neutral", "opposes", None]),
        "obstacle": st.sampled_from(OBSTACLES),
        "actors": joined(f"somebody@{ecology}" for ecology in ECOLOGIES),
        "element": joined("12345678"),
    }
    telling = st.sampled_from([*(setback(name) for name in SETBACKS), *road])
    other = st.fixed_dictionaries({}, optional=cells)
    altered = st.builds(lambda event, new: evolve(event, attributes={**event.attributes, **new}), telling, other)
    anything = st.builds(
        onward.Event,
        type=st.sampled_from(sorted(study.model.kinds)),
        time=st.none(),
        attributes=st.fixed_dictionaries(cells),
        until=st.sampled_from(UNTILS).map(lambda date: date and parse_interval(date)),
    )

    def put_together(
        reached: int, missing: set[int], others: list[onward.Event], dates: list[str] | None
    ) -> onward.EventLog:
        """Date *others* by *dates*, or one after another once the road is done."""
        kept = [event for number, event in enumerate(road[:reached]) if number not in missing]
        dated = [evolve(event, time=dates[at] if dates else f"{2014 + at}") for at, event in enumerate(others)]
        return relog(evolve(event, id=f"E{row}") for row, event in enumerate([*kept, *dated]))

    return st.builds(
        put_together,
        st.just(len(road)) | st.integers(0, len(road)),
        st.just(set[int]()) | st.sets(st.integers(0, len(road) - 1), max_size=2),
        st.lists(telling | altered | anything, max_size=MOST),
        st.none() | st.lists(st.sampled_from(DATES), min_size=MOST, max_size=MOST),
    )


@frozen
class Taken:
    """One event and what it did on both tracks."""

    event: onward.Event
    before: dict[str, str]
    after: dict[str, str]


def steps_of(replayed: onward.Replay, log: onward.EventLog) -> Iterator[Taken]:
    rows = list(replayed.step_rows)
    assert all(row.row is not None for row in rows)  # time alone moves no norm
    for narrow, wide in zip(rows[::2], rows[1::2], strict=True):
        assert narrow.row == wide.row is not None
        before, after = ({"narrow": getattr(narrow, at), "wide": getattr(wide, at)} for at in ("before", "after"))
        yield Taken(log.event(wide.row), before, after)


def far(model: onward.Model, place: str) -> int:
    return model.ranks[place].start if place != "start" else 0


@given(data=st.data())
def test_no_log_breaks_an_invariant(data: st.DataObject, study: onward.Study, logs: Logs) -> None:
    replayed = onward.replay(study.model, data.draw(logs), as_of="2030")
    assert [row for row in replayed.deviation_rows if row.kind == "broken"] == []


@given(data=st.data())
def test_on_any_log_a_norm_keeps_the_rules_of_its_rise_and_fall(
    data: st.DataObject, study: onward.Study, logs: Logs
) -> None:
    log = data.draw(logs)
    model = study.model
    ripe, highest = False, {"narrow": 0, "wide": 0}
    for step in steps_of(onward.replay(model, log, as_of="2030"), log):
        if step.event.type in {"need_growth", "reform_programme_announced", "window_closed"}:
            ripe = step.event.type != "window_closed"
        for track in ("narrow", "wide"):
            before, after = far(model, step.before[track]), far(model, step.after[track])
            move = (step.before[track], step.after[track])
            highest[track] = max(highest[track], after)
            assert after >= before or move in FALLS[track]
            assert (after > 0) >= (highest[track] > 0)
            assert after == before or step.event.attributes["arena"] == track or move == ("deep", "nominal")
        rises = far(model, step.after["narrow"]) > far(model, step.before["narrow"])
        falls = far(model, step.after["narrow"]) < far(model, step.before["narrow"])
        assert ripe or not rises
        if falls and step.before["narrow"] != "deep":
            assert step.event.attributes["obstacle"] in OBSTACLES[:-1]
            assert step.before["wide"] != "anchored"
        if step.after["narrow"] == "deep":
            assert step.before["narrow"] in {"nominal", "deep"}
            assert step.after["wide"] == "anchored"


@given(data=st.data())
def test_a_deep_rule_is_borne_by_every_constituency_on_any_log(
    data: st.DataObject, study: onward.Study, logs: Logs
) -> None:
    log = data.draw(logs)
    stances: dict[str, object] = {}
    for step in steps_of(onward.replay(study.model, log, as_of="2030"), log):
        cells = step.event.attributes
        for ecology in ("host_country", "member_state", "ngo", "un_entity"):
            spoken = ecology != "un_entity" or (cells["arena"] == "narrow" and step.event.type in SPEECH)
            if f"@{ecology}" in str(cells["actors"]) and cells["stance"] is not None and spoken:
                stances[ecology] = cells["stance"]
        if step.after["narrow"] == "deep":
            assert len(stances) == 4
            assert "opposes" not in stances.values()


# Rules that nothing could break would hold too. What follows shows what a norm can lose, and what each guard is for.

LINKED = "N010, N011"
CARRIED = f"{LINKED}, N016, N023, N024, N025"
ANCHORED = f"{CARRIED}, N030"
DEEP = f"N002, N006, {ANCHORED}, N031, R001, R002"


LOSSES = (
    ("N002, diluted", "narrow", ("declared", "discretionary")),
    ("N002, N006, spoilt", "narrow", ("default", "discretionary")),
    ("N002, N006, withdrawn", "narrow", ("default", "floated")),
    (f"N002, N006, {ANCHORED}, N031, left, lapsed", "narrow", ("nominal", "default")),
    (f"{DEEP}, gap", "narrow", ("deep", "nominal")),
    (f"{DEEP}, opposed", "narrow", ("deep", "nominal")),
    (f"{DEEP}, N014", "narrow", ("deep", "nominal")),
    (f"{DEEP}, left", "narrow", ("deep", "nominal")),
    (f"{DEEP}, deserted", "narrow", ("deep", "nominal")),
    (f"{ANCHORED}, left", "wide", ("anchored", "consulted")),
    (f"{ANCHORED}, deserted", "wide", ("anchored", "linked")),
    (f"{LINKED}, scattered", "wide", ("linked", "none")),
)
"""Logs whose last event takes the norm down a step on a track."""


@pytest.mark.parametrize(("text", "track", "move"), LOSSES)
def test_a_norm_can_lose_what_it_had_step_by_step(
    text: str, track: str, move: tuple[str, str], study: onward.Study, written: Written
) -> None:
    replayed = onward.replay(study.model, written(text))
    last = [row for row in replayed.step_rows if row.track == track][-1]
    assert (last.before, last.after) == move
    assert replayed.deviation_rows == ()


def test_every_listed_step_down_is_among_them() -> None:
    assert {(track, move) for _, track, move in LOSSES} == {
        (track, move) for track, moves in FALLS.items() for move in moves
    }


DEEP_LOST = "      - {from: deep, to: nominal, when: not rooted}\n"

MUTANTS: dict[str, tuple[str, dict[str, str]]] = {
    "the rule falls along listed steps only": (
        f"N002, N006, {ANCHORED}, N031, left, diluted",
        {
            DEEP_LOST: f"{DEEP_LOST}      - {{from: nominal, to: discretionary, on: guidance_issued,"
            ' when: event.arena == "narrow"}\n'
        },
    ),
    "the alliance falls along listed steps only": (
        f"{ANCHORED}, left",
        {"to: consulted, on: constituency_left": "to: evidenced, on: constituency_left"},
    ),
    "a weaker rule has a cause on record": (
        "N002, groundless",
        {'\n          and event.obstacle in ["dilution", "turf_battle"]': ""},
    ),
    "a weaker alliance has a cause on record": (
        f"{LINKED}, moved outside",
        {"to: none, on: key_people_left": "to: none, on: staff_move"},
    ),
    "an idea once floated stays available": (
        "N002, N006, withdrawn",
        {
            "- floated\n      - discretionary\n": "- forgotten\n      - floated\n      - discretionary\n",
            "to: floated\n        on: rule_withdrawn": "to: forgotten\n        on: rule_withdrawn",
            "narrow.phase in [discretionary, floated]": "narrow.phase in [discretionary, forgotten]",
        },
    ),
    "what was reached stays on record": (
        f"{CARRIED}, moved",
        {"count: [regional_consultation]\n": "count: [regional_consultation]\n    within: 1 year\n"},
    ),
    "a default rests on a directive": (
        "N002, grown",
        {
            "on: policy_directive\n": "on: [policy_directive, need_growth]\n",
        },
    ),
    "an evidenced alliance rests on a study": (
        f"{LINKED}, N012",
        {
            "on: [study_published, panel_report_issued]\n": "on: [study_published, field_research]\n",
        },
    ),
    "a consulted alliance rests on consultations": (
        f"{LINKED}, N016, N023",
        {"consultations >= consultations_needed and event": "event"},
    ),
    "deep comes from nominal only": (
        f"N002, N006, N031, {ANCHORED}, R001, R002",
        {"from: nominal\n        to: deep": "from: [default, nominal]\n        to: deep"},
    ),
    "no step up unless ripe": ("N002, closed, N006", {"when: ripe and event": "when: event"}),
    "deep is anchored": (f"{DEEP}, deserted", {"rooted: wide.phase >= anchored and ": "rooted: "}),
    "deep is tolerated by every constituency": (f"{DEEP}, opposed", {"even and tolerated": "even"}),
    "an anchored rule is not weakened": (
        f"N002, {ANCHORED}, diluted",
        {'when: wide.phase < anchored and event.arena == "narrow" and event.stance': "when: event.stance"},
    ),
    "deep is lost with its roots only": (
        f"{DEEP}, moved",
        {DEEP_LOST: f"{DEEP_LOST}      - {{from: deep, to: nominal, on: staff_move}}\n"},
    ),
    "the rule moves by events inside only": (
        "N002, decreed outside",
        {
            'on: policy_directive\n        when: ripe and event.arena == "narrow" and': "on: policy_directive\n"
            "        when: ripe and"
        },
    ),
    "the alliance moves by events outside only": (
        f"{ANCHORED}, inside",
        {'to: consulted, on: constituency_left, when: event.arena == "wide"': "to: consulted, on: constituency_left"},
    ),
}
"""For each invariant a log, and what is altered in the model file so that the log breaks it."""


@pytest.mark.parametrize("invariant", MUTANTS)
def test_a_model_with_a_guard_less_breaks_its_invariant(
    invariant: str, model_text: str, study: onward.Study, written: Written
) -> None:
    text, altered = MUTANTS[invariant]
    for old, new in altered.items():
        assert model_text.count(old) == 1
        model_text = model_text.replace(old, new)
    log = written(text)
    assert onward.replay(study.model, log).deviation_rows == ()
    broken = onward.replay(onward.parse_model(model_text), log).deviation_rows
    assert {row.kind for row in broken} == {"broken"}
    assert any(repr(invariant) in row.reason for row in broken)


def test_every_invariant_of_the_model_has_its_mutant(study: onward.Study) -> None:
    assert {invariant.name for invariant in study.model.invariants} == MUTANTS.keys()


@pytest.mark.parametrize("model", ["as it is", "mutant"])
def test_the_engines_tell_the_same_lives(
    model: str, model_text: str, study: onward.Study, written: Written, relog: Relog
) -> None:
    """All the logs above at once, each as a norm of its own: what moves, what falls and what breaks."""
    texts = [text for text, _, _ in LOSSES] + [text for text, _ in MUTANTS.values()]
    logs = [list(written(text).events()) for text in texts]
    names = [f"norm {number}" for number, events in enumerate(logs) for _ in events]
    log = evolve(relog(event for events in logs for event in events), case_names=tuple(names), ids=("",) * len(names))
    mutant = onward.parse_model(
        model_text.replace("may_rise: ripe and ", "may_rise: ").replace("even and tolerated", "even")
    )
    told = [
        onward.replay(mutant if model == "mutant" else study.model, log, as_of="2030", engine=engine)
        for engine in ("plain", "columnar")
    ]
    assert told[0].steps.equals(told[1].steps)
    assert told[0].cases.equals(told[1].cases)
    assert told[0].deviations.equals(told[1].deviations)
    assert (told[0].breaches > 0) == (model == "mutant")
    assert told[0].tables["elements"].equals(told[1].tables["elements"])


def test_random_logs_go_far_and_fall(study: onward.Study, logs: Logs) -> None:
    def goes_deep_and_falls(log: onward.EventLog) -> bool:
        moves = {(row.before, row.after) for row in onward.replay(study.model, log, as_of="2030").step_rows}
        return ("deep", "nominal") in moves

    find(
        logs,
        goes_deep_and_falls,
        settings=settings(max_examples=1000, database=None, phases=[Phase.generate]),
        random=random.Random(2013),  # noqa: S311 - a seed, so that a failure can be had again
    )
