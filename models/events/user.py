"""One user, on the way to a champion."""

from clmstate import Days, Event, Lifecycle, Milestone, Phase, Play, Risk, Signal, SuccessGap, Threshold, Touchpoint, anywhere
from models.events.categories import COLLABORATION, EXPANSION, USAGE
from models.events.teams import CHAMPIONS, CSM, SUPPORT, USERS
from models.practice import NPS

__all__ = ["User"]

WELCOME = Play("Welcome by name", why="a person who is noticed comes back", owner=CSM, due=Days(2), ref="S3.36")
SHARE = Play("Tell their sponsor", why="growth that nobody notices is not celebrated", owner=CSM, due=Days(7), ref="S3.24")
INVITE_TO_TEACH = Play("Invite to teach others", why="a champion is somebody whom others ask", owner=CSM, due=Days(14))
ASK_WHY = Play("Ask what got in the way", why="most stop for something small", owner=CSM, due=Days(7))


class User(Lifecycle, refs=("S3.17",)):
    """One person: invited, active, champion; a hundred users are not yet a hundred champions."""

    logins_28d = Signal.count("login in 28 days", plural="logins in 28 days", from_system="Product")
    knows_goal = Signal.flag(
        "knows what it is good for in their company",
        opposite="does not know what it is good for",
        default=False,
        from_system="Survey",
        ref="S3.50",
    )
    nps = Signal.integer("NPS answer", 0, 10, from_system="Survey")
    talk = Event("one-to-one talk held", category=COLLABORATION, from_system="CS platform", ref="S3.32")
    departure = Event("user has left", category=COLLABORATION, from_system="CRM")

    often_at = Threshold(8, help="logins in 28 days: twice a week")
    critic_at = Threshold(6, help=f"NPS answer: up to 6 is a critic ({NPS})")
    promoter_at = Threshold(9, help=f"NPS answer: who says 9 or 10 recommends us ({NPS})")
    seldom_at = Threshold(2, help="logins in 28 days: fewer is no use")

    invited = Phase(
        "Invited",
        initial=True,
        owner=CSM,
        contributors=[USERS],
        goal="I know what I would use it for",
        questions=["Why me?"],
        expected=Days(1, 21),
        touchpoints=Touchpoint(
            "Invitation with a first task",
            why="they save time on the first day",
            how="from a champion, one task of theirs, two minutes",
            owner=CHAMPIONS,
            due=Days(3),
            done=logins_28d >= 1,
            ours="the task",
            theirs="two minutes",
            category=USAGE,
            verdict="keep",
        ),
    )
    active = Phase(
        "Active",
        owner=CSM,
        contributors=[SUPPORT],
        goal="It is part of my week",
        questions=["What else can it do for me?"],
        standing="good",
        touchpoints=Touchpoint(
            "Link to the company's goal",
            why="their work is seen as part of something larger",
            how="five minutes in the team meeting: our goal, what we do with it, what it brought",
            owner=CHAMPIONS,
            due=Days(30),
            done=knows_goal,
            ours="the numbers",
            theirs="the goal",
            category=USAGE,
            verdict="keep",
            ref="S3.50",
        ),
    )
    champion = Phase(
        "Champion",
        owner=CSM,
        contributors=[CHAMPIONS],
        goal="Others come to me with it",
        questions=["Who listens to my ideas?"],
        standing="good",
        ref="S3.17",
    )
    asleep = Phase("Asleep", owner=CSM, goal="I am left in peace", questions=["Why should I come back?"], standing="at_risk")
    gone = Phase("Gone", final=True, owner=CSM, goal="My work is in good hands", questions=["Who takes over?"], standing="lost")

    begin = invited.to(
        active, when=logins_28d >= seldom_at, plays=WELCOME, why="they have begun: one more proof that it helps", ref="S3.24"
    )
    win = active.to(
        champion,
        when=(logins_28d >= often_at) & (nps >= promoter_at) & knows_goal,
        plays=INVITE_TO_TEACH,
        why="they use it, would recommend it, and know what for",
        ref="S3.17, S3.50",
    )
    step_back = champion.to(
        active, when=(logins_28d < seldom_at) | (nps <= critic_at) | ~knows_goal, kind="relapse", why="they no longer win others"
    )
    doze = active.to(asleep, when=logins_28d == 0, plays=ASK_WHY, why="four weeks without a visit")
    wake = asleep.to(active, when=logins_28d >= seldom_at, plays=WELCOME, why="they are back")
    listen_to = active.stay(on=talk, why="what one person says is worth more than what a hundred click", ref="S3.32")
    ask_champion = champion.stay(on=talk, why="champions know first what others will want", ref="S3.32")
    leave_company = anywhere.to(gone, on=departure, why="they have left")

    new_user = Milestone("One more person uses it", when=logins_28d >= seldom_at, plays=SHARE, category=EXPANSION, ref="S3.24")

    absent = Risk("Invited, and never seen", sign=logins_28d == 0, phases=[invited], mitigation="communicate", plays=WELCOME)
    no_link = SuccessGap(
        "Uses it without knowing what for",
        ours="twice a week in the product",
        theirs="my work counts for our goals",
        plan="five minutes in the next team meeting",
        cost="whoever sees no sense stops when it gets busy",
        when=(logins_28d >= often_at) & ~knows_goal,
        phases=[active],
        ref="S3.50",
    )
