"""Whole customers in columns: one walk over sorted rows, compiled once by Numba for all compositions.

The customer on the way is a handful of nodes in two arrays, so a walk can stop after any instant and go on with the next batch. It decides
what :mod:`clmstate.kernel.whole` decides: joins, values, events, leaves; ports; rounds in which all read one picture; clocks, milestones.
What it cannot decide (rows that a customer refuses, rules that have not come to rest after :data:`MOST_ROUNDS` rounds, sums beyond what
float64 tells apart) it leaves to the compiled engine, by flagging the customer; so it needs no undo.

Everything is in this one module, because Numba's cache looks at the file of a function only. Functions are handed the facts of the walk,
`g`, and find in it where the arrays lie that they need: handing on a dozen arrays costs more than most of what is done with them. These are
`t` the table of kinds, `m` and `x` the whole and other numbers of the model, `i` and `f` those of the nodes, `q` queues, `h` the nodes by
name, `z` a stack for feeds, and the columns of rows. `k` is a kind, `n` a node.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final, NamedTuple

import numba as nb
import numpy as np
from numba import types
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array
from numpy.typing import NDArray

from clmstate.kernel.tables import CLOCK, EVENT_SINCE, EVENT_TIMES, FAR, IN_PHASE, NEVER, SINCE, UNTIL
from clmstate.replay.wholes.places import ALL_OF, ENTRY, FEED, HEAD, NOT_SO, ROLL_UP, STANDS_IN, TOTAL, WIRE, K, N

__all__ = [
    "ARRAYS",
    "FACTS",
    "FOUND",
    "GROW",
    "JOIN",
    "LEAVE",
    "LEFT",
    "LIVES",
    "MOST_ROUNDS",
    "NO_LIFE",
    "A",
    "G",
    "Rows",
    "known_again",
    "walk",
]

MOST_ROUNDS: Final = 64
"""Beyond so many rounds the compiled engine decides whether the rules ever settle."""

JOIN, LEAVE = 1, 2
"""The acts of a row."""

FOUND: Final = 9
"""Customer, instant, round (negative: by the date of interest; 0: no move), kind, life, formula, source, target, due since."""
LEFT, NO_LIFE = -1, -2
"""In the place of a formula: a member leaves; a member leaves in the instant in which it joined, and so has no life of its own."""
LIVES: Final = 5
"""Customer, kind, row that names it, which life of that name, since when."""

GROW, NEXT = 1, 0
"""Why a walk stops: there is no room for more nodes; the rows are done, or what was found must be taken away first."""

G = IntEnum(
    "G",
    [
        "CUSTOMER", "AT", "FIRST", "FLAGGED", "WAKE", "NODES", "KEYS", "GENERATION", "LIVES", "STAMP", "ROUND", "TOUCHED", "NEXT",
        "LIST", "HEAD", "TAIL", "SIGN", "FOUND_OUT", "LIVES_OUT", "FLAGGED_OUT", "STOPPED",
    ],
    start=0,
)  # fmt: skip
"""Facts of the walk."""

A = IntEnum(
    "A",
    [
        "T", "M", "X", "I", "F", "Q", "H", "Z", "EVENT_OF", "FIXED", "FOUND", "LIVES", "FLAGGED",
        "ROW_CUSTOMER", "ROW_AT", "ROW_PART", "ROW_ACT", "ROW_EVENT", "ROW_CODE", "ROW_INSIDE", "ROW_OPENED", "ROW_STARTS",
        "ROW_KINDS", "ROW_SIGNALS", "ROW_VALUES",
    ],
    start=0,
)  # fmt: skip
"""The arrays that a walk works with; behind the facts stand where each begins and how large it is."""

FACTS: Final = len(G)


class Rows(NamedTuple):
    """A batch of rows, sorted by customer and instant.

    Attributes:
        customer, at: whom it is about, and when.
        part: the kind that it names; -1 is the customer as a whole.
        act: :data:`JOIN`, :data:`LEAVE` or 0.
        event: its place among the events of the kind (of the model, for the customer as a whole); -1 is none.
        code: the name of the instance, as a number; 0 if it names none.
        inside: for those who join, the name of whom they join, as a number.
        opened: the name of whoever an event lets join, as a number; 0 if it names none.
        starts: where the values of each row begin.
        kinds, signals, values: what is told of which signal of which kind.

    Example:
        >>> Rows._fields[:4]
        ('customer', 'at', 'part', 'act')
    """

    customer: NDArray[np.int64]
    at: NDArray[np.int64]
    part: NDArray[np.int16]
    act: NDArray[np.int8]
    event: NDArray[np.int16]
    code: NDArray[np.int64]
    inside: NDArray[np.int64]
    opened: NDArray[np.int64]
    starts: NDArray[np.int64]
    kinds: NDArray[np.int16]
    signals: NDArray[np.int16]
    values: NDArray[np.float64]


_EXACT: Final = 2.0**53
ENTRIES, ROLL_UPS, WIRES = len(ENTRY), len(ROLL_UP), len(WIRE)
_NONE: Final = -np.inf  # what a wire says before it has said anything

_OPTIONS: Final[dict[str, Any]] = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}
"""Nothing is allocated on the walk, so nobody need count who refers to an array (``_nrt``)."""
_jit: Any = nb.njit(**_OPTIONS)
_inside: Any = nb.njit(**_OPTIONS, forceinline=True)
"""For what the walk asks all the time, and for what is asked in one place only: it becomes part of whoever asks."""

_filled: Any = populate_array

# mypy: disable-error-code="no-untyped-def, call-arg, attr-defined"


# ---- arrays by name


def _array(kind: str, axes: int) -> Any:
    """What finds an array of one type and of so many axes: an array over the memory that the facts name, of which nobody counts references."""
    dtype = getattr(types, kind)

    @intrinsic
    def found(_typing: Any, facts: Any, which: Any) -> Any:
        made = types.Array(dtype, axes, "C")

        def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            told = context.make_array(signature.args[0])(context, builder, args[0])
            number = context.cast(builder, args[1], signature.args[1], types.intp)
            place = builder.add(builder.mul(number, number.type(3)), number.type(FACTS))
            address, *shape = (builder.load(builder.gep(told.data, [builder.add(place, place.type(k))])) for k in range(axes + 1))
            array = context.make_array(made)(context, builder)
            size = place.type(dtype.bitwidth // 8)
            strides = [size] if axes == 1 else [builder.mul(shape[1], size), size]
            data = builder.inttoptr(address, array.data.type)
            _filled(array, data, shape, strides, size, None)
            return array._getvalue()

        return made(facts, which), code

    return found


ARRAYS: Final = {
    "_flat": ("int64", 1), "_wide": ("int64", 2), "_flat_floats": ("float64", 1), "_wide_floats": ("float64", 2),
    "_shorts": ("int16", 1), "_bytes": ("int8", 1),
}  # fmt: skip
_flat, _wide, _flat_floats, _wide_floats, _shorts, _bytes = (_array(*about) for about in ARRAYS.values())


# ---- literals and rules of one part


@_inside
def _holds(g, k, n, base, formula):
    t, m, i = _wide(g, A.T), _flat(g, A.M), _wide(g, A.I)
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


@_inside
def _set(g, n, base, bit, on):
    i = _wide(g, A.I)
    word, mask = base + (bit >> 6), np.int64(1) << (bit & 63)
    if on:
        i[n, word] |= mask
    else:
        i[n, word] &= ~mask


@_inside
def _value(g, k, n, s, v):
    """A value: its bits, and how far it may go without changing any. Whether anybody has to look at it."""
    t = _wide(g, A.T)
    m = _flat(g, A.M)
    x = _flat_floats(g, A.X)
    i = _wide(g, A.I)
    f = _wide_floats(g, A.F)
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


@_jit
def _feel_time(g, k, n, bits, values, happened, times, at):
    """Sets the bits of times and counters; returns the next instant at which time alone changes one."""
    t, m, i, f = _wide(g, A.T), _flat(g, A.M), _wide(g, A.I), _wide_floats(g, A.F)
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


@_inside
def _side(g, n, factors, read, rounded, values, signals):
    """One side of a sum; NaN where something is missing. Rounded to nine decimals as Python rounds: the nearest float64."""
    m, x, f = _flat(g, A.M), _flat_floats(g, A.X), _wide_floats(g, A.F)
    total = x[factors + signals]
    for s in range(signals):
        if m[read + s]:
            total += x[factors + s] * f[n, values + s]
    if rounded and abs(total) < 8e6:
        total = np.rint(total * 1e9) / 1e9
    return total


@_inside
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


@_jit
def _feel_rest(g, k, n, bits, values):
    """Sets the bits of sums and gates."""
    t, m, i = _wide(g, A.T), _flat(g, A.M), _wide(g, A.I)
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


@_jit
def _feel(g, k, n):
    """All bits of a part that are not those of a test, now."""
    t, i = _wide(g, A.T), _wide(g, A.I)
    i[n, N.FELT] = 0
    bits, values = t[k, K.BITS], t[k, K.VALUES]
    i[n, N.DUE] = _feel_time(g, k, n, bits, values, t[k, K.HAPPENED], t[k, K.TIMES], g[G.AT])
    _feel_rest(g, k, n, bits, values)


@_inside
def _choose(g, k, n, offered):
    """The first rule that is true; -1 if none is."""
    t, m, i = _wide(g, A.T), _flat(g, A.M), _wide(g, A.I)
    phase, order, rules, bits = t[k, K.PHASES] + 5 * i[n, N.PHASE], t[k, K.ORDER], t[k, K.RULES], t[k, K.BITS]
    if offered != 0:
        for place in range(m[phase], m[phase + 1]):
            rule = m[order + place]
            if (offered >> m[rules + 5 * rule]) & 1 and _holds(g, k, n, bits, rule):
                return rule
    for place in range(m[phase + 2], m[phase + 3]):
        if _holds(g, k, n, bits, m[order + place]):
            return m[order + place]
    return -1


@_jit
def _due_since(g, k, n, rule, then, now):
    """The earliest instant before now at which the last settled picture alone made a rule's condition true."""
    t = _wide(g, A.T)
    bits, values = t[k, K.OLD_BITS], t[k, K.OLD_VALUES]
    at = then
    while at < now:
        due = _feel_time(g, k, n, bits, values, t[k, K.OLD_HAPPENED], t[k, K.OLD_TIMES], at)
        _feel_rest(g, k, n, bits, values)
        if _holds(g, k, n, bits, rule):
            return at
        at = due
    return NEVER


