"""The lowered program as plain arrays, for an engine that takes models as data: changing a model changes numbers, never code.

Literals are bits of a few machine words. A rule holds when all bits of one of its clauses are set. What sets the bits is data too: tests
of columns, elapsed times, counters, clocks, sums; and for formulas whose clauses would be too many, gates (all or any of some bits).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from clmstate.conditions import lower as low
from clmstate.conditions.columns import MOST_WORDS, column_test, linear, mirrored
from clmstate.conditions.nodes import (
    Compare,
    Const,
    DaysInPhase,
    DaysSince,
    DaysUntil,
    EventDaysSince,
    EventTimes,
    ForDays,
    PhaseVisits,
    ThresholdRef,
)
from clmstate.errors import Diagnostic, InputError
from clmstate.kernel.program import Program, clauses, lower_lifecycle
from clmstate.lifecycle import LifecycleDefinition
from clmstate.signals import DAY

__all__ = ["FAR", "NEVER", "Arrays", "Lowered", "as_arrays"]

FAR: Final = 2**61
"""Beyond all instants; sums with instants stay inside 64 bits."""
NEVER: Final = -(2**63)
"""No instant."""

_OPS: Final = ("<", "<=", "==", "!=", ">=", ">")
_MOST_BITS: Final = 62

UNTIL, SINCE, IN_PHASE, EVENT_SINCE, EVENT_TIMES, VISITS, CLOCK = range(7)
"""What an elapsed time or a counter is measured from."""


class Arrays(NamedTuple):
    """A program as arrays: few of them, because a loop that is handed many spends its time on handing them on.

    Rules, clocks, milestones and warning signs are formulas, numbered in this order.

    Attributes:
        clauses: bits that are all set when a clause holds, one row a clause.
        formulas: formula f has the clauses [f] to [f + 1].
        phases: first and behind the last of the rules in `order` that events may take, the same of those that need none; the group.
        order: rules, in the order in which they are asked.
        rules: event, target, group that is resumed (-1: none), whether it stays, whether time may make it true.
        visited: the phase and the group (or -1) whose entries are counted.
        signals: where its tests begin (one row more than there are signals), and whether times or sums read it.
        tests: bit, words (or -1), whether inverted, truths.
        limits: low and high of each test, the last number below and the first above.
        elapsed: kind, what it is measured from, true from, true to before, whether inverted, truths, truth when missing, bit.
        sums: operator, truths, bit, whether the left side is rounded, whether the right side is.
        factors: of each sum, on each side, for each signal, and the constant at the end.
        read: whether a side of a sum reads a signal.
        gates: bits of which all (or any) must be set.
        gate_bits: the bit that says so, and whether all must.
        signs: in which phases each warning sign is looked for.
        first_bits, first_values, first_visits: of somebody of whom nothing is known.
        facts: first phase, and how many rules, clocks, milestones, events and groups there are.

    Example:
        >>> Arrays._fields[:2]
        ('clauses', 'formulas')
    """

    clauses: NDArray[np.uint64]
    formulas: NDArray[np.int64]
    phases: NDArray[np.int64]
    order: NDArray[np.int64]
    rules: NDArray[np.int64]
    visited: NDArray[np.int64]
    signals: NDArray[np.int64]
    tests: NDArray[np.int64]
    limits: NDArray[np.float64]
    elapsed: NDArray[np.int64]
    sums: NDArray[np.int64]
    factors: NDArray[np.float64]
    read: NDArray[np.bool_]
    gates: NDArray[np.uint64]
    gate_bits: NDArray[np.int64]
    signs: NDArray[np.bool_]
    first_bits: NDArray[np.uint64]
    first_values: NDArray[np.float64]
    first_visits: NDArray[np.int64]
    facts: NDArray[np.int64]


@attrs.frozen(slots=False, eq=False)
class Lowered:
    """A program, as arrays and with the names behind the numbers.

    Attributes:
        program: what it was made from.
        arrays: the numbers.
        signals: the columns, in order.
        events: the events, in order.
        risks: the warning signs, in order.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won", final=True)
        ...     win = new.to(won, when=health >= 70)
        >>> as_arrays(Deal.definition).arrays.limits[:, :2].tolist()
        [[70.0, inf]]
    """

    program: Program
    arrays: Arrays
    signals: tuple[str, ...]
    events: tuple[str, ...]
    risks: tuple[str, ...]


def as_arrays(definition: LifecycleDefinition, more: Iterable[low.Formula] = ()) -> Lowered:
    """Lowers a definition to arrays.

    Args:
        definition: a lifecycle.
        more: formulas that others ask of it, such as the conditions of roll-ups; they are numbered behind all of its own.

    Raises:
        InputError: CLM350, it has more of something than columns can hold; the compiled engine has no such limit.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> as_arrays(Deal.definition).signals
        ()
    """
    return _Writer(definition, more).lowered()


class _Writer:
    """Collects the rows of the arrays."""

    def __init__(self, definition: LifecycleDefinition, more: Iterable[low.Formula]) -> None:
        self.d = definition
        self.p = lower_lifecycle(definition)
        self.signals, self.events = tuple(definition.signals), tuple(definition.events)
        self.groups = list(definition.groups)
        self.risks = tuple(name for name, risk in definition.risks.items() if risk.sign is not None)
        never = lambda name: definition.signals[name].never_missing  # noqa: E731 -- a local shorthand
        signs = [low.lower(risk.sign, never) for name in self.risks if (risk := definition.risks[name]).sign is not None]
        self.formulas = [r.formula for r in self.p.rules] + list(self.p.clock_formulas) + [f for _, f in self.p.milestones] + signs
        self.formulas += more
        self.literals = tuple(dict.fromkeys(x for formula in self.formulas for x in low.literals(formula)))
        self.bit: dict[low.Formula, int] = {x: i for i, x in enumerate(self.literals)}
        self.tests: list[tuple[Any, ...]] = []
        self.elapsed: list[tuple[Any, ...]] = []
        self.sums: list[tuple[Any, ...]] = []
        self.gates: list[tuple[int, bool, int]] = []
        self.felt: set[str] = set()

    def limit(self, name: str) -> float:
        return self.d.thresholds[name].value

    def refused(self, what: str) -> InputError:
        return InputError([Diagnostic("CLM350", self.d.name, what, "replay it with --engine compiled")])

    def lowered(self) -> Lowered:
        if max(len(self.events), len(self.p.milestones)) > _MOST_BITS:
            raise self.refused(f"it has more than {_MOST_BITS} events or milestones")
        if any(len(spec.choices) > MOST_WORDS for spec in self.d.signals.values()):
            raise self.refused(f"it has a choice of more than {MOST_WORDS} words")
        for literal in self.literals:
            self.write(literal)
        masks: list[int] = []
        bounds = [0]
        for formula in self.formulas:
            masks += self.clauses(formula)
            bounds.append(len(masks))
        return Lowered(self.p, self.arrays(masks, bounds), self.signals, self.events, self.risks)

    # ---- literals

    def write(self, literal: low.Literal) -> None:
        leaf, truths, bit = literal.leaf, literal.truths, self.bit[literal]
        test = column_test(leaf, self.d.signals, self.limit)
        if test is not None:
            place = self.signals.index(test.signal)
            self.tests.append((place, bit, test.words, test.inverted, truths, test.low, test.high))
            return
        match leaf:
            case ForDays(_, days):
                least = int(self.number(days)) * DAY
                self.elapsed.append((CLOCK, self.p.clocks.index(leaf), least, FAR, False, truths, low.FALSE, bit))
            case Compare(left, op, right):
                if isinstance(left, Const | ThresholdRef):
                    left, op, right = right, mirrored(op), left
                measured = self.measured(left)
                if measured is not None and isinstance(right, Const | ThresholdRef):
                    kind, base, unit = measured
                    span = _span(op, self.number(right), unit)
                    self.elapsed.append((kind, base, *span, truths, low.UNKNOWN, bit))
                    return
                self.write_sum(leaf, truths, bit)
            case _:
                raise self.refused(f"{leaf!r:.80} has no place in columns")

    def measured(self, term: object) -> tuple[int, int, int] | None:
        """What a clock term is measured from, and its unit."""
        match term:
            case DaysUntil(name):
                self.felt.add(name)
                return UNTIL, self.signals.index(name), DAY
            case DaysSince(name):
                self.felt.add(name)
                return SINCE, self.signals.index(name), DAY
            case DaysInPhase():
                return IN_PHASE, 0, DAY
            case EventDaysSince(event):
                return EVENT_SINCE, self.events.index(event), DAY
            case EventTimes(event):
                return EVENT_TIMES, self.events.index(event), 1
            case PhaseVisits(path):
                return VISITS, self.p.visited.index(path), 1
            case _:
                return None

    def write_sum(self, leaf: Compare, truths: int, bit: int) -> None:
        sides = [linear(side, self.limit) for side in (leaf.left, leaf.right)]
        factors, reads = np.zeros((2, len(self.signals) + 1)), np.zeros((2, len(self.signals)), np.bool_)
        for i, side in enumerate(sides):
            if side is None:
                raise self.refused(f"a sum with time or counters in it ({leaf!r:.80}) has no place in columns")
            for name, factor in side.factors.items():
                factors[i, self.signals.index(name)], reads[i, self.signals.index(name)] = factor, True
                self.felt.add(name)
            factors[i, -1] = side.constant
        self.sums.append((factors, reads, (_OPS.index(leaf.op), truths, bit, *(s.rounded for s in sides if s is not None))))

    def number(self, term: Const | ThresholdRef) -> float:
        return term.value if isinstance(term, Const) else self.limit(term.name)

    # ---- formulas

    def clauses(self, formula: low.Formula) -> Iterable[int]:
        found = clauses(formula, {x: self.bit[x] for x in self.literals})
        return found if found is not None else (1 << self.gate(formula),)

    def gate(self, formula: low.Formula) -> int:
        """The bit that says whether a formula holds, computed from the bits of its parts."""
        if formula not in self.bit:
            match formula:
                case low.All(items) | low.Any(items):
                    bits = sum(1 << bit for bit in {self.gate(item) for item in items})
                case _:
                    raise AssertionError(formula)  # fixed formulas have clauses, and literals have bits
            self.bit[formula] = len(self.bit)
            self.gates.append((bits, isinstance(formula, low.All), self.bit[formula]))
        return self.bit[formula]

    # ---- everything together

    def arrays(self, masks: list[int], bounds: list[int]) -> Arrays:
        words = max(1, -(-len(self.bit) // 64))
        p, rules = self.p, self.p.rules
        group = {name: i for i, name in enumerate(self.groups)}
        number = {name: i for i, name in enumerate(self.events)}
        order: list[int] = []
        phases = []
        for offered, silent, name in zip(p.offered, p.silent, p.group, strict=True):
            middle = len(order) + len(offered)
            phases.append((len(order), middle, middle, middle + len(silent), group.get(name or "", -1)))
            order += [rule.index for rule in (*offered, *silent)]
        self.tests.sort(key=lambda test: test[0])
        begins = [sum(1 for test in self.tests if test[0] < s) for s in range(len(self.signals) + 1)]
        felt = [*(name in self.felt for name in self.signals), False]
        values = [spec.default for spec in self.d.signals.values()]
        first = np.array([math.nan if v is None else self.place(i, v) for i, v in enumerate(values)], np.float64)
        start, start_group = p.phases[p.initial], p.group[p.initial]
        count = len(self.signals)
        return Arrays(
            clauses=_bits(masks, words),
            formulas=np.array(bounds, np.int64),
            phases=_table(phases, 5),
            order=np.array(order, np.int64),
            rules=_table(
                ((number.get(r.event or "", -1), r.target, group.get(r.resumes or "", -1), r.stay, r.timed) for r in rules),
                5,
            ),
            visited=_table(((p.number.get(path, -1), group.get(path, -1)) for path in p.visited), 2),
            signals=_table(zip(begins, felt, strict=True), 2),
            tests=_table((test[1:5] for test in self.tests), 4),
            limits=_limits(test[5:] for test in self.tests),
            elapsed=_table(self.elapsed, 8),
            sums=_table((found[2] for found in self.sums), 5),
            factors=np.array([found[0] for found in self.sums], np.float64).reshape(-1, 2, count + 1),
            read=np.array([found[1] for found in self.sums], np.bool_).reshape(len(self.sums), 2, count),
            gates=_bits((gate[0] for gate in self.gates), words),
            gate_bits=_table(((gate[2], gate[1]) for gate in self.gates), 2),
            signs=self.sign_phases(),
            first_bits=_bits([self.first_bits(first)], words)[0],
            first_values=first,
            first_visits=np.array([path in (start, start_group) for path in p.visited], np.int64),
            facts=np.array([p.initial, len(rules), len(p.clocks), len(p.milestones), len(self.events), len(self.groups)], np.int64),
        )

    def place(self, signal: int, value: Any) -> float:
        """A stored value as a number."""
        spec = self.d.signals[self.signals[signal]]
        return float(spec.choices.index(value)) if spec.kind == "choice" else float(value)

    def first_bits(self, values: NDArray[np.float64]) -> int:
        """The bits of tests before anything has been said."""
        bits = 0
        for signal, bit, words, inverted, truths, lowest, highest in self.tests:
            x = values[signal]
            inside = (words >> int(x)) & 1 == 1 if words >= 0 and x == x else lowest <= x <= highest
            truth = low.UNKNOWN if x != x else low.TRUE if inside != inverted else low.FALSE
            bits |= (1 << bit) if truth & truths else 0
        return bits

    def sign_phases(self) -> NDArray[np.bool_]:
        """In which phases each warning sign is looked for."""
        found = np.ones((len(self.risks), len(self.p.phases)), np.bool_)
        for i, name in enumerate(self.risks):
            places = self.d.risks[name].phases
            for j, path in enumerate(self.p.phases):
                found[i, j] = not places or path in places or self.p.group[j] in places
        return found


def _span(op: str, number: float, unit: int) -> tuple[int, int, bool]:
    """Where a whole number of units compares so with a number, in elapsed time: from, to before, and whether outside instead."""
    ceiling, after = math.ceil(number) * unit, (math.floor(number) + 1) * unit
    match op:
        case "<":
            return -FAR, ceiling, False
        case "<=":
            return -FAR, after, False
        case ">":
            return after, FAR, False
        case ">=":
            return ceiling, FAR, False
        case _:  # no whole number equals a fraction: then the span is empty
            return ceiling, max(ceiling, after), op == "!="


def _limits(spans: Iterable[tuple[float, float]]) -> NDArray[np.float64]:
    rows = [(low, high, math.nextafter(low, -math.inf), math.nextafter(high, math.inf)) for low, high in spans]
    return np.array(rows, np.float64).reshape(-1, 4)


def _table(rows: Iterable[Iterable[Any]], width: int) -> NDArray[np.int64]:
    return np.array([tuple(row) for row in rows], np.int64).reshape(-1, width)


def _bits(masks: Iterable[int], words: int) -> NDArray[np.uint64]:
    rows = [[mask >> (64 * word) & (2**64 - 1) for word in range(words)] for mask in masks]
    return np.array(rows, np.uint64).reshape(-1, words)
