"""Literals as tests of columns of numbers: what a leaf says of one signal, as an interval or a set of words.

A column holds float64: flags as 0 and 1, choices as the place of their word, dates as instants in microseconds, and NaN where nothing
is said. A literal about one signal is then plain data, an interval of that column, so that an engine which walks millions of rows needs
neither generated code nor a pass over the column for each literal.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Final

import attrs

from clmstate.conditions.lower import Leaf
from clmstate.conditions.nodes import (
    Compare,
    Const,
    DateConst,
    IsTrue,
    Minus,
    OneOf,
    Op,
    Plus,
    SignalRef,
    Term,
    ThresholdRef,
    Times,
)
from clmstate.signals import SignalSpec

__all__ = ["MOST_WORDS", "ColumnTest", "Linear", "column_test", "linear", "mirrored"]

MOST_WORDS: Final = 63
"""Words of a choice that fit into one set of bits."""

_MIRRORED: Final[Mapping[Op, Op]] = {"<": ">", "<=": ">=", "==": "==", "!=": "!=", ">=": "<=", ">": "<"}


@attrs.frozen
class ColumnTest:
    """A leaf about one signal. It is true inside the interval (or for the words), false elsewhere, unknown where nothing is known.

    Attributes:
        signal: the column.
        low, high: the interval, both ends included.
        words: for a choice, the places of its words as bits; -1 for everything else.
        inverted: whether it is true outside instead.

    Example:
        >>> ColumnTest("health", 70, math.inf).low
        70
    """

    signal: str
    low: float = -math.inf
    high: float = math.inf
    words: int = -1
    inverted: bool = False


@attrs.frozen
class Linear:
    """A sum of signals, each times a number.

    Attributes:
        factors: by signal.
        constant: what is added.
        rounded: whether the sum is rounded to nine decimals, as arithmetic is.

    Example:
        >>> Linear({"used": 1.0}).rounded
        False
    """

    factors: Mapping[str, float]
    constant: float = 0.0
    rounded: bool = False


def mirrored(op: Op) -> Op:
    """The same comparison with its sides exchanged.

    Example:
        >>> mirrored("<=")
        '>='
    """
    return _MIRRORED[op]


def column_test(leaf: Leaf, specs: Mapping[str, SignalSpec], limit: Callable[[str], float]) -> ColumnTest | None:
    """The test of one column that a leaf stands for; None if it is about something else.

    Args:
        leaf: of a literal.
        specs: the signals.
        limit: the value of a threshold.

    Example:
        >>> column_test(Compare(SignalRef("health"), ">", Const(70)), {}, lambda name: 0.0).low > 70
        True
        >>> column_test(Compare(SignalRef("used"), ">", SignalRef("bought")), {}, lambda name: 0.0) is None
        True
    """
    match leaf:
        case IsTrue(name):
            return ColumnTest(name, 1.0, 1.0)
        case SignalRef(name):
            return ColumnTest(name)
        case OneOf(name, values):
            places = [specs[name].choices.index(value) for value in values if value in specs[name].choices]
            return ColumnTest(name, words=sum(1 << place for place in set(places)))
        case Compare(SignalRef(name), op, Const() | ThresholdRef() | DateConst() as number):
            return _interval(name, op, _number(number, limit))
        case Compare(Const() | ThresholdRef() | DateConst() as number, op, SignalRef(name)):
            return _interval(name, _MIRRORED[op], _number(number, limit))
        case _:
            return None


def linear(term: Term, limit: Callable[[str], float]) -> Linear | None:
    """A term as a sum; None if it reads time or counts.

    Example:
        >>> linear(Minus(SignalRef("bought"), SignalRef("used")), lambda name: 0.0)
        Linear(factors={'bought': 1.0, 'used': -1.0}, constant=0.0, rounded=True)
    """
    found: dict[str, float] = {}
    constant = 0.0

    def add(term: Term, factor: float) -> bool:
        nonlocal constant
        match term:
            case SignalRef(name):
                found[name] = found.get(name, 0.0) + factor
            case Const() | ThresholdRef() | DateConst():
                constant += factor * _number(term, limit)
            case Plus(left, right):
                return add(left, factor) and add(right, factor)
            case Minus(left, right):
                return add(left, factor) and add(right, -factor)
            case Times(number, inner):
                return add(inner, factor * _number(number, limit))
            case _:
                return False
        return True

    return Linear(found, constant, isinstance(term, Plus | Minus | Times)) if add(term, 1.0) else None


def _number(term: Const | ThresholdRef | DateConst, limit: Callable[[str], float]) -> float:
    match term:
        case Const(value):
            return float(value)
        case DateConst(at):
            return float(at)
        case ThresholdRef(name):
            return float(limit(name))


def _interval(name: str, op: Op, number: float) -> ColumnTest:
    match op:
        case "<":
            return ColumnTest(name, high=math.nextafter(number, -math.inf))
        case "<=":
            return ColumnTest(name, high=number)
        case ">":
            return ColumnTest(name, low=math.nextafter(number, math.inf))
        case ">=":
            return ColumnTest(name, low=number)
        case _:
            return ColumnTest(name, number, number, inverted=op == "!=")
