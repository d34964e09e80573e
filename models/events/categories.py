"""The seven categories of lifecycle events; every event, milestone and touchpoint of this package is in one of them."""

from typing import Final

__all__ = ["ADVOCACY", "ALL", "COLLABORATION", "EXPANSION", "ONBOARDING", "RENEWAL", "REVIEW", "USAGE"]

ONBOARDING: Final = "Onboarding"
USAGE: Final = "Product usage"
EXPANSION: Final = "Expansion"
ADVOCACY: Final = "Advocacy"
REVIEW: Final = "Executive review"
RENEWAL: Final = "Renewal"
COLLABORATION: Final = "Research and collaboration"

ALL: Final = (ONBOARDING, USAGE, EXPANSION, ADVOCACY, REVIEW, RENEWAL, COLLABORATION)
