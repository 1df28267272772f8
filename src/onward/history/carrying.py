"""Carrying: the fold for the whole language, with tracks, registers, queues and timers. Knows numbers only, no name.

What `fold` does for one track and plain counts, in the same loop over the same kind of tables; a model that needs no
more runs there, with less to look after. Places are joint ones (`joints`), transitions what fires at once (`Move`).
"""

# ruff: noqa: ANN001, ANN201, ANN202, C901, PLR0912, PLR0913, PLR0915, PLR0917
# mypy: allow-untyped-defs, allow-untyped-calls, allow-untyped-decorators

from typing import Any, NamedTuple

import numpy as np

from onward.history.fold import AT_BEGAN, BEGAN, BROKEN, MEMORY, NEVER, PLACE, SLOW, compiled, inlined, is_new

ENDLESS = np.iinfo(np.int64).max
"""An instant that does not come."""

TICK_LETTER = 1
"""The number of the letter that time alone is."""

TICK_SEAT = -2
"""Where the clocks say in which seat a case moved: it was time alone."""

# Why the loop stopped.
DONE, FULL_PATHS, FULL_VALUES, FULL_TOLD, FULL_TICKS, FULL_NODES = range(6)

# What is used up, in the room.
PATHS, VALUES, TOLD, TICKS, EARLIER_TICKS, FRESH, FREE, FREE_COUNT = range(8)

# Test kinds, in the order of `program.TESTS`.
_COUNTER, _BEFORE, _GREW, _CLOCK, _WAS, _SUM, _MEMBER, _ALIKE, _DUE = range(9)

# Columns of a table of tests.
_KIND, _WHAT, _BOUND, _YES, _NO, _UNKNOWN = range(6)

# Parts of sums; a register that is a largest number may hold none.
CONSTANT, NULL, VARIABLE, VARIABLE_BEFORE, TOTAL, TOTAL_BEFORE, LARGEST, LARGEST_BEFORE = range(8)
KEPT, KEPT_BEFORE, VALUE, CLOCK, PLUS, LESS, TIMES = range(8, 15)

# Sides of comparisons of values of any kind.
KEPT_SIDE, KEPT_SIDE_BEFORE, FLAG_SIDE, FLAG_SIDE_BEFORE, VALUE_SIDE = range(5)

# Kinds of values that are kept.
NO_KIND, NUMBER, TEXT, TRUTH = range(4)

# Operations, in the order of `OPERATIONS`, and the columns of their table.
ADD, NEW, SET, CLEAR, SUM, MAX, LATEST, RECENT, AMOUNT, OPEN = range(10)
OPERATIONS = ("add", "new", "set", "clear", "sum", "max", "latest", "recent", "amount", "open")
_OPERATION, _VARIABLE, _SLOT, _REGISTER, _QUEUE, _MONTHS, _DAYS = range(7)

# Columns of what is told of a row, before the clocks and the memory (the first as `fold` has them); and of ticks.
TOLD_STEP, TOLD_WHAT, TOLD_PLACE, TOLD_TICK, TOLD_BEFORE, TOLD_BEGAN, TOLD_SINCE = range(7)
TICK_STEP, TICK_CASE, TICK_MOMENT, TICK_PATH = range(4)

_DAY = 86_400_000_000  # microseconds
_YEAR = 31_556_952_000_000.0
_LAST_DAY = 2_932_896  # December 31, 9999, in days since 1970


class Given(NamedTuple):
    """A stretch of a log.

    Attributes:
        rows: the rows of the columns in the order in which they count; empty means as they stand.
        cases: the case of each row.
        letters: the letter of each row.
        moments: when each row counts, in microseconds.
        untils: through which instant each row runs, `ENDLESS` where it does not end.
        codes: columns of the numbers of values, -1 for none.
        slots: where the columns of every attribute that is kept apart, or kept, begin.
        values: for each row, the numbers that sums need, NaN for none.
        fractions: by column of *values*, whether its numbers are no whole ones.

    """

    rows: Any
    cases: Any
    letters: Any
    moments: Any
    untils: Any
    codes: Any
    slots: Any
    values: Any
    fractions: Any


