"""What happened to a customer, as values: moves, what came with them, and the journey they make up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, Protocol

import attrs

from clmstate.lifecycle.elements import Play, Touchpoint
from clmstate.lifecycle.phases import Phase
from clmstate.lifecycle.transitions import Transition
from clmstate.signals import from_instant, show_instant

__all__ = ["By", "Entry", "Journey", "Move", "Moves", "OpenPlay", "OpenTouchpoint", "Reached", "Seen", "Untaken"]

By = Literal["rule", "event", "hand"]

_SECOND: Final = 1_000_000
"""What is due a microsecond after midnight is due that day; people read no fractions of a second."""


@attrs.frozen
class Move:
    """One transition taken (or one move by hand), with its reason.

    Attributes:
        part: the path of the part that moved; "" for a lifecycle on its own.
        source, target: the phases it led from and to.
        transition: what was taken; None for a move by hand.
        at_us: when, in microseconds since 1970-01-01 UTC; None before the first time was told.
        by: by rule, by event or by hand.
        round: in which round of settling, from 1.
        stayed: whether the phase was not left.
        values: the values that its condition read, as users see them.
        due_since_us: the earliest instant at which the customer, as last seen, was already due to move; None if it was not.
        person, reason: who moved it by hand, and why.
        held_until_us: until when a move by hand holds, if it does.
        words: why, in the business's words.

    Example:
        >>> from clmstate.lifecycle.phases import Phase
        >>> str(Move("", Phase("Onboarding"), Phase("Adoption"), None, 0, by="hand", reason="kick-off was skipped"))
        '1970-01-01 Onboarding → Adoption by hand: kick-off was skipped'
    """

    part: str
    source: Phase
    target: Phase
    transition: Transition | None
    at_us: int | None
    by: By = "rule"
    round: int = 1
    stayed: bool = False
    values: Mapping[str, Any] = attrs.field(factory=dict)
    due_since_us: int | None = None
    person: str = ""
    reason: str = ""
    held_until_us: int | None = None
    words: str = ""

    @property
    def at(self) -> dt.date | None:
        """When: a date, or a UTC datetime if it was not at midnight."""
        return None if self.at_us is None else from_instant(self.at_us)

    @property
    def due_since(self) -> dt.date | None:
        """The earliest time at which the customer, as last seen, was already due to move."""
        return None if self.due_since_us is None else from_instant(self.due_since_us)

    @property
    def name(self) -> str:
        """The name of the transition; "" for a move by hand."""
        return self.transition.name if self.transition is not None else ""

    @property
    def plays(self) -> tuple[Play, ...]:
        """What the team is to do because of it."""
        return self.transition.plays if self.transition is not None else ()

    def __str__(self) -> str:
        when = "" if self.at_us is None else show_instant(self.at_us) + " "
        where = f"{self.part}: " if self.part else ""
        if self.by == "hand":
            why = f" by hand: {self.reason}"
        else:
            why = "" if not self.words else f": {self.words}" if "(" in self.words else f" ({self.words})"
        due = "" if self.due_since_us is None else f", due since {show_instant(self.due_since_us // _SECOND * _SECOND)}"
        return f"{when}{where}{self._path}{why}{due}"

    def __repr__(self) -> str:
        at = "" if self.at_us is None else f"{show_instant(self.at_us)} "
        return f"<Move {at}{self.part + ': ' if self.part else ''}{self._path}>"

    @property
    def _path(self) -> str:
        return f"stays in {self.source.label}" if self.stayed else f"{self.source.label} → {self.target.label}"


@attrs.frozen
class Reached:
    """A milestone reached.

    Example:
        >>> Reached("", "first_value", "First value", 0).label
        'First value'
    """

    part: str
    name: str
    label: str
    at_us: int | None

    @property
    def at(self) -> dt.date | None:
        """When."""
        return None if self.at_us is None else from_instant(self.at_us)

    def __str__(self) -> str:
        return f"{'' if self.at_us is None else show_instant(self.at_us) + ' '}{self.part + ': ' if self.part else ''}reached {self.label}"


@attrs.frozen
class Seen:
    """A touchpoint that was done, or skipped by somebody for a reason.

    Example:
        >>> Seen("", "onboarding", "Kick-off call", 0, "skipped", "Dana", "they know us").outcome
        'skipped'
    """

    part: str
    phase: str
    label: str
    at_us: int | None
    outcome: Literal["done", "skipped"]
    person: str = ""
    reason: str = ""

    @property
    def at(self) -> dt.date | None:
        """When."""
        return None if self.at_us is None else from_instant(self.at_us)

    def __str__(self) -> str:
        who = f" by {self.person}" if self.person else ""
        why = f": {self.reason}" if self.reason else ""
        when = "" if self.at_us is None else show_instant(self.at_us) + " "
        return f"{when}{self.part + ': ' if self.part else ''}{self.outcome} '{self.label}'{who}{why}"


@attrs.frozen
class OpenPlay:
    """A play that a move or a milestone opened and nobody has marked done.

    Attributes:
        number: counts the plays of this customer from 1; marks it done.
        part: the path of the part that moved.
        play: what is to be done.
        because: the name of the transition or milestone that opened it.
        opened_us: when it was opened.

    Example:
        >>> OpenPlay(1, "", Play("Call the sponsor"), "relapse", 0).play.label
        'Call the sponsor'
    """

    number: int
    part: str
    play: Play
    because: str
    opened_us: int | None

    @property
    def opened(self) -> dt.date | None:
        """When it was opened."""
        return None if self.opened_us is None else from_instant(self.opened_us)

    def __repr__(self) -> str:
        return f"<OpenPlay {self.number} {self.play.label!r} because of {self.because}>"


@attrs.frozen
class OpenTouchpoint:
    """A touchpoint of the present stay that is neither done nor skipped.

    Attributes:
        touchpoint: what is to happen.
        due_us: when it is due, counted from entering the phase; None if nothing says so.

    Example:
        >>> from clmstate.lifecycle.elements import Touchpoint
        >>> OpenTouchpoint(Touchpoint("Kick-off call"), None).touchpoint.label
        'Kick-off call'
    """

    touchpoint: Touchpoint
    due_us: int | None

    @property
    def due(self) -> dt.date | None:
        """When it is due."""
        return None if self.due_us is None else from_instant(self.due_us)

    def __repr__(self) -> str:
        due = "" if self.due_us is None else f", due {show_instant(self.due_us)}"
        return f"<OpenTouchpoint {self.touchpoint.label!r}{due}>"


@attrs.frozen
class Untaken:
    """An event that no transition took, and why; it is no error.

    Example:
        >>> Untaken("notice", "no way out of Churned listens to it").event
        'notice'
    """

    event: str
    why: str
    part: str = ""


class Reader(Protocol):
    """Somebody who reads what an engine noted."""

    def read(self, item: Any, /) -> Move:
        """The move that an item tells of."""
        ...


class Moves(Sequence[Move]):
    """The moves that one observation caused, anywhere in the customer, in order; compares equal to a tuple of them.

    Args:
        raw: what the engine noted, one item a move.
        reader: makes a :class:`Move` of an item; asked when somebody looks, so that observing stays cheap.
        untaken: the events that no transition took, with why.

    Example:
        >>> Moves() == ()
        True
    """

    __slots__ = ("_raw", "_reader", "_untaken")  # written by kernel/c too

    def __init__(
        self,
        raw: Sequence[Any] = (),
        reader: Reader | None = None,
        untaken: Callable[[], tuple[Untaken, ...]] | tuple[Untaken, ...] = (),
    ) -> None:
        self._raw = raw
        self._reader = reader
        self._untaken = untaken

    @property
    def untaken(self) -> tuple[Untaken, ...]:
        """The events that no transition took, with why."""
        return self._untaken() if callable(self._untaken) else self._untaken

    def __len__(self) -> int:
        return len(self._raw)

    def __getitem__(self, index: Any) -> Any:
        return tuple(self)[index]

    def __iter__(self) -> Iterator[Move]:
        return iter(self._raw) if self._reader is None else map(self._reader.read, self._raw)

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, Moves | tuple) else NotImplemented

    def __hash__(self) -> int:
        return hash(len(self._raw))

    def __repr__(self) -> str:
        return repr(tuple(self))

    def __str__(self) -> str:
        return "\n".join([*map(str, self), *(f"{u.event} moved nobody: {u.why}" for u in self.untaken)])


Entry = Move | Reached | Seen


@attrs.frozen
class Journey(Sequence[Entry]):
    """The path that a customer took: one timeline of moves, milestones and touchpoints.

    Example:
        >>> len(Journey(()))
        0
    """

    entries: tuple[Entry, ...]

    @property
    def moves(self) -> tuple[Move, ...]:
        """Its moves, in order."""
        return tuple(e for e in self.entries if isinstance(e, Move))

    @property
    def milestones(self) -> tuple[Reached, ...]:
        """Its milestones, in order."""
        return tuple(e for e in self.entries if isinstance(e, Reached))

    @property
    def touchpoints(self) -> tuple[Seen, ...]:
        """Touchpoints done or skipped, in order."""
        return tuple(e for e in self.entries if isinstance(e, Seen))

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, index: Any) -> Any:
        return self.entries[index]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __str__(self) -> str:
        return "\n".join(map(str, self.entries))
