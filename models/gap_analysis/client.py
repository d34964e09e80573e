"""One client, from presales to growth."""

from clmstate import (
    Days,
    Event,
    Lifecycle,
    Milestone,
    Phase,
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
from models.gap_analysis.costs import EMPLOYEES, SUPPORT_HOURS, TRUST, VALUE
from models.gap_analysis.plays import (
    AGREE_AGAIN,
    BRIEF_NEW_CONTACT,
    CELEBRATE,
    COACH,
    EXIT_TALK,
    FILL_SKILLS,
    HAND_OVER,
    MAKE_UP_FOR_START,
    NEXT_GOAL,
    SHORTEN,
    SHOW_BEST_PRACTICE,
    SHOW_SOURCE,
    WIN_BACK_USERS,
)
from models.gap_analysis.teams import CUSTOMER_SUCCESS, IMPLEMENTATION, KEY_CONTACT, MANAGEMENT, SALES, SUPPORT, TRAINING
from models.gap_analysis.timeline import FIRST_MONTH, FIRST_QUARTER, SECOND_HALF, SECOND_QUARTER
from models.practice import ENGAGED, NPS, TENURE

__all__ = ["Client"]


class Client(Lifecycle, refs=("S0.9", "S0.46")):
    """A client who is to reach an outcome, and grows because of it.

    Nobody matures without having been set up, launched and used; whoever falls back does the missing step again.
    """

    # ---- what we know about a client
    outcome_agreed = Signal.flag(
        "desired outcome written down", opposite="no desired outcome written down", default=False, ref="S0.46"
    )
    setup_done = Signal.flag("set-up signed off", opposite="set-up not signed off", default=False, from_system="PSA")
    aspects_needed = Signal.count("aspect of use needed", plural="aspects of use needed", ref="S0.37")
    aspects_covered = Signal.count("aspect of use covered", plural="aspects of use covered", ref="S0.37")
    trained = Signal.share("invited people trained", from_system="Learning portal", ref="S0.36")
    launch_attended = Signal.share("users at the launch event", ref="S0.35")
    users_active = Signal.share("seats active in the month", from_system="Product", help="monthly active users over seats sold")
    user_classes = Signal.count("class of users", plural="classes of users", ref="S0.34")
    classes_active = Signal.count("class of users active", plural="classes of users active", from_system="Product", ref="S0.34")
    skills_missing = Signal.count("key skill missing", plural="key skills missing", default=0, ref="S0.23")
    best_practices = Signal.share("best practices followed", ref="S0.24")
    mismatches = Signal.count("expectation unmet", plural="expectations unmet", default=0, ref="S0.26")
    data_trust = Signal.score("trust in the data", 0, 10, from_system="Survey", ref="S0.27")
    overdue = Signal.count("agreed step overdue", plural="agreed steps overdue", default=0, ref="S0.28")
    outcome = Signal.share("desired outcome reached", ref="S0.29")
    key_contact = Signal.flag("key contact still there", opposite="key contact gone", default=True, from_system="CRM", ref="S0.30")
    start_health = Signal.score("health at launch", 0, 100, from_system="CS platform", ref="S0.8")
    start_mended = Signal.flag("bad start made good", opposite="bad start not made good", default=False, ref="S0.8")
    steps_per_task = Signal.count("step for the main task", plural="steps for the main task", from_system="Product", ref="S0.38")
    meetings_missed = Signal.count("meeting missed in the month", plural="meetings missed in the month", default=0, ref="S0.39")
    reads_own_data = Signal.flag("reads its own reports", opposite="cannot read its own reports", default=True, ref="S0.40")
    next_step_known = Signal.flag("knows the next step", opposite="does not know the next step", default=True, ref="S0.41")

    # ---- what happens to a client
    signed = Event("contract signed", from_system="CRM")
    launched = Event("launch event held", from_system="CS platform", ref="S0.3")
    goal_set = Event("next goal agreed", from_system="CS platform", ref="S0.46")
    cancelled = Event("contract cancelled", from_system="CRM")

    # ---- limits with a name; where the source gives no number, what practitioners use
    live_at = Threshold(0.50, help=f"monthly active users over seats: below half, most of what was bought lies idle ({ENGAGED})")
    adopted_at = Threshold(0.80, help=f"monthly active users over seats: from here on it counts as healthy ({ENGAGED})")
    asleep_at = Threshold(0.30, help="monthly active users over seats: the launch is forgotten, and has to be held again")
    ready_at = Threshold(0.50, help="half of the invited: enough to help the other half")
    trusts_at = Threshold(6, help=f"of 10: up to 6 is a critic, as with NPS ({NPS})")
    two_months_at = Threshold(0.10, help=f"seats active after two months: below is behind ({TENURE})")
    half_year_at = Threshold(0.50, help=f"seats active after half a year: up to this is behind ({TENURE})")
    nine_months_at = Threshold(0.75, help=f"seats active after nine months: up to this is behind ({TENURE})")
    reached_at = Threshold(0.80, help="four fifths of the outcome: its sponsor speaks of success")
    tired_after = Threshold(90, help="days in Onboarding: a quarter is what most sponsors give a project")
    fresh_for = Threshold(60, help="days after its event: what has not caught on by then has to be launched again")
    bad_start_at = Threshold(60, help="health at launch below which a start is bad")
    too_many_steps = Threshold(7, help="steps for the main task: about as many as people keep in mind")

    thriving = ((outcome >= reached_at) & key_contact).named("thriving")

    behind_others = (
        ((signed.days_since > 60) & (users_active < two_months_at))
        | ((signed.days_since > 180) & (users_active <= half_year_at))
        | ((signed.days_since > 270) & (users_active <= nine_months_at))
    ).named("behind others of their age")

    # ---- where a client stands
    presales = Phase(
        "Presales",
        initial=True,
        owner=SALES,
        contributors=[IMPLEMENTATION],
        goal="We know what we would gain, and what it would take",
        questions=["Will it do what we need?", "How much work is it for us?"],
        expected=Days(14, 120),
        ref="S0.1",
        touchpoints=Touchpoint(
            "Outcome workshop",
            why="what is to be reached is written down in their words, before anything is sold",
            how="one hour with sponsor and key contact; scope and effort on one page",
            owner=SALES,
            due=Days(21),
            done=outcome_agreed,
            ours="questions",
            theirs="the outcome they want",
            category="Presales",
            verdict="keep",
            ref="S0.10, S0.11",
        ),
    )
    onboarding = Phase(
        "Onboarding",
        owner=IMPLEMENTATION,
        contributors=[TRAINING, KEY_CONTACT],
        goal="It works in our own house, and some of us can use it",
        questions=["What do you need from us?", "When are we through?"],
        expected=Days(21, 90),
        ref="S0.2",
        touchpoints=[
            Touchpoint(
                "Plan with dates",
                why="a plan that both signed can be missed, and then mended",
                how="steps, effort and names, on one page",
                owner=IMPLEMENTATION,
                due=Days(5),
                done=~aspects_needed.is_missing(),
                ours="the plan",
                theirs="the people",
                category="Onboarding",
                verdict="keep",
                ref="S0.10",
            ),
            Touchpoint(
                "Training by class of users",
                why="each class sees what it saves them",
                how="one hour a class, on their own cases",
                owner=TRAINING,
                due=Days(45),
                done=trained >= ready_at,
                ours="a trainer",
                theirs="time",
                category="Training",
                verdict="improve",
                ref="S0.36",
            ),
        ],
    )
    launch = Phase(
        "Launch",
        owner=IMPLEMENTATION,
        contributors=[CUSTOMER_SUCCESS, KEY_CONTACT],
        goal="Everybody knows that it begins today, and why",
        questions=["What changes for me tomorrow?"],
        expected=Days(7, 30),
        standing="watch",
        ref="S0.3",
        touchpoints=Touchpoint(
            "Launch event",
            why="a beginning that nobody notices is none",
            how="half an hour, the sponsor speaks, each class does one task at once",
            owner=IMPLEMENTATION,
            due=Days(10),
            done=launched.days_since < 30,
            ours="one task for each class",
            theirs="the sponsor on stage",
            category="Launch",
            verdict="improve",
            ref="S0.13, S0.35",
        ),
    )
    engagement = Phase(
        "Engagement",
        owner=CUSTOMER_SUCCESS,
        contributors=[SUPPORT, TRAINING],
        goal="We do our daily work with it",
        questions=["How do others do it?", "Who helps me when I am stuck?"],
        expected=Days(60, 180),
        standing="watch",
        ref="S0.4",
        touchpoints=Touchpoint(
            "Working session",
            why="one obstacle less each time",
            how="45 minutes on their screen; ends with one next step and a name",
            owner=CUSTOMER_SUCCESS,
            due=Days(21),
            done=(days_in_phase >= 7) & (overdue == 0),
            ours="what others do",
            theirs="the obstacle",
            category="Engagement",
            verdict="keep",
            ref="S0.14, S0.41",
        ),
    )
    measurement = Phase(
        "Measurement",
        owner=CUSTOMER_SUCCESS,
        contributors=[KEY_CONTACT, MANAGEMENT],
        goal="We can prove what it has brought us",
        questions=["What have we gained?", "Can we trust these numbers?"],
        expected=Days(30, 180),
        standing="good",
        ref="S0.5",
        touchpoints=Touchpoint(
            "Insights review",
            why="they see their result, in numbers that they trust",
            how="result against the written outcome, one shortfall, one step",
            owner=CUSTOMER_SUCCESS,
            due=Days(30),
            done=~outcome.is_missing(),
            ours="the numbers and where they come from",
            theirs="whether they believe them",
            category="Measurement",
            verdict="keep",
            ref="S0.27, S0.40",
        ),
    )
    growth = Phase(
        "Growth",
        owner=SALES,
        contributors=[CUSTOMER_SUCCESS],
        goal="We take on the next problem together",
        questions=["What else could we reach?"],
        expected=Days(30, 180),
        standing="good",
        ref="S0.6",
        touchpoints=Touchpoint(
            "Next outcome workshop",
            why="what comes next is their goal, not our quota",
            how="one hour, the same page as in presales",
            owner=SALES,
            due=Days(30),
            done=goal_set.times >= 1,
            ours="what was reached",
            theirs="the next goal",
            category="Growth",
            verdict="keep",
            ref="S0.18",
        ),
    )
    churned = Phase(
        "Churned",
        final=True,
        owner=CUSTOMER_SUCCESS,
        goal="We leave without hard feelings",
        questions=["How do we get our data out?"],
        standing="lost",
        help="the source speaks of clients who may churn; that it is a phase is our choice",
    )

    # ---- what moves a client
    sign = presales.to(onboarding, on=signed, plays=HAND_OVER, why="they have decided")
    get_ready = onboarding.to(
        launch,
        when=setup_done & (trained >= ready_at),
        why="it is set up, and enough people can help the others",
        ref="S0.7",
    )
    undo_setup = launch.to(
        onboarding, when=~setup_done, kind="relapse", why="the set-up was taken back: there is nothing to launch"
    )
    go_live = launch.to(
        engagement,
        when=setup_done & (launched.days_since <= fresh_for) & (users_active >= live_at),
        plays=CELEBRATE,
        why="it was launched, and half of the seats are in use: an event without use is no launch",
        ref="S0.7",
    )
    launch_again = engagement.to(
        launch,
        when=setup_done & (users_active < asleep_at),
        plays=WIN_BACK_USERS,
        kind="relapse",
        why="hardly anybody uses it: the launch has to be held again",
    )
    measure = engagement.to(
        measurement,
        when=(users_active >= adopted_at) & (overdue == 0),
        why="there is enough use to measure what it brings",
        ref="S0.7",
    )
    fall_asleep = (measurement | growth).to(
        engagement,
        when=unless(users_active >= live_at).for_days(14),
        plays=WIN_BACK_USERS,
        kind="relapse",
        why="usage has gone, or nobody can see it: results mean nothing now",
    )
    grow = measurement.to(
        growth,
        when=thriving & (users_active >= adopted_at),
        plays=NEXT_GOAL,
        why="the outcome is reached and somebody is there to say so",
        ref="S0.46",
    )
    next_round = growth.to(
        engagement, on=goal_set, kind="next_cycle", why="a new goal starts with using something new", ref="S0.46"
    )
    lose = anywhere.to(churned, on=cancelled, plays=EXIT_TALK, why="they have cancelled")

    # ---- what we celebrate
    set_up = Milestone("Set up", when=setup_done, category="Onboarding")
    half_active = Milestone("Half of the seats in use", when=users_active >= live_at, plays=CELEBRATE, category="Engagement")
    outcome_met = Milestone("Outcome reached", when=outcome >= reached_at, plays=CELEBRATE, category="Measurement", ref="S0.46")

    # ---- what a client at risk looks like in each phase, and what we do about it (S0.17, S0.19, S0.20, S0.32)
    unclear = Risk(
        "Bought without a goal",
        sign=~outcome_agreed,
        phases=[onboarding],
        mitigation="escalate",
        plays=AGREE_AGAIN,
        interval=FIRST_MONTH,
        ref="S0.19, S0.32",
    )
    unskilled = Risk(
        "Key skills are missing",
        sign=skills_missing >= 1,
        phases=[onboarding, launch, engagement],
        mitigation="educate",
        plays=FILL_SKILLS,
        interval=FIRST_MONTH,
        ref="S0.20, S0.23",
    )
    own_ways = Risk(
        "They do it in their own way",
        sign=best_practices < 0.5,
        phases=[onboarding, engagement],
        mitigation="educate",
        plays=SHOW_BEST_PRACTICE,
        interval=FIRST_QUARTER,
        help="fewer than half of the practices that our best clients share; the number is ours",
        ref="S0.24",
    )
    tired = Risk(
        "Tired by a long project",
        sign=days_in_phase > tired_after,
        phases=[onboarding],
        mitigation=["escalate", "communicate"],
        plays=SHORTEN,
        interval=FIRST_QUARTER,
        ref="S0.25",
    )
    misheard = Risk(
        "They expect what it cannot do",
        sign=mismatches >= 1,
        phases=[presales, onboarding, engagement],
        mitigation="communicate",
        plays=AGREE_AGAIN,
        interval=FIRST_QUARTER,
        ref="S0.26",
    )
    silent_launch = Risk(
        "Launched, and nothing follows",
        sign=(launched.days_since > 14) & (users_active < live_at),
        phases=[launch],
        mitigation=["educate", "communicate"],
        plays=WIN_BACK_USERS,
        interval=FIRST_QUARTER,
        ref="S0.13, S0.19",
    )
    behind = Risk(
        "Behind others of their age",
        sign=behind_others,
        phases=[launch, engagement, measurement],
        mitigation=["educate", "communicate"],
        plays=WIN_BACK_USERS,
        interval=FIRST_QUARTER,
        help="what is fine after two months is a warning after half a year: utilisation is judged by tenure",
        ref="S0.28",
    )
    no_follow_through = Risk(
        "Agreed, but not done",
        sign=overdue >= 2,
        phases=[engagement],
        mitigation=["educate", "escalate"],
        plays=COACH,
        interval=SECOND_QUARTER,
        ref="S0.28",
    )
    distrust = Risk(
        "They do not believe the numbers",
        sign=data_trust <= trusts_at,
        phases=[engagement, measurement],
        mitigation=["educate", "communicate"],
        plays=SHOW_SOURCE,
        interval=SECOND_QUARTER,
        ref="S0.27",
    )
    short_of_outcome = Risk(
        "The outcome stays away",
        sign=outcome < 0.5,
        phases=[measurement, growth],
        mitigation=["escalate", "communicate"],
        plays=AGREE_AGAIN,
        interval=SECOND_HALF,
        ref="S0.29",
    )
    contact_gone = Risk(
        "The key contact has left",
        sign=~key_contact,
        mitigation=["escalate", "communicate"],
        plays=BRIEF_NEW_CONTACT,
        interval=SECOND_HALF,
        ref="S0.30",
    )
    bad_start = Risk(
        "A bad start is not forgotten",
        sign=((start_health < bad_start_at) | (onboarding.visits >= 2)) & ~start_mended,
        phases=[engagement, measurement, growth],
        mitigation=["escalate", "communicate"],
        plays=MAKE_UP_FOR_START,
        interval=SECOND_HALF,
        help="what was bad early is carried along until somebody has made it good; it does not heal by itself",
        ref="S0.8",
    )

    # ---- where it works and they do not yet succeed (S0.31, S0.33)
    some_classes = SuccessGap(
        "Only some classes of users use it",
        ours="most seats are active",
        theirs="every department works with it",
        plan="one champion for each class that is missing, one task to begin with",
        cost=VALUE,
        when=classes_active < user_classes,
        phases=[engagement, measurement],
        interval=SECOND_QUARTER,
        ref="S0.21, S0.33, S0.34, S0.42",
    )
    weak_launch = SuccessGap(
        "A launch that few noticed",
        ours="the event was held",
        theirs="my people know what changed",
        plan="a second, smaller event for each class, led by its manager",
        cost=VALUE,
        when=launch_attended < 0.5,
        phases=[launch, engagement],
        interval=FIRST_QUARTER,
        ref="S0.35, S0.42",
    )
    weak_training = SuccessGap(
        "Training that few attended",
        ours="the course was held",
        theirs="my people can do it",
        plan="half an hour on the job, by class, until they can",
        cost=SUPPORT_HOURS,
        when=trained < 0.8,
        phases=[launch, engagement],
        interval=FIRST_QUARTER,
        ref="S0.36, S0.43",
    )
    half_covered = SuccessGap(
        "Set up for part of what they need",
        ours="the set-up is signed off",
        theirs="all of our cases run in it",
        plan="one aspect a month, the most painful first",
        cost=VALUE,
        when=setup_done & (aspects_covered < aspects_needed),
        phases=[launch, engagement],
        interval=FIRST_QUARTER,
        ref="S0.37, S0.42",
    )
    too_complex = SuccessGap(
        "Too many steps for an everyday task",
        ours="every function is there",
        theirs="it is done in a minute",
        plan="a template for the main task, and a word to our own product team",
        cost=SUPPORT_HOURS,
        when=steps_per_task > too_many_steps,
        phases=[engagement],
        interval=SECOND_QUARTER,
        ref="S0.38, S0.43",
    )
    worn_out = SuccessGap(
        "Tired from the implementation",
        ours="the project is closed",
        theirs="we need a break",
        plan="two quiet weeks, then one small success with other people",
        cost=EMPLOYEES,
        when=meetings_missed >= 2,
        phases=[engagement],
        interval=SECOND_QUARTER,
        ref="S0.39, S0.44",
    )
    unread_data = SuccessGap(
        "They cannot read their own data",
        ours="every report is there",
        theirs="I know what to do on Monday",
        plan="three numbers instead of thirty, each with what to do about it",
        cost=TRUST,
        when=(users_active >= live_at) & ~reads_own_data,
        phases=[engagement, measurement],
        interval=SECOND_HALF,
        ref="S0.31, S0.40, S0.45",
    )
    no_next_step = SuccessGap(
        "Nobody knows what to do next",
        ours="we sent the recommendations",
        theirs="somebody told me the one thing to do",
        plan="end every contact with one step, one name, one date",
        cost=VALUE,
        when=(users_active >= live_at) & ~next_step_known,
        phases=[engagement, measurement],
        interval=SECOND_HALF,
        ref="S0.31, S0.41, S0.42",
    )

    promises = (
        never(growth).before(onboarding).because("S0.7"),
        never(growth).before(engagement).because("S0.7"),
        never(measurement).before(launch).because("S0.7"),
        always_possible(engagement | launch).until(churned).because("S0.46"),
    )
