"""Phases, groups of phases, and the transitions that lead from them.

Phases are nouns: where a customer stands. Transitions are verbs: what moves a customer. A phase's identity is its path inside its
lifecycle (``renewal.happy``) together with the lifecycle that holds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal, Self

import attrs

from clmstate.conditions import Condition, Elapsed, Home, Mistake
from clmstate.conditions.facade import Built, Refusing
from clmstate.conditions.nodes import Cond, PhaseVisits
from clmstate.errors import DefinitionError, Diagnostic, did_you_mean, shown
from clmstate.lifecycle.elements import (
    Days,
    Event,
    Origin,
    Place,
    Play,
    Team,
    Touchpoint,
    altered,
    given_or,
    listed,
    one_team,
    taken,
    teams,
)
from clmstate.lifecycle.lines import Spot, spot

__all__ = [
    "ANYWHERE",
    "GroupMeta",
    "GroupSpec",
    "MoveKind",
    "Phase",
    "Phases",
    "Resume",
    "Standing",
    "Transition",
    "anywhere",
]

Standing = Literal["good", "watch", "at_risk", "lost", ""]
MoveKind = Literal["forward", "branch", "relapse", "at_risk", "recovery", "next_cycle"]

ANYWHERE: Final = "*"
"""The source that stands for every non-final phase except the target."""

NOWHERE: Final = Home("nowhere")
INSTEAD: Final = "name phases with phase.to(...) and join them with |; a transition's condition need not ask for its phase"
_SAME: Final[Any] = object()
_CLASS_NAMES: Final = frozenset({"home", "mro", "path", "resume", "to", "visits"})


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
        when: Condition | None = _SAME,
        on: Event | None = _SAME,
        plays: Iterable[Play] | Play = _SAME,
        kind: MoveKind | None = _SAME,
        label: str = _SAME,
        why: str = _SAME,
        ref: str = _SAME,
    ) -> Transition:
        """The same transition with some things changed, for a variant of its lifecycle.

        Example:
            >>> Transition(("a",), "b").evolve(why="market practice").why
            'market practice'
        """
        changed: dict[str, Any] = {
            "plays": plays if plays is _SAME else listed(plays, Play),
            "kind": kind,
            "label": label,
            "why": why,
            "ref": ref,
        }
        origin = self.origin
        if when is not _SAME:
            changed["when"], given = taken(when)
            origin = Origin(origin.homes | given.homes, given.mistakes)
        if on is not _SAME:
            changed["on"], given = _event(on)
            origin = Origin(origin.homes | given.homes, origin.mistakes + given.mistakes)
        return attrs.evolve(self, origin=origin, **{k: v for k, v in changed.items() if v is not _SAME})

    def _described(self) -> str:
        return f"'{shown(self.name)[1:-1]}' is a transition"


class Dropped:
    """Marks an inherited name that a variant leaves out."""

    def __repr__(self) -> str:
        return "<dropped>"


DROPPED: Final = Dropped()


@attrs.frozen
class Resume:
    """The target "where the group was last left"."""

    path: str
    home: Home = attrs.field(eq=False, repr=False)


@attrs.frozen
class Phases(Place):
    """Several phases as one source: ``(adoption | success).to(...)``.

    Example:
        >>> from clmstate import Lifecycle
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
            >>> anywhere.to(Phase("Churned"), on=Event("ended")).sources
            ('*',)
        """
        return _transition(self, target, when=when, on=on, plays=plays, kind=kind, after=after, label=label, why=why, ref=ref)

    def __or__(self, other: Phase | GroupMeta | Phases) -> Phases:
        return _union(self, other)

    def __ror__(self, other: Phase | GroupMeta | Phases) -> Phases:
        return _union(other, self)

    def _where(self) -> tuple[tuple[str, ...], Origin]:
        return self.paths, Origin(self.homes, self.mistakes)

    def _described(self) -> str:
        return "this is several phases"

    _instead = INSTEAD


anywhere: Final = Phases((ANYWHERE,), frozenset())
"""Every non-final phase except the target, as a source: ``anywhere.to(churned, on=ended)``."""


@attrs.frozen
class GroupSpec:
    """A group of phases, as plain data.

    Attributes:
        path: its name in the lifecycle.
        label: what the business calls it.
        children: paths of its phases, in order.
        initial: the path at which it is entered.
        starts: whether new customers start in this group.
        help: what it is for.
        ref: the source that names it.

    Example:
        >>> GroupSpec("renewal", "Renewal", ("renewal.happy",), "renewal.happy").label
        'Renewal'
    """

    path: str
    label: str
    children: tuple[str, ...]
    initial: str
    starts: bool = False
    help: str = ""
    ref: str = ""


class _GroupBody(dict[str, Any]):
    def __init__(self, meta: str, home: Home) -> None:
        super().__init__()
        self.prefix, self.home = meta, home
        self.children: dict[str, Phase | Dropped] = {}
        self.mistakes: list[tuple[str, Mistake]] = []
        self.spots: dict[str, Spot] = {}

    def __setitem__(self, key: str, value: Any) -> None:
        self.spots[key] = spot()
        if key.startswith("__") and key.endswith("__"):  # __module__, __qualname__, __doc__
            super().__setitem__(key, value)
            return
        wrong = self._fault(key, value)
        if wrong is not None:
            self.mistakes.append((key, wrong))
            return
        if isinstance(value, Phase):
            value = altered(value, path=f"{self.prefix}.{key}", home=self.home)
        self.children[key] = value
        super().__setitem__(key, value)

    def _fault(self, key: str, value: object) -> Mistake | None:
        if isinstance(value, GroupMeta):
            return Mistake("CLM107", "a group is inside a group", "groups do not nest: use a composition, or longer phase names")
        if not isinstance(value, Phase | Dropped):
            remedy = "keep phases only in a group; signals, events and transitions stand in the lifecycle"
            return Mistake("CLM107", f"'{key}' in a group is not a phase", remedy)
        if key in self.children:
            return Mistake("CLM102", f"the name '{key}' is given twice in a group", "rename one of them")
        if key.startswith("_"):
            return Mistake("CLM101", f"the name '{key}' starts with an underscore", "names that begin so are private: rename it")
        if key in _CLASS_NAMES:
            return Mistake(
                "CLM101", f"the name '{key}' is one of our own", f"rename it; taken are: {', '.join(sorted(_CLASS_NAMES))}"
            )
        return None


class GroupMeta(Place, type):
    """The type of groups: a group is a class, so that editors see its phases as attributes.

    Example:
        >>> class renewal(Phase.Group):
        ...     happy = Phase("Happy", initial=True)
        ...     high_risk = Phase("High risk")
        >>> [phase.label for phase in renewal], renewal.happy in renewal
        (['Happy', 'High risk'], True)
    """

    _instead = INSTEAD

    path: str
    home: Home
    _phases: dict[str, Phase]
    _own: dict[str, Phase | Dropped]
    _label: str
    _starts: bool
    _ref: str
    _mistakes: tuple[tuple[str, Mistake], ...]
    _spots: dict[str, Spot]

    @classmethod
    def __prepare__(cls, name: str, bases: tuple[type, ...], **keywords: Any) -> _GroupBody:  # type: ignore[override]
        return _GroupBody(name, Home(name))

    def __new__(  # noqa: D102 -- users write a nested class
        mcs, name: str, bases: tuple[type, ...], body: _GroupBody, *, label: str = "", initial: bool = False, ref: str = ""
    ) -> GroupMeta:
        cls = super().__new__(mcs, name, bases, dict(body))
        mistakes = list(body.mistakes)
        children: dict[str, Phase] = {}
        for base in reversed(cls.__mro__):
            own = body.children if base is cls else base._own if isinstance(base, GroupMeta) else {}
            for key, child in own.items():
                if isinstance(child, Phase):
                    children[key] = child
                elif children.pop(key, None) is None and base is cls:
                    mistakes.append(
                        (key, Mistake("CLM119", f"'{key}' is dropped, but it is not inherited", did_you_mean(key, children)))
                    )
        cls._own = body.children
        cls.path, cls.home = name, body.home
        phases = {key: altered(child, path=f"{name}.{key}", home=body.home) for key, child in children.items()}
        for key, phase in phases.items():
            type.__setattr__(cls, key, phase)
        cls._phases = phases
        parent = next((b for b in cls.__mro__[1:] if isinstance(b, GroupMeta) and b._phases), None)
        cls._label = given_or(label, parent._label if parent is not None else name.replace("_", " ").capitalize())
        cls._starts = initial if initial is not False else (parent is not None and parent._starts)
        cls._ref = given_or(ref, parent._ref if parent is not None else "")
        cls._mistakes = tuple(mistakes)
        cls._spots = body.spots
        return cls

    def __init__(cls, name: str, bases: tuple[type, ...], body: Any, **_keywords: Any) -> None:
        super().__init__(name, bases, body)

    def _rebound(cls, home: Home) -> GroupMeta:
        body = _GroupBody(cls.path, home)
        body["__doc__"] = cls.__doc__
        body["__module__"] = cls.__module__
        return GroupMeta(cls.path, (cls,), body)

    @property
    def resume(cls) -> Resume:
        """The phase in which the group was last left, as a target; its initial phase if it never was.

        Example:
            >>> class renewal(Phase.Group):
            ...     happy = Phase("Happy", initial=True)
            >>> Phase("Growth").to(renewal.resume, on=Event("order delivered")).resume
            True
        """
        return Resume(cls.path, cls.home)

    @property
    def visits(cls) -> Elapsed:
        """How often the group was entered in this life."""
        return Elapsed(PhaseVisits(cls.path), frozenset((cls.home,)))

    def to(
        cls,
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
        """A transition from any phase of the group; the target itself is left out. Arguments as in :meth:`Phase.to`."""
        return _transition(
            _union(cls), target, when=when, on=on, plays=plays, kind=kind, after=after, label=label, why=why, ref=ref
        )

    def __or__(cls, other: Phase | GroupMeta | Phases) -> Phases:  # type: ignore[override]
        return _union(cls, other)

    def __ror__(cls, other: Phase | GroupMeta | Phases) -> Phases:  # type: ignore[override]
        return _union(other, cls)

    def _where(cls) -> tuple[tuple[str, ...], Origin]:
        return (cls.path,), Origin(frozenset((cls.home,)))

    def _described(cls) -> str:
        return f"'{cls.path}' is a group"

    def __setattr__(cls, name: str, value: object) -> None:
        if name in cls.__dict__.get("_phases", ()):
            cause = f"'{name}' is replaced after the definition, so no reader would see it"
            raise DefinitionError(
                [Diagnostic("CLM123", cls.path, cause, f"extend it instead: class {cls.path}(...): {name} = ...")]
            )
        super().__setattr__(name, value)

    def __iter__(cls) -> Iterator[Phase]:
        return iter(cls._phases.values())

    def __contains__(cls, phase: object) -> bool:
        return isinstance(phase, Phase) and phase in cls._phases.values()

    def __repr__(cls) -> str:
        return f"<Group {cls.path}>" if cls._phases else "<class 'Group'>"


@attrs.frozen(init=False)
class Phase(Place):
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
        label: str = _SAME,
        initial: bool = _SAME,
        final: bool = _SAME,
        owner: Team | str | None = _SAME,
        contributors: Iterable[Team | str] | Team | str = _SAME,
        goal: str = _SAME,
        questions: Iterable[str] | str = _SAME,
        expected: Days | None = _SAME,
        standing: Standing = _SAME,
        touchpoints: Iterable[Touchpoint] | Touchpoint = _SAME,
        complete: bool = _SAME,
        help: str = _SAME,
        ref: str = _SAME,
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
            "owner": owner if owner is _SAME else one_team(owner),
            "contributors": contributors if contributors is _SAME else teams(contributors),
            "goal": goal,
            "questions": questions if questions is _SAME else listed(questions, str),
            "expected": expected,
            "standing": standing,
            "touchpoints": touchpoints if touchpoints is _SAME else listed(touchpoints, Touchpoint),
            "complete": complete,
            "help": help,
            "ref": ref,
        }
        return altered(self, **{k: v for k, v in changed.items() if v is not _SAME})

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
        return _transition(
            _union(self), target, when=when, on=on, plays=plays, kind=kind, after=after, label=label, why=why, ref=ref
        )

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
        made = _transition(_union(self), self, when=when, on=on, plays=plays, kind=None, after=(), label=label, why=why, ref=ref)
        return attrs.evolve(made, stay=True)

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
        return _union(self, other)

    def __ror__(self, other: Phase | GroupMeta | Phases) -> Phases:
        return _union(other, self)

    def _where(self) -> tuple[tuple[str, ...], Origin]:
        return (self.path,), Origin(frozenset((self.home,)))

    def _described(self) -> str:
        return f"phase {shown(self.label)} is a place"

    _instead = INSTEAD

    def __str__(self) -> str:
        return self.label


def _union(*places: object) -> Phases:
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


def _event(on: object) -> tuple[str | None, Origin]:
    if on is None:
        return None, Origin()
    if not isinstance(on, Event):
        if isinstance(on, Built):
            mistake = Mistake("CLM111", "on= is given a condition or a signal, not an event", "give it to when=")
        else:
            mistake = Mistake("CLM111", f"on={shown(on)} is not an event", "declare it with Event(...) and give that")
        return None, Origin(mistakes=(mistake,))
    return (on.name if on.name else None), on._origin


def _earlier(after: Iterable[Transition] | Transition) -> tuple[tuple[str, ...], list[Mistake]]:
    """The names of the transitions that are meant to win."""
    several: tuple[object, ...] = listed(after, Transition)
    names = tuple(each.name for each in several if isinstance(each, Transition) and each.name)
    if len(names) == len(several):
        return names, []
    return names, [
        Mistake("CLM105", f"after={shown(after)} names no transition above", "give transitions that stand above this one")
    ]


def _transition(
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
) -> Transition:
    node, about = taken(when)
    event, offered = _event(on)
    earlier, unknown = _earlier(after)
    wrong = [*sources.mistakes, *about.mistakes, *offered.mistakes, *unknown]
    homes = sources.homes | about.homes | offered.homes
    path = ""
    if isinstance(target, Phase | GroupMeta | Resume):
        path = target.path
        homes |= {target.home}
    else:
        wrong.append(Mistake("CLM105", f"the target {shown(target)} is not a phase", "name a phase, a group or group.resume"))
    return Transition(
        sources=sources.paths,
        target=path,
        resume=isinstance(target, Resume),
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
