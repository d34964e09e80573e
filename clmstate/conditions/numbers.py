"""Numbers and times that conditions compare: signals, linear expressions over them, and clocks."""

from __future__ import annotations

from collections.abc import Callable

from clmstate.conditions.facade import Condition, broken, tangled
from clmstate.conditions.mistakes import Home, Mistake
from clmstate.conditions.nodes import (
    Between,
    Compare,
    Const,
    DaysInPhase,
    IsMissing,
    Minus,
    Op,
    Plus,
    SignalRef,
    Term,
    ThresholdRef,
    Times,
)
from clmstate.conditions.refusing import LOGICAL, Built, number_faults
from clmstate.conditions.thresholds import Threshold
from clmstate.signals import show_number

__all__ = ["Elapsed", "Numeric", "days_in_phase"]


class Numeric(Built):
    """A number that conditions compare: a signal, or a linear expression over signals.

    Example:
        >>> from clmstate import Lifecycle, Signal
        >>> class Deal(Lifecycle):
        ...     bought = Signal.count("seat bought", plural="seats bought")
        ...     used = Signal.count("seat used", plural="seats used")
        >>> (Deal.used + 5 <= 0.8 * Deal.bought).words(Deal.definition)
        'seats used plus 5 at most 80 % of seats bought'
    """

    _measured = True

    _instead = "compare it with something, as in (health >= 70)"

    def __init__(self, term: Term, homes: frozenset[Home] = frozenset(), mistakes: tuple[Mistake, ...] = ()) -> None:
        self._term_node = term
        self._homes = homes
        self._mistakes = mistakes

    def _term(self) -> Term:
        return self._term_node

    def _described(self) -> str:
        return "this is a number"

    def _operand(self, other: object) -> tuple[Term, list[Mistake]]:
        match other:
            case Threshold():
                return ThresholdRef(other.spec.name), []
            case Numeric():
                return other._term(), []
            case int() | float() if not number_faults(other):
                return Const(other), []
            case _:
                return Const(0), number_faults(other)

    def _limit(self, other: object) -> tuple[Term, list[Mistake]]:
        """What it is compared with; a signal also looks whether it can ever have such a value."""
        return self._operand(other)

    def _compare(self, op: Op, other: object) -> Condition:
        if tangled(other):
            return other._compared(self)
        term, wrong = self._limit(other)
        return Condition(Compare(self._term(), op, term), *self._with(other, mistakes=wrong))

    def __lt__(self, other: float | Threshold | Numeric) -> Condition:
        return self._compare("<", other)

    def __le__(self, other: float | Threshold | Numeric) -> Condition:
        return self._compare("<=", other)

    def __gt__(self, other: float | Threshold | Numeric) -> Condition:
        return self._compare(">", other)

    def __ge__(self, other: float | Threshold | Numeric) -> Condition:
        return self._compare(">=", other)

    def __eq__(self, other: float | Threshold | Numeric) -> Condition:  # type: ignore[override]
        return self._compare("==", other)

    def __ne__(self, other: float | Threshold | Numeric) -> Condition:  # type: ignore[override]
        return self._compare("!=", other)

    __hash__ = object.__hash__

    def between(self, low: float | Threshold, high: float | Threshold) -> Condition:
        """Whether it lies between two limits, both included.

        Example:
            >>> from clmstate import Lifecycle, Signal
            >>> class Deal(Lifecycle):
            ...     health = Signal.score("health")
            >>> Deal.health.between(40, 69).words(Deal.definition)
            'health between 40 and 69'
        """
        (lowest, wrong_low), (highest, wrong_high) = self._limit(low), self._limit(high)
        wrong = wrong_low + wrong_high + _order_faults(lowest, highest)
        return Condition(Between(self._term(), lowest, highest), *self._with(low, high, mistakes=wrong))

    def is_missing(self) -> Condition:
        """Whether it has no value; itself never unknown.

        Example:
            >>> from clmstate import Lifecycle, Signal
            >>> class Deal(Lifecycle):
            ...     health = Signal.score("health")
            >>> Deal.health.is_missing().words(Deal.definition)
            'health unknown'
        """
        term = self._term()
        # an expression is missing exactly when a comparison of it is unknown
        node = IsMissing(term) if isinstance(term, SignalRef) else IsMissing(Compare(term, "==", Const(0)))
        return Condition(node, *self._with())

    def _combine(self, kind: Callable[[Term, Term], Term], left: object, right: object) -> Numeric:
        (a, wrong_a), (b, wrong_b) = self._operand(left), self._operand(right)
        return Numeric(kind(a, b), *self._with(left, right, mistakes=wrong_a + wrong_b))

    def __add__(self, other: float | Threshold | Numeric) -> Numeric:
        return self._combine(Plus, self, other)

    def __radd__(self, other: float | Threshold) -> Numeric:
        return self._combine(Plus, other, self)

    def __sub__(self, other: float | Threshold | Numeric) -> Numeric:
        return self._combine(Minus, self, other)

    def __rsub__(self, other: float | Threshold) -> Numeric:
        return self._combine(Minus, other, self)

    def __mul__(self, factor: float | Threshold) -> Numeric:
        term, wrong = self._operand(factor)
        if not isinstance(term, Const | ThresholdRef):
            remedy = "multiply by a number or a threshold; compare products outside and report them as a signal of their own"
            wrong = [Mistake("CLM116", "two signals are multiplied, so no rule over them could be proved", remedy)]
            term = Const(1)
        return Numeric(Times(term, self._term()), *self._with(factor, mistakes=wrong))

    def __rmul__(self, factor: float | Threshold) -> Numeric:
        return self * factor

    def __neg__(self) -> Numeric:
        return self * -1

    def __truediv__(self, divisor: float) -> Numeric:
        if number_faults(divisor) or divisor == 0:
            mistake = Mistake("CLM116", "only a number other than 0 can divide", "multiply both sides instead, as in a >= 0.8 * b")
            return Numeric(self._term(), *self._with(divisor, mistakes=(mistake,)))
        return self * (1 / divisor)

    def _refuse(self, symbol: str, other: object) -> Condition:
        if symbol in LOGICAL:
            return super()._refuse(symbol, other)
        mistake = Mistake(
            "CLM116", f"'{symbol}' is not linear, so no rule over it could be proved", "add, subtract, or multiply by a number"
        )
        return broken(*self._with(other, mistakes=(mistake,)))


