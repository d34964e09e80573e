"""The nearest observation that would have passed: what the solver finds is played, is never further than what trying finds, and is least."""

from __future__ import annotations

import random
from typing import Any

import pytest

from clmstate.analysis.proofs.nearest import nearest_report
from clmstate.conditions.smt import UndecidedError
from clmstate.errors import ObservationError
from clmstate.kernel import State, compiled, take_in
from clmstate.signals import DAY, instant
from clmstate.testing import ScenarioFailure, nearest, scenario
from clmstate.testing.critical import critical_values
from models.dynamic import AddOn, Contract, User
from models.events import Agreement
from tests.testing.deal import Deal


def said(fails: Any) -> list[str]:
    with pytest.raises(ScenarioFailure) as caught:
        fails()
    return str(caught.value).splitlines()


class Case:
    """A random customer, a random last observation, and what it was expected to do."""

    def __init__(self, model: Any, draw: random.Random) -> None:
        self.definition = d = model.definition
        self.engine = compiled(d)
        self.now: State = self.engine.new()
        at = instant("2026-01-05")
        for _ in range(draw.randint(1, 6)):
            self.saved = self.engine.save(self.now)
            at += draw.choice([0, 1, 7, 14, 30, 60]) * DAY
            names = draw.sample([*d.signals], draw.randint(0, min(4, len(d.signals))))
            values = {name: draw.choice(critical_values(d, name, at)) for name in names if critical_values(d, name, at)}
            events = [draw.choice([*d.events])] if d.events and draw.random() < 0.3 else []
            try:
                self.taken, _ = take_in(self.now, at, values, events)
            except ObservationError:
                self.engine.load(self.now, self.saved)
        self.before = self.engine.new()
        self.engine.load(self.before, self.saved)
        ways = d.ways_out(self.engine.program.phases[self.before.phase])
        first = draw.choice([*ways, *ways, None]) if ways else None
        after = d.ways_out(first.target) if first is not None and first.target in d.phases and draw.random() < 0.7 else ()
        self.expected = (() if first is None else (first.name,)) + ((draw.choice(after).name,) if after else ())
        self.told = [name for name in d.events if getattr(self.now, f"n_{name}") > getattr(self.before, f"n_{name}")]
        self.values = {name: getattr(self.now, f"v_{name}") for name in d.signals}

    def solved(self) -> tuple[Any, ...] | None:
        """What the solver says, as changes that can be played; None where nothing would do."""
        found = nearest_report(self.before, self.now, self.told, self.expected)
        return None if found is None else tuple(nearest._as_changes(found, self.now))

    def plays(self, chosen: tuple[Any, ...]) -> list[str] | None:
        trial = self.engine.new()
        self.engine.load(trial, self.saved)
        return nearest._plays(trial, self.now, self.values, self.told, chosen)

    def tried(self) -> list[str]:
        return nearest._tried(self.before, self.now, self.expected, self.told, self.values, free_ports=True)


def compared(number: int, seed: int) -> tuple[int, int]:
    """How many random cases had an answer, and how many had none."""
    draw = random.Random(seed)
    found = none = 0
    for model in (Deal, User, AddOn, Agreement, Contract):
        for _ in range(number):
            case = Case(model, draw)
            try:
                chosen = case.solved()
            except UndecidedError:
                continue
            tried = case.tried()
            if chosen is None:
                none += 1
                assert not tried, (model, case.expected, tried)
                continue
            found += 1
            assert case.plays(chosen) == [*case.expected], (model, case.expected, chosen)
            assert not tried or len(chosen) <= len(tried), (chosen, tried)
    return found, none


def test_what_the_solver_finds_passes_and_is_never_further_than_what_trying_finds() -> None:
    found, none = compared(12, 5)
    assert found >= 40
    assert none >= 3


@pytest.mark.full
def test_the_same_with_more_customers() -> None:
    found, none = compared(600, 6)
    assert found >= 2_000
    assert none >= 300


def test_it_is_the_smallest_change_in_steps() -> None:
    for health in range(0, 60, 7):
        told = scenario(Deal).on("2026-01-05", health=health, signed=True).stays()
        assert said(lambda told=told: told.takes(Deal.win))[-1] == f"    health 70, instead of {health}"
    dated = scenario(Deal).given(Deal.won, at="2026-01-05", health=80, seats=9, due_on="2026-12-31").after(1, due_on="2026-01-20")
    assert said(dated.stays)[-1] == "    due date 2026-02-06, instead of 2026-01-20"  # 31 days, one more than the limit


def test_it_may_be_earlier() -> None:
    told = scenario(Deal).given(Deal.won, at="2026-01-05", seats=0).after(16)
    assert said(told.stays)[-1] == "    the same on 2026-01-18, 3 days earlier"


def test_nothing_at_all_would_do() -> None:
    told = scenario(Deal).on("2026-01-05", health=65)
    assert said(lambda: told.takes(Deal.calm))[-1] == "  whatever this step told, it would not have passed (proved)"


def test_whoever_is_held_moves_by_events_alone() -> None:
    told = scenario(Deal).on("2026-01-05", health=80).by_hand(Deal.offered, at="2026-01-06", hold_until="2026-03-01")
    lines = said(lambda: told.after(1, signed=True, seats=5).takes(Deal.win))
    assert lines[-1] == "    the same on 2026-03-01, 53 days later"
