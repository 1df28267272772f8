"""The fold: one compiled loop that carries every case over the rows of a log. Knows numbers only, no name.

A fold cannot be spread over time: each step needs the one before. It runs over tables (`program`, made of numbers by
`tables`), not over generated code, so that a model costs no compilation; the loop itself is compiled once and kept on
disk. Microseconds and counters are 64-bit integers, so that nothing is rounded.
"""

from typing import Any

import numpy as np
from numba import njit

# Where a case stands, as a row of 32-bit numbers: its place, its memory, and a number that is not read. Small, because
# every event looks there.
PLACE, MEMORY = range(2)

# What only a move changes, as a row of 64-bit numbers: two clocks, the moves made, the bits of the invariants broken,
# and the seats of the last move and of the first.
SINCE, BEGAN, MOVES, BROKEN, AT_SINCE, AT_BEGAN = range(6)

NEVER = np.iinfo(np.int64).min
"""In a clock that does not run yet."""

SLOW = -1
"""In the table of what is quick, where memory must be asked."""

# Why the fold stopped.
DONE, FULL_PATHS, FULL_VALUES, FULL_TOLD = range(4)

# Test kinds, in the order of `program.TESTS`.
_COUNTER, _BEFORE, _GREW, _CLOCK, _WAS, _SUM = range(6)

# Columns of a table of tests.
_KIND, _WHAT, _BOUND, _YES, _NO, _UNKNOWN = range(6)

# Parts of sums.
CONSTANT, VARIABLE, VARIABLE_BEFORE, VALUE, YEARS_IN_PHASE, YEARS_SINCE_START, PLUS, LESS, TIMES = range(9)

# Columns of what is told of a row, before the memory.
TOLD_STEP, TOLD_WHAT, TOLD_PLACE, TOLD_SINCE, TOLD_BEGAN, TOLD_GREW, TOLD_MEMORY = range(7)

_YEAR = 31_556_952_000_000.0  # microseconds


def compiled(function: Any) -> Any:  # noqa: ANN401  # a function of numbers, compiled when first called
    """Compile *function* and keep the result on disk, if there is a place to keep it."""
    try:
        return njit(nogil=True, cache=True)(function)
    except RuntimeError:  # pragma: no cover  # no folder may be written to: it is compiled in every process
        return njit(nogil=True)(function)


def inlined(function: Any) -> Any:  # noqa: ANN401  # as above
    """Compile *function* into those that call it: to hand over many arrays takes longer than what most of them do."""
    return njit(nogil=True, forceinline=True)(function)


@compiled
def _sum(parts, numbers, start, stop, case, row, now, grew, values, memory, clocks, stack):
    """Return the value of the sum in *parts*, and whether it is known."""
    top = 0
    for at in range(start, stop):
        kind = parts[at, 0]
        what = parts[at, 1]
        if kind == CONSTANT:
            stack[top] = numbers[what]
        elif kind == VARIABLE:
            stack[top] = memory[case, MEMORY + what]
        elif kind == VARIABLE_BEFORE:
            stack[top] = memory[case, MEMORY + what] - ((grew >> what) & 1)
        elif kind == VALUE:
            if np.isnan(values[row, what]):
                return 0.0, False
            stack[top] = values[row, what]
        elif kind in (YEARS_IN_PHASE, YEARS_SINCE_START):
            since = clocks[case, SINCE if kind == YEARS_IN_PHASE else BEGAN]
            if since == NEVER:
                return 0.0, False
            stack[top] = (now - since) / _YEAR
        else:
            top -= 2
            one, other = stack[top], stack[top + 1]
            if kind == PLUS:
                stack[top] = one + other
            elif kind == LESS:
                stack[top] = one - other
            else:
                stack[top] = one * other
        top += 1
    return stack[0], True


@compiled
def _compares(sign, one, other):
    if sign == 0:
        return one == other
    if sign == 1:
        return one != other
    if sign == 2:
        return one < other
    if sign == 3:
        return one <= other
    if sign == 4:
        return one > other
    return one >= other


