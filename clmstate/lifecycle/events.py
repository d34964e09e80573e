"""Events: what happens at one instant."""

from __future__ import annotations

import copy
from typing import Self

import attrs

from clmstate.conditions import Condition, Elapsed, Home, Mistake
from clmstate.conditions.nodes import EventDaysSince, EventTimes
from clmstate.conditions.refusing import LOGICAL, Chosen, Refusing
from clmstate.errors import shown
from clmstate.lifecycle.elements import Origin

__all__ = ["Event", "EventSpec", "one_event"]


@attrs.frozen
class EventSpec:
    """Something that happens at one instant, as plain data.

    Attributes:
        name: its name in the lifecycle.
        label: how the business says it happened ("notice received").
        names_instance: whether its payload names an instance, such as the product that was bought.
        help: what it means.
        category: a heading to group it under.
        from_system: the system that knows.
        ref: the source that names it.

    Example:
        >>> EventSpec("notice", "notice received").label
        'notice received'
    """

    name: str
    label: str
    names_instance: bool = False
    help: str = ""
    category: str = ""
    from_system: str = ""
    ref: str = ""


def one_event() -> Mistake:
    """What is said where somebody gives several events to one transition.

    Example:
        >>> one_event().cause
        'several events are given, and a transition takes one'
    """
    return Mistake("CLM111", "several events are given, and a transition takes one", Event._joined)


class Event(Chosen):
    """Declares something that happens at one instant; transitions take it with ``on=``.

    Args:
        label: how the business says it happened ("notice received").
        names_instance: whether its payload names an instance, such as the product that was bought.
        help, category, from_system, ref: see :class:`EventSpec`.

    Example:
        >>> from clmstate import Lifecycle
        >>> class Deal(Lifecycle):
        ...     notice = Event("notice received", from_system="CRM")
        >>> (Deal.notice.days_since <= 30).words(Deal.definition)
        'at most 30 days since notice received'
    """

    _instead = "take it with on=..., or compare its days_since or times with a number"
    _joined = "write a transition for each event, from and to the same phases"

    def __init__(
        self, label: str, *, names_instance: bool = False, help: str = "", category: str = "", from_system: str = "", ref: str = ""
    ) -> None:
        self._spec = EventSpec("", label, names_instance, help, category, from_system, ref)
        self._homes: frozenset[Home] = frozenset()

    @property
    def spec(self) -> EventSpec:
        """The plain data."""
        return self._spec

    @property
    def name(self) -> str:
        """Its name in the lifecycle."""
        return self._spec.name

    @property
    def label(self) -> str:
        """How the business says it happened."""
        return self._spec.label

    def _bind(self, name: str, home: Home) -> Self:
        """The declaration under its name; one that has a name already stays with it, and a twin takes the new one."""
        bound = copy.copy(self) if self._spec.name else self
        bound._spec = attrs.evolve(self._spec, name=name)
        bound._homes = frozenset((home,))
        return bound

    def _rebound(self, home: Home) -> Self:
        twin = copy.copy(self)
        twin._homes = frozenset((home,))
        return twin

    @property
    def _origin(self) -> Origin:
        if self._spec.name:
            return Origin(self._homes)
        cause = f"event {shown(self.label)} is used before it has a name"
        return Origin(mistakes=(Mistake("CLM103", cause, "give it a name in the class body first"),))

    def _described(self) -> str:
        return f"{shown(self.label)} is an event"

    def _refuse(self, symbol: str, other: object) -> Condition:
        """Events are joined only by those who want ``on=`` to take any of them."""
        if symbol in LOGICAL and isinstance(other, Event):
            return Refusing._broken(self._homes | other._homes, (one_event(),))
        return super()._refuse(symbol, other)

    @property
    def days_since(self) -> Elapsed:
        """Whole days since it last happened; missing if it never did.

        Example:
            >>> from clmstate import Lifecycle
            >>> class Deal(Lifecycle):
            ...     notice = Event("notice received")
            >>> (Deal.notice.days_since > 365).words(Deal.definition)
            'more than 365 days since notice received'
        """
        return Elapsed(EventDaysSince(self.name), self._origin.homes, self._origin.mistakes)

    @property
    def times(self) -> Elapsed:
        """How often it happened in this life.

        Example:
            >>> from clmstate import Lifecycle
            >>> class Deal(Lifecycle):
            ...     complaint = Event("complaint received")
            >>> (Deal.complaint.times >= 3).words(Deal.definition)
            'complaint received at least 3 times'
        """
        return Elapsed(EventTimes(self.name), self._origin.homes, self._origin.mistakes)

    def __repr__(self) -> str:
        return f"<Event {self._spec.name or self._spec.label!r}>"
