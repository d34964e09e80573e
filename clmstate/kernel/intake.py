"""Columns of Arrow taken in by the columnar kernel: one pass over each makes float64 of it and marks what is not plainly right.

The passes are compiled once for each type of column, whatever the model.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

__all__ = ["bits_as_numbers", "in_order", "numbers", "views_differ"]

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


_FEW = 2048
"""So many rows are sorted at a time: they lie in the nearest cache."""


@_jit
def by_customer(hashes, at):  # type: ignore[no-untyped-def]
    """Rows by customer and time; rows of one instant keep their order.

    They are dealt out by the first bits of the hash, and sorted in each heap: a few passes, whatever their order.

    Args:
        hashes: the same for all rows of a customer.
        at: the instants.

    Returns:
        The rows in order (customers in any order), and where each customer begins.
    """
    n = hashes.size
    bits = np.uint64(1)
    while (n >> bits) > _FEW and bits < 20:
        bits += np.uint64(1)
    shift = np.uint64(64) - bits
    ends = np.zeros((1 << bits) + 1, np.int64)
    for i in range(n):
        ends[(hashes[i] >> shift) + np.uint64(1)] += 1
    ends = np.cumsum(ends)
    order = np.empty(n, np.uint32)
    for i in range(n):
        heap = hashes[i] >> shift
        order[ends[heap]] = i
        ends[heap] += 1
    starts = np.empty(n, np.uint32)
    found = begin = 0
    for heap in range(ends.size - 1):
        end = ends[heap]
        if end > begin:
            found = _sort_heap(hashes, at, order, begin, end, starts, found)
        begin = end
    return order, starts[:found].copy()


@_jit
def _sort_heap(hashes, at, order, begin, end, starts, found):  # type: ignore[no-untyped-def]
    rows = order[begin:end].copy()
    keys = hashes[rows]
    sorted_rows = rows[np.argsort(keys, kind="mergesort")]
    first = 0
    for i in range(1, sorted_rows.size + 1):
        if i < sorted_rows.size and hashes[sorted_rows[i]] == hashes[sorted_rows[first]]:
            continue
        starts[found] = begin + first
        found += 1
        ascending = True
        for j in range(first + 1, i):
            ascending = ascending and at[sorted_rows[j]] >= at[sorted_rows[j - 1]]
        if not ascending:
            run = sorted_rows[first:i].copy()
            sorted_rows[first:i] = run[np.argsort(at[run], kind="mergesort")]
        first = i
    order[begin:end] = sorted_rows
    return found


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
