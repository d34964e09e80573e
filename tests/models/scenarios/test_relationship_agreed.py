"""A relationship, as agreed: what is enough, what is not, and what may follow what."""

from __future__ import annotations

from typing import Any

import pytest

from models.management import Relationship
from tests.models.scenarios.agreed import Agreed, Case, Way, ask, cases, following, goes_on

WORTH_IT: dict[str, Any] = {"revenue_gained": 100_000, "cost_saved": 50_000, "price": 100_000}
LOYAL: dict[str, Any] = WORTH_IT | {"first_value": True, "users_active": 0.9, "satisfied": 10}

AGREED = [
    Agreed(
        (Relationship.qualify,),
        Relationship.engage,
        {"problem_named": True, "fit": 70},
        enough={"it just fits": Case({"fit": 60})},
        short={
            "it nearly fits": Case({"fit": 59}),
            "nobody knows whether it fits": Case({"fit": None}),
            "no problem named": Case({"problem_named": False}),
        },
    ),
    Agreed(
        (Relationship.propose,),
        Relationship.evaluate,
        {"listened": True, "value_shown": True, "effort_days": 10},
        enough={"twenty days": Case({"effort_days": 20})},
        short={
            "a day too much": Case({"effort_days": 21}),
            "nobody knows the effort": Case({"effort_days": None}),
            "nobody has listened": Case({"listened": False}),
            "no value shown": Case({"value_shown": False}),
        },
    ),
    Agreed((Relationship.think_again,), Relationship.buy, {"value_shown": False}, short={"shown": Case({"value_shown": True})}),
    Agreed(
        (Relationship.bring_value,),
        Relationship.onboard,
        {"first_value": True, "users_active": 0.6},
        enough={
            "half of the seats": Case({"users_active": 0.5}),
            "and they are loyal at once": Case(LOYAL, takes=(Relationship.bring_value, Relationship.become_loyal)),
        },
        short={
            "nearly half of the seats": Case({"users_active": 0.49}),
            "nobody knows": Case({"users_active": None}),
            "no first value": Case({"first_value": False}),
        },
    ),
    Agreed((Relationship.restart,), Relationship.benefit, {"first_value": False}, short={"seen": Case({"first_value": True})}),
    Agreed(
        (Relationship.become_loyal,),
        Relationship.benefit,
        LOYAL,
        enough={
            "it just pays": Case({"revenue_gained": 50_001}),
            "a promoter": Case({"satisfied": 9}),
            "four of five": Case({"users_active": 0.8}),
            "notice long ago": Case(past={Relationship.notice: 181}),
            "without first value they begin anew": Case({"first_value": False}, takes=(Relationship.restart,)),
        },
        short={
            "it costs what it brings": Case({"revenue_gained": 50_000}),
            "nobody knows the price": Case({"price": None}),
            "a passive answer": Case({"satisfied": 8}),
            "nobody asked": Case({"satisfied": None}),
            "nearly four of five": Case({"users_active": 0.79}),
            "nobody knows who is active": Case({"users_active": None}),
            "notice half a year ago": Case(past={Relationship.notice: 180}),
        },
    ),
    Agreed(
        (Relationship.cool_down,),
        Relationship.for_life,
        LOYAL | {"satisfied": 5},
        enough={
            "a critic": Case({"satisfied": 6}),
            "hardly half of the seats": Case({"satisfied": 10, "users_active": 0.49}),
            "it no longer pays": Case({"satisfied": 10, "revenue_gained": 29_999}),
            "and no value is left": Case({"first_value": False}, takes=(Relationship.cool_down, Relationship.restart)),
        },
        short={
            "a passive answer": Case({"satisfied": 7}),
            "nobody asked": Case({"satisfied": None}),
            "half of the seats": Case({"satisfied": 10, "users_active": 0.5}),
            "nobody knows who is active": Case({"satisfied": 10, "users_active": None}),
            "it nearly pays": Case({"satisfied": 10, "revenue_gained": 30_000}),
            "nobody knows the price": Case({"satisfied": 10, "price": None}),
        },
    ),
    # who comes first when two things happen on one day
    *(
        Agreed((first,), phase, {"first_value": True}, events=events)
        for phase, first, events in (
            (Relationship.buy, Relationship.sign, (Relationship.declined, Relationship.signed)),
            (Relationship.benefit, Relationship.doubt, (Relationship.renewed, Relationship.notice)),
            (Relationship.for_life, Relationship.doubt, (Relationship.renewed, Relationship.notice)),
            (Relationship.benefit, Relationship.doubt, (Relationship.terminated, Relationship.notice)),
            (Relationship.benefit, Relationship.go_on, (Relationship.terminated, Relationship.renewed)),
            (Relationship.for_life, Relationship.go_on_gladly, (Relationship.terminated, Relationship.renewed)),
            (Relationship.at_risk, Relationship.believe_again, (Relationship.renewed, Relationship.convinced)),
            (Relationship.at_risk, Relationship.sign_after_all, (Relationship.terminated, Relationship.renewed)),
        )
    ),
]
"""What moves a relationship, and what is just enough or just not."""

CALM: dict[str, Any] = WORTH_IT | {
    "problem_named": True,
    "fit": 50,
    "listened": True,
    "value_shown": True,
    "effort_days": 30,
    "first_value": True,
    "users_active": 0.4,
    "satisfied": 8,
}
CALM_IN: dict[Any, Any] = {Relationship.for_life: {"users_active": 0.6}}

WAYS = {
    Relationship.enquire: Way(Relationship.attract, event=Relationship.enquired),
    Relationship.qualify: Way(Relationship.engage, {"fit": 70}),
    Relationship.propose: Way(Relationship.evaluate, {"effort_days": 10}),
    Relationship.think_again: Way(Relationship.buy, {"value_shown": False}),
    Relationship.sign: Way(Relationship.buy, event=Relationship.signed),
    Relationship.let_go: Way(Relationship.engage, event=Relationship.declined),
    Relationship.bring_value: Way(Relationship.onboard, {"users_active": 0.6}),
    Relationship.restart: Way(Relationship.benefit, {"first_value": False}),
    Relationship.become_loyal: Way(Relationship.benefit, LOYAL),
    Relationship.cool_down: Way(Relationship.for_life, {"satisfied": 5}),
    Relationship.doubt: Way(Relationship.benefit, event=Relationship.notice),
    Relationship.believe_again: Way(Relationship.at_risk, event=Relationship.convinced),
    Relationship.sign_after_all: Way(Relationship.at_risk, event=Relationship.renewed),
    Relationship.go_on: Way(Relationship.benefit, event=Relationship.renewed),
    Relationship.go_on_gladly: Way(Relationship.for_life, event=Relationship.renewed),
    Relationship.leave_us: Way(Relationship.at_risk, event=Relationship.terminated),
    Relationship.return_to_us: Way(Relationship.gone, event=Relationship.came_back),
}


@pytest.mark.parametrize(("phase", "case", "events", "takes"), cases(AGREED))
def test_relationship_as_agreed(phase: Any, case: Case, events: Any, takes: Any) -> None:
    ask(Relationship, phase, case, *events).takes(*takes)


@pytest.mark.parametrize(("first", "second"), following(Relationship, WAYS), ids=lambda one: one.name)
def test_what_may_follow_what_in_relationship(first: Any, second: Any) -> None:
    goes_on(Relationship, WAYS, CALM, CALM_IN, first, second)
