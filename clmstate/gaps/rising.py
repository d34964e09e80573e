"""Whether use rises as customers advance: asked of the rules, and of customers who were replayed.

A later phase that asks for less use than an earlier one, or whose customers use it less, says that something is wrong with the order of
phases or with their criteria.
"""

from __future__ import annotations

import itertools
import statistics
from collections import defaultdict

import attrs

from clmstate.conditions import Number
from clmstate.conditions.nodes import And, Between, Compare, Cond, Const, ForDays, Named, Or, SignalRef, Term, ThresholdRef
from clmstate.errors import Diagnostic, UnknownNameError, did_you_mean
from clmstate.lifecycle import ANYWHERE, Lifecycle, LifecycleDefinition, definition_of
from clmstate.replay import Log, play

__all__ = ["Rise", "rise_in_log", "rise_in_rules"]


@attrs.frozen
class Rise:
    """How a signal goes along the phases of a lifecycle, in their order.

    Attributes:
        signal: its name.
        steps: phases with a value: the least that their rules ask of whoever advances into them, or the mean that customers had there.
        falls: pairs of phases, one after the other, between which it goes down.

    Example:
        >>> Rise("usage", (("onboarding", 0.5), ("success", 0.8)), ()).holds
        True
    """

    signal: str
    steps: tuple[tuple[str, float], ...]
    falls: tuple[tuple[str, str], ...]

    def said(self, definition: LifecycleDefinition) -> str:
        """The steps on one line in the business's words, and where it falls.

        Example:
            >>> from clmstate import Phase, Signal
            >>> class Deal(Lifecycle):
            ...     usage = Signal.share("usage")
            ...     trial = Phase("Trial", initial=True)
            ...     paying = Phase("Paying")
            >>> Rise("usage", (("trial", 0.8), ("paying", 0.5)), (("trial", "paying"),)).said(Deal.definition)
            'Trial 80 %, Paying 50 %: it falls from Trial to Paying'
        """
        spec, phases = definition.signals[self.signal], definition.phases
        steps = ", ".join(f"{phases[path].label} {spec.show(round(value, 2), brief=True)}" for path, value in self.steps)
        falls = " and ".join(f"from {phases[a].label} to {phases[b].label}" for a, b in self.falls)
        return f"{steps}: it falls {falls}" if falls else steps or "nothing is said"

    @property
    def holds(self) -> bool:
        """Whether it rises (or stays) over at least two phases, and falls nowhere."""
        return len(self.steps) > 1 and not self.falls


def rise_in_rules(lifecycle: type[Lifecycle] | LifecycleDefinition, signal: Number[float] | str) -> Rise:
    """The least value of a signal that rules ask of whoever advances into a phase, phase by phase in the order of declaration.

    Customers advance by a transition to a later phase whose standing is neither ``at_risk`` nor ``lost``. What such a rule asks is read
    off its condition: ``and`` asks for the most of its parts, ``or`` for the least. Phases before the first one that asks are left
    out; a later one that asks for nothing asks for 0.

    Raises:
        UnknownNameError: CLM201, there is no such signal.

    Example:
        >>> from clmstate import Phase, Signal
        >>> class Deal(Lifecycle):
        ...     usage = Signal.share("usage")
        ...     trial = Phase("Trial", initial=True)
        ...     paying = Phase("Paying")
        ...     happy = Phase("Happy")
        ...     pay = trial.to(paying, when=usage >= 0.8)
        ...     enjoy = paying.to(happy, when=usage >= 0.5)
        >>> rise_in_rules(Deal, Deal.usage).falls
        (('paying', 'happy'),)
    """
    d = definition_of(lifecycle)
    name = _known(d, signal)
    order = {path: number for number, path in enumerate(d.phases)}
    asked: dict[str, float] = {}
    for transition in d.transitions.values():
        if transition.stay or ANYWHERE in transition.sources:
            continue
        sources = [order[leaf] for source in transition.sources for leaf in d.leaves(source)]
        target = d.groups[transition.target].initial if transition.target in d.groups else transition.target
        if min(sources) < order[target] and d.phases[target].standing not in ("at_risk", "lost"):
            least = _least(transition.when, name, d) if transition.when is not None else None
            asked[target] = min(asked.get(target, float("inf")), 0.0 if least is None else least)
    steps = sorted(asked.items(), key=lambda step: order[step[0]])
    while steps and steps[0][1] == 0:
        steps.pop(0)
    return _rise(name, steps)


def rise_in_log(model: type[Lifecycle], log: Log, signal: Number[float] | str) -> Rise:
    """The mean of a signal over the observations of all customers in a phase, phase by phase; phases at risk or lost are left out.

    Raises:
        UnknownNameError: CLM201, there is no such signal.

    Example:
        >>> from clmstate import Phase, Signal
        >>> from clmstate.replay import Row
        >>> from clmstate.signals import instant
        >>> class Deal(Lifecycle):
        ...     usage = Signal.share("usage")
        ...     trial = Phase("Trial", initial=True)
        ...     paying = Phase("Paying")
        ...     pay = trial.to(paying, when=usage >= 0.8)
        >>> rows = [Row("Acme", instant(f"2026-0{month}-01"), values={"usage": month / 10}) for month in (2, 4, 9)]
        >>> rise_in_log(Deal, Log("deals.csv", tuple(rows)), "usage").steps
        (('trial', 0.3), ('paying', 0.9))
    """
    d = definition_of(model)
    name = _known(d, signal)
    found: dict[str, list[float]] = defaultdict(list)
    for step in play(model, log):
        value = getattr(step.life, name)
        if value is not None:
            found[step.life.phase.path].append(float(value))
    means = [
        (path, round(statistics.fmean(found[path]), 9))
        for path, phase in d.phases.items()
        if found[path] and phase.standing not in ("at_risk", "lost")
    ]
    return _rise(name, means)


def _known(definition: LifecycleDefinition, signal: Number[float] | str) -> str:
    name = signal if isinstance(signal, str) else signal.spec.name
    if name not in definition.signals or not definition.signals[name].numeric:
        numbers = [each for each, spec in definition.signals.items() if spec.numeric]
        raise UnknownNameError(
            [Diagnostic("CLM201", definition.name, f"{name!r:.60} is not a signal with numbers", did_you_mean(name, numbers))]
        )
    return name


def _rise(name: str, steps: list[tuple[str, float]]) -> Rise:
    falls = tuple((a, b) for (a, before), (b, after) in itertools.pairwise(steps) if after < before)
    return Rise(name, tuple(steps), falls)


def _least(cond: Cond, name: str, d: LifecycleDefinition) -> float | None:
    """The least value with which a condition can be true, as far as its form says; None if it does not bound it from below."""
    match cond:
        case Compare(SignalRef(signal), ">=" | ">" | "==", limit) if signal == name:
            return _value(limit, d)
        case Compare(limit, "<=" | "<" | "==", SignalRef(signal)) if signal == name:
            return _value(limit, d)
        case Between(SignalRef(signal), low, _) if signal == name:
            return _value(low, d)
        case And(items):
            return max((least for item in items if (least := _least(item, name, d)) is not None), default=None)
        case Or(items):
            every = [_least(item, name, d) for item in items]
            return None if None in every else min(least for least in every if least is not None)
        case Named(of=inner) | ForDays(inner):
            return _least(inner, name, d)
        case _:
            return None


def _value(limit: Term, d: LifecycleDefinition) -> float | None:
    match limit:
        case Const(value) if isinstance(value, int | float):
            return float(value)
        case ThresholdRef(name):
            return float(d.thresholds[name].value)
        case _:
            return None
