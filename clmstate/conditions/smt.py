"""Proofs about conditions with z3: exact over domains, missing values, defaults, clocks and clock terms.

**The interface** (load this module when you need it; it loads z3):

* ``prover = Prover(definition)`` knows the signals, thresholds and events of one lifecycle, and remembers what it has translated.
* ``prover.satisfy(claim, ...)`` gives a concrete, readable customer (:class:`~clmstate.conditions.examples.Example`) for whom all claims
  hold, or None if there is none. A claim is a condition (it is true), or ``Said(cond, truths)`` with the truths of
  :mod:`clmstate.conditions.lower` (``Said(cond, FALSE | UNKNOWN)``: it is not true). ``near={"health": 80}`` names a reference customer.
* ``prover.possible(claim, ...)`` only says whether there is one: much faster.
* ``prover.counterexample(a, b)``: a customer for whom `a` is true and `b` is not; None if `a` implies `b`.
* ``prover.relation(a, b)``: "equal", "stronger", "weaker" or "different", each with the customers who tell them apart.
* ``prover.clash(claims)``: a smallest set of claims that no customer fulfils together.
* ``bound(cond, thresholds)`` writes thresholds into a condition as constants, so that versions with other limits can be compared.
* :class:`UndecidedError` says that a question took more effort than it was given.

An ``Example`` answers :func:`clmstate.conditions.evaluate`, so whatever is shown can be asked again without z3. A whole log that leads
to such a customer is found in :mod:`clmstate.analysis.proofs.witness`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Final, Literal, TypeAlias

import attrs
import z3

from clmstate.conditions.cells import grids, roundest
from clmstate.conditions.evaluate import evaluate
from clmstate.conditions.examples import TODAY, Example
from clmstate.conditions.free import reads
from clmstate.conditions.joined import answer, every, implies, negated
from clmstate.conditions.lower import FALSE, TRUE, UNKNOWN
from clmstate.conditions.nodes import (
    And,
    Between,
    Compare,
    Cond,
    Const,
    DaysInPhase,
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
    terms,
    walk,
)
from clmstate.conditions.symbols import Key, Symbols, days_of
from clmstate.conditions.words import Vocabulary
from clmstate.errors import ClmstateError, Diagnostic
from clmstate.signals import DAY, ThresholdSpec, Value

__all__ = ["EFFORT", "NOT_TRUE", "Claim", "Prover", "Relation", "Said", "UndecidedError", "bound", "fraction_of"]

NOT_TRUE: Final = FALSE | UNKNOWN
EFFORT: Final = 40_000_000
"""z3's own count of steps for one question: a few seconds on a usual machine, and the same answer on every machine."""

_MANY_CLOCKS: Final = 8


class UndecidedError(ClmstateError):
    """A question about conditions took more effort than it was given.

    Example:
        >>> issubclass(UndecidedError, ClmstateError)
        True
    """


@attrs.frozen
class Said:
    """The claim that a condition has one of some truths.

    Attributes:
        cond: the condition.
        truths: TRUE, FALSE, UNKNOWN of :mod:`clmstate.conditions.lower`, or several of them, as bits.
        entered: whether the present phase was entered at this very instant, so that days in the phase are 0.

    Example:
        >>> from clmstate.conditions.nodes import IsTrue
        >>> Said(IsTrue("live"), NOT_TRUE).truths
        6
    """

    cond: Cond
    truths: int = TRUE
    entered: bool = False


Claim: TypeAlias = Cond | Said | z3.BoolRef


@attrs.frozen
class Relation:
    """How two conditions stand to each other.

    Attributes:
        kind: "equal", "stronger" (the first holds for fewer customers), "weaker" or "different".
        only_first: somebody for whom only the first is true; None if there is nobody.
        only_second: somebody for whom only the second is true.

    Example:
        >>> Relation("equal", None, None).kind
        'equal'
    """

    kind: Literal["equal", "stronger", "weaker", "different"]
    only_first: Example | None
    only_second: Example | None