def _order_faults(low: Term, high: Term) -> list[Mistake]:
    if isinstance(low, Const) and isinstance(high, Const) and low.value > high.value:
        cause = f"nothing lies between {show_number(low.value)} and {show_number(high.value)}"
        return [Mistake("CLM117", cause, "give the smaller number first")]
    return []


class Elapsed(Built):
    """A clock or a counter: whole days, or how often. It compares with constants and thresholds only.

    Example:
        >>> from clmstate import Lifecycle, Signal
        >>> class Deal(Lifecycle):
        ...     renewal_on = Signal.date("renewal")
        >>> (Deal.renewal_on.days_until <= 120).words(Deal.definition)
        'at most 120 days to renewal'
    """

    _measured = True

    _instead = "compare it with a number of days or times, or a threshold, as in (days_in_phase >= 30)"

    def __init__(self, term: Term, homes: frozenset[Home] = frozenset(), mistakes: tuple[Mistake, ...] = ()) -> None:
        self._term_node = term
        self._homes = homes
        self._mistakes = mistakes

    def _described(self) -> str:
        return "this is a clock or counter"

    def _operand(self, other: object) -> tuple[Term, list[Mistake]]:
        match other:
            case Threshold():
                return ThresholdRef(other.spec.name), []
            case Built():
                cause = "a clock or counter is compared with something that moves itself"
                return Const(0), [Mistake("CLM112", cause, "compare it with a number or a threshold")]
            case int() | float() if not number_faults(other):
                return Const(other), []
            case _:
                return Const(0), number_faults(other)

    def _compare(self, op: Op, other: object) -> Condition:
        if tangled(other):
            return other._compared(self)
        term, wrong = self._operand(other)
        return Condition(Compare(self._term_node, op, term), *self._with(other, mistakes=wrong))

    def __lt__(self, other: float | Threshold) -> Condition:
        return self._compare("<", other)

    def __le__(self, other: float | Threshold) -> Condition:
        return self._compare("<=", other)

    def __gt__(self, other: float | Threshold) -> Condition:
        return self._compare(">", other)

    def __ge__(self, other: float | Threshold) -> Condition:
        return self._compare(">=", other)

    def __eq__(self, other: float | Threshold) -> Condition:  # type: ignore[override]
        return self._compare("==", other)

    def __ne__(self, other: float | Threshold) -> Condition:  # type: ignore[override]
        return self._compare("!=", other)

    __hash__ = object.__hash__

    def between(self, low: float | Threshold, high: float | Threshold) -> Condition:
        """Whether it lies between two limits, both included.

        Example:
            >>> from clmstate import Lifecycle, Signal
            >>> class Deal(Lifecycle):
            ...     renewal_on = Signal.date("renewal")
            >>> Deal.renewal_on.days_until.between(30, 60).words(Deal.definition)
            'between 30 and 60 days to renewal'
        """
        (lowest, wrong_low), (highest, wrong_high) = self._operand(low), self._operand(high)
        wrong = wrong_low + wrong_high + _order_faults(lowest, highest)
        return Condition(Between(self._term_node, lowest, highest), *self._with(low, high, mistakes=wrong))


days_in_phase = Elapsed(DaysInPhase())
"""Whole days since the present phase was entered; 0 right after a move, missing before the first observation with a time."""
