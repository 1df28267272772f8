"""Two logs of the same cases side by side: where they differ, and whether it matters."""

from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

import onward
from onward.scenario.codings import Codings, Disagreement, compare_codings, kappa_of
from onward.scenario.fates import Fate, fates_of, unborn
from onward.testing import logs, models, scenarios

GRANT = """
onward: 1
name: grant
events: {submitted: {}, reviewed: {}, awarded: {}, note: {}}
context: {good: {count: reviewed, where: event.score >= 3}}
phases: [draft, review, running]
transitions:
  - {from: start, to: draft, on: note}
  - {from: [start, draft], to: review, on: submitted}
  - {from: review, to: running, on: awarded, when: good >= 1 or event.urgent}
"""


@pytest.fixture(scope="module")
def grant() -> onward.Model:
    return onward.parse_model(GRANT, "grant.yaml")


Row = Mapping[str, Any]

ROWS: tuple[Row, ...] = (
    {"event_id": "1", "case": "A", "time": "2001", "event": "submitted", "score": None},
    {"event_id": "2", "case": "A", "time": "2002", "event": "reviewed", "score": 4},
    {"event_id": "3", "case": "A", "time": "2003", "event": "awarded", "score": None},
    {"event_id": "4", "case": "B", "time": "2003", "event": "note", "score": None},
)


def log_of(*rows: Row) -> onward.EventLog:
    return onward.read_log(pl.DataFrame(list(rows), infer_schema_length=None))


def with_cell(number: int, **cells: object) -> onward.EventLog:
    """Return the log of `ROWS` with other cells in the row of a *number*."""
    return log_of(*(row | cells if at == number else row for at, row in enumerate(map(dict, ROWS))))


def lines(codings: Codings) -> list[str]:
    """Every disagreement in a line: what, where, and what it changes."""
    return [
        f"{row.kind} {row.event_id} {row.column}: {row.here} / {row.there}"
        + "".join(f"; {each.case} {each.what} {each.place}" for each in row.effects)
        for row in codings.disagreement_rows
    ]


@st.composite
def pairs_of_logs(draw: st.DrawFn) -> tuple[onward.Model, onward.EventLog, onward.EventLog]:
    """Draw a log, and the same or the log of another model's life with a few edits."""
    model = draw(models())
    drawn = draw(scenarios(model, max_rows=7))
    return model, drawn.log, drawn.changed_log


@given(st.data())
@settings(max_examples=60)
def test_a_log_agrees_with_itself(data: st.DataObject) -> None:
    model = data.draw(models())
    log = data.draw(logs(model))
    codings = compare_codings(model, log, log)
    assert codings.disagreement_rows == ()
    assert codings.agrees
    assert all(row.share in {1, None} for row in codings.agreement_rows)
    assert all(not row.effects for row in codings.case_rows)


@given(pairs_of_logs())
@settings(max_examples=60)
def test_every_row_of_either_log_is_accounted_for(drawn: tuple[onward.Model, onward.EventLog, onward.EventLog]) -> None:
    model, log, other = drawn
    codings = compare_codings(model, log, other)
    counts = codings.row_counts
    assert counts["read_here"] == counts["rejected_here"] + counts["matched"] + counts["only_here"]
    assert counts["read_there"] == counts["rejected_there"] + counts["matched"] + counts["only_there"]
    alone = [row.kind for row in codings.disagreement_rows]
    assert (alone.count("only here"), alone.count("only there")) == (counts["only_here"], counts["only_there"])
    assert len({row for row, _ in codings.matched}) == len({row for _, row in codings.matched}) == counts["matched"]


