"""An account, as agreed: what is enough, what is not, and what may follow what."""

from __future__ import annotations

from typing import Any

import pytest

from clmstate import CLEAR
from models.journey import Account
from tests.models.scenarios.agreed import Agreed, Case, Way, ask, cases, days, following, goes_on

READY: dict[str, Any] = {"integrated": True, "kicked_off": True, "reviewed": True, "trained": 0.6, "usage": 0.6}
DUE: dict[str, Any] = {"integrated": True, "usage": 0.6, "renewal_on": days(100)}
RIPE: dict[str, Any] = {"integrated": True, "results": 0.9, "experience": 8, "usage": 0.9, "features": 0.5}
USED: dict[str, Any] = {"integrated": True, "usage": 0.6}

AGREED = [
    Agreed(
        (Account.settle_in,),
        Account.onboarding,
        READY,
        enough={"half of them trained": Case({"trained": 0.5}), "half of them use it": Case({"usage": 0.5})},
        short={
            "not integrated": Case({"integrated": False}),
            "no kick-off": Case({"kicked_off": False}),
            "not reviewed": Case({"reviewed": False}),
            "nearly half of them trained": Case({"trained": 0.49}),
            "nobody knows who is trained": Case({"trained": None}),
            "nearly half of them use it": Case({"usage": 0.49}),
            "nobody knows who uses it": Case({"usage": None}),
        },
    ),
    Agreed((Account.set_back,), Account.ongoing, {"integrated": False}, short={"integrated": Case({"integrated": True})}),
    Agreed(
        (Account.come_due,),
        Account.ongoing,
        DUE,
        enough={
            "four months to go": Case({"renewal_on": days(120)}),
            "half of them use it": Case({"usage": 0.5}),
            "renewed long ago": Case(past={Account.renewed: 121}),
            "what does not run is mended first": Case({"integrated": False}, takes=(Account.set_back,)),
        },
        short={
            "a day too early": Case({"renewal_on": days(121)}),
            "nobody knows when": Case({"renewal_on": None}),
            "renewed already": Case(past={Account.renewed: 120}),
            "nearly half of them use it": Case({"usage": 0.49}),
            "nobody knows who uses it": Case({"usage": None}),
        },
    ),
    Agreed(
        (Account.ripen,),
        Account.ongoing,
        RIPE,
        enough={
            "results just reached": Case({"results": 0.8}),
            "a good experience": Case({"experience": 7}),
            "four of five use it": Case({"usage": 0.8}),
            "enough features": Case({"features": 0.4}),
            "renewed three months ago": Case(past={Account.renewed: 91}),
            "it comes due before it ripens": Case({"renewal_on": days(100)}, takes=(Account.come_due,)),
            "what does not run is mended first": Case({"integrated": False}, takes=(Account.set_back,)),
        },
        short={
            "results nearly reached": Case({"results": 0.79}),
            "nobody knows the results": Case({"results": None}),
            "a middling experience": Case({"experience": 6}),
            "nobody asked how it was": Case({"experience": None}),
            "nearly four of five use it": Case({"usage": 0.79}),
            "nobody knows who uses it": Case({"usage": None}),
            "not enough features": Case({"features": 0.39}),
            "nobody knows the features": Case({"features": None}),
            "renewed just now": Case(past={Account.renewed: 90}),
        },
    ),
    Agreed(
        (Account.fade,),
        Account.renewal_growth,
        {"integrated": True, "usage": 0.4},
        since=28,
        before={"usage": 0.9},
        enough={
            "nearly half of them use it": Case({"usage": 0.49}),
            "nobody knows any more": Case({"usage": CLEAR}),
            "nor does it run": Case({"integrated": False}, takes=(Account.fade, Account.set_back)),
        },
        short={"half of them use it": Case({"usage": 0.5}), "not yet for four weeks": Case(since=27)},
    ),
    Agreed(
        (Account.next_term,),
        Account.renewal_growth,
        USED,
        events=(Account.renewed,),
        enough={
            "it does not run": Case({"integrated": False}, takes=(Account.next_term, Account.set_back)),
        },
    ),
    Agreed((Account.next_term,), Account.renewal_growth, USED, events=(Account.expanded, Account.renewed)),
]
"""What moves an account, and what is just enough or just not."""

CALM: dict[str, Any] = USED | {
    "kicked_off": False,
    "trained": 0.6,
    "results": 0.5,
    "experience": 8,
    "features": 0.5,
    "renewal_on": days(300),
}
CALM_IN: dict[Any, Any] = {}

WAYS = {
    Account.begin: Way(Account.sales_process, event=Account.signed),
    Account.settle_in: Way(Account.onboarding, READY),
    Account.set_back: Way(Account.ongoing, {"integrated": False}),
    Account.come_due: Way(Account.ongoing, DUE),
    Account.ripen: Way(Account.ongoing, RIPE),
    Account.fade: Way(Account.renewal_growth, {"usage": 0.4}, since=28),
    Account.next_term: Way(Account.renewal_growth, event=Account.renewed),
    Account.renew_early: Way(Account.ongoing, event=Account.renewed),
    Account.grow: Way(Account.renewal_growth, event=Account.expanded),
    Account.lose: Way(Account.ongoing, event=Account.left_us),
}


@pytest.mark.parametrize(("phase", "case", "events", "takes"), cases(AGREED))
def test_account_as_agreed(phase: Any, case: Case, events: Any, takes: Any) -> None:
    ask(Account, phase, case, *events).takes(*takes)


@pytest.mark.parametrize(("first", "second"), following(Account, WAYS), ids=lambda one: one.name)
def test_what_may_follow_what_in_account(first: Any, second: Any) -> None:
    goes_on(Account, WAYS, CALM, CALM_IN, first, second)
