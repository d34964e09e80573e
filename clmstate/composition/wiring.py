"""The wiring of a composition as a whole: that its lines fit its parts, feed every port once, and nowhere in a circle."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from graphlib import CycleError, TopologicalSorter

from clmstate.composition.feeds import Wiring, misfits
from clmstate.composition.nodes import CompositionDefinition, FeedNode, RollUp, StandsIn, Wire, sources
from clmstate.conditions import Mistake, reads
from clmstate.errors import Diagnostic
from clmstate.lifecycle import LifecycleDefinition

__all__ = ["faults", "in_order", "misfit", "open_ports", "unreadable"]

Port = tuple[tuple[str, ...], str]
"""A port of a part, wherever that part is: the names of parts that lead to it, and its own."""


def misfit(definition: CompositionDefinition, line: Wiring) -> tuple[Mistake, ...]:
    """What of a line does not fit the parts as they are: lines are inherited, and a variant may put another part in its place."""
    wire = line.wire
    leaf = _leaf(definition, wire.part, wire.inner)
    if leaf is None:
        return (_gone(".".join((wire.part, *wire.inner))),)
    if wire.port not in leaf.signals or not leaf.signals[wire.port].port:
        remedy = "declare it with port=True, or feed another one"
        return (Mistake("CLM132", f"'{wire.port}' is not a port of {leaf.name}", remedy),)
    wrong = unreadable(definition, wire.feed, "feed the port anew in this composition")
    return wrong or misfits(leaf.signals[wire.port], line.reach)


def unreadable(definition: CompositionDefinition, feed: FeedNode, remedy: str) -> tuple[Mistake, ...]:
    """What of a feed does not fit the parts as they are; the first of it.

    Example:
        >>> empty = CompositionDefinition("A", "A", "", "", "", {}, ())
        >>> unreadable(empty, StandsIn("deal", (), ("won",)), "say it anew")[0].cause
        "the part 'deal' is not what this line was written for"
    """
    for source in sources(feed):
        read = _leaf(definition, source.part, source.inner)
        if read is None or definition.parts[source.part].many != isinstance(source, RollUp):
            return (_gone(".".join((source.part, *source.inner)), remedy),)
        for path in source.phases:
            if path not in read.places:
                return (Mistake("CLM136", f"'{path}' is not a phase of {read.name}", remedy),)
        for name in _signals(source):
            if name not in read.signals:
                return (Mistake("CLM137", f"'{name}' is not a signal of {read.name}", remedy),)
    return ()


def _gone(part: str, remedy: str = "feed the port anew in this composition") -> Mistake:
    return Mistake("CLM131", f"the part '{part}' is not what this line was written for", remedy)


def _leaf(definition: CompositionDefinition, part: str, inner: tuple[str, ...]) -> LifecycleDefinition | None:
    found: CompositionDefinition | LifecycleDefinition = definition
    for name in (part, *inner):
        if not isinstance(found, CompositionDefinition) or name not in found.parts:
            return None
        found = found.parts[name].member
    return found if isinstance(found, LifecycleDefinition) else None


def _signals(source: StandsIn | RollUp) -> set[str]:
    """The signals that a source reads."""
    if isinstance(source, StandsIn):
        return set()
    names = {name for name in (source.signal, source.weight) if name is not None}
    return names.union(*(reads(cond).signals for cond in (source.cond, source.where) if cond is not None))


# ---- the order in which ports are computed -----------------------------------------------------------------------------------


def _needs(wire: Wire, where: tuple[str, ...] = ()) -> tuple[Port, set[Port]]:
    """The port that a wire feeds, and the ports that must be known before."""
    read = {((*where, s.part, *s.inner), name) for s in sources(wire.feed) for name in _signals(s)}
    return ((*where, wire.part, *wire.inner), wire.port), read


def _all_wires(definition: CompositionDefinition, where: tuple[str, ...] = ()) -> Iterator[tuple[Wire, tuple[str, ...]]]:
    """The wires of a composition and of all compositions inside it, each with the parts that lead to where it is."""
    yield from ((wire, where) for wire in definition.wires)
    for part in definition.parts.values():
        if isinstance(part.member, CompositionDefinition):
            yield from _all_wires(part.member, (*where, part.name))


def in_order(definition: CompositionDefinition, wires: list[Wire]) -> tuple[Wire, ...]:
    """Wires in an order in which no feed reads a port that is fed later, as far as there is one; else in order of declaration.

    Example:
        >>> from clmstate import Composition
        >>> in_order(CompositionDefinition("A", "A", "", "", "", {}, ()), [])
        ()
    """
    graph: dict[Port, set[Port]] = {}
    for wire, where in (*((wire, ()) for wire in wires), *_all_wires(definition)):
        port, needed = _needs(wire, where)
        graph.setdefault(port, set()).update(needed)
    try:
        place = {port: i for i, port in enumerate(TopologicalSorter(graph).static_order())}
    except CycleError:
        return tuple(wires)  # faults() names the circle
    return tuple(sorted(wires, key=lambda wire: place[_needs(wire)[0]]))


def faults(definition: CompositionDefinition, meant: Collection[Port] = ()) -> Iterator[Diagnostic]:
    """What is wrong with the wiring as a whole.

    Args:
        definition: a composition whose wires are right one by one.
        meant: ports that somebody meant to feed, by lines that were found wrong.

    Example:
        >>> from clmstate import Composition
        >>> list(faults(CompositionDefinition("A", "A", "", "", "", {}, ())))
        []
    """
    place = f"{definition.name}.wiring"
    graph: dict[Port, set[Port]] = {}
    for wire, where in _all_wires(definition):
        port, needed = _needs(wire, where)
        graph.setdefault(port, set()).update(needed)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = " → ".join(_name(port) for port in error.args[1])
        remedy = "let one of them follow a phase, which is seen in the next round"
        yield Mistake("CLM138", f"ports feed each other in a circle: {circle}", remedy).at(place)
    targets = [((wire.part, *wire.inner), wire.port) for wire in definition.wires]
    targets += [((*where, wire.part, *wire.inner), wire.port) for wire, where in _all_wires(definition) if where]
    for port in dict.fromkeys(port for port in targets if targets.count(port) > 1):
        yield Mistake("CLM133", "the port is fed twice", "keep one of the two lines").at(f"{place}, {_name(port)}")
    if not definition.embedded:
        for path, name in open_ports(definition):
            if (path, name) not in targets and (path, name) not in meant:
                part = ".".join(path)
                remedy = f"add {part}[...{name}].fed_by(...) to the wiring, or let embedded=True leave it to the composition around"
                yield Mistake("CLM134", f"the port '{name}' of {part} is never fed", remedy).at(place)


def _name(port: Port) -> str:
    return ".".join((*port[0], port[1]))


def open_ports(definition: CompositionDefinition) -> Iterator[Port]:
    """The ports of all parts that the parts' own compositions leave open, each with the part's path.

    Example:
        >>> from clmstate import Composition, Lifecycle, One, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     paid = Signal.flag("paid", port=True)
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition, embedded=True):
        ...     deal = One(Deal)
        >>> list(open_ports(Account.definition))
        [(('deal',), 'paid')]
    """
    for part in definition.parts.values():
        if isinstance(part.member, LifecycleDefinition):
            yield from (((part.name,), name) for name, spec in part.member.signals.items() if spec.port)
            continue
        fed = {((w.part, *w.inner), w.port) for w in part.member.wires}
        yield from (((part.name, *path), port) for path, port in open_ports(part.member) if (path, port) not in fed)
