"""Many customers in columns: one walk over sorted rows, compiled once by Numba for all models.

The state of the customer on the way is a handful of arrays, so a walk can stop after any observation and go on with the next batch. It
decides what the settle loop decides, observation by observation; whatever it cannot decide (rules that have not come to rest after
:data:`MOST_ROUNDS` rounds) it leaves to the compiled engine, by flagging the customer.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numba as nb
import numpy as np
from numpy.typing import NDArray

from clmstate.kernel.tables import CLOCK, EVENT_SINCE, EVENT_TIMES, FAR, IN_PHASE, NEVER, SINCE, UNTIL, VISITS, Arrays

__all__ = ["MOST_ROUNDS", "Out", "Rows", "Standing", "standing", "suspicious", "walk"]

MOST_ROUNDS: Final = 64
"""Beyond so many rounds the compiled engine decides whether the rules ever settle."""

OUT_COLUMNS: Final = 7
"""Customer, instant, round (negative: by the date of interest; 0: a sign in force), formula, source, target, due since."""

CUSTOMER, AT, PHASE, ENTERED, REACHED, DUE, FLAGGED, FRESH = range(8)

ALL: Final = 2**7 - 1
"""The bits of all kinds of elapsed times and counters."""
PLACES, EVENTS, CLOCKS = 1 << IN_PHASE | 1 << VISITS, 1 << EVENT_SINCE | 1 << EVENT_TIMES, 1 << CLOCK
DATES: Final = 1 << UNTIL | 1 << SINCE
"""The bits of those that depend on where a customer is, on what has happened, on clocks, and on values."""

_OPTIONS: Final[dict[str, Any]] = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}
"""Nothing is allocated on the walk, so nobody need count who refers to an array (``_nrt``); counting took a third of the time."""
_jit: Any = nb.njit(**_OPTIONS)
_inside: Any = nb.njit(**_OPTIONS, forceinline=True)
"""For what the walk asks all the time: a call hands seven words on for each array, which costs more than most answers."""


class Rows(NamedTuple):
    """A batch of rows, sorted by customer and instant.

    Example:
        >>> Rows._fields
        ('customer', 'at', 'event', 'values', 'signals')
    """

    customer: NDArray[np.int64]
    at: NDArray[np.int64]
    event: NDArray[np.int16]  # -1 is none
    values: NDArray[np.float64]  # [column, row]; NaN is unchanged
    signals: NDArray[np.int64]  # the signal of each column; what is not said at all needs none


class Standing(NamedTuple):
    """The customer on the way, and room to work.

    Attributes:
        facts: customer, instant, phase, since when, milestones, when time may change something, whether left to others, whether new.
        bits, values: what holds, and what is known; of a signal that only tests read, not which value it is, but that it is inside its span.
        spans: for each signal from where to where it may go without changing a bit; empty where it has not been looked at.
        happened, times: when each event was last offered, and how often it was.
        visits, memory, clocks: entries of counted places, where groups were left, since when clocks run.
        old_bits: as they were when last settled.
        undo_signal, undo_value: what the observation has changed.
        then_values, then_happened, then_times, then_bits: room for the last settled picture.
        soon, then_soon: for each elapsed time, the next instant at which it may change its bit.
        ahead: for each column of the batch the next row that changes something; then the next that tells of an event.

    Example:
        >>> Standing._fields[:2]
        ('facts', 'bits')
    """

    facts: NDArray[np.int64]
    bits: NDArray[np.uint64]
    values: NDArray[np.float64]
    spans: NDArray[np.float64]
    happened: NDArray[np.int64]
    times: NDArray[np.int64]
    visits: NDArray[np.int64]
    memory: NDArray[np.int64]
    clocks: NDArray[np.int64]
    old_bits: NDArray[np.uint64]
    undo_signal: NDArray[np.int64]
    undo_value: NDArray[np.float64]
    then_values: NDArray[np.float64]
    then_happened: NDArray[np.int64]
    then_times: NDArray[np.int64]
    then_bits: NDArray[np.uint64]
    soon: NDArray[np.int64]
    then_soon: NDArray[np.int64]
    ahead: NDArray[np.int64]


class Out(NamedTuple):
    """What a walk found; its first `done[0]` rows, and the first `done[1]` customers it leaves to others.

    Example:
        >>> Out._fields
        ('found', 'flagged', 'done')
    """

    found: NDArray[np.int64]
    flagged: NDArray[np.int64]
    done: NDArray[np.int64]


def standing(arrays: Arrays) -> Standing:
    """Room for one customer, before the first.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> from clmstate.kernel.tables import as_arrays
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> int(standing(as_arrays(Deal.definition).arrays).facts[CUSTOMER])
        -1
    """
    words, signals = arrays.first_bits.size, arrays.first_values.size
    _, _, clocks, _, events, groups = arrays.facts.tolist()
    facts = np.zeros(8, np.int64)
    facts[CUSTOMER] = -1

    def ints(size: int) -> NDArray[np.int64]:
        return np.zeros(size, np.int64)

    def bits() -> NDArray[np.uint64]:
        return np.zeros(words, np.uint64)

    return Standing(
        facts, bits(), np.zeros(signals), np.zeros((2, signals)), ints(events), ints(events), ints(len(arrays.visited)), ints(groups), ints(clocks),
        bits(), ints(4 * signals + 4), np.zeros(4 * signals + 4), np.zeros(signals), ints(events), ints(events), bits(),
        ints(len(arrays.elapsed)), ints(len(arrays.elapsed)), ints(signals + 1),
    )  # fmt: skip


@_inside
def _set(bits, bit, on):  # type: ignore[no-untyped-def]
    word, mask = bit >> 6, np.uint64(1) << np.uint64(bit & 63)
    if on:
        bits[word] |= mask
    else:
        bits[word] &= ~mask


@_inside
def _holds(clauses, formulas, bits, formula):  # type: ignore[no-untyped-def]
    found = False
    for clause in range(formulas[formula], formulas[formula + 1]):
        met = bits[0] & clauses[clause, 0] == clauses[clause, 0]
        for word in range(1, bits.size):
            met = met and bits[word] & clauses[clause, word] == clauses[clause, word]
        if met:
            found = True
            break
    return found


@_inside
def _side(factors, read, rounded, values):  # type: ignore[no-untyped-def]
    """One side of a sum; NaN where something is missing. Rounded to nine decimals as Python rounds: the nearest float64."""
    total = factors[values.size]
    for s in range(values.size):
        if read[s]:
            total += factors[s] * values[s]
    if rounded and abs(total) < 8e6:
        total = np.rint(total * 1e9) / 1e9
    return total


@_inside
def _compared(op, x, y):  # type: ignore[no-untyped-def]
    if op == 0:
        return x < y
    if op == 1:
        return x <= y
    if op == 2:
        return x == y
    if op == 3:
        return x != y
    if op == 4:
        return x >= y
    return x > y


@_inside
def _feel_time(elapsed, bits, values, happened, times, visits, clocks, soon, stale, at, entered):  # type: ignore[no-untyped-def]
    """Sets the bits of times and counters that may be others than before; returns the next instant at which time alone changes one.

    Args:
        soon: when each was to be looked at again; kept here.
        stale: a bit for each kind of which something else than the time has changed.
    """
    due = FAR
    for i in range(elapsed.shape[0]):
        kind, base = elapsed[i, 0], elapsed[i, 1]
        if not (stale >> kind) & 1 and soon[i] > at:
            due = min(due, soon[i])
            continue
        start, known, x = np.int64(0), True, np.int64(0)
        if kind in (UNTIL, SINCE):
            known = values[base] == values[base]
            start = np.int64(values[base]) if known else start
        elif kind == IN_PHASE:
            start = entered
        elif kind == EVENT_SINCE:
            start = happened[base]
            known = start != NEVER
        elif kind == CLOCK:
            start = clocks[base]
            known = start != NEVER
        elif kind == EVENT_TIMES:
            x = times[base]
        else:
            x = visits[base]
        truth, again = elapsed[i, 6], FAR
        if known:
            low, high = elapsed[i, 2], elapsed[i, 3]
            first, second = start + low, start + high
            if kind == UNTIL:
                x = start - at
                first, second = start - high + 1, start - low + 1
            elif kind in (EVENT_TIMES, VISITS):
                first = second = NEVER
            else:
                x = at - start
            if first > at:
                again = min(again, first)
            if second > at:
                again = min(again, second)
            truth = 1 if (low <= x < high) != (elapsed[i, 4] == 1) else 2
        soon[i] = again
        due = min(due, again)
        _set(bits, elapsed[i, 7], truth & elapsed[i, 5] != 0)
    return due


@_inside
def _feel_rest(sums, factors, read, gates, gate_bits, bits, values):  # type: ignore[no-untyped-def]
    """Sets the bits of sums and gates."""
    for i in range(sums.shape[0]):
        left = _side(factors[i, 0], read[i, 0], sums[i, 3], values)
        right = _side(factors[i, 1], read[i, 1], sums[i, 4], values)
        truth = 4
        if left == left and right == right:
            truth = 1 if _compared(sums[i, 0], left, right) else 2
        _set(bits, sums[i, 2], truth & sums[i, 1] != 0)
    for i in range(gates.shape[0]):
        every, some = True, False
        for word in range(bits.size):
            mask = gates[i, word]
            every = every and bits[word] & mask == mask
            some = some or bits[word] & mask != 0
        _set(bits, gate_bits[i, 0], every if gate_bits[i, 1] else some)


@_inside
def _choose(clauses, formulas, phases, order, rules, bits, phase, offered):  # type: ignore[no-untyped-def]
    if offered != 0:
        for i in range(phases[phase, 0], phases[phase, 1]):
            rule = order[i]
            if (offered >> rules[rule, 0]) & 1 and _holds(clauses, formulas, bits, rule):
                return rule
    for i in range(phases[phase, 2], phases[phase, 3]):
        if _holds(clauses, formulas, bits, order[i]):
            return order[i]
    return -1


@_inside
def _due_since(a, s, rule, then, due, undone, offered):  # type: ignore[no-untyped-def]
    """The earliest instant before now at which the last settled picture alone made a rule's condition true; `due` is when time changed it."""
    now = s.facts[AT]
    if _holds(a.clauses, a.formulas, s.old_bits, rule):
        return then
    if due >= now:
        return NEVER
    for k in range(s.values.size):
        s.then_values[k] = s.values[k]
    for k in range(undone - 1, -1, -1):
        s.then_values[s.undo_signal[k]] = s.undo_value[k]
    for e in range(s.happened.size):
        again = (offered >> e) & 1
        s.then_times[e] = s.times[e] - again
        if not again:
            s.then_happened[e] = s.happened[e]
    for k in range(s.old_bits.size):
        s.then_bits[k] = s.old_bits[k]
    at, stale = due, ALL
    while at < now:
        due = _feel_time(
            a.elapsed, s.then_bits, s.then_values, s.then_happened, s.then_times, s.visits, s.clocks, s.then_soon, stale, at,
            s.facts[ENTERED],
        )  # fmt: skip
        _feel_rest(a.sums, a.factors, a.read, a.gates, a.gate_bits, s.then_bits, s.then_values)
        if _holds(a.clauses, a.formulas, s.then_bits, rule):
            return at
        at, stale = due, 0
    return NEVER


