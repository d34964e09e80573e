"""Whole customers on their way: who takes part in a round, what members contribute to roll-ups, and the ports that these feed."""

from __future__ import annotations

from typing import Final

import numpy as np

from clmstate.replay.wholes.facts import ENTRIES, ROLL_UPS, WIRES, A, G, compiled, flat, flat_floats, inlined, wide, wide_floats
from clmstate.replay.wholes.places import ALL_OF, ENTRY, FEED, NOT_SO, ROLL_UP, STANDS_IN, TOTAL, WIRE, K, N
from clmstate.replay.wholes.truths import feel_rest, holds, take_value

__all__ = ["counted", "keep", "leaf_of", "mark", "propagate", "recount", "wake"]

_EXACT: Final = 2.0**53

# mypy: disable-error-code="no-untyped-def, call-arg, attr-defined"


@inlined
def keep(g, k, n):
    """A part that time may move is kept as it was last settled, before anything of it changes."""
    t, i, f = wide(g, A.T), wide(g, A.I), wide_floats(g, A.F)
    if t[k, K.TIMED] != 1 or i[n, N.KEPT] == g[G.STAMP]:
        return
    i[n, N.KEPT] = g[G.STAMP]
    for word in range(t[k, K.WORDS]):
        i[n, t[k, K.OLD_BITS] + word] = i[n, t[k, K.BITS] + word]
    for s in range(t[k, K.N_SIGNALS]):
        f[n, t[k, K.OLD_VALUES] + s] = f[n, t[k, K.VALUES] + s]
    for e in range(t[k, K.N_EVENTS]):
        i[n, t[k, K.OLD_HAPPENED] + e] = i[n, t[k, K.HAPPENED] + e]
        i[n, t[k, K.OLD_TIMES] + e] = i[n, t[k, K.TIMES] + e]


@inlined
def wake(g, n):
    """A part takes part in the next round."""
    i, q = wide(g, A.I), wide(g, A.Q)
    if i[n, N.TOUCHED] != g[G.STAMP]:
        i[n, N.TOUCHED] = g[G.STAMP]
        q[0, g[G.TOUCHED]] = n
        g[G.TOUCHED] += 1
    if i[n, N.ACTIVE] != g[G.ROUND]:
        i[n, N.ACTIVE] = g[G.ROUND]
        q[1 + g[G.LIST], g[G.NEXT]] = n
        g[G.NEXT] += 1


# ---- roll-ups and wires


@inlined
def mark(g, room, wire):
    """A wire whose feed may have changed."""
    t, i, q = wide(g, A.T), wide(g, A.I), wide(g, A.Q)
    flag = t[i[room, N.KIND], K.DIRTY] + wire
    if i[room, flag] == 0:
        i[room, flag] = 1
        place = g[G.TAIL] % q.shape[1]
        q[3, place] = room
        q[4, place] = wire
        g[G.TAIL] += 1


@inlined
def leaf_of(g, n, way):
    """The part that stands for a member: itself, or the One part inside that is named."""
    t, m, i = wide(g, A.T), flat(g, A.M), wide(g, A.I)
    for place in range(m[way]):
        n = i[n, t[i[n, N.KIND], K.CHILD] + m[way + 1 + place]]
    return n


@inlined
def _in_steps(value, step):
    """A value in whole steps, to the nearest one, halves up."""
    steps = value / step
    if abs(steps) < 8e6:
        steps = np.rint(steps * 1e9) / 1e9
    return np.floor(steps + 0.5)


