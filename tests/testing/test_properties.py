"""Strategies and state machines: what they give, and that failures shrink to short journeys."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import Phase as Step
from hypothesis import find, given, settings
from hypothesis.stateful import run_state_machine_as_test

from clmstate import Lifecycle, Phase, Signal, leads_to, never
from clmstate.testing import Observation, Scenario, journeys_of, lifecycle_machine, observations_of, signals_of
from models.dynamic import Contract, Customer, User
from tests.testing.deal import Deal, Site

FAST = settings(deadline=None, database=None, phases=(Step.generate, Step.shrink))
QUICK = settings(FAST, max_examples=30)


@QUICK
@given(signals_of(Contract))
def test_values_are_legal(values: dict[str, Any]) -> None:
    for name, value in values.items():
        Contract.definition.signals[name].accept(value)


@QUICK
@given(journeys_of(Deal))
def test_journeys_can_be_told_again(told: Scenario[Deal]) -> None:
    assert str(told.again().customer.journey) == str(told.customer.journey)


def test_limits_are_found() -> None:
    assert find(signals_of(Deal), lambda values: values.get("health") == 59, settings=FAST) == {"health": 59}


def test_failures_shrink_to_short_journeys() -> None:
    told = find(journeys_of(User), lambda told: told.phase == User.adopted, settings=settings(FAST, max_examples=2000))
    assert len(told.steps) == 1
    assert find(observations_of(Deal), lambda one: one.event == "notice") == Observation(0, {}, "notice")


class Broken(Lifecycle):
    """A promise that does not hold."""

    health = Signal.score("health")
    fine, alarm, gone = Phase("Fine", initial=True), Phase("Alarm"), Phase("Gone", final=True)
    worry = fine.to(alarm, when=health < 60)
    leave = alarm.to(gone, when=health < 10)
    back = alarm.to(fine, when=health >= 60)


class Before(Broken):
    promises = (never(Broken.gone).before(Broken.gone),)


class Leads(Broken):
    promises = (leads_to(Broken.alarm, Broken.fine),)


class Never(Broken):
    promises = (never(Broken.health < 5),)


@pytest.mark.parametrize("model", [Before, Leads, Never])
def test_broken_promises_are_found(model: type[Lifecycle]) -> None:
    with pytest.raises(AssertionError, match="a promise is broken"):
        run_state_machine_as_test(lifecycle_machine(model), settings=settings(FAST, max_examples=200))


def test_promises_that_hold_pass() -> None:
    few = settings(FAST, max_examples=10, stateful_step_count=8)
    for model in (Deal, Site, Customer):
        run_state_machine_as_test(lifecycle_machine(model), settings=few)


def test_further_invariants() -> None:
    def nobody_is_lit(site: Any) -> bool:
        return bool(site.office.phase.path != "lit")

    with pytest.raises(AssertionError, match="nobody_is_lit does not hold"):
        run_state_machine_as_test(lifecycle_machine(Site, nobody_is_lit), settings=settings(FAST, max_examples=200))
