"""One customer: the agreement, its products, its users, and the collaboration around them."""

from clmstate import Composition, Many, One
from models.events.agreement import Agreement
from models.events.collaboration import Collaboration
from models.events.product import Product
from models.events.user import User

__all__ = ["Customer"]


class Customer(Composition):
    """A customer with one lifecycle for each product: one product is the simple case, several only differ in priority."""

    agreement = One(Agreement, label="agreement", help="from before the contract to its renewals", ref="S3.20")
    products = Many(
        Product,
        opens_on=Agreement.product_agreed,
        label="products",
        help="each has the same lifecycle, and a priority of its own",
        ref="S3.34",
    )
    users = Many(User, label="users", help="each of them is won alone", ref="S3.17")
    collaboration = One(
        Collaboration,
        label="research and collaboration",
        help="beside everything else, from the first day to the last",
        ref="S3.7, S3.49",
    )

    wiring = (
        # what matters most to the customer decides whether they are live (S3.35)
        agreement[Agreement.key_product_works].fed_by(products.where(Product.priority == 1).all_in(Product.in_use, Product.full)),
        agreement[Agreement.users_started].fed_by(users.share_in(User.active, User.champion)),
        agreement[Agreement.friction].fed_by(collaboration.is_in(Collaboration.friction)),
    )
