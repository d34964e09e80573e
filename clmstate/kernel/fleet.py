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

from clmstate.kernel.tables import EVENT_SINCE, EVENT_TIMES, FAR, IN_PHASE, NEVER, SINCE, UNTIL, VISITS, Arrays

__all__ = ["MOST_ROUNDS", "Out", "Rows", "Standing", "odd_values", "standing", "suspicious", "walk"]

MOST_ROUNDS: Final = 64
"""Beyond so many rounds the compiled engine decides whether the rules ever settle."""

OUT_COLUMNS: Final = 7
"""Customer, instant, round (negative: by the date of interest; 0: a sign in force), formula, source, target, due since."""

CUSTOMER, AT, PHASE, ENTERED, REACHED, DUE, FLAGGED, FRESH = range(8)

_jit: Any = nb.njit(cache=True, nogil=True, error_model="numpy")
_inline: Any = nb.njit(inline="always", nogil=True, error_model="numpy")  # calls with many arrays cost more than what they do


class Rows(NamedTuple):
    """A batch of rows, sorted by customer and instant.

    Example:
        >>> Rows._fields
        ('customer', 'at', 'event', 'values')
    """

    customer: NDArray[np.int64]
    at: NDArray[np.int64]
    event: NDArray[np.int16]  # -1 is none
    values: NDArray[np.float64]  # [signal, row]; NaN is unchanged


class Standing(NamedTuple):
    """The customer on the way, and room to work.

    Example:
        >>> Standing._fields[:2]
        ('facts', 'bits')
    """

    facts: NDArray[np.int64]
    bits: NDArray[np.uint64]
    values: NDArray[np.float64]
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
    events, clocks = arrays.events, arrays.clocks
    facts = np.zeros(8, np.int64)
    facts[CUSTOMER] = -1

    def ints(size: int) -> NDArray[np.int64]:
        return np.zeros(size, np.int64)

    def bits() -> NDArray[np.uint64]:
        return np.zeros(words, np.uint64)

    return Standing(
        facts, bits(), np.zeros(signals), ints(events), ints(events), ints(arrays.visit_phase.size), ints(arrays.groups),
        ints(clocks), bits(), ints(4 * signals + 4), np.zeros(4 * signals + 4), np.zeros(signals), ints(events), ints(events), bits(),
    )  # fmt: skip


@_inline
def _set(bits, bit, on):  # type: ignore[no-untyped-def]
    word, mask = bit >> 6, np.uint64(1) << np.uint64(bit & 63)
    if on:
        bits[word] |= mask
    else:
        bits[word] &= ~mask


@_inline
def _holds(clauses, bounds, bits, formula):  # type: ignore[no-untyped-def]
    words = bits.size
    for clause in range(bounds[formula], bounds[formula + 1]):
        met = True
        for word in range(words):
            mask = clauses[clause, word]
            if bits[word] & mask != mask:
                met = False
                break
        if met:
            return True
    return False


@_inline
def _sides(a, i, values):  # type: ignore[no-untyped-def]
    """Both sides of a sum; NaN where something is missing. Rounded to nine decimals as Python rounds: the nearest float64."""
    left, right = 0.0, 0.0
    for side in range(2):
        total = 0.0
        for s in range(values.size):
            if a.sum_reads[i, side, s]:
                total += a.sum_factors[i, side, s] * values[s]
        total += a.sum_constant[i, side]
        if a.sum_rounded[i, side] and abs(total) < 8e6:
            total = np.rint(total * 1e9) / 1e9
        if side == 0:
            left = total
        else:
            right = total
    return left, right


@_inline
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


