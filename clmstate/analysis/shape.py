"""The ways of a lifecycle over paths: what all questions about structure are asked of. networkx loads where graphs are asked for."""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from clmstate.analysis.graph import Way, ways
from clmstate.lifecycle import Lifecycle, LifecycleDefinition, Phase, Transition, definition_of

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["Given", "Shape", "Stood"]

Given: TypeAlias = type[Lifecycle] | LifecycleDefinition
"""A lifecycle class or its definition."""


class Stood(NamedTuple):
    """Where a customer stands: a phase, and which of the groups that can be resumed they have been in by then.

    Example:
        >>> Stood("trial", frozenset()).been
        frozenset()
    """

    phase: str
    been: frozenset[str]


class Shape:
    """The ways of a lifecycle as simple graphs over paths, for the questions of this room.

    Example:
        >>> from clmstate import Event, Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     signed = Event("contract signed")
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won", final=True)
        ...     win = new.to(won, on=signed)
        >>> sorted(Shape(Deal).reached)
        ['new', 'won']
    """

    def __init__(self, lifecycle: Given) -> None:
        self.definition = definition_of(lifecycle)
        self.ways: tuple[Way, ...] = tuple(way for way in ways(self.definition) if way.moves)

    def steps(self, some: Iterable[Way]) -> dict[str, set[str]]:
        """From each phase, the phases that some of the ways lead to."""
        made: dict[str, set[str]] = {path: set() for path in self.definition.phases}
        for way in some:
            made[way.source].add(way.target)
        return made

    @cached_property
    def all(self) -> nx.DiGraph[str]:
        """Every way from one phase to another."""
        return self.over(self.ways)

    def over(self, some: Iterable[Way]) -> nx.DiGraph[str]:
        """The graph of some of the ways, over all phases."""
        import networkx as nx

        made: nx.DiGraph[str] = nx.DiGraph()
        made.add_nodes_from(self.definition.phases)
        made.add_edges_from((way.source, way.target) for way in some)
        return made

    @cached_property
    def reached(self) -> frozenset[str]:
        """Phases that can be reached from the start."""
        return frozenset(stood.phase for stood in self.entries)

    @cached_property
    def entries(self) -> dict[Stood, tuple[Stood, Transition] | None]:
        """Where customers can get to, each with the step that leads there."""
        return self.first_entries()

    def still_reached(self, *, closed: Container[str] = (), without: str = "") -> frozenset[str]:
        """Phases that can be reached from the start when some transitions, by name, are closed or a phase is not there."""
        return frozenset(stood.phase for stood in self.first_entries(closed=closed, without=without))

    def first_entries(self, *, closed: Container[str] = (), without: str = "") -> dict[Stood, tuple[Stood, Transition] | None]:
        """Where customers can get to on ways that enter every phase for the first time, each with the step that leads there.

        Nothing is lost by looking at these only: a way on which somebody comes back to a phase can do without all that happened between.
        Breadth first, so that the first entry of a phase ends a way with the fewest moves.
        """
        start = self._stood(self.definition.initial, frozenset())
        found: dict[Stood, tuple[Stood, Transition] | None] = {start: None}
        waiting = deque(found)
        while waiting:
            at = waiting.popleft()
            for way in self._first_ways[at.phase]:
                after = self._stood(way.target, at.been)
                if (
                    after not in found
                    and way.target != without
                    and way.transition.name not in closed
                    and not self.leads_back(way, at.been)
                ):
                    found[after] = at, way.transition
                    waiting.append(after)
        return found

    def leads_back(self, way: Way, been: Container[str]) -> bool:
        """Whether a way leads whoever has been in some groups back to where they were."""
        return way.again or (way.transition.resume and way.transition.target in been)

    @cached_property
    def resumed(self) -> frozenset[str]:
        """Groups that are entered where they were last left."""
        return frozenset(way.transition.target for way in self.ways if way.transition.resume)

    @cached_property
    def _first_ways(self) -> dict[str, list[Way]]:
        made: dict[str, list[Way]] = {path: [] for path in self.definition.phases}
        for way in self.ways:
            if not way.again:
                made[way.source].append(way)
        return made

    def _stood(self, phase: str, been: frozenset[str]) -> Stood:
        group = phase.rpartition(".")[0]
        return Stood(phase, been | {group} if group in self.resumed and group not in been else been)

    def phase(self, path: str) -> Phase:
        """The phase of a path."""
        return self.definition.phases[path]

    def in_order(self, paths: Container[str]) -> tuple[Phase, ...]:
        """Phases in order of declaration."""
        return tuple(phase for path, phase in self.definition.phases.items() if path in paths)

    def dominated(self) -> dict[str, tuple[str, ...]]:
        """For each phase that can be reached, the phases that come before it whatever happens, first ones first."""
        if self.resumed:
            return self._dominated_with_memory()
        import networkx as nx

        first = self.over(way for way in self.ways if not way.again)
        parent = nx.immediate_dominators(first, self.definition.initial)
        before: dict[str, tuple[str, ...]] = {self.definition.initial: ()}
        for path in nx.bfs_tree(first, self.definition.initial):
            chain: list[str] = []
            at = path
            while at != self.definition.initial:
                at = parent[at]
                chain.append(at)
            before[path] = tuple(reversed(chain))
        return before

    def _dominated_with_memory(self) -> dict[str, tuple[str, ...]]:
        """The same where it matters which groups somebody has been in: each phase is left out once."""
        before: dict[str, list[str]] = {path: [] for path in self.definition.phases if path in self.reached}
        passed = {
            step[0].phase for step in self.entries.values() if step is not None
        }  # whom else everybody gets everywhere without
        for path in passed:
            still = frozenset() if path == self.definition.initial else self.still_reached(without=path)
            for other in self.reached - still - {path}:
                before[other].append(path)
        return {path: tuple(sorted(earlier, key=lambda one: len(before[one]))) for path, earlier in before.items()}
