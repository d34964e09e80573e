"""Roll-ups as running totals: each member contributes whole numbers, and only what changed is added or taken away.

In sums and means a member's value counts in whole steps (rounded to the nearest one, halves up), totals are integers, and a quotient is
taken once at the end. So neither the order of members nor the engine changes a result, and an observation costs the same among ten users as among a
hundred thousand.
"""

from __future__ import annotations

import heapq
import math
import sys
import weakref
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any, assert_never

import attrs

from clmstate.composition import RollUp
from clmstate.conditions import reads
from clmstate.conditions.lower import FALSE, TRUE, lower
from clmstate.kernel.compile import Compiled, State, compiled
from clmstate.kernel.expressions import Writer
from clmstate.lifecycle import LifecycleDefinition
from clmstate.signals import LARGEST, MISSING

__all__ = ["Contribution", "Reading", "Total", "contribution", "in_steps"]


@attrs.frozen(eq=False)
class Contribution:
    """What one kind of member contributes to a roll-up.

    Attributes:
        of: the contribution of a member, by its state.
        signals: the signals it depends on.
        by_phase: whether it depends on the phase.

    Example:
        >>> Contribution(lambda state: (1, 1), frozenset(), True).by_phase
        True
    """

    of: Callable[[State], tuple[Any, ...]]
    signals: frozenset[str]
    by_phase: bool


_CONTRIBUTIONS: weakref.WeakKeyDictionary[LifecycleDefinition, dict[RollUp, Contribution]] = weakref.WeakKeyDictionary()


def contribution(definition: LifecycleDefinition, roll_up: RollUp) -> Contribution:
    """What members of a lifecycle contribute to a roll-up, as a function of their state.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class User(Lifecycle):
        ...     active = Phase("Active", initial=True)
        >>> share = RollUp("share", "users", phases=("active",))
        >>> contribution(User.definition, share).of(compiled(User.definition).new())
        (1, 1)
    """
    made = _CONTRIBUTIONS.setdefault(definition, {})
    if roll_up not in made:
        made[roll_up] = _written(compiled(definition), roll_up)
    return made[roll_up]


def _written(c: Compiled, roll_up: RollUp) -> Contribution:
    definition = c.program.definition
    write = Writer(c.program)

    def holds(cond: Any, truths: int = TRUE) -> str:
        return write.formula(lower(cond, lambda name: definition.signals[name].never_missing, truths))

    signals: set[str] = set()
    for cond in (roll_up.where, roll_up.cond):
        if cond is not None:
            signals |= set(reads(cond).signals)
    space: dict[str, Any] = {"_in_steps": in_steps, "_round": round}
    match roll_up.kind:
        case "count" | "share" | "any" | "all" | "none":
            numbers = sorted({c.program.number[leaf] for path in roll_up.phases for leaf in definition.leaves(path)})
            inside = f"(1, 1) if _s.phase in ({''.join(f'{n}, ' for n in numbers)}) else (0, 1)"
            text, nothing = inside if roll_up.phases else "(1, 1)", "(0, 0)"
        case "share_where":
            text = f"(1, 1) if {holds(roll_up.cond)} else (0, 1) if {holds(roll_up.cond, FALSE)} else (0, 0)"
            nothing = "(0, 0)"
        case "sum" | "mean" | "min" | "max":
            assert roll_up.signal is not None
            signals.add(roll_up.signal)
            extreme = roll_up.kind in ("min", "max")  # somebody's own value, as it is
            value = f"_s.v_{roll_up.signal}" if extreme else _steps(definition, roll_up.signal)
            known = f"_s.v_{roll_up.signal} == _s.v_{roll_up.signal}"
            if roll_up.weight is not None:
                signals.add(roll_up.weight)
                weight = _steps(definition, roll_up.weight)
                both = f"{known} and _s.v_{roll_up.weight} == _s.v_{roll_up.weight}"
                text = f"({weight} * {value}, {weight}, 1) if {both} else (0, 0, 1)"
            else:
                text = f"({value}, 1, 1) if {known} else (0, 0, 1)"
            nothing = "(0, 0, 0)"
        case _:
            assert_never(roll_up.kind)
    kept = text if roll_up.where is None else f"({text}) if {holds(roll_up.where)} else {nothing}"
    exec(compile(f"def of(_s): return {kept}", f"<roll-up {roll_up.kind} over {roll_up.part}>", "exec"), space)
    return Contribution(space["of"], frozenset(signals), bool(roll_up.phases))


def _steps(definition: LifecycleDefinition, signal: str) -> str:
    return f"_in_steps(_s.v_{signal}, {definition.signals[signal].step or 1!r})"