@_inline
def _feel(a, bits, values, happened, times, visits, clocks, at, entered):  # type: ignore[no-untyped-def]
    """Sets the bits of times, counters, sums and gates; returns the next instant at which time alone changes one."""
    due = FAR
    for i in range(a.elapsed_kind.size):
        kind, base = a.elapsed_kind[i], a.elapsed_base[i]
        x, known = np.int64(0), True
        if kind == UNTIL or kind == SINCE:  # noqa: PLR1714, SIM109 -- Numba compiles this to two comparisons
            known = values[base] == values[base]
            if known:
                day = np.int64(values[base])
                x = day - at if kind == UNTIL else at - day
        elif kind == IN_PHASE:
            x = at - entered
        elif kind == EVENT_SINCE:
            known = happened[base] != NEVER
            x = at - happened[base] if known else np.int64(0)
        elif kind == EVENT_TIMES:
            x = times[base]
        elif kind == VISITS:
            x = visits[base]
        else:
            known = clocks[base] != NEVER
            x = at - clocks[base] if known else np.int64(0)
        truth = a.elapsed_missing[i]
        if known:
            low, high = a.elapsed_low[i], a.elapsed_high[i]
            truth = 1 if (low <= x < high) != a.elapsed_inverted[i] else 2
            if kind == UNTIL:
                if x - high + 1 > 0:
                    due = min(due, at + x - high + 1)
                if x - low + 1 > 0:
                    due = min(due, at + x - low + 1)
            elif kind != EVENT_TIMES and kind != VISITS:
                if low > x:
                    due = min(due, at - x + low)
                if high > x:
                    due = min(due, at - x + high)
        _set(bits, a.elapsed_bit[i], truth & a.elapsed_truths[i] != 0)
    for i in range(a.sum_bit.size):
        left, right = _sides(a, i, values)
        truth = 4
        if left == left and right == right:
            truth = 1 if _compared(a.sum_op[i], left, right) else 2
        _set(bits, a.sum_bit[i], truth & a.sum_truths[i] != 0)
    for i in range(a.gate_bit.size):
        every, some = True, False
        for word in range(bits.size):
            mask = a.gate_bits[i, word]
            every = every and bits[word] & mask == mask
            some = some or bits[word] & mask != 0
        _set(bits, a.gate_bit[i], every if a.gate_all[i] else some)
    return due


@_inline
def _choose(clauses, bounds, offered_ways, silent_ways, order, rule_event, bits, phase, offered):  # type: ignore[no-untyped-def]
    if offered != 0:
        for i in range(offered_ways[phase, 0], offered_ways[phase, 1]):
            rule = order[i]
            if (offered >> rule_event[rule]) & 1 and _holds(clauses, bounds, bits, rule):
                return rule
    for i in range(silent_ways[phase, 0], silent_ways[phase, 1]):
        if _holds(clauses, bounds, bits, order[i]):
            return order[i]
    return -1


@_inline
def _due_since(a, s, rule, then, undone, offered):  # type: ignore[no-untyped-def]
    """The earliest instant before now at which the last settled picture alone made a rule's condition true."""
    now = s.facts[AT]
    if not then < now:
        return NEVER
    s.then_values[:] = s.values
    for i in range(undone - 1, -1, -1):
        s.then_values[s.undo_signal[i]] = s.undo_value[i]
    for e in range(s.happened.size):
        again = (offered >> e) & 1
        s.then_times[e] = s.times[e] - again
        if not again:
            s.then_happened[e] = s.happened[e]
    s.then_bits[:] = s.old_bits
    at = then
    while at < now:
        due = _feel(a, s.then_bits, s.then_values, s.then_happened, s.then_times, s.visits, s.clocks, at, s.facts[ENTERED])
        if _holds(a.clause, a.formula_clauses, s.then_bits, rule):
            return at
        at = due
    return NEVER


@_inline
def _enter(a, s, target):  # type: ignore[no-untyped-def]
    source = s.facts[PHASE]
    left, entered = a.phase_group[source], a.phase_group[target]
    if left >= 0 and left != entered:
        s.memory[left] = source
    for v in range(s.visits.size):
        if a.visit_phase[v] == target or (entered >= 0 and entered != left and a.visit_group[v] == entered):
            s.visits[v] += 1
    s.facts[PHASE] = target
    s.facts[ENTERED] = s.facts[AT]