@_inside
def _enter(g, k, n, target):
    t, m, i = _wide(g, A.T), _flat(g, A.M), _wide(g, A.I)
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


# ---- who takes part


@_inside
def _keep(g, k, n):
    """A part that time may move is kept as it was last settled, before anything of it changes."""
    t, i, f = _wide(g, A.T), _wide(g, A.I), _wide_floats(g, A.F)
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


@_inside
def _wake(g, n):
    """A part takes part in the next round."""
    i, q = _wide(g, A.I), _wide(g, A.Q)
    if i[n, N.TOUCHED] != g[G.STAMP]:
        i[n, N.TOUCHED] = g[G.STAMP]
        q[0, g[G.TOUCHED]] = n
        g[G.TOUCHED] += 1
    if i[n, N.ACTIVE] != g[G.ROUND]:
        i[n, N.ACTIVE] = g[G.ROUND]
        q[1 + g[G.LIST], g[G.NEXT]] = n
        g[G.NEXT] += 1


# ---- roll-ups and wires


@_inside
def _mark(g, room, wire):
    """A wire whose feed may have changed."""
    t, i, q = _wide(g, A.T), _wide(g, A.I), _wide(g, A.Q)
    flag = t[i[room, N.KIND], K.DIRTY] + wire
    if i[room, flag] == 0:
        i[room, flag] = 1
        place = g[G.TAIL] % q.shape[1]
        q[3, place] = room
        q[4, place] = wire
        g[G.TAIL] += 1


