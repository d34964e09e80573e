"""Generated tests: the prover finds customers who take each transition, and those one step short of it."""

from clmstate.testing.generated.customers import Deed, Scene, Wired, scenes_of
from clmstate.testing.generated.deciding import Decided, decisions
from clmstate.testing.generated.journeys import (
    Journeys,
    Shown,
    Told,
    Unreached,
    fewest_journeys,
    pair_journeys,
    shown_transitions,
)
from clmstate.testing.generated.rivalling import Resumed, Rivals, resumed, rivals
from clmstate.testing.generated.whole import customer_blocks, customer_imports
from clmstate.testing.generated.writing import Rewritten, blocks, rewritten

__all__ = [
    "Decided",
    "Deed",
    "Journeys",
    "Resumed",
    "Rewritten",
    "Rivals",
    "Scene",
    "Shown",
    "Told",
    "Unreached",
    "Wired",
    "blocks",
    "customer_blocks",
    "customer_imports",
    "decisions",
    "fewest_journeys",
    "pair_journeys",
    "resumed",
    "rewritten",
    "rivals",
    "scenes_of",
    "shown_transitions",
]
