"""The whole customer of the fourth source, as agreed: who feeds whom, and what one part's move does to the agreement."""

from __future__ import annotations

from typing import Any

from clmstate.testing import CustomerScenario, scenario
from models.events import Agreement, Collaboration, Customer, Product, User

RUNS: dict[str, Any] = {"onboarded": True}
DOES_IT_ALL: dict[str, Any] = RUNS | {"needs_met": 0.9, "advanced_used": 0.6}
WON: dict[str, Any] = {"logins_28d": 10, "nps": 10, "knows_goal": True}


def signed(**products: dict[str, Any]) -> CustomerScenario[Customer]:
    """A customer who has signed and trusts us, with some products."""
    told = scenario(Customer, "Acme").on(
        "2026-01-05", {"agreement": {"trust_confirmed": True}}, events=[("agreement", Agreement.signed)]
    )
    paths = {f"products/{name}": known for name, known in products.items()}
    return told.on("2026-01-12", paths, joins=[*paths])


def test_what_matters_most_decides_whether_they_are_live() -> None:
    told = signed(planning={"priority": 1}, boards={"priority": 5}).knows("agreement", key_product_works=False)
    told.tell("products/boards", at="2026-02-02", **RUNS).takes({"products/boards": Product.run}).knows(
        "agreement", key_product_works=False
    )
    told.tell("products/planning", at="2026-03-02", **RUNS)
    told.takes({"products/planning": Product.run, "agreement": Agreement.get_going}).knows("agreement", key_product_works=True)


def test_what_matters_less_may_wait() -> None:
    told = signed(planning=RUNS | {"priority": 1}, boards={"priority": 5})
    told.is_in({"agreement": Agreement.finding, "products/boards": Product.setting_up}).knows("agreement", key_product_works=True)


def test_one_of_two_that_matter_most_is_not_enough() -> None:
    told = signed(planning=RUNS | {"priority": 1}, boards={"priority": 1})
    told.is_in({"agreement": Agreement.onboarding}).knows("agreement", key_product_works=False)


def test_a_product_that_does_it_all_works_too() -> None:
    told = signed(planning=DOES_IT_ALL | {"priority": 1}).is_in({"products/planning": Product.full})
    told.is_in({"agreement": Agreement.finding}).knows("agreement", key_product_works=True)


def test_nobody_knows_whether_a_product_works_that_is_not_there() -> None:
    signed().knows("agreement", key_product_works=None).is_in({"agreement": Agreement.onboarding})


def test_users_have_started_when_they_are_active_or_won() -> None:
    told = scenario(Customer).on("2026-01-05").knows("agreement", users_started=None)
    told.join("users/dana", at="2026-01-06", logins_28d=3).is_in({"users/dana": User.active}).knows("agreement", users_started=1.0)
    told.join("users/eli", at="2026-01-07").knows("agreement", users_started=0.5)
    told.tell("users/eli", at="2026-01-08", **WON).is_in({"users/eli": User.champion}).knows("agreement", users_started=1.0)
    told.tell("users/dana", at="2026-01-09", logins_28d=0).takes({"users/dana": User.doze}).knows("agreement", users_started=0.5)


def test_friction_is_heard_by_the_agreement() -> None:
    told = scenario(Customer).on("2026-01-05").knows("agreement", friction=False)
    told.tell("collaboration", Collaboration.friction_felt, at="2026-01-06").knows("agreement", friction=True)
    told.tell("collaboration", Collaboration.answered, at="2026-01-07").knows("agreement", friction=False)