def writable(given):
    """Return *given* with arrays that may be written to: the loops are compiled anew for each that may not."""
    return Given(*(np.require(each, requirements=("C", "W")) for each in given))


class Cases(NamedTuple):
    """Where the cases stand.

    Attributes:
        memory: the place and the memory of every case, as `fold` has it; a kept value is its number plus one.
        registers: sums and largest numbers.
        fractions: whether each of these is no whole number.
        clocks: what moves change, as `fold` has it; then since, moves and seat for each further track, then the last
            instants of what starts timers anew.
        queues: the first and the last node of every queue, -1 for none.
        dues: the next instant at whose end time alone may change something.
        passed: how far time had passed before the stretch: twice the instant, and one more where it is over; `NEVER`
            for a case that has had no event.

    """

    memory: Any
    registers: Any
    fractions: Any
    clocks: Any
    queues: Any
    dues: Any
    passed: Any


class Pool(NamedTuple):
    """The nodes of all queues: what counts through an instant.

    Attributes:
        ends: that instant.
        amounts: how much it counts.
        fractions: whether that is no whole number.
        following: the next node, of the queue or of those that are free.

    """

    ends: Any
    amounts: Any
    fractions: Any
    following: Any


class Rules(NamedTuple):
    """What the loop asks of a model.

    Attributes:
        quick: by letter and place, the column of memory that the event adds to and the path, where no memory need be
            asked; else `SLOW`.
        refused: by letter and place, what is forbidden.
        fires: by letter and place, what the event triggers.
        goes_on: by letter and place, what follows without an event.
        targets: by move, the place that it leads to.
        moved: by move and track, whether it moves the case there.
        counts: by letter, where its part of *operations* begins.
        operations: what events do to variables.
        resets: by letter and set of types, whether the event starts its timers anew.
        invariants: by invariant, letter and place, whether it holds.
        bits: by invariant, its bit among those that are broken for as long as they do not hold, or -1.
        tests: the tests of the program.
        sets: by number and place, whether the place is in the set.
        sums: comparisons: sign, then where the parts of both sides begin and end.
        parts: parts of sums, in postfix order.
        numbers: the constants in them.
        members: by question, the variable and whether its value before the event is meant.
        answers: by question and value (the first is none), -1 for no, 0 for unknown, 1 for yes.
        alike: comparisons of values of any kind: sign, then kind and number of both sides.
        kinds: by value, its kind.
        ranks: by value, its rank among those of its kind; a number is its own.
        timers: track, months, days, and what starts it anew.
        alarmed: by place, where its part of *alarms* begins.
        alarms: the timers that run there.
        summed: by queue, the variable and the register of its sum, or -1.

    """

    quick: Any
    refused: Any
    fires: Any
    goes_on: Any
    targets: Any
    moved: Any
    counts: Any
    operations: Any
    resets: Any
    invariants: Any
    bits: Any
    tests: Any
    sets: Any
    sums: Any
    parts: Any
    numbers: Any
    members: Any
    answers: Any
    alike: Any
    kinds: Any
    ranks: Any
    timers: Any
    alarmed: Any
    alarms: Any
    summed: Any


class Room(NamedTuple):
    """Room that the loop writes to.

    Attributes:
        used: how much of it is used up.
        known: the values that each case has had, as keys; -1 is free.
        ways: by path and move, the path that is longer by it, as for `fold`.
        told: refusals and broken invariants, with what there was to see.
        registers: the registers for each of these, before and after.
        ticks: what time alone did: before which step, to which case, when, and the path.
        paths: by step, the path.
        stack: room to reckon in.
        memory: the memory before the step.
        totals: the registers before the step.
        fractions: whether these are no whole numbers.

    """

    used: Any
    known: Any
    ways: Any
    told: Any
    registers: Any
    ticks: Any
    paths: Any
    stack: Any
    memory: Any
    totals: Any
    fractions: Any


@compiled
def civil(day):
    """Return year, month and day of the month of a *day* since 1970."""
    # Days since March 1, 0000: so that the leap day is a year's last.
    shifted = day + 719_468
    era = shifted // 146_097
    of_era = shifted - era * 146_097
    year = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153
    of_month = of_year - (153 * month + 2) // 5 + 1
    month = month + 3 if month < 10 else month - 9
    return year + era * 400 + (1 if month <= 2 else 0), month, of_month


