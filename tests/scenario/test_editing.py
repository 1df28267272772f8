"""Edits of a log: what they select, what comes of them, and what is said of those that cannot be made."""

from collections.abc import Callable
from datetime import date as day
from datetime import timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import onward
from onward.history.notes import columns_asked
from onward.history.plain import rows_by_case
from onward.log.dates import parse_interval
from onward.log.log import EventLog
from onward.log.views import packed
from onward.model.guards import Attribute, expressions
from onward.model.model import Model
from onward.model.spelling import write_guard
from onward.scenario.axes import Alternative
from onward.scenario.editing import Edited, Row, cases_of, cases_touched, edit_log
from onward.scenario.edits import (
    Add,
    Change,
    Drop,
    Insert,
    LogEdit,
    Move,
    Remove,
    Replace,
    Selection,
    Set,
    Shift,
    Tune,
)
from onward.scenario.rows import row_of, rows_of
from onward.scenario.scenario import Scenario
from onward.scenario.selecting import Working, fitting
from onward.scenario.shifting import Unmoved, moved
from onward.scenario.sought import Asked
from onward.testing import events, guards, logs, models, scenarios
from onward.testing import vocabulary_of as words_of

FEW = settings(max_examples=40)
MODELS = models() | st.sampled_from(("treaty", "partnership", "norm_change")).map(onward.load_model)

PARTNERSHIP = onward.load_study()
MODEL, LOG = PARTNERSHIP.model, PARTNERSHIP.log


def plain(log: EventLog) -> EventLog:
    return onward.read_log(log.frame)


def says(log: EventLog) -> list[object]:
    return [(log.case_names[row] if log.has_case else "", log.event(row)) for row in range(len(log))]


def refused(*edits: LogEdit, model: Model = MODEL, log: EventLog = LOG) -> list[str]:
    with pytest.raises(onward.UsageError) as caught:
        edit_log(model, log, edits)
    return [str(problem) for problem in caught.value.problems]


# ---- laws


@FEW
@given(MODELS, st.data())
def test_a_log_of_columns_is_edited_as_one_of_rows(model: Model, data: st.DataObject) -> None:
    drawn = data.draw(scenarios(model))
    edits = drawn.scenario.of_log
    short, long = edit_log(model, drawn.log, edits), edit_log(model, packed(drawn.log), edits)
    assert short.changed == long.changed
    assert short.added == long.added
    assert short.whole() == long.whole()
    assert says(short.whole()) == says(long.whole())
    assert short.whole().fingerprint == long.whole().fingerprint
    assert cases_touched(model, short) == cases_touched(model, long)


@FEW
@given(MODELS, st.data())
def test_edits_one_after_the_other_come_to_the_same_as_all_at_once(model: Model, data: st.DataObject) -> None:
    drawn = data.draw(scenarios(model))
    edits = drawn.scenario.of_log
    named = [edit for edit in edits if isinstance(edit, Insert) or not edit.which.rows]
    assume(len(named) == len(edits))  # rows number the log before all edits
    log = drawn.log
    for edit in edits:
        log = edit_log(model, log, [edit]).whole()
    assert log == edit_log(model, drawn.log, edits).whole()


@FEW
@given(MODELS, st.data())
def test_an_edit_touches_no_case_but_those_it_says(model: Model, data: st.DataObject) -> None:
    drawn = data.draw(scenarios(model))
    touched = set(cases_touched(model, edit_log(model, drawn.log, drawn.scenario.of_log)))
    lives = [
        {
            case: [(log.types[row], log.times[row]) for row in rows]
            for case, rows in rows_by_case(model, log, "certain").items()
        }
        for log in (drawn.log, drawn.changed_log)
    ]
    assert {case: life for case, life in lives[0].items() if case not in touched} == {
        case: life for case, life in lives[1].items() if case not in touched
    }
    assert touched <= set(lives[0]) | set(lives[1])


@FEW
@given(MODELS, st.data())
def test_dropping_what_was_added_changes_nothing(model: Model, data: st.DataObject) -> None:
    log = data.draw(logs(model))
    event = data.draw(events(model).filter(lambda event: event.type in model.kinds))
    assume(event.until is None or event.until.last >= event.time.first)  # type: ignore[union-attr]  # it has a date
    assume(set(event.attributes) <= set(log.attributes) and all(v is None for v in event.attributes.values()))
    added = Insert(
        event.type, event.time, "" if log.has_organizations else "Zoe", event.organizations, "new", event.until
    )
    there = edit_log(model, log, [added])
    assert len(there.whole()) == len(log) + 1
    again = edit_log(model, log, [added, Drop(Selection("new"))])
    assert again.is_same
    assert again.whole() is log
    assert edit_log(model, there.whole(), [Drop(Selection("new"))]).whole() == log


