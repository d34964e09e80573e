"""What all proofs about one lifecycle share: its rules, phase by phase, as formulas over one symbolic customer."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import z3

from clmstate.conditions import words
from clmstate.conditions.nodes import Cond
from clmstate.conditions.smt import EFFORT, Prover
from clmstate.kernel import Program, Rule, lower_lifecycle
from clmstate.lifecycle import LifecycleDefinition, Phase

__all__ = ["Study"]


class Study:
    """One lifecycle under study.

    Attributes:
        definition: the lifecycle.
        program: its rules, as every engine asks them.
        prover: answers questions about its conditions.
        dead: the rules that nobody can take whatever is true of them, by number; filled by those who find them.
        covered: rules that are always preceded by others, with the phases in which they are.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     live = Signal.flag("live", default=False)
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won")
        ...     win = new.to(won, when=live)
        >>> study = Study(Deal.definition)
        >>> [rule.transition.name for rule, phase in study.ways()]
        ['win']
    """

    def __init__(self, definition: LifecycleDefinition, *, effort: int = EFFORT) -> None:
        self.definition = definition
        self.program: Program = lower_lifecycle(definition)
        self.prover = Prover(definition, effort=effort)
        self.dead: set[int] = set()
        self.covered: dict[int, set[int]] = {}
        self._settled: dict[tuple[int, int], z3.ArithRef] = {}

    # ---- names

    @property
    def name(self) -> str:
        """The lifecycle's name."""
        return self.definition.name

    def path(self, phase: int) -> str:
        """The path of a phase."""
        return self.program.phases[phase]

    def phase(self, phase: int) -> Phase:
        """The phase of a number."""
        return self.definition.phases[self.path(phase)]

    def label(self, phase: int) -> str:
        """How the business calls a phase."""
        return self.phase(phase).label

    def said(self, cond: Cond) -> str:
        """A condition in words."""
        return words(cond, self.definition)

    @cached_property
    def conditions(self) -> tuple[Cond, ...]:
        """The conditions of all rules."""
        return tuple(dict.fromkeys(rule.transition.when for rule in self.program.rules if rule.transition.when is not None))

    # ---- rules

    def ways(self) -> Iterator[tuple[Rule, tuple[int, ...]]]:
        """Each rule with the phases in which it is asked."""
        for rule in self.program.rules:
            yield rule, self.sources(rule)

    def sources(self, rule: Rule) -> tuple[int, ...]:
        """The phases in which a rule is asked."""
        return self._sources.get(rule.index, ())

    @cached_property
    def _sources(self) -> dict[int, tuple[int, ...]]:
        found: dict[int, list[int]] = {}
        for phase in range(len(self.program.phases)):
            for rule in (*self.program.offered[phase], *self.program.silent[phase]):
                found.setdefault(rule.index, []).append(phase)
        return {index: tuple(phases) for index, phases in found.items()}

    def silent(self, phase: int) -> tuple[Rule, ...]:
        """The rules of a phase that need no event, first ones first."""
        return self.program.silent[phase]

    def earlier(self, rule: Rule, phase: int) -> tuple[Rule, ...]:
        """The rules of a phase that are asked before one, for the same event or, like it, without any."""
        rules = self.program.silent[phase] if rule.event is None else self.program.offered[phase]
        same = [other for other in rules if other.event == rule.event]
        return tuple(same[: same.index(rule)])

    # ---- formulas

    def true(self, rule: Rule, *, entered: bool = False) -> z3.BoolRef:
        """Whether a rule's condition is true."""
        return self.prover.symbols.formula(rule.formula, entered=entered)

    def here(self, phase: int, event: str | None = None) -> z3.BoolRef:
        """What is so of everybody who stands in a phase, and to whom an event is offered."""
        symbols = self.prover.symbols
        facts: list[z3.BoolRef] = []
        for place in self.program.visited:
            if place in (self.path(phase), self.program.group[phase]):
                facts.append(symbols.variable(("visits", place)) >= 1)
        if event is not None:
            facts.append(symbols.at_least_once(event))
            facts.append(symbols.just_now(event))
        return z3.And(facts)

    def taken(self, rule: Rule, phase: int, *, entered: bool = False) -> z3.BoolRef:
        """Whether a rule is taken in a phase (and its event offered alone, if it needs one)."""
        before = [z3.Not(self.true(other, entered=entered)) for other in self.earlier(rule, phase)]
        return z3.And([self.here(phase, rule.event), self.true(rule, entered=entered), *before])

    def rests(self, phase: int, *, entered: bool = False) -> z3.BoolRef:
        """Whether no rule moves anybody out of a phase without an event."""
        return z3.And([z3.Not(self.true(rule, entered=entered)) for rule in self.silent(phase)])

    def target(self, rule: Rule) -> z3.ArithRef:
        """Where a rule leads; a group that is resumed may have been left in any of its phases."""
        if rule.resumes is None:
            return z3.IntVal(rule.target)
        return z3.Int(f"(left {rule.resumes})")

    def targets(self, rule: Rule) -> tuple[int, ...]:
        """Where a rule may lead."""
        if rule.resumes is None:
            return (rule.target,)
        return tuple(self.program.number[path] for path in self.definition.groups[rule.resumes].children)

    # ---- settling

    def settled(self, phase: int, rounds: int | None = None) -> z3.ArithRef:
        """Where somebody who has just entered a phase comes to rest; -1 if they still move after so many rounds.

        How often phases were entered, and where groups were left, is taken as it is; whoever shows an example plays it.
        """
        rounds = len(self.program.phases) + 1 if rounds is None else rounds
        key = (phase, rounds)
        if key not in self._settled:
            end: z3.ArithRef = z3.IntVal(phase)
            for rule in reversed(self.silent(phase)):
                after = z3.IntVal(-1) if rounds == 0 else self._after(rule, rounds - 1)
                end = z3.If(self.true(rule, entered=True), after, end)
            self._settled[key] = end
        return self._settled[key]

    def _after(self, rule: Rule, rounds: int) -> z3.ArithRef:
        first, *others = self.targets(rule)
        end = self.settled(first, rounds)
        for target in others:
            end = z3.If(self.target(rule) == target, self.settled(target, rounds), end)
        return end

    def after(self, rule: Rule) -> z3.ArithRef:
        """Where somebody whom a rule moves comes to rest."""
        return self._after(rule, len(self.program.phases))