@given(pairs_of_logs())
@settings(max_examples=60)
def test_the_other_way_round_the_same_is_said_the_other_way_round(
    drawn: tuple[onward.Model, onward.EventLog, onward.EventLog],
) -> None:
    model, log, other = drawn
    one, back = compare_codings(model, log, other), compare_codings(model, other, log)
    assert {(row, its) for its, row in back.matched} == set(one.matched)
    mirrored = {"only here": "only there", "only there": "only here", "cell": "cell"}
    key = [(row.kind, row.row, row.other_row, row.column, row.here, row.there) for row in one.disagreement_rows]
    others = [
        (mirrored[row.kind], row.other_row, row.row, row.column, row.there, row.here) for row in back.disagreement_rows
    ]
    assert sorted(map(repr, key)) == sorted(map(repr, others))
    assert {row.column: (row.rows, row.agreeing) for row in one.agreement_rows} == {
        row.column: (row.rows, row.agreeing) for row in back.agreement_rows
    }
    assert [(row.here, row.there) for row in one.case_rows] == [(row.there, row.here) for row in back.case_rows]


def settled(log: onward.EventLog, other: onward.EventLog, each: Disagreement) -> onward.EventLog:
    """Return *log* with one disagreement as *other* has it, made by hand."""
    rows = list(range(len(log)))
    if each.kind == "only here":
        assert each.row is not None
        rows.remove(each.row)
    more = [] if each.kind != "only there" or each.other_row is None else [each.other_row]

    def column(name: str, mine: Any, its: Any) -> tuple[Any, ...]:  # noqa: ANN401  # a column of any kind
        swapped = each.kind == "cell" and each.column == name
        return (
            *(its[each.other_row] if swapped and row == each.row else mine[row] for row in rows),
            *(its[row] for row in more),
        )

    blank: tuple[None, ...] = (None,) * max(len(log), len(other))
    return evolve(
        log,
        types=column("event", log.types, other.types),
        times=column("time", log.times, other.times),
        ids=tuple("" for _ in (*rows, *more)),
        untils=column("until", log.untils, other.untils),
        case_names=column("case", log.case_names, other.case_names) if log.has_case else (),
        organizations=column("case", log.organizations, other.organizations) if log.has_organizations else (),
        columns={
            name: column(name, log.columns.get(name, blank), other.columns.get(name, blank))
            for name in {**log.columns, **other.columns}
        },
    )


@given(pairs_of_logs(), st.sampled_from(("certain", "possible")))
@settings(max_examples=60)
def test_a_disagreement_changes_what_a_replay_with_it_alone_settled_shows(
    drawn: tuple[onward.Model, onward.EventLog, onward.EventLog],
    reading: Any,  # noqa: ANN401  # one of the two
) -> None:
    model, log, other = drawn
    codings = compare_codings(model, log, other, reading=reading)
    nobody = unborn(model)

    def fates(some: onward.EventLog) -> dict[str, Fate]:
        return fates_of(onward.replay(model, some, as_of=codings.as_of, reading=reading))

    before, there = fates(log), fates(other)
    for row in codings.case_rows:
        number = model.track_numbers[row.track or ""]
        assert row.here == before.get(row.case, nobody).places[number]
        assert row.there == there.get(row.case, nobody).places[number]
    for each in codings.disagreement_rows:
        after = fates(settled(log, other, each))
        changed = {case for case in {*before, *after} if before.get(case, nobody) != after.get(case, nobody)}
        assert {effect.case for effect in each.effects} == changed
        for effect in each.effects:
            if effect.what == "end":
                assert effect.place == after.get(effect.case, nobody).places[model.track_numbers[effect.track or ""]]


# ---- examples


def test_a_cell_that_decides_is_told_with_what_it_changes(grant: onward.Model) -> None:
    codings = compare_codings(grant, log_of(*ROWS), with_cell(1, score=2))
    assert lines(codings) == ["cell 2 score: 4 / 2; A end review; A entered running"]
    [row] = codings.disagreement_rows
    assert (row.matters, row.decides, row.cases) == (True, True, ("A",))
    assert [(each.case, each.here, each.there, each.same) for each in codings.case_rows] == [
        ("A", "running", "review", False),
        ("B", "draft", "draft", True),
    ]
    assert (codings.case_rows[0].disagreements, codings.case_rows[0].deciding) == (1, 1)
    assert [each.place for each in codings.case_rows[0].effects] == ["review", "running"]
    assert not codings.agrees


