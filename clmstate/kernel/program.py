"""The lowered program: a lifecycle as plain tables, ready for any engine.

A definition is lowered once. Every engine runs this program; they differ only in who computes the literals. Conditions are formulas
over literals that plainly hold or not (see :mod:`clmstate.conditions.lower`), phases are small whole numbers, and each phase lists its
rules in the order in which they are asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Final, assert_never

import attrs

from clmstate.conditions import reads
from clmstate.conditions.lower import All, Any, Fixed, Formula, Literal, literals, lower
from clmstate.conditions.nodes import Cond, ForDays, PhaseVisits, terms, walk
from clmstate.lifecycle import LifecycleDefinition, Transition

__all__ = ["Program", "Rule", "clauses", "lower_lifecycle"]

MOST_CLAUSES: Final = 256
"""Beyond so many clauses an engine evaluates the formula itself."""


@attrs.frozen
class Rule:
    """One transition, lowered.

    Attributes:
        index: its place among the rules, in order of declaration.
        transition: what it was lowered from.
        formula: holds exactly when its condition is true.
        event: what must be offered; None for a rule that needs no event.
        target: the leaf phase entered; for a resumed group, its initial phase.
        resumes: the group that is entered where it was last left; None otherwise.
        stay: whether the phase is not left.
        into_final: whether the target is final.
        timed: whether time alone may make it true.
        signals: the names of the signals its condition reads.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     live = Signal.flag("live", default=False)
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won")
        ...     win = new.to(won, when=live)
        >>> lower_lifecycle(Deal.definition).rules[0].target
        1
    """

    index: int
    transition: Transition
    formula: Formula
    event: str | None
    target: int
    resumes: str | None
    stay: bool
    into_final: bool
    timed: bool
    signals: tuple[str, ...]

    @property
    def known_target(self) -> bool:
        """Whether it enters the same phase whenever it is taken: it is no stay and resumes no group."""
        return not self.stay and self.resumes is None


@attrs.frozen(slots=False, eq=False)
class Program:
    """A lifecycle, lowered.

    Attributes:
        definition: what it was lowered from.
        phases: paths of the leaf phases; a phase's number is its place here.
        initial: the number of the phase where customers start.
        group: for each phase the group it belongs to, or None.
        rules: one for each transition.
        offered: for each phase, its rules that need an event: into a final phase first, then the others.
        silent: for each phase, its rules that need no event.
        clocks: the ``for_days`` conditions, each once.
        clock_formulas: when each clock runs.
        milestones: name and formula of each milestone.
        shown: for each phase, place and formula of each of its touchpoints that data can show to be done.
        visited: paths of the phases and groups whose visits some condition counts.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     live = Signal.flag("live", default=False)
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won")
        ...     win = new.to(won, when=live)
        >>> lower_lifecycle(Deal.definition).phases
        ('new', 'won')
    """

    definition: LifecycleDefinition
    phases: tuple[str, ...]
    initial: int
    group: tuple[str | None, ...]
    rules: tuple[Rule, ...]
    offered: tuple[tuple[Rule, ...], ...]
    silent: tuple[tuple[Rule, ...], ...]
    clocks: tuple[ForDays, ...]
    clock_formulas: tuple[Formula, ...]
    milestones: tuple[tuple[str, Formula], ...]
    shown: tuple[tuple[tuple[int, Formula], ...], ...]
    visited: tuple[str, ...]

    @cached_property
    def number(self) -> Mapping[str, int]:
        """The number of each leaf phase."""
        return {path: i for i, path in enumerate(self.phases)}

    @cached_property
    def literals(self) -> tuple[Literal, ...]:
        """Every literal of every rule, clock and milestone, each once; an engine's bits are numbered so."""
        formulas = [r.formula for r in self.rules] + list(self.clock_formulas) + [formula for _, formula in self.milestones]
        return tuple(dict.fromkeys(literal for formula in formulas for literal in literals(formula)))


