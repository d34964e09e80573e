"""Literals as z3 formulas: one symbolic customer at one instant.

Three truth values need no second reading here: :mod:`clmstate.conditions.lower` has already turned a condition into literals that plainly
hold or not. What is left is what a leaf says: exact fractions for numbers, whole numbers for counts and days, one bit for "somebody has
reported it", and one bit for each ``for_days`` clock that is old enough.

Two simplifications, both checked wherever an example is shown: sums are exact here, while engines round them to nine decimals before they
compare; and a signal of type float is any fraction within its bounds.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any, Final, TypeAlias, assert_never

import attrs
import z3

from clmstate.conditions.cells import Cell, Cut, cells, exact
from clmstate.conditions.joined import every, implies, negated, some
from clmstate.conditions.lower import FALSE, TRUE, UNKNOWN, All, Fixed, Formula, Leaf, Literal, lower
from clmstate.conditions.lower import Any as AnyOf
from clmstate.conditions.nodes import (
    Compare,
    Cond,
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
from clmstate.conditions.words import Vocabulary
from clmstate.signals import DAY

__all__ = ["Key", "Linear", "Symbols", "days_of"]

Key: TypeAlias = tuple[str, str]
"""What a variable stands for: ("value", signal), ("until", date), ("rest", date), ("stay", ""), ("ago", event), ("times", event),
("visits", place), ("now", "")."""

_WHOLE: Final = frozenset({"count", "integer"})
_FLIPPED: Final[Mapping[Op, Op]] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


@attrs.frozen
class Linear:
    """A sum of multiples of variables, and a constant."""

    factors: Mapping[Key, Fraction]
    constant: Fraction

    def plus(self, other: Linear, times: Fraction = Fraction(1)) -> Linear:
        """This and a multiple of another."""
        factors = dict(self.factors)
        for key, factor in other.factors.items():
            factors[key] = factors.get(key, Fraction(0)) + factor * times
        return Linear({k: f for k, f in factors.items() if f}, self.constant + other.constant * times)


def days_of(clock: ForDays, vocabulary: Vocabulary) -> int:
    """How many days a ``for_days`` condition asks for.

    Example:
        >>> from types import SimpleNamespace
        >>> days_of(ForDays(IsTrue("quiet"), Const(14)), SimpleNamespace(thresholds={}))
        14
    """
    return int(clock.days.value if isinstance(clock.days, Const) else vocabulary.thresholds[clock.days.name].value)


class Symbols:
    """A symbolic customer: variables for whatever conditions read, and what always holds of them.

    Attributes:
        vocabulary: whose signals they are.
        laws: what holds of every customer; grows as variables are made. Whoever solves takes what is new.
        cuts: where constants cut the values of a variable.
        joint: variables that are compared with one another, so that their values cannot be chosen one by one.
        timed: whether a time was told yet.
        clocks: for each ``for_days`` condition, the bit "true for long enough".

    Example:
        >>> from types import SimpleNamespace
        >>> from clmstate.signals import SignalSpec
        >>> live = SignalSpec("live", "flag", "live", default=False)
        >>> Symbols(SimpleNamespace(signals={"live": live}, thresholds={}, events={}, places={})).holds(IsTrue("live"))
        And(True, live)
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.laws: list[z3.BoolRef] = []
        self.cuts: dict[Key, set[Cut]] = {}
        self.joint: set[Key] = set()
        self.timed = z3.Bool("(timed)")
        self.clocks: dict[ForDays, z3.BoolRef] = {}
        self._made: dict[Key, z3.ArithRef] = {}
        self._known: dict[str, z3.BoolRef] = {}
        self._leaves: dict[tuple[Leaf, bool], tuple[z3.BoolRef, z3.BoolRef]] = {}
        self._held: dict[tuple[Formula, bool], z3.BoolRef] = {}
        self.phase = z3.Int("(phase)")
        self.paths: dict[str, int] = {}

    # ---- conditions

    def holds(self, cond: Cond, truths: int = TRUE, *, entered: bool = False) -> z3.BoolRef:
        """Whether a condition has one of some truths (TRUE, FALSE, UNKNOWN or several, as bits).

        Args:
            cond: the condition.
            truths: which truths are asked for.
            entered: whether the present phase was entered at this very instant.
        """
        return self.formula(self.lowered(cond, truths), entered=entered)

    def lowered(self, cond: Cond, truths: int = TRUE) -> Formula:
        """The condition over literals."""
        return lower(cond, lambda name: self.vocabulary.signals[name].never_missing, truths)

    def formula(self, formula: Formula, *, entered: bool = False) -> z3.BoolRef:
        """A formula over literals."""
        key = (formula, entered)
        if key not in self._held:
            self._held[key] = self._formula(formula, entered)
        return self._held[key]

    def _formula(self, formula: Formula, entered: bool) -> z3.BoolRef:
        match formula:
            case Fixed(value):
                return z3.BoolVal(value)
            case Literal(leaf, truths):
                known, true = self.leaf(leaf, entered=entered)
                return _having(known, true, truths)
            case All(items):
                return every([self.formula(item, entered=entered) for item in items])
            case AnyOf(items):
                return some([self.formula(item, entered=entered) for item in items])
            case _:
                assert_never(formula)

    def leaf(self, leaf: Leaf, *, entered: bool = False) -> tuple[z3.BoolRef, z3.BoolRef]:
        """Whether a leaf is known, and whether it is true if it is."""
        key = (leaf, entered)
        if key not in self._leaves:
            self._leaves[key] = self._leaf(leaf, entered)
        return self._leaves[key]

    def _leaf(self, leaf: Leaf, entered: bool) -> tuple[z3.BoolRef, z3.BoolRef]:
        match leaf:
            case IsTrue(name):
                return self.known(name), self.flag(name)
            case OneOf(name, values):
                choices = self.vocabulary.signals[name].choices
                chosen = self.variable(("value", name))
                return self.known(name), some([chosen == choices.index(value) for value in values if value in choices])
            case SignalRef(name):
                return self.known(name), z3.BoolVal(True)
            case InPhase(paths):
                return z3.BoolVal(True), some([self.phase == i for i in map(self.number, self._leaves_of(paths))])
            case ForDays():
                return z3.BoolVal(True), self.clock(leaf)
            case Compare(left, op, right):
                known = every([self._term_known(term) for term in _atoms(leaf)])
                return known, self._compared(self.linear(left, entered).plus(self.linear(right, entered), Fraction(-1)), op)
            case _:
                assert_never(leaf)

    # ---- variables

    def known(self, signal: str) -> z3.BoolRef:
        """Whether somebody has reported a signal (always true of one with a default)."""
        if signal not in self._known:
            always = self.vocabulary.signals[signal].never_missing
            self._known[signal] = z3.BoolVal(True) if always else z3.Bool(f"{signal}?")
        return self._known[signal]

    def flag(self, signal: str) -> z3.BoolRef:
        """The value of a flag."""
        return z3.Bool(signal)

    def at_least_once(self, event: str) -> z3.BoolRef:
        """Whether an event was ever offered."""
        return self._limited(("times", event), ">=", Fraction(1))

    def been_in(self, place: str) -> z3.BoolRef:
        """Whether a phase or group was ever entered."""
        return self._limited(("visits", place), ">=", Fraction(1))

    def just_now(self, event: str) -> z3.BoolRef:
        """Whether an event was offered within the last day."""
        return self._limited(("ago", event), "<=", Fraction(0))

    def number(self, path: str) -> int:
        """The number of a phase, for formulas over :attr:`phase`."""
        return self.paths.setdefault(path, len(self.paths))

    def clock(self, clock: ForDays) -> z3.BoolRef:
        """Whether a ``for_days`` condition has been true for long enough; whoever solves sees to what clocks say of one another."""
        if clock not in self.clocks:
            bit = self.clocks[clock] = z3.Bool(f"(held {len(self.clocks)})")
            self.laws.append(implies(bit, every((self.timed, self.holds(clock.of)))))
        return self.clocks[clock]

    def variable(self, key: Key) -> z3.ArithRef:
        """The variable of a key; made once, with its bounds."""
        if key not in self._made:
            made = self._made[key] = (z3.Int if self.whole(key) else z3.Real)(f"{key[0]} {key[1]}" if key[0] != "value" else key[1])
            low, high = self.bounds(key)
            if low is not None:
                self.laws.append(made >= _constant(low))
            if high is not None:
                self.laws.append(made <= _constant(high))
        return self._made[key]

    def whole(self, key: Key) -> bool:
        """Whether a variable is a whole number."""
        what, name = key
        return what != "value" or self.vocabulary.signals[name].kind in (*_WHOLE, "choice")

    def bounds(self, key: Key) -> tuple[Fraction | None, Fraction | None]:
        """The least and the greatest value of a variable."""
        what, name = key
        match what:
            case "value":
                spec = self.vocabulary.signals[name]
                if spec.kind == "choice":
                    return Fraction(0), Fraction(len(spec.choices) - 1)
                if spec.kind in _WHOLE:
                    return Fraction(spec.range[0]), Fraction(spec.range[1])
                return tuple(None if b is None else exact(b) for b in (spec.low, spec.high))  # type: ignore[return-value]  # two of them
            case "rest":
                return Fraction(0), Fraction(DAY - 1)
            case "until" | "now":
                return None, None
            case _:
                return Fraction(0), None

    def cells(self, key: Key) -> tuple[Cell, ...]:
        """The values of a variable, cut where some condition cuts them."""
        return cells(self.cuts.get(key, ()), *self.bounds(key))

    def made(self) -> Iterable[Key]:
        """The variables that exist."""
        return tuple(self._made)

    # ---- terms

    def linear(self, term: Term, entered: bool) -> Linear:
        """A term as a sum of multiples of variables."""
        match term:
            case Const(value):
                return Linear({}, exact(value))
            case DateConst(at):
                return Linear({}, Fraction(at))
            case ThresholdRef(name):
                return Linear({}, exact(self.vocabulary.thresholds[name].value))
            case Plus(left, right):
                return self.linear(left, entered).plus(self.linear(right, entered))
            case Minus(left, right):
                return self.linear(left, entered).plus(self.linear(right, entered), Fraction(-1))
            case Times(factor, inner):
                return Linear({}, Fraction(0)).plus(self.linear(inner, entered), self.linear(factor, entered).constant)
            case SignalRef(name) if self.vocabulary.signals[name].kind == "date":
                one = Fraction(1)
                return Linear({("now", ""): one, ("until", name): Fraction(DAY), ("rest", name): one}, Fraction(0))
            case SignalRef(name):
                return Linear({("value", name): Fraction(1)}, Fraction(0))
            case DaysInPhase() if entered:
                return Linear({}, Fraction(0))
            case DaysUntil(name):
                return Linear({("until", name): Fraction(1)}, Fraction(0))
            case DaysSince(name):
                return Linear({("since", name): Fraction(1)}, Fraction(0))
            case DaysInPhase():
                return Linear({("stay", ""): Fraction(1)}, Fraction(0))
            case EventDaysSince(name):
                return Linear({("ago", name): Fraction(1)}, Fraction(0))
            case EventTimes(name):
                return Linear({("times", name): Fraction(1)}, Fraction(0))
            case PhaseVisits(path):
                return Linear({("visits", path): Fraction(1)}, Fraction(0))
            case _:
                assert_never(term)

    def _term_known(self, term: Term) -> z3.BoolRef:
        match term:
            case SignalRef(name):
                return self.known(name)
            case DaysUntil(name) | DaysSince(name):
                return every((self.known(name), self.timed))
            case DaysInPhase():
                return self.timed
            case EventDaysSince(name):
                return every((self.at_least_once(name), self.timed))
            case _:
                return z3.BoolVal(True)

    def _arith(self, key: Key) -> z3.ArithRef:
        if key[0] == "since":  # floor of the negated time until: one more day is not yet full unless it is midnight
            until, rest = self.variable(("until", key[1])), self.variable(("rest", key[1]))
            return z3.If(rest == 0, -until, -until - 1)
        return self.variable(key)

    def _compared(self, sum_: Linear, op: Op) -> z3.BoolRef:
        if not sum_.factors:
            return z3.BoolVal(_decided(sum_.constant, op))
        if len(sum_.factors) > 1:
            variables = {("until", k[1]) if k[0] == "since" else k for k in sum_.factors}
            self.joint |= variables | {("rest", name) for what, name in sum_.factors if what == "since"}
            total = z3.Sum([_constant(factor) * self._arith(key) for key, factor in sum_.factors.items()])
            return _related(total, op, _constant(-sum_.constant))
        ((key, factor),) = sum_.factors.items()
        limit = -sum_.constant / factor
        return self._limited(key, op if factor > 0 else _FLIPPED[op], limit)

    def _limited(self, key: Key, op: Op, limit: Fraction) -> z3.BoolRef:
        cut_at, cut_op = (("until", key[1]), _FLIPPED[op]) if key[0] == "since" else (key, op)
        where = self.cuts.setdefault(cut_at, set())
        at = -limit if key[0] == "since" else limit
        for place in (at, at - 1) if key[0] == "since" else (at,):  # away from midnight, days since are one fewer
            if cut_op in ("<", ">=", "==", "!="):
                where.add(Cut(place, False))
            if cut_op in ("<=", ">", "==", "!="):
                where.add(Cut(place, True))
        variable = self._arith(key)
        if not variable.is_int():
            return _related(variable, op, _constant(limit))
        if op in ("==", "!=") and limit.denominator != 1:
            return z3.BoolVal(op == "!=")
        whole = math.floor(limit) if op in ("<=", ">") else math.ceil(limit)
        return _related(variable, op, z3.IntVal(whole))

    def _leaves_of(self, paths: Iterable[str]) -> Iterator[str]:
        for path in paths:
            children = getattr(self.vocabulary.places.get(path), "children", None)
            yield from children if children is not None else (path,)


