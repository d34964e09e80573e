"""The same lifecycle where buyers are single people: how many stages there are depends on product and customer (S0.9)."""

from clmstate import Days, Threshold, Transition
from models.gap_analysis.client import Client
from models.gap_analysis.teams import CUSTOMER_SUCCESS, SUPPORT

__all__ = ["ConsumerClient"]


class ConsumerClient(Client, market="Consumer", refs=("S0.9",)):
    """One person who buys for themselves: nobody holds a launch event, and being ready is being live."""

    ready_at = Threshold(0.20, help="one look at the tour is enough")
    tired_after = Threshold(14, help="days in Onboarding: who pays alone waits two weeks, not a quarter")

    onboarding = Client.onboarding.evolve(owner=SUPPORT, contributors=[], expected=Days(1, 7), touchpoints=[])
    launch = Client.launch.evolve(owner=SUPPORT, contributors=[CUSTOMER_SUCCESS], expected=Days(1, 7), touchpoints=[])

    go_live = Client.go_live.evolve(
        when=Client.setup_done & (Client.users_active >= Client.live_at), why="there is nobody to hold an event for"
    )
    undo_setup = Transition.dropped()