@compiled
def day_of(year, month, day):
    """Return the day since 1970 of a date."""
    if month <= 2:
        year -= 1
    era = year // 400
    of_era = year - era * 400
    of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


@compiled
def later(moment, months, days):
    """Return *moment* so many *months* and *days* later, as `clock.later` does; `ENDLESS` beyond the year 9999."""
    day = moment // _DAY
    of_day = moment - day * _DAY
    if months:
        year, month, of_month = civil(day)
        count = year * 12 + month - 1 + months
        year = count // 12
        month = count - year * 12 + 1
        if year > 9999:
            return ENDLESS
        following = day_of(year + 1, 1, 1) if month == 12 else day_of(year, month + 1, 1)
        day = day_of(year, month, 1) + of_month - 1
        if day >= following:
            day, of_day = following - 1, _DAY - 1
    day += days
    if day > _LAST_DAY:
        return ENDLESS
    return day * _DAY + of_day


@compiled
def since_column(track):
    """Return the column of clocks that tells since when a case is where it is on *track*."""
    return 0 if track == 0 else 3 + 3 * track


@inlined
def deadline(timer, case, cases, rules):
    """Return the instant through which a timer runs, `ENDLESS` where it does not run out."""
    track = rules.timers[timer, 0]
    base = cases.clocks[case, since_column(track)]
    if base == NEVER:
        return ENDLESS
    rest = rules.timers[timer, 3]
    if rest >= 0:
        base = max(base, cases.clocks[case, 3 + 3 * rules.moved.shape[1] + rest])
    return later(base, rules.timers[timer, 1], rules.timers[timer, 2])


@inlined
def _next_due(case, moment, cases, pool, rules):
    """Return the next instant at whose end something may change; of timers those after *moment*."""
    due = ENDLESS
    for queue in range(rules.summed.shape[0]):
        head = cases.queues[case, 2 * queue]
        if head >= 0:
            due = min(due, pool.ends[head])
    place = cases.memory[case, PLACE]
    for at in range(rules.alarmed[place], rules.alarmed[place + 1]):
        end = deadline(rules.alarms[at], case, cases, rules)
        if end > moment:
            due = min(due, end)
    return due


@compiled
def set_dues(cases, pool, rules):
    """Write the next due instants of all cases."""
    for case in range(cases.dues.size):
        passed = cases.passed[case]
        if passed != NEVER:
            # At the end of an instant its deadlines lie back; in its course they lie ahead.
            moment = passed // 2 if passed % 2 else passed // 2 - 1
            cases.dues[case] = _next_due(case, moment, cases, pool, rules)


@inlined
def _sum(start, stop, case, row, now, given, cases, rules, room):
    """Return the value of the sum in *parts*, and whether it is known."""
    top = 0
    stack = room.stack
    for at in range(start, stop):
        kind = rules.parts[at, 0]
        what = rules.parts[at, 1]
        if kind >= PLUS:
            top -= 2
            one, other = stack[top], stack[top + 1]
            if kind == PLUS:
                stack[top] = one + other
            elif kind == LESS:
                stack[top] = one - other
            else:
                stack[top] = one * other
            top += 1
            continue
        value = 0.0
        if kind == CONSTANT:
            value = rules.numbers[what]
        elif kind == VARIABLE:
            value = float(cases.memory[case, MEMORY + what])
        elif kind == VARIABLE_BEFORE:
            value = float(room.memory[what])
        elif kind == TOTAL:
            value = cases.registers[case, what]
        elif kind == TOTAL_BEFORE:
            value = room.totals[what]
        elif kind == CLOCK:
            since = cases.clocks[case, what]
            if since == NEVER:
                return 0.0, False
            value = (now - since) / _YEAR
        else:
            if kind == LARGEST:
                value = cases.registers[case, what]
            elif kind == LARGEST_BEFORE:
                value = room.totals[what]
            elif kind in (KEPT, KEPT_BEFORE):
                code = np.int64(cases.memory[case, MEMORY + what]) if kind == KEPT else room.memory[what]
                if code == 0 or rules.kinds[code - 1] != NUMBER:
                    return 0.0, False
                value = rules.ranks[code - 1]
            elif kind == VALUE and row >= 0:
                value = given.values[row, what]
            else:
                return 0.0, False
            if np.isnan(value):
                return 0.0, False
        stack[top] = value
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


