"""The primary contract: where the customer as a whole stands, and what moves them."""

from clmstate import (
    Days,
    Event,
    Lifecycle,
    Milestone,
    Phase,
    Play,
    Risk,
    Signal,
    SuccessGap,
    Threshold,
    Touchpoint,
    always_possible,
    anywhere,
    days_in_phase,
    never,
    unless,
)
from models.dynamic.plays import (
    ASK_FOR_REFERENCE,
    CELEBRATE,
    EXIT_TALK,
    GROWTH_TALK,
    HAND_OVER,
    MAKE_GOOD,
    MEET_NEW_DECISION_MAKER,
    NEW_SUCCESS_PLAN,
    RENEWAL_OFFER,
    RETRAIN,
    SAVE_CALL,
    SAVE_PLAN,
)
from models.dynamic.teams import CSM, CUSTOMER_ADMIN, DECISION_MAKER, IMPLEMENTATION, KEY_USERS, RENEWALS, SALES, SUPPORT
from models.practice import DROP, ENGAGED, NPS, WINDOWS

__all__ = ["Contract"]


class Contract(Lifecycle, refs=("S4.1", "S4.2", "S4.3", "S4.5", "S4.7", "S4.9", "S4.10", "S4.12", "S4.15")):
    """The primary contract, from signature to renewal, growth or loss.

    Nobody moves because ninety days have passed. A customer is in Onboarding until the product is set up and people use it, falls back
    to Adoption when usage does, enters Renewal when the date comes near, and may grow at any time.
    """

    # ---- what we know about a customer
    setup_done = Signal.flag("setup signed off", opposite="setup not signed off", default=False, from_system="PSA")
    users_adopted = Signal.share(
        "users adopted", port=True, from_system="Product", ref="S4.31", help="the composition feeds it from the users"
    )
    escalations = Signal.count("open escalation", plural="open escalations", default=0, from_system="Help desk")
    health = Signal.score("health", 0, 100, from_system="CS platform")
    renewal_on = Signal.date("renewal", from_system="CRM", ref="S4.24", help="the last day of the annual subscription")
    expansion = Signal.flag("expansion signal", opposite="no expansion signal", default=False, from_system="CRM")
    sponsor = Signal.flag(
        "a decision maker on our side",
        opposite="no decision maker on our side",
        default=True,
        port=True,
        from_system="CRM",
        ref="S4.33",
    )
    nps = Signal.integer(
        "last NPS answer", 0, 10, from_system="Survey", ref="S4.32", help="0 to 6 is a critic, 9 and 10 a promoter"
    )
    last_contact = Signal.date("last conversation", from_system="CRM", ref="S4.21", help="a real conversation, not a newsletter")
    usage_change = Signal.change("usage against last month", from_system="Product", ref="S4.31")
    annual_value = Signal.money(
        "annual value", unit="EUR", low=0, from_system="CRM", ref="S4.34", help="no rule reads it: it weighs the customer in NRR"
    )

    # ---- what happens to a customer
    product_bought = Event("product bought", names_instance=True, from_system="CRM", ref="S4.27")
    notice = Event("notice received", from_system="CRM")
    renewed = Event("renewal signed", from_system="CRM")
    saved = Event("save plan closed", from_system="CS platform")
    ended = Event("contract ended", from_system="CRM", ref="S4.2")
    strategy_changed = Event("strategy changed", from_system="CS platform", ref="S4.28")
    delighted = Event("great experience", from_system="CS platform", ref="S4.29")
    let_down = Event("bad experience", from_system="Help desk", ref="S4.30")

    # ---- limits with a name: a target market overrides them, a backtest tries others
    live_at = Threshold(0.50, help=f"half of the users work with it: it is live in more than name ({ENGAGED})")
    adopted_at = Threshold(0.80, ref="S4.19", help=f"four users in five: others follow by themselves ({ENGAGED})")
    relapse_at = Threshold(0.60, help="well below adopted_at, so that a holiday week moves nobody")
    window_opens = Threshold(120, ref="S4.21", help=f"days before renewal: a budget round and a save plan fit in ({WINDOWS})")
    silent_after = Threshold(60, ref="S4.21", help="days without a conversation: we no longer know how they are")
    critic_at = Threshold(6, help=f"NPS answer: up to 6 is a critic ({NPS})")
    promoter_at = Threshold(9, help=f"NPS answer: who says 9 or 10 recommends us ({NPS})")
    falls_by = Threshold(-0.20, help=f"usage a fifth down within a month ({DROP})")
    weighs_for = Threshold(30, help="days: what happened this month still decides how they feel")

    # ---- what these facts mean to us
    in_window = ((renewal_on.days_until <= window_opens) & unless(renewed.days_since <= window_opens)).named(
        "in the renewal window"
    )
    outside_window = unless(in_window).named("outside the renewal window")
    strained = (
        ~sponsor
        | (nps <= critic_at)
        | (last_contact.days_since > silent_after)
        | (let_down.days_since < weighs_for)
        | (strategy_changed.days_since < weighs_for)
    ).named("relationship strained")
    on_good_terms = unless(strained).named("on good terms")
    healthy = ((health >= 70) & (escalations == 0) & on_good_terms).named("healthy")
    not_healthy = unless(healthy).named("not known to be healthy")
    worrying = ((health < 60) | (escalations >= 2) | strained).named("worrying")
    no_notice = unless(notice.days_since <= 365).named("no notice in the last year")

    # ---- where a customer stands
    onboarding = Phase(
        "Onboarding",
        initial=True,
        owner=IMPLEMENTATION,
        contributors=[SALES, CUSTOMER_ADMIN],
        goal="We see a first result that we can show our boss",
        questions=["How do we get live?", "What do you need from us?", "Who helps us when we are stuck?"],
        expected=Days(30, 90),
        ref="S4.18",
        touchpoints=[
            Touchpoint(
                "Kick-off call",
                why="both sides agree what the first result is, and by when",
                how="60 minutes with decision maker, administrator and key users",
                owner=IMPLEMENTATION,
                due=Days(3),
                done=~last_contact.is_missing(),
                ours="a plan with dates",
                theirs="a decision maker who says what success is",
                category="Onboarding",
                verdict="keep",
            ),
            Touchpoint(
                "Set-up review",
                why="nobody trusts numbers that they have not checked",
                how="walk through their own data together, then sign off",
                owner=IMPLEMENTATION,
                due=Days(30),
                done=setup_done,
                ours="a working set-up",
                theirs="an administrator with access, half a day",
                category="Onboarding",
                verdict="keep",
            ),
            Touchpoint(
                "First training",
                why="people start with what they have tried once",
                how="two hours on their own cases, recorded",
                owner=IMPLEMENTATION,
                due=Days(45),
                done=users_adopted >= live_at,
                ours="a trainer and their cases",
                theirs="the first users, and time for them",
                category="Training",
                verdict="improve",
            ),
        ],
    )
    adoption = Phase(
        "Adoption",
        owner=CSM,
        contributors=[SUPPORT, KEY_USERS],
        goal="Our people work with it every day, without being told to",
        questions=["Who of us does not use it yet, and why?", "What do others like us do?"],
        expected=Days(30, 120),
        standing="watch",
        ref="S4.19",
        touchpoints=[
            Touchpoint(
                "Training by role",
                why="each role sees what it saves them",
                how="30 minutes a role, led by a key user",
                owner=CSM,
                due=Days(30),
                done=users_adopted >= adopted_at,
                ours="material for each role",
                theirs="one key user a team",
                category="Training",
                verdict="keep",
            ),
            Touchpoint(
                "Adoption review",
                why="obstacles are removed while they are small",
                how="usage by team, three obstacles, three owners",
                owner=CSM,
                due=Days(45),
                done=(days_in_phase >= 14) & (last_contact.days_since < 14),
                ours="usage by team",
                theirs="a manager who can move obstacles",
                category="Review",
                verdict="keep",
            ),
        ],
    )
    success = Phase(
        "Success",
        owner=CSM,
        contributors=[SUPPORT, DECISION_MAKER],
        goal="We reach what we bought it for, and can prove it",
        questions=["What have we gained so far?", "What should we do next?"],
        expected=Days(90, 300),
        standing="good",
        ref="S4.20",
        touchpoints=[
            Touchpoint(
                "Value review",
                why="the decision maker sees the result in their own numbers",
                how="45 minutes on goals, result, shortfall and next step; when there is something to decide, not every quarter",
                owner=CSM,
                due=Days(90),
                done=(days_in_phase >= 30) & (last_contact.days_since < 30),
                ours="result against goal",
                theirs="the decision maker, and their next goals",
                category="Review",
                verdict="keep",
            ),
        ],
    )

    class renewal(Phase.Group, label="Renewal"):
        """The contract is about to end: both sides decide whether to go on."""

        happy = Phase(
            "Happy",
            owner=RENEWALS,
            contributors=[CSM, DECISION_MAKER],
            goal="We go on without having to think about it",
            questions=["Is there anything to sign?", "Do the terms still fit?"],
            expected=Days(14, 90),
            standing="good",
            ref="S4.22",
            touchpoints=Touchpoint(
                "Renewal offer",
                why="a renewal that surprises nobody is signed quickly",
                how="two pages by mail, a call only if they wish",
                owner=RENEWALS,
                due=Days(14),
                ours="the offer",
                theirs="a signature",
                category="Renewal",
                verdict="keep",
            ),
        )
        high_risk = Phase(
            "High risk",
            initial=True,
            owner=RENEWALS,
            contributors=[CSM, SUPPORT, DECISION_MAKER],
            goal="We are heard, and see that something changes",
            questions=["Why should we stay?", "What will be different?"],
            expected=Days(14, 60),
            standing="at_risk",
            ref="S4.21",
            touchpoints=[
                Touchpoint(
                    "Listening call",
                    why="we cannot solve what we have not understood",
                    how="30 minutes with the decision maker; we ask, they talk",
                    owner=RENEWALS,
                    due=Days(3),
                    ours="somebody who may decide",
                    theirs="the honest reason",
                    category="Renewal",
                    verdict="keep",
                ),
                Touchpoint(
                    "Save plan",
                    why="trust returns with promises that are kept",
                    how="three actions, owners and dates, checked every week",
                    owner=CSM,
                    due=Days(10),
                    ours="people and dates",
                    theirs="one person who says whether it worked",
                    category="Renewal",
                    verdict="keep",
                ),
            ],
        )

    growth = Phase(
        "Growth",
        owner=SALES,
        contributors=[CSM, DECISION_MAKER],
        goal="We solve the next problem with people we trust",
        questions=["What else could you do for us?", "What would it cost, and what would it bring?"],
        expected=Days(30, 120),
        standing="good",
        ref="S4.23",
        touchpoints=Touchpoint(
            "Growth proposal",
            why="the next step is theirs, in their words and numbers",
            how="one page on problem, gain and price, written with them",
            owner=SALES,
            due=Days(21),
            done=product_bought.days_since < 30,
            ours="the page",
            theirs="the problem",
            category="Expansion",
            verdict="improve",
        ),
    )
    churned = Phase(
        "Churned",
        final=True,
        owner=CSM,
        goal="We leave in good order, with our data",
        questions=["How do we get our data out?"],
        standing="lost",
        ref="S4.2",
    )

    # ---- what moves a customer
    go_live = onboarding.to(
        adoption,
        when=setup_done & (users_adopted >= live_at),
        plays=HAND_OVER,
        why="it is set up, and half of the people work with it: getting live is over, whatever the calendar says",
        ref="S4.18",
    )
    adopt = adoption.to(
        success,
        when=(users_adopted >= adopted_at) & (escalations == 0) & on_good_terms,
        why="the product is adopted and the other signs are good",
        ref="S4.20",
    )
    relapse = success.to(
        adoption,
        when=unless(users_adopted >= relapse_at).for_days(14),
        plays=RETRAIN,
        why="people have stopped using it, or we can no longer see that they do; two weeks are more than a holiday",
        ref="S4.10",
    )
    lose_sponsor = (success | growth).to(
        adoption,
        when=~sponsor,
        plays=MEET_NEW_DECISION_MAKER,
        why="nobody who decides is on our side: its worth has to be shown again",
        ref="S4.33",
    )
    refocus = (success | growth).to(
        adoption,
        on=strategy_changed,
        plays=NEW_SUCCESS_PLAN,
        why="what they bought it for is no longer what they want: success has to be agreed again",
        ref="S4.28",
    )
    renew_calm = (adoption | success).to(
        renewal.happy,
        when=in_window & healthy,
        plays=RENEWAL_OFFER,
        why="the renewal date comes near and all is well",
        ref="S4.22",
    )
    renew_tense = (adoption | success).to(
        renewal.high_risk,
        when=in_window & not_healthy,
        plays=SAVE_PLAN,
        why="the renewal date comes near and we cannot say that all is well; not knowing is a risk too",
        ref="S4.21",
    )
    worry = renewal.happy.to(
        renewal.high_risk,
        when=worrying,
        plays=SAVE_PLAN,
        why="something went wrong while the renewal was open: usage, interactions or feedback",
        ref="S4.21",
    )
    save = renewal.high_risk.to(
        renewal.happy,
        on=saved,
        when=in_window & healthy,
        plays=RENEWAL_OFFER,
        why="the save plan has worked, and the customer's numbers say so too",
    )
    calm_down = renewal.high_risk.to(
        renewal.happy,
        when=healthy & no_notice,
        why="the worry has passed by itself; after a notice that is not enough, a save plan must be closed",
    )
    go_back = renewal.high_risk.to(
        adoption,
        on=saved,
        when=outside_window,
        plays=RETRAIN,
        why="the alarm is over and the renewal is far away: back to work on adoption",
        ref="S4.5",
    )
    next_term = renewal.to(
        success,
        on=renewed,
        plays=CELEBRATE,
        kind="next_cycle",
        why="signed for another term: the journey goes on",
    )
    grow = (adoption | success | renewal.happy).to(
        growth,
        when=expansion & healthy,
        plays=GROWTH_TALK,
        why="they could use more and are in good health; this can happen at any time",
        ref="S4.23",
    )
    return_from = growth.to(success, when=unless(expansion), why="the next step is taken, or it can wait")
    worry_big = growth.to(
        renewal.high_risk,
        when=in_window & worrying,
        plays=SAVE_PLAN,
        why="the renewal is near and something is wrong: first keep them, then grow",
    )
    hear = onboarding.stay(on=notice, plays=SAVE_CALL, why="they want to leave before they have begun: call, and get them live")
    hear_late = renewal.high_risk.stay(
        on=notice, plays=SAVE_CALL, why="what we feared is now said: call before anything is written"
    )
    alarm = (adoption | success | growth | renewal.happy).to(
        renewal.high_risk,
        on=notice,
        plays=[SAVE_CALL, SAVE_PLAN],
        why="a notice is not yet a loss",
    )
    answer_early = adoption.stay(
        on=let_down, plays=MAKE_GOOD, why="the first bad experience is the one that people tell", ref="S4.30"
    )
    answer = success.stay(
        on=let_down, plays=MAKE_GOOD, why="a good customer was let down: make it good before it counts", ref="S4.30"
    )
    applaud = success.stay(
        on=delighted, plays=ASK_FOR_REFERENCE, why="they had a great experience: others should hear of it", ref="S4.29"
    )
    lose = anywhere.to(churned, on=ended, plays=EXIT_TALK, why="the contract has ended", ref="S4.2")

    # ---- what we celebrate
    first_value = Milestone("First value", when=setup_done & (users_adopted >= live_at), plays=CELEBRATE, category="Onboarding")
    well_adopted = Milestone(
        "Four in five work with it", when=users_adopted >= adopted_at, plays=CELEBRATE, category="Usage", ref="S4.19"
    )
    promoter = Milestone("They recommend us", when=nps >= promoter_at, plays=ASK_FOR_REFERENCE, category="Advocacy", ref="S4.32")
    first_renewal = Milestone("First renewal", when=renewed.times >= 1, category="Renewal")
    bought_more = Milestone("First product added", when=product_bought.times >= 1, category="Expansion", ref="S4.27")

    # ---- how we could lose them, and what tells us in time
    stuck = Risk(
        "Stuck in onboarding",
        sign=days_in_phase > 90,
        phases=[onboarding],
        mitigation=["escalate", "communicate"],
        plays=Play("Replan with the decision maker", owner=IMPLEMENTATION, due=Days(5)),
        help="ninety days are no reason to move a customer on, but a good reason to ask",
        ref="S4.8",
    )
    late = Risk(
        "Renewal near, not live yet",
        sign=in_window,
        phases=[onboarding],
        mitigation="escalate",
        plays=SAVE_CALL,
        ref="S4.8",
    )
    fading = Risk(
        "Usage falls",
        sign=usage_change <= falls_by,
        phases=[adoption, success, growth],
        mitigation=["educate", "communicate"],
        plays=RETRAIN,
        help="a drop by a fifth in a month is seen weeks before people are gone",
        ref="S4.31",
    )
    silent = Risk(
        "Nobody talks to us",
        sign=last_contact.days_since > silent_after,
        mitigation="communicate",
        plays=Play("Call without a reason", owner=CSM, due=Days(5)),
        ref="S4.14, S4.21",
    )
    headless = Risk(
        "Decision maker gone",
        sign=~sponsor,
        mitigation=["escalate", "communicate"],
        plays=MEET_NEW_DECISION_MAKER,
        ref="S4.33",
    )
    critic = Risk("They would not recommend us", sign=nps <= critic_at, mitigation="communicate", plays=MAKE_GOOD, ref="S4.32")
    overloaded = Risk(
        "Escalations pile up",
        sign=escalations >= 2,
        mitigation="escalate",
        plays=Play("Daily call until solved", owner=SUPPORT, due=Days(1)),
    )

    # ---- where "it works" is not yet "they succeed"
    half_used = SuccessGap(
        "Live, but only for some",
        ours="the product is set up and running",
        theirs="the whole team works the new way",
        plan="training by role, led by key users",
        cost="people keep the old way beside the new one, and pay for both",
        when=users_adopted < adopted_at,
        phases=[adoption],
        ref="S4.19",
    )
    unproven = SuccessGap(
        "Used, but not valued",
        ours="usage is high",
        theirs="somebody can say what it has brought",
        plan="value review with the decision maker, in their numbers",
        cost="the next budget round asks what it was for",
        when=(users_adopted >= adopted_at) & (health < 70),
        phases=[success, renewal],
        ref="S4.20",
    )

    accepts = {"CLM518 worry": "an NPS answer comes once a quarter at most: one step of it is news, not noise"}

    promises = (
        never(growth).before(adoption).because("S4.23"),
        always_possible(renewal.happy).until(churned).because("S4.5"),
    )