def test_a_date_matters_by_days_and_not_by_how_it_is_written(grant: onward.Model) -> None:
    codings = compare_codings(grant, log_of(*ROWS), with_cell(0, time="2001-06-30"))
    [row] = codings.disagreement_rows
    assert (row.column, row.here, row.there, row.matters, row.decides) == ("time", "2001", "2001-06-30", True, False)
    assert [each.days for each in row.effects] == [-184.0]


def test_what_the_model_never_asks_for_does_not_matter(grant: onward.Model) -> None:
    noted = [row | {"note": "x"} for row in map(dict, ROWS)]
    codings = compare_codings(grant, log_of(*noted), log_of(*({**row, "note": "y"} for row in noted[:1]), *noted[1:]))
    assert lines(codings) == ["cell 1 note: x / y"]
    assert not codings.disagreement_rows[0].matters


def test_a_column_of_one_log_alone_counts_only_if_the_model_asks_for_it(grant: onward.Model) -> None:
    more = [row | {"note": "x", "urgent": row["event_id"] == "3"} for row in map(dict, ROWS)]
    codings = compare_codings(grant, log_of(*ROWS), log_of(*more))
    assert codings.only_columns == ("note",)
    assert {row.column for row in codings.disagreement_rows} == {"urgent"}
    assert [row.rows for row in codings.agreement_rows if row.column == "urgent"] == [4]


def test_a_row_of_one_log_alone_is_taken_out_or_put_in(grant: onward.Model) -> None:
    more = {"event_id": "5", "case": "B", "time": "2002", "event": "submitted"}
    codings = compare_codings(grant, log_of(*ROWS[:3]), log_of(*ROWS[:2], *ROWS[3:], more), as_of="2010")
    assert lines(codings) == [
        "only here 3 : None / None; A end review; A entered running",
        "only there 4 : None / None; B end draft; B entered draft",
        "only there 5 : None / None; B end review; B entered review",
    ]


def test_without_ids_rows_are_matched_by_case_type_and_the_nearest_date(grant: onward.Model) -> None:
    def bare(*rows: tuple[str, str]) -> onward.EventLog:
        return log_of(*({"case": "A", "time": time, "event": event} for time, event in rows))

    one = bare(("2001-03", "note"), ("2001-09", "note"), ("2005", "reviewed"), ("1999", "submitted"))
    other = bare(("2001-10", "note"), ("2001-02", "note"), ("2001-04", "note"), ("2008", "reviewed"))
    codings = compare_codings(grant, one, other)
    assert codings.matched == ((0, 1), (1, 0))
    # The nearest come first, wherever they stand.
    assert compare_codings(grant, bare(("2001-03", "note")), other).matched == ((0, 1),)
    assert compare_codings(grant, bare(("2001-03-25", "note")), other).matched == ((0, 2),)
    assert {(row.kind, row.event_id) for row in codings.disagreement_rows} == {
        ("cell", "1"),
        ("cell", "2"),
        ("only here", "3"),
        ("only here", "4"),
        ("only there", "3"),
        ("only there", "4"),
    }
    assert codings.agreement_rows[0].kappa is None
    assert (2, 3) in compare_codings(grant, one, other, days=2000).matched


def test_ids_that_no_row_shares_say_nothing(grant: onward.Model) -> None:
    renamed = [row | {"event_id": f"X{row['event_id']}"} for row in map(dict, ROWS)]
    assert compare_codings(grant, log_of(*ROWS), log_of(*renamed)).disagreement_rows == ()


def test_an_event_of_another_case_leaves_one_and_joins_the_other(grant: onward.Model) -> None:
    codings = compare_codings(grant, log_of(*ROWS), with_cell(0, case="B"))
    [row] = codings.disagreement_rows
    assert (row.column, row.here, row.there, row.cases) == ("case", "A", "B", ("A", "B"))
    assert [(each.case, each.was, each.place) for each in row.effects if each.what == "end"] == [
        ("A", "running", "start"),
        ("B", "draft", "review"),
    ]


