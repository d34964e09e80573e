"""Whole customers on their way: what holds of a part, and which of its rules is taken."""

from __future__ import annotations

import numpy as np

from clmstate.kernel.tables import CLOCK, EVENT_SINCE, EVENT_TIMES, FAR, IN_PHASE, NEVER, SINCE, UNTIL
from clmstate.replay.wholes.facts import A, G, compiled, flat, flat_floats, inlined, wide, wide_floats
from clmstate.replay.wholes.places import K, N

__all__ = ["choose", "due_since", "enter", "feel", "feel_rest", "holds", "take_value"]

# mypy: disable-error-code="no-untyped-def, call-arg, attr-defined"


@inlined
def holds(g, k, n, base, formula):
    """Whether a formula holds of a part, as far as its bits from `base` on say."""
    t, m, i = wide(g, A.T), flat(g, A.M), wide(g, A.I)
    words, clauses, formulas = t[k, K.WORDS], t[k, K.CLAUSES], t[k, K.FORMULAS]
    for clause in range(m[formulas + formula], m[formulas + formula + 1]):
        met = True
        for word in range(words):
            mask = m[clauses + clause * words + word]
            if i[n, base + word] & mask != mask:
                met = False
                break
        if met:
            return True
    return False


@inlined
def _set(g, n, base, bit, on):
    i = wide(g, A.I)
    word, mask = base + (bit >> 6), np.int64(1) << (bit & 63)
    if on:
        i[n, word] |= mask
    else:
        i[n, word] &= ~mask


@inlined
def take_value(g, k, n, s, v):
    """A value: its bits, and how far it may go without changing any. Whether anybody has to look at it."""
    t = wide(g, A.T)
    m = flat(g, A.M)
    x = flat_floats(g, A.X)
    i = wide(g, A.I)
    f = wide_floats(g, A.F)
    f[n, t[k, K.VALUES] + s] = v
    signals, bits = t[k, K.SIGNALS] + 2 * s, t[k, K.BITS]
    changed, low, high = False, -np.inf, np.inf
    for test in range(m[signals], m[signals + 2]):
        place, limit = t[k, K.TESTS] + 4 * test, t[k, K.LIMITS] + 4 * test
        words, inside = m[place + 1], False
        if v != v:
            pass
        elif words >= 0:
            inside = (words >> np.int64(v)) & 1 == 1
            low = high = v
        elif v < x[limit]:
            high = min(high, x[limit + 2])
        elif v > x[limit + 1]:
            low = max(low, x[limit + 3])
        else:
            inside = True
            low, high = max(low, x[limit]), min(high, x[limit + 1])
        truth = 4 if v != v else 1 if inside != (m[place + 2] == 1) else 2
        bit = m[place]
        word, mask = bits + (bit >> 6), np.int64(1) << (bit & 63)
        old = i[n, word]
        new = old | mask if truth & m[place + 3] else old & ~mask
        i[n, word] = new
        changed = changed or new != old
    felt, counted = m[signals + 1] == 1, m[t[k, K.SIGNAL_MASK] + s]
    if felt or counted != 0:
        low = high = v
    if v != v:
        low, high = np.inf, -np.inf
    f[n, t[k, K.LOW] + s] = low
    f[n, t[k, K.HIGH] + s] = high
    i[n, N.MASK] |= counted
    if felt or (changed and t[k, K.N_GATES] > 0):
        i[n, N.FELT] = 1
    return changed or felt or counted != 0


@compiled
def _feel_time(g, k, n, bits, values, happened, times, at):
    """Sets the bits of times and counters; returns the next instant at which time alone changes one."""
    t, m, i, f = wide(g, A.T), flat(g, A.M), wide(g, A.I), wide_floats(g, A.F)
    due = FAR
    for e in range(t[k, K.N_ELAPSED]):
        row = t[k, K.ELAPSED] + 8 * e
        kind, base = m[row], m[row + 1]
        start, known, now = np.int64(0), True, np.int64(0)
        if kind in (UNTIL, SINCE):
            v = f[n, values + base]
            known = v == v
            start = np.int64(v) if known else start
        elif kind == IN_PHASE:
            start = i[n, N.ENTERED]
        elif kind == EVENT_SINCE:
            start = i[n, happened + base]
            known = start != NEVER
        elif kind == CLOCK:
            start = i[n, t[k, K.CLOCKS] + base]
            known = start != NEVER
        elif kind == EVENT_TIMES:
            now = i[n, times + base]
        else:
            now = i[n, t[k, K.VISITS] + base]
        truth = m[row + 6]
        if known:
            low, high = m[row + 2], m[row + 3]
            first, second = NEVER, NEVER
            if kind == UNTIL:
                now = start - at
                first, second = start - high + 1, start - low + 1
            elif kind in (SINCE, IN_PHASE, EVENT_SINCE, CLOCK):
                now = at - start
                first, second = start + low, start + high
            if at < first < due:
                due = first
            if at < second < due:
                due = second
            truth = 1 if (low <= now < high) != (m[row + 4] == 1) else 2
        _set(g, n, bits, m[row + 7], truth & m[row + 5] != 0)
    return due


