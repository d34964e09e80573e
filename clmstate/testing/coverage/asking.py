"""What a lifecycle asks, phase by phase: its rules in order, the leaves they read, and on which side of its limit each leaf stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import attrs

from clmstate.conditions import evaluate, term_value
from clmstate.conditions.lower import FALSE, TRUE, UNKNOWN, All, Fixed, Formula, Leaf, Literal, literals, lower
from clmstate.conditions.lower import Any as AnyOf
from clmstate.conditions.nodes import Compare, ForDays, SignalRef, Term, own_terms
from clmstate.kernel import Program, Rule, State
from clmstate.lifecycle import LifecycleDefinition
from clmstate.live.picture import StatePicture
from clmstate.signals import DAY

__all__ = ["MISSING_SIDE", "Asking", "Picture", "holds", "side_of", "step_of", "truth_of"]

MISSING_SIDE: Final = 9
"""The side of a leaf that is unknown. Comparisons stand at -2, -1, 0, 1 or 2: below, within a step below, at the limit, ...; others at
-1 (not so) or 1."""

Picture = tuple[int, tuple[str, ...], tuple[int, ...]]
"""A phase, the events that its rules were offered (none: the rules that need none were asked), and the side of each of its leaves."""

_SIGNS: Final[Mapping[str, Callable[[int], bool]]] = {
    "<": lambda side: side < 0,
    "<=": lambda side: side <= 0,
    "==": lambda side: side == 0,
    "!=": lambda side: side != 0,
    ">=": lambda side: side >= 0,
    ">": lambda side: side > 0,
}


def truth_of(leaf: Leaf, side: int) -> int:
    """The truth (TRUE, FALSE or UNKNOWN) of a leaf that stands on a side.

    Example:
        >>> from clmstate.conditions.nodes import Const
        >>> truth_of(Compare(SignalRef("health"), ">=", Const(70)), -1) == FALSE
        True
    """
    if side == MISSING_SIDE:
        return UNKNOWN
    true = _SIGNS[leaf.op](side) if isinstance(leaf, Compare) else side > 0
    return TRUE if true else FALSE


def holds(formula: Formula, truths: Mapping[Leaf, int]) -> bool:
    """Whether a formula holds when its leaves have these truths.

    Example:
        >>> from clmstate.conditions.nodes import IsTrue
        >>> holds(Literal(IsTrue("live"), TRUE), {IsTrue("live"): TRUE})
        True
    """
    match formula:
        case Fixed(value):
            return value
        case Literal(leaf, wanted):
            return bool(truths[leaf] & wanted)
        case All(items):
            return all(holds(item, truths) for item in items)
        case AnyOf(items):
            return any(holds(item, truths) for item in items)


def step_of(leaf: Compare, definition: LifecycleDefinition) -> float:
    """How far apart neighbours are, in what a comparison compares: a day for days and instants, else the signal's step.

    Example:
        >>> from clmstate.conditions.nodes import Const, DaysInPhase
        >>> step_of(Compare(DaysInPhase(), ">=", Const(30)), None)
        1
    """
    names = [term.name for term in own_terms(leaf) if isinstance(term, SignalRef)]
    specs = [definition.signals[name] for name in names]
    if any(spec.kind == "date" for spec in specs):
        return DAY
    return min((spec.step or 1 for spec in specs), default=1)


def side_of(leaf: Leaf, picture: StatePicture, numbers: dict[Term, float | None], step: float) -> int:
    """On which side of its limit a leaf stands; see :data:`MISSING_SIDE`.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.kernel import compiled
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health", default=69)
        ...     new = Phase("New", initial=True)
        >>> state = compiled(Deal.definition).new()
        >>> side_of((Deal.health >= 70).node, StatePicture(state), {}, 1)
        -1
    """
    match leaf:
        case Compare(left, _, right):
            for term in (left, right):
                if term not in numbers:
                    numbers[term] = term_value(term, picture)
            a, b = numbers[left], numbers[right]
            if a is None or b is None:
                return MISSING_SIDE
            apart = round(a - b, 9)
            near = 1 if abs(apart) <= step else 2
            return 0 if apart == 0 else near if apart > 0 else -near
        case SignalRef(name):
            return MISSING_SIDE if picture.signal(name) is None else 1
        case ForDays(_, days):  # only whether its clock is old enough; what must hold meanwhile are leaves of their own
            since, now = picture.held_since(leaf), picture.now()
            needed = term_value(days, picture)
            return 1 if since is not None and now is not None and needed is not None and now - since >= needed * DAY else -1
        case _:
            truth = evaluate(leaf, picture)
            return MISSING_SIDE if truth is None else 1 if truth else -1


@attrs.frozen(eq=False)
class Question:
    """A rule as it is asked.

    Attributes:
        rule: the rule.
        true, unknown, other: when its condition is true, unknown, and not true.
        leaves: what it reads.
    """

    rule: Rule
    true: Formula
    unknown: Formula
    other: Formula
    leaves: tuple[Leaf, ...]


class Asking:
    """The questions of a lifecycle, by phase.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.kernel import compiled
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health", default=69)
        ...     fine, alarm = Phase("Fine", initial=True), Phase("Alarm")
        ...     worry = fine.to(alarm, when=health < 60)
        >>> asking = Asking(compiled(Deal.definition).program)
        >>> asking.picture(compiled(Deal.definition).new(), ())
        (0, (), (2,))
    """

    def __init__(self, program: Program) -> None:
        self.program, self.definition = program, program.definition
        self.questions = tuple(self._question(rule) for rule in program.rules)
        self.leaves = tuple(tuple(self._leaves(i)) for i in range(len(program.phases)))
        self.steps: dict[Leaf, float] = {
            leaf: step_of(leaf, self.definition) for several in self.leaves for leaf in several if isinstance(leaf, Compare)
        }
        self.listens = tuple(frozenset(r.event for r in rules if r.event is not None) for rules in program.offered)

    def _question(self, rule: Rule) -> Question:
        cond = rule.transition.when
        signals = self.definition.signals

        def low(truths: int) -> Formula:
            if cond is None:
                return Fixed(bool(truths & TRUE))
            return lower(cond, lambda name: signals[name].never_missing, truths)

        true = low(TRUE)
        leaves = tuple(dict.fromkeys(literal.leaf for literal in literals(true)))
        return Question(rule, true, low(UNKNOWN), low(FALSE | UNKNOWN), leaves)

    def _leaves(self, phase: int) -> Iterator[Leaf]:
        rules = (*self.program.offered[phase], *self.program.silent[phase])
        yield from dict.fromkeys(leaf for rule in rules for leaf in self.questions[rule.index].leaves)

    def picture(self, state: State, offered: tuple[str, ...]) -> Picture:
        """What the rules of a part's phase see."""
        phase = state.phase
        known, numbers = StatePicture(state), {}  # type: ignore[var-annotated]
        heard = tuple(sorted(self.listens[phase].intersection(offered))) if offered else ()
        steps = self.steps
        return phase, heard, tuple(side_of(leaf, known, numbers, steps.get(leaf, 1)) for leaf in self.leaves[phase])

    def order(self, phase: int, offered: tuple[str, ...]) -> Iterator[Question]:
        """The questions of a phase in the order in which they are asked."""
        rules = [r for r in self.program.offered[phase] if r.event in offered] if offered else self.program.silent[phase]
        return (self.questions[rule.index] for rule in rules)

    def asked(self, picture: Picture) -> Iterator[tuple[Question, dict[Leaf, int], dict[Leaf, int]]]:
        """The questions that a picture answers, until the first that is true: each with the side and truth of its leaves."""
        phase, offered, sides = picture
        by_leaf = dict(zip(self.leaves[phase], sides, strict=True))
        truths = {leaf: truth_of(leaf, side) for leaf, side in by_leaf.items()}
        for question in self.order(phase, offered):
            yield question, by_leaf, truths
            if holds(question.true, truths):
                return
