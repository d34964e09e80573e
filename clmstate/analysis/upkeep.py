"""What a lifecycle leaves unsaid, who hands over to whom, and phases that the calendar decides.

Read off the definition; no condition is proved here.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import attrs

from clmstate.analysis.shape import Given, Shape
from clmstate.conditions.nodes import (
    Between,
    Compare,
    Cond,
    Const,
    DateConst,
    DaysInPhase,
    DaysSince,
    DaysUntil,
    EventDaysSince,
    Term,
    ThresholdRef,
    children,
)
from clmstate.lifecycle import Phase, Team, Touchpoint, Transition, definition_of

__all__ = [
    "ByCalendar",
    "Handoff",
    "Unsaid",
    "by_calendar",
    "handoffs",
    "touchpoints_without_why",
    "unanswered_questions",
    "unsaid",
]

What: TypeAlias = Literal["goal", "owner", "way in"]

_CALENDAR: Final = DaysInPhase | DaysSince | DaysUntil


@attrs.frozen
class Handoff:
    """A customer changes hands: a transition between phases that different teams own.

    Attributes:
        transition: what the customer moves by.
        source, target: from where to where.
        giver, taker: the teams.

    Example:
        >>> print(Handoff(Transition(("a",), "b"), Phase("Onboarding"), Phase("Adoption"), Team("Services"), Team("CSM")))
        Services → CSM, when Onboarding → Adoption
    """

    transition: Transition
    source: Phase
    target: Phase
    giver: Team
    taker: Team

    def __str__(self) -> str:
        return f"{self.giver} → {self.taker}, when {self.source} → {self.target}"


def handoffs(lifecycle: Given) -> tuple[Handoff, ...]:
    """All moves between phases of different owners, in order of declaration; phases without an owner hand over to nobody.

    Example:
        >>> from clmstate import Event, Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     signed = Event("contract signed")
        ...     new = Phase("New", initial=True, owner="Sales")
        ...     won = Phase("Won", final=True, owner="Services")
        ...     win = new.to(won, on=signed)
        >>> print(*handoffs(Deal))
        Sales → Services, when New → Won
    """
    shape = Shape(lifecycle)
    found: list[Handoff] = []
    for way in shape.ways:
        source, target = shape.phase(way.source), shape.phase(way.target)
        if source.owner is not None and target.owner is not None and source.owner.name != target.owner.name:
            found.append(Handoff(way.transition, source, target, source.owner, target.owner))
    return tuple(found)


def touchpoints_without_why(lifecycle: Given) -> tuple[tuple[Phase, Touchpoint], ...]:
    """Touchpoints that do not say why they are worth the customer's time.

    Example:
        >>> from clmstate import Lifecycle, Phase, Touchpoint
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True, touchpoints=Touchpoint("Kick-off call"))
        >>> [touchpoint.label for _, touchpoint in touchpoints_without_why(Deal)]
        ['Kick-off call']
    """
    phases = definition_of(lifecycle).phases.values()
    return tuple((p, touchpoint) for p in phases for touchpoint in p.touchpoints if not touchpoint.why.strip())


@attrs.frozen
class Unsaid:
    """Something that a phase should have, and has not.

    Attributes:
        phase: the phase.
        what: its goal, its owner, or any way in.

    Example:
        >>> print(Unsaid(Phase("Adoption"), "goal"))
        Adoption has no goal
    """

    phase: Phase
    what: What

    def __str__(self) -> str:
        return f"{self.phase.label} has no {self.what}"


def unsaid(lifecycle: Given) -> tuple[Unsaid, ...]:
    """Phases without a goal, without an owner, or without criteria to get into them (no transition leads there).

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True, owner="Sales", goal="we know what we need")
        ...     won = Phase("Won", final=True, owner="Sales", goal="we have it")
        >>> print(*unsaid(Deal))
        Won has no way in
    """
    shape = Shape(lifecycle)
    entered = {way.target for way in shape.ways} | {shape.definition.initial}
    found: list[Unsaid] = []
    for path, phase in shape.definition.phases.items():
        if not phase.goal.strip():
            found.append(Unsaid(phase, "goal"))
        if phase.owner is None:
            found.append(Unsaid(phase, "owner"))
        if path not in entered:
            found.append(Unsaid(phase, "way in"))
    return tuple(found)


def unanswered_questions(lifecycle: Given) -> tuple[tuple[Phase, tuple[str, ...]], ...]:
    """Phases in which customers ask something while nobody is due to talk to them.

    Somebody is due to when the phase has a touchpoint that the last review did not skip or remove, or when a play is opened by a
    transition that leads in. Whether they answer *these* questions, no model can say.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True, questions="What will it cost?")
        >>> [(phase.label, questions) for phase, questions in unanswered_questions(Deal)]
        [('New', ('What will it cost?',))]
    """
    shape = Shape(lifecycle)
    played = {way.target: None for way in shape.ways if way.transition.plays}
    return tuple(
        (phase, phase.questions)
        for path, phase in shape.definition.phases.items()
        if phase.questions and path not in played and all(t.verdict in ("skip", "remove") for t in phase.touchpoints)
    )


@attrs.frozen
class ByCalendar:
    """A phase that customers leave because time has passed, and for no other reason.

    Attributes:
        phase: the phase.
        transitions: its ways on.

    Example:
        >>> print(ByCalendar(Phase("Onboarding"), ()))
        Onboarding is left by the calendar alone
    """

    phase: Phase
    transitions: tuple[Transition, ...]

    def __str__(self) -> str:
        return f"{self.phase.label} is left by the calendar alone"


def by_calendar(lifecycle: Given) -> tuple[ByCalendar, ...]:
    """Phases whose every way on is decided by time alone: the anti-pattern "month four, so you are in Adoption".

    Decided by time alone is a rule without an event whose every part compares days in the phase, days to or since a date, or "more than
    so many days" since an event with a fixed number. Ways into phases of standing ``lost`` do not count as ways on: losing a
    customer is seldom planned.

    Example:
        >>> from clmstate import Lifecycle, Phase, days_in_phase
        >>> class Year(Lifecycle):
        ...     onboarding = Phase("Onboarding", initial=True)
        ...     adoption = Phase("Adoption", final=True)
        ...     go_on = onboarding.to(adoption, when=days_in_phase >= 90)
        >>> print(*by_calendar(Year))
        Onboarding is left by the calendar alone
    """
    shape = Shape(lifecycle)
    found: list[ByCalendar] = []
    for path, phase in shape.definition.phases.items():
        on = {w.transition.name: w.transition for w in shape.ways if w.source == path and shape.phase(w.target).standing != "lost"}
        if on and all(t.on is None and t.when is not None and _by_time(t.when) for t in on.values()):
            found.append(ByCalendar(phase, tuple(on.values())))
    return tuple(found)


def _by_time(cond: Cond) -> bool:
    """Whether nothing but passing time can make a condition true."""
    match cond:
        case Compare(left, op, right):
            if _fixed(left):
                left, right, op = right, left, {"<": ">", "<=": ">="}.get(op, op)  # type: ignore[assignment]
            return _fixed(right) and (isinstance(left, _CALENDAR) or (isinstance(left, EventDaysSince) and op in (">", ">=")))
        case Between(term, low, high):
            return isinstance(term, _CALENDAR) and _fixed(low) and _fixed(high)
        case _:
            inside = children(cond)
            return bool(inside) and all(map(_by_time, inside))


def _fixed(term: Term) -> bool:
    return isinstance(term, Const | ThresholdRef | DateConst)