@_inside
def _leaf(g, n, way):
    """The part that stands for a member: itself, or the One part inside that is named."""
    t, m, i = _wide(g, A.T), _flat(g, A.M), _wide(g, A.I)
    for place in range(m[way]):
        n = i[n, t[i[n, N.KIND], K.CHILD] + m[way + 1 + place]]
    return n


@_inside
def _in_steps(value, step):
    """A value in whole steps, to the nearest one, halves up."""
    steps = value / step
    if abs(steps) < 8e6:
        steps = np.rint(steps * 1e9) / 1e9
    return np.floor(steps + 0.5)


@_inside
def _shared(g, k, n, entry):
    """What a member contributes to a roll-up, as three whole numbers and its own value."""
    t = _wide(g, A.T)
    m = _flat(g, A.M)
    x = _flat_floats(g, A.X)
    i = _wide(g, A.I)
    f = _wide_floats(g, A.F)
    a, b, c, own = np.int64(0), np.int64(0), np.int64(0), 0.0
    where, bits, kind = m[entry + ENTRY.WHERE], t[k, K.BITS], m[entry + ENTRY.KIND]
    if where >= 0 and not _holds(g, k, n, bits, where):
        return a, b, c, own
    if kind < 5:
        phases = m[entry + ENTRY.PHASES]
        a, b = np.int64(1 if phases < 0 or m[phases + i[n, N.PHASE]] == 1 else 0), np.int64(1)
    elif kind == 5:
        a = np.int64(1 if _holds(g, k, n, bits, m[entry + ENTRY.TRUE]) else 0)
        b = np.int64(1 if a == 1 or _holds(g, k, n, bits, m[entry + ENTRY.FALSE]) else 0)
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


