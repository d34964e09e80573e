"""A composition as a graph of networkx: the graphs of its parts side by side, and between them who looks at whom."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import networkx as nx

from clmstate.analysis.graph import Attribute, Node, graph
from clmstate.composition import CompositionDefinition, Wire, feed_words, promise_words, sources
from clmstate.conditions import reads
from clmstate.lifecycle import LifecycleDefinition

if TYPE_CHECKING:
    from clmstate.composition import PartDefinition

__all__ = ["composed_graph"]


def composed_graph(definition: CompositionDefinition) -> nx.MultiDiGraph[Node]:
    """All parts of a composition as one graph.

    Nodes are pairs of a part's path (``contract``, ``products.tool``) and a phase's path in it. Beside the transitions of each part there is
    an edge for each look from one part at another: from a phase that a feed asks about to every phase in which a rule reads the port; its
    key is the port, its ``kind`` is "wire".

    Example:
        >>> from clmstate import Composition, Lifecycle, Many, One, Phase, Signal
        >>> class User(Lifecycle):
        ...     active = Phase("Active", initial=True)
        >>> class Deal(Lifecycle):
        ...     used = Signal.flag("used", port=True)
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won")
        ...     win = new.to(won, when=used)
        >>> class Account(Composition):
        ...     deal, users = One(Deal), Many(User)
        ...     wiring = (deal[Deal.used].fed_by(users.any_in(User.active)),)
        >>> made = composed_graph(Account.definition)
        >>> made.edges[("users", "active"), ("deal", "new"), "deal.used"]["words"]
        'any users in Active'
    """
    made: nx.MultiDiGraph[Node] = nx.MultiDiGraph()
    for path, part, leaf in _leaves(definition, ""):
        of_part = graph(leaf)
        for (_, phase), said in of_part.nodes(data=True):
            made.add_node((path, phase), **(said | {"part": path, "many": part.many}))
        for (_, source), (_, target), key, said in of_part.edges(keys=True, data=True):
            made.add_edge((path, source), (path, target), key=key)
            made.edges[(path, source), (path, target), key].update(said)
    wires = list(_wires(definition, ""))
    for where, room, wire in wires:
        _look(made, where, room, wire)
    made.graph.update(_whole(definition, wires))
    return made


def _whole(definition: CompositionDefinition, wires: list[tuple[str, CompositionDefinition, Wire]]) -> dict[str, Attribute]:
    said = {"name": definition.name, "title": definition.title, "doc": definition.doc, "market": definition.market}
    wiring = {_port(where, wire): feed_words(wire.feed, room) for where, room, wire in wires}
    promises = [promise_words(promise, definition) for promise in definition.promises]
    found: dict[str, Attribute] = {key: value for key, value in said.items() if value}
    found |= {"wiring": json.dumps(wiring, ensure_ascii=False)} if wiring else {}
    return found | ({"promises": json.dumps(promises, ensure_ascii=False)} if promises else {})


def _leaves(definition: CompositionDefinition, where: str) -> Iterator[tuple[str, PartDefinition, LifecycleDefinition]]:
    for name, part in definition.parts.items():
        path = f"{where}{name}"
        if isinstance(part.member, LifecycleDefinition):
            yield path, part, part.member
        else:
            yield from _leaves(part.member, f"{path}.")


def _wires(definition: CompositionDefinition, where: str) -> Iterator[tuple[str, CompositionDefinition, Wire]]:
    yield from ((where, definition, wire) for wire in definition.wires)
    for name, part in definition.parts.items():
        if isinstance(part.member, CompositionDefinition):
            yield from _wires(part.member, f"{where}{name}.")


def _port(where: str, wire: Wire) -> str:
    return where + ".".join((wire.part, *wire.inner, wire.port))


def _look(made: nx.MultiDiGraph[Node], where: str, room: CompositionDefinition, wire: Wire) -> None:
    """The edges of one wire."""
    reader = room.leaf(wire.part, wire.inner)
    readers = [
        phase
        for phase in reader.phases
        if any(t.when is not None and wire.port in reads(t.when).signals for t in reader.ways_out(phase))
    ]
    target = where + ".".join((wire.part, *wire.inner))
    key, words = _port(where, wire), feed_words(wire.feed, room)
    for source in sources(wire.feed):
        leaf = room.leaf(source.part, source.inner)
        for phase in dict.fromkeys(inner for path in source.phases for inner in leaf.leaves(path)):
            for read in readers:
                start = (where + ".".join((source.part, *source.inner)), phase)
                made.add_edge(start, (target, read), key=key)
                made.edges[start, (target, read), key].update(kind="wire", name=key, words=words)
