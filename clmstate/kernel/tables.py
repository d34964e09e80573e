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
    """A program as arrays. Rules, clocks, milestones and warning signs are formulas, numbered in this order.

    Example:
        >>> Arrays._fields[:2]
        ('clause', 'formula_clauses')
    """

    clause: NDArray[np.uint64]  # bits, one row a clause
    formula_clauses: NDArray[np.int64]  # formula f has the clauses [f] to [f + 1]
    phase_offered: NDArray[np.int64]  # phase p asks the rules `order` [p, 0] to [p, 1] if events are offered
    phase_silent: NDArray[np.int64]
    order: NDArray[np.int64]
    rule_event: NDArray[np.int64]
    rule_target: NDArray[np.int64]
    rule_resumes: NDArray[np.int64]
    rule_stays: NDArray[np.bool_]
    rule_timed: NDArray[np.bool_]
    phase_group: NDArray[np.int64]
    visit_phase: NDArray[np.int64]
    visit_group: NDArray[np.int64]
    test_bounds: NDArray[np.int64]  # signal s has the tests [s] to [s + 1]
    test_bit: NDArray[np.int64]
    test_low: NDArray[np.float64]
    test_high: NDArray[np.float64]
    test_words: NDArray[np.int64]
    test_inverted: NDArray[np.bool_]
    test_truths: NDArray[np.int64]
    signal_felt: NDArray[np.bool_]  # whether times or sums read it
    elapsed_kind: NDArray[np.int64]
    elapsed_base: NDArray[np.int64]
    elapsed_low: NDArray[np.int64]  # true from here ...
    elapsed_high: NDArray[np.int64]  # ... to before here
    elapsed_inverted: NDArray[np.bool_]
    elapsed_truths: NDArray[np.int64]
    elapsed_missing: NDArray[np.int64]
    elapsed_bit: NDArray[np.int64]
    sum_factors: NDArray[np.float64]  # [sum, side, signal]
    sum_reads: NDArray[np.bool_]
    sum_constant: NDArray[np.float64]
    sum_rounded: NDArray[np.bool_]
    sum_op: NDArray[np.int64]
    sum_truths: NDArray[np.int64]
    sum_bit: NDArray[np.int64]
    gate_bits: NDArray[np.uint64]
    gate_all: NDArray[np.bool_]
    gate_bit: NDArray[np.int64]
    first_bits: NDArray[np.uint64]
    first_values: NDArray[np.float64]
    first_visits: NDArray[np.int64]
    first_phase: int
    clocks: int
    milestones: int
    sign_phases: NDArray[np.bool_]  # [sign, phase]
    events: int
    groups: int


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
        >>> as_arrays(Deal.definition).arrays.test_low.tolist()
        [70.0]
    """

    program: Program
    arrays: Arrays
    signals: tuple[str, ...]
    events: tuple[str, ...]
    risks: tuple[str, ...]


def as_arrays(definition: LifecycleDefinition) -> Lowered:
    """Lowers a definition to arrays.

    Raises:
        InputError: CLM350, it has more of something than columns can hold; the compiled engine has no such limit.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> as_arrays(Deal.definition).signals
        ()
    """
    return _Writer(definition).lowered()


class _Writer:
    """Collects the rows of the arrays."""

    def __init__(self, definition: LifecycleDefinition) -> None:
        self.d = definition
        self.p = lower_lifecycle(definition)
        self.signals, self.events = tuple(definition.signals), tuple(definition.events)
        self.groups = list(definition.groups)
        self.risks = tuple(name for name, risk in definition.risks.items() if risk.sign is not None)
        never = lambda name: definition.signals[name].never_missing  # noqa: E731 -- a local shorthand
        signs = [low.lower(risk.sign, never) for name in self.risks if (risk := definition.risks[name]).sign is not None]
        self.formulas = [r.formula for r in self.p.rules] + list(self.p.clock_formulas) + [f for _, f in self.p.milestones] + signs
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
            self.tests.append((place, bit, test.low, test.high, test.words, test.inverted, truths))
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
        factors, reads = np.zeros((2, len(self.signals))), np.zeros((2, len(self.signals)), np.bool_)
        for i, side in enumerate(sides):
            if side is None:
                raise self.refused(f"a sum with time or counters in it ({leaf!r:.80}) has no place in columns")
            for name, factor in side.factors.items():
                factors[i, self.signals.index(name)], reads[i, self.signals.index(name)] = factor, True
                self.felt.add(name)
        constants, rounded = [s.constant for s in sides if s], [s.rounded for s in sides if s]
        self.sums.append((factors, reads, constants, rounded, _OPS.index(leaf.op), truths, bit))

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
        order: list[int] = []
        asked: dict[str, list[tuple[int, int]]] = {"offered": [], "silent": []}
        for name, listed in (("offered", p.offered), ("silent", p.silent)):
            for ways in listed:
                asked[name].append((len(order), len(order) + len(ways)))
                order += [rule.index for rule in ways]
        self.tests.sort(key=lambda test: test[0])
        test = _columns(self.tests, 7)
        elapsed = _columns(self.elapsed, 8)
        sums = _columns(self.sums, 7)
        gate = _columns(self.gates, 3)
        group = {name: i for i, name in enumerate(self.groups)}
        values = [spec.default for spec in self.d.signals.values()]
        first = np.array([math.nan if v is None else self.place(i, v) for i, v in enumerate(values)], np.float64)
        count, signals = len(self.signals), max(1, len(self.signals))
        start, start_group = p.phases[p.initial], p.group[p.initial]
        return Arrays(
            clause=_bits(masks, words),
            formula_clauses=_ints(bounds),
            phase_offered=_ints(asked["offered"]).reshape(-1, 2),
            phase_silent=_ints(asked["silent"]).reshape(-1, 2),
            order=_ints(order),
            rule_event=_ints(-1 if r.event is None else self.events.index(r.event) for r in rules),
            rule_target=_ints(r.target for r in rules),
            rule_resumes=_ints(-1 if r.resumes is None else group[r.resumes] for r in rules),
            rule_stays=_flags(r.stay for r in rules),
            rule_timed=_flags(r.timed for r in rules),
            phase_group=_ints(-1 if g is None else group[g] for g in p.group),
            visit_phase=_ints(p.number.get(path, -1) for path in p.visited),
            visit_group=_ints(group.get(path, -1) for path in p.visited),
            test_bounds=_ints(sum(1 for t in self.tests if t[0] < s) for s in range(count + 1)),
            test_bit=_ints(test[1]),
            test_low=_floats(test[2]),
            test_high=_floats(test[3]),
            test_words=_ints(test[4]),
            test_inverted=_flags(test[5]),
            test_truths=_ints(test[6]),
            signal_felt=_flags(name in self.felt for name in self.signals),
            elapsed_kind=_ints(elapsed[0]),
            elapsed_base=_ints(elapsed[1]),
            elapsed_low=_ints(elapsed[2]),
            elapsed_high=_ints(elapsed[3]),
            elapsed_inverted=_flags(elapsed[4]),
            elapsed_truths=_ints(elapsed[5]),
            elapsed_missing=_ints(elapsed[6]),
            elapsed_bit=_ints(elapsed[7]),
            sum_factors=np.array(sums[0], np.float64).reshape(-1, 2, signals if self.sums else 1),
            sum_reads=np.array(sums[1], np.bool_).reshape(-1, 2, signals if self.sums else 1),
            sum_constant=np.array(sums[2], np.float64).reshape(-1, 2),
            sum_rounded=np.array(sums[3], np.bool_).reshape(-1, 2),
            sum_op=_ints(sums[4]),
            sum_truths=_ints(sums[5]),
            sum_bit=_ints(sums[6]),
            gate_bits=_bits(gate[0], words),
            gate_all=_flags(gate[1]),
            gate_bit=_ints(gate[2]),
            first_bits=_bits([self.first_bits(first)], words)[0],
            first_values=first,
            first_visits=_ints(int(path in (start, start_group)) for path in p.visited),
            first_phase=p.initial,
            clocks=len(p.clocks),
            milestones=len(p.milestones),
            sign_phases=self.sign_phases(),
            events=len(self.events),
            groups=len(self.groups),
        )

    def place(self, signal: int, value: Any) -> float:
        """A stored value as a number."""
        spec = self.d.signals[self.signals[signal]]
        return float(spec.choices.index(value)) if spec.kind == "choice" else float(value)

    def first_bits(self, values: NDArray[np.float64]) -> int:
        """The bits of tests before anything has been said."""
        bits = 0
        for signal, bit, lowest, highest, words, inverted, truths in self.tests:
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


def _columns(rows: list[tuple[Any, ...]], count: int) -> list[tuple[Any, ...]]:
    return list(zip(*rows, strict=True)) if rows else [()] * count


def _ints(values: Iterable[Any]) -> NDArray[np.int64]:
    return np.array(list(values), np.int64)


def _floats(values: Iterable[Any]) -> NDArray[np.float64]:
    return np.array(list(values), np.float64)


def _flags(values: Iterable[Any]) -> NDArray[np.bool_]:
    return np.array(list(values), np.bool_)


def _bits(masks: Iterable[int], words: int) -> NDArray[np.uint64]:
    rows = [[mask >> (64 * word) & (2**64 - 1) for word in range(words)] for mask in masks]
    return np.array(rows, np.uint64).reshape(-1, words)
