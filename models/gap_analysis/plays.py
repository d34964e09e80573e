"""What the team does about a risk: escalate, educate or communicate (S0.20)."""

from clmstate import Days, Play
from models.gap_analysis.teams import CUSTOMER_SUCCESS, IMPLEMENTATION, SALES, TRAINING

__all__ = [
    "AGREE_AGAIN",
    "BRIEF_NEW_CONTACT",
    "CELEBRATE",
    "COACH",
    "EXIT_TALK",
    "FILL_SKILLS",
    "HAND_OVER",
    "MAKE_UP_FOR_START",
    "NEXT_GOAL",
    "SHORTEN",
    "SHOW_BEST_PRACTICE",
    "SHOW_SOURCE",
    "WIN_BACK_USERS",
]

HAND_OVER = Play(
    "Hand over what was promised", why="nobody should have to tell it twice", how="joint call, one page", owner=SALES, due=Days(3)
)
FILL_SKILLS = Play("Fill the missing skills", why="nobody uses what they cannot do", owner=TRAINING, due=Days(14), ref="S0.20")
SHOW_BEST_PRACTICE = Play(
    "Show how others do it", why="they need not make every mistake themselves", owner=CUSTOMER_SUCCESS, due=Days(14), ref="S0.20"
)
SHORTEN = Play(
    "Cut the plan to what is needed first", why="long projects tire those who carry them", owner=IMPLEMENTATION, due=Days(5)
)
AGREE_AGAIN = Play(
    "Agree again on what it can and cannot do",
    why="disappointment is a promise that was misheard",
    owner=CUSTOMER_SUCCESS,
    due=Days(5),
)
SHOW_SOURCE = Play(
    "Trace one number together",
    why="people trust a number that they have followed to its source",
    owner=CUSTOMER_SUCCESS,
    due=Days(10),
)
COACH = Play("Coach on the job", why="what is not followed through is forgotten", owner=TRAINING, due=Days(10))
WIN_BACK_USERS = Play("Ask those who stopped, one by one", why="each stopped for a reason", owner=CUSTOMER_SUCCESS, due=Days(7))
BRIEF_NEW_CONTACT = Play(
    "Brief the new key contact", why="a successor inherits the contract, not the conviction", owner=CUSTOMER_SUCCESS, due=Days(5)
)
MAKE_UP_FOR_START = Play(
    "Say openly that the start was bad, and make it good",
    why="what went wrong early is remembered at the end of the year",
    owner=CUSTOMER_SUCCESS,
    due=Days(10),
    ref="S0.8",
)
CELEBRATE = Play("Celebrate with those who did it", why="progress that is noticed goes on", owner=CUSTOMER_SUCCESS, due=Days(7))
NEXT_GOAL = Play("Write down the next goal", why="growth is the answer to their next question", owner=SALES, due=Days(21))
EXIT_TALK = Play(
    "Ask what we should have done", why="the next client should not leave for it", owner=CUSTOMER_SUCCESS, due=Days(14)
)
