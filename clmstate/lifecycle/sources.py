"""Several phases at once, as where a transition comes from: ``(adoption | success).to(...)``, ``anywhere.to(...)``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import attrs

from clmstate.conditions import Condition, Home, Mistake
from clmstate.errors import shown
from clmstate.lifecycle.elements import Origin, Place, Play
from clmstate.lifecycle.events import Event
from clmstate.lifecycle.transitions import ANYWHERE, MoveKind, Resume, Transition, transition

if TYPE_CHECKING:
    from clmstate.lifecycle.groups import GroupMeta
    from clmstate.lifecycle.phases import Phase

__all__ = ["INSTEAD", "Phases", "anywhere", "union"]

INSTEAD: Final = "name phases with phase.to(...) and join them with |; a transition's condition need not ask for its phase"
"""What to write where somebody takes a place for a condition."""


@attrs.frozen
class Phases(Place):
    """Several phases as one source: ``(adoption | success).to(...)``.

    Example:
        >>> from clmstate import Event, Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     given_up = Event("given up")
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won")
        ...     lost = Phase("Lost", final=True)
        ...     give_up = (new | won).to(lost, on=given_up)
        >>> Deal.give_up.sources
        ('new', 'won')
    """

    paths: tuple[str, ...]
    homes: frozenset[Home] = attrs.field(eq=False, repr=False)
    mistakes: tuple[Mistake, ...] = attrs.field(default=(), eq=False, repr=False)

    def to(
        self,
        target: Phase | GroupMeta | Resume,
        *,
        when: Condition | None = None,
        on: Event | None = None,
        plays: Iterable[Play] | Play = (),
        kind: MoveKind | None = None,
        after: Iterable[Transition] | Transition = (),
        label: str = "",
        why: str = "",
        ref: str = "",
    ) -> Transition:
        """A transition from any of these phases; the target itself is left out. Arguments as in :meth:`Phase.to`.

        Example:
            >>> from clmstate import Event, Phase
            >>> anywhere.to(Phase("Churned"), on=Event("ended")).sources
            ('*',)
        """
        return transition(self, target, when=when, on=on, plays=plays, kind=kind, after=after, label=label, why=why, ref=ref)

    def __or__(self, other: Phase | GroupMeta | Phases) -> Phases:
        return union(self, other)

    def __ror__(self, other: Phase | GroupMeta | Phases) -> Phases:
        return union(other, self)

    def _where(self) -> tuple[tuple[str, ...], Origin]:
        return self.paths, Origin(self.homes, self.mistakes)

    def _described(self) -> str:
        return "this is several phases"

    _instead = INSTEAD


anywhere: Final = Phases((ANYWHERE,), frozenset())
"""Every non-final phase except the target, as a source: ``anywhere.to(churned, on=ended)``."""


def union(*places: object) -> Phases:
    """Places joined with ``|``; what is none becomes a mistake.

    Example:
        >>> union("adoption").mistakes[0].cause
        "'adoption' is not a phase"
    """
    paths: dict[str, None] = {}
    homes: set[Home] = set()
    wrong: list[Mistake] = []
    for place in places:
        if isinstance(place, Place):
            found, about = place._where()
            paths.update(dict.fromkeys(found))
            homes |= about.homes
            wrong += about.mistakes
        else:
            wrong.append(Mistake("CLM105", f"{shown(place)} is not a phase", "join phases and groups of this lifecycle with |"))
    return Phases(tuple(paths), frozenset(homes), tuple(wrong))
