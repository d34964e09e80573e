"""What must pass mypy --strict and pyright: the example of the design, and what users do with it."""

# fmt: off
from __future__ import annotations

import datetime as dt
from typing import assert_type

from clmstate import (
    CLEAR,
    Choice,
    Condition,
    Date,
    Days,
    Event,
    Flag,
    Journey,
    Lifecycle,
    LifecycleDefinition,
    Milestone,
    Moves,
    Number,
    Phase,
    Play,
    Promise,
    Risk,
    Signal,
    SuccessGap,
    Team,
    Threshold,
    Touchpoint,
    Transition,
    always_possible,
    anywhere,
    days_in_phase,
    leads_to,
    never,
    unless,
)

IMPLEMENTATION = Team("Implementation")
CSM = Team("CSM")
RENEWALS = Team("Renewals")
SALES = Team("Sales")
NAMED_CSM = Team("Named CSM")
retrain = Play("Retrain", owner="CSM", due=Days(3))
save_call = Play("Save call")


class Contract(Lifecycle):
    """The primary contract, from signature to renewal, growth or loss."""

    # what we know: a short label first (it appears in sentences), help and origin after
    setup_done     = Signal.flag("setup signed off", default=False, from_system="PSA")
    users_adopted  = Signal.share("users adopted", port=True)          # a port: the composition feeds it; alone, tests observe it
    escalations    = Signal.count("open escalation", plural="open escalations", default=0)
    health         = Signal.score("health", 0, 100)
    renewal_on     = Signal.date("renewal")
    expansion      = Signal.flag("expansion signal", default=False)
    product_bought = Event("product bought", names_instance=True)
    notice         = Event("notice received")
    renewed        = Event("renewal signed")
    saved          = Event("save plan closed")
    ended          = Event("contract ended")

    # named limits: a target market overrides them, a backtest sweeps them
    adopted_at = Threshold(0.80, ref="S4.19")
    relapse_at = Threshold(0.60)

    # where a customer stands
    onboarding = Phase("Onboarding", initial=True, owner=IMPLEMENTATION, goal="the sponsor has seen first value",
                       questions=["How do I get live?"], expected=Days(30, 90), ref="S4.18",
                       touchpoints=[Touchpoint("Kick-off call", why="...", how="...", due=Days(3))])
    adoption   = Phase("Adoption", owner=CSM)
    success    = Phase("Success", owner=CSM, standing="good")
    class renewal(Phase.Group):
        happy     = Phase("Happy", owner=RENEWALS, standing="good")
        high_risk = Phase("High risk", owner=RENEWALS, standing="at_risk", initial=True)
    growth     = Phase("Growth", owner=SALES, standing="good")
    churned    = Phase("Churned", standing="lost", final=True)

    # what moves a customer: phases are nouns, transitions are verbs
    in_window = (renewal_on.days_until <= 120) & unless(renewed.days_since <= 120)      # signed, date not yet moved: not in the window
    healthy   = (health >= 70) & (escalations == 0)
    worrying  = (health < 60) | (escalations >= 2)

    go_live     = onboarding.to(adoption, when=setup_done & (users_adopted >= 0.5))
    adopt       = adoption.to(success, when=(users_adopted >= adopted_at) & (escalations == 0))
    relapse     = success.to(adoption, when=unless(users_adopted >= relapse_at).for_days(14), plays=[retrain])
    renew_calm  = (adoption | success).to(renewal.happy, when=in_window & healthy)
    renew_tense = (adoption | success).to(renewal.high_risk, when=in_window & unless(healthy))
    worry       = renewal.happy.to(renewal.high_risk, when=worrying)
    save        = renewal.high_risk.to(renewal.happy, on=saved, when=in_window & healthy)
    calm_down   = renewal.high_risk.to(renewal.happy, when=healthy & unless(notice.days_since <= 365))
    go_back     = renewal.high_risk.to(adoption, on=saved, when=unless(in_window))
    next_term   = renewal.to(success, on=renewed)
    grow        = (adoption | success | renewal.happy).to(growth, when=expansion & healthy)
    return_from = growth.to(success, when=unless(expansion))
    worry_big   = growth.to(renewal.high_risk, when=in_window & worrying)
    hear        = onboarding.stay(on=notice, plays=[save_call])
    alarm       = (adoption | success | growth | renewal.happy).to(renewal.high_risk, on=notice)   # notice is not yet churn
    lose        = anywhere.to(churned, on=ended)

    promises = (never(growth).before(adoption), always_possible(renewal.happy).until(churned))

class EnterpriseContract(Contract, market="Enterprise", version="3"):   # inherits, overrides, drops; never touches its parent
    adopted_at = Threshold(0.70)
    success    = Contract.success.evolve(owner=NAMED_CSM)
    worry      = Transition.dropped()


# --- on the class a declaration, on a customer its value

assert_type(Contract.health, Number[float])
assert_type(Contract.escalations, Number[int])
assert_type(Contract.setup_done, Flag)
assert_type(Contract.renewal_on, Date)
assert_type(Contract.notice, Event)
assert_type(Contract.adopted_at, Threshold)
assert_type(Contract.adoption, Phase)
assert_type(Contract.renewal.happy, Phase)
assert_type(Contract.adopt, Transition)
assert_type(Contract.healthy, Condition)
assert_type(Contract.definition, LifecycleDefinition)