@_inline
def _note(out, s, number, formula, source, target, due):  # type: ignore[no-untyped-def]
    n = out.done[0]
    out.found[n, 0] = s.facts[CUSTOMER]
    out.found[n, 1] = s.facts[AT]
    out.found[n, 2] = number
    out.found[n, 3] = formula
    out.found[n, 4] = source
    out.found[n, 5] = target
    out.found[n, 6] = due
    out.done[0] = n + 1


@_inline
def _settle(a, s, out, then, undone, offered, felt, sign):  # type: ignore[no-untyped-def]
    """The rounds of one observation, then what is written after them. False if it has not come to rest."""
    rules = a.rule_event.size
    number, at_rest = 1, False
    while True:
        if felt:
            s.facts[DUE] = _feel(a, s.bits, s.values, s.happened, s.times, s.visits, s.clocks, s.facts[AT], s.facts[ENTERED])
        if at_rest or number > MOST_ROUNDS:
            break
        phase = s.facts[PHASE]
        rule = _choose(
            a.clause, a.formula_clauses, a.phase_offered, a.phase_silent, a.order, a.rule_event, s.bits, phase, offered
        )  # fmt: skip
        if rule < 0:
            at_rest = True
            ticked = False
            for k in range(s.clocks.size):
                runs = _holds(a.clause, a.formula_clauses, s.bits, rules + k)
                if runs != (s.clocks[k] != NEVER):
                    s.clocks[k] = s.facts[AT] if runs else NEVER
                    ticked = True
            if not ticked:
                break
            felt = True
            continue
        since = NEVER
        if number == 1 and a.rule_event[rule] < 0 and a.rule_timed[rule] and then != NEVER:
            since = _due_since(a, s, rule, then, undone, offered)
        target = phase
        if not a.rule_stays[rule]:
            group = a.rule_resumes[rule]
            target = a.rule_target[rule]
            if group >= 0 and s.memory[group] >= 0:
                target = s.memory[group]
        _note(out, s, sign * number, rule, phase, target, since)
        if not a.rule_stays[rule]:
            _enter(a, s, target)
            felt = True
        offered = np.int64(0)
        number += 1
    for m in range(a.milestones if at_rest and s.facts[REACHED] != (1 << a.milestones) - 1 else 0):
        if not (s.facts[REACHED] >> m) & 1 and _holds(a.clause, a.formula_clauses, s.bits, rules + a.clocks + m):
            s.facts[REACHED] |= 1 << m
            _note(out, s, sign, rules + a.clocks + m, s.facts[PHASE], s.facts[PHASE], NEVER)
    return at_rest


@_inline
def _begin(a, s, customer, at):  # type: ignore[no-untyped-def]
    s.facts[CUSTOMER] = customer
    s.facts[AT] = at
    s.facts[PHASE] = a.first_phase
    s.facts[ENTERED] = at
    s.facts[REACHED] = 0
    s.facts[DUE] = FAR
    s.facts[FLAGGED] = 0
    s.facts[FRESH] = 1
    s.bits[:] = a.first_bits
    s.values[:] = a.first_values
    s.happened[:] = NEVER
    s.times[:] = 0
    s.visits[:] = a.first_visits
    s.memory[:] = -1
    s.clocks[:] = NEVER


@_inline
def _flag(s, out):  # type: ignore[no-untyped-def]
    s.facts[FLAGGED] = 1
    out.flagged[out.done[1]] = s.facts[CUSTOMER]
    out.done[1] += 1


@_inline
def _signs(a, s, out):  # type: ignore[no-untyped-def]
    """Notes the warning signs in force."""
    first = a.rule_event.size + a.clocks + a.milestones
    for i in range(a.sign_phases.shape[0]):
        if a.sign_phases[i, s.facts[PHASE]] and _holds(a.clause, a.formula_clauses, s.bits, first + i):
            _note(out, s, 0, first + i, s.facts[PHASE], s.facts[PHASE], NEVER)


