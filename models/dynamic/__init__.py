"""The dynamic customer lifecycle: behaviour and data decide, customers go back as well as forward, branches open on the way.

Three lifecycles, as the source asks for: the primary contract (`contract`), each product that is added to it (`addon`) and each
person who works with it (`user`). `markets` holds the variants for target markets, `teams` who does the work, and `acme.csv` eighteen
months of one sample customer.
"""

from models.dynamic.addon import AddOn
from models.dynamic.contract import Contract
from models.dynamic.markets import EnterpriseContract
from models.dynamic.user import User

__all__ = ["AddOn", "Contract", "EnterpriseContract", "User"]
