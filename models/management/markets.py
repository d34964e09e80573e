"""Three target markets: each has windows, owners and touchpoints of its own; everything else is inherited (S2.4, S2.11)."""

from clmstate import Days, Event, Play, Threshold, Touchpoint
from models.management.relationship import HAND_OVER, Relationship
from models.management.teams import (
    ACCOUNT_TEAM,
    BUYER,
    CUSTOMER_SUCCESS,
    FINANCE_AND_LEGAL,
    MARKETING,
    ONBOARDING,
    OPERATIONS,
    PRE_SALES,
    PRODUCT,
    SALES,
    SELF_SERVICE,
    SUPPORT,
)
from models.practice import WINDOWS

__all__ = ["EnterpriseRelationship", "MidMarketRelationship", "SmallBusinessRelationship"]


class SmallBusinessRelationship(Relationship, market="SMB", refs=("S2.4", "S2.11")):
    """Up to fifty people: they try it alone, decide in days and hear from a person when something is wrong."""

    fits_at = Threshold(40, help="a trial costs neither side much")
    little_effort = Threshold(2, help="days: the owner does it on the side")
    window_opens = Threshold(30, help=f"days before renewal: most renew by themselves ({WINDOWS})")
    undecided_after = Threshold(14, help="days with an offer: after two weeks it is forgotten")

    evaluate = Relationship.evaluate.evolve(
        owner=SELF_SERVICE,
        contributors=[PRE_SALES],
        expected=Days(7, 21),
        touchpoints=Touchpoint(
            "Guided trial",
            why="they see their own first result in an hour, without talking to anybody",
            how="three steps in the product, a mail for each that is not done",
            owner=SELF_SERVICE,
            due=Days(7),
            done=Relationship.value_shown,
            ours="the steps",
            theirs="an hour",
            category="Sales",
            verdict="keep",
            ref="S2.23",
        ),
    )
    onboard = Relationship.onboard.evolve(owner=SELF_SERVICE, contributors=[SUPPORT], expected=Days(1, 14))
    benefit = Relationship.benefit.evolve(owner=SUPPORT, contributors=[CUSTOMER_SUCCESS], expected=Days(30, 365))

    trial_asked = Event("trial asked for", from_system="Website")

    skip_talks = Relationship.engage.to(Relationship.evaluate, on=trial_asked, why="they would rather try than talk", ref="S2.4")


class MidMarketRelationship(Relationship, market="Mid-market", refs=("S2.4", "S2.11")):
    """Fifty to a thousand people: as the lifecycle is written, with a window in which a budget fits."""

    window_opens = Threshold(120, help=f"days before renewal: there is a budget round in between ({WINDOWS})")

    benefit = Relationship.benefit.evolve(contributors=[SUPPORT, OPERATIONS, PRODUCT])


class EnterpriseRelationship(Relationship, market="Enterprise", refs=("S2.4", "S2.11")):
    """More than a thousand people: many decide, purchasing takes half a year, one account team stays with them."""

    fits_at = Threshold(75, help="a year of selling has to be worth it")
    little_effort = Threshold(60, help="days of a project team")
    live_at = Threshold(0.30, help="monthly active users over seats: a first division is a beginning")
    adopted_at = Threshold(0.70, help="monthly active users over seats: seven in ten is everybody who can be reached")
    window_opens = Threshold(180, help=f"days before renewal: a large account ({WINDOWS})")
    undecided_after = Threshold(120, help="days with an offer: legal and purchasing take a quarter")

    engage = Relationship.engage.evolve(owner=ACCOUNT_TEAM, contributors=[SALES, MARKETING], expected=Days(30, 180))
    buy = Relationship.buy.evolve(
        owner=ACCOUNT_TEAM,
        contributors=[FINANCE_AND_LEGAL, BUYER],
        expected=Days(60, 270),
        touchpoints=[
            *Relationship.buy.touchpoints,
            Touchpoint(
                "Security and purchasing review",
                why="their own experts are convinced before the board asks them",
                how="one call each, all answers in one file",
                owner=FINANCE_AND_LEGAL,
                due=Days(45),
                ours="the file",
                theirs="their list of questions",
                category="Sales",
                verdict="keep",
            ),
        ],
    )
    onboard = Relationship.onboard.evolve(
        contributors=[ACCOUNT_TEAM, SUPPORT, OPERATIONS], expected=Days(60, 180), owner=ONBOARDING
    )
    benefit = Relationship.benefit.evolve(owner=ACCOUNT_TEAM, contributors=[CUSTOMER_SUCCESS, SUPPORT], expected=Days(180, 720))
    for_life = Relationship.for_life.evolve(owner=ACCOUNT_TEAM, contributors=[CUSTOMER_SUCCESS, PRODUCT, MARKETING])

    sign = Relationship.sign.evolve(
        plays=[
            HAND_OVER,
            Play("Name the project leads on both sides", why="large projects need two names", owner=ACCOUNT_TEAM, due=Days(5)),
        ]
    )