@_jit
def _recount(g, k, n, mask):
    """A member's contributions (none, if it has left) are computed anew; the wires that read what changed are marked."""
    t, m, i, f = _wide(g, A.T), _flat(g, A.M), _wide(g, A.I), _wide_floats(g, A.F)
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
            _mark(g, room, m[readers + 1 + place])


@_jit
def _counted(g, k, n):
    """What a part contributes, where values have changed."""
    t, i = _wide(g, A.T), _wide(g, A.I)
    mask = i[n, N.MASK]
    i[n, N.MASK] = 0
    if i[n, N.FELT] == 1 and (t[k, K.N_SUMS] > 0 or t[k, K.N_GATES] > 0):
        _feel_rest(g, k, n, t[k, K.BITS], t[k, K.VALUES])
    _recount(g, k, n, mask)


@_inside
def _divided(g, top, bottom):
    """A quotient of whole numbers; beyond what float64 tells apart the compiled engine takes over."""
    if abs(top) >= _EXACT or abs(bottom) >= _EXACT:
        g[G.FLAGGED] = 1
    return top / bottom


@_jit
def _rolled_up(g, room, r):
    """The value of a roll-up; NaN when it is missing."""
    t, m, i, f = _wide(g, A.T), _flat(g, A.M), _wide(g, A.I), _wide_floats(g, A.F)
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
        n = _leaf(g, member, m[row + ROLL_UP.WAY])
        inside = i[n, N.KIND]
        if i[n, t[inside, K.SHARE] + TOTAL * m[row + ROLL_UP.ENTRY] + 1] != 0:
            own = f[n, t[inside, K.OWN] + m[row + ROLL_UP.ENTRY]]
            if best != best or (own < best if kind == 8 else own > best):
                best = own
        member = i[member, N.NEXT]
    return best


@_jit
def _fed(g, room, wire):
    """The value of a feed; NaN when it is missing."""
    t, m, i, z = _wide(g, A.T), _flat(g, A.M), _wide(g, A.I), _flat_floats(g, A.Z)
    feed, depth = m[wire + WIRE.FEED], 0
    for place in range(m[wire + WIRE.SIZE]):
        op, about, count = m[feed + 3 * place], m[feed + 3 * place + 1], m[feed + 3 * place + 2]
        if op == FEED:
            value = _rolled_up(g, room, about)
        elif op == STANDS_IN:
            n = _leaf(g, i[room, t[i[room, N.KIND], K.CHILD] + m[about]], m[about + 1])
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


@_jit
def _tell(g, n, signal, value):
    """A port of a part is told its value; the part is asked if it may matter."""
    i = _wide(g, A.I)
    if i[n, N.PRESENT] == 0:
        return
    k = i[n, N.KIND]
    _keep(g, k, n)
    if _value(g, k, n, signal, value):
        if i[n, N.MASK] != 0:
            _counted(g, k, n)
        _wake(g, n)


@_jit
def _propagate(g):
    """Computes ports anew until none changes (their definition has no circle); each change wakes its readers."""
    t = _wide(g, A.T)
    m = _flat(g, A.M)
    x = _flat_floats(g, A.X)
    i = _wide(g, A.I)
    f = _wide_floats(g, A.F)
    q = _wide(g, A.Q)
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
            _tell(g, _leaf(g, member, m[wire + WIRE.WAY]), m[wire + WIRE.SIGNAL], stored)
            if m[wire + WIRE.MANY] == 0:
                break
            member = i[member, N.NEXT]


