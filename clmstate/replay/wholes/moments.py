"""Whole customers on their way: one instant, from what its rows say to the settled picture."""

from __future__ import annotations

from typing import Final

import numpy as np

from clmstate.kernel.tables import FAR, NEVER
from clmstate.replay.wholes.facts import JOIN, LEAVE, A, G, compiled, flat, flat_floats, inlined, shorts, small, wide, wide_floats
from clmstate.replay.wholes.members import dismiss, make, node_of, note
from clmstate.replay.wholes.places import K, N
from clmstate.replay.wholes.rollups import counted, keep, mark, propagate, recount, wake
from clmstate.replay.wholes.truths import choose, due_since, enter, feel, holds, take_value

__all__ = ["MOST_ROUNDS", "arrive", "hear", "is_calm", "join_all", "leave_all", "settle"]

MOST_ROUNDS: Final = 64
"""Beyond so many rounds the compiled engine decides whether the rules ever settle."""

# mypy: disable-error-code="no-untyped-def, call-arg, attr-defined"


@compiled
def _offer(g, n, e):
    """An event is offered to a part; it counts, taken or not."""
    t, i = wide(g, A.T), wide(g, A.I)
    k = i[n, N.KIND]
    keep(g, k, n)
    if i[n, N.OFFERED_AT] != g[G.STAMP]:
        i[n, N.OFFERED_AT], i[n, N.OFFERED] = g[G.STAMP], 0
    if (i[n, N.OFFERED] >> e) & 1:
        g[G.FLAGGED] = 1  # said twice; whether that is one event or two is for others to say
    i[n, N.OFFERED] |= np.int64(1) << e
    i[n, t[k, K.HAPPENED] + e] = g[G.AT]
    i[n, t[k, K.TIMES] + e] += 1
    i[n, N.FELT] = 1
    wake(g, n)


@inlined
def _rounds(g, then):
    """Synchronous rounds: every part that may move reads the same picture; then ports are computed anew; until nothing moves."""
    t, m, i, q = wide(g, A.T), flat(g, A.M), wide(g, A.I), wide(g, A.Q)
    number = 1
    while g[G.NEXT] > 0 and g[G.FLAGGED] == 0:
        if number > MOST_ROUNDS:
            g[G.FLAGGED] = 1
            return
        active, count = 1 + g[G.LIST], g[G.NEXT]
        g[G.LIST], g[G.NEXT] = 1 - g[G.LIST], 0
        g[G.ROUND] += 1
        for place in range(count):
            n = q[active, place]
            if i[n, N.PRESENT] == 0:
                continue
            k = i[n, N.KIND]
            if i[n, N.FELT] == 1:
                feel(g, k, n)
            offered = i[n, N.OFFERED] if number == 1 and i[n, N.OFFERED_AT] == g[G.STAMP] else np.int64(0)
            rule = choose(g, k, n, offered)
            if rule < 0:
                continue
            row, due = t[k, K.RULES] + 5 * rule, NEVER
            if number == 1 and m[row] < 0 and m[row + 4] and NEVER < then < g[G.AT] and i[n, N.BORN] < g[G.AT]:
                due = due_since(g, k, n, rule, then, g[G.AT])
            target = m[row + 1]
            if m[row + 3]:
                target = i[n, N.PHASE]
            elif m[row + 2] >= 0 and i[n, t[k, K.MEMORY] + m[row + 2]] >= 0:
                target = i[n, t[k, K.MEMORY] + m[row + 2]]
            note(g, k, n, g[G.SIGN] * number, rule, target, due)
            if not m[row + 3]:
                enter(g, k, n, target)
                recount(g, k, n, t[k, K.PHASE_MASK])
                for stand in range(t[k, K.N_STANDS]):
                    room = n
                    for _ in range(m[t[k, K.STANDS] + 2 * stand + 1]):
                        room = i[room, N.PARENT]
                    mark(g, room, m[t[k, K.STANDS] + 2 * stand])
            wake(g, n)
        propagate(g)
        number += 1


