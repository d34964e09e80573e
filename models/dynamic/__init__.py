"""The dynamic customer lifecycle: behaviour and data decide, customers go back as well as forward, branches open on the way.

Three lifecycles, as the source asks for: the primary contract (`contract`), each product that is added to it (`addon`) and each
person who works with it (`user`). `customer` puts them together into one customer. `calendar` is the old way, as a warning. `markets` holds the variants for target markets and
`teams` who does the work. Two sample customers tell how it goes: `acme.csv` eighteen months of one contract, and `customer_acme.csv`
twenty-six months of a customer with all its products and people.
"""

from models.dynamic.addon import AddOn
from models.dynamic.calendar import CalendarContract
from models.dynamic.contract import Contract
from models.dynamic.customer import Customer, EnterpriseCustomer
from models.dynamic.markets import EnterpriseContract
from models.dynamic.user import User

__all__ = ["AddOn", "CalendarContract", "Contract", "Customer", "EnterpriseContract", "EnterpriseCustomer", "User"]