# ---- who is there


@_inside
def _place(g, k, code):
    """Where a name is, or would be."""
    h = _wide(g, A.H)
    mask = h.shape[0] - 1
    place = ((code ^ (k * np.int64(0x1F3D5B79))) * np.int64(0x9E3779B97F4A7C1)) >> 17 & mask
    while h[place, 0] == g[G.GENERATION] and not (h[place, 1] == k and h[place, 2] == code):
        place = (place + 1) & mask
    return place


@_inside
def _found(g, k, code):
    """The node of a name, if it is present; else -1. Parts that are always there are numbered as they were made."""
    i, h = _wide(g, A.I), _wide(g, A.H)
    place = _place(g, k, code)
    if h[place, 0] != g[G.GENERATION]:
        return -1
    n = h[place, 3]
    return n if i[n, N.PRESENT] == 1 else -1


@_jit
def _node(g, k, code):
    """A node to begin with: a new one, or the one that had this name before."""
    t = _wide(g, A.T)
    m = _flat(g, A.M)
    x = _flat_floats(g, A.X)
    i = _wide(g, A.I)
    f = _wide_floats(g, A.F)
    h = _wide(g, A.H)
    place = _place(g, k, code)
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
            f[n, t[k, K.LAST] + wire] = _NONE
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


@_jit
def _make(g, k, parent, code, row):
    """A member joins, with all parts inside it that are always there; or the customer itself begins."""
    t = _wide(g, A.T)
    m = _flat(g, A.M)
    x = _flat_floats(g, A.X)
    i = _wide(g, A.I)
    f = _wide_floats(g, A.F)
    q = _wide(g, A.Q)
    lives = _wide(g, A.LIVES)
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
            _wake(g, n)
        else:
            for wire in range(t[kind, K.N_WIRES]):
                _mark(g, n, wire)
    if parent >= 0:  # what is fed to all members is fed to the new one
        around, part = i[parent, N.KIND], t[k, K.PART]
        for number in range(t[around, K.N_WIRES]):
            wire = t[around, K.WIRES] + WIRES * number
            if m[wire + WIRE.PART] == part:
                value = f[parent, t[around, K.LAST] + number]
                value = x[m[wire + WIRE.ABSENT]] if value != value or value == _NONE else value
                n = _leaf(g, q[5, 0], m[wire + WIRE.WAY])
                _value(g, i[n, N.KIND], n, m[wire + WIRE.SIGNAL], value)


@_inside
def _note(g, k, n, number, formula, target, due):
    i, found = _wide(g, A.I), _wide(g, A.FOUND)
    out = g[G.FOUND_OUT]
    if out >= found.shape[0]:
        g[G.FLAGGED] = 1
        return
    found[out, 0], found[out, 1], found[out, 2] = g[G.CUSTOMER], g[G.AT], number
    found[out, 3], found[out, 4], found[out, 5] = k, i[n, N.LIFE_INDEX], formula
    found[out, 6], found[out, 7], found[out, 8] = i[n, N.PHASE], target, due
    g[G.FOUND_OUT] = out + 1


@_jit
def _dismiss(g, member):
    """A member leaves, with all inside it: no roll-up sees it, and it does not settle."""
    t, i, q = _wide(g, A.T), _wide(g, A.I), _wide(g, A.Q)
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
            _recount(g, k, n, (np.int64(1) << t[k, K.N_ENTRIES]) - 1)
            _note(g, k, n, np.int64(0), NO_LIFE if i[n, N.BORN] == g[G.AT] else LEFT, np.int64(0), np.int64(NEVER))
            if i[n, N.BORN] == g[G.AT]:
                i[n, N.LIFE] -= 1
            continue
        for part in range(t[k, K.N_PARTS]):
            inside = i[n, t[k, K.CHILD] + part]
            while inside >= 0:
                q[5, top] = inside
                top += 1
                inside = i[inside, N.NEXT]


# ---- one instant