def in_steps(value: float, step: float) -> int:
    """A value in whole steps, to the nearest one, halves up; as decimals are written, 28.5 hundredths are a half.

    Example:
        >>> in_steps(0.285, 0.01), in_steps(-2.5, 1)
        (29, -2)
    """
    steps = value / step
    if -LARGEST < steps < LARGEST:
        return math.floor(round(steps, 9) + 0.5)
    return math.floor(Fraction(value) / _fraction(step) + Fraction(1, 2))


def _fraction(step: float) -> Fraction:
    return Fraction(Decimal(repr(step)))


class Total:
    """The running total of one roll-up in one composition.

    Example:
        >>> total = Total(RollUp("share", "users", phases=("active",)), None)
        >>> total.add((1, 1)); total.add((0, 1))
        >>> total.value()
        0.5
    """

    __slots__ = ("_heap", "_seen", "a", "b", "c", "kind", "readers", "step", "weighed")

    def __init__(self, roll_up: RollUp, step: float | None) -> None:
        self.kind = roll_up.kind
        self.weighed = roll_up.weight is not None
        self.step = Fraction(1) if step is None else _fraction(step)
        self.a = self.b = self.c = 0
        self.readers: list[Any] = []
        self._seen: dict[float, int] = {}
        self._heap: list[float] = []

    def add(self, one: tuple[Any, ...]) -> None:
        """Adds a member's contribution."""
        self.a += one[0]
        self.b += one[1]
        if len(one) == 3:
            self.c += one[2]
            if self.kind in ("min", "max") and one[1]:
                if one[0] not in self._seen:
                    self._queue(one[0])
                self._seen[one[0]] = self._seen.get(one[0], 0) + 1

    def take(self, one: tuple[Any, ...]) -> None:
        """Takes a member's contribution away."""
        self.a -= one[0]
        self.b -= one[1]
        if len(one) == 3:
            self.c -= one[2]
            if self.kind in ("min", "max") and one[1]:
                self._seen[one[0]] -= 1
                if not self._seen[one[0]]:
                    del self._seen[one[0]]

    def value(self) -> Any:
        """The value of the roll-up; NaN when it is missing."""
        match self.kind:
            case "count":
                return self.a
            case "share" | "share_where":
                return self.a / self.b if self.b else MISSING
            case "any":
                return self.a > 0
            case "none":
                return self.a == 0
            case "all":
                return self.a == self.b if self.b else MISSING
            case "sum":
                return self.scaled(self.a) if self.b or not self.c else MISSING
            case "mean":
                return self.a * self.step.numerator / (self.b * self.step.denominator) if self.b else MISSING
            case "min" | "max":
                return self.extreme() if self.b else MISSING
            case _:
                assert_never(self.kind)

    def scaled(self, steps: int) -> int | float:
        """A number of steps as a value."""
        top, bottom = steps * self.step.numerator, self.step.denominator
        if bottom == 1 and -LARGEST <= top <= LARGEST:
            return top
        try:
            return top / bottom
        except OverflowError:  # the largest number that columns hold
            return math.copysign(sys.float_info.max, top)

    def _queue(self, value: float) -> None:
        if len(self._heap) > 64 + 2 * len(self._seen):  # mostly values that nobody has any more
            self._heap = list(self._seen) if self.kind == "min" else [-n for n in self._seen]
            heapq.heapify(self._heap)
        heapq.heappush(self._heap, value if self.kind == "min" else -value)

    def extreme(self) -> float:
        """The least or greatest value that some member has."""
        sign = 1 if self.kind == "min" else -1
        while sign * self._heap[0] not in self._seen:  # its last member has gone, or reports another value
            heapq.heappop(self._heap)
        return sign * self._heap[0]


@attrs.frozen(eq=False)
class Reading:
    """A roll-up that reads the members of one part of a room; they share it, and hold no more than what each of them contributes.

    Attributes:
        total: the running total.
        of: the contribution of a member, by its state.
        signals: the signals it depends on.
        by_phase: whether it depends on the phase.
        nothing: what nobody contributes.
        watched: the signals as bits, in the order in which the lifecycle declares them.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class User(Lifecycle):
        ...     active = Phase("Active", initial=True)
        >>> share = RollUp("share", "users", phases=("active",))
        >>> Reading.over(User.definition, share, Total(share, None)).nothing
        (0, 0)
    """

    total: Total
    of: Callable[[State], tuple[Any, ...]]
    signals: frozenset[str]
    by_phase: bool
    nothing: tuple[int, ...]
    watched: int

    @classmethod
    def over(cls, members: LifecycleDefinition, roll_up: RollUp, total: Total) -> Reading:
        """How a roll-up reads members of a lifecycle."""
        how = contribution(members, roll_up)
        watched = sum(1 << i for i, name in enumerate(members.signals) if name in how.signals)
        return cls(total, how.of, how.signals, how.by_phase, (0, 0) if roll_up.signal is None else (0, 0, 0), watched)
