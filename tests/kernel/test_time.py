"""What time alone does: `due_since` and `next_check` against scans of every instant, and the two ways to take in an observation."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from clmstate import (
    CLEAR,
    BadValueError,
    Composition,
    Lifecycle,
    LivelockError,
    Many,
    ObservationError,
    One,
    Phase,
    Signal,
    days_in_phase,
)
from clmstate.conditions import evaluate
from clmstate.conditions.nodes import Const, ThresholdRef, own_terms, walk
from clmstate.kernel import State
from clmstate.live.picture import StatePicture
from clmstate.signals import DAY, from_instant
from tests.conformance.generate import Step
from tests.conformance.harness import Compiled, Counts, Restored, lives


def walks(seed: int, steps: int) -> Iterator[tuple[Compiled, Step]]:
    """Customers of random lifecycles, each just before a step of its random life."""
    for case, model in lives(Random(seed), steps, Counts()):
        engine = Compiled(model)
        for step in case.steps:
            yield engine, step
            engine.ask(step)


def conditions(life: Any) -> list[Any]:
    definition = life.definition
    found = [t.when for t in definition.transitions.values()] + [m.when for m in definition.milestones.values()]
    return [cond for cond in found if cond is not None]


def instants(life: Any) -> list[int]:
    """Every instant at which time alone may change anything: where a day is full since or until something, and a microsecond after."""
    s: State = life.state
    numbers = {0.0}
    for cond in conditions(life):
        for node in walk(cond):
            for term in own_terms(node):
                if isinstance(term, Const | ThresholdRef):
                    numbers.add(term.value if isinstance(term, Const) else life.definition.thresholds[term.name].value)
    days = {int(n // 1) + more for n in numbers if abs(n) < 100_000 for more in (-1, 0, 1, 2)}
    slots = ["entered", "hold", *(f"e_{name}" for name in life.definition.events)]
    slots += [f"v_{name}" for name, spec in life.definition.signals.items() if spec.kind == "date"]
    slots += [f"k{i}" for i in range(len(life.engine.program.clocks))]
    bases = {int(base) for slot in slots if (base := getattr(s, slot)) == base}
    return sorted({base + sign * day * DAY + off for base in bases for day in days for sign in (1, -1) for off in (0, 1)})


def ticked(engine: Compiled, at: int) -> Any:
    """What a copy of the customer does when nothing but time passes."""
    copy = engine.model.restore(json.dumps(engine.customer.snapshot()), engine="compiled")
    before = len(copy.journey), copy.warning_signs, copy.open_gaps
    try:
        copy.tick(from_instant(at))
    except LivelockError:
        return "livelock"
    return (len(copy.journey), copy.warning_signs, copy.open_gaps) != before


@pytest.mark.parametrize("seed", [1, 2])
def test_next_check_is_the_first_instant_at_which_a_tick_changes_anything(seed: int) -> None:
    asked = found = 0
    for number, (engine, _) in enumerate(walks(seed, 1_500)):
        life = engine.customer._life
        if number % 5 or life.state.at != life.state.at:
            continue
        asked += 1
        later = [t for t in instants(life) if t > life.state.at or (t == life.state.at and life.state.unsettled)]
        now = [int(life.state.at)] if life.state.unsettled else []
        expected = next((t for t in now + later if ticked(engine, t)), None)
        assert life.next_check_us == expected, engine.customer.snapshot()
        found += expected is not None
    assert asked >= 100
    assert found >= 10


@pytest.mark.parametrize("seed", [3, 4])
def test_due_since_is_the_first_instant_at_which_the_condition_was_true(seed: int) -> None:
    seen = 0
    for engine, step in walks(seed, 4_000):
        life = engine.customer._life
        before = engine.model.restore(engine.customer.snapshot())._life
        candidates = instants(before)
        moves = engine.do(step) if allowed(engine, step) else None
        for move in (moves or ())[:1]:
            if move.by != "rule" or before.state.at != before.state.at or step.kind == "move":
                continue
            start, now = int(before.state.at), int(life.state.at)
            expected = None
            for t in [start, *(t for t in candidates if start < t < now)]:
                before.state.at = t
                if t < now and (move.transition.when is None or evaluate(move.transition.when, StatePicture(before.state)) is True):
                    expected = t
                    break
            assert move.due_since_us == expected
            seen += expected is not None
    assert seen >= 5


def allowed(engine: Compiled, step: Step) -> bool:
    """Whether a copy of the customer takes the step."""
    copy = Restored(engine.model)
    copy.customer = engine.customer
    return copy.ask(step).outcome == "moved"


@pytest.mark.parametrize("seed", [5, 6])
def test_inline_and_slowly_are_one_meaning(seed: int) -> None:
    """`observe` and `send` on the instance, and `observation` on its life: same moves, same state, same refusals."""
    steps = 0
    for case, model in lives(Random(seed), 2_000, Counts()):
        inline, slow = Compiled(model), Slowly(model)
        for step in case.steps:
            assert inline.ask(step) == slow.ask(step)
            assert inline.customer.snapshot() == slow.customer.snapshot()
            steps += 1
    assert steps >= 1_800


class Slowly(Compiled):
    """Takes every observation the long way."""

    def do(self, step: Step) -> Any:
        if step.kind != "observe":
            return super().do(step)
        from tests.conformance.harness import users_values

        values = users_values(self.model, step)
        return self.customer._life.observation(step.at, values, [(event, None) for event in step.events])


def test_nothing_is_due_beyond_the_last_day_that_dates_can_show() -> None:
    class Lease(Lifecycle):
        end = Signal.date("end")
        running = Phase("Running", initial=True)
        over = Phase("Over", final=True)
        expire = running.to(over, when=end.days_since >= 400)

    lease = Lease()
    lease.observe(at="2026-01-01", end="9999-12-31")
    assert lease.next_check is None
    lease.observe(end="9998-01-01")
    assert str(lease.next_check) == "9999-02-05"
    lease.observe(end=CLEAR)
    assert lease.next_check is None
    with pytest.raises(ObservationError, match="CLM205"):
        lease.tick("2025-12-31")


@pytest.mark.parametrize("engine", ["live", "compiled"])
def test_the_last_microseconds_of_all_are_exact(engine: Any) -> None:
    """No float is exact there: instants so far away are kept as whole numbers."""

    class Wait(Lifecycle):
        called = Signal.count("call")
        here = Phase("Here", initial=True)
        there = Phase("There")
        go = here.to(there, when=days_in_phase >= 10)

    class Waiting(Composition):
        one, many = One(Wait), Many(Wait)

    last = dt.datetime(9999, 12, 31, 23, 59, 59, 999_999, dt.UTC)
    before = last - dt.timedelta(microseconds=1)
    alone, whole = Wait("Acme", engine=engine), Waiting("Acme", engine=engine)
    whole.many.join("x", at=before.isoformat())
    for told in (before.isoformat(), before, last, last.isoformat()):
        alone.observe(at=told, called=1)
        whole.one.observe(at=told, called=1)
        whole.many["x"].observe(called=2)
    assert alone.at == whole.at == whole.one.at == whole.many["x"].at == last
    with pytest.raises(BadValueError, match="CLM205"):
        alone.observe(at=before)
