"""The first year of a client in intervals, counted in days from signature.

The source asks a team to look at these "or similar" intervals and shows them in a diagram that is lost; these five are ours (S0.22).
"""

from clmstate import Days

__all__ = ["FIRST_MONTH", "FIRST_QUARTER", "FIRST_YEAR", "SECOND_HALF", "SECOND_QUARTER"]

FIRST_MONTH = Days(0, 30)
FIRST_QUARTER = Days(31, 90)
SECOND_QUARTER = Days(91, 180)
SECOND_HALF = Days(181, 365)

FIRST_YEAR = {
    "first month": FIRST_MONTH,
    "first quarter": FIRST_QUARTER,
    "second quarter": SECOND_QUARTER,
    "second half": SECOND_HALF,
}
