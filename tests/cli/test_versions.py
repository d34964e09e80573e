"""freeze, and frozen definitions as models."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import Ran

Run = Callable[..., Ran]


def test_what_is_frozen_is_a_model_like_any_other(run: Run, folder: Path) -> None:
    ran = run("freeze", "deal.py", "--out", "kept/deal.json")
    assert (ran.code, ran.err) == (0, "")
    assert "Deal → kept/deal.json" in ran.out
    text = (folder / "kept" / "deal.json").read_text()
    assert run("freeze", "kept/deal.json", "--out", "-").out == text
    (folder / "deal.py").unlink()
    assert "Deal  kept/deal.json  3 phases" in run("check", "kept/deal.json").out
    assert "healthy" in run("show", "kept/deal.json:Deal").out
    assert "Fresh → Won" in run("walk", "kept/deal.json", "acme.csv").out.replace("Acme", "")
    assert run("draw", "kept/deal.json", "--out", "deal.svg").code == 0


def test_fingerprints_are_told(run: Run, folder: Path) -> None:
    document = run("freeze", "deal.py:Deal", "--json").document
    assert document["out"] == "deal.json"
    assert document["fingerprint"] == json.loads((folder / "deal.json").read_text())["fingerprint"]


def test_what_is_wrong_with_a_frozen_definition_is_said(run: Run, folder: Path) -> None:
    run("freeze", "deal.py:Deal", "--out", "deal.json")
    text = (folder / "deal.json").read_text()
    (folder / "changed.json").write_text(text.replace(">=", ">", 1))
    (folder / "other.json").write_text("{}")
    assert "CLM374" in run("show", "changed.json").err
    assert run("check", "other.json").code == 1
    assert "CLM371" in run("check", "other.json").out
    assert "CLM330" in run("check", "no_such.json").err
    assert "CLM333" in run("show", "deal.json:Dael").err
    assert "Did you mean 'deal.json'" in run("show", "dael.json").err


def test_nothing_is_half_written(run: Run, folder: Path) -> None:
    (folder / "file").write_text("")
    ran = run("freeze", "deal.py:Deal", "--out", "file/deal.json")
    assert (ran.code, "CLM307" in ran.err) == (2, True)
    assert sorted(p.name for p in folder.iterdir() if p.name != "__pycache__") == ["acme.csv", "deal.py", "file"]
