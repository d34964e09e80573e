"""Whether something stays possible: from every state that customers can be in, some log leads to it.

Two explorations meet here. The states that customers may be in are over-estimated, so that none is forgotten. The ways from there are
under-estimated: a way counts only if it can be gone whatever is remembered of the customer (clocks, earlier events, the length of the stay),
by reporting and waiting alone. Members of many may all leave, and new ones join, so that a way for an empty group is a way for any.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import attrs

from clmstate.analysis.space.blueprint import Blueprint, Path
from clmstate.analysis.space.explore import Explorer, Limit, Precision, Settled, Space, Step, explored
from clmstate.analysis.space.looks import Look, Node
from clmstate.analysis.space.watches import Reach, Stated, must
from clmstate.analysis.space.ways import Local

__all__ = ["Standstill", "Sure", "stuck"]

PATIENCE: Final = 20_000
MOST_MEMBERS: Final = 2


@attrs.frozen(eq=False)
class Sure:
    """The outcomes that can be brought about for certain: at once, or by telling it, waiting, and telling it again.

    Attributes:
        at_once: the first kind.
        waited: the second kind.
    """

    at_once: Explorer
    waited: Explorer

    def steps(self, state: Settled) -> Iterator[Step]:
        """Every outcome of one observation."""
        yield from self.at_once.steps(state)
        yield from self.waited.steps(state)


@attrs.frozen
class Standstill:
    """A state from which no certain way was found.

    Attributes:
        state: where everybody stands who is always there.
        never: whether no way is even thinkable.
    """

    state: Settled
    never: bool


def stuck(
    plan: Blueprint, followed: frozenset[int | Path], wanted: Stated, states: Sequence[Settled], dreamer: Explorer
) -> Iterator[Standstill]:
    """The states from which there is no certain way to what is wanted.

    Args:
        plan: the model, laid out.
        followed: the parts and groups that matter.
        wanted: what should stay possible.
        states: the states that customers may be in.
        dreamer: an exploration that thinks more possible than is.
    """
    nobody = ((),) * len(plan.groups)
    good: set[tuple[object, ...]] = set()
    for ones in dict.fromkeys(state.ones for state in states):
        start = Settled(ones, nobody)
        here = Look(plan, _standing(plan, ones), {}, inside=followed, counted=not plan.groups)
        if must(here, wanted):
            good.add(ones)
            continue
        if ones in good or any(_reached(_sure(plan, followed, wanted, many), start, good) for many in _members(plan, followed)):
            good.add(ones)
            continue
        reach = attrs.evolve(dreamer, watch=Reach(wanted), work={"nodes": 0})
        try:
            never = explored(reach, start).broken is None
        except Limit:
            never = False
        yield Standstill(start, never)


def _standing(plan: Blueprint, ones: tuple[Local, ...]) -> Node:
    nobody = ((),) * len(plan.groups)
    return Node(tuple(slot.ways.begun(local) for slot, local in zip(plan.ones, ones, strict=True)), nobody)


def _members(plan: Blueprint, followed: frozenset[int | Path]) -> range:
    return range(1, MOST_MEMBERS + 1) if any(group.path in followed for group in plan.groups) else range(1)


def _sure(plan: Blueprint, followed: frozenset[int | Path], wanted: Stated, many: int) -> Sure:
    most = tuple(many if group.path in followed else 0 for group in plan.groups)
    precision: Precision = "sketch" if any(most) else "facts"
    at_once = Explorer(
        plan, followed, most, counted=True, watch=Reach(wanted, "any"), surely="any", precision=precision, patience=PATIENCE
    )
    return Sure(at_once, attrs.evolve(at_once, watch=Reach(wanted, "ran"), surely="ran", waited=True, work=at_once.work))


def _reached(sure: Sure, start: Settled, good: set[tuple[object, ...]]) -> bool:
    """Whether a certain way leads to what is wanted, or to where it is known that one does."""
    try:
        space: Space = explored(_Shortcut(sure, good), start)
    except Limit:
        return False
    return space.broken is not None


@attrs.frozen(eq=False)
class _Shortcut:
    """Ends where a certain way is known already."""

    sure: Sure
    good: set[tuple[object, ...]]

    def steps(self, state: Settled) -> Iterator[Step]:
        """Every outcome of one observation."""
        for step in self.sure.steps(state):
            yield attrs.evolve(step, broken=True) if step.to.ones in self.good else step