@inlined
def _side(kind, what, case, row, given, cases, rules, room):
    """Return the kind and the rank of one side of a comparison of values of any kind."""
    if kind == FLAG_SIDE:
        return TRUTH, float(cases.memory[case, MEMORY + what])
    if kind == FLAG_SIDE_BEFORE:
        return TRUTH, float(room.memory[what])
    code = np.int64(-1)
    if kind == KEPT_SIDE:
        code = np.int64(cases.memory[case, MEMORY + what]) - 1
    elif kind == KEPT_SIDE_BEFORE:
        code = room.memory[what] - 1
    elif row >= 0:
        code = np.int64(given.codes[given.slots[what], row])
    if code < 0:
        return NO_KIND, 0.0
    return np.int64(rules.kinds[code]), rules.ranks[code]


@inlined
def _exit(node, case, row, now, late, before, given, cases, rules, room):
    """Follow the tests from *node* to an exit; *late* is 1 where the instant is over, else 0."""
    tests = rules.tests
    while node >= 0:
        kind = tests[node, _KIND]
        what = tests[node, _WHAT]
        known = True
        if kind == _COUNTER:
            holds = cases.memory[case, MEMORY + what] >= tests[node, _BOUND]
        elif kind == _CLOCK:
            since = cases.clocks[case, what]
            known = since != NEVER
            holds = known and now - since >= tests[node, _BOUND]
        elif kind == _BEFORE:
            holds = room.memory[what] >= tests[node, _BOUND]
        elif kind == _GREW:
            holds = cases.memory[case, MEMORY + what] - room.memory[what] >= tests[node, _BOUND]
        elif kind == _WAS:
            holds = rules.sets[what, before]
        elif kind == _DUE:
            holds = deadline(what, case, cases, rules) < now + late
        elif kind == _MEMBER:
            variable, was = rules.members[what, 0], rules.members[what, 1]
            code = room.memory[variable] if was else np.int64(cases.memory[case, MEMORY + variable])
            known = rules.answers[what, code] != 0
            holds = rules.answers[what, code] > 0
        elif kind == _ALIKE:
            asked = rules.alike[what]
            one, rank = _side(asked[1], asked[2], case, row, given, cases, rules, room)
            other, other_rank = _side(asked[3], asked[4], case, row, given, cases, rules, room)
            known = one == other and one != NO_KIND
            holds = known and _compares(asked[0], rank, other_rank)
        else:
            asked = rules.sums[what]
            left, known = _sum(asked[1], asked[2], case, row, now, given, cases, rules, room)
            right, also = _sum(asked[2], asked[3], case, row, now, given, cases, rules, room)
            known = known and also
            holds = known and _compares(asked[0], left, right)
        if not known:
            node = tests[node, _UNKNOWN]
        elif holds:
            node = tests[node, _YES]
        else:
            node = tests[node, _NO]
    return node


@inlined
def _free(node, pool, room):
    """Give *node* back, and return the one after it."""
    following = pool.following[node]
    pool.following[node] = room.used[FREE]
    room.used[FREE] = node
    room.used[FREE_COUNT] += 1
    return following


@inlined
def _enter(case, queue, end, amount, fraction, cases, pool, room):
    """Put what counts through the instant *end* into a queue, after what ends no later."""
    used = room.used
    if used[FREE_COUNT]:
        node = used[FREE]
        used[FREE] = pool.following[node]
        used[FREE_COUNT] -= 1
    else:
        node = used[FRESH]
        used[FRESH] += 1
    pool.ends[node] = end
    pool.amounts[node] = amount
    pool.fractions[node] = fraction
    pool.following[node] = -1
    head, tail = cases.queues[case, 2 * queue], cases.queues[case, 2 * queue + 1]
    if head < 0:
        cases.queues[case, 2 * queue] = cases.queues[case, 2 * queue + 1] = node
    elif pool.ends[tail] <= end:
        pool.following[tail] = node
        cases.queues[case, 2 * queue + 1] = node
    elif pool.ends[head] > end:
        pool.following[node] = head
        cases.queues[case, 2 * queue] = node
    else:
        at = head
        while pool.ends[pool.following[at]] <= end:
            at = pool.following[at]
        pool.following[node] = pool.following[at]
        pool.following[at] = node


