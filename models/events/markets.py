"""How often executives meet depends on the size of a customer and on the relationship, not on quarters (S3.41)."""

from clmstate import Days, One, Threshold
from models.events.agreement import Agreement
from models.events.customer import Customer
from models.events.teams import CSM, EXECUTIVE
from models.practice import WINDOWS

__all__ = ["LargeAgreement", "LargeCustomer", "SmallAgreement"]


class LargeAgreement(Agreement, market="Enterprise"):
    """A large customer: executives change often, and much has to be decided."""

    review_after = Threshold(60, help="two months: much changes in a large company")
    window_opens = Threshold(180, help=f"days before renewal: purchasing takes half a year ({WINDOWS})")

    finding = Agreement.finding.evolve(owner=CSM, contributors=[EXECUTIVE], expected=Days(120, 480))


class SmallAgreement(Agreement, market="SMB"):
    """A small customer: the executive is the first user, and in touch anyway."""

    review_after = Threshold(120, help="four months: whoever decides sees it every day")
    window_opens = Threshold(60, help=f"days before renewal: they decide in weeks ({WINDOWS})")


class LargeCustomer(Customer, market="Enterprise"):
    """A large customer: its agreement is another, all else is the same."""

    agreement = One(LargeAgreement, label="agreement", help="with reviews as often as there is something to decide", ref="S3.41")
