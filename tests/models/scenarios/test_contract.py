"""The contract, as agreed: what moves it, what is just not enough, and what may follow what.

Each question is asked of a customer of whom everything is told at once. To have them in any phase with any past, they are kept there by
hand until the day of the question (`customer`).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from clmstate import Event, Phase, Transition
from clmstate.testing import Scenario, scenario
from models.dynamic import Contract

TODAY = dt.date(2028, 6, 1)


def day(away: int) -> dt.date:
    """So many days from today."""
    return TODAY + dt.timedelta(days=away)


Facts = dict[str, Any]
Past = dict[Event, int]
"""Events, and how many days ago they happened."""


def customer(phase: Phase, past: Past | None = None) -> Scenario[Contract]:
    """A customer in some phase with some past, whose rules are asked again today."""
    told = scenario(Contract).on(day(-500))
    for event, ago in sorted((past or {}).items(), key=lambda one: -one[1]):
        told.on(day(-ago), event)
    return told.by_hand(phase, at=day(-1), hold_until=TODAY)


# ---- what the words mean: each fact alone makes the difference

HEALTHY: Facts = {"health": 75, "nps": 8, "last_contact": day(-10)}
FAIR: Facts = HEALTHY | {"health": 65}
"""Neither healthy nor worrying."""

NEAR: Facts = {"renewal_on": day(100)}
FAR: Facts = {"renewal_on": day(300)}

Told = tuple[Facts, Past]


def without(facts: Facts, name: str) -> Facts:
    return {key: value for key, value in facts.items() if key != name}


ON_GOOD_TERMS: dict[str, Told] = {
    "a passive answer": ({"nps": 7}, {}),
    "no answer": ({"nps": None}, {}),
    "two months since we talked": ({"last_contact": day(-60)}, {}),
    "nobody knows when we talked": ({"last_contact": None}, {}),
    "let down a month ago": ({}, {Contract.let_down: 30}),
    "a new strategy a month ago": ({}, {Contract.strategy_changed: 30}),
}
STRAINED: dict[str, Told] = {
    "nobody decides on our side": ({"sponsor": False}, {}),
    "a critic": ({"nps": 6}, {}),
    "silent for too long": ({"last_contact": day(-61)}, {}),
    "let down four weeks ago": ({}, {Contract.let_down: 29}),
    "a new strategy four weeks ago": ({}, {Contract.strategy_changed: 29}),
}
STILL_HEALTHY: dict[str, Told] = {"just healthy": ({"health": 70}, {})} | ON_GOOD_TERMS
UNHEALTHY: dict[str, Told] = {
    "nearly healthy": ({"health": 69}, {}),
    "nobody knows": ({"health": None}, {}),
    "one escalation": ({"escalations": 1}, {}),
}
NOT_HEALTHY = UNHEALTHY | STRAINED
FAIRLY_WELL: dict[str, Told] = {
    "fair": ({"health": 60}, {}),
    "nobody knows": ({"health": None}, {}),
    "one escalation": ({"escalations": 1}, {}),
}
NOT_YET_WORRYING = FAIRLY_WELL | ON_GOOD_TERMS
WORRYING: dict[str, Told] = {"poor": ({"health": 59}, {}), "two escalations": ({"escalations": 2}, {})} | STRAINED
IN_WINDOW: dict[str, Told] = {
    "four months to go": ({"renewal_on": day(120)}, {}),
    "signed for the last time long ago": ({}, {Contract.renewed: 121}),
}
NOT_IN_WINDOW: dict[str, Told] = {
    "a day too early": ({"renewal_on": day(121)}, {}),
    "nobody knows the date": ({"renewal_on": None}, {}),
    "just signed": ({}, {Contract.renewed: 120}),
}
AS_IT_IS: dict[str, Told] = {"as it is": ({}, {})}


def asked(phase: Phase, facts: Facts, told: Told, *events: Event) -> Scenario[Contract]:
    """What a customer in a phase does today, of whom this is told; None is "nobody knows"."""
    known = {name: value for name, value in {**facts, **told[0]}.items() if value is not None}
    return customer(phase, told[1]).on(TODAY, *events, **known)


def each(*several: dict[str, Told]) -> pytest.MarkDecorator:
    together = [(name, told) for one in several for name, told in one.items()]
    return pytest.mark.parametrize("told", [told for _, told in together], ids=[name.replace(" ", "-") for name, _ in together])


# ---- onboarding


@pytest.mark.journey(
    Contract,
    """
    ## live is who is set up and used by half of the people, whatever the calendar says
    | at         | setup_done | users_adopted | takes   | phase      |
    |------------|------------|---------------|---------|------------|
    | 2026-01-05 | yes        |               |         | Onboarding |
    | +180       |            | 49 %          |         | Onboarding |
    | +1         | no         | 50 %          |         | Onboarding |
    | +1         | yes        |               | go_live | Adoption   |

    ## a notice in onboarding is heard, and moves nobody
    | at         | send            | takes | phase      | plays                    |
    |------------|-----------------|-------|------------|--------------------------|
    | 2026-01-05 | notice received | hear  | Onboarding | Call the decision maker  |
    | +1         | contract ended  | lose  | Churned    | Ask what we should have done |
    """,
)
def test_onboarding() -> None:
    pass


# ---- adoption and success


@each(AS_IT_IS, {"four in five": ({"users_adopted": 0.8}, {})}, ON_GOOD_TERMS)
def test_adopted_is_used_by_four_in_five_on_good_terms(told: Told) -> None:
    asked(Contract.adoption, FAIR | FAR | {"users_adopted": 0.85}, told).takes(Contract.adopt).is_in(Contract.success)


@each(
    {"not quite": ({"users_adopted": 0.79}, {}), "nobody knows": ({"users_adopted": None}, {}), "worse": ({"escalations": 1}, {})},
    STRAINED,
)
def test_not_yet_adopted(told: Told) -> None:
    asked(Contract.adoption, FAIR | FAR | {"users_adopted": 0.85}, told).stays().is_in(Contract.adoption)


@pytest.mark.journey(
    Contract,
    """
    ## two weeks below three in five are a relapse
    | at         | given   | users_adopted | takes   | phase    |
    |------------|---------|---------------|---------|----------|
    | 2026-01-05 | Success | 90 %          |         |          |
    | +1         |         | 60 %          |         | Success  |
    | +20        |         |               |         | Success  |
    | +1         |         | 59 %          |         | Success  |
    | +13        |         |               |         | Success  |
    | +1         |         |               | relapse | Adoption |

    ## so are two weeks in which nobody knows
    | at         | given   | users_adopted | takes   | phase    |
    |------------|---------|---------------|---------|----------|
    | 2026-01-05 | Success |               |         |          |
    | +13        |         |               |         | Success  |
    | +1         |         |               | relapse | Adoption |

    ## who recovered before anybody looked has not relapsed
    | at         | given   | users_adopted | takes   | phase    |
    |------------|---------|---------------|---------|----------|
    | 2026-01-05 | Success | 59 %          |         |          |
    | +20        |         | 60 %          |         | Success  |
    """,
)
def test_relapse() -> None:
    pass


@pytest.mark.parametrize("phase", [Contract.success, Contract.growth])
def test_without_a_decision_maker_its_worth_is_to_be_shown_again(phase: Phase) -> None:
    known = FAIR | FAR | {"users_adopted": 0.7, "expansion": True}
    asked(phase, known, ({"sponsor": True}, {})).stays()
    asked(phase, known, ({"sponsor": False}, {})).takes(Contract.lose_sponsor).is_in(Contract.adoption)


@pytest.mark.parametrize("phase", [Contract.success, Contract.growth])
def test_a_new_strategy_asks_for_a_new_success(phase: Phase) -> None:
    known = FAIR | FAR | {"users_adopted": 0.7, "expansion": True}
    asked(phase, known, ({}, {}), Contract.strategy_changed).takes(Contract.refocus).is_in(Contract.adoption)


# ---- into renewal


@pytest.mark.parametrize("phase", [Contract.adoption, Contract.success])
@each(AS_IT_IS, STILL_HEALTHY, IN_WINDOW)
def test_the_renewal_of_a_healthy_customer_is_calm(phase: Phase, told: Told) -> None:
    asked(phase, HEALTHY | NEAR | {"users_adopted": 0.7}, told).takes(Contract.renew_calm).is_in(Contract.renewal.happy)


@each(NOT_HEALTHY)
def test_the_renewal_of_anybody_else_is_tense(told: Told) -> None:
    asked(Contract.adoption, HEALTHY | NEAR | {"users_adopted": 0.7}, told).takes(Contract.renew_tense).is_in(
        Contract.renewal.high_risk
    )


@each(AS_IT_IS, STILL_HEALTHY, IN_WINDOW)
def test_one_escalation_is_enough_for_a_tense_renewal(told: Told) -> None:
    asked(Contract.success, HEALTHY | NEAR | {"users_adopted": 0.7, "escalations": 1}, told).takes(Contract.renew_tense)


@each(IN_WINDOW)
def test_a_tense_renewal_begins_with_the_window(told: Told) -> None:
    asked(Contract.success, FAIR | NEAR | {"users_adopted": 0.7}, told).takes(Contract.renew_tense)


@pytest.mark.parametrize("phase", [Contract.adoption, Contract.success])
@pytest.mark.parametrize("known", [HEALTHY, FAIR], ids=["healthy", "fair"])
@each(NOT_IN_WINDOW)
def test_no_renewal_outside_the_window(phase: Phase, known: Facts, told: Told) -> None:
    asked(phase, known | NEAR | {"users_adopted": 0.7}, told).stays().is_in(phase)


# ---- in renewal


@each(WORRYING)
def test_something_goes_wrong_in_a_happy_renewal(told: Told) -> None:
    asked(Contract.renewal.happy, FAIR | NEAR, told).takes(Contract.worry).is_in(Contract.renewal.high_risk)


@each(AS_IT_IS, NOT_YET_WORRYING)
def test_a_happy_renewal_stays_happy(told: Told) -> None:
    asked(Contract.renewal.happy, FAIR | NEAR, told).stays().is_in(Contract.renewal.happy)


def test_a_happy_renewal_of_whom_everything_is_known_stays_happy() -> None:
    past = {Contract.let_down: 30, Contract.strategy_changed: 30}
    asked(Contract.renewal.happy, FAIR | NEAR, ({}, past)).stays().is_in(Contract.renewal.happy)


@each(AS_IT_IS, STILL_HEALTHY, IN_WINDOW)
def test_a_save_plan_has_worked(told: Told) -> None:
    asked(Contract.renewal.high_risk, HEALTHY | NEAR, told, Contract.saved).takes(Contract.save).is_in(Contract.renewal.happy)


@each(NOT_HEALTHY)
def test_a_save_plan_has_not_worked(told: Told) -> None:
    asked(Contract.renewal.high_risk, HEALTHY | NEAR, told, Contract.saved).stays().moves_nobody(Contract.saved)


@pytest.mark.parametrize("known", [HEALTHY, FAIR], ids=["healthy", "fair"])
@each(NOT_IN_WINDOW)
def test_the_alarm_is_over_and_the_renewal_far_away(known: Facts, told: Told) -> None:
    asked(Contract.renewal.high_risk, known | NEAR, told, Contract.saved).takes(Contract.go_back).is_in(Contract.adoption)


@each(AS_IT_IS, IN_WINDOW)
def test_a_save_plan_without_health_changes_nothing_near_the_renewal(told: Told) -> None:
    asked(Contract.renewal.high_risk, FAIR | NEAR, told, Contract.saved).stays().moves_nobody(Contract.saved)


@each(AS_IT_IS, STILL_HEALTHY, {"a notice long ago": ({}, {Contract.notice: 366})})
def test_the_worry_passes_by_itself(told: Told) -> None:
    asked(Contract.renewal.high_risk, HEALTHY | NEAR, told).takes(Contract.calm_down).is_in(Contract.renewal.happy)


@each(NOT_HEALTHY, {"a notice within the year": ({}, {Contract.notice: 365})})
def test_the_worry_does_not_pass(told: Told) -> None:
    asked(Contract.renewal.high_risk, HEALTHY | NEAR, told).stays().is_in(Contract.renewal.high_risk)


@pytest.mark.parametrize("phase", [Contract.renewal.happy, Contract.renewal.high_risk])
def test_signed_is_success_again(phase: Phase) -> None:
    known = FAIR | NEAR | {"users_adopted": 0.7}
    asked(phase, known, ({}, {}), Contract.renewed).takes(Contract.next_term).is_in(Contract.success)


# ---- growth


@pytest.mark.parametrize("phase", [Contract.adoption, Contract.success])
@each(AS_IT_IS, STILL_HEALTHY)
def test_healthy_customers_who_could_use_more_grow(phase: Phase, told: Told) -> None:
    known = HEALTHY | FAR | {"users_adopted": 0.7, "expansion": True}
    asked(phase, known, told).takes(Contract.grow).is_in(Contract.growth)


def test_a_happy_renewal_may_grow() -> None:
    asked(Contract.renewal.happy, HEALTHY | NEAR | {"expansion": True}, ({}, {})).takes(Contract.grow).is_in(Contract.growth)


@each({"no signal": ({"expansion": False}, {})}, NOT_HEALTHY)
def test_others_do_not_grow(told: Told) -> None:
    asked(Contract.adoption, HEALTHY | FAR | {"users_adopted": 0.7, "expansion": True}, told).stays()


def test_a_happy_renewal_does_not_grow_without_a_reason() -> None:
    asked(Contract.renewal.happy, HEALTHY | NEAR, ({}, {})).stays()


def test_growth_lasts_as_long_as_its_reason() -> None:
    asked(Contract.growth, FAIR | FAR, ({"expansion": True}, {})).stays()
    asked(Contract.growth, FAIR | FAR | {"users_adopted": 0.7}, ({"expansion": False}, {})).takes(Contract.return_from).is_in(
        Contract.success
    )


@each({name: told for name, told in WORRYING.items() if "sponsor" not in told[0]})
def test_first_keep_them_then_grow(told: Told) -> None:
    asked(Contract.growth, FAIR | NEAR | {"expansion": True}, told).takes(Contract.worry_big).is_in(Contract.renewal.high_risk)


@each(AS_IT_IS, NOT_YET_WORRYING, {"window begins": ({"renewal_on": day(120)}, {})})
def test_growth_goes_on_while_nothing_is_wrong(told: Told) -> None:
    asked(Contract.growth, FAIR | NEAR | {"expansion": True}, told).stays()


@each(IN_WINDOW)
def test_worries_count_from_the_day_the_window_opens(told: Told) -> None:
    asked(Contract.growth, FAIR | NEAR | {"expansion": True, "health": 59}, told).takes(Contract.worry_big)


@each(NOT_IN_WINDOW)
def test_worries_far_from_renewal_stop_no_growth(told: Told) -> None:
    asked(Contract.growth, FAIR | NEAR | {"expansion": True, "health": 59}, told).stays()


# ---- who comes first when several rules are true


def test_adopted_at_the_beginning_of_the_window_is_adopted_first() -> None:
    known = HEALTHY | NEAR | {"users_adopted": 0.85}
    asked(Contract.adoption, known, ({}, {})).takes(Contract.adopt, Contract.renew_calm)


def test_a_calm_renewal_comes_before_growth() -> None:
    known = HEALTHY | NEAR | {"users_adopted": 0.7, "expansion": True}
    asked(Contract.adoption, known, ({}, {})).takes(Contract.renew_calm, Contract.grow)


def test_adopted_comes_before_growth() -> None:
    known = HEALTHY | FAR | {"users_adopted": 0.85, "expansion": True}
    asked(Contract.adoption, known, ({}, {})).takes(Contract.adopt, Contract.grow)


def test_a_relapse_comes_before_everything_that_else_moves_a_success() -> None:
    low = scenario(Contract).given(Contract.success, at=day(-20), users_adopted=0.5)
    low.again().on(TODAY, sponsor=False).takes(Contract.relapse)
    low.again().on(TODAY, **HEALTHY, **NEAR).takes(Contract.relapse, Contract.renew_calm)
    low.again().on(TODAY, **HEALTHY, **FAR, expansion=True).takes(Contract.relapse, Contract.grow)


def test_a_lost_decision_maker_comes_before_the_renewal() -> None:
    known = FAIR | NEAR | {"users_adopted": 0.7, "sponsor": False}
    asked(Contract.success, known, ({}, {})).takes(Contract.lose_sponsor, Contract.renew_tense)
    asked(Contract.growth, known | {"expansion": True}, ({}, {})).takes(Contract.lose_sponsor, Contract.renew_tense)
    asked(Contract.growth, FAIR | FAR | {"sponsor": False, "users_adopted": 0.7}, ({}, {})).takes(Contract.lose_sponsor)


def test_growth_that_is_over_is_left_before_its_worries_count() -> None:
    known = FAIR | NEAR | {"users_adopted": 0.7, "health": 59}
    asked(Contract.growth, known, ({}, {})).takes(Contract.return_from, Contract.renew_tense)


def test_two_events_at_once() -> None:
    known = FAIR | FAR | {"users_adopted": 0.7, "expansion": True}
    both = (Contract.strategy_changed, Contract.notice)
    asked(Contract.success, known, ({}, {}), *both).takes(Contract.refocus).is_in(Contract.adoption)
    asked(Contract.growth, known, ({}, {}), *both).takes(Contract.refocus)
    asked(Contract.success, known, ({}, {}), Contract.strategy_changed, Contract.let_down).takes(Contract.refocus)
    asked(Contract.success, known, ({}, {}), Contract.strategy_changed, Contract.delighted).takes(Contract.refocus)
    asked(Contract.adoption, known, ({}, {}), Contract.notice, Contract.let_down).takes(Contract.alarm)
    asked(Contract.success, known, ({}, {}), Contract.notice, Contract.let_down).takes(Contract.alarm)
    asked(Contract.success, known, ({}, {}), Contract.let_down, Contract.delighted).takes(Contract.answer)
    asked(Contract.renewal.happy, known | NEAR, ({}, {}), Contract.renewed, Contract.notice).takes(Contract.alarm)
    risky = HEALTHY | NEAR
    # whoever has just signed is no longer in the window: the save plan has done more than it had to
    asked(Contract.renewal.high_risk, risky, ({}, {}), Contract.saved, Contract.renewed).takes(Contract.go_back)
    asked(Contract.renewal.high_risk, risky, ({}, {}), Contract.saved, Contract.notice).takes(Contract.save)
    asked(Contract.renewal.high_risk, FAIR | FAR, ({}, {}), Contract.saved, Contract.notice).takes(Contract.go_back)
    asked(Contract.renewal.high_risk, FAIR | NEAR, ({}, {}), Contract.renewed, Contract.notice).takes(Contract.hear_late)


# ---- what may follow what

CALM: Facts = {
    "setup_done": False,
    "users_adopted": 0.7,
    "health": 65,
    "escalations": 0,
    "sponsor": True,
    "nps": 8,
    "expansion": True,
}
"""Everything that is known, such that nobody moves from anywhere."""

WAYS: dict[Transition, tuple[Phase, Facts, Event | None]] = {
    Contract.go_live: (Contract.onboarding, {"setup_done": True}, None),
    Contract.adopt: (Contract.adoption, {"users_adopted": 0.85}, None),
    Contract.relapse: (Contract.success, {"users_adopted": 0.55}, None),
    Contract.lose_sponsor: (Contract.success, {"sponsor": False}, None),
    Contract.refocus: (Contract.success, {}, Contract.strategy_changed),
    Contract.renew_calm: (Contract.success, {"renewal": 100, "health": 75, "expansion": False}, None),
    Contract.renew_tense: (Contract.success, {"renewal": 100}, None),
    Contract.worry: (Contract.renewal.happy, {"health": 55}, None),
    Contract.save: (Contract.renewal.high_risk, {"renewal": 100, "health": 75, "expansion": False}, Contract.saved),
    Contract.calm_down: (Contract.renewal.high_risk, {"health": 75, "expansion": False}, None),
    Contract.go_back: (Contract.renewal.high_risk, {}, Contract.saved),
    Contract.next_term: (Contract.renewal.happy, {}, Contract.renewed),
    Contract.grow: (Contract.success, {"health": 75}, None),
    Contract.return_from: (Contract.growth, {"expansion": False}, None),
    Contract.worry_big: (Contract.growth, {"renewal": 100, "health": 55}, None),
    Contract.hear: (Contract.onboarding, {}, Contract.notice),
    Contract.hear_late: (Contract.renewal.high_risk, {}, Contract.notice),
    Contract.alarm: (Contract.success, {}, Contract.notice),
    Contract.answer_early: (Contract.adoption, {}, Contract.let_down),
    Contract.answer: (Contract.success, {}, Contract.let_down),
    Contract.applaud: (Contract.success, {}, Contract.delighted),
    Contract.lose: (Contract.growth, {}, Contract.ended),
}
"""For each transition: where from, what is told beside what is calm, and what happens."""


def goes(told: Scenario[Contract], transition: Transition, days: int) -> None:
    """So many days later, a customer who is calm otherwise takes a transition."""
    _, facts, event = WAYS[transition]
    now = told.customer.at + dt.timedelta(days=days)
    known = CALM | {key: value for key, value in facts.items() if key != "renewal"}
    dates = {"renewal_on": now + dt.timedelta(days=facts.get("renewal", 300)), "last_contact": now}
    if transition == Contract.relapse:  # two weeks have to pass
        told.on(now - dt.timedelta(days=14), **(known | {"renewal_on": now + dt.timedelta(days=300), "last_contact": now})).stays()
    told.on(now, *([] if event is None else [event]), **(known | dates)).takes(transition)


def following() -> list[tuple[Transition, Transition]]:
    ways = Contract.definition.ways_out
    ends = {t: (WAYS[t][0] if t.stay else Contract.definition.phases[Contract.definition.leaves(t.target)[0]]) for t in WAYS}
    return [(first, second) for first in WAYS for second in ways(ends[first].path)]


@pytest.mark.parametrize(("first", "second"), following(), ids=lambda t: t.name)
def test_what_may_follow_what(first: Transition, second: Transition) -> None:
    at = dt.date(2026, 1, 1)
    told = scenario(Contract).given(WAYS[first][0], at=at, **CALM, renewal_on=at + dt.timedelta(days=900), last_contact=at)
    goes(told, first, 400)
    goes(told, second, 400)
    if not second.stay:
        told.is_in(second.target)
