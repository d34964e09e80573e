"""One product that a customer uses: each has a lifecycle of its own, and a priority that the customer gives it."""

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
    never,
    unless,
)
from models.events.categories import EXPANSION, ONBOARDING, USAGE
from models.events.teams import CSM, CUSTOMER_EXECUTIVES, IMPLEMENTATION, PROFESSIONAL_SERVICES, SALES, SUPPORT, USERS
from models.practice import DROP

__all__ = ["Product"]

CELEBRATE = Play("Celebrate it with them", why="what people use is what they trust", owner=CSM, due=Days(3), ref="S3.36")
SHOW_ADVANCED = Play(
    "Show the advanced part on their own case",
    why="what a spreadsheet can do will be done in one",
    owner=CSM,
    due=Days(14),
    ref="S3.37",
)
BRIDGE = Play(
    "Ask what they would like to do next",
    why="whoever stretches it beyond what they bought shows where to grow",
    owner=SALES,
    due=Days(14),
    ref="S3.23",
)
WELCOME_DEPARTMENT = Play(
    "Welcome the new department", why="it begins where the first one began", owner=IMPLEMENTATION, due=Days(5)
)
RESTART = Play("Begin again, with their sponsor", why="momentum does not come back by itself", owner=IMPLEMENTATION, due=Days(5))


