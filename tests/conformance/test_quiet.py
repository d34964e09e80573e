"""Observations that end early: nothing that matters is overlooked."""

from __future__ import annotations

from random import Random

import pytest

from tests.conformance import harness, quiet


@pytest.mark.parametrize(
    "engine", [harness.Compiled, harness.Python, harness.Part, harness.Restored], ids=lambda engine: engine.name
)
def test_nothing_is_overlooked(engine: type[harness.Compiled]) -> None:
    number = {harness.Compiled: 200, harness.Python: 80, harness.Part: 80, harness.Restored: 10}[engine]
    moved = 0
    for case, model in quiet.lives(Random(11), number):
        difference = harness.first_difference(engine, model, case.steps)
        assert difference is None, harness.report(engine, harness.shrunk(engine, case))
        moved += sum(
            bool(harness.ask_oracle(oracle, step).moves) for oracle in [harness.Oracle(model.definition)] for step in case.steps
        )
        assert not quiet.overlooked(engine, model, case.steps[:25]), case.source
    assert moved > 3 * number  # it is about what nearly matters, and some of it does
