"""What a walk found, sorted out: which row goes into which table, and which rows were found together; one pass each, compiled once."""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

from clmstate.replay.wholes.facts import LEFT

__all__ = ["by_table", "ties"]

_jit: Any = nb.njit(cache=True, nogil=True, error_model="numpy")
_ROUND, _KIND, _FORMULA = 2, 3, 5

# mypy: disable-error-code="no-untyped-def"


@_jit
def by_table(found, facts):
    """Which rows go into which table, and what each is about there.

    Args:
        found: rows of what was found.
        facts: of each kind, how many rules, clocks and milestones it has.

    Returns:
        The rows: moves, moves by the date of interest, milestones, signs in force, who has left, and who had no life; each in their order.
        Where each table ends. For each row the rule, the milestone or the sign.
    """
    n = found.shape[0]
    table, about, ends = np.empty(n, np.int8), np.empty(n, np.int64), np.zeros(7, np.int64)
    for r in range(n):
        formula, number, kind = found[r, _FORMULA], found[r, _ROUND], found[r, _KIND]
        rules, clocks, milestones = facts[kind, 0], facts[kind, 1], facts[kind, 2]
        about[r] = formula
        if formula < 0:
            table[r] = 4 if formula == LEFT else 5
        elif number == 0:
            table[r], about[r] = 3, formula - rules - clocks - milestones
        elif formula >= rules:
            table[r], about[r] = 2, formula - rules - clocks
        else:
            table[r] = 0 if number > 0 else 1
        ends[table[r] + 1] += 1
    ends = np.cumsum(ends)
    order = np.empty(n, np.int64)
    for r in range(n):
        order[ends[table[r]]] = r
        ends[table[r]] += 1
    return order, ends[:-1], about


@_jit
def ties(found):
    """The rows that were found in one round of one customer, with others."""
    rows = np.empty(found.shape[0], np.int64)
    count = 0
    for r in range(found.shape[0]):
        before = after = False
        if r > 0:
            before = found[r, 0] == found[r - 1, 0] and found[r, 1] == found[r - 1, 1] and found[r, 2] == found[r - 1, 2]
        if r + 1 < found.shape[0]:
            after = found[r, 0] == found[r + 1, 0] and found[r, 1] == found[r + 1, 1] and found[r, 2] == found[r + 1, 2]
        rows[count] = r
        count += before or after
    return rows[:count]
