"""The ways of a lifecycle as simple graphs over paths: what all questions about structure are asked of."""

from __future__ import annotations

from collections.abc import Container, Iterable
from functools import cached_property
from typing import TypeAlias

import networkx as nx

from clmstate.analysis.graph import Way, ways
from clmstate.lifecycle import Lifecycle, LifecycleDefinition, Phase, definition_of

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
        made: nx.DiGraph[str] = nx.DiGraph()
        made.add_nodes_from(self.definition.phases)
        made.add_edges_from((way.source, way.target) for way in some)
        return made

    @cached_property
    def reached(self) -> frozenset[str]:
        """Phases that can be reached from the start."""
        return frozenset({self.definition.initial, *nx.descendants(self.first, self.definition.initial)})

    def phase(self, path: str) -> Phase:
        """The phase of a path."""
        return self.definition.phases[path]

    def in_order(self, paths: Container[str]) -> tuple[Phase, ...]:
        """Phases in order of declaration."""
        return tuple(phase for path, phase in self.definition.phases.items() if path in paths)

    def dominated(self) -> dict[str, tuple[str, ...]]:
        """For each phase that can be reached, the phases that come before it whatever happens, first ones first."""
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
