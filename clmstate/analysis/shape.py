"""The ways of a lifecycle over paths: what all questions about structure are asked of. networkx loads where graphs are asked for."""

from __future__ import annotations

from collections.abc import Container, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from clmstate.analysis.graph import Way, ways
from clmstate.analysis.onward import onward
from clmstate.lifecycle import Lifecycle, LifecycleDefinition, Phase, definition_of

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["Given", "Shape"]

Given: TypeAlias = type[Lifecycle] | LifecycleDefinition
"""A lifecycle class or its definition."""


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

    @cached_property
    def first(self) -> nx.DiGraph[str]:
        """The ways by which a phase can be entered for the first time: who is led back somewhere has been there before."""
        return self.over(way for way in self.ways if not way.again)

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
        return frozenset(onward(self.steps(way for way in self.ways if not way.again), (self.definition.initial,)))

    def phase(self, path: str) -> Phase:
        """The phase of a path."""
        return self.definition.phases[path]

    def in_order(self, paths: Container[str]) -> tuple[Phase, ...]:
        """Phases in order of declaration."""
        return tuple(phase for path, phase in self.definition.phases.items() if path in paths)

    def dominated(self) -> dict[str, tuple[str, ...]]:
        """For each phase that can be reached, the phases that come before it whatever happens, first ones first."""
        import networkx as nx

        parent = nx.immediate_dominators(self.first, self.definition.initial)
        before: dict[str, tuple[str, ...]] = {self.definition.initial: ()}
        for path in nx.bfs_tree(self.first, self.definition.initial):
            chain: list[str] = []
            at = path
            while at != self.definition.initial:
                at = parent[at]
                chain.append(at)
            before[path] = tuple(reversed(chain))
        return before
