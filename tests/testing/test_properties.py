"""Strategies and state machines: what they give, and that failures shrink to short journeys."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import Phase as Step
from hypothesis import find, given, settings
from hypothesis.stateful import run_state_machine_as_test

from clmstate import Composition, InputError, Lifecycle, Many, One, Phase, Signal, Transition, always_possible, leads_to, never
from clmstate.testing import Observation, Scenario, journeys_of, lifecycle_machine, observations_of, signals_of
from models.dynamic import Contract, Customer, User
from tests.testing.deal import Deal, Office, Site
from tests.testing.deal import User as User_

FAST = settings(deadline=None, database=None, phases=(Step.generate, Step.shrink))
QUICK = settings(FAST, max_examples=30)
FOUND = settings(FAST, max_examples=200, phases=(Step.generate,))  # what shrinks is looked at once, below


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
    told = find(
        journeys_of(User), lambda told: told.phase == User.adopted, settings=settings(FAST, max_examples=2000, derandomize=True)
    )
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
    promises = (never(Broken.alarm).before(Broken.gone),)


class Leads(Broken):
    promises = (leads_to(Broken.alarm, Broken.fine),)


class Never(Broken):
    promises = (never(Broken.health < 5),)


@pytest.mark.parametrize("model", [Before, Leads, Never])
def test_broken_promises_are_found(model: type[Lifecycle]) -> None:
    with pytest.raises(AssertionError, match="a promise is broken"):
        run_state_machine_as_test(lifecycle_machine(model), settings=FOUND)


class Possible(Broken):
    promises = (always_possible(Broken.fine),)


class Lost(Broken):
    """Nobody comes back."""

    promises = (always_possible(Broken.fine).until(Broken.gone),)
    back = Transition.dropped()


class Shut(Site):
    """A site that promises what it does not keep: somebody is there when it is lit."""

    promises = (never(Site.office.is_in(Office.lit) & Site.people.none_in(User_.active)),)
    wiring = (Site.office[Office.used].fed_by(Site.people.share_in(User_.active, User_.idle)),)


class House(Composition):
    """A house that ends."""

    house = One(Broken)
    people = Many(User_)


class Once(House):
    """It promises to be open again."""

    promises = (always_possible(House.house.is_in(Broken.fine)),)


class Until(House):
    """It promises the same until it is gone."""

    promises = (always_possible(House.house.is_in(Broken.fine)).until(House.house.is_in(Broken.gone)),)


@pytest.mark.parametrize(("model", "said"), [(Possible, "Fine"), (Lost, "Fine"), (Shut, "never"), (Once, "Fine")])
def test_what_customers_promise_and_what_must_stay_possible_is_checked(model: Any, said: str) -> None:
    with pytest.raises(AssertionError, match=f"a promise is broken: .*{said}"):
        run_state_machine_as_test(lifecycle_machine(model), settings=FOUND)


def test_what_is_lost_is_said_of_the_whole_customer_only_until_then() -> None:
    run_state_machine_as_test(lifecycle_machine(Until), settings=settings(FAST, max_examples=20, stateful_step_count=8))
    unheard = lifecycle_machine(Once, promises=False)
    run_state_machine_as_test(unheard, settings=settings(FAST, max_examples=20, stateful_step_count=8))


class Street(Composition):
    """One house of which nobody comes back, and what it promises is its own affair."""

    house = One(Lost)
    people = Many(User_)


class Town(Composition):
    """The same with many houses."""

    houses = Many(Lost)
    people = Many(User_)


class Locked(Lifecycle):
    """It can always be opened again, if only somebody would."""

    shut_down = Signal.flag("shut down", port=True)
    open_, shut = Phase("Open", initial=True), Phase("Shut")
    close = open_.to(shut, when=shut_down)
    reopen = shut.to(open_, when=~shut_down)
    promises = (always_possible(open_),)


class Fenced(Composition):
    """Where it is, nobody can: what it is told never changes again."""

    house, door = One(Broken), One(Locked)
    wiring = (door[Locked.shut_down].fed_by(house.is_in(Broken.gone)),)


@pytest.mark.parametrize(("model", "said"), [(Street, "in Fine"), (Town, r"in Fine.* \(of houses/m"), (Fenced, "in Open")])
def test_what_parts_promise_to_stay_possible_is_checked(model: Any, said: str) -> None:
    with pytest.raises(AssertionError, match=f"a promise is broken: .*{said}"):
        run_state_machine_as_test(lifecycle_machine(model), settings=FOUND)


class Team(Composition, embedded=True):
    """Somebody's people."""

    lead, people = One(User_), Many(User_)


class Firm(Composition):
    """Teams that have people, and a promise about the teams."""

    office, teams = One(Broken), Many(Team)
    promises = (never(office.is_in(Broken.gone)),)


class City(Composition):
    """Streets whose houses promise something."""

    streets = Many(Street)


def test_promises_that_nobody_can_look_at_are_said() -> None:
    with pytest.raises(InputError, match="CLM392 Firm: its promises cannot be looked at: each of the teams has members of its own"):
        lifecycle_machine(Firm)
    lifecycle_machine(Firm, promises=False)
    with pytest.raises(InputError, match="CLM392 City: what Lost promises cannot be looked at: it is inside streets"):
        lifecycle_machine(City)
    lifecycle_machine(City, promises=False)


def test_promises_that_hold_pass() -> None:
    few = settings(FAST, max_examples=10, stateful_step_count=8)
    for model in (Deal, Site, Customer):
        run_state_machine_as_test(lifecycle_machine(model), settings=few)


def test_further_invariants() -> None:
    def nobody_is_lit(site: Any) -> bool:
        return bool(site.office.phase.path != "lit")

    with pytest.raises(AssertionError, match="nobody_is_lit does not hold"):
        run_state_machine_as_test(lifecycle_machine(Site, nobody_is_lit), settings=FOUND)