def used() -> None:
    acme = Contract("Acme")
    assert_type(acme, Contract)
    assert_type(acme.health, float | None)
    assert_type(acme.escalations, int | None)
    assert_type(acme.setup_done, bool | None)
    assert_type(acme.renewal_on, dt.date | None)
    assert_type(acme.adopted_at, float)
    assert_type(acme.phase, Phase)
    assert_type(acme.journey, Journey)
    assert_type(acme.observe(Contract.health.now(80), Contract.escalations.now(1), at="2026-01-30"), Moves)
    acme.observe(at=dt.date(2026, 1, 31), health=75, renewal_on="2026-12-31", escalations=CLEAR)
    acme.send(Contract.notice, Contract.setup_done.now(True), at=dt.datetime(2026, 2, 1, 9))
    acme.send("renewed", Contract.renewal_on.now(dt.date(2027, 12, 31)), at="2026-02-02")
    acme.explain(Contract.adopt)
    assert_type(EnterpriseContract().health, float | None)
    assert_type(EnterpriseContract.success, Phase)
    assert_type(EnterpriseContract.adopted_at, Threshold)


class AddOn(Contract, title="Add-on", market="EMEA", version="2", refs=["S5.3"]):
    plan = Signal.choice("plan", "Team", "Pro")
    used = Signal.count("seat used", plural="seats used", default=0)
    bought = Signal.integer("seats bought", 0, 500)
    spent = Signal.money("spend", unit="EUR")
    trend = Signal.change("usage this month")
    first_value = Signal.days("time to first value")
    saved_hours = Signal.number("hours saved", 0, step=0.5)
    quiet_for = Threshold(14)

    class renewal(Contract.renewal):
        won_back = Phase("Won back", standing="good")
        high_risk = Contract.renewal.high_risk.evolve(label="Red", owner="Named CSM")

    upsell = Phase("Upsell", owner="Sales", contributors=["CSM", NAMED_CSM], questions="What else is there?", standing="watch")
    paused = Phase("Paused")
    alarm = (Contract.adoption | Contract.success | Contract.renewal.happy).to(renewal.high_risk, on=Contract.notice)
    lose = Contract.lose.evolve(why="the contract is over")

    # thresholds on both sides, arithmetic, choices, dates, clocks
    limit = Threshold(0.8)
    full = used >= limit * bought
    fuller = limit * bought <= used
    nearly = (used + 5 >= bought) | (bought - used <= 5) | (0.9 * bought <= used) | (-used >= -1 * bought) | (used / 2 >= 3)
    adopted = (Contract.adopted_at <= Contract.users_adopted) & (Contract.users_adopted > limit)
    big = plan.one_of("Pro", "Team") | (plan == "Pro") & (plan != "Team")
    soon = (Contract.renewal_on <= "2026-12-31") & (Contract.renewal_on.days_until.between(0, quiet_for))
    late = Contract.renewal_on.days_since > 30
    stuck = (days_in_phase >= 30) & (Contract.notice.times >= 2) & (upsell.visits == 0) & (Contract.renewal.visits < 3)
    quiet = unless(Contract.health >= 70).for_days(quiet_for) & plan.is_missing() & ~spent.is_missing()
    sorted_out = (Contract.health.between(40, 69) & ~Contract.setup_done).named("sorted out")

    to_upsell = (Contract.adoption | Contract.success | renewal.happy).to(upsell, when=full & big)
    to_group = (Contract.adoption | renewal).to(upsell, when=nearly)
    to_group_too = (renewal | upsell).to(Contract.adoption, when=soon, on=Contract.notice, kind="relapse", after=[to_upsell])
    back = upsell.to(renewal.resume, on=Contract.saved, plays=save_call, label="back to renewal", why="asked", ref="S1")
    again = upsell.to(upsell, on=Contract.notice)
    pause = anywhere.to(paused, on=Contract.notice, when=stuck)
    hear_again = upsell.stay(on=Contract.saved, when=late, plays=(retrain, save_call))

    first = Milestone("First value", when=adopted, plays=retrain)
    turnover = Risk("Sponsor leaves", sign=quiet, phases=[upsell, renewal], mitigation=["escalate", "educate"], interval=Days(0, 90))
    gap = SuccessGap("Training does not stick", ours="held", theirs="faster", plan="coach", when=~adopted, phases=upsell)

    promises = (leads_to(upsell, renewal | Contract.adoption), never(sorted_out & late))


class Smaller(AddOn):
    paused = Phase.dropped()
    pause = Transition.dropped()
    plan = AddOn.plan


assert_type(AddOn.plan, Choice)
assert_type(AddOn().plan, str | None)
assert_type(AddOn.renewal.won_back, Phase)
assert_type(AddOn.renewal.happy, Phase)
assert_type(AddOn.full, Condition)
assert_type(AddOn.plan == "Pro", Condition)
assert_type(AddOn.used >= 5, Condition)
assert_type(AddOn.used == AddOn.bought, Condition)
assert_type(Contract.setup_done & AddOn.full, Condition)
assert_type(unless(Contract.setup_done), Condition)
assert_type(never(Contract.growth).before(Contract.adoption).because("S0.7"), Promise)


def used_too() -> None:
    AddOn().observe(AddOn.plan.now("Pro"), AddOn.used.now(3), AddOn.trend.now(-0.2), at="2026-01-30")
    assert_type(AddOn.healthy.words(AddOn.definition), str)
    value = AddOn().health
    if value is not None:
        assert_type(value, float)
