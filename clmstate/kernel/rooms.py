"""Where the parts of a composed customer are: members with a state, in rooms, with the wires between them."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from clmstate.composition import AllOf, AnyOf, Compared, CompositionDefinition, FeedNode, NotSo, RollUp, StandsIn, Wire, sources
from clmstate.kernel.compile import Compiled, State, compiled
from clmstate.kernel.rollup import Reading, Total
from clmstate.lifecycle import LifecycleDefinition

if TYPE_CHECKING:
    from clmstate.kernel.whole import Whole

__all__ = ["Bound", "Member", "Room", "leaf_of", "leaves_of"]


class Member:
    """A part with a state: the One of its kind, or one of many.

    Attributes:
        room: the composition instance it belongs to.
        part: its part's name there.
        instance: its name there; "" if it is the One of its kind.
        state: its state.
        present: whether it has not left.
        due: the next instant at which time alone may move it.
        readings: the roll-ups that read it, shared with all others of its kind.
        counted: for each of them, what it contributes now.
        wires: the wires that ask where it stands.
        handle: the customer object over it, made when somebody asks.

    Example:
        >>> from clmstate import Composition, Lifecycle, One, Phase
        >>> from clmstate.kernel import Whole
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     deal = One(Deal)
        >>> Whole(Account.definition).room.ones["deal"].path
        'deal'
    """

    __slots__ = ("counted", "due", "handle", "instance", "part", "present", "readings", "room", "state", "wires")

    def __init__(self, room: Room, part: str, instance: str, definition: LifecycleDefinition) -> None:
        self.room, self.part, self.instance = room, part, instance
        self.state: State = compiled(definition).new()
        self.state.whole = room.whole
        self.state.member = self
        self.present = True
        self.due = math.inf
        self.readings: tuple[Reading, ...] = ()
        self.counted: list[tuple[Any, ...]] = []
        self.wires: tuple[Bound, ...] = ()
        self.handle: Any = None

    @property
    def c(self) -> Compiled:
        """The engine of its lifecycle."""
        return self.state.c

    @property
    def path(self) -> str:
        """Its address, such as ``users/dana``."""
        return "/".join(x for x in (self.room.path, self.part, self.instance) if x)

    @property
    def key(self) -> tuple[Any, ...]:
        """Its place in the order of telling: by declaration, then by instance name."""
        return self.room.key_of(self.part, self.instance)

    def read_by(self, readings: tuple[Reading, ...]) -> None:
        """Roll-ups begin to read it; so far it contributes nothing."""
        self.readings += readings
        self.counted += [reading.nothing for reading in readings]
        for reading in readings:
            self.state.watched |= reading.watched

    def unmoved(self) -> bool:
        """Whether no roll-up sees a difference in its values."""
        return all(
            not reading.signals or reading.of(self.state) == now for reading, now in zip(self.readings, self.counted, strict=True)
        )

    def __repr__(self) -> str:
        return f"<Member {self.path}>"


class Room:
    """One instance of a composition: the whole customer, or a member that is a composition itself.

    Attributes:
        whole: the customer it belongs to.
        definition: its composition.
        parent, part: the room it is in, and its part's name there.
        path: its address; "" for the customer.
        ones: its One parts.
        manys: its members, by part and instance name; those present only.
        bound: its wires, bound to parts and totals.
        handle: the customer object over it, made when somebody asks.

    Example:
        >>> from clmstate import Composition, Lifecycle, One, Phase
        >>> from clmstate.kernel import Whole
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     deal = One(Deal)
        >>> list(Whole(Account.definition).room.ones)
        ['deal']
    """

    __slots__ = ("bound", "definition", "handle", "key", "manys", "ones", "parent", "part", "path", "readings", "totals", "whole")

    def __init__(
        self,
        whole: Whole,
        definition: CompositionDefinition,
        path: str = "",
        key: tuple[Any, ...] = (),
        parent: Room | None = None,
        part: str = "",
    ) -> None:
        self.whole, self.definition, self.path, self.key = whole, definition, path, key
        self.parent, self.part = parent, part
        self.ones: dict[str, Member | Room] = {}
        self.manys: dict[str, dict[str, Member | Room]] = {name: {} for name, what in definition.parts.items() if what.many}
        self.totals: dict[RollUp, Total] = {}
        self.readings: dict[str, dict[tuple[str, ...], tuple[Reading, ...]]] = {}
        self.bound: list[Bound] = []
        self.handle: Any = None
        for name, what in definition.parts.items():
            if not what.many:
                self.ones[name] = self.made(name, "")
        for wire in definition.wires:
            self.bind(wire)

    def made(self, part: str, instance: str) -> Member | Room:
        """A part as it begins, not yet in its place."""
        part = sys.intern(part)  # one text for all members
        member = self.definition.parts[part].member
        if isinstance(member, LifecycleDefinition):
            return Member(self, part, instance, member)
        path = "/".join(x for x in (self.path, part, instance) if x)
        return Room(self.whole, member, path, self.key_of(part, instance), self, part)

    def bind(self, wire: Wire) -> None:
        """Binds a wire to the totals and parts that it reads."""
        bound = Bound(self, wire)
        self.bound.append(bound)
        for source in sources(wire.feed):
            if isinstance(source, StandsIn):
                leaf_of(self.ones[source.part], source.inner).wires += (bound,)
            else:
                total = self.totals.get(source)
                if total is None:
                    leaf = self.definition.leaf(source.part, source.inner)
                    step = leaf.signals[source.signal].step if source.signal is not None else None
                    total = self.totals[source] = Total(source, step)
                    readings = self.readings.setdefault(source.part, {})
                    readings[source.inner] = (*readings.get(source.inner, ()), Reading.over(leaf, source, total))
                total.readers.append(bound)

    def joined(self, part: str, instance: str, log: list[Callable[[], None]]) -> Member | Room:
        """A member joins; what it contributes is added, and the ports that are fed to it are set."""
        made = self.made(part, instance)
        members = self.manys[part]
        members[instance] = made

        def undo() -> None:
            del members[instance]

        log.append(undo)
        for inner, readings in self.readings.get(part, {}).items():
            leaf_of(made, inner).read_by(readings)
        for bound in self.bound:
            if bound.wire.part == part:
                leaf = leaf_of(made, bound.wire.inner)
                setattr(leaf.state, f"v_{bound.wire.port}", bound.stored())
        return made

    def key_of(self, part: str, instance: str) -> tuple[Any, ...]:
        """The place of a member in the order of telling."""
        return (*self.key, list(self.definition.parts).index(part), instance)

    def leaves(self) -> Iterator[Member]:
        """All parts in it that have a state, in order of telling."""
        for name, part in self.definition.parts.items():
            inside = [self.ones[name]] if not part.many else [self.manys[name][i] for i in sorted(self.manys[name])]
            for one in inside:
                yield from leaves_of(one)

    def rooms(self) -> Iterator[Room]:
        """Itself and all compositions inside it."""
        yield self
        for one in (*self.ones.values(), *(m for members in self.manys.values() for m in members.values())):
            if isinstance(one, Room):
                yield from one.rooms()


def leaf_of(one: Member | Room, inner: Iterable[str]) -> Member:
    """The part with a state that stands for a member: itself, or the One part inside that is named.

    Example:
        >>> from clmstate import Composition, Lifecycle, One, Phase
        >>> from clmstate.kernel import Whole
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     deal = One(Deal)
        >>> leaf_of(Whole(Account.definition).room, ["deal"])
        <Member deal>
    """
    for name in inner:
        assert isinstance(one, Room)
        one = one.ones[name]
    assert isinstance(one, Member)
    return one


def leaves_of(one: Member | Room) -> Iterator[Member]:
    """The parts with a state in a member: itself, or all inside it.

    Example:
        >>> from clmstate import Composition, Lifecycle, One, Phase
        >>> from clmstate.kernel import Whole
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     deal = One(Deal)
        >>> list(leaves_of(Whole(Account.definition).room))
        [<Member deal>]
    """
    return iter((one,)) if isinstance(one, Member) else one.leaves()


class Bound:
    """A wire in one room: computes its feed and knows whom it feeds.

    Example:
        >>> from clmstate import Composition, Lifecycle, One, Phase, Signal
        >>> from clmstate.kernel import Whole
        >>> class Deal(Lifecycle):
        ...     open = Phase("Open", initial=True)
        >>> class Product(Lifecycle):
        ...     supported = Signal.flag("supported", port=True)
        ...     used = Phase("Used", initial=True)
        >>> class Account(Composition):
        ...     deal, product = One(Deal), One(Product)
        ...     wiring = product[Product.supported].fed_by(deal.is_in(Deal.open))
        >>> [bound.compute() for bound in Whole(Account.definition).room.bound]
        [True]
    """

    __slots__ = ("absent", "last", "room", "slot", "wire")

    def __init__(self, room: Room, wire: Wire) -> None:
        self.room, self.wire = room, wire
        self.slot = f"v_{wire.port}"
        self.absent = room.definition.leaf(wire.part, wire.inner).signals[wire.port].absent
        self.last: Any = None

    def compute(self) -> Any:
        """The value now; NaN when it is missing."""
        return self._of(self.wire.feed)

    def _of(self, feed: FeedNode) -> Any:
        match feed:
            case RollUp():
                return self.room.totals[feed].value()
            case StandsIn(part, inner, phases):
                member = leaf_of(self.room.ones[part], inner)
                p = member.c.program
                return p.phases[member.state.phase] in phases or p.group[member.state.phase] in phases
            case Compared():  # promises ask it, wires do not
                raise AssertionError(feed)
            case NotSo(of):
                value = self._of(of)
                return value if value != value else not value
            case AllOf(items):
                values = [self._of(item) for item in items]
                return False if any(v is False for v in values) else next((v for v in values if v != v), True)
            case AnyOf(items):
                values = [self._of(item) for item in items]
                return True if any(v is True for v in values) else next((v for v in values if v != v), False)

    def stored(self) -> Any:
        """The value as the port stores it; a port with a default is never missing."""
        return self.absent if self.last is None or self.last != self.last else self.last

    def targets(self) -> Iterator[Member]:
        """The parts whose port it feeds; those that have left are told nothing more."""
        part = self.wire.part
        ones = self.room.manys[part].values() if part in self.room.manys else (self.room.ones[part],)
        found = (leaf_of(one, self.wire.inner) for one in ones)
        return (member for member in found if member.present)
