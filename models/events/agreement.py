"""The agreement between a customer and us: it begins before it is signed, and is renewed without anybody noticing."""

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
from models.events.categories import ADVOCACY, EXPANSION, ONBOARDING, RENEWAL, REVIEW
from models.events.plays import (
    ASK_FOR_TESTIMONIAL,
    CALL,
    CELEBRATE,
    COURT,
    GET_BACK_ON_TRACK,
    HAND_OVER_FROM_SALES,
    HAND_OVER_TO_RENEWALS,
    LEARN,
    MEND_START,
    OFFER,
    PREPARE_REVIEW,
    THANK,
)
from models.events.teams import (
    CSM,
    CUSTOMER_EXECUTIVES,
    EXECUTIVE,
    IMPLEMENTATION,
    MARKETING,
    PROFESSIONAL_SERVICES,
    RENEWALS,
    SALES,
    SUPPORT,
)
from models.practice import ENGAGED, NPS

__all__ = ["Agreement"]


class Agreement(Lifecycle, refs=("S3.6",)):
    """From the time before the contract to renewals that are no event, because everything else was managed.

    Usage alone proves nothing here: a customer has found value when their own goals come nearer.
    """

    # ---- what we know
    trust_confirmed = Signal.flag(
        "trust in the CSM confirmed",
        opposite="trust in the CSM not confirmed",
        default=False,
        from_system="CS platform",
        ref="S3.18",
    )
    start_issues = Signal.count("open issue from onboarding", plural="open issues from onboarding", default=0, ref="S3.52")
    key_product_works = Signal.flag(
        "products of first priority in use",
        opposite="a product of first priority not in use",
        port=True,
        help="the composition feeds it from the products of priority 1",
        ref="S3.35",
    )
    users_started = Signal.share("users who have started", port=True, help="the composition feeds it from the users", ref="S3.3")
    friction = Signal.flag("friction", opposite="no friction", default=False, port=True, ref="S3.7")
    goal_progress = Signal.share("way to the company's goals", from_system="CS platform", ref="S3.29, S3.39")
    way_back_agreed = Signal.flag("way back on track agreed", opposite="no way back agreed", default=False, ref="S3.40")
    warm = Signal.flag("relationship warm enough to ask", opposite="too early to ask", default=False, ref="S3.38")
    nps = Signal.integer("NPS answer", 0, 10, from_system="Survey")
    last_talk = Signal.date("last personal talk", from_system="CRM", ref="S3.44")
    intent = Signal.choice("answer to 'will you renew?'", "yes", "open", "no", from_system="CRM", ref="S3.48")
    renewal_on = Signal.date("renewal", from_system="CRM")

    # ---- what happens
    signed = Event("contract signed", category=ONBOARDING, from_system="CRM")
    product_agreed = Event("product agreed", names_instance=True, category=ONBOARDING, from_system="CRM", ref="S3.34")
    testimonial = Event("testimonial given", category=ADVOCACY, from_system="CRM", ref="S3.4, S3.27")
    referral = Event("referral given", category=ADVOCACY, from_system="CRM", ref="S3.4, S3.28")
    review_held = Event("executive review held", category=REVIEW, from_system="CS platform", ref="S3.5, S3.29")
    executives_met = Event("their executives engaged", category=REVIEW, from_system="CS platform", ref="S3.42")
    executive_changed = Event("their executive changed", category=REVIEW, from_system="CRM", ref="S3.41")
    renewed = Event("renewal signed", category=RENEWAL, from_system="CRM", ref="S3.6")
    ended = Event("contract ended", category=RENEWAL, from_system="CRM")

    # ---- limits with a name
    on_track_at = Threshold(0.70, help="way to their goals: on track, seen from their side")
    off_track_at = Threshold(0.40, help="way to their goals: well below on_track_at, so that a weak month moves nobody")
    started_at = Threshold(0.80, help=f"of the users: the upper of two bands ({ENGAGED})")
    review_after = Threshold(
        90, help="days after a review in which a need is answered; two to four months, by size and relationship", ref="S3.41"
    )
    silent_after = Threshold(60, help="days without a personal talk: we know numbers, and not how they are")
    window_opens = Threshold(120, help="days before renewal: the paper; ninety would be too late to change anything", ref="S3.47")
    critic_at = Threshold(6, help=f"NPS answer: up to 6 is a critic ({NPS})")
    promoter_at = Threshold(9, help=f"NPS answer: who says 9 or 10 recommends us ({NPS})")
    faulty_after = Threshold(60, help="days in Onboarding with issues open")

    # ---- what these facts mean
    off_track = (goal_progress < on_track_at).named("short of their goals")
    needs_review = (off_track | (executive_changed.days_since <= review_after)).named("something for executives to decide")
    reviewed = (review_held.days_since <= review_after).named("reviewed with their executives in time")
    started_well = (trust_confirmed & (start_issues == 0)).named("onboarded well")
    in_touch = (last_talk.days_since <= silent_after).named("in personal touch")
    managed = (
        started_well
        & key_product_works
        & (users_started >= started_at)
        & (nps > critic_at)
        & unless(needs_review & unless(reviewed))
        & (goal_progress >= on_track_at)
        & in_touch
        & ~friction
        & (intent == "yes")
    ).named("every other event managed well")
    # below critic_at and not at it: between this and managed there is a band, so that one answer more moves nobody to and fro
    came_up = ((intent == "no") | (nps < critic_at) | (goal_progress < off_track_at) | (start_issues >= 3)).named(
        "something serious came up"
    )
    near_renewal = ((renewal_on.days_until <= window_opens) & unless(renewed.days_since <= window_opens)).named("renewal is near")

    # ---- where a customer stands
    prospect = Phase(
        "Not yet a customer",
        initial=True,
        owner=SALES,
        contributors=[MARKETING, CSM],
        goal="We know what value we would get, and from whom",
        questions=["Who will be with us when you have left?"],
        expected=Days(14, 180),
        ref="S3.20",
        touchpoints=Touchpoint(
            "Meet the people who stay",
            why="they buy from people, and should know who will be there",
            how="CSM, implementation and support join the last sales meeting",
            owner=SALES,
            due=Days(30),
            done=trust_confirmed,
            ours="those who stay",
            theirs="those who will work with them",
            category=ONBOARDING,
            verdict="keep",
            ref="S3.18",
        ),
    )
    onboarding = Phase(
        "Onboarding",
        owner=IMPLEMENTATION,
        contributors=[CSM, SUPPORT, PROFESSIONAL_SERVICES, SALES],
        goal="What was promised is true, from the first day on",
        questions=["Was it right to sign?"],
        expected=Days(14, 60),
        ref="S3.1",
        touchpoints=Touchpoint(
            "First promise kept",
            why="they see that what Sales said is so",
            how="the one result that they named when they signed, shown by them to their boss",
            owner=CSM,
            due=Days(30),
            done=started_well,
            ours="the result",
            theirs="who shall see it",
            category=ONBOARDING,
            verdict="keep",
            ref="S3.1, S3.55",
        ),
    )
    finding = Phase(
        "Finding value",
        owner=CSM,
        contributors=[SUPPORT, CUSTOMER_EXECUTIVES],
        goal="Our goals come nearer",
        questions=["What has it brought so far?"],
        expected=Days(60, 240),
        standing="watch",
        touchpoints=[
            Touchpoint(
                "Executive review",
                why="those who decide see result and shortfall against their own goals, and how to get back on track",
                how="when there is something to decide, whether after two months or four; never because a quarter ends",
                owner=CSM,
                due=Days(60),
                done=review_held.days_since <= 30,
                ours="result, shortfall, way back",
                theirs="their goals, and a decision",
                category=REVIEW,
                verdict="improve",
                ref="S3.5, S3.40, S3.41, S3.43",
            ),
            Touchpoint(
                "Ask about renewing",
                why="they can say what is missing while there is time to mend it",
                how="one plain question, long before any paper",
                owner=CSM,
                due=Days(90),
                done=~intent.is_missing(),
                ours="the question",
                theirs="a plain answer",
                category=RENEWAL,
                verdict="keep",
                ref="S3.48",
            ),
        ],
    )
    proven = Phase(
        "Value proven",
        owner=CSM,
        contributors=[MARKETING, EXECUTIVE, CUSTOMER_EXECUTIVES],
        goal="We are seen with what we have achieved",
        questions=["What comes next for us?"],
        expected=Days(60, 365),
        standing="good",
        touchpoints=Touchpoint(
            "Ask for their word",
            why="they are proud of it, and others learn from them",
            how="not before it is proven and the relationship is warm; first a few sentences, later a referral",
            owner=MARKETING,
            due=Days(60),
            done=testimonial.times >= 1,
            ours="a draft",
            theirs="their name",
            category=ADVOCACY,
            verdict="keep",
            ref="S3.38",
        ),
    )

    class renewal(Phase.Group, label="Renewal", ref="S3.6"):
        """The contract runs out; if all else went well, nobody notices."""

        quiet = Phase(
            "A non-event",
            owner=RENEWALS,
            contributors=[CSM],
            goal="We go on without having to think about it",
            questions=["Where do I sign?"],
            expected=Days(7, 90),
            standing="good",
            ref="S3.46",
            touchpoints=Touchpoint(
                "Two pages to sign",
                why="it takes them five minutes",
                how="by mail; what was reached, same terms",
                owner=RENEWALS,
                due=Days(30),
                ours="two pages",
                theirs="a signature",
                category=RENEWAL,
                verdict="keep",
            ),
        )
        in_question = Phase(
            "In question",
            initial=True,
            owner=RENEWALS,
            contributors=[CSM, CUSTOMER_EXECUTIVES],
            goal="What we missed is said, and put right",
            questions=["What would be different next year?"],
            expected=Days(14, 120),
            standing="at_risk",
            touchpoints=Touchpoint(
                "What is missing",
                why="they name it once, to people who can put it right",
                how="their executive, ours, the CSM; shortfall and way back",
                owner=EXECUTIVE,
                due=Days(7),
                ours="somebody who may decide",
                theirs="what is missing",
                category=REVIEW,
                verdict="keep",
                ref="S3.40, S3.42",
            ),
        )

    over = Phase(
        "Over",
        final=True,
        owner=CSM,
        goal="It ended as well as it began",
        questions=["How do we get our data?"],
        standing="lost",
    )

    # ---- what moves them
    sign = prospect.to(
        onboarding,
        on=signed,
        plays=HAND_OVER_FROM_SALES,
        why="signed: Sales steps back, and many new faces appear",
        ref="S3.9, S3.18",
    )
    get_going = onboarding.to(
        finding,
        when=started_well & key_product_works,
        plays=CELEBRATE,
        why="they trust those who stay, and what matters most runs",
        ref="S3.1",
    )
    start_over = finding.to(
        onboarding,
        when=start_issues >= 3,
        plays=MEND_START,
        kind="relapse",
        why="the start was faulty: mend it before it decides the rest",
        ref="S3.52",
    )
    prove = finding.to(
        proven,
        when=(goal_progress >= on_track_at) & (users_started >= started_at) & (start_issues < 3),
        plays=CELEBRATE,
        why="their goals come nearer; that many people use it would not be enough",
        ref="S3.39",
    )
    fall_short = proven.to(
        finding,
        when=unless(goal_progress >= off_track_at).for_days(28),
        plays=GET_BACK_ON_TRACK,
        kind="relapse",
        why="their goals are far again, or nobody has looked",
        ref="S3.39, S3.40",
    )
    renew_quietly = (finding | proven).to(
        renewal.quiet,
        when=near_renewal & managed,
        plays=[HAND_OVER_TO_RENEWALS, OFFER],
        why="the date comes, and nothing is open, from the first day on",
        ref="S3.19, S3.46, S3.55",
    )
    question = (finding | proven).to(
        renewal.in_question,
        when=near_renewal & unless(managed),
        after=start_over,
        plays=[HAND_OVER_TO_RENEWALS, PREPARE_REVIEW],
        why="the date comes, and something was left undone, or we have not asked",
        ref="S3.19, S3.48",
    )
    worry = renewal.quiet.to(
        renewal.in_question,
        when=came_up,
        plays=PREPARE_REVIEW,
        why="something came up while the paper lay there",
    )
    settle = renewal.in_question.to(renewal.quiet, when=managed, plays=OFFER, why="everything that was open is mended", ref="S3.46")
    next_term = renewal.to(
        finding, on=renewed, plays=CELEBRATE, kind="next_cycle", why="signed; the next value has to be found", ref="S3.6"
    )
    renew_early = finding.stay(on=renewed, why="signed before anybody asked")
    renew_gladly = proven.stay(on=renewed, why="signed before anybody asked, and gladly")
    meet = finding.stay(
        on=executives_met, plays=PREPARE_REVIEW, why="they are in the room: it is a review, whatever it is called", ref="S3.42"
    )
    meet_again = proven.stay(on=executives_met, plays=PREPARE_REVIEW, why="they are in the room: it is a review", ref="S3.42")
    review = finding.stay(on=review_held, plays=GET_BACK_ON_TRACK, why="result, shortfall, way back", ref="S3.29, S3.40")
    review_success = proven.stay(on=review_held, plays=CELEBRATE, why="what was reached, and what comes next", ref="S3.29")
    speak = proven.stay(on=testimonial, plays=THANK, why="they say that it worked for them", ref="S3.27")
    refer = proven.stay(
        on=referral, plays=[THANK, COURT], why="they say that it will work for others: much bolder", ref="S3.28, S3.56"
    )
    end = anywhere.to(over, on=ended, plays=LEARN, why="the contract has ended")

    # ---- what we celebrate
    well_begun = Milestone(
        "Onboarded well",
        when=started_well & key_product_works,
        plays=CELEBRATE,
        category=ONBOARDING,
        help="sets the stage for all the rest",
        ref="S3.55",
    )
    all_started = Milestone(
        "Four in five have started", when=users_started >= started_at, plays=CELEBRATE, category=EXPANSION, ref="S3.3"
    )
    may_be_asked = Milestone(
        "May be asked to speak for us",
        when=warm & (goal_progress >= on_track_at) & (nps >= promoter_at),
        plays=ASK_FOR_TESTIMONIAL,
        category=ADVOCACY,
        ref="S3.38",
    )
    first_word = Milestone("First testimonial", when=testimonial.times >= 1, plays=THANK, category=ADVOCACY, ref="S3.27")
    first_referral = Milestone("First referral", when=referral.times >= 1, plays=THANK, category=ADVOCACY, ref="S3.28")

    # ---- what warns us
    faulty_start = Risk(
        "Faulty onboarding",
        sign=(start_issues >= 1) & (days_in_phase > faulty_after),
        phases=[onboarding],
        mitigation=["escalate", "communicate"],
        plays=MEND_START,
        ref="S3.52",
    )
    no_trust = Risk(
        "Trust did not come along",
        sign=~trust_confirmed & (days_in_phase > 14),
        phases=[onboarding, finding],
        mitigation="communicate",
        plays=HAND_OVER_FROM_SALES,
        ref="S3.18",
    )
    only_numbers = Risk(
        "We know numbers, and not how they are",
        sign=unless(in_touch),
        phases=[finding, proven, renewal],
        mitigation="communicate",
        plays=CALL,
        ref="S3.44",
    )
    never_asked = Risk(
        "We assume that they renew",
        sign=intent.is_missing() & (days_in_phase > 90),
        phases=[finding, proven],
        mitigation="communicate",
        plays=CALL,
        ref="S3.48",
    )
    review_missing = Risk(
        "Something to decide, and no review",
        sign=needs_review & unless(reviewed),
        phases=[finding, proven, renewal],
        mitigation=["escalate", "communicate"],
        plays=PREPARE_REVIEW,
        ref="S3.41",
    )
    no_way_back = SuccessGap(
        "Shortfall shown, no way back",
        ours="the review was held",
        theirs="we know how we get there after all",
        plan="three steps, names and dates, before the meeting ends",
        cost="the next review is the last",
        when=off_track & reviewed & ~way_back_agreed,
        phases=[finding, renewal],
        ref="S3.40",
    )
    busy_not_better = SuccessGap(
        "Everybody uses it, and the goal stays away",
        ours="nearly all users have started",
        theirs="our goal comes nearer",
        plan="put use beside their own figures, and change what does not help",
        cost="use without result is work",
        when=(users_started >= started_at) & off_track,
        phases=[finding],
        ref="S3.39",
    )

    promises = (
        never(proven).before(onboarding).because("S3.1"),
        never(renewal.in_question).when(managed).because("S3.46"),
        always_possible(renewal.quiet).until(over).because("S3.46"),
    )
