"""Whole customers in columns: one walk over sorted rows, compiled once by Numba for all compositions.

The customer on the way is a handful of nodes in two arrays, so a walk can stop after any instant and go on with the next batch. It decides
what :mod:`clmstate.kernel.whole` decides: joins, values, events, leaves; ports; rounds in which all read one picture; clocks, milestones.
What it cannot decide (rows that a customer refuses, rules that have not come to rest after :data:`MOST_ROUNDS` rounds, sums beyond what
float64 tells apart) it leaves to the compiled engine, by flagging the customer; so it needs no undo.

The walk is made of several modules; Numba's cache looks at one file only, so the others are in its key (:func:`_stamp`).
"""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import numba as nb
import numpy as np

from clmstate.kernel import tables
from clmstate.kernel.tables import FAR, NEVER
from clmstate.replay.wholes import facts, members, moments, places, rollups, truths
from clmstate.replay.wholes.facts import GROW, JOIN, LEAVE, NEXT, OPTIONS, A, G, compiled, flat, shorts, small, wide
from clmstate.replay.wholes.members import make, node_of, note, place_of
from clmstate.replay.wholes.moments import arrive, hear, is_calm, join_all, leave_all, settle
from clmstate.replay.wholes.places import K, N
from clmstate.replay.wholes.truths import holds

__all__ = ["known_again", "walk"]

# mypy: disable-error-code="no-untyped-def, call-arg, attr-defined"


@compiled
def _begin(g, customer, at):
    """A customer begins, with all parts that are always there."""
    g[G.CUSTOMER], g[G.FLAGGED], g[G.FIRST], g[G.SIGN] = customer, 0, 1, 1
    g[G.NODES] = g[G.KEYS] = g[G.HEAD] = g[G.TAIL] = 0
    g[G.GENERATION] += 1
    nothing, nobody = np.int64(0), np.int64(-1)  # as numbers like any other: each literal would be compiled for itself
    g[G.WAKE] = FAR
    g[G.AT] = NEVER
    arrive(g, at)
    make(g, nothing, nobody, nothing, nobody)


@compiled
def _close(g, as_of):
    """The customer's last row is behind us: time passes until the date of interest, and what is in force is noted."""
    t, m, i, flagged = wide(g, A.T), flat(g, A.M), wide(g, A.I), flat(g, A.FLAGGED)
    if g[G.FLAGGED] == 0 and as_of > g[G.AT]:
        g[G.SIGN] = -1
        then = arrive(g, as_of)
        settle(g, then)
    if g[G.FLAGGED] == 0:
        for n in range(g[G.NODES]):
            k = i[n, N.KIND]
            if i[n, N.PRESENT] == 0 or t[k, K.LEAF] != 1:
                continue
            first = t[k, K.N_RULES] + t[k, K.N_CLOCKS] + t[k, K.N_MILESTONES]
            for sign in range(t[k, K.N_SIGNS]):
                here = m[t[k, K.SIGNS] + sign * t[k, K.N_PHASES] + i[n, N.PHASE]]
                if here and holds(g, k, n, t[k, K.BITS], first + sign):
                    note(g, k, n, np.int64(0), first + sign, i[n, N.PHASE], np.int64(NEVER))
    if g[G.FLAGGED] == 1:
        flagged[g[G.FLAGGED_OUT]] = g[G.CUSTOMER]
        g[G.FLAGGED_OUT] += 1
    g[G.CUSTOMER] = -1


