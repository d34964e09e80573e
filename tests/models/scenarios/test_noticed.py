"""Scenarios that somebody wrote notice the small mistakes that `clmstate mutate` plants: at least 95 of 100 in every model. Generated tests
are counted apart: alone, they notice as many in the dynamic models.

It is far too long for the ordinary run (minutes of processor time).
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from clmstate.testing.mutation.session import all_mutants
from tests import processes
from tests.models.rules import MODELS

pytestmark = pytest.mark.full

HERE = Path(__file__).parent
WANTED = 95.0

# a whole customer is asked with all its parts and its wiring at once
RUNS = {
    "models.dynamic:Customer": ("contract", "user", "addon", "customer"),
    "models.dynamic.calendar:CalendarContract": ("sources",),
    "models.events:Customer": (
        "sources",
        "agreement_agreed",
        "collaboration_agreed",
        "events_user_agreed",
        "product_agreed",
        "events_customer",
    ),
    "models.gap_analysis:Client": ("sources", "client_agreed"),
    "models.journey:Account": ("sources", "account_agreed"),
    "models.management:Relationship": ("sources", "relationship_agreed"),
}


def answered(folder: Path, *words: str) -> dict[str, Any]:
    """What a command says."""
    program = "import sys; from clmstate.cli import main; sys.exit(main(sys.argv[1:]))"
    env = {**os.environ, "PYTHONPATH": str(MODELS.parent)}
    command = [sys.executable, "-c", program, *words, "--json"]
    done = processes.run(command, cwd=folder, env=env, check=False, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said


@pytest.mark.parametrize("model", RUNS)
def test_mistakes_are_noticed(model: str, tmp_path: Path) -> None:
    """Run in a folder of its own, where no answer of a run before is found."""
    told = answered(tmp_path, "mutate", model, *(str(HERE / f"test_{name}.py") for name in RUNS[model]), "--jobs", "1")
    assert told["generated"] is None

    module, _, name = model.partition(":")
    planted = {mutant.name: mutant.model for _, mutant in all_mutants([getattr(importlib.import_module(module), name)])}
    assert told["mutants"] == len(planted)
    counted = Counter(of for mutant, of in planted.items() if mutant not in told["equal"])
    missed = Counter(line["model"] for line in told["survivors"])
    scores = {of: 100 * (number - missed[of]) / number for of, number in counted.items()}
    assert {of: score for of, score in scores.items() if score < WANTED} == {}, told["survivors"]


@pytest.mark.parametrize("model", ["AddOn", "Contract", "User"])
def test_mistakes_are_noticed_by_generated_tests_alone(model: str, tmp_path: Path) -> None:
    answered(tmp_path, "testgen", f"models.dynamic:{model}", "--mcdc", "--out", "test_generated.py")
    told = answered(tmp_path, "mutate", f"models.dynamic:{model}", "test_generated.py", "--jobs", "1")
    assert told["generated"]["noticed"] == told["noticed"]
    assert told["percent"] >= WANTED, told["survivors"]