@FEW
@given(MODELS, st.data())
def test_what_was_changed_back_is_no_change(model: Model, data: st.DataObject) -> None:
    log = data.draw(logs(model).filter(len))
    row = data.draw(st.integers(0, len(log) - 1))
    elsewhere = parse_interval("9000")
    assume(log.untils[row] is None)
    there, back = Move(Selection(rows=row + 1), elsewhere), Move(Selection(rows=row + 1), log.times[row])
    assert set(edit_log(model, log, [there]).changed) == {row}
    assert edit_log(model, log, [there, back]).is_same


@st.composite
def selections(draw: st.DrawFn, model: Model, log: EventLog) -> Asked:
    """Draw what may be asked of the rows of *log*."""
    cases = sorted(rows_by_case(model, log, "certain"))

    def some(names: list[str]) -> st.SearchStrategy[frozenset[str]]:
        return st.just(frozenset[str]()) | st.frozensets(st.sampled_from([*names, "?"]), min_size=1, max_size=3)

    dates = st.none() | st.sampled_from(log.times)
    ids = [name or str(row + 1) for row, name in enumerate(log.ids)]
    guard = draw(st.none() | guards(words_of(model, case=False)) if not model.tracks else st.none())
    return Asked(
        ids=draw(some(ids)),
        rows=draw(st.just(frozenset[int]()) | st.frozensets(st.integers(-1, len(log)), min_size=1, max_size=5)),
        types=draw(some(sorted(set(log.types)))),
        cases=draw(some(cases)),
        since=draw(dates),
        until=draw(dates),
        where=guard,
    )


@FEW
@given(MODELS, st.data())
def test_a_log_of_columns_is_searched_as_one_of_rows(model: Model, data: st.DataObject) -> None:
    log = data.draw(logs(model).filter(len))
    asked = data.draw(selections(model, log))
    assert fitting(Working(model, log), asked) == fitting(Working(model, packed(log)), asked)


@FEW
@given(MODELS, st.data())
def test_rows_that_an_edit_touched_are_searched_as_those_it_left(model: Model, data: st.DataObject) -> None:
    log = data.draw(logs(model).filter(len))
    asked = data.draw(selections(model, log))
    work = Working(model, log)
    touched = Working(model, log, {row: row_of(log, row) for row in range(len(log))})
    assert fitting(work, asked) == fitting(touched, asked)


@given(st.dates().map(str), st.integers(-30, 30), st.sampled_from(("years", "months", "weeks", "days")))
def test_a_date_is_moved_by_the_calendar(date: str, length: int, unit: str) -> None:
    time = parse_interval(date)
    later = moved(time, Shift(length, unit))  # type: ignore[arg-type]  # it is one of the units
    if isinstance(later, Unmoved):
        assert not 31 < time.first.year < 9969
        return
    assert parse_interval(later.recorded) == later
    if unit in {"weeks", "days"}:
        assert later.first - time.first == timedelta(**{unit: length})
    else:
        months = length * (12 if unit == "years" else 1)
        assert (later.first.year - time.first.year) * 12 + later.first.month - time.first.month == months


# ---- what an edit comes to


def test_a_dropped_event_is_gone() -> None:
    edited = edit_log(MODEL, LOG, [Drop(Selection("H058"))])
    assert edited.changed == {57: None}
    assert "H058" not in edited.whole().ids
    assert cases_touched(MODEL, edited) == ("AU;EU", "AU;NATO", "AU;UN", "EU;NATO", "EU;UN", "NATO;UN")[2:3]


def test_an_added_event_stands_behind_the_last_with_every_column() -> None:
    added = Insert("joint_declaration", "2005-09", organizations="NATO;UN", id="X1", attributes={"formal": True})
    edited = edit_log(MODEL, LOG, [added])
    (row,) = edited.added
    assert row.event.row == len(LOG)
    assert row.event.organizations == ("NATO", "UN")
    assert row.event.attributes == {**dict.fromkeys(LOG.attributes), "formal": True}
    whole = edited.whole()
    assert (whole.ids[-1], whole.types[-1], whole.times[-1].recorded) == ("X1", "joint_declaration", "2005-09")
    assert whole.attributes == LOG.attributes


def test_a_case_is_understood_as_people_write_it() -> None:
    added = edit_log(MODEL, LOG, [Insert("contact", "2005", "un–nato")])
    assert added.added[0].event.organizations == ("NATO", "UN")
    by_case = edit_log(MODEL, LOG, [Drop(Selection(cases="un-nato"))])
    assert by_case.changed == edit_log(MODEL, LOG, [Drop(Selection(cases="NATO;UN"))]).changed
    new = edit_log(MODEL, LOG, [Insert("contact", "2005", "UN-OSCE")])
    assert cases_touched(MODEL, new) == ("OSCE;UN",)


