"""The values at which something changes: each limit that a condition compares with, and its neighbours one step away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from clmstate.conditions.free import reads
from clmstate.conditions.nodes import (
    Between,
    Compare,
    Cond,
    Const,
    DateConst,
    DaysSince,
    DaysUntil,
    SignalRef,
    Term,
    ThresholdRef,
    own_terms,
    walk,
)
from clmstate.lifecycle import LifecycleDefinition, Transition
from clmstate.signals import DAY, MISSING, Value

__all__ = ["conditions_of", "critical_values", "limit_of", "relevant"]


def conditions_of(definition: LifecycleDefinition) -> Iterator[Cond]:
    """Every condition of a lifecycle that moves a customer or says something of it.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     signed = Signal.flag("signed")
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won", final=True)
        ...     win = new.to(won, when=signed)
        >>> list(conditions_of(Deal.definition))
        [IsTrue(signal='signed')]
    """
    for transition in definition.transitions.values():
        if transition.when is not None:
            yield transition.when
    yield from (m.when for m in definition.milestones.values() if m.when is not None)
    yield from (r.sign for r in definition.risks.values() if r.sign is not None)
    yield from (g.when for g in definition.gaps.values() if g.when is not None)


def relevant(transitions: Iterable[Transition]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The signals that some transitions read, and the events that they need or read.

    Example:
        >>> from clmstate import Event, Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     won = Event("won")
        ...     health = Signal.score("health")
        ...     new = Phase("New", initial=True)
        ...     done = Phase("Done")
        ...     win = new.to(done, on=won, when=health >= 70)
        >>> relevant(Deal.definition.transitions.values())
        (('health',), ('won',))
    """
    signals: dict[str, None] = {}
    events: dict[str, None] = {}
    for transition in transitions:
        if transition.on is not None:
            events[transition.on] = None
        if transition.when is not None:
            signals.update(dict.fromkeys(reads(transition.when).signals))
    return tuple(signals), tuple(events)


def critical_values(definition: LifecycleDefinition, signal: str, now: float, conds: Iterable[Cond] | None = None) -> list[Value]:
    """The values of a signal at which some condition changes, with their neighbours; for dates as seen from `now`.

    Args:
        definition: the lifecycle.
        signal: the signal.
        now: the instant from which days are counted.
        conds: the conditions that matter; by default all.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health", default=50)
        ...     new = Phase("New", initial=True)
        ...     won = Phase("Won")
        ...     win = new.to(won, when=health >= 70)
        >>> critical_values(Deal.definition, "health", 0)
        [70, 69, 71]
    """
    spec = definition.signals[signal]
    found: dict[Value, None] = {}
    if spec.kind == "flag":
        found = {True: None, False: None}
    elif spec.kind == "choice":
        found = dict.fromkeys(spec.choices)
    else:
        for cond in conditions_of(definition) if conds is None else conds:
            for node in walk(cond):
                found.update(dict.fromkeys(_around(definition, node, signal, now)))
    values = [value for value in found if spec.fault(value) is None or spec.kind == "date"]
    return values if spec.never_missing else [*values, MISSING]


def limit_of(definition: LifecycleDefinition, term: Term) -> int | float | None:
    """The number that a constant or a named limit stands for; None for any other term.

    Example:
        >>> limit_of(None, Const(70))
        70
    """
    match term:
        case Const(value):
            return value
        case ThresholdRef(name):
            return definition.thresholds[name].value
        case DateConst(at):
            return at
        case _:
            return None


def _around(definition: LifecycleDefinition, node: Cond, signal: str, now: float) -> Iterator[Value]:
    match node:
        case Compare(left, _, right):
            pairs = ((left, right), (right, left))
        case Between(term, low, high):
            pairs = ((term, low), (term, high))
        case _:
            return
    spec = definition.signals[signal]
    if all(limit_of(definition, side) is None for pair in pairs for side in pair) and SignalRef(signal) in own_terms(node):
        yield from (end for end in spec.range if spec.numeric and abs(end) < 1e6)  # compared with another signal: its ends
    for term, other in pairs:
        limit = limit_of(definition, other)
        if limit is None:
            continue
        match term:
            case SignalRef(name) if name == signal and spec.kind == "date":
                yield from (int(limit), int(limit) - 1, int(limit) + 1)
            case SignalRef(name) if name == signal:
                step = spec.step or 1
                yield from (limit, round(limit - step, 9), round(limit + step, 9))
            case DaysUntil(name) if name == signal and now == now:
                yield from (int(now + (limit + more) * DAY) for more in (0, 1, -1))
            case DaysSince(name) if name == signal and now == now:
                yield from (int(now - (limit + more) * DAY) for more in (0, 1, -1))
            case _:
                pass
