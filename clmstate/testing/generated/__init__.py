"""Generated tests: the prover finds customers who take each transition, and those one step short of it."""

from clmstate.testing.generated.journeys import Shown, Told, Unreached, pair_journeys, shown_transitions
from clmstate.testing.generated.writing import Rewritten, blocks, rewritten

__all__ = ["Rewritten", "Shown", "Told", "Unreached", "blocks", "pair_journeys", "rewritten", "shown_transitions"]
