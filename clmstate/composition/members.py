"""The members of a part, as seen on a living customer: ``acme.users``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from clmstate.conditions import Given
from clmstate.lifecycle import Event, Lifecycle, Moves
from clmstate.signals import When

if TYPE_CHECKING:
    from clmstate.composition.composition import Composition

__all__ = ["Members"]

M = TypeVar("M", bound="Lifecycle | Composition")


class Members(Generic[M]):
    """Members join and leave; those present are reached by name, in order of their names.

    Example:
        >>> from clmstate import Composition, Lifecycle, Many, Phase, Signal
        >>> class User(Lifecycle):
        ...     logins = Signal.count("login")
        ...     active = Phase("Active", initial=True)
        >>> class Account(Composition):
        ...     users = Many(User)
        >>> acme = Account("Acme")
        >>> _ = acme.users.join("dana", at="2026-01-01", logins=12)
        >>> acme.users["dana"].logins, "eli" in acme.users, len(acme.users)
        (12, False, 1)
    """

    def __init__(self, rooms: Any) -> None:
        self._rooms = rooms

    def join(self, name: str, *given: Given, at: When | None = None, **values: object) -> Moves:
        """A member joins, in its initial phase; what is known of it may be said at once.

        Args:
            name: the instance; joining again after leaving is a new life.
            given, at, values: as for ``observe``.

        Raises:
            ObservationError: it is present already, or the observation is wrong; nothing has changed.

        Example:
            >>> from clmstate import Composition, Lifecycle, Many, Phase
            >>> class User(Lifecycle):
            ...     active = Phase("Active", initial=True)
            >>> class Account(Composition):
            ...     users = Many(User)
            >>> Account("Acme").users.join("dana", at="2026-01-01")
            ()
        """
        result: Moves = self._rooms.join(name, given, at, values)
        return result

    def leave(self, name: str, *, at: When | None = None) -> Moves:
        """A member leaves: no roll-up sees it from this instant on; its journey stays, and its own members leave with it.

        Raises:
            ObservationError: it is not there; nothing has changed.

        Example:
            >>> from clmstate import Composition, Lifecycle, Many, Phase
            >>> class User(Lifecycle):
            ...     active = Phase("Active", initial=True)
            >>> class Account(Composition):
            ...     users = Many(User)
            >>> acme = Account("Acme")
            >>> _ = acme.users.join("dana", at="2026-01-01")
            >>> _ = acme.users.leave("dana", at="2026-02-01")
            >>> len(acme.users)
            0
        """
        result: Moves = self._rooms.leave(name, at)
        return result

    def send(self, event: Event | str, *given: Given, at: When | None = None, **values: object) -> Moves:
        """Offers an event to every member that is present, in one observation.

        Raises:
            ObservationError: no such event; nothing has changed.

        Example:
            >>> from clmstate import Composition, Event, Lifecycle, Many, Phase
            >>> class User(Lifecycle):
            ...     closed = Event("access closed")
            ...     active = Phase("Active", initial=True)
            ...     gone = Phase("Gone", final=True)
            ...     close = active.to(gone, on=closed)
            >>> class Account(Composition):
            ...     users = Many(User)
            >>> acme = Account("Acme")
            >>> _ = acme.users.join("dana", at="2026-01-01")
            >>> print(*acme.users.send(User.closed, at="2026-02-01"))
            2026-02-01 users/dana: Active → Gone (access closed)
        """
        result: Moves = self._rooms.send(event, given, at, values)
        return result

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the members that are present, sorted."""
        result: tuple[str, ...] = self._rooms.names()
        return result

    def __getitem__(self, name: str) -> M:
        result: M = self._rooms.member(name)
        return result

    def __iter__(self) -> Iterator[M]:
        return (self[name] for name in self.names)

    def __len__(self) -> int:
        return len(self._rooms)

    def __contains__(self, name: object) -> bool:
        return name in self._rooms

    def __repr__(self) -> str:
        return f"<{len(self)} {self._rooms.label}>"
