"""Journeys for MC/DC: for each leaf of each condition, observations that differ in this leaf alone, and in whether the transition is taken.

A leaf is true, false or unknown, so there are up to three pairs to be told apart. Of comparisons the nearest two values are told, at the
limit and one step beyond. What the prover finds is told to the compiled engine, and counts only if the pictures that it was asked about
show the pair as coverage counts it.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

import attrs

from clmstate.conditions.free import reads
from clmstate.conditions.lower import FALSE, TRUE, UNKNOWN, Formula, Leaf, Literal
from clmstate.conditions.nodes import Compare, ForDays, SignalRef
from clmstate.kernel import Compiled, compiled
from clmstate.lifecycle import LifecycleDefinition
from clmstate.live.picture import StatePicture
from clmstate.testing.coverage.asking import Question, holds
from clmstate.testing.coverage.obligations import words_of
from clmstate.testing.coverage.possible import Asked, Possible, at_side, treated_alike, truths_of
from clmstate.testing.coverage.watching import Looking
from clmstate.testing.generated.journeys import Told, Unreached, played

if TYPE_CHECKING:
    from clmstate.analysis.proofs.telling import Heard, Spot
    from clmstate.analysis.proofs.witness import Witnesses

__all__ = ["Decided", "decisions"]

_NAMES: Final = {TRUE: "true", FALSE: "false", UNKNOWN: "unknown"}
_ALIKE: Final = "the condition treats both alike"
_MOST_CAUSES: Final = 6
_MOST_LIKE: Final = 24
_MOST_ASKED: Final = 30
"""So many customers are looked at for each pair of truths; then it counts as not found."""

_SIDES: Final = {
    ("<", TRUE): -1, ("<", FALSE): 0, ("<=", TRUE): 0, ("<=", FALSE): 1, (">", TRUE): 1, (">", FALSE): 0,
    (">=", TRUE): 0, (">=", FALSE): -1, ("==", TRUE): 0, ("==", FALSE): 1, ("!=", TRUE): 1, ("!=", FALSE): 0,
}  # fmt: skip
"""On which side of its limit a comparison is nearest to it, and has this truth."""


@attrs.frozen
class Decided:
    """A leaf that decides a transition alone, and how that is shown.

    Attributes:
        name: the transition.
        leaf: what the leaf says, for people.
        by: what it is about, as part of a test's name.
        cases: journeys, each with the truth that the leaf has in its last step; two of them for each pair of truths that is told apart.
        never: pairs of truths that nobody could tell apart by this leaf alone, by proof, each with the reason.

    Example:
        >>> Decided("win", "health at least 70", "health", (), ()).by
        'health'
    """

    name: str
    leaf: str
    by: str
    cases: tuple[tuple[str, tuple[Told, ...]], ...]
    never: tuple[tuple[str, str, str], ...]


def decisions(definition: LifecycleDefinition, witnesses: Witnesses | None = None) -> tuple[list[Decided], list[Unreached]]:
    """For each leaf of each condition observations that differ in it alone and in whether the transition is taken, or why there are none.

    Args:
        definition: the lifecycle.
        witnesses: logs that were found before, if somebody has looked for some.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     fine, alarm = Phase("Fine", initial=True), Phase("Alarm")
        ...     worry = fine.to(alarm, when=health < 60)
        >>> found, missing = decisions(Deal.definition)
        >>> [(truth, steps[-1].values, steps[-1].takes) for truth, steps in found[0].cases]
        [('true', {'health': 59}, ('worry',)), ('false', {'health': 60}, ()), ('unknown', {}, ())]
        >>> found[0].never, missing
        ((('false', 'unknown', 'the condition treats both alike'),), [])
    """
    from clmstate.analysis.proofs.following import all_taken
    from clmstate.analysis.proofs.witness import Witnesses

    witnesses = Witnesses(definition) if witnesses is None else witnesses
    all_taken(witnesses)
    return _Deciding(definition, witnesses).all()


@attrs.frozen(eq=False)
class _Sight:
    """What was told, and what the rule was asked about then: the truths of its leaves, in order, and whether it was true."""

    heard: Heard
    place: tuple[int, str | None]
    truths: tuple[int, ...]
    true: bool


class _Deciding:
    """Looks for what decides, leaf by leaf."""

    def __init__(self, definition: LifecycleDefinition, witnesses: Witnesses) -> None:
        from clmstate.analysis.proofs.telling import Teller

        self.definition, self.teller = definition, Teller(witnesses, StatePicture)
        self.engine: Compiled = compiled(definition)
        self.looking = Looking(definition)
        self.known = Possible(self.looking.asking)
        self.limit = 0

    def all(self) -> tuple[list[Decided], list[Unreached]]:
        found: list[Decided] = []
        missing: list[Unreached] = []
        for question in self.looking.asking.questions:
            if question.rule.transition.when is None or not self.known.asked[question.rule.index]:
                continue
            about: Counter[str] = Counter()
            for leaf in question.leaves:
                by = _about(leaf)
                about[by] += 1
                decided, unfound = self._leaf(question, leaf, by if about[by] == 1 else f"{by}_{about[by]}")
                found += [decided] if decided.cases else []
                if unfound:
                    what = " or ".join(f"{a} and {b}" for a, b in unfound)
                    why = f"no two journeys were found that tell {what} apart; that is no proof that there are none"
                    missing.append(Unreached(f"{decided.name}, decided by {decided.leaf} alone", why, proved=False))
                elif not decided.cases:
                    reasons = list(dict.fromkeys(why for _, _, why in decided.never))
                    reasons = [why for why in reasons if why != _ALIKE] or reasons
                    missing.append(Unreached(f"{decided.name}, decided by {decided.leaf} alone", "; ".join(reasons), proved=True))
        return found, missing

    def _leaf(self, question: Question, leaf: Leaf, by: str) -> tuple[Decided, list[tuple[str, str]]]:
        """How a leaf is shown to decide, and the pairs of truths for which nothing was found."""
        name, said = question.rule.transition.name, words_of(leaf, self.definition)
        never: list[tuple[str, str, str]] = []
        unfound: list[tuple[str, str]] = []
        sights: list[_Sight] = []
        cases: list[tuple[str, tuple[Told, ...]]] = []
        place = question.leaves.index(leaf)
        for a, b in itertools.combinations(truths_of(leaf), 2):
            self.limit = self.teller.asked + _MOST_ASKED
            both = next(self._apart(question, leaf, a, b, sights), None)
            if both is not None:
                for sight in both:
                    if sight not in sights:
                        sights.append(sight)
                        cases.append((_NAMES[sight.truths[place]], tuple(played(self.engine, sight.heard.after.log))))
            elif any(next(self.known.causes(one, leaf, a, b), None) for one in self.known.asked[question.rule.index]):
                unfound.append((_NAMES[a], _NAMES[b]))
            else:
                never.append((_NAMES[a], _NAMES[b], self._why_never(question, leaf, a, b)))
        return Decided(name, said, by, tuple(cases), tuple(never)), unfound

    def _why_never(self, question: Question, leaf: Leaf, a: int, b: int) -> str:
        if treated_alike(question, leaf, a, b):
            return _ALIKE
        name, asked = question.rule.transition.name, self.known.asked[question.rule.index]
        for truth in (a, b):
            if not any(self.known.possible(Literal(leaf, truth), *one.earlier) for one in asked):
                return f"it is never {_NAMES[truth]} when {name} is asked"
        alone = [one for one in asked if not self._never(attrs.evolve(one, earlier=()), leaf, a, b)]
        for before in dict.fromkeys(other for one in alone for other in one.before):
            if all(before in one.before and self._never(attrs.evolve(one, earlier=(before.other,)), leaf, a, b) for one in alone):
                return f"{before.rule.transition.name} comes before, and takes one of the two"
        if alone:
            return "transitions that come before take one of the two"
        return "whatever else reads the same changes with it, or decides already"

    def _never(self, asked: Asked, leaf: Leaf, a: int, b: int) -> bool:
        return next(self.known.causes(asked, leaf, a, b), None) is None

    # ---- the search

    def _apart(self, question: Question, leaf: Leaf, a: int, b: int, sights: list[_Sight]) -> Iterator[tuple[_Sight, _Sight]]:
        """Two sights that differ in a leaf alone; one that is known already comes first."""
        place = question.leaves.index(leaf)
        for asked in self.known.asked[question.rule.index]:
            for sight in [one for one in sights if one.truths[place] in (a, b) and one.place in asked.places]:
                other = self._partner(asked, leaf, sight, a + b - sight.truths[place])
                if other is not None:
                    yield sight, other
        for asked in self.known.asked[question.rule.index]:
            for cause in itertools.islice(self.known.causes(asked, leaf, a, b), _MOST_CAUSES):
                for way in (cause.yes, cause.no):
                    formulas = [*(Literal(one, truth) for one, truth in way.items()), *cause.rest, *asked.earlier]
                    for phase in asked.places:
                        first = self._sight(asked, leaf, way[leaf], phase, formulas, None)
                        second = None if first is None else self._partner(asked, leaf, first, a + b - way[leaf])
                        if first is not None and second is not None:
                            yield first, second

    def _partner(self, asked: Asked, leaf: Leaf, sight: _Sight, truth: int) -> _Sight | None:
        """Somebody who differs from somebody else in a leaf alone, and in whether the transition is taken."""
        leaves = asked.question.leaves
        wanted = tuple(truth if one == leaf else known for one, known in zip(leaves, sight.truths, strict=True))
        if holds(asked.question.true, dict(zip(leaves, wanted, strict=True))) == sight.true:
            return None
        formulas = [*(Literal(one, known) for one, known in zip(leaves, wanted, strict=True)), *asked.earlier]
        other = self._sight(asked, leaf, truth, sight.place, formulas, sight)
        return other if other is not None and other.truths == wanted else None

    def _sight(
        self, asked: Asked, leaf: Leaf, truth: int, place: tuple[int, str | None], formulas: Iterable[Formula], near: _Sight | None
    ) -> _Sight | None:
        """What to tell in a phase so that formulas hold there; a comparison stands as near to its limit as can be."""
        wanted, after = list(formulas), None if near is None else near.heard.after
        close = self._close(leaf, truth)
        told = isinstance(leaf, SignalRef | ForDays) or bool(
            reads(leaf).signals
        )  # else the limit is a matter of when, not of what is told
        tries: Iterator[tuple[Spot, Formula | None]]
        if close is None or told:
            tries = ((spot, one) for spot in self._spots(asked, place, near) for one in dict.fromkeys((close, None)))
        else:
            tries = ((spot, one) for one in (close, None) for spot in self._spots(asked, place, near))
        for spot, one in tries:
            if self.teller.asked >= self.limit:
                return None
            heard = self.teller.told(spot, wanted if one is None else [one, *wanted], after)
            sight = None if heard is None else self._looked(asked.question, heard, place)
            if sight is not None:
                return sight
        return None

    def _spots(self, asked: Asked, place: tuple[int, str | None], near: _Sight | None) -> Iterator[Spot]:
        """From where to tell; first from where somebody else was told."""
        every = self.teller.spots(asked.question.rule, place[0])
        if near is None:
            yield from every
            return
        here = near.heard.spot
        yield here
        same = [spot for spot in itertools.islice(every, _MOST_LIKE) if spot.stand is here.stand and spot is not here]
        same.sort(key=lambda spot: (spot.event != here.event, abs(spot.at - here.at)))
        yield from same
        yield from (spot for spot in self.teller.spots(asked.question.rule, place[0]) if spot is not here and spot not in same)

    def _close(self, leaf: Leaf, truth: int) -> Formula | None:
        """That a comparison stands as near to its limit as can be."""
        if isinstance(leaf, Compare) and (leaf.op, truth) in _SIDES:
            return at_side(leaf, _SIDES[leaf.op, truth], self.looking.asking.steps[leaf], self.definition)
        return None

    def _looked(self, question: Question, heard: Heard, place: tuple[int, str | None]) -> _Sight | None:
        """What the rule was asked about, by the engine."""
        last, signals = heard.after.log[-1], self.definition.signals
        state = self.engine.new()
        self.engine.load(state, heard.spot.stand.state)
        values = {name: signals[name].absent if value is None else value for name, value in last.values.items()}
        for picture in self.looking.pictures(state, last.at, values, last.event):
            for asked, _, truths in self.looking.asking.asked(picture):
                if asked is question and picture[0] == place[0]:
                    return _Sight(heard, place, tuple(truths[one] for one in question.leaves), holds(question.true, truths))
        return None


def _about(leaf: Leaf) -> str:
    """What a leaf is about, as part of a name."""
    if isinstance(leaf, ForDays):
        return f"{_about(leaf.of)}_clock" if isinstance(leaf.of, Leaf) else "clock"
    if isinstance(leaf, SignalRef):
        return f"{leaf.name}_known"
    read = reads(leaf)
    names = [*read.signals, *read.events, *read.phases]
    return "_".join(re.sub(r"\W", "_", name) for name in names) or "days_in_phase"
