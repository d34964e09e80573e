"""What the walk over whole customers works with: its facts, the arrays that they name, and how its functions are compiled.

Functions are handed the facts of the walk, `g`, and find in it where the arrays lie that they need: handing on a dozen arrays costs more
than most of what is done with them. These are `t` the table of kinds, `m` and `x` the whole and other numbers of the model, `i` and `f` those
of the nodes, `q` queues, `h` the nodes by name, `z` a stack for feeds, and the columns of rows. `k` is a kind, `n` a node.
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

from clmstate.replay.wholes.places import ENTRY, ROLL_UP, WIRE

__all__ = [
    "ARRAYS", "ENTRIES", "FACTS", "FOUND", "GROW", "JOIN", "LEAVE", "LEFT", "LIVES", "NEXT", "NO_LIFE", "OPTIONS", "ROLL_UPS", "UNSAID",
    "WIRES", "A", "G", "Rows", "compiled", "flat", "flat_floats", "inlined", "shorts", "small", "wide", "wide_floats",
]  # fmt: skip

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


ENTRIES, ROLL_UPS, WIRES = len(ENTRY), len(ROLL_UP), len(WIRE)
"""The numbers of an entry, a roll-up and a wire."""
UNSAID: Final = -np.inf
"""What a wire says before it has said anything."""

OPTIONS: Final[dict[str, Any]] = {"nogil": True, "error_model": "numpy", "_nrt": False}
"""Nothing is allocated on the walk, so nobody need count who refers to an array (``_nrt``)."""
compiled: Any = nb.njit(**OPTIONS)
inlined: Any = nb.njit(**OPTIONS, forceinline=True)
"""For what the walk asks all the time, and for what is asked in one place only: it becomes part of whoever asks."""

_filled: Any = populate_array


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
    "flat": ("int64", 1), "wide": ("int64", 2), "flat_floats": ("float64", 1), "wide_floats": ("float64", 2),
    "shorts": ("int16", 1), "small": ("int8", 1),
}  # fmt: skip
flat, wide, flat_floats, wide_floats, shorts, small = (_array(*about) for about in ARRAYS.values())
