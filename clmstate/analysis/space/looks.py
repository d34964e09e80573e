"""What is true of a model at one look: what roll-ups come to, what ports say, and whether a state that a promise names holds.

A truth here is a set, as bits: TRUE, FALSE, UNKNOWN, or several of them where it may come out either way.
"""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from typing import Any, TypeAlias

import attrs

from clmstate.analysis.space.blueprint import Blueprint, Group, Line, Path
from clmstate.analysis.space.crowds import UNSURE, Asked, Values
from clmstate.analysis.space.ways import Flight, Told
from clmstate.composition import AllOf, AnyOf, Compared, FeedNode, NotSo, RollUp, StandsIn
from clmstate.conditions.lower import FALSE, TRUE, UNKNOWN, Fixed
from clmstate.conditions.nodes import Cond

__all__ = ["Look", "Node", "Unit", "conjoined", "inverted", "joined"]

Unit: TypeAlias = tuple[Flight, ...]
"""A member on its way, each of its parts."""

ANYTHING = TRUE | FALSE | UNKNOWN


@attrs.frozen
class Node:
    """A model on its way through one observation.

    Attributes:
        ones: the parts that are always there.
        groups: for each group its members, equal ones together with their number.
        first: whether round one is to come.
    """

    ones: tuple[Flight, ...]
    groups: tuple[tuple[tuple[Unit, int], ...], ...]
    first: bool = True


class Look:
    """A model at one look.

    Args:
        plan: the model, laid out.
        node: where everybody is.
        values: what roll-ups come to where members are not counted one by one; those that are not in it are counted.
        inside: the parts and groups that are followed; of all others nothing is known.
        counted: whether the members of the node are all there are.
    """

    def __init__(self, plan: Blueprint, node: Node, values: Values, *, inside: frozenset[int | Path], counted: bool) -> None:
        self.plan, self.node, self.values, self.inside, self.counted = plan, node, values, inside, counted
        self._fed: dict[tuple[int, Unit | None], Any] = {}

    def known(self, cond: Cond) -> int | None:  # noqa: ARG002 -- of a customer who is only thought of, nothing is
        """The truth of a condition of a lifecycle on its own, where it is known for certain."""
        return None

    # ---- feeds

    def value(self, asked: Asked, unit: tuple[Group, Unit] | None = None) -> Any:
        """What a roll-up comes to; `UNSURE` if it may be anything."""
        if unit is not None or (*asked[0], asked[1].part) not in self.inside:
            return UNSURE
        if not self.counted:
            return self.values.get(asked, UNSURE)
        return self._counted(asked)

    def _counted(self, asked: Asked) -> Any:
        where, roll_up = asked
        number = self.plan.group[(*where, roll_up.part)]
        group = self.plan.groups[number]
        slot = [s.path for s in group.slots].index(roll_up.inner)
        ways = group.slots[slot].ways
        inside = ways.numbers(roll_up.phases) if roll_up.phases else None
        k = n = known = 0
        for unit, count in self.node.groups[number]:
            flight = unit[slot]
            if roll_up.where is not None:
                kept = self._decided(ways, flight, roll_up.where)
                if kept == ANYTHING:
                    return UNSURE
                if kept != TRUE:
                    continue
            n += count
            if roll_up.kind == "share_where":
                said = self._decided(ways, flight, roll_up.cond)
                if said not in (TRUE, FALSE, UNKNOWN):
                    return UNSURE
                k += count * (said == TRUE)
                known += count * (said != UNKNOWN)
            elif inside is None or flight.local[0] in inside:
                k += count
        match roll_up.kind:
            case "count":
                return k
            case "any":
                return k > 0
            case "none":
                return k == 0
            case "all":
                return None if n == 0 else k == n
            case "share":
                return None if n == 0 else _plain(Fraction(k, n))
            case "share_where":
                return None if known == 0 else _plain(Fraction(k, known))
            case _:
                return UNSURE

    @staticmethod
    def _decided(ways: Any, flight: Flight, cond: Cond | None) -> int:
        """The truth of a condition of a member, as far as the flight assumes it."""
        found = 0
        for truth in (TRUE, FALSE, UNKNOWN):
            formula = ways.lowered(cond, truth)
            if formula == Fixed(True) or formula in flight.assumed:
                return truth
            found |= 0 if formula == Fixed(False) else truth
        not_true = ways.lowered(cond, FALSE | UNKNOWN)
        return FALSE | UNKNOWN if not_true in flight.assumed else ANYTHING if found & TRUE else found

    def truths(self, feed: FeedNode, where: Path = (), unit: tuple[Group, Unit] | None = None) -> int:
        """The truths that a flag may have."""
        match feed:
            case StandsIn(part, inner, phases):
                path = (*where, part, *inner)
                if unit is not None:
                    group, flights = unit
                    slot = [s.path for s in group.slots].index(path)
                    return TRUE if flights[slot].local[0] in group.slots[slot].ways.numbers(phases) else FALSE
                number = self.plan.one[path]
                if number not in self.inside:
                    return TRUE | FALSE
                return TRUE if self.node.ones[number].local[0] in self.plan.ones[number].ways.numbers(phases) else FALSE
            case NotSo(of):
                return inverted(self.truths(of, where, unit))
            case AllOf(items):
                return conjoined([self.truths(item, where, unit) for item in items])
            case AnyOf(items):
                return joined([self.truths(item, where, unit) for item in items])
            case Compared(of, op, limit):
                return compared(self.value((where, of), unit), op, limit)
            case RollUp():
                return as_truth(self.value((where, feed), unit))

    # ---- ports

    def told(self, line_number: int, unit: tuple[Group, Unit] | None = None) -> Any:
        """What a line of wiring says: a value, None if it is missing, `UNSURE` if it may be anything."""
        line = self.plan.lines[line_number]
        inner = unit if line.inside else None
        key = (line_number, None if inner is None else inner[1])
        if key not in self._fed:
            self._fed[key] = self._told(line, inner)
        return self._fed[key]

    def _told(self, line: Line, unit: tuple[Group, Unit] | None) -> Any:
        if isinstance(line.feed, RollUp):
            return self.value((line.where, line.feed), unit)
        said = self.truths(line.feed, line.where, unit)
        return {TRUE: True, FALSE: False, UNKNOWN: None}.get(said, UNSURE)

    def ports(self, group: int | None, slot: int, unit: Unit | None = None) -> Told:
        """What all ports of a part say."""
        ways = (self.plan.ones if group is None else self.plan.groups[group].slots)[slot].ways
        if not ways.port_leaves:
            return ()
        about = None if group is None or unit is None else (self.plan.groups[group], unit)
        values = {
            line.port: self.told(i, about) for i, line in enumerate(self.plan.lines) if line.group == group and line.slot == slot
        }
        return ways.told(values, UNSURE)


