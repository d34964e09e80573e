"""Promises as watches: what each of them has to see, and what breaks it.

A state that speaks of one part alone counts in passing too: at the picture that each round reads. A state that joins several parts is looked
at when everybody has settled, for between two rounds some have heard what others have not. So is one that joins phases and values: whoever
is told something new may have to leave where they stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import attrs

from clmstate.analysis.space.blueprint import Path
from clmstate.analysis.space.facts import Surely
from clmstate.analysis.space.looks import Look, Node
from clmstate.composition import AllOf, AnyOf, Compared, FeedNode, NotSo, RollUp, sources
from clmstate.conditions.lower import FALSE, TRUE, UNKNOWN, All, Fixed, Formula, Leaf, Literal
from clmstate.conditions.lower import Any as AnyFormula
from clmstate.conditions.nodes import Cond, InPhase, children, walk
from clmstate.lifecycle import Promise

__all__ = ["Before", "Leads", "Never", "Reach", "Stated", "Until", "existing", "in_passing", "may", "must", "watch_of"]

Stated: TypeAlias = FeedNode | Cond
"""A state that a promise names."""


def in_passing(state: Stated) -> bool:
    """Whether a state counts in passing: it speaks of one part alone, and not of phases and values at once (``never(a).when(c)``).

    Example:
        >>> from clmstate.composition import StandsIn
        >>> deal, user = StandsIn("deal", (), ("won",)), RollUp("any", "users", phases=("active",))
        >>> in_passing(deal), in_passing(AllOf((deal, user)))
        (True, False)
    """
    if isinstance(state, FeedNode):
        return len({(source.part, source.inner) for source in sources(state)}) <= 1
    leaves = [isinstance(node, InPhase) for node in walk(state) if not children(node)]
    return all(leaves) or not any(leaves)


# ---- what may hold, what must ------------------------------------------------------------------------------------------------


def may(look: Look, state: Stated, wanted: bool = True, *, shown: bool = True, surely: Surely = "") -> Node | None:
    """The node with which a state may be true (or false, if that is wanted); None if it cannot be.

    Args:
        look: a picture.
        state: what is asked.
        wanted: the truth that is asked for.
        shown: whether "some member is ..." must be shown by a member that is followed. Whatever is true of some member of many is true of
            one that was followed from the beginning, so nothing is missed by looking at those alone.
        surely: as in :meth:`Facts.together`.
    """
    if isinstance(state, FeedNode):
        return look.node if _may(look, state, wanted, shown) else None
    truths = TRUE if wanted else FALSE
    known = look.known(state)
    if known is not None:
        return look.node if known & truths else None
    flight, slot = look.node.ones[0], look.plan.ones[0]
    formula = _standing(slot.ways.lowered(state, truths), slot.ways.numbers, flight.local[0])
    assumed = slot.ways.assuming(flight.assumed, formula, flight, look.ports(None, 0), surely)
    return None if assumed is None else attrs.evolve(look.node, ones=(flight._replace(assumed=assumed),))


def must(look: Look, state: Stated) -> bool:
    """Whether a state is certainly true."""
    if isinstance(state, FeedNode):
        return look.truths(state) == TRUE
    known = look.known(state)
    if known is not None:
        return known == TRUE
    slot = look.plan.ones[0]
    flight = look.node.ones[0]
    formula = _standing(slot.ways.lowered(state, FALSE | UNKNOWN), slot.ways.numbers, flight.local[0])
    return slot.ways.assuming(flight.assumed, formula, flight, look.ports(None, 0)) is None


def _standing(formula: Formula, numbers: Any, phase: int) -> Formula:
    """A formula in which it is known where the part stands."""

    def known(leaf: Leaf) -> int | None:
        return (TRUE if phase in numbers(leaf.phases) else FALSE) if isinstance(leaf, InPhase) else None

    match formula:
        case Literal(leaf, truths):
            truth = known(leaf)
            return formula if truth is None else Fixed(bool(truth & truths))
        case All(items):
            return All(tuple(_standing(item, numbers, phase) for item in items))
        case AnyFormula(items):
            return AnyFormula(tuple(_standing(item, numbers, phase) for item in items))
        case _:
            return formula


def _may(look: Look, state: FeedNode, wanted: bool, shown: bool) -> bool:
    match state:
        case NotSo(of):
            return _may(look, of, not wanted, shown)
        case AllOf(items) | AnyOf(items):
            every = isinstance(state, AllOf) == wanted
            return (all if every else any)(_may(look, item, wanted, shown) for item in items)
        case _:
            possible = bool(look.truths(state) & (TRUE if wanted else FALSE))
            asked = _somebody(state, wanted)
            if not possible or look.counted or not shown or asked is None:
                return possible
            return _shows(look, *asked)


def existing(state: Stated, wanted: bool = True) -> Iterator[Path]:
    """For each "some member is ..." that a state needs, the group of the member."""
    match state:
        case NotSo(of):
            yield from existing(of, not wanted)
        case AllOf(items) | AnyOf(items):
            for item in items:
                yield from existing(item, wanted)
        case RollUp() | Compared():
            asked = _somebody(state, wanted)
            if asked is not None:
                yield (asked[0].part,)
        case _:
            pass


def _somebody(state: FeedNode, wanted: bool) -> tuple[RollUp, bool] | None:
    """The roll-up, and whether somebody inside (or outside) its phases is needed; None if no member is."""
    match state:
        case RollUp(kind="any") if wanted:
            return state, True
        case RollUp(kind="none") if not wanted:
            return state, True
        case RollUp(kind="all") if not wanted:
            return state, False
        case Compared(RollUp(kind="count") as of, op, limit):
            least = {">=": limit, ">": limit + 1}.get(op) if wanted else {"<": limit, "<=": limit + 1}.get(op)
            return (of, True) if least is not None and 0 < least <= 1 else None
    return None


def _shows(look: Look, roll_up: RollUp, inside: bool) -> bool:
    number = look.plan.group.get((roll_up.part,))
    if number is None or roll_up.where is not None:
        return True
    slots = look.plan.groups[number].slots
    slot = [s.path for s in slots].index(roll_up.inner)
    phases = slots[slot].ways.numbers(roll_up.phases) if roll_up.phases else None
    return any((phases is None or unit[slot].local[0] in phases) == inside for unit, _ in look.node.groups[number])


# ---- watches ---------------------------------------------------------------------------------------------------------------


@attrs.frozen
class Never:
    """Nobody is ever in a state."""

    state: Stated

    def begin(self, look: Look) -> int:  # noqa: ARG002 -- the first picture is looked at like all others
        """Nothing yet."""
        return 0

    def passing(self, seen: int, look: Look) -> tuple[int, Node | None]:
        """A breach if the state counts in passing."""
        return seen, may(look, self.state) if in_passing(self.state) else None

    def settled(self, seen: int, look: Look) -> tuple[int, Node | None]:
        """A breach."""
        return seen, may(look, self.state)


@attrs.frozen
class Before:
    """Nobody is in a state before another has been."""

    state: Stated
    other: Stated

    def begin(self, look: Look) -> int:  # noqa: ARG002 -- the first picture is looked at like all others
        """Nothing yet."""
        return 0

    def passing(self, seen: int, look: Look) -> tuple[int, Node | None]:
        """What has been is seen; a breach if it has not."""
        if not seen and in_passing(self.other) and must(look, self.other):
            return 1, None
        return seen, may(look, self.state) if not seen and in_passing(self.state) else None

    def settled(self, seen: int, look: Look) -> tuple[int, Node | None]:
        """The same."""
        if not seen and must(look, self.other):
            return 1, None
        return seen, may(look, self.state) if not seen else None


@attrs.frozen
class Leads:
    """Nobody leaves a state except into another."""

    state: Stated
    other: Stated

    def begin(self, look: Look) -> int:
        """Whether customers begin in the state."""
        return int(may(look, self.state) is not None)

    def passing(self, seen: int, look: Look) -> tuple[int, Node | None]:  # noqa: ARG002 -- only settled pictures count
        """Nothing."""
        return seen, None

    def settled(self, seen: int, look: Look) -> tuple[int, Node | None]:
        """A breach if it was in the state, is no more, and is not in the other."""
        inside = may(look, self.state) is not None
        if seen and not must(look, self.state):
            gone = may(look, self.state, wanted=False)
            if gone is not None:
                at = Look(look.plan, gone, look.values, inside=look.inside, counted=look.counted)
                breach = may(at, self.other, wanted=False)
                if breach is not None:
                    return int(inside), breach
        return int(inside), None


@attrs.frozen
class Until:
    """Sees whether a state has been for certain; breaks nothing."""

    state: Stated | None

    def begin(self, look: Look) -> int:
        """Whether customers begin in it."""
        return int(self.state is not None and must(look, self.state))

    def passing(self, seen: int, look: Look) -> tuple[int, Node | None]:
        """What has been is seen."""
        has_been = self.state is not None and in_passing(self.state) and must(look, self.state)
        return int(seen or has_been), None

    def settled(self, seen: int, look: Look) -> tuple[int, Node | None]:
        """The same."""
        return int(seen or (self.state is not None and must(look, self.state))), None


@attrs.frozen
class Reach:
    """Waits for a state: that it comes is what it calls a breach.

    Attributes:
        state: the state.
        surely: how sure it has to be.
    """

    state: Stated
    surely: Surely = ""

    def begin(self, look: Look) -> int:  # noqa: ARG002 -- there is nothing to remember
        """Nothing."""
        return 0

    def passing(self, seen: int, look: Look) -> tuple[int, Node | None]:  # noqa: ARG002 -- only settled pictures count
        """Nothing."""
        return seen, None

    def settled(self, seen: int, look: Look) -> tuple[int, Node | None]:
        """Whether it has come."""
        if self.surely and isinstance(self.state, FeedNode):
            return seen, look.node if must(look, self.state) else None
        return seen, may(look, self.state, shown=False, surely=self.surely)


def watch_of(promise: Promise) -> Never | Before | Leads:
    """The watch of a promise that something never happens."""
    match promise.kind:
        case "never":
            return Never(promise.subject)
        case "never_before":
            return Before(promise.subject, promise.other)
        case "leads_to":
            return Leads(promise.subject, promise.other)
        case _:
            raise AssertionError(promise.kind)
