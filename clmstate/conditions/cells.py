"""Readable values: where the constants of conditions cut a signal's values, and the roundest value between two cuts.

Between two neighbouring cuts every value says the same to every condition that looks at this signal alone, so any of them will do as an
example: 80 reads better than 74.3.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import Final

import attrs

from clmstate.signals import SignalSpec

__all__ = ["Cell", "Cut", "cells", "exact", "grids", "roundest"]

_DAYS: Final = (Fraction(30), Fraction(7), Fraction(1))


def exact(number: int | float) -> Fraction:
    """A number as the decimal that was written.

    Example:
        >>> exact(0.1)
        Fraction(1, 10)
    """
    return Fraction(number) if isinstance(number, int) else Fraction(repr(float(number)))


@attrs.frozen(order=True)
class Cut:
    """A place between values: just below a number, or just above it.

    Example:
        >>> Cut(Fraction(70), False) < Cut(Fraction(70), True)
        True
    """

    at: Fraction
    above: bool


@attrs.frozen
class Cell:
    """All values between two neighbouring cuts; None is unbounded.

    Example:
        >>> Cell(Fraction(60), False, Fraction(70), True).holds(Fraction(70))
        False
    """

    low: Fraction | None
    low_open: bool
    high: Fraction | None
    high_open: bool

    def holds(self, value: Fraction) -> bool:
        """Whether a value is in it."""
        above = self.low is None or value > self.low or (value == self.low and not self.low_open)
        return above and (self.high is None or value < self.high or (value == self.high and not self.high_open))

    def gap(self, other: Cell) -> Fraction:
        """How far apart the nearest values of two cells are (not counting that an end may be left out).

        Example:
            >>> Cell(None, False, Fraction(60), True).gap(Cell(Fraction(70), False, None, False))
            Fraction(10, 1)
        """
        for below, above in ((self, other), (other, self)):
            if below.high is not None and above.low is not None and below.high <= above.low:
                return above.low - below.high
        return Fraction(0)


def cells(cuts: Iterable[Cut], low: Fraction | None, high: Fraction | None) -> tuple[Cell, ...]:
    """The cells that cuts make of the values from `low` to `high`, lowest first.

    Example:
        >>> len(cells([Cut(Fraction(70), False)], Fraction(0), Fraction(100)))
        2
    """
    found: list[Cell] = []
    start, is_open = low, False
    for cut in sorted(set(cuts)):
        too_low = low is not None and (cut.at < low or (cut.at == low and not cut.above))
        too_high = high is not None and (cut.at > high or (cut.at == high and cut.above))
        if too_low or too_high:
            continue
        found.append(Cell(start, is_open, cut.at, not cut.above))
        start, is_open = cut.at, cut.above
    return (*found, Cell(start, is_open, high, False))


def grids(spec: SignalSpec | None) -> tuple[Fraction, ...]:
    """The steps in which examples of a signal are sought, coarsest first; days for None.

    Example:
        >>> [str(grid) for grid in grids(SignalSpec("s", "share", "s", low=0, high=1, step=0.01))]
        ['1/10', '1/20', '1/100']
    """
    if spec is None:
        return _DAYS
    step = exact(spec.step) if spec.step else Fraction(1)
    match spec.kind:
        case "count" | "integer":
            return (step,)
        case "days":
            return _DAYS
        case "money":
            return tuple(step * 10**k for k in (6, 5, 4, 3, 2, 1, 0))
        case _:
            return (step * 10, step * 5, step)


def roundest(cell: Cell, steps: Iterable[Fraction], *, near: Fraction | None = None) -> Fraction:
    """The roundest value of a cell.

    That is `near` if it is in the cell, else 0, else the multiple of the coarsest step that is nearest to `near` (without one, to the cut
    that the cell begins or ends with).

    Example:
        >>> roundest(Cell(None, False, Fraction(60), True), [Fraction(10), Fraction(1)])
        Fraction(0, 1)
        >>> roundest(Cell(Fraction(69), True, Fraction(70), True), [Fraction(10), Fraction(1)])
        Fraction(139, 2)
    """
    for value in (near, Fraction(0)):
        if value is not None and cell.holds(value):
            return value
    upwards = cell.low is not None and (near is None or cell.high is None or near <= cell.low)
    for step in steps:
        if upwards:
            assert cell.low is not None
            value = math.ceil(cell.low / step) * step
            value += step if not cell.holds(value) and value == cell.low else 0
        else:
            assert cell.high is not None
            value = math.floor(cell.high / step) * step
            value -= step if not cell.holds(value) and value == cell.high else 0
        if cell.holds(value):
            return value
    if cell.low is None or cell.high is None:
        return cell.low + 1 if cell.low is not None else (cell.high or Fraction(0)) - 1
    return (cell.low + cell.high) / 2
