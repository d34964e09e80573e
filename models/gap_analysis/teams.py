"""Who does the work, on both sides."""

from clmstate import Team

__all__ = ["CUSTOMER_SUCCESS", "IMPLEMENTATION", "KEY_CONTACT", "MANAGEMENT", "SALES", "SUPPORT", "TRAINING"]

SALES = Team("Sales", help="agrees with the client on what is to be reached")
IMPLEMENTATION = Team("Implementation", help="makes it work in the client's own house", ref="S0.12")
TRAINING = Team("Training", help="shows each class of users what is in it for them", ref="S0.12")
CUSTOMER_SUCCESS = Team("Customer Success", help="sees that the client reaches the outcome", ref="S0.12")
SUPPORT = Team("Support", help="answers, and hears first what is too hard")
MANAGEMENT = Team("Management", help="decides what the lifecycle itself should change", ref="S0.17, S0.18")

KEY_CONTACT = Team("Key contact", help="the one person at the client through whom most things go", side="customer", ref="S0.30")
