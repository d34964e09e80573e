"""Witnesses lead from the start through every transition, whoever plays them."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from clmstate import Lifecycle
from clmstate.analysis import check
from clmstate.analysis.proofs.witness import Witnesses
from clmstate.cli.models import load
from clmstate.signals import from_instant
from tests.conformance.generate import Traffic, model_class, model_source
from tests.conformance.oracle import Livelock, Oracle, Refused


def told(lifecycle: type[Lifecycle], name: str) -> None:
    """Reports a witness to a live customer, who is not the compiled engine."""
    found = Witnesses(lifecycle).taking(name)
    assert found is not None, name
    customer = lifecycle("Somebody")
    taken: list[str] = []
    for report in found.log:
        values: dict[str, Any] = {key: value for key, value in report.values.items() if value is not None}
        values |= {key: from_instant(int(values[key])) for key in found.dates if key in values}
        at = from_instant(report.at)
        moves = customer.send(report.event, at=at, **values) if report.event else customer.observe(at=at, **values)
        taken += [move.transition.name for move in moves if move.transition is not None]
    assert name in taken


def test_every_transition_of_a_user_and_of_a_product_has_a_witness() -> None:
    for model in ("models/dynamic/user.py:User", "models/dynamic/addon.py:AddOn"):
        lifecycle = load(model).models[0].lifecycle
        for name in lifecycle.definition.transitions:
            told(lifecycle, name)


@pytest.mark.full
def test_every_transition_of_every_shipped_model_has_a_witness() -> None:
    for model in load("models").models:
        if not model.composed:
            witnesses = Witnesses(model.what)  # type: ignore[arg-type]
            missing = [name for name in model.what.definition.transitions if witnesses.taking(name) is None]  # type: ignore[union-attr]
            assert missing == [], model.name


@pytest.mark.full
@pytest.mark.parametrize("first", range(0, 200, 50))
def test_what_is_dead_or_shadowed_never_happens_in_random_traffic(first: int) -> None:
    moves = 0
    for seed in range(first, first + 50):
        lifecycle = model_class(model_source(Random(seed)))
        never = {one.about[0] for one in check(lifecycle) if one.code in ("CLM510", "CLM514")}
        oracle = Oracle(lifecycle.definition)
        traffic = Traffic(Random(seed), lifecycle.definition, oracle)
        for _ in range(120):
            step = traffic.step()
            if step.kind != "observe" or step.bad:
                continue
            try:
                made = oracle.observe(step.at, step.values, step.events)
            except (Refused, Livelock):
                continue
            moves += len(made)
            assert not never & {move[1] for move in made}, seed
    assert moves > 500
