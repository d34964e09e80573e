"""A variant of the dynamic customer for a company that knows no users: adoption is fed from the usage of its products."""

from __future__ import annotations

from clmstate import Composition, Many, One
from models.dynamic.addon import AddOn
from models.dynamic.contract import Contract


class UsageCustomer(Composition):
    """One contract and its products; the contract is adopted when its products are used."""

    contract = One(Contract)
    products = Many(AddOn)

    wiring = (
        contract[Contract.users_adopted].fed_by(products.mean(AddOn.users_active)),
        contract[Contract.sponsor].fed_by(products.none_in(AddOn.cancelled)),
        products[AddOn.contract_open].fed_by(~contract.is_in(Contract.churned)),
    )
