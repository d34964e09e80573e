"""Whole customers on their way: members by name, who join and leave, and notes of what was found."""

from __future__ import annotations

import numpy as np

from clmstate.kernel.tables import FAR, NEVER
from clmstate.replay.wholes.facts import LEFT, NO_LIFE, UNSAID, WIRES, A, G, compiled, flat, flat_floats, inlined, wide, wide_floats
from clmstate.replay.wholes.places import HEAD, TOTAL, WIRE, K, N
from clmstate.replay.wholes.rollups import leaf_of, mark, recount, wake
from clmstate.replay.wholes.truths import take_value

__all__ = ["dismiss", "make", "node_of", "note", "place_of"]

# mypy: disable-error-code="no-untyped-def, call-arg, attr-defined"


@inlined
def place_of(g, k, code):
    """Where a name is, or would be."""
    h = wide(g, A.H)
    mask = h.shape[0] - 1
    place = ((code ^ (k * np.int64(0x1F3D5B79))) * np.int64(0x9E3779B97F4A7C1)) >> 17 & mask
    while h[place, 0] == g[G.GENERATION] and not (h[place, 1] == k and h[place, 2] == code):
        place = (place + 1) & mask
    return place


@inlined
def node_of(g, k, code):
    """The node of a name, if it is present; else -1. Parts that are always there are numbered as they were made."""
    i, h = wide(g, A.I), wide(g, A.H)
    place = place_of(g, k, code)
    if h[place, 0] != g[G.GENERATION]:
        return -1
    n = h[place, 3]
    return n if i[n, N.PRESENT] == 1 else -1


@compiled
def _node(g, k, code):
    """A node to begin with: a new one, or the one that had this name before."""
    t = wide(g, A.T)
    m = flat(g, A.M)
    x = flat_floats(g, A.X)
    i = wide(g, A.I)
    f = wide_floats(g, A.F)
    h = wide(g, A.H)
    place = place_of(g, k, code)
    if h[place, 0] == g[G.GENERATION]:
        n = h[place, 3]
        i[n, N.LIFE] += 1
    else:
        n = g[G.NODES]
        g[G.NODES] += 1
        g[G.KEYS] += 1
        h[place, 0], h[place, 1], h[place, 2], h[place, 3] = g[G.GENERATION], k, code, n
        i[n, N.LIFE] = 1
    i[n, N.KIND], i[n, N.CODE], i[n, N.PRESENT], i[n, N.BORN] = k, code, 1, g[G.AT]
    i[n, N.NEXT] = i[n, N.PREVIOUS] = -1
    i[n, N.DUE], i[n, N.MASK], i[n, N.FELT], i[n, N.REACHED], i[n, N.OFFERED_AT] = FAR, 0, 0, 0, -1
    i[n, N.TOUCHED] = i[n, N.ACTIVE] = -1
    i[n, N.KEPT] = g[G.STAMP]
    if t[k, K.LEAF] != 1:
        for part in range(t[k, K.N_PARTS]):
            i[n, t[k, K.CHILD] + part] = -1
        for place in range(TOTAL * t[k, K.N_ROLL_UPS]):
            i[n, t[k, K.TOTALS] + place] = 0
        for wire in range(t[k, K.N_WIRES]):
            i[n, t[k, K.DIRTY] + wire] = 0
            f[n, t[k, K.LAST] + wire] = UNSAID
        return n
    i[n, N.PHASE], i[n, N.ENTERED] = t[k, K.INITIAL], g[G.AT]
    for place in range(HEAD, t[k, K.GIVEN] + t[k, K.N_SIGNALS]):
        i[n, place] = 0
    for word in range(t[k, K.WORDS]):
        i[n, t[k, K.BITS] + word] = m[t[k, K.FIRST_BITS] + word]
    for e in range(t[k, K.N_EVENTS]):
        i[n, t[k, K.HAPPENED] + e] = NEVER
    for v in range(t[k, K.N_VISITS]):
        i[n, t[k, K.VISITS] + v] = m[t[k, K.FIRST_VISITS] + v]
    for group in range(t[k, K.N_GROUPS]):
        i[n, t[k, K.MEMORY] + group] = -1
    for clock in range(t[k, K.N_CLOCKS]):
        i[n, t[k, K.CLOCKS] + clock] = NEVER
    for s in range(t[k, K.N_SIGNALS]):
        f[n, t[k, K.VALUES] + s] = x[t[k, K.FIRST_VALUES] + s]
        f[n, t[k, K.LOW] + s], f[n, t[k, K.HIGH] + s] = np.inf, -np.inf
    for e in range(t[k, K.N_ENTRIES]):
        f[n, t[k, K.OWN] + e] = 0.0
    return n


