"""A user, as agreed: what is enough, what is not, and what may follow what."""

from __future__ import annotations

from typing import Any

import pytest

from models.events import User
from tests.models.scenarios.agreed import Agreed, Case, Way, ask, cases, following, goes_on

WON: dict[str, Any] = {"logins_28d": 10, "nps": 10, "knows_goal": True}

AGREED = [
    Agreed(
        (User.begin,),
        User.invited,
        {"logins_28d": 3},
        enough={"twice": Case({"logins_28d": 2}), "won at once": Case(WON, takes=(User.begin, User.win))},
        short={"once": Case({"logins_28d": 1}), "nobody knows": Case({"logins_28d": None})},
    ),
    Agreed(
        (User.win,),
        User.active,
        WON,
        enough={"often": Case({"logins_28d": 8}), "a promoter": Case({"nps": 9})},
        short={
            "nearly often": Case({"logins_28d": 7}),
            "nobody knows how often": Case({"logins_28d": None}),
            "a passive answer": Case({"nps": 8}),
            "nobody asked": Case({"nps": None}),
            "knows no goal": Case({"knows_goal": False}),
        },
    ),
    Agreed(
        (User.step_back,),
        User.champion,
        WON | {"logins_28d": 0},
        enough={
            "once": Case({"logins_28d": 1}),
            "a critic": Case({"logins_28d": 10, "nps": 6}),
            "knows no goal": Case({"logins_28d": 10, "knows_goal": False}),
            "never again": Case({"logins_28d": 0}, takes=(User.step_back, User.doze)),
            "as agreed": Case(takes=(User.step_back, User.doze)),
        },
        short={
            "twice": Case({"logins_28d": 2}),
            "nobody knows how often": Case({"logins_28d": None}),
            "a passive answer": Case({"logins_28d": 10, "nps": 7}),
            "nobody asked": Case({"logins_28d": 10, "nps": None}),
        },
    ),
    Agreed(
        (User.doze,),
        User.active,
        {"logins_28d": 0},
        short={"once": Case({"logins_28d": 1}), "nobody knows": Case({"logins_28d": None})},
    ),
    Agreed(
        (User.wake,),
        User.asleep,
        {"logins_28d": 3},
        enough={"twice": Case({"logins_28d": 2}), "won at once": Case(WON, takes=(User.wake, User.win))},
        short={"once": Case({"logins_28d": 1}), "nobody knows": Case({"logins_28d": None})},
    ),
]
"""What moves a user, and what is just enough or just not."""

CALM: dict[str, Any] = {"logins_28d": 4, "nps": 8, "knows_goal": True}
CALM_IN: dict[Any, Any] = {User.invited: {"logins_28d": 1}, User.asleep: {"logins_28d": 1}}

WAYS = {
    User.begin: Way(User.invited, {"logins_28d": 3}),
    User.win: Way(User.active, WON),
    User.step_back: Way(User.champion, {"nps": 5}),
    User.doze: Way(User.active, {"logins_28d": 0}),
    User.wake: Way(User.asleep, {"logins_28d": 3}),
    User.listen_to: Way(User.active, event=User.talk),
    User.ask_champion: Way(User.champion, event=User.talk),
    User.leave_company: Way(User.asleep, event=User.departure),
}


@pytest.mark.parametrize(("phase", "case", "events", "takes"), cases(AGREED))
def test_events_user_as_agreed(phase: Any, case: Case, events: Any, takes: Any) -> None:
    ask(User, phase, case, *events).takes(*takes)


@pytest.mark.parametrize(("first", "second"), following(User, WAYS), ids=lambda one: one.name)
def test_what_may_follow_what_in_events_user(first: Any, second: Any) -> None:
    goes_on(User, WAYS, CALM, CALM_IN, first, second)
