"""One product that was added to the contract: it has a lifecycle of its own."""

from clmstate import (
    Days,
    Event,
    Lifecycle,
    Milestone,
    Phase,
    Risk,
    Signal,
    Threshold,
    Touchpoint,
    anywhere,
    days_in_phase,
    unless,
)
from models.dynamic.plays import LEARN, SHOW_AGAIN, TELL_USERS
from models.dynamic.teams import CSM, CUSTOMER_ADMIN, IMPLEMENTATION, KEY_USERS, SALES, SUPPORT

__all__ = ["AddOn"]


class AddOn(Lifecycle, title="Added product", refs=("S4.6", "S4.16")):
    """One added product, from purchase to success; it waits while the contract is not open.

    It enters its own implementation on the day it is bought, even if the contract has been in Success for years.
    """

    contract_open = Signal.flag(
        "contract open", opposite="contract not open", default=True, port=True, help="the composition feeds it from the contract"
    )
    set_up = Signal.flag("set-up signed off", opposite="set-up not signed off", default=False, from_system="PSA")
    users_active = Signal.share("licensed users active", from_system="Product", ref="S4.31")
    tickets = Signal.count("serious ticket", default=0, from_system="Help desk")
    cancellation = Event("cancellation received", from_system="CRM")

    live_at = Threshold(0.30, help="a third of its users: somebody in each team")
    adopted_at = Threshold(0.70, ref="S4.19")
    relapse_at = Threshold(0.50)

    class running(Phase.Group, label="In use", initial=True):
        """The contract is open, so the product can be worked with."""

        implementation = Phase(
            "Implementation",
            initial=True,
            owner=IMPLEMENTATION,
            contributors=[CUSTOMER_ADMIN],
            goal="We can start without stopping what already works",
            questions=["How does it fit to what we have?"],
            expected=Days(14, 60),
            ref="S4.27",
            touchpoints=Touchpoint(
                "Fit call",
                why="the new part must not disturb the old one",
                how="one hour with the administrator",
                owner=IMPLEMENTATION,
                due=Days(5),
                ours="a list of what is touched",
                theirs="the administrator",
                category="Onboarding",
                verdict="keep",
            ),
        )
        adoption = Phase(
            "Adoption",
            owner=CSM,
            contributors=[KEY_USERS],
            goal="The people it was bought for use it",
            questions=["What is it better at than what we had?"],
            expected=Days(30, 90),
            standing="watch",
            ref="S4.19",
        )
        success = Phase(
            "Success",
            owner=CSM,
            goal="It does what it was bought for",
            questions=["What would we lose without it?"],
            expected=Days(90, 365),
            standing="good",
            ref="S4.20",
        )

    paused = Phase(
        "Paused",
        owner=SUPPORT,
        goal="Nothing is lost while we sort out the contract",
        questions=["When can we go on?"],
        expected=Days(1, 30),
        standing="at_risk",
    )
    cancelled = Phase(
        "Cancelled",
        final=True,
        owner=SALES,
        goal="We stop paying for what we do not need",
        questions=["What happens to what we made with it?"],
        standing="lost",
    )

    go_live = running.implementation.to(
        running.adoption, when=set_up & (users_active >= live_at), why="it is set up and the first people work with it"
    )
    adopt = running.adoption.to(
        running.success,
        when=(users_active >= adopted_at) & (tickets == 0),
        why="its users work with it, and nothing serious is open",
        ref="S4.20",
    )
    relapse = running.success.to(
        running.adoption,
        when=unless(users_active >= relapse_at).for_days(14),
        plays=SHOW_AGAIN,
        why="people have gone back to what they had before",
        ref="S4.10",
    )
    pause = running.to(paused, when=~contract_open, plays=TELL_USERS, why="without a contract nobody may work with it")
    go_on = paused.to(running.resume, when=contract_open, why="the contract is open again: it goes on where it stopped", ref="S4.5")
    cancel = anywhere.to(cancelled, on=cancellation, plays=LEARN, why="the customer no longer wants it")

    in_use = Milestone("The new product is in use", when=set_up & (users_active >= live_at), category="Expansion", ref="S4.27")

    slow_start = Risk(
        "Bought, but not in use",
        sign=days_in_phase > 60,
        phases=[running.implementation],
        mitigation=["escalate", "educate"],
        plays=SHOW_AGAIN,
        ref="S4.8",
    )
