"""The things that a definition holds, in the business's words: what a difference shows beside each other."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Any

from clmstate.conditions import words
from clmstate.conditions.nodes import (
    And,
    Between,
    Compare,
    Cond,
    DaysInPhase,
    DaysSince,
    DaysUntil,
    EventDaysSince,
    ForDays,
    IsMissing,
    Named,
    Not,
    Or,
    SignalRef,
    ThresholdRef,
    Unless,
    walk,
)
from clmstate.lifecycle import ANYWHERE, LifecycleDefinition, Play, Team, Transition
from clmstate.signals import SignalSpec, ThresholdSpec, show_number

__all__ = ["deciding", "said", "said_limit", "said_signal", "said_way", "unnamed"]


def said(value: Any, definition: LifecycleDefinition) -> str:
    """A value of some element; "" for nothing.

    Example:
        >>> from clmstate import Days, Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     new = Phase("New", initial=True)
        >>> said(Days(3, 5), Deal.definition), said(True, Deal.definition), said(None, Deal.definition)
        ('3 to 5 days', 'yes', '')
    """
    match value:
        case None | "" | ():
            return ""
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return show_number(value)
        case str():
            return " ".join(value.split())
        case tuple():
            return ", ".join(said(item, definition) for item in value)
        case Team():
            return value.name
        case Play():
            more = [
                word for word in (said(value.owner, definition), f"within {value.due}" if value.due is not None else "") if word
            ]
            return f"{value.label} ({', '.join(more)})" if more else value.label
        case _ if isinstance(value, Cond):
            return words(value, definition)
        case _:
            return str(value)


def said_signal(spec: SignalSpec) -> str:
    """What a signal may be.

    Example:
        >>> said_signal(SignalSpec("health", "score", "health", low=0, high=100, step=1))
        'health: score, a number from 0 to 100'
    """
    usual = "" if spec.default is None else f", {spec.show(spec.default)} unless reported"
    return f"{spec.label}: {spec.kind}, {spec.allowed}{usual}{', fed by the composition' if spec.port else ''}"


def said_limit(limit: ThresholdSpec, definition: LifecycleDefinition) -> str:
    """The value of a named limit, as what is compared with it would be shown: 80 %, and not 0.8; 120 days, and not 120.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal, Threshold
        >>> class Deal(Lifecycle):
        ...     adopted = Signal.share("users adopted")
        ...     enough = Threshold(0.8)
        ...     new, won = Phase("New", initial=True), Phase("Won")
        ...     win = new.to(won, when=adopted >= enough)
        >>> said_limit(Deal.definition.thresholds["enough"], Deal.definition)
        '80 %'
    """
    for cond in (inner for held in deciding(definition) for inner in walk(held)):
        match cond:
            case ForDays(_, ThresholdRef(limit.name)):
                return _days(limit.value)
            case Compare(left, _, ThresholdRef(limit.name)) | Compare(ThresholdRef(limit.name), _, left):
                pass
            case Between(left, low, high) if ThresholdRef(limit.name) in (low, high):
                pass
            case _:
                continue
        if isinstance(left, SignalRef):
            return definition.signals[left.name].show(limit.value)
        if isinstance(left, DaysUntil | DaysSince | DaysInPhase | EventDaysSince):
            return _days(limit.value)
    return show_number(limit.value)


def _days(number: float) -> str:
    return f"{show_number(number)} day{'' if number == 1 else 's'}"


def deciding(definition: LifecycleDefinition) -> Iterator[Cond]:
    """The conditions that decide something, of rules, milestones, risks, success gaps and touchpoints.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     new, won = Phase("New", initial=True), Phase("Won")
        ...     win = new.to(won, when=health >= 60)
        >>> len(list(deciding(Deal.definition)))
        1
    """
    held = (
        *(t.when for t in definition.transitions.values()),
        *(m.when for m in definition.milestones.values()),
        *(r.sign for r in definition.risks.values()),
        *(g.when for g in definition.gaps.values()),
        *(touchpoint.done for phase in definition.phases.values() for touchpoint in phase.touchpoints),
    )
    return (cond for cond in held if cond is not None)


def said_way(transition: Transition, definition: LifecycleDefinition) -> str:
    """A transition from where to where, and why.

    Example:
        >>> from clmstate import Event, Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     won = Event("contract signed")
        ...     open = Phase("Open", initial=True)
        ...     closed = Phase("Closed", final=True)
        ...     win = open.to(closed, on=won)
        >>> said_way(Deal.win, Deal.definition)
        'Open → Closed: contract signed'
    """
    labels = ["anywhere" if source == ANYWHERE else definition.places[source].label for source in transition.sources]
    target = "stays" if transition.stay else f"→ {definition.places[transition.target].label}"
    back = ", where last left" if transition.resume else ""
    return f"{' or '.join(labels)} {target}{back}: {definition.why(transition)}"


def unnamed(cond: Cond, kept: Container[tuple[str, Cond]] = ()) -> Cond:
    """A condition without the business's names in it, for where the same name has come to mean something else.

    Args:
        cond: the condition.
        kept: labels that stay, each with what it names.

    Example:
        >>> from clmstate.conditions.nodes import IsTrue
        >>> unnamed(Not(Named(IsTrue("live"), "in use")))
        Not(of=IsTrue(signal='live'))
    """
    match cond:
        case Named(of, label):
            return cond if (label, of) in kept else unnamed(of, kept)
        case Not(of):
            return Not(unnamed(of, kept))
        case Unless(of):
            return Unless(unnamed(of, kept))
        case ForDays(of, days):
            return ForDays(unnamed(of, kept), days)
        case IsMissing(of) if not isinstance(of, SignalRef):
            return IsMissing(unnamed(of, kept))
        case And(items):
            return And(tuple(unnamed(item, kept) for item in items))
        case Or(items):
            return Or(tuple(unnamed(item, kept) for item in items))
        case _:
            return cond
