"""Causes: what is told to be behind a memory adds up to what the engine remembers."""

from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

import onward
from onward.history.causes import causes_along
from onward.history.life import Life
from onward.history.memory import seen_of
from onward.history.stepping import Reading
from onward.model.elements import Count, Flag, Latest, Open
from onward.testing import logs, models

FEWER = settings(max_examples=50)


def lives(model: onward.Model, data: st.DataObject) -> list[Life]:
    replay = onward.replay(model, data.draw(logs(model)), reading=data.draw(st.sampled_from(get_args(Reading))))
    return [replay.life(case) for case in replay.rows]


@FEWER
@given(models(), st.data())
def test_windows_hold_as_many_events_as_are_remembered(model: onward.Model, data: st.DataObject) -> None:
    for life in lives(model, data):
        _, *along, last = causes_along(life)
        for number, variable in enumerate(model.context):
            if isinstance(variable.reducer, Count | Open) and variable.name in last.running:
                told = [len(known.running[variable.name]) for known in along]
                assert told == [done.left.memory[variable.name] for done in life.steps]
                now = seen_of(variable.reducer, life.state.memory[number])
                assert len(last.running[variable.name]) == now
                entered = {id(entry.step) for known in along for entry in known.running[variable.name]}
                assert last.lapsed[variable.name] + len(last.running[variable.name]) >= len(entered)


@FEWER
@given(models(), st.data())
def test_flags_and_values_have_the_step_that_gave_them(model: onward.Model, data: st.DataObject) -> None:
    for life in lives(model, data):
        *_, last = causes_along(life)
        for variable, kept in zip(model.context, life.state.memory, strict=True):
            step = last.changed.get(variable.name)
            match variable.reducer:
                case Flag():
                    assert kept is False if step is None else step.left.memory[variable.name] is kept
                case Latest(attribute):
                    found = None if step is None or step.event is None else step.event.attributes[attribute]
                    assert (kept, type(kept)) == (found, type(found))
                case _:
                    pass


@FEWER
@given(models(), st.data())
def test_each_place_has_the_step_that_led_there(model: onward.Model, data: st.DataObject) -> None:
    for life in lives(model, data):
        *_, last = causes_along(life)
        for track, place, since in zip(model.track_names, life.state.places, life.state.since, strict=True):
            step = last.entered.get(track)
            assert (step is None) == (place == "start")
            assert (step and step.time) == since
