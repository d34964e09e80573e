"""Working together, as agreed: what is enough, what is not, and what may follow what."""

from __future__ import annotations

from typing import Any

import pytest

from models.events import Collaboration
from tests.models.scenarios.agreed import Agreed, Case, Way, ask, cases, following, goes_on

AGREED = [
    Agreed(
        (Collaboration.pile_up,),
        Collaboration.smooth,
        {"tickets": 5},
        enough={"three": Case({"tickets": 3})},
        short={"two": Case({"tickets": 2})},
    ),
    Agreed(
        (Collaboration.solved,),
        Collaboration.friction,
        {"tickets": 0},
        events=(Collaboration.answered,),
        short={"one is open": Case({"tickets": 1})},
    ),
    # who comes first when two things happen on one day
    *(
        Agreed((first,), phase, {"tickets": 0}, events=events)
        for phase, first, events in (
            (Collaboration.smooth, Collaboration.stumble, (Collaboration.ticket_opened, Collaboration.friction_felt)),
            (Collaboration.smooth, Collaboration.ask, (Collaboration.bought_more, Collaboration.ticket_opened)),
            (Collaboration.smooth, Collaboration.buy_along, (Collaboration.idea_shared, Collaboration.bought_more)),
            (Collaboration.friction, Collaboration.solved, (Collaboration.ticket_opened, Collaboration.answered)),
        )
    ),
]
"""What moves it, and what is just enough or just not."""

CALM: dict[str, Any] = {"tickets": 0}
CALM_IN: dict[Any, Any] = {}

WAYS = {
    Collaboration.stumble: Way(Collaboration.smooth, event=Collaboration.friction_felt),
    Collaboration.pile_up: Way(Collaboration.smooth, {"tickets": 4}),
    Collaboration.solved: Way(Collaboration.friction, event=Collaboration.answered),
    Collaboration.ask: Way(Collaboration.smooth, event=Collaboration.ticket_opened),
    Collaboration.ask_again: Way(Collaboration.friction, event=Collaboration.ticket_opened),
    Collaboration.buy_along: Way(Collaboration.smooth, event=Collaboration.bought_more),
    Collaboration.listen_to: Way(Collaboration.smooth, event=Collaboration.idea_shared),
}


@pytest.mark.parametrize(("phase", "case", "events", "takes"), cases(AGREED))
def test_collaboration_as_agreed(phase: Any, case: Case, events: Any, takes: Any) -> None:
    ask(Collaboration, phase, case, *events).takes(*takes)


@pytest.mark.parametrize(("first", "second"), following(Collaboration, WAYS), ids=lambda one: one.name)
def test_what_may_follow_what_in_collaboration(first: Any, second: Any) -> None:
    goes_on(Collaboration, WAYS, CALM, CALM_IN, first, second)
