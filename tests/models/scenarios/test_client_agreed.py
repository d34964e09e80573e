"""A client, as agreed: what is enough, what is not, and what may follow what."""

from __future__ import annotations

from typing import Any

import pytest

from clmstate import CLEAR
from models.gap_analysis import Client
from tests.models.scenarios.agreed import Agreed, Case, Way, ask, cases, following, goes_on

AGREED = [
    Agreed(
        (Client.get_ready,),
        Client.onboarding,
        {"setup_done": True, "trained": 0.6},
        enough={"half of them trained": Case({"trained": 0.5})},
        short={
            "not set up": Case({"setup_done": False}),
            "nearly half of them trained": Case({"trained": 0.49}),
            "nobody knows who is trained": Case({"trained": None}),
        },
    ),
    Agreed((Client.undo_setup,), Client.launch, {"setup_done": False}, short={"set up": Case({"setup_done": True})}),
    Agreed(
        (Client.go_live,),
        Client.launch,
        {"setup_done": True, "users_active": 0.6},
        past={Client.launched: 30},
        enough={
            "half of the seats": Case({"users_active": 0.5}),
            "launched two months ago": Case(past={Client.launched: 60}),
            "nearly all of them at once": Case({"users_active": 0.9}, takes=(Client.go_live, Client.measure)),
            "what is not set up comes first": Case({"setup_done": False}, takes=(Client.undo_setup,)),
        },
        short={
            "nearly half of the seats": Case({"users_active": 0.49}),
            "nobody knows": Case({"users_active": None}),
            "launched too long ago": Case(past={Client.launched: 61}),
            "never launched": Case(past={}),
        },
    ),
    Agreed(
        (Client.launch_again,),
        Client.engagement,
        {"setup_done": True, "users_active": 0.2},
        enough={"nearly a third": Case({"users_active": 0.29})},
        short={
            "a third": Case({"users_active": 0.3}),
            "nobody knows": Case({"users_active": None}),
            "not set up": Case({"setup_done": False}),
        },
    ),
    Agreed(
        (Client.measure,),
        Client.engagement,
        {"setup_done": True, "users_active": 0.9},
        enough={
            "four of five": Case({"users_active": 0.8}),
            "and they thrive": Case({"outcome": 0.9}, takes=(Client.measure, Client.grow)),
        },
        short={
            "nearly four of five": Case({"users_active": 0.79}),
            "nobody knows": Case({"users_active": None}),
            "one step overdue": Case({"overdue": 1}),
        },
    ),
    *(
        Agreed(
            (Client.fall_asleep,),
            phase,
            {"setup_done": True, "users_active": 0.4},
            since=14,
            before={"users_active": 0.9},
            enough={
                "nearly half": Case({"users_active": 0.49}),
                "nobody knows any more": Case({"users_active": CLEAR}),
                "hardly anybody": Case({"users_active": 0.1}, takes=(Client.fall_asleep, Client.launch_again)),
            },
            short={"half": Case({"users_active": 0.5}), "not yet for two weeks": Case(since=13)},
        )
        for phase in (Client.measurement, Client.growth)
    ),
    Agreed(
        (Client.grow,),
        Client.measurement,
        {"outcome": 0.9, "users_active": 0.9},
        enough={"outcome just reached": Case({"outcome": 0.8}), "four of five": Case({"users_active": 0.8})},
        short={
            "outcome nearly reached": Case({"outcome": 0.79}),
            "nobody knows the outcome": Case({"outcome": None}),
            "nobody to talk to": Case({"key_contact": False}),
            "nearly four of five": Case({"users_active": 0.79}),
            "nobody knows who is active": Case({"users_active": CLEAR}, before={"users_active": 0.9}),
        },
    ),
    Agreed((Client.next_round,), Client.growth, {"users_active": 0.6}, events=(Client.goal_set,)),
]
"""What moves a client, and what is just enough or just not."""

CALM: dict[str, Any] = {"setup_done": True, "trained": 0.4, "users_active": 0.6, "outcome": 0.5}
CALM_IN: dict[Any, Any] = {}

WAYS = {
    Client.sign: Way(Client.presales, event=Client.signed),
    Client.get_ready: Way(Client.onboarding, {"trained": 0.6}),
    Client.undo_setup: Way(Client.launch, {"setup_done": False}),
    Client.go_live: Way(Client.launch, event=Client.launched),
    Client.launch_again: Way(Client.engagement, {"users_active": 0.2}),
    Client.measure: Way(Client.engagement, {"users_active": 0.9}),
    Client.fall_asleep: Way(Client.measurement, {"users_active": 0.4}, since=14),
    Client.grow: Way(Client.measurement, {"outcome": 0.9, "users_active": 0.9}),
    Client.next_round: Way(Client.growth, event=Client.goal_set),
    Client.lose: Way(Client.growth, event=Client.cancelled),
}


@pytest.mark.parametrize(("phase", "case", "events", "takes"), cases(AGREED))
def test_client_as_agreed(phase: Any, case: Case, events: Any, takes: Any) -> None:
    ask(Client, phase, case, *events).takes(*takes)


@pytest.mark.parametrize(("first", "second"), following(Client, WAYS), ids=lambda one: one.name)
def test_what_may_follow_what_in_client(first: Any, second: Any) -> None:
    goes_on(Client, WAYS, CALM, CALM_IN, first, second)