@inlined
def _side(g, n, factors, read, rounded, values, signals):
    """One side of a sum; NaN where something is missing. Rounded to nine decimals as Python rounds: the nearest float64."""
    m, x, f = flat(g, A.M), flat_floats(g, A.X), wide_floats(g, A.F)
    total = x[factors + signals]
    for s in range(signals):
        if m[read + s]:
            total += x[factors + s] * f[n, values + s]
    if rounded and abs(total) < 8e6:
        total = np.rint(total * 1e9) / 1e9
    return total


@inlined
def _compared(op, a, b):
    if op == 0:
        return a < b
    if op == 1:
        return a <= b
    if op == 2:
        return a == b
    if op == 3:
        return a != b
    if op == 4:
        return a >= b
    return a > b


@compiled
def feel_rest(g, k, n, bits, values):
    """Sets the bits of sums and gates."""
    t, m, i = wide(g, A.T), flat(g, A.M), wide(g, A.I)
    signals, words = t[k, K.N_SIGNALS], t[k, K.WORDS]
    for e in range(t[k, K.N_SUMS]):
        row, factors, read = t[k, K.SUMS] + 5 * e, t[k, K.FACTORS] + 2 * e * (signals + 1), t[k, K.READ] + 2 * e * signals
        left = _side(g, n, factors, read, m[row + 3], values, signals)
        right = _side(g, n, factors + signals + 1, read + signals, m[row + 4], values, signals)
        truth = 4
        if left == left and right == right:
            truth = 1 if _compared(m[row], left, right) else 2
        _set(g, n, bits, m[row + 2], truth & m[row + 1] != 0)
    for gate in range(t[k, K.N_GATES]):
        every, some = True, False
        for word in range(words):
            mask = m[t[k, K.GATES] + gate * words + word]
            every = every and i[n, bits + word] & mask == mask
            some = some or i[n, bits + word] & mask != 0
        row = t[k, K.GATE_BITS] + 2 * gate
        _set(g, n, bits, m[row], every if m[row + 1] else some)


@compiled
def feel(g, k, n):
    """All bits of a part that are not those of a test, now."""
    t, i = wide(g, A.T), wide(g, A.I)
    i[n, N.FELT] = 0
    bits, values = t[k, K.BITS], t[k, K.VALUES]
    i[n, N.DUE] = _feel_time(g, k, n, bits, values, t[k, K.HAPPENED], t[k, K.TIMES], g[G.AT])
    feel_rest(g, k, n, bits, values)


@inlined
def choose(g, k, n, offered):
    """The first rule that is true; -1 if none is."""
    t, m, i = wide(g, A.T), flat(g, A.M), wide(g, A.I)
    phase, order, rules, bits = t[k, K.PHASES] + 5 * i[n, N.PHASE], t[k, K.ORDER], t[k, K.RULES], t[k, K.BITS]
    if offered != 0:
        for place in range(m[phase], m[phase + 1]):
            rule = m[order + place]
            if (offered >> m[rules + 5 * rule]) & 1 and holds(g, k, n, bits, rule):
                return rule
    for place in range(m[phase + 2], m[phase + 3]):
        if holds(g, k, n, bits, m[order + place]):
            return m[order + place]
    return -1


@compiled
def due_since(g, k, n, rule, then, now):
    """The earliest instant before now at which the last settled picture alone made a rule's condition true."""
    t = wide(g, A.T)
    bits, values = t[k, K.OLD_BITS], t[k, K.OLD_VALUES]
    at = then
    while at < now:
        due = _feel_time(g, k, n, bits, values, t[k, K.OLD_HAPPENED], t[k, K.OLD_TIMES], at)
        feel_rest(g, k, n, bits, values)
        if holds(g, k, n, bits, rule):
            return at
        at = due
    return NEVER


@inlined
def enter(g, k, n, target):
    """A part moves to another phase."""
    t, m, i = wide(g, A.T), flat(g, A.M), wide(g, A.I)
    source = i[n, N.PHASE]
    phases, visited = t[k, K.PHASES], t[k, K.VISITED]
    left, entered = m[phases + 5 * source + 4], m[phases + 5 * target + 4]
    if left >= 0 and left != entered:
        i[n, t[k, K.MEMORY] + left] = source
    for v in range(t[k, K.N_VISITS]):
        if m[visited + 2 * v] == target or (entered >= 0 and entered != left and m[visited + 2 * v + 1] == entered):
            i[n, t[k, K.VISITS] + v] += 1
    i[n, N.PHASE] = target
    i[n, N.ENTERED] = g[G.AT]
    i[n, N.FELT] = 1
