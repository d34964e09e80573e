"""Columns of Arrow taken in for the walk over whole customers: one pass over each, compiled once whatever the model."""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

__all__ = ["cells_in_rows", "kinds_of", "misplaced", "told_in"]

_jit: Any = nb.njit(cache=True, nogil=True, error_model="numpy")

# mypy: disable-error-code="no-untyped-def"


@_jit
def kinds_of(views, said, first, known, places, part, odd):
    """The kinds that rows name, where all their paths are short enough to lie in their views.

    Args:
        views: two words for each text.
        said: bits that say where there are any, from bit `first` on; empty if everywhere.
        first: the first bit.
        known: the views of all paths.
        places: their kinds.
        part: to be filled; it is -1 where nothing is said.
        odd: marks of rows that name none of them.
    """
    for r in range(part.size):
        if said.size > 0 and not (said[(first + r) >> 3] >> ((first + r) & 7)) & 1:
            continue
        found = False
        for place in range(places.size):
            if views[r, 0] == known[place, 0] and views[r, 1] == known[place, 1]:
                part[r] = places[place]
                found = True
                break
        if not found:
            odd[r] = True


@_jit
def told_in(data, said, first, span, part, kind, shared, begin, rows, values, odd):
    """The values of one column; what is out of bounds, or told of another part, is odd.

    Args:
        data: the values.
        said: bits that say where there are any, from bit `first` on; empty if everywhere.
        first: the first bit.
        span: lowest, highest, and whether they must be whole.
        part: the kind that each row names.
        kind: whose values they are.
        shared: whether a row about the customer as a whole may tell them.
        begin: where to put the first.
        rows, values: to be filled, with room for one more.
        odd: marks.

    Returns:
        Behind the last.
    """
    low, high, whole = span
    other = np.int64(-1) if shared else np.int64(kind)
    r, n, count = 0, part.size, begin
    while r < n:
        byte, until = np.uint8(255), n
        if said.size > 0:
            bit = first + r
            byte, until = said[bit >> 3] >> np.uint8(bit & 7), min(n, r + 8 - (bit & 7))
            if byte == 0:
                r = until
                continue
        for place in range(r, until):  # each is written, and kept if it was told
            v = np.float64(data[place])
            told = (said.size == 0 or (byte >> np.uint8(place - r)) & 1 == 1) & (v == v)
            plain = (low <= v) & (v <= high) & (not whole or v == np.floor(v)) & ((part[place] == kind) | (part[place] == other))
            odd[place] |= told & (not plain)
            rows[count], values[count] = place, v
            count += told
        r = until
    return count


@_jit
def misplaced(part, act, event, unnamed, depths, leaves, odd):
    """Marks rows that name an instance where there is none, or none where there are many, or that tell values of what has none.

    Args:
        part, act, event: as in :class:`clmstate.replay.wholes.facts.Rows`.
        unnamed: which rows name no instance.
        depths, leaves: of each kind, how many names an instance has, and whether it is a lifecycle; at the end those of the customer as a whole.
        odd: marks.
    """
    for r in range(part.size):
        depth, leaf = depths[part[r]], leaves[part[r]] == 1
        named = not unnamed[r]
        odd[r] |= (
            ((depth == 0) & (named | (act[r] > 0))) | ((depth > 0) & (not named) & (event[r] < 0)) | ((not leaf) & (act[r] == 0))
        )


@_jit
def cells_in_rows(rows, ends, kinds, signals, values, starts, out_kinds, out_signals, out_values):
    """Puts values, told column by column, into the order of rows.

    Args:
        rows: the row of each value, column after column.
        ends: where the values of each column begin, and behind the last.
        kinds, signals: what each column is about.
        values: what is told.
        starts: for each row where its values begin, to be filled; one more than there are rows.
        out_kinds, out_signals, out_values: to be filled.
    """
    for c in range(rows.size):
        starts[rows[c] + 1] += 1
    for r in range(1, starts.size):
        starts[r] += starts[r - 1]
    for c in range(ends.size - 1):
        kind, signal = kinds[c], signals[c]
        for cell in range(ends[c], ends[c + 1]):
            r = rows[cell]
            place = starts[r]
            starts[r] = place + 1
            out_kinds[place], out_signals[place], out_values[place] = kind, signal, values[cell]
    for r in range(starts.size - 1, 0, -1):
        starts[r] = starts[r - 1]
    starts[0] = 0
