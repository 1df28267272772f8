"""Whatever the model and the log, what people see is printed, folds, and adds up."""

import json
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

import onward
from onward.history.several import parts_of
from onward.report import data as shapes
from onward.report.summary import summarise
from onward.report.text import to_text
from onward.testing import logs, models

WIDTH = 40
FEWER = settings(max_examples=50)


@FEWER
@given(models(), st.data())
def test_every_life_can_be_told(model: onward.Model, data: st.DataObject) -> None:
    replay = onward.replay(model, data.draw(logs(model)))
    for case in replay.rows:
        told = replay.explain(case)
        life = replay.life(case)
        _, *middle, missing = told.split("\n\n")
        dated = [line for part in middle for line in part.splitlines() if not line.startswith(" " * 12)]
        assert len(dated) == len(life.steps)
        assert len(missing.splitlines()) == len(model.track_names)
        for track in model.tracks:
            assert f"\n{track.label}: " in told
        folded = replay.explain(case, width=WIDTH)
        assert folded.replace("\n", " ").split() == told.replace("\n", " ").split()


@FEWER
@given(models(), st.data())
def test_every_life_has_its_json_and_csv(model: onward.Model, data: st.DataObject) -> None:
    replay = onward.replay(model, data.draw(logs(model)))
    for case in replay.rows:
        life = replay.life(case)
        told = json.loads(shapes.to_json(shapes.life_data(life)))
        assert len(told["steps"]) == len(life.steps)
        assert ("tracks" in told) == bool(model.tracks)
        rows = list(shapes.step_rows(life))
        assert len(rows) == len(life.steps) * len(model.track_names)
        assert all(set(shapes.step_headings(model)) <= {*row} for row in rows)


@FEWER
@given(models(), st.data())
def test_every_replay_can_be_printed(model: onward.Model, data: st.DataObject) -> None:
    replay = onward.replay(model, data.draw(logs(model)))
    told = json.loads(shapes.to_json(shapes.replay_data(replay)))
    assert ("tables" in told) == bool(model.tables)
    assert sum(each["cases"] for each in told["phases"]) == len(replay.case_rows)
    summary = summarise(replay)
    assert len(summary.rows) == len(replay.case_rows)
    assert max(map(len, to_text(summary, width=WIDTH).splitlines())) <= WIDTH
    order = [row["case"] for row in told["cases"]]
    assert order[:: len(model.track_names)] == list(dict.fromkeys(order))
    tracks = [row["track"] for row in told["cases"]]
    assert tracks == [track or None for track in model.track_names] * replay.histories.case_count


@FEWER
@given(models(), st.data())
def test_cross_tables_count_every_pair_of_values_once_an_event(model: onward.Model, data: st.DataObject) -> None:
    log = data.draw(logs(model))
    replay = onward.replay(model, log)
    first = model.track_names[0] or None
    taken = [row for row in replay.step_rows if row.track == first and row.outcome not in {"refused", "unknown"}]
    for crossed in replay.crossed:
        assert crossed.frame.height == sum(map(len, crossed.rows.values()))
        if crossed.table.where is not None:
            continue
        pairs = [
            (step.case, row, column)
            for step in taken
            if step.row is not None and step.event in (crossed.table.types or (step.event,))
            for row, column in product(
                *(
                    set(parts_of(log.event(step.row).attributes.get(attribute), part))
                    for attribute, part in (crossed.table.rows, crossed.table.columns)
                )
            )
        ]
        counted = [
            (case, row, column)
            for case, rows in crossed.rows.items()
            for row, counts in rows
            for column, count in zip(crossed.columns, counts, strict=True)
            for _ in range(count)
        ]
        assert sorted(counted) == sorted(pairs) or "any" in (crossed.table.types or ())