@compiled
def _exit(node, case, row, now, before, grew, tests, sets, sums, parts, numbers, values, memory, clocks, stack):
    """Follow the tests from *node* to an exit."""
    while node >= 0:
        kind = tests[node, _KIND]
        what = tests[node, _WHAT]
        if kind == _COUNTER:
            node = tests[node, _YES] if memory[case, MEMORY + what] >= tests[node, _BOUND] else tests[node, _NO]
        elif kind == _CLOCK:
            since = clocks[case, what]
            if since == NEVER:
                node = tests[node, _UNKNOWN]
            else:
                node = tests[node, _YES] if now - since >= tests[node, _BOUND] else tests[node, _NO]
        elif kind == _BEFORE:
            was = memory[case, MEMORY + what] - ((grew >> what) & 1)
            node = tests[node, _YES] if was >= tests[node, _BOUND] else tests[node, _NO]
        elif kind == _GREW:
            node = tests[node, _YES] if ((grew >> what) & 1) >= tests[node, _BOUND] else tests[node, _NO]
        elif kind == _WAS:
            node = tests[node, _YES] if sets[what, before] else tests[node, _NO]
        else:
            sign, start, middle, stop = sums[what, 0], sums[what, 1], sums[what, 2], sums[what, 3]
            one, known = _sum(parts, numbers, start, middle, case, row, now, grew, values, memory, clocks, stack)
            if not known:
                node = tests[node, _UNKNOWN]
                continue
            other, known = _sum(parts, numbers, middle, stop, case, row, now, grew, values, memory, clocks, stack)
            if not known:
                node = tests[node, _UNKNOWN]
            else:
                node = tests[node, _YES] if _compares(sign, one, other) else tests[node, _NO]
    return node


