"""What a touchpoint changes: in the phase where it happens, and in the one that follows."""

from __future__ import annotations

import attrs

from clmstate.conditions import reads
from clmstate.conditions.nodes import Cond
from clmstate.lifecycle import Lifecycle, LifecycleDefinition, definition_of

__all__ = ["Impact", "impacts"]


@attrs.frozen
class Impact:
    """What a touchpoint changes.

    Attributes:
        phase: the path of the phase in which it happens.
        touchpoint: its label.
        here: transitions out of this phase that read the same facts: how this phase ends.
        next: transitions, risks and gaps of the phases that follow which read them: what it changes there.

    Example:
        >>> Impact("onboarding", "Training", ("go_live",), ("relapse",)).next
        ('relapse',)
    """

    phase: str
    touchpoint: str
    here: tuple[str, ...]
    next: tuple[str, ...]


def impacts(lifecycle: type[Lifecycle] | LifecycleDefinition) -> tuple[Impact, ...]:
    """For each touchpoint with ``done=``, which rules read the facts that it leaves behind, here and in the next phases.

    A touchpoint that nothing reads changes nothing that the lifecycle knows of.

    Example:
        >>> from clmstate import Phase, Signal, Touchpoint
        >>> class Deal(Lifecycle):
        ...     trained = Signal.flag("trained", default=False)
        ...     trial = Phase("Trial", initial=True, touchpoints=Touchpoint("Training", done=trained))
        ...     paying = Phase("Paying")
        ...     pay = trial.to(paying, when=trained)
        ...     fall = paying.to(trial, when=~trained)
        >>> [(impact.here, impact.next) for impact in impacts(Deal)]
        [(('pay',), ('fall',))]
    """
    d = definition_of(lifecycle)
    found = []
    for path, phase in d.phases.items():
        ways = [way for way in d.ways_out(path) if not way.stay]
        targets = {leaf for way in ways for leaf in d.leaves(way.target)} - {path}
        for touchpoint in phase.touchpoints:
            if touchpoint.done is None:
                continue
            facts = _facts(touchpoint.done)
            here = tuple(way.name for way in ways if facts & _facts(way.when))
            after = [way.name for target in d.phases if target in targets for way in d.ways_out(target) if facts & _facts(way.when)]
            conditions = [(r.name, r.phases, r.sign) for r in d.risks.values()] + [
                (g.name, g.phases, g.when) for g in d.gaps.values()
            ]
            watched = (
                name
                for name, places, cond in conditions
                if targets.intersection(leaf for place in places for leaf in d.leaves(place)) and facts & _facts(cond)
            )
            found.append(Impact(path, touchpoint.label, here, tuple(dict.fromkeys((*after, *watched)))))
    return tuple(found)


def _facts(cond: Cond | None) -> set[str]:
    if cond is None:
        return set()
    read = reads(cond)
    return {*read.signals, *read.events}
