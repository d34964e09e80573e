"""Where what lies in the arrays of a composition: names for numbers, for those who write the arrays and for the loop that reads them."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

__all__ = [
    "ALL_OF",
    "ANY_OF",
    "ENTRY",
    "FEED",
    "HEAD",
    "NOT_SO",
    "PROGRAM",
    "ROLL_UP",
    "ROLL_UP_KINDS",
    "STANDS_IN",
    "TOTAL",
    "WIRE",
    "K",
    "N",
]

K = IntEnum(
    "K",
    [
        # what it is
        "LEAF", "MANY", "DEPTH", "PARENT", "PART", "TEMPLATE", "TEMPLATES", "OPENS",
        # its program: where its arrays begin, and how long they are
        "WORDS", "CLAUSES", "FORMULAS", "PHASES", "ORDER", "RULES", "VISITED", "SIGNALS", "TESTS", "LIMITS", "ELAPSED", "SUMS",
        "FACTORS", "READ", "GATES", "GATE_BITS", "SIGNS", "FIRST_BITS", "FIRST_VALUES", "FIRST_VISITS", "INITIAL", "TIMED",
        "N_SIGNALS", "N_EVENTS", "N_GROUPS", "N_VISITS", "N_CLOCKS", "N_RULES", "N_MILESTONES", "N_ELAPSED", "N_SUMS", "N_GATES",
        "N_SIGNS", "N_PHASES",
        # who reads it
        "ENTRIES", "N_ENTRIES", "SIGNAL_MASK", "PHASE_MASK", "STANDS", "N_STANDS",
        # what a room holds
        "ROLL_UPS", "N_ROLL_UPS", "WIRES", "N_WIRES", "N_PARTS",
        # where what lies in a node of this kind
        "BITS", "OLD_BITS", "HAPPENED", "TIMES", "OLD_HAPPENED", "OLD_TIMES", "VISITS", "MEMORY", "CLOCKS", "SHARE", "GIVEN",
        "CHILD", "TOTALS", "DIRTY", "VALUES", "LOW", "HIGH", "OLD_VALUES", "OWN", "LAST",
    ],
    start=0,
)  # fmt: skip
"""The columns of the table of kinds."""

PROGRAM: Final = {
    K.CLAUSES: "clauses",
    K.FORMULAS: "formulas",
    K.PHASES: "phases",
    K.ORDER: "order",
    K.RULES: "rules",
    K.VISITED: "visited",
    K.SIGNALS: "signals",
    K.TESTS: "tests",
    K.ELAPSED: "elapsed",
    K.SUMS: "sums",
    K.READ: "read",
    K.GATES: "gates",
    K.GATE_BITS: "gate_bits",
    K.SIGNS: "signs",
    K.FIRST_BITS: "first_bits",
    K.FIRST_VISITS: "first_visits",
}
"""The arrays of a program that are whole numbers, as :class:`clmstate.kernel.tables.Arrays` calls them."""

N = IntEnum(
    "N",
    [
        "KIND", "PARENT", "PREVIOUS", "NEXT", "PRESENT", "CODE", "LIFE", "LIFE_INDEX", "BORN", "PHASE", "ENTERED", "REACHED", "DUE",
        "FELT", "MASK", "KEPT", "TOUCHED", "ACTIVE", "OFFERED", "OFFERED_AT",
    ],
    start=0,
)  # fmt: skip
"""What every node holds."""

HEAD: Final = len(N)

ENTRY = IntEnum(
    "ENTRY", ["ROLL_UP", "UP", "KIND", "PHASES", "SIGNAL", "WEIGHT", "STEP", "WEIGHT_STEP", "WHERE", "TRUE", "FALSE"], start=0
)
"""A roll-up as a member sees it; -1 where there is nothing."""

ROLL_UP = IntEnum("ROLL_UP", ["KIND", "PART", "ENTRY", "TOP", "BOTTOM", "WAY", "READERS"], start=0)
"""A roll-up as its room sees it."""

ROLL_UP_KINDS: Final = ("count", "share", "any", "none", "all", "share_where", "sum", "mean", "min", "max")

WIRE = IntEnum("WIRE", ["PART", "MANY", "SIGNAL", "ABSENT", "WAY", "FEED", "SIZE"], start=0)

FEED, STANDS_IN, NOT_SO, ALL_OF, ANY_OF = range(5)
"""The operations of a feed; FEED is a roll-up."""

TOTAL: Final = 3
"""The whole numbers of a running total."""
