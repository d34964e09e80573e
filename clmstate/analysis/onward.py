"""Who can get where, over plain mappings: what every check asks of a shape, without loading networkx for it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import TypeVar

__all__ = ["backwards", "components", "onward"]

N = TypeVar("N", bound=Hashable)


def onward(steps: Mapping[N, Iterable[N]], starts: Iterable[N]) -> set[N]:
    """The starts, and everything that steps lead to from there.

    Example:
        >>> sorted(onward({"new": ["won", "lost"], "lost": ["new"], "old": ["new"]}, ["lost"]))
        ['lost', 'new', 'won']
    """
    found = set(starts)
    waiting = list(found)
    while waiting:
        news = [node for node in steps.get(waiting.pop(), ()) if node not in found]
        found.update(news)
        waiting += news
    return found


def backwards(steps: Mapping[N, Iterable[N]]) -> dict[N, set[N]]:
    """From each node, those that a step leads from.

    Example:
        >>> backwards({"new": ["won"], "won": []})
        {'new': set(), 'won': {'new'}}
    """
    turned: dict[N, set[N]] = {node: set() for node in steps}
    for source, targets in steps.items():
        for target in targets:
            turned.setdefault(target, set()).add(source)
    return turned


def components(steps: Mapping[N, Iterable[N]]) -> Iterator[frozenset[N]]:
    """Nodes that lead to one another, in largest sets (strongly connected components), in order of the first of each.

    Example:
        >>> [sorted(part) for part in components({"a": ["b"], "b": ["a", "c"], "c": []})]
        [['a', 'b'], ['c']]
    """
    turned = backwards(steps)
    done: set[N] = set()
    for node in turned:
        if node not in done:
            after, before = onward(steps, (node,)), onward(turned, (node,))
            done |= after & before
            yield frozenset(after & before)