@compiled
def _walk(g, most, deepest, first, as_of, last):
    """What :func:`walk` does."""
    t = wide(g, A.T)
    i = wide(g, A.I)
    h = wide(g, A.H)
    found = wide(g, A.FOUND)
    lives = wide(g, A.LIVES)
    flagged = flat(g, A.FLAGGED)
    fixed = flat(g, A.FIXED)
    row_customer = flat(g, A.ROW_CUSTOMER)
    row_at = flat(g, A.ROW_AT)
    row_part = shorts(g, A.ROW_PART)
    row_act = small(g, A.ROW_ACT)
    row_event = shorts(g, A.ROW_EVENT)
    row_code = flat(g, A.ROW_CODE)
    n = row_at.size
    r = first
    room = found.shape[0] - found.shape[0] // 4
    g[G.STOPPED] = NEXT
    while r < n or (last and g[G.CUSTOMER] >= 0):
        if g[G.FOUND_OUT] > room or g[G.FLAGGED_OUT] >= flagged.shape[0]:
            return r
        customer = g[G.CUSTOMER]
        if customer >= 0 and (r >= n or row_customer[r] != customer):
            _close(g, as_of)
            continue
        at, part = row_at[r], np.int64(row_part[r])
        end, coming, leaving = r + 1, np.int64(row_act[r] == JOIN or row_event[r] >= 0), row_act[r] == LEAVE
        while end < n and row_at[end] == at and row_customer[end] == row_customer[r]:
            coming += row_act[end] == JOIN or row_event[end] >= 0
            leaving = leaving or row_act[end] == LEAVE
            end += 1
        if customer >= 0:
            if g[G.FLAGGED] == 1:
                r = end
                continue
            if end == r + 1 and coming == 0 and not leaving and part >= 0 and at < g[G.WAKE]:
                node = fixed[part] if t[part, K.DEPTH] == 0 else node_of(g, part, row_code[r])
                if node >= 0 and is_calm(g, part, node, r):
                    g[G.AT] = at
                    r = end
                    continue
        need = most * coming * (1 if customer >= 0 else 2) + most
        if g[G.NODES] + need > i.shape[0] or 4 * (g[G.KEYS] + need) > h.shape[0] or need > lives.shape[0]:
            g[G.STOPPED] = GROW
            return r
        if g[G.LIVES_OUT] + need > lives.shape[0]:
            return r
        then = NEVER
        if customer < 0:
            _begin(g, row_customer[r], at)
        else:
            then = arrive(g, at)
        if coming > 0 and deepest > 0:
            join_all(g, deepest, r, end)
        if g[G.FLAGGED] == 0:
            hear(g, r, end, coming > 1)
        if leaving and g[G.FLAGGED] == 0:
            leave_all(g, deepest, r, end)
        if g[G.FLAGGED] == 0:
            settle(g, then)
        r = end
    return r


@compiled
def _known_again(g):
    """Enters all nodes into a new table of names."""
    i, h = wide(g, A.I), wide(g, A.H)
    for n in range(g[G.NODES]):
        place = place_of(g, i[n, N.KIND], i[n, N.CODE])
        h[place, 0], h[place, 1], h[place, 2], h[place, 3] = g[G.GENERATION], i[n, N.KIND], i[n, N.CODE], n


def _stamp() -> int:
    """What all the files together are of which the walk is made."""
    stamp = 0
    for made_of in (facts, truths, rollups, members, moments, places, tables):
        assert made_of.__file__ is not None
        stamp = zlib.crc32(Path(made_of.__file__).read_bytes(), stamp)
    return stamp


def _kept(stamp: int) -> tuple[Any, Any]:
    """What others call. Numba keeps it from run to run as long as this file, and the stamp that it closes over, are the same."""

    @nb.njit(**OPTIONS, cache=True)
    def walk(g, most, deepest, first, as_of, last):
        return _walk(g, most, deepest, first, as_of, last) if stamp >= 0 else first

    @nb.njit(**OPTIONS, cache=True)
    def known_again(g):
        if stamp >= 0:
            _known_again(g)

    return walk, known_again


walk, known_again = _kept(_stamp())
"""Walks over rows from `first` on.

    Args:
        g: the facts, and behind them where the arrays are.
        most: how many nodes a member may bring.
        deepest: how many names the longest path of an instance has.
        first: where to begin.
        as_of: the date of interest, or NEVER.
        last: whether no batch follows.

    Returns:
        The first row that was not walked over; why it stopped is in the facts.

`known_again` enters all nodes into a new table of names.
"""