@_inside
def _enter(phases, visited, facts, visits, memory, target):  # type: ignore[no-untyped-def]
    source = facts[PHASE]
    left, entered = phases[source, 4], phases[target, 4]
    if left >= 0 and left != entered:
        memory[left] = source
    for v in range(visits.size):
        if visited[v, 0] == target or (entered >= 0 and entered != left and visited[v, 1] == entered):
            visits[v] += 1
    facts[PHASE] = target
    facts[ENTERED] = facts[AT]


@_inside
def _note(found, done, facts, number, formula, target, due):  # type: ignore[no-untyped-def]
    n = done[0]
    found[n, 0] = facts[CUSTOMER]
    found[n, 1] = facts[AT]
    found[n, 2] = number
    found[n, 3] = formula
    found[n, 4] = facts[PHASE]
    found[n, 5] = target
    found[n, 6] = due
    done[0] = n + 1


@_inside
def _begin(first, facts, bits, values, low, high, happened, times, visits, memory, clocks, customer, at):  # type: ignore[no-untyped-def]
    phase, first_bits, first_values, first_visits = first
    facts[CUSTOMER], facts[AT], facts[PHASE], facts[ENTERED] = customer, at, phase, at
    facts[REACHED], facts[DUE], facts[FLAGGED], facts[FRESH] = 0, FAR, 0, 1
    for i in range(bits.size):
        bits[i] = first_bits[i]
    for i in range(values.size):
        values[i], low[i], high[i] = first_values[i], np.inf, -np.inf
    for i in range(happened.size):
        happened[i], times[i] = NEVER, 0
    for i in range(visits.size):
        visits[i] = first_visits[i]
    for i in range(memory.size):
        memory[i] = -1
    for i in range(clocks.size):
        clocks[i] = NEVER


