"""Thousands of generated command lines: an exit code and words, never a traceback, never a fault of our own."""

from __future__ import annotations

import io
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Ran

WORDS = [
    "check", "show", "draw", "walk", "chek", "help", "deal.py", "deal.py:Deal", "deal.py:BigDeal", "deal.py:X", "deal", ".", "acme.csv", "acme.jsonl",
    "no.csv", "bad.py", "-", "--", "---", "--json", "--no-color", "--help", "-h", "--version", "--md", "--out", "picture.dot", "picture.xyz", "/", "..",
    "--level", "full", "stage", "--theme", "dark", "--customer", "Acme", "--as-of", "2026-01-20", "soon", "--as-of=2026-02-30", "--ignore", "health",
    "--quiet", "--out=", "=", "", " ", "\0", "\udcff", "🙂", "-1", "--json=yes", "--josn", "a" * 300, "%s", "{}", "[bold]", "*", "~", "deal.py:", ":Deal", "::",
]  # fmt: skip
LINES = [
    "health=80", "health=", "=80", "=", "health", "signed=yes", "signed=maybe", "event", "event notice", "notice", "bought", "bought crm", "bought bought",
    "at 2026-01-05", "at", "at at", "+1", "+99999", "+9999999", "+x", "clear health", "clear", "explain", "explain won", "explain Won", "explain x",
    "journey", "plays", "signals", "undo", "undo", "help", "save out.csv", "save out.xyz", "save", "'", '"a b" c', "\\", "#", "", "🙂", "\udcff=1", "\0",
    "at 9999-12-31", "at 0001-01-01", "health=1e999", "health=9" * 50, "quit now", "health=80 health=70", "at 2026-01-07 notice signed=yes health=90",
]  # fmt: skip


def test_command_lines(run: Callable[..., Ran], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "bad.py").write_text(
        "from clmstate import Lifecycle, Phase\nclass A(Lifecycle):\n    a = Phase('A')\n    b = Phase('B')\n"
    )
    (folder / "acme.jsonl").write_text('{"customer": "Acme", "at": "2026-01-01"}\n')
    monkeypatch.setattr("clmstate.cli.draw.Path", lambda out: folder / Path(str(out)).name)  # whatever is drawn stays in the folder
    counts: Counter[int] = Counter()
    for seed in range(1500):
        chance = random.Random(seed)
        words = [chance.choice(WORDS) for _ in range(chance.randrange(0, 5))]
        if chance.random() < 0.8:
            words = [chance.choice(["check", "show", "draw", "walk"]), chance.choice(["deal.py", "deal.py:Deal", *WORDS]), *words]
        if "/" in words or ".." in words:
            words = [word for word in words if word not in ("/", "..")]  # other people's folders are not ours to load
        monkeypatch.setattr("sys.stdin", io.StringIO("health=80\n"))
        ran = run(*words)
        assert ran.code in (0, 1, 2), words
        assert "Traceback" not in ran.out + ran.err, words
        assert "CLM399" not in ran.out + ran.err, (words, ran.err)
        assert ran.code == 0 or "CLM" in ran.out + ran.err or not [w for w in words if not w.startswith("-")], (words, ran)
        counts[ran.code] += 1
    print(dict(counts))
    assert counts[0] > 100
    assert counts[2] > 500


def test_typed_lines(run: Callable[..., Ran], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counts: Counter[str] = Counter()
    for seed in range(150):
        chance = random.Random(seed)
        lines = [chance.choice(LINES) for _ in range(12)]
        monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))
        ran = run("walk", "deal.py")
        assert ran.code == 0
        assert "Traceback" not in ran.out + ran.err, lines
        assert "CLM399" not in ran.err, lines
        counts.update(moves=ran.out.count("because"), refused=ran.err.count("CLM"), lines=len(lines))
    print(dict(counts))
    assert counts["moves"] > 20
    assert counts["refused"] > 500
