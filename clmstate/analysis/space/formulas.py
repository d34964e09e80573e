"""Formulas over literals of which a part is known: what is left of them, and what they are about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from clmstate.conditions.lower import All, Fixed, Formula, Leaf, Literal
from clmstate.conditions.lower import Any as AnyOf

__all__ = ["EITHER", "NEVER_SURE", "grounded", "leaves"]

EITHER: Final = 0
"""Stands for a truth that may come out either way, as it suits."""

NEVER_SURE: Final = 8
"""Stands for a truth on which nobody may count."""


def leaves(formula: Formula) -> Iterator[Leaf]:
    """The leaves that a formula reads, in order, with repetitions.

    Example:
        >>> from clmstate.conditions.nodes import IsTrue
        >>> list(leaves(Literal(IsTrue("signed"), 1)))
        [IsTrue(signal='signed')]
    """
    match formula:
        case Literal(leaf, _):
            yield leaf
        case All(items) | AnyOf(items):
            for item in items:
                yield from leaves(item)
        case _:
            pass


def grounded(formula: Formula, known: Callable[[Leaf], int | None]) -> Formula:
    """A formula in which some leaves are known.

    Args:
        formula: over literals.
        known: the truth of a leaf; None if it is not known, `EITHER` if it may come out either way, `NEVER_SURE` if nobody may count on it.

    Example:
        >>> from clmstate.conditions.nodes import IsTrue
        >>> grounded(Literal(IsTrue("signed"), 1), lambda leaf: 2)
        Fixed(value=False)
    """
    match formula:
        case Literal(leaf, truths):
            truth = known(leaf)
            return formula if truth is None else Fixed(truth == EITHER or bool(truth & truths))
        case All(items):
            kept = []
            for item in items:
                part = grounded(item, known)
                if isinstance(part, Fixed):
                    if not part.value:
                        return part
                else:
                    kept.append(part)
            return Fixed(True) if not kept else kept[0] if len(kept) == 1 else All(tuple(kept))
        case AnyOf(items):
            kept = []
            for item in items:
                part = grounded(item, known)
                if isinstance(part, Fixed):
                    if part.value:
                        return part
                else:
                    kept.append(part)
            return Fixed(False) if not kept else kept[0] if len(kept) == 1 else AnyOf(tuple(kept))
        case _:
            return formula
