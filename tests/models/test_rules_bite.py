"""Whatever expresses a rule carries it: the rule's test fails of the model without that element, for every element that cites the rule."""

from __future__ import annotations

from typing import Any

import pytest

from clmstate import Composition
from clmstate.gaps import Cited, cited, read_items
from tests.models import test_rules_dynamic, test_rules_events, test_rules_gap_analysis, test_rules_journey, test_rules_management
from tests.models.rules import BITES, CHECKS, MODELS, Check, lacking, shipped

WHOLE = ("lifecycle", "part", "team")
"""What cannot be taken out of a model alone: the checks of such an item name what they take away."""

FEATURES = {"S2.13"}
"""Rules that no model expresses, but a command: `clmstate deck`."""

RULES = [item.id for item in read_items(MODELS / "items.tsv") if item.is_rule]
MODULES = (test_rules_dynamic, test_rules_events, test_rules_gap_analysis, test_rules_journey, test_rules_management)


def own_elements(model: Any) -> list[Cited]:
    """What a model cites itself, and does not inherit."""
    inherited = {(e.kind, e.name, e.refs) for base in model.__mro__[1:] if base in SHIPPED for e in cited(base.definition)}
    return [element for element in cited(model.definition) if (element.kind, element.name, element.refs) not in inherited]


SHIPPED = shipped()
ELEMENTS = [
    (item, model, element) for model in SHIPPED for element in own_elements(model) for item in element.refs if item in RULES
]
ALONE = [(item, model, element) for item, model, element in ELEMENTS if element.kind not in WHOLE]


def several(of: Any) -> list[Any]:
    return list(of) if isinstance(of, tuple) else [of]


def without(check: Check, model: Any, element: Cited, item: str) -> Any:
    """What the check is about, without the element.

    Raises:
        ClmstateError: the model cannot even be written without it.
    """
    name = {"play": f"play {element.name}", "promise": f"promise {item}"}.get(element.kind, element.name)
    less = [lacking(one, name) if one is model else one for one in several(check.of)]
    return tuple(less) if isinstance(check.of, tuple) else less[0]


def bites(check: Check, model: Any, element: Cited, item: str) -> bool:
    if element.kind == "phase":  # without it, whatever leads there cannot be written
        return any(element.name == transition.target for transition in model.definition.transitions.values())
    try:
        check.holds(without(check, model, element, item))
    except BITES:
        return True
    return False


def is_wired(check: Check, model: Any, element: Cited) -> bool:
    """Whether a composition of the check cannot be written without an element of its part."""
    wholes = [one.definition for one in several(check.of) if issubclass(one, Composition)]
    parts = [part for whole in wholes for part in whole.parts.values() if part.member is model.definition]
    said = repr([(whole.wires, [part.opens_on for part in whole.parts.values()]) for whole in wholes])
    return bool(parts) and (f"'{element.name}'" in said or element.name in model.definition.phases)


@pytest.mark.parametrize(("item", "model", "element"), ALONE, ids=[f"{item}-{element.place}" for item, _, element in ALONE])
def test_a_rule_does_not_hold_without_what_expresses_it(item: str, model: Any, element: Cited) -> None:
    checks = [check for check in CHECKS if item in check.items]
    assert any(
        bites(check, model, element, item) if model in several(check.of) else is_wired(check, model, element) for check in checks
    )


@pytest.mark.parametrize("item", sorted(set(RULES) - FEATURES))
def test_every_rule_is_checked_against_a_model_that_lacks_something(item: str) -> None:
    named = any(check.without for check in CHECKS if item in check.items)
    assert named or any(item == one for one, _, _ in ALONE)
