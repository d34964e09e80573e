"""new: what it writes runs as it is."""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import processes
from tests.cli.conftest import Ran

Run = Callable[..., Ran]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_new_model_runs_out_of_the_box(run: Run, empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run("new", "our-contract")
    assert (ran.code, ran.err) == (0, "")
    assert "cd our-contract" in ran.out
    monkeypatch.chdir("our-contract")
    ran = run("check", "our_contract.py", "--json")
    assert (ran.code, ran.err) == (0, "")
    assert not [f for f in ran.document.get("findings", ()) if f["severity"] != "info"]
    assert run("draw", "our_contract.py", "--out", "journey.svg").code == 0
    out = run("walk", "our_contract.py", "acme.csv").out
    assert "now in At risk" in out
    assert "not used" not in out
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=prepend"]
    tests = processes.run(words, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(ROOT), "PATH": ""})
    assert "5 passed" in tests.stdout, tests.stdout
    assert max(map(len, Path("our_contract.py").read_text(encoding="utf-8").splitlines())) <= 160


def test_what_help_begins_with_works_in_an_empty_folder(run: Run, empty: Path) -> None:
    steps = re.findall(r"^  clmstate (.*my_lifecycle.*)$", run("--help").out, re.MULTILINE)
    assert [step.split()[0] for step in steps] == ["new", "check", "draw", "walk", "page"]
    for step in steps:
        ran = run(*step.split())
        assert (ran.code, ran.err) == (0, ""), step


@pytest.mark.parametrize(
    ("words", "name", "module"),
    [
        (["abc"], "Abc", "abc_lifecycle"),  # a module of Python's own
        (["2026"], "Contract", "contract"),
        (["über uns"], "BerUns", "ber_uns"),
        (["x", "--name", "AddOn"], "AddOn", "add_on"),
        (["lifecycle"], "Contract", "contract"),
    ],
)
def test_names_follow_the_folder(run: Run, empty: Path, words: list[str], name: str, module: str) -> None:
    document = run("new", *words, "--json").document
    assert (document["lifecycle"], f"{module}.py" in " ".join(document["files"])) == (name, True)
    ast.parse((empty / words[0] / f"{module}.py").read_text())
    ast.parse((empty / words[0] / f"test_{module}.py").read_text())
    assert run("check", empty / words[0] / f"{module}.py").code == 0


def test_what_to_do_next_can_be_typed_as_it_stands(run: Run, empty: Path) -> None:
    assert run("new", "our model", "--json").document["next"][0] == "cd 'our model'"


def test_nothing_that_is_there_is_touched(run: Run, empty: Path) -> None:
    (empty / "file").write_text("mine")
    (empty / "full").mkdir()
    (empty / "full" / "model.py").write_text("mine")
    for target in ("file", "full", "."):
        ran = run("new", target)
        assert (ran.code, "CLM379" in ran.err) == (2, True)
    assert "CLM342 --name" in run("new", "y", "--name", "a b").err
    assert "CLM342 --name" in run("new", "y", "--name", "contract").err
    assert "CLM343" in run("new").err
    assert sorted(path.name for path in empty.rglob("*")) == ["file", "full", "model.py"]
    (empty / "bare").mkdir()
    assert run("new", "bare").code == 0
    assert json.loads(run("new", "bare", "--json").out)["ok"] is False
