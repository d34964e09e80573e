"""A folder of results is there whole or not at all, between any two steps of whoever writes it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from clmstate.errors import InputError
from clmstate.replay.results import NOTE, may_be_written, results
from tests import processes

PROGRAM = """
import pathlib, sys, time
from clmstate.replay import results as r
r._exchanged = lambda one, other: False  # a system that takes two steps
rename = pathlib.Path.rename
def slowly(path, target):
    rename(path, target)
    if pathlib.Path(target).name == "old":
        print("between", flush=True)
        time.sleep(600)
pathlib.Path.rename = slowly
with r.results(sys.argv[1]) as new:
    (new / r.NOTE).write_text("second")
"""


def put(folder: Path, text: str) -> None:
    with results(folder) as new:
        (new / NOTE).write_text(text)


def in_it(folder: Path) -> dict[str, str]:
    """Every folder beside and in it, with what its note says."""
    return {path.parent.name: path.read_text() for path in folder.parent.rglob(NOTE)}


def test_killed_between_two_steps_the_results_before_come_back(tmp_path: Path) -> None:
    target = tmp_path / "out [1]"
    put(target, "first")
    with processes.started([sys.executable, "-c", PROGRAM, str(target)]) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "between\n"
        with pytest.raises(ZeroDivisionError), results(target):  # somebody else is at work; what is theirs stays
            raise ZeroDivisionError
        assert in_it(target) == {"old": "first", "new": "second"}
    with pytest.raises(ZeroDivisionError), results(target):
        raise ZeroDivisionError
    assert in_it(target) == {"out [1]": "first"}
    assert [path.name for path in tmp_path.iterdir()] == ["out [1]"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems take two steps")
def test_two_names_are_exchanged_in_one_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "out", "first")
    monkeypatch.setattr(Path, "rename", None)
    put(tmp_path / "out", "second")
    assert in_it(tmp_path / "out") == {"out": "second"}


def test_a_folder_of_somebody_else_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="CLM307"):
        may_be_written(tmp_path)
    assert may_be_written(tmp_path / "new") == tmp_path / "new"
    (tmp_path / "link").symlink_to(tmp_path / "real")
    put(tmp_path / "link", "first")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / NOTE).read_text() == "first"
