"""An agreement, as agreed: what is enough, what is not, and what may follow what."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from clmstate import CLEAR
from models.events import Agreement
from tests.models.scenarios.agreed import Agreed, Case, Way, ask, cases, days, following, goes_on

MANAGED: dict[str, Any] = {
    "trust_confirmed": True,
    "key_product_works": True,
    "users_started": 0.9,
    "nps": 8,
    "goal_progress": 0.8,
    "last_talk": days(-10),
    "intent": "yes",
}
NEAR: dict[str, Any] = {"renewal_on": days(100)}
CHANGED, REVIEWED = Agreement.executive_changed, Agreement.review_held

STILL_MANAGED = {
    "four of five have started": Case({"users_started": 0.8}),
    "a passive answer": Case({"nps": 7}),
    "just on track": Case({"goal_progress": 0.7}),
    "talked two months ago": Case({"last_talk": days(-60)}),
    "their executive changed long ago": Case(past={CHANGED: 91}),
    "their executive changed, and it was reviewed": Case(past={CHANGED: 60, REVIEWED: 20}),
    "reviewed three months ago": Case(past={CHANGED: 60, REVIEWED: 90}),
}
NOT_MANAGED = {
    "no trust": Case({"trust_confirmed": False}),
    "one issue open": Case({"start_issues": 1}),
    "what matters most does not work": Case({"key_product_works": False}),
    "nobody knows whether it works": Case({"key_product_works": None}),
    "nearly four of five have started": Case({"users_started": 0.79}),
    "nobody knows who has started": Case({"users_started": None}),
    "a critic": Case({"nps": 6}),
    "nobody asked": Case({"nps": None}),
    "nearly on track": Case({"goal_progress": 0.69}, past={REVIEWED: 20}),
    "nobody knows the way to their goals": Case({"goal_progress": CLEAR}, before={"goal_progress": 0.8}),
    "silent for too long": Case({"last_talk": days(-61)}),
    "nobody knows when we talked": Case({"last_talk": None}),
    "friction": Case({"friction": True}),
    "they doubt": Case({"intent": "open"}),
    "nobody asked whether they renew": Case({"intent": None}),
    "their executive changed": Case(past={CHANGED: 90}),
    "reviewed before their executive changed": Case(past={CHANGED: 60, REVIEWED: 91}),
}
NOT_NEAR = {
    "a day too early": Case({"renewal_on": days(121)}),
    "nobody knows when": Case({"renewal_on": None}),
    "renewed already": Case(past={Agreement.renewed: 120}),
}
JUST_NEAR = {"four months to go": Case({"renewal_on": days(120)}), "renewed long ago": Case(past={Agreement.renewed: 121})}

ENOUGH_TALKED = {
    "talked two months ago": Case({"last_talk": days(-60)}),
    "their executive changed three months ago": Case(past={CHANGED: 91}),
}


def instead(several: dict[str, Case], *takes: Any) -> dict[str, Case]:
    """The same cases, in which something else is taken."""
    return {name: attrs.evolve(case, takes=takes) for name, case in several.items()}


AGREED = [
    Agreed(
        (Agreement.get_going,),
        Agreement.onboarding,
        {"trust_confirmed": True, "key_product_works": True},
        short={
            "no trust": Case({"trust_confirmed": False}),
            "one issue open": Case({"start_issues": 1}),
            "it does not work": Case({"key_product_works": False}),
            "nobody knows whether it works": Case({"key_product_works": None}),
        },
    ),
    Agreed(
        (Agreement.start_over,),
        Agreement.finding,
        {"start_issues": 4},
        enough={"three issues": Case({"start_issues": 3})},
        short={"two issues": Case({"start_issues": 2})},
    ),
    Agreed(
        (Agreement.prove,),
        Agreement.finding,
        {"goal_progress": 0.8, "users_started": 0.9},
        enough={
            "just on track": Case({"goal_progress": 0.7}),
            "four of five": Case({"users_started": 0.8}),
            "two issues": Case({"start_issues": 2}),
            "three issues come first": Case({"start_issues": 3}, takes=(Agreement.start_over,)),
        },
        short={
            "nearly on track": Case({"goal_progress": 0.69}),
            "nobody knows the way": Case({"goal_progress": None}),
            "nearly four of five": Case({"users_started": 0.79}),
            "nobody knows who has started": Case({"users_started": None}),
        },
    ),
    Agreed(
        (Agreement.fall_short,),
        Agreement.proven,
        {"goal_progress": 0.3},
        since=28,
        before={"goal_progress": 0.8},
        enough={
            "nearly half-way": Case({"goal_progress": 0.39}),
            "nobody knows any more": Case({"goal_progress": CLEAR}),
            "before the renewal counts": Case(NEAR, takes=(Agreement.fall_short, Agreement.question)),
        },
        short={"half-way": Case({"goal_progress": 0.4}), "not yet for four weeks": Case(since=27)},
    ),
    Agreed(
        (Agreement.renew_quietly,),
        Agreement.proven,
        MANAGED | NEAR,
        enough=JUST_NEAR | STILL_MANAGED | instead(NOT_MANAGED, Agreement.question),
        short=NOT_NEAR,
    ),
    Agreed((Agreement.prove, Agreement.renew_quietly), Agreement.finding, MANAGED | NEAR),
    Agreed(
        (Agreement.question,), Agreement.proven, NEAR | {"goal_progress": 0.6}, enough=JUST_NEAR | ENOUGH_TALKED, short=NOT_NEAR
    ),
    Agreed((Agreement.question,), Agreement.finding, NEAR, enough=JUST_NEAR, short=NOT_NEAR),
    Agreed(
        (Agreement.worry,),
        Agreement.renewal.quiet,
        MANAGED | NEAR | {"intent": "no"},
        enough={
            "unhappy": Case({"intent": "yes", "nps": 5}),
            "far from their goals": Case({"intent": "yes", "goal_progress": 0.39}),
            "three issues": Case({"intent": "yes", "start_issues": 3}),
            "whatever else is not known": Case({"nps": None, "goal_progress": None}),
        },
        short={
            "they doubt": Case({"intent": "open"}),
            "nobody asked whether they renew": Case({"intent": None}),
            "a critic": Case({"intent": "yes", "nps": 6}),
            "nobody asked": Case({"intent": "yes", "nps": None}),
            "half-way": Case({"intent": "yes", "goal_progress": 0.4}),
            "nobody knows the way": Case({"intent": "yes", "goal_progress": None}),
            "two issues": Case({"intent": "yes", "start_issues": 2}),
            "nothing known": Case({"intent": None, "nps": None, "goal_progress": None}),
        },
    ),
    Agreed(
        (Agreement.settle,),
        Agreement.renewal.in_question,
        MANAGED | NEAR,
        enough=STILL_MANAGED,
        short=NOT_MANAGED,
    ),
    # who comes first when two things happen on one day
    *(
        Agreed((first,), phase, {"goal_progress": 0.6}, events=events)
        for phase, first, events in (
            (Agreement.finding, Agreement.renew_early, (Agreement.executives_met, Agreement.renewed)),
            (Agreement.finding, Agreement.meet, (Agreement.review_held, Agreement.executives_met)),
            (Agreement.proven, Agreement.renew_gladly, (Agreement.executives_met, Agreement.renewed)),
            (Agreement.proven, Agreement.meet_again, (Agreement.review_held, Agreement.executives_met)),
            (Agreement.proven, Agreement.review_success, (Agreement.testimonial, Agreement.review_held)),
            (Agreement.proven, Agreement.speak, (Agreement.referral, Agreement.testimonial)),
        )
    ),
]
"""What moves an agreement, and what is just enough or just not."""

CALM: dict[str, Any] = MANAGED | {"key_product_works": False, "goal_progress": 0.6, "start_issues": 0, "renewal_on": days(300)}
CALM_IN: dict[Any, Any] = {}

WAYS = {
    Agreement.sign: Way(Agreement.prospect, event=Agreement.signed),
    Agreement.get_going: Way(Agreement.onboarding, {"key_product_works": True}),
    Agreement.start_over: Way(Agreement.finding, {"start_issues": 4}),
    Agreement.prove: Way(Agreement.finding, {"goal_progress": 0.8}),
    Agreement.fall_short: Way(Agreement.proven, {"goal_progress": 0.3}, since=28),
    Agreement.renew_quietly: Way(Agreement.proven, MANAGED | NEAR),
    Agreement.question: Way(Agreement.proven, NEAR),
    Agreement.worry: Way(Agreement.renewal.quiet, {"intent": "no"}),
    Agreement.settle: Way(Agreement.renewal.in_question, MANAGED),
    Agreement.next_term: Way(Agreement.renewal.quiet, event=Agreement.renewed),
    Agreement.renew_early: Way(Agreement.finding, event=Agreement.renewed),
    Agreement.renew_gladly: Way(Agreement.proven, event=Agreement.renewed),
    Agreement.meet: Way(Agreement.finding, event=Agreement.executives_met),
    Agreement.meet_again: Way(Agreement.proven, event=Agreement.executives_met),
    Agreement.review: Way(Agreement.finding, event=Agreement.review_held),
    Agreement.review_success: Way(Agreement.proven, event=Agreement.review_held),
    Agreement.speak: Way(Agreement.proven, event=Agreement.testimonial),
    Agreement.refer: Way(Agreement.proven, event=Agreement.referral),
    Agreement.end: Way(Agreement.proven, event=Agreement.ended),
}


def not_proven(phase: Any, second: Any) -> bool:
    """Whoever could renew quietly while value is being found has proven it first."""
    return bool(phase == Agreement.finding and second == Agreement.renew_quietly)


@pytest.mark.parametrize(("phase", "case", "events", "takes"), cases(AGREED))
def test_agreement_as_agreed(phase: Any, case: Case, events: Any, takes: Any) -> None:
    ask(Agreement, phase, case, *events).takes(*takes)


@pytest.mark.parametrize(("first", "second"), following(Agreement, WAYS, impossible=not_proven), ids=lambda one: one.name)
def test_what_may_follow_what_in_agreement(first: Any, second: Any) -> None:
    goes_on(Agreement, WAYS, CALM, CALM_IN, first, second)