class Prover:
    """Answers questions about the conditions of one lifecycle.

    Args:
        vocabulary: the lifecycle's definition.
        effort: z3's steps for one question, beyond which it counts as undecided.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     new = Phase("New", initial=True)
        >>> prover = Prover(Deal.definition)
        >>> low, high = (Deal.health < 60).node, (Deal.health >= 70).node
        >>> prover.possible(low, high)
        False
        >>> dict(prover.satisfy(Said(low, NOT_TRUE), Said(high, NOT_TRUE), Said(low, FALSE)).words())
        {'health': '60'}
        >>> prover.relation(high, (Deal.health >= 60).node).kind
        'stronger'
    """

    def __init__(self, vocabulary: Vocabulary, *, effort: int = EFFORT) -> None:
        self.vocabulary = vocabulary
        self.symbols = Symbols(vocabulary)
        self._effort = effort
        self._solver = z3.SimpleSolver()
        self._solver.set("rlimit", effort)
        self._taken = 0
        self._clocks: tuple[ForDays, ...] = ()
        self._clock_laws_found: list[z3.BoolRef] = []
        self._answers: dict[frozenset[int], bool] = {}
        self._proxies: dict[int, tuple[z3.BoolRef, z3.BoolRef]] = {}

    # ---- questions

    def possible(self, *claims: Claim) -> bool:
        """Whether some customer fulfils all claims.

        Raises:
            UndecidedError: CLM521.
        """
        bits = tuple(map(self.literal, claims))
        asked = frozenset(bit.get_id() for bit in bits)
        if asked not in self._answers:  # what is learnt later of other clocks changes no answer
            self._answers[asked] = self._together(*bits)
        return self._answers[asked]

    def model(self, *claims: Claim) -> z3.ModelRef | None:
        """z3's own model of some claims, for those who look at its variables."""
        return self._check(*map(self.literal, claims))

    def model_apart(self, formula: z3.BoolRef) -> z3.ModelRef | None:
        """The same for one very large formula, which is forgotten afterwards: it would slow down every later question.

        Raises:
            UndecidedError: CLM521.
        """
        self._learn()
        solver = z3.SimpleSolver()
        solver.set("rlimit", self._effort)
        solver.add(*self.symbols.laws, *self._clock_laws_found, formula)
        return solver.model() if self._sat(solver.check()) else None

    def satisfy(
        self,
        *claims: Claim,
        beside: Iterable[Cond] = (),
        near: Mapping[str, Value] | None = None,
        at: int | None = None,
        phase: str = "",
    ) -> Example | None:
        """A readable customer who fulfils all claims; None if nobody does.

        As little as possible is known about them, and values are round.

        Args:
            claims: what is to hold. What a z3 formula reads has to be said in `beside`.
            beside: conditions whose signals and events are chosen too, and told of where they are not as if nobody had said anything.
            near: a reference customer, whose values are kept where they can be.
            at: the instant; by default any.
            phase: the phase that the customer stands in, noted in the example.

        Raises:
            UndecidedError: CLM521.
        """
        fixed = [self.literal(claim) for claim in claims]
        if not self._together(*fixed):
            return None
        read = _Read.of(claims, beside)
        wishes = [self.literal(wish) for wish in self._wishes(read, near or {}, at)]
        if at is not None and ("now", "") in self.symbols.made():
            fixed.append(self.literal(self.symbols.variable(("now", "")) == at))
            if not self._together(*fixed):
                return None
        model = self._nearest(fixed, wishes)
        return self._example(model, read, fixed, near or {}, at, phase)

    def counterexample(self, a: Cond, b: Cond, *, near: Mapping[str, Value] | None = None) -> Example | None:
        """Somebody for whom `a` is true and `b` is not; None if `a` implies `b`."""
        return self.satisfy(a, Said(b, NOT_TRUE), near=near)

    def relation(self, a: Cond, b: Cond, *, near: Mapping[str, Value] | None = None) -> Relation:
        """How two conditions stand to each other, as what a transition asks: for whom they are true."""
        first, second = self.counterexample(a, b, near=near), self.counterexample(b, a, near=near)
        kinds: dict[tuple[bool, bool], Literal["equal", "stronger", "weaker", "different"]] = {
            (False, False): "equal",
            (False, True): "stronger",
            (True, False): "weaker",
            (True, True): "different",
        }
        return Relation(kinds[first is not None, second is not None], first, second)

    def clash(self, claims: Sequence[Claim]) -> tuple[int, ...]:
        """The places of a smallest set of claims that nobody fulfils together; () if somebody fulfils all."""
        kept = list(range(len(claims)))
        told = [self.literal(claim) for claim in claims]
        if self._together(*told):
            return ()
        for place in tuple(kept):
            rest = [i for i in kept if i != place]
            if not self._together(*(told[i] for i in rest)):
                kept = rest
        return tuple(kept)

    # ---- asking z3

    def formula(self, claim: Claim) -> z3.BoolRef:
        """A claim as a z3 formula."""
        if isinstance(claim, z3.BoolRef):
            return claim
        said = claim if isinstance(claim, Said) else Said(claim)
        return self.symbols.holds(said.cond, said.truths, entered=said.entered)

    def literal(self, claim: Claim) -> z3.BoolRef:
        """A bit that implies a claim, for asking about it without keeping it."""
        formula = self.formula(claim)
        known = self._proxies.get(formula.get_id())
        if known is None:
            bit = z3.FreshBool("claim")
            self._solver.add(implies(bit, formula))
            known = self._proxies[formula.get_id()] = (bit, formula)  # the formula is kept, so that its id stays its own
        return known[0]

    def _check(self, *bits: z3.BoolRef) -> z3.ModelRef | None:
        """A model in which all bits are true, if there is one."""
        return self._solver.model() if self._together(*bits) else None

    def _together(self, *bits: z3.BoolRef) -> bool:
        """Whether all bits can be true together."""
        self._learn()
        return self._solver_says(*bits)

    def _solver_says(self, *bits: z3.BoolRef) -> bool:
        return self._sat(answer(self._solver, bits))

    def _sat(self, answer: z3.CheckSatResult) -> bool:
        if answer == z3.unknown:
            place = getattr(self.vocabulary, "name", "conditions")
            raise UndecidedError([Diagnostic("CLM521", place, "a question took too long", "simplify the condition")])
        return bool(answer == z3.sat)

    def _learn(self) -> None:
        """Takes in what has become law since the last question."""
        while True:
            while self._taken < len(self.symbols.laws):
                self._solver.add(self.symbols.laws[self._taken])
                self._taken += 1
            new = tuple(clock for clock in self.symbols.clocks if clock not in self._clocks)
            if not new:
                return
            self._clocks += new
            self._clock_laws(frozenset(new))

    def _clock_laws(self, new: frozenset[ForDays]) -> None:
        """Clocks that have been true for long enough make others true for long enough, where their conditions together imply theirs.

        That is said for every smallest group of clocks. Only clocks that look at the same signals, directly or through others, can form
        one. Where more than :data:`_MANY_CLOCKS` do, larger groups than pairs are left out: then some clocks count as independent that
        are not, and what is said to be impossible still is.
        """
        for clock in self._clocks:
            longer = self._related(clock)
            if not longer or not self._implied(longer, clock):
                continue  # not even all of them together
            least: list[frozenset[ForDays]] = []
            for size in range(1, (len(longer) if len(longer) <= _MANY_CLOCKS else 2) + 1):
                for several in itertools.combinations(longer, size):
                    group = frozenset(several)
                    if any(found <= group for found in least) or not self._implied(several, clock):
                        continue
                    least.append(group)
                    if new & {clock, *group}:
                        held = [self.symbols.clock(other) for other in several]
                        law = implies(every(held), self.symbols.clock(clock))
                        self._clock_laws_found.append(law)
                        self._solver.add(law)

    def _implied(self, several: Sequence[ForDays], clock: ForDays) -> bool:
        """Whether the conditions of some clocks together imply that of another."""
        inner = [self.literal(other.of) for other in several]
        return not self._solver_says(*inner, self.literal(Said(clock.of, NOT_TRUE)))

    def _related(self, clock: ForDays) -> tuple[ForDays, ...]:
        """Other clocks that have to run at least as long and look at the same signals, directly or through others."""
        names = frozenset(reads(clock.of).signals)
        rest = [(other, frozenset(reads(other.of).signals)) for other in self._clocks if other != clock]
        found: list[ForDays] = []
        while True:
            near = [other for other, read in rest if read & names]
            if not near:
                break
            found += near
            names = names.union(*(read for other, read in rest if other in near))
            rest = [(other, read) for other, read in rest if other not in near]
        least = days_of(clock, self.vocabulary)
        return tuple(other for other in found if days_of(other, self.vocabulary) >= least)

    # ---- choosing a readable customer

    def _wishes(self, read: _Read, near: Mapping[str, Value], at: int | None) -> list[z3.BoolRef]:
        """What would make an example plainer, what matters most first."""
        symbols = self.symbols
        wishes = [symbols.timed]
        wishes += (negated(symbols.clock(clock)) for clock in read.clocks)
        wishes += (symbols.variable(("times", name)) == 0 for name in read.events)
        for name in read.signals:
            spec = self.vocabulary.signals[name]
            wanted = near.get(name, spec.default)
            if wanted is None:
                wishes.append(negated(symbols.known(name)))
                continue
            wishes.append(symbols.known(name))
            match spec.kind:
                case "flag":
                    wishes.append(symbols.flag(name) == bool(wanted))
                case "choice":
                    wishes.append(symbols.variable(("value", name)) == spec.choices.index(str(wanted)))
                case "date" if at is not None:
                    wishes.append(symbols.variable(("until", name)) == (int(wanted) - at) // DAY)
                    wishes.append(symbols.variable(("rest", name)) == (int(wanted) - at) % DAY)
                case "date":
                    pass
                case _:
                    wishes.append(symbols.variable(("value", name)) == z3.RealVal(Fraction(repr(wanted))))
        made = symbols.made()
        wishes += (symbols.variable(key) == 0 for key in tuple(made) if key[0] == "rest" and key[1] in read.signals)
        if ("stay", "") in made and read.stay:
            wishes.append(symbols.variable(("stay", "")) == 0)
        return wishes

    def _nearest(self, fixed: list[z3.BoolRef], wishes: list[z3.BoolRef]) -> z3.ModelRef:
        """A model of what is fixed and as many wishes as z3's cores allow, the first ones rather than the last."""
        kept = list(wishes)
        while True:
            model = self._check(*fixed, *kept)
            if model is not None:
                fixed += kept
                return model
            core = {bit.get_id() for bit in self._solver.unsat_core()}
            blamed = [place for place, bit in enumerate(kept) if bit.get_id() in core]
            del kept[blamed[-1] if blamed else -1]

    def _example(
        self, model: z3.ModelRef, read: _Read, fixed: list[z3.BoolRef], near: Mapping[str, Value], given: int | None, phase: str
    ) -> Example:
        model, chosen = self._joined(model, read, fixed)
        chosen |= self._values(model, read, near)
        symbols = self.symbols
        timed = z3.is_true(model.eval(symbols.timed, model_completion=True))
        at = int(chosen.get(("now", ""), Fraction(TODAY))) if given is None else given
        values: dict[str, Value] = {}
        told: list[str] = []
        for name in read.signals:
            spec = self.vocabulary.signals[name]
            if not z3.is_true(model.eval(symbols.known(name), model_completion=True)):
                if name in read.chief:
                    told.append(name)
            elif spec.kind == "flag":
                values[name] = z3.is_true(model.eval(symbols.flag(name), model_completion=True))
            elif spec.kind == "date":
                values[name] = int(at + chosen.get(("until", name), Fraction(0)) * DAY + chosen.get(("rest", name), Fraction(0)))
            elif spec.kind == "choice":
                values[name] = spec.choices[int(chosen.get(("value", name), Fraction(0)))]
            elif ("value", name) in chosen:
                number = chosen["value", name]
                values[name] = int(number) if number.denominator == 1 else float(number)
            else:  # only whether it is known matters
                values[name] = spec.default if spec.default is not None else _somewhere(spec.low, spec.high)
            if name not in read.chief and name in values and values[name] == spec.default:
                del values[name]
        times = {name: int(chosen.get(("times", name), Fraction(0))) for name in read.events}
        times = {name: number for name, number in times.items() if number}
        held = [clock for clock in read.clocks if z3.is_true(model.eval(symbols.clock(clock), model_completion=True))]
        return Example(
            self.vocabulary,
            values,
            at=at if timed else None,
            entered=at - int(chosen.get(("stay", ""), Fraction(0))) * DAY if timed else None,
            times=times,
            last={name: at - int(chosen.get(("ago", name), Fraction(0))) * DAY for name in times} if timed else {},
            visited={key[1]: int(chosen[key]) for key in chosen if key[0] == "visits"},
            since={clock: at - days_of(clock, self.vocabulary) * DAY for clock in held},
            phase=phase,
            told=tuple(told),
        )

    def _joined(self, model: z3.ModelRef, read: _Read, fixed: list[z3.BoolRef]) -> tuple[z3.ModelRef, dict[Key, Fraction]]:
        """Values for the variables that are compared with one another, one after the other, and a model that has them."""
        symbols = self.symbols
        chosen: dict[Key, Fraction] = {}
        for key in symbols.made():
            if key in symbols.joint and read.asks(key):
                value = fraction_of(model.eval(symbols.variable(key), model_completion=True))
                chosen[key] = value = self._settled(key, value, fixed)
                fixed.append(self.literal(symbols.variable(key) == z3.RealVal(value)))
                model = self._check(*fixed) or model
        return model, chosen

    def _values(self, model: z3.ModelRef, read: _Read, near: Mapping[str, Value]) -> dict[Key, Fraction]:
        """A readable value for every other variable that is read: any value of the same cell does as well as the model's."""
        symbols = self.symbols
        chosen: dict[Key, Fraction] = {}
        for key in symbols.made():
            if key in symbols.joint or not read.asks(key):
                continue
            value = fraction_of(model.eval(symbols.variable(key), model_completion=True))
            spec = self.vocabulary.signals[key[1]] if key[0] == "value" else None
            if key[0] == "rest" or (spec is not None and spec.kind == "choice"):
                chosen[key] = value
                continue
            cell = next(cell for cell in symbols.cells(key) if cell.holds(value))
            wanted = near.get(key[1]) if key[0] == "value" else None
            if wanted is None and spec is not None:
                wanted = spec.default
            found = roundest(cell, grids(spec), near=None if wanted is None else Fraction(repr(wanted)))
            chosen[key] = found if found.denominator == 1 or not symbols.whole(key) else value
        return chosen

    def _settled(self, key: Key, value: Fraction, fixed: list[z3.BoolRef]) -> Fraction:
        """The roundest value near a model's for a variable that is compared with others."""
        symbols = self.symbols
        if key[0] == "now":
            steps: tuple[Fraction, ...] = (Fraction(DAY),)
            candidates = [Fraction(TODAY)]
        elif key[0] == "rest":
            steps, candidates = (), [Fraction(0)]
        else:
            steps = grids(self.vocabulary.signals[key[1]] if key[0] == "value" else None)
            candidates = [Fraction(0)]
        candidates += (place(value / step) * step for step in steps for place in (math.floor, math.ceil))
        for candidate in candidates:
            if self._together(*fixed, self.literal(symbols.variable(key) == z3.RealVal(candidate))):
                return candidate
        return value

    def agrees(self, example: Example, *claims: Cond | Said) -> bool:
        """Whether the plain reading of the conditions says of an example what z3 said."""
        for claim in claims:
            said = claim if isinstance(claim, Said) else Said(claim)
            truth = evaluate(said.cond, attrs.evolve(example, entered=example.at) if said.entered else example)
            if not said.truths & (UNKNOWN if truth is None else TRUE if truth else FALSE):
                return False
        return True


@attrs.frozen
class _Read:
    """What claims read, and so what an example has to say."""

    chief: frozenset[str]
    signals: tuple[str, ...]
    events: tuple[str, ...]
    names: frozenset[str]
    clocks: tuple[ForDays, ...]
    stay: bool

    def asks(self, key: Key) -> bool:
        """Whether an example needs a value for a variable."""
        return self.stay if key[0] == "stay" else key[0] == "now" or key[1] in self.names

    @classmethod
    def of(cls, claims: Iterable[Claim], beside: Iterable[Cond]) -> _Read:
        conds = [claim.cond if isinstance(claim, Said) else claim for claim in claims if not isinstance(claim, z3.BoolRef)]
        chief = frozenset(name for cond in conds for name in reads(cond).signals)
        conds += beside
        found = [reads(cond) for cond in conds]
        signals = tuple(dict.fromkeys(name for one in found for name in one.signals))
        events = tuple(dict.fromkeys(name for one in found for name in one.events))
        phases = frozenset(name for one in found for name in one.phases)
        clocks = tuple(dict.fromkeys(node for cond in conds for node in walk(cond) if isinstance(node, ForDays)))
        stay = any(isinstance(term, DaysInPhase) for cond in conds for term in terms(cond))
        return cls(chief, signals, events, frozenset((*signals, *events, *phases)), clocks, stay)


def fraction_of(value: z3.ExprRef) -> Fraction:
    """The number that z3 gives, exactly."""
    return (
        Fraction(value.numerator_as_long(), value.denominator_as_long())
        if z3.is_rational_value(value)
        else Fraction(value.as_long())
    )


def _somewhere(low: float | None, high: float | None) -> int | float:
    return 0 if (low is None or low <= 0) and (high is None or high >= 0) else low if low is not None else high or 0


# ---- thresholds as constants ---------------------------------------------------------------------------------------------------


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