@inlined
def _shared(g, k, n, entry):
    """What a member contributes to a roll-up, as three whole numbers and its own value."""
    t = wide(g, A.T)
    m = flat(g, A.M)
    x = flat_floats(g, A.X)
    i = wide(g, A.I)
    f = wide_floats(g, A.F)
    a, b, c, own = np.int64(0), np.int64(0), np.int64(0), 0.0
    where, bits, kind = m[entry + ENTRY.WHERE], t[k, K.BITS], m[entry + ENTRY.KIND]
    if where >= 0 and not holds(g, k, n, bits, where):
        return a, b, c, own
    if kind < 5:
        phases = m[entry + ENTRY.PHASES]
        a, b = np.int64(1 if phases < 0 or m[phases + i[n, N.PHASE]] == 1 else 0), np.int64(1)
    elif kind == 5:
        a = np.int64(1 if holds(g, k, n, bits, m[entry + ENTRY.TRUE]) else 0)
        b = np.int64(1 if a == 1 or holds(g, k, n, bits, m[entry + ENTRY.FALSE]) else 0)
    else:
        c = np.int64(1)
        v, weight = f[n, t[k, K.VALUES] + m[entry + ENTRY.SIGNAL]], 1.0
        if m[entry + ENTRY.WEIGHT] >= 0:
            weight = f[n, t[k, K.VALUES] + m[entry + ENTRY.WEIGHT]]
            if weight == weight:
                weight = _in_steps(weight, x[m[entry + ENTRY.WEIGHT_STEP]])
        if v == v and weight == weight:
            b = np.int64(1)
            if kind >= 8:
                own = v
            else:
                steps = _in_steps(v, x[m[entry + ENTRY.STEP]])
                if abs(steps * weight) >= 2.0**40 or abs(weight) >= 2.0**40 or abs(steps) >= 2.0**40:
                    g[G.FLAGGED] = 1
                else:
                    a, b = np.int64(steps) * np.int64(weight), np.int64(weight)
    return a, b, c, own


@compiled
def recount(g, k, n, mask):
    """A member's contributions (none, if it has left) are computed anew; the wires that read what changed are marked."""
    t, m, i, f = wide(g, A.T), flat(g, A.M), wide(g, A.I), wide_floats(g, A.F)
    for e in range(t[k, K.N_ENTRIES]):
        if (mask >> e) & 1 == 0:
            continue
        entry = t[k, K.ENTRIES] + ENTRIES * e
        a, b, c, own = np.int64(0), np.int64(0), np.int64(0), 0.0
        if i[n, N.PRESENT] == 1:
            a, b, c, own = _shared(g, k, n, entry)
        share, mine = t[k, K.SHARE] + TOTAL * e, t[k, K.OWN] + e
        if i[n, share] == a and i[n, share + 1] == b and i[n, share + 2] == c and f[n, mine] == own:
            continue
        room = n
        for _ in range(m[entry + ENTRY.UP]):
            room = i[room, N.PARENT]
        kind = i[room, N.KIND]
        total = t[kind, K.TOTALS] + TOTAL * m[entry + ENTRY.ROLL_UP]
        i[room, total] += a - i[n, share]
        i[room, total + 1] += b - i[n, share + 1]
        i[room, total + 2] += c - i[n, share + 2]
        i[n, share], i[n, share + 1], i[n, share + 2], f[n, mine] = a, b, c, own
        readers = m[t[kind, K.ROLL_UPS] + ROLL_UPS * m[entry + ENTRY.ROLL_UP] + ROLL_UP.READERS]
        for place in range(m[readers]):
            mark(g, room, m[readers + 1 + place])


@compiled
def counted(g, k, n):
    """What a part contributes, where values have changed."""
    t, i = wide(g, A.T), wide(g, A.I)
    mask = i[n, N.MASK]
    i[n, N.MASK] = 0
    if i[n, N.FELT] == 1 and (t[k, K.N_SUMS] > 0 or t[k, K.N_GATES] > 0):
        feel_rest(g, k, n, t[k, K.BITS], t[k, K.VALUES])
    recount(g, k, n, mask)


@inlined
def _divided(g, top, bottom):
    """A quotient of whole numbers; beyond what float64 tells apart the compiled engine takes over."""
    if abs(top) >= _EXACT or abs(bottom) >= _EXACT:
        g[G.FLAGGED] = 1
    return top / bottom


