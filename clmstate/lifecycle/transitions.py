"""Transitions: the verbs that move a customer, and how they are made from phases."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, Literal

import attrs

from clmstate.conditions import Condition, Home, Mistake
from clmstate.conditions.nodes import Cond
from clmstate.conditions.refusing import Built, Refusing
from clmstate.errors import shown
from clmstate.lifecycle.elements import Origin, Place, Play, listed, taken
from clmstate.lifecycle.events import Event, one_event
from clmstate.lifecycle.lines import forgotten, made

if TYPE_CHECKING:
    from clmstate.lifecycle.sources import Phases

__all__ = ["ANYWHERE", "DROPPED", "SAME", "Dropped", "MoveKind", "Resume", "Target", "Transition", "transition"]

MoveKind = Literal["forward", "branch", "relapse", "at_risk", "recovery", "next_cycle"]

ANYWHERE: Final = "*"
"""The source that stands for every non-final phase except the target."""

SAME: Final[Any] = object()
"""What ``evolve`` leaves as it is."""


class Dropped:
    """Marks an inherited name that a variant leaves out."""

    def __repr__(self) -> str:
        return "<dropped>"


DROPPED: Final = Dropped()


class Target(Place):
    """One place that a transition may lead to: a phase or a group."""

    __slots__ = ()


@attrs.frozen
class Resume:
    """The target "where the group was last left"."""

    path: str
    home: Home = attrs.field(eq=False, repr=False)


@attrs.frozen
class Transition(Refusing):
    """A guarded way from some phases to another; made by ``phase.to(...)`` and named in the class body.

    Attributes:
        sources: paths of phases and groups, or ``*`` for anywhere.
        target: path of the phase or group entered.
        resume: whether the group is entered where it was last left.
        stay: whether it records and plays without leaving the phase.
        when: the condition that must be true.
        on: the event that must be offered.
        plays: what the team does when it is taken.
        kind: how a picture shows it, where the derivation would read wrong.
        after: transitions that are meant to win over this one when both could be taken.
        label: the business's words for it, instead of its condition's.
        why: why it exists.
        ref: the source that asks for it.
        name: its name in the lifecycle.

    Example:
        >>> from clmstate import Event, Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     won = Event("contract signed")
        ...     open = Phase("Open", initial=True)
        ...     closed = Phase("Closed", final=True)
        ...     win = open.to(closed, on=won)
        >>> Deal.win.sources, Deal.win.target, Deal.win.on
        (('open',), 'closed', 'won')
    """

    sources: tuple[str, ...]
    target: str
    resume: bool = False
    stay: bool = False
    when: Cond | None = None
    on: str | None = None
    plays: tuple[Play, ...] = ()
    kind: MoveKind | None = None
    after: tuple[str, ...] = ()
    label: str = ""
    why: str = ""
    ref: str = ""
    name: str = ""
    origin: Origin = attrs.field(default=Origin(), eq=False, repr=False)

    @staticmethod
    def dropped() -> Any:
        """Leaves out an inherited transition: ``relapse = Transition.dropped()``.

        Example:
            >>> Transition.dropped()
            <dropped>
        """
        return DROPPED

    def evolve(
        self,
        *,
        when: Condition | None = SAME,
        on: Event | None = SAME,
        plays: Iterable[Play] | Play = SAME,
        kind: MoveKind | None = SAME,
        label: str = SAME,
        why: str = SAME,
        ref: str = SAME,
    ) -> Transition:
        """The same transition with some things changed, for a variant of its lifecycle.

        Example:
            >>> Transition(("a",), "b").evolve(why="market practice").why
            'market practice'
        """
        changed: dict[str, Any] = {
            "plays": plays if plays is SAME else listed(plays, Play),
            "kind": kind,
            "label": label,
            "why": why,
            "ref": ref,
        }
        origin = self.origin
        if when is not SAME:
            changed["when"], given = taken(when)
            origin = Origin(origin.homes | given.homes, given.mistakes)
        if on is not SAME:
            changed["on"], given = _event(on)
            origin = Origin(origin.homes | given.homes, origin.mistakes + given.mistakes)
        forgotten(self)
        return attrs.evolve(self, origin=origin, **{k: v for k, v in changed.items() if v is not SAME})

    def _described(self) -> str:
        return f"'{shown(self.name)[1:-1]}' is a transition"


def _event(on: object) -> tuple[str | None, Origin]:
    if on is None:
        return None, Origin()
    if not isinstance(on, Event):
        several: tuple[object, ...] = tuple(on) if isinstance(on, tuple | list | set | frozenset) else ()
        if isinstance(on, Built) and on._carried:
            return None, Origin(on._homes, on._carried)
        if isinstance(on, Built):
            mistake = Mistake("CLM111", "on= is given a condition or a signal, not an event", "give it to when=")
        elif several and all(isinstance(each, Event) for each in several):
            mistake = one_event()
        else:
            mistake = Mistake("CLM111", f"on={shown(on)} is not an event", "declare it with Event(...) and give that")
        return None, Origin(mistakes=(mistake,))
    return (on.name if on.name else None), on._origin


def _earlier(after: Iterable[Transition] | Transition) -> tuple[tuple[str, ...], Origin]:
    """The names of the transitions that are meant to win, and where they come from."""
    several: tuple[object, ...] = listed(after, Transition)
    named = [each for each in several if isinstance(each, Transition) and each.name]
    homes = frozenset[Home]().union(*(each.origin.homes for each in named))
    wrong = Mistake("CLM105", f"after={shown(after)} names no transition above", "give transitions that stand above this one")
    return tuple(each.name for each in named), Origin(homes, () if len(named) == len(several) else (wrong,))


def transition(
    sources: Phases,
    target: object,
    *,
    when: object,
    on: object,
    plays: Iterable[Play] | Play,
    kind: MoveKind | None,
    after: Iterable[Transition] | Transition,
    label: str,
    why: str,
    ref: str,
    stay: bool = False,
) -> Transition:
    """A transition from what was given to ``phase.to(...)``; what is wrong with it travels with it."""
    node, about = taken(when)
    event, offered = _event(on)
    earlier, known = _earlier(after)
    wrong = [*sources.mistakes, *about.mistakes, *offered.mistakes, *known.mistakes]
    homes = sources.homes | about.homes | offered.homes | known.homes
    path = ""
    if isinstance(target, Target):
        (path,), there = target._where()
        homes |= there.homes
    elif isinstance(target, Resume):
        path = target.path
        homes |= {target.home}
    else:
        wrong.append(Mistake("CLM105", f"the target {shown(target)} is not a phase", _place_instead(target)))
    moves = Transition(
        sources=sources.paths,
        target=path,
        resume=isinstance(target, Resume),
        stay=stay,
        when=node,
        on=event,
        plays=listed(plays, Play),
        kind=kind,
        after=earlier,
        label=label,
        why=why,
        ref=ref,
        origin=Origin(frozenset(homes), tuple(wrong)),
    )
    made(moves)
    return moves


def _place_instead(target: object) -> str:
    if isinstance(target, str) and target.isidentifier():
        return f"name a phase, a group or group.resume, without quotation marks: {target}"
    return "name a phase, a group or group.resume"