@_jit
def _offer(g, n, e):
    """An event is offered to a part; it counts, taken or not."""
    t, i = _wide(g, A.T), _wide(g, A.I)
    k = i[n, N.KIND]
    _keep(g, k, n)
    if i[n, N.OFFERED_AT] != g[G.STAMP]:
        i[n, N.OFFERED_AT], i[n, N.OFFERED] = g[G.STAMP], 0
    if (i[n, N.OFFERED] >> e) & 1:
        g[G.FLAGGED] = 1  # said twice; whether that is one event or two is for others to say
    i[n, N.OFFERED] |= np.int64(1) << e
    i[n, t[k, K.HAPPENED] + e] = g[G.AT]
    i[n, t[k, K.TIMES] + e] += 1
    i[n, N.FELT] = 1
    _wake(g, n)


@_inside
def _rounds(g, then):
    """Synchronous rounds: every part that may move reads the same picture; then ports are computed anew; until nothing moves."""
    t, m, i, q = _wide(g, A.T), _flat(g, A.M), _wide(g, A.I), _wide(g, A.Q)
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
                _feel(g, k, n)
            offered = i[n, N.OFFERED] if number == 1 and i[n, N.OFFERED_AT] == g[G.STAMP] else np.int64(0)
            rule = _choose(g, k, n, offered)
            if rule < 0:
                continue
            row, due = t[k, K.RULES] + 5 * rule, NEVER
            if number == 1 and m[row] < 0 and m[row + 4] and NEVER < then < g[G.AT] and i[n, N.BORN] < g[G.AT]:
                due = _due_since(g, k, n, rule, then, g[G.AT])
            target = m[row + 1]
            if m[row + 3]:
                target = i[n, N.PHASE]
            elif m[row + 2] >= 0 and i[n, t[k, K.MEMORY] + m[row + 2]] >= 0:
                target = i[n, t[k, K.MEMORY] + m[row + 2]]
            _note(g, k, n, g[G.SIGN] * number, rule, target, due)
            if not m[row + 3]:
                _enter(g, k, n, target)
                _recount(g, k, n, t[k, K.PHASE_MASK])
                for stand in range(t[k, K.N_STANDS]):
                    room = n
                    for _ in range(m[t[k, K.STANDS] + 2 * stand + 1]):
                        room = i[room, N.PARENT]
                    _mark(g, room, m[t[k, K.STANDS] + 2 * stand])
            _wake(g, n)
        _propagate(g)
        number += 1


@_inside
def _finish(g):
    """Clocks and milestones are written on the settled picture, and the next instant at which time may change something is noted."""
    t, i, q = _wide(g, A.T), _wide(g, A.I), _wide(g, A.Q)
    for place in range(g[G.TOUCHED]):
        n = q[0, place]
        if i[n, N.PRESENT] == 0:
            continue
        k = i[n, N.KIND]
        if i[n, N.FELT] == 1:
            _feel(g, k, n)
        rules, clocks, bits = t[k, K.N_RULES], t[k, K.N_CLOCKS], t[k, K.BITS]
        for c in range(clocks):
            runs, since = _holds(g, k, n, bits, rules + c), t[k, K.CLOCKS] + c
            if runs != (i[n, since] != NEVER):
                i[n, since] = g[G.AT] if runs else NEVER
                i[n, N.FELT] = 1
        if i[n, N.FELT] == 1:
            _feel(g, k, n)
        milestones = t[k, K.N_MILESTONES]
        if i[n, N.REACHED] != (np.int64(1) << milestones) - 1:
            for milestone in range(milestones):
                formula = rules + clocks + milestone
                if not (i[n, N.REACHED] >> milestone) & 1 and _holds(g, k, n, bits, formula):
                    i[n, N.REACHED] |= np.int64(1) << milestone
                    _note(g, k, n, g[G.SIGN], formula, i[n, N.PHASE], np.int64(NEVER))
        g[G.WAKE] = min(g[G.WAKE], i[n, N.DUE])


@_inside
def _arrive(g, at):
    """Time moves, and wakes the parts whose time has come."""
    t, i = _wide(g, A.T), _wide(g, A.I)
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
            _keep(g, i[n, N.KIND], n)
            i[n, N.FELT] = 1
            _wake(g, n)
    return then


@_jit
def _settle(g, then):
    """From what was said to the settled picture."""
    i, q = _wide(g, A.I), _wide(g, A.Q)
    if g[G.TOUCHED] == 0 and g[G.HEAD] == g[G.TAIL]:
        return
    for place in range(g[G.TOUCHED]):
        n = q[0, place]
        if i[n, N.MASK] != 0 and i[n, N.PRESENT] == 1:
            _counted(g, i[n, N.KIND], n)
    _propagate(g)
    _rounds(g, then)
    if g[G.FLAGGED] == 0:
        _finish(g)


