"""Thresholds written as constants, so that versions with other limits can be compared."""

from __future__ import annotations

from collections.abc import Mapping

from clmstate.conditions.nodes import (
    And,
    Between,
    Compare,
    Cond,
    Const,
    ForDays,
    IsMissing,
    Minus,
    Named,
    Not,
    Or,
    Plus,
    SignalRef,
    Term,
    ThresholdRef,
    Times,
    Unless,
)
from clmstate.signals import ThresholdSpec

__all__ = ["bound"]


def bound(cond: Cond, thresholds: Mapping[str, ThresholdSpec]) -> Cond:
    """A condition with its thresholds written as constants.

    Example:
        >>> bound(Compare(SignalRef("adopted"), ">=", ThresholdRef("enough")), {"enough": ThresholdSpec("enough", 0.8)})
        Compare(left=SignalRef(name='adopted'), op='>=', right=Const(value=0.8))
    """

    def number(term: Const | ThresholdRef) -> Const:
        return Const(thresholds[term.name].value) if isinstance(term, ThresholdRef) else term

    def inner(term: Term) -> Term:
        match term:
            case ThresholdRef():
                return number(term)
            case Plus(left, right):
                return Plus(inner(left), inner(right))
            case Minus(left, right):
                return Minus(inner(left), inner(right))
            case Times(factor, of):
                return Times(number(factor), inner(of))
            case _:
                return term

    match cond:
        case Compare(left, op, right):
            return Compare(inner(left), op, inner(right))
        case Between(term, low, high):
            return Between(inner(term), inner(low), inner(high))
        case And(items):
            return And(tuple(bound(item, thresholds) for item in items))
        case Or(items):
            return Or(tuple(bound(item, thresholds) for item in items))
        case Not(of):
            return Not(bound(of, thresholds))
        case Unless(of):
            return Unless(bound(of, thresholds))
        case Named(of, label):
            return Named(bound(of, thresholds), label)
        case IsMissing(of) if not isinstance(of, SignalRef):
            return IsMissing(bound(of, thresholds))
        case ForDays(of, days):
            return ForDays(bound(of, thresholds), number(days))
        case _:
            return cond