@_jit
def walk(a, s, rows, first, out, as_of, last):  # type: ignore[no-untyped-def]
    """Walks over rows from `first` on.

    Args:
        a: the program.
        s: the customer on the way.
        rows: the batch; it ends with an observation.
        first: where to begin.
        out: where to write what is found; the walk stops before an observation that it may have no room for.
        as_of: the date of interest, or NEVER.
        last: whether no batch follows.

    Returns:
        The first row that was not walked over, and whether all is done.
    """
    n = rows.at.size
    signals = rows.values.shape[0]
    most = out.found.shape[0] - 2 * MOST_ROUNDS - 2 * a.milestones - a.sign_phases.shape[0] - 4
    facts = s.facts
    i = first
    while i < n or (last and facts[CUSTOMER] >= 0):
        if out.done[0] > most or out.done[1] >= out.flagged.size - 2:
            return i, False
        then, undone, offered = facts[AT], 0, np.int64(0)
        closing = facts[CUSTOMER] >= 0 and (i >= n or rows.customer[i] != facts[CUSTOMER])
        if closing:  # the customer's last row is behind us: time passes until the date of interest
            changed = felt = not facts[FLAGGED] and as_of > then and as_of >= facts[DUE]
            if changed:
                s.old_bits[:] = s.bits
                facts[AT] = as_of
        else:
            customer, at = rows.customer[i], rows.at[i]
            if customer != facts[CUSTOMER]:
                _begin(a, s, customer, at)
                then = NEVER
            changed = felt = facts[FRESH] == 1 or at >= facts[DUE] or a.gate_bit.size > 0
            facts[FRESH] = 0
            facts[AT] = at
            for word in range(s.bits.size):
                s.old_bits[word] = s.bits[word]
            while True:
                for signal in range(signals):
                    x = rows.values[signal, i]
                    if x == x and x != s.values[signal]:
                        s.undo_signal[undone] = signal
                        s.undo_value[undone] = s.values[signal]
                        undone = min(undone + 1, s.undo_signal.size - 1)
                        s.values[signal] = x
                        felt = felt or a.signal_felt[signal]
                        for t in range(a.test_bounds[signal], a.test_bounds[signal + 1]):
                            words = a.test_words[t]
                            inside = a.test_low[t] <= x <= a.test_high[t]
                            if words >= 0:
                                inside = (words >> np.int64(x)) & 1 == 1
                            truth = 1 if inside != a.test_inverted[t] else 2
                            word, mask = a.test_bit[t] >> 6, np.uint64(1) << np.uint64(a.test_bit[t] & 63)
                            old = s.bits[word]
                            new = old | mask if truth & a.test_truths[t] else old & ~mask
                            if new != old:
                                s.bits[word] = new
                                changed = True
                e = rows.event[i]
                if e >= 0 and not (offered >> e) & 1:
                    offered |= np.int64(1) << e
                    s.then_happened[e] = s.happened[e]
                    s.happened[e] = at
                    s.times[e] += 1
                    felt = True
                i += 1
                if i >= n or rows.at[i] != at or rows.customer[i] != customer:
                    break
        if (changed or felt) and not facts[FLAGGED]:
            if not _settle(a, s, out, then, undone, offered, felt, -1 if closing else 1):
                _flag(s, out)
        if closing:
            if not facts[FLAGGED]:
                _signs(a, s, out)
            facts[CUSTOMER] = -1
    return n, True


@_jit
def odd_values(values, low, high, whole, odd):  # type: ignore[no-untyped-def]
    """Marks rows with a value that is out of bounds, or not whole where it must be."""
    for signal in range(values.shape[0]):
        lowest, highest, must = low[signal], high[signal], whole[signal]
        for i in range(values.shape[1]):
            x = values[signal, i]
            if x == x and (x < lowest or x > highest or (must and x != np.floor(x))):
                odd[i] = True


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
