"""The things that a lifecycle is made of beside phases and transitions, as plain frozen data.

Where one of them holds a condition, it holds the node; the facade it was written with leaves only its origin behind (which
lifecycles its names come from, and the mistakes in it), which the definition checks and then forgets.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Literal, Self, TypeVar

import attrs

from clmstate.conditions import Condition, Elapsed, Home, Mistake
from clmstate.conditions.nodes import Cond, EventDaysSince, EventTimes
from clmstate.errors import DefinitionError

__all__ = [
    "Days",
    "Event",
    "EventSpec",
    "Milestone",
    "Mitigation",
    "Origin",
    "Play",
    "Risk",
    "SuccessGap",
    "Team",
    "Touchpoint",
    "Verdict",
    "altered",
    "listed",
    "taken",
    "teams",
]

T = TypeVar("T")
E = TypeVar("E", bound=attrs.AttrsInstance)
Mitigation = Literal["escalate", "educate", "communicate"]
Verdict = Literal["keep", "improve", "skip", "remove"]


@attrs.frozen
class Origin:
    """Where the names in a condition come from, and what is wrong with it."""

    homes: frozenset[Home] = frozenset()
    mistakes: tuple[Mistake, ...] = ()


def taken(condition: object) -> tuple[Cond | None, Origin]:
    """The node of a condition that a user gave, and its origin; anything else becomes a mistake.

    Example:
        >>> taken(None)
        (None, Origin(homes=frozenset(), mistakes=()))
    """
    if condition is None:
        return None, Origin()
    if isinstance(condition, Condition):
        return condition.node, Origin(condition._homes, condition._mistakes)
    mistake = Mistake("CLM112", f"{condition!r:.60} is not a condition", "compare a signal with something, as in health >= 70")
    return None, Origin(mistakes=(mistake,))


def listed(items: Iterable[T] | T | None, kind: type | tuple[type, ...]) -> tuple[T, ...]:
    """One thing, several or none, as a tuple.

    Example:
        >>> listed("a", str), listed(["a", "b"], str)
        (('a',), ('a', 'b'))
    """
    if items is None:
        return ()
    return (items,) if isinstance(items, kind) else tuple(items)  # type: ignore[arg-type]


def altered(element: E, **changes: object) -> E:
    """The same element with some attributes changed (`attrs.evolve` would call the constructor that takes facades).

    Example:
        >>> altered(Touchpoint("Call"), why="to listen").why
        'to listen'
    """
    twin = object.__new__(type(element))
    twin.__attrs_init__(**(attrs.asdict(element, recurse=False) | changes))  # type: ignore[attr-defined]
    return twin


@attrs.frozen
class Team:
    """A team that owns phases or contributes to them.

    Attributes:
        name: as the company calls it.
        help: what it is there for.
        side: "ours", or "customer" for the customer's own people.
        ref: the source that names it.

    Example:
        >>> Team("Customer Success").name
        'Customer Success'
    """

    name: str
    help: str = ""
    side: Literal["ours", "customer"] = "ours"
    ref: str = ""

    def __str__(self) -> str:
        return self.name


def teams(given: Iterable[Team | str] | Team | str | None) -> tuple[Team, ...]:
    """Teams, given as teams or by name.

    Example:
        >>> [team.name for team in teams(["Sales", Team("Support")])]
        ['Sales', 'Support']
    """
    return tuple(Team(t) if isinstance(t, str) else t for t in listed(given, (Team, str)))


def _team(given: Team | str | None) -> Team | None:
    return next(iter(teams(given)), None)


@attrs.frozen
class Days:
    """A length of time in days, or a range of it.

    Attributes:
        least: days, 0 or more.
        most: days, at least `least`; by default the same.

    Example:
        >>> str(Days(30, 90)), str(Days(3))
        ('30 to 90 days', '3 days')
    """

    least: float
    most: float = attrs.field()

    @most.default
    def _same(self) -> float:
        return self.least

    def __attrs_post_init__(self) -> None:
        numbers = all(isinstance(n, int | float) and not isinstance(n, bool) for n in (self.least, self.most))
        if not numbers or not 0 <= self.least <= self.most < float("inf"):
            mistake = Mistake(
                "CLM120", f"{self.least!r} to {self.most!r} is no length of time", "give days from 0, the smaller number first"
            )
            raise DefinitionError([mistake.at("Days")])

    def __str__(self) -> str:
        if self.least == self.most:
            return f"{self.least:g} day" + ("" if self.least == 1 else "s")
        return f"{self.least:g} to {self.most:g} days"


@attrs.frozen
class Play:
    """Something the team does when a customer moves; open until somebody marks it done.

    Attributes:
        label: what is done, short.
        why: what for.
        how: how it is done.
        owner: the team that does it.
        due: how soon, counted from the move.
        ref: the source that asks for it.

    Example:
        >>> Play("Call the sponsor", owner="CSM", due=Days(2)).owner.name
        'CSM'
    """

    label: str
    why: str = attrs.field(default="", kw_only=True)
    how: str = attrs.field(default="", kw_only=True)
    owner: Team | None = attrs.field(default=None, kw_only=True, converter=_team)
    due: Days | None = attrs.field(default=None, kw_only=True)
    ref: str = attrs.field(default="", kw_only=True)


@attrs.frozen(init=False)
class Touchpoint:
    """A contact with the customer inside a phase.

    Attributes:
        label: what happens.
        why: why it is worth the customer's time.
        how: how it is carried out.
        owner: the team that leads it.
        due: how long after entering the phase.
        done: the condition that says it happened.
        ours, theirs: what each side brings.
        category: a heading to group it under.
        verdict: keep, improve, skip or remove; what the last review decided.
        ref: the source that names it.

    Example:
        >>> Touchpoint("Kick-off call", why="agree on first value", how="60 minutes with the sponsor", due=Days(3)).label
        'Kick-off call'
    """

    label: str
    why: str
    how: str
    owner: Team | None
    due: Days | None
    done: Cond | None
    ours: str
    theirs: str
    category: str
    verdict: Verdict | None
    ref: str
    origin: Origin = attrs.field(eq=False, repr=False)

    def __init__(
        self,
        label: str,
        *,
        why: str = "",
        how: str = "",
        owner: Team | str | None = None,
        due: Days | None = None,
        done: Condition | None = None,
        ours: str = "",
        theirs: str = "",
        category: str = "",
        verdict: Verdict | None = None,
        ref: str = "",
    ) -> None:
        node, origin = taken(done)
        self.__attrs_init__(label, why, how, _team(owner), due, node, ours, theirs, category, verdict, ref, origin)  # type: ignore[attr-defined]


@attrs.frozen(init=False)
class Milestone:
    """Something worth celebrating, reached once per life on the settled picture.

    Attributes:
        label: what was reached.
        when: the condition.
        plays: how it is celebrated.
        category: a heading to group it under.
        help: what it means.
        ref: the source that names it.
        name: its name in the lifecycle.

    Example:
        >>> from clmstate import Lifecycle, Signal
        >>> class Deal(Lifecycle):
        ...     live = Signal.flag("live", default=False)
        ...     first_value = Milestone("First value", when=live)
        >>> Deal.definition.milestones["first_value"].label
        'First value'
    """

    label: str
    when: Cond | None
    plays: tuple[Play, ...]
    category: str
    help: str
    ref: str
    name: str
    origin: Origin = attrs.field(eq=False, repr=False)

    def __init__(
        self,
        label: str,
        *,
        when: Condition,
        plays: Iterable[Play] | Play = (),
        category: str = "",
        help: str = "",
        ref: str = "",
    ) -> None:
        node, origin = taken(when)
        self.__attrs_init__(label, node, listed(plays, Play), category, help, ref, "", origin)  # type: ignore[attr-defined]


@attrs.frozen(init=False)
class Risk:
    """How a customer may be lost, the sign to watch for, and what to do about it.

    Attributes:
        label: the risk.
        sign: the warning sign, a condition on the settled picture.
        phases: the phases (paths) in which it matters; empty is all.
        mitigation: escalate, educate or communicate.
        plays: what is done.
        help: more about it.
        interval: when in the first year it is usually seen, in days from signature.
        ref: the source that names it.
        name: its name in the lifecycle.

    Example:
        >>> from clmstate import Lifecycle, Signal
        >>> class Deal(Lifecycle):
        ...     sponsor_left = Signal.flag("sponsor left", default=False)
        ...     turnover = Risk("Turnover in the key contact", sign=sponsor_left, mitigation="escalate")
        >>> Deal.definition.risks["turnover"].mitigation
        ('escalate',)
    """

    label: str
    sign: Cond | None
    phases: tuple[str, ...]
    mitigation: tuple[Mitigation, ...]
    plays: tuple[Play, ...]
    help: str
    interval: Days | None
    ref: str
    name: str
    origin: Origin = attrs.field(eq=False, repr=False)

    def __init__(
        self,
        label: str,
        *,
        sign: Condition | None = None,
        phases: Iterable[object] = (),
        mitigation: Iterable[Mitigation] | Mitigation = (),
        plays: Iterable[Play] | Play = (),
        help: str = "",
        interval: Days | None = None,
        ref: str = "",
    ) -> None:
        node, origin = taken(sign)
        paths, placed = _paths(phases)
        origin = Origin(origin.homes | placed.homes, origin.mistakes + placed.mistakes)
        mitigations = listed(mitigation, str)
        self.__attrs_init__(label, node, paths, mitigations, listed(plays, Play), help, interval, ref, "", origin)  # type: ignore[attr-defined]


@attrs.frozen(init=False)
class SuccessGap:
    """What separates a product that works from a customer that succeeds.

    Attributes:
        label: the gap.
        ours: what we call success here.
        theirs: what the customer calls success.
        plan: what closes it.
        cost: what it costs while it is open.
        when: the condition that says it is open, on the settled picture.
        phases: the phases (paths) in which it matters; empty is all.
        interval: when in the first year it is usually seen, in days from signature.
        ref: the source that names it.
        name: its name in the lifecycle.

    Example:
        >>> SuccessGap("Training does not stick", ours="course held", theirs="team works faster", plan="coach on the job").plan
        'coach on the job'
    """

    label: str
    ours: str
    theirs: str
    plan: str
    cost: str
    when: Cond | None
    phases: tuple[str, ...]
    interval: Days | None
    ref: str
    name: str
    origin: Origin = attrs.field(eq=False, repr=False)

    def __init__(
        self,
        label: str,
        *,
        ours: str = "",
        theirs: str = "",
        plan: str = "",
        cost: str = "",
        when: Condition | None = None,
        phases: Iterable[object] = (),
        interval: Days | None = None,
        ref: str = "",
    ) -> None:
        node, origin = taken(when)
        paths, placed = _paths(phases)
        origin = Origin(origin.homes | placed.homes, origin.mistakes + placed.mistakes)
        self.__attrs_init__(label, ours, theirs, plan, cost, node, paths, interval, ref, "", origin)  # type: ignore[attr-defined]


def _paths(places: Iterable[object]) -> tuple[tuple[str, ...], Origin]:
    """The paths of phases and groups, which are declared in a room that reads this one."""
    paths, homes, wrong = [], set(), []
    for place in listed(places, object) if hasattr(places, "path") else tuple(places):
        if hasattr(place, "path") and hasattr(place, "home"):
            paths.append(place.path)
            homes.add(place.home)
        else:
            wrong.append(Mistake("CLM105", f"{place!r:.60} is not a phase", "name phases or groups of this lifecycle"))
    return tuple(paths), Origin(frozenset(homes), tuple(wrong))


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


class Event:
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

    def _bind(self, name: str, home: Home) -> None:
        self._spec = attrs.evolve(self._spec, name=name)
        self._homes = frozenset((home,))

    def _rebound(self, home: Home) -> Self:
        twin = copy.copy(self)
        twin._homes = frozenset((home,))
        return twin

    def _named(self) -> str:
        if not self._spec.name:
            mistake = Mistake(
                "CLM103", f"event '{self.label}' is used before it has a name", "give it a name in the class body first"
            )
            raise DefinitionError([mistake.at("event")])
        return self._spec.name

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
        return Elapsed(EventDaysSince(self._named()), self._homes)

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
        return Elapsed(EventTimes(self._named()), self._homes)

    def __repr__(self) -> str:
        return f"<Event {self._spec.name or self._spec.label!r}>"
