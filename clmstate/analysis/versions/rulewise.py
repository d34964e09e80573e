"""Rule by rule: how a new condition stands to an old one, proved, with a customer who shows it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import attrs

from clmstate.analysis.versions.difference import Customer, Verdict
from clmstate.conditions import evaluate, reads
from clmstate.conditions.bound import bound
from clmstate.conditions.nodes import Cond, Constant
from clmstate.lifecycle import LifecycleDefinition
from clmstate.signals import SignalSpec

if TYPE_CHECKING:
    from clmstate.conditions.examples import Example
    from clmstate.conditions.smt import Prover

__all__ = ["Rulewise"]

_DOMAIN = ("kind", "low", "high", "step", "choices", "default")


@attrs.frozen
class _Both:
    """The words of both versions; where they use one name for two things, the new one's."""

    name: str
    signals: Mapping[str, Any]
    thresholds: Mapping[str, Any]
    events: Mapping[str, Any]
    places: Mapping[str, Any]


class Rulewise:
    """Compares conditions of an old and a new lifecycle.

    Example:
        >>> from clmstate import Lifecycle, Phase, Signal
        >>> class Deal(Lifecycle):
        ...     health = Signal.score("health")
        ...     new = Phase("New", initial=True)
        >>> verdict = Rulewise(Deal.definition, Deal.definition).verdict((Deal.health >= 60).node, (Deal.health >= 70).node)
        >>> verdict.relation, verdict.only_old.words, verdict.only_new
        ('stronger', 'health 60', None)
    """

    def __init__(self, old: LifecycleDefinition, new: LifecycleDefinition) -> None:
        self.old, self.new = old, new

    @cached_property
    def prover(self) -> Prover:
        """Made when the first pair of rules needs a proof: z3 takes a while to load."""
        from clmstate.conditions.smt import Prover

        def joined(kind: str) -> Mapping[str, Any]:
            return MappingProxyType({**getattr(self.old, kind), **getattr(self.new, kind)})

        return Prover(_Both(self.new.name, joined("signals"), MappingProxyType({}), joined("events"), joined("places")))

    def verdict(self, old: Cond | None, new: Cond | None) -> Verdict:
        """How the new condition stands to the old one; none at all is always true."""
        from clmstate.conditions.smt import UndecidedError

        a = Constant(True) if old is None else bound(old, self.old.thresholds)
        b = Constant(True) if new is None else bound(new, self.new.thresholds)
        other = self._otherwise(a, b)
        if other:
            return Verdict(
                "undecided", why=f"'{other}' is another kind of fact now, so no one customer can be asked in both versions"
            )
        try:
            found = self.prover.relation(b, a)
        except UndecidedError as error:
            return Verdict("undecided", why=error.diagnostics[0].cause)
        if not all(_shown(example, yes, no) for example, yes, no in ((found.only_first, b, a), (found.only_second, a, b))):
            return Verdict("undecided", why="the customer who was found does not show it")
        return Verdict(found.kind, _customer(found.only_second), _customer(found.only_first))

    def _otherwise(self, *conditions: Cond) -> str:
        """A signal that both versions have, and that has become something else."""
        for cond in conditions:
            for name in reads(cond).signals:
                old, new = self.old.signals.get(name), self.new.signals.get(name)
                if old is not None and new is not None and _domain(old) != _domain(new):
                    return new.label
        return ""


def _domain(spec: SignalSpec) -> tuple[Any, ...]:
    return tuple(getattr(spec, field) for field in _DOMAIN)


def _shown(example: Example | None, yes: Cond, no: Cond) -> bool:
    """Whether a customer does what the proof says; asked without the solver."""
    return example is None or (evaluate(yes, example) is True and evaluate(no, example) is not True)


def _customer(example: Example | None) -> Customer | None:
    return None if example is None else Customer(example.words(), example)
