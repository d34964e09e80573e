"""Who speaks with the customer: until onboarding only Sales, from then on many."""

from clmstate import Team

__all__ = [
    "CHAMPIONS",
    "CSM",
    "CUSTOMER_EXECUTIVES",
    "EXECUTIVE",
    "IMPLEMENTATION",
    "MARKETING",
    "PROFESSIONAL_SERVICES",
    "RENEWALS",
    "SALES",
    "SUPPORT",
    "USERS",
]

MARKETING = Team("Marketing", help="works with Customer Success before there is a customer", ref="S3.8")
SALES = Team("Sales", help="the only voice until onboarding; then it steps back, and trust has to be earned again", ref="S3.9")
CSM = Team("Customer Success", help="helps the customer to succeed; selling is a by-product", ref="S3.10")
IMPLEMENTATION = Team("Implementation", help="makes it run", ref="S3.11")
SUPPORT = Team("Support", help="solves it, and shows one thing more", ref="S3.12")
PROFESSIONAL_SERVICES = Team("Professional Services", help="adapts it where the standard does not reach", ref="S3.13")
RENEWALS = Team(
    "Renewals", help="does the paperwork of a decision that was made long ago; many companies have no such team", ref="S3.14"
)
EXECUTIVE = Team("Our executives", help="reward the days until customers speak for us, and meet their peers", ref="S3.15")

CUSTOMER_EXECUTIVES = Team("Customer's executives", help="know the goals, and decide", side="customer", ref="S3.16")
USERS = Team("Users", help="each of them is won alone", side="customer", ref="S3.17")
CHAMPIONS = Team("Champions", help="users who win others", side="customer", ref="S3.17")
