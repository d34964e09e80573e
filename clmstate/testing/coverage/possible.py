"""What can be seen of a lifecycle at all, by the prover: where its rules are asked, and which leaves of their conditions decide alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import attrs

from clmstate.conditions.free import reads
from clmstate.conditions.lower import FALSE, TRUE, UNKNOWN, All, Formula, Leaf, Literal, ground, literals
from clmstate.conditions.lower import Any as AnyOf
from clmstate.conditions.nodes import Compare, Const, ForDays, Plus, SignalRef
from clmstate.testing.coverage.asking import Asking, Question
from clmstate.testing.critical import limit_of

__all__ = ["Asked", "Cause", "Possible", "at_side", "treated_alike", "truths_of"]


@attrs.frozen(eq=False)
class Asked:
    """A rule as it is asked somewhere.

    Attributes:
        question: the rule.
        earlier: what is so of everybody of whom it is asked: that none of the rules before it is true.
        before: those rules.
        places: the phases (by number) in which it is asked so, each with the event that is offered, if any.

    Example:
        >>> Asked(None, (), ()).places
        []
    """

    question: Question
    earlier: tuple[Formula, ...]
    before: tuple[Question, ...]
    places: list[tuple[int, str | None]] = attrs.field(factory=list)


@attrs.frozen
class Cause:
    """Truths of a leaf, and of those that hang together with it, for two customers of whom only one takes a transition.

    Attributes:
        yes, no: the truths, for the one who takes it and for the other.
        rest: what is so of the other leaves, for both.

    Example:
        >>> Cause({}, {}, ()).rest
        ()
    """

    yes: dict[Leaf, int]
    no: dict[Leaf, int]
    rest: tuple[Formula, ...]


class Possible:
    """What customers of a lifecycle can be like; answers are remembered.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.kernel import compiled
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     fine, alarm = Phase("Fine", initial=True), Phase("Alarm")
        ...     worry = fine.to(alarm, when=health < 60)
        >>> known = Possible(Asking(compiled(Deal.definition).program))
        >>> [one.places for one in known.asked[0]]
        [[(0, None)]]
        >>> leaf = known.asked[0][0].question.leaves[0]
        >>> next(known.causes(known.asked[0][0], leaf, TRUE, FALSE)).no[leaf] == FALSE
        True
    """

    def __init__(self, asking: Asking) -> None:
        from clmstate.conditions.smt import Prover

        self.asking, self.definition = asking, asking.definition
        self.prover = Prover(asking.definition)
        self.known: dict[frozenset[Formula], bool] = {}
        self.asked: dict[int, list[Asked]] = defaultdict(list)
        for phase in range(len(asking.program.phases)):
            self._ask(list(asking.order(phase, ())), phase, None)
            for event in sorted(asking.listens[phase]):
                self._ask(list(asking.order(phase, (event,))), phase, event)

    def _ask(self, questions: list[Question], phase: int, event: str | None) -> None:
        for i, question in enumerate(questions):
            earlier = tuple(before.other for before in questions[:i])
            known = self.asked[question.rule.index]
            same = next((one for one in known if one.earlier == earlier), None)
            if same is None:
                same = Asked(question, earlier, tuple(questions[:i]))
                known.append(same)
            same.places.append((phase, event))

    def possible(self, *formulas: Formula) -> bool:
        """Whether some customer, who has been told a time, fulfils all of them; clocks may be as old as one likes."""
        key = frozenset(formulas)
        if key not in self.known:
            symbols = self.prover.symbols
            free = [_clockless(formula) for formula in formulas]
            self.known[key] = self.prover.possible(symbols.timed, *(symbols.formula(formula) for formula in free))
        return self.known[key]

    def causes(self, asked: Asked, leaf: Leaf, a: int, b: int) -> Iterator[Cause]:
        """How two customers can differ in this leaf alone, and so in whether the transition is taken."""
        question, earlier = asked.question, asked.earlier
        near = [other for other in _around(question, earlier, leaf) if other != leaf]
        own = set(question.leaves)
        for first in self._ways([leaf, *near], {leaf: a}):
            for second in self._ways([leaf, *near], {leaf: b, **{other: first[other] for other in near if other in own}}):
                for yes, no in ((first, second), (second, first)):
                    rest = [ground(question.true, yes), ground(question.other, no)]
                    rest += [ground(before, way) for before in earlier for way in (yes, no)]
                    if self.possible(*rest):
                        yield Cause(yes, no, tuple(rest))

    def _ways(self, leaves: list[Leaf], fixed: dict[Leaf, int]) -> Iterator[dict[Leaf, int]]:
        """The truths that some leaves can have together."""

        def go(at: int, chosen: dict[Leaf, int]) -> Iterator[dict[Leaf, int]]:
            if at == len(leaves):
                yield dict(chosen)
                return
            leaf = leaves[at]
            options = (fixed[leaf],) if leaf in fixed else (TRUE, FALSE) if isinstance(leaf, ForDays) else (TRUE, FALSE, UNKNOWN)
            for truth in options:
                chosen[leaf] = truth
                if self.possible(*(Literal(x, t) for x, t in chosen.items())):
                    yield from go(at + 1, chosen)
                del chosen[leaf]

        return go(0, {})


def truths_of(leaf: Leaf) -> tuple[int, ...]:
    """The truths that a leaf can have: clocks are old enough or not, signals known or not.

    Example:
        >>> truths_of(SignalRef("health")) == (TRUE, UNKNOWN)
        True
    """
    return (
        (TRUE, FALSE) if isinstance(leaf, ForDays) else (TRUE, UNKNOWN) if isinstance(leaf, SignalRef) else (TRUE, FALSE, UNKNOWN)
    )


def treated_alike(question: Question, leaf: Leaf, a: int, b: int) -> bool:
    """Whether a condition asks nowhere which of two truths a leaf has.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.kernel import compiled
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     fine, alarm = Phase("Fine", initial=True), Phase("Alarm")
        ...     worry = fine.to(alarm, when=health < 60)
        >>> question = Asking(compiled(Deal.definition).program).questions[0]
        >>> treated_alike(question, question.leaves[0], FALSE, UNKNOWN)
        True
    """
    return all(bool(one.truths & a) == bool(one.truths & b) for one in literals(question.true) if one.leaf == leaf)


def at_side(leaf: Compare, side: int, step: float, definition: Any) -> Literal | None:
    """That what a comparison compares is some steps above (or below) its limit; None where it has no limit.

    Example:
        >>> at_side(Compare(SignalRef("health"), ">=", Const(70)), -1, 1, None).leaf.right
        Const(value=69)
    """
    right, left = limit_of(definition, leaf.right), limit_of(definition, leaf.left)
    limit = right if right is not None else left
    if limit is None:
        return None
    shift = side * step
    if isinstance(leaf.right, SignalRef | Plus) or left is not None:
        return Literal(Compare(leaf.right, "==", Const(_plain(limit - shift))), TRUE)
    return Literal(Compare(leaf.left, "==", Const(_plain(limit + shift))), TRUE)


def _around(question: Question, earlier: tuple[Formula, ...], leaf: Leaf) -> list[Leaf]:
    """The leaves that hang together with one, because they read the same."""
    every = dict.fromkeys([*question.leaves, *(x.leaf for before in earlier for x in literals(before))])
    found, reach = [leaf], _facts(leaf)
    found += [other for other in every if isinstance(other, ForDays) and other != leaf]  # clocks run as they like
    grown = True
    while grown:
        more = [other for other in every if other not in found and not reach.isdisjoint(_facts(other))]
        grown = bool(more)
        found += more
        reach = reach.union(*map(_facts, more))
    return found


def _facts(leaf: Leaf) -> frozenset[str]:
    if isinstance(leaf, ForDays):
        return frozenset((repr(leaf),))  # the clock itself
    if isinstance(leaf, SignalRef):
        return frozenset((leaf.name,))
    read = reads(leaf)
    names: frozenset[str] = frozenset((*read.signals, *(f"event {name}" for name in read.events)))
    return names or frozenset((repr(type(leaf)),))


def _clockless(formula: Formula) -> Formula:
    """A formula in which the ages of clocks are free: what was true long ago need not be true now."""
    match formula:
        case Literal(ForDays()):
            return All(())
        case All(items):
            return All(tuple(map(_clockless, items)))
        case AnyOf(items):
            return AnyOf(tuple(map(_clockless, items)))
        case _:
            return formula


def _plain(number: float) -> float:
    rounded = round(number, 9)
    return int(rounded) if rounded == int(rounded) else rounded