class Product(Lifecycle, refs=("S3.2", "S3.34")):
    """One product, from set-up to the use that it was bought for.

    The first product and the fifth go through the same phases; which of them matters most, its priority says.
    """

    priority = Signal.integer("priority", 1, 5, default=3, from_system="CRM", help="1 is what it was all bought for", ref="S3.35")
    onboarded = Signal.flag("set up and handed over", opposite="not set up", default=False, from_system="PSA")
    needs_met = Signal.share(
        "agreed needs met", from_system="CS platform", help="of those in the original value proposition", ref="S3.22"
    )
    advanced_used = Signal.share("advanced features in use", from_system="Product", ref="S3.37")
    only_simple = Signal.flag(
        "used for what a spreadsheet can do", opposite="used for more than a spreadsheet can do", default=False, ref="S3.53"
    )
    usage_change = Signal.change("usage against last month", from_system="Product", ref="S3.25")
    new_feature = Event("new feature used", category=USAGE, from_system="Product", ref="S3.21")
    need_solved = Event("need in scope solved", category=USAGE, from_system="CS platform", ref="S3.22")
    stretched = Event("used beyond its scope", category=EXPANSION, from_system="Product", ref="S3.23")
    training_held = Event("training held", category=EXPANSION, from_system="Learning portal", ref="S3.25")
    department_joined = Event("another department joined", category=EXPANSION, from_system="CRM", ref="S3.26")
    returned = Event("product returned", category=EXPANSION, from_system="CRM")

    useful_at = Threshold(0.50, help="half of the agreed needs: it is worth its price to somebody")
    full_at = Threshold(0.80, help="four fifths of the agreed needs")
    broad_at = Threshold(0.50, help="half of the advanced features that serve the agreed needs")
    lift = Threshold(0.10, help="usage a tenth up within a month of a training: the training did it")
    falls_by = Threshold(-0.20, help=f"a fifth down within a month ({DROP})")

    setting_up = Phase(
        "Setting up",
        initial=True,
        owner=IMPLEMENTATION,
        contributors=[PROFESSIONAL_SERVICES, SUPPORT],
        goal="It works in our house",
        questions=["What do you need from us?"],
        expected=Days(14, 60),
        ref="S3.1",
        touchpoints=Touchpoint(
            "Set-up with their team",
            why="those who will use it have helped to build it",
            how="two working sessions",
            owner=IMPLEMENTATION,
            due=Days(21),
            ours="people",
            theirs="people",
            category=ONBOARDING,
            verdict="keep",
        ),
    )
    in_use = Phase(
        "In use",
        owner=CSM,
        contributors=[SUPPORT, USERS],
        goal="It solves what we bought it for, one need after the other",
        questions=["What is possible that we do not do yet?"],
        expected=Days(60, 240),
        standing="watch",
        ref="S3.2",
        touchpoints=Touchpoint(
            "Advanced features on their own case",
            why="the hard cases are where it pays",
            how="one feature, one case, one hour",
            owner=CSM,
            due=Days(45),
            done=advanced_used >= broad_at,
            ours="the feature",
            theirs="the case",
            category=USAGE,
            verdict="keep",
            ref="S3.37",
        ),
    )
    full = Phase(
        "Full value",
        owner=CSM,
        contributors=[USERS, CUSTOMER_EXECUTIVES],
        goal="We would not want to work without it",
        questions=["What could it do beyond that?"],
        standing="good",
        ref="S3.2",
    )
    given_back = Phase(
        "Given back",
        final=True,
        owner=SALES,
        goal="We stop paying for it",
        questions=["What happens to our data?"],
        standing="lost",
    )

    run = setting_up.to(in_use, when=onboarded, plays=CELEBRATE, why="it runs")
    set_up_again = (in_use | full).to(
        setting_up,
        when=~onboarded,
        plays=RESTART,
        kind="relapse",
        why="it does not run any more: the better it was set up, the less often",
        ref="S3.45",
    )
    fulfil = in_use.to(
        full,
        when=onboarded & (needs_met >= full_at) & (advanced_used >= broad_at) & ~only_simple,
        plays=CELEBRATE,
        why="the agreed needs are met, with the parts that only it has",
        ref="S3.37, S3.53",
    )
    shrink = full.to(
        in_use,
        when=onboarded & ((needs_met < useful_at) | only_simple),
        plays=SHOW_ADVANCED,
        kind="relapse",
        why="it is used for less than it was bought for",
        ref="S3.53",
    )
    discover = in_use.stay(on=new_feature, plays=CELEBRATE, why="a new feature is a small act of trust", ref="S3.21, S3.36")
    discover_more = full.stay(on=new_feature, plays=CELEBRATE, why="they go on discovering", ref="S3.21, S3.36")
    solve = in_use.stay(on=need_solved, plays=CELEBRATE, why="one more of the agreed needs", ref="S3.22, S3.36")
    stretch = in_use.stay(on=stretched, plays=BRIDGE, why="they use it for what nobody sold them", ref="S3.23")
    stretch_on = full.stay(on=stretched, plays=BRIDGE, why="they have outgrown what they bought", ref="S3.23")
    spread = full.stay(on=department_joined, plays=WELCOME_DEPARTMENT, why="Finance has told Sales", ref="S3.26")
    spread_early = in_use.stay(on=department_joined, plays=WELCOME_DEPARTMENT, why="the next department cannot wait", ref="S3.26")
    give_back = (setting_up | in_use | full).to(given_back, on=returned, why="they no longer want it")

    first_need = Milestone("First need solved", when=need_solved.times >= 1, plays=CELEBRATE, category=USAGE, ref="S3.22, S3.36")
    training_worked = Milestone(
        "A training that lifted usage",
        when=(training_held.days_since <= 30) & (usage_change >= lift),
        plays=CELEBRATE,
        category=EXPANSION,
        ref="S3.25",
    )
    second_department = Milestone(
        "A second department works with it",
        when=department_joined.times >= 1,
        plays=CELEBRATE,
        category=EXPANSION,
        ref="S3.3, S3.26",
    )

    replaceable = Risk(
        "A spreadsheet could do it",
        sign=only_simple,
        phases=[in_use, full],
        mitigation="educate",
        plays=SHOW_ADVANCED,
        ref="S3.53",
    )
    momentum_lost = Risk(
        "Momentum lost",
        sign=(setting_up.visits >= 2) | (usage_change <= falls_by),
        phases=[setting_up, in_use],
        mitigation=["escalate", "communicate"],
        plays=RESTART,
        help="what was lost at the start is hard to get back",
        ref="S3.54",
    )
    basics_only = SuccessGap(
        "Only the basics",
        ours="it is used every day",
        theirs="it solves our hard cases",
        plan="one advanced feature a month, on their own case",
        cost="at renewal they compare us with whatever is cheaper",
        when=(needs_met >= useful_at) & unless(advanced_used >= broad_at),
        phases=[in_use],
        ref="S3.37",
    )

    promises = (never(full).before(setting_up),)