@inlined
def _drop(case, moment, cases, pool, rules, room):
    """Take out of the queues what ends by *moment*."""
    for queue in range(rules.summed.shape[0]):
        variable, register = rules.summed[queue, 0], rules.summed[queue, 1]
        head = np.int64(cases.queues[case, 2 * queue])
        if head < 0 or pool.ends[head] > moment:
            continue
        while head >= 0 and pool.ends[head] <= moment:
            head = _free(head, pool, room)
            cases.memory[case, MEMORY + variable] -= 1
        cases.queues[case, 2 * queue] = head
        if head < 0:
            cases.queues[case, 2 * queue + 1] = -1
        if register >= 0:
            total, fraction = 0.0, 0
            while head >= 0:
                total += pool.amounts[head]
                fraction |= pool.fractions[head]
                head = pool.following[head]
            cases.registers[case, register] = total
            cases.fractions[case, register] = fraction


@inlined
def _note(case, cases, room):
    """Keep what the memory is before a step."""
    for variable in range(room.memory.size):
        room.memory[variable] = cases.memory[case, MEMORY + variable]
    for register in range(room.totals.size):
        room.totals[register] = cases.registers[case, register]
        room.fractions[register] = cases.fractions[case, register]


@inlined
def _remember(letter, case, row, now, given, cases, pool, rules, room):
    """Do to the memory what an event does to it."""
    memory = cases.memory
    variables = max(room.memory.size, 1)
    for each in range(rules.counts[letter], rules.counts[letter + 1]):
        operation = rules.operations[each, _OPERATION]
        variable = rules.operations[each, _VARIABLE]
        slot = rules.operations[each, _SLOT]
        register = rules.operations[each, _REGISTER]
        queue = rules.operations[each, _QUEUE]
        column = MEMORY + variable
        if operation == ADD:
            memory[case, column] += 1
        elif operation == SET:
            memory[case, column] = 1
        elif operation == CLEAR:
            memory[case, column] = 0
        elif operation == NEW:
            for at in range(given.slots[slot], given.slots[slot + 1]):
                code = np.int64(given.codes[at, row])
                if code >= 0 and is_new(
                    ((np.int64(case) * variables + variable) << 32) | code, room.known, 65 - _bits(room.known.size)
                ):
                    room.used[VALUES] += 1
                    memory[case, column] += 1
        elif operation == LATEST:
            code = np.int64(given.codes[given.slots[slot], row])
            if code >= 0:
                memory[case, column] = code + 1
        elif operation == OPEN:
            end = given.untils[row]
            if end >= now:
                memory[case, column] += 1
                if end < ENDLESS:
                    _enter(case, queue, end, 1.0, 0, cases, pool, room)
        elif operation == RECENT:
            end = later(now, rules.operations[each, _MONTHS], rules.operations[each, _DAYS])
            memory[case, column] += 1
            if end < ENDLESS:
                _enter(case, queue, end, 1.0, 0, cases, pool, room)
        else:
            value = given.values[row, slot]
            if np.isnan(value):
                continue
            fraction = given.fractions[slot]
            if operation == MAX:
                kept = cases.registers[case, register]
                if np.isnan(kept) or value > kept:
                    cases.registers[case, register] = value
                    cases.fractions[case, register] = fraction
            else:
                cases.registers[case, register] += value
                cases.fractions[case, register] |= fraction
                if operation == AMOUNT:
                    memory[case, column] += 1
                    end = later(now, rules.operations[each, _MONTHS], rules.operations[each, _DAYS])
                    _enter(case, queue, end, value, fraction, cases, pool, room)