@inlined
def _finish(g):
    """Clocks and milestones are written on the settled picture, and the next instant at which time may change something is noted."""
    t, i, q = wide(g, A.T), wide(g, A.I), wide(g, A.Q)
    for place in range(g[G.TOUCHED]):
        n = q[0, place]
        if i[n, N.PRESENT] == 0:
            continue
        k = i[n, N.KIND]
        if i[n, N.FELT] == 1:
            feel(g, k, n)
        rules, clocks, bits = t[k, K.N_RULES], t[k, K.N_CLOCKS], t[k, K.BITS]
        for c in range(clocks):
            runs, since = holds(g, k, n, bits, rules + c), t[k, K.CLOCKS] + c
            if runs != (i[n, since] != NEVER):
                i[n, since] = g[G.AT] if runs else NEVER
                i[n, N.FELT] = 1
        if i[n, N.FELT] == 1:
            feel(g, k, n)
        milestones = t[k, K.N_MILESTONES]
        if i[n, N.REACHED] != (np.int64(1) << milestones) - 1:
            for milestone in range(milestones):
                formula = rules + clocks + milestone
                if not (i[n, N.REACHED] >> milestone) & 1 and holds(g, k, n, bits, formula):
                    i[n, N.REACHED] |= np.int64(1) << milestone
                    note(g, k, n, g[G.SIGN], formula, i[n, N.PHASE], np.int64(NEVER))
        g[G.WAKE] = min(g[G.WAKE], i[n, N.DUE])


@inlined
def arrive(g, at):
    """Time moves, and wakes the parts whose time has come."""
    t, i = wide(g, A.T), wide(g, A.I)
    g[G.STAMP] += 1
    g[G.ROUND] += 1
    g[G.TOUCHED] = g[G.NEXT] = 0
    then = g[G.AT]
    g[G.AT] = at
    if g[G.WAKE] > at:
        return then
    g[G.WAKE] = FAR
    for n in range(g[G.NODES]):
        if i[n, N.DUE] > at:
            g[G.WAKE] = min(g[G.WAKE], i[n, N.DUE])
        elif i[n, N.PRESENT] == 1 and t[i[n, N.KIND], K.LEAF] == 1:
            keep(g, i[n, N.KIND], n)
            i[n, N.FELT] = 1
            wake(g, n)
    return then


@compiled
def settle(g, then):
    """From what was said to the settled picture."""
    i, q = wide(g, A.I), wide(g, A.Q)
    if g[G.TOUCHED] == 0 and g[G.HEAD] == g[G.TAIL]:
        return
    for place in range(g[G.TOUCHED]):
        n = q[0, place]
        if i[n, N.MASK] != 0 and i[n, N.PRESENT] == 1:
            counted(g, i[n, N.KIND], n)
    propagate(g)
    _rounds(g, then)
    if g[G.FLAGGED] == 0:
        _finish(g)


@compiled
def join_all(g, deepest, begin, end):
    """All who join in an instant, the outer ones first; rows tell of them, or events that open a branch."""
    t = wide(g, A.T)
    m = flat(g, A.M)
    i = wide(g, A.I)
    row_part = shorts(g, A.ROW_PART)
    row_act = small(g, A.ROW_ACT)
    row_event = shorts(g, A.ROW_EVENT)
    row_code = flat(g, A.ROW_CODE)
    row_inside = flat(g, A.ROW_INSIDE)
    row_opened = flat(g, A.ROW_OPENED)
    for depth in range(1, deepest + 1):
        for r in range(begin, end):
            k = np.int64(row_part[r])
            if k < 0:
                continue
            if row_act[r] == JOIN:
                if t[k, K.DEPTH] == depth:
                    parent = node_of(g, t[k, K.PARENT], row_inside[r])
                    if parent < 0 or node_of(g, k, row_code[r]) >= 0:
                        g[G.FLAGGED] = 1
                        return
                    make(g, k, parent, row_code[r], r)
            elif row_event[r] >= 0 and t[k, K.LEAF] == 1:
                branch = m[t[k, K.OPENS] + row_event[r]]
                for place in range(m[branch]):
                    other = m[branch + 1 + place]
                    if t[other, K.DEPTH] != depth:
                        continue
                    n = node_of(g, k, row_code[r])
                    if n < 0 or row_opened[r] == 0 or node_of(g, other, row_opened[r]) >= 0:
                        g[G.FLAGGED] = 1
                        return
                    make(g, other, i[n, N.PARENT], row_opened[r], r)


