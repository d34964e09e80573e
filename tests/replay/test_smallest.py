"""The smallest change is one: applied, it decides otherwise; a step less, it does not."""

from __future__ import annotations

from typing import Any

import pytest

from clmstate import Lifecycle, Milestone, Phase, Signal, Threshold, days_in_phase, unless
from clmstate.conditions import evaluate
from clmstate.live.picture import StatePicture
from clmstate.replay import play
from clmstate.replay.simulate import simulate
from clmstate.replay.smallest import Change, smallest_change
from models.dynamic.contract import Contract


class Many(Lifecycle):
    """Every kind of leaf; as milestones, which move nobody."""

    health = Signal.score("health", 0, 100)
    adopted = Signal.share("users adopted")
    tickets = Signal.count("open ticket", default=0)
    signed = Signal.flag("contract signed", default=False)
    plan = Signal.choice("plan", "Team", "Pro")
    renewal_on = Signal.date("renewal")
    bought = Signal.count("seat bought")
    used = Signal.count("seat used")
    good_at = Threshold(70)
    new = Phase("New", initial=True)

    at_least = Milestone("1", when=health >= good_at)
    above = Milestone("2", when=adopted > 0.8)
    below = Milestone("3", when=tickets < 3)
    flag = Milestone("4", when=signed)
    word = Milestone("5", when=plan == "Pro")
    soon = Milestone("6", when=renewal_on.days_until <= 30)
    band = Milestone("7", when=health.between(80, 90))
    either = Milestone("8", when=((health >= 90) & signed) | (adopted >= 0.9))
    denied = Milestone("9", when=~(tickets >= 2))
    unknown = Milestone("10", when=unless(health >= 20))
    both = Milestone("11", when=used >= bought)
    long = Milestone("12", when=(health < 60).for_days(14))
    waited = Milestone("13", when=days_in_phase >= 30)
    exact = Milestone("14", when=tickets == 2)


TOLD: dict[str, Any] = {
    "health": 55,
    "adopted": 0.5,
    "tickets": 4,
    "plan": "Team",
    "renewal_on": "2026-06-30",
    "bought": 10,
    "used": 7,
}


def acme(**values: Any) -> Any:
    found = Many("Acme", engine="compiled")
    found.observe(at="2026-01-05", **(TOLD | values))
    return found


def changes(life: Any, name: str, *, wanted: bool = True) -> tuple[Change, ...]:
    return smallest_change(life.definition.milestones[name].when, StatePicture(life._life.state), life.definition, wanted=wanted)


def with_changes(life: Any, found: tuple[Change, ...]) -> Any:
    specs = life.definition.signals
    again = type(life).restore(life.snapshot(), engine="compiled")
    again.observe(**{change.signal: specs[change.signal].to_user(change.value) for change in found})
    return again


EXPECTED = {
    "at_least": ("health 70 instead of 55", "good_at 55 instead of 70"),
    "above": ("users adopted 81 % instead of 50 %", "a limit of 49 % instead of 80 %"),
    "below": ("open ticket 2 instead of 4", "a limit of 5 instead of 3"),
    "flag": ("contract signed yes instead of no", ""),
    "word": ("plan Pro instead of Team", ""),
    "soon": ("renewal 2026-02-04 instead of 2026-06-30", "a limit of 176 instead of 30"),
    "band": ("health 80 instead of 55", ""),
    "either": ("users adopted 90 % instead of 50 %", "a limit of 50 % instead of 90 %"),
    "denied": ("open ticket 1 instead of 4", "a limit of 5 instead of 2"),
    "unknown": ("health 19 instead of 55", "a limit of 56 instead of 20"),
    "both": ("seat used 10 instead of 7", ""),
    "long": ("so for 14 days more", "for 0 days instead of 14"),
    "waited": ("30 days later", "a limit of 0 instead of 30"),
    "exact": ("open ticket 2 instead of 4", "a limit of 4 instead of 2"),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_every_kind_of_leaf(name: str) -> None:
    life = acme()
    (found,) = changes(life, name)
    assert (found.data, found.rule) == EXPECTED[name]
    when = life.definition.milestones[name].when
    if found.signal:
        assert evaluate(when, StatePicture(with_changes(life, (found,))._life.state)) is True
        assert changes(with_changes(life, (found,)), name) == ()
        again = changes(with_changes(life, (found,)), name, wanted=False)  # and back, by the smallest way
        assert evaluate(when, StatePicture(with_changes(with_changes(life, (found,)), again)._life.state)) is not True


def test_what_is_not_known_can_be_told() -> None:
    life = Many("Acme", engine="compiled")
    life.observe(at="2026-01-05")
    assert [(change.data, change.rule) for change in changes(life, "at_least")] == [("health 70 instead of unknown", "")]
    assert changes(life, "unknown") == ()


def test_of_the_contract_every_rule_is_turned_by_its_smallest_change() -> None:
    log, turned, steps = simulate(Contract, customers=12, weeks=40, seed=6).log, 0, 0
    for step in play(Contract, log):
        life = step.life
        if step.at_us % 5:
            continue
        for transition in Contract.definition.transitions.values():
            picture = StatePicture(life._life.state)
            if transition.when is None or evaluate(transition.when, picture) is True:
                continue
            found = smallest_change(transition.when, picture, Contract.definition)
            assert found, transition.name
            if len({change.signal for change in found if change.signal}) < len(found):
                continue  # time, or an event
            turned += 1
            values = {change.signal: change.value for change in found}
            assert evaluate(transition.when, Otherwise(picture, values)) is True, (transition.name, found)
            if len(found) == 1 and isinstance(found[0].value, float):
                spec, now = Contract.definition.signals[found[0].signal], picture.signal(found[0].signal)
                if now is not None:
                    nearer = found[0].value + (spec.step or 1) * (1 if float(now) > found[0].value else -1)
                    assert evaluate(transition.when, Otherwise(picture, {found[0].signal: nearer})) is not True
                    steps += 1
    assert turned > 500
    assert steps > 30


class Otherwise:
    """One customer as it is, but for some values."""

    def __init__(self, picture: Any, values: dict[str, Any]) -> None:
        self.picture, self.values = picture, values

    def signal(self, name: str) -> Any:
        return self.values.get(name, self.picture.signal(name))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.picture, name)
