"""Every transition of every model is taken in a scenario that somebody wrote, as `pytest --lifecycle-cov` counts it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.models.rules import MODELS

HERE = Path(__file__).parent

# two runs, because two of the models are called User
RUNS = [
    (
        ["test_contract.py", "test_user.py", "test_addon.py"],
        ["models.dynamic:Contract", "models.dynamic:User", "models.dynamic:AddOn"],
    ),
    (
        ["test_sources.py"],
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
def test_every_transition_is_taken(files: list[str], models: list[str], tmp_path: Path) -> None:
    report = tmp_path / "coverage.json"
    options = [f"--lifecycle-cov={model}" for model in models]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, f"--lifecycle-cov-report=json:{report}"]
    subprocess.run([*command, *(str(HERE / file) for file in files)], cwd=MODELS.parent, check=True, capture_output=True)
    told = json.loads(report.read_text())["models"]
    assert set(told) == {model.partition(":")[2] for model in models}
    assert [missing["words"] for model in told.values() for missing in model["missing"] if missing["kind"] == "transition"] == []
