"""The things that a lifecycle is made of beside phases and transitions, as plain frozen data.

Where one of them holds a condition, it holds the node; the facade it was written with leaves only its origin behind (which
lifecycles its names come from, and the mistakes in it), which the definition checks and then forgets.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, TypeVar

import attrs

from clmstate.conditions import Condition, Home, Mistake
from clmstate.conditions.facade import refused
from clmstate.conditions.nodes import Cond
from clmstate.conditions.refusing import Chosen, number_faults
from clmstate.errors import DefinitionError, shown
from clmstate.signals import show_number

__all__ = [
    "Days",
    "Milestone",
    "Mitigation",
    "Origin",
    "Place",
    "Play",
    "Risk",
    "SuccessGap",
    "Team",
    "Touchpoint",
    "Verdict",
    "altered",
    "given_or",
    "listed",
    "one_team",
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


class Place(Chosen):
    """Somewhere a customer may stand: a phase, a group of phases, or several of them."""

    __slots__ = ()
    _joined = "join phases with |, as in (adoption | success).to(...)"

    def _where(self) -> tuple[tuple[str, ...], Origin]:
        """The paths it stands for, and where they come from."""
        raise NotImplementedError


def taken(condition: object) -> tuple[Cond | None, Origin]:
    """The node of a condition that a user gave, and its origin; anything else becomes a mistake.

    Example:
        >>> taken(None)
        (None, Origin(homes=frozenset(), mistakes=()))
    """
    if condition is None:
        return None, Origin()
    given = condition if isinstance(condition, Condition) else refused(condition)
    return given.node, Origin(*given._with())


def listed(items: Iterable[T] | T | None, kind: type[T]) -> tuple[T, ...]:
    """One thing, several or none, as a tuple; what is neither stands in it as it is, and the definition's check says so.

    Example:
        >>> listed("a", str), listed(["a", "b"], str)
        (('a',), ('a', 'b'))
    """
    given: object = items
    if given is None:
        return ()
    if isinstance(given, str):
        return (given,)  # type: ignore[return-value]  # for texts it is right, elsewhere the definition's check says so
    if isinstance(given, kind):
        return (given,)
    try:
        return tuple(given)  # type: ignore[arg-type]
    except Exception:  # noqa: BLE001 -- whatever a foreign object raises, it is not several of these
        return (given,)  # type: ignore[return-value]


def given_or(text: str, otherwise: str) -> str:
    """A text, or another one where it is empty; what is no text stays as it is, and the definition's check says so.

    Example:
        >>> given_or("", "Renewal")
        'Renewal'
    """
    given: object = text
    return otherwise if isinstance(given, str) and not given else text


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
    several: tuple[Team | str, ...] = (given,) if isinstance(given, Team | str) else listed(given, Team)
    return tuple(Team(each) if isinstance(each, str) else each for each in several)


def one_team(given: Team | str | None) -> Team | None:
    """One team, given as a team or by name.

    Example:
        >>> one_team("Sales")
        Team(name='Sales', help='', side='ours', ref='')
    """
    return Team(given) if isinstance(given, str) else given


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
    most: float = attrs.Factory(lambda self: self.least, takes_self=True)

    def __attrs_post_init__(self) -> None:
        if number_faults(self.least) or number_faults(self.most) or not 0 <= self.least <= self.most:
            cause = f"{shown(self.least)} to {shown(self.most)} is no length of time"
            raise DefinitionError([Mistake("CLM120", cause, "give days from 0, the smaller number first").at("Days")])

    def __str__(self) -> str:
        if self.least == self.most:
            return f"{show_number(self.least)} day" + ("" if self.least == 1 else "s")
        return f"{show_number(self.least)} to {show_number(self.most)} days"


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
    owner: Team | None = attrs.field(default=None, kw_only=True, converter=one_team)
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
        self.__attrs_init__(  # pyright: ignore[reportAttributeAccessIssue]  # attrs makes it
            label, why, how, one_team(owner), due, node, ours, theirs, category, verdict, ref, origin
        )


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
        self.__attrs_init__(  # pyright: ignore[reportAttributeAccessIssue]  # attrs makes it
            label, node, listed(plays, Play), category, help, ref, "", origin
        )


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
        phases: Iterable[Place] | Place = (),
        mitigation: Iterable[Mitigation] | Mitigation = (),
        plays: Iterable[Play] | Play = (),
        help: str = "",
        interval: Days | None = None,
        ref: str = "",
    ) -> None:
        node, origin = taken(sign)
        paths, placed = _paths(phases)
        origin = Origin(origin.homes | placed.homes, origin.mistakes + placed.mistakes)
        mitigations: tuple[Any, ...] = listed(mitigation, str)
        self.__attrs_init__(  # pyright: ignore[reportAttributeAccessIssue]  # attrs makes it
            label, node, paths, mitigations, listed(plays, Play), help, interval, ref, "", origin
        )


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
        phases: Iterable[Place] | Place = (),
        interval: Days | None = None,
        ref: str = "",
    ) -> None:
        node, origin = taken(when)
        paths, placed = _paths(phases)
        origin = Origin(origin.homes | placed.homes, origin.mistakes + placed.mistakes)
        self.__attrs_init__(  # pyright: ignore[reportAttributeAccessIssue]  # attrs makes it
            label, ours, theirs, plan, cost, node, paths, interval, ref, "", origin
        )


def _paths(places: Iterable[Place] | Place) -> tuple[tuple[str, ...], Origin]:
    """The paths of phases and groups, which are declared in a room that reads this one."""
    paths: list[str] = []
    homes: set[Home] = set()
    wrong: list[Mistake] = []
    several: tuple[object, ...] = listed(places, Place)
    for place in several:
        if isinstance(place, Place):
            found, about = place._where()
            paths += found
            homes |= about.homes
            wrong += about.mistakes
        else:
            wrong.append(Mistake("CLM105", f"{shown(place)} is not a phase", "name phases or groups of this lifecycle"))
    return tuple(paths), Origin(frozenset(homes), tuple(wrong))
