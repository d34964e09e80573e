"""The whole customer: one contract, the products that were added to it, and the people who work with them."""

from clmstate import Composition, Many, One, always_possible, never
from models.dynamic.addon import AddOn
from models.dynamic.contract import Contract
from models.dynamic.markets import EnterpriseContract
from models.dynamic.user import User

__all__ = ["Customer", "EnterpriseCustomer"]


class Customer(Composition):
    """One customer: each part has its own lifecycle and its own pace, and each looks at the others only where it must.

    A user may still be learning while the contract is in Renewal (S4.11), and a product that is bought in month five begins with its
    own implementation while the contract is in Success.

    A person who leaves the company leaves an empty seat: it counts among the users until the administrator closes the account (the
    member leaves) or gives it to somebody else (another member joins).
    """

    contract = One(Contract, label="contract", help="the primary product and its annual subscription", ref="S4.15")
    products = Many(
        AddOn,
        opens_on=Contract.product_bought,
        label="added products",
        help="whoever buys one opens a branch with its name",
        ref="S4.13, S4.16",
    )
    users = Many(User, label="users", help="everybody with an account, invited or at home in it", ref="S4.11, S4.13, S4.17")

    wiring = (
        # the contract is adopted when its users are: nobody reports a percentage (S4.19)
        contract[Contract.users_adopted].fed_by(users.share_in(User.adopted, User.champion)),
        # somebody who decides is still in the company; over nobody this is False, so the last one to go is noticed too (S4.33)
        contract[Contract.sponsor].fed_by(users.where(User.decides).any_in(User.employed)),
        # products wait as soon as there is no contract
        products[AddOn.contract_open].fed_by(~contract.is_in(Contract.churned)),
    )

    promises = (
        # whoever has left uses nothing any more
        never(contract.is_in(Contract.churned) & products.any_in(AddOn.running)).because("S4.16"),
        # nobody is called live, successful or up for renewal before half of their people have worked with it once
        never(contract.is_in(Contract.adoption, Contract.success, Contract.renewal, Contract.growth))
        .before(users.share_in(User.adopted, User.champion) >= 0.5)
        .because("S4.18"),
        # nobody is written off: as long as there is a contract, there is a way (back) to success
        always_possible(contract.is_in(Contract.success)).until(contract.is_in(Contract.churned)).because("S4.5"),
    )


class EnterpriseCustomer(Customer, market="Enterprise", version="3"):
    """A large customer: its contract has other limits, a longer renewal and a named person on our side; products and users are the same."""

    contract = One(EnterpriseContract, label="contract", help="the primary product, bought by a purchasing department", ref="S4.15")
