"""Columns of Arrow taken in by the columnar kernel: one pass over each makes float64 of it and marks what is not plainly right.

The passes are compiled once for each type of column, whatever the model.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

__all__ = ["bits_as_numbers", "by_customer", "dealt", "in_order", "may_be_padded", "numbers", "rearranged", "views_differ"]

_jit: Any = nb.njit(cache=True, nogil=True, error_model="numpy")

_WITHIN = 12
"""Texts of so many bytes lie in their views; of longer ones only the first four do."""


@_jit
def numbers(data, said, first, span, out, odd):  # type: ignore[no-untyped-def]
    """Numbers of any type as float64; NaN where nothing is said.

    Args:
        data: the numbers.
        said: bits that say where there are any, from bit `first` on; empty if everywhere.
        first: the first bit.
        span: lowest, highest, and whether they must be whole; what is not so is odd.
        out: where to put them.
        odd: marks.
    """
    low, high, whole = span
    if said.size == 0:
        for i in range(out.size):
            x = np.float64(data[i])
            out[i] = x
            odd[i] |= (x < low) | (x > high)
        if whole:
            for i in range(out.size):
                odd[i] |= (out[i] == out[i]) & (out[i] != np.floor(out[i]))
        return
    for i in range(out.size):
        place = first + i
        out[i] = np.nan
        if (said[place >> 3] >> (place & 7)) & 1:
            x = np.float64(data[i])
            out[i] = x
            odd[i] |= (x < low) | (x > high) | (whole & (x == x) & (x != np.floor(x)))


@_jit
def bits_as_numbers(data, first_bit, said, first, out):  # type: ignore[no-untyped-def]
    """Flags that are bits as 0 and 1; NaN where nothing is said.

    Args:
        data: the bits, from `first_bit` on.
        first_bit: the first of them.
        said: bits that say where there are any, from bit `first` on; empty if everywhere.
        first: the first of those.
        out: where to put them.
    """
    for i in range(out.size):
        place = first + i
        if said.size == 0 or (said[place >> 3] >> (place & 7)) & 1:
            bit = first_bit + i
            out[i] = (data[bit >> 3] >> (bit & 7)) & 1
        else:
            out[i] = np.nan


@_jit
def views_differ(views, new, doubt):  # type: ignore[no-untyped-def]
    """Where a text is not that of the row before, as far as views tell; the first row is always new.

    Args:
        views: two words for each text: its length and first four bytes, then the rest of it or where the rest is.
        new: where to mark changes.
        doubt: where to note rows of which views do not tell (long texts that begin alike, at different places).

    Returns:
        How many rows are in doubt.
    """
    found = 0
    new[0] = True
    for i in range(1, new.size):
        same_head = views[i, 0] == views[i - 1, 0]
        same = same_head & (views[i, 1] == views[i - 1, 1])
        new[i] = not same
        if same_head and not same and (views[i, 0] & 0xFFFFFFFF) > _WITHIN:
            doubt[found] = i
            found += 1
    return found


@_jit
def may_be_padded(views):  # type: ignore[no-untyped-def]
    """Whether a text may begin or end with a blank, as far as views tell: of long ones they do not tell the end, and not all blanks are ASCII.

    Args:
        views: as for :func:`views_differ`.
    """
    doubt = False
    for i in range(views.shape[0]):
        size = views[i, 0] & 0xFFFFFFFF
        last = size - 1
        first = (views[i, 0] >> 32) & 0xFF
        final = (views[i, 0] >> (32 + 8 * last)) & 0xFF if last < 4 else (views[i, 1] >> (8 * (last - 4))) & 0xFF
        doubt |= size > _WITHIN or (size > 0 and (first <= 32 or first >= 128 or final <= 32 or final >= 128))
    return doubt


@_jit
def in_order(new, at):  # type: ignore[no-untyped-def]
    """Whether the instants of each customer ascend, and whether two rows share one.

    Args:
        new: where a customer begins.
        at: the instants.
    """
    before = together = False
    for i in range(1, at.size):
        before |= (at[i] < at[i - 1]) & (not new[i])
        together |= (at[i] == at[i - 1]) & (not new[i])
    return not before, together


_FEW = 512
"""So many rows are sorted at a time: they lie in the nearest cache."""
_SHORT = 12
"""So many rows are sorted by moving each to its place."""


@_jit
def by_customer(hashes, at):  # type: ignore[no-untyped-def]
    """Rows by customer and time; rows of one instant keep their order.

    They are dealt out by the first bits of the hash, twice, and sorted in each heap: a few passes, whatever their order.

    Args:
        hashes: the same for all rows of a customer.
        at: the instants.

    Returns:
        The rows in order (customers in any order), and where each customer begins.
    """
    n = hashes.size
    bits = np.uint64(0)
    while (n >> bits) > _FEW and bits < 24:
        bits += np.uint64(1)
    coarse = min(bits, np.uint64(8))
    keys, times, rows = np.empty(n, np.uint64), np.empty(n, np.int64), np.empty(n, np.uint32)
    given = np.empty(n, np.uint32)
    for row in range(n):
        given[row] = row
    ends = _dealt_out(hashes, at, given, np.uint64(0), coarse, keys, times, rows)
    most = begin = np.int64(0)
    for end in ends:
        most, begin = max(most, end - begin), end
    some, then, which = np.empty(most, np.uint64), np.empty(most, np.int64), np.empty(most, np.uint32)
    order, starts = np.empty(n, np.uint32), np.empty(n, np.uint32)
    room = _room(0)
    found, begin = 0, np.int64(0)
    for end in ends:
        heaps = _dealt_out(keys[begin:end], times[begin:end], rows[begin:end], coarse, bits - coarse, some, then, which)
        first = 0
        for last in heaps:
            if 2 * (last - first) > room[1].size:
                room = _room(last - first)
            if last > first:
                place, n_rows = begin + first, last - first
                firsts = _sort_heap(some[first:last], then[first:last], which[first:last], order[place : place + n_rows], room)
                for customer in range(firsts.size):
                    starts[found + customer] = place + firsts[customer]
                found += firsts.size
            first = last
        begin = end
    return order, starts[:found].copy()


@_jit
def _dealt_out(hashes, at, rows, skipped, bits, keys, times, dealt_rows):  # type: ignore[no-untyped-def]
    """Deals rows into heaps by some bits of their hashes, behind those that are skipped; returns where each heap ends."""
    shift, mask = np.uint64(64) - skipped - bits, (np.uint64(1) << bits) - np.uint64(1)
    ends = np.zeros((1 << bits) + 1, np.int64)
    if bits == 0:
        shift = np.uint64(0)
    for i in range(hashes.size):
        ends[((hashes[i] >> shift) & mask) + np.uint64(1)] += 1
    for heap in range(1, ends.size):
        ends[heap] += ends[heap - 1]
    for i in range(hashes.size):
        heap = (hashes[i] >> shift) & mask
        place = ends[heap]
        ends[heap] = place + 1
        keys[place], times[place], dealt_rows[place] = hashes[i], at[i], rows[i]
    return ends[:-1]


@_jit
def _room(rows):  # type: ignore[no-untyped-def]
    """Room to sort so many rows: a table of who is known, the same rows twice, and how many of whom there are."""
    table = 64
    while table < 4 * rows:
        table *= 2
    return (
        np.full(table, -1, np.int64),
        np.empty(2 * rows, np.int64),
        np.empty(2 * rows, np.uint32),
        np.empty(rows, np.int64),
        np.empty(rows, np.int64),
    )


@_jit
def _sort_heap(keys, times, rows, order, room):  # type: ignore[no-untyped-def]
    """Sorts the rows of a heap by customer and time; returns where each customer begins."""
    table, at, row, who, ends = room
    n, mask, known = keys.size, np.uint64(table.size - 1), 0
    for i in range(n):
        place = keys[i] & mask
        while table[place] >= 0 and keys[table[place]] != keys[i]:
            place = (place + np.uint64(1)) & mask
        if table[place] < 0:
            table[place], who[i], ends[known] = i, known, 0
            known += 1
        who[i] = who[table[place]]
        ends[who[i]] += 1
    for i in range(n):  # the table is empty again
        place = keys[i] & mask
        while table[place] >= 0:
            table[place] = -1
            place = (place + np.uint64(1)) & mask
    starts = np.empty(known, np.int64)
    total = 0
    for customer in range(known):
        starts[customer] = total
        total += ends[customer]
        ends[customer] = starts[customer]
    for i in range(n):
        place = ends[who[i]]
        ends[who[i]] = place + 1
        at[place], row[place] = times[i], rows[i]
    for customer in range(known):
        _by_time(at, row, starts[customer], ends[customer], n)
    for i in range(n):
        order[i] = row[i]
    return starts


@_jit
def _by_time(at, row, begin, end, spare):  # type: ignore[no-untyped-def]
    """Sorts the rows of a customer by time: short runs by moving each row to its place, and then runs are merged; `spare` is where there is room."""
    for first in range(begin, end, _SHORT):
        for i in range(first + 1, min(first + _SHORT, end)):
            when, which, j = at[i], row[i], i
            while j > first and at[j - 1] > when:
                at[j], row[j] = at[j - 1], row[j - 1]
                j -= 1
            at[j], row[j] = when, which
    run = _SHORT
    while run < end - begin:
        for first in range(begin, end - run, 2 * run):
            middle, last = first + run, min(first + 2 * run, end)
            if at[middle - 1] <= at[middle]:
                continue
            for i in range(run):
                at[spare + i], row[spare + i] = at[first + i], row[first + i]
            i, j, out = spare, middle, first
            while i < spare + run:
                if j < last and at[j] < at[i]:
                    at[out], row[out] = at[j], row[j]
                    j += 1
                else:
                    at[out], row[out] = at[i], row[i]
                    i += 1
                out += 1
        run *= 2


@_jit
def rearranged(order, starts, customers):  # type: ignore[no-untyped-def]
    """The rows with customers in another order, and where each of them ends.

    Args:
        order: rows by customer.
        starts: where each customer begins.
        customers: the order of customers.
    """
    found = np.empty_like(order)
    ends = np.empty(customers.size, np.int64)
    done = 0
    for k in range(customers.size):
        customer = customers[k]
        end = starts[customer + 1] if customer + 1 < starts.size else order.size
        for i in range(starts[customer], end):
            found[done] = order[i]
            done += 1
        ends[k] = done
    return found, ends


@_jit
def dealt(hashes, hands):  # type: ignore[no-untyped-def]
    """Rows by the hand that their hash is in, in their order otherwise, and where each hand ends.

    Args:
        hashes: the same for all rows of a customer.
        hands: how many there are.
    """
    n = hashes.size
    ends = np.zeros(hands + 1, np.int64)
    hand = np.empty(n, np.uint32)
    for i in range(n):
        hand[i] = hashes[i] % np.uint64(hands)
        ends[hand[i] + 1] += 1
    ends = np.cumsum(ends)
    order = np.empty(n, np.uint32)
    for i in range(n):
        order[ends[hand[i]]] = i
        ends[hand[i]] += 1
    return order, ends[:-1]
