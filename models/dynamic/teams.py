"""Who does the work: our teams, and the people on the customer's side (S4.3: many people are involved, on both sides)."""

from clmstate import Team

__all__ = ["CSM", "CUSTOMER_ADMIN", "DECISION_MAKER", "IMPLEMENTATION", "KEY_USERS", "NAMED_CSM", "RENEWALS", "SALES", "SUPPORT"]

SALES = Team("Sales", help="finds what else would help, and agrees on the price")
IMPLEMENTATION = Team("Implementation", help="sets the product up and trains the first users")
CSM = Team("Customer Success", help="sees that the customer reaches the goals they bought for")
NAMED_CSM = Team("Named CSM", help="one person for one large customer")
SUPPORT = Team("Support", help="answers questions and solves escalations")
RENEWALS = Team("Renewals", help="agrees on the next term in good time")

DECISION_MAKER = Team("Decision maker", help="pays for it, and answers for the result", side="customer", ref="S4.33")
CUSTOMER_ADMIN = Team("Customer's administrator", help="connects systems and invites users", side="customer")
KEY_USERS = Team("Key users", help="work with it every day, and show others how", side="customer")
