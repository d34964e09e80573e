"""How to manage the customer lifecycle: seven categories of events, from before the contract to a renewal that is none.

Six categories are about single events (onboarding, usage, expansion, advocacy, executive reviews, renewal); the seventh, research and
collaboration, is the air in which they happen. So a customer is made of parts: the `agreement` with its renewals, a lifecycle of its own for
each `product` (the same model, with another priority each), the `user`s on their way to champions, and `collaboration`, which is always
there and ends never. The source says what to celebrate, when to ask, who hands over to whom and what to avoid. It does not say in
which phases a customer stands, nor any number except that showing up ninety days before renewal is too late: phases, rules and
thresholds are ours. `markets` says how often executives meet in small and large companies. `customers.csv` tells of three customers.
"""

from models.events.agreement import Agreement
from models.events.collaboration import Collaboration
from models.events.customer import Customer
from models.events.markets import LargeAgreement, LargeCustomer, SmallAgreement
from models.events.product import Product
from models.events.user import User

__all__ = ["Agreement", "Collaboration", "Customer", "LargeAgreement", "LargeCustomer", "Product", "SmallAgreement", "User"]
