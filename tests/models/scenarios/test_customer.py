"""The whole customer, as agreed: who feeds whom, and what one part's move does to the others."""

from __future__ import annotations

from typing import Any

import pytest

from clmstate.testing import CustomerScenario, scenario
from models.dynamic import AddOn, Contract, Customer, User

DAILY: dict[str, Any] = {"logins_28d": 12, "features": 4, "trained": True}


def live(**people: dict[str, Any]) -> CustomerScenario[Customer]:
    """A customer whose contract is set up, with some people; told on 1 March 2026."""
    told = scenario(Customer, "Acme").on("2026-03-01", {"contract": {"setup_done": True, "health": 80, "renewal_on": "2027-02-28"}})
    return told.on(None, {f"users/{name}": known for name, known in people.items()}, joins=[f"users/{name}" for name in people])


@pytest.mark.journey(
    Customer,
    """
    ## the contract is adopted when its people are
    | at         | part       | joins | decides | logins_28d | features | trained | setup_done | takes           | phase     |
    |------------|------------|-------|---------|------------|----------|---------|------------|-----------------|-----------|
    | 2026-01-05 | contract   |       |         |            |          |         | yes        |                 |           |
    | +1         | users/dana | yes   | yes     | 1          |          |         |            | activate        | Activated |
    |            | users/eli  | yes   |         |            |          |         |            |                 | Invited   |
    | +1         | users/dana |       |         | 9          | 3        | yes     |            | adopt           | Adopted   |
    |            | contract   |       |         |            |          |         |            | go_live         | Adoption  |
    | +1         | users/eli  |       |         | 9          | 3        | yes     |            | activate, adopt | Adopted   |
    |            | contract   |       |         |            |          |         |            | adopt           | Success   |
    """,
)
def test_people_move_the_contract(journey: CustomerScenario[Customer]) -> None:
    journey.knows("contract", users_adopted=1.0, sponsor=True)


def test_a_champion_counts_as_adopted() -> None:
    champion = DAILY | {"logins_28d": 20, "features": 6, "nps": 9, "decides": True}
    told = live(dana=champion, eli={"logins_28d": 0})
    told.is_in({"users/dana": User.champion, "contract": Contract.adoption}).knows("contract", users_adopted=0.5)


def test_who_sleeps_does_not_count() -> None:
    told = live(dana=DAILY | {"decides": True}, eli=DAILY).is_in({"contract": Contract.success})
    told.after(1, {"users/eli": {"logins_28d": 0}}).takes({"users/eli": User.doze}).knows("contract", users_adopted=0.5)
    told.after(14).takes({"contract": Contract.relapse})


def test_nobody_there_is_unknown_not_zero() -> None:
    told = live(dana=DAILY | {"decides": True}).is_in({"contract": Contract.success})
    told.leave("users/dana", at="2026-03-02").takes({"contract": Contract.lose_sponsor})
    told.knows("contract", users_adopted=None, sponsor=False)


@pytest.mark.parametrize(
    ("known", "phase"),
    [
        ({}, User.invited),
        ({"logins_28d": 2}, User.activated),
        (DAILY, User.adopted),
        (DAILY | {"logins_28d": 20, "features": 6, "nps": 9}, User.champion),
        ({"logins_28d": 0}, User.invited),
    ],
)
def test_somebody_who_decides_is_on_our_side_as_long_as_they_are_employed(known: dict[str, Any], phase: Any) -> None:
    told = live(eli=DAILY, dana=known | {"decides": True}).is_in({"users/dana": phase}).knows("contract", sponsor=True)
    told.tell("users/dana", User.departure, at="2026-03-02")
    told.is_in({"users/dana": User.left}).knows("contract", sponsor=False)


def test_a_dormant_decision_maker_is_still_one() -> None:
    told = live(eli=DAILY, dana=DAILY | {"decides": True}).is_in({"contract": Contract.success})
    told.after(1, {"users/dana": {"logins_28d": 0}}).takes({"users/dana": User.doze}).knows("contract", sponsor=True)


def test_people_who_decide_nothing_are_no_decision_makers() -> None:
    live(dana=DAILY).knows("contract", sponsor=False).is_in({"contract": Contract.adoption})


def test_the_last_decision_maker_leaves() -> None:
    told = live(dana=DAILY | {"decides": True}, eli=DAILY).is_in({"contract": Contract.success})
    told.tell("users/dana", User.departure, at="2026-03-02")
    told.takes({"users/dana": User.depart, "contract": Contract.lose_sponsor})


def test_whoever_buys_a_product_opens_a_branch() -> None:
    told = live(dana=DAILY | {"decides": True})
    told.tell("contract", Contract.product_bought, at="2026-03-02", instance="crm").stays()
    told.is_in({"products/crm": AddOn.running.implementation}).reaches({"contract": ["bought_more"]})
    told.tell("products/crm", at="2026-03-20", set_up=True, users_active=0.4).takes({"products/crm": AddOn.go_live})


def test_products_wait_when_the_contract_ends_and_only_then() -> None:
    told = live(dana=DAILY | {"decides": True}).tell("contract", Contract.product_bought, at="2026-03-02", instance="crm")
    told.knows("products/crm", contract_open=True)
    told.tell("contract", Contract.notice, at="2026-03-03").takes({"contract": Contract.alarm})
    told.knows("products/crm", contract_open=True)
    told.tell("contract", Contract.ended, at="2026-04-01").takes({"contract": Contract.lose, "products/crm": AddOn.pause})
    told.knows("products/crm", contract_open=False).opens("Ask what we should have done", "Tell its users what happens to it")