@compiled
def _rolled_up(g, room, r):
    """The value of a roll-up; NaN when it is missing."""
    t, m, i, f = wide(g, A.T), flat(g, A.M), wide(g, A.I), wide_floats(g, A.F)
    k = i[room, N.KIND]
    row, total = t[k, K.ROLL_UPS] + ROLL_UPS * r, t[k, K.TOTALS] + TOTAL * r
    kind, a, b, c = m[row + ROLL_UP.KIND], i[room, total], i[room, total + 1], i[room, total + 2]
    top, bottom = float(m[row + ROLL_UP.TOP]), float(m[row + ROLL_UP.BOTTOM])
    if kind == 0:
        return float(a)
    if kind == 2:
        return 1.0 if a > 0 else 0.0
    if kind == 3:
        return 1.0 if a == 0 else 0.0
    if kind == 6:
        return _divided(g, float(a) * top, bottom) if b != 0 or c == 0 else np.nan
    if b == 0:
        return np.nan
    if kind in (1, 5):
        return float(a) / float(b)
    if kind == 4:
        return 1.0 if a == b else 0.0
    if kind == 7:
        return _divided(g, float(a) * top, float(b) * bottom)
    best = np.nan
    member = i[room, t[k, K.CHILD] + m[row + ROLL_UP.PART]]
    while member >= 0:
        n = leaf_of(g, member, m[row + ROLL_UP.WAY])
        inside = i[n, N.KIND]
        if i[n, t[inside, K.SHARE] + TOTAL * m[row + ROLL_UP.ENTRY] + 1] != 0:
            own = f[n, t[inside, K.OWN] + m[row + ROLL_UP.ENTRY]]
            if best != best or (own < best if kind == 8 else own > best):
                best = own
        member = i[member, N.NEXT]
    return best


@compiled
def _fed(g, room, wire):
    """The value of a feed; NaN when it is missing."""
    t, m, i, z = wide(g, A.T), flat(g, A.M), wide(g, A.I), flat_floats(g, A.Z)
    feed, depth = m[wire + WIRE.FEED], 0
    for place in range(m[wire + WIRE.SIZE]):
        op, about, count = m[feed + 3 * place], m[feed + 3 * place + 1], m[feed + 3 * place + 2]
        if op == FEED:
            value = _rolled_up(g, room, about)
        elif op == STANDS_IN:
            n = leaf_of(g, i[room, t[i[room, N.KIND], K.CHILD] + m[about]], m[about + 1])
            value = float(m[m[about + 2] + i[n, N.PHASE]])
        elif op == NOT_SO:
            value = 1.0 - z[depth - 1]
        else:
            decides = 0.0 if op == ALL_OF else 1.0
            value = 1.0 - decides
            for item in range(depth - count, depth):
                if z[item] == decides:
                    value = decides
                    break
                if z[item] != z[item]:
                    value = np.nan
        depth += 1 - count
        z[depth - 1] = value
    return z[0]


@compiled
def _tell(g, n, signal, value):
    """A port of a part is told its value; the part is asked if it may matter."""
    i = wide(g, A.I)
    if i[n, N.PRESENT] == 0:
        return
    k = i[n, N.KIND]
    keep(g, k, n)
    if take_value(g, k, n, signal, value):
        if i[n, N.MASK] != 0:
            counted(g, k, n)
        wake(g, n)


@compiled
def propagate(g):
    """Computes ports anew until none changes (their definition has no circle); each change wakes its readers."""
    t = wide(g, A.T)
    m = flat(g, A.M)
    x = flat_floats(g, A.X)
    i = wide(g, A.I)
    f = wide_floats(g, A.F)
    q = wide(g, A.Q)
    while g[G.HEAD] < g[G.TAIL]:
        place = g[G.HEAD] % q.shape[1]
        room, number = q[3, place], q[4, place]
        g[G.HEAD] += 1
        k = i[room, N.KIND]
        i[room, t[k, K.DIRTY] + number] = 0
        wire = t[k, K.WIRES] + WIRES * number
        value, last = _fed(g, room, wire), t[k, K.LAST] + number
        was = f[room, last]
        if value == was or (value != value and was != was):
            continue
        f[room, last] = value
        stored = x[m[wire + WIRE.ABSENT]] if value != value else value
        member = i[room, t[k, K.CHILD] + m[wire + WIRE.PART]]
        while member >= 0:
            _tell(g, leaf_of(g, member, m[wire + WIRE.WAY]), m[wire + WIRE.SIGNAL], stored)
            if m[wire + WIRE.MANY] == 0:
                break
            member = i[member, N.NEXT]