@_jit
def _begin(g, customer, at):
    """A customer begins, with all parts that are always there."""
    g[G.CUSTOMER], g[G.FLAGGED], g[G.FIRST], g[G.SIGN] = customer, 0, 1, 1
    g[G.NODES] = g[G.KEYS] = g[G.HEAD] = g[G.TAIL] = 0
    g[G.GENERATION] += 1
    nothing, nobody = np.int64(0), np.int64(-1)  # as numbers like any other: each literal would be compiled for itself
    g[G.WAKE] = FAR
    g[G.AT] = NEVER
    _arrive(g, at)
    _make(g, nothing, nobody, nothing, nobody)


@_jit
def _close(g, as_of):
    """The customer's last row is behind us: time passes until the date of interest, and what is in force is noted."""
    t, m, i, flagged = _wide(g, A.T), _flat(g, A.M), _wide(g, A.I), _flat(g, A.FLAGGED)
    if g[G.FLAGGED] == 0 and as_of > g[G.AT]:
        g[G.SIGN] = -1
        then = _arrive(g, as_of)
        _settle(g, then)
    if g[G.FLAGGED] == 0:
        for n in range(g[G.NODES]):
            k = i[n, N.KIND]
            if i[n, N.PRESENT] == 0 or t[k, K.LEAF] != 1:
                continue
            first = t[k, K.N_RULES] + t[k, K.N_CLOCKS] + t[k, K.N_MILESTONES]
            for sign in range(t[k, K.N_SIGNS]):
                here = m[t[k, K.SIGNS] + sign * t[k, K.N_PHASES] + i[n, N.PHASE]]
                if here and _holds(g, k, n, t[k, K.BITS], first + sign):
                    _note(g, k, n, np.int64(0), first + sign, i[n, N.PHASE], np.int64(NEVER))
    if g[G.FLAGGED] == 1:
        flagged[g[G.FLAGGED_OUT]] = g[G.CUSTOMER]
        g[G.FLAGGED_OUT] += 1
    g[G.CUSTOMER] = -1


@_jit
def _joins(g, deepest, begin, end):
    """All who join in an instant, the outer ones first; rows tell of them, or events that open a branch."""
    t = _wide(g, A.T)
    m = _flat(g, A.M)
    i = _wide(g, A.I)
    row_part = _shorts(g, A.ROW_PART)
    row_act = _bytes(g, A.ROW_ACT)
    row_event = _shorts(g, A.ROW_EVENT)
    row_code = _flat(g, A.ROW_CODE)
    row_inside = _flat(g, A.ROW_INSIDE)
    row_opened = _flat(g, A.ROW_OPENED)
    for depth in range(1, deepest + 1):
        for r in range(begin, end):
            k = np.int64(row_part[r])
            if k < 0:
                continue
            if row_act[r] == JOIN:
                if t[k, K.DEPTH] == depth:
                    parent = _found(g, t[k, K.PARENT], row_inside[r])
                    if parent < 0 or _found(g, k, row_code[r]) >= 0:
                        g[G.FLAGGED] = 1
                        return
                    _make(g, k, parent, row_code[r], r)
            elif row_event[r] >= 0 and t[k, K.LEAF] == 1:
                branch = m[t[k, K.OPENS] + row_event[r]]
                for place in range(m[branch]):
                    other = m[branch + 1 + place]
                    if t[other, K.DEPTH] != depth:
                        continue
                    n = _found(g, k, row_code[r])
                    if n < 0 or row_opened[r] == 0 or _found(g, other, row_opened[r]) >= 0:
                        g[G.FLAGGED] = 1
                        return
                    _make(g, other, i[n, N.PARENT], row_opened[r], r)


@_jit
def _leaves(g, deepest, begin, end):
    """All who leave in an instant, the inner ones first."""
    t, row_part, row_act, row_code = _wide(g, A.T), _shorts(g, A.ROW_PART), _bytes(g, A.ROW_ACT), _flat(g, A.ROW_CODE)
    for depth in range(deepest, 0, -1):
        for r in range(begin, end):
            k = np.int64(row_part[r])
            if k < 0 or row_act[r] != LEAVE or t[k, K.DEPTH] != depth:
                continue
            n = _found(g, k, row_code[r])
            if n < 0:
                g[G.FLAGGED] = 1
                return
            _dismiss(g, n)


