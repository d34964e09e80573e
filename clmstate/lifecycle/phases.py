"""Phases: where a customer stands.

Phases are nouns, transitions are verbs. A phase's identity is its path inside its lifecycle (``renewal.happy``) together with the lifecycle
that holds it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Literal, Self

import attrs

from clmstate.conditions import Condition, Elapsed, Home
from clmstate.conditions.nodes import PhaseVisits
from clmstate.errors import shown
from clmstate.lifecycle.elements import Days, Origin, Play, Team, Touchpoint, altered, listed, one_team, teams
from clmstate.lifecycle.events import Event
from clmstate.lifecycle.groups import GroupMeta
from clmstate.lifecycle.sources import INSTEAD, Phases, union
from clmstate.lifecycle.transitions import DROPPED, SAME, MoveKind, Resume, Target, Transition, transition

__all__ = ["NOWHERE", "Phase", "Standing"]

Standing = Literal["good", "watch", "at_risk", "lost", ""]

NOWHERE: Final = Home("nowhere")


@attrs.frozen(init=False)
class Phase(Target):
    """Where a customer stands; decided by behaviour and data, not by the calendar.

    Attributes:
        label: what the business calls it.
        initial: whether customers start here (or the group is entered here).
        final: whether it is the end; a final phase has no way out.
        owner: the team that owns it.
        contributors: teams that help.
        goal: what it is for, from the customer's side.
        questions: what the customer asks here.
        expected: how long a stay usually is; a hint for people, never a rule.
        standing: good, watch, at_risk or lost; "" if it says nothing.
        touchpoints: contacts with the customer, in order.
        complete: whether the ways out are meant to cover every customer.
        help: more about it.
        ref: the source that names it.
        path: its identity inside the lifecycle.
        home: the identity of the lifecycle (or group) that holds it.

    Example:
        >>> adoption = Phase("Adoption", owner="CSM", goal="people work with it every day", expected=Days(30, 90))
        >>> adoption.owner.name, str(adoption.expected)
        ('CSM', '30 to 90 days')
    """

    label: str = attrs.field(eq=False)
    initial: bool = attrs.field(eq=False)
    final: bool = attrs.field(eq=False)
    owner: Team | None = attrs.field(eq=False)
    contributors: tuple[Team, ...] = attrs.field(eq=False)
    goal: str = attrs.field(eq=False)
    questions: tuple[str, ...] = attrs.field(eq=False)
    expected: Days | None = attrs.field(eq=False)
    standing: Standing = attrs.field(eq=False)
    touchpoints: tuple[Touchpoint, ...] = attrs.field(eq=False)
    complete: bool = attrs.field(eq=False)
    help: str = attrs.field(eq=False)
    ref: str = attrs.field(eq=False)
    path: str
    home: Home

    class Group(metaclass=GroupMeta):
        """Phases that belong together, written as a nested class: ``class renewal(Phase.Group): ...``.

        A group is entered at its initial phase, at a child, or at ``group.resume``. Groups do not nest. Keywords: ``label`` (by default
        made from its name), ``initial=True`` if customers start in it, ``ref``.

        Example:
            >>> from clmstate import Lifecycle, Phase
            >>> class Deal(Lifecycle):
            ...     class renewal(Phase.Group, initial=True):
            ...         happy = Phase("Happy", initial=True)
            ...         high_risk = Phase("High risk")
            >>> Deal.renewal.high_risk.path
            'renewal.high_risk'
        """

    def __init__(
        self,
        label: str,
        *,
        initial: bool = False,
        final: bool = False,
        owner: Team | str | None = None,
        contributors: Iterable[Team | str] | Team | str = (),
        goal: str = "",
        questions: Iterable[str] | str = (),
        expected: Days | None = None,
        standing: Standing = "",
        touchpoints: Iterable[Touchpoint] | Touchpoint = (),
        complete: bool = False,
        help: str = "",
        ref: str = "",
    ) -> None:
        self.__attrs_init__(  # pyright: ignore[reportAttributeAccessIssue]  # attrs makes it
            label,
            initial,
            final,
            one_team(owner),
            teams(contributors),
            goal,
            listed(questions, str),
            expected,
            standing,
            listed(touchpoints, Touchpoint),
            complete,
            help,
            ref,
            "",
            NOWHERE,
        )

    @staticmethod
    def dropped() -> Any:
        """Leaves out an inherited phase: ``growth = Phase.dropped()``.

        Example:
            >>> Phase.dropped()
            <dropped>
        """
        return DROPPED

    def evolve(
        self,
        *,
        label: str = SAME,
        initial: bool = SAME,
        final: bool = SAME,
        owner: Team | str | None = SAME,
        contributors: Iterable[Team | str] | Team | str = SAME,
        goal: str = SAME,
        questions: Iterable[str] | str = SAME,
        expected: Days | None = SAME,
        standing: Standing = SAME,
        touchpoints: Iterable[Touchpoint] | Touchpoint = SAME,
        complete: bool = SAME,
        help: str = SAME,
        ref: str = SAME,
    ) -> Self:
        """The same phase with some things changed, for a variant of its lifecycle.

        Example:
            >>> Phase("Success", owner="CSM").evolve(owner="Named CSM").owner.name
            'Named CSM'
        """
        changed = {
            "label": label,
            "initial": initial,
            "final": final,
            "owner": owner if owner is SAME else one_team(owner),
            "contributors": contributors if contributors is SAME else teams(contributors),
            "goal": goal,
            "questions": questions if questions is SAME else listed(questions, str),
            "expected": expected,
            "standing": standing,
            "touchpoints": touchpoints if touchpoints is SAME else listed(touchpoints, Touchpoint),
            "complete": complete,
            "help": help,
            "ref": ref,
        }
        return altered(self, **{k: v for k, v in changed.items() if v is not SAME})

    def __repr__(self) -> str:
        return f"<Phase {self.path or repr(self.label)}>"

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
        """A transition to another phase.

        Args:
            target: a phase, a group (entered at its initial phase) or ``group.resume``.
            when: the condition that must be true.
            on: the event that must be offered.
            plays: what the team does when it is taken.
            kind: how a picture shows it, where the derivation would read wrong.
            after: transitions meant to win over this one when both could be taken.
            label: the business's words for it, instead of its condition's.
            why: why it exists.
            ref: the source that asks for it.

        Example:
            >>> Phase("Onboarding").to(Phase("Adoption"), on=Event("went live"), why="first value is seen").why
            'first value is seen'
        """
        return transition(union(self), target, when=when, on=on, plays=plays, kind=kind, after=after, label=label, why=why, ref=ref)

    def stay(
        self,
        *,
        on: Event,
        when: Condition | None = None,
        plays: Iterable[Play] | Play = (),
        label: str = "",
        why: str = "",
        ref: str = "",
    ) -> Transition:
        """Records an event and plays without leaving the phase. Arguments as in :meth:`to`.

        Example:
            >>> Phase("Onboarding").stay(on=Event("notice received"), plays=Play("Save call")).stay
            True
        """
        return transition(
            union(self), self, when=when, on=on, plays=plays, kind=None, after=(), label=label, why=why, ref=ref, stay=True
        )

    @property
    def visits(self) -> Elapsed:
        """How often the phase was entered in this life, the first entry included.

        Example:
            >>> from clmstate import Lifecycle, Phase
            >>> class Deal(Lifecycle):
            ...     adoption = Phase("Adoption", initial=True)
            >>> (Deal.adoption.visits >= 2).words(Deal.definition)
            'Adoption entered at least twice'
        """
        return Elapsed(PhaseVisits(self.path), frozenset((self.home,)))

    def __or__(self, other: Phase | GroupMeta | Phases) -> Phases:
        return union(self, other)

    def __ror__(self, other: Phase | GroupMeta | Phases) -> Phases:
        return union(other, self)

    def _where(self) -> tuple[tuple[str, ...], Origin]:
        return (self.path,), Origin(frozenset((self.home,)))

    def _described(self) -> str:
        return f"phase {shown(self.label)} is a place"

    _instead = INSTEAD

    def __str__(self) -> str:
        return self.label
