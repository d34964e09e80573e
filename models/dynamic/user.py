"""One person who works with the product: they are won and lost one by one."""

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
    anywhere,
    days_in_phase,
)
from models.dynamic.plays import ASK_WHY, FIND_SUCCESSOR, INVITE_TO_CIRCLE, WELCOME
from models.dynamic.teams import CSM, CUSTOMER_ADMIN, IMPLEMENTATION, KEY_USERS
from models.practice import NPS

__all__ = ["User"]


class User(Lifecycle, refs=("S4.6", "S4.17")):
    """One user, from invitation to champion; people may fall asleep and wake up again.

    A user can be in Adoption while the contract is in Renewal: each person has their own pace.
    """

    logins_28d = Signal.count("login in the last 28 days", plural="logins in the last 28 days", from_system="Product", ref="S4.31")
    features = Signal.count("core feature used", plural="core features used", default=0, from_system="Product")
    trained = Signal.flag("trained", opposite="not trained", default=False, from_system="Learning portal")
    nps = Signal.integer("NPS answer", 0, 10, from_system="Survey", ref="S4.32")
    decides = Signal.flag("decision maker", opposite="no decision maker", default=False, from_system="CRM", ref="S4.33")
    departure = Event("user left the company", from_system="CRM", ref="S4.25")

    regular_at = Threshold(8, help="logins in 28 days: twice a week")
    critic_at = Threshold(6, help=f"NPS answer: up to 6 is a critic ({NPS})")
    promoter_at = Threshold(9, help=f"NPS answer: who says 9 or 10 recommends us ({NPS})")
    slipping_at = Threshold(4, help="logins in 28 days: less than once a week")
    daily_at = Threshold(16, help="logins in 28 days: most working days")

    invited = Phase(
        "Invited",
        initial=True,
        owner=IMPLEMENTATION,
        contributors=[CUSTOMER_ADMIN],
        goal="I know why I got this invitation",
        questions=["What is in it for me?"],
        expected=Days(1, 14),
        ref="S4.26",
        touchpoints=Touchpoint(
            "Invitation",
            why="people open what a colleague sends them",
            how="from a key user, with one task to try",
            owner=KEY_USERS,
            due=Days(1),
            done=logins_28d >= 1,
            ours="the text",
            theirs="the sender",
            category="Onboarding",
            verdict="keep",
        ),
    )
    activated = Phase(
        "Activated",
        owner=IMPLEMENTATION,
        contributors=[KEY_USERS],
        goal="I can do my first task with it",
        questions=["How do I do what I did before?"],
        expected=Days(7, 45),
        ref="S4.18",
        touchpoints=Touchpoint(
            "Training",
            why="who is shown once, tries twice",
            how="30 minutes for one role",
            owner=CSM,
            due=Days(21),
            done=trained,
            ours="the trainer",
            theirs="30 minutes",
            category="Training",
            verdict="keep",
        ),
    )
    adopted = Phase(
        "Adopted", owner=CSM, goal="I do my daily work with it", questions=["What else can it do?"], standing="good", ref="S4.19"
    )
    champion = Phase(
        "Champion",
        owner=CSM,
        goal="I am known for what I do with it",
        questions=["Who listens to my ideas?"],
        standing="good",
        ref="S4.20",
    )
    dormant = Phase(
        "Dormant",
        owner=CSM,
        goal="Nobody bothers me with what I do not need",
        questions=["Why should I come back?"],
        standing="at_risk",
    )
    left = Phase(
        "Left",
        final=True,
        owner=CSM,
        goal="I leave my work in good order",
        questions=["Who takes over what I made?"],
        standing="lost",
        ref="S4.25",
    )
    employed = invited | activated | adopted | champion | dormant

    activate = invited.to(activated, when=logins_28d >= 1, plays=WELCOME, why="they came and had a look")
    adopt = activated.to(
        adopted,
        when=(logins_28d >= regular_at) & (features >= 3) & trained,
        why="they come twice a week, use what matters and know how",
        ref="S4.19",
    )
    promote = adopted.to(
        champion,
        when=(logins_28d >= daily_at) & (features >= 6) & (nps >= promoter_at),
        plays=INVITE_TO_CIRCLE,
        why="they use it nearly every day and would recommend it",
        ref="S4.32",
    )
    doze = (activated | adopted | champion).to(
        dormant, when=logins_28d == 0, plays=ASK_WHY, why="they have not come for four weeks", ref="S4.31"
    )
    slip = adopted.to(activated, when=logins_28d < slipping_at, why="less than once a week is no habit", ref="S4.10")
    step_back = champion.to(
        adopted,
        when=(logins_28d < regular_at) | (nps <= critic_at),
        kind="relapse",
        why="they no longer use or recommend it as they did",
    )
    wake = dormant.to(
        activated, when=logins_28d >= 1, plays=WELCOME, why="they are back: start again from what they know", ref="S4.5"
    )
    depart = anywhere.to(left, on=departure, plays=FIND_SUCCESSOR, why="the person is gone", ref="S4.25")

    first_login = Milestone("First login", when=logins_28d >= 1, category="Onboarding")
    all_round = Milestone("Six core features used", when=features >= 6, category="Usage")

    never_came = Risk(
        "Invited, never came",
        sign=days_in_phase > 14,
        phases=[invited],
        mitigation="communicate",
        plays=ASK_WHY,
        ref="S4.8, S4.14",
    )
    absent_decider = Risk(
        "A decision maker who does not look",
        sign=decides & (logins_28d == 0),
        mitigation=["escalate", "communicate"],
        plays=Play("Bring the result to them", owner=CSM, due=Days(7)),
        ref="S4.33",
    )
    untrained = SuccessGap(
        "Uses it without knowing how",
        ours="an account was made",
        theirs="it saves me time",
        plan="30 minutes of training by role",
        cost="questions to Support, and the old way beside the new one",
        when=(logins_28d >= regular_at) & ~trained,
        phases=[activated],
    )

    accepts = {"CLM518 doze": "the count covers four weeks already: nobody goes from one login to none overnight"}
