"""Scenarios that somebody wrote show all there is of every model, as `pytest --lifecycle-cov` counts it: each phase, transition, pair of
transitions, outcome of a condition, leaf that decides alone, and both sides of each limit."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests import processes
from tests.models.rules import MODELS

HERE = Path(__file__).parent

AGREED = ("account", "agreement", "client", "collaboration", "events_user", "product", "relationship")

# two runs, because two of the models are called User
RUNS = [
    (
        ["test_contract.py", "test_user.py", "test_addon.py"],
        ["models.dynamic:Contract", "models.dynamic:User", "models.dynamic:AddOn"],
    ),
    (
        ["test_sources.py", *(f"test_{name}_agreed.py" for name in AGREED)],
        [
            "models.dynamic.calendar:CalendarContract",
            "models.events:Agreement",
            "models.events:Collaboration",
            "models.events:Product",
            "models.events:User",
            "models.gap_analysis:Client",
            "models.journey:Account",
            "models.management:Relationship",
        ],
    ),
]


@pytest.mark.parametrize(("files", "models"), RUNS, ids=["dynamic", "the others"])
def test_everything_is_seen(files: list[str], models: list[str], tmp_path: Path) -> None:
    report = tmp_path / "coverage.json"
    options = [f"--lifecycle-cov={model}" for model in models]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, f"--lifecycle-cov-report=json:{report}"]
    processes.run([*command, *(str(HERE / file) for file in files)], cwd=MODELS.parent, check=True, capture_output=True)
    told = json.loads(report.read_text())["models"]
    assert set(told) == {model.partition(":")[2] for model in models}
    assert [missing["words"] for model in told.values() for missing in model["missing"]] == []