@compiled
def make(g, k, parent, code, row):
    """A member joins, with all parts inside it that are always there; or the customer itself begins."""
    t = wide(g, A.T)
    m = flat(g, A.M)
    x = flat_floats(g, A.X)
    i = wide(g, A.I)
    f = wide_floats(g, A.F)
    q = wide(g, A.Q)
    lives = wide(g, A.LIVES)
    count, template = t[k, K.TEMPLATES], t[k, K.TEMPLATE]
    for place in range(count):
        kind, above, part = m[template + 3 * place], m[template + 3 * place + 1], m[template + 3 * place + 2]
        n = _node(g, kind, code)
        q[5, place] = n
        room = parent if above < 0 else q[5, above]
        i[n, N.PARENT] = room
        if room >= 0:
            first = t[i[room, N.KIND], K.CHILD] + part
            if above < 0:
                i[n, N.NEXT] = i[room, first]
                if i[room, first] >= 0:
                    i[i[room, first], N.PREVIOUS] = n
            i[room, first] = n
        if t[kind, K.LEAF] == 1:
            out = g[G.LIVES_OUT]
            lives[out, 0], lives[out, 1], lives[out, 2] = g[G.CUSTOMER], kind, row
            lives[out, 3], lives[out, 4] = i[n, N.LIFE], g[G.AT]
            g[G.LIVES_OUT] += 1
            i[n, N.LIFE_INDEX] = g[G.LIVES]
            g[G.LIVES] += 1
            i[n, N.FELT] = 1
            i[n, N.MASK] = (np.int64(1) << t[kind, K.N_ENTRIES]) - 1
            wake(g, n)
        else:
            for wire in range(t[kind, K.N_WIRES]):
                mark(g, n, wire)
    if parent >= 0:  # what is fed to all members is fed to the new one
        around, part = i[parent, N.KIND], t[k, K.PART]
        for number in range(t[around, K.N_WIRES]):
            wire = t[around, K.WIRES] + WIRES * number
            if m[wire + WIRE.PART] == part:
                value = f[parent, t[around, K.LAST] + number]
                value = x[m[wire + WIRE.ABSENT]] if value != value or value == UNSAID else value
                n = leaf_of(g, q[5, 0], m[wire + WIRE.WAY])
                take_value(g, i[n, N.KIND], n, m[wire + WIRE.SIGNAL], value)


@inlined
def note(g, k, n, number, formula, target, due):
    """Notes what was found about a part."""
    i, found = wide(g, A.I), wide(g, A.FOUND)
    out = g[G.FOUND_OUT]
    if out >= found.shape[0]:
        g[G.FLAGGED] = 1
        return
    found[out, 0], found[out, 1], found[out, 2] = g[G.CUSTOMER], g[G.AT], number
    found[out, 3], found[out, 4], found[out, 5] = k, i[n, N.LIFE_INDEX], formula
    found[out, 6], found[out, 7], found[out, 8] = i[n, N.PHASE], target, due
    g[G.FOUND_OUT] = out + 1


@compiled
def dismiss(g, member):
    """A member leaves, with all inside it: no roll-up sees it, and it does not settle."""
    t, i, q = wide(g, A.T), wide(g, A.I), wide(g, A.Q)
    after, before = i[member, N.NEXT], i[member, N.PREVIOUS]
    room = i[member, N.PARENT]
    if before >= 0:
        i[before, N.NEXT] = after
    else:
        i[room, t[i[room, N.KIND], K.CHILD] + t[i[member, N.KIND], K.PART]] = after
    if after >= 0:
        i[after, N.PREVIOUS] = before
    q[5, 0], top = member, 1
    while top > 0:
        top -= 1
        n = q[5, top]
        k = i[n, N.KIND]
        i[n, N.PRESENT], i[n, N.DUE] = 0, FAR
        if t[k, K.LEAF] == 1:
            recount(g, k, n, (np.int64(1) << t[k, K.N_ENTRIES]) - 1)
            note(g, k, n, np.int64(0), NO_LIFE if i[n, N.BORN] == g[G.AT] else LEFT, np.int64(0), np.int64(NEVER))
            if i[n, N.BORN] == g[G.AT]:
                i[n, N.LIFE] -= 1
            continue
        for part in range(t[k, K.N_PARTS]):
            inside = i[n, t[k, K.CHILD] + part]
            while inside >= 0:
                q[5, top] = inside
                top += 1
                inside = i[inside, N.NEXT]