@compiled
def is_new(key, known, shift):
    """Put *key* among the *known* ones (open addressing, -1 is free) and tell whether it was not there yet."""
    at = np.int64((np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(shift))
    last = known.size - 1
    while known[at] != -1:
        if known[at] == key:
            return False
        at = (at + 1) & last
    known[at] = key
    return True


@compiled
def add_all(keys, known, shift):
    """Put all *keys* among the *known* ones: for a table that has outgrown its place, or comes from a file."""
    for key in keys:
        if key != -1:
            is_new(key, known, shift)


@compiled
def _tell(told, count, at, what, place, grew, memory, clocks, case):
    told[count, TOLD_STEP] = at
    told[count, TOLD_WHAT] = what
    told[count, TOLD_PLACE] = place
    told[count, TOLD_SINCE] = clocks[case, SINCE]
    told[count, TOLD_BEGAN] = clocks[case, BEGAN]
    told[count, TOLD_GREW] = grew
    for variable in range(memory.shape[1] - MEMORY - 1):
        told[count, TOLD_MEMORY + variable] = memory[case, MEMORY + variable]
    return count + 1


@compiled
def fold(
    start,
    stop,
    rows,
    cases,
    letters,
    moments,
    codes,
    values,
    memory,
    clocks,
    known,
    shift,
    used,
    quick,
    refused,
    fires,
    goes_on,
    targets,
    counts,
    counted,
    invariants,
    bits,
    tests,
    sets,
    sums,
    parts,
    numbers,
    stack,
    ways,
    told,
    paths,
):
    """Carry the cases over the steps from *start* to *stop*, and say how far it came and why it stopped.

    Args:
        start: the step to begin with.
        stop: the number of steps.
        rows: the rows of the columns in the order in which they count; empty means as they stand.
        cases: the case of each row.
        letters: the letter of each row.
        moments: when each row counts, in microseconds.
        codes: for each attribute that is kept apart, the number of each row's value, -1 for none.
        values: for each row, the numbers that sums need, NaN for none.
        memory: the place and the memory of every case, changed as the fold goes.
        clocks: what moves change of every case.
        known: the values that each case has had, as keys; -1 is free.
        shift: how far a key is shifted to find its place there.
        used: [paths so far, values so far, rows of *told* so far], changed as the fold goes.
        quick: by letter and place, the column of *memory* that the event adds to and the path, where no memory need be
            asked; else `SLOW`.
        refused: by letter and place, what is forbidden.
        fires: by letter and place, what the event triggers.
        goes_on: by letter and place, what follows without an event.
        targets: by transition, the place that it enters.
        counts: by letter, where its part of *counted* begins.
        counted: pairs of a variable and the column of *codes* whose values it keeps apart (-1: it only counts).
        invariants: by invariant, letter and place, whether it holds.
        bits: by invariant, its bit among those that are broken for as long as they do not hold, or -1.
        tests: the tests of the program.
        sets: by number and place, whether the place is in the set.
        sums: comparisons: sign, then where the parts of both sides begin and end.
        parts: parts of sums, in postfix order.
        numbers: the constants in them.
        stack: room to reckon in.
        ways: by path and transition, the path that is longer by it; 0 where there is none yet. The paths that have
            fired nothing come first, one for each place.
        told: refusals and broken invariants that need more words than their path, with what there was to see.
        paths: by step, the path: where the case was, and what fired. An event of unknown type and a refused one have
            negative paths: `-1 - 2 * place` and `-2 - 2 * place`.

    """
    width = memory.shape[1] - MEMORY - 1
    places = fires.shape[1]
    ordered = rows.size > 0
    variables = max(width, 1)
    for at in range(start, stop):
        row = rows[at] if ordered else at
        case = cases[row]
        letter = letters[row]
        before = memory[case, PLACE]
        easy = quick[letter, before, 0]
        if easy != SLOW:
            # Without a branch on what it adds to: an event that adds to nothing adds to the number that is not read.
            memory[case, easy] += 1
            paths[at] = quick[letter, before, 1]
            continue
        if used[0] + places + 1 >= ways.shape[0]:
            return at, FULL_PATHS
        if 2 * (used[1] + width) >= known.size:
            return at, FULL_VALUES
        if used[2] + bits.size + 1 >= told.shape[0]:
            return at, FULL_TOLD
        now = moments[row]
        node = refused[letter, before]
        if node != -1:
            node = _exit(
                node, case, row, now, before, 0, tests, sets, sums, parts, numbers, values, memory, clocks, stack
            )
            if node != -1:
                paths[at] = -2 - 2 * before
                used[2] = _tell(told, used[2], at, -1, before, 0, memory, clocks, case)
                continue
        grew = 0
        for each in range(counts[letter], counts[letter + 1]):
            variable = counted[each, 0]
            column = counted[each, 1]
            if column >= 0:
                code = codes[column, row]
                if code < 0:
                    continue
                if not is_new(((np.int64(case) * variables + variable) << 32) | code, known, shift):
                    continue
                used[1] += 1
            memory[case, MEMORY + variable] += 1
            grew |= 1 << variable
        node = fires[letter, before]
        path = np.int64(before)
        place = np.int64(before)
        while True:
            if node >= 0:
                node = _exit(
                    node, case, row, now, before, grew, tests, sets, sums, parts, numbers, values, memory, clocks, stack
                )
            if node == -1:
                break
            transition = -2 - node
            if place == 0:
                clocks[case, BEGAN] = now
                clocks[case, AT_BEGAN] = row
            place = targets[transition]
            clocks[case, SINCE] = now
            clocks[case, AT_SINCE] = row
            clocks[case, MOVES] += 1
            longer = np.int64(ways[path, transition])
            if longer == 0:
                longer = used[0]
                ways[path, transition] = longer
                used[0] += 1
            path = longer
            node = goes_on[letter, place]
        memory[case, PLACE] = place
        paths[at] = path
        for each in range(bits.size):
            node = invariants[each, letter, place]
            if node >= 0:
                node = _exit(
                    node, case, row, now, before, grew, tests, sets, sums, parts, numbers, values, memory, clocks, stack
                )
            if bits[each] < 0:
                if node == -1:
                    used[2] = _tell(told, used[2], at, each, place, grew, memory, clocks, case)
                continue
            flag = np.int64(1) << bits[each]
            if node == -2:
                clocks[case, BROKEN] &= ~flag
            elif not clocks[case, BROKEN] & flag:
                clocks[case, BROKEN] |= flag
                used[2] = _tell(told, used[2], at, each, place, grew, memory, clocks, case)
    return stop, DONE


@compiled
def visit(steps, rows, cases, events, firsts, lasts):
    """Count the events of every case, and note the seats of its first and its last."""
    ordered = rows.size > 0
    for at in range(steps):
        row = rows[at] if ordered else at
        case = cases[row]
        if events[case] == 0:
            firsts[case] = row
        events[case] += 1
        lasts[case] = row


@compiled
def first_out_of_order(rows, cases, moments, now):
    """Return the first of *rows* at which a case goes back in time, or -1; *now* is where each stands, and changes."""
    for row in rows:
        if moments[row] < now[cases[row]]:
            return row
        now[cases[row]] = moments[row]
    return -1


@compiled
def outcomes_of(paths, letters, answered, outcomes, counts):
    """Write the outcome of every step, in the order of `stepping.OUTCOMES`, and count them."""
    places = answered.shape[1]
    for at in range(paths.size):
        path = paths[at]
        if path >= places:
            outcome = 0
        elif path >= 0:
            outcome = 2 if answered[letters[at], path] else 1
        else:
            outcome = 3 if path % 2 == 0 else 4
        outcomes[at] = outcome
        counts[outcome] += 1


@compiled
def grouped(groups, starts):
    """Return the positions of *groups* by group and, inside one, in their order; *starts* is where each begins."""
    order = np.empty(groups.size, np.int64)
    following = starts.copy()
    for position in range(groups.size):
        order[following[groups[position]]] = position
        following[groups[position]] += 1
    return order


@compiled
def look_up(cases, letters, states, following, width, before):
    """Carry the cases through an automaton, and keep nothing but where they were.

    Args:
        cases: the case of each row, in the order in which they count.
        letters: the letter of each row.
        states: the state of every case, its number in the upper bits; changed as the loop goes.
        following: by state and letter, the state after it, written as in *states*.
        width: how many bits a letter takes below a state.
        before: by row, the number of the state before it.

    """
    # Unsigned, or else every index would be asked whether it counts from the end.
    bits = np.uint32(width)
    for at in range(cases.size):
        case = cases[at]
        state = states[case]
        before[at] = state >> bits
        states[case] = following[np.uint32(state | letters[at])]


@compiled
def easy_steps(start, stop, rows, cases, letters, memory, states, following, adds, ways, paths):
    """Do the steps of `tally` up to the first that is more than a look-up, and return which that is.

    A loop of its own takes half the time: beside the other one there are no registers left for it.
    """
    ordered = rows.size > 0
    for step in range(start, stop):
        at = np.uint64(step)
        row = np.uint64(rows[at]) if ordered else at
        case = cases[row]
        edge = np.uint32(states[case] | letters[row])
        easy = adds[edge]
        if easy == 0:
            return step
        memory[case, easy] += 1
        states[case] = following[edge]
        paths[at] = ways[edge]
    return stop


@compiled
def tally(
    start,
    stop,
    rows,
    cases,
    letters,
    moments,
    codes,
    memory,
    clocks,
    known,
    shift,
    used,
    states,
    following,
    adds,
    ways,
    width,
    fired,
    places,
    fresh,
    counts,
    counted,
    tells,
    pages,
    breaches,
    told,
    paths,
):
    """Do by an automaton what `fold` does by tests, and say how far it came and why it stopped.

    Place and broken bits are left in the states; everything else is as `fold` leaves it.

    Args:
        start: as for `fold`, and so are the others that are not named here.
        stop: the number of steps.
        rows: the rows in the order in which they count.
        cases: the case of each row.
        letters: the letter of each row.
        moments: when each row counts.
        codes: the values of the attributes that are kept apart.
        memory: of which the place is not read.
        clocks: of which the broken bits are not read.
        known: the values that each case has had.
        shift: how far a key is shifted there.
        used: [not read, values so far, rows of *told* so far].
        states: as for `look_up`, and so is *following*.
        following: the state after each state and letter.
        adds: by state and letter, the column of *memory* that the event adds to, where nothing else than state and
            path is to be written; else 0.
        ways: by state and letter, the path.
        width: how many bits a letter takes below a state.
        fired: by path, how many transitions fire.
        places: by state, the place.
        fresh: by letter, what the bits of new values are added to for the number of the letter that it is then.
        counts: by letter, where its part of *counted* begins.
        counted: pairs of a variable and the column of *codes*, or -1.
        tells: by state and letter, which page of *breaches* is told.
        pages: where each page begins.
        breaches: invariants by number; -1 for a refusal.
        told: what is told.
        paths: by step, the path.

    """
    bits = np.uint32(width)
    ordered = rows.size > 0
    variables = max(memory.shape[1] - MEMORY - 1, 1)
    at = start
    while True:
        at = easy_steps(at, stop, rows, cases, letters, memory, states, following, adds, ways, paths)
        if at == stop:
            return stop, DONE
        row = rows[at] if ordered else at
        case = cases[row]
        state = states[case]
        edge = np.uint32(state | letters[row])
        if 2 * (used[1] + variables) >= known.size:
            return at, FULL_VALUES
        if used[2] + breaches.size + 1 >= told.shape[0]:
            return at, FULL_TOLD
        place = places[state >> bits]
        grew = 0
        # Whether an event is refused does not hang on what is new: newness is asked of those that count alone.
        if ways[edge] >= 0:
            letter = letters[row]
            new, bit = 0, 1
            for each in range(counts[letter], counts[letter + 1]):
                variable = counted[each, 0]
                column = counted[each, 1]
                if column >= 0:
                    mine = bit
                    bit <<= 1
                    code = codes[column, row]
                    if code < 0:
                        continue
                    if not is_new(((np.int64(case) * variables + variable) << 32) | code, known, shift):
                        continue
                    used[1] += 1
                    new |= mine
                memory[case, MEMORY + variable] += 1
                grew |= 1 << variable
            if new:
                edge = np.uint32(state | np.uint32(fresh[letter] + new))
        path = ways[edge]
        following_state = following[edge]
        states[case] = following_state
        paths[at] = path
        if path >= 0 and fired[path] > 0:
            if place == 0:
                clocks[case, BEGAN] = moments[row]
                clocks[case, AT_BEGAN] = row
            clocks[case, SINCE] = moments[row]
            clocks[case, AT_SINCE] = row
            clocks[case, MOVES] += fired[path]
            place = places[following_state >> bits]
        page = tells[edge]
        for each in range(pages[page], pages[page + 1]):
            used[2] = _tell(told, used[2], at, breaches[each], place, grew, memory, clocks, case)
        at += 1
