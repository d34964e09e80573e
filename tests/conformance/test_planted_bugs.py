"""The suite is only worth what it would catch: bugs planted into the kernel, one at a time, each of which it must find."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conformance.planted import BUGS, COLUMN_BUGS, GATE_BUGS, Bug, built, found_in, planted

COMPOSED = ("rounds.py", "rooms.py", "rollup.py", "whole.py")
"""Where customers who are compositions are looked at first."""


def in_turn(bugs: tuple[Bug, ...], every: int = 2) -> list[Any]:
    """Every second bug in the ordinary run, all of them in the full one: each costs some seconds."""
    return [pytest.param(bug, marks=[pytest.mark.full] * (i % every > 0)) for i, bug in enumerate(bugs)]


@pytest.mark.parametrize("bug", in_turn(BUGS), ids=lambda bug: bug.says)
def test_it_is_found(bug: Bug, tmp_path: Path) -> None:
    planted(bug, tmp_path)
    found = found_in(tmp_path, *(("composed", "alone") if bug.file.endswith(COMPOSED) else ("alone", "composed")))
    print(f"{bug.says}: found in {found}")
    assert found, f"{bug.says}: nobody noticed"


@pytest.mark.parametrize("bug", in_turn(GATE_BUGS), ids=lambda bug: bug.says)
def test_it_is_found_in_the_gate(bug: Bug, tmp_path: Path) -> None:
    planted(bug, tmp_path)
    if not built(tmp_path):
        pytest.skip("there is no C compiler, so there is no gate")
    found = found_in(tmp_path, *(("composed", "alone") if "customer" in bug.says else ("alone", "composed")), gated=True)
    print(f"{bug.says}: found in {found}")
    assert found, f"{bug.says}: nobody noticed"


@pytest.mark.parametrize("bug", in_turn(COLUMN_BUGS, every=8), ids=lambda bug: f"{bug.says} ({Path(bug.file).stem})")
def test_it_is_found_in_columns(bug: Bug, tmp_path: Path) -> None:
    planted(bug, tmp_path)
    found = found_in(tmp_path, "wholes" if "wholes" in bug.file else "columns")
    print(f"{bug.says}: found in {found}")
    assert found, f"{bug.says}: nobody noticed"
