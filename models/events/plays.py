"""What the team does around the agreement."""

from clmstate import Days, Play
from models.events.teams import CSM, EXECUTIVE, IMPLEMENTATION, MARKETING, RENEWALS, SALES

__all__ = [
    "ASK_FOR_TESTIMONIAL",
    "CALL",
    "CELEBRATE",
    "COURT",
    "GET_BACK_ON_TRACK",
    "HAND_OVER_FROM_SALES",
    "HAND_OVER_TO_RENEWALS",
    "LEARN",
    "MEND_START",
    "OFFER",
    "PREPARE_REVIEW",
    "THANK",
]

HAND_OVER_FROM_SALES = Play(
    "Introduce everybody while Sales is still there",
    why="trust in one person is not trust in the next",
    how="one call: Sales tells the story, the customer corrects it, the CSM repeats it",
    owner=SALES,
    due=Days(3),
    ref="S3.18",
)
HAND_OVER_TO_RENEWALS = Play(
    "Introduce Renewals as Sales once introduced us",
    why="the second hand-over deserves as much care as the first",
    how="one call, with what was reached and what was not",
    owner=CSM,
    due=Days(7),
    ref="S3.19",
)
COURT = Play("Talk with those whom they sent", why="a friend's word opens the door", owner=SALES, due=Days(3), ref="S3.56")
MEND_START = Play(
    "Start anew, openly", why="a bad start is the main reason to leave", owner=IMPLEMENTATION, due=Days(3), ref="S3.52"
)
CELEBRATE = Play("Celebrate together", why="what is noticed is repeated", owner=CSM, due=Days(7), ref="S3.36")
ASK_FOR_TESTIMONIAL = Play(
    "Ask for their word",
    why="now that there is something to tell, they like to tell it",
    owner=MARKETING,
    due=Days(21),
    ref="S3.38",
)
THANK = Play("Thank in person", why="their name is the most that they can give", owner=EXECUTIVE, due=Days(5))
PREPARE_REVIEW = Play(
    "Prepare it as an executive review",
    why="whenever those who decide are in the room, it is about goals, result, shortfall and the way back",
    how="one page, also for a chance meeting",
    owner=CSM,
    due=Days(2),
    ref="S3.42",
)
GET_BACK_ON_TRACK = Play(
    "Agree on the way back", why="a shortfall without a plan is an accusation", owner=CSM, due=Days(14), ref="S3.40"
)
CALL = Play("Call, without an agenda", why="no number replaces a voice", owner=CSM, due=Days(5), ref="S3.44")
OFFER = Play("Send the two pages", why="there is nothing left to discuss", owner=RENEWALS, due=Days(14), ref="S3.46")
LEARN = Play("Ask what we should have done", why="the lifecycle gets better by every loss", owner=CSM, due=Days(14), ref="S3.51")