def test_an_event_is_moved_to_a_date_or_by_a_stretch_and_stays_as_exact() -> None:
    for edit, recorded in (
        (Move(Selection("H058"), "2006"), "2006"),
        (Move(Selection("H002"), by="2 years"), "1994"),
        (Move(Selection("H002"), by="-24 months"), "1990"),
    ):
        edited = edit_log(MODEL, LOG, [edit])
        ((_, row),) = edited.changed.items()
        assert row is not None
        assert row.event.time == parse_interval(recorded)


@pytest.mark.parametrize(
    ("recorded", "by", "later"),
    [
        ("2004-01-31", Shift(1, "months"), "2004-02-29"),
        ("2004-02-29", Shift(1, "years"), "2005-02-28"),
        ("2004-02", Shift(-14, "months"), "2002-12"),
        ("2004-12-31T23:30+02:00", Shift(1, "days"), "2005-01-01T23:30+02:00"),
        ("2004-03-01T10:00:01.5", Shift(-1, "weeks"), "2004-02-23T10:00:01.5"),
    ],
)
def test_a_day_that_the_month_lacks_becomes_its_last(recorded: str, by: Shift, later: str) -> None:
    assert moved(parse_interval(recorded), by) == parse_interval(later)


def test_a_replaced_event_keeps_its_date_and_its_case_and_no_attribute() -> None:
    edited = edit_log(MODEL, LOG, [Replace(Selection("H058"), "contact", attributes={"formal": True})])
    row, before = edited.changed[57], row_of(LOG, 57)
    assert row is not None
    assert (row.event.time, row.event.organizations) == (before.event.time, before.event.organizations)
    assert row.event.attributes == {**dict.fromkeys(LOG.attributes), "formal": True}
    elsewhere = edit_log(MODEL, LOG, [Replace(Selection("H058"), "contact", "2001", "UN-EU", until="2003")])
    other = elsewhere.changed[57]
    assert other is not None
    assert (other.event.organizations, other.event.until) == (("EU", "UN"), parse_interval("2003"))
    assert cases_touched(MODEL, elsewhere) == ("AU;UN", "EU;UN")


def test_an_edit_sees_what_those_before_have_left() -> None:
    added = Insert("contact", "2005", "EU;UN", id="X1", attributes={"formal": False})
    edits: list[LogEdit] = [
        added,
        Set(Selection("X1"), {"formal": True}),
        Move(Selection(where="event.formal", ids="X1"), "2006"),
    ]
    edited = edit_log(MODEL, LOG, edits)
    assert edited.added[0].event.attributes["formal"] is True
    assert edited.added[0].event.time == parse_interval("2006")
    assert edit_log(MODEL, LOG, [Drop(Selection("H058")), Insert("contact", "2005", "EU;UN", id="H058")]).added


def test_a_selection_is_all_that_it_says() -> None:
    which = Selection(
        types=("joint_operation_launched", "summit_held", "operation_handover"),
        cases="EU-UN",
        since="2003",
        until="2005",
        where="not event.formal",
    )
    edited = edit_log(MODEL, LOG, [Drop(which)])
    for row in range(len(LOG)):
        wanted = (
            LOG.types[row] in which.types
            and "EU;UN" in cases_of(MODEL, LOG, row_of(LOG, row))
            and parse_interval("2003").first <= LOG.times[row].first
            and LOG.times[row].last <= parse_interval("2005").last
            and LOG.columns["formal"][row] is False
        )
        assert (row in edited.changed) == wanted
    assert edited.changed


def test_an_event_without_an_id_is_called_by_the_number_of_its_row() -> None:
    study = onward.load_study("treaty")
    log = onward.read_log(study.log.frame.drop("event_id"))
    for each in (log, packed(log)):
        assert set(edit_log(study.model, each, [Drop(Selection(("3", "4")))]).changed) == {2, 3}


# ---- columns


COLUMNS = """\
onward: 1
name: columns
events: {go: {}}
context: {total: {sum: weight, of: go}}
phases: [on]
transitions: [{from: start, to: on, on: go}]
"""


def log_of(text: str) -> EventLog:
    from io import StringIO  # noqa: PLC0415  # this one alone

    import polars as pl  # noqa: PLC0415  # as above

    return onward.read_log(pl.read_csv(StringIO(text), infer_schema=False).with_columns(pl.col("size").cast(pl.Int64)))


SIZES = log_of("time,case,event,size,word,none\n2001,a,go,1,x,\n2002,b,go,2,y,\n")


