"""What people ask of a composed customer, or of a composition inside it: ``acme``, ``acme.products["crm"]``, ``acme.users``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from clmstate.composition import Members
from clmstate.conditions import Given
from clmstate.errors import Diagnostic, ObservationError, UnknownNameError, did_you_mean, shown
from clmstate.kernel import Room
from clmstate.lifecycle import Event, Explanation, Journey, Lifecycle, Moves, OpenPlay, Phase, Risk
from clmstate.live.life import open_number
from clmstate.live.part import PartLife
from clmstate.live.reports import as_text, event_name
from clmstate.signals import from_instant

if TYPE_CHECKING:
    from clmstate.live.customer import CustomerLife

__all__ = ["MembersLife", "RoomLife"]


class RoomLife:
    """A composition inside a customer: reads its own parts, and reports to the whole. Addresses are given from here on inwards.

    Attributes:
        customer: the whole.
        room: where its parts are.
        path: its address; "" for the whole.
        branches: its members by part, once somebody has asked for them.
        name: what it is called.
        place: what diagnostics name.

    Example:
        >>> from clmstate import Composition, Lifecycle, Many, One, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     deal = One(Deal)
        >>> class Group(Composition):
        ...     accounts = Many(Account)
        >>> north = Group("North")
        >>> _ = north.accounts.join("acme", at="2026-01-01")
        >>> list(north.phases), list(north.accounts["acme"].phases)
        (['accounts/acme/deal'], ['deal'])
    """

    customer: CustomerLife
    room: Room
    path: str
    name: str
    place: str

    def __init__(self, customer: CustomerLife, room: Room) -> None:
        self.customer, self.room, self.path = customer, room, room.path
        self.name = room.path.rpartition("/")[2]
        self.place = f"{customer.place}, {room.path}"
        self.branches: dict[str, Members[Any]] = {}

    def refused(self, code: str, cause: str, remedy: str) -> ObservationError:
        """An error with one diagnostic."""
        return ObservationError([Diagnostic(code, self.place, cause, remedy)])

    @property
    def present(self) -> bool:
        """Whether it has not left."""
        room = self.room
        while room.parent is not None:
            members = room.parent.manys.get(room.part)
            if members is not None and members.get(room.path.rpartition("/")[2]) is not room:
                return False
            room = room.parent
        return True

    def ready(self) -> None:
        """Refuses what is reported of a composition that has left, or while a listener is told."""
        self.customer.ready()
        if not self.present:
            remedy = "report to those who are there, or let it join again"
            raise UnknownNameError([Diagnostic("CLM216", self.place, "it has left", remedy)])

    # ---- its parts

    def part(self, instance: Any, name: str) -> Any:  # noqa: ARG002 -- asked by the composition's own `acme.contract`
        """The customer object over a One part."""
        return self.customer.handle(self.room.ones[name])

    def members(self, instance: Any, name: str) -> Members[Any]:  # noqa: ARG002
        """The members of a part; made once."""
        found = self.branches.get(name)
        if found is None:
            found = self.branches[name] = Members(MembersLife(self, name))
        return found

    def inside(self, address: Any) -> Any:
        """An address from here on, as an address of the whole; anything else as it is."""
        text = as_text(address)
        return address if text is None or not self.path else f"{self.path}/{text}"

    # ---- observing

    def observe_all(
        self,
        at: Any,
        values: Mapping[Any, Mapping[str, object]],
        events: Iterable[tuple[Any, ...]],
        joins: Iterable[Any],
        leaves: Iterable[Any],
    ) -> Moves:
        """Everything about these parts at one instant."""
        self.ready()
        what = self.customer.listed
        said = {self.inside(address): given for address, given in self.customer.mapping(values).items()}
        offers = [
            (self.inside(event[0]), *event[1:]) if isinstance(event, tuple) and event else event for event in what(events, "events")
        ]
        joining, leaving = ([self.inside(a) for a in what(given, name)] for given, name in ((joins, "joins"), (leaves, "leaves")))
        return self.customer.observe_all(at, said, offers, joining, leaving)

    def send(self, event: Any, at: Any, instance: Any) -> Moves:
        """Offers an event to every part here that knows it; nobody may be there who does."""
        self.ready()
        offers = [(life.path, event, instance) for life in self.lives() if life.knows(event)]
        kinds = list(_lifecycles(self.customer.kind_of(self.room)))
        if not offers and not any(_knows(kind, event) for kind in kinds):
            known = sorted({name for kind in kinds for name in kind.definition.events})
            given = event.name if isinstance(event, Event) else event
            cause = f"{shown(given)} is not an event of any part"
            raise UnknownNameError([Diagnostic("CLM202", self.place, cause, did_you_mean(as_text(given) or "", known))])
        return self.customer.observe_all(at, {}, offers, (), ())

    def start(self, placed: Any, at: Any, since: Any, values: Any) -> None:  # noqa: ARG002
        """Refused: parts are placed together."""
        raise self.refused("CLM214", "a part cannot be started apart from its customer", "use the customer's start(...)")

    # ---- reading

    @property
    def at_user(self) -> Any:
        """The customer's clock."""
        at = self.customer.whole.at
        return None if at != at else from_instant(int(at))

    def lives(self) -> Iterator[PartLife]:
        """All parts here that have a state."""
        return (self.customer.life_of(member) for member in self.room.leaves())

    def own(self, path: str) -> str:
        """An address of the whole as an address from here on; "" for one that is not in here."""
        if not self.path:
            return path
        return path.removeprefix(f"{self.path}/") if path.startswith(f"{self.path}/") else ""

    @property
    def phases(self) -> dict[str, Phase]:
        """The phase of every part."""
        return {self.own(life.path): life.phase for life in self.lives()}

    @property
    def journey(self) -> Journey:
        """One timeline over all parts here."""
        steps = ((self.customer.life_of(member), entry) for member, entry in self.customer.whole.journal if self.own(member.path))
        return Journey(tuple(life.entry(entry) for life, entry in steps))

    @property
    def open_plays(self) -> tuple[OpenPlay, ...]:
        """The plays that are not marked done."""
        customer = self.customer
        return tuple(play for play in customer.all_plays() if play.number not in customer.done and self.own(play.part))

    def done_play(self, number: int) -> None:
        """Marks a play as done."""
        self.customer.done.add(open_number(number, [play.number for play in self.open_plays], self.place))

    @property
    def warning_signs(self) -> tuple[tuple[str, Risk], ...]:
        """The risks whose sign is true."""
        return tuple((self.own(life.path), risk) for life in self.lives() for risk in life.warning_signs)

    def explain(self) -> dict[str, Explanation]:
        """For every part, what every way out of its phase still needs."""
        return {self.own(life.path): life.explain() for life in self.lives()}

    @property
    def next_check(self) -> Any:
        """The next time at which time alone could change something."""
        found = [us for life in self.lives() if (us := life.next_check_us) is not None]
        return from_instant(min(found)) if found else None

    def listen(self, listener: Callable[..., Any]) -> None:
        """Adds a listener to the moves of the parts here, those who join later included."""
        if not callable(listener):
            raise self.refused("CLM209", f"{shown(listener)} cannot be called", "give a function of one move")
        self.customer.listeners = [*self.customer.listeners, (self, listener)]
        self.customer.listening = True

    def snapshot(self) -> dict[str, Any]:
        """Refused: a part has no snapshot of its own."""
        raise self.refused("CLM214", "a part has no snapshot of its own", "take the customer's snapshot()")