def _plain(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)


# ---- truths as sets --------------------------------------------------------------------------------------------------------


def as_truth(value: Any) -> int:
    """The truth that a value stands for."""
    return ANYTHING if value is UNSURE else UNKNOWN if value is None else TRUE if value else FALSE


def compared(value: Any, op: str, limit: float) -> int:
    """The truth of a comparison."""
    if value is UNSURE or value is None:
        return as_truth(value)
    return as_truth({"<": value < limit, "<=": value <= limit, ">=": value >= limit, ">": value > limit}[op])


def inverted(truths: int) -> int:
    """What the negation may be.

    Example:
        >>> inverted(TRUE | UNKNOWN) == FALSE | UNKNOWN
        True
    """
    return (truths & UNKNOWN) | (FALSE if truths & TRUE else 0) | (TRUE if truths & FALSE else 0)


def conjoined(parts: list[int]) -> int:
    """What all of them together may be.

    Example:
        >>> conjoined([TRUE | FALSE, TRUE]) == TRUE | FALSE
        True
    """
    return reduce(_both, parts, TRUE)


def joined(parts: list[int]) -> int:
    """What at least one of them may be.

    Example:
        >>> joined([FALSE, UNKNOWN]) == UNKNOWN
        True
    """
    return inverted(conjoined([inverted(part) for part in parts]))


def _both(left: int, right: int) -> int:
    found = 0
    for a in (TRUE, FALSE, UNKNOWN):
        for b in (TRUE, FALSE, UNKNOWN):
            if left & a and right & b:
                found |= FALSE if FALSE in (a, b) else UNKNOWN if UNKNOWN in (a, b) else TRUE
    return found
