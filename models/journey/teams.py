"""Who does the work."""

from clmstate import Team

__all__ = ["ADMIN", "CSM", "SALES", "SPONSOR", "TECHNICAL", "TRAINING"]

SALES = Team("Sales", help="agrees on what is to be reached, and introduces whoever goes on")
CSM = Team("CSM", help="tailors the journey to the customer, and answers for the experience", ref="S1.8")
TECHNICAL = Team("Technical services", help="connects the product with what the customer has")
TRAINING = Team("Training", help="shows people how")
SPONSOR = Team("Sponsor", help="wants the outcome, and pays for it", side="customer")
ADMIN = Team("Customer's administrator", help="connects systems and invites people", side="customer")
