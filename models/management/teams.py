"""The organisations that a customer meets, and those on the customer's side."""

from clmstate import Team

__all__ = [
    "ACCOUNT_TEAM",
    "BUYER",
    "CUSTOMER_SUCCESS",
    "FINANCE_AND_LEGAL",
    "MARKETING",
    "ONBOARDING",
    "OPERATIONS",
    "PRE_SALES",
    "PRODUCT",
    "SALES",
    "SELF_SERVICE",
    "SUPPORT",
]

MARKETING = Team("Marketing", help="is found by those who have the problem", ref="S2.15")
SALES = Team("Sales", help="listens, and makes it easy to decide", ref="S2.15")
PRE_SALES = Team("Solution consulting", help="shows that it solves their problem, with their data", ref="S2.15")
FINANCE_AND_LEGAL = Team("Finance and Legal", help="makes the contract as short as it can be", ref="S2.15")
ONBOARDING = Team("Onboarding", help="brings the first value", ref="S2.15")
SUPPORT = Team("Support", help="answers, day by day", ref="S2.15")
PRODUCT = Team("Product", help="builds what customers need next", ref="S2.15")
CUSTOMER_SUCCESS = Team("Customer Success", help="guides to more value, year after year", ref="S2.15")
ACCOUNT_TEAM = Team("Account team", help="one seller and one CSM for one large customer")
SELF_SERVICE = Team("Self-service", help="pages, mails and a trial that lead through it without a person")

BUYER = Team("Buyer", help="signs, and will be asked whether it was right", side="customer")
OPERATIONS = Team("Operations", help="works with it, and feels what it saves", side="customer")
