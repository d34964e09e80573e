"""Addresses: which part of a customer is meant by ``"users/dana"``, or by the customer object over that part."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from clmstate.composition import Composition, CompositionDefinition
from clmstate.errors import BadValueError, Diagnostic, UnknownNameError, did_you_mean, shown
from clmstate.kernel import Member, Room
from clmstate.lifecycle import Lifecycle, LifecycleDefinition
from clmstate.live.reports import as_text

if TYPE_CHECKING:
    from clmstate.live.customer import CustomerLife

__all__ = ["Address", "address_of", "find", "lifecycle_of", "opened"]


class Address(NamedTuple):
    """A place in a customer.

    Attributes:
        room: the room that it is in; None if that room joins in the same observation.
        part: the part's name there.
        instance: the name among the members of the part; "" for the only one.
        here: who is there; None for somebody who joins in the same observation.
        path: the address itself.
        kind: the lifecycle or composition of who is there.
        around: the composition of the room.
        around_path: the address of the room.

    Example:
        >>> from clmstate import Phase, One
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     deal = One(Deal)
        >>> find(Account("Acme")._whole, "deal").kind
        <Lifecycle Deal>
    """

    room: Room | None
    part: str
    instance: str
    here: Member | Room | None
    path: str
    kind: Any
    around: CompositionDefinition
    around_path: str

    @property
    def many(self) -> bool:
        """Whether members of the part join and leave."""
        return self.around.parts[self.part].many


def find(customer: CustomerLife, address: object, joining: Collection[str] = ()) -> Address:
    """What an address names.

    Args:
        customer: whose part it is.
        address: a path, or the customer object over a part.
        joining: the addresses of those who join in the same observation.

    Raises:
        UnknownNameError: CLM216 for a part that has left, CLM217 for what is not there, CLM218 for what is no part at all.

    Example:
        >>> from clmstate import Many, Phase
        >>> class User(Lifecycle):
        ...     active = Phase("Active", initial=True)
        >>> class Account(Composition):
        ...     users = Many(User)
        >>> find(Account("Acme")._whole, "users/dana", ["users/dana"]).instance
        'dana'
    """
    text = address_of(customer, address) if isinstance(address, Lifecycle | Composition) else as_text(address)
    if text is None:
        cause = f"{shown(address)} is not a part"
        raise UnknownNameError([Diagnostic("CLM218", customer.place, cause, "give a part, or its path such as 'users/dana'")])
    room: Room | None = customer.whole.room
    kind: Any = customer.composition
    steps = text.split("/")
    around_path = ""
    while True:
        around = kind.definition
        part, instance = steps.pop(0), ""
        if isinstance(around, LifecycleDefinition) or part not in around.parts:
            known = () if isinstance(around, LifecycleDefinition) else around.parts
            cause = f"{shown(part)} is not a part of {around_path or around.name}"
            raise UnknownNameError([Diagnostic("CLM218", customer.place, cause, did_you_mean(part, known))])
        kind = kind._parts[part]._member
        path = f"{around_path}/{part}" if around_path else part
        if around.parts[part].many:
            if not steps or not steps[0]:
                remedy = f"name one, as in '{path}/dana'"
                raise UnknownNameError([Diagnostic("CLM218", customer.place, f"'{path}' has many members", remedy)])
            instance = steps.pop(0)
            path = f"{path}/{instance}"
        here = None if room is None else room.manys[part].get(instance) if instance else room.ones[part]
        if here is None and instance and path not in joining:
            raise customer.nobody(path, () if room is None else room.manys[part])
        if not steps:
            return Address(room, part, instance, here, path, kind, around, around_path)
        around_path = path
        room = here if isinstance(here, Room) else None


def address_of(customer: CustomerLife, part: object) -> str:
    """The path of a part that is given as the customer object over it.

    Raises:
        UnknownNameError: CLM216 for a part that has left, CLM218 for a part of somebody else.

    Example:
        >>> from clmstate import Phase, One
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     deal = One(Deal)
        >>> acme = Account("Acme")
        >>> address_of(acme._whole, acme.deal)
        'deal'
    """
    life = part._life if isinstance(part, Lifecycle) else part._whole if isinstance(part, Composition) else None
    if life is not None and life is not customer and getattr(life, "customer", None) is customer:
        if not life.present:
            remedy = "report to those who are there, or let it join again"
            raise UnknownNameError([Diagnostic("CLM216", life.place, "it has left", remedy)])
        path: str = life.path
        return path
    cause = f"{shown(part)} is not a part of this customer"
    raise UnknownNameError([Diagnostic("CLM218", customer.place, cause, "give one of its own parts")])


def lifecycle_of(customer: CustomerLife, address: Address) -> type[Lifecycle]:
    """The lifecycle at an address.

    Raises:
        UnknownNameError: CLM218, a composition is there.

    Example:
        >>> from clmstate import Phase, One
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     deal = One(Deal)
        >>> acme = Account("Acme")._whole
        >>> lifecycle_of(acme, find(acme, "deal"))
        <Lifecycle Deal>
    """
    kind: Any = address.kind
    if isinstance(kind, type) and issubclass(kind, Lifecycle):
        return kind
    inside = ", ".join(f"{address.path}/{name}" for name in kind.definition.parts)
    cause = f"'{address.path}' is a composition"
    raise UnknownNameError([Diagnostic("CLM218", customer.place, cause, f"name a part inside: {inside}")])


def opened(customer: CustomerLife, address: Address, events: Iterable[tuple[str, object]]) -> list[str]:
    """The addresses of those who join because an event of a part names them.

    Raises:
        BadValueError: CLM204, the event names nobody.

    Example:
        >>> from clmstate import Phase, One
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> class Account(Composition):
        ...     deal = One(Deal)
        >>> acme = Account("Acme")._whole
        >>> opened(acme, find(acme, "deal"), [])
        []
    """
    found = []
    for event, instance in events:
        for part in address.around.parts.values():
            if part.opens_on != (address.part, event):
                continue
            name = as_text(instance)
            if not name or "/" in name:
                cause = f"'{event}' opens a branch of {part.label}, but names no instance"
                remedy = f"send it with instance='...', the new one of {part.label}"
                raise BadValueError([Diagnostic("CLM204", f"{customer.place}, {address.path}", cause, remedy)])
            found.append("/".join(step for step in (address.around_path, part.name, name) if step))
    return found
