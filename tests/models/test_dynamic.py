"""The dynamic customer lifecycle, scenario by scenario: every transition of every lifecycle is taken here by hand.

A scenario gets a fresh customer and runs on both engines. `test_every_transition_is_taken` runs them all once more and counts, so that a
new transition without a scenario fails.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest

import models.dynamic
from clmstate import Lifecycle, Moves
from clmstate.replay import play as play_log
from clmstate.replay import read_log
from clmstate.signals import show_instant
from models.dynamic import AddOn, Contract, EnterpriseContract, User

Scenario = Callable[[Any], None]
SCENARIOS: list[tuple[type[Lifecycle], Scenario]] = []
MODELS = (Contract, EnterpriseContract, AddOn, User)
ENGINES = ("compiled", "live")
ACME = Path(models.dynamic.__file__).parent / "acme.csv"


def scenario(model: type[Lifecycle]) -> Callable[[Scenario], Scenario]:
    def register(play: Scenario) -> Scenario:
        SCENARIOS.append((model, play))
        return play

    return register


def names(moves: Moves) -> list[str]:
    return [move.name for move in moves]


def plays(customer: Lifecycle) -> list[str]:
    return [opened.play.label for opened in customer.open_plays]


def reached(customer: Lifecycle) -> list[str]:
    return [milestone.name for milestone in customer.journey.milestones]


def signs(customer: Lifecycle) -> list[str]:
    return [risk.name for risk in customer.warning_signs]


def in_success(acme: Contract, **values: Any) -> None:
    """A good customer far from renewal, placed on 1 March 2026."""
    known: dict[str, Any] = {
        "setup_done": True,
        "users_adopted": 0.9,
        "health": 80,
        "renewal_on": "2026-12-31",
        "last_contact": "2026-03-01",
    }
    acme.start(Contract.success, at="2026-03-01", **(known | values))


def in_renewal(acme: Contract, phase: Any, **values: Any) -> None:
    """A customer two months before renewal, placed on 1 November 2026."""
    known: dict[str, Any] = {
        "setup_done": True,
        "users_adopted": 0.9,
        "health": 80,
        "renewal_on": "2026-12-31",
        "last_contact": "2026-10-25",
    }
    acme.start(phase, at="2026-11-01", **(known | values))


# ---- Contract: onboarding and adoption


@scenario(Contract)
def gets_live_by_data_not_by_the_calendar(acme: Contract) -> None:
    assert acme.observe(at="2026-01-01", users_adopted=0.6) == ()
    assert acme.tick(at="2026-06-30") == ()  # day 180, and still not set up (S4.8)
    assert acme.phase == Contract.onboarding
    assert signs(acme) == ["stuck"]
    moves = acme.observe(at="2026-07-01", setup_done=True)
    assert names(moves) == ["go_live"]
    assert acme.phase == Contract.adoption
    assert plays(acme) == ["Hand over to Customer Success", "Celebrate together"]
    assert reached(acme) == ["first_value"]


@scenario(Contract)
def is_not_live_while_fewer_than_half_use_it(acme: Contract) -> None:
    assert acme.observe(at="2026-01-10", setup_done=True, users_adopted=0.49) == ()
    assert acme.observe(at="2026-01-11", users_adopted=0.5)[0].target == Contract.adoption


@scenario(Contract)
def a_notice_in_onboarding_is_heard(acme: Contract) -> None:
    moves = acme.send(Contract.notice, at="2026-02-01")
    assert names(moves) == ["hear"]
    assert moves[0].stayed
    assert acme.phase == Contract.onboarding
    assert plays(acme) == ["Call the decision maker"]


@scenario(Contract)
def adopts_when_used_and_on_good_terms(acme: Contract) -> None:
    acme.start(Contract.adoption, at="2026-03-01", setup_done=True, users_adopted=0.7, health=75, last_contact="2026-03-01")
    assert acme.observe(at="2026-03-10", users_adopted=0.8, escalations=1) == ()
    assert names(acme.observe(at="2026-03-20", escalations=0)) == ["adopt"]
    assert acme.phase == Contract.success
    assert reached(acme) == ["first_value", "well_adopted"]  # the first was true before, and is seen at the first settled picture


@scenario(Contract)
def a_critic_is_no_success_yet(acme: Contract) -> None:
    acme.start(Contract.adoption, at="2026-03-01", users_adopted=0.7, last_contact="2026-03-01")
    assert acme.observe(at="2026-03-10", users_adopted=0.9, nps=6) == ()
    assert signs(acme) == ["critic"]
    assert names(acme.observe(at="2026-04-10", nps=9)) == ["adopt"]
    assert reached(acme) == ["well_adopted", "promoter"]


@scenario(Contract)
def a_bad_experience_in_adoption_is_answered(acme: Contract) -> None:
    acme.start(Contract.adoption, at="2026-03-01", users_adopted=0.7)
    moves = acme.send(Contract.let_down, at="2026-03-10", users_adopted=0.9)
    assert names(moves) == ["answer_early"]  # and not adopted: it weighs for a month
    assert plays(acme)[0] == "Call and make it good"
    assert acme.tick(at="2026-04-08") == ()
    assert names(acme.tick(at="2026-04-09")) == ["adopt"]


# ---- Contract: success


@scenario(Contract)
def falls_back_after_two_weeks_of_low_usage(acme: Contract) -> None:
    in_success(acme)
    assert acme.observe(at="2026-03-10", users_adopted=0.59) == ()
    assert acme.observe(at="2026-03-20", users_adopted=0.6) == ()  # a holiday: the clock stops
    assert acme.observe(at="2026-03-21", users_adopted=0.5) == ()
    assert acme.tick(at="2026-04-03") == ()
    moves = acme.tick(at="2026-04-05")
    assert names(moves) == ["relapse"]
    assert str(moves[0].due_since) == "2026-04-04"
    assert acme.phase == Contract.adoption
    assert "Retrain the teams that stopped" in plays(acme)


@scenario(Contract)
def usage_that_nobody_reports_counts_as_gone(acme: Contract) -> None:
    acme.start(Contract.success, at="2026-03-01", health=80)
    acme.tick(at="2026-03-02")
    assert names(acme.tick(at="2026-03-16")) == ["relapse"]


@scenario(Contract)
def loses_its_decision_maker(acme: Contract) -> None:
    in_success(acme)
    assert names(acme.observe(at="2026-04-01", sponsor=False)) == ["lose_sponsor"]
    assert acme.phase == Contract.adoption
    assert "Meet the new decision maker" in plays(acme)
    assert signs(acme) == ["headless"]
    assert names(acme.observe(at="2026-04-20", sponsor=True)) == ["adopt"]


@scenario(Contract)
def changes_its_strategy(acme: Contract) -> None:
    in_success(acme, last_contact="2026-04-01")
    assert names(acme.send(Contract.strategy_changed, at="2026-04-01")) == ["refocus"]
    assert "Write a new success plan" in plays(acme)
    assert acme.phase == Contract.adoption
    assert names(acme.tick(at="2026-05-01")) == ["adopt"]  # a month later the new goals have settled


@scenario(Contract)
def a_good_customer_is_let_down(acme: Contract) -> None:
    in_success(acme)
    moves = acme.send(Contract.let_down, at="2026-04-01")
    assert names(moves) == ["answer"]
    assert "Call and make it good" in plays(acme)
    assert acme.phase == Contract.success


@scenario(Contract)
def a_great_experience_is_told_on(acme: Contract) -> None:
    in_success(acme)
    assert names(acme.send(Contract.delighted, at="2026-04-01", nps=10)) == ["applaud"]
    assert plays(acme).count("Ask for a reference") == 2  # for the experience, and for the promoter
    assert "promoter" in reached(acme)


@scenario(Contract)
def nobody_sees_a_great_experience_in_onboarding(acme: Contract) -> None:
    moves = acme.send(Contract.delighted, at="2026-04-01")
    assert moves == ()
    assert [untaken.event for untaken in moves.untaken] == ["delighted"]


# ---- Contract: renewal


@scenario(Contract)
def a_quiet_renewal_is_no_event(acme: Contract) -> None:
    in_success(acme, renewal_on="2026-12-31", last_contact="2026-08-01")
    assert acme.tick(at="2026-09-01") == ()
    assert names(acme.tick(at="2026-09-02")) == ["renew_calm"]
    assert acme.phase == Contract.renewal.happy
    assert plays(acme)[-1] == "Send the renewal offer"
    assert names(acme.send(Contract.renewed, at="2026-09-20", renewal_on="2027-12-31")) == ["next_term"]
    assert acme.phase == Contract.success
    assert "first_renewal" in reached(acme)


@scenario(Contract)
def signed_but_not_yet_moved_is_not_in_the_window(acme: Contract) -> None:
    in_renewal(acme, Contract.renewal.happy)
    assert names(acme.send(Contract.renewed, at="2026-11-10")) == ["next_term"]
    assert acme.tick(at="2026-12-20") == ()  # the old date is eleven days ahead, but they have signed
    assert acme.phase == Contract.success


@scenario(Contract)
def a_renewal_that_nobody_can_judge_is_at_risk(acme: Contract) -> None:
    acme.start(Contract.adoption, at="2026-03-01", users_adopted=0.7)
    assert names(acme.observe(at="2026-11-01", renewal_on="2026-12-31")) == ["renew_tense"]
    assert acme.phase == Contract.renewal.high_risk
    assert plays(acme)[-1] == "Agree on a save plan"


@scenario(Contract)
def worries_and_calms_down(acme: Contract) -> None:
    in_renewal(acme, Contract.renewal.happy)
    assert acme.observe(at="2026-11-02", health=60) == ()
    assert names(acme.observe(at="2026-11-03", health=59)) == ["worry"]
    assert acme.observe(at="2026-11-04", health=69) == ()
    assert names(acme.observe(at="2026-11-05", health=70)) == ["calm_down"]


@scenario(Contract)
def silence_is_a_worry(acme: Contract) -> None:
    in_renewal(acme, Contract.renewal.happy, last_contact="2026-10-01")
    assert str(acme.next_check) == "2026-11-01"  # placed by hand: nobody has asked the rules and milestones yet
    assert acme.tick(at="2026-11-02") == ()
    assert str(acme.next_check) == "2026-12-01"
    assert acme.tick(at="2026-11-30") == ()
    assert names(acme.tick(at="2026-12-01")) == ["worry"]
    assert signs(acme) == ["silent"]
    assert names(acme.observe(at="2026-12-02", last_contact="2026-12-02")) == ["calm_down"]


@scenario(Contract)
def a_bad_experience_before_renewal_is_a_worry(acme: Contract) -> None:
    in_renewal(acme, Contract.renewal.happy)
    assert names(acme.send(Contract.let_down, at="2026-11-10")) == ["worry"]


@scenario(Contract)
def a_notice_is_saved(acme: Contract) -> None:
    in_renewal(acme, Contract.renewal.happy)
    assert names(acme.send(Contract.notice, at="2026-11-05")) == ["alarm"]
    assert acme.phase == Contract.renewal.high_risk
    assert {"Call the decision maker", "Agree on a save plan"} <= set(plays(acme))
    assert acme.observe(at="2026-11-20", health=90) == ()  # good numbers alone do not end an alarm
    assert names(acme.send(Contract.saved, at="2026-11-25", last_contact="2026-11-25")) == ["save"]
    assert acme.phase == Contract.renewal.happy


@scenario(Contract)
def a_notice_that_was_feared_is_heard_too(acme: Contract) -> None:
    in_renewal(acme, Contract.renewal.high_risk, health=50)
    assert names(acme.send(Contract.notice, at="2026-11-05")) == ["hear_late"]
    assert plays(acme)[0] == "Call the decision maker"
    assert acme.observe(at="2026-11-20", health=90) == ()  # from now on only a save plan ends it


@scenario(Contract)
def a_save_plan_that_did_not_help_saves_nobody(acme: Contract) -> None:
    in_renewal(acme, Contract.renewal.high_risk, health=50)
    moves = acme.send(Contract.saved, at="2026-11-05", health=65)
    assert moves == ()
    assert [untaken.event for untaken in moves.untaken] == ["saved"]
    assert acme.phase == Contract.renewal.high_risk


@scenario(Contract)
def an_alarm_far_from_renewal_goes_back_to_work(acme: Contract) -> None:
    in_success(acme, health=60)
    assert names(acme.send(Contract.notice, at="2026-04-01")) == ["alarm"]
    assert names(acme.send(Contract.saved, at="2026-04-20", users_adopted=0.7)) == ["go_back"]
    assert acme.phase == Contract.adoption


@scenario(Contract)
def going_back_may_lead_on_at_once(acme: Contract) -> None:
    in_success(acme)
    acme.send(Contract.notice, at="2026-04-01")
    assert names(acme.send(Contract.saved, at="2026-04-20")) == ["go_back", "adopt"]


@scenario(Contract)
def a_late_save_becomes_the_next_term(acme: Contract) -> None:
    in_renewal(acme, Contract.renewal.high_risk, health=50)
    assert names(acme.send(Contract.renewed, at="2026-12-20")) == ["next_term"]
    assert "Celebrate together" in plays(acme)


# ---- Contract: growth and the end


@scenario(Contract)
def grows_and_returns(acme: Contract) -> None:
    in_success(acme)
    assert names(acme.observe(at="2026-04-01", expansion=True)) == ["grow"]
    assert "Show what else would help" in plays(acme)
    assert acme.send(Contract.product_bought, at="2026-04-20", instance="Analytics") == ()
    assert "bought_more" in reached(acme)
    assert names(acme.observe(at="2026-05-01", expansion=False)) == ["return_from"]


@scenario(Contract)
def can_grow_from_adoption_and_from_renewal(acme: Contract) -> None:
    acme.start(Contract.adoption, at="2026-03-01", users_adopted=0.7, health=80)
    assert names(acme.observe(at="2026-03-02", expansion=True)) == ["grow"]
    assert names(acme.observe(at="2026-03-20", expansion=False)) == ["return_from"]
    assert names(acme.observe(at="2026-11-01", renewal_on="2026-12-31")) == ["renew_calm"]
    assert names(acme.observe(at="2026-11-02", expansion=True)) == ["grow"]


@scenario(Contract)
def nobody_sells_to_a_customer_who_was_just_let_down(acme: Contract) -> None:
    in_success(acme)
    acme.send(Contract.let_down, at="2026-04-01")
    assert acme.observe(at="2026-04-10", expansion=True, last_contact="2026-04-10") == ()
    assert names(acme.tick(at="2026-05-01")) == ["grow"]


@scenario(Contract)
def growth_gives_way_to_a_tense_renewal(acme: Contract) -> None:
    in_success(acme, expansion=True)
    acme.tick(at="2026-03-02")
    assert acme.phase == Contract.growth
    assert acme.observe(at="2026-04-01", health=40) == ()  # far from renewal
    assert names(acme.observe(at="2026-10-01", last_contact="2026-10-01")) == ["worry_big"]
    assert acme.phase == Contract.renewal.high_risk


@scenario(Contract)
def growth_loses_its_decision_maker_and_its_reason(acme: Contract) -> None:
    acme.start(Contract.growth, at="2026-03-01", users_adopted=0.7, health=80, expansion=True)
    assert names(acme.observe(at="2026-03-05", sponsor=False)) == ["lose_sponsor"]
    assert names(acme.observe(at="2026-03-20", sponsor=True)) == ["grow"]
    assert names(acme.send(Contract.strategy_changed, at="2026-03-25")) == ["refocus"]
    assert acme.phase == Contract.adoption  # although the expansion signal is still there


@scenario(Contract)
def a_notice_stops_growth(acme: Contract) -> None:
    acme.start(Contract.growth, at="2026-03-01", users_adopted=0.9, health=80, expansion=True)
    assert names(acme.send(Contract.notice, at="2026-03-05")) == ["alarm"]


@scenario(Contract)
def the_end_is_the_end(acme: Contract) -> None:
    in_success(acme)
    assert names(acme.send(Contract.ended, at="2026-04-01")) == ["lose"]
    assert acme.phase == Contract.churned
    assert "Ask what we should have done" in plays(acme)
    assert acme.observe(at="2026-04-02", health=100, expansion=True) == ()
    assert acme.send(Contract.renewed, at="2026-04-03").untaken != ()


@scenario(Contract)
def the_end_comes_before_everything_else(acme: Contract) -> None:
    in_renewal(acme, Contract.renewal.high_risk)
    assert names(acme.send(Contract.ended, at="2026-12-31")) == ["lose"]


@scenario(Contract)
def warns_before_it_is_too_late(acme: Contract) -> None:
    acme.observe(at="2026-10-01", renewal_on="2026-12-31", escalations=2)
    assert acme.phase == Contract.onboarding
    assert signs(acme) == ["late", "overloaded"]
    acme.observe(at="2026-10-02", setup_done=True, users_adopted=0.6, renewal_on="2027-12-31", escalations=0, usage_change=-0.25)
    assert signs(acme) == ["fading"]
    assert [gap.name for gap in acme.open_gaps] == ["half_used"]


# ---- the enterprise market


@scenario(EnterpriseContract)
def a_large_customer_adopts_earlier(acme: EnterpriseContract) -> None:
    acme.start(EnterpriseContract.adoption, at="2026-03-01")
    assert names(acme.observe(at="2026-03-02", users_adopted=0.7)) == ["adopt"]
    assert acme.phase.owner is not None
    assert acme.phase.owner.name == "Named CSM"


@scenario(EnterpriseContract)
def a_large_customer_renews_from_180_days_and_does_not_worry(acme: EnterpriseContract) -> None:
    acme.start(EnterpriseContract.success, at="2026-03-01", users_adopted=0.9, health=80, renewal_on="2026-12-31")
    assert acme.tick(at="2026-07-03") == ()
    assert names(acme.tick(at="2026-07-04")) == ["renew_calm"]
    assert acme.observe(at="2026-07-10", health=20) == ()
    assert names(acme.send(EnterpriseContract.notice, at="2026-07-11")) == ["alarm"]


def test_a_variant_never_touches_its_parent() -> None:
    assert Contract.adopted_at.spec.value == 0.80
    assert "worry" in Contract.definition.transitions
    assert "worry" not in EnterpriseContract.definition.transitions
    assert set(EnterpriseContract.definition.transitions) == set(Contract.definition.transitions) - {"worry"}


# ---- an added product


@scenario(AddOn)
def a_product_is_implemented_adopted_and_succeeds(analytics: AddOn) -> None:
    assert analytics.phase == AddOn.running.implementation
    assert analytics.observe(at="2026-05-01", users_active=0.3) == ()
    assert names(analytics.observe(at="2026-05-20", set_up=True)) == ["go_live"]
    assert reached(analytics) == ["in_use"]
    assert analytics.observe(at="2026-06-20", users_active=0.7, tickets=1) == ()
    assert names(analytics.observe(at="2026-06-25", tickets=0)) == ["adopt"]
    assert analytics.observe(at="2026-07-01", users_active=0.49) == ()
    assert names(analytics.tick(at="2026-07-15")) == ["relapse"]
    assert plays(analytics) == ["Show it once more on their own work"]


@scenario(AddOn)
def a_product_waits_with_the_contract_and_goes_on_where_it_stopped(analytics: AddOn) -> None:
    analytics.start(AddOn.running.success, at="2026-05-01", users_active=0.8)
    assert names(analytics.observe(at="2026-06-01", contract_open=False)) == ["pause"]
    assert plays(analytics) == ["Tell its users what happens to it"]
    assert names(analytics.observe(at="2026-06-20", contract_open=True)) == ["go_on"]
    assert analytics.phase == AddOn.running.success


@scenario(AddOn)
def a_product_that_starts_slowly_warns(analytics: AddOn) -> None:
    analytics.tick(at="2026-05-01")
    analytics.tick(at="2026-07-01")
    assert signs(analytics) == ["slow_start"]


@scenario(AddOn)
def a_product_is_sent_back(analytics: AddOn) -> None:
    analytics.observe(at="2026-05-01", contract_open=False)
    assert analytics.phase == AddOn.paused
    assert names(analytics.send(AddOn.cancellation, at="2026-05-02")) == ["cancel"]
    assert analytics.phase == AddOn.cancelled


# ---- a user


@scenario(User)
def a_user_becomes_a_champion(dana: User) -> None:
    assert dana.observe(at="2026-01-01", logins_28d=0) == ()
    assert names(dana.observe(at="2026-01-08", logins_28d=2)) == ["activate"]
    assert dana.observe(at="2026-02-01", logins_28d=8, features=3) == ()
    assert [gap.name for gap in dana.open_gaps] == ["untrained"]
    assert names(dana.observe(at="2026-02-10", trained=True)) == ["adopt"]
    assert names(dana.observe(at="2026-04-01", logins_28d=16, features=6, nps=9)) == ["promote"]
    assert dana.phase == User.champion
    assert plays(dana) == ["Welcome and show the first step", "Invite to the circle of champions"]
    assert reached(dana) == ["first_login", "all_round"]


@scenario(User)
def a_champion_steps_back(dana: User) -> None:
    dana.start(User.champion, at="2026-04-01", logins_28d=20, features=7, nps=10)
    assert names(dana.observe(at="2026-05-01", nps=6)) == ["step_back"]
    assert dana.phase == User.adopted


@scenario(User)
def a_habit_is_lost(dana: User) -> None:
    dana.start(User.champion, at="2026-04-01", logins_28d=20, features=7, nps=10, trained=True)
    assert names(dana.observe(at="2026-05-01", logins_28d=3)) == ["step_back", "slip"]
    assert dana.phase == User.activated


@scenario(User)
def a_user_falls_asleep_and_wakes_up(dana: User) -> None:
    dana.start(User.adopted, at="2026-04-01", logins_28d=10, decides=True)
    assert names(dana.observe(at="2026-05-01", logins_28d=0)) == ["doze"]
    assert signs(dana) == ["absent_decider"]
    assert plays(dana) == ["Ask what got in the way"]
    assert names(dana.observe(at="2026-05-10", logins_28d=1)) == ["wake"]
    assert dana.phase == User.activated


@scenario(User)
def somebody_who_was_invited_never_comes(dana: User) -> None:
    dana.tick(at="2026-01-01")
    dana.tick(at="2026-01-15")
    assert signs(dana) == []
    dana.tick(at="2026-01-16")
    assert signs(dana) == ["never_came"]


@scenario(User)
def a_user_leaves_the_company(dana: User) -> None:
    assert names(dana.send(User.departure, at="2026-01-01")) == ["depart"]
    assert dana.phase == User.left
    assert plays(dana) == ["Ask who takes over"]


# ---- all of them, on both engines


def _id(value: Any) -> str:
    return str(value.__name__)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("model", "play"), SCENARIOS, ids=_id)
def test_scenario(model: type[Lifecycle], play: Scenario, engine: Literal["compiled", "live"]) -> None:
    play(model("Acme", engine=engine))


@pytest.mark.parametrize("model", [Contract, AddOn, User], ids=_id)
def test_every_transition_is_taken(model: type[Lifecycle]) -> None:
    taken: set[str] = set()
    seen: set[str] = set()
    for told_of, play in SCENARIOS:
        if told_of is model:
            customer = model("Acme", engine="compiled")
            play(customer)
            taken |= {move.name for move in customer.journey.moves}
            seen |= {phase.path for move in customer.journey.moves for phase in (move.source, move.target)}
    assert sorted(model.definition.transitions.keys() - taken) == []
    assert sorted(model.definition.phases.keys() - seen) == []


# ---- what every model here keeps


@pytest.mark.parametrize("model", MODELS, ids=_id)
def test_everything_says_why_and_whose(model: type[Lifecycle]) -> None:
    definition = model.definition
    for transition in definition.transitions.values():
        assert transition.why, transition.name
    for phase in definition.phases.values():
        assert phase.owner, phase.path
        assert phase.goal, phase.path
        assert phase.questions, phase.path
        for touchpoint in phase.touchpoints:
            assert all((touchpoint.why, touchpoint.how, touchpoint.owner, touchpoint.due, touchpoint.verdict)), touchpoint.label
    for play in definition.plays:
        assert play.owner, play.label
        assert play.due, play.label


# ---- the sample customer


MOVES = [
    ("2026-03-16", "go_live", "adoption"),
    ("2026-05-26", "adopt", "success"),
    ("2026-06-15", "applaud", "success"),
    ("2026-08-12", "relapse", "adoption"),
    ("2026-09-21", "adopt", "success"),
    ("2026-10-05", "renew_calm", "renewal.happy"),
    ("2026-11-09", "alarm", "renewal.high_risk"),
    ("2026-12-18", "save", "renewal.happy"),
    ("2027-01-18", "next_term", "success"),
    ("2027-03-15", "grow", "growth"),
    ("2027-05-10", "return_from", "success"),
]
REACHED = [
    ("2026-03-16", "first_value"),
    ("2026-05-11", "well_adopted"),
    ("2026-06-15", "promoter"),
    ("2027-01-18", "first_renewal"),
    ("2027-04-12", "bought_more"),
]


@pytest.mark.parametrize("engine", ENGINES)
def test_acme(engine: Literal["compiled", "live"]) -> None:
    log = read_log(ACME, Contract)
    steps = list(play_log(Contract, log, engine=engine))
    assert not log.rejected
    assert not [step.rejected for step in steps if step.rejected]
    acme = steps[-1].life
    assert [(str(move.at), move.name, move.target.path) for move in acme.journey.moves] == MOVES
    assert [(str(milestone.at), milestone.name) for milestone in acme.journey.milestones] == REACHED
    untaken = [(show_instant(step.at_us), told.event) for step in steps for told in step.moves.untaken]
    assert untaken == [("2026-12-01", "saved"), ("2027-04-12", "product_bought")]
    late = acme.journey.moves[3]
    assert str(late.due_since) == "2026-08-10"  # two weeks after usage fell, two days before anybody looked
    assert not signs(acme)


def test_acme_on_the_native_chart() -> None:
    """The chart alone, with its own guards, reaches the same phases by the same ways."""
    chart = Contract.statechart()()
    moves = []
    for row in read_log(ACME, Contract).rows:
        values = {name: Contract.definition.signals[name].to_user(value) for name, value in row.values.items()}
        chart.facts.report(at=show_instant(row.at_us), **values)
        chart.send(row.event or "evaluate")
        moves += [(show_instant(row.at_us), name, target) for name, _, target, _ in chart.facts.moves]
    assert moves == MOVES
