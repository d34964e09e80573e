"""The customer lifecycle journey: four stages, twelve touchpoints in their order, each with its why and how.

The source names the stages and the touchpoints, but does not say which touchpoint belongs to which stage, what moves a customer, or what
the symptoms of a missing journey look like in data. The mapping keeps the order and is ours, as are all numbers. The second
touchpoint is called as its stage is; here it is the call that opens it. `account` is the lifecycle, `markets` what is different for
small customers, and `accounts.csv` tells of three of them.
"""

from models.journey.account import Account
from models.journey.markets import SmallAccount

__all__ = ["Account", "SmallAccount"]
