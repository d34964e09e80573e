"""Scenarios: what is told, what is expected, on both engines."""

from __future__ import annotations

import datetime as dt

import pytest

from clmstate import CLEAR
from clmstate.errors import BadValueError, InputError, UnknownNameError
from clmstate.lifecycle import Engine
from clmstate.testing import CustomerScenario, Scenario, ScenarioFailure, scenario
from tests.testing.deal import CALL, PARTY, Deal, Site, User

ENGINES: tuple[Engine, ...] = ("compiled", "live")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_whole_story(engine: Engine) -> None:
    told = scenario(Deal, "Acme", engine=engine)
    told.on("2026-01-05", Deal.health.now(69), signed=True).stays().reaches(Deal.first_win).opens(PARTY)
    told.then(health=70, seats=9).takes(Deal.win).is_in(Deal.won).is_in("won").knows(health=70, due_on=None)
    told.after(7, health=59).takes(Deal.worry).opens(CALL).warns()
    told.then(health=70).takes("calm").not_takes("worry", Deal.lose)
    told.after(1, seats=4).stays()
    told.after(20).takes(Deal.doze).due_since(dt.date(2026, 1, 27))
    told.by_hand(Deal.lost, reason="they went away").is_in(Deal.lost)
    told.then(Deal.notice).stays().moves_nobody(Deal.notice)
    assert [step.when for step in told.steps][:2] == ["2026-01-05", ""]
    assert told.phase == Deal.lost


def test_several_events_and_an_instance_at_once() -> None:
    told = scenario(Deal).on("2026-01-05", Deal.notice, Deal.bought, instance="crm", health=20).takes(Deal.lose)
    assert told.moves.untaken[0].event == "bought"


def test_placing_and_forgetting() -> None:
    told = scenario(Deal).given(Deal.won, at="2026-01-05", since="2025-12-01", seats=7, health=80)
    told.after(30, health=CLEAR).stays().knows(health=None).warns()
    told.after(1, seats=2).warns(Deal.shrinking)


def test_the_same_story_goes_on_in_two_ways() -> None:
    begun = scenario(Deal).on("2026-01-05", signed=True, health=80, seats=9).takes(Deal.win)
    begun.again().after(1, health=59).takes(Deal.worry)
    begun.again(engine="live").after(1, health=60).stays()
    assert begun.phase == Deal.won


def test_what_must_be_refused() -> None:
    scenario(Deal).on("2026-01-05").refuses("CLM204", "2026-01-06", health=130).refuses("CLM205", "2025-01-01")
    with pytest.raises(ScenarioFailure, match="should have been refused with CLM204, but it was accepted"):
        scenario(Deal).on("2026-01-05").refuses("CLM204", "2026-01-06", health=80)
    with pytest.raises(BadValueError, match="CLM205"):
        scenario(Deal).on("2026-01-05").refuses("CLM204", "2026-01-01", health=80)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda told: told.takes("wni"), "CLM203 Deal: 'wni' is not a transition. Did you mean 'win'"),
        (lambda told: told.is_in("wonn"), "CLM203 Deal: 'wonn' is not a phase. Did you mean 'won'"),
        (lambda told: told.opens("Call the"), "CLM208 Deal: 'Call the' is not a play. Did you mean 'Call them'"),
        (lambda told: told.reaches("first_wn"), "CLM208 .*Did you mean 'first_win'"),
        (lambda told: told.warns("shrinkin"), "CLM208 .*Did you mean 'shrinking'"),
        (lambda told: told.moves_nobody("notic"), "CLM202 .*Did you mean 'notice'"),
        (lambda told: told.knows(helth=3), "CLM201 .*Did you mean 'health'"),
    ],
)
def test_unknown_names_have_near_ones(wrong: object, said: str) -> None:
    with pytest.raises(UnknownNameError, match=said):
        wrong(scenario(Deal).on("2026-01-05"))  # type: ignore[operator]


def test_nothing_is_expected_before_something_has_happened() -> None:
    with pytest.raises(InputError, match="CLM380 Deal: something is expected before anything has happened"):
        scenario(Deal).stays()
    with pytest.raises(InputError, match="CLM380 Deal: there is no time yet"):
        scenario(Deal).after(3)
    with pytest.raises(InputError, match="CLM380 Site"):
        scenario(Site).after(3)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_whole_customer(engine: Engine) -> None:
    told = scenario(Site, "Berlin", engine=engine).on("2026-01-05").stays()
    told.join("people/dana", logins=5).takes({"people/dana": User.begin, "office": "turn_on"}).knows("office", used=1.0)
    told.after(1, {"people/eli": {"logins": 1}}, joins=["people/eli"]).stays().is_in({"office": "lit", "people/eli": User.idle})
    told.tell("people/dana", at="2026-02-01", logins=1).takes({"office": ["turn_off"], "people/dana": [User.stop]})
    told.leave("people/dana").leave("people/eli").knows("office", used=None)
    told.by_hand("office", "lit", hold_until="2026-03-01").takes({}).refuses("CLM217", "2026-02-02", {"people/dana": {}})
    assert told.phases["office"].path == "lit"


def test_one_function_begins_both() -> None:
    assert type(scenario(Deal)) is Scenario
    assert type(scenario(Site)) is CustomerScenario


def test_ten_thousand_scenarios() -> None:
    for number in range(10_000):
        scenario(Deal).on("2026-01-05", signed=True, health=number % 101).takes(*(["win"] if number % 101 >= 70 else []))
