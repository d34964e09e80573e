"""The chart on python-statemachine, hand-written in the two ways that its documentation offers.

`EvaluatedChart` has one named event, `evaluate`, for all rules that need no event; a transition raises it again, so that
rules chain. `EventlessChart` leaves the chaining to the library: its rules are eventless transitions, and an observation
only nudges the chart. Both are `StateChart`s over a domain model, as the documentation recommends for new projects, and
the group is a compound state. The two documented options that make the library faster are on (measured: 5 to 8 %), and the
event is called, not looked up by name.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from statemachine import State, StateChart

from .facts import Facts

__all__ = ["Contract", "EvaluatedChart", "EventlessChart", "eventless_maker", "maker"]


class EvaluatedChart(StateChart[Facts]):
    """Guards as methods of the model, one `evaluate` per observation."""

    atomic_configuration_update = True
    catch_errors_as_events = False

    onboarding = State(initial=True)
    adoption = State()
    success = State()

    class renewal(State.Compound):
        happy = State(value="renewal.happy")
        high_risk = State(value="renewal.high_risk", initial=True)

    growth = State()
    churned = State(final=True)

    evaluate = (
        onboarding.to(adoption, cond="goes_live")
        | adoption.to(success, cond="adopts")
        | success.to(adoption, cond="relapses")
        | success.to(adoption, cond="loses_sponsor")
        | growth.to(adoption, cond="loses_sponsor")
        | adoption.to(renewal.happy, cond="renews_calmly")
        | success.to(renewal.happy, cond="renews_calmly")
        | adoption.to(renewal.high_risk, cond="renews_tensely")
        | success.to(renewal.high_risk, cond="renews_tensely")
        | renewal.happy.to(renewal.high_risk, cond="worrying")
        | renewal.high_risk.to(renewal.happy, cond="calms_down")
        | adoption.to(growth, cond="grows")
        | success.to(growth, cond="grows")
        | renewal.happy.to(growth, cond="grows")
        | growth.to(success, cond="has_grown")
        | growth.to(renewal.high_risk, cond="worries_big")
    )
    saved = renewal.high_risk.to(renewal.happy, cond="renews_calmly") | renewal.high_risk.to(adoption, cond="out_of_window")
    renewed = renewal.to(success)
    notice = (
        onboarding.to(onboarding, internal=True)
        | adoption.to(renewal.high_risk)
        | success.to(renewal.high_risk)
        | growth.to(renewal.high_risk)
        | renewal.happy.to(renewal.high_risk)
    )
    strategy_changed = success.to(adoption) | growth.to(adoption)
    let_down = adoption.to(adoption, internal=True) | success.to(success, internal=True)
    delighted = success.to(success, internal=True)
    ended = onboarding.to(churned) | adoption.to(churned) | success.to(churned) | renewal.to(churned) | growth.to(churned)

    def after_transition(self) -> None:
        self.raise_("evaluate")


class EventlessChart(StateChart[Facts]):
    """The rules as eventless transitions; `observed` is a nudge without a transition of its own."""

    atomic_configuration_update = True
    catch_errors_as_events = False

    onboarding = State(initial=True)
    adoption = State()
    success = State()

    class renewal(State.Compound):
        happy = State(value="renewal.happy")
        high_risk = State(value="renewal.high_risk", initial=True)

    growth = State()
    churned = State(final=True)

    onboarding.to(adoption, cond="goes_live")
    adoption.to(success, cond="adopts")
    success.to(adoption, cond="relapses")
    success.to(adoption, cond="loses_sponsor")
    growth.to(adoption, cond="loses_sponsor")
    adoption.to(renewal.happy, cond="renews_calmly")
    success.to(renewal.happy, cond="renews_calmly")
    adoption.to(renewal.high_risk, cond="renews_tensely")
    success.to(renewal.high_risk, cond="renews_tensely")
    renewal.happy.to(renewal.high_risk, cond="worrying")
    renewal.high_risk.to(renewal.happy, cond="calms_down")
    adoption.to(growth, cond="grows")
    success.to(growth, cond="grows")
    renewal.happy.to(growth, cond="grows")
    growth.to(success, cond="has_grown")
    growth.to(renewal.high_risk, cond="worries_big")

    saved = renewal.high_risk.to(renewal.happy, cond="renews_calmly") | renewal.high_risk.to(adoption, cond="out_of_window")
    renewed = renewal.to(success)
    notice = (
        onboarding.to(onboarding, internal=True)
        | adoption.to(renewal.high_risk)
        | success.to(renewal.high_risk)
        | growth.to(renewal.high_risk)
        | renewal.happy.to(renewal.high_risk)
    )
    strategy_changed = success.to(adoption) | growth.to(adoption)
    let_down = adoption.to(adoption, internal=True) | success.to(success, internal=True)
    delighted = success.to(success, internal=True)
    ended = onboarding.to(churned) | adoption.to(churned) | success.to(churned) | renewal.to(churned) | growth.to(churned)


class Contract(Facts):
    """The domain model with its chart; `nudge` makes the chart look at what was merged."""

    chart: StateChart[Facts]
    nudge: Callable[[], object]

    @property
    def phase(self) -> str:
        *_, leaf = self.chart.configuration_values
        return str(leaf)

    def observe(self, **values: object) -> None:
        """Take the values over and let the chart look at them."""
        self.merge(values)
        self.nudge()

    def send(self, event: str, **values: object) -> None:
        """The same with an event, which comes before the rules that need none."""
        self.merge(values)
        self.remember(event)
        self.chart.send(event)
        self.nudge()


class EvaluatedContract(Contract):
    """Observations call the event `evaluate`, bound once."""

    def __init__(self) -> None:
        super().__init__()
        self.chart = EvaluatedChart(self)
        self.nudge = self.chart.evaluate


class EventlessContract(Contract):
    """Observations send an event that no transition takes; then the library looks at its eventless transitions."""

    def __init__(self) -> None:
        super().__init__()
        self.chart = EventlessChart(self)
        self.nudge = partial(self.chart.send, "observed")


def maker() -> type[Contract]:
    """What makes new customers with the named event."""
    return EvaluatedContract


def eventless_maker() -> type[Contract]:
    """What makes new customers with eventless transitions."""
    return EventlessContract
