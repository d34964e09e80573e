"""The chart on `transitions`, in the two ways that its manual offers.

`Machine` shares one flat machine between all customers (`add_model`), which is the library at its fastest; the group is
written out as a list of sources. `HierarchicalMachine` nests the group, which is the library at its most faithful.
Both ask `evaluate` until it answers that nothing moved; `auto_transitions` are off because nobody uses them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from transitions import Machine
from transitions.extensions import HierarchicalMachine

from .facts import Facts

__all__ = ["Contract", "maker", "nested_maker"]

Rule = dict[str, Any]


class Contract(Facts):
    """The model: `transitions` writes `state` and the triggers (`evaluate`, `notice`, ...) onto it."""

    state: str
    evaluate: Callable[[], bool]
    trigger: Callable[[str], bool]

    @property
    def phase(self) -> str:
        return self.state

    def observe(self, **values: object) -> None:
        """Take the values over and move until nothing moves any more."""
        self.merge(values)
        while self.evaluate():
            pass

    def send(self, event: str, **values: object) -> None:
        """The same with an event, which comes before the rules that need none."""
        self.merge(values)
        self.remember(event)
        self.trigger(event)
        while self.evaluate():
            pass


def _rules(happy: str, high_risk: str, group: str | list[str]) -> list[Rule]:
    calm = ["adoption", "success"]
    everywhere = ["onboarding", *calm, happy, high_risk, "growth"]
    return [
        _rule("evaluate", "onboarding", "adoption", "goes_live"),
        _rule("evaluate", "adoption", "success", "adopts"),
        _rule("evaluate", "success", "adoption", "relapses"),
        _rule("evaluate", ["success", "growth"], "adoption", "loses_sponsor"),
        _rule("strategy_changed", ["success", "growth"], "adoption"),
        _rule("evaluate", calm, happy, "renews_calmly"),
        _rule("evaluate", calm, high_risk, "renews_tensely"),
        _rule("evaluate", happy, high_risk, "worrying"),
        _rule("saved", high_risk, happy, "renews_calmly"),
        _rule("evaluate", high_risk, happy, "calms_down"),
        _rule("saved", high_risk, "adoption", "out_of_window"),
        _rule("renewed", group, "success"),
        _rule("evaluate", [*calm, happy], "growth", "grows"),
        _rule("evaluate", "growth", "success", "has_grown"),
        _rule("evaluate", "growth", high_risk, "worries_big"),
        _rule("notice", [*calm, "growth", happy], high_risk),
        _rule("notice", "onboarding", None),
        _rule("let_down", calm, None),
        _rule("delighted", "success", None),
        _rule("ended", everywhere, "churned"),
    ]


def _rule(trigger: str, source: str | list[str], dest: str | None, condition: str | None = None) -> Rule:
    """One row; without a destination the phase is kept (an internal transition)."""
    return {"trigger": trigger, "source": source, "dest": dest, "conditions": condition}


def _new_machine() -> Machine:
    """One flat machine for a whole fleet."""
    happy, high_risk = "renewal.happy", "renewal.high_risk"
    return Machine(
        model=None,
        states=["onboarding", "adoption", "success", happy, high_risk, "growth", "churned"],
        transitions=_rules(happy, high_risk, [happy, high_risk]),
        initial="onboarding",
        auto_transitions=False,
        ignore_invalid_triggers=True,
    )


class _Nested(Contract):
    @property
    def phase(self) -> str:
        return self.state.replace("renewal_", "renewal.", 1)


def _new_nested_machine() -> HierarchicalMachine:
    """One machine with the group as a nested state."""
    group = {"name": "renewal", "initial": "high_risk", "children": ["happy", "high_risk"]}
    return HierarchicalMachine(
        model=None,
        states=["onboarding", "adoption", "success", group, "growth", "churned"],
        transitions=_rules("renewal_happy", "renewal_high_risk", "renewal"),
        initial="onboarding",
        auto_transitions=False,
        ignore_invalid_triggers=True,
    )


def maker() -> Callable[[], Contract]:
    """What makes new customers, on a flat machine that they share."""
    return _maker(_new_machine(), Contract)


def nested_maker() -> Callable[[], Contract]:
    """What makes new customers, on a nested machine that they share."""
    return _maker(_new_nested_machine(), _Nested)


def _maker(machine: Machine, model: type[Contract]) -> Callable[[], Contract]:
    def make() -> Contract:
        customer = model()
        machine.add_model(customer)
        return customer

    return make