@_inside
def _test(tests, limits, bits, low_of, high_of, signal, begin, end, felt, x):  # type: ignore[no-untyped-def]
    """A value: the bits of its tests, and how far it may go without changing any. Whether any of them changed."""
    changed = False
    low, high = -np.inf, np.inf
    for t in range(begin, end):
        words = tests[t, 1]
        if words >= 0:
            inside = (words >> np.int64(x)) & 1 == 1
            low = high = x
        elif x < limits[t, 0]:
            inside = False
            high = min(high, limits[t, 2])
        elif x > limits[t, 1]:
            inside = False
            low = max(low, limits[t, 3])
        else:
            inside = True
            low, high = max(low, limits[t, 0]), min(high, limits[t, 1])
        truth = 1 if inside != (tests[t, 2] == 1) else 2
        bit = tests[t, 0]
        word, mask = bit >> 6, np.uint64(1) << np.uint64(bit & 63)
        old = bits[word]
        new = old | mask if truth & tests[t, 3] else old & ~mask
        bits[word] = new
        changed = changed or new != old
    low_of[signal] = x if felt else low
    high_of[signal] = x if felt else high
    return changed


@_inside
def _outside(column, low, high, begin, end):  # type: ignore[no-untyped-def]
    """The first row from `begin` on whose value is outside a span; `end` if none is. NaN is inside."""
    values = column[begin:end]
    for j in range(values.size):
        x = values[j]
        if (x < low) | (x > high):
            return begin + j
    return end


