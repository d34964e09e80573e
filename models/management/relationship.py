"""The relationship of one company with us, from attention to a customer for life."""

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
    days_in_phase,
    never,
    unless,
)
from models.management.teams import (
    BUYER,
    CUSTOMER_SUCCESS,
    FINANCE_AND_LEGAL,
    MARKETING,
    ONBOARDING,
    OPERATIONS,
    PRE_SALES,
    PRODUCT,
    SALES,
    SUPPORT,
)
from models.practice import ENGAGED, NPS, WINDOWS

__all__ = ["Relationship"]

INTRODUCE_SALES = Play(
    "Pass on what they looked for", why="they have told us once already", owner=MARKETING, due=Days(1), ref="S2.8"
)
BRIEF_CONSULTANTS = Play(
    "Brief the consultants", why="a demonstration starts with the problem", owner=SALES, due=Days(3), ref="S2.8"
)
PREPARE_CONTRACT = Play(
    "Prepare the contract", why="a decision cools down in a mailbox", owner=FINANCE_AND_LEGAL, due=Days(5), ref="S2.8"
)
HAND_OVER = Play("Hand over goals and people", why="nobody should tell it twice", owner=SALES, due=Days(3), ref="S2.8")
HAND_ON = Play(
    "Hand over what works and what does not", why="the CSM starts with the truth", owner=ONBOARDING, due=Days(5), ref="S2.8"
)
FOLLOW_UP = Play("Ask what they need to decide", why="silence has a reason", owner=SALES, due=Days(5))
FIND_VALUE = Play("Look for the value together", why="what pays is kept", owner=CUSTOMER_SUCCESS, due=Days(10))
ASK_TO_SPEAK = Play(
    "Ask them to speak for us", why="they like to be asked, once there is something to tell", owner=MARKETING, due=Days(21)
)
SAVE = Play("Meet whoever decides", why="only they can say what has to change", owner=CUSTOMER_SUCCESS, due=Days(3))
LEARN = Play("Ask why", why="the next version of this lifecycle starts here", owner=PRODUCT, due=Days(14), ref="S2.10")
KEEP_IN_TOUCH = Play("Keep in touch", why="not now is not never", owner=MARKETING, due=Days(90))