@_jit
def _to_all(g, k, event, branches):
    """An event is offered to all of a kind, or (k < 0) to all who know it."""
    t, m, i, event_of = _wide(g, A.T), _flat(g, A.M), _wide(g, A.I), _wide(g, A.EVENT_OF)
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


@_inside
def _calm(g, k, n, r):
    """Whether every value of a row stays where no truth changes."""
    t = _wide(g, A.T)
    f = _wide_floats(g, A.F)
    row_starts = _flat(g, A.ROW_STARTS)
    row_signals = _shorts(g, A.ROW_SIGNALS)
    row_values = _flat_floats(g, A.ROW_VALUES)
    for cell in range(row_starts[r], row_starts[r + 1]):
        s, v = np.int64(row_signals[cell]), row_values[cell]
        if v < f[n, t[k, K.LOW] + s] or v > f[n, t[k, K.HIGH] + s]:
            return False
    return True


@_inside
def _told(g, begin, end, branches):
    """The values and events of an instant."""
    t = _wide(g, A.T)
    i = _wide(g, A.I)
    f = _wide_floats(g, A.F)
    fixed = _flat(g, A.FIXED)
    row_part = _shorts(g, A.ROW_PART)
    row_act = _bytes(g, A.ROW_ACT)
    row_event = _shorts(g, A.ROW_EVENT)
    row_code = _flat(g, A.ROW_CODE)
    row_starts = _flat(g, A.ROW_STARTS)
    row_kinds = _shorts(g, A.ROW_KINDS)
    row_signals = _shorts(g, A.ROW_SIGNALS)
    row_values = _flat_floats(g, A.ROW_VALUES)
    several, empty = end - begin > 1, 0
    for r in range(begin, end):
        k, n, e = np.int64(row_part[r]), np.int64(-1), np.int64(row_event[r])
        if k >= 0:
            wide = e >= 0 and row_code[r] == 0 and t[k, K.DEPTH] > 0
            if not wide:
                n = fixed[k] if t[k, K.DEPTH] == 0 else _found(g, k, row_code[r])
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
                _keep(g, kind, n)
                if _value(g, kind, n, s, v):
                    _wake(g, n)
        if e >= 0:
            if k >= 0 and n >= 0:
                _offer(g, n, e)
            else:
                _to_all(g, k, e, branches)
    if empty > 1:
        g[G.FLAGGED] = 1  # the second says the same as the first


@_jit
def walk(g, most, deepest, first, as_of, last):
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
    """
    t = _wide(g, A.T)
    i = _wide(g, A.I)
    h = _wide(g, A.H)
    found = _wide(g, A.FOUND)
    lives = _wide(g, A.LIVES)
    flagged = _flat(g, A.FLAGGED)
    fixed = _flat(g, A.FIXED)
    row_customer = _flat(g, A.ROW_CUSTOMER)
    row_at = _flat(g, A.ROW_AT)
    row_part = _shorts(g, A.ROW_PART)
    row_act = _bytes(g, A.ROW_ACT)
    row_event = _shorts(g, A.ROW_EVENT)
    row_code = _flat(g, A.ROW_CODE)
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
                node = fixed[part] if t[part, K.DEPTH] == 0 else _found(g, part, row_code[r])
                if node >= 0 and _calm(g, part, node, r):
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
            then = _arrive(g, at)
        if coming > 0 and deepest > 0:
            _joins(g, deepest, r, end)
        if g[G.FLAGGED] == 0:
            _told(g, r, end, coming > 1)
        if leaving and g[G.FLAGGED] == 0:
            _leaves(g, deepest, r, end)
        if g[G.FLAGGED] == 0:
            _settle(g, then)
        r = end
    return r


@_jit
def known_again(g):
    """Enters all nodes into a new table of names."""
    i, h = _wide(g, A.I), _wide(g, A.H)
    for n in range(g[G.NODES]):
        place = _place(g, i[n, N.KIND], i[n, N.CODE])
        h[place, 0], h[place, 1], h[place, 2], h[place, 3] = g[G.GENERATION], i[n, N.KIND], i[n, N.CODE], n