@_inside
def _told(event, begin, end):  # type: ignore[no-untyped-def]
    """The first row from `begin` on that tells of an event; `end` if none does."""
    events = event[begin:end]
    for j in range(events.size):
        if events[j] >= 0:
            return begin + j
    return end


@_inside
def _last_of(customers, begin):  # type: ignore[no-untyped-def]
    """Behind the last row of the customer whom row `begin` is about."""
    following = customers[begin:]
    for j in range(following.size):
        if following[j] != following[0]:
            return begin + j
    return customers.size


@_jit
def walk(a, s, rows, start, out, as_of, last):  # type: ignore[no-untyped-def]
    """Walks over rows from `start` on.

    Everything is unpacked once and written out in one loop: a call that takes a tuple of arrays costs more than an observation.

    Args:
        a: the program.
        s: the customer on the way.
        rows: the batch; it ends with an observation.
        start: where to begin.
        out: where to write what is found; the walk stops before an observation that it may have no room for.
        as_of: the date of interest, or NEVER.
        last: whether no batch follows.

    Returns:
        The first row that was not walked over, and whether all is done.
    """
    clauses, formulas, phases, order, rules, visited = a.clauses, a.formulas, a.phases, a.order, a.rules, a.visited
    signals, tests, limits, elapsed, signs = a.signals, a.tests, a.limits, a.elapsed, a.signs
    sums, factors, summed, gates, gate_bits = a.sums, a.factors, a.read, a.gates, a.gate_bits
    rule_count, clock_count, milestones = a.facts[1], a.facts[2], a.facts[3]
    facts, bits, values, low, high = s.facts, s.bits, s.values, s.spans[0], s.spans[1]
    happened, times, visits = s.happened, s.times, s.visits
    memory, clocks, old_bits, undo_signal, undo_value = s.memory, s.clocks, s.old_bits, s.undo_signal, s.undo_value
    then_happened = s.then_happened
    row_customer, row_at, row_event, row_values, row_signals = rows.customer, rows.at, rows.event, rows.values, rows.signals
    soon, ahead = s.soon, s.ahead
    found, flagged, done = out.found, out.flagged, out.done
    n, columns, gated = row_at.size, row_values.shape[0], gates.shape[0] > 0
    most = found.shape[0] - 2 * MOST_ROUNDS - 2 * milestones - signs.shape[0] - 4
    undo_last = undo_signal.size - 1
    i, first = start, (a.facts[0], a.first_bits, a.first_values, a.first_visits)
    end = i  # behind the last row of the customer, in this batch
    if i < n and row_customer[i] == facts[CUSTOMER]:
        end = _last_of(row_customer, i)
        for column in range(columns):
            ahead[column] = _outside(row_values[column], low[row_signals[column]], high[row_signals[column]], i, end)
        ahead[columns] = _told(row_event, i, end)
    while i < n or (last and facts[CUSTOMER] >= 0):
        if done[0] > most or done[1] >= flagged.size - 2:
            return i, False
        customer, due, begin = facts[CUSTOMER], facts[DUE], i
        i = end  # what changes nothing is passed over
        for column in range(columns + 1):
            i = min(i, ahead[column]) if begin < end else i
        if begin < i and row_at[i - 1] >= due:
            i = begin
            while row_at[i] < due:
                i += 1
        while begin < i < end and row_at[i - 1] == row_at[i]:  # an observation is taken as a whole
            i -= 1
        if i > begin:
            facts[AT] = row_at[i - 1]
        if i >= n and not last:
            break  # the customer may go on in the next batch
        then, undone, offered, sign, stale = facts[AT], 0, np.int64(0), 1, 0
        closing = facts[CUSTOMER] >= 0 and i >= end
        if closing:  # the customer's last row is behind us: time passes until the date of interest
            changed = felt = as_of > then and as_of >= facts[DUE]
            sign = -1
            if changed:
                for word in range(bits.size):
                    old_bits[word] = bits[word]
                facts[AT] = as_of
        else:
            customer, at = row_customer[i], row_at[i]
            if customer != facts[CUSTOMER]:
                _begin(first, facts, bits, values, low, high, happened, times, visits, memory, clocks, customer, at)
                end = _last_of(row_customer, i)
                for column in range(columns):
                    ahead[column] = _outside(row_values[column], np.inf, -np.inf, i, end)
                ahead[columns] = _told(row_event, i, end)
                then = NEVER
            changed = felt = facts[FRESH] == 1 or at >= facts[DUE]
            stale = ALL if facts[FRESH] == 1 else 0
            facts[FRESH] = 0
            facts[AT] = at
            for word in range(bits.size):
                old_bits[word] = bits[word]
            while True:
                for column in range(columns):
                    if ahead[column] == i:
                        x, signal = row_values[column, i], row_signals[column]
                        undo_signal[undone] = signal
                        undo_value[undone] = values[signal]
                        undone = min(undone + 1, undo_last)
                        values[signal] = x
                        read = signals[signal, 1] == 1
                        if read:
                            felt = True
                            stale |= DATES
                        if _test(tests, limits, bits, low, high, signal, signals[signal, 0], signals[signal + 1, 0], read, x):
                            changed = True
                        ahead[column] = _outside(row_values[column], low[signal], high[signal], i + 1, end)
                if ahead[columns] == i:
                    e = row_event[i]
                    if not (offered >> e) & 1:
                        offered |= np.int64(1) << e
                        then_happened[e] = happened[e]
                        happened[e] = at
                        times[e] += 1
                        felt = True
                        stale |= EVENTS
                    ahead[columns] = _told(row_event, i + 1, end)
                i += 1
                if i >= end or row_at[i] != at:
                    break
        felt = felt or (changed and gated)
        if (changed or felt) and not facts[FLAGGED]:
            number, at_rest = 1, False
            while number <= MOST_ROUNDS:
                if felt:
                    facts[DUE] = _feel_time(
                        elapsed, bits, values, happened, times, visits, clocks, soon, stale, facts[AT], facts[ENTERED]
                    )
                    stale = 0
                    _feel_rest(sums, factors, summed, gates, gate_bits, bits, values)
                if at_rest:
                    break
                phase = facts[PHASE]
                rule = _choose(clauses, formulas, phases, order, rules, bits, phase, offered)
                if rule < 0:
                    at_rest, felt = True, False
                    for k in range(clock_count):
                        runs = _holds(clauses, formulas, bits, rule_count + k)
                        if runs != (clocks[k] != NEVER):
                            clocks[k] = facts[AT] if runs else NEVER
                            felt = True
                            stale |= CLOCKS
                    continue
                since = NEVER
                if number == 1 and rules[rule, 0] < 0 and rules[rule, 4] and NEVER < then < facts[AT]:
                    since = _due_since(a, s, rule, then, due, undone, offered)
                target = rules[rule, 1]
                if rules[rule, 3]:
                    target = phase
                elif rules[rule, 2] >= 0 and memory[rules[rule, 2]] >= 0:
                    target = memory[rules[rule, 2]]
                _note(found, done, facts, sign * number, rule, target, since)
                if not rules[rule, 3]:
                    _enter(phases, visited, facts, visits, memory, target)
                    felt = True
                    stale |= PLACES
                offered = np.int64(0)
                number += 1
            if not at_rest:
                facts[FLAGGED] = 1
                flagged[done[1]] = facts[CUSTOMER]
                done[1] += 1
            elif facts[REACHED] != (1 << milestones) - 1:
                for m in range(milestones):
                    if not (facts[REACHED] >> m) & 1 and _holds(clauses, formulas, bits, rule_count + clock_count + m):
                        facts[REACHED] |= 1 << m
                        _note(found, done, facts, sign, rule_count + clock_count + m, facts[PHASE], NEVER)
        if closing:
            for k in range(signs.shape[0] if not facts[FLAGGED] else 0):
                formula = rule_count + clock_count + milestones + k
                if signs[k, facts[PHASE]] and _holds(clauses, formulas, bits, formula):
                    _note(found, done, facts, 0, formula, facts[PHASE], NEVER)
            facts[CUSTOMER] = -1
    return n, True


@_jit
def suspicious(rows, found):  # type: ignore[no-untyped-def]
    """Marks all rows of an instant that may contradict or repeat each other; `found` says how many there are."""
    n, signals = rows.at.size, rows.values.shape[0]
    marked = 0
    start = 0
    while start < n:
        end = start + 1
        while end < n and rows.at[end] == rows.at[start] and rows.customer[end] == rows.customer[start]:
            end += 1
        if end - start > 1:
            doubt = False
            for i in range(start, end):
                empty = rows.event[i] < 0
                for signal in range(signals):
                    if rows.values[signal, i] == rows.values[signal, i]:
                        empty = False
                        for j in range(start, i):
                            if rows.values[signal, j] == rows.values[signal, j]:
                                doubt = True
                for j in range(start, i):
                    if rows.event[i] >= 0 and rows.event[i] == rows.event[j]:
                        doubt = True
                doubt = doubt or empty
            if doubt:
                found[start:end] = True
                marked += end - start
        start = end
    return marked