class Relationship(Lifecycle, version="2", refs=("S2.1", "S2.5", "S2.6", "S2.7", "S2.9", "S2.14")):
    """A company and ours, from the first glance to a customer for life.

    Each stage answers what the customer asks in it, and ends where another organisation takes over.
    """

    # ---- what we know
    problem_named = Signal.flag("problem named", opposite="problem not named", default=False, from_system="CRM", ref="S2.19")
    fit = Signal.score("fit", 0, 100, from_system="CRM", help="how well we can solve their problem")
    listened = Signal.flag("challenges heard", opposite="challenges not heard", default=False, from_system="CRM", ref="S2.22")
    value_shown = Signal.flag(
        "value shown on their data", opposite="value not shown", default=False, from_system="CRM", ref="S2.23"
    )
    effort_days = Signal.days("effort of their own people", from_system="CRM", ref="S2.23")
    first_value = Signal.flag("first value seen", opposite="no first value yet", default=False, from_system="PSA", ref="S2.25")
    users_active = Signal.share("seats active in the month", from_system="Product", help="monthly active users over seats")
    revenue_gained = Signal.money("revenue gained a year", unit="EUR", low=0, default=0, ref="S2.28")
    cost_saved = Signal.money("cost saved a year", unit="EUR", low=0, default=0, ref="S2.28")
    price = Signal.money("price a year", unit="EUR", low=0, from_system="CRM", ref="S2.28")
    satisfied = Signal.integer("last NPS answer", 0, 10, from_system="Survey")
    renewal_on = Signal.date("renewal", from_system="CRM")

    # ---- what happens
    enquired = Event("enquiry received", from_system="Website")
    offered = Event("offer sent", from_system="CRM")
    declined = Event("declined", from_system="CRM")
    signed = Event("contract signed", from_system="CRM")
    renewed = Event("renewal signed", from_system="CRM")
    notice = Event("notice received", from_system="CRM")
    convinced = Event("notice withdrawn", from_system="CRM")
    terminated = Event("contract ended", from_system="CRM")
    came_back = Event("came back", from_system="CRM")

    # ---- limits with a name; the markets have their own
    fits_at = Threshold(60, help="of 100: below, neither side should spend time on it")
    little_effort = Threshold(20, help="days of their own people that they will spend before value shows")
    live_at = Threshold(0.50, help=f"monthly active users over seats: below, they are at risk ({ENGAGED})")
    adopted_at = Threshold(0.80, help=f"monthly active users over seats: from here on they are healthy ({ENGAGED})")
    window_opens = Threshold(90, help=f"days before renewal ({WINDOWS})")
    promoter_at = Threshold(9, help=f"NPS answer: who says 9 or 10 recommends us ({NPS})")
    critic_at = Threshold(6, help=f"NPS answer: up to 6 is a critic ({NPS})")
    doubted_for = Threshold(180, help="days after a notice: who has just thought of leaving is not yet loyal")
    undecided_after = Threshold(60, help="days with an offer, and no word")

    pays_off = (revenue_gained + cost_saved > price).named("pays off for them")
    no_longer_pays = (revenue_gained + cost_saved < 0.8 * price).named("no longer pays off")
    loyal = (pays_off & (satisfied >= promoter_at) & unless(notice.days_since <= doubted_for)).named("loyal")
    near_renewal = ((renewal_on.days_until <= window_opens) & unless(renewed.days_since <= window_opens)).named("renewal is near")

    # ---- the stages, with the questions that customers ask in them (ours are in other words than the source's)
    attract = Phase(
        "Attract",
        initial=True,
        owner=MARKETING,
        contributors=[PRODUCT],
        goal="We find out that somebody solves our problem",
        questions=["How do I hear of you, and of what you could do for me?"],
        expected=Days(1, 365),
        ref="S2.18",
        touchpoints=Touchpoint(
            "Page about their problem",
            why="they recognise themselves before they read about us",
            how="one page for each problem, with what it costs to leave it",
            owner=MARKETING,
            due=Days(1),
            done=enquired.times >= 1,
            ours="an answer before the question",
            theirs="five minutes",
            category="Market",
            verdict="keep",
            ref="S2.19",
        ),
    )
    engage = Phase(
        "Engage",
        owner=SALES,
        contributors=[MARKETING],
        goal="We know within an hour whether it is worth our time",
        questions=["Do you understand what hurts most?", "Why should I spend an hour with you?"],
        expected=Days(7, 45),
        ref="S2.19, S2.20",
        touchpoints=Touchpoint(
            "First conversation",
            why="they learn something about their problem, even if they never buy",
            how="45 minutes; we ask, they talk; ends with a yes or no to going on",
            owner=SALES,
            due=Days(3),
            done=problem_named,
            ours="what others with the problem did",
            theirs="the problem, in their words",
            category="Sales",
            verdict="keep",
            ref="S2.20",
        ),
    )
    evaluate = Phase(
        "Find the solution",
        owner=PRE_SALES,
        contributors=[SALES, PRODUCT],
        goal="We have seen it solve our problem, in time and within our means",
        questions=[
            "Can you solve it soon, and for what it is worth?",
            "Have you listened to how we work today?",
            "How do I see the value without giving you half a year of my people?",
        ],
        expected=Days(14, 60),
        ref="S2.21, S2.22, S2.23",
        touchpoints=[
            Touchpoint(
                "Day in their house",
                why="somebody listens to those who do the work",
                how="half a day with three of their people",
                owner=PRE_SALES,
                due=Days(14),
                done=listened,
                ours="a consultant who asks",
                theirs="access to people",
                category="Sales",
                verdict="improve",
                ref="S2.22",
            ),
            Touchpoint(
                "Proof on their data",
                why="they see the value before they pay, with little effort",
                how="two weeks, one case, a number before and after",
                owner=PRE_SALES,
                due=Days(30),
                done=value_shown,
                ours="the work",
                theirs="data and one person",
                category="Sales",
                verdict="keep",
                ref="S2.23",
            ),
        ],
    )
    buy = Phase(
        "Decide",
        owner=SALES,
        contributors=[FINANCE_AND_LEGAL, BUYER],
        goal="Deciding is easy, and right",
        questions=["How do you make it easy for me to buy?"],
        expected=Days(7, 60),
        ref="S2.24",
        touchpoints=Touchpoint(
            "Offer on two pages",
            why="whoever signs can explain it to their own boss",
            how="gain, price, way out; the contract behind it is short",
            owner=SALES,
            due=Days(5),
            done=offered.times >= 1,
            ours="two pages",
            theirs="who else has to agree",
            category="Sales",
            verdict="keep",
            ref="S2.24",
        ),
    )
    onboard = Phase(
        "Get started",
        owner=ONBOARDING,
        contributors=[SUPPORT, OPERATIONS],
        goal="We have the first result, sooner than we thought",
        questions=["What happens now, and what do you need from us?"],
        expected=Days(14, 60),
        ref="S2.25",
        touchpoints=Touchpoint(
            "Start workshop",
            why="they leave it with something that works",
            how="half a day on their first case",
            owner=ONBOARDING,
            due=Days(7),
            done=first_value,
            ours="the workshop",
            theirs="three people of Operations",
            category="Onboarding",
            verdict="keep",
            ref="S2.25",
        ),
    )
    benefit = Phase(
        "Get value",
        owner=CUSTOMER_SUCCESS,
        contributors=[SUPPORT, OPERATIONS],
        goal="It raises our revenue or lowers our cost, and we can show it",
        questions=["What do we do to get more out of it?", "What has it earned or saved us?"],
        expected=Days(90, 365),
        standing="watch",
        ref="S2.26, S2.28",
        touchpoints=Touchpoint(
            "Value review",
            why="they get the number that their own boss will ask for",
            how="revenue gained, cost saved, price, next step",
            owner=CUSTOMER_SUCCESS,
            due=Days(60),
            done=pays_off,
            ours="the calculation",
            theirs="their figures",
            category="Review",
            verdict="keep",
            ref="S2.28",
        ),
    )
    at_risk = Phase(
        "In doubt",
        owner=CUSTOMER_SUCCESS,
        contributors=[SALES, BUYER],
        goal="We are taken seriously",
        questions=["Why should we stay?"],
        expected=Days(14, 60),
        standing="at_risk",
        help="the source does not speak of doubt; a stage of its own is our choice",
        touchpoints=Touchpoint(
            "Talk with whoever decides",
            why="they say once what has to change, to somebody who can change it",
            how="thirty minutes, no slides",
            owner=CUSTOMER_SUCCESS,
            due=Days(5),
            ours="somebody who may decide",
            theirs="the reason",
            category="Renewal",
            verdict="keep",
        ),
    )
    for_life = Phase(
        "Customer for life",
        owner=CUSTOMER_SUCCESS,
        contributors=[MARKETING, PRODUCT],
        goal="We shape with them what comes next",
        questions=["What do you plan, and may we have a say?"],
        expected=Days(180, 3650),
        standing="good",
        ref="S2.1, S2.27",
        touchpoints=Touchpoint(
            "Round table",
            why="they meet others like them, and are heard by those who build it",
            how="twice a year, eight customers, our product leads listen",
            owner=PRODUCT,
            due=Days(120),
            ours="the plan for the year",
            theirs="what they would change",
            category="Advocacy",
            verdict="keep",
            ref="S2.27",
        ),
    )
    gone = Phase(
        "Gone",
        owner=MARKETING,
        contributors=[SALES],
        goal="We were treated well to the last day",
        questions=["Might we come back one day?"],
        standing="lost",
        help="for life also means that a door stays open: there is a way back (our choice)",
    )

    # ---- what moves them; where two organisations meet, a play hands over (S2.8)
    enquire = attract.to(
        engage, on=enquired, plays=INTRODUCE_SALES, why="they ask for more: Marketing hands over to Sales", ref="S2.8"
    )
    qualify = engage.to(
        evaluate,
        when=problem_named & (fit >= fits_at),
        plays=BRIEF_CONSULTANTS,
        why="there is a problem, and we can solve it: Sales brings in those who know how",
        ref="S2.8",
    )
    propose = evaluate.to(
        buy,
        when=listened & value_shown & (effort_days <= little_effort),
        plays=PREPARE_CONTRACT,
        why="they were heard, have seen the value, and it does not cost them more time than they have",
        ref="S2.23",
    )
    think_again = buy.to(evaluate, when=~value_shown, kind="relapse", why="the proof did not hold: back to the problem")
    sign = buy.to(onboard, on=signed, plays=HAND_OVER, why="signed: Sales hands over to Onboarding", ref="S2.8")
    let_go = (engage | evaluate | buy).to(
        attract, on=declined, plays=KEEP_IN_TOUCH, kind="relapse", why="not now; they may look again"
    )
    bring_value = onboard.to(
        benefit,
        when=first_value & (users_active >= live_at),
        plays=HAND_ON,
        why="first value is seen and half of the seats work with it: Onboarding hands over to Customer Success",
        ref="S2.8, S2.25",
    )
    restart = benefit.to(onboard, when=~first_value, kind="relapse", why="what was reached is lost: it has to be set up again")
    become_loyal = benefit.to(
        for_life,
        when=loyal & (users_active >= adopted_at) & first_value,
        plays=ASK_TO_SPEAK,
        why="it pays off, they use it and would recommend it",
        ref="S2.1",
    )
    cool_down = for_life.to(
        benefit,
        when=no_longer_pays | (satisfied <= critic_at) | (users_active < live_at),
        plays=FIND_VALUE,
        kind="relapse",
        why="loyalty is not owed: it must keep paying off",
    )
    doubt = (onboard | benefit | for_life).to(at_risk, on=notice, plays=SAVE, why="they say that they may leave")
    believe_again = at_risk.to(benefit, on=convinced, plays=FIND_VALUE, why="they stay; now it has to be worth it")
    sign_after_all = at_risk.to(
        benefit, on=renewed, plays=FIND_VALUE, kind="recovery", why="they have signed, with a doubt in mind"
    )
    go_on = benefit.stay(on=renewed, why="another term, and no fuss")
    go_on_gladly = for_life.stay(on=renewed, why="of course")
    leave_us = (onboard | benefit | at_risk | for_life).to(gone, on=terminated, plays=LEARN, why="the contract has ended")
    return_to_us = gone.to(
        engage,
        on=came_back,
        plays=INTRODUCE_SALES,
        kind="recovery",
        why="they come back: once a customer, never a stranger",
        ref="S2.1",
    )

    # ---- what we celebrate
    started = Milestone("First value", when=first_value, category="Onboarding")
    paid_back = Milestone(
        "It has paid for itself",
        when=pays_off,
        plays=Play("Tell their boss with them", why="whoever signs is asked for the number", owner=CUSTOMER_SUCCESS, due=Days(14)),
        category="Value",
        ref="S2.28",
    )

    # ---- what a company at risk looks like
    no_word = Risk(
        "An offer, and no word", sign=offered.days_since > undecided_after, phases=[buy], mitigation="communicate", plays=FOLLOW_UP
    )
    too_much_work = Risk(
        "More work than they have people",
        sign=effort_days > little_effort,
        phases=[evaluate],
        mitigation="communicate",
        plays=Play("Make the first case smaller", why="a small proof is still a proof", owner=PRE_SALES, due=Days(7)),
        ref="S2.23",
    )
    slow_start = Risk(
        "Slow to start", sign=days_in_phase > 60, phases=[onboard], mitigation="escalate", plays=HAND_OVER, ref="S2.25"
    )
    unused_renewal = Risk(
        "Renewal near, and idle seats",
        sign=near_renewal & unless(users_active >= live_at),
        phases=[benefit, for_life],
        mitigation=["escalate", "educate"],
        plays=FIND_VALUE,
    )
    no_profit = SuccessGap(
        "Used, but it does not pay",
        ours="most seats are active",
        theirs="our profit has grown",
        plan="one process a quarter, counted before and after",
        cost="at the next budget round it is a cost, and costs are cut",
        when=(users_active >= live_at) & ~pays_off,
        phases=[benefit],
        ref="S2.28",
    )

    promises = (
        never(for_life).before(onboard).because("S2.1"),
        # a door stays open: from everywhere a conversation can begin again, also for those who have left
        always_possible(engage).because("S2.1"),
    )
