"""Literals as Python expressions over a part's state.

A missing value is stored as NaN, which compares False with everything: so "x >= 80" as Python text is already "x >= 80 is true", and
"x < 80" is "x >= 80 is false", with no test for missing. Only ``!=`` needs care.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import assert_never

from clmstate.conditions.lower import TRUE, All, Any, Fixed, Formula, Leaf, Literal
from clmstate.conditions.nodes import (
    Compare,
    Const,
    DateConst,
    DaysInPhase,
    DaysSince,
    DaysUntil,
    EventDaysSince,
    EventTimes,
    ForDays,
    InPhase,
    IsTrue,
    Minus,
    OneOf,
    Op,
    PhaseVisits,
    Plus,
    SignalRef,
    Term,
    ThresholdRef,
    Times,
)
from clmstate.kernel.program import Program
from clmstate.signals import DAY

__all__ = ["Writer"]

_NEGATED: Mapping[Op, Op] = {"<": ">=", "<=": ">", "==": "!=", "!=": "==", ">=": "<", ">": "<="}
_MIRRORED: Mapping[Op, Op] = {"<": ">", "<=": ">=", "==": "==", "!=": "!=", ">=": "<=", ">": "<"}


class Writer:
    """Writes formulas of one program as Python expressions in which ``_s`` is the state (no signal's name begins so).

    Args:
        program: the program.
        now: the expression that is the customer's clock.
        values: dates that are to be read elsewhere than in the state, as expressions.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.kernel.program import lower_lifecycle
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won", final=True)
        ...     win = new.to(won, when=health >= 70)
        >>> program = lower_lifecycle(Deal.definition)
        >>> Writer(program).formula(program.rules[0].formula)
        '_s.v_health >= 70'
    """

    def __init__(self, program: Program, *, now: str = "_s.at", values: Mapping[str, str] | None = None) -> None:
        self.program = program
        self.now = now
        self.values = values or {}
        self.clock = {clock: i for i, clock in enumerate(program.clocks)}
        self.visit = {path: i for i, path in enumerate(program.visited)}

    def formula(self, formula: Formula) -> str:
        """The formula as an expression.

        Example:
            >>> Writer.formula(None, Fixed(True))
            'True'
        """
        match formula:
            case Fixed(value):
                return str(value)
            case Literal():
                return self.literal(formula)
            case All(items):
                return " and ".join(f"({self.formula(i)})" if isinstance(i, Any) else self.formula(i) for i in items)
            case Any(items):
                return " or ".join(f"({self.formula(i)})" if isinstance(i, All) else self.formula(i) for i in items)
            case _:
                assert_never(formula)

    def literal(self, literal: Literal) -> str:
        """One literal as an expression that binds tighter than ``and``."""
        leaf, truths = literal.leaf, literal.truths
        match leaf:
            case IsTrue(name):
                return self.flag(name, truths)
            case OneOf(name, values):
                listed = f"({', '.join(map(repr, values))},)"
                known = f"_s.v_{name} == _s.v_{name}"
                return _pick(
                    truths, true=f"_s.v_{name} in {listed}", false=f"({known} and _s.v_{name} not in {listed})", known=known
                )
            case SignalRef(name):
                return f"_s.v_{name} == _s.v_{name}" if truths == TRUE else f"_s.v_{name} != _s.v_{name}"
            case ForDays(_, days):
                held = f"{self.now} - _s.k{self.clock[leaf]} >= {self.days(days)}"
                return held if truths == TRUE else f"not {held}"
            case Compare(left, op, right):
                whole = self.whole_days(left, op, right)
                if whole is not None:
                    elapsed, true, false = whole
                    return _pick(truths, true=true, false=false, known=f"({elapsed} == {elapsed})")
                a, b = self.term(left), self.term(right)
                known = " and ".join(f"{x} == {x}" for x in (a, b) if not _is_number(x)) or "True"
                return _pick(truths, true=_compared(a, op, b), false=_compared(a, _NEGATED[op], b), known=f"({known})")
            case InPhase():
                raise AssertionError(leaf)  # the definition refuses it in conditions of a lifecycle
            case _:
                assert_never(leaf)

    def date(self, name: str) -> str:
        """A date signal as an expression: as it is now, unless it is to be read elsewhere."""
        return self.values.get(name, f"_s.v_{name}")

    def whole_days(self, left: Term, op: Op, right: Term) -> tuple[str, str, str] | None:
        """A comparison of whole elapsed days with a number, without the division: floor(x / day) <= c is x < (floor(c) + 1) days.

        Returns:
            The elapsed time, when the comparison is true and when it is false; None if it is not of this kind.
        """
        if isinstance(left, Const | ThresholdRef):
            left, op, right = right, _MIRRORED[op], left
        match left:
            case DaysUntil(name):
                elapsed = f"{self.date(name)} - {self.now}"
            case DaysSince(name):
                elapsed = f"{self.now} - {self.date(name)}"
            case DaysInPhase():
                elapsed = f"{self.now} - _s.entered"
            case EventDaysSince(event):
                elapsed = f"{self.now} - _s.e_{event}"
            case _:
                return None
        if not isinstance(right, Const | ThresholdRef):
            return None
        limit = self.number(right)
        least, after = _time(math.ceil(limit) * DAY), _time((math.floor(limit) + 1) * DAY)  # where >= and > begin, in elapsed time
        match op:
            case "<=" | ">":
                below, above = f"{elapsed} < {after}", f"{elapsed} >= {after}"
                return (elapsed, below, above) if op == "<=" else (elapsed, above, below)
            case "<" | ">=":
                below, above = f"{elapsed} < {least}", f"{elapsed} >= {least}"
                return (elapsed, below, above) if op == "<" else (elapsed, above, below)
            case _:
                if least == after:  # no whole number of days equals a fraction
                    equal, other = "False", f"{elapsed} == {elapsed}"
                else:
                    equal, other = f"{least} <= {elapsed} < {after}", f"({elapsed} < {least} or {elapsed} >= {after})"
                return (elapsed, equal, other) if op == "==" else (elapsed, other, equal)

    def instants(self, leaf: Leaf) -> Iterator[str]:
        """When time may change a leaf, as expressions; NaN where a value is missing."""
        if isinstance(leaf, ForDays):
            yield f"_s.k{self.clock[leaf]} + {self.days(leaf.days)}"
            return
        assert isinstance(leaf, Compare)
        term, after = self.flips(leaf)
        match term:
            case DaysUntil(name) | DaysSince(name):
                base = f"_s.v_{name}"
            case DaysInPhase():
                base = "_s.entered"
            case EventDaysSince(event):
                base = f"_s.e_{event}"
            case _:
                raise AssertionError(leaf)
        yield from (f"{base} + {_time(us)}" for us in after)

    def flips(self, leaf: Compare) -> tuple[Term, tuple[int, ...]]:
        """How long after its date (before it, if negative) a comparison of days with a number changes its truth, in microseconds."""
        term, op, limit = leaf.left, leaf.op, leaf.right
        if isinstance(term, Const | ThresholdRef):
            term, op, limit = limit, _MIRRORED[op], term
        assert isinstance(limit, Const | ThresholdRef)
        number = self.number(limit)
        at, past = math.ceil(number), math.floor(number) + 1
        days = {"<": (at,), ">=": (at,), "<=": (past,), ">": (past,)}.get(op, (at, past))
        return term, tuple(dict.fromkeys(1 - day * DAY if isinstance(term, DaysUntil) else day * DAY for day in days))

    def flag(self, name: str, truths: int) -> str:
        """A flag, which is missing or not."""
        if self.program.definition.signals[name].never_missing:
            return f"_s.v_{name}" if truths & TRUE else f"not _s.v_{name}"
        return _pick(truths, true=f"_s.v_{name} is True", false=f"_s.v_{name} is False", known=f"_s.v_{name} == _s.v_{name}")

    def days(self, days: Const | ThresholdRef) -> str:
        """A number of days in microseconds."""
        return _time(int(self.number(days)) * DAY)

    def number(self, term: Const | ThresholdRef) -> int | float:
        """The number that a constant or a named limit stands for."""
        return term.value if isinstance(term, Const) else self.program.definition.thresholds[term.name].value

    def term(self, term: Term) -> str:
        """A term as an expression; missing is NaN."""
        match term:
            case Plus() | Minus() | Times():
                return f"_round({self.linear(term)}, 9)"
            case _:
                return self.linear(term)

    def linear(self, term: Term) -> str:
        """A term before rounding."""
        match term:
            case SignalRef(name):
                return f"_s.v_{name}"
            case Const() | ThresholdRef():
                number = repr(self.number(term))
                return f"({number})" if number.startswith("-") else number
            case DateConst(at):
                return _time(at)
            case Plus(left, right):
                return f"({self.linear(left)} + {self.linear(right)})"
            case Minus(left, right):
                return f"({self.linear(left)} - {self.linear(right)})"
            case Times(factor, inner):
                return f"({self.linear(factor)} * {self.linear(inner)})"
            case DaysUntil() | DaysSince() | DaysInPhase() | EventDaysSince():
                raise AssertionError(term)  # they compare with constants and thresholds only, which whole_days() writes
            case EventTimes(event):
                return f"_s.n_{event}"
            case PhaseVisits(path):
                return f"_s.visits[{self.visit[path]}]"
            case _:
                assert_never(term)


def _time(us: int) -> str:
    """An instant or a length of time as text.

    It is written as a float, for Python compares floats much faster than large whole numbers; microseconds are exact as float64 until
    the year 2255, and midnights for ever.
    """
    return repr(float(us)) if us >= 0 else f"({float(us)!r})"


def _compared(a: str, op: Op, b: str) -> str:
    return f"({a} < {b} or {a} > {b})" if op == "!=" else f"{a} {op} {b}"


def _pick(truths: int, *, true: str, false: str, known: str) -> str:
    match truths:
        case 1:
            return true
        case 2:
            return false
        case 3:
            return known
        case 4:
            return f"not {known}"
        case 5:  # TRUE or UNKNOWN
            return f"not {false}"
        case _:  # FALSE or UNKNOWN
            return f"not {true}"


def _is_number(text: str) -> bool:
    return text.strip("()").replace(".", "").replace("-", "").replace("e", "").isdigit()