def _having(known: z3.BoolRef, true: z3.BoolRef, truths: int) -> z3.BoolRef:
    match truths:
        case 1:  # TRUE
            return every((known, true))
        case 2:  # FALSE
            return every((known, negated(true)))
        case 4:  # UNKNOWN
            return negated(known)
        case 3:
            return known
        case 5:
            return some((negated(known), true))
        case 6:
            return some((negated(known), negated(true)))
        case _:
            return z3.BoolVal(truths == TRUE | FALSE | UNKNOWN)


def _atoms(leaf: Compare) -> Iterator[Term]:
    """What has to be known for a comparison to be known."""
    waiting: list[Term] = [leaf.left, leaf.right]
    while waiting:
        match waiting.pop():
            case Plus(left, right) | Minus(left, right):
                waiting += (left, right)
            case Times(_, inner):
                waiting.append(inner)
            case term:
                yield term


def _constant(value: Fraction) -> Any:
    return z3.IntVal(value.numerator) if value.denominator == 1 else z3.RealVal(value)


def _related(left: Any, op: Op, right: Any) -> Any:
    match op:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right
        case "==":
            return left == right
        case "!=":
            return left != right
        case _:
            assert_never(op)


def _decided(difference: Fraction, op: Op) -> bool:
    return {"<": difference < 0, "<=": difference <= 0, ">": difference > 0, ">=": difference >= 0}.get(
        op, (difference == 0) == (op == "==")
    )