@compiled
def leave_all(g, deepest, begin, end):
    """All who leave in an instant, the inner ones first."""
    t, row_part, row_act, row_code = wide(g, A.T), shorts(g, A.ROW_PART), small(g, A.ROW_ACT), flat(g, A.ROW_CODE)
    for depth in range(deepest, 0, -1):
        for r in range(begin, end):
            k = np.int64(row_part[r])
            if k < 0 or row_act[r] != LEAVE or t[k, K.DEPTH] != depth:
                continue
            n = node_of(g, k, row_code[r])
            if n < 0:
                g[G.FLAGGED] = 1
                return
            dismiss(g, n)


@compiled
def _to_all(g, k, event, branches):
    """An event is offered to all of a kind, or (k < 0) to all who know it."""
    t, m, i, event_of = wide(g, A.T), flat(g, A.M), wide(g, A.I), wide(g, A.EVENT_OF)
    heard = False
    for n in range(g[G.NODES]):
        kind = i[n, N.KIND]
        if i[n, N.PRESENT] == 0 or t[kind, K.LEAF] != 1 or (k >= 0 and k != kind):
            continue
        e = event if k >= 0 else event_of[kind, event]
        if e < 0:
            continue
        heard = True
        if m[m[t[kind, K.OPENS] + e]] > 0:
            branches = True
        _offer(g, n, e)
    if branches or not heard:
        g[G.FLAGGED] = 1


@inlined
def is_calm(g, k, n, r):
    """Whether every value of a row stays where no truth changes."""
    t = wide(g, A.T)
    f = wide_floats(g, A.F)
    row_starts = flat(g, A.ROW_STARTS)
    row_signals = shorts(g, A.ROW_SIGNALS)
    row_values = flat_floats(g, A.ROW_VALUES)
    for cell in range(row_starts[r], row_starts[r + 1]):
        s, v = np.int64(row_signals[cell]), row_values[cell]
        if v < f[n, t[k, K.LOW] + s] or v > f[n, t[k, K.HIGH] + s]:
            return False
    return True


@inlined
def hear(g, begin, end, branches):
    """The values and events of an instant."""
    t = wide(g, A.T)
    i = wide(g, A.I)
    f = wide_floats(g, A.F)
    fixed = flat(g, A.FIXED)
    row_part = shorts(g, A.ROW_PART)
    row_act = small(g, A.ROW_ACT)
    row_event = shorts(g, A.ROW_EVENT)
    row_code = flat(g, A.ROW_CODE)
    row_starts = flat(g, A.ROW_STARTS)
    row_kinds = shorts(g, A.ROW_KINDS)
    row_signals = shorts(g, A.ROW_SIGNALS)
    row_values = flat_floats(g, A.ROW_VALUES)
    several, empty = end - begin > 1, 0
    for r in range(begin, end):
        k, n, e = np.int64(row_part[r]), np.int64(-1), np.int64(row_event[r])
        if k >= 0:
            to_many = e >= 0 and row_code[r] == 0 and t[k, K.DEPTH] > 0
            if not to_many:
                n = fixed[k] if t[k, K.DEPTH] == 0 else node_of(g, k, row_code[r])
                if n < 0:
                    g[G.FLAGGED] = 1
                    return
        if e < 0 and row_act[r] == 0 and row_starts[r] == row_starts[r + 1]:
            empty += 1
        for cell in range(row_starts[r], row_starts[r + 1]):
            kind, s, v = np.int64(row_kinds[cell]), np.int64(row_signals[cell]), row_values[cell]
            if k < 0:
                n = fixed[kind]
            if several:
                given = t[kind, K.GIVEN] + s
                if i[n, given] == g[G.STAMP]:
                    g[G.FLAGGED] = 1
                i[n, given] = g[G.STAMP]
            if v < f[n, t[kind, K.LOW] + s] or v > f[n, t[kind, K.HIGH] + s]:
                keep(g, kind, n)
                if take_value(g, kind, n, s, v):
                    wake(g, n)
        if e >= 0:
            if k >= 0 and n >= 0:
                _offer(g, n, e)
            else:
                _to_all(g, k, e, branches)
    if empty > 1:
        g[G.FLAGGED] = 1  # the second says the same as the first
