"""Which names a condition reads."""

from __future__ import annotations

from functools import lru_cache

import attrs

from clmstate.conditions.nodes import (
    Cond,
    DaysInPhase,
    DaysSince,
    DaysUntil,
    EventDaysSince,
    EventTimes,
    ForDays,
    InPhase,
    IsTrue,
    OneOf,
    PhaseVisits,
    SignalRef,
    ThresholdRef,
    terms,
    walk,
)

__all__ = ["Reads", "free_signals", "reads"]


@attrs.frozen
class Reads:
    """The names that a condition reads, each kind in order of first appearance.

    Attributes:
        signals, thresholds, events, phases: names (phases as paths).
        clock: whether its truth may change by time alone.

    Example:
        >>> reads(IsTrue("setup_done")).signals
        ('setup_done',)
    """

    signals: tuple[str, ...]
    thresholds: tuple[str, ...]
    events: tuple[str, ...]
    phases: tuple[str, ...]
    clock: bool


def reads(cond: Cond) -> Reads:
    """The names that a condition reads.

    Example:
        >>> from clmstate.conditions.nodes import Compare, Const
        >>> reads(Compare(DaysUntil("renewal_on"), "<=", Const(120))).clock
        True
    """
    return _reads(cond)


@lru_cache(maxsize=4_096)
def _reads(cond: Cond) -> Reads:
    signals: dict[str, None] = {}
    thresholds: dict[str, None] = {}
    events: dict[str, None] = {}
    phases: dict[str, None] = {}
    clock = False
    for node in walk(cond):
        match node:
            case IsTrue(name) | OneOf(name):
                signals[name] = None
            case InPhase(paths):
                phases.update(dict.fromkeys(paths))
            case ForDays():
                clock = True
            case _:
                pass
    for term in terms(cond):
        match term:
            case SignalRef(name):
                signals[name] = None
            case ThresholdRef(name):
                thresholds[name] = None
            case DaysUntil(name) | DaysSince(name):
                signals[name] = None
                clock = True
            case EventDaysSince(name):
                events[name] = None
                clock = True
            case EventTimes(name):
                events[name] = None
            case PhaseVisits(path):
                phases[path] = None
            case DaysInPhase():
                clock = True
            case _:
                pass
    return Reads(tuple(signals), tuple(thresholds), tuple(events), tuple(phases), clock)


def free_signals(cond: Cond) -> frozenset[str]:
    """The signals that a condition reads.

    Example:
        >>> sorted(free_signals(IsTrue("setup_done")))
        ['setup_done']
    """
    return frozenset(reads(cond).signals)
