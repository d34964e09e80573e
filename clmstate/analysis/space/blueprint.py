"""A model laid out flat: parts that are always there, groups of members, and the wires between them.

Compositions inside compositions are laid out too; only members that have members of their own are not (`Unexplored` says so).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import attrs

from clmstate.analysis.space.ways import Ways
from clmstate.composition import CompositionDefinition, FeedNode, RollUp, StandsIn, Wire, sources
from clmstate.conditions.nodes import Cond
from clmstate.lifecycle import LifecycleDefinition

__all__ = ["Blueprint", "Group", "Line", "Path", "Slot", "Unexplored", "blueprint"]

Path = tuple[str, ...]
"""The names of parts that lead to one."""


class Unexplored(Exception):
    """What this exploration has no picture of; the message says what it is."""


@attrs.frozen(eq=False)
class Slot:
    """A part with a lifecycle.

    Attributes:
        path: of a part that is always there, from the customer; of a part of a member, from the member.
        ways: what it may do.
    """

    path: Path
    ways: Ways


@attrs.frozen(eq=False)
class Line:
    """A wire, by places.

    Attributes:
        port: the signal that is fed.
        feed: its value.
        where: the path of the room in which the feed is read.
        group: the number of the group to whose members it goes; None for a part that is always there.
        slot: the number of the slot, among the parts that are always there or inside a member.
        inside: whether the feed is read inside the member itself.
    """

    port: str
    feed: FeedNode
    where: Path
    group: int | None
    slot: int
    inside: bool = False


@attrs.frozen(eq=False)
class Group:
    """A part that there are many of.

    Attributes:
        path: of the part.
        slots: the parts of one member; one with an empty path where the member is a lifecycle.
        asked: conditions of members that roll-ups read, each with the number of its slot.
        label: how people say it.
    """

    path: Path
    slots: tuple[Slot, ...]
    asked: tuple[tuple[int, Cond], ...]
    label: str


@attrs.frozen(slots=False, eq=False)
class Blueprint:
    """A model laid out flat.

    Attributes:
        definition: the model.
        ones: the parts that are always there.
        groups: the parts that there are many of.
        lines: the wires, in an order in which no feed reads a port that comes later.
    """

    definition: LifecycleDefinition | CompositionDefinition
    ones: tuple[Slot, ...]
    groups: tuple[Group, ...]
    lines: tuple[Line, ...]

    @cached_property
    def one(self) -> dict[Path, int]:
        """The number of each part that is always there."""
        return {slot.path: i for i, slot in enumerate(self.ones)}

    @cached_property
    def group(self) -> dict[Path, int]:
        """The number of each group."""
        return {group.path: i for i, group in enumerate(self.groups)}

    @cached_property
    def feeders(self) -> dict[int | Path, frozenset[int | Path]]:
        """For each part (a number) and group (a path), the parts and groups that its ports read."""
        found: dict[int | Path, set[int | Path]] = {i: set() for i in range(len(self.ones))}
        found |= {group.path: set() for group in self.groups}
        for line in self.lines:
            to = line.slot if line.group is None else self.groups[line.group].path
            if not line.inside:
                found[to] |= set(self.read(line.feed, line.where))
        return {to: frozenset(read) for to, read in found.items()}

    def read(self, feed: FeedNode, where: Path = ()) -> Iterator[int | Path]:
        """The parts and groups that a feed reads."""
        for source in sources(feed):
            yield self.one[(*where, source.part, *source.inner)] if isinstance(source, StandsIn) else (*where, source.part)

    def cone(self, start: set[int | Path]) -> set[int | Path]:
        """Some parts and groups with all that they read, directly or not."""
        seen, open_ = set(start), list(start)
        while open_:
            for read in self.feeders[open_.pop()] - seen:
                seen.add(read)
                open_.append(read)
        return seen


def blueprint(definition: LifecycleDefinition | CompositionDefinition, also: tuple[FeedNode | Cond, ...] = ()) -> Blueprint:
    """Lays a model out.

    Args:
        definition: a lifecycle or a composition.
        also: what is asked beside the wiring: feeds of a composition, conditions of a lifecycle.

    Raises:
        Unexplored: members have members of their own.

    Example:
        >>> from clmstate import Composition, Lifecycle, Many, One, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     deal, others = One(Deal), Many(Deal)
        >>> made = blueprint(Account.definition)
        >>> [slot.path for slot in made.ones], [group.path for group in made.groups]
        ([('deal',)], [('others',)])
    """
    if isinstance(definition, LifecycleDefinition):
        conds = tuple(cond for cond in also if isinstance(cond, Cond))
        return Blueprint(definition, (Slot((), Ways(definition, asked=conds)),), (), ())
    wires = [(wire, where) for wire, where in _wires(definition, ())]
    feeds = [(wire.feed, where) for wire, where in wires] + [(feed, ()) for feed in also if isinstance(feed, FeedNode)]
    ports: dict[tuple[Path, Path], set[str]] = {}
    found = _Rooms(definition)
    for wire, where in wires:
        group, inner = found.target((*where, wire.part, *wire.inner))
        ports.setdefault((group, inner), set()).add(wire.port)
    asked = _asked(feeds)
    ones = tuple(Slot(path, Ways(leaf, frozenset(ports.get(((), path), ())))) for path, leaf in found.ones.items())
    groups = []
    for path, (label, leaves) in found.groups.items():
        about = asked.get(path, {})
        slots = tuple(
            Slot(inner, Ways(leaf, frozenset(ports.get((path, inner), ())), tuple(about.get(inner, ()))))
            for inner, leaf in leaves.items()
        )
        numbered = tuple((list(leaves).index(inner), cond) for inner, conds in about.items() for cond in conds)
        groups.append(Group(path, slots, numbered, label))
    made = Blueprint(definition, ones, tuple(groups), ())
    return attrs.evolve(made, lines=tuple(_lines(made, definition, found)))


class _Rooms:
    """The parts of a composition and of the compositions inside it."""

    def __init__(self, definition: CompositionDefinition) -> None:
        self.ones: dict[Path, LifecycleDefinition] = {}
        self.groups: dict[Path, tuple[str, dict[Path, LifecycleDefinition]]] = {}
        self._look(definition, ())

    def _look(self, definition: CompositionDefinition, where: Path) -> None:
        for name, part in definition.parts.items():
            path = (*where, name)
            if part.many:
                self.groups[path] = (part.label, dict(_inside(part.member, (), path)))
            elif isinstance(part.member, LifecycleDefinition):
                self.ones[path] = part.member
            else:
                self._look(part.member, path)

    def target(self, path: Path) -> tuple[Path, Path]:
        """The group and the path inside its members; an empty group for a part that is always there."""
        for size in range(1, len(path) + 1):
            if path[:size] in self.groups:
                return path[:size], path[size:]
        return (), path


def _inside(
    member: LifecycleDefinition | CompositionDefinition, where: Path, group: Path
) -> Iterator[tuple[Path, LifecycleDefinition]]:
    if isinstance(member, LifecycleDefinition):
        yield where, member
        return
    for name, part in member.parts.items():
        if part.many:
            raise Unexplored(f"each of the {'.'.join(group)} has members of its own ({'.'.join((*where, name))})")
        yield from _inside(part.member, (*where, name), group)


def _wires(definition: CompositionDefinition, where: Path) -> Iterator[tuple[Wire, Path]]:
    yield from ((wire, where) for wire in definition.wires)
    for name, part in definition.parts.items():
        if isinstance(part.member, CompositionDefinition):
            yield from _wires(part.member, (*where, name))


def _asked(feeds: list[tuple[FeedNode, Path]]) -> dict[Path, dict[Path, list[Cond]]]:
    """The conditions of members that roll-ups read, by group and by the part inside the member."""
    found: dict[Path, dict[Path, list[Cond]]] = {}
    for feed, where in feeds:
        for source in sources(feed):
            if isinstance(source, RollUp):
                conds = found.setdefault((*where, source.part), {}).setdefault(source.inner, [])
                conds += (cond for cond in (source.where, source.cond) if cond is not None and cond not in conds)
    return found


def _lines(made: Blueprint, definition: CompositionDefinition, found: _Rooms) -> Iterator[Line]:
    """Inner wires come first: what a member feeds itself, outer feeds may read."""
    order = sorted(_wires(definition, ()), key=lambda item: -len(item[1]))
    for wire, where in order:
        group, inner = found.target((*where, wire.part, *wire.inner))
        if not group:
            yield Line(wire.port, wire.feed, where, None, made.one[inner])
            continue
        number = made.group[group]
        slot = [s.path for s in made.groups[number].slots].index(inner)
        inside = where[: len(group)] == group
        yield Line(wire.port, wire.feed, where[len(group) :] if inside else where, number, slot, inside)
