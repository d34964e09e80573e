"""The same contract for particular target markets: what differs is written down, everything else is inherited."""

from clmstate import Days, Threshold, Transition
from models.dynamic.contract import Contract
from models.dynamic.teams import CSM, DECISION_MAKER, NAMED_CSM, RENEWALS, SUPPORT
from models.practice import WINDOWS

__all__ = ["EnterpriseContract"]


class EnterpriseContract(Contract, market="Enterprise", version="3"):
    """The contract of a large customer: more people, longer decisions, one named person on our side.

    A falling score alone does not put a happy renewal at risk here: scores of large customers lag behind, and the named CSM hears of
    trouble first. A notice still does.
    """

    adopted_at = Threshold(0.70, help="in a large company seven in ten is everybody who can be reached")
    window_opens = Threshold(180, help=f"days before renewal: purchasing takes two quarters ({WINDOWS})")

    success = Contract.success.evolve(owner=NAMED_CSM, contributors=[CSM, SUPPORT, DECISION_MAKER], expected=Days(120, 600))

    class renewal(Contract.renewal):
        """The contract is about to end: purchasing decides with the decision maker."""

        happy = Contract.renewal.happy.evolve(owner=NAMED_CSM, contributors=[RENEWALS, DECISION_MAKER], expected=Days(30, 180))

    worry = Transition.dropped()
