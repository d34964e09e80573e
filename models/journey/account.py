"""One account, through four stages and twelve touchpoints."""

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
from models.journey.teams import ADMIN, CSM, SALES, SPONSOR, TECHNICAL, TRAINING
from models.practice import ENGAGED, NPS, WINDOWS

__all__ = ["Account"]

INTRODUCE = Play("Hand over in one call", why="the customer tells it once", owner=SALES, due=Days(3))
WRITE_PLAN = Play(
    "Write the success plan", why="whoever has a plan knows the next step", owner=CSM, due=Days(14), ref="S1.16, S1.17"
)
SHOW_MORE = Play("Show what else it can do for them", why="nobody asks for what they do not know", owner=CSM, due=Days(14))
REMOVE_BLOCK = Play("Find what keeps them here, and remove it", why="being stuck has one reason at a time", owner=CSM, due=Days(5))
BRING_BACK = Play("Bring people back, team by team", why="use does not return by itself", owner=TRAINING, due=Days(10))
PROVE = Play("Prove what it has brought", why="what is not counted is cut", owner=CSM, due=Days(14))
LISTEN = Play("Call, and listen", why="an outcome with a bad experience is not a success", owner=CSM, due=Days(2))
CELEBRATE = Play("Celebrate the outcome", why="it is theirs, and should be seen", owner=CSM, due=Days(7))
PART = Play("Part well, and ask why", why="some come back, all talk", owner=CSM, due=Days(14))


