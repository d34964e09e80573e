"""What all proofs about one lifecycle share: its rules, phase by phase, as formulas over one symbolic customer."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import z3

from clmstate.conditions import words
from clmstate.conditions.joined import every, negated
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
        self._left: dict[str, z3.ArithRef] = {}
        self._taken: dict[tuple[int, int, bool], z3.BoolRef] = {}
        for rule in self.program.rules:
            self.target(rule)  # every model says where groups were left

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
                facts.append(symbols.been_in(place))
        if event is not None:
            facts.append(symbols.at_least_once(event))
            facts.append(symbols.just_now(event))
        return every(facts)

    def taken(self, rule: Rule, phase: int, *, entered: bool = False) -> z3.BoolRef:
        """Whether a rule is taken in a phase (and its event offered alone, if it needs one)."""
        key = (rule.index, phase, entered)
        if key not in self._taken:
            before = [negated(self.true(other, entered=entered)) for other in self.earlier(rule, phase)]
            self._taken[key] = every([self.here(phase, rule.event), self.true(rule, entered=entered), *before])
        return self._taken[key]

    def can_take(self, rule: Rule, phase: int) -> bool:
        """Whether somebody in a phase takes a rule."""
        return self.prover.possible(self.taken(rule, phase))

    def rests(self, phase: int, *, entered: bool = False) -> z3.BoolRef:
        """Whether no rule moves anybody out of a phase without an event."""
        return every([negated(self.true(rule, entered=entered)) for rule in self.silent(phase)])

    def target(self, rule: Rule) -> z3.ArithRef:
        """Where a rule leads; a group that is resumed may have been left in any of its phases."""
        if rule.resumes is None:
            return z3.IntVal(rule.target)
        if rule.resumes not in self._left:
            left = self._left[rule.resumes] = z3.Int(f"(left {rule.resumes})")
            self.prover.symbols.laws.append(z3.Or([left == target for target in self.targets(rule)]))
        return self._left[rule.resumes]

    def targets(self, rule: Rule) -> tuple[int, ...]:
        """Where a rule may lead."""
        if rule.resumes is None:
            return (rule.target,)
        return tuple(self.program.number[path] for path in self.definition.groups[rule.resumes].children)

    # ---- settling

    def way(self, model: z3.ModelRef, phase: int) -> tuple[int | None, tuple[z3.BoolRef, ...]]:
        """Where the customer of a model, who has just entered a phase, comes to rest, and what of them decides that.

        Returns:
            The phase, None if they never rest; and formulas that hold for this customer and everybody else who goes the same way.

        How often phases were entered, and where groups were left, is taken as it is; whoever shows an example plays it.
        """
        because: list[z3.BoolRef] = []
        for _ in range(len(self.program.phases) + 1):
            rule = next((r for r in self.silent(phase) if self._is(model, self.true(r, entered=True))), None)
            if rule is None:
                return phase, (*because, self.rests(phase, entered=True))
            before = [negated(self.true(other, entered=True)) for other in self.earlier(rule, phase)]
            because += (self.true(rule, entered=True), *before)  # not `taken`: how often phases were entered is as it was
            phase = self.led(model, rule)
            if rule.resumes is not None:
                because.append(self.target(rule) == phase)
        return None, tuple(because)

    def led(self, model: z3.ModelRef, rule: Rule) -> int:
        """Where a rule leads the customer of a model."""
        if rule.resumes is None:
            return rule.target
        return int(model.eval(self.target(rule), model_completion=True).as_long())

    def _is(self, model: z3.ModelRef, formula: z3.BoolRef) -> bool:
        return bool(z3.is_true(model.eval(formula, model_completion=True)))
