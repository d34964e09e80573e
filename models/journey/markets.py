"""The journey for small customers: what is different is written down, the stages are the same (S1.8, S1.11)."""

from clmstate import Days, Threshold
from models.journey.account import Account
from models.journey.teams import ADMIN, CSM, TRAINING

__all__ = ["SmallAccount"]

_KEPT = tuple(touchpoint for touchpoint in Account.onboarding.touchpoints if touchpoint.verdict != "skip")
"""What the last review of touchpoints left: whoever is small has no use for a workshop that few large ones need."""


class SmallAccount(Account, market="SMB", refs=("S1.8", "S1.11")):
    """A small customer: one person is sponsor, administrator and first user."""

    window_opens = Threshold(60, help="days before renewal: small customers decide in weeks")
    stuck_after = Threshold(30, help="days in Onboarding: what takes a small customer a month has a reason")

    onboarding = Account.onboarding.evolve(contributors=[TRAINING, ADMIN], expected=Days(3, 30), touchpoints=_KEPT)
    ongoing = Account.ongoing.evolve(owner=CSM, contributors=[TRAINING], expected=Days(120, 330))
