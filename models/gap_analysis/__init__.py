"""Minding the gap: from presales to growth, with the risks and success gaps of each phase, each pinned to its time in the first year.

The source names six stages in order and says that a mature customer must have come through the early ones; it lists five concerns about
the provider's own process, eight risks, eight success gaps and what an open gap costs. It does not say what moves a customer, how far a
customer may fall back, which number shows a risk, or (its diagram is lost) at which intervals a team looks: those are our choices, and each
threshold says so. `client` is the lifecycle, `markets` the same for consumers, `timeline` the intervals of the first year, `costs`
what an open gap costs. `clients.csv` tells of four clients: one who thrives, one who starts badly, one who is lost, one we nearly
misunderstood. `team_input.csv` is what eight people told us, for `clmstate gaps`.
"""

from models.gap_analysis.client import Client
from models.gap_analysis.markets import ConsumerClient

__all__ = ["Client", "ConsumerClient"]
