"""What the team does when something moves: plays follow data and movement, never the calendar (S4.7)."""

from clmstate import Days, Play
from models.dynamic.teams import CSM, IMPLEMENTATION, RENEWALS, SALES, SUPPORT

__all__ = [
    "ASK_FOR_REFERENCE",
    "ASK_WHY",
    "CELEBRATE",
    "EXIT_TALK",
    "FIND_SUCCESSOR",
    "GROWTH_TALK",
    "HAND_OVER",
    "INVITE_TO_CIRCLE",
    "LEARN",
    "MAKE_GOOD",
    "MEET_NEW_DECISION_MAKER",
    "NEW_SUCCESS_PLAN",
    "RENEWAL_OFFER",
    "RETRAIN",
    "SAVE_CALL",
    "SAVE_PLAN",
    "SHOW_AGAIN",
    "TELL_USERS",
    "WELCOME",
]

# ---- for the contract

HAND_OVER = Play(
    "Hand over to Customer Success",
    why="the customer tells their story only once",
    how="joint call, written goals",
    owner=IMPLEMENTATION,
    due=Days(5),
)
RETRAIN = Play(
    "Retrain the teams that stopped",
    why="usage does not come back by itself",
    how="short sessions by role",
    owner=CSM,
    due=Days(10),
)
MEET_NEW_DECISION_MAKER = Play(
    "Meet the new decision maker",
    why="whoever pays must know what it is worth",
    how="value story of the past year, their goals for the next",
    owner=CSM,
    due=Days(10),
    ref="S4.33",
)
NEW_SUCCESS_PLAN = Play(
    "Write a new success plan",
    why="the old goals are no longer theirs",
    how="one workshop, one page",
    owner=CSM,
    due=Days(21),
    ref="S4.28",
)
MAKE_GOOD = Play(
    "Call and make it good",
    why="a bad experience that is answered builds trust",
    how="call within two days, fix, report back",
    owner=SUPPORT,
    due=Days(2),
    ref="S4.30",
)
ASK_FOR_REFERENCE = Play(
    "Ask for a reference",
    why="the best moment to ask is right after a good one",
    how="one question, one example to copy",
    owner=CSM,
    due=Days(14),
    ref="S4.29",
)
SAVE_CALL = Play(
    "Call the decision maker",
    why="a notice is a question before it is an answer",
    how="listen first, no offer in the first call",
    owner=RENEWALS,
    due=Days(2),
)
SAVE_PLAN = Play(
    "Agree on a save plan",
    why="both sides must see what has to change, and by when",
    how="three actions with names and dates",
    owner=RENEWALS,
    due=Days(7),
)
RENEWAL_OFFER = Play(
    "Send the renewal offer",
    why="a good customer should never have to ask for the paper",
    how="same terms, two pages",
    owner=RENEWALS,
    due=Days(14),
)
GROWTH_TALK = Play(
    "Show what else would help",
    why="they have outgrown what they bought",
    how="from their goals, not from our price list",
    owner=SALES,
    due=Days(14),
)
CELEBRATE = Play(
    "Celebrate together",
    why="people remember progress that was noticed",
    how="a note to the team and to their manager",
    owner=CSM,
    due=Days(7),
)
EXIT_TALK = Play(
    "Ask what we should have done",
    why="the next customer should not leave for the same reason",
    how="30 minutes, no offer",
    owner=CSM,
    due=Days(14),
)

# ---- for an added product

SHOW_AGAIN = Play("Show it once more on their own work", why="it was bought for a reason that still holds", owner=CSM, due=Days(10))
TELL_USERS = Play(
    "Tell its users what happens to it", why="nobody should find out by a login that fails", owner=SUPPORT, due=Days(1)
)
LEARN = Play(
    "Ask what it was missing", why="a product that is sent back teaches more than one that is kept", owner=SALES, due=Days(14)
)

# ---- for a user

WELCOME = Play("Welcome and show the first step", why="the first ten minutes decide", owner=IMPLEMENTATION, due=Days(1))
INVITE_TO_CIRCLE = Play("Invite to the circle of champions", why="people who help others stay", owner=CSM, due=Days(14))
ASK_WHY = Play("Ask what got in the way", why="most people who stop were stopped by something small", owner=CSM, due=Days(7))
FIND_SUCCESSOR = Play("Ask who takes over", why="knowledge leaves with people", owner=CSM, due=Days(5))
