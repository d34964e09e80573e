"""A product, as agreed: what is enough, what is not, and what may follow what."""

from __future__ import annotations

from typing import Any

import pytest

from models.events import Product
from tests.models.scenarios.agreed import Agreed, Case, Way, ask, cases, following, goes_on

AGREED = [
    Agreed((Product.run,), Product.setting_up, {"onboarded": True}, short={"not handed over": Case({"onboarded": False})}),
    *(
        Agreed((Product.set_up_again,), phase, {"onboarded": False, "needs_met": 0.6}, short={"set up": Case({"onboarded": True})})
        for phase in (Product.in_use, Product.full)
    ),
    Agreed(
        (Product.fulfil,),
        Product.in_use,
        {"onboarded": True, "needs_met": 0.9, "advanced_used": 0.6},
        enough={
            "four of five needs": Case({"needs_met": 0.8}),
            "half of the advanced features": Case({"advanced_used": 0.5}),
            "what is not set up comes first": Case({"onboarded": False}, takes=(Product.set_up_again,)),
        },
        short={
            "nearly four of five needs": Case({"needs_met": 0.79}),
            "nobody knows the needs": Case({"needs_met": None}),
            "nearly half of the advanced features": Case({"advanced_used": 0.49}),
            "nobody knows the features": Case({"advanced_used": None}),
            "a spreadsheet would do": Case({"only_simple": True}),
        },
    ),
    Agreed(
        (Product.shrink,),
        Product.full,
        {"onboarded": True, "needs_met": 0.4, "advanced_used": 0.6},
        enough={
            "nearly half of the needs": Case({"needs_met": 0.49}),
            "a spreadsheet would do": Case({"needs_met": 0.9, "only_simple": True}),
            "that nobody knows the needs helps nothing": Case({"needs_met": None, "only_simple": True}),
            "what is not set up comes first": Case({"onboarded": False}, takes=(Product.set_up_again,)),
        },
        short={"half of the needs": Case({"needs_met": 0.5}), "nobody knows the needs": Case({"needs_met": None})},
    ),
    # who comes first when two things happen on one day
    *(
        Agreed((first,), phase, {"onboarded": True, "needs_met": 0.6}, events=events)
        for phase, first, events in (
            (Product.in_use, Product.discover, (Product.need_solved, Product.new_feature)),
            (Product.in_use, Product.solve, (Product.stretched, Product.need_solved)),
            (Product.in_use, Product.stretch, (Product.department_joined, Product.stretched)),
            (Product.full, Product.discover_more, (Product.stretched, Product.new_feature)),
            (Product.full, Product.stretch_on, (Product.department_joined, Product.stretched)),
        )
    ),
]
"""What moves a product, and what is just enough or just not."""

CALM: dict[str, Any] = {"onboarded": True, "needs_met": 0.6, "advanced_used": 0.6}
CALM_IN: dict[Any, Any] = {Product.setting_up: {"onboarded": False}}

WAYS = {
    Product.run: Way(Product.setting_up, {"onboarded": True}),
    Product.set_up_again: Way(Product.in_use, {"onboarded": False}),
    Product.fulfil: Way(Product.in_use, {"needs_met": 0.9}),
    Product.shrink: Way(Product.full, {"needs_met": 0.4}),
    Product.discover: Way(Product.in_use, event=Product.new_feature),
    Product.discover_more: Way(Product.full, event=Product.new_feature),
    Product.solve: Way(Product.in_use, event=Product.need_solved),
    Product.stretch: Way(Product.in_use, event=Product.stretched),
    Product.stretch_on: Way(Product.full, event=Product.stretched),
    Product.spread: Way(Product.full, event=Product.department_joined),
    Product.spread_early: Way(Product.in_use, event=Product.department_joined),
    Product.give_back: Way(Product.full, event=Product.returned),
}


@pytest.mark.parametrize(("phase", "case", "events", "takes"), cases(AGREED))
def test_product_as_agreed(phase: Any, case: Case, events: Any, takes: Any) -> None:
    ask(Product, phase, case, *events).takes(*takes)


@pytest.mark.parametrize(("first", "second"), following(Product, WAYS), ids=lambda one: one.name)
def test_what_may_follow_what_in_product(first: Any, second: Any) -> None:
    goes_on(Product, WAYS, CALM, CALM_IN, first, second)
