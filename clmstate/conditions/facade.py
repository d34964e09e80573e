"""What users write conditions with: thin facades over nodes, carrying the operators.

A facade knows its node, the lifecycles its names come from, and the mistakes made while building it. Nothing is raised while a class
body runs (except where Python would silently drop half a condition): mistakes travel with the condition and are reported together,
with their place, when the class is defined.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeGuard

from clmstate.conditions.free import reads
from clmstate.conditions.mistakes import Home, Mistake
from clmstate.conditions.nodes import (
    And,
    Cond,
    Const,
    ForDays,
    IsMissing,
    IsTrue,
    Named,
    Not,
    Or,
    ThresholdRef,
    Unless,
    walk,
)
from clmstate.conditions.refusing import Built, Refusing, no_condition, text_faults
from clmstate.conditions.thresholds import Threshold
from clmstate.conditions.words import Vocabulary, words
from clmstate.errors import DefinitionError, did_you_mean, shown
from clmstate.signals import show_number

__all__ = [
    "LONGEST",
    "Condition",
    "broken",
    "node_of",
    "refused",
    "tangled",
    "unless",
]

LONGEST: Final = 100_000
"""The most days that a condition can be asked to hold."""


class Condition(Built):
    """A rule about a customer: true, false, or unknown while what it reads is missing.

    Built by comparing signals; combined with ``&``, ``|`` and ``~``.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     calm = (health >= 70).named("in good health")
        ...     new = Phase("New", initial=True)
        >>> Deal.calm.words(Deal.definition)
        'in good health'
    """

    def __init__(self, node: Cond, homes: frozenset[Home] = frozenset(), mistakes: tuple[Mistake, ...] = ()) -> None:
        self._node = node
        self._homes = homes
        self._mistakes = mistakes
        if not _is_node(node):
            self._node, self._mistakes = _NOTHING, (*mistakes, no_condition(node))

    @property
    def node(self) -> Cond:
        """The plain data behind the facade."""
        return self._node

    def __and__(self, other: Condition) -> Condition:
        return self._joined(And, self, other)

    def __or__(self, other: Condition) -> Condition:
        return self._joined(Or, self, other)

    def __invert__(self) -> Condition:
        return Condition(Not(self.node), *self._with())

    if not TYPE_CHECKING:  # for editors these do not exist, so that `number & flag` and `a & b >= 0.5` are errors there

        def __rand__(self, other: object) -> Condition:
            return self._joined(And, other, self)

        def __ror__(self, other: object) -> Condition:
            return self._joined(Or, other, self)

        def __eq__(self, other: object) -> Condition:
            return self._compared(other)

        __lt__ = __le__ = __gt__ = __ge__ = __ne__ = __eq__
        __hash__ = object.__hash__

    def _compared(self, other: object) -> Condition:
        if self.node is _NOTHING:
            return broken(*self._with(other))  # said already, and nothing to compare
        if isinstance(other, bool):
            mistake = Mistake("CLM114", f"a condition is compared with {other}", "write the condition itself, or ~ in front of it")
        elif isinstance(self.node, IsTrue) and not isinstance(other, Built):
            cause = f"{self._described()}, yes or no by itself, and it is compared with {shown(other)}"
            mistake = Mistake("CLM114", cause, "write the flag itself, or ~ in front of it")
        else:
            mistake = Mistake(
                "CLM114",
                "a condition is compared as if it were a number: & and | bind tighter than comparisons",
                "put parentheses around each comparison, as in a & (b >= 0.5)",
            )
        homes, wrong = self._with(other, mistakes=(mistake,))
        return broken(homes, tuple(m for m in wrong if not m.cause.endswith("not a condition")))

    def _joined(self, kind: type[And] | type[Or], left: object, right: object) -> Condition:
        parts: list[Cond] = []
        wrong: list[Mistake] = []
        for side in (left, right):
            if not isinstance(side, Condition):
                wrong.append(no_condition(side))
            elif isinstance(side.node, kind):
                parts.extend(side.node.items)
            else:
                parts.append(side.node)
        return Condition(kind(tuple(parts)), *self._with(left, right, mistakes=wrong))

    def _refuse(self, symbol: str, other: object) -> Condition:
        if self.node is _NOTHING:
            return broken(*self._with(other))
        return super()._refuse(symbol, other)

    def _described(self) -> str:
        return "this is a condition"

    def is_missing(self) -> Condition:
        """Whether this condition is unknown; itself never unknown.

        Example:
            >>> from clmstate import Lifecycle, Signal
            >>> class Deal(Lifecycle):
            ...     health = Signal.score("health")
            >>> (Deal.health >= 70).is_missing().node
            IsMissing(of=Compare(left=SignalRef(name='health'), op='>=', right=Const(value=70)))
        """
        return Condition(IsMissing(self.node), *self._with())

    def for_days(self, days: int | Threshold) -> Condition:
        """Whether this has held at every settled picture for so many days (a whole number, at least 1).

        Its clock runs in every phase, starts at the observation after which this first holds and is never reset by a move.

        Example:
            >>> from clmstate import Lifecycle, Signal
            >>> class Deal(Lifecycle):
            ...     quiet = Signal.flag("quiet", default=False)
            >>> Deal.quiet.for_days(14).words(Deal.definition)
            'quiet for 14 days'
        """
        wrong: list[Mistake] = []
        count: Const | ThresholdRef = Const(1)
        if isinstance(days, Threshold):
            count = ThresholdRef(days.spec.name)
        elif not _whole_days(days):
            cause = f"for_days({shown(days)}) is not a whole number of days"
            wrong.append(Mistake("CLM115", cause, f"give 1 to {show_number(LONGEST)} days"))
        else:
            count = Const(days)
        inner = reads(self.node)
        if any(isinstance(node, ForDays) for node in walk(self.node)):
            wrong.append(
                Mistake("CLM115", "for_days stands inside for_days", "combine the two conditions first, then say for how long")
            )
        elif inner.clock or inner.events or inner.phases:
            remedy = "keep events, visits and days out of the inner condition and add them with &"
            wrong.append(Mistake("CLM115", "for_days holds an event or a clock of its own", remedy))
        return Condition(ForDays(self.node, count), *self._with(days, mistakes=wrong))

    def named(self, label: str) -> Condition:
        """The same condition under the business's own name for it.

        Example:
            >>> from clmstate import Lifecycle, Signal
            >>> class Deal(Lifecycle):
            ...     health = Signal.score("health")
            >>> (Deal.health >= 70).named("healthy").words(Deal.definition)
            'healthy'
        """
        wrong = text_faults("CLM118", "the name of a condition", label, remedy="say what the business calls it", label=True)
        return Condition(Named(self.node, "?" if wrong else label), *self._with(mistakes=wrong))

    def words(self, vocabulary: Vocabulary) -> str:
        """The condition as the business would say it.

        Args:
            vocabulary: a lifecycle's definition, or anything with the same labels.

        Raises:
            DefinitionError: CLM104, when it has no word for what the condition reads.

        Example:
            >>> from clmstate import Lifecycle, Signal
            >>> class Deal(Lifecycle):
            ...     tickets = Signal.count("open ticket")
            >>> (Deal.tickets == 0).words(Deal.definition)
            'no open tickets'
        """
        read = reads(self.node)
        wrong = [
            Mistake("CLM104", f"there is no word for the {what} '{name}'", did_you_mean(name, known))
            for what, names, known in (
                ("signal", read.signals, vocabulary.signals),
                ("threshold", read.thresholds, vocabulary.thresholds),
                ("event", read.events, vocabulary.events),
                ("phase", read.phases, vocabulary.places),
            )
            for name in names
            if name not in known
        ]
        if wrong:
            raise DefinitionError([mistake.at("words") for mistake in wrong])
        return words(self.node, vocabulary)

    def __repr__(self) -> str:
        return f"<Condition {self.node!r}>"


_NOTHING: Final = Or(())


def tangled(other: object) -> TypeGuard[Condition]:
    """Whether a comparison swallowed a condition, as in ``a < 0.5 & b``."""
    return isinstance(other, Condition) and isinstance(other.node, And | Or)


def _is_node(thing: object) -> bool:
    return isinstance(thing, Cond)


def _whole_days(days: object) -> bool:
    return isinstance(days, int) and not isinstance(days, bool) and 1 <= days <= LONGEST


def unless(condition: Condition) -> Condition:
    """True when the condition is false *or unknown*; itself never unknown.

    Example:
        >>> from clmstate import Lifecycle, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        >>> unless(Deal.health >= 70).words(Deal.definition)
        'health below 70 or unknown'
    """
    given: object = condition
    return Condition(Unless(given.node), *given._with()) if isinstance(given, Condition) else refused(given)


def refused(thing: object) -> Condition:
    """A condition that says nothing but that something else stood in its place.

    Example:
        >>> refused(5)._mistakes[0].cause
        '5 is an int, not a condition'
    """
    return broken(*Built()._with(thing, mistakes=(no_condition(thing),)))


def broken(homes: frozenset[Home], mistakes: tuple[Mistake, ...]) -> Condition:
    """A condition that says nothing but what went wrong.

    Example:
        >>> broken(frozenset(), (Mistake("CLM112", "5 is an int, not a condition", "compare a signal with it"),))._mistakes[0].code
        'CLM112'
    """
    return Condition(_NOTHING, homes, mistakes)


Refusing._broken = broken


def node_of(condition: Condition | None) -> Cond | None:
    """The node of a condition; its mistakes, if any, are raised here.

    Raises:
        DefinitionError: all mistakes made while building it.

    Example:
        >>> node_of(None) is None
        True
    """
    if condition is None:
        return None
    given: object = condition
    wrong = given._carried if isinstance(given, Condition) else (no_condition(given),)
    if wrong:
        raise DefinitionError([mistake.at("condition") for mistake in wrong])
    return condition.node
