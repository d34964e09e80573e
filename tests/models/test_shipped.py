"""All shipped models pass `clmstate check`: no error, no warning that is not accepted by name with a reason, no promise broken or open."""

from __future__ import annotations

import json

import pytest

from clmstate.cli import main
from tests.models.rules import MODELS

PACKAGES = sorted(path.parent.name for path in MODELS.glob("*/__init__.py"))


def test_there_is_one_package_for_each_source() -> None:
    assert PACKAGES == ["dynamic", "events", "gap_analysis", "journey", "management"]


@pytest.mark.parametrize("package", PACKAGES)
def test_check_finds_nothing_that_is_not_accepted(package: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(MODELS / package), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["faults"] == []
    open_ = [(f["code"], f["place"]) for f in told["findings"] if f["severity"] != "info" and not f["accepted"]]
    assert open_ == []
    assert {promise["verdict"] for promise in told["promises"]} <= {"holds"}
