"""What `clmstate check` says of well-formed models, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

DEAD = '''\
from clmstate import Lifecycle, Phase, Signal


class Care(Lifecycle):
    health = Signal.score("health")
    well = Phase("Well", initial=True)
    ill = Phase("Ill")
    lost = Phase("Lost", final=True)
    fall = well.to(ill, when=health < 70)
    heal = ill.to(well, when=health >= 70)
    lose = ill.to(lost, when=(health > 90) & (health < 10))
    ACCEPTS


class Variant(Care):
    """Inherits every finding."""
'''


@pytest.fixture
def care(folder: Path) -> Path:
    file = folder / "care.py"
    file.write_text(DEAD.replace("ACCEPTS", ""))
    return file


def test_errors_end_with_one_and_consequences_stand_beneath(run: Run, care: Path) -> None:
    ran = run("check", "care.py")
    assert ran.code == 1
    assert "✗ CLM510 Care.lose  dead rule  (also in Variant)" in ran.out
    assert "→ so, CLM501 Care.lost: no customer ever gets into it" in ran.out
    assert "! CLM518 Care.fall" in ran.out
    assert "for example" in ran.out
    assert "2 errors, 1 warning, 1 remark (--all shows everything)." in ran.out
    assert "CLM532" not in ran.out
    assert "CLM532" in run("check", "care.py", "--all").out


def test_json_has_everything_and_logs_that_walk_plays(run: Run, care: Path, folder: Path) -> None:
    ran = run("check", "care.py:Care", "--json")
    document = ran.document
    assert (ran.code, document["ok"]) == (1, False)
    by_code = {one["code"]: one for one in document["findings"]}
    assert by_code["CLM501"]["beneath"] == "CLM510 Care.lose"
    (evidence,) = by_code["CLM518"]["evidence"]
    assert evidence["replayed"] is True
    (folder / "swing.jsonl").write_text("".join(json.dumps(row) + "\n" for row in evidence["log"]))
    walked = run("walk", "care.py:Care", "swing.jsonl")
    assert walked.code == 0
    assert "Well → Ill" in walked.out
    assert "Ill → Well" in walked.out


def test_a_warning_is_accepted_with_a_reason(run: Run, folder: Path) -> None:
    (folder / "care.py").write_text(DEAD.replace("ACCEPTS", 'accepts = {"CLM518 fall": "scores are taken once a month"}'))
    ran = run("check", "care.py")
    assert "CLM518" not in ran.out
    assert "1 accepted" in ran.out
    assert "scores are taken once a month" in run("check", "care.py", "--all").out


def test_strict_says_no_to_warnings_that_nobody_accepts(run: Run, folder: Path) -> None:
    living = DEAD.replace(
        "    lose = ill.to(lost, when=(health > 90) & (health < 10))", "    lose = ill.to(lost, when=health < 10)"
    )
    (folder / "care.py").write_text(living.replace("ACCEPTS", ""))
    assert "1 warning" in run("check", "care.py").out
    assert (run("check", "care.py").code, run("check", "care.py", "--strict").code) == (0, 1)
    (folder / "accepting.py").write_text(living.replace("ACCEPTS", 'accepts = {"CLM518 fall": "scores are taken once a month"}'))
    assert run("check", "accepting.py", "--strict").code == 0


def test_an_acceptance_that_names_nothing_is_a_mistake(run: Run, folder: Path) -> None:
    (folder / "care.py").write_text(DEAD.replace("ACCEPTS", 'accepts = {"CLM518 fal": "a slip"}'))
    ran = run("check", "care.py")
    assert ran.code == 1
    assert "CLM124 Care.accepts" in ran.out
    assert "Did you mean 'fall'?" in " ".join(ran.out.split())


def test_codes_are_explained(run: Run, folder: Path) -> None:
    ran = run("check", "--explain", "clm515")
    assert ran.code == 0
    assert ran.out.startswith("CLM515 order decides (warning)")
    assert run("check", "--explain", "CLM515", "--json").document["title"] == "order decides"
    refused = run("check", "--explain", "CLM5151")
    assert (refused.code, "Did you mean" in refused.err) == (2, True)
    assert "CLM343" in run("check").err