def test_true_is_not_one_and_columns_of_two_kinds_change_no_cell(grant: onward.Model) -> None:
    here = log_of(*(row | {"urgent": True} for row in map(dict, ROWS)))
    there = log_of(*(row | {"urgent": 1} for row in map(dict, ROWS)))
    codings = compare_codings(grant, here, there)
    assert [row.agreeing for row in codings.agreement_rows if row.column == "urgent"] == [0]
    assert codings.case_rows[0].here == "running"
    texts = log_of(*(row | {"urgent": "yes"} for row in map(dict, ROWS)))
    assert compare_codings(grant, here, texts).case_rows[0].here == "running"
    halves = log_of(*(row | {"urgent": 0.5} for row in map(dict, ROWS)))
    assert compare_codings(grant, there, halves).case_rows[0].there == "running"


def test_kappa_is_agreement_beyond_chance() -> None:
    # The usual example: 20 yes and 15 no by both, 5 and 10 by one alone; 0.7 agree, 0.5 by chance.
    coded = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    assert kappa_of(coded) == pytest.approx(0.4)
    assert kappa_of([("yes", "no"), ("no", "yes")]) == -1
    assert kappa_of([("yes", "yes")]) is None
    assert kappa_of([]) is None


def test_two_empty_logs_agree(grant: onward.Model) -> None:
    log = log_of(*ROWS)
    empty = evolve(log, types=(), times=(), ids=(), untils=(), case_names=(), columns={"score": ()})
    codings = compare_codings(grant, empty, empty)
    assert (codings.as_of, codings.case_rows, codings.agrees) == (None, (), True)
    assert codings.cases.is_empty()
    assert [row.share for row in codings.agreement_rows] == [None] * 5


def test_tables_and_the_manifest_have_what_rows_have(grant: onward.Model) -> None:
    codings = compare_codings(grant, log_of(*ROWS), with_cell(1, score=2), as_of="2010")
    assert codings.disagreements["there"].to_list() == ["2"]
    assert codings.disagreements["cases"].to_list() == ["A"]
    assert codings.agreements["share"].to_list() == [1.0, 1.0, 1.0, None, 0.0]
    assert codings.cases["same"].to_list() == [False, True]
    assert codings.manifest["as_of"] == "2010"
    assert codings.manifest["log_fingerprint"] != codings.manifest["other_fingerprint"]


def test_the_two_shipped_codings_of_the_partnerships_differ_in_dates_that_decide_nothing() -> None:
    study, other = onward.load_study(), onward.load_study("partnership_activity")
    codings = compare_codings(study.model, study.log, other.log, as_of=study.as_of)
    assert codings.agrees
    assert len(codings.matched) == 96
    assert not any(row.decides for row in codings.disagreement_rows)
    assert {row.column for row in codings.disagreement_rows if row.matters} == {"time"}


@pytest.mark.parametrize("wrong", [None, 3, "replay"])
def test_only_logs_are_codings(grant: onward.Model, wrong: object) -> None:
    log = log_of(*ROWS)
    other: Any = onward.replay(grant, log) if wrong == "replay" else wrong
    with pytest.raises(onward.UsageError, match=r"^other: no log can be read from a "):
        compare_codings(grant, log, other)
    with pytest.raises(onward.UsageError, match=r"^log: no log can be read from a "):
        compare_codings(grant, other, log)
    assert compare_codings(grant, log.frame, log).agrees  # type: ignore[arg-type]  # what read_log understands will do


def test_ties_in_another_order_are_told_though_nothing_else_differs() -> None:
    model = onward.parse_model(
        "onward: 1\nname: m\nevents: {x: , y: }\nphases: [a, b]\ntransitions:\n"
        "  - {from: start, to: a, on: x}\n  - {from: a, to: b, on: y}\n"
    )
    rows = [("1", "2000", "x", "A"), ("2", "2000", "y", "A"), ("3", "2001", "x", "A")]
    here, there = (
        onward.read_log(pl.DataFrame(order, schema=["event_id", "time", "event", "case"], orient="row"))
        for order in (rows, [rows[1], rows[0], rows[2]])
    )
    found = compare_codings(model, here, there)
    assert (found.agrees, found.disagreement_rows) == (False, ())
    assert found.reordered == (("1", "2"),)
    assert compare_codings(model, here, here).reordered == ()