class Account(Lifecycle, refs=("S1.2", "S1.36")):
    """An account goes from stage to stage when its touchpoints have done their work, and back when their effect is gone.

    How long a stage is, touchpoints and milestones decide. Use is expected to rise from stage to stage.
    """

    # ---- what we know: most of it is what a touchpoint leaves behind
    handed_over = Signal.flag("handed over to the CSM", opposite="not handed over to the CSM", default=False, from_system="CRM")
    plan_agreed = Signal.flag("onboarding plan agreed", opposite="no onboarding plan agreed", default=False, from_system="PSA")
    integrated = Signal.flag("integrated", opposite="not integrated", default=False, from_system="Product")
    kicked_off = Signal.flag("kick-off held", opposite="kick-off not held", default=False, from_system="CS platform")
    trained = Signal.share("people trained", from_system="Learning portal")
    advanced = Signal.flag("advanced integrations in use", opposite="advanced integrations not in use", default=False)
    reviewed = Signal.flag("onboarding reviewed together", opposite="onboarding not reviewed", default=False)
    success_plan_until = Signal.date("end of the success plan", from_system="CS platform", help="how far ahead it is written")
    usage = Signal.share("people using it", from_system="Product", ref="S1.6", help="monthly active users over seats")
    features = Signal.share("features in use", from_system="Product", ref="S1.6")
    results = Signal.share("expected results reached", from_system="CS platform", ref="S1.4")
    experience = Signal.score(
        "experience", 0, 10, from_system="Survey", ref="S1.3", help="how it was for them, asked after touchpoints"
    )
    must_have = Signal.flag("a must-have", opposite="a nice-to-have", default=True, from_system="CS platform", ref="S1.18")
    renewal_on = Signal.date("renewal", from_system="CRM")
    yearly_value = Signal.money("yearly value", unit="EUR", low=0, from_system="CRM", ref="S1.36")

    # ---- what happens
    signed = Event("contract signed", from_system="CRM")
    strategic_meeting = Event("strategic meeting held", from_system="CS platform", ref="S1.32")
    renewed = Event("renewal signed", from_system="CRM", ref="S1.33")
    expanded = Event("expansion signed", from_system="CRM", ref="S1.35")
    left_us = Event("contract ended", from_system="CRM")

    # ---- limits with a name; the source gives none
    started_at = Threshold(0.50, help=f"monthly active users over seats: below, they are at risk ({ENGAGED})")
    settled_at = Threshold(0.80, help=f"monthly active users over seats: from here on they are healthy ({ENGAGED})")
    broad_at = Threshold(0.40, help="features in use: below, they see a corner of the product")
    window_opens = Threshold(120, help=f"days before renewal: the first look at it ({WINDOWS})")
    plan_by = Threshold(90, help=f"days before renewal: by now there is a plan for the time after it ({WINDOWS})")
    talk_by = Threshold(60, help=f"days before renewal: by now those who decide have met us ({WINDOWS})")
    sign_by = Threshold(30, help=f"days before renewal: by now it is signed ({WINDOWS})")
    risk_window = Threshold(180, help=f"days before renewal: who is at risk is looked at two quarters before ({WINDOWS})")
    stuck_after = Threshold(90, help="days in Onboarding before somebody asks what blocks it")
    rests_for = Threshold(90, help="days after a renewal: they want to use what they signed for, not to be sold the next thing")
    good_experience = Threshold(7, help=f"of 10: no critic any more ({NPS})")

    good_outcome = ((results >= 0.8) & (experience >= good_experience)).named("desired outcome reached, and reached well")
    near_renewal = ((renewal_on.days_until <= window_opens) & unless(renewed.days_since <= window_opens)).named("renewal is near")
    not_renewed = unless(renewed.days_since <= window_opens).named("not renewed yet")
    rested = unless(renewed.days_since <= rests_for).named("last renewal long enough ago")
    planned = (success_plan_until.days_until >= 30).named("success plan for at least a month ahead")

    # ---- the four stages, and in them the twelve touchpoints in their order
    sales_process = Phase(
        "Sales process",
        initial=True,
        owner=SALES,
        contributors=[CSM],
        goal="We know what we buy, and who will help us",
        questions=["Who looks after us once we have signed?"],
        expected=Days(14, 120),
        ref="S1.20",
        touchpoints=Touchpoint(
            "Sales handover",
            why="they meet the person who stays, and need not repeat themselves",
            how="thirty minutes: Sales tells the story, the CSM asks, the customer corrects",
            owner=SALES,
            due=Days(30),
            done=handed_over,
            ours="what was promised, in writing",
            theirs="their word for success",
            category="Hand-off",
            verdict="keep",
            ref="S1.24",
        ),
    )
    onboarding = Phase(
        "Onboarding",
        owner=CSM,
        contributors=[TECHNICAL, TRAINING, ADMIN],
        goal="It runs with our data, and our people can use it",
        questions=["What happens when?", "What do we have to do?"],
        expected=Days(21, 90),
        ref="S1.21",
        touchpoints=[
            Touchpoint(
                "Onboarding",
                why="they see the whole way, and where they will be needed",
                how="the plan on one page, with dates and names, changed until it is theirs",
                owner=CSM,
                due=Days(3),
                done=plan_agreed,
                ours="the plan",
                theirs="names and absences",
                category="Onboarding",
                verdict="keep",
                ref="S1.25",
            ),
            Touchpoint(
                "Integration",
                why="people look at their own data, not at ours",
                how="with their administrator, on a shared screen",
                owner=TECHNICAL,
                due=Days(14),
                done=integrated,
                ours="an engineer",
                theirs="an administrator with access",
                category="Onboarding",
                verdict="keep",
                ref="S1.26",
            ),
            Touchpoint(
                "KO call",
                why="everybody concerned hears the goal from their own sponsor",
                how="45 minutes; sponsor, administrator and the first users",
                owner=CSM,
                due=Days(16),
                done=kicked_off,
                ours="the plan and the first result to aim at",
                theirs="the sponsor",
                category="Onboarding",
                verdict="improve",
                ref="S1.27",
            ),
            Touchpoint(
                "Product training",
                why="they do one of their own tasks with it before the hour is over",
                how="one hour a role, on their data",
                owner=TRAINING,
                due=Days(30),
                done=trained >= started_at,
                ours="a trainer",
                theirs="one task a person",
                category="Training",
                verdict="keep",
                ref="S1.28",
            ),
            Touchpoint(
                "Advanced integrations and training",
                why="the tasks that take them longest are the ones that are worth it",
                how="a workshop with the few who need it; left out where nobody does",
                owner=TECHNICAL,
                due=Days(60),
                done=advanced,
                ours="an engineer and a trainer",
                theirs="their hardest case",
                category="Training",
                verdict="skip",
                ref="S1.29",
            ),
            Touchpoint(
                "Onboarding review",
                why="they decide whether they are through, not we",
                how="result against plan, what is missing, who does it",
                owner=CSM,
                due=Days(75),
                done=reviewed,
                ours="use and result so far",
                theirs="an honest yes or no",
                category="Review",
                verdict="keep",
                ref="S1.30",
            ),
        ],
    )
    ongoing = Phase(
        "Ongoing",
        owner=CSM,
        contributors=[TRAINING, SPONSOR],
        goal="We get what we bought it for, and it is good to work with",
        questions=["Are we on the way?", "What is the next step?"],
        expected=Days(120, 300),
        standing="good",
        ref="S1.22",
        touchpoints=[
            Touchpoint(
                "Success plan",
                why="they know the goal of this year, and the one after",
                how="goals, measures and names for the middle and the long term, on one page",
                owner=CSM,
                due=Days(21),
                done=planned,
                ours="what customers like them reach",
                theirs="their goals",
                category="Planning",
                verdict="keep",
                ref="S1.31",
            ),
            Touchpoint(
                "Strategic meeting",
                why="those who decide see result and shortfall, and choose what comes next",
                how="monthly while there is something to decide; the executives join each quarter",
                owner=CSM,
                due=Days(45),
                done=strategic_meeting.days_since <= 30,
                ours="result, shortfall, proposal",
                theirs="decisions",
                category="Review",
                verdict="improve",
                ref="S1.32",
            ),
        ],
    )
    renewal_growth = Phase(
        "Renewal and growth",
        owner=CSM,
        contributors=[SALES, SPONSOR],
        goal="We go on, with what we need next",
        questions=["Was it worth it?", "What would more of it bring us?"],
        expected=Days(14, 120),
        standing="watch",
        ref="S1.23",
        touchpoints=[
            Touchpoint(
                "Renewal or expansion",
                why="they sign for results that they have seen",
                how="two pages: what it has brought, what it will cost",
                owner=SALES,
                due=Days(30),
                done=(renewed.days_since <= 30) | (expanded.days_since <= 30),
                ours="the two pages",
                theirs="a decision",
                category="Renewal",
                verdict="keep",
                ref="S1.33",
            ),
            Touchpoint(
                "Planning ahead",
                why="the next term starts with a plan, not with an invoice",
                how="the success plan, rewritten for the year to come",
                owner=CSM,
                due=Days(45),
                done=success_plan_until.days_until >= 300,
                ours="what the last plan taught us",
                theirs="next year's goals",
                category="Planning",
                verdict="keep",
                ref="S1.34",
            ),
            Touchpoint(
                "Growth by value",
                why="they buy more because what they have has paid",
                how="one case, counted with their numbers",
                owner=SALES,
                due=Days(90),
                done=expanded.days_since <= 90,
                ours="the case",
                theirs="the numbers",
                category="Expansion",
                verdict="keep",
                ref="S1.35",
            ),
        ],
    )
    churned = Phase(
        "Churned",
        final=True,
        owner=CSM,
        goal="We stop without losing what is ours",
        questions=["Can we take our data along?"],
        standing="lost",
        ref="S1.12",
    )

    # ---- what happens between the stages, and what it changes in this one and the next (S1.5, S1.7)
    begin = sales_process.to(
        onboarding,
        on=signed,
        plays=INTRODUCE,
        why="they have signed; whether they were handed over shows in how onboarding goes",
    )
    settle_in = onboarding.to(
        ongoing,
        when=integrated & kicked_off & reviewed & (trained >= started_at) & (usage >= started_at),
        plays=WRITE_PLAN,
        why="its touchpoints have done their work, and half of the people use it; no number of days would say that",
        ref="S1.5, S1.6, S1.7",
    )
    set_back = ongoing.to(
        onboarding,
        when=~integrated,
        plays=REMOVE_BLOCK,
        kind="relapse",
        why="it no longer runs with their data: what follows would be built on sand",
    )
    come_due = ongoing.to(
        renewal_growth,
        when=near_renewal & integrated & (usage >= started_at),
        plays=PROVE,
        why="the decision comes near, and use has held",
        ref="S1.7",
    )
    ripen = ongoing.to(
        renewal_growth,
        when=integrated & good_outcome & (usage >= settled_at) & (features >= broad_at) & rested,
        plays=CELEBRATE,
        after=[come_due],
        why="the outcome is reached, well and broadly: growth need not wait for a date",
        ref="S1.4, S1.6",
    )
    fade = renewal_growth.to(
        ongoing,
        when=unless(usage >= started_at).for_days(28),
        plays=BRING_BACK,
        kind="relapse",
        why="use has gone for four weeks: there is nothing to renew or to grow yet",
    )
    next_term = renewal_growth.to(
        ongoing, on=renewed, kind="next_cycle", why="signed for another term: the cycle begins again, further on", ref="S1.33"
    )
    renew_early = ongoing.stay(on=renewed, why="they have signed before anybody had to speak of it", ref="S1.33")
    grow = renewal_growth.stay(on=expanded, plays=WRITE_PLAN, why="they have bought more: the plan has to grow too", ref="S1.35")
    lose = anywhere.to(churned, on=left_us, plays=PART, why="the contract has ended", ref="S1.12")

    # ---- milestones: with the touchpoints they set the length of a stage (S1.5)
    first_use = Milestone("Half of the people use it", when=usage >= started_at, category="Onboarding", ref="S1.5")
    outcome_reached = Milestone("Desired outcome reached", when=good_outcome, plays=CELEBRATE, category="Outcome", ref="S1.4")

    # ---- what goes wrong where nobody has defined the journey
    low_adoption = Risk(
        "It is not adopted",
        sign=(usage < started_at) | (features < 0.2),
        phases=[ongoing, renewal_growth],
        mitigation=["educate", "communicate"],
        plays=BRING_BACK,
        ref="S1.13",
    )
    narrow_view = Risk(
        "They see a corner of the product",
        sign=(usage >= started_at) & (features < broad_at),
        phases=[ongoing, renewal_growth],
        mitigation="educate",
        plays=SHOW_MORE,
        ref="S1.14",
    )
    stuck = Risk(
        "Stuck in a stage",
        sign=days_in_phase > stuck_after,
        phases=[onboarding],
        mitigation="escalate",
        plays=REMOVE_BLOCK,
        ref="S1.15",
    )
    no_idea = Risk(
        "Nobody knows what to do for the outcome",
        sign=success_plan_until.is_missing() & (days_in_phase > 30),
        phases=[ongoing],
        mitigation="communicate",
        plays=WRITE_PLAN,
        ref="S1.16",
    )
    short_plan = Risk(
        "A plan that ends soon",
        sign=success_plan_until.days_until < 30,
        phases=[ongoing, renewal_growth],
        mitigation="communicate",
        plays=WRITE_PLAN,
        ref="S1.17",
    )
    nice_to_have = Risk(
        "From must-have to nice-to-have",
        sign=~must_have,
        phases=[ongoing, renewal_growth],
        mitigation=["escalate", "communicate"],
        plays=PROVE,
        ref="S1.18",
    )
    little_value = Risk(
        "Little value",
        sign=results < 0.4,
        phases=[ongoing, renewal_growth],
        mitigation=["escalate", "educate"],
        plays=PROVE,
        ref="S1.19",
    )
    about_to_go = Risk(
        "About to churn",
        sign=(renewal_on.days_until <= risk_window) & ((results < 0.4) | ~must_have | (usage < started_at)),
        mitigation="escalate",
        plays=LISTEN,
        help="the root that all the other symptoms lead to",
        ref="S1.12",
    )
    no_plan_beyond = Risk(
        "Ninety days left, and no plan beyond",
        sign=(renewal_on.days_until <= plan_by) & unless(success_plan_until.days_until > plan_by) & not_renewed,
        phases=[ongoing, renewal_growth],
        mitigation="communicate",
        plays=WRITE_PLAN,
        ref="S1.34",
    )
    no_talk = Risk(
        "Sixty days left, and nobody has met those who decide",
        sign=(renewal_on.days_until <= talk_by) & unless(strategic_meeting.days_since <= talk_by) & not_renewed,
        phases=[ongoing, renewal_growth],
        mitigation=["communicate", "escalate"],
        plays=PROVE,
        ref="S1.32",
    )
    unsigned = Risk(
        "Thirty days left, and not signed",
        sign=(renewal_on.days_until <= sign_by) & not_renewed,
        phases=[ongoing, renewal_growth],
        mitigation="escalate",
        plays=LISTEN,
        ref="S1.33",
    )
    bad_experience = SuccessGap(
        "Results, but no pleasure",
        ours="the expected results are there",
        theirs="it was good to get there",
        plan="change how the next touchpoint is carried out; ask again after it",
        cost="they leave for whoever delivers the same in a better way",
        when=(results >= 0.8) & (experience < good_experience),
        phases=[ongoing, renewal_growth],
        ref="S1.3, S1.4",
    )

    promises = (
        never(ongoing).before(onboarding).because("S1.2"),
        never(renewal_growth).before(ongoing).because("S1.2"),
        always_possible(renewal_growth).until(churned).because("S1.2"),
    )