@pytest.mark.parametrize("log", [SIZES, packed(SIZES)], ids=["rows", "columns"])
def test_a_column_grows_as_wide_as_what_is_set_in_it(log: EventLog) -> None:
    model = onward.parse_model(COLUMNS)
    whole = edit_log(model, log, [Set(Selection(rows=1), {"size": 2.5, "word": 7, "none": True, "weight": 3})]).whole()
    assert whole.attributes == {"size": "number", "word": "string", "none": "boolean", "weight": "integer"}
    assert {name: list(values) for name, values in whole.columns.items()} == {
        "size": [2.5, 2.0],
        "word": ["7", "y"],
        "none": [True, None],
        "weight": [3, None],
    }
    assert all(isinstance(value, float) for value in whole.columns["size"])


def test_a_new_column_has_one_type() -> None:
    model = onward.parse_model(COLUMNS)
    first = Set(Selection(rows=1), {"none": 1})
    assert edit_log(model, SIZES, [first, Set(Selection(rows=2), {"none": 1.5})]).whole().attributes["none"] == "number"
    assert refused(first, Set(Selection(rows=2), {"none": "a"}), model=model, log=SIZES) == [
        (
            "edit 2 of the log: 'a' does not fit the column 'none', which holds whole numbers; "
            "write a number, without quotes"
        )
    ]


def test_a_log_that_somebody_else_changed_keeps_one_type_a_column() -> None:
    row = row_of(SIZES, 0)
    mixed = Edited(SIZES, {}, (Row(onward.Event("go", "2003", attributes={"size": "big"}), "a"), row))
    assert list(mixed.whole().columns["size"]) == ["1", "2", "big", "1"]


# ---- what cannot be done

