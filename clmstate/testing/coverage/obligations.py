"""What tests of a lifecycle owe: everything that can be seen of it at all, and what of that was seen.

What cannot be seen is found with the prover and left out: an outcome that no customer has, a leaf that never decides alone.

The leaves are those of the lowered condition: a comparison, a flag, "is known", or whether a clock is old enough. *Unique cause* is asked
of each: two customers of whom rules are asked, alike in all other leaves of the condition, one taking the transition and one not. A leaf
has three truths, so there are up to three such pairs.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final

import attrs

from clmstate.conditions import words
from clmstate.conditions.lower import FALSE, TRUE, UNKNOWN, All, Formula, Leaf, Literal
from clmstate.conditions.nodes import Compare, ForDays, IsMissing, SignalRef
from clmstate.testing.coverage.asking import MISSING_SIDE, Asking, Question, holds
from clmstate.testing.coverage.possible import Possible, at_side, truths_of
from clmstate.testing.coverage.watching import Seen

__all__ = ["KINDS", "Duty", "Ledger", "duties", "settle", "words_of"]

KINDS: Final = {
    "phase": "phases",
    "transition": "transitions",
    "pair": "pairs",
    "outcome": "outcomes",
    "mcdc": "MC/DC",
    "boundary": "boundaries",
    "part": "parts",
    "wire": "wiring",
}
"""What is counted, and how it is called."""

_TRUTHS: Final = {TRUE: "true", FALSE: "false", UNKNOWN: "unknown"}


@attrs.frozen
class Duty:
    """One thing that tests of a lifecycle owe.

    Attributes:
        kind: one of :data:`KINDS`.
        of: the phase or transition that it is about.
        key: tells it from the others of its kind.
        words: what it is, for people.

    Example:
        >>> Duty("phase", "won", ("won",), "Won is reached").words
        'Won is reached'
    """

    kind: str
    of: str
    key: tuple[Any, ...]
    words: str


@attrs.frozen
class Ledger:
    """What is owed of one lifecycle, and what of it was seen.

    Attributes:
        model: its name.
        owed: everything that can be seen.
        met: what was seen.
        impossible: what nobody can see, by the prover.
        hits: for each phase and transition, how often it was seen.

    Example:
        >>> Ledger("Deal", (), frozenset(), (), {}).percent()
        100.0
    """

    model: str
    owed: tuple[Duty, ...]
    met: frozenset[Duty]
    impossible: tuple[Duty, ...]
    hits: dict[str, int]

    def count(self, kind: str = "") -> tuple[int, int]:
        """How many were met, and how many are owed; of one kind, or of all."""
        owed = [duty for duty in self.owed if kind in ("", duty.kind)]
        return sum(duty in self.met for duty in owed), len(owed)

    def percent(self, kind: str = "") -> float:
        """The share that was met; 100 where nothing is owed."""
        met, owed = self.count(kind)
        return 100.0 * met / owed if owed else 100.0

    def missing(self, kind: str = "") -> tuple[Duty, ...]:
        """What was not met."""
        return tuple(duty for duty in self.owed if kind in ("", duty.kind) and duty not in self.met)


def duties(asking: Asking) -> tuple[tuple[Duty, ...], tuple[Duty, ...]]:
    """Everything that can be seen of a lifecycle, and what was found to be impossible.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.kernel import compiled
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     fine, alarm = Phase("Fine", initial=True), Phase("Alarm")
        ...     worry = fine.to(alarm, when=health < 60)
        >>> owed, impossible = duties(Asking(compiled(Deal.definition).program))
        >>> for duty in owed:
        ...     print(duty.kind, duty.words)
        phase Fine is reached
        phase Alarm is reached
        transition worry is taken
        outcome worry is true
        outcome worry is false
        outcome worry is unknown
        mcdc health below 60: true or false decides worry alone
        mcdc health below 60: true or unknown decides worry alone
        boundary worry at the limit: health exactly 60
        boundary worry one step below: health exactly 59
        >>> [duty.words for duty in impossible]
        ['health below 60: false or unknown decides worry alone']
    """
    return _Sorting(Possible(asking)).sorted_out()


class _Sorting:
    """Sorts what may be owed by whether it can be seen at all."""

    def __init__(self, known: Possible) -> None:
        self.known, self.asking, self.definition = known, known.asking, known.definition
        self.possible = known.possible

    def sorted_out(self) -> tuple[tuple[Duty, ...], tuple[Duty, ...]]:
        owed: list[Duty] = []
        impossible: list[Duty] = []
        for duty, possible in self._all():
            (owed if possible else impossible).append(duty)
        order = list(KINDS)
        return tuple(sorted(owed, key=lambda d: order.index(d.kind))), tuple(impossible)

    def _all(self) -> Iterator[tuple[Duty, bool]]:
        d = self.definition
        for path, phase in d.phases.items():
            yield Duty("phase", path, (path,), f"{phase.label} is reached"), True
        for name in d.transitions:
            yield Duty("transition", name, (name,), f"{name} is taken"), True
        for first in d.transitions.values():
            for second in after(self.asking, first.name):
                possible = self._follows(first.name, second)
                yield Duty("pair", second, (first.name, second), f"{first.name}, then {second}"), possible
        for question in self.asking.questions:
            if question.rule.transition.when is not None and self.known.asked[question.rule.index]:
                yield from self._outcomes(question)
                for leaf in question.leaves:
                    yield from self._causes(question, leaf)
                    yield from self._boundaries(question, leaf)

    def _follows(self, first: str, second: str) -> bool:
        """Whether a transition may be taken where another leads to: not where those before it take whoever could take it."""
        for phase in stands_after(self.asking, first):
            event = self.definition.transitions[second].on
            earlier: list[Formula] = []
            for question in self.asking.order(phase, () if event is None else (event,)):
                if question.rule.transition.name == second and self.possible(question.true, *earlier):
                    return True
                earlier.append(question.other)
        return False

    def _outcomes(self, question: Question) -> Iterator[tuple[Duty, bool]]:
        name = question.rule.transition.name
        false = All((question.other, _known(question)))
        for truth, formula in ((TRUE, question.true), (FALSE, false), (UNKNOWN, question.unknown)):
            possible = any(self.possible(formula, *one.earlier) for one in self.known.asked[question.rule.index])
            yield Duty("outcome", name, (name, truth), f"{name} is {_TRUTHS[truth]}"), possible

    def _boundaries(self, question: Question, leaf: Leaf) -> Iterator[tuple[Duty, bool]]:
        if not isinstance(leaf, Compare) or at_side(leaf, 0, 1, self.definition) is None:
            return
        name = question.rule.transition.name
        sides = {"<": (0, -1), ">=": (0, -1), "<=": (0, 1), ">": (0, 1)}.get(leaf.op, (0, 1, -1))
        for side in sides:
            at = at_side(leaf, side, self.asking.steps[leaf], self.definition)
            assert at is not None
            possible = any(self.possible(at, *one.earlier) for one in self.known.asked[question.rule.index])
            where = {0: "at the limit", 1: "one step above", -1: "one step below"}[side]
            said = words(_compare(at), self.definition)
            yield Duty("boundary", name, (name, leaf, side), f"{name} {where}: {said}"), possible

    def _causes(self, question: Question, leaf: Leaf) -> Iterator[tuple[Duty, bool]]:
        name = question.rule.transition.name
        said = words_of(leaf, self.definition)
        for a, b in itertools.combinations(truths_of(leaf), 2):
            words_ = f"{said}: {_TRUTHS[a]} or {_TRUTHS[b]} decides {name} alone"
            asked = self.known.asked[question.rule.index]
            possible = any(next(self.known.causes(one, leaf, a, b), None) is not None for one in asked)
            yield Duty("mcdc", name, (name, leaf, a, b), words_), possible


def settle(asking: Asking, seen: Seen, owed: Iterable[Duty], impossible: tuple[Duty, ...]) -> Ledger:
    """What of all that is owed was seen.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> from clmstate.kernel import compiled
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> asking = Asking(compiled(Deal.definition).program)
        >>> settle(asking, Seen(), *duties(asking)).count()
        (0, 1)
    """
    every = tuple(owed)
    met: set[tuple[str, tuple[Any, ...]]] = set()
    met.update(("phase", (path,)) for path in seen.phases)
    met.update(("transition", (name,)) for name in seen.taken)
    met.update(("pair", pair) for pair in seen.pairs)
    vectors: dict[int, dict[tuple[int, ...], bool]] = defaultdict(dict)
    for picture in seen.pictures:
        for question, sides, truths in asking.asked(picture):
            name = question.rule.transition.name
            if question.rule.transition.when is None:
                continue
            true = holds(question.true, truths)
            outcome = TRUE if true else UNKNOWN if holds(question.unknown, truths) else FALSE
            met.add(("outcome", (name, outcome)))
            vectors[question.rule.index][tuple(truths[leaf] for leaf in question.leaves)] = true
            for leaf in question.leaves:
                if isinstance(leaf, Compare) and sides[leaf] != MISSING_SIDE:
                    met.add(("boundary", (name, leaf, sides[leaf])))
    for question in asking.questions:
        met.update(("mcdc", key) for key in _shown(question, vectors[question.rule.index]))
    hits = {**seen.phases, **seen.taken}
    return Ledger(
        asking.definition.name, every, frozenset(duty for duty in every if (duty.kind, duty.key) in met), impossible, dict(hits)
    )


def _shown(question: Question, vectors: dict[tuple[int, ...], bool]) -> Iterator[tuple[Any, ...]]:
    """The leaves that decided alone: two pictures alike but for one leaf, with different outcomes."""
    name = question.rule.transition.name
    for i, leaf in enumerate(question.leaves):
        alike: dict[tuple[int, ...], dict[int, bool]] = defaultdict(dict)
        for vector, true in vectors.items():
            alike[vector[:i] + vector[i + 1 :]][vector[i]] = true
        for outcomes in alike.values():
            for a, b in itertools.combinations((TRUE, FALSE, UNKNOWN), 2):
                if a in outcomes and b in outcomes and outcomes[a] != outcomes[b]:
                    yield name, leaf, a, b


def after(asking: Asking, name: str) -> Iterator[str]:
    """The transitions that may be taken next after one."""
    d = asking.definition
    paths = [asking.program.phases[phase] for phase in stands_after(asking, name)]
    return iter(dict.fromkeys(second.name for path in paths for second in d.ways_out(path)))


def stands_after(asking: Asking, name: str) -> tuple[int, ...]:
    """The phases in which somebody may stand right after a transition.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> from clmstate.kernel import compiled
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     fine, alarm = Phase("Fine", initial=True), Phase("Alarm")
        ...     worry = fine.to(alarm, when=health < 60)
        >>> stands_after(Asking(compiled(Deal.definition).program), "worry")
        (1,)
    """
    d = asking.definition
    first = d.transitions[name]
    sources = [path for path in d.phases if first in d.ways_out(path)]
    stands = (
        sources
        if first.stay
        else d.leaves(first.target)
        if first.resume
        else (d.groups[first.target].initial,)
        if first.target in d.groups
        else (first.target,)
    )
    return tuple(asking.program.number[path] for path in stands)


def _known(question: Question) -> Formula:
    """When the condition is true or false, not unknown."""
    from clmstate.conditions.lower import lower

    cond = question.rule.transition.when
    assert cond is not None
    return lower(IsMissing(cond), lambda _: False, FALSE)


def _compare(literal: Literal) -> Compare:
    assert isinstance(literal.leaf, Compare)
    return literal.leaf


def words_of(leaf: Leaf, definition: Any) -> str:
    """A leaf in words.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     new = Phase("New", initial=True)
        >>> words_of(SignalRef("health"), Deal.definition)
        'health unknown'
    """
    if isinstance(leaf, ForDays):
        return f"the clock of ({words(leaf, definition)})"
    return words(IsMissing(leaf), definition) if isinstance(leaf, SignalRef) else words(leaf, definition)