@compiled
def _bits(number):
    """Return how many bits *number* takes."""
    bits = 0
    while number:
        number >>= 1
        bits += 1
    return bits


@inlined
def _go(node, letter, case, row, now, late, before, given, cases, rules, room):
    """Fire what is enabled, round after round, and return the path."""
    clocks = cases.clocks
    used, ways = room.used, room.ways
    path = np.int64(before)
    place = np.int64(before)
    while True:
        if node >= 0:
            node = _exit(node, case, row, now, late, before, given, cases, rules, room)
        if node == -1:
            break
        move = -2 - node
        seat = row if row >= 0 else TICK_SEAT
        if place == 0:
            clocks[case, BEGAN] = now
            clocks[case, AT_BEGAN] = seat
        place = np.int64(rules.targets[move])
        for track in range(rules.moved.shape[1]):
            if rules.moved[move, track]:
                column = since_column(track)
                clocks[case, column] = now
                clocks[case, column + (2 if track == 0 else 1)] += 1
                clocks[case, column + (4 if track == 0 else 2)] = seat
        longer = np.int64(ways[path, move])
        if longer == 0:
            longer = used[PATHS]
            ways[path, move] = longer
            used[PATHS] += 1
        path = longer
        node = rules.goes_on[letter, place]
    cases.memory[case, PLACE] = place
    return path


@inlined
def _tell(at, tick, what, before, case, cases, rules, room):
    told, used = room.told, room.used
    row = used[TOLD]
    told[row, TOLD_STEP] = at
    told[row, TOLD_TICK] = tick
    told[row, TOLD_WHAT] = what
    told[row, TOLD_PLACE] = cases.memory[case, PLACE]
    told[row, TOLD_BEFORE] = before
    told[row, TOLD_BEGAN] = cases.clocks[case, BEGAN]
    column = TOLD_SINCE
    for track in range(rules.moved.shape[1]):
        told[row, column] = cases.clocks[case, since_column(track)]
        column += 1
    for variable in range(room.memory.size):
        told[row, column] = room.memory[variable]
        told[row, column + room.memory.size] = cases.memory[case, MEMORY + variable]
        column += 1
    column += room.memory.size
    for register in range(room.totals.size):
        told[row, column] = room.fractions[register]
        told[row, column + room.totals.size] = cases.fractions[case, register]
        room.registers[row, register] = room.totals[register]
        room.registers[row, register + room.totals.size] = cases.registers[case, register]
        column += 1
    used[TOLD] += 1


@inlined
def _watch(at, tick, letter, case, row, now, late, before, given, cases, rules, room):
    """Tell of the invariants that a step has broken, and return whether there are any."""
    place = cases.memory[case, PLACE]
    clocks = cases.clocks
    any_ = False
    for each in range(rules.bits.size):
        node = rules.invariants[each, letter, place]
        if node >= 0:
            node = _exit(node, case, row, now, late, before, given, cases, rules, room)
        breaks = node == -1
        if rules.bits[each] >= 0:
            flag = np.int64(1) << rules.bits[each]
            was = clocks[case, BROKEN] & flag
            if not breaks:
                clocks[case, BROKEN] &= ~flag
            else:
                clocks[case, BROKEN] |= flag
                breaks = not was
        if breaks:
            any_ = True
            _tell(at, tick, each, before, case, cases, rules, room)
    return any_


@compiled
def _tick(at, case, given, cases, pool, rules, room):
    """Let the next due instant of a case be over."""
    moment = cases.dues[case]
    used = room.used
    before = np.int64(cases.memory[case, PLACE])
    _note(case, cases, room)
    _drop(case, moment, cases, pool, rules, room)
    path = _go(rules.goes_on[TICK_LETTER, before], TICK_LETTER, case, -1, moment, 1, before, given, cases, rules, room)
    number = used[EARLIER_TICKS] + used[TICKS]
    broken = _watch(at, number, TICK_LETTER, case, -1, moment, 1, before, given, cases, rules, room)
    if broken or path >= rules.fires.shape[1]:
        room.ticks[used[TICKS], TICK_STEP] = at
        room.ticks[used[TICKS], TICK_CASE] = case
        room.ticks[used[TICKS], TICK_MOMENT] = moment
        room.ticks[used[TICKS], TICK_PATH] = path
        used[TICKS] += 1
    cases.dues[case] = _next_due(case, moment, cases, pool, rules)