class MembersLife:
    """What is behind ``acme.users``: the members of one part in one room.

    Example:
        >>> from clmstate import Composition, Lifecycle, Many, Phase
        >>> class User(Lifecycle):
        ...     active = Phase("Active", initial=True)
        >>> class Account(Composition):
        ...     users = Many(User)
        >>> MembersLife(Account("Acme")._whole, "users").names()
        ()
    """

    def __init__(self, around: RoomLife, part: str) -> None:
        self.around, self.customer, self.room, self.part = around, around.customer, around.room, part
        self.label = self.room.definition.parts[part].label
        self.members = self.room.manys[part]

    def path(self, name: object) -> str:
        """The address of a member.

        Raises:
            UnknownNameError: CLM218, the name is no name.
        """
        text = as_text(name)
        if not text or "/" in text:
            cause = f"{shown(name)} cannot be the name of one of {self.label}"
            raise UnknownNameError([Diagnostic("CLM218", self.customer.place, cause, "give a text without '/'")])
        return "/".join(step for step in (self.room.path, self.part, text) if step)

    def names(self) -> tuple[str, ...]:
        """Who is there, sorted."""
        return tuple(sorted(self.members))

    def __len__(self) -> int:
        return len(self.members)

    def __contains__(self, name: object) -> bool:
        return as_text(name) in self.members

    def member(self, name: object) -> Any:
        """The customer object over a member."""
        found = self.members.get(as_text(name) or "")
        if found is None:
            raise self.customer.nobody(self.path(name), self.names())
        return self.customer.handle(found)

    def join(self, name: object, given: Sequence[Given], at: Any, values: Mapping[str, Any]) -> Moves:
        """A member joins."""
        self.around.ready()
        path = self.path(name)
        said = {path: values} if values or given else {}
        return self.customer.observe_all(at, said, (), (path,), (), given=given)

    def leave(self, name: object, at: Any) -> Moves:
        """A member leaves."""
        self.around.ready()
        return self.customer.observe_all(at, {}, (), (), (self.path(name),))

    def send(self, event: Any, given: Sequence[Given], at: Any, values: Mapping[str, Any]) -> Moves:
        """Offers an event to every member."""
        self.around.ready()
        paths = [self.path(name) for name in self.names()]
        kind = self.customer.kind_of(self.room)._parts[self.part]._member
        if not paths and hasattr(kind.definition, "events"):
            event_name(kind, event, None, f"{self.customer.place}, {self.label}")
        said = dict.fromkeys(paths, values) if values or given else {}
        return self.customer.observe_all(at, said, [(path, event) for path in paths], (), (), given=given)


def _lifecycles(kind: Any) -> Iterator[type[Lifecycle]]:
    """The lifecycles of all parts of a composition, there or not."""
    for part in kind._parts.values():
        if issubclass(part._member, Lifecycle):
            yield part._member
        else:
            yield from _lifecycles(part._member)


def _knows(kind: type[Lifecycle], event: object) -> bool:
    try:
        event_name(kind, event, None, kind.__name__)
    except UnknownNameError:
        return False
    return True
