"""Nothing reads for ever: a file that is a device is refused, and where somebody could type nobody waits."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import processes

from .conftest import Ran

Run = Callable[..., Ran]
ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no such devices")


@pytest.fixture
def terminal() -> Iterator[str]:
    """A terminal at which nobody types."""
    ours, theirs = os.openpty()
    yield os.ttyname(theirs)
    os.close(ours)
    os.close(theirs)


@pytest.mark.parametrize(
    "words",
    [
        ("approve", "deal.py:Deal", "--file", "it.json"),
        ("deck", "deal.py:Deal", "--brand", "it.json", "--out", "deck.pptx"),
        ("deck", "deal.py:Deal", "--logo", "it.png", "--out", "deck.pptx"),
        ("draw", "deal.py:Deal", "--brand", "it.json", "--out", "deal.svg"),
        ("draw", "deal.py:Deal", "--kind", "population", "--data", "it.json", "--out", "deal.svg"),
        ("gaps", "deal.py:Deal", "--team", "it.csv"),
        ("migrate", "deal.py:Deal", "deal.py:BigDeal", "it.json"),
        ("migrate", "deal.py:Deal", "deal.py:BigDeal", "acme.json", "--map", "it.json"),
        ("replay", "deal.py:Deal", "it.toml"),
        ("simulate", "deal.py:Deal", "log.csv", "--plan", "it.toml"),
    ],
)
def test_a_device_is_no_file(words: tuple[str, ...], run: Run, folder: Path, terminal: str) -> None:
    before = {"deal.py", "acme.csv"}
    for name in ("it.json", "it.png", "it.csv", "it.toml"):
        (folder / name).symlink_to(terminal)
        before.add(name)
    ran = run(*words)
    assert ran.code == 2
    assert "device" in ran.err
    assert {path.name for path in folder.iterdir()} - {"__pycache__"} == before


def test_tests_are_written_into_a_pipe(folder: Path) -> None:
    """It is not looked for what the file said before: nobody else writes into that pipe."""
    words = [sys.executable, "-m", "clmstate.cli", "testgen", "deal.py:Deal", "--out", "/dev/stdout"]
    done = processes.run(words, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    assert b"def test_" in done.stdout