@inlined
def _lacks(given, pool, rules, room):
    """Return what there may be too little room for in one step, `DONE` if there is enough."""
    used = room.used
    if used[PATHS] + rules.fires.shape[1] + 1 >= room.ways.shape[0]:
        return FULL_PATHS
    if 2 * (used[VALUES] + max(room.memory.size * given.codes.shape[0], 1)) >= room.known.size:
        return FULL_VALUES
    if used[TOLD] + rules.bits.size + 1 >= room.told.shape[0]:
        return FULL_TOLD
    if used[TICKS] + 1 >= room.ticks.shape[0]:
        return FULL_TICKS
    queues = rules.summed.shape[0]
    if used[FREE_COUNT] < queues and used[FRESH] + queues >= pool.ends.size:
        return FULL_NODES
    return DONE


@compiled
def carry(start, stop, limit, given, cases, pool, rules, room):
    """Carry the cases over the steps from *start* to *stop*, and say how far it came and why it stopped.

    After the last step, time passes for every case, one after the other, until just before the instant *limit*
    (`NEVER`: it does not). These count as steps beyond *stop*.

    """
    memory, clocks, dues = cases.memory, cases.clocks, cases.dues
    ordered = given.rows.size > 0
    end = stop if limit == NEVER else stop + dues.size
    for at in range(start, end):
        if at >= stop:
            case = np.int64(at - stop)
            now = limit
        else:
            row = given.rows[at] if ordered else at
            case = np.int64(given.cases[row])
            now = given.moments[row]
        while dues[case] < now:
            lacking = _lacks(given, pool, rules, room)
            if lacking != DONE:
                return at, lacking
            _tick(min(at, stop), case, given, cases, pool, rules, room)
        if at >= stop:
            continue
        letter = given.letters[row]
        before = memory[case, PLACE]
        easy = rules.quick[letter, before, 0]
        if easy != SLOW:
            memory[case, easy] += 1
            room.paths[at] = rules.quick[letter, before, 1]
            continue
        lacking = _lacks(given, pool, rules, room)
        if lacking != DONE:
            return at, lacking
        _note(case, cases, room)
        node = rules.refused[letter, before]
        if node != -1:
            node = _exit(node, case, row, now, 0, before, given, cases, rules, room)
            if node != -1:
                room.paths[at] = -2 - 2 * before
                _tell(at, -1, -1, before, case, cases, rules, room)
                continue
        _remember(letter, case, row, now, given, cases, pool, rules, room)
        for rest in range(rules.resets.shape[1]):
            if rules.resets[letter, rest]:
                clocks[case, 3 + 3 * rules.moved.shape[1] + rest] = now
        room.paths[at] = _go(rules.fires[letter, before], letter, case, row, now, 0, before, given, cases, rules, room)
        _watch(at, -1, letter, case, row, now, 0, before, given, cases, rules, room)
        if rules.alarms.size or rules.summed.size:
            # A timer whose last instant this is runs out when it is over; if it was over before, it has run out.
            over = now if cases.passed[case] == 2 * now + 1 else now - 1
            dues[case] = _next_due(case, over, cases, pool, rules)
    return end, DONE


@compiled
def spread_outcomes(paths, letters, answered, fired, track, outcomes):
    """Write the outcome of every step on one *track*, in the order of `stepping.OUTCOMES`.

    Args:
        paths: the path of every step.
        letters: its letter.
        answered: by letter and place, the bits of the tracks on which a transition answers.
        fired: by path, the bits of the tracks that moved, and the place before.
        track: the track's number.
        outcomes: by step.

    """
    for at in range(paths.size):
        path = paths[at]
        if path < 0:
            outcomes[at] = 3 if path % 2 == 0 else 4
        elif fired[path, 0] >> track & 1:
            outcomes[at] = 0
        else:
            outcomes[at] = 2 if answered[letters[at], fired[path, 1]] >> track & 1 else 1
