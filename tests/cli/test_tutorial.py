"""The tutorial, as a reader would follow it: files are written, changed and run in a folder of their own."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import processes
from tests.cli.conftest import Ran

Run = Callable[..., Ran]
ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(python|console|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_what_the_tutorial_shows_happens(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = 0
    tried = ""
    for kind, text in BLOCK.findall((ROOT / "docs" / "tutorial.md").read_text()):
        if kind == "console":
            ran += follow(text, run)
            if tried:  # and taken out again
                Path("contract.py").write_text(tried, encoding="utf-8")
                tried = ""
        elif text.startswith("# contract.py, try"):
            tried = Path("contract.py").read_text(encoding="utf-8")
            edit(text.replace(", try", ", add", 1))
        elif text.startswith("# "):
            edit(text)
    assert ran == 13


def edit(text: str) -> None:
    """A file that is written, lines that are added to one, or lines that take the place of others."""
    head, _, body = text.partition("\n")
    name, _, act = head.removeprefix("# ").partition(", ")
    file = Path(name)
    if act == "add":
        file.write_text(file.read_text(encoding="utf-8") + "\n" + body, encoding="utf-8")
    elif act == "change":
        old, new = body.splitlines()
        before = file.read_text(encoding="utf-8")
        assert old in before
        file.write_text(before.replace(old, new), encoding="utf-8")
    else:
        assert not act
        file.write_text(body, encoding="utf-8")


def follow(text: str, run: Run) -> int:
    """Each command prints the lines below it, in this order."""
    steps = re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]
    for step in steps:
        command, *lines = step.splitlines()
        program, *words = shlex.split(command)
        if program == "pytest":
            again = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=prepend"]
            out = processes.run(
                again, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(ROOT), "PATH": ""}
            ).stdout
        else:
            assert program == "clmstate"
            for name in [name for name in sys.modules if name.startswith("clmstate_model_contract_")]:
                del sys.modules[name]  # the file has changed: a reader starts a new process
            answer = run(*words)
            expected = 1 if any(line.startswith("✗ CLM") for line in lines) else 0
            assert (answer.code, answer.err) == (expected, ""), (command, answer.err)
            out = answer.out
        at = 0
        shown = [" ".join(line.split()) for line in out.splitlines()]
        for line in (" ".join(line.split()) for line in lines if line.strip() not in ("...", "")):
            found = next((i for i in range(at, len(shown)) if line in shown[i]), None)
            assert found is not None, f"{command}\n{out}\n\nexpected, after line {at}: {line}"
            at = found + 1
    return len(steps)