WRONG: dict[str, tuple[LogEdit, str]] = {
    "id": (Drop(Selection("H58")), "no event has the id 'H58'; did you mean 'H058'?"),
    "one of several ids": (Drop(Selection(("H058", "H59"))), "no event has the id 'H59'; did you mean 'H059'?"),
    "row": (Drop(Selection(rows=97)), "there is no row 97; the log has 96 rows, the first is 1"),
    "row of another place": (
        Drop(Selection(rows=97), "s.yaml:3:5"),
        "there is no row 97; the log has 96 rows, the first is 1",
    ),
    "type": (Drop(Selection(types="contacts")), "there is no event type 'contacts'; did you mean 'contact'?"),
    "type that nothing has": (
        Drop(Selection(types="partnership_dissolved")),
        "no event fits {event: partnership_dissolved}; ask for less, or leave the edit out",
    ),
    "case": (
        Drop(Selection(cases="UN-OSCE")),
        "there is no case 'UN-OSCE'; it may be AU;EU, AU;NATO, AU;UN, EU;NATO, EU;UN, NATO;UN",
    ),
    "nothing fits": (
        Drop(Selection(types="contact", cases="UN-EU", since="2010")),
        "no event fits {event: contact, case: UN-EU, from: 2010}; without 'from' there are 2",
    ),
    "guard": (
        Drop(Selection(where="event.formal ==")),
        "the guard ends too early (at character 16 of 'event.formal =='); write what is compared",
    ),
    "attribute in a guard": (
        Drop(Selection(where="event.formel")),
        "neither the log nor partnership has an attribute 'formel'; did you mean 'formal'?",
    ),
    "added type": (
        Insert("join_declaration", "2005", "UN-EU"),
        "partnership has no event type 'join_declaration'; did you mean 'joint_declaration'?",
    ),
    "no date": (Insert("contact", None, "UN-EU"), "the added contact has no date; write time: and a date"),
    "same id": (
        Insert("contact", "2005", "UN-EU", id="H058"),
        "there is an event with the id 'H058' already; give it another id",
    ),
    "nobody's": (
        Insert("contact", "2005"),
        "the added contact is nobody's event; write organizations: and two codes or more, joined by ;",
    ),
    "one organization": (
        Insert("contact", "2005", organizations="UN"),
        "'UN' is one organization, and a pair needs two; add the other one, after a ';'",
    ),
    "no pair": (
        Insert("contact", "2005", "UN"),
        "'UN' is no pair, and the model's cases are pairs; write two codes joined by ;",
    ),
    "ends before": (
        Insert("contact", "2005", "UN-EU", until="2004"),
        (
            "contact of 2005 would end in 2004, before it begins in 2005; give it another end with "
            "replace, or another date"
        ),
    ),
    "unknown attribute": (
        Set(Selection("H058"), {"plase": "Burundi"}),
        "neither the log nor partnership has an attribute 'plase'; did you mean 'place'?",
    ),
    "a column of its own": (
        Set(Selection("H058"), {"time": "2005"}),
        (
            "'time' is no attribute of an event; write it beside the date, in insert or replace; to "
            "move an event, use move"
        ),
    ),
    "wrong kind": (
        Set(Selection("H058"), {"formal": "yes"}),
        "'yes' does not fit the column 'formal', which holds true or false; write true or false, without quotes",
    ),
    "no single value": (
        Set(Selection("H058"), {"place": ["a"]}),  # type: ignore[dict-item]  # that it is told
        "place: ['a'] is not one value; write text, a number, true or false, or leave it empty",
    ),
    "no number": (
        Set(Selection("H058"), {"formal": float("nan")}),
        "formal: nan is no number that can be compared; write a finite number",
    ),
    "too large": (Set(Selection("H058"), {"formal": 2**70}), f"formal: {2**70} is too large; write a smaller number"),
    "nothing set": (Set(Selection("H058"), {}), "no attribute is set; name one at least, with its value"),
    "so already": (
        Move(Selection("H002"), "1992"),
        "the event selected is so already; say what is otherwise, or leave the edit out",
    ),
    "moved nowhere": (
        Move(Selection("H002")),
        "events are moved neither to a date nor by a stretch of time; write one of to and by",
    ),
    "moved twice": (
        Move(Selection("H002"), "2001", "2 years"),
        "events are moved both to a date and by a stretch of time; write one of to and by",
    ),
    "a year by months": (
        Move(Selection("H002"), by="3 months"),
        "H002: 1992 is a whole year and cannot be moved 3 months later; move it by years, or to a date",
    ),
    "beyond the calendar": (
        Move(Selection("H002"), by="9000 years"),
        "H002: 1992, moved 9000 years later, is outside the years 0001 to 9999; move it less far",
    ),
    "replaced by an unknown type": (
        Replace(Selection("H058"), "contacted"),
        "partnership has no event type 'contacted'; did you mean 'contact'?",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_done_is_told_with_its_mend(name: str) -> None:
    edit, said = WRONG[name]
    for log in (LOG, packed(LOG)):
        assert refused(edit, log=log) == [f"{edit.place or 'edit 1 of the log'}: {said}"]


def test_several_mistakes_of_one_edit_are_told_at_once() -> None:
    wrong = Insert("contac", None, organizations="NATO", attributes={"formel": True, "formal": 3})
    assert len(refused(wrong)) == 5


def test_an_event_cannot_be_moved_behind_its_own_end() -> None:
    row = next(row for row, until in enumerate(LOG.untils) if until is not None)
    (said,) = refused(Move(Selection(rows=row + 1), "2015"))
    assert said.startswith(f"edit 1 of the log: {LOG.ids[row]} would end in ")


def test_a_row_that_an_earlier_edit_dropped_is_told() -> None:
    (said,) = refused(Drop(Selection(rows=3)), Set(Selection(rows=3), {"formal": True}))
    assert said == "edit 2 of the log: there is no row 3; an earlier edit has dropped it"
    (said,) = refused(Drop(Selection("H058")), Drop(Selection("H058")))
    assert said == "edit 2 of the log: no event has the id 'H058' any more; an earlier edit has dropped it"
    added = Insert("contact", "2005", "UN-EU", id="X1")
    (said,) = refused(added, Drop(Selection("X1")), Drop(Selection("X1")))
    assert said == "edit 3 of the log: no event has the id 'X1' any more; an earlier edit has dropped it"


def lasting(time: str, until: str) -> EventLog:
    import polars as pl  # noqa: PLC0415  # this one alone

    cells = {"time": [time], "event": ["contact"], "organizations": ["EU;UN"], "until": [until], "event_id": ["L1"]}
    return onward.read_log(pl.DataFrame(cells))


def test_what_lasts_is_moved_by_a_stretch_with_its_end() -> None:
    for time, until, move, became in (
        ("2001", "2003-05", Move("L1", by="2 years"), ("2003", "2005-05")),
        ("2001-01-31", "2001-02", Move("L1", by="1 month"), ("2001-02-28", "2001-03")),
        ("2001", "2003", Move("L1", to="2002"), ("2002", "2003")),
    ):
        event = edit_log(MODEL, lasting(time, until), [move]).whole().event(0)
        assert event.time is not None
        assert event.until is not None
        assert (event.time.recorded, event.until.recorded) == became
    assert refused(Move("L1", by="3 months"), log=lasting("2001-01-02", "2003")) == [
        (
            "edit 1 of the log: L1: its end 2003 is a whole year and cannot be moved 3 months later; "
            "move it by years, or to a date"
        )
    ]


def test_all_events_may_be_meant() -> None:
    empty = edit_log(MODEL, LOG, [Drop(Selection())])
    assert len(empty.whole()) == 0
    assert refused(Drop(Selection()), Drop(Selection())) == [
        "edit 2 of the log: no event is left; ask for less, or leave the edit out"
    ]


def test_many_events_that_are_so_already_are_counted() -> None:
    assert refused(Set(Selection(where="event.formal"), {"formal": True}))[0].startswith("edit 1 of the log: all ")


# ---- logs with cases of their own

TREATY = onward.load_study("treaty")


def test_a_log_with_a_column_case_takes_cases() -> None:
    known = TREATY.log.case_names[0]
    added = edit_log(TREATY.model, TREATY.log, [Insert("signature", "1990", known.casefold())])
    assert added.added[0].case == known
    new = edit_log(TREATY.model, TREATY.log, [Insert("signature", "1990", "A treaty that never was")])
    assert cases_touched(TREATY.model, new) == ("A treaty that never was",)
    for edit, said in (
        (Insert("signature", "1990"), "the added signature is nobody's event; write case: and whose it is"),
        (Insert("signature", "1990", "x", "A;B"), "events.csv has no column `organizations`; leave organizations out"),
        (
            Insert("signature", "1990", organizations="A;B"),
            "treaty takes its cases from the column `case`; write case: and whose it is",
        ),
    ):
        assert refused(edit, model=TREATY.model, log=TREATY.log) == [f"edit 1 of the log: {said}"]


def test_a_log_without_a_column_case_takes_none() -> None:
    for edit in (
        Insert("signature", "1990", "x"),
        Insert("signature", "1990", organizations="A;B"),
        Drop(Selection(cases="x")),
    ):
        for log in (LOG, packed(LOG)):
            with pytest.raises(onward.LogError, match="add a column `case`"):
                edit_log(TREATY.model, log, [edit])


def pairs_by_case(*, both: bool = False) -> EventLog:
    import polars as pl  # noqa: PLC0415  # this one alone

    codes = {"organizations": ["EU;AU", None]} if both else {}
    return onward.read_log(
        pl.DataFrame({"time": ["2001", "2002"], "event": ["contact"] * 2, "case": ["UN-EU", "NATO-UN"], **codes})
    )


@pytest.mark.parametrize("pack", [False, True])
def test_pairs_may_stand_in_the_column_case(pack: bool) -> None:  # noqa: FBT001  # a parameter of the test
    log = packed(pairs_by_case()) if pack else pairs_by_case()
    assert set(edit_log(MODEL, log, [Drop(Selection(cases="EU;UN"))]).changed) == {0}
    assert edit_log(MODEL, log, [Insert("contact", "2003", organizations="UN;EU")]).added[0].case == "EU;UN"
    assert refused(Insert("contact", "2003", organizations="A;B;C"), log=log)[0].endswith("add an event for each pair")
    whole = edit_log(MODEL, log, [Insert("contact", "2003", "UN-AU")]).whole()
    assert list(whole.case_names) == ["UN-EU", "NATO-UN", "AU;UN"]


@pytest.mark.parametrize("pack", [False, True])
def test_all_of_a_date_lies_in_the_span_that_is_asked_for(pack: bool) -> None:  # noqa: FBT001  # as above
    import polars as pl  # noqa: PLC0415  # this one alone

    dates = ["2003", "2004", "2004-05", "2004-06", "2004-06-30", "2004-07-01", "2005"]
    log = onward.read_log(pl.DataFrame({"time": dates, "event": "contact", "case": "EU;UN"}))
    log = packed(log) if pack else log

    def found(since: str | None, until: str | None) -> list[str]:
        return [dates[row] for row in edit_log(MODEL, log, [Drop(Selection(since=since, until=until))]).changed]

    assert found("2004-06", None) == ["2004-06", "2004-06-30", "2004-07-01", "2005"]
    assert found(None, "2004-06") == ["2003", "2004-05", "2004-06", "2004-06-30"]
    assert found("2004", "2004") == dates[1:6]


@pytest.mark.parametrize("pack", [False, True])
def test_organizations_go_before_the_column_case(pack: bool) -> None:  # noqa: FBT001  # as above
    log = packed(pairs_by_case(both=True)) if pack else pairs_by_case(both=True)
    assert set(edit_log(MODEL, log, [Drop(Selection(cases="NATO;UN"))]).changed) == {1}
    assert set(edit_log(MODEL, log, [Drop(Selection(cases="AU;EU"))]).changed) == {0}
    assert refused(Drop(Selection(cases="UN-EU")), log=log)
    added = edit_log(MODEL, log, [Insert("contact", "2003", organizations="A;B;C")])
    assert cases_touched(MODEL, added) == ("A;B", "A;C", "B;C")
    assert list(added.whole().case_names) == ["UN-EU", "NATO-UN", "A;B;C"]


def test_organizations_are_understood_in_any_letters() -> None:
    for log in (LOG, packed(LOG)):
        added = edit_log(MODEL, log, [Insert("contact", "2005", organizations="un;au")])
        assert added.added[0].event.organizations == ("UN", "AU")
        new = edit_log(MODEL, log, [Insert("contact", "2005", organizations="UN;OAS")])
        assert cases_touched(MODEL, new) == ("OAS;UN",)
        assert cases_touched(MODEL, edit_log(MODEL, log, [Insert("contact", "2005", "un-OAS")])) == ("OAS;UN",)
        assert refused(Insert("contact", "2005", organizations="UN;NATOO"), log=log) == [
            (
                "edit 1 of the log: there is no organization 'NATOO'; did you mean 'NATO'? "
                "A new one needs a name that is less like it"
            )
        ]
        assert refused(Insert("contact", "2005", "UN-NATOO"), log=log)[0].startswith(
            "edit 1 of the log: there is no organization 'NATOO'; did you mean 'NATO'?"
        )


@pytest.mark.parametrize(
    ("known", "name", "is_new"),
    [
        ("Kosovo", "Kosvo", False),
        ("Kosovo", "Ksoovo", False),
        ("Kosovo", "Kosova", False),
        ("Kosovo", "KOSOVO", False),
        ("Austria", "Australia", True),
        ("Mine Ban Treaty", "Mine Band Treaty", False),
        ("case 12", "case 13", True),
        ("OSCE", "CSCE", True),
    ],
)
def test_a_case_that_looks_like_a_slip_is_refused_and_a_new_one_is_not(known: str, name: str, *, is_new: bool) -> None:
    import polars as pl  # noqa: PLC0415  # this one alone

    log = onward.read_log(pl.DataFrame({"time": ["2001"], "event": ["signature"], "case": [known]}))
    edit = Insert("signature", "2003", name)
    if is_new or name.casefold() == known.casefold():
        touched = cases_touched(TREATY.model, edit_log(TREATY.model, log, [edit]))
        assert touched == ((name,) if is_new else (known,))
    else:
        assert f"there is no case {name!r}; did you mean {known!r}?" in refused(edit, model=TREATY.model, log=log)[0]


def test_a_case_and_organizations_that_are_not_the_same_are_told_where_one_would_be_lost() -> None:
    for log, alone in ((LOG, "organizations"), (pairs_by_case(), "case")):
        assert refused(Insert("contact", "2005", "UN-EU", organizations="AU;UN"), log=log) == [
            (
                "edit 1 of the log: case: EU;UN and organizations: AU;UN are not the same, "
                f"and the log has room for one; write {alone}: alone"
            )
        ]
        assert edit_log(MODEL, log, [Insert("contact", "2005", "UN-EU", organizations="UN;EU")]).added
    whole = edit_log(MODEL, pairs_by_case(both=True), [Insert("contact", "2005", "UN-EU", organizations="A;B;C")])
    assert whole.added[0].case == "EU;UN"


def test_organizations_that_may_mean_several_are_told() -> None:
    import polars as pl  # noqa: PLC0415  # this one alone

    cells = {"time": ["2001", "2002"], "event": ["contact"] * 2, "organizations": ["un;EU", "UN;EU"]}
    edit = Insert("contact", "2003", organizations="Un;EU")
    assert refused(edit, log=onward.read_log(pl.DataFrame(cells))) == [
        "edit 1 of the log: 'Un' may mean 'UN' or 'un'; write the one you mean exactly so"
    ]


SLIPS: dict[str, Callable[[], object]] = {
    "edits: 'drop' is no edit; make edits of Drop, Insert": lambda: Scenario("a", "drop"),  # type: ignore[arg-type]
    "edits: 3 is no edit": lambda: Scenario("a", 3),  # type: ignore[arg-type]
    "edits: {'drop': 'H058'} is no edit": lambda: Scenario("a", {"drop": "H058"}),  # type: ignore[dict-item]
    "edits: 'H058' is no edit": lambda: Alternative("a", [Drop("H058"), "H058"]),  # type: ignore[list-item]
    "scenario: a str can't be added to a scenario; add a scenario or an edit": lambda: Scenario() + "H058",  # type: ignore[operator]
    "which: 58 does not say which events are meant": lambda: Drop(58),  # type: ignore[arg-type]
    "which: [] does not say which events are meant": lambda: Drop([]),
    "which: {'id': 'H058'} does not say which": lambda: Set({"id": "H058"}, {}),  # type: ignore[arg-type]
    "edit: 58 is no name; write a name": lambda: Selection(ids=58),  # type: ignore[arg-type]
    "rows: '58' is no number of a row": lambda: Selection(rows="58"),  # type: ignore[arg-type]
    "rows: True is no number": lambda: Selection(rows=True),
    "edit: 3 does not say which name": lambda: Tune(3),  # type: ignore[arg-type]
    "edit: 'formal' does not say which name has which": lambda: Set("H058", "formal"),  # type: ignore[arg-type]
    "by: 3 is no stretch of time": lambda: Move("H058", by=3),  # type: ignore[arg-type]
    "'3' is no stretch of time": lambda: Move("H058", by="3"),
    "kind: there is no kind 'transit' of element of a model; did you mean 'transition'": (
        lambda: Change("transit", 4, {"when": None})  # type: ignore[arg-type]
    ),
    "kind: there is no kind 'parameters'": lambda: Remove("parameters", "a"),  # type: ignore[arg-type]
    "kind: there is no kind None": lambda: Add(None),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("said", SLIPS)
def test_an_edit_written_wrongly_in_python_is_told(said: str) -> None:
    with pytest.raises(onward.UsageError) as caught:
        SLIPS[said]()
    assert said in str(caught.value)


def test_one_edit_and_ids_are_understood_without_lists_and_selections() -> None:
    drop = Drop(Selection("H058"))
    assert Drop("H058") == drop
    assert Drop(["H058", "H059"]).which == Selection(("H058", "H059"))
    assert Scenario("a", drop).edits == (drop,)
    assert (Scenario("a") + drop + Drop("H059")).edits == (drop, Drop("H059"))
    assert (Scenario("a") + drop).name == "a"
    assert Alternative("a", drop).edits == (drop,)
    assert Selection(rows=range(2, 4)).rows == (2, 3)  # type: ignore[arg-type]  # anything like a list


def test_a_case_that_may_mean_several_is_told() -> None:
    import polars as pl  # noqa: PLC0415  # this one alone

    log = onward.read_log(pl.DataFrame({"time": ["2001", "2002"], "event": ["signature"] * 2, "case": ["Ada", "ADA"]}))
    for edit in (Insert("signature", "2003", "ada"), Drop(Selection(cases="ada"))):
        (said,) = refused(edit, model=TREATY.model, log=log)
        assert said == "edit 1 of the log: 'ada' may mean 'ADA' or 'Ada'; write the one you mean exactly so"


# ---- long logs


def test_a_long_log_is_edited_by_columns() -> None:
    import polars as pl  # noqa: PLC0415  # this one alone

    frame = pl.concat([LOG.frame.drop("event_id")] * 300)
    log = onward.read_log(frame)
    assert log.store is not None
    edited = edit_log(
        MODEL, log, [Drop(Selection(types="contact")), Insert("contact", "2005", "UN-EU", attributes={"formal": True})]
    )
    whole = edited.whole()
    assert list(whole.types).count("contact") == 1
    assert len(whole) == len(log) - len(edited.changed) + 1
    some = list(range(0, 200, 3))
    assert rows_of(log, some) == [row_of(log, row) for row in some]
    many = edit_log(MODEL, log, [Set(Selection(where='event.place == "Kosovo"'), {"formal": True})])
    assert len(many.changed) > 100
    assert cases_touched(MODEL, many) == cases_touched(
        MODEL, edit_log(MODEL, LOG, [Set(Selection(where='event.place == "Kosovo"'), {"formal": True})])
    )
    ((said),) = refused(Drop(Selection("X")), log=onward.read_log(frame.with_row_index("event_id")))
    assert said == "edit 1 of the log: no event has the id 'X'; look it up in the log"


def test_dates_of_another_make_stand_beside_texts() -> None:
    import polars as pl  # noqa: PLC0415  # this one alone

    frame = pl.DataFrame({"time": [day(2001, 1, 1)] * 30_000, "event": "contact", "organizations": "EU;UN"})
    log = onward.read_log(frame)
    whole = edit_log(MODEL, log, [Insert("contact", "2005-09", "UN-EU", until="2006")]).whole()
    assert [whole.times[0].recorded, whole.times[-1].recorded] == ["2001-01-01", "2005-09"]
    assert whole.untils[0] is None
    assert whole.untils[-1] == parse_interval("2006")
    assert edit_log(MODEL, log, [Drop(Selection("7"))]).changed == {6: None}


@FEW
@given(MODELS, st.data())
def test_a_guard_selects_as_it_is_written(model: Model, data: st.DataObject) -> None:
    assume(not model.tracks)
    log = data.draw(logs(model).filter(len))
    guard = data.draw(guards(words_of(model, case=False)))
    work = Working(model, log)
    wanted = fitting(work, Asked(where=guard))
    assume(wanted)
    columns = {part.name for part in expressions(guard) if isinstance(part, Attribute)}
    assume(columns <= {*log.attributes, *columns_asked(model)})
    assert sorted(edit_log(model, log, [Drop(Selection(where=write_guard(guard)))]).changed) == wanted