def lower_lifecycle(definition: LifecycleDefinition) -> Program:
    """Lowers a definition.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     live = Signal.flag("live")
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won", final=True)
        ...     win = new.to(won, when=live)
        >>> program = lower_lifecycle(Deal.definition)
        >>> [[rule.transition.name for rule in rules] for rules in program.silent]
        [['win'], []]
    """
    phases = tuple(definition.phases)
    number = {path: i for i, path in enumerate(phases)}
    by_name = {t.name: _rule(i, t, definition, number) for i, t in enumerate(definition.transitions.values())}
    ways = [[by_name[t.name] for t in definition.ways_out(path)] for path in phases]
    conditions = list(_conditions(definition))
    clocks = tuple(dict.fromkeys(node for cond in conditions for node in walk(cond) if isinstance(node, ForDays)))
    counted = {term.phase for cond in conditions for term in terms(cond) if isinstance(term, PhaseVisits)}
    return Program(
        definition=definition,
        phases=phases,
        initial=number[definition.initial],
        group=tuple(definition.group_of(path) for path in phases),
        rules=tuple(by_name.values()),
        offered=tuple(tuple(sorted((r for r in rules if r.event is not None), key=lambda r: not r.into_final)) for rules in ways),
        silent=tuple(tuple(r for r in rules if r.event is None) for rules in ways),
        clocks=clocks,
        clock_formulas=tuple(_formula(clock.of, definition) for clock in clocks),
        milestones=tuple((name, _formula(m.when, definition)) for name, m in definition.milestones.items()),
        shown=tuple(
            tuple(
                (i, _formula(t.done, definition)) for i, t in enumerate(definition.phases[path].touchpoints) if t.done is not None
            )
            for path in phases
        ),
        visited=tuple(path for path in definition.places if path in counted),
    )


def _rule(index: int, t: Transition, definition: LifecycleDefinition, number: Mapping[str, int]) -> Rule:
    group = definition.groups.get(t.target)
    target = t.target if group is None else group.initial
    read = None if t.when is None else reads(t.when)
    return Rule(
        index=index,
        transition=t,
        formula=_formula(t.when, definition),
        event=t.on,
        target=number[target],
        resumes=t.target if t.resume else None,
        stay=t.stay,
        into_final=definition.phases[target].final,
        timed=read is not None and read.clock,
        signals=() if read is None else read.signals,
    )


def _formula(cond: Cond | None, definition: LifecycleDefinition) -> Formula:
    return Fixed(True) if cond is None else lower(cond, lambda name: definition.signals[name].never_missing)


def _conditions(definition: LifecycleDefinition) -> Iterator[Cond]:
    """Every condition that an engine may be asked about, so that every clock and counter it reads is kept."""
    for t in definition.transitions.values():
        if t.when is not None:
            yield t.when
    for phase in definition.phases.values():
        yield from (t.done for t in phase.touchpoints if t.done is not None)
    yield from (m.when for m in definition.milestones.values() if m.when is not None)
    yield from (r.sign for r in definition.risks.values() if r.sign is not None)
    yield from (g.when for g in definition.gaps.values() if g.when is not None)
    for promise in definition.promises:
        yield from (cond for cond in (promise.subject, promise.other) if cond is not None)


def clauses(formula: Formula, bit: Mapping[Literal, int], most: int = MOST_CLAUSES) -> tuple[int, ...] | None:
    """The formula as masks over literal bits: it holds when all bits of one mask are set. None if there would be too many.

    Example:
        >>> from clmstate.conditions.lower import TRUE
        >>> from clmstate.conditions.nodes import IsTrue
        >>> a, b = Literal(IsTrue("a"), TRUE), Literal(IsTrue("b"), TRUE)
        >>> clauses(All((a, b)), {a: 0, b: 1}), clauses(Any((a, b)), {a: 0, b: 1})
        ((3,), (1, 2))
    """
    match formula:
        case Fixed(value):
            return (0,) if value else ()
        case Literal():
            return (1 << bit[formula],)
        case Any(items):
            parts = [clauses(item, bit, most) for item in items]
            masks = {mask for part in parts for mask in part or ()}
        case All(items):
            parts = [clauses(item, bit, most) for item in items]
            masks = {0}
            for part in parts:
                masks = {mask | more for mask in masks for more in part or ()}
                if len(masks) > most * most:
                    return None
        case _:
            assert_never(formula)
    if any(part is None for part in parts):
        return None
    kept = tuple(m for m in sorted(masks) if not any(other != m and other & m == other for other in masks))
    return kept if len(kept) <= most else None
