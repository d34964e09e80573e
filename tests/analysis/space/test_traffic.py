"""Random lifecycles and compositions of every shape, clocks and memory included, under random traffic: what is said to hold, holds there.

The independent interpreter is told what happens. Nobody is moved by hand or placed, for no proof speaks of those.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from clmstate import Promise
from clmstate.analysis.space import prove
from clmstate.analysis.space.watches import in_passing
from clmstate.composition import AllOf, Compared, CompositionDefinition, FeedNode, NotSo, RollUp, StandsIn
from clmstate.conditions.nodes import InPhase
from clmstate.lifecycle import LifecycleDefinition
from tests.analysis.space.test_brute_force import pictures, true
from tests.conformance.compose import Crowd, compositions
from tests.conformance.generate import TODAY, Traffic, models
from tests.conformance.oracle import Livelock, Oracle, Refused
from tests.conformance.whole import Whole

KINDS = ["never", "never", "never_before", "leads_to"]


def lives(definition: LifecycleDefinition, rng: Random, steps: int) -> Iterator[list[str]]:
    """One customer: for each observation the phases that were passed, the one before first."""
    oracle = Oracle(definition)
    traffic = Traffic(rng, definition, oracle)
    traffic.first = False
    for _ in range(steps):
        step = traffic.step()
        if step.kind != "observe" or step.bad:
            continue
        at = TODAY if oracle.at is None and step.at is None else step.at
        before = oracle.phase
        try:
            moves = oracle.observe(at, step.values, step.events)
        except (Livelock, Refused):
            continue
        yield [before, *(move[3] for move in moves)]


def broken_alone(definition: LifecycleDefinition, promise: Promise, rng: Random) -> bool:
    """Whether some customer breaks a promise about phases."""

    def inside(state: Any, phase: str) -> bool:
        return phase in state.phases or definition.group_of(phase) in state.phases

    for _ in range(12):
        seen = promise.kind == "leads_to" and inside(promise.subject, definition.initial)
        for passed in lives(definition, rng, 25):
            if promise.kind == "leads_to":
                here = inside(promise.subject, passed[-1])
                if seen and not here and not inside(promise.other, passed[-1]):
                    return True
                seen = here
                continue
            for phase in passed:
                seen = seen or (promise.other is not None and inside(promise.other, phase))
                if not seen and inside(promise.subject, phase):
                    return True
    return False


def agree_alone(seed: int, count: int) -> Counter[str]:
    rng, met = Random(seed), Counter[str]()
    for source, model in models(rng):
        if met["models"] == count:
            break
        met["models"] += 1
        d = model.definition
        for _ in range(3):
            a, b = (InPhase((rng.choice(list(d.phases)),)) for _ in "ab")
            kind = rng.choice(KINDS)
            promise = Promise(kind, a, None if kind == "never" else b)  # type: ignore[arg-type]
            (proof,) = prove(d, [promise])
            met[proof.verdict] += 1
            if proof.verdict == "holds":
                assert not broken_alone(d, promise, rng), f"{source}\n{proof}"
    return met


def test_what_holds_is_kept_by_everybody() -> None:
    met = agree_alone(11, 15)
    assert met["holds"] > 3
    assert met["broken"] > 3


@pytest.mark.full
def test_what_holds_is_kept_by_everybody_in_many_lifecycles() -> None:
    agree_alone(12, 400)


def state_of(rng: Random, d: CompositionDefinition, depth: int = 1) -> FeedNode:
    part = d.parts[rng.choice([n for n, p in d.parts.items() if isinstance(p.member, LifecycleDefinition)])]
    assert isinstance(part.member, LifecycleDefinition)
    phases = (rng.choice(list(part.member.phases)),)
    roll = rng.random()
    if depth and roll < 0.4:
        return AllOf((state_of(rng, d, 0), state_of(rng, d, 0)))
    if depth and roll < 0.5:
        return NotSo(state_of(rng, d, 0))
    if not part.many:
        return StandsIn(part.name, (), phases)
    if roll < 0.8:
        return RollUp(rng.choice(["any", "none", "all"]), part.name, phases=phases)  # type: ignore[arg-type]
    return Compared(RollUp("share", part.name, phases=phases), rng.choice(["<", ">="]), 0.5)  # type: ignore[arg-type]


def broken_composed(d: CompositionDefinition, promise: Promise, rng: Random) -> bool:
    """Whether some composed customer breaks a promise."""
    states = [promise.subject, promise.other or promise.subject]
    passing = [in_passing(state) for state in states]
    for _ in range(6):
        whole = Whole(d)
        crowd = Crowd(rng, whole)
        seen = promise.kind == "leads_to" and true(whole, promise.subject) is True
        for number in range(20):
            deed = crowd.observed(joining=0.9 if number == 0 else 0.3)
            before = Whole.__new__(Whole)
            vars(before).update(vars(whole))
            at = TODAY if whole.at is None and deed.at is None else deed.at
            try:
                moves = whole.observe(at, deed.values, deed.events, deed.joins, deed.leaves)
            except (Livelock, Refused):
                continue
            joined = [path for path in whole.parts if path not in before.parts or path in deed.joins]
            looks = list(pictures(before, whole, moves, joined))
            for place, look in enumerate(looks):
                a, b = (true(look, state) for state in states)
                last = place == len(looks) - 1
                if promise.kind == "leads_to":
                    if last and seen and a is False and b is False:
                        return True
                    seen = a is True if last else seen
                    continue
                seen = seen or (promise.other is not None and (last or passing[1]) and b is True)
                if not seen and (last or passing[0]) and a is True:
                    return True
    return False


def agree_composed(seed: int, count: int) -> Counter[str]:
    rng, met = Random(seed), Counter[str]()
    for source, model in compositions(rng):
        d = model.definition
        if not all(isinstance(part.member, LifecycleDefinition) for part in d.parts.values()):
            continue
        if met["models"] == count:
            break
        met["models"] += 1
        kind = rng.choice(KINDS)
        promise = Promise(kind, state_of(rng, d), None if kind == "never" else state_of(rng, d))  # type: ignore[arg-type]
        (proof,) = prove(d, [promise])
        met[proof.verdict] += 1
        if proof.verdict == "holds":
            assert not broken_composed(d, promise, rng), f"{source}\n{proof}"
    return met


@pytest.mark.full
def test_what_holds_is_kept_in_compositions_of_every_shape() -> None:
    agree_composed(13, 12)
