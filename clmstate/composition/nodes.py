"""What a composition says, as plain frozen data: parts, feeds and wires.

A *feed* is a value that one part (or many) has for another: where a part stands, or a roll-up over members. A *wire* brings a feed to a
port. Nodes hold names only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import attrs

from clmstate.conditions.nodes import Cond
from clmstate.lifecycle import LifecycleDefinition, Promise
from clmstate.lifecycle.carried import Carried

__all__ = [
    "AllOf",
    "AnyOf",
    "Compared",
    "Comparison",
    "CompositionDefinition",
    "FeedNode",
    "NotSo",
    "PartDefinition",
    "RollUp",
    "RollUpKind",
    "StandsIn",
    "Wire",
    "roll_ups",
    "sources",
]

RollUpKind = Literal["count", "share", "any", "all", "none", "share_where", "sum", "mean", "min", "max"]
"""count, share, any, all, none: of members in some phases (or of all of them); the others: over a condition or a signal."""

Comparison = Literal["<", "<=", ">=", ">"]


@attrs.frozen(cache_hash=True)
class StandsIn:
    """Whether a part stands in one of some phases.

    Example:
        >>> StandsIn("contract", (), ("churned",)).part
        'contract'
    """

    part: str
    inner: tuple[str, ...]
    phases: tuple[str, ...]


@attrs.frozen(cache_hash=True)
class RollUp:
    """A value over the members of a part that have not left.

    Attributes:
        kind: what is computed.
        part: the part with many members.
        inner: the One part that stands for a member which is a composition itself (and so on inwards).
        phases: the phases (or groups) that are asked about; empty is any.
        signal: the signal that is summed up.
        weight: the signal that weighs it, for a mean.
        cond: the condition whose share is taken.
        where: which members count: those for whom this is true.

    Example:
        >>> RollUp("share", "users", phases=("active",)).where is None
        True
    """

    kind: RollUpKind
    part: str
    inner: tuple[str, ...] = ()
    phases: tuple[str, ...] = ()
    signal: str | None = None
    weight: str | None = None
    cond: Cond | None = None
    where: Cond | None = None


@attrs.frozen(cache_hash=True)
class NotSo:
    """Not; unknown stays unknown.

    Example:
        >>> NotSo(StandsIn("contract", (), ("churned",))).of.phases
        ('churned',)
    """

    of: FeedNode


@attrs.frozen(cache_hash=True)
class AllOf:
    """All of them.

    Example:
        >>> len(AllOf((RollUp("any", "users"), StandsIn("contract", (), ("won",)))).items)
        2
    """

    items: tuple[FeedNode, ...]


@attrs.frozen(cache_hash=True)
class AnyOf:
    """At least one of them.

    Example:
        >>> len(AnyOf((RollUp("any", "users"), StandsIn("contract", (), ("won",)))).items)
        2
    """

    items: tuple[FeedNode, ...]


@attrs.frozen(cache_hash=True)
class Compared:
    """Whether a roll-up compares so with a number; for promises, not for wires. A missing roll-up makes it unknown.

    Example:
        >>> Compared(RollUp("share", "users", phases=("active",)), ">=", 0.8).op
        '>='
    """

    of: RollUp
    op: Comparison
    value: int | float


FeedNode = StandsIn | RollUp | Compared | NotSo | AllOf | AnyOf


def sources(feed: FeedNode) -> Iterator[StandsIn | RollUp]:
    """What a feed is made of.

    Example:
        >>> list(sources(NotSo(StandsIn("contract", (), ("churned",)))))
        [StandsIn(part='contract', inner=(), phases=('churned',))]
    """
    match feed:
        case NotSo(of):
            yield from sources(of)
        case AllOf(items) | AnyOf(items):
            for item in items:
                yield from sources(item)
        case Compared(of, _, _):
            yield of
        case _:
            yield feed


def roll_ups(feed: FeedNode) -> Iterator[RollUp]:
    """The roll-ups inside a feed.

    Example:
        >>> [r.kind for r in roll_ups(AnyOf((RollUp("any", "users"), StandsIn("contract", (), ("won",)))))]
        ['any']
    """
    return (source for source in sources(feed) if isinstance(source, RollUp))


@attrs.frozen
class Wire:
    """A feed and the port that it feeds.

    Attributes:
        part: the part whose port it is.
        inner: the One part inside, where the part is a composition.
        port: the signal that is fed.
        feed: the value.

    Example:
        >>> Wire("products", (), "contract_open", NotSo(StandsIn("contract", (), ("churned",)))).port
        'contract_open'
    """

    part: str
    inner: tuple[str, ...]
    port: str
    feed: FeedNode


@attrs.frozen(slots=False, eq=False)
class PartDefinition:
    """A part of a composition.

    Attributes:
        name: its name.
        many: whether it has members that join and leave.
        member: the definition of the part, or of each member.
        opens_on: the One part and its event whose payload names an instance that joins.
        label: what the business calls it.
        help: what it is.
        ref: the source that names it.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> PartDefinition("deals", True, Deal.definition, None, "deals").many
        True
    """

    name: str
    many: bool
    member: LifecycleDefinition | CompositionDefinition
    opens_on: tuple[str, str] | None
    label: str
    help: str = ""
    ref: str = ""


@attrs.frozen(slots=False, eq=False)
class CompositionDefinition(Carried):
    """A composition: parts, and how they are wired.

    Attributes:
        name: the class name.
        title: how the business calls it.
        doc: the class's docstring.
        market, version: as for a lifecycle.
        parts: by name, in order of declaration.
        wires: in the order in which they are computed, so that a feed never reads a port that is computed after it.
        embedded: whether it is meant to live inside another composition, which feeds the ports it leaves open.
        promises: in order, inherited ones first.
        where: the module and the name of its class, by which it is pickled.

    Example:
        >>> CompositionDefinition("Customer", "Customer", "", "", "", {}, ()).embedded
        False
    """

    name: str
    title: str
    doc: str
    market: str
    version: str
    parts: Mapping[str, PartDefinition]
    wires: tuple[Wire, ...]
    embedded: bool = False
    promises: tuple[Promise, ...] = ()

    def leaf(self, part: str, inner: tuple[str, ...]) -> LifecycleDefinition:
        """The lifecycle of a part, or of the One part inside it that is named.

        Example:
            >>> from clmstate import Composition, Lifecycle, One, Phase
            >>> class Deal(Lifecycle):
            ...     new = Phase("New", initial=True)
            >>> class Account(Composition):
            ...     deal = One(Deal)
            >>> Account.definition.leaf("deal", ()).name
            'Deal'
        """
        member = self.parts[part].member
        for name in inner:
            assert isinstance(member, CompositionDefinition)
            member = member.parts[name].member
        assert isinstance(member, LifecycleDefinition)
        return member
