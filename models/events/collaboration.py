"""Research and collaboration: the air in which all other events happen."""

from clmstate import Days, Event, Lifecycle, Phase, Play, Risk, Signal, Threshold, Touchpoint
from models.events.categories import COLLABORATION
from models.events.teams import CSM, IMPLEMENTATION, SUPPORT, USERS

__all__ = ["Collaboration"]

TURN_FRICTION = Play(
    "Solve it, and show one thing more", why="friction is where help is noticed most", owner=SUPPORT, due=Days(1), ref="S3.33"
)
PASS_ON = Play("Tell the product team", why="what one customer hits, others will", owner=SUPPORT, due=Days(7), ref="S3.51")


class Collaboration(Lifecycle, title="Research and collaboration", refs=("S3.7", "S3.49")):
    """Always there, beside everything else: small contacts that change no phase of the agreement and still decide how it goes.

    It has no end, and none of its events moves the agreement by itself.
    """

    tickets = Signal.count("open ticket", default=0, from_system="Help desk", ref="S3.30")
    ticket_opened = Event("ticket opened", category=COLLABORATION, from_system="Help desk", ref="S3.30")
    friction_felt = Event("friction reported", category=COLLABORATION, from_system="Product", ref="S3.33")
    answered = Event("problem solved", category=COLLABORATION, from_system="Help desk", ref="S3.33")
    bought_more = Event("upsell or cross-sell", category=COLLABORATION, from_system="CRM", ref="S3.31")
    idea_shared = Event("idea shared", category=COLLABORATION, from_system="CS platform")

    many = Threshold(3, help="open tickets: more than one person can keep in mind")

    smooth = Phase(
        "Smooth",
        initial=True,
        owner=CSM,
        contributors=[SUPPORT, USERS],
        goal="Somebody is there when we need them, and nobody when we do not",
        questions=["Who can I ask?"],
        standing="good",
        ref="S3.49",
        touchpoints=Touchpoint(
            "Short question, short answer",
            why="they get on with their work within the hour",
            how="wherever they ask: chat, mail, in the product",
            owner=SUPPORT,
            due=Days(1),
            ours="an answer",
            theirs="the question",
            category=COLLABORATION,
            verdict="keep",
        ),
    )
    friction = Phase(
        "Friction",
        owner=SUPPORT,
        contributors=[CSM, IMPLEMENTATION],
        goal="It is solved, and we know why it happened",
        questions=["When does it work again?"],
        expected=Days(0, 7),
        standing="watch",
        ref="S3.33",
    )

    stumble = smooth.to(
        friction,
        on=friction_felt,
        plays=TURN_FRICTION,
        kind="at_risk",
        why="they are stuck: a chance to be worth more than a fix",
        ref="S3.33",
    )
    pile_up = smooth.to(
        friction, when=tickets >= many, plays=TURN_FRICTION, kind="at_risk", why="too many open tickets at once", ref="S3.30"
    )
    solved = friction.to(
        smooth, on=answered, when=tickets == 0, kind="recovery", why="everything is answered, and somebody has said so"
    )
    ask = smooth.stay(on=ticket_opened, why="somebody asks: that is how people learn it", ref="S3.30")
    ask_again = friction.stay(on=ticket_opened, plays=PASS_ON, why="one more asks the same", ref="S3.30")
    buy_along = smooth.stay(on=bought_more, why="a by-product of everything else: no play, no celebration, no phase", ref="S3.31")
    listen_to = smooth.stay(on=idea_shared, plays=PASS_ON, why="they think along", ref="S3.51")

    unheard = Risk("Questions pile up", sign=tickets >= many, mitigation="escalate", plays=TURN_FRICTION, ref="S3.30")
