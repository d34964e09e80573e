"""What differs from one target market to the next, as one table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import attrs

from clmstate.conditions.nodes import Compare, Cond, SignalRef, ThresholdRef, walk
from clmstate.lifecycle import Lifecycle, LifecycleDefinition, Phase, Transition
from clmstate.signals import show_number

__all__ = ["Difference", "market_differences"]


@attrs.frozen
class Difference:
    """One thing that is not the same in all markets.

    Attributes:
        what: the element: a phase, a threshold, a transition.
        aspect: what of it differs, such as "owner"; "" where it is the element itself.
        values: in the order of the markets; "" where a market does not have it.

    Example:
        >>> Difference("Success", "owner", ("Customer Success", "Named CSM")).values[1]
        'Named CSM'
    """

    what: str
    aspect: str
    values: tuple[str, ...]


def market_differences(models: Sequence[type[Lifecycle]]) -> tuple[Difference, ...]:
    """What is not the same in all of some variants of a lifecycle: thresholds, phases with owners, lengths and touchpoints, and rules.

    Args:
        models: the variants, each of one market.

    Example:
        >>> from clmstate import Phase, Signal, Threshold
        >>> class Deal(Lifecycle, market="SMB"):
        ...     window = Threshold(30, help="days")
        ...     new = Phase("New", initial=True, owner="Sales")
        >>> class BigDeal(Deal, market="Enterprise"):
        ...     window = Threshold(180)
        ...     new = Deal.new.evolve(owner="Account team")
        >>> for found in market_differences([Deal, BigDeal]):
        ...     print(found.what, found.aspect, found.values)
        window  ('30', '180')
        New owner ('Sales', 'Account team')
    """
    definitions = [model.definition for model in models]
    every = [*_thresholds(definitions), *_phases(definitions), *_transitions(definitions)]
    return tuple(found for found in every if len(set(found.values)) > 1)


def _thresholds(definitions: Sequence[LifecycleDefinition]) -> Iterator[Difference]:
    for name in dict.fromkeys(name for d in definitions for name in d.thresholds):
        values = tuple(_limit(d, name) for d in definitions)
        yield Difference(name.replace("_", " "), "", values)


def _limit(definition: LifecycleDefinition, name: str) -> str:
    """A limit, in the unit of the signal that it is compared with; "" if there is none of that name."""
    if name not in definition.thresholds:
        return ""
    value = definition.thresholds[name].value
    for cond in _conditions(definition):
        for node in walk(cond):
            match node:
                case Compare(SignalRef(signal), _, ThresholdRef(limit)) | Compare(ThresholdRef(limit), _, SignalRef(signal)) if (
                    limit == name
                ):
                    return definition.signals[signal].show(value, brief=True)
                case _:
                    pass
    return show_number(value)


def _conditions(d: LifecycleDefinition) -> Iterator[Cond]:
    every = (
        *d.conditions.values(),
        *(t.when for t in d.transitions.values()),
        *(m.when for m in d.milestones.values()),
        *(r.sign for r in d.risks.values()),
        *(g.when for g in d.gaps.values()),
    )
    return (cond for cond in every if cond is not None)


_ASPECTS: Final[dict[str, Callable[[Phase], str]]] = {
    "": lambda phase: phase.label,
    "owner": lambda phase: phase.owner.name if phase.owner is not None else "nobody",
    "contributors": lambda phase: ", ".join(team.name for team in phase.contributors),
    "expected": lambda phase: str(phase.expected) if phase.expected is not None else "",
    "goal": lambda phase: phase.goal,
    "questions": lambda phase: "\n".join(phase.questions),
    "touchpoints": lambda phase: "\n".join(touchpoint.label for touchpoint in phase.touchpoints),
}


def _phases(definitions: Sequence[LifecycleDefinition]) -> Iterator[Difference]:
    for path in dict.fromkeys(path for d in definitions for path in d.phases):
        found = [d.phases.get(path) for d in definitions]
        label = next(phase.label for phase in found if phase is not None)
        for aspect, read in _ASPECTS.items():
            yield Difference(label, aspect, tuple("" if phase is None else read(phase) for phase in found))


def _transitions(definitions: Sequence[LifecycleDefinition]) -> Iterator[Difference]:
    for name in dict.fromkeys(name for d in definitions for name in d.transitions):
        found = [d.transitions.get(name) for d in definitions]
        yield Difference(name.replace("_", " "), "rule", _rules(definitions, found))
        plays = tuple("" if t is None else "\n".join(play.label for play in t.plays) for t in found)
        yield Difference(name.replace("_", " "), "plays", plays)


def _rules(definitions: Sequence[LifecycleDefinition], found: Sequence[Transition | None]) -> tuple[str, ...]:
    """What moves a customer, in words; where only limits differ, the rule is the same, and the limits are told on their own."""
    alike = {(t.when, t.on, t.label) for t in found if t is not None}
    if len(alike) == 1:
        first = next(d.why(t) for d, t in zip(definitions, found, strict=True) if t is not None)
        return tuple("" if t is None else first for t in found)
    return tuple("" if t is None else d.why(t) for d, t in zip(definitions, found, strict=True))
