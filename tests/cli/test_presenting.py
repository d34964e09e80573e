"""``clmstate page``, ``deck`` and the hand-out of ``show``, as people type them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Ran

Run = Callable[..., Ran]


def test_a_page_is_written_whole(run: Run, folder: Path) -> None:
    ran = run("page", "deal.py:Deal", "--log", "acme.csv")
    assert (ran.code, ran.out) == (0, "✓ Deal → deal.html\n")
    assert "Acme" in (folder / "deal.html").read_text(encoding="utf-8")
    assert run("page", "deal.py:Deal", "--out", "other.html", "--json").document["out"] == "other.html"
    assert not list(folder.glob(".*part*"))


def test_a_deck_is_written_as_slides_or_as_pictures(run: Run, folder: Path) -> None:
    assert run("deck", "deal.py:Deal", "--since", "deal.py:BigDeal").out == "✓ Deal → deal.pptx\n"
    assert (folder / "deal.pptx").read_bytes()[:2] == b"PK"
    assert run("deck", "deal.py:Deal", "--out", "slides/", "--pictures", "svg", "--theme", "dark").code == 0
    names = sorted(path.name for path in (folder / "slides").iterdir())
    assert names[:2] == ["01-deal.svg", "02-deal-the-journey.svg"]


def test_a_hand_out_is_written(run: Run, folder: Path) -> None:
    ran = run("show", "deal.py:Deal", "--xlsx", "deal.xlsx", "--pdf", "deal.pdf")
    assert ran.code == 0
    assert (folder / "deal.xlsx").read_bytes()[:2] == b"PK"
    assert (folder / "deal.pdf").read_bytes()[:4] == b"%PDF"


def test_what_is_supplied_is_checked(run: Run, folder: Path) -> None:
    given = {"source": 3, "shares": {"Usage fall": 0.3}, "feelings": {"Call": [2, "glad"]}, "share": {}}
    (folder / "supplied.json").write_text(json.dumps(given))
    ran = run("deck", "deal.py:Deal", "--supplied", "supplied.json")
    assert ran.code == 2
    assert ran.err.count("CLM412") == 4
    assert "Did you mean 'shares'?" in ran.err
    assert not (folder / "deal.pptx").exists()
    (folder / "supplied.json").write_text("[")
    assert "it is no JSON" in run("deck", "deal.py:Deal", "--supplied", "supplied.json").err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("page", "deal.py:Deal", "--out", "deal.pptx"), "CLM346"),
        (("deck", "deal.py:Deal", "--out", "deal.ppt"), "CLM346"),
        (("show", "deal.py:Deal", "--pdf", "deal"), "CLM346"),
        (("page", "deal.py:Deal", "--out", "no/folder/deal.html"), "CLM307"),
        (("page", "deal.py:Deal", "--log", "acme.csv", "--customer", "Acmee"), "CLM345"),
        (("deck", "deal.py:Deal", "--logo", "deal.py"), "CLM411"),
        (("deck", "deal.py:Deal", "--theme", "drak"), "CLM342"),
        (("deck", "deal.py:Deal", "--since", "nothing.py"), "CLM330"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(words: tuple[str, ...], code: str, run: Run, folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    ran = run(*words)
    assert ran.code == 2
    assert code in ran.err
    assert [path for path in sorted(folder.rglob("*")) if "__pycache__" not in str(path)] == before
