"""How few moves could show all pairs of consecutive transitions: the Chinese postman's tour through what may follow what.

Transitions are places, pairs are streets that must be walked at least once, and each journey begins with a transition that leads out of the
initial phase. The cheapest flow that uses every street is the fewest moves that any set of journeys can do with, whatever conditions say; so
it is a bound for every set, and proves one that reaches it to be shortest.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

from clmstate.lifecycle import LifecycleDefinition

__all__ = ["fewest_for_pairs", "fewest_moves"]


def fewest_for_pairs(definition: LifecycleDefinition, shown: Iterable[tuple[str, ...]]) -> int:
    """The fewest moves with which any journeys could show the pairs that some journeys show.

    Args:
        definition: the lifecycle.
        shown: for each journey, the transitions that it takes.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health", default=80)
        ...     fine, alarm = Phase("Fine", initial=True), Phase("Alarm")
        ...     worry = fine.to(alarm, when=health < 60)
        ...     calm = alarm.to(fine, when=health >= 70)
        >>> fewest_for_pairs(Deal.definition, [("worry", "calm", "worry")])
        3
    """
    pairs = {pair for names in shown for pair in itertools.pairwise(names)}
    return fewest_moves([transition.name for transition in definition.ways_out(definition.initial)], sorted(pairs))


def fewest_moves(first: Iterable[str], pairs: Iterable[tuple[str, str]]) -> int:
    """The fewest moves with which journeys can show all pairs.

    Args:
        first: the transitions with which a journey may begin.
        pairs: all pairs of which one may come right after the other.

    Example:
        >>> fewest_moves(["worry"], [("worry", "calm"), ("calm", "worry")])
        3
        >>> fewest_moves(["a", "b"], [("a", "end"), ("b", "end"), ("a", "b")])
        5
    """
    import networkx as nx

    streets = list(dict.fromkeys(pairs))
    graph: Any = nx.DiGraph()
    demand: dict[object, int] = {}
    for a, b in streets:  # once for certain, and more often if that helps
        graph.add_edge(a, b, weight=1)
        demand[a] = demand.get(a, 0) + 1
        demand[b] = demand.get(b, 0) - 1
    begin, end = ("begin",), ("end",)
    demand |= {begin: -1, end: 1}  # at least one journey begins
    for name in dict.fromkeys(first):
        graph.add_edge(begin, name, weight=1)
    for name in {name for pair in streets for name in pair}:
        graph.add_edge(name, end, weight=0)
    graph.add_edge(end, begin, weight=0)
    for node in graph.nodes:
        graph.nodes[node]["demand"] = demand.get(node, 0)
    if not streets:
        return 0
    return len(streets) + int(nx.min_cost_flow_cost(graph))
