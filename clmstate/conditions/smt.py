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
* :class:`UndecidedError` says that a question took more effort than it was given.

An ``Example`` answers :func:`clmstate.conditions.evaluate`, so whatever is shown can be asked again without z3. A whole log that leads
to such a customer is found in :mod:`clmstate.analysis.proofs.witness`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, TypeAlias

import attrs
import z3

from clmstate.conditions.choosing import Choosing, Read
from clmstate.conditions.evaluate import evaluate
from clmstate.conditions.examples import Example
from clmstate.conditions.free import reads
from clmstate.conditions.joined import answer, every, implies
from clmstate.conditions.lower import FALSE, TRUE, UNKNOWN
from clmstate.conditions.nodes import (
    Cond,
    ForDays,
)
from clmstate.conditions.symbols import Symbols, days_of
from clmstate.conditions.words import Vocabulary
from clmstate.errors import ClmstateError, Diagnostic
from clmstate.signals import Value

__all__ = ["EFFORT", "NOT_TRUE", "Claim", "Prover", "Relation", "Said", "UndecidedError"]

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
            self._answers[asked] = self.together(*bits)
        return self._answers[asked]

    def model(self, *claims: Claim) -> z3.ModelRef | None:
        """z3's own model of some claims, for those who look at its variables."""
        return self.model_of(*map(self.literal, claims))

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
        if not self.together(*fixed):
            return None
        claimed = [claim.cond if isinstance(claim, Said) else claim for claim in claims if not isinstance(claim, z3.BoolRef)]
        return Choosing(self, Read.of(claimed, beside), near or {}, at).chosen(fixed, phase)

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
        if self.together(*told):
            return ()
        for place in tuple(kept):
            rest = [i for i in kept if i != place]
            if not self.together(*(told[i] for i in rest)):
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

    def model_of(self, *bits: z3.BoolRef) -> z3.ModelRef | None:
        """A model in which all bits are true, if there is one."""
        return self._solver.model() if self.together(*bits) else None

    def to_blame(self) -> set[int]:
        """Which bits, by their ids, could not be true together when they were last asked for."""
        return {bit.get_id() for bit in self._solver.unsat_core()}

    def together(self, *bits: z3.BoolRef) -> bool:
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
        one; but what is always true has held for as long as anything has. Where more than :data:`_MANY_CLOCKS` do, larger groups than pairs are left out: then some clocks count as independent that
        are not, and what is said to be impossible still is.
        """
        for clock in self._clocks:
            longest = [other for other in self._clocks if other != clock and self._days(other) >= self._days(clock)]
            always = bool(longest) and self._implied((), clock)
            longer = tuple(longest) if always else self._related(clock, longest)
            if not longer or not (always or self._implied(longer, clock)):
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

    def _related(self, clock: ForDays, longest: Sequence[ForDays]) -> tuple[ForDays, ...]:
        """Of the clocks that have to run at least as long, those that look at the same signals, directly or through any others."""
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
        return tuple(other for other in found if other in longest)

    def _days(self, clock: ForDays) -> int:
        return days_of(clock, self.vocabulary)

    def agrees(self, example: Example, *claims: Cond | Said) -> bool:
        """Whether the plain reading of the conditions says of an example what z3 said."""
        for claim in claims:
            said = claim if isinstance(claim, Said) else Said(claim)
            truth = evaluate(said.cond, attrs.evolve(example, entered=example.at) if said.entered else example)
            if not said.truths & (UNKNOWN if truth is None else TRUE if truth else FALSE):
                return False
        return True
