"""The old way, as a warning: four phases by the calendar, whatever the customer does (S4.4).

Nobody should use this model. It is here so that `clmstate check` can show what it says of one like it, and so that a team can compare its
own with it: on day 180 a customer who was never set up stands in Renewal, and nobody can move back.
"""

from clmstate import Lifecycle, Phase, Threshold, days_in_phase
from models.dynamic.teams import CSM, IMPLEMENTATION, RENEWALS, SALES

__all__ = ["CalendarContract"]


class CalendarContract(Lifecycle, title="Contract by the calendar", refs=("S4.4",)):
    """What teams do who look at the date instead of the customer: the anti-pattern that the dynamic lifecycle replaces."""

    onboarding_days = Threshold(90, help="days 0 to 90")
    adoption_days = Threshold(90, help="days 90 to 180")
    renewal_days = Threshold(180, help="days 180 to 360")

    onboarding = Phase(
        "Onboarding", initial=True, owner=IMPLEMENTATION, goal="Ninety days have passed", questions=["Is anybody there?"]
    )
    adoption = Phase(
        "Adoption", owner=CSM, goal="Another ninety days have passed", questions=["Does it matter that we do not use it?"]
    )
    renewal = Phase("Renewal", owner=RENEWALS, goal="The invoice is paid", questions=["Why do you call now?"])
    growth = Phase("Growth", final=True, owner=SALES, goal="A year has passed", questions=["What would we need more of it for?"])

    accepts = {"CLM505": "this model is the anti-pattern on purpose: it is here to be recognised (S4.4)"}

    adopt = onboarding.to(adoption, when=days_in_phase >= onboarding_days, why="day 90")
    renew = adoption.to(renewal, when=days_in_phase >= adoption_days, why="day 180")
    grow = renewal.to(growth, when=days_in_phase >= renewal_days, why="day 360")
