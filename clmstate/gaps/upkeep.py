"""What the definition itself leaves open: the worries that teams have about their own lifecycle, asked of the model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import attrs

from clmstate.gaps.stays import Seen
from clmstate.lifecycle import LifecycleDefinition, Phase

__all__ = ["Concern", "concerns", "late_only", "next_to_build", "touchpoint_findings"]


@attrs.frozen
class Concern:
    """One worry, and where the model gives reason for it.

    Attributes:
        question: the worry.
        where: each place with the reason; empty if there is none.
        asked: whether it could be asked; some need replayed customers.

    Example:
        >>> Concern("Is the effort known?", ("Onboarding: no expected length",)).open
        True
    """

    question: str
    where: tuple[str, ...]
    asked: bool = True

    @property
    def open(self) -> bool:
        """Whether there is reason to worry."""
        return bool(self.where)


def concerns(definition: LifecycleDefinition, seen: Seen | None = None) -> tuple[Concern, ...]:
    """The five worries that teams name most: undefined work, unknown effort, blurred roles, varying times, nothing after going live.

    Args:
        definition: the lifecycle.
        seen: what replayed customers tell; without it varying times cannot be asked.

    Example:
        >>> from clmstate import Days, Lifecycle, Phase, Touchpoint
        >>> class Deal(Lifecycle):
        ...     open = Phase("Open", initial=True, goal="we decide", owner="Sales", touchpoints=Touchpoint("Call", owner="Sales"))
        >>> [(concern.question, concern.where) for concern in concerns(Deal.definition) if concern.open]
        [('Is the effort known?', ('Open: no expected length', 'Open, Call: no due date'))]
    """
    alive = [phase for phase in definition.phases.values() if not phase.final]
    live = [phase for phase in alive if phase.standing in ("good", "watch")]
    return (
        Concern("Is the work defined?", _found(alive, _undefined)),
        Concern("Is the effort known?", _found(alive, _effort)),
        Concern("Are roles clear?", _found(alive, _roles)),
        Concern("Do times vary?", () if seen is None else tuple(_times(definition, seen)), seen is not None),
        Concern("Is it clear what to do after going live?", _found(live, _idle)),
    )


def _found(phases: list[Phase], ask: Callable[[Phase], Iterator[str]]) -> tuple[str, ...]:
    return tuple(answer for phase in phases for answer in ask(phase))


def _undefined(phase: Phase) -> Iterator[str]:
    if not phase.goal.strip():
        yield f"{phase.label}: no goal"
    if not phase.touchpoints and not phase.standing:
        yield f"{phase.label}: no touchpoint"


def _effort(phase: Phase) -> Iterator[str]:
    if phase.expected is None:
        yield f"{phase.label}: no expected length"
    yield from (f"{phase.label}, {t.label}: no due date" for t in phase.touchpoints if t.due is None)


def _roles(phase: Phase) -> Iterator[str]:
    if phase.owner is None:
        yield f"{phase.label}: no owner"
    yield from (f"{phase.label}, {t.label}: nobody leads it" for t in phase.touchpoints if t.owner is None)


def _idle(phase: Phase) -> Iterator[str]:
    if not any(t.verdict not in ("skip", "remove") for t in phase.touchpoints):
        yield f"{phase.label}: nobody is due to talk to them"


def _times(definition: LifecycleDefinition, seen: Seen) -> Iterator[str]:
    for path, stays in seen.stays.items():
        phase = definition.phases[path]
        if stays.variable:
            yield f"{phase.label}: {stays}"
        elif stays.median is not None and phase.expected is not None and stays.median > phase.expected.most:
            yield f"{phase.label}: {stays}, expected {phase.expected}"


def touchpoint_findings(definition: LifecycleDefinition) -> tuple[str, ...]:
    """Touchpoints whose worth for the customer is not stated, and those that no review has judged.

    A touchpoint needs a strong reason why it is worth the customer's time; where there is none, it is to be improved, skipped or removed.

    Example:
        >>> from clmstate import Lifecycle, Phase, Touchpoint
        >>> class Deal(Lifecycle):
        ...     open = Phase("Open", initial=True, touchpoints=[Touchpoint("Call"), Touchpoint("Visit", why="they see it", verdict="keep")])
        >>> touchpoint_findings(Deal.definition)
        ('Open, Call: no reason why it is worth their time: improve, skip or remove it', 'Open, Call: no verdict of a review')
    """
    found = []
    for phase in definition.phases.values():
        for touchpoint in phase.touchpoints:
            place = f"{phase.label}, {touchpoint.label}"
            if not touchpoint.why.strip() and touchpoint.verdict not in ("improve", "skip", "remove"):
                found.append(f"{place}: no reason why it is worth their time: improve, skip or remove it")
            if touchpoint.verdict is None:
                found.append(f"{place}: no verdict of a review")
    return tuple(found)


_RENEWAL: Final = "renew"


def late_only(definition: LifecycleDefinition) -> tuple[str, ...]:
    """Phases before a renewal in which nobody is due to talk to the customer: whoever appears only at the end appears too late.

    A phase is of a renewal if its label, path or group speaks of renewing. Final phases do not count.

    Example:
        >>> from clmstate import Lifecycle, Phase, Touchpoint
        >>> class Deal(Lifecycle):
        ...     use = Phase("In use", initial=True)
        ...     renewal = Phase("Renewal", touchpoints=Touchpoint("Offer"))
        >>> late_only(Deal.definition)
        ('In use: nobody talks to them before the renewal',)
    """

    def renews(path: str, phase: Phase) -> bool:
        return _RENEWAL in path.lower() or _RENEWAL in phase.label.lower()

    if not any(renews(path, phase) for path, phase in definition.phases.items()):
        return ()
    return tuple(
        f"{phase.label}: nobody talks to them before the renewal"
        for path, phase in definition.phases.items()
        if not phase.final and not renews(path, phase) and phase.standing not in ("lost",) and not phase.touchpoints
    )


def next_to_build(definition: LifecycleDefinition) -> str:
    """What to add next: first stages with goals, then touchpoints in them, then how each is carried out; "" if all is there.

    Example:
        >>> from clmstate import Lifecycle, Phase
        >>> class Deal(Lifecycle):
        ...     open = Phase("Open", initial=True, goal="we decide")
        >>> next_to_build(Deal.definition)
        'touchpoints: Open has none'
    """
    alive = [phase for phase in definition.phases.values() if not phase.final]
    steps = (
        ("stages", [f"{p.label} has no goal" for p in alive if not p.goal.strip()]),
        ("touchpoints", [f"{p.label} has none" for p in alive if not p.touchpoints]),
        ("how", [f"{p.label}, {t.label} does not say how" for p in alive for t in p.touchpoints if not t.how.strip()]),
    )
    return next((f"{step}: {', '.join(open_)}" for step, open_ in steps if open_), "")
