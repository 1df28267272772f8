"""Treading: cases carried through an automaton over the whole language, by looking up. Knows numbers only, no name.

What `fold.tally` does for one track and plain counts. It leaves everything as `carrying.carry` does; which models have
an automaton, and what is in it, is the caller's business.
"""

# ruff: noqa: ANN001, ANN201, ANN202, PLR0913, PLR0917
# mypy: allow-untyped-defs, allow-untyped-calls, allow-untyped-decorators

from typing import Any, NamedTuple

import numpy as np

from onward.history.carrying import (
    DONE,
    FULL_TOLD,
    FULL_VALUES,
    LATEST,
    NEW,
    TOLD,
    VALUES,
    _note,
    _remember,
    _tell,
    since_column,
)
from onward.history.fold import AT_BEGAN, BEGAN, MEMORY, PLACE, compiled, inlined

# Columns of the table of operations, as `carrying` has them.
_OPERATION, _VARIABLE, _SLOT = range(3)


class Look(NamedTuple):
    """What is looked up; a state's number stands above the bits of a letter.

    Attributes:
        following: by state and letter, the state after it.
        adds: by state and letter, the column of memory that is added to, where nothing else than state and path is to
            be written; else 0.
        paths: by state and letter, the path.
        fired: by path and track, how many transitions fire.
        places: by state, the place.
        fresh: by letter, what *steps* are added to for the number of the letter that it is then.
        steps: by operation, and what the event is to its variable (1 if it is new, or a class), how many letters
            further that is.
        classes: by variable and value (the first is none), the class that the value is.
        tells: by state and letter, which page of *breaches* is told.
        pages: where each page begins.
        breaches: invariants by number; -1 for a refusal.

    """

    following: Any
    adds: Any
    paths: Any
    fired: Any
    places: Any
    fresh: Any
    steps: Any
    classes: Any
    tells: Any
    pages: Any
    breaches: Any


@inlined
def _further(letter, case, row, given, cases, rules, look, room):
    """Return how much further than the first letter of its kind an event is that has just been remembered."""
    further = 0
    for each in range(rules.counts[letter], rules.counts[letter + 1]):
        operation = rules.operations[each, _OPERATION]
        variable = rules.operations[each, _VARIABLE]
        if operation == NEW:
            further += look.steps[each, min(cases.memory[case, MEMORY + variable] - room.memory[variable], 1)]
        elif operation == LATEST:
            code = given.codes[given.slots[rules.operations[each, _SLOT]], row]
            further += look.steps[each, look.classes[variable, code + 1]]
    return further


@inlined
def _move(case, row, now, path, place, cases, look):
    """Write down the moves of *path*."""
    clocks = cases.clocks
    for track in range(look.fired.shape[1]):
        moves = look.fired[path, track]
        if moves:
            if place == 0:
                clocks[case, BEGAN] = now
                clocks[case, AT_BEGAN] = row
            column = since_column(track)
            clocks[case, column] = now
            clocks[case, column + (2 if track == 0 else 1)] += moves
            clocks[case, column + (4 if track == 0 else 2)] = row


@compiled
def tread(start, stop, width, given, cases, states, pool, rules, look, room):
    """Do by an automaton what `carry` does by tests, and say how far it came and why it stopped.

    The broken bits are left in the states.

    Args:
        start: the step to begin with.
        stop: the number of steps.
        width: how many bits a letter takes below a state.
        given: the stretch of the log.
        cases: where the cases stand.
        states: the state of every case; changed as the loop goes.
        pool: not read.
        rules: as for `carry`.
        look: what is looked up.
        room: room to write to.

    """
    memory = cases.memory
    bits = np.uint32(width)
    ordered = given.rows.size > 0
    most_new = max(room.memory.size * given.codes.shape[0], 1)
    for at in range(start, stop):
        row = given.rows[at] if ordered else at
        case = np.int64(given.cases[row])
        letter = given.letters[row]
        state = states[case]
        edge = np.uint32(state | letter)
        easy = look.adds[edge]
        if easy:
            memory[case, easy] += 1
            states[case] = look.following[edge]
            room.paths[at] = look.paths[edge]
            continue
        if 2 * (room.used[VALUES] + most_new) >= room.known.size:
            return at, FULL_VALUES
        if room.used[TOLD] + look.breaches.size + 1 >= room.told.shape[0]:
            return at, FULL_TOLD
        now = given.moments[row]
        before = np.int64(memory[case, PLACE])
        _note(case, cases, room)
        # Whether an event is refused does not hang on what it brings, which only those that count leave behind.
        if look.paths[edge] >= 0:
            _remember(letter, case, row, now, given, cases, pool, rules, room)
            further = _further(letter, case, row, given, cases, rules, look, room)
            if further:
                edge = np.uint32(state | np.uint32(look.fresh[letter] + further))
        path = look.paths[edge]
        following = look.following[edge]
        states[case] = following
        room.paths[at] = path
        if path >= 0:
            _move(case, row, now, path, before, cases, look)
            memory[case, PLACE] = look.places[following >> bits]
        page = look.tells[edge]
        for each in range(look.pages[page], look.pages[page + 1]):
            _tell(at, -1, look.breaches[each], before, case, cases, rules, room)
    return stop, DONE
