"""Evaluation: what a condition says of one customer, as True, False or None (unknown).

This is the plain reading of the meaning, one node at a time. Explanations and the native chart use it; the kernel compiles the
same nodes to something faster, and the conformance suite holds the two together.
"""

from __future__ import annotations

import operator
from abc import abstractmethod
from collections.abc import Callable, Iterable
from typing import Protocol, assert_never

from clmstate.conditions.nodes import (
    And,
    Between,
    Compare,
    Cond,
    Const,
    Constant,
    DateConst,
    DaysInPhase,
    DaysSince,
    DaysUntil,
    EventDaysSince,
    EventTimes,
    ForDays,
    InPhase,
    IsMissing,
    IsTrue,
    Minus,
    Named,
    Not,
    OneOf,
    Op,
    Or,
    PhaseVisits,
    Plus,
    SignalRef,
    Term,
    ThresholdRef,
    Times,
    Unless,
)
from clmstate.signals import DAY, Value

__all__ = ["Picture", "Truth", "evaluate", "term_value"]

Truth = bool | None
"""True, False or unknown."""

_OPS: dict[Op, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}


class Picture(Protocol):
    """What a condition may ask about one customer at one instant. Times are instants; None is missing.

    Example:
        >>> class Nobody:
        ...     def signal(self, name):
        ...         return None
        >>> evaluate(Unless(IsTrue("signed")), Nobody())
        True
    """

    @abstractmethod
    def signal(self, name: str) -> Value | None:
        """The stored value, its default, or None when missing."""

    @abstractmethod
    def threshold(self, name: str) -> int | float:
        """The value of a named limit."""

    @abstractmethod
    def now(self) -> int | None:
        """The customer's clock; None before the first observation with a time."""

    @abstractmethod
    def entered_at(self) -> int | None:
        """When the present leaf phase was entered."""

    @abstractmethod
    def event_at(self, name: str) -> int | None:
        """When the event was last offered."""

    @abstractmethod
    def event_times(self, name: str) -> int:
        """How often the event was offered in this life."""

    @abstractmethod
    def visits(self, path: str) -> int:
        """How often the phase (or group) was entered in this life."""

    @abstractmethod
    def held_since(self, cond: ForDays) -> int | None:
        """When the clock of a ``for_days`` condition started, if it runs."""

    @abstractmethod
    def stands_in(self, paths: tuple[str, ...]) -> bool:
        """Whether the present phase is one of these, or inside one of these groups."""


def evaluate(cond: Cond, picture: Picture) -> Truth:
    """What a condition says of a picture: True, False, or None when it cannot be known.

    Example:
        >>> from clmstate.conditions.nodes import Constant, Not
        >>> evaluate(Not(Constant(True)), picture=None)
        False
    """
    match cond:
        case Constant(value):
            return value
        case IsTrue(name):
            held = picture.signal(name)
            return None if held is None else bool(held)
        case OneOf(name, values):
            chosen = picture.signal(name)
            return None if chosen is None else chosen in values
        case Compare(left, op, right):
            return _compare(term_value(left, picture), op, term_value(right, picture))
        case Between(term, low, high):
            number = term_value(term, picture)
            return _all((_compare(term_value(low, picture), "<=", number), _compare(number, "<=", term_value(high, picture))))
        case IsMissing(of):
            return (picture.signal(of.name) if isinstance(of, SignalRef) else evaluate(of, picture)) is None
        case InPhase(paths):
            return picture.stands_in(paths)
        case Not(of):
            inner = evaluate(of, picture)
            return None if inner is None else not inner
        case And(items):
            return _all(evaluate(item, picture) for item in items)
        case Or(items):
            return _any(evaluate(item, picture) for item in items)
        case Unless(of):
            return evaluate(of, picture) is not True
        case Named(of):
            return evaluate(of, picture)
        case ForDays(of, days):
            inner = evaluate(of, picture)
            if inner is not True:
                return inner
            since, now = picture.held_since(cond), picture.now()
            needed = term_value(days, picture)
            return since is not None and now is not None and needed is not None and now - since >= needed * DAY
        case _:
            assert_never(cond)


def term_value(term: Term, picture: Picture) -> int | float | None:
    """The number that a term stands for, or None when it is missing; dates are instants.

    Sums, differences and multiples are rounded to 9 decimals, so that 0.1 + 0.2 is 0.3.

    Example:
        >>> term_value(Plus(Const(0.1), Const(0.2)), picture=None)
        0.3
    """
    match term:
        case Plus() | Minus() | Times():
            value = _linear(term, picture)
            return None if value is None else round(value, 9)
        case _:
            return _linear(term, picture)


def _linear(term: Term, picture: Picture) -> int | float | None:
    match term:
        case SignalRef(name):
            return picture.signal(name)  # type: ignore[return-value]  # definition lets numbers and dates only get here
        case ThresholdRef(name):
            return picture.threshold(name)
        case Const(value):
            return value
        case DateConst(at):
            return at
        case Plus(left, right):
            a, b = _linear(left, picture), _linear(right, picture)
            return None if a is None or b is None else a + b
        case Minus(left, right):
            a, b = _linear(left, picture), _linear(right, picture)
            return None if a is None or b is None else a - b
        case Times(factor, inner):
            a, b = _linear(factor, picture), _linear(inner, picture)
            return None if a is None or b is None else a * b
        case EventTimes(event):
            return picture.event_times(event)
        case PhaseVisits(path):
            return picture.visits(path)
        case DaysUntil(name):
            return _days(picture.now(), picture.signal(name))
        case DaysSince(name):
            return _days(picture.signal(name), picture.now())
        case DaysInPhase():
            return _days(picture.entered_at(), picture.now())
        case EventDaysSince(event):
            return _days(picture.event_at(event), picture.now())
        case _:
            assert_never(term)


def _days(start: Value | None, end: Value | None) -> int | None:
    return None if start is None or end is None else (int(end) - int(start)) // DAY


def _compare(left: float | None, op: Op, right: float | None) -> Truth:
    return None if left is None or right is None else _OPS[op](left, right)


def _all(truths: Iterable[Truth]) -> Truth:
    seen: Truth = True
    for truth in truths:
        if truth is False:
            return False
        if truth is None:
            seen = None
    return seen


def _any(truths: Iterable[Truth]) -> Truth:
    seen: Truth = False
    for truth in truths:
        if truth is True:
            return True
        if truth is None:
            seen = None
    return seen
